//! A change of the defaults, tried on past requests.

use regie_protocol::{FieldPath, PublicKey, Purpose, policy::Answer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{
    clock::text,
    command::{Change, Failure},
    driver::Turn,
    person::defaults::{Answers, changed},
    verb::Verb,
};

/// Past requests shown by a dry run.
const SHOWN: usize = 50;

/// Asks which of the last requests would have been answered otherwise. Nothing is changed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DryRun {
    /// The change.
    pub change: Change,
}

/// What the change would have meant.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DryRunOutcome {
    /// How many past requests are known.
    pub requests: usize,
    /// How many of them would have been answered otherwise.
    pub changed: usize,
    /// The newest of those, at most 50.
    pub items: Vec<ChangedRequest>,
}

/// A past request that would have been answered otherwise.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ChangedRequest {
    /// Who asked.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// When, RFC 3339.
    pub at: String,
    /// What for.
    pub purpose: Purpose,
    /// The fields with another answer.
    pub fields: Vec<ChangedAnswer>,
}

/// A field with another answer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ChangedAnswer {
    /// Which.
    pub field: FieldPath,
    /// By the defaults as they are.
    pub before: RuleAnswer,
    /// With the change.
    pub after: RuleAnswer,
}

/// An answer of the defaults.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RuleAnswer {
    /// Which.
    pub answer: Answer,
    /// The name of the rule.
    pub rule: String,
}

impl Verb for DryRun {
    const NAME: &'static str = "dry_run";
    type Answer = DryRunOutcome;
}

impl OnNode for DryRun {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<DryRunOutcome, Failure> {
        let (now, then) = (node.machine.policy(), changed(node.machine.policy(), self.change)?);
        let mut outcome = DryRunOutcome { requests: 0, changed: 0, items: Vec::new() };
        let mut past = node.past()?;
        past.sort_by_key(|past| std::cmp::Reverse(past.at));
        for past in past {
            outcome.requests += 1;
            let fields = differing(node.answers(now, &past), node.answers(&then, &past));
            outcome.changed += usize::from(!fields.is_empty());
            if !fields.is_empty() && outcome.items.len() < SHOWN {
                outcome.items.push(ChangedRequest {
                    supplier: past.supplier,
                    name: node.name_of(&past.supplier),
                    at: text(past.at),
                    purpose: past.purpose,
                    fields,
                });
            }
        }
        Ok(outcome)
    }
}

/// The fields whose answers differ.
fn differing(before: Answers, after: Answers) -> Vec<ChangedAnswer> {
    let answer = |(answer, rule)| RuleAnswer { answer, rule };
    let both = before.into_iter().zip(after.into_values());
    both.filter(|((_, before), after)| before.0 != after.0)
        .map(|((field, before), after)| ChangedAnswer { field, before: answer(before), after: answer(after) })
        .collect()
}
