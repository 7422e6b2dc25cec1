//! What suppliers send back. In: items of connected suppliers, the person's word on them. Out: effects: what is kept,
//! what waits for a decision, and no trace of what no grant lets in.
//!
//! The content of an item goes past the machine into the store, as values do; the machine keeps what it needs to
//! count and to know an item again.

use serde::{Deserialize, Serialize};

use super::{Effect, OwnerError, Person, Record, requests};
use crate::{
    audit::{Event, Log},
    departure,
    entropy::Entropy,
    field::FieldPath,
    grant::{Access, GrantState as _, VerifiedGrant},
    identity::{Nonce, PublicKey},
    item::{Collection, Content, Item},
    limits,
    message::{PersonReply, ToSupplier},
    policy::Answer,
    purpose::Purpose,
    refusal::Refusal,
    signed::{ObjectId, Signed, Verified},
    time::{Days, Now, Timestamp},
};

/// An item, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The signed item, by the hash of its bytes.
    pub object: ObjectId,
    /// The grant that let it in.
    pub grant: ObjectId,
    /// Where it is.
    pub collection: Collection,
    /// When it came.
    pub at: Timestamp,
    /// How large it is.
    pub bytes: u32,
    /// The field that it would correct, if it is a correction.
    pub field: Option<FieldPath>,
    /// What became of it.
    pub state: ItemState,
}

impl Kept {
    /// What it holds of the disk, in bytes.
    pub(super) fn held_bytes(&self) -> u64 {
        if self.state == ItemState::Deleted { 0 } else { self.bytes.into() }
    }
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// It is there; a correction waits for the person's word.
    Here,
    /// A correction that the person, or a default, took over.
    Accepted,
    /// A correction that the person did not take over.
    Declined,
    /// The person threw it away; its content is gone.
    Deleted,
}

/// A correction that a default accepts, if the field still is what the supplier takes it to be. For the driver, which
/// knows the values.
#[derive(Clone, Debug)]
pub struct Correcting {
    /// The supplier that proposes the correction.
    pub supplier: PublicKey,
    /// The item that holds it.
    pub id: Nonce,
    /// What it says.
    pub correction: crate::item::Correction,
}

/// A collection to be opened to a supplier.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// The supplier that may put items there.
    pub supplier: PublicKey,
    /// The collection that is opened.
    pub collection: Collection,
    /// For how long.
    pub duration: Days,
    /// Items in an hour.
    pub per_hour: u32,
    /// Items in all.
    pub items: u32,
}

type Effects = Result<Vec<Effect>, OwnerError>;

impl Person {
    /// Opens a collection: the supplier may put items into it, and nothing else follows from it.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`], or bounds that are none.
    pub(super) fn open(&mut self, opening: &Opening, now: impl Into<Now>, entropy: &mut Entropy) -> Effects {
        let now = now.into();
        let supplier = opening.supplier;
        if !self.relationships.contains_key(&supplier) {
            return Err(OwnerError::NoRelationship);
        }
        let purposes = [Purpose::RequestedServiceProvision].into();
        let access = Access::Write(opening.collection);
        let mut scope =
            requests::scope([].into_iter(), purposes, access, departure::moment(now.wall), opening.duration, Days(0));
        scope.bounds.per_hour = opening.per_hour;
        scope.bounds.uses = Some(opening.items.min(limits::ITEMS_PER_RELATIONSHIP));
        let mut effects = Vec::new();
        let grant = self.issue(&mut effects, &supplier, scope, "you", now, entropy)?;
        self.depart(&mut effects, supplier, ToSupplier::Grant(grant))?;
        effects.push(Effect::Deliver(supplier));
        Ok(effects)
    }

    /// An item comes in.
    pub(super) fn put(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        signed: Signed<Item>,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<(), Refusal> {
        let item = self.sent_now_by(supplier, signed)?;
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        if !relationship.keys.contains(&item.person) {
            return Err(Refusal::WrongAudience);
        }
        if relationship.is_stopped() {
            return Err(Refusal::Paused);
        }
        // As of a request: also one that is refused for its time says what the present is.
        self.hear(effects, supplier, item.at);
        if !now.meets(item.at) {
            return Err(Refusal::ClockSkew);
        }
        // The reply to the first copy was lost; what became of it is the person's business.
        // Before the grant is looked at, which the first copy may have used up.
        if relationship.items.contains_key(&item.id) {
            effects.push(Effect::Reply(PersonReply::Noted));
            return Ok(());
        }
        if let Some(coming) = relationship.coming.get(&item.id) {
            effects.push(coming.goes_on(&item)?);
            return Ok(());
        }
        let grant = relationship.grants.get(&item.grant).ok_or(Refusal::NotGranted)?;
        let Access::Write(collection) = grant.scope().access else { return Err(Refusal::NotGranted) };
        grant.live(self, now)?;
        if !item.content.fits(collection) {
            return Err(Refusal::Malformed);
        }
        self.has_room_for(supplier, &item.content)?;
        self.make_room_for_item(effects, supplier)?;
        let used = self.used(&item.grant, now.wall).once_more(now.wall);
        self.record(effects, Record::Used { grant: item.grant, used });
        if let Content::LargeDocument(_) = item.content {
            self.begin(effects, *supplier, item, collection, now);
            return Ok(());
        }
        self.keep_item(effects, *supplier, &item, collection, now, entropy)
    }

    /// Keeps an item of which everything is here.
    pub(super) fn keep_item(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: PublicKey,
        item: &Verified<Item>,
        collection: Collection,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<(), Refusal> {
        let field = match &item.content {
            Content::Correction(correction) => Some(correction.field),
            Content::Document(_) | Content::LargeDocument(_) => None,
        };
        let bytes = u32::try_from(item.content.bytes()).unwrap_or(u32::MAX);
        let (object, state) = (item.id(), ItemState::Here);
        let kept = Kept { object, grant: item.grant, collection, at: now.wall, bytes, field, state };
        let id = item.id;
        self.record(effects, Record::Item { supplier, id, kept });
        // Past `record`: the content goes to the store, and the state knows the item by the record above.
        effects.push(Effect::Persist(Record::Content { supplier, id, item: item.signed().clone() }));
        self.log(effects, Log::With(supplier), Event::Received { item: object, collection }, now, entropy)?;
        effects.push(Effect::Reply(PersonReply::Noted));
        self.decide_correction(effects, supplier, id, &item.content, now);
        Ok(())
    }

    /// What the defaults say of a correction.
    fn decide_correction(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: PublicKey,
        id: Nonce,
        content: &Content,
        now: Now,
    ) {
        let Content::Correction(correction) = content else { return };
        let Some(relationship) = self.relationships.get(&supplier) else { return };
        match self.policy.correction(correction.field, relationship.proposer(now)).0 {
            Answer::Allow => {
                effects.push(Effect::Correct(Correcting { supplier, id, correction: correction.clone() }));
            }
            Answer::Refuse => drop(self.settle(effects, &supplier, &id, ItemState::Declined)),
            Answer::Ask => {}
        }
    }

    /// Makes room for one more, where an item that was thrown away is still remembered.
    fn make_room_for_item(&mut self, effects: &mut Vec<Effect>, supplier: &PublicKey) -> Result<(), Refusal> {
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        if relationship.items.len() + relationship.coming.len() < limits::ITEMS_PER_RELATIONSHIP as usize {
            return Ok(());
        }
        // What the person has is theirs to throw away: a supplier's next item pushes none of it out.
        let gone = relationship.items.iter().filter(|(_, kept)| kept.state == ItemState::Deleted);
        let oldest = gone.min_by_key(|(_, kept)| kept.at).map(|(id, _)| *id).ok_or(Refusal::CollectionFull)?;
        self.record(effects, Record::ItemForgotten { supplier: *supplier, id: oldest });
        Ok(())
    }

    /// The person took a correction over, or did not.
    ///
    /// # Errors
    /// [`OwnerError::NoItem`] where there is no such correction that waits.
    pub(super) fn corrected(&mut self, supplier: &PublicKey, id: &Nonce, accepted: bool) -> Effects {
        let kept = self.item(supplier, id).ok_or(OwnerError::NoItem)?;
        if kept.field.is_none() || kept.state != ItemState::Here {
            return Err(OwnerError::NoItem);
        }
        let mut effects = Vec::new();
        self.settle(&mut effects, supplier, id, if accepted { ItemState::Accepted } else { ItemState::Declined })?;
        Ok(effects)
    }

    /// The person throws an item away: its content goes for good, and it does not come back.
    ///
    /// # Errors
    /// [`OwnerError::NoItem`].
    pub(super) fn delete_item(&mut self, supplier: &PublicKey, id: &Nonce) -> Effects {
        let kept = self.item(supplier, id).filter(|kept| kept.state != ItemState::Deleted);
        kept.ok_or(OwnerError::NoItem)?;
        let mut effects = Vec::new();
        self.settle(&mut effects, supplier, id, ItemState::Deleted)?;
        effects.push(Effect::Persist(Record::ContentGone { supplier: *supplier, id: *id }));
        Ok(effects)
    }

    /// What is known of an item.
    #[must_use]
    pub fn item(&self, supplier: &PublicKey, id: &Nonce) -> Option<&Kept> {
        self.relationships.get(supplier)?.items.get(id)
    }

    pub(super) fn apply_item(&mut self, supplier: &PublicKey, id: &Nonce, kept: &Kept) -> Result<(), Refusal> {
        let before = self.with(supplier)?.items.insert(*id, *kept);
        let before = before.as_ref().map_or(0, Kept::held_bytes);
        self.item_bytes = self.item_bytes.saturating_sub(before).saturating_add(kept.held_bytes());
        Ok(())
    }

    fn settle(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        id: &Nonce,
        state: ItemState,
    ) -> Result<(), OwnerError> {
        let kept = *self.item(supplier, id).ok_or(OwnerError::NoItem)?;
        self.record(effects, Record::Item { supplier: *supplier, id: *id, kept: Kept { state, ..kept } });
        Ok(())
    }
}

/// The collection that a grant opens, if it is one that does.
#[must_use]
pub fn opens(grant: &VerifiedGrant) -> Option<Collection> {
    match grant.scope().access {
        Access::Write(collection) => Some(collection),
        _ => None,
    }
}
