//! Files into fields. In: a vCard (RFC 6350) or JSContact (RFC 9553) file, both through calcard, or a CSV file of
//! field and value. Out: fields and values, and what was left out.

use calcard::{
    Entry, Parser,
    jscontact::JSContact,
    vcard::{VCard, VCardProperty, VCardValue},
};

use crate::command::Failure;

/// Largest card file, in bytes.
pub const CARD_BYTES: u64 = 1024 * 1024;

/// What a card gave.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Fields with their values.
    pub values: Vec<(String, String)>,
    /// Properties that no field takes.
    pub left_out: Vec<String>,
    /// The kind of file: `vcard`, `jscontact`, `csv`.
    pub format: &'static str,
}

/// Reads a file of any kind that is known, by what it holds.
///
/// # Errors
/// Where it holds none of them.
pub fn read(name: &str, text: &str) -> Result<Card, Failure> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') || text.trim_start().starts_with('[') {
        jscontact(text)
    } else if name.to_ascii_lowercase().ends_with(".csv") {
        csv(text)
    } else {
        vcard(text)
    }
}

/// Reads one JSContact card, or the first of a list.
///
/// # Errors
/// Where the text is no JSContact.
pub fn jscontact(text: &str) -> Result<Card, Failure> {
    let bad = || Failure::usage("the file holds no JSContact card (RFC 9553); export one contact and try again");
    let value: serde_json::Value = serde_json::from_str(text).map_err(|_| bad())?;
    let card = value.get(0).unwrap_or(&value).to_string();
    let card: JSContact<'_, String, String> = JSContact::parse(&card).map_err(|_| bad())?;
    let card = card.into_vcard().ok_or_else(bad)?;
    let card = Card { format: "jscontact", ..from_vcard(&card) };
    if card.values.is_empty() { Err(bad()) } else { Ok(card) }
}

/// Reads a CSV file whose rows are a field and its value; a first row `field,value` is skipped.
///
/// # Errors
/// Where a row is not two cells. Fields that are unknown are left out and named.
pub fn csv(text: &str) -> Result<Card, Failure> {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut card = Card { format: "csv", ..Card::default() };
    for (number, row) in (1..).zip(rows.records()) {
        let next = "give two cells a row: a field, as `regie fields --all` lists them, and its value";
        let bad = |why: String| Failure::usage(format!("row {number} of the file: {why}; {next}"));
        let row = row.map_err(|error| bad(error.to_string()))?;
        let (Some(field), Some(value), None) = (row.get(0), row.get(1), row.get(2)) else {
            return Err(bad(format!("it has {} cells", row.len())));
        };
        let (field, value) = (field.trim(), value.trim());
        if value.is_empty() || (number == 1 && field.eq_ignore_ascii_case("field")) {
            continue;
        }
        match field.parse::<regie_protocol::field::FieldPath>() {
            Ok(field) => card.values.push((field.to_string(), value.to_owned())),
            Err(_) => card.left_out.push(field.chars().take(64).collect()),
        }
    }
    if card.values.is_empty() {
        return Err(Failure::usage("the file holds no field with a value; `regie fields --all` lists the fields"));
    }
    Ok(card)
}

/// Reads the first card of a file.
///
/// # Errors
/// Where the file holds no vCard.
pub fn vcard(text: &str) -> Result<Card, Failure> {
    let mut parser = Parser::new(text);
    loop {
        match parser.entry() {
            Entry::VCard(card) => return Ok(Card { format: "vcard", ..from_vcard(&card) }),
            Entry::Eof => {
                return Err(Failure::usage(
                    "the file holds no vCard; export one contact as .vcf (RFC 6350) and try again",
                ));
            }
            _ => {}
        }
    }
}

fn from_vcard(card: &VCard) -> Card {
    let mut found = Card::default();
    for entry in &card.entries {
        let parts = parts(&entry.values);
        let fields: &[&str] = match entry.name {
            VCardProperty::Fn => &["name.full"],
            VCardProperty::N => &["name.family", "name.given"],
            // post office box; extended address; street; locality; region; postal code; country
            VCardProperty::Adr => &[
                "",
                "",
                "address.street",
                "address.locality",
                "address.region",
                "address.postalCode",
                "address.country",
            ],
            VCardProperty::Email => &["email"],
            VCardProperty::Tel => &["telephone"],
            VCardProperty::Bday => &["birthDate"],
            VCardProperty::Url => &["url"],
            VCardProperty::Org => &["employment.organization"],
            VCardProperty::Title => &["employment.jobTitle"],
            VCardProperty::Lang => &["language"],
            VCardProperty::Version | VCardProperty::Begin | VCardProperty::End => continue,
            _ => &[],
        };
        if fields.is_empty() {
            found.left_out.push(format!("{:?}", entry.name));
        }
        for (field, value) in fields.iter().zip(parts) {
            let value = value.strip_prefix("tel:").unwrap_or(&value).trim().to_owned();
            // The first of several e-mail addresses or numbers is the one that counts.
            let taken = found.values.iter().any(|(known, _)| known == field);
            if !field.is_empty() && !value.is_empty() && !taken {
                found.values.push(((*field).to_owned(), value));
            }
        }
    }
    found
}

fn parts(values: &[VCardValue]) -> Vec<String> {
    values
        .iter()
        .flat_map(|value| match value {
            VCardValue::Text(text) => vec![text.clone()],
            VCardValue::Component(parts) => vec![parts.join(" ")],
            VCardValue::Integer(number) => vec![number.to_string()],
            VCardValue::PartialDateTime(date) => match (date.year, date.month, date.day) {
                (Some(year), Some(month), Some(day)) => vec![format!("{year:04}-{month:02}-{day:02}")],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_becomes_fields() {
        let card = vcard(
            "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna Bakker\r\nN:Bakker;Anna;;;\r\nBDAY:19800229\r\n\
             ADR:;;Dorpsstraat 1;Utrecht;;3511 AA;Netherlands\r\nTEL;VALUE=uri:tel:+31-30-1234567\r\n\
             EMAIL:anna@example.org\r\nEMAIL:other@example.org\r\nNOTE:hello\r\nEND:VCARD\r\n",
        )
        .expect("a card");
        let get = |field: &str| card.values.iter().find(|(known, _)| known == field).map(|(_, value)| value.as_str());
        assert_eq!(get("name.full"), Some("Anna Bakker"));
        assert_eq!(get("name.family"), Some("Bakker"));
        assert_eq!(get("address.street"), Some("Dorpsstraat 1"));
        assert_eq!(get("address.postalCode"), Some("3511 AA"));
        assert_eq!(get("birthDate"), Some("1980-02-29"));
        assert_eq!(get("telephone"), Some("+31-30-1234567"));
        assert_eq!(get("email"), Some("anna@example.org"));
        assert!(vcard("hello").is_err());
    }

    #[test]
    fn a_jscontact_card_and_a_table_become_fields() {
        let card = read(
            "card.json",
            r#"{"@type":"Card","version":"1.0","uid":"u","name":{"full":"Anna Bakker","components":
               [{"kind":"given","value":"Anna"},{"kind":"surname","value":"Bakker"}]},
               "emails":{"e":{"address":"anna@example.org"}}}"#,
        )
        .expect("a card");
        let get =
            |card: &Card, field: &str| card.values.iter().find(|(known, _)| known == field).map(|(_, v)| v.clone());
        assert_eq!(card.format, "jscontact");
        assert_eq!(get(&card, "name.full").as_deref(), Some("Anna Bakker"));
        assert_eq!(get(&card, "email").as_deref(), Some("anna@example.org"));

        let table = read("me.csv", "field,value\nemail,a@b.nl\nhousehold.size,3\nshoe.size,41\n").expect("a table");
        assert_eq!(table.values.len(), 2);
        assert_eq!(table.left_out, ["shoe.size"]);
        assert!(read("me.csv", "email\n").expect_err("one cell").message.contains("row 1"));
        assert!(read("x.json", "{}").is_err());
    }
}
