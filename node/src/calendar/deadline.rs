//! Deadlines, counted as Regulation (EEC, Euratom) No 1182/71 counts the periods of acts of the Union.
//!
//! In: the day of an event, a period, a country. Out: the last day, with the one that it was moved from.

use regie_protocol::{
    calendar::{Date, Span, Unit, Weekday},
    contract::cooling_off_ends,
};

use super::{Country, is_working_day};

/// The end of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The last day as counted, whatever day of the week it is.
    pub counted: Date,
    /// The last day that holds: it ends with the last hour of it.
    pub last: Date,
}

/// The end of a period that an event begins.
///
/// The day of the event does not count (article 3 (1)); a period of months or years ends on the day with the same
/// number, or the last of its month (3 (2) (c)); one that would end on a public holiday, a Saturday or a Sunday ends
/// with the next working day (3 (4)); one of two days or more holds at least two working days (3 (5)).
#[must_use]
pub fn deadline(event: Date, period: Span, country: Country) -> Deadline {
    let counted = event.plus(period);
    let mut last = counted;
    let short = period.unit == Unit::Day && (2..10).contains(&period.count.get());
    while !is_working_day(country, last) || (short && working_days(event, last, country) < 2) {
        last = last.plus_days(1);
    }
    Deadline { counted, last }
}

/// Until when a request under articles 15 to 22 of the GDPR has to be answered: within a month of its receipt (article
/// 12 (3)), or within three where the controller said in the first month that it needs two more. Days on which the period
/// stood still are added to the counted day. Where no country is known, no public holidays are.
#[must_use]
pub fn access_answer(received: Date, extended: bool, stood_still: i32, country: Option<Country>) -> Deadline {
    let months = if extended { 3 } else { 1 };
    let counted = Span::new(months, Unit::Month).map_or(received, |period| received.plus(period));
    let counted = counted.plus_days(stood_still);
    let mut last = counted;
    while !works(country, last) {
        last = last.plus_days(1);
    }
    Deadline { counted, last }
}

/// The day so many working days after another.
#[must_use]
pub fn working_days_on(after: Date, days: u8, country: Option<Country>) -> Date {
    let (mut at, mut left) = (after, days);
    while left > 0 {
        at = at.plus_days(1);
        left -= u8::from(works(country, at));
    }
    at
}

/// Until when a contract can be withdrawn from that was made on this day: the 14 days of [`cooling_off_ends`].
#[must_use]
pub fn cooling_off(made: Date, country: Country) -> Deadline {
    let counted = cooling_off_ends(made);
    let period = u16::try_from(counted.days_after(made)).ok().and_then(|days| Span::new(days, Unit::Day));
    period.map_or(Deadline { counted, last: counted }, |period| deadline(made, period, country))
}

/// Working days after one day, up to another.
fn working_days(after: Date, to: Date, country: Country) -> usize {
    (1..=to.days_after(after)).filter(|days| is_working_day(country, after.plus_days(*days))).count()
}

/// Is it a working day, as far as the public holidays of the country are known?
fn works(country: Option<Country>, date: Date) -> bool {
    country.map_or(!matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday), |of| is_working_day(of, date))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn months_end_on_working_days() {
        let cases = [
            // 28 February 2027 is a Sunday.
            ("2027-01-31", "2027-02-28", "2027-03-01"),
            ("2027-01-30", "2027-02-28", "2027-03-01"),
            // Second day of Christmas, a Saturday; then a Sunday.
            ("2026-11-26", "2026-12-26", "2026-12-28"),
            // Liberation Day, then Ascension.
            ("2027-04-05", "2027-05-05", "2027-05-07"),
            // Good Friday, then Easter.
            ("2027-02-26", "2027-03-26", "2027-03-30"),
            ("2026-06-10", "2026-07-10", "2026-07-10"),
        ];
        for (received, counted, last) in cases {
            let answer = access_answer(date(received), false, 0, Some(Country::Netherlands));
            assert_eq!(answer, Deadline { counted: date(counted), last: date(last) }, "{received}");
        }
        assert_eq!(access_answer(date("2027-04-05"), false, 0, Some(Country::Belgium)).last, date("2027-05-05"));
        let extended = access_answer(date("2026-11-30"), true, 0, Some(Country::Netherlands));
        assert_eq!(extended.counted, date("2027-02-28"));
        // Liberation Day is no day that is known everywhere; a Sunday is. Eight days of standing still lead to Ascension.
        assert_eq!(access_answer(date("2027-04-05"), false, 0, None).last, date("2027-05-05"));
        assert_eq!(access_answer(date("2027-01-31"), false, 0, None).last, date("2027-03-01"));
        let still = access_answer(date("2027-03-28"), false, 8, Some(Country::Netherlands));
        assert_eq!(still, Deadline { counted: date("2027-05-06"), last: date("2027-05-07") });
    }

    #[test]
    fn working_days_pass_over_weekends_and_holidays() {
        // A Friday; King's Day is the Tuesday after.
        assert_eq!(working_days_on(date("2027-04-23"), 2, Some(Country::Netherlands)), date("2027-04-28"));
        assert_eq!(working_days_on(date("2027-04-23"), 2, None), date("2027-04-27"));
    }

    #[test]
    fn a_short_period_holds_two_working_days() {
        let days = |count| Span::new(count, Unit::Day).expect("a period");
        // A Friday: Saturday and Sunday, so it goes on to Tuesday.
        assert_eq!(deadline(date("2026-11-27"), days(2), Country::Netherlands).last, date("2026-12-01"));
        assert_eq!(deadline(date("2026-11-30"), days(2), Country::Netherlands).last, date("2026-12-02"));
        assert_eq!(deadline(date("2026-11-27"), days(1), Country::Netherlands).last, date("2026-11-30"));
    }

    #[test]
    fn cooling_off_waits_for_a_working_day() {
        let ends = cooling_off(date("2026-12-12"), Country::Netherlands);
        assert_eq!((ends.counted, ends.last), (date("2026-12-26"), date("2026-12-28")));
    }

    /// `jiff`, which the node has for its clock, counts months by code of its own.
    #[test]
    fn another_calendar_counts_the_same_days() {
        let mut at = date("2023-12-25");
        for step in 0..900 {
            let theirs = jiff::civil::date(
                i16::try_from(at.year()).expect("a year"),
                i8::try_from(at.month()).expect("a month"),
                i8::try_from(at.day()).expect("a day"),
            );
            let months = step % 30 + 1;
            let theirs = theirs.checked_add(jiff::Span::new().months(i64::from(months))).expect("a date");
            assert_eq!(at.plus_months(months).to_string(), theirs.to_string(), "{at} and {months} months");
            at = at.plus_days(1);
        }
    }
}
