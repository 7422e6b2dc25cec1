//! What persons had the company do over the line: notice, withdrawals, rights. In: the acts that were taken in. Out: each as the
//! company sees it, with the day by which it has to be answered; the answers.

use std::ops::ControlFlow;

use regie_protocol::{
    ObjectId, PublicKey, Refusal,
    act::{ActKind, Answered, What},
    calendar::Date,
    supplier::{Acted, Told},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, lists::not_found, names, tables};
use crate::{
    calendar::access_answer,
    clock::{self, text},
    command::Failure,
    driver::Turn,
    store::Read as _,
};

/// An act of a person, as the company sees it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PersonsAct {
    /// Its id.
    pub id: names::Act,
    /// Whose.
    pub relationship: names::Relationship,
    /// What it is.
    pub kind: ActKind,
    /// What was said.
    pub what: What,
    /// `open` until it is answered, `extended` where two months more were taken, else `answered`.
    pub state: String,
    /// When it came, and was signed for, RFC 3339.
    pub received: String,
    /// By which day a right has to be answered; none for contracts.
    pub answer_by: Option<Date>,
    /// What was answered, in order.
    pub answers: Vec<GivenAnswer>,
}

/// An answer that the company gave.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GivenAnswer {
    /// When, RFC 3339.
    pub at: String,
    /// What it says.
    pub says: Answered,
    /// `queued` until the person's node has answered, then `delivered` or `refused`.
    pub state: String,
    /// The code with which the person's node refused it.
    pub refused: Option<Refusal>,
}

impl PersonsAct {
    /// An act of this person.
    #[must_use]
    pub(crate) fn of(person: &PublicKey, id: &ObjectId, acted: &Acted) -> Self {
        let kind = acted.act().what.kind();
        let state = match (acted.awaits_answer(), acted.extended()) {
            (true, true) => "extended",
            (true, false) => "open",
            (false, _) => "answered",
        };
        // Whose holidays count is not known here: weekends do.
        let by = access_answer(clock::day(acted.received()), acted.extended(), 0, None).last;
        let told = acted.stored().answers.iter().map(|answering| answering.told);
        let answers = acted.answers().iter().zip(told).map(|(answer, told)| {
            let (state, refused) = match told {
                Told::NotYet => ("queued", None),
                Told::Yes => ("delivered", None),
                Told::Refused(code) => ("refused", Some(code)),
            };
            GivenAnswer { at: text(answer.at), says: answer.answer, state: state.to_owned(), refused }
        });
        Self {
            id: names::Act(*id.digest()),
            relationship: names::Relationship::from(*person),
            kind,
            what: acted.act().what.clone(),
            state: state.to_owned(),
            received: text(acted.received()),
            answer_by: Some(by).filter(|_| !kind.is_of_contracts()),
            answers: answers.collect(),
        }
    }
}

impl Companion {
    /// One act of a person who is in memory.
    ///
    /// # Errors
    /// `not_found`.
    pub(crate) fn act(&mut self, person: &PublicKey, id: &ObjectId) -> Result<(&Acted, PersonsAct), Failure> {
        let acted = self.customer(person)?.acts().get(id).ok_or_else(not_found)?;
        Ok((acted, PersonsAct::of(person, id, acted)))
    }

    /// Answers an act; the answer waits for the person's node.
    ///
    /// # Errors
    /// The machine's: not an answer to that, too many.
    pub(crate) fn answer_act(
        &mut self,
        person: PublicKey,
        id: &ObjectId,
        answer: Answered,
        turn: &mut Turn,
    ) -> Result<PersonsAct, Failure> {
        self.load(&person)?;
        let now = self.clock.now();
        let (_, effects) = self.machine.answer_act(person, id, answer, now)?;
        self.run(effects, None, turn)?;
        Ok(self.act(&person, id)?.1)
    }

    /// Acts of all persons, at most so many; those that wait for an answer first.
    pub(super) fn all_acts(&mut self, most: usize) -> Result<Vec<PersonsAct>, Failure> {
        let mut keys = Vec::new();
        self.store.each(tables::ACTS, |key, _| {
            keys.push(key);
            ControlFlow::Continue(())
        })?;
        let mut acts = Vec::new();
        for (person, id) in keys {
            self.load(&person)?;
            acts.push(self.act(&person, &id)?.1);
            if acts.len() % most == 0 {
                self.forget_persons();
            }
        }
        acts.sort_by(|a, b| (a.state == "answered", &a.received).cmp(&(b.state == "answered", &b.received)));
        acts.truncate(most);
        Ok(acts)
    }

    /// An act by its id or the end of it, with whose it is.
    ///
    /// # Errors
    /// `not_found`, where there is not exactly one.
    pub(super) fn find_act(&self, text: &str) -> Result<(PublicKey, ObjectId), Failure> {
        let mut found = Vec::new();
        self.store.each(tables::ACTS, |(person, id), _| {
            let name = names::Act(*id.digest()).to_string();
            if name == text || (text.len() >= ID_END && name.ends_with(text)) {
                found.push((person, id));
            }
            if found.len() > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        match found[..] {
            [one] => Ok(one),
            _ => Err(not_found()),
        }
    }
}

/// Fewest characters of an id's end that name it.
const ID_END: usize = 6;
