//! The person's word on a processor of a supplier's.

use regie_protocol::{
    ObjectId,
    person::{Input, OwnerError},
    policy::{Answer, ProcessorRule, Who},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lets a processor be met and have what was handed on to it, or ends that.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideProcessor {
    /// The delegation, by its id or the end of it.
    pub delegation: String,
    /// Yes or no.
    pub allow: bool,
    /// Does that hold for what the same supplier hands on to it later, too?
    pub always: bool,
}

/// What it did.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DecidedProcessor {
    /// The delegation.
    pub delegation: ObjectId,
    /// May the processor be met?
    pub allowed: bool,
    /// The default that was written.
    pub rule: Option<String>,
}

impl Verb for DecideProcessor {
    const NAME: &'static str = "decide_processor";
    type Answer = DecidedProcessor;
}

impl OnNode for DecideProcessor {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<DecidedProcessor, Failure> {
        let link = node.find_grant(&self.delegation)?;
        let rule = node.processor_rule(&link, self.allow)?;
        let word = if self.allow { Input::MeetProcessor(&link) } else { Input::Revoke(&link, false) };
        node.give(word, turn)?;
        let rule = if self.always { Some(rule) } else { None };
        if let Some(rule) = &rule {
            let mut policy = node.machine.policy().clone();
            policy.processors.retain(|old| old.name != rule.name);
            policy.processors.push(rule.clone());
            node.give(Input::SetPolicy(policy), turn)?;
        }
        Ok(DecidedProcessor { delegation: link, allowed: self.allow, rule: rule.map(|rule| rule.name) })
    }
}

impl Node {
    /// What the person's word on a processor that waits means for later ones of the same supplier.
    fn processor_rule(&self, link: &ObjectId, allow: bool) -> Result<ProcessorRule, Failure> {
        let mut all = self.machine.all_mandates().filter(|(_, own, mandate)| *own == link && mandate.stored.waits);
        let (_, _, mandate) = all.next().ok_or(OwnerError::NoGrant)?;
        let processor = *mandate.grant.holder();
        let name = format!("{} for {}", processor.short(), mandate.from().short());
        let answer = if allow { Answer::Allow } else { Answer::Refuse };
        Ok(ProcessorRule { name, processor, who: Who::Supplier(*mandate.from()), answer })
    }
}
