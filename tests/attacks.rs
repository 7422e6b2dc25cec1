//! Attacks on running nodes, by the names of docs/threat-model.md: replays over `kill -9`, a revocation racing
//! requests, an old copy of the home, a stolen backup, a clock set back, a companion that lies, and where values
//! turn up. Floods stand in `floods.rs`.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use regie::command::Reading;
use regie::network::{Endpoint, NetworkEvent, Way};
use regie::person::verbs;
use regie_protocol::{
    DataRequest, Days, FieldKind, Invitation, Keypair, Nonce, PublicKey, Purpose, Refusal, VOCABULARY,
    disclosure::Answer,
    limits,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    wire,
};
use regie_tests::{
    Node, faketime, files, granting, inviting, looking, pairing,
    paper_supplier::{PaperSupplier, Unpaired},
    setting, until, word,
};
use serde_json::json;

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

#[test]
fn a_replay_is_refused_after_kill_nine_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let hostile = runtime.block_on(paired(&person, 66));
    let request = ToPerson::Request(hostile.sign(&hostile.request(regie::clock::wall(), [1; 16])));
    assert!(holds_value(&runtime.block_on(hostile.say(&request))));
    for _ in 0..3 {
        person.kill();
        person.start();
        assert_eq!(runtime.block_on(hostile.say(&request)), PersonReply::Refused(Refusal::Replayed));
    }
}

#[test]
fn after_the_word_that_it_is_revoked_no_request_is_answered() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (mut before, mut after) = (0, 0);
    for round in 0..6 {
        let supplier = Arc::new(runtime.block_on(paired(&person, 100 + round)));
        let count = Arc::new(AtomicU64::new(0));
        // Four loops of requests; the person revokes after a different number of them each round.
        let loops: Vec<_> =
            (0..4u8).map(|lane| runtime.spawn(asking(Arc::clone(&supplier), lane, Arc::clone(&count)))).collect();
        let moment = 4 + u64::from(round) * 3;
        until("so many requests were answered", || count.load(Ordering::SeqCst) >= moment);
        person.ask(&verbs::RevokeAll { supplier: supplier.key.public().to_string(), erase: false });
        let word = Instant::now();
        for told in loops {
            for (began, value) in runtime.block_on(told).expect("ran") {
                assert!(!(value && began > word), "round {round}: a value left after the word");
                before += u32::from(value);
                after += u32::from(began > word);
            }
        }
    }
    assert!(before > 0 && after > 0, "{before} values before, {after} requests after: the test is blind");
}

#[test]
fn an_old_copy_of_the_home_is_found_out_by_the_supplier_that_witnessed_more() {
    let directory = tempfile::tempdir().expect("a directory");
    let (home, copy) = (directory.path().join("person"), directory.path().join("copy"));
    let mut person = Node::person(home.clone(), "balanced");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", ANY);
    person.start();
    supplier.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    let held = |supplier: &Node| supplier.customer()["held"][0]["value"].clone();
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    until("the name is there", || held(&supplier) == json!("Anna Bakker"));
    until("it is signed for", || person.ask(&verbs::Status {})["suppliers"][0]["undelivered"] == json!(0));
    person.stop();
    copied(&home, &copy);
    person.start();
    for number in 0..5 {
        let name = format!("Anna {number}");
        person.set("name.full", &name);
        until("the change is there", || held(&supplier) == json!(name));
    }
    until("they are signed for", || person.ask(&verbs::Status {})["suppliers"][0]["undelivered"] == json!(0));
    let witnessed = supplier.customer()["witnessed"].clone();
    person.stop();
    std::fs::remove_dir_all(&home).expect("removed");
    copied(&copy, &home);

    // Another history than the one it replaces: the company keeps both, and under what had ended it is told nothing.
    person.start();
    let left = |supplier: &Node| supplier.customer()["witnessed"]["branches"][0].clone();
    until("the company sees that its log was left", || left(&supplier)["size"] == witnessed["size"]);
    assert_eq!(left(&supplier)["root"], witnessed["root"]);
    for number in 0..20 {
        person.set("name.full", &format!("Forged {number}"));
    }
    // What a node says before it goes is dealt with before the companion notes that it is gone.
    person.stop();
    until("the companion saw it go", || supplier.customer()["connected"] != json!(true));
    assert_eq!(supplier.customer()["witnessed"]["gaps"], json!(1), "another history was taken for the same log");
    assert_eq!(held(&supplier), json!("Anna 4"), "something of another history was told");
}

#[test]
fn a_stolen_backup_says_nothing_and_a_changed_one_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "canary-kq7x");
    let file = directory.path().join("backup.age");
    person.good(&["backup", file.to_str().expect("a path")]);
    let bytes = std::fs::read(&file).expect("readable");
    for word in ["kq7x", "name.full", "regie.", "balanced", "test passphrase"] {
        assert!(!contains(&bytes, word.as_bytes()), "{word}");
    }
    let changed = directory.path().join("changed.age");
    for at in (0..8).map(|part| part * (bytes.len() - 1) / 7) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        std::fs::write(&changed, bytes).expect("written");
        let to = Node::at(directory.path().join(format!("to-{at}")));
        let output = to.verb(&["restore", changed.to_str().expect("a path")]);
        assert!(!output.status.success(), "byte {at} was changed");
        assert!(!to.home.join("config.toml").exists(), "byte {at}: half a home was left");
    }
}

#[test]
fn a_clock_set_back_revives_nothing_in_a_running_node() {
    let Some(library) = faketime() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let offset = directory.path().join("offset");
    let jump = |days: u64| std::fs::write(&offset, format!("+{days}d")).expect("written");
    jump(0);
    person.start_under_clock(&library, &offset);
    person.set("income.annual", "30000");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let supplier = runtime.block_on(paired(&person, 66));
    person.ask(&verbs::Grant {
        days: Days(2),
        retention: Days(1),
        ..granting(&supplier.key.public().to_string(), "income.annual", "LegalCompliance", Reading::Read)
    });
    let mut number = 0;
    let mut income = |days: u32| {
        number += 1;
        let request = DataRequest {
            fields: BTreeSet::from(["income.annual".parse().expect("a path")]),
            purpose: Purpose::LegalCompliance,
            ..supplier.request(regie::clock::wall().plus_days(Days(days)), [number; 16])
        };
        runtime.block_on(supplier.say(&ToPerson::Request(supplier.sign(&request))))
    };
    assert!(holds_value(&income(0)), "the grant is live");
    jump(3);
    let ended = income(3);
    assert!(matches!(ended, PersonReply::Answer(_)) && !holds_value(&ended), "{ended:?}");
    jump(0);
    let after = income(0);
    assert!(
        matches!(after, PersonReply::Answer(_)) && !holds_value(&after),
        "the clock is right, the grant over: {after:?}"
    );
    assert_eq!(income(3).refusal(), Some(Refusal::ClockSkew), "windows use the clock as it is");
    person.kill();
    person.start_under_clock(&library, &offset);
    let after = income(0);
    assert!(matches!(after, PersonReply::Answer(_)) && !holds_value(&after), "nor over a restart: {after:?}");
}

#[test]
fn a_companion_that_lies_in_its_replies_is_not_paired_with() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let lies: [(&str, Vec<u8>); 6] = [
        ("one byte", vec![0xff]),
        ("nothing a reply could be", vec![0; 200_000]),
        ("endless nesting", vec![0x81; 1000]),
        ("a reply to another question", wire::encode(&SupplierReply::Noted).expect("encodes")),
        ("a refusal", wire::encode(&SupplierReply::Refused(Refusal::Unavailable)).expect("encodes")),
        ("a message instead of a reply", wire::encode(&ToSupplier::Hello).expect("encodes")),
    ];
    for (number, (what, lie)) in (0u8..).zip(lies) {
        let (link, _endpoint) = runtime.block_on(companion_that_says(120 + number, lie));
        let paired = person.try_ask(&pairing(&link));
        assert!(paired.is_err(), "{what}: {paired:?}");
        assert!(person.runs(), "{what}");
    }
    assert_eq!(person.ask(&verbs::Status {})["suppliers"], json!([]));
}

#[test]
fn a_second_company_of_the_same_name_is_told_and_gets_nothing_from_the_defaults() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "open");
    let mut town = Node::supplier(directory.path().join("town"), "Gemeente Utrecht", ANY);
    let mut impostor = Node::supplier(directory.path().join("impostor"), "G\u{435}meente  Utrecht", ANY);
    person.start();
    town.start();
    impostor.start();
    let fields = ["name.full", "address.street", "email", "telephone"];
    let values = ["Anna Bakker", "Dorpsstraat 1", "anna@example.org", "+31 30 1234567"];
    for (field, value) in fields.into_iter().zip(values) {
        person.set(field, value);
    }
    person.pair(&town);
    town.request(&fields, "RequestedServiceProvision", "subscribe");
    let held = |company: &Node| company.customer()["held"].as_array().map_or(0, Vec::len);
    until("the town has what the defaults give", || held(&town) == fields.len());

    // The letter of the impostor: the page, and the command line, say whom it looks like before anything is paired.
    let invitation = impostor.ask(&inviting(false));
    let link = invitation["link"].as_str().expect("a link").to_owned();
    let seen = person.ask(&looking(&link));
    assert_eq!(seen["looks_like"][0]["name"], json!("Gemeente Utrecht"), "{seen}");
    assert_eq!(seen["mixed_scripts"], json!(true));
    let said = person.verb(&["pair", &link]);
    assert!(String::from_utf8_lossy(&said.stderr).contains("WARNING: it looks like 'Gemeente Utrecht'"));
    assert_eq!(person.ask(&verbs::Status {})["suppliers"].as_array().map(Vec::len), Some(1));

    // Whoever pairs with it all the same gives it nothing without a word of their own.
    person.ask(&verbs::Pair { vouched: false, ..pairing(&link) });
    impostor.request(&fields, "RequestedServiceProvision", "subscribe");
    until("it waits", || person.ask(&verbs::Requests {}).as_array().is_some_and(|waiting| !waiting.is_empty()));
    let waiting = person.ask(&verbs::Requests {})[0].clone();
    assert_eq!(waiting["looks_like"][0]["name"], json!("Gemeente Utrecht"), "{waiting}");
    assert_eq!(waiting["fields"].as_object().map(serde_json::Map::len), Some(fields.len()));
    assert_eq!(held(&impostor), 0, "something left by a default");
    let status = person.ask(&verbs::Status {});
    let accused = |name: &str| {
        let one = status["suppliers"].as_array().into_iter().flatten().find(|one| one["name"] == json!(name));
        one.expect("a supplier")["looks_like"].as_array().map_or(0, Vec::len)
    };
    assert_eq!((accused("Gemeente Utrecht"), accused("G\u{435}meente  Utrecht")), (0, 1));
}

/// A canary in every field goes through a grant, a disclosure, a change, a refusal and an erasure, with everything
/// logged that there is to log. Then it is looked for in the logs, in the homes and in the backup.
#[test]
fn no_canary_is_in_logs_homes_or_backups() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", ANY);
    let logs = directory.path().join("logs");
    std::fs::create_dir(&logs).expect("made");
    for (name, node) in [("person", &mut person), ("supplier", &mut supplier)] {
        let mut process = node.process(&["--json", "run"]);
        process.env("REGIE_LOG", "trace").stderr(std::fs::File::create(logs.join(name)).expect("a file"));
        node.start_process(process);
    }
    let mut set = Vec::new();
    for (number, info) in VOCABULARY.iter().enumerate() {
        let canary = match info.kind {
            FieldKind::Email => format!("{number}-kq7x-canary@example.org"),
            FieldKind::Url => format!("https://example.org/{number}-kq7x-canary"),
            _ => format!("{number}-kq7x-canary"),
        };
        // As many as one message can hold.
        if set.len() < limits::FIELDS && person.try_ask(&setting(info.path, &canary)).is_ok() {
            set.push(info.path.to_owned());
        }
    }
    assert!(set.len() >= 14, "text, e-mail and web pages hold a canary: {}", set.len());
    assert!(set.iter().any(|path| path == "email"));
    person.pair(&supplier);
    let key = person.ask(&verbs::Status {})["suppliers"][0]["supplier"].as_str().expect("a key").to_owned();
    person.ask(&verbs::Grant {
        fields: set.iter().map(|path| word(path)).collect(),
        ..granting(&key, "name.full", "ServiceProvision", Reading::Subscribe)
    });
    let fields: Vec<&str> = set.iter().map(String::as_str).collect();
    supplier.request(&fields, "ServiceProvision", "read");
    let held = |supplier: &Node| supplier.customer()["held"].as_array().map_or(0, Vec::len);
    until("the values are there", || held(&supplier) == set.len());
    supplier.request(&fields, "DirectMarketing", "read");
    person.set("email", "changed-kq7x-canary@example.org");
    until("the change is told", || supplier.customer().to_string().contains("changed-kq7x"));
    person.good(&["backup", directory.path().join("backup.age").to_str().expect("a path")]);
    person.ask(&verbs::RevokeAll { supplier: key, erase: true });
    until("the values are gone", || held(&supplier) == 0);
    person.stop();
    supplier.stop();

    let logged: u64 = files(&logs).iter().map(|file| file.metadata().expect("there").len()).sum();
    assert!(logged > 10_000, "the logs hold {logged} bytes");
    for file in files(directory.path()) {
        let bytes = std::fs::read(&file).expect("readable");
        for word in ["kq7x", "test passphrase"] {
            assert!(!contains(&bytes, word.as_bytes()), "{word} in {}", file.display());
        }
    }
}

#[test]
fn no_canary_is_on_the_wire() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    let name = "canary-kq7x ".repeat(50);
    person.set("name.full", name.trim());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let kept = Arc::new(Mutex::new(Vec::new()));
    let tap = |address: &str| format!("/ip4/127.0.0.1/tcp/{}", tapped(address, Arc::clone(&kept)));
    let supplier = runtime.block_on(async {
        let supplier = PaperSupplier::open_behind([66; 32], tap).await;
        pair(&person, supplier).await
    });
    let before = kept.lock().expect("no panic").len();
    let request = ToPerson::Request(supplier.sign(&supplier.request(regie::clock::wall(), [1; 16])));
    assert!(holds_value(&runtime.block_on(supplier.say(&request))));
    let kept = kept.lock().expect("no panic");
    assert!(kept.len() > before + name.len(), "the answer did not go by the tap");
    for word in ["kq7x", "name.full", "DeliveryOfGoods", "because"] {
        assert!(!contains(&kept, word.as_bytes()), "{word}");
    }
}

/// Pairs with a running node and waits until it holds its link.
async fn paired(node: &Node, secret: u8) -> PaperSupplier {
    pair(node, PaperSupplier::open([secret; 32]).await).await
}

async fn pair(node: &Node, supplier: Unpaired) -> PaperSupplier {
    let (home, link) = (node.home.clone(), supplier.link.clone());
    let pair = pairing(&link);
    tokio::task::spawn_blocking(move || regie::control::ask(&home, &pair)).await.expect("ran").expect("paired");
    let supplier = supplier.paired();
    // Until then there is the line that pairing was done on, and nobody answers on that.
    until("the node holds its link", || {
        let (status, key) = (node.ask(&verbs::Status {}), json!(supplier.key.public()));
        let mut rows = status["suppliers"].as_array().expect("a list").iter();
        rows.any(|row| row["supplier"] == key && row["connected"] == json!(true))
    });
    supplier
}

/// Asks 20 times, one after the other; when each was begun, and whether a value came.
async fn asking(supplier: Arc<PaperSupplier>, lane: u8, count: Arc<AtomicU64>) -> Vec<(Instant, bool)> {
    let mut told = Vec::new();
    for number in 0..20 {
        let mut id = [lane; 16];
        id[0] = number;
        let request = ToPerson::Request(supplier.sign(&supplier.request(regie::clock::wall(), id)));
        let began = Instant::now();
        let frame = wire::encode(&request).expect("encodes");
        // The line that pairing was done on may be chosen while it closes: then nobody answers.
        let Ok(reply) = supplier.endpoint.exchange_bytes(*supplier.person.as_bytes(), frame).await else { continue };
        told.push((began, holds_value(&wire::decode(&reply, 300_000).expect("a reply"))));
        count.fetch_add(1, Ordering::SeqCst);
    }
    told
}

fn holds_value(reply: &PersonReply) -> bool {
    let PersonReply::Answer(signed) = reply else { return false };
    let disclosure = signed.clone().verify().expect("verified");
    disclosure.answers.values().any(|answer| matches!(answer, Answer::Value { .. }))
}

/// A companion that answers every frame with the same bytes.
async fn companion_that_says(secret: u8, lie: Vec<u8>) -> (String, Endpoint) {
    let key = Keypair::from_secret(&[secret; 32]);
    let (endpoint, mut events) =
        Endpoint::start(key.expose_secret(), &[ANY.parse().expect("an address")], &Way::default())
            .await
            .expect("started");
    let addresses = endpoint.addresses().iter().map(ToString::to_string).collect();
    let supplier: PublicKey = key.public();
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            if let NetworkEvent::Frame(_, _, responder) = event {
                let lie = lie.clone();
                responder.reply_bytes(lie);
            }
        }
    });
    (Invitation { supplier, id: Nonce([1; 16]), addresses }.to_string(), endpoint)
}

/// A tap on a line: a port that passes everything on to this address and keeps what passed.
fn tapped(address: &str, kept: Arc<Mutex<Vec<u8>>>) -> u16 {
    let to: u16 = address.rsplit('/').next().expect("a port").parse().expect("a number");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let Ok(far) = std::net::TcpStream::connect(("127.0.0.1", to)) else { continue };
            let back = (far.try_clone().expect("cloned"), near.try_clone().expect("cloned"));
            for (from, into) in [(near, far), back] {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || pass(from, into, &kept));
            }
        }
    });
    port
}

fn pass(mut from: std::net::TcpStream, mut into: std::net::TcpStream, kept: &Mutex<Vec<u8>>) {
    use std::io::{Read as _, Write as _};
    let mut bytes = [0; 16 * 1024];
    while let Ok(read) = from.read(&mut bytes) {
        if read == 0 || into.write_all(&bytes[..read]).is_err() {
            break;
        }
        kept.lock().expect("no panic").extend(&bytes[..read]);
    }
    let _ = into.shutdown(std::net::Shutdown::Both);
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for file in files(from) {
        // The socket of a node that stopped is no file to copy.
        if file.is_file() {
            std::fs::copy(&file, to.join(file.file_name().expect("a name"))).expect("copied");
        }
    }
}
