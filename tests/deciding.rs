//! Deciding over real processes: a card shows what would go and takes what is missing; and whether anybody can ever get something is
//! answered from the defaults as they are.

use regie::person::verbs;
use regie_tests::{Node, http::Door, nats::Nats, until};
use serde_json::{Value, json};

use crate::dashboard::browser;

#[test]
fn a_card_shows_what_would_go_and_what_is_missing_is_filled_in_on_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
    supplier.start();
    let mut person = Node::person(directory.path().join("person"), "careful");
    let link = person.start_with_dashboard();
    let door = Door::enter(&link);
    person.set("name.full", "Anna <b>Bakker</b>");
    person.pair(&supplier);
    person.set("address.country", "NL");
    supplier.request(&["name.full", "email", "telephone"], "DeliveryOfGoods", "read");
    until("it waits", || person.ask(&verbs::Overview {})["requests_waiting"] == json!(1));
    let page = door.get("/requests");
    assert!(
        page.body.contains("Anna &#60;b&#62;Bakker") || page.body.contains("Anna &lt;b&gt;Bakker"),
        "{}",
        page.body
    );
    let form = page.form();
    let id = page.body.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
    // What does not fit stays in the card, and nothing is decided.
    let answer = |email: &str| format!("form={form}&id={id}&answer=allow&email={email}&telephone=06+12345678");
    let wrong = door.post("/requests", &answer("geen+email"));
    assert!(wrong.status == 200 && wrong.body.contains("role=\"alert\""), "{}", wrong.body);
    assert!(wrong.body.contains("value=\"geen email\""), "what was typed is there: {}", wrong.body);
    assert_eq!(person.ask(&verbs::Overview {})["requests_waiting"], json!(1));
    assert_eq!(door.post("/requests", &answer("anna%40example.org")).status, 303);
    let held = || -> Vec<String> {
        let customer = supplier.customer();
        let held = customer["held"].as_array().cloned().unwrap_or_default();
        held.iter().filter_map(|one| one["field"].as_str().map(str::to_owned)).collect()
    };
    until("all are given", || held().len() == 3);
    let number = person.ask(&verbs::Field { field: "telephone".parse().expect("a field") });
    assert_eq!(number["value"], json!("+31612345678"), "as it is written in the person's country");
    assert_eq!(
        person.ask(&verbs::Field { field: "email".parse().expect("a field") })["value"],
        json!("anna@example.org")
    );
    person.stop();
}

#[test]
fn a_field_is_unticked_on_the_card_and_the_supplier_is_told_that_it_was_declined() {
    let directory = tempfile::tempdir().expect("a directory");
    let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
    supplier.start();
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let link = person.start_with_dashboard();
    let door = Door::enter(&link);
    let values = [("name.full", "Anna Bakker"), ("income.annual", "30000"), ("home.area", "85"), ("car.make", "Opel")];
    for (field, value) in values {
        person.set(field, value);
    }
    person.pair(&supplier);
    supplier.request(&["name.full", "income.annual", "home.area", "no.such"], "DeliveryOfGoods", "read");
    until("it waits", || person.ask(&verbs::Overview {})["requests_waiting"] == json!(1));
    // What was given and refused in the same request stands on the card.
    let page = door.get("/requests");
    for shown in ["Already answered in the same request", "full name", "Given at once", "no.such", "Not given:"] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    let (form, id) = (page.form(), text_between(&page.body, "name=\"id\" value=\""));
    let shown = format!("form={form}&id={id}&answer=allow&shown=income.annual&shown=home.area");
    let none = door.post("/requests", &shown);
    assert!(none.body.contains("Nothing is ticked"), "{}", none.body);
    assert_eq!(person.ask(&verbs::Overview {})["requests_waiting"], json!(1), "nothing was decided");
    assert_eq!(door.post("/requests", &format!("{shown}&give=home.area")).status, 303);
    let customer = || supplier.customer();
    until("the area came", || customer()["held"].to_string().contains("home.area"));
    assert!(!customer()["held"].to_string().contains("30000"), "{}", customer());
    assert!(person.ask(&verbs::Overview {})["requests_waiting"] == json!(0));
    // By the command line: all but one.
    supplier.request(&["income.annual", "car.make", "home.built"], "DeliveryOfGoods", "read");
    until("it waits", || person.ask(&verbs::Overview {})["requests_waiting"] == json!(1));
    let id = person.ask(&verbs::Requests {})[0]["id"].as_str().expect("an id").to_owned();
    let words = person.bad(&["allow", &id, "--only", "birthDate"], 5);
    assert!(words.contains("does not wait for those fields"), "{words}");
    assert!(person.bad(&["allow", &id, "--without", "birthDate"], 2).contains("not asked for"));
    person.good(&["allow", &id, "--without", "income.annual"]);
    until("it is answered", || person.ask(&verbs::Requests {}) == json!([]));
    assert!(!customer()["held"].to_string().contains("30000"), "{}", customer());
    person.stop();
}

/// A school asks for any child; the person says which one it is about, once on the card and then by a default of that group.
#[test]
fn a_school_sees_the_child_that_it_is_about_and_no_other() {
    let directory = tempfile::tempdir().expect("a directory");
    let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
    let mut school = Node::supplier(directory.path().join("supplier"), "School De Linde", &listen);
    school.start();
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let door = Door::enter(&person.start_with_dashboard());
    assert!(!door.get("/data").body.contains("/data/group/child2"), "before a first child there is no second");
    person.good(&["set", "child.name=Bram", "child.birthDate=2014-05-01", "child4.school=De Wilg"]);
    let page = door.get("/data").body;
    assert!(page.contains("/data/group/child2") && !page.contains("/data/group/child3"), "the next one: {page}");
    assert!(page.contains("De Wilg"), "what is held is shown");
    let form = door.get("/data/group/child2").form();
    let typed = format!("form={form}&do=save&child2.name=Noor&child2.birthDate=3+juni+2017&child2.school=De+Linde");
    assert_eq!(door.post("/data/group/child2", &typed).status, 303);
    assert!(person.good(&["search", "tweede kind"]).contains("Noor"), "found by its name in either language");
    assert!(person.good(&["export"]).contains("2017-06-03"));

    person.pair(&school);
    school.request(&["child.name", "child2.name", "child2.birthDate"], "ServiceProvision", "read");
    until("it waits", || person.ask(&verbs::Overview {})["requests_waiting"] == json!(1));
    let page = door.get("/requests");
    assert!(page.body.contains("more than one of a kind"), "{}", page.body);
    let (form, id) = (page.form(), text_between(&page.body, "name=\"id\" value=\""));
    let shown = "shown=child.name&shown=child2.name&shown=child2.birthDate&give=child2.name&give=child2.birthDate";
    assert_eq!(door.post("/requests", &format!("form={form}&id={id}&answer=allow&{shown}")).status, 303);
    until("the second came", || school.customer()["held"].to_string().contains("2017-06-03"));
    assert!(!school.customer()["held"].to_string().contains("Bram"), "{}", school.customer());

    // From now on by a default that speaks of the group, and of such companies: one for everybody gives nothing sensitive.
    let form = door.get("/defaults").form();
    let rule =
        "change=new&name=Noor%27s+school&what=group%3Achild2&sector=retail&why=ServiceProvision&answer=allow&do=keep";
    assert_eq!(door.post("/defaults", &format!("form={form}&{rule}")).status, 303);
    school.request(&["child2.school", "child.birthDate"], "ServiceProvision", "read");
    until("the school came by itself", || school.customer()["held"].to_string().contains("De Linde"));
    let waits = person.ask(&verbs::Requests {});
    assert_eq!(keys(&waits[0]["fields"]), ["child.birthDate"], "the other child is asked for: {waits}");
    assert!(!school.customer()["held"].to_string().contains("2014"), "{}", school.customer());
    person.stop();
}

/// Who answers the same again and again is offered a default for it, with its error; it is set by one press, and by nothing else.
#[test]
fn own_answers_suggest_a_default_that_one_press_sets_and_one_press_hides() {
    let directory = tempfile::tempdir().expect("a directory");
    let listen = format!("/ip4/127.0.0.1/tcp/{}", Nats::port());
    let mut supplier = Node::supplier(directory.path().join("supplier"), "Shop", &listen);
    supplier.start();
    let mut person = Node::person(directory.path().join("person"), "careful");
    let door = Door::enter(&person.start_with_dashboard());
    person.set("home.area", "85");
    person.pair(&supplier);
    let waits = |person: &Node| person.ask(&verbs::Requests {});
    let answer = |person: &Node, field: &str, word: &str| {
        supplier.request(&[field], "ServiceProvision", "once");
        until("it waits", || waits(person).as_array().is_some_and(|all| all.len() == 1));
        person.good(&[word, waits(person)[0]["id"].as_str().expect("an id")]);
    };
    let suggested = |person: &Node| -> Vec<Value> {
        person.good(&["--json", "suggest"]).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    };
    for n in 0..6 {
        answer(&person, "home.area", if n == 2 { "refuse" } else { "allow" });
        answer(&person, "car.make", "refuse");
        assert_eq!(suggested(&person).len(), if n < 4 { 0 } else { 2 }, "after {n}: {:?}", suggested(&person));
    }
    let found = suggested(&person);
    let of = |field: &str| found.iter().find(|one| one["field"] == json!(field)).expect("suggested").clone();
    let (car, area) = (of("car.make"), of("home.area"));
    assert_eq!((&car["answer"], &car["answers"], &car["same"]), (&json!("refuse"), &json!(6), &json!(6)), "{car}");
    assert_eq!((&area["same"], &area["otherwise"]), (&json!(5), &json!(1)), "{area}");
    // Nothing has set itself.
    let rules = person.ask(&verbs::Rules {})["rules"].to_string();
    assert!(!rules.contains("home.area"), "{rules}");

    // It outlives a kill; the page says it in words.
    person.kill();
    let door = {
        drop(door);
        Door::enter(&person.start_with_dashboard())
    };
    let page = door.get("/defaults").body;
    for words in [
        "From your own answers",
        "From 6 answers of yours.",
        "answered 5 of them as you did",
        "One would have gone wrong",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let form = door.get("/defaults").form();
    let press = |id: &Value, word: &str| {
        let id = id["id"].as_str().expect("an id");
        door.post("/defaults/suggested", &format!("form={form}&suggestion={id}&do={word}")).status
    };
    assert_eq!(press(&area, "hide"), 303);
    assert!(door.get("/defaults").body.contains("One that you hid"));
    assert_eq!(press(&area, "show"), 303);
    let id = area["id"].as_str().expect("an id");
    person.good(&["suggest", "--hide", id]);
    assert!(suggested(&person).iter().any(|one| one["hidden"] == json!(true)), "{:?}", suggested(&person));
    person.good(&["suggest", "--show", id]);
    person.bad(&["suggest", "--take", "nothing"], 4);
    let link = person.ask(&verbs::Dashboard {})["link"].clone();
    match browser("suggest.mjs", &json!({ "link": link, "count": 2, "take": "make and model" })) {
        Some(seen) => assert_eq!(seen["violations"], json!([]), "{seen}"),
        None => assert_eq!(press(&car, "take"), 303),
    }
    assert_eq!(suggested(&person).len(), 1, "what is a default is not suggested: {:?}", suggested(&person));
    let rules = person.ask(&verbs::Rules {})["rules"].to_string();
    assert!(rules.contains("car.make") && !rules.contains("home.area"), "{rules}");
    supplier.request(&["car.make", "home.area"], "ServiceProvision", "once");
    until("the other one waits", || waits(&person).as_array().is_some_and(|all| all.len() == 1));
    assert_eq!(keys(&waits(&person)[0]["fields"]), ["home.area"], "{}", waits(&person));
    person.stop();
}

fn keys(object: &Value) -> Vec<&String> {
    object.as_object().expect("an object").keys().collect()
}

fn text_between(body: &str, before: &str) -> String {
    body.split(before).nth(1).and_then(|rest| rest.split('"').next()).expect("it stands there").to_owned()
}

#[test]
fn whether_a_shop_can_ever_get_an_account_number_is_answered_for_every_kind_of_request() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let link = person.start_with_dashboard();
    let door = Door::enter(&link);
    let can_get = |arguments: &[&str]| -> Value {
        let all = [&["--json", "can-get"], arguments].concat();
        serde_json::from_str(person.good(&all).lines().next().expect("a line")).expect("JSON")
    };
    let iban = can_get(&["payment.iban", "--sector", "retail"]);
    assert_eq!((&iban["allowed"], &iban["nobody"]), (&json!([]), &json!(false)));
    assert!(iban["tried"].as_u64().is_some_and(|tried| tried > 1_000), "{iban}");
    let asked: Vec<&str> =
        iban["asked"].as_array().expect("a list").iter().filter_map(|one| one["rule"].as_str()).collect();
    assert_eq!(asked, ["my-bank-account-for-a-payment-with-my-word"]);
    let street = can_get(&["address.street"]);
    assert_eq!(street["allowed"][0]["is_known"], json!(true), "{street}");
    person.bad(&["can-get", "payment.ibann"], 2);

    let page = door.get("/defaults/proof?what=payment.iban&by=sector%3Aretail");
    assert!(page.body.contains("Nobody gets this by your defaults without you being asked first"), "{}", page.body);
    assert!(page.body.contains("You have no value for this here now"), "{}", page.body);
    let page = door.get("/defaults/proof?what=group%3Aaddress&by=");
    assert!(page.body.contains("Goes by itself") && page.body.contains("For example"), "{}", page.body);
    assert!(door.get("/defaults/proof?what=nonsense").body.contains("role=\"alert\""));
    person.stop();
}
