//! Fields and notes of the person's own: under names that they choose, for nobody else. In: names and texts. Out: rows in this
//! turn's commit.
//!
//! They never leave by the protocol: what a supplier can ask for, and a grant can name, is a field of the vocabulary, and
//! these have no path in it. Nothing but the person's own pages, export, search and backup reads the table.

use regie_protocol::{Nonce, Timestamp, Value, text::plain_line};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, tables};
use crate::{
    clock::{self, text},
    command::{Failure, exit},
    driver::Turn,
    store::Read as _,
};

/// Own fields that a node keeps.
const OWN_FIELDS: usize = 500;
/// Longest name of one, in bytes.
const NAME_BYTES: usize = 120;

/// A field of the person's own, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnField {
    /// What the person calls it.
    name: String,
    /// What stands there, of one line or many.
    text: Value,
    /// When it was last changed.
    changed: Timestamp,
}

/// A field of the person's own.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownOwnField {
    /// Its id.
    pub id: Nonce,
    /// What the person calls it.
    pub name: String,
    /// What stands there.
    pub text: Value,
    /// When it was last changed, RFC 3339.
    pub changed: String,
}

impl Node {
    /// All of them, by name.
    pub(super) fn own_fields(&self) -> Result<Vec<ShownOwnField>, Failure> {
        let rows = self.store.group(tables::OWN_FIELDS, &())?;
        let shown = |(id, own): (Nonce, OwnField)| ShownOwnField {
            id,
            name: own.name,
            text: own.text,
            changed: text(own.changed),
        };
        let mut all: Vec<ShownOwnField> = rows.into_iter().map(shown).collect();
        all.sort_by_cached_key(|one| (one.name.to_lowercase(), one.id));
        Ok(all)
    }

    /// Writes one: in the place of the one with this name, else a new one.
    pub(super) fn set_own_field(&mut self, name: &str, text: Value, turn: &mut Turn) -> Result<ShownOwnField, Failure> {
        let name = name.trim();
        if name.is_empty() || !plain_line(name, NAME_BYTES) {
            return Err(Failure::usage(format!("give it a name of one line, at most {NAME_BYTES} bytes")));
        }
        let all = self.own_fields()?;
        let known = all.iter().find(|one| same(&one.name, name)).map(|one| one.id);
        if known.is_none() && all.len() >= OWN_FIELDS {
            let next = "remove one first: `regie own remove NAME`";
            return Err(Failure::new("refused", exit::REFUSED, format!("{OWN_FIELDS} are kept already; {next}")));
        }
        let id = known.unwrap_or_else(|| Nonce(clock::random()));
        let own = OwnField { name: name.to_owned(), text, changed: self.clock.now().wall };
        turn.batch.put(tables::OWN_FIELDS, &id, &own);
        let OwnField { name, text: written, changed } = own;
        Ok(ShownOwnField { id, name, text: written, changed: clock::text(changed) })
    }

    /// Destroys one, by its name or its id.
    pub(super) fn remove_own_field(&mut self, name: &str, turn: &mut Turn) -> Result<ShownOwnField, Failure> {
        let all = self.own_fields()?.into_iter();
        let found = all.into_iter().find(|one| same(&one.name, name) || one.id.to_string() == name);
        let one = found.ok_or_else(|| {
            Failure::new("not_found", exit::NOT_FOUND, format!("'{name}' is not one of yours; `regie own` lists them"))
        })?;
        turn.batch.erase(tables::OWN_FIELDS, &one.id);
        Ok(one)
    }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.trim().to_lowercase()
}
