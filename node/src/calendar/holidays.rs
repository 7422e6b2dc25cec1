//! Public holidays and working days. In: a country, a date. Out: whether anybody works.
//!
//! Own tables: data sets of holidays list the days on which offices are closed, which is not what the laws on deadlines
//! name (5 May counts every year in the Netherlands, Good Friday too). Holidays of a region alone are in none.

use regie_protocol::calendar::{Date, Weekday};

use super::Country;

/// A working day: neither Saturday, Sunday nor a public holiday (Regulation 1182/71, article 2).
#[must_use]
pub fn is_working_day(country: Country, date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !is_holiday(country, date)
}

/// A public holiday of the whole country.
#[must_use]
pub fn is_holiday(country: Country, date: Date) -> bool {
    fixed(country, date).contains(&(date.month(), date.day()))
        || after_easter(country).contains(&date.days_after(easter(date.year())))
}

/// Those on the same day each year.
fn fixed(country: Country, date: Date) -> Vec<(u8, u8)> {
    match country {
        // Algemene termijnenwet, article 3 (1): New Year's Day, both days of Christmas, the King's birthday, 5 May.
        Country::Netherlands => vec![(1, 1), kings_day(date.year()), (5, 5), (12, 25), (12, 26)],
        // Koninklijk besluit of 18 April 1974, article 1.
        Country::Belgium => vec![(1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)],
        // In all Länder by their own laws; 3 October by the Einigungsvertrag, article 2 (2).
        Country::Germany => vec![(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)],
    }
}

/// The King's birthday is kept on 27 April, and on the day before where that is a Sunday; 30 April until 2013.
fn kings_day(year: i32) -> (u8, u8) {
    let (month, day) = if year < 2014 { (4, 30) } else { (4, 27) };
    let sunday = Date::new(year, month, day).is_some_and(|date| date.weekday() == Weekday::Sunday);
    (month, if sunday { day - 1 } else { day })
}

/// Those that move, in days after Easter Sunday.
fn after_easter(country: Country) -> &'static [i32] {
    match country {
        // Easter Monday, Ascension, Whit Monday; article 3 (2) adds Good Friday.
        Country::Netherlands | Country::Germany => &[-2, 1, 39, 50],
        Country::Belgium => &[1, 39, 50],
    }
}

/// Easter Sunday, by the anonymous Gregorian computus (Nature, 20 April 1876; Meeus, Astronomical Algorithms, ch. 8).
#[must_use]
pub fn easter(year: i32) -> Date {
    let (golden, century, of_century) = (year % 19, year / 100, year % 100);
    let (leap_centuries, century_rest) = (century / 4, century % 4);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap_centuries - correction + 15) % 30;
    let to_sunday = (32 + 2 * century_rest + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let sum = epact + to_sunday - 7 * late + 114;
    let small = |number: i32| u8::try_from(number).unwrap_or(1);
    let first = Date::new(year, small(sum / 31), small(sum % 31 + 1));
    // Years that no date can be in have no Easter to be asked for.
    first.unwrap_or_else(|| Date::of(regie_protocol::Timestamp(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn easter_is_when_it_was() {
        // Among them the earliest day that there is, 22 March, and the latest, 25 April.
        let known = [
            "1954-04-18",
            "1961-04-02",
            "2000-04-23",
            "2008-03-23",
            "2011-04-24",
            "2024-03-31",
            "2026-04-05",
            "2027-03-28",
            "2038-04-25",
            "2285-03-22",
        ];
        for text in known {
            assert_eq!(easter(date(text).year()), date(text));
        }
    }

    #[test]
    fn holidays_are_those_of_the_law() {
        let days = |country, year: i32| {
            let mut date = Date::new(year, 1, 1).expect("a date");
            let mut found = Vec::new();
            while date.year() == year {
                if is_holiday(country, date) {
                    found.push(format!("{:02}-{:02}", date.month(), date.day()));
                }
                date = date.plus_days(1);
            }
            found.join(" ")
        };
        assert_eq!(days(Country::Netherlands, 2027), "01-01 03-26 03-29 04-27 05-05 05-06 05-17 12-25 12-26");
        assert_eq!(days(Country::Belgium, 2026), "01-01 04-06 05-01 05-14 05-25 07-21 08-15 11-01 11-11 12-25");
        assert_eq!(days(Country::Germany, 2026), "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26");
        assert!(is_holiday(Country::Netherlands, date("2025-04-26")), "27 April 2025 was a Sunday");
        assert!(!is_holiday(Country::Netherlands, date("2025-04-27")));
        assert!(
            !is_working_day(Country::Germany, date("2026-10-03"))
                && is_working_day(Country::Belgium, date("2026-10-05"))
        );
    }
}
