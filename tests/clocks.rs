//! Clocks that are wrong, in whole processes: one run ahead, minutes off while pairing, a month off, a floor that the
//! owner sets back, and one of two companions on one store.

use std::path::{Path, PathBuf};

use regie::command::Reading;
use regie::person::verbs;
use regie::{clock, command::Failure};
use regie_protocol::Timestamp;
use regie_tests::{
    Node,
    api::Client,
    faketime, free_port, granting,
    http::{enter, send},
    inviting, pairing,
    postgres::Postgres,
    under_clock, until,
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A person and a company, each under a clock of its own that a file says.
struct Pair {
    library: PathBuf,
    directory: TempDir,
    person: Node,
    shop: Node,
}

impl Pair {
    /// Both run, by these clocks, and do not know each other yet. None without faketime.
    fn by(person: &str, shop: &str) -> Option<Self> {
        let library = faketime()?;
        let directory = tempfile::tempdir().expect("a directory");
        // The company has to be found again after a restart.
        let listen = format!("/ip4/127.0.0.1/tcp/{}", free_port());
        let shop_home = Node::supplier(directory.path().join("shop"), "Shop", &listen);
        let person_home = Node::person(directory.path().join("person"), "balanced");
        let mut pair = Self { library, directory, person: person_home, shop: shop_home };
        pair.set("person", person);
        pair.set("shop", shop);
        pair.start("person");
        pair.start("shop");
        Some(pair)
    }

    fn clock(&self, who: &str) -> PathBuf {
        self.directory.path().join(format!("{who}.clock"))
    }

    fn set(&self, who: &str, offset: &str) {
        std::fs::write(self.clock(who), offset).expect("written");
    }

    fn node(&mut self, who: &str) -> &mut Node {
        if who == "person" { &mut self.person } else { &mut self.shop }
    }

    fn start(&mut self, who: &str) {
        let (library, clock) = (self.library.clone(), self.clock(who));
        self.node(who).start_under_clock(&library, &clock);
    }

    fn stop(&mut self, who: &str) {
        self.node(who).stop();
    }

    fn met(self) -> Self {
        self.person.set("name.full", "Anna de Vries");
        self.person.pair(&self.shop);
        self
    }

    fn requests(&self) -> Vec<Value> {
        self.shop.customer()["requests"].as_array().cloned().unwrap_or_default()
    }

    fn ask(&self) {
        self.shop.request(&["name.full"], "DeliveryOfGoods", "read");
    }

    fn answered(&self) -> bool {
        let requests = self.requests();
        !requests.is_empty() && requests.iter().all(|request| request["answered"] == json!(true))
    }
}

fn state(node: &Node) -> Value {
    node.ask(&verbs::Clock { accept: None })["state"].clone()
}

/// A moment as a message says it; the minute may have changed since.
fn says(words: &str, at: Timestamp) -> bool {
    let before = Timestamp(at.0 - 60_000);
    words.contains(&clock::minute(at)) || words.contains(&clock::minute(before))
}

#[test]
fn one_run_two_days_ahead_stops_neither_side() {
    for wrong in ["person", "shop"] {
        let Some(pair) = Pair::by("+0d", "+0d") else { return };
        let mut pair = pair.met();
        pair.stop(wrong);
        pair.set(wrong, "+2d");
        pair.start(wrong);
        pair.ask();
        until("the company learns that the clocks differ", || pair.shop.customer()["clock_differs"].is_string());
        let by = pair.shop.customer()["clock_differs"].as_str().expect("words").to_owned();
        assert!(by.starts_with("2 days ") || by.starts_with("48 hours "), "{wrong}: {by}");
        assert_eq!(pair.requests()[0]["rejected"], Value::Null, "{wrong}: it is not final");
        assert!(!pair.answered(), "{wrong}: it is refused");
        let told = pair.node(wrong).verb(&["doctor"]);
        let words = String::from_utf8_lossy(&told.stdout).into_owned();
        assert_eq!(told.status.code(), Some(7), "{wrong}: {words}");
        assert_eq!(state(pair.node(wrong)), "held_back", "{wrong}");
        let status = pair.node(wrong).ask(&verbs::Status {});
        assert!(status["clock"]["next_step"].as_str().is_some_and(|words| words.contains("jumped ahead by 2 days")));
        pair.stop(wrong);
        pair.set(wrong, "+0d");
        pair.start(wrong);
        until("what was refused is answered", || pair.answered());
        pair.ask();
        until("and what is asked anew", || pair.requests().len() == 2 && pair.answered());
        assert_eq!(state(pair.node(wrong)), "good", "{wrong}");
        assert_eq!(pair.shop.customer()["clock_differs"], Value::Null);
    }
}

/// The clock is set while both run: what was refused comes again by itself.
#[test]
fn a_clock_that_is_set_right_while_it_runs_is_right_at_once() {
    for wrong in ["+6m", "-6m", "-20000d"] {
        let Some(pair) = Pair::by("+0d", "+0d") else { return };
        let pair = pair.met();
        pair.set("person", wrong);
        pair.ask();
        until("the company learns that the clocks differ", || pair.shop.customer()["clock_differs"].is_string());
        pair.set("person", "+0d");
        // What the person tells shows that the clocks agree.
        pair.person.ask(&granting("Shop", "name.full", "DeliveryOfGoods", Reading::Subscribe));
        until("the request is answered", || pair.answered());
        assert_eq!(pair.requests()[0]["rejected"], Value::Null, "{wrong}");
    }
}

#[test]
fn a_pairing_refused_for_its_time_names_both_times_and_the_next_step() {
    for (offset, minutes, way) in [("+6m", 6_i64, "earlier"), ("-6m", -6, "later")] {
        let Some(pair) = Pair::by(offset, "+0d") else { return };
        let link = pair.shop.ask(&inviting(false))["link"].as_str().expect("a link").to_owned();
        let failure = pair.person.try_ask(&pairing(&link));
        let Failure { code, message, .. } = failure.expect_err("refused");
        let now = clock::wall();
        assert_eq!(code, "clock_skew");
        assert!(says(&message, now), "{message}");
        assert!(says(&message, Timestamp(now.0.saturating_add_signed(minutes * 60_000))), "{message}");
        assert!(message.contains(way) && message.contains("set the clock of this machine"), "{message}");
        pair.set("person", "+0d");
        pair.person.ask(&pairing(&link));
    }
}

/// Both know each other for a month, one by one they come back; until they have met again nothing is ended for good.
#[test]
fn a_node_that_was_off_for_a_month_goes_on() {
    let Some(pair) = Pair::by("-31d", "-31d") else { return };
    let mut pair = pair.met();
    pair.ask();
    until("it is answered", || pair.answered());
    let held = |pair: &Pair| pair.shop.customer()["held"].as_array().map_or(0, Vec::len);
    until("the value is held", || held(&pair) == 1);
    pair.stop("person");
    pair.stop("shop");
    pair.set("person", "+0d");
    pair.set("shop", "+0d");
    pair.start("shop");
    let swept = |pair: &Pair| pair.shop.ask(&verbs::Clock { accept: None });
    let before = swept(&pair)["stored"].clone();
    until("the companion has looked at the time", || swept(&pair)["stored"] != before);
    assert_eq!(state(&pair.shop), "held_back");
    assert_eq!(held(&pair), 1, "its retention is over by the clock alone");
    pair.start("person");
    pair.ask();
    until("the request is answered", || pair.answered());
    until("both clocks are believed", || state(&pair.shop) == "good" && state(&pair.person) == "good");
}

#[test]
fn the_owner_sets_the_floor_back_and_nothing_revives() {
    let Some(mut pair) = Pair::by("+400d", "+0d") else { return };
    // What is stored of a new home is the first clock that it sees.
    pair.person.set("name.full", "Anna de Vries");
    pair.stop("person");
    pair.set("person", "+0d");
    pair.start("person");
    let mut pair = pair.met();
    let grant = |pair: &Pair| {
        pair.person.ask(&granting("Shop", "email", "DeliveryOfGoods", Reading::Read));
        pair.person.ask(&verbs::Grants {}).as_array().map_or(0, Vec::len)
    };
    let states = |pair: &Pair| {
        let grants = pair.person.ask(&verbs::Grants {});
        let mut states: Vec<String> = grants
            .as_array()
            .into_iter()
            .flatten()
            .map(|grant| grant["state"].as_str().expect("a state").into())
            .collect();
        states.sort();
        states
    };
    assert_eq!(grant(&pair), 1);
    assert_eq!(states(&pair), ["expired"]);
    assert_eq!(state(&pair.person), "behind");
    assert!(pair.person.bad(&["clock", "--accept"], 5).contains("--yes"), "it needs the owner's word");
    assert_eq!(states(&pair), ["expired"]);
    let told = pair.person.good(&["--json", "clock", "--accept", "--yes"]);
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&told["accepted"], &told["grants_ended"], &told["state"]), (&json!("back"), &json!(1), &json!("good")));
    assert_eq!(states(&pair), ["revoked"]);
    assert_eq!(grant(&pair), 2);
    assert_eq!(states(&pair), ["live", "revoked"]);
    pair.person.kill();
    pair.start("person");
    assert_eq!(states(&pair), ["live", "revoked"], "also over a restart");
    pair.ask();
    until("requests are answered", || pair.answered());
    assert_eq!(pair.person.verb(&["--json", "clock"]).status.code(), Some(0));
}

#[test]
fn the_owner_confirms_a_jump() {
    let Some(mut pair) = Pair::by("+0d", "+0d") else { return };
    pair.person.set("name.full", "Anna de Vries");
    pair.stop("person");
    pair.set("person", "+40d");
    pair.start("person");
    assert_eq!(state(&pair.person), "held_back");
    assert_eq!(pair.person.ask(&verbs::Clock { accept: Some(false) })["accepted"], "jump");
    assert_eq!(state(&pair.person), "good");
}

/// The first page says what is wrong with the clock, in both languages, and nothing where it is right.
#[test]
fn the_first_page_says_that_the_clock_jumped() {
    let Some(mut pair) = Pair::by("+0d", "+0d") else { return };
    pair.person.set("name.full", "Anna de Vries");
    for (offset, there) in [("+0d", false), ("+40d", true)] {
        pair.stop("person");
        pair.set("person", offset);
        let mut process = pair.person.process(&["--json", "run", "--dashboard", "127.0.0.1:0"]);
        let clock = pair.clock("person");
        under_clock(&mut process, &pair.library, &clock).stderr(std::process::Stdio::null());
        pair.person.start_process(process);
        let link = pair.person.ask(&verbs::Dashboard {})["link"].as_str().expect("a link").to_owned();
        let (to, cookie) = enter(&link);
        for (language, words) in [("en", "It jumped ahead by 40 days"), ("nl", "De klok is 40 dagen vooruitgesprongen")]
        {
            let page = send(to, "GET", "/", &[("Cookie", &cookie), ("Accept-Language", language)], "");
            assert_eq!(page.body.contains(words), there, "{offset} {language}: {}", page.body);
        }
    }
}

#[test]
fn the_api_says_whose_clock_differs_and_counts_them() {
    let Some(pair) = Pair::by("+0d", "+0d") else { return };
    let mut pair = pair.met();
    pair.stop("shop");
    let address = pair.shop.serve_api();
    let client = Client::new(address, &pair.shop.api_key(false));
    let differs = || client.get("/v1/relationships").expect(200)["data"][0]["clock_differs"].clone();
    let counted = |line: &str| client.get("/metrics").text().lines().any(|own| own == line);
    assert_eq!(differs(), Value::Null);
    assert!(counted("regie_supplier_clocks_differ 0") && counted("regie_supplier_clock_fine 1"));
    pair.stop("person");
    pair.set("person", "+2d");
    pair.start("person");
    pair.ask();
    until("the API says it", || differs().is_string());
    let by = differs().as_str().expect("words").to_owned();
    assert!(by.starts_with("2 days ") || by.starts_with("48 hours "), "{by}");
    assert!(counted("regie_supplier_clocks_differ 1"));
}

/// One process with a wrong clock moves neither what is stored nor what the other does.
#[test]
fn one_companion_with_a_wrong_clock_does_not_stop_the_other_on_the_same_store() {
    let (Some(library), Some(postgres)) = (faketime(), Postgres::start()) else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (url, any) = (postgres.url(), "/ip4/127.0.0.1/tcp/0");
    let mut right = Node::at(directory.path().join("right"));
    right.good(&["supplier", "init", "--name", "Shop", "--sector", "retail", "--listen", any, "--store", &url]);
    right.start();
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna de Vries");
    person.pair(&right);
    let mut wrong = Node::at(directory.path().join("wrong"));
    wrong.good(&["supplier", "join", "--store", &url, "--listen", any]);
    let clock = directory.path().join("clock");
    std::fs::write(&clock, "+300d").expect("written");
    wrong.start_under_clock(Path::new(&library), &clock);
    // It takes turns of its own, each of which stores the time.
    wrong.ask(&inviting(false));
    assert_eq!(state(&wrong), "held_back");
    right.ask(&inviting(false));
    assert_eq!(state(&right), "good");
    right.request(&["name.full"], "DeliveryOfGoods", "read");
    until("it is answered", || right.customer()["requests"][0]["answered"] == json!(true));
    assert_eq!(state(&right), "good");
}

/// What a person says to suppliers whom they know leaves for each at a moment of its own, or when the person wants it to.
#[test]
fn what_is_said_unasked_waits_for_its_moment_and_no_longer() {
    let Some(pair) = Pair::by("+0d", "+0d") else { return };
    let mut pair = pair.met();
    pair.shop.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    let held = |pair: &Pair, name: &str| pair.shop.customer()["held"][0]["value"] == json!(name);
    until("the company has the name", || held(&pair, "Anna de Vries"));
    pair.stop("person");
    let (library, clock) = (pair.library.clone(), pair.clock("person"));
    pair.person.start_under_clock_with(&library, &clock, &[("REGIE_TELL_MINUTES", "30")]);
    let deliveries = |pair: &Pair| pair.person.ask(&verbs::Deliveries {});

    // They met a moment ago: they are in conversation.
    pair.person.set("name.full", "Anna Bakker");
    until("the company is told at once", || held(&pair, "Anna Bakker"));

    let later = |pair: &Pair, by: &str| ["person", "shop"].iter().for_each(|who| pair.set(who, by));
    later(&pair, "+20m");
    pair.person.set("name.full", "Anna Smit");
    let waits = deliveries(&pair);
    assert!(waits["suppliers"][0]["tell_at"].is_string(), "it waits for its moment: {waits}");
    assert!(!held(&pair, "Anna Smit"));
    later(&pair, "+51m");
    until("half an hour later the company is told", || held(&pair, "Anna Smit"));
    until("and signed for it", || deliveries(&pair)["waiting"] == 0);

    later(&pair, "+60m");
    pair.person.set("name.full", "Anna de Wit");
    assert!(deliveries(&pair)["suppliers"][0]["tell_at"].is_string());
    assert_eq!(pair.person.ask(&verbs::TellNow {})["suppliers"], 1);
    until("the person did not want to wait", || held(&pair, "Anna de Wit"));
}
