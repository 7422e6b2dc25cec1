//! The person's defaults: changed, counted, tried on past requests. In: a change, the terms of past requests. Out: other
//! defaults, and what they would have answered.

use std::{collections::BTreeMap, ops::ControlFlow};

use regie_protocol::{
    FieldPath, Policy,
    person::{Input, PastRequest, Record},
    policy::{Answer, Rule},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, tables};
use crate::{
    command::{Change, Failure, Preset, exit},
    driver::Turn,
    store::Read as _,
};

/// The rules about requests.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RuleList {
    /// The preset that they are, unchanged; none for the person's own.
    pub preset: Option<Preset>,
    /// The rules.
    pub rules: Vec<RuleHits>,
}

/// A rule with what it decided.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RuleHits {
    /// It.
    pub rule: Rule,
    /// How many fields of the last requests it decides.
    pub hits: u64,
}

/// The answers of defaults to one request, each with the name of the rule.
pub(super) type Answers = BTreeMap<FieldPath, (Answer, String)>;

impl Node {
    /// The rules, each with how many fields of past requests it decides.
    pub(super) fn rules(&self) -> Result<RuleList, Failure> {
        let policy = self.machine.policy();
        let mut hits: BTreeMap<String, u64> = BTreeMap::new();
        for past in self.past()? {
            for (_, rule) in self.answers(policy, &past).into_values() {
                *hits.entry(rule).or_default() += 1;
            }
        }
        let hits_of = |rule: &Rule| hits.get(&rule.name).copied().unwrap_or_default();
        let rules = policy.rules.iter().map(|rule| RuleHits { rule: rule.clone(), hits: hits_of(rule) }).collect();
        Ok(RuleList { preset: Preset::of(policy), rules })
    }

    /// Makes a change.
    pub(super) fn change_rules(&mut self, change: Change, turn: &mut Turn) -> Result<(), Failure> {
        let policy = changed(self.machine.policy(), change)?;
        self.give(Input::SetPolicy(policy), turn)?;
        Ok(())
    }

    /// What defaults answer to a request.
    pub(super) fn answers(&self, policy: &Policy, past: &PastRequest) -> Answers {
        let Some(relationship) = self.machine.relationship(&past.supplier) else { return BTreeMap::new() };
        let terms = relationship.terms(past.purpose, past.retention, past.delegations, self.clock.look());
        let answer = |field| {
            let (answer, rule) = policy.answer(field, &terms);
            (answer, rule.to_owned())
        };
        past.fields.iter().map(|field| (*field, answer(*field))).collect()
    }

    /// The terms of the last requests, in no order; at most [`regie_protocol::limits::PAST_REQUESTS`].
    pub(super) fn past(&self) -> Result<Vec<PastRequest>, Failure> {
        let mut found = Vec::new();
        self.store.each(tables::PAST_REQUESTS, |_, record| {
            if let Record::Past { request, .. } = record {
                found.push(request);
            }
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }
}

/// The policy with a change made.
pub(super) fn changed(policy: &Policy, change: Change) -> Result<Policy, Failure> {
    let mut policy = policy.clone();
    match change {
        Change::Preset { name } => return name.policy(),
        Change::Remove { name } => {
            let at = policy.rules.iter().position(|rule| rule.name == name).ok_or_else(|| missing(&name))?;
            policy.rules.remove(at);
        }
        Change::Set { rule, replaces } => put(&mut policy, rule, replaces.as_deref())?,
    }
    Ok(policy)
}

/// Adds a rule, or puts it in the place of another.
fn put(policy: &mut Policy, rule: Rule, replaces: Option<&str>) -> Result<(), Failure> {
    if rule.name.trim().is_empty() || rule.name.chars().any(char::is_control) {
        return Err(Failure::usage("a rule needs a name without control characters; nothing was changed"));
    }
    let place = |name: &str| policy.rules.iter().position(|old| old.name == name);
    match replaces {
        Some(name) => {
            let at = place(name).ok_or_else(|| missing(name))?;
            if place(&rule.name).is_some_and(|other| other != at) {
                return Err(Failure::usage("another rule has that name; choose a different one"));
            }
            policy.rules[at] = rule;
        }
        None if place(&rule.name).is_some() => {
            return Err(Failure::usage("a rule has that name already; change that one or choose another name"));
        }
        None => policy.rules.push(rule),
    }
    Ok(())
}

fn missing(name: &str) -> Failure {
    let next = "`regie policy` lists the rules";
    Failure::new("not_found", exit::NOT_FOUND, format!("there is no rule '{name}'; {next}"))
}
