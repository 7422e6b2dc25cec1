//! Keys with scopes, times and networks; who saw which values; four eyes: over real sockets, with attacks by name.

use std::net::SocketAddr;

use regie::supplier::verbs as companion;
use regie_tests::{Node, api::Client, http::send, pairing, until};
use serde_json::{Value, json};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const SCOPES: [&str; 6] = ["read", "ask", "erase", "webhooks", "approve", "admin"];

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// A companion with these lines in its configuration, where its API is, and a client with everything.
fn company(directory: &std::path::Path, more: &str) -> (Node, Client) {
    let mut supplier = Node::supplier(directory.join("supplier"), "Shop", "/ip4/127.0.0.1/tcp/0");
    let config = supplier.home.join("config.toml");
    let before = std::fs::read_to_string(&config).expect("read");
    std::fs::write(&config, format!("{more}\n{before}")).expect("written");
    let address = supplier.serve_api();
    let key = supplier.api_key(false);
    (supplier, Client::new(address, &key))
}

/// A client with a key of the owner's making.
fn with(supplier: &Node, client: &Client, scopes: &[&str]) -> (String, Client) {
    let asked = json!({ "name": "a test", "test": false, "scopes": scopes });
    let wanted: companion::KeyCreate = serde_json::from_value(asked).expect("a key");
    let made = supplier.ask(&wanted);
    (text(&made["id"]), client.with_key(made["key"].as_str().expect("a key")))
}

fn person(directory: &std::path::Path, name: &str, client: &Client) -> Node {
    let mut node = Node::person(directory.join(name), "balanced");
    node.start();
    let invitation = client.post("/v1/invitations", &json!({})).expect(201);
    node.ask(&pairing(invitation["link"].as_str().expect("a link")));
    node
}

/// A person of whom the name is held, and the id of the relationship.
fn held(directory: &std::path::Path, client: &Client) -> (Node, String) {
    let node = person(directory, "person", client);
    node.set("name.full", "Anna Bakker");
    let relationship = text(&client.get("/v1/relationships").expect(200)["data"][0]["id"]);
    let request = json!({
        "relationship": relationship, "fields": ["name.full"], "purpose": "DeliveryOfGoods", "reason": "for the parcel",
    });
    client.post("/v1/requests", &request).expect(201);
    until("the name is held", || {
        client.get(&format!("/v1/relationships/{relationship}")).expect(200)["held"] == json!(["name.full"])
    });
    (node, relationship)
}

fn call(to: SocketAddr, method: &str, path: &str, key: &str, more: &[(&str, &str)]) -> (u16, String) {
    let bearer = format!("Bearer {key}");
    let mut headers = vec![("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    headers.extend(more);
    let answer = send(to, method, path, &headers, if method == "GET" { "" } else { "{}" });
    (answer.status, answer.body)
}

#[test]
fn every_call_names_its_scope_and_refuses_each_key_without_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let (supplier, client) = company(directory.path(), "");
    let document = client.get("/v1/openapi.json").expect(200);
    let mut keys = Vec::new();
    for without in SCOPES {
        let scopes: Vec<&str> = SCOPES.into_iter().filter(|scope| *scope != without).collect();
        keys.push((without, with(&supplier, &client, &scopes).1));
    }
    let mut seen = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("calls") {
            let needs = operation["security"][0]["key"].as_array().expect("a scope");
            assert_eq!((needs.len(), operation["security"].as_array().map(Vec::len)), (1, Some(1)), "{method} {path}");
            let needs = needs[0].as_str().expect("a scope");
            seen.insert(needs.to_owned());
            // Ids of the right form: another is not found, whoever asks.
            let id = if path.starts_with("/v1/webhooks") { "whk_aaaaaaaaaaaaaaaa" } else { "rel_x" };
            let real = path.replace("{id}", id).replace("{file}", "values.csv").replace("{event}", "evt_aaaaaaaaaaaaa");
            for (without, key) in &keys {
                // What is streamed has no end to wait for.
                if path == "/v1/events/stream" && needs != *without {
                    continue;
                }
                let (status, body) = call(client.address, &method.to_uppercase(), &real, key.key(), &[]);
                let refused = status == 403 && body.contains("scope_missing");
                assert_eq!(refused, needs == *without, "{method} {path} without {without}: {status} {body}");
                assert!(!refused || body.contains(&format!("the scope {needs}")), "{body}");
            }
        }
    }
    assert_eq!(seen, SCOPES.map(str::to_owned).into(), "each scope is for something");
}

#[test]
fn a_key_gives_no_more_than_it_has_and_is_shown_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let (supplier, client) = company(directory.path(), "");
    let (_, admin) = with(&supplier, &client, &["read", "admin"]);
    let made = admin.post("/v1/keys", &json!({ "name": "crm", "scopes": ["read"] })).expect(201);
    let (id, reader) = (text(&made["id"]), client.with_key(made["key"].as_str().expect("a key")));
    reader.get("/v1/relationships").expect(200);
    reader.get("/v1/keys").problem(403, "scope_missing");
    let listed = admin.get("/v1/keys").expect(200);
    assert!(listed["data"].as_array().expect("keys").iter().all(|key| key.get("key").is_none()), "{listed}");
    let one = admin.get(&format!("/v1/keys/{id}")).expect(200);
    assert_eq!((&one["scopes"], one["last_used_at"].is_string()), (&json!(["read"]), true), "{one}");

    for (wider, code) in [
        (json!({ "name": "x", "scopes": ["read", "erase"] }), "scope_missing"),
        (json!({ "name": "x", "scopes": ["approve"] }), "scope_missing"),
    ] {
        admin.post("/v1/keys", &wider).problem(403, code);
    }
    for wrong in [
        json!({ "name": "x", "scopes": [] }),
        json!({ "name": "x", "scopes": ["root"] }),
        json!({ "name": "", "scopes": ["read"] }),
        json!({ "name": "x", "scopes": ["read"], "from": ["everywhere"] }),
        json!({ "name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z" }),
    ] {
        admin.post("/v1/keys", &wrong).problem(422, "bad_argument");
    }
    admin.post_once("/v1/keys", &json!({ "name": "x", "scopes": ["read"] }), "again").problem(422, "bad_argument");

    // As large as a key can be.
    let nets: Vec<String> =
        (0..16).map(|n| format!("2001:db8:aaaa:bbbb:cccc:dddd:eeee:{:x}/128", 0xff00 + n)).collect();
    let large =
        json!({ "name": "n".repeat(64), "scopes": ["read"], "expires_at": "2999-01-01T00:00:00Z", "from": nets });
    let large = admin.post("/v1/keys", &large).expect(201);
    assert_eq!(large["from"].as_array().map(Vec::len), Some(16));
    let more: Vec<String> = (0..17).map(|n| format!("192.0.2.{n}")).collect();
    let more = json!({ "name": "x", "scopes": ["read"], "from": more });
    admin.post("/v1/keys", &more).problem(422, "bad_argument");

    // A bounded key makes bounded keys alone.
    let bounded = json!({
        "name": "bounded", "scopes": ["admin"], "expires_at": "2999-01-01T00:00:00Z", "from": ["127.0.0.0/8"],
    });
    let bounded = client.with_key(admin.post("/v1/keys", &bounded).expect(201)["key"].as_str().expect("a key"));
    let of =
        |expires: &str, from: &str| json!({ "name": "x", "scopes": ["admin"], "expires_at": expires, "from": [from] });
    bounded.post("/v1/keys", &json!({ "name": "x", "scopes": ["admin"] })).problem(403, "key_too_wide");
    bounded.post("/v1/keys", &of("2999-01-02T00:00:00Z", "127.0.0.1")).problem(403, "key_too_wide");
    bounded.post("/v1/keys", &of("2998-01-01T00:00:00Z", "0.0.0.0/0")).problem(403, "key_too_wide");
    bounded.post("/v1/keys", &of("2998-01-01T00:00:00Z", "127.0.0.1")).expect(201);

    // A key of the other world neither sees nor ends it.
    let trial = client.with_key(&supplier.api_key(true));
    trial.delete(&format!("/v1/keys/{id}")).problem(404, "not_found");
    admin.delete(&format!("/v1/keys/{id}")).expect(200);
    reader.get("/v1/relationships").problem(401, "unauthorized");
}

#[test]
fn a_key_is_taken_from_its_networks_alone_and_a_proxy_speaks_only_where_it_is_trusted() {
    let directory = tempfile::tempdir().expect("a directory");
    let bounded = |node: &Node, from: &str| {
        let wanted = json!({ "name": "a test", "test": false, "from": [from] });
        let wanted: companion::KeyCreate = serde_json::from_value(wanted).expect("a key");
        text(&node.ask(&wanted)["key"])
    };
    let forged = [("X-Forwarded-For", "198.51.100.7")];
    let (plain, client) = company(&directory.path().join("plain"), "");
    let (here, there) = (bounded(&plain, "127.0.0.1/32"), bounded(&plain, "198.51.100.0/24"));
    let get = |to, key: &str, more: &[(&str, &str)]| call(to, "GET", "/v1/relationships", key, more);
    assert_eq!(get(client.address, &here, &[]).0, 200);
    assert_eq!(get(client.address, &here, &forged).0, 200, "nobody is a proxy here");
    let (status, body) = get(client.address, &there, &forged);
    assert!(status == 403 && body.contains("address_refused"), "{status} {body}");

    let (behind, client) = company(&directory.path().join("behind"), "trusted_proxies = [\"127.0.0.1/32\"]");
    let there = bounded(&behind, "198.51.100.0/24");
    assert_eq!(get(client.address, &there, &[]).0, 403);
    assert_eq!(get(client.address, &there, &forged).0, 200);
    let lied = [("X-Forwarded-For", "198.51.100.7, 203.0.113.9")];
    assert_eq!(get(client.address, &there, &lied).0, 403, "what a caller wrote itself is before the proxy's word");
}

#[test]
fn what_is_seen_of_a_person_is_noted_with_the_key_before_it_is_answered() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut supplier, client) = company(directory.path(), "");
    let (_person, relationship) = held(directory.path(), &client);
    let (id, reader) = with(&supplier, &client, &["read"]);
    let path = format!("/v1/readings?relationship={relationship}");
    assert_eq!(client.get(&path).expect(200)["data"], json!([]), "names of fields are no values");

    let seen = reader.get(&format!("/v1/relationships/{relationship}/values"));
    assert_eq!(seen.expect(200)["data"][0]["value"], "Anna Bakker");
    // Killed behind the answer: what was noted was on disk before it.
    supplier.kill();
    let client = client.at(supplier.serve_api());
    let reader = reader.at(client.address);
    let noted = client.get(&path).expect(200)["data"].clone();
    assert_eq!(noted.as_array().map(Vec::len), Some(1), "{noted}");
    let one = &noted[0];
    assert_eq!((&one["key"], &one["fields"]), (&json!(id), &json!(["name.full"])));
    assert_eq!(one["request"].as_str().map(str::to_owned), seen.header("x-request-id"));
    assert_eq!(one["by"], "/v1/relationships/{id}/values");

    reader.get("/v1/exports/values.csv").expect(200);
    reader.get("/v1/exports/relationships.csv").expect(200);
    reader.get("/v1/disclosures").expect(200);
    supplier.ask(&companion::People {});
    let by = |query: &str| {
        let page = client.get(&format!("/v1/readings?{query}")).expect(200);
        page["data"].as_array().expect("readings").iter().map(|one| text(&one["by"])).collect::<Vec<_>>()
    };
    let all = ["/v1/relationships/{id}/values", "/v1/exports/{file}", "/v1/disclosures", "regie supplier people"];
    assert_eq!(by(""), all);
    assert_eq!(by(&format!("key={id}")), all[..3]);
    assert_eq!(by("limit=2"), all[..2]);
    let next = text(&client.get("/v1/readings?limit=2").expect(200)["next"]);
    assert_eq!(by(&format!("limit=2&cursor={next}")), all[2..]);

    reader.get("/v1/readings").problem(403, "scope_missing");
    reader.get("/v1/exports/readings.csv").problem(403, "scope_missing");
    let table = client.get("/v1/exports/readings.csv").text();
    assert_eq!(table.lines().count(), 1 + all.len(), "{table}");
    assert!(!table.contains("Anna"), "who saw it, and not what");
}

#[test]
fn a_request_to_many_waits_for_another_who_is_not_the_same_one_in_disguise() {
    let directory = tempfile::tempdir().expect("a directory");
    let (supplier, client) = company(directory.path(), "approve_above = 0");
    let _person = person(directory.path(), "person", &client);
    let (asker_id, asker) = with(&supplier, &client, &SCOPES);
    let (_, other) = with(&supplier, &client, &["read", "approve"]);
    let (_, reader) = with(&supplier, &client, &["read"]);
    let what = json!({ "fields": ["name.full"], "purpose": "DeliveryOfGoods", "reason": "for the parcel" });
    let begin = || asker.post("/v1/bulk-requests", &what).expect(202);
    let stands = |bulk: &Value| client.get(&format!("/v1/bulk-requests/{}", text(&bulk["id"]))).expect(200);
    let answer = |by: &Client, bulk: &Value, says: &str| {
        by.post(&format!("/v1/approvals/{}/answer", text(&bulk["approval"])), &json!({ "answer": says }))
    };

    let bulk = begin();
    assert_eq!((&bulk["approval_state"], &bulk["finished"]), (&json!("pending"), &json!(false)));
    answer(&asker, &bulk, "approved").problem(403, "own_request");
    // The asker makes itself a second pair of eyes.
    let made = asker.post("/v1/keys", &json!({ "name": "disguise", "scopes": ["read", "approve"] })).expect(201);
    let disguise = client.with_key(made["key"].as_str().expect("a key"));
    answer(&disguise, &bulk, "approved").problem(403, "own_request");
    answer(&reader, &bulk, "approved").problem(403, "scope_missing");
    answer(&client.with_key(&supplier.api_key(true)), &bulk, "approved").problem(404, "not_found");
    assert_eq!(client.get("/v1/requests").expect(200)["data"], json!([]), "nothing was asked meanwhile");

    let agreed = answer(&other, &bulk, "approved").expect(200);
    assert_eq!((&agreed["state"], &agreed["asked_by"]), (&json!("used"), &json!(asker_id)));
    until("it goes on", || stands(&bulk)["finished"] == json!(true));
    assert_eq!(stands(&bulk)["made"], json!(1));
    answer(&other, &bulk, "refused").problem(409, "already_done");

    let refused = begin();
    answer(&other, &refused, "refused").expect(200);
    let after = stands(&refused);
    assert_eq!(
        (&after["finished"], &after["made"], &after["approval_state"]),
        (&json!(true), &json!(0), &json!("refused"))
    );
    answer(&other, &refused, "approved").problem(409, "already_done");
    let events = client.get("/v1/events").expect(200);
    let told = |kind: &str| events["data"].as_array().expect("events").iter().filter(|one| one["type"] == kind).count();
    assert_eq!((told("approval.asked"), told("approval.answered")), (2, 2), "{events}");
}

#[test]
fn an_export_is_had_once_by_whom_another_agreed_to() {
    let directory = tempfile::tempdir().expect("a directory");
    let (supplier, client) = company(directory.path(), "approve_exports = true");
    let (_, asker) = with(&supplier, &client, &["read"]);
    let (_, other) = with(&supplier, &client, &["read", "approve"]);
    asker.get("/v1/exports/values.csv").problem(403, "approval_needed");
    asker.post("/v1/approvals", &json!({ "export": "readings.csv" })).problem(403, "scope_missing");
    asker.post("/v1/approvals", &json!({ "export": "secrets.csv" })).problem(422, "bad_argument");
    let asked = asker.post("/v1/approvals", &json!({ "export": "values.csv" })).expect(201);
    let id = text(&asked["id"]);
    let table = |by: &Client, file: &str| by.get(&format!("/v1/exports/{file}?approval={id}"));
    table(&asker, "values.csv").problem(403, "approval_needed");
    other.post(&format!("/v1/approvals/{id}/answer"), &json!({ "answer": "approved" })).expect(200);
    table(&other, "values.csv").problem(403, "approval_needed");
    table(&asker, "disclosures.csv").problem(403, "approval_needed");
    table(&asker, "values.csv").expect(200);
    table(&asker, "values.csv").problem(403, "approval_needed");
    assert_eq!(client.get(&format!("/v1/approvals/{id}")).expect(200)["state"], "used");
}

#[test]
fn the_page_of_keys_does_what_its_key_may_and_no_more() {
    let directory = tempfile::tempdir().expect("a directory");
    let (supplier, client) = company(directory.path(), "approve_above = 0");
    let (_, admin) = with(&supplier, &client, &["read", "admin", "ask"]);
    let (_, other) = with(&supplier, &client, &["read", "approve"]);
    let to = client.address;
    let enter = |key: &str| {
        let entered = send(to, "POST", "/console", &[FORM], &format!("key={key}"));
        (entered.cookie().expect("a cookie"), entered.header("location").expect("a path").to_owned())
    };
    let page = |(cookie, at): &(String, String)| send(to, "GET", &format!("{at}/keys"), &[("Cookie", cookie)], "");
    let act = |(cookie, at): &(String, String), form: &str| {
        send(to, "POST", &format!("{at}/keys"), &[FORM, ("Cookie", cookie)], form)
    };
    let (chief, second) = (enter(admin.key()), enter(other.key()));
    let made = act(&chief, "do=key-create&name=crm&scope=read&from=127.0.0.1");
    assert_eq!(made.status, 200, "{}", made.body);
    let at = made.body.find("rk_live_").expect("the key is shown");
    let crm = client.with_key(&made.body[at..at + 60]);
    crm.get("/v1/relationships").expect(200);
    assert!(!page(&chief).body.contains("rk_live_") && page(&chief).body.contains("127.0.0.1/32"), "shown once");
    assert_eq!(act(&chief, "do=key-create&name=more&scope=erase").status, 422, "no more than it has");
    assert_eq!(act(&second, "do=key-create&name=more&scope=read").status, 422, "it makes none");
    assert!(!page(&second).body.contains("crm"), "nor sees any");

    let what = json!({ "fields": ["name.full"], "purpose": "DeliveryOfGoods", "reason": "for the parcel" });
    let _person = person(directory.path(), "person", &client);
    let bulk = admin.post("/v1/bulk-requests", &what).expect(202);
    let approval = text(&bulk["approval"]);
    assert_eq!(act(&chief, &format!("do=approved&approval={approval}")).status, 422);
    assert!(page(&second).body.contains(&approval));
    assert_eq!(act(&second, &format!("do=approved&approval={approval}")).status, 200);
    assert!(!page(&second).body.contains(&approval));
    let one = client.get(&format!("/v1/approvals/{approval}")).expect(200);
    assert_eq!(one["state"], "used");

    let id = text(
        &client.get("/v1/keys").expect(200)["data"]
            .as_array()
            .expect("keys")
            .iter()
            .find(|key| key["name"] == "crm")
            .expect("it")["id"],
    );
    assert_eq!(act(&chief, &format!("do=key-revoke&key={id}")).status, 200);
    crm.get("/v1/relationships").problem(401, "unauthorized");
}
