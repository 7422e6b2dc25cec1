//! Day one: what files tell of becomes contracts, a long list goes in parts, and an organisation that turns out to have a companion
//! keeps what the person had of it. Real processes; the home page in a browser where there is one.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use regie::person::verbs;
use regie_tests::{Node, api::Client, nats::Nats, until};
use serde_json::{Value, json};

use crate::dashboard::browser;

/// The identifier that the EPC's guide uses as its example.
const CREDITOR: &str = "DE98ZZZ09999999999";

/// A statement of Rabobank with these payments: day, cents, payee, mandate (with the creditor), account.
fn statement<'a>(payments: impl IntoIterator<Item = (String, u64, &'a str, &'a str, String)>) -> String {
    let mut text = "\"IBAN/BBAN\",\"Munt\",\"BIC\",\"Volgnr\",\"Datum\",\"Rentedatum\",\"Bedrag\",\"Saldo na trn\",\"Tegenrekening IBAN/BBAN\",\"Naam tegenpartij\",\"Machtigingskenmerk\",\"Incassant ID\",\"Omschrijving-1\"\n".to_owned();
    for (day, cents, payee, mandate, account) in payments {
        let creditor = if mandate.is_empty() { "" } else { CREDITOR };
        let (whole, part) = (cents / 100, cents % 100);
        writeln!(text, "\"NL00RABO0123456789\",\"EUR\",\"RABONL2U\",\"1\",\"{day}\",\"{day}\",\"-{whole},{part:02}\",\"+1,00\",\"{account}\",\"{payee}\",\"{mandate}\",\"{creditor}\",\"x\"").expect("written");
    }
    text
}

/// Every month of a year on the 28th, what a payee collects.
fn year(year: u32, cents: u64, payee: &'static str) -> Vec<(String, u64, &'static str, &'static str, String)> {
    (1..=12).map(|month| (format!("{year}-{month:02}-28"), cents, payee, "M-1", String::new())).collect()
}

fn written(directory: &Path, name: &str, text: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, text).expect("written");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

fn contracts(person: &Node) -> Vec<Value> {
    person.ask(&verbs::Contracts {})["contracts"].as_array().expect("a list").clone()
}

#[test]
fn payments_become_contracts_and_a_later_import_notices_their_price_and_their_end() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    let import = |name: &str, payments, more: &[&str]| -> Value {
        let file = written(directory.path(), name, &statement(payments));
        let arguments = [&["--json", "find-suppliers", text(&file)], more].concat();
        serde_json::from_str(&person.good(&arguments)).expect("JSON")
    };
    let first = year(2024, 12_950, "Volt Energie NV");
    let seen = import("first.csv", first.clone(), &["--dry-run"]);
    let proposed = &seen["sure"][0]["contracts"][0];
    assert_eq!((&proposed["news"], &proposed["price"]), (&json!("new"), &json!("129.50 EUR P1M")), "{seen:#}");
    assert!(contracts(&person).is_empty(), "nothing is entered by looking");
    let without = import("first.csv", first.clone(), &["--yes", "--no-contracts"]);
    assert_eq!((&without["entered"]["entered"], &without["entered"]["contracts"]), (&json!(1), &json!(0)));
    let with = import("first.csv", first.clone(), &["--yes"]);
    assert_eq!((&with["entered"]["entered"], &with["entered"]["contracts"]), (&json!(0), &json!(1)));
    assert_eq!(import("first.csv", first, &["--yes"])["entered"]["contracts"], json!(0), "nothing twice");

    let one = &contracts(&person)[0];
    assert_eq!((&one["source"], &one["party"]), (&json!("payment"), &json!("Volt Energie NV")));
    assert_eq!((&one["start"], &one["terms_known"]), (&json!("2024-01-28"), &json!(false)));
    assert_eq!((&one["can_end"], &one["over"]), (&Value::Null, &json!(false)), "nobody knows how it ends");
    let id = one["id"].as_str().expect("an id").to_owned();
    assert!(person.bad(&["contract", "end", &id], 5).contains("terms are not known"));

    // A year later it costs more, and nothing of single payments came along.
    let later = import("later.csv", year(2025, 13_950, "VOLT ENERGIE"), &["--yes"]);
    assert_eq!(later["known"][0]["contracts"][0]["news"], json!("price"), "{later:#}");
    let one = &contracts(&person)[0];
    assert_eq!((&one["price"], &one["price_before"]), (&json!("139.50 EUR P1M"), &json!("129.50 EUR P1M")));
    let overview = person.ask(&verbs::Overview {});
    assert_eq!((&overview["soon"][0]["product"], &overview["entered"]), (&json!("Volt Energie NV"), &json!(1)));
    assert!(person.good(&["overview"]).contains("another price"));

    // The person fills in the terms, and it is still known by its payments.
    person.good(&["contract", "edit", &id, "--notice", "1m"]);
    let one = &contracts(&person)[0];
    assert_eq!((&one["source"], &one["terms_known"]), (&json!("you"), &json!(true)));
    assert!(person.good(&["contract", "end", &id]).contains("Volt"));
    let mut ended = year(2026, 13_950, "Volt Energie NV");
    ended.truncate(3);
    ended.push(("2026-09-01".to_owned(), 100, "Kruidenier", "", "NL2".to_owned()));
    let ended = import("ended.csv", ended, &["--yes"]);
    assert_eq!(ended["known"][0]["contracts"][0]["news"], json!("ended"), "{ended:#}");
    assert_eq!(contracts(&person)[0]["ends"], json!("2026-04-27"));
    person.stop();
}

#[test]
fn a_long_list_goes_to_the_node_in_parts() {
    const LOGINS: usize = 2_000;
    const PAYEES: usize = 250;
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    // Names as long as people make them, so that the list is above the 1 MiB of one command.
    let item = |n: usize, user: &str| {
        let (name, user) =
            (format!("{} {n}", "Dienst met een lange naam ".repeat(8)), format!("{user}-{n}").repeat(12));
        json!({ "type": 1, "name": name, "login": {
            "uris": [{ "uri": format!("https://www.dienst-{n}.nl/login") }], "username": user, "password": "x" } })
    };
    let items: Vec<Value> = (0..LOGINS).flat_map(|n| ["anna", "bakker", "thuis"].map(|user| item(n, user))).collect();
    let logins = json!({ "encrypted": false, "folders": [], "items": items }).to_string();
    let logins = written(directory.path(), "logins.json", &logins);
    let names: Vec<String> = (0..PAYEES).map(|n| format!("Betaald {n} BV")).collect();
    let months = (2015..2025).flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02}-03")));
    let payments = months.flat_map(|day| {
        let of = |(n, name)| (day.clone(), 1_000 + n as u64, name, "", format!("NL{n:08}"));
        names.iter().map(String::as_str).enumerate().map(of).collect::<Vec<_>>()
    });
    let paid = written(directory.path(), "paid.csv", &statement(payments));
    let command = ["--json", "find-suppliers", text(&logins), text(&paid), "--yes", "--unsure"];
    let said = person.good(&command);
    assert!(said.len() > 1024 * 1024, "the list is longer than one command: {}", said.len());
    let said: Value = serde_json::from_str(&said).expect("JSON");
    let entered = json!({ "entered": LOGINS + PAYEES, "updated": 0, "unchanged": 0, "contracts": PAYEES });
    assert_eq!(said["entered"], entered);
    assert_eq!(contracts(&person).len(), PAYEES);
    person.stop();
}

#[test]
fn an_organisation_that_turns_out_to_be_a_supplier_keeps_what_it_had() {
    let directory = tempfile::tempdir().expect("a directory");
    let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Volt Energie", &listen);
    let client = Client::new(supplier.serve_api(), &supplier.api_key(false));
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let link = person.start_with_dashboard();
    let file = written(directory.path(), "paid.csv", &statement(year(2025, 12_950, "Volt Energie NV")));
    person.good(&["find-suppliers", text(&file), "--yes"]);
    assert_eq!(person.ask(&verbs::Overview {})["without_companion"], json!(1));

    // A name can be anybody's: nothing is joined by it, and the person is asked.
    person.pair(&supplier);
    let overview = person.ask(&verbs::Overview {});
    assert_eq!(overview["waits"], json!([{ "what": "companions", "count": 1 }]), "{overview:#}");
    assert_eq!(person.ask(&verbs::Status {})["waits"], overview["waits"]);
    let said = person.good(&["organisations"]);
    assert!(said.contains("regie organisation same"), "{said}");
    person.good(&["organisation", "same", "Volt Energie NV", "Volt Energie", "--not"]);
    assert_eq!(person.ask(&verbs::Overview {})["waits"], json!([]), "two, by the person's word");
    person.good(&["organisation", "same", "Volt Energie NV", "Volt Energie"]);

    let overview = person.ask(&verbs::Overview {});
    assert_eq!(
        (&overview["without_companion"], &overview["joined"][0]["name"]),
        (&json!(0), &json!("Volt Energie NV"))
    );
    let shown = person.ask(&verbs::Supplier { supplier: "Volt Energie".to_owned() });
    assert_eq!(shown["organisations"][0]["name"], json!("Volt Energie NV"));
    assert_eq!(
        (&shown["contracts"][0]["source"], &shown["contracts"][0]["a_month"]),
        (&json!("payment"), &json!(12_950))
    );
    let listed: Value = serde_json::from_str(&person.good(&["--json", "organisations"])).expect("JSON");
    assert!(listed["joined"].is_string() && listed["supplier"] == shown["supplier"], "{listed:#}");

    // The contract that the supplier writes takes the place of the one that was found.
    person.good(&["open", "Volt Energie", "contracts"]);
    let relationship = client.get("/v1/relationships").expect(200)["data"][0]["id"].clone();
    until("the supplier knows", || {
        let path = format!("/v1/relationships/{}", relationship.as_str().expect("an id"));
        client.get(&path).expect(200)["opened"] == json!(["contracts"])
    });
    let contract = json!({
        "number": "V-1", "party": "Volt Energie BV", "customer": null, "product": "Stroom",
        "charge": { "amount": 13_000, "currency": "EUR", "every": "P1M" }, "start": "2020-01-15", "term": null,
        "extension": "open", "notice": { "period": "P1M", "to": "any_day" }, "cooling_off": null, "ends": null,
        "documents": [],
    });
    client.post("/v1/contracts", &json!({ "relationship": relationship, "contract": contract })).expect(201);
    until("it is there", || contracts(&person).iter().any(|one| one["source"] == "supplier"));
    let all = contracts(&person);
    assert_eq!((all.len(), &all[0]["product"]), (1, &json!("Stroom")), "{all:#?}");
    // Where the supplier's word goes, the one that was found is there again.
    person.good(&["contract", "remove", all[0]["id"].as_str().expect("an id")]);
    assert_eq!(contracts(&person)[0]["source"], json!("payment"));

    // A contract of today can be withdrawn from for two weeks: that waits, and changes soon.
    let today = person.ask(&verbs::Contracts {})["today"].as_str().expect("a day").to_owned();
    person.good(&["contract", "add", "--party", "Sport BV", "--product", "Gym", "--start", &today, "--made", &today]);
    let overview = person.ask(&verbs::Overview {});
    assert_eq!(overview["waits"], json!([{ "what": "contracts", "count": 1 }]));
    // Who has a contract with somebody holds their data: it is on the list, and can turn out to have a companion.
    assert_eq!(overview["without_companion"], json!(1), "Sport BV");
    person.good(&["organisation", "same", "Sport BV", "Volt Energie"]);
    let line = || contracts(&person).iter().any(|one| one["product"] == "Gym" && one["supplier"].is_string());
    assert!(line(), "its contract is offered the line");
    person.good(&["organisation", "same", "Sport BV", "Volt Energie", "--not"]);
    assert!(!line());
    assert_eq!(overview["soon"][0]["change"]["date"]["what"], json!("withdraw_by"));

    let shop = shown["supplier"].as_str().expect("a key").to_owned();
    let dearer = written(directory.path(), "dearer.csv", &statement(year(2026, 13_950, "Volt Energie NV")));
    // A request that goes over the line, one that is late, and one that is over: each looks different.
    person.good(&["organisation", "add", "Stadsblad", "--address", "Plein 2\\n3511 AA Utrecht"]);
    person.set("name.full", "Anna Bakker");
    let begin = |right: &str, organisation: &str| -> String {
        let begun = person.good(&["--json", "case", "new", "--right", right, organisation]);
        let begun: Value = serde_json::from_str(&begun).expect("JSON");
        begun["cases"][0]["id"].as_str().expect("an id").to_owned()
    };
    let cases =
        [begin("rectification", "Volt Energie NV"), begin("access", "Stadsblad"), begin("erasure", "Stadsblad")];
    person.good(&["case", "mark", &cases[1], "sent", "--way", "post", "--on", "2026-01-05"]);
    person.good(&["case", "pursue", &cases[1]]);
    person.good(&["case", "mark", &cases[2], "closed"]);
    let input = json!({ "link": link, "supplier": shop, "files": [dearer], "cases": cases });
    let Some(seen) = browser("day_one.mjs", &input) else { return };
    assert_eq!(seen["violations"], json!([]), "axe and widths");
    person.stop();
}
