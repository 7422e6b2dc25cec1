//! What an owner asks with, and why something was not done. In: texts that an owner typed, errors of the core. Out: words of
//! verbs, a `Failure` with a stable code, a next step and an exit code.

pub(crate) mod details;
pub(crate) mod values;
mod words;

use std::num::NonZeroU32;

pub use regie_protocol::person::Remember;
use regie_protocol::{Agreed, Coded, ObjectId, Refusal, Signature, policy::Rule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use values::Misfit;
pub use words::{NoPreset, NoReading, Preset, Reading, Text};

use crate::{locale::Language, network::BadAddress, sentences::Reason};

/// A change of the defaults, to be tried or made.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// Begin again from a preset.
    Preset {
        /// Which.
        name: Preset,
    },
    /// Add a rule, or put it in the place of another.
    Set {
        /// The rule.
        rule: Rule,
        /// The name of the one that goes.
        replaces: Option<String>,
    },
    /// Take a rule away.
    Remove {
        /// Its name.
        name: String,
    },
}

/// Why a command was not done.
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Stable, for programs.
    pub code: String,
    /// For people, with the next step.
    pub message: String,
    /// What the process exits with.
    pub exit: u8,
    /// Where the core gave the reason: the message in any language. It stays in this process.
    #[serde(skip)]
    pub(crate) reason: Option<Box<Reason>>,
    /// What of the command is wrong, place by place, where more than one thing can be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// In how many seconds it may be tried again, where that is known. It stays in this process.
    #[serde(skip)]
    pub(crate) retry_after: Option<NonZeroU32>,
}

/// One thing that is wrong with what was asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// Where, as a JSON pointer (RFC 6901) into the command: `/details/persons`.
    pub at: String,
    /// Stable, for programs.
    pub code: String,
    /// For people, with the next step.
    pub message: String,
    /// The message in any language. It stays in this process.
    #[serde(skip)]
    pub(crate) reason: Option<Box<Reason>>,
}

impl Fault {
    /// What a code of the core says of this place.
    pub(crate) fn new(at: String, why: &impl Coded) -> Self {
        let reason = Reason::new(why);
        let message = reason.sentence(Language::English);
        Self { at, code: format!("{}.{}", why.kind(), why.code()), message, reason: Some(Box::new(reason)) }
    }

    /// A failure of this place alone.
    pub(crate) fn of(at: String, failure: Failure) -> Self {
        let Failure { code, message, reason, .. } = failure;
        Self { at, code, message, reason }
    }

    /// The message, in this language where it can be said in it.
    pub(crate) fn said(&self, language: Language) -> String {
        self.reason.as_ref().map_or_else(|| self.message.clone(), |reason| reason.sentence(language))
    }
}

/// Exit codes, as `docs/cli` lists them.
pub mod exit {
    /// Something went wrong.
    pub const ERROR: u8 = 1;
    /// The command line is wrong.
    pub const USAGE: u8 = 2;
    /// No node runs, or the peer can't be reached.
    pub const UNREACHABLE: u8 = 3;
    /// No such thing.
    pub const NOT_FOUND: u8 = 4;
    /// The other side or a rule refused.
    pub const REFUSED: u8 = 5;
    /// The passphrase is wrong.
    pub const LOCKED: u8 = 6;
    /// `doctor` found problems.
    pub const PROBLEMS: u8 = 7;
}

impl Failure {
    /// A failure with its code, exit code and sentence.
    pub fn new(code: &str, exit: u8, message: impl std::fmt::Display) -> Self {
        Self {
            code: code.to_owned(),
            exit,
            message: message.to_string(),
            reason: None,
            faults: Vec::new(),
            retry_after: None,
        }
    }

    /// A failure whose reason the core gave by a code of its own.
    pub(crate) fn of(code: &str, exit: u8, reason: Reason) -> Self {
        Self { reason: Some(Box::new(reason.clone())), ..Self::new(code, exit, reason.sentence(Language::English)) }
    }

    /// What was given is not what it should be, as the core says.
    #[allow(clippy::needless_pass_by_value, reason = "for `map_err`")]
    pub(crate) fn misread(error: impl Coded) -> Self {
        Self::of("bad_argument", exit::USAGE, Reason::new(&error))
    }

    /// What a peer refused.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self::of(refusal.code(), exit::REFUSED, Reason::new(&refusal))
    }

    /// It may be tried again in so many seconds.
    #[must_use]
    pub(crate) fn in_seconds(self, seconds: u32) -> Self {
        Self { retry_after: NonZeroU32::new(seconds.max(1)), ..self }
    }

    /// The message, in this language where it can be said in it.
    pub(crate) fn said(&self, language: Language) -> String {
        self.reason.as_ref().map_or_else(|| self.message.clone(), |reason| reason.sentence(language))
    }

    /// The words of a command were wrong.
    pub fn usage(message: impl std::fmt::Display) -> Self {
        Self::new("bad_argument", exit::USAGE, message)
    }

    /// Several places of a command are wrong, each as its fault says.
    #[must_use]
    pub fn at(faults: Vec<Fault>) -> Self {
        let last = |fault: &Fault| fault.at.rsplit('/').next().unwrap_or_default().to_owned();
        let each: Vec<String> = faults.iter().map(|fault| format!("{}: {}", last(fault), fault.message)).collect();
        let each = each.join("; ");
        Self { faults, ..Self::usage(each) }
    }

    /// Something inside failed.
    pub fn internal(message: impl std::fmt::Display) -> Self {
        Self::new("internal", exit::ERROR, message)
    }
}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Self {
        use crate::store::StoreError;
        let (code, exit) = match &error {
            StoreError::WrongPassphrase | StoreError::PassphraseLength => ("locked", exit::LOCKED),
            StoreError::NotFound { .. } => ("no_home", exit::NOT_FOUND),
            StoreError::InUse => ("in_use", exit::ERROR),
            StoreError::Corrupt { .. } | StoreError::CheckpointUnreadable => ("damaged", exit::ERROR),
            StoreError::SetBack { .. } | StoreError::RowsSetBack { .. } => ("set_back", exit::ERROR),
            _ => ("store", exit::ERROR),
        };
        Self::new(code, exit, error)
    }
}

impl From<regie_protocol::person::OwnerError> for Failure {
    fn from(error: regie_protocol::person::OwnerError) -> Self {
        use regie_protocol::person::OwnerError as E;
        let (code, exit) = match &error {
            E::NoRelationship | E::NoRequest | E::NoGrant | E::NoItem | E::NoIntent | E::NoOffer | E::NoSegment => {
                ("not_found", exit::NOT_FOUND)
            }
            E::AlreadyPaired | E::AlreadyRevoked | E::Counted | E::ActedAlready => ("already_done", exit::ERROR),
            E::Superseded => ("superseded", exit::REFUSED),
            E::Moved { .. } => ("moved", exit::REFUSED),
            E::BadPlace | E::BadPolicy | E::BadIntent | E::BadAct => ("bad_argument", exit::USAGE),
            E::BadPairing(_) => ("bad_pairing", exit::REFUSED),
            _ => ("refused", exit::REFUSED),
        };
        Self::of(code, exit, Reason::new(&error))
    }
}

impl From<regie_protocol::supplier::SupplierError> for Failure {
    fn from(error: regie_protocol::supplier::SupplierError) -> Self {
        use regie_protocol::supplier::SupplierError as E;
        let reason = Reason::new(&error);
        match error {
            E::NoRelationship | E::NoSegment | E::NoAct => Self::of("not_found", exit::NOT_FOUND, reason),
            E::NotDelegable
            | E::TooManyDelegations
            | E::NotOpened
            | E::TooManyItems
            | E::IntentOver
            | E::TooManyAnswers
            | E::TooManySegments => Self::of("refused", exit::REFUSED, reason),
            _ => Self::of("bad_argument", exit::USAGE, reason),
        }
    }
}

/// What can say why text is not what it should be.
pub trait Explained {
    /// Why `text` is not, with the next step.
    fn failure(&self, text: &str) -> Failure;
}

impl<E: Coded> Explained for E {
    fn failure(&self, text: &str) -> Failure {
        Failure::of("bad_argument", exit::USAGE, Reason::new(self).of(text))
    }
}

/// For errors of the node's own, whose message is the sentence.
macro_rules! explained {
    ($($error:ty),+ $(,)?) => {$(
        impl $crate::command::Explained for $error {
            fn failure(&self, text: &str) -> $crate::command::Failure {
                $crate::command::Failure::usage(format!("'{text}': {self}"))
            }
        }
    )+};
}
pub(crate) use explained;

explained!(BadAddress);

/// Text that an owner typed, as the type it must be.
///
/// # Errors
/// A usage failure that says what was expected.
pub fn parse<T: std::str::FromStr>(text: &str) -> Result<T, Failure>
where
    T::Err: Explained,
{
    let shown = || text.chars().take(120).collect::<String>();
    text.parse().map_err(|error: T::Err| error.failure(&shown()))
}

/// The bytes of a text in base64; `what` it is, as whoever sent it calls it.
///
/// # Errors
/// A usage failure that says what was expected.
pub(crate) fn base64(what: &str, text: &str) -> Result<Vec<u8>, Failure> {
    let bytes = data_encoding::BASE64.decode(text.as_bytes());
    bytes.map_err(|error| Failure::usage(format!("{what} is not base64 (RFC 4648, with padding): {error}")))
}

/// Names and values as typed: `persons=3`.
///
/// # Errors
/// A usage failure for text without `=`, or a name that comes twice.
pub fn pairs(texts: &[String]) -> Result<std::collections::BTreeMap<String, String>, Failure> {
    let mut pairs = std::collections::BTreeMap::new();
    for text in texts {
        let (name, value) =
            text.split_once('=').ok_or_else(|| Failure::usage(format!("'{text}' is not NAME=VALUE")))?;
        if pairs.insert(name.trim().to_owned(), value.trim().to_owned()).is_some() {
            return Err(Failure::usage(format!("'{name}' is given twice")));
        }
    }
    Ok(pairs)
}

/// The two signed records of an agreement, for whoever wants to check them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AgreedRecords {
    /// What the person proffered.
    pub pairing: SignedRecord,
    /// What the supplier accepted.
    pub acceptance: SignedRecord,
}

/// A signed record as it stands on the wire.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SignedRecord {
    /// Its id.
    pub id: ObjectId,
    /// The bytes that are signed, base64.
    pub body: String,
    /// The signature under them.
    pub signature: Signature,
}

impl From<&Agreed> for AgreedRecords {
    fn from(agreed: &Agreed) -> Self {
        let record = |id, (body, signature): (&[u8], &Signature)| SignedRecord {
            id,
            body: data_encoding::BASE64.encode(body),
            signature: *signature,
        };
        Self {
            pairing: record(agreed.pairing.id(), agreed.pairing.parts()),
            acceptance: record(agreed.acceptance.id(), agreed.acceptance.parts()),
        }
    }
}

/// Whom a default is about, as typed: `anyone`, `sector:NAME` or a supplier's key.
///
/// # Errors
/// A usage failure for anything else.
pub fn who(text: &str) -> Result<regie_protocol::policy::Who, Failure> {
    use regie_protocol::policy::Who;
    match (text, text.strip_prefix("sector:")) {
        ("anyone", _) => Ok(Who::Anyone),
        (_, Some(sector)) => Ok(Who::Sector(sector.to_owned())),
        (key, None) => Ok(Who::Supplier(parse(key)?)),
    }
}

/// The word on a segment, as typed.
///
/// # Errors
/// A usage failure that lists them.
pub fn belongs(text: &str) -> Result<regie_protocol::segment::Belongs, Failure> {
    use regie_protocol::segment::Belongs;
    match text {
        "yes" => Ok(Belongs::Yes),
        "no" => Ok(Belongs::No),
        "count" => Ok(Belongs::Count),
        _ => Err(Failure::usage("say yes, no or count")),
    }
}

/// How a grant is to be used, in one word.
#[must_use]
pub fn access_name(access: regie_protocol::Access) -> &'static str {
    use regie_protocol::Access;
    match access {
        Access::ReadOnce => "read_once",
        Access::Read => "read",
        Access::Subscribe => "subscribe",
        Access::Write(_) => "write",
    }
}

/// The three ways to have fields, as typed.
///
/// # Errors
/// A usage failure that lists them.
pub fn access(text: &str) -> Result<regie_protocol::Access, Failure> {
    use regie_protocol::Access;
    match text {
        "once" => Ok(Access::ReadOnce),
        "read" => Ok(Access::Read),
        "subscribe" => Ok(Access::Subscribe),
        _ => Err(Failure::usage("access is one of: once, read, subscribe")),
    }
}

/// Who belongs to a segment, from JSON.
///
/// # Errors
/// A usage failure that says what is no predicate.
pub(crate) fn predicate(words: serde_json::Value) -> Result<regie_protocol::segment::Predicate, Failure> {
    serde_json::from_value(words).map_err(|error| Failure::usage(format!("who belongs is not a predicate: {error}")))
}

/// Two machines mean different presents: both times, whose clock seems to be wrong, and the next step.
pub(crate) fn clocks_differ(clock: &crate::clock::Clock, theirs: regie_protocol::Timestamp, who: &str) -> Failure {
    use crate::clock::{Wrong, minute, span};
    let ours = clock.look().wall;
    let by = span(theirs.distance_ms(ours.minute()));
    let way = if theirs > ours { "later" } else { "earlier" };
    let next = match clock.wrong(theirs) {
        Wrong::Ours => "others say so too: set the clock of this machine, and try again".to_owned(),
        Wrong::Theirs => format!("others agree with your clock: tell {who} to set its clock, and try again then"),
        Wrong::Unknown => {
            format!("set the clock of this machine, or, where it is right, tell {who} to set its own; then try again")
        }
    };
    let (ours, theirs) = (minute(ours), minute(theirs));
    let words = format!("your clock says {ours} UTC, that of {who} {theirs} UTC, {by} {way}; {next}");
    Failure::new("clock_skew", exit::REFUSED, words)
}

/// The stored time would go back, and the owner has not said that it may.
pub(crate) fn unsure_clock(by: u64) -> Failure {
    let by = crate::clock::span(by);
    let ends = "what has ended by it then ends for good";
    let next = "say it again with `--yes` if the clock of this machine is right now";
    Failure::new("not_confirmed", exit::REFUSED, format!("the stored time would go back by {by}, and {ends}; {next}"))
}

/// For a build without the feature.
#[cfg(not(feature = "vc"))]
pub(crate) fn without_credentials() -> Failure {
    Failure::usage("this build knows no credentials; build it with `cargo install --path node --features vc`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_in_base64_with_its_padding_and_who_sent_others_is_told_which() {
        let read = |text: &str| base64("the part", text).map_err(|failure| (failure.code, failure.message));
        for (text, bytes) in [("", &b""[..]), ("eA==", b"x"), ("+/8=", b"\xfb\xff")] {
            assert_eq!(read(text).ok().as_deref(), Some(bytes), "{text}");
        }
        for text in ["eA", "-_8=", "e A==", "not base64"] {
            let (code, message) = read(text).expect_err(text);
            assert_eq!(code, "bad_argument");
            assert!(message.starts_with("the part is not base64 (RFC 4648, with padding)"), "{message}");
        }
    }
}
