//! The dashboard from elsewhere, over real TLS, by itself and behind a real nginx: devices that are added, seen and removed, and who
//! can't have any of it, by name.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command as Process, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use rcgen::{CertificateParams, KeyPair};
use regie::{person::verbs, web::limits};
use regie_tests::{
    Node, free_port,
    http::{Response, say_by_hand, send_by_hand as send},
    until,
};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
    SupportedProtocolVersion,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
    version::{TLS12, TLS13},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::dashboard::{Door, FORM, browser_asking};

const RIGHT: &str = "test+passphrase";

/// A person's node that is reached from elsewhere, at one origin.
struct Away {
    door: Door,
    /// Where that leads.
    at: SocketAddr,
    /// The origin's host and port, as a browser says it.
    host: String,
    /// A web server in between, which does the encryption.
    nginx: Option<Nginx>,
}

impl Away {
    /// With a certificate of the node's own.
    fn open() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let node = Node::person(directory.path().join("person"), "balanced");
        let port = free_port();
        let (host, at) = (format!("regie.test:{port}"), SocketAddr::from(([127, 0, 0, 1], port)));
        node.good(&["elsewhere", "on", &format!("https://{host}"), "--listen", &at.to_string()]);
        Self { door: Door::of(node, directory), at, host, nginx: None }
    }

    /// Behind nginx, as the guide has it.
    fn behind() -> Option<(Self, String)> {
        let directory = tempfile::tempdir().expect("a directory");
        let node = Node::person(directory.path().join("person"), "balanced");
        let (port, plain, inner) = (free_port(), free_port(), free_port());
        let (nginx, key) = Nginx::start(port, plain, inner)?;
        let (host, at) = (format!("regie.test:{port}"), SocketAddr::from(([127, 0, 0, 1], port)));
        let listen = format!("127.0.0.1:{inner}");
        node.good(&["elsewhere", "on", &format!("https://{host}"), "--proxy", "--listen", &listen]);
        Some((Self { door: Door::of(node, directory), at, host, nginx: Some(nginx) }, key))
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let (mut stream, _) = encrypted(self.at, &TLS13).expect("a connection");
        say_by_hand(&mut stream, &self.host, method, path, headers, body)
    }

    fn get(&self, cookie: &str, path: &str) -> Response {
        self.send("GET", path, &[("Cookie", cookie)], "")
    }

    fn post(&self, cookie: &str, path: &str, body: &str) -> Response {
        let origin = format!("https://{}", self.host);
        self.send("POST", path, &[("Cookie", cookie), ("Origin", &origin), FORM], body)
    }

    /// The path of a fresh link that adds a device.
    fn invite(&self) -> String {
        let link = self.door.node.ask(&verbs::InviteDevice {})["link"].as_str().expect("a link").to_owned();
        let path = link.strip_prefix(&format!("https://{}", self.host)).expect("the origin").to_owned();
        path.split('#').next().expect("a path").to_owned()
    }

    /// Adds a device; its cookie comes out.
    fn add(&self, name: &str) -> String {
        let added = self.post("", &self.invite(), &format!("name={name}"));
        assert_eq!((added.status, added.header("location")), (303, Some("/added")), "{}", added.body);
        added.cookie().expect("a cookie")
    }

    fn devices(&self) -> Value {
        self.door.node.ask(&verbs::Devices {})["devices"].clone()
    }
}

/// Takes every certificate, and remembers it.
#[derive(Debug, Default)]
struct Remembers(Mutex<Vec<u8>>);

impl ServerCertVerifier for Remembers {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.0.lock().expect("here") = shown.to_vec();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = ring::default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = ring::default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// A connection within this version of TLS, and the SHA-256 of the certificate that was shown, as people compare it.
pub(crate) fn encrypted(
    to: SocketAddr,
    version: &'static SupportedProtocolVersion,
) -> Result<(StreamOwned<ClientConnection, TcpStream>, String), String> {
    let remembers = Arc::new(Remembers::default());
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .expect("a version")
        .dangerous()
        .with_custom_certificate_verifier(remembers.clone())
        .with_no_client_auth();
    let name = ServerName::try_from("regie.test").expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let stream = TcpStream::connect(to).map_err(|error| error.to_string())?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
    let mut stream = StreamOwned::new(client, stream);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).map_err(|error| error.to_string())?;
    }
    let pairs: Vec<String> =
        Sha256::digest(&*remembers.0.lock().expect("here")).iter().map(|byte| format!("{byte:02X}")).collect();
    Ok((stream, pairs.join(":")))
}

/// nginx with the lines of the guide.
struct Nginx {
    child: Child,
    directory: tempfile::TempDir,
    port: u16,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // In good order, or its workers would stay.
        self.cut();
    }
}

impl Nginx {
    /// None where it is not installed and need not be. The SHA-256 of its key comes with it, base64.
    fn start(port: u16, plain: u16, inner: u16) -> Option<(Self, String)> {
        let there = Process::new("nginx").arg("-v").stderr(Stdio::null()).status().is_ok();
        assert!(there || std::env::var_os("REGIE_REQUIRE_TOOLS").is_none(), "nginx is not installed");
        if !there {
            println!("nginx is not installed; this was not run");
            return None;
        }
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().join(name);
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(vec!["regie.test".to_owned()]).expect("a name");
        std::fs::write(at("certificate.pem"), certificate.self_signed(&key).expect("made").pem()).expect("written");
        std::fs::write(at("key.pem"), key.serialize_pem()).expect("written");
        let guide =
            std::fs::read_to_string(format!("{}/../docs/elsewhere.md", env!("CARGO_MANIFEST_DIR"))).expect("text");
        let server =
            guide.split("```").find(|block| block.contains("proxy_pass http://127.0.0.1:7490")).expect("lines");
        let server = server
            .replace("listen 443 ssl", &format!("listen 127.0.0.1:{port} ssl"))
            .replace("listen 80", &format!("listen 127.0.0.1:{plain}"))
            .replace("regie.example.nl", "regie.test")
            .replace("/etc/letsencrypt/live/regie.test/fullchain.pem", &at("certificate.pem").display().to_string())
            .replace("/etc/letsencrypt/live/regie.test/privkey.pem", &at("key.pem").display().to_string())
            .replace("127.0.0.1:7490", &format!("127.0.0.1:{inner}"));
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary.map(|name| format!("{name}_temp_path {};", at(name).display())).join("\n");
        let config = format!(
            "daemon off; pid {}; error_log stderr warn; events {{}} http {{ access_log off; {temporary} {server} }}",
            at("pid").display()
        );
        std::fs::write(at("nginx.conf"), config).expect("written");
        let child = Self::run(&directory, port);
        let hash = data_encoding::BASE64.encode(&Sha256::digest(key.public_key_der()));
        Some((Self { child, directory, port }, hash))
    }

    fn run(directory: &tempfile::TempDir, port: u16) -> Child {
        let mut nginx = Process::new("nginx");
        nginx.arg("-p").arg(directory.path()).arg("-c").arg(directory.path().join("nginx.conf"));
        let child = nginx.stderr(Stdio::null()).spawn().expect("nginx runs");
        until("nginx listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        child
    }

    /// The line breaks.
    fn cut(&mut self) {
        let _ = Process::new("kill").arg(self.child.id().to_string()).status();
        self.child.wait().expect("ended");
    }

    /// It is there again.
    fn mend(&mut self) {
        self.child = Self::run(&self.directory, self.port);
    }
}

#[test]
fn a_device_is_added_by_a_link_once_and_is_in_until_it_is_removed() {
    let away = Away::open();
    let shown = away.door.node.ask(&verbs::Devices {});
    let (_, fingerprint) = encrypted(away.at, &TLS13).expect("a connection");
    assert_eq!(shown["elsewhere"]["fingerprint"], json!(fingerprint), "it is the certificate that browsers see");
    let invitation = away.door.node.ask(&verbs::InviteDevice {});
    assert!(invitation["link"].as_str().is_some_and(|link| link.ends_with(&format!("#{fingerprint}"))), "{invitation}");

    // A stranger is told how to be added, and is not asked for the passphrase.
    let asked = away.get("", "/data");
    assert!(
        asked.status == 401 && asked.cookie().is_none() && !asked.body.contains("name=\"passphrase\""),
        "{asked:?}"
    );
    let path = away.invite();
    let looked = [away.get("", &path), away.get("", &path)].map(|page| (page.status, page.cookie()));
    assert_eq!(looked, [(200, None), (200, None)], "looking at a link spends nothing");
    let added = away.post("", &path, "name=My+phone");
    let set = added.header("set-cookie").expect("a cookie").to_owned();
    for word in ["__Host-", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age="] {
        assert!(set.contains(word), "{word} in {set}");
    }
    assert!(!set.to_lowercase().contains("domain"), "for that host and no other: {set}");
    let cookie = added.cookie().expect("a cookie");
    assert!(away.get(&cookie, "/added").body.contains("This device is added"));
    let page = away.get(&cookie, "/devices");
    assert!(page.status == 200 && page.body.contains("My phone") && page.body.contains("this one"), "{}", page.body);
    assert_eq!(
        (away.devices()[0]["name"].clone(), away.devices().as_array().map(Vec::len)),
        (json!("My phone"), Some(1))
    );

    // It sets a field, and its open page survives a start of the node.
    let form = away.get(&cookie, "/data/email").form();
    let typed = format!("form={form}&do=save&value=anna%40example.org");
    assert_eq!(away.post(&cookie, "/data/email", &typed).status, 303);
    assert_eq!(away.door.node.ask(&verbs::Fields {})[0]["value"], "anna@example.org");
    let Away { mut door, at, host, nginx } = away;
    door.node.stop();
    let mut process = door.node.process(&["--json", "run", "--dashboard", &door.to.to_string()]);
    door.node.start_saying(&mut process);
    let away = Away { door, at, host, nginx };
    let typed = format!("form={form}&do=save&value=anna%40example.net");
    assert_eq!(away.post(&cookie, "/data/email", &typed).status, 303);
    let (_, after) = encrypted(away.at, &TLS13).expect("a connection");
    assert_eq!(after, fingerprint, "the certificate is kept");

    // Removed at home, it is nobody from the next request on.
    away.door.node.ask(&verbs::ForgetDevice { device: "my phone".into() });
    assert_eq!((away.get(&cookie, "/").status, away.post(&cookie, "/data/email", &typed).status), (401, 401));
    assert_eq!(away.door.node.ask(&verbs::Fields {})[0]["value"], "anna@example.net");
    assert_eq!(away.devices(), json!([]));
}

/// Keys of a browser, from RFC 8291, section 5.
const BROWSERS_KEYS: &str = "p256dh=BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4&auth=BTBZMqHH6r4Tts7J_aSIgg";

#[test]
fn a_removed_device_is_told_nothing_more() {
    let away = Away::open();
    let browsers = || away.door.node.ask(&verbs::Notices {})["browsers"].clone();
    let subscribe = |cookie: &str, name: &str| {
        let form = away.get(cookie, "/data/email").form();
        let said = format!("form={form}&endpoint=https%3A%2F%2Fpush.example%2F{name}&{BROWSERS_KEYS}");
        assert_eq!(away.post(cookie, "/told/browser", &said).status, 303);
    };
    let (phone, tablet) = (away.add("Phone"), away.add("Tablet"));
    subscribe(&phone, "phone");
    subscribe(&tablet, "tablet");
    assert_eq!(browsers(), 2);
    away.door.node.ask(&verbs::ForgetDevice { device: "phone".into() });
    assert_eq!(browsers(), 1, "the tablet's stays");
    away.door.node.ask(&verbs::ForgetDevice { device: "tablet".into() });
    assert_eq!(browsers(), 0);
}

#[test]
fn a_link_that_was_used_or_guessed_adds_nothing() {
    let away = Away::open();
    let path = away.invite();
    assert_eq!(away.post("", &path, "name=One").status, 303);
    let again = away.post("", &path, "name=Two");
    assert!(again.status == 404 && again.cookie().is_none() && again.body.contains("used already"), "{}", again.body);
    assert_eq!(away.get("", &path).status, 404);
    // Of two at once one comes through.
    let path = away.invite();
    let both: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8).map(|_| scope.spawn(|| away.post("", &path, "name=Race").status)).collect();
        tries.into_iter().map(|one| one.join().expect("answered")).collect()
    });
    assert_eq!(both.iter().filter(|status| **status == 303).count(), 1, "{both:?}");
    // Who guesses waits, and does not keep out who has a good one.
    let good = away.invite();
    let guesses: Vec<u16> =
        (0..20).map(|n| away.post("", &format!("/add/{n}{}", "A".repeat(42)), "name=Evil").status).collect();
    assert!(guesses[..2].iter().all(|status| [404, 429].contains(status)), "{guesses:?}");
    assert_eq!(guesses[usize::try_from(limits::TRIES).expect("few")..], [429; 15], "{guesses:?}");
    assert_eq!(away.post("", &good, "name=Good").status, 303);
    // At home there are no such links.
    let path = away.invite();
    let home = send(away.door.to, "GET", &path, &[], "");
    assert_eq!(home.status, 404);
    let names: Vec<Value> = away.devices().as_array().expect("a list").iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(!names.contains(&json!("Evil")) && !names.contains(&json!("Two")), "{names:?}");
}

#[test]
fn nothing_of_a_session_at_home_opens_the_room_elsewhere_nor_the_other_way_round() {
    let away = Away::open();
    let (home, device) = (away.door.enter(), away.add("Phone"));
    let token = |cookie: &str| cookie.split_once('=').expect("a cookie").1.to_owned();
    for cookie in [home.clone(), format!("__Host-regie_{}={}", away.at.port(), token(&home))] {
        assert_eq!(away.get(&cookie, "/data").status, 401, "{cookie}");
    }
    let planted = format!("regie_{}={}", away.door.to.port(), token(&device));
    for cookie in [device.clone(), planted] {
        assert_eq!(away.door.get(&cookie, "/data").status, 303, "{cookie}");
    }
    // The ways in of this machine are not there: no link, no passphrase, no first steps.
    let link = away.door.fresh();
    let start = &link[link.find("/start/").expect("a path")..];
    assert_eq!((away.get("", start).status, away.get("", start).cookie()), (404, None));
    assert!(send(away.door.to, "GET", start, &[], "").cookie().is_some(), "and it was not spent by that");
    let entered = away.post("", "/in", &format!("to=%2F&stay=yes&passphrase={RIGHT}"));
    assert_eq!((entered.status, entered.cookie()), (404, None));
    assert_eq!(away.get("", "/setup").status, 404);
}

#[test]
fn hosts_origins_and_sites_of_others_are_refused_elsewhere_too() {
    let away = Away::open();
    let (cookie, own) = (away.add("Phone"), format!("https://{}", away.host));
    let form = away.get(&cookie, "/data/email").form();
    for host in ["evil.example", "localhost", "regie.test", &away.at.to_string(), &away.door.to.to_string()] {
        let answer = away.send("GET", "/", &[("Host", host), ("Cookie", &cookie)], "");
        assert_eq!(answer.status, 403, "DNS rebinding by {host}");
    }
    let typed = format!("form={form}&do=save&value=evil%40example.org");
    for (what, headers) in [
        ("another origin", vec![("Origin", "https://evil.example")]),
        ("an opaque origin", vec![("Origin", "null")]),
        ("no encryption", vec![("Origin", &*own.replace("https", "http"))]),
        ("another port", vec![("Origin", "https://regie.test")]),
        ("another site", vec![("Origin", &*own), ("Sec-Fetch-Site", "cross-site")]),
        ("a neighbour of the name", vec![("Origin", &*own), ("Sec-Fetch-Site", "same-site")]),
        ("nothing shows whose it is", vec![]),
    ] {
        let headers = [&headers[..], &[("Cookie", &*cookie), FORM]].concat();
        assert_eq!(away.send("POST", "/data/email", &headers, &typed).status, 403, "{what}");
    }
    let no_token = away.post(&cookie, "/data/email", "do=save&value=evil%40example.org");
    assert_eq!(no_token.status, 403);
    assert_eq!(away.door.node.ask(&verbs::Fields {}), json!([]));
    // Looked at from another site: never in a frame or by a script; led there, a person goes on by a press.
    let from = [("Cookie", &*cookie), ("Sec-Fetch-Site", "cross-site")];
    let framed = [&from[..], &[("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")]].concat();
    assert_eq!(away.send("GET", "/data", &framed, "").status, 403);
    let led = [&from[..], &[("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")]].concat();
    let led = away.send("GET", "/data?x=1", &led, "");
    assert!(led.status == 401 && led.body.contains("href=\"/data?x=1\""), "{}", led.body);
}

#[test]
fn every_answer_elsewhere_forbids_frames_and_is_kept_nowhere() {
    let away = Away::open();
    let cookie = away.add("Phone");
    let path = away.invite();
    for (cookie, path) in
        [("", "/"), ("", &*path), ("", "/nowhere"), (&*cookie, "/"), (&cookie, "/data"), (&cookie, "/devices")]
    {
        let answer = away.get(cookie, path);
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{path}: {policy}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "clickjacking at {path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    // The worker keeps these, and there is nothing of anybody in them.
    away.door.node.set("email", "anna@example.org");
    for path in ["/offline", "/manifest.webmanifest", "/worker.js", "/assets/icon-512.png", "/assets/style.css"] {
        let answer = away.get(&cookie, path);
        assert!(answer.status == 200 && answer.cookie().is_none() && !answer.body.contains("anna@"), "{path}");
    }
}

#[test]
fn plain_http_and_old_tls_bring_nothing_but_the_way_to_the_encrypted_page() {
    let away = Away::open();
    let cookie = away.add("Phone");
    let own = format!("https://{}/", away.host);
    for (method, path) in [("GET", "/data"), ("POST", "/data/email")] {
        let answer = send(away.at, method, path, &[("Host", &away.host), ("Cookie", &cookie)], "x");
        assert_eq!((answer.status, answer.header("location"), &*answer.body), (307, Some(&*own), ""), "{method}");
        assert_eq!(answer.cookie(), None);
    }
    // A host that was made up does not become the place to go to.
    let led = send(away.at, "GET", "//evil.example/", &[("Host", "evil.example")], "");
    assert_eq!(led.header("location"), Some(&*own));
    assert!(encrypted(away.at, &TLS12).is_err(), "nobody is talked down to an older TLS");
    // Who says nothing is dropped, and others come in meanwhile.
    let mut silent = TcpStream::connect(away.at).expect("connected");
    silent.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
    silent.write_all(&[22]).expect("sent");
    assert_eq!(away.get(&cookie, "/").status, 200);
    assert_eq!(silent.read(&mut [0]).unwrap_or_default(), 0, "closed");
}

#[test]
fn a_device_makes_no_other_way_in_and_takes_nothing_along() {
    let away = Away::open();
    let (phone, other) = (away.add("Phone"), away.add("Tablet"));
    let form = away.get(&phone, "/devices").form();
    let devices = away.devices();
    let tablet = devices.as_array().expect("a list").iter().find(|one| one["name"] == "Tablet").expect("it is there");
    let id = tablet["id"].as_str().expect("an id");
    for (path, body) in [
        ("/devices", format!("do=invite&passphrase={RIGHT}")),
        ("/devices", format!("do=forget&device={id}")),
        ("/devices", "do=forget-all".to_owned()),
        ("/export", "passphrase=another+passphrase&again=another+passphrase".to_owned()),
        ("/move", "to=evil&passphrase=another+passphrase&again=another+passphrase".to_owned()),
        ("/security/passphrase", format!("old={RIGHT}&passphrase=another+passphrase&again=another+passphrase")),
    ] {
        let answer = away.post(&phone, path, &format!("form={form}&{body}"));
        assert!(answer.status == 403 && answer.body.contains("on the computer on which regie runs"), "{path} {body}");
    }
    assert_eq!(away.get(&other, "/").status, 200);
    // It removes itself, and then its cookie is worth nothing.
    let left = away.post(&phone, "/security", &format!("form={form}&do=leave"));
    assert!(left.header("set-cookie").is_some_and(|set| set.contains("Max-Age=0")), "{left:?}");
    assert_eq!((away.get(&phone, "/").status, away.get(&other, "/").status), (401, 200));

    // Another passphrase, changed at home, ends every device.
    let home = away.door.enter();
    let form = away.door.get(&home, "/security/passphrase").form();
    let body = format!("form={form}&old={RIGHT}&passphrase=a+new+passphrase&again=a+new+passphrase");
    assert_eq!(away.door.post(&home, "/security/passphrase", &body).status, 303);
    assert_eq!(away.get(&other, "/").status, 401);
}

#[test]
fn at_home_the_passphrase_makes_a_picture_by_which_a_device_is_added() {
    let away = Away::open();
    let cookie = away.door.enter();
    let form = away.door.get(&cookie, "/devices").form();
    let invite = |passphrase: &str| {
        away.door.post(&cookie, "/devices", &format!("form={form}&do=invite&passphrase={passphrase}"))
    };
    let wrong = invite("guess");
    assert!(!wrong.body.contains("data:image/svg+xml") && wrong.body.contains("not the passphrase"), "{}", wrong.body);
    let made = invite(RIGHT);
    assert!(made.body.contains("data:image/svg+xml;base64,"), "{}", made.body);
    let link =
        made.body.split(&format!("https://{}/add/", away.host)).nth(1).expect("the link").split(['#', '<']).next();
    let path = format!("/add/{}", link.expect("a token"));
    assert_eq!(away.post("", &path, "name=Phone").status, 303);
    assert_eq!(away.post("", &away.invite(), "name=").status, 200, "a name is asked for again, and nothing is spent");
    // On the terminal the same, as a picture of blocks.
    let said = away.door.node.good(&["devices", "add"]);
    assert!(said.contains('█') && said.contains(&format!("https://{}/add/", away.host)), "{said}");
    assert!(away.door.node.good(&["devices"]).contains("Phone"));
    away.door.node.good(&["devices", "forget", "Phone"]);
    assert_eq!(away.devices(), json!([]));
}

#[test]
fn nothing_is_served_openly_without_tls() {
    let directory = tempfile::tempdir().expect("a directory");
    let node = Node::person(directory.path().join("person"), "careful");
    for (arguments, says) in [
        (vec!["http://regie.example.nl"], "https"),
        (vec!["https://localhost:7443"], "this machine itself"),
        (vec!["https://regie.example.nl/data"], "write it as"),
        (vec!["https://regie.example.nl", "--proxy", "--listen", "0.0.0.0:7490"], "plain text"),
        (vec!["https://regie.example.nl", "--proxy", "--listen", "[::]:7490"], "plain text"),
    ] {
        let words = node.bad(&[&["elsewhere", "on"], &arguments[..]].concat(), 2);
        assert!(words.contains(says), "{arguments:?}: {words}");
    }
    let config = node.home.join("config.toml");
    let text = std::fs::read_to_string(&config).expect("text");
    assert!(!text.contains("elsewhere"), "what is unsafe is not written: {text}");
    // Nor is it taken from a file.
    let unsafe_one = "elsewhere = { origin = \"https://regie.example.nl\", proxy = true, listen = \"0.0.0.0:0\" }\n";
    std::fs::write(&config, format!("{text}{unsafe_one}")).expect("written");
    assert!(node.bad(&["run", "--dashboard", "127.0.0.1:0"], 2).contains("plain text"));
    node.good(&["elsewhere", "off"]);
    assert_eq!(std::fs::read_to_string(&config).expect("text"), text);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = taken.local_addr().expect("an address").to_string();
    node.good(&["elsewhere", "on", "https://regie.test:7443", "--listen", &at]);
    assert!(node.bad(&["run", "--dashboard", "127.0.0.1:0"], 1).contains("regie elsewhere off"), "it says what to do");
}

#[test]
fn behind_nginx_as_the_guide_has_it_devices_come_in_and_plain_http_is_led_on() {
    let Some((away, _)) = Away::behind() else { return };
    let cookie = away.add("Phone");
    let page = away.get(&cookie, "/data/email");
    assert_eq!(page.status, 200, "{}", page.body);
    let typed = format!("form={}&do=save&value=anna%40example.org", page.form());
    assert_eq!(away.post(&cookie, "/data/email", &typed).status, 303);
    assert_eq!(away.door.node.ask(&verbs::Fields {})[0]["value"], "anna@example.org");
    assert_eq!(away.door.node.ask(&verbs::Devices {})["elsewhere"]["fingerprint"], Value::Null);
    assert_eq!(away.send("GET", "/", &[("Host", "evil.example")], "").status, 403);
    // What nginx heard in the clear, and what another program of this machine says it did.
    let inner = away.door.node.good(&["--json", "elsewhere"]);
    let inner: Value = serde_json::from_str(&inner).expect("JSON");
    let inner: SocketAddr = inner["listen"][0].as_str().expect("an address").parse().expect("an address");
    let plain = [("Host", &*away.host), ("X-Forwarded-Proto", "http"), ("Cookie", &*cookie)];
    let led = send(inner, "GET", "/data?x=1", &plain, "");
    let own = format!("https://{}/data?x=1", away.host);
    assert_eq!((led.status, led.header("location"), &*led.body), (303, Some(&*own), ""));
    let origin = format!("https://{}", away.host);
    let form = [&plain[..], &[("Origin", &*origin), FORM]].concat();
    assert_eq!(send(inner, "POST", "/data/email", &form, &typed).status, 403);
}

#[test]
fn a_phone_is_added_keeps_the_pages_and_opens_them_by_a_passkey() {
    let Some((mut away, key)) = Away::behind() else { return };
    let input = json!({ "link": away.door.link, "origin": format!("https://{}", away.host), "key": key });
    let does = |line: &str| {
        let nginx = away.nginx.as_mut().expect("a web server");
        match line {
            "cut" => {
                nginx.cut();
                Value::Null
            }
            "mend" => {
                nginx.mend();
                Value::Null
            }
            "forget" => away.door.node.ask(&verbs::ForgetDevices { but: None, own_passkeys: false }),
            "value" => {
                away.door.node.set("email", "anna@example.org");
                Value::Null
            }
            _ => return false,
        };
        true
    };
    let Some(seen) = browser_asking("away.mjs", &input, does) else { return };
    assert_eq!(seen["installable"], json!([]), "what keeps a phone from installing it");
    assert_eq!(seen["violations"], json!([]), "accessibility");
    let kept = seen["kept"].as_array().expect("what the worker keeps");
    assert!(
        !kept.is_empty()
            && kept
                .iter()
                .all(|path| path == "/offline" || path.as_str().is_some_and(|path| path.starts_with("/assets/"))),
        "{kept:?}"
    );
    assert_eq!(away.devices(), json!([]));
}

#[test]
fn a_backup_brings_no_device_back_that_may_have_been_removed_since() {
    let away = Away::open();
    let cookie = away.add("Phone");
    let backup = away.door.node.home.with_file_name("backup.age");
    away.door.node.good(&["backup", backup.to_str().expect("text")]);
    away.door.node.ask(&verbs::ForgetDevice { device: "Phone".into() });
    let Away { mut door, at, host, nginx } = away;
    door.node.stop();
    std::fs::remove_dir_all(&door.node.home).expect("lost");
    door.node.good(&["restore", backup.to_str().expect("text"), "--yes"]);
    door.node.good(&["elsewhere", "on", &format!("https://{host}"), "--listen", &at.to_string()]);
    let mut process = door.node.process(&["--json", "run", "--dashboard", &door.to.to_string()]);
    door.node.start_saying(&mut process);
    let away = Away { door, at, host, nginx };
    assert_eq!((away.devices(), away.get(&cookie, "/").status), (json!([]), 401));
}
