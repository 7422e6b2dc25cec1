//! Two live copies of one person's node, each on a host of its own behind a router of its own: both learn of the other within a
//! minute of the first contact, one stops, and what the other says is what the supplier has.

use regie::person::verbs;
use regie_tests::{
    Node, copy_home,
    lab::{
        Family, Host, Lab,
        homes::Homes,
        trio::{PORT, Transport, company, reopen_person, someone, within},
    },
    setting,
};
use serde_json::{Value, json};

use super::DELIVERED;

/// A copy is noticed within so many seconds of the first contact.
pub(super) const NOTICED_COPY: u64 = 60;

pub(super) fn status(node: &Node) -> Value {
    node.ask(&verbs::Status {})
}

/// A person at home whose name a shop holds by subscription, and a second host behind another router.
pub(super) struct Held {
    pub(super) supplier: Node,
    pub(super) person: Node,
    pub(super) homes: Homes,
    pub(super) home: Host,
    pub(super) elsewhere: Host,
    pub(super) _lab: Lab,
}

impl Held {
    pub(super) fn new() -> Option<Self> {
        let lab = Lab::new()?;
        let shop = lab.host("shop", Family::V4);
        let (home, elsewhere) = (lab.behind(&lab.nat("nat"), "home"), lab.behind(&lab.nat("far"), "elsewhere"));
        let homes = Homes::new();
        let listen: Vec<_> =
            shop.addresses().into_iter().flat_map(|address| Transport::Tcp.at(address, PORT)).collect();
        let (supplier, _) = company(&shop, homes.path(), "shop", &listen, None);
        let person = someone(&home, homes.path());
        person.pair(&supplier);
        supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
        within(DELIVERED, "the name is there", || held(&supplier) == json!("Anna Bakker"));
        Some(Self { supplier, person, homes, home, elsewhere, _lab: lab })
    }
}

pub(super) fn held(supplier: &Node) -> Value {
    supplier.customer()["held"][0]["value"].clone()
}

fn each(restored: bool) {
    let Some(Held { _lab, homes, home: _home, elsewhere, supplier, mut person }) = Held::new() else { return };
    let mut other = Node::at(homes.path().join("other"));
    other.namespace = Some(elsewhere.namespace.clone());
    if restored {
        let file = homes.path().join("backup.age");
        person.good(&["backup", file.to_str().expect("a path")]);
        other.good(&["restore", "--yes", file.to_str().expect("a path")]);
    } else {
        person.stop();
        copy_home(&person.home, &other.home);
        reopen_person(&mut person, &homes, "person");
        within(DELIVERED, "it is back", || status(&person)["suppliers"][0]["connected"] == json!(true));
    }
    reopen_person(&mut other, &homes, "other");

    within(NOTICED_COPY, "the one that is left behind stops", || {
        status(&person)["superseded"]["name"] == json!("shop")
    });
    within(NOTICED_COPY, "the other knows of it", || status(&other)["other_copy"]["name"] == json!("shop"));
    assert!(status(&other)["superseded"].is_null(), "one goes on");
    let refused = person.try_ask(&setting("name.full", "Nobody")).expect_err("it has stopped");
    assert_eq!(refused.code, "superseded");
    // What was granted before has ended at both sides.
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    other.set("name.full", "Anna Elders");
    within(DELIVERED, "the supplier has the word of who goes on", || held(&supplier) == json!("Anna Elders"));
    within(DELIVERED, "and signed for it", || status(&other)["suppliers"][0]["undelivered"] == json!(0));
    assert_eq!(other.ask(&verbs::Audit {})["verified"], json!(true));
}

#[test]
fn of_a_node_and_its_restored_backup_on_two_hosts_one_stops_within_a_minute() {
    each(true);
}

#[test]
fn of_a_home_and_its_copy_on_two_hosts_one_stops_within_a_minute() {
    each(false);
}
