//! A medium in memory that records what is done to it, and what the store tests share.
#![allow(dead_code)] // each test binary uses a part

use regie::store::{
    Batch, Entry, KdfCost, Key, LastPart, Medium, Passphrase, Schema, Side, SideFiles, Store, StoreError, TableId,
};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

pub const FIELD: TableId = TableId::new(1, "field", true);
pub const OUTBOX: TableId = TableId::new(2, "outbox", true);
pub const GRANT: TableId = TableId::new(3, "grant", false);
pub const RECEIPT: TableId = TableId::new(4, "receipt", false);
pub const AUDIT_ENTRY: TableId = TableId::new(5, "audit_entry", false);
pub const RELATIONSHIP_LOG: TableId = TableId::new(6, "relationship_log", false);
pub const REVOCATION: TableId = TableId::new(7, "revocation", false);
pub const DISCLOSURE: TableId = TableId::new(8, "disclosure", true);

const fn entry(id: TableId) -> Entry {
    Entry { id, key: "Key", record: "bytes", about: "", guard: regie::store::Guard::Unguarded }
}

/// The tables of these tests: the store does not know whose they are.
pub static SCHEMA: Schema = Schema {
    role: "test",
    tables: &[
        entry(FIELD),
        entry(OUTBOX),
        entry(GRANT),
        entry(RECEIPT),
        entry(AUDIT_ENTRY),
        entry(RELATIONSHIP_LOG),
        entry(REVOCATION),
        entry(DISCLOSURE),
    ],
    facts: &[],
    version: 1,
    migrations: &[],
};

#[derive(Clone)]
pub enum Step {
    Write(u64, Vec<u8>),
    SetLen(u64),
    Sync,
    Side(Side, Option<Vec<u8>>),
    /// A part of a side file, in place; written and synced in one.
    SidePart(Side, usize, Vec<u8>),
    /// The caller was told that this commit is durable.
    Acknowledged(u64),
}

#[derive(Clone, Default)]
pub struct Image {
    pub bytes: Vec<u8>,
    pub side: BTreeMap<Side, Vec<u8>>,
}

impl Image {
    pub fn write(&mut self, offset: u64, data: &[u8]) {
        let (start, end) = (offset as usize, offset as usize + data.len());
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[start..end].copy_from_slice(data);
    }

    pub fn side(&mut self, side: Side, content: Option<Vec<u8>>) {
        match content {
            Some(bytes) => self.side.insert(side, bytes),
            None => self.side.remove(&side),
        };
    }

    pub fn side_part(&mut self, side: Side, offset: usize, bytes: &[u8]) {
        let content = self.side.get_mut(&side).expect("a side file that is there");
        content[offset..offset + bytes.len()].copy_from_slice(bytes);
    }
}

#[derive(Default)]
pub struct Inner {
    pub image: Image,
    pub steps: Vec<Step>,
    pub record: bool,
    /// Changes that still succeed; then every one fails.
    pub budget: Option<u64>,
    pub error: Option<io::ErrorKind>,
    /// A write that fails has written its first half.
    pub torn: bool,
    /// Reads that still succeed; then every one fails.
    pub reads: Option<u64>,
}

impl Inner {
    fn step(&mut self, step: Step) -> io::Result<()> {
        match &mut self.budget {
            Some(0) => {
                match (std::mem::take(&mut self.torn), &step) {
                    (true, Step::Write(offset, data)) => self.image.write(*offset, &data[..data.len() / 2]),
                    (true, Step::SidePart(side, offset, data)) => {
                        self.image.side_part(*side, *offset, &data[..data.len() / 2]);
                    }
                    _ => {}
                }
                return Err(self.error.unwrap_or(io::ErrorKind::Other).into());
            }
            Some(left) => *left -= 1,
            None => {}
        }
        match &step {
            Step::Write(offset, data) => self.image.write(*offset, data),
            Step::SetLen(length) => self.image.bytes.resize(*length as usize, 0),
            Step::Side(side, content) => self.image.side(*side, content.clone()),
            Step::SidePart(side, offset, bytes) => self.image.side_part(*side, *offset, bytes),
            Step::Sync | Step::Acknowledged(_) => {}
        }
        if self.record {
            self.steps.push(step);
        }
        Ok(())
    }
}

#[derive(Clone, Default)]
pub struct Disk(pub Arc<Mutex<Inner>>);

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disk")
    }
}

impl Disk {
    pub fn new(image: Image) -> Disk {
        Disk(Arc::new(Mutex::new(Inner { image, ..Inner::default() })))
    }

    pub fn image(&self) -> Image {
        self.0.lock().unwrap().image.clone()
    }

    pub fn record(&self) {
        self.0.lock().unwrap().record = true;
    }

    pub fn steps(&self) -> Vec<Step> {
        self.0.lock().unwrap().steps.clone()
    }

    pub fn acknowledge(&self, commit: u64) {
        self.0.lock().unwrap().steps.push(Step::Acknowledged(commit));
    }

    pub fn fail_after(&self, changes: u64, error: io::ErrorKind) {
        let mut inner = self.0.lock().unwrap();
        (inner.budget, inner.error) = (Some(changes), Some(error));
    }

    /// The change that fails leaves its first half on the disk, if it is a write.
    pub fn tear(&self) {
        self.0.lock().unwrap().torn = true;
    }

    pub fn fail_reads_after(&self, reads: u64) {
        self.0.lock().unwrap().reads = Some(reads);
    }

    pub fn create(&self) -> Store {
        let medium = Arc::new(self.clone());
        let side = Box::new(self.clone());
        Store::create_on(medium, side, &SCHEMA, &passphrase(), KdfCost::CHEAPEST).unwrap()
    }

    pub fn open(&self) -> Result<Store, StoreError> {
        Store::open_on(Arc::new(self.clone()), Box::new(self.clone()), &SCHEMA, &passphrase())
    }
}

impl Medium for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().image.bytes.len() as u64)
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut inner = self.0.lock().unwrap();
        match &mut inner.reads {
            Some(0) => return Err(io::ErrorKind::Other.into()),
            Some(left) => *left -= 1,
            None => {}
        }
        let range = offset as usize..offset as usize + out.len();
        let bytes = inner.image.bytes.get(range).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        Ok(())
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().step(Step::Write(offset, data.to_vec()))
    }
    fn set_len(&self, length: u64) -> io::Result<()> {
        self.0.lock().unwrap().step(Step::SetLen(length))
    }
    fn sync(&self) -> io::Result<()> {
        self.0.lock().unwrap().step(Step::Sync)
    }
}

impl SideFiles for Disk {
    fn load(&self, side: Side) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.lock().unwrap().image.side.get(&side).cloned())
    }
    fn replace(&self, side: Side, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().step(Step::Side(side, Some(bytes.to_vec())))
    }
    fn overwrite(&self, side: Side, offset: usize, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().step(Step::SidePart(side, offset, bytes.to_vec()))
    }
    fn remove(&self, side: Side) -> io::Result<()> {
        self.0.lock().unwrap().step(Step::Side(side, None))
    }
    fn probe(&self) -> io::Result<()> {
        let inner = self.0.lock().unwrap();
        match (inner.budget, inner.error) {
            (Some(0), Some(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }
}

pub fn passphrase() -> Passphrase {
    Passphrase::new("correct horse battery".to_string())
}

/// SplitMix64: the same numbers for the same seed, everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

pub fn number_from_env(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// What a store should hold.
pub type Model = BTreeMap<(TableId, Key), Vec<u8>>;

/// Everything a store holds, each row opened.
pub fn content(store: &Store) -> Result<Model, StoreError> {
    let mut model = Model::new();
    store.for_each_row(|table, row| {
        model.insert((table, row.key()), row.value.to_vec());
        Ok::<_, StoreError>(())
    })?;
    Ok(model)
}

/// A random batch, applied to the model as well.
pub fn random_batch(random: &mut Random, model: &mut Model, log: &mut u64) -> Batch {
    let mut batch = Batch::new();
    for _ in 0..1 + random.below(6) {
        let table = [FIELD, OUTBOX, GRANT, RECEIPT][random.below(4) as usize];
        let group = [random.below(4) as u8];
        let key = Key::grouped(&group, &[random.below(12) as u8]);
        match random.below(10) {
            0 => {
                batch.delete_rows(table, &group);
                model.retain(|(t, k), _| *t != table || !in_group(k, &group));
            }
            1 | 2 => {
                batch.delete_row(table, key.clone());
                model.remove(&(table, key));
            }
            _ => {
                let value = vec![random.next() as u8; random.below(1500) as usize];
                batch.put_row(table, key.clone(), value.clone());
                model.insert((table, key), value);
            }
        }
    }
    let value = log.to_be_bytes().to_vec();
    batch.put_row(AUDIT_ENTRY, Key::index(*log), value.clone());
    model.insert((AUDIT_ENTRY, Key::index(*log)), value);
    *log += 1;
    batch
}

fn in_group(key: &Key, group: &[u8]) -> bool {
    // `Key` does not show its parts; all keys with this group lie in this range.
    let range = (Key::grouped(group, &[]), Key::grouped(group, &[255; 8]));
    *key >= range.0 && *key <= range.1
}

/// The number of an index row.
pub fn index_of(item: &LastPart) -> u64 {
    match item {
        LastPart::Index(index) => *index,
        LastPart::Bytes(_) => panic!("not an index"),
    }
}
