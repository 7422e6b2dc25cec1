//! Tests that need the inside: what an attacker with the file, and perhaps the keys, can do.

use super::erasure::entry_tag;
use super::seal::{self, OVERHEAD_BYTES, Place};
use super::table::{encode_record, stored_key};
use super::*;
use redb::ReadableDatabase;
use std::fs;
use std::path::PathBuf;

const VALUE: &[u8] = b"the-value-that-must-go-away-1234567890";

fn passphrase() -> Passphrase {
    Passphrase::new("correct horse".to_string())
}

pub(crate) fn new_store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), &passphrase(), KdfCost::CHEAPEST).unwrap();
    (dir, store)
}

pub(crate) fn put(store: &mut Store, table: Table, key: &Key, value: &[u8]) {
    let mut batch = Batch::new();
    batch.put(table, key.clone(), value.to_vec());
    store.commit(batch).unwrap();
}

fn database_path(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("regie.redb")
}

pub(crate) fn reopen(dir: &tempfile::TempDir) -> Result<Store, StoreError> {
    Store::open(dir.path(), &passphrase())
}

/// Rewrites raw rows, as someone without the passphrase could.
fn tamper(dir: &tempfile::TempDir, work: impl FnOnce(&redb::WriteTransaction)) {
    let db = redb::Database::open(database_path(dir)).unwrap();
    let write = db.begin_write().unwrap();
    work(&write);
    write.commit().unwrap();
}

fn raw(write: &redb::WriteTransaction, table: Table, stored: &[u8]) -> Vec<u8> {
    let rows = write.open_table(definition(table)).unwrap();
    rows.get(stored).unwrap().unwrap().value().to_vec()
}

fn set_raw(write: &redb::WriteTransaction, table: Table, stored: &[u8], sealed: &[u8]) {
    let mut rows = write.open_table(definition(table)).unwrap();
    rows.insert(stored, sealed).unwrap();
}

/// Closes a store of this directory, turns the last byte of one row, and opens it again: done twice, it is as before.
pub(crate) fn damaged(dir: &tempfile::TempDir, store: Store, table: Table, key: &Key) -> Store {
    let stored = stored_key(&store.keys.names, table, key);
    store.close().unwrap();
    tamper(dir, |write| {
        let mut sealed = raw(write, table, &stored);
        *sealed.last_mut().unwrap() ^= 1;
        set_raw(write, table, &stored, &sealed);
    });
    reopen(dir).unwrap()
}

#[test]
fn two_swapped_ciphertexts_are_always_caught() {
    let (dir, mut store) = new_store();
    let mut places = Vec::new();
    for table in [Table::Field, Table::Grant, Table::Receipt] {
        for number in 0..6u8 {
            let key = Key::grouped(&[number % 2], &[number]);
            put(&mut store, table, &key, &[number; 20]);
            places.push((table, key));
        }
    }
    let names = |store: &Store, (table, key): &(Table, Key)| stored_key(&store.keys.names, *table, key);
    let stored: Vec<_> = places.iter().map(|place| names(&store, place)).collect();
    drop(store);
    for one in 0..places.len() {
        for two in 0..one {
            let swap = |write: &redb::WriteTransaction| {
                let (a, b) = (raw(write, places[one].0, &stored[one]), raw(write, places[two].0, &stored[two]));
                set_raw(write, places[one].0, &stored[one], &b);
                set_raw(write, places[two].0, &stored[two], &a);
            };
            tamper(&dir, swap);
            let store = reopen(&dir).unwrap();
            for place in [one, two] {
                let (table, key) = &places[place];
                assert_eq!(store.get(*table, key).err(), Some(table.corrupt()));
            }
            drop(store);
            tamper(&dir, swap);
        }
    }
    let store = reopen(&dir).unwrap();
    for (table, key) in &places {
        assert!(store.get(*table, key).unwrap().is_some());
    }
}

#[test]
fn a_removed_or_planted_row_is_caught_on_opening() {
    for planted in [false, true] {
        let (dir, mut store) = new_store();
        put(&mut store, Table::Grant, &Key::item(b"one"), b"1");
        let stored = stored_key(&store.keys.names, Table::Grant, &Key::item(b"one"));
        drop(store);
        tamper(&dir, |write| {
            let mut rows = write.open_table(definition(Table::Grant)).unwrap();
            if planted {
                rows.insert([1u8].as_slice(), [2u8].as_slice()).unwrap();
            } else {
                rows.remove(stored.as_slice()).unwrap();
            }
        });
        assert_eq!(reopen(&dir).err(), Some(StoreError::Corrupt { part: "grant" }));
    }
}

#[test]
fn a_rolled_back_database_is_caught_after_a_clean_stop() {
    let (dir, mut store) = new_store();
    put(&mut store, Table::Grant, &Key::item(b"one"), b"1");
    drop(store);
    let old = fs::read(database_path(&dir)).unwrap();
    let mut store = reopen(&dir).unwrap();
    put(&mut store, Table::Grant, &Key::item(b"one"), b"2");
    drop(store);
    fs::write(database_path(&dir), old).unwrap();
    let lost = StoreError::Corrupt { part: "database lost its last commits" };
    assert_eq!(reopen(&dir).err(), Some(lost));
}

#[test]
fn a_newer_store_is_refused_unchanged() {
    let (dir, store) = new_store();
    let mut state = store.state.clone();
    state.schema = SCHEMA + 1;
    let sealed = state.seal(&store.keys.state).unwrap();
    drop(store);
    tamper(&dir, |write| {
        write.open_table(SYSTEM).unwrap().insert(STATE_ROW, sealed.as_slice()).unwrap();
    });
    let before = fs::read(database_path(&dir)).unwrap();
    let newer = StoreError::NewerSchema { found: SCHEMA + 1, supported: SCHEMA };
    assert_eq!(reopen(&dir).err(), Some(newer));
    assert!(fs::read(database_path(&dir)).unwrap() == before);
}

/// Everything an attacker needs besides the keyring: where to look.
struct Target {
    stored: Vec<u8>,
    entry: [u8; 16],
    sealed_bytes: usize,
}

impl Target {
    fn new(store: &Store, key: &Key) -> Target {
        let stored = stored_key(&store.keys.names, Table::Field, key);
        let entry = entry_tag(&store.keys.names, Table::Field, &stored);
        let sealed_bytes = encode_record(key, VALUE).len() + OVERHEAD_BYTES;
        Target { stored, entry, sealed_bytes }
    }

    /// With a keyring and the passphrase, tries every key that can be reached on every byte of the
    /// file, lingering pages included; answers how often the value was found.
    fn attack(&self, file: &[u8], keyring: &[u8]) -> usize {
        let (keyring, data) = Keyring::open(keyring, &passphrase()).unwrap();
        let starts: Vec<usize> = (0..file.len()).filter(|start| file[*start] == 1).collect();
        let slices = |length: usize| starts.iter().filter_map(move |start| file.get(*start..start + length));
        let mut keys = vec![Keys::new(&data).records];
        for epoch in [&keyring.current, &keyring.next] {
            let length = 256 * SecretKey::BYTES + OVERHEAD_BYTES;
            for directory in slices(length).filter_map(|s| Directory::open(epoch, s).ok()) {
                let number = self.entry[0];
                let bucket_key = directory.key(number).unwrap();
                for entries in 0..8 {
                    for sealed in slices(entries * 48 + OVERHEAD_BYTES) {
                        let bucket = Bucket::open(number, bucket_key, sealed);
                        if let Some(key) = bucket.ok().as_ref().and_then(|b| b.get(&self.entry)) {
                            keys.push(SecretKey::from_slice(key.bytes()).unwrap());
                        }
                    }
                }
            }
        }
        let place = Place { domain: Table::Field.name(), position: &self.stored };
        let tries = keys
            .iter()
            .flat_map(|key| slices(self.sealed_bytes).filter_map(move |sealed| seal::open(key, place, sealed).ok()));
        tries.filter(|plain| plain.starts_with(VALUE)).count()
    }
}

#[test]
fn an_erased_value_can_not_be_recovered_even_with_the_passphrase() {
    let key = Key::grouped(b"peer", b"email");
    for way in 0..3 {
        let (dir, mut store) = new_store();
        for number in 0..40u8 {
            put(&mut store, Table::Field, &Key::grouped(b"other", &[number]), &[number; 30]);
        }
        put(&mut store, Table::Field, &key, VALUE);
        let target = Target::new(&store, &key);
        let old_keyring = fs::read(dir.path().join("keyring")).unwrap();
        let mut batch = Batch::new();
        match way {
            0 => batch.delete(Table::Field, key.clone()),
            1 => batch.put(Table::Field, key.clone(), b"new".to_vec()),
            _ => batch.delete_group(Table::Field, b"peer"),
        }
        store.commit(batch).unwrap();
        let file = fs::read(database_path(&dir)).unwrap();
        let new_keyring = fs::read(dir.path().join("keyring")).unwrap();
        // The control: the page does linger, and the attack does work with the old keyring.
        assert!(target.attack(&file, &old_keyring) > 0, "the attack is blind");
        assert_eq!(target.attack(&file, &new_keyring), 0, "way {way}");
        drop(store);
        let mut store = reopen(&dir).unwrap();
        let file = fs::read(database_path(&dir)).unwrap();
        let keyring = fs::read(dir.path().join("keyring")).unwrap();
        assert_eq!(target.attack(&file, &keyring), 0);
        for number in 0..40u8 {
            let found = store.get(Table::Field, &Key::grouped(b"other", &[number])).unwrap();
            assert_eq!(found.unwrap().as_slice(), [number; 30]);
        }
        put(&mut store, Table::Field, &key, b"again");
    }
}

#[test]
fn next_is_not_used_again_after_a_commit_that_failed() {
    // A failed erasing commit may leave pages sealed under `next`; were it used again, those would
    // open what is erased later.
    let (dir, mut store) = new_store();
    let (one, two) = (Key::item(b"one"), Key::item(b"two"));
    put(&mut store, Table::Field, &one, VALUE);
    put(&mut store, Table::Field, &two, VALUE);
    let before = store.keyring.next.key.bytes().to_vec();
    let mut batch = Batch::new();
    batch.delete(Table::Field, one.clone());
    let (state, rolled) = store.transact(&batch).unwrap();
    // As after a crash right here: the commit is on disk, the keyring still old.
    assert_eq!((state.epoch, rolled.len()), (1, 1));
    store.halt();
    drop(store);
    let store = reopen(&dir).unwrap();
    assert_eq!(store.keyring.current.key.bytes(), before);
    assert!(store.get(Table::Field, &one).unwrap().is_none());
    drop(store);

    let mut store = reopen(&dir).unwrap();
    let before = store.keyring.next.key.bytes().to_vec();
    // A commit that is given up after sealing: the transaction is dropped.
    let write = store.begin_write().unwrap();
    drop(write);
    store.keyring.next_spent = true;
    let mut batch = Batch::new();
    batch.delete(Table::Field, two.clone());
    store.commit(batch).unwrap();
    assert_ne!(store.keyring.current.key.bytes(), before);
    assert!(store.get(Table::Field, &two).unwrap().is_none());
}

#[test]
fn no_name_or_value_stands_in_the_files() {
    let (dir, mut store) = new_store();
    for table in Table::ALL {
        let key = Key::grouped(b"peer-key-canary", b"field-name-canary");
        put(&mut store, *table, &key, b"value-canary");
        put(&mut store, *table, &Key::grouped_index(b"peer-key-canary", 7), b"value-canary");
    }
    drop(store);
    for file in fs::read_dir(dir.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"canary"));
    }
    let db = redb::Database::open(database_path(&dir)).unwrap();
    assert!(db.begin_read().unwrap().open_table(definition(Table::Grant)).unwrap().len().unwrap() == 2);
}
