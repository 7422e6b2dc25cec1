//! What comes back to the person, and under which agreement: the exchange of IEEE 7012, documents, corrections, and
//! that nothing gets in outside a grant.

use std::collections::BTreeSet;

use regie_protocol::{
    Access, Agreement, Collection, Content, Correction, Days, Document, Item, Nonce, Profile, Purpose, Refusal,
    Verified,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    person::{Input, ItemState, NewGrant, Opening, OwnerError, Record},
    policy::{Answer, CorrectionRule, What, Who},
    supplier::{self, SupplierError, Told},
};

use crate::{
    Hint, Memory, NOW, World,
    memory::{CompanyMemory, done},
    reply,
};

fn document(title: &str) -> Content {
    Content::Document(Document { title: title.into(), media_type: "text/plain".into(), body: b"1 euro".to_vec() })
}

fn correction(before: &str) -> Content {
    Content::Correction(Correction {
        field: "name.full".parse().expect("a field"),
        before: Some(before.parse().expect("text")),
        after: "Anna Bakkers".parse().expect("text"),
        reason: "as you signed".into(),
    })
}

impl World {
    fn open(&mut self, collection: Collection, per_hour: u32, items: u32) {
        let supplier = self.supplier_key();
        let opening = Opening { supplier, collection, duration: Days(30), per_hour, items };
        self.person.handle(Input::Open(&opening), NOW, &mut self.host).expect("opened");
        self.deliver(NOW);
    }

    fn put(&mut self, collection: Collection, content: Content) -> Result<Nonce, SupplierError> {
        let (person, mut entropy) = (self.person_key(), self.entropy());
        self.supplier.put(person, collection, content, NOW, &mut entropy).map(done)
    }

    /// Sends what waits at the supplier; what the person's node is hinted at and its last reply come out.
    fn send(&mut self) -> (Vec<Hint>, Option<PersonReply>) {
        let (person, key) = (self.person_key(), self.supplier_key());
        let mut last = None;
        self.host.hints.clear();
        for (parcel, message) in self.supplier.to_send(&person, NOW).expect("signed") {
            self.person.handle(Input::Message(&key, message), NOW, &mut self.host).expect("no owner is asked");
            let answer = self.host.answer.take().expect("every message is answered");
            done(self.supplier.replied(&person, &parcel, answer.clone(), NOW));
            last = Some(answer);
        }
        (std::mem::take(&mut self.host.hints), last)
    }

    fn contents(&self) -> usize {
        self.host.records.iter().filter(|record| matches!(record, Record::Content { .. })).count()
    }

    fn told(&self, id: &Nonce) -> Told {
        self.supplier.customers().next().expect("one").1.sending()[id].told
    }
}

#[test]
fn a_bill_comes_into_the_collection_that_was_opened_and_no_other() {
    let mut world = World::new("balanced");
    assert_eq!(world.put(Collection::Bills, document("May")), Err(SupplierError::NotOpened));
    world.open(Collection::Bills, 10, 10);
    assert_eq!(world.put(Collection::Messages, document("Buy more")), Err(SupplierError::NotOpened));
    assert_eq!(world.put(Collection::Bills, correction("x")), Err(SupplierError::BadItem));
    let id = world.put(Collection::Bills, document("May")).expect("queued");
    let (_, answer) = world.send();
    assert_eq!((answer, world.told(&id)), (Some(PersonReply::Noted), Told::Yes));
    assert_eq!(world.contents(), 1);
    let key = world.supplier_key();
    let kept = *world.person.item(&key, &id).expect("kept");
    assert_eq!((kept.collection, kept.state), (Collection::Bills, ItemState::Here));
    // Thrown away it is gone for good, also when it comes again, and after a restart.
    world.person.handle(Input::DeleteItem(&key, &id), NOW, &mut world.host).expect("deleted");
    assert!(matches!(world.host.records.last(), Some(Record::ContentGone { .. })));
    assert_eq!(world.person.handle(Input::DeleteItem(&key, &id), NOW, &mut world.host).err(), Some(OwnerError::NoItem));
    let rebuilt = world.rebuilt(world.host.records.len());
    assert_eq!(rebuilt.item(&key, &id).expect("remembered").state, ItemState::Deleted);
}

#[test]
fn spam_is_impossible_no_item_gets_in_without_a_live_grant_for_its_collection() {
    let mut world = World::new("open");
    world.open(Collection::Bills, 2, 3);
    let bills = world.supplier.customers().next().expect("one").1.may_write(Collection::Bills, NOW).expect("a grant");
    let (person, key) = (world.person_key(), world.supplier_key());
    let (message, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
    world.give(message, NOW);
    let reading = world.person.relationships().flat_map(|(_, r)| r.grants().map(|g| g.root().id()));
    let reading: Vec<_> = reading.filter(|grant| *grant != bills).collect();
    let mut number = 0;
    let mut try_with = |world: &mut World, grant, content: Content| {
        number += 1;
        let item = Item { id: Nonce([number; 16]), supplier: key, person, grant, at: NOW, content };
        let signed = Verified::sign(item, world.supplier.key()).expect("signed").signed().clone();
        world.give(ToPerson::Put(signed), NOW)
    };
    let refused = PersonReply::Refused;
    let unknown = regie_protocol::ObjectId::of(b"no grant");
    assert_eq!(try_with(&mut world, unknown, document("Sale")), refused(Refusal::NotGranted));
    assert_eq!(try_with(&mut world, reading[0], document("Sale")), refused(Refusal::NotGranted));
    assert_eq!(try_with(&mut world, bills, correction("Anna")), refused(Refusal::Malformed));
    assert_eq!(world.contents(), 0, "not a trace");
    assert_eq!(try_with(&mut world, bills, document("May")), PersonReply::Noted);
    assert_eq!(try_with(&mut world, bills, document("June")), PersonReply::Noted);
    assert_eq!(try_with(&mut world, bills, document("July")), refused(Refusal::RateLimited));
    world.person.handle(Input::Revoke(&bills, false), NOW, &mut world.host).expect("revoked");
    assert_eq!(try_with(&mut world, bills, document("August")), refused(Refusal::Revoked));
    assert_eq!(world.contents(), 2);
    // A grant to write lets no field out.
    let person_machine = world.rebuilt(world.host.records.len());
    let grant = person_machine.relationships().flat_map(|(_, r)| r.grants()).find(|g| g.root().id() == bills);
    let scope = grant.expect("kept").scope().clone();
    for field in regie_protocol::FieldPath::all() {
        assert!(Purpose::ALL.iter().all(|purpose| !scope.covers(field, *purpose)));
    }
}

#[test]
fn a_correction_waits_for_the_person_or_follows_a_default() {
    let mut world = World::new("balanced");
    world.open(Collection::Corrections, 10, 10);
    let key = world.supplier_key();
    let first = world.put(Collection::Corrections, correction("Anna Bakker")).expect("queued");
    let (hints, _) = world.send();
    assert!(!hints.iter().any(|hint| matches!(hint, Hint::Correct(_))), "without a default it waits");
    world.person.handle(Input::Corrected(&key, &first, false), NOW, &mut world.host).expect("decided");
    assert_eq!(world.person.item(&key, &first).expect("kept").state, ItemState::Declined);
    assert_eq!(
        world.person.handle(Input::Corrected(&key, &first, true), NOW, &mut world.host).err(),
        Some(OwnerError::NoItem)
    );

    let rule = |what: What, answer| CorrectionRule {
        name: "my name by the register".into(),
        who: Who::Sector("energy".into()),
        what,
        answer,
    };
    for (what, answer, correcting) in [
        (What::Field("name.full".parse().expect("a field")), Answer::Allow, true),
        (What::Group("name".into()), Answer::Refuse, false),
        (What::Field("email".parse().expect("a field")), Answer::Allow, false),
    ] {
        let mut policy = world.person.policy().clone();
        policy.corrections = vec![rule(what, answer)];
        world.person.handle(Input::SetPolicy(policy), NOW, &mut world.host).expect("set");
        let id = world.put(Collection::Corrections, correction("Anna Bakker")).expect("queued");
        let (hints, _) = world.send();
        assert_eq!(hints.iter().any(|hint| matches!(hint, Hint::Correct(_))), correcting, "{answer:?}");
        let state = world.person.item(&key, &id).expect("kept").state;
        assert_eq!(state, if answer == Answer::Refuse { ItemState::Declined } else { ItemState::Here });
    }
}

#[test]
fn a_request_outside_the_agreement_is_refused_whatever_was_granted() {
    let mut world = World::new("open");
    for (purpose, retention) in [
        (Purpose::DirectMarketing, 30),
        (Purpose::ServiceUsageAnalytics, 30),
        (Purpose::Personalisation, 30),
        (Purpose::AcademicResearch, 30),
        (Purpose::SellDataToThirdParties, 30),
    ] {
        let (message, _) = world.ask(&["name.full"], purpose, Access::Read, NOW);
        let PersonReply::Answer(disclosure) = world.give(message, NOW) else { panic!("no answer") };
        let disclosure = disclosure.verify().expect("signed");
        let refused = regie_protocol::disclosure::Answer::Refused(Refusal::OutsideAgreement);
        assert!(disclosure.answers.values().all(|answer| *answer == refused), "{purpose}");
        // The person can't grant it either while that agreement holds.
        let new = NewGrant {
            supplier: world.supplier_key(),
            fields: BTreeSet::from(["name.full".parse().expect("a field")]),
            purposes: BTreeSet::from([purpose]),
            access: Access::Read,
            duration: Days(1),
            retention: Days(retention),
        };
        let done = world.person.handle(Input::Grant(&new), NOW, &mut world.host);
        assert_eq!(done.err(), Some(OwnerError::Refused(Refusal::OutsideAgreement)), "{purpose}");
    }
}

#[test]
fn a_proffer_meets_one_alternative_and_both_sides_keep_the_same_two_records() {
    let mut world = World::new("balanced");
    let mut other = world.turn_to(3);
    std::mem::swap(&mut world.supplier, &mut other);
    // The first supplier forgets the person and accepts something else from now on.
    let profile = world.supplier.profile().expect("a profile").clone();
    let key = world.supplier_key();
    world.supplier = supplier::Supplier::new(regie_protocol::Keypair::from_secret(&[2; 32]));
    let agreements = BTreeSet::from([Agreement::SdBaseA, Agreement::SdBaseAtp]);
    CompanyMemory::of(world.supplier.set_profile(Profile { agreements, ..profile }).expect("well formed"));
    let mut entropy = world.entropy();
    let invite = supplier::Invite { uses: Some(1), expires: NOW.plus_days(Days(1)), made: NOW, test: false };
    let invitation = done(world.supplier.invite(invite, &mut entropy));
    let mut fresh =
        regie_protocol::Person::new(regie_protocol::RootSeed::from_entropy([9; 32]), world.person.policy().clone());
    let me = fresh.pairing_key(&key).public();
    let first = fresh.proffer(&key, invitation.id, Agreement::SdBase, None, NOW).expect("proffered");
    let answer = reply(world.supplier.message(&me, ToSupplier::Pair(first.clone()), NOW));
    let Some(SupplierReply::Alternative(alternative)) = answer else { panic!("{answer:?}") };
    assert_eq!(world.supplier.customers().count(), 0, "nothing is agreed yet");
    let weighed = fresh.weigh(&key, &first, alternative).expect("weighed");
    assert_eq!((weighed.agreement, weighed.stricter), (Agreement::SdBaseA, false), "the least beyond the proffer");
    let third = fresh.proffer(&key, invitation.id, Agreement::SdBaseAt, Some(weighed.id), NOW).expect("proffered");
    let declined = reply(world.supplier.message(&me, ToSupplier::Pair(third), NOW));
    assert_eq!(declined, Some(SupplierReply::Refused(Refusal::Declined)), "there is one alternative and no more");
    let second = fresh.proffer(&key, invitation.id, weighed.agreement, Some(weighed.id), NOW).expect("proffered");
    let answer = reply(world.supplier.message(&me, ToSupplier::Pair(second.clone()), NOW));
    let Some(SupplierReply::Paired(acceptance)) = answer else { panic!("{answer:?}") };
    let Some(SupplierReply::Profile(profile)) = reply(world.supplier.message(&me, ToSupplier::Hello, NOW)) else {
        panic!("no profile")
    };
    fresh.handle(Input::Paired(&key, profile, acceptance, &second), NOW, &mut Memory::new(9)).expect("paired");
    let mine = fresh.relationship(&key).expect("a relationship").stored().agreed.clone().expect("kept");
    let theirs = world.supplier.customer(&me).expect("a customer").agreed().expect("kept");
    assert_eq!(&mine, theirs);
    assert_eq!(mine.acceptance.verify().expect("signed").pairing, mine.pairing.id());
}
