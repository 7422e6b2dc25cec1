//! Connecting, and the relations. In: a URL. Out: a connection to a database whose relations are of today's version.

use std::str::FromStr as _;

use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::runtime::Runtime;

use crate::store::{Schema, StoreError};

/// The version of the relations, which hold any role's tables; docs/store-format.md.
pub(super) const FORMAT: u32 = 2;
/// The version of release 0.1.0, whose turns had no checkpoint.
pub(super) const WITHOUT_CHECKPOINT: u32 = 1;
const RELATIONS: &str = "
    CREATE TABLE regie_meta (name TEXT PRIMARY KEY, value BYTEA NOT NULL);
    CREATE TABLE regie_turns (shard BIGINT PRIMARY KEY, checkpoint BYTEA NOT NULL);
    CREATE TABLE regie_rows (
        tab BIGINT NOT NULL, grp BYTEA NOT NULL, kind BIGINT NOT NULL, num BIGINT NOT NULL, item BYTEA NOT NULL,
        sealed BYTEA NOT NULL, PRIMARY KEY (tab, grp, kind, num, item));
";
/// What every connection sets: a process that stalls in a turn loses it.
const SESSION: &str = "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s'";

/// How far a database is.
pub(super) struct Existing {
    /// The keyring of the company that lives there, if one does.
    pub(super) keyring: Option<Vec<u8>>,
    /// The version of its relations.
    pub(super) format: u32,
}

pub(super) fn prepare(url: &str) -> Result<(Runtime, PgConnectOptions), StoreError> {
    let options = PgConnectOptions::from_str(url).map_err(failed("reading the URL of the database"))?;
    Ok((runtime()?, options))
}

pub(super) fn runtime() -> Result<Runtime, StoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|_| StoreError::OutOfMemory)
}

pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let mut connection = PgConnection::connect_with(options).await.map_err(failed("connecting"))?;
    run(&mut connection, SESSION, "connecting").await?;
    Ok(connection)
}

/// Statements without parameters.
pub(super) async fn run(open: &mut PgConnection, sql: &'static str, doing: &'static str) -> Result<(), StoreError> {
    sqlx::raw_sql(sql).execute(open).await.map(drop).map_err(failed(doing))
}

/// Makes the relations where there are none, and refuses those of a later version. A step between versions that makes
/// tables has nothing to make here, where all tables share one relation; one that changes rows would stand here, one
/// process at a time, and there is none yet. The step of the relations needs the keys, and so the passphrase (`upgrade`).
pub(super) async fn prepare_database(open: &mut PgConnection, schema: &Schema) -> Result<Existing, StoreError> {
    let doing = "making the tables";
    let exists: Option<String> = sqlx::query_scalar("SELECT to_regclass('regie_meta')::TEXT")
        .fetch_one(&mut *open)
        .await
        .map_err(failed(doing))?;
    if exists.is_none() {
        // Whole or not at all: relations without their version would be taken for those of an unreleased one.
        run(open, "BEGIN", doing).await?;
        run(open, RELATIONS, doing).await?;
        for (name, version) in [("format", FORMAT), ("tables", schema.version)] {
            let put = sqlx::query("INSERT INTO regie_meta (name, value) VALUES ($1, $2)");
            let put = put.bind(name).bind(version.to_be_bytes().to_vec());
            put.execute(&mut *open).await.map_err(failed(doing))?;
        }
        run(open, "COMMIT", doing).await?;
    }
    let format = version(open, "format", FORMAT).await?;
    if version(open, "tables", schema.version).await? < schema.version {
        set_version(open, "tables", schema.version).await?;
    }
    Ok(Existing { keyring: meta(open, "keyring").await?, format })
}

/// A version that this program can read.
async fn version(open: &mut PgConnection, name: &str, supported: u32) -> Result<u32, StoreError> {
    match number(meta(open, name).await?.as_deref()) {
        0 => Err(StoreError::Unreleased),
        found if found > supported => Err(StoreError::NewerSchema { found, supported }),
        found => Ok(found),
    }
}

pub(super) async fn set_version(open: &mut PgConnection, name: &str, version: u32) -> Result<(), StoreError> {
    let put = sqlx::query("UPDATE regie_meta SET value = $2 WHERE name = $1");
    let put = put.bind(name.to_owned()).bind(version.to_be_bytes().to_vec());
    put.execute(open).await.map(drop).map_err(failed("making the tables"))
}

pub(super) async fn put_keyring(open: &mut PgConnection, bytes: Vec<u8>) -> Result<(), StoreError> {
    let put = sqlx::query("INSERT INTO regie_meta (name, value) VALUES ('keyring', $1)").bind(bytes);
    put.execute(open).await.map(drop).map_err(failed("making the store"))
}

/// The keyring of the company that lives there, if one does.
pub(super) async fn stored_keyring(open: &mut PgConnection) -> Result<Option<Vec<u8>>, StoreError> {
    meta(open, "keyring").await
}

/// Puts another keyring in the place of the one that was read.
pub(super) async fn replace_keyring(open: &mut PgConnection, before: &[u8], after: Vec<u8>) -> Result<(), StoreError> {
    let put = sqlx::query("UPDATE regie_meta SET value = $2 WHERE name = 'keyring' AND value = $1");
    let put = put.bind(before.to_vec()).bind(after).execute(open).await.map_err(failed("changing the passphrase"))?;
    if put.rows_affected() == 1 { Ok(()) } else { Err(StoreError::InUse) }
}

/// Waits for the steps of other processes from one version of the relations to the next; which version it is then.
pub(super) async fn locked_format(open: &mut PgConnection) -> Result<u32, StoreError> {
    let query = sqlx::query_scalar("SELECT value FROM regie_meta WHERE name = 'format' FOR UPDATE");
    let found: Option<Vec<u8>> = query.fetch_optional(open).await.map_err(failed("making the tables"))?;
    Ok(number(found.as_deref()))
}

/// Waits for the lock of the turn; the checkpoint of the last one, sealed.
pub(super) async fn locked_checkpoint(open: &mut PgConnection) -> Result<Vec<u8>, StoreError> {
    let lock = sqlx::query_scalar("SELECT checkpoint FROM regie_turns WHERE shard = 1 FOR UPDATE");
    let found: Option<Vec<u8>> = lock.fetch_optional(open).await.map_err(failed("waiting for other companions"))?;
    found.ok_or(StoreError::Corrupt { part: "checkpoint" })
}

/// The same without the lock, as a snapshot has it.
pub(super) async fn checkpoint(open: &mut PgConnection) -> Result<Vec<u8>, StoreError> {
    let query = sqlx::query_scalar("SELECT checkpoint FROM regie_turns WHERE shard = 1");
    let found: Option<Vec<u8>> = query.fetch_optional(open).await.map_err(failed("reading"))?;
    found.ok_or(StoreError::Corrupt { part: "checkpoint" })
}

pub(super) async fn put_checkpoint(open: &mut PgConnection, sealed: Vec<u8>) -> Result<(), StoreError> {
    let sql = "INSERT INTO regie_turns (shard, checkpoint) VALUES (1, $1)
               ON CONFLICT (shard) DO UPDATE SET checkpoint = EXCLUDED.checkpoint";
    sqlx::query(sql).bind(sealed).execute(open).await.map(drop).map_err(failed("writing"))
}

/// Puts the checkpoint in its place and ends the turn, in one round trip.
pub(super) async fn end_turn(open: &mut PgConnection, sealed: &[u8]) -> Result<(), StoreError> {
    // Hexadecimal digits of our own.
    let hex = data_encoding::HEXLOWER.encode(sealed);
    let sql = format!("UPDATE regie_turns SET checkpoint = '\\x{hex}' WHERE shard = 1; COMMIT");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(open).await.map(drop).map_err(failed("committing"))
}

async fn meta(open: &mut PgConnection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let query = sqlx::query_scalar("SELECT value FROM regie_meta WHERE name = $1").bind(name.to_owned());
    query.fetch_optional(open).await.map_err(failed("reading"))
}

fn number(bytes: Option<&[u8]>) -> u32 {
    bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// An error of the database by its code alone: its words may hold parts of the URL.
pub(super) fn failed(doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
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
