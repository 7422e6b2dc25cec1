//! `regie supplier listen`: events of a companion, to a receiver that is being written. In: the API's stream, with a
//! key. Out: the same calls that a webhook makes, signed with a secret made for this run; a line for each.

use std::time::Duration;

use data_encoding::BASE64;
use reqwest::{Client, Response, Url};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::{
    api::sign,
    clock,
    command::{Failure, exit},
};

/// Longest event of the stream, in bytes.
const EVENT_BYTES: usize = 256 * 1024;
/// Calls for one event before it is left.
const TRIES: u32 = 5;
/// Pause before the first repetition; it doubles.
const PAUSE: Duration = Duration::from_millis(250);
/// The receiver must answer within this time.
const ANSWER: Duration = Duration::from_secs(15);

/// What to read and where to send it.
pub(super) struct Listen {
    pub(super) api: String,
    pub(super) key: String,
    pub(super) forward_to: Option<String>,
}

pub(super) fn run(listen: Listen, json: bool) -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::internal)?;
    runtime.block_on(follow(&listen, json))
}

async fn follow(listen: &Listen, json: bool) -> Result<(), Failure> {
    let url = |text: &str| Url::parse(text).map_err(|error| Failure::usage(format!("'{text}' is not a URL: {error}")));
    let stream = url(&format!("{}/v1/events/stream", listen.api.trim_end_matches('/')))?;
    let target = listen.forward_to.as_deref().map(url).transpose()?;
    let client = Client::builder().no_proxy().build().map_err(Failure::internal)?;
    let secret = Zeroizing::new(clock::random::<24>());
    if target.is_some() && !json {
        crate::out::say(format_args!("Check signatures with whsec_{}", BASE64.encode(&*secret)));
    }
    let mut last: Option<String> = None;
    loop {
        let mut request = client.get(stream.clone()).bearer_auth(&listen.key);
        if let Some(last) = &last {
            request = request.header("last-event-id", last);
        }
        match request.send().await {
            Ok(answer) if answer.status().is_success() => {
                let mut events = Events { answer, buffer: Vec::new() };
                while let Some((id, body)) = events.next().await {
                    let event: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
                    let went = match &target {
                        Some(target) => forward(&client, target, &id, &body, &secret).await,
                        None => Value::Null,
                    };
                    say(json, &event, &went);
                    last = Some(id);
                }
            }
            Ok(answer) => {
                let next = "make a key with `regie supplier key create` and give it with --key or REGIE_API_KEY";
                let words = format!("the API answered {}; {next}", answer.status().as_u16());
                return Err(Failure::new("refused", exit::REFUSED, words));
            }
            Err(_) if last.is_none() => {
                let words = format!("nobody answers at {}; is the companion running with --api?", listen.api);
                return Err(Failure::new("unreachable", exit::UNREACHABLE, words));
            }
            // It was there before: it comes back.
            Err(_) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn say(json: bool, event: &Value, went: &Value) {
    if json {
        crate::out::say(json!({ "event": event, "answer": went }));
        return;
    }
    let text = |key: &str| event[key].as_str().unwrap_or_default();
    let answer = if went.is_null() { String::new() } else { format!("  -> {went}") };
    crate::out::say(format_args!("{}  {}  {}{answer}", text("timestamp"), text("type"), text("id")));
}

/// Calls the receiver until it takes the event, a few times. Answers its last status.
async fn forward(client: &Client, target: &Url, id: &str, body: &[u8], secret: &[u8; 24]) -> Value {
    let mut pause = PAUSE;
    let mut went = Value::Null;
    for _ in 0..TRIES {
        let seconds = clock::wall().0 / 1000;
        let sent = client
            .post(target.clone())
            .timeout(ANSWER)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", sign(secret, id, seconds, body).unwrap_or_default())
            .body(body.to_vec())
            .send();
        went = match sent.await {
            Ok(answer) if answer.status().is_success() => return json!(answer.status().as_u16()),
            Ok(answer) => json!(answer.status().as_u16()),
            Err(_) => json!("no answer"),
        };
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    went
}

/// A stream of server-sent events, read one by one.
struct Events {
    answer: Response,
    buffer: Vec<u8>,
}

impl Events {
    /// The next event's id and data; none where the stream ended or is not what it must be.
    async fn next(&mut self) -> Option<(String, Vec<u8>)> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                if let Some(event) = read(&String::from_utf8_lossy(&block)) {
                    return Some(event);
                }
                continue;
            }
            if self.buffer.len() > EVENT_BYTES {
                return None;
            }
            let more = self.answer.chunk().await.ok()??;
            self.buffer.extend_from_slice(&more);
        }
    }
}

/// A block of the stream; none for a comment.
fn read(block: &str) -> Option<(String, Vec<u8>)> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    Some((field("id:")?.to_owned(), field("data:")?.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_events_and_comments_are_not() {
        assert_eq!(read("id: evt_1\nevent: x\ndata: {}\n\n"), Some(("evt_1".into(), b"{}".to_vec())));
        assert_eq!(read(":\n\n"), None);
    }
}
