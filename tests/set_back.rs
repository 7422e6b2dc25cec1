//! An administrator of the database that companions share puts old rows back, without any key: real companions on a real
//! PostgreSQL, and what is done to its tables behind them.

use std::sync::atomic::{AtomicBool, Ordering};

use regie::{
    person::verbs,
    supplier::{SCHEMA, verbs as companion},
};
use regie_tests::{Node, api::Client, free_port, inviting, number, pairing, postgres::Postgres, until, word};
use serde_json::{Value, json};

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

/// A companion on the database that runs, with its API.
fn company(directory: &std::path::Path, postgres: &Postgres) -> (Node, Client) {
    let url = postgres.url();
    // The same place after each start.
    let listen = format!("/ip4/127.0.0.1/tcp/{}", free_port());
    let mut node = Node::at(directory.join("first"));
    node.good(&["supplier", "init", "--name", "Shop", "--sector", "retail", "--listen", &listen, "--store", &url]);
    let at = node.serve_api();
    let key = node.api_key(false);
    (node, Client::new(at, &key))
}

fn table(name: &str) -> u8 {
    SCHEMA.table(name).expect("a table").code()
}

/// What an administrator copied of a table, or of the whole.
struct Copied<'a> {
    postgres: &'a Postgres,
    tables: &'static [&'static str],
    only: String,
}

impl<'a> Copied<'a> {
    fn rows(postgres: &'a Postgres, name: &str) -> Self {
        Self::of(postgres, &["regie_rows"], format!("WHERE tab = {}", table(name)))
    }

    fn whole(postgres: &'a Postgres) -> Self {
        Self::of(postgres, &["regie_rows", "regie_turns"], String::new())
    }

    fn of(postgres: &'a Postgres, tables: &'static [&'static str], only: String) -> Self {
        for table in tables {
            postgres.ask(&format!(
                "DROP TABLE IF EXISTS old_{table}; CREATE TABLE old_{table} AS SELECT * FROM {table} {only}"
            ));
        }
        Self { postgres, tables, only }
    }

    fn put_back(&self) {
        let steps: Vec<String> = self
            .tables
            .iter()
            .map(|table| format!("DELETE FROM {table} {}; INSERT INTO {table} SELECT * FROM old_{table};", self.only))
            .collect();
        self.postgres.ask(&format!("BEGIN; {} COMMIT", steps.concat()));
    }
}

/// What a companion says of its store.
fn store(node: &Node) -> Value {
    node.ask(&verbs::Status {})["shared_store"].clone()
}

fn is_told(node: &Node, client: &Client, part: &str) {
    let words = store(node)["next_step"].as_str().expect("words").to_owned();
    assert!(words.contains(part) && words.contains("accept-store"), "{words}");
    assert!(client.get("/readyz").text().contains("set_back: rows"));
    assert!(client.get("/metrics").text().contains("regie_supplier_store_fine 0"));
    assert!(node.bad(&["doctor"], 7).contains("problem"));
}

/// It was looked at whole, since its start, and nothing is wrong.
fn is_whole(node: &Node) {
    until("all was looked at", || !store(node)["looked"].is_null());
    assert_eq!(store(node)["fine"], json!(true), "{}", store(node));
}

#[test]
fn a_revoked_key_that_is_put_back_stays_refused_and_the_companion_says_so() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (mut node, client) = company(directory.path(), &postgres);
    let made = node.ask(&companion::KeyCreate::all("stolen", false));
    let (kept, revoked) = (client.clone(), client.with_key(made["key"].as_str().expect("a key")));
    revoked.get("/v1/relationships").expect(200);
    is_whole(&node);

    let before = Copied::rows(&postgres, "api_keys");
    node.ask(&companion::KeyRevoke { key: word(made["id"].as_str().expect("an id")) });
    revoked.get("/v1/relationships").problem(401, "unauthorized");
    assert_eq!(store(&node)["fine"], json!(true));

    before.put_back();
    revoked.get("/v1/relationships").problem(401, "unauthorized");
    kept.get("/v1/relationships").expect(200);
    is_told(&node, &kept, "rows of api_keys are refused");

    // It is refused by who did not see it before, too, and the look at the whole finds it by itself.
    node.kill();
    let at = node.serve_api();
    until("all was looked at", || !store(&node)["looked"].is_null());
    assert_eq!(store(&node)["fine"], json!(false));
    revoked.at(at).get("/v1/relationships").problem(401, "unauthorized");
    is_told(&node, &kept.at(at), "api_keys");

    // What is made anew holds.
    let new = kept.at(at).with_key(&node.api_key(false));
    new.get("/v1/relationships").expect(200);

    // The owner accepts what is there: then it holds, and nothing else is said.
    node.stop();
    let words = node.good(&["supplier", "accept-store"]);
    assert!(words.contains("rows differed: yes") && words.contains("key list"), "{words}");
    let at = node.serve_api();
    is_whole(&node);
    revoked.at(at).get("/v1/relationships").expect(200);
}

#[test]
fn a_used_invitation_that_is_put_back_does_not_pair_again() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (node, client) = company(directory.path(), &postgres);
    let person = |name: &str| {
        let mut person = Node::person(directory.path().join(name), "balanced");
        person.start();
        person
    };
    let link = node.ask(&inviting(false))["link"].as_str().expect("a link").to_owned();
    let before = Copied::rows(&postgres, "invitations");
    person("first person").ask(&pairing(&link));
    before.put_back();
    let second = person("second person");
    assert!(second.try_ask(&pairing(&link)).is_err(), "it was used");
    assert_eq!(node.ask(&companion::People {}).as_array().map(Vec::len), Some(1));
    is_told(&node, &client, "rows of invitations are refused");
    // Another one pairs.
    let other = node.ask(&inviting(false))["link"].as_str().expect("a link").to_owned();
    second.ask(&pairing(&other));
}

/// What is absent of these is wider than what the company said, so there is no companion without them.
#[test]
fn bounds_that_are_set_back_or_taken_off_stop_a_companion_that_starts() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (mut node, _) = company(directory.path(), &postgres);
    let bound = |node: &Node, in_all| {
        node.ask(&companion::Pairings { in_all, ..Default::default() })["in_all"].as_u64().expect("a number")
    };
    let usual = bound(&node, None);
    let facts = table("facts");
    let copy = |name: &str| {
        postgres.ask(&format!("CREATE TABLE {name} AS SELECT * FROM regie_rows WHERE tab = {facts}"));
    };
    copy("without");
    bound(&node, Some(5));
    copy("wide");
    bound(&node, Some(1));
    copy("last");
    let put = |name: &str| {
        let (off, on) = (format!("DELETE FROM regie_rows WHERE tab = {facts}"), "INSERT INTO regie_rows SELECT * FROM");
        postgres.ask(&format!("BEGIN; {off}; {on} {name}; COMMIT"));
    };
    node.kill();
    for old in ["wide", "without"] {
        put(old);
        let words = node.bad(&["supplier", "run"], 1);
        assert!(words.contains("pairings") && words.contains("accept-store"), "{old}: {words}");
    }
    put("last");
    node.serve_api();
    assert_eq!(bound(&node, None), 1);
    node.stop();
    // The owner may say that it is to hold.
    put("without");
    node.good(&["supplier", "accept-store"]);
    node.serve_api();
    assert_eq!(bound(&node, None), usual);
}

#[test]
fn a_deleted_row_that_is_put_back_and_a_row_that_is_deleted_are_told() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (mut node, client) = company(directory.path(), &postgres);
    let hook = client.post("/v1/webhooks", &json!({ "url": "https://1.1.1.1/events" })).expect(201);
    let before = Copied::rows(&postgres, "webhooks");
    client.delete(&format!("/v1/webhooks/{}", hook["id"].as_str().expect("an id"))).expect(204);
    before.put_back();
    assert_eq!(client.get("/v1/webhooks").expect(200)["data"], json!([]), "it was deleted");
    is_told(&node, &client, "rows of webhooks are refused");

    // A key that is taken off is refused, and told.
    let other = client.with_key(&node.api_key(false));
    postgres.ask(&format!("DELETE FROM regie_rows WHERE tab = {}", table("webhooks")));
    postgres.ask(&format!("DELETE FROM regie_rows WHERE tab = {}", table("api_keys")));
    other.get("/v1/relationships").problem(401, "unauthorized");
    is_told(&node, &other, "api_keys");

    // Without the company's own key there is no companion.
    node.stop();
    node.good(&["supplier", "accept-store"]);
    node.serve_api();
    is_whole(&node);
    node.kill();
    postgres.ask(&format!("DELETE FROM regie_rows WHERE tab = {}", table("facts")));
    assert!(node.bad(&["supplier", "run"], 1).contains("set back (key)"));
}

#[test]
fn a_row_that_no_read_checks_is_found_by_the_look_at_the_whole() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (mut node, client) = company(directory.path(), &postgres);
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.pair(&node);
    until("it is told", || client.get("/v1/events").expect(200)["data"] != json!([]));
    let before = Copied::rows(&postgres, "events");
    is_whole(&node);
    node.kill();
    postgres.ask(&format!("DELETE FROM regie_rows WHERE tab = {}", table("events")));
    let at = node.serve_api();
    until("all was looked at", || !store(&node)["looked"].is_null());
    is_told(&node, &client.at(at), "set back, taken off or put back");
    node.kill();
    // As it was, it is fine.
    before.put_back();
    node.serve_api();
    is_whole(&node);
}

#[test]
fn a_database_that_is_set_back_whole_is_refused_until_its_owner_accepts_it() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (mut first, client) = company(directory.path(), &postgres);
    let mut second = Node::at(directory.path().join("second"));
    second.good(&["supplier", "join", "--store", &postgres.url(), "--listen", ANY]);
    second.serve_api();
    second.stop();

    let dump = Copied::whole(&postgres);
    let late = client.with_key(&first.api_key(false));
    late.get("/v1/relationships").expect(200);
    dump.put_back();
    // Whoever runs stops at the next turn, and does not start again.
    until("it stops", || !first.runs());
    let words = first.bad(&["supplier", "run"], 1);
    assert!(words.contains("set back") && words.contains("accept-store"), "{words}");
    let told: Value = serde_json::from_str(&first.bad(&["--json", "supplier", "run"], 1)).expect("JSON");
    assert!(told.to_string().contains("set_back"), "{told}");

    // Another companion saw less: it goes on from there, beyond what the first has seen. That one's own turns are missing
    // for ever.
    second.serve_api();
    for _ in 0..10 {
        second.api_key(false);
    }
    assert!(first.bad(&["supplier", "run"], 1).contains("set back"));

    // The owner's word goes for all companions, also for one that runs.
    let words = first.good(&["--json", "supplier", "accept-store"]);
    let accepted: Value = serde_json::from_str(&words).expect("JSON");
    assert!(accepted["goes_on_from_turn"].as_u64() > accepted["last_turn_that_was_seen"].as_u64(), "{accepted}");
    assert!(accepted["goes_on_from_turn"].as_u64() > accepted["last_turn_of_the_database"].as_u64(), "{accepted}");
    let at = first.serve_api();
    is_whole(&first);
    second.ask(&verbs::Status {});
    client.at(at).get("/v1/relationships").expect(200);
    late.at(at).get("/v1/relationships").problem(401, "unauthorized");

    // A companion of this database and no other: its own file is told where it is damaged.
    first.stop();
    std::fs::write(first.home.join("checkpoint"), b"x").expect("written");
    assert!(first.bad(&["supplier", "run"], 1).contains("checkpoint"));
    first.good(&["supplier", "accept-store"]);
    first.serve_api();
    let running = first.bad(&["supplier", "accept-store"], 5);
    assert!(running.contains("running"), "{running}");
}

#[test]
fn companions_that_work_at_once_and_are_killed_raise_no_alarm() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (first, client) = company(directory.path(), &postgres);
    let mut second = Node::at(directory.path().join("second"));
    second.good(&["supplier", "join", "--store", &postgres.url(), "--listen", ANY]);
    let at = second.serve_api();
    let mut both = [(first, client.clone()), (second, client.at(at))];
    for round in 0..number("REGIE_KILLS", 8) {
        // Both work, and one of them is killed in the midst of it.
        let (ended, victim) = (AtomicBool::new(false), usize::from(round % 2 == 0));
        std::thread::scope(|scope| {
            for (_, client) in &both {
                let (ended, client) = (&ended, client.clone());
                scope.spawn(move || {
                    while !ended.load(Ordering::Relaxed) && client.try_post("/v1/invitations", &json!({})).is_some() {}
                });
            }
            let pid = both[victim].0.pid().to_string();
            for _ in 0..10 {
                both[1 - victim].1.post("/v1/invitations", &json!({})).expect(201);
            }
            let killed = std::process::Command::new("kill").args(["-KILL", &pid]).status().expect("kill runs");
            assert!(killed.success());
            both[1 - victim].1.post("/v1/invitations", &json!({})).expect(201);
            ended.store(true, Ordering::Relaxed);
        });
        let (node, client) = &mut both[victim];
        node.kill();
        *client = client.at(node.serve_api());
    }
    for (node, client) in &both {
        is_whole(node);
        assert_eq!(client.get("/readyz").text(), "ready\n");
    }
}

#[test]
fn relations_of_0_1_0_get_their_checkpoint_and_going_back_to_them_is_set_back() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (mut node, client) = company(directory.path(), &postgres);
    let made = client.post("/v1/invitations", &json!({})).expect(201);
    for _ in 0..40 {
        client.post("/v1/invitations", &json!({})).expect(201);
    }
    node.stop();
    let as_it_was = "DELETE FROM regie_rows WHERE tab < 0; DROP TABLE regie_turns;
        CREATE TABLE regie_turn (one BIGINT PRIMARY KEY); INSERT INTO regie_turn (one) VALUES (1);
        UPDATE regie_meta SET value = '\\x00000001' WHERE name = 'format'";
    postgres.ask(as_it_was);
    // Whoever saw a checkpoint does not take a database without one.
    assert!(node.bad(&["supplier", "run"], 1).contains("set back"));
    // A home of 0.1.0 has no such file.
    std::fs::remove_file(node.home.join("checkpoint")).expect("removed");
    let client = client.at(node.serve_api());
    is_whole(&node);
    assert_eq!(postgres.ask("SELECT to_regclass('regie_turn') IS NULL"), "t", "companions of before find no lock");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.ask(&pairing(made["link"].as_str().expect("a link")));
    assert_eq!(store(&node)["fine"], json!(true));
    let before = Copied::rows(&postgres, "api_keys");
    let keys = node.ask(&companion::KeyList {});
    node.ask(&companion::KeyRevoke { key: word(keys[0]["id"].as_str().expect("an id")) });
    before.put_back();
    client.get("/v1/relationships").problem(401, "unauthorized");
}
