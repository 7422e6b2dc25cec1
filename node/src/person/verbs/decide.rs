//! The person's word on requests that wait.

use regie_protocol::{
    Nonce,
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
        let Self { ids, allow, remember } = self;
        if ids.is_empty() || ids.len() > DECIDED {
            return Err(Failure::usage(format!("name 1 to {DECIDED} requests; `regie requests` lists them")));
        }
        let asked = ids.len();
        let ids: Vec<Nonce> = ids.iter().filter_map(|id| node.find_request(id).ok()).collect();
        let (mut decided, mut rule) = (0, None);
        for id in &ids {
            let Ok(did) = node.give(Input::Remember(id, allow, remember), turn) else { continue };
            rule = rule.or(did.rule);
            let word = if allow { Input::Allow(id) } else { Input::Refuse(id) };
            decided += usize::from(node.give(word, turn).is_ok());
        }
        if decided == 0 {
            return Err(OwnerError::NoRequest.into());
        }
        Ok(Decided { decided, missing: asked - decided, rule })
    }
}
