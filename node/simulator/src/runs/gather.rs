//! One table over all runs of a sweep: what was varied, and the measures of each. In: jobs and their manifests. Out:
//! `sweep.csv` and `sweep.parquet`, a row a run.

use std::{collections::BTreeSet, path::Path};

use regie_tables::{Cell, Kind};
use serde_json::Value;

use crate::{
    io::writer::{self, TableError, Writer},
    runs::{
        job::{Job, JobError, Manifest},
        plan::RunError,
    },
};

/// The table's name.
pub const TABLE: &str = "sweep";

/// Writes the table where every run is done, and says how many are not.
///
/// # Errors
/// [`JobError`].
pub fn gather(out: &Path, jobs: &[Job]) -> Result<usize, JobError> {
    let mut runs = Vec::with_capacity(jobs.len());
    for job in jobs {
        if let Some(manifest) = job.done()? {
            runs.push((job.name()?, manifest));
        }
    }
    let missing = jobs.len() - runs.len();
    if missing == 0 {
        write(out, &runs).map_err(RunError::from)?;
    }
    Ok(missing)
}

/// Where a column's values stand.
enum From {
    Vary(String),
    Summary(String),
}

impl From {
    fn read<'a>(&self, manifest: &'a Manifest) -> Option<&'a Value> {
        match self {
            Self::Vary(key) => manifest.vary.get(key),
            Self::Summary(key) => manifest.summary.get(key),
        }
    }
}

fn write(out: &Path, runs: &[(String, Manifest)]) -> Result<(), TableError> {
    let columns = columns(runs);
    let kinds: Vec<Kind> = columns.iter().map(|(_, from)| kind(runs, from)).collect();
    let mut heads = vec![("run".to_owned(), Kind::Text), ("seed".to_owned(), Kind::Whole)];
    heads.extend(columns.iter().zip(&kinds).map(|((name, _), kind)| (name.clone(), *kind)));
    let mut writer = Writer::create(out, &writer::schema(TABLE, heads))?;
    for (name, manifest) in runs {
        let mut row = vec![Cell::from(name.as_str()), manifest.seed.into()];
        row.extend(columns.iter().zip(&kinds).map(|((_, from), kind)| cell(from.read(manifest), *kind)));
        writer.push(&row)?;
    }
    writer.finish()
}

/// What is varied first, then the measures; a measure that has the name of a varied key says the same.
fn columns(runs: &[(String, Manifest)]) -> Vec<(String, From)> {
    let mut taken: BTreeSet<String> = ["run", "seed"].map(str::to_owned).into();
    let vary: BTreeSet<&String> = runs.iter().flat_map(|(_, manifest)| manifest.vary.keys()).collect();
    let summary: BTreeSet<&String> =
        runs.iter().filter_map(|(_, manifest)| manifest.summary.as_object()).flat_map(serde_json::Map::keys).collect();
    let all = vary.into_iter().map(|key| (column(key), From::Vary(key.clone())));
    let all = all.chain(summary.into_iter().map(|key| (column(key), From::Summary(key.clone()))));
    all.filter(|(name, _)| taken.insert(name.clone())).collect()
}

/// A key as the name of a column: readers of Parquet take a dot for a column within another.
fn column(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

fn kind(runs: &[(String, Manifest)], from: &From) -> Kind {
    let values = || runs.iter().filter_map(|(_, manifest)| from.read(manifest));
    if values().count() == runs.len() && values().all(Value::is_i64) {
        Kind::Whole
    } else if values().all(|value| value.is_number() || value.is_null()) {
        Kind::Real
    } else {
        Kind::Text
    }
}

fn cell(value: Option<&Value>, kind: Kind) -> Cell {
    match kind {
        Kind::Whole => Cell::Whole(value.and_then(Value::as_i64).unwrap_or_default()),
        Kind::Real => value.and_then(Value::as_f64).into(),
        _ => value
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .unwrap_or_default()
            .into(),
    }
}
