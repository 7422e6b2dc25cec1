//! The supplier's API over real sockets: a companion, persons, and a company's system that only speaks HTTP.

use regie::person::verbs;
use regie_tests::{
    Node,
    api::{self, Client},
    files,
    http::send,
    pairing, until,
};
use serde_json::{Value, json};

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

/// A companion with its API, and a client with a live key.
fn company(directory: &std::path::Path) -> (Node, Client) {
    api::company(module_path!(), directory.join("supplier"), "Shop")
}

/// A person who came by an invitation of the API.
fn person(directory: &std::path::Path, name: &str, client: &Client) -> Node {
    let mut node = Node::person(directory.join(name), "balanced");
    node.start();
    let invitation = client.post("/v1/invitations", &json!({})).expect(201);
    let link = invitation["link"].as_str().expect("a link").to_owned();
    node.ask(&pairing(&link));
    node
}

fn asked(relationship: &Value, fields: &[&str]) -> Value {
    json!({
        "relationship": relationship,
        "fields": fields,
        "purpose": "DeliveryOfGoods",
        "reason": "to bring the parcel",
        "access": "subscribe",
        "days": 30,
        "retention_days": 30,
    })
}

fn only(page: &Value) -> Value {
    assert_eq!(page["data"].as_array().expect("a list").len(), 1, "{page}");
    page["data"][0].clone()
}

#[test]
fn from_an_invitation_to_a_disclosure_and_its_erasure() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut supplier, client) = company(directory.path());
    let person = person(directory.path(), "person", &client);
    person.set("name.full", "Anna Bakker");
    let relationship = only(&client.get("/v1/relationships").expect(200));
    let id = &relationship["id"];

    let unknown = client.post("/v1/requests", &asked(id, &["name.full", "no.such"]));
    unknown.problem(422, "bad_argument");
    assert_eq!(unknown.expect(422)["errors"][0]["pointer"], "#/fields/1", "a field that nobody can have");
    let request = client.post("/v1/requests", &asked(id, &["name.full"])).expect(201);
    let path = format!("/v1/requests/{}", request["id"].as_str().expect("an id"));
    until("the request is answered", || client.get(&path).expect(200)["state"] == "answered");
    assert_eq!(client.get(&path).expect(200)["given"], json!(["name.full"]));

    let values = format!("/v1/relationships/{}/values", id.as_str().expect("an id"));
    let held = client.get(&values).expect(200);
    assert_eq!((&held["data"][0]["value"], &held["data"][0]["provenance"]), (&json!("Anna Bakker"), &json!("typed")));
    let disclosure = only(&client.get("/v1/disclosures").expect(200));
    assert_eq!(disclosure["request"], request["id"]);
    assert_eq!(disclosure["fields"]["name.full"]["held"], json!(true));
    assert!(disclosure["signed"].is_string());
    assert!(proof_holds(&disclosure["proof"]));
    assert_eq!(only(&client.get("/v1/subscriptions").expect(200))["live"], json!(true));

    let grants = person.ask(&verbs::Grants {});
    person.ask(&verbs::Revoke { grant: grants[0]["grant"].as_str().expect("a grant").into(), erase: true });
    until("the values are gone", || client.get(&values).expect(200)["data"] == json!([]));
    let erased = only(&client.get("/v1/disclosures").expect(200));
    assert_eq!((&erased["signed"], &erased["fields"]["name.full"]["held"]), (&Value::Null, &json!(false)));
    assert!(proof_holds(&erased["proof"]), "the proof outlives the value");
    assert_eq!(only(&client.get("/v1/revocations").expect(200))["erase"], json!(true));
    let receipt = only(&client.get("/v1/erasures").expect(200));
    assert_eq!((&receipt["fields"], &receipt["demanded"]), (&json!(["name.full"]), &json!(true)));
    assert_eq!(only(&client.get("/v1/subscriptions").expect(200))["live"], json!(false));

    // All of it stands after a `kill -9`, and nothing in the files is readable.
    supplier.kill();
    let client = client.at(supplier.serve_api());
    assert_eq!(only(&client.get("/v1/disclosures").expect(200)), erased);
    for file in files(directory.path()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(11).any(|part| part == b"Anna Bakker"), "{}", file.display());
    }
}

fn proof_holds(proof: &Value) -> bool {
    use data_encoding::BASE64;
    let hash = |text: &Value| text.as_str().expect("text").parse().expect("a hash");
    let entry = regie_protocol::audit::ProvenEntry {
        entry: BASE64.decode(proof["entry"].as_str().expect("text").as_bytes()).expect("base64"),
        index: proof["index"].as_u64().expect("a number"),
        size: proof["size"].as_u64().expect("a number"),
        root: hash(&proof["root"]),
        proof: proof["hashes"].as_array().expect("a list").iter().map(hash).collect(),
    };
    entry.check().is_ok()
}

#[test]
fn events_of_a_request_say_what_came_of_each_field() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_supplier, client) = company(directory.path());
    let person = person(directory.path(), "person", &client);
    person.set("name.full", "Anna Bakker");
    let relationship = only(&client.get("/v1/relationships").expect(200));
    let id = &relationship["id"];
    let request = client.post("/v1/requests", &asked(id, &["name.full", "birthDate"])).expect(201);
    let path = format!("/v1/requests/{}", request["id"].as_str().expect("an id"));
    until("the person is asked", || client.get(&path).expect(200)["state"] == "waiting");
    let waits = person.ask(&verbs::Requests {})[0]["id"].as_str().expect("an id").to_owned();
    person.good(&["refuse", &waits]);
    until("the request is answered", || client.get(&path).expect(200)["state"] == "answered");
    let answered = client.get(&path).expect(200);
    assert_eq!(answered["given"], json!(["name.full"]));
    assert_eq!(answered["refused"], json!({ "birthDate": "declined" }));
    // One of which nothing was given is not called answered.
    let other = client.post_once("/v1/requests", &asked(id, &["birthDate"]), "once");
    assert_eq!(other.header("ratelimit").as_deref(), Some("\"keyed\";r=99999;t=86400"));
    let path = format!("/v1/requests/{}", other.expect(201)["id"].as_str().expect("an id"));
    until("the person is asked", || client.get(&path).expect(200)["state"] == "waiting");
    let waits = person.ask(&verbs::Requests {})[0]["id"].as_str().expect("an id").to_owned();
    person.good(&["refuse", &waits]);
    until("it is refused", || client.get(&path).expect(200)["state"] == "answered");
    // Each event says what came of every field, and is called by it.
    let events = client.get("/v1/events").expect(200)["data"].as_array().expect("a list").clone();
    let of = |kind: &str| events.iter().find(|event| event["type"] == kind).expect(kind)["data"].clone();
    let first = of("request.answered");
    assert_eq!((&first["given"], &first["waiting"]), (&json!(["name.full"]), &json!(["birthDate"])));
    let kinds: Vec<_> = events
        .iter()
        .filter(|event| event["data"]["subject"] == client.get(&path).expect(200)["id"])
        .map(|event| event["type"].clone())
        .collect();
    assert_eq!(kinds, ["request.created", "request.waiting", "request.refused"]);
    let last = events.iter().rev().find(|event| event["type"] == "request.answered").expect("one")["data"].clone();
    assert_eq!((&last["waiting"], &last["refused"]), (&json!([]), &json!({ "birthDate": "declined" })));
}

#[test]
fn every_call_has_a_name_of_its_own() {
    let document = regie::api::document();
    let mut names = std::collections::BTreeSet::new();
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("an item").values() {
            let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("no name: {operation}"));
            assert!(names.insert(name.to_owned()), "{name} twice");
        }
    }
    for name in ["list_requests", "get_request", "create_request", "rotate_webhook", "get_relationship_values"] {
        assert!(names.contains(name), "{name} is none of {names:?}");
    }
}

#[test]
fn what_is_past_its_retention_is_erased_and_the_person_has_the_receipt() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_supplier, client) = company(directory.path());
    let person = person(directory.path(), "person", &client);
    person.set("name.full", "Anna Bakker");
    let relationship = only(&client.get("/v1/relationships").expect(200));
    let mut ask = asked(&relationship["id"], &["name.full"]);
    ask["retention_days"] = json!(0);
    client.post("/v1/requests", &ask).expect(201);
    until("a receipt was taken", || {
        let receipts = client.get("/v1/erasures").expect(200);
        receipts["data"][0]["told"] == json!(true) && receipts["data"][0]["demanded"] == json!(false)
    });
    let values = format!("/v1/relationships/{}/values", relationship["id"].as_str().expect("an id"));
    assert_eq!(client.get(&values).expect(200)["data"], json!([]));
    let log = person.ask(&verbs::AuditPage { supplier: None, kind: None, before: None, limit: 50 });
    assert!(log.to_string().contains("erased"), "{log}");
}

#[test]
fn a_call_without_a_key_or_with_a_mistake_is_a_problem_with_a_code() {
    let directory = tempfile::tempdir().expect("a directory");
    let (supplier, client) = company(directory.path());
    let stranger = client.with_key("rk_live_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    for path in ["/v1/relationships", "/v1/invitations", "/v1/requests", "/v1/disclosures", "/v1/erasures"] {
        stranger.get(path).problem(401, "unauthorized");
        client.with_key("").get(path).problem(401, "unauthorized");
        client.get(&format!("{path}?limit=0")).problem(422, "bad_argument");
        client.get(&format!("{path}?limit=999")).problem(422, "bad_argument");
        client.get(&format!("{path}?cursor=x")).problem(422, "bad_argument");
        client.get(&format!("{path}?color=red")).problem(422, "bad_argument");
    }
    client.get("/v1/requests/req_nothing").problem(404, "not_found");
    client.get("/v1/nothing").problem(404, "not_found");
    client.post("/v1/relationships", &json!({})).problem(405, "method_not_allowed");
    client.post("/v1/invitations", &json!({ "days": 0 })).problem(422, "bad_argument");
    client.post("/v1/invitations", &json!({ "dyas": 1 })).problem(422, "bad_argument");
    client.post("/v1/invitations", &json!({ "x": "y".repeat(1_100_000) })).problem(413, "too_large");
    let nobody = format!("rel_{}", "a".repeat(52));
    client.post("/v1/requests", &asked(&json!(nobody), &["email"])).problem(404, "not_found");

    // A revoked key is refused from then on; the list of keys holds no text of any.
    let listed = supplier.good(&["--json", "supplier", "key", "list"]);
    assert!(!listed.contains("rk_live"), "{listed}");
    let key: Value = serde_json::from_str(listed.lines().next().expect("a line")).expect("JSON");
    let key = if key.is_array() { key[0].clone() } else { key };
    supplier.good(&["supplier", "key", "revoke", key["id"].as_str().expect("an id")]);
    client.get("/v1/relationships").problem(401, "unauthorized");
}

#[test]
fn a_repeated_post_is_done_once_even_after_kill_nine() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut supplier, client) = company(directory.path());
    let first = client.post_once("/v1/invitations", &json!({ "days": 3 }), "order-1").expect(201);
    supplier.kill();
    let client = client.at(supplier.serve_api());
    let again = client.post_once("/v1/invitations", &json!({ "days": 3 }), "order-1");
    assert_eq!(again.header("idempotency-replayed").as_deref(), Some("true"));
    assert_eq!(again.expect(201), first);
    client.post_once("/v1/invitations", &json!({ "days": 4 }), "order-1").problem(422, "idempotency_mismatch");
    let other = client.post_once("/v1/invitations", &json!({ "days": 3 }), "order-2").expect(201);
    assert_ne!(other["id"], first["id"]);
    assert_eq!(client.get("/v1/invitations").expect(200)["data"].as_array().expect("a list").len(), 2);
    // A call that failed is not remembered: its key may be used for the mended one.
    client.post_once("/v1/invitations", &json!({ "days": 0 }), "order-3").problem(422, "bad_argument");
    client.post_once("/v1/invitations", &json!({ "days": 1 }), "order-3").expect(201);
}

#[test]
fn pages_hold_every_entry_once_while_the_list_grows() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_supplier, client) = company(directory.path());
    let mut made: Vec<Value> =
        (0..7).map(|_| client.post("/v1/invitations", &json!({})).expect(201)["id"].clone()).collect();
    let (mut seen, mut path) = (Vec::new(), "/v1/invitations?limit=3".to_owned());
    loop {
        let page = client.get(&path).expect(200);
        seen.extend(page["data"].as_array().expect("a list").iter().map(|entry| entry["id"].clone()));
        if seen.len() == 3 {
            made.push(client.post("/v1/invitations", &json!({})).expect(201)["id"].clone());
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/invitations?limit=3&cursor={next}");
    }
    assert_eq!(seen, made);
    let one = format!("/v1/invitations/{}", made[0].as_str().expect("an id"));
    let svg = client.get(&format!("{one}/qr.svg"));
    assert_eq!(svg.header("content-type").as_deref(), Some("image/svg+xml"));
    assert!(svg.text().contains("<svg"));
    assert_eq!(client.get(&one).expect(200)["uses_left"], json!(1));
}

#[test]
fn a_test_key_sees_no_live_person_and_a_live_key_no_test_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let (supplier, live) = company(directory.path());
    let trial = live.with_key(&supplier.api_key(true));
    let real = person(directory.path(), "real", &live);
    let tried = person(directory.path(), "tried", &trial);
    for (node, own, other) in [(&real, &live, &trial), (&tried, &trial, &live)] {
        node.set("name.full", "Somebody");
        let id = only(&own.get("/v1/relationships").expect(200))["id"].clone();
        let text = id.as_str().expect("an id");
        let request = own.post("/v1/requests", &asked(&id, &["name.full"])).expect(201);
        let path = format!("/v1/requests/{}", request["id"].as_str().expect("an id"));
        until("it is answered", || own.get(&path).expect(200)["state"] == "answered");
        let disclosure = only(&own.get("/v1/disclosures").expect(200));
        let disclosed = format!("/v1/disclosures/{}", disclosure["id"].as_str().expect("an id"));
        let invitation = only(&own.get("/v1/invitations").expect(200));
        let invited = format!("/v1/invitations/{}", invitation["id"].as_str().expect("an id"));
        own.get(&disclosed).expect(200);
        let foreign = [
            format!("/v1/relationships/{text}"),
            format!("/v1/relationships/{text}/values"),
            path,
            disclosed,
            format!("{invited}/qr.svg"),
            invited,
            format!("/v1/requests?relationship={text}"),
            format!("/v1/disclosures?relationship={text}"),
            format!("/v1/erasures?relationship={text}"),
            format!("/v1/revocations?relationship={text}"),
            format!("/v1/subscriptions?relationship={text}"),
        ];
        for path in foreign {
            other.get(&path).problem(404, "not_found");
        }
        other.post("/v1/requests", &asked(&id, &["name.full"])).problem(404, "not_found");
        other.post("/v1/erasures", &json!({ "relationship": id })).problem(404, "not_found");
        let bulk = json!({ "relationships": [id], "fields": ["email"], "purpose": "DeliveryOfGoods", "reason": "x" });
        let job = other.post("/v1/bulk-requests", &bulk).expect(202);
        let path = format!("/v1/bulk-requests/{}", job["id"].as_str().expect("an id"));
        until("it is finished", || other.get(&path).expect(200)["finished"] == json!(true));
        assert_eq!(other.get(&path).expect(200)["failed"], json!(1));
        own.get(&path).problem(404, "not_found");
    }
    assert_eq!(live.get("/v1/requests").expect(200)["data"].as_array().expect("a list").len(), 1);
}

#[test]
fn a_request_to_everybody_reaches_each_once_though_the_companion_is_killed() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut supplier, client) = company(directory.path());
    let people: Vec<Node> = ["a", "b", "c"].iter().map(|name| person(directory.path(), name, &client)).collect();
    people.iter().for_each(|person| person.set("name.full", "Somebody"));
    let bulk = json!({ "fields": ["name.full"], "purpose": "DeliveryOfGoods", "reason": "to bring the parcel" });
    let job = client.post("/v1/bulk-requests", &bulk).expect(202);
    assert_eq!(job["total"], json!(3));
    supplier.kill();
    let client = client.at(supplier.serve_api());
    let path = format!("/v1/bulk-requests/{}", job["id"].as_str().expect("an id"));
    until("it is finished", || client.get(&path).expect(200)["finished"] == json!(true));
    let job = client.get(&path).expect(200);
    assert_eq!((&job["made"], &job["failed"]), (&json!(3), &json!(0)));
    let requests = client.get("/v1/requests").expect(200);
    let mut asked: Vec<&str> =
        requests["data"].as_array().expect("a list").iter().filter_map(|r| r["relationship"].as_str()).collect();
    asked.sort_unstable();
    asked.dedup();
    assert_eq!((asked.len(), requests["data"].as_array().expect("a list").len()), (3, 3));
}

#[test]
fn the_company_can_erase_by_itself() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_supplier, client) = company(directory.path());
    let person = person(directory.path(), "person", &client);
    person.set("name.full", "Anna Bakker");
    let id = only(&client.get("/v1/relationships").expect(200))["id"].clone();
    client.post("/v1/requests", &asked(&id, &["name.full"])).expect(201);
    let values = format!("/v1/relationships/{}/values", id.as_str().expect("an id"));
    until("it is held", || client.get(&values).expect(200)["data"][0]["value"] == json!("Anna Bakker"));
    let erased = client.post("/v1/erasures", &json!({ "relationship": id, "fields": ["email"] })).expect(201);
    assert_eq!(erased["fields"], json!([]));
    let erased = client.post("/v1/erasures", &json!({ "relationship": id })).expect(201);
    assert_eq!(erased["fields"], json!(["name.full"]));
    assert_eq!(client.get(&values).expect(200)["data"], json!([]));
    until("the person has the receipt", || only(&client.get("/v1/erasures").expect(200))["told"] == json!(true));
}

#[test]
fn it_tells_its_health_and_describes_itself() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_supplier, client) = company(directory.path());
    let nobody = client.with_key("");
    assert_eq!(nobody.get("/healthz").text(), "ok\n");
    assert_eq!(nobody.get("/readyz").text(), "ready\n");
    client.get("/v1/relationships").expect(200);
    let metrics = nobody.get("/metrics").text();
    assert!(metrics.contains("regie_supplier_calls_total{route=\"/v1/relationships\",status=\"200\"} 1"), "{metrics}");
    let document = nobody.get("/v1/openapi.json").expect(200);
    assert_eq!(document["openapi"], json!("3.1.0"));
    assert!(document["paths"]["/v1/requests"]["post"]["responses"]["422"].is_object());
    for (place, answer) in answers(&document) {
        let description = answer["description"].as_str().unwrap_or_default();
        assert!(description.split_whitespace().count() > 2, "{place} says no more than '{description}'");
    }
    let ids: Vec<Option<String>> = (0..2).map(|_| client.get("/v1/requests").header("x-request-id")).collect();
    assert!(ids[0].as_deref().is_some_and(|id| id.starts_with("rid_")) && ids[0] != ids[1]);
}

#[test]
fn the_log_of_a_call_says_who_called_about_what_and_in_which_trace() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut supplier = Node::supplier_for(module_path!(), directory.path().join("supplier"), "Shop", ANY);
    supplier.serve_api();
    let key = supplier.api_key(false);
    supplier.stop();
    for format in ["json", "text"] {
        let log = directory.path().join(format!("{format}.log"));
        let at = supplier.serve_api_with(|process| {
            process.env("REGIE_LOG", "info").env("REGIE_LOG_FORMAT", format);
            process.stderr(std::fs::File::create(&log).expect("a file"));
        });
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let nobody = format!("rel_{}", "a".repeat(52));
        let headers = [
            ("Authorization", &*format!("Bearer {key}")),
            ("traceparent", &*format!("00-{trace}-00f067aa0ba902b7-01")),
        ];
        let answer = send(at, "GET", &format!("/v1/relationships/{nobody}?secret=word"), &headers, "");
        let request = answer.header("x-request-id").expect("an id").to_owned();
        supplier.stop();
        let text = std::fs::read_to_string(&log).expect("text");
        assert!(!text.contains('\u{1b}'), "no signs of a terminal: {text}");
        assert!(!text.contains("secret") && !text.contains(&key), "no query and no key: {text}");
        let line = text.lines().find(|line| line.contains(&request)).expect("the call");
        assert!(line.contains(trace) && line.contains(&nobody) && line.contains("key_"), "{line}");
        if format == "json" {
            let line: Value = serde_json::from_str(line).expect("JSON");
            assert_eq!((&line["status"], &line["span"]["route"]), (&json!(404), &json!("/v1/relationships/{id}")));
            assert_eq!((&line["level"], &line["span"]["trace"]), (&json!("INFO"), &json!(trace)));
            assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{text}");
        }
    }
}

/// Every answer that the API's description lists, with where it stands.
fn answers(document: &Value) -> Vec<(String, &Value)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
                all.push((format!("{method} {path} {status}"), answer));
            }
        }
    }
    all
}

#[test]
fn silent_and_crowding_connections_do_not_keep_others_out() {
    use std::{io::Read as _, net::TcpStream, time::Duration};
    let directory = tempfile::tempdir().expect("a directory");
    let (_supplier, client) = company(directory.path());
    // All places taken by connections that say nothing: they are closed, and then a call comes through.
    let silent: Vec<TcpStream> =
        (0..regie::web::limits::CONNECTIONS).map(|_| TcpStream::connect(client.address).expect("connected")).collect();
    until("a call is answered", || client.try_get("/healthz").is_some());
    for mut stream in silent {
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
        let mut rest = Vec::new();
        assert!(stream.read_to_end(&mut rest).is_ok(), "it is closed, not left open");
    }
}
