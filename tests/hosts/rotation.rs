//! A company's key is replaced while people sit behind routers: they follow by themselves, and who holds the key before
//! gets nothing, though it answers at the company's own address.

use std::fs;

use regie_tests::{
    Node, inviting,
    lab::{
        Family, Lab,
        homes::Homes,
        together,
        trio::{PORT, Transport, reopen, someone, within},
    },
    looking,
};
use serde_json::{Value, json};

use super::{DELIVERED, ask, is_answered, trouble};

#[test]
fn a_replaced_key_is_followed_and_the_one_before_gets_nothing() {
    together(&Transport::EACH, |transport| replaced(*transport));
}

fn replaced(transport: Transport) {
    let Some(lab) = Lab::new() else { return };
    let shop = lab.host("shop", Family::V4);
    let home = lab.behind(&lab.nat("nat"), "home");
    let directory = Homes::new();
    let mut supplier = Node::at(directory.path().join("shop"));
    supplier.namespace = Some(shop.namespace.clone());
    let mut init = vec!["--json", "supplier", "init", "--name", "shop", "--sector", "retail"];
    let listen = transport.at(shop.ipv4.expect("an address").into(), PORT);
    init.extend(listen.iter().flat_map(|address| ["--listen", address]));
    let made: Value = serde_json::from_str(&supplier.good(&init)).expect("JSON");
    let sheet = directory.path().join("sheet");
    fs::write(&sheet, made["next_key_words"].as_str().expect("words")).expect("written");
    reopen(&mut supplier, &directory, "shop");
    let person = someone(&home, directory.path());
    person.pair(&supplier);
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    let holds = |node: &Node, name: &str| node.customer()["held"][0]["value"] == json!(name);
    within(DELIVERED, "the supplier holds the name", || holds(&supplier, "Anna Bakker"));

    supplier.stop();
    let mut thief = Node::at(directory.path().join("thief"));
    thief.namespace = Some(shop.namespace.clone());
    regie_tests::copy_home(&supplier.home, &thief.home);
    let sheet = sheet.to_str().expect("text");
    supplier.good(&["--json", "supplier", "rotate-key", "--words-file", sheet, "--yes"]);
    reopen(&mut supplier, &directory, "shop");
    let request = ask(&supplier);
    is_answered(&supplier, &request);
    person.set("name.full", "Anna de Vries");
    within(DELIVERED, "a change arrives under the key in force", || holds(&supplier, "Anna de Vries"));

    supplier.stop();
    reopen(&mut thief, &directory, "thief");
    let request = ask(&thief);
    person.set("name.full", "Anna Jansen");
    within(DELIVERED, "somebody else is found there", || trouble(&person).contains("Another node answers"));
    let customer = thief.customer();
    assert_eq!((&customer["connected"], &customer["held"][0]["value"]), (&json!(false), &json!("Anna Bakker")));
    let open = customer["requests"].as_array().expect("a list").iter().find(|own| own["request"] == request);
    assert_eq!(open.expect("it was made")["answered"], json!(false));
    thief.stop();
    reopen(&mut supplier, &directory, "shop");
    // An address where somebody else answered is let alone for an hour, unless the person stands before the company.
    let link = supplier.ask(&inviting(true))["link"].as_str().expect("a link").to_owned();
    assert_eq!(person.ask(&looking(&link))["known_already"], json!(true));
    within(DELIVERED, "and the company has what it missed", || holds(&supplier, "Anna Jansen"));
}
