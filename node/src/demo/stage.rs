//! The processes and homes of the demo, and its narration. In: roles to start, commands to ask. Out: answers,
//! and one line or one JSON object a step.

use std::{
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    command::Failure,
    control, home,
    verb::{Stop, Verb},
};

/// Of the demo's homes, which hold invented data.
pub(super) const PASSPHRASE: &str = "demo passphrase";
/// How long a step may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);

/// The homes, the processes, the count of steps.
pub(super) struct Stage {
    directory: Option<tempfile::TempDir>,
    processes: Vec<(String, Child)>,
    json: bool,
    steps: u32,
}

impl Stage {
    pub(super) fn new(json: bool) -> Result<Self, Failure> {
        let directory = tempfile::Builder::new().prefix("regie-demo-").tempdir().map_err(|error| {
            Failure::internal(format!("can't make a temporary directory: {error}; set TMPDIR to one you can write"))
        })?;
        Ok(Self { directory: Some(directory), processes: Vec::new(), json, steps: 0 })
    }

    /// Tells a step that was checked.
    pub(super) fn tell(&mut self, title: &str, person: &str, supplier: &str) {
        self.steps += 1;
        if self.json {
            crate::out::say(format_args!(
                "{}",
                json!({ "step": self.steps, "title": title, "person_sees": person, "supplier_sees": supplier })
            ));
            return;
        }
        crate::out::say(format_args!("\n{:>2}. {title}", self.steps));
        for (who, what) in [("Anna sees", person), ("they see", supplier)] {
            if !what.is_empty() {
                crate::out::say(format_args!("      {who}: {what}"));
            }
        }
    }

    pub(super) fn home(&self, who: &str) -> PathBuf {
        self.directory.as_ref().map(|directory| directory.path().join(who)).unwrap_or_default()
    }

    /// Runs a verb to its end in a home of the demo.
    pub(super) fn once(&self, who: &str, arguments: &[&str]) -> Result<(), Failure> {
        let output = self.command(who, arguments)?.output().map_err(Failure::internal)?;
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(Failure::internal(words)) }
    }

    /// Lets a person's node dial this machine where a supplier names it: in the demo all are here.
    pub(super) fn all_on_this_machine(&self, who: &str) -> Result<(), Failure> {
        let home = self.home(who);
        let config = home::config(&home)?;
        home::write_config(&home, &home::Config { supplier_hosts: ["127.0.0.1".to_owned()].into(), ..config })
    }

    /// Starts a node and waits until it answers.
    pub(super) fn start(&mut self, who: &str) -> Result<(), Failure> {
        let child = self.command(who, &["run"])?.stdout(Stdio::null()).spawn().map_err(Failure::internal)?;
        self.processes.push((who.to_owned(), child));
        self.until(&format!("{who} starts"), |stage| control::runs(&stage.home(who)))
    }

    /// Stops a node and waits until it is gone.
    pub(super) fn stop(&mut self, who: &str) -> Result<(), Failure> {
        self.ask(who, &Stop {})?;
        for (_, child) in self.processes.iter_mut().filter(|(name, _)| name == who) {
            child.wait().map_err(Failure::internal)?;
        }
        self.processes.retain(|(name, _)| name != who);
        Ok(())
    }

    pub(super) fn ask<V: Verb>(&self, who: &str, verb: &V) -> Result<V::Answer, Failure> {
        control::ask(&self.home(who), verb)
    }

    /// Waits until something holds.
    pub(super) fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        let begun = Instant::now();
        while !holds(self) {
            if begun.elapsed() > PATIENCE {
                return Err(Failure::internal(format!("this did not happen: {what}")));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Stops everything; removes the homes unless they are to be kept.
    pub(super) fn end(&mut self, keep: bool) -> PathBuf {
        for (_, child) in &mut self.processes {
            let _ = child.kill();
            let _ = child.wait();
        }
        let path = self.home("");
        if let (true, Some(directory)) = (keep, self.directory.take()) {
            let _ = directory.keep();
        }
        path
    }

    fn command(&self, who: &str, arguments: &[&str]) -> Result<std::process::Command, Failure> {
        let binary: PathBuf = std::env::current_exe().map_err(Failure::internal)?;
        let home = self.home(who);
        let mut command = std::process::Command::new(binary);
        command.arg("--home").arg(Path::new(&home)).args(arguments);
        command.env("REGIE_PASSPHRASE", PASSPHRASE).env("REGIE_DASHBOARD", "off");
        // Whoever watches need not wait for moments drawn at random.
        command.env("REGIE_SPREAD_SECONDS", "0");
        Ok(command)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for (_, child) in &mut self.processes {
            let _ = child.kill();
        }
    }
}

/// A step's check.
pub(super) fn check(what: &str, holds: bool) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::internal(format!("the demo found something wrong: {what}"))) }
}
