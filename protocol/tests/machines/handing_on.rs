//! What a supplier hands on to a processor: after the person's word, under a key of its own, and so that neither of the two
//! learns whether the person deals with the other.

use std::collections::BTreeSet;

use regie_protocol::{
    Acceptance, Access, Agreement, AskedPath, Chain, DataRequest, Days, Invitation, Keypair, Nonce, ObjectId, Policy,
    Profile, PublicKey, Purpose, Refusal, Selector, Supplier, Verified,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    person::{Input, Introduction, Record},
    policy::{Answer, ProcessorRule, Who},
    supplier::{self, Ask, Delegate},
};

use super::{CompanyMemory, Hint, NOW, World, done, profile_of, reply};

/// A company that works for the supplier of a [`World`], and how the person's node finds it.
fn processor_of(world: &mut World) -> (Supplier, Invitation) {
    let mut processor = Supplier::new(Keypair::from_secret(&[77; 32]));
    let profile = Profile {
        supplier: processor.key().public(),
        name: "Carrier".into(),
        domain: "carrier.example".into(),
        ..profile_of(&world.supplier)
    };
    CompanyMemory::of(processor.set_profile(profile).expect("a profile"));
    let invite = supplier::Invite { uses: None, expires: NOW.plus_days(Days(9)), made: NOW, test: false };
    let mut entropy = world.entropy();
    let (mut invitation, _) = processor.invite(invite, &mut entropy);
    invitation.addresses = vec!["/ip4/127.0.0.1/tcp/1".into()];
    (processor, invitation)
}

/// The person's node follows the invitation that `to_meet` gives; the name of the relationship comes out.
fn meet(world: &mut World, processor: &mut Supplier) -> PublicKey {
    let Introduction { name, invitation, agreement } = world.person.to_meet(NOW).next().expect("somebody to meet");
    let proffer = world.person.proffer(&name, invitation.id, agreement, None, NOW).expect("proffered");
    let me = world.person.pairing_key(&name).public();
    let Some(SupplierReply::Profile(profile)) = reply(processor.message(&me, ToSupplier::Hello, NOW)) else {
        panic!("no profile")
    };
    let Some(SupplierReply::Paired(acceptance)) = reply(processor.message(&me, ToSupplier::Pair(proffer.clone()), NOW))
    else {
        panic!("not paired")
    };
    world.person.handle(Input::Paired(&name, profile, acceptance, &proffer), NOW, &mut world.host).expect("paired");
    name
}

/// The supplier of a world gets a grant that may be handed on, and hands part of it on: the grant, the delegation, and what
/// it tells the person's node.
fn hands_on(world: &mut World, processor: Invitation) -> (ObjectId, ObjectId, ToPerson) {
    let (person, mut entropy) = (world.person_key(), world.entropy());
    let ask = Ask {
        person,
        fields: ["address.postalCode"].iter().map(|f| f.parse::<AskedPath>().expect("a path")).collect(),
        purpose: Purpose::DeliveryOfGoods,
        reason: "to bring the parcel".into(),
        access: Access::Read,
        duration: Days(30),
        retention: Days(30),
        delegations: 1,
    };
    done(world.supplier.ask(ask, NOW, &mut entropy).expect("asked"));
    let (parcel, message) = world.supplier.to_send(&person, NOW).expect("signed").pop().expect("one");
    let answer = world.give(message, NOW);
    let ack = done(world.supplier.replied(&person, &parcel, answer, NOW));
    world.give(ack.expect("acknowledged"), NOW);
    let key = world.supplier_key();
    let root = world.person.relationship(&key).expect("known").grants().next().expect("a grant").id();
    let wanted = Delegate {
        person,
        processor,
        fields: BTreeSet::from([Selector::Field("address.postalCode".parse().expect("a field"))]),
        purposes: BTreeSet::from([Purpose::DeliveryOfGoods]),
        access: Access::ReadOnce,
        expires: NOW.plus_days(Days(1)),
        retention: Days(1),
        uses: None,
        delegations: 0,
        reference: "parcel 42".into(),
    };
    let link = done(world.supplier.delegate(wanted, NOW, &mut entropy).expect("within the grant"));
    let (parcel, notice) = world.supplier.to_send(&person, NOW).expect("signed").pop().expect("a notice");
    done(world.supplier.replied(&person, &parcel, PersonReply::Noted, NOW));
    assert!(world.supplier.to_send(&person, NOW).expect("signed").is_empty());
    (root, link, notice)
}

#[test]
fn what_was_handed_on_survives_a_restart_and_ends_with_the_grant_above() {
    let mut world = World::new("balanced");
    let (mut carrier, invitation) = processor_of(&mut world);
    let person = world.person_key();
    let (root, link, notice) = hands_on(&mut world, invitation);
    assert_eq!(world.give(notice.clone(), NOW), PersonReply::Noted);
    let before = world.host.records.len();
    assert_eq!(world.give(notice.clone(), NOW), PersonReply::Noted);
    assert_eq!(world.host.records.len(), before, "a notice that comes again changes nothing");
    assert!(world.person.to_meet(NOW).next().is_none(), "nobody is met without the person's word");
    world.person.handle(Input::MeetProcessor(&link), NOW, &mut world.host).expect("allowed");
    assert_eq!(world.rebuilt(world.host.records.len()).to_meet(NOW).count(), 1);

    let key = meet(&mut world, &mut carrier);
    assert!(world.person.to_meet(NOW).next().is_none());
    let mandate = world.person.to_send(&key, NOW).pop().expect("the chain").message.into_inner();
    let me = world.person.relationship(&key).expect("met").key().public();
    assert!(matches!(reply(carrier.message(&me, mandate.clone(), NOW)), Some(SupplierReply::Noted)));
    assert!(carrier.customer(&me).expect("a customer").mandate(&link).is_some());
    // To somebody else than its holder the chain is worth nothing.
    assert!(matches!(
        reply(world.supplier.message(&person, mandate, NOW)),
        Some(SupplierReply::Refused(Refusal::WrongAudience))
    ));

    // From the records alone the same state comes back.
    let again = world.rebuilt(world.host.records.len());
    assert_eq!(again.all_mandates().map(|(to, id, _)| (*to, *id)).collect::<Vec<_>>(), [(key, link)]);
    assert_eq!(again.relationship(&key).expect("met").stored().introduced_by, Some(world.supplier_key()));

    world.person.handle(Input::Revoke(&root, true), NOW, &mut world.host).expect("revoked");
    let told = world.person.to_send(&key, NOW).pop().expect("the carrier is told").message.into_inner();
    assert!(matches!(told, ToSupplier::Revoke(_)));
    assert!(matches!(reply(carrier.message(&me, told, NOW)), Some(SupplierReply::Erased(_))));
    assert!(carrier.customer(&me).expect("a customer").scope_of(&link).is_none());
    assert_eq!(world.give(notice, NOW), PersonReply::Refused(Refusal::Revoked));
    assert!(!world.person.all_mandates().any(|(_, _, mandate)| world.person.is_live(&mandate.grant, NOW)));
}

impl World {
    /// The person deals with this company as well, and it has a grant of its own.
    fn deals_with(&mut self, company: &mut Supplier) -> PublicKey {
        let key = company.key().public();
        let proffer = self.person.proffer(&key, Nonce([9; 16]), Agreement::SdBase, None, NOW).expect("proffered");
        let person = self.person.pairing_key(&key).public();
        let acceptance =
            Acceptance { supplier: key, person, pairing: proffer.id(), agreement: Agreement::SdBase, at: NOW };
        let acceptance = Verified::sign(acceptance, company.key()).expect("signed").signed().clone();
        let Some(SupplierReply::Profile(profile)) = reply(company.message(&person, ToSupplier::Hello, NOW)) else {
            panic!("no profile")
        };
        self.person.handle(Input::Paired(&key, profile, acceptance, &proffer), NOW, &mut self.host).expect("paired");
        self.person.handle(Input::Vouch(&key, true), NOW, &mut self.host).expect("vouched for");
        person
    }

    /// What a company hears that asks for the postal code under this chain, over the line of that name.
    fn shows(&mut self, id: u8, name: &PublicKey, key: &Keypair, chain: &Chain) -> PersonReply {
        let person = self.person.relationship(name).expect("known").key().public();
        let request = DataRequest {
            id: Nonce([id; 16]),
            supplier: key.public(),
            person,
            at: NOW,
            fields: BTreeSet::from(["address.postalCode".parse().expect("a path")]),
            purpose: Purpose::DeliveryOfGoods,
            reason: "to bring the parcel".into(),
            access: Access::ReadOnce,
            duration: Days(1),
            retention: Days(1),
            delegations: 0,
            chains: vec![chain.clone()],
        };
        let request = Verified::sign(request, key).expect("signed").signed().clone();
        self.person.handle(Input::Message(name, ToPerson::Request(request)), NOW, &mut self.host).expect("no owner");
        self.host.answer.take().expect("every frame is answered")
    }

    fn set_processors(&mut self, processors: Vec<ProcessorRule>) {
        let policy = Policy { processors, ..self.person.policy().clone() };
        self.person.handle(Input::SetPolicy(policy), NOW, &mut self.host).expect("well formed");
    }
}

fn chain_of(notice: &ToPerson) -> Chain {
    let ToPerson::Delegated(notice) = notice else { panic!("no notice") };
    notice.chain.clone()
}

/// The relationship oracle: a supplier names another company with an address of its own, and looks whether anything comes
/// there, or anything else differs.
#[test]
fn naming_a_processor_does_not_tell_whether_the_person_deals_with_it() {
    let seen = [false, true].map(|deals| {
        let mut world = World::new("balanced");
        let (mut carrier, invitation) = processor_of(&mut world);
        let chosen = deals.then(|| world.deals_with(&mut carrier));
        let (_, link, notice) = hands_on(&mut world, invitation);
        world.host.hints.clear();
        let said = world.give(notice, NOW);
        assert!(!world.host.hints.iter().any(|hint| matches!(hint, Hint::Meet(_))), "nobody is dialled unasked");
        let key = carrier.key().public();
        assert!(world.person.to_send(&key, NOW).is_empty(), "over the person's own line with it nothing is said");
        world.person.handle(Input::MeetProcessor(&link), NOW, &mut world.host).expect("allowed");
        let dialled: Vec<_> = world.person.to_meet(NOW).collect();
        let name = meet(&mut world, &mut carrier);
        let as_processor = world.person.relationship(&name).expect("met").key().public();
        assert_ne!(Some(as_processor), chosen, "to the processor the person is somebody else");
        assert!(world.person.lookalikes(world.person.relationship(&name).expect("met").profile()).is_empty());
        (said, dialled, as_processor)
    });
    assert_eq!(seen[0], seen[1]);
}

/// A chain that the two pass between them without the person's node is no question that the node answers.
#[test]
fn a_chain_that_came_another_way_opens_nothing_and_tells_nothing() {
    let mut world = World::new("balanced");
    let (mut carrier, invitation) = processor_of(&mut world);
    world.deals_with(&mut carrier);
    let (chosen, key) = (carrier.key().public(), Keypair::from_secret(&[77; 32]));
    let (_, link, notice) = hands_on(&mut world, invitation);
    let chain = chain_of(&notice);
    // The same of a person that this node has never heard of.
    let mut other = World::of(3, "balanced");
    let (_, invitation) = processor_of(&mut other);
    let (_, _, foreign) = hands_on(&mut other, invitation);
    let refused = PersonReply::Refused(Refusal::Revoked);
    assert_eq!(world.shows(1, &chosen, &key, &chain), refused, "before the person's node was told");
    world.give(notice, NOW);
    world.person.handle(Input::MeetProcessor(&link), NOW, &mut world.host).expect("allowed");
    let name = meet(&mut world, &mut carrier);
    assert_eq!(world.shows(2, &chosen, &key, &chain), refused, "over the person's own line with it");
    assert_eq!(world.shows(3, &chosen, &key, &chain_of(&foreign)), refused, "another person's sounds the same");
    assert_eq!(world.shows(4, &name, &key, &chain_of(&foreign)), refused);
    assert!(matches!(world.shows(5, &name, &key, &chain), PersonReply::Answer(_)), "over the line made for it");
}

#[test]
fn a_rule_speaks_for_one_processor_and_only_where_the_supplier_is_known() {
    let rule = |processor, answer| ProcessorRule { name: "carrier".into(), processor, who: Who::Anyone, answer };
    for (vouched, answer, met, ended) in [
        (true, Answer::Allow, 1, false),
        (false, Answer::Allow, 0, false),
        (true, Answer::Ask, 0, false),
        (true, Answer::Refuse, 0, true),
    ] {
        let mut world = World::new("balanced");
        let (carrier, invitation) = processor_of(&mut world);
        world.set_processors(vec![rule(carrier.key().public(), answer)]);
        let (_, link, notice) = hands_on(&mut world, invitation);
        let key = world.supplier_key();
        world.person.handle(Input::Vouch(&key, vouched), NOW, &mut world.host).expect("known");
        assert_eq!(world.give(notice, NOW), PersonReply::Noted, "{answer:?}: the supplier learns nothing of it");
        assert_eq!(world.person.to_meet(NOW).count(), met, "{answer:?}");
        let revoked = world.host.records.iter().any(|record| {
            matches!(record, Record::Revoked { revocation } if
            revocation.clone().verify().is_ok_and(|end| end.grant == link))
        });
        assert_eq!(revoked, ended, "{answer:?}");
    }
}

/// What is handed on later by the same supplier to the same processor goes by the word that was given.
#[test]
fn one_word_holds_for_the_two_and_for_nobody_else() {
    let mut world = World::new("balanced");
    let (mut carrier, invitation) = processor_of(&mut world);
    let (_, link, notice) = hands_on(&mut world, invitation.clone());
    world.give(notice, NOW);
    world.person.handle(Input::MeetProcessor(&link), NOW, &mut world.host).expect("allowed");
    let name = meet(&mut world, &mut carrier);
    world.host.hints.clear();
    let (_, second, notice) = hands_on(&mut world, invitation);
    assert_ne!(second, link);
    assert_eq!(world.give(notice, NOW), PersonReply::Noted);
    assert!(world.host.hints.iter().any(|hint| matches!(hint, Hint::Deliver(to) if *to == name)));
    let key = Keypair::from_secret(&[78; 32]);
    let another =
        Invitation { supplier: key.public(), id: Nonce([4; 16]), addresses: vec!["/ip4/127.0.0.1/tcp/2".into()] };
    let (_, _, notice) = hands_on(&mut world, another);
    assert_eq!(world.give(notice, NOW), PersonReply::Noted);
    assert_eq!(world.person.to_meet(NOW).count(), 0, "another waits for a word of its own");
}
