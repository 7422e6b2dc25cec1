//! Which of several values counts. In: what a contact has, with what the file says of each. Out: a card of fields.
//!
//! The preferred one counts, then one of home before one of work, then the first; never a fax. An address is taken whole,
//! so that no street of one stands with the town of another.

use regie_protocol::{FieldPath, Value};

use super::Card;

/// How much a value is preferred that nothing is said of (RFC 6350 5.3 has 1 to 100, the least first).
pub(super) const NOT_PREFERRED: u8 = 101;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    FullName,
    /// Family and given name.
    Name,
    Address,
    Email,
    Telephone,
    Birth,
    Url,
    Organization,
    JobTitle,
    Language,
}

impl Kind {
    const ALL: [Self; 10] = [
        Self::FullName,
        Self::Name,
        Self::Address,
        Self::Email,
        Self::Telephone,
        Self::Birth,
        Self::Url,
        Self::Organization,
        Self::JobTitle,
        Self::Language,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::FullName => "full name",
            Self::Name => "name",
            Self::Address => "address",
            Self::Email => "e-mail",
            Self::Telephone => "telephone",
            Self::Birth => "birthday",
            Self::Url => "web page",
            Self::Organization => "organization",
            Self::JobTitle => "job title",
            Self::Language => "language",
        }
    }
}

/// Where a value belongs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sphere {
    Home,
    #[default]
    Unsaid,
    Work,
}

/// One value, or the parts of one that belong together.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) parts: Vec<(&'static str, String)>,
    pub(super) preference: u8,
    pub(super) sphere: Sphere,
    pub(super) language: Option<String>,
    /// Why it can't be taken, whatever else there is.
    pub(super) unfit: Option<&'static str>,
}

impl Entry {
    pub(super) fn new(kind: Kind, parts: Vec<(&'static str, String)>) -> Self {
        let parts =
            parts.into_iter().map(|(field, value)| (field, plain(&value))).filter(|(_, value)| !value.is_empty());
        Self {
            kind,
            parts: parts.collect(),
            preference: NOT_PREFERRED,
            sphere: Sphere::default(),
            language: None,
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
                Self { unfit: Some("not a whole date, as 1980-02-29"), ..Self::one(Kind::Birth, "birthDate", text) }
            }
        }
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
pub(super) fn card(format: &'static str, entries: Vec<Entry>, left_out: Vec<String>) -> Card {
    let mut card = Card { format, left_out, ..Card::default() };
    let mut language = None;
    for kind in Kind::ALL {
        let mut of_kind: Vec<&Entry> =
            entries.iter().filter(|entry| entry.kind == kind && !entry.parts.is_empty()).collect();
        // A name in two scripts is told in one.
        let foreign = |entry: &&Entry| kind == Kind::Name && language.is_some() && entry.language != language;
        of_kind.sort_by_key(|entry| (entry.unfit.is_some(), foreign(entry), entry.preference, entry.sphere));
        let taken = of_kind.first().filter(|entry| entry.unfit.is_none());
        if let Some(entry) = taken {
            take(&mut card, entry);
            if kind == Kind::FullName {
                language.clone_from(&entry.language);
            }
        }
        for entry in of_kind.iter().skip(usize::from(taken.is_some())) {
            let reason = entry.unfit.unwrap_or("another one counts");
            card.left_out.push(format!("{} ({reason})", kind.name()));
        }
    }
    card
}

fn take(card: &mut Card, entry: &Entry) {
    for (field, value) in &entry.parts {
        let fits = field.parse::<FieldPath>().is_ok() && value.parse::<Value>().is_ok();
        if fits {
            card.values.push(((*field).to_owned(), value.clone()));
        } else {
            card.left_out.push(format!("{field} (longer than a field can be)"));
        }
    }
}

/// On one line, without what can't be seen.
fn plain(text: &str) -> String {
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
