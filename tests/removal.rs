//! A supplier that the person has no more: what ends, what stays and is said, and how it stands wherever that is shown.

use regie::person::verbs;
use regie_protocol::{Access, Purpose};
use regie_tests::{crowd::Crowd, pairing, until};
use serde_json::{Value, json};

use crate::dashboard::Door;

fn status(door: &Door) -> Value {
    door.node.ask(&verbs::Status {})
}

fn state(door: &Door, name: &str) -> Value {
    let found = door.node.ask(&verbs::Supplier { supplier: name.to_owned() });
    found["state"].clone()
}

#[test]
fn a_removed_supplier_is_told_heard_out_and_then_left_alone() {
    let door = Door::open();
    door.node.set("name.full", "Anna Bakker");
    door.node.set("email", "anna@example.org");
    let crowd = Crowd::start(&["De Webwinkel BV".to_owned(), "Andere BV".to_owned()]);
    for member in crowd.members() {
        door.node.ask(&pairing(&member.invite()));
    }
    let shop = &crowd.members()[0];
    shop.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Subscribe, "to deliver");
    until("the shop has the name", || shop.held().len() == 1);
    shop.ask(&["income.annual"], Purpose::DeliveryOfGoods, Access::Subscribe, "to be sure");
    until("it waits for a word", || status(&door)["requests_waiting"] == json!(1));
    door.node.good(&[
        "contract",
        "add",
        "--party",
        "De Webwinkel BV",
        "--product",
        "Pakketpas",
        "--price",
        "9.50",
        "--start",
        "2026-03-01",
    ]);
    until("a line is up", || state(&door, "De Webwinkel BV") == json!("connected"));

    let said = door.node.bad(&["remove", "De Webwinkel BV"], 5);
    assert!(said.contains("--dry-run"), "{said}");
    let would: Value =
        serde_json::from_str(&door.node.good(&["--json", "remove", "De Webwinkel BV", "--dry-run"])).expect("JSON");
    assert_eq!(
        (&would["grants"], &would["requests"], &would["has"]),
        (&json!(1), &json!(1), &json!(["name.full"])),
        "{would}"
    );
    assert_eq!(state(&door, "De Webwinkel BV"), json!("connected"), "looking changes nothing");
    let removed: Value =
        serde_json::from_str(&door.node.good(&["--json", "remove", "De Webwinkel BV", "--yes"])).expect("JSON");
    let stays = removed["stays"].as_array().expect("a list").iter();
    let stays: Vec<&str> = stays.filter_map(|one| one["what"].as_str()).collect();
    assert!(stays.contains(&"log_entries") && stays.contains(&"messages"), "{removed}");

    // At once, whatever its line is.
    assert_eq!(state(&door, "De Webwinkel BV"), json!("removed"));
    let now = status(&door);
    assert_eq!(
        (now["suppliers"].as_array().map(Vec::len), &now["removed"], &now["requests_waiting"]),
        (Some(1), &json!(1), &json!(0)),
        "{now}"
    );
    until("it erased", || shop.held().is_empty());
    until("nothing is on its way", || door.node.ask(&verbs::Deliveries {})["waiting"] == json!(0));
    shop.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, "once more");

    // Pages say the same.
    let cookie = door.enter();
    let list = door.get(&cookie, "/suppliers").body;
    assert!(!list.contains("De Webwinkel BV") && list.contains("One was removed"), "{list}");
    assert!(door.get(&cookie, "/suppliers?removed=true").body.contains("De Webwinkel BV"));
    let home = door.get(&cookie, "/").body;
    assert!(home.contains("One supplier,") && home.contains("One was removed"), "{home}");
    let key = removed["supplier"].as_str().expect("a key");
    let page = door.get(&cookie, &format!("/suppliers/{key}"));
    assert!(page.body.contains("This stays:") && page.body.contains("of the log with it"), "{}", page.body);
    assert!(!page.body.contains("badge good\">connected"), "{}", page.body);
    assert!(shop.held().is_empty(), "and it is answered nothing");

    // It survives a restart, and can be taken back: what had ended stays so.
    let back = door.post(&cookie, &format!("/suppliers/{key}"), &format!("form={}&do=back", page.form()));
    assert_eq!(back.status, 303);
    assert_ne!(state(&door, "De Webwinkel BV"), json!("removed"));
    assert_eq!(status(&door)["suppliers"].as_array().map(Vec::len), Some(2));
    assert_eq!(door.node.ask(&verbs::Supplier { supplier: key.to_owned() })["live_grants"], json!(0));
}

#[test]
fn what_has_ended_is_not_called_connected() {
    let door = Door::open();
    door.node.set("name.full", "Anna Bakker");
    let crowd = Crowd::start(&["De Webwinkel BV".to_owned()]);
    door.node.ask(&pairing(&crowd.members()[0].invite()));
    let shop = &crowd.members()[0];
    shop.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Subscribe, "to deliver");
    until("the shop has the name", || shop.held().len() == 1);
    until("a line is up", || state(&door, "De Webwinkel BV") == json!("connected"));
    door.node.good(&["revoke", "--all", "De Webwinkel BV"]);
    assert_eq!(state(&door, "De Webwinkel BV"), json!("ended"));
    let cookie = door.enter();
    let overview = door.node.ask(&verbs::Overview {});
    assert_eq!((&overview["suppliers"], &overview["connected"]), (&json!(1), &json!(0)), "{overview}");
    let list = door.get(&cookie, "/suppliers").body;
    assert!(list.contains("nothing in force") && !list.contains(">connected<"), "{list}");
    let listed: Value = door.node.ask(&verbs::Suppliers { limit: 10, ..verbs::Suppliers::default() });
    assert_eq!(listed["items"][0]["state"], json!("ended"));
    until("nothing is on its way", || door.node.ask(&verbs::Deliveries {})["count"] == json!(0));
}
