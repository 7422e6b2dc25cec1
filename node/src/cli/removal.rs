//! `regie remove`: what ends and what stays is shown, and a supplier is removed with one yes. In: a supplier. Out: verbs of the
//! running node.

use std::path::Path;

use super::{confirm::Said, render};
use crate::{
    command::Failure,
    control,
    person::verbs::{BringBack, RemoveSupplier, WouldRemove},
};

/// What was asked.
pub(super) struct Asked {
    pub(super) supplier: String,
    pub(super) erase: bool,
    pub(super) dry_run: bool,
    pub(super) yes: bool,
}

pub(super) fn run(home: &Path, asked: &Asked, json: bool) -> Result<(), Failure> {
    let supplier = asked.supplier.clone();
    if asked.dry_run || !asked.yes {
        let would = control::ask(home, &WouldRemove { supplier: supplier.clone() })?;
        if asked.dry_run || !json {
            render::show_as(&would, json, render::REMOVAL)?;
        }
        if asked.dry_run {
            return Ok(());
        }
        let not = "nothing was removed; look at it with `--dry-run`, and say `--yes`";
        Said { yes: false, json }.or_ask("Remove this supplier?", not)?;
    }
    render::show_as(&control::ask(home, &RemoveSupplier { supplier, erase: asked.erase })?, json, render::REMOVAL)
}

pub(super) fn undo(home: &Path, supplier: String, json: bool) -> Result<(), Failure> {
    render::show(&control::ask(home, &BringBack { supplier })?, json)
}
