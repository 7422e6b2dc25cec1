//! When what waits for a supplier leaves: at once where the supplier set the moment, and where the person or their clock did,
//! at one drawn for that supplier alone. Two suppliers that compare when they heard of a person find no common moment in
//! what one person said to both.
//!
//! In: inputs, the time, chance. Out: whether the host is to deliver now, and to whom it is to deliver as time passes.

use super::{Effect, Host, Input, NewAct, Person, Relationship};
use crate::{
    act::What,
    identity::PublicKey,
    time::{MINUTE_MS, Now, Timestamp},
};

/// For so long after a request or a pairing the two are in conversation, in milliseconds: the supplier set the moment, and
/// may wait for the answer.
const CONVERSATION_MS: u64 = 10 * MINUTE_MS;

/// Whose is the moment at which something comes to be said?
#[derive(Clone, Copy)]
pub(super) enum Moment {
    /// That of a supplier, a board or a line.
    Theirs,
    /// The person's or their clock's, in which others may be told something too; for this supplier it is an answer to what
    /// it asked a moment ago.
    Own(Option<PublicKey>),
}

impl Person {
    /// What the person says, and nobody asked for just now, leaves within so many milliseconds, at a moment drawn for each
    /// supplier. Zero, as it is in a new machine: at once.
    pub fn tell_within(&mut self, ms: u64) {
        self.tell_within = ms;
    }

    /// Everybody who waits for a moment is told now.
    pub(super) fn tell_now(&self) -> Vec<Effect> {
        let waits = self.relationships.iter().filter(|(_, relationship)| relationship.leaves_at.is_some());
        waits.map(|(supplier, _)| Effect::Deliver(*supplier)).collect()
    }

    pub(super) fn moment(&self, input: &Input<'_>, now: Now) -> Moment {
        match input {
            Input::Message(..)
            | Input::Malformed(_)
            | Input::Misaddressed(_)
            | Input::Replied(..)
            | Input::BoardReplied(..)
            | Input::DropExpired(_)
            | Input::DomainRead(..)
            | Input::RenewProfile(..)
            | Input::Started
            | Input::Growth(..)
            | Input::Paired(..)
            | Input::Entered(..)
            // Each is about one supplier and has an answer that the person, or the line, waits for.
            | Input::RenewKey(_)
            | Input::AskSegments(_)
            | Input::TakeUp(..)
            | Input::Act(NewAct { what: What::End { .. } | What::Withdraw { .. }, .. })
            | Input::SetAtOnce(..)
            // Whoever says this gives the moment of each away.
            | Input::TellNow => Moment::Theirs,
            Input::Allow(request, _) | Input::Refuse(request) | Input::Remember(request, ..) => {
                let asked = self.relationships.iter().find_map(|(supplier, relationship)| {
                    relationship.waiting.get(request).map(|waiting| (*supplier, waiting.at))
                });
                Moment::Own(asked.filter(|(_, at)| at.plus_ms(CONVERSATION_MS) > now.wall).map(|(supplier, _)| supplier))
            }
            Input::Tick
            | Input::Restored
            | Input::Leave(_)
            | Input::Arrived
            | Input::EndExpired
            | Input::Pause(..)
            | Input::Grant(_)
            | Input::Revoke(..)
            | Input::RevokeAll(..)
            | Input::Remove(..)
            | Input::BringBack(_)
            | Input::FieldChanged(_)
            | Input::Act(_)
            | Input::LetterSent(..)
            | Input::MeetProcessor(_)
            | Input::SetPolicy(_)
            | Input::Vouch(..)
            | Input::Cast(_)
            | Input::Withdraw(_)
            | Input::PassOver(..)
            | Input::Open(_)
            | Input::Corrected(..)
            | Input::DeleteItem(..)
            | Input::Belong(..)
            | Input::CountMe(..) => Moment::Own(None),
        }
    }

    /// Something new waits for this supplier: the host delivers it now, or it waits for its moment. A moment that was drawn
    /// before stays: who changes their mind often would be heard of late.
    pub(super) fn deliver(&mut self, supplier: &PublicKey, moment: Moment, now: Now, host: &mut dyn Host) {
        let within = self.tell_within;
        let Some(relationship) = self.relationships.get_mut(supplier) else { return host.deliver(supplier) };
        let in_conversation = match moment {
            Moment::Theirs => true,
            Moment::Own(answers) => {
                answers == Some(*supplier) || relationship.stored.since.plus_ms(CONVERSATION_MS) > now.wall
            }
        };
        if within == 0 || in_conversation || relationship.stored.at_once {
            // What waited leaves with it, in its order.
            relationship.leaves_at = None;
            return host.deliver(supplier);
        }
        relationship.leaves_at.get_or_insert_with(|| {
            let mut drawn = [0; 8];
            host.entropy().fill(&mut drawn);
            // By the floor, as it is compared below: a clock that is set back makes nobody wait longer.
            now.floor.plus_ms(u64::from_be_bytes(drawn) % within)
        });
    }

    /// Delivers what has waited for its moment.
    pub(super) fn deliver_due(&mut self, now: Now, host: &mut dyn Host) {
        for (supplier, relationship) in &mut self.relationships {
            if relationship.leaves_at.is_some_and(|at| at <= now.floor) {
                relationship.leaves_at = None;
                host.deliver(supplier);
            }
        }
    }
}

impl Relationship {
    /// When what waits leaves, where it waits for a moment of its own. It leaves sooner where the supplier is visited before.
    #[must_use]
    pub fn leaves_at(&self) -> Option<Timestamp> {
        self.leaves_at
    }
}
