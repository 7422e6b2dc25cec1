//! Signed notes (C2SP `signed-note`): text that anybody reads, with lines below that say who signed it.
//!
//! In: text from anywhere, keys that a reader knows by name. Out: notes, and whose signatures hold. Ed25519 alone, as a
//! signature (type 1) or as a witness's cosignature with its time (type 4, C2SP `tlog-cosignature`); lines of other keys and
//! kinds are kept as they are, and mean nothing.

use std::{fmt, str::FromStr};

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest as _, Sha256};

use crate::{
    coded::coded,
    identity::{Keypair, PublicKey},
    limits,
    wire::as_text,
};

/// What a signature line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";
/// Of the name of a key, its kind and itself, the first bytes of the hash.
const ID_BYTES: usize = 4;
const SIGNATURE_BYTES: usize = 64;
const TIME_BYTES: usize = 8;

/// Why text is not what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Not a key as witnesses and logs write it, or of another kind than ed25519.
    #[error("not a verifier key of ed25519 as signed notes write it")]
    BadKey,
    /// Text that is no note, or no checkpoint.
    #[error("not a signed note of the expected shape")]
    Malformed,
    /// More than is read.
    #[error("more than is read of a signed note")]
    TooLarge,
    /// A line by the name and id of a known key, whose signature does not hold.
    #[error("a signature in the note does not hold")]
    BadSignature,
}

coded! {
    NoteError, "note";
    Self::BadKey => "bad_key";
    Self::Malformed => "malformed";
    Self::TooLarge => "too_large" ("most": limits::NOTE_BYTES);
    Self::BadSignature => "bad_signature";
}

/// What the lines of a key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An ed25519 signature under the text.
    Signature = 1,
    /// An ed25519 signature under a time and the text.
    Cosignature = 4,
}

/// The name of a key: no space, no plus, nothing that can't be seen as a control character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// The text of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let stands = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        let fits = (1..=limits::NAME_BYTES).contains(&text.len()) && text.chars().all(stands);
        if fits { Ok(Self(text.to_owned())) } else { Err(NoteError::BadKey) }
    }
}

as_text!(KeyName);

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key that a reader knows, as `NAME+ID+KEY`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifierKey {
    name: KeyName,
    kind: Kind,
    key: PublicKey,
}

impl VerifierKey {
    /// A key by its name.
    #[must_use]
    pub fn new(name: KeyName, kind: Kind, key: PublicKey) -> Self {
        Self { name, kind, key }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// What its lines are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// By which its lines are found. No proof of anything.
    #[must_use]
    pub fn id(&self) -> [u8; ID_BYTES] {
        let hash = Sha256::new()
            .chain_update(self.name.0.as_bytes())
            // With the kind: by the same key a cosignature is not found as a signature, which says more.
            .chain_update([b'\n', self.kind as u8])
            .chain_update(self.key.as_bytes())
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    fn made(&self, line: &SignatureLine) -> bool {
        line.name == self.name && line.id == self.id()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind as u8], &self.key.as_bytes()[..]].concat();
        write!(f, "{}+{}+{}", self.name, HEXLOWER.encode(&self.id()), BASE64.encode(&key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        if text.len() > 2 * limits::NAME_BYTES {
            return Err(NoteError::BadKey);
        }
        let (name, rest) = text.split_once('+').ok_or(NoteError::BadKey)?;
        let (id, key) = rest.split_once('+').ok_or(NoteError::BadKey)?;
        let key = BASE64.decode(key.as_bytes()).map_err(|_| NoteError::BadKey)?;
        let (kind, key) = match key.split_first().ok_or(NoteError::BadKey)? {
            (1, key) => (Kind::Signature, key),
            (4, key) => (Kind::Cosignature, key),
            _ => return Err(NoteError::BadKey),
        };
        let key = PublicKey::from_bytes(key.try_into().map_err(|_| NoteError::BadKey)?);
        let read = Self::new(name.parse()?, kind, key.map_err(|_| NoteError::BadKey)?);
        // The id is over name and key: where one of them was mistyped it does not fit.
        if HEXLOWER.encode(&read.id()) == id { Ok(read) } else { Err(NoteError::BadKey) }
    }
}

as_text!(VerifierKey);

/// A line below the text. Nothing about it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    name: KeyName,
    id: [u8; ID_BYTES],
    /// What stands behind the id: how long it is depends on the kind of the key.
    signature: Vec<u8>,
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{DASH}{} {}", self.name, BASE64.encode(&[&self.id[..], &self.signature].concat()))
    }
}

impl FromStr for SignatureLine {
    type Err = NoteError;

    /// A line without its end.
    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, encoded) =
            text.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).ok_or(NoteError::Malformed)?;
        let bytes = BASE64.decode(encoded.as_bytes()).map_err(|_| NoteError::Malformed)?;
        let (id, signature) = bytes.split_first_chunk().ok_or(NoteError::Malformed)?;
        let name = name.parse().map_err(|_| NoteError::Malformed)?;
        if signature.is_empty() {
            return Err(NoteError::Malformed);
        }
        Ok(Self { name, id: *id, signature: signature.to_vec() })
    }
}

/// A key that signs notes and nothing else: it signs the text as it is.
pub struct NoteSigner {
    name: KeyName,
    key: Keypair,
}

impl NoteSigner {
    pub(crate) fn new(name: KeyName, key: Keypair) -> Self {
        Self { name, key }
    }

    /// By which others know it, for lines of this kind.
    #[must_use]
    pub fn verifier(&self, kind: Kind) -> VerifierKey {
        VerifierKey::new(self.name.clone(), kind, self.key.public())
    }

    /// Signs a text.
    #[must_use]
    pub fn sign(&self, text: &str) -> SignatureLine {
        let signature = self.key.sign_plain(text.as_bytes()).to_vec();
        SignatureLine { name: self.name.clone(), id: self.verifier(Kind::Signature).id(), signature }
    }

    /// Signs a text as seen at a time, in seconds since 1970.
    #[must_use]
    pub fn cosign(&self, text: &str, at: u64) -> SignatureLine {
        let signed = self.key.sign_plain(cosigned(text, at).as_bytes());
        let signature = [&at.to_be_bytes()[..], &signed].concat();
        SignatureLine { name: self.name.clone(), id: self.verifier(Kind::Cosignature).id(), signature }
    }
}

/// What a cosigner signs of a text.
fn cosigned(text: &str, at: u64) -> String {
    format!("cosignature/v1\ntime {at}\n{text}")
}

/// Text with the lines of those who signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    lines: Vec<SignatureLine>,
}

impl Note {
    /// A text that this line signs. The text has its last newline.
    #[must_use]
    pub fn signed(text: String, line: SignatureLine) -> Self {
        Self { text, lines: vec![line] }
    }

    /// The text, with its last newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Adds a line, where it does not stand there yet.
    pub fn add(&mut self, line: SignatureLine) {
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
    }

    /// Leaves out the lines of all other keys.
    #[must_use]
    pub fn only_of(&self, keys: &[&VerifierKey]) -> Self {
        let lines = self.lines.iter().filter(|line| keys.iter().any(|key| key.made(line)));
        Self { text: self.text.clone(), lines: lines.cloned().collect() }
    }

    /// Did this key sign it?
    ///
    /// # Errors
    /// [`NoteError::BadSignature`]: a line says so, and it is not so.
    pub fn signed_by(&self, key: &VerifierKey) -> Result<bool, NoteError> {
        let mut found = false;
        for line in self.lines.iter().filter(|line| key.kind == Kind::Signature && key.made(line)) {
            let signature: &[u8; SIGNATURE_BYTES] =
                line.signature.as_slice().try_into().map_err(|_| NoteError::BadSignature)?;
            if !key.key.verifies_plain(self.text.as_bytes(), signature) {
                return Err(NoteError::BadSignature);
            }
            found = true;
        }
        Ok(found)
    }

    /// When this witness last saw it as the newest of its log; none where it did not sign.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`]: a line says so, and it is not so.
    pub fn cosigned_by(&self, witness: &VerifierKey) -> Result<Option<VerifiedCosignature>, NoteError> {
        let mut latest = None;
        for line in self.lines.iter().filter(|line| witness.kind == Kind::Cosignature && witness.made(line)) {
            let verified = VerifiedCosignature::of(&self.text, line, witness)?;
            latest = latest.max(Some(verified));
        }
        Ok(latest)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        if text.len() > limits::NOTE_BYTES {
            return Err(NoteError::TooLarge);
        }
        if text.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteError::Malformed);
        }
        // The last empty line: the text above it may have others.
        let end = text.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let (text, lines) = (&text[..=end], &text[end + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed)?;
        // Counted before any of them is decoded.
        if lines.split('\n').count() > limits::NOTE_SIGNATURES {
            return Err(NoteError::TooLarge);
        }
        let lines = lines.split('\n').map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), lines })
    }
}

as_text!(Note);

/// A witness's word that holds: at this time this was the newest head that it had seen of its log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerifiedCosignature {
    at: u64,
    line: String,
}

impl VerifiedCosignature {
    /// A line of this witness under a text.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`].
    pub fn of(text: &str, line: &SignatureLine, witness: &VerifierKey) -> Result<Self, NoteError> {
        let bad = NoteError::BadSignature;
        let made = witness.kind == Kind::Cosignature && witness.made(line);
        let (time, signature) = line.signature.split_first_chunk::<TIME_BYTES>().filter(|_| made).ok_or(bad)?;
        let (at, signature) = (u64::from_be_bytes(*time), signature.try_into().map_err(|_| bad)?);
        // A time of nought is none, and one beyond 2^63 is no time.
        let dated = at > 0 && i64::try_from(at).is_ok();
        if !dated || !witness.key.verifies_plain(cosigned(text, at).as_bytes(), signature) {
            return Err(bad);
        }
        Ok(Self { at, line: line.to_string() })
    }

    /// When it was made, in seconds since 1970, by the witness's clock.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The line, without its end.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
                        Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn signer(secret: u8) -> NoteSigner {
        NoteSigner::new("example.com/log".parse().expect("a name"), Keypair::from_secret(&[secret; 32]))
    }

    #[test]
    fn the_example_of_the_specification_holds_and_nothing_near_it() {
        let (key, note): (VerifierKey, Note) = (KEY.parse().expect("a key"), NOTE.parse().expect("a note"));
        assert_eq!((key.to_string().as_str(), note.to_string().as_str()), (KEY, NOTE));
        assert_eq!(note.signed_by(&key), Ok(true));
        let changed: Note = NOTE.replace("an example", "no example").parse().expect("a note");
        assert_eq!(changed.signed_by(&key), Err(NoteError::BadSignature));
        assert_eq!(note.signed_by(&signer(1).verifier(Kind::Signature)), Ok(false), "a key that signed nothing");
        let renamed = VerifierKey::new("example.com/fo".parse().expect("a name"), key.kind, key.key);
        assert_eq!(note.signed_by(&renamed), Ok(false));
        assert!(KEY.replace("530d903a", "530d903b").parse::<VerifierKey>().is_err());
    }

    #[test]
    fn a_cosignature_is_bound_to_its_time_its_text_and_its_key() {
        let (log, witness) = (signer(1), signer(2));
        let text = "example.com/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n".to_owned();
        let mut note = Note::signed(text.clone(), log.sign(&text));
        let key = witness.verifier(Kind::Cosignature);
        assert_eq!(note.cosigned_by(&key), Ok(None));
        note.add(witness.cosign(&text, 1_700_000_000));
        note.add(witness.cosign(&text, 1_700_000_001));
        let read: Note = note.to_string().parse().expect("a note");
        assert_eq!(read, note);
        assert_eq!(read.cosigned_by(&key).map(|found| found.map(|found| found.at())), Ok(Some(1_700_000_001)));
        assert_eq!(read.signed_by(&log.verifier(Kind::Signature)), Ok(true));
        assert_eq!(read.signed_by(&key), Ok(false), "a cosignature is no signature");
        let line = witness.cosign(&text, 1_700_000_000);
        for at in 0..line.signature.len() {
            let mut forged = line.clone();
            forged.signature[at] ^= 1;
            assert_eq!(VerifiedCosignature::of(&text, &forged, &key), Err(NoteError::BadSignature));
        }
        assert!(VerifiedCosignature::of(&text, &witness.cosign(&text, 0), &key).is_err(), "no time");
        assert!(VerifiedCosignature::of("another\n", &line, &key).is_err());
        assert_eq!(read.only_of(&[&key]).signed_by(&log.verifier(Kind::Signature)), Ok(false));
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let line = signer(1).sign("a\n").to_string();
        let good = format!("a\n\n{line}\n");
        assert!(good.parse::<Note>().is_ok());
        for bad in [
            String::new(),
            "a\n".to_owned(),
            "a\n\n".to_owned(),
            good.trim_end().to_owned(),
            format!("a\n\n{line}\n{line}"),
            format!("a\r\n\n{line}\n"),
            good.replace('\u{2014}', "-"),
            good.replace("example.com/log", "example+log"),
            good.replace("example.com/log", "example\u{a0}log"),
            format!("a\n\n{DASH}x AAAA\n"),
            format!("a\n\n{DASH}x AAAAAA==\n"),
            format!("a\n\n{}", format!("{line}\n").repeat(limits::NOTE_SIGNATURES + 1)),
            format!("{}\n\n{line}\n", "a".repeat(limits::NOTE_BYTES)),
        ] {
            assert!(bad.parse::<Note>().is_err(), "{bad:.80}");
        }
    }
}
