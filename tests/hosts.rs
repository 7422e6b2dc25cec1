//! Real nodes on hosts of their own, with what networks and machines do to them in between (`tests/lab.rs`). Each test
//! is run over TCP and over QUIC where both can do it, the rows of its table at once.
//!
//! A bound in seconds here is part of what must hold: a line that is dead is noticed in [`NOTICED`].

use regie::command::Failure;
use regie::person::verbs;
use regie_tests::{Node, asking, inviting, lab::trio::within_or_say, pairing};
use serde_json::{Value, json};

mod another_machine;
mod balancer;
mod clocks;
mod companions;
mod copies;
mod forwarded;
mod hotspot;
mod impostor;
mod itself;
mod joined;
mod machines;
mod moved;
mod names;
mod onions;
mod outages;
mod pairing;
mod proxies;
mod rotation;
mod schedules;
mod web;

/// Within so many seconds both sides notice that a line is dead.
const NOTICED: u64 = 20;
/// Within so many seconds after a network carries again, or a machine is back, what waited is delivered: above the longest
/// pause between two attempts where a line is wanted, which is a minute.
const DELIVERED: u64 = 90;

/// A supplier's company by the words of the command line, announced at these addresses.
fn announcing<'a>(name: &'a str, addresses: &[&'a str]) -> Vec<&'a str> {
    let init = ["supplier", "init", "--name", name, "--sector", "retail"];
    init.into_iter().chain(addresses.iter().flat_map(|address| ["--announce", address])).collect()
}

/// Where a companion listens that others reach by whatever address its host has.
fn everywhere() -> Vec<String> {
    ["/ip4/0.0.0.0/tcp/7481", "/ip4/0.0.0.0/udp/7481/quic-v1"].map(ToOwned::to_owned).into()
}

/// A fresh link of a companion.
fn link(companion: &Node) -> String {
    let invitation = companion.ask(&inviting(false));
    invitation["link"].as_str().expect("a link").to_owned()
}

/// Follows a link.
fn follow(person: &Node, link: String) -> Result<Value, Failure> {
    person.try_ask(&pairing(&link))
}

/// A companion asks its only person for the name; the request's id comes out.
fn ask(companion: &Node) -> Value {
    companion.ask(&asking(&["name.full"], "DeliveryOfGoods", "once"))["request"].clone()
}

/// The example of `docs/deploy.md` that begins so, up to the fence.
fn example(begin: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/deploy.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let found = page.split("```").find(|part| part.trim_start().starts_with(begin));
    found.unwrap_or_else(|| panic!("no example begins with {begin}")).to_owned()
}

/// Waits until a request is answered.
fn is_answered(companion: &Node, request: &Value) {
    let say = || format!("{request} is answered; the company has {:#}", companion.customer());
    within_or_say(DELIVERED, say, || {
        let customer = companion.customer();
        let requests = customer["requests"].as_array().expect("a list");
        requests.iter().any(|own| own["request"] == *request && own["answered"] == json!(true))
    });
}

/// What a person's node says went wrong with its only supplier; nothing, where nothing did.
fn trouble(person: &Node) -> String {
    person.ask(&verbs::Status {})["suppliers"][0]["trouble"].as_str().unwrap_or_default().to_owned()
}
