//! What happened, for the company to be told: the outbox. In: records of the machine, in the turn that stores
//! them. Out: numbered rows that hold names and never a value, stored in the same commit as what they tell of.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    AskedPath, Nonce, ObjectId, PublicKey, Refusal, Timestamp,
    act::ActKind,
    supplier::{Acted, Asking, Outcome, Record, StoredAct, Told},
};
use serde::{Deserialize, Serialize};

use super::{
    Companion, World,
    labels::{Label, Thing},
    names, tables,
};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    store::{Nth, Read as _},
};

/// How long an event can be read again, in days.
pub const EVENT_DAYS: u32 = 30;
/// Old events that one turn removes.
const PRUNED_AT_ONCE: usize = 512;

/// The kinds of events, as they are called outside.
pub const KINDS: &[&str] = &[
    "relationship.created",
    "relationship.updated",
    "request.created",
    "request.updated",
    "request.waiting",
    "request.answered",
    "request.refused",
    "request.rejected",
    "disclosure.received",
    "grant.received",
    "grant.revoked",
    "values.erased",
    "delegation.told",
    "delegation.refused",
    "mandate.received",
    "record.delivered",
    "record.refused",
    "contract.notice.received",
    "contract.withdrawal.received",
    "rights.requested",
    "act.answer.delivered",
    "act.answer.refused",
    "segment.joined",
    "segment.left",
    "intent.found",
    "offer.delivered",
    "offer.refused",
    "offer.taken_up",
    "bulk.finished",
    "approval.asked",
    "approval.answered",
    "customer_list.invited",
    "webhook.failing",
    "webhook.disabled",
];

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// One of [`KINDS`].
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// The person it concerns.
    pub person: Option<PublicKey>,
    /// What it is about, by the name used outside.
    pub subject: Option<String>,
    /// The fields it concerns.
    pub fields: BTreeSet<AskedPath>,
    /// Why not, where something was refused.
    pub refusal: Option<Refusal>,
    /// Of a request: the fields that were given so far, or that are allowed and empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub given: BTreeSet<AskedPath>,
    /// Of a request: the fields that wait for the person's word.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub waiting: BTreeSet<AskedPath>,
    /// Of a request: the fields that were refused, each with its code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refused: BTreeMap<AskedPath, Refusal>,
    /// The company's reference of what it is about, as it was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// And its metadata.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// The company's reference of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship_reference: Option<String>,
    /// The invitation by which the person came, where it is about the relationship.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Nonce>,
}

impl Happening {
    /// An event that concerns no person.
    #[must_use]
    pub fn new(kind: &str, at: Timestamp, subject: String) -> Self {
        Self {
            kind: kind.to_owned(),
            at,
            person: None,
            subject: Some(subject),
            fields: BTreeSet::new(),
            refusal: None,
            given: BTreeSet::new(),
            waiting: BTreeSet::new(),
            refused: BTreeMap::new(),
            reference: None,
            metadata: BTreeMap::new(),
            relationship_reference: None,
            invitation: None,
        }
    }
}

/// An event with its number.
pub type Numbered = (u64, Happening);

/// What a record tells the company, if anything. `known` says whether a request is an old one.
pub(super) fn of(record: &Record, known: bool, at: Timestamp) -> Option<Happening> {
    let tell = |kind: &str, person: &PublicKey, subject: String, fields: BTreeSet<AskedPath>| Happening {
        person: Some(*person),
        fields,
        ..Happening::new(kind, at, subject)
    };
    let none = BTreeSet::new;
    let handed_on = |link: &ObjectId| names::HandedOn(*link.digest()).to_string();
    Some(match record {
        Record::Delegated { person, delegated } => match delegated.told {
            Told::NotYet => return None,
            Told::Yes => tell("delegation.told", person, handed_on(&delegated.id()), none()),
            Told::Refused(code) => {
                let told = tell("delegation.refused", person, handed_on(&delegated.id()), none());
                Happening { refusal: Some(code), ..told }
            }
        },
        Record::Sending { person, sending } => {
            let id = names::Sent(sending.id.0).to_string();
            match sending.told {
                Told::NotYet => return None,
                Told::Yes => tell("record.delivered", person, id, none()),
                Told::Refused(code) => Happening { refusal: Some(code), ..tell("record.refused", person, id, none()) },
            }
        }
        Record::Act { person, stored } => return acted(person, stored, known, at),
        Record::Mandate { person, mandate } => {
            tell("mandate.received", person, handed_on(&mandate.chain.links.last()?.id()), none())
        }
        Record::Customer { person, .. } => {
            tell("relationship.created", person, names::Relationship::from(*person).to_string(), none())
        }
        Record::Asking { asking } => {
            let kind = if known { said(asking) } else { "request.created" };
            let (person, id) = (&asking.request.person, names::Asked::from(asking.request.id).to_string());
            Happening {
                refusal: asking.rejected,
                given: asking.given.clone(),
                waiting: asking.waiting.clone(),
                refused: asking.refused.clone(),
                ..tell(kind, person, id, asking.request.fields.clone())
            }
        }
        Record::Received { person, received } => {
            let given = received.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Given(_)));
            let fields = given.map(|(path, _)| path.clone()).collect();
            tell("disclosure.received", person, names::Disclosed(*received.id.digest()).to_string(), fields)
        }
        Record::Grant { person, grant } if !known => tell("grant.received", person, granted(&grant.id()), none()),
        Record::Revoked { person, grant, .. } if !known => tell("grant.revoked", person, granted(grant), none()),
        Record::Erased { person, fields, .. } if !fields.is_empty() => {
            let fields = fields.iter().map(|field| AskedPath::from(*field)).collect();
            tell("values.erased", person, names::Relationship::from(*person).to_string(), fields)
        }
        _ => return None,
    })
}

/// What a request's person has said to it so far.
fn said(asking: &Asking) -> &'static str {
    match asking {
        Asking { rejected: Some(_), .. } => "request.rejected",
        Asking { given, waiting, refused, .. } if given.is_empty() && refused.is_empty() && !waiting.is_empty() => {
            "request.waiting"
        }
        Asking { given, waiting, .. } if given.is_empty() && waiting.is_empty() => "request.refused",
        _ => "request.answered",
    }
}

/// That an act came, or what became of the last answer to it.
fn acted(person: &PublicKey, stored: &StoredAct, known: bool, at: Timestamp) -> Option<Happening> {
    let (kind, refusal) = match stored.answers.last().map(|answering| answering.told) {
        None if known => return None,
        None => (came(Acted::read(stored.clone()).ok()?.act().what.kind()), None),
        Some(Told::NotYet) => return None,
        Some(Told::Yes) => ("act.answer.delivered", None),
        Some(Told::Refused(code)) => ("act.answer.refused", Some(code)),
    };
    let subject = names::Act(*stored.act.id().digest()).to_string();
    Some(Happening { person: Some(*person), refusal, ..Happening::new(kind, at, subject) })
}

fn came(kind: ActKind) -> &'static str {
    match kind {
        ActKind::End => "contract.notice.received",
        ActKind::Withdraw => "contract.withdrawal.received",
        _ => "rights.requested",
    }
}

fn granted(grant: &ObjectId) -> String {
    names::Granted(*grant.digest()).to_string()
}

impl Companion {
    /// Tells the company, in the commit of this turn, with its own words beside what it is about.
    ///
    /// They are those of this moment: an event says the same however often it is read.
    pub(crate) fn tell(
        &mut self,
        world: World,
        happening: Happening,
        label: Option<&Label>,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let person = happening.person.map(|person| self.label_told(Thing::Relationship(person))).transpose()?;
        let happening = Happening {
            reference: label.and_then(|label| label.reference().map(str::to_owned)),
            metadata: label.map(|label| label.metadata().clone()).unwrap_or_default(),
            relationship_reference: person.and_then(|label| label.reference().map(str::to_owned)),
            invitation: label.and_then(Label::invitation),
            ..happening
        };
        turn.batch.append(tables::EVENTS, &world, &happening);
        // One word behind the commit wakes all who wait, however many events it holds; before it none can be read.
        if !std::mem::replace(&mut self.told_this_turn, true) {
            let news = self.news.clone();
            turn.after(move || news.send_modify(|count| *count = count.wrapping_add(1)));
        }
        Ok(())
    }

    /// Events after a number, oldest first.
    pub(crate) fn happenings(&self, world: World, after: u64, limit: usize) -> Result<Vec<Numbered>, Failure> {
        Ok(self.store.numbered(tables::EVENTS, &world, after.saturating_add(1), limit)?)
    }

    /// Events behind one that the caller had.
    ///
    /// # Errors
    /// `cursor_expired`, where some behind it were removed already: whoever went on would not know that they miss any.
    pub(crate) fn happenings_behind(&self, world: World, after: u64, limit: usize) -> Result<Vec<Numbered>, Failure> {
        let found = self.happenings(world, after, limit)?;
        match found.first() {
            // Numbers have no holes but where old events were removed.
            Some((number, _)) if *number > after.saturating_add(1) => {
                let next = "read the lists once more from their beginning, then go on with new events";
                let words =
                    format!("events are kept for {EVENT_DAYS} days, and some behind this cursor are gone; {next}");
                Err(Failure::new("cursor_expired", exit::REFUSED, words))
            }
            _ => Ok(found),
        }
    }

    /// The number of the newest event.
    pub(crate) fn newest_event(&self, world: World) -> Result<u64, Failure> {
        Ok(self.store.last_number(tables::EVENTS, &world)?.unwrap_or(0))
    }

    /// One event, where it is kept.
    pub(crate) fn happening(&self, world: World, number: u64) -> Result<Option<Happening>, Failure> {
        Ok(self.store.get(tables::EVENTS, &Nth(world, number))?)
    }

    /// The number of the first event of whose time this holds; that of the next one to come where it holds of none. It must hold of
    /// all behind one of which it holds.
    pub(crate) fn first_event(&self, world: World, holds: impl Fn(Timestamp) -> bool) -> Result<u64, Failure> {
        let first = self.happenings(world, 0, 1)?.first().map_or(1, |(number, _)| *number);
        let (mut low, mut high) = (first, self.newest_event(world)?.saturating_add(1));
        while low < high {
            let middle = low + (high - low) / 2;
            match self.happening(world, middle)? {
                Some(happening) if holds(happening.at) => high = middle,
                _ => low = middle + 1,
            }
        }
        Ok(low)
    }

    /// Removes events that are too old to be asked for, but never the newest: the numbers go on from it.
    pub(super) fn prune_events(&self, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        for world in World::BOTH {
            let newest = self.newest_event(world)?;
            let mut removed = None;
            for (number, happening) in self.happenings(world, 0, PRUNED_AT_ONCE)? {
                let old = happening.at.plus_days(regie_protocol::Days(EVENT_DAYS)) <= now;
                if !old || number == newest {
                    break;
                }
                turn.batch.delete(tables::EVENTS, &Nth(world, number));
                removed = Some(number);
            }
            if let Some(up_to) = removed {
                self.prune_asides(world, up_to, turn)?;
            }
        }
        Ok(())
    }
}
