//! `regie-sim experiment`: does an experiment that ships. In: its name, a seed. Out: tables and drawings in a directory,
//! the main table on stdout.

use std::path::PathBuf;

use regie_simulator::experiment::{Name, Trial};

use super::Done;

/// Of `regie-sim experiment`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Which
    name: Name,
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
}

/// Does it.
pub fn carry_out(arguments: &Arguments) -> Done {
    let Arguments { name, seed, out, threads, percent } = arguments;
    super::new_directory(out)?;
    let (threads, told) = (super::threads(*threads), &|words: &str| eprintln!("{words}"));
    let trial = Trial { seed: *seed, threads, percent: *percent, told };
    let found = name.find(&trial)?;
    found.write(&trial, out)?;
    if let Some(table) = found.frames.first() {
        print!("{table}");
    }
    Ok(())
}
