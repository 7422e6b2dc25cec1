//! One receiver of events: whether it may be called, and one call as Standard Webhooks says. In: a webhook and an event. Out: how it
//! went. Calls go to public addresses, and to a private one, or without TLS, only where the host was allowed by name. A name is
//! resolved for each connection, and that goes to just what was checked; redirects are failures.

use std::{
    collections::BTreeSet,
    error::Error,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use regie_protocol::Timestamp;
use reqwest::{
    Client, Response, StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::RETRY_AFTER,
    redirect::Policy,
};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};

use super::{events::Event, limits};
use crate::{
    clock,
    command::Failure,
    public::{self, Unreachable},
    supplier::{
        happening::Numbered,
        hooks::{
            ANSWER_BYTES, AT_ONCE, Hook, URL_BYTES,
            aside::Attempt,
            attend::{Job, Tried, Went},
        },
    },
};

/// Hosts that may be private, or be called without TLS: `localhost`, or the name of a machine in the company's own network.
pub type Allowed = Arc<BTreeSet<String>>;

/// Why a target is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// Not a URL of the kind.
    #[error("a webhook's url is https:// with a host, at most 1,024 bytes, without user or password")]
    NotAUrl,
    /// In a private network.
    #[error("the host is a private address; allow it by name in config.toml: webhook_hosts = [\"HOST\"]")]
    Private,
    /// Readable on its way.
    #[error(
        "http:// can be read and changed on its way; use https://, or allow the host by name in config.toml: webhook_hosts = \
         [\"HOST\"]"
    )]
    Plain,
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
    match allowed.contains(host) {
        true => Ok(parsed),
        false if address.is_ok_and(public::is_private) => Err(BadTarget::Private),
        false if parsed.scheme() == "http" => Err(BadTarget::Plain),
        false => Ok(parsed),
    }
}

/// Resolves a host to addresses that may be called.
async fn resolve(host: &str, allowed: &Allowed) -> Result<Vec<SocketAddr>, BadTarget> {
    // Which port is said by the URL.
    public::resolve(host, 0, allowed.contains(host)).await.map_err(|error| match error {
        Unreachable::Unresolved => BadTarget::NoAddress,
        Unreachable::Private => BadTarget::Private,
    })
}

/// Resolves for the HTTP client, which calls nobody else.
struct Checked(Allowed);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0.clone();
        Box::pin(async move {
            let found = resolve(name.as_str(), &allowed).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Calls one receiver, over connections that are kept for the next call.
#[derive(Clone)]
pub struct Caller {
    client: Client,
    allowed: Allowed,
}

impl Caller {
    /// For one webhook.
    ///
    /// # Errors
    /// The HTTP client can't be made.
    pub fn new(allowed: &Allowed) -> Result<Self, Failure> {
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .http1_only()
            .timeout(limits::DELIVERY)
            .dns_resolver(Checked(allowed.clone()))
            .pool_max_idle_per_host(AT_ONCE.into())
            .pool_idle_timeout(limits::DELIVERY_IDLE)
            .build();
        Ok(Self { client: client.map_err(Failure::internal)?, allowed: allowed.clone() })
    }

    /// Delivers one event, once.
    pub async fn deliver(self, hook: Arc<Hook>, job: Job) -> Tried {
        let Job { lane, event } = job;
        let (at, begun) = (clock::wall(), Instant::now());
        let Outcome { went, status, error, answer } = match call(&self, &hook, &event, at).await {
            Ok(answer) => judge(answer).await,
            Err(words) => {
                Outcome { went: Went::Failed { again_after: None }, status: None, error: Some(words), answer: None }
            }
        };
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Tried { lane, attempt: Attempt { event: event.0, at, ms, status, error, answer }, went }
    }
}

/// What came of a call.
struct Outcome {
    went: Went,
    status: Option<u16>,
    error: Option<String>,
    answer: Option<String>,
}

async fn call(
    caller: &Caller,
    hook: &Hook,
    (number, happening): &Numbered,
    now: Timestamp,
) -> Result<Response, String> {
    let url = target(&hook.url, &caller.allowed).map_err(|error| error.to_string())?;
    let event = Event::of(*number, happening);
    let body = serde_json::to_vec(&event).map_err(|error| error.to_string())?;
    let seconds = now.0 / 1000;
    let sent = caller
        .client
        .post(url)
        .header("content-type", "application/json")
        .header(HEADER_WEBHOOK_ID, &event.id)
        .header(HEADER_WEBHOOK_TIMESTAMP, seconds.to_string())
        .header(HEADER_WEBHOOK_SIGNATURE, signatures(hook, &event.id, seconds, &body, now))
        .body(body)
        .send();
    sent.await.map_err(|error| why(&error))
}

/// Why nothing came back, in words of ours: those of the client name addresses.
fn why(error: &reqwest::Error) -> String {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if let Some(bad) = one.downcast_ref::<BadTarget>() {
            return bad.to_string();
        }
        cause = one.source();
    }
    let words = if error.is_timeout() { "no answer in time" } else { "no connection, or it broke off" };
    words.to_owned()
}

/// What an answer means. Its body is read to the end where that is near, so that the connection can be used again.
async fn judge(mut answer: Response) -> Outcome {
    let status = answer.status();
    let again_after =
        answer.headers().get(RETRY_AFTER).and_then(|value| retry_after(value.to_str().ok()?, clock::wall()));
    let mut body = Vec::new();
    while let Ok(Some(part)) = answer.chunk().await {
        body.extend_from_slice(&part);
        if body.len() > limits::DELIVERY_ANSWER_BYTES {
            break;
        }
    }
    let went = match status {
        _ if status.is_success() => Went::Taken,
        StatusCode::GONE => Went::Unwanted,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Went::Failed { again_after },
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => Went::Failed { again_after: None },
        _ if status.is_client_error() => Went::Refused,
        _ => Went::Failed { again_after: None },
    };
    let failed = went != Went::Taken;
    body.truncate(ANSWER_BYTES);
    Outcome {
        went,
        status: Some(status.as_u16()),
        error: failed.then(|| format!("the receiver answered {}", status.as_u16())),
        answer: Some(String::from_utf8_lossy(&body).into_owned()).filter(|text| failed && !text.is_empty()),
    }
}

/// In how many milliseconds to come again: seconds, or a date as HTTP has them (RFC 9110, 10.2.3).
fn retry_after(text: &str, now: Timestamp) -> Option<u64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(seconds.saturating_mul(1000));
    }
    Some(clock::http_date(text)?.0.saturating_sub(now.0))
}

/// A signature for each secret in force, separated by spaces.
fn signatures(hook: &Hook, id: &str, seconds: u64, body: &[u8], now: Timestamp) -> String {
    hook.secrets(now).iter().filter_map(|secret| sign(secret, id, seconds, body)).collect::<Vec<_>>().join(" ")
}

/// The signature of one call, as Standard Webhooks says; none of a body that is no text.
pub(crate) fn sign(secret: &[u8; 24], id: &str, seconds: u64, body: &[u8]) -> Option<String> {
    let seconds = i64::try_from(seconds).ok()?;
    Webhook::from_bytes(secret.to_vec()).and_then(|webhook| webhook.sign(id, seconds, body)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example with which the libraries of Standard Webhooks test themselves.
    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        let secret = data_encoding::BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
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
        for url in ["https://example.org/hook", "https://93.184.215.14/", "https://[2606:2800:21f::1]/"] {
            assert!(target(url, &none).is_ok(), "{url}");
        }
        let own = Allowed::new(BTreeSet::from(["127.0.0.1".to_owned()]));
        assert!(target("http://127.0.0.1:9/", &own).is_ok());
        assert_eq!(target("http://10.0.0.1/", &own), Err(BadTarget::Private));
    }

    #[test]
    fn what_could_be_read_on_its_way_is_refused_unless_allowed() {
        let own = Allowed::new(BTreeSet::from(["crm.internal".to_owned()]));
        for url in ["http://example.org/hook", "http://93.184.215.14/", "http://localhost:9/"] {
            assert_eq!(target(url, &own), Err(BadTarget::Plain), "{url}");
        }
        assert!(target("http://crm.internal/hook", &own).is_ok());
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_private_address_is_refused_unless_allowed() {
        assert_eq!(resolve("localhost", &Allowed::default()).await, Err(BadTarget::Private));
        let own = Allowed::new(BTreeSet::from(["localhost".to_owned()]));
        assert!(resolve("localhost", &own).await.is_ok_and(|found| !found.is_empty()));
    }

    /// What the client was told by our resolver comes out as what it was.
    #[tokio::test]
    async fn the_client_resolves_by_us_and_says_why_not() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let caller = Caller::new(&Allowed::default()).expect("a client");
        let failed = caller.client.get("https://localhost:9/").send().await.expect_err("refused");
        assert_eq!(why(&failed), BadTarget::Private.to_string());
    }

    #[test]
    fn when_to_come_again_is_read_in_both_forms() {
        let now = Timestamp(784_111_777_000);
        assert_eq!(retry_after(" 120 ", now), Some(120_000));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), Some(60_000));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:48:37 GMT", now), Some(0));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-1", now), None);
    }
}
