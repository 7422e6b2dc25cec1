//! Questions to a witness, and what it answers: `checkpoints.json`. In: leaves of small logs, fixed keys. Out: the file,
//! whose bytes are made here from the specifications (C2SP `signed-note`, `tlog-checkpoint`, `tlog-cosignature`,
//! `tlog-witness`) and from RFC 6962, without the code that is tried by them.

use std::fmt::Write as _;

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signer as _, SigningKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// `checkpoints.json`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub about: String,
    /// The witness, as it is known.
    pub witness: String,
    pub cases: Vec<Asked>,
}

/// One question.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    pub name: String,
    /// The key that the witness knows for the log.
    pub log: String,
    /// The size and root, in hex, of the newest head that it cosigned.
    pub before: Option<(u64, String)>,
    /// What comes.
    pub request: String,
    /// `ok`, or why it does not cosign: `malformed`, `unknown_log`, `not_signed`, `conflict`, `not_grown`.
    pub expect: String,
    /// When it cosigns, in seconds since 1970.
    pub at: u64,
    /// The line that it answers with.
    pub line: Option<String>,
}

const AT: u64 = 1_800_000_000;

/// A key with its name.
struct Named(SigningKey, String);

impl Named {
    fn id(&self, kind: u8) -> [u8; 4] {
        let key = self.0.verifying_key();
        let hash = Sha256::digest([self.1.as_bytes(), b"\n", &[kind], key.as_bytes()].concat());
        [hash[0], hash[1], hash[2], hash[3]]
    }

    fn vkey(&self, kind: u8) -> String {
        let key = [&[kind], &self.0.verifying_key().to_bytes()[..]].concat();
        format!("{}+{}+{}", self.1, HEXLOWER.encode(&self.id(kind)), BASE64.encode(&key))
    }

    fn line(&self, kind: u8, signed: &[u8]) -> String {
        format!("\u{2014} {} {}\n", self.1, BASE64.encode(&[&self.id(kind)[..], signed].concat()))
    }

    fn sign(&self, text: &str) -> String {
        self.line(1, &self.0.sign(text.as_bytes()).to_bytes())
    }

    fn cosign(&self, text: &str) -> String {
        let signature = self.0.sign(format!("cosignature/v1\ntime {AT}\n{text}").as_bytes());
        self.line(4, &[&AT.to_be_bytes()[..], &signature.to_bytes()].concat())
    }
}

/// A person's log under 32 such secret bytes: its name is its key.
fn log(secret: u8) -> Named {
    let key = SigningKey::from_bytes(&[secret; 32]);
    let name = format!("regie/{}", HEXLOWER.encode(key.verifying_key().as_bytes()));
    Named(key, name)
}

fn witness() -> Named {
    Named(SigningKey::from_bytes(&[0x77; 32]), "witness.example/w1".to_owned())
}

type Leaves = [[u8; 32]];

fn leaves(entries: &str) -> Vec<[u8; 32]> {
    entries.bytes().map(|entry| Sha256::digest([0, entry]).into()).collect()
}

fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

/// `MTH` of RFC 6962, 2.1.
fn root(leaves: &Leaves) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(split(many.len()));
            Sha256::digest([&[1], &root(left)[..], &root(right)[..]].concat()).into()
        }
    }
}

/// `SUBPROOF` of RFC 6962, 2.1.2.
fn subproof(from: usize, leaves: &Leaves, whole: bool) -> Vec<[u8; 32]> {
    if from == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut proof, last) = match from <= left.len() {
        true => (subproof(from, left, whole), root(right)),
        false => (subproof(from - left.len(), right, false), root(left)),
    };
    proof.push(last);
    proof
}

fn text(origin: &str, entries: &str) -> String {
    let leaves = leaves(entries);
    format!("{origin}\n{}\n{}\n", leaves.len(), BASE64.encode(&root(&leaves)))
}

/// The question for the head of a log of these entries, from its first `old`.
fn question(of: &Named, entries: &str, old: usize) -> String {
    let leaves = leaves(entries);
    let proof = if old == 0 || old > leaves.len() { Vec::new() } else { subproof(old, &leaves, true) };
    let mut asked = format!("old {old}\n");
    proof.iter().for_each(|hash| writeln!(asked, "{}", BASE64.encode(hash)).expect("text"));
    let text = text(&of.1, entries);
    write!(asked, "\n{text}\n{}", of.sign(&text)).expect("text");
    asked
}

struct Draft {
    name: &'static str,
    seen: Option<&'static str>,
    request: String,
    expect: &'static str,
}

fn cosigned(name: &'static str, seen: Option<&'static str>, entries: &str) -> Draft {
    let old = seen.map_or(0, str::len);
    Draft { name, seen, request: question(&log(0x11), entries, old), expect: "ok" }
}

fn drafts() -> Vec<Draft> {
    let (own, other) = (log(0x11), log(0x12));
    let ask = |entries, old| question(&own, entries, old);
    let draft = |name, seen, request, expect| Draft { name, seen, request, expect };
    let text = text(&own.1, "ab");
    let foreign = format!("old 0\n\n{text}\n{}", Named(other.0.clone(), own.1.clone()).sign(&text));
    let broken = ask("ab", 0).replacen("\n2\n", "\n3\n", 1);
    let beside = format!("{}{}", ask("ab", 0), other.sign(&text));
    vec![
        cosigned("the first head", None, "a"),
        cosigned("an empty log", None, ""),
        cosigned("it grew by one", Some("a"), "ab"),
        cosigned("it grew within a full tree", Some("abc"), "abcdefg"),
        cosigned("it grew from a full tree", Some("abcd"), "abcdefghijk"),
        cosigned("the same head again", Some("abcde"), "abcde"),
        draft("a line of an unknown key beside", None, beside, "ok"),
        draft("another size was cosigned", Some("abc"), ask("abcde", 2), "conflict"),
        draft("shorter than what was cosigned", Some("abc"), ask("ab", 0), "conflict"),
        draft("nothing was cosigned", None, ask("abc", 2), "conflict"),
        draft("an entry was changed", Some("abc"), ask("axcde", 3), "not_grown"),
        draft("as long and another", Some("abc"), ask("abx", 3), "not_grown"),
        draft(
            "without the proof",
            Some("abc"),
            ask("abcde", 3).replacen(&first_hash(&ask("abcde", 3)), "", 1),
            "not_grown",
        ),
        draft("a proof from nothing", None, ask("ab", 1).replacen("old 1", "old 0", 1), "not_grown"),
        draft("an old size beyond the head", Some("abc"), ask("ab", 3), "malformed"),
        draft("the key of another log", None, foreign, "not_signed"),
        draft("a head that was changed", None, broken, "not_signed"),
        draft("another log", None, question(&other, "ab", 0), "unknown_log"),
        draft("a zero before a size", None, ask("ab", 0).replacen("old 0", "old 00", 1), "malformed"),
        draft("no signature", None, format!("old 0\n\n{text}\n"), "malformed"),
        draft("no last newline", None, ask("ab", 0).trim_end().to_owned(), "malformed"),
        draft("a carriage return", None, ask("ab", 0).replace('\n', "\r\n"), "malformed"),
        draft("64 hashes", Some("abc"), many_hashes(&ask("abcde", 3)), "malformed"),
    ]
}

fn first_hash(request: &str) -> String {
    request.lines().nth(1).map(|line| format!("{line}\n")).expect("a hash")
}

fn many_hashes(request: &str) -> String {
    let hash = first_hash(request);
    let there = request.split("\n\n").next().map_or(0, |head| head.lines().count() - 1);
    request.replacen(&hash, &hash.repeat(65 - there), 1)
}

pub fn file() -> File {
    let cases = drafts().into_iter().map(|draft| {
        let text = draft.request.split_once("\n\n").and_then(|(_, note)| note.rsplit_once("\n\n"));
        let text = text.map(|(text, _)| format!("{text}\n"));
        Asked {
            name: draft.name.to_owned(),
            log: log(0x11).vkey(1),
            before: draft.seen.map(|seen| (seen.len() as u64, HEXLOWER.encode(&root(&leaves(seen))))),
            line: text.filter(|_| draft.expect == "ok").map(|text| witness().cosign(&text)),
            request: draft.request,
            expect: draft.expect.to_owned(),
            at: AT,
        }
    });
    File {
        about: "Questions to a witness and its answers. The log's secret is 32 bytes of 11, another log's of 12, the witness's \
                of 77."
            .into(),
        witness: witness().vkey(4),
        cases: cases.collect(),
    }
}
