//! The one way in. In: an input of the person machine, the time, and the host that carries out what follows. Out: calls
//! of that host, in order; an error where the owner's word can't be done, and then nothing was changed.
//!
//! The machine drives the round trip for values itself, so that nothing can come between a decision and the disclosure
//! that follows from it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Correcting, Effect, NewAct, NewGrant, NewIntent, Opening, OwnerError, Person, Record, Remember, moments::Moment,
};
use crate::{
    audit::Event,
    decision::Release,
    departure::{self, Departure},
    entropy::Entropy,
    field::{FieldPath, Observed},
    identity::{Nonce, PublicKey},
    merkle::Hash,
    message::{BoardReply, PersonReply, SupplierReply, ToPerson},
    policy::Policy,
    profile::{Acceptance, Pairing, Profile},
    refusal::Refusal,
    signed::{ObjectId, Signed},
    standing::Unread,
    time::{Now, Timestamp},
};

/// A value is there and can't be read: its bytes are damaged, or its key is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a value is stored and can't be read")]
pub struct Unreadable;

/// Who carries out what the person machine decides, in the order of the calls.
///
/// What [`Self::persist`] was given must be durable before anything that was said after it is visible to anybody. The
/// calls that do nothing by themselves are hints: what they tell of can be asked of the machine at any time.
pub trait Host {
    /// 32 fresh bytes that nobody else knows. Asked at most once for an input, once for each disclosure, and once for each
    /// supplier that is told something at a moment of its own.
    fn entropy(&mut self) -> Entropy;

    /// Make durable.
    fn persist(&mut self, record: Record);

    /// Can this field's value be read, or is there none? Asked of every value that an input may disclose, before
    /// anything is written; until the input is over, [`Self::value`] must answer by what was said here.
    ///
    /// # Errors
    /// [`Unreadable`]: then the input is refused, and can be tried again.
    fn readable(&mut self, field: FieldPath) -> Result<(), Unreadable>;

    /// The value that may leave for this supplier; none where the person holds none.
    ///
    /// # Errors
    /// [`Unreadable`]: then nothing is disclosed.
    fn value(&mut self, supplier: &PublicKey, release: &Release) -> Result<Option<Observed>, Unreadable>;

    /// Answer the frame in hand. Called once for [`Input::Message`], [`Input::Misaddressed`] and [`Input::Malformed`], else never.
    fn reply(&mut self, reply: Departure<PersonReply>);

    /// A supplier asked for fields and got no answer for now, since these can't be read. For the owner.
    fn unreadable(&mut self, supplier: &PublicKey, fields: &BTreeSet<FieldPath>);

    /// Something new waits in this supplier's outbox: send it when connected.
    fn deliver(&mut self, _supplier: &PublicKey) {}

    /// A supplier, whose key was proven, states that this is the present ([`crate::clock::Clock::heard`]).
    fn heard(&mut self, _supplier: &PublicKey, _at: Timestamp) {}

    /// This happened with a supplier, as the entry made durable before it says: for whoever counts.
    fn happened(&mut self, _at: Timestamp, _event: &Event) {}

    /// A default takes a correction over: if the field still is as the supplier takes it to be, set it and say
    /// [`Input::Corrected`]; else the person decides.
    fn correct(&mut self, _correcting: Correcting) {}

    /// Other segments of this supplier came: the defaults may have a word on them ([`Person::unsaid`]).
    fn segments(&mut self, _supplier: &PublicKey) {}

    /// The person goes by another key with this supplier: its line is to be made anew under that.
    fn key_renewed(&mut self, _supplier: &PublicKey) {}

    /// There is something to say to the board of this intent, or more of it ([`Person::to_board`]).
    fn board(&mut self, _intent: &ObjectId) {}

    /// The person, or a default of theirs, lets this processor of a supplier be met: follow its invitation ([`Person::to_meet`]).
    fn meet(&mut self, _processor: &PublicKey) {}

    /// Another copy of this node goes on in its place, or it moved: nothing is said any more, and no line is wanted.
    fn silent(&mut self) {}

    /// A supplier holds the log with it up to `from` of its entries, or one up to `to`, and can't follow from the one to
    /// the other: give the leaf hashes of the first `to` entries with [`Input::Growth`].
    fn show_growth(&mut self, _supplier: &PublicKey, _from: u64, _to: u64) {}
}

/// What the machine is told: by peers, by the clock, by its owner.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "an input is made once and spent at once")]
pub enum Input<'a> {
    /// A message of a supplier that is connected under its own key, to the person's key for it.
    Message(&'a PublicKey, ToPerson),
    /// A frame of a supplier that is no message.
    Malformed(Refusal),
    /// A message of a supplier that is for another role ([`crate::message::read`] says so): it is refused, and that stands
    /// in the log.
    Misaddressed(&'a PublicKey),
    /// The reply to the message of this number in a supplier's outbox.
    Replied(&'a PublicKey, u64, SupplierReply),
    /// What the board answered to [`Person::to_board`]. Where there is more to say at once, [`Host::board`] says so.
    BoardReplied(&'a ObjectId, BoardReply),
    /// A supplier is connected: before [`Person::to_send`], what relies on a grant that has expired since goes from its
    /// outbox.
    DropExpired(&'a PublicKey),
    /// Time passes: forgets what is over.
    Tick,
    /// The document at this supplier's domain was read, or could not be.
    DomainRead(&'a PublicKey, &'a str, Result<Signed<Profile>, Unread>),
    /// A known supplier shows its profile again.
    RenewProfile(&'a PublicKey, Signed<Profile>),
    /// The state came back from a backup: every grant ends.
    Restored,
    /// The node goes to another machine, which the person calls so: this home says nothing more.
    Leave(&'a str),
    /// The state came in the package of a home that the node left: grants live on.
    Arrived,
    /// The node starts: what it says from now on is said by a run of its own.
    Started,
    /// The leaf hashes that [`Host::show_growth`] asked for, with `from`.
    Growth(&'a PublicKey, u64, &'a [Hash]),
    /// The owner is about to set the floor back to the clock ([`crate::clock::Clock::accept`]).
    EndExpired,
    /// The supplier accepted what was proffered: the relationship begins.
    Paired(&'a PublicKey, Signed<Profile>, Signed<Acceptance>, &'a Signed<Pairing>),
    /// The person followed a link of this supplier's, which says that it is here.
    Entered(&'a PublicKey, &'a [String]),
    /// Another key for a relationship, once the supplier knows it.
    RenewKey(&'a PublicKey),
    /// Yes to a waiting request; where fields are named, to these of its fields, and no to the others.
    Allow(&'a Nonce, Option<&'a BTreeSet<FieldPath>>),
    /// No to it.
    Refuse(&'a Nonce),
    /// Rules that make an answer (allow or not) to a waiting request the default for later ones; where fields are named, none is
    /// written about the others.
    Remember(&'a Nonce, bool, Option<&'a BTreeSet<FieldPath>>, Remember),
    /// Hear nothing of a supplier for now, or again.
    Pause(&'a PublicKey, bool),
    /// What waits for a moment of its own leaves now ([`Person::tell_within`]).
    TellNow,
    /// Is a supplier to reach the person at once?
    SetAtOnce(&'a PublicKey, bool),
    /// A grant unasked.
    Grant(&'a NewGrant),
    /// The end of a grant; with true the supplier is to erase what it gave.
    Revoke(&'a ObjectId, bool),
    /// The end of every grant of a relationship.
    RevokeAll(&'a PublicKey, bool),
    /// The end of a relationship; with true the supplier is to erase what it has.
    Remove(&'a PublicKey, bool),
    /// A supplier that was removed is taken back.
    BringBack(&'a PublicKey),
    /// These fields were set (true) or removed: subscribers are told.
    FieldChanged(&'a BTreeMap<FieldPath, bool>),
    /// A contract ends, or a right is exercised: a supplier has to act on it.
    Act(&'a NewAct),
    /// A letter went to the organisation that the node calls so, about this, and told these fields.
    LetterSent(&'a Nonce, &'a str, &'a BTreeSet<FieldPath>),
    /// The processor that this delegation names may be met.
    MeetProcessor(&'a ObjectId),
    /// Other defaults.
    SetPolicy(Policy),
    /// The person vouches for a supplier, or takes that back.
    Vouch(&'a PublicKey, bool),
    /// A wish for a board.
    Cast(NewIntent),
    /// No more offers for this intent.
    Withdraw(&'a ObjectId),
    /// An offer for an intent is not wanted.
    PassOver(&'a ObjectId, &'a ObjectId),
    /// It is.
    TakeUp(&'a ObjectId, &'a ObjectId),
    /// A collection for a supplier to put items into.
    Open(&'a Opening),
    /// The person took a correction over, or did not.
    Corrected(&'a PublicKey, &'a Nonce, bool),
    /// An item is thrown away.
    DeleteItem(&'a PublicKey, &'a Nonce),
    /// Which segments does this supplier publish?
    AskSegments(&'a PublicKey),
    /// The person says that they belong to a segment (first), or not; the second is what evaluating it found.
    Belong(&'a PublicKey, &'a ObjectId, bool, bool),
    /// The person lets themselves be counted; with what evaluating it found.
    CountMe(&'a PublicKey, &'a ObjectId, bool),
}

impl Input<'_> {
    /// Is it the owner's word? Of a home that says nothing more it would be told to nobody.
    fn is_of_owner(&self) -> bool {
        !matches!(
            self,
            Self::Message(..)
                | Self::Malformed(_)
                | Self::Misaddressed(_)
                | Self::Replied(..)
                | Self::BoardReplied(..)
                | Self::DropExpired(_)
                | Self::Tick
                | Self::DomainRead(..)
                | Self::RenewProfile(..)
                | Self::Restored
                | Self::Arrived
                | Self::Started
                | Self::Growth(..)
                | Self::EndExpired
        )
    }
}

pub(super) type Effects = Result<Vec<Effect>, OwnerError>;

impl Person {
    /// Takes one input and has the host carry out what follows.
    ///
    /// # Errors
    /// The owner's word can't be done, and why: nothing was changed. What peers and the clock say never fails; they are
    /// answered by a reply.
    pub fn handle(&mut self, input: Input<'_>, now: impl Into<Now>, host: &mut dyn Host) -> Result<(), OwnerError> {
        let now = now.into();
        // Asked first: a request that waited is gone once its answer was handled.
        let (moment, passes) = (self.moment(&input, now), matches!(input, Input::Tick));
        let effects = self.follows(input, now, host)?;
        self.carry_out(effects, moment, now, host);
        if passes {
            self.deliver_due(now, host);
        }
        Ok(())
    }

    /// What follows: of what peers and the clock say, then of the owner's word.
    fn follows(&mut self, input: Input<'_>, now: Now, host: &mut dyn Host) -> Effects {
        if input.is_of_owner() {
            self.speaks()?;
        }
        match input {
            Input::Message(supplier, message) => Ok(self.message(supplier, message, now, host)),
            Input::Malformed(code) => Ok(vec![Effect::Reply(PersonReply::Refused(code))]),
            Input::Misaddressed(supplier) => Ok(self.reject(supplier, Refusal::Unexpected, now, &mut host.entropy())),
            Input::Replied(supplier, number, reply) => {
                Ok(self.replied(supplier, number, reply, now, &mut host.entropy()))
            }
            Input::BoardReplied(intent, reply) => Ok(self.board_replied(intent, reply, now)),
            Input::DropExpired(supplier) => Ok(self.drop_expired(supplier, now)),
            Input::Tick => Ok(self.tick(now, host)),
            Input::DomainRead(supplier, domain, read) => {
                self.domain_read(supplier, domain, read, now, &mut host.entropy())
            }
            Input::RenewProfile(supplier, profile) => self.renew_profile(supplier, profile, now, &mut host.entropy()),
            Input::Restored => self.restored(now, &mut host.entropy()),
            Input::Leave(to) => self.leave(to, now, &mut host.entropy()),
            Input::Arrived => self.arrived(now, &mut host.entropy()),
            Input::Started => Ok(self.started(now, &mut host.entropy())),
            Input::Growth(supplier, from, leaves) => Ok(self.show_growth(supplier, from, leaves)),
            Input::EndExpired => self.end_expired(now, &mut host.entropy()),
            Input::Paired(supplier, profile, acceptance, pairing) => {
                self.paired(supplier, profile, acceptance, pairing, now, &mut host.entropy())
            }
            Input::Entered(supplier, addresses) => self.entered(supplier, addresses),
            Input::RenewKey(supplier) => self.renew_key(supplier, now),
            Input::Allow(request, only) => self.allow(request, only, now, host),
            Input::Refuse(request) => self.refuse(request),
            Input::Remember(request, allow, only, how) => {
                self.remember(request, allow, only, how, now, &mut host.entropy())
            }
            Input::Pause(supplier, paused) => self.pause(supplier, paused, now, &mut host.entropy()),
            Input::TellNow => Ok(self.tell_now()),
            Input::SetAtOnce(supplier, at_once) => self.set_at_once(supplier, at_once),
            Input::Grant(new) => self.grant(new, now, host),
            Input::Revoke(grant, erase) => self.revoke(grant, erase, now, &mut host.entropy()),
            Input::RevokeAll(supplier, erase) => self.revoke_all(supplier, erase, now, &mut host.entropy()),
            Input::Remove(supplier, erase) => self.remove(supplier, erase, now, &mut host.entropy()),
            Input::BringBack(supplier) => self.bring_back(supplier, now, &mut host.entropy()),
            Input::Act(new) => self.act(new, now, &mut host.entropy()),
            Input::MeetProcessor(link) => self.meet_processor(link, now),
            Input::FieldChanged(fields) => self.field_changed(fields, now, host),
            Input::LetterSent(to, about, fields) => self.letter_sent(to, about, fields, now, &mut host.entropy()),
            Input::SetPolicy(policy) => self.set_policy(policy, now, &mut host.entropy()),
            Input::Vouch(supplier, vouched) => self.vouch(supplier, vouched, now, &mut host.entropy()),
            Input::Cast(new) => self.cast(new, now, &mut host.entropy()),
            Input::Withdraw(intent) => self.withdraw(intent, now, &mut host.entropy()),
            Input::PassOver(intent, offer) => self.pass_over(intent, offer),
            Input::TakeUp(intent, offer) => self.take_up(intent, offer, now, host),
            Input::Open(opening) => self.open(opening, now, &mut host.entropy()),
            Input::Corrected(supplier, id, accepted) => self.corrected(supplier, id, accepted),
            Input::DeleteItem(supplier, id) => self.delete_item(supplier, id),
            Input::AskSegments(supplier) => self.ask_segments(supplier),
            Input::Belong(supplier, segment, member, fits) => {
                self.belong(supplier, segment, member, fits, now, &mut host.entropy())
            }
            Input::CountMe(supplier, segment, fits) => self.count_me(supplier, segment, fits, now, &mut host.entropy()),
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>, moment: Moment, now: Now, host: &mut dyn Host) {
        for effect in effects {
            match effect {
                Effect::Persist(record) => host.persist(record),
                Effect::Disclose(plan) => {
                    let as_reply = plan.as_reply;
                    match self.seal(plan, now, host) {
                        Ok(sealed) => self.carry_out(sealed, moment, now, host),
                        Err(code) if as_reply => host.reply(departure::let_out(PersonReply::refused(code, now))),
                        // The values stay where they are; what was granted is told by the supplier's next request.
                        Err(_) => {}
                    }
                }
                Effect::Heard(supplier, at) => host.heard(&supplier, at),
                Effect::Happened(at, event) => host.happened(at, &event),
                Effect::Reply(reply) => host.reply(departure::let_out(reply)),
                Effect::Unreadable(supplier, fields) => host.unreadable(&supplier, &fields),
                Effect::Correct(correcting) => host.correct(correcting),
                Effect::Deliver(supplier) => self.deliver(&supplier, moment, now, host),
                Effect::Segments(supplier) => host.segments(&supplier),
                Effect::KeyRenewed(supplier) => host.key_renewed(&supplier),
                Effect::Board(intent) => host.board(&intent),
                Effect::Meet(processor) => host.meet(&processor),
                Effect::Silent => host.silent(),
                Effect::ShowGrowth { supplier, from, to } => host.show_growth(&supplier, from, to),
            }
        }
    }
}

/// Which of these can't be read?
pub(super) fn unreadable(host: &mut dyn Host, fields: &BTreeSet<FieldPath>) -> BTreeSet<FieldPath> {
    fields.iter().copied().filter(|field| host.readable(*field).is_err()).collect()
}
