//! Organisations that hold a person's data: entered, changed, known by a directory, removed; and that they are no relationships.

use regie_tests::Node;
use serde_json::{Value, json};

/// Made-up records in the schema of the Datenanfragen data set; the last two are none.
const DIRECTORY: &str = r#"{"slug":"volt","name":"Volt Energie N.V.","runs":["Volt Groen"],"web":"https://www.volt.example.com/","email":"privacy@volt.example.com","address":"Stroomweg 1\n1011 AA Amsterdam","request-language":"nl","relevant-countries":["nl"],"quality":"verified","suggested-transport-medium":"email","x-future":[1]}
{"slug":"stadsblad","name":"Stadsblad B.V.","address":"Plein 2\n3511 AA Utrecht","web":"https://stadsblad.example.net","relevant-countries":["nl"],"quality":"tested"}
{"slug":"nltoezicht","name":"Toezichthouder","address":"Laan 3\nDen Haag","complaint-language":"nl","relevant-countries":["nl"],"web":"https://toezicht.example.org"}
{"slug":"Not A Slug","name":"Nobody","quality":"verified"}
nonsense
"#;

fn json_of(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn an_organisation_is_entered_changed_and_removed_and_outlives_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    assert_eq!(person.good(&["organisations"]), "nothing\n");
    let list = directory.path().join("companies.jsonl");
    std::fs::write(&list, DIRECTORY).expect("written");
    let added = json_of(&person.good(&["--json", "directory", "add", list.to_str().expect("a path")]));
    assert_eq!((&added[0]["added"], &added[0]["refused"]), (&json!(3), &json!(2)));
    assert_eq!(added[0]["reasons"][0]["line"], json!(4));
    let again = json_of(&person.good(&["--json", "directory", "add", list.to_str().expect("a path")]));
    assert_eq!((&again[0]["added"], &again[0]["replaced"]), (&json!(0), &json!(3)));
    let holds = json_of(&person.good(&["--json", "directory"]));
    assert_eq!((&holds[0]["companies"], &holds[0]["authorities"]), (&json!(2), &json!(1)));

    // What the directory knows of a domain is filled in; what the person says stays.
    person.good(&["organisation", "add", "Volt", "--domain", "https://mijn.volt.example.com/login"]);
    let volt = &json_of(&person.good(&["--json", "organisation", "show", "volt"]))[0];
    assert_eq!((&volt["slug"], &volt["domains"]), (&json!("volt"), &json!(["example.com"])));
    assert_eq!(volt["email"], json!("privacy@volt.example.com"));
    person.good(&["organisation", "edit", "volt", "--email", "avg@volt.example.com"]);
    let volt = &json_of(&person.good(&["--json", "organisation", "show", "example.com"]))[0];
    assert_eq!(volt["email"], json!("avg@volt.example.com"));
    assert!(person.bad(&["organisation", "edit", "volt", "--directory", "nobody"], 2).contains("directory"));
    assert_eq!(volt["address"], json!("Stroomweg 1\n1011 AA Amsterdam"));

    // Most are in no list.
    let address = "Dorpsstraat 1\\n3511 AA Utrecht";
    person.good(&["organisation", "add", "Sportschool De Kade", "--address", address, "--language", "nl"]);
    assert!(
        person.bad(&["organisation", "add", "De Kade Sportschool B.V.", "--domain", "example.com"], 1).contains("edit")
    );
    assert!(person.bad(&["organisation", "add", "sportschool de kade"], 1).contains("entered already"));
    assert!(person.bad(&["organisation", "add", "X", "--domain", "localhost"], 2).contains("example.org"));
    assert!(person.bad(&["organisation", "add", "X", "--creditor", "NL00ZZZ1"], 2).contains("creditor"));
    assert!(person.bad(&["organisation", "add", "X", "--email", "a@b, c@d"], 2).contains("e-mail"));
    assert!(person.bad(&["organisation", "show", "nobody"], 4).contains("regie organisations"));

    person.stop();
    person.start();
    let all = json_of(&person.good(&["--json", "organisations"]));
    assert_eq!(
        all.iter().map(|one| one["name"].as_str().expect("a name")).collect::<Vec<_>>(),
        ["Sportschool De Kade", "Volt"]
    );
    let exported: Value = serde_json::from_str(&person.good(&["export"])).expect("JSON");
    assert_eq!(exported["organisations"].as_array().map(Vec::len), Some(2));
    // An organisation has no line, no grant and no entry in the log.
    assert_eq!(exported["suppliers"], json!([]));
    assert_eq!(exported["audit"]["entries"], json!(0));
    person.good(&["organisation", "remove", "volt"]);
    assert_eq!(json_of(&person.good(&["--json", "organisations"])).len(), 1);
    person.stop();
}
