//! `regie-sim`: runs a scenario and writes its tables. In: arguments. Out: files in a directory, a summary, an exit code.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use regie_simulator::{
    draw,
    experiment::{self, Trial},
    group,
    run::{Plan, run},
    scenario::Scenario,
    table::{self, Summary},
};
use serde_json::json;

/// Markets of regie in virtual time
#[derive(Parser)]
#[command(name = "regie-sim", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run a scenario and write its tables
    Run {
        /// The scenario, TOML
        scenario: PathBuf,
        /// Where all random numbers come from: the same seed gives the same tables
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// A new directory for the tables
        #[arg(long)]
        out: Option<PathBuf>,
        /// A key of the scenario set anew; may be given more than once
        #[arg(long = "set", value_name = "KEY=VALUE")]
        sets: Vec<String>,
        /// Threads; as many as there are cores, where left out
        #[arg(long)]
        threads: Option<usize>,
        /// Only this person, or this group, as a failing run says
        #[arg(long)]
        only: Option<u32>,
    },
    /// Draw what a run gave, month by month, as SVG beside its tables
    Plot {
        /// The --out of a run
        directory: PathBuf,
    },
    /// Do an experiment of docs/experiments and write its tables and drawings
    Experiment {
        /// Which
        name: experiment::Name,
        /// Where all random numbers come from
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// A new directory for the tables and drawings
        #[arg(long)]
        out: PathBuf,
        /// Threads; as many as there are cores, where left out
        #[arg(long)]
        threads: Option<usize>,
        /// How much of it, in parts of a hundred of its size
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        percent: u32,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Run { scenario, seed, out, sets, threads, only } => {
            simulate(&scenario, seed, out.as_deref(), &sets, threads, only)
        }
        Verb::Plot { directory } => plot(&directory),
        Verb::Experiment { name, seed, out, threads, percent } => {
            let threads = threads.unwrap_or_else(cores);
            try_out(name, &Trial { seed, threads, percent, told: &|words| eprintln!("{words}") }, &out)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("regie-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn simulate(
    file: &Path,
    seed: u64,
    out: Option<&Path>,
    sets: &[String],
    threads: Option<usize>,
    only: Option<u32>,
) -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::read(file, sets)?;
    if let Some(out) = out {
        make(out)?;
    }
    if scenario.group.is_some() {
        return in_groups(&scenario, seed, out, threads.unwrap_or_else(cores), only);
    }
    let bar = ProgressBar::new(u64::from(only.map_or(scenario.persons, |_| 1)));
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} persons, {eta} to go")?);
    let plan = Plan { scenario: &scenario, seed, threads: threads.unwrap_or_else(cores), only };
    let rows = run(&plan, &|| bar.inc(1));
    bar.finish_and_clear();
    let rows = rows?;
    let summary = Summary::of(&rows);
    if let Some(out) = out {
        table::write(out, &rows)?;
        let manifest = json!({
            "seed": seed,
            "version": env!("CARGO_PKG_VERSION"),
            "scenario": scenario,
            "summary": summary,
        });
        std::fs::write(out.join("manifest.json"), serde_json::to_vec_pretty(&manifest)?)?;
    }
    println!("{}", serde_json::to_string_pretty(&summary)?);
    Ok(())
}

/// Persons who share suppliers and a board.
fn in_groups(
    scenario: &Scenario,
    seed: u64,
    out: Option<&Path>,
    threads: usize,
    only: Option<u32>,
) -> Result<(), Box<dyn std::error::Error>> {
    let bar = ProgressBar::new(u64::from(only.map_or(group::count(scenario), |_| 1)));
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} groups, {eta} to go")?);
    let lived = group::run(scenario, seed, threads, only, &|| bar.inc(1));
    bar.finish_and_clear();
    let lived = lived?;
    let summary = group::Summary::of(&lived);
    if let Some(out) = out {
        group::frames(&lived)?.iter().try_for_each(|frame| frame.write(out))?;
        let manifest =
            json!({ "seed": seed, "version": env!("CARGO_PKG_VERSION"), "scenario": scenario, "summary": summary });
        std::fs::write(out.join("manifest.json"), serde_json::to_vec_pretty(&manifest)?)?;
    }
    println!("{}", serde_json::to_string_pretty(&summary)?);
    Ok(())
}

fn plot(directory: &Path) -> Result<(), Box<dyn std::error::Error>> {
    for file in draw::draw(directory)? {
        println!("{}", file.display());
    }
    Ok(())
}

fn try_out(name: experiment::Name, trial: &Trial<'_>, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
    make(out)?;
    let found = name.find(trial)?;
    found.write(trial, out)?;
    if let Some(table) = found.frames.first() {
        print!("{table}");
    }
    Ok(())
}

fn make(directory: &Path) -> Result<(), String> {
    std::fs::create_dir(directory)
        .map_err(|error| format!("can't make {}: {error}; give a new one", directory.display()))
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
