//! `cargo bench -p regie-tests --bench load`: how much one person's node answers, and what it costs to be there.
//!
//! In: nothing. Out: for 1, 16, 64 and 256 requests in flight at a node in a process of its own: the requests a second,
//! beside what the signatures of a request alone would allow on one core; what the node's process used of the
//! processor, and how much of that the signatures are; p50 and p99. Then how long the
//! owner waits meanwhile, and what a request can't cost a node less than; the memory and the start of a process with 200
//! relationships and 100,000 entries. The suppliers run in this process, on the same cores.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ed25519_dalek::{Signer as _, SigningKey};
use regie::command::Reading;
use regie::person::verbs;
use regie::{
    network::{Endpoint, NetworkEvent, Way},
    store::{Passphrase, Store},
};
use regie_protocol::{
    Days, Keypair,
    message::{PersonReply, ToPerson},
    wire,
};
use regie_tests::{Node, granting, pairing, paper_supplier::PaperSupplier, until};
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// Suppliers that share the requests; one may ask 600 times an hour.
const SUPPLIERS: usize = 32;
/// In flight, and how many are asked in all.
const LEVELS: [(usize, u64); 4] = [(1, 300), (16, 2_000), (64, 4_000), (256, 4_000)];
/// Exchanges that are measured where nothing is said in them.
const EXCHANGES: usize = 12_800;
/// Grants a supplier gets; each allows 60 uses an hour.
const GRANTS: usize = 8;

fn main() {
    load();
    floor();
    presence();
}

fn load() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let directory = tempfile::tempdir().expect("a directory");
    let mut node = Node::person(directory.path().join("person"), "balanced");
    node.start();
    let suppliers = suppliers(&node, &runtime);
    let alone = signatures();
    println!("signatures of one request alone: {:.0} a second on one core", 1.0 / alone.as_secs_f64());
    println!(
        "{:>9} {:>10} {:>12} {:>14} {:>12} {:>10} {:>10}",
        "in flight", "a second", "of the floor", "node's CPU", "signatures", "p50", "p99"
    );
    let number = Arc::new(AtomicU64::new(0));
    for (in_flight, requests) in LEVELS {
        let frames = frames(&suppliers, number.load(Ordering::SeqCst), requests);
        let (begun, used) = (Instant::now(), processor_time(node.pid()));
        let mut times = runtime.block_on(level(&suppliers, in_flight, frames, &number));
        let each_second = times.len() as f64 / begun.elapsed().as_secs_f64();
        let used = (processor_time(node.pid()) - used) / times.len() as u32;
        times.sort_unstable();
        let at = |share: usize| format!("{:.1?}", times[(times.len() - 1) * share / 100]);
        let share = |part: f64| format!("{:.0} %", part * 100.0);
        println!(
            "{in_flight:>9} {each_second:>10.0} {:>12} {:>14} {:>12} {:>10} {:>10}",
            share(each_second * alone.as_secs_f64()),
            format!("{used:.0?}"),
            share(alone.as_secs_f64() / used.as_secs_f64()),
            at(50),
            at(99)
        );
    }
    let rests = owner(&node, 200);
    let frames = frames(&suppliers, number.load(Ordering::SeqCst), 4_000);
    let flood = std::thread::scope(|scope| {
        let flood = scope.spawn(|| runtime.block_on(level(&suppliers, 256, frames, &number)));
        let mut times = Vec::new();
        while !flood.is_finished() {
            times.extend(owner(&node, 1));
        }
        times
    });
    for (what, mut times) in [("at rest", rests), ("beside 256 requests in flight", flood)] {
        times.sort_unstable();
        let at = |share: usize| times[(times.len() - 1) * share / 100];
        println!("the owner asks how it stands, {what}: p50 {:.1?}, p99 {:.1?}", at(50), at(99));
    }
    runtime.shutdown_background();
}

/// How long the owner waits for an answer, so many times one after the other.
fn owner(node: &Node, times: usize) -> Vec<Duration> {
    let ask = |_| {
        let begun = Instant::now();
        node.ask(&verbs::Status {});
        begun.elapsed()
    };
    (0..times).map(ask).collect()
}

/// What a request can't cost a node less than in processor time, with libp2p and redb as they are: its signatures, two
/// exchanges of frames that say nothing, and its rows in a bare database, sixteen requests a commit.
fn floor() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (signatures, exchanges, rows) = (signatures(), runtime.block_on(exchanges()), rows());
    let sum = signatures + exchanges + rows;
    println!(
        "signatures {signatures:.0?}, two bare exchanges {exchanges:.0?}, rows of a bare redb {rows:.0?}: {sum:.0?}"
    );
    println!("of that the signatures are {:.0} %", signatures.as_secs_f64() / sum.as_secs_f64() * 100.0);
}

/// One side's processor time for two exchanges, with 64 in flight on 32 connections.
async fn exchanges() -> Duration {
    let (mut pairs, key) = (Vec::new(), |n: u8| Keypair::from_secret(&[n; 32]));
    for n in 0..SUPPLIERS as u8 {
        let listen = ["/ip4/127.0.0.1/tcp/0".parse().expect("an address")];
        let (server, mut asked) =
            Endpoint::start(key(100 + n).expose_secret(), &listen, &Way::default()).await.expect("started");
        let addresses = server.addresses();
        tokio::spawn(async move {
            let _server = server;
            while let Some(event) = asked.recv().await {
                if let NetworkEvent::Frame(_, _, responder) = event {
                    responder.reply_bytes(vec![2; 500]);
                }
            }
        });
        let (client, own) = Endpoint::start(key(200 + n).expose_secret(), &[], &Way::default()).await.expect("started");
        let peer = *key(100 + n).public().as_bytes();
        client.connect(peer, &addresses, None).await.expect("connected");
        pairs.push((client, peer, own));
    }
    let own = std::process::id();
    let used = processor_time(own);
    let lanes: Vec<_> = (0..64)
        .map(|lane: usize| {
            let (client, peer, _) = &pairs[lane % pairs.len()];
            let (client, peer) = (client.clone(), *peer);
            tokio::spawn(async move {
                for _ in 0..EXCHANGES / 64 {
                    client.exchange_bytes(peer, vec![1; 500]).await.expect("answered");
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.expect("ran");
    }
    // Two sides, and two exchanges a request.
    (processor_time(own) - used) / EXCHANGES as u32
}

/// The processor time of a request's rows: ten small ones and one that is put and later taken out again.
fn rows() -> Duration {
    const TABLES: [&str; 6] = ["seen", "used", "known", "entries", "personal", "heads"];
    let table = |name| redb::TableDefinition::<&[u8], &[u8]>::new(name);
    let directory = tempfile::tempdir().expect("a directory");
    let raw = redb::Database::create(directory.path().join("raw")).expect("created");
    let key = |number: u64, row: u64| Sha256::digest((number * 16 + row).to_be_bytes());
    let (own, requests) = (std::process::id(), 4_000u64);
    let used = processor_time(own);
    for first in (0..requests).step_by(16) {
        let write = raw.begin_write().expect("begun");
        for row in 0..10 {
            let mut rows = write.open_table(table(TABLES[row as usize % TABLES.len()])).expect("a table");
            for number in first..first + 16 {
                rows.insert(key(number, row).as_slice(), [7; 250].as_slice()).expect("inserted");
            }
        }
        let mut outbox = write.open_table(table("outbox")).expect("a table");
        for number in first..first + 16 {
            outbox.insert(key(number, 11).as_slice(), [7; 1_000].as_slice()).expect("inserted");
            if let Some(before) = number.checked_sub(16) {
                outbox.remove(key(before, 11).as_slice()).expect("removed");
            }
        }
        drop(outbox);
        write.commit().expect("durable");
    }
    (processor_time(own) - used) / requests as u32
}

/// What a process has used of the processor so far, in steps of 10 ms.
fn processor_time(pid: u32) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    // User and system time are the 14th and 15th column, in hundredths of a second; the name may hold anything.
    let columns = text.rsplit_once(')').expect("a name").1.split_whitespace().skip(11);
    let ticks: u64 = columns.take(2).map(|column| column.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(ticks * 10)
}

/// What a request needs of ed25519 at the person's node: the request and the acknowledgement are verified, the
/// disclosure and the log's head are signed.
fn signatures() -> Duration {
    let key = SigningKey::from_bytes(&[1; 32]);
    let (body, public) = (vec![7u8; 400], key.verifying_key());
    let signature = key.sign(&body);
    let mut times: Vec<Duration> = (0..400)
        .map(|_| {
            let begun = Instant::now();
            for _ in 0..2 {
                public.verify_strict(&body, &signature).expect("holds");
                std::hint::black_box(key.sign(&body));
            }
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// Suppliers, each paired with the running node, with grants for all that will be asked.
fn suppliers(node: &Node, runtime: &tokio::runtime::Runtime) -> Vec<Arc<PaperSupplier>> {
    node.set("name.full", "Anna Bakker");
    let mut all = Vec::new();
    for number in 0..SUPPLIERS {
        let supplier = runtime.block_on(PaperSupplier::open([60 + number as u8; 32]));
        node.ask(&pairing(&supplier.link));
        let supplier = supplier.paired();
        for _ in 0..GRANTS {
            node.ask(&verbs::Grant {
                days: Days(1),
                retention: Days(1),
                ..granting(&supplier.key.public().to_string(), "name.full", "DeliveryOfGoods", Reading::Read)
            });
        }
        all.push(Arc::new(supplier));
    }
    until("they are connected", || {
        let status = node.ask(&verbs::Status {});
        let rows = status["suppliers"].as_array().cloned().unwrap_or_default();
        rows.iter().all(|row| row["connected"] == json!(true))
    });
    // The lines that pairing was done on are closing.
    std::thread::sleep(Duration::from_millis(500));
    all
}

/// So many requests, signed beforehand: what that costs is no cost of the node's. Who asks goes round.
fn frames(all: &[Arc<PaperSupplier>], first: u64, requests: u64) -> Vec<Vec<u8>> {
    let frame = |number: u64| {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        let supplier = &all[number as usize % all.len()];
        let request = supplier.sign(&supplier.request(regie::clock::wall(), id));
        wire::encode(&ToPerson::Request(request)).expect("encodes")
    };
    (first..first + requests).map(frame).collect()
}

/// Asks with so many in flight; the time of each from the first byte to the answer.
async fn level(
    all: &[Arc<PaperSupplier>],
    in_flight: usize,
    frames: Vec<Vec<u8>>,
    number: &Arc<AtomicU64>,
) -> Vec<Duration> {
    let first = number.load(Ordering::SeqCst);
    let (last, frames) = (first + frames.len() as u64, Arc::new(frames));
    let lanes = (0..in_flight).map(|_| {
        let (all, frames, number) = (all.to_vec(), Arc::clone(&frames), Arc::clone(number));
        tokio::spawn(async move {
            let mut times = Vec::new();
            loop {
                let own = number.fetch_add(1, Ordering::SeqCst);
                if own >= last {
                    return times;
                }
                let frame = frames[(own - first) as usize].clone();
                times.push(once(&all[own as usize % all.len()], frame).await);
            }
        })
    });
    let mut times = Vec::new();
    for lane in lanes.collect::<Vec<_>>() {
        times.extend(lane.await.expect("ran"));
    }
    number.store(last, Ordering::SeqCst);
    times
}

async fn once(supplier: &PaperSupplier, frame: Vec<u8>) -> Duration {
    let begun = Instant::now();
    let reply = supplier.endpoint.exchange_bytes(*supplier.person.as_bytes(), frame).await.expect("answered");
    let took = begun.elapsed();
    let PersonReply::Answer(disclosure) = wire::decode(&reply, 300_000).expect("a reply") else {
        panic!("a request was refused");
    };
    assert_eq!(supplier.say(&supplier.acknowledge(disclosure.id())).await, PersonReply::Noted);
    took
}

/// A process of its own, with 200 relationships and 100,000 entries.
fn presence() {
    let directory = tempfile::tempdir().expect("a directory");
    let home = directory.path().join("person");
    regie_tests::scale::person_home(&home, "test passphrase", 200, 100_000);
    let begun = Instant::now();
    let store =
        Store::open(&home, &regie::person::SCHEMA, &Passphrase::new("test passphrase".to_owned())).expect("opened");
    println!("opening the store alone, with its passphrase: {:.1?}", begun.elapsed());
    store.close().expect("closed");
    // Building it is not starting it.
    regie_tests::binary();
    let mut node = Node::at(home);
    let begun = Instant::now();
    node.start_process(node.process(&["--json", "run"]));
    println!("from exec to the first answer: {:.1?}", begun.elapsed());
    let text = std::fs::read_to_string(format!("/proc/{}/status", node.pid())).expect("it runs");
    for line in text.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM")) {
        println!("{line}");
    }
}
