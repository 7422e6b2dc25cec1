//! Webhooks as a company's systems meet them: receivers that are slow, refuse, ask for patience, fail for good or are killed with the
//! companion in the midst; what of it is told, told again, left out and looked up.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use regie_tests::{Node, api::Client, faketime, pairing, receiver::Receiver, under_clock, until};
use serde_json::{Value, json};

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

/// A gate that is shut until somebody opens it.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn pass(&self) {
        let open = self.0.0.lock().expect("a lock");
        drop(self.0.1.wait_while(open, |open| !*open).expect("a lock"));
    }

    fn open(&self) {
        *self.0.0.lock().expect("a lock") = true;
        self.0.1.notify_all();
    }
}

struct Company {
    node: Node,
    client: Client,
    /// The person whose changes make events.
    relationship: String,
    directory: tempfile::TempDir,
    _persons: Vec<Node>,
}

impl Company {
    fn start() -> Self {
        Self::start_with(|_, _| {})
    }

    fn start_with(set: impl FnOnce(&mut std::process::Command, &Path)) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut node = Node::supplier_for(module_path!(), directory.path().join("supplier"), "Shop", ANY);
        let config = node.home.join("config.toml");
        let text = std::fs::read_to_string(&config).expect("a file");
        // Before every table, since a key behind one would be the table's.
        std::fs::write(&config, format!("webhook_hosts = [\"127.0.0.1\"]\n{text}")).expect("written");
        let at = node.serve_api_with(|process| set(process, directory.path()));
        let client = Client::new(at, &node.api_key(false));
        let mut company = Self { node, client, relationship: String::new(), directory, _persons: Vec::new() };
        company.relationship = company.meet(&company.client.clone());
        company
    }

    /// Somebody pairs, in the world of this key.
    fn meet(&mut self, client: &Client) -> String {
        let known = client.get("/v1/relationships").expect(200)["data"].as_array().expect("a list").len();
        let mut person = Node::person(self.directory.path().join(format!("person{}", self._persons.len())), "balanced");
        person.start();
        let invitation = client.post("/v1/invitations", &json!({})).expect(201);
        person.ask(&pairing(invitation["link"].as_str().expect("a link")));
        self._persons.push(person);
        let all = client.get("/v1/relationships").expect(200);
        assert_eq!(all["data"].as_array().expect("a list").len(), known + 1);
        all["data"][known]["id"].as_str().expect("an id").to_owned()
    }

    /// Something happens, with a reference of its own; the id of its event.
    fn happens(&self, reference: &str) -> String {
        Self::happens_to(&self.client, &self.relationship, reference)
    }

    fn happens_to(client: &Client, relationship: &str, reference: &str) -> String {
        client.patch(&format!("/v1/relationships/{relationship}"), &json!({ "reference": reference })).expect(200);
        let last = client.get("/v1/events?type=relationship.updated&limit=200").expect(200);
        let last = last["data"].as_array().expect("a list").last().cloned().unwrap_or_default();
        last["id"].as_str().unwrap_or_default().to_owned()
    }

    /// So much happens, and nobody looks which events that makes.
    fn happens_often(&self, times: std::ops::Range<usize>) {
        for at in times {
            let path = format!("/v1/relationships/{}", self.relationship);
            self.client.patch(&path, &json!({ "reference": format!("n{at}") })).expect(200);
        }
    }

    fn hook(&self, body: &Value) -> String {
        let made = self.client.post("/v1/webhooks", body).expect(201);
        format!("/v1/webhooks/{}", made["id"].as_str().expect("an id"))
    }

    fn of(&self, path: &str) -> Value {
        self.client.get(path).expect(200)
    }

    fn list(&self, path: &str) -> Vec<Value> {
        self.of(path)["data"].as_array().expect("a list").clone()
    }

    fn restart(&mut self) {
        self.node.kill();
        self.client = self.client.at(self.node.serve_api());
    }
}

#[test]
fn a_slow_receiver_keeps_no_other_waiting_in_neither_world() {
    let mut company = Company::start();
    let gate = Gate::default();
    let shut = gate.clone();
    let slow = Receiver::start(move |_| {
        shut.pass();
        "200 OK".into()
    });
    let (fast, trial) = (Receiver::willing(), Receiver::willing());
    let slow_path = company.hook(&json!({ "url": slow.url }));
    company.hook(&json!({ "url": fast.url }));
    let test = company.client.with_key(&company.node.api_key(true));
    test.post("/v1/webhooks", &json!({ "url": trial.url })).expect(201);
    let tried = company.meet(&test);
    company.happens_often(0..5);
    for at in 0..5 {
        Company::happens_to(&test, &tried, &format!("t{at}"));
    }
    until("the others have everything", || fast.ids().len() == 5 && trial.ids().len() == 6);
    assert_eq!(slow.ids(), Vec::<String>::new());
    assert_eq!(company.of(&slow_path)["failures"], 0, "it is slow, and has not failed");
    gate.open();
    until("the slow one too", || slow.ids() == fast.ids());
}

#[test]
fn a_connection_is_kept_and_a_kill_in_the_midst_loses_nothing() {
    let mut company = Company::start();
    let gate = Gate::default();
    let (shut, heard, killed) = (gate.clone(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (count, is_killed) = (heard.clone(), killed.clone());
    let receiver = Receiver::start(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) == 120 && !is_killed.load(Ordering::SeqCst) {
            shut.pass();
        }
        "200 OK".into()
    });
    let path = company.hook(&json!({ "url": receiver.url }));
    assert_eq!(company.client.patch(&path, &json!({ "paused": true })).expect(200)["paused"], true);
    company.happens_often(0..180);
    assert_eq!(heard.load(Ordering::SeqCst), 0, "it is paused");
    company.client.patch(&path, &json!({ "paused": false })).expect(200);
    until("the most are told", || receiver.ids().len() >= 120);
    assert_eq!(receiver.connections(), 1, "one connection for all of them");
    killed.store(true, Ordering::SeqCst);
    company.restart();
    gate.open();
    let all: Vec<String> = company.list("/v1/events?limit=200&type=relationship.updated").iter().map(id).collect();
    until("everything is told", || receiver.ids().iter().collect::<BTreeSet<_>>().len() >= all.len());
    let (mut first, mut seen) = (receiver.ids(), BTreeSet::new());
    first.retain(|id| seen.insert(id.clone()));
    assert_eq!(first, all, "in order, whatever came twice");
    until("it is noted", || company.of(&path)["told_up_to"] == json!(all.last()));
}

#[test]
fn an_event_that_is_always_refused_holds_up_no_other() {
    let company = Company::start();
    let receiver = Receiver::start(|call| if call.reference() == "bad" { "422 No" } else { "200 OK" }.into());
    let path = company.hook(&json!({ "url": receiver.url }));
    company.happens("good");
    let bad = company.happens("bad");
    company.happens("better");
    company.happens("best");
    until("the others are there", || receiver.references() == ["good", "better", "best"]);
    until("all are behind it", || company.list(&format!("{path}/attempts")).len() == 4);
    let attempts = company.list(&format!("{path}/attempts"));
    let of = |attempt: &Value| attempt["status"].as_u64().expect("a status");
    assert_eq!(attempts.iter().map(of).collect::<Vec<_>>(), [200, 200, 422, 200], "the newest first");
    assert_eq!((&attempts[2]["event"], &attempts[2]["answer"]), (&json!(bad), &json!("no")));
    assert!(attempts[2]["error"].as_str().is_some_and(|words| words.contains("422")));
    assert_eq!(company.of(&path)["failures"], 0, "the receiver does not fail");
}

/// Who moved a path would else find everything among the dead letters.
#[test]
fn a_receiver_that_refuses_everything_fails_and_the_rest_waits_in_line() {
    let company = Company::start();
    let mended = Arc::new(AtomicBool::new(false));
    let is_mended = mended.clone();
    let receiver = Receiver::start(move |_| if is_mended.load(Ordering::SeqCst) { "200 OK" } else { "404 No" }.into());
    let path = company.hook(&json!({ "url": receiver.url }));
    company.client.patch(&path, &json!({ "paused": true })).expect(200);
    company.happens_often(0..30);
    company.client.patch(&path, &json!({ "paused": false })).expect(200);
    until("it fails", || company.of(&path)["failures"].as_u64() >= Some(1));
    let tried = company.list(&format!("{path}/attempts")).len();
    assert!((16..30).contains(&tried), "{tried}");
    mended.store(true, Ordering::SeqCst);
    company.client.post(&format!("{path}/resume"), &json!({})).expect(200);
    until("everything is told", || receiver.ids().iter().collect::<BTreeSet<_>>().len() == 30);
    assert_eq!(receiver.ids().len(), 30, "and nothing twice");
    assert_eq!(company.of(&path)["dead_letters"], 0);
}

/// A companion whose clock is set forward, since patience is counted in minutes and days.
struct Patient {
    company: Company,
    clock: std::path::PathBuf,
    minutes: u64,
}

impl Patient {
    fn start() -> Option<Self> {
        let library = faketime()?;
        let mut clock = None;
        let company = Company::start_with(|process, directory| {
            let file = directory.join("clock");
            std::fs::write(&file, "+0m").expect("written");
            under_clock(process, &library, &file);
            clock = Some(file);
        });
        Some(Self { company, clock: clock?, minutes: 0 })
    }

    /// So much time goes by, and something happens.
    fn wait(&mut self, minutes: u64, reference: &str) {
        self.minutes += minutes;
        std::fs::write(&self.clock, format!("+{}m", self.minutes)).expect("written");
        self.company.happens_to_all(reference);
    }
}

impl Company {
    fn happens_to_all(&self, reference: &str) {
        let path = format!("/v1/relationships/{}", self.relationship);
        self.client.patch(&path, &json!({ "reference": reference })).expect(200);
    }
}

#[test]
fn what_is_refused_to_the_end_is_a_dead_letter_and_can_be_told_again_or_left_out() {
    let Some(mut patient) = Patient::start() else { return };
    let mended = Arc::new(AtomicBool::new(false));
    let is_mended = mended.clone();
    let receiver = Receiver::start(move |call| {
        let bad = call.reference().starts_with("bad") && !is_mended.load(Ordering::SeqCst);
        if bad { "400 No" } else { "200 OK" }.into()
    });
    let path = patient.company.hook(&json!({ "url": receiver.url }));
    let (one, two) = (patient.company.happens("bad1"), patient.company.happens("bad2"));
    let tried = |patient: &Patient| {
        let attempts = patient.company.list(&format!("{path}/attempts"));
        let of = |event: &String| attempts.iter().filter(|attempt| attempt["event"] == json!(event)).count();
        of(&one).min(of(&two))
    };
    for attempt in 1..=4 {
        until("both were tried", || tried(&patient) >= attempt);
        patient.wait(6, &format!("later{attempt}"));
    }
    until("both are dead letters", || patient.company.of(&path)["dead_letters"] == 2);
    until("nothing else was held up", || receiver.references() == ["later1", "later2", "later3", "later4"]);
    let letters = patient.company.list(&format!("{path}/dead-letters"));
    assert_eq!((&letters[0]["event"], &letters[1]["event"]), (&json!(one), &json!(two)));
    assert_eq!((&letters[0]["attempts"], &letters[0]["last"]["status"]), (&json!(5), &json!(400)));
    let first = patient.company.of(&format!("{path}/dead-letters?limit=1"));
    assert_eq!(first["data"].as_array().map(Vec::len), Some(1));
    let next = format!("{path}/dead-letters?cursor={}", first["next"].as_str().expect("a cursor"));
    assert_eq!(patient.company.list(&next), letters[1..]);

    let client = &patient.company.client;
    mended.store(true, Ordering::SeqCst);
    let resend = |event: &str| client.post(&format!("{path}/dead-letters/{event}/resend"), &json!({}));
    resend(&one).expect(200);
    until("it is told", || receiver.ids().contains(&one));
    until("it is a dead letter no more", || patient.company.of(&path)["dead_letters"] == 1);
    resend(&one).problem(404, "not_found");
    client.post(&format!("{path}/skip"), &json!({ "event": two })).expect(200);
    assert_eq!(patient.company.of(&path)["dead_letters"], 0);
    assert!(!receiver.ids().contains(&two));
}

/// A receiver that breaks over one event fails, as far as anybody can see, until another event shows that it does not.
#[test]
fn an_event_over_which_the_receiver_breaks_holds_up_the_others_for_minutes_only() {
    let Some(mut patient) = Patient::start() else { return };
    let receiver = Receiver::start(|call| if call.reference() == "bad" { "500 Oh" } else { "200 OK" }.into());
    let path = patient.company.hook(&json!({ "url": receiver.url }));
    patient.company.happens("bad");
    until("it fails", || patient.company.of(&path)["failures"].as_u64() >= Some(1));
    assert!(receiver.ids().is_empty());
    patient.wait(2, "later1");
    // With the third failure the next one is tried as well.
    until("it fails again", || patient.company.of(&path)["failures"].as_u64() >= Some(2) || !receiver.ids().is_empty());
    patient.wait(2, "later2");
    until("the others are there", || receiver.references() == ["later1", "later2"]);
    let hook = patient.company.of(&path);
    assert_eq!((&hook["failures"], &hook["failing_since"]), (&json!(0), &Value::Null));
}

#[test]
fn a_receiver_that_fails_is_announced_then_given_up_and_taken_up_again_where_it_was() {
    let Some(mut patient) = Patient::start() else { return };
    let up = Arc::new(AtomicBool::new(false));
    let is_up = up.clone();
    let receiver = Receiver::start(move |_| if is_up.load(Ordering::SeqCst) { "200 OK" } else { "500 Oh" }.into());
    let path = patient.company.hook(&json!({ "url": receiver.url }));
    let told = |patient: &Patient, kind: &str| patient.company.list(&format!("/v1/events?type={kind}"));
    patient.wait(0, "first");
    let (mut failures, mut days) = (0, 0);
    while failures < 10 {
        let now = |patient: &Patient| patient.company.of(&path)["failures"].as_u64().expect("a number");
        until("it fails once more", || now(&patient) > failures);
        failures = now(&patient);
        assert_eq!(told(&patient, "webhook.failing").len(), usize::from(failures >= 4), "{failures}");
        assert!(patient.company.of(&path)["given_up_at"].is_string());
        if failures < 10 {
            assert_eq!(patient.company.of(&path)["disabled"], false);
            days += 1;
            patient.wait(24 * 60 + 1, &format!("day {days}"));
        }
    }
    let hook = patient.company.of(&path);
    assert_eq!((&hook["disabled"], &hook["next_try_at"]), (&json!(true), &Value::Null));
    let ended = told(&patient, "webhook.disabled");
    assert_eq!(ended.len(), 1);
    assert!(path.ends_with(ended[0]["data"]["subject"].as_str().expect("a webhook")));
    up.store(true, Ordering::SeqCst);
    assert!(receiver.ids().is_empty());
    patient.company.client.post(&format!("{path}/resume"), &json!({})).expect(200);
    // What happened before there was a webhook was not for it.
    let all: Vec<String> = patient.company.list("/v1/events?limit=200").iter().skip(1).map(id).collect();
    until("everything is told, in order", || receiver.ids() == all);
}

fn id(event: &Value) -> String {
    event["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_receiver_that_says_when_to_come_again_is_obeyed() {
    let company = Company::start();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let receiver = Receiver::start(move |_| {
        let patience = ["429 Slow\r\nRetry-After: 2", "503 Busy\r\nRetry-After: 1800"];
        patience.get(counted.fetch_add(1, Ordering::SeqCst)).copied().unwrap_or("200 OK").into()
    });
    let path = company.hook(&json!({ "url": receiver.url }));
    company.happens("first");
    company.happens("second");
    until("it asked for patience twice", || calls.load(Ordering::SeqCst) == 2);
    until("that is noted", || company.of(&path)["failures"] == 2);
    let attempts = company.list(&format!("{path}/attempts"));
    let at = |text: &Value| regie::clock::read(text.as_str().expect("text")).expect("a moment").0;
    assert!(at(&attempts[0]["at"]) >= at(&attempts[1]["at"]) + 2_000, "not before it said");
    assert!(at(&company.of(&path)["next_try_at"]) >= at(&attempts[0]["at"]) + 1_800_000);
    company.client.post(&format!("{path}/resume"), &json!({})).expect(200);
    until("its owner may ask for less", || receiver.references() == ["first", "second"]);
}

#[test]
fn only_the_wanted_events_are_told_and_what_is_wanted_can_change() {
    let mut company = Company::start();
    let receiver = Receiver::willing();
    let wrong = json!({ "url": receiver.url, "events": ["relationship.updated", "x.y"] });
    company.client.post("/v1/webhooks", &wrong).problem(422, "bad_argument");
    let wrong = json!({ "url": receiver.url, "at_once": 17 });
    company.client.post("/v1/webhooks", &wrong).problem(422, "bad_argument");
    let path = company.hook(&json!({ "url": receiver.url, "events": ["relationship.updated"] }));
    assert_eq!(company.of(&path)["events"], json!(["relationship.updated"]));
    company.meet(&company.client.clone());
    company.happens("one");
    until("it is told", || receiver.references() == ["one"]);
    assert_eq!(receiver.ids().len(), 1, "of the pairing it is not");
    company.client.patch(&path, &json!({ "events": ["relationship.created"] })).expect(200);
    let last = company.happens("two");
    until("what is not wanted is behind it", || company.of(&path)["told_up_to"] == json!(last));
    company.meet(&company.client.clone());
    until("it is told of a pairing", || receiver.ids().len() == 2);
    assert_eq!(company.client.patch(&path, &json!({ "events": null })).expect(200)["events"], json!([]));
    company.happens("three");
    until("it is told of everything", || receiver.references().last().is_some_and(|last| last == "three"));
    assert_eq!(receiver.ids().len(), 3);

    let elsewhere = Receiver::willing();
    company.client.patch(&path, &json!({ "url": elsewhere.url })).expect(200);
    company.happens("four");
    until("it is told elsewhere", || elsewhere.references() == ["four"]);
    for wrong in
        [json!({}), json!({ "url": null }), json!({ "url": "ftp://x/" }), json!({ "x": 1 }), json!({ "at_once": 0 })]
    {
        company.client.patch(&path, &wrong).problem(422, "bad_argument");
    }
}

#[test]
fn a_range_is_told_again_by_events_and_by_time() {
    let company = Company::start();
    let receiver = Receiver::willing();
    let path = company.hook(&json!({ "url": receiver.url }));
    company.happens_often(0..7);
    until("all are there", || receiver.ids().len() == 7);
    let told = company.list("/v1/events?type=relationship.updated");
    let replay = |range: Value| company.client.post(&format!("{path}/replay"), &range);
    replay(json!({ "from": told[2]["id"], "to": told[4]["id"] })).expect(200);
    until("three came again", || receiver.references()[7..] == ["n2", "n3", "n4"]);
    replay(json!({ "from": told[5]["timestamp"] })).expect(200);
    until("all since then came again", || receiver.references()[10..].ends_with(&["n5".to_owned(), "n6".to_owned()]));
    until("it is through", || company.of(&path)["replaying"] == 0);
    for wrong in [json!({}), json!({ "from": "yesterday" }), json!({ "from": told[4]["id"], "to": told[2]["id"] })] {
        replay(wrong).problem(422, "bad_argument");
    }
    company.happens("new");
    until("the line goes on", || receiver.references().last().is_some_and(|last| last == "new"));
}

#[test]
fn an_event_is_left_out_before_it_is_told_and_not_after() {
    let company = Company::start();
    let receiver = Receiver::willing();
    let path = company.hook(&json!({ "url": receiver.url }));
    company.client.patch(&path, &json!({ "paused": true })).expect(200);
    company.happens("one");
    let two = company.happens("two");
    let three = company.happens("three");
    let skip = |event: &str| company.client.post(&format!("{path}/skip"), &json!({ "event": event }));
    skip(&two).expect(200);
    skip(&two).problem(409, "already_done");
    company.client.post(&format!("{path}/resume"), &json!({})).expect(200);
    until("the others are told", || receiver.references() == ["one", "three"]);
    until("it is noted", || company.of(&path)["told_up_to"] == json!(three));
    skip(&three).problem(409, "already_done");
    skip("evt_aaaaaaaaaaaaa").problem(404, "not_found");
    skip("x").problem(422, "bad_argument");
}

#[test]
fn what_is_asked_for_again_four_times_comes_four_times() {
    let company = Company::start();
    let receiver = Receiver::willing();
    let path = company.hook(&json!({ "url": receiver.url }));
    company.happens_often(0..4);
    until("all are there", || receiver.ids().len() == 4);
    company.client.patch(&path, &json!({ "paused": true })).expect(200);
    let ids = receiver.ids();
    let resend = |id: &String| company.client.post(&format!("{path}/resend"), &json!({ "event": id })).expect(200);
    ids.iter().for_each(|id| drop(resend(id)));
    (0..3).for_each(|_| drop(resend(&ids[0])));
    company.client.patch(&path, &json!({ "paused": false })).expect(200);
    until("each came again, and the first four times", || receiver.ids().len() == 4 + 4 + 3);
    let often = |id: &String| receiver.ids().iter().filter(|own| *own == id).count();
    assert_eq!(ids.iter().map(often).collect::<Vec<_>>(), [5, 2, 2, 2]);
    company.client.post(&format!("{path}/resend"), &json!({ "event": "evt_aaaaaaaaaaaaa" })).problem(404, "not_found");
    let test = company.client.with_key(&company.node.api_key(true));
    for call in ["resend", "skip"] {
        test.post(&format!("{path}/{call}"), &json!({ "event": ids[0] })).problem(404, "not_found");
    }
    test.get(&format!("{path}/attempts")).problem(404, "not_found");
    test.get(&format!("{path}/dead-letters")).problem(404, "not_found");
}

#[test]
fn several_persons_are_told_of_at_once_and_each_in_order() {
    let mut company = Company::start();
    let persons =
        [company.relationship.clone(), company.meet(&company.client.clone()), company.meet(&company.client.clone())];
    let together = Arc::new((Mutex::new(0_usize), Condvar::new()));
    let counted = together.clone();
    // Nobody is answered before three are there.
    let receiver = Receiver::start(move |_| {
        let mut there = counted.0.lock().expect("a lock");
        *there += 1;
        counted.1.notify_all();
        drop(counted.1.wait_while(there, |there| *there < 3).expect("a lock"));
        "200 OK".into()
    });
    let path = company.hook(&json!({ "url": receiver.url, "at_once": 3 }));
    company.client.patch(&path, &json!({ "paused": true })).expect(200);
    for at in 0..4 {
        for person in &persons {
            Company::happens_to(&company.client, person, &format!("{}{at}", &person[4..10]));
        }
    }
    company.client.patch(&path, &json!({ "paused": null })).expect(200);
    until("all are told", || receiver.ids().len() == 12);
    for person in &persons {
        let own: Vec<_> = receiver.references().into_iter().filter(|one| one.starts_with(&person[4..10])).collect();
        assert!(own.is_sorted() && own.len() == 4, "{own:?}");
    }
}

#[test]
fn what_anybody_could_read_on_its_way_is_refused() {
    let company = Company::start();
    for url in ["http://example.org/hook", "http://93.184.215.14/", "http://localhost:9/"] {
        let refused = company.client.post("/v1/webhooks", &json!({ "url": url }));
        refused.problem(422, "bad_argument");
        assert!(refused.text().contains("webhook_hosts"), "{}", refused.text());
    }
    let path = company.hook(&json!({ "url": "http://127.0.0.1:9/" }));
    company.client.patch(&path, &json!({ "url": "http://example.org/" })).problem(422, "bad_argument");
}

/// How many events a second a fast receiver on this machine is told, beside bare posts to it: `--ignored --nocapture`.
#[test]
#[ignore = "it measures, and takes a while to make events"]
fn so_many_events_a_second_are_told() {
    const EVENTS: usize = 2_000;
    let company = Company::start();
    let (receiver, other) = (Receiver::willing(), Receiver::willing());
    let (one, many) =
        (company.hook(&json!({ "url": receiver.url })), company.hook(&json!({ "url": other.url, "at_once": 16 })));
    for path in [&one, &many] {
        company.client.patch(path, &json!({ "paused": true })).expect(200);
    }
    company.happens_often(0..EVENTS);
    let told = |receiver: &Receiver, path: &str| {
        let begun = std::time::Instant::now();
        company.client.patch(path, &json!({ "paused": false })).expect(200);
        until("all are told", || receiver.told() >= EVENTS);
        EVENTS as f64 / begun.elapsed().as_secs_f64()
    };
    let (one, many) = (told(&receiver, &one), told(&other, &many));
    let bare = regie_tests::receiver::bare(&receiver, EVENTS);
    println!("one at a time: {one:.0}/s; sixteen: {many:.0}/s; bare posts: {bare:.0}/s; ratio {:.2}", bare / one);
}
