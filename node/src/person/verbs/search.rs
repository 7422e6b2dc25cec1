//! Words that are looked for in everything there is: what is held, who has it, what was agreed, written and asked.

use regie_protocol::FieldPath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Inbox, Letters, Node, OnNode};
use crate::{command::Failure, driver::Turn, locale::Language, verb::Verb};

/// Longest text that is looked for, in characters; what comes after it is not looked at.
const QUERY_CHARS: usize = 200;
/// Findings of one kind that are shown.
const OF_A_KIND: usize = 25;

/// Looks for words. What is found has all of them, in whatever order and case.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// The words, with spaces between them.
    pub query: String,
}

/// What has all the words.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct SearchResult {
    /// What was found, by kind; of each the first 25.
    pub hits: Vec<Hit>,
    /// How many more there are.
    pub more: usize,
}

/// One thing that was found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// What it is.
    pub kind: HitKind,
    /// What it is called: a field's path, a name.
    pub name: String,
    /// What stands there.
    pub text: String,
    /// By what the node knows it.
    pub id: String,
}

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// A field, with what it holds.
    Field,
    /// A field or note of the person's own.
    Own,
    /// A supplier.
    Supplier,
    /// An organisation without a companion.
    Organisation,
    /// A contract.
    Contract,
    /// A request under the GDPR.
    Case,
    /// A letter.
    Letter,
    /// Something that a supplier sent.
    Item,
}

impl HitKind {
    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Own => "own",
            Self::Supplier => "supplier",
            Self::Organisation => "organisation",
            Self::Contract => "contract",
            Self::Case => "case",
            Self::Letter => "letter",
            Self::Item => "item",
        }
    }
}

impl Verb for Search {
    const NAME: &'static str = "search";
    type Answer = SearchResult;
}

/// The words, and what was found so far.
struct Looking {
    words: Vec<String>,
    found: SearchResult,
}

impl Looking {
    /// Is it one of them? Looked at are its name, its text and what else is known of it.
    fn at(&mut self, hit: Hit, besides: &[&str]) {
        let all = [&[hit.name.as_str(), hit.text.as_str()], besides].concat().join("\n").to_lowercase();
        if !self.words.iter().all(|word| all.contains(word)) {
            return;
        }
        let of_kind = self.found.hits.iter().filter(|other| other.kind == hit.kind).count();
        match of_kind < OF_A_KIND {
            true => self.found.hits.push(hit),
            false => self.found.more += 1,
        }
    }
}

impl OnNode for Search {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<SearchResult, Failure> {
        let query: String = self.query.chars().take(QUERY_CHARS).collect();
        let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let mut looking = Looking { words, found: SearchResult::default() };
        if looking.words.is_empty() {
            return Ok(looking.found);
        }
        fields(node, &mut looking);
        for own in node.own_fields()? {
            let (kind, text) = (HitKind::Own, own.text.as_str().to_owned());
            looking.at(Hit { kind, name: own.name, text, id: own.id.to_string() }, &[]);
        }
        parties(node, &mut looking)?;
        papers(node, turn, &mut looking)?;
        Ok(looking.found)
    }
}

/// A field is found by what it is called in any language, and by what it holds.
fn fields(node: &Node, looking: &mut Looking) {
    for field in FieldPath::all() {
        let named = |of: Language| {
            let (path, group) = (field.info().path.replace('.', "-"), field.info().group);
            format!("{} {}", of.say(&format!("field-{path}")), of.say(&format!("group-{group}")))
        };
        let names = Language::ALL.map(named);
        let text = node.held(field).map(|held| held.value.as_str().to_owned()).unwrap_or_default();
        let hit = Hit { kind: HitKind::Field, name: field.to_string(), text, id: field.to_string() };
        looking.at(hit, &names.each_ref().map(String::as_str));
    }
}

fn parties(node: &Node, looking: &mut Looking) -> Result<(), Failure> {
    for (supplier, relationship) in node.machine.relationships() {
        let profile = relationship.profile();
        let (name, text) = (profile.name.clone(), profile.domain.clone());
        looking.at(Hit { kind: HitKind::Supplier, name, text, id: supplier.to_string() }, &[&profile.sector]);
    }
    for one in node.organisations()?.into_iter().filter(|one| one.supplier.is_none()) {
        let domains: Vec<&str> = one.domains.iter().map(|domain| domain.as_str()).collect();
        let text = one.email.clone().unwrap_or_else(|| domains.join(", "));
        let address = one.address.clone().unwrap_or_default();
        let (kind, id) = (HitKind::Organisation, one.id.to_string());
        looking.at(Hit { kind, name: one.name.clone(), text, id }, &[&address, &domains.join(" ")]);
    }
    Ok(())
}

fn papers(node: &mut Node, turn: &mut Turn, looking: &mut Looking) -> Result<(), Failure> {
    for one in node.contracts()?.contracts {
        let besides = [one.number.unwrap_or_default(), one.customer.unwrap_or_default()];
        let hit = Hit { kind: HitKind::Contract, name: one.party, text: one.product, id: one.id.to_string() };
        looking.at(hit, &besides.each_ref().map(String::as_str));
    }
    for one in node.cases()?.cases {
        let (kind, text) = (HitKind::Case, one.right.code().to_owned());
        looking.at(Hit { kind, name: one.name, text, id: one.id.to_string() }, &[]);
    }
    let letters = Letters { limit: usize::MAX, ..Letters::default() }.run(node, turn)?.letters;
    for one in letters {
        let hit = Hit { kind: HitKind::Letter, name: one.name, text: one.subject, id: one.id.to_string() };
        looking.at(hit, &[]);
    }
    for one in (Inbox {}).run(node, turn)? {
        let hit = Hit { kind: HitKind::Item, name: one.name, text: one.title, id: one.id.to_string() };
        looking.at(hit, &[]);
    }
    Ok(())
}
