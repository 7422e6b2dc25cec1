//! Do the forwarders of this companion pass people on to it?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Desk, Status};
use crate::{
    command::Failure,
    supplier::forwarders::{self, Checked},
    verb::{Conduct, Verb},
};

/// Comes to the companion by each of its forwarders, as a person would.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckForwarders {}

impl Verb for CheckForwarders {
    const NAME: &'static str = "check_forwarders";
    type Answer = Vec<Checked>;
}

impl Conduct<Desk> for CheckForwarders {
    async fn conduct(self, desk: &Desk) -> Result<Vec<Checked>, Failure> {
        let own = desk.ask(Status {}).await?.key;
        Ok(forwarders::check(&own, &desk.net.through, &desk.net.way).await)
    }
}
