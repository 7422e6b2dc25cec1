//! A companion's store in PostgreSQL, shared by several processes. The only code that knows SQL.
//!
//! In: batches and keys, as for the embedded store. Out: rows, or a typed error. Names are blinded and values sealed
//! with the same keys and forms (`table.rs`, `seal.rs`); the data key lies in the database wrapped by the passphrase,
//! so the database and its backups show table codes, which rows share a group, numbers and sizes, and no more.
//!
//! A turn is a transaction that holds the lock of one row, so turns of all processes follow each other. What is relied
//! on is plain SQL: `BIGINT`, `BYTEA`, `INSERT … ON CONFLICT`, `SELECT … FOR UPDATE`, `UNNEST`, read committed. No
//! extension, no advisory lock, no `LISTEN`.
//!
//! Erasing deletes the row. Until PostgreSQL vacuums the page and recycles its log, the sealed bytes linger; only who
//! has the passphrase and a copy of the old pages can open them. (The embedded store destroys a key instead.)

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::ControlFlow,
    str::FromStr as _,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{
    Connection as _, PgConnection, Row as _,
    postgres::{PgConnectOptions, PgRow},
};
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use super::{
    Batch, KdfCost, Key, Keys, LastPart, Ledger, Passphrase, Row, Schema, StoreError, TableId,
    batch::Operation,
    keyring::Keyring,
    row::{decode_record, encode_record, group_tag, stored_key},
    seal::{self, Place},
};

/// The version of the three relations below, which hold any role's tables; docs/store-format.md.
const FORMAT: u32 = 1;
const RELATIONS: &str = "
    CREATE TABLE regie_meta (name TEXT PRIMARY KEY, value BYTEA NOT NULL);
    CREATE TABLE regie_turn (one BIGINT PRIMARY KEY);
    INSERT INTO regie_turn (one) VALUES (1);
    CREATE TABLE regie_rows (
        tab BIGINT NOT NULL, grp BYTEA NOT NULL, kind BIGINT NOT NULL, num BIGINT NOT NULL, item BYTEA NOT NULL,
        sealed BYTEA NOT NULL, PRIMARY KEY (tab, grp, kind, num, item));
";
/// What every connection sets: a process that stalls in a turn loses it.
const SESSION: &str = "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s'";
/// How long a turn waits for a database that is away, or for other processes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(250);
/// Rows read at a time where a whole table is read.
const PAGE: i64 = 500;

/// Where a row stands: table, blinded group, kind, number, blinded item.
type Spot = (i64, Vec<u8>, i64, i64, Vec<u8>);

/// An open shared store.
pub struct Shared {
    runtime: Runtime,
    options: PgConnectOptions,
    connection: Mutex<Option<PgConnection>>,
    keys: Keys,
    schema: &'static Schema,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

/// How far a database is.
enum Existing {
    Nothing,
    Keyring(Vec<u8>),
}

impl Shared {
    /// Makes the tables and a new keyring in a database that has none. Not from within an async task.
    ///
    /// # Errors
    /// A URL or database that can't be used; [`StoreError::InUse`] where a company lives there already.
    pub fn create(
        url: &str,
        schema: &'static Schema,
        passphrase: &Passphrase,
        cost: KdfCost,
    ) -> Result<Self, StoreError> {
        let (runtime, options) = prepare(url)?;
        let (keyring, data) = Keyring::create(passphrase, cost)?;
        let bytes = keyring.encode()?;
        let connection = runtime.block_on(async {
            let mut connection = connect(&options).await?;
            if let Existing::Keyring(_) = prepare_database(&mut connection, schema).await? {
                return Err(StoreError::InUse);
            }
            let put = sqlx::query("INSERT INTO regie_meta (name, value) VALUES ('keyring', $1)").bind(bytes);
            put.execute(&mut connection).await.map_err(failed("making the store"))?;
            Ok(connection)
        })?;
        Ok(Self { runtime, options, connection: Mutex::new(Some(connection)), keys: Keys::new(&data), schema })
    }

    /// Opens the store of a database. Not from within an async task.
    ///
    /// # Errors
    /// As [`Self::create`]; [`StoreError::WrongPassphrase`]; [`StoreError::NotFound`] where no company lives there.
    pub fn open(url: &str, schema: &'static Schema, passphrase: &Passphrase) -> Result<Self, StoreError> {
        let (runtime, options) = prepare(url)?;
        let (connection, found) = runtime.block_on(async {
            let mut connection = connect(&options).await?;
            let found = prepare_database(&mut connection, schema).await?;
            Ok::<_, StoreError>((connection, found))
        })?;
        let Existing::Keyring(bytes) = found else { return Err(StoreError::NotFound { dir: "the database".into() }) };
        let (_, data) = Keyring::open(&bytes, passphrase)?;
        Ok(Self { runtime, options, connection: Mutex::new(Some(connection)), keys: Keys::new(&data), schema })
    }

    fn connection(&self) -> MutexGuard<'_, Option<PgConnection>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs reading work on the connection of the turn.
    fn read<T>(&self, work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>) -> Result<T, StoreError> {
        let mut connection = self.connection();
        let open = connection.as_mut().ok_or(StoreError::Halted)?;
        self.runtime.block_on(work(open)).map_err(failed("reading"))
    }

    fn opened(&self, table: TableId, row: &PgRow) -> Result<Row, StoreError> {
        let broken = |_| table.corrupt();
        let group: Vec<u8> = row.try_get("grp").map_err(broken)?;
        let (kind, number): (i64, i64) = (row.try_get("kind").map_err(broken)?, row.try_get("num").map_err(broken)?);
        let (item, sealed): (Vec<u8>, Vec<u8>) =
            (row.try_get("item").map_err(broken)?, row.try_get("sealed").map_err(broken)?);
        let mut stored = group;
        stored.push(u8::try_from(kind).map_err(|_| table.corrupt())?);
        match kind {
            0 => stored.extend_from_slice(&number.to_be_bytes()),
            _ => stored.extend_from_slice(&item),
        }
        let place = Place { domain: table.name(), position: &stored };
        let row = decode_record(seal::open(&self.keys.records, place, &sealed)?).ok_or_else(|| table.corrupt())?;
        // The true key stands inside the sealed bytes; it has to be the one the row stands under.
        if stored_key(&self.keys.names, table, &row.key()) == stored { Ok(row) } else { Err(table.corrupt()) }
    }

    fn rows(&self, table: TableId, rows: &[PgRow]) -> Result<Vec<Row>, StoreError> {
        rows.iter().map(|row| self.opened(table, row)).collect()
    }

    fn spot(&self, table: TableId, key: &Key) -> Result<(Spot, Vec<u8>), StoreError> {
        key.check(table)?;
        let stored = stored_key(&self.keys.names, table, key);
        let (group, rest) = stored.split_at_checked(seal::TAG_BYTES).ok_or_else(|| table.corrupt())?;
        let spot = match &key.item {
            LastPart::Index(number) => {
                let number = i64::try_from(*number).map_err(|_| StoreError::KeyTooLong { table: table.name() })?;
                (code(table), group.to_vec(), 0, number, Vec::new())
            }
            LastPart::Bytes(_) => (code(table), group.to_vec(), 1, 0, rest.get(1..).unwrap_or_default().to_vec()),
        };
        Ok((spot, stored))
    }

    fn group_of(&self, table: TableId, group: &[u8]) -> Vec<u8> {
        group_tag(&self.keys.names, table, group).to_vec()
    }
}

impl Ledger for Shared {
    fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// Waits for the lock of the turn; connects anew where the database was away, since memory holds nothing that
    /// it does not.
    fn begin(&mut self) -> Result<(), StoreError> {
        let until = Instant::now() + PATIENCE;
        loop {
            let waiting = self.connection().take();
            let begun = self.runtime.block_on(async {
                let mut open = match waiting {
                    Some(open) => open,
                    None => connect(&self.options).await?,
                };
                sqlx::raw_sql("BEGIN").execute(&mut open).await.map_err(failed("beginning"))?;
                let lock = sqlx::query("SELECT one FROM regie_turn WHERE one = 1 FOR UPDATE");
                lock.fetch_one(&mut open).await.map_err(failed("waiting for other companions"))?;
                Ok::<_, StoreError>(open)
            });
            match begun {
                Ok(open) => {
                    *self.connection() = Some(open);
                    return Ok(());
                }
                Err(error) if Instant::now() > until => return Err(error),
                Err(error) => tracing::warn!(%error, "the database is away; trying again"),
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        batch.check()?;
        let Some(mut open) = self.connection().take() else { return Err(StoreError::Halted) };
        let nothing = batch.is_empty();
        let done = self.runtime.block_on(async {
            if !nothing {
                write(self, &mut open, &batch).await?;
            }
            sqlx::raw_sql("COMMIT").execute(&mut open).await.map_err(failed("committing"))?;
            Ok::<_, StoreError>(())
        });
        match done {
            Ok(()) => *self.connection() = Some(open),
            // A turn that only read loses nothing with its connection.
            Err(_) if nothing => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn row(&self, table: TableId, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let ((tab, grp, kind, num, item), _) = self.spot(table, key)?;
        let row = self.read(async |open| {
            let sql = "SELECT grp, kind, num, item, sealed FROM regie_rows
                       WHERE tab = $1 AND grp = $2 AND kind = $3 AND num = $4 AND item = $5";
            sqlx::query(sql).bind(tab).bind(grp).bind(kind).bind(num).bind(item).fetch_optional(open).await
        })?;
        row.map(|row| self.opened(table, &row).map(|row| row.value)).transpose()
    }

    fn rows_of(&self, table: TableId, group: &[u8]) -> Result<Vec<Row>, StoreError> {
        let (tab, grp) = (code(table), self.group_of(table, group));
        let rows = self.read(async |open| {
            let sql = "SELECT grp, kind, num, item, sealed FROM regie_rows
                       WHERE tab = $1 AND grp = $2 ORDER BY kind, num, item";
            sqlx::query(sql).bind(tab).bind(grp).fetch_all(open).await
        })?;
        self.rows(table, &rows)
    }

    fn numbered_rows(&self, table: TableId, group: &[u8], from: u64, limit: usize) -> Result<Vec<Row>, StoreError> {
        let (tab, grp) = (code(table), self.group_of(table, group));
        let (from, limit) = (i64::try_from(from).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = self.read(async |open| {
            let sql = "SELECT grp, kind, num, item, sealed FROM regie_rows
                       WHERE tab = $1 AND grp = $2 AND kind = 0 AND num >= $3 ORDER BY num LIMIT $4";
            sqlx::query(sql).bind(tab).bind(grp).bind(from).bind(limit).fetch_all(open).await
        })?;
        self.rows(table, &rows)
    }

    fn last_row_number(&self, table: TableId, group: &[u8]) -> Result<Option<u64>, StoreError> {
        let (tab, grp) = (code(table), self.group_of(table, group));
        let last = self.read(async |open| last_number(open, tab, &grp).await)?;
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
            let broken = |_| table.corrupt();
            after.1 = last.try_get("grp").map_err(broken)?;
            after.2 = last.try_get("kind").map_err(broken)?;
            after.3 = last.try_get("num").map_err(broken)?;
            after.4 = last.try_get("item").map_err(broken)?;
            for row in self.rows(table, &rows)? {
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
}

/// Applies a batch within the transaction. Later changes win over earlier ones, so only the last one of each row is
/// sent; a group that goes takes with it what the batch had put there before.
async fn write(store: &Shared, open: &mut PgConnection, batch: &Batch) -> Result<(), StoreError> {
    let mut changes: BTreeMap<Spot, Option<Vec<u8>>> = BTreeMap::new();
    let mut last: BTreeMap<(i64, Vec<u8>), i64> = BTreeMap::new();
    for operation in &batch.operations {
        match operation {
            Operation::Put(table, key, value) => put(store, &mut changes, *table, key, value)?,
            Operation::Append(table, group, value) => {
                let place = (code(*table), store.group_of(*table, group));
                let before = match last.get(&place) {
                    Some(number) => *number,
                    None => {
                        let found = last_number(open, place.0, &place.1).await.map_err(failed("reading"))?;
                        found.unwrap_or(0)
                    }
                };
                let number = before.checked_add(1).ok_or_else(|| table.corrupt())?;
                last.insert(place, number);
                let number = u64::try_from(number).map_err(|_| table.corrupt())?;
                put(store, &mut changes, *table, &Key::grouped_index(group, number), value)?;
            }
            Operation::Delete(table, key) => drop(changes.insert(store.spot(*table, key)?.0, None)),
            Operation::DeleteGroup(table, group) => {
                let (tab, grp) = (code(*table), store.group_of(*table, group));
                changes.retain(|spot, _| (spot.0, &spot.1) != (tab, &grp));
                let sql = "DELETE FROM regie_rows WHERE tab = $1 AND grp = $2";
                sqlx::query(sql).bind(tab).bind(grp).execute(&mut *open).await.map_err(failed("deleting"))?;
            }
        }
    }
    let gone: BTreeSet<&Spot> = changes.iter().filter(|(_, sealed)| sealed.is_none()).map(|(spot, _)| spot).collect();
    delete(open, &gone).await.map_err(failed("deleting"))?;
    insert(open, &changes).await.map_err(failed("writing"))
}

fn put(
    store: &Shared,
    changes: &mut BTreeMap<Spot, Option<Vec<u8>>>,
    table: TableId,
    key: &Key,
    value: &[u8],
) -> Result<(), StoreError> {
    let (spot, stored) = store.spot(table, key)?;
    let place = Place { domain: table.name(), position: &stored };
    let sealed = seal::seal(&store.keys.records, place, &encode_record(key, value))?;
    changes.insert(spot, Some(sealed));
    Ok(())
}

async fn delete(open: &mut PgConnection, gone: &BTreeSet<&Spot>) -> Result<(), sqlx::Error> {
    if gone.is_empty() {
        return Ok(());
    }
    let sql = "DELETE FROM regie_rows AS old USING
               UNNEST($1::BIGINT[], $2::BYTEA[], $3::BIGINT[], $4::BIGINT[], $5::BYTEA[]) AS gone(tab, grp, kind, num, item)
               WHERE old.tab = gone.tab AND old.grp = gone.grp AND old.kind = gone.kind AND old.num = gone.num
               AND old.item = gone.item";
    columns(sql, gone.iter().copied()).execute(open).await.map(drop)
}

async fn insert(open: &mut PgConnection, changes: &BTreeMap<Spot, Option<Vec<u8>>>) -> Result<(), sqlx::Error> {
    let puts: Vec<(&Spot, &Vec<u8>)> =
        changes.iter().filter_map(|(spot, sealed)| Some((spot, sealed.as_ref()?))).collect();
    if puts.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO regie_rows (tab, grp, kind, num, item, sealed)
               SELECT * FROM UNNEST($1::BIGINT[], $2::BYTEA[], $3::BIGINT[], $4::BIGINT[], $5::BYTEA[], $6::BYTEA[])
               ON CONFLICT (tab, grp, kind, num, item) DO UPDATE SET sealed = EXCLUDED.sealed";
    let sealed: Vec<Vec<u8>> = puts.iter().map(|(_, sealed)| (*sealed).clone()).collect();
    columns(sql, puts.iter().map(|(spot, _)| *spot)).bind(sealed).execute(open).await.map(drop)
}

/// A statement with the places of rows as five arrays.
fn columns<'s>(
    sql: &'static str,
    spots: impl Iterator<Item = &'s Spot>,
) -> sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments> {
    let (mut tab, mut grp, mut kind, mut num, mut item) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for spot in spots {
        tab.push(spot.0);
        grp.push(spot.1.clone());
        kind.push(spot.2);
        num.push(spot.3);
        item.push(spot.4.clone());
    }
    sqlx::query(sql).bind(tab).bind(grp).bind(kind).bind(num).bind(item)
}

async fn last_number(open: &mut PgConnection, tab: i64, grp: &[u8]) -> Result<Option<i64>, sqlx::Error> {
    let sql = "SELECT num FROM regie_rows WHERE tab = $1 AND grp = $2 AND kind = 0 ORDER BY num DESC LIMIT 1";
    sqlx::query_scalar(sql).bind(tab).bind(grp).fetch_optional(open).await
}

fn prepare(url: &str) -> Result<(Runtime, PgConnectOptions), StoreError> {
    let options = PgConnectOptions::from_str(url).map_err(failed("reading the URL of the database"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok((runtime.map_err(|_| StoreError::OutOfMemory)?, options))
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let mut connection = PgConnection::connect_with(options).await.map_err(failed("connecting"))?;
    sqlx::raw_sql(SESSION).execute(&mut connection).await.map_err(failed("connecting"))?;
    Ok(connection)
}

/// Makes the relations where there are none, and refuses those of a later version. A step between versions that makes
/// tables has nothing to make here, where all tables share one relation; one that changes rows would stand here, one
/// process at a time, and there is none yet.
async fn prepare_database(open: &mut PgConnection, schema: &Schema) -> Result<Existing, StoreError> {
    let doing = "making the tables";
    let exists: Option<String> = sqlx::query_scalar("SELECT to_regclass('regie_meta')::TEXT")
        .fetch_one(&mut *open)
        .await
        .map_err(failed(doing))?;
    if exists.is_none() {
        sqlx::raw_sql("BEGIN").execute(&mut *open).await.map_err(failed(doing))?;
        sqlx::raw_sql(RELATIONS).execute(&mut *open).await.map_err(failed(doing))?;
        for (name, version) in [("format", FORMAT), ("tables", schema.version)] {
            let put = sqlx::query("INSERT INTO regie_meta (name, value) VALUES ($1, $2)");
            let put = put.bind(name).bind(version.to_be_bytes().to_vec());
            put.execute(&mut *open).await.map_err(failed(doing))?;
        }
        sqlx::raw_sql("COMMIT").execute(&mut *open).await.map_err(failed(doing))?;
    }
    for (name, supported) in [("format", FORMAT), ("tables", schema.version)] {
        match number(meta(open, name).await?.as_deref()) {
            0 => return Err(StoreError::Unreleased),
            found if found > supported => return Err(StoreError::NewerSchema { found, supported }),
            found if found < supported => {
                let put = sqlx::query("UPDATE regie_meta SET value = $2 WHERE name = $1");
                let put = put.bind(name).bind(supported.to_be_bytes().to_vec());
                put.execute(&mut *open).await.map_err(failed(doing))?;
            }
            _ => {}
        }
    }
    Ok(meta(open, "keyring").await?.map_or(Existing::Nothing, Existing::Keyring))
}

async fn meta(open: &mut PgConnection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let query = sqlx::query_scalar("SELECT value FROM regie_meta WHERE name = $1").bind(name.to_owned());
    query.fetch_optional(open).await.map_err(failed("reading"))
}

fn number(bytes: Option<&[u8]>) -> u32 {
    bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
}

fn code(table: TableId) -> i64 {
    i64::from(table.code())
}

/// An error of the database by its code alone: its words may hold parts of the URL.
fn failed(doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| {
        let code = match &error {
            sqlx::Error::Database(error) => error.code().map_or_else(|| "unknown".to_owned(), Into::into),
            sqlx::Error::Io(error) => error.kind().to_string(),
            sqlx::Error::Configuration(_) => "not a URL of the form postgres://user@host/database".to_owned(),
            sqlx::Error::Tls(_) => "no TLS".to_owned(),
            _ => "the connection broke off".to_owned(),
        };
        StoreError::Database { doing, code }
    }
}
