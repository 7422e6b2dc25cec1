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
    CARDS, Card, FileFormat, ImportError, Read, Sphere, WhyLeftOut,
    choice::{self, Address, Entry, Kind, NOT_PREFERRED},
    text,
};

/// Longest line that is read, in bytes: the longest value, encoded, with room for what is said of it.
const LINE_BYTES: usize = 64 * 1024;
/// Lines of one card; more are not looked at.
const LINES: usize = 2_000;
/// Properties that are images, sounds or keys.
const MEDIA: [&str; 4] = ["PHOTO", "LOGO", "SOUND", "KEY"];
/// Properties that say how the card itself is kept.
const BOOKKEEPING: [&str; 10] =
    ["VERSION", "BEGIN", "END", "PRODID", "REV", "UID", "KIND", "CLIENTPIDMAP", "X-ABUID", "X-ADDRESSBOOKSERVER-KIND"];

/// Reads every card of a file.
///
/// # Errors
/// Where the last card is cut short.
pub(super) fn read(bytes: &[u8]) -> Result<Read, ImportError> {
    let (plain, more) = outermost(text::lines(bytes)).ok_or(ImportError::Torn)?;
    Ok(Read { cards: plain.into_iter().filter(|one| !one.is_group).map(Plain::card).collect(), more })
}

/// A card with its lines in one form.
#[derive(Default)]
struct Plain {
    text: String,
    lines: usize,
    /// It names the members of a group, and is of nobody.
    is_group: bool,
    left: Card,
}

/// The cards that stand in no other card, and whether there are more than are read; none, where a card has no end.
fn outermost(lines: Vec<Vec<u8>>) -> Option<(Vec<Plain>, bool)> {
    let (mut depth, mut cards, mut more) = (0_usize, Vec::<Plain>::new(), false);
    for line in lines {
        let begins = is_word(&line, b"BEGIN:VCARD");
        let ends = is_word(&line, b"END:VCARD");
        depth += usize::from(begins);
        if depth == 1 && begins {
            more = cards.len() >= CARDS;
            if !more {
                cards.push(Plain::default());
            }
        }
        if depth == 1 && !more {
            cards.last_mut()?.add(&line);
        }
        depth = depth.saturating_sub(usize::from(ends));
    }
    (depth == 0).then_some((cards, more))
}

fn is_word(line: &[u8], word: &[u8]) -> bool {
    line.trim_ascii().eq_ignore_ascii_case(word)
}

impl Plain {
    /// Takes a line in, where it is one that can become a field.
    fn add(&mut self, line: &[u8]) {
        let head = line.split(|byte| matches!(byte, b':' | b';')).next().unwrap_or_default();
        let name = text::decode_as(head.get(..head.len().min(256)).unwrap_or_default(), None);
        // Apple puts a name before, which joins what belongs together.
        let name = name.rsplit('.').next().unwrap_or_default().trim().to_ascii_uppercase();
        self.lines += 1;
        if self.lines > LINES && name != "END" {
            return self.left.leave(&name, None, WhyLeftOut::TooMany);
        }
        if MEDIA.contains(&name.as_str()) {
            return self.left.leave(&name, None, WhyLeftOut::Photo { kib: inline_kib(line) });
        }
        if line.len() > LINE_BYTES {
            return self.left.leave(&name, None, WhyLeftOut::TooLong);
        }
        let line = line_of(line);
        let is_kind = matches!(name.as_str(), "KIND" | "X-ADDRESSBOOKSERVER-KIND");
        self.is_group |= is_kind && line.to_ascii_lowercase().trim_end().ends_with(":group");
        self.text.push_str(&line);
        self.text.push_str("\r\n");
    }

    fn card(self) -> Card {
        match Parser::new(&self.text).entry() {
            Parsed::VCard(card) => from_vcard(&card, self.left),
            _ => self.left,
        }
    }
}

/// How large an image is that stands in the line itself, in KiB.
fn inline_kib(line: &[u8]) -> Option<u64> {
    let value = &line[colon(line)? + 1..];
    let head = value.get(..value.len().min(8)).unwrap_or_default().to_ascii_lowercase();
    let elsewhere = head.starts_with(b"http") || head.starts_with(b"file:") || head.starts_with(b"cid:");
    // Four letters of base64 are three bytes.
    (!elsewhere && !value.is_empty()).then(|| (value.len() as u64 * 3 / 4).div_ceil(1024))
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

fn from_vcard(card: &VCard, mut left: Card) -> Card {
    let mut entries = Vec::new();
    let called = card.entries.iter().filter(|entry| entry.name == Property::Fn);
    let called: Vec<String> = called.map(|entry| components(entry, ",").join(" ")).collect();
    for entry in &card.entries {
        let name = entry.name.as_str();
        let readable = entry.values.iter().all(|value| text(value, "").is_some());
        match of(entry) {
            Some(own) if readable => entries.push(labelled(own.named(name), entry, card)),
            _ if BOOKKEEPING.iter().any(|own| own.eq_ignore_ascii_case(name)) || is_label(name) => {}
            _ => {
                let why =
                    if name.eq_ignore_ascii_case("AGENT") { WhyLeftOut::SomebodyElse } else { WhyLeftOut::NoField };
                let shown = components(entry, ", ").join(", ");
                left.leave(name, (why == WhyLeftOut::NoField).then_some(&shown), why);
            }
        }
        besides(entry, &called, &mut left);
        if entry.name == Property::N {
            let prefix = components(entry, " ").into_iter().nth(3).unwrap_or_default();
            entries.push(Entry::one(Kind::Prefix, "name.prefix", &prefix).named("N"));
            if called.is_empty() {
                entries.push(full_of(entry));
            }
        }
    }
    choice::card(FileFormat::Vcard, entries, left)
}

/// With what the card calls it: a label of Apple's that stands beside it, or a type of the person's own.
fn labelled(own: Entry, entry: &VCardEntry, card: &VCard) -> Entry {
    let beside = |other: &&VCardEntry| {
        entry.group.is_some() && other.group == entry.group && other.name.as_str().eq_ignore_ascii_case("X-ABLABEL")
    };
    let apple = card.entries.iter().find(beside).map(|label| components(label, " ").join(" "));
    // Those that Apple knows stand in marks: _$!<Work>!$_
    let apple = apple.map(|label| label.trim_start_matches("_$!<").trim_end_matches(">!$_").to_owned());
    let label = apple.or_else(|| types(entry).find(|name| !is_usual(name))).filter(|label| !label.trim().is_empty());
    let called = |sphere: Sphere| if sphere == Sphere::Unsaid { Sphere::named(label.as_deref()?) } else { None };
    let sphere = called(own.sphere).unwrap_or(own.sphere);
    // A word that says where it belongs is no name of the person's own.
    Entry { sphere, label: label.filter(|label| Sphere::named(label).is_none()), ..own }
}

/// Types that say what a value is for technically, and not whose or where.
fn is_usual(name: &str) -> bool {
    const USUAL: [&str; 21] = [
        "home", "work", "pref", "voice", "cell", "mobile", "iphone", "main", "internet", "other", "fax", "pager",
        "dom", "intl", "postal", "parcel", "msg", "text", "video", "x400", "delivery",
    ];
    USUAL.iter().any(|usual| usual.eq_ignore_ascii_case(name))
}

/// The types of an entry, as they are written.
fn types(entry: &VCardEntry) -> impl Iterator<Item = String> {
    entry.params.iter().filter_map(|param| match (&param.name, &param.value) {
        (Name::Type, Given::Type(own)) => Some(own.as_str().to_owned()),
        (Name::Type, Given::Text(text)) => Some(text.clone()),
        (Name::Other(name), Given::Null) => Some(name.clone()),
        _ => None,
    })
}

/// Apple's names for what stands beside them, which are no values of the person.
fn is_label(name: &str) -> bool {
    ["X-ABLABEL", "X-ABADR", "X-ABSHOWAS", "X-ABORDER"].iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// What an entry has beyond what is taken of it.
fn besides(entry: &VCardEntry, called: &[String], left: &mut Card) {
    let parts = components(entry, " ");
    match entry.name {
        Property::Adr => {
            if let Some(label) = param(entry, &Name::Label) {
                left.leave("LABEL", Some(&label), WhyLeftOut::InOneText);
            }
        }
        // Further given names and what stands behind them, where the whole name has them not.
        Property::N => {
            let lost = |part: &&String| !part.is_empty() && !called.iter().any(|full| full.contains(part.as_str()));
            for part in [parts.get(2).filter(|_| !called.is_empty()), parts.get(4)].into_iter().flatten().filter(lost) {
                left.leave("N", Some(part), WhyLeftOut::NoField);
            }
        }
        Property::Org => {
            for unit in parts.iter().skip(1).filter(|unit| !unit.is_empty()) {
                left.leave("ORG", Some(unit), WhyLeftOut::NoField);
            }
        }
        _ => {}
    }
}

/// The name of somebody of whom only its parts are given.
fn full_of(entry: &VCardEntry) -> Entry {
    let parts = components(entry, " ");
    let part = |at: usize| parts.get(at).map(String::as_str).unwrap_or_default();
    Entry {
        language: language(entry),
        ..Entry::one(Kind::FullName, "name.full", &[part(1), part(2), part(0)].join(" ")).named("N")
    }
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
            Entry { unfit: Some(WhyLeftOut::WithoutYear), ..Entry::one(Kind::Birth, "birthDate", &whole()) }
        }
        Property::Bday => Entry::birth(&whole()),
        Property::Gender => Entry::gender(&whole()),
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
    let unfit = (has(entry, Type::Fax) || has(entry, Type::Pager)).then_some(WhyLeftOut::Fax);
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
        VCardValue::Sex(sex) => Some(sex.as_str().to_owned()),
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
        // Every address of vCard 2.1 is one for parcels, where it says nothing; so that alone says where they go only in an address.
        _ if entry.name == Property::Adr => types(entry).find_map(|name| Sphere::named(&name)).unwrap_or_default(),
        _ => Sphere::Unsaid,
    }
}

fn language(entry: &VCardEntry) -> Option<String> {
    param(entry, &Name::Language).map(|tag| tag.to_ascii_lowercase())
}
