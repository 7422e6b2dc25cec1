//! `regie-sim run`: one scenario, one seed. In: arguments. Out: tables, a manifest, the summary on stdout.

use std::{collections::BTreeMap, path::PathBuf};

use regie_simulator::{
    runs::{job, plan::Plan},
    scenario::{Scenario, costs::Costs},
};

use super::Done;

/// Of `regie-sim run`.
#[derive(clap::Args)]
pub struct Arguments {
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
    /// What a node's operations cost, as `regie-sim calibrate` writes it
    #[arg(long)]
    costs: Option<PathBuf>,
    /// Threads; as many as there are cores, where left out
    #[arg(long)]
    threads: Option<usize>,
    /// Only this person, or this group, as a failing run says
    #[arg(long)]
    only: Option<u32>,
}

/// Runs it.
pub fn carry_out(arguments: &Arguments) -> Done {
    let Arguments { scenario, seed, out, sets, costs, threads, only } = arguments;
    let mut scenario = Scenario::read(scenario, sets)?;
    if let Some(file) = costs {
        scenario.costs = Costs::read(file)?;
    }
    let plan = Plan { scenario: &scenario, seed: *seed, threads: super::threads(*threads), only: *only };
    let bar = super::bar(job::lives(&plan))?;
    let done = job::carry_out(&plan, out.as_deref(), &BTreeMap::new(), &|| bar.inc(1));
    bar.finish_and_clear();
    println!("{}", serde_json::to_string_pretty(&done?.summary)?);
    Ok(())
}
