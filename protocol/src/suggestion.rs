//! Defaults that a person's own answers suggest, each with its error.
//!
//! In: what the person answered, one request and field at a time, and the defaults as they are. Out: rules that would have answered
//! as they did, nearly always, with how often. Nothing here changes a default: whoever shows a suggestion sets the rule when the person
//! says so.
//!
//! The error is taken by leaving one out: for each answer a rule is made of the others alone, and asked. A rule that was made of an
//! answer and is then tried on it would be right by construction.

use serde::{Deserialize, Serialize};

use crate::{
    agreement::Agreement,
    field::FieldPath,
    identity::PublicKey,
    limits,
    policy::{Answer, Policy, Rule, SAID, Terms, What, Who},
    purpose::Purpose,
    time::{Days, Timestamp},
};

/// Answers of one kind from which something is suggested: fewer are chance.
pub const LEAST: usize = 5;
/// Answers of one kind that are looked at, the newest: people change their minds.
pub const NEWEST: usize = 50;
/// Of so many answers a suggestion gives at most one otherwise.
const ONE_OTHERWISE_OF: usize = 5;

/// The person's own word on one field of one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnAnswer {
    /// Who asked.
    pub supplier: PublicKey,
    /// Its sector, by its profile.
    pub sector: String,
    /// What it asked for.
    pub field: FieldPath,
    /// What for.
    pub purpose: Purpose,
    /// Under which agreement.
    pub agreement: Agreement,
    /// How long it would keep the value.
    pub retention: Days,
    /// Yes or no.
    pub allowed: bool,
    /// When the person said so.
    pub at: Timestamp,
}

/// A default that answers of one kind suggest: of one sector, about one field, for one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// It, as it would be set.
    pub rule: Rule,
    /// From how many answers it comes.
    pub answers: usize,
    /// To how many suppliers they were.
    pub suppliers: usize,
    /// How many of them it would have given the same, each by what the others suggest.
    pub same: usize,
    /// How many it would have given otherwise; about what is left it would have asked.
    pub otherwise: usize,
}

impl OwnAnswer {
    fn kind(&self) -> (&str, FieldPath, Purpose) {
        (&self.sector, self.field, self.purpose)
    }

    /// The terms on which it was asked, by somebody who is known.
    #[must_use]
    pub fn terms(&self) -> Terms<'_> {
        Terms {
            supplier: &self.supplier,
            sector: &self.sector,
            agreement: self.agreement,
            purpose: self.purpose,
            retention: self.retention,
            delegations: 0,
            is_known: true,
        }
    }

    fn answer(&self) -> Answer {
        if self.allowed { Answer::Allow } else { Answer::Refuse }
    }
}

/// What these answers suggest beside these defaults: the surest first. Kinds that the defaults decide already, or where the person
/// answered now so and now so, suggest nothing; and no answer suggests to give what is sensitive without being asked.
#[must_use]
pub fn suggest(answers: &[OwnAnswer], policy: &Policy) -> Vec<Suggestion> {
    let mut newest: Vec<&OwnAnswer> = answers.iter().collect();
    newest.sort_by_key(|answer| std::cmp::Reverse(answer.at));
    let mut kinds: std::collections::BTreeMap<_, Vec<&OwnAnswer>> = std::collections::BTreeMap::new();
    for answer in newest {
        let of_kind = kinds.entry(answer.kind()).or_default();
        if of_kind.len() < NEWEST {
            of_kind.push(answer);
        }
    }
    let mut found: Vec<Suggestion> = kinds.into_values().filter_map(|of_kind| of(&of_kind, policy)).collect();
    found.sort_by(|one, other| {
        let share = (other.same * one.answers).cmp(&(one.same * other.answers));
        share.then(other.answers.cmp(&one.answers)).then(one.rule.name.cmp(&other.rule.name))
    });
    found
}

/// What answers of one kind suggest, newest first.
fn of(answers: &[&OwnAnswer], policy: &Policy) -> Option<Suggestion> {
    let newest = answers.first().filter(|_| answers.len() >= LEAST)?;
    let rule = learn(answers)?;
    if policy.answer(newest.field, &newest.terms()).0 != Answer::Ask || !decides(&rule, answers, policy) {
        return None;
    }
    let (mut same, mut otherwise) = (0, 0);
    for (at, left_out) in answers.iter().enumerate() {
        let others: Vec<&OwnAnswer> =
            answers.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, answer)| *answer).collect();
        let Some(rule) = learn(&others) else { continue };
        match Policy::of(vec![rule]).answer(left_out.field, &left_out.terms()).0 {
            Answer::Ask => {}
            given if given == left_out.answer() => same += 1,
            _ => otherwise += 1,
        }
    }
    let mut suppliers: Vec<&PublicKey> = answers.iter().map(|answer| &answer.supplier).collect();
    suppliers.sort();
    suppliers.dedup();
    let sure = (answers.len() - same) * ONE_OTHERWISE_OF <= answers.len();
    sure.then_some(Suggestion { rule, answers: answers.len(), suppliers: suppliers.len(), same, otherwise })
}

/// Would it be the rule that answers such a request, beside the others?
fn decides(rule: &Rule, answers: &[&OwnAnswer], policy: &Policy) -> bool {
    let mut with = policy.clone();
    with.rules.retain(|old| old.name != rule.name);
    with.rules.push(rule.clone());
    let by_it = |answer: &&&OwnAnswer| with.answer(answer.field, &answer.terms()) == (rule.answer, rule.name.as_str());
    with.well_formed() && answers.iter().filter(by_it).count() * 2 > answers.len()
}

/// The rule that most of these answers, of one kind, make. What is given is given on no looser terms, and to be kept no longer, than
/// the person said yes to.
fn learn(answers: &[&OwnAnswer]) -> Option<Rule> {
    let first = answers.first()?;
    let allowed: Vec<&OwnAnswer> = answers.iter().filter(|answer| answer.allowed).copied().collect();
    let refused = answers.len() - allowed.len();
    let answer = match allowed.len().cmp(&refused) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Less => Answer::Refuse,
        std::cmp::Ordering::Greater if first.field.info().sensitive => return None,
        std::cmp::Ordering::Greater => Answer::Allow,
    };
    let gives = answer == Answer::Allow;
    let loosest = || {
        let bound = |one: &OwnAnswer| allowed.iter().all(|other| other.agreement.no_looser_than(one.agreement));
        // Two that permit the same are both: one of them always.
        allowed.iter().filter(|one| bound(one)).map(|one| one.agreement).min_by_key(|one| one.code())
    };
    let agreement = if gives { Some(loosest()?) } else { None };
    let retention = if gives { allowed.iter().map(|one| one.retention).max() } else { None };
    let (who, what) = (Who::Sector(first.sector.clone()), What::Field(first.field));
    let why = Some(first.purpose);
    // As one is named that comes of a word on a request.
    let mut name = format!("{SAID}{}, {}, {}", first.field, first.purpose, first.sector);
    while name.len() > limits::NAME_BYTES {
        name.pop();
    }
    Some(Rule { name, who, what, why, agreement, retention, delegation: false, answer })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Keypair;

    fn answer(supplier: u8, field: &str, allowed: bool, at: u64) -> OwnAnswer {
        OwnAnswer {
            supplier: Keypair::from_secret(&[supplier; 32]).public(),
            sector: "retail".into(),
            field: field.parse().expect("a field"),
            purpose: Purpose::ServiceProvision,
            agreement: Agreement::SdBase,
            retention: Days(30),
            allowed,
            at: Timestamp(at),
        }
    }

    fn careful() -> Policy {
        Policy::preset("careful").expect("a preset")
    }

    #[test]
    fn what_was_nearly_always_answered_alike_is_offered_with_its_error() {
        let mut answers: Vec<OwnAnswer> = (0..8).map(|n| answer(1 + n % 3, "home.area", true, n.into())).collect();
        answers.push(answer(9, "home.area", false, 9));
        let found = suggest(&answers, &careful());
        assert_eq!(found.len(), 1, "{found:?}");
        let one = &found[0];
        assert_eq!((one.answers, one.suppliers, one.same, one.otherwise), (9, 4, 8, 1));
        assert_eq!((one.rule.answer, one.rule.retention), (Answer::Allow, Some(Days(30))));
        // It is a default like any other: it decides that kind and no other.
        let mut policy = careful();
        policy.rules.push(one.rule.clone());
        assert_eq!(policy.answer(answers[0].field, &answers[0].terms()).0, Answer::Allow);
        let longer = Terms { retention: Days(31), ..answers[0].terms() };
        assert_eq!(policy.answer(answers[0].field, &longer).0, Answer::Ask, "longer than they ever said yes to");
        assert!(suggest(&answers, &policy).is_empty(), "what is decided is not offered again");
    }

    #[test]
    fn few_or_mixed_answers_and_a_yes_to_what_is_sensitive_offer_nothing() {
        let many = |field: &str, yes: u64, no: u64| -> Vec<OwnAnswer> {
            (0..yes + no).map(|n| answer(1, field, n < yes, n)).collect()
        };
        for (field, yes, no) in [("home.area", 4, 0), ("home.area", 6, 4), ("home.area", 3, 3), ("nationalId", 20, 0)] {
            assert!(suggest(&many(field, yes, no), &careful()).is_empty(), "{field} {yes} {no}");
        }
        let refused = suggest(&many("nationalId", 0, 5), &careful());
        assert_eq!((refused[0].rule.answer, refused[0].rule.agreement), (Answer::Refuse, None));
    }

    #[test]
    fn a_newer_mind_counts() {
        let old = (0..60).map(|n| answer(1, "home.area", true, n));
        let answers: Vec<OwnAnswer> = old.chain((60..110).map(|n| answer(1, "home.area", false, n))).collect();
        let found = suggest(&answers, &careful());
        assert_eq!((found[0].rule.answer, found[0].answers), (Answer::Refuse, NEWEST));
    }
}
