//! The end of a contract, as far as this node can bring it about: where the other party has no way to take it here, a letter
//! that the person sends.

use regie_protocol::{Nonce, calendar::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, locale::Language, person::letters::letter_language, verb::Verb};

/// Writes the letter that ends a contract. Nothing is sent, and nothing changes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndContract {
    /// Its id, or the end of it.
    pub id: String,
    /// Withdraw within cooling-off, instead of giving notice.
    pub withdraw: bool,
    /// In which language: `en` or `nl`.
    pub language: String,
}

/// A letter.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Ending {
    /// Which contract it ends.
    pub id: Nonce,
    /// Whom it is for.
    pub party: String,
    /// The supplier that can be told over the line (`give_notice`), by its name; none where a letter is the way.
    pub line: Option<String>,
    /// What it is about.
    pub subject: String,
    /// All of it.
    pub text: String,
    /// By which day they have to have it.
    pub received_by: Option<Date>,
    /// The last day of the contract, if they have it today; none for a withdrawal, which ends it at once.
    pub ends: Option<Date>,
}

impl Verb for EndContract {
    const NAME: &'static str = "end_contract";
    type Answer = Ending;
}

impl OnNode for EndContract {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Ending, Failure> {
        let language = letter_language(Some(&self.language))?.unwrap_or(Language::English);
        node.ending(&self.id, self.withdraw, language)
    }
}
