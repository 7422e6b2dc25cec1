//! The page for a supplier's engineer is run as it stands, and the tool it names for development works.

use std::{
    io::{Read as _, Write as _},
    path::Path,
    process::{Command as Process, Stdio},
};

use regie_tests::{Node, api::Client, binary, pairing, until};
use serde_json::json;

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

/// The shell blocks of a page, one after the other.
fn script(page: &str) -> String {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().expect("a block"));
    blocks.collect::<Vec<_>>().join("\n")
}

/// A port that nobody has just now.
fn free() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

#[test]
fn the_page_runs_as_it_stands() {
    let missing = ["bash", "curl", "jq"]
        .into_iter()
        .find(|tool| Process::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err());
    if let Some(tool) = missing {
        assert!(std::env::var_os("REGIE_REQUIRE_TOOLS").is_none(), "{tool} is not installed");
        eprintln!("not run: {tool} is not installed");
        return;
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/supplier.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let script = script(&page).replace("7481", &free().to_string()).replace("7482", &free().to_string());
    assert!(script.lines().count() > 40, "the page has its commands");
    let directory = tempfile::tempdir().expect("a directory");
    let path = std::env::var("PATH").expect("a path");
    let tools = Path::new(binary()).parent().expect("a directory");
    // A node that is still there when the page stops short must not stay behind.
    let script = format!("set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{script}");
    let output = Process::new("timeout")
        .args(["300", "bash", "-c", &script])
        .current_dir(directory.path())
        .env("PATH", format!("{}:{path}", tools.display()))
        .env("REGIE_CHEAP_KDF", "1")
        .env_remove("REGIE_HOME")
        .output()
        .expect("bash runs");
    let words = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{words}");
    assert!(words.contains("disclosure.received"), "{words}");
}

#[test]
fn events_are_forwarded_to_a_receiver_under_development() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", ANY);
    let at = supplier.serve_api();
    let key = supplier.api_key(false);
    let client = Client::new(at, &key);
    let receiver = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let target = format!("http://{}/hook", receiver.local_addr().expect("an address"));
    let (told, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for (number, stream) in receiver.incoming().enumerate() {
            let mut stream = stream.expect("a connection");
            let mut head = vec![0; 16 * 1024];
            let mut got = 0;
            // The body comes with the head or right after it; it ends where its braces do.
            while got < head.len() && !String::from_utf8_lossy(&head[..got]).ends_with("}}") {
                match stream.read(&mut head[got..]) {
                    Ok(0) | Err(_) => break,
                    Ok(more) => got += more,
                }
            }
            // The first call fails, so the event has to come again.
            let status = if number == 0 { "500 Not Yet" } else { "204 No Content" };
            let _ = write!(stream, "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
            let _ = told.send(String::from_utf8_lossy(&head[..got]).into_owned());
        }
    });
    let api = format!("http://{at}");
    let mut process = supplier.process(&["supplier", "listen", "--api", &api, "--forward-to", &target]);
    let mut listening = process.env("REGIE_API_KEY", &key).stdout(Stdio::null()).spawn().expect("runs");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    // The stream begins with what happens from now on, so wait until it is read.
    let mut calls = Vec::new();
    until("an event is forwarded", || {
        let link = client.post("/v1/invitations", &json!({})).expect(201)["link"].as_str().expect("a link").to_owned();
        let pair = pairing(&link);
        let _ = person.try_ask(&pair);
        if let Ok(relationship) = client.get("/v1/relationships").expect(200)["data"][0]["id"].as_str().ok_or(()) {
            let request = json!({
                "relationship": relationship, "fields": ["name.full"], "purpose": "DeliveryOfGoods", "reason": "x",
            });
            client.post("/v1/requests", &request).expect(201);
        }
        calls.extend(heard.try_iter());
        calls.len() >= 2
    });
    let _ = listening.kill();
    let _ = listening.wait();
    let id = |call: &str| {
        let line = call.lines().find_map(|line| line.strip_prefix("webhook-id: ")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("no id in {call}"))
    };
    assert_eq!(id(&calls[0]), id(&calls[1]), "what failed comes again");
    assert!(calls[0].contains("webhook-signature: v1,") && calls[0].contains("\"type\":"), "{}", calls[0]);
}
