//! What the person had suppliers do, over the line: contracts that end, rights that are exercised. In: the person's word, and
//! what became of it in the machine. Out: each act as its person sees it, with the state that it is in.
//!
//! Where a supplier takes none, the person writes a letter: an act that was not taken says so.

use regie_protocol::{
    Nonce, ObjectId, PublicKey, Refusal, Timestamp,
    act::{ActKind, Answered, ContractName, Right, What, Why},
    calendar::Date,
    person::{Acted, Input, NewAct},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, contracts::ShownContract, endings, tables};
use crate::{
    calendar::access_answer,
    clock::{self, text},
    command::{Failure, exit},
    driver::Turn,
    store::Read as _,
};

/// How far an act is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActState {
    /// On its way: the supplier has not signed for it.
    Waits,
    /// The supplier signed for it.
    Received,
    /// It takes two months longer, says the supplier.
    Extended,
    /// It was done; or the contract ends on the day that is said.
    Done,
    /// The supplier refuses, with a reason.
    Refused,
    /// The supplier's companion did not take it: what is left is a letter.
    NotTaken,
}

impl ActState {
    fn of(acted: &Acted) -> Self {
        match (acted.stored().refused, acted.answer()) {
            (Some(_), _) => Self::NotTaken,
            (None, Some(Answered::Ends { .. } | Answered::Done { .. })) => Self::Done,
            (None, Some(Answered::Refused { .. })) => Self::Refused,
            (None, Some(_)) => Self::Extended,
            (None, None) if acted.received().is_some() => Self::Received,
            (None, None) => Self::Waits,
        }
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Waits => "waits",
            Self::Received => "received",
            Self::Extended => "extended",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::NotTaken => "not_taken",
        }
    }

    /// Is it the supplier's turn?
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waits | Self::Received | Self::Extended)
    }
}

/// An act, as its person sees it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownAct {
    /// Its id.
    pub id: ObjectId,
    /// To whom.
    pub supplier: PublicKey,
    /// What that one calls itself.
    pub name: String,
    /// What it is.
    pub kind: ActKind,
    /// How far it is.
    pub state: ActState,
    /// What was said.
    pub what: What,
    /// The contract or case of this node that it is about.
    pub about: Option<Nonce>,
    /// When it was said, RFC 3339.
    pub said: String,
    /// Not before when it leaves, where it waits for a moment of its own.
    pub leaves: Option<String>,
    /// On which day the supplier signed that it came.
    pub received: Option<Date>,
    /// By which day a right has to be answered; none where it was, and for contracts.
    pub answer_by: Option<Date>,
    /// What the supplier answered, in order.
    pub answers: Vec<ShownAnswer>,
    /// The contract's last day, as the supplier confirmed it.
    pub ends: Option<Date>,
    /// By which code it was not taken.
    pub refused: Option<Refusal>,
}

impl ShownAct {
    /// The last day that notice asks for.
    #[must_use]
    pub fn asks_for(&self) -> Option<&Date> {
        match &self.what {
            What::End { last, .. } => Some(last),
            _ => None,
        }
    }

    /// Why the supplier does not do it, or not yet.
    #[must_use]
    pub fn why(&self) -> Option<Why> {
        match self.answers.last()?.says {
            Answered::Extended { why } | Answered::Refused { why } => Some(why),
            _ => None,
        }
    }
}

/// An answer to an act.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownAnswer {
    /// When it was given, as its supplier states, RFC 3339.
    pub at: String,
    /// What it says.
    pub says: Answered,
}

impl Node {
    /// Everything that suppliers were had to do, or this one; the newest first.
    pub(super) fn acts(&self, supplier: Option<&PublicKey>) -> Vec<ShownAct> {
        let of = self.machine.relationships().filter(|(key, _)| supplier.is_none_or(|only| only == *key));
        let mut acts: Vec<(Timestamp, ShownAct)> = of
            .flat_map(|(key, relationship)| {
                relationship.acts().iter().map(|(id, acted)| (acted.stored().at, self.shown_act(key, *id, acted)))
            })
            .collect();
        acts.sort_by(|(a, first), (b, second)| b.cmp(a).then_with(|| first.id.cmp(&second.id)));
        acts.into_iter().map(|(_, act)| act).collect()
    }

    pub(super) fn shown_act(&self, supplier: &PublicKey, id: ObjectId, acted: &Acted) -> ShownAct {
        let (stored, kind, state) = (acted.stored(), acted.act().what.kind(), ActState::of(acted));
        let received = acted.received().map(clock::day);
        let awaited = !kind.is_of_contracts() && matches!(state, ActState::Received | ActState::Extended);
        let leaves = self.machine.relationship(supplier).and_then(|known| known.leaves_at());
        ShownAct {
            id,
            supplier: *supplier,
            name: self.name_of(supplier),
            kind,
            state,
            what: acted.act().what.clone(),
            about: stored.about,
            said: text(stored.at),
            leaves: leaves.filter(|_| state == ActState::Waits).map(text),
            received,
            answer_by: received.filter(|_| awaited).map(|day| self.answer_by(day, acted)),
            answers: acted
                .answers()
                .values()
                .map(|answer| ShownAnswer { at: text(answer.at), says: answer.answer })
                .collect(),
            ends: match acted.answer() {
                Some(Answered::Ends { last }) => Some(*last),
                _ => None,
            },
            refused: stored.refused,
        }
    }

    /// By when a right that was received on a day has to be answered: as its case counts it, where it has one.
    fn answer_by(&self, received: Date, acted: &Acted) -> Date {
        let case = acted.stored().about.and_then(|case| self.store.get(tables::CASES, &case).ok().flatten());
        let due = case.and_then(|kept| kept.case.outlook(self.today()).due).map(|due| due.last);
        due.unwrap_or_else(|| access_answer(received, acted.extended(), 0, self.country()).last)
    }

    /// Says to the supplier of a contract that it ends, or is withdrawn from.
    pub(super) fn give_notice(
        &mut self,
        text: &str,
        withdraw: bool,
        last: Option<Date>,
        turn: &mut Turn,
    ) -> Result<ShownAct, Failure> {
        let shown = self.contract(text)?;
        let can_end = endings::can_end(&shown, withdraw)?;
        let Some(supplier) = shown.supplier else {
            let next = format!("`regie contract end {} --letter` writes the letter", shown.id);
            let words = format!("{} is no supplier that your node has a line to; {next}", shown.party);
            return Err(Failure::new("no_line", exit::REFUSED, words));
        };
        if let Some(ends) = shown.ends.filter(|_| !withdraw) {
            return Err(Failure::new("already_done", exit::ERROR, format!("that contract ends already, on {ends}")));
        }
        let last = last.unwrap_or(can_end);
        if last < self.today() {
            return Err(Failure::usage("a contract can't end on a day that has passed; give today or a later one"));
        }
        let contract = named(&shown);
        let what = if withdraw { What::Withdraw { contract } } else { What::End { contract, last } };
        self.say_act(supplier, what, Some(shown.id), turn)
    }

    /// Exercises a right towards a supplier. That is a case, which its receipt and answers are noted in.
    pub(super) fn exercise_right(
        &mut self,
        supplier: &str,
        right: Right,
        language: String,
        words: String,
        turn: &mut Turn,
    ) -> Result<ShownAct, Failure> {
        let supplier = self.find_supplier(supplier)?;
        let (case, kept) = self.case_for(&supplier, right, turn)?;
        self.ask_over_the_line(case, kept, supplier, (language, words), turn)
    }

    /// Says something that a supplier has to act on; `about` names the person's own record of it, which stays here.
    pub(super) fn say_act(
        &mut self,
        supplier: PublicKey,
        what: What,
        about: Option<Nonce>,
        turn: &mut Turn,
    ) -> Result<ShownAct, Failure> {
        if self.machine.relationship(&supplier).is_some_and(|known| known.is_stopped()) {
            let next = "take it up again first (`regie resume`), or write a letter";
            return Err(Failure::new("paused", exit::REFUSED, format!("that supplier is paused or stopped; {next}")));
        }
        let new = NewAct { supplier, what, about };
        let did = self.give(Input::Act(&new), turn)?;
        let said = did.acted.and_then(|id| {
            let acted = self.machine.relationship(&supplier)?.acts().get(&id)?;
            Some(self.shown_act(&supplier, id, acted))
        });
        said.ok_or_else(|| Failure::internal("an act that was said is not there"))
    }
}

/// As little of a contract as its supplier needs to find it.
fn named(shown: &ShownContract) -> ContractName {
    let number = shown.number.clone();
    let product = Some(shown.product.clone()).filter(|_| number.is_none());
    ContractName { number, product, customer: shown.customer.clone() }
}
