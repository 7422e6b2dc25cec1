//! Checkpoints that are not made by a turn: for relations of release 0.1.0, which had none, and for a store that was set
//! back with its owner's knowledge.
//!
//! In: the rows as they are. Out: a checkpoint of them; an accepted one is later than all that was seen, and every companion
//! follows it, since only who has the passphrase makes one.

use std::path::Path;

use sqlx::PgConnection;

use super::{
    Checkpoint, Guard, Vault,
    checkpoint::Name,
    database::{self, failed, prepare},
    unlock,
};
use crate::store::{Passphrase, Schema, StoreError, seal};

/// From what to what an owner accepted a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The last turn that the database knew.
    pub found: u64,
    /// The last turn that this home had seen.
    pub seen: u64,
    /// The turn from which everybody goes on.
    pub now: u64,
    /// How many rows the database's last turn left.
    pub rows_before: u64,
    /// How many there are.
    pub rows: u64,
    /// Were the rows others than those of the database's last turn?
    pub differed: bool,
}

impl super::Shared {
    /// Takes the rows that are there as those that hold from now on. Not from within an async task.
    ///
    /// # Errors
    /// As [`Self::open`], but that what was seen does not count.
    pub fn accept(
        url: &str,
        home: &Path,
        schema: &'static Schema,
        passphrase: &Passphrase,
    ) -> Result<Accepted, StoreError> {
        let (runtime, options) = prepare(url)?;
        runtime.block_on(async {
            let (mut open, vault, format) = unlock(&options, schema, passphrase).await?;
            // A file that can't be read has nothing to say any more.
            let mut seen = vault.seen(home).unwrap_or_else(|_| vault.blind(home));
            let mut guard = Guard { checkpoint: Checkpoint::default(), index: vault.index() };
            database::run(&mut open, "BEGIN", "accepting").await?;
            if format < database::FORMAT {
                upgrade(&vault, &mut guard, &mut open, seen.name()).await?;
            }
            // One that can't be opened, or is gone, counts as none.
            let sealed = database::locked_checkpoint(&mut open).await.unwrap_or_default();
            let found = Checkpoint::open(&vault.checkpoints, &sealed).unwrap_or_default();
            guard.recount(&vault, &mut open).await?;
            let (generation, turn) = seen.moment();
            let mut next = Checkpoint {
                // Higher than any that was seen, so that every companion follows.
                generation: generation.max(found.generation).saturating_add(1),
                turn: turn.max(found.turn),
                companions: Default::default(),
                ..guard.checkpoint.clone()
            };
            next.advance(seen.name());
            let sealed = next.seal(&vault.checkpoints)?;
            database::put_checkpoint(&mut open, sealed.clone()).await?;
            database::run(&mut open, "COMMIT", "accepting").await?;
            seen.note(&next, seal::version(&sealed).unwrap_or_default(), true);
            seen.keep(true)?;
            let differed = (found.digest, found.rows) != (next.digest, next.rows);
            let (rows_before, rows) = (found.rows, next.rows);
            Ok(Accepted { found: found.turn, seen: turn, now: next.turn, rows_before, rows, differed })
        })
    }
}

/// Takes relations of 0.1.0 to today's, within a transaction. Companions of before, which would not keep the checkpoint, find
/// the row of their lock gone, and stop.
pub(super) async fn upgrade(
    vault: &Vault,
    guard: &mut Guard,
    open: &mut PgConnection,
    by: Name,
) -> Result<(), StoreError> {
    if database::locked_format(open).await? != database::WITHOUT_CHECKPOINT {
        return Ok(());
    }
    let doing = "making the tables";
    let lock = sqlx::query("SELECT one FROM regie_turn WHERE one = 1 FOR UPDATE");
    lock.fetch_optional(&mut *open).await.map_err(failed("waiting for other companions"))?;
    let turns = "CREATE TABLE regie_turns (shard BIGINT PRIMARY KEY, checkpoint BYTEA NOT NULL)";
    database::run(open, turns, doing).await?;
    guard.recount(vault, open).await?;
    guard.checkpoint.advance(by);
    database::put_checkpoint(open, guard.checkpoint.seal(&vault.checkpoints)?).await?;
    database::run(open, "DROP TABLE regie_turn", doing).await?;
    database::set_version(open, "format", database::FORMAT).await
}
