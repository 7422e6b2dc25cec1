//! What follows from a case on a day: its state, until when an answer is due, what comes next and whether it waits for the
//! person. In: a case, a day. Out: dates.

use regie_protocol::calendar::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AHEAD, AUTHORITY_MONTHS, Case, DEFAULT_DAYS, POST_DAYS, Way,
    step::{Course, Stage, Standing, Turn},
};
use crate::calendar::{Country, access_answer, working_days_on};

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CaseState")]
pub enum State {
    /// It is written and not sent.
    Drafted,
    /// It is sent.
    Sent,
    /// They said that they have it.
    Acknowledged,
    /// They wait for proof of identity.
    IdentityAsked,
    /// The last day for an answer has passed.
    Late,
    /// They answered.
    Answered,
    /// They refused.
    Refused,
    /// A supervisory authority has it.
    Complained,
    /// It is over.
    Closed,
}

/// Until when an answer is due, and how that is counted (GDPR, article 12 (3); Regulation 1182/71, article 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Due {
    /// The day from which it is counted.
    pub received: Date,
    /// Nobody said that it came on that day: by e-mail or a form the day it was sent, by post two working days later.
    pub presumed: bool,
    /// How many months: one, or three where they said in time that they need more.
    pub months: u8,
    /// They said so too late, so it is one month all the same.
    pub extended_late: bool,
    /// For how many days it stood still, because they waited for proof of identity.
    pub still_days: i32,
    /// They wait for that now. Were it given today, the days below would hold.
    pub stands_still: bool,
    /// The last day as counted, whatever day of the week it is.
    pub counted: Date,
    /// The last day that holds: the next working day.
    pub last: Date,
    /// The last day where their question does not stop the period; none where there was no question.
    pub without_pause: Option<Date>,
    /// Are the public holidays of the organisation's country known? Else Saturdays and Sundays alone move a day.
    pub holidays_known: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NextStep {
    /// What.
    pub what: NextOfCase,
    /// By which day, or after it.
    pub by: Option<Date>,
    /// The person is reminded from this day on.
    pub remind: Option<Date>,
}

/// What can come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextOfCase {
    /// The person sends the request.
    Send,
    /// They answer.
    Answer,
    /// The person proves who they are, or says why that is not needed.
    ProveIdentity,
    /// The person sends a letter of default.
    Remind,
    /// They answer that letter.
    AnswerReminder,
    /// The person may complain.
    Complain,
    /// The person reads the answer: it is enough, and the case is closed; or it is not.
    Read,
    /// The authority says how it stands.
    Authority,
    /// The person asks the authority.
    AskAuthority,
    /// Nothing.
    Nothing,
}

/// What follows from a case on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outlook {
    /// Where it stands.
    pub state: State,
    /// Until when an answer is due or was; none where it was never sent.
    pub due: Option<Due>,
    /// What comes next.
    pub next: NextStep,
    /// Does it wait for the person, or is a day near that they are to know of?
    pub waits: bool,
}

impl Case {
    /// How it stands on a day.
    #[must_use]
    pub fn outlook(&self, today: Date) -> Outlook {
        let (state, due, next) = match self.stage() {
            Stage::Drafted => (State::Drafted, None, NextStep::of(NextOfCase::Send)),
            Stage::Closed(course) => {
                // It is over as it stood on its last day, however long ago that was.
                let closed = self.last_day(today);
                let due = course.as_ref().map(|course| course.due(closed, self.country()));
                (State::Closed, due, NextStep::of(NextOfCase::Nothing))
            }
            Stage::Under(course, standing) => {
                // Once somebody decided, nothing moves the day any more.
                let at = if *standing == Standing::Open { today } else { self.last_day(today) };
                let due = course.due(at, self.country());
                let (state, next) = course.stands(*standing, &due, today);
                (state, Some(due), next)
            }
        };
        let is_theirs = matches!(next.what, NextOfCase::Answer | NextOfCase::AnswerReminder | NextOfCase::Authority);
        let waits = match next.what {
            NextOfCase::Nothing => false,
            _ if is_theirs => next.remind.is_some_and(|from| from <= today),
            _ => true,
        };
        Outlook { state, due, next, waits }
    }

    /// The day of its last step.
    fn last_day(&self, today: Date) -> Date {
        self.steps().last().map_or(today, |step| step.on)
    }
}

impl NextStep {
    fn of(what: NextOfCase) -> Self {
        Self { what, by: None, remind: None }
    }

    fn by(what: NextOfCase, by: Date) -> Self {
        Self { what, by: Some(by), remind: Some(by.plus_days(-AHEAD)) }
    }
}

impl Course {
    fn stands(&self, standing: Standing, due: &Due, today: Date) -> (State, NextStep) {
        match standing {
            Standing::Answered => (State::Answered, NextStep::of(NextOfCase::Read)),
            Standing::Refused => (State::Refused, NextStep::of(NextOfCase::Complain)),
            Standing::Complained(on) => (State::Complained, authority(on, today)),
            Standing::Open if due.stands_still => (State::IdentityAsked, NextStep::of(NextOfCase::ProveIdentity)),
            Standing::Open if today > due.last => (State::Late, self.late(today)),
            Standing::Open => {
                let state = if self.acknowledged.is_some() { State::Acknowledged } else { State::Sent };
                (state, NextStep::by(NextOfCase::Answer, due.last))
            }
        }
    }

    fn late(&self, today: Date) -> NextStep {
        match self.reminded.map(|on| on.plus_days(DEFAULT_DAYS)) {
            None => NextStep::of(NextOfCase::Remind),
            Some(until) if until >= today => NextStep::by(NextOfCase::AnswerReminder, until),
            Some(_) => NextStep::of(NextOfCase::Complain),
        }
    }

    /// The day of receipt, and whether that is presumed.
    fn received(&self, country: Option<Country>) -> (Date, bool) {
        if let Some((_, Some(day))) = self.acknowledged {
            return (day, false);
        }
        let presumed = match self.way {
            Way::Email | Way::Webform | Way::Companion => self.sent,
            Way::Post => working_days_on(self.sent, POST_DAYS, country),
        };
        // They had it at the latest when they said so.
        (self.acknowledged.map_or(presumed, |(on, _)| presumed.min(on)), true)
    }

    /// Until when they have to answer, as it is known on a day.
    ///
    /// Where a controller doubts who asks and says so without delay, the period may stand still until it has what it needs (EDPB,
    /// Guidelines 01/2022, 5.3). Whether the doubt was reasonable (article 12 (6)) nobody can see from here: both days are
    /// counted. A question that came when the time was over stops nothing.
    pub(super) fn due(&self, today: Date, country: Option<Country>) -> Due {
        let (received, presumed) = self.received(country);
        let last = |extended, still| access_answer(received, extended, still, country).last;
        let (mut extended, mut late, mut still, mut open, mut questions) = (false, false, 0, None, false);
        for turn in &self.turns {
            match *turn {
                Turn::Asked(on) => {
                    (open, questions) = (Some(on).filter(|on| *on <= last(extended, still)), true);
                }
                Turn::Proved(on) => still += open.take().map_or(0, |asked| on.days_after(asked)),
                // The word has to come in the first month (article 12 (3)), which may stand still too.
                Turn::Extended(on) if open.is_some() || on <= last(false, still) => extended = true,
                Turn::Extended(_) => late = true,
            }
        }
        let stands_still = open.is_some();
        still += open.map_or(0, |asked| today.days_after(asked).max(0));
        let answer = access_answer(received, extended, still, country);
        Due {
            received,
            presumed,
            months: if extended { 3 } else { 1 },
            extended_late: late,
            still_days: still,
            stands_still,
            counted: answer.counted,
            last: answer.last,
            without_pause: questions.then(|| last(extended, 0)),
            holidays_known: country.is_some(),
        }
    }
}

/// What the authority owes (article 78 (2)): a word on how it stands, within three months.
fn authority(since: Date, today: Date) -> NextStep {
    let until = since.plus_months(AUTHORITY_MONTHS);
    match until >= today {
        true => NextStep::by(NextOfCase::Authority, until),
        false => NextStep::of(NextOfCase::AskAuthority),
    }
}
