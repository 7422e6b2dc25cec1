//! Tables (RFC 4180 and what spreadsheets make of it). In: text, with commas, semicolons or tabs between cells. Out: cards:
//! one of a table of field and value, one for each row of a table with the columns of Google, Outlook or Apple.

use csv::StringRecord;
use regie_protocol::{FieldPath, Selector, Value};

use super::{
    Alternative, Alternatives, CARDS, Card, FileFormat, ImportError, Read, Sphere, WhyLeftOut,
    choice::{self, Address, Entry, Kind},
    columns::{Column, Part},
    text,
};

/// Between several values in one cell of Google's.
const SEVERAL: &str = " ::: ";
/// Most cells of a row; the widest export of an address book has some hundred.
const CELLS: usize = 1_000;
/// Columns that say how a contact is kept.
const BOOKKEEPING: [&str; 4] = ["labels", "group membership", "file as", "entry_id"];

/// Reads a table.
///
/// # Errors
/// Where a row is neither a field and its value nor under columns that are known, or the table is cut short.
pub(super) fn read(whole: &str) -> Result<Read, ImportError> {
    let delimiter = text::delimiter(whole);
    let table = &whole[whole.find(text::first_line(whole)).unwrap_or_default()..];
    if ends_within(table, delimiter) {
        return Err(ImportError::Torn);
    }
    let mut rows =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(table.as_bytes());
    let (mut all, mut more) = (Vec::<StringRecord>::new(), false);
    for (number, row) in (1..).zip(rows.records()) {
        // One for the heads.
        more = all.len() > CARDS;
        if more {
            break;
        }
        let row = row.map_err(|_| ImportError::Row(number, 0))?;
        if row.len() > CELLS {
            return Err(ImportError::Row(number, row.len() as u64));
        }
        all.push(row);
    }
    let columns: Vec<Option<Column>> = all.first().map(|row| row.iter().map(Column::of).collect()).unwrap_or_default();
    if columns.iter().flatten().count() < 2 {
        return fields(&all).map(|card| Read { cards: vec![card], more });
    }
    let is_short = |row: &StringRecord| row.len() < columns.len();
    if !more && all.len() > 1 && !table.ends_with(['\n', '\r']) && all.last().is_some_and(is_short) {
        return Err(ImportError::Torn);
    }
    Ok(Read { cards: all.iter().skip(1).map(|row| contact(&all[0], &columns, row)).collect(), more })
}

/// Does it end within quotes? A reader of tables takes the rest of the file for one cell then.
fn ends_within(table: &str, delimiter: u8) -> bool {
    let (mut within, mut begins) = (false, true);
    for byte in table.bytes() {
        // Two quotes within quotes are one: out, and in again.
        within = if byte == b'"' { begins && !within } else { within };
        begins = byte == delimiter || byte == b'\n' || byte == b'\r' || (byte == b'"' && !within);
    }
    within
}

/// Rows of a field and its value; a first row `field,value` is skipped.
fn fields(rows: &[StringRecord]) -> Result<Card, ImportError> {
    let mut card = Card::of(FileFormat::Csv);
    for (number, row) in (1_u64..).zip(rows) {
        let cells = row.iter().collect::<Vec<_>>();
        let used = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        let (field, value) = match &cells[..used] {
            [] => continue,
            // A field without a value, where the row has a cell for one.
            [_] if cells.len() > 1 => continue,
            [field, value] => (field.trim(), value.trim()),
            _ => return Err(ImportError::Row(number, cells.len() as u64)),
        };
        if number == 1 && ["field", "veld", "gegeven"].contains(&field.to_lowercase().as_str()) {
            continue;
        }
        of_row(&mut card, field, value);
    }
    Ok(card)
}

/// One row: of a field that stands there twice the last one counts.
fn of_row(card: &mut Card, name: &str, text: &str) {
    let Ok(field) = name.parse::<FieldPath>() else { return card.leave(name, Some(text), WhyLeftOut::NoField) };
    let value = match choice::plain(text).parse::<Value>() {
        _ if text.contains('\u{fffd}') => return card.leave(name, Some(text), WhyLeftOut::Garbled),
        Ok(value) => value,
        Err(_) => return card.leave(name, Some(text), WhyLeftOut::TooLong),
    };
    let of = Selector::Field(field);
    if let Some(at) = card.alternatives.iter().position(|alternatives| alternatives.of == of) {
        let before = card.alternatives.remove(at);
        let before =
            before.all.first().and_then(|alternative| alternative.values.first()).map(|(_, value)| value.clone());
        card.leave(name, before.as_ref().map(Value::as_str), WhyLeftOut::StandsAgain);
    }
    let alternative = Alternative { values: vec![(field, value)], sphere: Sphere::Unsaid, label: None };
    card.alternatives.push(Alternatives { of, all: vec![alternative] });
}

/// One contact: a row under columns that are known.
fn contact(heads: &StringRecord, columns: &[Option<Column>], row: &StringRecord) -> Card {
    let (mut entries, mut left) = (Vec::new(), Card::of(FileFormat::Csv));
    let mut groups: Vec<&str> = Vec::new();
    for (index, value) in row.iter().enumerate().filter(|(_, value)| !value.trim().is_empty()) {
        let head = heads.get(index).unwrap_or_default();
        match columns.get(index).and_then(Option::as_ref) {
            Some(column) if !groups.contains(&column.group.as_str()) => groups.push(&column.group),
            Some(_) => {}
            None if BOOKKEEPING.contains(&head.trim().to_lowercase().as_str()) => {}
            None if head.trim().eq_ignore_ascii_case("photo") => {
                left.leave(head, None, WhyLeftOut::Photo { kib: None })
            }
            None => left.leave(head, Some(value), WhyLeftOut::NoField),
        }
        if let Some((_, others)) = value.split_once(SEVERAL) {
            left.leave(head, Some(others), WhyLeftOut::MoreInCell);
        }
    }
    for group in groups {
        let head = |kind: Kind| {
            let is_it =
                |column: &Option<Column>| column.as_ref().is_some_and(|own| own.group == group && own.part.is_of(kind));
            columns.iter().position(is_it).and_then(|index| heads.get(index))
        };
        entries.extend(values_of(group, columns, row).into_iter().map(|entry| match head(entry.kind) {
            Some(head) => entry.named(head),
            None => entry,
        }));
    }
    choice::card(FileFormat::Csv, entries, left)
}

fn values_of(group: &str, columns: &[Option<Column>], row: &StringRecord) -> Vec<Entry> {
    let own = || columns.iter().zip(row).filter_map(|(column, value)| Some((column.as_ref()?, value.trim())));
    let own = || own().filter(|(column, value)| column.group == group && !value.is_empty());
    let get = |part: Part| {
        let found = own().find(|(column, _)| column.part == part).map(|(_, value)| value).unwrap_or_default();
        found.split(SEVERAL).next().unwrap_or_default().trim().to_owned()
    };
    // Google marks the one that counts by a star.
    let called = get(Part::Label).trim_start_matches('*').trim().to_owned();
    let lower = called.to_lowercase();
    let said = own().map(|(column, _)| column.sphere).next().unwrap_or_default();
    let sphere = match () {
        () if lower.contains("home") || lower.contains("thuis") => Sphere::Home,
        () if lower.contains("work") || lower.contains("werk") => Sphere::Work,
        () => Sphere::named(&lower).unwrap_or(said),
    };
    let label = (!called.is_empty() && sphere == Sphere::Unsaid).then_some(called);
    let fax = lower.contains("fax") || lower.contains("pager") || own().any(|(column, _)| column.fax);
    let (given, family, full) = (get(Part::Given), get(Part::Family), get(Part::FullName));
    let full = if full.is_empty() { format!("{given} {} {family}", get(Part::Middle)) } else { full };
    let mut made = vec![
        Entry::one(Kind::FullName, "name.full", &full),
        Entry::new(Kind::Name, vec![("name.family", family), ("name.given", given)]),
        Entry::one(Kind::Prefix, "name.prefix", &get(Part::Prefix)),
        Entry { sphere, label: label.clone(), ..address(&get) },
        Entry { sphere, label: label.clone(), ..Entry::one(Kind::Email, "email", &get(Part::Email)) },
        Entry {
            sphere,
            label,
            unfit: fax.then_some(WhyLeftOut::Fax),
            ..Entry::one(Kind::Telephone, "telephone", &get(Part::Phone))
        },
        Entry::one(Kind::Organization, "employment.organization", &get(Part::Organization)),
        Entry::one(Kind::JobTitle, "employment.jobTitle", &get(Part::JobTitle)),
        Entry::one(Kind::Url, "url", &get(Part::Url)),
    ];
    let birth = get(Part::Birth);
    // What Outlook writes where there is none.
    if !birth.is_empty() && birth != "0/0/00" && birth != "0-0-00" {
        made.push(Entry::birth(&birth));
    }
    made.extend(birth_in_parts(get(Part::BirthYear), get(Part::BirthMonth), get(Part::BirthDay)));
    let gender = get(Part::Gender);
    // And what it writes where nobody said.
    if !gender.is_empty() && !["unspecified", "niet opgegeven"].contains(&gender.to_lowercase().as_str()) {
        made.push(Entry::gender(&gender));
    }
    made
}

fn address(get: &impl Fn(Part) -> String) -> Entry {
    let entry = Address {
        post_box: get(Part::PostBox),
        extension: get(Part::Extension),
        street: get(Part::Street),
        locality: get(Part::Locality),
        region: get(Part::Region),
        postal_code: get(Part::PostalCode),
        country: get(Part::Country),
    }
    .entry();
    match get(Part::Formatted) {
        formatted if entry.parts.is_empty() && !formatted.is_empty() => {
            Entry { unfit: Some(WhyLeftOut::InOneText), ..Entry::one(Kind::Address, "address.street", &formatted) }
        }
        _ => entry,
    }
}

/// A day in three columns, as Thunderbird has it.
fn birth_in_parts(year: String, month: String, day: String) -> Option<Entry> {
    if [&year, &month, &day].iter().all(|part| part.is_empty()) {
        return None;
    }
    let whole = format!("{year:0>4}-{month:0>2}-{day:0>2}");
    Some(match year.is_empty() {
        true => Entry {
            unfit: Some(WhyLeftOut::WithoutYear),
            ..Entry::one(Kind::Birth, "birthDate", &format!("{month}-{day}"))
        },
        false => Entry::birth(&whole),
    })
}
