//! Between a person and a supplier, from the moment at which the person's node shows a key to it: the line, the acquaintance
//! that is being made, what the supplier holds.

use std::collections::BTreeSet;

use regie_protocol::{Nonce, ObjectId, Pairing, Profile, PublicKey, Signed};

use crate::{measure::holding::Holding, world::line::Line};

/// Between a person and a supplier.
pub(super) struct Relationship {
    pub(super) line: Line,
    /// Has it begun?
    pub(super) paired: bool,
    /// The person has taken up an offer of this supplier.
    pub(super) bought: bool,
    /// What the supplier holds of the person, and would hold today.
    pub(super) holding: Holding,
    pub(super) meeting: Option<Meeting>,
    /// Which of its requests the supplier has made before.
    asked: BTreeSet<usize>,
}

/// A relationship that is about to begin, by the invitation of an offer.
pub(super) struct Meeting {
    pub(super) invitation: Nonce,
    /// Has the node said hello on the line that is up?
    pub(super) begun: bool,
    pub(super) profile: Option<Signed<Profile>>,
    pub(super) pairing: Option<Signed<Pairing>>,
    /// Needs and the offers for them, to be taken up then.
    pub(super) takes: Vec<(usize, ObjectId)>,
}

impl Relationship {
    /// One that has not begun, to a person of this key.
    pub(super) fn new(own: PublicKey) -> Self {
        Self {
            line: Line::new(own),
            paired: false,
            bought: false,
            holding: Holding::default(),
            meeting: None,
            asked: BTreeSet::new(),
        }
    }

    /// The supplier asks; had it done so before?
    pub(super) fn asks(&mut self, number: usize) -> bool {
        self.line.stir();
        !self.asked.insert(number)
    }
}
