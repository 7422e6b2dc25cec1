//! A supplier: the machine that its companion drives, its wares, and what it was told.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{FieldPath, ObjectId, PublicKey, intent::Category};

use crate::measure::meter::Metered;

/// Where everything is, since nothing is dialled here.
pub(super) const ADDRESS: &str = "/ip4/127.0.0.1/tcp/7481";

/// What a colluder was told under a key of a person, with the grants.
pub(super) type Notes = BTreeMap<FieldPath, (String, ObjectId)>;

/// A supplier.
pub(super) struct Supplier {
    pub(super) machine: Metered<regie_protocol::Supplier>,
    pub(super) key: PublicKey,
    pub(super) sector: usize,
    /// Has it a companion? Who has none knows persons by forms and letters.
    pub(super) companion: bool,
    /// Which of the scenario's attackers it is.
    pub(super) attack: Option<usize>,
    pub(super) wares: Wares,
    /// Where its last look at the board ended, and is one under way?
    pub(super) seen: u64,
    pub(super) looking: bool,
    /// All that a colluder was ever told, by the person's key: what a liar goes on having.
    pub(super) notes: BTreeMap<PublicKey, Notes>,
    /// When a colluder heard something that it had not just asked for, by the person's key; in milliseconds.
    pub(super) heard: BTreeMap<PublicKey, BTreeSet<u64>>,
    /// Randomised answers by segment and person: one that comes again counts once.
    pub(super) reports: BTreeMap<ObjectId, BTreeMap<PublicKey, bool>>,
}

/// What a supplier sells, for how much and on which terms.
#[derive(Default)]
pub(super) struct Wares {
    pub(super) sells: Option<Category>,
    pub(super) price: u64,
    pub(super) terms: BTreeMap<String, String>,
}
