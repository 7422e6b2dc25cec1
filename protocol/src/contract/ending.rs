//! When a contract can end. In: a contract, a law, a day. Out: the dates that follow.
//!
//! Every date is the last day of something, and notice counts from the day on which the other party received it. A
//! period that runs from an event begins the day after it ([`Date::plus`]), a term begins with its first day
//! ([`Date::through`]).
//!
//! This is arithmetic over what the contract says and one rule of law, and no legal advice. It does not know: contracts
//! with rules of their own (rent, work, insurance, telecommunication, newspapers), terms that the law forbids, the
//! power to end for a cause, days on which the post rests, and who is a consumer.

use super::{Contract, Extension, NoticeTo};
use crate::calendar::{Date, Span, Unit};

/// Days of cooling-off: Directive 2011/83/EU, article 9 (1); BW 6:230o (NL), WER VI.47 (BE), § 355 (2) BGB (DE).
const COOLING_OFF_DAYS: i32 = 14;
/// Longest part of a month that [`NoticeTo::MonthEnd`] adds, with one to spare, in days.
const MONTHS_ROUNDED: i32 = 62;

/// Which law adds to what a contract says, for a consumer.
///
/// After a tacit extension a consumer can end at any time, with a notice of at most so long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Law {
    /// What is written, and nothing else.
    #[default]
    Written,
    /// One month: BW 6:236 (j), for the regular delivery of goods and services, without newspapers and magazines. What
    /// 6:237 (k, l) presumes to be unreasonable (more than a year without a way out, more than three months' notice)
    /// is not counted: it is for a judge.
    Netherlands,
    /// Two months: WER VI.91, for services.
    Belgium,
    /// One month: § 309 no. 9 BGB, for contracts made since 1 March 2022.
    Germany,
}

impl Law {
    /// The longest notice after a tacit extension.
    #[must_use]
    pub fn notice_after_extension(self) -> Option<Span> {
        match self {
            Self::Written => None,
            Self::Netherlands | Self::Germany => Span::new(1, Unit::Month),
            Self::Belgium => Span::new(2, Unit::Month),
        }
    }
}

/// What follows from a contract on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Its last day, where that stands already: it has been ended, or nothing follows its term.
    pub ends: Option<Date>,
    /// The term that runs, or comes first; none where it runs without one, or is over.
    pub term: Option<Term>,
    /// Its last day, if notice is received on this day; none where it is over.
    pub earliest: Option<Date>,
    /// The last day on which notice can be received for that same last day.
    pub earliest_by: Option<Date>,
    /// The last day on which it can be withdrawn from, where that has not passed.
    pub withdraw_until: Option<Date>,
    /// May it be ended at any time now, because a law says so and the contract does not?
    pub by_law: bool,
}

/// A term that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its last day.
    pub last: Date,
    /// The last day on which notice had to be received to end with it, which may have passed; none where notice is not
    /// needed, or does not end it with a term.
    pub notice_by: Option<Date>,
    /// What follows it by itself.
    pub then: Extension,
}

/// The last day of cooling-off for a contract made, or goods received, on this day. Where that is a Saturday, a Sunday
/// or a public holiday, it goes on until the next working day (Regulation 1182/71, article 3 (4); recital 41 of the
/// directive), which the caller's calendar knows.
#[must_use]
pub fn cooling_off_ends(made: Date) -> Date {
    made.plus_days(COOLING_OFF_DAYS)
}

pub(super) fn outlook(contract: &Contract, law: Law, today: Date) -> Outlook {
    let fixed = fixed_end(contract);
    let over = fixed.is_some_and(|last| last < today);
    let earliest = (!over).then(|| end_by(contract, law, today));
    let same = |last: Date| latest(today, last, |received| end_by(contract, law, received) <= last);
    let written = (!over).then(|| end_as_written(contract, today));
    Outlook {
        ends: fixed,
        term: if over { None } else { term(contract, today) },
        earliest,
        earliest_by: earliest.and_then(same),
        withdraw_until: contract.cooling_off.filter(|last| *last >= today && !over),
        by_law: law_applies(contract, law, today) && earliest < written,
    }
}

/// The last day, where no notice is needed for it.
fn fixed_end(contract: &Contract) -> Option<Date> {
    let by_itself = match contract.extension {
        Extension::Ends => first_term(contract),
        Extension::Open | Extension::Again(_) => None,
    };
    contract.ends.into_iter().chain(by_itself).min()
}

/// The last day of the first term.
fn first_term(contract: &Contract) -> Option<Date> {
    contract.term.map(|term| contract.start.through(term, 1))
}

/// The term that a day lies in; the first one for a day before it.
fn term(contract: &Contract, today: Date) -> Option<Term> {
    let last = term_with(contract, today)?;
    let period = contract.notice.period.map_or(0, Span::most_days);
    let from = last.plus_days(-period - MONTHS_ROUNDED);
    let notice_by = match contract.extension {
        Extension::Ends => None,
        Extension::Open | Extension::Again(_) => {
            latest(from, last, |received| end_as_written(contract, received) <= last)
        }
    };
    Some(Term { last, notice_by, then: contract.extension })
}

/// The last day of the first term that does not end before a day.
fn term_with(contract: &Contract, day: Date) -> Option<Date> {
    let first = first_term(contract)?;
    if day <= first {
        return Some(first);
    }
    let Extension::Again(span) = contract.extension else { return None };
    let begins = first.plus_days(1);
    // So many have surely passed; a few more may have.
    let mut times = (day.days_after(begins) / span.most_days()).max(1);
    while begins.through(span, times) < day {
        times += 1;
    }
    Some(begins.through(span, times))
}

/// The last day, if notice is received on a day: by the contract, or by the law where that is earlier.
fn end_by(contract: &Contract, law: Law, received: Date) -> Date {
    let written = end_as_written(contract, received);
    let lawful = end_by_law(contract, law, received);
    let end = lawful.map_or(written, |lawful| lawful.min(written));
    contract.ends.map_or(end, |ended| ended.min(end))
}

fn end_as_written(contract: &Contract, received: Date) -> Date {
    let over = contract.notice.period.map_or(received, |period| received.plus(period)).max(contract.start);
    let free = first_term(contract).map_or(over, |first| first.max(over));
    match (contract.extension, contract.notice.to) {
        (Extension::Ends, _) => first_term(contract).unwrap_or(free),
        (Extension::Again(_), NoticeTo::TermEnd) => term_with(contract, over).unwrap_or(free),
        (Extension::Open, NoticeTo::TermEnd) | (_, NoticeTo::AnyDay) => free,
        (_, NoticeTo::MonthEnd) => free.month_end(),
    }
}

/// Notice that came too late for the term counts as received on the first day of the extension: that is when the power
/// begins.
fn end_by_law(contract: &Contract, law: Law, received: Date) -> Option<Date> {
    let (most, first) = law.notice_after_extension().zip(first_term(contract))?;
    if contract.extension == Extension::Ends {
        return None;
    }
    let from = received.max(first.plus_days(1));
    let most = from.plus(most);
    Some(contract.notice.period.map_or(from, |period| from.plus(period).min(most)))
}

/// Is it extended on this day, and does a law speak of that?
fn law_applies(contract: &Contract, law: Law, today: Date) -> bool {
    end_by_law(contract, law, today).is_some() && first_term(contract).is_some_and(|first| today > first)
}

/// The latest day of these for which something holds that holds for earlier days; none where it holds for no day.
fn latest(from: Date, to: Date, holds: impl Fn(Date) -> bool) -> Option<Date> {
    if !holds(from) {
        return None;
    }
    let (mut good, mut bad) = (0, to.days_after(from).max(0).saturating_add(1));
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if holds(from.plus_days(middle)) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Some(from.plus_days(good))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::NoticePeriod;

    fn date(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn span(text: &str) -> Span {
        text.parse().expect("a period")
    }

    /// A year from 15 January 2026, again and again, a month's notice to the end of it.
    fn yearly() -> Contract {
        Contract {
            number: "1".into(),
            party: "De Sportschool".into(),
            customer: None,
            product: "Sport".into(),
            charge: None,
            start: date("2026-01-15"),
            term: Some(span("P1Y")),
            extension: Extension::Again(span("P1Y")),
            notice: NoticePeriod { period: Some(span("P1M")), to: NoticeTo::TermEnd },
            cooling_off: None,
            ends: None,
            documents: [].into(),
        }
    }

    fn dates(outlook: Outlook) -> [Option<String>; 4] {
        let term = outlook.term;
        let dates =
            [term.map(|term| term.last), term.and_then(|term| term.notice_by), outlook.earliest, outlook.earliest_by];
        dates.map(|date| date.map(|date| date.to_string()))
    }

    fn some(texts: [&str; 4]) -> [Option<String>; 4] {
        texts.map(|text| (!text.is_empty()).then(|| text.to_owned()))
    }

    #[test]
    fn a_yearly_contract_as_written() {
        let on = |today| dates(yearly().outlook(Law::Written, date(today)));
        assert_eq!(on("2026-11-30"), some(["2027-01-14", "2026-12-14", "2027-01-14", "2026-12-14"]));
        assert_eq!(on("2026-12-14"), some(["2027-01-14", "2026-12-14", "2027-01-14", "2026-12-14"]));
        assert_eq!(on("2026-12-15"), some(["2027-01-14", "2026-12-14", "2028-01-14", "2027-12-14"]));
        assert_eq!(on("2030-01-14"), some(["2030-01-14", "2029-12-14", "2031-01-14", "2030-12-14"]));
    }

    #[test]
    fn after_a_tacit_extension_a_consumer_ends_it_within_the_month_of_the_law() {
        let on = |law, today| dates(yearly().outlook(law, date(today)))[2].clone().expect("a date");
        assert_eq!(on(Law::Netherlands, "2026-12-14"), "2027-01-14", "in time for the term");
        assert_eq!(on(Law::Netherlands, "2026-12-15"), "2027-02-15", "as if received on 15 January");
        assert_eq!(on(Law::Netherlands, "2027-03-31"), "2027-04-30");
        assert_eq!(on(Law::Germany, "2027-03-31"), "2027-04-30");
        let slow = NoticePeriod { period: Some(span("P3M")), to: NoticeTo::TermEnd };
        let slow = Contract { notice: slow, ..yearly() };
        let earliest = |law| slow.outlook(law, date("2027-03-31"));
        assert_eq!(earliest(Law::Belgium).earliest, Some(date("2027-05-31")));
        assert!(earliest(Law::Belgium).by_law && !earliest(Law::Written).by_law);
        assert_eq!(earliest(Law::Written).earliest, Some(date("2028-01-14")));
    }

    #[test]
    fn without_a_term_it_ends_on_any_day_or_with_a_month() {
        let open = Contract { term: None, extension: Extension::Open, ..yearly() };
        assert_eq!(
            dates(open.outlook(Law::Netherlands, date("2026-12-31"))),
            some(["", "", "2027-01-31", "2026-12-31"])
        );
        let notice = NoticePeriod { to: NoticeTo::MonthEnd, ..open.notice };
        let monthly = Contract { notice, ..open };
        assert_eq!(
            dates(monthly.outlook(Law::Written, date("2026-12-05"))),
            some(["", "", "2027-01-31", "2026-12-31"])
        );
    }

    #[test]
    fn the_last_of_january_is_in_time_for_the_last_of_february() {
        let start = date("2026-03-01");
        let open = Contract { start, extension: Extension::Open, ..yearly() };
        assert_eq!(
            dates(open.outlook(Law::Written, date("2026-11-30")))[..2],
            some(["2027-02-28", "2027-01-31", "", ""])[..2]
        );
    }

    #[test]
    fn what_has_been_ended_or_ends_by_itself_asks_for_nothing() {
        let ended = Contract { ends: Some(date("2026-12-31")), cooling_off: Some(date("2026-12-01")), ..yearly() };
        let now = ended.outlook(Law::Netherlands, date("2026-11-30"));
        assert_eq!((now.ends, now.earliest, now.withdraw_until), (ended.ends, ended.ends, ended.cooling_off));
        let after = ended.outlook(Law::Netherlands, date("2027-01-01"));
        assert_eq!((after.term, after.earliest, after.withdraw_until), (None, None, None));
        let fixed = Contract { extension: Extension::Ends, ..yearly() };
        let now = fixed.outlook(Law::Netherlands, date("2026-11-30"));
        assert_eq!((now.ends, now.term.and_then(|term| term.notice_by)), (Some(date("2027-01-14")), None));
    }

    #[test]
    fn cooling_off_is_fourteen_days_after_the_day() {
        assert_eq!(cooling_off_ends(date("2026-11-30")), date("2026-12-14"));
    }
}
