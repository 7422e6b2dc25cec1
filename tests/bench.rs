//! `cargo bench -p regie-tests`: what the parts cost beside what they can't cost less than, as ratios measured in one run.
//!
//! In: nothing, or the names of parts. Out: a table. Each line is the median of many rounds; a ratio's two sides are measured in
//! turn, round by round, so that a busy machine slows both.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use ed25519_dalek::{Signer as _, SigningKey};
use regie::command::Reading;
use regie::person::verbs;
use regie::{
    network::{Endpoint, NetworkEvent, Way},
    person,
    store::{Batch, KdfCost, Key, Passphrase, Store, TableId},
};
use regie_protocol::{
    Access, Agreement, AskedPath, Bounds, Chain, Days, Grant, GrantState, Keypair, Nonce, ObjectId, Policy, Purpose,
    RootSeed, Scope, Timestamp, Used, Verified, VerifiedGrant,
    audit::{self, Entry, Event},
    decision,
    merkle::Frontier,
    message::{PersonReply, ToPerson},
    policy::Terms,
    wire,
};
use regie_tests::{granting, pairing, paper_supplier::PaperSupplier, setting};

const NOW: Timestamp = Timestamp(1_800_000_000_000);
/// Sequential requests measured; each grant allows 60 an hour.
const REQUESTS: usize = 480;

fn main() {
    println!("{:<58} {:>12} {:>12} {:>8}", "", "ours", "beside", "ratio");
    let parts: [(&str, fn()); 8] = [
        ("grants", grants),
        ("decisions", decisions),
        ("appends", appends),
        ("durable", durable),
        ("requests", requests),
        ("pages", pages),
        ("findings", findings),
        ("day-one", day_one),
    ];
    let named: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (_, part) in parts.iter().filter(|(name, _)| named.is_empty() || named.iter().any(|word| word == name)) {
        part();
    }
}

fn grants() {
    let (grant, person, supplier) = grant();
    let chain = Chain { grant: grant.signed().clone(), links: Vec::new() };
    let signing = SigningKey::from_bytes(&[1; 32]);
    let (body, key) = (vec![7u8; grant.signed().parts().0.len()], signing.verifying_key());
    let signature = signing.sign(&body);
    compare(
        "check a grant | one strict ed25519 verification",
        400,
        || drop(VerifiedGrant::check(&chain, &person, &supplier).expect("holds")),
        || key.verify_strict(&body, &signature).expect("holds"),
    );
}

/// An export of 2,000 logins, and ten years of statements with 30,000 payments to 250 payees.
fn exports() -> [Vec<u8>; 2] {
    let login = |n: usize| {
        format!(
            r#"{{"type":1,"name":"Service {n}","login":{{"uris":[{{"uri":"https://www.service-{n}.com/login"}}],"username":"anna","password":"p"}}}}"#
        )
    };
    let logins = format!("{{\"items\":[{}]}}", (0..2_000).map(login).collect::<Vec<_>>().join(","));
    let mut rows = "Datum;Naam / Omschrijving;Tegenrekening;Af Bij;Bedrag (EUR);Mededelingen\n".to_owned();
    for n in 0..30_000 {
        let (year, month, payee) = (2015 + n / 3_000, n / 250 % 12 + 1, n % 250);
        rows += &format!("{year}{month:02}05;Payee {payee} BV;NL{payee:016};Af;{},{:02};x\n", 10 + payee, n % 7);
    }
    [logins.into_bytes(), rows.into_bytes()]
}

/// What they tell of, beside reading their characters once.
fn findings() {
    let both = exports();
    let counts = both.clone().map(|bytes| regie::find::read(bytes.into(), None).expect("read").counts());
    assert_eq!(counts, [(2_000, 0), (0, 30_000)]);
    compare(
        "find by 2,000 logins, 30,000 payments | read as text",
        10,
        || {
            let read = both.clone().map(|bytes| regie::find::read(bytes.into(), None).expect("read"));
            assert_eq!(regie::find::gather(read.into()).len(), 2_250);
        },
        || both.iter().for_each(|bytes| assert!(std::str::from_utf8(bytes).expect("text").chars().count() > 100)),
    );
}

fn decisions() {
    let (grant, person, supplier) = grant();
    let chain = Chain { grant: grant.signed().clone(), links: Vec::new() };
    let verified = VerifiedGrant::check(&chain, &person, &supplier).expect("holds");
    let asked: BTreeSet<AskedPath> =
        ["name.full", "address.street", "email", "birthDate", "income.annual", "no.such", "url", "language"]
            .iter()
            .map(|text| text.parse().expect("a path"))
            .collect();
    let policy = Policy::preset("open").expect("a preset");
    let terms = Terms {
        supplier: &supplier,
        sector: "retail",
        agreement: Agreement::SdBase,
        purpose: Purpose::DeliveryOfGoods,
        retention: Days(30),
        delegations: 0,
        is_known: true,
    };
    let wanted = decision::Wanted { access: Access::Read, now: NOW, until: NOW.plus_days(Days(30)) };
    let signing = SigningKey::from_bytes(&[1; 32]);
    let (key, signature) = (signing.verifying_key(), signing.sign(b"x"));
    compare(
        "decide 8 fields, 19 rules | one strict ed25519 verification",
        400,
        || {
            let live = [verified.live(&Nothing, NOW).expect("live")];
            std::hint::black_box(decision::decide(&asked, &terms, &live, &[], &BTreeSet::new(), &policy, wanted));
        },
        || key.verify_strict(b"x", &signature).expect("holds"),
    );
}

fn appends() {
    let mut frontier = Frontier::default();
    let entry = entry();
    let bytes = wire::encode(&entry).expect("encodes");
    compare(
        "append an entry in memory | encode it",
        2_000,
        || drop(audit::append(&mut frontier, &entry).expect("appended")),
        || drop(std::hint::black_box(wire::encode(&entry).expect("encodes"))),
    );
    drop(bytes);
}

/// The personal log.
const LOG: TableId = TableId::new(13, "personal_log", false);

fn durable() {
    let directory = tempfile::tempdir().expect("a directory");
    let passphrase = Passphrase::new("bench".to_owned());
    let mut store = Store::create(directory.path(), &person::SCHEMA, &passphrase, KdfCost::CHEAPEST).expect("created");
    let value = wire::encode(&entry()).expect("encodes");
    let mut number = 0;
    let mut commit = |entries: u64| {
        let mut batch = Batch::new();
        for _ in 0..entries {
            batch.put_row(LOG, Key::index(number), value.clone());
            number += 1;
        }
        store.commit(batch).expect("durable");
    };
    let (mut single, mut group) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        single.push(time(|| commit(1)));
        group.push(time(|| commit(64)) / 64);
    }
    line("a durable entry: 64 in a commit | one in a commit", median(group), median(single));
}

fn requests() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let directory = tempfile::tempdir().expect("a directory");
    let passphrase = Passphrase::new("bench".to_owned());
    let mut store = Store::create(directory.path(), &person::SCHEMA, &passphrase, KdfCost::CHEAPEST).expect("created");
    let seed = RootSeed::from_entropy([5; 32]);
    person::initialise(&mut store, &seed, Policy::preset("balanced").expect("a preset")).expect("initialised");
    let measured = runtime.block_on(async {
        let (events, _end) = person::start(store, person::Travel::default()).expect("started");
        let desk = person::Desk::new(events.clone(), std::sync::Arc::new(person::verbs::NoPages));
        let set = setting("name.full", "Anna Bakker");
        desk.ask(set).await.expect("done");
        let supplier = PaperSupplier::open([66; 32]).await;
        desk.ask(pairing(&supplier.link)).await.expect("paired");
        let supplier = tokio::task::spawn_blocking(|| supplier.paired()).await.expect("paired");
        for _ in 0..REQUESTS / 60 + 2 {
            let grant = verbs::Grant {
                days: Days(1),
                retention: Days(1),
                ..granting(&supplier.key.public().to_string(), "name.full", "DeliveryOfGoods", Reading::Read)
            };
            desk.ask(grant).await.expect("done");
        }
        while !desk.ask(verbs::Status {}).await.is_ok_and(|status| status.suppliers[0].connected) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        measure(&supplier).await
    });
    let Measured { request, echo, commit, crypto } = measured;
    line("a request and its disclosure | a bare libp2p echo of its size", request, echo);
    line("the commit of a request | two verifications, two signatures", commit, crypto);
    line("a request and its disclosure | echo, crypto and a raw commit", request, echo + commit + crypto);
    runtime.shutdown_background();
}

/// First bytes to last of each page, for a person with 2,000 suppliers and 100,000 entries, beside a small file of
/// the same server.
/// A node of so many suppliers and log entries, with its pages.
struct Served {
    runtime: tokio::runtime::Runtime,
    desk: person::Desk,
    to: std::net::SocketAddr,
    cookie: String,
    _home: tempfile::TempDir,
}

impl Served {
    fn start(suppliers: usize, entries: u64) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let home = directory.path().join("person");
        regie_tests::scale::person_home(&home, "bench", suppliers, entries);
        let begun = Instant::now();
        let store = Store::open(&home, &person::SCHEMA, &Passphrase::new("bench".to_owned())).expect("opened");
        let opened = begun.elapsed();
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (desk, link) = runtime.block_on(async {
            let (events, _end) = person::start(store, person::Travel::default()).expect("started");
            println!(
                "{:<58} {:>12} {:>12}",
                "start: open the store | all",
                format!("{opened:.1?}"),
                format!("{:.1?}", begun.elapsed())
            );
            let desk = person::Desk::new(events, std::sync::Arc::new(person::verbs::NoPages));
            let doors = std::sync::Arc::new(regie::dashboard::Doors::default());
            let page =
                regie::dashboard::listen(([127, 0, 0, 1], 0).into(), home.clone(), doors).await.expect("listens");
            let link = page.link();
            let page = page.of(desk.clone()).await.expect("the node is there");
            tokio::spawn(page.serve());
            (desk, link)
        });
        let (to, cookie) = regie_tests::http::enter(&link);
        Self { runtime, desk, to, cookie, _home: directory }
    }

    fn get(&self, path: &str) -> usize {
        let answer = regie_tests::http::send(self.to, "GET", path, &[("Cookie", &self.cookie)], "");
        assert_eq!(answer.status, 200, "{path}");
        answer.bytes.len()
    }

    fn ask<V: regie::verb::Conduct<person::Desk>>(&self, verb: V) -> V::Answer {
        self.runtime.block_on(self.desk.ask(verb)).expect("an answer")
    }

    /// Each page, beside a small file of the same server.
    fn measure(&self, paths: &[&str]) {
        for path in paths {
            let (mut ours, mut small) = (Vec::new(), Vec::new());
            for _ in 0..15 {
                ours.push(time(|| assert!(self.get(path) > 0)));
                small.push(time(|| assert!(self.get("/assets/live.js") > 0)));
            }
            line(&format!("page {path} ({} KiB) | a small file", self.get(path) / 1024), median(ours), median(small));
        }
    }
}

/// What is found on a first day, looked at and entered, beside the same as text; then the pages that show it: 1,000 suppliers,
/// 2,250 organisations, 250 contracts of theirs and 50 that were typed.
fn day_one() {
    let served = Served::start(1_000, 10_000);
    let findings =
        regie::find::gather(exports().map(|bytes| regie::find::read(bytes.into(), None).expect("read")).into());
    let as_text = || assert!(serde_json::to_string(&findings).expect("JSON").len() > 1_000);
    served.measure(&["/", "/contracts", "/find"]);
    compare(
        "look at 2,250 findings | write them as text",
        10,
        || {
            let findings = findings.clone();
            assert_eq!(served.ask(verbs::FindSuppliers { findings }).candidates.len(), 2_250);
        },
        as_text,
    );
    let enter = || verbs::EnterFindings { contracts: (0..findings.len()).collect(), findings: findings.clone() };
    let mut entered = None;
    let first = time(|| entered = Some(served.ask(enter())));
    assert_eq!(entered.map(|sum| (sum.entered, sum.contracts)), Some((2_250, 250)));
    line("enter 2,250 with 250 contracts, once | write as text", first, time(as_text));
    compare("enter them again | write them as text", 10, || assert_eq!(served.ask(enter()).unchanged, 2_250), as_text);
    for n in 0..50 {
        let contract = serde_json::json!({
            "party": format!("Party {n}"), "product": "Typed", "charge": { "amount": 1_000 + n, "currency": "EUR", "every": "P1M" },
            "start": "2020-01-01", "term": "P1Y", "extension": { "again": "P1Y" },
            "notice": { "period": "P1M", "to": "term_end" }
        });
        let contract = serde_json::from_value(contract).expect("a contract");
        served.ask(verbs::SetContract { id: None, contract });
    }
    assert_eq!(served.ask(verbs::Contracts {}).contracts.len(), 300);
    served.measure(&["/", "/contracts", "/find"]);
    served.runtime.shutdown_background();
}

fn pages() {
    let served = Served::start(2_000, 100_000);
    let paths = [
        "/",
        "/requests",
        "/suppliers",
        "/suppliers?q=1999",
        "/data",
        "/data/email",
        "/defaults",
        "/audit",
        "/security",
    ];
    served.measure(&paths);
    served.runtime.shutdown_background();
}

/// Medians of one run.
struct Measured {
    request: Duration,
    echo: Duration,
    commit: Duration,
    crypto: Duration,
}

/// A value of so many bytes, durable in a bare redb on the same disk: what a request and its log entries come to.
const RAW_BYTES: usize = 2 * 1024;
const RAW: redb::TableDefinition<'_, u64, &[u8]> = redb::TableDefinition::new("raw");

/// Requests one after the other, each followed by an echo with frames of the same two sizes, by a durable commit of a
/// bare redb, and by the signatures that a request costs.
async fn measure(supplier: &PaperSupplier) -> Measured {
    let (mut requests, mut echoes, mut commits, mut signatures) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let directory = tempfile::tempdir().expect("a directory");
    let raw = redb::Database::create(directory.path().join("raw")).expect("created");
    let commit = |number: u64| {
        let write = raw.begin_write().expect("begun");
        write.open_table(RAW).expect("a table").insert(number, vec![7; RAW_BYTES].as_slice()).expect("inserted");
        write.commit().expect("durable");
    };
    let signing = SigningKey::from_bytes(&[1; 32]);
    let (key, signature) = (signing.verifying_key(), signing.sign(&[7; 400]));
    let crypto = || {
        for _ in 0..2 {
            key.verify_strict(&[7; 400], &signature).expect("holds");
            std::hint::black_box(signing.sign(&[7; 400]));
        }
    };
    let mut bare: Option<Endpoint> = None;
    let peer = *Keypair::from_secret(&[8; 32]).public().as_bytes();
    for n in 0..REQUESTS {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&(n as u64).to_be_bytes());
        let request = supplier.request(regie::clock::wall(), id);
        let frame = wire::encode(&ToPerson::Request(supplier.sign(&request))).expect("encodes");
        let sent = frame.len();
        let begun = Instant::now();
        let reply = supplier.endpoint.exchange_bytes(*supplier.person.as_bytes(), frame).await.expect("answered");
        requests.push(begun.elapsed());
        let size = reply.len();
        let PersonReply::Answer(disclosure) = wire::decode(&reply, 300_000).expect("a reply") else {
            panic!("request {n} was refused");
        };
        assert_eq!(supplier.say(&supplier.acknowledge(disclosure.id())).await, PersonReply::Noted);
        if bare.is_none() {
            bare = Some(echo_pair(size).await);
        }
        let echo = bare.as_ref().expect("made");
        let begun = Instant::now();
        echo.exchange_bytes(peer, vec![1; sent]).await.expect("answered");
        echoes.push(begun.elapsed());
        commits.push(tokio::task::block_in_place(|| time(|| commit(n as u64))));
        signatures.push(time(crypto));
    }
    Measured { request: median(requests), echo: median(echoes), commit: median(commits), crypto: median(signatures) }
}

/// An endpoint connected to one that answers every frame with `size` bytes.
async fn echo_pair(size: usize) -> Endpoint {
    let listen = ["/ip4/127.0.0.1/tcp/0".parse().expect("an address")];
    let (server, mut events) =
        Endpoint::start(Keypair::from_secret(&[8; 32]).expose_secret(), &listen, &Way::default())
            .await
            .expect("started");
    let addresses = server.addresses();
    std::thread::spawn(move || {
        let _server = server;
        while let Some(event) = events.blocking_recv() {
            if let NetworkEvent::Frame(_, _, responder) = event {
                responder.reply_bytes(vec![2; size]);
            }
        }
    });
    let (client, own) =
        Endpoint::start(Keypair::from_secret(&[9; 32]).expose_secret(), &[], &Way::default()).await.expect("started");
    std::mem::forget(own);
    client.connect(*Keypair::from_secret(&[8; 32]).public().as_bytes(), &addresses, None).await.expect("connected");
    client
}

fn grant() -> (Verified<Grant>, regie_protocol::PublicKey, regie_protocol::PublicKey) {
    let (person, supplier) = (Keypair::from_secret(&[2; 32]), Keypair::from_secret(&[3; 32]));
    let bounds = Bounds {
        per_hour: 60,
        uses: None,
        not_before: NOW,
        expires: NOW.plus_days(Days(365)),
        retention: Days(30),
        delegations: 0,
    };
    let fields = ["name.full", "group:address"].iter().map(|text| text.parse().expect("a selector")).collect();
    let scope = Scope { fields, purposes: BTreeSet::from([Purpose::ServiceProvision]), access: Access::Read, bounds };
    let grant = Grant {
        issuer: person.public(),
        audience: supplier.public(),
        scope,
        agreement: Agreement::SdBase,
        nonce: Nonce([4; 16]),
    };
    (Verified::sign(grant, &person).expect("signed"), person.public(), supplier.public())
}

fn entry() -> Entry {
    let event = Event::Answered {
        request: Some(Nonce([1; 16])),
        released: BTreeMap::new(),
        absent: BTreeSet::new(),
        asked: BTreeMap::from([("birthDate".parse().expect("a path"), "no rule".to_owned())]),
        refused: BTreeMap::new(),
    };
    Entry { at: NOW, salt: Nonce([2; 16]), event }
}

struct Nothing;

impl GrantState for Nothing {
    fn revoked(&self, _: &ObjectId) -> bool {
        false
    }
    fn used(&self, _: &ObjectId, _: Timestamp) -> Used {
        Used::default()
    }
}

fn compare(what: &str, rounds: usize, mut ours: impl FnMut(), mut beside: impl FnMut()) {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        first.push(time(&mut ours));
        second.push(time(&mut beside));
    }
    line(what, median(first), median(second));
}

fn line(what: &str, ours: Duration, beside: Duration) {
    let ratio = ours.as_secs_f64() / beside.as_secs_f64().max(f64::MIN_POSITIVE);
    println!("{what:<58} {:>12} {:>12} {ratio:>8.2}", format!("{ours:.1?}"), format!("{beside:.1?}"));
}

fn time(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
