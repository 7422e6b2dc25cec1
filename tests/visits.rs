//! A visit, not a state: lines are held for few, the others are visited; the moments tell two suppliers nothing.

use std::{
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use regie::person::verbs;
use regie_protocol::{Access, Purpose};
use regie_tests::{
    Node,
    crowd::{Crowd, Member},
    pairing,
    paper_supplier::PaperSupplier,
    until,
};
use serde_json::json;

/// Suppliers of the person.
const SUPPLIERS: usize = 20;
/// Lines that are held here.
const HELD: &str = "3";
/// Within how many seconds after a start they are visited here.
const SPREAD: u64 = 10;

fn connected(person: &Node) -> usize {
    let status = person.ask(&verbs::Status {});
    let all = status["suppliers"].as_array().cloned().unwrap_or_default();
    all.iter().filter(|supplier| supplier["connected"] == json!(true)).count()
}

fn start(person: &mut Node) {
    let mut process = person.process(&["--json", "run"]);
    process.env("REGIE_HELD_LINES", HELD).env("REGIE_SPREAD_SECONDS", SPREAD.to_string());
    process.stderr(std::process::Stdio::null());
    person.start_process(process);
}

fn paired(person: &Node) -> Crowd {
    let names: Vec<String> = (0..SUPPLIERS).map(|number| format!("Supplier {number}")).collect();
    let crowd = Crowd::start(&names);
    for member in crowd.members() {
        person.ask(&pairing(&member.invite()));
    }
    crowd
}

#[test]
fn few_lines_are_held_and_what_the_person_changes_is_told_to_all_at_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "open");
    start(&mut person);
    person.set("name.full", "Anna Bakker");
    let crowd = paired(&person);
    for member in crowd.members() {
        member.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Subscribe, "for the parcel");
    }
    // On a busy machine the first visit after a pairing comes before the question. After a start there is another one to each.
    person.stop();
    start(&mut person);
    until("all have the name", || crowd.members().iter().all(|member| !member.held().is_empty()));
    until("the others are let go", || connected(&person) == 3);
    person.set("name.full", "Anna de Vries");
    let told = |member: &Member| member.held().values().any(|value| value == "Anna de Vries");
    until("all are told, whether a line is held or not", || crowd.members().iter().all(told));
    until("the others are let go again", || connected(&person) == 3);

    // One that is to reach the person at once does.
    let wanted = crowd.members().iter().find(|member| !is_connected(&person, member)).expect("one that is not");
    person.ask(&verbs::AtOnce { supplier: wanted.key().to_string(), at_once: true });
    until("its line is held", || is_connected(&person, wanted));
    wanted.ask(&["birthDate"], Purpose::DeliveryOfGoods, Access::Read, "for the test");
    until("it is answered", || wanted.unanswered() == 0);
    until("no more are held for that", || connected(&person) == 3);
}

fn is_connected(person: &Node, member: &Member) -> bool {
    let status = person.ask(&verbs::Status {});
    let mut all = status["suppliers"].as_array().cloned().unwrap_or_default().into_iter();
    all.any(|one| one["supplier"] == json!(member.key().to_string()) && one["connected"] == json!(true))
}

#[test]
fn the_log_of_a_node_links_no_relationships() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "careful");
    let log = directory.path().join("log");
    let mut process = person.process(&["--json", "run"]);
    process.env("REGIE_LOG", "debug").stderr(std::fs::File::create(&log).expect("a file"));
    person.start_process(process);
    let crowd = Crowd::start(&["One".into(), "Two".into()]);
    for member in crowd.members() {
        person.ask(&pairing(&member.invite()));
    }
    until("both are connected", || connected(&person) == 2);
    let text = std::fs::read_to_string(&log).expect("text");
    assert!(!text.is_empty(), "it logs");
    assert!(!text.contains("12D3KooW"), "no peer's id: {text}");
    for member in crowd.members() {
        assert!(!text.contains(&member.person().to_string()), "no key of the person's: {text}");
    }
}

#[test]
fn after_a_restart_suppliers_are_visited_at_moments_of_their_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "careful");
    start(&mut person);
    let crowd = paired(&person);
    person.stop();
    let seen = |member: &Member| member.visits();
    let before: Vec<usize> = crowd.members().iter().map(seen).collect();
    let begun = Instant::now();
    start(&mut person);
    let mut moments = vec![None; SUPPLIERS];
    until("all were visited", || {
        for (number, member) in crowd.members().iter().enumerate() {
            if moments[number].is_none() && seen(member) > before[number] {
                moments[number] = Some(begun.elapsed());
            }
        }
        moments.iter().all(Option::is_some)
    });
    let mut moments: Vec<Duration> = moments.into_iter().flatten().collect();
    moments.sort_unstable();
    // Drawn evenly from ten seconds, ten of twenty come within one with a chance of one in many millions.
    let most = moments
        .iter()
        .map(|from| moments.iter().filter(|at| *at >= from && **at < *from + Duration::from_secs(1)).count());
    assert!(most.max().expect("moments") < 10, "they come together: {moments:?}");
}

/// Lets a connection through until it is told to hang up after a moment on each; when each came.
struct Door {
    port: u16,
    hangs_up: Arc<AtomicBool>,
    came: Arc<Mutex<Vec<Instant>>>,
}

impl Door {
    fn before(address: &str) -> Self {
        let behind: u16 = address.rsplit('/').find_map(|part| part.parse().ok()).expect("a port");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let door = Self {
            port: listener.local_addr().expect("an address").port(),
            hangs_up: Arc::default(),
            came: Arc::default(),
        };
        let (hangs_up, came) = (door.hangs_up.clone(), door.came.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                came.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
                let Ok(other) = TcpStream::connect(("127.0.0.1", behind)) else { continue };
                for (mut from, mut to) in
                    [(stream.try_clone(), other.try_clone()), (other.try_clone(), stream.try_clone())]
                        .into_iter()
                        .filter_map(|(from, to)| from.ok().zip(to.ok()))
                {
                    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
                }
                let hangs_up = hangs_up.clone();
                std::thread::spawn(move || {
                    // Long enough to prove the key, too short to say anything.
                    while !hangs_up.load(Ordering::SeqCst) {
                        std::thread::sleep(Duration::from_millis(20));
                    }
                    std::thread::sleep(Duration::from_millis(100));
                    let _ = (stream.shutdown(Shutdown::Both), other.shutdown(Shutdown::Both));
                });
            }
        });
        door
    }

    fn came(&self) -> Vec<Instant> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[test]
fn who_answers_only_to_hang_up_is_dialled_less_and_less() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "open");
    person.start();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let doors = Mutex::new(Vec::new());
    let supplier = runtime.block_on(PaperSupplier::open_behind([77; 32], |address| {
        let door = Door::before(address);
        let named = format!("/ip4/127.0.0.1/tcp/{}", door.port);
        doors.lock().unwrap_or_else(PoisonError::into_inner).push(door);
        named
    }));
    person.ask(&pairing(&supplier.link));
    let _supplier = supplier.paired();
    let door = doors.into_inner().unwrap_or_else(PoisonError::into_inner).pop().expect("a door");
    let key = person.ask(&verbs::Status {})["suppliers"][0]["supplier"].as_str().expect("a key").to_owned();
    person.ask(&verbs::AtOnce { supplier: key, at_once: true });
    door.hangs_up.store(true, Ordering::SeqCst);
    let before = door.came().len();
    until("it was tried six times", || door.came().len() >= before + 6);
    let came = door.came().split_off(before);
    let gaps: Vec<Duration> = came.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // Each pause is drawn between half of what doubles and all of it.
    assert!(gaps[4] > 4 * gaps[0], "{gaps:?}");
}
