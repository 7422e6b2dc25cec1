//! The companion as a helper: others count their segments with it, and it sees no answer.

use regie_protocol::tally;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{command::Failure, driver::Turn, supplier::tables, verb::Verb};

/// Makes this companion a helper, if it is none yet; its link comes out.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HelperLink {}

/// Where companies find this helper, and how much it helps.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OwnHelper {
    /// `regie:helper?…`, to give to companies.
    pub link: String,
    /// Segments of others that it helps to count.
    pub segments: usize,
    /// Answers that it took in for them.
    pub answers: u64,
}

impl Verb for HelperLink {
    const NAME: &'static str = "helper_link";
    type Answer = OwnHelper;
}

impl OnCompanion for HelperLink {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<OwnHelper, Failure> {
        let key = companion.machine.key();
        let profile = companion.machine.profile();
        let (name, addresses) = profile.map(|p| (p.name.clone(), p.addresses.clone())).unwrap_or_default();
        let card = tally::HelperSecret::of(key).card(key, &name).map_err(Failure::internal)?;
        turn.batch.set(tables::HELPER, &());
        let tasks = companion.tasks()?;
        Ok(OwnHelper {
            link: tally::HelperLink { card, addresses }.to_string(),
            segments: tasks.len(),
            answers: tasks.iter().map(|task| u64::from(task.reports)).sum(),
        })
    }
}
