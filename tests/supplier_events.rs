//! How a company is told what happens: pages, a stream, webhooks; over `kill -9` and receivers that are down.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, http::HeaderMap, http::StatusCode, routing::post};
use regie_tests::{Node, api::Client, pairing, until};
use serde_json::{Value, json};

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

/// A receiver of webhooks.
struct Receiver {
    url: String,
    state: Arc<Mutex<State>>,
    _runtime: tokio::runtime::Runtime,
}

#[derive(Default)]
struct State {
    down: bool,
    taken: Vec<(HeaderMap, Bytes)>,
    refused: usize,
}

impl Receiver {
    fn start() -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let state = Arc::<Mutex<State>>::default();
        let own = state.clone();
        let take = move |headers: HeaderMap, body: Bytes| {
            let mut state = own.lock().expect("a lock");
            if state.down {
                state.refused += 1;
                return std::future::ready(StatusCode::SERVICE_UNAVAILABLE);
            }
            state.taken.push((headers, body));
            std::future::ready(StatusCode::OK)
        };
        runtime.spawn(async move { axum::serve(listener, Router::new().route("/hook", post(take))).await });
        Self { url, state, _runtime: runtime }
    }

    fn down(&self, down: bool) {
        self.state.lock().expect("a lock").down = down;
    }

    fn ids(&self) -> Vec<String> {
        let state = self.state.lock().expect("a lock");
        state.taken.iter().map(|(headers, _)| text(headers, "webhook-id")).collect()
    }
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers[name].to_str().expect("text").to_owned()
}

/// Does one of the signatures hold, as a receiver checks it?
fn holds(headers: &HeaderMap, body: &[u8], secret: &str) -> bool {
    standardwebhooks::Webhook::new(secret).expect("a secret").verify(body, headers).is_ok()
}

fn company(directory: &std::path::Path) -> (Node, Client) {
    let mut node = Node::supplier_for(module_path!(), directory.join("supplier"), "Shop", ANY);
    let config = node.home.join("config.toml");
    let text = std::fs::read_to_string(&config).expect("a file");
    // Before every table, since a key behind one would be the table's.
    std::fs::write(&config, format!("webhook_hosts = [\"127.0.0.1\"]\n{text}")).expect("written");
    let at = node.serve_api();
    let client = Client::new(at, &node.api_key(false));
    (node, client)
}

/// Pairs a person; each tells of one new relationship.
fn pair(directory: &std::path::Path, name: &str, client: &Client) -> Node {
    let mut node = Node::person(directory.join(name), "balanced");
    node.start();
    let invitation = client.post("/v1/invitations", &json!({})).expect(201);
    let link = invitation["link"].as_str().expect("a link").to_owned();
    node.ask(&pairing(&link));
    node
}

fn events(client: &Client) -> Vec<Value> {
    client.get("/v1/events?limit=200").expect(200)["data"].as_array().expect("a list").clone()
}

#[test]
fn a_webhook_is_signed_retried_rotated_and_loses_nothing_over_kill_nine() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut supplier, client) = company(directory.path());
    let receiver = Receiver::start();
    let hook = client.post("/v1/webhooks", &json!({ "url": receiver.url })).expect(201);
    let path = format!("/v1/webhooks/{}", hook["id"].as_str().expect("an id"));
    let first = hook["secret"].as_str().expect("a secret").to_owned();
    assert_eq!(client.get(&path).expect(200)["secret"], Value::Null);

    let person = pair(directory.path(), "person", &client);
    until("the pairing is told", || receiver.ids().len() == 1);
    {
        let state = receiver.state.lock().expect("a lock");
        let (headers, body) = &state.taken[0];
        assert!(holds(headers, body, &first));
        assert!(!holds(headers, b"{}", &first), "a changed body is noticed");
        let event: Value = serde_json::from_slice(body).expect("JSON");
        assert_eq!(
            (&event["type"], &event["id"]),
            (&json!("relationship.created"), &json!(text(headers, "webhook-id")))
        );
    }

    // Events while the receiver is down, and a kill in the middle of them.
    receiver.down(true);
    person.set("name.full", "Anna Bakker");
    let id = client.get("/v1/relationships").expect(200)["data"][0]["id"].clone();
    let asked = json!({ "relationship": id, "fields": ["name.full"], "purpose": "DeliveryOfGoods", "reason": "x" });
    client.post("/v1/requests", &asked).expect(201);
    until("a delivery failed", || client.get(&path).expect(200)["failures"].as_u64() > Some(0));
    assert!(client.get(&path).expect(200)["trouble"].as_str().expect("words").contains("503"));
    until("the request is answered", || events(&client).iter().any(|event| event["type"] == "disclosure.received"));
    supplier.kill();
    let client = client.at(supplier.serve_api());
    let rotated = client.post(&format!("{path}/rotate"), &json!({})).expect(200);
    let second = rotated["secret"].as_str().expect("a secret").to_owned();
    assert_ne!(first, second);
    receiver.down(false);
    client.post(&format!("{path}/resume"), &json!({})).expect(200);
    let all: Vec<String> = events(&client).iter().map(|e| e["id"].as_str().expect("an id").to_owned()).collect();
    until("everything is told", || receiver.ids().iter().collect::<BTreeSet<_>>().len() == all.len());
    assert_eq!(receiver.ids(), all, "in order, and each once");
    {
        let state = receiver.state.lock().expect("a lock");
        let (headers, body) = state.taken.last().expect("one");
        assert!(holds(headers, body, &first) && holds(headers, body, &second), "both secrets sign for a day");
        assert!(!String::from_utf8_lossy(body).contains("Anna Bakker"));
    }

    client.post(&format!("{path}/resend"), &json!({ "event": all[0] })).expect(200);
    until("it is told again", || receiver.ids().len() == all.len() + 1);
    assert_eq!(receiver.ids().last(), all.first());
    assert_eq!(client.delete(&path).text(), "");
    client.get(&path).problem(404, "not_found");
}

#[test]
fn a_webhook_to_a_private_address_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let (supplier, client) = company(directory.path());
    for url in ["http://10.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/", "ftp://127.0.0.1/", "x"] {
        client.post("/v1/webhooks", &json!({ "url": url })).problem(422, "bad_argument");
    }
    // A name that leads there is refused when it is resolved: no connection, and the reason is shown.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let url = format!("https://localhost:{}/", listener.local_addr().expect("an address").port());
    let hook = client.post("/v1/webhooks", &json!({ "url": url })).expect(201);
    let path = format!("/v1/webhooks/{}", hook["id"].as_str().expect("an id"));
    let _person = pair(directory.path(), "person", &client);
    until("the delivery failed", || client.get(&path).expect(200)["failures"].as_u64() > Some(0));
    assert!(client.get(&path).expect(200)["trouble"].as_str().expect("words").contains("private"));
    assert!(listener.accept().is_err(), "nobody connected");
    // Another world's webhook is not there.
    let trial = client.with_key(&supplier.api_key(true));
    trial.get(&path).problem(404, "not_found");
    trial.post(&format!("{path}/rotate"), &json!({})).problem(404, "not_found");
}

#[test]
fn a_stream_is_taken_up_again_where_it_was_left() {
    let directory = tempfile::tempdir().expect("a directory");
    let (supplier, client) = company(directory.path());
    let key = supplier.api_key(false);
    let _first = pair(directory.path(), "first", &client);
    let mut stream = follow(&client, &key, "?cursor=AAAAAAAAAAA", "");
    let told = next(&mut stream);
    assert_eq!(told["type"], json!("relationship.created"));
    drop(stream);
    let _second = pair(directory.path(), "second", &client);
    let last = told["id"].as_str().expect("an id");
    let mut stream = follow(&client, &key, "", &format!("Last-Event-ID: {last}\r\n"));
    let told = next(&mut stream);
    let all = events(&client);
    assert_eq!((all.len(), &told), (2, &all[1]));
    // While it is open, what happens comes by itself.
    let _third = pair(directory.path(), "third", &client);
    assert_eq!(next(&mut stream), events(&client)[2]);
    let page = client.get("/v1/events?limit=2").expect(200);
    let rest = client.get(&format!("/v1/events?cursor={}", page["next"].as_str().expect("a cursor"))).expect(200);
    assert_eq!(rest["data"].as_array().expect("a list").len(), 1);
}

fn follow(client: &Client, key: &str, query: &str, header: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(client.address).expect("connected");
    stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).expect("set");
    let host = client.address;
    write!(
        stream,
        "GET /v1/events/stream{query} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n{header}\r\n"
    )
    .expect("sent");
    BufReader::new(stream)
}

fn next(stream: &mut BufReader<TcpStream>) -> Value {
    let mut line = String::new();
    while stream.read_line(&mut line).expect("a line") > 0 {
        if let Some(data) = line.trim_end().strip_prefix("data: ") {
            return serde_json::from_str(data).expect("JSON");
        }
        line.clear();
    }
    panic!("the stream ended");
}
