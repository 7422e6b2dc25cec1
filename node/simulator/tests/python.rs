//! What an experiment writes is read and drawn from Python as docs/experiments/read.py shows. Needs the tools of
//! `tests/python/requirements.txt` in `tests/python/.venv`.

#![allow(clippy::expect_used, reason = "a test stops where its setup does not hold")]

use std::{path::Path, process::Command};

use regie_simulator::experiment::{Name, Trial};

#[test]
fn polars_reads_the_tables_and_altair_draws_them() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/python/.venv/bin/python");
    let imports = Command::new(&python).args(["-c", "import polars, altair"]).output();
    if !imports.is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("REGIE_REQUIRE_PYTHON").is_none(), "tests/python/.venv has no polars and altair");
        eprintln!("not run: make tests/python/.venv and install tests/python/requirements.txt");
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let trial = Trial { seed: 1, threads: 2, percent: 1, told: &|_| () };
    let found = Name::TellOnce.find(&trial).expect("found");
    found.write(&trial, directory.path()).expect("written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/experiments/read.py");
    let output = Command::new(&python).arg(script).arg(directory.path()).output().expect("it runs");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains(&format!("shape: ({}, ", found.frames[0].rows().len())), "{shown}");
    let chart = std::fs::read_to_string(directory.path().join("chart.html")).expect("a drawing");
    for word in ["vega", "right_by_hand", "subscribe"] {
        assert!(chart.contains(word), "{word}");
    }
}
