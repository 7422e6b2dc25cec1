//! The companion as an independent witness of logs of others.

use regie_protocol::note::{KeyName, Kind, VerifierKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion, SHOWN};
use crate::{
    command::{Failure, Text},
    driver::Turn,
    store::Read as _,
    supplier::{
        cosigning::{WitnessTerms, hash_of},
        tables,
    },
    verb::Verb,
};

/// Makes this companion a witness, if it is none yet; its key comes out.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// Under which name it cosigns; that of before, or one with the company's domain in it, where it is left out.
    #[serde(default)]
    pub name: Option<Text<KeyName>>,
    /// Does it cosign any log of a person's node, or only those that are listed? As before, where it is left out.
    #[serde(default)]
    pub open: Option<bool>,
    /// Keys of logs to be listed.
    #[serde(default)]
    pub logs: Vec<Text<VerifierKey>>,
    /// Names of logs to be listed no more.
    #[serde(default)]
    pub dismiss: Vec<String>,
    /// Is it to be a witness no more?
    #[serde(default)]
    pub off: bool,
}

/// What others need to have their logs cosigned, and how much is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OwnWitness {
    /// Is it a witness?
    pub witnesses: bool,
    /// The key by which its cosignatures are verified: `NAME+ID+KEY`.
    pub key: String,
    /// Does it cosign any log of a person's node?
    pub open: bool,
    /// The names of the logs that are listed, the first thousand of them.
    pub listed: Vec<String>,
    /// Logs that it has cosigned.
    pub logs: u64,
}

impl Verb for Witness {
    const NAME: &'static str = "witness";
    type Answer = OwnWitness;
}

impl OnCompanion for Witness {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<OwnWitness, Failure> {
        let before = companion.store.fact(tables::WITNESS)?;
        let name = match (self.name, &before) {
            (Some(name), _) => name.0,
            (None, Some(before)) => before.name.clone(),
            (None, None) => own_name(companion)?,
        };
        let open = self.open.or(before.map(|before| before.open)).unwrap_or(false);
        let key = companion.machine.key().witness(name.clone()).verifier(Kind::Cosignature).to_string();
        let mut listed: Vec<String> = Vec::new();
        for (hash, log) in companion.store.group(tables::LISTED_LOGS, &())? {
            if self.dismiss.iter().any(|name| hash_of(name) == hash) {
                turn.batch.delete(tables::LISTED_LOGS, &hash);
            } else {
                listed.push(log.name().to_string());
            }
        }
        for log in &self.logs {
            let name = log.0.name().to_string();
            if !listed.contains(&name) {
                listed.push(name);
            }
            companion.list_log(&log.0, listed.len(), turn)?;
        }
        turn.batch.set(tables::WITNESS, &WitnessTerms { name, open, on: !self.off });
        listed.sort();
        listed.truncate(SHOWN);
        let logs = companion.store.count(tables::COSIGNED_LOGS)?;
        Ok(OwnWitness { witnesses: !self.off, key, open, listed, logs })
    }
}

/// A name that nobody else takes: the company's domain, or its key where it has none.
fn own_name(companion: &Companion) -> Result<KeyName, Failure> {
    let profile = companion.machine.profile();
    let domain = profile.map(|profile| profile.domain.as_str()).filter(|domain| !domain.is_empty());
    let key = data_encoding::HEXLOWER.encode(companion.machine.key().public().as_bytes());
    let name = domain.map_or_else(|| format!("regie-witness/{key}"), |domain| format!("{domain}/witness"));
    name.parse().map_err(Failure::misread)
}
