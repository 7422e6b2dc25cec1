//! Suppliers that are reached by a name: it is looked up anew for every attempt, may lead elsewhere later, and may lead
//! astray.

use std::time::{Duration, Instant};

use regie_tests::{
    Node,
    lab::{
        Family, Host, Lab,
        faults::Cut,
        homes::Homes,
        names::Names,
        trio::{PORT, made, reopen, someone, within},
    },
};
use serde_json::json;

use super::{DELIVERED, announcing, ask, everywhere, follow, impostor::Impostor, is_answered, link, trouble};

/// A name that cannot be looked up is told within so long.
const TOLD: Duration = Duration::from_secs(15);

/// A supplier under a name, and a person who asks a server of names.
struct Village {
    person: Node,
    supplier: Node,
    home: Host,
    shop: Host,
    names: Names,
    /// Where the server of names stands.
    post: Host,
    homes: Homes,
    lab: Lab,
}

impl Village {
    fn new() -> Option<Self> {
        let lab = Lab::new()?;
        let (shop, post, nat) = (lab.host("shop", Family::V4), lab.host("post", Family::V4), lab.nat("nat"));
        let home = lab.behind(&nat, "home");
        let mut names = Names::start(&post);
        names.say("shop.test", &shop.addresses());
        names.serve(&home);
        let directory = Homes::new();
        let make = announcing("shop", &["/dns/shop.test/udp/7481/quic-v1", "/dns/shop.test/tcp/7481"]);
        let (supplier, _) = made(&shop, directory.path(), "shop", &make, &everywhere());
        let person = someone(&home, directory.path());
        Some(Self { person, supplier, home, shop, names, post, homes: directory, lab })
    }

    fn pair(&self) {
        follow(&self.person, link(&self.supplier)).expect("paired");
        self.supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
        self.holds("Anna Bakker");
    }

    fn holds(&self, name: &str) {
        within(DELIVERED, "the supplier holds the name", || {
            self.supplier.customer()["held"][0]["value"] == json!(name)
        });
    }
}

#[test]
fn a_supplier_is_reached_by_its_name_and_found_where_the_name_leads_later() {
    let Some(mut village) = Village::new() else { return };
    village.pair();
    let yard = village.lab.host("yard", Family::V4);
    village.supplier.kill();
    village.person.set("name.full", "Anna Jansen");
    within(DELIVERED, "its old place is tried", || trouble(&village.person).contains("refused"));
    village.supplier.namespace = Some(yard.namespace.clone());
    village.names.say("shop.test", &yard.addresses());
    reopen(&mut village.supplier, &village.homes, "shop");
    village.holds("Anna Jansen");
    is_answered(&village.supplier, &ask(&village.supplier));
}

#[test]
fn a_resolver_that_is_away_is_told_as_such_and_in_time() {
    let Some(village) = Village::new() else { return };
    village.post.cut(Cut::Drop);
    let begun = Instant::now();
    let failure = follow(&village.person, link(&village.supplier)).expect_err("no name is looked up");
    assert!(begun.elapsed() < TOLD, "{:?}", begun.elapsed());
    assert_eq!(failure.code, "unreachable");
    assert!(failure.message.contains("looked up") && failure.message.contains("online"), "{}", failure.message);
    village.post.mend();
    village.pair();
}

#[test]
fn a_resolver_that_lies_learns_nothing_and_loses_nothing() {
    let Some(mut village) = Village::new() else { return };
    village.pair();
    let liar = village.lab.host("liar", Family::V4);
    let impostor = Impostor::start(&liar, PORT);
    village.names.say("shop.test", &liar.addresses());
    village.home.cut(Cut::Drop);
    village.person.stop();
    village.home.mend();
    village.person.start();
    village.person.set("name.full", "Anna Jansen");
    within(DELIVERED, "it is told that somebody else answers", || trouble(&village.person).contains("Another node"));
    let request = ask(&village.supplier);
    impostor.seen(|seen| {
        assert!(seen.tcp + seen.quic > 0, "it was called");
        assert!(seen.keys.is_empty(), "it read a key");
    });
    village.names.say("shop.test", &village.shop.addresses());
    village.holds("Anna Jansen");
    is_answered(&village.supplier, &request);
}
