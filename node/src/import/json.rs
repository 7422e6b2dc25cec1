//! Contacts in JSON. In: JSContact (RFC 9553), one, a list, or an answer of JMAP for contacts (RFC 9610); jCard (RFC 7095);
//! an export of Bitwarden with identities. Out: cards.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    CARDS, Card, ImportError,
    choice::{self, Address, Entry, Kind, NOT_PREFERRED, Sphere},
    vcard,
};

/// Countries that write the number of a house before its street.
const NUMBER_FIRST: [&str; 12] = ["US", "CA", "GB", "IE", "AU", "NZ", "ZA", "FR", "LU", "IN", "SG", "HK"];

/// Reads every card.
///
/// # Errors
/// Where the text is no JSON.
pub(super) fn read(text: &str) -> Result<Vec<Card>, ImportError> {
    let value: Value = serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => ImportError::Torn,
        _ => ImportError::Unknown,
    })?;
    if let Some(jcards) = jcards(&value) {
        return jcards.into_iter().take(CARDS).map(one_jcard).collect();
    }
    if let Some(items) = value.get("items").and_then(Value::as_array) {
        let identities = items.iter().filter_map(|item| item.get("identity")?.as_object());
        return Ok(identities.take(CARDS).map(bitwarden).collect());
    }
    Ok(contacts(&value).into_iter().take(CARDS).map(jscontact).collect())
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
    let (mut entries, mut left_out) = (Vec::new(), Vec::new());
    for (name, value) in card {
        let own: Vec<Entry> = match name.as_str() {
            "name" => name_of(value),
            "emails" => each(value, |own| Entry::one(Kind::Email, "email", text(own, "address"))),
            "phones" => each(value, phone),
            "addresses" => each(value, address),
            "anniversaries" => each(value, birth),
            "links" => each(value, |own| Entry::one(Kind::Url, "url", text(own, "uri"))),
            "organizations" => {
                each(value, |own| Entry::one(Kind::Organization, "employment.organization", text(own, "name")))
            }
            "titles" => each(value, |own| Entry::one(Kind::JobTitle, "employment.jobTitle", text(own, "name"))),
            "preferredLanguages" => each(value, |own| Entry::one(Kind::Language, "language", text(own, "language"))),
            "language" => vec![Entry::one(Kind::Language, "language", value.as_str().unwrap_or_default())],
            "@type" | "version" | "uid" | "id" | "kind" | "created" | "updated" | "prodId" | "addressBookIds" => {
                continue;
            }
            _ => {
                left_out.push(name.chars().take(64).collect());
                continue;
            }
        };
        entries.extend(own);
    }
    choice::card("jscontact", entries, left_out)
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is_set(object: &Value, set: &str, name: &str) -> bool {
    object.get(set).and_then(|set| set.get(name)).and_then(Value::as_bool) == Some(true)
}

/// Every value of an object by id, with what is said of each.
fn each(all: &Value, entry: impl Fn(&Value) -> Entry) -> Vec<Entry> {
    let made = |own: &Value| {
        let preference = own.get("pref").and_then(Value::as_u64).and_then(|pref| u8::try_from(pref).ok());
        let sphere = match (is_set(own, "contexts", "private"), is_set(own, "contexts", "work")) {
            (true, _) => Sphere::Home,
            (_, true) => Sphere::Work,
            _ => Sphere::Unsaid,
        };
        Entry { preference: preference.unwrap_or(NOT_PREFERRED), sphere, ..entry(own) }
    };
    all.as_object().map(|all| all.values().map(made).collect()).unwrap_or_default()
}

fn components<'a>(object: &'a Value, kinds: &[&str]) -> String {
    let all = object.get("components").and_then(Value::as_array);
    let of = |part: &'a Value| kinds.contains(&text(part, "kind")).then(|| text(part, "value"));
    all.map(|all| all.iter().filter_map(of).collect::<Vec<_>>().join(" ")).unwrap_or_default()
}

fn name_of(name: &Value) -> Vec<Entry> {
    let (given, family) = (components(name, &["given"]), components(name, &["surname", "surname2"]));
    let full = match text(name, "full") {
        "" => components(name, &["title", "given", "given2", "surname", "surname2", "generation"]),
        full => full.to_owned(),
    };
    let parts = vec![("name.family", family), ("name.given", given)];
    vec![Entry::one(Kind::FullName, "name.full", &full), Entry::new(Kind::Name, parts)]
}

fn phone(own: &Value) -> Entry {
    let number = text(own, "number");
    let number = number.strip_prefix("tel:").map_or(number, |rest| rest.split(';').next().unwrap_or_default());
    let unfit = ["fax", "pager"].iter().any(|kind| is_set(own, "features", kind)).then_some("a fax or pager");
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
            Entry { unfit: Some("in one text, not in parts"), ..Entry::one(Kind::Address, "address.street", full) }
        }
    }
}

fn birth(own: &Value) -> Entry {
    if text(own, "kind") != "birth" {
        return Entry { unfit: Some("no birthday"), ..Entry::one(Kind::Birth, "birthDate", text(own, "kind")) };
    }
    let Some(date) = own.get("date") else { return Entry::birth("") };
    let number = |name: &str| date.get(name).and_then(Value::as_u64);
    match (number("year"), number("month"), number("day"), date.get("calendarScale")) {
        (Some(year), Some(month), Some(day), None) => Entry::birth(&format!("{year:04}-{month:02}-{day:02}")),
        _ if date.get("utc").is_some() => Entry::birth(text(date, "utc")),
        _ => Entry { unfit: Some("not a whole date"), ..Entry::one(Kind::Birth, "birthDate", "in part") },
    }
}

/// The cards of a jCard file: one, or a list of them.
fn jcards(value: &Value) -> Option<Vec<&[Value]>> {
    let all = value.as_array()?;
    if let Some(one) = properties(value) {
        return Some(vec![one]);
    }
    all.iter().map(properties).collect::<Option<Vec<_>>>().filter(|cards| !cards.is_empty())
}

/// What a jCard says.
fn properties(card: &Value) -> Option<&[Value]> {
    let [kind, properties, ..] = card.as_array()?.as_slice() else { return None };
    (kind.as_str() == Some("vcard")).then(|| properties.as_array().map(Vec::as_slice))?
}

/// A jCard is a vCard in other brackets: it is written as that, and read.
fn one_jcard(properties: &[Value]) -> Result<Card, ImportError> {
    let mut lines = String::from("BEGIN:VCARD\r\nVERSION:4.0\r\n");
    for property in properties.iter().filter_map(Value::as_array) {
        let [name, params, _, values @ ..] = property.as_slice() else { continue };
        let Some(name) = name.as_str().filter(|name| is_word(name) && *name != "version") else { continue };
        lines.push_str(&name.to_ascii_uppercase());
        for (param, value) in params.as_object().into_iter().flatten().filter(|(param, _)| is_word(param)) {
            let values = value.as_array().map_or_else(|| vec![value], |all| all.iter().collect());
            for value in values.into_iter().map(scalar).filter(|value| !value.contains(['"', '\r', '\n'])) {
                lines.push_str(&format!(";{}=\"{value}\"", param.to_ascii_uppercase()));
            }
        }
        let values = values.iter().map(|value| match value {
            Value::Array(parts) => parts.iter().map(component).collect::<Vec<_>>().join(";"),
            one => escaped(&scalar(one)),
        });
        lines.push_str(&format!(":{}\r\n", values.collect::<Vec<_>>().join(",")));
    }
    lines.push_str("END:VCARD\r\n");
    let card = vcard::read(lines.as_bytes())?.into_iter().next().unwrap_or_default();
    Ok(Card { format: "jcard", ..card })
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn component(value: &Value) -> String {
    match value {
        Value::Array(parts) => parts.iter().map(|part| escaped(&scalar(part))).collect::<Vec<_>>().join(","),
        one => escaped(&scalar(one)),
    }
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
    text.replace("\r\n", "\\n").replace(['\r', '\n'], "\\n")
}

/// An identity as Bitwarden exports it; what else it has is left out and named.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Identity {
    first_name: Option<String>,
    middle_name: Option<String>,
    last_name: Option<String>,
    address1: Option<String>,
    address2: Option<String>,
    address3: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
    company: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

fn bitwarden(identity: &Map<String, Value>) -> Card {
    let own: Identity = serde_json::from_value(Value::Object(identity.clone())).unwrap_or_default();
    let texts = |all: [&Option<String>; 3]| all.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    let full = texts([&own.first_name, &own.middle_name, &own.last_name]);
    let street = [&own.address1, &own.address2, &own.address3].into_iter().flatten().cloned().collect::<Vec<_>>();
    let left_out =
        own.other.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.chars().take(64).collect());
    let left_out = left_out.collect();
    let address = Address {
        street: street.join("\n"),
        locality: own.city.unwrap_or_default(),
        region: own.state.unwrap_or_default(),
        postal_code: own.postal_code.unwrap_or_default(),
        country: own.country.unwrap_or_default(),
        ..Address::default()
    };
    let name =
        vec![("name.family", own.last_name.unwrap_or_default()), ("name.given", own.first_name.unwrap_or_default())];
    let entries = vec![
        Entry::one(Kind::FullName, "name.full", &full),
        Entry::new(Kind::Name, name),
        address.entry(),
        Entry::one(Kind::Email, "email", &own.email.unwrap_or_default()),
        Entry::one(Kind::Telephone, "telephone", &own.phone.unwrap_or_default()),
        Entry::one(Kind::Organization, "employment.organization", &own.company.unwrap_or_default()),
    ];
    choice::card("bitwarden", entries, left_out)
}
