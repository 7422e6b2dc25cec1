//! Tells the company's NATS what happened, as CloudEvents 1.0 in JSON. In: events. Out: messages on
//! `regie.live.KIND` and `regie.test.KIND`, kept by JetStream.
//!
//! An event counts as told when JetStream has signed for it. Each carries its id as `Nats-Msg-Id`, so that one which
//! is told twice, because this process died in between, is kept once. A stream `REGIE` is made for `regie.>` where
//! there is none; a company that has its own stream for these subjects keeps that.

use async_nats::{
    ConnectOptions, HeaderMap,
    header::NATS_MESSAGE_ID,
    jetstream::{self, Context, stream},
};
use serde::Serialize;

use super::{events::Event, limits};
use crate::{
    command::Failure,
    supplier::{Desk, World, happening::Numbered},
};

const STREAM: &str = "REGIE";
const SUBJECTS: &str = "regie.>";

/// The CloudEvents envelope, in its JSON form (<https://github.com/cloudevents/spec>, 1.0.2).
#[derive(Serialize)]
struct CloudEvent {
    specversion: &'static str,
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    datacontenttype: &'static str,
    data: super::events::About,
}

/// Tells until the companion stops.
pub(crate) async fn run(desk: Desk, url: String) {
    loop {
        match tell(&desk, &url).await {
            Ok(()) => return,
            // The URL may hold a password; it stands in no log line.
            Err(error) => tracing::warn!(%error, "NATS is not told; events wait in the store"),
        }
        tokio::time::sleep(limits::BUS_AGAIN).await;
    }
}

/// Tells what there is and what comes; ends well when the companion stops.
async fn tell(desk: &Desk, url: &str) -> Result<(), Failure> {
    let client = ConnectOptions::new().name("regie").connect(url).await.map_err(Failure::internal)?;
    let bus = jetstream::new(client);
    ready(&bus).await?;
    let company = desk.call(|companion, _| Ok(companion.company())).await;
    let company = match company {
        Err(_) if desk.is_over() => return Ok(()),
        company => company?,
    };
    let mut news = desk.news();
    loop {
        news.mark_unchanged();
        let mut quiet = true;
        for world in World::BOTH {
            let next = desk.call(move |companion, turn| companion.next_for_bus(world, limits::BUS_AT_ONCE, turn)).await;
            let next = match next {
                Err(_) if desk.is_over() => return Ok(()),
                next => next?,
            };
            let Some(last) = next.last().map(|(number, _)| *number) else { continue };
            quiet = false;
            send(&bus, &format!("{company}#{}", name(world)), name(world), &next).await?;
            match desk.call(move |companion, turn| companion.note_bus(world, last, turn)).await {
                Err(_) if desk.is_over() => return Ok(()),
                noted => noted?,
            }
        }
        if quiet {
            let _ = tokio::time::timeout(limits::STREAM_LOOK, news.changed()).await;
        }
    }
}

/// Makes the stream, unless the subjects have one.
async fn ready(bus: &Context) -> Result<(), Failure> {
    if bus.stream_by_subject(format!("regie.{}.any", name(World::Live))).await.is_ok() {
        return Ok(());
    }
    let config = stream::Config { name: STREAM.into(), subjects: vec![SUBJECTS.into()], ..stream::Config::default() };
    bus.get_or_create_stream(config).await.map_err(Failure::internal)?;
    Ok(())
}

/// Sends events and waits for every word of receipt.
async fn send(bus: &Context, source: &str, world: &str, events: &[Numbered]) -> Result<(), Failure> {
    let mut receipts = Vec::new();
    for (number, happening) in events {
        let event = Event::of(*number, happening);
        let subject = format!("regie.{world}.{}", event.kind);
        let mut headers = HeaderMap::new();
        headers.insert(NATS_MESSAGE_ID, format!("{source}/{}", event.id).as_str());
        headers.insert("Content-Type", "application/cloudevents+json; charset=utf-8");
        let body = serde_json::to_vec(&envelope(event, source)).map_err(Failure::internal)?;
        let sent = bus.publish_with_headers(subject, headers, body.into()).await;
        receipts.push(sent.map_err(Failure::internal)?);
    }
    for receipt in receipts {
        let kept = tokio::time::timeout(limits::BUS, receipt).await.map_err(Failure::internal)?;
        kept.map_err(Failure::internal)?;
    }
    Ok(())
}

fn envelope(event: Event, source: &str) -> CloudEvent {
    CloudEvent {
        specversion: "1.0",
        id: event.id,
        source: source.to_owned(),
        kind: format!("regie.{}", event.kind),
        time: event.timestamp,
        subject: event.data.relationship.clone(),
        datacontenttype: "application/json",
        data: event.data,
    }
}

fn name(world: World) -> &'static str {
    match world {
        World::Live => "live",
        World::Test => "test",
    }
}
