//! The store: encrypted tables in one redb file. The only code that knows redb.
//!
//! In: records under a typed table and its key, in batches (`table.rs`, `key.rs`, `typed.rs`). Out: the same records, or
//! a typed error; never a wrong value. The rest of the program sees no redb type and no key material. Which tables there
//! are is said by each role (`person/tables.rs`, `supplier/tables.rs`); the file format is docs/store-format.md.
//!
//! Keys: passphrase -> argon2id -> key-encryption key -> random data key -> sub-keys for records,
//! names and bookkeeping (`keyring.rs`, `seal.rs`). Erasable tables: `erasure.rs`.
//!
//! What the files still show to a thief: the names of the tables, how many rows each has, the size
//! of every row, which rows share a group, the numbers of `index` keys, and what changed between
//! two copies. What they can't show is taken care of elsewhere: a whole directory put back to an
//! earlier state is consistent in itself, and only witnesses outside (the audit log's signed
//! heads) can tell.
//!
//! Damage: opening always verifies redb's checksum of every page (about a second for some GB from
//! a cached disk), because redb's ordinary reads do not, then the row counts; each record verifies
//! itself when it is read. redb may still panic on a damaged file; such a panic is caught, halts
//! the store and is answered as `Corrupt`. (With `panic = "abort"` it ends the process instead,
//! which is as safe.) Not noticed: a page that rots *after* opening can make a record of a table
//! that is not erasable look absent until the next start.
//!
//! After any error of the disk the store answers `Halted`: the node must exit and be restarted.

mod asked;
mod batch;
mod erasure;
mod error;
mod files;
mod integrity;
mod key;
mod keyring;
mod ledger;
pub mod limits;
mod medium;
mod presence;
mod read;
mod row;
mod seal;
mod secret;
#[cfg(feature = "postgres")]
mod shared;
mod state;
mod table;
#[cfg(test)]
pub(crate) mod tests;
mod typed;
mod write;

pub use asked::{Asked, Found};
pub use batch::Batch;
pub use error::StoreError;
pub use integrity::Integrity;
pub use key::{Grouped, ItemName, Nth, Part, TableKey};
pub use keyring::{KdfCost, Passphrase};
pub use ledger::Ledger;
pub use medium::{Medium, Side, SideFiles};
pub use presence::{Missing, Presence};
pub use row::{Key, LastPart, Row};
pub use secret::Secret;
#[cfg(feature = "postgres")]
pub use shared::{Accepted, Shared};
pub(crate) use table::tables;
pub use table::{Entry, Erasable, Fact, Guard, Migration, Plain, Schema, Sealing, Spot, Table, TableId};
pub use typed::{Read, Record};

use erasure::{Bucket, Directory};
use keyring::Keyring;
use limits::CACHE_BYTES;
use medium::Staged;
use redb::{ReadableDatabase, ReadableTable, ReadableTableMetadata};
use seal::{NameKey, SecretKey};
use state::{BUCKET_TABLE, DIRECTORY_ROW, STATE_ROW, SYSTEM, State, definition};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Sub-keys of the data key.
struct Keys {
    records: SecretKey,
    names: NameKey,
    state: SecretKey,
}

impl Keys {
    fn new(data: &SecretKey) -> Keys {
        Keys { records: data.derive("records"), names: NameKey::of(&data.derive("names")), state: data.derive("state") }
    }
}

/// An open store. Dropping it closes it cleanly.
pub struct Store {
    /// `None` only once closed.
    db: Option<redb::Database>,
    side: Box<dyn SideFiles>,
    keys: Keys,
    schema: &'static Schema,
    keyring: Keyring,
    directory: Directory,
    state: State,
    halted: AtomicBool,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Whether `dir` holds a store.
    pub fn exists(dir: &Path) -> bool {
        files::exists(dir)
    }

    /// Makes a new store in `dir`, which is created if need be and made private to its owner.
    pub fn create(
        dir: &Path,
        schema: &'static Schema,
        passphrase: &Passphrase,
        cost: KdfCost,
    ) -> Result<Store, StoreError> {
        let (medium, side) = files::create(dir)?;
        let (keyring, data) = Keyring::create(passphrase, cost)?;
        Store::initialise(medium, &side, schema, &keyring, &Keys::new(&data))?;
        files::publish(dir)?;
        let (medium, side) = files::open(dir)?;
        let ready = Ready::new(medium, &side)?;
        Store::open_with(ready, Box::new(side), schema, keyring, Keys::new(&data))
    }

    /// Opens the store in `dir`. A store that can't be opened is left as it is.
    pub fn open(dir: &Path, schema: &'static Schema, passphrase: &Passphrase) -> Result<Store, StoreError> {
        let (medium, side) = files::open(dir)?;
        Store::open_on(medium, Box::new(side), schema, passphrase)
    }

    /// Whether this passphrase opens the store in `dir`, without opening it: for unlocking a page of a node that
    /// runs. As slow as opening, on purpose.
    ///
    /// # Errors
    /// [`StoreError::WrongPassphrase`], or why the keyring can't be read.
    pub fn check_passphrase(dir: &Path, passphrase: &Passphrase) -> Result<(), StoreError> {
        Keyring::open(&files::keyring(dir)?, passphrase).map(drop)
    }

    /// How dear it is to guess the passphrase of the store in `dir`, which is not opened.
    ///
    /// # Errors
    /// Why the keyring can't be read.
    pub fn passphrase_cost(dir: &Path) -> Result<KdfCost, StoreError> {
        Keyring::cost(&files::keyring(dir)?)
    }

    /// Makes a new store on any medium; the crash tests bring their own.
    pub fn create_on(
        medium: Arc<dyn Medium>,
        side: Box<dyn SideFiles>,
        schema: &'static Schema,
        passphrase: &Passphrase,
        cost: KdfCost,
    ) -> Result<Store, StoreError> {
        let (keyring, data) = Keyring::create(passphrase, cost)?;
        Store::initialise(medium.clone(), side.as_ref(), schema, &keyring, &Keys::new(&data))?;
        let ready = Ready::new(medium, side.as_ref())?;
        Store::open_with(ready, side, schema, keyring, Keys::new(&data))
    }

    /// Opens a store on any medium.
    pub fn open_on(
        medium: Arc<dyn Medium>,
        side: Box<dyn SideFiles>,
        schema: &'static Schema,
        passphrase: &Passphrase,
    ) -> Result<Store, StoreError> {
        let file = side.load(Side::Keyring);
        let file = file.map_err(|error| StoreError::io("reading the keyring", &error))?;
        let bytes = file.ok_or(StoreError::Corrupt { part: "keyring is missing" })?;
        // The passphrase and the database's pages each take their time; neither needs the other. Nothing is written to
        // the medium before both are known to be right.
        let (opened, ready) = std::thread::scope(|scope| {
            let opened = scope.spawn(|| Keyring::open(&bytes, passphrase));
            let ready = Ready::new(medium, side.as_ref());
            (opened.join(), ready)
        });
        let (keyring, data) = opened.map_err(|_| StoreError::Corrupt { part: "keyring" })??;
        Store::open_with(ready?, side, schema, keyring, Keys::new(&data))
    }

    /// Wraps the data key under another passphrase. The data itself is not re-sealed: a copy of
    /// the old keyring still opens with the old passphrase what was not erased since.
    pub fn change_passphrase(&mut self, old: &Passphrase, new: &Passphrase) -> Result<(), StoreError> {
        self.db()?;
        self.keyring.change(old, new)?;
        self.write_keyring()
    }

    /// Number of commits since the store was created.
    pub fn commits(&self) -> u64 {
        self.state.commit
    }

    /// Whether the disk was full, so that the reserve is in use: refuse new work, save revocations.
    pub fn space_low(&self) -> bool {
        self.side.space_low()
    }

    /// Tries to set the reserve aside again; answers whether it is there.
    pub fn restore_reserve(&self) -> bool {
        self.side.restore_reserve()
    }

    /// Closes the store, and tells whether that went cleanly. Dropping it does the same silently.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.shut()
    }

    fn shut(&mut self) -> Result<(), StoreError> {
        let Some(db) = self.db.take() else {
            return Ok(());
        };
        let halted = self.halted.load(Ordering::Acquire);
        let closed = catch_unwind(AssertUnwindSafe(|| db.close()));
        let closed = closed.map_err(|_| StoreError::Corrupt { part: "database" })?;
        closed.map_err(StoreError::from_database)?;
        // Without the marker the next start looks closer, and does not trust `next`.
        if halted {
            return Ok(());
        }
        // Before the marker, which says that nothing was sealed under the key that comes next.
        if self.keyring.next_spent {
            self.keyring.refresh_next();
            self.write_next()?;
        }
        let marker = state::seal_marker(&self.keys.state, self.state.commit)?;
        let written = self.side.replace(Side::Clean, &marker);
        written.map_err(|error| StoreError::io("closing the store", &error))
    }

    /// The database, unless an earlier error forbids its use.
    fn db(&self) -> Result<&redb::Database, StoreError> {
        let usable = !self.halted.load(Ordering::Acquire);
        self.db.as_ref().filter(|_| usable).ok_or(StoreError::Halted)
    }

    fn halt(&self) {
        self.halted.store(true, Ordering::Release);
    }

    /// Runs work on redb: a panic becomes `Corrupt`, and an error of the disk halts the store.
    fn guarded<T>(&self, part: &'static str, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.db()?;
        let outcome = guard(part, work);
        match &outcome {
            Err(Failure::Panic(_)) => self.halt(),
            Err(Failure::Error(error)) if error.halts() => self.halt(),
            _ => {}
        }
        outcome.map_err(Failure::into_error)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Nobody is left to tell; without a marker the next start looks closer.
        let _ = self.shut();
    }
}

/// How guarded work failed.
enum Failure {
    Error(StoreError),
    Panic(&'static str),
}

impl Failure {
    fn into_error(self) -> StoreError {
        match self {
            Failure::Error(error) => error,
            Failure::Panic(part) => StoreError::Corrupt { part },
        }
    }
}

fn guard<T>(part: &'static str, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(outcome) => outcome.map_err(Failure::Error),
        Err(_) => Err(Failure::Panic(part)),
    }
}

// Creating and opening.
impl Store {
    fn initialise(
        medium: Arc<dyn Medium>,
        side: &dyn SideFiles,
        schema: &Schema,
        keyring: &Keyring,
        keys: &Keys,
    ) -> Result<(), StoreError> {
        let db = database(Staged::direct(medium))?;
        let write = db.begin_write().map_err(StoreError::from_transaction)?;
        let state = State::new(schema, keyring.current.number);
        fill(&write, schema, keyring, keys, &state)?;
        write.commit().map_err(|error| {
            StoreError::from_storage(match error {
                redb::CommitError::Storage(error) => error,
                _ => redb::StorageError::PreviousIo,
            })
        })?;
        db.close().map_err(StoreError::from_database)?;
        // All of this before the database has its name (`files::publish`): one without its keys is a store that nobody
        // opens.
        let marker = state::seal_marker(&keys.state, state.commit)?;
        let bytes = keyring.encode()?;
        let written = side.replace(Side::Clean, &marker);
        let written = written.and_then(|()| side.replace(Side::Keyring, &bytes));
        written.map_err(|error| StoreError::io("creating the store", &error))
    }

    fn open_with(
        ready: Ready,
        side: Box<dyn SideFiles>,
        schema: &'static Schema,
        keyring: Keyring,
        keys: Keys,
    ) -> Result<Store, StoreError> {
        let Ready { staged, db } = ready;
        let (db, state, directory, clean) = guard("database", || {
            let (state, directory) = load(&db, schema, &keyring, &keys)?;
            let clean = is_clean(side.as_ref(), &keys, &state)?;
            check_counts(&db, schema, &state, clean)?;
            Ok((db, state, directory, clean))
        })
        .map_err(Failure::into_error)?;
        // Now it is known to be ours and whole: what redb repaired may be written.
        staged.release().map_err(|error| StoreError::io("opening the store", &error))?;
        let halted = AtomicBool::new(false);
        let mut store = Store { db: Some(db), side, keys, schema, keyring, directory, state, halted };
        store.settle(clean)?;
        Ok(store)
    }

    /// Finishes what a crash cut short, and gets ready to work.
    fn settle(&mut self, clean: bool) -> Result<(), StoreError> {
        if !clean {
            // A commit that did not complete may have sealed pages under it.
            self.keyring.next_spent = true;
        }
        // Committed, but the keyring still holds the old epoch: the roll is finished now.
        let unfinished = self.state.epoch == self.keyring.next.number;
        if unfinished {
            self.keyring.advance();
            self.write_next()?;
        }
        // Before the first commit: one that is cut short leaves the commit's number, and an old marker would call that
        // clean.
        let removed = self.side.remove(Side::Clean);
        removed.map_err(|error| StoreError::io("opening the store", &error))?;
        self.side.restore_reserve();
        self.migrate()
    }

    /// Applies the steps that lead from the file's version to today's.
    fn migrate(&mut self) -> Result<(), StoreError> {
        for (version, migration) in (2..).zip(self.schema.migrations) {
            if version > self.state.version {
                self.step(version, migration)?;
            }
        }
        Ok(())
    }
}

/// A database whose pages are whole, before anybody knows whose it is. Writes are held back.
struct Ready {
    staged: Staged,
    db: redb::Database,
}

impl Ready {
    fn new(medium: Arc<dyn Medium>, side: &dyn SideFiles) -> Result<Ready, StoreError> {
        let failed = |error| StoreError::io("opening the store", &error);
        // redb would make a new database of an empty file.
        if medium.is_empty().map_err(failed)? {
            return Err(StoreError::Corrupt { part: "database" });
        }
        side.probe().map_err(failed)?;
        let staged = Staged::new(medium).map_err(failed)?;
        let db = guard("database", || database(staged.clone())).map_err(Failure::into_error)?;
        Ok(Ready { staged, db })
    }
}

fn database(backend: Staged) -> Result<redb::Database, StoreError> {
    redb::Builder::new()
        .set_cache_size(CACHE_BYTES)
        .set_check_integrity_on_open(true)
        .create_with_backend(backend)
        .map_err(StoreError::from_database)
}

/// Makes every table, so that a missing one is later recognised as damage.
fn fill(
    write: &redb::WriteTransaction,
    schema: &Schema,
    keyring: &Keyring,
    keys: &Keys,
    state: &State,
) -> Result<(), StoreError> {
    for table in schema.ids() {
        write.open_table(definition(table)).map_err(StoreError::from_table)?;
    }
    let directory = Directory::random();
    let mut buckets = write.open_table(BUCKET_TABLE).map_err(StoreError::from_table)?;
    for number in 0..=u8::MAX {
        let sealed = Bucket::default().seal(number, directory.key(number)?)?;
        let inserted = buckets.insert([number].as_slice(), sealed.as_slice());
        inserted.map_err(StoreError::from_storage)?;
    }
    let mut system = write.open_table(SYSTEM).map_err(StoreError::from_table)?;
    let sealed = directory.seal(&keyring.current, &BTreeMap::new())?;
    system.insert(DIRECTORY_ROW, sealed.as_slice()).map_err(StoreError::from_storage)?;
    let sealed = state.seal(&keys.state)?;
    system.insert(STATE_ROW, sealed.as_slice()).map_err(StoreError::from_storage)?;
    Ok(())
}

/// Opens the bookkeeping, and the directory under whichever epoch that names.
fn load(
    db: &redb::Database,
    schema: &Schema,
    keyring: &Keyring,
    keys: &Keys,
) -> Result<(State, Directory), StoreError> {
    let read = db.begin_read().map_err(StoreError::from_transaction)?;
    let system = read.open_table(SYSTEM).map_err(StoreError::from_table)?;
    let row = |name: &'static [u8]| {
        let found = system.get(name).map_err(StoreError::from_storage)?;
        found.ok_or(StoreError::Corrupt { part: "state" })
    };
    let state = State::open(schema, &keys.state, row(STATE_ROW)?.value())?;
    let epoch = [&keyring.current, &keyring.next]
        .into_iter()
        .find(|epoch| epoch.number == state.epoch)
        .ok_or(StoreError::Corrupt { part: "keyring and database are of different times" })?;
    let directory = Directory::open(epoch, row(DIRECTORY_ROW)?.value())?;
    Ok((state, directory))
}

/// Whether the last stop was clean. A marker ahead of the database means commits were lost.
fn is_clean(side: &dyn SideFiles, keys: &Keys, state: &State) -> Result<bool, StoreError> {
    let marker = side.load(Side::Clean);
    let marker = marker.map_err(|error| StoreError::io("opening the store", &error))?;
    match marker.and_then(|bytes| state::open_marker(&keys.state, &bytes)) {
        Some(commit) if commit > state.commit => Err(StoreError::Corrupt { part: "database lost its last commits" }),
        Some(commit) => Ok(commit == state.commit),
        None => Ok(false),
    }
}

/// Compares the rows that are there with those that should be, in the tables of the file's version; counts them one by
/// one when the last stop was not clean.
fn check_counts(db: &redb::Database, schema: &Schema, state: &State, clean: bool) -> Result<(), StoreError> {
    let read = db.begin_read().map_err(StoreError::from_transaction)?;
    for table in schema.ids_at(state.version) {
        let rows = read.open_table(definition(table)).map_err(StoreError::from_table)?;
        let mut found = rows.len().map_err(StoreError::from_storage)?;
        if !clean {
            found = 0;
            for row in rows.iter().map_err(StoreError::from_storage)? {
                row.map_err(StoreError::from_storage)?;
                found += 1;
            }
        }
        if found != state.count(table) {
            return Err(table.corrupt());
        }
    }
    Ok(())
}
