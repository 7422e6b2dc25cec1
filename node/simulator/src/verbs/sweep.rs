//! `regie-sim sweep`: many runs, resumable, in shares. In: a sweep or a scenario, what varies. Out: a directory a run, and
//! one table over all of them when the last is done; or the jobs, one a line.

use std::{io::Write as _, path::PathBuf};

use regie_simulator::{
    runs::{
        gather::gather,
        job::{Job, JobError, lives},
        shard::Shard,
        sweep::Sweep,
    },
    scenario::costs::Costs,
};

use super::Done;

/// Of `regie-sim sweep`.
#[derive(clap::Args)]
pub struct Arguments {
    /// A sweep or a scenario, TOML
    file: PathBuf,
    /// A key of the scenario and its values; may be given more than once
    #[arg(long, value_name = "KEY=A,B,C")]
    vary: Vec<String>,
    /// Seeds, as 1..10 (both ends count) or 1,4,9
    #[arg(long)]
    seeds: Option<String>,
    /// A key of the scenario set anew in every run; may be given more than once
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// The directory of all runs; the same one again goes on where it was cut off
    #[arg(long)]
    out: PathBuf,
    /// A share of the runs, from 1/N to N/N; the task of a Slurm array is one by itself
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Write the jobs that are not done to stdout, one a line, and run none
    #[arg(long)]
    emit_jobs: bool,
    /// What a node's operations cost, as `regie-sim calibrate` writes it
    #[arg(long)]
    costs: Option<PathBuf>,
    /// Threads; as many as there are cores, where left out
    #[arg(long)]
    threads: Option<usize>,
}

/// Runs it.
pub fn carry_out(arguments: &Arguments) -> Done {
    // Jobs may be run from anywhere.
    let out = std::path::absolute(&arguments.out)?;
    let mut sweep = Sweep::read(&arguments.file, &arguments.vary, arguments.seeds.as_deref(), &arguments.sets)?;
    if let Some(file) = &arguments.costs {
        sweep.costs = Some(Costs::read(file)?);
    }
    let jobs = sweep.jobs(&out)?;
    let shard = match arguments.shard {
        Some(shard) => shard,
        None => Shard::of_slurm(|name| std::env::var(name).ok())?.unwrap_or(Shard::WHOLE),
    };
    let own = shard.take(jobs.clone());
    let mut left = Vec::new();
    for job in &own {
        if job.done()?.is_none() {
            left.push(job);
        }
    }
    eprintln!("{} runs, {} of them here, {} left to do", jobs.len(), own.len(), left.len());
    if arguments.emit_jobs {
        let mut lines = std::io::stdout().lock();
        return left.iter().try_for_each(|job| Ok(writeln!(lines, "{}", serde_json::to_string(job)?)?));
    }
    run(&left, super::threads(arguments.threads))?;
    let missing = gather(&out, &jobs)?;
    if missing == 0 {
        println!("{}", out.join("sweep.csv").display());
    } else {
        eprintln!("{missing} runs are missing; whoever ends last, or the same command again, writes the table");
    }
    Ok(())
}

fn run(jobs: &[&Job], threads: usize) -> Done {
    let bar = super::bar(jobs.iter().map(|job| lives(&job.plan(threads))).sum())?;
    for (at, job) in jobs.iter().enumerate() {
        bar.set_message(format!("(run {} of {})", at + 1, jobs.len()));
        let done: Result<_, JobError> = job.run(threads, &|| bar.inc(1));
        done.inspect_err(|_| bar.finish_and_clear())?;
    }
    bar.finish_and_clear();
    Ok(())
}
