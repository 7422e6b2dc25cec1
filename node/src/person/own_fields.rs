//! Fields and notes of the person's own: under names that they choose, for nobody else. In: names and texts. Out: rows in this
//! turn's commit.
//!
//! They never leave by the protocol: what a supplier can ask for, and a grant can name, is a field of the vocabulary, and
//! these have no path in it. Nothing but the person's own pages, export, search and backup reads the table.

use regie_protocol::{Nonce, Timestamp, Value, text::plain_line};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Node,
    files::{Coming, KeptFile, ShownFile, ShownPart, remove_file},
    tables,
};
use crate::{
    clock::{self, text},
    command::{Failure, exit},
    driver::Turn,
    store::Read as _,
};

/// Own fields that a node keeps.
pub(super) const OWN_FIELDS: usize = 500;
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
    /// What is attached to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) files: Vec<KeptFile>,
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
    /// What is attached to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ShownFile>,
}

impl ShownOwnField {
    fn of(id: Nonce, own: OwnField) -> Self {
        let files = own.files.iter().map(ShownFile::from).collect();
        Self { id, name: own.name, text: own.text, changed: text(own.changed), files }
    }
}

impl Node {
    /// All of them, by name.
    pub(super) fn own_fields(&self) -> Result<Vec<ShownOwnField>, Failure> {
        let rows = self.store.group(tables::OWN_FIELDS, &())?;
        let mut all: Vec<_> = rows.into_iter().map(|(id, own)| ShownOwnField::of(id, own)).collect();
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
        let files = self.store.get(tables::OWN_FIELDS, &id)?.map(|before| before.files).unwrap_or_default();
        let own = OwnField { name: name.to_owned(), text, changed: self.clock.now().wall, files };
        turn.batch.put(tables::OWN_FIELDS, &id, &own);
        Ok(ShownOwnField::of(id, own))
    }

    /// Destroys one, by its name or its id.
    pub(super) fn remove_own_field(&mut self, name: &str, turn: &mut Turn) -> Result<ShownOwnField, Failure> {
        let (id, own) = self.own_field(name)?;
        for file in &own.files {
            turn.batch.erase_group(tables::OWN_FILES, &file.id);
        }
        turn.batch.erase(tables::OWN_FIELDS, &id);
        Ok(ShownOwnField::of(id, own))
    }

    /// Attaches a part of a file to one.
    pub(super) fn attach(&mut self, name: &str, coming: Coming, turn: &mut Turn) -> Result<ShownFile, Failure> {
        let (id, mut own) = self.own_field(name)?;
        let shown = self.take_part(&mut own.files, tables::OWN_FILES, coming, turn)?;
        turn.batch.put(tables::OWN_FIELDS, &id, &own);
        Ok(shown)
    }

    /// What is attached, with one of its parts, from 1 on.
    pub(super) fn attachment(&self, name: &str, file: &str, part: u64) -> Result<ShownPart, Failure> {
        self.part_of(&self.own_field(name)?.1.files, tables::OWN_FILES, file, part)
    }

    /// Takes what is attached off, for good.
    pub(super) fn detach(&mut self, name: &str, file: &str, turn: &mut Turn) -> Result<ShownFile, Failure> {
        let (id, mut own) = self.own_field(name)?;
        let shown = remove_file(&mut own.files, tables::OWN_FILES, file, turn)?;
        turn.batch.put(tables::OWN_FIELDS, &id, &own);
        Ok(shown)
    }

    /// One, by its name or its id.
    fn own_field(&self, name: &str) -> Result<(Nonce, OwnField), Failure> {
        let rows = self.store.group(tables::OWN_FIELDS, &())?;
        let found = rows.into_iter().find(|(id, one)| same(&one.name, name) || id.to_string() == name);
        found.ok_or_else(|| {
            Failure::new("not_found", exit::NOT_FOUND, format!("'{name}' is not one of yours; `regie own` lists them"))
        })
    }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.trim().to_lowercase()
}
