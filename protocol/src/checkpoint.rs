//! Heads of logs as witnesses read them (C2SP `tlog-checkpoint`), and the question whether one of them is cosigned (C2SP
//! `tlog-witness`).
//!
//! In: a person's log by a name that says nothing else of it, its head, what it grew from. Out: the bytes that go to a
//! witness; and for who is a witness, whether it cosigns what came, by what it saw of that log before.

use std::{fmt, str::FromStr};

use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};

use crate::{
    identity::{Keypair, PublicKey},
    limits,
    merkle::{self, Hash},
    note::{KeyName, Kind, Note, NoteError, NoteSigner, VerifierKey},
    wire::as_text,
};

/// What the name of a person's log begins with; behind it stands its key.
const OWN: &str = "regie/";
/// Longest text of a size: 2^63 - 1.
const SIZE_DIGITS: usize = 19;

/// The head of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a name of one line, whatever it holds.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// Lines of whoever keeps the log, which mean nothing here.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// The text of a head without extensions.
    #[must_use]
    pub fn new(origin: &KeyName, size: u64, root: Hash) -> Self {
        Self { origin: origin.as_str().to_owned(), size, root, extensions: Vec::new() }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, BASE64.encode(&self.root.0))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.strip_suffix('\n').ok_or(NoteError::Malformed)?.split('\n');
        let (origin, size, root) = (lines.next(), lines.next(), lines.next());
        let origin = origin.filter(|origin| (1..=limits::NAME_BYTES).contains(&origin.len()));
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(NoteError::Malformed);
        }
        Ok(Self {
            origin: origin.ok_or(NoteError::Malformed)?.to_owned(),
            size: read_size(size.ok_or(NoteError::Malformed)?)?,
            root: read_hash(root.ok_or(NoteError::Malformed)?)?,
            extensions,
        })
    }
}

/// The name of a person's log, and the key that signs its heads. The name is the key and tells nothing more: no supplier,
/// no person, no other log of theirs.
#[must_use]
pub fn own_log(key: &PublicKey) -> Option<VerifierKey> {
    let name = format!("{OWN}{}", HEXLOWER.encode(key.as_bytes())).parse().ok()?;
    Some(VerifierKey::new(name, Kind::Signature, *key))
}

/// The key that a name of that form is; none where it is of another.
#[must_use]
pub fn key_in(origin: &str) -> Option<VerifierKey> {
    let hex = origin.strip_prefix(OWN)?;
    let bytes: [u8; 32] = HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()?;
    own_log(&PublicKey::from_bytes(&bytes).ok()?)
}

/// What signs the heads of a person's log under its name.
pub(crate) fn own_signer(key: Keypair) -> Option<NoteSigner> {
    let name = own_log(&key.public())?.name().clone();
    Some(NoteSigner::new(name, key))
}

/// A head that a witness is asked to cosign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the last head that the witness cosigned.
    pub old: u64,
    /// That the log grew from it.
    pub proof: Vec<Hash>,
    /// The head, signed.
    pub checkpoint: Note,
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", BASE64.encode(&hash.0)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for AddCheckpoint {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        if text.len() > limits::ADD_CHECKPOINT_BYTES {
            return Err(NoteError::TooLarge);
        }
        let (head, checkpoint) = text.split_once("\n\n").ok_or(NoteError::Malformed)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).ok_or(NoteError::Malformed)?;
        // One more than fits, to see that there are too many, and no more of them decoded than that.
        let proof = lines.map(read_hash).take(limits::CONSISTENCY_HASHES + 1).collect::<Result<Vec<_>, _>>()?;
        if proof.len() > limits::CONSISTENCY_HASHES {
            return Err(NoteError::TooLarge);
        }
        Ok(Self { old: read_size(old)?, proof, checkpoint: checkpoint.parse()? })
    }
}

as_text!(AddCheckpoint);

/// A size as it is written: no other spelling is one.
///
/// # Errors
/// [`NoteError::Malformed`].
pub fn read_size(text: &str) -> Result<u64, NoteError> {
    let digits = (1..=SIZE_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (text == "0" || !text.starts_with('0'));
    let size: i64 = text.parse().ok().filter(|_| plain).ok_or(NoteError::Malformed)?;
    u64::try_from(size).map_err(|_| NoteError::Malformed)
}

fn read_hash(text: &str) -> Result<Hash, NoteError> {
    let bytes = BASE64.decode(text.as_bytes()).map_err(|_| NoteError::Malformed)?;
    bytes.try_into().map(Hash).map_err(|_| NoteError::Malformed)
}

/// The newest head of a log that a witness cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cosigned {
    /// How many entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// Why a witness does not cosign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declined {
    /// It is no log that this witness cosigns.
    UnknownLog,
    /// The log's key did not sign it.
    NotSigned,
    /// What it grew from is larger than itself.
    Malformed,
    /// The last head that was cosigned has another size, this one.
    Conflict(u64),
    /// It is not shown that the log grew from what was cosigned.
    NotGrown,
}

/// Does a witness cosign this head of a log, whose key is `log`, and whose newest head it has cosigned is `before`?
///
/// # Errors
/// [`Declined`], the first that is so.
pub fn weigh(
    request: &AddCheckpoint,
    checkpoint: &Checkpoint,
    log: &VerifierKey,
    before: Option<Cosigned>,
) -> Result<Cosigned, Declined> {
    if log.name().as_str() != checkpoint.origin {
        return Err(Declined::UnknownLog);
    }
    if request.checkpoint.signed_by(log) != Ok(true) {
        return Err(Declined::NotSigned);
    }
    if request.old > checkpoint.size {
        return Err(Declined::Malformed);
    }
    let empty = Cosigned { size: 0, root: merkle::root(&[]) };
    let before = before.unwrap_or(empty);
    // Before the proof, which is then of no use: who asked learns from which size to prove.
    if request.old != before.size {
        return Err(Declined::Conflict(before.size));
    }
    let (size, root) = (checkpoint.size, checkpoint.root);
    // From nothing any root grows, and a head of no entries can have one root only.
    let hollow = size == 0 && root != empty.root;
    if hollow || !merkle::grew(before.size, before.root, size, root, &request.proof) {
        return Err(Declined::NotGrown);
    }
    Ok(Cosigned { size, root })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    const REQUEST: &str = "old 20852014\n\
        PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
        jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
        5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
        /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
        \n\
        example.com/behind-the-sofa\n\
        20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
        \n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

    #[test]
    fn the_example_of_the_specification_is_read_and_written() {
        let request: AddCheckpoint = REQUEST.parse().expect("a request");
        assert_eq!((request.old, request.proof.len()), (20_852_014, 4));
        assert_eq!(request.to_string(), REQUEST);
        let checkpoint: Checkpoint = request.checkpoint.text().parse().expect("a checkpoint");
        assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(checkpoint.to_string(), request.checkpoint.text());
        for (part, by) in [
            ("old 2", "old 02"),
            ("old ", "Old "),
            ("old ", "old  "),
            ("20852163", "+0852163"),
            ("20852163", "99999999999999999999"),
            ("PlRN", "PlR"),
        ] {
            let bad = REQUEST.replacen(part, by, 1).parse::<AddCheckpoint>();
            let read = bad.and_then(|read| read.checkpoint.text().parse::<Checkpoint>());
            assert!(read.is_err(), "{part} as {by}");
        }
        let hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
        let long = REQUEST.replacen(hash, &hash.repeat(limits::CONSISTENCY_HASHES - 2), 1);
        assert_eq!(long.parse::<AddCheckpoint>(), Err(NoteError::TooLarge));
    }

    #[test]
    fn the_name_of_a_persons_log_is_its_key() {
        let key = Keypair::from_secret(&[7; 32]).public();
        let log = own_log(&key).expect("a name");
        assert_eq!(key_in(log.name().as_str()), Some(log.clone()));
        let name = log.name().as_str().to_owned();
        for other in [name.to_uppercase(), name.replace("regie/", "regie"), format!("{name}0"), "regie/".to_owned()] {
            assert_eq!(key_in(&other), None, "{other}");
        }
    }

    /// A log of so many entries, as its owner asks a witness.
    fn asked(entries: &[&[u8]], old: usize) -> (AddCheckpoint, Checkpoint, VerifierKey) {
        let signer = own_signer(Keypair::from_secret(&[7; 32])).expect("a signer");
        let leaves: Vec<Hash> = entries.iter().map(|entry| merkle::leaf(entry)).collect();
        let log = signer.verifier(Kind::Signature);
        let checkpoint = Checkpoint::new(log.name(), leaves.len() as u64, merkle::root(&leaves));
        let (text, proof) = (checkpoint.to_string(), merkle::prove_growth(&leaves, old).unwrap_or_default());
        let line = signer.sign(&text);
        (AddCheckpoint { old: old as u64, proof, checkpoint: Note::signed(text, line) }, checkpoint, log)
    }

    #[test]
    fn a_witness_cosigns_what_grew_and_nothing_else() {
        let (request, checkpoint, log) = asked(&[b"a", b"b", b"c"], 0);
        let first = weigh(&request, &checkpoint, &log, None).expect("the first");
        assert_eq!(weigh(&request, &checkpoint, &log, Some(first)), Err(Declined::Conflict(3)));
        let (request, checkpoint, log) = asked(&[b"a", b"b", b"c", b"d", b"e"], 3);
        let next = weigh(&request, &checkpoint, &log, Some(first)).expect("it grew");
        assert_eq!(next.size, 5);
        assert_eq!(weigh(&request, &checkpoint, &log, None), Err(Declined::Conflict(0)));
        let (again, same, _) = asked(&[b"a", b"b", b"c", b"d", b"e"], 5);
        assert_eq!(weigh(&again, &same, &log, Some(next)), Ok(next), "the same again");
        let (rewritten, other, _) = asked(&[b"a", b"x", b"c", b"d", b"e", b"f"], 5);
        assert_eq!(weigh(&rewritten, &other, &log, Some(next)), Err(Declined::NotGrown));
        let (branched, other, _) = asked(&[b"a", b"b", b"c", b"d", b"x"], 5);
        assert_eq!(weigh(&branched, &other, &log, Some(next)), Err(Declined::NotGrown), "as long, and another");
        let (mut shorter, other, _) = asked(&[b"a"], 0);
        shorter.old = 5;
        assert_eq!(weigh(&shorter, &other, &log, Some(next)), Err(Declined::Malformed));
        let (mut proven, other, _) = asked(&[b"a"], 0);
        proven.proof.push(first.root);
        assert_eq!(weigh(&proven, &other, &log, None), Err(Declined::NotGrown), "a proof from nothing");
    }

    #[test]
    fn whoever_has_not_the_logs_key_gets_no_cosignature() {
        let (request, checkpoint, _) = asked(&[b"a"], 0);
        let other = own_log(&Keypair::from_secret(&[8; 32]).public()).expect("a name");
        assert_eq!(weigh(&request, &checkpoint, &other, None), Err(Declined::UnknownLog));
        let (mut forged, _, log) = asked(&[b"b"], 0);
        let text = checkpoint.to_string();
        let other = own_signer(Keypair::from_secret(&[8; 32])).expect("a signer");
        forged.checkpoint = Note::signed(text.clone(), other.sign(&text));
        assert_eq!(weigh(&forged, &checkpoint, &log, None), Err(Declined::NotSigned));
        let (hollow, mut empty, log) = asked(&[], 0);
        assert!(weigh(&hollow, &empty, &log, None).is_ok());
        empty.root = checkpoint.root;
        assert_eq!(weigh(&hollow, &empty, &log, None), Err(Declined::NotGrown), "an empty tree has one root");
    }
}
