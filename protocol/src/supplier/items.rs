//! What this company sends back to a person. In: documents and corrections, the person's answer. Out: effects.
//!
//! An item waits here until the person's node has taken or refused it; then its content is forgotten. A large document goes
//! piece by piece, each when the person's node asks for it: what of it has arrived only that node has to know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Customer, Effect, Effects, Parcel, Record, Supplier, SupplierError};
use crate::{
    entropy::Entropy,
    grant::Access,
    identity::{Nonce, PublicKey},
    item::{Collection, Content, Item},
    limits,
    message::{PersonReply, Wanted},
    refusal::Refusal,
    signed::{ObjectId, Verified},
    supplier::Told,
    time::{Now, Timestamp},
};

/// An item on its way, or that was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// The id by which the person's node knows the item.
    pub id: Nonce,
    /// Under which grant.
    pub grant: ObjectId,
    /// Into which collection.
    pub collection: Collection,
    /// When it was handed over for sending.
    pub at: Timestamp,
    /// What it holds; none when the person's node has answered.
    pub content: Option<Content>,
    /// What the person's node said.
    pub told: Told,
}

impl Supplier {
    /// Queues an item for a person who opened this collection.
    ///
    /// # Errors
    /// [`SupplierError::NoRelationship`], [`SupplierError::NotOpened`], [`SupplierError::BadItem`],
    /// [`SupplierError::TooManyItems`].
    pub fn put(
        &mut self,
        person: PublicKey,
        collection: Collection,
        content: Content,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Result<(Nonce, Effects), SupplierError> {
        let now = now.into();
        let customer = self.customers.get(&person).ok_or(SupplierError::NoRelationship)?;
        if !content.fits(collection) {
            return Err(SupplierError::BadItem);
        }
        let grant = customer.may_write(collection, now).ok_or(SupplierError::NotOpened)?;
        let waiting = customer.sending.values().filter(|sending| sending.told == Told::NotYet).count();
        if waiting >= limits::ITEMS_WAITING {
            return Err(SupplierError::TooManyItems);
        }
        let mut effects = Vec::new();
        // There is always one of these: fewer may wait than are remembered.
        let told = customer.sending.values().filter(|sending| sending.told != Told::NotYet);
        if customer.sending.len() >= limits::ITEMS_REMEMBERED
            && let Some(oldest) = told.min_by_key(|sending| sending.at).map(|sending| sending.id)
        {
            self.record(&mut effects, Record::SendingForgotten { person, id: oldest });
        }
        let id = entropy.nonce();
        let sending = Sending { id, grant, collection, at: now.wall, content: Some(content), told: Told::NotYet };
        self.record(&mut effects, Record::Sending { person, sending });
        effects.push(Effect::Deliver(person));
        Ok((id, Effects(effects)))
    }

    /// An item as it goes out now; none when its content is gone.
    pub(super) fn item(&self, person: &PublicKey, sending: &Sending, now: Now) -> Option<Verified<Item>> {
        let content = sending.content.clone()?;
        let supplier = self.key.public();
        // With the time of this sending, which the person's node compares; the id stays, by which it is kept once.
        let item = Item { id: sending.id, supplier, person: *person, grant: sending.grant, at: now.wall, content };
        Verified::sign(item, &self.key).ok()
    }

    /// What the person's node said to an item.
    pub(super) fn item_told(&mut self, person: &PublicKey, id: &Nonce, reply: &PersonReply, now: Now) -> Vec<Effect> {
        let told = match reply {
            PersonReply::Noted => Told::Yes,
            PersonReply::Wanted(Wanted { piece }) => return self.piece_wanted(person, id, *piece, now),
            // These pass by themselves; the item goes out again on the next connection.
            PersonReply::Refused(Refusal::Unavailable | Refusal::RateLimited | Refusal::Paused) => return Vec::new(),
            PersonReply::Refused(code) => Told::Refused(*code),
            _ => return Vec::new(),
        };
        let mut effects = Vec::new();
        let known = self.customers.get(person).and_then(|customer| customer.sending.get(id).cloned());
        if let Some(sending) = known {
            let large = sending.is_large();
            let sending = Sending { told, content: None, ..sending };
            self.record(&mut effects, Record::Sending { person: *person, sending });
            if large {
                self.forget_wanted(person, id);
                effects.push(Effect::Persist(Record::PiecesGone { person: *person, id: *id }));
                // The next of those may begin.
                effects.push(Effect::Deliver(*person));
            }
        }
        effects
    }

    /// What the person's node said to a piece.
    pub(super) fn piece_told(&mut self, person: &PublicKey, id: &Nonce, reply: &PersonReply, now: Now) -> Vec<Effect> {
        match reply {
            // It has forgotten what the pieces are of: after a pause it is told anew.
            PersonReply::Refused(Refusal::UnknownItem) => {
                self.forget_wanted(person, id);
                self.in_flight.entry(*person).or_default().sent(Parcel::Item(*id), now.floor);
                Vec::new()
            }
            _ => self.item_told(person, id, reply, now),
        }
    }

    /// A piece goes out at once, if it is further on than the last one; else after a pause, so that nobody can have the same
    /// sent again and again.
    fn piece_wanted(&mut self, person: &PublicKey, id: &Nonce, piece: u32, now: Now) -> Vec<Effect> {
        let sending = self.customers.get(person).and_then(|customer| customer.sending.get(id));
        let Some(Content::LargeDocument(document)) = sending.and_then(|sending| sending.content.as_ref()) else {
            return Vec::new();
        };
        if piece as usize >= document.pieces.len() {
            return Vec::new();
        }
        let before = self.wanted.entry(*person).or_default().insert(*id, piece);
        if before.is_some_and(|before| before >= piece) {
            self.in_flight.entry(*person).or_default().sent(Parcel::Piece(*id, piece), now.floor);
            return Vec::new();
        }
        vec![Effect::Deliver(*person)]
    }

    fn forget_wanted(&mut self, person: &PublicKey, id: &Nonce) {
        if let Some(wanted) = self.wanted.get_mut(person) {
            wanted.remove(id);
            if wanted.is_empty() {
                self.wanted.remove(person);
            }
        }
    }
}

impl Sending {
    /// Does it go in pieces?
    fn is_large(&self) -> bool {
        matches!(self.content, Some(Content::LargeDocument(_)))
    }
}

impl Customer {
    /// What is to be said next of each item that the person's node has not answered. Of large documents a few go at a time,
    /// the oldest first: the person's node takes no more.
    pub(super) fn items_waiting(&self, wanted: Option<&BTreeMap<Nonce, u32>>) -> Vec<Parcel> {
        let waiting = || self.sending.values().filter(|sending| sending.told == Told::NotYet);
        let mut large: Vec<&Sending> = waiting().filter(|sending| sending.is_large()).collect();
        large.sort_by_key(|sending| (sending.at, sending.id));
        large.truncate(limits::DOCUMENTS_COMING);
        let small = waiting().filter(|sending| !sending.is_large()).map(|sending| Parcel::Item(sending.id));
        let large = large.into_iter().map(|sending| match wanted.and_then(|wanted| wanted.get(&sending.id)) {
            Some(piece) => Parcel::Piece(sending.id, *piece),
            None => Parcel::Item(sending.id),
        });
        small.chain(large).collect()
    }

    /// The grant in force that opens a collection.
    #[must_use]
    pub fn may_write(&self, collection: Collection, now: impl Into<Now>) -> Option<ObjectId> {
        let now = now.into();
        let opens = |grant: &&Verified<crate::grant::Grant>| {
            let bounds = &grant.scope.bounds;
            grant.scope.access == Access::Write(collection)
                && bounds.not_before <= now.latest()
                && now.latest() < bounds.expires
        };
        self.grants().find(opens).map(Verified::id)
    }

    /// What was sent back, also what was taken or refused and is still remembered.
    #[must_use]
    pub fn sending(&self) -> &BTreeMap<Nonce, Sending> {
        &self.sending
    }
}
