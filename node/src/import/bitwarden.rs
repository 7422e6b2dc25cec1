//! Bitwarden's export with identities. In: JSON. Out: cards.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    CARDS, Card, FileFormat, ImportError, Read, WhyLeftOut,
    choice::{self, Address, Entry, Kind},
};

/// Numbers that open doors to somebody else.
const SENSITIVE: [&str; 3] = ["ssn", "passportNumber", "licenseNumber"];

/// Reads every identity; nothing, where the file is another.
pub(super) fn read(value: &Value) -> Option<Result<Read, ImportError>> {
    if value.get("encrypted").and_then(Value::as_bool) == Some(true) {
        return Some(Err(ImportError::Encrypted));
    }
    let items = value.get("items").and_then(Value::as_array)?;
    let identities: Vec<&Map<String, Value>> =
        items.iter().filter_map(|item| item.get("identity")?.as_object()).collect();
    let more = identities.len() > CARDS;
    Some(Ok(Read { cards: identities.into_iter().take(CARDS).map(identity).collect(), more }))
}

/// An identity as Bitwarden exports it; what else it has is left out and named.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Identity {
    title: Option<String>,
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

fn identity(identity: &Map<String, Value>) -> Card {
    let own: Identity = serde_json::from_value(Value::Object(identity.clone())).unwrap_or_default();
    let mut left = Card::of(FileFormat::Bitwarden);
    for (name, value) in own.other.iter().filter(|(_, value)| !value.is_null() && value.as_str() != Some("")) {
        match SENSITIVE.contains(&name.as_str()) {
            true => left.leave(name, None, WhyLeftOut::Sensitive),
            false => left.leave(name, value.as_str(), WhyLeftOut::NoField),
        }
    }
    let joined = |all: [&Option<String>; 3], with: &str| {
        all.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(with)
    };
    let full = joined([&own.first_name, &own.middle_name, &own.last_name], " ");
    let street = joined([&own.address1, &own.address2, &own.address3], "\n");
    let text = |own: Option<String>| own.unwrap_or_default();
    let address = Address {
        street,
        locality: text(own.city),
        region: text(own.state),
        postal_code: text(own.postal_code),
        country: text(own.country),
        ..Address::default()
    };
    let name = vec![("name.family", text(own.last_name)), ("name.given", text(own.first_name))];
    let entries = vec![
        Entry::one(Kind::FullName, "name.full", &full),
        Entry::new(Kind::Name, name),
        Entry::one(Kind::Prefix, "name.prefix", &text(own.title)),
        address.entry(),
        Entry::one(Kind::Email, "email", &text(own.email)),
        Entry::one(Kind::Telephone, "telephone", &text(own.phone)),
        Entry::one(Kind::Organization, "employment.organization", &text(own.company)),
    ];
    choice::card(FileFormat::Bitwarden, entries, left)
}
