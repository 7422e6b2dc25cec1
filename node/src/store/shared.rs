//! A companion's store in PostgreSQL, shared by several processes. This file and its folder are the only code that knows SQL.
//!
//! In: batches and keys, as for the embedded store. Out: rows, or a typed error. Names are blinded and values sealed
//! with the same keys and forms (`table.rs`, `seal.rs`); the data key lies in the database wrapped by the passphrase,
//! so the database and its backups show table codes, which rows share a group, numbers and sizes, and no more.
//!
//! A turn is a transaction that holds the lock of one row, so turns of all processes follow each other. What is relied
//! on is plain SQL: `BIGINT`, `BYTEA`, `INSERT … ON CONFLICT`, `SELECT … FOR UPDATE`, `UNNEST`, changes within `WITH`, read
//! committed, for the look at the whole repeatable read. No extension, no advisory lock, no `LISTEN`.
//!
//! Whoever may write rows without a key can put back old ones, which open. So the locked row holds a checkpoint of all
//! others (`checkpoint.rs`, `digest.rs`); rows that open a door are looked up in an index that it ends (`index.rs`), where
//! they are read (`guard.rs`); the whole is compared by the hour (`scan.rs`); and each companion keeps the last checkpoint
//! that it saw (`seen.rs`).
//!
//! Erasing deletes the row. Until PostgreSQL vacuums the page and recycles its log, the sealed bytes linger; only who
//! has the passphrase and a copy of the old pages can open them. (The embedded store destroys a key instead.)

mod accept;
mod checkpoint;
mod database;
mod digest;
mod guard;
mod index;
mod memo;
mod rewrap;
mod rows;
mod scan;
mod seen;
mod vault;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::ControlFlow,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    time::{Duration, Instant},
};

use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgRow},
};
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use super::{
    Asked, Batch, KdfCost, Key, Ledger, Passphrase, Presence, Row, Schema, StoreError, TableId, asked::What,
    batch::Operation, integrity::Integrity, keyring::Keyring, seal,
};
pub use accept::Accepted;
use checkpoint::Checkpoint;
use database::{Existing, connect, failed, prepare, prepare_database};
use guard::{Done, Findings, Guard};
use memo::Memo;
use rows::{Changes, Standing};
use scan::Scan;
use seen::Seen;
use vault::{Vault, code};

use crate::backoff::Backoff;

/// Pauses between attempts to reach a database that is away.
const PAUSES: Backoff = Backoff::doubling(Duration::from_millis(100), Duration::from_secs(2)).drawn();
/// Rows read at a time where a whole table is read.
const PAGE: i64 = 500;
/// Places and groups asked for in one statement.
const ASKED: usize = 4096;

/// Where a row stands: table, blinded group, kind, number, blinded item.
type Spot = (i64, Vec<u8>, i64, i64, Vec<u8>);

/// The stored key of a place, as in the embedded store.
fn stored(spot: &Spot) -> Vec<u8> {
    let (_, group, kind, number, item) = spot;
    let mut stored = group.clone();
    stored.push(u8::try_from(*kind).unwrap_or(u8::MAX));
    match kind {
        0 => stored.extend_from_slice(&number.to_be_bytes()),
        _ => stored.extend_from_slice(item),
    }
    stored
}

/// An open shared store.
pub struct Shared {
    runtime: Runtime,
    options: PgConnectOptions,
    connection: Mutex<Option<PgConnection>>,
    vault: Arc<Vault>,
    guard: Mutex<Guard>,
    seen: Seen,
    findings: Findings,
    presence: Presence,
    /// What was read in this turn.
    memo: Mutex<Memo>,
    /// How often in a row the database was not reached, and until when it is left alone.
    failures: u32,
    rests_until: Option<Instant>,
    /// The commit whose outcome is not known.
    unsettled: Option<Unsettled>,
    settled: Option<bool>,
    /// Ends the look at the whole, where one was begun.
    scanning: Mutex<Option<mpsc::Sender<()>>>,
}

/// A commit in whose midst the connection broke off, by what its checkpoint says of it.
#[derive(Clone, Copy)]
struct Unsettled {
    generation: u64,
    turn: u64,
    guarded: bool,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Makes the tables and a new keyring in a database that has none. `home` keeps what this process saw last. Not from
    /// within an async task.
    ///
    /// # Errors
    /// A URL or database that can't be used; [`StoreError::InUse`] where a company lives there already.
    pub fn create(
        url: &str,
        home: &Path,
        schema: &'static Schema,
        passphrase: &Passphrase,
        cost: KdfCost,
    ) -> Result<Self, StoreError> {
        let (runtime, options) = prepare(url)?;
        let (keyring, data) = Keyring::create(passphrase, cost)?;
        let bytes = keyring.encode()?;
        let vault = Vault::new(data, schema)?;
        let mut seen = vault.blind(home);
        let mut guard = Guard { checkpoint: Checkpoint::default(), index: vault.index() };
        let connection = runtime.block_on(async {
            let mut open = connect(&options).await?;
            let existing = prepare_database(&mut open, schema).await?;
            if existing.keyring.is_some() {
                return Err(StoreError::InUse);
            }
            database::run(&mut open, "BEGIN", "making the store").await?;
            database::put_keyring(&mut open, bytes).await?;
            if existing.format < database::FORMAT {
                accept::upgrade(&vault, &mut guard, &mut open, seen.name()).await?;
            } else {
                guard.checkpoint.advance(seen.name());
                let sealed = guard.checkpoint.seal(&vault.checkpoints)?;
                database::put_checkpoint(&mut open, sealed).await?;
            }
            let sealed = database::locked_checkpoint(&mut open).await?;
            database::run(&mut open, "COMMIT", "making the store").await?;
            note(&vault, &mut seen, &sealed)?;
            Ok(open)
        })?;
        Ok(Self::new((runtime, options, connection), vault, guard, seen))
    }

    /// Opens the store of a database. `home` keeps what this process saw last. Not from within an async task.
    ///
    /// # Errors
    /// As [`Self::create`]; [`StoreError::WrongPassphrase`]; [`StoreError::NotFound`] where no company lives there;
    /// [`StoreError::SetBack`] where the database is older than what was seen.
    pub fn open(url: &str, home: &Path, schema: &'static Schema, passphrase: &Passphrase) -> Result<Self, StoreError> {
        let (runtime, options) = prepare(url)?;
        let (mut open, vault, format) = runtime.block_on(unlock(&options, schema, passphrase))?;
        let mut seen = vault.seen(home)?;
        let mut guard = Guard { checkpoint: Checkpoint::default(), index: vault.index() };
        runtime.block_on(async {
            database::run(&mut open, "BEGIN", "opening").await?;
            if format < database::FORMAT {
                // Relations of an older version lie under no checkpoint: who saw one knows them for set back.
                seen.check(&Checkpoint::default(), &Default::default())?;
                accept::upgrade(&vault, &mut guard, &mut open, seen.name()).await?;
            }
            let sealed = database::locked_checkpoint(&mut open).await?;
            note(&vault, &mut seen, &sealed)?;
            database::run(&mut open, "COMMIT", "opening").await
        })?;
        Ok(Self::new((runtime, options, open), vault, guard, seen))
    }

    fn new(
        (runtime, options, connection): (Runtime, PgConnectOptions, PgConnection),
        vault: Vault,
        guard: Guard,
        seen: Seen,
    ) -> Self {
        let findings = Findings::default();
        let presence = findings.presence();
        Self {
            runtime,
            options,
            connection: Mutex::new(Some(connection)),
            vault: Arc::new(vault),
            guard: Mutex::new(guard),
            seen,
            findings,
            presence,
            memo: Mutex::default(),
            failures: 0,
            rests_until: None,
            unsettled: None,
            settled: None,
            scanning: Mutex::new(None),
        }
    }

    fn connection(&self) -> MutexGuard<'_, Option<PgConnection>> {
        locked(&self.connection)
    }

    /// Runs reading work on the connection of the turn.
    fn read<T>(&self, work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>) -> Result<T, StoreError> {
        self.within_turn(async |open| work(open).await.map_err(failed("reading")))
    }

    /// Runs work on the connection of the turn. Where the database goes away in it, the turn is lost: whatever is done with the
    /// error, nothing of it can be committed.
    fn within_turn<T>(
        &self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection();
        let Some(open) = connection.as_mut() else {
            return Err(self.presence.error("reading").unwrap_or(StoreError::Halted));
        };
        let done = self.runtime.block_on(database::answered("reading", work(open)));
        if let Err(error) = &done
            && error.is_absence()
        {
            *connection = None;
            self.tell_away(error);
        }
        done
    }

    /// Says once that the database is away.
    fn tell_away(&self, error: &StoreError) {
        if self.presence.lost(error) {
            tracing::warn!(code = "database_away", %error, "the database is away; this companion waits for it");
        }
    }

    /// Notes that the database was not there, and leaves it alone for a while.
    fn rest(&mut self, error: &StoreError) {
        self.tell_away(error);
        self.rests_until = Some(Instant::now() + PAUSES.pause(self.failures));
        self.failures = self.failures.saturating_add(1);
    }

    /// A connection in a turn, with the sealed checkpoint. One that was idle may have ended meanwhile: then by a new one.
    fn connected(&mut self) -> Result<(PgConnection, Vec<u8>), StoreError> {
        let idle = self.connection().take();
        if let Some(mut open) = idle {
            let begun = self.runtime.block_on(database::answered("beginning", database::begin_turn(&mut open)));
            match begun {
                Ok(sealed) => return Ok((open, sealed)),
                Err(error) if error.is_absence() => {}
                Err(error) => return Err(error),
            }
        }
        self.runtime.block_on(async {
            let mut open = connect(&self.options).await?;
            let sealed = database::answered("beginning", database::begin_turn(&mut open)).await?;
            Ok((open, sealed))
        })
    }

    /// What became of a commit in whose midst the connection broke off: the checkpoint names the last turn of each companion.
    /// The lock of this turn waited until the server had ended that one. Where the owner accepted a store since, nobody knows;
    /// it counts as not stored, so nobody is told that it was.
    fn settle(&mut self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let Some(Unsettled { generation, turn, guarded }) = self.unsettled.take() else { return Ok(()) };
        let last = checkpoint.companions.get(&self.seen.name()).copied();
        let stored = checkpoint.generation == generation && last == Some(turn);
        tracing::info!(turn, stored, "the outcome of the commit that the database went away in is known");
        self.settled = Some(stored);
        if stored {
            self.seen.note_own(turn);
            if guarded {
                return self.seen.keep(true);
            }
        }
        Ok(())
    }

    /// The answer to a question, read once a turn.
    fn remembered(
        &self,
        table: TableId,
        what: &What,
        read: impl FnOnce() -> Result<Vec<Row>, StoreError>,
    ) -> Result<Vec<Row>, StoreError> {
        if let Some(rows) = locked(&self.memo).known(table, what, self.vault.guards_all(table)) {
            return Ok(rows);
        }
        let rows = read()?;
        locked(&self.memo).keep(table, what.clone(), &rows);
        Ok(rows)
    }

    /// The rows that are those written last; what else was found counts as absent and is noted, or fails.
    fn trusted(&self, table: TableId, rows: &[PgRow]) -> Result<Vec<Row>, StoreError> {
        let found: Vec<(Spot, Vec<u8>)> = rows.iter().map(|row| Vault::found(table, row)).collect::<Result<_, _>>()?;
        let guarded: Vec<_> = found.iter().map(|(spot, _)| spot).filter(|spot| self.vault.guards(spot)).collect();
        let expected = self.expected(&guarded)?;
        let mut opened = Vec::with_capacity(found.len());
        for (spot, sealed) in &found {
            opened.extend(self.open_trusted(table, spot, sealed, &expected)?);
        }
        Ok(opened)
    }

    /// A row, where it is the one that was written last.
    fn open_trusted(
        &self,
        table: TableId,
        spot: &Spot,
        sealed: &[u8],
        expected: &BTreeMap<Spot, Option<seal::Version>>,
    ) -> Result<Option<Row>, StoreError> {
        let expected = expected.get(spot);
        if expected.is_some_and(|version| version.is_none() || *version != seal::version(sealed)) {
            self.refuse(table, spot)?;
            return Ok(None);
        }
        self.vault.opened(table, spot, sealed).map(Some)
    }

    /// What is asked for, in one statement and one look at the index.
    fn many(&self, asked: &[&Asked]) -> Result<Vec<Vec<Row>>, StoreError> {
        let mut questions = rows::Questions::default();
        let mut places = Vec::new();
        for (which, asked) in asked.iter().enumerate() {
            asked.check()?;
            match &asked.what {
                What::Group(group) => {
                    questions.group(which, code(asked.table), self.vault.group_of(asked.table, group))
                }
                What::Row(key) => {
                    let spot = self.vault.spot(asked.table, key)?.0;
                    questions.place(which, &spot);
                    places.push((asked.table, spot));
                }
            }
        }
        let found = self.read(async |open| questions.ask(open).await)?;
        let mut standing = Vec::with_capacity(found.len());
        for row in &found {
            let which = rows::which(row).map_err(failed("reading"))?;
            let table = asked.get(which).map(|asked| asked.table).ok_or(StoreError::Corrupt { part: "rows" })?;
            let (spot, sealed) = Vault::found(table, row)?;
            standing.push((which, table, spot, sealed));
        }
        let there: BTreeSet<&Spot> = standing.iter().map(|(_, _, spot, _)| spot).collect();
        // That nothing stands at a place can be a lie too.
        let missing: Vec<_> =
            places.iter().filter(|(_, spot)| self.vault.guards(spot) && !there.contains(spot)).collect();
        let mut guarded: Vec<&Spot> = there.iter().copied().filter(|spot| self.vault.guards(spot)).collect();
        guarded.extend(missing.iter().map(|(_, spot)| spot));
        let expected = self.expected(&guarded)?;
        for (table, spot) in missing {
            if expected.get(spot).is_some_and(Option::is_some) {
                self.refuse(*table, spot)?;
            }
        }
        let mut answers = vec![Vec::new(); asked.len()];
        for (which, table, spot, sealed) in &standing {
            if let Some(answer) = answers.get_mut(*which) {
                answer.extend(self.open_trusted(*table, spot, sealed, &expected)?);
            }
        }
        Ok(answers)
    }

    /// What stands there, or does not, is not what was written last.
    fn refuse(&self, table: TableId, spot: &Spot) -> Result<(), StoreError> {
        self.findings.refuse(table.name());
        self.vault.fails(spot).map_or(Ok(()), |part| Err(StoreError::RowsSetBack { part }))
    }

    /// Which sealings must stand at guarded places.
    fn expected(&self, spots: &[&Spot]) -> Result<BTreeMap<Spot, Option<seal::Version>>, StoreError> {
        if spots.is_empty() {
            return Ok(BTreeMap::new());
        }
        let tags: Vec<_> = spots.iter().map(|spot| self.vault.tag(spot)).collect();
        let mut guard = locked(&self.guard);
        let versions = self.within_turn(async |open| guard.expected(open, &tags).await)?;
        Ok(spots.iter().map(|spot| (*spot).clone()).zip(versions).collect())
    }
}

/// Connects, and opens the keyring; with the version of the relations.
async fn unlock(
    options: &PgConnectOptions,
    schema: &'static Schema,
    passphrase: &Passphrase,
) -> Result<(PgConnection, Vault, u32), StoreError> {
    let mut open = connect(options).await?;
    let Existing { keyring, format } = prepare_database(&mut open, schema).await?;
    let keyring = keyring.ok_or(StoreError::NotFound { dir: "the database".into() })?;
    let (_, data) = Keyring::open(&keyring, passphrase)?;
    Ok((open, Vault::new(data, schema)?, format))
}

/// Compares a checkpoint with what was seen, and notes it.
fn note(vault: &Vault, seen: &mut Seen, sealed: &[u8]) -> Result<Checkpoint, StoreError> {
    let checkpoint = Checkpoint::open(&vault.checkpoints, sealed)?;
    let version = seal::version(sealed).unwrap_or_default();
    seen.check(&checkpoint, &version)?;
    seen.note(&checkpoint, version, false);
    Ok(checkpoint)
}

impl Ledger for Shared {
    fn schema(&self) -> &'static Schema {
        self.vault.schema
    }

    /// Waits for the lock of the turn; connects anew where the database was away, since memory holds nothing that
    /// it does not.
    fn begin(&mut self) -> Result<(), StoreError> {
        locked(&self.memo).forget();
        if self.rests_until.is_some_and(|until| Instant::now() < until)
            && let Some(error) = self.presence.error("beginning")
        {
            return Err(error);
        }
        self.presence.waits();
        let (open, sealed) = match self.connected() {
            Ok(begun) => begun,
            Err(error) => {
                if error.is_absence() {
                    self.rest(&error);
                }
                return Err(error);
            }
        };
        let checkpoint = note(&self.vault, &mut self.seen, &sealed)?;
        self.settle(&checkpoint)?;
        let mut guard = locked(&self.guard);
        guard.checkpoint = checkpoint;
        guard.index.trim();
        drop(guard);
        *self.connection() = Some(open);
        (self.failures, self.rests_until) = (0, None);
        if let Some(away) = self.presence.back() {
            let ms = u64::try_from(away.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(ms, "the database is back");
        }
        Ok(())
    }

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        batch.check()?;
        locked(&self.memo).forget();
        // Taken out: on an error it is dropped, and with it the transaction. It comes back only with a turn that was
        // stored.
        let Some(mut open) = self.connection().take() else {
            return Err(self.presence.error("committing").unwrap_or(StoreError::Halted));
        };
        if batch.is_empty() {
            // A turn that only read loses nothing with its connection.
            let ended = database::answered("committing", database::run(&mut open, "COMMIT", "committing"));
            if self.runtime.block_on(ended).is_ok() {
                *self.connection() = Some(open);
            }
            self.keep_lately();
            return Ok(());
        }
        let (by, mut guard) = (self.seen.name(), locked(&self.guard));
        let writing = async {
            let (changes, gone) = changes(&self.vault, &mut open, &batch).await?;
            guard.write(&self.vault, &self.findings, &mut open, changes, gone, by).await
        };
        let written = self.runtime.block_on(database::answered("writing", writing));
        drop(guard);
        let done = written.inspect_err(|error| {
            if error.is_absence() {
                self.tell_away(error);
            }
        })?;
        let Done { checkpoint, sealed, guarded } = done;
        let ended = database::answered("committing", database::end_turn(&mut open, &sealed));
        if let Err(error) = self.runtime.block_on(ended) {
            // Whatever was said: the word may have been lost, or have come after the commit.
            let Checkpoint { generation, turn, .. } = checkpoint;
            self.unsettled = Some(Unsettled { generation, turn, guarded });
            self.tell_away(&error);
            return Err(StoreError::Unsettled);
        }
        *self.connection() = Some(open);
        // Behind the commit: a checkpoint that was never stored would make the next turn look set back.
        self.seen.note(&checkpoint, seal::version(&sealed).unwrap_or_default(), true);
        locked(&self.guard).checkpoint = checkpoint;
        if guarded {
            // Whoever hears that a key is revoked may rely on it.
            return self.seen.keep(true);
        }
        self.keep_lately();
        Ok(())
    }

    fn settled(&mut self) -> Option<bool> {
        self.settled.take()
    }

    fn lost(&self) -> bool {
        self.connection().is_none()
    }

    fn presence(&self) -> Presence {
        self.presence.clone()
    }

    fn row(&self, table: TableId, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let what = What::Row(key.clone());
        let found = self.remembered(table, &what, || {
            let spot = self.vault.spot(table, key)?.0;
            let (tab, grp, kind, num, item) = spot.clone();
            let row = self.read(async |open| {
                let sql = "SELECT grp, kind, num, item, sealed FROM regie_rows
                           WHERE tab = $1 AND grp = $2 AND kind = $3 AND num = $4 AND item = $5";
                sqlx::query(sql).bind(tab).bind(grp).bind(kind).bind(num).bind(item).fetch_optional(open).await
            })?;
            // That nothing stands there can be a lie too: the index still names a row that was taken off.
            if row.is_none() && self.vault.guards(&spot) {
                let expected = self.expected(&[&spot])?;
                if expected.values().any(Option::is_some) {
                    self.refuse(table, &spot)?;
                }
            }
            self.trusted(table, row.as_slice())
        })?;
        Ok(found.into_iter().next_back().map(|row| row.value))
    }

    fn rows_of(&self, table: TableId, group: &[u8]) -> Result<Vec<Row>, StoreError> {
        self.remembered(table, &What::Group(group.to_vec()), || {
            let (tab, grp) = (code(table), self.vault.group_of(table, group));
            let rows = self.read(async |open| {
                let sql = "SELECT grp, kind, num, item, sealed FROM regie_rows
                           WHERE tab = $1 AND grp = $2 ORDER BY kind, num, item";
                sqlx::query(sql).bind(tab).bind(grp).fetch_all(open).await
            })?;
            self.trusted(table, &rows)
        })
    }

    fn rows_of_many(&self, asked: &[Asked]) -> Result<Vec<Vec<Row>>, StoreError> {
        let known =
            |asked: &Asked| locked(&self.memo).known(asked.table, &asked.what, self.vault.guards_all(asked.table));
        let mut answers: Vec<Option<Vec<Row>>> = asked.iter().map(known).collect();
        let open: Vec<(usize, &Asked)> =
            asked.iter().enumerate().filter(|(which, _)| matches!(answers.get(*which), Some(None))).collect();
        for part in open.chunks(ASKED) {
            let questions: Vec<&Asked> = part.iter().map(|(_, asked)| *asked).collect();
            for ((which, asked), rows) in part.iter().zip(self.many(&questions)?) {
                locked(&self.memo).keep(asked.table, asked.what.clone(), &rows);
                if let Some(answer) = answers.get_mut(*which) {
                    *answer = Some(rows);
                }
            }
        }
        Ok(answers.into_iter().map(Option::unwrap_or_default).collect())
    }

    fn numbered_rows(&self, table: TableId, group: &[u8], from: u64, limit: usize) -> Result<Vec<Row>, StoreError> {
        let (tab, grp) = (code(table), self.vault.group_of(table, group));
        let (from, limit) = (i64::try_from(from).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = self.read(async |open| {
            let sql = "SELECT grp, kind, num, item, sealed FROM regie_rows
                       WHERE tab = $1 AND grp = $2 AND kind = 0 AND num >= $3 ORDER BY num LIMIT $4";
            sqlx::query(sql).bind(tab).bind(grp).bind(from).bind(limit).fetch_all(open).await
        })?;
        self.trusted(table, &rows)
    }

    fn last_row_number(&self, table: TableId, group: &[u8]) -> Result<Option<u64>, StoreError> {
        let (tab, grp) = (code(table), self.vault.group_of(table, group));
        let last = self.read(async |open| rows::last_number(open, tab, &grp).await)?;
        Ok(last.and_then(|last| u64::try_from(last).ok()))
    }

    fn each_row(&self, table: TableId, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError> {
        let mut after: Spot = (code(table), Vec::new(), -1, 0, Vec::new());
        loop {
            let (tab, grp, kind, num, item) = after.clone();
            let rows = self.read(async |open| {
                let sql = "SELECT grp, kind, num, item, sealed FROM regie_rows
                           WHERE tab = $1 AND (grp, kind, num, item) > ($2, $3, $4, $5)
                           ORDER BY grp, kind, num, item LIMIT $6";
                let query = sqlx::query(sql).bind(tab).bind(grp).bind(kind).bind(num).bind(item).bind(PAGE);
                query.fetch_all(open).await
            })?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Vault::found(table, last)?.0;
            for row in self.trusted(table, &rows)? {
                if visit(row).is_break() {
                    return Ok(());
                }
            }
        }
    }

    /// Counted by reading the table's part of the index; not for every call.
    fn row_count(&self, table: TableId) -> Result<u64, StoreError> {
        let tab = code(table);
        let count: i64 = self.read(async |open| {
            sqlx::query_scalar("SELECT count(*) FROM regie_rows WHERE tab = $1").bind(tab).fetch_one(open).await
        })?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn shared(&self) -> bool {
        true
    }

    fn sharer(&self) -> Option<[u8; 8]> {
        Some(self.seen.name())
    }

    fn watch(&self) {
        let (options, vault, findings) = (self.options.clone(), self.vault.clone(), self.findings.clone());
        locked(&self.scanning).get_or_insert_with(|| Scan { options, vault, findings }.start());
    }

    fn integrity(&self) -> Integrity {
        self.findings.all().clone()
    }
}

impl Shared {
    /// Keeps what was seen, where it is due. A full disk here takes no turn away: the last second is not kept then.
    fn keep_lately(&mut self) {
        if let Err(error) = self.seen.keep(false) {
            tracing::warn!(%error, "the last checkpoint could not be kept");
        }
    }
}

/// What a batch makes of the rows. Later changes win over earlier ones, so only the last one of each row is sent; a group
/// that goes takes with it what the batch had put there before.
async fn changes(
    vault: &Vault,
    open: &mut PgConnection,
    batch: &Batch,
) -> Result<(Changes, Vec<Standing>), StoreError> {
    let (mut changes, mut gone) = (Changes::new(), Vec::new());
    let mut last = last_numbers(vault, open, batch).await?;
    for operation in &batch.operations {
        match operation {
            Operation::Put(table, key, value) => {
                let (spot, sealed) = vault.sealed(*table, key, value)?;
                changes.insert(spot, Some(sealed));
            }
            Operation::Append(table, group, value) => {
                let place = (code(*table), vault.group_of(*table, group));
                let before = last.get(&place).copied().unwrap_or(0);
                let number = before.checked_add(1).ok_or_else(|| table.corrupt())?;
                last.insert(place, number);
                let number = u64::try_from(number).map_err(|_| table.corrupt())?;
                let (spot, sealed) = vault.sealed(*table, &Key::grouped_index(group, number), value)?;
                changes.insert(spot, Some(sealed));
            }
            Operation::Delete(table, key) => drop(changes.insert(vault.spot(*table, key)?.0, None)),
            Operation::DeleteGroup(table, group) => {
                let (tab, grp) = (code(*table), vault.group_of(*table, group));
                changes.retain(|spot, _| (spot.0, &spot.1) != (tab, &grp));
                last.remove(&(tab, grp.clone()));
                gone.extend(rows::delete_group(open, (tab, grp)).await.map_err(failed("deleting"))?);
            }
        }
    }
    Ok((changes, gone))
}

/// A group of a table, blinded.
type Place = (i64, Vec<u8>);

/// The last number of each group that a batch appends to, in one round trip.
async fn last_numbers(
    vault: &Vault,
    open: &mut PgConnection,
    batch: &Batch,
) -> Result<BTreeMap<Place, i64>, StoreError> {
    let grows = batch.operations.iter().filter_map(|operation| match operation {
        Operation::Append(table, group, _) => Some((code(*table), vault.group_of(*table, group))),
        _ => None,
    });
    let places: BTreeSet<Place> = grows.collect();
    if places.is_empty() {
        return Ok(BTreeMap::new());
    }
    let places: Vec<Place> = places.into_iter().collect();
    let found = rows::last_numbers(open, &places).await.map_err(failed("reading"))?;
    Ok(places.into_iter().zip(found).collect())
}
