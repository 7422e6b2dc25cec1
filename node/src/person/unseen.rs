//! Documents that came and that the person has not looked at. In: items as they are kept and deleted, the person's look. Out: which
//! are new, in memory and in one table.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Collection, Nonce, PublicKey,
    person::{ItemState, Person},
};

use super::{Node, tables};
use crate::{
    command::Failure,
    driver::Turn,
    store::{Read as _, Store},
};

/// The documents, by supplier.
#[derive(Default)]
pub(super) struct Unseen(BTreeMap<PublicKey, BTreeSet<Nonce>>);

impl Unseen {
    /// Those of the store that are still there.
    pub(super) fn load(store: &Store, machine: &Person) -> Result<Self, Failure> {
        let mut unseen = Self::default();
        for (supplier, relationship) in machine.relationships() {
            for ((_, id), ()) in store.group(tables::UNSEEN, supplier)? {
                if relationship.items().get(&id).is_some_and(|kept| kept.state == ItemState::Here) {
                    unseen.0.entry(*supplier).or_default().insert(id);
                }
            }
        }
        Ok(unseen)
    }

    /// Those of a supplier.
    pub(super) fn of(&self, supplier: &PublicKey) -> impl Iterator<Item = &Nonce> {
        self.0.get(supplier).into_iter().flatten()
    }

    pub(super) fn holds(&self, supplier: &PublicKey, id: &Nonce) -> bool {
        self.0.get(supplier).is_some_and(|ids| ids.contains(id))
    }
}

impl Node {
    /// An item came: a document is new until the person looks.
    pub(super) fn item_came(&mut self, supplier: &PublicKey, id: &Nonce, turn: &mut Turn) {
        let kept = self.machine.relationship(supplier).and_then(|known| known.items().get(id));
        if kept.is_some_and(|kept| kept.state == ItemState::Here && kept.collection != Collection::Corrections) {
            self.unseen.0.entry(*supplier).or_default().insert(*id);
            turn.batch.put(tables::UNSEEN, &(*supplier, *id), &());
        }
    }

    /// It is gone.
    pub(super) fn item_went(&mut self, supplier: &PublicKey, id: &Nonce, turn: &mut Turn) {
        if let Some(ids) = self.unseen.0.get_mut(supplier)
            && ids.remove(id)
        {
            turn.batch.delete(tables::UNSEEN, &(*supplier, *id));
        }
    }

    /// The person looked at these; how many of them were new comes out.
    pub(super) fn saw_items(&mut self, seen: &BTreeSet<Nonce>, turn: &mut Turn) -> usize {
        let all = self.unseen.0.iter().flat_map(|(supplier, ids)| ids.iter().map(|id| (*supplier, *id)));
        let these: Vec<(PublicKey, Nonce)> = all.filter(|(_, id)| seen.contains(id)).collect();
        for (supplier, id) in &these {
            self.item_went(supplier, id, turn);
        }
        these.len()
    }
}
