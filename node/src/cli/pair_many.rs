//! `regie pair --file`: who stands behind each link of a file, shown, and the pairing with all of them by one yes. In: a file
//! of links, one a line. Out: what came of each line.

use std::path::{Path, PathBuf};

use super::{confirm::Said, file::text_of, render};
use crate::{
    command::{Failure, exit, parse},
    control,
    person::verbs::{LINKS_AT_ONCE, LinkLine, LinkState, LookMany, PairMany, links},
};

/// Largest file of links, in bytes.
const FILE_BYTES: u64 = 1024 * 1024;

/// What was asked.
pub(super) struct Asked {
    pub(super) file: PathBuf,
    pub(super) agreement: String,
    pub(super) vouch: bool,
    pub(super) yes: bool,
}

pub(super) fn run(home: &Path, asked: &Asked, json: bool) -> Result<(), Failure> {
    let file = if asked.file.as_os_str() == "-" { Path::new("/dev/stdin") } else { &asked.file };
    let links = links(&text_of(file, FILE_BYTES)?)?;
    let agreement = parse(&asked.agreement)?;
    let mut lines = Vec::new();
    for part in links.chunks(LINKS_AT_ONCE) {
        lines.extend(control::ask(home, &LookMany { links: part.to_vec() })?);
        eprintln!("Looked at {} of {}.", lines.len(), links.len());
    }
    let is_new = |line: &&mut LinkLine| line.state == LinkState::New;
    if !asked.yes {
        if !json {
            render::show_as(&lines, false, render::LINKS)?;
        }
        let count = lines.iter_mut().filter(is_new).count();
        let not = "nothing was paired; look at them, and say `--yes`";
        Said { yes: false, json }.or_ask(&format!("Pair with these {count}?"), not)?;
    }
    let mut new: Vec<&mut LinkLine> = lines.iter_mut().filter(is_new).collect();
    let (all, mut done) = (new.len(), 0);
    for part in new.chunks_mut(LINKS_AT_ONCE) {
        let links = part.iter().map(|line| line.link.clone()).collect();
        let paired = control::ask(home, &PairMany { links, agreement, vouched: asked.vouch })?;
        part.iter_mut().zip(paired).for_each(|(line, paired)| line.came(paired));
        done += part.len();
        eprintln!("Paired {done} of {all}.");
    }
    render::show_as(&lines, json, render::LINKS)?;
    let left = lines.iter().filter(|line| !line.is_there()).count();
    if left == 0 {
        return Ok(());
    }
    let next = "see the lines above; the file can be given again, and those that are paired stay as they are";
    Err(Failure::new("some_failed", exit::ERROR, format!("{left} of {} were not paired; {next}", lines.len())))
}
