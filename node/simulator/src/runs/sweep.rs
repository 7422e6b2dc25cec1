//! A sweep: a scenario, keys that take several values, seeds. In: a file, arguments. Out: jobs in a fixed order.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    limits,
    runs::job::Job,
    scenario::{Scenario, ScenarioError, Signatures, costs::Costs},
};

/// What varies.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The scenario's text, TOML.
    text: String,
    sets: Vec<String>,
    vary: BTreeMap<String, Vec<toml::Value>>,
    seeds: Vec<u64>,
    /// What a node's operations cost; the scenario's own where there is none.
    pub costs: Option<Costs>,
}

/// Why there is no sweep.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The scenario, or one of the values.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The file of the sweep.
    #[error("a mistake in the sweep; docs/simulator.md explains every key\n{0}")]
    Form(#[from] toml::de::Error),
    /// A `--vary` that is none.
    #[error("--vary {0} is not key=a,b,c with a key of the scenario, such as network.loss=0,0.01,0.1")]
    Vary(String),
    /// Seeds that are none.
    #[error("seeds {0:?} are not like 1..10 (both ends count) or 1,4,9")]
    Seeds(String),
    /// Too many of something.
    #[error("{0}; make the sweep smaller, or make two of it")]
    Size(String),
}

/// A sweep's own file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SweepFile {
    scenario: PathBuf,
    seeds: Option<String>,
    #[serde(default)]
    set: Vec<String>,
    #[serde(default)]
    vary: toml::Table,
}

impl Sweep {
    /// Reads a sweep's file, or a scenario's; the arguments come on top of it.
    ///
    /// # Errors
    /// [`SweepError`].
    pub fn read(file: &Path, vary: &[String], seeds: Option<&str>, sets: &[String]) -> Result<Self, SweepError> {
        let text = read(file)?;
        let mut sweep = Self { text, sets: Vec::new(), vary: BTreeMap::new(), seeds: vec![1], costs: None };
        // Only a sweep says which scenario it is about.
        if toml::from_str::<toml::Table>(&sweep.text).is_ok_and(|table| table.contains_key("scenario")) {
            let own: SweepFile = toml::from_str(&sweep.text)?;
            sweep.text = read(&file.parent().unwrap_or(Path::new("")).join(own.scenario))?;
            sweep.sets = own.set;
            flatten("", own.vary, &mut sweep.vary)?;
            if let Some(seeds) = own.seeds {
                sweep.seeds = parse_seeds(&seeds)?;
            }
        }
        for one in vary {
            let (key, values) = parse_vary(one)?;
            sweep.vary.insert(key, values);
        }
        if let Some(seeds) = seeds {
            sweep.seeds = parse_seeds(seeds)?;
        }
        sweep.sets.extend_from_slice(sets);
        Ok(sweep)
    }

    /// All runs: every value of each key with every value of each other, for every seed.
    ///
    /// # Errors
    /// [`SweepError::Size`]; [`SweepError::Scenario`] where a value does not fit its key.
    pub fn jobs(&self, out: &Path) -> Result<Vec<Job>, SweepError> {
        let many = self.vary.values().find(|values| values.len() > limits::SWEEP_VALUES);
        if many.is_some() {
            return Err(SweepError::Size(format!("a key has more than {} values", limits::SWEEP_VALUES)));
        }
        let counts = self.vary.values().map(Vec::len).chain([self.seeds.len()]);
        let runs = counts.fold(1_usize, usize::saturating_mul);
        if runs > limits::SWEEP_RUNS {
            return Err(SweepError::Size(format!("{runs} runs are more than {}", limits::SWEEP_RUNS)));
        }
        let mut jobs = Vec::with_capacity(runs);
        for values in self.combinations() {
            let mut scenario = Scenario::parse_with(&self.text, &self.sets, &values)?;
            // Whoever runs the job has the same signatures, or says that it has not.
            scenario.signatures = Some(Signatures::BUILT);
            if let Some(costs) = self.costs {
                scenario.costs = costs;
            }
            let vary: BTreeMap<String, serde_json::Value> = values
                .into_iter()
                .map(|(key, value)| (key, serde_json::to_value(value).unwrap_or(serde_json::Value::Null)))
                .collect();
            jobs.extend(self.seeds.iter().map(|seed| Job {
                out: out.to_owned(),
                seed: *seed,
                vary: vary.clone(),
                scenario: scenario.clone(),
            }));
        }
        Ok(jobs)
    }

    fn combinations(&self) -> Vec<BTreeMap<String, toml::Value>> {
        let mut all = vec![BTreeMap::new()];
        for (key, values) in &self.vary {
            all = all
                .into_iter()
                .flat_map(|so_far| {
                    values.iter().map(move |value| {
                        let mut more = so_far.clone();
                        more.insert(key.clone(), value.clone());
                        more
                    })
                })
                .collect();
        }
        all
    }
}

fn read(file: &Path) -> Result<String, ScenarioError> {
    std::fs::read_to_string(file).map_err(|error| ScenarioError::Unreadable(file.display().to_string(), error))
}

/// `key=a,b,c`, each as TOML has it; bare words are words.
fn parse_vary(text: &str) -> Result<(String, Vec<toml::Value>), SweepError> {
    let wrong = || SweepError::Vary(text.to_owned());
    let (key, list) = text.split_once('=').ok_or_else(wrong)?;
    let as_toml = |list: &str| {
        let table: Option<toml::Table> = toml::from_str(&format!("values = [{list}]")).ok();
        table.filter(|table| table.len() == 1).and_then(|mut table| table.remove("values"))
    };
    let quoted = || {
        let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        list.split(',').all(word).then(|| format!("\"{}\"", list.replace(',', "\",\""))).and_then(|list| as_toml(&list))
    };
    match as_toml(list).or_else(quoted) {
        Some(toml::Value::Array(values)) if !values.is_empty() && !key.is_empty() => Ok((key.to_owned(), values)),
        _ => Err(wrong()),
    }
}

/// `1..10` with both ends, or `1,4,9`.
fn parse_seeds(text: &str) -> Result<Vec<u64>, SweepError> {
    let wrong = || SweepError::Seeds(text.to_owned());
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong());
    let seeds = if let Some((first, last)) = text.split_once("..") {
        let (first, last) = (number(first)?, number(last.trim_start_matches('='))?);
        let many = last.checked_sub(first).ok_or_else(wrong)?;
        if many >= limits::SWEEP_SEEDS as u64 {
            return Err(SweepError::Size(format!("there are more than {} seeds", limits::SWEEP_SEEDS)));
        }
        (first..=last).collect()
    } else {
        text.split(',').map(number).collect::<Result<Vec<u64>, SweepError>>()?
    };
    let mut unique = std::collections::BTreeSet::new();
    if seeds.iter().all(|seed| unique.insert(*seed)) { Ok(seeds) } else { Err(wrong()) }
}

/// `"network.loss" = [0, 0.1]` and `network.loss = [0, 0.1]` are the same key.
fn flatten(above: &str, table: toml::Table, into: &mut BTreeMap<String, Vec<toml::Value>>) -> Result<(), SweepError> {
    for (key, value) in table {
        let key = if above.is_empty() { key } else { format!("{above}.{key}") };
        match value {
            toml::Value::Table(table) => flatten(&key, table, into)?,
            toml::Value::Array(values) if !values.is_empty() => drop(into.insert(key, values)),
            value => return Err(SweepError::Vary(format!("{key}={value}"))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_in_toml_and_bare_words_as_words() {
        let values = |text: &str| parse_vary(text).expect("values").1;
        assert_eq!(values("a=1,2").len(), 2);
        assert_eq!(values("network.latency_ms=[20,200],[1,2]").len(), 2);
        assert_eq!(values("signatures=real,modelled")[1], toml::Value::String("modelled".into()));
        for wrong in ["a", "a=", "=1", "a=1,,2", "a=x y", "a=1]\nb=[2"] {
            assert!(parse_vary(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn seeds_are_a_range_with_both_ends_or_a_list() {
        assert_eq!(parse_seeds("1..10").expect("seeds").len(), 10);
        assert_eq!(parse_seeds("3, 1").expect("seeds"), [3, 1]);
        for wrong in ["", "5..1", "a..b", "1..", "1,1", "0..18446744073709551615"] {
            assert!(parse_seeds(wrong).is_err(), "{wrong}");
        }
    }
}
