//! Documents that come in pieces. In: their items, pieces of connected suppliers, time that passes. Out: what is kept,
//! which piece is wanted next, and nothing of what stopped coming.
//!
//! A piece is held against the hash that its supplier signed, and is durable before the next one is asked for; so a line
//! that is cut, or a node that is started anew, goes on where it was. The person sees a document when it is whole.

use serde::{Deserialize, Serialize};

use super::{Effect, Person, Record, Relationship};
use crate::{
    entropy::Entropy,
    identity::{Nonce, PublicKey},
    item::{Collection, Content, Item},
    limits,
    message::{PersonReply, Piece, Wanted},
    refusal::Refusal,
    signed::{ObjectId, Signed, Verified},
    time::{DAY_MS, Now, Timestamp},
};

/// A document of which pieces are wanted.
#[derive(Clone, Debug)]
pub struct Coming {
    item: Verified<Item>,
    collection: Collection,
    next: u32,
    at: Timestamp,
}

/// The same, as one record holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredComing {
    /// The item, as it was signed when it first came.
    pub item: Signed<Item>,
    /// Where it goes.
    pub collection: Collection,
    /// The piece that is wanted next; all before it are there.
    pub next: u32,
    /// When the last of those came, or the item.
    pub at: Timestamp,
}

impl Coming {
    /// The item came again: from which piece on its document is to follow.
    pub(super) fn goes_on(&self, again: &Item) -> Result<Effect, Refusal> {
        // Only the time of its sending may differ: the pieces that are here are those of one document.
        let same = again.content == self.item.content && again.grant == self.item.grant;
        if same { Ok(wanted(self.next)) } else { Err(Refusal::Malformed) }
    }

    fn stored(&self) -> StoredComing {
        let Self { item, collection, next, at } = self;
        StoredComing { item: item.signed().clone(), collection: *collection, next: *next, at: *at }
    }

    fn bytes(&self) -> u64 {
        self.item.content.bytes() as u64
    }
}

impl Person {
    /// Is there room for what this item holds, and for what is still to come of it?
    pub(super) fn has_room_for(&self, supplier: &PublicKey, content: &Content) -> Result<(), Refusal> {
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        let bytes = content.bytes() as u64;
        if relationship.item_bytes() + bytes > limits::ITEM_BYTES_PER_RELATIONSHIP
            || self.item_bytes + bytes > limits::ITEM_BYTES_IN_ALL
        {
            return Err(Refusal::CollectionFull);
        }
        let in_all = || self.relationships.values().map(|one| one.coming.len()).sum::<usize>();
        // These pass by themselves, as documents come whole: the supplier tries again.
        if matches!(content, Content::LargeDocument(_))
            && (relationship.coming.len() >= limits::DOCUMENTS_COMING || in_all() >= limits::DOCUMENTS_COMING_IN_ALL)
        {
            return Err(Refusal::RateLimited);
        }
        Ok(())
    }

    /// The first piece is wanted.
    pub(super) fn begin(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: PublicKey,
        item: Verified<Item>,
        collection: Collection,
        now: Now,
    ) {
        let id = item.id;
        let coming = Coming { item, collection, next: 0, at: now.wall }.stored();
        self.record(effects, Record::Coming { supplier, id, coming });
        effects.push(wanted(0));
    }

    /// A piece comes in.
    pub(super) fn piece(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        piece: Piece,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<(), Refusal> {
        let Piece { item: id, number, bytes } = piece;
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        if relationship.is_stopped() {
            return Err(Refusal::Paused);
        }
        // The reply to the last piece was lost.
        if relationship.items.contains_key(&id) {
            effects.push(Effect::Reply(PersonReply::Noted));
            return Ok(());
        }
        let coming = relationship.coming.get(&id).ok_or(Refusal::UnknownItem)?;
        self.still_lets(relationship, &coming.item.grant, now)?;
        if number != coming.next {
            effects.push(wanted(coming.next));
            return Ok(());
        }
        let Content::LargeDocument(document) = &coming.item.content else { return Err(Refusal::Unexpected) };
        if !document.has(number, &bytes) {
            return Err(Refusal::Malformed);
        }
        let next = number.saturating_add(1);
        let whole = document.ends_at(next);
        let (supplier, coming) = (*supplier, Coming { next, at: now.wall, ..coming.clone() });
        // Past `record`: a piece goes to the store alone.
        effects.push(Effect::Persist(Record::Piece { supplier, id, number, bytes }));
        if whole {
            self.record(effects, Record::ComingGone { supplier, id });
            return self.keep_item(effects, supplier, &coming.item, coming.collection, now, entropy);
        }
        self.record(effects, Record::Coming { supplier, id, coming: coming.stored() });
        effects.push(wanted(next));
        Ok(())
    }

    /// Is the grant in force under which a document began? Its use was counted then.
    fn still_lets(&self, relationship: &Relationship, grant: &ObjectId, now: Now) -> Result<(), Refusal> {
        let grant = relationship.grants.get(grant).ok_or(Refusal::NotGranted)?;
        match grant.live(self, now) {
            Ok(_) | Err(Refusal::UsedUp | Refusal::RateLimited) => Ok(()),
            Err(code) => Err(code),
        }
    }

    /// What came under a grant that ends comes no more, and what is there of it goes.
    pub(super) fn drop_under(&mut self, effects: &mut Vec<Effect>, supplier: &PublicKey, grant: &ObjectId) {
        self.drop_coming(effects, |one, _, coming| one == supplier && coming.item.grant == *grant);
    }

    /// What stopped coming goes, and what no grant lets come any more.
    pub(super) fn drop_stale(&mut self, effects: &mut Vec<Effect>, now: Now) {
        let sure = now.wall.min(now.floor);
        let waited = u64::from(limits::COMING_DAYS) * DAY_MS;
        let live = |relationship: &Relationship, grant| match self.still_lets(relationship, grant, now) {
            // Not by a clock that is ahead alone: it may come right.
            Err(Refusal::Expired) => {
                relationship.grants.get(grant).is_some_and(|one| sure < one.scope().bounds.expires)
            }
            Err(Refusal::NotGranted | Refusal::Revoked) => false,
            _ => true,
        };
        let stale: Vec<Nonce> = self
            .relationships
            .values()
            .flat_map(|relationship| relationship.coming.iter().map(move |(id, coming)| (relationship, id, coming)))
            .filter(|(relationship, _, coming)| {
                coming.at.plus_ms(waited) < sure || !live(relationship, &coming.item.grant)
            })
            .map(|(_, id, _)| *id)
            .collect();
        if !stale.is_empty() {
            self.drop_coming(effects, |_, id, _| stale.contains(id));
        }
    }

    fn drop_coming(&mut self, effects: &mut Vec<Effect>, which: impl Fn(&PublicKey, &Nonce, &Coming) -> bool) {
        let all = self.relationships.iter().flat_map(|(key, one)| one.coming.iter().map(move |(id, c)| (key, id, c)));
        let going: Vec<_> = all.filter(|(key, id, c)| which(key, id, c)).map(|(key, id, _)| (*key, *id)).collect();
        for (supplier, id) in going {
            self.record(effects, Record::ComingGone { supplier, id });
            effects.push(Effect::Persist(Record::ContentGone { supplier, id }));
        }
    }

    pub(super) fn apply_coming(
        &mut self,
        supplier: &PublicKey,
        id: &Nonce,
        coming: &StoredComing,
    ) -> Result<(), Refusal> {
        let StoredComing { item, collection, next, at } = coming;
        let known = self.with(supplier)?;
        if let Some(known) = known.coming.get_mut(id) {
            (known.next, known.at) = (*next, *at);
            return Ok(());
        }
        let coming = Coming { item: item.clone().verify()?, collection: *collection, next: *next, at: *at };
        let bytes = coming.bytes();
        known.coming.insert(*id, coming);
        self.item_bytes = self.item_bytes.saturating_add(bytes);
        Ok(())
    }

    pub(super) fn apply_coming_gone(&mut self, supplier: &PublicKey, id: &Nonce) -> Result<(), Refusal> {
        let gone = self.with(supplier)?.coming.remove(id);
        self.item_bytes = self.item_bytes.saturating_sub(gone.as_ref().map_or(0, Coming::bytes));
        Ok(())
    }
}

impl Relationship {
    /// What its items hold, and documents that still come, in bytes.
    fn item_bytes(&self) -> u64 {
        let here: u64 = self.items.values().map(super::Kept::held_bytes).sum();
        here + self.coming.values().map(Coming::bytes).sum::<u64>()
    }
}

fn wanted(piece: u32) -> Effect {
    Effect::Reply(PersonReply::Wanted(Wanted { piece }))
}
