//! A company's key is replaced: real processes, a domain, a database that companions share. What was given goes on, and
//! who holds the key before gets nothing.

use std::{fs, path::Path};

use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_tests::{Node, copy_home, free_port, looking, pairing, postgres::Postgres, until};
use serde_json::{Value, json};

use crate::standing::{Certificate, Domain, Says, document, invite, look, name_domain, person};

/// A companion at a port of its own, and the words of its company's next key.
fn company(home: &Path, listen: &str, more: &[&str]) -> (Node, String) {
    let node = Node::at(home.to_owned());
    let init = ["--json", "supplier", "init", "--name", "De Winkel BV", "--sector", "retail", "--listen", listen];
    let made = node.good(&[&init, more].concat());
    (node, words_of(&made))
}

fn words_of(answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).expect("JSON");
    answer["next_key_words"].as_str().expect("words").to_owned()
}

/// A company that a person told her name and every change of it, with the words of the company's next key.
fn subscribed(directory: &Path) -> (Node, String, Node) {
    let listen = format!("/ip4/127.0.0.1/tcp/{}", free_port());
    let (mut shop, words) = company(&directory.join("shop"), &listen, &[]);
    shop.start();
    let mut anna = Node::person(directory.join("person"), "balanced");
    anna.start();
    anna.set("name.full", "Anna Bakker");
    anna.pair(&shop);
    shop.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    until("the name is there", || holds(&shop, "Anna Bakker"));
    (shop, words, anna)
}

/// Replaces the key; the words of the one after come out.
fn rotate(node: &Node, words: &str, sheet: &Path) -> String {
    fs::write(sheet, words).expect("written");
    let sheet = sheet.to_str().expect("text");
    words_of(&node.good(&["--json", "supplier", "rotate-key", "--words-file", sheet, "--yes"]))
}

/// Has everything that the company asked been answered?
pub(crate) fn all_answered(shop: &Node) -> bool {
    let customer = shop.customer();
    customer["requests"].as_array().is_some_and(|all| all.iter().all(|one| one["answered"] == json!(true)))
}

fn supplier_of(person: &Node) -> Value {
    person.ask(&verbs::Status {})["suppliers"][0].clone()
}

fn holds(shop: &Node, name: &str) -> bool {
    shop.customer()["held"].as_array().is_some_and(|held| held.iter().any(|one| one["value"] == json!(name)))
}

#[test]
fn a_stolen_key_is_replaced_and_its_thief_gets_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut shop, words, mut anna) = subscribed(directory.path());
    let grants = anna.ask(&verbs::Grants {});
    let before = supplier_of(&anna);
    assert_eq!(before["key"], before["supplier"]);

    let sheet = directory.path().join("sheet");
    fs::write(&sheet, &words).expect("written");
    let sheet = sheet.to_str().expect("text").to_owned();
    let in_use = shop.bad(&["supplier", "rotate-key", "--words-file", &sheet, "--yes"], 2);
    assert!(in_use.contains("stop"), "not under a companion that runs: {in_use}");
    // Asked while the person is away, and before the change.
    anna.stop();
    shop.request(&["name.full"], "DeliveryOfGoods", "once");
    shop.stop();
    let thief = directory.path().join("thief");
    copy_home(&shop.home, &thief);
    let refused = shop.bad(&["supplier", "rotate-key", "--words-file", &sheet], 5);
    assert!(refused.contains("nothing was changed"), "{refused}");
    let other = rotate_with_other_words(&shop, directory.path());
    assert!(other.contains("not the words"), "{other}");
    let next = rotate(&shop, &words, Path::new(&sheet));
    assert_ne!(next, words);
    shop.start();
    anna.start();
    until("the person's node follows by itself", || supplier_of(&anna)["key"] != before["key"]);
    assert_eq!(supplier_of(&anna)["supplier"], before["supplier"], "the relationship keeps its name");
    until("what was asked before is answered", || all_answered(&shop));
    anna.set("name.full", "Anna de Vries");
    until("a change arrives under the grant there was", || holds(&shop, "Anna de Vries"));
    assert_eq!(anna.ask(&verbs::Grants {}).as_array().map(Vec::len), grants.as_array().map(Vec::len));
    let audit = anna.good(&["audit"]);
    assert!(audit.contains("changed its key"), "{audit}");
    shop.stop();
    shop.start();
    until("the place of the key before is the supplier's, and not let alone", || {
        supplier_of(&anna)["connected"] == json!(true) && shop.customer()["connected"] == json!(true)
    });

    // The thief answers in the company's place, with all that it had.
    shop.stop();
    let mut thief = Node::at(thief);
    thief.start();
    anna.set("name.full", "Anna Jansen");
    thief.request(&["name.full"], "DeliveryOfGoods", "once");
    until("the person's node finds somebody else there", || {
        supplier_of(&anna)["trouble"].as_str().is_some_and(|words| words.contains("Another node answers"))
    });
    assert_eq!(thief.customer()["connected"], json!(false));
    assert!(!holds(&thief, "Anna Jansen") && !holds(&thief, "Anna de Vries"));
    thief.stop();
    shop.start();
    let link = invite(&shop);
    assert_eq!(anna.ask(&looking(&link))["known_already"], json!(true), "at the counter");
    until("and the company has it", || holds(&shop, "Anna Jansen"));
}

fn rotate_with_other_words(shop: &Node, directory: &Path) -> String {
    let (_, other) = company(&directory.join("other"), "/ip4/127.0.0.1/tcp/0", &[]);
    let sheet = directory.join("other-sheet");
    fs::write(&sheet, other).expect("written");
    shop.bad(&["supplier", "rotate-key", "--words-file", sheet.to_str().expect("text"), "--yes"], 2)
}

#[test]
fn who_was_away_for_two_changes_follows_a_link_or_the_domain() {
    let directory = tempfile::tempdir().expect("a directory");
    let domain = Domain::start(directory.path(), Certificate::Good);
    let (mut shop, words) = company(&directory.path().join("shop"), "/ip4/127.0.0.1/tcp/0", &[]);
    shop.start();
    name_domain(&shop, &domain.name);
    domain.says(Says::Document(document(&shop)));
    let mut anna = person(&directory.path().join("anna"), &domain.ca, &[&domain.name]);
    let link = invite(&shop);
    assert_eq!(look(&anna, &link)["standing"]["is"], json!("proven"));
    anna.ask(&verbs::Pair { vouched: false, ..pairing(&link) });
    let before = supplier_of(&anna);
    anna.stop();
    shop.stop();
    let sheet = directory.path().join("sheet");
    let next = rotate(&shop, &words, &sheet);
    rotate(&shop, &next, &sheet);
    // At another port too: nobody answers where the node would look.
    shop.start();
    let newest = shop.ask(&verbs::Status {})["key"].clone();
    let mut process = anna.process(&["--json", "run"]);
    process.env("SSL_CERT_FILE", &domain.ca).env("SSL_CERT_DIR", directory.path().join("none"));
    anna.start_process(process);
    let link = invite(&shop);
    let seen = look(&anna, &link);
    assert_eq!(seen["known_already"], json!(true), "a link of the newest key: {seen}");
    let after = supplier_of(&anna);
    assert_eq!((&after["supplier"], &after["key"]), (&before["supplier"], &newest));
    assert_eq!(after["standing"]["is"], json!("proven"), "what was proven of the company stays: {after}");
    until("they are connected", || supplier_of(&anna)["connected"] == json!(true));
}

#[test]
fn a_company_that_lost_all_its_keys_is_stopped_by_its_domain() {
    let directory = tempfile::tempdir().expect("a directory");
    let domain = Domain::start(directory.path(), Certificate::Good);
    let (mut shop, _) = company(&directory.path().join("shop"), "/ip4/127.0.0.1/tcp/0", &[]);
    shop.start();
    name_domain(&shop, &domain.name);
    let lost = shop.ask(&verbs::Status {})["key"].as_str().expect("a key").to_owned();
    let (mut anew, _) = company(&directory.path().join("anew"), "/ip4/127.0.0.1/tcp/0", &[]);
    anew.start();
    name_domain(&anew, &domain.name);
    let said = anew.good(&["--json", "supplier", "set", "--revoke", &lost]);
    assert!(said.contains(&lost), "{said}");
    domain.says(Says::Document(document(&anew)));
    let anna = person(&directory.path().join("anna"), &domain.ca, &[&domain.name]);
    let seen = look(&anna, &invite(&shop));
    assert_eq!((&seen["standing"]["is"], &seen["standing"]["why"]), (&json!("contradicted"), &json!("revoked")));
    let next = seen["standing"]["next"].as_str().unwrap_or_default();
    assert!(next.contains("lost or stolen"), "{next}");
}

#[test]
fn companions_that_share_a_store_go_on_under_the_new_key() {
    let Some(database) = Postgres::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let (url, listen) = (database.url(), format!("/ip4/127.0.0.1/tcp/{}", free_port()));
    let (mut one, words) = company(&directory.path().join("one"), &listen, &["--store", &url]);
    one.start();
    let two = Node::at(directory.path().join("two"));
    two.good(&["supplier", "join", "--store", &url, "--listen", "/ip4/127.0.0.1/tcp/0"]);
    let mut anna = Node::person(directory.path().join("person"), "balanced");
    anna.start();
    anna.set("name.full", "Anna Bakker");
    anna.pair(&one);
    let before = supplier_of(&anna)["key"].clone();
    // The other one may do it while this one runs: that one can't speak for the company any more, and stops.
    rotate(&two, &words, &directory.path().join("sheet"));
    until("the companion under the key before stops", || !one.runs());
    one.start();
    until("the person's node follows", || supplier_of(&anna)["key"] != before);
    one.request(&["name.full"], "DeliveryOfGoods", "once");
    until("and answers", || holds(&one, "Anna Bakker"));
}

#[test]
fn a_next_key_is_committed_to_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut shop, words) = company(&directory.path().join("shop"), "/ip4/127.0.0.1/tcp/0", &[]);
    shop.start();
    let refused = shop.bad(&["supplier", "next-key"], 2);
    assert!(refused.contains("already"), "{refused}");
    let replaced = words_of(&shop.good(&["--json", "supplier", "next-key", "--replace"]));
    assert_ne!(replaced, words);
    shop.stop();
    let sheet = directory.path().join("sheet");
    rotate(&shop, &replaced, &sheet);
    let person = Node::person(directory.path().join("person"), "balanced");
    let refused = person.bad(&["supplier", "rotate-key", "--words-file", sheet.to_str().expect("text"), "--yes"], 2);
    assert!(refused.contains("a person's"), "{refused}");
    fs::write(&sheet, "zebra zebra").expect("written");
    let refused = shop.bad(&["supplier", "rotate-key", "--words-file", sheet.to_str().expect("text"), "--yes"], 2);
    assert!(refused.contains("24 words"), "{refused}");
}

#[test]
fn a_person_takes_another_key_and_all_goes_on_over_restarts_of_both() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut shop, _, mut anna) = subscribed(directory.path());
    let (key, person) = (supplier_of(&anna)["known_to_it_as"].clone(), shop.customer()["person"].clone());
    assert_eq!(key, person);
    let backup = directory.path().join("backup");
    shop.good(&["backup", backup.to_str().expect("text")]);
    anna.good(&["renew-key", "De Winkel BV"]);
    until("the supplier knows", || supplier_of(&anna)["known_to_it_as"] != key);
    until("and the line is under the new key", || shop.customer()["connected"] == json!(true));
    anna.set("name.full", "Anna de Vries");
    until("a change arrives", || holds(&shop, "Anna de Vries"));
    assert_eq!(shop.customer()["person"], person, "the company's systems know the person by the key of the pairing");
    assert_eq!(shop.ask(&companion::People {}).as_array().map(Vec::len), Some(1));
    shop.stop();
    shop.start();
    anna.stop();
    anna.start();
    until("they meet again", || shop.customer()["connected"] == json!(true));
    shop.request(&["name.full"], "DeliveryOfGoods", "once");
    until("the request is answered", || all_answered(&shop));
    assert!(anna.good(&["audit"]).contains("you go by another key"), "it stands in the log");

    // A companion that was restored from before that does not know the key, and is told once more.
    shop.stop();
    let mut restored = Node::at(directory.path().join("restored"));
    restored.good(&["restore", backup.to_str().expect("text")]);
    restored.start();
    anna.set("name.full", "Anna Jansen");
    until("a change arrives there", || holds(&restored, "Anna Jansen"));
    assert_eq!(restored.ask(&companion::People {}).as_array().map(Vec::len), Some(1));
}

#[test]
fn a_company_that_names_anothers_key_as_its_next_keeps_nobody_from_that_other() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut honest, _) = company(&directory.path().join("honest"), "/ip4/127.0.0.1/tcp/0", &[]);
    let (mut mallory, _) = company(&directory.path().join("mallory"), "/ip4/127.0.0.1/tcp/0", &[]);
    honest.start();
    mallory.start();
    let next = honest.ask(&verbs::Status {})["key"].as_str().and_then(|key| key.parse().ok()).expect("a key");
    mallory.ask(&companion::CommitNextKey { next, replace: true });
    let mut anna = Node::person(directory.path().join("person"), "balanced");
    anna.start();
    anna.pair(&mallory);
    let seen = look(&anna, &invite(&honest));
    assert_eq!((&seen["known_already"], &seen["supplier"]), (&Value::Null, &json!(next)), "{seen}");
    anna.pair(&honest);
    assert_eq!(anna.ask(&verbs::Status {})["suppliers"].as_array().map(Vec::len), Some(2));
}

#[test]
fn words_that_nobody_saw_stand_for_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let (shop, words) = company(&directory.path().join("shop"), "/ip4/127.0.0.1/tcp/0", &[]);
    let sheet = directory.path().join("sheet");
    fs::write(&sheet, &words).expect("written");
    let sheet = sheet.to_str().expect("text");
    for json in [true, false] {
        let mut arguments = vec!["supplier", "rotate-key", "--words-file", sheet, "--yes"];
        if json {
            arguments.insert(0, "--json");
        }
        let full = fs::File::options().write(true).open("/dev/full").expect("a device");
        let output = shop.process(&arguments).stdout(full).output().expect("the binary runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("could not be shown"), "{said}");
    }
    // The key was not replaced: the same sheet still does it, to a sheet that there is already.
    let (_, ready) = company(&directory.path().join("other"), "/ip4/127.0.0.1/tcp/0", &[]);
    let after = directory.path().join("after");
    fs::write(&after, &ready).expect("written");
    let after = after.to_str().expect("text");
    let done = ["--json", "supplier", "rotate-key", "--words-file", sheet, "--next-words-file", after, "--yes"];
    let done: Value = serde_json::from_str(&shop.good(&done)).expect("JSON");
    assert_eq!(done["next_key_words"], Value::Null, "somebody has them");
    shop.good(&["supplier", "rotate-key", "--words-file", after, "--yes"]);
}
