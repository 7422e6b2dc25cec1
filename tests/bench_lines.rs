//! What the way between hosts costs: pairing and a request over a line of 40 ms each way, counted in round trips beside a bare
//! echo on the same line; and what relationships cost that rest. `cargo bench -p regie-tests --bench lines`.

use std::time::{Duration, Instant};

use regie::network::{Address, Endpoint, NetworkEvent, Way};
use regie::person::verbs;
use regie_protocol::{Access, Keypair, Purpose};
use regie_tests::{
    Node,
    crowd::{Crowd, Member},
    pairing, resident, until,
    wire::{Carried, counted, slow},
};
use serde_json::json;

/// What each way takes on the slow line.
const LATENCY: Duration = Duration::from_millis(40);
/// Relationships that rest.
const SUPPLIERS: usize = 200;
/// Visits to each of which the bytes are counted.
const VISITS: u64 = 3;
/// How long the resting node is watched.
const WATCHED: Duration = Duration::from_secs(60);
const DAY_S: f64 = 86_400.0;

fn main() {
    over_a_slow_line();
    at_rest();
}

fn trips(took: Duration) -> f64 {
    took.as_secs_f64() / (2.0 * LATENCY.as_secs_f64())
}

fn port(address: &str) -> u16 {
    address.split('/').nth(4).and_then(|port| port.parse().ok()).expect("a port")
}

/// The address of a wire before this one.
fn behind(address: &str, wire: &dyn Fn(u16) -> u16) -> String {
    format!("/ip4/127.0.0.1/tcp/{}", wire(port(address)))
}

fn over_a_slow_line() {
    let (dialled, echoed) = echo();
    println!("over a line of {} ms each way, in round trips:", LATENCY.as_millis());
    println!("{:<44} {:>6.1}", "  a bare connection, encrypted", trips(dialled));
    println!("{:<44} {:>6.1}", "  a bare echo on it", trips(echoed));
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "open");
    person.start();
    person.set("name.full", "Anna Bakker");
    let crowd = Crowd::behind(&["Shop".into()], &|address| behind(address, &|port| slow(port, LATENCY)));
    let member = &crowd.members()[0];
    let begun = Instant::now();
    pair(&person, member);
    println!("{:<44} {:>6.1}", "  a pairing", trips(begun.elapsed()));
    until("its line is held", || person.ask(&verbs::Status {})["suppliers"][0]["connected"] == json!(true));
    // The line's first words are said.
    std::thread::sleep(4 * LATENCY);
    let times = (0..9).map(|_| {
        let begun = Instant::now();
        member.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, "for the parcel");
        while member.unanswered() > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        begun.elapsed()
    });
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    println!("{:<44} {:>6.1}", "  a request on a line that is held", trips(times[times.len() / 2]));
}

/// How long a connection and an echo take between two endpoints of the network layer alone.
fn echo() -> (Duration, Duration) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (listener, dialler) = (Keypair::from_secret(&[8; 32]), Keypair::from_secret(&[9; 32]));
        let listen: Vec<Address> = vec!["/ip4/127.0.0.1/tcp/0".parse().expect("an address")];
        let way = Way::default();
        let (server, mut events) = Endpoint::start(listener.expose_secret(), &listen, &way).await.expect("listens");
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if let NetworkEvent::Frame(_, frame, responder) = event {
                    responder.reply_bytes(frame);
                }
            }
        });
        let there = behind(&server.addresses()[0].to_string(), &|port| slow(port, LATENCY));
        let (client, _own) = Endpoint::start(dialler.expose_secret(), &[], &way).await.expect("starts");
        let begun = Instant::now();
        let peer = *listener.public().as_bytes();
        client.connect(peer, &[there.parse().expect("an address")], None).await.expect("connected");
        let dialled = begun.elapsed();
        client.exchange_bytes(peer, vec![7; 200]).await.expect("answered");
        let begun = Instant::now();
        client.exchange_bytes(peer, vec![7; 200]).await.expect("answered");
        (dialled, begun.elapsed())
    })
}

fn pair(person: &Node, member: &Member) {
    person.ask(&pairing(&member.invite()));
}

/// Many relationships with which nothing is going on: what a visit carries, and what the node needs meanwhile.
fn at_rest() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "careful");
    let run = |person: &mut Node, spread: u64| {
        let mut process = person.process(&["--json", "run"]);
        process.env("REGIE_HELD_LINES", "0").env("REGIE_SPREAD_SECONDS", spread.to_string());
        process.stderr(std::process::Stdio::null());
        person.start_process(process);
    };
    run(&mut person, 0);
    let names: Vec<String> = (0..SUPPLIERS).map(|number| format!("Supplier {number}")).collect();
    let carried = Carried::default();
    let wire = |port| counted(port, Duration::ZERO, carried.clone());
    let crowd = Crowd::behind(&names, &|address| behind(address, &wire));
    for member in crowd.members() {
        pair(&person, member);
    }
    let connected = |person: &Node| person.ask(&verbs::Overview {})["connected"] == json!(0);
    until("all visits are over", || connected(&person));
    // A start visits everybody once: so visits are made, and what they carry is counted.
    let (bytes, visits) = (carried.bytes(), carried.connections());
    for _ in 0..VISITS {
        person.stop();
        let before = carried.connections();
        run(&mut person, 5);
        until("all were visited", || carried.connections() >= before + SUPPLIERS as u64);
        until("all visits are over", || connected(&person));
    }
    let visit = (carried.bytes() - bytes) as f64 / (carried.connections() - visits) as f64;
    println!("\n{SUPPLIERS} relationships with which nothing is going on, visited once an hour:");
    println!("{:<44} {:>9.1} KB", "  a visit carries", visit / 1e3);
    println!("{:<44} {:>9.1} MB", "  in a day", visit * SUPPLIERS as f64 * 24.0 / 1e6);
    let before = (switches(person.pid()), ticks(person.pid()));
    std::thread::sleep(WATCHED);
    let after = (switches(person.pid()), ticks(person.pid()));
    let each_second = |count: u64| count as f64 / WATCHED.as_secs_f64();
    println!("{:<44} {:>9.1}", "  wake-ups a second between visits", each_second(after.0 - before.0));
    // The kernel counts processor time in hundredths of a second.
    let processor = each_second(after.1 - before.1) / 100.0;
    println!("{:<44} {:>9.1} s", "  processor time in a day, between visits", processor * DAY_S);
    println!("{:<44} {:>9.1} MiB", "  memory", resident(person.pid()) as f64 / f64::from(1 << 20));
}

/// How often the process's threads gave the processor away of themselves: each is a wake-up.
fn switches(pid: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    let of = |task: std::fs::DirEntry| {
        let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or_default()
    };
    tasks.flatten().map(of).sum()
}

fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let after = stat.rsplit(") ").next().unwrap_or_default();
    after.split(' ').skip(11).take(2).filter_map(|count| count.parse::<u64>().ok()).sum()
}
