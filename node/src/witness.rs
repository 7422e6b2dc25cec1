//! A question to an independent witness, by HTTP (C2SP `tlog-witness`). In: where the person says that it answers, the proxy of
//! the configuration, a head that departs to it. Out: what it says, or why it was not to be had, in a time and a memory that are
//! bounded. Nothing goes to another place than the person entered, and nothing tells who asks but the address it comes from.

use hyper::{Method, header, header::HeaderValue};
use regie_protocol::{
    checkpoint::{self, AddCheckpoint},
    departure::Departure,
    limits,
    note::SignatureLine,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    http::{self, Unanswered},
    network::{self, Proxy},
    place::{Asked, Unreached},
};

pub use crate::place::{BadPlace, Place};

/// Most bytes of an answer.
const ANSWER_BYTES: usize = 64 * 1024;
/// The content type of a size.
pub(crate) const SIZE: &str = "text/x.tlog.size";

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
    let asked = Asked {
        method: Method::POST,
        below: "/add-checkpoint",
        headers: vec![(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))],
        body: question.text().into_bytes(),
    };
    let unread = |why| match why {
        Unanswered::Broken => Trouble::Unreachable,
        Unanswered::TooLarge => Trouble::BadAnswer,
    };
    let (mut answer, _connection) = place.ask(proxy, asked).await.map_err(|why| match why {
        Unreached::Unresolved => Trouble::Unresolved,
        Unreached::Certificate => Trouble::Certificate,
        Unreached::Unreachable | Unreached::Proxied | Unreached::Private => Trouble::Unreachable,
        Unreached::Unanswered(why) => unread(why),
    })?;
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
