//! Which places of a private network, or of this machine, may be dialled. In: an address, and the socket that its host
//! stands for. Out: yes or no.
//!
//! Where a supplier is found is what the supplier says: its profile, an offer, a processor's invitation. A node that dialled
//! whatever is named would knock at its owner's router, printer and other programs for whoever asks. So what is not of the
//! public internet is dialled where the person entered it, or the owner of the machine allows it by name.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use super::{Address, address::Host};
use crate::public::is_private;

/// Places that may be dialled although they are private.
#[derive(Clone, Debug, Default)]
pub enum Inward {
    /// Every one: what is dialled was named by the owner alone.
    #[default]
    Any,
    /// These and no others.
    Only(Arc<Allowed>),
}

/// Which.
#[derive(Debug, Default)]
pub struct Allowed {
    /// Hosts, as an address has them, at any port.
    hosts: BTreeSet<String>,
    /// A host at one port.
    places: BTreeSet<(String, u16)>,
}

impl Inward {
    /// These hosts and no others.
    #[must_use]
    pub fn only(hosts: &BTreeSet<String>) -> Self {
        Self::Only(Arc::new(Allowed { hosts: hosts.clone(), places: BTreeSet::new() }))
    }

    /// The same, and besides what the person entered: these addresses, each with its own port.
    #[must_use]
    pub fn and(&self, entered: &[String]) -> Self {
        let Self::Only(allowed) = self else { return Self::Any };
        let entered = entered.iter().filter_map(|text| text.parse::<Address>().ok());
        let entered = entered.map(|address| (address.host.text(), address.port));
        let places = allowed.places.iter().cloned().chain(entered).collect();
        Self::Only(Arc::new(Allowed { hosts: allowed.hosts.clone(), places }))
    }

    /// May this socket of the address be dialled?
    pub(super) fn permits(&self, address: &Address, to: SocketAddr) -> bool {
        let Self::Only(allowed) = self else { return true };
        let host = address.host.text();
        is_public(to.ip()) || allowed.hosts.contains(&host) || allowed.places.contains(&(host, address.port))
    }

    /// May this address be handed to a proxy? A name is the proxy's to look up; what it reaches is the proxy's to say.
    pub(super) fn permits_beyond(&self, address: &Address) -> bool {
        match &address.host {
            Host::Ip(ip) => self.permits(address, (*ip, address.port).into()),
            Host::Name { .. } | Host::Onion(_) => true,
        }
    }
}

/// What the web's reader calls public, and the ranges for documentation (RFC 5737, RFC 3849) and benchmarks (RFC 2544): those lead
/// nowhere on the internet, and are the world of a lab.
fn is_public(ip: IpAddr) -> bool {
    let of_a_lab = match ip {
        IpAddr::V4(ip) => ip.is_documentation() || matches!(ip.octets(), [198, 18 | 19, ..]),
        IpAddr::V6(ip) => matches!(ip.segments(), [0x2001, 0xdb8, ..]),
    };
    of_a_lab || !is_private(ip)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(inward: &Inward, address: &str, to: &str) -> bool {
        inward.permits(&address.parse().expect("an address"), to.parse().expect("a socket"))
    }

    #[test]
    fn what_is_private_is_dialled_only_where_the_person_entered_it() {
        let nothing = Inward::only(&BTreeSet::new());
        for ip in [
            "127.0.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "192.168.1.1",
            "172.16.0.1",
            "169.254.1.1",
            "100.64.0.1",
            "192.0.0.8",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!may(&nothing, &format!("/ip4/{ip}/tcp/80"), &format!("{ip}:80")), "{ip}");
        }
        for ip in [
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "2002:a00:1::1",
            "::10.0.0.1",
            "::",
            "64:ff9b:1::a00:1",
            "2001::a00:1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!may(&nothing, &format!("/ip6/{ip}/tcp/80"), &format!("[{ip}]:80")), "{ip}");
        }
        assert!(may(&nothing, "/ip4/192.0.2.7/tcp/80", "192.0.2.7:80"));
        assert!(may(&nothing, "/ip4/198.18.77.7/tcp/80", "198.18.77.7:80"));
        assert!(!may(&nothing, "/dns/shop.example/tcp/80", "127.0.0.1:80"), "a name that leads inwards");

        let entered = nothing.and(&["/ip4/192.168.1.7/tcp/7481".into(), "/dns/shop.home.arpa/tcp/7481".into()]);
        assert!(may(&entered, "/ip4/192.168.1.7/tcp/7481", "192.168.1.7:7481"));
        assert!(may(&entered, "/ip4/192.168.1.7/udp/7481/quic-v1", "192.168.1.7:7481"), "over what it may");
        assert!(!may(&entered, "/ip4/192.168.1.7/tcp/631", "192.168.1.7:631"), "another program there");
        assert!(!may(&entered, "/ip4/192.168.1.8/tcp/7481", "192.168.1.8:7481"), "another machine there");
        assert!(may(&entered, "/dns/shop.home.arpa/tcp/7481", "192.168.1.9:7481"));

        let allowed = Inward::only(&BTreeSet::from(["192.168.1.7".to_owned()]));
        assert!(may(&allowed, "/ip4/192.168.1.7/tcp/631", "192.168.1.7:631"));
        assert!(may(&Inward::Any.and(&[]), "/ip4/127.0.0.1/tcp/1", "127.0.0.1:1"));
    }
}
