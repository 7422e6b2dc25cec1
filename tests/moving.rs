//! A person's node goes to another machine: what is said before, what the home that is left does and does not, and what becomes of
//! a move that was cut short or taken back. Between hosts: `hosts/another_machine.rs`.

use std::path::{Path, PathBuf};

use regie::person::verbs;
use regie_tests::{Node, setting, until};
use serde_json::{Value, json};

use crate::{
    copies::{held, subscribed},
    dashboard::{Door, browser},
    rotation::all_answered,
};

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

fn grant_states(person: &Node) -> Vec<Value> {
    let grants = person.ask(&verbs::Grants {});
    grants.as_array().expect("a list").iter().map(|grant| grant["state"].clone()).collect()
}

/// A home made of the file of a move, which runs.
fn arrived(directory: &Path, file: &Path) -> Node {
    let mut other = Node::at(directory.join("other"));
    let said: Value = serde_json::from_str(&other.good(&["--json", "restore", text(file)])).expect("JSON");
    assert_eq!((&said["moved"], &said["grants_ended"]), (&json!(true), &json!(0)), "{said}");
    other.start();
    other
}

#[test]
fn a_move_that_was_cut_short_is_finished_by_saying_it_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut person, supplier) = subscribed(directory.path());
    // A file that can't be written is told before the node has left.
    let nowhere = directory.path().join("no-such-directory/move.age");
    assert!(person.bad(&["move", text(&nowhere), "--yes"], 2).contains("can't write"));
    let taken: PathBuf = directory.path().join("taken.age");
    std::fs::write(&taken, "mine").expect("written");
    assert!(person.bad(&["move", text(&taken), "--yes"], 2).contains("already"));
    assert_eq!(std::fs::read(&taken).expect("readable"), b"mine");
    let long = "x".repeat(300);
    let file = directory.path().join("move.age");
    assert!(person.bad(&["move", text(&file), "--yes", "--to", &long], 2).contains("256"));
    assert!(person.ask(&verbs::Status {})["moved"].is_null());
    assert!(supplier.bad(&["move", text(&file), "--yes"], 2).contains("companion"));

    // The command dies after the node has left and before the file is there.
    let away = verbs::MoveAway { to: "a stick".to_owned() };
    let first = person.ask(&away);
    assert_eq!(person.ask(&away), first, "said again it changes nothing");
    let refused = person.try_ask(&setting("name.full", "Nobody")).expect_err("it has left");
    assert_eq!(refused.code, "moved");
    assert!(refused.message.contains("a stick"), "{}", refused.message);
    until("the line is closed", || supplier.customer()["connected"] == json!(false));
    supplier.request(&["name.full"], "DeliveryOfGoods", "once");
    assert!(person.ask(&verbs::Requests {}).as_array().is_some_and(Vec::is_empty), "it hears nothing more");
    person.kill();
    assert!(person.bad(&["run"], 5).contains("a stick"));
    let words = person.bad(&["status"], 3);
    assert!(!words.is_empty());

    person.good(&["move", text(&file), "--yes"]);
    let mut other = arrived(directory.path(), &file);
    until("what was asked meanwhile is answered", || all_answered(&supplier));
    other.set("name.full", "Anna Elders");
    until("the subscription lives", || held(&supplier) == json!("Anna Elders"));
    assert!(grant_states(&other).iter().all(|state| *state == json!("live")), "{:?}", grant_states(&other));
    assert_eq!(other.ask(&verbs::Audit {})["verified"], json!(true));
    other.stop();
}

#[test]
fn a_move_that_is_taken_back_ends_what_was_granted_and_the_other_home_stops() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut person, supplier) = subscribed(directory.path());
    assert!(person.bad(&["move", "--undo", "--yes"], 1).contains("regie stop"));
    person.stop();
    assert!(person.bad(&["move", "--undo", "--yes"], 2).contains("has not moved"));
    let file = directory.path().join("move.age");
    person.good(&["move", text(&file), "--yes"]);
    let other = arrived(directory.path(), &file);
    until("it speaks", || supplier.customer()["connected"] == json!(true));

    assert!(person.bad(&["move", "--undo"], 5).contains("--yes"));
    assert!(person.good(&["move", "--undo", "--yes"]).contains("1 grants ended"));
    person.start();
    until("the home that it went to stops", || other.ask(&verbs::Status {})["superseded"]["name"] == json!("Shop"));
    assert_eq!(grant_states(&person), [json!("revoked")]);
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    person.set("name.full", "Anna Jansen");
    until("the one that goes on is heard", || held(&supplier) == json!("Anna Jansen"));
    assert_eq!(person.ask(&verbs::Audit {})["verified"], json!(true));
}

#[test]
fn the_page_gives_the_file_as_often_as_it_is_wanted_and_the_first_page_says_that_the_node_is_gone() {
    let door = Door::open();
    let cookie = door.enter();
    door.node.set("email", "anna@example.org");
    let form = door.get(&cookie, "/move").form();
    let body = |to: &str, again: &str| format!("form={form}&to={to}&passphrase=a+moving+phrase&again={again}");
    let wrong = door.post(&cookie, "/move", &body("mijn+laptop", "another"));
    assert!(wrong.status == 200 && wrong.body.contains("move-error"), "{}", wrong.body);
    assert!(wrong.body.contains("mijn laptop"), "what was typed is still there");
    assert!(door.node.ask(&verbs::Status {})["moved"].is_null(), "nothing has happened");
    let first = door.post(&cookie, "/move", &body("mijn+laptop", "a+moving+phrase"));
    assert!(first.header("content-disposition").is_some_and(|value| value.contains("regie-move-")));
    assert_eq!(door.node.ask(&verbs::Status {})["moved"]["to"], json!("mijn laptop"));
    let home = door.get(&cookie, "/").body;
    assert!(home.contains("Regie went to: mijn laptop"), "{home}");
    let refused = door.post(&cookie, "/data/email", &format!("form={form}&value=else%40example.org"));
    assert!(refused.body.contains("mijn laptop"), "why nothing changes here is said: {}", refused.body);
    let again = door.post(&cookie, "/move", &body("elsewhere", "a+moving+phrase"));
    let file = door.node.home.with_extension("age");
    std::fs::write(&file, again.bytes).expect("written");

    let mut other = Node::at(door.node.home.with_extension("other"));
    let link = other.start_first_run();
    let Some(seen) = browser("moved_here.mjs", &json!({ "link": link, "file": file })) else { return };
    assert_eq!(seen["violations"], json!([]), "{seen:#}");
    assert_eq!(other.good(&["get", "email"]), "anna@example.org\n");
    assert!(other.ask(&verbs::Status {})["moved"].is_null());
}
