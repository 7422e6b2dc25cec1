//! Tables (RFC 4180 and what spreadsheets make of it). In: text, with commas, semicolons or tabs between cells. Out: cards:
//! one of a table of field and value, one for each row of a table with the columns of Google, Outlook or Apple.

use std::collections::BTreeSet;

use csv::StringRecord;
use regie_protocol::FieldPath;

use super::{
    CARDS, Card, ImportError,
    choice::{self, Address, Entry, Kind, Sphere},
};

/// Between several values in one cell of Google's.
const SEVERAL: &str = " ::: ";

/// Reads a table.
///
/// # Errors
/// Where a row is neither a field and its value nor under columns that are known.
pub(super) fn read(text: &str) -> Result<Vec<Card>, ImportError> {
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(super::text::delimiter(text))
        .from_reader(text.as_bytes());
    let mut all = Vec::new();
    for (number, row) in (1..).zip(rows.records().take(CARDS)) {
        all.push(row.map_err(|error| bad(number, &error.to_string()))?);
    }
    let columns: Vec<Option<Column>> = all.first().map(|row| row.iter().map(Column::of).collect()).unwrap_or_default();
    if columns.iter().flatten().count() >= 2 {
        return Ok(all.iter().skip(1).map(|row| contact(&all[0], &columns, row)).collect());
    }
    fields(&all).map(|card| vec![card])
}

fn bad(row: usize, why: &str) -> ImportError {
    ImportError::Row { row, why: why.to_owned() }
}

/// Rows of a field and its value; a first row `field,value` is skipped.
fn fields(rows: &[StringRecord]) -> Result<Card, ImportError> {
    let mut card = Card { format: "csv", ..Card::default() };
    for (number, row) in (1..).zip(rows) {
        let cells = row.iter().collect::<Vec<_>>();
        let used = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        let (field, value) = match &cells[..used] {
            [] => continue,
            // A field without a value, where the row has a cell for one.
            [_] if cells.len() > 1 => continue,
            [field, value] => (field.trim(), value.trim()),
            _ => return Err(bad(number, &format!("it has {} cells", cells.len()))),
        };
        if number == 1 && field.eq_ignore_ascii_case("field") {
            continue;
        }
        match field.parse::<FieldPath>() {
            Ok(field) => card.values.push((field.to_string(), value.to_owned())),
            Err(_) => card.left_out.push(field.chars().take(64).collect()),
        }
    }
    Ok(card)
}

/// What a column of an address book holds.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    part: Part,
    /// Columns of one group belong to one value: `Address 1`, or the address of home.
    group: String,
    sphere: Sphere,
    fax: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    FullName,
    Given,
    Family,
    Email,
    Phone,
    Label,
    Street,
    Extension,
    PostBox,
    Locality,
    Region,
    PostalCode,
    Country,
    Organization,
    JobTitle,
    Birth,
    Url,
}

/// The columns of address books in English and Dutch, in small letters, without the word for whose it is.
const COLUMNS: &[(&str, Part)] = &[
    ("name", Part::FullName),
    ("full name", Part::FullName),
    ("display name", Part::FullName),
    ("naam", Part::FullName),
    ("volledige naam", Part::FullName),
    ("first name", Part::Given),
    ("given name", Part::Given),
    ("voornaam", Part::Given),
    ("last name", Part::Family),
    ("family name", Part::Family),
    ("achternaam", Part::Family),
    ("e-mail", Part::Email),
    ("email", Part::Email),
    ("e-mail address", Part::Email),
    ("email address", Part::Email),
    ("primary email", Part::Email),
    ("secondary email", Part::Email),
    ("e-mailadres", Part::Email),
    ("phone", Part::Phone),
    ("telephone", Part::Phone),
    ("telefoon", Part::Phone),
    ("mobile", Part::Phone),
    ("mobile phone", Part::Phone),
    ("mobile number", Part::Phone),
    ("primary phone", Part::Phone),
    ("mobiele telefoon", Part::Phone),
    ("mobiel", Part::Phone),
    ("fax", Part::Phone),
    ("fax number", Part::Phone),
    ("pager", Part::Phone),
    ("street", Part::Street),
    ("address", Part::Street),
    ("straat", Part::Street),
    ("adres", Part::Street),
    ("extended address", Part::Extension),
    ("street 2", Part::Extension),
    ("address 2", Part::Extension),
    ("po box", Part::PostBox),
    ("address po box", Part::PostBox),
    ("postbus", Part::PostBox),
    ("city", Part::Locality),
    ("plaats", Part::Locality),
    ("woonplaats", Part::Locality),
    ("region", Part::Region),
    ("state", Part::Region),
    ("provincie", Part::Region),
    ("postal code", Part::PostalCode),
    ("zip code", Part::PostalCode),
    ("zipcode", Part::PostalCode),
    ("zip", Part::PostalCode),
    ("postcode", Part::PostalCode),
    ("country", Part::Country),
    ("country/region", Part::Country),
    ("land", Part::Country),
    ("land/regio", Part::Country),
    ("organization name", Part::Organization),
    ("organization", Part::Organization),
    ("company", Part::Organization),
    ("bedrijf", Part::Organization),
    ("organization title", Part::JobTitle),
    ("job title", Part::JobTitle),
    ("functie", Part::JobTitle),
    ("birthday", Part::Birth),
    ("verjaardag", Part::Birth),
    ("geboortedatum", Part::Birth),
    ("web page", Part::Url),
    ("website", Part::Url),
    ("webpagina", Part::Url),
];

/// Words that say whose a value is, as they begin or end the name of a column.
const SPHERES: &[(&str, Sphere)] = &[
    ("home ", Sphere::Home),
    ("personal ", Sphere::Home),
    (" (home)", Sphere::Home),
    (" (huisadres)", Sphere::Home),
    (" thuis", Sphere::Home),
    (" privé", Sphere::Home),
    ("business ", Sphere::Work),
    ("work ", Sphere::Work),
    ("company main ", Sphere::Work),
    (" (business)", Sphere::Work),
    (" (werkadres)", Sphere::Work),
    (" op werk", Sphere::Work),
    (" werk", Sphere::Work),
    ("other ", Sphere::Unsaid),
    (" (other)", Sphere::Unsaid),
    (" (overig adres)", Sphere::Unsaid),
];

impl Column {
    fn of(head: &str) -> Option<Self> {
        let name = head.trim().to_lowercase();
        // Google: `Address 1 - Postal Code`, `Phone 2 - Value`, `Organization 1 - Name`.
        if let Some((group, part)) = name.split_once(" - ") {
            return Self::of_google(group, part);
        }
        let (mut bare, mut sphere) = (name.as_str(), Sphere::Unsaid);
        for (word, own) in SPHERES {
            let rest = if word.starts_with(' ') { bare.strip_suffix(word) } else { bare.strip_prefix(word) };
            if let Some(rest) = rest {
                (bare, sphere) = (rest, *own);
                break;
            }
        }
        let fax = bare.contains("fax") || bare.contains("pager");
        let (bare, number) = numbered(bare);
        let part = if fax { Part::Phone } else { COLUMNS.iter().find(|(own, _)| *own == bare)?.1 };
        let alone = matches!(part, Part::Email | Part::Phone | Part::Url);
        let group = if alone { name.clone() } else { format!("{sphere:?} {number}") };
        Some(Self { part, group, sphere, fax })
    }

    fn of_google(group: &str, part: &str) -> Option<Self> {
        let (kind, _) = numbered(group);
        let part = match (kind, part) {
            (_, "label" | "type") => Part::Label,
            ("e-mail", "value") => Part::Email,
            ("phone", "value") => Part::Phone,
            ("website", "value") => Part::Url,
            ("organization", "name") => Part::Organization,
            ("organization", "title") => Part::JobTitle,
            ("address", part) => COLUMNS.iter().find(|(own, _)| *own == part)?.1,
            _ => return None,
        };
        Some(Self { part, group: group.to_owned(), sphere: Sphere::Unsaid, fax: false })
    }
}

/// The name of a column without the number at its end.
fn numbered(name: &str) -> (&str, &str) {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    if matches!(name, "street 2" | "address 2") { (name, "") } else { (bare, name[bare.len()..].trim()) }
}

/// One contact: a row under columns that are known.
fn contact(heads: &StringRecord, columns: &[Option<Column>], row: &StringRecord) -> Card {
    let (mut entries, mut left_out) = (Vec::new(), BTreeSet::new());
    let mut groups: Vec<&str> = Vec::new();
    for (index, value) in row.iter().enumerate().filter(|(_, value)| !value.trim().is_empty()) {
        match columns.get(index).and_then(Option::as_ref) {
            Some(column) if !groups.contains(&column.group.as_str()) => groups.push(&column.group),
            Some(_) => {}
            None => _ = left_out.insert(heads.get(index).unwrap_or("a cell without a name").chars().take(64).collect()),
        }
        if value.contains(SEVERAL) {
            left_out.insert(format!("{} (the first of several counts)", heads.get(index).unwrap_or_default()));
        }
    }
    for group in groups {
        entries.extend(values_of(group, columns, row));
    }
    choice::card("csv", entries, left_out.into_iter().collect())
}

fn values_of(group: &str, columns: &[Option<Column>], row: &StringRecord) -> Vec<Entry> {
    let own = || columns.iter().zip(row).filter_map(|(column, value)| Some((column.as_ref()?, value.trim())));
    let own = || own().filter(|(column, value)| column.group == group && !value.is_empty());
    let get = |part: Part| {
        let found = own().find(|(column, _)| column.part == part).map(|(_, value)| value).unwrap_or_default();
        found.split(SEVERAL).next().unwrap_or_default().trim().to_owned()
    };
    let label = get(Part::Label).to_lowercase();
    let said = own().map(|(column, _)| column.sphere).next().unwrap_or_default();
    let sphere = match () {
        () if label.contains("home") || label.contains("thuis") => Sphere::Home,
        () if label.contains("work") || label.contains("werk") => Sphere::Work,
        () => said,
    };
    let fax = label.contains("fax") || label.contains("pager") || own().any(|(column, _)| column.fax);
    let (given, family, full) = (get(Part::Given), get(Part::Family), get(Part::FullName));
    let full = if full.is_empty() { format!("{given} {family}") } else { full };
    let address = Address {
        post_box: get(Part::PostBox),
        extension: get(Part::Extension),
        street: get(Part::Street),
        locality: get(Part::Locality),
        region: get(Part::Region),
        postal_code: get(Part::PostalCode),
        country: get(Part::Country),
    };
    let mut made = vec![
        Entry::one(Kind::FullName, "name.full", &full),
        Entry::new(Kind::Name, vec![("name.family", family), ("name.given", given)]),
        Entry { sphere, ..address.entry() },
        Entry { sphere, ..Entry::one(Kind::Email, "email", &get(Part::Email)) },
        Entry {
            sphere,
            unfit: fax.then_some("a fax or pager"),
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
    made
}
