//! Segments: published, shown to who asks, evaluated at the person's, answered by the person's word or by a randomised
//! response within a budget.

use regie_protocol::{
    Days, Entropy, FieldPath, Keypair, Nonce, ObjectId, PublicKey, Purpose, Refusal, Value, Verified, limits,
    message::{SupplierReply, ToSupplier},
    person::{Input, OwnerError, Record},
    policy::{SegmentRule, Who},
    segment::{Belongs, CountReport, Membership, Predicate, Segment, estimate, randomised},
    supplier::{self, NewSegment, SupplierError},
};

use crate::{
    NOW, World,
    memory::{CompanyMemory, done},
    reply,
};

fn field(text: &str) -> FieldPath {
    text.parse().expect("a field")
}

fn named() -> Predicate {
    Predicate::Has(field("name.full"))
}

pub(crate) fn segment(epsilon: Option<u32>) -> NewSegment {
    NewSegment {
        name: "Small households".into(),
        words: "A tariff for one or two".into(),
        predicate: named(),
        about: None,
        purpose: Purpose::RequestedServiceProvision,
        retention: Days(90),
        membership: true,
        epsilon,
        tally: None,
        expires: NOW.plus_days(Days(30)),
    }
}

/// What a company with this key signs for it.
pub(crate) fn published(new: NewSegment, supplier: PublicKey, id: Nonce) -> Segment {
    let NewSegment { name, words, predicate, about, purpose, retention, membership, epsilon, tally, expires } = new;
    Segment { supplier, id, name, words, predicate, about, purpose, retention, membership, epsilon, tally, expires }
}

impl World {
    pub(crate) fn publish(&mut self, new: NewSegment) -> ObjectId {
        let mut entropy = self.entropy();
        let segment = done(self.supplier.publish(new, NOW, &mut entropy).expect("published"));
        self.learn();
        segment.id()
    }

    /// The person's node asks for the segments and takes the answer in.
    fn learn(&mut self) {
        let key = self.supplier_key();
        self.person.handle(Input::AskSegments(&key), NOW, &mut self.host).expect("asked");
        let before = self.host.records.len();
        self.person.handle(Input::AskSegments(&key), NOW, &mut self.host).expect("asked");
        assert_eq!(self.host.records.len(), before, "one question waits at a time");
        self.deliver(NOW);
    }

    fn belong(&mut self, id: &ObjectId, member: bool, fits: bool) -> Result<(), OwnerError> {
        let key = self.supplier_key();
        self.person.handle(Input::Belong(&key, id, member, fits), NOW, &mut self.host)?;
        Ok(())
    }

    pub(crate) fn count_me(&mut self, id: &ObjectId) -> Result<(), OwnerError> {
        let key = self.supplier_key();
        self.person.handle(Input::CountMe(&key, id, true), NOW, &mut self.host)?;
        Ok(())
    }

    /// Delivers what waits; the records of the supplier come out.
    pub(crate) fn heard(&mut self) -> Vec<supplier::Record> {
        let (key, person) = (self.supplier_key(), self.person_key());
        let mut records = Vec::new();
        for outgoing in self.person.to_send(&key, NOW) {
            let said = CompanyMemory::of(self.supplier.message(&person, outgoing.message.into_inner(), NOW));
            records.extend(said.records);
            let answer = said.answer.expect("answered");
            assert!(!matches!(answer, SupplierReply::Refused(_)), "{answer:?}");
            self.person
                .handle(Input::Replied(&key, outgoing.number, answer), NOW, &mut self.host)
                .expect("no owner is asked");
        }
        records
    }
}

#[test]
fn the_person_says_so_or_not_and_takes_it_back() {
    let mut world = World::new("balanced");
    let id = world.publish(segment(None));
    let (_, published, said) = world.person.segments().next().expect("one");
    assert_eq!((published.id(), said), (id, None));
    let fit = published.predicate.evaluate(&|path| world.host.values.get(&path).map(|held| held.value.clone()), NOW);
    assert!(fit.belongs && fit.because[0].1 == Some(true), "{fit:?}");
    // Nobody signs what is not true, and nothing is sent without a word.
    assert_eq!(world.belong(&id, true, false).err(), Some(OwnerError::DoesNotFit));
    assert!(world.heard().is_empty());
    world.belong(&id, true, true).expect("said");
    let records = world.heard();
    let [supplier::Record::Member { membership, .. }] = records.as_slice() else { panic!("{records:?}") };
    let membership = membership.clone().verify().expect("signed");
    assert!(membership.member && membership.until == NOW.plus_days(Days(90)));
    assert_eq!(membership.person, world.person_key(), "under the key of this relationship");
    world.belong(&id, false, true).expect("taken back");
    let records = world.heard();
    assert!(matches!(&records[..], [supplier::Record::Member { membership, .. }]
        if !membership.clone().verify().expect("signed").member));
    // Ending everything with a supplier ends memberships too.
    world.belong(&id, true, true).expect("said");
    let key = world.supplier_key();
    world.person.handle(Input::RevokeAll(&key, true), NOW, &mut world.host).expect("revoked");
    let (_, _, said) = world.person.segments().next().expect("one");
    assert_eq!(said.expect("said").what, Belongs::No);
    assert_eq!(world.heard().len(), 2, "told yes, then no");
    // All of it stands in the records.
    let rebuilt = world.rebuilt(world.host.records.len());
    let (_, again, said) = rebuilt.segments().next().expect("one");
    assert_eq!((again.id(), said.expect("said").what), (id, Belongs::No));
}

#[test]
fn a_default_has_a_word_where_the_person_said_nothing() {
    let mut world = World::new("balanced");
    let key = world.supplier_key();
    let id = world.publish(segment(Some(500)));
    assert!(world.person.unsaid(&key, NOW).is_empty(), "without a default the person is asked");
    let mut policy = world.person.policy().clone();
    let rule = |name: &str, who, answer| SegmentRule { name: name.into(), who, answer };
    policy.segments = vec![
        rule("nobody", Who::Anyone, Belongs::No),
        rule("energy counts", Who::Sector("energy".into()), Belongs::Count),
    ];
    world.person.handle(Input::SetPolicy(policy), NOW, &mut world.host).expect("set");
    assert_eq!(world.person.unsaid(&key, NOW), [(id, Belongs::Count)], "the more specific one");
    world.count_me(&id).expect("counted");
    assert!(world.person.unsaid(&key, NOW).is_empty());
}

#[test]
fn a_segment_outside_the_agreement_gets_no_word() {
    let mut world = World::new("balanced");
    let id = world.publish(NewSegment { purpose: Purpose::DirectMarketing, ..segment(Some(500)) });
    let outside = Some(OwnerError::Refused(Refusal::OutsideAgreement));
    assert_eq!(world.belong(&id, true, true).err(), outside);
    assert_eq!(world.count_me(&id).err(), outside);
    assert!(world.heard().is_empty());
}

#[test]
fn the_budget_cannot_be_passed_not_by_a_restart_nor_by_publishing_anew() {
    let mut world = World::new("balanced");
    let first = world.publish(segment(Some(1_500)));
    world.count_me(&first).expect("counted");
    assert_eq!(world.count_me(&first).err(), Some(OwnerError::Counted), "never twice: two would average");
    // The same pattern under a new name costs again, and there is too little left.
    let second = world.publish(segment(Some(501)));
    assert_eq!(world.count_me(&second).err(), Some(OwnerError::BudgetSpent));
    let third = world.publish(segment(Some(500)));
    world.count_me(&third).expect("just enough");
    let key = world.supplier_key();
    assert_eq!(world.person.budget_left(Some(&key), NOW), 0);
    // Taken off the list it stays spent, and after a restart.
    for id in [first, second, third] {
        CompanyMemory::of(world.supplier.take_back(&id).expect("taken back"));
    }
    world.learn();
    assert_eq!(world.person.segments().count(), 0);
    for person in [&world.rebuilt(world.host.records.len()), &world.person] {
        assert_eq!(person.budget_left(Some(&key), NOW), 0);
        assert_eq!(person.budget_left(None, NOW), limits::EPSILON_IN_ALL - 2_000);
    }
    // Word for word what the supplier got: one report for each segment that was counted.
    let reports = world
        .host
        .records
        .iter()
        .filter(|record| matches!(record, Record::Outgoing { message: ToSupplier::Count(_), .. }));
    assert_eq!(reports.count(), 2);
    let later = NOW.plus_days(Days(limits::EPSILON_DAYS));
    assert_eq!(world.person.budget_left(Some(&key), later), limits::EPSILON_PER_SUPPLIER);
}

#[test]
fn after_a_restore_nobody_is_counted_for_as_long_as_a_spent_budget_takes() {
    let mut world = World::new("balanced");
    let id = world.publish(segment(Some(500)));
    world.person.handle(Input::Restored, NOW, &mut world.host).expect("restored");
    assert_eq!(world.count_me(&id).err(), Some(OwnerError::BudgetSpent));
    let later = NOW.plus_days(Days(limits::EPSILON_DAYS));
    assert_eq!(world.rebuilt(world.host.records.len()).budget_left(None, NOW), 0);
    assert_eq!(world.person.budget_left(None, later), limits::EPSILON_IN_ALL);
}

#[test]
fn suppliers_together_get_no_more_than_the_whole_budget() {
    let mut world = World::new("balanced");
    let mut granted = 0;
    for company in 0..6_u8 {
        if company > 0 {
            world.turn_to(50 + company);
        }
        let id = world.publish(segment(Some(2_000)));
        match world.count_me(&id) {
            Ok(()) => granted += 2_000,
            Err(error) => assert_eq!(error, OwnerError::BudgetSpent),
        }
    }
    assert_eq!(granted, limits::EPSILON_IN_ALL);
}

#[test]
fn the_estimate_is_within_its_stated_bound_over_ten_thousand_persons() {
    for (epsilon, members) in [(500, 1_000_u64), (1_000, 3_000), (2_000, 7_500)] {
        let (mut within, runs) = (0, 40);
        for run in 0..runs {
            let yes = (0..10_000_u64)
                .filter(|person| {
                    let mut seed = [run; 32];
                    seed[..8].copy_from_slice(&person.to_be_bytes());
                    randomised(*person < members, epsilon, &mut Entropy::new(seed))
                })
                .count() as u64;
            let found = estimate(10_000, yes, epsilon);
            within += u32::from((found.members - members as f64).abs() <= found.error);
        }
        // 95% of 40 is 38; with fixed seeds this comes out the same every time.
        assert!(within >= 35, "{within} of {runs} within the bound for epsilon {epsilon}");
        assert!(within <= 40);
    }
    // One answer tells next to nothing: at epsilon 0.5 four in ten say the contrary of what is true.
    let contrary = (0..10_000_u32).filter(|n| {
        let mut seed = [9; 32];
        seed[..4].copy_from_slice(&n.to_be_bytes());
        !randomised(true, 500, &mut Entropy::new(seed))
    });
    assert!((3_600..3_950).contains(&contrary.count()));
}

#[test]
fn hostile_segments_and_answers_are_refused() {
    let mut world = World::new("balanced");
    let deep = (0..limits::SEGMENT_DEPTH).fold(named(), |inner, _| Predicate::Not(Box::new(inner)));
    let wide = Predicate::All(vec![named(); limits::SEGMENT_CLAUSES]);
    let bad = [
        NewSegment { predicate: deep.clone(), ..segment(None) },
        NewSegment { predicate: wide.clone(), ..segment(None) },
        NewSegment { predicate: Predicate::Any(Vec::new()), ..segment(None) },
        NewSegment { predicate: Predicate::Begins { field: field("email"), with: String::new() }, ..segment(None) },
        NewSegment { name: " ".into(), ..segment(None) },
        NewSegment { words: "a\nb".into(), ..segment(None) },
        NewSegment { epsilon: Some(0), ..segment(None) },
        NewSegment { epsilon: Some(limits::EPSILON_PER_SUPPLIER + 1), ..segment(None) },
        NewSegment { membership: false, ..segment(None) },
        NewSegment { expires: NOW, ..segment(None) },
    ];
    for new in bad {
        let mut entropy = world.entropy();
        let said = format!("{new:?}");
        assert_eq!(world.supplier.publish(new, NOW, &mut entropy).err(), Some(SupplierError::BadSegment), "{said}");
    }
    // A company that signs them all the same: the person's node leaves them out, and those of others.
    let key = world.supplier_key();
    world.person.handle(Input::AskSegments(&key), NOW, &mut world.host).expect("asked");
    let number = world.person.to_send(&key, NOW)[0].number;
    let sign = |predicate: &Predicate, by: &Keypair| {
        let (supplier, id, predicate) = (by.public(), Nonce([3; 16]), predicate.clone());
        let made = published(NewSegment { predicate, ..segment(None) }, supplier, id);
        Verified::sign(made, by).expect("signed").signed().clone()
    };
    let (own, other) = (Keypair::from_secret(&[2; 32]), Keypair::from_secret(&[66; 32]));
    let sent = vec![sign(&deep, &own), sign(&wide, &own), sign(&named(), &other), sign(&named(), &own)];
    world
        .person
        .handle(Input::Replied(&key, number, SupplierReply::Segments(sent)), NOW, &mut world.host)
        .expect("no owner is asked");
    assert_eq!(world.person.segments().count(), 1, "the sound one");
    // Answers to nothing, by another, with another epsilon.
    let id = world.publish(segment(Some(500)));
    let person = world.person_key();
    let seed = regie_protocol::RootSeed::from_entropy([1; 32]);
    let mine = seed.pairwise(&key, 0);
    let membership = |segment, by: &Keypair| Membership {
        person: by.public(),
        supplier: key,
        segment,
        member: true,
        at: NOW,
        until: NOW,
    };
    let report = |segment, epsilon| CountReport { person, supplier: key, segment, answer: true, epsilon };
    let belong = |object: Membership, by: &Keypair| {
        ToSupplier::Belong(Verified::sign(object, by).expect("signed").signed().clone())
    };
    let count =
        |object: CountReport| ToSupplier::Count(Verified::sign(object, &mine).expect("signed").signed().clone());
    let nowhere = ObjectId::of(b"no such segment");
    for (message, code) in [
        (belong(membership(nowhere, &mine), &mine), Refusal::UnknownSegment),
        (belong(membership(id, &other), &other), Refusal::WrongSender),
        (count(report(nowhere, 500)), Refusal::UnknownSegment),
        (count(report(id, 499)), Refusal::Malformed),
    ] {
        let effects = world.supplier.message(&person, message, NOW);
        assert_eq!(reply(effects), Some(SupplierReply::Refused(code)));
    }
    let effects = world.supplier.message(&other.public(), belong(membership(id, &other), &other), NOW);
    assert_eq!(reply(effects), Some(SupplierReply::Refused(Refusal::NotPaired)));
}

#[test]
fn a_predicate_says_what_it_looks_at_and_what_it_hangs_on() {
    let predicate = Predicate::All(vec![
        Predicate::Begins { field: field("address.postalCode"), with: "10".into() },
        Predicate::Any(vec![
            Predicate::Number { field: field("household.size"), least: Some(1), most: Some(2) },
            Predicate::Not(Box::new(Predicate::Years { field: field("birthDate"), least: Some(65), most: None })),
        ]),
    ]);
    assert_eq!(predicate.fields().len(), 3);
    let value = |path: FieldPath| -> Option<Value> {
        match path.to_string().as_str() {
            "address.postalCode" => "1012 AB".parse().ok(),
            "birthDate" => "1990-01-01".parse().ok(),
            _ => None,
        }
    };
    let fit = predicate.evaluate(&value, NOW);
    assert!(fit.belongs, "not 65 is enough where the size is unknown");
    assert_eq!(fit.because.iter().map(|(_, holds)| *holds).collect::<Vec<_>>(), [Some(true), None, Some(false)]);
}

impl World {
    /// A default that says yes to whatever anybody publishes.
    fn say_yes_by_default(&mut self) {
        let mut policy = self.person.policy().clone();
        policy.segments.push(SegmentRule { name: "yes".into(), who: Who::Anyone, answer: Belongs::Yes });
        self.person.handle(Input::SetPolicy(policy), NOW, &mut self.host).expect("a default");
    }

    fn publish_over(&mut self, predicate: Predicate, name: &str) -> ObjectId {
        self.publish(NewSegment { predicate, name: name.into(), ..segment(None) })
    }
}

fn older_than(years: u32) -> Predicate {
    Predicate::Years { field: field("birthDate"), least: Some(years), most: None }
}

#[test]
fn a_default_says_nothing_of_a_field_that_it_would_not_give() {
    let mut world = World::new("balanced");
    world.say_yes_by_default();
    let key = world.supplier_key();
    let number = Predicate::Begins { field: field("nationalId"), with: "12".into() };
    world.publish_over(number, "numbers");
    world.publish_over(Predicate::Has(field("income.annual")), "earners");
    assert!(world.person.unsaid(&key, NOW).is_empty(), "refused to all, and asked of the person");
    let both = Predicate::All(vec![named(), Predicate::Has(field("income.annual"))]);
    world.publish_over(both, "named earners");
    assert!(world.person.unsaid(&key, NOW).is_empty(), "every field of a pattern counts");
    let id = world.publish_over(named(), "named");
    assert_eq!(world.person.unsaid(&key, NOW), [(id, Belongs::Yes)], "a rule gives the name for this purpose");
}

#[test]
fn fourteen_patterns_over_one_field_do_not_bring_out_its_value() {
    let mut world = World::new("balanced");
    world.say_yes_by_default();
    let mut policy = world.person.policy().clone();
    policy.rules.clear();
    let rule = regie_protocol::policy::Rule {
        name: "all".into(),
        who: Who::Anyone,
        what: regie_protocol::policy::What::Anything,
        why: None,
        agreement: None,
        retention: None,
        delegation: false,
        answer: regie_protocol::policy::Answer::Allow,
    };
    policy.rules.push(rule);
    world.person.handle(Input::SetPolicy(policy), NOW, &mut world.host).expect("open to all");
    let key = world.supplier_key();
    let ids: Vec<ObjectId> = (18..32).map(|years| world.publish_over(older_than(years), &format!("{years}"))).collect();
    let said = world.person.unsaid(&key, NOW);
    assert_eq!(said.len(), limits::WORDS_PER_FIELD, "as many as a month allows");
    for (id, _) in &said {
        // That one does not belong is a word too.
        world.belong(id, false, false).expect("said");
    }
    assert!(world.person.unsaid(&key, NOW).is_empty());
    let other = ids.iter().find(|id| said.iter().all(|(said, _)| said != *id)).expect("one more");
    assert_eq!(world.belong(other, true, true).err(), Some(OwnerError::EnoughSaid));
    world.deliver(NOW);
    // Taking all back and publishing others does not help.
    let before = world.host.records.len();
    for id in &ids {
        CompanyMemory::of(world.supplier.take_back(id).expect("taken back"));
    }
    world.publish_over(older_than(40), "40");
    assert!(world.person.unsaid(&key, NOW).is_empty() && world.host.records.len() > before);
    // What was said is remembered through a restart.
    let again = world.rebuilt(world.host.records.len());
    assert!(again.unsaid(&key, NOW).is_empty());
}

#[test]
fn what_a_membership_tells_stands_in_who_knows_what() {
    let mut world = World::new("balanced");
    let id = world.publish_over(older_than(18), "adults");
    let knows = |world: &World, days| {
        let relationship = world.person.relationships().next().expect("one").1;
        relationship.knows_by_segments(NOW.plus_days(Days(days)))
    };
    assert!(knows(&world, 0).is_empty());
    world.belong(&id, true, true).expect("said");
    assert_eq!(knows(&world, 1).into_iter().collect::<Vec<_>>(), [field("birthDate")]);
    assert!(knows(&world, 91).is_empty(), "it has to forget it by then");
    world.belong(&id, false, true).expect("taken back");
    assert!(knows(&world, 1).is_empty());
}
