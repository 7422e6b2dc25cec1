//! The segments that are published, who belongs and how many are counted.

use regie_protocol::{ObjectId, Refusal, Verified, intent::Category, segment::Segment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{clock, command::Failure, driver::Turn, locale::Language, sentences, supplier::World, verb::Verb};

/// Asks for the segments.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Published {}

/// A segment, and how it stands. What is counted is none where nobody may be.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OwnSegment {
    /// Its id.
    pub segment: ObjectId,
    /// What it is called.
    pub name: String,
    /// What it is about; none where it is about nothing that is bought.
    pub about: Option<Category>,
    /// Who belongs, in words.
    pub who: String,
    /// How many say that they belong.
    pub members: usize,
    /// How many answered.
    pub reports: Option<u64>,
    /// How many of them belong, about: a whole number.
    pub estimate: Option<f64>,
    /// With a probability of 95% the truth is no further away than this: a whole number.
    pub error: Option<f64>,
    /// With a helper: answers that came and are not in a sum yet.
    pub waiting: Option<u64>,
    /// With a helper: answers that did not hold and count nowhere.
    pub spoiled: Option<u32>,
    /// With a helper: why it takes nothing in at the moment.
    pub helper_refuses: Option<Refusal>,
    /// Until when it is published, RFC 3339.
    pub expires: String,
}

impl Verb for Published {
    const NAME: &'static str = "published";
    type Answer = Vec<OwnSegment>;
}

impl OnCompanion for Published {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Vec<OwnSegment>, Failure> {
        companion.published().iter().map(|segment| companion.own_segment(segment)).collect()
    }
}

impl Companion {
    fn own_segment(&mut self, segment: &Verified<Segment>) -> Result<OwnSegment, Failure> {
        let members = self.members(World::Live, &segment.id())?.len();
        let counted = self.counted(World::Live, segment)?;
        let standing = self.standing(World::Live, &segment.id())?;
        let helped = segment.tally.is_some();
        Ok(OwnSegment {
            segment: segment.id(),
            name: segment.name.clone(),
            about: segment.about.clone(),
            who: sentences::predicate(&segment.predicate, Language::English),
            members,
            reports: counted.map(|counted| counted.reports),
            estimate: counted.map(|counted| counted.members.round()),
            error: counted.map(|counted| counted.error.ceil()),
            waiting: helped.then_some(standing.waiting),
            spoiled: helped.then_some(standing.spoiled),
            helper_refuses: standing.refused,
            expires: clock::text(segment.expires),
        })
    }
}
