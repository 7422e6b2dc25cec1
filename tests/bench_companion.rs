//! `cargo bench -p regie-tests --bench companion`: what one companion carries, beside what a bare libp2p endpoint carries in the same
//! run. In: `REGIE_BENCH_PERSONS` (10,000 where it is not set; each is two file descriptors). Out: a table.
//!
//! The companion is a process of its own, as it is deployed; the persons are real endpoints in this process, on the
//! same cores. So every figure is of companion and persons together, and so is the bare one beside it.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use regie::supplier::verbs::Pairings;
use regie::{
    clock,
    network::{Address, Endpoint, NetworkEvent, Way},
};
use regie_protocol::{
    Access, Agreement, Days, Invitation, Keypair, Observed, Person, Policy, Provenance, Purpose, Refusal, RootSeed,
    message::{PersonReply, SupplierReply, ToSupplier},
    person::{Input, NewGrant},
    wire,
};
use regie_tests::{
    Node,
    api::Client,
    memory::Memory,
    receiver::{self, Receiver},
    until,
};
use serde_json::json;
use tokio::{sync::mpsc, task::JoinSet};

/// Persons who disclose, and how often each does.
const DISCLOSERS: usize = 64;
const DISCLOSURES: usize = 40;
/// Persons connected at a time while they come.
const AT_ONCE: usize = 64;
/// Connections of the bare endpoint that frames are sent over.
const BARE: usize = 2_000;

fn main() {
    let persons = std::env::var("REGIE_BENCH_PERSONS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let directory = tempfile::tempdir().expect("a directory");
    let mut companion = Node::supplier(directory.path().join("companion"), "Bench", "/ip4/127.0.0.1/tcp/0");
    let config = companion.home.join("config.toml");
    let text = std::fs::read_to_string(&config).expect("a file");
    std::fs::write(&config, format!("webhook_hosts = [\"127.0.0.1\"]\n{text}")).expect("written");
    let client = Client::new(companion.serve_api(), &companion.api_key(false));
    let most = Some(regie_protocol::limits::PAIRINGS_MOST);
    companion.ask(&Pairings { per_invitation: most, in_all: most, per_source: most });
    let link = client.post("/v1/invitations", &json!({ "public": true, "days": 1 })).expect(201);
    let invitation: Invitation = link["link"].as_str().expect("a link").parse().expect("a link");
    let pid = companion.pid();
    let receiver = Receiver::willing();
    let hook = client.post("/v1/webhooks", &json!({ "url": receiver.url })).expect(201);
    let hook = format!("/v1/webhooks/{}", hook["id"].as_str().expect("an id"));
    client.patch(&hook, &json!({ "paused": true })).expect(200);

    let (ours, size) = runtime.block_on(disclose(&invitation));
    let bare = runtime.block_on(bare_in(size));
    line("disclosures taken in, 64 persons", &rate(ours), &rate(bare), ratio(bare, ours));

    let before = resident(pid);
    let crowd = runtime.block_on(pair_all(&invitation, persons));
    let connected = resident(pid);
    line(
        &format!("memory of {persons} connected relationships, none at work"),
        &format!("{} MiB", connected.saturating_sub(before) / 1024),
        &format!("{} KiB each", connected.saturating_sub(before) / persons.max(1) as u64),
        String::new(),
    );
    deliver(&client, &hook, &receiver, persons);
    let told = tell(&client, &crowd, persons);
    let (bare, frame) = runtime.block_on(bare_out(crowd.size()));
    line(
        &format!("a request told to {persons} connected persons ({frame} bytes)"),
        &format!("{told:.1?}"),
        &format!("{:.1?}", bare * u32::try_from(persons).expect("fits") / u32::try_from(BARE).expect("fits")),
        format!("{:.1}", told.as_secs_f64() / (bare.as_secs_f64() * persons as f64 / BARE as f64)),
    );
    drop(crowd);
    runtime.shutdown_background();
    until("all are gone", || client.get("/v1/relationships?limit=1").expect(200)["data"][0]["connected"] == false);
    companion.kill();
    companion.serve_api();
    let idle = resident(companion.pid());
    line(
        &format!("memory after a start with {persons} relationships, none connected"),
        &format!("{} MiB", idle / 1024),
        &format!("{} MiB with 0", before / 1024),
        String::new(),
    );
    println!("store: {} bytes a relationship", bytes(&companion.home) / persons.max(1) as u64);
}

fn line(what: &str, ours: &str, beside: &str, ratio: String) {
    println!("{what:<66} {ours:>14} {beside:>16} {ratio:>8}");
}

fn rate(each: Duration) -> String {
    format!("{:.0}/s", 1.0 / each.as_secs_f64())
}

fn ratio(ours: Duration, beside: Duration) -> String {
    format!("{:.2}", ours.as_secs_f64() / beside.as_secs_f64())
}

/// A person who has paired, with an endpoint that is connected.
struct Customer {
    machine: Person,
    endpoint: Endpoint,
    supplier: regie_protocol::PublicKey,
}

impl Customer {
    async fn pair(invitation: &Invitation) -> (Self, mpsc::Receiver<NetworkEvent>) {
        let policy = Policy::preset("open").expect("a preset");
        let machine = Person::new(RootSeed::from_entropy(clock::random()), policy);
        let supplier = invitation.supplier;
        let secret = machine.pairing_key(&supplier).expose_secret();
        let (endpoint, events) = Endpoint::start(secret, &[], &Way::default()).await.expect("started");
        let at: Vec<Address> = invitation.addresses.iter().map(|text| text.parse().expect("an address")).collect();
        endpoint.connect(*supplier.as_bytes(), &at, None).await.expect("connected");
        let mut customer = Self { machine, endpoint, supplier };
        let SupplierReply::Profile(profile) = customer.say(&ToSupplier::Hello).await else { panic!("no profile") };
        let now = clock::wall();
        let proffer =
            customer.machine.proffer(&supplier, invitation.id, Agreement::SdBase, None, now).expect("proffered");
        let SupplierReply::Paired(acceptance) = customer.say(&ToSupplier::Pair(proffer.clone())).await else {
            panic!("not paired")
        };
        let machine = &mut customer.machine;
        let paired = Input::Paired(&supplier, profile, acceptance, &proffer);
        machine.handle(paired, now, &mut Memory::new(1)).expect("accepted");
        (customer, events)
    }

    async fn say(&self, message: &ToSupplier) -> SupplierReply {
        let frame = wire::encode(message).expect("encodes");
        let reply = self.endpoint.exchange_bytes(*self.supplier.as_bytes(), frame).await.expect("answered");
        wire::decode(&reply, 300_000).expect("a reply")
    }

    /// A subscription and as many changes under it, signed and in order; the frames.
    fn changes(&mut self) -> Vec<Vec<u8>> {
        let now = clock::wall();
        let new = NewGrant {
            supplier: self.supplier,
            fields: ["name.full", "address.street", "email"].map(|text| text.parse().expect("a field")).into(),
            purposes: [Purpose::DeliveryOfGoods].into(),
            access: Access::Subscribe,
            duration: Days(30),
            retention: Days(30),
        };
        let (mut host, names) = (Memory::new(2), ["name.full", "address.street", "email"]);
        for name in names {
            let value = "Lange Nieuwstraat 12".parse().expect("text");
            let observed = Observed { value, provenance: Provenance::Typed, observed: now };
            host.values.insert(name.parse().expect("a field"), observed);
        }
        self.machine.handle(Input::Grant(&new), now, &mut host).expect("granted");
        let mut frames = self.frames();
        for _ in 0..DISCLOSURES {
            let changed: BTreeMap<_, _> = names.map(|text| (text.parse().expect("a field"), true)).into();
            self.machine.handle(Input::FieldChanged(&changed), now, &mut host).expect("told");
            frames.extend(self.frames());
        }
        frames
    }

    fn frames(&mut self) -> Vec<Vec<u8>> {
        let outgoing = self.machine.to_send(&self.supplier, clock::wall());
        outgoing.iter().map(|one| wire::encode(&*one.message).expect("encodes")).collect()
    }
}

/// Persons send disclosures that were made before, each its next one when the last was signed for. The time of one,
/// over all, and the bytes of one.
async fn disclose(invitation: &Invitation) -> (Duration, usize) {
    let mut customers = Vec::new();
    for _ in 0..DISCLOSERS {
        let (mut customer, _events) = Customer::pair(invitation).await;
        let frames = customer.changes();
        customers.push((customer, frames, _events));
    }
    let (count, size) = (customers.iter().map(|(_, frames, _)| frames.len()).sum::<usize>(), customers[0].1[1].len());
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for (customer, frames, events) in customers {
        tasks.spawn(async move {
            let _events = events;
            for frame in frames {
                let reply =
                    customer.endpoint.exchange_bytes(*customer.supplier.as_bytes(), frame).await.expect("answered");
                let reply: SupplierReply = wire::decode(&reply, 300_000).expect("a reply");
                assert!(matches!(reply, SupplierReply::Acknowledged(_)), "{reply:?}");
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("told");
    }
    (begun.elapsed() / u32::try_from(count).expect("fits"), size)
}

/// An endpoint that answers every frame with as many bytes as an acknowledgement has.
async fn bare_server() -> (Endpoint, Vec<Address>, [u8; 32]) {
    let key = Keypair::from_secret(&clock::random());
    let listen = ["/ip4/127.0.0.1/tcp/0".parse().expect("an address")];
    let (server, mut events) = Endpoint::start(key.expose_secret(), &listen, &Way::default()).await.expect("started");
    std::thread::spawn(move || {
        while let Some(event) = events.blocking_recv() {
            if let NetworkEvent::Frame(_, _, responder) = event {
                responder.reply_bytes(vec![1; 200]);
            }
        }
    });
    let addresses = server.addresses();
    (server, addresses, *key.public().as_bytes())
}

async fn bare_client(server: [u8; 32], at: &[Address]) -> (Endpoint, mpsc::Receiver<NetworkEvent>, [u8; 32]) {
    let key = Keypair::from_secret(&clock::random());
    let (client, events) = Endpoint::start(key.expose_secret(), &[], &Way::default()).await.expect("started");
    client.connect(server, at, None).await.expect("connected");
    (client, events, *key.public().as_bytes())
}

/// The same frames to an endpoint with nothing behind it.
async fn bare_in(size: usize) -> Duration {
    let (_server, at, key) = bare_server().await;
    let mut clients = Vec::new();
    for _ in 0..DISCLOSERS {
        clients.push(bare_client(key, &at).await);
    }
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for (client, events, _) in clients {
        tasks.spawn(async move {
            let _events = events;
            for _ in 0..=DISCLOSURES {
                client.exchange_bytes(key, vec![2; size]).await.expect("answered");
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("sent");
    }
    begun.elapsed() / u32::try_from(DISCLOSERS * (DISCLOSURES + 1)).expect("fits")
}

/// Persons who are connected and decline whatever is asked.
struct Crowd {
    asked: Arc<AtomicUsize>,
    size: Arc<AtomicUsize>,
    _endpoints: Vec<Endpoint>,
}

impl Crowd {
    fn size(&self) -> usize {
        self.size.load(Ordering::Relaxed)
    }
}

async fn pair_all(invitation: &Invitation, persons: usize) -> Crowd {
    let (asked, size) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (mut endpoints, mut tasks) = (Vec::new(), JoinSet::new());
    for number in 0..persons {
        if tasks.len() >= AT_ONCE {
            endpoints.push(tasks.join_next().await.expect("a task").expect("paired"));
        }
        let (invitation, asked, size) = (invitation.clone(), asked.clone(), size.clone());
        tasks.spawn(async move {
            let (customer, mut events) = Customer::pair(&invitation).await;
            tokio::spawn(async move {
                let no = wire::encode(&PersonReply::Refused(Refusal::Declined)).expect("encodes");
                while let Some(event) = events.recv().await {
                    if let NetworkEvent::Frame(_, frame, responder) = event {
                        size.store(frame.len(), Ordering::Relaxed);
                        let no = no.clone();
                        responder.reply_bytes(no);
                        asked.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
            customer.endpoint
        });
        if number % 1000 == 999 {
            eprintln!("{} persons are connected", number + 1);
        }
    }
    while let Some(done) = tasks.join_next().await {
        endpoints.push(done.expect("paired"));
    }
    Crowd { asked, size, _endpoints: endpoints }
}

/// What happened while all came, to a webhook on this machine, beside bare posts to it.
fn deliver(client: &Client, hook: &str, receiver: &Receiver, persons: usize) {
    let begun = Instant::now();
    client.patch(hook, &json!({ "paused": false })).expect(200);
    while receiver.told() < persons {
        std::thread::sleep(Duration::from_millis(5));
    }
    let ours = begun.elapsed() / u32::try_from(receiver.told()).expect("fits");
    let bare = Duration::from_secs_f64(1.0 / receiver::bare(receiver, persons.min(10_000)));
    line("events told to a webhook, one at a time", &rate(ours), &rate(bare), ratio(ours, bare));
}

/// From the call of the company's system until the last person's node has the request.
fn tell(client: &Client, crowd: &Crowd, persons: usize) -> Duration {
    let request = json!({
        "fields": ["email"], "purpose": "CustomerCare", "reason": "to tell you of a recall"
    });
    let begun = Instant::now();
    client.post("/v1/bulk-requests", &request).expect(202);
    let mut said = Instant::now();
    while crowd.asked.load(Ordering::Relaxed) < persons {
        std::thread::sleep(Duration::from_millis(5));
        if said.elapsed() > Duration::from_secs(10) {
            eprintln!("{} persons are told", crowd.asked.load(Ordering::Relaxed));
            said = Instant::now();
        }
    }
    begun.elapsed()
}

/// A bare endpoint sends a frame of the same size to each of its connections and has the answers.
async fn bare_out(size: usize) -> (Duration, usize) {
    let (server, at, key) = bare_server().await;
    let mut peers = Vec::new();
    for _ in 0..BARE {
        let (client, mut events, peer) = bare_client(key, &at).await;
        tokio::spawn(async move {
            let _client = client;
            while let Some(event) = events.recv().await {
                if let NetworkEvent::Frame(_, _, responder) = event {
                    responder.reply_bytes(vec![3; 30]);
                }
            }
        });
        peers.push(peer);
    }
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for peer in peers {
        let server = server.clone();
        tasks.spawn(async move { server.exchange_bytes(peer, vec![4; size]).await.expect("answered") });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("answered");
    }
    (begun.elapsed(), size)
}

/// Memory in use of a process, in KiB.
fn resident(pid: u32) -> u64 {
    regie_tests::resident(pid) / 1024
}

fn bytes(home: &Path) -> u64 {
    regie_tests::files(home).iter().filter_map(|file| file.metadata().ok()).map(|data| data.len()).sum()
}
