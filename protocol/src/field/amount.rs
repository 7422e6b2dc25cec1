//! Numbers and amounts. In: text with the marks of either custom, with or without a unit. Out: digits, and a point before
//! decimals.

use super::kind::Unfit;

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

/// An amount of euros, with two decimals or none.
pub(super) fn money(text: &str) -> Result<String, Unfit> {
    let lower = text.to_lowercase();
    let without = |text: &str| {
        ["euro's", "euro", "eur", "\u{20ac}"].iter().find_map(|own| {
            text.strip_suffix(own).or_else(|| text.strip_prefix(own)).map(|text| text.trim().to_owned())
        })
    };
    let bare = without(&lower).unwrap_or(lower);
    let bare = [",-", ",--", ".-", ",\u{2013}"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(&bare);
    let foreign = bare.chars().any(|c| c.is_alphabetic() || "$\u{a3}\u{a5}".contains(c));
    if foreign && bare.chars().any(|c| c.is_ascii_digit()) {
        return Err(Unfit::NotEuros);
    }
    // A thousandth of a euro is nobody's: three digits behind a mark are thousands.
    let thousands = bare.rsplit(['.', ',']).next().is_some_and(|last| last.len() == 3);
    let (whole, fraction) = digits(bare, if thousands { 0 } else { 2 })?;
    within(&whole, &fraction, (0, MOST_EUROS))?;
    if fraction.bytes().all(|byte| byte == b'0') {
        return Ok(whole);
    }
    Ok(format!("{whole}.{fraction:0<2}"))
}

/// The digits before the point and behind it. A mark that comes more than once, or before another one, parts thousands; one
/// that has other than three digits behind it parts decimals. With three it may be either, and where there are no decimals
/// it is the first.
fn digits(text: &str, decimals: u8) -> Result<(String, String), Unfit> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '\u{2019}')).collect();
    let marks: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let point = match marks.as_slice() {
        [] => None,
        [(at, _)] => match (text.len() - at - 1, decimals) {
            (3, 0) => None,
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
    fn an_amount_is_in_euros() {
        for (text, form) in [("EUR 12,5", "12.50"), ("30.123", "30123"), ("1.234,56 euro", "1234.56"), ("12,-", "12")] {
            assert_eq!(money(text), Ok(form.to_owned()), "{text}");
        }
        for text in ["12 USD", "\u{a3}12"] {
            assert_eq!(money(text), Err(Unfit::NotEuros), "{text}");
        }
        assert_eq!(money("veel"), Err(Unfit::NotNumber));
    }
}
