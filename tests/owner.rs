//! What an owner can ask of a running node beyond the command line's verbs: the answers the dashboard is made
//! of. Each is checked against a node and two companions as real processes.

use regie::command::{Change, Remember};
use regie::person::verbs;
use regie_protocol::{
    audit::Event,
    merkle::{self, Hash},
};
use regie_tests::{Node, until, word};
use serde_json::{Value, json};

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

struct World {
    _directory: tempfile::TempDir,
    person: Node,
    shop: Node,
    other: Node,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut person = Node::person(directory.path().join("person"), "balanced");
        let mut shop = Node::supplier(directory.path().join("shop"), "Shop", ANY);
        let mut other = Node::supplier(directory.path().join("other"), "Other", ANY);
        person.start();
        shop.start();
        other.start();
        for (field, value) in [("name.full", "Anna Bakker"), ("birthDate", "1984-05-12"), ("email", "a@example.org")] {
            person.set(field, value);
        }
        person.pair(&shop);
        person.pair(&other);
        Self { _directory: directory, person, shop, other }
    }

    fn overview(&self) -> Value {
        self.person.ask(&verbs::Overview {})
    }

    fn waits(&self, count: u64) {
        until("requests wait", || self.overview()["requests_waiting"] == json!(count));
    }
}

fn held(companion: &Node) -> usize {
    companion.customer()["held"].as_array().map_or(0, Vec::len)
}

#[test]
fn requests_of_one_kind_are_one_decision_that_can_become_a_rule() {
    let world = World::new();
    world.shop.request(&["birthDate"], "CustomerCare", "subscribe");
    world.other.request(&["birthDate"], "CustomerCare", "subscribe");
    world.waits(2);
    let overview = world.overview();
    let groups = overview["groups"].as_array().expect("a list");
    assert_eq!(groups.len(), 1, "{groups:?}");
    assert_eq!(groups[0]["count"], json!(2));
    let ids = groups[0]["ids"].as_array().expect("a list").iter().map(|id| id.as_str().expect("an id").to_owned());
    let decide = verbs::Decide { ids: ids.collect(), allow: true, only: None, remember: Remember::Kind };
    let decided = world.person.ask(&decide);
    assert_eq!((&decided["decided"], &decided["missing"]), (&json!(2), &json!(0)));
    let rule = decided["rule"].as_str().expect("a rule was written").to_owned();
    until("both have it", || held(&world.shop) == 1 && held(&world.other) == 1);

    // The rule answers the next one of the kind, and another purpose still asks.
    world.shop.request(&["birthDate"], "CustomerCare", "read");
    world.shop.request(&["birthDate"], "LegalCompliance", "read");
    world.waits(1);
    let rules = world.person.ask(&verbs::Rules {});
    assert_eq!(rules["preset"], Value::Null);
    let listed = rules["rules"].as_array().expect("a list");
    assert!(listed.iter().any(|each| each["rule"]["name"] == json!(rule)));

    // Trying its removal changes nothing and tells what would differ: the two first requests.
    let change = Change::Remove { name: rule.clone() };
    let tried = world.person.ask(&verbs::DryRun { change });
    assert_eq!(tried["changed"], json!(2), "{tried}");
    assert_eq!(tried["items"][0]["fields"][0]["before"]["answer"], json!("allow"));
    assert_eq!(tried["items"][0]["fields"][0]["after"]["answer"], json!("ask"));
    assert_eq!(world.person.ask(&verbs::Rules {}), rules);
    let left = world.person.ask(&verbs::RemoveRule { name: rule.clone() });
    assert_eq!(left["preset"], json!("balanced"));
    let gone = world.person.try_ask(&verbs::RemoveRule { name: rule }).expect_err("it is gone");
    assert_eq!(gone.code, "not_found");
    let bad = world.person.try_say(r#"{"command":"set_rule","rule":{"name":"x"}}"#).expect_err("not a rule");
    assert!(bad.code == "bad_argument" && bad.message.contains("set_rule"), "{bad}");
    assert_eq!(world.person.ask(&verbs::Rules {})["preset"], json!("balanced"));
}

#[test]
fn pause_and_revoke_all_hold_and_who_knows_what_is_told() {
    let world = World::new();
    world.shop.request(&["name.full", "email"], "DeliveryOfGoods", "subscribe");
    world.other.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    until("both have their fields", || held(&world.shop) == 2 && held(&world.other) == 1);
    let overview = world.overview();
    let name = overview["knows"].as_array().expect("a list").iter().find(|group| group["group"] == json!("name"));
    assert_eq!(name.expect("the group")["suppliers"], json!(2));
    assert_eq!(overview["flows"][0]["name"], json!("Shop"));
    assert_eq!(overview["flows"][0]["groups"], json!({ "name": 1, "contact": 1 }));
    assert_eq!(overview["month"]["answered"], json!(2));
    assert_eq!(overview["month"]["released_fields"], json!(3));

    let told = world.person.ask(&verbs::WouldTell { fields: vec![word("name.full"), word("email")] });
    assert_eq!(told["count"], json!(2));
    world.person.set("name.full", "Anna de Vries");
    until("all is delivered", || world.person.ask(&verbs::Deliveries {})["waiting"] == json!(0));
    let field = world.person.ask(&verbs::Field { field: word("name.full") });
    assert_eq!(field["history"][0]["value"], json!("Anna Bakker"));
    assert_eq!((&field["told_count"], &field["known_by"].as_array().map(Vec::len)), (&json!(2), &Some(2)));

    world.person.ask(&verbs::Pause { supplier: "Other".into(), paused: true });
    world.other.request(&["name.full"], "DeliveryOfGoods", "read");
    until("the pause refuses", || {
        let page = world.person.ask(&page(Some("Other"), Some("rejected")));
        page["items"][0]["event"] == json!({ "rejected": { "code": "paused" } })
    });

    let ended = world.person.ask(&verbs::RevokeAll { supplier: "shop".into(), erase: true });
    assert_eq!(ended["revoked"], json!(1));
    until("the shop has erased", || held(&world.shop) == 0);
    until("the receipt is there", || {
        let shop = world.person.ask(&verbs::Supplier { supplier: "Shop".into() });
        shop["receipts"].as_array().is_some_and(|list| list.len() == 1) && shop["knows"] == json!([])
    });
    let receipts = world.person.ask(&verbs::ConsentReceipts { supplier: None });
    let states: Vec<&Value> = receipts["@graph"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|record| &record["dpv:hasConsentStatus"].as_array().and_then(|list| list.last()).expect("one")["@type"])
        .collect();
    assert!(states.contains(&&json!("dpv:ConsentWithdrawn")) && states.contains(&&json!("dpv:ConsentGiven")));
}

#[test]
fn the_log_is_paged_filtered_proven_and_exported_and_survives_a_restart() {
    let mut world = World::new();
    world.shop.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    until("the shop has the name", || held(&world.shop) == 1);
    assert_eq!(world.person.ask(&verbs::Me { name: Some(" Anna ".into()) })["name"], json!("Anna"));
    world.person.stop();
    world.person.start();
    assert_eq!(world.overview()["name"], json!("Anna"));
    assert_eq!(world.overview()["month"]["answered"], json!(1));

    // Walking all pages gives every entry of the personal log, once, newest first.
    let entries = world.overview()["audit_entries"].as_u64().expect("a count");
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = world.person.ask(&verbs::AuditPage { supplier: None, kind: None, before, limit: 3 });
        let items = page["items"].as_array().expect("a list");
        assert!(items.len() <= 3);
        seen.extend(items.iter().map(|item| item["number"].as_u64().expect("a number")));
        before = page["next"].as_u64();
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, (0..entries).rev().collect::<Vec<_>>());

    let answered = world.person.ask(&page(Some("Shop"), Some("answered")));
    let index = answered["items"][0]["index"].as_u64().expect("an index");
    let proof = world.person.ask(&verbs::Proof { supplier: "Shop".into(), index });
    let bytes = unhex(proof["entry"].as_str().expect("hex"));
    let hashes: Vec<Hash> = serde_json::from_value(proof["proof"].clone()).expect("hashes");
    let root: Hash = serde_json::from_value(proof["root"].clone()).expect("a hash");
    let size = proof["size"].as_u64().expect("a size");
    assert!(merkle::verify(merkle::leaf(&bytes), index, size, &hashes, root));
    assert!(!merkle::verify(merkle::leaf(b"another entry"), index, size, &hashes, root));
    let event: Event = serde_json::from_value(proof["event"].clone()).expect("an event");
    assert!(matches!(event, Event::Answered { .. }));
    let witnessed = world.shop.customer()["witnessed"].clone();
    assert!(witnessed["size"].as_u64() <= Some(size));
    let none = verbs::Proof { supplier: "Shop".into(), index: 9_999 };
    assert_eq!(world.person.try_ask(&none).expect_err("no such entry").code, "not_found");

    let export = world.person.ask(&verbs::Export {});
    assert_eq!(export["fields"].as_array().map(Vec::len), Some(3));
    assert_eq!(export["audit"]["newest"].as_array().map(|list| list.len() as u64), Some(entries));
}

#[test]
fn suppliers_are_found_by_text_sector_field_and_purpose() {
    let world = World::new();
    world.shop.request(&["email"], "DeliveryOfGoods", "read");
    until("the shop has the address", || held(&world.shop) == 1);
    let find = |query: &str, sector: Option<&str>, field: Option<&str>, purpose: Option<&str>, limit| {
        let found = world.person.ask(&verbs::Suppliers {
            query: query.into(),
            sector: sector.map(Into::into),
            field: field.map(word),
            purpose: purpose.map(word),
            removed: false,
            newest_first: true,
            offset: 0,
            limit,
        });
        let names = found["items"].as_array().expect("a list").iter().map(|item| item["name"].clone());
        (found["matching"].as_u64().expect("a count"), names.collect::<Vec<_>>())
    };
    assert_eq!(find("", None, None, None, 50), (2, vec![json!("Shop"), json!("Other")]));
    assert_eq!(find("", None, None, None, 1), (2, vec![json!("Shop")]));
    assert_eq!(find("oTH", None, None, None, 50).1, [json!("Other")]);
    assert_eq!(find("", Some("energy"), None, None, 50).0, 0);
    assert_eq!(find("", Some("retail"), Some("email"), None, 50).1, [json!("Shop")]);
    assert_eq!(find("", None, None, Some("DeliveryOfGoods"), 50).1, [json!("Shop")]);
}

fn page(supplier: Option<&str>, kind: Option<&str>) -> verbs::AuditPage {
    verbs::AuditPage { supplier: supplier.map(Into::into), kind: kind.map(Into::into), before: None, limit: 10 }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).expect("hex") as u8).collect();
    digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect()
}
