//! The vector files as data. In: JSON text. Out: files, cases and states, and back. `vectors/README.md` says what
//! each part means.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One file: an object, and cases of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    pub object: String,
    pub tag: String,
    pub about: String,
    #[serde(skip_serializing_if = "is_default")]
    pub persons: BTreeMap<String, PersonState>,
    #[serde(skip_serializing_if = "is_default")]
    pub suppliers: BTreeMap<String, SupplierState>,
    pub cases: Vec<Case>,
}

/// One object in one situation, and what has to come of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Case {
    pub name: String,
    pub about: String,
    #[serde(skip_serializing_if = "is_default")]
    pub clause: String,
    #[serde(skip_serializing_if = "is_default")]
    pub key: String,
    #[serde(skip_serializing_if = "is_default")]
    pub body: Bytes,
    #[serde(skip_serializing_if = "is_default")]
    pub signature: String,
    #[serde(skip_serializing_if = "is_default")]
    pub chain: Vec<SignedHex>,
    #[serde(skip_serializing_if = "is_default")]
    pub now: Option<u64>,
    #[serde(skip_serializing_if = "is_default")]
    pub person: String,
    #[serde(skip_serializing_if = "is_default")]
    pub holder: String,
    #[serde(skip_serializing_if = "is_default")]
    pub from: String,
    #[serde(skip_serializing_if = "is_default")]
    pub revoked: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub used: Vec<Uses>,
    #[serde(skip_serializing_if = "is_default")]
    pub profile: Option<SignedHex>,
    #[serde(skip_serializing_if = "is_default")]
    pub acceptance: Option<SignedHex>,
    #[serde(skip_serializing_if = "is_default")]
    pub pairing: Option<SignedHex>,
    #[serde(skip_serializing_if = "is_default")]
    pub leaves: Option<Vec<String>>,
    #[serde(skip_serializing_if = "is_default")]
    pub state: String,
    #[serde(skip_serializing_if = "is_default")]
    pub before: Vec<Step>,
    #[serde(skip_serializing_if = "is_default")]
    pub restart: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub forget: bool,
    pub expect: String,
    #[serde(skip_serializing_if = "is_default")]
    pub key_expect: String,
    #[serde(skip_serializing_if = "is_default")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub answers: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "is_default")]
    pub held: Option<Vec<String>>,
    #[serde(skip_serializing_if = "is_default")]
    pub undelivered: Option<usize>,
    #[serde(skip_serializing_if = "is_default")]
    pub log_size: Option<u64>,
}

/// A signed object as it travels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHex {
    pub body: Bytes,
    pub signature: String,
}

/// A message that the machine takes before the one of the case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `request`, `acknowledge`, `erased`, `disclose`, `revoke` or `pair`: the message it travels in.
    pub message: String,
    pub from: String,
    pub body: Bytes,
    pub signature: String,
    pub now: u64,
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u32,
    pub expect: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uses {
    pub id: String,
    pub in_all: u32,
    pub this_hour: u32,
    pub hour: u64,
}

/// What a person's node knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonState {
    pub seed: String,
    pub policy: String,
    pub values: BTreeMap<String, String>,
    pub relationships: Vec<RelationshipState>,
    #[serde(skip_serializing_if = "is_default")]
    pub revocations: Vec<SignedHex>,
    #[serde(skip_serializing_if = "is_default")]
    pub used: Vec<Uses>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RelationshipState {
    pub profile: SignedHex,
    pub agreement: String,
    #[serde(skip_serializing_if = "is_default")]
    pub paused: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub grants: Vec<SignedHex>,
    #[serde(skip_serializing_if = "is_default")]
    pub mandates: Vec<Vec<SignedHex>>,
    #[serde(skip_serializing_if = "is_default")]
    pub withdrawn: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub outbox: Vec<SignedHex>,
}

/// What a companion knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SupplierState {
    pub secret: String,
    pub profile: SignedHex,
    #[serde(skip_serializing_if = "is_default")]
    pub invites: Vec<InviteState>,
    #[serde(skip_serializing_if = "is_default")]
    pub customers: Vec<CustomerState>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteState {
    pub id: String,
    pub uses: Option<u32>,
    pub expires: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerState {
    pub person: String,
    pub agreement: String,
}

/// Bytes as hex; a long run of one byte is written once with its count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bytes {
    Hex(String),
    Parts(Vec<Part>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Part {
    Hex(String),
    Run { repeat: String, times: usize },
}

/// Shorter runs are written out.
const RUN: usize = 64;

impl Default for Bytes {
    fn default() -> Self {
        Self::Hex(String::new())
    }
}

impl Bytes {
    pub fn of(bytes: &[u8]) -> Self {
        let mut parts = Vec::new();
        let mut plain = Vec::new();
        for run in bytes.chunk_by(|a, b| a == b) {
            if run.len() < RUN {
                plain.extend(run);
                continue;
            }
            if !plain.is_empty() {
                parts.push(Part::Hex(hex(&std::mem::take(&mut plain))));
            }
            parts.push(Part::Run { repeat: hex(&run[..1]), times: run.len() });
        }
        if parts.is_empty() {
            return Self::Hex(hex(&plain));
        }
        if !plain.is_empty() {
            parts.push(Part::Hex(hex(&plain)));
        }
        Self::Parts(parts)
    }

    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Hex(text) => unhex(text),
            Self::Parts(parts) => parts
                .iter()
                .flat_map(|part| match part {
                    Part::Hex(text) => unhex(text),
                    Part::Run { repeat, times } => unhex(repeat).repeat(*times),
                })
                .collect(),
        }
    }
}

pub fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

pub fn unhex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).expect("lower-case hex")
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn once() -> u32 {
    1
}

fn is_once(times: &u32) -> bool {
    *times == 1
}
