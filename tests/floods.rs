//! Floods of connections against a running companion: silent sockets, many keys, and more than the process has file
//! descriptors for. Its memory stays within what the tests state, and the persons it has are served.

use std::net::TcpStream;

use regie::network::{Endpoint, Way};
use regie::person::verbs;
use regie_protocol::{Keypair, PublicKey};
use regie_tests::{Node, inviting, number, pairing, resident, until};
use serde_json::json;

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

/// Connections of the flood, a fifth of them encrypted and kept; REGIE_CONNECTIONS sets another number.
const CONNECTIONS: u64 = 1_000;
/// What a companion may hold in memory under a flood.
const MEMORY_BYTES: u64 = 256 << 20;

#[test]
fn a_thousand_connections_of_two_hundred_keys_are_bounded_and_a_person_is_served() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut person, mut supplier) = people(directory.path());
    supplier.start();
    person.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    let (address, port, key) = place(&supplier);

    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut connected = Vec::new();
    let connections = number("REGIE_CONNECTIONS", CONNECTIONS);
    for number in 0..connections / 5 {
        let mut secret = [9; 32];
        secret[..8].copy_from_slice(&number.to_be_bytes());
        connected.push(runtime.block_on(async {
            let stranger = Keypair::from_secret(&secret);
            let (endpoint, events) =
                Endpoint::start(stranger.expose_secret(), &[], &Way::default()).await.expect("started");
            endpoint.connect(*key.as_bytes(), &[address.parse().expect("an address")], None).await.expect("connected");
            (endpoint, events)
        }));
    }
    let sockets = 0..connections - connections / 5;
    let silent: Vec<TcpStream> = sockets.filter_map(|_| TcpStream::connect(("127.0.0.1", port)).ok()).collect();
    assert!(silent.len() as u64 > connections / 5, "{} sockets", silent.len());

    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    until("the person's answer is there", || supplier.customer()["held"][0]["value"] == json!("Anna Bakker"));
    person.set("name.full", "Anna de Vries");
    until("the change is there", || supplier.customer()["held"][0]["value"] == json!("Anna de Vries"));
    let resident = resident(supplier.pid());
    println!("{} connections, {} silent sockets: {} MiB", connected.len(), silent.len(), resident >> 20);
    assert!(resident <= MEMORY_BYTES, "{} MiB", resident >> 20);
    // The silent ones end, so a new person finds room while they are still held open on this side.
    newcomer(directory.path(), &supplier);
    drop(silent);
}

#[test]
fn without_file_descriptors_a_companion_waits_and_goes_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let (_, mut supplier) = people(directory.path());
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -n 128; exec \"$0\" \"$@\""]);
    let plain = supplier.process(&["--json", "run"]);
    limited.arg(plain.get_program()).args(plain.get_args());
    limited.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.stderr(std::process::Stdio::null());
    supplier.start_process(limited);
    let (_, port, _) = place(&supplier);
    let silent: Vec<TcpStream> = (0..400).filter_map(|_| TcpStream::connect(("127.0.0.1", port)).ok()).collect();
    assert!(silent.len() > 128, "{} sockets", silent.len());
    assert!(supplier.runs());
    drop(silent);
    newcomer(directory.path(), &supplier);
    assert!(supplier.runs());
}

fn people(directory: &std::path::Path) -> (Node, Node) {
    let person = Node::person(directory.join("person"), "balanced");
    (person, Node::supplier(directory.join("supplier"), "Shop", ANY))
}

/// Where a companion listens, by address and port, and under which key.
fn place(supplier: &Node) -> (String, u16, PublicKey) {
    let status = supplier.ask(&verbs::Status {});
    let address = status["listening"][0].as_str().expect("an address").to_owned();
    let port = address.rsplit('/').next().expect("a port").parse().expect("a number");
    (address, port, status["key"].as_str().expect("a key").parse().expect("a did"))
}

/// Somebody who was not there before pairs.
fn newcomer(directory: &std::path::Path, supplier: &Node) {
    let mut person = Node::person(directory.join("newcomer"), "balanced");
    person.start();
    until("a newcomer pairs", || {
        let Ok(invitation) = supplier.try_ask(&inviting(false)) else { return false };
        let link = invitation["link"].as_str().expect("a link").to_owned();
        person.try_ask(&pairing(&link)).is_ok()
    });
}
