//! A person takes another key in one relationship: what was given goes on, and both sides know either key.

use regie_protocol::{
    Days, Keypair, PublicKey, Purpose, Refusal, Renewal, Verified, limits,
    message::{PersonReply, SupplierReply, ToSupplier},
    person::{Input, OwnerError},
};

use super::{Access, Hint, NOW, World, observed, reply};

impl World {
    fn own_key(&self) -> PublicKey {
        self.person.relationship(&self.supplier_key()).expect("paired").key().public()
    }

    /// Sends the person's outbox under the key there is; what each was answered.
    fn says_all(&mut self, now: regie_protocol::Timestamp) -> Vec<SupplierReply> {
        let (key, person) = (self.supplier_key(), self.person_key());
        let waiting = self.person.to_send(&key, now);
        let mut answers = Vec::new();
        for outgoing in waiting {
            // The companion's driver names the person by the key of the pairing, whichever is connected.
            let answer = reply(self.supplier.message(&person, outgoing.message.into_inner(), now)).expect("answered");
            answers.push(answer.clone());
            self.person
                .handle(Input::Replied(&key, outgoing.number, answer), now, &mut self.host)
                .expect("no owner is asked");
            let anew = self.host.hints.drain(..).any(|hint| matches!(hint, Hint::KeyRenewed(of) if of == key));
            assert!(!anew || self.own_key() != person, "the line is made anew under another key");
        }
        answers
    }

    fn renews(&mut self) {
        let key = self.supplier_key();
        self.person.handle(Input::RenewKey(&key), NOW, &mut self.host).expect("known");
    }
}

#[test]
fn a_renewed_key_takes_everything_along() {
    let mut world = World::new("balanced");
    assert_eq!(world.asks_for_the_name(Access::Subscribe, NOW), 1);
    let before = world.own_key();
    world.renews();
    assert_eq!(world.own_key(), before, "until the supplier knows");
    world.renews();
    assert_eq!(world.says_all(NOW), [SupplierReply::Noted], "asked for twice, it happens once");
    let after = world.own_key();
    assert_ne!(after, before);
    assert_eq!(world.asks_for_the_name(Access::Subscribe, NOW), 1, "under the grant that the key before issued");
    world.host.values.insert("name.full".parse().expect("a field"), observed("Anna de Vries"));
    let name = "name.full".parse().expect("a field");
    world.person.handle(Input::FieldChanged(&[(name, true)].into()), NOW, &mut world.host).expect("noted");
    assert!(matches!(world.says_all(NOW)[..], [SupplierReply::Acknowledged(_)]), "signed by the new key, it is taken");
    let grant = world.grants()[0];
    world.person.handle(Input::Revoke(&grant, true), NOW, &mut world.host).expect("revoked");
    assert!(matches!(world.says_all(NOW)[..], [SupplierReply::Erased(_)]));
    assert!(world.held().is_empty());
    let again = world.rebuilt(world.host.records.len());
    let stored = again.relationship(&world.supplier_key()).expect("replayed");
    assert_eq!((stored.key().public(), stored.grants().count()), (after, 1));
}

#[test]
fn a_lost_answer_to_a_renewal_changes_nothing_and_a_second_brings_it() {
    let mut world = World::new("balanced");
    let before = world.own_key();
    world.renews();
    let (key, person) = (world.supplier_key(), world.person_key());
    let sent = world.person.to_send(&key, NOW).pop().expect("a renewal");
    assert_eq!(reply(world.supplier.message(&person, (*sent.message).clone(), NOW)), Some(SupplierReply::Noted));
    world.person.connection_lost(&key);
    assert_eq!(world.own_key(), before, "the answer was lost");
    assert_eq!(world.asks_for_the_name(Access::Read, NOW), 1, "under the key before all goes on");
    world.says_all(NOW);
    assert_ne!(world.own_key(), before);
}

#[test]
fn a_company_that_was_restored_learns_of_the_key_once_more_and_nothing_is_lost() {
    let mut world = World::new("balanced");
    let before = world.own_key();
    world.renews();
    world.says_all(NOW);
    let after = world.own_key();
    assert_eq!(world.asks_for_the_name(Access::Subscribe, NOW), 1, "a grant of the new key");
    world.host.values.insert("name.full".parse().expect("a field"), observed("Anna de Vries"));
    let name = "name.full".parse().expect("a field");
    world.person.handle(Input::FieldChanged(&[(name, true)].into()), NOW, &mut world.host).expect("noted");
    // A companion of before the renewal does not know who this is.
    let key = world.supplier_key();
    let sent = world.person.to_send(&key, NOW).pop().expect("a change");
    let refused = SupplierReply::Refused(Refusal::NotPaired);
    world.person.handle(Input::Replied(&key, sent.number, refused), NOW, &mut world.host).expect("no owner is asked");
    let anew = world.host.hints.drain(..).any(|hint| matches!(hint, Hint::KeyRenewed(_)));
    assert!(anew, "a line under the key before");
    assert_eq!(world.own_key(), before);
    let again = world.rebuilt(world.host.records.len());
    assert_eq!(again.relationship(&key).expect("replayed").grants().count(), 1, "what the later key issued is there");
    assert_eq!(world.says_all(NOW), [SupplierReply::Noted], "first the key, alone");
    assert_eq!(world.own_key(), after);
    assert!(matches!(world.says_all(NOW)[..], [SupplierReply::Acknowledged(_)]), "and then the change");
}

#[test]
fn nobody_renews_anothers_key() {
    let mut world = World::new("balanced");
    let (supplier, person) = (world.supplier_key(), world.person_key());
    let [thief, other] = [9, 10].map(|secret| Keypair::from_secret(&[secret; 32]));
    let refused = |world: &mut World, from: &PublicKey, renewal: Renewal, key: &Keypair| {
        let signed = Verified::sign(renewal, key).expect("signed").signed().clone();
        reply(world.supplier.message(from, ToSupplier::Renew(signed), NOW)).and_then(|reply| reply.refusal())
    };
    let renewal = Renewal { person: thief.public(), follows: person, supplier, at: NOW };
    let from_thief = refused(&mut world, &thief.public(), renewal.clone(), &thief);
    assert_eq!(from_thief, Some(Refusal::NotPaired), "not on the person's line");
    let elsewhere = Renewal { follows: other.public(), ..renewal.clone() };
    assert_eq!(refused(&mut world, &person, elsewhere, &thief), Some(Refusal::WrongSender));
    let for_other = Renewal { supplier: other.public(), ..renewal };
    assert_eq!(refused(&mut world, &person, for_other, &thief), Some(Refusal::WrongAudience));
}

#[test]
fn a_key_is_renewed_so_often_and_no_more() {
    let mut world = World::new("balanced");
    for _ in 0..limits::RENEWALS {
        world.renews();
        assert_eq!(world.says_all(NOW), [SupplierReply::Noted]);
    }
    let key = world.supplier_key();
    assert!(matches!(
        world.person.handle(Input::RenewKey(&key), NOW, &mut world.host),
        Err(OwnerError::TooManyRenewals)
    ));
    let late = NOW.plus_days(Days(1));
    let (message, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, late);
    assert!(matches!(world.give(message, late), PersonReply::Answer(_)), "and the relationship goes on");
}
