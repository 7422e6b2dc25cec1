//! Numbers with a check in them: bank accounts, banks, persons, connections. In: text with or without spaces. Out: the
//! number without them, its check looked at.

use super::kind::{Country, Unfit};

/// How long an IBAN is, by country: the registry of SWIFT, release 99.
#[rustfmt::skip]
const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("AD", 24), ("AE", 23), ("AL", 28), ("AT", 20), ("AZ", 28), ("BA", 20), ("BE", 16), ("BG", 22), ("BH", 22),
    ("BI", 27), ("BR", 29), ("BY", 28), ("CH", 21), ("CR", 22), ("CY", 28), ("CZ", 24), ("DE", 22), ("DJ", 27),
    ("DK", 18), ("DO", 28), ("EE", 20), ("EG", 29), ("ES", 24), ("FI", 18), ("FK", 18), ("FO", 18), ("FR", 27),
    ("GB", 22), ("GE", 22), ("GI", 23), ("GL", 18), ("GR", 27), ("GT", 28), ("HN", 28), ("HR", 21), ("HU", 28),
    ("IE", 22), ("IL", 23), ("IQ", 23), ("IS", 26), ("IT", 27), ("JO", 30), ("KW", 30), ("KZ", 20), ("LB", 28),
    ("LC", 32), ("LI", 21), ("LT", 20), ("LU", 20), ("LV", 21), ("LY", 25), ("MC", 27), ("MD", 24), ("ME", 22),
    ("MK", 19), ("MN", 20), ("MR", 27), ("MT", 31), ("MU", 30), ("NI", 28), ("NL", 18), ("NO", 15), ("OM", 23),
    ("PK", 24), ("PL", 28), ("PS", 29), ("PT", 25), ("QA", 29), ("RO", 24), ("RS", 22), ("RU", 33), ("SA", 24),
    ("SC", 31), ("SD", 18), ("SE", 24), ("SI", 19), ("SK", 24), ("SM", 27), ("SO", 23), ("ST", 25), ("SV", 28),
    ("TL", 23), ("TN", 24), ("TR", 26), ("UA", 29), ("VA", 22), ("VG", 24), ("XK", 20), ("YE", 30),
];

/// ISO 13616: the remainder by 97 of its characters as numbers, the first four behind the others, is 1.
pub(super) fn iban(text: &str) -> Result<String, Unfit> {
    let iban = packed(text).ok_or(Unfit::NotIban)?;
    let digits = iban.get(2..4).is_some_and(|check| check.bytes().all(|byte| byte.is_ascii_digit()));
    let of = iban.get(..2).and_then(|of| IBAN_LENGTHS.iter().find(|(country, _)| *country == of));
    let (country, length) = of.filter(|_| digits).ok_or(Unfit::NotIban)?;
    if iban.len() != *length {
        return Err(Unfit::IbanLength { country, length: *length });
    }
    let turned = iban.bytes().cycle().skip(4).take(iban.len());
    let remainder = turned.fold(0_u32, |so_far, byte| match byte {
        b'0'..=b'9' => (so_far * 10 + u32::from(byte - b'0')) % 97,
        letter => (so_far * 100 + u32::from(letter - b'A') + 10) % 97,
    });
    if remainder == 1 { Ok(iban) } else { Err(Unfit::IbanCheck) }
}

/// ISO 9362: four letters of the bank, two of the country, two more characters, and three where a branch is meant.
pub(super) fn bic(text: &str) -> Result<String, Unfit> {
    let bic = packed(text).filter(|bic| matches!(bic.len(), 8 | 11)).ok_or(Unfit::NotBic)?;
    let letters = bic.bytes().take(6).all(|byte| byte.is_ascii_uppercase());
    let country = bic.get(4..6).is_some_and(|country| country.parse::<Country>().is_ok());
    if letters && country { Ok(bic) } else { Err(Unfit::NotBic) }
}

/// A Dutch one (BSN) has nine digits, and their sum with the weights 9 to 2 and -1 is a multiple of 11. Others are taken as
/// they are written: each state has its own form.
pub(super) fn national_id(text: &str, home: Option<Country>) -> Result<String, Unfit> {
    let id = packed(text).filter(|id| (4..=24).contains(&id.len())).ok_or(Unfit::NotNationalId)?;
    let dutch = match home {
        Some(home) => home.code() == "NL",
        // Nine digits of nobody knows where are the number that is asked for most.
        None => id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_digit()),
    };
    if !dutch {
        return Ok(id);
    }
    if id.len() != 9 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Unfit::NotNationalId);
    }
    let sum: i32 =
        id.bytes().zip([9, 8, 7, 6, 5, 4, 3, 2, -1]).map(|(byte, weight)| i32::from(byte - b'0') * weight).sum();
    if sum != 0 && sum % 11 == 0 { Ok(id) } else { Err(Unfit::NationalIdCheck) }
}

/// From the right, digits weigh 3 and 1 in turn, and the last one makes the sum a multiple of ten.
pub(super) fn ean(text: &str) -> Result<String, Unfit> {
    let ean = packed(text).filter(|ean| matches!(ean.len(), 8 | 13 | 18)).ok_or(Unfit::NotEan)?;
    if !ean.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Unfit::NotEan);
    }
    let weights = [1, 3].into_iter().cycle();
    let sum: u32 = ean.bytes().rev().zip(weights).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    if sum.is_multiple_of(10) { Ok(ean) } else { Err(Unfit::EanCheck) }
}

/// Capital letters and digits without the spaces, points and dashes between them; none where there is anything else.
fn packed(text: &str) -> Option<String> {
    let kept = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-'));
    let packed: String = kept.map(|c| c.to_ascii_uppercase()).collect();
    let plain = !packed.is_empty() && packed.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then_some(packed)
}
