//! Connections to suppliers: one task and one network identity per relationship.
//!
//! In: the pairwise key, the supplier's addresses. Out: frames to the driver, deliveries from its outbox. The
//! node only dials; it listens nowhere.

use std::{sync::Arc, time::Duration};

use regie_protocol::{
    agreement::Agreement,
    identity::PublicKey,
    message::{self, Message, Reply},
    profile::Invitation,
    wire,
};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use zeroize::Zeroizing;

use super::{Answered, Event, Proffered};
use crate::{
    command::{Failure, exit},
    network::{Address, Endpoint, NetworkEvent},
};

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
                        Some(NetworkEvent::Frame(_, frame, responder)) => (Event::Frame(supplier, frame, responder), false),
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

/// Follows a pairing link: dials under the key made for this supplier, reads its profile, proffers.
pub async fn pair(
    invitation: Invitation,
    agreement: Agreement,
    events: mpsc::Sender<Event>,
) -> Result<serde_json::Value, Failure> {
    let stopped = || Failure::internal("the node is stopping");
    let (answer, wait) = oneshot::channel();
    let supplier = invitation.supplier;
    events.send(Event::Proffer(supplier, invitation.id, agreement, answer)).await.map_err(|_| stopped())?;
    let Proffered { secret, frame } = wait.await.map_err(|_| stopped())??;
    let addresses: Vec<Address> =
        invitation.addresses.iter().map(|text| crate::command::parse(text)).collect::<Result<_, _>>()?;
    let (endpoint, _network) = Endpoint::start(secret, &[]).await.map_err(Failure::internal)?;
    let unreachable = |error| Failure::new("unreachable", exit::UNREACHABLE, error);
    endpoint.connect(*supplier.as_bytes(), &addresses).await.map_err(|e| unreachable(e.to_string()))?;
    let hello = wire::encode(&Message::Hello).map_err(Failure::internal)?;
    let Reply::Profile(profile) = exchange(&endpoint, supplier, hello).await? else {
        return Err(Failure::new("bad_pairing", exit::REFUSED, "the supplier did not answer with its profile"));
    };
    let acceptance = match exchange(&endpoint, supplier, frame).await? {
        Reply::Paired(acceptance) => acceptance,
        Reply::Refused(code) => return Err(Failure::new(code.code(), exit::REFUSED, code.explanation())),
        _ => return Err(Failure::new("bad_pairing", exit::REFUSED, "the supplier gave no clear answer")),
    };
    let (answer, wait) = oneshot::channel();
    let answered = Box::new(Answered { supplier, profile, acceptance, proffered: agreement });
    events.send(Event::Paired(answered, answer)).await.map_err(|_| stopped())?;
    wait.await.map_err(|_| stopped())?
}

async fn exchange(endpoint: &Endpoint, supplier: PublicKey, frame: Vec<u8>) -> Result<Reply, Failure> {
    let reply = endpoint.exchange(*supplier.as_bytes(), frame).await.map_err(|error| {
        Failure::new(
            "unreachable",
            exit::UNREACHABLE,
            format!("the supplier did not answer ({error}); try again later"),
        )
    })?;
    message::read(&reply).map_err(|code| Failure::new(code.code(), exit::REFUSED, code.explanation()))
}
