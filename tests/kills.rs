//! `kill -9` in the middle of 200 requests, 20 times, of a person's node and of a companion: it starts again each
//! time, no entry that the other side holds a signature for is lost, and every request is answered in the end.
//! REGIE_KILLS sets another number of times.

use regie::command::Command;
use regie_tests::{Node, number, until};
use serde_json::json;

const KILLS: u64 = 20;
const REQUESTS: u64 = 200;

#[test]
fn no_acknowledged_entry_is_lost_to_kill_nine() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut person, supplier) = pair(directory.path());
    for kill in 0..kills() {
        ask(&supplier);
        // A different moment each time, spread over the work; which one does not matter to the claim.
        std::thread::sleep(std::time::Duration::from_millis(kill * 7 % 60));
        person.kill();
        let witnessed = witnessed(&supplier);
        person.start();
        assert!(entries(&person) >= witnessed, "kill {kill}: {} entries, {witnessed} witnessed", entries(&person));
        assert_eq!(person.ask(&Command::Audit)["verified"], json!(true));
    }
    all_is_answered(&person, &supplier);
}

#[test]
fn a_companion_keeps_what_it_signed_for_over_kill_nine() {
    let directory = tempfile::tempdir().expect("a directory");
    let (person, mut supplier) = pair(directory.path());
    let mut told = Heard::default();
    for kill in 0..kills() {
        ask(&supplier);
        if kill % 2 == 0 {
            // Every second time the work is done before the kill.
            until("all is signed for", || undelivered(&person) == 0 && answered(&supplier) > told.answered);
        }
        std::thread::sleep(std::time::Duration::from_millis(kill * 7 % 60));
        told = heard(&supplier);
        supplier.kill();
        supplier.start();
        let now = heard(&supplier);
        assert!(
            now.witnessed >= told.witnessed && now.answered >= told.answered,
            "kill {kill}: {told:?}, then {now:?}"
        );
    }
    assert!(told.witnessed > 0 && told.answered > 0, "nothing was done between the kills: the test is blind");
    all_is_answered(&person, &supplier);
    assert_eq!(supplier.customer()["held"][0]["value"], json!("Anna Bakker"));
}

/// What a companion said of itself.
#[derive(Debug, Default)]
struct Heard {
    witnessed: u64,
    answered: u64,
}

fn heard(supplier: &Node) -> Heard {
    Heard { witnessed: witnessed(supplier), answered: answered(supplier) }
}

fn answered(supplier: &Node) -> u64 {
    let customer = supplier.customer();
    let requests = customer["requests"].as_array().into_iter().flatten();
    requests.filter(|request| request["answered"] == json!(true)).count() as u64
}

fn pair(directory: &std::path::Path) -> (Node, Node) {
    let mut person = Node::person(directory.join("person"), "balanced");
    // A fixed port, since the person looks for a companion that was killed where it was.
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let mut supplier = Node::supplier(directory.join("supplier"), "Shop", &format!("/ip4/127.0.0.1/tcp/{free}"));
    person.start();
    supplier.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    (person, supplier)
}

fn kills() -> u64 {
    number("REGIE_KILLS", KILLS)
}

fn asked_each() -> u64 {
    (REQUESTS / kills()).max(1)
}

fn ask(supplier: &Node) {
    for _ in 0..asked_each() {
        supplier.request(&["name.full"], "DeliveryOfGoods", "read");
    }
}

fn witnessed(supplier: &Node) -> u64 {
    supplier.customer()["witnessed"]["size"].as_u64().unwrap_or(0)
}

fn entries(person: &Node) -> u64 {
    person.ask(&Command::Status)["suppliers"][0]["log_entries"].as_u64().expect("a count")
}

fn undelivered(person: &Node) -> u64 {
    person.ask(&Command::Status)["suppliers"][0]["undelivered"].as_u64().expect("a count")
}

fn all_is_answered(person: &Node, supplier: &Node) {
    until("every request is answered", || {
        let requests = supplier.customer()["requests"].as_array().expect("a list").clone();
        requests.len() as u64 == kills() * asked_each() && requests.iter().all(|r| r["answered"] == json!(true))
    });
    until("every disclosure is signed for", || undelivered(person) == 0);
}
