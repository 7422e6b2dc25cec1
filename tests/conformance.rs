//! The kit of `tests/conformance`, which was written from the documents and the vectors alone: it holds the vectors against the
//! documents. In: `npm ci --prefix tests/conformance`. Out: what it says.

use std::{path::Path, process::Command as Process};

use serde_json::Value;

/// Runs a part of the kit; what it says last, as JSON. None where the kit is not installed and `REGIE_REQUIRE_CONFORMANCE`
/// is not set.
fn kit(part: &str, arguments: &[&str]) -> Option<Value> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    if !directory.join("node_modules").exists() {
        let next = "run `npm ci --prefix tests/conformance`";
        assert!(std::env::var_os("REGIE_REQUIRE_CONFORMANCE").is_none(), "the kit is not installed: {next}");
        eprintln!("NOT RUN: the kit of conformance; {next}");
        return None;
    }
    let mut process = Process::new("npm");
    process.args(["run", "--silent", part, "--prefix"]).arg(&directory).arg("--").args(arguments);
    let output = process.output().expect("npm runs; install Node.js");
    let [said, words] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{part}: {words}\n{said}");
    Some(serde_json::from_str(said.lines().last().expect("an answer")).expect("JSON"))
}

#[test]
fn every_vector_and_frame_holds_against_the_documents() {
    let Some(found) = kit("vectors", &[]) else { return };
    let held: u64 = ["frames", "entries", "links", "cases"].iter().filter_map(|what| found[what].as_u64()).sum();
    assert!(held > 2_000, "{found}");
}
