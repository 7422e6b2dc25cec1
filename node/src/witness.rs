//! A question to an independent witness, by HTTP (C2SP `tlog-witness`). In: where the person says that it answers, the proxy of
//! the configuration, a head that departs to it. Out: what it says, or why it was not to be had, in a time and a memory that are
//! bounded. Nothing goes to another place than the person entered, and nothing tells who asks but the address it comes from.

use std::{fmt, str::FromStr};

use hyper::{Method, Uri, header};
use regie_protocol::{
    checkpoint::{self, AddCheckpoint},
    departure::Departure,
    limits,
    note::SignatureLine,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    http::{self, Question, Unanswered},
    network::{self, Fault, Proxy, WebWay},
    public,
};

/// Most bytes of an answer.
const ANSWER_BYTES: usize = 64 * 1024;
/// The content type of a size.
pub(crate) const SIZE: &str = "text/x.tlog.size";

/// Where a witness answers: `https://HOST[:PORT][/PATH]`, and without encryption on this machine, in its own network or
/// behind an onion name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    host: String,
    port: Option<u16>,
    path: String,
    encrypted: bool,
}

/// Text that names no place of a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a witness is found at https://HOST/PATH; at http:// only on this machine, at an address of its own network, or behind an \
     onion name"
)]
pub struct BadPlace;

crate::command::explained!(BadPlace);

impl Place {
    fn authority(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }

    fn number(&self) -> u16 {
        self.port.unwrap_or(if self.encrypted { 443 } else { 80 })
    }

    fn bare(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }
}

impl FromStr for Place {
    type Err = BadPlace;

    fn from_str(text: &str) -> Result<Self, BadPlace> {
        let uri: Uri = text.parse().ok().filter(|_| text.len() <= limits::NAME_BYTES).ok_or(BadPlace)?;
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or(BadPlace)?;
        let encrypted = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(BadPlace),
        };
        let place = Self {
            host: authority.host().to_ascii_lowercase(),
            port: authority.port_u16(),
            path: uri.path().trim_end_matches('/').to_owned(),
            encrypted,
        };
        let near = || {
            let address = place.bare().parse::<std::net::IpAddr>();
            place.host == "localhost" || place.host.ends_with(".onion") || address.is_ok_and(public::is_private)
        };
        let whole =
            uri.query().is_none() && !text.contains('#') && authority.as_str() == authority_of(&place, authority);
        if whole && (encrypted || near()) { Ok(place) } else { Err(BadPlace) }
    }
}

/// The authority as it is understood, in the letters that were written: nothing of it may be left out.
fn authority_of(place: &Place, written: &hyper::http::uri::Authority) -> String {
    place.port.map_or_else(|| written.host().to_owned(), |port| format!("{}:{port}", written.host()))
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.encrypted { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a witness says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Lines, of which some may be cosignatures that hold.
    Lines(Vec<SignatureLine>),
    /// The last head that it cosigned has this size.
    Latest(u64),
    /// The head does not grow from the one that it cosigned.
    NotGrown,
}

/// Why there is no cosignature yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Its name leads nowhere.
    Unresolved,
    /// It was not reached, or does not speak HTTP.
    Unreachable,
    /// Its certificate does not hold.
    Certificate,
    /// It took too long.
    Slow,
    /// It cosigns no such log: its owner has to list it.
    UnknownLog,
    /// It has no room now.
    Busy,
    /// It answered what no witness answers.
    BadAnswer,
    /// It answered with no cosignature that holds for the key that the person entered.
    BadSignature,
    /// The log could not be read here, or is too long to be read.
    Unreadable,
}

/// Asks a witness to cosign a head.
///
/// # Errors
/// [`Trouble`].
pub async fn ask(place: &Place, proxy: Option<&Proxy>, question: &Departure<AddCheckpoint>) -> Result<Answer, Trouble> {
    tokio::time::timeout(network::limits::question(proxy.is_some()), answered(place, proxy, question))
        .await
        .unwrap_or(Err(Trouble::Slow))
}

async fn answered(
    place: &Place,
    proxy: Option<&Proxy>,
    question: &Departure<AddCheckpoint>,
) -> Result<Answer, Trouble> {
    let (host, port) = (place.bare(), place.number());
    let way = match proxy {
        Some(proxy) => WebWay::Through(proxy.clone()),
        // The person entered it, so it may be in a private network.
        None => {
            let mut found = public::resolve(host, port, true).await.map_err(|_| Trouble::Unresolved)?;
            found.truncate(network::limits::ADDRESSES_OF_A_NAME);
            WebWay::At(found)
        }
    };
    let asked = Question {
        method: Method::POST,
        authority: place.authority(),
        path: format!("{}/add-checkpoint", place.path),
        kind: (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        body: question.text(),
    };
    let unreached = |fault: Fault| match fault {
        Fault::Certificate(_) => Trouble::Certificate,
        _ => Trouble::Unreachable,
    };
    let unread = |why| match why {
        Unanswered::Broken => Trouble::Unreachable,
        Unanswered::TooLarge => Trouble::BadAnswer,
    };
    let (mut answer, _connection) = if place.encrypted {
        http::ask(network::web(host, port, way).await.map_err(unreached)?, asked).await.map_err(unread)?
    } else {
        http::ask(network::plain(host, port, way).await.map_err(unreached)?, asked).await.map_err(unread)?
    };
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let sized = kind.is_some_and(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == SIZE));
    let status = answer.status().as_u16();
    let body = http::body(&mut answer, ANSWER_BYTES).await.map_err(unread)?;
    read(status, sized, &body)
}

fn read(status: u16, sized: bool, body: &[u8]) -> Result<Answer, Trouble> {
    let text = std::str::from_utf8(body).map_err(|_| Trouble::BadAnswer)?;
    match status {
        200 => {
            let lines = text.strip_suffix('\n').ok_or(Trouble::BadAnswer)?.split('\n');
            let lines = lines.take(limits::NOTE_SIGNATURES).map(str::parse);
            lines.collect::<Result<_, _>>().map(Answer::Lines).map_err(|_| Trouble::BadAnswer)
        }
        // By its content type alone is it a size: a server on the way may say 409 of its own.
        409 if sized => {
            let size = text.strip_suffix('\n').unwrap_or(text);
            checkpoint::read_size(size).map(Answer::Latest).map_err(|_| Trouble::BadAnswer)
        }
        422 => Ok(Answer::NotGrown),
        404 => Err(Trouble::UnknownLog),
        429 | 503 => Err(Trouble::Busy),
        _ => Err(Trouble::BadAnswer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_and_written_and_unencrypted_only_near() {
        for (text, written) in [
            ("https://witness.example", "https://witness.example"),
            ("https://Witness.example:8443/w1/", "https://witness.example:8443/w1"),
            ("http://127.0.0.1:7483", "http://127.0.0.1:7483"),
            ("http://[::1]:7483/a", "http://[::1]:7483/a"),
            ("http://192.168.1.2", "http://192.168.1.2"),
            ("http://abc.onion/x", "http://abc.onion/x"),
        ] {
            let place: Place = text.parse().expect(text);
            assert_eq!(place.to_string(), written);
            assert_eq!(written.parse(), Ok(place));
        }
        for text in [
            "",
            "witness.example",
            "http://witness.example",
            "http://93.184.216.34",
            "ftp://witness.example",
            "https://user@witness.example",
            "https://witness.example/?a=b",
            "https://witness.example/#a",
            "https://witness.example:99999",
            "https:///x",
        ] {
            assert_eq!(text.parse::<Place>(), Err(BadPlace), "{text}");
        }
    }

    #[test]
    fn an_answer_is_what_the_specification_says_and_nothing_else() {
        assert_eq!(read(409, true, b"20\n"), Ok(Answer::Latest(20)));
        assert_eq!(read(409, false, b"20\n"), Err(Trouble::BadAnswer), "without its content type");
        assert_eq!(read(409, true, b"020\n"), Err(Trouble::BadAnswer));
        assert_eq!(read(422, false, b"whatever"), Ok(Answer::NotGrown));
        assert_eq!(read(404, false, b""), Err(Trouble::UnknownLog));
        assert_eq!(read(200, false, b""), Err(Trouble::BadAnswer));
        assert_eq!(read(200, false, b"<html>\n"), Err(Trouble::BadAnswer));
        assert_eq!(read(302, false, b""), Err(Trouble::BadAnswer), "nobody is followed");
        let line = "\u{2014} witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
        assert!(matches!(read(200, false, line.as_bytes()), Ok(Answer::Lines(lines)) if lines.len() == 1));
    }
}
