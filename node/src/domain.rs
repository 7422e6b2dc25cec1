//! The document at a supplier's domain, `https://DOMAIN/.well-known/regie.json`: written by the supplier, read by a
//! person's node. This is the only HTTP that a person's node speaks with others.
//!
//! In: a domain that a supplier named. Out: the signed profile that stands there, or why there is none, in a time and a
//! memory that are bounded. What is asked tells nothing of who asks: no key, no cookie, no user agent, no place it came
//! from. It goes to addresses of the public internet alone, and follows nobody elsewhere.

use std::{collections::BTreeSet, error::Error as _, sync::Arc, time::Duration};

use data_encoding::BASE64URL_NOPAD;
use regie_protocol::{
    limits,
    profile::Profile,
    signed::Signed,
    standing::{Unread, WELL_KNOWN, is_domain},
    wire,
};
use reqwest::{Client, ClientBuilder, Url, redirect::Policy};
use serde::{Deserialize, Serialize};

use crate::{
    command::Failure,
    public::{self, Unreachable},
};

/// How long one reading may take in all: the name, the connection, the document.
const IN_ALL: Duration = Duration::from_secs(10);
/// The only version there is.
const VERSION: u32 = 1;
/// Most bytes of a signed profile as it travels: the body, its signature and the names of both.
const SIGNED_BYTES: usize = limits::OBJECT_BYTES + 256;

/// The document. Keys that this version does not know are passed over.
#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    /// The signed profile as it travels, in base64url.
    profile: String,
}

/// Reads documents; clones share what is allowed.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    allowed: Arc<BTreeSet<String>>,
    /// Does the node reach others by a proxy alone? Then nothing is read: it would go around it.
    proxied: bool,
}

impl Reader {
    /// One that also looks at these hosts where they are in a private network; as `HOST:PORT` also at another port.
    #[must_use]
    pub fn new(allowed: BTreeSet<String>) -> Self {
        Self { allowed: Arc::new(allowed), proxied: false }
    }

    /// One that reads nothing, for a node that reaches others by a proxy alone.
    #[must_use]
    pub fn behind_a_proxy() -> Self {
        Self { proxied: true, ..Self::default() }
    }

    /// Reads the document of a domain. Whose it is the machine judges.
    ///
    /// # Errors
    /// [`Unread`].
    pub async fn read(&self, domain: &str) -> Result<Signed<Profile>, Unread> {
        if self.proxied {
            return Err(Unread::Proxied);
        }
        let read = tokio::time::timeout(IN_ALL, self.fetch(domain)).await.unwrap_or(Err(Unread::Slow));
        if let Err(why) = read {
            tracing::info!(code = why.code(), "the document of a domain could not be read");
        }
        read
    }

    async fn fetch(&self, domain: &str) -> Result<Signed<Profile>, Unread> {
        let url = self.url(domain)?;
        let host = url.host_str().ok_or(Unread::NotADomain)?.to_owned();
        let port = url.port_or_known_default().ok_or(Unread::NotADomain)?;
        let allowed = self.allows(domain) || self.allows(&host);
        let addresses = public::resolve(&host, port, allowed).await.map_err(|error| match error {
            Unreachable::Unresolved => Unread::Unresolved,
            Unreachable::Private => Unread::Private,
        })?;
        // The system's certificates are read from disk.
        let client = move || client(|builder| builder.resolve_to_addrs(&host, &addresses));
        let client = tokio::task::spawn_blocking(client).await.map_err(|_| Unread::NoTls)??;
        let mut answer = client.get(url).send().await.map_err(|error| failed(&error))?;
        match answer.status() {
            status if status.is_success() => {}
            status if status.is_redirection() => return Err(Unread::Redirect),
            _ => return Err(Unread::NoDocument),
        }
        let most = limits::DOMAIN_DOCUMENT_BYTES;
        let says_more = |length: u64| usize::try_from(length).is_ok_and(|length| length > most);
        if answer.content_length().is_some_and(says_more) {
            return Err(Unread::TooLarge);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
            if bytes.len() + chunk.len() > most {
                return Err(Unread::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        parse(&bytes)
    }

    fn url(&self, domain: &str) -> Result<Url, Unread> {
        // A port is the owner's to allow: a supplier must not make the node knock at any it likes.
        if !is_domain(domain) || (domain.contains(':') && !self.allows(domain)) {
            return Err(Unread::NotADomain);
        }
        let url = Url::parse(&format!("https://{domain}{WELL_KNOWN}")).map_err(|_| Unread::NotADomain)?;
        let name = domain.split(':').next().unwrap_or_default();
        // What a URL takes for an address in some spelling of one is no name.
        let same = url.host_str().is_some_and(|host| host.eq_ignore_ascii_case(name));
        if same { Ok(url) } else { Err(Unread::NotADomain) }
    }

    fn allows(&self, name: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
    }
}

/// The document that holds this profile, as it is to be put at the domain.
///
/// # Errors
/// Where it would be larger than what is read.
pub fn document(profile: &Signed<Profile>) -> Result<String, Failure> {
    let profile = BASE64URL_NOPAD.encode(&wire::encode(profile).map_err(Failure::internal)?);
    let document = Document { version: VERSION, profile };
    let text = serde_json::to_string_pretty(&document).map_err(Failure::internal)? + "\n";
    if text.len() > limits::DOMAIN_DOCUMENT_BYTES {
        let most = limits::DOMAIN_DOCUMENT_BYTES / 1024;
        return Err(Failure::usage(format!("the document would be above {most} KiB; ask for less in your profile")));
    }
    Ok(text)
}

/// The signed profile in a document; its signature is not looked at.
///
/// # Errors
/// [`Unread::NotADocument`].
pub fn parse(bytes: &[u8]) -> Result<Signed<Profile>, Unread> {
    let bad = || Unread::NotADocument;
    let document: Document = serde_json::from_slice(bytes).map_err(|_| bad())?;
    if document.version != VERSION {
        return Err(bad());
    }
    let profile = BASE64URL_NOPAD.decode(document.profile.as_bytes()).map_err(|_| bad())?;
    wire::decode(&profile, SIGNED_BYTES).map_err(|_| bad())
}

/// A client that checks certificates as the system does; where the system has none to check by, by those of Mozilla that
/// are built in.
fn client(to: impl Fn(ClientBuilder) -> ClientBuilder) -> Result<Client, Unread> {
    let builder = || {
        let plain = Client::builder().redirect(Policy::none()).referer(false).no_proxy().https_only(true);
        to(plain.timeout(IN_ALL).pool_max_idle_per_host(0))
    };
    // Another part of this process may have been first, with the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if let Ok(client) = builder().build() {
        return Ok(client);
    }
    let roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let tls = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    builder().tls_backend_preconfigured(tls).build().map_err(|_| Unread::NoTls)
}

/// Why a call failed, found by what stands behind the error.
fn failed(error: &reqwest::Error) -> Unread {
    if error.is_timeout() {
        return Unread::Slow;
    }
    let mut behind = error.source();
    while let Some(one) = behind {
        if is_about_certificate(one) {
            return Unread::Certificate;
        }
        behind = one.source();
    }
    Unread::Unreachable
}

/// What an I/O error holds is not among its sources.
fn is_about_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(io) = error.downcast_ref::<std::io::Error>() {
        return io.get_ref().is_some_and(|inner| is_about_certificate(inner));
    }
    matches!(error.downcast_ref::<rustls::Error>(), Some(rustls::Error::InvalidCertificate(_)))
}

#[cfg(test)]
mod tests {
    use regie_protocol::{identity::Keypair, signed::Verified, time::Timestamp};

    use super::*;

    fn profile() -> Signed<Profile> {
        let key = Keypair::from_secret(&[1; 32]);
        let profile = Profile {
            supplier: key.public(),
            name: "Gemeente Utrecht".into(),
            sector: "government".into(),
            domain: "utrecht.example".into(),
            contact: String::new(),
            wishes: Vec::new(),
            agreements: BTreeSet::new(),
            addresses: Vec::new(),
            keys: regie_protocol::rotation::KeyHistory::default(),
            issued: Timestamp(1),
        };
        Verified::sign(profile, &key).expect("signed").signed().clone()
    }

    #[test]
    fn a_document_reads_back_and_anything_else_is_none() {
        let text = document(&profile()).expect("a document");
        assert_eq!(parse(text.as_bytes()), Ok(profile()));
        let more = text.replacen('{', "{\"later\": [1],", 1);
        assert_eq!(parse(more.as_bytes()), Ok(profile()), "what a later version adds is passed over");
        for cut in 0..text.trim_end().len() {
            assert_eq!(parse(&text.as_bytes()[..cut]), Err(Unread::NotADocument), "cut at {cut}");
        }
        let bad = [
            "",
            "null",
            "[]",
            "{}",
            "<html>",
            "{\"version\":1,\"profile\":\"!\"}",
            "{\"version\":1,\"profile\":\"AAAA\"}",
        ];
        for bad in bad.into_iter().chain([text.replace("\"version\": 1", "\"version\": 2").as_str()]) {
            assert_eq!(parse(bad.as_bytes()), Err(Unread::NotADocument), "{bad}");
        }
    }

    #[test]
    fn only_names_of_domains_become_urls_and_a_port_only_where_it_is_allowed() {
        let none = Reader::default();
        assert_eq!(
            none.url("Utrecht.example").map(|url| url.to_string()),
            Ok("https://utrecht.example/.well-known/regie.json".into())
        );
        for bad in
            ["", "localhost", "127.0.0.1", "127.1", "0x7f.0x1", "1.0x7f", "[::1]", "a.nl:8443", "a.nl/x", "u@a.nl"]
        {
            assert_eq!(none.url(bad), Err(Unread::NotADomain), "{bad}");
        }
        let some = Reader::new(BTreeSet::from(["localhost:8443".to_owned()]));
        assert!(some.url("localhost:8443").is_ok() && some.url("LOCALHOST:8443").is_ok());
        assert!(some.url("localhost:8444").is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_looked_at_unless_allowed() {
        // `localhost.` has no dot in it and would be no domain; the port makes it one, which the owner allowed.
        let named = Reader::new(BTreeSet::from(["localhost:9".to_owned()]));
        assert_eq!(named.read("localhost:9").await, Err(Unread::Unreachable));
        assert_eq!(Reader::default().read("localhost:9").await, Err(Unread::NotADomain));
        assert_eq!(Reader::behind_a_proxy().read("localhost:9").await, Err(Unread::Proxied));
        assert_eq!(public::resolve("localhost", 443, false).await, Err(Unreachable::Private));
    }
}
