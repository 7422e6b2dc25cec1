//! A person's node moves from one host to another, behind routers of their own: the supplier goes on with whom it knows, by grants
//! that live on; the home that was left refuses to start and says where to; and of a file that is used twice one copy speaks.

use regie::person::verbs;
use regie_tests::{
    Node,
    lab::trio::{reopen_person, within},
    until,
};
use serde_json::json;

use super::{
    DELIVERED,
    copies::{Held, NOTICED_COPY, held, status},
};

#[test]
fn a_node_goes_on_on_another_host_with_its_grants_and_the_old_home_says_where_to() {
    let Some(Held { _lab, homes, home, elsewhere, supplier, mut person }) = Held::new() else { return };
    let granted = person.ask(&verbs::Grants {})[0]["grant"].clone();

    let file = homes.path().join("regie-move.age");
    let path = file.to_str().expect("a path");
    person.bad(&["move", path], 5);
    assert!(!file.exists() && status(&person)["moved"].is_null(), "nothing is done without a word for it");
    person.good(&["move", path, "--to", "the new laptop", "--yes"]);
    until("it ends by itself", || !person.runs());
    let words = person.bad(&["run"], 5);
    assert!(words.contains("the new laptop") && words.contains("regie move --undo"), "{words}");

    let mut other = Node::at(homes.path().join("other"));
    other.namespace = Some(elsewhere.namespace.clone());
    let said = other.good(&["restore", path]);
    assert!(said.contains("1 grants that live on"), "{said}");
    reopen_person(&mut other, &homes, "other");
    within(DELIVERED, "it has the line", || status(&other)["suppliers"][0]["connected"] == json!(true));
    other.set("name.full", "Anna Elders");
    within(DELIVERED, "what was granted on the old machine is told from the new one", || {
        held(&supplier) == json!("Anna Elders")
    });
    within(DELIVERED, "and signed for", || status(&other)["suppliers"][0]["undelivered"] == json!(0));
    assert_eq!(other.ask(&verbs::Grants {})[0]["grant"], granted);
    let told = status(&other);
    assert!(told["other_copy"].is_null() && told["restored"] == json!(0), "{told}");
    assert_eq!(other.ask(&verbs::Audit {})["verified"], json!(true));
    for kind in ["left", "arrived"] {
        let page = verbs::AuditPage { supplier: None, kind: Some(kind.to_owned()), before: None, limit: 10 };
        let entries = other.ask(&page)["items"].clone();
        assert_eq!(entries.as_array().map(Vec::len), Some(1), "{kind}: {entries}");
    }

    // The file once more, on a third machine: two live copies, of which one stops.
    let mut third = Node::at(homes.path().join("third"));
    third.namespace = Some(home.namespace.clone());
    third.good(&["restore", path]);
    reopen_person(&mut third, &homes, "third");
    within(NOTICED_COPY, "the one that is left behind stops", || status(&other)["superseded"]["name"] == json!("shop"));
    within(NOTICED_COPY, "the other knows of it", || status(&third)["other_copy"]["name"] == json!("shop"));
}
