//! Backups: everything in a store, encrypted with a passphrase in the age format.
//!
//! In: a store, or an age file. Out: an age file (scrypt recipient, <https://age-encryption.org/v1>), or rows
//! for a new store. A restored node ends all earlier grants: a revocation may be newer than the backup.

use std::{ops::ControlFlow, path::Path};

use age::secrecy::SecretString;
use regie_protocol::wire;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    command::{Failure, exit},
    home::{self, Role},
    store::{Batch, Key, LastPart, Ledger, Passphrase, Store},
    verb::Verb,
};

/// The version of what is inside a backup (docs/versions.md).
pub const VERSION: u32 = 1;
/// Largest backup that is read, in bytes.
const BACKUP_BYTES: usize = 1024 * 1024 * 1024;
/// Largest file of one: what age adds is a header and 16 bytes for each 64 KiB.
pub const FILE_BYTES: u64 = BACKUP_BYTES as u64 + BACKUP_BYTES as u64 / 1024;
/// How much work a passphrase costs here: scrypt with N = 2^17, r = 8, p = 1 (OWASP's first choice), which takes 128 MiB. It is the
/// same on every machine and at every moment; by age's own choice a backup that was made on an idle machine could not be opened on a busy one.
const WORK: u8 = 17;
/// The most that is opened: what earlier versions wrote on the fastest machines takes 512 MiB.
const MOST_WORK: u8 = 19;
/// Rows put in one transaction while restoring.
const ROWS_PER_COMMIT: usize = 512;

/// Asks for every row of the store, of either role.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeRows {}

/// The rows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TakenRows {
    /// All of them.
    pub rows: Vec<BackupRow>,
}

impl Verb for TakeRows {
    const NAME: &'static str = "backup";
    type Answer = TakenRows;
}

/// One row: table, group, item or number, value; hexadecimal where bytes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupRow {
    table: String,
    group: String,
    item: Option<String>,
    number: Option<u64>,
    value: String,
}

/// What is inside a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// [`VERSION`] of who wrote it.
    pub version: u32,
    /// Whose.
    pub role: Role,
    /// `config.toml` as it was.
    pub config: String,
    /// Every row.
    pub rows: Vec<BackupRow>,
}

/// Reads every row of a store.
///
/// # Errors
/// The store's.
pub fn rows(store: &dyn Ledger) -> Result<Vec<BackupRow>, Failure> {
    let mut rows = Vec::new();
    for table in store.schema().ids() {
        store.each_row(table, &mut |row| {
            let (item, number) = match &row.item {
                LastPart::Bytes(bytes) => (Some(hex(bytes)), None),
                LastPart::Index(number) => (None, Some(*number)),
            };
            rows.push(BackupRow {
                table: table.name().to_owned(),
                group: hex(&row.group),
                item,
                number,
                value: hex(&row.value),
            });
            ControlFlow::Continue(())
        })?;
    }
    Ok(rows)
}

/// The backup of a home that has these rows, encrypted: what a file holds from which it goes on elsewhere.
///
/// # Errors
/// Where `config.toml` can't be read.
pub fn of(home: &Path, rows: Vec<BackupRow>, passphrase: &Passphrase) -> Result<Vec<u8>, Failure> {
    let role = home::config(home)?.role;
    let config = std::fs::read_to_string(home.join("config.toml")).map_err(Failure::internal)?;
    seal(&Backup { version: VERSION, role, config, rows }, passphrase)
}

/// Encrypts a backup.
///
/// # Errors
/// Where encryption fails, which no passphrase causes.
pub fn seal(backup: &Backup, passphrase: &Passphrase) -> Result<Vec<u8>, Failure> {
    let plain = zeroize::Zeroizing::new(wire::encode(backup).map_err(Failure::internal)?);
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.text().to_owned()));
    recipient.set_work_factor(WORK);
    age::encrypt(&recipient, &plain).map_err(Failure::internal)
}

fn decrypted(file: &[u8], passphrase: &Passphrase) -> Result<Vec<u8>, age::DecryptError> {
    let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.text().to_owned()));
    identity.set_max_work_factor(MOST_WORK);
    age::decrypt(&identity, file)
}

/// Opens a backup.
///
/// # Errors
/// [`exit::LOCKED`] for a wrong passphrase, [`exit::USAGE`] for a file that is no backup, or one of another version.
pub fn open(file: &[u8], passphrase: &Passphrase) -> Result<Backup, Failure> {
    let decrypted = match (decrypted(file, passphrase), passphrase.decomposed()) {
        // One of an earlier version may have been sealed with the other form.
        (Err(age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed), Some(other)) => {
            decrypted(file, &other)
        }
        (decrypted, _) => decrypted,
    };
    let plain = decrypted.map_err(|error| match error {
        age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed => {
            Failure::new("locked", exit::LOCKED, "the passphrase does not open this backup: try again")
        }
        age::DecryptError::ExcessiveWork { required, .. } => Failure::usage(format!(
            "to open this file takes {} MiB of memory, more than a backup of regie; if it is one that you trust, encrypt it \
             anew with `age -d` and `age -p`",
            1_u64.checked_shl(u32::from(required).saturating_sub(10)).unwrap_or(u64::MAX)
        )),
        _ => Failure::usage("this is not a backup, or a damaged one; give a file that `regie backup` wrote"),
    })?;
    let plain = zeroize::Zeroizing::new(plain);
    let backup: Backup =
        wire::decode(&plain, BACKUP_BYTES).map_err(|_| Failure::usage("this age file holds no regie backup"))?;
    match backup.version {
        VERSION => Ok(backup),
        other => Err(Failure::usage(format!(
            "this backup has version {other}, this program reads {VERSION}: install a newer regie"
        ))),
    }
}

/// Puts a backup's rows into a new store.
///
/// # Errors
/// A row that can't be read, or the store's.
pub fn pour(backup: &Backup, store: &mut Store) -> Result<(), Failure> {
    let bad = || {
        let next = "take another one; where a version before release 0.1.0 made it, export your data with that version";
        Failure::usage(format!("the backup holds a row that can't be read: {next}"))
    };
    for rows in backup.rows.chunks(ROWS_PER_COMMIT) {
        let mut batch = Batch::new();
        for row in rows {
            let table = store.schema().table(&row.table).ok_or_else(bad)?;
            let group = unhex(&row.group).ok_or_else(bad)?;
            let key = match (&row.item, row.number) {
                (Some(item), None) => Key::grouped(&group, &unhex(item).ok_or_else(bad)?),
                (None, Some(number)) => Key::grouped_index(&group, number),
                _ => return Err(bad()),
            };
            batch.put_row(table, key, unhex(&row.value).ok_or_else(bad)?);
        }
        store.commit(batch)?;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_of_another_version_is_refused_and_says_what_to_do() {
        let backup = |version| Backup { version, role: Role::Person, config: String::new(), rows: Vec::new() };
        let phrase = Passphrase::new("a phrase".to_owned());
        let opened = |version| open(&seal(&backup(version), &phrase).expect("sealed"), &phrase);
        assert!(opened(VERSION).is_ok());
        let failure = opened(VERSION + 1).expect_err("refused");
        assert!(failure.exit == exit::USAGE && failure.message.contains("install a newer regie"), "{failure:?}");
    }

    #[test]
    fn a_backup_costs_the_same_work_whoever_made_it_and_a_file_that_takes_more_says_so() {
        let backup = Backup { version: VERSION, role: Role::Person, config: String::new(), rows: Vec::new() };
        let phrase = Passphrase::new("a phrase".to_owned());
        let file = seal(&backup, &phrase).expect("sealed");
        // The second line of the header is `-> scrypt SALT WORK`.
        let header = String::from_utf8_lossy(&file[..200]).into_owned();
        let work = header.lines().nth(1).and_then(|line| line.rsplit(' ').next());
        assert_eq!(work, Some("17"), "{header}");
        let mut recipient = age::scrypt::Recipient::new(SecretString::from(phrase.text().to_owned()));
        recipient.set_work_factor(1);
        let cheap = age::encrypt(&recipient, b"x").expect("sealed");
        let costly = String::from_utf8_lossy(&cheap[..80]).find(" 1\n").map(|at| {
            let (before, after) = cheap.split_at(at);
            [before, b" 30", &after[2..]].concat()
        });
        let failure = open(&costly.expect("a header"), &phrase).expect_err("refused");
        assert!(failure.message.contains("1048576 MiB"), "{failure:?}");
    }
}
