//! The look at the whole: every place of a shared store against the checkpoint, at a start and then by the hour.
//!
//! In: a database, its keys. Out: findings. It reads one consistent snapshot, page by page, on a connection of its own, and
//! of each row its place and the name of its sealing; turns go on meanwhile.

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{
    checkpoint::Checkpoint,
    database::{self, failed},
    digest::Digest,
    guard::Findings,
    rows,
    vault::Vault,
};
use crate::{clock, store::StoreError};

/// Time from the end of one look to the next.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// The same after one that failed.
const AGAIN: Duration = Duration::from_secs(60);

/// What a look needs.
pub(super) struct Scan {
    pub(super) options: PgConnectOptions,
    pub(super) vault: Arc<Vault>,
    pub(super) findings: Findings,
}

impl Scan {
    /// Looks until the store that holds the sender is gone.
    pub(super) fn start(self) -> mpsc::Sender<()> {
        let (ends, ended) = mpsc::channel();
        std::thread::spawn(move || {
            loop {
                let looked = self.look();
                if let Err(error) = &looked {
                    tracing::warn!(%error, "the whole store could not be looked at; trying again");
                }
                let pause = if looked.is_ok() { EVERY } else { AGAIN };
                if ended.recv_timeout(pause) != Err(mpsc::RecvTimeoutError::Timeout) {
                    return;
                }
            }
        });
        ends
    }

    fn look(&self) -> Result<(), StoreError> {
        let fine = database::runtime()?.block_on(async {
            let mut open = database::connect(&self.options).await?;
            database::run(&mut open, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "reading").await?;
            let (digest, rows) = count(&self.vault, &mut open).await?;
            // From the same snapshot as the rows, so that turns which go on meanwhile are no difference.
            let sealed = database::checkpoint(&mut open).await?;
            database::run(&mut open, "COMMIT", "reading").await?;
            let checkpoint = Checkpoint::open(&self.vault.checkpoints, &sealed)?;
            let fine = (checkpoint.digest, checkpoint.rows) == (digest, rows);
            if !fine {
                let expected = checkpoint.rows;
                tracing::error!(
                    code = "set_back",
                    rows,
                    expected,
                    "the rows of the store are not those that were written"
                );
            }
            Ok::<_, StoreError>(fine)
        })?;
        let mut all = self.findings.all();
        all.differs = !fine;
        all.looked = Some(clock::wall());
        Ok(())
    }
}

/// The digest and the number of all rows, as the snapshot has them.
async fn count(vault: &Vault, open: &mut PgConnection) -> Result<(Digest, u64), StoreError> {
    let (mut digest, mut number, mut after) = (Digest::default(), 0, rows::first_place());
    loop {
        let page = rows::places_after(open, &after).await.map_err(failed("reading"))?;
        let Some((last, _)) = page.last() else { return Ok((digest, number)) };
        after = last.clone();
        for (spot, version) in &page {
            digest.add(&vault.digest(spot, version));
            number += 1;
        }
    }
}
