//! Lines of persons of whose node there may be two copies. In: which run may speak, which was shown that another does. Out:
//! what waits for a person goes to the run that speaks; a line of another is closed, so that who holds it asks again.

use std::time::Duration;

use regie_protocol::{PublicKey, supplier::Runs};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, CompanionEvent};
use crate::{clock, command::Failure, driver::Turn};

/// How long a run may take to say that it takes the place of the one before.
const PATIENCE: Duration = Duration::from_secs(3);

/// A branch of a person's log that was witnessed and that a restore left behind.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LeftBranch {
    /// Entries that were witnessed of it.
    pub size: u64,
    /// The root over them.
    pub root: regie_protocol::merkle::Hash,
    /// The size from which the one after it goes on.
    pub back_to: u64,
    /// How the head that it goes on from stands to it: `known`, `unproven` or `other`.
    pub since: regie_protocol::supplier::Since,
    /// When, RFC 3339.
    pub at: String,
}

/// The branches that restores left behind, the newest last.
#[must_use]
pub fn branches(runs: Option<&Runs>) -> Vec<LeftBranch> {
    let all = runs.map(|runs| runs.branches.as_slice()).unwrap_or_default();
    let left = |branch: &regie_protocol::supplier::Branch| LeftBranch {
        size: branch.size,
        root: branch.root,
        back_to: branch.back_to,
        since: branch.since,
        at: clock::text(branch.at),
    };
    all.iter().map(left).collect()
}

impl Companion {
    /// Is it yet to be heard which run of this person's node is on the line? Then nothing is sent to it.
    pub(super) fn awaits_run(&self, person: &PublicKey) -> bool {
        let counts = self.machine.customer(person).is_some_and(|customer| customer.runs().is_some());
        counts && !self.speaking.contains(person)
    }

    /// A run may speak. Where it is another than before, lines that are older are of that one.
    pub(super) fn resumed(&mut self, person: PublicKey, anew: bool, turn: &mut Turn) {
        // What went out on a line of another run may never have reached this one.
        let first = self.speaking.insert(person);
        if first {
            self.began_to_speak.push(person);
        }
        if first || anew {
            self.machine.connection_lost(&person);
        }
        if anew {
            let (endpoint, to) = (self.endpoint.clone(), self.line_to(&person));
            turn.after(move || endpoint.close_replaced(*to.as_bytes()));
        }
    }

    /// A run was shown the word of another. Unless it takes that one's place soon, there are two.
    pub(super) fn contested(&mut self, person: PublicKey, turn: &mut Turn) {
        let (events, runtime) = (self.events.clone(), self.runtime.clone());
        turn.after(move || {
            drop(runtime.spawn(async move {
                tokio::time::sleep(PATIENCE).await;
                if let Some(events) = events.upgrade() {
                    let _ = events.send(CompanionEvent::Contested(person)).await;
                }
            }));
        });
    }

    /// Whoever still holds a line to this person is to come again, and hears of the other.
    pub(super) fn tell_of_rival(&mut self, person: PublicKey, turn: &mut Turn) -> Result<(), Failure> {
        self.load(&person)?;
        // Looked at now: if the other has taken the place meanwhile, it was one node that came back.
        let rival = self.machine.customer(&person).is_some_and(regie_protocol::supplier::Customer::has_rival);
        if rival && self.connected.contains_key(&person) {
            tracing::warn!("two copies of one person's node are alive; one of them is heard");
            let (endpoint, to) = (self.endpoint.clone(), self.line_to(&person));
            turn.after(move || endpoint.close(*to.as_bytes()));
        }
        Ok(())
    }
}
