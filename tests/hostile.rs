//! A hostile supplier and a hostile stranger, over real sockets: each message is refused by its code, and the
//! node goes on serving.

use std::collections::BTreeSet;

use regie::{
    command::Command,
    network::{Endpoint, NetworkEvent},
};
use regie_protocol::{
    agreement::Agreement,
    grant::Access,
    identity::{Keypair, Nonce, PublicKey},
    message::{Message, Reply},
    profile::{Acceptance, Invitation, Profile},
    purpose::Purpose,
    refusal::Refusal,
    request::DataRequest,
    signed::{Signed, Verified},
    time::{Days, Timestamp},
    wire,
};
use regie_tests::{Node, until};
use zeroize::Zeroizing;

#[test]
fn a_hostile_supplier_gets_codes_and_nothing_else() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let hostile = runtime.block_on(Hostile::pair(&person));
    let now = regie::clock::wall();

    let fine = hostile.request(now, 1);
    let reply = hostile.say(&runtime, &Message::Request(hostile.sign(&fine)));
    assert!(matches!(reply, Reply::Answer(_)), "{reply:?}");
    let cases = [
        ("the same id again", Message::Request(hostile.sign(&fine)), Refusal::Replayed),
        (
            "an hour behind",
            Message::Request(hostile.sign(&hostile.request(Timestamp(now.0 - 3_600_000), 2))),
            Refusal::ClockSkew,
        ),
        (
            "an hour ahead",
            Message::Request(hostile.sign(&hostile.request(now.plus_ms(3_600_000), 3))),
            Refusal::ClockSkew,
        ),
        (
            "for another person",
            Message::Request(hostile.sign(&DataRequest { person: other(), ..hostile.request(now, 4) })),
            Refusal::WrongAudience,
        ),
        (
            "no field",
            Message::Request(hostile.sign(&DataRequest { fields: BTreeSet::new(), ..hostile.request(now, 5) })),
            Refusal::Malformed,
        ),
        ("a tampered body", Message::Request(tampered(&hostile.sign(&hostile.request(now, 6)))), Refusal::BadSignature),
        ("a message of the other role", Message::Hello, Refusal::Unexpected),
    ];
    for (what, message, code) in cases {
        assert_eq!(hostile.say(&runtime, &message), Reply::Refused(code), "{what}");
    }
    for garbage in [&b""[..], b"\xff", b"\xa0", &[0x9f; 1000], &[0; 200_000]] {
        let reply = hostile.bytes(&runtime, garbage.to_vec());
        assert_eq!(reply, Reply::Refused(Refusal::Malformed));
    }
    assert!(person.runs());
    assert_eq!(person.ask(&Command::Audit)["verified"], serde_json::json!(true));
}

#[test]
fn a_stranger_at_a_companion_gets_codes_and_raw_bytes_do_no_harm() {
    use std::io::Write as _;
    let directory = tempfile::tempdir().expect("a directory");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", "/ip4/127.0.0.1/tcp/0");
    supplier.start();
    let status = supplier.ask(&Command::Status);
    let address = status["listening"][0].as_str().expect("an address").to_owned();
    let key: PublicKey = status["key"].as_str().expect("a key").parse().expect("a did");
    let port: u16 = address.rsplit('/').next().expect("a port").parse().expect("a number");
    for _ in 0..50 {
        let mut raw = std::net::TcpStream::connect(("127.0.0.1", port)).expect("connected");
        let _ = raw.write_all(&[0xff; 4096]);
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let stranger = Keypair::from_secret(&[77; 32]);
    let reply = runtime.block_on(async {
        let (endpoint, _events) = Endpoint::start(stranger.expose_secret(), &[]).await.expect("started");
        endpoint.connect(*key.as_bytes(), &[address.parse().expect("an address")]).await.expect("connected");
        let pairing = regie_protocol::profile::Pairing {
            person: stranger.public(),
            supplier: key,
            invitation: Nonce([9; 16]),
            proffer: Agreement::SdBase,
            at: regie::clock::wall(),
        };
        let pairing = Verified::sign(pairing, &stranger).expect("signed").signed().clone();
        let frame = wire::encode(&Message::Pair(pairing)).expect("encodes");
        endpoint.exchange(*key.as_bytes(), frame).await.expect("answered")
    });
    let reply: Reply = wire::decode(&reply, 100_000).expect("a reply");
    assert_eq!(reply, Reply::Refused(Refusal::BadInvitation));
    assert!(supplier.runs());
}

/// A supplier that keeps to the protocol just long enough to be paired with.
struct Hostile {
    key: Keypair,
    endpoint: Endpoint,
    person: PublicKey,
}

impl Hostile {
    async fn pair(node: &Node) -> Self {
        let key = Keypair::from_secret(&[66; 32]);
        let listen = ["/ip4/127.0.0.1/tcp/0".parse().expect("an address")];
        let secret: Zeroizing<[u8; 32]> = key.expose_secret();
        let (endpoint, mut events) = Endpoint::start(secret, &listen).await.expect("started");
        let addresses: Vec<String> = endpoint.addresses().iter().map(ToString::to_string).collect();
        let link = Invitation { supplier: key.public(), id: Nonce([1; 16]), addresses: addresses.clone() }.to_string();
        let profile = profile(&key, addresses);
        let (told, person) = std::sync::mpsc::channel();
        let answering = Keypair::from_secret(&[66; 32]);
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                let NetworkEvent::Frame(peer, frame, responder) = event else { continue };
                let person = PublicKey::from_bytes(&peer).expect("a key");
                let reply = match wire::decode::<Message>(&frame, 300_000).expect("a message") {
                    Message::Hello => Reply::Profile(profile.clone()),
                    Message::Pair(_) => {
                        told.send(person).expect("heard");
                        Reply::Paired(accept(&answering, person))
                    }
                    _ => Reply::Refused(Refusal::Unavailable),
                };
                let bytes = wire::encode(&reply).expect("encodes");
                tokio::task::spawn_blocking(move || responder.reply_blocking(bytes));
            }
        });
        let home = node.home.clone();
        let pair = Command::Pair { link, agreement: "SD-BASE".into() };
        tokio::task::spawn_blocking(move || regie::control::ask(&home, &pair)).await.expect("ran").expect("paired");
        let person = person.recv().expect("a person");
        until("the node holds its link", || {
            node.ask(&Command::Status)["suppliers"][0]["connected"] == serde_json::json!(true)
        });
        Self { key, endpoint, person }
    }

    fn request(&self, at: Timestamp, id: u8) -> DataRequest {
        DataRequest {
            id: Nonce([id; 16]),
            supplier: self.key.public(),
            person: self.person,
            at,
            fields: BTreeSet::from(["name.full".parse().expect("a path")]),
            purpose: Purpose::DeliveryOfGoods,
            reason: "because".into(),
            access: Access::Read,
            duration: Days(1),
            retention: Days(1),
            chains: Vec::new(),
        }
    }

    fn sign(&self, request: &DataRequest) -> Signed<DataRequest> {
        Verified::sign(request.clone(), &self.key).expect("signed").signed().clone()
    }

    fn say(&self, runtime: &tokio::runtime::Runtime, message: &Message) -> Reply {
        self.bytes(runtime, wire::encode(message).expect("encodes"))
    }

    fn bytes(&self, runtime: &tokio::runtime::Runtime, frame: Vec<u8>) -> Reply {
        let reply = runtime.block_on(self.endpoint.exchange(*self.person.as_bytes(), frame)).expect("answered");
        wire::decode(&reply, 300_000).expect("a reply")
    }
}

fn other() -> PublicKey {
    Keypair::from_secret(&[5; 32]).public()
}

fn tampered(signed: &Signed<DataRequest>) -> Signed<DataRequest> {
    let (body, signature) = signed.parts();
    let mut body = body.to_vec();
    let at = body.windows(7).position(|part| part == b"because").expect("the reason");
    body[at] = b'B';
    Signed::from_parts(body, *signature)
}

fn profile(key: &Keypair, addresses: Vec<String>) -> Signed<Profile> {
    let profile = Profile {
        supplier: key.public(),
        name: "Hostile BV".into(),
        sector: "retail".into(),
        domain: String::new(),
        contact: String::new(),
        wishes: Vec::new(),
        agreements: BTreeSet::from([Agreement::SdBase]),
        addresses,
        issued: Timestamp(1),
    };
    Verified::sign(profile, key).expect("signed").signed().clone()
}

fn accept(key: &Keypair, person: PublicKey) -> Signed<Acceptance> {
    let acceptance =
        Acceptance { supplier: key.public(), person, agreement: Agreement::SdBase, at: regie::clock::wall() };
    Verified::sign(acceptance, key).expect("signed").signed().clone()
}
