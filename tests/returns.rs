//! What comes back to the person, over real processes: the exchange of agreements, bills into a collection, corrections
//! by hand and by a default, and nothing outside a grant.

use regie::person::verbs;
use regie_tests::{
    Node,
    api::Client,
    files,
    http::{enter, send_by_hand},
    inviting,
    nats::Nats,
    until,
};
use serde_json::{Value, json};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[test]
fn a_supplier_that_wants_more_proposes_it_once_and_the_person_decides() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut supplier = Node::at(directory.path().join("supplier"));
    supplier.good(&[
        "supplier",
        "init",
        "--name",
        "Shop",
        "--sector",
        "retail",
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
        "--agreements",
        "SD-BASE-A,SD-BASE-ATP",
    ]);
    let client = Client::new(supplier.serve_api(), &supplier.api_key(false));
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    let link = text(&supplier.ask(&inviting(false))["link"]);
    let words = person.bad(&["pair", &link, "--yes"], 5);
    assert!(words.contains("SD-BASE-A instead") && words.contains("analytics"), "{words}");
    assert_eq!(person.ask(&verbs::Status {})["suppliers"], json!([]), "nothing was agreed");
    person.good(&["pair", &link, "--yes", "--agreement", "SD-BASE-A"]);
    let mine = person.ask(&verbs::Agreement { supplier: "Shop".into() });
    assert_eq!((&mine["agreement"], &mine["permits"]["analytics"]), (&json!("SD-BASE-A"), &json!(true)));
    let id = text(&client.get("/v1/relationships").expect(200)["data"][0]["id"]);
    let theirs = client.get(&format!("/v1/relationships/{id}/agreement")).expect(200);
    for record in ["pairing", "acceptance"] {
        for part in ["id", "body", "signature"] {
            assert_eq!(mine["records"][record][part], theirs[record][part], "{record} {part}");
        }
    }
    // A stricter answer needs no word of the person's.
    let mut strict = Node::at(directory.path().join("strict"));
    strict.good(&[
        "supplier",
        "init",
        "--name",
        "Strict",
        "--sector",
        "retail",
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
        "--agreements",
        "SD-BASE",
    ]);
    strict.start();
    let link = text(&strict.ask(&inviting(false))["link"]);
    person.good(&["pair", &link, "--yes", "--agreement", "SD-BASE-AT"]);
    assert_eq!(person.ask(&verbs::Agreement { supplier: "Strict".into() })["agreement"], "SD-BASE");
}

/// What a document is its bytes say: a picture is shown, and nothing that a browser could run.
#[test]
fn a_picture_is_shown_by_its_bytes_and_what_is_called_otherwise_does_not_leave() {
    let directory = tempfile::tempdir().expect("a directory");
    let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
    let client = Client::new(supplier.serve_api(), &supplier.api_key(false));
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let (to, cookie) = enter(&person.start_with_dashboard());
    person.pair(&supplier);
    let relationship = text(&client.get("/v1/relationships").expect(200)["data"][0]["id"]);
    person.good(&["open", "Shop", "bills"]);
    until("the supplier knows", || {
        client.get(&format!("/v1/relationships/{relationship}")).expect(200)["opened"] == json!(["bills"])
    });
    let send = |title: &str, media_type: &str, bytes: &[u8]| {
        let content = data_encoding::BASE64.encode(bytes);
        let body = json!({
            "relationship": relationship, "collection": "bills", "title": title, "media_type": media_type, "content": content,
        });
        client.post("/v1/records", &body)
    };
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    for (media_type, bytes) in
        [("image/png", &b"<svg onload=alert(1)>"[..]), ("application/pdf", b"<html>"), ("text/plain", png)]
    {
        send("Fake", media_type, bytes).problem(422, "bad_argument");
    }
    send("Photo", "image/png", png).expect(201);
    send("Drawing", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>").expect(201);
    let inbox = || person.ask(&verbs::Inbox {}).as_array().expect("a list").clone();
    until("both came", || inbox().len() == 2);
    let id = |title: &str| text(&inbox().into_iter().find(|item| item["title"] == title).expect("the item")["id"]);
    let get = |path: &str| send_by_hand(to, "GET", path, &[("Cookie", &cookie)], "");
    let (photo, drawing) = (id("Photo"), id("Drawing"));
    let home = get("/").body;
    assert!(home.contains("2 new documents") && home.contains("<title>(2) "), "{home}");
    let page = get("/inbox").body;
    assert!(
        page.contains(&format!("src=\"/inbox/{photo}/picture\"")) && !page.contains(&format!("{drawing}/picture")),
        "{page}"
    );
    let new = |page: &str| page.matches("<span class=\"badge strong\">new</span>").count();
    assert_eq!((new(&page), new(&get("/inbox").body)), (2, 0), "they are new until somebody looks");
    let picture = get(&format!("/inbox/{photo}/picture"));
    assert_eq!((picture.header("content-type"), &*picture.bytes), (Some("image/png"), &png[..]));
    assert!(picture.header("content-security-policy").is_some_and(|policy| policy.contains("sandbox")), "{picture:?}");
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(get(&format!("/inbox/{drawing}/picture")).status, 400);
    let saved = get(&format!("/inbox/{drawing}"));
    assert_eq!(saved.header("content-type"), Some("application/octet-stream"));
    assert!(saved.header("content-disposition").is_some_and(|how| how.starts_with("attachment")));
}

/// A bill of ten megabytes, as a scanner makes them: by the API, through a killed node, and byte for byte on the page.
#[test]
fn ten_megabytes_arrive_whole_though_the_node_is_killed_in_the_midst() {
    let directory = tempfile::tempdir().expect("a directory");
    let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
    let client = Client::new(supplier.serve_api(), &supplier.api_key(false));
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.pair(&supplier);
    let relationship = text(&client.get("/v1/relationships").expect(200)["data"][0]["id"]);
    person.good(&["open", "Shop", "bills"]);
    until("the supplier knows", || {
        client.get(&format!("/v1/relationships/{relationship}")).expect(200)["opened"] == json!(["bills"])
    });
    let most = 10 * 1024 * 1024;
    let bytes = |size: usize| [&b"%PDF-1.7\n"[..], &(9..size).map(|at| (at / 251) as u8).collect::<Vec<u8>>()].concat();
    let send = |bytes: &[u8]| {
        let content = data_encoding::BASE64.encode(bytes);
        let body = json!({
            "relationship": relationship, "collection": "bills", "title": "Bill", "media_type": "application/pdf",
            "content": content,
        });
        client.post("/v1/records", &body)
    };
    send(&bytes(most + 1)).problem(422, "bad_argument");
    let bill = bytes(most);
    let record = text(&send(&bill).expect(201)["id"]);
    person.kill();
    let (to, cookie) = enter(&person.start_with_dashboard());
    let state = || text(&client.get(&format!("/v1/records/{record}")).expect(200)["state"]);
    until("the person's node has it whole", || state() == "delivered");
    let inbox = person.ask(&verbs::Inbox {});
    assert_eq!((inbox.as_array().map(Vec::len), &inbox[0]["holds"]), (Some(1), &json!("application/pdf")));
    let id = text(&inbox[0]["id"]);
    let saved = send_by_hand(to, "GET", &format!("/inbox/{id}"), &[("Cookie", &cookie)], "");
    assert!(*saved.bytes == *bill, "{} bytes", saved.bytes.len());
    let file = directory.path().join("bill.pdf");
    person.good(&["item", "show", &id, "--out", file.to_str().expect("UTF-8")]);
    assert!(std::fs::read(&file).expect("written") == bill);
    // Thrown away it is gone from the disk as well, and a second one by the command line goes the same way.
    person.good(&["item", "delete", &id]);
    std::fs::write(&file, bytes(700_000)).expect("written");
    let path = file.to_str().expect("UTF-8");
    let words =
        ["supplier", "send", "-", path, "--collection", "bills", "--title", "Again", "--media-type", "application/pdf"];
    supplier.good(&words);
    until("it is there", || person.ask(&verbs::Inbox {})[0]["title"] == "Again");
    std::fs::write(&file, bytes(most + 1)).expect("written");
    supplier.bad(&words, 2);
}

#[test]
fn bills_and_corrections_come_back_and_nothing_else_does() {
    let directory = tempfile::tempdir().expect("a directory");
    let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
    let client = Client::new(supplier.serve_api(), &supplier.api_key(false));
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    person.set("address.postalCode", "1012 AB");
    person.pair(&supplier);
    let relationship = text(&client.get("/v1/relationships").expect(200)["data"][0]["id"]);
    let bill = |title: &str, collection: &str| {
        json!({
            "relationship": relationship, "collection": collection, "title": title, "media_type": "text/plain",
            "content": data_encoding::BASE64.encode(b"canary: you owe us 1 euro"),
        })
    };
    client.post("/v1/records", &bill("May", "bills")).problem(409, "refused");
    let opened = person.good(&["open", "Shop", "bills", "--per-hour", "3"]);
    assert!(opened.contains("bills"), "{opened}");
    until("the supplier knows", || {
        client.get(&format!("/v1/relationships/{relationship}")).expect(200)["opened"] == json!(["bills"])
    });
    client.post("/v1/records", &bill("Buy more", "messages")).problem(409, "refused");
    client.post("/v1/records", &bill("", "bills")).problem(422, "bad_argument");
    let sent = text(&client.post("/v1/records", &bill("May", "bills")).expect(201)["id"]);
    let state = |id: &str| client.get(&format!("/v1/records/{id}")).expect(200)["state"].clone();
    until("it is delivered", || state(&sent) == "delivered");
    // Killed on both sides, each keeps what it has, and the bill is there once.
    person.kill();
    supplier.kill();
    let client = client.at(supplier.serve_api());
    person.start();
    let inbox = person.ask(&verbs::Inbox {});
    assert_eq!((inbox.as_array().map(Vec::len), &inbox[0]["title"]), (Some(1), &json!("May")));
    let file = directory.path().join("may.txt");
    let id = text(&inbox[0]["id"]);
    person.good(&["item", "show", &id, "--out", file.to_str().expect("a path")]);
    assert_eq!(std::fs::read(&file).expect("written"), b"canary: you owe us 1 euro");
    std::fs::remove_file(&file).expect("removed");

    // A correction by hand: the value changes, with where it came from, and who is entitled is told.
    person.good(&["open", "Shop", "corrections"]);
    until("the supplier knows", || {
        let opened = client.get(&format!("/v1/relationships/{relationship}")).expect(200)["opened"].clone();
        opened.as_array().is_some_and(|opened| opened.contains(&json!("corrections")))
    });
    let correction = |field: &str, value: &str| json!({ "relationship": relationship, "field": field, "value": value, "reason": "the post returned our letter" });
    let proposed = client.post("/v1/corrections", &correction("address.postalCode", "1013 AB")).expect(201);
    until("it is there", || person.ask(&verbs::Inbox {}).as_array().map(Vec::len) == Some(2));
    let waiting = person.ask(&verbs::Inbox {})[0].clone();
    assert_eq!((&waiting["present"], &waiting["after"]), (&json!("1012 AB"), &json!("1013 AB")));
    person.good(&["item", "accept", &text(&waiting["id"])]);
    assert_eq!(person.good(&["get", "address.postalCode"]).trim(), "1013 AB");
    let fields = person.ask(&verbs::Fields {});
    let held = fields.as_array().expect("a list").iter().find(|held| held["field"] == "address.postalCode");
    assert_eq!(held.expect("held")["provenance_kind"], "supplier");
    person.bad(&["item", "accept", &text(&waiting["id"])], 4);
    assert_eq!(client.get(&format!("/v1/records/{}", text(&proposed["id"]))).expect(200)["collection"], "corrections");

    // By a default: taken over where the supplier knows what the person has, left to the person where it does not.
    person.good(&["corrections", "--of", "group:name", "--answer", "allow"]);
    let request = json!({
        "relationship": relationship, "fields": ["name.full"], "purpose": "DeliveryOfGoods", "reason": "for the parcel",
        "access": "subscribe",
    });
    client.post("/v1/requests", &request).expect(201);
    let values = format!("/v1/relationships/{relationship}/values");
    until("the name is known", || client.get(&values).expect(200)["data"][0]["value"] == "Anna Bakker");
    client.post("/v1/corrections", &correction("name.full", "Anna Bakkers")).expect(201);
    until("the change is told back", || client.get(&values).expect(200)["data"][0]["value"] == "Anna Bakkers");
    client.post("/v1/corrections", &correction("name.given", "Ann")).expect(201);
    until("it waits or is taken", || person.ask(&verbs::Inbox {}).as_array().map(Vec::len) == Some(4));
    assert_eq!(person.good(&["get", "name.given"]).trim(), "Ann", "nothing was held and nothing was believed");

    // Closed, nothing comes in; thrown away, no trace is left in any file.
    let grants = person.ask(&verbs::Grants {});
    let bills = grants.as_array().expect("a list").iter().find(|grant| grant["collection"] == "bills");
    person.ask(&verbs::Revoke { grant: text(&bills.expect("a grant")["grant"]), erase: false });
    until("the supplier knows", || {
        client.get(&format!("/v1/relationships/{relationship}")).expect(200)["opened"] == json!(["corrections"])
    });
    client.post("/v1/records", &bill("June", "bills")).problem(409, "refused");
    person.good(&["item", "delete", &id]);
    assert_eq!(person.ask(&verbs::Inbox {}).as_array().map(Vec::len), Some(3));
    person.stop();
    supplier.kill();
    for file in files(directory.path()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(6).any(|part| part == b"canary"), "{}", file.display());
    }
}
