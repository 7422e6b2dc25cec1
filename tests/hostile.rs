//! A hostile supplier and a hostile stranger, over real sockets: each message is refused by its code, and the
//! node goes on serving.

use std::collections::BTreeSet;

use regie::{
    command::Command,
    network::{Endpoint, Way},
};
use regie_protocol::{
    agreement::Agreement,
    identity::{Keypair, Nonce, PublicKey},
    message::{Message, Reply},
    refusal::Refusal,
    request::DataRequest,
    signed::{Signed, Verified},
    time::Timestamp,
    wire,
};
use regie_tests::{Node, paper_supplier::PaperSupplier, until};

#[test]
fn a_hostile_supplier_gets_codes_and_nothing_else() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let hostile = runtime.block_on(pair(&person));
    let now = regie::clock::wall();

    let fine = hostile.request(now, [1; 16]);
    let reply = runtime.block_on(hostile.say(&Message::Request(hostile.sign(&fine))));
    assert!(matches!(reply, Reply::Answer(_)), "{reply:?}");
    let cases = [
        ("the same id again", Message::Request(hostile.sign(&fine)), Refusal::Replayed),
        (
            "an hour behind",
            Message::Request(hostile.sign(&hostile.request(Timestamp(now.0 - 3_600_000), [2; 16]))),
            Refusal::ClockSkew,
        ),
        (
            "an hour ahead",
            Message::Request(hostile.sign(&hostile.request(now.plus_ms(3_600_000), [3; 16]))),
            Refusal::ClockSkew,
        ),
        (
            "for another person",
            Message::Request(hostile.sign(&DataRequest { person: other(), ..hostile.request(now, [4; 16]) })),
            Refusal::WrongAudience,
        ),
        (
            "no field",
            Message::Request(hostile.sign(&DataRequest { fields: BTreeSet::new(), ..hostile.request(now, [5; 16]) })),
            Refusal::Malformed,
        ),
        (
            "a tampered body",
            Message::Request(tampered(&hostile.sign(&hostile.request(now, [6; 16])))),
            Refusal::BadSignature,
        ),
        ("a message of the other role", Message::Hello, Refusal::Unexpected),
    ];
    for (what, message, code) in cases {
        assert_eq!(runtime.block_on(hostile.say(&message)).refusal(), Some(code), "{what}");
    }
    for garbage in [&b""[..], b"\xff", b"\xa0", b"\x6fno_such_message", &[0x9f; 1000], &[0; 200_000]] {
        let reply = runtime.block_on(hostile.bytes(garbage.to_vec()));
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
        let (endpoint, _events) =
            Endpoint::start(stranger.expose_secret(), &[], &Way::default()).await.expect("started");
        endpoint.connect(*key.as_bytes(), &[address.parse().expect("an address")], None).await.expect("connected");
        let pairing = regie_protocol::profile::Pairing {
            person: stranger.public(),
            supplier: key,
            invitation: Nonce([9; 16]),
            proffer: Agreement::SdBase,
            alternative: None,
            at: regie::clock::wall(),
        };
        let pairing = Verified::sign(pairing, &stranger).expect("signed").signed().clone();
        let frame = wire::encode(&Message::Pair(pairing)).expect("encodes");
        endpoint.exchange_bytes(*key.as_bytes(), frame).await.expect("answered")
    });
    let reply: Reply = wire::decode(&reply, 100_000).expect("a reply");
    assert_eq!(reply, Reply::Refused(Refusal::BadInvitation));
    assert!(supplier.runs());
}

/// Pairs with a running node and waits until it holds its link.
async fn pair(node: &Node) -> PaperSupplier {
    let supplier = PaperSupplier::open([66; 32]).await;
    let (home, link) = (node.home.clone(), supplier.link.clone());
    let pair = Command::Pair { link, agreement: "SD-BASE".into(), vouched: true };
    tokio::task::spawn_blocking(move || regie::control::ask(&home, &pair)).await.expect("ran").expect("paired");
    let supplier = supplier.paired();
    until("the node holds its link", || {
        node.ask(&Command::Status)["suppliers"][0]["connected"] == serde_json::json!(true)
    });
    supplier
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
