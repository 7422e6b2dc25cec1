//! Where one person's room is on their own machine: both loopback addresses at one port, and a name below `localhost` that
//! nobody else knows. In: a port. Out: listeners, the name, and which hosts are the room's own.
//!
//! Cookies know no ports: what a browser keeps for `127.0.0.1` it sends to whatever else listens there, other users' servers
//! too. It keeps cookies by host, though, and browsers take every name below `localhost` for this machine (RFC 6761,
//! section 6.3; draft-ietf-dnsop-let-localhost-be-localhost): so the room draws a name at each start, and who does not
//! know it can lead no browser there with another port.

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use data_encoding::BASE32_NOPAD;
use tokio::net::TcpListener;

use super::session::{Hash, hash};
use crate::clock;

/// Ports that are tried where any will do.
const TRIES: usize = 16;
/// Bytes of randomness in a name.
const NAME_BYTES: usize = 16;
/// Below it are one-time links, to which a browser may come from anywhere: who has one was given it.
pub const LINKS: &str = "/start/";

/// The hosts of a room, as a browser names them.
#[derive(Clone, Debug)]
pub struct OwnHosts {
    port: u16,
    name: String,
    /// Compared instead of the name: how long that takes tells nothing of it.
    known: Hash,
}

impl OwnHosts {
    /// Draws a name for a room at this port: 128 bits.
    #[must_use]
    pub fn draw(port: u16) -> Self {
        let secret = BASE32_NOPAD.encode(&clock::random::<NAME_BYTES>()).to_ascii_lowercase();
        let name = format!("regie-{secret}.localhost:{port}");
        Self { port, known: hash(&name), name }
    }

    /// The name that only this room has, with its port.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The port of this room.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Is this `Host` the name that only this room has?
    #[must_use]
    pub fn is_name(&self, host: &str) -> bool {
        hash(host) == self.known
    }

    /// The name that a person remembers, with its port: whoever knows it is asked who they are.
    #[must_use]
    pub fn door(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// Is this `Host` that one?
    #[must_use]
    pub fn is_door(&self, host: &str) -> bool {
        host == self.door()
    }

    /// Is this `Host` such a name as was drawn at another start? Nobody else can have a site there: names below `localhost`
    /// lead to this machine.
    #[must_use]
    pub fn was_name(&self, host: &str) -> bool {
        let name = host.strip_prefix("regie-").and_then(|rest| rest.strip_suffix(&format!(".localhost:{}", self.port)));
        let secret = name.and_then(|name| BASE32_NOPAD.decode(name.to_ascii_uppercase().as_bytes()).ok());
        secret.is_some_and(|secret| secret.len() == NAME_BYTES) && !self.is_name(host)
    }

    /// Is this `Host` one of this room? The addresses are for browsers that do not find the name.
    #[must_use]
    pub fn knows(&self, host: &str) -> bool {
        let port = self.port;
        let plain = [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")];
        plain.iter().any(|own| own == host) || self.is_name(host)
    }
}

/// May a room be at this address? Names below `localhost` lead to these two and no other.
#[must_use]
pub fn is_own(address: IpAddr) -> bool {
    [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&address)
}

/// Listens at both loopback addresses, at the port of this one. A browser that looks for a name of this machine takes
/// either, so whoever had the other one would be visited in the room's place.
///
/// # Errors
/// Where one of them is taken.
pub async fn listen(address: SocketAddr) -> io::Result<Vec<TcpListener>> {
    let mut tries = 0;
    loop {
        let first = TcpListener::bind(address).await?;
        let port = first.local_addr()?.port();
        let other: IpAddr = if address.is_ipv4() { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() };
        match TcpListener::bind((other, port)).await {
            Ok(second) => return Ok(vec![first, second]),
            Err(error) if error.kind() == ErrorKind::AddrInUse && address.port() == 0 && tries < TRIES => tries += 1,
            // Another program would be visited under our name, link and all: rather not at all.
            Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(error),
            // A machine without that family: nobody can be there.
            Err(_) => return Ok(vec![first]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_has_its_own_name_and_no_other_rooms() {
        let (one, other) = (OwnHosts::draw(7480), OwnHosts::draw(7480));
        assert!(one.knows(one.name()) && one.is_name(one.name()));
        assert!(!one.knows(other.name()) && one.was_name(other.name()) && !one.was_name(one.name()));
        assert!(one.knows("127.0.0.1:7480") && one.knows("localhost:7480") && !one.is_name("localhost:7480"));
        for host in ["localhost:7481", "x.localhost:7480", "regie-.localhost:7480", &one.name().replace(":7480", "")] {
            assert!(!one.knows(host) && !one.was_name(host), "{host}");
        }
        // A label is at most 63 characters (RFC 1035, section 2.3.4).
        assert!(one.name().split('.').next().is_some_and(|label| label.len() <= 63));
    }
}
