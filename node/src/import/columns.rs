//! The columns of address books. In: the head of one. Out: what stands below it.

use super::{Sphere, choice::Kind};

/// What a column of an address book holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) part: Part,
    /// Columns of one group belong to one value: `Address 1`, or the address of home.
    pub(super) group: String,
    pub(super) sphere: Sphere,
    pub(super) fax: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    FullName,
    Prefix,
    Given,
    Middle,
    Family,
    Email,
    Phone,
    Label,
    /// The whole address in one cell.
    Formatted,
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
    BirthYear,
    BirthMonth,
    BirthDay,
    Gender,
    Url,
}

impl Part {
    /// Is it what such a value is called by?
    pub(super) fn is_of(self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Self::Email, Kind::Email)
                | (Self::Phone, Kind::Telephone)
                | (Self::Birth | Self::BirthDay, Kind::Birth)
                | (Self::Street | Self::Formatted, Kind::Address)
                | (Self::FullName | Self::Given, Kind::FullName)
                | (Self::Gender, Kind::Gender)
                | (Self::Url, Kind::Url)
        )
    }
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
    ("name prefix", Part::Prefix),
    ("middle name", Part::Middle),
    ("additional name", Part::Middle),
    ("middelste naam", Part::Middle),
    ("tweede voornaam", Part::Middle),
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
    ("formatted", Part::Formatted),
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
    ("birth year", Part::BirthYear),
    ("birth month", Part::BirthMonth),
    ("birth day", Part::BirthDay),
    ("gender", Part::Gender),
    ("geslacht", Part::Gender),
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
    /// What a head says; nothing, where it is none that is known.
    pub(super) fn of(head: &str) -> Option<Self> {
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
        // `E-mail 2 Address`.
        let bare: String = match bare.strip_prefix("e-mail ").and_then(|rest| rest.strip_suffix(" address")) {
            Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => "e-mail address".to_owned(),
            _ => bare.to_owned(),
        };
        let fax = bare.contains("fax") || bare.contains("pager");
        let (bare, number) = numbered(&bare);
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
