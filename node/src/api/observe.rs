//! A line in the log for every call, a count and an id. In: calls. Out: answers, each with a request id. No log line
//! holds a body, a query or a key.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};

use super::Api;
use crate::clock;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Counts a call and gives it an id that stands in its answer and in the log.
pub(super) async fn observe(
    State(api): State<Api>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let id = format!("rid_{}", data_encoding::HEXLOWER.encode(&clock::random::<12>()));
    let (begun, method) = (Instant::now(), request.method().clone());
    let route = path.map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    api.metrics.count(&route, status, begun.elapsed());
    tracing::info!(request = id, %method, route, status, ms = begun.elapsed().as_millis(), "call");
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
