//! A hostile supplier and a hostile stranger, over real sockets: each message is refused by its code, and the
//! node goes on serving.

use std::collections::BTreeSet;

use regie::network::{Endpoint, Way};
use regie::person::verbs;
use regie_protocol::{
    Agreement, DataRequest, Keypair, Nonce, ObjectId, PublicKey, Refusal, Signed, Timestamp, Verified,
    message::{Browse, PersonReply, SupplierReply, ToBoard, ToHelper, ToPerson, ToSupplier},
    tally::Close,
    wire,
};
use regie_tests::{Node, pairing, paper_supplier::PaperSupplier, until};

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
    let reply = runtime.block_on(hostile.say(&ToPerson::Request(hostile.sign(&fine))));
    assert!(matches!(reply, PersonReply::Answer(_)), "{reply:?}");
    let cases = [
        ("the same id again", ToPerson::Request(hostile.sign(&fine)), Refusal::Replayed),
        (
            "an hour behind",
            ToPerson::Request(hostile.sign(&hostile.request(Timestamp(now.0 - 3_600_000), [2; 16]))),
            Refusal::ClockSkew,
        ),
        (
            "an hour ahead",
            ToPerson::Request(hostile.sign(&hostile.request(now.plus_ms(3_600_000), [3; 16]))),
            Refusal::ClockSkew,
        ),
        (
            "for another person",
            ToPerson::Request(hostile.sign(&DataRequest { person: other(), ..hostile.request(now, [4; 16]) })),
            Refusal::WrongAudience,
        ),
        (
            "no field",
            ToPerson::Request(hostile.sign(&DataRequest { fields: BTreeSet::new(), ..hostile.request(now, [5; 16]) })),
            Refusal::Malformed,
        ),
        (
            "a tampered body",
            ToPerson::Request(tampered(&hostile.sign(&hostile.request(now, [6; 16])))),
            Refusal::BadSignature,
        ),
    ];
    for (what, message, code) in cases {
        assert_eq!(runtime.block_on(hostile.say(&message)).refusal(), Some(code), "{what}");
    }
    for other in [wire::encode(&ToSupplier::Hello), wire::encode(&browse()), wire::encode(&close())] {
        let reply = runtime.block_on(hostile.bytes(other.expect("encodes")));
        assert_eq!(reply, PersonReply::Refused(Refusal::Unexpected), "for another role");
    }
    for garbage in [&b""[..], b"\xff", b"\xa0", b"\x6fno_such_message", &[0x9f; 1000], &[0; 200_000]] {
        let reply = runtime.block_on(hostile.bytes(garbage.to_vec()));
        assert_eq!(reply, PersonReply::Refused(Refusal::Malformed));
    }
    assert!(person.runs());
    assert_eq!(person.ask(&verbs::Audit {})["verified"], serde_json::json!(true));
}

#[test]
fn a_stranger_at_a_companion_gets_codes_and_raw_bytes_do_no_harm() {
    use std::io::Write as _;
    let directory = tempfile::tempdir().expect("a directory");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", "/ip4/127.0.0.1/tcp/0");
    supplier.start();
    let status = supplier.ask(&verbs::Status {});
    let address = status["listening"][0].as_str().expect("an address").to_owned();
    let key: PublicKey = status["key"].as_str().expect("a key").parse().expect("a did");
    let port: u16 = address.rsplit('/').next().expect("a port").parse().expect("a number");
    for _ in 0..50 {
        let mut raw = std::net::TcpStream::connect(("127.0.0.1", port)).expect("connected");
        let _ = raw.write_all(&[0xff; 4096]);
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let stranger = Keypair::from_secret(&[77; 32]);
    let replies = runtime.block_on(async {
        let (endpoint, _events) =
            Endpoint::start(stranger.expose_secret(), &[], &Way::default()).await.expect("started");
        endpoint.connect(*key.as_bytes(), &[address.parse().expect("an address")], None).await.expect("connected");
        let pairing = regie_protocol::Pairing {
            person: stranger.public(),
            supplier: key,
            invitation: Nonce([9; 16]),
            proffer: Agreement::SdBase,
            alternative: None,
            at: regie::clock::wall(),
        };
        let pairing = Verified::sign(pairing, &stranger).expect("signed").signed().clone();
        let said = [
            (wire::encode(&ToSupplier::Pair(pairing)).expect("encodes"), Refusal::BadInvitation),
            (wire::encode(&browse()).expect("encodes"), Refusal::NotABoard),
            (wire::encode(&close()).expect("encodes"), Refusal::NotAHelper),
            // What stands behind the tag of another role's message is not read.
            (b"\xa1\x67request\x00".to_vec(), Refusal::Unexpected),
            (b"\xa1\x64cast\x00".to_vec(), Refusal::NotABoard),
            (b"\xa1\x67prepare\x00".to_vec(), Refusal::NotAHelper),
            (b"\xa1\x64pair\x00".to_vec(), Refusal::Malformed),
            (b"\x65other".to_vec(), Refusal::Malformed),
        ];
        let mut replies = Vec::new();
        for (frame, code) in said {
            replies.push((endpoint.exchange_bytes(*key.as_bytes(), frame).await.expect("answered"), code));
        }
        replies
    });
    for (reply, code) in replies {
        assert_eq!(wire::decode(&reply, 100_000), Ok(SupplierReply::Refused(code)));
    }
    assert!(supplier.runs());
}

fn browse() -> ToBoard {
    ToBoard::Browse(Browse { categories: BTreeSet::new(), after: 0 })
}

fn close() -> ToHelper {
    ToHelper::Close(Close { segment: ObjectId::of(b"a segment"), batch: 0 })
}

/// Pairs with a running node and waits until it holds its link.
async fn pair(node: &Node) -> PaperSupplier {
    let supplier = PaperSupplier::open([66; 32]).await;
    let (home, link) = (node.home.clone(), supplier.link.clone());
    let pair = pairing(&link);
    tokio::task::spawn_blocking(move || regie::control::ask(&home, &pair)).await.expect("ran").expect("paired");
    let supplier = supplier.paired();
    until("the node holds its link", || {
        node.ask(&verbs::Status {})["suppliers"][0]["connected"] == serde_json::json!(true)
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
