//! Connecting, and the relations. In: a URL. Out: a connection to a database whose relations are of today's version.

use std::{future::Future, str::FromStr as _, time::Duration};

use sqlx::{Connection as _, PgConnection, Row as _, postgres::PgConnectOptions};
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

/// How long a server that was named may take to answer to a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long it may take for one piece of work: longer than the statement that it has to break off itself.
const ANSWER: Duration = Duration::from_secs(45);

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
    let connecting = async {
        let mut connection = PgConnection::connect_with(options).await.map_err(failed("connecting"))?;
        run(&mut connection, SESSION, "connecting").await?;
        Ok(connection)
    };
    within(CONNECT, "connecting", connecting).await
}

/// Work that a database which vanished without a word does not hold up for ever.
pub(super) async fn answered<T>(
    doing: &'static str,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    within(ANSWER, doing, work).await
}

async fn within<T>(
    patience: Duration,
    doing: &'static str,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let late = |_| StoreError::Away { doing, code: "no answer".to_owned() };
    tokio::time::timeout(patience, work).await.map_err(late)?
}

/// Begins a turn: waits for its lock; the checkpoint of the last one, sealed. One round trip.
pub(super) async fn begin_turn(open: &mut PgConnection) -> Result<Vec<u8>, StoreError> {
    let sql = "BEGIN; SELECT checkpoint FROM regie_turns WHERE shard = 1 FOR UPDATE";
    let rows = sqlx::raw_sql(sql).fetch_all(open).await.map_err(failed("waiting for other companions"))?;
    let found = rows.first().and_then(|row| row.try_get(0).ok());
    found.ok_or(StoreError::Corrupt { part: "checkpoint" })
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
    if exists.is_none()
        && let Err(error) = make(open, schema).await
    {
        // Where another made them at the same moment, they are whole.
        if !matches!(&error, StoreError::Database { code, .. } if MADE_BY_ANOTHER.contains(&code.as_str())) {
            return Err(error);
        }
        run(open, "ROLLBACK", doing).await?;
    }
    let format = version(open, "format", FORMAT).await?;
    if version(open, "tables", schema.version).await? < schema.version {
        set_version(open, "tables", schema.version).await?;
    }
    Ok(Existing { keyring: meta(open, "keyring").await?, format })
}

/// What PostgreSQL says where a relation, or the name of one, came to be meanwhile.
const MADE_BY_ANOTHER: [&str; 2] = ["23505", "42P07"];

/// Whole or not at all: relations without their version would be taken for those of an unreleased one.
async fn make(open: &mut PgConnection, schema: &Schema) -> Result<(), StoreError> {
    let doing = "making the tables";
    run(open, "BEGIN", doing).await?;
    run(open, RELATIONS, doing).await?;
    for (name, version) in [("format", FORMAT), ("tables", schema.version)] {
        let put = sqlx::query("INSERT INTO regie_meta (name, value) VALUES ($1, $2)");
        let put = put.bind(name).bind(version.to_be_bytes().to_vec());
        put.execute(&mut *open).await.map_err(failed(doing))?;
    }
    run(open, "COMMIT", doing).await
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
        let (code, away) = match &error {
            sqlx::Error::Database(error) => {
                let code = error.code().map_or_else(|| "unknown".to_owned(), Into::into);
                let away = passes(&code);
                (code, away)
            }
            sqlx::Error::Io(error) => (error.kind().to_string(), true),
            sqlx::Error::Configuration(_) => ("not a URL of the form postgres://user@host/database".to_owned(), false),
            sqlx::Error::Tls(_) => ("no TLS".to_owned(), false),
            // Rows of another form than those that this program writes.
            sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. } => ("rows of another form".to_owned(), false),
            _ => ("the connection broke off".to_owned(), true),
        };
        if away { StoreError::Away { doing, code } } else { StoreError::Database { doing, code } }
    }
}

/// Is this an error that passes by itself, so that the same turn can be made later? By SQLSTATE.
fn passes(code: &str) -> bool {
    match code.get(..2) {
        // The connection; the transaction was given up for another's sake; memory, disk or connections ran out; the server ran
        // into its own limits or the system's.
        Some("08" | "40" | "53" | "58") => true,
        // It goes down, comes up, or broke a statement off; and, of a replica that was the primary: it can't be written.
        _ => matches!(
            code,
            "57014" | "57P01" | "57P02" | "57P03" | "57P05" | "25P02" | "25P03" | "25P04" | "25006" | "55P03" | "55006"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_comes_back_is_away_and_one_that_is_another_is_not() {
        for code in ["08006", "57P01", "57P02", "57P03", "25006", "53300", "53100", "40001", "40P01", "57014"] {
            assert!(passes(code), "{code}");
        }
        // No such relation, column, user, database; damage.
        for code in ["42P01", "42703", "28P01", "3D000", "XX001", "23505", "", "5"] {
            assert!(!passes(code), "{code}");
        }
        let away = failed("reading")(std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into());
        assert!(away.is_absence());
        assert!(!failed("reading")(sqlx::Error::ColumnNotFound("sealed".into())).is_absence());
        assert!(failed("reading")(sqlx::Error::WorkerCrashed).is_absence());
    }
}
