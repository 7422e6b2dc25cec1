//! Where a person's dashboard can be reached from other machines than its own, if the person wants that: one origin, and how it is
//! kept encrypted. In: `elsewhere` of `config.toml`. Out: an origin, an address to listen at, or why that would be unsafe.
//!
//! Nothing is served openly without TLS: either the node has a certificate of its own making (`certificate.rs`), or a web server
//! on this machine does it, and then the node listens on the loopback alone.

mod certificate;

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

pub use certificate::{Certificate, Fingerprint};

use crate::command::Failure;

/// Where a node listens for a web server on its own machine, unless told otherwise.
const BEHIND: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7490);
/// Longest origin, in bytes.
const ORIGIN_BYTES: usize = 300;

/// What browsers elsewhere type: `https://regie.example.nl` or `https://192.168.1.5:7443` (RFC 6454).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    host: Host<String>,
    port: u16,
}

/// Text that is no such origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOrigin {
    /// It is no address at all, or has a path, a name or a question in it.
    #[error("not an address that a browser opens; write it as https://regie.example.nl or https://192.168.1.5:7443")]
    Form,
    /// It is not encrypted.
    #[error("it does not begin with https://, and without that everybody on the way could read and change your pages")]
    Plain,
    /// It leads to this machine.
    #[error("that is this machine itself, where your dashboard is already; name it as other machines do")]
    Own,
}

crate::command::explained!(BadOrigin);

impl FromStr for Origin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Self, BadOrigin> {
        let url = Url::parse(text).ok().filter(|_| text.len() <= ORIGIN_BYTES).ok_or(BadOrigin::Form)?;
        match url.scheme() {
            "https" => {}
            "http" => return Err(BadOrigin::Plain),
            _ => return Err(BadOrigin::Form),
        }
        let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/";
        let (Some(host), true) = (url.host(), bare && url.query().is_none() && url.fragment().is_none()) else {
            return Err(BadOrigin::Form);
        };
        let host = host.to_owned();
        let own = match &host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(ip) => ip.is_unspecified(),
            Host::Ipv6(ip) => ip.is_unspecified(),
        };
        // A port of 0 is nobody's.
        let port = url.port_or_known_default().filter(|port| *port != 0).ok_or(BadOrigin::Form)?;
        if own { Err(BadOrigin::Own) } else { Ok(Self { host, port }) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.authority())
    }
}

impl Serialize for Origin {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Origin {
    /// What a browser says as `Host`: the port only where it is not 443.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.port == 443 { self.host.to_string() } else { format!("{}:{}", self.host, self.port) }
    }

    /// The host without its port, and without brackets: as it stands in a certificate.
    #[must_use]
    pub fn host(&self) -> String {
        match &self.host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        }
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Has it a name? Browsers keep passkeys by names alone.
    #[must_use]
    pub fn is_named(&self) -> bool {
        matches!(self.host, Host::Domain(_))
    }

    fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(ip) => Some(ip.into()),
            Host::Ipv6(ip) => Some(ip.into()),
        }
    }
}

/// `elsewhere` of `config.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// What browsers elsewhere type.
    pub origin: Origin,
    /// The address to listen at, where it is not the one that goes without saying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// Is the encryption done by a web server on this machine, which passes requests on?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proxy: bool,
}

impl Elsewhere {
    /// Where to listen, the first that is free.
    ///
    /// # Errors
    /// `unsafe_address`: an address that others reach, where the encryption ends before it.
    pub fn addresses(&self) -> Result<Vec<SocketAddr>, Failure> {
        if self.proxy {
            let at = self.listen.unwrap_or(BEHIND);
            if at.ip().to_canonical().is_loopback() {
                return Ok(vec![at]);
            }
            let next = "listen on 127.0.0.1 and let the web server be on this machine, or leave `proxy` away: then the node \
                        encrypts by itself";
            let why = format!("behind a web server the node would hear plain text at {at}, which others reach; {next}");
            return Err(Failure::usage(why));
        }
        if let Some(at) = self.listen {
            return Ok(vec![at]);
        }
        let at = |ip: IpAddr| SocketAddr::new(ip, self.origin.port);
        Ok(match self.origin.address() {
            Some(ip) => vec![at(ip)],
            // The first takes both families, on a machine that has both.
            None => vec![at(Ipv6Addr::UNSPECIFIED.into()), at(Ipv4Addr::UNSPECIFIED.into())],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Result<Origin, BadOrigin> {
        text.parse()
    }

    #[test]
    fn an_origin_is_a_host_and_a_port_by_https_and_nothing_else() {
        for (text, authority, host) in [
            ("https://regie.example.nl", "regie.example.nl", "regie.example.nl"),
            ("https://Regie.Example.nl:443/", "regie.example.nl", "regie.example.nl"),
            ("https://192.168.1.5:7443", "192.168.1.5:7443", "192.168.1.5"),
            ("https://[fd00::1]:7443", "[fd00::1]:7443", "fd00::1"),
        ] {
            let origin = origin(text).expect(text);
            assert_eq!((&*origin.authority(), &*origin.host()), (authority, host));
            assert_eq!(origin.to_string().parse(), Ok(origin));
        }
        for (text, wrong) in [
            ("http://regie.example.nl", BadOrigin::Plain),
            ("regie.example.nl", BadOrigin::Form),
            ("https://anna@regie.example.nl", BadOrigin::Form),
            ("https://regie.example.nl/data", BadOrigin::Form),
            ("https://regie.example.nl/?x", BadOrigin::Form),
            ("https://regie.example.nl/#x", BadOrigin::Form),
            ("https://regie.example.nl:0", BadOrigin::Form),
            ("https://localhost:7443", BadOrigin::Own),
            ("https://x.localhost", BadOrigin::Own),
            ("https://0.0.0.0:7443", BadOrigin::Own),
            ("ftp://regie.example.nl", BadOrigin::Form),
        ] {
            assert_eq!(origin(text), Err(wrong), "{text}");
        }
    }

    #[test]
    fn plain_text_is_heard_on_the_loopback_alone() {
        let of = |listen: Option<&str>, proxy: bool| Elsewhere {
            origin: origin("https://regie.example.nl").expect("an origin"),
            listen: listen.map(|at| at.parse().expect("an address")),
            proxy,
        };
        assert_eq!(of(None, true).addresses().expect("safe"), [BEHIND]);
        assert!(of(Some("[::1]:80"), true).addresses().is_ok());
        for open in ["0.0.0.0:80", "[::]:80", "192.168.1.5:80", "[::ffff:192.168.1.5]:80"] {
            assert!(of(Some(open), true).addresses().is_err(), "{open}");
            assert!(of(Some(open), false).addresses().is_ok(), "{open}: encrypted by the node");
        }
        assert_eq!(of(None, false).addresses().expect("safe").len(), 2);
    }
}
