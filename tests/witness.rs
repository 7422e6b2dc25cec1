//! Independent witnesses: a person's node whose heads a companion cosigns, what others can verify of it, what such a witness
//! refuses, and what it finds out.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Command as Process, Stdio},
    sync::mpsc,
};

use regie::{
    command::Text,
    person::verbs,
    supplier::{SCHEMA, verbs as companion},
};
use regie_protocol::{
    RootSeed,
    audit::Log,
    checkpoint::Checkpoint,
    limits,
    merkle::{self, Hash},
    note::{Kind, NoteSigner},
};
use regie_tests::{Node, copy_home, http, http::Response, postgres::Postgres, until, word};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

/// A companion that is a witness.
struct Witness {
    node: Node,
    at: SocketAddr,
    key: String,
}

impl Witness {
    fn start(home: &Path, open: bool) -> Self {
        let mut node = Node::supplier(home.to_owned(), "Getuige BV", ANY);
        let at = serve(&mut node);
        let own = node.ask(&companion::Witness { open: Some(open), ..Default::default() });
        Self { node, at, key: text(&own["key"]) }
    }

    fn ask(&self, body: &str) -> Response {
        http::send(self.at, "POST", "/add-checkpoint", &[("content-type", "text/plain")], body)
    }
}

/// Runs a companion that answers owners of logs; where.
fn serve(node: &mut Node) -> SocketAddr {
    let mut process = node.process(&["--json", "supplier", "run", "--witness", "127.0.0.1:0"]);
    text(&node.start_saying(process.stderr(Stdio::null()))["witness"]).parse().expect("an address")
}

/// Under which a witness has the log of this name.
fn place_of(origin: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(origin))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn adding(witness: &Witness) -> verbs::AddWitness {
    verbs::AddWitness { place: Text(word(&format!("http://{}", witness.at))), key: Text(word(&witness.key)) }
}

fn heads(person: &Node) -> Vec<Value> {
    person.ask(&verbs::LogHeads::default()).as_array().expect("a list").clone()
}

fn ask(person: &Node) -> Value {
    person.ask(&verbs::AskWitnesses::default())
}

/// What code that knows nothing of ours says of a note. None where there is no Node.js and `REGIE_REQUIRE_CONFORMANCE` is not set.
fn verified_elsewhere(note: &str, log: &str, witnesses: &[&str]) -> Option<Result<Value, String>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let mut process = Process::new("node");
    process.current_dir(directory).arg("checkpoint.mjs").arg(log).args(witnesses);
    let child = process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        assert!(std::env::var_os("REGIE_REQUIRE_CONFORMANCE").is_none(), "install Node.js");
        eprintln!("NOT RUN: there is no Node.js");
        return None;
    };
    child.stdin.take().expect("piped").write_all(note.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(match output.status.success() {
        true => Ok(serde_json::from_str(&said).expect("JSON")),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    })
}

#[test]
fn heads_of_a_persons_logs_are_cosigned_and_others_verify_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Webwinkel Canarie", ANY);
    person.start();
    supplier.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    let one = Witness::start(&directory.path().join("one"), true);
    let other = Witness::start(&directory.path().join("other"), true);
    person.ask(&adding(&one));
    person.ask(&adding(&other));
    assert_eq!(ask(&person)["asked"], json!(4), "two logs, two witnesses");
    for head in heads(&person) {
        for seen in head["witnesses"].as_array().expect("a list") {
            assert_eq!(seen["entries"], head["entries"], "{head}");
        }
    }

    // The log with the supplier grows, and its witnesses see that it grew.
    supplier.request(&["name.full"], "DeliveryOfGoods", "read");
    until("it is answered", || !supplier.customer()["held"].as_array().is_none_or(Vec::is_empty));
    until("all is signed for", || person.ask(&verbs::Status {})["suppliers"][0]["undelivered"] == json!(0));
    assert_eq!(ask(&person)["asked"], json!(4));
    assert_eq!(ask(&person)["asked"], json!(0), "what did not grow is not asked for");
    let named = verbs::ExportCheckpoint { supplier: Some("Webwinkel Canarie".into()) };
    let (found, head) = (person.ask(&named), heads(&person).pop().expect("the log with the supplier"));
    let (note, log) = (text(&found["note"]), text(&found["key"]));
    assert_eq!(found["witnesses"].as_array().map(Vec::len), Some(2));
    assert_eq!(person.good(&["witnesses", "checkpoint", "Webwinkel Canarie"]), note, "as it is to be handed on");
    let root: Hash = text(&head["root"]).parse().expect("a hash");
    let (origin, _) = log.split_once('+').expect("a key");
    assert!(
        note.starts_with(
            &Checkpoint {
                origin: origin.into(),
                size: head["entries"].as_u64().expect("a size"),
                root,
                extensions: vec![]
            }
            .to_string()
        )
    );

    // What a witness keeps, and gives to anybody, names neither the supplier nor the person.
    let at = format!("/{}/checkpoint", place_of(origin));
    let kept = http::send(one.at, "GET", &at, &[], "");
    assert_eq!(kept.status, 200);
    let key = person.ask(&verbs::Status {})["suppliers"][0]["known_to_it_as"].clone();
    let bytes = regie_protocol::PublicKey::as_bytes(&word(&text(&key))).to_vec();
    for canary in ["Canarie", "Anna", &text(&key), &data_encoding::HEXLOWER.encode(&bytes)] {
        assert!(!kept.body.contains(canary) && !note.contains(canary), "{canary} in {note}");
    }
    let origins: Vec<String> = heads(&person).iter().map(|head| text(&head["key"])).collect();
    assert_ne!(origins[0], origins[1]);

    let verify = |note: &str, witnesses: &[&str]| verified_elsewhere(note, &log, witnesses);
    let Some(verified) = verify(&note, &[&one.key, &other.key]) else { return };
    let verified = verified.expect("it holds");
    assert_eq!((&verified["size"], &verified["root"]), (&head["entries"], &head["root"]));
    assert_eq!(verified["cosigned"].as_array().map(Vec::len), Some(2));
    verify(&kept.body, &[&one.key]).expect("there is Node.js").expect("what the witness gives holds");
    let size = format!("\n{}\n", head["entries"]);
    for (changed, witnesses) in
        [(note.replacen(&size, "\n1000\n", 1), vec![one.key.as_str()]), (kept.body.clone(), vec![other.key.as_str()])]
    {
        verify(&changed, &witnesses).expect("there is Node.js").expect_err("it does not hold");
    }
}

/// A person with a name whose node has just asked a witness.
fn watched(directory: &TempDir, open: bool) -> (Node, Witness) {
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    let witness = Witness::start(&directory.path().join("witness"), open);
    person.ask(&adding(&witness));
    ask(&person);
    (person, witness)
}

#[test]
fn a_witness_that_is_not_open_cosigns_the_logs_that_its_owner_lists() {
    let directory = tempfile::tempdir().expect("a directory");
    let (person, witness) = watched(&directory, false);
    assert_eq!(heads(&person)[0]["witnesses"][0]["trouble"], json!("unknown_log"));
    person.bad(&["witnesses", "checkpoint"], 4);
    let key = text(&heads(&person)[0]["key"]);
    let listed = companion::Witness { logs: vec![Text(word(&key))], ..Default::default() };
    assert_eq!(witness.node.ask(&listed)["listed"].as_array().map(Vec::len), Some(1));
    ask(&person);
    let head = heads(&person).remove(0);
    assert_eq!((&head["witnesses"][0]["trouble"], &head["witnesses"][0]["entries"]), (&Value::Null, &head["entries"]));
    // It is a witness no more: nothing is cosigned, and nothing was forgotten when it is one again.
    witness.node.ask(&companion::Witness { off: true, ..Default::default() });
    person.set("name.full", "Anna de Bakker");
    ask(&person);
    assert_eq!(heads(&person)[0]["witnesses"][0]["trouble"], json!("unknown_log"));
    witness.node.ask(&companion::Witness::default());
    ask(&person);
    assert_eq!(heads(&person)[0]["witnesses"][0]["entries"], heads(&person)[0]["entries"]);
    let shown = person.good(&["witnesses", "heads"]);
    assert!(shown.contains("entries"), "{shown}");
    let name = text(&person.ask(&verbs::Witnesses {})[0]["name"]);
    person.good(&["witnesses", "remove", &name]);
    assert_eq!(person.ask(&verbs::Witnesses {}), json!([]));
    assert_eq!(heads(&person)[0]["witnesses"], json!([]));
}

#[test]
fn a_copy_that_writes_another_history_gets_no_cosignature_and_its_owner_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut person, _witness) = watched(&directory, true);
    person.stop();
    let mut copy = Node::at(directory.path().join("copy"));
    copy_home(&person.home, &copy.home);
    person.start();
    copy.start();
    person.set("email", "anna@example.org");
    person.set("email", "bakker@example.org");
    ask(&person);
    let seen = |node: &Node| heads(node)[0]["witnesses"][0].clone();
    let cosigned = seen(&person)["entries"].as_u64().expect("cosigned");

    // The copy is behind: the witness has seen more than there is.
    copy.set("email", "elsewhere@example.org");
    ask(&copy);
    assert_eq!(seen(&copy)["other"], json!({ "seen": cosigned, "here": cosigned - 1 }));
    let shown = copy.good(&["witnesses", "heads"]);
    assert!(shown.contains("set back"), "{shown}");
    // It writes on, and is longer than what the witness saw; the history is another all the same.
    for number in 0..3 {
        copy.set("email", &format!("{number}@example.org"));
    }
    ask(&copy);
    assert_eq!(seen(&copy)["other"], json!({ "seen": null, "here": cosigned + 2 }));
    assert_eq!(seen(&copy)["entries"], json!(cosigned - 2), "what was cosigned before both went on stays");
    // The one whose history it saw goes on.
    person.set("email", "anna.bakker@example.org");
    ask(&person);
    assert_eq!(seen(&person)["entries"], json!(cosigned + 1));
    assert_eq!(person.ask(&verbs::Witnesses {})[0]["other_histories"], json!(0));
    assert_eq!(copy.ask(&verbs::Witnesses {})[0]["other_histories"], json!(1));
}

/// A way to a witness on which the next question is held up, once that is asked for, until it is let go.
struct Gate {
    at: SocketAddr,
    holds: mpsc::Sender<mpsc::Receiver<()>>,
    held: mpsc::Receiver<()>,
}

impl Gate {
    fn before(witness: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let at = listener.local_addr().expect("an address");
        let ((holds, orders), (holding, held)) = (mpsc::channel::<mpsc::Receiver<()>>(), mpsc::channel());
        std::thread::spawn(move || {
            for line in listener.incoming().map_while(Result::ok) {
                let (order, holding) = (orders.try_recv().ok(), holding.clone());
                std::thread::spawn(move || {
                    if let Some(order) = order {
                        let _ = holding.send(());
                        let _ = order.recv();
                    }
                    let beyond = TcpStream::connect(witness).expect("the witness");
                    let (mut from, mut to) = (line.try_clone().expect("one"), beyond.try_clone().expect("one"));
                    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
                    let _ = std::io::copy(&mut &beyond, &mut &line);
                    let _ = line.shutdown(std::net::Shutdown::Both);
                });
            }
        });
        Self { at, holds, held }
    }
}

#[test]
fn a_question_that_another_one_overtook_is_no_other_history() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    let witness = Witness::start(&directory.path().join("witness"), true);
    let gate = Gate::before(witness.at);
    let place = Text(word(&format!("http://{}", gate.at)));
    person.ask(&verbs::AddWitness { place, key: Text(word(&witness.key)) });
    ask(&person);
    person.set("email", "anna@example.org");
    let (go, order) = mpsc::channel();
    gate.holds.send(order).expect("the gate");
    std::thread::scope(|scope| {
        let late = scope.spawn(|| ask(&person));
        gate.held.recv().expect("a question at the gate");
        person.set("email", "bakker@example.org");
        ask(&person);
        go.send(()).expect("the gate");
        late.join().expect("answered");
    });
    let head = heads(&person).remove(0);
    assert_eq!((&head["witnesses"][0]["other"], &head["witnesses"][0]["entries"]), (&Value::Null, &head["entries"]));
    assert_eq!(person.ask(&verbs::Witnesses {})[0]["other_histories"], json!(0));
}

#[test]
fn a_restored_home_hears_how_much_its_witness_saw_before_and_goes_on_under_another_name() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut person, _witness) = watched(&directory, true);
    let known = heads(&person)[0]["entries"].clone();
    let file = directory.path().join("backup.age");
    person.good(&["backup", file.to_str().expect("a path")]);
    person.set("email", "anna@example.org");
    ask(&person);
    let before = heads(&person).remove(0);
    person.stop();
    let mut restored = Node::at(directory.path().join("restored"));
    restored.good(&["restore", "--yes", file.to_str().expect("a path")]);
    restored.start();
    ask(&restored);
    let head = heads(&restored).remove(0);
    assert_ne!(head["key"], before["key"], "a branch of its own");
    assert_eq!(head["witnesses"][0]["left"], json!({ "seen": before["entries"], "known": known }));
    assert_eq!(head["witnesses"][0]["entries"], head["entries"]);
    assert_eq!(head["witnesses"][0]["other"], Value::Null);
}

/// A log of somebody.
fn somebody(secret: u8) -> NoteSigner {
    RootSeed::from_entropy([secret; 32]).witnessed_log(Log::Personal, 0).expect("a signer")
}

fn leaves(entries: &[u8]) -> Vec<Hash> {
    entries.iter().map(|entry| merkle::leaf(&[*entry])).collect()
}

/// A question for the head of a log of these entries.
fn question(signer: &NoteSigner, entries: &[u8], old: usize) -> String {
    let (leaves, key) = (leaves(entries), signer.verifier(Kind::Signature));
    let head = Checkpoint::new(key.name(), leaves.len() as u64, merkle::root(&leaves)).to_string();
    let proof = merkle::prove_growth(&leaves, old).unwrap_or_default();
    let proof: String = proof.iter().map(|hash| data_encoding::BASE64.encode(&hash.0) + "\n").collect();
    format!("old {old}\n{proof}\n{head}\n{}\n", signer.sign(&head))
}

#[test]
fn a_witness_answers_as_the_specification_says_also_after_it_was_killed() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut witness = Witness::start(&directory.path().join("witness"), true);
    let log = somebody(1);
    let status = |witness: &Witness, body: &str| witness.ask(body).status;
    assert_eq!(status(&witness, &question(&log, b"abc", 0)), 200);
    assert_eq!(status(&witness, &question(&log, b"abcde", 3)), 200);
    let line = witness.ask(&question(&log, b"abcde", 5));
    assert!(line.status == 200 && line.body.starts_with('\u{2014}') && line.body.ends_with('\n'), "{}", line.body);

    witness.node.kill();
    witness.at = serve(&mut witness.node);
    let conflict = witness.ask(&question(&log, b"abcdef", 3));
    assert_eq!((conflict.status, conflict.body.as_str()), (409, "5\n"));
    assert_eq!(conflict.header("content-type"), Some("text/x.tlog.size"));
    for (what, body, wanted) in [
        ("another history", question(&log, b"abxdef", 5), 422),
        ("as long and another", question(&log, b"abcdx", 5), 422),
        ("from nothing", question(&log, b"z", 0), 409),
        ("older than itself", question(&log, b"abc", 0).replacen("old 0", "old 5", 1), 400),
        ("another key", question(&somebody(2), b"abcdef", 0).replacen("old 0", "old 5", 1), 409),
        ("changed", question(&log, b"abcdef", 5).replacen("\n6\n", "\n7\n", 1), 403),
        ("another form of name", question(&log, b"abcdef", 5).replacen("regie/", "other/", 1), 404),
        ("no question", "old 5\n".to_owned(), 400),
        ("nothing", String::new(), 400),
    ] {
        assert_eq!(status(&witness, &body), wanted, "{what}");
    }
    let large =
        http::send_by_hand(witness.at, "POST", "/add-checkpoint", &[], &"a".repeat(limits::ADD_CHECKPOINT_BYTES + 1));
    assert_eq!(large.status, 413);
    assert_eq!(http::send(witness.at, "GET", "/add-checkpoint", &[], "").status, 405);
    assert_eq!(http::send(witness.at, "GET", &format!("/{}/checkpoint", "0".repeat(64)), &[], "").status, 404);
    let page = [("sec-fetch-site", "cross-site"), ("content-type", "text/plain")];
    let sent = http::send(witness.at, "POST", "/add-checkpoint", &page, &question(&log, b"abcdef", 5));
    assert_eq!(sent.status, 403, "a page of another site");
    assert_eq!(status(&witness, &question(&log, b"abcdef", 5)), 200, "none of it changed anything");
}

/// So many questions at once, each for another head of one log: one is cosigned.
fn one_of(witnesses: &[SocketAddr]) {
    let log = somebody(3);
    let ask = |number: u8| {
        let (at, body) = (witnesses[usize::from(number) % witnesses.len()], question(&log, &[number], 0));
        std::thread::spawn(move || http::send(at, "POST", "/add-checkpoint", &[], &body).status)
    };
    let asked: Vec<_> = (0..16).map(ask).collect();
    let mut found: Vec<u16> = asked.into_iter().map(|one| one.join().expect("answered")).collect();
    found.sort_unstable();
    assert_eq!(found[0], 200, "{found:?}");
    assert_eq!(found[1..], [409; 15]);
}

#[test]
fn of_two_histories_at_once_one_is_cosigned() {
    let directory = tempfile::tempdir().expect("a directory");
    let witness = Witness::start(&directory.path().join("witness"), true);
    one_of(&[witness.at]);
}

/// A companion on a database that is a witness for everybody, and where it answers.
fn witness_on(postgres: &Postgres, home: &Path) -> (Node, SocketAddr) {
    let mut node = Node::at(home.to_owned());
    let store = postgres.url();
    node.good(&["supplier", "init", "--name", "Getuige", "--sector", "retail", "--listen", ANY, "--store", &store]);
    let at = serve(&mut node);
    node.ask(&companion::Witness { open: Some(true), ..Default::default() });
    (node, at)
}

/// Its administrator puts the row of a log back as it was, or takes it off: what the witness saw is not forgotten.
#[test]
fn a_witness_whose_database_is_set_back_cosigns_no_second_history() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (mut node, at) = witness_on(&postgres, &directory.path().join("witness"));
    let (log, other) = (somebody(1), somebody(2));
    let ask = |at: SocketAddr, body: String| http::send(at, "POST", "/add-checkpoint", &[], &body).status;
    assert_eq!(ask(at, question(&log, b"abc", 0)), 200);
    let heads = SCHEMA.table("cosigned_logs").expect("a table").code();
    postgres.ask(&format!("CREATE TABLE old AS SELECT * FROM regie_rows WHERE tab = {heads}"));
    assert_eq!(ask(at, question(&log, b"abcde", 3)), 200);
    let off = format!("DELETE FROM regie_rows WHERE tab = {heads}");
    postgres.ask(&format!("BEGIN; {off}; INSERT INTO regie_rows SELECT * FROM old; COMMIT"));
    assert_eq!(ask(at, question(&log, b"abcx", 3)), 503, "the head of before does not count");
    postgres.ask(&off);
    assert_eq!(ask(at, question(&log, b"z", 0)), 503, "none is not the beginning");
    let newest = format!("/{}/checkpoint", place_of(log.verifier(Kind::Signature).name().as_str()));
    assert_eq!(http::send(at, "GET", &newest, &[], "").status, 503);
    node.kill();
    let at = serve(&mut node);
    assert_eq!(ask(at, question(&log, b"z", 0)), 503, "it is no other after a start");
    assert_eq!(ask(at, question(&other, b"z", 0)), 200, "others are cosigned");
    let words = node.ask(&verbs::Status {})["shared_store"]["next_step"].clone();
    assert!(text(&words).contains("cosigned_logs") && text(&words).contains("accept-store"), "{words}");
}

#[test]
fn of_two_histories_at_once_one_is_cosigned_by_companions_that_share_a_store() {
    let Some(postgres) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (first, one) = witness_on(&postgres, &directory.path().join("first"));
    let url = postgres.url();
    let mut second = Node::at(directory.path().join("second"));
    second.good(&["supplier", "join", "--store", &url, "--listen", ANY]);
    let other = serve(&mut second);
    let key = |node: &Node| node.ask(&companion::Witness::default())["key"].clone();
    assert_eq!(key(&first), key(&second), "one witness");
    one_of(&[one, other]);
}
