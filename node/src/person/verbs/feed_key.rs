//! The key by which another calendar on this computer reads the dates of contracts and cases, and what it reads.

use regie_protocol::Nonce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{CaseList, ContractList, Node, OnNode};
use crate::{
    clock,
    command::{Failure, exit},
    driver::Turn,
    person::tables,
    store::Read as _,
    verb::Verb,
};

/// Shows the key of the calendar feed, and makes one where there is none.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedKey {
    /// Make another one: who has the key before reads nothing more.
    pub renew: bool,
}

/// The key.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownFeedKey {
    /// Part of the feed's address.
    pub key: Nonce,
}

/// What has dates, for a calendar that has the key.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// The key.
    pub key: String,
}

/// What has dates.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Dated {
    /// The contracts.
    pub contracts: ContractList,
    /// The cases.
    pub cases: CaseList,
}

impl Verb for FeedKey {
    const NAME: &'static str = "feed_key";
    type Answer = ShownFeedKey;
}

impl OnNode for FeedKey {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownFeedKey, Failure> {
        if let Some(key) = node.store.fact(tables::FEED)?.filter(|_| !self.renew) {
            return Ok(ShownFeedKey { key });
        }
        let key = Nonce(clock::random());
        turn.batch.set(tables::FEED, &key);
        Ok(ShownFeedKey { key })
    }
}

impl Verb for Feed {
    const NAME: &'static str = "feed";
    type Answer = Dated;
}

impl OnNode for Feed {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Dated, Failure> {
        // By their hashes, so that the time it takes tells nothing of the key.
        let hashed = |key: &str| Sha256::digest(key.as_bytes());
        match node.store.fact(tables::FEED)? {
            Some(key) if hashed(&key.to_string()) == hashed(&self.key) => {
                Ok(Dated { contracts: node.contracts()?, cases: node.cases()? })
            }
            _ => {
                Err(Failure::new("not_found", exit::NOT_FOUND, "there is no such feed; the page of contracts shows it"))
            }
        }
    }
}
