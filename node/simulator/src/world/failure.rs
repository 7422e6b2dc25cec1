//! Why a life or a group was not lived to its end.

use crate::watch::Broken;

/// A run that must not be.
#[derive(Debug, thiserror::Error)]
#[error("{who} {number}, day {day}: {what}; run again with --seed {seed} --only {number}", who = if *.alone { "person" } else { "group" })]
pub struct Failed {
    /// Whose life, or which group.
    pub number: u32,
    /// Is it a person who lives alone?
    pub alone: bool,
    /// When.
    pub day: u64,
    /// The seed that gives it again.
    pub seed: u64,
    /// What is wrong.
    pub what: Wrong,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// The watch saw it.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// A machine refused what it should not.
    #[error("a machine refused: {0}")]
    Refused(String),
    /// A log is shorter or longer than its entries.
    #[error("the log has another size than its entries")]
    Log,
}

/// What a machine said to something that it should have done.
pub(super) fn refused(error: impl std::fmt::Display) -> Wrong {
    Wrong::Refused(error.to_string())
}
