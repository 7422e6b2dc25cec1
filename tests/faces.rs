//! What is served by HTTP, whoever serves it: a person's dashboard, a company's page and a supplier's API say the same
//! of how an answer may be used, and are bound alike.

use std::{
    collections::BTreeMap,
    io::Read as _,
    net::{SocketAddr, TcpStream},
    time::Instant,
};

use regie::person::verbs;
use regie::web::limits;
use regie_tests::{
    Node,
    http::{enter, send_by_hand as send, start_of},
};

/// What of an answer says how it may be used.
const POLICY: [&str; 8] = [
    "content-security-policy",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "cache-control",
];

/// A person's node and a companion, with everything that they serve.
struct Faces {
    _directory: tempfile::TempDir,
    person: Node,
    _supplier: Node,
    dashboard: SocketAddr,
    api: SocketAddr,
    key: String,
}

impl Faces {
    fn open() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut person = Node::person(directory.path().join("person"), "balanced");
        let link = person.start_with_dashboard();
        let (dashboard, _) = start_of(&link);
        let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", "/ip4/127.0.0.1/tcp/0");
        let api = supplier.serve_api();
        let key = format!("Bearer {}", supplier.api_key(false));
        Self { _directory: directory, person, _supplier: supplier, dashboard, api, key }
    }

    /// The dashboard's cookie.
    fn cookie(&self) -> String {
        let answer = self.person.ask(&verbs::Dashboard {});
        enter(answer["link"].as_str().expect("a link")).1
    }
}

/// Where to, by which method and path, with which headers, and the status that comes back.
type Asked<'a> = (SocketAddr, &'a str, &'a str, &'a [(&'a str, &'a str)], u16);

#[test]
fn every_face_sends_the_one_header_policy_with_whatever_it_answers() {
    let faces = Faces::open();
    let cookie = faces.cookie();
    let (inside, keyed) = (("Cookie", &*cookie), ("Authorization", &*faces.key));
    let asked: [Asked<'_>; 13] = [
        (faces.dashboard, "GET", "/", &[inside], 200),
        (faces.dashboard, "GET", "/", &[], 303),
        (faces.dashboard, "GET", "/nowhere", &[inside], 404),
        (faces.dashboard, "GET", "/", &[("Host", "evil.example")], 403),
        (faces.dashboard, "PUT", "/", &[inside], 403),
        (faces.api, "GET", "/v1/relationships", &[keyed], 200),
        (faces.api, "GET", "/v1/relationships", &[], 401),
        (faces.api, "GET", "/v1/nowhere", &[keyed], 404),
        (faces.api, "DELETE", "/v1/relationships", &[keyed], 405),
        (faces.api, "POST", "/v1/requests", &[keyed, ("Sec-Fetch-Site", "cross-site")], 403),
        (faces.api, "GET", "/healthz", &[], 200),
        (faces.api, "GET", "/console", &[], 200),
        (faces.api, "POST", "/console", &[("Sec-Fetch-Site", "cross-site")], 403),
    ];
    let mut policies = BTreeMap::new();
    for (to, method, path, headers, status) in asked {
        let answer = send(to, method, path, headers, "");
        assert_eq!(answer.status, status, "{method} {path}");
        let policy = POLICY.map(|name| {
            let value = answer.header(name).unwrap_or_else(|| panic!("{method} {path} says no {name}"));
            (name, value.to_owned())
        });
        policies.entry(policy).or_insert_with(Vec::new).push((method, path));
    }
    assert_eq!(policies.len(), 1, "{policies:#?}");
}

#[test]
fn every_face_is_bound_by_the_one_set_of_bounds() {
    let faces = Faces::open();
    for (to, path) in [(faces.dashboard, "/"), (faces.api, "/healthz"), (faces.api, "/console")] {
        let served = |fields: usize, bytes: usize| {
            let value = "x".repeat(bytes / fields);
            let names: Vec<String> = (0..fields).map(|n| format!("X-Filler-{n}")).collect();
            let headers: Vec<(&str, &str)> = names.iter().map(|name| (&**name, &*value)).collect();
            matches!(send(to, "GET", path, &headers, "").status, 200 | 303 | 401)
        };
        // Two fields of every request are the client's own.
        assert!(served(limits::HEADERS - 2, 1024), "{path}");
        assert!(!served(limits::HEADERS, 1024), "{path}: more fields than the bound");
        assert!(served(16, limits::HEAD_BYTES / 2), "{path}");
        assert!(!served(16, 2 * limits::HEAD_BYTES), "{path}: a head above the bound");
    }
    for to in [faces.dashboard, faces.api] {
        let (mut silent, begun) = (TcpStream::connect(to).expect("connected"), Instant::now());
        silent.set_read_timeout(Some(3 * limits::HEAD)).expect("set");
        assert!(silent.read_to_end(&mut Vec::new()).is_ok(), "it is closed, not left open");
        assert!(begun.elapsed() < 3 * limits::HEAD);
    }
}
