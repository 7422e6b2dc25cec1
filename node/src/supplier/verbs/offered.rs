//! The offers made, and how they stand.

use regie_protocol::{ObjectId, PublicKey, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion, SHOWN};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    supplier::{World, market::Made},
    verb::Verb,
};

/// Asks for the offers: the first thousand that were made.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offered {}

/// An offer that was made.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MadeOffer {
    /// Its id.
    pub offer: ObjectId,
    /// For which intent.
    pub intent: ObjectId,
    /// What is offered.
    pub title: String,
    /// What it costs: `129.50 EUR/month`.
    pub price: Option<String>,
    /// `waiting` until the board has answered, then `delivered` or `refused`; `taken_up` when the person did.
    pub state: String,
    /// The code with which the board refused it.
    pub refused: Option<Refusal>,
    /// The person who took it up.
    pub person: Option<PublicKey>,
    /// Until when it holds, RFC 3339.
    pub expires: String,
}

impl Verb for Offered {
    const NAME: &'static str = "offered";
    type Answer = Vec<MadeOffer>;
}

impl OnCompanion for Offered {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Vec<MadeOffer>, Failure> {
        let made = companion.made(World::Live, 0, SHOWN)?;
        Ok(made.into_iter().filter_map(|(_, made)| MadeOffer::of(made)).collect())
    }
}

impl MadeOffer {
    /// Nothing for a row whose signature does not hold, which the store's seal does not let come.
    fn of(made: Made) -> Option<Self> {
        let offer = made.offer.verify().ok()?;
        let (state, refused, person) = made.state.parts();
        Some(Self {
            offer: offer.id(),
            intent: offer.intent,
            title: offer.title.clone(),
            price: offer.price.as_ref().map(ToString::to_string),
            state: state.to_owned(),
            refused,
            person,
            expires: clock::text(offer.expires),
        })
    }
}
