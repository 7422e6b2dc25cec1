//! A pattern, published: people themselves say whether they belong.

use regie_protocol::{Days, ObjectId, Purpose, intent::Category, segment::Predicate, tally::HelperLink};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    command::{Failure, Text},
    driver::Turn,
    locale::Language,
    sentences,
    verb::Verb,
};

/// Publishes a segment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// It.
    pub segment: NewSegment,
}

/// A segment to publish.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSegment {
    /// One line.
    pub name: String,
    /// What belonging to it brings.
    pub words: String,
    /// What it is about, by the code of the catalogue; none where it is about nothing that is bought.
    #[serde(default)]
    pub about: Option<Category>,
    /// Who belongs.
    pub who: Predicate,
    /// What the answer is used for.
    pub purpose: Purpose,
    /// Days that a membership is kept.
    pub retention: Days,
    /// May people say that they belong?
    pub membership: bool,
    /// May people be counted, with this epsilon in thousandths?
    pub epsilon: Option<u32>,
    /// With the helper of this link, `regie:helper?…`, so that nobody sees an answer?
    pub helper: Option<Text<HelperLink>>,
    /// Then how few answers are never summed?
    pub least: Option<u32>,
    /// Days that it is published.
    pub days: Days,
}

/// It is published.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PublishedSegment {
    /// Its id.
    pub segment: ObjectId,
    /// Who belongs, in the words that people read.
    pub who: String,
}

impl Verb for Publish {
    const NAME: &'static str = "publish";
    type Answer = PublishedSegment;
}

impl OnCompanion for Publish {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<PublishedSegment, Failure> {
        let segment = companion.publish(self.segment, turn)?;
        Ok(PublishedSegment { segment: segment.id(), who: sentences::predicate(&segment.predicate, Language::English) })
    }
}
