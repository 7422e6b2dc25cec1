//! Counting with a helper over real processes: eleven persons, two companies, kills of both in between, and one sum
//! that only the two together could read.

use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_tests::{Node, api::Client, nats::Nats, until};
use serde_json::{Value, json};

const PERSONS: usize = 11;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[test]
fn eleven_persons_are_counted_and_no_company_sees_an_answer() {
    let directory = tempfile::tempdir().expect("a directory");
    let company =
        |name: &str| Node::supplier(directory.path().join(name), name, &format!("/ip4/127.0.0.1/tcp/{}", Nats::port()));
    let (mut stroom, mut bureau) = (company("Stroom"), company("Telbureau"));
    bureau.start();
    let link = text(&bureau.ask(&companion::HelperLink {})["link"]);
    let client = Client::new(stroom.serve_api(), &stroom.api_key(false));
    // What can't be counted so is refused with the field that is wrong.
    let new = |extra: Value| {
        let mut new = json!({ "name": "At home", "words": "For a study", "who": { "has": "household.size" },
            "membership": false });
        new.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        new
    };
    client
        .post("/v1/segments", &new(json!({ "epsilon": 2000, "helper": "regie:board?v=1&d=x" })))
        .problem(422, "bad_argument");
    client.post("/v1/segments", &new(json!({ "helper": link }))).problem(422, "bad_argument");
    client
        .post("/v1/segments", &new(json!({ "epsilon": 2000, "helper": link, "least": 9 })))
        .problem(422, "bad_argument");
    let made = client.post("/v1/segments", &new(json!({ "epsilon": 2000, "helper": link }))).expect(201);
    assert_eq!((&made["helper"], &made["least"]), (&json!("Telbureau"), &json!(10)));
    let id = text(&made["id"]);

    // The helper is away while the first answer, the company is killed while the last do: nothing is lost.
    bureau.kill();
    let mut client = client;
    for number in 0..PERSONS {
        match number {
            5 => bureau.start(),
            8 => {
                stroom.kill();
                client = client.at(stroom.serve_api());
            }
            _ => {}
        }
        let mut person = Node::person(directory.path().join(format!("person{number}")), "balanced");
        person.start();
        if number % 2 == 0 {
            person.set("household.size", "2");
        }
        person.pair(&stroom);
        let segments = || person.ask(&verbs::Segments {})["segments"].clone();
        until("the segment is known", || segments()[0]["helper"]["name"] == "Telbureau");
        let segment = text(&segments()[0]["segment"]);
        person.good(&["belong", &segment, "count"]);
        assert!(person.bad(&["belong", &segment, "count"], 1).contains("already"));
        let count = || client.get(&format!("/v1/segments/{id}")).expect(200)["count"].clone();
        let arrived = |count: &Value| count["waiting"].as_u64().zip(count["reports"].as_u64()).map(|(w, r)| w + r);
        until(&format!("answer {number} is there: {}", count()), || arrived(&count()) == Some(number as u64 + 1));
        if number < 9 {
            assert_eq!(count()["reports"], 0, "fewer than ten are never summed");
        }
        person.kill();
    }
    let count = || client.get(&format!("/v1/segments/{id}")).expect(200)["count"].clone();
    until("the sum is told", || count()["reports"].as_u64() >= Some(10));
    let count = count();
    assert_eq!((&count["spoiled"], &count["refused"], &count["epsilon"]), (&json!(0), &Value::Null, &json!(2000)));
    assert!(count["estimate"].as_u64() <= count["reports"].as_u64(), "{count}");
    let helped = bureau.ask(&companion::HelperLink {});
    assert_eq!((&helped["segments"], &helped["answers"]), (&json!(1), &json!(PERSONS)));
    assert!(stroom.good(&["supplier", "segments"]).contains("At home"));
    // Taken back, it is gone here; the helper forgets with the segment's end.
    client.delete(&format!("/v1/segments/{id}")).expect(204);
    client.get(&format!("/v1/segments/{id}")).problem(404, "not_found");
}
