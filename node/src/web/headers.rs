//! What every answer says of how it may be used: not framed, not kept, no foreign code. In: a room. Out: the room, with
//! those headers on whatever it answers, where it says nothing of its own.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    middleware,
    response::Response,
};

/// The one policy, for pages and for calls: to an answer that is not a page most of it means nothing, and it costs
/// nothing to say.
pub(super) const POLICY: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: under it a browser sends `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Around all of a room's paths, and what is said where there is none.
pub(super) fn on_every_answer(room: Router) -> Router {
    // tower-http has a layer for one header, which would be eight around every path; its one for several can't be cloned
    // where an answer can't.
    room.layer(middleware::map_response(async |mut response: Response| {
        for (name, value) in POLICY {
            response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
        }
        response
    }))
}
