//! A supplier that nobody can dial, a forwarder and a person as three processes: they pair and answer through the
//! forwarder, which keeps and logs nothing of the person.

use std::{fs::File, path::Path};

use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_protocol::PublicKey;
use regie_tests::{Node, files, until};
use serde_json::{Value, json};

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

/// Starts a companion with these options; all that it says goes into a file.
fn start(node: &mut Node, options: &[&str], log: &Path) {
    let mut process = node.process(&[&["--json", "supplier", "run"], options].concat());
    process.env("REGIE_LOG", "debug").stderr(File::create(log).expect("a file"));
    node.start_process(process);
}

fn forwarding(forwarder: &Node) -> Value {
    forwarder.ask(&companion::Forwarding {})
}

/// Every form in which a key could be written down.
fn forms(key: &str) -> Vec<Vec<u8>> {
    let public: PublicKey = key.parse().expect("a key");
    let bytes = public.as_bytes();
    let hex = data_encoding::HEXLOWER.encode(bytes);
    let peer: libp2p::PeerId = {
        let key = libp2p::identity::ed25519::PublicKey::try_from_bytes(bytes).expect("a key");
        libp2p::identity::PublicKey::from(key).to_peer_id()
    };
    let text = key.strip_prefix("did:key:").expect("a key");
    vec![text.into(), bytes.to_vec(), hex.into(), peer.to_string().into()]
}

fn contains(file: &Path, form: &[u8]) -> bool {
    let bytes = std::fs::read(file).expect("readable");
    bytes.windows(form.len()).any(|part| part == form)
}

#[test]
fn a_supplier_without_an_address_pairs_and_is_answered_through_a_forwarder_that_keeps_nothing_of_the_person() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = |name: &str| directory.path().join(name);
    let (log_of_forwarder, log_of_supplier) = (place("forwarder.log"), place("supplier.log"));
    let mut supplier = Node::at(place("supplier"));
    let init = ["--json", "supplier", "init", "--name", "Shop", "--sector", "retail", "--listen", ANY];
    let made: Value = serde_json::from_str(&supplier.good(&init)).expect("JSON");
    let key = made["key"].as_str().expect("a key");

    let mut forwarder = Node::supplier(place("forwarder"), "Forwarder", ANY);
    let idle = forwarder.bad(&["supplier", "run", "--through", "f.example"], 2);
    assert!(idle.contains("a forwarder is written KEY@ADDRESS"), "{idle}");
    start(&mut forwarder, &["--forward", key], &log_of_forwarder);
    let told = forwarding(&forwarder);
    assert_eq!(told["forwards_to"], json!([{ "key": key, "connected": false, "people": 0 }]));
    let through = told["through"][0].as_str().expect("a forwarder").to_owned();

    start(&mut supplier, &["--through", &through], &log_of_supplier);
    until("the supplier is connected", || forwarding(&forwarder)["forwards_to"][0]["connected"] == json!(true));
    let status = supplier.ask(&verbs::Status {});
    assert_eq!(status["forwarders"][0]["connected"], json!(true), "{status}");
    let announced = status["announced"].as_array().expect("a list");
    let only = announced[0].as_str().expect("an address");
    assert!(announced.len() == 1 && only.contains("/ws/http-path/f%2Fz"), "{status}");

    let well = supplier.good(&["doctor"]);
    assert!(well.contains("people come by the forwarder"), "{well}");

    let mut person = Node::person(place("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    until("the name is there", || supplier.customer()["held"][0]["value"] == json!("Anna Bakker"));
    person.set("name.full", "Anna de Bakker");
    until("the change is there", || supplier.customer()["held"][0]["value"] == json!("Anna de Bakker"));
    assert_eq!(forwarding(&forwarder)["forwards_to"][0]["people"], json!(1));

    let theirs = supplier.customer()["person"].as_str().expect("a key").to_owned();
    for node in [&mut person, &mut supplier, &mut forwarder] {
        node.stop();
    }
    let of_forwarder = files(&place("forwarder")).into_iter().chain([log_of_forwarder.clone()]);
    for file in of_forwarder {
        for form in forms(&theirs) {
            assert!(!contains(&file, &form), "a key of the person in {}", file.display());
        }
    }
    // The controls: something was logged, and what is looked for would be found.
    for log in [&log_of_forwarder, &log_of_supplier] {
        assert!(std::fs::metadata(log).is_ok_and(|log| log.len() > 0), "{} is empty", log.display());
    }
    let seen = place("control");
    std::fs::write(&seen, format!("connected: {theirs}")).expect("written");
    assert!(forms(&theirs).iter().any(|form| contains(&seen, form)), "a key in a file is found");
}

#[test]
fn doctor_says_what_is_wrong_with_a_forwarder() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut forwarder = Node::supplier(directory.path().join("forwarder"), "Forwarder", ANY);
    let other = companion_key(&forwarder);
    forwarder.start_process(forwarder.process(&["--json", "supplier", "run", "--forward", &other]));
    let through = forwarding(&forwarder)["through"][0].as_str().expect("a forwarder").to_owned();
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", ANY);
    supplier.start_process(supplier.process(&["--json", "supplier", "run", "--through", &through]));
    let told = |supplier: &Node| {
        let output = supplier.verb(&["--json", "doctor"]);
        assert_eq!(output.status.code(), Some(7));
        String::from_utf8(output.stdout).expect("text")
    };
    let key = supplier.ask(&verbs::Status {})["key"].as_str().expect("a key").to_owned();
    let words = told(&supplier);
    assert!(words.contains(&format!("--forward {key}")), "it is there and forwards for another: {words}");
    forwarder.stop();
    let words = told(&supplier);
    assert!(words.contains("the forwarder is not reached") && words.contains("refused"), "{words}");
}

#[test]
fn a_companion_that_forwards_for_nobody_says_how_to() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut companion = Node::supplier(directory.path().join("companion"), "Shop", ANY);
    companion.start();
    let words = companion.bad(&["supplier", "forward"], 2);
    assert!(words.contains("--forward KEY"), "{words}");
    companion.stop();
    let deaf = Node::supplier(directory.path().join("deaf"), "Shop", "/ip4/127.0.0.1/udp/0/quic-v1");
    let key = companion_key(&deaf);
    let words = deaf.bad(&["supplier", "run", "--forward", &key], 2);
    assert!(words.contains("TCP port"), "{words}");
}

/// Some key.
fn companion_key(deaf: &Node) -> String {
    let other = Node::at(deaf.home.with_extension("other"));
    let init = ["--json", "supplier", "init", "--name", "Other", "--sector", "retail"];
    let made: Value = serde_json::from_str(&other.good(&init)).expect("JSON");
    made["key"].as_str().expect("a key").to_owned()
}
