//! Network addresses as people write them: multiaddr text in, a checked `Address` out.
//!
//! In: text of links, profiles, options. Out: a host, a port and the way to speak there. A host may be a name: it is
//! looked up anew for every attempt (`network/resolve.rs`), or by the proxy where there is one.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use libp2p::{Multiaddr, multiaddr::Protocol};
use serde::{Deserialize, Serialize};

use super::{limits, through};

/// A host with a TCP port, a QUIC port or a web socket: `/ip4|ip6|dns|dns4|dns6/HOST/tcp/PORT`, `…/udp/PORT/quic-v1`,
/// `…/tcp/PORT/tls/ws/http-path/PATH` or `/onion3/NAME:PORT`. At most [`limits::ADDRESS_BYTES`] of text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Address {
    text: String,
    pub(super) host: Host,
    pub(super) port: u16,
    pub(super) carrier: Carrier,
}

/// Where an address leads.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Host {
    Ip(IpAddr),
    Name {
        name: String,
        family: Family,
    },
    /// A Tor onion service of version 3, as its name without a port. Reached through a proxy alone.
    Onion(String),
}

impl Host {
    /// As people write it, without a port.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Ip(ip) => ip.to_string(),
            Self::Name { name, .. } | Self::Onion(name) => name.clone(),
        }
    }
}

/// Which addresses of a name count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Family {
    Any,
    V4,
    V6,
}

/// What carries our bytes to a host.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Carrier {
    Quic,
    Tcp,
    /// A web socket under this path (without its first `/`), within TLS of the web's own kind where `tls` is set.
    WebSocket {
        tls: bool,
        path: String,
    },
}

/// How an address is spoken to, for who counts or chooses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Transport {
    /// QUIC version 1.
    Quic,
    /// TCP.
    Tcp,
    /// A web socket.
    WebSocket,
}

/// From where an address can be reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reach {
    /// From anywhere, as far as the address itself tells; names are taken at their word.
    World,
    /// From within a private network (RFC 1918, RFC 6598, RFC 4193).
    Private,
    /// From this machine alone, or from its own wire: loopback, link-local, unspecified.
    Here,
}

/// Text that is not an address regie can dial or listen on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not an address; write /ip4/192.0.2.7/tcp/7481, /dns/shop.example/udp/7481/quic-v1, or \
     /dns/shop.example/tcp/443/tls/ws/http-path/regie"
)]
pub struct BadAddress(String);

impl Address {
    /// What carries our bytes there.
    #[must_use]
    pub fn transport(&self) -> Transport {
        match self.carrier {
            Carrier::Quic => Transport::Quic,
            Carrier::Tcp => Transport::Tcp,
            Carrier::WebSocket { .. } => Transport::WebSocket,
        }
    }

    /// From where it can be reached.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match &self.host {
            Host::Ip(ip) => reach(*ip),
            Host::Name { name, .. } if name == "localhost" || name.ends_with(".localhost") => Reach::Here,
            Host::Name { .. } | Host::Onion(_) => Reach::World,
        }
    }

    /// Does it stand for every address of this machine? Such a one can be listened on, not dialled.
    #[must_use]
    pub fn is_unspecified(&self) -> bool {
        matches!(self.host, Host::Ip(ip) if ip.is_unspecified())
    }

    /// Can it be listened on: an IP address with a TCP or a QUIC port?
    #[must_use]
    pub fn can_be_listened_on(&self) -> bool {
        matches!((&self.host, &self.carrier), (Host::Ip(_), Carrier::Tcp | Carrier::Quic))
    }

    /// The TCP socket that it is listened on at; none where the system is to choose the port.
    pub(super) fn tcp_socket(&self) -> Option<SocketAddr> {
        match (&self.host, &self.carrier) {
            (Host::Ip(ip), Carrier::Tcp) if self.port != 0 => Some(SocketAddr::new(*ip, self.port)),
            _ => None,
        }
    }

    /// A web socket of this path at the same host and port; within TLS, where this address is.
    pub(super) fn with_web_socket(&self, path: &str) -> Self {
        let tls = matches!(self.carrier, Carrier::WebSocket { tls: true, .. });
        let kind = match &self.host {
            Host::Ip(IpAddr::V4(_)) => "ip4",
            Host::Ip(IpAddr::V6(_)) => "ip6",
            Host::Name { family: Family::V4, .. } => "dns4",
            Host::Name { family: Family::V6, .. } => "dns6",
            Host::Name { family: Family::Any, .. } | Host::Onion(_) => "dns",
        };
        let host = match &self.host {
            Host::Ip(ip) => ip.to_string(),
            Host::Name { name, .. } | Host::Onion(name) => name.clone(),
        };
        let (layer, within) = (if tls { "/tls" } else { "" }, path.replace('/', "%2F"));
        let text = format!("/{kind}/{host}/tcp/{}{layer}/ws/http-path/{within}", self.port);
        Self {
            text,
            host: self.host.clone(),
            port: self.port,
            carrier: Carrier::WebSocket { tls, path: path.to_owned() },
        }
    }

    /// Does it lead to somebody behind a forwarder?
    #[must_use]
    pub fn is_forwarded(&self) -> bool {
        matches!(&self.carrier, Carrier::WebSocket { path, .. } if through::placed(path).is_some())
    }

    /// Is it an IPv6 address?
    pub(super) fn is_ip6(&self) -> bool {
        matches!(self.host, Host::Ip(IpAddr::V6(_)) | Host::Name { family: Family::V6, .. })
    }

    pub(super) fn multiaddr(&self) -> Option<Multiaddr> {
        self.text.parse().ok()
    }

    /// An address as the transport gives it, with or without a peer's id at its end.
    pub(super) fn of(address: &Multiaddr) -> Option<Self> {
        let plain: Multiaddr = address.iter().filter(|part| !matches!(part, Protocol::P2p(_))).collect();
        plain.to_string().parse().ok()
    }
}

pub(super) fn reach(ip: IpAddr) -> Reach {
    match ip {
        IpAddr::V4(ip) if ip.is_loopback() || ip.is_unspecified() || ip.is_link_local() => Reach::Here,
        IpAddr::V4(ip) if ip.is_private() || shared(ip) => Reach::Private,
        IpAddr::V4(_) => Reach::World,
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => reach(IpAddr::V4(ip)),
            None if ip.is_loopback() || ip.is_unspecified() || ip.is_unicast_link_local() => Reach::Here,
            None if ip.is_unique_local() => Reach::Private,
            None => Reach::World,
        },
    }
}

/// Shared address space behind a provider's NAT (RFC 6598).
fn shared(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    first == 100 && second & 0xc0 == 64
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        // What a peer wrote comes into messages and logs by this: short, and without what moves a cursor.
        let bad = || BadAddress(text.chars().take(80).filter(|c| !c.is_control()).collect());
        if text.len() > limits::ADDRESS_BYTES {
            return Err(bad());
        }
        let address: Multiaddr = text.parse().map_err(|_| bad())?;
        let parts: Vec<Protocol<'_>> = address.iter().collect();
        let (host, port, carrier) = read(&parts).ok_or_else(bad)?;
        Ok(Self { text: address.to_string(), host, port, carrier })
    }
}

fn read(parts: &[Protocol<'_>]) -> Option<(Host, u16, Carrier)> {
    if let [Protocol::Onion3(onion)] = parts {
        let name = data_encoding::BASE32_NOPAD.encode(onion.hash()).to_lowercase();
        return Some((Host::Onion(format!("{name}.onion")), onion.port(), Carrier::Tcp));
    }
    let (first, rest) = parts.split_first()?;
    let host = match first {
        Protocol::Ip4(ip) => Host::Ip(IpAddr::V4(*ip)),
        Protocol::Ip6(ip) => Host::Ip(IpAddr::V6(*ip)),
        Protocol::Dns(name) => named(name, Family::Any)?,
        Protocol::Dns4(name) => named(name, Family::V4)?,
        Protocol::Dns6(name) => named(name, Family::V6)?,
        _ => return None,
    };
    let is_named = !matches!(host, Host::Ip(_));
    let (port, carrier) = match rest {
        [Protocol::Udp(port), Protocol::QuicV1] => (*port, Carrier::Quic),
        [Protocol::Tcp(port)] => (*port, Carrier::Tcp),
        [Protocol::Tcp(port), web @ ..] => (*port, web_socket(web, is_named)?),
        _ => return None,
    };
    Some((host, port, carrier))
}

/// A certificate of the web names a host, so that TLS goes with a name alone.
fn web_socket(parts: &[Protocol<'_>], is_named: bool) -> Option<Carrier> {
    let (tls, parts) = match parts {
        [Protocol::Tls, rest @ ..] if is_named => (true, rest),
        rest => (false, rest),
    };
    match parts {
        [Protocol::Ws(path)] if path == "/" => Some(Carrier::WebSocket { tls, path: String::new() }),
        [Protocol::Ws(root), Protocol::HttpPath(path)] if root == "/" && plain_path(path) => {
            Some(Carrier::WebSocket { tls, path: path.to_string() })
        }
        _ => None,
    }
}

/// A path that can't become another request line.
fn plain_path(path: &str) -> bool {
    (1..=limits::PATH_BYTES).contains(&path.len())
        && !path.starts_with('/')
        && path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'.' | b'-'))
}

/// A host name of letters, digits and hyphens (RFC 1123); other scripts as `xn--`.
fn named(name: &str, family: Family) -> Option<Host> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let plain = name.strip_suffix('.').unwrap_or(name);
    let fits = (1..=253).contains(&plain.len()) && plain.split('.').all(label) && plain.parse::<IpAddr>().is_err();
    fits.then(|| Host::Name { name: plain.to_ascii_lowercase(), family })
}

impl From<std::net::SocketAddr> for Address {
    /// A TCP address.
    fn from(socket: std::net::SocketAddr) -> Self {
        let kind = if socket.is_ipv4() { "ip4" } else { "ip6" };
        let text = format!("/{kind}/{}/tcp/{}", socket.ip(), socket.port());
        Self { text, host: Host::Ip(socket.ip()), port: socket.port(), carrier: Carrier::Tcp }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The unspecified address of the same family.
pub(super) fn unspecified(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_dialled_is_read_and_written_as_it_was() {
        for (text, transport, reach) in [
            ("/ip4/192.0.2.7/tcp/7481", Transport::Tcp, Reach::World),
            ("/ip6/2001:db8::1/udp/7481/quic-v1", Transport::Quic, Reach::World),
            ("/ip6/fd00::1/tcp/1", Transport::Tcp, Reach::Private),
            ("/ip6/fe80::1/tcp/1", Transport::Tcp, Reach::Here),
            ("/ip6/::ffff:10.0.0.1/tcp/1", Transport::Tcp, Reach::Private),
            ("/ip4/100.64.0.1/tcp/1", Transport::Tcp, Reach::Private),
            ("/ip4/127.0.0.1/udp/1/quic-v1", Transport::Quic, Reach::Here),
            ("/dns/shop.example/udp/7481/quic-v1", Transport::Quic, Reach::World),
            ("/dns4/shop.example/tcp/443/tls/ws", Transport::WebSocket, Reach::World),
            ("/dns6/xn--mgbh0fb.example/tcp/443/tls/ws/http-path/a%2Fregie", Transport::WebSocket, Reach::World),
            ("/ip4/10.1.2.3/tcp/80/ws/http-path/regie", Transport::WebSocket, Reach::Private),
            ("/dns/localhost/tcp/1", Transport::Tcp, Reach::Here),
        ] {
            let address: Address = text.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((address.transport(), address.reach()), (transport, reach), "{text}");
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn an_onion_service_is_a_name_with_a_port() {
        let name = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd";
        let address: Address = format!("/onion3/{name}:7481").parse().expect("an address");
        assert_eq!((&address.host, address.port), (&Host::Onion(format!("{name}.onion")), 7481));
    }

    #[test]
    fn what_could_not_be_meant_is_refused() {
        let long = format!("/dns/{}.example/tcp/1", "a".repeat(300));
        for text in [
            "",
            "/ip4/1.2.3.4",
            "/ip4/1.2.3.4/udp/1",
            "/ip4/1.2.3.4/tcp/1/udp/2",
            "/dns/a b/tcp/1",
            "/dns/-a/tcp/1",
            "/dns/a..b/tcp/1",
            "/dns/1.2.3.4/tcp/1",
            "/dns/shop.example/tcp/443/tls",
            "/ip4/1.2.3.4/tcp/443/tls/ws",
            "/dns/shop.example/tcp/443/tls/ws/http-path/regie%20HTTP%2F1.1%0D%0AX-Evil:1",
            "/dns/shop.example/tcp/443/tls/ws/http-path/%2Fregie",
            "/dnsaddr/shop.example",
            "/unix/tmp",
            &long,
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
