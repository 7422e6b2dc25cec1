//! Suggestions from own answers, against a plain count: their error is what leaving one out gives, and none gives more than the person
//! ever said yes to.

use proptest::prelude::*;
use regie_protocol::{
    Agreement, Days, FieldPath, Policy, Purpose, Timestamp,
    policy::{Answer, Terms},
    suggestion::{LEAST, OwnAnswer, suggest},
};

use crate::{cases, fixtures};

const FIELDS: [&str; 3] = ["home.area", "car.make", "income.annual"];
const AGREEMENTS: [Agreement; 3] = [Agreement::SdBase, Agreement::SdBaseA, Agreement::SdBaseAt];

fn answers() -> impl Strategy<Value = Vec<OwnAnswer>> {
    let one = (0..3_u8, 0..2_usize, 0..FIELDS.len(), 0..AGREEMENTS.len(), 1..4_u32, prop::bool::weighted(0.85));
    prop::collection::vec(one, 0..50).prop_map(|all| {
        let made =
            |(at, (supplier, sector, field, agreement, days, allowed)): (u64, (u8, usize, usize, usize, u32, bool))| {
                OwnAnswer {
                    supplier: fixtures::company(supplier + 1).public(),
                    sector: ["retail", "energy"][sector].to_owned(),
                    field: FIELDS[field].parse().expect("a field"),
                    purpose: Purpose::ServiceProvision,
                    agreement: AGREEMENTS[agreement],
                    retention: Days(days * 10),
                    allowed: allowed != (sector == 1),
                    at: Timestamp(at),
                }
            };
        (0..).zip(all).map(made).collect()
    })
}

/// The answers of one kind, and of them those without the one at this place.
fn without(all: &[OwnAnswer], at: usize) -> Vec<OwnAnswer> {
    all.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, answer)| answer.clone()).collect()
}

/// What most of these say of one more such request: yes where it asks for no more than one of them that was given.
fn plainly(others: &[OwnAnswer], asked: &OwnAnswer) -> Option<bool> {
    let yes: Vec<&OwnAnswer> = others.iter().filter(|one| one.allowed).collect();
    let no = others.len() - yes.len();
    if yes.len() < no {
        return Some(false);
    }
    let bound = yes.iter().find(|one| yes.iter().all(|other| other.agreement.no_looser_than(one.agreement)))?;
    let longest = yes.iter().map(|one| one.retention).max()?;
    let within = asked.agreement.no_looser_than(bound.agreement) && asked.retention <= longest;
    (yes.len() > no && !asked.field.info().sensitive && within).then_some(true)
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_error_is_what_leaving_one_out_gives(answers in answers(), turned in any::<prop::sample::Index>()) {
        let policy = Policy::of(Vec::new());
        let found = suggest(&answers, &policy);
        for one in &found {
            let of_kind: Vec<OwnAnswer> = answers
                .iter()
                .filter(|answer| one.rule.who.sector() == Some(&answer.sector) && one.rule.what.takes_in(answer.field))
                .cloned()
                .collect();
            prop_assert!(of_kind.len() >= LEAST && of_kind.len() == one.answers);
            let said: Vec<Option<bool>> =
                (0..of_kind.len()).map(|at| plainly(&without(&of_kind, at), &of_kind[at])).collect();
            let same = said.iter().zip(&of_kind).filter(|(said, own)| **said == Some(own.allowed)).count();
            let otherwise = said.iter().zip(&of_kind).filter(|(said, own)| **said == Some(!own.allowed)).count();
            prop_assert_eq!((one.same, one.otherwise), (same, otherwise));
            prop_assert!(same * 5 >= of_kind.len() * 4);
        }
        let mut other = answers.clone();
        if !other.is_empty() {
            let middle = turned.index(other.len());
            other.rotate_left(middle);
        }
        prop_assert_eq!(found, suggest(&other, &policy), "in whatever order they are read");
    }

    #[test]
    fn nothing_goes_by_a_suggestion_that_the_person_did_not_give_on_such_terms(
        answers in answers(), preset in prop::sample::select(vec!["careful", "balanced", "open"]),
        days in 1..60_u32, agreement in 0..AGREEMENTS.len(), known in any::<bool>(),
    ) {
        let before = Policy::preset(preset).expect("a preset");
        for one in suggest(&answers, &before) {
            let mut after = before.clone();
            after.rules.push(one.rule.clone());
            for field in FieldPath::all() {
                for asked in &answers {
                    let terms = Terms {
                        agreement: AGREEMENTS[agreement],
                        retention: Days(days),
                        is_known: known,
                        ..asked.terms()
                    };
                    let (then, now) = (before.answer(field, &terms).0, after.answer(field, &terms).0);
                    if now == then {
                        continue;
                    }
                    prop_assert!(one.rule.what.takes_in(field) && one.rule.who.sector() == Some(&asked.sector));
                    let given = |own: &OwnAnswer| {
                        own.allowed
                            && own.field == field
                            && own.sector == asked.sector
                            && terms.agreement.no_looser_than(own.agreement)
                    };
                    let as_long = |own: &OwnAnswer| own.allowed && own.field == field && terms.retention <= own.retention;
                    if now == Answer::Allow {
                        prop_assert!(known && !field.info().sensitive);
                        prop_assert!(answers.iter().any(given) && answers.iter().any(as_long));
                    }
                }
            }
        }
    }
}
