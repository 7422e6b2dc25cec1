//! The first run of somebody who had a node before: what a backup and what the 24 words bring back, on the page.

use std::net::SocketAddr;

use regie::person::verbs;
use regie_tests::{
    Node,
    http::{Response, enter, host_of, send_by_hand as send, start_of},
    until,
};
use serde_json::{Value, json};

use crate::dashboard::{FORM, browser};

/// A new home's first page, and who is in there.
struct First {
    node: Node,
    to: SocketAddr,
    cookie: String,
}

impl First {
    fn at(home: std::path::PathBuf) -> Self {
        let mut node = Node::at(home);
        let link = node.start_first_run();
        let (to, cookie) = enter(&link);
        Self { node, to, cookie }
    }

    fn get(&self, path: &str) -> Response {
        send(self.to, "GET", path, &[("Cookie", &self.cookie)], "")
    }

    fn post(&self, path: &str, kind: (&str, &str), body: &str) -> Response {
        let origin = format!("http://{}", self.to);
        send(self.to, "POST", path, &[("Cookie", &self.cookie), ("Origin", &origin), kind], body)
    }

    fn restore(&self, form: &str, passphrase: &str, file: &str) -> Response {
        let part =
            |head: &str, body: &str| format!("--cut\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
        let named = "name=\"file\"; filename=\"regie.age\"\r\nContent-Type: application/octet-stream";
        let body = [part("name=\"form\"", form), part(named, file), part("name=\"passphrase\"", passphrase)].concat();
        let kind = ("Content-Type", "multipart/form-data; boundary=cut");
        self.post("/setup/backup", kind, &format!("{body}--cut--\r\n"))
    }
}

#[test]
fn a_backup_that_is_damaged_or_locked_makes_no_home_and_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = First::at(directory.path().join("new"));
    let page = first.get("/setup/backup");
    let form = page.form();
    let damaged = first.restore(&form, "test passphrase", "age-encryption.org/v1\nnot whole");
    assert!(damaged.status == 200 && damaged.body.contains("role=\"alert\""), "{}", damaged.body);
    assert!(damaged.body.contains("no backup that can be brought back"), "{}", damaged.body);
    assert_eq!(first.restore("made-up", "test passphrase", "x").status, 403);
    let long = "a".repeat(regie::web::limits::FORM_BYTES + 1);
    assert!(
        first.restore(&form, "test passphrase", &long).body.contains("no backup that can be brought back"),
        "a file is no form"
    );
    let left: Vec<_> = std::fs::read_dir(directory.path()).expect("a directory").collect();
    assert!(left.is_empty(), "no half of a home: {left:?}");
    assert_eq!(first.get("/setup").status, 200, "and another beginning is possible");
}

#[test]
fn the_words_bring_back_who_somebody_is_and_nothing_of_what_they_have() {
    let directory = tempfile::tempdir().expect("a directory");
    let at = |name: &str| directory.path().join(name);
    let mut shop = Node::supplier(at("shop"), "Shop", "/ip4/127.0.0.1/tcp/0");
    shop.start();
    let mut lost = Node::at(at("lost"));
    let made: Value = serde_json::from_str(&lost.good(&["--json", "init"])).expect("JSON");
    let words = made["recovery_phrase"].as_str().expect("words").to_owned();
    lost.start();
    lost.set("email", "anna@example.org");
    lost.pair(&shop);
    let known_as = shop.customer()["person"].clone();
    lost.stop();

    let first = First::at(at("new"));
    let page = first.get("/setup/words");
    assert!(page.body.contains("What they do not bring back"), "{}", page.body);
    let form = page.form();
    let begin = |words: &str, again: &str| {
        let words = words.replace(' ', "+");
        let body = format!("form={form}&words={words}&passphrase=test+passphrase&again={again}");
        first.post("/setup/words", FORM, &body)
    };
    let swapped = words.split(' ').rev().collect::<Vec<_>>().join(" ");
    let wrong = begin(&swapped, "test+passphrase");
    assert!(wrong.status == 200 && wrong.body.contains("not 24 words"), "{}", wrong.body);
    assert!(wrong.body.contains(&swapped), "what was typed stays");
    assert!(begin(&words, "another").body.contains("role=\"alert\""));
    let begun = begin(&words.to_uppercase(), "test+passphrase");
    assert_eq!((begun.status, begun.header("location")), (303, Some("/setup?step=3")), "{}", begun.body);
    assert_eq!(first.node.ask(&verbs::Fields {}), json!([]), "no data");
    assert_eq!(first.node.ask(&verbs::Overview {})["suppliers"], json!(0), "no suppliers");
    first.node.pair(&shop);
    until("the shop knows the person again", || {
        let customer = shop.customer();
        customer["person"] == known_as && customer["connected"] == json!(true)
    });
}

#[test]
fn a_browser_opens_by_itself_where_there_is_a_screen_and_its_address_opens_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let (tools, seen) = (directory.path().join("bin"), directory.path().join("opened"));
    std::fs::create_dir(&tools).expect("made");
    let script = tools.join("xdg-open");
    let text = format!("#!/bin/sh\necho \"$1\" > {0}.part && mv {0}.part {0}\n", seen.display());
    std::fs::write(&script, text).expect("written");
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("set");
    let node = Node::at(directory.path().join("new"));
    let mut process = node.process(&["--dashboard", "127.0.0.1:0"]);
    for variable in ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"] {
        process.env_remove(variable);
    }
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
    process.env("PATH", path).env("DISPLAY", ":99").stdout(std::process::Stdio::null());
    let mut child = process.spawn().expect("the binary runs");
    until("a browser is opened", || seen.exists());
    let opened = std::fs::read_to_string(&seen).expect("an address").trim().to_owned();
    // What other users of this machine may read leads to the name that was drawn, and does not have it.
    assert!(opened.starts_with("http://localhost:") && opened.contains("/start/"), "{opened}");
    let (host, (to, path)) = (host_of(&opened), start_of(&opened));
    let arrives = send(to, "GET", path, &[("Host", host)], "");
    assert!(arrives.status == 200 && arrives.cookie().is_none(), "{arrives:?}");
    let link = arrives.header("refresh").and_then(|to| to.strip_prefix("0; url=")).expect("a way on").to_owned();
    assert!(host_of(&link).starts_with("regie-"), "{link}");
    assert!(enter(&link).1.starts_with("regie_"), "in");
    let again = send(to, "GET", path, &[("Host", host)], "");
    assert_eq!((again.status, again.header("refresh")), (401, None), "once");
    child.kill().expect("ended");
    child.wait().expect("gone");
}

#[test]
fn somebody_who_had_a_node_has_it_again_by_three_pages() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut old = Node::person(directory.path().join("old"), "careful");
    old.start();
    old.set("email", "anna@example.org");
    let backup = directory.path().join("regie.age");
    let path = backup.to_str().expect("a path");
    old.good(&["backup", path]);
    old.stop();
    let mut node = Node::at(directory.path().join("new"));
    let link = node.start_first_run();
    let Some(seen) = browser("had_one_before.mjs", &json!({ "link": link, "backup": path })) else { return };
    assert_eq!(seen["violations"], json!([]), "accessibility");
    assert_eq!(node.ask(&verbs::Fields {})[0]["value"], json!("anna@example.org"));
    assert_eq!(node.ask(&verbs::Rules {})["preset"], json!("careful"));
    node.kill();
    node.start_under("test passphrase");
}
