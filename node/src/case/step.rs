//! What happens in a case, and in which order it can. In: steps with their days. Out: a case, or why not.

use regie_protocol::calendar::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Right, Way};
use crate::calendar::Country;

/// Most steps of one case.
pub const STEPS: usize = 100;

/// Something that happened, on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// When.
    pub on: Date,
    /// What.
    #[serde(flatten)]
    pub what: Happened,
}

/// What can happen in a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happened {
    /// The request went out.
    Sent {
        /// By which way.
        way: Way,
    },
    /// They said that they have it.
    Acknowledged {
        /// Since when, where they say so.
        received: Option<Date>,
    },
    /// They asked for proof of identity.
    AskedIdentity,
    /// The person gave it, or said that they know enough.
    ProvedIdentity,
    /// They said that they need two months more.
    Extended,
    /// They answered.
    Answered,
    /// They said no.
    Refused,
    /// A letter of default went out.
    Reminded {
        /// By which way.
        way: Way,
    },
    /// A complaint went to a supervisory authority.
    Complained {
        /// To which.
        to: String,
    },
    /// It is over for the person.
    Closed,
}

/// A request, with what happened in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Case {
    right: Right,
    country: Option<Country>,
    begun: Date,
    steps: Vec<Step>,
    stage: Stage,
}

/// Where it stands; whatever a step needs is here, so that no step can be taken without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Drafted,
    Under(Course, Standing),
    /// With how it went, where it was ever sent.
    Closed(Option<Course>),
}

/// What they did with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing that ends the wait.
    Open,
    Answered,
    Refused,
    /// The authority has it, since this day.
    Complained(Date),
}

/// How it went since it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Course {
    pub(super) sent: Date,
    pub(super) way: Way,
    /// The day on which they said that they have it, and the day that they named.
    pub(super) acknowledged: Option<(Date, Option<Date>)>,
    /// What moves the deadline, in order.
    pub(super) turns: Vec<Turn>,
    pub(super) reminded: Option<Date>,
}

/// Something that moves the deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Asked(Date),
    Proved(Date),
    Extended(Date),
}

/// The form in the store.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    right: Right,
    country: Option<Country>,
    begun: Date,
    steps: Vec<Step>,
}

/// Why a step can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// It was not sent yet.
    #[error("the request was not sent yet; send it, and say when and how")]
    NotSent,
    /// It was sent before.
    #[error("the request was sent already; if the day is wrong, undo that step first")]
    AlreadySent,
    /// They said before that they have it.
    #[error("they said already that they have it; if the day is wrong, undo that step first")]
    AlreadyAcknowledged,
    /// They answered or refused, or an authority has it.
    #[error("they answered or refused, or the authority has it; note another answer, complain, or close the case")]
    Decided,
    /// They refused before.
    #[error("they refused already; complain, or close the case")]
    AlreadyRefused,
    /// They wait for proof of identity.
    #[error("they wait for proof of identity; answer that first, and say on which day you did")]
    QuestionOpen,
    /// Nobody asked for proof of identity.
    #[error("they asked for no proof of identity; note first that they did")]
    NoQuestion,
    /// They took more time before.
    #[error("they took two months more already, and can't twice; undo that step if it is wrong")]
    AlreadyExtended,
    /// A letter of default went out before.
    #[error("a letter of default was sent already; wait for the days that it gives, or complain")]
    AlreadyReminded,
    /// The authority has it.
    #[error("the complaint was sent already; note what comes of it, or close the case")]
    AlreadyComplained,
    /// They still have time.
    #[error("they have time until {0}; wait for that day to pass")]
    TooEarly(Date),
    /// The case is closed.
    #[error("the case is closed; undo its last step to open it again, or begin another")]
    Closed,
    /// The day has not come.
    #[error("that day has not come yet; give the day on which it happened")]
    Future,
    /// The day lies before the step before.
    #[error("that is before {0}, the day of the step before; undo that one first, or give a later day")]
    BeforeLast(Date),
    /// The day of receipt is none that can be.
    #[error("they can't have received it before it was sent, or after they said so; give another day")]
    Received,
    /// There is nothing to undo.
    #[error("nothing happened yet that could be undone; remove the case if you don't want it")]
    Nothing,
    /// It has as many steps as it may.
    #[error("the case has {STEPS} steps, the bound; close it and begin another")]
    TooMany,
}

impl CaseError {
    /// Stable, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSent => "case_not_sent",
            Self::AlreadySent => "case_sent",
            Self::AlreadyAcknowledged => "case_acknowledged",
            Self::Decided => "case_decided",
            Self::AlreadyRefused => "case_refused",
            Self::QuestionOpen => "case_question_open",
            Self::NoQuestion => "case_no_question",
            Self::AlreadyExtended => "case_extended",
            Self::AlreadyReminded => "case_reminded",
            Self::AlreadyComplained => "case_complained",
            Self::TooEarly(_) => "case_too_early",
            Self::Closed => "case_closed",
            Self::Future => "case_future",
            Self::BeforeLast(_) => "case_order",
            Self::Received => "case_receipt",
            Self::Nothing => "case_nothing",
            Self::TooMany => "case_steps",
        }
    }
}

impl Case {
    /// A request that nobody has yet. The country is the organisation's, whose holidays are looked at.
    #[must_use]
    pub fn draft(right: Right, country: Option<Country>, begun: Date) -> Self {
        Self { right, country, begun, steps: Vec::new(), stage: Stage::Drafted }
    }

    /// What is asked for.
    #[must_use]
    pub fn right(&self) -> Right {
        self.right
    }

    /// Whose public holidays are counted; none where they are not known.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        self.country
    }

    /// The day on which the request went out; none where it did not yet.
    #[must_use]
    pub fn sent(&self) -> Option<Date> {
        self.day_of(|what| matches!(what, Happened::Sent { .. }))
    }

    /// The day of the letter of default; none where none went.
    #[must_use]
    pub fn reminded(&self) -> Option<Date> {
        self.day_of(|what| matches!(what, Happened::Reminded { .. }))
    }

    fn day_of(&self, is_it: impl Fn(&Happened) -> bool) -> Option<Date> {
        self.steps.iter().find(|step| is_it(&step.what)).map(|step| step.on)
    }

    /// The day on which it was drafted.
    #[must_use]
    pub fn begun(&self) -> Date {
        self.begun
    }

    /// What happened, the oldest first.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Takes a step. What it needs and has not is said; nothing changes then.
    ///
    /// # Errors
    /// Why it can't be taken on that day, or in that state.
    pub fn take(&mut self, step: Step, today: Date) -> Result<(), CaseError> {
        if step.on > today {
            return Err(CaseError::Future);
        }
        self.follow(step)
    }

    /// Takes the last step back.
    ///
    /// # Errors
    /// Where there is none.
    pub fn undo(&mut self) -> Result<Step, CaseError> {
        let mut steps = std::mem::take(&mut self.steps);
        let last = steps.pop().ok_or(CaseError::Nothing)?;
        self.stage = Stage::Drafted;
        // The steps before it were possible without it.
        steps.into_iter().try_for_each(|step| self.follow(step))?;
        Ok(last)
    }

    fn follow(&mut self, step: Step) -> Result<(), CaseError> {
        if self.steps.len() >= STEPS {
            return Err(CaseError::TooMany);
        }
        if let Some(last) = self.steps.last().filter(|last| step.on < last.on) {
            return Err(CaseError::BeforeLast(last.on));
        }
        self.stage = self.after(&step)?;
        self.steps.push(step);
        Ok(())
    }

    fn after(&self, step: &Step) -> Result<Stage, CaseError> {
        match (&self.stage, &step.what) {
            (Stage::Closed(_), _) => Err(CaseError::Closed),
            (Stage::Drafted, Happened::Sent { way }) => Ok(Stage::Under(Course::begin(step.on, *way), Standing::Open)),
            (Stage::Drafted, Happened::Closed) => Ok(Stage::Closed(None)),
            (Stage::Drafted, _) => Err(CaseError::NotSent),
            (Stage::Under(course, _), Happened::Closed) => Ok(Stage::Closed(Some(course.clone()))),
            (Stage::Under(course, standing), what) => {
                let mut course = course.clone();
                let standing = match standing {
                    Standing::Open => course.open(step.on, what, self.country)?,
                    decided => decided_by(*decided, step.on, what)?,
                };
                Ok(Stage::Under(course, standing))
            }
        }
    }
}

/// What can still happen once somebody decided.
fn decided_by(standing: Standing, on: Date, what: &Happened) -> Result<Standing, CaseError> {
    match (what, standing) {
        (Happened::Sent { .. }, _) => Err(CaseError::AlreadySent),
        (Happened::Answered, _) => Ok(Standing::Answered),
        (Happened::Refused, Standing::Refused) => Err(CaseError::AlreadyRefused),
        (Happened::Refused, _) => Ok(Standing::Refused),
        (Happened::Complained { .. }, Standing::Complained(_)) => Err(CaseError::AlreadyComplained),
        (Happened::Complained { .. }, _) => Ok(Standing::Complained(on)),
        _ => Err(CaseError::Decided),
    }
}

impl Course {
    fn begin(sent: Date, way: Way) -> Self {
        Self { sent, way, acknowledged: None, turns: Vec::new(), reminded: None }
    }

    /// A step while they are to answer.
    fn open(&mut self, on: Date, what: &Happened, country: Option<Country>) -> Result<Standing, CaseError> {
        let asked = self.asked().is_some();
        match what {
            Happened::Sent { .. } => return Err(CaseError::AlreadySent),
            Happened::Acknowledged { .. } if self.acknowledged.is_some() => return Err(CaseError::AlreadyAcknowledged),
            Happened::Acknowledged { received } => {
                if received.is_some_and(|day| day < self.sent || day > on) {
                    return Err(CaseError::Received);
                }
                self.acknowledged = Some((on, *received));
            }
            Happened::AskedIdentity if asked => return Err(CaseError::QuestionOpen),
            Happened::AskedIdentity => self.turns.push(Turn::Asked(on)),
            Happened::ProvedIdentity if !asked => return Err(CaseError::NoQuestion),
            Happened::ProvedIdentity => self.turns.push(Turn::Proved(on)),
            Happened::Extended if self.turns.iter().any(|turn| matches!(turn, Turn::Extended(_))) => {
                return Err(CaseError::AlreadyExtended);
            }
            Happened::Extended => self.turns.push(Turn::Extended(on)),
            Happened::Answered => return Ok(Standing::Answered),
            Happened::Refused => return Ok(Standing::Refused),
            Happened::Reminded { .. } if self.reminded.is_some() => return Err(CaseError::AlreadyReminded),
            Happened::Reminded { .. } if self.due(on, country).stands_still => return Err(CaseError::QuestionOpen),
            Happened::Reminded { .. } => {
                self.is_over(on, country)?;
                self.reminded = Some(on);
            }
            Happened::Complained { .. } => {
                self.is_over(on, country)?;
                return Ok(Standing::Complained(on));
            }
            // `Case::after` has it.
            Happened::Closed => return Err(CaseError::Closed),
        }
        Ok(Standing::Open)
    }

    /// Has the time passed in which they had to answer? Who asks for proof again and again has it no longer than who does not.
    fn is_over(&self, on: Date, country: Option<Country>) -> Result<(), CaseError> {
        let due = self.due(on, country);
        let last = if due.stands_still { due.without_pause.unwrap_or(due.last) } else { due.last };
        if on > last { Ok(()) } else { Err(CaseError::TooEarly(last)) }
    }

    /// The day on which they asked for proof of identity that they wait for.
    pub(super) fn asked(&self) -> Option<Date> {
        self.turns.iter().rev().find(|turn| !matches!(turn, Turn::Extended(_))).and_then(|turn| match turn {
            Turn::Asked(on) => Some(*on),
            Turn::Proved(_) | Turn::Extended(_) => None,
        })
    }
}

impl From<Case> for Written {
    fn from(of: Case) -> Self {
        let Case { right, country, begun, steps, .. } = of;
        Self { right, country, begun, steps }
    }
}

impl TryFrom<Written> for Case {
    type Error = CaseError;

    fn try_from(of: Written) -> Result<Self, CaseError> {
        let mut case = Self::draft(of.right, of.country, of.begun);
        of.steps.into_iter().try_for_each(|step| case.follow(step))?;
        Ok(case)
    }
}
