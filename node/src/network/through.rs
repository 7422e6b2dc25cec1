//! A supplier's line to those who forward for it. In: a forwarder's key and address, as its `regie supplier forward` gives
//! them. Out: a connection that is kept up, and the address under which people come through there.

use std::{fmt, str::FromStr};

use regie_protocol::PublicKey;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep},
};

use super::{
    Address, DialError, PeerKey,
    address::{Carrier, Host},
    endpoint::{Dial, peer_id},
    limits,
    streams::Lines,
};
use crate::backoff::Backoff;

/// Between two dials of a forwarder: drawn, so that those who lost one do not come back to it together.
const PAUSES: Backoff = Backoff::doubling(limits::FORWARDER_PAUSE, limits::FORWARDER_LONGEST_PAUSE).drawn();
/// Where a web socket for somebody behind a forwarder stands, before the key.
pub(super) const PLACE: &str = "f/";

/// A forwarder: its key and where it is dialled, `did:key:z…@/dns/HOST/tcp/PORT`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Through {
    forwarder: PublicKey,
    address: Address,
}

/// Text that names no forwarder.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a forwarder is written KEY@ADDRESS with an address of TCP or of a web socket, as its `regie supplier forward` shows it: \
     did:key:z…@/dns/forwarder.example/tcp/7481"
)]
pub struct BadThrough;

impl Through {
    /// By its key and an address of it.
    ///
    /// # Errors
    /// [`BadThrough`], where people can't come by that address: over QUIC, or to an onion service.
    pub fn new(forwarder: PublicKey, address: Address) -> Result<Self, BadThrough> {
        let fits = !matches!(address.host, Host::Onion(_)) && address.carrier != Carrier::Quic;
        if fits { Ok(Self { forwarder, address }) } else { Err(BadThrough) }
    }

    /// The forwarder's key.
    #[must_use]
    pub fn forwarder(&self) -> &PublicKey {
        &self.forwarder
    }

    /// Where the forwarder itself is dialled.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Where people reach who is behind the forwarder under this key.
    #[must_use]
    pub fn address_of(&self, supplier: &PublicKey) -> Address {
        self.address.with_web_socket(&place(supplier))
    }
}

/// The path of somebody behind a forwarder. A path has no colons, so that the key goes without `did:key:`.
fn place(supplier: &PublicKey) -> String {
    let text = supplier.to_string();
    format!("{PLACE}{}", text.strip_prefix(DID).unwrap_or(&text))
}

const DID: &str = "did:key:";

/// Whom a path leads to, where it is one of somebody behind a forwarder.
pub(super) fn placed(path: &str) -> Option<PeerKey> {
    let key: PublicKey = format!("{DID}{}", path.strip_prefix(PLACE)?).parse().ok()?;
    Some(*key.as_bytes())
}

impl FromStr for Through {
    type Err = BadThrough;

    fn from_str(text: &str) -> Result<Self, BadThrough> {
        let (forwarder, address) = text.trim().split_once('@').ok_or(BadThrough)?;
        Self::new(forwarder.parse().map_err(|_| BadThrough)?, address.parse().map_err(|_| BadThrough)?)
    }
}

impl fmt::Display for Through {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.forwarder, self.address)
    }
}

impl Serialize for Through {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Through {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// How the line to a forwarder stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It was not tried yet, or is being tried again.
    #[default]
    Away,
    /// It is up: people can come.
    Up,
    /// The last attempt failed.
    Failed(DialError),
}

/// A line that is kept up for as long as the endpoint lives.
pub(super) struct Kept {
    peer: PeerKey,
    addresses: Vec<Address>,
    /// Weak, so that this line alone does not keep the endpoint alive.
    dials: mpsc::WeakSender<Dial>,
    lines: Lines,
    standing: watch::Sender<Standing>,
}

impl Kept {
    /// Keeps a line to one forwarder, whatever address of it works; how it stands comes out.
    pub(super) fn start(
        peer: PeerKey,
        addresses: Vec<Address>,
        dials: &mpsc::Sender<Dial>,
        lines: Lines,
    ) -> watch::Receiver<Standing> {
        let (standing, seen) = watch::channel(Standing::Away);
        tokio::spawn(Self { peer, addresses, dials: dials.downgrade(), lines, standing }.run());
        seen
    }

    async fn run(self) {
        let mut attempts = 0;
        loop {
            let begun = Instant::now();
            match self.connect().await {
                Err(DialError::Closed) => return,
                Err(error) => drop(self.standing.send_replace(Standing::Failed(error))),
                Ok(()) => {
                    self.standing.send_replace(Standing::Up);
                    while self.lines.lead_to(&self.peer) {
                        sleep(limits::LOOK).await;
                    }
                    self.standing.send_replace(Standing::Away);
                }
            }
            // A line that lived for a while says that the forwarder is well; one that did not is not tried in haste.
            if begun.elapsed() >= limits::FORWARDER_LIVED {
                attempts = 0;
            }
            sleep(PAUSES.pause(attempts)).await;
            attempts = attempts.saturating_add(1);
        }
    }

    async fn connect(&self) -> Result<(), DialError> {
        let (done, wait) = oneshot::channel();
        let peer = peer_id(&self.peer).ok_or(DialError::NoAddress)?;
        let dial = Dial { peer, addresses: self.addresses.clone(), first: None, done };
        let dials = self.dials.upgrade().ok_or(DialError::Closed)?;
        dials.send(dial).await.map_err(|_| DialError::Closed)?;
        drop(dials);
        wait.await.map_err(|_| DialError::Closed)?.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use regie_protocol::Keypair;

    use super::*;

    #[test]
    fn a_forwarder_is_read_and_written_and_says_where_people_come() {
        let key = |n| Keypair::from_secret(&[n; 32]).public();
        let (forwarder, supplier) = (key(1), key(2));
        let short = supplier.to_string().replace("did:key:", "");
        for (address, people) in [
            ("/dns/f.example/tcp/7481", format!("/dns/f.example/tcp/7481/ws/http-path/f%2F{short}")),
            ("/ip6/2001:db8::1/tcp/1", format!("/ip6/2001:db8::1/tcp/1/ws/http-path/f%2F{short}")),
            (
                "/dns4/f.example/tcp/443/tls/ws/http-path/regie",
                format!("/dns4/f.example/tcp/443/tls/ws/http-path/f%2F{short}"),
            ),
        ] {
            let text = format!("{forwarder}@{address}");
            let through: Through = text.parse().expect("a forwarder");
            assert_eq!(through.to_string(), text);
            let people: Address = people.parse().expect("an address");
            assert_eq!(through.address_of(&supplier), people);
            let Carrier::WebSocket { path, .. } = &people.carrier else { panic!("{people}") };
            assert_eq!(placed(path), Some(*supplier.as_bytes()));
        }
        for text in ["", "/dns/f.example/tcp/1", &format!("{forwarder}@"), "did:key:z6@/ip4/1.2.3.4/tcp/1"] {
            assert_eq!(text.parse::<Through>(), Err(BadThrough), "{text}");
        }
        let quic = format!("{forwarder}@/dns/f.example/udp/1/quic-v1");
        assert_eq!(quic.parse::<Through>(), Err(BadThrough));
        assert_eq!((placed("f/regie"), placed("regie")), (None, None));
    }
}
