//! The supplier machine: frames, replies and the company's actions in, calls of a host out.
//!
//! Sans-IO like the person's. It obeys: values are kept under a grant and no longer than its retention, and
//! are erased on revocation with a signed receipt. What follows of an input is [`Effects`], which a [`Host`] carries out
//! (`supplier/host.rs`). `supplier/frames.rs` takes what persons send,
//! `supplier/acts.rs` takes what it has to act on, `supplier/delegations.rs` hands grants on to processors, `supplier/pairings.rs` bounds who comes by public invitations, `supplier/offers.rs` answers intents,
//! `supplier/segments.rs` publishes patterns, `supplier/witness.rs` holds a person's log against what it was, `supplier/runs.rs` knows which run of a person's node speaks,
//! `supplier/state.rs` is the state and its records.

mod acts;
mod delegations;
mod frames;
mod host;
mod items;
mod offers;
mod pairings;
mod runs;
mod segments;
mod state;
mod witness;

use std::collections::{BTreeMap, BTreeSet};

pub use acts::{Acted, Answering, StoredAct};
pub use delegations::{Delegate, Delegated, Told};
use host::Effect;
pub use host::{Effects, Host};
pub use items::Sending;
pub use offers::NewOffer;
pub use pairings::{PairingBounds, TurnedAway};
pub use runs::{Branch, Runs, Since};
pub use segments::NewSegment;
pub use state::{
    Asking, Customer, Held, Invite, Mandated, Outcome, Parcel, Place, Received, Record, Remembered, Skew, Supplier,
};
pub use witness::Recent;

use crate::{
    coded::coded,
    entropy::Entropy,
    field::{AskedPath, FieldPath},
    grant::Access,
    identity::{Keypair, Nonce, PublicKey},
    limits,
    message::{Piece, ToPerson},
    profile::{Invitation, Profile, plain_line},
    purpose::Purpose,
    refusal::Refusal,
    request::DataRequest,
    rotation::{KeyHistory, Rotation},
    signed::{ObjectId, SignedError, Verified},
    time::{Days, Now, Timestamp},
};

/// What a company asks of one person.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The person who is asked.
    pub person: PublicKey,
    /// The fields that are asked for.
    pub fields: BTreeSet<AskedPath>,
    /// What they are asked for.
    pub purpose: Purpose,
    /// Why, in plain words.
    pub reason: String,
    /// How they are to be had.
    pub access: Access,
    /// For how long.
    pub duration: Days,
    /// How long values are kept.
    pub retention: Days,
    /// How many steps below this company processors may go; 0 for none.
    pub delegations: u8,
}

/// Why an action of the company's can't be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SupplierError {
    /// No such person.
    #[error("no such relationship")]
    NoRelationship,
    /// Out of bounds.
    #[error(
        "a request has 1 to {} fields, a reason of at most {} bytes and a duration of 1 to {} days",
        limits::FIELDS,
        limits::TEXT_BYTES,
        limits::GRANT_DAYS
    )]
    BadRequest,
    /// Handed on too far.
    #[error("a grant can be handed on {} steps at most", limits::DELEGATION_DEPTH)]
    TooDeep,
    /// No grant to hand on.
    #[error("no grant of this person to the present key may be handed on")]
    NotDelegable,
    /// Wider than the grant above it.
    #[error("a delegation must be within the grant above it: its fields, purposes, access, time, retention and uses")]
    TooWide,
    /// The person did not open this collection.
    #[error("the person has not opened that collection, or its grant has ended")]
    NotOpened,
    /// Out of bounds.
    #[error(
        "a document has a title of one line, a media type and at most {} bytes; only a correction goes into `corrections`",
        limits::LARGE_DOCUMENT_BYTES
    )]
    BadItem,
    /// Too much waits.
    #[error("{} items wait for this person, the bound", limits::ITEMS_WAITING)]
    TooManyItems,
    /// No such act.
    #[error("that person said no such act")]
    NoAct,
    /// Not an answer to that.
    #[error(
        "notice and withdrawal are answered by a last day, a right by what was done or, once, by two months more; a \
         refusal has a reason that is one for it; an item is one that was sent to this person"
    )]
    BadAnswer,
    /// As many answers were given as the bound allows.
    #[error("{} answers were given to that act, the bound", limits::ACT_ANSWERS)]
    TooManyAnswers,
    /// Out of bounds.
    #[error(
        "an offer has a title of one line, at most {} terms, needs of at most {} fields, and ends before the intent \
         it answers is forgotten",
        limits::DETAILS,
        limits::FIELDS
    )]
    BadOffer,
    /// Out of bounds.
    #[error(
        "a segment has a name of one line, at most {} clauses {} deep, lets people belong or be counted, and ends in \
         the future; its epsilon is 0.001 to {}",
        limits::SEGMENT_CLAUSES,
        limits::SEGMENT_DEPTH,
        limits::EPSILON_PER_SUPPLIER / 1_000
    )]
    BadSegment,
    /// No such segment.
    #[error("no such segment")]
    NoSegment,
    /// As many segments are published as the bound allows.
    #[error("{} segments are published, the bound", limits::SEGMENTS_PER_SUPPLIER)]
    TooManySegments,
    /// The intent is over.
    #[error("that intent has ended or was withdrawn")]
    IntentOver,
    /// Not an invitation of another company.
    #[error("the processor's invitation is the company's own, or names no address")]
    BadProcessor,
    /// Too many delegations in force.
    #[error("{} delegations of this person's data are in force, the bound", limits::DELEGATIONS_PER_RELATIONSHIP)]
    TooManyDelegations,
    /// The outbox is full.
    #[error("{} requests wait for this person, the bound", limits::OUTBOX_PER_RELATIONSHIP)]
    TooManyWaiting,
    /// Not the key that was committed to.
    #[error("not the key that was committed to as the next one")]
    NotNext,
    /// No key was committed to.
    #[error("no next key was committed to")]
    NoNext,
    /// One was committed to.
    #[error("a next key was committed to already")]
    HasNext,
    /// The company changed its key as often as it can.
    #[error("a company can change its key {} times", limits::ROTATIONS)]
    TooManyRotations,
    /// The profile is out of bounds or not signed by this key.
    #[error("the profile is out of bounds")]
    BadProfile,
}

coded! {
    SupplierError, "supplier";
    Self::NoRelationship => "no_relationship";
    Self::BadRequest => "bad_request" ("fields": limits::FIELDS, "bytes": limits::TEXT_BYTES, "days": limits::GRANT_DAYS);
    Self::TooDeep => "too_deep" ("most": limits::DELEGATION_DEPTH);
    Self::NotDelegable => "not_delegable";
    Self::TooWide => "too_wide";
    Self::NotOpened => "not_opened";
    Self::BadItem => "bad_item" ("bytes": limits::LARGE_DOCUMENT_BYTES);
    Self::TooManyItems => "too_many_items" ("most": limits::ITEMS_WAITING);
    Self::NoAct => "no_act";
    Self::BadAnswer => "bad_answer";
    Self::TooManyAnswers => "too_many_answers" ("most": limits::ACT_ANSWERS);
    Self::BadOffer => "bad_offer" ("terms": limits::DETAILS, "fields": limits::FIELDS);
    Self::BadSegment => "bad_segment" (
        "clauses": limits::SEGMENT_CLAUSES, "depth": limits::SEGMENT_DEPTH, "epsilon": limits::EPSILON_PER_SUPPLIER / 1_000
    );
    Self::NoSegment => "no_segment";
    Self::TooManySegments => "too_many_segments" ("most": limits::SEGMENTS_PER_SUPPLIER);
    Self::IntentOver => "intent_over";
    Self::BadProcessor => "bad_processor";
    Self::TooManyDelegations => "too_many_delegations" ("most": limits::DELEGATIONS_PER_RELATIONSHIP);
    Self::TooManyWaiting => "too_many_waiting" ("most": limits::OUTBOX_PER_RELATIONSHIP);
    Self::NotNext => "not_next";
    Self::NoNext => "no_next";
    Self::HasNext => "has_next";
    Self::TooManyRotations => "too_many_rotations" ("most": limits::ROTATIONS);
    Self::BadProfile => "bad_profile";
}

impl From<SignedError> for SupplierError {
    fn from(_: SignedError) -> Self {
        Self::BadRequest
    }
}

/// Is a request of this shape within its bounds?
///
/// # Errors
/// [`SupplierError::BadRequest`].
pub fn fits(fields: &BTreeSet<AskedPath>, reason: &str, duration: Days, retention: Days) -> Result<(), SupplierError> {
    let fits = (1..=limits::FIELDS).contains(&fields.len())
        && plain_line(reason, limits::TEXT_BYTES)
        && (1..=limits::GRANT_DAYS).contains(&duration.0)
        && retention.0 <= limits::RETENTION_DAYS;
    if fits { Ok(()) } else { Err(SupplierError::BadRequest) }
}

impl Supplier {
    /// Replaces the profile.
    ///
    /// # Errors
    /// [`SupplierError::BadProfile`].
    pub fn set_profile(&mut self, profile: Profile) -> Result<Effects, SupplierError> {
        if !profile.well_formed() {
            return Err(SupplierError::BadProfile);
        }
        let profile = Verified::sign(profile, &self.key).map_err(|_| SupplierError::BadProfile)?.signed().clone();
        let mut effects = Vec::new();
        self.record(&mut effects, Record::Profile { profile });
        Ok(Effects(effects))
    }

    /// Commits to the key that alone may follow the one in force. `replace` where another was committed to before: who met
    /// the company until now keeps to that one and will not follow; for those who meet it from now on this one holds.
    ///
    /// # Errors
    /// [`SupplierError::HasNext`], [`SupplierError::BadProfile`].
    pub fn commit_next(
        &mut self,
        next: PublicKey,
        replace: bool,
        now: impl Into<Now>,
    ) -> Result<Effects, SupplierError> {
        let profile = self.profile.as_deref().ok_or(SupplierError::BadProfile)?;
        if profile.keys.next.is_some() && !replace {
            return Err(SupplierError::HasNext);
        }
        // No person's node follows back to a key that it has left.
        if self.keys.contains(&next) {
            return Err(SupplierError::NotNext);
        }
        let keys = KeyHistory { next: Some(next), ..profile.keys.clone() };
        // Whatever the clock shows: nodes take a profile only where it is later than the one they have.
        let issued = now.into().wall.max(profile.issued.plus_ms(1));
        self.set_profile(Profile { keys, issued, ..profile.clone() })
    }

    /// Is this the key that was committed to as the next one?
    ///
    /// # Errors
    /// [`SupplierError::NoNext`], [`SupplierError::NotNext`].
    pub fn may_rotate(&self, key: &PublicKey) -> Result<(), SupplierError> {
        let committed = self.profile.as_deref().and_then(|profile| profile.keys.next).ok_or(SupplierError::NoNext)?;
        if committed == *key { Ok(()) } else { Err(SupplierError::NotNext) }
    }

    /// The key that was committed to takes the place of the one in force, and commits to the one after it. From then on
    /// everything is signed by it; what persons gave the company stays given, and those who were away follow when they
    /// come ([`crate::rotation::Lineage::follow`]).
    ///
    /// # Errors
    /// [`SupplierError::NoNext`], [`SupplierError::NotNext`], [`SupplierError::TooManyRotations`],
    /// [`SupplierError::BadProfile`].
    pub fn rotate(&mut self, key: Keypair, next: PublicKey, now: impl Into<Now>) -> Result<Effects, SupplierError> {
        let now = now.into().wall;
        let profile = self.profile.as_deref().ok_or(SupplierError::BadProfile)?;
        let (supplier, follows) = (key.public(), self.key.public());
        self.may_rotate(&supplier)?;
        if next == supplier || self.keys.contains(&next) {
            return Err(SupplierError::NotNext);
        }
        let mut keys = profile.keys.clone();
        if keys.rotations.len() >= limits::ROTATIONS {
            return Err(SupplierError::TooManyRotations);
        }
        let rotation = Verified::sign(Rotation { supplier, follows, next, at: now }, &key)?;
        keys.rotations.push(rotation.signed().clone());
        keys.next = Some(next);
        let issued = now.max(profile.issued.plus_ms(1));
        let profile = Profile { supplier, keys, issued, ..profile.clone() };
        // First the key: the profile that names it is signed by it. Where that can't be made, the company has the key it had.
        let before = std::mem::replace(&mut self.key, key);
        self.set_profile(profile).inspect_err(|_| self.key = before)
    }

    /// How many persons may come by public invitations from now on.
    pub fn bound_pairings(&mut self, bounds: PairingBounds) {
        self.pairings.bounds = bounds;
    }

    /// How many may.
    #[must_use]
    pub fn pairing_bounds(&self) -> PairingBounds {
        self.pairings.bounds
    }

    /// How many were told to come later.
    #[must_use]
    pub fn turned_away(&self) -> TurnedAway {
        self.pairings.turned_away
    }

    /// Makes an invitation for one person, or a public one.
    pub fn invite(&mut self, invite: Invite, entropy: &mut Entropy) -> (Invitation, Effects) {
        let id = entropy.nonce();
        let mut effects = Vec::new();
        self.record(&mut effects, Record::Invite { id, invite });
        (self.invitation(id), Effects(effects))
    }

    /// The invitation as it travels in a link.
    #[must_use]
    pub fn invitation(&self, id: Nonce) -> Invitation {
        let addresses = self.profile.as_ref().map(|profile| profile.addresses.clone()).unwrap_or_default();
        Invitation { supplier: self.key.public(), id, addresses }
    }

    /// Queues a request; it waits here until the person's node connects.
    ///
    /// # Errors
    /// [`SupplierError::NoRelationship`], [`SupplierError::BadRequest`], [`SupplierError::TooManyWaiting`].
    pub fn ask(
        &mut self,
        ask: Ask,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Result<(Nonce, Effects), SupplierError> {
        let now = now.into();
        let customer = self.customers.get(&ask.person).ok_or(SupplierError::NoRelationship)?;
        fits(&ask.fields, &ask.reason, ask.duration, ask.retention)?;
        if usize::from(ask.delegations) > limits::DELEGATION_DEPTH {
            return Err(SupplierError::TooDeep);
        }
        if customer.unanswered() >= limits::OUTBOX_PER_RELATIONSHIP {
            return Err(SupplierError::TooManyWaiting);
        }
        let id = entropy.nonce();
        let request = DataRequest {
            id,
            supplier: self.key.public(),
            person: ask.person,
            at: now.wall,
            fields: ask.fields,
            purpose: ask.purpose,
            reason: ask.reason,
            access: ask.access,
            duration: ask.duration,
            retention: ask.retention,
            delegations: ask.delegations,
            chains: Vec::new(),
        };
        let asking = Asking::new(request);
        let mut effects = Vec::new();
        self.record(&mut effects, Record::Asking { asking });
        effects.push(Effect::Deliver(ask.person));
        Ok((id, Effects(effects)))
    }

    /// What is to be sent to a connected person now: requests that were not answered yet, signed with the
    /// present time, and erasure receipts that were not taken yet; each once on a line, and again after a pause that grows
    /// ([`limits::SEND_AGAIN_MS`]). Of a large document the item is, and nothing more: [`Self::to_send_with`] has its pieces.
    ///
    /// # Errors
    /// Where signing fails, which no request of ours causes.
    pub fn to_send(&mut self, person: &PublicKey, now: impl Into<Now>) -> Result<Vec<(Parcel, ToPerson)>, Refusal> {
        self.to_send_with(person, now, &mut |_, _| None)
    }

    /// The same, with the pieces of large documents, which the machine does not hold: `pieces` fetches one of an item by
    /// its number ([`crate::LargeDocument::pieces_of`]), or has none, and then it is asked again on the next line.
    ///
    /// # Errors
    /// Where signing fails, which no request of ours causes.
    pub fn to_send_with(
        &mut self,
        person: &PublicKey,
        now: impl Into<Now>,
        pieces: &mut dyn FnMut(&Nonce, u32) -> Option<Vec<u8>>,
    ) -> Result<Vec<(Parcel, ToPerson)>, Refusal> {
        let now = now.into();
        let Some(customer) = self.customers.get(person) else {
            return Ok(Vec::new());
        };
        // What carries a time would be refused again.
        let timed = self.skewed.get(person).is_none_or(|skew| skew.over(now));
        let waiting = customer.waiting(timed, self.wanted.get(person));
        let in_flight = self.in_flight.entry(*person).or_default();
        // What was answered or erased since must not come due for ever.
        in_flight.retain(|parcel| waiting.contains(parcel));
        let due: Vec<Parcel> = waiting.into_iter().filter(|parcel| in_flight.take_due(*parcel, now.floor)).collect();
        let made = due.into_iter().map(|parcel| {
            let message = match parcel {
                Parcel::Piece(item, number) => {
                    pieces(&item, number).map(|bytes| ToPerson::Piece(Piece { item, number, bytes }))
                }
                _ => self.parcel(person, &parcel, now)?,
            };
            Ok((parcel, message))
        });
        made.filter_map(present).collect()
    }

    /// A parcel as it travels now; nothing, where it can't.
    fn parcel(&self, person: &PublicKey, parcel: &Parcel, now: Now) -> Result<Option<ToPerson>, Refusal> {
        let Some(customer) = self.customers.get(person) else { return Ok(None) };
        Ok(match parcel {
            Parcel::Request(id) => match customer.askings.get(id) {
                Some(asking) => {
                    // It may have been made under an earlier key.
                    let request = DataRequest { supplier: self.key.public(), at: now.wall, ..asking.request.clone() };
                    Some(ToPerson::Request(Verified::sign(request, &self.key)?.signed().clone()))
                }
                None => None,
            },
            Parcel::Delegation(id) => {
                customer.delegated.get(id).map(|delegated| ToPerson::Delegated(delegated.notice.clone()))
            }
            Parcel::Item(id) => {
                let item = customer.sending.get(id).and_then(|sending| self.item(person, sending, now));
                item.map(|item| ToPerson::Put(item.signed().clone()))
            }
            // The host has it.
            Parcel::Piece(..) => None,
            Parcel::Answer(id) => {
                let answer = customer.answers_waiting().find(|answer| answer.id() == *id);
                answer.map(|answer| ToPerson::ActAnswer(answer.clone()))
            }
            Parcel::Receipt(id) => customer.receipts.get(id).map(|receipt| ToPerson::Erased(receipt.clone())),
        })
    }

    /// Persons to whom something may have to be sent again, though their line lives.
    pub fn due(&self, now: impl Into<Now>) -> impl Iterator<Item = &PublicKey> {
        let now = now.into();
        let again = self.skewed.iter().filter(move |(_, skew)| skew.over(now)).map(|(person, _)| person);
        self.in_flight.iter().filter(move |(_, sent)| sent.is_due(now.floor)).map(|(person, _)| person).chain(again)
    }

    /// The connection is gone: what has no answer goes out again on the next one.
    pub fn connection_lost(&mut self, person: &PublicKey) {
        self.in_flight.remove(person);
        self.wanted.remove(person);
        // It may have been set meanwhile: the next connection begins with a try.
        self.skewed.remove(person);
    }

    /// Erases what is past its retention for sure, of the persons in memory, with a signed receipt for each grant.
    pub fn tick(&mut self, now: impl Into<Now>) -> Effects {
        let now = now.into();
        // By the floor: a clock that is ahead for one run must erase nothing that nobody can give back.
        let due: Vec<(PublicKey, BTreeSet<FieldPath>)> = self
            .customers
            .iter()
            .map(|(person, c)| {
                (*person, c.held.iter().filter(|(_, h)| h.until <= now.floor).map(|(f, _)| *f).collect())
            })
            .collect();
        Effects(due.into_iter().flat_map(|(person, fields)| self.erase_fields(&person, &fields, now).0).collect())
    }

    /// The company is about to set the floor back to the clock ([`crate::clock::Clock::accept`]). What had ended by the
    /// floor and would live again by the clock is ended for good: the invitations in memory, and segments.
    pub fn end_expired(&mut self, now: impl Into<Now>) -> Effects {
        let now = now.into();
        let revives = |expires: Timestamp| expires <= now.floor && expires > now.wall;
        let invites = self.invites.iter().filter(|(_, invite)| revives(invite.expires) && invite.uses != Some(0));
        let invites: Vec<(Nonce, Invite)> = invites.map(|(id, invite)| (*id, *invite)).collect();
        let segments = self.segments.iter().filter(|(_, segment)| revives(segment.expires));
        let segments: Vec<ObjectId> = segments.map(|(id, _)| *id).collect();
        let mut effects = Vec::new();
        for (id, invite) in invites {
            self.record(&mut effects, Record::Invite { id, invite: Invite { uses: Some(0), ..invite } });
        }
        for segment in segments {
            self.record(&mut effects, Record::SegmentEnded { segment });
        }
        Effects(effects)
    }

    /// Erases these fields of a person, as far as they are held, and tells the person with signed receipts.
    pub fn erase_fields(&mut self, person: &PublicKey, fields: &BTreeSet<FieldPath>, now: impl Into<Now>) -> Effects {
        let now = now.into();
        let mut effects = Vec::new();
        let Some(customer) = self.customers.get(person) else { return Effects::default() };
        let mut by_grant = BTreeMap::<ObjectId, BTreeSet<FieldPath>>::new();
        for (field, held) in customer.held.iter().filter(|(field, _)| fields.contains(field)) {
            by_grant.entry(held.grant).or_default().insert(*field);
        }
        for (grant, fields) in by_grant {
            // Signing fails for no receipt of ours; without a receipt the values go all the same.
            if let Ok(receipt) = self.erase(&mut effects, person, grant, fields, None, now) {
                self.record(&mut effects, Record::Receipt { person: *person, receipt, told: false });
            }
        }
        if !effects.is_empty() {
            effects.push(Effect::Deliver(*person));
        }
        Effects(effects)
    }
}

impl Customer {
    /// Everything that this person has not signed for, in the order in which it is sent; with or without what carries a
    /// time.
    fn waiting(&self, timed: bool, wanted: Option<&BTreeMap<Nonce, u32>>) -> Vec<Parcel> {
        // Erasure receipts and notices carry no time that is compared, so clocks that differ hold them up for nobody.
        let requests = self.askings.values().filter(|asking| timed && asking.awaits_answer());
        let delegations = self.delegated.iter().filter(|(_, delegated)| delegated.told == Told::NotYet);
        let items = self.items_waiting(wanted);
        let items = items.into_iter().filter(|parcel| timed || matches!(parcel, Parcel::Piece(..)));
        let answers = self.answers_waiting().filter(|_| timed).map(|answer| Parcel::Answer(answer.id()));
        requests
            .map(|asking| Parcel::Request(asking.request.id))
            .chain(delegations.map(|(id, _)| Parcel::Delegation(*id)))
            .chain(items)
            .chain(answers)
            .chain(self.receipts.keys().map(|id| Parcel::Receipt(*id)))
            .collect()
    }
}

/// A parcel with its message, where it has one.
fn present(made: Result<(Parcel, Option<ToPerson>), Refusal>) -> Option<Result<(Parcel, ToPerson), Refusal>> {
    match made {
        Ok((parcel, message)) => message.map(|message| Ok((parcel, message))),
        Err(code) => Some(Err(code)),
    }
}
