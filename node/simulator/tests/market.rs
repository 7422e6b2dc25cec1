//! The simulator is true to itself: same seed, same tables on any number of threads; the watch sees what it must; a
//! mistake in a scenario names its line; many short lives hold.

#![allow(clippy::expect_used, reason = "a test stops where its setup does not hold")]

#[path = "../../../protocol/tests/memory/mod.rs"]
mod memory;

use memory::Memory;
use regie_simulator::{
    measure::{month::Month, summary::Summary},
    runs::{
        output::Output,
        plan::Plan,
        run::{months, run},
    },
    scenario::{Scenario, ScenarioError},
    watch::{Broken, Watch},
    world::{agenda, life},
};

const MARKET: &str = include_str!("../scenarios/market.toml");

fn small(sets: &[&str]) -> Scenario {
    let all = [&["persons=6", "suppliers=4", "days=60"], sets].concat();
    let all: Vec<String> = all.into_iter().map(str::to_owned).collect();
    Scenario::parse(MARKET, &all).expect("a scenario")
}

#[test]
fn the_same_seed_gives_the_same_files_on_any_number_of_threads() {
    let scenario = small(&["person.revokes_a_year=12", "person.moves_a_year=6"]);
    let mut files = Vec::new();
    for (threads, seed) in [(1, 7), (2, 7), (5, 7), (2, 8)] {
        let lived = run(&Plan { scenario: &scenario, seed, threads, only: None }, &|| ()).expect("runs");
        let directory = tempfile::tempdir().expect("a directory");
        let mut output = Output::create(&scenario, Some(directory.path())).expect("begun");
        lived.iter().for_each(|one| output.push(one).expect("a row"));
        output.finish().expect("written");
        files.push(
            ["months.csv", "months.parquet"].map(|name| std::fs::read(directory.path().join(name)).expect("read")),
        );
    }
    assert_eq!(files[0], files[1]);
    assert_eq!(files[0], files[2]);
    assert_ne!(files[0], files[3], "another seed, other lives");
    // One person alone is the same as among others.
    let all = run(&Plan { scenario: &scenario, seed: 7, threads: 2, only: None }, &|| ()).expect("runs");
    let one = run(&Plan { scenario: &scenario, seed: 7, threads: 1, only: Some(3) }, &|| ()).expect("runs");
    assert_eq!(one, all.into_iter().filter(|one| one.number == 3).collect::<Vec<_>>());
}

#[test]
fn every_life_is_lived_and_what_is_measured_adds_up() {
    let scenario =
        small(&["person.revokes_a_year=12", "person.moves_a_year=6", "policies={careful=0,balanced=1,open=0}"]);
    let lived = run(&Plan { scenario: &scenario, seed: 3, threads: 2, only: None }, &|| ()).expect("runs");
    let rows = months(&lived);
    assert_eq!(rows.len(), 6 * 2);
    let sum = |of: fn(&Month) -> u64| rows.iter().map(of).sum::<u64>();
    assert!(sum(|m| m.requests) > 0 && sum(|m| m.moves) > 0 && sum(|m| m.revocations) > 0);
    assert!(sum(|m| m.answered) + sum(|m| m.asked) + sum(|m| m.refused) <= sum(|m| m.requests));
    assert!(sum(|m| m.fields_needed) <= sum(|m| m.fields_asked));
    let summary = Summary::of(&lived);
    assert!((0.0..=1.0).contains(&summary.right) && (0.0..=1.0).contains(&summary.right_today));
}

#[test]
fn told_once_is_righter_than_told_by_hand() {
    let scenario = small(&["persons=8", "days=365", "person.moves_a_year=4", "person.revokes_a_year=0"]);
    let lived = run(&Plan { scenario: &scenario, seed: 5, threads: 2, only: None }, &|| ()).expect("runs");
    let summary = Summary::of(&lived);
    assert!(summary.right > summary.right_today, "{summary:?}");
}

#[test]
fn many_short_lives_hold() {
    let count = std::env::var("REGIE_SIM_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    for seed in 0..count {
        // A rough market: lines that drop, short days, many moves and revocations.
        let sets = ["persons=1", "suppliers=3", "days=40", "network.loss=0.1", "online.hours_a_day=3"];
        let more = ["person.revokes_a_year=40", "person.moves_a_year=20", "person.looks_every_days=2"];
        let scenario = small(&[&sets[..], &more[..]].concat());
        if let Err(failed) = life::live(&scenario, 0, seed) {
            panic!("{failed}");
        }
    }
}

#[test]
fn the_watch_sees_a_disclosure_without_grant_entry_or_time() {
    use regie_protocol::{Keypair, Person, Policy, RootSeed, Timestamp, person::Record};
    // A real grant and disclosure, made by the machine; then the same records with one taken away.
    let records = {
        let mut person = Person::new(RootSeed::from_entropy([1; 32]), Policy::of(Vec::new()));
        let supplier = Keypair::from_secret(&[2; 32]);
        paired(&mut person, &supplier)
    };
    let now = Timestamp(agenda::BEGIN);
    let see = |records: &[Record], at: Timestamp| {
        let mut watch = Watch::default();
        records.iter().try_for_each(|record| watch.see(record, at))
    };
    assert_eq!(see(&records, now), Ok(()));
    let without =
        |gone: fn(&Record) -> bool| records.iter().filter(|record| !gone(record)).cloned().collect::<Vec<_>>();
    assert_eq!(see(&without(|record| matches!(record, Record::Grant { .. })), now), Err(Broken::NoGrant));
    assert_eq!(see(&without(|record| matches!(record, Record::Entry { .. })), now), Err(Broken::NoEntry));
    assert_eq!(see(&records, Timestamp(now.0 + 400 * 86_400_000)), Err(Broken::Time));
    let mut early = records.clone();
    early.sort_by_key(|record| !matches!(record, Record::Revoked { .. }));
    assert_eq!(see(&early, now), Err(Broken::Revoked), "a revocation that came before");

    /// Pairs, grants a subscription (which discloses), then revokes it.
    fn paired(person: &mut Person, supplier: &Keypair) -> Vec<Record> {
        use regie_protocol::{
            Acceptance, Access, Agreement, Days, Nonce, Observed, Profile, Provenance, Purpose, Verified,
            person::{Input, NewGrant},
        };
        let now = Timestamp(agenda::BEGIN);
        let key = supplier.public();
        let pairing = person.proffer(&key, Nonce([1; 16]), Agreement::SdBase, None, now).expect("proffered");
        let profile = Profile {
            supplier: key,
            name: "Shop".into(),
            sector: "retail".into(),
            domain: String::new(),
            contact: String::new(),
            wishes: Vec::new(),
            agreements: [Agreement::SdBase].into(),
            addresses: Vec::new(),
            keys: regie_protocol::KeyHistory::default(),
            board: false,
            issued: now,
        };
        let own = person.pairing_key(&key).public();
        let acceptance =
            Acceptance { supplier: key, person: own, pairing: pairing.id(), agreement: Agreement::SdBase, at: now };
        let profile = Verified::sign(profile, supplier).expect("signed").signed().clone();
        let acceptance = Verified::sign(acceptance, supplier).expect("signed").signed().clone();
        let mut host = Memory::new(1);
        let value = "a@b.example".parse().expect("an address");
        let observed = Observed { value, provenance: Provenance::Typed, observed: now };
        host.values.insert("email".parse().expect("a field"), observed);
        person.handle(Input::Paired(&key, profile, acceptance, &pairing), now, &mut host).expect("paired");
        let new = NewGrant {
            supplier: key,
            fields: ["email".parse().expect("a field")].into(),
            purposes: [Purpose::CustomerCare].into(),
            access: Access::Subscribe,
            duration: Days(30),
            retention: Days(30),
        };
        person.handle(Input::Grant(&new), now, &mut host).expect("granted");
        let grant = person.relationships().next().expect("one").1.grants().next().expect("one").id();
        person.handle(Input::Revoke(&grant, false), now, &mut host).expect("revoked");
        host.records
    }
}

#[test]
fn a_mistake_names_its_line_and_a_value_its_range() {
    let wrong = MARKET.replace("loss = 0.002", "los = 0.002");
    let error = Scenario::parse(&wrong, &[]).expect_err("a mistake").to_string();
    assert!(error.contains("los") && error.contains("line 11"), "{error}");
    let wrong = MARKET.replace("purpose = \"DeliveryOfGoods\"", "purpose = \"Delivery\"");
    assert!(matches!(Scenario::parse(&wrong, &[]), Err(ScenarioError::Form(_))));
    for set in ["network.loss=2", "persons=0", "person.says_yes=1.5", "suppliers=5000"] {
        assert!(matches!(Scenario::parse(MARKET, &[set.into()]), Err(ScenarioError::Range(_))), "{set}");
    }
    for set in ["nothing", "no.such=1", "persons=", "network.loss=x y"] {
        assert!(Scenario::parse(MARKET, &[set.into()]).is_err(), "{set}");
    }
    assert_eq!(Scenario::parse(MARKET, &["persons=3".into()]).expect("set").persons, 3);
}

#[test]
fn over_lines_that_hold_every_request_is_answered() {
    // What has nothing to send is passed over: nothing may be forgotten by that.
    let sets = ["network.loss=0", "online.hours_a_day=20", "person.revokes_a_year=24", "person.moves_a_year=12"];
    let scenario = small(&[&sets[..], &["days=200", "suppliers=8"]].concat());
    let lived = run(&Plan { scenario: &scenario, seed: 9, threads: 2, only: None }, &|| ()).expect("runs");
    let rows = months(&lived);
    let sum = |of: fn(&Month) -> u64| rows.iter().map(of).sum::<u64>();
    let (requests, answers) = (sum(|m| m.requests), sum(|m| m.answered + m.asked + m.refused));
    assert!(requests > 200, "{requests}");
    // Those of the last hours may still wait for the morning.
    assert!(answers <= requests && answers + 5 >= requests, "{answers} of {requests}");
    assert!(sum(|m| m.revocations) > 20 && sum(|m| m.revocations_done) + 5 >= sum(|m| m.revocations));
}
