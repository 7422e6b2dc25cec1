//! Fields: paths, the closed vocabulary, values and where they came from.
//!
//! In: text from people, files and peers. Out: `FieldPath` (a name that the vocabulary knows), `Selector`
//! (a field or a closed group), `Value` and `Observed`. What a person types becomes a `Value` by the field's type (`kind`). Paths follow schema.org `Person`/`PostalAddress` and
//! JSContact property names; each maps to a category of the Data Privacy Vocabulary's `pd` extension
//! (<https://w3id.org/dpv/pd>).

mod account;
pub(crate) mod amount;
mod contact;
mod day;
mod dialling;
mod kind;
mod place;
mod vocabulary;

use std::{collections::BTreeSet, fmt, str::FromStr};

pub use kind::{Called, Codes, Country, FieldKind, Unfit, Words};
pub use place::LANGUAGES;
use serde::{Deserialize, Serialize};
pub(crate) use vocabulary::count;
pub use vocabulary::{FieldInfo, VOCABULARY, several};

use crate::{attestation::Attestation, coded::coded, identity::PublicKey, limits, time::Timestamp, wire::as_text};

/// Why text is not a field, selector or value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldError {
    /// No such path in the vocabulary.
    #[error("'{asked}' is not a field of version 1{}", nearest.map(|n| format!("; the nearest one is {n}")).unwrap_or_default())]
    Unknown {
        /// What was asked for, cut to the bound.
        asked: String,
        /// The nearest known path.
        nearest: Option<&'static str>,
    },
    /// No such group.
    #[error("'{0}' is not a group of fields of version 1")]
    UnknownGroup(String),
    /// Text above [`limits::VALUE_BYTES`].
    #[error("the value is longer than {} bytes", limits::VALUE_BYTES)]
    TooLong,
    /// Nothing but white space, or a control character inside.
    #[error("the value is empty or holds control characters")]
    NotText,
}

coded! {
    FieldError, "field";
    Self::Unknown { asked, nearest: Some(nearest) } => "misspelt" ("asked": asked, "nearest": *nearest);
    Self::Unknown { asked, nearest: None } => "unknown" ("asked": asked);
    Self::UnknownGroup(asked) => "unknown_group" ("asked": asked);
    Self::TooLong => "too_long" ("bytes": limits::VALUE_BYTES);
    Self::NotText => "not_text";
}

/// The name of one field that the vocabulary knows. Nothing else can be asked for, set or released.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(usize);

impl FieldPath {
    /// All fields.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..VOCABULARY.len()).map(Self)
    }

    /// What the vocabulary says of it.
    #[must_use]
    pub fn info(self) -> &'static FieldInfo {
        &VOCABULARY[self.0]
    }

    /// The field of this name. Without the words for what is none: to look for the nearest name costs as much as the vocabulary is
    /// long, and a peer may ask for anything.
    fn find(text: &str) -> Option<Self> {
        VOCABULARY.binary_search_by(|info| info.path.cmp(text)).map(Self).ok()
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().path)
    }
}

impl fmt::Debug for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for FieldPath {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        Self::find(text).ok_or_else(|| FieldError::Unknown {
            asked: text.chars().take(limits::FIELD_PATH_BYTES).filter(|c| !c.is_control()).collect(),
            nearest: nearest(text),
        })
    }
}

as_text!(FieldPath);

/// What a request asks for: any text of the form of a path. Whether it is a field is decided per field, so
/// that one unknown name refuses itself and not the whole request.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskedPath(String);

impl AskedPath {
    /// The field, where the vocabulary has it.
    #[must_use]
    pub fn known(&self) -> Option<FieldPath> {
        FieldPath::find(&self.0)
    }
}

impl From<FieldPath> for AskedPath {
    fn from(path: FieldPath) -> Self {
        Self(path.to_string())
    }
}

impl fmt::Display for AskedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AskedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AskedPath {
    type Err = FieldError;
    /// ASCII letters and digits in at most four dotted segments: no wildcard, no Unicode look-alike.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let segment = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric());
        let fits = text.len() <= limits::FIELD_PATH_BYTES
            && text.split('.').count() <= limits::FIELD_PATH_SEGMENTS
            && text.split('.').all(segment);
        fits.then(|| Self(text.to_owned())).ok_or_else(|| FieldError::Unknown {
            asked: text.chars().take(limits::FIELD_PATH_BYTES).filter(|c| !c.is_control()).collect(),
            nearest: nearest(text),
        })
    }
}

as_text!(AskedPath);

/// A field, or a group that is closed: it means the fields that version 1 lists, never later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Selector {
    /// One field, named by its path.
    Field(FieldPath),
    /// Every field of a group, by the group's name.
    Group(&'static str),
}

impl Selector {
    /// Does it take in this field?
    #[must_use]
    pub fn covers(&self, field: FieldPath) -> bool {
        match self {
            Self::Field(own) => *own == field,
            Self::Group(group) => field.info().group == *group,
        }
    }

    /// The fields it stands for.
    pub fn fields(&self) -> impl Iterator<Item = FieldPath> {
        FieldPath::all().filter(|field| self.covers(*field))
    }
}

/// The fields that a set of selectors stands for.
#[must_use]
pub fn expand(selectors: &BTreeSet<Selector>) -> BTreeSet<FieldPath> {
    selectors.iter().flat_map(Selector::fields).collect()
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => fmt::Display::fmt(field, f),
            Self::Group(group) => write!(f, "group:{group}"),
        }
    }
}

impl FromStr for Selector {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let Some(group) = text.strip_prefix("group:") else {
            return text.parse().map(Self::Field);
        };
        VOCABULARY
            .iter()
            .find(|info| info.group == group)
            .map(|info| Self::Group(info.group))
            .ok_or_else(|| FieldError::UnknownGroup(group.chars().take(limits::FIELD_PATH_BYTES).collect()))
    }
}

as_text!(Selector);

/// A field's content: one line or paragraph of text, trimmed, without control characters, at most
/// [`limits::VALUE_BYTES`] bytes. Never printed by `Debug`, so that it can't end in a log line.
#[derive(Clone, PartialEq, Eq)]
pub struct Value(String);

impl Value {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Value {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        if text.len() > limits::VALUE_BYTES {
            return Err(FieldError::TooLong);
        }
        if text.is_empty() || text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(FieldError::NotText);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(…)")
    }
}

impl Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Provenance {
    /// Typed by the person.
    Typed,
    /// Read from a file of this format (`vcard`).
    Imported(String),
    /// Proposed by a supplier and accepted.
    Supplier(PublicKey),
    /// Attested by an issuer.
    Attested(Attestation),
}

/// A value with its provenance and the moment it was observed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// The value as it was observed.
    pub value: Value,
    /// Where it came from.
    pub provenance: Provenance,
    /// When it was true, by the person's clock.
    pub observed: Timestamp,
}

/// The known path with the fewest differing characters, where few differ.
fn nearest(text: &str) -> Option<&'static str> {
    if text.len() > limits::FIELD_PATH_BYTES {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    VOCABULARY
        .iter()
        .map(|info| (edits(&lower, &info.path.to_ascii_lowercase()), info.path))
        .chain(VOCABULARY.iter().filter_map(|info| {
            let last = info.path.rsplit('.').next()?;
            Some((edits(&lower, &last.to_ascii_lowercase()), info.path))
        }))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= 3 && *distance * 2 < lower.len())
        .map(|(_, path)| path)
}

/// Levenshtein distance over bytes.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_is_sorted_so_that_every_path_is_found() {
        assert!(VOCABULARY.windows(2).all(|pair| pair[0].path < pair[1].path));
        for info in VOCABULARY {
            assert_eq!(info.path.parse::<FieldPath>().expect("found").info(), info);
        }
    }

    #[test]
    fn a_second_of_a_kind_can_be_asked_for_like_the_first_and_apart_from_it() {
        let fields = |group: &str| -> Vec<(String, FieldKind, bool)> {
            let selector: Selector = format!("group:{group}").parse().expect("a group");
            let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
            selector.fields().map(FieldPath::info).map(|info| (last(info.path), info.kind, info.sensitive)).collect()
        };
        for (kind, groups) in [("child", several("child3")), ("work", several("work"))] {
            assert_eq!((groups.len(), groups[0]), (4, kind));
            for other in &groups[1..] {
                assert_eq!(several(other), groups);
                let (first, second) = (fields(kind), fields(other));
                assert!(first.iter().all(|field| second.contains(field)), "{other} has all that {kind} has");
            }
        }
        assert!(several("address").is_empty() && several("").is_empty());
        let of_one = Selector::Group("child2");
        assert!(!of_one.covers("child.name".parse().expect("a field")), "whoever may know one knows no other");
    }

    #[test]
    fn tricks_are_not_fields() {
        for trick in ["", "*", "address.*", "address", "addreſs.street", "address..street", "email ", "a.b.c.d.e"] {
            assert!(trick.parse::<FieldPath>().is_err(), "{trick}");
        }
        assert!("address.*".parse::<AskedPath>().is_err());
        assert!("no.such".parse::<AskedPath>().expect("a form").known().is_none());
        let error = "adress.street".parse::<FieldPath>().expect_err("unknown");
        assert!(error.to_string().contains("the nearest one is address.street"), "{error}");
    }
}
