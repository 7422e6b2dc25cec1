//! Lists of organisations, in the schema of the Datenanfragen company database. In: a file of records: one a line, a JSON array,
//! or one record alone. Out: the records as they may be kept, and which were refused and why.
//!
//! The format is somebody else's and grows: keys that are not known here are passed over.

use std::{collections::BTreeSet, fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;

use super::{ADDRESS_BYTES, CONTACT_BYTES, Domain, FindError, NAME_BYTES, line, lines};
use crate::import::text;
use regie_protocol::text::{plain_line, plain_lines};

/// Largest list, in MiB.
const MIB: u32 = 64;
/// Most records of one list, and of the directory.
pub const ENTRIES: usize = 25_000;
/// Most names of one organisation beside its own.
const RUNS: usize = 128;
/// Most countries, categories and elements of one record.
const FEW: usize = 64;
/// Longest slug, in bytes.
const SLUG_BYTES: usize = 128;

/// What an organisation is called in the directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// What was given is no name of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a name of the directory; those are small letters, digits and dashes, as example-shop")]
pub struct BadSlug;

crate::command::explained!(BadSlug);

/// An organisation as the directory has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectoryEntry {
    /// What it is called there.
    pub slug: Slug,
    /// A company, or an authority that watches over companies.
    pub kind: EntryKind,
    /// Its name.
    pub name: String,
    /// What it runs: other names by which people know it.
    pub runs: BTreeSet<String>,
    /// What it does, in words of the directory.
    pub categories: BTreeSet<String>,
    /// The domain of its web page.
    pub domain: Option<Domain>,
    /// Where it takes requests by e-mail.
    pub email: Option<String>,
    /// Where it takes them on a page.
    pub webform: Option<String>,
    /// Its postal address, in lines.
    pub address: Option<String>,
    /// The language to write to it in, two letters (ISO 639-1).
    pub language: Option<String>,
    /// How it is best written to.
    pub transport: Option<Transport>,
    /// Does it ask for a copy of an identity document?
    pub needs_id_document: bool,
    /// What it needs to find a person, in words of the directory: `name`, `email`, `address`, `birthdate`, …
    pub required: BTreeSet<String>,
    /// For which countries it matters, two letters each (ISO 3166-1), or `all`.
    pub countries: BTreeSet<String>,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Somebody who may hold data.
    Company,
    /// A supervisory authority.
    Authority,
}

/// How an organisation is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// By e-mail.
    Email,
    /// By post.
    Letter,
    /// By telefax.
    Fax,
    /// On its page.
    Webform,
}

/// A record that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefusedEntry {
    /// Its line in the file, or its place in the array, from 1 on.
    pub line: usize,
    /// Why, in English.
    pub why: String,
}

/// A record as the data set writes it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Foreign {
    slug: String,
    name: String,
    #[serde(default)]
    runs: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
    web: Option<String>,
    email: Option<String>,
    webform: Option<String>,
    address: Option<String>,
    request_language: Option<String>,
    complaint_language: Option<String>,
    suggested_transport_medium: Option<String>,
    #[serde(default)]
    needs_id_document: bool,
    #[serde(default)]
    required_elements: Vec<Element>,
    #[serde(default)]
    relevant_countries: Vec<String>,
    /// Companies have it, authorities have not.
    quality: Option<String>,
}

#[derive(Deserialize)]
struct Element {
    r#type: String,
}

/// Reads a list.
///
/// # Errors
/// Where it is too large, or of another kind.
pub fn read(bytes: &[u8]) -> Result<(Vec<DirectoryEntry>, Vec<RefusedEntry>), FindError> {
    if bytes.len() > MIB as usize * 1024 * 1024 {
        return Err(FindError::TooLarge(MIB));
    }
    let whole = text::decode(bytes);
    let begin = whole.trim();
    let (mut entries, mut refused) = (Vec::new(), Vec::new());
    let mut take = |line: usize, record: Result<Foreign, serde_json::Error>| {
        if entries.len() + refused.len() >= ENTRIES {
            return Err(FindError::TooMany(ENTRIES));
        }
        match record.map_err(|error| error.to_string()).and_then(DirectoryEntry::try_from) {
            Ok(entry) => entries.push(entry),
            Err(why) => refused.push(RefusedEntry { line, why }),
        }
        Ok(())
    };
    if begin.starts_with('[') {
        let records: Vec<Value> = serde_json::from_str(begin).map_err(|_| FindError::NotADirectory)?;
        for (place, record) in (1..).zip(records) {
            take(place, serde_json::from_value(record))?;
        }
    } else if let Ok(one) = serde_json::from_str::<Foreign>(begin) {
        take(1, Ok(one))?;
    } else if begin.starts_with('{') {
        for (place, record) in (1..).zip(whole.lines()).filter(|(_, record)| !record.trim().is_empty()) {
            take(place, serde_json::from_str(record))?;
        }
    }
    // One record over several lines that is none: each of its lines was refused.
    if entries.is_empty() { Err(FindError::NotADirectory) } else { Ok((entries, refused)) }
}

impl TryFrom<Foreign> for DirectoryEntry {
    type Error = String;

    fn try_from(of: Foreign) -> Result<Self, String> {
        let within = |what: &str, text: Option<String>, bytes: usize| match text {
            Some(text) if text.len() > bytes => Err(format!("{what} has more than {bytes} bytes")),
            text => Ok(text),
        };
        let few = |what: &str, all: Vec<String>, most: usize| {
            if all.len() > most || all.iter().any(|one| one.len() > NAME_BYTES) {
                return Err(format!("{what} has more than {most} parts, or one of more than {NAME_BYTES} bytes"));
            }
            Ok(all.iter().filter_map(|one| line(one, NAME_BYTES)).collect::<BTreeSet<_>>())
        };
        let one_line = |text: Option<String>| text.and_then(|text| line(&text, CONTACT_BYTES));
        let name = within("name", Some(of.name), NAME_BYTES)?.and_then(|name| line(&name, NAME_BYTES));
        let languages = [of.request_language, of.complaint_language];
        let made = Self {
            slug: of.slug.parse().map_err(|error: BadSlug| error.to_string())?,
            kind: if of.quality.is_some() { EntryKind::Company } else { EntryKind::Authority },
            name: name.ok_or("name is empty")?,
            runs: few("runs", of.runs, RUNS)?,
            categories: few("categories", of.categories, FEW)?,
            domain: of.web.as_deref().and_then(Domain::of),
            email: one_line(within("email", of.email, CONTACT_BYTES)?).filter(|email| email.contains('@')),
            webform: one_line(within("webform", of.webform, CONTACT_BYTES)?).filter(|url| is_page(url)),
            address: within("address", of.address, ADDRESS_BYTES)?.and_then(|text| lines(&text, ADDRESS_BYTES)),
            language: languages.into_iter().flatten().find(|code| is_language(code)),
            transport: of.suggested_transport_medium.as_deref().and_then(Transport::of),
            needs_id_document: of.needs_id_document,
            required: few("required-elements", of.required_elements.into_iter().map(|one| one.r#type).collect(), FEW)?,
            countries: few("relevant-countries", of.relevant_countries, FEW)?,
        };
        made.check().map_err(|error| error.to_string())?;
        Ok(made)
    }
}

/// An entry that is not as [`read`] gives it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the entry '{slug}' is beyond the bounds of the directory in its {part}; read the list with `regie directory add`"
)]
pub struct BadEntry {
    slug: Slug,
    part: &'static str,
}

impl DirectoryEntry {
    /// Is it within the bounds, and of text that shows what it says?
    ///
    /// # Errors
    /// Which part is not.
    pub fn check(&self) -> Result<(), BadEntry> {
        let one = |text: &String, most| plain_line(text, most) && !text.trim().is_empty();
        let few = |all: &BTreeSet<String>, most| all.len() <= most && all.iter().all(|text| one(text, NAME_BYTES));
        let email = |email: &String| one(email, CONTACT_BYTES) && email.contains('@');
        let parts = [
            ("name", one(&self.name, NAME_BYTES)),
            ("other names", few(&self.runs, RUNS)),
            ("categories", few(&self.categories, FEW)),
            ("e-mail address", self.email.as_ref().is_none_or(email)),
            ("page", self.webform.as_ref().is_none_or(|page| one(page, CONTACT_BYTES) && is_page(page))),
            ("postal address", self.address.as_ref().is_none_or(|text| plain_lines(text, ADDRESS_BYTES))),
            ("language", self.language.as_deref().is_none_or(is_language)),
            ("required elements", few(&self.required, FEW)),
            ("countries", few(&self.countries, FEW)),
        ];
        let wrong = parts.into_iter().find(|(_, good)| !good);
        wrong.map_or(Ok(()), |(part, _)| Err(BadEntry { slug: self.slug.clone(), part }))
    }

    /// Entries from another program, each of them checked.
    ///
    /// # Errors
    /// What is not of their form, or beyond the bounds.
    pub(crate) fn checked<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Self>, D::Error> {
        let entries = Vec::<Self>::deserialize(d)?;
        entries.iter().try_for_each(Self::check).map_err(D::Error::custom)?;
        Ok(entries)
    }
}

/// Two small letters.
pub(crate) fn is_language(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Only a page of the web becomes a link.
fn is_page(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

impl Transport {
    fn of(word: &str) -> Option<Self> {
        match word {
            "email" => Some(Self::Email),
            "letter" => Some(Self::Letter),
            "fax" => Some(Self::Fax),
            "webform" => Some(Self::Webform),
            _ => None,
        }
    }
}

impl Slug {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Slug {
    type Err = BadSlug;

    fn from_str(text: &str) -> Result<Self, BadSlug> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
        if text.is_empty() || text.len() > SLUG_BYTES || !text.bytes().all(is_plain) {
            return Err(BadSlug);
        }
        Ok(Self(text.to_owned()))
    }
}

impl Serialize for Slug {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Slug {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Slug".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "What an organisation is called in the directory." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = r#"{"slug":"made-up-shop","name":"Made-up Shop B.V.","runs":["Shoply","Shop to go"],"web":"https://www.shop.example.org/","email":"privacy@shop.example.org","address":"Kade 1\n1011 AA Amsterdam\nNederland","relevant-countries":["nl"],"request-language":"nl","required-elements":[{"desc":"Name","type":"name"}],"suggested-transport-medium":"email","needs-id-document":true,"quality":"verified","a-key-of-tomorrow":{"x":[1]}}"#;
    const AUTHORITY: &str = r#"{"slug":"nlmade","name":"Made-up Authority","address":"Plein 1\nDen Haag","complaint-language":"nl","phone":"+31","relevant-countries":["nl"],"web":"https://authority.example.org"}"#;

    #[test]
    fn the_same_records_come_in_lines_in_an_array_and_alone() {
        let lines = format!("{SHOP}\n\n{AUTHORITY}\r\n");
        let array = format!("\u{feff}[{SHOP},{AUTHORITY}]");
        let (of_lines, refused) = read(lines.as_bytes()).expect("lines");
        assert!(refused.is_empty(), "{refused:?}");
        assert_eq!(read(array.as_bytes()).expect("an array").0, of_lines);
        assert_eq!(read(SHOP.as_bytes()).expect("one").0, of_lines[..1]);
        let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(SHOP).expect("JSON")).expect("JSON");
        assert_eq!(read(pretty.as_bytes()).expect("one over several lines").0, of_lines[..1]);
        let [shop, authority] = &of_lines[..] else { panic!("{of_lines:?}") };
        assert_eq!((shop.kind, authority.kind), (EntryKind::Company, EntryKind::Authority));
        assert_eq!(shop.domain.as_ref().map(Domain::as_str), Some("example.org"));
        assert_eq!(shop.address.as_deref(), Some("Kade 1\n1011 AA Amsterdam\nNederland"));
        assert_eq!((shop.language.as_deref(), authority.language.as_deref()), (Some("nl"), Some("nl")));
        assert!(shop.needs_id_document && shop.required.contains("name") && shop.transport == Some(Transport::Email));
    }

    #[test]
    fn a_record_is_taken_whole_or_refused_with_its_line() {
        let long = SHOP.replace("Made-up Shop B.V.", &"x".repeat(NAME_BYTES + 1));
        let slug = SHOP.replace("made-up-shop", "../etc");
        let lines = format!("{SHOP}\n{long}\n{slug}\n{{\"slug\":\"x\"}}\nnonsense\n");
        let (taken, refused) = read(lines.as_bytes()).expect("lines");
        assert_eq!((taken.len(), refused.iter().map(|one| one.line).collect::<Vec<_>>()), (1, vec![2, 3, 4, 5]));
        let script = SHOP.replace("\"email\":", "\"webform\":\"javascript:alert(1)\",\"email\":");
        assert_eq!(read(script.as_bytes()).expect("one").0[0].webform, None);
    }

    #[test]
    fn what_another_program_sends_is_checked_as_a_list_is() {
        let whole = read(SHOP.as_bytes()).expect("one").0.remove(0);
        let sent = |entry: &DirectoryEntry| {
            let text = serde_json::to_string(&[entry]).expect("JSON");
            DirectoryEntry::checked(&mut serde_json::Deserializer::from_str(&text)).map_err(|error| error.to_string())
        };
        assert_eq!(sent(&whole), Ok(vec![whole.clone()]));
        let many = (0..=RUNS).map(|n| n.to_string()).collect();
        for (part, wrong) in [
            ("name", DirectoryEntry { name: "x".repeat(NAME_BYTES + 1), ..whole.clone() }),
            ("name", DirectoryEntry { name: "Shop\u{202e}".into(), ..whole.clone() }),
            ("other names", DirectoryEntry { runs: many, ..whole.clone() }),
            ("e-mail", DirectoryEntry { email: Some("nobody".into()), ..whole.clone() }),
            ("page", DirectoryEntry { webform: Some("javascript:alert(1)".into()), ..whole.clone() }),
            ("postal", DirectoryEntry { address: Some("x".repeat(ADDRESS_BYTES + 1)), ..whole.clone() }),
            ("language", DirectoryEntry { language: Some("dutch".into()), ..whole.clone() }),
            ("required", DirectoryEntry { required: ["".into()].into(), ..whole.clone() }),
        ] {
            let said = sent(&wrong).expect_err(part);
            assert!(said.contains(part) && said.contains("made-up-shop"), "{part}: {said}");
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in ["", "hello", "[]", "{}", "[1,2", "<html>", "null"] {
            assert_eq!(read(text.as_bytes()), Err(FindError::NotADirectory), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(read(deep.as_bytes()), Err(FindError::NotADirectory));
        let many = "{\"slug\":\"a\",\"name\":\"a\"}\n".repeat(ENTRIES + 1);
        assert_eq!(read(many.as_bytes()), Err(FindError::TooMany(ENTRIES)));
    }
}
