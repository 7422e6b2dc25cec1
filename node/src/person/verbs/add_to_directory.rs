//! Lists of organisations, added to the directory a part at a time.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{
    command::Failure,
    driver::Turn,
    find::{DirectoryEntry, ENTRIES},
    person::tables,
    store::Read as _,
    verb::Verb,
};

/// Adds entries; one of the same name is replaced.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddToDirectory {
    /// The entries.
    #[serde(deserialize_with = "DirectoryEntry::checked")]
    pub entries: Vec<DirectoryEntry>,
}

/// What became of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct AddedToDirectory {
    /// How many are new.
    pub added: usize,
    /// How many took the place of one of the same name.
    pub replaced: usize,
}

impl Verb for AddToDirectory {
    const NAME: &'static str = "add_to_directory";
    type Answer = AddedToDirectory;
}

impl OnNode for AddToDirectory {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<AddedToDirectory, Failure> {
        node.speaks()?;
        let held = usize::try_from(node.store.count(tables::DIRECTORY)?).unwrap_or(usize::MAX);
        let (mut new, mut sum) = (BTreeSet::new(), AddedToDirectory::default());
        for entry in &self.entries {
            let known = node.store.holds(tables::DIRECTORY, &entry.slug)? || !new.insert(&entry.slug);
            match known {
                true => sum.replaced += 1,
                false => sum.added += 1,
            }
            turn.batch.put(tables::DIRECTORY, &entry.slug, entry);
        }
        if held.saturating_add(sum.added) > ENTRIES {
            turn.undo();
            return Err(Failure::usage(format!("the directory holds at most {ENTRIES} organisations; add fewer")));
        }
        Ok(sum)
    }
}
