//! Power cuts. A recording disk yields images of what could be on it after a cut: unsynced writes
//! dropped, reordered, torn at 512 bytes. No acknowledged commit may be missing from any of them.
//! REGIE_CRASH_IMAGES (2,000) and REGIE_CRASH_SEED set the length and the seed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod disk;

use disk::{Disk, FIELD, Image, Model, Random, Step, content, number_from_env, random_batch};
use regie::store::{Batch, Key, Side, StoreError};

const SECTOR: usize = 512;
const COMMITS: u64 = 60;

fn seed() -> u64 {
    let seed = number_from_env("REGIE_CRASH_SEED", 0x7e61e);
    println!("REGIE_CRASH_SEED={seed}");
    seed
}

/// Applies to `image` what may have reached the disk of writes that were not synced.
fn lose(image: &mut Image, pending: &[Step], random: &mut Random) {
    let mode = random.below(4);
    let mut order: Vec<usize> = (0..pending.len()).collect();
    if mode != 0 {
        for last in (1..order.len()).rev() {
            order.swap(last, random.below(last as u64 + 1) as usize);
        }
    }
    for index in order {
        let kept = match mode {
            0 => true,
            1 => false,
            _ => random.below(2) == 0,
        };
        match &pending[index] {
            Step::Write(offset, data) if kept => image.write(*offset, data),
            Step::Write(offset, data) if mode == 3 => {
                for (sector, bytes) in data.chunks(SECTOR).enumerate() {
                    if random.below(2) == 0 {
                        image.write(offset + (sector * SECTOR) as u64, bytes);
                    }
                }
            }
            Step::SetLen(length) if kept => image.bytes.resize(*length as usize, 0),
            _ => {}
        }
    }
}

/// The image after a cut at step `cut`, and the last commit acknowledged before. Syncs from step
/// `lie` on are ignored.
fn cut_at(base: &Image, steps: &[Step], cut: usize, lie: usize, random: &mut Random) -> Image {
    let mut image = base.clone();
    let mut pending = Vec::new();
    for (index, step) in steps[..cut].iter().enumerate() {
        match step {
            Step::Sync if index < lie => {
                for step in pending.drain(..) {
                    match step {
                        Step::Write(offset, data) => image.write(offset, &data),
                        Step::SetLen(length) => image.bytes.resize(length as usize, 0),
                        _ => {}
                    }
                }
            }
            Step::Side(side, content) => image.side(*side, content.clone()),
            Step::SidePart(side, offset, bytes) => image.side_part(*side, *offset, bytes),
            Step::Sync | Step::Acknowledged(_) => {}
            change => pending.push(change.clone()),
        }
    }
    lose(&mut image, &pending, random);
    // Cut while a part of a side file is written: any of its bytes may be old or new.
    if let Some(Step::SidePart(side, offset, bytes)) = steps.get(cut)
        && random.below(2) == 0
    {
        for (at, byte) in bytes.iter().enumerate().filter(|_| random.below(2) == 0) {
            image.side_part(*side, offset + at, &[*byte]);
        }
    }
    image
}

/// The database had every change reached the disk.
fn everything(base: &Image, steps: &[Step]) -> Vec<u8> {
    let mut image = base.clone();
    for step in steps {
        match step {
            Step::Write(offset, data) => image.write(*offset, data),
            Step::SetLen(length) => image.bytes.resize(*length as usize, 0),
            _ => {}
        }
    }
    image.bytes
}

fn acknowledged(steps: &[Step]) -> u64 {
    let last = steps.iter().rev().find_map(|step| match step {
        Step::Acknowledged(commit) => Some(*commit),
        _ => None,
    });
    last.unwrap_or(0)
}

struct History {
    base: Image,
    steps: Vec<Step>,
    /// What the store holds after each commit.
    models: Vec<Model>,
}

fn history(random: &mut Random) -> History {
    let disk = Disk::default();
    drop(disk.create());
    let base = disk.image();
    disk.record();
    let mut models = vec![Model::new()];
    let (mut model, mut log) = (Model::new(), 0);
    let mut store = disk.open().unwrap();
    for commit in 1..=COMMITS {
        store.commit(random_batch(random, &mut model, &mut log)).unwrap();
        disk.acknowledge(commit);
        models.push(model.clone());
        if random.below(12) == 0 {
            drop(store);
            store = disk.open().unwrap();
        }
    }
    drop(store);
    History { base, steps: disk.steps(), models }
}

/// Opens an image; answers what is wrong with it.
fn examine(disk: &Disk, models: &[Model], least: u64) -> Result<u64, String> {
    let store = disk.open().map_err(|error| format!("does not open: {error}"))?;
    let commits = store.commits();
    if commits < least || commits > least + 1 {
        return Err(format!("{least} commits acknowledged, {commits} there"));
    }
    let found = content(&store).map_err(|error| format!("does not read: {error}"))?;
    if models.get(commits as usize) != Some(&found) {
        return Err(format!("wrong content after commit {commits}"));
    }
    Ok(commits)
}

#[test]
fn no_acknowledged_commit_is_lost_in_any_image() {
    let images = number_from_env("REGIE_CRASH_IMAGES", 2_000);
    let random = &mut Random(seed());
    let (mut lost, mut recoveries) = (Vec::new(), 0);
    let mut past = history(random);
    for number in 0..images {
        if number % 1_000 == 999 {
            past = history(random);
        }
        let cut = random.below(past.steps.len() as u64 + 1) as usize;
        let least = acknowledged(&past.steps[..cut]);
        let base = cut_at(&past.base, &past.steps, cut, usize::MAX, random);
        let disk = Disk::new(base.clone());
        disk.record();
        let commits = match examine(&disk, &past.models, least) {
            Ok(commits) => commits,
            Err(what) => {
                lost.push(format!("image {number}, cut {cut}: {what}"));
                continue;
            }
        };
        if number % 4 == 0 {
            // A second cut while the first one is being repaired.
            recoveries += 1;
            let steps = disk.steps();
            let second = random.below(steps.len() as u64 + 1) as usize;
            let disk = Disk::new(cut_at(&base, &steps, second, usize::MAX, random));
            match examine(&disk, &past.models, least) {
                Ok(again) if again == commits => {}
                Ok(again) => lost.push(format!("image {number}: {commits}, then {again} commits")),
                Err(what) => lost.push(format!("image {number}, recovery {second}: {what}")),
            }
        }
    }
    println!("{images} images, {recoveries} cuts during recovery, {} lost", lost.len());
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn a_lying_sync_is_caught() {
    let images = number_from_env("REGIE_CRASH_IMAGES", 2_000) / 5;
    let random = &mut Random(seed() ^ 1);
    let past = history(random);
    let (mut lies, mut caught) = (0, 0);
    std::panic::set_hook(Box::new(|_| {}));
    while lies < images {
        let cut = random.below(past.steps.len() as u64 + 1) as usize;
        let lie = random.below(cut as u64 + 1) as usize;
        let least = acknowledged(&past.steps[..cut]);
        // Without a commit acknowledged under the lie there is nothing to catch.
        if acknowledged(&past.steps[..lie]) == least {
            continue;
        }
        let image = cut_at(&past.base, &past.steps, cut, lie, random);
        if image.bytes == everything(&past.base, &past.steps[..cut]) {
            // Luck: all of it reached the disk all the same.
            continue;
        }
        lies += 1;
        caught += u64::from(examine(&Disk::new(image), &past.models, least).is_err());
    }
    let _ = std::panic::take_hook();
    println!("{caught} of {lies} lying syncs caught");
    assert!(caught * 10 >= lies * 9, "the harness is blind: {caught} of {lies}");
}

#[test]
fn every_step_of_an_epoch_roll_can_be_cut() {
    let random = &mut Random(seed() ^ 2);
    let key = |name: &[u8]| Key::grouped(b"peer", name);
    let disk = Disk::default();
    let mut store = disk.create();
    let mut batch = Batch::new();
    for number in 0..50u8 {
        batch.put_row(FIELD, key(&[number]), vec![number; 40]);
    }
    store.commit(batch).unwrap();
    let base = disk.image();
    disk.record();
    let before = content(&store).unwrap();
    let mut batch = Batch::new();
    batch.delete_row(FIELD, key(&[7]));
    batch.put_row(FIELD, key(&[8]), b"new".to_vec());
    store.commit(batch).unwrap();
    let after = content(&store).unwrap();
    std::mem::forget(store);
    let steps = disk.steps();
    let rolls = steps.iter().filter(|step| matches!(step, Step::SidePart(Side::Keyring, ..))).count();
    assert_eq!(rolls, 1);
    let mut seen = [0, 0];
    for cut in 0..=steps.len() {
        for _ in 0..8 {
            let disk = Disk::new(cut_at(&base, &steps, cut, usize::MAX, random));
            let mut store = disk.open().unwrap();
            let found = content(&store).unwrap();
            let rolled = found == after;
            assert!(rolled || found == before, "cut {cut}");
            seen[usize::from(rolled)] += 1;
            // Once rolled, the keyring no longer opens the database from before.
            let mut old = base.clone();
            old.side.insert(Side::Keyring, disk.image().side[&Side::Keyring].clone());
            assert_eq!(Disk::new(old).open().is_err(), rolled, "cut {cut}");
            // And erasing goes on.
            let mut batch = Batch::new();
            batch.delete_rows(FIELD, b"peer");
            store.commit(batch).unwrap();
            drop(store);
            assert!(content(&disk.open().unwrap()).unwrap().is_empty());
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0);
}

#[test]
fn an_error_at_any_change_halts_and_opening_recovers() {
    for changes in 0.. {
        let disk = Disk::default();
        let mut store = disk.create();
        let mut batch = Batch::new();
        batch.put_row(FIELD, Key::item(b"a"), b"old".to_vec());
        store.commit(batch).unwrap();
        disk.fail_after(changes, std::io::ErrorKind::Other);
        let mut batch = Batch::new();
        batch.put_row(FIELD, Key::item(b"a"), b"new".to_vec());
        let outcome = store.commit(batch);
        if outcome.is_ok() {
            assert!(changes > 3);
            return;
        }
        let mut batch = Batch::new();
        batch.put_row(FIELD, Key::item(b"b"), b"x".to_vec());
        assert_eq!(store.commit(batch), Err(StoreError::Halted));
        assert_eq!(store.row(FIELD, &Key::item(b"a")).err(), Some(StoreError::Halted));
        drop(store);
        let store = Disk::new(disk.image()).open().unwrap();
        let value = store.row(FIELD, &Key::item(b"a")).unwrap().unwrap();
        assert!([b"old".as_slice(), b"new"].contains(&value.as_slice()));
    }
}
