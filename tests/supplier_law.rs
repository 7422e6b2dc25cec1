//! What the law asks of a company, over real sockets: a right that is answered with data, the register of article 30, and what is due.

use regie::supplier::verbs as companion;
use regie_tests::{
    Node,
    api::{self, Client},
    http::send,
    pairing, until,
};
use serde_json::{Value, json};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A company, a person of whom it holds the name, and the id of their relationship.
fn begin(directory: &std::path::Path) -> (Node, Client, Node, String) {
    let (supplier, client) = api::company(module_path!(), directory.join("supplier"), "Shop");
    let mut person = Node::person(directory.join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    let invitation = client.post("/v1/invitations", &json!({ "reference": "4711" })).expect(201);
    person.ask(&pairing(invitation["link"].as_str().expect("a link")));
    let relationship = text(&client.get("/v1/relationships").expect(200)["data"][0]["id"]);
    let request = json!({
        "relationship": relationship, "fields": ["name.full", "birthDate"], "purpose": "DeliveryOfGoods",
        "reason": "for the parcel", "access": "subscribe", "days": 30, "retention_days": 30,
    });
    client.post("/v1/requests", &request).expect(201);
    until("the name is held", || {
        client.get(&format!("/v1/relationships/{relationship}")).expect(200)["held"] == json!(["name.full"])
    });
    (supplier, client, person, relationship)
}

/// The one act that waits for an answer.
fn open_act(client: &Client) -> String {
    let mut found = None;
    until("the act came", || {
        found = client.get("/v1/acts?state=open").expect(200)["data"][0]["id"].as_str().map(str::to_owned);
        found.is_some()
    });
    found.expect("it came")
}

#[test]
fn a_right_of_access_is_answered_with_everything_that_is_held_as_json() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_supplier, client, person, relationship) = begin(directory.path());
    client.get(&format!("/v1/relationships/{relationship}/values")).expect(200);
    person.good(&["right", "Shop", "access", "--words", "And the notes.", "--yes"]);
    let act = open_act(&client);
    let due = client.get("/v1/duties").expect(200);
    assert_eq!((&due["rights_open"], &due["rights_overdue"]), (&json!(1), &json!(0)), "{due}");
    assert_eq!(due["first_due"], client.get(&format!("/v1/acts/{act}")).expect(200)["answer_by"]);

    let path = format!("/v1/acts/{act}/answer");
    let answer = json!({ "answer": "done", "data": { "notes": ["Called about the parcel."] } });
    let shut = client.post(&path, &answer);
    assert!(shut.text().contains("not_opened") || shut.text().contains("regie open"), "{}", shut.text());
    assert_eq!(client.get(&format!("/v1/acts/{act}")).expect(200)["state"], "open", "nothing of it was kept");
    for wrong in [
        json!({ "answer": "refused", "why": "excessive", "data": {} }),
        json!({ "answer": "done", "data": [] }),
        json!({ "answer": "done", "data": {}, "item": "itm_aaaaaaaaaaaaaaaaaaaaaaaaaa" }),
    ] {
        client.post(&path, &wrong).problem(422, "bad_argument");
    }

    person.good(&["open", "Shop", "messages"]);
    until("it is open", || {
        client.get(&format!("/v1/relationships/{relationship}")).expect(200)["opened"] == json!(["messages"])
    });
    let answered = client.post(&path, &answer).expect(201);
    assert_eq!((&answered["state"], answered["answers"][0]["item"].is_string()), (&json!("answered"), true));
    let mut held = None;
    until("the person has it", || {
        let inbox = person.ask(&regie::person::verbs::Inbox {});
        held = inbox[0]["id"].as_str().map(str::to_owned);
        held.is_some()
    });
    let file = directory.path().join("answer.json");
    person.good(&["item", "show", &held.expect("it came"), "--out", file.to_str().expect("a path")]);
    let body: Value = serde_json::from_slice(&std::fs::read(&file).expect("read")).expect("JSON");
    let dossier = &body["dossier"];
    assert_eq!(body["company"]["notes"][0], "Called about the parcel.");
    assert_eq!(
        (&dossier["values"][0]["field"], &dossier["values"][0]["value"]),
        (&json!("name.full"), &json!("Anna Bakker"))
    );
    assert_eq!((&dossier["controller"]["name"], &dossier["reference"]), (&json!("Shop"), &json!("4711")));
    assert_eq!(dossier["requests"][0]["reason"], "for the parcel");
    let grants = dossier["grants"].as_array().expect("grants");
    assert!(grants.iter().any(|grant| grant["purposes"] == json!(["DeliveryOfGoods"])), "{dossier}");
    assert_eq!(dossier["readings"][0]["by"], "/v1/relationships/{id}/values", "who in the company saw it");
    let readings = client.get("/v1/readings").expect(200);
    assert_eq!(readings["data"].as_array().map(Vec::len), Some(2), "the answer counts as seen, too: {readings}");
    until("the answer arrived", || client.get("/v1/duties").expect(200)["answers_on_their_way"] == json!(0));
    assert_eq!(client.get("/v1/duties").expect(200)["rights_open"], json!(0));
}

#[test]
fn the_register_says_what_is_asked_and_held_for_each_purpose_and_no_value() {
    let directory = tempfile::tempdir().expect("a directory");
    let (supplier, client, person, relationship) = begin(directory.path());
    let register = client.get("/v1/register").expect(200);
    assert_eq!((&register["controller"]["name"], &register["persons"]), (&json!("Shop"), &json!(1)));
    let activity = &register["activities"][0];
    assert_eq!(register["activities"].as_array().map(Vec::len), Some(1), "{register}");
    assert_eq!((&activity["purpose"], &activity["legal_basis"]), (&json!("DeliveryOfGoods"), &json!("dpv:Consent")));
    assert_eq!((&activity["asked"], &activity["allowed"]), (&json!(1), &json!(1)));
    assert_eq!((&activity["reasons"], &activity["longest_retention_days"]), (&json!(["for the parcel"]), &json!(30)));
    let field = |name: &str| activity["fields"][name].clone();
    assert_eq!((&field("name.full")["asked"], &field("name.full")["held"]), (&json!(1), &json!(1)));
    assert_eq!((&field("birthDate")["asked"], &field("birthDate")["held"]), (&json!(1), &json!(0)));
    assert!(!register.to_string().contains("Anna"), "{register}");
    assert_eq!(client.get("/v1/readings").expect(200)["data"], json!([]), "a count is no reading");
    let consents = || client.get(&format!("/v1/relationships/{relationship}/consents")).expect(200);
    let document = consents();
    let record = &document["@graph"][0];
    assert_eq!(document["@graph"].as_array().map(Vec::len), Some(1), "{document}");
    let own = person.good(&["--json", "receipts"]);
    let own: Value = serde_json::from_str(&own).expect("JSON");
    assert_eq!(record, &own["@graph"][0], "both sides have the same record");

    // What is withdrawn is held no more, and was asked all the same.
    person.good(&["revoke", "--all", "Shop"]);
    until("the values are gone", || {
        client.get(&format!("/v1/relationships/{relationship}")).expect(200)["held"] == json!([])
    });
    let ended = consents()["@graph"][0]["dpv:hasConsentStatus"].clone();
    assert_eq!(
        (&ended[1]["@type"], ended[1]["dct:date"].is_string()),
        (&json!("dpv:ConsentWithdrawn"), true),
        "{ended}"
    );
    let after = client.get("/v1/register").expect(200)["activities"][0].clone();
    assert_eq!(
        (&after["asked"], &after["allowed"], &after["fields"]["name.full"]["held"]),
        (&json!(1), &json!(0), &json!(0))
    );
    let trial = client.with_key(&supplier.api_key(true)).get("/v1/register").expect(200);
    assert_eq!((&trial["persons"], &trial["activities"]), (&json!(0), &json!([])), "the other world");
}

#[test]
fn a_right_is_answered_on_the_companys_page_by_a_key_that_may_speak() {
    let directory = tempfile::tempdir().expect("a directory");
    let (supplier, client, person, relationship) = begin(directory.path());
    person.good(&["open", "Shop", "messages"]);
    person.good(&["right", "Shop", "portability", "--words", "For <b>another</b> shop.", "--yes"]);
    let act = open_act(&client);
    until("it is open", || {
        client.get(&format!("/v1/relationships/{relationship}")).expect(200)["opened"] == json!(["messages"])
    });
    let to = client.address;
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let enter = |key: &str| {
        let entered = send(to, "POST", "/console", &[form], &format!("key={key}"));
        (entered.cookie().expect("a cookie"), entered.header("location").expect("a path").to_owned())
    };
    let asked: companion::KeyCreate =
        serde_json::from_value(json!({ "name": "a reader", "test": false, "scopes": ["read"] })).expect("a key");
    let reader = enter(supplier.ask(&asked)["key"].as_str().expect("a key"));
    let speaker = enter(client.key());
    let page = |(cookie, at): &(String, String)| send(to, "GET", &format!("{at}/acts"), &[("Cookie", cookie)], "").body;
    let answer = |(cookie, at): &(String, String), says: &str| {
        send(to, "POST", &format!("{at}/acts"), &[form, ("Cookie", cookie)], &format!("act={act}&says={says}"))
    };
    assert!(page(&speaker).contains(&act) && page(&speaker).contains("For &#60;b&#62;another"), "{}", page(&speaker));
    assert!(page(&reader).contains(&act) && !page(&reader).contains("<select"), "who only looks sees no form");
    assert_eq!(answer(&reader, "done").status, 422);
    for wrong in ["", "ends", "refused:nope", "refused:no_such_contract", "extended:excessive"] {
        assert_eq!(answer(&speaker, wrong).status, 422, "{wrong}");
    }
    assert_eq!(client.get(&format!("/v1/acts/{act}")).expect(200)["state"], "open");
    let input = json!({ "at": format!("http://{to}/console"), "key": client.key(), "shots": directory.path() });
    if let Some(told) = crate::dashboard::browser("console.mjs", &input) {
        assert_eq!(told["violations"], json!([]));
    }
    let extended = answer(&speaker, "extended:complex");
    assert_eq!(extended.status, 200, "{}", extended.body);
    assert!(!page(&speaker).contains("extended:complex"), "once");
    assert_eq!(answer(&speaker, "dossier").status, 200);
    assert!(!page(&speaker).contains(&act));
    until("the person has it", || person.ask(&regie::person::verbs::Inbox {})[0]["id"].is_string());
    assert_eq!(client.get(&format!("/v1/acts/{act}")).expect(200)["state"], "answered");
}
