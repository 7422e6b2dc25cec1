//! A company's own references and metadata, from an invitation to an export, and lists that are searched by them: by real processes,
//! and kept in step with the table of a CRM.

use std::process::Command as Process;

use regie::person::verbs;
use regie_tests::{
    Node,
    api::{self, Client},
    faketime, files, pairing, under_clock, until,
};
use serde_json::{Value, json};

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

fn company(directory: &std::path::Path) -> (Node, Client) {
    api::company(module_path!(), directory.join("supplier"), "Shop")
}

/// A person who came by this invitation.
fn person(directory: &std::path::Path, name: &str, invitation: &Value) -> Node {
    let mut node = Node::person(directory.join(name), "balanced");
    node.start();
    node.ask(&pairing(invitation["link"].as_str().expect("a link")));
    node
}

fn asked(relationship: &Value, fields: &[&str], reference: &str) -> Value {
    json!({
        "relationship": relationship, "fields": fields, "purpose": "DeliveryOfGoods", "reason": "to bring the parcel",
        "access": "subscribe", "days": 30, "retention_days": 30, "reference": reference, "metadata": {"order": reference},
    })
}

fn all(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).expect(200)["data"].as_array().expect("a list").clone()
}

fn ids(found: &[Value]) -> Vec<&str> {
    found.iter().map(|one| one["id"].as_str().expect("an id")).collect()
}

fn id(one: &Value) -> &str {
    one["id"].as_str().expect("an id")
}

#[test]
fn a_reference_goes_from_the_invitation_to_events_and_exports_and_never_to_the_person() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut supplier, client) = company(directory.path());
    let words = json!({ "reference": "CRM-4711", "metadata": {"campaign": "spring-4711"} });
    let invitation = client.post("/v1/invitations", &words).expect(201);
    assert_eq!((&invitation["reference"], &invitation["state"]), (&json!("CRM-4711"), &json!("open")));
    let mut anna = person(directory.path(), "anna", &invitation);
    anna.set("name.full", "Anna Bakker");
    let relationship = all(&client, "/v1/relationships?reference=CRM-4711").remove(0);
    assert_eq!(relationship["invitation"], invitation["id"]);
    assert_eq!(relationship["metadata"], json!({"campaign": "spring-4711"}));
    assert_eq!(client.get(&format!("/v1/invitations/{}", id(&invitation))).expect(200)["state"], "used");

    let request = client.post("/v1/requests", &asked(&relationship["id"], &["name.full"], "order-0815")).expect(201);
    assert_eq!((&request["reference"], &request["metadata"]["order"]), (&json!("order-0815"), &json!("order-0815")));
    until("a disclosure", || !all(&client, "/v1/disclosures").is_empty());
    let events = all(&client, "/v1/events");
    let data = |kind: &str| events.iter().find(|event| event["type"] == kind).expect(kind)["data"].clone();
    let created = data("relationship.created");
    assert_eq!((&created["reference"], &created["invitation"]), (&json!("CRM-4711"), &invitation["id"]));
    for kind in ["request.created", "request.answered", "disclosure.received"] {
        let data = data(kind);
        assert_eq!(
            (&data["reference"], &data["metadata"]["order"]),
            (&json!("order-0815"), &json!("order-0815")),
            "{kind}"
        );
        assert_eq!(data["relationship_reference"], "CRM-4711", "{kind}");
    }
    let kinds = all(&client, "/v1/events?type=request.created,disclosure.received");
    assert_eq!(kinds.len(), 2);
    client.get("/v1/events?type=request.maybe").problem(422, "bad_argument");

    // Called otherwise since, it is found by the new name and not by the old one.
    let path = format!("/v1/requests/{}", id(&request));
    let changed =
        client.patch(&path, &json!({ "reference": "order-0816", "metadata": {"order": null, "van": "7"} })).expect(200);
    assert_eq!(changed["metadata"], json!({"van": "7"}));
    assert_eq!(ids(&all(&client, "/v1/requests?reference=order-0816")), [id(&request)]);
    assert!(all(&client, "/v1/requests?reference=order-0815").is_empty());
    client.patch(&path, &json!({ "reference": "order-0815" })).expect(200);
    client.patch(&path, &json!({ "reference": "order-0815" })).expect(200);
    assert_eq!(ids(&all(&client, "/v1/requests?reference=order-0815")), [id(&request)], "once, and not thrice");
    let updates = all(&client, "/v1/events?type=request.updated");
    assert_eq!(updates.len(), 2, "one that changes nothing tells nothing");
    assert_eq!(updates[1]["data"]["reference"], "order-0815");
    assert_eq!(events[0], all(&client, "/v1/events")[0], "an event says the same however often it is read");
    for wrong in [json!({}), json!({ "reference": "" }), json!({ "metadata": {"a": 1} }), json!({ "name": "x" })] {
        client.patch(&path, &wrong).problem(422, "bad_argument");
    }
    client.with_key(&supplier.api_key(true)).patch(&path, &json!({ "reference": "x" })).problem(404, "not_found");

    // In the tables for other systems.
    for (table, columns) in [
        ("relationships", &["CRM-4711", "\"{\"\"campaign\"\":\"\"spring-4711\"\"}\"", id(&invitation)][..]),
        ("values", &["CRM-4711"]),
        ("disclosures", &["CRM-4711", "order-0815"]),
    ] {
        let text = client.get(&format!("/v1/exports/{table}.csv")).text();
        let row = text.lines().nth(1).expect("a row");
        assert!(columns.iter().all(|cell| row.contains(cell)), "{table}: {row}");
    }

    // The person's node was never told any of it, nor does the company's file say it in the clear.
    let requests = anna.ask(&verbs::Requests {});
    let log = anna.ask(&verbs::AuditPage { supplier: None, kind: None, before: None, limit: 50 });
    let told = format!("{requests}{log}{}", anna.good(&["--json", "overview"]));
    anna.stop();
    supplier.kill();
    for word in ["4711", "0815", "0816"] {
        assert!(!told.contains(word), "{told}");
        for file in files(directory.path()) {
            let bytes = std::fs::read(&file).unwrap_or_default();
            assert!(
                !bytes.windows(word.len() + 4).any(|part| part == format!("CRM-{word}").as_bytes()),
                "{}",
                file.display()
            );
        }
    }
}

#[test]
fn lists_are_searched_by_state_field_time_and_order_page_by_page() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_supplier, client) = company(directory.path());
    let public = client.post("/v1/invitations", &json!({ "public": true, "reference": "shop window" })).expect(201);
    let persons: Vec<Node> =
        ["anna", "bob", "cor"].iter().map(|name| person(directory.path(), name, &public)).collect();
    let relationships = all(&client, "/v1/relationships");
    assert!(relationships.iter().all(|one| one["reference"].is_null() && one["invitation"] == public["id"]));
    persons[1].set("name.full", "Bob");
    // Who each of them is, only the company's own word says.
    let mut requests = Vec::new();
    for (number, relationship) in relationships.iter().enumerate() {
        for field in ["name.full", "birthDate"] {
            let body = asked(&relationship["id"], &[field], &format!("order {number}"));
            requests.push(client.post("/v1/requests", &body).expect(201));
        }
    }
    until("all are decided", || all(&client, "/v1/requests?state=queued").is_empty());
    let waiting = all(&client, "/v1/requests?state=waiting&limit=200");
    let answered = all(&client, "/v1/requests?state=answered");
    assert_eq!((waiting.len(), answered.len()), (3, 3));
    assert!(waiting.iter().all(|one| one["waiting"] == json!(["birthDate"])));
    let made: Vec<&str> = requests.iter().map(id).collect();
    // Both ways, in small pages, with a filter or not: everything once.
    for (query, expected) in [
        ("order=newest", made.iter().rev().copied().collect::<Vec<_>>()),
        ("order=oldest", made.clone()),
        ("state=waiting&order=newest", made.iter().rev().step_by(2).copied().collect()),
        ("created_since=2020-01-01T00:00:00Z&state=answered", made.iter().step_by(2).copied().collect()),
        ("created_since=2999-01-01T00:00:00Z", Vec::new()),
        ("created_since=2999-01-01T00:00:00Z&order=newest", Vec::new()),
    ] {
        for limit in [1, 2, 5, 200] {
            let (mut seen, mut path) = (Vec::new(), format!("/v1/requests?{query}&limit={limit}"));
            loop {
                let page = client.get(&path).expect(200);
                seen.extend(page["data"].as_array().expect("a list").iter().map(|one| id(one).to_owned()));
                let Some(next) = page["next"].as_str() else { break };
                path = format!("/v1/requests?{query}&limit={limit}&cursor={next}");
            }
            assert_eq!(seen, expected, "{query}, {limit} a page");
        }
    }
    // From the fourth one's own moment on.
    let since = requests[3]["created_at"].as_str().expect("a time");
    let later = all(&client, &format!("/v1/requests?created_since={since}"));
    assert!(later.len() >= 3 && ids(&later).ends_with(&made[3..]), "{later:?}");
    let bob = all(&client, "/v1/relationships?held=name.full");
    assert_eq!(bob.len(), 1);
    assert_eq!(all(&client, "/v1/relationships?held=birthDate").len(), 0);
    assert_eq!(all(&client, &format!("/v1/requests?relationship={}&state=answered", id(&bob[0]))).len(), 1);
    assert_eq!(all(&client, "/v1/invitations?state=open").len(), 1);
    assert!(all(&client, "/v1/invitations?state=used").is_empty());

    // What happened since: each once on a page, and a cursor that goes on.
    let page = client.get("/v1/requests?updated_since=2026-01-01T00:00:00Z&limit=200");
    page.problem(422, "bad_argument");
    let since = since_now(&client);
    client.patch(&format!("/v1/requests/{}", made[4]), &json!({ "metadata": {"a": "1"} })).expect(200);
    client.patch(&format!("/v1/requests/{}", made[1]), &json!({ "metadata": {"a": "1"} })).expect(200);
    client.patch(&format!("/v1/requests/{}", made[4]), &json!({ "metadata": {"a": "2"} })).expect(200);
    let page = client.get(&format!("/v1/requests?updated_since={since}")).expect(200);
    assert!(ids(page["data"].as_array().expect("a list")).ends_with(&[made[4], made[1]]), "{page}");
    let next = page["next"].as_str().expect("a cursor, always");
    let path = format!("/v1/requests?updated_since={since}&cursor={next}");
    assert_eq!(all(&client, &path), [] as [Value; 0]);
    client.patch(&format!("/v1/requests/{}", made[0]), &json!({ "metadata": {"a": "1"} })).expect(200);
    assert_eq!(ids(&all(&client, &path)), [made[0]]);

    for wrong in
        ["state=lost", "order=up", "created_since=yesterday", "reference=x&order=newest", "colour=red", "limit=0"]
    {
        let answer = client.get(&format!("/v1/requests?{wrong}"));
        answer.problem(422, "bad_argument");
        assert!(!answer.text().contains("unknown field"), "{}", answer.text());
    }
    client.get("/v1/relationships?held=shoe.size").problem(422, "bad_argument");
}

/// A moment before all that comes.
fn since_now(client: &Client) -> String {
    let last = all(client, "/v1/events?limit=200").pop().expect("an event");
    last["timestamp"].as_str().expect("a time").to_owned()
}

#[test]
fn a_crm_is_in_step_after_a_full_sync_and_after_what_happened_since() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut supplier, client) = company(directory.path());
    let crm = directory.path().join("crm.sqlite");
    let table = "CREATE TABLE customers (number TEXT PRIMARY KEY, relationship TEXT UNIQUE, name TEXT, postcode TEXT)";
    let rows = "INSERT INTO customers (number, name, postcode) VALUES ('1', 'A. Baker', '1012'), ('2', 'Bob', NULL)";
    sql(&crm, &format!("{table}; {rows}"));
    let sync = |client: &Client| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crm_sync.py");
        let mut process = Process::new("python3");
        let address = format!("http://{}", client.address);
        let done = process.arg(script).args([&address, client.key()]).arg(&crm).output().expect("python3");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        sql(&crm, "SELECT number, name, postcode FROM customers WHERE relationship IS NOT NULL ORDER BY number")
    };
    // Both are asked by the list that the CRM gives; a third comes by the shop window.
    let list = json!({ "name": "all", "csv": "no,name\n1,A. Baker\n2,Bob\n", "mapping": {"no": "reference", "name": "name.full"} });
    let list = client.post("/v1/customer-lists", &list).expect(201);
    let path = format!("/v1/customer-lists/{}", id(&list));
    until("both are invited", || client.get(&path).expect(200)["invited"] == 2);
    let mailing = client.get(&format!("{path}/invitations.csv")).text();
    let link = |row: usize| {
        let line = mailing.lines().nth(row).expect("a row");
        json!({ "link": line.split(',').nth(1).expect("a link") })
    };
    let window = client.post("/v1/invitations", &json!({ "public": true })).expect(201);
    let persons: Vec<Node> = [("anna", link(1)), ("bob", link(2)), ("cor", window)]
        .iter()
        .map(|(name, invitation)| person(directory.path(), name, invitation))
        .collect();
    for (node, name) in persons.iter().zip(["Anna Bakker", "Bob Smit", "Cor"]) {
        node.set("name.full", name);
        node.set("address.postalCode", "1012 AB");
    }
    for relationship in all(&client, "/v1/relationships") {
        client
            .post("/v1/requests", &asked(&relationship["id"], &["name.full", "address.postalCode"], "sync"))
            .expect(201);
    }
    until("all have answered", || all(&client, "/v1/requests?state=answered").len() == 3);
    let first = sync(&client);
    assert!(first.starts_with("1|Anna Bakker|1012 AB\n2|Bob Smit|1012 AB\nnew-"), "{first}");
    assert_eq!(first.lines().count(), 3);
    let mailing = client.get(&format!("{path}/invitations.csv")).text();
    let anna = all(&client, "/v1/relationships?reference=1").remove(0);
    assert!(mailing.lines().nth(1).expect("a row").ends_with(id(&anna)), "the list knows who came: {mailing}");

    // One moves, one withdraws; the next run reads just that, also from a companion that was killed.
    persons[0].set("address.postalCode", "3511 AA");
    persons[1].good(&["revoke", "--all", "Shop"]);
    until("the company knows", || {
        let known = all(&client, "/v1/relationships?held=name.full");
        let moved = client.get(&format!("/v1/relationships/{}/values", id(&anna))).text();
        known.len() == 2 && moved.contains("3511 AA")
    });
    supplier.kill();
    let client = client.at(supplier.serve_api());
    let second = sync(&client);
    assert!(second.starts_with("1|Anna Bakker|3511 AA\n2||\nnew-"), "{second}");
    assert_eq!(sync(&client), second, "nothing new changes nothing");
}

fn sql(file: &std::path::Path, script: &str) -> String {
    let program = "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\nfor one in sys.argv[2].split(';'):\n    for row in db.execute(one):\n        print('|'.join('' if cell is None else str(cell) for cell in row))\ndb.commit()";
    let done = Process::new("python3").args(["-c", program]).arg(file).arg(script).output().expect("python3");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("text")
}

#[test]
fn who_was_away_longer_than_events_are_kept_is_told_so() {
    let Some(library) = faketime() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let mut supplier = Node::supplier_for(module_path!(), directory.path().join("supplier"), "Shop", ANY);
    let at = supplier.serve_api();
    let client = Client::new(at, &supplier.api_key(false));
    let window = client.post("/v1/invitations", &json!({ "public": true, "days": 366 })).expect(201);
    let _anna = person(directory.path(), "anna", &window);
    until("she came", || !all(&client, "/v1/relationships").is_empty());
    let since = since_now(&client);
    let page = client.get(&format!("/v1/relationships?updated_since={since}")).expect(200);
    let cursor = client.get("/v1/events").expect(200)["next"].as_str().expect("a cursor").to_owned();
    let updated = page["next"].as_str().expect("a cursor").to_owned();
    let relationship = all(&client, "/v1/relationships").remove(0);
    for number in 0..3 {
        client
            .patch(&format!("/v1/relationships/{}", id(&relationship)), &json!({ "reference": number.to_string() }))
            .expect(200);
    }
    supplier.kill();
    let clock = directory.path().join("clock");
    std::fs::write(&clock, "+40d").expect("written");
    let at = supplier.serve_api_with(|process| {
        under_clock(process, &library, &clock);
    });
    let client = client.at(at);
    // A clock that jumps is not believed before somebody says so; then old ones are removed, but never the newest.
    supplier.ask(&verbs::Clock { accept: Some(true) });
    until("old events are gone", || all(&client, "/v1/events").len() == 1);
    client.get(&format!("/v1/events?cursor={cursor}")).problem(410, "cursor_expired");
    let path = format!("/v1/relationships?updated_since={since}");
    client.get(&format!("{path}&cursor={updated}")).problem(410, "cursor_expired");
    client.get(&path).problem(422, "bad_argument");
    let newest = client.get("/v1/events").expect(200)["next"].as_str().expect("a cursor").to_owned();
    assert_eq!(all(&client, &format!("/v1/events?cursor={newest}")), [] as [Value; 0]);
}
