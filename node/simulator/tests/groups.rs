//! Groups and experiments are true to themselves: same seed, same files on any number of threads; attackers get nothing
//! beyond grants; the watch sees what must not leave; a mistake in a scenario names its line.

#![allow(clippy::expect_used, reason = "a test stops where its setup does not hold")]

use std::path::Path;

use regie_simulator::{
    experiment::{Name, Trial},
    measure::{
        lived::Lived,
        month::Month,
        summary::{Summary, Together},
        tables::Groups,
    },
    runs::{draw, plan::Plan, run::run},
    scenario::{Scenario, ScenarioError, costs::Costs, group::Attack},
    world::life,
};

const CROWD: &str = include_str!("../scenarios/crowd.toml");

fn crowd(sets: &[&str]) -> Scenario {
    let all = [&["persons=10", "days=40", "group.persons=5", "group.suppliers=6", "group.paired=3"], sets].concat();
    let all: Vec<String> = all.into_iter().map(str::to_owned).collect();
    // A small flood, above what may wait for a person and below what takes long.
    Scenario::parse(&CROWD.replace("messages = 610", "messages = 90"), &all).expect("a scenario")
}

fn lived(scenario: &Scenario, seed: u64, threads: usize) -> Vec<Lived> {
    run(&Plan { scenario, seed, threads, only: None }, &|| ()).unwrap_or_else(|failed| panic!("{failed}"))
}

fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.display().to_string().replace(&directory.display().to_string(), ""), path))
        .map(|(name, path)| (name, std::fs::read(path).expect("bytes")))
        .collect();
    files.sort();
    files
}

#[test]
fn the_same_seed_gives_the_same_groups_on_any_number_of_threads() {
    let scenario = crowd(&["persons=20", "person.moves_a_year=4"]);
    let mut all = Vec::new();
    for (threads, seed) in [(1, 7), (4, 7), (2, 8)] {
        let directory = tempfile::tempdir().expect("a directory");
        let lived = lived(&scenario, seed, threads);
        let mut tables = Groups::default();
        lived.iter().for_each(|one| tables.push(one).expect("a row"));
        tables.frames().iter().for_each(|frame| frame.write(directory.path()).expect("written"));
        draw::draw(directory.path()).expect("drawn");
        all.push(files(directory.path()));
    }
    assert!(all[0].len() > 10, "tables as CSV, Parquet and text, and drawings");
    assert!(all[0] == all[1], "the same on any number of threads");
    assert!(all[0] != all[2], "another seed, other lives");
    let one = run(&Plan { scenario: &scenario, seed: 7, threads: 1, only: Some(1) }, &|| ()).expect("lives");
    assert_eq!(one[0], lived(&scenario, 7, 2)[1], "one group alone is the same as among others");
}

#[test]
fn attackers_get_nothing_beyond_what_was_granted_to_them() {
    // The watch stops the run at any value without a grant; what is left to say is how far each attack came.
    let lived = lived(&crowd(&["days=60"]), 3, 2);
    let harm = |kind| lived.iter().filter_map(|group| group.harm.get(&kind)).copied().collect::<Vec<_>>();
    for thief in harm(Attack::StolenGrant) {
        assert!(thief.sent > 0 && thief.refused == thief.sent, "{thief:?}");
        assert_eq!((thief.values, thief.answered, thief.asked), (0, 0, 0), "a stolen grant opens nothing");
    }
    for flood in harm(Attack::Flood) {
        assert!(flood.refused > 0 && flood.refused < flood.sent, "{flood:?}");
    }
    for asker in harm(Attack::OverAsk) {
        assert!(asker.sent > 0 && asker.refused > asker.answered, "most of it is refused: {asker:?}");
    }
    assert!(harm(Attack::Sybil).iter().any(|sybil| sybil.sent > 0));
    assert_eq!(harm(Attack::StolenGrant).len(), 2);
}

#[test]
fn what_is_measured_adds_up() {
    let lived = lived(&crowd(&["days=90"]), 5, 2);
    let all = sum(&lived);
    let Month { needs, offers, contacts, mails, memberships, counted, revocations_done, link_tries, .. } = all;
    let come_up = [needs, offers, contacts, mails, memberships, counted, revocations_done, link_tries];
    assert!(come_up.iter().all(|figure| *figure > 0), "{all:?}");
    assert!(all.contacts_wanted + all.baits <= all.contacts);
    assert!(all.mails_wanted <= all.mails && all.link_right <= all.link_tries);
    assert!(all.memberships_told >= all.memberships * 9 / 10, "they arrive");
    let reports: u64 = lived.iter().flat_map(|one| one.counts.values()).map(|count| count.reports).sum();
    assert!(reports > 0 && reports <= all.counted);
    let summary = together(&lived);
    assert!(summary.entropy < summary.entropy_by_key, "values tell more than keys: {summary:?}");
    for share in [summary.wanted, summary.met, summary.match_quality, summary.linked, summary.wanted_by_mail] {
        assert!((0.0..=1.0).contains(&share), "{summary:?}");
    }
}

#[test]
fn many_rough_groups_hold() {
    let count = std::env::var("REGIE_SIM_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    for seed in 0..count {
        // Lines that drop, short days, many moves, needs and revocations, attacks often.
        let sets =
            ["persons=4", "days=40", "group.persons=4", "group.paired=4", "network.loss=0.2", "network.retry_s=3600"];
        let more = ["person.revokes_a_year=40", "person.looks_every_days=2", "group.intents.needs_a_year=60"];
        let more = [
            &more[..],
            &["person.moves_a_year=20", "person.remembers=0.2", "group.attacker.3.messages=40", "online.hours_a_day=5"],
        ]
        .concat();
        if let Err(failed) = life::live(&crowd(&[&sets[..], &more[..]].concat()), 0, seed) {
            panic!("{failed}");
        }
    }
}

/// What is summed over all groups.
fn sum(lived: &[Lived]) -> Month {
    let mut all = Month::default();
    lived.iter().for_each(|one| all.add(&one.total()));
    all
}

fn together(lived: &[Lived]) -> Together {
    Summary::of(lived).together.expect("groups")
}

#[test]
fn messages_take_the_time_that_the_scenario_says() {
    let sets = ["online.hours_a_day=24", "network.loss=0", "person.revokes_a_year=60", "person.looks_every_days=1"];
    let with = |latency: &str| lived(&crowd(&[&sets[..], &[latency]].concat()), 6, 2);
    for [least, most] in [[40, 40], [40, 90], [5_000, 5_000]] {
        let lived = with(&format!("network.latency_ms=[{least}, {most}]"));
        let (revoked, replies) = (sum(&lived).revocations_done, sum(&lived).replies);
        assert!(revoked > 20 && replies > 200, "{revoked} and {replies}");
        // Every line is up and nothing is lost, so that nothing waits for anything else.
        let took = sum(&lived).revocation_ms;
        assert!((least * revoked..=most * revoked).contains(&took), "{took} ms for {revoked} revocations");
        let took = sum(&lived).reply_ms;
        assert!((2 * least * replies..=2 * most * replies).contains(&took), "{took} ms for {replies} replies");
    }
    let day = lived(&crowd(&["online.hours_a_day=1", "person.revokes_a_year=60"]), 6, 2);
    let took = sum(&day).revocation_ms / sum(&day).revocations_done;
    assert!((6 * 3_600_000..24 * 3_600_000).contains(&took), "a node that is down tells nobody: {took} ms");
}

#[test]
fn what_is_lost_on_the_way_to_the_board_is_said_again_and_stands_there_once() {
    let often = "group.intents.needs_a_year=24";
    let sets = ["days=60", "online.hours_a_day=24", "network.retry_s=600", "group.intents.answers=1", often];
    let with = |loss| {
        let mut scenario = crowd(&[&sets[..], &[loss]].concat());
        let group = scenario.group.as_mut().expect("groups");
        group.attacker.retain(|attacker| attacker.kind == Attack::Sybil);
        lived(&scenario, 8, 2)
    };
    for lived in [with("network.loss=0"), with("network.loss=0.3")] {
        let (needs, offers) = (sum(&lived).needs, sum(&lived).offers);
        // Of six suppliers in three categories two sell what is wanted, and three sybils offer everything.
        assert!(needs > 10 && offers <= 5 * needs, "{offers} offers for {needs} needs");
        // Needs of the last day wait for the suppliers' next look.
        assert!(offers + 15 >= 5 * needs, "{offers} offers for {needs} needs");
        let sybils = lived.iter().filter_map(|one| one.harm.get(&Attack::Sybil));
        let refused: u64 = sybils.map(|harm| harm.refused).sum();
        assert!(refused * 10 <= offers, "{refused} offers came too late or twice");
    }
}

#[test]
fn what_suppliers_hold_is_right_where_nobody_moves_and_goes_wrong_where_nobody_is_told() {
    let text = CROWD.replace("messages = 610", "messages = 1").replace("access = \"subscribe\"", "access = \"read\"");
    let with = |text: &str, sets: &[&str]| {
        let small = ["persons=8", "days=90", "group.persons=8", "group.suppliers=6", "network.loss=0"];
        let sets: Vec<String> = small.iter().chain(sets).map(|set| (*set).to_owned()).collect();
        let mut scenario = Scenario::parse(text, &sets).expect("a scenario");
        let group = scenario.group.as_mut().expect("groups");
        group.attacker.retain(|attacker| attacker.kind == Attack::Collude);
        let lived = lived(&scenario, 3, 2);
        let all = sum(&lived);
        [all.moves, all.held, all.held_right, all.held_right_by_hand, all.held_wrong_ms]
    };
    let [moves, held, right, by_hand, wrong_ms] = with(CROWD, &["person.moves_a_year=0"]);
    assert!(moves == 0 && held > 50 && wrong_ms == 0, "{held} held");
    assert_eq!((right, by_hand), (held, held));
    // Nobody subscribes: what changes is told when it is asked for the next time.
    let moving = ["person.moves_a_year=6", "baseline.tells=0"];
    let [moves, held, right, _, wrong_ms] = with(&text, &moving);
    assert!(moves > 5 && right < held && wrong_ms > 0, "{right} of {held} after {moves} moves");
    // All subscribe, and the node is always up: told once is right, and by hand it is not.
    let connected = [&moving[..], &["online.hours_a_day=24"]].concat();
    let subscribed = CROWD.replace("access = \"read\"", "access = \"subscribe\"");
    // A value that is kept longer than the grant lives is not told of changes.
    let subscribed = subscribed.replace("days = 30\nretention_days = 90", "days = 366\nretention_days = 366");
    let no_offers = [&connected[..], &["group.intents.answers=0"]].concat();
    let [moves, held, right, by_hand, _] = with(&subscribed, &no_offers);
    assert!(moves > 5 && held > 50 && right == held && by_hand < held, "{right} and {by_hand} of {held}");
    // All subscribe, but the nodes are hardly ever up while people move all the time.
    let apart = ["person.moves_a_year=200", "online.hours_a_day=0.1", "group.intents.answers=0"];
    let [_, held, right, ..] = with(&subscribed, &apart);
    assert!(right < held, "{right} of {held}");
}

#[test]
fn work_in_groups_is_accounted_as_in_lives() {
    let mut scenario = crowd(&["days=60", "person.remembers=0"]);
    scenario.costs = Costs { key_ns: 0, read_ns: 0, sign_ns: 1_000, verify_ns: 0, seal_ns: 0 };
    let lived_once = lived(&scenario, 4, 2);
    for month in lived_once.iter().flat_map(|one| &one.months) {
        assert_eq!((month.person_cpu_us, month.supplier_cpu_us), (month.person_signed, month.supplier_signed));
        assert!(month.person_verified > 0 && month.supplier_verified > 0 && month.person_sealed > 0, "{month:?}");
        assert!(month.person_messages < month.messages && month.person_bytes < month.bytes && month.events > 0);
    }
    scenario.costs = Costs { key_ns: 0, read_ns: 0, sign_ns: 0, verify_ns: 2_000, seal_ns: 0 };
    let again = lived(&scenario, 4, 2);
    let (checks, took) = (sum(&again).board_verified, sum(&again).board_cpu_us);
    assert!(checks > 0 && took == 2 * checks, "the board checks what is cast and offered: {checks} in {took}");
    assert_eq!(sum(&lived_once).board_cpu_us, 0, "and signs nothing");
    let summary = Summary::of(&again);
    assert_eq!((summary.persons, summary.months), (10, 2));
    let per_month = sum(&again).messages as f64 / 20.0;
    assert!((summary.messages_a_month - per_month).abs() < 1e-9);
    // What is remembered is not asked again.
    let asked = |remembers: &str| {
        let set = format!("person.remembers={remembers}");
        sum(&lived(&crowd(&["days=80", "person.looks_every_days=1", &set]), 4, 2)).decisions
    };
    let (never, always) = (asked("0"), asked("1"));
    assert!(always * 2 < never, "{always} decisions, {never} where nothing is remembered");
}

#[test]
fn colluders_without_a_shared_value_know_no_more_than_keys_tell() {
    // All live in one area and town, and nothing else is asked for.
    let text = CROWD
        .replace("\"address.postalCode\", \"household.size\", \"birthDate\"", "\"address.postalCode\"")
        .replace("\"address.postalCode\", \"birthDate\"", "\"address.postalCode\"")
        .replace("\"name.full\", \"address.street\", ", "")
        .replace("messages = 610", "messages = 1");
    let sets = ["persons=10", "days=60", "group.persons=10", "group.areas=1", "group.intents.answers=0"];
    let sets: Vec<String> = sets.into_iter().map(str::to_owned).collect();
    let scenario = Scenario::parse(&text, &sets).expect("a scenario");
    let summary = together(&lived(&scenario, 2, 1));
    assert!(summary.anonymity_set_by_key > 1.0, "{summary:?}");
    assert!((summary.anonymity_set - summary.anonymity_set_by_key).abs() < 1e-9, "{summary:?}");
}

#[test]
fn intents_that_name_nothing_are_linked_no_better_than_blindly() {
    let sets = ["days=80", "group.intents.needs_a_year=24"];
    let named = together(&lived(&crowd(&[&sets[..], &["group.intents.names_area=true"]].concat()), 4, 2));
    let blind = together(&lived(&crowd(&[&sets[..], &["group.intents.names_area=false"]].concat()), 4, 2));
    assert!((blind.intents_linked - blind.intents_linked_blindly).abs() < 1e-9, "{blind:?}");
    assert!(named.intents_linked > named.intents_linked_blindly, "{named:?}");
}

#[test]
fn an_experiment_gives_the_same_files_on_any_number_of_threads() {
    for (name, percent) in [(Name::Intent, 3), (Name::TellOnce, 1)] {
        let mut all = Vec::new();
        for threads in [1, 3] {
            let trial = Trial { seed: 1, threads, percent, told: &|_| () };
            let directory = tempfile::tempdir().expect("a directory");
            let found = name.find(&trial).unwrap_or_else(|error| panic!("{error}"));
            found.write(&trial, directory.path()).expect("written");
            all.push(files(directory.path()));
        }
        assert!(all[0].iter().any(|(name, _)| name.ends_with(".svg")) && all[0] == all[1], "{name:?}");
    }
}

#[test]
fn a_mistake_in_a_group_names_its_line() {
    let line = |of: &str| CROWD.lines().position(|line| line.starts_with(of)).expect("a line") + 1;
    for (right, wrong, says) in [
        ("answers = 0.8", "answers = 1.5", "a share is 0 to 1"),
        ("paired = 4", "paired = -4", "integer"),
        ("keep = 5", "keep = 65", "this is 1 to 64"),
        ("kind = \"over_ask\"", "kind = \"overask\"", "over_ask"),
        ("unsaid = 0.3", "unsayd = 0.3", "unsayd"),
        ("epsilon = 500", "epsilon = 5000", "this is 1 to 2000"),
    ] {
        let error = Scenario::parse(&CROWD.replace(right, wrong), &[]).expect_err("a mistake").to_string();
        assert!(error.contains(says) && error.contains(&format!("line {}", line(right))), "{error}");
    }
    let empty = CROWD.replace("number = { field = \"household.size\", least = 3 }", "all = []");
    assert!(Scenario::parse(&empty, &[]).expect_err("a mistake").to_string().contains("predicate"), "no clause");
    for set in ["group.paired=13", "group.intents.decides_after_days=14", "group.segments.counts=0.9"] {
        assert!(matches!(Scenario::parse(CROWD, &[set.into()]), Err(ScenarioError::Range(_))), "{set}");
    }
}

/// Two companies that ask for nothing in common lay side by side when they heard of whom: what a person says to both leaves
/// for each at a moment of its own, which hides little where few are told anything.
#[test]
fn companies_that_compare_moments_find_persons_and_fewer_where_each_is_told_at_its_own() {
    // What is asked for waits for the person's word each time, and both hear it at a look.
    let text = CROWD.replace("every_days = 60", "every_days = 9").replace("days = 366", "days = 1");
    let text = text.replace("days = 30\n", "days = 1\n");
    let linked = |within: &str| {
        let within = format!("network.tell_within_s={within}");
        let sets = [
            "persons=60",
            "days=180",
            "online.hours_a_day=24",
            "person.looks_every_days=1",
            "policies.careful=1",
            "policies.balanced=0",
            "policies.open=0",
            "group.persons=30",
            "group.suppliers=4",
            "group.paired=4",
            "group.intents.needs_a_year=0",
            &within,
        ];
        let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
        let mut scenario = Scenario::parse(&text, &sets).expect("a scenario");
        let group = scenario.group.as_mut().expect("groups");
        group.attacker.retain(|attacker| attacker.kind == Attack::Collude);
        sum(&lived(&scenario, 3, 2))
    };
    let [at_once, half_an_hour, a_day] = ["0", "1800", "86400"].map(linked);
    let right = |all: &Month| all.moment_right * 1_000;
    assert!(right(&at_once) > 2 * at_once.moment_blind_thousandths, "the search finds what there is to find");
    assert!(right(&a_day) < right(&half_an_hour) && right(&half_an_hour) <= right(&at_once));
}
