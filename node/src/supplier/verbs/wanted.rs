//! What persons want, as found on the boards that are followed.

use std::collections::BTreeMap;

use regie_protocol::{ObjectId, intent::Category};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion, SHOWN};
use crate::{clock, command::Failure, driver::Turn, supplier::market::FoundIntent, verb::Verb};

/// Asks for what is wanted and open: the first thousand that were found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {}

/// Something a person wants. Nobody knows who.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WantedIntent {
    /// Its id.
    pub intent: ObjectId,
    /// What kind of thing.
    pub category: Category,
    /// In plain words.
    pub wish: String,
    /// What matters, by name.
    pub details: BTreeMap<String, String>,
    /// What the person means to spend at most: `150.00 EUR/month`.
    pub budget: Option<String>,
    /// When it was found, RFC 3339.
    pub found: String,
    /// Until when offers may come, RFC 3339.
    pub expires: String,
    /// Most offers of one supplier.
    pub offers_each: u8,
}

impl Verb for Wanted {
    const NAME: &'static str = "wanted";
    type Answer = Vec<WantedIntent>;
}

impl OnCompanion for Wanted {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Vec<WantedIntent>, Failure> {
        Ok(companion.wanted(0, SHOWN)?.into_iter().filter_map(|(_, found)| WantedIntent::of(found)).collect())
    }
}

impl WantedIntent {
    /// Nothing for a row whose signature does not hold, which the store's seal does not let come.
    fn of(found: FoundIntent) -> Option<Self> {
        let intent = found.intent.verify().ok()?;
        Some(Self {
            intent: intent.id(),
            category: intent.category.clone(),
            wish: intent.wish.clone(),
            details: intent.details.clone(),
            budget: intent.budget.as_ref().map(ToString::to_string),
            found: clock::text(found.at),
            expires: clock::text(intent.expires),
            offers_each: intent.per_supplier,
        })
    }
}
