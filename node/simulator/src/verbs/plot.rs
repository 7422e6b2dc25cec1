//! `regie-sim plot`: draws what a run gave. In: the directory of a run. Out: SVGs in it, their names on stdout.

use std::path::PathBuf;

use regie_simulator::runs::draw;

use super::Done;

/// Of `regie-sim plot`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The --out of a run
    directory: PathBuf,
}

/// Draws.
pub fn carry_out(arguments: &Arguments) -> Done {
    for file in draw::draw(&arguments.directory)? {
        println!("{}", file.display());
    }
    Ok(())
}
