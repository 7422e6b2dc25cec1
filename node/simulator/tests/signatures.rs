//! Real and modelled signatures give the same tables; who wants the other ones is told how to get them; what a node's
//! operations cost is accounted.

#![allow(clippy::expect_used, reason = "a test stops where its setup does not hold")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use regie_simulator::{
    runs::{
        plan::Plan,
        run::{months, run},
    },
    scenario::{Scenario, Signatures, costs::Costs},
};

const SIM: &str = env!("CARGO_BIN_EXE_regie-sim");
const MARKET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/market.toml");
/// A rough market, so that every kind of message and operation comes up.
const ROUGH: [&str; 7] = [
    "persons=4",
    "suppliers=6",
    "days=120",
    "network.loss=0.05",
    "person.moves_a_year=12",
    "person.revokes_a_year=24",
    "person.looks_every_days=3",
];

fn rough() -> Scenario {
    let text = fs::read_to_string(MARKET).expect("the market");
    Scenario::parse(&text, &ROUGH.map(str::to_owned)).expect("a scenario")
}

/// A `regie-sim` of the other build, of whichever profile is newest.
fn other() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = match Signatures::BUILT {
        Signatures::Real => root.join("target/modelled"),
        Signatures::Modelled => root.join("target"),
    };
    let built = ["debug", "release"].map(|profile| directory.join(profile).join("regie-sim"));
    let newest = built.into_iter().filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, file))).max();
    let Some((_, file)) = newest else {
        assert!(std::env::var_os("REGIE_REQUIRE_MODELLED").is_none(), "{} has no regie-sim", directory.display());
        let wanted = if Signatures::BUILT == Signatures::Real { Signatures::Modelled } else { Signatures::Real };
        eprintln!("not run: build the other regie-sim with `{}`", wanted.build());
        return None;
    };
    Some(file)
}

#[test]
fn real_and_modelled_signatures_give_the_same_tables() {
    let Some(other) = other() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let mut tables = Vec::new();
    for (name, program) in [("own", Path::new(SIM)), ("other", &other)] {
        let out = directory.path().join(name);
        let mut command = Command::new(program);
        command.args(["run", MARKET, "--seed", "11", "--out"]).arg(&out);
        command.args(ROUGH.iter().flat_map(|set| ["--set", set]));
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(out.join("manifest.json")).expect("there")).expect("JSON");
        let built = serde_json::to_value(Signatures::BUILT).expect("JSON");
        assert_eq!(manifest["signatures"] == built, name == "own", "the manifest says which it was");
        tables.push(["months.csv", "months.parquet"].map(|file| fs::read(out.join(file)).expect("there")));
    }
    let same = tables[0] == tables[1];
    assert!(same, "the tables differ; where the code has changed since, build {} anew", other.display());
}

#[test]
fn who_wants_the_other_signatures_is_told_how_to_build_them() {
    let (own, other) = match Signatures::BUILT {
        Signatures::Real => ("real", "modelled"),
        Signatures::Modelled => ("modelled", "real"),
    };
    let with = |signatures: &str| {
        let set = format!("signatures=\"{signatures}\"");
        Command::new(SIM).args(["run", MARKET, "--set", "persons=1", "--set", "days=2", "--set", &set]).output()
    };
    assert!(with(own).expect("it starts").status.success());
    let output = with(other).expect("it starts");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && words.contains("cargo build --release -p regie-simulator"), "{words}");
    assert_eq!(words.contains("--cfg regie_modelled"), other == "modelled", "{words}");
}

#[test]
fn operations_are_counted_and_cost_what_the_scenario_says() {
    let mut scenario = rough();
    let rows =
        |scenario: &Scenario| months(&run(&Plan { scenario, seed: 5, threads: 2, only: None }, &|| ()).expect("runs"));
    scenario.costs = Costs { key_ns: 0, read_ns: 0, sign_ns: 1_000, verify_ns: 0, seal_ns: 0 };
    let signing = rows(&scenario);
    for row in &signing {
        assert_eq!((row.person_cpu_us, row.supplier_cpu_us), (row.person_signed, row.supplier_signed));
        // A disclosure is signed, and so is the head of the log in it.
        assert!(row.person_sealed <= row.person_signed && row.person_messages <= row.messages);
        assert!(row.person_bytes <= row.bytes && row.events > 0);
    }
    assert!(signing.iter().all(|row| row.person_read > 0 && row.person_verified > 0 && row.supplier_verified > 0));
    assert!(signing.iter().any(|row| row.supplier_signed > 0 && row.person_sealed > 0));
    // Of all keys that there are, each is made once by its owner and at most a few times again.
    let keys: u64 = signing.iter().map(|row| row.supplier_keys).sum();
    assert_eq!(keys, 4 * 6);
    scenario.costs = Costs { key_ns: 0, read_ns: 0, sign_ns: 1_000, verify_ns: 2_000, seal_ns: 3_000 };
    for (row, signing) in rows(&scenario).iter().zip(&signing) {
        let more = 2 * row.person_verified + 3 * row.person_sealed;
        assert_eq!(row.person_cpu_us, signing.person_cpu_us + more);
    }
}

#[test]
fn a_calibration_is_read_by_a_run_and_none_is_had_from_modelled_signatures() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("costs.toml");
    let output = Command::new(SIM).arg("calibrate").arg("--out").arg(&file).output().expect("it starts");
    if Signatures::BUILT == Signatures::Modelled {
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && words.contains("build the real one"), "{words}");
        return;
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let costs = Costs::read(&file).expect("costs");
    assert!(costs.key_ns > 0 && costs.read_ns > 0 && costs.sign_ns > 0 && costs.verify_ns > 0, "{costs:?}");
    let out = directory.path().join("run");
    let mut command = Command::new(SIM);
    command
        .args(["run", MARKET, "--set", "persons=1", "--set", "days=31", "--costs"])
        .arg(&file)
        .arg("--out")
        .arg(&out);
    assert!(command.output().expect("it starts").status.success());
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).expect("there")).expect("JSON");
    assert_eq!(manifest["scenario"]["costs"], serde_json::to_value(costs).expect("JSON"));
    fs::write(&file, "sign_ns = 1").expect("written");
    let output = command.output().expect("it starts");
    assert!(!output.status.success(), "a file without all costs is none");
}

#[test]
fn the_scale_of_this_machine_is_measured() {
    let output = Command::new(SIM)
        .args(["scale", "--persons", "2,3", "--suppliers", "3", "--days", "31", "--threads", "1"])
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| 2 |") || line.starts_with("| 3 |")).collect();
    assert_eq!(rows.len(), 2, "{text}");
    assert!(rows.iter().all(|row| row.matches('|').count() == 10), "{text}");
}
