//! Experiments that ship: a question, the scenarios that answer it, tables and drawings. In: a name, a seed, a
//! directory. Out: files there, the same bytes for the same seed on any number of threads.

mod fatigue;
mod intent;
mod tell_once;
mod trial;

use clap::ValueEnum;

use crate::runs::plan::RunError;

pub use trial::{Found, Trial, TrialError};

/// Which experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Name {
    /// Defaults, repeated requests and decisions a month
    Fatigue,
    /// Values told once against copies told by hand
    TellOnce,
    /// Intents against direct mail to everybody
    Intent,
}

impl Name {
    /// Does the experiment.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn find(self, trial: &Trial<'_>) -> Result<Found, RunError> {
        match self {
            Self::Fatigue => fatigue::find(trial),
            Self::TellOnce => tell_once::find(trial),
            Self::Intent => intent::find(trial),
        }
    }
}
