//! An offer for an intent.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{Days, ObjectId, Purpose, Selector, intent::Price};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion, SHOWN};
use crate::{
    command::{Failure, Reading, Text, exit},
    driver::Turn,
    supplier::{World, labels::Label},
    verb::Verb,
};

/// Offers something.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// For which intent: the end of its id, or `-` where only one was found.
    pub intent: String,
    /// What.
    pub offer: NewOffer,
}

/// An offer to make.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOffer {
    /// One line.
    pub title: String,
    /// What it costs: `129.50EUR/month`.
    pub price: Option<Text<Price>>,
    /// What holds for it, by name.
    pub terms: BTreeMap<String, String>,
    /// Fields, and groups as `group:NAME`.
    pub needs: BTreeSet<Selector>,
    /// Why they are needed.
    pub purpose: Purpose,
    /// How they are to be had.
    pub access: Reading,
    /// Days that the grant lives.
    pub days: Days,
    /// Days that a value is kept.
    pub retention: Days,
    /// Days that the offer holds.
    pub holds: Days,
}

/// The offer, on its way to the board.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SentOffer {
    /// Its id.
    pub offer: ObjectId,
    /// For which intent.
    pub intent: ObjectId,
    /// Where it stands: `waiting`.
    pub state: String,
}

impl Verb for Offer {
    const NAME: &'static str = "offer";
    type Answer = SentOffer;
}

impl OnCompanion for Offer {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<SentOffer, Failure> {
        let intent = companion.find_wanted(&self.intent)?;
        let made = companion.make_offer(World::Live, &intent, self.offer, Label::default(), turn)?;
        Ok(SentOffer { offer: made.offer.id(), intent, state: made.state.parts().0.to_owned() })
    }
}

impl Companion {
    /// An intent that was found, by the end of its name, or the only one by `-`.
    fn find_wanted(&self, text: &str) -> Result<ObjectId, Failure> {
        let all = self.wanted(0, SHOWN)?;
        let same = |id: &ObjectId| text == "-" || id.to_string().ends_with(text);
        let mut found = all.iter().map(|(_, found)| found.intent.id()).filter(same);
        match (found.next(), found.next()) {
            (Some(id), None) => Ok(id),
            _ => Err(Failure::new(
                "not_found",
                exit::NOT_FOUND,
                "there is not exactly one such intent; `regie supplier wanted` lists them",
            )),
        }
    }
}
