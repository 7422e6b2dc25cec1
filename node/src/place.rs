//! Where a server answers that the person entered: a witness of their logs, a hook for notices. In: what they typed, the proxy of
//! the configuration, what is asked. Out: the head of an answer, or why there is none. Nothing goes to another place than was
//! entered: nobody is followed elsewhere. Without encryption it goes nowhere but near.

use std::{fmt, net::IpAddr, str::FromStr};

use hyper::{
    Method, Response, Uri,
    body::Incoming,
    header::{HeaderName, HeaderValue},
};
use regie_protocol::limits;
use serde::{Deserialize, Serialize};

use crate::{
    http::{self, Connection, Question, Unanswered},
    network::{self, Fault, Proxy, WebWay},
    public::{self, Unreachable},
};

/// `https://HOST[:PORT][/PATH]`, and without encryption on this machine, in its own network or behind an onion name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    host: String,
    port: Option<u16>,
    path: String,
    encrypted: bool,
}

/// Text that names no such place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "that is no address of a server; it is found at https://HOST/PATH, and at http:// only on this machine, at an address of \
     its own network, or behind an onion name"
)]
pub struct BadPlace;

crate::command::explained!(BadPlace);

/// What is asked there.
pub(crate) struct Asked {
    /// How.
    pub(crate) method: Method,
    /// What stands behind the path of the place.
    pub(crate) below: &'static str,
    /// Headers beside the host.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// What is sent.
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreached {
    /// Its name leads nowhere.
    Unresolved,
    /// Its name leads into a private network, and nobody said that it may.
    Private,
    /// Its certificate does not hold.
    Certificate,
    /// It was not reached.
    Unreachable,
    /// The proxy did not lead there.
    Proxied,
    /// It was, and does not speak HTTP as it should.
    Unanswered(Unanswered),
}

impl Place {
    /// Asks this server; who calls bounds the time. The connection ends with what comes out beside the answer. The person
    /// entered it, so it may be in a private network.
    pub(crate) async fn ask(
        &self,
        proxy: Option<&Proxy>,
        asked: Asked,
    ) -> Result<(Response<Incoming>, Connection), Unreached> {
        self.ask_at(proxy, true, asked).await
    }

    /// The same, of a place that somebody else named: may it be in a private network?
    pub(crate) async fn ask_at(
        &self,
        proxy: Option<&Proxy>,
        may_be_private: bool,
        asked: Asked,
    ) -> Result<(Response<Incoming>, Connection), Unreached> {
        let (host, port) = (self.bare(), self.number());
        let way = match proxy {
            Some(proxy) => WebWay::Through(proxy.clone()),
            None => WebWay::At(looked_up(host, port, may_be_private).await?),
        };
        let question = Question {
            method: asked.method,
            authority: self.authority(),
            path: match (&*self.path, asked.below) {
                ("", "") => "/".to_owned(),
                (path, below) => format!("{path}{below}"),
            },
            headers: asked.headers,
            body: asked.body,
        };
        let unreached = |fault: Fault| match fault {
            Fault::Certificate(_) => Unreached::Certificate,
            _ if proxy.is_some() => Unreached::Proxied,
            _ => Unreached::Unreachable,
        };
        let answered = if self.encrypted {
            http::ask(network::web(host, port, way).await.map_err(unreached)?, question).await
        } else {
            http::ask(network::plain(host, port, way).await.map_err(unreached)?, question).await
        };
        answered.map_err(Unreached::Unanswered)
    }

    /// A place to its last letter, with a query where it has one: some hooks have their token there.
    ///
    /// # Errors
    /// [`BadPlace`].
    pub fn exact(text: &str) -> Result<Self, BadPlace> {
        let uri: Uri = text.parse().ok().filter(|_| text.len() <= limits::NAME_BYTES).ok_or(BadPlace)?;
        let before = text.split('?').next().unwrap_or_default();
        let path = uri.path_and_query().map(ToString::to_string).ok_or(BadPlace)?;
        let place: Self = before.parse()?;
        if text.contains('#') { Err(BadPlace) } else { Ok(Self { path, ..place }) }
    }

    /// The name of the server, without what stands behind it.
    #[cfg(feature = "push")]
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Its scheme, name and port (RFC 6454).
    #[cfg(feature = "push")]
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", if self.encrypted { "https" } else { "http" }, self.authority())
    }

    fn authority(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }

    pub(crate) fn number(&self) -> u16 {
        self.port.unwrap_or(if self.encrypted { 443 } else { 80 })
    }

    fn bare(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }
}

/// The addresses of a server, looked up once.
async fn looked_up(host: &str, port: u16, may_be_private: bool) -> Result<Vec<std::net::SocketAddr>, Unreached> {
    let found = public::resolve(host, port, may_be_private).await.map_err(|why| match why {
        Unreachable::Unresolved => Unreached::Unresolved,
        Unreachable::Private => Unreached::Private,
    });
    let mut found = found?;
    found.truncate(network::limits::ADDRESSES_OF_A_NAME);
    Ok(found)
}

impl FromStr for Place {
    type Err = BadPlace;

    fn from_str(text: &str) -> Result<Self, BadPlace> {
        let uri: Uri = text.parse().ok().filter(|_| text.len() <= limits::NAME_BYTES).ok_or(BadPlace)?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or(BadPlace)?;
        let encrypted = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(BadPlace),
        };
        let place = Self {
            host: authority.host().to_ascii_lowercase(),
            port: authority.port_u16(),
            path: uri.path().trim_end_matches('/').to_owned(),
            encrypted,
        };
        let near = || {
            let address = place.bare().parse::<IpAddr>();
            place.host == "localhost" || place.host.ends_with(".onion") || address.is_ok_and(public::is_private)
        };
        let whole =
            uri.query().is_none() && !text.contains('#') && authority.as_str() == authority_of(&place, authority);
        if whole && (encrypted || near()) { Ok(place) } else { Err(BadPlace) }
    }
}

/// The authority as it is understood, in the letters that were written: nothing of it may be left out.
fn authority_of(place: &Place, written: &hyper::http::uri::Authority) -> String {
    place.port.map_or_else(|| written.host().to_owned(), |port| format!("{}:{port}", written.host()))
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.encrypted { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_and_written_and_unencrypted_only_near() {
        for (text, written) in [
            ("https://witness.example", "https://witness.example"),
            ("https://Witness.example:8443/w1/", "https://witness.example:8443/w1"),
            ("http://127.0.0.1:7483", "http://127.0.0.1:7483"),
            ("http://[::1]:7483/a", "http://[::1]:7483/a"),
            ("http://192.168.1.2", "http://192.168.1.2"),
            ("http://abc.onion/x", "http://abc.onion/x"),
        ] {
            let place: Place = text.parse().expect(text);
            assert_eq!(place.to_string(), written);
            assert_eq!(written.parse(), Ok(place));
        }
        for text in [
            "",
            "witness.example",
            "http://witness.example",
            "http://93.184.216.34",
            "ftp://witness.example",
            "https://user@witness.example",
            "https://witness.example/?a=b",
            "https://witness.example/#a",
            "https://witness.example:99999",
            "https:///x",
        ] {
            assert_eq!(text.parse::<Place>(), Err(BadPlace), "{text}");
        }
    }

    #[test]
    fn an_exact_place_keeps_its_query_and_its_last_slash() {
        for text in
            ["https://hooks.example/a?token=b", "http://127.0.0.1:9/?x", "https://hooks.example/a/", "https://a.nl/"]
        {
            assert_eq!(Place::exact(text).expect(text).to_string(), text);
        }
        assert_eq!(Place::exact("https://a.example?x=1").expect("read").to_string(), "https://a.example/?x=1");
        for text in [
            "http://hooks.example/a?b",
            "https://u@hooks.example/?b",
            "https://a.example/?b#c",
            "?b",
            "https://a.example/?b c",
        ] {
            assert_eq!(Place::exact(text), Err(BadPlace), "{text}");
        }
    }
}
