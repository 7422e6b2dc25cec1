//! What `regie-sim` can be told to do, a file each. In: arguments. Out: files, words on stdout, progress on stderr.

pub mod calibrate;
pub mod experiment;
pub mod job;
pub mod plot;
pub mod run;
pub mod scale;
pub mod sweep;

use std::{error::Error, path::Path};

use indicatif::{ProgressBar, ProgressStyle};

/// How a verb ends.
pub type Done = Result<(), Box<dyn Error>>;

/// The threads that were asked for, or one for each core.
fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

/// A bar over lives, with an estimate of the time to go; on stderr, and only where that is a terminal.
fn bar(lives: u64) -> Result<ProgressBar, Box<dyn Error>> {
    let bar = ProgressBar::new(lives);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} lived, {eta} to go {msg}")?);
    Ok(bar)
}

/// Makes a directory that is not there yet.
fn new_directory(directory: &Path) -> Done {
    let made = std::fs::create_dir(directory);
    made.map_err(|error| format!("can't make {}: {error}; give a new one with --out", directory.display()).into())
}
