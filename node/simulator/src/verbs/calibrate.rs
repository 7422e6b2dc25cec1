//! `regie-sim calibrate`: what a node's operations cost on this machine. In: nothing, or a file to write. Out: TOML.

use std::path::PathBuf;

use regie_simulator::calibrate::calibrate;

use super::Done;

/// Of `regie-sim calibrate`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Where to write the costs, for `--costs`; stdout, where left out
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Measures.
pub fn carry_out(arguments: &Arguments) -> Done {
    let costs = toml::to_string(&calibrate()?)?;
    let text = format!("# Nanoseconds of one operation each, by regie-sim calibrate on {}.\n{costs}", processor());
    if let Some(file) = &arguments.out {
        let unwritable = |error| format!("can't write {}: {error}; give another file with --out", file.display());
        std::fs::write(file, text).map_err(unwritable)?;
    } else {
        print!("{text}");
    }
    Ok(())
}

/// What Linux calls the processor.
pub fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or_else(|| "an unknown processor".to_owned(), |(_, name)| name.trim().to_owned())
}
