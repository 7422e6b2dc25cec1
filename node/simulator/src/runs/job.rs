//! One run that needs nothing but itself: a scenario, a seed, where its files go. In: a job, as one line of JSON. Out: a
//! directory that is there only when it is whole, with a manifest that was written last.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use regie_protocol::ObjectId;
use serde::{Deserialize, Serialize};

use crate::{
    limits,
    measure::summary::Summary,
    runs::{
        output::Output,
        plan::{Plan, RunError},
        stream::stream,
    },
    scenario::{Scenario, Signatures},
};

/// The directory of runs within that of a sweep.
pub const RUNS: &str = "runs";
const MANIFEST: &str = "manifest.json";

/// A run of a sweep.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The sweep's directory; the run gets one of its own in `runs`.
    pub out: PathBuf,
    /// Where all random numbers come from.
    pub seed: u64,
    /// What of the scenario is varied by the sweep, and its value here.
    pub vary: BTreeMap<String, serde_json::Value>,
    /// The whole scenario.
    pub scenario: Scenario,
}

/// What a run was, and what came of it. It is written when all else is on disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of `regie-sim`.
    pub version: String,
    /// Whether signatures were real or modelled.
    pub signatures: Signatures,
    /// Where all random numbers came from.
    pub seed: u64,
    /// What was varied, in a sweep.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vary: BTreeMap<String, serde_json::Value>,
    /// The whole scenario.
    pub scenario: serde_json::Value,
    /// The measures over all persons and months.
    pub summary: serde_json::Value,
}

/// Why a run has no result.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Not a job.
    #[error("not a job: {0}; `regie-sim sweep … --emit-jobs` writes them, one a line")]
    Form(#[from] serde_json::Error),
    /// Larger than any job.
    #[error("a job of more than {} bytes; `regie-sim sweep … --emit-jobs` writes jobs, one a line", limits::JOB_BYTES)]
    Size,
    /// The run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A file or directory.
    #[error("can't write {0}: {1}; make room or give another directory with --out")]
    File(String, std::io::Error),
}

impl Job {
    /// From a line of JSON.
    ///
    /// # Errors
    /// [`JobError::Form`], [`JobError::Size`], [`JobError::Run`] where its scenario is out of range.
    pub fn parse(line: &str) -> Result<Self, JobError> {
        if line.len() > limits::JOB_BYTES {
            return Err(JobError::Size);
        }
        let job: Self = serde_json::from_str(line)?;
        job.scenario.check().map_err(RunError::from)?;
        Ok(job)
    }

    /// The name of its directory: what is varied, for people, and a hash of scenario and seed, so that no other run has
    /// it, whatever is added to the sweep later.
    ///
    /// # Errors
    /// Never for a scenario; the form of the call has one.
    pub fn name(&self) -> Result<String, JobError> {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._=-".contains(c) { c } else { '_' };
        let values = self.vary.iter().map(|(key, value)| format!("{key}={value}"));
        let label: Vec<String> = values.chain([format!("seed={}", self.seed)]).collect();
        let label: String = label.join("-").chars().map(plain).take(limits::RUN_LABEL_CHARACTERS).collect();
        let id = ObjectId::of(&serde_json::to_vec(&(self.seed, &self.scenario))?);
        let hash: String = id.digest().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        // No name begins with a dot: those are of runs under way.
        Ok(format!("{}-{hash}", label.trim_start_matches('.')))
    }

    /// What its manifest says, where it is done. A manifest of another scenario, seed, version or kind of signatures is none: the run is
    /// then to be done again.
    ///
    /// # Errors
    /// [`JobError::Form`] of a name.
    pub fn done(&self) -> Result<Option<Manifest>, JobError> {
        let file = self.out.join(RUNS).join(self.name()?).join(MANIFEST);
        let Ok(bytes) = fs::read(file) else { return Ok(None) };
        let manifest: Option<Manifest> = serde_json::from_slice(&bytes).ok();
        let scenario = serde_json::to_value(&self.scenario)?;
        Ok(manifest.filter(|one| {
            one.version == env!("CARGO_PKG_VERSION")
                && one.signatures == Signatures::BUILT
                && one.seed == self.seed
                && one.vary == self.vary
                && one.scenario == scenario
        }))
    }

    /// How it is run.
    #[must_use]
    pub fn plan(&self, threads: usize) -> Plan<'_> {
        Plan { scenario: &self.scenario, seed: self.seed, threads, only: None }
    }

    /// Does the run where it is not done. Its files stand in a directory of another name until they are whole, so a run
    /// that is cut off leaves nothing that looks like one.
    ///
    /// # Errors
    /// [`JobError`].
    pub fn run(&self, threads: usize, lived: &(dyn Fn() + Sync)) -> Result<Manifest, JobError> {
        if let Some(manifest) = self.done()? {
            return Ok(manifest);
        }
        let (runs, name) = (self.out.join(RUNS), self.name()?);
        let (under_way, whole) = (runs.join(format!(".{name}.{}", std::process::id())), runs.join(name));
        let plan = self.plan(threads);
        let manifest = carry_out(&plan, Some(&under_way), &self.vary, lived)?;
        // What stands there is of an older build or was damaged: `done` has looked.
        remove(&whole)?;
        fs::rename(&under_way, &whole).map_err(at(&whole))?;
        sync(&runs)?;
        Ok(manifest)
    }
}

/// How many things are lived one by one, for a bar: persons, or groups of them.
#[must_use]
pub fn lives(plan: &Plan<'_>) -> u64 {
    u64::from(plan.only.map_or_else(|| plan.scenario.lives(), |_| 1))
}

/// Runs a plan into a directory, where there is one: tables, and then at once the manifest.
///
/// # Errors
/// [`JobError`].
pub fn carry_out(
    plan: &Plan<'_>,
    out: Option<&Path>,
    vary: &BTreeMap<String, serde_json::Value>,
    lived: &(dyn Fn() + Sync),
) -> Result<Manifest, JobError> {
    if let Some(out) = out {
        fs::create_dir_all(out).map_err(at(out))?;
        // Nobody takes the tables of this run for those of an earlier one's manifest.
        remove(&out.join(MANIFEST))?;
    }
    let manifest = Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        signatures: Signatures::BUILT,
        seed: plan.seed,
        vary: vary.clone(),
        scenario: serde_json::to_value(plan.scenario)?,
        summary: serde_json::to_value(live(plan, out, lived)?)?,
    };
    if let Some(out) = out {
        write_at_once(&out.join(MANIFEST), &serde_json::to_vec_pretty(&manifest)?)?;
    }
    Ok(manifest)
}

/// Lives all; what is written is written while lives end.
fn live(plan: &Plan<'_>, out: Option<&Path>, lived: &(dyn Fn() + Sync)) -> Result<Summary, RunError> {
    let mut output = Output::create(plan.scenario, out)?;
    stream(plan, lived, |one| output.push(&one))?;
    output.finish()
}

/// Writes a file that is there whole or not at all.
fn write_at_once(file: &Path, bytes: &[u8]) -> Result<(), JobError> {
    use std::io::Write as _;
    let part = file.with_extension("json.part");
    let mut handle = File::create(&part).map_err(at(&part))?;
    handle.write_all(bytes).and_then(|()| handle.sync_all()).map_err(at(&part))?;
    fs::rename(&part, file).map_err(at(file))?;
    file.parent().map_or(Ok(()), sync)
}

fn remove(path: &Path) -> Result<(), JobError> {
    let gone = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match gone {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

/// The names in a directory are on disk. Not every system lets one sync a directory; then it is as good as it gets.
fn sync(directory: &Path) -> Result<(), JobError> {
    if let Ok(handle) = File::open(directory) {
        drop(handle.sync_all());
    }
    Ok(())
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> JobError {
    let name = path.display().to_string();
    move |error| JobError::File(name.clone(), error)
}
