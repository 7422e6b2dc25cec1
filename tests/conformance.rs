//! The kit of `tests/conformance`, which was written from the documents and the vectors alone: it holds the vectors against the
//! documents, plays a person against a companion, and a supplier against a person's node, over real sockets. In: `npm ci
//! --prefix tests/conformance`. Out: what it says.

use std::{path::Path, process::Command as Process};

use regie_tests::{Node, binary};
use serde_json::Value;

/// Runs a part of the kit against a node, whose owner does what the kit's commands say; what it says last, as JSON. None where the kit is not installed and `REGIE_REQUIRE_CONFORMANCE`
/// is not set.
fn kit(part: &str, against: Option<(&Node, &str)>) -> Option<Value> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    if !directory.join("node_modules").exists() {
        let next = "run `npm ci --prefix tests/conformance`";
        assert!(std::env::var_os("REGIE_REQUIRE_CONFORMANCE").is_none(), "the kit is not installed: {next}");
        eprintln!("NOT RUN: the kit of conformance; {next}");
        return None;
    }
    let mut process = Process::new("npm");
    process.args(["run", "--silent", part, "--prefix"]).arg(&directory);
    if let Some((node, commands)) = against {
        process.args(["--", commands]).env("REGIE", binary()).env("REGIE_HOME", &node.home);
        for (name, value) in node.process(&[]).get_envs() {
            process.env(name, value.unwrap_or_default());
        }
    }
    let output = process.output().expect("npm runs; install Node.js");
    let [said, words] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{part}: {words}\n{said}");
    Some(serde_json::from_str(said.lines().last().expect("an answer")).expect("JSON"))
}

#[test]
fn every_vector_and_frame_holds_against_the_documents() {
    let Some(found) = kit("vectors", None) else { return };
    let held: u64 = ["frames", "entries", "links", "cases"].iter().filter_map(|what| found[what].as_u64()).sum();
    assert!(held > 2_000, "{found}");
}

/// What the kit found to hold.
fn held(found: &Value) -> usize {
    found["held"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_person_of_another_make_is_served_by_a_companion() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut companion = Node::at(directory.path().join("companion"));
    // Two agreements, so that a person who proffers another gets an alternative.
    let agreements = ["--agreements", "SD-BASE", "--agreements", "SD-BASE-A"];
    let made = ["supplier", "init", "--name", "Shop", "--sector", "retail", "--listen", "/ip4/127.0.0.1/tcp/0"];
    companion.good(&[&made[..], &agreements[..]].concat());
    companion.start();
    let Some(found) = kit("person", Some((&companion, "commands/companion.json"))) else { return };
    assert!(held(&found) > 40, "{found}");
    assert!(companion.runs());
}

#[test]
fn a_supplier_of_another_make_is_served_by_a_persons_node() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    // The kit's processor is at this machine, and nobody entered that (2.14).
    person.may_dial_this_machine();
    person.start();
    let Some(found) = kit("supplier", Some((&person, "commands/person.json"))) else { return };
    assert!(held(&found) > 45, "{found}");
    assert!(person.runs());
}
