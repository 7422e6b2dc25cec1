//! Sweeps: shares, runs cut off, jobs that stand alone, and Ray come to the same files and the same table as one process.

#![allow(clippy::expect_used, reason = "a test stops where its setup does not hold")]

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

const SIM: &str = env!("CARGO_BIN_EXE_regie-sim");

/// Four runs: two values, two seeds.
fn sweep(out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(SIM);
    let market = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/market.toml");
    command.args(["sweep", market, "--set", "persons=2", "--set", "suppliers=2", "--set", "days=40"]);
    command.args(["--vary", "network.loss=0,0.1", "--seeds", "3..4", "--out"]).arg(out).args(more);
    command.env_remove("SLURM_ARRAY_TASK_ID");
    command
}

fn good(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("it starts");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("text")
}

fn bad(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().expect("it starts");
    assert!(!status.success());
    String::from_utf8_lossy(&stderr).into_owned()
}

/// Every file below, by its name.
fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![directory.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                left.push(path);
            } else {
                let name = path.strip_prefix(directory).expect("below").to_owned();
                found.insert(name, fs::read(path).expect("a file"));
            }
        }
    }
    found
}

fn jobs(out: &Path, more: &[&str]) -> Vec<String> {
    good(&mut sweep(out, &[&["--emit-jobs"], more].concat())).lines().map(str::to_owned).collect()
}

fn give(command: &mut Command, text: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    // One that refuses its input closes the pipe before all of it is written.
    drop(child.stdin.take().expect("a pipe").write_all(text.as_bytes()));
    child.wait_with_output().expect("it ends")
}

#[test]
fn shares_and_jobs_come_to_the_same_files_as_one_process() {
    let directory = tempfile::tempdir().expect("a directory");
    let [whole, shares, apart] = ["whole", "shares", "apart"].map(|name| directory.path().join(name));
    good(&mut sweep(&whole, &["--threads", "2"]));
    let expected = files(&whole);
    assert_eq!(expected.len(), 4 * 3 + 2, "{:?}", expected.keys());

    // A table only when the last share is done; Slurm's variables are a share by themselves.
    good(&mut sweep(&shares, &["--shard", "1/3"]));
    assert!(!shares.join("sweep.csv").exists());
    for task in ["11", "12"] {
        let variables = [("ID", task), ("MIN", "10"), ("COUNT", "3")];
        let mut command = sweep(&shares, &["--threads", "1"]);
        good(command.envs(variables.map(|(name, value)| (format!("SLURM_ARRAY_TASK_{name}"), value))));
    }
    assert_eq!(files(&shares), expected);

    // Each job by itself, from another directory; then there is nothing left to emit, and the sweep writes the table.
    let lines = jobs(&apart, &[]);
    assert_eq!(lines.len(), 4);
    good(Command::new(SIM).current_dir("/").args(["job", &lines[0]]));
    assert_eq!(jobs(&apart, &[]).len(), 3);
    let output = give(Command::new(SIM).arg("job"), &lines.join("\n"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 4);
    assert!(jobs(&apart, &[]).is_empty());
    good(&mut sweep(&apart, &[]));
    assert_eq!(files(&apart), expected);
}

#[test]
fn the_table_has_what_was_varied_and_a_row_a_run() {
    let directory = tempfile::tempdir().expect("a directory");
    good(&mut sweep(directory.path(), &["--vary", "suppliers=1,2"]));
    let mut table = csv::Reader::from_path(directory.path().join("sweep.csv")).expect("a table");
    let heads = table.headers().expect("heads").clone();
    assert_eq!(heads.iter().take(4).collect::<Vec<_>>(), ["run", "seed", "network_loss", "suppliers"]);
    let rows: Vec<BTreeMap<String, String>> = table.deserialize().collect::<Result<_, _>>().expect("rows");
    assert_eq!(rows.len(), 8);
    for row in rows {
        let manifest = fs::read(directory.path().join("runs").join(&row["run"]).join("manifest.json")).expect("there");
        let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
        assert_eq!(row["seed"], manifest["seed"].to_string());
        assert_eq!(row["suppliers"], manifest["scenario"]["suppliers"].to_string());
        let number = |text: &str| text.parse::<f64>().expect("a number");
        assert_eq!(Some(number(&row["network_loss"])), manifest["scenario"]["network"]["loss"].as_f64());
        assert_eq!(Some(number(&row["messages_a_month"])), manifest["summary"]["messages_a_month"].as_f64());
    }
}

#[test]
fn a_run_that_was_cut_off_is_run_again_and_one_that_is_done_is_not() {
    let directory = tempfile::tempdir().expect("a directory");
    good(&mut sweep(directory.path(), &[]));
    let expected = files(directory.path());
    let mut manifests = expected.keys().filter(|name| name.ends_with("manifest.json"));
    let [gone, torn, other] = [0; 3].map(|_| directory.path().join(manifests.next().expect("a run")));
    // A cut is what `Writer` and `Job` leave behind at any moment: no manifest. A torn or strange one counts as none.
    fs::remove_file(&gone).expect("removed");
    fs::write(gone.with_file_name("months.csv"), "cut").expect("written");
    fs::write(&torn, &fs::read(&torn).expect("read")[..100]).expect("written");
    let strange = fs::read_to_string(&other).expect("read").replace("\"seed\": ", "\"seed\": 9");
    fs::write(&other, strange).expect("written");
    assert_eq!(jobs(directory.path(), &[]).len(), 3);
    // The one that is done is left alone: a mark in its table stays.
    let done = directory.path().join(manifests.next().expect("a run")).with_file_name("months.csv");
    fs::write(&done, "left alone").expect("written");
    good(&mut sweep(directory.path(), &[]));
    assert_eq!(fs::read(&done).expect("read"), b"left alone");
    fs::write(&done, &expected[done.strip_prefix(directory.path()).expect("below")]).expect("written");
    assert_eq!(files(directory.path()), expected);
}

#[test]
fn a_killed_sweep_goes_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let [whole, cut] = ["whole", "cut"].map(|name| directory.path().join(name));
    let more = ["--set", "days=200", "--threads", "1"];
    good(&mut sweep(&whole, &more));
    let mut child = sweep(&cut, &more).stderr(Stdio::null()).spawn().expect("it starts");
    // Killed within the second run, or later where this machine is quick: either is a cut.
    while fs::read_dir(cut.join("runs")).map_or(0, Iterator::count) < 2 && child.try_wait().expect("asked").is_none() {
        std::thread::yield_now();
    }
    child.kill().expect("killed");
    child.wait().expect("ends");
    good(&mut sweep(&cut, &more));
    let whole = files(&whole);
    let mut found = files(&cut);
    // What the cut left behind stands beside the runs, under a name that begins with a dot.
    found.retain(|name, _| !name.iter().any(|part| part.to_string_lossy().starts_with('.')));
    assert_eq!(found, whole);
}

#[test]
fn a_sweep_has_a_file_of_its_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("sweep.toml");
    let market = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/market.toml");
    let text = format!(
        "scenario = {market:?}\nseeds = \"1..3\"\nset = [\"persons=1\"]\n[vary]\nnetwork.loss = [0, 0.1]\n\"sector.0.share\" = [1, 2.5]\n"
    );
    let emit = |text: &str| {
        fs::write(&file, text).expect("written");
        let mut command = Command::new(SIM);
        command.arg("sweep").arg(&file).args(["--emit-jobs", "--out"]).arg(directory.path());
        command
    };
    let lines = good(&mut emit(&text));
    assert_eq!(lines.lines().count(), 12);
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().expect("one")).expect("JSON");
    assert_eq!((&last["scenario"]["sector"][0]["share"], &last["seed"]), (&2.5.into(), &3.into()));
    for (from, to, word) in [
        ("0.1", "0.7", "network.loss is 0 to 0.5"),
        ("network.loss", "network.los", "los"),
        ("1..3", "3..1", "both ends count"),
        ("sector.0", "sector.9", "key of the scenario"),
        ("seeds", "seed", "docs/simulator.md"),
        ("[1, 2.5]", "[]", "--vary"),
    ] {
        let words = bad(&mut emit(&text.replace(from, to)));
        assert!(words.contains(word), "{word}: {words}");
    }
}

#[test]
fn a_scenario_with_groups_can_be_swept() {
    let directory = tempfile::tempdir().expect("a directory");
    let crowd = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/crowd.toml");
    let mut command = Command::new(SIM);
    command.args(["sweep", crowd, "--set", "persons=4", "--set", "group.persons=2", "--set", "days=5"]);
    good(command.args(["--vary", "group.suppliers=10,12", "--out"]).arg(directory.path()));
    let found = files(directory.path());
    assert!(found.keys().any(|name| name.ends_with("groups.parquet")), "{:?}", found.keys());
    let table = String::from_utf8(found[Path::new("sweep.csv")].clone()).expect("text");
    assert_eq!(table.lines().count(), 3, "{table}");
}

#[test]
fn a_job_from_outside_is_checked() {
    let directory = tempfile::tempdir().expect("a directory");
    let line = jobs(directory.path(), &[]).remove(0);
    for (from, to, word) in [
        ("\"persons\":2", "\"persons\":2000000", "persons is 1 to"),
        ("\"seed\"", "\"sead\"", "--emit-jobs"),
        ("{", "", "--emit-jobs"),
    ] {
        let words = bad(Command::new(SIM).args(["job", &line.replacen(from, to, 1)]));
        assert!(words.contains(word), "{words}");
    }
    let output = give(Command::new(SIM).arg("job"), &" ".repeat(2 << 20));
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("bytes"));
    // What is varied is only a label: it can't lead out of the directory.
    good(Command::new(SIM).args(["job", &line.replace("\"network.loss\":0", "\"/../../../x\":0")]));
    let runs: Vec<_> = fs::read_dir(directory.path().join("runs")).expect("runs").collect();
    assert_eq!(runs.len(), 1);
}

#[test]
fn ray_runs_the_jobs() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/python/.venv/bin/python");
    let has_ray = Command::new(&python).args(["-c", "import ray"]).output().is_ok_and(|output| output.status.success());
    if !has_ray {
        assert!(std::env::var_os("REGIE_REQUIRE_PYTHON").is_none(), "tests/python/.venv has no ray");
        eprintln!("not run: make tests/python/.venv and install tests/python/requirements.txt");
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let [whole, ray] = ["whole", "ray"].map(|name| directory.path().join(name));
    good(&mut sweep(&whole, &[]));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/experiments/ray_sweep.py");
    let run = |lines: &str| give(Command::new(&python).args([script, SIM]).env("RAY_USAGE_STATS_ENABLED", "0"), lines);
    let output = run(&jobs(&ray, &[]).join("\n"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 4);
    good(&mut sweep(&ray, &[]));
    assert_eq!(files(&ray), files(&whole));
    assert!(!run("{}").status.success(), "a job that fails is said");
}
