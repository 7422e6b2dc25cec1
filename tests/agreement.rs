//! The simulator tells the truth: one script of events is played by it, by nodes in one process over real sockets, and
//! by real processes in a network namespace. What each relationship's log says must be the same entry by entry; the
//! time that a step takes must be no shorter than the simulated, and no longer than that and `BAND`.

use std::{
    path::Path,
    process::Command as Process,
    time::{Duration, Instant},
};

use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie::{
    command::{self, Remember},
    person,
    store::{KdfCost, Passphrase, Store},
    verb::{Conduct, Verb},
};
use regie_protocol::{Days, Policy, RootSeed, audit::Event as Logged, supplier::Ask};
use regie_simulator::world::script::{Played, Script, Step, plain};
use regie_tests::{Node, crowd::Crowd, pairing, setting, wire::slow, word};
use serde_json::Value;

/// How much longer than simulated a step may take on a busy machine. A bound, not a measurement.
const BAND: Duration = Duration::from_secs(20);

fn script() -> Script {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/simulator/scenarios/agreement.toml");
    Script::parse(&std::fs::read_to_string(file).expect("the script")).expect("a script")
}

/// Nodes that a script can be played on.
trait Stage {
    fn person<V>(&self, verb: V) -> Value
    where
        V: Verb + Conduct<person::Desk>;
    fn supplier_asks(&self, supplier: usize, step: &Step);
    fn key(&self, supplier: usize) -> String;
}

fn act(stage: &impl Stage, step: &Step) {
    let supplier = |number: &usize| stage.key(*number);
    let waiting = |number: &usize| {
        let (key, all) = (stage.key(*number), stage.person(verbs::Requests {}));
        let mine = all.as_array().into_iter().flatten().find(|waiting| waiting["supplier"] == key.as_str());
        mine.and_then(|waiting| waiting["id"].as_str()).expect("a request waits").to_owned()
    };
    let decide = |number: &usize, allow| verbs::Decide {
        ids: vec![waiting(number)],
        allow,
        only: None,
        remember: Remember::Once,
    };
    match step {
        Step::Set { field, value } => stage.person(setting(field, value)),
        Step::Remove { field } => stage.person(verbs::Unset { field: word(field) }),
        Step::Ask { supplier, .. } => {
            stage.supplier_asks(*supplier, step);
            Value::Null
        }
        Step::Allow { supplier } => stage.person(decide(supplier, true)),
        Step::Refuse { supplier } => stage.person(decide(supplier, false)),
        Step::RevokeAll { supplier: number, erase } => {
            stage.person(verbs::RevokeAll { supplier: supplier(number), erase: *erase })
        }
        Step::Pause { supplier: number } => stage.person(verbs::Pause { supplier: supplier(number), paused: true }),
        Step::Resume { supplier: number } => stage.person(verbs::Pause { supplier: supplier(number), paused: false }),
        Step::Preset { name } => stage.person(verbs::Policy { preset: Some(word(name)) }),
    };
}

/// What the log of each relationship says, oldest first.
fn logs(stage: &impl Stage, suppliers: usize) -> Vec<Vec<String>> {
    let of = |number: usize| {
        let (supplier, kind, before, limit) = (Some(stage.key(number)), None, None, 100);
        let page = stage.person(verbs::AuditPage { supplier, kind, before, limit });
        let said = |item: &Value| plain(&serde_json::from_value::<Logged>(item["event"].clone()).expect("an event"));
        let mut entries: Vec<String> = page["items"].as_array().expect("a page").iter().map(said).collect();
        entries.reverse();
        entries
    };
    (0..suppliers).map(of).collect()
}

/// Plays the script and compares after each step.
fn compare(stage: &impl Stage, script: &Script, simulated: &Played, delayed: bool) {
    let count = script.suppliers.len();
    let settle = |place: &str, expected: &Vec<Vec<String>>| {
        let begun = Instant::now();
        loop {
            let found = logs(stage, count);
            if found == *expected {
                return begun.elapsed();
            }
            let ahead = found.iter().zip(expected).any(|(found, expected)| !expected.starts_with(found));
            let late = begun.elapsed() > BAND * 2;
            assert!(!ahead && !late, "{place}: the simulator says {expected:#?}, real nodes say {found:#?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    settle("pairing", &simulated.after[0]);
    for (number, step) in script.step.iter().enumerate() {
        let begun = Instant::now();
        act(stage, step);
        settle(&format!("step {}, {step:?}", number + 1), &simulated.after[number + 1]);
        let (took, virtually) = (begun.elapsed(), Duration::from_millis(simulated.took_ms[number]));
        if delayed {
            assert!(took >= virtually, "step {}: {took:?} is faster than the wire, {virtually:?}", number + 1);
        }
        assert!(took <= virtually + BAND, "step {}: {took:?}, simulated {virtually:?}", number + 1);
    }
    // Nothing comes after the last step has come to rest.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(&logs(stage, count), simulated.after.last().expect("steps"), "after the end");
}

#[test]
fn a_script_says_something_of_every_kind() {
    let simulated = script().play(1).expect("plays");
    let all = simulated.after.last().expect("steps").concat().join("\n");
    for part in [
        "paired",
        "granted by",
        "delivered",
        "unasked",
        "refused=",
        ":declined",
        "revoked erase=true",
        "erased",
        "paused=true",
    ] {
        assert!(all.contains(part), "{part} in\n{all}");
    }
    let other = script().play(2).expect("plays");
    assert_eq!(simulated.after, other.after, "chance has no part in it");
}

/// A node that visits everybody at once after its start.
fn at_once() -> person::Travel {
    let rhythm = person::Rhythm { spread: Duration::ZERO, ..person::Rhythm::default() };
    person::Travel { rhythm, ..person::Travel::default() }
}

/// A person's node and suppliers' machines in this process, over sockets that take as long as the simulated ones.
struct Together {
    runtime: tokio::runtime::Runtime,
    desk: person::Desk,
    crowd: Crowd,
}

impl Together {
    fn new(script: &Script, home: &Path) -> Self {
        let latency = Duration::from_millis(script.latency_ms);
        let crowd = Crowd::behind(&script.suppliers, &|address| {
            let port = address.split('/').nth(4).and_then(|port| port.parse().ok()).expect("a port");
            format!("/ip4/127.0.0.1/tcp/{}", slow(port, latency))
        });
        let mut store = Store::create(home, &person::SCHEMA, &Passphrase::new("test".to_owned()), KdfCost::CHEAPEST)
            .expect("a new store");
        let policy = Policy::preset(&script.preset).expect("a preset");
        person::initialise(&mut store, &RootSeed::from_entropy([5; 32]), policy).expect("initialised");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (events, end) = runtime.block_on(async { person::start(store, at_once()).expect("started") });
        std::mem::forget(end);
        let desk = person::Desk::new(events, std::sync::Arc::new(person::verbs::NoPages));
        for member in crowd.members() {
            runtime.block_on(desk.ask(pairing(&member.invite()))).expect("paired");
        }
        Self { runtime, desk, crowd }
    }
}

impl Stage for Together {
    fn person<V>(&self, verb: V) -> Value
    where
        V: Verb + Conduct<person::Desk>,
    {
        serde_json::to_value(self.runtime.block_on(self.desk.ask(verb)).expect("done")).expect("JSON")
    }

    fn supplier_asks(&self, supplier: usize, step: &Step) {
        let Step::Ask { fields, purpose, access, days, retention, .. } = step else { return };
        let member = &self.crowd.members()[supplier];
        member.ask_for(Ask {
            person: member.person(),
            fields: fields.iter().map(|text| text.parse().expect("a path")).collect(),
            purpose: purpose.parse().expect("a purpose"),
            reason: "for the test".into(),
            access: command::access(access).expect("an access"),
            duration: Days(*days),
            retention: Days(*retention),
            delegations: 0,
        });
    }

    fn key(&self, supplier: usize) -> String {
        self.crowd.members()[supplier].key().to_string()
    }
}

#[test]
fn nodes_in_one_process_decide_as_the_simulator_says() {
    let directory = tempfile::tempdir().expect("a directory");
    let script = script();
    let simulated = script.play(1).expect("plays");
    let together = Together::new(&script, directory.path());
    compare(&together, &script, &simulated, true);
}

/// Real processes: a person's node and a companion for each supplier.
struct Apart {
    person: Node,
    suppliers: Vec<(Node, String)>,
}

impl Stage for Apart {
    fn person<V>(&self, verb: V) -> Value
    where
        V: Verb + Conduct<person::Desk>,
    {
        self.person.ask(&verb)
    }

    fn supplier_asks(&self, supplier: usize, step: &Step) {
        let Step::Ask { fields, purpose, access, days, retention, .. } = step else { return };
        self.suppliers[supplier].0.ask(&companion::Ask {
            person: "-".into(),
            fields: fields.iter().map(|text| text.parse().expect("a path")).collect(),
            purpose: purpose.parse().expect("a purpose"),
            reason: "for the test".into(),
            access: access.parse().expect("an access"),
            days: Days(*days),
            retention: Days(*retention),
            delegations: 0,
            reference: None,
        });
    }

    fn key(&self, supplier: usize) -> String {
        self.suppliers[supplier].1.clone()
    }
}

#[test]
fn real_processes_decide_as_the_simulator_says() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut script = script();
    let network = Namespace::new(script.latency_ms);
    let delayed = network.as_ref().is_some_and(|network| network.delayed);
    if !delayed {
        script.latency_ms = 0;
        eprintln!("this kernel has no netem, or makes no namespaces: the wire takes no time here");
    }
    let simulated = script.play(1).expect("plays");
    let namespace = network.as_ref().map(|network| network.name.clone());
    let mut person = Node::person(directory.path().join("person"), &script.preset);
    person.namespace.clone_from(&namespace);
    person.start();
    let mut suppliers = Vec::new();
    for (number, sector) in script.suppliers.iter().enumerate() {
        let mut node = Node::at(directory.path().join(format!("supplier{number}")));
        let listen = format!("/ip4/127.0.0.1/tcp/{}", regie_tests::nats::Nats::port());
        node.good(&["supplier", "init", "--name", sector, "--sector", sector, "--listen", &listen]);
        node.namespace.clone_from(&namespace);
        node.start();
        person.pair(&node);
        let status = person.ask(&verbs::Status {});
        let known = status["suppliers"].as_array().expect("a list").iter().find(|row| row["name"] == sector.as_str());
        let key = known.and_then(|row| row["supplier"].as_str()).expect("paired").to_owned();
        suppliers.push((node, key));
    }
    compare(&Apart { person, suppliers }, &script, &simulated, delayed);
}

/// A network of its own, where the machine allows it; gone when dropped.
struct Namespace {
    name: String,
    /// Does its wire take time?
    delayed: bool,
}

impl Namespace {
    fn new(latency_ms: u64) -> Option<Self> {
        let name = format!("regie-{}", std::process::id());
        if !ip(&["netns", "add", &name]) {
            return None;
        }
        let mut namespace = Self { name: name.clone(), delayed: false };
        if !ip(&["netns", "exec", &name, "ip", "link", "set", "lo", "up"]) {
            return None;
        }
        let delay = format!("{latency_ms}ms");
        namespace.delayed =
            ip(&["netns", "exec", &name, "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", &delay]);
        Some(namespace)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        ip(&["netns", "del", &self.name]);
    }
}

fn ip(arguments: &[&str]) -> bool {
    Process::new("ip").args(arguments).output().is_ok_and(|output| output.status.success())
}
