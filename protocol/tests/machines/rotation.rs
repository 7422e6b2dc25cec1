//! A company's key changes: lost, stolen, both alive, replayed; what was granted goes on, and nobody else comes in.

use regie_protocol::{
    DataRequest, Days, Invitation, KeyHistory, Keypair, Nonce, Profile, PublicKey, Purpose, Refusal, Rotation,
    Selector, Signed, Supplier, Timestamp, Verified,
    message::{PersonReply, ToPerson},
    person::{Input, OwnerError, Record},
    standing::{Contradiction, Standing, Unread},
    supplier::{Ask, Delegate, SupplierError},
};

use super::{
    Access, NOW, World,
    memory::{CompanyMemory, done},
    observed, profile_of, reply,
};

/// The secret of the company's second key.
const SECOND: u8 = 62;
/// That of its third.
const THIRD: u8 = 63;
/// That of the key that a thief makes.
const OF_THIEF: u8 = 66;
/// A carrier's.
const CARRIER: u8 = 67;

fn key(secret: u8) -> Keypair {
    Keypair::from_secret(&[secret; 32])
}

fn public(secret: u8) -> PublicKey {
    key(secret).public()
}

fn signed(profile: Profile, by: &Keypair) -> Signed<Profile> {
    Verified::sign(profile, by).expect("signed").signed().clone()
}

/// A person, and a company with the name of their relationship: its first key.
struct Rotating {
    world: World,
    first: PublicKey,
}

impl Rotating {
    /// Paired; the company has committed to its second key, and the person knows.
    fn new() -> Self {
        let mut world = World::new("balanced");
        CompanyMemory::of(world.supplier.commit_next(public(SECOND), false, NOW).expect("committed"));
        let first = world.supplier_key();
        let mut rotating = Self { world, first };
        rotating.visit(NOW.plus_ms(1)).expect("taken");
        rotating
    }

    /// What a visit begins with: the company shows its profile.
    fn visit(&mut self, now: Timestamp) -> Result<(), OwnerError> {
        let profile = self.world.supplier.signed_profile().expect("one").clone();
        self.show(profile, now)
    }

    fn show(&mut self, profile: Signed<Profile>, now: Timestamp) -> Result<(), OwnerError> {
        self.world.person.handle(Input::RenewProfile(&self.first, profile), now, &mut self.world.host)?;
        Ok(())
    }

    fn read(&mut self, document: Signed<Profile>, now: Timestamp) {
        self.world
            .person
            .handle(Input::DomainRead(&self.first, "stroom.example", Ok(document)), now, &mut self.world.host)
            .expect("known");
    }

    /// The company's key is replaced by the one that it committed to.
    fn rotate(&mut self, to: u8, next: u8, now: Timestamp) {
        CompanyMemory::of(self.world.supplier.rotate(key(to), public(next), now).expect("rotated"));
    }

    fn person_key(&self) -> PublicKey {
        self.world.person.relationship(&self.first).expect("paired").key().public()
    }

    fn current(&self) -> PublicKey {
        *self.world.person.relationship(&self.first).expect("paired").lineage().current()
    }

    fn standing(&self, now: Timestamp) -> Standing {
        self.world.person.relationship(&self.first).expect("paired").standing(now)
    }

    /// The company asks and the person's node answers; how many values the company holds then.
    fn asks(&mut self, access: Access, delegations: u8, now: Timestamp) -> Result<usize, Refusal> {
        let ask = Ask {
            person: self.person_key(),
            fields: ["name.full".parse().expect("a path")].into(),
            purpose: Purpose::DeliveryOfGoods,
            reason: "to bring it".into(),
            access,
            duration: Days(365),
            retention: Days(30),
            delegations,
        };
        let mut entropy = self.world.entropy();
        done(self.world.supplier.ask(ask, now, &mut entropy).expect("asked"));
        let sent = self.world.supplier.to_send(&self.person_key(), now).expect("signed").pop();
        let (parcel, message) = sent.expect("one request");
        let answer = self.give(message, now);
        if let Some(code) = answer.refusal() {
            return Err(code);
        }
        let ack = done(self.world.supplier.replied(&self.person_key(), &parcel, answer, now));
        self.give(ack.expect("acknowledged"), now);
        Ok(self.world.held().len())
    }

    fn give(&mut self, message: ToPerson, now: Timestamp) -> PersonReply {
        self.world
            .person
            .handle(Input::Message(&self.first, message), now, &mut self.world.host)
            .expect("no owner is asked");
        self.world.host.answer.take().expect("every frame is answered")
    }

    /// Delivers the person's outbox; how much went.
    fn deliver(&mut self, now: Timestamp) -> usize {
        let (waiting, person) = (self.world.person.to_send(&self.first, now), self.person_key());
        let count = waiting.len();
        for outgoing in waiting {
            let answer =
                reply(self.world.supplier.message(&person, outgoing.message.into_inner(), now)).expect("answered");
            assert_eq!(answer.refusal(), None);
            self.world
                .person
                .handle(Input::Replied(&self.first, outgoing.number, answer), now, &mut self.world.host)
                .expect("no owner is asked");
        }
        count
    }

    fn grants(&self) -> usize {
        self.world.person.relationship(&self.first).expect("paired").grants().count()
    }

    /// A profile by which the thief of the company's first key appoints an heir.
    fn heir(&self, now: Timestamp) -> Signed<Profile> {
        let (supplier, follows, next) = (public(OF_THIEF), self.first, public(THIRD));
        let rotation = Verified::sign(Rotation { supplier, follows, next, at: now }, &key(OF_THIEF)).expect("signed");
        let keys = KeyHistory { next: Some(next), rotations: vec![rotation.signed().clone()], ..KeyHistory::default() };
        signed(Profile { supplier, keys, issued: now, ..profile_of(&self.world.supplier) }, &key(OF_THIEF))
    }

    /// The same from the records alone.
    fn replays(&self) {
        let again = self.world.rebuilt(self.world.host.records.len());
        let (own, other) = (self.world.person.relationship(&self.first), again.relationship(&self.first));
        let (own, other) = (own.expect("paired"), other.expect("replayed"));
        assert_eq!(
            (own.lineage(), own.profile(), own.identified()),
            (other.lineage(), other.profile(), other.identified())
        );
        assert_eq!(own.grants().count(), other.grants().count());
        assert_eq!(again.known_as(own.lineage().current()), Some(self.first));
    }
}

#[test]
fn what_was_given_goes_on_under_the_key_that_was_committed_to() {
    let mut all = Rotating::new();
    assert_eq!(all.asks(Access::Subscribe, 0, NOW), Ok(1));
    let person = all.person_key();
    all.world.host.values.insert("name.full".parse().expect("a field"), observed("Anna de Vries"));
    let name = "name.full".parse().expect("a field");
    all.world.person.handle(Input::FieldChanged(&[(name, true)].into()), NOW, &mut all.world.host).expect("noted");
    let later = NOW.plus_ms(10_000);
    all.rotate(SECOND, THIRD, later);
    all.visit(later).expect("followed");
    assert_eq!((all.current(), all.person_key()), (public(SECOND), person), "the person's own key stays");
    assert!(all.world.host.records.iter().any(|record| matches!(record, Record::Entry { .. })));
    assert_eq!(all.deliver(later), 1, "what was said to the key before arrives");
    assert_eq!(all.asks(Access::Subscribe, 0, later), Ok(1), "under the grant there was");
    assert_eq!(all.grants(), 1);
    let grant = all.world.grants()[0];
    all.world.person.handle(Input::Revoke(&grant, true), later, &mut all.world.host).expect("revoked");
    all.deliver(later);
    assert!(all.world.held().is_empty(), "a revocation reaches the key in force");
    assert!(all.world.host.records.iter().any(|record| matches!(record, Record::Receipt { .. })), "which signs for it");
    all.replays();
}

#[test]
fn what_waited_in_the_companys_outbox_goes_out_under_the_key_in_force() {
    let mut all = Rotating::new();
    let ask = |all: &mut Rotating, field: &str, now| {
        let ask = Ask {
            person: all.person_key(),
            fields: [field.parse().expect("a path")].into(),
            purpose: Purpose::DeliveryOfGoods,
            reason: "to bring it".into(),
            access: Access::Read,
            duration: Days(7),
            retention: Days(7),
            delegations: 0,
        };
        let mut entropy = all.world.entropy();
        done(all.world.supplier.ask(ask, now, &mut entropy).expect("asked"));
    };
    ask(&mut all, "name.full", NOW);
    let later = NOW.plus_ms(10);
    all.rotate(SECOND, THIRD, later);
    ask(&mut all, "address.street", later);
    all.visit(later).expect("followed");
    let person = all.person_key();
    let sent = all.world.supplier.to_send(&person, later).expect("signed");
    assert_eq!(sent.len(), 2);
    for (_, message) in sent {
        assert!(matches!(all.give(message, later), PersonReply::Answer(_)));
    }
}

#[test]
fn a_node_that_was_off_follows_several_at_once_and_by_any_way() {
    for by_domain in [false, true] {
        let mut all = Rotating::new();
        let later = NOW.plus_days(Days(400));
        all.rotate(SECOND, THIRD, NOW.plus_ms(10));
        all.rotate(THIRD, OF_THIEF, NOW.plus_ms(20));
        let profile = all.world.supplier.signed_profile().expect("one").clone();
        assert_eq!(
            all.world.person.whose(&public(THIRD), &profile),
            Some(all.first),
            "also by a link of the newest key"
        );
        assert_eq!(all.world.person.whose(&public(CARRIER), &profile), None, "another shows it");
        if by_domain {
            all.read(profile, later)
        } else {
            all.show(profile, later).expect("followed")
        }
        assert_eq!(all.current(), public(THIRD));
        assert_eq!(all.world.person.known_as(&public(SECOND)), Some(all.first));
        if by_domain {
            assert_eq!(all.standing(later), Standing::Proven { since: later });
        }
        all.replays();
    }
}

#[test]
fn a_thief_of_the_key_in_force_appoints_no_heir() {
    let mut all = Rotating::new();
    let before = all.world.host.records.len();
    let heir = all.heir(NOW.plus_ms(5));
    assert!(matches!(all.show(heir.clone(), NOW), Err(OwnerError::BadPairing(_))));
    assert_eq!(all.world.person.whose(&public(OF_THIEF), &heir), None);
    let thief = key_of(&all.world.supplier);
    let keys = KeyHistory { next: Some(public(OF_THIEF)), ..KeyHistory::default() };
    let later = NOW.plus_ms(6);
    let changed = signed(Profile { keys, issued: later, ..profile_of(&all.world.supplier) }, &thief);
    all.show(changed, later).expect("the thief speaks as the company still");
    assert!(all.world.person.relationship(&all.first).expect("paired").names_other_next(), "and it shows");
    assert!(all.show(heir, later).is_err(), "what was committed to first holds");
    assert!(all.world.host.records[before..].iter().all(|record| match record {
        Record::Relationship { stored, .. } => stored.lineage.as_ref().is_some_and(|l| *l.current() == all.first),
        _ => true,
    }));
    all.rotate(SECOND, THIRD, NOW.plus_ms(8));
    all.visit(NOW.plus_ms(9)).expect("the company's own change is followed all the same");
    assert_eq!(all.current(), public(SECOND));
}

fn key_of(supplier: &Supplier) -> Keypair {
    Keypair::from_secret(&supplier.key().expose_secret())
}

#[test]
fn with_both_keys_alive_the_earlier_one_gets_nothing() {
    let mut all = Rotating::new();
    let mut thief = Supplier::new(key_of(&all.world.supplier));
    CompanyMemory::of(thief.set_profile(profile_of(&all.world.supplier)).expect("well formed"));
    let theirs = profile_of(&all.world.supplier);
    all.rotate(SECOND, THIRD, NOW.plus_ms(10));
    all.visit(NOW.plus_ms(11)).expect("followed");
    let day = NOW.plus_days(Days(1));
    let newer = signed(Profile { issued: day, name: "Stroom 2".into(), ..theirs.clone() }, thief.key());
    all.show(newer.clone(), day).expect("it is of a key that is known");
    assert_eq!((all.current(), profile_of(&all.world.supplier).name), (public(SECOND), "Stroom BV".into()));
    all.read(newer, day);
    let known = all.world.person.relationship(&all.first).expect("paired");
    assert_eq!(known.identified().trouble.map(|trouble| trouble.why), Some(Unread::Outdated));
    assert_eq!(known.profile().name, "Stroom BV");
    // A request that the thief signs, handed over by whatever way.
    let old = DataRequest {
        id: Nonce([5; 16]),
        supplier: all.first,
        person: all.person_key(),
        at: NOW,
        fields: ["name.full".parse().expect("a path")].into(),
        purpose: Purpose::DeliveryOfGoods,
        reason: "to bring it".into(),
        access: Access::Read,
        duration: Days(1),
        retention: Days(1),
        delegations: 0,
        chains: Vec::new(),
    };
    let request = Verified::sign(old, thief.key()).expect("signed").signed().clone();
    assert_eq!(all.give(ToPerson::Request(request), NOW), PersonReply::Refused(Refusal::WrongSender));
}

#[test]
fn a_replayed_change_leads_nowhere() {
    let mut all = Rotating::new();
    all.rotate(SECOND, THIRD, NOW.plus_ms(10));
    let second = all.world.supplier.signed_profile().expect("one").clone();
    all.visit(NOW.plus_ms(11)).expect("followed");
    all.rotate(THIRD, CARRIER, NOW.plus_ms(20));
    all.visit(NOW.plus_ms(21)).expect("followed");
    let before = all.world.host.records.len();
    all.show(second.clone(), NOW.plus_ms(22)).expect("known");
    all.read(second, NOW.plus_ms(23));
    assert_eq!(all.current(), public(THIRD));
    let changed = |record: &Record| matches!(record, Record::Relationship { .. });
    assert!(!all.world.host.records[before..].iter().any(changed));
}

#[test]
fn a_domain_revokes_a_key_that_nothing_leads_on_from() {
    let mut all = Rotating::new();
    assert_eq!(all.asks(Access::Subscribe, 0, NOW), Ok(1));
    // All was lost: the company begins anew under a key that nobody was told of.
    let keys = KeyHistory { revoked: [all.first].into(), ..KeyHistory::default() };
    let anew = Profile { supplier: public(OF_THIEF), keys, ..profile_of(&all.world.supplier) };
    let at = NOW.plus_ms(50);
    all.read(signed(anew, &key(OF_THIEF)), at);
    assert_eq!(all.standing(at), Standing::Contradicted { since: at, by: Contradiction::Revoked });
    assert!(!all.world.person.wants_link(&all.first, at), "nobody is called under it");
    assert_eq!(all.asks(Access::Read, 0, at), Err(Refusal::Paused), "and who calls is told nothing");
    all.replays();
    let later = at.plus_ms(1);
    all.world.person.handle(Input::Vouch(&all.first, true), later, &mut all.world.host).expect("known");
    assert!(all.world.person.wants_link(&all.first, later), "the person knows better");
    // Or the sheet with the words turns up.
    all.rotate(SECOND, THIRD, later);
    all.visit(later).expect("followed");
    assert_eq!(all.current(), public(SECOND));
    assert_eq!(all.standing(later), Standing::Claimed, "what was said against the key before is over");
}

#[test]
fn a_rotation_to_a_key_that_was_not_committed_to_revokes_by_the_domain_alone() {
    let mut all = Rotating::new();
    let heir = all.heir(NOW.plus_ms(5));
    all.read(heir, NOW.plus_ms(6));
    let by = Contradiction::Revoked;
    assert_eq!(all.standing(NOW.plus_ms(6)), Standing::Contradicted { since: NOW.plus_ms(6), by });
    assert_eq!(all.current(), all.first);
}

#[test]
fn what_names_an_earlier_key_is_not_handed_on_before_it_is_asked_for_again() {
    let mut all = Rotating::new();
    let all_may = regie_protocol::Policy::preset("open").expect("a preset");
    all.world.person.handle(Input::SetPolicy(all_may), NOW, &mut all.world.host).expect("set");
    assert_eq!(all.asks(Access::Read, 1, NOW), Ok(1));
    let wanted = Delegate {
        person: all.person_key(),
        processor: Invitation {
            supplier: public(CARRIER),
            id: Nonce([4; 16]),
            addresses: vec!["/ip4/127.0.0.1/tcp/9".into()],
        },
        fields: [Selector::Field("name.full".parse().expect("a field"))].into(),
        purposes: [Purpose::DeliveryOfGoods].into(),
        access: Access::ReadOnce,
        expires: NOW.plus_days(Days(7)),
        retention: Days(7),
        uses: Some(1),
        delegations: 0,
        reference: "parcel 1".into(),
    };
    all.rotate(SECOND, THIRD, NOW.plus_ms(10));
    let later = NOW.plus_ms(11);
    all.visit(later).expect("followed");
    let mut entropy = all.world.entropy();
    let handed = all.world.supplier.delegate(wanted.clone(), later, &mut entropy).map(drop);
    assert_eq!(handed, Err(SupplierError::NotDelegable));
    assert_eq!(all.asks(Access::Read, 0, later), Ok(1));
    assert_eq!(all.grants(), 1, "to read, the grant there is will do");
    assert_eq!(all.asks(Access::Read, 1, later), Ok(1));
    assert_eq!(all.grants(), 2);
    done(all.world.supplier.delegate(wanted, later, &mut entropy).expect("handed on"));
    let person = all.person_key();
    let sent = all.world.supplier.to_send(&person, later).expect("signed");
    let notice = sent.into_iter().map(|(_, message)| message).find(|message| matches!(message, ToPerson::Delegated(_)));
    assert_eq!(all.give(notice.expect("a notice"), later), PersonReply::Noted, "and the person's node takes it");
}

#[test]
fn a_company_changes_its_key_only_as_it_said_that_it_would() {
    let mut supplier = Rotating::new().world.supplier;
    let wrong = supplier.rotate(key(OF_THIEF), public(THIRD), NOW).map(drop);
    assert_eq!(wrong, Err(SupplierError::NotNext));
    assert_eq!(supplier.rotate(key(SECOND), public(SECOND), NOW).map(drop), Err(SupplierError::NotNext), "in a circle");
    assert_eq!(supplier.commit_next(public(THIRD), false, NOW).map(drop), Err(SupplierError::HasNext));
    let mut bare = Supplier::new(key(OF_THIEF));
    let profile = Profile { supplier: public(OF_THIEF), keys: KeyHistory::default(), ..profile_of(&supplier) };
    CompanyMemory::of(bare.set_profile(profile).expect("well formed"));
    assert_eq!(bare.rotate(key(SECOND), public(THIRD), NOW).map(drop), Err(SupplierError::NoNext));
    assert_eq!(bare.commit_next(public(OF_THIEF), false, NOW).map(drop), Err(SupplierError::NotNext), "its own");
}
