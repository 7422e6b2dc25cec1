//! The document at a supplier's domain, `https://DOMAIN/.well-known/regie.json`: written by the supplier, read by a
//! person's node. A companion reads lists of withdrawn
//! credentials the same way.
//!
//! In: a domain that a supplier named, an address that an issuer signed. Out: what stands there, or why there is none, in a time and a
//! memory that are bounded. What is asked tells nothing of who asks: no key, no cookie, no user agent, no place it came
//! from. It goes to addresses of the public internet alone, or by the proxy alone where there is one, and follows nobody
//! elsewhere.

use std::{collections::BTreeSet, sync::Arc};

use data_encoding::BASE64URL_NOPAD;
use hyper::{Method, header, header::HeaderValue};
use regie_protocol::{
    Profile, Signed, limits,
    standing::{Unread, WELL_KNOWN, is_domain},
    wire,
};
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::{
    command::Failure,
    http::{self, Question, Unanswered},
    network::{self, Fault, Proxy, WebWay, web},
    public::{self, Unreachable},
};

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
    /// How the node reaches others, where that is not straight.
    proxy: Option<Proxy>,
}

impl Reader {
    /// One that also looks at these hosts where they are in a private network; as `HOST:PORT` also at another port. Where
    /// there is a proxy everything goes through it, names too, or not at all.
    #[must_use]
    pub fn new(allowed: BTreeSet<String>, proxy: Option<Proxy>) -> Self {
        Self { allowed: Arc::new(allowed), proxy }
    }

    /// Reads the document of a domain. Whose it is the machine judges.
    ///
    /// # Errors
    /// [`Unread`].
    pub async fn read(&self, domain: &str) -> Result<Signed<Profile>, Unread> {
        let read = tokio::time::timeout(network::limits::question(self.proxy.is_some()), self.document(domain))
            .await
            .unwrap_or(Err(Unread::Slow));
        if let Err(why) = read {
            tracing::info!(code = why.code(), "the document of a domain could not be read");
        }
        read
    }

    /// Reads what stands at an address, of this type and at most so many bytes.
    ///
    /// # Errors
    /// [`Unread`].
    #[cfg(feature = "vc")]
    pub async fn read_at(&self, address: &str, kind: &'static str, most: usize) -> Result<Vec<u8>, Unread> {
        let (domain, url) = self.address(address)?;
        let fetch = self.fetch(&domain, &url, kind, most);
        tokio::time::timeout(network::limits::question(self.proxy.is_some()), fetch).await.unwrap_or(Err(Unread::Slow))
    }

    async fn document(&self, domain: &str) -> Result<Signed<Profile>, Unread> {
        let url = self.url(domain, WELL_KNOWN)?;
        parse(&self.fetch(domain, &url, "*/*", limits::DOMAIN_DOCUMENT_BYTES).await?)
    }

    async fn fetch(&self, domain: &str, url: &Url, kind: &'static str, most: usize) -> Result<Vec<u8>, Unread> {
        let host = url.host_str().ok_or(Unread::NotADomain)?;
        let port = url.port_or_known_default().ok_or(Unread::NotADomain)?;
        let way = match &self.proxy {
            // What the name leads to, the proxy sees, and this node does not.
            Some(proxy) => WebWay::Through(proxy.clone()),
            None => WebWay::At(self.looked_up(domain, host, port).await?),
        };
        let stream = web(host, port, way).await.map_err(|fault| self.unread(&fault))?;
        let unanswered = |why| match why {
            Unanswered::TooLarge => Unread::TooLarge,
            Unanswered::Broken => self.broken(),
        };
        // Held until the body is read: dropped, it ends the stream.
        let (mut answer, _connection) = http::ask(stream, question(url, kind)).await.map_err(unanswered)?;
        match answer.status() {
            status if status.is_success() => {}
            // Followed, it would lead to an address that nobody looked at.
            status if status.is_redirection() => return Err(Unread::Redirect),
            _ => return Err(Unread::NoDocument),
        }
        http::body(&mut answer, most).await.map_err(unanswered)
    }

    async fn looked_up(&self, domain: &str, host: &str, port: u16) -> Result<Vec<std::net::SocketAddr>, Unread> {
        let allowed = self.allows(domain) || self.allows(host);
        let mut found = public::resolve(host, port, allowed).await.map_err(|error| match error {
            Unreachable::Unresolved => Unread::Unresolved,
            Unreachable::Private => Unread::Private,
        })?;
        found.truncate(network::limits::ADDRESSES_OF_A_NAME);
        Ok(found)
    }

    /// Why the web server was not reached.
    fn unread(&self, fault: &Fault) -> Unread {
        match fault {
            Fault::Certificate(_) => Unread::Certificate,
            _ => self.broken(),
        }
    }

    /// The web server was not reached, or it does not speak HTTP; where there is a proxy, it may be that one.
    fn broken(&self) -> Unread {
        if self.proxy.is_some() { Unread::Proxied } else { Unread::Unreachable }
    }

    /// An address that somebody signed: its domain, with the port where it has one, and what to ask for there.
    #[cfg(feature = "vc")]
    fn address(&self, address: &str) -> Result<(String, Url), Unread> {
        let (domain, path) =
            address.strip_prefix("https://").ok_or(Unread::NotADomain)?.split_once('/').unwrap_or_default();
        let url = self.url(domain, &format!("/{path}"))?;
        if url.fragment().is_some() { Err(Unread::NotADomain) } else { Ok((domain.to_owned(), url)) }
    }

    fn url(&self, domain: &str, path: &str) -> Result<Url, Unread> {
        // A port is the owner's to allow: a supplier must not make the node knock at any it likes.
        if !is_domain(domain) || (domain.contains(':') && !self.allows(domain)) {
            return Err(Unread::NotADomain);
        }
        let url = Url::parse(&format!("https://{domain}{path}")).map_err(|_| Unread::NotADomain)?;
        let name = domain.split(':').next().unwrap_or_default();
        // What a URL takes for an address in some spelling of one is no name.
        let same = url.host_str().is_some_and(|host| host.eq_ignore_ascii_case(name));
        if same { Ok(url) } else { Err(Unread::NotADomain) }
    }

    /// Did the owner allow this server in a private network?
    #[cfg(feature = "push")]
    pub(crate) fn allows_at(&self, host: &str, port: u16) -> bool {
        self.allows(host) || self.allows(&format!("{host}:{port}"))
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

/// What is asked for the document.
fn question(url: &Url, kind: &'static str) -> Question {
    let host = url.host_str().unwrap_or_default();
    Question {
        method: Method::GET,
        authority: url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        // A URL's path is one of a request too.
        path: url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())),
        headers: vec![(header::ACCEPT, HeaderValue::from_static(kind))],
        body: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use regie_protocol::{Keypair, Timestamp, Verified};

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
            keys: regie_protocol::KeyHistory::default(),
            board: false,
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
            none.url("Utrecht.example", WELL_KNOWN).map(|url| url.to_string()),
            Ok("https://utrecht.example/.well-known/regie.json".into())
        );
        for bad in
            ["", "localhost", "127.0.0.1", "127.1", "0x7f.0x1", "1.0x7f", "[::1]", "a.nl:8443", "a.nl/x", "u@a.nl"]
        {
            assert_eq!(none.url(bad, WELL_KNOWN), Err(Unread::NotADomain), "{bad}");
        }
        let some = Reader::new(BTreeSet::from(["localhost:8443".to_owned()]), None);
        assert!(some.url("localhost:8443", WELL_KNOWN).is_ok() && some.url("LOCALHOST:8443", WELL_KNOWN).is_ok());
        assert!(some.url("localhost:8444", WELL_KNOWN).is_err());
    }

    #[cfg(feature = "vc")]
    #[tokio::test]
    async fn an_address_that_an_issuer_signed_leads_into_no_private_network() {
        let read = async |address: &str| Reader::default().read_at(address, "*/*", 10).await;
        for bad in [
            "",
            "http://a.example/1",
            "https://localhost/1",
            "https://127.0.0.1/1",
            "https://[::1]/1",
            "https://10.0.0.1/1",
            "https://u@a.example/1",
            "https://a.example:8443/1",
            "https://a.example",
            "https://a.example/1#x",
            "file:///etc/passwd",
            "https:///1",
        ] {
            assert_eq!(read(bad).await, Err(Unread::NotADomain), "{bad}");
        }
        let allowed = Reader::new(BTreeSet::from(["localhost:9".to_owned()]), None);
        assert_eq!(allowed.read_at("https://localhost:9/lists/1", "*/*", 10).await, Err(Unread::Unreachable));
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_looked_at_unless_allowed() {
        // `localhost.` has no dot in it and would be no domain; the port makes it one, which the owner allowed.
        let named = Reader::new(BTreeSet::from(["localhost:9".to_owned()]), None);
        assert_eq!(named.read("localhost:9").await, Err(Unread::Unreachable));
        assert_eq!(Reader::default().read("localhost:9").await, Err(Unread::NotADomain));
        // The proxy is away: nobody is asked in its place.
        let proxied = Reader::new(named.allowed.as_ref().clone(), "socks5://127.0.0.1:9".parse().ok());
        assert_eq!(proxied.read("localhost:9").await, Err(Unread::Proxied));
        assert_eq!(public::resolve("localhost", 443, false).await, Err(Unreachable::Private));
    }
}
