//! A line in the log for every call, a count and an id. In: calls. Out: answers, each with a request id. No log line
//! holds a body, a query or the text of a key.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument as _, Span, field};

use super::Api;
use crate::{clock, supplier::names};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a call.
#[derive(Clone, Copy)]
pub(super) struct RequestId(pub(super) [u8; 12]);

/// It as people read it.
pub(super) fn request_text(id: [u8; 12]) -> String {
    format!("rid_{}", data_encoding::HEXLOWER.encode(&id))
}

/// Counts a call and gives it an id that stands in its answer and in the log, with the caller's own trace where it names one.
pub(super) async fn observe(
    State(api): State<Api>,
    path: Option<MatchedPath>,
    mut request: Request,
    next: Next,
) -> Response {
    let name = RequestId(clock::random());
    request.extensions_mut().insert(name);
    let id = request_text(name.0);
    let (begun, method) = (Instant::now(), request.method().clone());
    let route = path.map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!(
        "call", request = id, %method, route, key = field::Empty, about = field::Empty, trace = field::Empty
    );
    if let Some(thing) = about(&route, request.uri().path()) {
        span.record("about", thing);
    }
    if let Some(trace) = trace(request.headers()) {
        span.record("trace", trace);
    }
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    api.metrics.count(&route, status, begun.elapsed());
    span.in_scope(|| tracing::info!(status, ms = begun.elapsed().as_millis(), "answered"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The id of the thing that a call is about, as it stands in its path.
fn about<'a>(route: &str, path: &'a str) -> Option<&'a str> {
    let (_, thing) = route.split('/').zip(path.split('/')).find(|(part, _)| *part == "{id}")?;
    Some(thing)
}

/// Says whose call this is, by the name of the key.
pub(super) fn called_by(call: &Span, key: names::ApiKey) {
    call.record("key", key.to_string());
}

/// The id of the trace that a call belongs to (W3C Trace Context, 3.2: `00-` and 32 hexadecimal digits that are not all zero).
fn trace(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let mut parts = text.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let hexadecimal = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let fits = version.len() == 2 && hexadecimal(version) && version != "ff" && trace.len() == 32 && hexadecimal(trace);
    Some(trace).filter(|trace| fits && trace.bytes().any(|byte| byte != b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_about_what_its_path_names() {
        assert_eq!(about("/v1/requests/{id}", "/v1/requests/req_x"), Some("req_x"));
        assert_eq!(about("/v1/relationships/{id}/values", "/v1/relationships/rel_x/values"), Some("rel_x"));
        assert_eq!(about("/v1/requests", "/v1/requests"), None);
    }

    #[test]
    fn a_trace_is_the_callers_or_none() {
        let of = |text: &'static str| {
            let headers =
                HeaderMap::from_iter([(HeaderName::from_static("traceparent"), HeaderValue::from_static(text))]);
            trace(&headers).map(str::to_owned)
        };
        let known = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").as_deref(), Some(known));
        for wrong in [
            "",
            "00",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        assert_eq!(trace(&HeaderMap::new()), None);
    }
}
