//! What a person holds: typed, changed together, told once. By the command line, by forms, and in a browser.

use regie::person::verbs;
use regie_protocol::{Access, Purpose};
use regie_tests::{
    Node,
    crowd::Crowd,
    http::{Door, enter, send_by_hand as send},
    pairing, until,
};
use serde_json::{Value, json};

use crate::dashboard::browser;

fn held(person: &Node, field: &str) -> Option<String> {
    let fields = person.ask(&verbs::Fields {});
    let one = fields.as_array().expect("a list").iter().find(|held| held["field"] == json!(field));
    one.map(|held| held["value"].as_str().expect("text").to_owned())
}

#[test]
fn what_is_typed_becomes_the_form_of_its_field_or_is_refused_with_what_to_do() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    for (field, typed, form) in [
        ("birthDate", "12 maart 1984", "1984-03-12"),
        ("address.country", "Nederland", "NL"),
        ("birthDate", "13-3-1984", "1984-03-13"),
        ("telephone", "06 12345678", "+31612345678"),
        ("payment.iban", "nl91 abna 0417 1643 00", "NL91ABNA0417164300"),
        ("address.postalCode", "1012ab", "1012 AB"),
        ("household.size", "2", "2"),
        ("language", "Nederlands", "nl"),
    ] {
        person.good(&["set", field, typed]);
        assert_eq!(held(&person, field).as_deref(), Some(form), "{field} {typed}");
    }
    for (field, typed, next) in [
        ("household.size", "twee", "in digits"),
        ("email", "geen email", "leave it empty"),
        ("birthDate", "31 februari 1984", "no such day"),
        ("payment.iban", "NL91ABNA0417164301", "type it over"),
        ("address.postalCode", "12345", "change the country first"),
        ("nationalId", "123456789", "type it over"),
    ] {
        assert!(person.bad(&["set", field, typed], 2).contains(next), "{field} {typed}");
    }
    assert_eq!((held(&person, "email"), held(&person, "household.size")), (None, Some("2".into())));

    // One of several that does not fit leaves all as they were; an address of another country is read by its own customs.
    let words = ["set", "address.postalCode=9000", "address.locality=Gent", "address.country=nergens"];
    assert!(person.bad(&words, 2).contains("nergens"));
    assert_eq!(held(&person, "address.locality"), None);
    person.good(&["set", "address.postalCode=9000", "address.locality=Gent", "address.country=BE", "household.size="]);
    assert_eq!(held(&person, "address.postalCode").as_deref(), Some("9000"));
    assert_eq!(held(&person, "household.size"), None, "nothing behind the sign empties a field");
    person.stop();
}

/// Moving house: an address is one form and one step, and every supplier hears of it in one message.
#[test]
fn a_move_takes_four_clicks_at_most_and_each_supplier_one_message() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let link = person.start_with_dashboard();
    let names: Vec<String> = (0..5).map(|n| format!("Supplier {n}")).collect();
    let crowd = Crowd::start(&names);
    for (field, value) in [
        ("address.street", "Dorpsstraat 1"),
        ("address.postalCode", "3511 AA"),
        ("address.locality", "Utrecht"),
        ("address.region", "Utrecht"),
        ("address.country", "NL"),
    ] {
        person.set(field, value);
    }
    for member in crowd.members() {
        person.ask(&pairing(&member.invite()));
    }
    let address = ["address.street", "address.postalCode", "address.locality"];
    for (n, member) in crowd.members().iter().enumerate() {
        // The last one may ask, and does not follow changes.
        let access = if n == 4 { Access::Read } else { Access::Subscribe };
        member.ask(&address, Purpose::DeliveryOfGoods, access, "to deliver");
    }
    until("all have the address", || crowd.members().iter().all(|member| member.held().len() == 3));
    person.good(&["organisation", "add", "Zonder Adres BV"]);
    person.good(&["organisation", "add", "Volt", "--email", "privacy@volt.example.com"]);
    let before: Vec<usize> = crowd.members().iter().map(regie_tests::crowd::Member::told).collect();

    let moved = json!({ "street": "Nieuwe Gracht 20", "postal": "1012ab", "town": "Amsterdam" });
    let input = json!({ "link": link, "to": moved, "shots": directory.path() });
    let Some(seen) = browser("move.mjs", &input) else { return };
    assert!(seen["clicks"].as_u64().is_some_and(|clicks| clicks <= 4), "{seen}");
    assert_eq!(seen["violations"], json!([]), "axe and widths");
    for part in ["Supplier 4", "does not follow changes", "Zonder Adres BV", "no address of it is known"] {
        assert!(seen["not_told"].as_str().is_some_and(|words| words.contains(part)), "{part}: {seen}");
    }
    let news = |n: usize| crowd.members()[n].held().get("address.postalCode").is_some_and(|code| code == "1012 AB");
    until("each that follows has the address", || (0..4).all(news));
    for (n, member) in crowd.members().iter().enumerate().take(4) {
        let held = member.held();
        assert_eq!(
            (held["address.street"].as_str(), held["address.locality"].as_str()),
            ("Nieuwe Gracht 20", "Amsterdam")
        );
        assert_eq!(member.told() - before[n], 1, "one message a supplier");
    }
    assert!(!news(4));
    assert_eq!(held(&person, "address.region"), None, "what was emptied holds nothing");
    person.stop();
}

/// Telephone numbers as other countries write them, and amounts in other money: by the command line and by the form's own choice.
#[test]
fn numbers_and_money_of_other_countries_are_read_and_told_as_they_are() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let door = Door::enter(&person.start_with_dashboard());
    for (home, typed, form) in [
        ("IT", "06 1234 5678", "+390612345678"),
        ("US", "(201) 555-0123", "+12015550123"),
        ("HU", "06 20 123 4567", "+36201234567"),
        ("TR", "0501 234 56 78", "+905012345678"),
        ("SR", "741 2345", "+5977412345"),
        ("ES", "+34 612 34 56 78", "+34612345678"),
    ] {
        person.good(&["set", &format!("address.country={home}"), &format!("telephone={typed}")]);
        assert_eq!(held(&person, "telephone").as_deref(), Some(form), "{home} {typed}");
    }
    assert!(person.bad(&["set", "telephone", "+210 123456789"], 2).contains("telephone"), "no country has that code");
    person.good(&["set", "income.annual=30.000 Amerikaanse dollar", "address.country=NL"]);
    assert_eq!(held(&person, "income.annual").as_deref(), Some("30000 USD"));
    assert!(person.bad(&["set", "income.annual", "$ 30000"], 2).contains("which money"), "of which country?");

    let page = door.get("/data/income.annual");
    assert!(page.body.contains("value=\"30000\"") && page.body.contains("value=\"USD\" selected"), "{}", page.body);
    let save = |value: &str, currency: &str| {
        let typed = format!("form={}&value={value}&value-currency={currency}&do=save", page.form());
        door.post("/data/income.annual", &typed)
    };
    assert_eq!(save("5.000.000", "JPY").status, 303);
    assert_eq!(held(&person, "income.annual").as_deref(), Some("5000000 JPY"));
    let wrong = save("12%2C5", "JPY");
    assert!(wrong.body.contains("value=\"12,5\"") && wrong.body.contains("value=\"JPY\" selected"), "{}", wrong.body);
    assert_eq!(save("30.000", "EUR").status, 303);
    assert_eq!(held(&person, "income.annual").as_deref(), Some("30000"), "euros are what they were");
    assert!(door.get("/data").body.contains("EUR 30000"), "with their name where people read");
    person.stop();
}

#[test]
fn an_earlier_value_is_put_back_and_everything_is_found_by_words() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let link = person.start_with_dashboard();
    for street in ["Dorpsstraat 1", "Kade 5", "Gracht 2"] {
        person.set("address.street", street);
    }
    person.good(&["put-back", "address.street"]);
    assert_eq!(held(&person, "address.street").as_deref(), Some("Kade 5"), "the last one by itself");
    let history = person.good(&["--json", "get", "address.street", "--history"]);
    let rows: Vec<Value> = history.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let values: Vec<&str> = rows.iter().filter_map(|row| row["value"].as_str()).collect();
    assert_eq!(values, ["Gracht 2", "Kade 5", "Dorpsstraat 1"], "{history}");
    assert!(person.bad(&["put-back", "address.street", "99"], 4).contains("--history"));
    assert!(person.bad(&["put-back", "email"], 4).contains("no such earlier value"));

    // On its page, by the button beside it.
    let (to, cookie) = enter(&link);
    let page = send(to, "GET", "/data/address.street", &[("Cookie", &cookie)], "");
    let number = rows[2]["number"].as_u64().expect("a number");
    let (origin, kind) = (format!("http://{to}"), ("Content-Type", "application/x-www-form-urlencoded"));
    let body = format!("form={}&do=back&number={number}", page.form());
    let headers = [("Cookie", &*cookie), ("Origin", &*origin), kind];
    assert_eq!(send(to, "POST", "/data/address.street", &headers, &body).status, 303);
    assert_eq!(held(&person, "address.street").as_deref(), Some("Dorpsstraat 1"));

    person.good(&["organisation", "add", "Dorpsapotheek", "--email", "info@apotheek.example"]);
    let found = |words: &[&str]| {
        let said = person.good(&[&["--json", "search"], words].concat());
        let said: Value = serde_json::from_str(said.lines().next().expect("an answer")).expect("JSON");
        let hits = said["hits"].as_array().expect("a list").iter();
        hits.map(|hit| format!("{} {}", hit["kind"], hit["name"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(found(&["DORPS"]), ["field address.street", "organisation Dorpsapotheek"]);
    assert_eq!(found(&["dorps", "info@"]), ["organisation Dorpsapotheek"], "all words have to be there");
    assert!(found(&["geboortedatum"]).contains(&"field birthDate".to_owned()), "by its name in the other language");
    assert!(found(&["nergens te vinden"]).is_empty());
    let page = send(to, "GET", "/search?q=dorps", &[("Cookie", &cookie)], "");
    assert!(page.body.contains("/data/address.street") && page.body.contains("Dorpsapotheek"), "{}", page.body);
    person.stop();
}

#[test]
fn own_fields_and_notes_are_kept_and_no_grant_can_name_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "open");
    let link = person.start_with_dashboard();
    person.good(&["own", "set", "Locker", "code 4711"]);
    person.good(&["own", "set", "locker", "code 4712"]);
    let listed = person.good(&["--json", "own"]);
    assert_eq!(listed.lines().count(), 1, "one of a name: {listed}");
    assert!(listed.contains("code 4712"), "{listed}");
    assert!(person.bad(&["own", "set", " ", "x"], 2).contains("name of one line"));
    assert!(person.bad(&["own", "remove", "nothing"], 4).contains("regie own"));
    let crowd = Crowd::start(&["Nosy BV".to_owned()]);
    person.ask(&pairing(&crowd.members()[0].invite()));
    for (asked, next) in
        [("own.locker", "not a known field"), ("locker", "not a known field"), ("group:own", "not a known group")]
    {
        let said = person.bad(&["grant", "Nosy BV", "--fields", asked, "--purpose", "ServiceProvision"], 2);
        assert!(said.contains(next), "{asked}: {said}");
    }
    let (to, cookie) = enter(&link);
    let page = send(to, "GET", "/own", &[("Cookie", &cookie)], "");
    assert!(page.body.contains("code 4712"), "{}", page.body);
    let export: Value = serde_json::from_str(&person.good(&["export"])).expect("JSON");
    assert_eq!(export["own"][0]["text"], json!("code 4712"));
    assert!(person.good(&["search", "4712"]).contains("locker"));
    person.good(&["own", "remove", "LOCKER"]);
    assert!(person.good(&["--json", "own"]).is_empty());
    person.stop();
}

/// What is attached to a note comes out byte for byte, also after a kill; its name leads nowhere, and it goes with the note.
#[test]
fn files_are_attached_to_notes_and_come_out_as_they_went_in() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.good(&["own", "set", "House", "Bought in 2019"]);
    let deed: Vec<u8> = (0..1_300_000_u32).map(|at| (at / 7) as u8).collect();
    let empty = directory.path().join("empty.txt");
    let path = directory.path().join("deed \u{202e}fdp.exe");
    std::fs::write(&path, &deed).expect("written");
    std::fs::write(&empty, b"").expect("written");
    let (path, empty) = (path.to_str().expect("UTF-8"), empty.to_str().expect("UTF-8"));
    person.good(&["own", "attach", "house", path, empty]);
    assert!(person.bad(&["own", "attach", "no such", path], 4).contains("regie own"));
    person.good(&["own", "set", "House", "Bought in 2020"]);
    person.kill();
    let door = Door::enter(&person.start_with_dashboard());
    let files = || -> Value {
        let own: Value = serde_json::from_str(&person.good(&["--json", "own"])).expect("JSON");
        own["files"].clone()
    };
    let kept = files();
    assert_eq!((&kept[0]["name"], &kept[0]["bytes"]), (&json!("deed _fdp.exe"), &json!(deed.len())), "{kept}");
    assert_eq!((&kept[1]["name"], &kept[1]["bytes"]), (&json!("empty.txt"), &json!(0)));
    let out = directory.path().join("out");
    let got = person.good(&["own", "file", "House", "deed _fdp.exe", "--out", out.to_str().expect("UTF-8")]);
    assert!(got.contains("deed _fdp.exe") && std::fs::read(&out).expect("written") == deed);
    // The page lists them, saves them as bytes of no kind, and takes others.
    let page = door.get("/own").body;
    let link = page.split("href=\"/own/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let saved = door.get(&format!("/own/{link}"));
    assert!(*saved.bytes == *deed && saved.header("content-type") == Some("application/octet-stream"));
    let upload = page.split("action=\"/own/").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    let token = page.split("name=\"form\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token");
    let body = |token: &str| {
        format!(
            "--cut\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n{token}\r\n--cut\r\nContent-Disposition: form-data; \
             name=\"files\"; filename=\"../../photo.png\"\r\n\r\npixels\r\n--cut--\r\n"
        )
    };
    let kind = "multipart/form-data; boundary=cut";
    let post = |token: &str| door.post_as(&format!("/own/{upload}"), kind, &body(token)).status;
    assert_eq!((post("wrong"), post(token)), (403, 303));
    assert_eq!(files()[2]["name"], "photo.png");
    person.good(&["own", "detach", "House", "photo.png"]);
    person.bad(&["own", "file", "House", "photo.png", "--out", "/tmp/never"], 4);
    person.good(&["own", "remove", "House"]);
    person.bad(&["own", "file", "House", "empty.txt", "--out", "/tmp/never"], 4);
    person.stop();
}
