//! The dashboard under attack, by name, over real sockets; and in a real browser with 200 real suppliers.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Command as Process, Stdio},
    time::Duration,
};

use regie::person::verbs;
use regie_protocol::{Access, Purpose};
use regie_tests::{
    Node,
    crowd::{Crowd, Member},
    http::{Response, enter, host_of, send_by_hand as send, start_of},
    pairing, until,
};
use serde_json::{Value, json};

pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// What is wrong with a form, its headers, its body.
type Forged<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str);

/// A person's node with a dashboard, and a way in.
pub(crate) struct Door {
    pub(crate) node: Node,
    _directory: tempfile::TempDir,
    pub(crate) link: String,
    pub(crate) to: SocketAddr,
}

impl Door {
    pub(crate) fn open() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let node = Node::person(directory.path().join("person"), "balanced");
        Self::of(node, directory)
    }

    /// Starts this node, whose home is in a directory that goes with it.
    pub(crate) fn of(mut node: Node, directory: tempfile::TempDir) -> Self {
        let link = node.start_with_dashboard();
        let (to, _) = start_of(&link);
        Self { node, _directory: directory, link, to }
    }

    /// Spends a link; the cookie comes out.
    pub(crate) fn enter(&self) -> String {
        enter(&self.fresh()).1
    }

    /// A link that nobody has used.
    pub(crate) fn fresh(&self) -> String {
        self.node.ask(&verbs::Dashboard {})["link"].as_str().expect("a link").to_owned()
    }

    pub(crate) fn get(&self, cookie: &str, path: &str) -> Response {
        send(self.to, "GET", path, &[("Cookie", cookie)], "")
    }

    /// The same from a page that the browser names.
    pub(crate) fn post_from(&self, cookie: &str, path: &str, body: &str, page: &str) -> Response {
        let origin = format!("http://{}", self.to);
        let page = format!("{origin}{page}");
        let headers = [("Cookie", cookie), ("Origin", &*origin), ("Referer", &*page), FORM];
        send(self.to, "POST", path, &headers, body)
    }

    pub(crate) fn post(&self, cookie: &str, path: &str, body: &str) -> Response {
        let origin = format!("http://{}", self.to);
        send(self.to, "POST", path, &[("Cookie", cookie), ("Origin", &origin), FORM], body)
    }
}

pub(crate) const PAGES: [&str; 37] = [
    "/",
    "/requests",
    "/suppliers",
    "/pair",
    "/pair/many",
    "/data",
    "/data/email",
    "/data/group/address",
    "/data/income.annual",
    "/data/group/income",
    "/search",
    "/own",
    "/credentials",
    "/find",
    "/import",
    "/export",
    "/deliveries",
    "/inbox",
    "/contracts",
    "/contracts/new",
    "/cases",
    "/cases/new",
    "/letters",
    "/letters/write",
    "/letters/account",
    "/wishes",
    "/wishes/new",
    "/wishes/new/energy.contract",
    "/segments",
    "/defaults",
    "/defaults/proof",
    "/audit",
    "/security",
    "/security/passphrase",
    "/told",
    "/style",
    "/devices",
];

#[test]
fn dns_rebinding_only_the_own_hosts_are_answered() {
    let door = Door::open();
    let (cookie, port) = (door.enter(), door.to.port());
    let foreign = [
        "evil.example".to_owned(),
        "attacker@localhost".to_owned(),
        format!("localhost:{port}@evil.example"),
        format!("127.0.0.1:0{port}"),
        format!("127.0.0.1:{port}/"),
        format!("127.0.0.01:{port}"),
        format!("0177.0.0.1:{port}"),
        format!("[::]:{port}"),
        format!("[0:0:0:0:0:0:0:1]:{port}"),
        format!("localhost:{port}, evil.example"),
        format!("localhost.localdomain:{port}"),
        format!("LOCALHOST.evil.example:{port}"),
        format!("xn--localhost-:{port}"),
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.2:{port}"),
        format!("0.0.0.0:{port}"),
        format!("127.1:{port}"),
        format!("2130706433:{port}"),
        format!("0x7f000001:{port}"),
        format!("[::ffff:127.0.0.1]:{port}"),
        format!("localhost.:{port}"),
        format!("regie.localhost:{port}"),
        format!("user@127.0.0.1:{port}"),
        format!("127.0.0.1:{}", port.wrapping_add(1)),
        "127.0.0.1".to_owned(),
        "localhost".to_owned(),
        String::new(),
        "null".to_owned(),
    ];
    for page in PAGES.iter().chain(&["/export.json", "/receipts.json", "/assets/style.css", "/start/x"]) {
        for host in &foreign {
            let answer = send(door.to, "GET", page, &[("Host", host), ("Cookie", &cookie)], "");
            assert!(matches!(answer.status, 400 | 403), "{host} {page}: {}", answer.status);
            assert!(!answer.body.contains("regie</title>"));
        }
        let twice = [("Host", "evil.example"), ("Host", &*door.to.to_string()), ("Cookie", &*cookie)];
        assert!(matches!(send(door.to, "GET", page, &twice, "").status, 400 | 403));
    }
    // The own hosts: the session is at one of them, the others ask who it is, or lead to where that is asked.
    for (host, status) in [
        (format!("127.0.0.1:{port}"), 200),
        (format!("localhost:{port}"), 401),
        (format!("[::1]:{port}"), 303),
        (host_of(&door.link).to_owned(), 401),
    ] {
        assert_eq!(send(door.to, "GET", "/", &[("Host", &host), ("Cookie", &cookie)], "").status, status, "{host}");
    }
}

#[test]
fn letters_are_written_and_sent_by_hand_on_their_pages_and_a_change_is_told_in_one_step() {
    let door = Door::open();
    let cookie = door.enter();
    for (field, value) in
        [("name.full", "Anna de Vries"), ("address.street", "Kade 1"), ("address.postalCode", "1011 AA")]
    {
        door.node.set(field, value);
    }
    door.node.good(&["organisation", "add", "Volt & Co", "--email", "privacy@volt.example.com", "--language", "nl"]);
    door.node.good(&["organisation", "add", "Stadsblad", "--address", "Plein 2\\n3511 AA Utrecht"]);
    let page = door.get(&cookie, "/letters/write");
    let form = page.form();
    let volt = door.node.ask(&verbs::Organisation { organisation: "volt & co".into() })["id"].clone();
    let volt = volt.as_str().expect("an id").to_owned();
    // What is typed and can't be done stays, with the reason.
    let wrong =
        door.post(&cookie, "/letters/write", &format!("form={form}&about=invitation&to={volt}&documentation=x"));
    assert!(wrong.status == 200 && wrong.body.contains("role=\"alert\""), "{}", wrong.body);
    assert!(wrong.body.contains(&format!("value=\"{volt}\" checked")), "{}", wrong.body);
    let written = door.post(&cookie, "/letters/write", &format!("form={form}&about=access&to={volt}"));
    let place = written.header("location").expect("a place").to_owned();
    let letter = door.get(&cookie, &place);
    assert!(
        letter.body.contains("artikel 15") && letter.body.contains("mailto:privacy@volt.example.com?"),
        "{}",
        letter.body
    );
    let draft = door.get(&cookie, &format!("{place}/letter.eml"));
    assert!(draft.status == 200 && draft.body.contains("X-Unsent: 1") && !draft.body.contains("Kade 1"));
    assert_eq!(door.get(&cookie, &format!("{place}/letter.pdf")).status, 200);
    assert_eq!(door.post(&cookie, &place, &format!("form={form}&do=sent&by=email")).status, 303);
    assert!(door.get(&cookie, "/letters").body.contains("Sent from your mail program"));
    assert!(door.get(&cookie, "/audit?kind=letter_sent").body.contains("full name"), "the log says what it told");

    // A move: one page says who hears of it by letter, one press writes all of them.
    let moved = door.post(&cookie, "/data/address.street", &format!("form={form}&value=Gracht+2&do=save"));
    let told = moved.header("location").expect("a place").to_owned();
    let page = door.get(&cookie, &told);
    assert!(page.body.contains("2 organisations that are not on regie would be told by letter"), "{}", page.body);
    let body = format!("form={form}&field=address.street&do=write");
    assert_eq!(door.post(&cookie, "/deliveries/letters", &body).status, 303);
    let page = door.get(&cookie, "/deliveries");
    assert!(page.body.contains("Stadsblad") && page.body.contains("2 letters about changes"), "{}", page.body);
    let letters = door.node.ask(&verbs::Letters { open: true, limit: 10, ..verbs::Letters::default() });
    assert_eq!(letters["letters"].as_array().map(Vec::len), Some(2), "{letters}");
    for one in letters["letters"].as_array().expect("a list") {
        let text = door.get(&cookie, &format!("/letters/{}", one["id"].as_str().expect("an id"))).body;
        assert!(text.contains("Gracht 2") && text.contains("Kade 1") && text.contains("1011 AA"), "{text}");
    }
    // The password of an account comes back on no page.
    let account =
        "server=localhost&port=25&security=none&address=anna%40example.org&user=anna&password=very+secret&do=set";
    assert_eq!(door.post(&cookie, "/letters/account", &format!("form={form}&{account}")).status, 303);
    let page = door.get(&cookie, "/letters/account");
    assert!(page.body.contains("anna@example.org") && !page.body.contains("very secret"), "{}", page.body);
}

#[test]
fn a_contract_is_typed_on_its_page_and_its_dates_go_to_a_calendar_with_the_key() {
    let door = Door::open();
    let cookie = door.enter();
    let form = door.get(&cookie, "/contracts/new").form();
    let body = |start: &str| {
        format!(
            "form={form}&party=Energie+BV&product=Stroom&price=129%2C50&currency=EUR&every=1&every-of=M&start={start}\
             &term=1&term-of=Y&then=again&again=1&again-of=Y&notice=1&notice-of=M&to=term_end&do=save"
        )
    };
    let wrong = door.post(&cookie, "/contracts/new", &body("2100-02-30"));
    assert!(
        wrong.status == 200 && wrong.body.contains("value=\"Energie BV\"") && wrong.body.contains("value=\"129,50\"")
    );
    assert!(wrong.body.contains("aria-invalid=\"true\"") && wrong.body.contains("role=\"alert\""), "{}", wrong.body);
    assert_eq!(door.post(&cookie, "/contracts/new", &body("2100-01-15")).status, 303);
    let page = door.get(&cookie, "/contracts");
    assert!(
        page.body.contains("Stroom") && page.body.contains("129.50") && page.body.contains("15 Jan 2100"),
        "{}",
        page.body
    );
    let id = page
        .body
        .split("/contracts/")
        .find_map(|rest| rest.get(..32).filter(|id| id.bytes().all(|b| b.is_ascii_hexdigit())));
    let id = id.expect("an id").to_owned();
    assert!(door.get(&cookie, &format!("/contracts/{id}")).body.contains("14 Dec 2100"));
    assert!(door.get(&cookie, &format!("/contracts/{id}/end")).body.contains("Notice to end my contract: Stroom"));

    // Who has the address reads the dates without a session, and nothing else.
    let address = page.body.split("/feed/").nth(1).and_then(|rest| rest.split('"').next()).expect("a feed");
    let path = format!("/feed/{address}");
    let feed = send(door.to, "GET", &path, &[], "");
    assert!(feed.status == 200 && feed.body.contains("DTSTART;VALUE=DATE:21001214"), "{}", feed.body);
    let tag = feed.header("etag").expect("a tag").to_owned();
    assert_eq!(send(door.to, "GET", &path, &[("If-None-Match", &tag)], "").status, 304);
    let guessed = format!("/feed/{}/contracts.ics", "0".repeat(32));
    assert_eq!(send(door.to, "GET", &guessed, &[], "").status, 404);
    assert_eq!(send(door.to, "GET", "/feed/../contracts", &[], "").status, 404);
    let renewed = door.post(&cookie, "/contracts", &format!("form={}&do=feed", page.form()));
    assert_eq!((renewed.status, send(door.to, "GET", &path, &[], "").status), (303, 404));
    let removed = door.post(&cookie, "/contracts", &format!("form={}&do=remove&id={id}", page.form()));
    assert_eq!((removed.status, door.get(&cookie, &format!("/contracts/{id}")).status), (303, 404));
}

#[test]
fn cross_site_forms_change_nothing() {
    let door = Door::open();
    let cookie = door.enter();
    let form = door.get(&cookie, "/data/email").form();
    let own = format!("http://{}", door.to);
    let body = format!("form={form}&do=save&value=evil%40example.org");
    let other = "http://evil.example";
    let cases: [Forged<'_>; 11] = [
        ("no origin and no site", vec![FORM], &body),
        ("another origin", vec![FORM, ("Origin", other)], &body),
        ("an opaque origin", vec![FORM, ("Origin", "null")], &body),
        ("own origin, cross site", vec![FORM, ("Origin", &own), ("Sec-Fetch-Site", "cross-site")], &body),
        ("own origin, same site", vec![FORM, ("Origin", &own), ("Sec-Fetch-Site", "same-site")], &body),
        (
            "another origin, same origin claimed",
            vec![FORM, ("Origin", other), ("Sec-Fetch-Site", "same-origin")],
            &body,
        ),
        ("text", vec![("Content-Type", "text/plain"), ("Origin", &own)], &body),
        ("JSON", vec![("Content-Type", "application/json"), ("Origin", &own)], &body),
        ("no type", vec![("Origin", &own)], &body),
        ("no token", vec![FORM, ("Origin", &own)], "do=save&value=evil%40example.org"),
        ("a wrong token", vec![FORM, ("Origin", &own)], "form=AAAA&do=save&value=evil%40example.org"),
    ];
    for (what, mut headers, body) in cases {
        headers.push(("Cookie", &cookie));
        let answer = send(door.to, "POST", "/data/email", &headers, body);
        assert_eq!(answer.status, 403, "{what}");
    }
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let headers = [FORM, ("Origin", &own), ("Cookie", &cookie)];
        assert!(matches!(send(door.to, method, "/data/email", &headers, "").status, 403 | 405), "{method}");
    }
    let another = door.get(&door.enter(), "/data/email").form();
    let stolen = format!("form={another}&do=save&value=evil%40example.org");
    assert_eq!(door.post(&cookie, "/data/email", &stolen).status, 403, "the token of another session");
    assert_eq!(door.node.ask(&verbs::Fields {}), json!([]));
    // A GET changes nothing, whatever it carries.
    door.get(&cookie, &format!("/data/email?{body}"));
    assert_eq!(door.node.ask(&verbs::Fields {}), json!([]));
    assert_eq!(door.post(&cookie, "/data/email", &body).status, 303);
    assert_eq!(door.node.ask(&verbs::Fields {})[0]["value"], json!("evil@example.org"));
}

#[test]
fn a_page_of_another_site_or_port_can_not_even_look() {
    let door = Door::open();
    let cookie = door.enter();
    let quiet = ["/export.json", "/receipts.json", "/live", "/assets/style.css", "/start/x", "/nowhere"];
    for page in PAGES.iter().chain(&quiet) {
        for site in ["cross-site", "same-site", "CROSS-SITE", "same-origin, none", ""] {
            for mode in ["navigate", "no-cors", "cors"] {
                let headers = [("Cookie", &*cookie), ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode)];
                let answer = send(door.to, "GET", page, &headers, "");
                assert_eq!(answer.status, 403, "{page} {site} {mode}");
                assert!(!answer.body.contains("regie</title>"));
            }
        }
        let twice = [("Cookie", &*cookie), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")];
        assert_eq!(send(door.to, "GET", page, &twice, "").status, 403, "{page} twice");
    }
    for site in ["same-origin", "none"] {
        let headers = [("Cookie", &*cookie), ("Sec-Fetch-Site", site)];
        assert_eq!(send(door.to, "GET", "/", &headers, "").status, 200, "{site}");
    }
    // A link is not spent by somebody who only looks whether it is there.
    let link = door.node.ask(&verbs::Dashboard {})["link"].as_str().expect("a link").to_owned();
    assert_eq!(send(door.to, "HEAD", start_of(&link).1, &[], "").status, 403);
    assert!(send(door.to, "GET", start_of(&link).1, &[], "").cookie().is_some());
}

#[test]
fn clickjacking_every_answer_forbids_frames_foreign_code_and_caching() {
    let door = Door::open();
    let cookie = door.enter();
    let pages = PAGES.iter().chain(&["/nowhere", "/export.json", "/receipts.json", "/start/x", "/assets/none"]);
    for page in pages {
        let answer = door.get(&cookie, page);
        let policy = answer.header("content-security-policy").expect("a policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(policy.contains(part), "{page}: {part}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{page}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{page}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{page}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{page}");
        assert!(
            !answer.body.contains("<script>") && !answer.body.contains(" style=") && !answer.body.contains(" onclick")
        );
    }
}

#[test]
fn session_fixation_and_spent_links_open_nothing() {
    let door = Door::open();
    let planted = format!("regie_{}=planted-by-somebody", door.to.port());
    let answer = send(door.to, "GET", start_of(&door.link).1, &[("Cookie", &planted)], "");
    let cookie = answer.cookie().expect("a cookie");
    assert_ne!(cookie, planted);
    let set = answer.header("set-cookie").expect("a cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"), "{set}");
    let asks = format!("http://localhost:{}/", door.to.port());
    for cookie in [&*planted, ""] {
        assert_eq!(door.get(cookie, "/").header("location"), Some(&*asks), "where a passphrase is asked for");
    }
    let again = send(door.to, "GET", start_of(&door.link).1, &[], "");
    assert_eq!((again.status, again.cookie()), (401, None), "a link opens once");
    assert_eq!(send(door.to, "GET", "/start/guess", &[], "").cookie(), None);

    // Unlocking brings another token; the one from before it is worth nothing.
    let form = door.get(&cookie, "/security").form();
    assert_eq!(door.post(&cookie, "/security", &format!("form={form}&do=lock")).status, 303);
    for page in PAGES {
        let asks = format!("http://localhost:{}{page}", door.to.port());
        assert_eq!(door.get(&cookie, page).header("location"), Some(&*asks), "{page}");
    }
    let unlocked = door.post(&cookie, "/in", "to=%2F&stay=yes&passphrase=test+passphrase");
    let fresh = unlocked.cookie().expect("a fresh cookie");
    assert_ne!(fresh, cookie);
    assert_eq!(door.get(&cookie, "/").status, 303);
    assert_eq!(door.get(&fresh, "/").status, 200);
    let form = door.get(&fresh, "/security").form();
    door.post(&fresh, "/security", &format!("form={form}&do=leave"));
    assert_eq!(door.get(&fresh, "/").status, 303);
}

#[test]
fn paths_lead_nowhere_else_and_bodies_are_bounded() {
    let door = Door::open();
    let cookie = door.enter();
    let tricks = [
        "/assets/../config.toml",
        "/assets/..%2fconfig.toml",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%5c..%5cetc%5cpasswd",
        "/assets//etc/passwd",
        "/assets/style.css%00.js",
        "/..%2f..%2fetc%2fpasswd",
        "/data/..%2f..%2fetc%2fpasswd",
        "/suppliers/..%2f..%2fetc%2fpasswd",
        "/proof/..%2f..%2fetc/0",
    ];
    for trick in tricks {
        let answer = door.get(&cookie, trick);
        assert!((400..500).contains(&answer.status), "{trick}: {}", answer.status);
        assert!(!answer.body.contains("root:") && !answer.body.contains("role ="), "{trick}");
    }
    let form = door.get(&cookie, "/data/email").form();
    let long = format!("form={form}&do=save&value={}", "a".repeat(1024 * 1024));
    assert!(matches!(door.post(&cookie, "/data/email", &long).status, 413 | 0));
    let long = format!("form={form}&do=save&value={}", "a".repeat(5000));
    let answer = door.post(&cookie, "/data/email", &long);
    assert!(answer.status == 200 && answer.body.contains("aria-invalid"), "a value that is too long is told so");
    assert_eq!(door.node.ask(&verbs::Fields {}), json!([]));
    assert_eq!(door.get(&cookie, "/").status, 200);
    // What the framework can't read is told in words too.
    for odd in ["/suppliers?page=x", "/audit?before=-1", "/proof/x/y", "/deliveries?of=many"] {
        let answer = door.get(&cookie, odd);
        assert_eq!(answer.status, 400, "{odd}");
        assert!(answer.body.contains("Go back"), "{odd}: {}", answer.body);
    }
    // Browsers send two characters for the end of a line; a value of two lines has one.
    let lines = format!("form={form}&do=save&value=one%0D%0Atwo");
    assert_eq!(door.post(&cookie, "/data/address.street", &lines).status, 303);
    assert_eq!(door.node.ask(&verbs::Fields {})[0]["value"], json!("one\ntwo"));
}

#[test]
fn silent_and_slow_sockets_are_closed_and_the_owner_is_served() {
    let door = Door::open();
    let cookie = door.enter();
    let mut silent: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(door.to).expect("connected")).collect();
    for (n, socket) in silent.iter_mut().enumerate().filter(|(n, _)| n % 2 == 0) {
        use std::io::Write as _;
        socket.write_all(format!("GET /{n} HTTP/1.1\r\nHo").as_bytes()).expect("sent");
    }
    assert_eq!(door.get(&cookie, "/").status, 200);
    for mut socket in silent.into_iter().take(10) {
        socket.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
        let mut heard = Vec::new();
        let ended = socket.read_to_end(&mut heard);
        assert!(ended.is_ok() || ended.is_err_and(|e| e.kind() == std::io::ErrorKind::ConnectionReset));
    }
    assert_eq!(door.get(&cookie, "/").status, 200);
}

#[test]
fn a_thousand_silent_sockets_cost_their_own_places_and_not_the_owners() {
    use std::io::BufRead as _;
    let door = Door::open();
    let cookie = door.enter();
    // From processes of their own, so that this one does not run out of file descriptors.
    let open = format!(
        "for n in $(seq 250); do exec {{fd}}<>/dev/tcp/127.0.0.1/{}; done; echo open; read -r _",
        door.to.port()
    );
    let mut crowd: Vec<std::process::Child> = (0..4)
        .map(|_| {
            let mut shell = Process::new("bash");
            shell.args(["-c", &open]).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
            shell.spawn().expect("bash runs")
        })
        .collect();
    for shell in &mut crowd {
        let mut line = String::new();
        let said = shell.stdout.as_mut().expect("piped");
        std::io::BufReader::new(said).read_line(&mut line).expect("it says so");
        assert_eq!(line.trim(), "open");
    }
    for page in PAGES {
        assert_eq!(door.get(&cookie, page).status, 200, "{page}");
    }
    for mut shell in crowd {
        drop(shell.stdin.take());
        shell.wait().expect("gone");
    }
    assert_eq!(door.get(&cookie, "/").status, 200);
}

/// Text that a page must show and never run.
fn payloads() -> Vec<String> {
    let cores = ["alert(1)", "fetch('//evil.example')", "document.title='owned'"];
    let wraps = [
        "<script>{}</script>",
        "<img src=x onerror={}>",
        "<svg onload={}>",
        "\"><script>{}</script>",
        "'><img src=x onerror={}>",
        "</title><script>{}</script>",
        "</textarea><script>{}</script>",
        "</style><script>{}</script>",
        "<a href=javascript:{}>x</a>",
        "<iframe srcdoc='<script>{}</script>'>",
        "{{{{{}}}}}",
        "${{{}}}",
        "<details open ontoggle={}>",
        "<math><mtext></mtext><script>{}</script></math>",
        "<input autofocus onfocus={}>",
        "\" onmouseover=\"{}",
        "<form action=javascript:{}><button>",
        "<base href=//evil.example><b>{}",
        "<meta http-equiv=refresh content='0;url=javascript:{}'>",
        "&lt;script&gt;{}&lt;/script&gt;",
    ];
    wraps.iter().flat_map(|wrap| cores.iter().map(move |core| wrap.replace("{}", core))).collect()
}

#[test]
fn html_in_supplier_given_text_is_shown_and_not_run() {
    let door = Door::open();
    let cookie = door.enter();
    let names = payloads();
    let crowd = Crowd::start(&names);
    pair(&door.node, crowd.members());
    for (member, name) in crowd.members().iter().zip(&names) {
        member.ask(&["birthDate"], Purpose::LegalCompliance, Access::Read, name);
    }
    until("all wait", || door.node.ask(&verbs::Overview {})["requests_waiting"] == json!(names.len()));
    let keys: Vec<String> = door.node.ask(&verbs::Status {})["suppliers"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|supplier| format!("/suppliers/{}", supplier["supplier"].as_str().expect("a key")))
        .collect();
    let pages = PAGES.iter().map(ToString::to_string).chain(keys).chain(["/suppliers?page=1".to_owned()]);
    let mut seen = String::new();
    for page in pages {
        let answer = door.get(&cookie, &page);
        assert_eq!(answer.status, 200, "{page}");
        for name in &names {
            let runs = name.contains('<') && answer.body.contains(name.as_str());
            assert!(!runs, "{page} has {name} as it came");
        }
        seen += &answer.body;
    }
    assert!(seen.contains("&#60;script&#62;alert(1)"), "the names are shown");
    // And what a visitor types into a filter.
    let answer = door.get(&cookie, "/suppliers?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&sector=%3Cb%3E&sort=%22x");
    assert!(!answer.body.contains("<script>alert") && !answer.body.contains("<b>"));
}

pub(crate) fn pair(node: &Node, members: &[Member]) {
    for member in members {
        node.ask(&pairing(&member.invite()));
    }
    until("all are connected", || node.ask(&verbs::Overview {})["connected"] == json!(members.len()));
}

#[test]
fn what_was_found_is_still_there_where_entering_it_is_refused() {
    // As many organisations as a person can have, but for three.
    const HELD: usize = 4_997;
    let door = Door::open();
    let cookie = door.enter();
    let finding = |n: usize| {
        let domains = [format!("held-{n}.nl")];
        json!({ "name": format!("Held {n}"), "domains": domains, "creditors": [], "logins": [], "pays": [], "guess": false })
    };
    for part in (0..HELD).collect::<Vec<_>>().chunks(1_000) {
        let findings = part.iter().map(|n| serde_json::from_value(finding(*n)).expect("a finding")).collect();
        door.node.ask(&verbs::EnterFindings { findings, contracts: [].into() });
    }
    let form = door.get(&cookie, "/find").form();
    let rows: String = (0..5).map(|n| format!("https://new-{n}.nl,anna,x\n")).collect();
    let part = |head: &str, body: &str| format!("--cut\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
    let file = part(
        "name=\"files\"; filename=\"logins.csv\"\r\nContent-Type: text/csv",
        &format!("url,username,password\n{rows}"),
    );
    let body = format!("{}{file}--cut--\r\n", part("name=\"form\"", &form));
    let origin = format!("http://{}", door.to);
    let kind = ("Content-Type", "multipart/form-data; boundary=cut");
    let read = send(door.to, "POST", "/find", &[("Cookie", &cookie), ("Origin", &origin), kind], &body);
    assert_eq!(read.status, 303, "{}", read.body);
    let take = |count: usize| (0..count).map(|n| format!("&take={n}")).collect::<String>();
    let refused = door.post(&cookie, "/find/enter", &format!("form={form}&do=enter{}", take(5)));
    assert!(refused.body.contains("choose fewer"), "{} {}", refused.status, refused.body);
    assert!(door.get(&cookie, "/find").body.contains("name=\"take\" value=\"4\""), "the preview is there");
    assert_eq!(door.post(&cookie, "/find/enter", &format!("form={form}&do=enter{}", take(3))).status, 303);
    assert!(!door.get(&cookie, "/find").body.contains("name=\"take\""), "entered, and gone");
}

#[test]
fn files_go_out_and_a_backup_restores_on_another_machine() {
    let door = Door::open();
    let cookie = door.enter();
    let form = door.get(&cookie, "/export").form();
    for (field, value) in [("name.full", "Anna Bakker"), ("email", "anna@example.org"), ("household.size", "3")] {
        door.node.set(field, value);
    }
    let export: Value = serde_json::from_str(&door.get(&cookie, "/export.json").body).expect("JSON");
    assert_eq!(export["fields"].as_array().map(Vec::len), Some(3));
    let receipts = door.get(&cookie, "/receipts.json");
    assert!(receipts.header("content-disposition").is_some_and(|value| value.contains("jsonld")));

    let body = |again: &str| format!("form={form}&passphrase=a+backup+phrase&again={again}");
    for wrong in [body("another"), format!("form={form}&passphrase=short&again=short")] {
        let answer = door.post(&cookie, "/export", &wrong);
        assert!(answer.status == 200 && answer.body.contains("backup-error"), "{}", answer.body);
    }
    let sealed = door.post(&cookie, "/export", &body("a+backup+phrase")).bytes;
    let backup = door.node.home.with_extension("age");
    std::fs::write(&backup, sealed).expect("written");
    let mut restored = Node::at(door.node.home.with_extension("restored"));
    let output = restored
        .process(&["restore", "--yes", backup.to_str().expect("a path")])
        .env("REGIE_PASSPHRASE", "a backup phrase")
        .output()
        .expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    restored.start_under("a backup phrase");
    assert_eq!(restored.good(&["get", "email"]), "anna@example.org\n");
}

#[test]
fn defaults_are_tried_before_they_are_kept_and_the_log_is_checked() {
    let door = Door::open();
    let cookie = door.enter();
    let crowd = Crowd::start(&["Stroom BV".to_owned()]);
    pair(&door.node, crowd.members());
    door.node.set("name.full", "Anna Bakker");
    crowd.members()[0].ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, "to deliver");
    until("it is answered", || crowd.members()[0].unanswered() == 0);
    let form = door.get(&cookie, "/defaults").form();
    let change = |act: &str| format!("form={form}&change=preset&name=careful&do={act}");
    let tried = door.post(&cookie, "/defaults", &change("try"));
    assert!(tried.body.contains("One request") && tried.body.contains("Stroom BV"), "{}", tried.body);
    assert_eq!(door.node.ask(&verbs::Rules {})["preset"], json!("balanced"), "trying changes nothing");
    assert_eq!(door.post(&cookie, "/defaults", &change("keep")).status, 303);
    assert_eq!(door.node.ask(&verbs::Rules {})["preset"], json!("careful"));
    let rule = format!(
        "form={form}&change=new&name=my+rule&answer=refuse&what=group:health&agreement=SD-BASE&why=&sector=&retention=30&do=keep"
    );
    assert_eq!(door.post(&cookie, "/defaults", &rule).status, 303);
    assert_eq!(door.post(&cookie, "/defaults", &rule).status, 400, "the name is taken");
    let page = door.get(&cookie, "/defaults").body;
    assert!(page.contains("Refuse health to everyone, if kept at most 30 days, under an agreement at least as tight as: Only the service."), "a sentence");

    // What is proffered is set here and nowhere else in passing.
    let proffer = |body: &str| door.post(&cookie, "/agreement", &format!("form={form}&{body}")).status;
    assert_eq!(proffer("agreement=SD-BASE-A&portable=yes"), 303);
    assert_eq!(door.node.ask(&verbs::Proffer { agreement: None })["agreement"], json!("SD-BASE-A-DP"));
    assert_eq!(proffer("agreement=ANYTHING"), 400);
    let again = Crowd::start(&["Water BV".to_owned()]);
    let link = again.members()[0].invite().replace('=', "%3D").replace('&', "%26");
    // First who it is, and nothing is paired; then the word, which is for that supplier alone.
    let seen = door.post(&cookie, "/pair", &format!("form={form}&link={link}"));
    assert!(seen.body.contains("Water BV") && seen.body.contains("no domain"), "{}", seen.body);
    assert!(seen.body.contains("I got this link from them myself"), "{}", seen.body);
    assert_eq!(door.node.ask(&verbs::Overview {})["suppliers"], json!(1), "nothing is paired by looking");
    let key = again.members()[0].key().to_string().replace(':', "%3A");
    let word = |key: &str| format!("form={form}&link={link}&supplier={key}&same=yes&vouch=yes&agreement=SD-BASE");
    assert_eq!(door.post(&cookie, "/pair", &word("did%3Akey%3Az6Mk")).status, 400, "the word was for another");
    let paired = door.post(&cookie, "/pair", &word(&key));
    assert_eq!(paired.status, 303, "{}", paired.body);
    assert_eq!(door.node.ask(&verbs::Proffer { agreement: None })["agreement"], json!("SD-BASE-A-DP"));

    let page = door.get(&cookie, &format!("/suppliers/{key}"));
    assert!(page.body.contains("you vouched for it"), "{}", page.body);
    assert_eq!(door.post(&cookie, &format!("/suppliers/{key}"), &format!("form={form}&do=vouch-no")).status, 303);
    let page = door.get(&cookie, &format!("/suppliers/{key}"));
    assert!(page.body.contains("do not answer it: you are asked each time"), "{}", page.body);

    assert_eq!(door.post(&cookie, "/audit", &format!("form={form}")).status, 303);
    assert!(door.get(&cookie, "/audit").body.contains("every hash and signature holds"));
    let supplier = door.node.ask(&verbs::Status {})["suppliers"][0]["supplier"].clone();
    let proof = door.get(&cookie, &format!("/proof/{}/0", supplier.as_str().expect("a key")));
    let proof: Value = serde_json::from_str(&proof.body).expect("JSON");
    assert_eq!((&proof["index"], &proof["supplier"]), (&json!(0), &supplier));
}

/// Runs a browser script with its input; its JSON comes out. None where this machine has no browser and need not.
pub fn browser(script: &str, input: &Value) -> Option<Value> {
    if !has_browser(script) {
        return None;
    }
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let output = Process::new("node")
        .arg(directory.join(script))
        .arg(input.to_string())
        .output()
        .expect("node runs; install Node.js 18 or later");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {words}\n{}", String::from_utf8_lossy(&output.stdout));
    let last = String::from_utf8(output.stdout).expect("text");
    serde_json::from_str(last.lines().last().expect("an answer")).ok()
}

/// The same, of a script that has something done in between: a line that `does` knows is answered once it is done.
pub(crate) fn browser_asking(script: &str, input: &Value, mut does: impl FnMut(&str) -> bool) -> Option<Value> {
    if !has_browser(script) {
        return None;
    }
    let mut child = Process::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser").join(script))
        .arg(input.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs; install Node.js 18 or later");
    let (mut to, from) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
    let mut last = String::new();
    for line in BufReader::new(from).lines() {
        last = line.expect("text");
        if does(&last) {
            writeln!(to, "done").expect("heard");
        }
    }
    assert!(child.wait().expect("ended").success(), "{script}");
    Some(serde_json::from_str(&last).expect("an answer"))
}

/// Has this machine a browser for a script? It says so where it has none and need not.
pub(crate) fn has_browser(script: &str) -> bool {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let ready = Path::new("/usr/bin/chromium").exists() && directory.join("node_modules").exists();
    if !ready {
        let next = "install chromium and run `npm ci` in tests/browser";
        assert!(std::env::var_os("REGIE_REQUIRE_BROWSER").is_none(), "{next}");
        eprintln!("NOT RUN: {script} needs a browser; {next}");
    }
    ready
}

pub(crate) fn screenshots() -> PathBuf {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots");
    std::fs::create_dir_all(&place).expect("made");
    place
}

#[test]
fn the_first_run_takes_four_steps_in_a_browser() {
    let directory = tempfile::tempdir().expect("a directory");
    let crowd = Crowd::start(&["Stroom BV".to_owned()]);
    for skip in [false, true] {
        let mut node = Node::at(directory.path().join(format!("person-{skip}")));
        let link = node.start_first_run();
        let stranger = send(start_of(&link).0, "GET", "/", &[], "");
        assert!(stranger.status == 401 && stranger.body.contains("start it again"), "{}", stranger.body);
        let input = json!({ "link": link, "skip": skip, "pair": crowd.members()[0].invite(), "shots": screenshots() });
        let Some(seen) = browser("first_run.mjs", &input) else { return };
        assert_eq!(seen["phrase"].as_array().map(Vec::len), Some(24), "{seen}");
        let me = node.ask(&verbs::Me { name: None });
        let rules = node.ask(&verbs::Rules {});
        let suppliers = node.ask(&verbs::Overview {})["suppliers"].clone();
        let expected =
            if skip { (Value::Null, json!("balanced"), json!(0)) } else { (json!("Anna"), json!("careful"), json!(1)) };
        assert_eq!((me["name"].clone(), rules["preset"].clone(), suppliers), expected);
        // What was shown opens the home again.
        node.kill();
        let made = seen["passphrase"].as_str().expect("a passphrase").to_owned();
        let checked = node.process(&["run"]).env("REGIE_PASSPHRASE", "another").output().expect("runs");
        assert_eq!(checked.status.code(), Some(6));
        node.start_under(&made);
        node.stop();
    }
}

#[test]
fn a_month_with_two_hundred_suppliers_leaves_a_dozen_decisions_of_one_click() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut node = Node::person(directory.path().join("person"), "balanced");
    let link = node.start_with_dashboard();
    let names: Vec<String> = (0..200).map(|n| format!("Supplier {n:03} <b>BV</b>")).collect();
    let crowd = Crowd::start(&names);
    for (field, value) in [
        ("name.full", "Anna Bakker"),
        ("address.street", "Dorpsstraat 1"),
        ("address.postalCode", "3511 AA"),
        ("email", "anna@example.org"),
        ("birthDate", "1984-05-12"),
        ("household.size", "3"),
    ] {
        node.set(field, value);
    }
    pair(&node, crowd.members());
    month(crowd.members());
    until("all requests are answered or wait", || crowd.members().iter().all(|member| member.unanswered() == 0));
    let overview = node.ask(&verbs::Overview {});
    let groups = overview["groups"].as_array().map_or(0, Vec::len);
    assert_eq!(overview["month"]["answered"], json!(400));
    assert!((1..=12).contains(&groups), "{groups} decisions are left of 400 requests");

    let first = node.ask(&verbs::Status {})["suppliers"][0]["supplier"].as_str().expect("a key").to_owned();
    let input = json!({ "link": link, "supplier": first, "street": "Nieuwe Gracht 20", "shots": screenshots() });
    let Some(seen) = browser("month.mjs", &input) else { return };
    assert_eq!(seen["decisions"], json!(groups), "{seen}");
    assert!(seen["most_clicks"].as_u64().is_some_and(|clicks| clicks <= 2), "{seen}");
    assert_eq!(seen["violations"], json!([]), "accessibility");
    // A supplier's own page and one that is not there besides.
    assert_eq!(seen["pages"], json!(2 * (PAGES.len() + 2)), "each page in both languages");
    assert_eq!(node.ask(&verbs::Overview {})["requests_waiting"], json!(0));

    // Told once: every supplier that was entitled has the new street, but for the one that was ended.
    let ended = crowd.members().iter().filter(|member| member.held().is_empty()).count();
    assert_eq!(ended, 1, "the one supplier erased everything");
    let entitled = crowd.members().iter().filter_map(|member| member.held().get("address.street").cloned());
    let streets: Vec<String> = entitled.collect();
    assert_eq!(seen["told"].as_u64(), Some(200));
    assert_eq!(streets, vec!["Nieuwe Gracht 20".to_owned(); 199]);
    assert_eq!(node.ask(&verbs::Audit {})["verified"], json!(true));
}

/// 400 requests: all suppliers ask what the defaults cover; every other request is of a kind that needs a word,
/// in eight sectors.
fn month(members: &[Member]) {
    for (n, member) in members.iter().enumerate() {
        member.ask(&["name.full", "address.street"], Purpose::DeliveryOfGoods, Access::Subscribe, "to deliver");
        match n % 5 {
            0 => member.ask(&["birthDate"], Purpose::CustomerCare, Access::Read, "to know your age"),
            1 => member.ask(&["email"], Purpose::DirectMarketing, Access::Subscribe, "to send offers"),
            2 => member.ask(&["payment.iban"], Purpose::DeliveryOfGoods, Access::Read, "to be paid"),
            _ => member.ask(&["email"], Purpose::RequestedServiceProvision, Access::Subscribe, "to write to you"),
        }
    }
}

#[test]
fn a_dashboard_listens_on_the_loopback_only_and_says_when_its_port_is_taken() {
    let directory = tempfile::tempdir().expect("a directory");
    let node = Node::person(directory.path().join("person"), "careful");
    let words = node.bad(&["run", "--dashboard", "0.0.0.0:0"], 2);
    assert!(words.contains("loopback"), "{words}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    let words = node.bad(&["run", "--dashboard", &port], 1);
    assert!(words.contains("--dashboard"), "{words}");
    let words = node.bad(&["run", "--dashboard", "nonsense"], 2);
    assert!(words.contains("127.0.0.1:7480"), "{words}");
}

#[test]
fn a_cookie_that_another_users_server_reads_opens_nothing() {
    let door = Door::open();
    let (name, path) = (host_of(&door.link), start_of(&door.link).1);
    assert!(name.starts_with("regie-") && name.ends_with(&format!(".localhost:{}", door.to.port())), "{name}");
    let entered = send(door.to, "GET", path, &[("Host", name)], "");
    let set = entered.header("set-cookie").expect("a cookie");
    assert!(!set.to_lowercase().contains("domain"), "it is for that host and no other: {set}");
    let cookie = entered.cookie().expect("a cookie");
    let at = |host: &str, path: &str| send(door.to, "GET", path, &[("Host", host), ("Cookie", &cookie)], "");
    assert_eq!(at(name, "/").status, 200);
    assert!(!at(name, "/").body.contains("another user") && !at(name, "/").body.contains("Servers of other users"));
    let port = door.to.port();
    let made_up = format!("regie-aaaaaaaaaaaaaaaaaaaaaaaaaa.localhost:{port}");
    for (host, status) in [
        (format!("127.0.0.1:{port}"), 303),
        (format!("localhost:{port}"), 401),
        (format!("[::1]:{port}"), 303),
        (made_up, 303),
    ] {
        for page in PAGES.iter().chain(&["/export.json"]) {
            assert_eq!(at(&host, page).status, status, "{host}{page}");
        }
    }
    // A browser that does not find the name comes in by the address, and is told what that means, once.
    let by_address = door.enter();
    assert!(door.get(&by_address, "/").body.contains("Servers of other users"));
    assert!(!door.get(&by_address, "/").body.contains("Servers of other users"));
    // Another node, and this one after a start, have other names.
    let other = Door::open();
    assert_ne!(host_of(&other.link).split(':').next(), name.split(':').next());

    let Some(seen) = browser("other_port.mjs", &json!({ "links": [door.fresh(), plain(&door.fresh())] })) else {
        return;
    };
    assert_eq!(seen["by_name"], json!([]), "no cookie of ours reaches another port");
    assert!(seen["by_address"].as_array().is_some_and(|all| !all.is_empty()), "the attack is one: {seen}");
}

/// The same link by the address.
fn plain(link: &str) -> String {
    let (to, path) = start_of(link);
    format!("http://{to}{path}")
}

#[test]
fn a_port_that_another_program_has_on_the_other_loopback_is_not_listened_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let node = Node::person(directory.path().join("person"), "careful");
    // A machine without IPv6 has nobody there.
    let Ok(taken) = std::net::TcpListener::bind("[::1]:0") else { return };
    let port = taken.local_addr().expect("an address").port();
    let words = node.bad(&["run", "--dashboard", &format!("127.0.0.1:{port}")], 1);
    assert!(words.contains("[::1]") && words.contains("--dashboard"), "{words}");
}
