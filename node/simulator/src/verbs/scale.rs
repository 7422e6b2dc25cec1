//! `regie-sim scale`: how much memory and time markets of several sizes take here. In: sizes. Out: a table for
//! docs/simulator.md. Each size is run by a process of its own, so that its greatest memory is its own.

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use regie_simulator::{
    runs::{job, plan::Plan},
    scenario::{Scenario, Signatures},
    stopwatch,
};
use serde::{Deserialize, Serialize};

use super::{Done, calibrate::processor};

/// The scenario where none is given.
const MARKET: &str = include_str!("../../scenarios/market.toml");

/// Of `regie-sim scale`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Numbers of persons, run one after the other
    #[arg(long, value_delimiter = ',', default_value = "2,100,1000")]
    persons: Vec<u32>,
    /// Suppliers of each person
    #[arg(long, default_value_t = 200)]
    suppliers: u32,
    /// Virtual days
    #[arg(long, default_value_t = 365)]
    days: u32,
    /// Another scenario than that of the repository
    #[arg(long)]
    scenario: Option<PathBuf>,
    /// Threads; as many as there are cores, where left out
    #[arg(long)]
    threads: Option<usize>,
    /// Run one size here and say what it took as JSON: how this verb calls itself
    #[arg(long, hide = true)]
    one: bool,
}

/// What one size took.
#[derive(Serialize, Deserialize)]
struct Took {
    persons: u32,
    seconds: f64,
    cpu_seconds: Option<f64>,
    events: u64,
    /// KiB at the most.
    peak: Option<u64>,
    /// Bytes of the tables.
    bytes: u64,
}

/// Measures.
pub fn carry_out(arguments: &Arguments) -> Done {
    if arguments.one {
        let persons = arguments.persons.first().copied().unwrap_or(1);
        println!("{}", serde_json::to_string(&one(arguments, persons)?)?);
        return Ok(());
    }
    println!(
        "{}; {:?} signatures, {} threads, {} suppliers, {} days\n",
        processor(),
        Signatures::BUILT,
        super::threads(arguments.threads),
        arguments.suppliers,
        arguments.days
    );
    println!(
        "| persons | seconds | CPU seconds | CPU ms a person | events | events a CPU second | peak MiB | peak KiB a person | tables MiB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for persons in &arguments.persons {
        print(&by_itself(arguments, *persons)?);
    }
    Ok(())
}

fn by_itself(arguments: &Arguments, persons: u32) -> Result<Took, Box<dyn std::error::Error>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["scale", "--one", "--persons", &persons.to_string()]);
    command.args(["--suppliers", &arguments.suppliers.to_string(), "--days", &arguments.days.to_string()]);
    command.args(["--threads", &super::threads(arguments.threads).to_string()]);
    if let Some(scenario) = &arguments.scenario {
        command.arg("--scenario").arg(scenario);
    }
    // Its bar and its errors are for whoever waits here.
    let output = command.stderr(std::process::Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("the run of {persons} persons failed; its error stands above").into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn one(arguments: &Arguments, persons: u32) -> Result<Took, Box<dyn std::error::Error>> {
    let sets = [("persons", persons), ("suppliers", arguments.suppliers), ("days", arguments.days)];
    let sets = sets.map(|(key, value)| format!("{key}={value}"));
    let scenario = match &arguments.scenario {
        Some(file) => Scenario::read(file, &sets)?,
        None => Scenario::parse(MARKET, &sets)?,
    };
    let out = std::env::temp_dir().join(format!("regie-sim-scale-{}", std::process::id()));
    let bar = super::bar(u64::from(persons))?;
    let plan = Plan { scenario: &scenario, seed: 1, threads: super::threads(arguments.threads), only: None };
    let (nanos, done) = stopwatch::nanos(|| job::carry_out(&plan, Some(&out), &BTreeMap::new(), &|| bar.inc(1)));
    bar.finish_and_clear();
    let bytes =
        ["months.csv", "months.parquet"].iter().filter_map(|name| Some(out.join(name).metadata().ok()?.len())).sum();
    drop(std::fs::remove_dir_all(&out));
    let events = done?.summary.get("events").and_then(serde_json::Value::as_u64).unwrap_or_default();
    Ok(Took { persons, seconds: nanos as f64 / 1e9, cpu_seconds: cpu_seconds(), events, peak: peak(), bytes })
}

fn print(took: &Took) {
    let Took { persons, seconds, cpu_seconds, events, peak, bytes } = took;
    let each = f64::from(*persons);
    let unknown = || "unknown".to_owned();
    println!(
        "| {persons} | {seconds:.1} | {} | {} | {events} | {} | {} | {} | {:.1} |",
        cpu_seconds.map_or_else(unknown, |cpu| format!("{cpu:.1}")),
        cpu_seconds.map_or_else(unknown, |cpu| format!("{:.0}", cpu * 1_000.0 / each)),
        cpu_seconds.map_or_else(unknown, |cpu| format!("{:.0}", *events as f64 / cpu)),
        peak.map_or_else(unknown, |peak| format!("{:.1}", peak as f64 / 1_024.0)),
        peak.map_or_else(unknown, |peak| format!("{:.1}", peak as f64 / each)),
        *bytes as f64 / 1_048_576.0,
    );
}

/// The most memory that this process ever had, in KiB, as Linux knows it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

/// Seconds that processors worked for this process, as Linux knows it: in hundredths, on every machine that we know.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may hold anything; user and system time are fields 14 and 15, the state after it is field 3.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) as f64 / 100.0)
}
