//! Segments: a company publishes a pattern in the open, and people themselves say whether they belong to it.
//!
//! In: a signed segment, the person's own values, today. Out: whether it fits and why; a signed membership; or a
//! randomised response, from which a count can be estimated and no single answer be known (Warner 1965; as local
//! differential privacy: Kasiviswanathan et al. 2011). The predicate is evaluated on the person's node and nowhere
//! else: the company never sees the values.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    entropy::Entropy,
    field::{FieldPath, Value},
    identity::{Nonce, PublicKey},
    intent::Category,
    limits,
    profile::plain_line,
    purpose::Purpose,
    signed::{Object, ObjectId},
    tally::Tally,
    time::{DAY_MS, Days, Timestamp},
};

/// A pattern over a person's fields. A clause about a field that holds no value is neither true nor false, and a
/// person belongs only where the whole is true (Kleene's three values).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Predicate {
    /// Every one of them.
    All(Vec<Predicate>),
    /// At least one of them.
    Any(Vec<Predicate>),
    /// That does not hold.
    Not(Box<Predicate>),
    /// The field holds a value.
    Has(FieldPath),
    /// The field is one of these, letter for letter.
    Is {
        /// The field that is looked at.
        field: FieldPath,
        /// 1 to [`limits::SEGMENT_VALUES`], each of at most [`limits::DETAIL_BYTES`].
        values: BTreeSet<String>,
    },
    /// The field begins so: a postal code's first digits.
    Begins {
        /// The field that is looked at.
        field: FieldPath,
        /// At most [`limits::DETAIL_BYTES`].
        with: String,
    },
    /// The field is a whole number within bounds, both included.
    Number {
        /// The field that is looked at.
        field: FieldPath,
        /// The least that still belongs; none for no bound.
        least: Option<i64>,
        /// The most that still belongs; none for no bound.
        most: Option<i64>,
    },
    /// The field is a date (`2001-09-30`) so many full years ago, both bounds included.
    Years {
        /// The field that is looked at.
        field: FieldPath,
        /// The least that still belongs; none for no bound.
        least: Option<u32>,
        /// The most that still belongs; none for no bound.
        most: Option<u32>,
    },
}

/// Whether a person belongs, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Does the whole hold?
    pub belongs: bool,
    /// Clause by clause, without the joins, and whether it holds; none where there is no value to tell by.
    pub because: Vec<(Predicate, Option<bool>)>,
}

impl Predicate {
    /// Within the bounds of depth, size and text.
    #[must_use]
    pub fn well_formed(&self) -> bool {
        let mut clauses = 0;
        self.fits(limits::SEGMENT_DEPTH, &mut clauses) && clauses <= limits::SEGMENT_CLAUSES
    }

    fn fits(&self, depth: usize, clauses: &mut usize) -> bool {
        *clauses += 1;
        // While it is walked, and not after: the tree is of somebody else's making.
        if depth == 0 || *clauses > limits::SEGMENT_CLAUSES {
            return false;
        }
        let text = |text: &str| !text.is_empty() && plain_line(text, limits::DETAIL_BYTES);
        match self {
            Self::All(parts) | Self::Any(parts) => {
                !parts.is_empty() && parts.iter().all(|part| part.fits(depth - 1, clauses))
            }
            Self::Not(part) => part.fits(depth - 1, clauses),
            Self::Has(_) => true,
            Self::Is { values, .. } => {
                (1..=limits::SEGMENT_VALUES).contains(&values.len()) && values.iter().all(|value| text(value))
            }
            Self::Begins { with, .. } => text(with),
            Self::Number { least, most, .. } => least.is_some() || most.is_some(),
            Self::Years { least, most, .. } => least.is_some() || most.is_some(),
        }
    }

    /// The fields that it looks at.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<FieldPath> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::fields).collect(),
            Self::Not(part) => part.fields(),
            Self::Has(field)
            | Self::Is { field, .. }
            | Self::Begins { field, .. }
            | Self::Number { field, .. }
            | Self::Years { field, .. } => BTreeSet::from([*field]),
        }
    }

    /// Evaluates it over the person's values.
    #[must_use]
    pub fn evaluate(&self, value: &dyn Fn(FieldPath) -> Option<Value>, today: Timestamp) -> Fit {
        let mut because = Vec::new();
        let belongs = self.holds(value, today, &mut because) == Some(true);
        Fit { belongs, because }
    }

    fn holds(
        &self,
        value: &dyn Fn(FieldPath) -> Option<Value>,
        today: Timestamp,
        because: &mut Vec<(Self, Option<bool>)>,
    ) -> Option<bool> {
        let mut each = |parts: &[Self]| -> Vec<Option<bool>> {
            parts.iter().map(|part| part.holds(value, today, because)).collect()
        };
        let found = match self {
            Self::All(parts) => return together(each(parts), false),
            Self::Any(parts) => return together(each(parts), true),
            // What is unknown stays unknown: a field that is empty makes no statement true by being denied.
            Self::Not(part) => return each(std::slice::from_ref(part))[0].map(|holds| !holds),
            // Whether there is a value is always known.
            Self::Has(field) => Some(value(*field).is_some()),
            Self::Is { field, values } => value(*field).map(|held| values.contains(held.as_str())),
            Self::Begins { field, with } => value(*field).map(|held| held.as_str().starts_with(with.as_str())),
            Self::Number { field, least, most } => {
                let held = value(*field).and_then(|held| held.as_str().trim().parse::<i64>().ok());
                held.map(|held| least.is_none_or(|least| held >= least) && most.is_none_or(|most| held <= most))
            }
            Self::Years { field, least, most } => {
                let years = value(*field).and_then(|held| years_since(held.as_str(), today));
                years.map(|years| least.is_none_or(|least| years >= least) && most.is_none_or(|most| years <= most))
            }
        };
        because.push((self.clone(), found));
        found
    }
}

/// Joins clauses: one `decides` decides, else one unknown makes the whole unknown.
fn together(parts: Vec<Option<bool>>, decides: bool) -> Option<bool> {
    if parts.contains(&Some(decides)) {
        return Some(decides);
    }
    if parts.contains(&None) { None } else { Some(!decides) }
}

/// Full years from a date to a day; none for text that is no date, or one that is still to come.
fn years_since(date: &str, today: Timestamp) -> Option<u32> {
    let mut parts = date.trim().splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let (now_year, now_month, now_day) = civil(i64::try_from(today.0 / DAY_MS).ok()?);
    let sound = (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let before = i64::from((now_month, now_day) < (month, day));
    sound.then_some(()).and_then(|()| u32::try_from(now_year - year - before).ok())
}

/// Year, month and day of a number of days since 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A published pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Who publishes it; signs this.
    pub supplier: PublicKey,
    /// Fresh for every segment.
    pub id: Nonce,
    /// What it is called, one line of 1 to [`limits::TITLE_BYTES`].
    pub name: String,
    /// What belonging to it brings, in plain words; one line of at most [`limits::TEXT_BYTES`].
    pub words: String,
    /// What must hold of a person that belongs.
    pub predicate: Predicate,
    /// What it is about, by the code of the catalogue ([`crate::catalogue`]); none where it is about nothing that is bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Category>,
    /// What the answer is used for; within the agreement as any request.
    pub purpose: Purpose,
    /// How long a membership is kept.
    pub retention: Days,
    /// May people say that they belong?
    pub membership: bool,
    /// May people be counted without saying so? Then with this epsilon, in thousandths: 1 to
    /// [`limits::EPSILON_PER_SUPPLIER`].
    pub epsilon: Option<u32>,
    /// With whom it is counted, so that nobody sees an answer; alone where there is none. Only with an epsilon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tally: Option<Tally>,
    /// Not from this moment on.
    pub expires: Timestamp,
}

impl Object for Segment {
    const TAG: &'static str = "regie.segment/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}

impl Segment {
    /// Within the bounds of its parts.
    #[must_use]
    pub fn well_formed(&self) -> bool {
        plain_line(&self.name, limits::TITLE_BYTES)
            && !self.name.trim().is_empty()
            && plain_line(&self.words, limits::TEXT_BYTES)
            && self.predicate.well_formed()
            && (1..=limits::RETENTION_DAYS).contains(&self.retention.0)
            && self.epsilon.is_none_or(|epsilon| (1..=limits::EPSILON_PER_SUPPLIER).contains(&epsilon))
            && (self.membership || self.epsilon.is_some())
            && self.tally.as_ref().is_none_or(|tally| self.epsilon.is_some() && tally.helper(&self.supplier).is_ok())
    }
}

/// A person says that they belong, or do not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The person's key in this relationship; signs this.
    pub person: PublicKey,
    /// The company that publishes the segment.
    pub supplier: PublicKey,
    /// The segment, as it was signed.
    pub segment: ObjectId,
    /// Do they belong?
    pub member: bool,
    /// When it was said.
    pub at: Timestamp,
    /// To be forgotten from this moment on.
    pub until: Timestamp,
}

impl Object for Membership {
    const TAG: &'static str = "regie.membership/1";
    fn signer(&self) -> &PublicKey {
        &self.person
    }
}

/// The person's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Belongs {
    /// I belong.
    Yes,
    /// Leave me out.
    No,
    /// Count me, without a name.
    Count,
}

/// One answer that tells nothing of itself: true for a member only with a probability of `e^ε / (1 + e^ε)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountReport {
    /// The person's key in this relationship; signs this.
    pub person: PublicKey,
    /// The company that publishes the segment.
    pub supplier: PublicKey,
    /// The segment, as it was signed.
    pub segment: ObjectId,
    /// The randomised answer.
    pub answer: bool,
    /// The epsilon it was drawn with, in thousandths.
    pub epsilon: u32,
}

impl Object for CountReport {
    const TAG: &'static str = "regie.count-report/1";
    fn signer(&self) -> &PublicKey {
        &self.person
    }
}

/// Draws a randomised response.
#[must_use]
pub fn randomised(truth: bool, epsilon: u32, entropy: &mut Entropy) -> bool {
    let mut drawn = [0; 8];
    drawn.copy_from_slice(&entropy.nonce().0[..8]);
    // 53 bits, as many as a double holds exactly.
    let drawn = (u64::from_be_bytes(drawn) >> 11) as f64 / (1_u64 << 53) as f64;
    if drawn < honest(epsilon) { truth } else { !truth }
}

/// How many of those who answered belong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// How many answers were counted.
    pub reports: u64,
    /// The unbiased estimate, held within 0 and `reports`.
    pub members: f64,
    /// With a probability of 95% the true number is no further from the unbiased estimate than this.
    pub error: f64,
}

/// Estimates how many belong from how many of `reports` answers, drawn with this epsilon, say so.
#[must_use]
pub fn estimate(reports: u64, yes: u64, epsilon: u32) -> Estimate {
    let (n, k, p) = (reports as f64, yes as f64, honest(epsilon));
    let share = 2.0 * p - 1.0;
    let members = ((k - n * (1.0 - p)) / share).clamp(0.0, n);
    Estimate { reports, members, error: 1.96 * (n * p * (1.0 - p)).sqrt() / share }
}

/// The probability of a true answer.
fn honest(epsilon: u32) -> f64 {
    let odds = (f64::from(epsilon) / 1_000.0).exp();
    odds / (1.0 + odds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(days: u64) -> Timestamp {
        Timestamp(days * DAY_MS)
    }

    #[test]
    fn years_are_full_years() {
        // 2026-11-25 is day 20,782.
        let today = day(20_782);
        assert_eq!(civil(20_782), (2026, 11, 25));
        for (date, years) in
            [("1984-05-12", Some(42)), ("2008-11-25", Some(18)), ("2008-11-26", Some(17)), ("2000-02-29", Some(26))]
        {
            assert_eq!(years_since(date, today), years, "{date}");
        }
        for bad in ["", "1984", "1984-13-01", "12-05-1984x", "2027-01-01", "-1-01-01"] {
            assert_eq!(years_since(bad, today), None, "{bad}");
        }
    }

    #[test]
    fn what_is_not_known_decides_nothing() {
        let field = |text: &str| text.parse::<FieldPath>().expect("a field");
        let unknown = Predicate::Number { field: field("household.size"), least: Some(3), most: None };
        let known = Predicate::Has(field("email"));
        let value = |path: FieldPath| (path == field("email")).then(|| "a@b.example".parse().expect("text"));
        let of = |predicate: Predicate| predicate.evaluate(&value, day(20_782)).belongs;
        assert!(of(known.clone()));
        assert!(!of(unknown.clone()) && !of(Predicate::Not(Box::new(unknown.clone()))), "nor its contrary");
        assert!(of(Predicate::Any(vec![unknown.clone(), known.clone()])));
        assert!(!of(Predicate::All(vec![unknown, known])));
    }
}
