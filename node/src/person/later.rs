//! Pairings for which there was no room yet: many people came to one supplier at once. In: what the owner wanted to pair
//! with. Out: the same attempt, again and again with pauses that grow, until there is a relationship or a clear no.
//!
//! They are in memory: a node that is stopped has forgotten them, and the owner uses the link again.

use std::time::Duration;

use regie_protocol::{Agreement, Invitation, PublicKey, Refusal};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep},
};

use super::{
    Node, NodeEvent,
    pairing::{self, LedBy},
};
use crate::{
    backoff::Backoff,
    command::{Failure, exit},
};

/// Pairings that are tried again at a time.
const MOST: usize = 16;
/// For so long each is tried.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);
/// The pauses between two tries: drawn, so that those who were turned away together do not come back together.
const PAUSES: Backoff = Backoff::doubling(Duration::from_secs(20), Duration::from_secs(60 * 60)).drawn();

/// What the owner wanted.
#[derive(Clone)]
pub struct Wish {
    pub(super) invitation: Invitation,
    pub(super) agreement: Agreement,
    pub(super) vouched: bool,
}

/// Is this the answer of a supplier that has no room at this moment?
pub(super) fn has_no_room(failure: &Failure) -> bool {
    failure.code == Refusal::RateLimited.code()
}

/// Has the node try again later; what the owner is told.
pub(super) async fn instead(wish: Wish, failure: Failure, events: &mpsc::Sender<NodeEvent>) -> Failure {
    let (answer, wait) = oneshot::channel();
    let asked = events.send(NodeEvent::PairLater(wish, answer)).await;
    if asked.is_ok() && wait.await == Ok(true) { comes_later() } else { failure }
}

fn comes_later() -> Failure {
    let next = "your node tries again by itself for a day, and `regie suppliers` shows when you are paired";
    Failure::new("comes_later", exit::REFUSED, format!("too many people come to this supplier at this moment; {next}"))
}

impl Node {
    /// Tries a pairing again later; false where too many are tried already.
    pub(super) fn pair_later(&mut self, wish: Wish) -> bool {
        let supplier = wish.invitation.supplier;
        self.later.retain(|_, task| !task.is_finished());
        if self.later.len() >= MOST && !self.later.contains_key(&supplier) {
            return false;
        }
        let task = self.runtime.spawn(try_later(wish, self.events.clone()));
        if let Some(before) = self.later.insert(supplier, task.abort_handle()) {
            before.abort();
        }
        true
    }

    /// The owner paired with it otherwise.
    pub(super) fn paired_now(&mut self, supplier: &PublicKey) {
        self.later.remove(supplier);
    }
}

async fn try_later(wish: Wish, events: mpsc::WeakSender<NodeEvent>) {
    let begun = Instant::now();
    for tried in 0.. {
        sleep(PAUSES.pause(tried)).await;
        let Some(events) = events.upgrade() else { return };
        let Wish { invitation, agreement, vouched } = wish.clone();
        match pairing::pair(invitation, LedBy::Person, agreement, vouched, events).await {
            // It may be away for a while as well.
            Err(failure) if has_no_room(&failure) || failure.code == "unreachable" => {
                tracing::info!(tried, "there is no room for a pairing yet");
            }
            Err(failure) => return tracing::info!(code = failure.code, "a pairing was not to be had"),
            Ok(_) => return tracing::info!(tried, "a pairing found room"),
        }
        if begun.elapsed() > PATIENCE {
            return tracing::info!("a pairing found no room in a day");
        }
    }
}
