//! A database that restarts, is killed or is away for a while: companions wait for it, say so, and nothing is lost or done twice.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use regie_protocol::Invitation;
use regie_tests::{
    Node,
    api::Client,
    free_port, inviting, pairing,
    postgres::{Ending, Postgres},
    until, word,
};
use serde_json::{Value, json};

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A companion with its API and, at a port of its own, what it says of its health.
fn company(node: &mut Node, patience: u32) -> (Client, Client) {
    let port = free_port();
    let config = node.home.join("config.toml");
    let words = std::fs::read_to_string(&config).expect("a configuration");
    let set = format!("health = \"{port}\"\ndatabase_patience_seconds = {patience}\n{words}");
    std::fs::write(&config, set).expect("written");
    let api = node.serve_api();
    let health = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    (Client::new(api, &node.api_key(false)), Client::new(health, ""))
}

fn first(directory: &std::path::Path, url: &str) -> Node {
    let node = Node::at(directory.join("first"));
    node.good(&["supplier", "init", "--name", "Shop", "--sector", "retail", "--listen", ANY, "--store", url]);
    node
}

fn second(directory: &std::path::Path, url: &str) -> Node {
    let node = Node::at(directory.join("second"));
    node.good(&["supplier", "join", "--store", url, "--listen", ANY]);
    node
}

/// Ends the load, also where the test fails in the midst of it.
struct Load<'a>(&'a AtomicBool);

impl Drop for Load<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// All of a list, by its cursor.
fn all(client: &Client, path: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}?limit=200{cursor}")).expect(200);
        let entries = page["data"].as_array().expect("a list");
        found.extend(entries.iter().cloned());
        // Events have a cursor for what is still to come, too.
        let Some(next) = page["next"].as_str().filter(|_| entries.len() == 200) else { return found };
        cursor = format!("&cursor={next}");
    }
}

/// Reads on from its cursor, as a system of the company does, until the load has ended; the ids in the order in which they came.
fn follow(client: &Client, ended: &AtomicBool) -> Vec<Value> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    while !ended.load(Ordering::Relaxed) {
        let answer = client.get(&format!("/v1/events?limit=7{cursor}"));
        if answer.status() == 503 {
            continue;
        }
        let page = answer.expect(200);
        ids.extend(page["data"].as_array().expect("a list").iter().map(|event| event["id"].clone()));
        if let Some(next) = page["next"].as_str() {
            cursor = format!("&cursor={next}");
        }
    }
    ids
}

/// Posts until it is taken, always under one key: so it is done once, however often the database goes away in the midst of it.
fn post(client: &Client, path: &str, body: &Value, once: &str) -> Value {
    let mut made = None;
    until("the call is taken", || {
        let answer = client.post_once(path, body, once);
        match answer.status() {
            201 => made = Some(answer.expect(201)),
            _ => {
                answer.problem(503, "unavailable");
                assert!(answer.header("retry-after").is_some(), "it says when to come again");
            }
        }
        made.is_some()
    });
    made.expect("it was taken")
}

fn asked(relationship: &str) -> Value {
    json!({
        "relationship": relationship, "fields": ["name.full"], "purpose": "DeliveryOfGoods",
        "reason": "to bring the parcel", "access": "read", "days": 30, "retention_days": 30,
    })
}

/// Two companions with persons on this database, under load from two systems and read by two, while `disturb` does something to the
/// database and, by what it is given, waits for work to go on. Nobody ends; nothing is lost, doubled, or missed by a reader. `ask` asks the
/// database.
pub fn holds_under_load(url: &str, ask: impl Fn(&str) -> String, disturb: impl FnOnce(&dyn Fn())) {
    let directory = tempfile::tempdir().expect("a directory");
    let mut first = first(directory.path(), url);
    let (one, _) = company(&mut first, 10);
    let mut second = second(directory.path(), url);
    let (two, _) = company(&mut second, 10);
    let _people = people(directory.path(), &[&one, &two]);
    let relationships: Vec<String> =
        all(&one, "/v1/relationships").iter().map(|relationship| text(&relationship["id"])).collect();
    assert_eq!(relationships.len(), 4);

    let (ended, made) = (AtomicBool::new(false), AtomicUsize::new(0));
    let followed = std::thread::scope(|scope| {
        let readers = [&one, &two].map(|client| {
            let ended = &ended;
            scope.spawn(move || follow(client, ended))
        });
        for (which, client) in [&one, &two].into_iter().enumerate() {
            let (ended, made, relationships) = (&ended, &made, &relationships);
            scope.spawn(move || work(which, client, relationships, (ended, made)));
        }
        let load = Load(&ended);
        let goes_on = || {
            let before = made.load(Ordering::Relaxed);
            until("work goes on", || made.load(Ordering::Relaxed) >= before + 2);
        };
        goes_on();
        disturb(&goes_on);
        drop(load);
        readers.map(|reader| reader.join().expect("it reads to the end"))
    });
    assert!(first.runs() && second.runs(), "nobody ended");

    let requests = all(&one, "/v1/requests");
    assert_eq!(requests.len(), made.load(Ordering::Relaxed), "each call made one request");
    // What went out at the wrong moment is sent again half a minute later, and its answer perhaps once more.
    for _ in 0..2 {
        let answered = || all(&two, "/v1/requests").iter().all(|request| request["state"] == "answered");
        let begun = std::time::Instant::now();
        while !answered() && begun.elapsed() < std::time::Duration::from_secs(50) {
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    }
    until("everybody answered", || all(&two, "/v1/requests").iter().all(|request| request["state"] == "answered"));
    let events = all(&one, "/v1/events");
    assert_eq!(events, all(&two, "/v1/events"), "both read the same");
    for followed in followed {
        let (known, all): (Vec<_>, Vec<_>) =
            (followed.iter().collect(), events.iter().map(|event| &event["id"]).collect());
        assert_eq!(known[..], all[..known.len()], "who read on from a cursor all the time missed none, in their order");
    }
    let ids: BTreeSet<String> = events.iter().map(|event| text(&event["id"])).collect();
    assert_eq!(ids.len(), events.len());
    let disclosures = all(&one, "/v1/disclosures");
    let received = events.iter().filter(|event| event["type"] == "disclosure.received").count();
    assert_eq!((received, disclosures.len()), (requests.len(), requests.len()), "each answer came once");
    let gaps = "SELECT count(*) FROM (SELECT max(num) - min(num) + 1 - count(*) AS gap FROM regie_rows
                WHERE kind = 0 AND tab IN (15, 17, 21) GROUP BY tab, grp) AS gaps WHERE gap <> 0";
    assert_eq!(ask(gaps), "0", "numbers without a gap, whatever was undone");
    // A start looks at all rows: the sum of what every turn said of them, and each number of a row, is what stands there.
    first.stop();
    first.serve_api();
    let store = || first.ask(&regie::person::verbs::Status {})["shared_store"].clone();
    until("the whole was looked at", || !store()["looked"].is_null());
    assert_eq!(store()["fine"], json!(true), "{}", store());
}

/// Four persons, two by each companion.
fn people(directory: &std::path::Path, clients: &[&Client]) -> Vec<Node> {
    let person = |number: usize| {
        let mut node = Node::person(directory.join(format!("p{number}")), "balanced");
        node.start();
        node.set("name.full", &format!("The person {number}"));
        let client = clients[number % clients.len()];
        node.ask(&pairing(&text(&client.post("/v1/invitations", &json!({})).expect(201)["link"])));
        node
    };
    (0..4).map(person).collect()
}

/// A system of the company: invites, and asks somebody every now and then, until the load ends.
fn work(which: usize, client: &Client, relationships: &[String], (ended, made): (&AtomicBool, &AtomicUsize)) {
    for round in 0_usize.. {
        if ended.load(Ordering::Relaxed) {
            return;
        }
        post(client, "/v1/invitations", &json!({}), &format!("invitation {which} {round}"));
        // Few enough that none of them is refused for waiting beside too many.
        if round.is_multiple_of(8) {
            let relationship = &relationships[(which + round / 8) % relationships.len()];
            post(client, "/v1/requests", &asked(relationship), &format!("request {which} {round}"));
            made.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[test]
fn a_database_that_restarts_under_load_ends_nobody_and_nothing_is_lost_or_doubled() {
    let Some(postgres) = Postgres::start() else { return };
    let (url, postgres) = (postgres.url(), std::cell::RefCell::new(postgres));
    holds_under_load(
        &url,
        |sql| postgres.borrow().ask(sql),
        |goes_on| {
            for how in [Ending::Fast, Ending::Immediate, Ending::Killed, Ending::Killed, Ending::Immediate] {
                postgres.borrow_mut().end(how);
                postgres.borrow_mut().begin_again();
                goes_on();
            }
        },
    );
}

#[test]
fn who_is_asked_while_the_database_is_away_says_so_and_goes_on_when_it_is_back() {
    let Some(mut postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let mut node = first(directory.path(), &postgres.url());
    let (client, health) = company(&mut node, 1);
    assert_eq!(health.get("/readyz").text(), "ready\n");
    assert_eq!(health.get("/healthz").text(), "ok\n");
    assert!(health.get("/metrics").text().contains("regie_supplier_relationships"));
    health.get("/v1/relationships").problem(404, "not_found");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    let link = text(&client.post("/v1/invitations", &json!({})).expect(201)["link"]);

    postgres.end(Ending::Fast);
    until("it is not ready", || health.get("/readyz").status() == 503);
    let words = health.get("/readyz").text();
    assert!(words.contains("database away since"), "{words}");
    assert_eq!(health.get("/healthz").text(), "ok\n", "it lives");
    let refused = client.post("/v1/invitations", &json!({}));
    refused.problem(503, "unavailable");
    assert!(refused.header("retry-after").is_some());
    assert!(node.runs());
    // A person who comes meanwhile is not answered, and comes again.
    let waits = std::thread::scope(|scope| {
        let pairing = scope.spawn(|| person.try_ask(&pairing(&link)));
        std::thread::sleep(std::time::Duration::from_millis(500));
        postgres.begin_again();
        pairing.join().expect("it ends")
    });
    until("it is ready", || health.get("/readyz").text() == "ready\n");
    if waits.is_err() {
        until("the person comes again", || person.try_ask(&pairing(&link)).is_ok());
    }
    assert_eq!(all(&client, "/v1/relationships").len(), 1);

    // It is stopped as ever while there is no database.
    postgres.end(Ending::Immediate);
    until("it is not ready", || health.get("/readyz").status() == 503);
    node.stop();
    // And does not begin without one.
    let words = node.bad(&["supplier", "run"], 1);
    assert!(words.contains("PostgreSQL"), "{words}");
    postgres.begin_again();
    node.serve_api();
}

#[test]
fn addresses_of_companions_that_live_stay_in_the_profile() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let mut first = first(directory.path(), &postgres.url());
    first.serve_api();
    let addresses = |node: &Node| -> BTreeSet<String> {
        let link = text(&node.ask(&inviting(false))["link"]);
        word::<Invitation>(&link).addresses.into_iter().collect()
    };
    let own = addresses(&first);
    assert_eq!(own.len(), 1);
    let mut second = second(directory.path(), &postgres.url());
    for _ in 0..9 {
        second.serve_api();
        second.kill();
    }
    second.serve_api();
    let all = addresses(&second);
    assert_eq!(all.len(), 2, "one place a companion, however often it started: {all:?}");
    assert!(all.is_superset(&own), "{all:?}");
}

#[test]
fn a_process_of_before_goes_on_beside_a_later_version_and_does_not_start_on_it() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let mut node = first(directory.path(), &postgres.url());
    let (client, _) = company(&mut node, 10);
    client.post("/v1/invitations", &json!({})).expect(201);
    // A later version began on the database: its tables have a higher number.
    postgres.ask("UPDATE regie_meta SET value = '\\x000000ff' WHERE name = 'tables'");
    client.post("/v1/invitations", &json!({})).expect(201);
    node.stop();
    let words = node.bad(&["supplier", "run"], 1);
    assert!(words.contains("version 255") && words.contains("newer regie"), "{words}");
    postgres.ask("UPDATE regie_meta SET value = '\\x00000002' WHERE name = 'tables'");
    node.serve_api();
}
