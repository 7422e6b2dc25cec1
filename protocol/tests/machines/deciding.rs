//! Yes to some of what was asked: what was unticked never leaves, no grant covers it, and the supplier is told so.

use std::collections::BTreeSet;

use regie_protocol::{
    Access, FieldPath, Nonce, Purpose, Refusal, expand,
    person::{Input, OwnerError, Remember},
    policy::{Answer, SAID, What},
    wire,
};

use super::{NOW, World, observed};

const ASKED: [&str; 4] = ["car.make", "home.area", "home.rooms", "income.annual"];

fn fields(names: impl IntoIterator<Item = &'static str>) -> BTreeSet<FieldPath> {
    names.into_iter().map(|name| name.parse().expect("a field")).collect()
}

/// A request for four fields of which all wait.
fn asked(access: Access) -> (World, Nonce) {
    let mut world = World::new("careful");
    for name in ASKED {
        world.host.values.insert(name.parse().expect("a field"), observed(&format!("the {name}")));
    }
    let (message, id) = world.ask(&ASKED, Purpose::DeliveryOfGoods, access, NOW);
    let answer = world.give(message, NOW);
    let (person, key) = (world.person_key(), world.supplier_key());
    super::done(world.supplier.replied(&person, &id, answer, NOW));
    let waiting = world.person.relationship(&key).expect("paired").waiting().next().expect("it waits");
    assert_eq!(waiting.fields.len(), ASKED.len(), "all of them");
    let id = waiting.id;
    (world, id)
}

impl World {
    /// Does this text stand in anything that left or is remembered?
    fn left(&self, text: &str) -> bool {
        let holds = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        self.host.records.iter().any(|record| holds(&wire::encode(record).expect("encodes")))
    }
}

#[test]
fn whatever_is_unticked_never_leaves_and_is_declined() {
    for access in [Access::ReadOnce, Access::Read, Access::Subscribe] {
        for mask in 1..1_u8 << ASKED.len() {
            let chosen =
                || ASKED.into_iter().enumerate().filter(move |(bit, _)| mask >> bit & 1 == 1).map(|(_, name)| name);
            let (mut world, id) = asked(access);
            world.person.handle(Input::Allow(&id, Some(&fields(chosen()))), NOW, &mut world.host).expect("allowed");
            world.deliver(NOW);
            assert_eq!(world.held(), chosen().collect::<Vec<_>>(), "{mask:04b}");
            for name in ASKED {
                let left = world.left(&format!("the {name}"));
                assert_eq!(left, chosen().any(|one| one == name), "{name} for {mask:04b}");
            }
            let key = world.supplier_key();
            let covered: BTreeSet<FieldPath> = {
                let relationship = world.person.relationship(&key).expect("paired");
                assert_eq!(relationship.waiting().count(), 0, "it is decided");
                relationship.grants().flat_map(|grant| expand(&grant.scope().fields)).collect()
            };
            assert_eq!(covered, fields(chosen()));
            let (_, customer) = world.supplier.customers().next().expect("one");
            let asking = customer.askings().next().expect("one");
            let refused: Vec<(String, Refusal)> =
                asking.refused.iter().map(|(path, code)| (path.to_string(), *code)).collect();
            let others = ASKED.into_iter().filter(|name| !chosen().any(|one| one == *name));
            assert_eq!(refused, others.map(|name| (name.to_owned(), Refusal::Declined)).collect::<Vec<_>>());
            assert!(asking.waiting.is_empty(), "nothing waits any more");
        }
    }
}

#[test]
fn only_what_waits_can_be_chosen_and_a_refused_word_changes_nothing() {
    let (mut world, id) = asked(Access::Read);
    let before = world.host.records.len();
    for wrong in [fields([]), fields(["home.area", "name.full"]), fields(["name.full"])] {
        for word in [Input::Allow(&id, Some(&wrong)), Input::Remember(&id, true, Some(&wrong), Remember::Supplier)] {
            assert_eq!(world.person.handle(word, NOW, &mut world.host), Err(OwnerError::NotAsked), "{wrong:?}");
        }
    }
    assert_eq!(world.host.records.len(), before);
}

#[test]
fn a_yes_that_is_remembered_is_remembered_of_what_was_ticked() {
    let (mut world, id) = asked(Access::Read);
    let chosen = fields(["home.area"]);
    world
        .person
        .handle(Input::Remember(&id, true, Some(&chosen), Remember::Supplier), NOW, &mut world.host)
        .expect("written");
    let rules = world.person.policy().rules.iter();
    let said: Vec<_> =
        rules.filter(|rule| rule.name.starts_with(SAID)).map(|rule| (rule.what.clone(), rule.answer)).collect();
    assert_eq!(said, [(What::Field("home.area".parse().expect("a field")), Answer::Allow)]);
}

#[test]
fn what_waits_knows_what_came_of_the_rest_of_its_request() {
    let mut world = World::new("balanced");
    let names = ["name.full", "income.annual", "no.such"];
    let (message, _) = world.ask(&names, Purpose::DeliveryOfGoods, Access::Read, NOW);
    world.give(message, NOW);
    let key = world.supplier_key();
    let records = world.host.records.len();
    for person in [&world.person, &world.rebuilt(records)] {
        let waiting = person.relationship(&key).expect("paired").waiting().next().expect("it waits");
        let texts = |paths: Vec<String>| paths.join(" ");
        assert_eq!(texts(waiting.fields.keys().map(ToString::to_string).collect()), "income.annual");
        assert_eq!(texts(waiting.given.iter().map(ToString::to_string).collect()), "name.full");
        let refused: Vec<_> = waiting.refused.iter().map(|(path, code)| (path.to_string(), *code)).collect();
        assert_eq!(refused, [("no.such".to_owned(), Refusal::UnknownField)]);
    }
}
