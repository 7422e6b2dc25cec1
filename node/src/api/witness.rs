//! A companion as a witness of logs, by HTTP (C2SP `tlog-witness`), at an address of its own: the API is for the company, this is
//! for anybody. In: `add-checkpoint`, and questions for the newest head of a log. Out: lines under it, once the head is on
//! disk; else the status that the specification says.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Extension, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use data_encoding::HEXLOWER;
use regie_protocol::{
    checkpoint::{AddCheckpoint, Declined},
    limits::ADD_CHECKPOINT_BYTES,
    rate::{Meter, Meters, Rate, Source},
};

use crate::{
    clock,
    command::{Failure, exit},
    supplier::{Desk, cosigning::Word},
    web::{Caller, Callers, Face, Refused, limits},
    witness::SIZE,
};

const PLAIN: &str = "text/plain; charset=utf-8";

/// What every handler has.
#[derive(Clone)]
struct Room {
    desk: Desk,
    questions: Arc<Mutex<Rates>>,
    new: Arc<Mutex<Rates>>,
}

/// How many may come of each source, and of all.
struct Rates {
    each: Rate,
    all: Rate,
    sources: Meters<Source>,
    taken: Meter,
}

impl Rates {
    fn new(each: Rate, all: Rate) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self { each, all, sources: Meters::new(limits::CALLERS), taken: Meter::default() }))
    }

    fn take(&mut self, source: Option<Source>) -> bool {
        let now = clock::wall();
        source.is_none_or(|source| self.sources.take(&source, self.each, now)) && self.taken.take(self.all, 1, now)
    }
}

/// Listens and answers until the process ends. Answers where it listens.
///
/// # Errors
/// An address that can't be listened on.
pub async fn start(desk: Desk, at: SocketAddr) -> Result<SocketAddr, Failure> {
    let listener = tokio::net::TcpListener::bind(at).await.map_err(|error| {
        let next = "stop what listens there, or choose another with --witness";
        Failure::new("address", exit::ERROR, format!("the witness can't listen on {at}: {error}; {next}"))
    })?;
    let address = listener.local_addr().map_err(Failure::internal)?;
    let room = Room {
        desk,
        questions: Rates::new(limits::QUESTIONS_PER_SOURCE, limits::QUESTIONS_IN_ALL),
        new: Rates::new(limits::LOGS_PER_SOURCE, limits::LOGS_IN_ALL),
    };
    let router = Router::new()
        .route("/add-checkpoint", post(add))
        .route("/{hash}/checkpoint", get(newest))
        .fallback(async || said(StatusCode::NOT_FOUND, PLAIN, "no such thing\n"))
        .with_state(room);
    let face = Face { name: "witness", callers: Callers::Systems, body_bytes: ADD_CHECKPOINT_BYTES, refusal };
    tokio::spawn(face.around(router).serve(vec![listener]));
    Ok(address)
}

async fn add(State(room): State<Room>, Extension(Caller(source)): Extension<Caller>, body: String) -> Response {
    let may = |rates: &Mutex<Rates>| rates.lock().unwrap_or_else(PoisonError::into_inner).take(source);
    if !may(&room.questions) {
        return said(StatusCode::TOO_MANY_REQUESTS, PLAIN, "too many questions; try again later\n");
    }
    let Ok(request) = body.parse::<AddCheckpoint>() else {
        return said(StatusCode::BAD_REQUEST, PLAIN, "not a question to a witness\n");
    };
    let new = room.new.clone();
    let word = room.desk.call(move |companion, turn| {
        let may_come = || new.lock().unwrap_or_else(PoisonError::into_inner).take(source);
        companion.cosign(&request, may_come, turn)
    });
    match word.await {
        Ok(Word::Cosigned(line)) => said(StatusCode::OK, PLAIN, &format!("{line}\n")),
        Ok(Word::Full) => said(StatusCode::TOO_MANY_REQUESTS, PLAIN, "no room for another log now; try again later\n"),
        Ok(Word::Declined(Declined::Conflict(size))) => said(StatusCode::CONFLICT, SIZE, &format!("{size}\n")),
        Ok(Word::Declined(declined)) => {
            let (status, words) = declination(declined);
            said(status, PLAIN, words)
        }
        Err(failure) => unable(&failure),
    }
}

fn declination(declined: Declined) -> (StatusCode, &'static str) {
    match declined {
        Declined::UnknownLog => (StatusCode::NOT_FOUND, "this witness does not cosign that log\n"),
        Declined::NotSigned => (StatusCode::FORBIDDEN, "the log's key did not sign that\n"),
        Declined::NotGrown => (StatusCode::UNPROCESSABLE_ENTITY, "nothing shows that the log grew to that\n"),
        Declined::Malformed | Declined::Conflict(_) => (StatusCode::BAD_REQUEST, "not a head that can be cosigned\n"),
    }
}

async fn newest(State(room): State<Room>, Path(hash): Path<String>) -> Response {
    let hash = HEXLOWER.decode(hash.as_bytes()).ok().and_then(|hash| <[u8; 32]>::try_from(hash).ok());
    let Some(hash) = hash else { return said(StatusCode::NOT_FOUND, PLAIN, "no such log\n") };
    match room.desk.call(move |companion, _| companion.cosigned(&hash)).await {
        Ok(Some(note)) => said(StatusCode::OK, PLAIN, &note),
        Ok(None) => said(StatusCode::NOT_FOUND, PLAIN, "no head of that log was cosigned\n"),
        Err(failure) => unable(&failure),
    }
}

fn unable(failure: &Failure) -> Response {
    tracing::error!(code = failure.code, %failure, "the witness could not answer");
    said(StatusCode::SERVICE_UNAVAILABLE, PLAIN, "not now; try again later\n")
}

fn refusal(refused: Refused) -> Response {
    match refused {
        Refused::Late => said(StatusCode::SERVICE_UNAVAILABLE, PLAIN, "that took too long; try again\n"),
        Refused::Host | Refused::Before | Refused::Site | Refused::Form => {
            said(StatusCode::FORBIDDEN, PLAIN, "a page sent that\n")
        }
    }
}

fn said(status: StatusCode, kind: &'static str, text: &str) -> Response {
    (status, [(header::CONTENT_TYPE, kind)], text.to_owned()).into_response()
}
