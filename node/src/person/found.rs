//! A supplier that is known is found again by a fresh link: one that moved, or one that the person stands before ("I am at
//! your counter"). In: a link of a supplier with a relationship. Out: its newer profile, and a visit at once. The link
//! only says where to look: whoever answers there has to hold the key that is known.

use regie_protocol::{
    identity::PublicKey,
    message::{self, Message, Reply},
    profile::Profile,
    signed::Signed,
    wire,
};
use serde_json::Value;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::{Event, Node, pairing};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    network::{Address, Endpoint, Way},
};

/// What is needed to dial a supplier that is known.
pub struct Known {
    secret: Zeroizing<[u8; 32]>,
    way: Way,
}

impl Node {
    /// How a supplier is dialled with which there is a relationship.
    pub(super) fn known(&self, supplier: &PublicKey) -> Option<Known> {
        let relationship = self.machine.relationship(supplier)?;
        Some(Known { secret: relationship.key().expose_secret(), way: self.travel.way.clone() })
    }

    /// The supplier was found: its newer word is taken, and it is visited now.
    pub(super) fn found(&mut self, supplier: &PublicKey, profile: Signed<Profile>, turn: &mut Turn) -> Value {
        let before = self.machine.relationship(supplier).map(|r| r.profile().addresses.clone());
        self.renew(supplier, profile, turn);
        let after = self.machine.relationship(supplier).map(|r| r.profile().addresses.clone());
        if let Some(link) = self.links.get(supplier) {
            // It was reached just now: a network that answered in its place is left behind.
            link.strangers.forget();
        }
        self.note_active(supplier);
        self.wake(supplier, turn);
        let mut shown = self.relationship_json(supplier);
        shown["known_already"] = Value::Bool(true);
        shown["address_renewed"] = Value::Bool(before != after);
        shown
    }
}

/// Looks for a known supplier where a link says that it is.
pub(super) async fn again(
    supplier: PublicKey,
    known: Known,
    addresses: &[Address],
    events: &mpsc::Sender<Event>,
) -> Result<Value, Failure> {
    let Known { secret, way } = known;
    let (endpoint, _network) = Endpoint::start(secret, &[], &way).await.map_err(Failure::internal)?;
    endpoint.connect(*supplier.as_bytes(), addresses, None).await.map_err(pairing::unreachable)?;
    let frame = wire::encode(&Message::Hello).map_err(Failure::internal)?;
    let said = endpoint.exchange(*supplier.as_bytes(), frame).await.ok().and_then(|frame| message::read(&frame).ok());
    let Some(Reply::Profile(profile)) = said else {
        let words = "the supplier answered without saying who it is; try again later";
        return Err(Failure::new("unreachable", exit::UNREACHABLE, words));
    };
    pairing::ask(events, |answer| Event::Found(supplier, Box::new(profile), answer)).await
}
