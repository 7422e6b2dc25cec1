//! The frames as data: `frames.json`, where each stands as hex and in diagnostic notation. In: messages, replies, entries of
//! a log and links. Out: the file.

use std::fmt::Write as _;

use regie_protocol::{
    audit::Entry,
    message::{Message, Reply, Role},
    wire,
};
use serde::{Deserialize, Serialize};

use crate::{
    fixtures::cbor::Cbor,
    format::{hex, unhex},
};

/// `frames.json`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub about: String,
    pub frames: Vec<Frame>,
    pub entries: Vec<Logged>,
    pub links: Vec<Link>,
}

/// One frame, as it lies on a stream.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Whose message or reply it is: the name of a rule in `docs/protocol.cddl`.
    pub rule: String,
    pub tag: String,
    /// Four bytes of length, then DAG-CBOR.
    pub frame: String,
    pub diagnostic: String,
}

/// One entry of a log.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logged {
    pub event: String,
    pub entry: String,
    /// Its leaf hash.
    pub leaf: String,
    pub diagnostic: String,
}

/// One link.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The name of a rule in `docs/protocol.cddl`.
    pub rule: String,
    pub link: String,
    pub diagnostic: String,
}

/// The name of the rule that has all messages to a role.
pub fn messages_to(role: Role) -> String {
    format!("to-{role}")
}

/// The name of the rule that has all replies of a role.
pub fn replies_of(role: Role) -> String {
    format!("{role}-reply")
}

/// The frame of a message.
pub fn message<M: Message>(message: &M) -> Frame {
    frame(messages_to(M::TO), &wire::encode(message).expect("encodes"))
}

/// The frame of a reply to the messages `M`.
pub fn reply<M: Message>(reply: &M::Reply) -> Frame
where
    M::Reply: Reply,
{
    frame(replies_of(M::TO), &wire::encode(reply).expect("encodes"))
}

fn frame(rule: String, body: &[u8]) -> Frame {
    let tree = Cbor::read(body);
    let tag = match &tree {
        Cbor::Text(tag) => tag.clone(),
        Cbor::Map(entries) => match &entries[0].0 {
            Cbor::Text(tag) => tag.clone(),
            other => panic!("{other:?} is no tag"),
        },
        other => panic!("{other:?} has no tag"),
    };
    let length = u32::try_from(body.len()).expect("a frame").to_be_bytes();
    Frame { rule, tag, frame: hex(&[&length, body].concat()), diagnostic: diagnostic(&tree) }
}

/// One entry, with its leaf hash.
pub fn logged(entry: &Entry) -> Logged {
    let bytes = wire::encode(entry).expect("encodes");
    Logged {
        event: entry.event.kind().into(),
        leaf: regie_protocol::merkle::leaf(&bytes).to_string(),
        diagnostic: diagnostic(&Cbor::read(&bytes)),
        entry: hex(&bytes),
    }
}

/// One link, whose content stands behind `d=`.
pub fn link(rule: &str, link: &str) -> Link {
    let (_, data) = link.split_once("&d=").expect("a link");
    let bytes = data_encoding::BASE64URL_NOPAD.decode(data.as_bytes()).expect("base64url");
    Link { rule: rule.into(), link: link.into(), diagnostic: diagnostic(&Cbor::read(&bytes)) }
}

/// Extended diagnostic notation (RFC 8949, 8, and RFC 8610, G.3): a byte string that holds DAG-CBOR is shown as what it
/// holds, between `<<` and `>>`.
fn diagnostic(tree: &Cbor) -> String {
    let mut out = String::new();
    show(tree, "", 0, &mut out);
    out
}

fn show(tree: &Cbor, key: &str, depth: usize, out: &mut String) {
    match tree {
        Cbor::Uint(number) => write!(out, "{number}"),
        Cbor::Text(text) => write!(out, "{text:?}"),
        Cbor::Bool(yes) => write!(out, "{yes}"),
        Cbor::Null => write!(out, "null"),
        // The only byte strings that hold DAG-CBOR; a document has the key `body` too.
        Cbor::Bytes(bytes) if matches!(key, "entry") || (key == "body" && bytes.starts_with(b"\x82")) => {
            write!(out, "<< ").expect("text");
            show(&Cbor::read(bytes), "", depth, out);
            write!(out, " >>")
        }
        Cbor::Bytes(bytes) => write!(out, "h'{}'", hex(bytes)),
        Cbor::Array(items) => return list(items, depth, out),
        Cbor::Map(entries) => return map(entries, depth, out),
        Cbor::Raw(_) => panic!("nothing of ours is raw"),
    }
    .expect("text");
}

fn list(items: &[Cbor], depth: usize, out: &mut String) {
    let short = items.iter().all(|item| matches!(item, Cbor::Text(_) | Cbor::Uint(_)));
    out.push('[');
    for (n, item) in items.iter().enumerate() {
        match (short, n) {
            (true, 0) => {}
            (true, _) => out.push_str(", "),
            (false, _) => indent(depth + 1, out),
        }
        show(item, "", depth + 1, out);
        if !short {
            out.push(',');
        }
    }
    if !short {
        indent(depth, out);
    }
    out.push(']');
}

fn map(entries: &[(Cbor, Cbor)], depth: usize, out: &mut String) {
    if entries.is_empty() {
        return out.push_str("{}");
    }
    out.push('{');
    for (key, value) in entries {
        let Cbor::Text(name) = key else { panic!("{key:?} is no key") };
        indent(depth + 1, out);
        write!(out, "{name:?}: ").expect("text");
        show(value, name, depth + 1, out);
        out.push(',');
    }
    indent(depth, out);
    out.push('}');
}

fn indent(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', depth));
}

/// The bytes behind a frame's length, where the length is right.
pub fn body(frame: &Frame) -> Vec<u8> {
    let bytes = unhex(&frame.frame);
    let (length, body) = bytes.split_at(4);
    assert_eq!(length, u32::try_from(body.len()).expect("a frame").to_be_bytes(), "{}", frame.tag);
    body.to_vec()
}
