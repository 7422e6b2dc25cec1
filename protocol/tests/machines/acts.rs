//! Acts: that each is delivered once and signed for, survives both sides' restarts, and that nothing else than the supplier's
//! own receipt and answers count. Hostile: replays, forged receipts, receipts of other acts, answers out of order.

use std::collections::BTreeSet;

use regie_protocol::{
    Access, Acknowledgement, Content, Days, Document, HOUR_MS, Keypair, Nonce, ObjectId, Purpose, Refusal, Timestamp,
    Verified,
    act::{Act, ActAnswer, ActReceipt, Answered, ContractName, Right, What, Why},
    audit::{Entry, Event},
    limits,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    person::{self, Acted, Input, NewAct, OwnerError},
    supplier::{self, SupplierError, Told},
    wire,
};

use crate::{
    Hint, NOW, World,
    memory::{CompanyMemory, done},
    reply,
};

fn notice(number: &str) -> What {
    let contract = ContractName { number: Some(number.into()), product: None, customer: None };
    What::End { contract, last: "2027-02-28".parse().expect("a date") }
}

fn right(right: Right) -> What {
    What::Right { right, language: "nl".into(), words: String::new() }
}

fn ends(day: &str) -> Answered {
    Answered::Ends { last: day.parse().expect("a date") }
}

impl World {
    /// The person says it; its name, as it waits.
    fn act(&mut self, what: What) -> ObjectId {
        let new = NewAct { supplier: self.supplier_key(), what, about: Some(Nonce([5; 16])) };
        let before: BTreeSet<ObjectId> = self.relationship().acts().keys().copied().collect();
        self.person.handle(Input::Act(&new), NOW, &mut self.host).expect("said");
        *self.relationship().acts().keys().find(|act| !before.contains(act)).expect("one more")
    }

    fn signs_by(&self) -> Keypair {
        Keypair::from_secret(&self.relationship().key().expose_secret())
    }

    fn relationship(&self) -> &person::Relationship {
        self.person.relationships().next().expect("a relationship").1
    }

    fn acted(&self, act: &ObjectId) -> &Acted {
        &self.relationship().acts()[act]
    }

    /// What is to be sent now, with its number.
    fn leaving(&mut self) -> Vec<(u64, ToSupplier)> {
        let key = self.supplier_key();
        let outgoing = self.person.to_send(&key, NOW);
        outgoing.into_iter().map(|outgoing| (outgoing.number, outgoing.message.into_inner())).collect()
    }

    fn hears(&mut self, number: u64, answer: SupplierReply) {
        let key = self.supplier_key();
        self.person.handle(Input::Replied(&key, number, answer), NOW, &mut self.host).expect("no owner is asked");
    }

    fn company_answers(&mut self, act: &ObjectId, answer: Answered) -> Result<ObjectId, SupplierError> {
        let person = self.person_key();
        self.supplier.answer_act(person, act, answer, NOW).map(done)
    }

    /// Sends what waits at the company; what the person's node said to each.
    fn company_sends(&mut self) -> Vec<PersonReply> {
        let (person, mut said) = (self.person_key(), Vec::new());
        loop {
            let sent = self.supplier.to_send(&person, NOW).expect("signed");
            if sent.is_empty() {
                return said;
            }
            for (parcel, message) in sent {
                let answer = self.give(message, NOW);
                done(self.supplier.replied(&person, &parcel, answer.clone(), NOW));
                said.push(answer);
            }
        }
    }

    fn events(&self) -> Vec<Event> {
        let log = regie_protocol::audit::Log::With(self.supplier_key());
        let entries = self.host.records.iter().filter_map(|record| match record {
            person::Record::Entry { log: found, bytes, .. } if *found == log => {
                wire::decode::<Entry>(bytes, limits::ENTRY_BYTES).ok()
            }
            _ => None,
        });
        entries.map(|entry| entry.event).collect()
    }

    fn answers_told(&self, act: &ObjectId) -> Vec<Told> {
        let customer = self.supplier.customers().next().expect("one").1;
        customer.acts()[act].stored().answers.iter().map(|answering| answering.told).collect()
    }
}

#[test]
fn notice_is_delivered_once_signed_for_and_answered_with_the_last_day() {
    let mut world = World::new("balanced");
    let act = world.act(notice("A 1"));
    assert_eq!(world.relationship().undelivered(), 1);
    world.deliver(NOW);
    let acted = world.acted(&act);
    assert_eq!((acted.received(), acted.is_over()), (Some(NOW), false));
    assert_eq!(world.relationship().undelivered(), 0);
    // The company says when it ends, which need not be the day that was asked for.
    world.company_answers(&act, ends("2027-03-31")).expect("an answer");
    assert_eq!(world.company_sends(), [PersonReply::Noted]);
    assert_eq!(world.answers_told(&act), [Told::Yes]);
    let acted = world.acted(&act);
    assert_eq!((acted.answer(), acted.is_over()), (Some(&ends("2027-03-31")), true));
    assert_eq!(acted.stored().about, Some(Nonce([5; 16])), "the person's own record stays beside it");
    let kinds = world.events().into_iter().map(|event| match event {
        Event::Acted { .. } => "acted",
        Event::ActReceived { .. } => "received",
        Event::ActAnswered { .. } => "answered",
        _ => "other",
    });
    let kinds: Vec<_> = kinds.filter(|kind| *kind != "other").collect();
    assert_eq!(kinds, ["acted", "received", "answered"], "all of it stands in the log");
}

#[test]
fn the_moment_of_an_act_leaves_by_the_hour_and_the_persons_own_record_never() {
    let mut world = World::new("balanced");
    let at = NOW.plus_ms(1_234_567);
    let new = NewAct { supplier: world.supplier_key(), what: notice("A 1"), about: Some(Nonce([0xab; 16])) };
    world.person.handle(Input::Act(&new), at, &mut world.host).expect("said");
    let (_, message) = world.leaving().pop().expect("an act");
    let bytes = wire::encode(&message).expect("encodes");
    assert!(!bytes.windows(16).any(|window| window == [0xab; 16]));
    let ToSupplier::Act(act) = message else { panic!("{message:?}") };
    assert_eq!(act.verify().expect("signed").at, at.hour());
}

#[test]
fn notice_leaves_at_once_and_a_right_at_a_moment_of_its_own() {
    let mut world = World::new("balanced");
    let key = world.supplier_key();
    let day = NOW.plus_days(Days(1));
    world.person.tell_within(6 * HOUR_MS);
    for (what, at_once) in [(notice("A 1"), true), (right(Right::Access), false)] {
        let new = NewAct { supplier: key, what, about: None };
        world.host.hints.clear();
        world.person.handle(Input::Act(&new), day, &mut world.host).expect("said");
        let delivers = world.host.hints.iter().any(|hint| matches!(hint, Hint::Deliver(_)));
        assert_eq!(delivers, at_once);
        assert_eq!(world.relationship().leaves_at().is_some(), !at_once);
    }
}

#[test]
fn an_act_outlives_lost_replies_and_restarts_on_both_sides_and_is_taken_once() {
    let mut world = World::new("balanced");
    let act = world.act(notice("A 1"));
    let (key, person) = (world.supplier_key(), world.person_key());
    let mut disk = Vec::new();
    // The company takes it and dies before its reply is read; then it is sent by a node that was started anew.
    for _ in 0..3 {
        let (_, message) = world.leaving().pop().expect("it waits still");
        let said = CompanyMemory::of(world.supplier.message(&person, message, NOW.plus_ms(disk.len() as u64)));
        assert!(matches!(said.answer, Some(SupplierReply::Received(_))));
        disk.extend(said.records);
        world.person = world.rebuilt(world.host.records.len());
    }
    let kept = disk.iter().filter(|record| matches!(record, supplier::Record::Act { .. })).count();
    assert_eq!(kept, 1, "taken once");
    // A company that was started anew from its disk signs for it as it did before.
    let customer =
        supplier::Record::Customer { person, agreement: regie_protocol::Agreement::SdBase, since: NOW, test: false };
    let mut anew = regie_protocol::Supplier::new(Keypair::from_secret(&[2; 32]));
    for record in [customer].iter().chain(&disk) {
        anew.restore(record).expect("replays");
    }
    world.supplier = anew;
    let (number, message) = world.leaving().pop().expect("it waits still");
    let answer = reply(world.supplier.message(&person, message, NOW.plus_ms(HOUR_MS))).expect("answered");
    world.hears(number, answer);
    assert_eq!(world.acted(&act).received(), Some(NOW), "the moment at which it came first");
    let again = world.rebuilt(world.host.records.len());
    let relationship = again.relationship(&key).expect("paired");
    assert_eq!((relationship.undelivered(), relationship.acts()[&act].received()), (0, Some(NOW)));
}

#[test]
fn an_answer_outlives_restarts_of_the_company_until_it_is_taken() {
    let mut world = World::new("balanced");
    let act = world.act(right(Right::Access));
    world.deliver(NOW);
    let person = world.person_key();
    let made = world.supplier.answer_act(person, &act, Answered::Done { item: None }, NOW).expect("an answer");
    let record = CompanyMemory::of(made.1).records.pop().expect("a record");
    let first = world.supplier.to_send(&person, NOW).expect("signed");
    let (_, message) = first.into_iter().next().expect("one");
    assert_eq!(world.give(message, NOW), PersonReply::Noted, "and the reply is lost");
    world.supplier.restore(&record).expect("replays");
    world.supplier.connection_lost(&person);
    assert_eq!(world.company_sends(), [PersonReply::Noted], "the same again changes nothing");
    assert_eq!((world.acted(&act).answers().len(), world.answers_told(&act)), (1, vec![Told::Yes]));
    assert!(world.company_sends().is_empty());
}

#[test]
fn delivered_means_signed_for_and_by_nobody_else() {
    let mut world = World::new("balanced");
    let act = world.act(notice("A 1"));
    let other = world.act(notice("A 2"));
    let (supplier, person) = (world.supplier_key(), world.person_key());
    let by = |act: ObjectId, at: Timestamp, key: &Keypair| {
        let receipt = ActReceipt { supplier: key.public(), person, act, at };
        SupplierReply::Received(Verified::sign(receipt, key).expect("signed").signed().clone())
    };
    let own = Keypair::from_secret(&[2; 32]);
    let stranger = Keypair::from_secret(&[9; 32]);
    let ack = Acknowledgement { supplier, person, disclosure: act, at: NOW };
    let ack = Verified::sign(ack, &own).expect("signed").signed().clone();
    let foreign = ActReceipt { supplier, person: stranger.public(), act, at: NOW };
    let foreign = Verified::sign(foreign, &own).expect("signed").signed().clone();
    let forged = regie_protocol::Signed::from_parts(foreign.parts().0.to_vec(), regie_protocol::Signature([7; 64]));
    let faulty = [
        SupplierReply::Noted,
        SupplierReply::Acknowledged(ack),
        SupplierReply::Segments(Vec::new()),
        by(other, NOW, &own),
        by(act, NOW, &stranger),
        by(act, NOW.plus_days(Days(2)), &own),
        by(act, Timestamp(NOW.0 - 3 * regie_protocol::DAY_MS), &own),
        SupplierReply::Received(foreign),
        SupplierReply::Received(forged),
        SupplierReply::Refused(Refusal::RateLimited),
        SupplierReply::Refused(Refusal::Unavailable),
    ];
    for answer in faulty {
        world.person.connection_lost(&supplier);
        let sent = world.leaving();
        let name = format!("{answer:?}");
        let is_it =
            |(_, message): &&(u64, ToSupplier)| matches!(message, ToSupplier::Act(signed) if signed.id() == act);
        let (number, _) = sent.iter().find(is_it).unwrap_or_else(|| panic!("before {name} it waits"));
        world.hears(*number, answer);
        assert_eq!((world.relationship().undelivered(), world.acted(&act).received()), (2, None), "{name}");
        assert!(world.acted(&act).stored().refused.is_none(), "{name}");
    }
    // A receipt that answers something else than an act is no receipt.
    let number = world.leaving().first().map_or(0, |(number, _)| *number);
    world.hears(number + 40, by(act, NOW, &own));
    assert!(world.acted(&act).received().is_none());
}

#[test]
fn a_company_that_knows_no_acts_is_found_out_and_the_person_can_write_instead() {
    for code in [Refusal::Malformed, Refusal::Unexpected, Refusal::UnknownVersion, Refusal::TooManyActs] {
        let mut world = World::new("balanced");
        let act = world.act(notice("A 1"));
        let (number, _) = world.leaving().pop().expect("an act");
        world.hears(number, SupplierReply::Refused(code));
        let acted = world.acted(&act);
        assert_eq!((acted.stored().refused, acted.is_over(), acted.received()), (Some(code), true, None));
        assert_eq!(world.relationship().undelivered(), 0, "it is not said again and again");
        assert!(
            world.events().iter().any(|event| matches!(event, Event::ActRefused { code: found, .. } if *found == code))
        );
        world.act(notice("A 1"));
        assert_eq!(world.relationship().undelivered(), 1, "when the company is newer it can be said again");
    }
}

#[test]
fn an_id_that_comes_again_is_refused_and_the_same_act_gets_its_receipt() {
    let mut world = World::new("balanced");
    let act = world.act(notice("A 1"));
    let (_, message) = world.leaving().pop().expect("an act");
    let ToSupplier::Act(signed) = &message else { panic!("{message:?}") };
    let said = signed.clone().verify().expect("signed").into_value();
    let (person, key) = (world.person_key(), world.signs_by());
    let first = reply(world.supplier.message(&person, message.clone(), NOW)).expect("answered");
    let again = reply(world.supplier.message(&person, message, NOW.plus_days(Days(900)))).expect("answered");
    assert_eq!(first, again, "however late it is played again");
    let other = Verified::sign(Act { what: notice("A 2"), ..said.clone() }, &key).expect("signed").signed().clone();
    let answer = reply(world.supplier.message(&person, ToSupplier::Act(other), NOW));
    assert_eq!(answer, Some(SupplierReply::Refused(Refusal::Replayed)));
    // Nor is it anything at another company, or from another person.
    let stranger = Keypair::from_secret(&[8; 32]);
    let theirs = Act { supplier: stranger.public(), id: Nonce([1; 16]), ..said.clone() };
    let theirs = Verified::sign(theirs, &key).expect("signed").signed().clone();
    let answer = reply(world.supplier.message(&person, ToSupplier::Act(theirs), NOW));
    assert_eq!(answer, Some(SupplierReply::Refused(Refusal::WrongAudience)));
    let foreign = Act { person: stranger.public(), id: Nonce([2; 16]), ..said };
    let foreign = Verified::sign(foreign, &stranger).expect("signed").signed().clone();
    let answer = reply(world.supplier.message(&person, ToSupplier::Act(foreign.clone()), NOW));
    assert_eq!(answer, Some(SupplierReply::Refused(Refusal::WrongSender)));
    let answer = reply(world.supplier.message(&stranger.public(), ToSupplier::Act(foreign), NOW));
    assert_eq!(answer, Some(SupplierReply::Refused(Refusal::NotPaired)));
    assert_eq!(world.supplier.customers().next().expect("one").1.acts().keys().collect::<Vec<_>>(), [&act]);
}

#[test]
fn answers_count_by_their_numbers_and_are_those_of_the_company_to_this_act() {
    let mut world = World::new("balanced");
    let act = world.act(right(Right::Access));
    world.deliver(NOW);
    let own = Keypair::from_secret(&[2; 32]);
    let person = world.person_key();
    let answer =
        |number: u8, answer: Answered| ActAnswer { supplier: own.public(), person, act, number, at: NOW, answer };
    let signed = |answer: ActAnswer, key: &Keypair| {
        ToPerson::ActAnswer(Verified::sign(answer, key).expect("signed").signed().clone())
    };
    let done = Answered::Done { item: None };
    let stranger = Keypair::from_secret(&[9; 32]);
    let refused = PersonReply::Refused;
    let foreign = ActAnswer { supplier: stranger.public(), ..answer(1, done) };
    assert_eq!(world.give(signed(foreign, &stranger), NOW), refused(Refusal::WrongSender));
    let other = ActAnswer { act: ObjectId::of(b"another"), ..answer(1, done) };
    assert_eq!(world.give(signed(other, &own), NOW), refused(Refusal::UnknownAct));
    let theirs = ActAnswer { person: stranger.public(), ..answer(1, done) };
    assert_eq!(world.give(signed(theirs, &own), NOW), refused(Refusal::WrongAudience));
    for faulty in [
        answer(0, done),
        answer(limits::ACT_ANSWERS + 1, done),
        answer(1, ends("2027-01-31")),
        answer(1, Answered::Refused { why: Why::CoolingOffOver }),
        answer(1, Answered::Extended { why: Why::Unfounded }),
    ] {
        assert_eq!(world.give(signed(faulty, &own), NOW), refused(Refusal::Malformed));
    }
    let late = ActAnswer { at: NOW.plus_days(Days(3)), ..answer(1, done) };
    assert!(matches!(world.give(signed(late, &own), NOW), PersonReply::Skewed(_)));
    assert!(world.acted(&act).answers().is_empty(), "nothing of it stays");
    // The second overtakes the first on the wire; it holds all the same.
    assert_eq!(world.give(signed(answer(2, done), &own), NOW), PersonReply::Noted);
    let first = answer(1, Answered::Extended { why: Why::Many });
    assert_eq!(world.give(signed(first, &own), NOW), PersonReply::Noted);
    assert_eq!((world.acted(&act).answer(), world.acted(&act).extended()), (Some(&done), true));
    let changed = answer(2, Answered::Refused { why: Why::LegalDuty });
    assert_eq!(world.give(signed(changed, &own), NOW), refused(Refusal::Replayed), "a number is used once");
    assert_eq!(world.acted(&act).answer(), Some(&done));
}

#[test]
fn a_company_answers_what_was_asked_extends_once_and_stops_in_the_end() {
    let mut world = World::new("balanced");
    let act = world.act(right(Right::Portability));
    world.deliver(NOW);
    let unknown = ObjectId::of(b"none");
    assert_eq!(world.company_answers(&unknown, Answered::Done { item: None }), Err(SupplierError::NoAct));
    let bad = Err(SupplierError::BadAnswer);
    assert_eq!(world.company_answers(&act, ends("2027-01-31")), bad);
    let unsent = Answered::Done { item: Some(Nonce([1; 16])) };
    assert_eq!(world.company_answers(&act, unsent), bad, "an item is one that was sent");
    let extended = Answered::Extended { why: Why::Complex };
    world.company_answers(&act, extended).expect("more time");
    assert_eq!(world.company_answers(&act, extended), bad, "once");
    for _ in 1..limits::ACT_ANSWERS {
        world.company_answers(&act, Answered::Done { item: None }).expect("within the bound");
    }
    // One at a time, so that more time is heard of before what was done with it.
    let (person, numbers) = (world.person_key(), |message: &ToPerson| match message {
        ToPerson::ActAnswer(answer) => answer.clone().verify().expect("signed").number,
        other => panic!("{other:?}"),
    });
    let due = world.supplier.to_send(&person, NOW).expect("signed");
    assert_eq!(due.iter().map(|(_, message)| numbers(message)).collect::<Vec<_>>(), [1]);
    world.supplier.connection_lost(&person);
    let most = Err(SupplierError::TooManyAnswers);
    assert_eq!(world.company_answers(&act, Answered::Done { item: None }), most);
    assert_eq!(world.company_sends(), vec![PersonReply::Noted; usize::from(limits::ACT_ANSWERS)]);
}

#[test]
fn what_was_asked_for_comes_as_an_item_that_the_answer_names() {
    let mut world = World::new("balanced");
    let (supplier, person) = (world.supplier_key(), world.person_key());
    let opening = person::Opening {
        supplier,
        collection: regie_protocol::Collection::Other,
        duration: Days(30),
        per_hour: 5,
        items: 5,
    };
    world.person.handle(Input::Open(&opening), NOW, &mut world.host).expect("opened");
    let act = world.act(right(Right::Access));
    world.deliver(NOW);
    let mut entropy = world.entropy();
    let document = Document { title: "All of it".into(), media_type: "text/plain".into(), body: b"it".to_vec() };
    let put = world.supplier.put(person, opening.collection, Content::Document(document), NOW, &mut entropy);
    let item = done(put.expect("sent"));
    world.company_answers(&act, Answered::Done { item: Some(item) }).expect("an answer");
    assert_eq!(world.company_sends(), [PersonReply::Noted, PersonReply::Noted]);
    assert_eq!(world.acted(&act).answer(), Some(&Answered::Done { item: Some(item) }));
    assert!(world.person.item(&supplier, &item).is_some());
}

#[test]
fn to_have_all_erased_ends_what_was_given_over_the_line_by_its_own_receipts() {
    let mut world = World::new("balanced");
    let (message, id) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
    let (answer, person) = (world.give(message, NOW), world.person_key());
    let ack = done(world.supplier.replied(&person, &id, answer, NOW));
    world.give(ack.expect("acknowledged"), NOW);
    assert_eq!(world.held(), ["name.full"]);
    let act = world.act(right(Right::Erasure));
    world.deliver(NOW);
    assert!(world.held().is_empty());
    assert!(world.relationship().knows().is_empty());
    let receipts = world.host.records.iter().filter(|record| matches!(record, person::Record::Receipt { .. })).count();
    assert_eq!((receipts, world.acted(&act).received()), (1, Some(NOW)), "what it holds besides it has to answer for");
}

#[test]
fn acts_out_of_bounds_and_the_same_twice_are_not_said() {
    let mut world = World::new("balanced");
    let supplier = world.supplier_key();
    let say = |world: &mut World, what: What| {
        let before = world.host.records.len();
        let said = world.person.handle(Input::Act(&NewAct { supplier, what, about: None }), NOW, &mut world.host);
        assert_eq!(said.is_ok(), world.host.records.len() > before, "an error changes nothing");
        said
    };
    let words = "w".repeat(limits::TEXT_BYTES + 1);
    let long = What::Right { right: Right::Access, language: "nl".into(), words };
    assert_eq!(say(&mut world, long), Err(OwnerError::BadAct));
    assert_eq!(say(&mut world, notice("A 1")), Ok(()));
    assert_eq!(say(&mut world, notice("A 1")), Err(OwnerError::ActedAlready));
    let stranger = Keypair::from_secret(&[9; 32]).public();
    let new = NewAct { supplier: stranger, what: notice("A 1"), about: None };
    let said = world.person.handle(Input::Act(&new), NOW, &mut world.host);
    assert_eq!(said, Err(OwnerError::NoRelationship));
    for number in 2..=limits::ACTS_PER_RELATIONSHIP {
        assert_eq!(say(&mut world, notice(&format!("A {number}"))), Ok(()));
    }
    assert_eq!(say(&mut world, notice("B")), Err(OwnerError::TooManyActs), "each of them waits still");
    world.deliver(NOW);
    let act = *world.relationship().acts().keys().next().expect("one");
    world.company_answers(&act, ends("2027-01-31")).expect("an answer");
    world.company_sends();
    assert_eq!(say(&mut world, notice("B")), Ok(()), "what is over gives way");
    assert_eq!(world.relationship().acts().len(), limits::ACTS_PER_RELATIONSHIP);
    assert!(!world.relationship().acts().contains_key(&act));
    // The company forgets nothing, so it takes no more.
    let (number, message) = world.leaving().pop().expect("the newest");
    let person = world.person_key();
    let answer = reply(world.supplier.message(&person, message, NOW)).expect("answered");
    assert_eq!(answer, SupplierReply::Refused(Refusal::TooManyActs));
    world.hears(number, answer);
    assert_eq!(world.relationship().undelivered(), 0);
}
