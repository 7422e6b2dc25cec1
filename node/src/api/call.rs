//! How a call reaches the companion: who calls, what is asked, once or again. In: HTTP requests. Out: work on the
//! companion's own thread, and a response when its changes are on disk.

use std::{convert::Infallible, net::IpAddr};

use axum::{
    body::{Body, BodyDataStream, Bytes},
    extract::{FromRequest, FromRequestParts, MatchedPath, Query, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use data_encoding::BASE64URL_NOPAD;
use futures::StreamExt as _;
use ipnet::IpNet;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};
use tracing::Span;
use utoipa::{IntoParams, ToSchema};

use super::{
    Api, description, limits,
    observe::{self, RequestId},
    problem::Problem,
    scopes,
};
use crate::{
    command::Failure,
    driver::Turn,
    supplier::{
        Companion,
        keys::{Arrival, Caller, KeyHash},
        once::{ANSWER_BYTES, Answered, Left, Once},
        scopes::Scope,
    },
    web::Whence,
};

/// The key of a call, not looked up yet, and what is called whence.
#[derive(Clone, Copy)]
pub struct Bearer {
    key: KeyHash,
    call: Arrival,
}

impl Bearer {
    /// A key that was shown before, and a call of now.
    #[must_use]
    pub fn of(key: KeyHash, call: Arrival) -> Self {
        Self { key, call }
    }

    /// The same, for something that needs this.
    #[must_use]
    pub fn needs(self, scope: Scope) -> Self {
        Self { call: Arrival { needs: scope, ..self.call }, ..self }
    }
}

impl FromRequestParts<Api> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Api) -> Result<Self, Problem> {
        let text = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = text.and_then(|text| text.strip_prefix("Bearer ")).and_then(KeyHash::of);
        Ok(Self { key: key.ok_or_else(Problem::no_key)?, call: arrival(parts, state) })
    }
}

impl FromRequestParts<Api> for Arrival {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &Api) -> Result<Self, Infallible> {
        Ok(arrival(parts, state))
    }
}

/// What is called, what it needs, and whence it comes.
fn arrival(parts: &Parts, state: &Api) -> Arrival {
    let path = parts.extensions.get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    let (route, needs) = scopes::needed(&parts.method, path);
    let request = parts.extensions.get::<RequestId>().map(|id| id.0).unwrap_or_default();
    let peer = parts.extensions.get::<Whence>().map(|whence| whence.0);
    let from = peer.and_then(|peer| whence(peer, &parts.headers, &state.proxies));
    Arrival { request, route, needs, from }
}

/// Whence a call comes: what the last proxy that is not trusted, or nobody, stands behind. What others wrote into the header is no
/// more than their word, so it is read from its end, for as long as those who wrote it are trusted.
fn whence(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> Option<IpAddr> {
    let trusted = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    if !trusted(&peer) {
        return Some(peer);
    }
    let lines: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().map(|line| line.to_str().ok()).collect::<Option<_>>()?;
    let mut nearest = Some(peer);
    for named in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        nearest = named.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical());
        if !nearest.is_some_and(|address| trusted(&address)) {
            break;
        }
    }
    nearest
}

/// A POST as it came.
pub struct Posted {
    bearer: Bearer,
    once: Option<String>,
    path: String,
    body: Bytes,
    /// A place among those that are large, for as long as this one is in memory.
    large: Option<SemaphorePermit<'static>>,
}

impl Posted {
    /// For an answer that is kept nowhere.
    ///
    /// # Errors
    /// An `Idempotency-Key`, which asks for the answer to be kept.
    pub fn once_only(self) -> Result<Self, Problem> {
        match self.once {
            None => Ok(self),
            Some(_) => Err(Problem::bad_call("this answer is shown once and kept nowhere; leave Idempotency-Key out")),
        }
    }
}

/// Places for large bodies, over all callers.
static LARGE: Semaphore = Semaphore::const_new(limits::LARGE_BODIES);

impl FromRequest<Api> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Api) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let bearer = Bearer::from_request_parts(&mut parts, state).await?;
        let once = idempotency_key(&parts.headers)?;
        let path = parts.uri.path().to_owned();
        let most = match path.as_str() {
            super::customers::PATH => limits::LIST_BYTES,
            super::items::PATH => limits::RECORD_BYTES,
            _ => limits::BODY_BYTES,
        };
        let (body, large) = read(body, most, state.read(bearer, |_, _| Ok(()))).await?;
        Ok(Self { bearer, once, path, body, large })
    }
}

/// A body, and its place where it is large.
type Whole = (Bytes, Option<SemaphorePermit<'static>>);

/// Reads a body up to a bound. `known` says whether its key is one: it is asked for a body that grows large and for no other, since the
/// call itself looks the key up again. What is left of one that is refused is thrown away before the answer.
async fn read(body: Body, most: usize, known: impl Future<Output = Result<(), Problem>>) -> Result<Whole, Problem> {
    let mut parts = body.into_data_stream();
    let whole = take(&mut parts, most, known).await;
    if whole.is_err() {
        drain(parts).await;
    }
    whole
}

async fn take(
    parts: &mut BodyDataStream,
    most: usize,
    known: impl Future<Output = Result<(), Problem>>,
) -> Result<Whole, Problem> {
    let too_large = || {
        let next = format!("the body can't be read, or is above {most} bytes; send less");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", next)
    };
    let (mut kept, mut large) = (Vec::new(), None);
    let mut known = Some(known).filter(|_| most > limits::BODY_BYTES);
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| too_large())?;
        let whole = kept.len().saturating_add(part.len());
        // A place for a large one is nobody's who has no key.
        if whole > limits::BODY_BYTES
            && let Some(known) = known.take()
        {
            known.await?;
            large = Some(LARGE.acquire().await.map_err(|_| too_large())?);
        }
        if whole > most {
            return Err(too_large());
        }
        kept.extend_from_slice(&part);
    }
    Ok((kept.into(), large))
}

/// Throws away what comes, for a short time and up to a bound: else the connection would break under the caller's hands before the
/// answer is read.
async fn drain(mut parts: BodyDataStream) {
    let mut whole = 0_usize;
    let draining = async {
        while let Some(Ok(part)) = parts.next().await {
            whole = whole.saturating_add(part.len());
            if whole > limits::DRAIN_BYTES {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(limits::DRAIN, draining).await;
}

/// What a call takes, held against the description of it first; nothing is an object without members.
fn read_body<B: DeserializeOwned + ToSchema>(body: &[u8]) -> Result<B, Failure> {
    let body: Value = serde_json::from_slice(if body.is_empty() { b"{}" } else { body })
        .map_err(|error| Failure::usage(format!("the body is no JSON from line {} on", error.line())))?;
    description::check(&B::name(), &body)?;
    serde_json::from_value(body).map_err(|error| {
        tracing::debug!(%error, "a body is as described, and can't be read");
        Failure::usage("the body is not what this call takes; /v1/openapi.json says what it is")
    })
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| (1..=limits::IDEMPOTENCY_KEY_BYTES).contains(&text.len()));
    let bad = || Problem::bad_call("an Idempotency-Key has 1 to 255 visible ASCII characters");
    text.map(|text| Some(text.to_owned())).ok_or_else(bad)
}

/// A query string, with mistakes told as problems.
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(query)| Self(query)).map_err(|rejection| Problem::bad_call(rejection.body_text()))
    }
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Only what concerns this relationship, where the list has relationships.
    pub relationship: Option<String>,
    /// Go on after this, the `next` of the page before.
    pub cursor: Option<String>,
    /// Entries of a page, 1 to 200; 50 where none is asked for.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
}

impl Paging {
    /// After which number, and how many.
    ///
    /// # Errors
    /// A cursor that was not given out, a limit out of bounds.
    pub fn bounds(&self) -> Result<(u64, usize), Problem> {
        self.place().map(|(cursor, limit)| (cursor.unwrap_or(0), limit))
    }

    /// Where the page before ended, and how many.
    ///
    /// # Errors
    /// A cursor that was not given out, a limit out of bounds.
    pub fn place(&self) -> Result<(Option<u64>, usize), Problem> {
        place(self.cursor.as_deref(), self.limit)
    }
}

/// Where the page before ended, as a cursor says it, and how many are wanted.
///
/// # Errors
/// A cursor that was not given out, a limit out of bounds.
pub fn place(cursor: Option<&str>, limit: Option<usize>) -> Result<(Option<u64>, usize), Problem> {
    let limit = limit.unwrap_or(limits::PAGE);
    if !(1..=limits::PAGE_MOST).contains(&limit) {
        return Err(Problem::bad_call(format!("limit is 1 to {}", limits::PAGE_MOST)));
    }
    Ok((cursor.map(number).transpose()?, limit))
}

/// A number as a cursor.
#[must_use]
pub fn cursor(number: u64) -> String {
    BASE64URL_NOPAD.encode(&number.to_be_bytes())
}

/// The number in a cursor.
///
/// # Errors
/// One that was not given out.
pub fn number(cursor: &str) -> Result<u64, Problem> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    let bad = || Problem::bad_call("not a cursor; use the `next` of the page before, as it is");
    bytes.map(u64::from_be_bytes).ok_or_else(bad)
}

/// A page of a list, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub data: Vec<T>,
    /// The cursor of the next page; null where this one is the last for now.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// From entries with their numbers; a full page has perhaps a next one.
    #[must_use]
    pub fn of(entries: Vec<(u64, T)>, limit: usize) -> Self {
        let last = entries.last().map(|(number, _)| cursor(*number));
        let next = last.filter(|_| entries.len() >= limit);
        Self { data: entries.into_iter().map(|(_, entry)| entry).collect(), next }
    }
}

impl Api {
    /// Reads for a caller.
    ///
    /// # Errors
    /// No valid key; what `work` says.
    pub async fn read<T: Send + 'static>(
        &self,
        bearer: Bearer,
        work: impl FnOnce(&mut Companion, Caller) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Problem> {
        let call = Span::current();
        let done = self.desk.call(move |companion, turn| {
            let caller = caller(companion, bearer, &call, turn)?;
            work(companion, caller)
        });
        Ok(done.await?)
    }

    /// Changes something for a caller, by a call that has no body and may be repeated.
    ///
    /// # Errors
    /// No valid key; what `work` says.
    pub async fn change<T: Send + 'static>(
        &self,
        bearer: Bearer,
        work: impl FnOnce(&mut Companion, Caller, &mut Turn) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Problem> {
        let call = Span::current();
        let done = self.desk.call(move |companion, turn| {
            let caller = caller(companion, bearer, &call, turn)?;
            work(companion, caller, turn)
        });
        Ok(done.await?)
    }

    /// Does a POST, once for each `Idempotency-Key`.
    ///
    /// # Errors
    /// No valid key, a body of another shape, what `work` says.
    pub async fn post<B: DeserializeOwned + ToSchema + Send + 'static, T: Serialize>(
        &self,
        posted: Posted,
        status: StatusCode,
        work: impl FnOnce(&mut Companion, Caller, B, &mut Turn) -> Result<T, Failure> + Send + 'static,
    ) -> Result<Response, Problem> {
        let Posted { bearer, once, path, body, large } = posted;
        let call = Span::current();
        let done = self.desk.call(move |companion, turn| {
            let caller = caller(companion, bearer, &call, turn)?;
            let once = once.map(|key| Once::new(&caller, &key, &path, &body));
            if let Some(once) = &once
                && let Some(answered) = companion.answered(once)?
            {
                return Ok((answered, true, None));
            }
            let asked: B = read_body(&body)?;
            let made = work(companion, caller, asked, turn)?;
            let body = serde_json::to_vec(&made).map_err(Failure::internal)?;
            let answered = Answered { status: status.as_u16(), body };
            let once = once.filter(|_| answered.body.len() <= ANSWER_BYTES);
            let left = once.map(|once| companion.keep_answer(&once, &answered, turn)).transpose()?;
            Ok((answered, false, left))
        });
        let (answered, again, left) = done.await?;
        drop(large);
        let status = StatusCode::from_u16(answered.status).unwrap_or(status);
        let mut response = (status, [(header::CONTENT_TYPE, "application/json")], answered.body).into_response();
        if again {
            response.headers_mut().insert("idempotency-replayed", header::HeaderValue::from_static("true"));
        }
        if let Some(left) = left {
            tell_left(response.headers_mut(), left);
        }
        Ok(response)
    }
}

/// How many calls with a key may still come, as draft-ietf-httpapi-ratelimit-headers writes it.
fn tell_left(headers: &mut HeaderMap, left: Left) {
    let policy = format!("\"keyed\";q={};w=86400", left.of);
    let state = format!("\"keyed\";r={};t={}", left.calls, left.more_in);
    for (name, text) in [("ratelimit-policy", policy), ("ratelimit", state)] {
        if let Ok(value) = header::HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}

/// Who calls; the log of the call says so too, by the name of the key.
fn caller(companion: &Companion, bearer: Bearer, call: &Span, turn: &mut Turn) -> Result<Caller, Failure> {
    let known = companion.caller(bearer.key, &bearer.call)?;
    observe::called_by(call, known.key);
    companion.note_use(&known.key, turn)?;
    Ok(known)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use futures::stream;

    use super::*;

    const PART: usize = 64 * 1024;
    const PARTS: usize = limits::BODY_BYTES / PART;

    /// A body of so many parts, up to a bound, from somebody whose key is one or not: what is read of it, how many of its parts were
    /// taken, and how often the key was looked up.
    async fn tried(parts: usize, most: usize, has_key: bool) -> (Result<(usize, bool), u16>, usize, usize) {
        let (taken, asked) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let part = move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; PART]))
        };
        let known = async {
            asked.fetch_add(1, Ordering::Relaxed);
            has_key.then_some(()).ok_or_else(Problem::no_key)
        };
        let body = Body::from_stream(stream::iter((0..parts).map(part)));
        let whole = read(body, most, known).await;
        let whole = whole.map(|(body, large)| (body.len(), large.is_some())).map_err(|problem| problem.status);
        (whole, taken.load(Ordering::Relaxed), asked.load(Ordering::Relaxed))
    }

    #[test]
    fn whence_a_call_comes_is_nobodys_word_who_is_not_trusted() {
        let proxies: Vec<IpNet> = ["127.0.0.0/8", "10.0.0.0/8"].map(|text| text.parse().expect("a network")).into();
        let of = |peer: &str, lines: &[&str]| {
            let line = |line: &&str| ("x-forwarded-for".parse().expect("a name"), line.parse().expect("a value"));
            let headers: HeaderMap = lines.iter().map(line).collect();
            whence(peer.parse().expect("an address"), &headers, &proxies).map(|address| address.to_string())
        };
        let is = |text: &str| Some(text.to_owned());
        assert_eq!(of("192.0.2.1", &["198.51.100.1"]), is("192.0.2.1"), "who is no proxy speaks for nobody");
        assert_eq!(of("127.0.0.1", &[]), is("127.0.0.1"));
        assert_eq!(of("127.0.0.1", &["203.0.113.9, 198.51.100.1"]), is("198.51.100.1"), "the first is a caller's own");
        assert_eq!(of("127.0.0.1", &["203.0.113.9", "198.51.100.1, 10.1.2.3"]), is("198.51.100.1"));
        assert_eq!(of("127.0.0.1", &["10.1.2.3"]), is("10.1.2.3"));
        for broken in ["unknown", "198.51.100.1:80", "198.51.100.1,", "é"] {
            assert_eq!(of("127.0.0.1", &[broken]), None, "{broken}");
        }
    }

    #[tokio::test]
    async fn a_key_is_looked_up_before_a_body_where_that_grows_large_and_then_once() {
        let (small, large) = (limits::BODY_BYTES, limits::RECORD_BYTES);
        for has_key in [true, false] {
            assert_eq!(tried(PARTS, large, has_key).await, (Ok((small, false)), PARTS, 0), "not large");
            assert_eq!(tried(PARTS + 1, small, has_key).await, (Err(413), PARTS + 1, 0), "no place is asked for");
        }
        assert_eq!(tried(PARTS + 5, large, true).await, (Ok((small + 5 * PART, true)), PARTS + 5, 1));
    }

    #[tokio::test]
    async fn what_is_left_of_a_refused_body_is_read_up_to_a_bound() {
        let parts = |bytes: usize| bytes / PART;
        let (large, drained) = (limits::RECORD_BYTES, parts(limits::DRAIN_BYTES) + 1);
        assert_eq!(tried(PARTS + 5, large, false).await, (Err(401), PARTS + 5, 1), "nobody's body has no place");
        assert_eq!(tried(4 * drained, large, false).await, (Err(401), PARTS + 1 + drained, 1));
        assert_eq!(tried(4 * drained, large, true).await, (Err(413), parts(large) + 1 + drained, 1));
    }
}
