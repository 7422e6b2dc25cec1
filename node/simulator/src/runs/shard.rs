//! Which runs of a sweep are this process's. In: `--shard 2/8`, or what Slurm says of an array's task. Out: a share.

use std::str::FromStr;

use crate::limits;

/// A share of the runs: every `of`th, beginning with number `at` from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    at: usize,
    of: usize,
}

/// Why there is no share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// Not `i/n`.
    #[error("--shard {0} is not a share such as 1/8, from 1/8 to 8/8")]
    Form(String),
    /// Slurm's variables are not those of an array that is numbered evenly.
    #[error("Slurm's {0} can't be made a share; give --shard i/n, with i from 1 to n")]
    Slurm(String),
}

impl Shard {
    /// All runs.
    pub const WHOLE: Self = Self { at: 0, of: 1 };

    /// The share of a task of a Slurm array; none outside of one. `variable` gives an environment variable.
    ///
    /// # Errors
    /// [`ShardError::Slurm`] where the array's numbers are not evenly spaced, or are no numbers.
    pub fn of_slurm(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, ShardError> {
        let number = |name: &str| {
            let text = variable(name);
            text.map(|text| text.parse::<usize>().map_err(|_| ShardError::Slurm(format!("{name}={text}")))).transpose()
        };
        let Some(task) = number("SLURM_ARRAY_TASK_ID")? else { return Ok(None) };
        let least = number("SLURM_ARRAY_TASK_MIN")?.unwrap_or(0);
        let step = number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1).max(1);
        let most = number("SLURM_ARRAY_TASK_MAX")?;
        let of = number("SLURM_ARRAY_TASK_COUNT")?.or(most.map(|most| most.saturating_sub(least) / step + 1));
        let of = of.ok_or_else(|| ShardError::Slurm("missing SLURM_ARRAY_TASK_COUNT".into()))?;
        let at = task.checked_sub(least).filter(|above| above.is_multiple_of(step)).map(|above| above / step);
        let fits = |at: &usize| *at < of && of <= limits::SHARDS;
        at.filter(fits)
            .map(|at| Some(Self { at, of }))
            .ok_or_else(|| ShardError::Slurm(format!("task {task} of {of} from {least}")))
    }

    /// Is this one whole?
    #[must_use]
    pub fn whole(self) -> bool {
        self == Self::WHOLE
    }

    /// The share of these.
    pub fn take<T>(self, all: Vec<T>) -> Vec<T> {
        all.into_iter().skip(self.at).step_by(self.of).collect()
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let numbers = text.split_once('/').and_then(|(at, of)| Some((at.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((at, of)) if (1..=of).contains(&at) && of <= limits::SHARDS => Ok(Self { at: at - 1, of }),
            _ => Err(ShardError::Form(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slurm(set: &[(&'static str, &'static str)]) -> Result<Option<Shard>, ShardError> {
        Shard::of_slurm(|name| set.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn shares_are_disjoint_and_together_whole() {
        for of in 1..=7 {
            let mut all: Vec<u32> = Vec::new();
            for at in 1..=of {
                let shard: Shard = format!("{at}/{of}").parse().expect("a share");
                all.extend(shard.take((0..20).collect()));
            }
            all.sort_unstable();
            assert_eq!(all, (0..20).collect::<Vec<_>>(), "{of}");
        }
        for wrong in ["0/4", "5/4", "1", "1/0", "a/b", "1/4/2", "1/100001"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn slurm_arrays_become_shares() {
        assert_eq!(slurm(&[]), Ok(None));
        let (id, least, count) = ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_COUNT");
        assert_eq!(slurm(&[(id, "1"), (least, "1"), (count, "4")]), Ok(Some(Shard { at: 0, of: 4 })));
        assert_eq!(slurm(&[(id, "13"), (least, "10"), (count, "4")]), Ok(Some(Shard { at: 3, of: 4 })));
        let step = ("SLURM_ARRAY_TASK_STEP", "2");
        assert_eq!(slurm(&[(id, "4"), (least, "0"), (count, "4"), step]), Ok(Some(Shard { at: 2, of: 4 })));
        assert_eq!(slurm(&[(id, "2"), (least, "1"), ("SLURM_ARRAY_TASK_MAX", "3")]), Ok(Some(Shard { at: 1, of: 3 })));
        // An array of 1,5,9 has no even numbers and no step.
        for wrong in [
            &[(id, "9"), (least, "1"), (count, "3")][..],
            &[(id, "x")],
            &[(id, "3")],
            &[(id, "0"), (least, "1"), (count, "3")],
        ] {
            assert!(slurm(wrong).is_err(), "{wrong:?}");
        }
    }
}
