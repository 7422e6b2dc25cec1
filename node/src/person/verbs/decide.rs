//! The person's word on requests that wait.

use std::collections::BTreeSet;

use regie_protocol::{
    FieldPath, Nonce,
    person::{Input, OwnerError},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{
    command::{Failure, Remember},
    driver::Turn,
    verb::Verb,
};

/// Requests decided with one word.
const DECIDED: usize = 256;

/// One word for several requests, and perhaps for later ones of the same kind.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// The requests, 1 to 256, each by its id or the end of it.
    pub ids: Vec<String>,
    /// Yes or no.
    pub allow: bool,
    /// A yes to these fields alone, and no to the others of the same requests; none for a yes to all that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<BTreeSet<FieldPath>>,
    /// What the word means for later ones.
    pub remember: Remember,
}

/// What it did.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Decided {
    /// How many requests were answered.
    pub decided: usize,
    /// How many ids named none that waits.
    pub missing: usize,
    /// The last rule of the defaults, where rules were written.
    pub rule: Option<String>,
}

impl Verb for Decide {
    const NAME: &'static str = "decide";
    type Answer = Decided;
}

impl OnNode for Decide {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Decided, Failure> {
        let Self { ids, allow, only, remember } = self;
        let only = only.as_ref().filter(|_| allow);
        if ids.is_empty() || ids.len() > DECIDED {
            return Err(Failure::usage(format!("name 1 to {DECIDED} requests; `regie requests` lists them")));
        }
        let asked = ids.len();
        let ids: Vec<Nonce> = ids.iter().filter_map(|id| node.find_request(id).ok()).collect();
        let (mut decided, mut rule, mut failed, mut answers) = (0, None, None, Vec::new());
        for id in &ids {
            let own = node.own_answers_to(id, allow, only);
            let kept = Input::Remember(id, allow, only, remember);
            let word = if allow { Input::Allow(id, only) } else { Input::Refuse(id) };
            match node.give(kept, turn).and_then(|did| node.give(word, turn).map(|_| did)) {
                Ok(did) => {
                    (decided, rule) = (decided + 1, rule.or(did.rule));
                    answers.extend(own);
                }
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        if decided == 0 {
            return Err(failed.unwrap_or(OwnerError::NoRequest).into());
        }
        node.remember_answers(&answers, turn)?;
        Ok(Decided { decided, missing: asked - decided, rule })
    }
}
