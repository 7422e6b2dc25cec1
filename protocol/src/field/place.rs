//! Countries and what each has its own form of. In: text. Out: codes of ISO 3166-1 and BCP 47, postal codes, licence plates.

use std::{fmt, str::FromStr};

use super::kind::{Called, Unfit, Words};

/// The two letters of ISO 3166-1, and of Kosovo, which has them by custom.
#[rustfmt::skip]
const COUNTRIES: [&str; 250] = [
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD",
    "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ", "CA",
    "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE",
    "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA",
    "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK",
    "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP",
    "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT",
    "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS",
    "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ",
    "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS",
    "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST",
    "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW",
    "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "XK", "YE", "YT",
    "ZA", "ZM", "ZW",
];

/// Languages, by the two letters of ISO 639-1.
#[rustfmt::skip]
pub const LANGUAGES: [&str; 184] = [
    "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bh", "bi", "bm", "bn",
    "bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv", "dz", "ee", "el", "en",
    "eo", "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr", "fy", "ga", "gd", "gl", "gn", "gu", "gv", "ha", "he",
    "hi", "ho", "hr", "ht", "hu", "hy", "hz", "ia", "id", "ie", "ig", "ii", "ik", "io", "is", "it", "iu", "ja", "jv",
    "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko", "kr", "ks", "ku", "kv", "kw", "ky", "la", "lb", "lg", "li",
    "ln", "lo", "lt", "lu", "lv", "mg", "mh", "mi", "mk", "ml", "mn", "mr", "ms", "mt", "my", "na", "nb", "nd", "ne",
    "ng", "nl", "nn", "no", "nr", "nv", "ny", "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu", "rm",
    "rn", "ro", "ru", "rw", "sa", "sc", "sd", "se", "sg", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st",
    "su", "sv", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt", "tw", "ty", "ug", "uk",
    "ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo", "za", "zh", "zu",
];

/// How a country writes its postal codes: `9` for a digit, `A` for a letter, anything else for itself.
const POSTAL_CODES: [(&str, &str, &str); 19] = [
    ("AT", "9999", "1010"),
    ("BE", "9999", "9000"),
    ("CH", "9999", "8001"),
    ("CZ", "999 99", "110 00"),
    ("DE", "99999", "10115"),
    ("DK", "9999", "1050"),
    ("ES", "99999", "28001"),
    ("FI", "99999", "00100"),
    ("FR", "99999", "75001"),
    ("GR", "999 99", "104 31"),
    ("HU", "9999", "1051"),
    ("IT", "99999", "00184"),
    ("LU", "9999", "1009"),
    ("NL", "9999 AA", "1012 AB"),
    ("NO", "9999", "0150"),
    ("PL", "99-999", "00-001"),
    ("PT", "9999-999", "1000-001"),
    ("SE", "999 99", "111 20"),
    ("US", "99999", "10001"),
];

/// A country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(&'static str);

impl Country {
    /// Every country, by its code.
    pub fn all() -> impl Iterator<Item = Self> {
        COUNTRIES.iter().map(|code| Self(code))
    }

    /// Its two letters of ISO 3166-1.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl FromStr for Country {
    type Err = Unfit;
    fn from_str(text: &str) -> Result<Self, Unfit> {
        Self::all().find(|country| country.0.eq_ignore_ascii_case(text)).ok_or(Unfit::NotCountry)
    }
}

/// A country by its code, or by what people call it.
pub(super) fn country(text: &str, words: &dyn Words) -> Result<String, Unfit> {
    let called = || words.code(Called::Country, text).and_then(|code| code.parse::<Country>().ok());
    let country = text.parse::<Country>().ok().or_else(called);
    country.map(|country| country.to_string()).ok_or(Unfit::NotCountry)
}

/// A language, and where it says so a script and a country: `nl`, `nl-BE`, `zh-Hant-TW`. What people call it, likewise.
pub(super) fn language(text: &str, words: &dyn Words) -> Result<String, Unfit> {
    if let Some(tag) = tag(text) {
        return Ok(tag);
    }
    words.code(Called::Language, text).and_then(|code| tag(&code)).ok_or(Unfit::NotLanguage)
}

fn tag(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase().replace('_', "-");
    let mut parts = lower.split('-');
    let first = parts.next()?;
    if !LANGUAGES.contains(&first) {
        return None;
    }
    let mut tag = first.to_owned();
    for (place, part) in parts.enumerate() {
        let script = place == 0 && part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
        match part.parse::<Country>() {
            Ok(country) => return (text.len() == tag.len() + 3).then(|| format!("{tag}-{country}")),
            Err(_) if script => tag.push_str(&format!("-{}{}", part[..1].to_ascii_uppercase(), &part[1..])),
            Err(_) => return None,
        }
    }
    Some(tag)
}

/// By the form of the country, where that is known. Where no country is, a Dutch one is told by its form.
pub(super) fn postal_code(text: &str, home: Option<Country>) -> Result<String, Unfit> {
    let form = |of: &str| POSTAL_CODES.iter().find(|(country, ..)| *country == of);
    if let Some((country, form, example)) = home.and_then(|home| form(home.code())) {
        return written(text, form).ok_or(Unfit::PostalCodeOf { country, example });
    }
    let dutch = form("NL").filter(|_| home.is_none()).and_then(|(_, form, _)| written(text, form));
    if let Some(code) = dutch {
        return Ok(code);
    }
    let upper = text.to_ascii_uppercase();
    let code: Vec<&str> = upper.split_whitespace().collect();
    let code = code.join(" ");
    let plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-'));
    let numbered = code.bytes().any(|byte| byte.is_ascii_digit());
    if plain && numbered && (2..=12).contains(&code.len()) { Ok(code) } else { Err(Unfit::NotPostalCode) }
}

/// Text in a form of digits, letters and marks, whatever marks it was written with.
fn written(text: &str, form: &str) -> Option<String> {
    let mut given = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let mut written = String::new();
    for place in form.chars() {
        match place {
            '9' => written.push(given.next().filter(char::is_ascii_digit)?),
            'A' => written.push(given.next().filter(char::is_ascii_alphabetic)?.to_ascii_uppercase()),
            mark => written.push(mark),
        }
    }
    given.next().is_none().then_some(written)
}

/// Capitals and digits with one dash wherever they are parted. The six of a Dutch one are parted where letters and digits
/// meet, and four of a kind in the middle.
pub(super) fn licence_plate(text: &str, home: Option<Country>) -> Result<String, Unfit> {
    let upper = text.to_ascii_uppercase();
    let parts: Vec<&str> = upper.split(|c: char| c.is_whitespace() || matches!(c, '-' | '.')).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let packed = parts.concat();
    if !(2..=12).contains(&packed.len()) || !packed.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Unfit::NotLicencePlate);
    }
    let dutch = home.is_some_and(|home| home.code() == "NL") && packed.len() == 6;
    Ok(if dutch { sides(&packed) } else { parts.join("-") })
}

fn sides(packed: &str) -> String {
    let mut runs: Vec<String> = Vec::new();
    for c in packed.chars() {
        match runs.last_mut().filter(|run| run.ends_with(|last: char| last.is_ascii_digit() == c.is_ascii_digit())) {
            Some(run) => run.push(c),
            None => runs.push(c.to_string()),
        }
    }
    let halves = |run: String| match run.len() {
        4 => vec![run[..2].to_owned(), run[2..].to_owned()],
        _ => vec![run],
    };
    runs.into_iter().flat_map(halves).collect::<Vec<_>>().join("-")
}
