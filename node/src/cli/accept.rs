//! `regie supplier accept-store`: a shared store that was set back, with its owner's knowledge. In: the home and its
//! passphrase. Out: from what to what it was accepted.

use std::path::Path;

use serde_json::json;

use super::{render, tables::tables};
use crate::{
    command::{Failure, exit},
    control,
    home::{self, Role},
    supplier,
};

pub(super) fn run(home: &Path, passphrase_file: Option<&Path>, json: bool) -> Result<(), Failure> {
    let config = home::config(home)?;
    let (Role::Supplier, Some(url)) = (config.role, config.database(home)?) else {
        let next = "only companions on a PostgreSQL that others may change have one (`regie supplier join`)";
        return Err(Failure::usage(format!("this home has no shared store; {next}")));
    };
    if control::ask(home, &supplier::verbs::Status {}).is_ok() {
        let next = "stop it and all others on this database first, and start them again afterwards";
        return Err(Failure::new("running", exit::REFUSED, format!("the companion of this home is running; {next}")));
    }
    let passphrase = home::passphrase(passphrase_file, false)?;
    let accepted = home::accept_shared(&url, home, tables(Role::Supplier), &passphrase)?;
    let next = "what was revoked, used up or erased since that state holds or is there again: revoke keys \
                (`regie supplier key list`), look at webhooks, invitations and issuers, then start the companions again";
    let home::AcceptedStore { found, seen, now, rows_before, rows, rows_differed } = accepted;
    render::show(
        &json!({
            "last_turn_of_the_database": found, "last_turn_that_was_seen": seen, "goes_on_from_turn": now,
            "rows_of_that_turn": rows_before, "rows_accepted": rows, "rows_differed": rows_differed, "next": next,
        }),
        json,
    )
}
