//! The last checkpoint that this companion saw, in a small file beside its configuration: a shared store that comes back
//! older is another one.
//!
//! In: checkpoints. Out: whether one follows the last that was seen. What the file holds is sealed under the store's data key,
//! and is written before a turn that changed guarded rows becomes visible; after other turns once a second, since a sync for
//! each would halve what a company's turns do. Between a commit and the file a process may end: a store that is ahead is fine.
//!
//! The file has two slots, a disk's sector apart, that are written in turn and in place: one sync, and a torn slot leaves the
//! other.

use std::{
    fs, io,
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::checkpoint::{Checkpoint, NAME_BYTES, Name};
use crate::{
    clock,
    store::{
        StoreError, files,
        seal::{self, OVERHEAD_BYTES, Place, SecretKey, VERSION_BYTES, Version},
    },
};

/// Its name in a companion's home.
const FILE: &str = "checkpoint";
const PLACE: Place<'static> = Place { domain: "seen checkpoint", position: &[] };
/// Where the second slot begins.
const SLOT_BYTES: usize = 4096;
/// Length of what stands in a slot.
const MARK_BYTES: usize = NAME_BYTES + 3 * 8 + VERSION_BYTES + OVERHEAD_BYTES;
/// How long a checkpoint is known in memory alone.
const PAUSE: Duration = Duration::from_secs(1);

/// A checkpoint, by its place in the order and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    generation: u64,
    turn: u64,
    version: Version,
    /// The last turn of this companion's own.
    own: u64,
}

/// What this companion has seen.
pub(super) struct Seen {
    key: SecretKey,
    path: PathBuf,
    name: Name,
    last: Option<Mark>,
    /// What the file holds, and since when.
    written: Option<(Mark, Instant)>,
    /// The file, once it was written, and the slot to be written next.
    file: Option<fs::File>,
    second: bool,
}

impl Seen {
    /// Reads the file of a home; one without it has seen nothing.
    pub(super) fn open(home: &Path, key: SecretKey) -> Result<Self, StoreError> {
        let mut seen = Self::nothing(home, key);
        let mut bytes = Vec::with_capacity(2 * SLOT_BYTES);
        let read = fs::File::open(&seen.path).and_then(|file| file.take(2 * SLOT_BYTES as u64).read_to_end(&mut bytes));
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(seen),
            read => read.map_err(|error| StoreError::io("reading the last checkpoint", &error))?,
        };
        let slots = [0, SLOT_BYTES].map(|at| {
            let sealed = bytes.get(at..at + MARK_BYTES)?;
            decode(&seal::open(&seen.key, PLACE, sealed).ok()?)
        });
        // The later of the two; one that is torn, or was never written, counts for nothing.
        let order = |slot: &Option<(Name, Mark)>| slot.map(|(_, mark)| (mark.generation, mark.turn, mark.own));
        let [first, second] = slots;
        // The older one is written over next, so that a write cut short leaves the newer.
        seen.second = order(&first) > order(&second);
        let (name, mark) = if seen.second { first } else { second }.ok_or(StoreError::CheckpointUnreadable)?;
        (seen.name, seen.last, seen.written) = (name, Some(mark), Some((mark, Instant::now())));
        Ok(seen)
    }

    /// A home that has seen nothing, whatever its file says.
    pub(super) fn nothing(home: &Path, key: SecretKey) -> Self {
        let (path, name) = (home.join(FILE), clock::random());
        Self { key, path, name, last: None, written: None, file: None, second: false }
    }

    pub(super) fn name(&self) -> Name {
        self.name
    }

    /// How often the store was accepted, and its last turn, as far as this companion knows.
    pub(super) fn moment(&self) -> (u64, u64) {
        self.last.map_or((0, 0), |last| (last.generation, last.turn))
    }

    /// Does this checkpoint follow what was seen?
    ///
    /// # Errors
    /// The store was set back.
    pub(super) fn check(&self, found: &Checkpoint, version: &Version) -> Result<(), StoreError> {
        let Some(last) = self.last else { return Ok(()) };
        if found.generation > last.generation {
            return Ok(());
        }
        let later = found.turn > last.turn || (found.turn == last.turn && *version == last.version);
        // Others may have gone on from an older state: then this companion's own last turn is missing.
        let own = found.companions.get(&self.name).copied();
        let own_there = own.map_or(last.own == 0 || found.is_crowded(), |turn| turn >= last.own);
        if found.generation == last.generation && later && own_there {
            return Ok(());
        }
        Err(StoreError::SetBack { found: found.turn, seen: last.turn.max(last.own) })
    }

    /// Notes a checkpoint that was checked, or made here.
    pub(super) fn note(&mut self, found: &Checkpoint, version: Version, ours: bool) {
        let before = self.last.filter(|last| last.generation == found.generation).map_or(0, |last| last.own);
        let own = if ours { found.turn } else { before };
        if self.last.is_some_and(|last| last.generation < found.generation) && !ours {
            tracing::warn!(turn = found.turn, "the owner accepted a store that was set back; this companion follows");
        }
        self.last = Some(Mark { generation: found.generation, turn: found.turn, version, own });
    }

    /// Notes that this turn, of which that was not known, is this companion's own last one.
    pub(super) fn note_own(&mut self, turn: u64) {
        if let Some(last) = &mut self.last {
            last.own = turn;
        }
    }

    /// Writes the file, where it is due or has to be.
    pub(super) fn keep(&mut self, at_once: bool) -> Result<(), StoreError> {
        let Some(last) = self.last else { return Ok(()) };
        if let Some((mark, since)) = &self.written
            && (*mark == last || (!at_once && since.elapsed() < PAUSE))
        {
            return Ok(());
        }
        let sealed = seal::seal(&self.key, PLACE, &encode(&self.name, &last))?;
        let written = self.write(&sealed);
        written.map_err(|error| StoreError::io("keeping the last checkpoint", &error))?;
        self.written = Some((last, Instant::now()));
        Ok(())
    }

    fn write(&mut self, sealed: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none if self.written.is_some() => none.insert(fs::OpenOptions::new().write(true).open(&self.path)?),
            _ => {
                self.second = true;
                return create(&self.path, sealed);
            }
        };
        file.seek(io::SeekFrom::Start(if self.second { SLOT_BYTES as u64 } else { 0 }))?;
        file.write_all(sealed)?;
        // Its length and blocks stay, so its data is all there is to sync.
        file.sync_data()?;
        self.second = !self.second;
        Ok(())
    }
}

fn encode(name: &Name, mark: &Mark) -> Vec<u8> {
    let mut plain = name.to_vec();
    for number in [mark.generation, mark.turn, mark.own] {
        plain.extend_from_slice(&number.to_be_bytes());
    }
    plain.extend_from_slice(&mark.version);
    plain
}

fn decode(plain: &[u8]) -> Option<(Name, Mark)> {
    let (name, rest) = plain.split_first_chunk::<NAME_BYTES>()?;
    let (generation, rest) = rest.split_first_chunk::<8>()?;
    let (turn, rest) = rest.split_first_chunk::<8>()?;
    let (own, rest) = rest.split_first_chunk::<8>()?;
    let version: [u8; VERSION_BYTES] = rest.try_into().ok()?;
    let number = |bytes: &[u8; 8]| u64::from_be_bytes(*bytes);
    Some((*name, Mark { generation: number(generation), turn: number(turn), own: number(own), version }))
}

/// Makes the file with its first slot written: beside its place and then there, so that it is whole or not there.
fn create(path: &Path, sealed: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or_else(|| Path::new("."));
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)?;
    let temporary = path.with_extension("new");
    let mut file = files::private().create(true).truncate(true).open(&temporary)?;
    let mut bytes = sealed.to_vec();
    bytes.resize(2 * SLOT_BYTES, 0);
    file.write_all(&bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    files::sync_dir(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SecretKey {
        SecretKey::new(zeroize::Zeroizing::new([3; 32]))
    }

    fn version(byte: u8) -> Version {
        [byte; VERSION_BYTES]
    }

    /// Two companions take turns; each is killed at times before its file is written, and knows what its file says.
    #[test]
    fn whoever_is_killed_raises_no_alarm_and_whatever_is_set_back_does() {
        let home = tempfile::tempdir().unwrap();
        let homes = [home.path().join("one"), home.path().join("two")];
        let mut seen = [Seen::open(&homes[0], key()).unwrap(), Seen::open(&homes[1], key()).unwrap()];
        let mut history = vec![(Checkpoint::default(), version(0))];
        for turn in 1..60_u8 {
            let who = usize::from(turn % 7 < 3);
            let (mut now, found) = history.last().cloned().unwrap();
            seen[who].check(&now, &found).unwrap();
            seen[who].note(&now, found, false);
            now.advance(seen[who].name());
            history.push((now.clone(), version(turn)));
            match turn % 5 {
                // Killed between the commit and the file.
                0 => seen[who] = Seen::open(&homes[who], key()).unwrap(),
                _ => {
                    seen[who].note(&now, version(turn), true);
                    seen[who].keep(true).unwrap();
                }
            }
        }
        for seen in &seen {
            let (_, turn) = seen.moment();
            for (old, version) in history.iter().filter(|(old, _)| old.turn < turn) {
                assert!(matches!(seen.check(old, version), Err(StoreError::SetBack { .. })), "{}", old.turn);
                // The other one, which knows nothing of it, goes on from there.
                let mut forked = old.clone();
                (0..100).for_each(|_| forked.advance([9; NAME_BYTES]));
                let own = seen.last.unwrap().own;
                assert_eq!(
                    seen.check(&forked, version).is_err(),
                    old.companions.get(&seen.name()).copied() < Some(own)
                );
            }
            let (now, _) = history.iter().find(|(now, _)| now.turn == turn).unwrap();
            assert!(seen.check(now, &version(200)).is_err(), "another turn of the same number");
            let accepted = Checkpoint { generation: 1, ..Checkpoint::default() };
            assert_eq!(seen.check(&accepted, &version(1)), Ok(()));
        }
    }

    #[test]
    fn a_damaged_file_or_that_of_another_store_is_told() {
        let home = tempfile::tempdir().unwrap();
        let mut seen = Seen::open(home.path(), key()).unwrap();
        seen.note(&Checkpoint::default(), version(1), true);
        seen.keep(false).unwrap();
        assert!(Seen::open(home.path(), key()).unwrap().last.is_some());
        assert!(Seen::open(home.path(), SecretKey::random()).is_err());
        // A slot that was torn leaves the one of before.
        let file = home.path().join(FILE);
        for (turn, torn) in [(1, SLOT_BYTES), (2, 0), (3, SLOT_BYTES), (4, 0)] {
            let whole = fs::read(&file).unwrap();
            seen.note(&Checkpoint { turn, ..Checkpoint::default() }, version(2), true);
            seen.keep(true).unwrap();
            let mut bytes = fs::read(&file).unwrap();
            assert_ne!(bytes[torn..torn + MARK_BYTES], whole[torn..torn + MARK_BYTES]);
            assert_eq!(Seen::open(home.path(), key()).unwrap().moment(), (0, turn));
            bytes[torn + 30] ^= 1;
            let other = home.path().join("other");
            fs::create_dir_all(&other).unwrap();
            fs::write(other.join(FILE), bytes).unwrap();
            assert_eq!(Seen::open(&other, key()).unwrap().moment(), (0, turn - 1));
        }
        fs::write(file, b"x").unwrap();
        assert_eq!(Seen::open(home.path(), key()).err(), Some(StoreError::CheckpointUnreadable));
    }
}
