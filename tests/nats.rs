//! A real NATS server of Debian's package with JetStream, and its text protocol by hand. In: nothing. Out: what the
//! server keeps; none where the package is not installed.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command as Process, Stdio},
};

use serde_json::{Value, json};

use crate::until;

/// A server; it ends when this is dropped.
pub struct Nats {
    server: Child,
    port: u16,
}

impl Nats {
    /// A port that a server can have later.
    pub fn port() -> u16 {
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
    }

    /// Starts one on this port, with its files here. None where there is none to start and `REGIE_REQUIRE_NATS` is
    /// not set.
    pub fn start(port: u16, files: &Path) -> Option<Self> {
        let mut process = Process::new("nats-server");
        process.args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"]).arg(files);
        let Ok(server) = process.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
            assert!(std::env::var_os("REGIE_REQUIRE_NATS").is_none(), "nats-server is not installed");
            eprintln!("NOT RUN: nats-server is not installed (Debian: apt install nats-server)");
            return None;
        };
        let nats = Self { server, port };
        until("NATS answers", || TcpStream::connect(("127.0.0.1", nats.port)).is_ok());
        Some(nats)
    }

    /// Every message of a stream, in order: its subject, headers and body.
    pub fn stream(&self, name: &str) -> Vec<(String, String, Value)> {
        let info = self.ask(&format!("$JS.API.STREAM.INFO.{name}"), &Value::Null);
        let last = info["state"]["last_seq"].as_u64().unwrap_or(0);
        let get = |seq: u64| {
            let answer = self.ask(&format!("$JS.API.STREAM.MSG.GET.{name}"), &json!({ "seq": seq }));
            let bytes = |key: &str| {
                let text = answer["message"][key].as_str().unwrap_or_default();
                data_encoding::BASE64.decode(text.as_bytes()).expect("base64")
            };
            let headers = String::from_utf8(bytes("hdrs")).expect("text");
            let subject = answer["message"]["subject"].as_str().expect("a subject").to_owned();
            (subject, headers, serde_json::from_slice(&bytes("data")).expect("JSON"))
        };
        (1..=last).map(get).collect()
    }

    /// One question and its answer.
    fn ask(&self, subject: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connected");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let hello = "CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\nSUB answer 1\r\n";
        let question = format!("{hello}PUB {subject} answer {}\r\n{body}\r\n", body.len());
        stream.write_all(question.as_bytes()).expect("sent");
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a line");
            if line.starts_with("MSG ") {
                let length = line.trim().rsplit(' ').next().and_then(|word| word.parse().ok()).expect("a length");
                let mut answer = vec![0; length];
                reader.read_exact(&mut answer).expect("an answer");
                return serde_json::from_slice(&answer).expect("JSON");
            }
            assert!(!line.is_empty() && !line.starts_with("-ERR") && !line.starts_with("HMSG"), "{subject}: {line}");
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
