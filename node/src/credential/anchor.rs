//! What an issuer's signatures are checked with: its keys, or the roots that its certificates lead to. In: a key or a set of
//! keys as JSON (RFC 7517), or certificates in PEM. Out: the key that may have signed a token, and whose it is.

use jsonwebtoken::jwk::{Jwk, JwkSet};
use regie_protocol::Timestamp;
use rustls::pki_types::{CertificateDer, UnixTime, pem::PemObject as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert};
use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, ParsedExtension},
    prelude::FromDer as _,
    public_key::PublicKey,
};

use super::{
    CREDENTIAL_BYTES, Doubt,
    jose::{Jws, algorithm_of},
};

/// Most keys, or roots, of one issuer.
const MOST: usize = 16;
/// Object identifier of Ed25519 (RFC 8410).
const ED25519: &str = "1.3.101.112";

/// See the file's head.
#[derive(Clone, Debug)]
pub enum Anchor {
    /// Its keys.
    Keys(Vec<Jwk>),
    /// Certificates that vouch for its own, in DER.
    Roots(Vec<CertificateDer<'static>>),
}

/// A key that may have signed.
pub(super) struct Signer {
    pub(super) key: Jwk,
    /// What its certificate says that it is called, as issuers are named; none where the key itself is known.
    pub(super) names: Option<Vec<String>>,
}

impl Anchor {
    /// Reads keys or roots.
    ///
    /// # Errors
    /// [`Doubt::IssuerKey`].
    pub fn parse(text: &str) -> Result<Self, Doubt> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.len() > CREDENTIAL_BYTES {
            return Err(Doubt::IssuerKey);
        }
        if text.starts_with("-----BEGIN") {
            let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).take(MOST + 1).collect();
            let roots = roots.map_err(|_| Doubt::IssuerKey)?;
            let usable = |root: &CertificateDer<'_>| anchor_from_trusted_cert(root).is_ok();
            let fine = (1..=MOST).contains(&roots.len()) && roots.iter().all(usable);
            return if fine { Ok(Self::Roots(roots)) } else { Err(Doubt::IssuerKey) };
        }
        let keys = match serde_json::from_str::<JwkSet>(text) {
            Ok(set) => set.keys,
            Err(_) => vec![serde_json::from_str::<Jwk>(text).map_err(|_| Doubt::IssuerKey)?],
        };
        // A set may hold keys for other things too.
        let keys: Vec<Jwk> = keys.into_iter().filter(|key| algorithm_of(key).is_some()).collect();
        if (1..=MOST).contains(&keys.len()) { Ok(Self::Keys(keys)) } else { Err(Doubt::IssuerKey) }
    }

    /// The keys as JSON; none where there are roots.
    #[must_use]
    pub fn keys(&self) -> Option<serde_json::Map<String, serde_json::Value>> {
        let Self::Keys(keys) = self else { return None };
        let value = match &keys[..] {
            [one] => serde_json::to_value(one).ok()?,
            all => json!({ "keys": all }),
        };
        value.as_object().cloned()
    }

    /// What tells this one from another.
    #[must_use]
    pub fn marks(&self) -> Vec<String> {
        match self {
            Self::Keys(keys) => keys.iter().filter_map(|key| serde_json::to_string(key).ok()).collect(),
            Self::Roots(_) => self.roots(),
        }
    }

    /// The roots by SHA-256, in hexadecimal; none where there are keys.
    #[must_use]
    pub fn roots(&self) -> Vec<String> {
        let Self::Roots(roots) = self else { return Vec::new() };
        roots.iter().map(|root| data_encoding::HEXLOWER.encode(&Sha256::digest(root))).collect()
    }

    /// The key that signed a token. With roots it is the one of the certificate that came along, if that leads to one of
    /// them now.
    pub(super) fn signer(&self, token: &Jws<'_>, now: Timestamp) -> Result<Signer, Doubt> {
        match self {
            Self::Keys(keys) => {
                let named = |key: &&Jwk| token.key_id.is_some() && key.common.key_id == token.key_id;
                let mut tried: Vec<&Jwk> = keys.iter().filter(named).collect();
                if tried.is_empty() {
                    tried = keys.iter().collect();
                }
                let key = tried.into_iter().find(|key| token.is_signed_under(key));
                Ok(Signer { key: key.ok_or(Doubt::BadSignature)?.clone(), names: None })
            }
            Self::Roots(roots) => {
                let signer = leaf(token.chain.as_deref().ok_or(Doubt::Chain)?, roots, now)?;
                if token.is_signed_under(&signer.key) { Ok(signer) } else { Err(Doubt::BadSignature) }
            }
        }
    }
}

/// What the first certificate of a chain calls its owner; nothing of it is checked.
pub(super) fn claimed_names(chain: &[Vec<u8>]) -> Option<Vec<String>> {
    names(&X509Certificate::from_der(chain.first()?).ok()?.1)
}

fn leaf(chain: &[Vec<u8>], roots: &[CertificateDer<'_>], now: Timestamp) -> Result<Signer, Doubt> {
    let (first, rest) = chain.split_first().ok_or(Doubt::Chain)?;
    let (end, between) = (CertificateDer::from_slice(first), certificates(rest));
    let anchors: Vec<_> = roots.iter().filter_map(|root| anchor_from_trusted_cert(root).ok()).collect();
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_millis(now.0));
    EndEntityCert::try_from(&end)
        .and_then(|end| {
            end.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, &between, time, Any, None, None).map(drop)
        })
        .map_err(|_| Doubt::Chain)?;
    let (_, certificate) = X509Certificate::from_der(first).map_err(|_| Doubt::Chain)?;
    let usage = certificate.key_usage().map_err(|_| Doubt::Chain)?;
    if usage.is_some_and(|usage| !usage.value.digital_signature()) {
        return Err(Doubt::Chain);
    }
    let key = key_of(&certificate).ok_or(Doubt::Algorithm)?;
    Ok(Signer { key, names: Some(names(&certificate).unwrap_or_default()) })
}

fn certificates(all: &[Vec<u8>]) -> Vec<CertificateDer<'_>> {
    all.iter().map(|one| CertificateDer::from_slice(one)).collect()
}

/// Certificates that sign credentials name their use in different ways or not at all; the owner's roots say what counts.
struct Any;

impl ExtendedKeyUsageValidator for Any {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        Ok(())
    }
}

/// Its alternative names: a URI as it is, a host as the URL of that host (draft-ietf-oauth-sd-jwt-vc, section 3.5).
fn names(certificate: &X509Certificate<'_>) -> Option<Vec<String>> {
    let found = certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(names),
        _ => None,
    })?;
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::URI(uri) => Some((*uri).to_owned()),
        GeneralName::DNSName(host) => Some(format!("https://{host}")),
        _ => None,
    };
    Some(found.general_names.iter().filter_map(name).collect())
}

fn key_of(certificate: &X509Certificate<'_>) -> Option<Jwk> {
    let text = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
    let info = certificate.public_key();
    let bytes = info.subject_public_key.data.as_ref();
    let value = if info.algorithm.algorithm.to_id_string() == ED25519 {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": text(bytes) })
    } else {
        let PublicKey::EC(_) = info.parsed().ok()? else { return None };
        let point = bytes.strip_prefix(&[4])?;
        let (x, y) = point.split_at_checked(point.len() / 2)?;
        let curve = match point.len() {
            64 => "P-256",
            96 => "P-384",
            _ => return None,
        };
        json!({ "kty": "EC", "crv": curve, "x": text(x), "y": text(y) })
    };
    serde_json::from_value(value).ok()
}
