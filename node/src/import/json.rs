//! Contacts in JSON. In: JSContact (RFC 9553), one, a list, or an answer of JMAP for contacts (RFC 9610); what is jCard
//! or an export of Bitwarden goes to its own reader. Out: cards.

use serde_json::{Map, Value};

use super::{
    CARDS, Card, FileFormat, ImportError, Read, Sphere, WhyLeftOut, bitwarden,
    choice::{self, Address, Entry, Kind, NOT_PREFERRED},
    jcard,
};

/// Countries that write the number of a house before its street.
const NUMBER_FIRST: [&str; 12] = ["US", "CA", "GB", "IE", "AU", "NZ", "ZA", "FR", "LU", "IN", "SG", "HK"];
/// Most objects of a file: each takes hundreds of bytes of memory, and two of the file.
const OBJECTS: usize = 300_000;
/// And most values in lists.
const VALUES: usize = 2_000_000;
/// What a contact says of itself as an entry of a list.
const BOOKKEEPING: [&str; 9] =
    ["@type", "version", "uid", "id", "kind", "created", "updated", "prodId", "addressBookIds"];

/// Reads every card.
///
/// # Errors
/// Where the text is no JSON, is cut short or holds more than is read.
pub(super) fn read(text: &str) -> Result<Read, ImportError> {
    if text.bytes().filter(|byte| *byte == b'{').count() > OBJECTS
        || text.bytes().filter(|byte| matches!(byte, b',' | b'[')).count() > VALUES
    {
        return Err(ImportError::TooMuch);
    }
    let value: Value = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => ImportError::Torn,
        _ => ImportError::Unknown,
    })?;
    if let Some(read) = jcard::read(&value).or_else(|| bitwarden::read(&value)) {
        return read;
    }
    let contacts = contacts(&value);
    let more = contacts.len() > CARDS;
    let is_one = |card: &&Map<String, Value>| card.get("kind").and_then(Value::as_str) != Some("group");
    Ok(Read { cards: contacts.into_iter().take(CARDS).filter(is_one).map(jscontact).collect(), more })
}

/// The JSContact cards of a file: itself, those of its list, or those of the answers of a JMAP server.
fn contacts(value: &Value) -> Vec<&Map<String, Value>> {
    let all: Vec<&Value> = match value {
        Value::Array(all) => all.iter().collect(),
        Value::Object(own) if own.contains_key("methodResponses") => {
            let answers = own["methodResponses"].as_array().into_iter().flatten();
            answers.filter_map(|answer| answer.get(1)?.get("list")?.as_array()).flatten().collect()
        }
        Value::Object(own) => match own.get("list").and_then(Value::as_array) {
            Some(list) => list.iter().collect(),
            None => vec![value],
        },
        _ => Vec::new(),
    };
    all.into_iter().filter_map(Value::as_object).collect()
}

fn jscontact(card: &Map<String, Value>) -> Card {
    let (mut entries, mut left) = (Vec::new(), Card::of(FileFormat::Jscontact));
    for (name, value) in card {
        let own: Vec<Entry> = match name.as_str() {
            "name" => name_of(value, &mut left),
            "emails" => each(value, |own| Entry::one(Kind::Email, "email", text(own, "address"))),
            "phones" => each(value, phone),
            "addresses" => {
                each_of(value).for_each(|own| lost_parts(own, &mut left));
                each(value, address)
            }
            "anniversaries" => each(value, birth),
            "links" => each(value, |own| Entry::one(Kind::Url, "url", text(own, "uri"))),
            "organizations" => {
                each(value, |own| Entry::one(Kind::Organization, "employment.organization", text(own, "name")))
            }
            "titles" => each(value, |own| Entry::one(Kind::JobTitle, "employment.jobTitle", text(own, "name"))),
            "preferredLanguages" => each(value, |own| Entry::one(Kind::Language, "language", text(own, "language"))),
            "language" => vec![Entry::one(Kind::Language, "language", value.as_str().unwrap_or_default())],
            "media" => {
                each_of(value)
                    .for_each(|own| left.leave(name, None, WhyLeftOut::Photo { kib: photo_kib(text(own, "uri")) }));
                continue;
            }
            name if BOOKKEEPING.contains(&name) => continue,
            name => {
                left.leave(name, value.as_str(), WhyLeftOut::NoField);
                continue;
            }
        };
        entries.extend(own.into_iter().map(|entry| entry.named(name)));
    }
    choice::card(FileFormat::Jscontact, entries, left)
}

/// How large an image is that stands in the text itself, in KiB.
pub(super) fn photo_kib(uri: &str) -> Option<u64> {
    // Four letters of base64 are three bytes.
    uri.starts_with("data:").then(|| (uri.len() as u64 * 3 / 4).div_ceil(1024))
}

pub(super) fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is_set(object: &Value, set: &str, name: &str) -> bool {
    object.get(set).and_then(|set| set.get(name)).and_then(Value::as_bool) == Some(true)
}

/// Every value of an object by id, with what is said of each.
fn each(all: &Value, entry: impl Fn(&Value) -> Entry) -> Vec<Entry> {
    let made = |own: &Value| {
        let preference = own.get("pref").and_then(Value::as_u64).and_then(|pref| u8::try_from(pref).ok());
        let said = ["private", "work", "delivery", "billing"].into_iter().find(|of| is_set(own, "contexts", of));
        let label = Some(text(own, "label").to_owned()).filter(|label| !label.is_empty());
        let called = || label.as_deref().and_then(Sphere::named);
        let sphere = said.and_then(Sphere::named).or_else(called).unwrap_or_default();
        let label = label.clone().filter(|label| Sphere::named(label).is_none());
        Entry { preference: preference.unwrap_or(NOT_PREFERRED), sphere, label, ..entry(own) }
    };
    each_of(all).map(made).collect()
}

fn each_of(all: &Value) -> impl Iterator<Item = &Value> {
    all.as_object().into_iter().flat_map(|all| all.values())
}

fn components<'a>(object: &'a Value, kinds: &[&str]) -> String {
    let all = object.get("components").and_then(Value::as_array);
    let of = |part: &'a Value| kinds.contains(&text(part, "kind")).then(|| text(part, "value"));
    all.map(|all| all.iter().filter_map(of).collect::<Vec<_>>().join(" ")).unwrap_or_default()
}

fn name_of(name: &Value, left: &mut Card) -> Vec<Entry> {
    let (given, family) = (components(name, &["given"]), components(name, &["surname", "surname2"]));
    let full = match text(name, "full") {
        "" => components(name, &["title", "given", "given2", "surname", "surname2", "generation"]),
        full => full.to_owned(),
    };
    for part in parts(name).filter(|part| !matches!(text(part, "kind"), "given" | "surname" | "surname2" | "separator"))
    {
        if !full.contains(text(part, "value")) {
            left.leave("name", Some(text(part, "value")), WhyLeftOut::NoField);
        }
    }
    let parts = vec![("name.family", family), ("name.given", given)];
    vec![Entry::one(Kind::FullName, "name.full", &full), Entry::new(Kind::Name, parts)]
}

fn parts(of: &Value) -> impl Iterator<Item = &Value> {
    of.get("components").and_then(Value::as_array).into_iter().flatten()
}

/// The parts of an address that no field is for.
fn lost_parts(own: &Value, left: &mut Card) {
    const TAKEN: [&str; 12] = [
        "name",
        "number",
        "building",
        "floor",
        "apartment",
        "room",
        "postOfficeBox",
        "locality",
        "region",
        "postcode",
        "country",
        "separator",
    ];
    for part in parts(own).filter(|part| !TAKEN.contains(&text(part, "kind"))) {
        left.leave(text(part, "kind"), Some(text(part, "value")), WhyLeftOut::NoField);
    }
    let none_known = parts(own).next().is_none() && text(own, "full").is_empty() && text(own, "countryCode").is_empty();
    if none_known && own.as_object().is_some_and(|own| !own.is_empty()) {
        left.leave("addresses", None, WhyLeftOut::InOneText);
    }
}

fn phone(own: &Value) -> Entry {
    let number = text(own, "number");
    let number = number.strip_prefix("tel:").map_or(number, |rest| rest.split(';').next().unwrap_or_default());
    let unfit = ["fax", "pager"].iter().any(|kind| is_set(own, "features", kind)).then_some(WhyLeftOut::Fax);
    Entry { unfit, ..Entry::one(Kind::Telephone, "telephone", number) }
}

fn address(own: &Value) -> Entry {
    let country_code = text(own, "countryCode").to_ascii_uppercase();
    let (street, number) = (components(own, &["name"]), components(own, &["number"]));
    let country = components(own, &["country"]);
    let ordered = own.get("isOrdered").and_then(Value::as_bool) == Some(true);
    let street = if ordered {
        components(own, &["name", "number"])
    } else if NUMBER_FIRST.contains(&country_code.as_str()) {
        format!("{number} {street}")
    } else {
        format!("{street} {number}")
    };
    let made = Address {
        post_box: components(own, &["postOfficeBox"]),
        extension: components(own, &["building", "floor", "apartment", "room"]),
        street,
        locality: components(own, &["locality"]),
        region: components(own, &["region"]),
        postal_code: components(own, &["postcode"]),
        country: if country.is_empty() { country_code } else { country },
    };
    let entry = made.entry();
    match (text(own, "full"), entry.parts.is_empty()) {
        ("", _) | (_, false) => entry,
        (full, true) => {
            Entry { unfit: Some(WhyLeftOut::InOneText), ..Entry::one(Kind::Address, "address.street", full) }
        }
    }
}

fn birth(own: &Value) -> Entry {
    if text(own, "kind") != "birth" {
        return Entry { unfit: Some(WhyLeftOut::NoField), ..Entry::one(Kind::Birth, "birthDate", text(own, "kind")) };
    }
    let Some(date) = own.get("date") else { return Entry::birth("") };
    let number = |name: &str| date.get(name).and_then(Value::as_u64);
    match (number("year"), number("month"), number("day"), date.get("calendarScale")) {
        (Some(year), Some(month), Some(day), None) => Entry::birth(&format!("{year:04}-{month:02}-{day:02}")),
        _ if date.get("utc").is_some() => Entry::birth(text(date, "utc")),
        (None, Some(month), Some(day), None) => Entry::birth(&format!("--{month:02}-{day:02}")),
        _ => Entry { unfit: Some(WhyLeftOut::NotADay), ..Entry::one(Kind::Birth, "birthDate", &date.to_string()) },
    }
}
