//! Homes that releases wrote, kept in git: this version opens each, decodes every record, finds what was put in, and goes
//! on. REGIE_WRITE_GOLDEN=1 writes those of this release, where there are none yet.

use std::path::{Path, PathBuf};

use regie::{
    person,
    store::{Ledger as _, Passphrase, Schema, Store},
    supplier,
};
use regie_tests::{Node, copy_home, until};
use serde_json::json;

/// The releases whose formats differ from those before them. None is ever taken off.
const RELEASES: [&str; 1] = ["0.1.0"];
/// The passphrase of every home in tests.
const PASSPHRASE: &str = "test passphrase";

fn place(release: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(release)
}

#[test]
fn a_home_of_every_release_opens_and_goes_on() {
    if std::env::var_os("REGIE_WRITE_GOLDEN").is_some() {
        write(&place(RELEASES[RELEASES.len() - 1]));
    }
    for release in RELEASES {
        let directory = tempfile::tempdir().expect("a directory");
        for role in ["person", "supplier"] {
            copy_home(&place(release).join(role), &directory.path().join(role));
        }
        every_record_decodes(release, directory.path());
        goes_on(directory.path());
    }
}

/// The first version of a backup was one object, its bytes as digits.
#[test]
fn a_backup_of_the_first_version_is_restored() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join("backup-1.age");
    let mut node = Node::at(directory.path().join("again"));
    node.good(&["restore", file.to_str().expect("text"), "--yes"]);
    node.start();
    assert!(node.good(&["get", "name.full"]).contains("Anna Bakker"));
    assert!(node.good(&["get", "address.postalCode"]).contains("1012 AB"));
}

/// Whatever stands in a table is what the table says, and the tables that matter are not empty.
fn every_record_decodes(release: &str, homes: &Path) {
    let open = |role: &str, schema: &'static Schema| {
        let store = Store::open(&homes.join(role), schema, &Passphrase::new(PASSPHRASE.to_owned()));
        store.unwrap_or_else(|error| panic!("{role} of {release}: {error}"))
    };
    let filled = |store: &Store, tables: &[&str]| {
        for name in tables {
            let table = store.schema().table(name).unwrap_or_else(|| panic!("no table {name}"));
            assert!(store.row_count(table).expect("counted") > 0, "{name} of {release} is empty");
        }
    };
    let store = open("person", &person::SCHEMA);
    assert!(person::decode_all(&store).expect("every record decodes") > 30);
    filled(&store, &["facts", "relationships", "grants", "fields", "field_history", "personal_log", "shared_logs"]);
    filled(&store, &["log_heads", "known_fields", "waiting_requests", "seen_requests", "past_requests", "grant_uses"]);
    let store = open("supplier", &supplier::SCHEMA);
    assert!(supplier::decode_all(&store).expect("every record decodes") > 30);
    filled(&store, &["facts", "relationships", "terms", "requests", "held_values", "original_disclosures", "lists"]);
    filled(&store, &["received_disclosures", "witnessed_heads", "owners", "events", "api_keys", "due_minutes"]);
}

/// Both run, know what they knew, and speak with each other. What had an end then may be over by now.
fn goes_on(homes: &Path) {
    let (mut person, mut supplier) = (Node::at(homes.join("person")), Node::at(homes.join("supplier")));
    supplier.start();
    person.start();
    // Years may have passed since these homes looked at the time.
    supplier.good(&["clock", "--accept"]);
    person.good(&["clock", "--accept"]);
    assert_eq!(person.good(&["get", "name.full"]), "Anna Bakker\n");
    person.good(&["audit", "--verify"]);
    person.set("name.full", "Anna de Vries");
    // Its companion listens on another port than it did.
    person.pair(&supplier);
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    until("the change is there", || {
        let held = supplier.customer()["held"].as_array().cloned().unwrap_or_default();
        held.iter().any(|held| held["value"] == json!("Anna de Vries"))
    });
    person.stop();
    supplier.stop();
}

fn waiting(person: &Node) -> usize {
    person.good(&["--json", "requests"]).lines().count()
}

fn write(place: &Path) {
    assert!(!place.exists(), "{} is there already, and stays as it is", place.display());
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", "/ip4/127.0.0.1/tcp/0");
    person.start();
    supplier.start();
    supplier.api_key(false);
    person.set("name.full", "Anna");
    person.set("name.full", "Anna Bakker");
    person.set("email", "anna@example.org");
    person.set("health.diet", "vegetarian");
    person.pair(&supplier);
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    until("the name is there", || supplier.customer()["held"][0]["value"] == json!("Anna Bakker"));
    supplier.request(&["health.diet"], "DeliveryOfGoods", "read");
    until("the other request waits", || waiting(&person) == 1);
    person.stop();
    supplier.stop();
    for role in ["person", "supplier"] {
        for file in ["regie.redb", "keyring", "clean", "config.toml"] {
            std::fs::create_dir_all(place.join(role)).expect("a directory");
            std::fs::copy(directory.path().join(role).join(file), place.join(role).join(file)).expect("copied");
        }
    }
}
