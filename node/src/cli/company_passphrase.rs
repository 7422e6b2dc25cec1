//! `regie supplier passphrase`: another passphrase for a company's store. In: the home, the passphrase in force, the new one. Out: the
//! same store under the new one; copies of before open by the old one still.

use std::path::Path;

use serde_json::json;

use super::{render, tables::tables};
use crate::{
    command::{Failure, exit},
    control,
    home::{self, Role},
    supplier,
};

pub(super) fn change(
    home: &Path,
    passphrase_file: Option<&Path>,
    new_file: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let config = home::config(home)?;
    if config.role != Role::Supplier {
        return Err(Failure::usage("this home is a person's; its dashboard changes the passphrase, under Security"));
    }
    let database = config.database(home)?;
    if database.is_none() && control::ask(home, &supplier::verbs::Status {}).is_ok() {
        let next = "stop it first, and start it again afterwards with the new passphrase";
        return Err(Failure::new("running", exit::REFUSED, format!("the companion of this home is running; {next}")));
    }
    let old = home::passphrase(passphrase_file, false)?;
    let new = home::new_passphrase(new_file)?;
    match &database {
        None => home::open(home, tables, &old)?.1.change_passphrase(&old, &new)?,
        Some(url) => home::change_shared_passphrase(url, &old, &new)?,
    }
    let next = "give every companion of this company the new one before its next start; make a new backup, since those of before \
                open by the old one";
    render::show(&json!({ "changed": true, "next": next }), json)
}
