//! What can go wrong in the store, each with the next step for a person.
//!
//! In: errors of redb and of the file system. Out: `StoreError`. No variant carries a key, a name
//! or a value of the person: errors end up in logs.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Everything the store can answer besides success.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no store in this directory.
    NotFound {
        /// The directory that was asked for.
        dir: PathBuf,
    },
    /// There already is a store, or a part of one, here.
    AlreadyExists {
        /// The file that is in the way.
        path: PathBuf,
    },
    /// The passphrase does not open the keyring.
    WrongPassphrase,
    /// The passphrase is empty or too long.
    PassphraseLength,
    /// What is stored is not what was written.
    Corrupt {
        /// The table or file concerned; never its content.
        part: &'static str,
    },
    /// Another process has the store open.
    InUse,
    /// A newer version of the program wrote the store. It was left unchanged.
    NewerSchema {
        /// The version found.
        found: u32,
        /// The newest version this program knows.
        supported: u32,
    },
    /// A version that was never released wrote the store. It was left unchanged.
    Unreleased,
    /// The store is that of another role.
    OtherRole {
        /// The role it was opened for.
        wanted: &'static str,
    },
    /// A record of ours has no encoding; nothing was stored.
    Unencodable {
        /// The table concerned.
        table: &'static str,
    },
    /// The directory or its files may not be written.
    ReadOnly,
    /// The disk is full, and so is the reserve.
    Full,
    /// An earlier error left the store refusing everything. The node must exit and be restarted.
    Halted,
    /// The company's key was replaced by another process. This one must exit and be started again.
    KeyReplaced,
    /// The shared database is older than what this process has seen of it.
    SetBack {
        /// The last turn that it knows.
        found: u64,
        /// The last turn that was seen.
        seen: u64,
    },
    /// What this home saw last of the shared database can't be read.
    CheckpointUnreadable,
    /// Rows of the shared database on which everything rests were set back.
    RowsSetBack {
        /// Which.
        part: &'static str,
    },
    /// A key's group or item is longer than the limit.
    KeyTooLong {
        /// The table concerned.
        table: &'static str,
    },
    /// A value is longer than the limit.
    ValueTooLarge {
        /// The table concerned.
        table: &'static str,
        /// The length that was offered, bytes.
        bytes: usize,
    },
    /// A batch has more operations or bytes than the limit.
    BatchTooLarge,
    /// The key-derivation cost lies outside the allowed bounds.
    CostOutOfBounds,
    /// There is not enough memory to derive the key from the passphrase.
    OutOfMemory,
    /// The shared database is away: it can't be reached, goes down or comes up, or can't be written for now. Nothing of the turn
    /// was stored.
    Away {
        /// What was being done.
        doing: &'static str,
        /// PostgreSQL's code (SQLSTATE), or what failed below it. Never a part of the URL.
        code: String,
    },
    /// The connection broke off in the midst of a commit: whether it was stored is known at the next turn.
    Unsettled,
    /// The shared database failed.
    Database {
        /// What was being done.
        doing: &'static str,
        /// PostgreSQL's code (SQLSTATE), or what failed below it. Never a part of the URL.
        code: String,
    },
    /// Any other error of the file system.
    Io {
        /// What was being done.
        doing: &'static str,
        /// The kind of error.
        kind: io::ErrorKind,
    },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { dir } => {
                write!(f, "no store in {}: create one first, or name another directory with --home", dir.display())
            }
            Self::AlreadyExists { path } => write!(
                f,
                "{} already exists: open that store, or move the file away if an earlier creation was cut short",
                path.display()
            ),
            Self::NewerSchema { found, supported } => write!(
                f,
                "the store has version {found}, this program knows up to {supported}: install a newer regie; nothing was changed"
            ),
            Self::Corrupt { part } => write!(
                f,
                "the store is damaged ({part}): stop, keep a copy of the directory, and restore the last backup"
            ),
            Self::OtherRole { wanted } => write!(
                f,
                "this is not the store of a {wanted}: give the right directory with --home, or correct `role` in config.toml"
            ),
            Self::Unencodable { table } => {
                write!(f, "a record of {table} can't be stored: report this mistake of regie; nothing was stored")
            }
            Self::KeyReplaced => f.write_str(
                "the company's key was replaced: start this companion again, and it speaks under the new one",
            ),
            Self::SetBack { found, seen } => write!(
                f,
                "the shared database was set back: it knows nothing of turn {seen}, which this companion saw (its last is \
                 {found}); where you restored a backup knowingly, stop all companions, run `regie supplier \
                 accept-store`, and start them again; else ask who administers it, and restore its last backup"
            ),
            Self::RowsSetBack { part } => write!(
                f,
                "rows of the shared database were set back ({part}): ask who administers it; then restore its last \
                 backup, or, where what stands there is to hold, stop all companions and run `regie supplier accept-store`"
            ),
            Self::KeyTooLong { table } => {
                write!(f, "a key for {table} is too long: use shorter names; nothing was stored")
            }
            Self::ValueTooLarge { table, bytes } => {
                write!(f, "a value of {bytes} bytes for {table} is too large: split it; nothing was stored")
            }
            Self::Io { doing, kind } => {
                write!(f, "{doing} failed ({kind}): check the disk and the directory's permissions, then start again")
            }
            Self::Away { doing, code } => write!(
                f,
                "{doing} failed, since the database is away ({code}): check that PostgreSQL runs and can be reached; what \
                 runs already goes on by itself when it is back, what does not is to be started again"
            ),
            Self::Database { doing, code } => {
                write!(
                    f,
                    "{doing} failed in PostgreSQL ({code}): check that it runs and takes this user, then start again"
                )
            }
            other => f.write_str(other.advice()),
        }
    }
}

impl std::error::Error for StoreError {}

impl StoreError {
    fn advice(&self) -> &'static str {
        match self {
            Self::WrongPassphrase => "wrong passphrase: try again",
            Self::PassphraseLength => "the passphrase must not be empty or longer than 1024 bytes: choose another",
            Self::Unreleased => {
                "a version of regie from before release 0.1.0 made this home, and this one can't read it: export your data \
                 with the version that made it (`regie export`), then make a new home with this one in another directory \
                 (--home DIR); nothing was changed"
            }
            Self::CheckpointUnreadable => {
                "the file `checkpoint` of this home is damaged, or that of another company's: put it back from a backup of this \
                 home; or, where you know that the database was not set back, stop all companions and run `regie supplier accept-store`"
            }
            Self::InUse => "another process has the store open: stop the running regie, or talk to it instead",
            Self::ReadOnly => "the store can't be written: make the directory and its files writable for this user",
            Self::Unsettled => {
                "the database went away in the midst of a commit: whether it was stored is looked up when it is back"
            }
            Self::Full => "the disk is full: free some space, then start again",
            Self::Halted => "the store stopped after an earlier error: restart regie; it recovers when it opens",
            Self::BatchTooLarge => "too many changes at once: split them; nothing was stored",
            Self::CostOutOfBounds => {
                "the key-derivation cost is outside the allowed bounds: restore the keyring from a backup, or choose another cost"
            }
            Self::OutOfMemory => "not enough memory to check the passphrase: free some memory and try again",
            _ => "the store failed",
        }
    }

    /// Is the database only away for a while? Nothing is damaged then, and what was to be done can be done again later.
    #[must_use]
    pub fn is_absence(&self) -> bool {
        matches!(self, Self::Away { .. } | Self::Unsettled)
    }

    /// Whether the store can't be used further once this has happened during a write.
    pub(super) fn halts(&self) -> bool {
        matches!(
            self,
            Self::Io { .. } | Self::Database { .. } | Self::Away { .. } | Self::Full | Self::ReadOnly | Self::Halted
        )
    }

    pub(super) fn io(doing: &'static str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            // A file that ends too soon, or whose first bytes are not a database's.
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => Self::Corrupt { part: "database" },
            kind => Self::Io { doing, kind },
        }
    }

    pub(super) fn from_storage(error: redb::StorageError) -> Self {
        match error {
            redb::StorageError::Io(error) => Self::io("using the database", &error),
            redb::StorageError::PreviousIo
            | redb::StorageError::DatabaseClosed
            | redb::StorageError::LockPoisoned(_) => Self::Halted,
            redb::StorageError::ValueTooLarge(_) => Self::BatchTooLarge,
            _ => Self::Corrupt { part: "database" },
        }
    }

    pub(super) fn from_table(error: redb::TableError) -> Self {
        match error {
            redb::TableError::Storage(error) => Self::from_storage(error),
            _ => Self::Corrupt { part: "database" },
        }
    }

    pub(super) fn from_transaction(error: redb::TransactionError) -> Self {
        match error {
            redb::TransactionError::Storage(error) => Self::from_storage(error),
            _ => Self::Halted,
        }
    }

    pub(super) fn from_database(error: redb::DatabaseError) -> Self {
        match error {
            redb::DatabaseError::DatabaseAlreadyOpen | redb::DatabaseError::LockProtocolMismatch => Self::InUse,
            redb::DatabaseError::Storage(error) => Self::from_storage(error),
            _ => Self::Corrupt { part: "database" },
        }
    }
}
