//! `kill -9` of a person's node in the middle of 200 requests, 20 times: it starts again each time, no entry
//! that a supplier witnessed is lost, and every request is answered in the end.

use regie::command::Command;
use regie_tests::{Node, until};
use serde_json::json;

const KILLS: u64 = 20;
const REQUESTS: u64 = 200;

#[test]
fn no_acknowledged_entry_is_lost_to_kill_nine() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", "/ip4/127.0.0.1/tcp/0");
    person.start();
    supplier.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    for kill in 0..KILLS {
        for _ in 0..REQUESTS / KILLS {
            supplier.request(&["name.full"], "DeliveryOfGoods", "read");
        }
        // A different moment each time, spread over the work; which one does not matter to the claim.
        std::thread::sleep(std::time::Duration::from_millis(kill * 7 % 60));
        person.kill();
        let witnessed = supplier.customer()["witnessed"]["size"].as_u64().unwrap_or(0);
        person.start();
        let status = person.ask(&Command::Status);
        let entries = status["suppliers"][0]["log_entries"].as_u64().expect("a count");
        assert!(entries >= witnessed, "kill {kill}: {entries} entries, {witnessed} witnessed");
        assert_eq!(person.ask(&Command::Audit)["verified"], json!(true));
    }
    until("every request is answered", || {
        let requests = supplier.customer()["requests"].as_array().expect("a list").clone();
        requests.len() as u64 == REQUESTS && requests.iter().all(|r| r["answered"] == json!(true))
    });
    until("every disclosure is signed for", || person.ask(&Command::Status)["suppliers"][0]["undelivered"] == json!(0));
}
