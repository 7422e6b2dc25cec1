//! Everything an owner can ask of a running node. In: a `Command`, from the command line, the control socket
//! or the dashboard. Out: a JSON value, or a `Failure` with a stable code, a next step and an exit code.

mod words;

pub use regie_protocol::person::Remember;
use regie_protocol::{Agreed, Coded, ObjectId, PublicKey, Refusal, Signature, policy::Rule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use words::{NoPreset, NoReading, Preset, Reading, Text};

use crate::{
    locale::Language,
    network::{Address, BadAddress},
    sentences::Reason,
};

/// What an owner can ask. Person and companion each know their own; the rest is refused with a clear word.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of the command line's verbs, which `--help` describes")]
pub enum Command {
    /// Publishes a segment.
    Publish {
        segment: NewSegment,
    },
    /// The segments that this companion publishes, with how many belong.
    Published,
    TakeBack {
        segment: String,
    },
    /// Trusts what an issuer signs under a key.
    TrustIssuer {
        issuer: String,
        key: String,
    },
    DistrustIssuer {
        issuer: String,
    },
    Issuers,
    /// The link with which others have this companion help them count.
    HelperLink,
    /// The link of this companion's board.
    BoardLink,
    /// Whose offers this companion's board takes.
    Admission {
        admit: Vec<String>,
        dismiss: Vec<String>,
        open: bool,
    },
    /// Whom this companion forwards people to.
    Forwarding,
    /// The boards that this companion follows.
    Boards,
    Follow {
        board: String,
        categories: Vec<String>,
    },
    Unfollow {
        board: String,
    },
    /// Intents that this companion found on boards.
    Wanted,
    Offer {
        intent: String,
        offer: NewOffer,
    },
    /// Offers that this companion made.
    Offered,
    Put {
        person: String,
        collection: String,
        title: String,
        media_type: String,
        /// Base64.
        body: String,
    },
    Correct {
        person: String,
        field: String,
        value: String,
        reason: String,
    },
    Invite {
        public: bool,
        days: u32,
    },
    /// Changes what a companion says of its company; what is left out stays.
    SetProfile {
        profile: NewProfile,
    },
    /// Commits a company to the key that alone may follow the one in force.
    CommitNextKey {
        /// Its public half.
        next: PublicKey,
        /// Also where another one was committed to before.
        replace: bool,
    },
    /// What a companion's company is to put at its domain.
    DomainDocument,
    Ask {
        person: String,
        fields: Vec<String>,
        purpose: String,
        reason: String,
        access: String,
        days: u32,
        retention: u32,
        /// How many steps below this company processors may go.
        #[serde(default)]
        delegations: u8,
    },
    People,
    KeyCreate {
        name: String,
        test: bool,
    },
    KeyList,
    KeyRevoke {
        key: String,
    },
}

/// What a company says of itself, as typed; what is left out stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProfile {
    /// Legal name.
    pub name: Option<String>,
    /// Sector.
    pub sector: Option<String>,
    /// Internet domain; empty for none.
    pub domain: Option<String>,
    /// Where a person can ask a question.
    pub contact: Option<String>,
    /// The agreements to accept; none to leave them.
    pub agreements: Vec<String>,
    /// Under which addresses others reach the companion; none of them for those of its machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce: Option<Vec<Address>>,
    /// Keys that speak for the company no longer, beside those that it revoked before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoke: Vec<PublicKey>,
}

/// An offer, as typed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOffer {
    /// One line.
    pub title: String,
    /// `129.50EUR/month`.
    pub price: Option<String>,
    /// Structured, name and value.
    pub terms: std::collections::BTreeMap<String, String>,
    /// Fields, or `group:NAME`.
    pub needs: Vec<String>,
    /// Why they are needed.
    pub purpose: String,
    /// once, read or subscribe.
    pub access: String,
    /// Days that the grant lives.
    pub days: u32,
    /// Days that a value is kept.
    pub retention: u32,
    /// Days that the offer holds.
    pub holds: u32,
}

/// A segment, as typed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSegment {
    /// One line.
    pub name: String,
    /// What belonging to it brings.
    pub words: String,
    /// Who belongs, as `protocol::segment::Predicate` is written.
    pub who: serde_json::Value,
    /// What the answer is used for.
    pub purpose: String,
    /// Days that a membership is kept.
    pub retention: u32,
    /// May people say that they belong?
    pub membership: bool,
    /// May people be counted, with this epsilon in thousandths?
    pub epsilon: Option<u32>,
    /// With the helper of this link, so that nobody sees an answer?
    pub helper: Option<String>,
    /// Then how few answers are never summed?
    pub least: Option<u32>,
    /// Days that it is published.
    pub days: u32,
}

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
        Self { code: code.to_owned(), exit, message: message.to_string(), reason: None }
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

    /// The message, in this language where it can be said in it.
    pub(crate) fn said(&self, language: Language) -> String {
        self.reason.as_ref().map_or_else(|| self.message.clone(), |reason| reason.sentence(language))
    }

    /// The words of a command were wrong.
    pub fn usage(message: impl std::fmt::Display) -> Self {
        Self::new("bad_argument", exit::USAGE, message)
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
            StoreError::Corrupt { .. } => ("damaged", exit::ERROR),
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
            E::AlreadyPaired | E::AlreadyRevoked | E::Counted => ("already_done", exit::ERROR),
            E::BadPolicy | E::BadIntent => ("bad_argument", exit::USAGE),
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
            E::NoRelationship | E::NoSegment => Self::of("not_found", exit::NOT_FOUND, reason),
            E::NotDelegable
            | E::TooManyDelegations
            | E::NotOpened
            | E::TooManyItems
            | E::IntentOver
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
