//! The beginning of a relationship.

use regie_protocol::{Agreement, Invitation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Desk, FoundAgain, KnownSupplier};
use crate::{
    command::{Failure, Text},
    person::{
        later::{self, Wish},
        pairing,
    },
    verb::{Conduct, Verb},
};

/// Follows a pairing link, after the person's word.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The link.
    pub link: Text<Invitation>,
    /// The agreement to proffer.
    pub agreement: Agreement,
    /// Does the person vouch for it: did they get the link from the supplier itself?
    pub vouched: bool,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PairAnswer {
    /// Nothing was agreed: the supplier proposes an agreement that permits more.
    Alternative(OtherTerms),
    /// The supplier was known, and found again.
    Again(Box<FoundAgain>),
    /// The two are paired.
    Paired(Box<KnownSupplier>),
}

/// The supplier's other proposal.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OtherTerms {
    /// What was proffered.
    pub proffered: Agreement,
    /// What the supplier proposes.
    pub alternative: Agreement,
    /// What that permits besides: `analytics`, `tracking`, `profiling`, `third_parties`.
    pub also_permits: Vec<String>,
}

impl Verb for Pair {
    const NAME: &'static str = "pair";
    type Answer = PairAnswer;
}

impl Conduct<Desk> for Pair {
    async fn conduct(self, desk: &Desk) -> Result<PairAnswer, Failure> {
        let Self { link, agreement, vouched } = self;
        let wish = Wish { invitation: link.0.clone(), agreement, vouched };
        match pairing::pair(link.0, pairing::LedBy::Person, agreement, vouched, desk.events().clone()).await {
            Err(failure) if later::has_no_room(&failure) => Err(later::instead(wish, failure, desk.events()).await),
            answer => answer,
        }
    }
}
