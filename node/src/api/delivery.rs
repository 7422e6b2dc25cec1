//! Delivers events to webhooks as Standard Webhooks says: signed, one after the other, again after a failure. In:
//! webhooks and events. Out: HTTP calls to public addresses; to a private one only where its host was allowed by
//! name. A name is resolved once per delivery and the call goes to just what was checked; redirects are failures.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use regie_protocol::Timestamp;
use reqwest::{Url, redirect::Policy};
use sha2::Sha256;

use super::{events::Event, limits};
use crate::{
    clock,
    public::{self, Unreachable},
    supplier::{
        Desk,
        happening::Numbered,
        hooks::{Delivery, Hook, URL_BYTES},
        names,
    },
};

/// Hosts that may be private: `localhost`, or the name of a machine in the company's own network.
pub type Allowed = Arc<BTreeSet<String>>;

/// Why a target is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// Not a URL of the kind.
    #[error("a webhook's url is https:// or http:// with a host, at most 1,024 bytes, without user or password")]
    NotAUrl,
    /// In a private network.
    #[error("the host is a private address; allow it by name in config.toml: webhook_hosts = [\"HOST\"]")]
    Private,
    /// No such name.
    #[error("the host's name can't be resolved")]
    NoAddress,
}

/// Checks the form of a target, and its address where that stands in it.
///
/// # Errors
/// [`BadTarget`].
pub fn target(url: &str, allowed: &Allowed) -> Result<Url, BadTarget> {
    let parsed = Url::parse(url).map_err(|_| BadTarget::NotAUrl)?;
    let fits = url.len() <= URL_BYTES
        && matches!(parsed.scheme(), "http" | "https")
        && parsed.username().is_empty()
        && parsed.password().is_none();
    let host = parsed.host_str().filter(|_| fits).ok_or(BadTarget::NotAUrl)?;
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if address.is_ok_and(public::is_private) && !allowed.contains(host) {
        return Err(BadTarget::Private);
    }
    Ok(parsed)
}

/// Resolves a target to addresses that may be called.
async fn resolve(url: &Url, allowed: &Allowed) -> Result<Vec<SocketAddr>, BadTarget> {
    let host = url.host_str().ok_or(BadTarget::NotAUrl)?;
    let port = url.port_or_known_default().ok_or(BadTarget::NotAUrl)?;
    public::resolve(host, port, allowed.contains(host)).await.map_err(|error| match error {
        Unreachable::Unresolved => BadTarget::NoAddress,
        Unreachable::Private => BadTarget::Private,
    })
}

/// Delivers until the companion stops.
pub(super) async fn run(desk: Desk, allowed: Allowed) {
    let mut news = desk.news();
    loop {
        news.mark_unchanged();
        let due = desk.call(|companion, turn| {
            let mut due = Vec::new();
            for (id, hook) in companion.all_hooks()? {
                if let Some(next) = companion.next_for(&hook)?
                    && companion.lease(&id.0, turn)?
                {
                    due.push((id, hook, next));
                }
            }
            Ok(due)
        });
        let Ok(due) = due.await else { return };
        if due.is_empty() {
            let _ = tokio::time::timeout(limits::DELIVERY_LOOK, news.changed()).await;
            continue;
        }
        // Each webhook in its own task: a slow receiver keeps only itself waiting.
        let tasks: Vec<_> = due
            .into_iter()
            .map(|(id, hook, next)| tokio::spawn(deliver(desk.clone(), allowed.clone(), id, hook, next)))
            .collect();
        for task in tasks {
            let _ = task.await;
        }
    }
}

async fn deliver(desk: Desk, allowed: Allowed, id: names::Webhook, hook: Hook, next: Numbered) {
    let (number, happening) = next;
    let event = Event::of(number, &happening);
    let went = match serde_json::to_vec(&event) {
        Ok(body) => send(&allowed, &hook, &event.id, body).await,
        Err(error) => Delivery::Failed(error.to_string()),
    };
    tracing::info!(webhook = %id, event = event.id, went = matches!(went, Delivery::Taken), "delivery");
    let noted = desk.call(move |companion, turn| companion.note_delivery(&id, number, went, turn)).await;
    if let Err(failure) = noted {
        tracing::warn!(%failure, "a delivery could not be noted; it will be made again");
    }
}

async fn send(allowed: &Allowed, hook: &Hook, id: &str, body: Vec<u8>) -> Delivery {
    let badly = |words: &str| Delivery::Failed(words.to_owned());
    let url = match target(&hook.url, allowed) {
        Ok(url) => url,
        Err(error) => return badly(&error.to_string()),
    };
    let addresses = match resolve(&url, allowed).await {
        Ok(addresses) => addresses,
        Err(error) => return badly(&error.to_string()),
    };
    let host = url.host_str().unwrap_or_default();
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(limits::DELIVERY)
        .resolve_to_addrs(host, &addresses)
        .build();
    let Ok(client) = client else { return badly("the HTTP client can't be made") };
    let now = clock::wall();
    let seconds = now.0 / 1000;
    let sent = client
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signatures(hook, id, seconds, &body, now))
        .body(body)
        .send();
    match sent.await {
        Ok(answer) if answer.status().is_success() => Delivery::Taken,
        Ok(answer) if answer.status().as_u16() == 410 => Delivery::Unwanted,
        Ok(answer) => Delivery::Failed(format!("the receiver answered {}", answer.status().as_u16())),
        Err(error) if error.is_timeout() => badly("no answer in time"),
        Err(_) => badly("no connection, or it broke off"),
    }
}

/// A signature for each secret in force, separated by spaces.
fn signatures(hook: &Hook, id: &str, seconds: u64, body: &[u8], now: Timestamp) -> String {
    hook.secrets(now).iter().filter_map(|secret| sign(secret, id, seconds, body)).collect::<Vec<_>>().join(" ")
}

/// The signature of one call, as Standard Webhooks says. None only where there is no HMAC with a key of this length.
pub(crate) fn sign(secret: &[u8; 24], id: &str, seconds: u64, body: &[u8]) -> Option<String> {
    let mut mac = <Hmac<Sha256>>::new_from_slice(secret).ok()?;
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    Some(format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes())))
}

/// A day of waiting is cut into shorter looks, so that a changed clock is noticed.
const _: () = assert!(limits::DELIVERY_LOOK.as_secs() <= Duration::from_secs(60).as_secs());

#[cfg(test)]
mod tests {
    use super::*;

    /// The example with which the libraries of Standard Webhooks test themselves.
    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        let secret = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let secret = secret.try_into().expect("24 bytes");
        let signed = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn no_spelling_of_a_private_address_is_taken() {
        let none = Allowed::default();
        let refused = [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://017700000001/",
            "http://0/",
            "http://0.0.0.0/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://172.31.255.255/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://100.64.0.1/",
            "http://192.0.0.1/",
            "http://192.88.99.1/",
            "http://198.18.0.1/",
            "http://198.19.255.255/",
            "http://224.0.0.1/",
            "http://239.1.1.1/",
            "http://240.0.0.1/",
            "http://255.255.255.255/",
            "http://192.0.2.1/",
            "http://198.51.100.1/",
            "http://203.0.113.1/",
            "http://[::]/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::127.0.0.1]/",
            "http://[64:ff9b::a00:1]/",
            "http://[64:ff9b:1::1]/",
            "http://[2002:7f00:1::]/",
            "http://[2002:a00:1::1]/",
            "http://[2001::1]/",
            "http://[2001:db8::1]/",
            "http://[fe80::1]/",
            "http://[fec0::1]/",
            "http://[fc00::1]/",
            "http://[fd12:3456::1]/",
            "http://[ff02::1]/",
            "http://[100::1]/",
            "http://１２７.0.0.1/",
            "http://127。0。0。1/",
        ];
        for url in refused {
            assert_eq!(target(url, &none), Err(BadTarget::Private), "{url}");
        }
        let not_urls =
            ["", "x", "ftp://example.org/", "file:///etc/passwd", "http://", "http://user@example.org/", "gopher://x/"];
        for url in not_urls {
            assert_eq!(target(url, &none), Err(BadTarget::NotAUrl), "{url}");
        }
        for url in ["https://example.org/hook", "http://93.184.215.14/", "http://[2606:2800:21f::1]/"] {
            assert!(target(url, &none).is_ok(), "{url}");
        }
        let own = Allowed::new(BTreeSet::from(["127.0.0.1".to_owned()]));
        assert!(target("http://127.0.0.1:9/", &own).is_ok());
        assert_eq!(target("http://10.0.0.1/", &own), Err(BadTarget::Private));
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_is_refused_unless_allowed() {
        let url = Url::parse("http://localhost:9/").expect("a url");
        assert_eq!(resolve(&url, &Allowed::default()).await, Err(BadTarget::Private));
        let own = Allowed::new(BTreeSet::from(["localhost".to_owned()]));
        assert!(resolve(&url, &own).await.is_ok_and(|found| !found.is_empty()));
    }
}
