//! Who can reach whom: through routers that translate addresses, by either version of the Internet Protocol.

use regie_tests::{
    asking,
    lab::{
        Family, Lab,
        homes::Homes,
        together,
        trio::{Store, Transport, Trio, company, someone, within},
    },
};
use serde_json::json;

use super::DELIVERED;

fn answers(trio: &Trio) {
    let request = trio.ask();
    trio.answers(&request, DELIVERED);
    trio.delivers(DELIVERED);
    assert_eq!((trio.disclosures(), trio.held()), (1, "Anna Bakker".into()));
}

#[test]
fn a_person_behind_a_router_pairs_and_answers() {
    together(&[Transport::Tcp, Transport::Quic, Transport::Both], |transport| {
        let Some(trio) = Trio::new(*transport) else { return };
        answers(&trio);
    });
}

#[test]
fn a_person_behind_two_routers_pairs_and_answers() {
    together(&Transport::EACH, |transport| {
        let Some(lab) = Lab::new() else { return };
        let (shop, carrier) = (lab.host("shop", Family::V4), lab.nat("carrier"));
        let nat = lab.nat_behind(&carrier, "nat");
        let home = lab.behind(&nat, "home");
        answers(&Trio::of(lab, shop, home, *transport, Store::Redb).expect("a lab"));
    });
}

#[test]
fn a_person_with_the_sixth_version_alone_pairs_and_answers() {
    together(&Transport::EACH, |transport| {
        let Some(lab) = Lab::new() else { return };
        let (shop, home) = (lab.host("shop", Family::Both), lab.host("home", Family::V6));
        answers(&Trio::of(lab, shop, home, *transport, Store::Redb).expect("a lab"));
    });
}

#[test]
fn where_the_sixth_version_is_swallowed_the_fourth_is_used() {
    together(&Transport::EACH, |transport| {
        let Some(lab) = Lab::new() else { return };
        let (shop, home) = (lab.host("shop", Family::Both), lab.host("home", Family::Both));
        home.swallow_ipv6();
        answers(&Trio::of(lab, shop, home, *transport, Store::Redb).expect("a lab"));
    });
}

#[test]
fn where_port_443_of_tcp_alone_goes_out_a_supplier_on_it_is_reached() {
    let Some(lab) = Lab::new() else { return };
    let (shop, nat) = (lab.host("shop", Family::V4), lab.nat("nat"));
    let home = lab.behind(&nat, "home");
    home.only_ports(&[443]);
    let directory = Homes::new();
    // Named first, QUIC is swallowed.
    let at = shop.ipv4.expect("an address").into();
    let listen = [Transport::Quic.at(at, 443), Transport::Tcp.at(at, 443)].concat();
    let (supplier, _) = company(&shop, directory.path(), "shop", &listen, None);
    let person = someone(&home, directory.path());
    person.pair(&supplier);
    supplier.ask(&asking(&["name.full"], "DeliveryOfGoods", "once"));
    within(DELIVERED, "a request is answered", || supplier.customer()["requests"][0]["answered"] == json!(true));
}
