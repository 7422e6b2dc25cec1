//! Mixed load for a while: changes, requests, revocations with erasure and new grants, and `kill -9` of either side,
//! in a random order from a seed. No acknowledged entry may be lost, no value may be held without a live grant, and
//! the memory of the companion that is never killed stays flat.
//! REGIE_SOAK_SECONDS (20) sets how long, REGIE_SOAK_SEED which order.

use std::time::{Duration, Instant};

use regie::command::Reading;
use regie::person::verbs;
use regie_tests::{Node, granting, number, resident, until};
use serde_json::{Value, json};

/// Companions; the first is never killed.
const COMPANIONS: usize = 3;

/// What the companion that is never killed may grow by after the first settling.
const GROWTH_BYTES: u64 = 48 << 20;

/// Requests a companion may make at once, and then in an hour: the person's node takes 600.
const REQUESTS: (u64, u64) = (60, 480);

/// Uses after which a grant is replaced, so that grants come and go; one allows 60 requests an hour.
const USES: u64 = 50;

#[test]
fn a_mixed_load_loses_no_acknowledged_entry_and_leaves_no_value_without_a_grant() {
    let (seconds, seed) = (number("REGIE_SOAK_SECONDS", 20), number("REGIE_SOAK_SEED", 7));
    println!("REGIE_SOAK_SECONDS={seconds} REGIE_SOAK_SEED={seed}");
    let directory = tempfile::tempdir().expect("a directory");
    let mut soak = Soak::start(directory.path(), seed);
    let begun = Instant::now();
    soak.settle();
    let at_first = resident(soak.companions[0].node.pid());
    while begun.elapsed() < Duration::from_secs(seconds) {
        for _ in 0..20 {
            soak.step();
        }
        soak.settle();
    }
    let grown = resident(soak.companions[0].node.pid()).saturating_sub(at_first);
    println!("{:?}; memory grew by {} KiB", soak.done, grown >> 10);
    assert!(grown <= GROWTH_BYTES, "memory grew by {} MiB", grown >> 20);
    let done = soak.done;
    assert!(done.changes > 0 && done.requests > 0 && done.revocations > 0 && done.kills > 0, "{done:?}");
}

/// How often each was done.
#[derive(Clone, Copy, Debug, Default)]
struct Done {
    changes: u64,
    requests: u64,
    revocations: u64,
    kills: u64,
}

struct Companion {
    node: Node,
    key: String,
    /// Whether the person's last word was a grant.
    granted: bool,
    /// Of the grant in force.
    uses: u64,
    requests: u64,
    /// The most entries of the person's log that it said it witnessed.
    witnessed: u64,
}

struct Soak {
    person: Node,
    companions: Vec<Companion>,
    random: u64,
    begun: Instant,
    name: String,
    done: Done,
}

impl Soak {
    fn start(directory: &std::path::Path, seed: u64) -> Self {
        let mut person = Node::person(directory.join("person"), "careful");
        person.start();
        person.set("name.full", "Anna");
        let companions = (0..COMPANIONS).map(|number| Companion::start(directory, number, &person)).collect();
        let (begun, name, done) = (Instant::now(), "Anna".to_owned(), Done::default());
        let mut soak = Self { person, companions, random: seed, begun, name, done };
        (0..COMPANIONS).for_each(|which| soak.grant_and_ask(which));
        soak
    }

    fn step(&mut self) {
        let which = self.below(COMPANIONS as u64) as usize;
        match self.below(20) {
            0..8 => self.change(),
            8..14 => self.request(which),
            14 | 15 if self.companions[which].granted => self.revoke(which),
            14 | 15 => self.grant_and_ask(which),
            16 => {
                self.person.kill();
                self.person.start();
                self.done.kills += 1;
            }
            17 if which > 0 => {
                self.companions[which].node.kill();
                self.companions[which].node.start();
                self.done.kills += 1;
            }
            _ => self.look(),
        }
    }

    fn change(&mut self) {
        self.done.changes += 1;
        self.name = format!("Anna {}", self.done.changes);
        self.person.set("name.full", &self.name);
        (0..COMPANIONS).for_each(|which| self.used(which));
    }

    /// Asks, unless it has asked as often as it may by now.
    fn request(&mut self, which: usize) {
        if self.may_ask(which) {
            self.companions[which].requests += 1;
            self.done.requests += 1;
            self.companions[which].node.request(&["name.full"], "ServiceProvision", "subscribe");
            self.used(which);
        }
    }

    fn may_ask(&self, which: usize) -> bool {
        let (at_once, an_hour) = REQUESTS;
        self.companions[which].requests < at_once + self.begun.elapsed().as_secs() * an_hour / 3_600
    }

    /// Counts a use of the grant in force, and replaces a grant that was used a lot.
    fn used(&mut self, which: usize) {
        self.companions[which].uses += 1;
        if self.companions[which].granted && self.companions[which].uses >= USES {
            self.revoke(which);
            self.grant_and_ask(which);
        }
    }

    /// A grant is of use to a companion that can ask under it.
    fn grant_and_ask(&mut self, which: usize) {
        if self.may_ask(which) {
            self.grant(which);
            self.request(which);
        }
    }

    fn grant(&mut self, which: usize) {
        self.person.ask(&granting(&self.companions[which].key, "name.full", "ServiceProvision", Reading::Subscribe));
        (self.companions[which].granted, self.companions[which].uses) = (true, 0);
    }

    fn revoke(&mut self, which: usize) {
        self.person.ask(&verbs::RevokeAll { supplier: self.companions[which].key.clone(), erase: true });
        self.companions[which].granted = false;
        self.done.revocations += 1;
    }

    /// What each side says of the log may not contradict the other: nothing that was witnessed is gone.
    fn look(&mut self) {
        for companion in &mut self.companions {
            let witnessed = companion.node.customer()["witnessed"]["size"].as_u64().unwrap_or(0);
            assert!(witnessed >= companion.witnessed, "{witnessed} witnessed, {} before", companion.witnessed);
            companion.witnessed = witnessed;
            let entries = row(&self.person, &companion.key)["log_entries"].as_u64().expect("a count");
            assert!(entries >= witnessed, "{entries} entries, {witnessed} witnessed");
        }
    }

    /// Waits until all is told, then compares.
    fn settle(&mut self) {
        for companion in &self.companions {
            until("all is signed for", || row(&self.person, &companion.key)["undelivered"] == json!(0));
            if companion.granted {
                until("the companion holds the newest name", || companion.held() == json!(self.name));
            } else {
                until("the companion holds nothing", || companion.held() == Value::Null);
            }
        }
        self.look();
        assert_eq!(self.person.ask(&verbs::Audit {})["verified"], json!(true));
    }

    /// SplitMix64.
    fn below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

impl Companion {
    /// Starts on a fixed port, since the person looks for it where it was, and is paired with.
    fn start(directory: &std::path::Path, number: usize, person: &Node) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
        let listen = format!("/ip4/127.0.0.1/tcp/{}", free.port());
        let mut node = Node::supplier(directory.join(format!("supplier-{number}")), &format!("Shop {number}"), &listen);
        node.start();
        person.pair(&node);
        let key = node.ask(&verbs::Status {})["key"].as_str().expect("a key").to_owned();
        Self { node, key, granted: false, uses: 0, requests: 0, witnessed: 0 }
    }

    fn held(&self) -> Value {
        self.node.customer()["held"][0]["value"].clone()
    }
}

/// What the person's node says of one supplier.
fn row(person: &Node, supplier: &str) -> Value {
    let status = person.ask(&verbs::Status {});
    let rows = status["suppliers"].as_array().cloned().unwrap_or_default();
    rows.into_iter().find(|row| row["supplier"] == supplier).expect("its row")
}
