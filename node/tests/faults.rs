//! A disk that fails: every write, sync and read of a history in turn, whole or torn, full or read-only. What was
//! acknowledged is there when the disk is well again, and the store never goes on over an error.
//! REGIE_FAULT_SEEDS (12) sets how many histories, REGIE_FAULT_FIRST (0) the first of them, so that a long run can go on
//! where another one ended.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its setup does not hold")]

mod disk;

use std::{
    io::ErrorKind,
    panic::{AssertUnwindSafe, catch_unwind},
};

use disk::{Disk, GRANT, Model, Random, content, number_from_env, random_batch};
use regie::store::{Batch, Key, Store, StoreError};

const COMMITS: u64 = 12;
const KINDS: [ErrorKind; 3] = [ErrorKind::Other, ErrorKind::StorageFull, ErrorKind::ReadOnlyFilesystem];

/// What came of a history on a disk that fails at some point.
struct Outcome {
    /// What the store holds after each commit that was tried.
    models: Vec<Model>,
    acknowledged: usize,
    failed: bool,
}

/// Runs the history of a seed until the disk fails.
fn run(disk: &Disk, seed: u64) -> Outcome {
    let (mut random, mut model, mut log) = (Random(seed), Model::new(), 0);
    let mut outcome = Outcome { models: vec![Model::new()], acknowledged: 0, failed: false };
    let Ok(mut store) = disk.open() else { return Outcome { failed: true, ..outcome } };
    for _ in 0..COMMITS {
        let batch = random_batch(&mut random, &mut model, &mut log);
        outcome.models.push(model.clone());
        match store.commit(batch) {
            Ok(()) => outcome.acknowledged += 1,
            Err(error) => {
                assert!(matches!(error, StoreError::Full | StoreError::ReadOnly | StoreError::Io { .. }), "{error:?}");
                halted(&mut store);
                return Outcome { failed: true, ..outcome };
            }
        }
    }
    // Closing writes too; an error there loses nothing that was acknowledged.
    outcome.failed = store.close().is_err();
    outcome
}

/// After an error nothing more is taken and nothing is told.
fn halted(store: &mut Store) {
    let mut batch = Batch::new();
    batch.put_row(GRANT, Key::item(b"after"), b"x".to_vec());
    assert_eq!(store.commit(batch), Err(StoreError::Halted));
    assert_eq!(store.row(GRANT, &Key::item(b"after")).err(), Some(StoreError::Halted));
}

/// The disk is well again: what was acknowledged is there, and of the commit that failed all or nothing.
fn recovered(disk: &Disk, outcome: &Outcome, what: &str) {
    let store = Disk::new(disk.image()).open().unwrap_or_else(|error| panic!("{what}: {error}"));
    let found = content(&store).unwrap_or_else(|error| panic!("{what}: {error}"));
    let held = outcome.models[outcome.acknowledged..].iter().take(2).any(|model| *model == found);
    assert!(held, "{what}: {} were acknowledged and are not there", outcome.acknowledged);
}

#[test]
fn whichever_change_fails_what_was_acknowledged_is_there() {
    let seeds = number_from_env("REGIE_FAULT_SEEDS", 12);
    let first = number_from_env("REGIE_FAULT_FIRST", 0);
    let (mut faults, mut acknowledged) = (0, 0);
    for seed in first..first + seeds {
        for changes in 0.. {
            let disk = Disk::default();
            drop(disk.create());
            disk.fail_after(changes, KINDS[(seed + changes) as usize % KINDS.len()]);
            if (seed + changes) % 2 == 0 {
                disk.tear();
            }
            let outcome = run(&disk, seed);
            if !outcome.failed {
                assert_eq!(outcome.acknowledged as u64, COMMITS);
                break;
            }
            faults += 1;
            acknowledged += outcome.acknowledged;
            recovered(&disk, &outcome, &format!("seed {seed}, change {changes}"));
        }
    }
    println!("{seeds} histories, {faults} faults, {acknowledged} commits acknowledged before them");
    assert!(faults > 20 * seeds && acknowledged > 0, "the test is blind");
}

#[test]
fn whichever_read_fails_there_is_an_error_and_no_wrong_value() {
    let disk = Disk::default();
    drop(disk.create());
    let outcome = run(&disk, 3);
    let expected = outcome.models.last().unwrap();
    std::panic::set_hook(Box::new(|_| {}));
    let (mut refused, mut wrong) = (0, Vec::new());
    for reads in 0.. {
        let copy = Disk::new(disk.image());
        copy.fail_reads_after(reads);
        let read = || copy.open().and_then(|store| content(&store));
        match catch_unwind(AssertUnwindSafe(read)) {
            Ok(Ok(found)) if found == *expected => break,
            Ok(Err(_)) => refused += 1,
            Ok(Ok(_)) => wrong.push(format!("read {reads}: wrong content")),
            Err(_) => wrong.push(format!("read {reads}: a panic")),
        }
        recovered(&copy, &outcome, &format!("read {reads}"));
    }
    let _ = std::panic::take_hook();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(refused > 3, "{refused} refused: the test is blind");
}
