//! Two live nodes of one person, as processes with a companion: a backup that was restored elsewhere, a home that was copied.
//! Both learn of each other, one says nothing more and says so, and the supplier has the other's word alone.

use regie::person::verbs;
use regie_tests::{Node, copy_home, setting, until};
use serde_json::{Value, json};

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

/// A person whose name a supplier has and is told changes of.
pub(crate) fn subscribed(directory: &std::path::Path) -> (Node, Node) {
    let mut person = Node::person(directory.join("person"), "balanced");
    let mut supplier = Node::supplier(directory.join("supplier"), "Shop", ANY);
    person.start();
    supplier.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    until("the name is there", || held(&supplier) == json!("Anna Bakker"));
    (person, supplier)
}

pub(crate) fn held(supplier: &Node) -> Value {
    supplier.customer()["held"][0]["value"].clone()
}

pub(crate) fn status(node: &Node) -> Value {
    node.ask(&verbs::Status {})
}

/// The one that is left behind says so in every way, and does nothing more; the other goes on.
fn one_goes_on(stopped: &Node, goes_on: &Node, supplier: &Node) {
    until("the one stops", || status(stopped)["superseded"]["name"] == json!("Shop"));
    until("the other knows of it", || status(goes_on)["other_copy"]["name"] == json!("Shop"));
    let seen = status(goes_on);
    assert!(seen["superseded"].is_null(), "{seen}");
    let refused = stopped.try_ask(&setting("name.full", "Nobody")).expect_err("it has stopped");
    assert_eq!(refused.code, "superseded");
    assert!(refused.message.contains("restore"), "the next step: {}", refused.message);
    let shown = stopped.good(&["status"]);
    assert!(shown.contains("another copy of this node speaks for you"), "{shown}");
    let found = stopped.verb(&["doctor"]);
    let table = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(found.status.code() == Some(7) && table.contains("speaks for"), "{table}");
    until("its line is down", || status(stopped)["suppliers"][0]["connected"] == json!(false));

    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    goes_on.set("name.full", "Anna in the end");
    until("the supplier has the word of who goes on", || held(supplier) == json!("Anna in the end"));
    until("and signed for it", || status(goes_on)["suppliers"][0]["undelivered"] == json!(0));
    let (there, here) = (supplier.customer()["grants"].clone(), goes_on.ask(&verbs::Grants {}));
    let live = here.as_array().expect("a list").iter().filter(|grant| grant["state"] == json!("live")).count();
    assert_eq!(there.as_array().map(Vec::len), Some(live), "{there} {here}");
    assert_eq!(goes_on.ask(&verbs::Audit {})["verified"], json!(true));
}

#[test]
fn a_node_whose_backup_was_restored_elsewhere_stops_and_both_know() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut person, supplier) = subscribed(directory.path());
    let file = directory.path().join("backup.age");
    person.good(&["backup", file.to_str().expect("a path")]);
    person.set("name.full", "Anna Bakkers");
    until("the newer name is there", || held(&supplier) == json!("Anna Bakkers"));

    let mut restored = Node::at(directory.path().join("restored"));
    restored.good(&["restore", "--yes", file.to_str().expect("a path")]);
    restored.start();
    one_goes_on(&person, &restored, &supplier);
    // What was witnessed after the backup is kept beside what goes on.
    let witnessed = supplier.customer()["witnessed"].clone();
    assert_eq!(witnessed["gaps"], json!(1), "{witnessed}");
    assert_eq!(witnessed["branches"][0]["since"], json!("known"), "{witnessed}");

    // A restart does not wake it.
    person.stop();
    person.start();
    assert_eq!(status(&person)["superseded"]["name"], json!("Shop"));
    // The way back that it names: a backup of it is a home of its own again, and then the other stops.
    let back = directory.path().join("back.age");
    person.good(&["backup", back.to_str().expect("a path")]);
    person.stop();
    let mut again = Node::at(directory.path().join("again"));
    again.good(&["restore", "--yes", back.to_str().expect("a path")]);
    again.start();
    until("the one before it stops", || !status(&restored)["superseded"].is_null());
    assert!(status(&again)["superseded"].is_null());
}

#[test]
fn of_a_home_that_was_copied_one_stops_and_both_know() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut person, supplier) = subscribed(directory.path());
    person.stop();
    let mut copy = Node::at(directory.path().join("copy"));
    copy_home(&person.home, &copy.home);
    person.start();
    until("it is back", || status(&person)["suppliers"][0]["connected"] == json!(true));
    copy.start();
    one_goes_on(&person, &copy, &supplier);
}
