//! What persons want, over real processes: cast without a name on a board, offers from two suppliers, one taken up and
//! a grant of just what it needs; boards that gossip; kills; and nothing by which a board could tell two intents apart.

use regie::command::{Reading, Text};
use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_protocol::{Days, Purpose};
use regie_tests::{Node, api::Client, files, granting, inviting, nats::Nats, until};
use serde_json::{Value, json};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}")).clone()
}

fn offer(title: &str, price: &str, needs: &[&str]) -> companion::NewOffer {
    companion::NewOffer {
        title: title.into(),
        price: Some(Text(price.parse().expect("a price"))),
        terms: [("persons".to_owned(), "3".to_owned())].into(),
        needs: needs.iter().map(|&field| field.parse().expect("a field")).collect(),
        purpose: Purpose::RequestedServiceProvision,
        access: Reading::Read,
        days: Days(90),
        retention: Days(90),
        holds: Days(14),
    }
}

fn follow(supplier: &Node, board: &str, category: &str) {
    let (board, category) = (Text(board.parse().expect("a link")), category.parse().expect("a category"));
    supplier.ask(&companion::Follow { board, categories: [category].into() });
}

fn company(directory: &std::path::Path, name: &str) -> Node {
    Node::supplier(directory.join(name), name, &format!("/ip4/127.0.0.1/tcp/{}", Nats::port()))
}

/// A wish of the person on this board brings an offer of this supplier; its id.
fn offered(board: &Node, supplier: &Node, person: &Node) -> String {
    let link = text(&board.ask(&companion::BoardLink {})["link"]);
    follow(supplier, &link, "energy");
    person.good(&["want", "energy.contract", "--board", &link]);
    until("the supplier finds it", || list(&supplier.ask(&companion::Wanted {})).len() == 1);
    supplier.ask(&companion::Offer { intent: "-".into(), offer: offer("Groen", "99.00EUR/month", &["name.full"]) });
    until("the offer came", || list(&person.ask(&verbs::Offers { intent: None })).len() == 1);
    text(&list(&person.ask(&verbs::Offers { intent: None }))[0]["offer"])
}

#[test]
fn a_wish_without_a_name_brings_offers_and_one_is_taken_up() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut board = company(directory.path(), "Board");
    let mut stroom = company(directory.path(), "Stroom");
    let mut gas = company(directory.path(), "Gas");
    let client = Client::new(stroom.serve_api(), &stroom.api_key(false));
    board.start();
    gas.start();
    let link = text(&board.ask(&companion::BoardLink {})["link"]);
    let followed = client.post("/v1/boards", &json!({ "link": link, "categories": ["energy"] })).expect(201);
    assert_eq!(followed["categories"], json!(["energy"]));
    follow(&gas, &link, "energy");
    client.post("/v1/boards", &json!({ "link": "regie:pair?v=1&d=aa" })).problem(422, "bad_argument");

    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.may_dial_this_machine();
    person.start();
    person.set("name.full", "Anna Bakker");
    person.set("address.postalCode", "1012 AB");
    person.set("email", "anna@example.org");
    // What tells who casts it is not cast.
    let want = ["want", "energy.contract", "--board", &link, "--budget", "150.00EUR/month", "--detail", "persons=3"];
    for telling in ["--wish=write to anna@example.org", "--detail=region=1012ab"] {
        let words = person.bad(&[&want[..], &[telling]].concat(), 5);
        assert!(words.contains("who you are"), "{words}");
    }
    person.good(&[&want[..], &["--detail", "region=10xx", "--wish", "green power"]].concat());
    let mine = list(&person.ask(&verbs::Intents {}));
    assert_eq!((mine.len(), &mine[0]["category"]), (1, &json!("energy.contract")));
    until("the suppliers find it", || {
        client.get("/v1/intents").expect(200)["data"].as_array().map(Vec::len) == Some(1)
            && list(&gas.ask(&companion::Wanted {})).len() == 1
    });
    let found = client.get("/v1/intents").expect(200)["data"][0].clone();
    assert_eq!((&found["details"]["region"], &found["budget"]), (&json!("10xx"), &json!("150.00 EUR/month")));

    // Two offers; the person ranks them by what they cost.
    let made = client.post(
        "/v1/offers",
        &json!({ "intent": found["id"], "title": "Groen", "price": "99.00EUR/month", "needs": ["name.full"], "terms": { "persons": "3" } }),
    );
    let made = text(&made.expect(201)["id"]);
    let bad = json!({ "intent": found["id"], "title": "", "price": "99.00EUR/month" });
    client.post("/v1/offers", &bad).problem(422, "bad_argument");
    every_mistake_is_told_with_its_place(&client, &found["id"]);
    gas.ask(&companion::Offer { intent: "-".into(), offer: offer("Grijs", "120.00EUR/month", &["group:address"]) });
    let state = |id: &str| client.get(&format!("/v1/offers/{id}")).expect(200)["state"].clone();
    until("the board has it", || state(&made) == "delivered");
    until("both offers came", || list(&person.ask(&verbs::Offers { intent: None })).len() == 2);
    let offers = list(&person.ask(&verbs::Offers { intent: None }));
    assert_eq!((&offers[0]["title"], &offers[1]["title"]), (&json!("Groen"), &json!("Grijs")));
    assert_eq!(offers[0]["needs"], json!(["name.full"]));

    // Killed, everybody has what they had.
    for node in [&mut person, &mut board] {
        node.kill();
        node.start();
    }
    assert_eq!(list(&person.ask(&verbs::Offers { intent: None })).len(), 2);
    assert_eq!(board.ask(&companion::BoardLink {})["intents"], 1);

    // Taken up: paired, granted just that, and the supplier knows which offer it was.
    let shown = person.good(&["take", &text(&offers[0]["offer"])]);
    assert!(shown.contains("Groen"), "{shown}");
    until("the supplier has the name", || state(&made) == "taken_up");
    let taken = client.get(&format!("/v1/offers/{made}")).expect(200);
    let relationship = text(&taken["relationship"]);
    until("the value is there", || {
        client.get(&format!("/v1/relationships/{relationship}/values")).expect(200)["data"].as_array().map(Vec::len)
            == Some(1)
    });
    let values = client.get(&format!("/v1/relationships/{relationship}/values")).expect(200);
    assert_eq!(
        (&values["data"][0]["field"], &values["data"][0]["value"]),
        (&json!("name.full"), &json!("Anna Bakker"))
    );
    let events: Vec<String> =
        list(&client.get("/v1/events?limit=200").expect(200)["data"]).iter().map(|e| text(&e["type"])).collect();
    for kind in ["intent.found", "offer.delivered", "offer.taken_up"] {
        assert!(events.iter().any(|event| event == kind), "{kind} in {events:?}");
    }
    let agreed = person.ask(&verbs::Agreement { supplier: "Stroom".into() });
    assert_eq!(agreed["agreement"], "PDC-INTENT");
    // The intent is down everywhere, and the other supplier never learnt who it was.
    until("the board took it down", || board.ask(&companion::BoardLink {})["intents"] == 0);
    until("the suppliers know", || list(&gas.ask(&companion::Wanted {})).is_empty());
    assert_eq!(gas.ask(&verbs::Status {})["people"], 0);
    assert_eq!(list(&person.ask(&verbs::Intents {}))[0]["state"], "taken_up");
    let bad = person.bad(&["take", &text(&offers[1]["offer"])], 5);
    assert!(bad.contains("is over"), "{bad}");
    person.good(&["audit", "--verify"]);
    // Nothing of the person's stands in a file of the board or of the supplier that was not chosen.
    for node in [board, gas] {
        let home = node.home.clone();
        drop(node);
        for file in files(&home) {
            let bytes = std::fs::read(&file).unwrap_or_default();
            for canary in ["Anna Bakker", "anna@example.org", "1012 AB"] {
                let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
                assert!(!found, "{canary} in {}", file.display());
            }
        }
    }
}

#[test]
fn boards_pass_intents_on_and_a_withdrawn_one_goes_from_all() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut home, mut far) = (company(directory.path(), "Home"), company(directory.path(), "Far"));
    let mut shop = company(directory.path(), "Shop");
    for node in [&mut home, &mut far, &mut shop] {
        node.start();
    }
    let links = [&home, &far].map(|node| text(&node.ask(&companion::BoardLink {})["link"]));
    // The far board follows the home board, the shop only the far one.
    follow(&far, &links[0], "nothing.here");
    follow(&shop, &links[1], "travel");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    // A supplier that is known can be the board, by its name; a link does as well.
    person.good(&["want", "travel.trains", "--board", &links[0], "--detail", "to=Praha"]);
    until("the shop finds it by way of two boards", || list(&shop.ask(&companion::Wanted {})).len() == 1);
    assert_eq!(far.ask(&companion::BoardLink {})["from_other_boards"], 1);
    shop.ask(&companion::Offer { intent: "-".into(), offer: offer("Night train", "80.00EUR", &[]) });
    until("the offer comes by the home board", || list(&person.ask(&verbs::Offers { intent: None })).len() == 1);
    let offered = list(&person.ask(&verbs::Offers { intent: None }));
    person.good(&["pass", &text(&offered[0]["offer"])]);
    assert!(list(&person.ask(&verbs::Offers { intent: None })).is_empty());
    let intent = text(&person.ask(&verbs::Intents {})[0]["intent"]);
    person.good(&["withdraw", &intent]);
    until("it is down on both boards", || {
        [&home, &far].iter().all(|node| node.ask(&companion::BoardLink {})["intents"] == 0)
    });
    until("the shop knows", || list(&shop.ask(&companion::Wanted {})).is_empty());
    // The same wish again goes to the last board without naming it, and is another intent.
    person.good(&["want", "travel.trains"]);
    until("it is open", || list(&person.ask(&verbs::Intents {}))[0]["state"] == "open");
    assert_ne!(text(&person.ask(&verbs::Intents {})[0]["intent"]), intent);
}

/// A body with several mistakes: each comes with a pointer to it.
fn every_mistake_is_told_with_its_place(client: &Client, intent: &Value) {
    let bad = json!({
        "intent": intent, "title": "Groen", "price": "cheap", "needs": ["name.full", "shoe.colour"],
        "terms": { "persons": "many", "colour": "green", "bound": "12" },
    });
    let told = client.post("/v1/offers", &bad).expect(422);
    let places: Vec<(String, String)> =
        list(&told["errors"]).iter().map(|one| (text(&one["pointer"]), text(&one["code"]))).collect();
    let wanted = [
        ("#/price", "bad_argument"),
        ("#/terms/colour", "detail.unknown"),
        ("#/terms/persons", "value.not_number"),
        ("#/needs/1", "bad_argument"),
    ];
    assert_eq!(places, wanted.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let kinds = list(&client.get("/v1/catalogue").expect(200)["kinds"]);
    let energy = kinds.iter().find(|kind| kind["category"] == "energy.contract").expect("energy");
    assert_eq!((&energy["name"], &energy["details"][0]["field"]), (&json!("Energy"), &json!("household.size")));
}

#[test]
fn a_wish_is_said_in_words_and_details_that_do_not_fit_are_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut board, mut stroom) = (company(directory.path(), "Board"), company(directory.path(), "Stroom"));
    board.start();
    stroom.start();
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.may_dial_this_machine();
    person.start();
    // Who keeps a board says so in its profile, and the person names it.
    let link = text(&board.ask(&companion::BoardLink {})["link"]);
    person.pair(&board);
    person.pair(&stroom);
    let boards = list(&person.ask(&verbs::Noticeboards {}));
    assert_eq!(boards.iter().map(|board| text(&board["name"])).collect::<Vec<_>>(), ["Board"]);
    let want = ["want", "--kind", "energy", "--board", "Board"];
    for (wrong, says) in [
        (["--persons", "many"], "persons: "),
        (["--speed", "100"], "speed: energy.contract has no such detail"),
        (["--max", "cheap"], "budget: "),
        (["--from", "2027-02-30"], "from: "),
    ] {
        let words = person.bad(&[&want[..], &wrong].concat(), 2);
        assert!(words.contains(says), "{words}");
    }
    let details = ["--persons", "3", "--electricity", "3.500 kWh", "--tariff", "vaste prijs", "--max", "149,50"];
    person.good(&[&want[..], &details, &["--per", "month"]].concat());
    let wish = list(&person.ask(&verbs::Intents {}))[0].clone();
    assert_eq!(wish["category"], "energy.contract");
    assert_eq!(wish["details"], json!({ "persons": "3", "electricity": "3500", "tariff": "fixed" }));
    assert_eq!(wish["budget"], "149.50 EUR/month");
    // What is offered speaks by the same names, and becomes a contract.
    follow(&stroom, &link, "energy");
    until("it is found", || list(&stroom.ask(&companion::Wanted {})).len() == 1);
    let terms = [("persons", "3"), ("bound", "12"), ("from", "2027-03-01")];
    let terms = terms.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let offer = companion::NewOffer { terms, ..offer("Groen", "99.00EUR/month", &[]) };
    stroom.ask(&companion::Offer { intent: "-".into(), offer });
    until("the offer came", || list(&person.ask(&verbs::Offers { intent: None })).len() == 1);
    let offered = text(&list(&person.ask(&verbs::Offers { intent: None }))[0]["offer"]);
    let taken = person.ask(&verbs::TakeUp { offer: offered, agreement: regie_protocol::Agreement::PdcIntent });
    let contract = person.ask(&verbs::Contract { id: text(&taken["contract"]) });
    assert_eq!(
        (&contract["party"], &contract["product"], &contract["source"], &contract["price"]),
        (&json!("Stroom"), &json!("Groen"), &json!("offer"), &json!("99.00 EUR P1M"))
    );
    assert_eq!((&contract["start"], &contract["term"]), (&json!("2027-03-01"), &json!("P12M")));
    assert!(contract["withdraw_by"].is_string(), "it was agreed to from afar: {contract}");
    let wish = list(&person.ask(&verbs::Intents {}))[0].clone();
    assert_eq!(
        (&wish["taken_up"]["shown"]["title"], &wish["taken_up"]["contract"]),
        (&json!("Groen"), &taken["contract"])
    );
    until("its supplier has heard it", || list(&person.ask(&verbs::Intents {}))[0]["taken_up"]["arrived"] == true);
    person.good(&["audit", "--verify"]);
}

/// A node dials anywhere: an offer leads to this machine, where the person did not send anybody.
#[test]
fn an_offer_that_leads_into_a_private_network_is_followed_only_by_the_persons_own_link() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut board, mut stroom) = (company(directory.path(), "Board"), company(directory.path(), "Stroom"));
    board.start();
    stroom.start();
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    let offer = offered(&board, &stroom, &person);
    let words = person.bad(&["take", &offer], 3);
    assert!(words.contains("in a private network") && words.contains("`regie pair regie:pair?"), "{words}");
    assert_eq!(stroom.ask(&verbs::Status {})["people"], 0, "nobody came");
    let link = words.split('`').find_map(|part| part.strip_prefix("regie pair regie")).expect("a link");
    person.good(&["pair", &format!("regie{link}"), "--vouch", "--yes"]);
    person.good(&["take", &offer]);
    until("it has the name", || stroom.customer()["held"][0]["value"] == json!("Anna Bakker"));
}

#[test]
fn an_offer_of_who_looks_like_a_known_supplier_is_not_taken_up_before_it_was_looked_at() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut board = company(directory.path(), "Board");
    let mut known = company(directory.path(), "Stroom");
    let mut other = Node::supplier(directory.path().join("other"), "STR\u{41e}OM", "/ip4/127.0.0.1/tcp/0");
    for node in [&mut board, &mut known, &mut other] {
        node.start();
    }
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.may_dial_this_machine();
    person.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&known);
    let offer = offered(&board, &other, &person);

    let words = person.bad(&["take", &offer], 5);
    assert!(words.contains("looks like another") && words.contains("`regie pair regie:pair?"), "{words}");
    assert_eq!(list(&person.ask(&verbs::Status {})["suppliers"]).len(), 1, "nothing was paired");
    assert_eq!(other.ask(&verbs::Status {})["people"], 0, "the other learnt nothing");
    assert_eq!(list(&person.ask(&verbs::Intents {}))[0]["state"], "open");

    // Looked at and paired with by the link in those words, it can be taken up.
    let link = words.split('`').find_map(|part| part.strip_prefix("regie pair ")).expect("a link");
    person.good(&["pair", link, "--vouch", "--yes"]);
    person.good(&["take", &offer]);
    until("the other has the name", || other.customer()["held"][0]["value"] == json!("Anna Bakker"));
}

#[test]
fn a_board_that_admits_takes_no_offer_of_another_and_says_so() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut board, mut shop) = (company(directory.path(), "Board"), company(directory.path(), "Shop"));
    let (mut crowd, mut person) =
        (company(directory.path(), "Crowd"), Node::person(directory.path().join("person"), "balanced"));
    for node in [&mut board, &mut shop, &mut crowd, &mut person] {
        node.start();
    }
    let told = board.bad(&["supplier", "board", "--admit", "Shop"], 2);
    assert!(told.contains("did:key"), "{told}");
    // A company is admitted by the link with which it invites people, or by its key.
    let invitation = text(&shop.ask(&inviting(true))["link"]);
    board.good(&["supplier", "board", "--admit", &invitation]);
    let link = text(&board.ask(&companion::BoardLink {})["link"]);
    person.good(&["want", "travel.trains", "--board", &link]);
    for node in [&shop, &crowd] {
        follow(node, &link, "travel");
        until("it is found", || list(&node.ask(&companion::Wanted {})).len() == 1);
        node.ask(&companion::Offer { intent: "-".into(), offer: offer("Night train", "80.00EUR", &[]) });
    }
    let state = |node: &Node| list(&node.ask(&companion::Offered {}))[0].clone();
    until("the board has answered both", || [&shop, &crowd].iter().all(|node| state(node)["state"] != "waiting"));
    assert_eq!((&state(&shop)["state"], &state(&crowd)["state"]), (&json!("delivered"), &json!("refused")));
    assert_eq!(state(&crowd)["refused"], "not_admitted");
    until("the person sees one", || list(&person.ask(&verbs::Offers { intent: None })).len() == 1);
    // It holds over a kill; who is admitted later offers anew.
    board.kill();
    board.start();
    let figures = board.ask(&companion::BoardLink {});
    assert_eq!((&figures["offers_from"], &figures["admitted"]), (&json!("admitted"), &json!(1)));
    board.good(&["supplier", "board", "--open"]);
    crowd.ask(&companion::Offer { intent: "-".into(), offer: offer("Day train", "70.00EUR", &[]) });
    until("the person sees both", || list(&person.ask(&verbs::Offers { intent: None })).len() == 2);
}

#[test]
fn a_companion_that_is_no_board_says_so() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut shop = company(directory.path(), "Shop");
    shop.start();
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.pair(&shop);
    person.good(&["want", "travel.trains", "--board", "Shop"]);
    until("the intent is over", || list(&person.ask(&verbs::Intents {}))[0]["state"] == "ended");
    assert_eq!(list(&person.ask(&verbs::Intents {}))[0]["refused"], "not_a_board");
}

#[test]
fn people_say_themselves_that_they_belong_and_are_counted_without_a_name() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut stroom = company(directory.path(), "Stroom");
    let client = Client::new(stroom.serve_api(), &stroom.api_key(false));
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("household.size", "2");
    person.pair(&stroom);
    let who = json!({ "all": [
        { "number": { "field": "household.size", "least": 1, "most": 2 } },
        { "not": { "begins": { "field": "address.postalCode", "with": "99" } } },
    ] });
    let new = json!({ "name": "Small households", "words": "A tariff for two", "who": who, "epsilon": 1500 });
    let made = client.post("/v1/segments", &new).expect(201);
    assert_eq!((&made["members"], &made["count"]["reports"]), (&json!(0), &json!(0)));
    let id = text(&made["id"]);
    let bad = json!({ "name": "x", "words": "x", "who": { "looks": "nice" } });
    client.post("/v1/segments", &bad).problem(422, "bad_argument");
    let segments = || list(&person.ask(&verbs::Segments {})["segments"]);
    until("the person's node learns of it", || segments().len() == 1);
    // One clause can't be told yet: the whole does not fit, and can't be said.
    let seen = segments()[0].clone();
    assert_eq!(
        (&seen["fits"], &seen["because"][0]["holds"], &seen["because"][1]["holds"]),
        (&json!(false), &json!(true), &Value::Null)
    );
    let segment = text(&seen["segment"]);
    let words = person.bad(&["belong", &segment, "yes"], 5);
    assert!(words.contains("does not fit"), "{words}");
    person.set("address.postalCode", "1012 AB");
    person.good(&["belong", &segment, "yes"]);
    person.good(&["belong", &segment, "count"]);
    assert!(person.bad(&["belong", &segment, "count"], 1).contains("already"));
    let one = || client.get(&format!("/v1/segments/{id}")).expect(200);
    until("the supplier hears it", || one()["members"] == 1 && one()["count"]["reports"] == 1);
    let member = client.get(&format!("/v1/segments/{id}/members")).expect(200);
    assert_eq!(list(&member["data"]).len(), 1);
    // It learnt that and no value.
    let held = client.get(&format!("/v1/relationships/{}/values", text(&member["data"][0]["relationship"])));
    assert_eq!(held.expect(200)["data"], json!([]));
    // Both restarted, it holds; the budget is what is left of it; taken back it is gone.
    person.kill();
    stroom.kill();
    let client = client.at(stroom.serve_api());
    person.start();
    assert_eq!(person.ask(&verbs::Segments {})["budget_left"], json!(6.5));
    let one = || client.get(&format!("/v1/segments/{id}")).expect(200);
    assert_eq!((&one()["members"], &one()["count"]["reports"]), (&json!(1), &json!(1)));
    person.good(&["belong", &segment, "no"]);
    until("the supplier hears that too", || one()["members"] == 0);
    let events: Vec<String> =
        list(&client.get("/v1/events?limit=200").expect(200)["data"]).iter().map(|e| text(&e["type"])).collect();
    assert!(events.contains(&"segment.joined".to_owned()) && events.contains(&"segment.left".to_owned()), "{events:?}");
    // A default says so for the next one, without a word: of a field that a grant gives to this supplier.
    person.good(&["segment-defaults", "--from", "sector:retail", "yes"]);
    let key = text(&person.ask(&verbs::Status {})["suppliers"][0]["supplier"]);
    person.ask(&granting(&key, "household.size", "RequestedServiceProvision", Reading::Read));
    person.good(&["audit", "--verify"]);
    client.delete(&format!("/v1/segments/{id}")).expect(204);
    let again =
        json!({ "name": "Two", "words": "For two", "who": { "is": { "field": "household.size", "values": ["2"] } } });
    let again = text(&client.post("/v1/segments", &again).expect(201)["id"]);
    until("the default answers", || {
        person.ask(&verbs::Segments {});
        client.get(&format!("/v1/segments/{again}")).expect(200)["members"] == 1
    });
}
