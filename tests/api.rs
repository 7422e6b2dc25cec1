//! A company's system: speaks HTTP to a companion and knows nothing of what is behind it. In: paths and bodies.
//! Out: answers, checked for their status.

use regie::person::verbs;
use regie::supplier::verbs as companion;
use std::{
    io::BufRead as _,
    net::SocketAddr,
    path::PathBuf,
    process::{Command as Process, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::{Node, until};

/// How long a call may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Calls with one key.
#[derive(Clone, Debug)]
pub struct Client {
    /// Where the API is.
    pub address: SocketAddr,
    key: String,
    agent: ureq::Agent,
}

/// An answer.
pub struct Answer {
    what: String,
    /// HTTP status.
    pub status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Client {
    /// For an API and a key.
    pub fn new(address: SocketAddr, key: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build();
        Self { address, key: key.to_owned(), agent: config.new_agent() }
    }

    /// The same key elsewhere, as after a restart.
    pub fn at(&self, address: SocketAddr) -> Self {
        Self::new(address, &self.key)
    }

    /// The same place with another key; with none where it is empty.
    pub fn with_key(&self, key: &str) -> Self {
        Self::new(self.address, key)
    }

    /// The key, as it goes into a header.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Reads.
    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None, None).expect("an answer")
    }

    /// Reads, where perhaps nobody answers.
    pub fn try_get(&self, path: &str) -> Option<Answer> {
        self.call("GET", path, None, None)
    }

    /// Makes something.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body), None).expect("an answer")
    }

    /// Makes something, where perhaps nobody answers.
    pub fn try_post(&self, path: &str, body: &Value) -> Option<Answer> {
        self.call("POST", path, Some(body), None)
    }

    /// Makes something under an `Idempotency-Key`.
    pub fn post_once(&self, path: &str, body: &Value, key: &str) -> Answer {
        self.call("POST", path, Some(body), Some(key)).expect("an answer")
    }

    /// Changes something.
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path, Some(body), None).expect("an answer")
    }

    /// Takes something away.
    pub fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, None, None).expect("an answer")
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>, once: Option<&str>) -> Option<Answer> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        if !self.key.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.key));
        }
        if let Some(once) = once {
            request = request.header("idempotency-key", once);
        }
        let text = body.map(ToString::to_string).unwrap_or_default();
        let request = request.header("content-type", "application/json").body(text).expect("a request");
        let mut response = self.agent.run(request).ok()?;
        let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            Some((name.to_string(), value.to_str().ok()?.to_owned()))
        };
        Some(Answer {
            what: format!("{method} {path}"),
            status: response.status().as_u16(),
            headers: response.headers().iter().filter_map(header).collect(),
            body: response.body_mut().read_to_string().ok()?,
        })
    }
}

impl Answer {
    /// The body of an answer that must have this status.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.what, self.body);
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// Must be a problem with this status and code.
    pub fn problem(&self, status: u16, code: &str) {
        let problem = self.expect(status);
        assert_eq!(self.header("content-type").as_deref(), Some("application/problem+json"), "{}", self.what);
        assert_eq!((&problem["code"], &problem["status"]), (&code.into(), &status.into()), "{}", self.what);
        assert!(!problem["detail"].as_str().unwrap_or_default().is_empty());
    }

    /// Its status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    }

    /// The body as it is.
    pub fn text(&self) -> String {
        self.body.clone()
    }
}

/// A companion with its API, where the tests of this suite have their companions, and a client with a live key.
#[must_use]
pub fn company(suite: &str, home: PathBuf, name: &str) -> (Node, Client) {
    let mut node = Node::supplier_for(suite, home, name, "/ip4/127.0.0.1/tcp/0");
    let at = node.serve_api();
    let client = Client::new(at, &node.api_key(false));
    (node, client)
}

impl Node {
    /// Starts a companion with its API on a free port.
    pub fn serve_api(&mut self) -> SocketAddr {
        self.serve_api_with(|_| {})
    }

    /// The same, with something set for the process.
    pub fn serve_api_with(&mut self, set: impl FnOnce(&mut Process)) -> SocketAddr {
        let mut process = self.process(&["supplier", "run", "--api", "127.0.0.1:0"]);
        process.stdout(Stdio::piped()).stderr(Stdio::inherit());
        set(&mut process);
        let mut child = process.spawn().expect("the binary runs");
        let lines = std::io::BufReader::new(child.stdout.take().expect("piped")).lines();
        let (told, heard) = std::sync::mpsc::channel();
        // Read to the end, or the process would wait on a full pipe.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("The API is at http://") {
                    let _ = told.send(address.parse().expect("an address"));
                }
            }
        });
        self.child = Some(child);
        let address = heard.recv_timeout(PATIENCE).expect("the API starts");
        until("the node answers", || self.try_ask(&verbs::Status {}).is_ok());
        address
    }

    /// Makes a key of a running companion.
    pub fn api_key(&self, test: bool) -> String {
        let made = self.ask(&companion::KeyCreate::all("a test", test));
        made["key"].as_str().expect("a key").to_owned()
    }
}
