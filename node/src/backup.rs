//! Backups: everything in a store, encrypted with a passphrase in the age format, and as large as a store may be.
//!
//! In: a store, or an age file. Out: an age file (scrypt recipient, <https://age-encryption.org/v1>), or rows
//! for a new store. A restored node ends all earlier grants: a revocation may be newer than the backup.
//!
//! What is inside goes by in frames (`backup/frames.rs`), so that neither side holds more than one of them; `backup/taking.rs` has a
//! node that runs give its rows. An earlier version wrote one object, which is read whole.

mod first_version;
mod frames;
mod taking;

use std::{
    io::{Read, Write},
    path::Path,
};

use age::secrecy::SecretString;

pub use self::frames::BackupRow;
pub use self::taking::{TakeRows, TakenRows, Taking, give};
use self::{
    first_version::FirstVersion,
    frames::{Frame, Head, frame, write},
};
use crate::{
    command::{Failure, exit},
    home::{self, Role},
    store::{Batch, Ledger, Passphrase, Store},
};

/// The version of what is inside a backup (docs/versions.md).
pub const VERSION: u32 = 2;
/// How much work a passphrase costs here: scrypt with N = 2^17, r = 8, p = 1 (OWASP's first choice), which takes 128 MiB. It is the
/// same on every machine and at every moment; by age's own choice a backup that was made on an idle machine could not be opened on a busy one.
const WORK: u8 = 17;
/// The most that is opened: what earlier versions wrote on the fastest machines takes 512 MiB.
const MOST_WORK: u8 = 19;
/// Rows put in one transaction while restoring.
const ROWS_PER_COMMIT: usize = 512;

/// A backup that is being written.
pub struct Sealing<W: Write>(age::stream::StreamWriter<W>);

impl<W: Write> Sealing<W> {
    /// Begins the backup of a home.
    ///
    /// # Errors
    /// Where `config.toml` can't be read, or nothing can be written.
    pub fn begin(home: &Path, passphrase: &Passphrase, to: W) -> Result<Self, Failure> {
        let role = home::config(home)?.role;
        let config = std::fs::read_to_string(home.join("config.toml")).map_err(Failure::internal)?;
        Self::of(&Head { version: VERSION, role, config }, passphrase, to)
    }

    fn of(head: &Head, passphrase: &Passphrase, to: W) -> Result<Self, Failure> {
        let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.text().to_owned()));
        recipient.set_work_factor(WORK);
        let recipient: &dyn age::Recipient = &recipient;
        let sealing = age::Encryptor::with_recipients(std::iter::once(recipient)).map_err(Failure::internal)?;
        let mut to = sealing.wrap_output(to).map_err(cannot)?;
        write(&mut to, head).map_err(cannot)?;
        Ok(Self(to))
    }

    /// Reads every row of a store into it.
    ///
    /// # Errors
    /// The store's; where nothing can be written.
    pub fn of_store(mut self, store: &dyn Ledger) -> Result<W, Failure> {
        frames::of_store(store, &mut self.0)?;
        self.0.finish().map_err(cannot)
    }

    /// Lets the frames go by that a node gives, to the last of them.
    ///
    /// # Errors
    /// Frames that end early or are none; where nothing can be written.
    pub fn of_frames(mut self, mut from: impl Read) -> Result<W, Failure> {
        frames::let_by(&mut from, &mut self.0)?;
        self.0.finish().map_err(cannot)
    }
}

fn cannot(error: std::io::Error) -> Failure {
    Failure::internal(format!("the backup could not be written: {error}; is there room?"))
}

/// A backup that was opened: whose it is, and its rows, once.
pub struct Opened<R: Read> {
    /// Whose.
    pub role: Role,
    /// `config.toml` as it was.
    pub config: String,
    rows: Rows<R>,
}

enum Rows<R: Read> {
    First(FirstVersion),
    Frames(R),
}

/// Opens a backup; `file` is its beginning, each time that it is asked for.
///
/// # Errors
/// [`exit::LOCKED`] for a wrong passphrase, [`exit::USAGE`] for a file that is no backup, or one of another version.
pub fn open<R: Read>(
    file: impl Fn() -> Result<R, Failure>,
    passphrase: &Passphrase,
) -> Result<Opened<impl Read>, Failure> {
    let opened = match (decrypted(file()?, passphrase), passphrase.decomposed()) {
        // One of an earlier version may have been sealed with the other form.
        (Err(age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed), Some(other)) => {
            decrypted(file()?, &other)
        }
        (opened, _) => opened,
    };
    let mut plain = opened.map_err(refused)?;
    let mut first = [0];
    plain.read_exact(&mut first).map_err(|_| no_backup())?;
    // Nothing is lost: what was looked at goes before the rest.
    let mut plain = std::io::Cursor::new(first).chain(plain);
    if first_version::begins_with(first[0]) {
        let backup = FirstVersion::read(plain)?;
        let (role, config) = (backup.role, backup.config.clone());
        return Ok(Opened { role, config, rows: Rows::First(backup) });
    }
    let head: Head = frame(&mut plain)?;
    match head.version {
        VERSION => Ok(Opened { role: head.role, config: head.config, rows: Rows::Frames(plain) }),
        other => Err(other_version(other)),
    }
}

fn decrypted<R: Read>(file: R, passphrase: &Passphrase) -> Result<age::stream::StreamReader<R>, age::DecryptError> {
    let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.text().to_owned()));
    identity.set_max_work_factor(MOST_WORK);
    let identity: &dyn age::Identity = &identity;
    age::Decryptor::new(file)?.decrypt(std::iter::once(identity))
}

impl<R: Read> Opened<R> {
    /// Puts the rows into a new store.
    ///
    /// # Errors
    /// A row that can't be read, a backup that ends early, or the store's.
    pub fn pour(self, store: &mut Store) -> Result<(), Failure> {
        match self.rows {
            Rows::First(backup) => put(&backup.rows()?, store),
            Rows::Frames(mut plain) => {
                let mut poured = 0_u64;
                loop {
                    match frame(&mut plain)? {
                        Frame::Rows(rows) => {
                            poured += rows.len() as u64;
                            put(&rows, store)?;
                        }
                        Frame::End { rows } if rows == poured => return Ok(()),
                        Frame::End { .. } => return Err(no_backup()),
                    }
                }
            }
        }
    }
}

fn put(rows: &[BackupRow], store: &mut Store) -> Result<(), Failure> {
    for rows in rows.chunks(ROWS_PER_COMMIT) {
        let mut batch = Batch::new();
        for row in rows {
            let table = store.schema().table(&row.table).ok_or_else(bad_row)?;
            batch.put_row(table, row.key().ok_or_else(bad_row)?, row.value.to_vec());
        }
        store.commit(batch)?;
    }
    Ok(())
}

fn bad_row() -> Failure {
    let next = "take another one; where a version before release 0.1.0 made it, export your data with that version";
    Failure::usage(format!("the backup holds a row that can't be read: {next}"))
}

fn no_backup() -> Failure {
    Failure::usage("this is not a backup, or a damaged one; give a file that `regie backup` wrote")
}

fn other_version(other: u32) -> Failure {
    Failure::usage(format!(
        "this backup has version {other}, this program reads {VERSION} and those before: install a newer regie"
    ))
}

fn refused(error: age::DecryptError) -> Failure {
    match error {
        age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed => {
            Failure::new("locked", exit::LOCKED, "the passphrase does not open this backup: try again")
        }
        age::DecryptError::ExcessiveWork { required, .. } => Failure::usage(format!(
            "to open this file takes {} MiB of memory, more than a backup of regie; if it is one that you trust, encrypt it \
             anew with `age -d` and `age -p`",
            1_u64.checked_shl(u32::from(required).saturating_sub(10)).unwrap_or(u64::MAX)
        )),
        _ => no_backup(),
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Cursor, ops::ControlFlow};

    use super::*;
    use crate::store::{Entry, Guard, Key, Schema, TableId, tests::new_store_of};

    const ONE: TableId = TableId::new(1, "one", true);
    const OTHER: TableId = TableId::new(2, "other", false);
    const fn entry(id: TableId) -> Entry {
        Entry { id, key: "Key", record: "bytes", about: "", guard: Guard::Unguarded }
    }
    static SCHEMA: Schema =
        Schema { role: "test", tables: &[entry(ONE), entry(OTHER)], facts: &[], version: 1, migrations: &[] };

    fn phrase() -> Passphrase {
        Passphrase::new("a phrase".to_owned())
    }

    fn empty(version: u32) -> Vec<u8> {
        let head = Head { version, role: Role::Person, config: String::new() };
        let mut end = Vec::new();
        write(&mut end, &Frame::End { rows: 0 }).expect("written");
        Sealing::of(&head, &phrase(), Vec::new()).and_then(|sealing| sealing.of_frames(&end[..])).expect("sealed")
    }

    fn opened(file: &[u8]) -> Result<Role, Failure> {
        open(|| Ok(Cursor::new(file)), &phrase()).map(|opened| opened.role)
    }

    #[test]
    fn a_backup_of_another_version_is_refused_and_says_what_to_do() {
        assert!(opened(&empty(VERSION)).is_ok_and(|role| role == Role::Person));
        let failure = opened(&empty(VERSION + 1)).expect_err("refused");
        assert!(failure.exit == exit::USAGE && failure.message.contains("install a newer regie"), "{failure:?}");
    }

    #[test]
    fn a_backup_costs_the_same_work_whoever_made_it_and_a_file_that_takes_more_says_so() {
        let file = empty(VERSION);
        // The second line of the header is `-> scrypt SALT WORK`.
        let header = String::from_utf8_lossy(&file[..200]).into_owned();
        let work = header.lines().nth(1).and_then(|line| line.rsplit(' ').next());
        assert_eq!(work, Some("17"), "{header}");
        let mut recipient = age::scrypt::Recipient::new(SecretString::from(phrase().text().to_owned()));
        recipient.set_work_factor(1);
        let cheap = age::encrypt(&recipient, b"x").expect("sealed");
        let costly = String::from_utf8_lossy(&cheap[..80]).find(" 1\n").map(|at| {
            let (before, after) = cheap.split_at(at);
            [before, b" 30", &after[2..]].concat()
        });
        let failure = opened(&costly.expect("a header")).expect_err("refused");
        assert!(failure.message.contains("1048576 MiB"), "{failure:?}");
    }

    fn all(store: &Store) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut rows = Vec::new();
        for table in store.schema().ids() {
            let visit = &mut |row: crate::store::Row| {
                rows.push((
                    format!("{} {:?} {:?}", table.name(), row.group, row.item).into_bytes(),
                    row.value.to_vec(),
                ));
                ControlFlow::Continue(())
            };
            store.each_row(table, visit).expect("read");
        }
        // Names are blinded by the keys of each store, and with them their order.
        rows.sort();
        rows
    }

    #[test]
    fn a_store_larger_than_a_frame_comes_back_row_by_row_and_cut_anywhere_it_is_no_backup() {
        let [(_one, mut store), (_two, mut again), (_three, mut none)] = std::array::from_fn(|_| new_store_of(&SCHEMA));
        let mut batch = Batch::new();
        for number in 0..60_u8 {
            batch.put_row(ONE, Key::grouped(b"", &[number]), vec![number; 50_000]);
            batch.put_row(OTHER, Key::grouped_index(&[number], 7), vec![number; 10]);
        }
        store.commit(batch).expect("committed");
        let head = Head { version: VERSION, role: Role::Person, config: String::new() };
        let file = Sealing::of(&head, &phrase(), Vec::new()).and_then(|to| to.of_store(&store)).expect("sealed");
        open(|| Ok(&file[..]), &phrase()).and_then(|opened| opened.pour(&mut again)).expect("poured");
        assert!(all(&store) == all(&again) && all(&again).len() >= 120, "{} rows", all(&again).len());

        for cut in [file.len() - 1, file.len() - 17, file.len() / 2, 300, 10, 0] {
            let poured = open(|| Ok(&file[..cut]), &phrase()).and_then(|opened| opened.pour(&mut none));
            assert!(poured.is_err(), "{cut} bytes");
        }
    }
}
