//! Connections to suppliers: one task and one network identity per relationship.
//!
//! In: the pairwise key, the supplier's addresses. Out: frames to the driver, deliveries from its outbox. The
//! node only dials; it listens nowhere.

use std::{sync::Arc, time::Duration};

use regie_protocol::{
    agreement::Agreement,
    identity::PublicKey,
    message::{self, Message, Reply},
    person::Weighed,
    profile::{Invitation, Pairing},
    refusal::Refusal,
    signed::Signed,
    wire,
};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use zeroize::Zeroizing;

use super::{Answered, Counter, Event, Proffer, Proffered};
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

/// Follows a pairing link: dials under the key made for this supplier, reads its profile, proffers. Where the supplier
/// answers with a stricter agreement that is taken up; one that permits more comes out, for the person to decide.
pub async fn pair(
    invitation: Invitation,
    agreement: Agreement,
    events: mpsc::Sender<Event>,
) -> Result<serde_json::Value, Failure> {
    let (supplier, id) = (invitation.supplier, invitation.id);
    let proffer = Proffer { supplier, invitation: id, agreement, alternative: None };
    let Proffered { secret, pairing } = ask(&events, |answer| Event::Proffer(proffer, answer)).await?;
    let addresses: Vec<Address> =
        invitation.addresses.iter().map(|text| crate::command::parse(text)).collect::<Result<_, _>>()?;
    let (endpoint, _network) = Endpoint::start(secret, &[]).await.map_err(Failure::internal)?;
    let unreachable = |error| Failure::new("unreachable", exit::UNREACHABLE, error);
    endpoint.connect(*supplier.as_bytes(), &addresses).await.map_err(|e| unreachable(e.to_string()))?;
    let Reply::Profile(profile) = exchange(&endpoint, supplier, &Message::Hello).await? else {
        return Err(Failure::new("bad_pairing", exit::REFUSED, "the supplier did not answer with its profile"));
    };
    let (mut pairing, mut reply) = proffered(&endpoint, supplier, pairing).await?;
    if let Reply::Alternative(answer) = reply {
        let counter = Box::new(Counter { supplier, pairing: pairing.clone(), answer });
        let weighed: Weighed = ask(&events, |answer| Event::Weigh(counter, answer)).await?;
        if !weighed.stricter {
            return Ok(other_terms(agreement, weighed.agreement));
        }
        let (agreement, alternative) = (weighed.agreement, Some(weighed.id));
        let proffer = Proffer { supplier, invitation: id, agreement, alternative };
        let again = ask(&events, |answer| Event::Proffer(proffer, answer)).await?;
        (pairing, reply) = proffered(&endpoint, supplier, again.pairing).await?;
    }
    let acceptance = match reply {
        Reply::Paired(acceptance) => acceptance,
        Reply::Skewed(theirs) => return ask(&events, |answer| Event::Skewed(theirs.at, answer)).await,
        Reply::Refused(code) => return Err(Failure::new(code.code(), exit::REFUSED, code.explanation())),
        _ => return Err(Failure::new("bad_pairing", exit::REFUSED, "the supplier gave no clear answer")),
    };
    let answered = Box::new(Answered { supplier, profile, acceptance, pairing });
    ask(&events, |answer| Event::Paired(answered, answer)).await
}

/// The supplier's other proposal, and what it permits that was not proffered.
fn other_terms(proffered: Agreement, alternative: Agreement) -> serde_json::Value {
    let (own, other) = (proffered.terms(), alternative.terms());
    let more = [
        ("analytics", other.analytics && !own.analytics),
        ("tracking", other.tracking && !own.tracking),
        ("profiling", other.profiling && !own.profiling),
        ("third_parties", other.third_parties && !own.third_parties),
    ];
    let more: Vec<&str> = more.into_iter().filter(|(_, more)| *more).map(|(name, _)| name).collect();
    serde_json::json!({ "proffered": proffered, "alternative": alternative, "also_permits": more })
}

async fn proffered(
    endpoint: &Endpoint,
    supplier: PublicKey,
    pairing: Signed<Pairing>,
) -> Result<(Signed<Pairing>, Reply), Failure> {
    let reply = exchange(endpoint, supplier, &Message::Pair(pairing.clone())).await?;
    Ok((pairing, reply))
}

pub(super) async fn ask<T>(
    events: &mpsc::Sender<Event>,
    event: impl FnOnce(oneshot::Sender<Result<T, Failure>>) -> Event,
) -> Result<T, Failure> {
    let stopped = || Failure::internal("the node is stopping");
    let (answer, wait) = oneshot::channel();
    events.send(event(answer)).await.map_err(|_| stopped())?;
    wait.await.map_err(|_| stopped())?
}

async fn exchange(endpoint: &Endpoint, supplier: PublicKey, message: &Message) -> Result<Reply, Failure> {
    let frame = wire::encode(message).map_err(Failure::internal)?;
    let reply = endpoint.exchange(*supplier.as_bytes(), frame).await.map_err(|error| {
        Failure::new(
            "unreachable",
            exit::UNREACHABLE,
            format!("the supplier did not answer ({error}); try again later"),
        )
    })?;
    message::read(&reply).map_err(|code| Failure::new(code.code(), exit::REFUSED, code.explanation()))
}
