//! The part of a scenario about suppliers without a companion: they know a person by forms that are filled in, and by letters.
//! In: TOML. Out: checked keys, or an error at the line of the value.

use serde::{Deserialize, Serialize};

use crate::scenario::group::{positive, share, whole};

/// Suppliers without a companion, and what comes of letters to them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letters {
    /// The share of suppliers that have a companion, 0 to 1: each has one or has none, by lot.
    #[serde(deserialize_with = "share")]
    pub companions: f64,
    /// The share of moves of which a person sends the letters that the node has made ready; of the others they tell by hand,
    /// as today.
    #[serde(deserialize_with = "share")]
    pub sends: f64,
    /// The share of such letters that a supplier acts on.
    #[serde(deserialize_with = "share")]
    pub acts: f64,
    /// Least and most days until then; drawn evenly.
    pub acts_days: [u32; 2],
    /// How often a year a person asks one of these suppliers for what it has of them (Poisson).
    #[serde(deserialize_with = "positive")]
    pub rights_a_year: f64,
    /// The share of those that are answered within the month that the law gives.
    #[serde(deserialize_with = "share")]
    pub answers_in_time: f64,
    /// The share that is answered later; the rest never is.
    #[serde(deserialize_with = "share")]
    pub answers_late: f64,
    /// Days until the last of those are answered; after [`MONTH`](Self::MONTH).
    #[serde(deserialize_with = "whole::<_, 31, 3_660>")]
    pub late_days: u32,
    /// Days after which a person complains about one that was not answered; after [`MONTH`](Self::MONTH).
    #[serde(deserialize_with = "whole::<_, 31, 3_660>")]
    pub complains_after_days: u32,
}

impl Letters {
    /// Days that a supplier has for an answer.
    pub const MONTH: u32 = 30;

    /// What is wrong between its keys, if something is.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let [least, most] = self.acts_days;
        match () {
            () if least > most || most > 3_660 => Err("letters.acts_days is the least, then the most, up to 3,660"),
            () if self.answers_in_time + self.answers_late > 1.0 => {
                Err("letters.answers_in_time and letters.answers_late are at most 1 together")
            }
            () => Ok(()),
        }
    }
}
