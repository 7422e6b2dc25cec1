//! `regie doctor`: looks for what is wrong in a home and says the next step. In: the home. Out: findings.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use serde::Serialize;

use super::render;
use crate::{
    clock::Report,
    command::{Failure, exit},
    control,
    home::{self, Role},
    person::verbs::{Audit, KnownSupplier, PersonStatus, Status},
    store::Store,
    supplier::verbs::{self as companion, CompanionStatus},
};

/// One thing that was looked at.
#[derive(Serialize)]
struct Finding {
    check: String,
    fine: bool,
    /// Empty where it is fine.
    next_step: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    /// What was looked at, and the next step; empty where all is fine.
    fn note(&mut self, check: impl Into<String>, next_step: impl Into<String>) {
        let next_step = next_step.into();
        self.0.push(Finding { check: check.into(), fine: next_step.is_empty(), next_step });
    }

    /// What fails where it is not fine.
    fn outcome<T>(&mut self, check: &str, outcome: Result<T, Failure>) -> Option<T> {
        match outcome {
            Ok(answer) => {
                self.note(check, "");
                Some(answer)
            }
            Err(failure) => {
                self.note(check, failure.message);
                None
            }
        }
    }
}

pub(super) fn run(home: &Path, json: bool) -> Result<(), Failure> {
    let mut findings = Findings::default();
    let config = findings.outcome("configuration", home::config(home));
    let mode = std::fs::metadata(home).map(|meta| meta.permissions().mode() & 0o077).unwrap_or(0);
    let next = if mode == 0 { String::new() } else { format!("run: chmod 700 {}", home.display()) };
    findings.note("only you can enter the home", next);
    // A company's home whose store is a shared one has no keyring of its own. A build for tests has cheap homes.
    if let (Ok(cost), false) = (Store::passphrase_cost(home), cfg!(debug_assertions)) {
        let cheap =
            "it was made by a build for tests: make a backup, restore it into a new home, and throw this one away";
        findings.note("guessing the passphrase is dear", if cost.is_cheap() { cheap } else { "" });
    }
    let answers = "the node answers";
    match config.map_or(Role::Person, |config| config.role) {
        Role::Person => {
            if let Some(status) = findings.outcome(answers, control::ask(home, &Status {})) {
                person(&mut findings, home, &status);
            }
        }
        Role::Supplier => {
            if let Some(status) = findings.outcome(answers, control::ask(home, &companion::Status {})) {
                supplier(&mut findings, home, &status);
            }
        }
    }
    render::show(&findings.0, json)?;
    match findings.0.iter().filter(|finding| !finding.fine).count() {
        0 => Ok(()),
        n => Err(Failure::new("problems", exit::PROBLEMS, format!("{n} problem(s); the table says what to do"))),
    }
}

fn clock(findings: &mut Findings, clock: &Report) {
    findings.note("the clock is right", clock.next_step.clone());
}

fn person(findings: &mut Findings, home: &Path, status: &PersonStatus) {
    clock(findings, &status.clock);
    copies(findings, status);
    for supplier in &status.suppliers {
        let name = &supplier.name;
        if let Some(by) = &supplier.clock_differs {
            let next = format!("it is {by}; where yours is right, tell {name}; its requests are tried again");
            findings.note(format!("the clock of {name} agrees"), next);
        }
        findings.note(format!("{name} is known by: {}", render::standing(&supplier.who.standing)), known_by(supplier));
        let next = supplier.trouble.as_ref().map(|why| reaching(supplier, why));
        findings.note(format!("{name} can be reached"), next.unwrap_or_default());
    }
    findings.outcome("the audit log holds", control::ask(home, &Audit {}));
}

fn copies(findings: &mut Findings, status: &PersonStatus) {
    let next = match (&status.superseded, &status.other_copy) {
        (Some(copy), _) => render::superseded(&copy.name, &copy.at),
        (None, Some(copy)) => render::other_copy(&copy.name, &copy.at),
        (None, None) => String::new(),
    };
    findings.note("no other copy of this node is alive", next);
    let next = status.moved.as_ref().map(|moved| render::moved(&moved.to, &moved.at));
    findings.note("the node is here", next.unwrap_or_default());
    if status.other_histories > 0 {
        let next = "`regie witnesses heads` shows which. This home or a copy of it was set back to an old state, or another \
                    copy writes: look for it and stop it";
        findings.note("witnesses have seen the history that is in this home", next.to_owned());
    }
}

fn supplier(findings: &mut Findings, home: &Path, status: &CompanionStatus) {
    clock(findings, &status.clock);
    if let Some(store) = &status.shared_store {
        findings.note("the rows of the shared store are those that were written", store.next_step.clone());
    }
    if status.clocks_differ > 0 {
        let who = "`regie supplier people` shows whose and by how much; requests to them are tried again";
        findings.note("persons' clocks agree", format!("{} differ; {who}", status.clocks_differ));
    }
    if let Ok(pairings) = control::ask(home, &companion::Pairings::default())
        && pairings.told_later > 0
    {
        let next = "`regie supplier pairings` shows the bounds and sets others; their nodes try again by themselves";
        findings.note(
            "everybody who came by a public link found room",
            format!("{} did not at once; {next}", pairings.told_later),
        );
    }
    if !status.forwarders.is_empty() {
        match control::ask(home, &companion::CheckForwarders {}) {
            Ok(forwarders) => forwarders.into_iter().for_each(|forwarder| {
                findings.note(format!("people come by the forwarder at {}", forwarder.address), forwarder.next_step);
            }),
            Err(failure) => findings.note("people come by the forwarders", failure.message),
        }
    }
    let without = "without one a lost key is lost with everybody who knows you: run `regie supplier next-key`";
    let next = if status.next_key.is_some() { "" } else { without };
    findings.note("the company committed to a next key", next);
}

/// What to do where a supplier's domain speaks against it, or where it could be taken for another that nobody vouched
/// for; empty where neither is so.
fn known_by(supplier: &KnownSupplier) -> String {
    let standing = &supplier.who.standing;
    let other = supplier.who.looks_like.first().filter(|_| standing.vouched.is_none());
    match (standing.is.as_str(), other) {
        ("contradicted", _) => standing.next.clone().unwrap_or_default(),
        _ if standing.other_next_key => {
            "it names another next key than when you met it: somebody else may speak in its name; ask it on a way that \
             you trust"
                .to_owned()
        }
        (_, Some(other)) => {
            let sure = format!("if you know that it is another one, run `regie vouch {}`", supplier.supplier);
            format!("it {}; ask it on a way that you trust; {sure}", render::lookalike(other))
        }
        _ => String::new(),
    }
}

/// Why a supplier is not reached, and since when. The node keeps trying by itself.
fn reaching(supplier: &KnownSupplier, why: &str) -> String {
    let since = supplier.reached.as_ref().map_or("not since this node started".to_owned(), |at| format!("last {at}"));
    format!("{why} (reached: {since}; the node keeps trying)")
}
