//! Connections to suppliers: one task and one network identity per relationship.
//!
//! In: the pairwise key, the supplier's addresses. Out: frames to the driver, deliveries from its outbox. The
//! node only dials; it listens nowhere.

use std::{sync::Arc, time::Duration};

use regie_protocol::{
    identity::PublicKey,
    message::{self, Message},
    refusal::Refusal,
};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use zeroize::Zeroizing;

use super::Event;
use crate::network::{Address, Endpoint, NetworkEvent};

/// First and longest pause between two attempts to reach a supplier.
const RETRY: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(60));

/// Keeps one relationship connected for as long as the node runs.
pub(super) async fn hold(
    supplier: PublicKey,
    secret: Zeroizing<[u8; 32]>,
    addresses: Vec<Address>,
    events: mpsc::WeakSender<Event>,
    wake: Arc<Notify>,
    dials: Arc<Semaphore>,
) {
    let (endpoint, mut network) = match Endpoint::start(secret, &[]).await {
        Ok(started) => started,
        Err(error) => return tracing::error!(%error, "a link can't be set up"),
    };
    let mut pause = RETRY.0;
    loop {
        let Ok(turn) = dials.acquire().await else { return };
        let connected = endpoint.connect(*supplier.as_bytes(), &addresses).await;
        drop(turn);
        if connected.is_err() {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RETRY.1);
            continue;
        }
        pause = RETRY.0;
        let Some(sender) = events.upgrade() else { return };
        if sender.send(Event::Up(supplier)).await.is_err() {
            return;
        }
        drop(sender);
        tokio::spawn(deliver(supplier, endpoint.clone(), events.clone()));
        loop {
            tokio::select! {
                () = wake.notified() => drop(tokio::spawn(deliver(supplier, endpoint.clone(), events.clone()))),
                event = network.recv() => {
                    let Some(sender) = events.upgrade() else { return };
                    let (event, lost) = match event {
                        None => return,
                        Some(NetworkEvent::Connected(_)) => continue,
                        Some(NetworkEvent::Disconnected(_)) => (Event::Lost(supplier), true),
                        Some(NetworkEvent::Frame(_, frame, responder)) => (Event::Frame(supplier, read(&frame), responder), false),
                    };
                    if sender.send(event).await.is_err() {
                        return;
                    }
                    if lost {
                        break;
                    }
                }
            }
        }
    }
}

/// Reads a frame and looks at its signature here, where every supplier has a task, so that the one thread that decides
/// does not have to.
fn read(frame: &[u8]) -> Box<Result<Message, Refusal>> {
    let mut message = message::read::<Message>(frame);
    if let Ok(message) = &mut message {
        message.look_ahead();
    }
    Box::new(message)
}

/// Sends what waits in the outbox, one after the other, in order.
async fn deliver(supplier: PublicKey, endpoint: Endpoint, events: mpsc::WeakSender<Event>) {
    let Some(events) = events.upgrade() else { return };
    let (answer, waiting) = oneshot::channel();
    if events.send(Event::Collect(supplier, answer)).await.is_err() {
        return;
    }
    for (number, frame) in waiting.await.unwrap_or_default() {
        let Ok(reply) = endpoint.exchange(*supplier.as_bytes(), frame).await else {
            // The rest goes out again on the next connection.
            let _ = events.send(Event::Lost(supplier)).await;
            return;
        };
        if events.send(Event::Replied(supplier, number, reply)).await.is_err() {
            return;
        }
    }
}
