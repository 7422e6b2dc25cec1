//! Who the supplier of a link is, before anything is paired.

use regie_protocol::{Agreement, Invitation, PublicKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Desk, KnownSupplier, WishedFor};
use crate::{
    command::{Failure, Text},
    person::{Who, pairing},
    verb::{Conduct, Verb},
};

/// Looks at the supplier of a link. One that is known is found again by it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The pairing link.
    pub link: Text<Invitation>,
}

/// Who it is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LookAnswer {
    /// One that is known.
    Again(Box<FoundAgain>),
    /// One that is not.
    Seen(Box<SeenSupplier>),
}

/// A known supplier that was found again by a fresh link.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FoundAgain {
    /// How it stands.
    #[serde(flatten)]
    pub supplier: KnownSupplier,
    /// Always true.
    pub known_already: bool,
    /// Did it say another address than before?
    pub address_renewed: bool,
}

/// A supplier that is looked at before anything is paired.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SeenSupplier {
    /// Its key, by the link.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// Its sector, by its profile.
    pub sector: String,
    /// Its domain, by its profile; empty where it names none.
    pub domain: String,
    /// Where a question can be asked.
    pub contact: String,
    /// Who it is, by its domain and its names.
    #[serde(flatten)]
    pub who: Who,
    /// Does its name mix letters of several scripts?
    pub mixed_scripts: bool,
    /// The words that the supplier shows beside the link.
    pub words: String,
    /// What it will ask for.
    pub wishes: Vec<WishedFor>,
    /// The agreements that it accepts.
    pub agreements: Vec<Agreement>,
}

impl Verb for Look {
    const NAME: &'static str = "look";
    type Answer = LookAnswer;
}

impl Conduct<Desk> for Look {
    async fn conduct(self, desk: &Desk) -> Result<LookAnswer, Failure> {
        pairing::look(self.link.0, pairing::LedBy::Person, desk.events().clone()).await
    }
}
