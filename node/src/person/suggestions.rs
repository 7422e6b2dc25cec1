//! Defaults that the person's own answers suggest. In: their word on requests that wait. Out: answers that are remembered in this
//! turn's commit; suggestions, each with its error, of which none sets itself.

use std::collections::BTreeSet;

use regie_protocol::{
    FieldPath, Nonce, Purpose,
    policy::{Answer, Rule},
    suggestion::{self, OwnAnswer, Suggestion},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Node, tables};
use crate::{
    command::{Change, Failure, exit},
    driver::Turn,
    store::{Nth, Read as _},
};

/// Own answers that are remembered, the newest.
const ANSWERS: u64 = 1_000;
/// Suggestions that stay hidden, the newest.
const HIDDEN: usize = 500;
/// Letters of an id.
const ID_BYTES: usize = 6;

/// A default that the person's own answers suggest.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownSuggestion {
    /// By what it is taken or hidden.
    pub id: String,
    /// Suppliers of which sector it is about.
    pub sector: String,
    /// About which field.
    pub field: FieldPath,
    /// For which purpose.
    pub purpose: Purpose,
    /// What it would answer.
    pub answer: Answer,
    /// From how many answers of the person's it comes.
    pub answers: usize,
    /// To how many suppliers they were.
    pub suppliers: usize,
    /// How many of those answers it would have given the same.
    pub same: usize,
    /// How many it would have given otherwise; about what is left it would have asked.
    pub otherwise: usize,
    /// Did the person hide it?
    pub hidden: bool,
    /// The rule that it would be.
    pub rule: Rule,
}

impl Node {
    /// What waits in this request, as the person answers it now; nothing of a request to hand on, which no suggestion is about.
    pub(super) fn own_answers_to(&self, id: &Nonce, allow: bool, only: Option<&BTreeSet<FieldPath>>) -> Vec<OwnAnswer> {
        let mut waiting =
            self.machine.relationships().flat_map(|(supplier, one)| one.waiting().map(move |w| (supplier, one, w)));
        let Some((supplier, relationship, waiting)) =
            waiting.find(|(.., waiting)| waiting.id == *id && waiting.delegations == 0)
        else {
            return Vec::new();
        };
        let now = self.clock.look();
        let agreement = relationship.terms(waiting.purpose, waiting.retention, 0, now).agreement;
        let answer = |field: FieldPath| OwnAnswer {
            supplier: *supplier,
            sector: relationship.profile().sector.clone(),
            field,
            purpose: waiting.purpose,
            agreement,
            retention: waiting.retention,
            allowed: allow && only.is_none_or(|only| only.contains(&field)),
            at: now.wall,
        };
        waiting.fields.keys().filter_map(|path| path.known()).map(answer).collect()
    }

    /// Remembers answers, in the place of the oldest.
    pub(super) fn remember_answers(&self, answers: &[OwnAnswer], turn: &mut Turn) -> Result<(), Failure> {
        let first = self.store.last_number(tables::OWN_ANSWERS, &())?.map_or(0, |last| last + 1);
        for (number, answer) in (first..).zip(answers) {
            turn.batch.put(tables::OWN_ANSWERS, &Nth((), number), answer);
            if let Some(oldest) = number.checked_sub(ANSWERS) {
                turn.batch.delete(tables::OWN_ANSWERS, &Nth((), oldest));
            }
        }
        Ok(())
    }

    /// What own answers suggest, the surest first.
    pub(super) fn suggestions(&self) -> Result<Vec<ShownSuggestion>, Failure> {
        let answers: Vec<OwnAnswer> =
            self.store.group(tables::OWN_ANSWERS, &())?.into_iter().map(|(_, one)| one).collect();
        let hidden = self.hidden_suggestions()?;
        let shown =
            suggestion::suggest(&answers, self.machine.policy()).into_iter().filter_map(|one| shown(one, &hidden));
        Ok(shown.collect())
    }

    /// Makes one of the defaults of it.
    pub(super) fn take_suggestion(&mut self, id: &str, turn: &mut Turn) -> Result<ShownSuggestion, Failure> {
        let found = self.suggestion(id)?;
        let there = self.machine.policy().rules.iter().any(|rule| rule.name == found.rule.name);
        let replaces = there.then(|| found.rule.name.clone());
        self.change_rules(Change::Set { rule: found.rule.clone(), replaces }, turn)?;
        Ok(found)
    }

    /// Hides one, or shows it again.
    pub(super) fn hide_suggestion(
        &mut self,
        id: &str,
        hide: bool,
        turn: &mut Turn,
    ) -> Result<ShownSuggestion, Failure> {
        let found = self.suggestion(id)?;
        let mut hidden = self.hidden_suggestions()?;
        hidden.retain(|one| *one != found.id);
        if hide {
            hidden.push(found.id.clone());
        }
        let old = hidden.len().saturating_sub(HIDDEN);
        hidden.drain(..old);
        turn.batch.set(tables::HIDDEN_SUGGESTIONS, &hidden);
        Ok(ShownSuggestion { hidden: hide, ..found })
    }

    fn suggestion(&self, id: &str) -> Result<ShownSuggestion, Failure> {
        let found = self.suggestions()?.into_iter().find(|one| one.id == id.trim());
        found.ok_or_else(|| {
            let next = "`regie suggest` lists what there is";
            Failure::new("not_found", exit::NOT_FOUND, format!("nothing is suggested under '{id}'; {next}"))
        })
    }

    fn hidden_suggestions(&self) -> Result<Vec<String>, Failure> {
        Ok(self.store.fact(tables::HIDDEN_SUGGESTIONS)?.unwrap_or_default())
    }
}

fn shown(one: Suggestion, hidden: &[String]) -> Option<ShownSuggestion> {
    let Suggestion { rule, answers, suppliers, same, otherwise } = one;
    let (sector, purpose) = (rule.who.sector()?.to_owned(), rule.why?);
    let regie_protocol::policy::What::Field(field) = rule.what else { return None };
    // Another answer about the same is another suggestion: who hid the one may want to see the other.
    let about = format!("{sector}\0{field}\0{purpose}\0{:?}", rule.answer);
    let id = data_encoding::HEXLOWER.encode(&Sha256::digest(about)[..ID_BYTES]);
    let hidden = hidden.contains(&id);
    Some(ShownSuggestion {
        id,
        sector,
        field,
        purpose,
        answer: rule.answer,
        answers,
        suppliers,
        same,
        otherwise,
        hidden,
        rule,
    })
}
