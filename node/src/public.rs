//! What is of the public internet, for whoever calls a place that somebody else named: webhooks, domains of suppliers.
//! In: a host. Out: addresses that may be called, each checked, so that the call goes to just these.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use regie_protocol::rate::Source;

/// Why a host is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// There is no such name, or nobody says so.
    Unresolved,
    /// It leads into a private network.
    Private,
}

/// Resolves a host, once. `may_be_private` says that the owner allowed it by name.
///
/// # Errors
/// [`Unreachable`].
pub async fn resolve(host: &str, port: u16, may_be_private: bool) -> Result<Vec<SocketAddr>, Unreachable> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::net::lookup_host((bare, port)).await.map_err(|_| Unreachable::Unresolved)?;
    // Looked up once, and these are what is called: a second answer of the resolver's could lead inwards (DNS
    // rebinding).
    let found: Vec<SocketAddr> = found.collect();
    if found.is_empty() {
        return Err(Unreachable::Unresolved);
    }
    // One private address among public ones is enough to refuse: it is not a mistake, it is a trick.
    if !may_be_private && found.iter().any(|address| is_private(address.ip())) {
        return Err(Unreachable::Private);
    }
    Ok(found)
}

/// Whence somebody comes by this address, as far as that tells one from others: not on this machine or in its own network,
/// where a proxy or a forwarder may speak for many.
#[must_use]
pub fn source(address: IpAddr) -> Option<Source> {
    let mut source = [0; 7];
    match address.to_canonical() {
        address if is_private(address) => return None,
        IpAddr::V4(ip) => {
            source[0] = 4;
            source[1..4].copy_from_slice(&ip.octets()[..3]);
        }
        IpAddr::V6(ip) => {
            source[0] = 6;
            source[1..].copy_from_slice(&ip.octets()[..6]);
        }
    }
    Some(Source(source))
}

/// Is it an address that is not of the public internet, in any of its spellings?
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    let inner = |a: u8, b: u8, c: u8, d: u8| is_private(IpAddr::from([a, b, c, d]));
    match address {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            ip.is_loopback()
                || ip.is_private()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 192 && b == 88 && c == 99)
                || (a == 198 && (18..20).contains(&b))
        }
        IpAddr::V6(ip) => {
            let octets = ip.octets();
            let embedded = |at: usize| inner(octets[at], octets[at + 1], octets[at + 2], octets[at + 3]);
            match ip.segments() {
                // Mapped and NAT64 addresses are what they hold; 6to4 and Teredo lead who knows where.
                [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => embedded(12),
                [0, 0, 0, 0, 0, 0, ..] | [0x64, 0xff9b, ..] | [0x2002, ..] | [0x2001, 0..=0x1ff, ..] => true,
                [0x2001, 0xdb8, ..] => true,
                [first, ..] => {
                    // Global unicast is 2000::/3, and nothing else.
                    first & 0xe000 != 0x2000 || ip == Ipv6Addr::UNSPECIFIED
                }
            }
        }
    }
}
