//! An intent: what the person wants, said without a name.

use std::collections::BTreeMap;

use regie_protocol::{
    Days, FieldPath, Invitation, PublicKey,
    intent::{BoardLink, Category, Criterion, Price},
    person::{Input, NewIntent},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownIntent};
use crate::{
    command::{Failure, Text, details, exit, parse, values},
    driver::Turn,
    verb::Verb,
};

/// The shortest value whose presence in an intent says something about the person, in bytes.
const TELLING_BYTES: usize = 3;
/// Fields that tell who somebody is: no intent may hold a value of theirs.
const TELLING: [&str; 10] = [
    "name.full",
    "name.family",
    "email",
    "telephone",
    "address.street",
    "address.postalCode",
    "birthDate",
    "nationalId",
    "payment.iban",
    "vehicle.licensePlate",
];

/// Casts an intent.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cast {
    /// The board: its link, or a supplier that is one; none for the board of the last intent.
    pub board: Option<String>,
    /// What kind of thing.
    pub category: Category,
    /// In plain words, without anything that tells who the person is.
    pub wish: String,
    /// What matters, names and values: of a kind of the catalogue its details, of another category any.
    pub details: Vec<(String, String)>,
    /// What the person means to spend at most, as `150.00EUR/month`.
    pub budget: Option<Text<Price>>,
    /// For how long.
    pub days: Days,
    /// Most offers of one supplier.
    pub per_supplier: u8,
    /// Most offers to show.
    pub keep: u8,
    /// What offers are ranked by, the first weighing most; none for the usual order.
    pub by: Vec<Criterion>,
}

impl Verb for Cast {
    const NAME: &'static str = "cast";
    type Answer = ShownIntent;
}

impl OnNode for Cast {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownIntent, Failure> {
        let typed: BTreeMap<String, String> = self.details.iter().cloned().collect();
        let country = "address.country".parse().ok().and_then(|field| node.held(field));
        let home = country.and_then(|country| values::country(country.value.as_str()));
        let details = details::wanted(&self.category, typed, home)?;
        self.tells_nothing(&details, node)?;
        let new = NewIntent {
            board: find_board(node, self.board.as_deref())?,
            category: self.category,
            wish: self.wish,
            details,
            budget: self.budget.map(|budget| budget.0),
            duration: self.days,
            per_supplier: self.per_supplier,
            keep: self.keep,
            rank_by: if self.by.is_empty() { Criterion::ALL.to_vec() } else { self.by },
        };
        let cast = node.give(Input::Cast(new), turn)?.cast;
        let wanted = cast.and_then(|id| node.machine.intent(&id).map(|wanted| (id, wanted)));
        let (id, wanted) = wanted.ok_or_else(|| Failure::internal("the intent that was cast is gone"))?;
        node.shown_intent(&id, wanted)
    }
}

impl Cast {
    /// An intent must not say who casts it.
    fn tells_nothing(&self, details: &BTreeMap<String, String>, node: &Node) -> Result<(), Failure> {
        let details = details.values().map(String::as_str);
        let texts: Vec<String> = details.chain([self.wish.as_str()]).map(squeezed).collect();
        for path in TELLING {
            let Ok(field) = path.parse::<FieldPath>() else { continue };
            let Some(held) = node.held(field) else { continue };
            let held = squeezed(held.value.as_str());
            if held.len() >= TELLING_BYTES && texts.iter().any(|text| text.contains(&held)) {
                let next = "leave it out; the supplier whose offer you take up gets what it needs by a grant";
                let message =
                    format!("that would tell who you are: it holds your {}; {next}", crate::sentences::field(field));
                return Err(Failure::new("tells_who", exit::REFUSED, message));
            }
        }
        Ok(())
    }
}

/// A board by its link, by a supplier that the person knows, or the one of the last intent.
fn find_board(node: &Node, given: Option<&str>) -> Result<Invitation, Failure> {
    let Some(text) = given else {
        let last = node.machine.intents().max_by_key(|(_, wanted)| wanted.stored.at);
        let (_, last) = last.ok_or_else(|| Failure::usage("which board? give its link, or a supplier that is one"))?;
        return Ok(BoardLink::new(last.intent.board, last.intent.addresses.clone()).0);
    };
    if text.starts_with("regie:") {
        return parse::<BoardLink>(text).map(|link| link.0);
    }
    // One that the person does not deal with is known by the last wish that hung there.
    if let Some(used) = text.parse().ok().and_then(|key: PublicKey| used_before(node, &key)) {
        return Ok(used);
    }
    let supplier = node.find_supplier(text)?;
    let addresses = node.machine.relationship(&supplier).map(|r| r.profile().addresses.clone());
    Ok(BoardLink::new(supplier, addresses.unwrap_or_default()).0)
}

/// The board of this key, where a wish hung on it before and it is no supplier of the person's.
fn used_before(node: &Node, key: &PublicKey) -> Option<Invitation> {
    let known = node.machine.known_as(key).is_some();
    let mut all = node.machine.intents().map(|(_, wanted)| &wanted.intent);
    let used = all.find(|intent| intent.board == *key).filter(|_| !known)?;
    Some(BoardLink::new(*key, used.addresses.clone()).0)
}

/// Lower case without spaces, so that `1234 AB` is found in `1234ab`.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}
