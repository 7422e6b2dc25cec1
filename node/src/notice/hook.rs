//! A notice as a short text to an address that the person entered, as ntfy and many others take it. In: the address, what is said.
//! Out: that it was taken (HTTP 2xx). Nobody is followed elsewhere, and without encryption it goes nowhere but near.

use std::{fmt, str::FromStr};

use hyper::{Method, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::{Notice, Trouble};
use crate::{
    network::{self, Proxy},
    place::{Asked, Place, Unreached},
};

/// An address that takes short texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hook(Place);

/// Text that is no such address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an address that notices can go to; write https://HOST/PATH, or http:// for one on this machine or in your own network"
)]
pub struct BadHook;

crate::command::explained!(BadHook);

impl Hook {
    /// Posts the text there.
    pub(crate) async fn call(&self, proxy: Option<&Proxy>, notice: &Notice) -> Result<(), Trouble> {
        let kind = header::HeaderValue::from_static("text/plain; charset=utf-8");
        let asked = Asked {
            method: Method::POST,
            below: "",
            headers: vec![(header::CONTENT_TYPE, kind)],
            body: format!("{}\n{}\n", notice.title, notice.text).into_bytes(),
        };
        let answer = tokio::time::timeout(network::limits::question(proxy.is_some()), self.0.ask(proxy, asked)).await;
        let (answer, _connection) = answer.map_err(|_| Trouble::Slow)?.map_err(unreached)?;
        taken(answer.status())
    }
}

/// What an answer says of it.
pub(super) fn taken(status: StatusCode) -> Result<(), Trouble> {
    match status.as_u16() {
        200..=299 => Ok(()),
        300..=399 => Err(Trouble::Redirected),
        429 | 500..=599 => Err(Trouble::Later),
        400..=499 => Err(Trouble::Refused),
        _ => Err(Trouble::Broken),
    }
}

pub(super) fn unreached(why: Unreached) -> Trouble {
    match why {
        Unreached::Unresolved => Trouble::Unresolved,
        Unreached::Private => Trouble::Private,
        Unreached::Certificate => Trouble::Certificate,
        Unreached::Unreachable => Trouble::Unreachable,
        Unreached::Proxied => Trouble::Proxied,
        Unreached::Unanswered(_) => Trouble::Broken,
    }
}

impl FromStr for Hook {
    type Err = BadHook;

    fn from_str(text: &str) -> Result<Self, BadHook> {
        Place::exact(text).map(Self).map_err(|_| BadHook)
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Hook {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hook {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_by_its_status_alone() {
        let said = |status| taken(StatusCode::from_u16(status).expect("a status"));
        assert_eq!(
            [200, 204, 301, 404, 429, 503].map(said),
            [Ok(()), Ok(()), Err(Trouble::Redirected), Err(Trouble::Refused), Err(Trouble::Later), Err(Trouble::Later)]
        );
    }

    #[test]
    fn a_hook_is_an_encrypted_address_or_one_that_is_near() {
        for good in ["https://ntfy.example/my-topic?auth=abc", "http://127.0.0.1:8080/t", "http://192.168.1.4/"] {
            assert_eq!(good.parse::<Hook>().map(|hook| hook.to_string()), Ok(good.to_owned()));
        }
        for bad in ["http://ntfy.example/t", "ntfy.example/t", "file:///etc/passwd", "https://a:b@ntfy.example/t", ""] {
            assert_eq!(bad.parse::<Hook>(), Err(BadHook), "{bad}");
        }
    }
}
