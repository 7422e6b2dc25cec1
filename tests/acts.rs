//! Acts over real processes: a contract that is ended and rights that are exercised over the line, with companions that are
//! away, killed, older than acts; and a peer that plays an act again.

use regie::{
    network::{Endpoint, Way},
    person::verbs,
};
use regie_protocol::{
    Keypair, Nonce, Refusal, Timestamp, Verified,
    act::{Act, ContractName, Right, What},
    message::{SupplierReply, ToSupplier},
    wire,
};
use regie_tests::{
    Node,
    api::Client,
    http::{enter, send_by_hand as send},
    nats::Nats,
    paper_supplier::PaperSupplier,
    until,
};
use serde_json::{Value, json};
use tempfile::TempDir;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A person's node, and the shop that it has a contract with.
struct Dealings {
    person: Node,
    supplier: Node,
    client: Client,
    /// The contract's id at the person's node.
    contract: String,
}

impl Dealings {
    fn begin(directory: &TempDir) -> Self {
        let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
        let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
        let client = Client::new(supplier.serve_api(), &supplier.api_key(false));
        let mut person = Node::person(directory.path().join("person"), "balanced");
        person.start();
        person.pair(&supplier);
        let contract = add(&person, "Shop");
        Self { person, supplier, client, contract }
    }

    /// What the person's node knows of its acts, the newest first.
    fn said(&self) -> Vec<Value> {
        self.person.ask(&verbs::Acts { supplier: None }).as_array().expect("a list").clone()
    }

    fn state(&self) -> String {
        text(&self.said()[0]["state"])
    }

    /// What came at the company.
    fn came(&self) -> Vec<Value> {
        self.client.get("/v1/acts").expect(200)["data"].as_array().expect("a list").clone()
    }

    fn start_supplier(&mut self) {
        let address = self.supplier.serve_api();
        self.client = self.client.at(address);
    }
}

/// Types a contract that has run for long and ends with a month's notice.
fn add(person: &Node, party: &str) -> String {
    let words = ["contract", "add", "--party", party, "--product", "Groceries", "--number", "2026-0815"];
    let more = ["--start", "2020-01-31", "--notice", "1m", "--customer", "4711"];
    let said = person.good(&[&words[..], &more].concat());
    said.lines().find_map(|line| line.strip_prefix("id: ")).expect("an id").to_owned()
}

fn events(client: &Client) -> Vec<String> {
    let page = client.get("/v1/events?limit=200").expect(200);
    page["data"].as_array().expect("a list").iter().map(|event| text(&event["type"])).collect()
}

#[test]
fn a_contract_is_ended_over_the_line_and_its_last_day_comes_back() {
    let directory = tempfile::tempdir().expect("a directory");
    let Dealings { person, supplier, client, contract } = Dealings::begin(&directory);
    let ending = person.ask(&verbs::EndContract { id: contract.clone(), withdraw: false, language: "en".into() });
    assert_eq!(ending["line"], "Shop");
    let asked = text(&ending["ends"]);
    // Nothing is said without a word for it; the letter is there in any case.
    let words = person.bad(&["contract", "end", &contract], 5);
    assert!(words.contains("--yes") && words.contains("--letter"), "{words}");
    let letter: Value =
        serde_json::from_str(&person.good(&["--json", "contract", "end", &contract, "--letter"])).expect("JSON");
    assert_eq!((&letter["state"], &letter["about"]), (&json!("written"), &json!("notice")));
    assert!(person.good(&["letter", "show", &text(&letter["id"])]).contains("2026-0815"));
    person.bad(&["contract", "end", &contract, "--letter"], 1);
    person.good(&["letter", "remove", &text(&letter["id"])]);
    let quiet: Value = serde_json::from_str(&person.good(&["--json", "contract", "end", &contract])).expect("JSON");
    assert_eq!((&quiet["line"], &quiet["ends"]), (&json!("Shop"), &json!(asked)));
    assert!(client.get("/v1/acts").expect(200)["data"] == json!([]));
    person.bad(&["contract", "end", &contract, "--withdraw", "--yes"], 5);
    person.bad(&["contract", "end", &contract, "--yes", "--last", "2020-02-01"], 2);

    let said: Value =
        serde_json::from_str(&person.good(&["--json", "contract", "end", &contract, "--yes"])).expect("JSON");
    assert_eq!((&said["kind"], &said["what"]["end"]["last"]), (&json!("end"), &json!(asked)));
    let dealings = Dealings { person, supplier, client, contract: contract.clone() };
    until("it is signed for", || dealings.state() == "received");
    let came = dealings.came();
    assert_eq!((came.len(), &came[0]["kind"], &came[0]["state"]), (1, &json!("end"), &json!("open")));
    assert_eq!(came[0]["contract"], json!({"number": "2026-0815", "product": null, "customer": "4711"}));
    assert_eq!((&came[0]["last_day"], &came[0]["answer_by"]), (&json!(asked), &Value::Null));
    assert!(events(&dealings.client).contains(&"contract.notice.received".to_owned()));
    // Not twice: the node knows that it was said.
    dealings.person.bad(&["contract", "end", &contract, "--yes"], 1);

    let path = format!("/v1/acts/{}/answer", text(&came[0]["id"]));
    let answer = |body: Value| dealings.client.post(&path, &body);
    answer(json!({"answer": "done"})).problem(422, "bad_argument");
    answer(json!({"answer": "ends"})).problem(422, "bad_argument");
    answer(json!({"answer": "ends", "last_day": "2100-02-30"})).problem(422, "bad_argument");
    answer(json!({"answer": "refused", "why": "cooling_off_over"})).problem(422, "bad_argument");
    dealings.client.post("/v1/acts/act_none/answer", &json!({"answer": "done"})).problem(404, "not_found");
    let once = json!({"answer": "ends", "last_day": "2100-03-31"});
    let made = dealings.client.post_once(&path, &once, "confirmed").expect(201);
    assert_eq!(made["answers"][0]["last_day"], "2100-03-31");
    assert_eq!(
        dealings.client.post_once(&path, &once, "confirmed").expect(201),
        made,
        "sent again it does nothing twice"
    );
    until("the last day is there", || dealings.state() == "done");
    let shown = dealings.person.ask(&verbs::Contract { id: contract.clone() });
    assert_eq!((&shown["ends"], &shown["said"]["ends"]), (&json!("2100-03-31"), &json!("2100-03-31")));
    let sent = || dealings.came()[0]["answers"][0]["state"] == "delivered";
    until("the company knows that it arrived", sent);
    assert!(events(&dealings.client).contains(&"act.answer.delivered".to_owned()));

    // It stands over a restart of both, and in the log.
    let Dealings { mut person, mut supplier, client, .. } = dealings;
    person.kill();
    supplier.kill();
    let client = client.at(supplier.serve_api());
    person.start();
    assert_eq!(person.ask(&verbs::Contract { id: contract })["ends"], "2100-03-31");
    assert_eq!(client.get("/v1/acts").expect(200)["data"][0]["state"], "answered");
    assert_eq!(person.ask(&verbs::Audit {})["verified"], json!(true));
    let log = person.good(&["audit"]);
    for kind in ["acted", "act received", "act answered"] {
        assert!(log.contains(kind), "{kind} in {log}");
    }
}

#[test]
fn what_is_said_while_the_companion_is_off_arrives_once_also_where_both_are_killed() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut dealings = Dealings::begin(&directory);
    dealings.supplier.stop();
    dealings.person.good(&["contract", "end", &dealings.contract, "--yes"]);
    dealings.person.good(&["right", "Shop", "access", "--yes", "--words", "And the notes of my calls."]);
    assert!(dealings.said().iter().all(|act| act["state"] == "waits"));
    dealings.person.kill();
    dealings.person.start();
    assert_eq!(dealings.said().len(), 2, "they wait over a restart");
    // Killed while they may be on their way, again and again.
    for _ in 0..3 {
        dealings.start_supplier();
        std::thread::sleep(std::time::Duration::from_millis(150));
        dealings.supplier.kill();
    }
    dealings.start_supplier();
    until("both are signed for", || dealings.said().iter().all(|act| act["state"] == "received"));
    let came = dealings.came();
    let kinds: Vec<_> = came.iter().map(|act| text(&act["kind"])).collect();
    assert_eq!(kinds, ["end", "access"], "each came once, in order");
    assert_eq!((&came[1]["words"], &came[1]["language"]), (&json!("And the notes of my calls."), &json!("en")));
    let told = events(&dealings.client);
    let times = |kind: &str| told.iter().filter(|own| *own == kind).count();
    assert_eq!((times("contract.notice.received"), times("rights.requested")), (1, 1), "{told:?}");
    // The answers are given while the person is away.
    dealings.person.stop();
    let access = text(&came[1]["id"]);
    dealings.supplier.good(&["supplier", "answer", &access, "--extended", "complex"]);
    dealings.supplier.good(&["supplier", "answer", &access, "--done"]);
    dealings.supplier.bad(&["supplier", "answer", &access, "--extended", "many"], 2);
    dealings.supplier.kill();
    dealings.start_supplier();
    assert!(dealings.supplier.good(&["supplier", "acts"]).contains("access"));
    dealings.person.start();
    until("it is answered", || dealings.said().iter().any(|act| act["kind"] == "access" && act["state"] == "done"));
    let said = dealings.said();
    let access = said.iter().find(|act| act["kind"] == "access").expect("it is there");
    assert_eq!(access["answers"][0]["says"], json!({"extended": {"why": "complex"}}));
    assert!(dealings.person.good(&["acts", "--supplier", "Shop"]).contains("done"));
    // It was a case from the start, and what was signed for closed it: nobody noted anything by hand.
    let cases = dealings.person.ask(&verbs::Cases {});
    let (case, steps) = (&cases["cases"][0], steps(&cases["cases"][0]));
    assert_eq!((cases["cases"].as_array().map(Vec::len), &case["state"]), (Some(1), &json!("closed")), "{cases}");
    assert_eq!(steps, ["sent", "acknowledged", "extended", "answered", "closed"]);
    assert_eq!((&case["due"]["months"], &case["due"]["presumed"]), (&json!(3), &json!(false)));
}

fn steps(case: &Value) -> Vec<String> {
    case["steps"].as_array().expect("a list").iter().map(|step| text(&step["what"])).collect()
}

#[test]
fn a_case_with_who_has_a_companion_goes_over_the_line_and_a_refusal_waits_for_the_person() {
    let directory = tempfile::tempdir().expect("a directory");
    let dealings = Dealings::begin(&directory);
    let Dealings { person, supplier, .. } = &dealings;
    person.set("address.street", "Kerkstraat 1");
    person.good(&["organisation", "add", "Shop"]);
    let same = verbs::SameSupplier { organisation: "Shop".into(), supplier: "Shop".into(), same: true };
    person.ask(&same);
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&person.good(&[&["--json"], arguments].concat())).expect("JSON")
    };
    // What is wrong there has to be said; the case is begun all the same.
    person.bad(&["case", "new", "--right", "rectification", "Shop", "--pursue"], 2);
    let case = text(&person.ask(&verbs::Cases {})["cases"][0]["id"]);
    let pursued = json(&["case", "pursue", &case, "--field", "address.street"]);
    assert_eq!((&pursued["said"][0]["about"], &pursued["letters"]), (&json!(case), &json!([])));
    until("it is signed for", || steps(&json(&["case", "show", &case])) == ["sent", "acknowledged"]);
    let came = dealings.came();
    assert!(text(&came[0]["words"]).contains("Kerkstraat 1"), "{came:?}");
    let shown = json(&["case", "show", &case]);
    assert_eq!(shown["acts"][0]["answer_by"], shown["due"]["last"], "one day, wherever it is shown");
    // Not again by another door.
    let words = person.bad(&["right", "Shop", "rectification", "--yes"], 5);
    assert!(words.contains("runs already"), "{words}");
    supplier.good(&["supplier", "answer", &text(&came[0]["id"]), "--refused", "correct"]);
    until("it is refused", || json(&["case", "show", &case])["state"] == "refused");
    assert_eq!(json(&["case", "show", &case])["waits"], true);
}

#[test]
fn to_have_all_erased_ends_every_grant_with_its_own_receipt() {
    let directory = tempfile::tempdir().expect("a directory");
    let dealings = Dealings::begin(&directory);
    dealings.person.set("name.full", "Anna Bakker");
    dealings.supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    let held = || dealings.supplier.customer()["held"].as_array().map_or(0, Vec::len);
    until("the name is held", || held() == 1);
    dealings.person.bad(&["right", "Shop", "erasure"], 5);
    dealings.person.good(&["right", "Shop", "erasure", "--yes", "--language", "nl"]);
    until("it is signed for", || dealings.state() == "received");
    until("the value is gone", || held() == 0);
    let came = dealings.came();
    assert_eq!((&came[0]["kind"], &came[0]["language"]), (&json!("erasure"), &json!("nl")));
    assert!(came[0]["answer_by"].is_string());
    assert_eq!(dealings.client.get("/v1/erasures").expect(200)["data"][0]["demanded"], json!(true));
}

#[test]
fn a_companion_older_than_acts_takes_none_and_the_person_is_offered_the_letter() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let older = runtime.block_on(async {
        let unpaired = PaperSupplier::open([61; 32]).await;
        person.ask(&regie_tests::pairing(&unpaired.link));
        tokio::task::spawn_blocking(move || unpaired.paired()).await.expect("paired")
    });
    let name = text(&person.ask(&verbs::Status {})["suppliers"][0]["name"]);
    let contract = add(&person, &name);
    person.good(&["contract", "end", &contract, "--yes"]);
    let said = |person: &Node| person.ask(&verbs::Acts { supplier: None })[0].clone();
    until("it is not taken", || said(&person)["state"] == "not_taken");
    assert_eq!(said(&person)["refused"], "malformed");
    let shown = person.good(&["contract", "end", &contract]);
    assert!(shown.contains("takes no such word") && shown.contains("2026-0815"), "the letter: {shown}");
    let words = person.bad(&["contract", "end", &contract, "--yes"], 5);
    assert!(words.contains("letter"), "{words}");
    // A right that was not taken leaves its case to be sent, now by letter.
    person.set("name.full", "Anna Bakker");
    person.good(&["right", &name, "access", "--yes"]);
    let case = || person.ask(&verbs::Cases {})["cases"][0].clone();
    until("the case waits to be sent", || case()["state"] == "drafted" && said(&person)["state"] == "not_taken");
    let id = text(&case()["id"]);
    let written: Value =
        serde_json::from_str(&person.good(&["--json", "case", "pursue", &id, "--letter"])).expect("JSON");
    person.good(&["letter", "sent", &text(&written["letters"][0]["id"]), "--by", "post"]);
    assert_eq!(steps(&case()), ["sent"]);
    // Nor is it said again and again, also by a node that was away.
    person.kill();
    person.start();
    assert_eq!(said(&person)["state"], "not_taken");
    let log = person.good(&["audit"]);
    assert_eq!((log.matches("acted").count(), log.matches("act refused").count()), (2, 2), "{log}");
    drop(older);
}

#[test]
fn a_peer_that_plays_acts_again_gets_the_same_receipt_and_a_flood_is_bounded() {
    let directory = tempfile::tempdir().expect("a directory");
    let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
    let client = Client::new(supplier.serve_api(), &supplier.api_key(false));
    let link = text(&supplier.ask(&regie_tests::inviting(false))["link"]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let hostile = Keypair::from_secret(&[62; 32]);
    let peer = runtime.block_on(Hostile::pair(hostile, &link));
    let first = peer.act(1, "A 1");
    let receipt = runtime.block_on(peer.say(&first));
    assert!(matches!(receipt, SupplierReply::Received(_)), "{receipt:?}");
    assert_eq!(runtime.block_on(peer.say(&first)), receipt, "the same again");
    assert_eq!(runtime.block_on(peer.say(&peer.act(1, "A 2"))).refusal(), Some(Refusal::Replayed));
    supplier.kill();
    let client = client.at(supplier.serve_api());
    runtime.block_on(peer.dial(&link));
    assert_eq!(runtime.block_on(peer.say(&first)), receipt, "also behind a kill");
    let mut codes: Vec<_> = (2..200)
        .map(|number| runtime.block_on(peer.say(&peer.act(number, "B"))).refusal())
        .filter(Option::is_some)
        .collect();
    codes.dedup();
    assert!(codes.contains(&Some(Refusal::RateLimited)) || codes.contains(&Some(Refusal::TooManyActs)), "{codes:?}");
    let mut came = 0;
    let mut path = "/v1/acts?limit=100".to_owned();
    loop {
        let page = client.get(&path).expect(200);
        let found = page["data"].as_array().map_or(0, Vec::len);
        came += found;
        match page["next"].as_str().filter(|_| found > 0) {
            Some(next) => path = format!("/v1/acts?limit=100&cursor={next}"),
            None => break,
        }
    }
    assert!((1..=regie_protocol::limits::ACTS_PER_RELATIONSHIP).contains(&came), "{came} are kept");
}

/// Somebody with a key who pairs, and then says what they like.
struct Hostile {
    key: Keypair,
    supplier: regie_protocol::PublicKey,
    endpoint: Endpoint,
}

impl Hostile {
    async fn pair(key: Keypair, link: &str) -> Self {
        let invitation: regie_protocol::Invitation = link.parse().expect("a link");
        let (endpoint, mut events) = Endpoint::start(key.expose_secret(), &[], &Way::default()).await.expect("started");
        tokio::spawn(async move { while events.recv().await.is_some() {} });
        let peer = Self { key, supplier: invitation.supplier, endpoint };
        peer.dial(link).await;
        let pairing = regie_protocol::Pairing {
            person: peer.key.public(),
            supplier: peer.supplier,
            invitation: invitation.id,
            proffer: regie_protocol::Agreement::SdBase,
            alternative: None,
            at: regie::clock::wall(),
        };
        let pairing = Verified::sign(pairing, &peer.key).expect("signed").signed().clone();
        let answer = peer.say(&ToSupplier::Pair(pairing)).await;
        assert!(matches!(answer, SupplierReply::Paired(_)), "{answer:?}");
        peer
    }

    async fn dial(&self, link: &str) {
        let invitation: regie_protocol::Invitation = link.parse().expect("a link");
        let address = invitation.addresses[0].parse().expect("an address");
        self.endpoint.connect(*self.supplier.as_bytes(), &[address], None).await.expect("connected");
    }

    fn act(&self, id: u8, number: &str) -> ToSupplier {
        let contract = ContractName { number: Some(number.into()), product: None, customer: None };
        let (person, supplier) = (self.key.public(), self.supplier);
        let act = Act { person, supplier, id: Nonce([id; 16]), at: Timestamp(0), what: What::Withdraw { contract } };
        ToSupplier::Act(Verified::sign(act, &self.key).expect("signed").signed().clone())
    }

    async fn say(&self, message: &ToSupplier) -> SupplierReply {
        let frame = wire::encode(message).expect("encodes");
        let reply = self.endpoint.exchange_bytes(*self.supplier.as_bytes(), frame).await.expect("answered");
        wire::decode(&reply, 300_000).expect("a reply")
    }
}

#[test]
fn the_page_of_a_contract_asks_before_it_tells_and_shows_what_became_of_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
    let client = Client::new(supplier.serve_api(), &supplier.api_key(false));
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let link = person.start_with_dashboard();
    let (to, cookie) = enter(&link);
    person.pair(&supplier);
    let contract = add(&person, "Shop");
    let get = |path: &str| send(to, "GET", path, &[("Cookie", &cookie)], "");
    let origin = format!("http://{to}");
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let post = |path: &str, body: &str| send(to, "POST", path, &[("Cookie", &cookie), ("Origin", &origin), form], body);
    let path = format!("/contracts/{contract}/end");
    assert!(get("/contracts").body.contains("End it"));
    let page = get(&path);
    assert!(page.body.contains("Tell Shop that it ends") && page.body.contains("Or send a letter"), "{}", page.body);
    // To look at it says nothing; a form without the session's token does not either.
    assert_eq!(post(&path, "do=tell").status, 403);
    assert_eq!(client.get("/v1/acts").expect(200)["data"], json!([]));
    let said = post(&path, &format!("form={}&do=tell&last=2100-12-31", page.form()));
    assert_eq!(said.status, 303, "{}", said.body);
    let shown = || get(&format!("/contracts/{contract}")).body;
    until("the page says that it was signed for", || shown().contains("signed for; the answer is awaited"));
    assert!(shown().contains("31 Dec 2100"));
    let came = client.get("/v1/acts").expect(200)["data"][0].clone();
    let answer = json!({"answer": "refused", "why": "no_such_contract"});
    client.post(&format!("/v1/acts/{}/answer", text(&came["id"])), &answer).expect(201);
    until("the page says why not", || shown().contains("it knows no such contract"));
}

#[test]
fn the_names_of_rights_are_those_that_the_command_line_takes() {
    let directory = tempfile::tempdir().expect("a directory");
    let dealings = Dealings::begin(&directory);
    for right in Right::ALL.iter().filter(|right| **right != Right::Erasure) {
        dealings.person.good(&["right", "Shop", right.code(), "--yes"]);
    }
    dealings.person.bad(&["right", "Shop", "oblivion", "--yes"], 2);
    until("all are signed for", || dealings.said().iter().all(|act| act["state"] == "received"));
    assert_eq!(dealings.came().len(), Right::ALL.len() - 1);
}
