//! Who a supplier is: what its domain says, newer profiles, the person's word, names that look alike.

use regie_protocol::{
    Acceptance, Agreement, Days, Keypair, Nonce, Person, Policy, Profile, PublicKey, Purpose, Signed, Timestamp,
    Verified, limits,
    message::PersonReply,
    person::{Input, OwnerError, Record},
    policy::NOT_KNOWN,
    standing::{Contradiction, Standing, Unread},
};

use super::{Access, NOW, World, profile_of};

/// The secret of the company that calls itself by another's name.
const IMPOSTOR: [u8; 32] = [66; 32];

fn sign(profile: Profile, key: &Keypair) -> Signed<Profile> {
    Verified::sign(profile, key).expect("signed").signed().clone()
}

impl World {
    fn key(&self) -> Keypair {
        Keypair::from_secret(&self.supplier.key().expose_secret())
    }

    fn own_profile(&self) -> Profile {
        profile_of(&self.supplier)
    }

    fn standing(&self, now: Timestamp) -> Standing {
        self.person.relationship(&self.supplier_key()).expect("paired").standing(now)
    }

    fn is_known(&self, now: Timestamp) -> bool {
        self.person.relationship(&self.supplier_key()).expect("paired").is_known(now)
    }

    fn read(&mut self, document: Result<Signed<Profile>, Unread>, now: Timestamp) {
        let (key, domain) = (self.supplier_key(), self.own_domain());
        self.person.handle(Input::DomainRead(&key, &domain, document), now, &mut self.host).expect("known");
    }

    fn own_domain(&self) -> String {
        self.person.relationship(&self.supplier_key()).expect("paired").profile().domain.clone()
    }

    fn say(&mut self, vouched: bool, now: Timestamp) {
        let key = self.supplier_key();
        self.person.handle(Input::Vouch(&key, vouched), now, &mut self.host).expect("known");
    }

    fn renew(&mut self, profile: Signed<Profile>, now: Timestamp) -> Result<usize, OwnerError> {
        let key = self.supplier_key();
        let before = self.host.records.len();
        self.person.handle(Input::RenewProfile(&key, profile), now, &mut self.host)?;
        Ok(self.host.records.len() - before)
    }

    /// Pairs with another company of this name, which the person does not vouch for.
    fn meet_another(&mut self, secret: [u8; 32], name: &str, domain: &str, now: Timestamp) -> PublicKey {
        let key = Keypair::from_secret(&secret);
        let supplier = key.public();
        let proffer = self.person.proffer(&supplier, Nonce([9; 16]), Agreement::SdBase, None, now).expect("proffered");
        let person = self.person.pairing_key(&supplier).public();
        let acceptance = Acceptance { supplier, person, pairing: proffer.id(), agreement: Agreement::SdBase, at: now };
        let profile = Profile { supplier, name: name.into(), domain: domain.into(), ..self.own_profile() };
        let acceptance = Verified::sign(acceptance, &key).expect("signed").signed().clone();
        self.person
            .handle(Input::Paired(&supplier, sign(profile, &key), acceptance, &proffer), now, &mut self.host)
            .expect("paired");
        supplier
    }

    /// The records replayed say the same of every supplier.
    fn replays(&self, now: Timestamp) {
        let mut again =
            Person::new(regie_protocol::RootSeed::from_entropy([1; 32]), Policy::preset("balanced").expect("a preset"));
        for record in &self.host.records {
            again.restore(record).expect("replays");
        }
        for (key, relationship) in self.person.relationships() {
            let other = again.relationship(key).expect("replayed");
            assert_eq!(other.identified(), relationship.identified());
            assert_eq!(other.profile(), relationship.profile());
            assert_eq!(other.standing(now), relationship.standing(now));
            assert_eq!(again.lookalikes(other.profile()), self.person.lookalikes(relationship.profile()));
        }
    }
}

/// How many values an answer gives.
fn given(reply: PersonReply) -> usize {
    let PersonReply::Answer(disclosure) = reply else { panic!("no answer: {reply:?}") };
    let disclosure = disclosure.verify().expect("signed");
    let is_value = |answer: &&regie_protocol::disclosure::Answer| {
        matches!(answer, regie_protocol::disclosure::Answer::Value { .. })
    };
    disclosure.answers.values().filter(is_value).count()
}

#[test]
fn defaults_answer_only_who_is_proven_or_vouched_for() {
    let mut world = World::new("balanced");
    let ask = |world: &mut World| {
        let (message, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::ReadOnce, NOW);
        given(world.give(message, NOW))
    };
    world.say(false, NOW);
    assert_eq!(ask(&mut world), 0, "a name alone opens nothing");
    let waiting = world.person.relationship(&world.supplier_key()).expect("paired").waiting().next().cloned();
    assert!(waiting.expect("it waits").fields.values().all(|why| why == NOT_KNOWN), "and the answer says why");
    let (profile, key) = (world.own_profile(), world.key());
    world.read(Ok(sign(profile, &key)), NOW);
    assert_eq!(world.standing(NOW), Standing::Proven { since: NOW });
    assert_eq!(ask(&mut world), 1, "its domain proves it");
    let late = NOW.plus_days(Days(limits::PROOF_DAYS));
    assert!(!world.is_known(late), "an old proof is none");
    world.read(Err(Unread::Unreachable), late);
    assert_eq!(world.standing(late), Standing::Claimed);
    world.say(true, late);
    assert!(world.is_known(late));
    world.replays(late);
}

#[test]
fn a_refusal_by_default_needs_nobody_to_be_known() {
    let mut world = World::new("balanced");
    world.say(false, NOW);
    let (message, _) = world.ask(&["name.full"], Purpose::DirectMarketing, Access::Read, NOW);
    world.give(message, NOW);
    let waiting = world.person.relationship(&world.supplier_key()).expect("paired").waiting().count();
    assert_eq!(waiting, 0, "an impostor must not be able to pester with what is refused to everybody");
}

#[test]
fn a_document_of_another_key_or_domain_contradicts() {
    let mut world = World::new("balanced");
    let (own, key) = (world.own_profile(), world.key());
    let thief = Keypair::from_secret(&IMPOSTOR);
    let other = sign(Profile { supplier: thief.public(), ..own.clone() }, &thief);
    assert!(world.is_known(NOW), "it was vouched for");
    world.read(Ok(other), NOW.plus_ms(1));
    let by_key = Standing::Contradicted { since: NOW.plus_ms(1), by: Contradiction::OtherKey };
    assert_eq!(world.standing(NOW.plus_ms(1)), by_key);
    assert!(!world.is_known(NOW.plus_ms(1)), "a word given before does not count against it");
    world.say(true, NOW.plus_ms(2));
    assert!(world.is_known(NOW.plus_ms(2)), "one given in the knowledge of it does");
    // The same key for another domain, and no newer: somebody copied the file.
    world.read(Ok(sign(Profile { domain: "elsewhere.example".into(), ..own.clone() }, &key)), NOW.plus_ms(5));
    let by_domain = Standing::Contradicted { since: NOW.plus_ms(5), by: Contradiction::OtherDomain };
    assert_eq!(world.standing(NOW.plus_ms(5)), by_domain);
    // A document that can't be read takes a contradiction back as little as it proves.
    world.read(Err(Unread::NoDocument), NOW.plus_ms(6));
    assert_eq!(world.standing(NOW.plus_ms(6)), by_domain);
    world.read(Ok(sign(own, &key)), NOW.plus_ms(7));
    assert_eq!(world.standing(NOW.plus_ms(7)), Standing::Proven { since: NOW.plus_ms(7) });
    world.replays(NOW.plus_ms(7));
}

#[test]
fn a_damaged_document_says_nothing() {
    let mut world = World::new("balanced");
    let (own, key) = (world.own_profile(), world.key());
    let thief = Keypair::from_secret(&IMPOSTOR);
    let forged = Signed::from_parts(
        sign(own.clone(), &key).parts().0.to_vec(),
        *sign(Profile { supplier: thief.public(), ..own }, &thief).parts().1,
    );
    world.read(Ok(forged), NOW);
    assert_eq!(world.standing(NOW), Standing::Claimed);
    let identified = *world.person.relationship(&world.supplier_key()).expect("paired").identified();
    assert_eq!(identified.trouble.map(|trouble| trouble.why), Some(Unread::NotADocument));
}

#[test]
fn a_newer_profile_of_the_same_key_takes_the_place_and_no_other_does() {
    let mut world = World::new("balanced");
    let (own, key) = (world.own_profile(), world.key());
    let newer = |changes: Profile| Profile { issued: NOW.plus_ms(10), ..changes };
    let moved = newer(Profile { addresses: vec!["/ip4/127.0.0.1/tcp/2".into()], ..own.clone() });
    let now = NOW.plus_ms(20);
    // Of another key, older, of a day to come, out of bounds, or the one there is: nothing changes.
    let thief = Keypair::from_secret(&IMPOSTOR);
    let of_thief = sign(Profile { supplier: thief.public(), ..moved.clone() }, &thief);
    assert!(matches!(world.renew(of_thief, now), Err(OwnerError::BadPairing(_))));
    let unsigned = Signed::from_parts(sign(moved.clone(), &key).parts().0.to_vec(), *sign(own.clone(), &key).parts().1);
    assert!(matches!(world.renew(unsigned, now), Err(OwnerError::BadPairing(_))));
    let disguised = sign(newer(Profile { name: "Stroom\u{202e}VB".into(), ..own.clone() }), &key);
    assert!(matches!(world.renew(disguised, now), Err(OwnerError::BadPairing(_))));
    let older = sign(Profile { issued: Timestamp(5), ..moved.clone() }, &key);
    let far = sign(Profile { issued: now.plus_days(Days(400)), ..moved.clone() }, &key);
    for nothing in [older, far, sign(own.clone(), &key)] {
        assert_eq!(world.renew(nothing, now), Ok(0));
    }
    assert_eq!(*world.person.relationship(&world.supplier_key()).expect("paired").profile(), own);
    // An address says nothing of who it is: the person's word stays.
    assert!(world.renew(sign(moved.clone(), &key), now).expect("taken") > 0);
    assert_eq!(*world.person.relationship(&world.supplier_key()).expect("paired").profile(), moved);
    assert!(world.is_known(now));
    world.replays(now);
}

#[test]
fn who_changes_its_name_sector_or_domain_is_to_be_known_anew() {
    type Change = fn(Profile) -> Profile;
    let changes: [(Change, bool); 4] = [
        (|own| Profile { name: "Gemeente Utrecht".into(), ..own }, true),
        (|own| Profile { sector: "government".into(), ..own }, true),
        (|own| Profile { domain: "utrecht.example".into(), ..own }, false),
        (|own| Profile { name: "Gemeente Utrecht".into(), domain: "utrecht.example".into(), ..own }, false),
    ];
    for (change, proven) in changes {
        let mut world = World::new("balanced");
        let (own, key) = (world.own_profile(), world.key());
        if proven {
            world.read(Ok(sign(own.clone(), &key)), NOW);
        }
        let changed = change(Profile { issued: NOW.plus_ms(10), ..own.clone() });
        let (now, moves) = (NOW.plus_ms(20), changed.domain != own.domain);
        world.renew(sign(changed.clone(), &key), now).expect("taken");
        let identified = *world.person.relationship(&world.supplier_key()).expect("paired").identified();
        assert_eq!(identified.vouched, None);
        assert_eq!(matches!(world.standing(now), Standing::Proven { .. }), proven, "the old domain says nothing of it");
        // An answer about the domain before comes too late.
        let (before, document) = (world.host.records.len(), Ok(sign(own.clone(), &key)));
        let late = world.person.handle(Input::DomainRead(&key.public(), &own.domain, document), now, &mut world.host);
        late.expect("known");
        assert_eq!(world.host.records.len() == before, moves);
        world.replays(now);
    }
}

#[test]
fn a_proven_domain_is_given_up_by_its_own_document_alone() {
    let mut world = World::new("balanced");
    let (own, key) = (world.own_profile(), world.key());
    world.read(Ok(sign(own.clone(), &key)), NOW);
    let elsewhere = sign(Profile { domain: "elsewhere.example".into(), issued: NOW.plus_ms(10), ..own.clone() }, &key);
    assert_eq!(world.renew(elsewhere.clone(), NOW.plus_ms(20)), Ok(0), "a thief can't leave the place that can revoke");
    assert_eq!(world.standing(NOW.plus_ms(20)), Standing::Proven { since: NOW });
    world.read(Ok(elsewhere.clone()), NOW.plus_ms(30));
    assert_eq!(world.own_domain(), "elsewhere.example", "the domain itself says so");
    let mut world = World::new("balanced");
    world.read(Ok(sign(own, &key)), NOW);
    let late = NOW.plus_days(Days(limits::PROOF_DAYS));
    assert!(world.renew(elsewhere, late).expect("taken") > 0, "a domain that was let go holds nobody for ever");
}

#[test]
fn a_document_that_tells_of_a_move_is_followed_and_proves_nothing_of_the_new_place() {
    let mut world = World::new("balanced");
    let (own, key) = (world.own_profile(), world.key());
    let moved = Profile { domain: "new.example".into(), issued: NOW.plus_ms(1), ..own };
    world.read(Ok(sign(moved.clone(), &key)), NOW.plus_ms(2));
    assert_eq!(world.own_domain(), "new.example");
    assert_eq!(world.standing(NOW.plus_ms(2)), Standing::Claimed);
    world.read(Ok(sign(moved, &key)), NOW.plus_ms(3));
    assert_eq!(world.standing(NOW.plus_ms(3)), Standing::Proven { since: NOW.plus_ms(3) });
    world.replays(NOW.plus_ms(3));
}

#[test]
fn a_second_company_of_the_same_name_is_told_and_gets_nothing_from_defaults() {
    let mut world = World::new("balanced");
    let first = world.supplier_key();
    let later = NOW.plus_ms(50);
    for (number, name) in ["Stroom BV", "stroom  b.v.", "Str\u{43e}om BV", "STROOM\u{a0}BV"].into_iter().enumerate() {
        let secret = [100 + u8::try_from(number).expect("small"); 32];
        let impostor = world.meet_another(secret, name, "", later.plus_ms(number as u64));
        let relationship = world.person.relationship(&impostor).expect("paired");
        assert!(!relationship.is_known(later), "{name}");
        let found = world.person.lookalikes(relationship.profile());
        assert_eq!(found.first().map(|lookalike| (lookalike.known, lookalike.since)), Some((first, NOW)), "{name}");
    }
    let other = world.meet_another([120; 32], "Bakkerij Jansen", "bakkerij.example", later);
    let relationship = world.person.relationship(&other).expect("paired");
    assert!(world.person.lookalikes(relationship.profile()).is_empty());
    assert!(world.person.lookalikes(&world.own_profile()).is_empty(), "who was there first is accused of nothing");
    // One who takes the name later stands behind, however long it is known under another.
    let key = Keypair::from_secret(&[120; 32]);
    let renamed = Profile { name: "Stroom BV".into(), issued: later.plus_ms(5), ..relationship.profile().clone() };
    let now = later.plus_ms(9);
    world.person.handle(Input::RenewProfile(&other, sign(renamed.clone(), &key)), now, &mut world.host).expect("taken");
    assert_eq!(world.person.lookalikes(&renamed).first().map(|lookalike| lookalike.known), Some(first));
    assert_eq!(world.person.lookalikes(&renamed).len(), limits::LOOKALIKES);
    world.replays(now);
}

#[test]
fn every_change_of_standing_is_an_entry_and_looking_again_is_none() {
    let mut world = World::new("balanced");
    let (own, key) = (world.own_profile(), world.key());
    let entries = |world: &World| {
        world
            .host
            .records
            .iter()
            .filter(
                |record| matches!(record, Record::Entry { log, .. } if *log == regie_protocol::audit::Log::Personal),
            )
            .count()
    };
    let before = entries(&world);
    world.read(Ok(sign(own.clone(), &key)), NOW);
    assert_eq!(entries(&world), before + 1);
    world.read(Ok(sign(own, &key)), NOW.plus_ms(1));
    world.read(Err(Unread::Slow), NOW.plus_ms(2));
    assert_eq!(entries(&world), before + 1);
}

#[test]
fn no_line_of_a_supplier_hides_anything() {
    let world = World::new("balanced");
    type Put = fn(&mut Profile, String);
    let lines: [Put; 5] = [
        |profile, text| profile.name = text,
        |profile, text| profile.sector = text,
        |profile, text| profile.domain = text,
        |profile, text| profile.contact = text,
        |profile, text| profile.addresses = vec![text],
    ];
    for hidden in ['\u{200b}', '\u{202e}', '\u{2066}', '\u{e0041}', '\u{fe0f}', '\u{ad}', '\u{3164}', '\u{feff}', '\n']
    {
        for put in lines {
            let mut profile = world.own_profile();
            put(&mut profile, format!("a{hidden}b"));
            assert!(!profile.well_formed(), "U+{:04X}", u32::from(hidden));
        }
    }
}
