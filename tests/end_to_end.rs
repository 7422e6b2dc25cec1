//! The main job with real processes: the demo, encryption at rest, backup and restore, retention of privacy.

use regie::person::verbs;
use regie_tests::{Node, files, until};
use serde_json::json;

const ANY: &str = "/ip4/127.0.0.1/tcp/0";

#[test]
fn the_demo_holds_and_says_so_as_data() {
    let directory = tempfile::tempdir().expect("a directory");
    let node = Node::at(directory.path().join("unused"));
    let output = node.process(&["--json", "demo", "--market"]).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .expect("text")
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect();
    assert_eq!(lines.last().expect("an end")["done"], json!(true));
    assert_eq!(lines.iter().filter(|line| line["step"].is_u64()).count(), 17);
}

#[test]
fn no_value_and_no_field_name_stands_in_the_files_of_either_side() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", ANY);
    person.start();
    supplier.start();
    let canary = "canary-7f3a@example.org";
    person.set("email", canary);
    person.pair(&supplier);
    supplier.request(&["email"], "DeliveryOfGoods", "subscribe");
    until("the value is there", || supplier.customer()["held"][0]["value"] == json!(canary));
    person.stop();
    supplier.stop();
    let all = files(directory.path());
    assert!(all.iter().any(|file| file.ends_with("regie.redb")), "{all:?}");
    for file in all {
        let bytes = std::fs::read(&file).expect("readable");
        for word in [canary.as_bytes(), b"regie.grant/1", b"DeliveryOfGoods"] {
            assert!(!bytes.windows(word.len()).any(|part| part == word), "{}", file.display());
        }
    }
}

#[test]
fn a_backup_restores_elsewhere_and_ends_earlier_grants() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", ANY);
    person.start();
    supplier.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    until("the name is there", || supplier.customer()["held"][0]["value"] == json!("Anna Bakker"));
    let file = directory.path().join("backup.age");
    person.good(&["backup", file.to_str().expect("a path")]);
    let again = person.bad(&["backup", file.to_str().expect("a path")], 2);
    assert!(again.contains("can't write"), "{again}");
    person.stop();

    let mut restored = Node::at(directory.path().join("restored"));
    let wrong = restored
        .process(&["restore", file.to_str().expect("a path")])
        .env("REGIE_PASSPHRASE", "another")
        .output()
        .expect("runs");
    assert_eq!(wrong.status.code(), Some(6));
    // That grants end by it is said before, and it waits for a word.
    let said = restored.bad(&["restore", file.to_str().expect("a path")], 5);
    assert!(said.contains("1 grants would end") && said.contains("--yes"), "{said}");
    assert!(!restored.home.exists(), "nothing was made");
    restored.good(&["restore", "--yes", file.to_str().expect("a path")]);
    restored.start();
    assert_eq!(restored.good(&["get", "name.full"]), "Anna Bakker\n");
    let grants = restored.ask(&verbs::Grants {});
    assert_eq!(grants[0]["state"], json!("revoked"));
    assert_eq!(restored.ask(&verbs::Audit {})["verified"], json!(true));
    // The relationship lives on under the same key, and the defaults issue a new grant.
    supplier.request(&["name.full"], "DeliveryOfGoods", "read");
    until("the request is answered", || {
        supplier.customer()["requests"].as_array().expect("a list").iter().all(|r| r["answered"] == json!(true))
    });
}
