//! When contracts can end, against a model that looks at one day after the other and takes the first that is allowed.

use proptest::prelude::*;
use regie_protocol::{
    Contract,
    calendar::{Date, Span, Unit},
    contract::{Extension, Law, NoticePeriod, NoticeTo, Outlook},
};

use crate::{
    cases,
    plain_calendar::{Day, Kind, Of},
};

/// Days that are looked at behind the one asked about: more than any case here needs.
const HORIZON: usize = 2_000;

fn day(date: Date) -> Day {
    Day { year: date.year(), month: date.month().into(), day: date.day().into() }
}

fn period(span: Span) -> Of {
    let kind = match span.unit {
        Unit::Day => Kind::Day,
        Unit::Week => Kind::Week,
        Unit::Month => Kind::Month,
        Unit::Year => Kind::Year,
    };
    Of { count: span.count.get().into(), kind }
}

fn date() -> impl Strategy<Value = Date> {
    // Ends of months come often: there the rules differ.
    let days = prop_oneof![1u8..=31, 27u8..=31];
    (2025i32..=2028, 1u8..=12, days).prop_filter_map("a day", |(year, month, day)| Date::new(year, month, day))
}

fn span(days: u16, months: u16) -> impl Strategy<Value = Span> {
    let of = |most: u16, unit| (1..=most).prop_filter_map("not empty", move |count| Span::new(count, unit));
    prop_oneof![
        of(days, Unit::Day),
        of(days / 7, Unit::Week),
        of(months, Unit::Month),
        of(months.div_ceil(12), Unit::Year)
    ]
}

prop_compose! {
    fn contract()(
        start in date(),
        term in prop::option::weighted(0.8, span(400, 24)),
        again in span(400, 12),
        follows in 0..3,
        period in prop::option::weighted(0.9, span(100, 6)),
        to in prop::sample::select(vec![NoticeTo::AnyDay, NoticeTo::MonthEnd, NoticeTo::TermEnd]),
    ) -> Contract {
        let extension = match (term, follows) {
            (None, _) | (_, 0) => Extension::Open,
            (_, 1) => Extension::Ends,
            _ => Extension::Again(again),
        };
        Contract {
            number: "1".into(),
            party: "Party".into(),
            customer: None,
            product: "Thing".into(),
            charge: None,
            start,
            term,
            extension,
            notice: NoticePeriod { period, to },
            cooling_off: None,
            ends: None,
            documents: [].into(),
        }
    }
}

/// What the model knows: the last days of the terms, as far as it looks.
struct Model<'a> {
    contract: &'a Contract,
    /// The last days of all terms up to the horizon.
    terms: Vec<Day>,
    law: Option<Of>,
}

impl<'a> Model<'a> {
    fn of(contract: &'a Contract, law: Law, from: Day) -> Self {
        let law = match law {
            Law::Netherlands | Law::Germany => Some(Of { count: 1, kind: Kind::Month }),
            Law::Belgium => Some(Of { count: 2, kind: Kind::Month }),
            _ => None,
        };
        let start = day(contract.start);
        let mut terms: Vec<Day> = contract.term.map(|term| start.last_of_term(period(term), 1)).into_iter().collect();
        if let (Extension::Again(span), Some(first)) = (contract.extension, terms.first().copied()) {
            let end = from.max(start).walk(HORIZON);
            let mut times = 1;
            while terms.last().is_some_and(|last| *last < end) {
                terms.push(first.next().last_of_term(period(span), times));
                times += 1;
            }
        }
        Self { contract, terms, law }
    }

    /// The day on which notice that is received on another one is over.
    fn noticed(&self, received: Day, most: Option<Of>) -> Day {
        let own = self.contract.notice.period.map_or(received, |span| received.after(period(span)));
        most.map_or(own, |most| own.min(received.after(most)))
    }

    /// May it end with this day, by what is written, if notice is received on that one?
    fn written(&self, end: Day, received: Day) -> bool {
        let first = self.terms.first().copied();
        if self.contract.extension == Extension::Ends {
            return Some(end) == first;
        }
        let bound = first.is_some_and(|first| end < first) || end < day(self.contract.start);
        let runs_without = first.is_none() || self.contract.extension == Extension::Open;
        let fits = match self.contract.notice.to {
            NoticeTo::AnyDay => true,
            NoticeTo::MonthEnd => end.next().day == 1,
            NoticeTo::TermEnd => runs_without || self.terms.binary_search(&end).is_ok(),
        };
        !bound && fits && end >= self.noticed(received, None)
    }

    /// By the law, if notice is received on that day, or before the extension on its first one.
    fn lawful(&self, end: Day, received: Day) -> bool {
        let (Some(most), Some(first)) = (self.law, self.terms.first()) else { return false };
        let begins = first.next();
        self.contract.extension != Extension::Ends
            && end >= begins
            && end >= self.noticed(received.max(begins), Some(most))
    }

    fn first_end(&self, received: Day, law: bool) -> Day {
        let mut end = day(self.contract.start).max(received);
        for _ in 0..2 * HORIZON {
            if self.written(end, received) || (law && self.lawful(end, received)) {
                return end;
            }
            end = end.next();
        }
        panic!("the horizon is too near for {:?}", self.contract);
    }
}

fn same(dates: Option<Date>, model: Option<Day>) -> Result<(), TestCaseError> {
    prop_assert_eq!(dates.map(day), model);
    Ok(())
}

fn against_model(contract: &Contract, law: Law, today: Date) -> Result<(), TestCaseError> {
    let Outlook { ends, term, earliest, earliest_by, .. } = contract.outlook(law, today);
    let now = day(today);
    let model = Model::of(contract, law, now);
    if contract.extension == Extension::Ends && model.terms[0] < now {
        prop_assert_eq!((ends.map(day), term, earliest, earliest_by), (Some(model.terms[0]), None, None, None));
        return Ok(());
    }
    let end = model.first_end(now, true);
    same(earliest, Some(end))?;
    // Notice on the day after the last that is in time comes to another end.
    let by = earliest_by.expect("there is such a day");
    prop_assert!(by >= today && model.first_end(day(by), true) == end);
    if day(by) < end {
        prop_assert!(model.first_end(day(by).next(), true) > end);
    }
    let runs = model.terms.iter().copied().find(|last| *last >= now);
    same(term.map(|term| term.last), runs)?;
    let Some(last) = runs.filter(|_| contract.extension != Extension::Ends) else {
        prop_assert!(term.is_none_or(|term| term.notice_by.is_none()));
        return Ok(());
    };
    match term.and_then(|term| term.notice_by).map(day) {
        Some(by) => {
            prop_assert!(model.first_end(by, false) <= last);
            prop_assert!(by == last || model.first_end(by.next(), false) > last);
        }
        None => {
            prop_assert!(model.first_end(last.back(300), false) > last, "the earliest notice would not do either");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn notice_ends_a_contract_on_the_first_day_that_is_allowed(
        contract in contract(),
        law in prop::sample::select(vec![Law::Written, Law::Netherlands, Law::Belgium]),
        today in date(),
    ) {
        against_model(&contract, law, today)?;
    }

    #[test]
    fn a_law_is_never_worse_and_later_notice_never_ends_earlier(contract in contract(), today in date(), later in 1..60) {
        let earliest = |law, on: Date| contract.outlook(law, on).earliest;
        for law in [Law::Netherlands, Law::Belgium, Law::Germany] {
            prop_assert!(earliest(law, today) <= earliest(Law::Written, today));
            if let Some(then) = earliest(law, today.plus_days(later)) {
                prop_assert!(earliest(law, today) <= Some(then));
            }
        }
    }

    #[test]
    fn dates_are_those_of_a_walk(from in date(), span in span(800, 30), times in 1..4) {
        let (start, of) = (day(from), period(span));
        prop_assert_eq!(day(from.plus(span)), start.after(of));
        prop_assert_eq!(day(from.through(span, times)), start.last_of_term(of, times.cast_unsigned()));
        prop_assert_eq!(from.plus(span).days_after(from), start.days_until(start.after(of)));
        prop_assert_eq!(from.to_string().parse::<Date>(), Ok(from));
        prop_assert_eq!(span.to_string().parse::<Span>(), Ok(span));
    }

    #[test]
    fn a_contract_comes_back_from_its_document_and_nothing_else_does(contract in contract(), at in any::<prop::sample::Index>()) {
        let mut document = contract.to_document().expect("within its bounds");
        prop_assert_eq!(Contract::of(&document), Some(Ok(contract)));
        let at = at.index(document.body.len());
        document.body.truncate(at);
        prop_assert!(Contract::of(&document).is_some_and(|read| read.is_err()));
    }
}
