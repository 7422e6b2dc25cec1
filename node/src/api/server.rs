//! The HTTP server with its bounds, and a line in the log for every call. In: connections. Out: answers, each with
//! a request id. No log line holds a body, a query or a key.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore};

use super::{Api, limits, problem::Problem};
use crate::clock;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Accepts for ever.
pub(super) async fn serve(listener: TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors: wait for some to come free.
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let _place = place;
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits::HEAD)
                .max_headers(limits::HEADERS)
                .max_buf_size(limits::HEAD_BYTES)
                .serve_connection(TokioIo::new(stream), service);
            let _ = connection.await;
        });
    }
}

/// Bounds a call in time, counts it, and gives it an id that stands in its answer and in the log.
pub(super) async fn observe(
    State(api): State<Api>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let id = format!("rid_{}", data_encoding::HEXLOWER.encode(&clock::random::<12>()));
    let (begun, method) = (Instant::now(), request.method().clone());
    let route = path.map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let answered = tokio::time::timeout(limits::CALL, next.run(request)).await;
    let mut response = answered.unwrap_or_else(|_| {
        let words = "the call took too long; try again";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", words).into_response()
    });
    let status = response.status().as_u16();
    api.metrics.count(&route, status, begun.elapsed());
    tracing::info!(request = id, %method, route, status, ms = begun.elapsed().as_millis(), "call");
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
