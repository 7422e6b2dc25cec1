//! A person: the machine that their node drives, what is true of them, and what their node has under way.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{FieldPath, Nonce, ObjectId, Observed, Timestamp, intent::Category};

use crate::{
    measure::{holding::Past, meter::Metered, paper::Paper},
    watch::Watch,
    world::relationship::Relationship,
};

/// A person.
pub(super) struct Person {
    /// Which of all that the scenario has.
    pub(super) number: u64,
    pub(super) machine: Metered<regie_protocol::Person>,
    pub(super) values: BTreeMap<FieldPath, Observed>,
    pub(super) area: u32,
    pub(super) moves: u32,
    pub(super) past: Past,
    pub(super) watch: Metered<Watch>,
    pub(super) online: bool,
    /// By supplier: those that they are paired with, or are about to be.
    pub(super) relationships: BTreeMap<usize, Relationship>,
    /// By supplier: those that have no companion, and what they have on paper.
    pub(super) paper: BTreeMap<usize, Paper>,
    /// How often the node was online: what it said to a board in an earlier time is lost.
    pub(super) times: u32,
    /// Intents that the board has been told something of and has not answered yet.
    pub(super) talking: BTreeSet<ObjectId>,
    /// Needs that the person decides as soon as the node has asked the board once more.
    pub(super) deciding: BTreeMap<ObjectId, usize>,
    /// Revocations under way: when each was made.
    pub(super) revoked: BTreeMap<ObjectId, u64>,
    /// How well they like each supplier, for reasons of their own; nothing where there is nothing to choose.
    pub(super) likes: Vec<f64>,
}

impl Person {
    /// The grants that they may revoke.
    pub(super) fn live_grants(&self, now: Timestamp) -> Vec<ObjectId> {
        let machine = &*self.machine;
        let all = machine.relationships().flat_map(|(_, relationship)| relationship.grants());
        all.filter(|grant| grant.live(machine, now).is_ok()).map(regie_protocol::VerifiedGrant::id).collect()
    }

    /// What waits for their word, and of which kind each is, as the dashboard shows it.
    pub(super) fn waiting(&self) -> Vec<(Nonce, String)> {
        let mut waiting = Vec::new();
        for (_, relationship) in self.machine.relationships() {
            let sector = &relationship.profile().sector;
            waiting.extend(relationship.waiting().map(|one| {
                let fields: Vec<String> = one.fields.keys().map(ToString::to_string).collect();
                (one.id, format!("{sector} {} {}", one.purpose, fields.join(",")))
            }));
        }
        waiting
    }

    /// Has every log as many entries as were seen?
    pub(super) fn logs_are_whole(&self) -> bool {
        let machine = &*self.machine;
        let shared: u64 = machine.relationships().map(|(_, relationship)| relationship.log().size()).sum();
        let seen: u64 = self.watch.entries().values().sum();
        shared + machine.personal_log().size() == seen
    }
}

/// Something that a person needs.
pub(super) struct Need {
    pub(super) person: usize,
    pub(super) intent: ObjectId,
    pub(super) region: Option<String>,
    pub(super) category: Category,
    pub(super) until: u64,
    /// How good each supplier's wares are by the person's own ranking.
    pub(super) own: BTreeMap<usize, f64>,
    /// Suppliers whose wares would do.
    pub(super) fits: BTreeSet<usize>,
    /// Suppliers whose mail was read.
    pub(super) read: BTreeSet<usize>,
}

impl Need {
    /// Where a supplier stands in the person's own ranking: 1,000 is the best, 0 the worst.
    pub(super) fn place(&self, supplier: usize) -> u64 {
        let worth = self.own.get(&supplier).copied().unwrap_or(0.0);
        let below = self.own.values().filter(|other| **other < worth).count() as u64;
        (below * 1_000).checked_div(self.own.len() as u64 - 1).unwrap_or(1_000)
    }
}
