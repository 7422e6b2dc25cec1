//! What goes wrong, as RFC 9457 says it: `application/problem+json` with a stable code. In: failures of the
//! companion, mistakes in a call. Out: a response that names the next step.

use std::num::NonZeroU32;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::command::{Failure, Fault};

/// A problem (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem; the code behind `urn:regie:problem:`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs.
    pub code: String,
    /// For people, with the next step.
    pub detail: String,
    /// What of the body is wrong, mistake by mistake, where there may be several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Mistake>,
    /// In how many seconds the call may come again, where that is known: the header `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<NonZeroU32>,
}

/// One mistake in a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Mistake {
    /// Where, as a JSON pointer in a fragment (RFC 6901, 6).
    #[schema(example = "#/terms/persons")]
    pub pointer: String,
    /// Stable, for programs.
    pub code: String,
    /// For people, with the next step.
    pub detail: String,
}

impl Problem {
    /// A problem with its status, code and sentence.
    pub fn new(status: StatusCode, code: &str, detail: impl std::fmt::Display) -> Self {
        Self {
            kind: format!("urn:regie:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.to_string(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// The call has no valid key.
    pub fn no_key() -> Self {
        let next = "send `Authorization: Bearer rk_…` with a key from `regie supplier key create`";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", next)
    }

    /// No such thing.
    pub fn not_found() -> Self {
        crate::supplier::lists::not_found().into()
    }

    /// The call's body or parameters are not what they must be.
    pub fn bad_call(detail: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_argument", detail)
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let status = match failure.code.as_str() {
            "unauthorized" => return Self::no_key(),
            "key_expired" => StatusCode::UNAUTHORIZED,
            "scope_missing" | "address_refused" | "key_too_wide" | "approval_needed" | "own_request" => {
                StatusCode::FORBIDDEN
            }
            "bad_argument" | "idempotency_mismatch" => StatusCode::UNPROCESSABLE_ENTITY,
            "not_found" => StatusCode::NOT_FOUND,
            "cursor_expired" => StatusCode::GONE,
            "refused" | "already_done" => StatusCode::CONFLICT,
            "rate_limited" => StatusCode::TOO_MANY_REQUESTS,
            "unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => {
                tracing::error!(code = failure.code, %failure, "a call failed");
                let words = "something inside failed; the companion's log says what";
                return Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", words);
            }
        };
        let mistake =
            |fault: Fault| Mistake { pointer: format!("#{}", fault.at), code: fault.code, detail: fault.message };
        let errors = failure.faults.into_iter().map(mistake).collect();
        let retry_after = failure.retry_after;
        Self { errors, retry_after, ..Self::new(status, &failure.code, failure.message) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.get()));
        }
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
