//! The companion as a witness of a person's log. In: a disclosure, which shows its entry as the newest of the log, and
//! the leaves before it; or that the log grew by more. Out: the new head, or a refusal where the log is not the one that was
//! witnessed, or nothing shows that it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Effect, Record, Supplier};
use crate::{
    disclosure::Disclosure,
    identity::PublicKey,
    limits,
    merkle::{self, Frontier, Hash},
    message::{LogGrowth, SupplierReply},
    refusal::Refusal,
};

/// The newest leaves of a log that was witnessed, and the edge of the tree below them: what the log was at each of
/// its last sizes; and a few sizes before those at which its root was proven.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recent {
    below: Frontier,
    leaves: Vec<Hash>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    earlier: BTreeMap<u64, Hash>,
}

impl Recent {
    /// Nothing before this head is known.
    pub(super) fn from_here(head: Frontier) -> Self {
        Self { below: head, leaves: Vec::new(), earlier: BTreeMap::new() }
    }

    pub(super) fn size(&self) -> u64 {
        self.below.size() + self.leaves.len() as u64
    }

    fn push(&mut self, leaf: Hash) {
        self.leaves.push(leaf);
        if self.leaves.len() > limits::WITNESSED_LEAVES {
            // Folded into the edge: what the log was before this leaf can't be told from here any more, and has to be
            // proven.
            let oldest = self.leaves.remove(0);
            self.below.push(oldest);
        }
    }

    /// The root of the log when it had this size; none where that is longer ago than is known.
    pub(super) fn root_at(&self, size: u64) -> Option<Hash> {
        self.at(size).map(|then| then.root()).or_else(|| self.earlier.get(&size).copied())
    }

    /// The log when it had this size; none where that is longer ago than the leaves reach.
    fn at(&self, size: u64) -> Option<Frontier> {
        let above = usize::try_from(size.checked_sub(self.below.size())?).ok()?;
        let mut then = self.below.clone();
        self.leaves.get(..above)?.iter().for_each(|leaf| drop(then.push(*leaf)));
        Some(then)
    }

    /// What is known of the log before it went on from this head, where that is one that it had.
    pub(super) fn back_to(&self, head: &Frontier) -> Self {
        if self.at(head.size()).as_ref() != Some(head) {
            return Self::from_here(head.clone());
        }
        let kept = usize::try_from(head.size() - self.below.size()).unwrap_or_default();
        Self { below: self.below.clone(), leaves: self.leaves[..kept].to_vec(), earlier: self.earlier.clone() }
    }

    /// The root at an earlier size was proven.
    fn knows(&mut self, size: u64, root: Hash) {
        self.earlier.insert(size, root);
        if self.earlier.len() > limits::WITNESSED_EARLIER {
            self.earlier.pop_first();
        }
    }
}

impl Supplier {
    /// The log of this relationship may only grow: the head that is held, and the leaves since, must give the
    /// new root. The first head is taken as it is.
    pub(super) fn witness(
        &mut self,
        effects: &mut Vec<Effect>,
        person: &PublicKey,
        disclosure: &Disclosure,
    ) -> Result<(), Refusal> {
        let entry = &disclosure.entry;
        let customer = self.customers.get(person).ok_or(Refusal::NotPaired)?;
        let (held, epoch, gaps) = (&customer.head, customer.epoch, customer.gaps);
        if disclosure.epoch > epoch {
            // Only who says from which head goes on behind a restore.
            return Err(Refusal::Forked);
        }
        if entry.size <= held.size() {
            // An earlier disclosure that comes late or again: its log must be what this one was at that size.
            return match customer.recent.root_at(entry.size) {
                Some(root) if root == entry.root => Ok(()),
                Some(_) => Err(Refusal::Forked),
                None => Err(Refusal::Unproven),
            };
        }
        if disclosure.epoch < epoch {
            // It stands in a branch that was left behind.
            return Err(Refusal::Forked);
        }
        let since = entry.index.saturating_sub(disclosure.grown.len() as u64);
        if since > held.size() && held.size() > 0 {
            return Err(Refusal::Unproven);
        }
        // The leaves reach back to what this companion signed for last, as the person heard; it may hold more by now.
        let known = usize::try_from(held.size().saturating_sub(since)).unwrap_or(usize::MAX);
        let (mut head, mut recent) = (held.clone(), customer.recent.clone());
        let mut missed = disclosure.grown.get(known..).unwrap_or_default();
        if since > held.size() {
            // Only the first head that this companion meets: nothing is held yet that it could contradict.
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
        self.record(effects, Record::Head { person: *person, head, epoch, gaps, recent });
        Ok(())
    }

    /// The person's node proves that the log grew: from the head that is held, or up to it.
    pub(super) fn grew(&mut self, person: &PublicKey, growth: LogGrowth) -> Result<Vec<Effect>, Refusal> {
        let customer = self.customers.get(person).ok_or(Refusal::NotPaired)?;
        let (epoch, gaps, held) = (customer.epoch, customer.gaps, &customer.head);
        if !growth.to.well_formed() || growth.proof.len() > limits::PROOF_HASHES {
            return Err(Refusal::Malformed);
        }
        let (from, to) = (growth.from, growth.to.size());
        let mut effects = Vec::new();
        // Two ways: from the head that is held to a later one; or from an earlier one up to it, for a disclosure that
        // came late.
        let (head, recent) = if from == held.size() && to > from {
            if growth.root != held.root() || !growth.holds() {
                return Err(Refusal::Forked);
            }
            (growth.to.clone(), Recent::from_here(growth.to))
        } else if to == held.size() && from < to && from > 0 {
            if growth.to != *held || !growth.holds() {
                return Err(Refusal::Forked);
            }
            let mut recent = customer.recent.clone();
            recent.knows(from, growth.root);
            (held.clone(), recent)
        } else {
            return Err(Refusal::Unproven);
        };
        self.record(&mut effects, Record::Head { person: *person, head, epoch, gaps, recent });
        effects.push(Effect::Reply(SupplierReply::Noted));
        Ok(effects)
    }
}
