//! Letters to organisations without a companion: written, sent by hand, and by a real mail server (aiosmtpd, in
//! `tests/python/.venv`) that takes them, refuses, breaks off, says nothing, or that no proxy leads to.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command as Process, Stdio},
};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use regie::person::verbs;
use regie_tests::{Node, files, until, word};
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "a secret of Anna's";

fn json_of(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Python of the virtual environment; none where that was not made.
pub(crate) fn python() -> Option<PathBuf> {
    let bin = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/.venv/bin");
    let has = Process::new(bin.join("python")).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
    if has.is_ok_and(|status| status.success()) {
        return Some(bin.join("python"));
    }
    assert!(std::env::var_os("REGIE_REQUIRE_PYTHON").is_none(), "tests/python/.venv is not there");
    eprintln!("not run: make it with `python3 -m venv tests/python/.venv` and install tests/python/requirements.txt");
    None
}

/// A mail server that runs until it is dropped.
pub(crate) struct MailServer {
    child: Child,
    pub(crate) port: u16,
    directory: PathBuf,
}

impl MailServer {
    pub(crate) fn start(python: &Path, directory: &Path, kind: &str, certificate: Option<&(PathBuf, PathBuf)>) -> Self {
        std::fs::create_dir_all(directory).expect("a directory");
        let (log, manner) = (directory.join("log"), directory.join("manner"));
        std::fs::write(&log, "").expect("written");
        std::fs::write(&manner, "take").expect("written");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/mail_server.py");
        let mut process = Process::new(python);
        process.arg(script).args([&log, &manner]).arg(kind);
        if let Some((certificate, key)) = certificate {
            process.args([certificate, key]);
        }
        let mut child = process.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it runs");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut line).expect("a port");
        Self { child, port: line.trim().parse().expect("a port"), directory: directory.to_owned() }
    }

    fn behave(&self, manner: &str) {
        std::fs::write(self.directory.join("manner"), manner).expect("written");
    }

    /// The messages that it was handed: to whom, and as text.
    pub(crate) fn mail(&self) -> Vec<(Value, String)> {
        let log = std::fs::read_to_string(self.directory.join("log")).expect("a log");
        let message = |one: Value| {
            let raw = data_encoding::BASE64.decode(one["raw"].as_str().expect("text").as_bytes()).expect("base64");
            let text = String::from_utf8(raw).expect("ASCII");
            (one, text)
        };
        json_of(&log).into_iter().map(message).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Anna, with an organisation that takes letters by e-mail and one that takes them by post.
fn anna(directory: &Path) -> Node {
    Node::person(directory.join("person"), "balanced")
}

fn know(person: &Node) {
    for (field, value) in [
        ("name.full", "Anna de Vries"),
        ("email", "anna@example.org"),
        ("address.street", "Gracht 2-hs"),
        ("address.postalCode", "1017 AB"),
        ("address.locality", "Amsterdam"),
        ("telephone", "+31 20 123"),
    ] {
        person.good(&["set", field, value]);
    }
    person.good(&["organisation", "add", "Volt", "--email", "privacy@volt.example.com", "--language", "nl"]);
    person.good(&["organisation", "add", "Stadsblad", "--address", "Plein 2\\n3511 AA Utrecht", "--language", "nl"]);
}

fn write(person: &Node, arguments: &[&str]) -> Value {
    let words = [&["--json", "letter", "write"], arguments].concat();
    json_of(&person.good(&words))[0]["letters"][0].clone()
}

fn id_of(letter: &Value) -> String {
    letter["id"].as_str().expect("an id").to_owned()
}

fn letter(person: &Node, id: &str) -> Value {
    json_of(&person.good(&["--json", "letter", "show", id]))[0].clone()
}

pub(crate) fn account(person: &Node, directory: &Path, port: u16, security: &str, password: &str) {
    let file = directory.join("password");
    std::fs::write(&file, password).expect("written");
    let (port, file) = (port.to_string(), file.to_str().expect("text").to_owned());
    person.good(&[
        "mail-account",
        "set",
        "anna@example.org",
        "--server",
        "localhost",
        "--port",
        &port,
        "--security",
        security,
        "--user",
        "anna",
        "--password-file",
        &file,
    ]);
    std::fs::remove_file(file).expect("removed");
}

fn until_state(person: &Node, id: &str, state: &str) {
    until(&format!("the letter is {state}"), || letter(person, id)["state"] == json!(state));
}

fn entries(person: &Node) -> Vec<Value> {
    let report: Value = serde_json::from_str(&person.good(&["--json", "audit"])).expect("JSON");
    let newest = report["newest"].as_array().expect("a list").clone();
    newest.into_iter().filter(|entry| entry["event"].get("letter_sent").is_some()).collect()
}

#[test]
fn a_letter_is_written_and_sent_by_hand_and_stands_in_the_log() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = anna(directory.path());
    person.start();
    person.good(&["organisation", "add", "Nobody BV"]);
    assert!(person.bad(&["letter", "write", "access", "--to", "Nobody BV"], 2).contains("name.full"));
    know(&person);
    let access = write(&person, &["access", "--to", "Volt"]);
    let id = id_of(&access);
    assert_eq!((&access["state"], &access["language"]), (&json!("written"), &json!("nl")));
    assert_eq!(access["tells"], json!(["email", "name.full"]), "as little as finds her");
    let text = person.good(&["letter", "show", &id]);
    assert!(text.contains("artikel 15") && text.contains("Anna de Vries"), "{text}");
    assert!(!text.contains("Gracht") && !text.contains("+31 20"), "{text}");

    // By post her address is needed for the answer.
    let post = write(&person, &["erasure", "--to", "Stadsblad"]);
    let text = person.good(&["letter", "show", &id_of(&post)]);
    assert!(text.contains("Gracht 2-hs\n1017 AB Amsterdam") && text.contains("3511 AA Utrecht"), "{text}");
    assert!(person.bad(&["letter", "save", &id_of(&post), "x.eml"], 2).contains("--way email"));

    // Several at once; who can't be written to is named, and the others get theirs.
    let many = &json_of(&person.good(&["--json", "letter", "write", "objection", "--to", "Volt,Stadsblad,Nowhere"]))[0];
    assert_eq!(many["letters"].as_array().map(Vec::len), Some(2), "{many}");
    assert_eq!(many["left_out"][0]["organisation"], json!("Nowhere"));

    let draft = directory.path().join("draft.eml");
    person.good(&["letter", "save", &id, draft.to_str().expect("text")]);
    let draft = std::fs::read_to_string(draft).expect("a draft");
    for head in ["X-Unsent: 1", "Message-ID: <", "Date: ", "To: Volt <privacy@volt.example.com>"] {
        assert!(draft.contains(head), "{head} in {draft}");
    }
    let paper = directory.path().join("letter.pdf");
    person.good(&["letter", "save", &id_of(&post), paper.to_str().expect("text")]);
    assert!(std::fs::read(paper).expect("a file").starts_with(b"%PDF-"));
    let begin = &json_of(&person.good(&["--json", "letter", "mailto", &id_of(&many["letters"][0])]))[0]["address"];
    assert!(begin.as_str().is_some_and(|text| text.starts_with("mailto:privacy@volt.example.com?subject=")));

    assert!(entries(&person).is_empty(), "nothing went yet");
    person.good(&["letter", "sent", &id, "--by", "email"]);
    assert!(person.bad(&["letter", "sent", &id], 1).contains("gone"));
    person.good(&["letter", "sent", &id_of(&post)]);
    let log = entries(&person);
    assert_eq!(log.len(), 2, "{log:?}");
    assert_eq!(log[0]["supplier"], json!("Volt"));
    let told = &log[1]["event"]["letter_sent"];
    assert_eq!(told["about"], json!("erasure"));
    let fields = json!(["address.locality", "address.postalCode", "address.street", "name.full"]);
    assert_eq!(told["fields"], fields);
    person.stop();
    person.start();
    assert_eq!(letter(&person, &id)["state"], json!("sent"));
    assert!(person.good(&["--json", "audit"]).contains("\"verified\":true"));
    person.good(&["letter", "remove", &id]);
    assert!(person.bad(&["letter", "show", &id], 4).contains("regie letters"));
    assert_eq!(entries(&person).len(), 2, "the log keeps that it went");
}

#[test]
fn a_mail_account_sends_letters_and_says_why_one_did_not_go() {
    let Some(python) = python() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let server = MailServer::start(&python, &directory.path().join("mail"), "none", None);
    let mut person = anna(directory.path());
    person.start();
    know(&person);
    let id = id_of(&write(&person, &["access", "--to", "Volt"]));
    assert!(person.bad(&["letter", "send", &id], 1).contains("mail-account set"));

    // A wrong password: the letter waits, with the reason; the right one sends it.
    account(&person, directory.path(), server.port, "none", "not it");
    assert!(person.bad(&["mail-account", "test"], 3).contains("password"));
    person.good(&["letter", "send", &id]);
    until("it could not be sent", || letter(&person, &id)["trouble"] == json!("login"));
    assert!(server.mail().is_empty());
    account(&person, directory.path(), server.port, "none", SECRET);
    until_state(&person, &id, "sent");
    assert!(letter(&person, &id)["answer"].as_str().is_some_and(|answer| answer.contains("taken as 4711")));
    person.good(&["mail-account", "test"]);
    let mail = server.mail();
    let (envelope, text) = &mail[0];
    assert_eq!(mail.len(), 1, "once");
    assert_eq!(
        (&envelope["from"], &envelope["to"]),
        (&json!("anna@example.org"), &json!(["privacy@volt.example.com"]))
    );
    assert!(text.contains("Message-ID: <") && !text.contains("X-Unsent"), "{text}");
    assert_eq!(entries(&person).len(), 1);

    // What is refused stays, with the reason, and goes when the person says so.
    let refused = id_of(&write(&person, &["objection", "--to", "Volt"]));
    for (manner, trouble) in [("no-recipient", "recipient"), ("later", "later")] {
        server.behave(manner);
        person.good(&["letter", "send", &refused]);
        until("it was refused", || letter(&person, &refused)["trouble"] == json!(trouble));
        assert_eq!(letter(&person, &refused)["state"], json!("queued"));
    }
    server.behave("take");
    person.good(&["letter", "send", &refused]);
    until_state(&person, &refused, "sent");

    // The password is in nothing that anybody is shown, nor on disk in the clear.
    let shown = person.good(&["--json", "mail-account", "show"]);
    assert!(shown.contains("\"anna\"") && !shown.contains("secret"), "{shown}");
    person.stop();
    for file in files(&person.home) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let there = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!there, "the password stands in {}", file.display());
    }
}

#[test]
fn a_letter_that_may_have_gone_is_not_sent_again_by_itself() {
    let Some(python) = python() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let server = MailServer::start(&python, &directory.path().join("mail"), "none", None);
    let mut person = anna(directory.path());
    person.start();
    know(&person);
    account(&person, directory.path(), server.port, "none", SECRET);
    let id = id_of(&write(&person, &["access", "--to", "Volt"]));
    server.behave("cut");
    person.good(&["letter", "send", &id]);
    until_state(&person, &id, "unsure");
    server.behave("take");
    // Nor by a start, nor by sending all that waits.
    person.kill();
    person.start();
    person.good(&["letter", "send"]);
    let other = id_of(&write(&person, &["objection", "--to", "Volt"]));
    person.good(&["letter", "send", &other]);
    until_state(&person, &other, "sent");
    assert_eq!(letter(&person, &id)["state"], json!("unsure"));
    assert_eq!(server.mail().len(), 2);
    // The person says so, and it has the same number.
    person.good(&["letter", "send", &id]);
    until_state(&person, &id, "sent");
    let ids: Vec<String> = server.mail().iter().map(|(_, text)| message_id(text)).collect();
    assert_eq!((ids.len(), &ids[0]), (3, &ids[2]), "{ids:?}");
    assert_ne!(ids[0], ids[1]);
}

fn message_id(text: &str) -> String {
    text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).expect("an id").to_owned()
}

/// Killed at any moment, a node sends no letter twice by itself, and loses none.
#[test]
fn a_node_that_is_killed_sends_no_letter_twice() {
    let Some(python) = python() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let server = MailServer::start(&python, &directory.path().join("mail"), "none", None);
    let mut person = anna(directory.path());
    person.start();
    know(&person);
    account(&person, directory.path(), server.port, "none", SECRET);
    let mut letters = Vec::new();
    for _ in 0..6 {
        let id = id_of(&write(&person, &["access", "--to", "Volt"]));
        person.good(&["letter", "send", &id]);
        person.kill();
        person.start();
        letters.push(id);
    }
    let settled = |id: &String| ["sent", "unsure"].contains(&letter(&person, id)["state"].as_str().unwrap_or_default());
    until("each went, or may have", || letters.iter().all(settled));
    let ids: Vec<String> = server.mail().iter().map(|(_, text)| message_id(text)).collect();
    let mut once = ids.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "a letter came twice: {ids:?}");
    for id in &letters {
        let came = ids.iter().any(|there| there.contains(id.as_str()));
        assert!(came || letter(&person, id)["state"] == json!("unsure"), "{id} says that it was sent, and was not");
    }
}

#[test]
fn a_server_that_says_nothing_or_too_much_keeps_nobody_waiting() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = anna(directory.path());
    person.start();
    know(&person);
    let id = id_of(&write(&person, &["access", "--to", "Volt"]));
    // One that takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    account(&person, directory.path(), silent.local_addr().expect("bound").port(), "none", SECRET);
    person.good(&["letter", "send", &id]);
    let (_held, _) = silent.accept().expect("it dials");
    // Meanwhile the node answers, and the letter can't be called back half gone.
    assert!(person.good(&["letters"]).contains("queued"));
    until("it is left", || letter(&person, &id)["trouble"] == json!("slow"));
    // One that talks without end, in a line that never ends.
    let endless = TcpListener::bind("127.0.0.1:0").expect("a port");
    account(&person, directory.path(), endless.local_addr().expect("bound").port(), "none", SECRET);
    let (mut talk, _) = endless.accept().expect("it dials");
    while talk.write_all(&[b'2'; 4096]).is_ok() {}
    until("it is left", || letter(&person, &id)["trouble"] == json!("broken"));
    assert_eq!(letter(&person, &id)["state"], json!("queued"));
}

/// A CA for `localhost`, as files: itself, a certificate, its key.
fn certificate(directory: &Path) -> (PathBuf, (PathBuf, PathBuf)) {
    let key = || KeyPair::generate().expect("a key");
    let (ca_key, own_key) = (key(), key());
    let mut ca = CertificateParams::new(Vec::new()).expect("names");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(DnType::CommonName, "Test CA");
    let ca = ca.self_signed(&ca_key).expect("a certificate");
    let own = CertificateParams::new(vec!["localhost".to_owned()]).expect("names");
    let own = own.signed_by(&own_key, &ca, &ca_key).expect("a certificate");
    let written = |name: &str, text: String| {
        let file = directory.join(name);
        std::fs::write(&file, text).expect("written");
        file
    };
    let pair = (written("own.pem", own.pem()), written("key.pem", own_key.serialize_pem()));
    (written("ca.pem", ca.pem()), pair)
}

#[test]
fn both_kinds_of_encryption_are_spoken_and_none_is_done_without() {
    let Some(python) = python() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (ca, pair) = certificate(directory.path());
    let mut person = anna(directory.path());
    let start = |person: &mut Node, ca: &Path| {
        let mut process = person.process(&["--json", "run"]);
        process.env("SSL_CERT_FILE", ca).env("SSL_CERT_DIR", directory.path().join("none")).stderr(Stdio::null());
        person.start_process(process);
    };
    start(&mut person, &ca);
    know(&person);
    for kind in ["tls", "start-tls"] {
        let server = MailServer::start(&python, &directory.path().join(kind), kind, Some(&pair));
        account(&person, directory.path(), server.port, kind, SECRET);
        let id = id_of(&write(&person, &["access", "--to", "Volt"]));
        person.good(&["letter", "send", &id]);
        until_state(&person, &id, "sent");
        assert_eq!(server.mail()[0].0["tls"], json!(true));
    }
    // A server without encryption gets no password.
    let open = MailServer::start(&python, &directory.path().join("open"), "none", None);
    account(&person, directory.path(), open.port, "start-tls", SECRET);
    assert!(person.bad(&["mail-account", "test"], 3).contains("encryption"));
    // Without the CA nothing is said to it.
    person.stop();
    let (other, _) = certificate(&{
        let apart = directory.path().join("apart");
        std::fs::create_dir(&apart).expect("a directory");
        apart
    });
    start(&mut person, &other);
    let server = MailServer::start(&python, &directory.path().join("unknown"), "tls", Some(&pair));
    account(&person, directory.path(), server.port, "tls", SECRET);
    assert!(person.bad(&["mail-account", "test"], 3).contains("certificate"));
}

#[test]
fn where_there_is_a_proxy_mail_goes_through_it_or_not_at_all() {
    let directory = tempfile::tempdir().expect("a directory");
    // A proxy by HTTP CONNECT that notes what it was asked, and leads nowhere.
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut person = anna(directory.path());
    let mut process = person.process(&["--json", "run"]);
    process.env("REGIE_PROXY", format!("http://{}", proxy.local_addr().expect("bound"))).stderr(Stdio::null());
    person.start_process(process);
    know(&person);
    let port = server.local_addr().expect("bound").port();
    account(&person, directory.path(), port, "none", SECRET);
    let asked = std::thread::spawn(move || {
        let (mut stream, _): (TcpStream, _) = proxy.accept().expect("it is asked");
        let mut head = [0; 512];
        let read = stream.read(&mut head).expect("a head");
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").expect("an answer");
        String::from_utf8_lossy(&head[..read]).into_owned()
    });
    assert!(person.bad(&["mail-account", "test"], 3).contains("proxy"));
    assert!(asked.join().expect("it ends").starts_with(&format!("CONNECT localhost:{port} ")));
    server.set_nonblocking(true).expect("set");
    assert!(server.accept().is_err(), "something went around the proxy");
}

#[test]
fn nothing_that_is_typed_gets_out_of_its_place() {
    let Some(python) = python() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let server = MailServer::start(&python, &directory.path().join("mail"), "none", None);
    let mut person = anna(directory.path());
    person.start();
    know(&person);
    account(&person, directory.path(), server.port, "none", SECRET);
    person.good(&[
        "organisation",
        "add",
        "Evil\r\nBcc: all@example.org\r\n\r\n.\r\nMAIL FROM:<x@y>",
        "--email",
        "a@example.net",
    ]);
    let written = write(&person, &["access", "--to", "Evil Bcc: all@example.org . MAIL FROM:<x@y>"]);
    let id = id_of(&written);
    person.good(&["letter", "send", &id]);
    until_state(&person, &id, "sent");
    let mail = server.mail();
    assert_eq!((mail.len(), &mail[0].0["to"]), (1, &json!(["a@example.net"])));
    let head = mail[0].1.split("\r\n\r\n").next().expect("a head");
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    for (server, user) in [("a\r\nRCPT TO:<x@y>", "anna"), ("localhost", "anna\r\nRCPT TO:<x@y>")] {
        let file = directory.path().join("password");
        std::fs::write(&file, SECRET).expect("written");
        let file = file.to_str().expect("text");
        let words =
            ["mail-account", "set", "a@example.org", "--server", server, "--user", user, "--password-file", file];
        person.bad(&words, 2);
    }
}

#[test]
fn a_change_is_told_to_everybody_it_concerns_and_to_nobody_else() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = anna(directory.path());
    person.start();
    know(&person);
    person.good(&["organisation", "add", "No address BV"]);
    person.good(&["organisation", "add", "Out BV", "--email", "avg@out.example.com", "--by-letter", "false"]);
    let told = |fields: &[&str]| {
        let words = [&["--json", "tell", "--dry-run"], fields].concat();
        let answer = json_of(&person.good(&words))[0]["letters"].clone();
        let line = |one: &Value| format!("{} {} {}", one["name"], one["because"], one["way"]).replace('"', "");
        answer.as_array().expect("a list").iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(told(&["address.street"]), ["Stadsblad reachable post", "Volt reachable email"]);
    // What is nobody's business goes to nobody, until a letter told it.
    person.good(&["set", "birthDate", "1984-02-29"]);
    assert!(told(&["birthDate"]).is_empty());
    let wrong = id_of(&write(&person, &["rectification", "--to", "Volt", "--fields", "birthDate"]));
    assert!(told(&["birthDate"]).is_empty(), "a letter that has not gone told nothing");
    person.good(&["letter", "sent", &wrong, "--by", "email"]);
    assert_eq!(told(&["birthDate"]), ["Volt told_before email"]);
    let field = person.ask(&verbs::Field { field: word("birthDate") });
    assert_eq!(field["by_letter"][0]["name"], json!("Volt"), "{field}");
    person.good(&["organisation", "edit", "No address BV", "--by-letter", "true"]);
    assert_eq!(told(&["email"]).len(), 3);

    // One step writes all letters; a second change goes into those that have not gone.
    let changed = &json_of(&person.good(&["--json", "set", "address.street", "Kade 5"]))[0];
    assert_eq!(changed["by_letter"], json!(3), "{changed}");
    let written = &json_of(&person.good(&["--json", "tell", "address.street"]))[0];
    assert_eq!(written["letters"].as_array().map(Vec::len), Some(3), "{written}");
    person.good(&["set", "telephone", "+31 20 999"]);
    person.good(&["tell", "telephone", "--to", "Volt"]);
    let open = json_of(&person.good(&["--json", "letters", "--open"]))[0]["letters"].clone();
    let of_volt: Vec<&Value> =
        open.as_array().expect("a list").iter().filter(|one| one["name"] == json!("Volt")).collect();
    assert_eq!(of_volt.len(), 1, "{open}");
    let text = person.good(&["letter", "show", &id_of(of_volt[0])]);
    for word in ["Kade 5", "Gracht 2-hs", "+3120999", "+3120123"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    let left_out = &json_of(&person.good(&["--json", "tell", "address.region"]))[0]["left_out"];
    assert!(left_out[0]["why"].as_str().is_some_and(|why| why.contains("holds no value")), "{left_out}");

    // Who would you invite?
    assert!(person.bad(&["letter", "write", "invitation", "--to", "Volt"], 2).contains("--documentation"));
    let invitation = write(
        &person,
        &["invitation", "--to", "Volt", "--documentation", "https://regie.example/companion", "--language", "en"],
    );
    let text = person.good(&["letter", "show", &id_of(&invitation)]);
    assert!(text.contains("https://regie.example/companion") && text.contains("companion"), "{text}");
}
