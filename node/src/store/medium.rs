//! What the store stands on: a medium for the database and a few small side files.
//!
//! In: reads and writes of redb. Out: the same to a `Medium`, a file in production and a recorder
//! in the crash tests. While a store opens, writes are held back in memory (`Staged`): redb
//! repairs on opening, and a file that turns out not to be ours must stay untouched.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

const BLOCK: usize = 4096;

/// Bytes that survive a restart. Implementations lock themselves against a second user.
pub trait Medium: fmt::Debug + Send + Sync + 'static {
    /// Length, bytes.
    fn len(&self) -> io::Result<u64>;
    /// Whether there are no bytes.
    fn is_empty(&self) -> io::Result<bool> {
        self.len().map(|length| length == 0)
    }
    /// Fills `out` from `offset`; an error when the bytes are not there.
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()>;
    /// Writes `data` at `offset`.
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()>;
    /// Cuts, or extends with zeros.
    fn set_len(&self, length: u64) -> io::Result<()>;
    /// Returns once everything written is durable.
    fn sync(&self) -> io::Result<()>;
    /// Lets go of locks. Nothing is called afterwards.
    fn close(&self) -> io::Result<()> {
        Ok(())
    }
}

/// The small files beside the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The wrapped keys.
    Keyring,
    /// Present only after a clean stop.
    Clean,
}

/// Access to the small files. `replace` and `remove` are atomic and durable when they return.
pub trait SideFiles: Send + Sync + 'static {
    /// The content, or `None` when the file is not there.
    fn load(&self, side: Side) -> io::Result<Option<Vec<u8>>>;
    /// Puts `bytes` in the place of the earlier content and wipes that as well as it can.
    fn replace(&self, side: Side, bytes: &[u8]) -> io::Result<()>;
    /// Writes over a part of the content, in place: durable when it returns, and what stood there is gone as well as
    /// the medium allows. Cut short, these bytes alone may be old, new or torn.
    fn overwrite(&self, side: Side, offset: usize, bytes: &[u8]) -> io::Result<()>;
    /// Removes the file; no error when it is not there.
    fn remove(&self, side: Side) -> io::Result<()>;
    /// Answers an error when the files can't be written.
    fn probe(&self) -> io::Result<()> {
        Ok(())
    }
    /// Whether the space kept back for a full disk is in use.
    fn space_low(&self) -> bool {
        false
    }
    /// Tries to set space aside again; answers whether it is there.
    fn restore_reserve(&self) -> bool {
        true
    }
}

enum Step {
    Write(u64, Vec<u8>),
    SetLen(u64),
    Sync,
}

/// Writes held back: as a view for reading, and in order for `release`.
struct Stage {
    steps: Vec<Step>,
    blocks: BTreeMap<u64, Box<[u8; BLOCK]>>,
    length: u64,
    /// Bytes of the medium below which it still shows through.
    shown: u64,
}

/// The redb backend: a medium, with a stage in front of it while the store opens.
#[derive(Clone)]
pub(super) struct Staged {
    medium: Arc<dyn Medium>,
    stage: Arc<RwLock<Option<Stage>>>,
}

impl fmt::Debug for Staged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Staged")
    }
}

impl Staged {
    /// Holds writes back until `release`. The memory it takes is bounded by what redb writes on
    /// opening: its header and allocator state.
    pub(super) fn new(medium: Arc<dyn Medium>) -> io::Result<Staged> {
        let length = medium.len()?;
        let stage = Stage { steps: Vec::new(), blocks: BTreeMap::new(), length, shown: length };
        Ok(Staged { medium, stage: Arc::new(RwLock::new(Some(stage))) })
    }

    /// Writes through at once: for a medium that is being created.
    pub(super) fn direct(medium: Arc<dyn Medium>) -> Staged {
        Staged { medium, stage: Arc::new(RwLock::new(None)) }
    }

    /// Carries out what was held back, in redb's own order and with its syncs, so that a crash
    /// in between is the crash redb was built for. From then on writes go straight through.
    pub(super) fn release(&self) -> io::Result<()> {
        let mut stage = self.stage.write().unwrap_or_else(PoisonError::into_inner);
        let steps = stage.as_mut().map(|stage| std::mem::take(&mut stage.steps));
        for step in steps.unwrap_or_default() {
            match step {
                Step::Write(offset, data) => self.medium.write(offset, &data)?,
                Step::SetLen(length) => self.medium.set_len(length)?,
                Step::Sync => self.medium.sync()?,
            }
        }
        // Only when all of it is out: where a write failed, reads must go on to see what was held back.
        *stage = None;
        Ok(())
    }

    /// Runs on the stage when there is one, else on the medium.
    fn change(
        &self,
        staged: impl FnOnce(&mut Stage, &dyn Medium) -> io::Result<()>,
        direct: impl FnOnce(&dyn Medium) -> io::Result<()>,
    ) -> io::Result<()> {
        // The write lock is only needed while staging; afterwards writers must not exclude readers.
        let guard = self.stage.read().unwrap_or_else(PoisonError::into_inner);
        if guard.is_none() {
            return direct(self.medium.as_ref());
        }
        drop(guard);
        let mut guard = self.stage.write().unwrap_or_else(PoisonError::into_inner);
        match guard.as_mut() {
            Some(stage) => staged(stage, self.medium.as_ref()),
            None => direct(self.medium.as_ref()),
        }
    }
}

impl redb::StorageBackend for Staged {
    fn len(&self) -> io::Result<u64> {
        let stage = self.stage.read().unwrap_or_else(PoisonError::into_inner);
        stage.as_ref().map_or_else(|| self.medium.len(), |stage| Ok(stage.length))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let stage = self.stage.read().unwrap_or_else(PoisonError::into_inner);
        match stage.as_ref() {
            Some(stage) => stage.read(self.medium.as_ref(), offset, out),
            None => self.medium.read(offset, out),
        }
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.change(
            |stage, _| {
                stage.set_len(length);
                Ok(())
            },
            |medium| medium.set_len(length),
        )
    }

    fn sync_data(&self) -> io::Result<()> {
        self.change(
            |stage, _| {
                stage.steps.push(Step::Sync);
                Ok(())
            },
            |medium| medium.sync(),
        )
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(|stage, medium| stage.write(medium, offset, data), |medium| medium.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.medium.close()
    }
}

/// The blocks that a range of bytes touches: number, start within the block, part of the range.
fn parts(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        if done >= length {
            return None;
        }
        let at = offset + done as u64;
        let start = (at % BLOCK as u64) as usize;
        let part = done..length.min(done + BLOCK - start);
        done = part.end;
        Some((at / BLOCK as u64, start, part))
    })
}

impl Stage {
    fn block(&self, medium: &dyn Medium, number: u64) -> io::Result<Box<[u8; BLOCK]>> {
        if let Some(block) = self.blocks.get(&number) {
            return Ok(block.clone());
        }
        let mut block = Box::new([0; BLOCK]);
        let start = number * BLOCK as u64;
        let shown = self.shown.saturating_sub(start).min(BLOCK as u64) as usize;
        // Beyond its end a medium may refuse to read even nothing.
        if shown > 0 {
            medium.read(start, &mut block[..shown])?;
        }
        Ok(block)
    }

    fn read(&self, medium: &dyn Medium, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let end = offset.checked_add(out.len() as u64).filter(|end| *end <= self.length);
        let Some(end) = end else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let (first, last) = (offset / BLOCK as u64, end / BLOCK as u64);
        if end <= self.shown && self.blocks.range(first..=last).next().is_none() {
            return medium.read(offset, out);
        }
        for (number, start, part) in parts(offset, out.len()) {
            let block = self.block(medium, number)?;
            let length = part.len();
            out[part].copy_from_slice(&block[start..start + length]);
        }
        Ok(())
    }

    fn write(&mut self, medium: &dyn Medium, offset: u64, data: &[u8]) -> io::Result<()> {
        for (number, start, part) in parts(offset, data.len()) {
            let mut block = self.block(medium, number)?;
            block[start..start + part.len()].copy_from_slice(&data[part]);
            self.blocks.insert(number, block);
        }
        self.length = self.length.max(offset + data.len() as u64);
        self.steps.push(Step::Write(offset, data.to_vec()));
        Ok(())
    }

    fn set_len(&mut self, length: u64) {
        if length < self.length {
            let whole = length / BLOCK as u64;
            let cut = (length % BLOCK as u64) as usize;
            if let Some(block) = self.blocks.get_mut(&whole) {
                block[cut..].fill(0);
            }
            self.blocks.retain(|number, _| *number <= whole);
            self.shown = self.shown.min(length);
        }
        self.length = length;
        self.steps.push(Step::SetLen(length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redb::StorageBackend;
    use std::sync::Mutex;

    #[derive(Debug, Default)]
    struct Memory(Mutex<Vec<u8>>);

    impl Medium for Memory {
        fn len(&self) -> io::Result<u64> {
            Ok(self.0.lock().unwrap().len() as u64)
        }
        fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
            let bytes = self.0.lock().unwrap();
            let range = offset as usize..offset as usize + out.len();
            out.copy_from_slice(bytes.get(range).ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        }
        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            let mut bytes = self.0.lock().unwrap();
            let end = offset as usize + data.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[offset as usize..end].copy_from_slice(data);
            Ok(())
        }
        fn set_len(&self, length: u64) -> io::Result<()> {
            self.0.lock().unwrap().resize(length as usize, 0);
            Ok(())
        }
        fn sync(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_stage_shows_its_writes_and_changes_nothing_before_release() {
        let before: Vec<u8> = (0..20_000u32).map(|byte| byte as u8).collect();
        let medium = Arc::new(Memory(Mutex::new(before.clone())));
        let staged = Staged::new(medium.clone()).unwrap();
        let plain = Memory(Mutex::new(before.clone()));
        let mut seed = 1u64;
        let mut next = |bound: u64| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) % bound
        };
        for round in 0..500u32 {
            if next(10) == 0 {
                let length = 10_000 + next(20_000);
                staged.set_len(length).unwrap();
                plain.set_len(length).unwrap();
            } else {
                let data = vec![round as u8; next(9_000) as usize];
                let offset = next(15_000);
                staged.write(offset, &data).unwrap();
                plain.write(offset, &data).unwrap();
            }
            let length = plain.len().unwrap();
            assert_eq!(StorageBackend::len(&staged).unwrap(), length);
            let mut seen = vec![0; length as usize];
            StorageBackend::read(&staged, 0, &mut seen).unwrap();
            assert!(seen == *plain.0.lock().unwrap(), "round {round}");
        }
        assert!(*medium.0.lock().unwrap() == before);
        staged.release().unwrap();
        assert!(*medium.0.lock().unwrap() == *plain.0.lock().unwrap());
    }
}
