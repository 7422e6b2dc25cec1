//! Who a supplier is: real processes, and a domain with a TLS server of the test's own under a CA of its own.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, date_time_ymd};
use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_tests::{Node, faketime, inviting, looking, pairing, until};
use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::PrivateKeyDer};
use serde_json::{Value, json};

/// What a domain answers to whoever asks for its document.
#[derive(Clone)]
pub(crate) enum Says {
    /// This text.
    Document(String),
    /// This status and header, and nothing.
    Status(&'static str),
    /// Says that it is so long, and begins to send it.
    Length(usize),
    /// Sends without an end and without saying how much.
    Endless,
    /// Nothing at all.
    Nothing,
}

/// How the certificate of a domain is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Certificate {
    Good,
    Expired,
    OfAnotherName,
}

/// A domain on this machine: `localhost` at a port of its own.
pub(crate) struct Domain {
    pub(crate) name: String,
    /// The certificate of the CA that vouches for it.
    pub(crate) ca: PathBuf,
    says: Arc<Mutex<Says>>,
    heard: Arc<Mutex<Vec<String>>>,
    asked: Arc<AtomicUsize>,
}

impl Domain {
    pub(crate) fn start(directory: &Path, certificate: Certificate) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (ca, config) = tls(certificate);
        let file = directory.join(format!("ca-{port}.pem"));
        std::fs::write(&file, ca).expect("written");
        let says = Arc::new(Mutex::new(Says::Status("404 Not Found")));
        let (heard, asked) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicUsize>::default());
        let domain = Self { name: format!("localhost:{port}"), ca: file, says, heard, asked };
        let (says, heard, asked) = (domain.says.clone(), domain.heard.clone(), domain.asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                asked.fetch_add(1, Ordering::SeqCst);
                let (config, says, heard) = (config.clone(), says.lock().expect("says").clone(), heard.clone());
                std::thread::spawn(move || drop(answer(stream, config, &says, &heard)));
            }
        });
        domain
    }

    pub(crate) fn says(&self, says: Says) {
        *self.says.lock().expect("says") = says;
    }

    /// The heads of the requests that came.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("heard").clone()
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    says: &Says,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? > 0 {
        head.push(byte[0]);
    }
    heard.lock().expect("heard").push(String::from_utf8_lossy(&head).into_owned());
    match says {
        Says::Document(text) => {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len())?;
        }
        Says::Status(status) => write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n")?,
        Says::Length(bytes) => {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n")?;
            for _ in 0..bytes / 1024 {
                stream.write_all(&[b' '; 1024])?;
            }
        }
        Says::Endless => {
            write!(stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
            loop {
                write!(stream, "400\r\n")?;
                stream.write_all(&[b' '; 1024])?;
                write!(stream, "\r\n")?;
            }
        }
        Says::Nothing => std::thread::sleep(Duration::from_secs(30)),
    }
    stream.flush()?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// A CA's certificate, and a server under it.
fn tls(certificate: Certificate) -> (String, Arc<ServerConfig>) {
    let ca_key = KeyPair::generate().expect("a key");
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(DnType::CommonName, "the CA of a test");
    let ca = ca.self_signed(&ca_key).expect("a CA");
    let name = if certificate == Certificate::OfAnotherName { "other.example" } else { "localhost" };
    let mut own = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    if certificate == Certificate::Expired {
        own.not_after = date_time_ymd(2020, 1, 1);
    }
    let key = KeyPair::generate().expect("a key");
    let own = own.signed_by(&key, &ca, &ca_key).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)
        .expect("a server");
    (ca.pem(), Arc::new(config))
}

fn supplier(directory: &Path, name: &str) -> Node {
    let mut supplier = Node::supplier(directory.to_owned(), name, "/ip4/127.0.0.1/tcp/0");
    supplier.start();
    supplier
}

/// A person's node that trusts this CA and may look at these domains on its own machine.
pub(crate) fn person(directory: &Path, ca: &Path, domains: &[&str]) -> Node {
    let mut person = Node::person(directory.to_owned(), "balanced");
    let config = person.home.join("config.toml");
    let text = std::fs::read_to_string(&config).expect("a configuration");
    std::fs::write(&config, format!("{text}domain_hosts = {domains:?}\n")).expect("written");
    let mut process = person.process(&["--json", "run"]);
    process.env("SSL_CERT_FILE", ca).env("SSL_CERT_DIR", directory.join("none")).stderr(std::process::Stdio::null());
    person.start_process(process);
    person
}

pub(crate) fn invite(supplier: &Node) -> String {
    let invitation = supplier.ask(&inviting(true));
    invitation["link"].as_str().expect("a link").to_owned()
}

pub(crate) fn name_domain(supplier: &Node, domain: &str) -> Value {
    let profile = companion::NewProfile { domain: Some(domain.to_owned()), ..companion::NewProfile::default() };
    supplier.ask(&companion::SetProfile { profile })
}

pub(crate) fn document(supplier: &Node) -> String {
    let answer = supplier.ask(&companion::DomainDocument {});
    answer["document"].as_str().expect("a document").to_owned()
}

pub(crate) fn look(person: &Node, link: &str) -> Value {
    person.ask(&looking(link))
}

fn pair(person: &Node, link: &str, vouched: bool) -> Value {
    person.ask(&verbs::Pair { vouched, ..pairing(link) })
}

/// What the company holds of its only person after a request that a default would answer; none where the person is to
/// decide.
fn asks_for_the_name(person: &Node, supplier: &Node) -> Option<Value> {
    supplier.request(&["name.full"], "DeliveryOfGoods", "once");
    until("the request is answered or waits", || {
        let waits = person.ask(&verbs::Requests {}).as_array().is_some_and(|list| !list.is_empty());
        waits || supplier.customer()["held"].as_array().is_some_and(|held| !held.is_empty())
    });
    supplier.customer()["held"].as_array().and_then(|held| held.first()).map(|held| held["value"].clone())
}

#[test]
fn a_domain_proves_its_supplier_before_the_pairing_and_the_defaults_answer() {
    let directory = tempfile::tempdir().expect("a directory");
    let domain = Domain::start(directory.path(), Certificate::Good);
    let shop = supplier(&directory.path().join("shop"), "De Winkel BV");
    name_domain(&shop, &domain.name);
    let file = directory.path().join("regie.json");
    shop.good(&["supplier", "domain", "--out", file.to_str().expect("text")]);
    domain.says(Says::Document(std::fs::read_to_string(&file).expect("a document")));
    let person = person(&directory.path().join("person"), &domain.ca, &[&domain.name]);
    person.set("name.full", "Anna Bakker");
    let link = invite(&shop);

    let seen = look(&person, &link);
    assert_eq!((&seen["name"], &seen["standing"]["is"]), (&json!("De Winkel BV"), &json!("proven")), "{seen}");
    assert_eq!(person.ask(&verbs::Status {})["suppliers"], json!([]), "nothing is paired by looking");
    assert_eq!(shop.ask(&companion::People {}), json!([]), "and the company has nobody");
    let words = person.verb(&["pair", &link]);
    assert_eq!(words.status.code(), Some(5), "without a yes nothing is paired");
    let words = String::from_utf8_lossy(&words.stderr).into_owned();
    assert!(words.contains("De Winkel BV") && words.contains("proven"), "{words}");
    assert_eq!(person.ask(&verbs::Status {})["suppliers"], json!([]));

    let paired = pair(&person, &link, false);
    assert_eq!(paired["standing"]["is"], json!("proven"), "{paired}");
    assert_eq!(paired["standing"]["vouched"], Value::Null);
    assert_eq!(asks_for_the_name(&person, &shop), Some(json!("Anna Bakker")));
    let shown = person.good(&["status"]);
    assert!(shown.contains("proven"), "{shown}");
    // Wherever its name stands.
    let grants = person.ask(&verbs::Grants {});
    let log = person.ask(&verbs::Audit {})["newest"].clone();
    for (what, listed) in [("grants", grants), ("log", log)] {
        let own = listed.as_array().expect("a list");
        assert!(!own.is_empty() && own.iter().all(|own| own["standing"]["is"] == json!("proven")), "{what}: {listed}");
    }
    let told = person.verb(&["--json", "doctor"]).stdout;
    assert!(String::from_utf8_lossy(&told).contains("De Winkel BV is known by: domain proven since"));

    // What was asked at the domain tells nothing of who asked.
    let heard = domain.heard();
    assert!(!heard.is_empty());
    for head in heard {
        let lines: Vec<&str> = head.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines[0], "GET /.well-known/regie.json HTTP/1.1");
        let names = lines[1..].iter().filter_map(|line| line.split_once(':')).map(|(name, _)| name.to_lowercase());
        assert!(names.clone().all(|name| ["host", "accept"].contains(&name.as_str())), "{head}");
    }
}

#[test]
fn without_a_proof_or_a_word_the_person_is_asked_and_a_word_changes_that() {
    let directory = tempfile::tempdir().expect("a directory");
    let shop = supplier(&directory.path().join("shop"), "De Winkel BV");
    let person = person(&directory.path().join("person"), Path::new("/dev/null"), &[]);
    person.set("name.full", "Anna Bakker");
    pair(&person, &invite(&shop), false);
    assert_eq!(asks_for_the_name(&person, &shop), None);
    let waiting = person.ask(&verbs::Requests {});
    // A program gets the code of the rule, the owner its words.
    assert_eq!(waiting[0]["fields"]["name.full"], json!("not-known"));
    let shown = person.good(&["requests"]);
    assert!(["domain", "proven", "vouch"].iter().all(|word| shown.contains(word)), "{shown}");
    person.good(&["vouch", "De Winkel BV"]);
    shop.request(&["name.full"], "DeliveryOfGoods", "once");
    until("the default answers now", || shop.customer()["held"][0]["value"] == json!("Anna Bakker"));
    person.good(&["vouch", "De Winkel BV", "--withdraw"]);
    let status = person.ask(&verbs::Status {});
    assert_eq!(status["suppliers"][0]["standing"]["defaults_answer"], json!(false));
}

#[test]
fn whatever_a_domain_answers_is_told_in_words_and_bounded() {
    let directory = tempfile::tempdir().expect("a directory");
    let domain = Domain::start(directory.path(), Certificate::Good);
    let elsewhere = Domain::start(directory.path(), Certificate::Good);
    let shop = supplier(&directory.path().join("shop"), "De Winkel BV");
    let other = supplier(&directory.path().join("other"), "Heel Anders BV");
    let person = person(&directory.path().join("person"), &domain.ca, &[&domain.name, &elsewhere.name]);
    let link = invite(&shop);
    name_domain(&shop, &domain.name);
    name_domain(&other, &domain.name);
    let of_other = document(&other);
    name_domain(&shop, &elsewhere.name);
    let of_elsewhere = document(&shop);
    name_domain(&shop, &domain.name);
    let good = document(&shop);
    let redirect: &'static str =
        format!("302 Found\r\nlocation: https://{}/.well-known/regie.json", elsewhere.name).leak();
    let cases = [
        (Says::Document(good.clone()), "proven", None),
        (Says::Document(of_other), "contradicted", Some("other_key")),
        (Says::Document(of_elsewhere), "contradicted", Some("other_domain")),
        (Says::Document("<html>hello</html>".into()), "claimed", Some("not_a_document")),
        (Says::Document(good.replace("profile\": \"", "profile\": \"A")), "claimed", Some("not_a_document")),
        (Says::Status("404 Not Found"), "claimed", Some("no_document")),
        (Says::Status("500 Internal Server Error"), "claimed", Some("no_document")),
        (Says::Status(redirect), "claimed", Some("redirect")),
        (Says::Length(100 * 1024 * 1024), "claimed", Some("too_large")),
        (Says::Endless, "claimed", Some("too_large")),
        (Says::Nothing, "claimed", Some("slow")),
    ];
    let before = regie_tests::resident(person.pid());
    for (says, standing, why) in cases {
        domain.says(says);
        let seen = look(&person, &link);
        assert_eq!((&seen["standing"]["is"], &seen["standing"]["why"]), (&json!(standing), &json!(why)), "{seen}");
        let next = seen["standing"]["next"].as_str().unwrap_or_default();
        assert!(why.is_none() || next.contains("; "), "a sentence with the next step: {next}");
    }
    assert_eq!(elsewhere.asked(), 0, "nobody is followed elsewhere");
    let grown = regie_tests::resident(person.pid()).saturating_sub(before);
    assert!(grown < 64 * 1024 * 1024, "{grown} bytes more after a document of 100 MB");
    for (named, why) in [("nowhere.invalid", "unresolved"), ("localhost:1", "not_a_domain")] {
        name_domain(&shop, named);
        assert_eq!(look(&person, &link)["standing"]["why"], json!(why), "{named}");
    }
    assert!(shop.bad(&["supplier", "set", "--domain", "https://example.org"], 2).contains("example.org"));
    assert!(shop.bad(&["supplier", "set", "--name", "De\u{200b}Winkel"], 2).contains("can't be seen"));
    assert!(shop.bad(&["supplier", "set"], 2).contains("--domain"));
}

#[test]
fn a_certificate_that_does_not_hold_proves_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let shop = supplier(&directory.path().join("shop"), "De Winkel BV");
    let link = invite(&shop);
    let good = Domain::start(directory.path(), Certificate::Good);
    for (number, certificate) in
        [Certificate::Expired, Certificate::OfAnotherName, Certificate::Good, Certificate::Good].into_iter().enumerate()
    {
        let domain = Domain::start(directory.path(), certificate);
        name_domain(&shop, &domain.name);
        domain.says(Says::Document(document(&shop)));
        // The third is of another CA than the one that is trusted; for the fourth the system has no CA at all, and what
        // is built in takes its place.
        let trusted = [domain.ca.as_path(), domain.ca.as_path(), good.ca.as_path(), Path::new("/dev/null")][number];
        let person = person(&directory.path().join(format!("person{number}")), trusted, &[&domain.name]);
        let seen = look(&person, &link);
        assert_eq!(seen["standing"]["why"], json!("certificate"), "{number}: {seen}");
    }
}

#[test]
fn what_is_paired_with_is_what_was_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    let shop = supplier(&directory.path().join("shop"), "De Winkel BV");
    let person = person(&directory.path().join("person"), Path::new("/dev/null"), &[]);
    let link = invite(&shop);
    assert_eq!(look(&person, &link)["name"], json!("De Winkel BV"));
    shop.good(&["supplier", "set", "--name", "Gemeente Utrecht", "--sector", "government"]);
    let pairing = pairing(&link);
    let refused = person.try_ask(&pairing).expect_err("another profile");
    assert_eq!((refused.code.as_str(), refused.exit), ("changed_profile", 5));
    assert_eq!(person.ask(&verbs::Status {})["suppliers"], json!([]));
    assert_eq!(shop.ask(&companion::People {}), json!([]), "the company has nobody either");
    assert_eq!(look(&person, &link)["name"], json!("Gemeente Utrecht"));
    assert_eq!(person.ask(&pairing)["name"], json!("Gemeente Utrecht"));
}

#[test]
fn a_company_changes_what_it_says_while_it_runs_and_keeps_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut shop = supplier(&directory.path().join("shop"), "De Winkel BV");
    let person = person(&directory.path().join("person"), Path::new("/dev/null"), &[]);
    let before = name_domain(&shop, "winkel.example");
    let change =
        ["--json", "supplier", "set", "--contact", "vraag@winkel.example", "--agreements", "SD-BASE,SD-BASE-A"];
    let after: Value = serde_json::from_str(&shop.good(&change)).expect("JSON");
    assert!(after["issued"].as_str() > before["issued"].as_str(), "newer");
    assert_eq!(after["agreements"], json!(["SD-BASE", "SD-BASE-A"]));
    assert_eq!(after["domain"], json!("winkel.example"), "what is left out stays");
    let seen = look(&person, &invite(&shop));
    assert_eq!(seen["contact"], json!("vraag@winkel.example"));
    shop.stop();
    shop.start();
    assert_eq!(look(&person, &invite(&shop))["contact"], json!("vraag@winkel.example"));
}

#[test]
fn the_last_word_of_a_company_is_the_newest_also_within_a_millisecond_and_where_its_clock_went_back() {
    let Some(library) = faketime() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let clock = directory.path().join("clock");
    let offset = |offset: &str| std::fs::write(&clock, offset).expect("written");
    let mut shop = Node::supplier(directory.path().join("shop"), "De Winkel BV", "/ip4/127.0.0.1/tcp/0");
    offset("+3h");
    shop.start_under_clock(&library, &clock);
    let mut issued = Vec::new();
    let mut change = |shop: &Node, contact: usize| {
        let profile = companion::NewProfile {
            contact: Some(format!("{contact}@winkel.example")),
            ..companion::NewProfile::default()
        };
        issued.push(shop.ask(&companion::SetProfile { profile })["issued"].as_str().expect("a time").to_owned());
    };
    (0..20).for_each(|contact| change(&shop, contact));
    offset("+0h");
    (20..40).for_each(|contact| change(&shop, contact));
    shop.stop();
    shop.start_under_clock(&library, &clock);
    (40..42).for_each(|contact| change(&shop, contact));
    assert!(issued.is_sorted_by(|one, next| one < next), "{issued:?}");
}
