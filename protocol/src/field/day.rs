//! Days as people write them. In: text, the country by whose customs it is written, names of months. Out: `YYYY-MM-DD`,
//! or a part of it.

use super::kind::{Called, Country, Unfit, Words};
use crate::calendar::Date;

/// Where a date in numbers begins with the month, or may.
const MONTH_FIRST: [&str; 6] = ["US", "CA", "PH", "FM", "MH", "PW"];

/// A whole day.
pub(super) fn date(text: &str, home: Option<Country>, words: &dyn Words) -> Result<String, Unfit> {
    let parts = parts(text);
    let day = match parts.as_slice() {
        [Part::Number(compact)] if compact.len() == 8 => numbers(&compact[..4], &compact[4..6], &compact[6..]),
        [Part::Number(year), Part::Number(month), Part::Number(day)] if year.len() == 4 => numbers(year, month, day),
        [Part::Number(one), Part::Number(other), Part::Number(year)] if year.len() == 4 => {
            let (day, month) = in_order(one, other, text.contains('.'), home)?;
            numbers(year, month, day)
        }
        [Part::Number(day), Part::Word(month), Part::Number(year)]
        | [Part::Word(month), Part::Number(day), Part::Number(year)]
            if year.len() == 4 =>
        {
            numbers(year, &named(month, words).ok_or(Unfit::NotDate)?, day)
        }
        _ => return Err(Unfit::NotDate),
    };
    let (year, month, day) = day.ok_or(Unfit::NotDate)?;
    Date::new(year, month, day).map(|date| date.to_string()).ok_or(Unfit::NoSuchDay)
}

/// A day, a month or a year.
pub(super) fn partial(text: &str, home: Option<Country>, words: &dyn Words) -> Result<String, Unfit> {
    let parts = parts(text);
    let part = match parts.as_slice() {
        [Part::Number(year)] if year.len() == 4 => numbers(year, "1", "1").map(|(year, ..)| (year, None)),
        [Part::Number(year), Part::Number(month)] if year.len() == 4 => {
            numbers(year, month, "1").map(|(year, month, _)| (year, Some(month)))
        }
        [Part::Number(month), Part::Number(year)] if year.len() == 4 => {
            numbers(year, month, "1").map(|(year, month, _)| (year, Some(month)))
        }
        [Part::Word(month), Part::Number(year)] if year.len() == 4 => {
            let month = named(month, words).ok_or(Unfit::NotPartialDate)?;
            numbers(year, &month, "1").map(|(year, month, _)| (year, Some(month)))
        }
        _ => {
            return date(text, home, words).map_err(|unfit| match unfit {
                Unfit::NotDate => Unfit::NotPartialDate,
                other => other,
            });
        }
    };
    let (year, month) = part.ok_or(Unfit::NotPartialDate)?;
    let first = Date::new(year, month.unwrap_or(1), 1).ok_or(Unfit::NoSuchDay)?.to_string();
    let length = if month.is_some() { 7 } else { 4 };
    first.get(..length).map(str::to_owned).ok_or(Unfit::NotPartialDate)
}

/// Digits, or a word.
enum Part {
    Number(String),
    Word(String),
}

/// What stands between white space, dashes, points, strokes and commas; an ordinal is its number.
fn parts(text: &str) -> Vec<Part> {
    let split = text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '.' | ','));
    let part = |part: &str| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let ordinal = ["", "e", "de", "ste", "st", "nd", "rd", "th"];
        let behind = part.get(digits.len()..).unwrap_or_default().to_ascii_lowercase();
        if !digits.is_empty() && ordinal.contains(&behind.as_str()) {
            Part::Number(digits)
        } else {
            Part::Word(part.to_owned())
        }
    };
    split.filter(|part| !part.is_empty()).map(part).collect()
}

fn named(month: &str, words: &dyn Words) -> Option<String> {
    words.code(Called::Month, month)
}

fn numbers(year: &str, month: &str, day: &str) -> Option<(i32, u8, u8)> {
    let short = |text: &str| text.parse::<u8>().ok().filter(|_| text.len() <= 2);
    Some((year.parse().ok()?, short(month)?, short(day)?))
}

/// Day and month of two numbers, where it is sure which is which: one of them is no month, both are the same, points part
/// them, or the country has one custom.
fn in_order<'a>(
    one: &'a str,
    other: &'a str,
    points: bool,
    home: Option<Country>,
) -> Result<(&'a str, &'a str), Unfit> {
    let number = |text: &str| text.parse::<u8>().map_err(|_| Unfit::NotDate);
    let (first, second) = (number(one)?, number(other)?);
    let day_first = home.is_some_and(|home| !MONTH_FIRST.contains(&home.code()));
    match (first > 12, second > 12) {
        (true, _) => Ok((one, other)),
        (false, true) => Ok((other, one)),
        (false, false) if first == second || points || day_first => Ok((one, other)),
        (false, false) => Err(Unfit::DayOrMonth),
    }
}
