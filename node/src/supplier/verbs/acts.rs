//! What persons had the company do, over the line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion, PersonsAct, SHOWN};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists notice, withdrawals and rights that persons exercised; those that wait for an answer first.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acts {}

impl Verb for Acts {
    const NAME: &'static str = "acts";
    type Answer = Vec<PersonsAct>;
}

impl OnCompanion for Acts {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Vec<PersonsAct>, Failure> {
        companion.all_acts(SHOWN)
    }
}
