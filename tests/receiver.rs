//! A receiver of webhooks, as small as it can be: it answers each call as it is told to, and knows how many connections there were.
//! In: how to answer. Out: what was taken.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use serde_json::Value;

/// What a receiver was told.
#[derive(Clone)]
pub struct Call {
    /// Its `webhook-id`.
    pub id: String,
    /// The event.
    pub event: Value,
}

impl Call {
    /// The company's reference of whom it concerns.
    pub fn reference(&self) -> &str {
        self.event["data"]["relationship_reference"].as_str().unwrap_or_default()
    }
}

/// A receiver.
pub struct Receiver {
    /// Where it is.
    pub url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    connections: Arc<AtomicUsize>,
}

impl Receiver {
    /// One that answers with what stands behind `HTTP/1.1` in a status line, and further headers; with nothing it hangs up.
    pub fn start(answer: impl Fn(&Call) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let (calls, connections) = <(Arc<Mutex<Vec<Call>>>, Arc<AtomicUsize>)>::default();
        let (kept, counted, answer) = (calls.clone(), connections.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                stream.set_nodelay(true).expect("set");
                let (kept, answer) = (kept.clone(), answer.clone());
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
                    while let Some(call) = heard(&mut reader) {
                        let said = answer(&call);
                        if said.starts_with('2') {
                            kept.lock().expect("a lock").push(call);
                        }
                        if said.is_empty() || say(&stream, &said).is_none() {
                            break;
                        }
                    }
                });
            }
        });
        Self { url, calls, connections }
    }

    /// One that takes everything.
    pub fn willing() -> Self {
        Self::start(|_| "200 OK".into())
    }

    /// How many were taken.
    pub fn told(&self) -> usize {
        self.calls.lock().expect("a lock").len()
    }

    /// The events that were taken, as often as they were.
    pub fn ids(&self) -> Vec<String> {
        self.calls.lock().expect("a lock").iter().map(|call| call.id.clone()).collect()
    }

    /// The company's references in them.
    pub fn references(&self) -> Vec<String> {
        self.calls.lock().expect("a lock").iter().map(|call| call.reference().to_owned()).collect()
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn heard(reader: &mut BufReader<TcpStream>) -> Option<Call> {
    let (mut headers, mut line) = (BTreeMap::new(), String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) => drop(headers.insert(name.to_lowercase(), value.to_owned())),
            None if line.trim().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Call { id: headers.get("webhook-id")?.clone(), event: serde_json::from_slice(&body).ok()? })
}

fn say(mut stream: &TcpStream, said: &str) -> Option<()> {
    stream.write_all(format!("HTTP/1.1 {said}\r\nContent-Length: 2\r\n\r\nno").as_bytes()).ok()
}

/// Bare posts of an event's size over one connection, each when the one before was answered: how many a second.
pub fn bare(receiver: &Receiver, posts: usize) -> f64 {
    let at = receiver.url.trim_start_matches("http://").trim_end_matches("/hook");
    let stream = TcpStream::connect(at).expect("connected");
    stream.set_nodelay(true).expect("set");
    let body = format!("{{\"data\":{{}},\"x\":\"{}\"}}", "x".repeat(400));
    let head = format!("POST /hook HTTP/1.1\r\nHost: {at}\r\nwebhook-id: x\r\nContent-Length: {}\r\n\r\n", body.len());
    let mut answers = BufReader::new(stream.try_clone().expect("a stream"));
    let (begun, mut line) = (Instant::now(), String::new());
    for _ in 0..posts {
        (&stream).write_all(format!("{head}{body}").as_bytes()).expect("sent");
        line.clear();
        while line != "\r\n" {
            line.clear();
            answers.read_line(&mut line).expect("a line");
        }
        answers.read_exact(&mut [0; 2]).expect("a body");
    }
    posts as f64 / begun.elapsed().as_secs_f64()
}
