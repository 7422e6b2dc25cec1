//! The person machine: frames, replies and the owner's actions in, calls of its host out.
//!
//! Sans-IO: it holds no value of any field, no socket, no clock. Every change of state is a `Record` that
//! [`Person::restore`] can replay. [`Person::handle`] is the one way in (`person/entry.rs`), and what leaves, leaves by one way out (`person/exit.rs`). `person/requests.rs` answers suppliers, `person/owner.rs` does what the person
//! says, `person/acts.rs` has suppliers act, `person/delegations.rs` keeps what suppliers hand on to their processors, `person/items.rs` what they send
//! back, `person/coming.rs` what of that comes in pieces, `person/intents.rs` what the person wants, `person/segments.rs` what
//! they say of themselves, `person/runs.rs` which copy of the node speaks, `person/standing.rs` who suppliers are, `person/witnesses.rs` what witnesses hear of its logs, `person/state.rs` is the state and its records.

mod acts;
mod coming;
mod delegations;
mod entry;
mod exit;
mod intents;
mod items;
mod moments;
mod moving;
mod owner;
mod requests;
mod runs;
mod segments;
mod standing;
mod state;
mod witnesses;

use std::collections::{BTreeMap, BTreeSet};

pub use acts::{Acted, NewAct, StoredAct};
pub use coming::{Coming, StoredComing};
pub use delegations::Introduction;
pub use entry::{Host, Input, Unreadable};
pub use intents::{BoardMessage, NewIntent, Outcome, Stage, StoredIntent, Wanted};
pub use items::{Correcting, ItemState, Kept, Opening, opens};
pub use moving::Moved;
pub use owner::{Mismatch, NewGrant, OwnerError, Remember, Weighed};
pub use runs::{OtherCopy, StoredBranch};
pub use segments::{About, Counted, Said};
pub use state::{Known, Outgoing, PastRequest, Person, Record, Relationship};
pub use state::{Mandated, Removed, StoredMandate, StoredRelationship, Traffic, Waiting};
pub use witnesses::ForWitness;

use crate::{
    audit::{self, Committed, Entry, Event, Log},
    decision::Release,
    departure,
    disclosure::{Answer, Disclosure},
    entropy::Entropy,
    field::{AskedPath, FieldPath},
    grant::Grant,
    identity::{Nonce, PublicKey},
    limits,
    message::{PersonReply, ToSupplier},
    refusal::Refusal,
    rotation::Names,
    signed::{Object, ObjectId, Signed, Verified},
    time::{Now, Timestamp},
    wire,
};

/// What follows from an input, in this order: each but [`Self::Disclose`] is a call of the [`Host`] by the same name.
#[derive(Debug)]
#[must_use]
#[allow(clippy::large_enum_variant, reason = "effects are moved once and few")]
enum Effect {
    Persist(Record),
    /// Fetch the values, and then what [`Person::seal`] says.
    Disclose(Plan),
    Heard(PublicKey, Timestamp),
    Happened(Timestamp, Event),
    Reply(PersonReply),
    Unreadable(PublicKey, BTreeSet<FieldPath>),
    Correct(Correcting),
    Deliver(PublicKey),
    Segments(PublicKey),
    KeyRenewed(PublicKey),
    Board(ObjectId),
    Meet(PublicKey),
    Silent,
    ShowGrowth {
        supplier: PublicKey,
        from: u64,
        to: u64,
    },
}

/// A disclosure without its values. Made by a decision, spent by [`Person::seal`].
#[derive(Debug)]
#[must_use]
struct Plan {
    supplier: PublicKey,
    request: Option<Nonce>,
    releases: BTreeMap<AskedPath, Release>,
    asked: BTreeMap<AskedPath, String>,
    refused: BTreeMap<AskedPath, Refusal>,
    grants: Vec<Signed<Grant>>,
    as_reply: bool,
}

impl Plan {
    /// What may be fetched.
    fn releases(&self) -> impl Iterator<Item = &Release> {
        self.releases.values()
    }
}

impl Person {
    /// Puts values into a planned disclosure: commits to them in the log, signs, queues it in the outbox
    /// until the supplier signs for it. The host is asked for each value once.
    fn seal(&mut self, plan: Plan, now: Now, host: &mut dyn Host) -> Result<Vec<Effect>, Refusal> {
        // A plan is sealed within its input, so no grant can have died since; if one did, nothing leaves.
        if plan.releases().flat_map(Release::links).any(|link| self.revoked.has(link)) {
            return Err(Refusal::Revoked);
        }
        crate::scheme::count(|tally| tally.sealed += 1);
        let mut effects = Vec::new();
        let entropy = &mut host.entropy();
        let lineage = &self.relationships.get(&plan.supplier).ok_or(Refusal::NotPaired)?.lineage;
        let (answers, event) = fill(&plan, lineage, now.wall, host, entropy)?;
        // Before anything is entered in memory: a disclosure that can't be signed would leave the log ahead of the disk.
        fits(&answers, &plan.grants)?;
        // Before its own entry is written: that one the disclosure shows whole.
        let grown = self.relationships.get(&plan.supplier).ok_or(Refusal::NotPaired)?.unwitnessed.clone();
        let entry = self.log(&mut effects, Log::With(plan.supplier), event, now, entropy)?;
        if !plan.asked.is_empty() {
            let event = Event::AskedBy { supplier: plan.supplier, index: entry.index, rules: plan.asked.clone() };
            self.log(&mut effects, Log::Personal, event, now, entropy)?;
        }
        // An answer or a grant is owed as it is; of changes only the newest matters.
        if plan.request.is_none() && plan.grants.is_empty() {
            self.supersede(&mut effects, plan.supplier, &plan.releases);
        }
        let relationship = self.relationships.get(&plan.supplier).ok_or(Refusal::NotPaired)?;
        let disclosure = Disclosure {
            person: relationship.key.public(),
            supplier: *relationship.lineage.current(),
            request: plan.request,
            at: if plan.as_reply { now.wall } else { departure::moment(now.wall) },
            answers,
            grants: plan.grants,
            entry,
            epoch: relationship.branch.epoch,
            grown,
        };
        let disclosure = Verified::sign(disclosure, &relationship.key)?;
        let (answers, message) = (&disclosure.answers, ToSupplier::Disclose(disclosure.signed().clone()));
        let number = self.depart_with(&mut effects, plan.supplier, message, answers, now)?;
        let disclosure = disclosure.signed().clone();
        if let (true, Some(relationship)) = (plan.as_reply, self.relationships.get_mut(&plan.supplier)) {
            // The reply carries it; it is sent again as every other message is.
            relationship.in_flight.sent(number, now.floor);
        }
        effects.push(match plan.as_reply {
            true => Effect::Reply(PersonReply::Answer(disclosure)),
            false => Effect::Deliver(plan.supplier),
        });
        Ok(effects)
    }

    /// Takes changes that were not sent yet out of the outbox where this one tells the same fields anew: a
    /// supplier that is away for long finds the newest values, and the outbox stays small.
    fn supersede(&mut self, effects: &mut Vec<Effect>, supplier: PublicKey, releases: &BTreeMap<AskedPath, Release>) {
        let Some(relationship) = self.relationships.get(&supplier) else { return };
        let told_again = |told: &BTreeSet<AskedPath>| told.iter().all(|path| releases.contains_key(path));
        let old: Vec<u64> = relationship
            .outbox
            .iter()
            .filter(|(number, waiting)| !relationship.in_flight.has(number) && waiting.change().is_some_and(told_again))
            .map(|(number, _)| *number)
            .collect();
        for number in old {
            self.record(effects, Record::Sent { supplier, number });
        }
    }

    /// Appends to a relationship's log and its hash to the personal log, or to the personal log alone.
    fn log(
        &mut self,
        effects: &mut Vec<Effect>,
        log: Log,
        event: Event,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<audit::ProvenEntry, Refusal> {
        let at = now.wall;
        // What the other side reads of its log, it reads of no other's.
        let told = if log == Log::Personal { at } else { departure::moment(at) };
        let entry = Entry { at: told, salt: entropy.nonce(), event };
        let mut frontier = match log {
            Log::Personal => self.personal.clone(),
            Log::With(supplier) => self.relationships.get(&supplier).ok_or(Refusal::NotPaired)?.log.clone(),
        };
        let proven = audit::append(&mut frontier, &entry).map_err(|_| Refusal::Unavailable)?;
        self.record(effects, Record::Entry { log, index: proven.index, at, bytes: proven.entry.clone() });
        if let Log::With(supplier) = log {
            let event = Event::Of { supplier, index: proven.index, leaf: crate::merkle::leaf(&proven.entry) };
            self.log(effects, Log::Personal, event, now, entropy)?;
            effects.push(Effect::Happened(at, entry.event));
        }
        Ok(proven)
    }
}

type Filled = (BTreeMap<AskedPath, Answer>, Event);

fn fill(
    plan: &Plan,
    receiver: &impl Names,
    at: Timestamp,
    host: &mut dyn Host,
    entropy: &mut Entropy,
) -> Result<Filled, Refusal> {
    let mut answers = BTreeMap::new();
    let (mut released, mut absent) = (BTreeMap::new(), BTreeSet::new());
    for (path, release) in &plan.releases {
        // The whole answer fails with it: to leave the field out would say that there is no value.
        let value = host.value(&plan.supplier, release).map_err(|Unreadable| Refusal::Unavailable)?;
        let Some(observed) = value else {
            absent.insert(release.field());
            answers.insert(path.clone(), Answer::Absent);
            continue;
        };
        let observed = departure::value_for(receiver, observed, at);
        let (salt, grant) = (entropy.nonce(), release.grant());
        let commitment = audit::commit(&salt, &observed).map_err(|_| Refusal::Unavailable)?;
        released.insert(release.field(), Committed { grant, commitment });
        answers.insert(path.clone(), Answer::Value { observed, grant, salt });
    }
    answers.extend(plan.asked.keys().map(|path| (path.clone(), Answer::Asked)));
    answers.extend(plan.refused.iter().map(|(path, code)| (path.clone(), Answer::Refused(*code))));
    let event = Event::Answered {
        request: plan.request,
        released,
        absent,
        asked: departure::rules(&plan.asked),
        refused: plan.refused.clone(),
    };
    Ok((answers, event))
}

/// Is there room for these answers and grants in one disclosure, whatever heads of the log it shows besides?
fn fits(answers: &BTreeMap<AskedPath, Answer>, grants: &[Signed<Grant>]) -> Result<(), Refusal> {
    let answers = wire::encode(answers).map_err(|_| Refusal::TooLarge)?.len();
    let grants: usize = grants.iter().map(|grant| grant.parts().0.len() + limits::SIGNED_OVERHEAD).sum();
    if answers + grants > limits::ANSWERS_BYTES { Err(Refusal::TooLarge) } else { Ok(()) }
}

/// Checks a signed object of a connected supplier: signature, and that it is by a key of this supplier's.
fn from_supplier<T: Object>(signed: Signed<T>, supplier: &impl Names) -> Result<Verified<T>, Refusal> {
    let object = signed.verify()?;
    if supplier.names(object.signer()) { Ok(object) } else { Err(Refusal::WrongSender) }
}

/// Does a waiting message carry a value under one of these grants, or such a grant itself? What waits is of the person's
/// own making, so its signature is not looked at.
fn relies_on(message: &ToSupplier, grants: &BTreeSet<ObjectId>) -> bool {
    match message {
        ToSupplier::Grant(signed) => grants.contains(&signed.id()),
        ToSupplier::Mandate(mandate) => mandate.chain.links.last().is_some_and(|link| grants.contains(&link.id())),
        ToSupplier::Disclose(signed) => signed.peek().is_ok_and(|disclosure| {
            disclosure.grants.iter().any(|issued| grants.contains(&issued.id()))
                || disclosure
                    .answers
                    .values()
                    .any(|answer| matches!(answer, Answer::Value { grant: under, .. } if grants.contains(under)))
        }),
        _ => false,
    }
}
