//! Stores that earlier versions wrote, kept in git: this version opens each, finds what was put in, and goes on.
//! A new format gets a directory of its own beside the old ones: REGIE_WRITE_GOLDEN=1 writes the newest.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its setup does not hold")]

mod disk;

use std::{fs, path::PathBuf};

use disk::{Disk, Image, Model, Random, content, random_batch};
use regie::store::{Batch, Key, Side, Table};

/// The formats there have been: 2 has more tables than 1, 3 a keyring of two slots.
const FORMATS: [u32; 3] = [1, 2, 3];

const SIDES: [(Side, &str); 2] = [(Side::Keyring, "keyring"), (Side::Clean, "clean")];

fn place(format: u32) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/format-{format}"))
}

/// What stands in every golden store: 20 batches of a fixed seed.
fn batches() -> (Vec<Batch>, Model) {
    let (mut random, mut model, mut log) = (Random(1), Model::new(), 0);
    let batches = (0..20).map(|_| random_batch(&mut random, &mut model, &mut log)).collect();
    (batches, model)
}

#[test]
fn a_store_of_every_format_opens_and_goes_on() {
    let newest = FORMATS[FORMATS.len() - 1];
    if std::env::var_os("REGIE_WRITE_GOLDEN").is_some() {
        write(newest);
    }
    let (_, model) = batches();
    for format in FORMATS {
        let mut image = Image { bytes: fs::read(place(format).join("regie.redb")).unwrap(), ..Image::default() };
        for (side, name) in SIDES {
            image.side(side, Some(fs::read(place(format).join(name)).unwrap()));
        }
        let disk = Disk::new(image);
        let mut store = disk.open().unwrap_or_else(|error| panic!("format {format}: {error}"));
        assert_eq!(content(&store).unwrap(), model, "format {format}");
        let mut batch = Batch::new();
        batch.put(Table::Receipt, Key::item(b"later"), b"x".to_vec());
        store.commit(batch).unwrap();
        store.close().unwrap();
        let store = disk.open().unwrap();
        assert_eq!(content(&store).unwrap().len(), model.len() + 1, "format {format}");
    }
}

fn write(format: u32) {
    let disk = Disk::default();
    let mut store = disk.create();
    for batch in batches().0 {
        store.commit(batch).unwrap();
    }
    store.close().unwrap();
    let image = disk.image();
    fs::create_dir_all(place(format)).unwrap();
    fs::write(place(format).join("regie.redb"), &image.bytes).unwrap();
    for (side, name) in SIDES {
        fs::write(place(format).join(name), &image.side[&side]).unwrap();
    }
}
