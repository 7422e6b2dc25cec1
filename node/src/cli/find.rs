//! `regie find-suppliers`: what the person's own files tell of, shown, and entered with one yes. In: files, the password of those
//! that have one. Out: verbs of the running node; nothing of a file but domains, user names and what recurs goes there.

use std::{
    collections::BTreeSet,
    io::IsTerminal as _,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{confirm::Said, file::bytes_of, organisations::FILE_BYTES, render};
use crate::{
    command::Failure,
    control,
    find::{self, Finding},
    person::verbs::{
        Candidate, Certainty, ContractNews, EnterFindings, EnteredFindings, FindSuppliers, ProposedContract, together,
    },
};

#[derive(Args)]
pub(super) struct FindFiles {
    /// Exports of password managers and browsers (JSON, CSV, KDBX, CXF), bank statements (CAMT.053, MT940, CSV)
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The password of files that have one stands in this file
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Show what the files tell of, and enter nothing
    #[arg(long)]
    dry_run: bool,
    /// Enter those of which it is not sure as well
    #[arg(long)]
    unsure: bool,
    /// Enter no contracts for what is paid in a rhythm
    #[arg(long)]
    no_contracts: bool,
    /// You know what the files tell of: enter it without asking
    #[arg(long)]
    yes: bool,
}

/// What was found and what became of it.
#[derive(Serialize)]
struct Found {
    sure: Vec<Candidate>,
    unsure: Vec<Candidate>,
    known: Vec<Candidate>,
    /// None where nothing was entered.
    entered: Option<EnteredFindings>,
}

pub(super) fn run(home: &Path, asked: FindFiles, json: bool) -> Result<(), Failure> {
    let password = asked.password_file.as_deref().map(password_of).transpose()?;
    let mut contents = Vec::new();
    for file in &asked.files {
        let bytes = Zeroizing::new(bytes_of(file, FILE_BYTES)?);
        let read = find::read(bytes, password.as_ref().map(|text| text.as_str()));
        contents.push(read.map_err(|error| of_file(file, error))?);
    }
    let candidates = looked_at(home, &find::gather(contents))?;
    let mut found = Found { sure: Vec::new(), unsure: Vec::new(), known: Vec::new(), entered: None };
    for candidate in candidates {
        match candidate.certainty {
            Certainty::Sure => found.sure.push(candidate),
            Certainty::Unsure => found.unsure.push(candidate),
            Certainty::Known => found.known.push(candidate),
        }
    }
    if !asked.dry_run {
        confirm(&found, &asked, json)?;
        let also = if asked.unsure { &found.unsure[..] } else { &[] };
        let findings: Vec<Finding> =
            found.sure.iter().chain(&found.known).chain(also).map(Candidate::confirmed).collect();
        found.entered = Some(enter(home, &findings, !asked.no_contracts)?);
    }
    if json { render::show(&found, true) } else { shown(&found) }
}

/// What the node knows of each finding. What parts of a long list tell of one organisation is put together again.
fn looked_at(home: &Path, findings: &[Finding]) -> Result<Vec<Candidate>, Failure> {
    let mut candidates = Vec::new();
    for part in control::parts(findings)? {
        candidates.extend(control::ask(home, &FindSuppliers { findings: part.to_vec() })?.candidates);
    }
    Ok(together(candidates))
}

/// Shows what would be entered and asks, once; a program says so beforehand.
fn confirm(found: &Found, asked: &FindFiles, json: bool) -> Result<(), Failure> {
    if asked.yes {
        return Ok(());
    }
    // Where nobody can be asked, nothing is shown for them to answer.
    if !json && std::io::stdin().is_terminal() {
        shown(found)?;
    }
    let count = found.sure.len() + found.known.len() + if asked.unsure { found.unsure.len() } else { 0 };
    let not = "nothing was entered; look at it with `--dry-run`, and say `--yes`";
    Said { yes: false, json }.or_ask(&format!("Enter these {count}?"), not)
}

fn enter(home: &Path, findings: &[Finding], contracts: bool) -> Result<EnteredFindings, Failure> {
    let mut sum = EnteredFindings::default();
    for part in control::parts(findings)? {
        let contracts = if contracts { (0..part.len()).collect() } else { BTreeSet::new() };
        let done = control::ask(home, &EnterFindings { findings: part.to_vec(), contracts })?;
        sum.entered += done.entered;
        sum.updated += done.updated;
        sum.unchanged += done.unchanged;
        sum.contracts += done.contracts;
    }
    Ok(sum)
}

/// A line of the table that is shown.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    why: String,
    domains: Vec<&'a str>,
    known_as: Option<&'a str>,
    contracts: String,
}

fn shown(found: &Found) -> Result<(), Failure> {
    for (title, part) in [("sure", &found.sure), ("not sure", &found.unsure), ("known already", &found.known)] {
        if !part.is_empty() {
            crate::out::say(format_args!("{title}: {}", part.len()));
            let lines: Vec<Line<'_>> = part.iter().map(Line::of).collect();
            render::show_as(&lines, false, render::CANDIDATES)?;
        }
    }
    found.entered.map_or(Ok(()), |entered| render::show(&entered, false))
}

impl<'a> Line<'a> {
    fn of(of: &'a Candidate) -> Self {
        let finding = &of.finding;
        let login = match (finding.domains.is_empty(), finding.guess) {
            (true, _) => None,
            (false, true) => Some("you have an app with that name".to_owned()),
            (false, false) => Some("you log in there".to_owned()),
        };
        let pays = finding.pays.iter().map(|paid| match paid.rhythm {
            find::Rhythm::Irregular => format!("it collects by your mandate, since {}", paid.since),
            rhythm => format!("you pay {} since {}", rhythm.code(), paid.since),
        });
        let why: Vec<String> = login.into_iter().chain(pays).collect();
        let domains = finding.domains.iter().map(find::Domain::as_str).collect();
        let contracts: Vec<String> = of.contracts.iter().map(contract).collect();
        let (why, contracts) = (why.join("; "), contracts.join("; "));
        Self { name: &of.name, why, domains, known_as: of.known_as.as_deref(), contracts }
    }
}

/// What payments tell of a contract, in a few words.
fn contract(of: &ProposedContract) -> String {
    let about = if of.about { "about " } else { "" };
    match of.news {
        ContractNews::New => format!("{about}{}, last paid {}", of.price, of.last),
        ContractNews::Price => format!("now {}, was {}", of.price, of.price_before.as_deref().unwrap_or("otherwise")),
        ContractNews::Ended => format!("not paid since {}: ended", of.last),
    }
}

fn of_file(file: &Path, error: find::FindError) -> Failure {
    let mut failure = Failure::misread(error);
    failure.message = format!("{}: {}", file.display(), failure.message);
    failure
}

/// The first line of a file.
pub(super) fn password_of(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = Zeroizing::new(super::credentials::text_of(file)?);
    Ok(Zeroizing::new(text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default().to_owned()))
}
