//! The person's word on a correction.

use regie_protocol::{
    Content, Nonce,
    person::{Input, ItemState, OwnerError},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Changed, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Takes a correction over, or leaves it be.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideItem {
    /// Its id, or the end of it.
    pub id: String,
    /// False to leave it be.
    pub accept: bool,
}

/// It was decided.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DecidedItem {
    /// Which.
    pub id: Nonce,
    /// Was it taken over?
    pub accepted: bool,
    /// What that changed; absent where it was not taken over.
    #[serde(flatten)]
    pub changed: Option<Changed>,
}

impl Verb for DecideItem {
    const NAME: &'static str = "decide_item";
    type Answer = DecidedItem;
}

impl OnNode for DecideItem {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<DecidedItem, Failure> {
        let (supplier, id, kept) = node.find_item(&self.id)?;
        if kept.field.is_none() || kept.state != ItemState::Here {
            return Err(OwnerError::NoItem.into());
        }
        if self.accept
            && let Content::Correction(correction) = node.content(&supplier, &id)?.content
        {
            let changed = node.take_over(&supplier, &id, correction, turn)?;
            return Ok(DecidedItem { id, accepted: true, changed: Some(changed) });
        }
        node.give(Input::Corrected(&supplier, &id, false), turn)?;
        Ok(DecidedItem { id, accepted: false, changed: None })
    }
}
