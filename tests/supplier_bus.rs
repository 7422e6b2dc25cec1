//! What happened, told to a real NATS: nothing is lost or doubled while the server is away and while the companion is
//! killed.

use regie_tests::{Node, api::Client, nats::Nats, until};
use serde_json::Value;

/// The ids of all events, oldest first, with their kinds.
fn events(client: &Client) -> Vec<(String, String)> {
    let page = client.get("/v1/events?limit=200").expect(200);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    page["data"].as_array().expect("a list").iter().map(|event| (text(&event["id"]), text(&event["type"]))).collect()
}

#[test]
fn nats_has_every_event_once_over_its_own_absence_and_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let (port, files) = (Nats::port(), directory.path().join("jetstream"));
    if Nats::start(port, &files).is_none() {
        return;
    }
    // After a kill it listens where the person's node looks for it.
    let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
    let config = supplier.home.join("config.toml");
    let text = std::fs::read_to_string(&config).expect("read");
    std::fs::write(&config, format!("nats = \"nats://127.0.0.1:{port}\"\n{text}")).expect("written");
    let client = Client::new(supplier.serve_api(), &supplier.api_key(false));
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    // The server is away: what happens waits in the store, also over a kill.
    person.pair(&supplier);
    supplier.kill();
    let client = client.at(supplier.serve_api());
    let nats = Nats::start(port, &files).expect("it was there before");
    until("the beginning is told", || nats.stream("REGIE").len() == events(&client).len());
    drop(nats);
    let relationship = client.get("/v1/relationships").expect(200)["data"][0]["id"].clone();
    let request = serde_json::json!({
        "relationship": relationship, "fields": ["name.full"], "purpose": "DeliveryOfGoods", "reason": "for the parcel"
    });
    client.post("/v1/requests", &request).expect(201);
    let nats = Nats::start(port, &files).expect("it was there before");
    until("a value came", || events(&client).iter().any(|(_, kind)| kind == "disclosure.received"));
    supplier.kill();
    let client = client.at(supplier.serve_api());
    until("all is told", || nats.stream("REGIE").len() >= events(&client).len());
    let known = events(&client);
    let told = nats.stream("REGIE");
    assert_eq!(told.len(), known.len());
    for ((subject, headers, event), (id, kind)) in told.iter().zip(&known) {
        assert_eq!((&event["id"], &event["specversion"]), (&id.as_str().into(), &"1.0".into()));
        assert_eq!(event["type"], format!("regie.{kind}"));
        assert_eq!(subject, &format!("regie.live.{kind}"));
        assert!(headers.contains("Content-Type: application/cloudevents+json"), "{headers}");
        let source = event["source"].as_str().expect("a source");
        assert!(source.starts_with("did:key:") && source.ends_with("#live"), "{source}");
        assert!(!event.to_string().contains("Anna"), "names, never a value");
    }
    assert!(known.iter().any(|(_, kind)| kind == "relationship.created"), "{known:?}");
}
