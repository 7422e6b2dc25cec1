//! `regie-sim job`: runs of a sweep, from their descriptions alone. In: a line of JSON, or lines on stdin. Out: the run's
//! directory, a line of JSON a run.

use std::io::{BufRead as _, Read as _};

use regie_simulator::{
    limits,
    runs::job::{Job, JobError, lives},
};
use serde_json::json;

use super::Done;

/// Of `regie-sim job`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The job, JSON; read from stdin, one a line, where left out
    job: Option<String>,
    /// Threads; as many as there are cores, where left out
    #[arg(long)]
    threads: Option<usize>,
}

/// Does them.
pub fn carry_out(arguments: &Arguments) -> Done {
    let threads = super::threads(arguments.threads);
    if let Some(job) = &arguments.job {
        return one(job, threads);
    }
    let mut lines = std::io::stdin().lock();
    loop {
        let mut line = String::new();
        let most = limits::JOB_BYTES as u64 + 1;
        if lines.by_ref().take(most).read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line.len() as u64 == most && !line.ends_with('\n') {
            return Err(JobError::Size.into());
        }
        if !line.trim().is_empty() {
            one(&line, threads)?;
        }
    }
}

fn one(line: &str, threads: usize) -> Done {
    let job = Job::parse(line.trim())?;
    let bar = super::bar(lives(&job.plan(threads)))?;
    let done = job.run(threads, &|| bar.inc(1));
    bar.finish_and_clear();
    println!("{}", json!({ "run": job.name()?, "summary": done?.summary }));
    Ok(())
}
