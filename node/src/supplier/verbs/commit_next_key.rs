//! The key that alone may follow the one in force.

use regie_protocol::PublicKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{command::Failure, driver::Turn, supplier::records, verb::Verb};

/// Commits the company to a next key.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitNextKey {
    /// Its public half.
    pub next: PublicKey,
    /// Also where another one was committed to before.
    pub replace: bool,
}

/// To what the company is committed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CommittedKey {
    /// The key in force.
    pub key: PublicKey,
    /// The one that alone may follow it.
    pub next_key: PublicKey,
}

impl Verb for CommitNextKey {
    const NAME: &'static str = "commit_next_key";
    type Answer = CommittedKey;
}

impl OnCompanion for CommitNextKey {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<CommittedKey, Failure> {
        let Self { next, replace } = self;
        let now = companion.clock.now();
        records::put_all(&mut turn.batch, companion.machine.commit_next(next, replace, now)?);
        Ok(CommittedKey { key: companion.machine.key().public(), next_key: next })
    }
}
