//! Organisations that hold a person's data, as the person's own files tell of them.
//!
//! In: bytes of files that other programs wrote, a list of organisations. Out: whom the person has to do with, and how that is
//! known; never a password, and of payments no single amount. Nothing here has a clock, a store or a network: bytes go
//! in, findings come out. A file a format: `json` (with `bitwarden`), `keepass` and `logins` read logins; `camt`, `mt940` and
//! `banks` payments, as `statement` has them; `directory` lists of organisations. `xml` and `rows` are what several of them stand on. `domain` and
//! `name` say when two texts mean one organisation, `rhythm` what is paid again and again, `gather` puts together what is of one,
//! `matching` knows it among others.

mod banks;
mod bitwarden;
mod camt;
mod directory;
mod domain;
mod fault;
mod gather;
mod json;
mod keepass;
pub mod limits;
mod logins;
mod matching;
mod mt940;
mod name;
mod payment;
mod rhythm;
mod rows;
mod statement;
mod xml;

pub(crate) use directory::is_language;
pub use directory::{DirectoryEntry, ENTRIES, EntryKind, RefusedEntry, Slug, Transport, read as read_directory};
pub use domain::{BadDomain, Domain};
pub use fault::FindError;
pub use gather::Finding;
pub use matching::{By, Marks, Matcher};
pub use name::plain as plain_name;
pub use payment::{BadCreditor, CreditorId, Recurring, Rhythm};
use regie_protocol::text::disguises;
use statement::Payment;
use zeroize::Zeroizing;

use crate::import::text;

/// Longest name of an organisation, in bytes.
pub const NAME_BYTES: usize = 256;
/// Longest postal address, in bytes.
pub const ADDRESS_BYTES: usize = 1024;
/// Longest e-mail address, web address or telephone number, in bytes.
pub const CONTACT_BYTES: usize = 1024;
/// Longest user name that is kept as a hint, in bytes.
pub const LOGIN_BYTES: usize = 254;
/// Longest mandate of a direct debit, in bytes (SEPA has 35 characters).
pub const MANDATE_BYTES: usize = 140;

/// How far into a zip file the name of a part of a workbook is looked for, in bytes.
const WORKBOOK_BYTES: usize = 64 * 1024;

/// A login of the person, without what it is done with.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Login {
    domain: Domain,
    title: Option<String>,
    user: Option<String>,
    /// Is the domain a guess, by the name of an app?
    guess: bool,
}

impl Login {
    /// A login at an address; none where that leads to nobody on the internet.
    fn of(address: &str, title: &str, user: &str) -> Option<Self> {
        let (domain, guess) = match Domain::of(address) {
            Some(domain) => (domain, false),
            None => (Domain::of_app(address)?, true),
        };
        Some(Self { domain, title: line(title, NAME_BYTES), user: line(user, LOGIN_BYTES), guess })
    }
}

/// What one file holds, until it is gathered with the others: a year of statements alone shows no yearly payment.
#[derive(Debug)]
pub struct Contents {
    /// Of which kind it is: `bitwarden`, `cxf`, `keepass`, `logins`, `camt`, `mt940` or `statement`.
    pub kind: &'static str,
    logins: Vec<Login>,
    payments: Vec<Payment>,
}

impl Contents {
    /// How many logins and how many payments it holds.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.logins.len(), self.payments.len())
    }
}

/// Reads a file of any kind that is known, by what it holds. The bytes are wiped.
///
/// # Errors
/// What it is instead, or what it would cost.
pub fn read(bytes: Zeroizing<Vec<u8>>, password: Option<&str>) -> Result<Contents, FindError> {
    if bytes.len() > limits::FILE_MIB as usize * 1024 * 1024 {
        return Err(FindError::TooLarge(limits::FILE_MIB));
    }
    if bytes.starts_with(&keepass::MAGIC) {
        return keepass::read(&bytes, password).map(|logins| Contents {
            kind: "keepass",
            logins,
            payments: Vec::new(),
        });
    }
    // A workbook is a zip file as well.
    let workbook = bytes.starts_with(b"PK\x03\x04") && bytes.windows(3).take(WORKBOOK_BYTES).any(|part| part == b"xl/");
    if workbook || [&b"%PDF-"[..], b"\xd0\xcf\x11\xe0"].iter().any(|magic| bytes.starts_with(magic)) {
        return Err(FindError::ForPeople);
    }
    if [&b"PK\x03\x04"[..], b"\x1f\x8b", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ"]
        .iter()
        .any(|magic| bytes.starts_with(magic))
    {
        return Err(FindError::Packed);
    }
    let text = Zeroizing::new(text::decode(&bytes));
    drop(bytes);
    if text.contains('\0') {
        return Err(FindError::NotText);
    }
    of_text(&text, password)
}

fn of_text(text: &str, password: Option<&str>) -> Result<Contents, FindError> {
    let begin = text.trim_start();
    let of_payments = |kind, payments| Contents { kind, logins: Vec::new(), payments };
    if begin.starts_with('{') && !begin.starts_with("{1:") {
        let (kind, logins) = json::read(begin, password)?;
        return Ok(Contents { kind, logins, payments: Vec::new() });
    }
    if begin.starts_with('<') {
        return camt::read(begin).map(|payments| of_payments("camt", payments));
    }
    if begin.starts_with("{1:")
        || text.lines().take(100).any(|line| line.starts_with(":61:") || line.starts_with(":60F:"))
    {
        return mt940::read(text).map(|payments| of_payments("mt940", payments));
    }
    if let Some(logins) = logins::read(begin) {
        return Ok(Contents { kind: "logins", logins, payments: Vec::new() });
    }
    banks::read(begin).map(|payments| of_payments("statement", payments))
}

/// The organisations that several files tell of.
#[must_use]
pub fn gather(files: Vec<Contents>) -> Vec<Finding> {
    let (mut logins, mut payments) = (Vec::new(), Vec::new());
    for file in files {
        logins.extend(file.logins);
        payments.extend(file.payments);
    }
    gather::gather(&logins, &rhythm::recurring(payments))
}

/// Text of one line as it may be kept: without what disguises, white space joined, cut at a whole character where it is
/// longer than `bytes`. None where nothing remains.
#[must_use]
pub fn line(text: &str, bytes: usize) -> Option<String> {
    let clean: String = text.chars().filter_map(seen).collect();
    let joined = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = joined.floor_char_boundary(bytes);
    Some(joined[..cut].trim_end().to_owned()).filter(|text| !text.is_empty())
}

/// A character as it is seen: what parts words is a space, and what shows nothing or disguises others is left out.
fn seen(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() || c.is_control() => Some(' '),
        c if disguises(c) => None,
        c => Some(c),
    }
}

/// Text of several lines, likewise.
#[must_use]
pub fn lines(text: &str, bytes: usize) -> Option<String> {
    let kept: Vec<String> = text.lines().filter_map(|one| line(one, bytes)).collect();
    let joined = kept.join("\n");
    Some(joined[..joined.floor_char_boundary(bytes)].trim_end().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use regie_protocol::text::{plain_line, plain_lines};

    use super::*;

    #[test]
    fn text_is_cut_at_a_whole_character_and_holds_no_control() {
        assert_eq!(line(" a\tb\u{0}  c ", 64).as_deref(), Some("a b c"));
        assert_eq!(line("ééé", 3).as_deref(), Some("é"));
        assert_eq!(line("\r\n", 64), None);
        assert_eq!(lines("Kade 1\r\n\r\n1011 AA  Amsterdam\n", 64).as_deref(), Some("Kade 1\n1011 AA Amsterdam"));
        assert_eq!(lines("Kade 1\n1011", 7).as_deref(), Some("Kade 1"));
    }

    #[test]
    fn what_disguises_text_is_in_no_text_that_is_kept() {
        for hidden in
            ['\u{200b}', '\u{202e}', '\u{ad}', '\u{2028}', '\u{feff}', '\u{2800}', '\u{e0041}', '\u{e000}', '\u{7}']
        {
            let text = format!("Volt{hidden}Energie");
            let kept = line(&text, 64).expect("a text");
            assert!(plain_line(&kept, 64), "U+{:04X} in {kept:?}", u32::from(hidden));
            let kept = lines(&format!("{text}\n{text}"), 64).expect("a text");
            assert!(plain_lines(&kept, 64), "U+{:04X} in {kept:?}", u32::from(hidden));
            let compared = plain_name(&text).replace(' ', "");
            assert_eq!(compared, "voltenergie", "U+{:04X}", u32::from(hidden));
        }
        assert_eq!(line("\u{200b}\u{202e}", 64), None, "nothing of it is seen");
    }

    /// Beginnings that lead to each reader.
    const BEGINNINGS: [&[u8]; 9] = [
        b"",
        b"{\"items\":[{\"login\":{\"uris\":[{\"uri\":\"",
        b"{\"encrypted\":true,\"passwordProtected\":true,\"kdfType\":0,\"salt\":\"",
        b"<Document><BkToCstmrStmt><Stmt><Ntry><Amt Ccy=\"EUR\">",
        b":20:x\n:60F:C240304EUR1,00\n:61:2403050305D37,50NDDT\n:86:/CSID/",
        b":61:2403050305D37,50NDDT\n:86:005?20",
        b"url,username,password\n",
        b"Datum;Naam / Omschrijving;Tegenrekening;Af Bij;Bedrag (EUR);Mededelingen\n20240305;",
        b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\x01\x00\x04\x00",
    ];

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            kind in 0..BEGINNINGS.len(),
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..512),
        ) {
            let whole = [BEGINNINGS[kind], &bytes].concat();
            if let Ok(contents) = read(Zeroizing::new(whole), Some("x")) {
                let _ = gather(vec![contents]);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(kind in 0..BEGINNINGS.len() - 1, text in "[ -~\n\t\u{e9}\u{20ac};,:/?+-]{0,400}") {
            let whole = [BEGINNINGS[kind], text.as_bytes()].concat();
            if let Ok(contents) = read(Zeroizing::new(whole), Some("x")) {
                for finding in gather(vec![contents]) {
                    proptest::prop_assert!(!finding.name.is_empty() && finding.name.len() <= NAME_BYTES);
                    proptest::prop_assert!(finding.logins.len() <= limits::USERS);
                }
            }
        }
    }
}
