//! Being told that something waits: by a real HTTP server, a real mail server, a desktop's daemon on a bus of its own and browsers'
//! push services; at night, once a day, by ways that fail, and by a node that is killed.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command as Process, Stdio},
    sync::{Arc, Mutex},
};

use regie::person::verbs;
use regie_tests::{Node, binary, faketime, under_clock, until};
use serde_json::{Value, json};

use crate::{
    dashboard::{Door, browser_asking},
    letters::{MailServer, SECRET, account, python},
};

/// A server that takes whatever is posted to it, and answers as it is told to.
struct Hook {
    port: u16,
    heard: Arc<Mutex<Heard>>,
}

struct Heard {
    /// The head and the body of each request.
    requests: Vec<(String, Vec<u8>)>,
    answer: &'static str,
    /// Requests stay without an answer.
    holds: bool,
}

impl Hook {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Mutex::new(Heard { requests: Vec::new(), answer: "200 OK", holds: false }));
        let hears = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let hears = hears.clone();
                std::thread::spawn(move || {
                    let request = request(&mut stream);
                    let answer = {
                        let mut heard = hears.lock().expect("heard");
                        heard.requests.push(request);
                        if heard.holds { None } else { Some(heard.answer) }
                    };
                    match answer {
                        Some(answer) => drop(write!(stream, "HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n")),
                        None => drop(stream.read(&mut [0])),
                    }
                });
            }
        });
        Self { port, heard }
    }

    fn answers(&self, status: &'static str) {
        self.heard.lock().expect("heard").answer = status;
    }

    fn holds(&self, holds: bool) {
        self.heard.lock().expect("heard").holds = holds;
    }

    fn requests(&self) -> Vec<(String, Vec<u8>)> {
        self.heard.lock().expect("heard").requests.clone()
    }

    /// What was said, as text.
    fn texts(&self) -> Vec<String> {
        self.requests().into_iter().map(|(_, body)| String::from_utf8(body).expect("text")).collect()
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}/topic?token=abc", self.port)
    }
}

/// A request as it came.
fn request(stream: &mut std::net::TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let mut body = vec![0; length.and_then(|length| length.trim().parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body).expect("a body");
    (head, body)
}

/// A person with one thing that waits: a request to an organisation that was not sent yet.
fn anna(home: &Path) -> Node {
    let mut person = Node::person(home.to_owned(), "balanced");
    person.start();
    person.good(&["organisation", "add", "Volt BV"]);
    person
}

fn wait_for(person: &Node, right: &str) {
    person.good(&["case", "new", "--right", right, "Volt BV"]);
}

const AT_ANY_HOUR: [&str; 6] = ["notices", "set", "--quiet", "off", "--daily", "00:00"];

fn set(person: &Node, words: &[&str]) {
    person.good(&[&AT_ANY_HOUR[..], words].concat());
}

fn way(person: &Node, way: &str) -> Value {
    let ways = person.ask(&verbs::Notices {})["ways"].as_array().expect("a list").clone();
    ways.into_iter().find(|one| one["way"] == way).expect("the way")
}

#[test]
fn a_hook_hears_how_much_waits_and_no_name_once_a_day_and_at_once_where_that_is_set() {
    let (directory, hook) = (tempfile::tempdir().expect("a directory"), Hook::open());
    let person = anna(directory.path());
    assert!(person.bad(&["notices", "set", "--webhook", "http://example.org/x"], 2).contains("https://"));
    wait_for(&person, "access");
    set(&person, &["--webhook", &hook.address()]);
    until("the day's message came", || !hook.requests().is_empty());
    let (head, body) = hook.requests()[0].clone();
    assert!(head.starts_with("POST /topic?token=abc HTTP/1.1\r\n"), "{head}");
    let head = head.to_lowercase();
    assert!(head.contains("content-type: text/plain; charset=utf-8") && !head.contains("user-agent"), "{head}");
    let text = String::from_utf8(body).expect("text");
    assert!(text.starts_with("One thing waits for you\n") && !text.contains("Volt"), "{text}");
    until("the node knows that it went", || way(&person, "webhook")["went"].is_string());

    // The next thing waits for tomorrow, until the person wants to hear of its kind at once.
    wait_for(&person, "objection");
    set(&person, &["--at-once", "cases", "--names", "on", "--language", "nl"]);
    until("the second came", || hook.requests().len() == 2);
    let text = hook.texts()[1].clone();
    assert!(text.starts_with("Eén ding wacht op u\n") && text.contains("(Volt BV)"), "only what is new: {text}");
    person.good(&["notices", "test", "webhook"]);
    assert!(hook.texts()[2].contains("proefbericht"), "{:?}", hook.texts());
}

#[test]
fn a_way_that_fails_says_why_and_is_tried_again() {
    let (directory, hook) = (tempfile::tempdir().expect("a directory"), Hook::open());
    let person = anna(directory.path());
    wait_for(&person, "access");
    for (answer, trouble) in [("403 Forbidden", "refused"), ("503 Busy", "later"), ("302 Found", "redirected")] {
        hook.answers(answer);
        set(&person, &["--webhook", &hook.address()]);
        until("it did not go", || way(&person, "webhook")["trouble"] == trouble);
        assert!(way(&person, "webhook")["again"].is_string() && way(&person, "webhook")["went"].is_null());
        let words = person.bad(&["notices", "test", "webhook"], 3);
        assert!(words.contains("server"), "{words}");
    }
    let nobody = format!("http://127.0.0.1:{}/", regie_tests::free_port());
    set(&person, &["--webhook", &nobody]);
    until("nobody answers", || way(&person, "webhook")["trouble"] == "unreachable");
    hook.answers("204 No Content");
    set(&person, &["--webhook", &hook.address()]);
    until("it went", || way(&person, "webhook")["went"].is_string());
    assert!(way(&person, "webhook")["trouble"].is_null());
}

/// The message left, and the node was killed before it could know: it comes once more, and no third time.
#[test]
fn a_node_that_is_killed_loses_no_notice_and_says_it_twice_at_most() {
    let (directory, hook) = (tempfile::tempdir().expect("a directory"), Hook::open());
    let mut person = anna(directory.path());
    wait_for(&person, "access");
    hook.holds(true);
    set(&person, &["--webhook", &hook.address()]);
    until("it came", || hook.requests().len() == 1);
    person.kill();
    hook.holds(false);
    person.start();
    // It waits as after an attempt that failed; the person does not want to.
    set(&person, &[]);
    until("it came again", || hook.requests().len() == 2);
    until("the node knows that it went", || way(&person, "webhook")["went"].is_string());
    person.kill();
    person.start();
    wait_for(&person, "objection");
    set(&person, &["--at-once", "cases"]);
    until("the next thing is told", || hook.requests().len() > 2);
    let texts = hook.texts();
    assert_eq!(texts[0], texts[1], "the same, and once more");
    assert!(texts.len() == 3 && texts[2].starts_with("One thing"), "{texts:?}");
}

#[test]
fn the_night_is_quiet_and_a_day_has_one_message() {
    let Some(library) = faketime() else { return };
    let (directory, hook) = (tempfile::tempdir().expect("a directory"), Hook::open());
    let clock = directory.path().join("clock");
    let at = |time: &str| std::fs::write(&clock, format!("@2027-03-{time}\n")).expect("written");
    // Whatever changes has the node look; without it looks a few times an hour.
    let size = std::cell::Cell::new(1);
    let looks = |person: &Node| {
        size.set(size.get() + 1);
        person.set("household.size", &size.get().to_string());
    };
    at("04 21:00:00");
    let home = directory.path().join("person");
    let mut made = Process::new(binary());
    made.arg("--home").arg(&home).args(["init"]).env("REGIE_PASSPHRASE", "test passphrase").env("REGIE_CHEAP_KDF", "1");
    let made = under_clock(made.env("TZ", "UTC"), &library, &clock).output().expect("it runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut person = Node::at(home);
    person.start_under_clock_with(&library, &clock, &[("TZ", "UTC")]);
    person.good(&["organisation", "add", "Volt BV"]);
    person.good(&["notices", "set", "--webhook", &hook.address(), "--quiet", "22:00-08:00", "--daily", "09:00"]);
    at("04 23:00:00");
    wait_for(&person, "access");
    person.good(&["notices", "test", "webhook"]);
    let went = || way(&person, "webhook")["went"].as_str().map(str::to_owned);
    for hour in ["05 03:00:00", "05 07:59:00", "05 08:30:00"] {
        at(hour);
        looks(&person);
        // Long enough for a look; what would have been said then is found below.
        std::thread::sleep(std::time::Duration::from_secs(11));
    }
    assert_eq!(went(), None, "at night, and before the hour");
    at("05 09:01:00");
    looks(&person);
    until("the day's message", || went().is_some_and(|at| at.starts_with("2027-03-05T09:")));
    at("05 15:00:00");
    wait_for(&person, "erasure");
    at("06 09:01:00");
    looks(&person);
    until("the next day's", || went().is_some_and(|at| at.starts_with("2027-03-06T09:")));
    let texts = hook.texts();
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert!(texts[1].starts_with("One thing") && texts[2].starts_with("2 things"), "{texts:?}");
}

#[test]
fn mail_goes_to_the_persons_own_address_by_their_account() {
    let Some(python) = python() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let server = MailServer::start(&python, &directory.path().join("mail"), "none", None);
    let person = anna(&directory.path().join("person"));
    let words = person.bad(&["notices", "set", "--email", "on"], 1);
    assert!(words.contains("mail-account set"), "{words}");
    account(&person, directory.path(), server.port, "none", "not it");
    wait_for(&person, "access");
    set(&person, &["--email", "on"]);
    until("the server does not know her", || way(&person, "email")["trouble"] == json!({ "mail": "login" }));
    account(&person, directory.path(), server.port, "none", SECRET);
    set(&person, &[]);
    until("it went", || way(&person, "email")["went"].is_string());
    let mail = server.mail();
    let (envelope, text) = &mail[0];
    assert_eq!((&envelope["from"], &envelope["to"]), (&json!("anna@example.org"), &json!(["anna@example.org"])));
    assert!(text.contains("Subject: One thing waits for you") && text.contains("Message-ID: <notice-"), "{text}");
    assert!(!text.contains("Volt") && mail.len() == 1, "{mail:?}");
}

/// A bus of its own, and on it what a desktop has there.
struct Desktop {
    bus: Child,
    address: String,
    shown: Arc<Mutex<Vec<(String, String)>>>,
    _runtime: tokio::runtime::Runtime,
    _connection: zbus::Connection,
}

struct Daemon(Arc<Mutex<Vec<(String, String)>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    #[allow(clippy::too_many_arguments, reason = "so the specification has it")]
    fn notify(
        &self,
        app_name: &str,
        _replaces_id: u32,
        _app_icon: &str,
        summary: &str,
        body: &str,
        _actions: Vec<String>,
        _hints: std::collections::HashMap<String, zbus::OwnedVariant>,
        _expire_timeout: i32,
    ) -> u32 {
        assert_eq!(app_name, "regie");
        let mut shown = self.0.lock().expect("shown");
        shown.push((summary.to_owned(), body.to_owned()));
        u32::try_from(shown.len()).expect("few")
    }
}

impl Desktop {
    /// None where there is no bus to be had.
    fn start() -> Option<Self> {
        let bus = Process::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut bus) = bus else {
            assert!(std::env::var_os("REGIE_REQUIRE_TOOLS").is_none(), "dbus-daemon is not installed");
            eprintln!("NOT RUN: a desktop needs Debian's dbus-daemon");
            return None;
        };
        let mut address = String::new();
        BufReader::new(bus.stdout.as_mut().expect("piped")).read_line(&mut address).expect("an address");
        let (address, shown) = (address.trim().to_owned(), Arc::new(Mutex::new(Vec::new())));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("runs");
        let daemon = Daemon(shown.clone());
        let connection = runtime.block_on(async {
            let builder = zbus::connection::Builder::address(address.as_str());
            let builder = builder.name("org.freedesktop.Notifications");
            builder.serve_at("/org/freedesktop/Notifications", daemon).build().await.expect("a bus")
        });
        Some(Self { bus, address, shown, _runtime: runtime, _connection: connection })
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        let _ = self.bus.kill();
        let _ = self.bus.wait();
    }
}

#[test]
fn a_desktop_shows_it_and_where_there_is_none_that_is_said() {
    let directory = tempfile::tempdir().expect("a directory");
    let Some(desktop) = Desktop::start() else { return };
    let mut person = anna(directory.path());
    wait_for(&person, "access");
    person.stop();
    let mut process = person.process(&["--json", "run"]);
    process.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").env_remove("DISPLAY");
    person.start_process(process);
    set(&person, &["--desktop", "on", "--names", "on"]);
    until("there is no desktop", || way(&person, "desktop")["trouble"] == "no_desktop");
    person.stop();
    let mut process = person.process(&["--json", "run"]);
    process.env("DBUS_SESSION_BUS_ADDRESS", &desktop.address);
    person.start_process(process);
    set(&person, &[]);
    until("it was shown", || !desktop.shown.lock().expect("shown").is_empty());
    let (summary, body) = desktop.shown.lock().expect("shown")[0].clone();
    assert!(summary == "One thing waits for you" && body.contains("(Volt BV)"), "{summary}: {body}");
}

/// A push service that is none, and a browser whose keys are known: what comes is decrypted by another implementation.
#[test]
fn a_browsers_push_service_gets_what_only_that_browser_reads() {
    let (directory, hook) = (tempfile::tempdir().expect("a directory"), Hook::open());
    let mut person = anna(directory.path());
    let keys = node_script("push.mjs", &json!({ "do": "keys" }));
    let text = |name: &str| keys[name].as_str().expect("text").to_owned();
    let browser = |at: &str| -> verbs::AddBrowser {
        let browser = json!({ "endpoint": at, "p256dh": text("p256dh"), "auth": text("auth") });
        serde_json::from_value(json!({ "browser": browser })).expect("a browser")
    };
    let at = format!("http://127.0.0.1:{}/send/1", hook.port);
    wait_for(&person, "access");
    assert!(person.try_ask(&browser("http://push.example/x")).is_err(), "without encryption");
    person.ask(&browser(&at));
    set(&person, &[]);
    // A page could name any address as its browser's; this machine's are not called.
    until("it is in a private network", || way(&person, "push")["trouble"] == "private");
    assert!(hook.requests().is_empty());
    person.stop();
    let config = person.home.join("config.toml");
    let lines = std::fs::read_to_string(&config).expect("a configuration");
    std::fs::write(&config, format!("{lines}domain_hosts = [\"127.0.0.1:{}\"]\n", hook.port)).expect("written");
    person.start();
    hook.answers("201 Created");
    set(&person, &["--names", "on"]);
    until("it went", || way(&person, "push")["went"].is_string());
    let (head, body) = hook.requests()[0].clone();
    let encoded = data_encoding::BASE64.encode(&body);
    let audience = format!("http://127.0.0.1:{}", hook.port);
    let key = person.ask(&verbs::Notices {})["push_key"].clone();
    let opened = node_script(
        "push.mjs",
        &json!({ "do": "open", "keys": keys, "head": head, "body": encoded, "aud": audience, "key": key }),
    );
    assert_eq!(opened["title"], "One thing waits for you", "{opened}");
    assert!(opened["text"].as_str().is_some_and(|text| text.contains("(Volt BV)")), "{opened}");
    assert!(!head.contains("Volt") && !String::from_utf8_lossy(&body).contains("Volt"));
    // A browser that took it back is told no more.
    hook.answers("410 Gone");
    assert!(person.bad(&["notices", "test", "push"], 3).contains("browser"));
    wait_for(&person, "objection");
    set(&person, &["--at-once", "cases"]);
    until("it is forgotten", || person.ask(&verbs::Notices {})["browsers"] == 0);
}

/// In a real browser: the page asks for leave, subscribes by the node's own key and sends what the browser gave it; what the node then
/// sends there, opened with that browser's keys, is shown by the page's worker. The vendor's push service alone is stood in for.
#[test]
fn a_browser_subscribes_on_the_page_and_its_worker_shows_what_comes() {
    let (directory, hook) = (tempfile::tempdir().expect("a directory"), Hook::open());
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let config = person.home.join("config.toml");
    let lines = std::fs::read_to_string(&config).expect("a configuration");
    std::fs::write(&config, format!("{lines}domain_hosts = [\"127.0.0.1:{}\"]\n", hook.port)).expect("written");
    let link = person.start_with_dashboard();
    person.good(&["organisation", "add", "Volt BV"]);
    hook.answers("201 Created");
    let keys = node_script("push.mjs", &json!({ "do": "keys" }));
    let payload = directory.path().join("payload.json");
    let endpoint = format!("http://127.0.0.1:{}/send/1", hook.port);
    let input = json!({ "link": link, "endpoint": endpoint, "keys": keys, "payload": payload });
    let does = |line: &str| {
        if line != "subscribed" {
            return false;
        }
        assert_eq!(person.ask(&verbs::Notices {})["browsers"], json!(1));
        wait_for(&person, "access");
        set(&person, &["--names", "on"]);
        until("it went", || way(&person, "push")["went"].is_string());
        let (head, body) = hook.requests()[0].clone();
        let encoded = data_encoding::BASE64.encode(&body);
        let audience = format!("http://127.0.0.1:{}", hook.port);
        let key = person.ask(&verbs::Notices {})["push_key"].clone();
        let opened = json!({ "do": "open", "keys": keys, "head": head, "body": encoded, "aud": audience, "key": key });
        std::fs::write(&payload, node_script("push.mjs", &opened).to_string()).expect("written");
        true
    };
    let Some(seen) = browser_asking("subscribe.mjs", &input, does) else { return };
    assert_eq!(seen["violations"], json!([]), "accessibility");
    assert_eq!(seen["shown"]["title"], "One thing waits for you", "{seen}");
    assert!(seen["shown"]["body"].as_str().is_some_and(|text| text.contains("(Volt BV)")), "{seen}");
    person.stop();
}

fn node_script(script: &str, input: &Value) -> Value {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser").join(script);
    let output =
        Process::new("node").arg(at).arg(input.to_string()).output().expect("node runs; install Node.js 18 or later");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn pages_change_by_themselves_and_nothing_that_is_typed_is_lost() {
    let door = Door::open();
    door.node.good(&["organisation", "add", "Volt BV"]);
    let input = json!({ "link": door.fresh(), "port": door.to.port() });
    let does = |line: &str| line.strip_prefix("case ").map(|right| wait_for(&door.node, right)).is_some();
    let Some(seen) = browser_asking("live.mjs", &input, does) else { return };
    assert_eq!(seen["violations"], json!([]), "accessibility");
}

#[test]
fn the_page_about_being_told_has_a_trial_for_each_way_and_takes_no_odd_address() {
    let (door, hook) = (Door::open(), Hook::open());
    let cookie = door.enter();
    let page = door.get(&cookie, "/told");
    let form = page.form();
    assert!(page.status == 200 && !page.body.contains("Send me a trial message"), "no way is on: {}", page.body);
    let settings = |address: &str| {
        let address =
            address.replace('%', "%25").replace(':', "%3A").replace('/', "%2F").replace('?', "%3F").replace('=', "%3D");
        format!("form={form}&do=set&names=no&daily=09%3A00&from=22%3A00&to=08%3A00&webhook={address}")
    };
    for odd in ["http://example.org/x", "javascript:alert(1)", "file:///etc/passwd", "https://a@b/"] {
        let answer = door.post(&cookie, "/told", &settings(odd));
        assert!(answer.status == 200 && answer.body.contains("role=\"alert\""), "{odd}: {}", answer.body);
    }
    let kept = door.post(&cookie, "/told", &settings(&hook.address()));
    assert_eq!((kept.status, kept.header("location")), (303, Some("/told")), "{}", kept.body);
    assert!(door.get(&cookie, "/told").body.contains("Send me a trial message"));
    let tried = door.post(&cookie, "/told", &format!("form={form}&do=try&way=webhook"));
    assert_eq!(tried.status, 303, "{}", tried.body);
    assert!(hook.texts()[0].starts_with("A trial message of regie\n"));
    hook.answers("404 Not Found");
    let failed = door.post(&cookie, "/told", &format!("form={form}&do=try&way=webhook"));
    assert!(failed.status == 200 && failed.body.contains("does not take the message"), "{}", failed.body);
    assert_eq!(door.post(&cookie, "/told", "form=other&do=try&way=webhook").status, 403, "another site's form");
    let worker = door.get("", "/worker.js");
    assert!(
        worker.status == 200 && worker.header("content-type").is_some_and(|kind| kind.starts_with("text/javascript"))
    );
}
