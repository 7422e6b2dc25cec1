//! A notice to the person's browsers by web push (RFC 8030): encrypted for each of them (RFC 8291), signed by a key of this node's
//! alone (RFC 8292). In: the browsers, the key, what is said. Out: that a push service took it for one of them at least, and which
//! browsers are gone. The service sees a message of one length, at a moment, and not what it says.

use data_encoding::BASE64URL_NOPAD;
use hyper::{Method, header};
use ring::{
    aead, agreement, hkdf,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    Browser, Notice, Trouble, VapidKey,
    hook::{taken, unreached},
    send::{Sender, Sent},
};
use crate::{
    clock, network,
    place::{Asked, Place},
};

/// How long a message is, in bytes, before it is encrypted: of every one the same, so that its length says nothing. Services take
/// 4,096 bytes with all that comes beside it.
const MESSAGE_BYTES: usize = 2_048;
/// Bytes of a point of the curve, uncompressed.
const POINT_BYTES: usize = 65;
const AUTH_BYTES: usize = 16;
/// For how long a service keeps a message for a browser that is away, in seconds.
const KEPT: u64 = 24 * 60 * 60;
/// How long a signature of the node's holds, in seconds; services take at most a day.
const HOLDS: u64 = 12 * 60 * 60;

/// Text that is no browser's subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the browser did not say where messages for it go; allow notices for this page, and try again")]
pub(crate) struct BadBrowser;

crate::command::explained!(BadBrowser);

impl VapidKey {
    /// A fresh one.
    pub(crate) fn draw() -> Option<Self> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        made.ok().map(|document| Self(document.as_ref().to_vec()))
    }

    /// What browsers are to know of it, base64url.
    pub(crate) fn public(&self) -> Option<String> {
        self.pair().map(|pair| BASE64URL_NOPAD.encode(pair.public_key().as_ref()))
    }

    fn pair(&self) -> Option<EcdsaKeyPair> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.0, &SystemRandom::new()).ok()
    }

    /// The word that a message to this service is the node's: a JWT (ES256).
    fn word(&self, audience: &str) -> Option<String> {
        let (pair, until) = (self.pair()?, clock::wall().0 / 1_000 + HOLDS);
        let part = |value: &serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        // Services want a contact; there is none that says nothing of the person.
        let claims = json!({ "aud": audience, "exp": until, "sub": "mailto:nobody@regie.invalid" });
        let signed = format!("{}.{}", part(&json!({ "typ": "JWT", "alg": "ES256" })), part(&claims));
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        let key = BASE64URL_NOPAD.encode(pair.public_key().as_ref());
        Some(format!("vapid t={signed}.{}, k={key}", BASE64URL_NOPAD.encode(signature.as_ref())))
    }
}

impl Browser {
    /// The subscription, where it can be one.
    pub(crate) fn checked(self) -> Result<Self, BadBrowser> {
        Place::exact(&self.endpoint).map_err(|_| BadBrowser)?;
        self.keys().map(|_| self).ok_or(BadBrowser)
    }

    fn keys(&self) -> Option<([u8; POINT_BYTES], [u8; AUTH_BYTES])> {
        let read = |text: &str| BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes()).ok();
        let point: [u8; POINT_BYTES] = read(&self.p256dh)?.try_into().ok()?;
        Some((point, read(&self.auth)?.try_into().ok()?)).filter(|(point, _)| point[0] == 4)
    }
}

/// To each of the browsers. It went where one of their services took it.
pub(super) async fn send(browsers: &[Browser], key: &VapidKey, sender: &Sender, notice: &Notice) -> Sent {
    let mut sent = Sent::from(Err(Trouble::NoBrowser));
    for browser in browsers {
        let limit = network::limits::question(sender.proxy.is_some());
        match tokio::time::timeout(limit, to_one(browser, key, sender, notice))
            .await
            .unwrap_or(Err(Failed::Now(Trouble::Slow)))
        {
            Ok(()) => sent.went = Ok(()),
            Err(Failed::Gone) => sent.gone.push(browser.endpoint.clone()),
            Err(Failed::Now(trouble)) if sent.went.is_err() => sent.went = Err(trouble),
            Err(Failed::Now(_)) => {}
        }
    }
    sent
}

enum Failed {
    /// The browser took its subscription back.
    Gone,
    Now(Trouble),
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Self::Now(trouble)
    }
}

async fn to_one(browser: &Browser, key: &VapidKey, sender: &Sender, notice: &Notice) -> Result<(), Failed> {
    let place = Place::exact(&browser.endpoint).map_err(|_| Failed::Gone)?;
    let body = sealed(browser, &message(notice)).ok_or(Failed::Gone)?;
    let word = key.word(&place.origin()).ok_or(Trouble::Broken)?;
    let value = |text: &str| header::HeaderValue::try_from(text).map_err(|_| Trouble::Broken);
    let headers = vec![
        (header::AUTHORIZATION, value(&word)?),
        (header::CONTENT_TYPE, value("application/octet-stream")?),
        (header::CONTENT_ENCODING, value("aes128gcm")?),
        (header::HeaderName::from_static("ttl"), value(&KEPT.to_string())?),
        // A newer one takes the place of one that still waits there.
        (header::HeaderName::from_static("topic"), value("regie")?),
    ];
    let asked = Asked { method: Method::POST, below: "", headers, body };
    let inward = sender.reader.allows_at(place.host(), place.number());
    let asking = place.ask_at(sender.proxy.as_ref(), inward, asked);
    let (answer, _connection) = asking.await.map_err(unreached)?;
    match answer.status().as_u16() {
        404 | 410 => Err(Failed::Gone),
        _ => Ok(taken(answer.status())?),
    }
}

/// What the worker of the dashboard reads, filled up to one length.
fn message(notice: &Notice) -> Vec<u8> {
    let room = MESSAGE_BYTES - 1;
    let of = |text: &str| json!({ "title": notice.title, "text": text }).to_string();
    let mut text = notice.text.clone();
    while of(&text).len() > room && text.pop().is_some() {}
    of(&text).into_bytes()
}

/// The body of the request (RFC 8188, in one record): salt, size of records, our point, what only the browser reads.
fn sealed(browser: &Browser, message: &[u8]) -> Option<Vec<u8>> {
    let (theirs, auth) = browser.keys()?;
    let own = agreement::EphemeralPrivateKey::generate(&agreement::ECDH_P256, &SystemRandom::new()).ok()?;
    let ours = own.compute_public_key().ok()?;
    let peer = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, theirs);
    let shared = agreement::agree_ephemeral(own, &peer, |secret| Zeroizing::new(secret.to_vec())).ok()?;
    let info = [b"WebPush: info\0", &theirs[..], ours.as_ref()];
    let input = expanded::<32>(&auth, &shared, &info)?;
    let salt: [u8; 16] = clock::random();
    let key = expanded::<16>(&salt, &input[..], &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce = expanded::<12>(&salt, &input[..], &[b"Content-Encoding: nonce\0"])?;
    let mut record = message.to_vec();
    // The end of the last record, and what fills it up.
    record.push(2);
    record.resize(MESSAGE_BYTES, 0);
    let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_128_GCM, &key[..]).ok()?);
    key.seal_in_place_append_tag(aead::Nonce::assume_unique_for_key(*nonce), aead::Aad::empty(), &mut record).ok()?;
    let size = u32::try_from(record.len()).ok()?.to_be_bytes();
    Some([&salt[..], &size, &[u8::try_from(POINT_BYTES).ok()?], ours.as_ref(), &record].concat())
}

/// HKDF (RFC 5869) with SHA-256.
fn expanded<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> Option<Zeroizing<[u8; N]>> {
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut out = Zeroizing::new([0; N]);
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    key.expand(info, Length(N)).ok()?.fill(&mut out[..]).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser() -> Browser {
        let own = agreement::EphemeralPrivateKey::generate(&agreement::ECDH_P256, &SystemRandom::new()).expect("drawn");
        let point = own.compute_public_key().expect("a point");
        Browser {
            endpoint: "https://push.example/send/abc".into(),
            p256dh: BASE64URL_NOPAD.encode(point.as_ref()),
            auth: BASE64URL_NOPAD.encode(&[7; AUTH_BYTES]),
            device: None,
        }
    }

    #[test]
    fn every_message_has_one_length_and_another_key() {
        let long = "één € ".repeat(2_000);
        let bodies: Vec<Vec<u8>> = ["", "2 requests", &long]
            .into_iter()
            .map(|text| {
                sealed(&browser(), &message(&Notice { title: "regie".into(), text: text.into() })).expect("sealed")
            })
            .collect();
        assert!(bodies.iter().all(|body| body.len() == bodies[0].len() && body.len() < 4_096), "one length");
        assert_ne!(bodies[0][..16], bodies[1][..16]);
    }

    #[test]
    fn a_subscription_is_whole_or_refused() {
        assert!(browser().checked().is_ok());
        for bad in [
            Browser { endpoint: "http://push.example/x".into(), ..browser() },
            Browser { endpoint: "javascript:alert(1)".into(), ..browser() },
            Browser { p256dh: "AAAA".into(), ..browser() },
            Browser { p256dh: BASE64URL_NOPAD.encode(&[5; POINT_BYTES]), ..browser() },
            Browser { auth: BASE64URL_NOPAD.encode(&[7; 15]), ..browser() },
        ] {
            assert_eq!(bad.checked(), Err(BadBrowser));
        }
        let key = VapidKey::draw().expect("a key");
        assert_eq!(key.public().map(|text| text.len()), Some(87));
    }
}
