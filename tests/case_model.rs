//! Cases against a plain model: the same steps, in flags and days that are walked one by one.

use std::collections::BTreeSet;

use proptest::prelude::*;
use regie::{
    calendar::{Country, is_working_day},
    case::{Case, CaseError, Due, Happened, NextOfCase, Right, STEPS, State, Step, Way},
};
use regie_protocol::calendar::Date;

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn step(on: &str, what: Happened) -> Step {
    Step { on: date(on), what }
}

/// A case that went through these steps, each on the day that it says.
fn case(steps: &[(&str, Happened)]) -> Case {
    let mut case = Case::draft(Right::Access, Some(Country::Netherlands), date("2026-01-01"));
    for (on, what) in steps {
        case.take(step(on, what.clone()), date("2030-01-01")).expect("a step that can be taken");
    }
    case
}

fn due(steps: &[(&str, Happened)], today: &str) -> Due {
    case(steps).outlook(date(today)).due.expect("it was sent")
}

const EMAIL: Happened = Happened::Sent { way: Way::Email };
const POST: Happened = Happened::Sent { way: Way::Post };

#[test]
fn the_month_is_counted_from_receipt_known_or_presumed() {
    let by_mail = due(&[("2027-01-31", EMAIL)], "2027-02-01");
    assert_eq!((by_mail.received, by_mail.presumed), (date("2027-01-31"), true));
    assert_eq!((by_mail.counted, by_mail.last), (date("2027-02-28"), date("2027-03-01")));
    // A Friday, then King's Day.
    let by_post = due(&[("2027-04-23", POST)], "2027-05-01");
    assert_eq!((by_post.received, by_post.presumed), (date("2027-04-28"), true));
    let told = [("2027-04-23", POST), ("2027-05-02", Happened::Acknowledged { received: Some(date("2027-05-01")) })];
    assert_eq!((due(&told, "2027-05-03").received, due(&told, "2027-05-03").presumed), (date("2027-05-01"), false));
    // Who writes back the next day had it by then.
    let soon = [("2027-04-23", POST), ("2027-04-24", Happened::Acknowledged { received: None })];
    assert_eq!((due(&soon, "2027-05-03").received, due(&soon, "2027-05-03").presumed), (date("2027-04-24"), true));
}

#[test]
fn two_months_more_count_where_they_are_announced_in_the_first() {
    let sent = ("2027-01-31", EMAIL);
    let within = due(&[sent.clone(), ("2027-03-01", Happened::Extended)], "2027-03-02");
    assert_eq!((within.months, within.extended_late, within.counted), (3, false, date("2027-04-30")));
    let behind = due(&[sent, ("2027-03-02", Happened::Extended)], "2027-03-02");
    assert_eq!((behind.months, behind.extended_late, behind.last), (1, true, date("2027-03-01")));
}

#[test]
fn a_question_of_identity_stops_the_time_that_still_runs() {
    let asked = [("2027-02-01", EMAIL), ("2027-02-10", Happened::AskedIdentity)];
    let outlook = case(&asked).outlook(date("2027-06-01"));
    assert_eq!((outlook.state, outlook.next.what), (State::IdentityAsked, NextOfCase::ProveIdentity));
    let given = [asked[0].clone(), asked[1].clone(), ("2027-02-15", Happened::ProvedIdentity)];
    let due = due(&given, "2027-02-16");
    assert_eq!((due.still_days, due.counted, due.last), (5, date("2027-03-06"), date("2027-03-08")));
    assert_eq!(due.without_pause, Some(date("2027-03-01")));
    // When the time was over it stops nothing: the case is late, and stays so.
    let after = case(&[asked[0].clone(), ("2027-03-02", Happened::AskedIdentity)]).outlook(date("2027-03-02"));
    assert_eq!((after.state, after.due.map(|due| due.stands_still)), (State::Late, Some(false)));
}

#[test]
fn a_question_that_is_never_answered_does_not_keep_a_complaint_away_for_ever() {
    let asked = [("2027-02-01", EMAIL), ("2027-02-10", Happened::AskedIdentity)];
    let complain = |on: &str| case(&asked).take(step(on, Happened::Complained { to: "AP".into() }), date(on));
    assert_eq!(complain("2027-03-01"), Err(CaseError::TooEarly(date("2027-03-01"))));
    assert_eq!(complain("2027-03-02"), Ok(()));
}

#[test]
fn what_comes_next_goes_from_the_draft_to_the_authority() {
    let today = |on: &str| date(on);
    let mut case = case(&[]);
    assert_eq!(case.outlook(today("2027-01-01")).next.what, NextOfCase::Send);
    let mut go = |on: &str, what: Happened| {
        case.take(step(on, what), date(on)).expect("a step");
        case.clone()
    };
    let sent = go("2027-02-01", EMAIL);
    let outlook = sent.outlook(today("2027-02-21"));
    assert_eq!((outlook.state, outlook.waits, outlook.next.by), (State::Sent, false, Some(today("2027-03-01"))));
    assert!(sent.outlook(today("2027-02-22")).waits, "a week ahead");
    assert_eq!(sent.outlook(today("2027-03-01")).state, State::Sent, "the last day is theirs");
    assert_eq!(sent.outlook(today("2027-03-02")).next.what, NextOfCase::Remind);
    let reminded = go("2027-03-02", Happened::Reminded { way: Way::Email });
    let outlook = reminded.outlook(today("2027-03-03"));
    assert_eq!((outlook.state, outlook.next.what), (State::Late, NextOfCase::AnswerReminder));
    assert_eq!(outlook.next.by, Some(today("2027-03-16")));
    assert_eq!(reminded.outlook(today("2027-03-17")).next.what, NextOfCase::Complain);
    let complained = go("2027-03-17", Happened::Complained { to: "AP".into() });
    let outlook = complained.outlook(today("2027-03-18"));
    assert_eq!((outlook.state, outlook.next.by), (State::Complained, Some(today("2027-06-17"))));
    assert_eq!(complained.outlook(today("2027-06-18")).next.what, NextOfCase::AskAuthority);
    let answered = go("2027-07-01", Happened::Answered);
    assert_eq!(answered.outlook(today("2030-01-01")).due, complained.outlook(today("2027-03-18")).due);
    let closed = go("2027-07-02", Happened::Closed);
    let outlook = closed.outlook(today("2030-01-01"));
    assert_eq!((outlook.state, outlook.waits), (State::Closed, false));
}

/// The next day with this number of the month, or the last of that month: found by walking.
fn a_month_on(from: Date) -> Date {
    let mut at = from.month_end().plus_days(1);
    let month = at.month();
    while at.day() < from.day() && at.plus_days(1).month() == month {
        at = at.plus_days(1);
    }
    at
}

/// The same three times, each from the day of the beginning.
fn months_on(from: Date, months: u8) -> Date {
    let mut at = from;
    for _ in 0..months {
        at = a_month_on(at);
        // February may have cut the number: it comes back with the next month.
        while at.day() < from.day() && at.plus_days(1).month() == at.month() {
            at = at.plus_days(1);
        }
    }
    at
}

fn moved(day: Date) -> Date {
    (0..).map(|days| day.plus_days(days)).find(|day| is_working_day(Country::Netherlands, *day)).expect("a working day")
}

/// What the model knows: what happened, on which day.
#[derive(Default)]
struct Model {
    done: Vec<(Date, &'static str, Option<Date>)>,
    post: bool,
}

impl Model {
    fn on(&self, what: &str) -> Option<Date> {
        self.done.iter().find(|(_, done, _)| *done == what).map(|(on, ..)| *on)
    }

    fn received(&self) -> Date {
        let acknowledged = self.done.iter().find(|(_, what, _)| *what == "acknowledged");
        if let Some((_, _, Some(day))) = acknowledged {
            return *day;
        }
        let mut day = self.on("sent").expect("sent");
        let mut left = if self.post { 2 } else { 0 };
        while left > 0 {
            day = day.plus_days(1);
            left -= i32::from(is_working_day(Country::Netherlands, day));
        }
        acknowledged.map_or(day, |(on, ..)| day.min(*on))
    }

    /// The last day for an answer as of today, and whether it stands still: days are walked, and those that stand still do not count.
    fn last(&self, today: Date) -> (Date, bool) {
        let base = |months| months_on(self.received(), months);
        let (mut months, mut still, mut open) = (1, 0, None);
        for (on, what, _) in &self.done {
            match *what {
                "asked" => open = (*on <= moved(base(months).plus_days(still))).then_some(*on),
                "proved" => {
                    if let Some(asked) = open.take() {
                        let mut day: Date = asked;
                        while day < *on {
                            day = day.plus_days(1);
                            still += 1;
                        }
                    }
                }
                "extended" if open.is_some() || *on <= moved(base(1).plus_days(still)) => months = 3,
                _ => {}
            }
        }
        let now = open.map_or(0, |asked| today.days_after(asked).max(0));
        (moved(base(months).plus_days(still + now)), open.is_some())
    }

    /// The last day where questions stop nothing.
    fn unpaused(&self, today: Date) -> Date {
        let months = self.last_months(today);
        moved(months_on(self.received(), months))
    }

    fn last_months(&self, today: Date) -> u8 {
        let without: Vec<_> = self.done.clone();
        let model = Self { done: without, post: self.post };
        // Three months are more than 62 days behind one with any pause that both have.
        let (with, _) = model.last(today);
        let mut short = Self { done: Vec::new(), post: self.post };
        short.done = model.done.iter().filter(|(_, what, _)| *what != "extended").copied().collect();
        if with.days_after(short.last(today).0) > 40 { 3 } else { 1 }
    }

    fn asked(&self) -> bool {
        let last = self.done.iter().rev().find(|(_, what, _)| ["asked", "proved"].contains(what));
        last.is_some_and(|(_, what, _)| *what == "asked")
    }

    fn decided(&self) -> Option<&'static str> {
        let decides = ["answered", "refused", "complained"];
        self.done.iter().rev().find(|(_, what, _)| decides.contains(what)).map(|(_, what, _)| *what)
    }

    /// May it happen on that day?
    fn may(&self, on: Date, what: &str, received: Option<Date>) -> bool {
        if self.on("closed").is_some() || self.done.last().is_some_and(|(last, ..)| on < *last) {
            return false;
        }
        let Some(sent) = self.on("sent") else { return ["sent", "closed"].contains(&what) };
        let is_open = self.decided().is_none();
        let over = || {
            let (last, still) = self.last(on);
            on > if still { self.unpaused(on) } else { last }
        };
        match what {
            "sent" => false,
            "acknowledged" => {
                is_open && self.on("acknowledged").is_none() && received.is_none_or(|day| day >= sent && day <= on)
            }
            "asked" => is_open && !self.asked(),
            "proved" => is_open && self.asked(),
            "extended" => is_open && self.on("extended").is_none(),
            "answered" | "closed" => true,
            "refused" => self.decided() != Some("refused"),
            "reminded" => is_open && self.on("reminded").is_none() && !self.last(on).1 && over(),
            "complained" => self.decided() != Some("complained") && (!is_open || over()),
            other => panic!("{other}"),
        }
    }

    fn state(&self, today: Date) -> State {
        match self.decided() {
            _ if self.on("closed").is_some() => State::Closed,
            _ if self.on("sent").is_none() => State::Drafted,
            Some("answered") => State::Answered,
            Some("refused") => State::Refused,
            Some(_) => State::Complained,
            None => match self.last(today) {
                (_, true) => State::IdentityAsked,
                (last, _) if today > last => State::Late,
                _ if self.on("acknowledged").is_some() => State::Acknowledged,
                _ => State::Sent,
            },
        }
    }
}

const WHATS: [&str; 10] =
    ["sent", "acknowledged", "asked", "proved", "extended", "answered", "refused", "reminded", "complained", "closed"];

fn happened(what: &str, post: bool, received: Option<Date>) -> Happened {
    match what {
        "sent" => Happened::Sent { way: if post { Way::Post } else { Way::Email } },
        "acknowledged" => Happened::Acknowledged { received },
        "asked" => Happened::AskedIdentity,
        "proved" => Happened::ProvedIdentity,
        "extended" => Happened::Extended,
        "answered" => Happened::Answered,
        "refused" => Happened::Refused,
        "reminded" => Happened::Reminded { way: Way::Email },
        "complained" => Happened::Complained { to: "AP".into() },
        _ => Happened::Closed,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever is tried, in whichever order and on whichever days: the same steps are taken as the model takes, the same state and
    /// the same last day come out, and what is written is read back as it was.
    #[test]
    fn every_history_is_as_the_model_has_it(
        begin in 0_i32..1_500,
        post: bool,
        tries in proptest::collection::vec((0_usize..10, -3_i32..45, proptest::option::of(-2_i32..6)), 1..30),
    ) {
        let mut today = date("2025-01-01").plus_days(begin);
        let mut model = Model { post, ..Model::default() };
        let mut case = Case::draft(Right::Erasure, Some(Country::Netherlands), today);
        for (place, (index, later, back)) in tries.into_iter().enumerate() {
            // Most histories begin by being sent.
            let what = if place == 0 { "sent" } else { WHATS[index] };
            let on = today.plus_days(if place == 0 { 0 } else { later });
            let received = back.map(|days| on.plus_days(-days));
            let may = model.may(on, what, received);
            let before = case.clone();
            let taken = case.take(Step { on, what: happened(what, post, received) }, on);
            prop_assert_eq!(taken.is_ok(), may, "{} on {}: {:?}", what, on, taken);
            if may {
                model.done.push((on, what, received));
                today = on;
                let mut undone = case.clone();
                undone.undo().expect("a step");
                prop_assert_eq!(&undone, &before);
            } else {
                prop_assert_eq!(&case, &before, "what is refused changes nothing");
            }
            for days in [0, 1, 7, 40, 100] {
                let look = today.plus_days(days);
                let outlook = case.outlook(look);
                prop_assert_eq!(outlook.state, model.state(look), "on {}", look);
                if ["sent", "acknowledged", "late", "identity_asked"].contains(&name(outlook.state)) {
                    let due = outlook.due.expect("it was sent");
                    prop_assert_eq!((due.last, due.stands_still), model.last(look));
                    prop_assert!(due.last >= due.counted && is_working_day(Country::Netherlands, due.last));
                    prop_assert!(due.without_pause.is_none_or(|day| day <= due.last));
                }
            }
            let written = serde_json::to_string(&case).expect("JSON");
            prop_assert_eq!(&serde_json::from_str::<Case>(&written).expect("read back"), &case);
        }
    }

    /// A list of steps in the store that no person could have taken is not read.
    #[test]
    fn a_forged_history_is_not_read(order in proptest::collection::vec(0_usize..10, 1..6)) {
        let mut model = Model::default();
        let mut possible = true;
        let steps: Vec<Step> = order.iter().map(|index| {
            let (on, what) = (date("2027-02-01"), WHATS[*index]);
            possible = possible && model.may(on, what, None);
            if possible { model.done.push((on, what, None)); }
            Step { on, what: happened(what, false, None) }
        }).collect();
        let text = serde_json::json!({ "right": "access", "country": "NL", "begun": "2027-01-01", "steps": steps });
        prop_assert_eq!(serde_json::from_value::<Case>(text).is_ok(), possible);
    }
}

fn name(state: State) -> &'static str {
    match state {
        State::Drafted => "drafted",
        State::Sent => "sent",
        State::Acknowledged => "acknowledged",
        State::IdentityAsked => "identity_asked",
        State::Late => "late",
        State::Answered => "answered",
        State::Refused => "refused",
        State::Complained => "complained",
        State::Closed => "closed",
    }
}

#[test]
fn every_refusal_has_a_code_of_its_own_and_a_next_step() {
    let day = date("2027-01-01");
    let all = [
        CaseError::NotSent,
        CaseError::AlreadySent,
        CaseError::AlreadyAcknowledged,
        CaseError::Decided,
        CaseError::AlreadyRefused,
        CaseError::QuestionOpen,
        CaseError::NoQuestion,
        CaseError::AlreadyExtended,
        CaseError::AlreadyReminded,
        CaseError::AlreadyComplained,
        CaseError::TooEarly(day),
        CaseError::Closed,
        CaseError::Future,
        CaseError::BeforeLast(day),
        CaseError::Received,
        CaseError::Nothing,
        CaseError::TooMany,
    ];
    let codes: BTreeSet<&str> = all.iter().map(CaseError::code).collect();
    assert_eq!(codes.len(), all.len());
    for error in all {
        assert!(error.to_string().contains([';']), "{error}");
    }
}

#[test]
fn a_case_has_no_more_steps_than_it_may() {
    let mut case = case(&[("2027-02-01", EMAIL)]);
    for _ in 1..STEPS {
        case.take(step("2027-02-01", Happened::Answered), date("2027-02-01")).expect("a step");
    }
    let more = case.take(step("2027-02-01", Happened::Answered), date("2027-02-01"));
    assert_eq!(more, Err(CaseError::TooMany));
}
