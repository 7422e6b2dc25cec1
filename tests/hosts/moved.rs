//! A companion that gets another address, with persons on, off and behind a router: announced before, or found again by a
//! fresh link; and what a link carries, now and when an interface comes later.

use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_tests::{
    Node, inviting,
    lab::{
        Family, Host, Lab,
        homes::Homes,
        trio::{PORT, made, reopen, someone, within},
    },
};
use serde_json::json;

use super::{DELIVERED, announcing, ask, everywhere, follow, is_answered, link, trouble};

/// A supplier, a person who is subscribed to, and the place that the supplier moves to.
struct Move {
    person: Node,
    supplier: Node,
    yard: Host,
    homes: Homes,
    _lab: Lab,
}

impl Move {
    fn new() -> Option<Self> {
        let lab = Lab::new()?;
        let (shop, yard) = (lab.host("shop", Family::V4), lab.host("yard", Family::V4));
        let home = lab.behind(&lab.nat("nat"), "home");
        let directory = Homes::new();
        let (supplier, _) = made(&shop, directory.path(), "shop", &announcing("shop", &[]), &everywhere());
        let person = someone(&home, directory.path());
        person.pair(&supplier);
        supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
        let own = Self { person, supplier, yard, homes: directory, _lab: lab };
        own.holds("Anna Bakker");
        Some(own)
    }

    /// The same home starts on another host.
    fn go(&mut self) {
        self.supplier.kill();
        self.supplier.namespace = Some(self.yard.namespace.clone());
        reopen(&mut self.supplier, &self.homes, "shop");
    }

    fn holds(&self, name: &str) {
        within(DELIVERED, "the supplier holds the name", || {
            self.supplier.customer()["held"][0]["value"] == json!(name)
        });
    }
}

/// What a companion announces.
fn announced(companion: &Node) -> Vec<String> {
    let status = companion.ask(&verbs::Status {});
    let addresses = status["announced"].as_array().expect("a list");
    addresses.iter().map(|address| address.as_str().expect("text").to_owned()).collect()
}

#[test]
fn a_supplier_that_announced_where_it_goes_is_found_there() {
    let Some(mut moved) = Move::new() else { return };
    let ahead = format!("/ip4/{}/tcp/{PORT}", moved.yard.ipv4.expect("an address"));
    moved.supplier.good(&["supplier", "set", "--announce", &ahead]);
    assert_eq!(announced(&moved.supplier), [ahead]);
    // Its newer word is heard at a visit.
    moved.person.stop();
    moved.person.start();
    within(DELIVERED, "it was visited", || {
        moved.person.ask(&verbs::Status {})["suppliers"][0]["connected"] == json!(true)
    });
    is_answered(&moved.supplier, &ask(&moved.supplier));
    // One person is off while it moves and has something to tell; then on.
    moved.person.set("name.full", "Anna Jansen");
    moved.holds("Anna Jansen");
    moved.person.stop();
    moved.go();
    let request = ask(&moved.supplier);
    moved.person.start();
    is_answered(&moved.supplier, &request);
}

#[test]
fn a_supplier_that_just_moved_is_found_again_by_a_fresh_link() {
    let Some(mut moved) = Move::new() else { return };
    moved.go();
    moved.person.set("name.full", "Anna Jansen");
    let request = ask(&moved.supplier);
    within(DELIVERED, "the old place is tried", || !trouble(&moved.person).is_empty());
    let before = moved.person.ask(&verbs::Status {})["suppliers"][0].clone();
    let found = follow(&moved.person, link(&moved.supplier)).expect("it is known");
    assert_eq!((&found["known_already"], &found["address_renewed"]), (&json!(true), &json!(true)));
    moved.holds("Anna Jansen");
    is_answered(&moved.supplier, &request);
    let after = moved.person.ask(&verbs::Status {})["suppliers"].clone();
    assert_eq!(after.as_array().map(Vec::len), Some(1), "one relationship, as before");
    for kept in ["known_to_it_as", "agreement"] {
        assert_eq!(after[0][kept], before[kept], "{kept}");
    }
    assert_eq!(moved.supplier.ask(&companion::People {}).as_array().map(Vec::len), Some(1));
}

#[test]
fn a_link_carries_every_address_that_another_host_can_use_and_later_ones_too() {
    let Some(lab) = Lab::new() else { return };
    let (shop, home) = (lab.host("shop", Family::Both), lab.host("home", Family::Both));
    let directory = Homes::new();
    let listen = [everywhere(), vec![format!("/ip6/::/tcp/{PORT}")]].concat();
    let (supplier, _) = made(&shop, directory.path(), "shop", &announcing("shop", &[]), &listen);
    let own = [
        format!("/ip4/{}/tcp/{PORT}", shop.ipv4.expect("an address")),
        format!("/ip4/{}/udp/{PORT}/quic-v1", shop.ipv4.expect("an address")),
        format!("/ip6/{}/tcp/{PORT}", shop.ipv6.expect("an address")),
    ];
    let all = |extra: &[String]| {
        let mut all = [&own[..], extra].concat();
        all.sort();
        all
    };
    let sorted = |mut announced: Vec<String>| {
        announced.sort();
        announced
    };
    within(DELIVERED, "its addresses are announced", || sorted(announced(&supplier)) == all(&[]));
    let mut person = someone(&home, directory.path());
    person.pair(&supplier);

    shop.also("198.18.77.7".parse().expect("an address"));
    let later = [format!("/ip4/198.18.77.7/tcp/{PORT}"), format!("/ip4/198.18.77.7/udp/{PORT}/quic-v1")];
    within(DELIVERED, "one that came later is announced", || sorted(announced(&supplier)) == all(&later));
    // The person learns it at a visit: with the old ones gone it is reached by the later one.
    person.stop();
    person.start();
    is_answered(&supplier, &ask(&supplier));
    shop.leave();
    is_answered(&supplier, &ask(&supplier));
}

#[test]
fn a_companion_that_nobody_else_could_reach_makes_no_link() {
    let Some(lab) = Lab::new() else { return };
    let shop = lab.host("shop", Family::V4);
    shop.unplug();
    let directory = Homes::new();
    let (supplier, _) = made(&shop, directory.path(), "shop", &announcing("shop", &[]), &everywhere());
    let failure = supplier.try_ask(&inviting(false)).expect_err("nobody could use it");
    assert_eq!(failure.code, "not_reachable");
    assert!(failure.message.contains("--announce"), "{}", failure.message);
    // The next step that it names works.
    supplier.good(&["supplier", "set", "--announce", "/dns/shop.test/tcp/7481"]);
    assert!(link(&supplier).starts_with("regie:pair?"));
    assert_eq!(announced(&supplier), ["/dns/shop.test/tcp/7481"]);
}
