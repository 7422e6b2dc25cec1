//! vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350), as programs write it. In: bytes. Out: cards.
//!
//! calcard reads the values. Before that each line is brought to one form, since what programs write is what calcard does
//! not read: encodings by line, quoted-printable without its name, cards within cards, dates of three kinds.

use calcard::{
    Entry as Parsed, Parser,
    common::IanaString as _,
    vcard::{
        VCard, VCardEntry, VCardParameterName as Name, VCardParameterValue as Given, VCardProperty as Property,
        VCardType as Type, VCardValue,
    },
};
use data_encoding::BASE64;

use super::{
    CARDS, Card, ImportError,
    choice::{self, Address, Entry, Kind, NOT_PREFERRED, Sphere},
    text,
};

/// Reads every card of a file.
///
/// # Errors
/// Where the last card is cut short.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Card>, ImportError> {
    let plain = outermost(&text::lines(bytes)).ok_or(ImportError::Torn)?;
    let mut parser = Parser::new(&plain);
    let mut cards = Vec::new();
    while cards.len() < CARDS {
        match parser.entry() {
            Parsed::VCard(card) => cards.push(from_vcard(&card)),
            Parsed::Eof => break,
            _ => {}
        }
    }
    Ok(cards)
}

/// The lines of cards that stand in no other card, each in one form; none, where a card has no end.
fn outermost(lines: &[Vec<u8>]) -> Option<String> {
    let (mut depth, mut plain) = (0_usize, String::new());
    for line in lines {
        let line = line_of(line);
        let word = line.trim().to_ascii_uppercase();
        let (begins, ends) = (word == "BEGIN:VCARD", word == "END:VCARD");
        depth += usize::from(begins);
        if depth == 1 {
            plain.push_str(&line);
            plain.push_str("\r\n");
        }
        depth = depth.saturating_sub(usize::from(ends));
    }
    (depth == 0).then_some(plain)
}

/// A line as vCard 3.0 has it: its value in UTF-8 and not encoded further.
fn line_of(line: &[u8]) -> String {
    let Some(colon) = colon(line) else { return text::decode_as(line, None) };
    let (head, value) = (text::decode_as(&line[..colon], None), &line[colon + 1..]);
    let mut params = head.split(';');
    let name = params.next().unwrap_or_default().to_owned();
    let (mut charset, mut quoted, mut base64, mut kept) = (None, false, false, name.clone());
    for param in params {
        let upper = param.to_ascii_uppercase();
        let bare = upper.strip_prefix("ENCODING=").unwrap_or(&upper);
        match bare {
            "QUOTED-PRINTABLE" => quoted = true,
            "BASE64" | "B" => base64 = true,
            _ if upper.starts_with("CHARSET=") => {
                charset = param.get(8..).map(|label| label.trim_matches('"').to_owned())
            }
            _ if is_birthday(&name) && upper.starts_with("VALUE=") => {}
            _ => {
                kept.push(';');
                kept.push_str(param);
            }
        }
    }
    let decoded = if quoted {
        text::unquoted(value)
    } else if base64 {
        let digits: Vec<u8> = value.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
        BASE64.decode(&digits).unwrap_or_default()
    } else {
        value.to_vec()
    };
    let value = text::decode_as(&decoded, charset.as_deref());
    let value = if quoted || base64 { value.replace("\r\n", "\\n").replace(['\r', '\n'], "\\n") } else { value };
    // Read as text, a date keeps what was written; calcard takes days for years, and months for days.
    if is_birthday(&name) { format!("{kept};VALUE=text:{value}") } else { format!("{kept}:{value}") }
}

/// Where the value begins: at the first colon that is not within quotes.
fn colon(line: &[u8]) -> Option<usize> {
    let mut within = false;
    line.iter().position(|byte| {
        within ^= *byte == b'"';
        *byte == b':' && !within
    })
}

fn is_birthday(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|name| name.eq_ignore_ascii_case("BDAY"))
}

fn from_vcard(card: &VCard) -> Card {
    let (mut entries, mut left_out) = (Vec::new(), Vec::new());
    for entry in &card.entries {
        match of(entry) {
            Some(own) if entry.values.iter().all(|value| text(value, "").is_some()) => entries.push(own),
            _ if matches!(entry.name, Property::Version | Property::Begin | Property::End | Property::Prodid) => {}
            _ => left_out.push(entry.name.as_str().to_owned()),
        }
        if entry.name == Property::Adr && param(entry, &Name::Label).is_some() {
            left_out.push("LABEL".to_owned());
        }
    }
    choice::card("vcard", entries, left_out)
}

fn of(entry: &VCardEntry) -> Option<Entry> {
    let first = || components(entry, " ").into_iter().next().unwrap_or_default();
    let whole = || components(entry, ",").join(";");
    let made = match entry.name {
        Property::Fn => Entry::one(Kind::FullName, "name.full", &whole()),
        Property::N => {
            let mut parts = components(entry, " ").into_iter();
            let mut next = || parts.next().unwrap_or_default();
            Entry::new(Kind::Name, vec![("name.family", next()), ("name.given", next())])
        }
        Property::Adr => address(entry),
        Property::Email => Entry::one(Kind::Email, "email", without(&whole(), "mailto:")),
        Property::Tel => telephone(entry, &whole()),
        Property::Bday if param(entry, &Name::Other("X-APPLE-OMIT-YEAR".into())).is_some() => {
            Entry { unfit: Some("without a year"), ..Entry::one(Kind::Birth, "birthDate", &whole()) }
        }
        Property::Bday => Entry::birth(&whole()),
        Property::Url => Entry::one(Kind::Url, "url", &whole()),
        Property::Org => Entry::one(
            Kind::Organization,
            "employment.organization",
            &components(entry, ", ").into_iter().next().unwrap_or_default(),
        ),
        Property::Title => Entry::one(Kind::JobTitle, "employment.jobTitle", &whole()),
        Property::Lang => Entry::one(Kind::Language, "language", &first()),
        _ => return None,
    };
    Some(Entry { preference: preference(entry), sphere: sphere(entry), language: language(entry), ..made })
}

fn address(entry: &VCardEntry) -> Entry {
    let mut parts = components(entry, ",").into_iter();
    let mut next = || parts.next().unwrap_or_default();
    let (post_box, extension, street, locality) = (next(), next(), next(), next());
    let (region, postal_code, mut country) = (next(), next(), next());
    if country.is_empty() {
        country = param(entry, &Name::Cc).unwrap_or_default();
    }
    Address { post_box, extension, street, locality, region, postal_code, country }.entry()
}

fn telephone(entry: &VCardEntry, value: &str) -> Entry {
    let number = without(value, "tel:");
    // RFC 3966: what follows is how to go on once connected.
    let number = if number.len() == value.len() { number } else { number.split(';').next().unwrap_or_default() };
    let unfit = (has(entry, Type::Fax) || has(entry, Type::Pager)).then_some("a fax or pager");
    Entry { unfit, ..Entry::one(Kind::Telephone, "telephone", number) }
}

fn without<'a>(value: &'a str, scheme: &str) -> &'a str {
    match value.get(..scheme.len()) {
        Some(begin) if begin.eq_ignore_ascii_case(scheme) => &value[scheme.len()..],
        _ => value,
    }
}

/// What stands between semicolons; several values of one of them are joined.
fn components(entry: &VCardEntry, with: &str) -> Vec<String> {
    entry.values.iter().filter_map(|value| text(value, with)).collect()
}

/// What a value says, where it is no date, image or truth.
fn text(value: &VCardValue, with: &str) -> Option<String> {
    match value {
        VCardValue::Text(text) => Some(text.clone()),
        VCardValue::Component(parts) => Some(parts.join(with)),
        VCardValue::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

fn param(entry: &VCardEntry, name: &Name) -> Option<String> {
    let same = |own: &Name| match (own, name) {
        (Name::Other(own), Name::Other(name)) => own.eq_ignore_ascii_case(name),
        (own, name) => own == name,
    };
    let found = entry.params.iter().find(|param| same(&param.name))?;
    Some(match &found.value {
        Given::Text(text) => text.clone(),
        Given::Integer(number) => number.to_string(),
        _ => String::new(),
    })
}

/// Is it of this type? vCard 2.1 writes types without their name.
fn has(entry: &VCardEntry, wanted: Type) -> bool {
    entry.params.iter().any(|param| match (&param.name, &param.value) {
        (Name::Type, Given::Type(own)) => *own == wanted,
        (Name::Other(name), Given::Null) => name.eq_ignore_ascii_case(wanted.as_str()),
        _ => false,
    })
}

fn preference(entry: &VCardEntry) -> u8 {
    let said = entry.params.iter().find_map(|param| match (&param.name, &param.value) {
        (Name::Pref, Given::Integer(number)) => u8::try_from(*number).ok(),
        (Name::Pref, _) => Some(1),
        (Name::Type, Given::Text(text)) if text.eq_ignore_ascii_case("PREF") => Some(1),
        _ => None,
    });
    said.unwrap_or(NOT_PREFERRED)
}

fn sphere(entry: &VCardEntry) -> Sphere {
    match (has(entry, Type::Home), has(entry, Type::Work)) {
        (true, _) => Sphere::Home,
        (_, true) => Sphere::Work,
        _ => Sphere::Unsaid,
    }
}

fn language(entry: &VCardEntry) -> Option<String> {
    param(entry, &Name::Language).map(|tag| tag.to_ascii_lowercase())
}
