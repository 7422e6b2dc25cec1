//! Floods of connections against a running companion: silent sockets, many keys, and more than the process has file
//! descriptors for. Its memory stays within what the tests state, and the persons it has are served.

use std::{collections::BTreeSet, net::TcpStream};

use regie::network::{Endpoint, Way};
use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_protocol::{
    Access, Agreement, Bounds, Days, Grant, Invitation, Keypair, Nonce, Pairing, PublicKey, Purpose, Refusal, Scope,
    Selector, Verified, limits,
    message::{SupplierReply, ToSupplier},
    wire,
};
use regie_tests::{Node, asking, inviting, number, pairing, resident, until};
use serde_json::json;

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

/// Connections of the flood, a fifth of them encrypted and kept; REGIE_CONNECTIONS sets another number.
const CONNECTIONS: u64 = 1_000;
/// What a companion may hold in memory under a flood.
const MEMORY_BYTES: u64 = 256 << 20;

#[test]
fn a_thousand_connections_of_two_hundred_keys_are_bounded_and_a_person_is_served() {
    let directory = tempfile::tempdir().expect("a directory");
    let (person, supplier) = running(directory.path());
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

/// Somebody whose frames are made by hand, connected with a companion.
struct Crafty {
    key: Keypair,
    supplier: PublicKey,
    endpoint: Endpoint,
    _events: tokio::sync::mpsc::Receiver<regie::network::NetworkEvent>,
}

impl Crafty {
    async fn meet(number: u32, supplier: PublicKey, address: &str) -> Self {
        let mut secret = [8; 32];
        secret[..4].copy_from_slice(&number.to_be_bytes());
        let key = Keypair::from_secret(&secret);
        let (endpoint, events) = Endpoint::start(key.expose_secret(), &[], &Way::default()).await.expect("started");
        let addresses = [address.parse().expect("an address")];
        endpoint.connect(*supplier.as_bytes(), &addresses, None).await.expect("connected");
        Self { key, supplier, endpoint, _events: events }
    }

    async fn say(&self, message: &ToSupplier) -> SupplierReply {
        let frame = wire::encode(message).expect("encodes");
        let reply = self.endpoint.exchange_bytes(*self.supplier.as_bytes(), frame).await.expect("answered");
        wire::decode(&reply, limits::FRAME_BYTES).expect("a reply")
    }

    async fn pair(&self, invitation: Nonce) -> SupplierReply {
        let pairing = Pairing {
            person: self.key.public(),
            supplier: self.supplier,
            invitation,
            proffer: Agreement::SdBase,
            alternative: None,
            at: regie::clock::wall(),
        };
        let pairing = Verified::sign(pairing, &self.key).expect("signed").signed().clone();
        self.say(&ToSupplier::Pair(pairing)).await
    }

    fn grant(&self, number: u32) -> ToSupplier {
        let now = regie::clock::wall();
        let mut nonce = [7; 16];
        nonce[..4].copy_from_slice(&number.to_be_bytes());
        let bounds = Bounds {
            per_hour: 60,
            uses: None,
            not_before: now,
            expires: now.plus_days(Days(30)),
            retention: Days(30),
            delegations: 0,
        };
        let scope = Scope {
            fields: BTreeSet::from([Selector::Field("name.full".parse().expect("a field"))]),
            purposes: BTreeSet::from([Purpose::DeliveryOfGoods]),
            access: Access::Read,
            bounds,
        };
        let grant = Grant {
            issuer: self.key.public(),
            audience: self.supplier,
            scope,
            agreement: Agreement::SdBase,
            nonce: Nonce(nonce),
        };
        ToSupplier::Grant(Verified::sign(grant, &self.key).expect("signed").signed().clone())
    }
}

/// A public link of a companion, and which invitation that is.
fn public_link(supplier: &Node) -> (String, Nonce) {
    let link = supplier.ask(&inviting(true))["link"].as_str().expect("a link").to_owned();
    let invitation: Invitation = link.parse().expect("an invitation");
    (link, invitation.id)
}

#[test]
fn a_person_that_floods_grants_is_refused_unread_and_others_are_served() {
    let directory = tempfile::tempdir().expect("a directory");
    let (person, supplier) = running(directory.path());
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    let honest = supplier.customer()["person"].as_str().expect("a key").to_owned();
    let (address, _, key) = place(&supplier);
    let (_, invitation) = public_link(&supplier);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let crafty = runtime.block_on(Crafty::meet(1, key, &address));
    assert!(matches!(runtime.block_on(crafty.pair(invitation)), SupplierReply::Paired(_)));
    let most = limits::GRANTS_SENT.at_once;
    let (mut noted, mut refused) = (0, 0);
    for number in 0..most + 100 {
        match runtime.block_on(crafty.say(&crafty.grant(number))) {
            SupplierReply::Noted => noted += 1,
            SupplierReply::Refused(Refusal::RateLimited) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(noted >= most && refused > 0, "{noted} were taken and {refused} refused");
    // What is no message is refused by the same rule: by its tag, before anything of it is read.
    let unread = [&b"\xa1\x65grant"[..], &[0xff; 64]].concat();
    let reply = runtime.block_on(crafty.endpoint.exchange_bytes(*key.as_bytes(), unread)).expect("answered");
    let reply: SupplierReply = wire::decode(&reply, limits::FRAME_BYTES).expect("a reply");
    assert_eq!(reply, SupplierReply::Refused(Refusal::RateLimited));
    supplier.ask(&companion::Ask { person: honest, ..asking(&["name.full"], "DeliveryOfGoods", "subscribe") });
    until("the honest person's answer is there", || {
        let people = supplier.ask(&companion::People {}).to_string();
        people.contains("Anna Bakker")
    });
}

#[test]
fn a_crowd_at_a_public_invitation_is_told_to_come_later_and_comes() {
    let directory = tempfile::tempdir().expect("a directory");
    let (person, mut supplier) = running(directory.path());
    let (address, _, key) = place(&supplier);
    let (link, invitation) = public_link(&supplier);
    let bounds = |number| companion::Pairings { per_invitation: Some(number), ..companion::Pairings::default() };
    assert_eq!(supplier.ask(&bounds(5))["per_invitation"], json!(5));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut paired = 0;
    for number in 0..12 {
        let crafty = runtime.block_on(Crafty::meet(number, key, &address));
        match runtime.block_on(crafty.pair(invitation)) {
            SupplierReply::Paired(_) => paired += 1,
            other => assert_eq!(other, SupplierReply::Refused(Refusal::RateLimited)),
        }
    }
    assert_eq!(paired, 5);
    let failure = person.try_ask(&pairing(&link)).expect_err("there is no room");
    assert_eq!(failure.code, "comes_later", "{failure}");
    assert_eq!(supplier.ask(&companion::Pairings::default())["told_later"], json!(8));
    supplier.ask(&bounds(1_000));
    until("the person's node has paired by itself", || person.ask(&verbs::Suppliers::default())["total"] == json!(1));
    // The company's word on it holds after a restart.
    supplier.stop();
    supplier.start();
    assert_eq!(supplier.ask(&companion::Pairings::default())["per_invitation"], json!(1_000));
}

fn people(directory: &std::path::Path) -> (Node, Node) {
    let person = Node::person(directory.join("person"), "balanced");
    (person, Node::supplier(directory.join("supplier"), "Shop", ANY))
}

/// The same, and both run.
fn running(directory: &std::path::Path) -> (Node, Node) {
    let (mut person, mut supplier) = people(directory);
    supplier.start();
    person.start();
    (person, supplier)
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
