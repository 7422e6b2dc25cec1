//! The store's files: `regie.redb`, `keyring`, `clean`, `reserve` in one directory.
//!
//! In: a directory. Out: a `Medium` and `SideFiles`, with atomic replacement, private
//! permissions, a lock, and space kept back so that the owner can still revoke on a full disk.

use super::StoreError;
use super::limits::{RESERVE_BYTES, SIDE_FILE_MAX_BYTES};
use super::medium::{Medium, Side, SideFiles};
use crate::clock;
use redb::StorageBackend;
use redb::backends::FileBackend;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The database's file name.
pub(super) const DATABASE: &str = "regie.redb";
/// The database's name while it is being created.
const DATABASE_NEW: &str = "regie.redb.new";

fn name(side: Side) -> &'static str {
    match side {
        Side::Keyring => "keyring",
        Side::Clean => "clean",
    }
}

/// Options for a file that only its owner may read.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes names created, renamed or removed in `dir` durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    // Windows can't open a directory as a file; renames are journalled there.
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

fn no_space(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Space set aside, given back to the disk when it is full.
pub(super) struct Reserve {
    path: PathBuf,
    spent: AtomicBool,
}

impl Reserve {
    fn new(dir: &Path) -> Reserve {
        let path = dir.join("reserve");
        let spent = AtomicBool::new(!Reserve::whole(&path));
        Reserve { path, spent }
    }

    fn whole(path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|meta| meta.len() == RESERVE_BYTES as u64)
    }

    /// Fills the reserve when it is not whole; answers whether it is.
    fn fill(&self) -> bool {
        let filled = Reserve::whole(&self.path) || self.write().is_ok();
        if !filled {
            // A half-filled reserve would only take what others need.
            let _ = fs::remove_file(&self.path);
        }
        self.spent.store(!filled, Ordering::Release);
        filled
    }

    fn write(&self) -> io::Result<()> {
        // Noise: a compressing file system can't shrink it. The system's own, which costs a debug build nothing.
        let mut noise = vec![0; RESERVE_BYTES];
        clock::fill(&mut noise);
        let mut file = private().create(true).truncate(true).open(&self.path)?;
        file.write_all(&noise)?;
        file.sync_all()
    }

    /// Gives the space back. Answers whether trying again makes sense.
    fn release(&self) -> bool {
        !self.spent.swap(true, Ordering::AcqRel) && fs::remove_file(&self.path).is_ok()
    }

    /// Runs `work`; on a full disk once more with the reserve given back. So redb, which refuses
    /// everything after one error, never sees the first one.
    fn with<T>(&self, work: impl Fn() -> io::Result<T>) -> io::Result<T> {
        match work() {
            Err(error) if no_space(&error) && self.release() => work(),
            outcome => outcome,
        }
    }
}

/// The database as a locked file.
pub(super) struct FileMedium {
    backend: FileBackend,
    reserve: Arc<Reserve>,
}

impl std::fmt::Debug for FileMedium {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileMedium")
    }
}

impl FileMedium {
    /// Locks the file as well: before the keyring is read, or that might be read too early.
    fn new(file: File, reserve: Arc<Reserve>) -> Result<FileMedium, StoreError> {
        let backend = FileBackend::new(file).map_err(StoreError::from_database)?;
        match backend.try_lock_range(Bound::Unbounded, Bound::Unbounded) {
            Ok(true) => Ok(FileMedium { backend, reserve }),
            Ok(false) => Err(StoreError::InUse),
            Err(_) => Err(StoreError::Io { doing: "locking the database", kind: io::ErrorKind::Unsupported }),
        }
    }
}

impl Medium for FileMedium {
    fn len(&self) -> io::Result<u64> {
        self.backend.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.backend.read(offset, out)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.reserve.with(|| self.backend.write(offset, data))
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.reserve.with(|| self.backend.set_len(length))
    }

    fn sync(&self) -> io::Result<()> {
        // Never tried twice: after a failed sync the kernel may have dropped the pages.
        self.backend.sync_data()
    }

    fn close(&self) -> io::Result<()> {
        self.backend.close()
    }
}

/// The side files of a directory.
pub(super) struct Files {
    dir: PathBuf,
    reserve: Arc<Reserve>,
}

impl Files {
    fn path(&self, side: Side) -> PathBuf {
        self.dir.join(name(side))
    }

    fn swap(&self, side: Side, bytes: &[u8]) -> io::Result<()> {
        let (path, temporary) = (self.path(side), self.dir.join(format!("{}.new", name(side))));
        // Held open across the rename, so that the old bytes can be overwritten afterwards.
        let old = OpenOptions::new().write(true).open(&path).ok();
        let mut file = private().create(true).truncate(true).open(&temporary)?;
        file.write_all(bytes)?;
        // Before it has the name: a crash must not leave the name on bytes that were never written.
        file.sync_all()?;
        drop(file);
        fs::rename(&temporary, &path)?;
        sync_dir(&self.dir)?;
        if let Some(old) = old {
            wipe(old);
        }
        Ok(())
    }
}

/// Overwrites a file that no longer has a name. Best effort: on an SSD or a copy-on-write file
/// system the old blocks may live on until they are reused.
fn wipe(mut file: File) {
    let length = file.metadata().map_or(0, |meta| meta.len().min(SIDE_FILE_MAX_BYTES));
    let zeros = vec![0; usize::try_from(length).unwrap_or(0)];
    let _ = file.rewind().and_then(|()| file.write_all(&zeros)).and_then(|()| file.sync_all());
}

/// The keyring's bytes, of a store that another handle may hold open.
pub(super) fn keyring(dir: &Path) -> Result<Vec<u8>, StoreError> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(dir.join(name(Side::Keyring)))?.take(SIDE_FILE_MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error: io::Error| StoreError::io("reading the keyring", &error))
}

impl SideFiles for Files {
    fn load(&self, side: Side) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(self.path(side)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut bytes = Vec::new();
        file.take(SIDE_FILE_MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn replace(&self, side: Side, bytes: &[u8]) -> io::Result<()> {
        self.reserve.with(|| self.swap(side, bytes))
    }

    fn overwrite(&self, side: Side, offset: usize, bytes: &[u8]) -> io::Result<()> {
        self.reserve.with(|| {
            let mut file = OpenOptions::new().write(true).open(self.path(side))?;
            file.seek(SeekFrom::Start(offset as u64))?;
            file.write_all(bytes)?;
            // The file's length and blocks stay, so its data is all there is to sync.
            file.sync_data()
        })
    }

    fn remove(&self, side: Side) -> io::Result<()> {
        match fs::remove_file(self.path(side)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            outcome => outcome.and_then(|()| sync_dir(&self.dir)),
        }
    }

    fn probe(&self) -> io::Result<()> {
        let path = self.dir.join("probe.new");
        let made = self.reserve.with(|| private().create(true).truncate(true).open(&path));
        made.and_then(|_| fs::remove_file(&path))
    }

    fn space_low(&self) -> bool {
        self.reserve.spent.load(Ordering::Acquire)
    }

    fn restore_reserve(&self) -> bool {
        self.reserve.fill()
    }
}

/// Whether `dir` holds a store.
pub(super) fn exists(dir: &Path) -> bool {
    dir.join(DATABASE).exists()
}

/// Opens the files of an existing store.
pub(super) fn open(dir: &Path) -> Result<(Arc<FileMedium>, Files), StoreError> {
    let reserve = Arc::new(Reserve::new(dir));
    let files = Files { dir: dir.to_path_buf(), reserve: reserve.clone() };
    let file = match OpenOptions::new().read(true).write(true).open(dir.join(DATABASE)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // A keyring without its database is a loss, not a fresh start; but where one has no name yet nothing ever was.
            let lost = files.path(Side::Keyring).exists() && !dir.join(DATABASE_NEW).exists();
            return Err(if lost {
                StoreError::Corrupt { part: "database is missing" }
            } else {
                StoreError::NotFound { dir: dir.to_path_buf() }
            });
        }
        Err(error) => return Err(StoreError::io("opening the database", &error)),
    };
    Ok((Arc::new(FileMedium::new(file, reserve)?), files))
}

/// Makes the directory and an empty database under a temporary name.
pub(super) fn create(dir: &Path) -> Result<(Arc<FileMedium>, Files), StoreError> {
    // Beside a database that has no name yet a keyring is of a creation that was cut short, and opens nothing else.
    let cut_short = dir.join(DATABASE_NEW).exists();
    let in_the_way = [(DATABASE, true), (name(Side::Keyring), !cut_short)];
    let in_the_way = in_the_way.into_iter().filter(|(_, counts)| *counts).map(|(name, _)| dir.join(name));
    if let Some(path) = in_the_way.into_iter().find(|path| path.exists()) {
        return Err(StoreError::AlreadyExists { path });
    }
    let made = || -> io::Result<File> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(dir)?;
        // The directory may have been there already, readable by others.
        #[cfg(unix)]
        fs::set_permissions(dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        private().create(true).truncate(false).open(dir.join(DATABASE_NEW))
    };
    let file = made().map_err(|error| StoreError::io("creating the store", &error))?;
    let reserve = Arc::new(Reserve::new(dir));
    let files = Files { dir: dir.to_path_buf(), reserve: reserve.clone() };
    let medium = FileMedium::new(file, reserve)?;
    // Left over from a creation that was cut short; safe to empty, now that it is locked.
    medium.set_len(0).map_err(|error| StoreError::io("creating the store", &error))?;
    Ok((Arc::new(medium), files))
}

/// Gives the finished database its name: the moment from which the store exists.
pub(super) fn publish(dir: &Path) -> Result<(), StoreError> {
    let renamed = fs::rename(dir.join(DATABASE_NEW), dir.join(DATABASE));
    let durable = renamed.and_then(|()| sync_dir(dir));
    durable.map_err(|error| StoreError::io("creating the store", &error))
}
