//! Many suppliers by one file or one page of links, each line with its own outcome.

use regie::person::verbs;
use regie_tests::{Node, crowd::Crowd};
use serde_json::{Value, json};

use crate::dashboard::browser;

fn lines(said: &str) -> Vec<Value> {
    said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_file_of_links_pairs_with_each_and_says_what_came_of_every_line() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    let crowd = Crowd::start(&(0..30).map(|n| format!("Supplier {n:02}")).collect::<Vec<_>>());
    let links: Vec<String> = crowd.members().iter().map(regie_tests::crowd::Member::invite).collect();
    let file = directory.path().join("links.txt");
    let path = file.to_str().expect("a path");
    std::fs::write(&file, format!("# of the company\n\n{}\n{}\nno link at all\n", links.join("\r\n"), links[0]))
        .expect("written");
    let said = person.bad(&["pair", "--file", path], 5);
    assert!(said.contains("--yes"), "{said}");
    assert_eq!(person.ask(&verbs::Status {})["suppliers"], json!([]), "nothing is paired by looking");
    let said = person.bad(&["pair", "--file", path, "--yes", "--vouch"], 1);
    assert!(said.contains("1 of 31 were not paired"), "{said}");
    assert_eq!(person.ask(&verbs::Status {})["suppliers"].as_array().map(Vec::len), Some(30));

    // Again: each is known, and nothing is paired twice.
    std::fs::write(&file, links.join("\n")).expect("written");
    let again = lines(&person.good(&["--json", "pair", "--file", path, "--yes"]));
    assert!(again.len() == 30 && again.iter().all(|line| line["state"] == json!("known")), "{again:?}");
    std::fs::write(
        &file,
        "regie:pair?v=1&d=x\n".to_owned() + &(0..600).map(|n| format!("regie:{n}\n")).collect::<String>(),
    )
    .expect("written");
    assert!(person.bad(&["pair", "--file", path, "--yes"], 2).contains("at most 500 links"));
    person.stop();
}

/// The owner's number: 200 suppliers, and at most 15 clicks.
#[test]
fn two_hundred_suppliers_are_paired_on_one_page_with_fifteen_clicks_at_most() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let link = person.start_with_dashboard();
    let crowd = Crowd::start(&(0..200).map(|n| format!("Supplier {n:03}")).collect::<Vec<_>>());
    let links: Vec<String> = crowd.members().iter().map(regie_tests::crowd::Member::invite).collect();
    let text = format!("{}\nno link at all\n", links.join("\n"));
    let input = json!({ "link": link, "links": text, "count": 200, "shots": directory.path() });
    let Some(seen) = browser("many.mjs", &input) else { return };
    assert!(seen["clicks"].as_u64().is_some_and(|clicks| clicks <= 15), "{seen}");
    assert_eq!(seen["violations"], json!([]), "axe and widths");
    assert_eq!(person.ask(&verbs::Status {})["suppliers"].as_array().map(Vec::len), Some(200));
    person.stop();
}
