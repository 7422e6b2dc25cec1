//! Where somebody sits at the company's pages, by a key that was shown at the entrance, and the forms that are sent from there. In:
//! visits. Out: the key to look with; a page of what it may see, or the entrance once more.

use axum::{
    extract::{FromRequestParts, Path, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::Response,
};

use super::{Api, call::Bearer, console::entrance, problem::Problem};
use crate::{
    command::Failure,
    supplier::{
        Companion,
        keys::{Arrival, Caller},
        scopes::Scope,
    },
    web::{
        Known,
        session::{Pass, cookie},
        words::{Language, Words},
    },
};

pub(super) const COOKIE: &str = "regie_console";
pub(super) const ENTRANCE: &str = "/console";

/// A form as it was sent: names and texts, of which some come more than once.
pub(super) type Typed = Vec<(String, String)>;

/// What stands under a name of a form, or nothing.
pub(super) fn one<'a>(typed: &'a Typed, name: &str) -> &'a str {
    typed.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
}

/// Where somebody sits, and this call of theirs.
pub(super) struct Seat {
    place: String,
    call: Arrival,
    token: Option<String>,
    /// In the language that the browser asks for.
    pub(super) t: Words,
}

impl FromRequestParts<Api> for Seat {
    type Rejection = PathRejection;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, PathRejection> {
        let Path(place) = Path::from_request_parts(parts, api).await?;
        let Ok(call) = Arrival::from_request_parts(parts, api).await;
        Ok(Self { place, call, token: cookie(&parts.headers, COOKIE), t: words(&parts.headers) })
    }
}

impl Seat {
    /// Where the page of this visit is.
    pub(super) fn at(&self) -> String {
        path(&self.place)
    }

    /// The key of whoever sits here, to look with; what else is done says what it needs.
    pub(super) fn bearer(&self, api: &Api) -> Option<Bearer> {
        let pass = self.token.clone().map(|token| Pass::new(token, &self.place));
        let key = pass.and_then(|pass| api.seats.visit(&pass))?;
        Some(Bearer::of(key, self.call).needs(Scope::Read))
    }

    /// The entrance, where nobody sits here.
    pub(super) fn entrance(&self) -> Result<Response, Problem> {
        entrance(StatusCode::OK, self.t, false)
    }

    /// The page of what somebody who sits here sees; the entrance for everybody else.
    pub(super) async fn shown<T: Send + 'static>(
        &self,
        api: &Api,
        look: impl FnOnce(&mut Companion, Caller) -> Result<T, Failure> + Send + 'static,
        page: impl FnOnce(T) -> Result<Response, Problem>,
    ) -> Result<Response, Problem> {
        let Some(bearer) = self.bearer(api) else { return self.entrance() };
        match api.read(bearer, look).await {
            Ok(seen) => {
                let mut response = page(seen)?;
                response.extensions_mut().insert(Known);
                Ok(response)
            }
            // The key was revoked since.
            Err(problem) if problem.status == StatusCode::UNAUTHORIZED.as_u16() => {
                entrance(StatusCode::OK, self.t, true)
            }
            Err(problem) => Err(problem),
        }
    }
}

/// How a page is answered behind which something was refused, or not.
pub(super) fn status(refused: bool) -> StatusCode {
    if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// Where the page of one visit is.
pub(super) fn path(place: &str) -> String {
    format!("{ENTRANCE}/at/{place}")
}

pub(super) fn words(headers: &HeaderMap) -> Words {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Words(Language::accepted(accepted.unwrap_or_default()))
}
