//! The test vectors of `protocol/vectors`: every case is checked from its JSON, and the files are as the
//! generator makes them. With `REGIE_WRITE_VECTORS=1` the files are written anew.
//!
//! `make_*.rs` hold the cases, with expectations written by hand; `check*.rs` run a case through the code from
//! nothing but its JSON; `forms.rs` has the cases that every signed object shares.

#![allow(clippy::expect_used, missing_docs, reason = "a test stops where its setup does not hold")]

mod check;
mod check_person;
mod check_supplier;
#[path = "../fixtures/mod.rs"]
mod fixtures;
mod format;
mod forms;
mod make_acceptance;
mod make_alternative;
mod make_chain;
mod make_disclosure;
mod make_disclosure_proofs;
mod make_ed25519;
mod make_grant;
mod make_item;
mod make_market;
mod make_notices;
mod make_pairing;
mod make_profile;
mod make_request;
mod make_request_chains;
mod make_rotation;
mod make_speccheck;
mod make_tree_head;
#[path = "../memory/mod.rs"]
mod memory;
mod states;

use std::{collections::BTreeSet, fs, path::PathBuf};

use format::File;

fn made() -> Vec<File> {
    let mut files = vec![
        make_grant::file(),
        make_chain::file(),
        make_request::file(),
        make_disclosure::file(),
        make_notices::revocation(),
        make_notices::acknowledgement(),
        make_notices::erasure_receipt(),
        make_profile::file(),
        make_pairing::file(),
        make_acceptance::file(),
        make_alternative::file(),
        make_rotation::file(),
        make_rotation::renewal(),
        make_item::file(),
        make_tree_head::file(),
        make_ed25519::file(),
    ];
    files.extend(make_market::files());
    files
}

fn path(object: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(format!("{object}.json"))
}

/// The text of a file: indented by one, since most of it is depth.
fn text(file: &File) -> String {
    let mut out = Vec::new();
    let layout = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut writer = serde_json::Serializer::with_formatter(&mut out, layout);
    serde::Serialize::serialize(file, &mut writer).expect("JSON");
    String::from_utf8(out).expect("text") + "\n"
}

#[test]
fn the_files_are_as_the_generator_makes_them() {
    let write = std::env::var("REGIE_WRITE_VECTORS").is_ok_and(|value| value == "1");
    for file in made() {
        let (path, wanted) = (path(&file.object), text(&file));
        if write {
            fs::write(&path, &wanted).expect("written");
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == wanted, "{} differs; REGIE_WRITE_VECTORS=1 writes it anew", path.display());
    }
}

#[test]
fn every_case_comes_out_as_it_says() {
    let mut wrong = Vec::new();
    let mut files = 0;
    for entry in fs::read_dir(path("x").parent().expect("a directory")).expect("readable") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        files += 1;
        let file: File = serde_json::from_str(&fs::read_to_string(&path).expect("text")).expect("a vector file");
        let names: BTreeSet<_> = file.cases.iter().map(|case| &case.name).collect();
        assert_eq!(names.len(), file.cases.len(), "two cases of {} share a name", file.object);
        assert!(file.cases.iter().any(|case| case.expect == "ok"), "{} has no good case", file.object);
        for case in &file.cases {
            if let Err(found) = check::case(&file, case) {
                wrong.push(format!("{}: {} ({}): {found}", file.object, case.name, case.about));
            }
        }
    }
    assert_eq!(files, 25, "one file for each object");
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}
