//! A link to the dashboard.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Desk;
use crate::{
    command::{Failure, exit},
    verb::{Conduct, Verb},
};

/// Makes a link that opens the dashboard once.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dashboard {}

/// It.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DashboardLink {
    /// A URL of this machine that holds for one visit and a short time.
    pub link: String,
}

impl Verb for Dashboard {
    const NAME: &'static str = "dashboard";
    type Answer = DashboardLink;
}

impl Conduct<Desk> for Dashboard {
    async fn conduct(self, desk: &Desk) -> Result<DashboardLink, Failure> {
        let none = || {
            let next = "start the node without --dashboard off";
            Failure::new("no_dashboard", exit::NOT_FOUND, format!("this node has no dashboard; {next}"))
        };
        desk.pages().link().map(|link| DashboardLink { link }).ok_or_else(none)
    }
}
