//! One field: its value, the earlier ones, who knows it and who is told of changes.

use regie_protocol::{FieldPath, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EarlierValue, HadByLetter, Named, Node, OnNode, ProvenanceKind};
use crate::{
    clock::text,
    command::{Failure, Misfit},
    driver::Turn,
    person::fields::NAMED,
    verb::Verb,
};

/// Shows a field.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Which.
    pub field: FieldPath,
}

/// All about a field.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FieldDetail {
    /// Which field.
    pub field: FieldPath,
    /// The closed group that it belongs to.
    pub group: String,
    /// Its DPV personal-data category, as a compact IRI.
    pub category: String,
    /// Special category or otherwise high risk?
    pub sensitive: bool,
    /// What its values look like: `date`, `email`, `text`.
    pub kind: String,
    /// Why what it holds does not fit that, and what to do; none where it does.
    pub unfit: Option<Misfit>,
    /// What it holds; none for nothing.
    pub value: Option<Value>,
    /// Where the value came from, in English.
    pub provenance: Option<String>,
    /// The same in one word.
    pub provenance_kind: Option<ProvenanceKind>,
    /// Since when the value holds, RFC 3339.
    pub observed: Option<String>,
    /// What it held before, newest first.
    pub history: Vec<EarlierValue>,
    /// The suppliers that are told of changes; the first 200.
    pub told: Vec<Named>,
    /// How many suppliers are told of changes.
    pub told_count: usize,
    /// The suppliers that had a value of it; the first 200.
    pub known_by: Vec<KnownBy>,
    /// The organisations that a letter told it; the first 200.
    pub by_letter: Vec<HadByLetter>,
}

/// A supplier that had a value of a field.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct KnownBy {
    /// Which supplier.
    #[serde(flatten)]
    pub supplier: Named,
    /// When it was last told, RFC 3339.
    pub at: String,
}

impl Verb for Field {
    const NAME: &'static str = "field";
    type Answer = FieldDetail;
}

impl OnNode for Field {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<FieldDetail, Failure> {
        node.field(self.field)
    }
}

impl Node {
    /// All about a field.
    pub(in crate::person) fn field(&self, field: FieldPath) -> Result<FieldDetail, Failure> {
        let (now, info) = (self.held(field), field.info());
        let told = self.machine.would_be_told(field, self.clock.look());
        let known = self.machine.relationships().filter_map(|(s, r)| r.knows().get(&field).map(|known| (s, known)));
        let known = known.map(|(supplier, known)| KnownBy { supplier: self.named(supplier), at: text(known.at) });
        Ok(FieldDetail {
            field,
            group: info.group.to_owned(),
            category: info.category.to_owned(),
            sensitive: info.sensitive,
            kind: info.kind.name().to_owned(),
            unfit: now.as_ref().and_then(|observed| self.misfit(field, &observed.value)),
            provenance: now.as_ref().map(|observed| crate::sentences::provenance(&observed.provenance)),
            provenance_kind: now.as_ref().map(|observed| (&observed.provenance).into()),
            observed: now.as_ref().map(|observed| text(observed.observed)),
            value: now.map(|observed| observed.value),
            history: self.history(field)?,
            told: told.iter().take(NAMED).map(|supplier| self.named(supplier)).collect(),
            told_count: told.len(),
            known_by: known.take(NAMED).collect(),
            by_letter: self.had_by_letter(field)?,
        })
    }
}
