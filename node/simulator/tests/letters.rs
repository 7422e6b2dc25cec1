//! Suppliers without a companion: what a share of them changes, and what comes of letters.

#![allow(clippy::expect_used, reason = "a test stops where its setup does not hold")]

use regie_simulator::{
    measure::{month::Month, summary::Summary},
    runs::{
        plan::Plan,
        run::{months, run},
    },
    scenario::{Scenario, ScenarioError},
};

const ADOPTION: &str = include_str!("../scenarios/adoption.toml");
const CROWD: &str = include_str!("../scenarios/crowd.toml");

fn scenario(text: &str, sets: &[&str]) -> Scenario {
    let all: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    Scenario::parse(text, &all).expect("a scenario")
}

/// All months together, and the measures over them.
fn lived(sets: &[&str]) -> (Month, Summary) {
    let few = ["persons=6", "suppliers=8", "days=240", "person.moves_a_year=3", "letters.rights_a_year=12"];
    let scenario = scenario(ADOPTION, &[&few, sets].concat());
    let lived = run(&Plan { scenario: &scenario, seed: 5, threads: 2, only: None }, &|| ()).expect("runs");
    let mut all = Month::default();
    months(&lived).iter().for_each(|month| all.add(month));
    (all, Summary::of(&lived))
}

#[test]
fn without_companions_nothing_is_asked_of_a_node_and_with_all_of_them_nothing_is_written() {
    let (none, summary) = lived(&["letters.companions=0"]);
    assert_eq!((none.requests, none.messages, none.held, none.copies), (0, 0, 0, 0));
    assert!(none.forms > 50 && none.paper_held > 1_000 && none.letters > 20 && none.moves > 5, "{none:?}");
    assert!(none.paper_needless > 0 && none.paper_needless < none.paper_held);
    let paper = summary.on_paper.expect("measured");
    assert!((paper.right_on_paper - paper.right_of_all).abs() < 1e-9);

    let (all, _) = lived(&["letters.companions=1"]);
    assert_eq!((all.forms, all.paper_held, all.letters, all.rights), (0, 0, 0, 0));
    assert!(all.requests > 50 && all.held > 100);

    let (half, _) = lived(&["letters.companions=0.5"]);
    assert!(half.requests > 0 && half.requests < all.requests && half.forms > 0 && half.forms < none.forms);
}

#[test]
fn a_letter_that_is_acted_on_makes_a_copy_right_and_none_leaves_it_wrong() {
    // Forms that come once, so that only letters make anything right again.
    let once = ["letters.companions=0", "sector.0.asks.0.every_days=240", "sector.1.share=0"];
    let of = |more: &[&str]| lived(&[&once, more].concat());
    let (sent, _) = of(&["letters.sends=1", "letters.acts=1", "letters.acts_days=[1,1]"]);
    let (ignored, _) = of(&["letters.sends=1", "letters.acts=0"]);
    let (silent, _) = of(&["letters.sends=0", "baseline.tells=0"]);
    let (by_hand, _) = of(&["letters.sends=0", "baseline.tells=1"]);
    assert!(sent.letters > silent.letters && ignored.letters > silent.letters);
    for told in [&sent, &by_hand] {
        assert!(told.paper_right > silent.paper_right && told.paper_wrong_ms < silent.paper_wrong_ms);
    }
    assert!(ignored.paper_right < ignored.paper_held && silent.paper_right < silent.paper_held);
    assert_eq!(by_hand.paper_right, by_hand.paper_held, "told at once");
}

#[test]
fn requests_are_answered_reminded_of_and_complained_about_by_their_shares() {
    let of = |in_time: &str, late: &str| {
        let shares = [format!("letters.answers_in_time={in_time}"), format!("letters.answers_late={late}")];
        lived(&["letters.companions=0", &shares[0], &shares[1], "letters.late_days=59"]).0
    };
    let prompt = of("1", "0");
    assert!(prompt.rights > 20 && prompt.rights_in_time > 0);
    assert_eq!((prompt.rights_late, prompt.reminders, prompt.complaints), (0, 0, 0));
    let late = of("0", "1");
    assert_eq!((late.rights_in_time, late.complaints), (0, 0), "before the complaint");
    assert!(late.rights_late > 0 && late.reminders >= late.rights_late);
    let silent = of("0", "0");
    assert_eq!((silent.rights_in_time, silent.rights_late), (0, 0));
    assert!(silent.complaints > 0 && silent.reminders >= silent.complaints && silent.rights >= silent.reminders);
}

#[test]
fn a_group_lives_with_suppliers_that_have_none() {
    let letters = "[letters]\ncompanions = 0.5\nsends = 1\nacts = 1\nacts_days = [1, 9]\nrights_a_year = 2\n\
                   answers_in_time = 0.5\nanswers_late = 0.5\nlate_days = 60\ncomplains_after_days = 60\n";
    let text = CROWD.replacen("[network]", &format!("{letters}\n[network]"), 1);
    let sets = ["persons=20", "group.persons=10", "days=90"];
    let scenario = scenario(&text, &sets);
    let lived = run(&Plan { scenario: &scenario, seed: 2, threads: 2, only: None }, &|| ()).expect("runs");
    let again = run(&Plan { scenario: &scenario, seed: 2, threads: 1, only: None }, &|| ()).expect("runs");
    assert_eq!(lived, again);
    let months = months(&lived);
    assert!(months.iter().any(|month| month.paper_held > 0) && months.iter().any(|month| month.held > 0));
}

#[test]
fn a_share_out_of_its_range_is_named() {
    for (set, words) in [
        ("letters.companions=2", "a share is 0 to 1"),
        ("letters.rights_a_year=-1", "a rate is 0 or more"),
        ("letters.late_days=30", "31 to"),
        ("letters.acts_days=[5,3]", "the least, then the most"),
        ("letters.answers_late=0.9", "at most 1 together"),
    ] {
        let error = Scenario::parse(ADOPTION, &[set.into()]).expect_err("a mistake");
        assert!(error.to_string().contains(words), "{set}: {error}");
    }
    assert!(matches!(Scenario::parse(&ADOPTION.replace("sends", "sendz"), &[]), Err(ScenarioError::Form(_))));
}
