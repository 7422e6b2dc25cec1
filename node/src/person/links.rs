//! Lines to suppliers: one task and one network identity per relationship.
//!
//! In: the pairwise key, the supplier's addresses, whether a line is to be held. Out: frames to the driver, deliveries
//! from its outbox. The node only dials; it listens nowhere. A line is held where something is open; else the supplier is
//! visited at moments drawn for it alone, and at once when there is something to tell it (`person/rhythm.rs`). A line on
//! which an exchange failed is given up with everything on it: what was not signed for goes out again on the next.

use std::{sync::Arc, time::Duration};

use regie_protocol::{
    Profile, PublicKey, Refusal, Signed, departure,
    message::{self, SupplierReply, ToPerson},
    person::{Outgoing, Relationship},
    rate::{Frames, Peer},
};
use tokio::{
    sync::{Notify, Semaphore, mpsc, oneshot, watch},
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};
use zeroize::Zeroizing;

use super::{
    NodeEvent,
    rhythm::{Rhythm, Trying},
};
use crate::{
    clock,
    conversation::{Unanswered, say},
    network::{Address, DialError, Endpoint, NetworkEvent, Transport, Way},
};

/// A visit is over when nothing was said for so long.
const QUIET: Duration = Duration::from_secs(3);

/// Where a supplier is looked for, and who has to answer there.
#[derive(Clone, PartialEq)]
pub(super) struct Whereabouts {
    /// The supplier's key in force.
    pub(super) key: PublicKey,
    /// The key that may have taken its place.
    pub(super) next: Option<PublicKey>,
    pub(super) addresses: Vec<Address>,
}

impl Whereabouts {
    pub(super) fn of(relationship: &Relationship) -> Self {
        let (lineage, addresses) = (relationship.lineage(), &relationship.profile().addresses);
        let addresses = addresses.iter().filter_map(|text| text.parse().ok()).collect();
        Self { key: *lineage.current(), next: lineage.next().copied(), addresses }
    }
}

/// One relationship's line, and what its task is told.
pub(super) struct SupplierLine {
    /// The name of the relationship.
    pub(super) supplier: PublicKey,
    pub(super) secret: Zeroizing<[u8; 32]>,
    pub(super) way: Way,
    /// The same with what is known of who answers in place of the supplier's next key.
    pub(super) way_to_next: Way,
    pub(super) rhythm: Rhythm,
    pub(super) place: watch::Receiver<Whereabouts>,
    /// Is the line to stand?
    pub(super) hold: watch::Receiver<bool>,
    /// How often the supplier said what.
    pub(super) frames: Frames,
    /// There is something to tell, or the person wants the supplier to be seen now.
    pub(super) wake: Arc<Notify>,
    /// Bounds how many are dialled at once.
    pub(super) dials: Arc<Semaphore>,
    pub(super) events: mpsc::WeakSender<NodeEvent>,
}

/// A connection to a supplier.
struct Dialled {
    endpoint: Endpoint,
    network: mpsc::Receiver<NetworkEvent>,
    carrier: Transport,
    /// The key that answered.
    peer: PublicKey,
    /// Is it the one that the supplier was known by until now?
    known: bool,
}

/// How a visit, or an attempt at one, came to its end.
#[derive(Debug)]
enum Over {
    /// Nothing was left to say.
    Left,
    /// Nobody was reached, or the line broke.
    Failed,
    /// The node stops.
    Stopping,
}

/// Looks after one relationship's line for as long as the node runs. The first visit comes after `wait`.
pub(super) async fn keep(mut line: SupplierLine, wait: Duration) {
    let mut trying = Trying::default();
    let mut wait = wait;
    loop {
        tokio::select! {
            () = sleep(wait) => {}
            () = line.wake.notified() => {}
            changed = line.hold.changed() => match changed {
                Ok(()) if *line.hold.borrow() => {}
                Ok(()) => continue,
                Err(_) => return,
            },
        }
        wait = match line.visit(&mut trying).await {
            Over::Left => line.rhythm.next(),
            Over::Failed => trying.pause(*line.hold.borrow()),
            Over::Stopping => return,
        };
    }
}

impl SupplierLine {
    async fn visit(&mut self, trying: &mut Trying) -> Over {
        let mut dialled = match self.dial(trying).await {
            Ok(Some(dialled)) => dialled,
            Ok(None) => return Over::Stopping,
            Err(error) => {
                trying.failed();
                let told = self.tell(NodeEvent::Unreachable(self.supplier, error)).await;
                return if told { Over::Failed } else { Over::Stopping };
            }
        };
        if !dialled.known && !self.follow(&dialled).await {
            return Over::Failed;
        }
        if !self.tell(NodeEvent::Up(self.supplier)).await {
            return Over::Stopping;
        }
        let begun = Instant::now();
        let over = self.talk(&mut dialled, trying).await;
        match over {
            Over::Left => trying.left(),
            Over::Failed => trying.lost(begun.elapsed()),
            Over::Stopping => {}
        }
        tracing::debug!(?over, held = *self.hold.borrow(), "a visit is over");
        // The endpoint goes with this visit, and with it whatever still hopes for an answer.
        let end = match over {
            Over::Left => NodeEvent::Left(self.supplier),
            Over::Failed | Over::Stopping => NodeEvent::Lost(self.supplier),
        };
        if self.tell(end).await { over } else { Over::Stopping }
    }

    /// A connection to the supplier; nothing, where the node stops. Where somebody else answers, it may be the supplier
    /// under the key that it said would follow: whoever that is must have it before this node shows its own.
    async fn dial(&mut self, trying: &Trying) -> Result<Option<Dialled>, DialError> {
        let place = self.place.borrow_and_update().clone();
        let Ok(_turn) = self.dials.acquire().await else { return Ok(None) };
        let dialled = self.reach(&place, place.key, &self.way, trying).await;
        match (dialled, place.next) {
            (Err(error), Some(next)) if error.is_wrong_peer() => {
                self.reach(&place, next, &self.way_to_next, trying).await.map_err(|_| error)
            }
            (dialled, _) => dialled,
        }
    }

    async fn reach(
        &self,
        place: &Whereabouts,
        peer: PublicKey,
        way: &Way,
        trying: &Trying,
    ) -> Result<Option<Dialled>, DialError> {
        let (endpoint, network) = match Endpoint::start(self.secret.clone(), &[], way).await {
            Ok(started) => started,
            Err(error) => {
                tracing::error!(%error, "a line can't be set up");
                return Ok(None);
            }
        };
        let carrier = endpoint.connect(*peer.as_bytes(), &place.addresses, trying.first).await?;
        Ok(Some(Dialled { endpoint, network, carrier, peer, known: peer == place.key }))
    }

    /// Whoever answers holds the key that the supplier said would follow. What it says of itself is taken before anything
    /// else is; false, where it does not hold.
    async fn follow(&mut self, dialled: &Dialled) -> bool {
        let Ok(Some(profile)) = hello(&dialled.peer, &dialled.endpoint).await else { return false };
        let (answer, followed) = oneshot::channel();
        let told = self.tell(NodeEvent::Follow(self.supplier, Box::new(profile), answer)).await;
        // What changed by it is known here already.
        drop(self.place.borrow_and_update());
        told && followed.await.unwrap_or(false)
    }

    /// Says and hears what there is, until the visit is over or the line breaks.
    async fn talk(&mut self, dialled: &mut Dialled, trying: &mut Trying) -> Over {
        let Dialled { endpoint, network, carrier, peer, .. } = dialled;
        let (carrier, to) = (*carrier, (self.supplier, *peer));
        let mut deliveries = JoinSet::new();
        deliveries.spawn(greet(to, endpoint.clone(), self.events.clone()));
        let mut quiet_since = Instant::now();
        loop {
            let idle = deliveries.is_empty() && !*self.hold.borrow();
            tokio::select! {
                () = self.wake.notified() => {
                    drop(deliveries.spawn(deliver(to, endpoint.clone(), self.events.clone())));
                }
                Some(delivered) = deliveries.join_next() => match delivered {
                    Ok(true) => trying.worked(carrier),
                    _ => {
                        trying.broke(carrier);
                        return Over::Failed;
                    }
                },
                event = network.recv() => match event {
                    None => return Over::Failed,
                    Some(NetworkEvent::Connected(_)) => continue,
                    Some(NetworkEvent::Disconnected(_)) => return Over::Failed,
                    Some(NetworkEvent::Frame(_, frame, responder)) => {
                        trying.worked(carrier);
                        let message = self.read(&frame);
                        if !self.tell(NodeEvent::Frame(self.supplier, message, responder)).await {
                            return Over::Stopping;
                        }
                    }
                },
                changed = self.hold.changed() => if changed.is_err() {
                    return Over::Stopping;
                },
                () = sleep_until(quiet_since + QUIET), if idle => return Over::Left,
            }
            quiet_since = Instant::now();
        }
    }

    /// Reads a frame, if the supplier may say so much, and looks at its signature here, where every supplier has a task, so
    /// that the one thread that decides does not have to.
    fn read(&mut self, frame: &[u8]) -> Box<Result<ToPerson, Refusal>> {
        if let Ok((_, form)) = message::kind(frame) {
            let peer = Peer { key: &self.supplier, known: true, source: None };
            if let Err(code) = self.frames.admit(peer, form, frame.len(), clock::wall()) {
                return Box::new(Err(code));
            }
        }
        let mut message = message::read::<ToPerson>(frame);
        if let Ok(message) = &mut message {
            message.look_ahead();
        }
        Box::new(message)
    }

    /// Tells the driver; false, where it is gone.
    async fn tell(&self, event: NodeEvent) -> bool {
        match self.events.upgrade() {
            Some(events) => events.send(event).await.is_ok(),
            None => false,
        }
    }
}

/// The name of a relationship, and the key that is connected.
type To = (PublicKey, PublicKey);

/// Asks a peer who it is; none, where it answers with something else than its profile.
///
/// # Errors
/// The line failed.
pub(super) async fn hello(peer: &PublicKey, endpoint: &Endpoint) -> Result<Option<Signed<Profile>>, ()> {
    match say(endpoint, peer, &departure::hello()).await {
        Ok(SupplierReply::Profile(profile)) => Ok(Some(profile)),
        Ok(_) | Err(Unanswered::Unreadable(_)) => Ok(None),
        Err(Unanswered::Line(_)) => Err(()),
    }
}

/// Asks who the supplier is now, so that its newer addresses are known before the old ones fail; then delivers.
async fn greet(to: To, endpoint: Endpoint, events: mpsc::WeakSender<NodeEvent>) -> bool {
    let (supplier, peer) = to;
    let Ok(profile) = hello(&peer, &endpoint).await else { return false };
    if let (Some(profile), Some(events)) = (profile, events.upgrade())
        && events.send(NodeEvent::Profile(supplier, Box::new(profile))).await.is_err()
    {
        return false;
    }
    deliver(to, endpoint, events).await
}

/// Sends what waits in the outbox, one after the other, in order; false, where the line failed.
async fn deliver((supplier, peer): To, endpoint: Endpoint, events: mpsc::WeakSender<NodeEvent>) -> bool {
    let Some(events) = events.upgrade() else { return false };
    let (answer, waiting) = oneshot::channel();
    if events.send(NodeEvent::Collect(supplier, answer)).await.is_err() {
        return false;
    }
    for Outgoing { number, message } in waiting.await.unwrap_or_default() {
        let reply = match say(&endpoint, &peer, &message).await {
            Ok(reply) => reply,
            Err(Unanswered::Unreadable(_)) => SupplierReply::Refused(Refusal::Malformed),
            Err(Unanswered::Line(_)) => return false,
        };
        if events.send(NodeEvent::Replied(supplier, number, Box::new(reply))).await.is_err() {
            return false;
        }
    }
    true
}
