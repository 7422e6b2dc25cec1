//! The beginning of many relationships: by links, one a line.

use regie_protocol::Agreement;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Desk;
use crate::{
    command::Failure,
    person::many::{self, LinkLine},
    verb::{Conduct, Verb},
};

/// Looks at the suppliers of links. Nothing is paired.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookMany {
    /// The links, at most 25.
    pub links: Vec<String>,
}

/// Pairs with the suppliers of links, after the person's word.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PairMany {
    /// The links, at most 25.
    pub links: Vec<String>,
    /// The agreement to proffer.
    pub agreement: Agreement,
    /// Does the person vouch for them: did they get the links from the suppliers themselves?
    pub vouched: bool,
}

impl Verb for LookMany {
    const NAME: &'static str = "look_many";
    type Answer = Vec<LinkLine>;
}

impl Conduct<Desk> for LookMany {
    async fn conduct(self, desk: &Desk) -> Result<Vec<LinkLine>, Failure> {
        many::look(self.links, desk).await
    }
}

impl Verb for PairMany {
    const NAME: &'static str = "pair_many";
    type Answer = Vec<LinkLine>;
}

impl Conduct<Desk> for PairMany {
    async fn conduct(self, desk: &Desk) -> Result<Vec<LinkLine>, Failure> {
        many::pair(self.links, self.agreement, self.vouched, desk).await
    }
}
