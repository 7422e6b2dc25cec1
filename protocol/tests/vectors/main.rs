//! The test vectors of `protocol/vectors`: every case is checked from its JSON, and the files are as the
//! generator makes them. With `REGIE_WRITE_VECTORS=1` the files are written anew.
//!
//! `make_*.rs` hold the cases, with expectations written by hand; `check*.rs` run a case through the code from
//! nothing but its JSON; `forms.rs` has the cases that every signed object shares.

#![allow(clippy::expect_used, missing_docs, reason = "a test stops where its setup does not hold")]

mod catalogue;
mod check;
mod check_person;
mod check_supplier;
mod checkpoints;
#[path = "../fixtures/mod.rs"]
mod fixtures;
mod format;
mod forms;
mod frames;
mod make_acceptance;
mod make_acts;
mod make_alternative;
mod make_catalogue;
mod make_chain;
mod make_checkpoints;
mod make_disclosure;
mod make_disclosure_proofs;
mod make_ed25519;
mod make_entries;
mod make_frames;
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
mod make_tally_frames;
mod make_tree_head;
#[path = "../memory/mod.rs"]
mod memory;
mod states;

use std::{collections::BTreeSet, fs, path::PathBuf};

use format::File;
use frames::Frame;
use regie_protocol::{
    Invitation,
    audit::Entry,
    intent::BoardLink,
    limits,
    message::{
        BoardReply, HelperReply, Message, PersonReply, Reply, Role, SupplierReply, ToBoard, ToHelper, ToPerson,
        ToSupplier, read, read_reply,
    },
    tally::HelperLink,
    wire,
};

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
    files.extend(make_acts::files());
    files.extend(make_market::files());
    files
}

fn path(object: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(format!("{object}.json"))
}

/// The text of a file: indented by one, since most of it is depth.
fn text(file: &impl serde::Serialize) -> String {
    let mut out = Vec::new();
    let layout = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut writer = serde_json::Serializer::with_formatter(&mut out, layout);
    serde::Serialize::serialize(file, &mut writer).expect("JSON");
    String::from_utf8(out).expect("text") + "\n"
}

#[test]
fn the_files_are_as_the_generator_makes_them() {
    let write = std::env::var("REGIE_WRITE_VECTORS").is_ok_and(|value| value == "1");
    let files = made().into_iter().map(|file| (path(&file.object), text(&file)));
    let others = [
        (path("frames"), text(&make_frames::file())),
        (path("checkpoints"), text(&make_checkpoints::file())),
        (path("catalogue"), text(&make_catalogue::file())),
    ];
    for (path, wanted) in files.chain(others) {
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
        let apart = ["frames.json", "checkpoints.json", "catalogue.json"].iter().any(|name| path.ends_with(name));
        if path.extension().is_none_or(|ending| ending != "json") || apart {
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
    assert_eq!(files, 28, "one file for each object");
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Reads a frame as whatever its rule names, and writes it again.
fn again(frame: &Frame) -> Vec<u8> {
    fn message<M: Message>(body: &[u8]) -> Vec<u8> {
        wire::encode(&read::<M>(body).expect("a message")).expect("encodes")
    }
    fn reply<R: Reply>(body: &[u8]) -> Vec<u8> {
        wire::encode(&read_reply::<R>(body).expect("a reply")).expect("encodes")
    }
    let body = &frames::body(frame)[..];
    match frame.rule.as_str() {
        "to-person" => message::<ToPerson>(body),
        "to-supplier" => message::<ToSupplier>(body),
        "to-board" => message::<ToBoard>(body),
        "to-helper" => message::<ToHelper>(body),
        "person-reply" => reply::<PersonReply>(body),
        "supplier-reply" => reply::<SupplierReply>(body),
        "board-reply" => reply::<BoardReply>(body),
        "helper-reply" => reply::<HelperReply>(body),
        other => panic!("{other} is no role's"),
    }
}

#[test]
fn there_is_a_frame_of_each_kind_and_an_entry_of_each_event() {
    let found = fs::read_to_string(path("frames")).expect("text");
    let file: frames::File = serde_json::from_str(&found).expect("frames");
    let shown: Vec<(String, String)> = file.frames.iter().map(|one| (one.rule.clone(), one.tag.clone())).collect();
    let mut wanted = Vec::new();
    for role in Role::ALL {
        wanted.extend(role.messages().iter().map(|form| (frames::messages_to(role), form.tag.to_owned())));
        wanted.extend(role.replies().iter().map(|form| (frames::replies_of(role), form.tag.to_owned())));
    }
    assert_eq!(shown, wanted, "in the order of the tables of clause 9.4");
    for frame in &file.frames {
        assert_eq!(again(frame), frames::body(frame), "{} {}", frame.rule, frame.tag);
    }
    for logged in &file.entries {
        let entry: Entry = wire::decode(&format::unhex(&logged.entry), limits::ENTRY_BYTES).expect("an entry");
        assert_eq!(entry.event.kind(), logged.event);
        let json = serde_json::to_value(&entry.event).expect("JSON");
        let named = json.as_str().or_else(|| json.as_object()?.keys().next().map(String::as_str));
        assert_eq!(named, Some(entry.event.kind()), "the name that serde gives it");
    }
    let source = include_str!("../../src/audit.rs");
    let kinds = source.lines().filter_map(|line| line.trim().strip_prefix("Self::")?.split_once("=> \""));
    let kinds: BTreeSet<&str> = kinds.map(|(_, kind)| kind.trim_end_matches("\",")).collect();
    let events: BTreeSet<&str> = file.entries.iter().map(|logged| logged.event.as_str()).collect();
    assert_eq!(events, kinds);
    for link in &file.links {
        let read = match link.rule.as_str() {
            "invitation" => link.link.parse::<Invitation>().map(|read| read.to_string()).ok(),
            "board-link" => link.link.parse::<BoardLink>().map(|read| read.to_string()).ok(),
            _ => link.link.parse::<HelperLink>().map(|read| read.to_string()).ok(),
        };
        assert_eq!(read.as_ref(), Some(&link.link), "{}", link.rule);
    }
}
