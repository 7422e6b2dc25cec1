//! Patterns that suppliers publish, whether they fit, and what the person said of them.

use std::collections::BTreeSet;

use regie_protocol::{
    Days, FieldPath, Now, ObjectId, PublicKey, Purpose, Value, Verified,
    intent::Category,
    person,
    segment::{Belongs, Predicate, Segment},
    tally::Tally,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{
    clock::text,
    command::Failure,
    driver::Turn,
    locale::Language,
    person::{Who, segments::LOOKED_MS},
    sentences,
    verb::Verb,
};

/// Lists the segments of all suppliers, which are asked anew.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Segments {}

/// The segments.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SegmentList {
    /// What is left of the person's privacy budget, epsilon.
    pub budget_left: f64,
    /// Those that are not over.
    pub segments: Vec<ShownSegment>,
}

/// A segment, with what the person's node finds.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownSegment {
    /// Its id.
    pub segment: ObjectId,
    /// Who publishes it.
    pub supplier: PublicKey,
    /// What that calls itself.
    pub from: String,
    /// What the segment is called, in one line.
    pub name: String,
    /// What belonging to it brings.
    pub words: String,
    /// What it is about; none where it is about nothing that is bought.
    pub about: Option<Category>,
    /// Who belongs, in English.
    #[serde(rename = "who")]
    pub whom: String,
    /// The same, as its supplier published it.
    pub predicate: Predicate,
    /// Does it fit the person?
    pub fits: bool,
    /// Why, clause by clause.
    pub because: Vec<Because>,
    /// The fields that it looks at.
    pub looks_at: BTreeSet<FieldPath>,
    /// What the answer is used for.
    pub purpose: Purpose,
    /// How long a membership is kept.
    pub retention_days: Days,
    /// May people say that they belong?
    pub may_belong: bool,
    /// May people be counted?
    pub may_be_counted: bool,
    /// What being counted costs; none where nobody is.
    pub epsilon: Option<f64>,
    /// Who helps to count; none where the supplier counts alone.
    pub helper: Option<SegmentHelper>,
    /// What is left of the privacy budget for this supplier, epsilon.
    pub budget_left_here: f64,
    /// The person's word.
    pub said: Option<Belongs>,
    /// Was the person counted?
    pub counted: bool,
    /// When it is over, RFC 3339.
    pub expires: String,
    /// Who the supplier is.
    #[serde(flatten)]
    pub from_whom: Option<Who>,
}

/// A clause of a segment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Because {
    /// It, in English.
    pub clause: String,
    /// The same, as its supplier published it.
    pub part: Predicate,
    /// The field that it looks at.
    pub field: Option<FieldPath>,
    /// What the person holds there.
    pub value: Option<Value>,
    /// Does it hold? None where the field holds no value.
    pub holds: Option<bool>,
}

/// Who helps to count, so that nobody sees an answer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SegmentHelper {
    /// What it calls itself.
    pub name: String,
    /// Its key.
    pub key: PublicKey,
    /// Fewer answers than this are never summed.
    pub least: u32,
}

impl Verb for Segments {
    const NAME: &'static str = "segments";
    type Answer = SegmentList;
}

impl OnNode for Segments {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<SegmentList, Failure> {
        let suppliers: Vec<PublicKey> = node.machine.relationships().map(|(key, _)| *key).collect();
        for supplier in suppliers {
            node.ask_segments(&supplier, LOOKED_MS, turn);
        }
        let now = node.clock.look();
        let found = node.machine.segments().filter(|(_, segment, _)| segment.expires > now.latest());
        let segments = found.map(|(supplier, segment, said)| shown(node, supplier, segment, said, now)).collect();
        Ok(SegmentList { budget_left: thousandths(node.machine.budget_left(None, now)), segments })
    }
}

fn shown(
    node: &Node,
    supplier: &PublicKey,
    segment: &Verified<Segment>,
    said: Option<&person::Said>,
    now: Now,
) -> ShownSegment {
    let fit = node.fit(segment, now);
    let because = fit.because.iter();
    ShownSegment {
        segment: segment.id(),
        supplier: *supplier,
        from: node.name_of(supplier),
        name: segment.name.clone(),
        words: segment.words.clone(),
        about: segment.about.clone(),
        whom: sentences::predicate(&segment.predicate, Language::English),
        predicate: segment.predicate.clone(),
        fits: fit.belongs,
        because: because.map(|(part, holds)| because_of(node, part, *holds)).collect(),
        looks_at: segment.predicate.fields(),
        purpose: segment.purpose,
        retention_days: segment.retention,
        may_belong: segment.membership,
        may_be_counted: segment.epsilon.is_some(),
        epsilon: segment.epsilon.map(thousandths),
        helper: segment.tally.as_ref().and_then(|tally| helper(tally, supplier)),
        budget_left_here: thousandths(node.machine.budget_left(Some(supplier), now)),
        said: said.map(|said| said.what),
        counted: said.is_some_and(|said| said.counted.is_some()),
        expires: text(segment.expires),
        from_whom: node.who(supplier),
    }
}

/// A clause, with what the person holds of it.
fn because_of(node: &Node, part: &Predicate, holds: Option<bool>) -> Because {
    let field = part.fields().first().copied();
    Because {
        clause: sentences::predicate(part, Language::English),
        part: part.clone(),
        field,
        value: field.and_then(|field| node.held(field)).map(|held| held.value),
        holds,
    }
}

/// Who helps to count, and how few are never summed.
fn helper(tally: &Tally, supplier: &PublicKey) -> Option<SegmentHelper> {
    let card = tally.helper(supplier).ok()?;
    Some(SegmentHelper { name: card.name, key: card.helper, least: tally.least })
}

/// Thousandths as a decimal number.
fn thousandths(epsilon: u32) -> f64 {
    f64::from(epsilon) / 1_000.0
}
