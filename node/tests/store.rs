//! The store as its users see it: what goes in comes out, and what can't is a typed error.
//! REGIE_BIT_FLIPS (4,000) sets the number of single bit flips.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod disk;

use disk::{
    AUDIT_ENTRY, DISCLOSURE, Disk, FIELD, GRANT, Image, Model, RECEIPT, RELATIONSHIP_LOG, REVOCATION, Random, SCHEMA,
    content, index_of, number_from_env, passphrase,
};
use regie::store::limits::{
    BATCH_MAX_BYTES, BATCH_MAX_OPERATIONS, GROUP_MAX_BYTES, ITEM_MAX_BYTES, SCAN_MAX_ROWS, VALUE_MAX_BYTES,
};
use regie::store::{Batch, KdfCost, Key, LastPart, Passphrase, Side, Store, StoreError, TableId};
use std::fs;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Instant;

fn create(dir: &Path) -> Store {
    Store::create(dir, &SCHEMA, &passphrase(), KdfCost::CHEAPEST).unwrap()
}

fn open(dir: &Path) -> Result<Store, StoreError> {
    Store::open(dir, &SCHEMA, &passphrase())
}

fn put(store: &mut Store, table: TableId, key: Key, value: &[u8]) -> Result<(), StoreError> {
    let mut batch = Batch::new();
    batch.put_row(table, key, value.to_vec());
    store.commit(batch)
}

fn get(store: &Store, table: TableId, key: &Key) -> Option<Vec<u8>> {
    store.row(table, key).unwrap().map(|value| value.to_vec())
}

fn group_rows(store: &Store, table: TableId, group: &[u8]) -> Vec<(LastPart, Vec<u8>)> {
    let mut rows = Vec::new();
    let visit = |row: regie::store::Row| {
        rows.push((row.item, row.value.to_vec()));
        Ok::<_, StoreError>(ControlFlow::Continue(()))
    };
    store.scan_group(table, group, visit).unwrap();
    rows.sort();
    rows
}

/// A closed store with some of everything.
fn sample() -> (Image, Model) {
    let disk = Disk::default();
    let mut store = disk.create();
    let (mut random, mut model, mut log) = (Random(7), Model::new(), 0);
    for _ in 0..60 {
        let batch = disk::random_batch(&mut random, &mut model, &mut log);
        store.commit(batch).unwrap();
    }
    store.close().unwrap();
    (disk.image(), model)
}

#[test]
fn what_goes_in_comes_out_also_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    assert!(!Store::exists(dir.path()));
    let mut store = create(dir.path());
    assert!(Store::exists(dir.path()));
    for table in SCHEMA.ids() {
        put(&mut store, table, Key::grouped(b"g", b"a"), table.name().as_bytes()).unwrap();
        put(&mut store, table, Key::item(b"empty"), b"").unwrap();
    }
    put(&mut store, GRANT, Key::item(b"large"), &vec![5; VALUE_MAX_BYTES]).unwrap();
    for round in 0..2 {
        for table in SCHEMA.ids() {
            let value = get(&store, table, &Key::grouped(b"g", b"a"));
            assert_eq!(value.as_deref(), Some(table.name().as_bytes()), "round {round}");
            assert_eq!(get(&store, table, &Key::item(b"empty")), Some(vec![]));
            assert_eq!(get(&store, table, &Key::item(b"a")), None);
            assert_eq!(store.row_count(table).unwrap(), 2 + u64::from(table == GRANT));
        }
        assert_eq!(get(&store, GRANT, &Key::item(b"large")), Some(vec![5; VALUE_MAX_BYTES]));
        store.close().unwrap();
        store = open(dir.path()).unwrap();
    }
}

#[test]
fn a_batch_runs_in_order_and_counts_stay_right() {
    let mut store = Disk::default().create();
    for table in [FIELD, GRANT] {
        let mut batch = Batch::new();
        batch.put_row(table, Key::grouped(b"g", b"1"), b"a".to_vec());
        batch.put_row(table, Key::grouped(b"g", b"1"), b"b".to_vec());
        batch.put_row(table, Key::grouped(b"g", b"2"), b"c".to_vec());
        batch.put_row(table, Key::grouped(b"h", b"1"), b"d".to_vec());
        batch.delete_row(table, Key::grouped(b"g", b"2"));
        batch.delete_row(table, Key::grouped(b"g", b"never"));
        store.commit(batch).unwrap();
        assert_eq!(get(&store, table, &Key::grouped(b"g", b"1")), Some(b"b".to_vec()));
        assert_eq!(get(&store, table, &Key::grouped(b"g", b"2")), None);
        assert_eq!(store.row_count(table).unwrap(), 2);
        let mut batch = Batch::new();
        batch.delete_rows(table, b"g");
        batch.put_row(table, Key::grouped(b"g", b"9"), b"e".to_vec());
        store.commit(batch).unwrap();
        assert_eq!(group_rows(&store, table, b"g"), [(LastPart::Bytes(vec![b'9']), b"e".to_vec())]);
        assert_eq!(group_rows(&store, table, b"h").len(), 1);
        assert_eq!(store.row_count(table).unwrap(), 2);
    }
}

#[test]
fn random_batches_agree_with_a_model() {
    let (image, model) = sample();
    let store = Disk::new(image).open().unwrap();
    assert_eq!(content(&store).unwrap(), model);
    for table in SCHEMA.ids() {
        let rows = model.keys().filter(|(t, _)| *t == table).count() as u64;
        assert_eq!(store.row_count(table).unwrap(), rows);
    }
    for ((table, key), value) in &model {
        assert_eq!(get(&store, *table, key).as_ref(), Some(value));
    }
}

#[test]
fn numbers_come_in_order_and_in_pages() {
    let mut store = Disk::default().create();
    for start in [2_000u64, 0, 1_000] {
        let mut batch = Batch::new();
        for index in start..start + 1_000 {
            batch.put_row(AUDIT_ENTRY, Key::index(index), index.to_be_bytes().to_vec());
            batch.put_row(RELATIONSHIP_LOG, Key::grouped_index(b"p", index), vec![1]);
        }
        batch.put_row(AUDIT_ENTRY, Key::item(b"not a number"), vec![9]);
        store.commit(batch).unwrap();
    }
    assert_eq!(store.last_index(AUDIT_ENTRY).unwrap(), Some(2_999));
    assert_eq!(store.last_index(GRANT).unwrap(), None);
    assert_eq!(store.last_index(RELATIONSHIP_LOG).unwrap(), None);
    assert_eq!(store.last_group_index(RELATIONSHIP_LOG, b"p").unwrap(), Some(2_999));
    let rows = store.scan_indexes(AUDIT_ENTRY, 0, usize::MAX).unwrap();
    assert_eq!(rows.len(), SCAN_MAX_ROWS);
    assert!(store.scan_indexes(AUDIT_ENTRY, 0, 0).unwrap().is_empty());
    let (mut next, mut seen) = (500, Vec::new());
    loop {
        let rows = store.scan_indexes(AUDIT_ENTRY, next, 300).unwrap();
        let Some(last) = rows.last() else { break };
        next = index_of(&last.item) + 1;
        seen.extend(rows.iter().map(|row| index_of(&row.item)));
    }
    assert!(seen.into_iter().eq(500..3_000));
    let rows = store.scan_group_indexes(RELATIONSHIP_LOG, b"p", 2_990, 100).unwrap();
    assert_eq!(rows.len(), 10);
}

#[test]
fn a_visitor_can_break_off_and_fail() {
    let (image, _) = sample();
    let store = Disk::new(image).open().unwrap();
    let mut seen = 0;
    let once = |_| {
        seen += 1;
        Ok::<_, StoreError>(ControlFlow::Break(()))
    };
    store.scan(AUDIT_ENTRY, once).unwrap();
    assert_eq!(seen, 1);
    let failed = store.scan(AUDIT_ENTRY, |_| Err(StoreError::BatchTooLarge));
    assert_eq!(failed, Err(StoreError::BatchTooLarge));
}

#[test]
fn an_export_put_into_another_store_is_the_same() {
    let (image, model) = sample();
    let old = Disk::new(image).open().unwrap();
    let mut new = Disk::default().create();
    old.for_each_row(|table, row| put(&mut new, table, row.key(), &row.value)).unwrap();
    assert_eq!(content(&new).unwrap(), model);
}

#[test]
fn bounds_are_typed_errors_and_nothing_is_stored() {
    let mut store = Disk::default().create();
    let table = GRANT;
    let long = Key::item(&vec![0; ITEM_MAX_BYTES + 1]);
    assert_eq!(put(&mut store, table, long.clone(), b""), Err(StoreError::KeyTooLong { table: "grant" }));
    assert!(store.row(table, &long).is_err());
    let long = Key::grouped(&vec![0; GROUP_MAX_BYTES + 1], b"");
    assert!(put(&mut store, table, long, b"").is_err());
    let large = put(&mut store, table, Key::item(b""), &vec![0; VALUE_MAX_BYTES + 1]);
    assert_eq!(large, Err(StoreError::ValueTooLarge { table: "grant", bytes: VALUE_MAX_BYTES + 1 }));
    let mut batch = Batch::new();
    for number in 0..=BATCH_MAX_OPERATIONS as u64 {
        batch.put_row(table, Key::index(number), Vec::new());
    }
    assert_eq!(store.commit(batch), Err(StoreError::BatchTooLarge));
    let mut batch = Batch::new();
    for number in 0..=(BATCH_MAX_BYTES / VALUE_MAX_BYTES) as u64 {
        batch.put_row(table, Key::index(number), vec![0; VALUE_MAX_BYTES]);
    }
    assert_eq!(store.commit(batch), Err(StoreError::BatchTooLarge));
    assert_eq!((store.row_count(table).unwrap(), store.commits()), (0, 0));
    put(&mut store, table, Key::grouped(&vec![0; GROUP_MAX_BYTES], &vec![0; ITEM_MAX_BYTES]), b"x").unwrap();
}

#[test]
fn a_wrong_passphrase_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    let files = |dir: &Path| -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|file| file.unwrap())
            .map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap()))
            .collect();
        files.sort();
        files
    };
    let before = files(dir.path());
    for wrong in ["", "wrong", "correct horse batter", "Correct horse battery"] {
        let opened = Store::open(dir.path(), &SCHEMA, &Passphrase::new(wrong.to_string()));
        assert_eq!(opened.err(), Some(StoreError::WrongPassphrase));
    }
    assert!(files(dir.path()) == before);
    open(dir.path()).unwrap();
}

#[test]
fn a_passphrase_can_be_changed() {
    let dir = tempfile::tempdir().unwrap();
    let new = Passphrase::new("another one".to_string());
    let mut store = create(dir.path());
    put(&mut store, FIELD, Key::item(b"a"), b"1").unwrap();
    assert_eq!(store.change_passphrase(&new, &new), Err(StoreError::WrongPassphrase));
    let empty = Passphrase::new(String::new());
    assert_eq!(store.change_passphrase(&passphrase(), &empty), Err(StoreError::PassphraseLength));
    store.change_passphrase(&passphrase(), &new).unwrap();
    put(&mut store, FIELD, Key::item(b"a"), b"2").unwrap();
    drop(store);
    assert_eq!(open(dir.path()).err(), Some(StoreError::WrongPassphrase));
    let store = Store::open(dir.path(), &SCHEMA, &new).unwrap();
    assert_eq!(get(&store, FIELD, &Key::item(b"a")), Some(b"2".to_vec()));
}

#[test]
fn one_process_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = create(dir.path());
    let refused = open(dir.path()).err().unwrap();
    assert_eq!(refused, StoreError::InUse);
    assert!(refused.to_string().contains("stop the running regie"));
    drop(store);
    drop(open(dir.path()).unwrap());
    open(dir.path()).unwrap();
}

#[test]
fn a_store_is_not_created_twice_nor_over_a_part_of_one() {
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    let again = |dir: &Path| Store::create(dir, &SCHEMA, &passphrase(), KdfCost::CHEAPEST).err();
    let path = dir.path().join("regie.redb");
    assert_eq!(again(dir.path()), Some(StoreError::AlreadyExists { path: path.clone() }));
    fs::remove_file(path).unwrap();
    let path = dir.path().join("keyring");
    assert_eq!(again(dir.path()), Some(StoreError::AlreadyExists { path: path.clone() }));
    assert!(matches!(open(dir.path()), Err(StoreError::Corrupt { .. })));
    fs::remove_file(path).unwrap();
    assert!(matches!(open(dir.path()), Err(StoreError::NotFound { .. })));
    // Left over from a creation that was cut short.
    fs::write(dir.path().join("regie.redb.new"), b"half").unwrap();
    drop(create(dir.path()));
    open(dir.path()).unwrap();
}

#[test]
fn a_missing_directory_or_keyring_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("missing");
    let error = open(&missing).err().unwrap();
    assert_eq!(error, StoreError::NotFound { dir: missing.clone() });
    assert!(error.to_string().contains("create one first"));
    assert!(!missing.exists());
    drop(create(dir.path()));
    fs::remove_file(dir.path().join("keyring")).unwrap();
    assert_eq!(open(dir.path()).err(), Some(StoreError::Corrupt { part: "keyring is missing" }));
}

#[test]
fn a_cost_outside_the_bounds_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for cost in [
        KdfCost { memory_kib: u32::MAX, passes: 1, lanes: 1 },
        KdfCost { memory_kib: 8, passes: 0, lanes: 1 },
        KdfCost { memory_kib: 8, passes: 1, lanes: 2 },
        KdfCost { memory_kib: 8, passes: 1, lanes: u32::MAX },
    ] {
        let refused = Store::create(dir.path(), &SCHEMA, &passphrase(), cost).err();
        assert_eq!(refused, Some(StoreError::CostOutOfBounds));
    }
    assert!(!Store::exists(dir.path()));
    let store = Store::create(dir.path(), &SCHEMA, &passphrase(), KdfCost::default());
    drop(store.unwrap());
    open(dir.path()).unwrap();
}

#[cfg(unix)]
#[test]
fn files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("home");
    let mut store = create(&dir);
    put(&mut store, FIELD, Key::item(b"a"), b"1").unwrap();
    put(&mut store, FIELD, Key::item(b"a"), b"2").unwrap();
    store.close().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let mut names = Vec::new();
    for file in fs::read_dir(&dir).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
    names.sort();
    assert_eq!(names, ["clean", "keyring", "regie.redb", "reserve"]);
}

#[cfg(unix)]
#[test]
fn a_read_only_home_is_a_typed_error() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    let set = |mode| fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).unwrap();
    set(0o500);
    // Permissions do not bind root; then only the simulated disk below says something.
    if fs::write(dir.path().join("try"), b"").is_err() {
        assert_eq!(open(dir.path()).err(), Some(StoreError::ReadOnly));
        let below = Store::create(&dir.path().join("x"), &SCHEMA, &passphrase(), KdfCost::CHEAPEST);
        assert_eq!(below.err(), Some(StoreError::ReadOnly));
    }
    set(0o700);
    let disk = Disk::new(sample().0);
    disk.fail_after(0, std::io::ErrorKind::ReadOnlyFilesystem);
    let refused = disk.open().err().unwrap();
    assert_eq!(refused, StoreError::ReadOnly);
    assert!(refused.to_string().contains("writable"));
}

#[test]
fn a_full_disk_is_a_typed_error() {
    let disk = Disk::default();
    let mut store = disk.create();
    disk.fail_after(0, std::io::ErrorKind::StorageFull);
    assert_eq!(put(&mut store, GRANT, Key::item(b"a"), b""), Err(StoreError::Full));
    assert_eq!(put(&mut store, GRANT, Key::item(b"a"), b""), Err(StoreError::Halted));
}

/// Set REGIE_SMALL_DISK to an empty tmpfs of about 16 MiB.
#[test]
fn on_a_full_disk_the_owner_can_still_revoke() {
    let Some(small) = std::env::var_os("REGIE_SMALL_DISK") else {
        return;
    };
    let dir = Path::new(&small).join("home");
    let mut store = create(&dir);
    assert!(!store.space_low());
    let filler = Path::new(&small).join("filler");
    let mut bytes = 64 << 20;
    while bytes > 0 {
        // Whatever fits, down to the last block.
        let mut all = fs::read(&filler).unwrap_or_default();
        all.extend(vec![1; bytes]);
        let _ = fs::write(&filler, all);
        bytes /= 4;
    }
    let mut number = 0;
    while !store.space_low() {
        put(&mut store, RECEIPT, Key::index(number), &vec![1; 100_000]).unwrap();
        number += 1;
    }
    for revocation in 0..50 {
        put(&mut store, REVOCATION, Key::index(revocation), &[0; 300]).unwrap();
        put(&mut store, FIELD, Key::item(b"erased"), &[0; 300]).unwrap();
    }
    drop(store);
    let mut store = open(&dir).unwrap();
    assert_eq!(store.row_count(REVOCATION).unwrap(), 50);
    assert_eq!(store.row_count(RECEIPT).unwrap(), number);
    assert!(store.space_low());
    fs::remove_file(filler).unwrap();
    assert!(store.restore_reserve() && !store.space_low());
    put(&mut store, RECEIPT, Key::index(number), &[1; 100]).unwrap();
}

#[test]
fn a_truncated_file_is_a_typed_error_and_stays_as_it_is() {
    let (image, _) = sample();
    for length in (0..image.bytes.len()).step_by(4096) {
        let mut cut = image.clone();
        cut.bytes.truncate(length);
        let disk = Disk::new(cut.clone());
        let opened = catch_unwind(AssertUnwindSafe(|| disk.open().map(drop)));
        let opened = opened.expect("a panic");
        assert!(matches!(opened, Err(StoreError::Corrupt { .. })), "{length}: {opened:?}");
        assert!(disk.image().bytes == cut.bytes && disk.image().side == cut.side);
    }
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    let path = dir.path().join("regie.redb");
    let whole = fs::metadata(&path).unwrap().len() as usize;
    for length in [0, 100, 4096, whole / 2, whole - 4096, whole - 1] {
        let mut bytes = fs::read(&path).unwrap();
        bytes.truncate(length);
        let copy = tempfile::tempdir().unwrap();
        fs::copy(dir.path().join("keyring"), copy.path().join("keyring")).unwrap();
        fs::write(copy.path().join("regie.redb"), &bytes).unwrap();
        assert!(matches!(open(copy.path()), Err(StoreError::Corrupt { .. })));
        assert!(fs::read(copy.path().join("regie.redb")).unwrap() == bytes);
    }
}

/// What came of opening and reading everything.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Right,
    Refused,
    Wrong,
    Panicked,
}

fn read_all(disk: &Disk, model: &Model) -> Outcome {
    let work = || -> Result<bool, StoreError> {
        let store = disk.open()?;
        for ((table, key), value) in model {
            if store.row(*table, key)?.map(|found| found.to_vec()).as_ref() != Some(value) {
                return Ok(false);
            }
        }
        Ok(content(&store)? == *model)
    };
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(true)) => Outcome::Right,
        Ok(Ok(false)) => Outcome::Wrong,
        Ok(Err(_)) => Outcome::Refused,
        Err(_) => Outcome::Panicked,
    }
}

#[test]
fn a_flipped_bit_is_harmless_or_reported() {
    let flips = number_from_env("REGIE_BIT_FLIPS", 4_000);
    let (image, model) = sample();
    let mut random = Random(number_from_env("REGIE_FLIP_SEED", 11));
    // Much of a young file is empty (zeros; in debug builds redb fills fresh pages with 0xff):
    // three flips of four go where something is.
    let used: Vec<usize> = (0..image.bytes.len()).filter(|at| !matches!(image.bytes[*at], 0 | 0xff)).collect();
    let (mut right, mut refused, mut untouched) = (0, 0, 0);
    std::panic::set_hook(Box::new(|_| {}));
    let mut bad = Vec::new();
    for number in 0..flips {
        let at = match number % 16 {
            0..12 => used[random.below(used.len() as u64) as usize],
            12 => random.below(512) as usize,
            _ => random.below(image.bytes.len() as u64) as usize,
        };
        let mut flipped = image.clone();
        flipped.bytes[at] ^= 1 << random.below(8);
        let disk = Disk::new(flipped.clone());
        match read_all(&disk, &model) {
            Outcome::Right => right += 1,
            Outcome::Refused => {
                refused += 1;
                untouched += u64::from(disk.image().bytes == flipped.bytes);
            }
            outcome => bad.push((number, at, outcome)),
        }
    }
    let _ = std::panic::take_hook();
    println!("{flips} flips: {right} right, {refused} refused ({untouched} left untouched)");
    assert!(bad.is_empty(), "{bad:?}");
    assert!(refused > flips / 4, "the test is blind");
}

#[test]
fn a_damaged_side_file_is_harmless_or_reported() {
    let (image, model) = sample();
    let mut spare = 0;
    for side in [Side::Keyring, Side::Clean] {
        for at in 0..image.side[&side].len() {
            let mut flipped = image.clone();
            flipped.side.get_mut(&side).unwrap()[at] ^= 1;
            let disk = Disk::new(flipped);
            match (side, read_all(&disk, &model)) {
                // A marker that can't be read only means a closer look.
                (Side::Clean, outcome) => assert_eq!(outcome, Outcome::Right, "{side:?} {at}"),
                // The epoch that nothing was sealed under yet is made anew, and erasing goes on.
                (Side::Keyring, Outcome::Right) => {
                    spare += 1;
                    let mut store = disk.open().unwrap();
                    put(&mut store, FIELD, Key::item(b"flip"), b"1").unwrap();
                    put(&mut store, FIELD, Key::item(b"flip"), b"2").unwrap();
                    store.close().unwrap();
                    assert_eq!(disk.open().unwrap().row(FIELD, &Key::item(b"flip")).unwrap().unwrap()[..], *b"2");
                }
                (Side::Keyring, outcome) => assert_eq!(outcome, Outcome::Refused, "{side:?} {at}"),
            }
        }
    }
    // No byte but those of one slot: a number, a key, and what sealing adds.
    assert_eq!(spare, 8 + 32 + 41);
}

#[test]
fn a_database_and_a_keyring_of_different_times_are_refused() {
    let (image, _) = sample();
    let disk = Disk::new(image.clone());
    let mut store = disk.open().unwrap();
    for number in 0..5u8 {
        put(&mut store, FIELD, Key::item(b"a"), &[number]).unwrap();
    }
    drop(store);
    let new = disk.image();
    for (bytes, side) in [(&image.bytes, &new.side), (&new.bytes, &image.side)] {
        let mixed = Image { bytes: bytes.clone(), side: side.clone() };
        assert!(matches!(Disk::new(mixed).open(), Err(StoreError::Corrupt { .. })));
    }
}

#[test]
fn a_store_can_move_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<Store>();
}

#[test]
fn nothing_secret_is_printed() {
    let (image, _) = sample();
    let store = Disk::new(image).open().unwrap();
    let row = store.scan_indexes(AUDIT_ENTRY, 0, 1).unwrap().remove(0);
    let printed = format!("{:?} {:?} {:?} {:?}", passphrase(), store, row, Key::item(b"secret"));
    assert_eq!(printed, "Passphrase(..) Store Row(8 bytes) Key(..)");
}

/// `cargo test --release --test store -- --ignored --nocapture throughput`
#[test]
#[ignore = "a measurement"]
fn throughput() {
    let home = std::env::var("REGIE_BENCH_DIR").unwrap_or_else(|_| ".".to_string());
    let dir = tempfile::tempdir_in(home).unwrap();
    let start = Instant::now();
    let mut store = Store::create(dir.path(), &SCHEMA, &passphrase(), KdfCost::default()).unwrap();
    println!("create with the default cost: {:?}", start.elapsed());
    for (name, table, size) in [
        ("single", AUDIT_ENTRY, 1),
        ("batch of 64", AUDIT_ENTRY, 64),
        ("single, erasable", DISCLOSURE, 1),
        ("batch of 64, erasable", DISCLOSURE, 64),
    ] {
        let commits = 400;
        let from = store.row_count(table).unwrap();
        let start = Instant::now();
        for commit in 0..commits {
            let mut batch = Batch::new();
            for row in 0..size {
                batch.put_row(table, Key::index(from + commit * size + row), vec![7; 300]);
            }
            store.commit(batch).unwrap();
        }
        let seconds = start.elapsed().as_secs_f64();
        let (each, rows) = (commits as f64 / seconds, (commits * size) as f64 / seconds);
        println!("{name}: {each:.0} commits/s, {rows:.0} records/s");
    }
    let rows = store.row_count(DISCLOSURE).unwrap();
    for size in [1, 64] {
        let start = Instant::now();
        for commit in 0..100 {
            let mut batch = Batch::new();
            for row in 0..size {
                batch.delete_row(DISCLOSURE, Key::index(commit * size + row + 1_000 * (size / 64)));
            }
            store.commit(batch).unwrap();
        }
        let each = 100.0 / start.elapsed().as_secs_f64();
        println!("erasing {size} of {rows} per commit: {each:.0} commits/s");
    }
    let bytes = fs::metadata(dir.path().join("regie.redb")).unwrap().len();
    store.close().unwrap();
    let start = Instant::now();
    let mut store = open(dir.path()).unwrap();
    println!("open {} MiB: {:?}", bytes >> 20, start.elapsed());
    let start = Instant::now();
    store.for_each_row(|_, _| Ok::<_, StoreError>(())).unwrap();
    println!("read every row: {:?}", start.elapsed());
    for commit in 0..40 {
        let mut batch = Batch::new();
        for row in 0..15 {
            batch.put_row(RECEIPT, Key::index(commit * 15 + row), vec![7; VALUE_MAX_BYTES]);
        }
        store.commit(batch).unwrap();
    }
    store.close().unwrap();
    let bytes = fs::metadata(dir.path().join("regie.redb")).unwrap().len();
    let start = Instant::now();
    let store = open(dir.path()).unwrap();
    println!("open {} MiB: {:?}", bytes >> 20, start.elapsed());
    drop(store);
}
