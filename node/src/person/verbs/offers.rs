//! The offers that came, best first.

use regie_protocol::{ObjectId, intent::Offer, person::Wanted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownOffer};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists the offers; the boards are asked anew.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offers {
    /// For this intent, by its id or the end of it; none for all that are open.
    pub intent: Option<String>,
}

/// An offer with its rank.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RankedOffer {
    /// It.
    #[serde(flatten)]
    pub offer: ShownOffer,
    /// Its place among the offers for its intent, from 1.
    pub rank: usize,
    /// Does it cost more than the person means to spend?
    pub above_budget: bool,
    /// Is it too late to take it up?
    pub over: bool,
}

impl Verb for Offers {
    const NAME: &'static str = "offers";
    type Answer = Vec<RankedOffer>;
}

impl OnNode for Offers {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Vec<RankedOffer>, Failure> {
        node.ask_boards(turn);
        let ids: Vec<ObjectId> = match self.intent {
            Some(text) => vec![node.find_intent(&text)?],
            None => node.machine.intents().filter(|(_, wanted)| wanted.open()).map(|(id, _)| *id).collect(),
        };
        let now = node.clock.look().latest();
        let mut shown = Vec::new();
        for id in ids {
            let Some(wanted) = node.machine.intent(&id) else { continue };
            let ranked = (1..).zip(node.machine.ranked(&id));
            shown.extend(ranked.map(|(rank, offer)| RankedOffer {
                offer: node.shown_offer(offer),
                rank,
                above_budget: above_budget(wanted, offer),
                over: !wanted.open() || now >= offer.expires,
            }));
        }
        Ok(shown)
    }
}

fn above_budget(wanted: &Wanted, offer: &Offer) -> bool {
    match (&wanted.intent.budget, &offer.price) {
        (Some(budget), Some(price)) => budget.currency == price.currency && price.a_year() > budget.a_year(),
        _ => false,
    }
}
