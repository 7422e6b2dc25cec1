//! The person's word on a segment.

use regie_protocol::{ObjectId, person::OwnerError, segment::Belongs};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Says the word on a segment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Belong {
    /// Its id, or the end of it.
    pub segment: String,
    /// The word.
    pub word: Belongs,
}

/// It was said.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SaidOfSegment {
    /// Of which segment.
    pub segment: ObjectId,
    /// The word.
    pub said: Belongs,
}

impl Verb for Belong {
    const NAME: &'static str = "belong";
    type Answer = SaidOfSegment;
}

impl OnNode for Belong {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<SaidOfSegment, Failure> {
        let ends = |id: ObjectId| id.to_string().ends_with(&self.segment);
        let mut found = node.machine.segments().filter(|(_, segment, _)| ends(segment.id()));
        let (Some((supplier, segment, _)), None) = (found.next(), found.next()) else {
            return Err(OwnerError::NoSegment.into());
        };
        let (supplier, segment) = (*supplier, segment.id());
        drop(found);
        let fits = node.fits(&segment, node.clock.look());
        node.say_belongs(&supplier, &segment, self.word, fits, turn)?;
        Ok(SaidOfSegment { segment, said: self.word })
    }
}
