//! Delegation over real processes: a shop hands the address on to a carrier, whose own companion uses it once; the
//! person sees it, and it is gone when the person withdraws the grant.

use regie::person::verbs;
use regie_tests::{
    Node,
    api::{self, Client},
    pairing, until, word,
};
use serde_json::{Value, json};

struct World {
    person: Node,
    shop: Client,
    carrier: Client,
    _nodes: (Node, Node),
    /// The person, as the shop calls it.
    buyer: String,
    _directory: tempfile::TempDir,
}

fn company(directory: &std::path::Path, name: &str) -> (Node, Client) {
    api::company(module_path!(), directory.join(name), name)
}

fn mandates(world: &World) -> usize {
    world.carrier.get("/v1/mandates").expect(200)["data"].as_array().map_or(0, Vec::len)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn world() -> World {
    let directory = tempfile::tempdir().expect("a directory");
    let (shop_node, shop) = company(directory.path(), "Shop");
    let (carrier_node, carrier) = company(directory.path(), "Carrier");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.may_dial_this_machine();
    person.start();
    person.set("name.full", "Anna Bakker");
    person.set("address.postalCode", "1012 AB");
    let link = text(&shop.post("/v1/invitations", &json!({})).expect(201)["link"]);
    person.ask(&pairing(&link));
    let buyer = text(&shop.get("/v1/relationships").expect(200)["data"][0]["id"]);
    World { person, shop, carrier, _nodes: (shop_node, carrier_node), buyer, _directory: directory }
}

impl World {
    /// Asks through a client and waits for the answer.
    fn asked(&self, client: &Client, whom: &str, fields: &[&str], delegations: u8) -> Value {
        let request = json!({
            "relationship": whom, "fields": fields, "purpose": "DeliveryOfGoods", "reason": "to bring the parcel",
            "access": "read", "days": 30, "retention_days": 30, "delegations": delegations,
        });
        let path = format!("/v1/requests/{}", text(&client.post("/v1/requests", &request).expect(201)["id"]));
        until("an answer", || client.get(&path).expect(200)["state"] != "queued");
        client.get(&path).expect(200)
    }

    fn delegation(&self, fields: &[&str]) -> Value {
        let link = self.carrier.post("/v1/invitations", &json!({ "public": true })).expect(201)["link"].clone();
        json!({
            "relationship": self.buyer, "processor": link, "fields": fields, "purposes": ["DeliveryOfGoods"],
            "access": "once", "hours": 24, "retention_days": 1, "reference": "parcel 42",
        })
    }
}

/// The same to a company that is away.
fn to_another(world: &World) -> Value {
    let supplier = regie_protocol::Keypair::from_secret(&[9; 32]).public();
    let addresses = vec!["/ip4/127.0.0.1/tcp/9".to_owned()];
    let link = regie_protocol::Invitation { supplier, id: regie_protocol::Nonce([1; 16]), addresses }.to_string();
    let mut wanted = world.delegation(&["address.postalCode"]);
    wanted["processor"] = json!(link);
    wanted
}

#[test]
fn a_carrier_uses_what_the_shop_handed_on_once_and_loses_it_on_revocation() {
    let world = world();
    // Without leave to hand on there is nothing to delegate.
    assert_eq!(world.asked(&world.shop, &world.buyer, &["address.postalCode"], 0)["given"][0], "address.postalCode");
    let wanted = world.delegation(&["address.postalCode"]);
    world.shop.post("/v1/delegations", &wanted).problem(409, "refused");
    // The balanced defaults let a shop give name and address to a carrier.
    let answer = world.asked(&world.shop, &world.buyer, &["name.full", "address.postalCode"], 1);
    assert_eq!(answer["given"], json!(["address.postalCode", "name.full"]), "{answer}");
    let made = world.shop.post("/v1/delegations", &wanted).expect(201);
    let path = format!("/v1/delegations/{}", text(&made["id"]));

    // The person is asked first, and sees who it is and for what.
    until("the shop hears of it", || world.shop.get(&path).expect(200)["state"] == "told");
    let waiting = world.person.ask(&verbs::Processors { forget: None })["waiting"][0].clone();
    assert_eq!((&waiting["name"], &waiting["reference"]), (&json!("Shop"), &json!("parcel 42")));
    assert_eq!(world.carrier.get("/v1/relationships").expect(200)["data"], json!([]), "nobody came before the word");
    let delegation = text(&waiting["delegation"]);
    world.person.ask(&verbs::DecideProcessor { delegation, allow: true, always: true });
    // Then the node meets the carrier by itself and gives it the right to ask.
    until("the carrier has its mandate", || mandates(&world) == 1);
    let mandate = world.carrier.get("/v1/mandates").expect(200)["data"][0].clone();
    assert_eq!(
        (&mandate["id"], &mandate["reference"], &mandate["live"]),
        (&made["id"], &json!("parcel 42"), &json!(true))
    );
    let receiver = text(&mandate["relationship"]);
    let used = world.asked(&world.carrier, &receiver, &["address.postalCode", "name.full"], 0);
    assert_eq!(used["given"], json!(["address.postalCode"]));
    assert_eq!(used["refused"], json!({ "name.full": "not_granted" }), "no default speaks for a processor");
    let again = world.asked(&world.carrier, &receiver, &["address.postalCode"], 0);
    assert_eq!(again["refused"], json!({ "address.postalCode": "used_up" }), "once is once");
    let values = format!("/v1/relationships/{receiver}/values");
    assert_eq!(world.carrier.get(&values).expect(200)["data"][0]["value"], "1012 AB");

    // The person sees who has it and through whom.
    let shop = world.person.ask(&verbs::Supplier { supplier: "Shop".into() });
    let handed_on = &shop["handed_on"][0];
    assert_eq!((&handed_on["name"], &handed_on["reference"]), (&json!("Carrier"), &json!("parcel 42")));
    assert_eq!(
        shop["history"].as_array().expect("a list").iter().filter(|e| e["event"]["delegated"].is_object()).count(),
        1
    );
    assert_eq!(world.person.ask(&verbs::Supplier { supplier: "Carrier".into() })["introduced_by"], "Shop");
    let who = world.person.ask(&verbs::Field { field: word("address.postalCode") });
    let names: Vec<String> = who["known_by"].as_array().expect("a list").iter().map(|one| text(&one["name"])).collect();
    assert!(names.contains(&"Carrier".to_owned()) && names.contains(&"Shop".to_owned()), "{names:?}");

    // The person ends the shop's grant: the carrier's delegation ends with it, and both erase.
    world.person.ask(&verbs::Revoke { grant: text(&handed_on["under"]), erase: true });
    until("the carrier erased", || world.carrier.get(&values).expect(200)["data"] == json!([]));
    until("the shop knows", || world.shop.get(&path).expect(200)["state"] == "ended");
    assert_eq!(world.carrier.get("/v1/erasures").expect(200)["data"][0]["demanded"], json!(true));
    let after = world.asked(&world.carrier, &receiver, &["address.postalCode"], 0);
    assert_eq!(after["refused"], json!({ "address.postalCode": "revoked" }));
    assert_eq!(world.person.ask(&verbs::Audit {})["verified"], json!(true));
}

/// The relationship oracle, over real processes: the person deals with the carrier already, and neither company can tell.
#[test]
fn a_processor_that_the_person_knows_meets_somebody_else() {
    let world = world();
    let link = text(&world.carrier.post("/v1/invitations", &json!({})).expect(201)["link"]);
    world.person.ask(&pairing(&link));
    let known_as = text(&world.carrier.get("/v1/relationships").expect(200)["data"][0]["id"]);
    world.asked(&world.shop, &world.buyer, &["address.postalCode"], 1);
    let wanted = world.delegation(&["address.postalCode"]);
    world.shop.post("/v1/delegations", &wanted).expect(201);
    until("the person is asked", || {
        world.person.ask(&verbs::Processors { forget: None })["waiting"].as_array().is_some_and(|all| all.len() == 1)
    });
    let waiting = world.person.ask(&verbs::Processors { forget: None })["waiting"][0].clone();
    assert_eq!(waiting["known_as"], json!("Carrier"), "the person sees what nobody else does");
    assert_eq!(mandates(&world), 0);
    let delegation = text(&waiting["delegation"]);
    world.person.ask(&verbs::DecideProcessor { delegation, allow: true, always: false });
    until("the carrier has its mandate", || mandates(&world) == 1);
    let mandate = world.carrier.get("/v1/mandates").expect(200)["data"][0].clone();
    assert_ne!(text(&mandate["relationship"]), known_as, "the carrier has two customers, and nothing joins them");
    let used = world.asked(&world.carrier, &text(&mandate["relationship"]), &["address.postalCode"], 0);
    assert_eq!(used["given"], json!(["address.postalCode"]));
    // A word of no ends what was handed on, and the next one is asked about again.
    world.shop.post("/v1/delegations", &to_another(&world)).expect(201);
    until("the person is asked", || {
        world.person.ask(&verbs::Processors { forget: None })["waiting"].as_array().is_some_and(|all| all.len() == 1)
    });
    let delegation = text(&world.person.ask(&verbs::Processors { forget: None })["waiting"][0]["delegation"]);
    world.person.ask(&verbs::DecideProcessor { delegation, allow: false, always: true });
    let processors = world.person.ask(&verbs::Processors { forget: None });
    assert_eq!((&processors["waiting"], &processors["rules"][0]["answer"]), (&json!([]), &json!("refuse")));
    let name = text(&processors["rules"][0]["name"]);
    assert_eq!(world.person.ask(&verbs::Processors { forget: Some(name) })["rules"], json!([]));
}

#[test]
fn a_delegation_wider_than_its_grant_is_not_made() {
    let world = world();
    world.asked(&world.shop, &world.buyer, &["address.postalCode"], 1);
    let wider = [
        ("a field that was not given", json!({ "fields": ["name.full"] })),
        ("another purpose", json!({ "purposes": ["Marketing"] })),
        ("every change", json!({ "access": "subscribe" })),
        ("kept for longer", json!({ "retention_days": 31 })),
        ("handed on further", json!({ "delegations": 1 })),
    ];
    for (what, change) in wider {
        let mut wanted = world.delegation(&["address.postalCode"]);
        wanted.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        let answer = world.shop.post("/v1/delegations", &wanted);
        answer.problem(
            if what.starts_with("a field") { 409 } else { 422 },
            if what.starts_with("a field") { "refused" } else { "bad_argument" },
        );
    }
    assert_eq!(world.shop.get("/v1/delegations").expect(200)["data"], json!([]));
    let own = world.shop.post("/v1/invitations", &json!({ "public": true })).expect(201)["link"].clone();
    let mut to_itself = world.delegation(&["address.postalCode"]);
    to_itself["processor"] = own;
    world.shop.post("/v1/delegations", &to_itself).problem(422, "bad_argument");
}
