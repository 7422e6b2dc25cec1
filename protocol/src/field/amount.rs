//! Numbers and amounts. In: text with the marks of either custom, with or without a unit. Out: digits, and a point before
//! decimals.

use super::kind::{Called, Country, Unfit, Words};
use crate::currency::Currency;

/// Digits that a number has at most.
const DIGITS: usize = 12;
/// The most that an amount of money is, in euros.
const MOST_EUROS: u32 = 999_999_999;

/// A number between bounds, in a unit that may stand behind it.
pub(super) fn number(text: &str, unit: &str, bounds: (u32, u32), decimals: u8) -> Result<String, Unfit> {
    let lower = text.to_lowercase();
    let own = [unit.to_lowercase(), unit.to_lowercase().replace('\u{b3}', "3").replace('\u{b2}', "2")];
    let bare = own.iter().filter(|own| !own.is_empty()).find_map(|own| lower.strip_suffix(own.as_str()));
    let (whole, fraction) = digits(bare.unwrap_or(&lower), decimals)?;
    within(&whole, &fraction, bounds)?;
    let fraction = fraction.trim_end_matches('0');
    Ok(if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") })
}

/// An amount of money, with the decimals of its currency or none; a currency that is not the euro stands behind it.
pub(super) fn money(text: &str, home: Option<Country>, words: &dyn Words) -> Result<String, Unfit> {
    let (currency, whole, fraction) = parts(text, Currency::EUR, home, words)?;
    let number = if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") };
    Ok(if currency == Currency::EUR { number } else { format!("{number} {currency}") })
}

/// An amount in the smallest unit of its currency, which is `otherwise` where the text names none.
pub(crate) fn amount(
    text: &str,
    otherwise: Currency,
    home: Option<Country>,
    words: &dyn Words,
) -> Result<(u64, Currency), Unfit> {
    let (currency, whole, fraction) = parts(text, otherwise, home, words)?;
    let digits = usize::from(currency.digits());
    let amount = format!("{whole}{fraction:0<digits$}").parse().map_err(|_| Unfit::NotNumber)?;
    Ok((amount, currency))
}

/// The currency, and the digits before the point and behind it: all of those of the currency, or none.
fn parts(
    text: &str,
    otherwise: Currency,
    home: Option<Country>,
    words: &dyn Words,
) -> Result<(Currency, String, String), Unfit> {
    let digit = |c: char| c.is_ascii_digit();
    let (Some(first), Some(last)) = (text.find(digit), text.rfind(digit)) else { return Err(Unfit::NotNumber) };
    let (before, number, behind) = (text[..first].trim(), &text[first..=last], text[last + 1..].trim());
    let behind = [",--", ",-", ".-", ",\u{2013}"].iter().find_map(|end| behind.strip_prefix(end)).unwrap_or(behind);
    if before.starts_with(['-', '.', ',']) || behind.starts_with(['.', ',', '-']) {
        return Err(Unfit::NotNumber);
    }
    let named = [before, behind.trim()].map(|name| (!name.is_empty()).then(|| named(name, home, words)));
    let currency = match named {
        [None, None] => otherwise,
        [Some(one), None] | [None, Some(one)] => one.ok_or(Unfit::NotCurrency)?,
        [Some(one), Some(other)] => one.filter(|_| one == other).ok_or(Unfit::NotCurrency)?,
    };
    // A thousandth of a euro is nobody's: three digits behind a mark are thousands. Of a dinar there are thousandths.
    let thousands = number.rsplit(['.', ',']).next().is_some_and(|last| last.len() == 3);
    let decimals = currency.digits();
    let (whole, fraction) = digits(number, if thousands && decimals < 3 { 0 } else { decimals })?;
    if currency == Currency::EUR {
        within(&whole, &fraction, (0, MOST_EUROS))?;
    }
    let width = usize::from(decimals);
    let zero = fraction.bytes().all(|byte| byte == b'0');
    let fraction = if zero { String::new() } else { format!("{fraction:0<width$}") };
    Ok((currency, whole, fraction))
}

/// The currency that is meant: by its code, its sign or its name. A sign that several have is one only where the country
/// has one of them.
fn named(text: &str, home: Option<Country>, words: &dyn Words) -> Option<Currency> {
    let lower = text.to_lowercase();
    let own = home.map_or("", |home| home.code());
    let code = match (lower.as_str(), own) {
        ("\u{20ac}" | "euro" | "euros" | "euro's", _) => "EUR",
        ("\u{a3}", _) => "GBP",
        ("\u{20b9}", _) => "INR",
        ("\u{20ba}", _) => "TRY",
        ("\u{20aa}", _) => "ILS",
        ("\u{20a9}", _) => "KRW",
        ("\u{20b4}", _) => "UAH",
        ("\u{20bd}", _) => "RUB",
        ("z\u{142}", _) => "PLN",
        ("k\u{10d}", _) => "CZK",
        ("us$", _) | ("$", "US") => "USD",
        ("$", "CA") => "CAD",
        ("$", "AU") => "AUD",
        ("$", "NZ") => "NZD",
        ("\u{a5}", "JP") => "JPY",
        ("\u{a5}", "CN") => "CNY",
        ("kr", "SE") => "SEK",
        ("kr", "NO") => "NOK",
        ("kr", "DK") => "DKK",
        ("kr", "IS") => "ISK",
        ("fr" | "sfr", "CH") => "CHF",
        _ => "",
    };
    let known = |code: &str| code.parse().ok().filter(|currency: &Currency| currency.is_current());
    let said = || words.code(Called::Currency, text).as_deref().and_then(known);
    known(code).or_else(|| known(&text.to_ascii_uppercase())).or_else(said)
}

/// The digits before the point and behind it. A mark that comes more than once, or before another one, parts thousands; one
/// that has other than three digits behind it parts decimals. With three it may be either, and where there are no decimals
/// it is the first.
fn digits(text: &str, decimals: u8) -> Result<(String, String), Unfit> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '\u{2019}')).collect();
    let marks: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let point = match marks.as_slice() {
        [] => None,
        [(at, mark)] => match (text.len() - at - 1, decimals) {
            (3, 0) => None,
            // Those who count by thousandths part them by a point, and thousands by a comma.
            (3, 3) if *mark == '.' => Some(*at),
            (3, _) => return Err(Unfit::ThousandsOrDecimals),
            _ => Some(*at),
        },
        [.., (_, before), (at, last)] => (before != last).then_some(*at),
    };
    let (whole, fraction) = match point {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text.as_str(), ""),
    };
    let whole = ungrouped(whole)?;
    let plain = !whole.is_empty() && whole.len() <= DIGITS && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || (point.is_some() && fraction.is_empty()) {
        return Err(Unfit::NotNumber);
    }
    if fraction.trim_end_matches('0').len() > usize::from(decimals) {
        return Err(Unfit::TooFine(decimals));
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.get(..usize::from(decimals).min(fraction.len())).unwrap_or_default();
    Ok((if whole.is_empty() { "0" } else { whole }.to_owned(), fraction.to_owned()))
}

/// Digits without the marks between their thousands.
fn ungrouped(text: &str) -> Result<String, Unfit> {
    let mut groups = text.split(['.', ',']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty() || (1..=3).contains(&first.len());
    let digits = first.bytes().chain(rest.iter().flat_map(|group| group.bytes())).all(|byte| byte.is_ascii_digit());
    if grouped && digits && rest.iter().all(|group| group.len() == 3) {
        Ok([first].into_iter().chain(rest).collect())
    } else {
        Err(Unfit::NotNumber)
    }
}

fn within(whole: &str, fraction: &str, (least, most): (u32, u32)) -> Result<(), Unfit> {
    let number: u64 = whole.parse().map_err(|_| Unfit::NotNumber)?;
    let more = fraction.bytes().any(|byte| byte != b'0');
    let fits = number >= u64::from(least) && (number < u64::from(most) || (number == u64::from(most) && !more));
    if fits { Ok(()) } else { Err(Unfit::OutOfRange { least, most }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Codes;

    #[test]
    fn a_mark_is_read_where_it_is_sure_what_it_parts() {
        let area = |text: &str| number(text, "m\u{b2}", (1, 10_000), 1);
        for (text, form) in [
            ("85", "85"),
            ("85 m2", "85"),
            ("85,5 m\u{b2}", "85.5"),
            ("85.50", "85.5"),
            ("1.234,5", "1234.5"),
            ("1,234.5", "1234.5"),
            ("10 000", "10000"),
            ("007", "7"),
        ] {
            assert_eq!(area(text), Ok(form.to_owned()), "{text}");
        }
        for (text, why) in [
            ("1.234", Unfit::ThousandsOrDecimals),
            ("85.55", Unfit::TooFine(1)),
            ("10000.5", Unfit::OutOfRange { least: 1, most: 10_000 }),
            ("0", Unfit::OutOfRange { least: 1, most: 10_000 }),
            ("1.23.4", Unfit::NotNumber),
            ("-5", Unfit::NotNumber),
            ("5.", Unfit::NotNumber),
            (".", Unfit::NotNumber),
            ("9999999999999", Unfit::NotNumber),
        ] {
            assert_eq!(area(text), Err(why), "{text}");
        }
        assert_eq!(number("1.234.567", "", (0, 9_000_000), 0), Ok("1234567".into()));
    }

    #[test]
    fn an_amount_is_in_euros_where_it_names_no_other_money() {
        for (text, form) in [
            ("EUR 12,5", "12.50"),
            ("30.123", "30123"),
            ("1.234,56 euro", "1234.56"),
            ("12,-", "12"),
            ("12 usd", "12 USD"),
            ("\u{a3}12.5", "12.50 GBP"),
            ("US$ 1,234.50", "1234.50 USD"),
            ("5.000 JPY", "5000 JPY"),
            ("JPY 500.00", "500 JPY"),
            ("1.250 BHD", "1.250 BHD"),
            ("BHD 1,250.5", "1250.500 BHD"),
            ("2.000.000.000 IDR", "2000000000 IDR"),
            ("CHF 1'234.50", "1234.50 CHF"),
        ] {
            assert_eq!(money(text, None, &Codes), Ok(form.to_owned()), "{text}");
            assert_eq!(money(form, None, &Codes), Ok(form.to_owned()), "{form} is read as itself");
        }
        for (text, why) in [
            ("12 $", Unfit::NotCurrency), // of which country?
            ("12 XXX", Unfit::NotCurrency),
            ("12 XAU", Unfit::NotCurrency),
            ("EUR 12 USD", Unfit::NotCurrency),
            ("30 duizend", Unfit::NotCurrency),
            ("veel", Unfit::NotNumber),
            ("-5", Unfit::NotNumber),
            ("12.5 JPY", Unfit::TooFine(0)),
            ("1,250 BHD", Unfit::ThousandsOrDecimals),
        ] {
            assert_eq!(money(text, None, &Codes), Err(why), "{text}");
        }
        let dollars = |home: &str| money("$ 12", home.parse().ok(), &Codes);
        assert_eq!((dollars("CA"), dollars("NL")), (Ok("12 CAD".to_owned()), Err(Unfit::NotCurrency)));
    }

    #[test]
    fn every_currency_reads_its_own_form_and_its_smallest_unit() {
        for currency in Currency::all() {
            for units in [0, 1, 99, 1_000, 123_456_789] {
                let text = format!("{} {currency}", currency.decimal(units));
                let form = money(&text, None, &Codes).expect("its own form");
                assert_eq!(money(&form, None, &Codes), Ok(form.clone()));
                assert_eq!(amount(&form, Currency::EUR, None, &Codes), Ok((units, currency)), "{text}");
                assert_eq!(amount(&currency.decimal(units), currency, None, &Codes), Ok((units, currency)), "{text}");
            }
        }
    }
}
