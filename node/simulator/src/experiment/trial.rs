//! How an experiment is done, and what it gives. In: a seed, threads, a size. Out: rows of its scenarios; its tables and
//! drawings in a directory.

use std::path::Path;

use serde_json::json;

use crate::{
    io::{
        frame::Frame,
        plot::{Chart, PlotError},
    },
    measure::lived::Lived,
    runs::{
        plan::{Plan, RunError},
        run,
    },
    scenario::Scenario,
};

/// How an experiment is done.
pub struct Trial<'a> {
    /// Where all random numbers come from.
    pub seed: u64,
    /// Threads, at least 1.
    pub threads: usize,
    /// Parts out of a hundred of the size that ships: 100 for the tables of the documents, less to try it.
    pub percent: u32,
    /// Told before each part of it.
    pub told: &'a dyn Fn(&str),
}

/// What an experiment gives.
pub struct Found {
    /// Tables, the main one first.
    pub frames: Vec<Frame>,
    /// Drawings, by the names of their files.
    pub charts: Vec<(&'static str, Chart)>,
    /// The scenario that it began from.
    pub scenario: Scenario,
}

/// Why an experiment gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// One of its runs, or a table.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A drawing.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// The manifest.
    #[error("can't write the manifest: {0}; give another directory with --out")]
    Manifest(#[from] std::io::Error),
}

impl Trial<'_> {
    /// Lives a scenario, or of its persons as many as the size allows.
    pub(super) fn live(&self, words: &str, scenario: &Scenario) -> Result<Vec<Lived>, RunError> {
        (self.told)(words);
        let mut scenario = scenario.clone();
        scenario.persons = self.part(scenario.persons);
        Ok(run::run(&Plan { scenario: &scenario, seed: self.seed, threads: self.threads, only: None }, &|| ())?)
    }

    /// This part of so many, and at least one.
    fn part(&self, whole: u32) -> u32 {
        let part = u64::from(whole) * u64::from(self.percent) / 100;
        u32::try_from(part).unwrap_or(whole).max(1)
    }
}

impl Found {
    /// Writes the tables, the drawings and a manifest.
    ///
    /// # Errors
    /// [`TrialError`].
    pub fn write(&self, trial: &Trial<'_>, directory: &Path) -> Result<(), TrialError> {
        for frame in &self.frames {
            frame.write(directory).map_err(RunError::from)?;
        }
        for (name, chart) in &self.charts {
            chart.draw(&directory.join(format!("{name}.svg")))?;
        }
        let manifest = json!({
            "seed": trial.seed,
            "percent": trial.percent,
            "version": env!("CARGO_PKG_VERSION"),
            "tables": self.frames.iter().map(Frame::name).collect::<Vec<_>>(),
            "scenario": self.scenario,
        });
        Ok(std::fs::write(directory.join("manifest.json"), format!("{manifest:#}\n"))?)
    }
}
