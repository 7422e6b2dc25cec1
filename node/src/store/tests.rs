//! Tests that need the inside: what an attacker with the file, and perhaps the keys, can do.

use super::erasure::entry_tag;
use super::row::{encode_record, stored_key};
use super::seal::{self, OVERHEAD_BYTES, Place};
use super::*;
use redb::ReadableDatabase;
use std::fs;
use std::path::PathBuf;

const FIELD: TableId = TableId::new(1, "field", true);
const GRANT: TableId = TableId::new(2, "grant", false);
const RECEIPT: TableId = TableId::new(3, "receipt", false);

const fn entry(id: TableId) -> Entry {
    Entry { id, key: "Key", record: "bytes", about: "", guard: Guard::Unguarded }
}

/// Tables of these tests.
static SCHEMA: Schema = Schema {
    role: "test",
    tables: &[entry(FIELD), entry(GRANT), entry(RECEIPT)],
    facts: &[],
    version: 1,
    migrations: &[],
};

const VALUE: &[u8] = b"the-value-that-must-go-away-1234567890";

fn passphrase() -> Passphrase {
    Passphrase::new("correct horse".to_string())
}

fn new_store() -> (tempfile::TempDir, Store) {
    new_store_of(&SCHEMA)
}

/// A store with these tables, in a directory of its own.
pub(crate) fn new_store_of(schema: &'static Schema) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(dir.path(), schema, &passphrase(), KdfCost::CHEAPEST).unwrap();
    (dir, store)
}

fn put(store: &mut Store, table: TableId, key: &Key, value: &[u8]) {
    let mut batch = Batch::new();
    batch.put_row(table, key.clone(), value.to_vec());
    store.commit(batch).unwrap();
}

fn database_path(dir: &tempfile::TempDir) -> PathBuf {
    dir.path().join("regie.redb")
}

fn reopen(dir: &tempfile::TempDir) -> Result<Store, StoreError> {
    reopen_of(dir, &SCHEMA)
}

/// Opens the store of this directory once more.
pub(crate) fn reopen_of(dir: &tempfile::TempDir, schema: &'static Schema) -> Result<Store, StoreError> {
    Store::open(dir.path(), schema, &passphrase())
}

/// Rewrites raw rows, as someone without the passphrase could.
fn tamper(dir: &tempfile::TempDir, work: impl FnOnce(&redb::WriteTransaction)) {
    let db = redb::Database::open(database_path(dir)).unwrap();
    let write = db.begin_write().unwrap();
    work(&write);
    write.commit().unwrap();
}

fn raw(write: &redb::WriteTransaction, table: TableId, stored: &[u8]) -> Vec<u8> {
    let rows = write.open_table(definition(table)).unwrap();
    rows.get(stored).unwrap().unwrap().value().to_vec()
}

fn set_raw(write: &redb::WriteTransaction, table: TableId, stored: &[u8], sealed: &[u8]) {
    let mut rows = write.open_table(definition(table)).unwrap();
    rows.insert(stored, sealed).unwrap();
}

/// Closes a store of this directory, turns the last byte of one row, and opens it again: done twice, it is as before.
pub(crate) fn damaged<R>(dir: &tempfile::TempDir, schema: &'static Schema, store: Store, spot: &Spot<R>) -> Store {
    let (table, key) = spot.untyped();
    let stored = stored_key(&store.keys.names, table, &key);
    store.close().unwrap();
    tamper(dir, |write| {
        let mut sealed = raw(write, table, &stored);
        *sealed.last_mut().unwrap() ^= 1;
        set_raw(write, table, &stored, &sealed);
    });
    reopen_of(dir, schema).unwrap()
}

#[test]
fn two_swapped_ciphertexts_are_always_caught() {
    let (dir, mut store) = new_store();
    let mut places = Vec::new();
    for table in [FIELD, GRANT, RECEIPT] {
        for number in 0..6u8 {
            let key = Key::grouped(&[number % 2], &[number]);
            put(&mut store, table, &key, &[number; 20]);
            places.push((table, key));
        }
    }
    let names = |store: &Store, (table, key): &(TableId, Key)| stored_key(&store.keys.names, *table, key);
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
                assert_eq!(store.row(*table, key).err(), Some(table.corrupt()));
            }
            drop(store);
            tamper(&dir, swap);
        }
    }
    let store = reopen(&dir).unwrap();
    for (table, key) in &places {
        assert!(store.row(*table, key).unwrap().is_some());
    }
}

#[test]
fn a_removed_or_planted_row_is_caught_on_opening() {
    for planted in [false, true] {
        let (dir, mut store) = new_store();
        put(&mut store, GRANT, &Key::item(b"one"), b"1");
        let stored = stored_key(&store.keys.names, GRANT, &Key::item(b"one"));
        drop(store);
        tamper(&dir, |write| {
            let mut rows = write.open_table(definition(GRANT)).unwrap();
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
    put(&mut store, GRANT, &Key::item(b"one"), b"1");
    drop(store);
    let old = fs::read(database_path(&dir)).unwrap();
    let mut store = reopen(&dir).unwrap();
    put(&mut store, GRANT, &Key::item(b"one"), b"2");
    drop(store);
    fs::write(database_path(&dir), old).unwrap();
    let lost = StoreError::Corrupt { part: "database lost its last commits" };
    assert_eq!(reopen(&dir).err(), Some(lost));
}

#[test]
fn a_creation_that_was_cut_short_before_the_database_had_its_name_is_begun_anew() {
    let (dir, store) = new_store();
    drop(store);
    fs::rename(database_path(&dir), dir.path().join("regie.redb.new")).unwrap();
    assert!(matches!(reopen(&dir).err(), Some(StoreError::NotFound { .. })), "nothing was lost");
    let passphrase = Passphrase::new("another one".to_string());
    let store = Store::create(dir.path(), &SCHEMA, &passphrase, KdfCost::CHEAPEST).unwrap();
    drop(store);
    assert!(Store::open(dir.path(), &SCHEMA, &passphrase).is_ok());
    // A keyring that stands alone is what is left of a store, and is not written over.
    fs::remove_file(database_path(&dir)).unwrap();
    let again = Store::create(dir.path(), &SCHEMA, &passphrase, KdfCost::CHEAPEST);
    assert!(matches!(again.err(), Some(StoreError::AlreadyExists { .. })));
}

#[test]
fn a_newer_store_is_refused_unchanged() {
    let (dir, store) = new_store();
    let mut state = store.state.clone();
    state.version = SCHEMA.version + 1;
    let sealed = state.seal(&store.keys.state).unwrap();
    drop(store);
    tamper(&dir, |write| {
        write.open_table(SYSTEM).unwrap().insert(STATE_ROW, sealed.as_slice()).unwrap();
    });
    let before = fs::read(database_path(&dir)).unwrap();
    let newer = StoreError::NewerSchema { found: 2, supported: 1 };
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
        let stored = stored_key(&store.keys.names, FIELD, key);
        let entry = entry_tag(&store.keys.names, FIELD, &stored);
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
        let place = Place { domain: FIELD.name(), position: &self.stored };
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
            put(&mut store, FIELD, &Key::grouped(b"other", &[number]), &[number; 30]);
        }
        put(&mut store, FIELD, &key, VALUE);
        let target = Target::new(&store, &key);
        let old_keyring = fs::read(dir.path().join("keyring")).unwrap();
        let mut batch = Batch::new();
        match way {
            0 => batch.delete_row(FIELD, key.clone()),
            1 => batch.put_row(FIELD, key.clone(), b"new".to_vec()),
            _ => batch.delete_rows(FIELD, b"peer"),
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
            let found = store.row(FIELD, &Key::grouped(b"other", &[number])).unwrap();
            assert_eq!(found.unwrap().as_slice(), [number; 30]);
        }
        put(&mut store, FIELD, &key, b"again");
    }
}

#[test]
fn next_is_not_used_again_after_a_commit_that_failed() {
    // A failed erasing commit may leave pages sealed under `next`; were it used again, those would
    // open what is erased later.
    let (dir, mut store) = new_store();
    let (one, two) = (Key::item(b"one"), Key::item(b"two"));
    put(&mut store, FIELD, &one, VALUE);
    put(&mut store, FIELD, &two, VALUE);
    let before = store.keyring.next.key.bytes().to_vec();
    let mut batch = Batch::new();
    batch.delete_row(FIELD, one.clone());
    let (state, rolled) = store.transact(&batch, None).unwrap();
    // As after a crash right here: the commit is on disk, the keyring still old.
    assert_eq!((state.epoch, rolled.len()), (1, 1));
    store.halt();
    drop(store);
    let store = reopen(&dir).unwrap();
    assert_eq!(store.keyring.current.key.bytes(), before);
    assert!(store.row(FIELD, &one).unwrap().is_none());
    drop(store);

    let mut store = reopen(&dir).unwrap();
    let before = store.keyring.next.key.bytes().to_vec();
    // A commit that is given up after sealing: the transaction is dropped.
    let write = store.begin_write().unwrap();
    drop(write);
    store.keyring.next_spent = true;
    let mut batch = Batch::new();
    batch.delete_row(FIELD, two.clone());
    store.commit(batch).unwrap();
    assert_ne!(store.keyring.current.key.bytes(), before);
    assert!(store.row(FIELD, &two).unwrap().is_none());
}

#[test]
fn no_name_or_value_stands_in_the_files() {
    let (dir, mut store) = new_store();
    for table in SCHEMA.ids() {
        let key = Key::grouped(b"peer-key-canary", b"field-name-canary");
        put(&mut store, table, &key, b"value-canary");
        put(&mut store, table, &Key::grouped_index(b"peer-key-canary", 7), b"value-canary");
    }
    drop(store);
    for file in fs::read_dir(dir.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"canary"));
    }
    let db = redb::Database::open(database_path(&dir)).unwrap();
    assert!(db.begin_read().unwrap().open_table(definition(GRANT)).unwrap().len().unwrap() == 2);
}

const NOTES: Table<(u64, u64), String> = Table::new(2, "grant").within(16);
const DRAFTS: Table<Nth<u64>, String, Erasable> = Table::new(1, "field");

#[test]
fn records_come_back_as_what_they_are_from_either_kind_of_table() {
    let (_dir, mut store) = new_store();
    let text = |text: &str| text.to_owned();
    let mut batch = Batch::new();
    batch.put(NOTES, &(1, 1), &text("one"));
    batch.put(NOTES, &(1, 2), &text("two"));
    batch.put(NOTES, &(2, 1), &text("other"));
    batch.append(DRAFTS, &7, &text("first"));
    batch.append(DRAFTS, &7, &text("second"));
    store.commit(batch).unwrap();
    assert_eq!(store.get(NOTES, &(1, 2)), Ok(Some(text("two"))));
    assert_eq!(store.get(NOTES, &(2, 2)), Ok(None));
    let mut group = store.group(NOTES, &1).unwrap();
    group.sort();
    assert_eq!(group, [((1, 1), text("one")), ((1, 2), text("two"))]);
    assert_eq!(store.numbered(DRAFTS, &7, 2, 9), Ok(vec![(2, text("second"))]));
    assert_eq!((store.last_number(DRAFTS, &7), store.count(NOTES)), (Ok(Some(2)), Ok(3)));
    let mut batch = Batch::new();
    batch.delete_group(NOTES, &1);
    batch.erase(DRAFTS, &Nth(7, 1));
    store.commit(batch).unwrap();
    assert_eq!((store.count(NOTES), store.count(DRAFTS)), (Ok(1), Ok(1)));
    // An erasable table has no `delete`, and a plain one no `erase`: that does not compile (docs of `Table`).
}

#[test]
fn what_does_not_decode_or_is_too_long_is_damage_of_that_table() {
    let (_dir, mut store) = new_store();
    for (item, bytes) in [(1, b"not cbor".to_vec()), (2, regie_protocol::wire::encode("much too long a text").unwrap())]
    {
        put(&mut store, NOTES.id(), &Key::grouped(&1u64.to_be_bytes(), &u64::to_be_bytes(item)), &bytes);
        assert_eq!(store.get(NOTES, &(1, item)), Err(StoreError::Corrupt { part: "grant" }));
    }
    put(&mut store, GRANT, &Key::grouped(b"short", b"key"), b"");
    assert_eq!(store.keys(NOTES, &1).map(|keys| keys.len()), Ok(2));
    let all = store.each(NOTES, |_, _| std::ops::ControlFlow::Continue(()));
    assert_eq!(all, Err(StoreError::Corrupt { part: "grant" }));
}

#[test]
fn a_record_without_an_encoding_keeps_its_whole_batch_from_being_stored() {
    const FLOATS: Table<u64, f64> = Table::new(3, "receipt");
    let (_dir, mut store) = new_store();
    let mut batch = Batch::new();
    batch.put(NOTES, &(1, 1), &"one".to_owned());
    batch.put(FLOATS, &1, &f64::NAN);
    assert_eq!(store.commit(batch), Err(StoreError::Unencodable { table: "receipt" }));
    assert_eq!(store.count(NOTES), Ok(0));
}

#[test]
fn another_roles_store_is_refused_unchanged() {
    static OTHER: Schema = Schema { role: "another", tables: &[], facts: &[], version: 1, migrations: &[] };
    let (dir, store) = new_store();
    drop(store);
    let before = fs::read(database_path(&dir)).unwrap();
    let refused = Store::open(dir.path(), &OTHER, &passphrase()).err();
    assert_eq!(refused, Some(StoreError::OtherRole { wanted: "another" }));
    assert!(fs::read(database_path(&dir)).unwrap() == before);
}

#[test]
fn a_home_from_before_the_first_release_is_refused_with_the_next_step_and_unchanged() {
    let (dir, store) = new_store();
    drop(store);
    let mut keyring = fs::read(dir.path().join("keyring")).unwrap();
    keyring[..8].copy_from_slice(b"REGIEKEY");
    fs::write(dir.path().join("keyring"), keyring).unwrap();
    let before = fs::read(database_path(&dir)).unwrap();
    let refused = reopen(&dir).err().unwrap();
    assert_eq!(refused, StoreError::Unreleased);
    assert!(refused.to_string().contains("make a new home") && refused.to_string().contains("regie export"));
    assert!(fs::read(database_path(&dir)).unwrap() == before);
}

/// The tables of version 2: grants are renamed, receipts stay, fields go, and notes are new.
static NEXT: Schema = Schema {
    role: "test",
    tables: &[entry(TableId::new(3, "receipt", false)), entry(TableId::new(4, "permit", false))],
    facts: &[],
    version: 2,
    migrations: &[Migration {
        before: &[FIELD, GRANT, RECEIPT],
        makes: &[TableId::new(4, "permit", false)],
        drops: &[FIELD, GRANT],
        rows: |store| {
            let mut batch = Batch::new();
            store.each_row(GRANT, &mut |row| {
                batch.put_row(TableId::new(4, "permit", false), row.key(), row.value.to_vec());
                batch.delete_row(GRANT, row.key());
                std::ops::ControlFlow::Continue(())
            })?;
            store.each_row(FIELD, &mut |row| {
                batch.delete_row(FIELD, row.key());
                std::ops::ControlFlow::Continue(())
            })?;
            Ok(batch)
        },
    }],
};

#[test]
fn a_migration_takes_the_tables_it_names_to_the_next_version_once() {
    let (dir, mut store) = new_store();
    for table in [FIELD, GRANT, RECEIPT] {
        put(&mut store, table, &Key::item(b"one"), table.name().as_bytes());
    }
    drop(store);
    for _ in 0..2 {
        let store = Store::open(dir.path(), &NEXT, &passphrase()).unwrap();
        assert_eq!(store.state.version, 2);
        let found = NEXT.ids().map(|table| store.row(table, &Key::item(b"one")).unwrap().unwrap().to_vec());
        assert_eq!(found.collect::<Vec<_>>(), [b"receipt".to_vec(), b"grant".to_vec()]);
        let read = store.db().unwrap().begin_read().unwrap();
        assert!(read.open_table(definition(GRANT)).is_err() && read.open_table(definition(FIELD)).is_err());
    }
    assert_eq!(reopen(&dir).err(), Some(StoreError::NewerSchema { found: 2, supported: 1 }));
}

#[test]
fn many_questions_at_once_have_the_answers_of_each() {
    const NUMBERED: Table<Nth<u64>, String> = Table::new(2, "grant");
    const NAMED: Table<(u64, u64), String> = Table::new(3, "receipt");
    let (_dir, mut store) = new_store();
    let mut batch = Batch::new();
    for group in 0..3_u64 {
        for number in 0..4 {
            batch.append(NUMBERED, &group, &format!("{group} {number}"));
            batch.put(NAMED, &(group, number), &format!("named {group} {number}"));
        }
    }
    store.commit(batch).unwrap();
    let keys = [(0, 1), (7, 7), (2, 3), (0, 1)];
    let each: Vec<Option<String>> = keys.iter().map(|key| store.get(NAMED, key).unwrap()).collect();
    assert_eq!(store.get_many(NAMED, &keys).unwrap(), each);
    assert_eq!(each.iter().flatten().count(), 3);
    let groups: Vec<_> = [2, 9, 0].iter().map(|group| store.group(NUMBERED, group).unwrap()).collect();
    assert_eq!(store.groups(NUMBERED, &[2, 9, 0]).unwrap(), groups);
    assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [4, 0, 4]);
    let asked = [NAMED.at(&(1, 1)).asked(), NUMBERED.asked(&1), NAMED.asked(&8)];
    let found = store.records_of_many::<String>(&asked).unwrap();
    assert_eq!(found, [vec!["named 1 1".to_owned()], (0..4).map(|number| format!("1 {number}")).collect(), Vec::new()]);
    let gathered = store.gather(&asked).unwrap();
    assert_eq!(gathered.record::<String>(0).unwrap().as_deref(), Some("named 1 1"));
    assert_eq!(gathered.keys::<Nth<u64>>(1).unwrap().len(), 4);
    assert!(gathered.record::<u64>(0).is_err(), "it is no number");
}
