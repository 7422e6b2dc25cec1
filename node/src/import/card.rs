//! What one contact of a file gave: for each field or group what can be taken, and what can't, with the reason. In: what
//! the readers found. Out: types that a preview is made of.

use regie_protocol::{Coded, FieldPath, Parameter, Selector, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// vCard 2.1 to 4.0.
    #[default]
    Vcard,
    /// JSContact (RFC 9553), or an answer of JMAP for contacts.
    Jscontact,
    /// jCard (RFC 7095).
    Jcard,
    /// An export of Bitwarden with identities.
    Bitwarden,
    /// A table.
    Csv,
}

impl FileFormat {
    /// In one word, as it stands beside a value that came from such a file.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Vcard => "vcard",
            Self::Jscontact => "jscontact",
            Self::Jcard => "jcard",
            Self::Bitwarden => "bitwarden",
            Self::Csv => "csv",
        }
    }
}

/// One contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The kind of file it stood in.
    pub format: FileFormat,
    /// What it has for each field or group.
    pub alternatives: Vec<Alternatives>,
    /// What can't be taken; the first 100.
    pub left_out: Vec<LeftOutPart>,
    /// How many more can't be.
    pub more_left_out: usize,
}

/// What a contact has for one field, or for a group whose fields belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alternatives {
    /// For what.
    pub of: Selector,
    /// What there is, at least one; the first counts where nobody chooses. At most 20.
    pub all: Vec<Alternative>,
}

/// One of them: taken whole, or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// Its values, as the file has them.
    pub values: Vec<(FieldPath, Value)>,
    /// Where it belongs, as the file says.
    pub sphere: Sphere,
    /// What the file calls it, where that is a name of the person's own; at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// Where a value belongs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sphere {
    /// At home.
    Home,
    /// The file does not say.
    #[default]
    Unsaid,
    /// At work.
    Work,
    /// Where things are delivered.
    Delivery,
    /// Where bills go.
    Billing,
}

impl Sphere {
    /// Where a word that files use for it puts a value; none where it is another word.
    pub(super) fn named(word: &str) -> Option<Self> {
        match word.trim().to_lowercase().as_str() {
            "home" | "private" | "thuis" | "priv\u{e9}" => Some(Self::Home),
            "work" | "business" | "office" | "werk" | "zakelijk" => Some(Self::Work),
            "delivery" | "shipping" | "parcel" | "bezorgadres" | "bezorgen" | "afleveradres" => Some(Self::Delivery),
            "billing" | "invoice" | "factuur" | "factuuradres" => Some(Self::Billing),
            _ => None,
        }
    }
}

/// Something that a contact has and that can't be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOutPart {
    /// What the file calls it; at most 64 characters.
    pub what: String,
    /// What stands there, where it is short enough to be shown; at most 120 characters.
    pub value: Option<String>,
    /// WhyLeftOut not.
    pub why: WhyLeftOut,
}

/// WhyLeftOut something is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
#[non_exhaustive]
pub enum WhyLeftOut {
    /// No field is filled with it.
    NoField,
    /// A photo, logo or sound.
    Photo {
        /// Its size in KiB; none where it stands elsewhere. Nothing is fetched.
        kib: Option<u64>,
    },
    /// The number of a fax or pager.
    Fax,
    /// Not a day of which it is sure which one is meant.
    NotADay,
    /// A day without its year.
    WithoutYear,
    /// An address in one text and not in parts.
    InOneText,
    /// Longer than a field can be.
    TooLong,
    /// Some letters were lost when the file was written.
    Garbled,
    /// It is of somebody else: a card within the card.
    SomebodyElse,
    /// The same field stands there once more, further down.
    StandsAgain,
    /// Several values in one cell, of which the first counts.
    MoreInCell,
    /// A number that opens doors to somebody else: it is typed and not read.
    Sensitive,
    /// More of it than is looked at.
    TooMany,
    /// Another one of its kind was taken.
    AnotherCounts,
    /// A part of an address that would stand beside parts of another.
    PartOfAddress,
    /// The person keeps as many fields of their own as there can be.
    NoRoom,
}

impl Coded for WhyLeftOut {
    const CODES: &'static [&'static str] = &[
        "no_field",
        "photo",
        "photo_elsewhere",
        "fax",
        "not_a_day",
        "without_year",
        "in_one_text",
        "too_long",
        "garbled",
        "somebody_else",
        "stands_again",
        "more_in_cell",
        "sensitive",
        "too_many",
        "another_counts",
        "part_of_address",
        "no_room",
    ];

    fn kind(&self) -> &'static str {
        "leftout"
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoField => "no_field",
            Self::Photo { kib: Some(_) } => "photo",
            Self::Photo { kib: None } => "photo_elsewhere",
            Self::Fax => "fax",
            Self::NotADay => "not_a_day",
            Self::WithoutYear => "without_year",
            Self::InOneText => "in_one_text",
            Self::TooLong => "too_long",
            Self::Garbled => "garbled",
            Self::SomebodyElse => "somebody_else",
            Self::StandsAgain => "stands_again",
            Self::MoreInCell => "more_in_cell",
            Self::Sensitive => "sensitive",
            Self::TooMany => "too_many",
            Self::AnotherCounts => "another_counts",
            Self::PartOfAddress => "part_of_address",
            Self::NoRoom => "no_room",
        }
    }

    fn parameters(&self) -> Vec<(&'static str, Parameter)> {
        match self {
            Self::Photo { kib: Some(kib) } => vec![("kib", Parameter::Number(*kib))],
            _ => Vec::new(),
        }
    }
}

/// Alternatives of one field or group.
pub const ALTERNATIVES: usize = 20;
/// What is named of what one contact has and can't be taken.
pub const LEFT_OUT: usize = 100;

impl Card {
    /// A contact of this kind of file, with nothing in it yet.
    pub(super) fn of(format: FileFormat) -> Self {
        Self { format, ..Self::default() }
    }

    /// Whom it is about, as the file says.
    #[must_use]
    pub fn name(&self) -> &str {
        let of = |field: &str| self.first(field);
        of("name.full").or_else(|| of("name.given")).or_else(|| of("email")).unwrap_or("?")
    }

    /// What counts for a field where nobody chooses.
    #[must_use]
    pub fn first(&self, field: &str) -> Option<&str> {
        let values = self
            .alternatives
            .iter()
            .filter_map(|alternatives| alternatives.all.first())
            .flat_map(|alternative| &alternative.values);
        values.clone().find(|(own, _)| own.info().path == field).map(|(_, value)| value.as_str())
    }

    /// How many fields it fills where nobody chooses.
    #[must_use]
    pub fn fields(&self) -> usize {
        self.alternatives
            .iter()
            .filter_map(|alternatives| alternatives.all.first())
            .map(|alternative| alternative.values.len())
            .sum()
    }

    /// Names something that can't be taken.
    pub(super) fn leave(&mut self, what: &str, value: Option<&str>, why: WhyLeftOut) {
        let one = LeftOutPart::new(what, value, why);
        if self.left_out.contains(&one) {
            return;
        }
        if self.left_out.len() < LEFT_OUT { self.left_out.push(one) } else { self.more_left_out += 1 }
    }
}

impl LeftOutPart {
    /// What the file calls something, cut to what is shown.
    pub(super) fn called(what: &str) -> String {
        Self::new(what, None, WhyLeftOut::NoField).what
    }

    /// Cut to what is shown.
    pub(crate) fn new(what: &str, value: Option<&str>, why: WhyLeftOut) -> Self {
        const WHAT: usize = 64;
        const VALUE: usize = 120;
        let cut = |text: &str, most: usize| {
            let cut: String = text.chars().filter(|c| !c.is_control()).take(most).collect();
            if text.chars().nth(most).is_some() { format!("{cut}…") } else { cut }
        };
        let value = value.map(str::trim).filter(|value| !value.is_empty()).map(|value| cut(value, VALUE));
        Self { what: cut(what.trim(), WHAT), value, why }
    }
}
