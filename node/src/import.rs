//! Contact cards into fields. In: a vCard file (RFC 6350) through calcard. Out: fields and values, and what was
//! left out.

use calcard::{
    Entry, Parser,
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
}

/// Reads the first card of a file.
///
/// # Errors
/// Where the file holds no vCard.
pub fn vcard(text: &str) -> Result<Card, Failure> {
    let mut parser = Parser::new(text);
    loop {
        match parser.entry() {
            Entry::VCard(card) => return Ok(read(&card)),
            Entry::Eof => {
                return Err(Failure::usage(
                    "the file holds no vCard; export one contact as .vcf (RFC 6350) and try again",
                ));
            }
            _ => {}
        }
    }
}

fn read(card: &VCard) -> Card {
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
}
