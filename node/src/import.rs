//! Files into fields. In: a file of contacts as another program wrote it: vCard 2.1 to 4.0, jCard, JSContact or an answer
//! with such cards, Bitwarden's identities, or a table. Out: every card with its fields, and what was left out of it.
//!
//! Whoever a file names, only one of them is the person: nobody is taken where there are several. A value is taken whole or
//! not at all, and what is not taken is named, since what this reads goes out to suppliers.

mod choice;
mod json;
mod table;
pub(crate) mod text;
mod vcard;

use crate::command::Failure;

/// Why a file can't be read, or not without more words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// It is of no kind that is known.
    #[error(
        "the file is none that can be read; export one contact as a contact card (vCard, JSContact, jCard), a table (CSV) or Bitwarden's identities, and try again"
    )]
    Unknown,
    /// It holds no contact with a field of the vocabulary.
    #[error("the file has no contact with a field that is known; `regie fields --all` lists the fields")]
    Nothing,
    /// Its last card has no end.
    #[error("the file ends in the midst of a contact; export it once more, and try again")]
    Torn,
    /// A row of a table is neither a field and its value nor under columns that are known.
    #[error(
        "row {row} of the file: {why}; give two cells a row: a field, as `regie fields --all` lists them, and its value"
    )]
    Row {
        /// Which row, from 1 on.
        row: usize,
        /// What is wrong with it.
        why: String,
    },
    /// It holds several contacts.
    #[error("the file holds {count} contacts ({shown}); export yours alone, or say which is you with `--card NUMBER`")]
    Several {
        /// How many.
        count: usize,
        /// The names of the first ten, with their numbers from 1 on.
        shown: String,
    },
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        Self::usage(error)
    }
}

/// Largest file, in bytes.
pub const CARD_BYTES: u64 = 1024 * 1024;
/// Contacts that are read of one file; what comes after them is not looked at.
pub const CARDS: usize = 10_000;

/// What one contact gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Fields with their values.
    pub values: Vec<(String, String)>,
    /// What was not taken, by the name that the file has for it, with the reason where it has one.
    pub left_out: Vec<String>,
    /// The kind of file: `vcard`, `jscontact`, `jcard`, `bitwarden`, `csv`.
    pub format: &'static str,
}

impl Card {
    /// Whom it is about, as the file says.
    #[must_use]
    pub fn name(&self) -> &str {
        let of = |field: &str| self.values.iter().find(|(own, _)| own == field).map(|(_, value)| value.as_str());
        of("name.full").or_else(|| of("name.given")).or_else(|| of("email")).unwrap_or("?")
    }
}

/// Reads every contact of a file of any kind that is known, by what it holds.
///
/// # Errors
/// Where it holds none of them, is cut short, or has no contact with a field.
pub fn read_all(name: &str, bytes: &[u8]) -> Result<Vec<Card>, ImportError> {
    let whole = text::decode(bytes);
    let begin = whole.trim_start();
    let mut cards = if begin.starts_with('{') || begin.starts_with('[') {
        json::read(begin)?
    } else if begin.get(..11).is_some_and(|begin| begin.eq_ignore_ascii_case("BEGIN:VCARD")) {
        vcard::read(bytes)?
    } else if is_table(name, begin) {
        table::read(&whole)?
    } else {
        return Err(ImportError::Unknown);
    };
    cards.retain(|card| !card.values.is_empty());
    if cards.is_empty() { Err(ImportError::Nothing) } else { Ok(cards) }
}

/// Reads the one contact of a file.
///
/// # Errors
/// As [`read_all`]; and where the file holds several, with their names.
pub fn read(name: &str, bytes: &[u8]) -> Result<Card, ImportError> {
    one_of(read_all(name, bytes)?, None)
}

/// The contact of this number, from 1 on; without a number, the only one.
///
/// # Errors
/// Where there is none of that number, or several and no number.
pub fn one_of(mut cards: Vec<Card>, number: Option<usize>) -> Result<Card, ImportError> {
    const SHOWN: usize = 10;
    let index = match number {
        Some(number) => number.checked_sub(1).filter(|index| *index < cards.len()),
        None => (cards.len() == 1).then_some(0),
    };
    if let Some(index) = index {
        return Ok(cards.swap_remove(index));
    }
    let shown = (1..).zip(&cards).take(SHOWN).map(|(number, card)| format!("{number} {}", card.name()));
    let shown = shown.collect::<Vec<_>>().join(", ");
    let more = if cards.len() > SHOWN { ", …" } else { "" };
    Err(ImportError::Several { count: cards.len(), shown: format!("{shown}{more}") })
}

fn is_table(name: &str, text: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let head = text.lines().next().unwrap_or_default();
    let named = [".csv", ".tsv", ".txt"].iter().any(|end| name.ends_with(end));
    named && !head.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(name: &str, bytes: &[u8]) -> Card {
        read(name, bytes).unwrap_or_else(|error| panic!("{}: {error}", String::from_utf8_lossy(bytes)))
    }

    fn of(card: &Card, field: &str) -> String {
        card.values.iter().find(|(own, _)| own == field).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// A vCard of these lines.
    fn vcard(version: &str, lines: &str) -> Vec<u8> {
        format!("BEGIN:VCARD\r\nVERSION:{version}\r\n{lines}\r\nEND:VCARD\r\n").into_bytes()
    }

    #[test]
    fn what_a_card_says_is_taken_and_the_rest_is_named() {
        let lines = "FN:Anna Bakker\r\nN:Bakker;Anna,Maria;;;\r\nADR:;Apt 4;Dorpsstraat 1, bis;Utrecht;;3511 AA;NL\r\n\
                     TEL;VALUE=uri:tel:+31-30-1234567;ext=5\r\nEMAIL:mailto:anna@example.org\r\nNOTE:hello";
        let card = card("a.vcf", &vcard("4.0", lines));
        assert_eq!(of(&card, "name.full"), "Anna Bakker");
        assert_eq!((of(&card, "name.family"), of(&card, "name.given")), ("Bakker".into(), "Anna Maria".into()));
        assert_eq!(of(&card, "address.street"), "Dorpsstraat 1, bis, Apt 4");
        assert_eq!(of(&card, "telephone"), "+31-30-1234567");
        assert_eq!(of(&card, "email"), "anna@example.org");
        assert_eq!(card.left_out, ["NOTE"]);
    }

    #[test]
    fn only_a_whole_date_is_a_birthday() {
        for (line, birthday) in [
            ("BDAY:19800229", "1980-02-29"),
            ("BDAY:1980-02-29", "1980-02-29"),
            ("BDAY;VALUE=date-time:1980-02-29T10:00:00Z", "1980-02-29"),
            ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", ""),
            ("BDAY;VALUE=text:circa 1800", ""),
            ("BDAY:--0229", ""),
            ("BDAY:1980", ""),
            ("BDAY:29.02.1980", ""),
            ("BDAY:1981-02-29", ""),
        ] {
            for version in ["3.0", "4.0"] {
                let card = card("a.vcf", &vcard(version, &format!("FN:A\r\n{line}")));
                assert_eq!(of(&card, "birthDate"), birthday, "{line}");
                assert_eq!(card.left_out.is_empty(), !birthday.is_empty(), "{line}: {:?}", card.left_out);
            }
        }
    }

    #[test]
    fn the_preferred_value_counts_never_a_fax_and_an_address_is_taken_whole() {
        let lines = "FN:P\r\nTEL;WORK;FAX:1\r\nTEL;CELL;PREF:2\r\nEMAIL;WORK:w@example.org\r\nEMAIL;HOME:h@example.org\r\n\
                     ADR;HOME:;;Kade 1;Gent;;9000;\r\nADR;WORK:;;Plein 2;Breda;Brabant;4811;Nederland";
        let card = card("a.vcf", &vcard("2.1", lines));
        assert_eq!((of(&card, "telephone"), of(&card, "email")), ("2".into(), "h@example.org".into()));
        assert_eq!((of(&card, "address.street"), of(&card, "address.country")), ("Kade 1".into(), String::new()));
        assert_eq!(card.left_out.len(), 3, "{:?}", card.left_out);
        let pref = "FN:P\r\nTEL;PREF=2:1\r\nTEL;PREF=1:2\r\nTEL;TYPE=fax;PREF=1:3";
        assert_eq!(of(&self::card("a.vcf", &vcard("4.0", pref)), "telephone"), "2");
    }

    #[test]
    fn text_is_read_in_the_encoding_that_it_was_written_in() {
        let plain = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zo\u{eb} M\u{fc}ller\r\nEND:VCARD\r\n";
        let latin: Vec<u8> = plain.chars().map(|c| u8::try_from(c).expect("latin")).collect();
        let utf16 = [0xff, 0xfe].into_iter().chain(plain.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let mac = plain.replace("\r\n", "\r").into_bytes();
        let mut folded = plain.as_bytes().to_vec();
        let within = folded.iter().position(|byte| *byte == 0xc3).expect("two bytes") + 1;
        folded.splice(within..within, *b"\r\n ");
        let quoted = vcard("2.1", "FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Zo=EB M=\r\n=FCller");
        let bare = vcard("2.1", "FN;QUOTED-PRINTABLE:Zo=C3=AB M=C3=BCller");
        let base64 = vcard("3.0", "FN;ENCODING=b:Wm/DqyBNw7xsbGVy");
        for bytes in [latin, utf16, mac, folded, quoted, bare, base64] {
            assert_eq!(of(&card("a.vcf", &bytes), "name.full"), "Zo\u{eb} M\u{fc}ller", "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_named_and_not_written_out() {
        let card = card("a.vcf", &vcard("4.0", "FN:Anna\r\nTEL;VALUE=boolean:TRUE"));
        assert_eq!((of(&card, "telephone").as_str(), card.left_out.as_slice()), ("", &["TEL".to_owned()][..]));
    }

    #[test]
    fn nobody_is_taken_out_of_several_and_nothing_out_of_a_torn_file() {
        let two = [vcard("3.0", "FN:A"), vcard("3.0", "FN:B")].concat();
        let error = read("a.vcf", &two).expect_err("two");
        assert_eq!(error, ImportError::Several { count: 2, shown: "1 A, 2 B".into() });
        assert_eq!(one_of(read_all("a.vcf", &two).expect("two"), Some(2)).expect("the second").name(), "B");
        assert!(one_of(read_all("a.vcf", &two).expect("two"), Some(3)).is_err());
        assert_eq!(read("a.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna\r\nEMAIL:anna@exam"), Err(ImportError::Torn));
        assert_eq!(read("a.json", br#"{"@type":"Card","name":{"full":"Ann"#), Err(ImportError::Torn));
        assert_eq!(read("a.vcf", b"hello"), Err(ImportError::Unknown));
        assert_eq!(read("a.json", b"{}"), Err(ImportError::Nothing));
        let nested = "FN:Fred\r\nAGENT:\r\nBEGIN:VCARD\r\nFN:Joe\r\nTEL:1\r\nEND:VCARD\r\nEMAIL:f@example.org";
        let fred = card("a.vcf", &vcard("2.1", nested));
        assert_eq!(
            (of(&fred, "name.full"), of(&fred, "email"), of(&fred, "telephone")),
            ("Fred".into(), "f@example.org".into(), String::new())
        );
    }

    #[test]
    fn contacts_in_json_become_fields() {
        let street = r#""components":[{"kind":"name","value":"Dorpsstraat"},{"kind":"number","value":"1"},{"kind":"apartment","value":"A"}]"#;
        for (text, format, street) in [
            (
                format!(
                    r#"{{"@type":"Card","name":{{"full":"Anna"}},"addresses":{{"a":{{{street},"countryCode":"NL"}}}}}}"#
                ),
                "jscontact",
                "Dorpsstraat 1, A",
            ),
            (
                format!(
                    r#"{{"@type":"Card","name":{{"full":"Anna"}},"addresses":{{"a":{{{street},"countryCode":"US"}}}}}}"#
                ),
                "jscontact",
                "1 Dorpsstraat, A",
            ),
            (
                r#"["vcard",[["fn",{},"text","Anna"],["adr",{},"text",["","","Dorpsstraat 1","","","","NL"]]]]"#.into(),
                "jcard",
                "Dorpsstraat 1",
            ),
            (
                r#"{"items":[{"type":4,"identity":{"firstName":"Anna","address1":"Dorpsstraat 1"}}]}"#.into(),
                "bitwarden",
                "Dorpsstraat 1",
            ),
            (
                r#"{"methodResponses":[["ContactCard/get",{"list":[{"name":{"full":"Anna"}}]},"0"]]}"#.into(),
                "jscontact",
                "",
            ),
        ] {
            let card = card("a.json", text.as_bytes());
            assert_eq!(
                (card.format, of(&card, "name.full").as_str(), of(&card, "address.street").as_str()),
                (format, "Anna", street),
                "{text}"
            );
        }
    }

    #[test]
    fn tables_of_spreadsheets_and_address_books_become_fields() {
        for text in [
            "field,value\nname.full,Anna\nshoe.size,41\n",
            "field;value\nname.full;Anna\nshoe.size;41\n",
            "field,value,\nname.full,Anna,\nshoe.size,41,\n",
            "field\tvalue\r\nname.full\tAnna\r\nshoe.size\t41\r\n",
        ] {
            let card = card("a.csv", text.as_bytes());
            assert_eq!(
                (of(&card, "name.full").as_str(), card.left_out.as_slice()),
                ("Anna", &["shoe.size".to_owned()][..]),
                "{text}"
            );
        }
        let google = "First Name,Last Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Street,Address 1 - City\n\
                      Anna,Bakker,Work Fax,1,Mobile,2 ::: 3,Dorpsstraat 1,Utrecht\n";
        let outlook = "\"Voornaam\";\"Achternaam\";\"Fax op werk\";\"Mobiele telefoon\";\"Straat (huisadres)\";\"Plaats (huisadres)\";\"Plaats (werkadres)\"\r\n\
                       \"Anna\";\"Bakker\";\"1\";\"2\";\"Dorpsstraat 1\";\"Utrecht\";\"Breda\"\r\n";
        for text in [google, outlook] {
            let card = card("a.csv", text.as_bytes());
            for (field, value) in [
                ("name.full", "Anna Bakker"),
                ("telephone", "2"),
                ("address.street", "Dorpsstraat 1"),
                ("address.locality", "Utrecht"),
            ] {
                assert_eq!(of(&card, field), value, "{text}");
            }
        }
        assert!(matches!(read("a.csv", b"email\n"), Err(ImportError::Row { row: 1, .. })));
    }
}
