//! Contracts over real processes: what a supplier writes and what the person types in one list, the dates that follow, and
//! what a supplier can't do.

use regie::person::verbs;
use regie_tests::{Node, api::Client, nats::Nats, until};
use serde_json::{Value, json};
use tempfile::TempDir;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A contract that begins when none of these tests runs any more: its dates do not move with today.
fn record(amount: u64) -> Value {
    json!({
        "number": "2026-0815", "party": "Shop BV", "customer": "4711", "product": "Groceries",
        "charge": {"amount": amount, "currency": "EUR", "every": "P1M"}, "start": "2100-01-15", "term": "P1Y",
        "extension": {"again": "P1Y"}, "notice": {"period": "P1M", "to": "term_end"}, "cooling_off": null,
        "ends": null, "documents": [],
    })
}

fn listed(person: &Node) -> Vec<Value> {
    person.ask(&verbs::Contracts {})["contracts"].as_array().expect("a list").clone()
}

/// A person's node and the shop that it deals with.
struct Dealings {
    person: Node,
    _supplier: Node,
    client: Client,
    /// The relationship's id at the shop.
    relationship: String,
}

impl Dealings {
    fn begin(directory: &TempDir) -> Self {
        let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
        let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
        let client = Client::new(supplier.serve_api(), &supplier.api_key(false));
        let mut person = Node::person(directory.path().join("person"), "balanced");
        person.start();
        person.pair(&supplier);
        let relationship = text(&client.get("/v1/relationships").expect(200)["data"][0]["id"]);
        Self { person, _supplier: supplier, client, relationship }
    }
}

#[test]
fn what_a_supplier_writes_and_what_is_typed_stand_in_one_list() {
    let directory = tempfile::tempdir().expect("a directory");
    let Dealings { mut person, _supplier, client, relationship } = Dealings::begin(&directory);
    let send =
        |contract: Value| client.post("/v1/contracts", &json!({ "relationship": relationship, "contract": contract }));
    send(record(1_295)).problem(409, "refused");
    person.good(&["open", "Shop", "contracts"]);
    until("the supplier knows", || {
        client.get(&format!("/v1/relationships/{relationship}")).expect(200)["opened"] == json!(["contracts"])
    });
    let mut bad = record(1_295);
    bad["term"] = json!("P1M1D");
    send(bad).problem(422, "bad_argument");
    let mut bad = record(1_295);
    bad["term"] = Value::Null;
    send(bad).problem(422, "bad_argument");
    // Something else under the media type of a contract is not even queued.
    let forged = json!({
        "relationship": relationship, "collection": "contracts", "title": "Groceries",
        "media_type": "application/vnd.regie.contract+cbor", "content": data_encoding::BASE64.encode(b"not a contract"),
    });
    client.post("/v1/records", &forged).problem(422, "bad_argument");
    send(record(1_295)).expect(201);
    until("it is there", || listed(&person).len() == 1);
    let one = &listed(&person)[0];
    assert_eq!(
        (&one["source"], &one["product"], &one["price"]),
        (&json!("supplier"), &json!("Groceries"), &json!("12.95 EUR P1M"))
    );
    assert_eq!((&one["term_ends"], &one["notice_by"]), (&json!("2101-01-14"), &json!("2100-12-14")));
    assert_eq!(one["next"], json!({"what": "begins", "on": "2100-01-15"}));

    // A later record takes its place, and shows what the price was.
    send(record(1_495)).expect(201);
    until("the price is the new one", || listed(&person)[0]["price"] == "14.95 EUR P1M");
    assert_eq!((listed(&person).len(), &listed(&person)[0]["price_before"]), (1, &json!("12.95 EUR P1M")));
    let theirs = text(&listed(&person)[0]["id"]);
    let words = person.bad(&["contract", "edit", &theirs, "--price", "1.00"], 2);
    assert!(words.contains("only it can change it"), "{words}");

    // The person's own: added, changed, counted, over restarts.
    let add = [
        "contract",
        "add",
        "--party",
        "Energie BV",
        "--product",
        "Stroom",
        "--price",
        "120,50",
        "--start",
        "2020-01-31",
        "--notice",
        "14d",
    ];
    let own = person.good(&add);
    let own = own.lines().find_map(|line| line.strip_prefix("id: ")).expect("an id").to_owned();
    person.good(&["contract", "edit", &own, "--price", "130.00", "--number", "E-1"]);
    person.kill();
    person.start();
    let list = person.ask(&verbs::Contracts {});
    assert_eq!(
        list["a_month"],
        json!([{"amount": 13_000, "currency": "EUR", "total": "130.00", "contracts": 1, "said_by_suppliers": 0}])
    );
    let shown = person.ask(&verbs::Contract { id: own.clone() });
    assert_eq!((&shown["number"], &shown["price_before"]), (&json!("E-1"), &json!("120.50 EUR P1M")));
    assert_eq!(shown["can_end_by"], list["today"], "on any day");
    assert!(person.good(&["contracts"]).contains("Stroom"));
    assert!(person.good(&["contract", "end", &own, "--language", "nl"]).contains("Contractnummer: E-1"));
    let file = directory.path().join("contracts.ics");
    person.good(&["contracts", "--ics", file.to_str().expect("a path")]);
    let calendar = std::fs::read_to_string(&file).expect("written");
    assert!(
        calendar.contains("DTSTART;VALUE=DATE:21001214") && calendar.contains(&format!("UID:{theirs}-notice@regie")),
        "{calendar}"
    );
    let exported: Value = serde_json::from_str(&person.good(&["export"])).expect("JSON");
    assert_eq!(exported["contracts"]["contracts"].as_array().map(Vec::len), Some(2));

    // Off the list: the own one for good, theirs as the item that it is; the one before it comes forth.
    person.good(&["contract", "remove", &own]);
    person.good(&["contract", "remove", &theirs]);
    assert_eq!((listed(&person).len(), &listed(&person)[0]["price"]), (1, &json!("12.95 EUR P1M")));
    person.bad(&["contract", "show", &own], 4);
}

#[test]
fn a_supplier_that_writes_many_contracts_fills_no_list() {
    let directory = tempfile::tempdir().expect("a directory");
    let Dealings { person, _supplier, client, relationship } = Dealings::begin(&directory);
    person.good(&["open", "Shop", "contracts", "--per-hour", "100", "--items", "100"]);
    until("the supplier knows", || {
        client.get(&format!("/v1/relationships/{relationship}")).expect(200)["opened"] == json!(["contracts"])
    });
    // As many as may wait at a time, twice.
    for begins in [0, 40] {
        for number in begins..begins + 40 {
            let mut contract = record(1_000_000);
            (contract["number"], contract["start"]) = (json!(format!("n{number}")), json!("2020-01-01"));
            client.post("/v1/contracts", &json!({ "relationship": relationship, "contract": contract })).expect(201);
        }
        until("they are there", || {
            let list = person.ask(&verbs::Contracts {});
            let shown = list["contracts"].as_array().map_or(0, Vec::len) as u64;
            shown + list["left_out"].as_u64().unwrap_or(0) == begins + 40
        });
    }
    let list = person.ask(&verbs::Contracts {});
    assert_eq!((list["contracts"].as_array().map(Vec::len), &list["left_out"]), (Some(64), &json!(16)));
    assert_eq!(
        list["a_month"][0]["said_by_suppliers"], list["a_month"][0]["amount"],
        "and the sum says whose word it is"
    );
}
