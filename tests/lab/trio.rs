//! Three hosts: a supplier on the internet, and a person at home behind a router that translates addresses, paired. In:
//! what the supplier listens on and where its store is. Out: both nodes, what goes wrong between them, and what each of
//! them says happened.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    path::Path,
    process::Command as Process,
    time::{Duration, Instant},
};

use regie::person::verbs;
use serde_json::{Value, json};

use super::{
    Family, Host, Lab,
    faults::Cut,
    homes::{Homes, appended},
};
use crate::{Node, api::Client, asking, inviting, pairing, postgres::Postgres};

/// The port that suppliers listen on.
pub const PORT: u16 = 7481;
/// Within so many seconds two nodes are done with what they have to do, where nothing goes wrong.
const SETTLED: u64 = 30;
/// How often a state is looked at while a test waits for it.
const LOOK: Duration = Duration::from_millis(100);

/// What a supplier listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// QUIC.
    Quic,
    /// Both; the person's node has the choice.
    Both,
}

impl Transport {
    /// The two, each alone.
    pub const EACH: [Self; 2] = [Self::Tcp, Self::Quic];

    /// The addresses of a port of a host.
    pub fn at(self, address: IpAddr, port: u16) -> Vec<String> {
        let family = if address.is_ipv4() { "ip4" } else { "ip6" };
        let tcp = (self != Self::Quic).then(|| format!("/{family}/{address}/tcp/{port}"));
        let quic = (self != Self::Tcp).then(|| format!("/{family}/{address}/udp/{port}/quic-v1"));
        tcp.into_iter().chain(quic).collect()
    }
}

/// Where a companion keeps what it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// In its home.
    Redb,
    /// In a PostgreSQL, which it reaches by a socket of the file system, as its network leads nowhere else.
    Postgres,
}

/// A supplier and a person on hosts of their own. Its parts go before the lab does.
#[derive(Debug)]
pub struct Trio {
    /// The person's node.
    pub person: Node,
    /// The companion.
    pub supplier: Node,
    /// The person's host.
    pub home: Host,
    /// The supplier's host.
    pub shop: Host,
    /// The supplier's system.
    client: Client,
    /// The companion's store, if it is not in its home.
    #[allow(dead_code, reason = "it runs as long as this is there")]
    database: Option<Postgres>,
    /// The homes, and what the processes said.
    directory: Homes,
    /// All hosts.
    pub lab: Lab,
}

/// What a request came to, as its supplier sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// Nothing yet.
    Open,
    /// An answer.
    Answered,
    /// A refusal, by its code.
    Rejected(String),
}

impl Trio {
    /// With a store in the companion's home. None where there can be no lab.
    pub fn new(transport: Transport) -> Option<Self> {
        Self::with(transport, Store::Redb)
    }

    /// None where there can be no lab, or no such store.
    pub fn with(transport: Transport, store: Store) -> Option<Self> {
        let lab = Lab::new()?;
        let shop = lab.host("shop", Family::V4);
        let nat = lab.nat("nat");
        let home = lab.behind(&nat, "home");
        Self::of(lab, shop, home, transport, store)
    }

    /// Of hosts that were made otherwise: the supplier's and the person's.
    pub fn of(lab: Lab, shop: Host, home: Host, transport: Transport, store: Store) -> Option<Self> {
        let directory = Homes::new();
        let listen: Vec<_> = shop.addresses().into_iter().flat_map(|address| transport.at(address, PORT)).collect();
        let database = match store {
            Store::Redb => None,
            Store::Postgres => Some(Postgres::start()?),
        };
        let url = database.as_ref().map(Postgres::socket_url);
        let (supplier, client) = company(&shop, directory.path(), "shop", &listen, url.as_deref());
        let person = someone(&home, directory.path());
        let trio = Self { person, supplier, home, shop, client, database, directory, lab };
        trio.pair();
        Some(trio)
    }

    fn pair(&self) {
        let invitation = self.supplier.ask(&inviting(false));
        let link = invitation["link"].as_str().expect("a link").to_owned();
        self.person.ask(&pairing(&link));
        within(SETTLED, "they are paired and connected", || self.lines() == (true, true));
    }

    /// The supplier asks for the person's name, once; the request's id comes out.
    pub fn ask(&self) -> String {
        let asked = self.supplier.ask(&asking(&["name.full"], "DeliveryOfGoods", "once"));
        asked["request"].as_str().expect("an id").to_owned()
    }

    /// The supplier subscribes to the person's name.
    pub fn subscribe(&self) {
        let asked = self.supplier.ask(&asking(&["name.full"], "DeliveryOfGoods", "subscribe"));
        let id = asked["request"].as_str().expect("an id").to_owned();
        self.answers(&id, SETTLED);
        self.delivers(SETTLED);
    }

    /// What a request came to.
    pub fn came(&self, request: &str) -> Came {
        let customer = self.supplier.customer();
        let requests = customer["requests"].as_array().expect("a list");
        let own = requests.iter().find(|own| own["request"] == request).expect("it was made");
        match (own["answered"].as_bool(), own["rejected"].as_str()) {
            (Some(true), _) => Came::Answered,
            (_, Some(code)) => Came::Rejected(code.to_owned()),
            _ => Came::Open,
        }
    }

    /// Waits until a request is answered, for so many seconds at most.
    pub fn answers(&self, request: &str, seconds: u64) {
        let say = || {
            let (came, lines, waiting) = (self.came(request), self.lines(), self.undelivered());
            format!("a request is {came:?}; lines {lines:?} by person and supplier, {waiting} undelivered")
        };
        within_or_say(seconds, say, || self.came(request) == Came::Answered);
    }

    /// Waits until the person's node has told all, for so many seconds at most.
    pub fn delivers(&self, seconds: u64) {
        within(seconds, "nothing is undelivered", || self.undelivered() == 0);
    }

    /// The name that the supplier holds.
    pub fn held(&self) -> Value {
        self.supplier.customer()["held"][0]["value"].clone()
    }

    /// What the person's node has not been able to tell.
    pub fn undelivered(&self) -> u64 {
        self.person.ask(&verbs::Status {})["suppliers"][0]["undelivered"].as_u64().expect("a number")
    }

    /// Is there a line, by the person's node and by the companion?
    pub fn lines(&self) -> (bool, bool) {
        let status = self.person.ask(&verbs::Status {});
        let theirs = self.supplier.customer();
        (status["suppliers"][0]["connected"] == json!(true), theirs["connected"] == json!(true))
    }

    /// What the companion told its company of, by kind and subject, with how often. All at once is told once.
    pub fn told(&self) -> BTreeMap<(String, String), usize> {
        let (mut told, mut cursor) = (BTreeMap::new(), String::new());
        loop {
            let path = format!("/v1/events?limit=200{cursor}");
            let page = self.shop.inside(|| self.client.get(&path).expect(200));
            let events = page["data"].as_array().expect("a list");
            for event in events {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                *told.entry((text(&event["type"]), text(&event["data"]["subject"]))).or_default() += 1;
            }
            // The feed has a next page also where it holds nothing yet.
            let (Some(next), false) = (page["next"].as_str(), events.is_empty()) else { return told };
            cursor = format!("&cursor={next}");
        }
    }

    /// How many disclosures came, none of them twice; and no request was answered twice.
    pub fn disclosures(&self) -> usize {
        let told = self.told();
        let counted =
            |kind: &str| told.iter().filter(|((own, _), _)| own == kind).map(|(_, times)| *times).collect::<Vec<_>>();
        for kind in ["disclosure.received", "request.answered", "request.rejected", "record.delivered"] {
            assert!(counted(kind).iter().all(|times| *times == 1), "something came twice: {told:?}");
        }
        counted("disclosure.received").len()
    }

    /// The person's machine loses its power: no process, no word to anybody, and the router forgets it.
    pub fn crash_home(&mut self) {
        self.home.cut(Cut::Drop);
        self.person.kill();
        self.home.forgotten();
    }

    /// The person's machine is there again.
    pub fn wake_home(&mut self) {
        self.home.mend();
        self.start_home(|_| {});
    }

    /// Starts the person's node, with something set for the process.
    pub fn start_home(&mut self, set: impl FnOnce(&mut Process)) {
        start(&mut self.person, &self.directory.path().join("person.log"), set);
    }

    /// Starts the companion.
    pub fn start_shop(&mut self) {
        let address = serve(&mut self.supplier, &self.directory.path().join("shop.log"));
        self.client = self.client.at(address);
    }
}

/// Makes a companion on a host, with its store there, and starts it with its API.
pub fn company(host: &Host, directory: &Path, name: &str, listen: &[String], store: Option<&str>) -> (Node, Client) {
    let mut init = vec!["supplier", "init", "--name", name, "--sector", "retail"];
    init.extend(store.iter().flat_map(|url| ["--store", url]));
    made(host, directory, name, &init, listen)
}

/// Makes one more companion on a host, for the company whose store is there.
pub fn another(host: &Host, directory: &Path, name: &str, listen: &[String], store: &str) -> (Node, Client) {
    made(host, directory, name, &["supplier", "join", "--store", store], listen)
}

/// Makes a companion by these words of the command line, listening there, and starts it with its API.
pub fn made(host: &Host, directory: &Path, name: &str, make: &[&str], listen: &[String]) -> (Node, Client) {
    let mut node = Node::at(directory.join(name));
    node.namespace = Some(host.namespace.clone());
    let listen = listen.iter().flat_map(|address| ["--listen", address]);
    node.good(&make.iter().copied().chain(listen).collect::<Vec<_>>());
    let address = serve(&mut node, &directory.join(format!("{name}.log")));
    let client = Client::new(address, &node.api_key(false));
    (node, client)
}

/// Makes a person's node on a host and starts it; its owner's name is set.
pub fn someone(host: &Host, directory: &Path) -> Node {
    someone_with(host, directory, |_| {})
}

/// The same, with something set for the process.
pub fn someone_with(host: &Host, directory: &Path, set: impl FnOnce(&mut Process)) -> Node {
    let mut node = Node::at(directory.join("person"));
    node.namespace = Some(host.namespace.clone());
    node.good(&["init", "--preset", "balanced"]);
    start(&mut node, &directory.join("person.log"), set);
    node.set("name.full", "Anna Bakker");
    node
}

/// Waits until something holds, for so many seconds at most.
pub fn within(seconds: u64, what: &str, holds: impl FnMut() -> bool) {
    within_or_say(seconds, || what.to_owned(), holds);
}

/// The same; what is said where it does not hold in time is found out then.
pub fn within_or_say(seconds: u64, say: impl Fn() -> String, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(seconds), "not within {seconds} s: {}", say());
        std::thread::sleep(LOOK);
    }
}

/// Waits for so long.
pub fn pause(seconds: u64) {
    std::thread::sleep(Duration::from_secs(seconds));
}

fn start(node: &mut Node, log: &Path, set: impl FnOnce(&mut Process)) {
    let mut process = node.process(&["--json", "run"]);
    process.stderr(appended(log)).env("REGIE_LOG", log_level());
    set(&mut process);
    node.start_process(process);
}

/// Starts a companion with its API once more, with its log where it was.
pub fn reopen(node: &mut Node, homes: &Homes, name: &str) {
    serve(node, &homes.path().join(format!("{name}.log")));
}

/// Starts a person's node with its log where it was.
pub fn reopen_person(node: &mut Node, homes: &Homes, name: &str) {
    start(node, &homes.path().join(format!("{name}.log")), |_| {});
}

fn serve(node: &mut Node, log: &Path) -> std::net::SocketAddr {
    node.serve_api_with(|process| {
        process.stderr(appended(log)).env("REGIE_LOG", log_level());
    })
}

/// What nodes tell of themselves: what the environment says, or what happens to their lines.
fn log_level() -> String {
    std::env::var("REGIE_LOG").unwrap_or_else(|_| "info".into())
}
