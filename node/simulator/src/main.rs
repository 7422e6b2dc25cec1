//! `regie-sim`: runs scenarios and writes their tables. In: arguments. Out: files in a directory, a summary, an exit code.

mod verbs;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    Run(verbs::run::Arguments),
    /// Draw what a run gave, month by month, as SVG beside its tables
    Plot(verbs::plot::Arguments),
    /// Do an experiment of docs/experiments and write its tables and drawings
    Experiment(verbs::experiment::Arguments),
    /// Run a scenario with every value of some keys and every seed; runs that are done are not done again
    Sweep(verbs::sweep::Arguments),
    /// Do one run of a sweep, as `sweep --emit-jobs` describes it
    Job(verbs::job::Arguments),
    /// Measure what a node's operations cost on this machine
    Calibrate(verbs::calibrate::Arguments),
    /// Measure how much memory and time markets of several sizes take on this machine
    Scale(verbs::scale::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Run(arguments) => verbs::run::carry_out(&arguments),
        Verb::Plot(arguments) => verbs::plot::carry_out(&arguments),
        Verb::Experiment(arguments) => verbs::experiment::carry_out(&arguments),
        Verb::Sweep(arguments) => verbs::sweep::carry_out(&arguments),
        Verb::Job(arguments) => verbs::job::carry_out(&arguments),
        Verb::Calibrate(arguments) => verbs::calibrate::carry_out(&arguments),
        Verb::Scale(arguments) => verbs::scale::carry_out(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("regie-sim: {error}");
            ExitCode::FAILURE
        }
    }
}
