//! The companion as a witness of a person's log. In: a disclosure, which shows its entry as the newest of the log, and
//! the leaves before it. Out: the new head, or a refusal where the log is not the one that was witnessed.

use serde::{Deserialize, Serialize};

use super::{Effect, Record, Supplier};
use crate::{
    disclosure::Disclosure,
    identity::PublicKey,
    limits,
    merkle::{self, Frontier, Hash},
    refusal::Refusal,
};

/// The newest leaves of a log that was witnessed, and the edge of the tree below them: what the log was at each of
/// its last sizes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recent {
    below: Frontier,
    leaves: Vec<Hash>,
}

impl Recent {
    /// Nothing before this head is known.
    pub(super) fn from_here(head: Frontier) -> Self {
        Self { below: head, leaves: Vec::new() }
    }

    pub(super) fn size(&self) -> u64 {
        self.below.size() + self.leaves.len() as u64
    }

    fn push(&mut self, leaf: Hash) {
        self.leaves.push(leaf);
        if self.leaves.len() > limits::WITNESSED_LEAVES {
            let oldest = self.leaves.remove(0);
            self.below.push(oldest);
        }
    }

    /// The root of the log when it had this size; none where that is longer ago than the leaves reach.
    fn root_at(&self, size: u64) -> Option<Hash> {
        let above = usize::try_from(size.checked_sub(self.below.size())?).ok()?;
        let mut then = self.below.clone();
        self.leaves.get(..above)?.iter().for_each(|leaf| drop(then.push(*leaf)));
        Some(then.root())
    }
}

impl Supplier {
    /// The log of this relationship may only grow: the head that is held, and the leaves since, must give the
    /// new root. Where the leaves do not reach back to it, or the person's node came back from a backup, the new
    /// head is taken and the gap is counted.
    pub(super) fn witness(
        &mut self,
        effects: &mut Vec<Effect>,
        person: &PublicKey,
        disclosure: &Disclosure,
    ) -> Result<(), Refusal> {
        let entry = &disclosure.entry;
        let customer = self.customers.get(person).ok_or(Refusal::NotPaired)?;
        let held = &customer.head;
        let again = disclosure.epoch > customer.epoch;
        if disclosure.epoch < customer.epoch {
            // A node that was restored elsewhere goes on here: one of the two must not.
            return Err(Refusal::Forked);
        }
        if !again && entry.size <= held.size() {
            // An earlier disclosure that comes late or again: its log must be what this one was at that size. One
            // from before the leaves that are kept can't be compared.
            let same = customer.recent.root_at(entry.size).is_none_or(|root| root == entry.root);
            return if same { Ok(()) } else { Err(Refusal::Forked) };
        }
        let since = entry.index.saturating_sub(disclosure.grown.len() as u64);
        let known = usize::try_from(held.size().saturating_sub(since)).unwrap_or(usize::MAX);
        let anew = again || since > held.size();
        let gaps = customer.gaps + u64::from(anew);
        let (mut head, mut recent) = (held.clone(), customer.recent.clone());
        let mut missed = disclosure.grown.get(known..).unwrap_or_default();
        if anew {
            head = Frontier::before_newest(entry.index, &entry.proof).ok_or(Refusal::Malformed)?;
            recent = Recent::from_here(head.clone());
            missed = &[];
        }
        for leaf in missed.iter().copied().chain([merkle::leaf(&entry.entry)]) {
            head.push(leaf);
            recent.push(leaf);
        }
        if head.root() != entry.root {
            return Err(Refusal::Forked);
        }
        self.record(effects, Record::Head { person: *person, head, epoch: disclosure.epoch, gaps, recent });
        Ok(())
    }
}
