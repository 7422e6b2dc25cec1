//! Which of several values counts. In: what a contact has, with what the file says of each. Out: a card of alternatives.
//!
//! The preferred one counts, then one of home before one of work, then the first; never a fax. An address is one value,
//! so that no street of one stands with the town of another, and so is a name.

use regie_protocol::{FieldPath, Selector, Value};

use super::card::{ALTERNATIVES, Alternative, Alternatives, Card, FileFormat, LeftOutPart, Sphere, WhyLeftOut};

/// How much a value is preferred that nothing is said of (RFC 6350 5.3 has 1 to 100, the least first).
pub(super) const NOT_PREFERRED: u8 = 101;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    FullName,
    /// Family and given name.
    Name,
    Prefix,
    Address,
    Email,
    Telephone,
    Birth,
    Gender,
    Url,
    Organization,
    JobTitle,
    Language,
}

impl Kind {
    const ALL: [Self; 12] = [
        Self::FullName,
        Self::Name,
        Self::Prefix,
        Self::Address,
        Self::Email,
        Self::Telephone,
        Self::Birth,
        Self::Gender,
        Self::Url,
        Self::Organization,
        Self::JobTitle,
        Self::Language,
    ];

    /// What it fills.
    fn of(self) -> &'static str {
        match self {
            Self::FullName | Self::Name => "group:name",
            Self::Prefix => "name.prefix",
            Self::Address => "group:address",
            Self::Email => "email",
            Self::Telephone => "telephone",
            Self::Birth => "birthDate",
            Self::Gender => "gender",
            Self::Url => "url",
            Self::Organization => "employment.organization",
            Self::JobTitle => "employment.jobTitle",
            Self::Language => "language",
        }
    }
}

/// One value, or the parts of one that belong together.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    /// What the file calls it.
    pub(super) what: String,
    pub(super) parts: Vec<(&'static str, String)>,
    pub(super) preference: u8,
    pub(super) sphere: Sphere,
    pub(super) language: Option<String>,
    /// What the file calls it in words of the person's own.
    pub(super) label: Option<String>,
    /// WhyLeftOut it can't be taken, whatever else there is.
    pub(super) unfit: Option<WhyLeftOut>,
}

impl Entry {
    pub(super) fn new(kind: Kind, parts: Vec<(&'static str, String)>) -> Self {
        let parts =
            parts.into_iter().map(|(field, value)| (field, plain(&value))).filter(|(_, value)| !value.is_empty());
        Self {
            kind,
            what: kind.of().trim_start_matches("group:").to_owned(),
            parts: parts.collect(),
            preference: NOT_PREFERRED,
            sphere: Sphere::default(),
            language: None,
            label: None,
            unfit: None,
        }
    }

    pub(super) fn one(kind: Kind, field: &'static str, value: &str) -> Self {
        Self::new(kind, vec![(field, value.to_owned())])
    }

    /// A date of birth, where it is a whole one: year, month and day, without doubt which is which.
    pub(super) fn birth(text: &str) -> Self {
        match date(text) {
            Some(date) => Self::one(Kind::Birth, "birthDate", &date),
            None => {
                let unfit = if text.starts_with("--") { WhyLeftOut::WithoutYear } else { WhyLeftOut::NotADay };
                Self { unfit: Some(unfit), ..Self::one(Kind::Birth, "birthDate", text) }
            }
        }
    }

    /// The code of a gender, as vCard and its kin write it (RFC 6350 6.2.7), behind which may stand a text.
    pub(super) fn gender(text: &str) -> Self {
        let code = match text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "f" | "female" | "vrouw" => Some("f"),
            "m" | "male" | "man" => Some("m"),
            "o" | "other" | "x" => Some("x"),
            _ => None,
        };
        match code {
            Some(code) => Self::one(Kind::Gender, "gender", code),
            None => Self { unfit: Some(WhyLeftOut::NoField), ..Self::one(Kind::Gender, "gender", text) },
        }
    }

    /// The same under the name that the file has for it.
    pub(super) fn named(self, what: &str) -> Self {
        Self { what: what.to_owned(), ..self }
    }

    fn text(&self) -> String {
        self.parts.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// The parts of an address.
#[derive(Clone, Debug, Default)]
pub(super) struct Address {
    pub(super) post_box: String,
    /// Apartment, suite, floor.
    pub(super) extension: String,
    pub(super) street: String,
    pub(super) locality: String,
    pub(super) region: String,
    pub(super) postal_code: String,
    pub(super) country: String,
}

impl Address {
    pub(super) fn entry(self) -> Entry {
        let street = [&self.street, &self.extension, &self.post_box].map(|part| plain(part));
        let street = street.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ");
        Entry::new(
            Kind::Address,
            vec![
                ("address.street", street),
                ("address.locality", self.locality),
                ("address.region", self.region),
                ("address.postalCode", self.postal_code),
                ("address.country", self.country),
            ],
        )
    }
}

/// Makes a card of what counts.
pub(super) fn card(format: FileFormat, entries: Vec<Entry>, mut card: Card) -> Card {
    card.format = format;
    let mut language = None;
    for kind in Kind::ALL {
        let mut of_kind: Vec<&Entry> =
            entries.iter().filter(|entry| entry.kind == kind && !entry.parts.is_empty()).collect();
        // A name in two scripts is told in one.
        let foreign = |entry: &&Entry| kind == Kind::Name && language.is_some() && entry.language != language;
        of_kind.sort_by_key(|entry| (entry.unfit.is_some(), foreign(entry), entry.preference, entry.sphere));
        let mut alternatives = Vec::<Alternative>::new();
        for entry in of_kind {
            match alternative(&mut card, entry) {
                // Written twice, as a label of a mail program and the standard's own.
                Some(alternative) if alternatives.iter().any(|own| own.values == alternative.values) => {}
                Some(_) if alternatives.len() >= ALTERNATIVES => card.leave(&entry.what, None, WhyLeftOut::TooMany),
                Some(alternative) => {
                    if alternatives.is_empty() && kind == Kind::FullName {
                        language.clone_from(&entry.language);
                    }
                    alternatives.push(alternative);
                }
                None => {}
            }
        }
        add(&mut card, kind, alternatives);
    }
    card
}

/// What a card has of this kind. The two forms of a name are one: the parts of the one that counts stand beside it.
fn add(card: &mut Card, kind: Kind, alternatives: Vec<Alternative>) {
    let Some(of) = kind.of().parse::<Selector>().ok().filter(|_| !alternatives.is_empty()) else { return };
    let mut alternatives = alternatives.into_iter();
    if kind == Kind::Name
        && let Some(full) = card.alternatives.iter_mut().find(|alternatives| alternatives.of == of)
        && let (Some(name), Some(parts)) = (full.all.first_mut(), alternatives.next())
    {
        name.values.extend(parts.values);
        for other in alternatives {
            let text = other.values.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
            card.leave("name", Some(&text), WhyLeftOut::AnotherCounts);
        }
        return;
    }
    card.alternatives.push(Alternatives { of, all: alternatives.collect() });
}

/// What can be taken of an entry; what can't is named.
fn alternative(card: &mut Card, entry: &Entry) -> Option<Alternative> {
    if let Some(why) = &entry.unfit {
        card.leave(&entry.what, Some(&entry.text()), why.clone());
        return None;
    }
    let mut values = Vec::new();
    for (field, text) in &entry.parts {
        match (field.parse::<FieldPath>(), text.parse::<Value>()) {
            _ if text.contains('\u{fffd}') => card.leave(&entry.what, Some(text), WhyLeftOut::Garbled),
            (Ok(field), Ok(value)) => values.push((field, value)),
            _ => card.leave(&entry.what, Some(text), WhyLeftOut::TooLong),
        }
    }
    let label = entry.label.as_deref().map(LeftOutPart::called).filter(|label| !label.is_empty());
    (!values.is_empty()).then_some(Alternative { values, sphere: entry.sphere, label })
}

/// On one line, without what can't be seen.
pub(super) fn plain(text: &str) -> String {
    let lines = text.split(['\n', '\r']).map(|line| {
        let words = line.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    });
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ")
}

/// `1980-02-29` or `19800229`, with or without a time behind it, as the first.
fn date(text: &str) -> Option<String> {
    let day = text.trim().split(['T', ' ']).next().unwrap_or_default();
    let digits: String = match day.len() {
        8 => day.to_owned(),
        10 if day.as_bytes()[4] == b'-' && day.as_bytes()[7] == b'-' => day.replace('-', ""),
        _ => return None,
    };
    let digits = (digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)?;
    let dashed = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]);
    dashed.parse::<jiff::civil::Date>().ok().map(|date| date.to_string())
}
