//! A value that is there and can't be read: the supplier is told to try again, nothing is written, the owner hears of it.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Access, Days, FieldPath, Purpose, Refusal,
    message::PersonReply,
    person::{Input, NewGrant, OwnerError},
};

use crate::{Hint, NOW, World, memory::done};

fn field(name: &str) -> FieldPath {
    name.parse().expect("a field")
}

#[test]
fn a_request_for_it_is_refused_for_now_and_leaves_no_trace() {
    let mut world = World::new("balanced");
    let (name, key, person) = (field("name.full"), world.supplier_key(), world.person_key());
    world.host.damaged.insert(name);
    let (message, id) = world.ask(&["name.full", "address.street"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    world.host.hints.clear();
    let before = world.host.records.len();
    for _ in 0..3 {
        assert_eq!(world.give(message.clone(), NOW), PersonReply::Refused(Refusal::Unavailable));
        assert_eq!(world.host.records.len(), before, "nothing is written, so nothing has to be undone");
    }
    assert!(world.grants().is_empty() && world.person.relationship(&key).expect("paired").undelivered() == 0);
    let told = world.host.hints.drain(..).filter_map(|hint| match hint {
        Hint::Unreadable(supplier, fields) => Some((supplier, fields)),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), vec![(key, BTreeSet::from([name])); 3]);
    // The supplier takes it for what passes by itself, and the same request is answered when it has passed.
    done(world.supplier.replied(&person, &id, PersonReply::Refused(Refusal::Unavailable), NOW));
    assert!(world.supplier.customer(&person).expect("a customer").askings().all(|asking| asking.awaits_answer()));
    world.host.damaged.clear();
    assert!(matches!(world.give(message, NOW), PersonReply::Answer(_)));
}

#[test]
fn no_use_of_a_live_grant_is_counted_for_it() {
    let mut world = World::new("balanced");
    assert_eq!(world.asks_for_the_name(Access::Read, NOW), 1);
    world.host.damaged.insert(field("name.full"));
    let (message, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    let before = world.host.records.len();
    assert_eq!(world.give(message, NOW), PersonReply::Refused(Refusal::Unavailable));
    assert_eq!(world.host.records.len(), before);
}

#[test]
fn it_changes_no_answer_that_it_is_no_part_of() {
    let mut world = World::new("balanced");
    world.host.damaged.extend([field("income.annual"), field("birthDate")]);
    // The income waits for the person's word, so its value is not fetched yet.
    let (message, _) = world.ask(&["name.full", "income.annual"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    assert!(matches!(world.give(message, NOW), PersonReply::Answer(_)));
}

#[test]
fn the_owner_whose_word_would_bring_it_out_is_told_and_nothing_changes() {
    let mut world = World::new("balanced");
    let (income, key) = (field("income.annual"), world.supplier_key());
    let (message, _) = world.ask(&["income.annual"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
    world.give(message, NOW);
    let id = world.person.relationship(&key).expect("paired").waiting().next().expect("it waits").id;
    let new = NewGrant {
        supplier: key,
        fields: ["income.annual".parse().expect("a field")].into(),
        purposes: [Purpose::DeliveryOfGoods].into(),
        access: Access::Subscribe,
        duration: Days(30),
        retention: Days(30),
    };
    world.host.damaged.insert(income);
    let before = world.host.records.len();
    let refused = Err(OwnerError::Unreadable(income));
    assert_eq!(world.person.handle(Input::Allow(&id, None), NOW, &mut world.host), refused);
    assert_eq!(world.person.handle(Input::Grant(&new), NOW, &mut world.host), refused);
    assert_eq!(world.host.records.len(), before);
    assert!(world.grants().is_empty(), "nor in memory");
    world.host.damaged.clear();
    assert_eq!(world.person.handle(Input::Allow(&id, None), NOW, &mut world.host), Ok(()));
    // A subscriber is to be told of a change that can't be read back.
    world.host.damaged.insert(income);
    let changed = BTreeMap::from([(income, true)]);
    let before = world.host.records.len();
    assert_eq!(world.person.handle(Input::FieldChanged(&changed), NOW, &mut world.host), refused);
    assert_eq!(world.host.records.len(), before);
}
