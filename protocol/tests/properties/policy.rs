//! The person's defaults against a naive model: most specific wins, then refuse before ask before allow.

use proptest::prelude::*;
use regie_protocol::{
    Agreement, Days, FieldPath, Keypair, Policy, Purpose,
    policy::{Answer, NO_RULE, NOT_KNOWN, Rule, Terms, What, Who},
    reach::Reach,
};

use crate::{
    ancestry, cases,
    fixtures::{processor, supplier},
};

fn rule() -> impl Strategy<Value = Rule> {
    let who = prop_oneof![
        Just(Who::Anyone),
        prop_oneof![Just("retail"), Just("energy")].prop_map(|sector| Who::Sector(sector.into())),
        prop_oneof![Just(supplier().public()), Just(processor().public())].prop_map(Who::Supplier),
    ];
    let what = prop_oneof![
        Just(What::Anything),
        prop_oneof![Just("name"), Just("finance")].prop_map(|group| What::Group(group.into())),
        Just(What::Sensitive),
        field().prop_map(What::Field),
    ];
    let answer = prop_oneof![Just(Answer::Allow), Just(Answer::Ask), Just(Answer::Refuse)];
    let why = proptest::option::of(purpose());
    let agreement = proptest::option::weighted(0.3, proptest::sample::select(Agreement::ALL));
    let retention = proptest::option::weighted(0.3, (0u32..3).prop_map(Days));
    (who, what, why, agreement, retention, answer, any::<bool>()).prop_map(
        |(who, what, why, agreement, retention, answer, delegation)| Rule {
            delegation,
            name: String::new(),
            who,
            what,
            why,
            agreement,
            retention,
            answer,
        },
    )
}

/// Names, one sensitive in finance, and one elsewhere.
fn field() -> impl Strategy<Value = FieldPath> {
    proptest::sample::select(vec!["name.full", "name.given", "income.annual", "payment.iban", "email"])
        .prop_map(|path| path.parse().expect("a field"))
}

fn purpose() -> impl Strategy<Value = Purpose> {
    proptest::sample::select(vec![
        Purpose::ServiceProvision,
        Purpose::RequestedServiceProvision,
        Purpose::DeliveryOfGoods,
        Purpose::Marketing,
        Purpose::DirectMarketing,
    ])
}

/// What an agreement's code says that it permits, read from its letters.
fn permits(agreement: Agreement) -> Vec<char> {
    match agreement.code() {
        "PDC-AI" | "PDC-GOOD" => vec!['A'],
        "PDC-INTENT" => Vec::new(),
        code => {
            let parts: Vec<&str> = code.split('-').skip(2).collect();
            let letters = parts.iter().filter(|part| ["A", "AT", "ATP"].contains(part)).flat_map(|part| part.chars());
            letters.chain(parts.contains(&"S3P").then_some('3')).collect()
        }
    }
}

fn matches(rule: &Rule, field: FieldPath, terms: &Terms<'_>) -> bool {
    let who = match &rule.who {
        Who::Anyone => true,
        Who::Sector(sector) => sector == terms.sector,
        Who::Supplier(key) => key.to_string() == terms.supplier.to_string(),
    };
    let path = field.to_string();
    let what = match &rule.what {
        What::Anything => true,
        What::Group(group) if group == "name" => path.starts_with("name."),
        What::Group(_) => ["income.annual", "payment.iban"].contains(&path.as_str()),
        What::Sensitive => ["income.annual", "payment.iban"].contains(&path.as_str()),
        What::Field(own) => own.to_string() == path,
    };
    let why = rule.why.is_none_or(|why| ancestry(terms.purpose.name()).iter().any(|broader| broader == why.name()));
    let bound = rule.agreement.map(permits);
    let agreement = bound.is_none_or(|bound| permits(terms.agreement).iter().all(|letter| bound.contains(letter)));
    let retention = rule.retention.is_none_or(|most| terms.retention.0 <= most.0);
    // A processor is let in only by a rule that says so, and such a rule speaks of nothing else.
    let handed_on = match (rule.delegation, terms.delegations) {
        (true, steps) => steps > 0,
        (false, 0) => true,
        (false, _) => rule.answer == Answer::Ask || rule.answer == Answer::Refuse,
    };
    who && what && why && agreement && retention && handed_on
}

/// A policy of these rules, each with a name of its own.
fn numbered(rules: Vec<Rule>) -> Policy {
    let mut policy = Policy::of(rules);
    for (number, rule) in policy.rules.iter_mut().enumerate() {
        rule.name = format!("rule {number}");
    }
    policy
}

/// Keeps the rules for which `rank` is greatest.
fn greatest(rules: Vec<&Rule>, rank: impl Fn(&Rule) -> usize) -> Vec<&Rule> {
    let most = rules.iter().map(|rule| rank(rule)).max().unwrap_or(0);
    rules.into_iter().filter(|rule| rank(rule) == most).collect()
}

fn model<'a>(policy: &'a Policy, field: FieldPath, terms: &Terms<'_>) -> (Answer, Vec<&'a str>) {
    let mut left: Vec<&Rule> = policy.rules.iter().filter(|rule| matches(rule, field, terms)).collect();
    left = greatest(left, |rule| match rule.who {
        Who::Anyone => 0,
        Who::Sector(_) => 1,
        Who::Supplier(_) => 2,
    });
    left = greatest(left, |rule| match rule.what {
        What::Anything => 0,
        What::Group(_) => 1,
        What::Sensitive => 2,
        What::Field(_) => 3,
    });
    left = greatest(left, |rule| rule.why.map_or(0, |why| ancestry(why.name()).len()));
    for answer in [Answer::Refuse, Answer::Ask, Answer::Allow] {
        let names: Vec<&str> =
            left.iter().filter(|rule| rule.answer == answer).map(|rule| rule.name.as_str()).collect();
        if !names.is_empty() {
            return (answer, names);
        }
    }
    (Answer::Ask, vec![NO_RULE])
}

proptest! {
    #![proptest_config(cases(2048))]

    #[test]
    fn the_most_specific_rule_answers(
        rules in proptest::collection::vec(rule(), 0..12),
        field in field(),
        purpose in purpose(),
        sector in prop_oneof![Just("retail"), Just("energy"), Just("other")],
        agreement in proptest::sample::select(Agreement::ALL),
        retention in 0u32..4,
        paired in any::<bool>(),
        delegations in 0u8..3,
        is_known in any::<bool>(),
    ) {
        let policy = numbered(rules);
        let key = if paired { supplier().public() } else { processor().public() };
        let retention = Days(retention);
        let terms = Terms { supplier: &key, sector, agreement, purpose, retention, delegations, is_known };
        let (answer, name) = policy.answer(field, &terms);
        let (wanted, names) = match model(&policy, field, &terms) {
            (Answer::Allow, _) if !is_known => (Answer::Ask, vec![NOT_KNOWN]),
            decided => decided,
        };
        prop_assert_eq!(answer, wanted);
        prop_assert!(names.contains(&name), "{} is none of {:?}", name, names);
    }

    /// What is in neither list of a reach is refused to everybody; and what is in one is answered so to somebody.
    #[test]
    fn the_reach_of_defaults_leaves_no_answer_out_and_has_none_that_is_not_given(
        rules in proptest::collection::vec(rule(), 0..8),
        field in field(),
        purpose in proptest::sample::select(Purpose::ALL),
        sector in prop_oneof![Just("retail"), Just("energy"), Just("other"), Just("")],
        agreement in proptest::sample::select(Agreement::ALL),
        retention in prop_oneof![0u32..4, 85u32..95],
        paired in any::<bool>(),
        delegations in 0u8..3,
        is_known in any::<bool>(),
    ) {
        let policy = numbered(rules);
        let key = if paired { supplier().public() } else { processor().public() };
        let retention = Days(retention);
        let terms = Terms { supplier: &key, sector, agreement, purpose, retention, delegations, is_known };
        for by in [Who::Anyone, Who::Sector(sector.into()), Who::Supplier(key)] {
            let reach = Reach::of(&policy, field, &by);
            if agreement.permits(purpose, delegations, retention) {
                let (answer, rule) = policy.answer(field, &terms);
                prop_assert_eq!(answer == Answer::Allow, answer == Answer::Allow && reach.allowed.contains_key(rule));
                prop_assert_eq!(answer == Answer::Ask, answer == Answer::Ask && reach.asked.contains_key(rule));
            }
            let both = [(Answer::Allow, &reach.allowed), (Answer::Ask, &reach.asked)];
            for (answer, rule, one) in both.iter().flat_map(|(answer, of)| of.iter().map(|(rule, one)| (*answer, rule, one))) {
                let anybody = Keypair::from_secret(&[77; 32]).public();
                let terms = Terms {
                    supplier: one.supplier.as_ref().unwrap_or(&anybody),
                    sector: one.sector.as_deref().unwrap_or("nobody's"),
                    agreement: one.agreement,
                    purpose: one.purpose,
                    retention: one.retention,
                    delegations: u8::from(one.hands_on),
                    is_known: one.is_known,
                };
                prop_assert_eq!(policy.answer(field, &terms), (answer, rule.as_str()));
                prop_assert!(one.agreement.permits(one.purpose, terms.delegations, one.retention));
            }
        }
    }
}
