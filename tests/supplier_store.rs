//! Companions on one real PostgreSQL: any of them answers whoever connects, one may die, and nothing is lost, done
//! twice or readable in the tables.

use regie::person::verbs;
use regie_tests::{Node, api::Client, files, pairing, postgres::Postgres, until};
use serde_json::{Value, json};

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Two companions of one company.
fn companions(directory: &std::path::Path, postgres: &Postgres) -> ((Node, Client), (Node, Client)) {
    let url = postgres.url();
    let mut first = Node::at(directory.join("first"));
    first.good(&["supplier", "init", "--name", "Shop", "--sector", "retail", "--listen", ANY, "--store", &url]);
    let at = first.serve_api();
    let key = first.api_key(false);
    let mut second = Node::at(directory.join("second"));
    second.good(&["supplier", "join", "--store", &url, "--listen", ANY]);
    let other = second.serve_api();
    ((first, Client::new(at, &key)), (second, Client::new(other, &key)))
}

fn person(directory: &std::path::Path, name: &str, client: &Client) -> Node {
    let mut node = Node::person(directory.join(name), "balanced");
    node.start();
    node.set("name.full", &format!("The person {name}"));
    let link = text(&client.post("/v1/invitations", &json!({})).expect(201)["link"]);
    node.ask(&pairing(&link));
    node
}

fn all(client: &Client, path: &str) -> Vec<Value> {
    client.get(&format!("{path}?limit=200")).expect(200)["data"].as_array().expect("a list").clone()
}

fn bulk() -> Value {
    json!({
        "fields": ["name.full"], "purpose": "DeliveryOfGoods", "reason": "to bring the parcel", "access": "read",
        "days": 30, "retention_days": 30,
    })
}

#[test]
fn two_companions_share_a_database_and_one_may_die() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let ((mut first, one), (second, two)) = companions(directory.path(), &postgres);
    assert_eq!(first.ask(&verbs::Status {})["key"], second.ask(&verbs::Status {})["key"], "one company");

    // Persons come by either; both companions know all of them.
    let mut people: Vec<Node> = Vec::new();
    for number in 0..3 {
        people.push(person(directory.path(), &format!("p{number}"), if number == 1 { &two } else { &one }));
    }
    assert_eq!(all(&one, "/v1/relationships").len(), 3);
    assert_eq!(all(&one, "/v1/relationships").len(), all(&two, "/v1/relationships").len());

    // A request made at one companion reaches persons whose node is connected with the other.
    two.post("/v1/bulk-requests", &bulk()).expect(202);
    until("everybody answered", || all(&one, "/v1/disclosures").len() == 3);
    for relationship in all(&two, "/v1/relationships") {
        let values = two.get(&format!("/v1/relationships/{}/values", text(&relationship["id"]))).expect(200);
        assert_eq!(values["data"].as_array().map(Vec::len), Some(1), "{values}");
    }

    // One is killed right after it took a request to everybody; the other goes on, and persons come to it.
    one.post("/v1/bulk-requests", &bulk()).expect(202);
    first.kill();
    until("everybody answered again", || {
        all(&two, "/v1/requests").iter().filter(|request| request["state"] == "answered").count() == 6
    });
    let requests = all(&two, "/v1/requests");
    assert_eq!(requests.len(), 6, "each person was asked once by each call");
    until("each answer came once", || all(&two, "/v1/disclosures").len() == 6);
    let mut events: Vec<String> = all(&two, "/v1/events").iter().map(|event| text(&event["id"])).collect();
    let many = events.len();
    events.dedup();
    assert_eq!(events.len(), many);
    let told = |kind: &str| all(&two, "/v1/events").iter().filter(|event| event["type"] == kind).count();
    assert_eq!((told("request.created"), told("disclosure.received"), told("bulk.finished")), (6, 6, 2));

    // It comes back and knows everything.
    let one = one.at(first.serve_api());
    assert_eq!(all(&one, "/v1/disclosures"), all(&two, "/v1/disclosures"));

    // Erased is erased: no row and no file of the database has the text, before or after.
    for person in &people {
        person.ask(&verbs::RevokeAll { supplier: "Shop".into(), erase: true });
    }
    until("all is erased", || all(&two, "/v1/erasures").len() >= 3);
    until("nothing is held", || two.get("/v1/exports/values.csv").text().lines().count() == 1);
    let table = regie::supplier::SCHEMA.table("held_values").expect("the table of values").code();
    let held = postgres.ask(&format!("SELECT count(*) FROM regie_rows WHERE tab = {table}"));
    assert_eq!(held, "0", "no row of a value is left");
    postgres.ask("CHECKPOINT");
    for file in files(postgres.files()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(10).any(|part| part == b"The person"), "{}", file.display());
    }
    drop(people);
}

#[test]
fn a_wrong_passphrase_a_taken_and_an_absent_database_are_clear() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let url = postgres.url();
    let init = ["supplier", "init", "--name", "Shop", "--sector", "retail", "--listen", ANY, "--store", &url];
    let first = Node::at(directory.path().join("first"));
    let join = ["supplier", "join", "--listen", ANY, "--store", &url];
    assert!(first.bad(&join, 4).contains("no store"), "nobody lives there yet");
    first.good(&init);
    let second = Node::at(directory.path().join("second"));
    assert!(first.bad(&["backup", "x.age"], 2).contains("pg_dump"));
    assert!(second.bad(&init, 1).contains("store open"), "a second company is not put over the first");
    let wrong = second.process(&join).env("REGIE_PASSPHRASE", "wrong").output().expect("runs");
    assert_eq!(wrong.status.code(), Some(6));
    let nowhere = "postgres://somebody:secret@127.0.0.1:1/x";
    let words = second.bad(&["supplier", "join", "--store", nowhere, "--listen", ANY], 1);
    assert!(words.contains("PostgreSQL") && !words.contains("secret"), "{words}");
    postgres.ask("UPDATE regie_meta SET value = '\\x00000063' WHERE name = 'tables'");
    assert!(second.bad(&join, 1).contains("newer regie"));
    postgres.ask("DELETE FROM regie_meta WHERE name = 'format'");
    assert!(second.bad(&join, 1).contains("before release 0.1.0"));
}
