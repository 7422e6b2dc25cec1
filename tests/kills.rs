//! `kill -9` in the middle of 200 requests, 20 times, of a person's node and of a companion: it starts again each
//! time, no entry that the other side holds a signature for is lost, and every request is answered in the end.
//! REGIE_KILLS sets another number of times. And of both before each of their calls that change files.

use std::{
    process::{Child, Command as Process, Stdio},
    time::Duration,
};

use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_tests::{Node, asking, number, setting, until};
use serde_json::{Value, json};

const KILLS: u64 = 20;
const REQUESTS: u64 = 200;
/// The calls before which a node is killed.
const CALL_KILLS: u64 = 40;
/// Changes, or requests, within which that call must come.
const CHANGES: u64 = 60;

#[test]
fn no_acknowledged_entry_is_lost_to_kill_nine() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut person, supplier) = pair(directory.path());
    for kill in 0..kills() {
        ask(&supplier);
        // A different moment each time, spread over the work; which one does not matter to the claim.
        std::thread::sleep(std::time::Duration::from_millis(kill * 7 % 60));
        person.kill();
        let witnessed = heard(&supplier).witnessed;
        person.start();
        assert!(entries(&person) >= witnessed, "kill {kill}: {} entries, {witnessed} witnessed", entries(&person));
        assert_eq!(person.ask(&verbs::Audit {})["verified"], json!(true));
    }
    all_is_answered(&person, &supplier);
}

#[test]
fn a_companion_keeps_what_it_signed_for_over_kill_nine() {
    let directory = tempfile::tempdir().expect("a directory");
    let (person, mut supplier) = pair(directory.path());
    let mut told = Heard::default();
    for kill in 0..kills() {
        ask(&supplier);
        if kill % 2 == 0 {
            // Every second time the work is done before the kill.
            until("all is signed for", || undelivered(&person) == 0 && heard(&supplier).answered > told.answered);
        }
        std::thread::sleep(std::time::Duration::from_millis(kill * 7 % 60));
        told = heard(&supplier);
        supplier.kill();
        supplier.start();
        let now = heard(&supplier);
        assert!(
            now.witnessed >= told.witnessed && now.answered >= told.answered,
            "kill {kill}: {told:?}, then {now:?}"
        );
    }
    assert!(told.witnessed > 0 && told.answered > 0, "nothing was done between the kills: the test is blind");
    all_is_answered(&person, &supplier);
    assert_eq!(supplier.customer()["held"][0]["value"], json!("Anna Bakker"));
}

/// `strace` kills the node right before its n-th write, sync, rename or removal, for each n in turn: while it starts,
/// and then while its owner sets one value after the other. REGIE_CALL_KILLS sets how far n goes.
#[test]
fn killed_before_each_file_system_call_a_node_keeps_what_its_owner_was_told() {
    if !strace() {
        println!("strace is not installed or may not trace; this was not run");
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let (mut told, mut starting, mut working) = (String::new(), 0, 0);
    for call in 1..=number("REGIE_CALL_KILLS", CALL_KILLS) {
        let mut killed = killed_before(&person, call);
        answers_or_dies(&person, &mut killed);
        let mut tried = told.clone();
        for change in 0..CHANGES {
            tried = format!("Street {call}-{change}");
            let set = setting("address.street", &tried);
            if person.try_ask(&set).is_err() {
                break;
            }
            told.clone_from(&tried);
        }
        let died = killed.wait().expect("a child");
        assert!(!died.success(), "call {call}: it was not killed in {CHANGES} changes");
        match told.starts_with(&format!("Street {call}-")) {
            true => working += 1,
            false => starting += 1,
        }
        person.start();
        let now = person.ask(&verbs::Fields {})[0]["value"].as_str().unwrap_or_default().to_owned();
        assert!(now == told || now == tried, "call {call}: '{now}' where '{told}' was told and '{tried}' tried");
        told = now;
        assert_eq!(person.ask(&verbs::Audit {})["verified"], json!(true), "call {call}");
        person.stop();
    }
    assert!(starting > 0 && working > 0, "{starting} kills at a start, {working} after: one of them was not tried");
}

/// The same of a companion: while it starts, and then while it asks one request after the other and gets the answers.
#[test]
fn killed_before_each_file_system_call_a_companion_keeps_what_it_told() {
    if !strace() {
        println!("strace is not installed or may not trace; this was not run");
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let (person, mut supplier) = pair(directory.path());
    supplier.stop();
    let (mut told, mut tried, mut starting, mut working) = (Heard::default(), 0, 0, 0);
    for call in 1..=number("REGIE_CALL_KILLS", CALL_KILLS) {
        let mut killed = killed_before(&supplier, call);
        answers_or_dies(&supplier, &mut killed);
        let asked = told.asked;
        for _ in 0..CHANGES {
            tried += 1;
            if supplier.try_ask(&asking(&["name.full"], "DeliveryOfGoods", "read")).is_err() {
                break;
            }
            told.asked += 1;
            // Answers come once the person's node has found it again; all is heard that is told before the kill.
            until("it is answered or dead", || match supplier.try_ask(&companion::People {}) {
                Ok(people) => {
                    told = Heard { asked: told.asked, ..Heard::of(&people[0]) };
                    told.answered >= told.asked
                }
                Err(_) => true,
            });
        }
        let died = killed.wait().expect("a child");
        assert!(!died.success(), "call {call}: it was not killed in {CHANGES} requests");
        match told.asked > asked {
            true => working += 1,
            false => starting += 1,
        }
        supplier.start();
        let now = heard(&supplier);
        let kept = now.asked >= told.asked && now.witnessed >= told.witnessed && now.answered >= told.answered;
        assert!(kept && now.asked <= tried, "call {call}: {told:?} of {tried}, then {now:?}");
        until("every request is answered", || heard(&supplier).answered == now.asked);
        until("every disclosure is signed for", || undelivered(&person) == 0);
        told = heard(&supplier);
        tried = told.asked;
        supplier.stop();
    }
    assert!(starting > 0 && working > 0, "{starting} kills at a start, {working} after: one of them was not tried");
    assert_eq!(person.ask(&verbs::Audit {})["verified"], json!(true));
}

/// Is there an strace, and may it trace?
fn strace() -> bool {
    let there = Process::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    assert!(there.is_ok() || std::env::var_os("REGIE_REQUIRE_TOOLS").is_none(), "strace is not installed");
    there.is_ok_and(|status| status.success())
}

/// Runs the node until one of its threads is about to make its n-th call of those that change files.
fn killed_before(node: &Node, call: u64) -> Child {
    const CALLS: &str = "pwrite64,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink,unlinkat";
    let run = node.process(&["run"]);
    let mut traced = Process::new("strace");
    traced.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={CALLS}")]);
    traced.args(["-e", &format!("inject={CALLS}:signal=KILL:when={call}")]);
    traced.arg(run.get_program()).args(run.get_args());
    traced.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    traced.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("strace runs")
}

/// Waits until a node that is being started under `strace` answers, or was killed.
fn answers_or_dies(node: &Node, killed: &mut Child) {
    while killed.try_wait().expect("a child").is_none() && node.try_ask(&verbs::Status {}).is_err() {
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What a companion said of itself: requests made and answered, and how much of the person's log it signed for.
#[derive(Debug, Default)]
struct Heard {
    asked: u64,
    answered: u64,
    witnessed: u64,
}

impl Heard {
    fn of(customer: &Value) -> Self {
        let requests = customer["requests"].as_array().map(Vec::as_slice).unwrap_or_default();
        let answered = requests.iter().filter(|request| request["answered"] == json!(true)).count();
        let witnessed = customer["witnessed"]["size"].as_u64().unwrap_or(0);
        Self { asked: requests.len() as u64, answered: answered as u64, witnessed }
    }
}

fn heard(supplier: &Node) -> Heard {
    Heard::of(&supplier.customer())
}

fn pair(directory: &std::path::Path) -> (Node, Node) {
    let mut person = Node::person(directory.join("person"), "balanced");
    // A fixed port, since the person looks for a companion that was killed where it was.
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let mut supplier = Node::supplier(directory.join("supplier"), "Shop", &format!("/ip4/127.0.0.1/tcp/{free}"));
    person.start();
    supplier.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    (person, supplier)
}

fn kills() -> u64 {
    number("REGIE_KILLS", KILLS)
}

fn asked_each() -> u64 {
    (REQUESTS / kills()).max(1)
}

fn ask(supplier: &Node) {
    for _ in 0..asked_each() {
        supplier.request(&["name.full"], "DeliveryOfGoods", "read");
    }
}

fn entries(person: &Node) -> u64 {
    person.ask(&verbs::Status {})["suppliers"][0]["log_entries"].as_u64().expect("a count")
}

fn undelivered(person: &Node) -> u64 {
    person.ask(&verbs::Status {})["suppliers"][0]["undelivered"].as_u64().expect("a count")
}

fn all_is_answered(person: &Node, supplier: &Node) {
    until("every request is answered", || {
        let now = heard(supplier);
        now.asked == kills() * asked_each() && now.answered == now.asked
    });
    until("every disclosure is signed for", || undelivered(person) == 0);
}
