//! Network addresses as people write them: multiaddr text in, a checked `Address` out.

use std::{fmt, str::FromStr};

use libp2p::{Multiaddr, multiaddr::Protocol};
use serde::{Deserialize, Serialize};

/// An IP address with a TCP port or a QUIC port, as a multiaddr.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address(pub(super) Multiaddr);

/// Text that is not an address regie can dial or listen on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an address; write /ip4/127.0.0.1/tcp/7481 or /ip4/127.0.0.1/udp/7481/quic-v1")]
pub struct BadAddress(String);

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(text.chars().take(80).filter(|c| !c.is_control()).collect());
        let address: Multiaddr = text.parse().map_err(|_| bad())?;
        let parts: Vec<Protocol<'_>> = address.iter().collect();
        let known = matches!(
            parts.as_slice(),
            [Protocol::Ip4(_) | Protocol::Ip6(_), Protocol::Tcp(_)]
                | [Protocol::Ip4(_) | Protocol::Ip6(_), Protocol::Udp(_), Protocol::QuicV1]
        );
        if known { Ok(Self(address)) } else { Err(bad()) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
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
