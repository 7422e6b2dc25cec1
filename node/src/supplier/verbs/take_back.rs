//! A segment, taken back.

use regie_protocol::{ObjectId, supplier::SupplierError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Takes a segment back, and forgets who belongs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeBack {
    /// Its id, or the end of it.
    pub segment: String,
}

/// It is taken back.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TakenBack {
    /// Its id.
    pub segment: ObjectId,
    /// Always false.
    pub published: bool,
}

impl Verb for TakeBack {
    const NAME: &'static str = "take_back";
    type Answer = TakenBack;
}

impl OnCompanion for TakeBack {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<TakenBack, Failure> {
        let same = |id: &ObjectId| id.to_string().ends_with(&self.segment);
        let mut found = companion.published().into_iter().map(|published| published.id()).filter(same);
        let (Some(segment), None) = (found.next(), found.next()) else { return Err(SupplierError::NoSegment.into()) };
        companion.take_back(&segment, turn)?;
        Ok(TakenBack { segment, published: false })
    }
}
