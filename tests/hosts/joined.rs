//! From letter to line over a real name: an organisation that a person entered by its domain, and a companion that this domain
//! names, on hosts of their own, with a server of names and a web server between them.

use std::process::Command as Process;

use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_tests::{
    Node,
    lab::{
        Family, Lab,
        homes::Homes,
        names::Names,
        servers::there,
        trio::{made, someone_with, within},
    },
};
use serde_json::{Value, json};

use super::{
    announcing, everywhere, follow, link,
    web::{Authority, TOOLS, nginx},
};

const NAME: &str = "www.example.com";

/// A company that says that the domain is its own.
fn claims(company: &Node) {
    let profile = companion::NewProfile { domain: Some(NAME.to_owned()), ..companion::NewProfile::default() };
    company.ask(&companion::SetProfile { profile });
}

fn organisation(person: &Node) -> Value {
    let shown = person.good(&["--json", "organisation", "show", "example.com"]);
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["name"], json!("Volt"), "{shown}");
    shown
}

#[test]
fn a_proven_domain_turns_an_entry_into_the_relationship_and_a_claimed_one_does_not() {
    let Some(lab) = Lab::new().filter(|_| there(&TOOLS)) else { return };
    let (shop, liar, post, nat) =
        (lab.host("shop", Family::V4), lab.host("liar", Family::V4), lab.host("post", Family::V4), lab.nat("nat"));
    let home = lab.behind(&nat, "home");
    let mut names = Names::start(&post);
    names.say(NAME, &shop.addresses());
    names.serve(&home);
    let homes = Homes::new();
    let at = |name: &str| homes.path().join(name);

    let (supplier, _) = made(&shop, &at("shop"), "shop", &announcing("Stroom en Gas BV", &[]), &everywhere());
    let (impostor, _) = made(&liar, &at("liar"), "liar", &announcing("Volt Energie BV", &[]), &everywhere());
    claims(&supplier);
    claims(&impostor);
    let root = at("www");
    std::fs::create_dir_all(root.join(".well-known")).expect("made");
    let document = root.join(".well-known/regie.json");
    supplier.good(&["supplier", "domain", "--out", document.to_str().expect("text")]);
    let authority = Authority::of(at("authority"), NAME);
    let certificate = authority.certificate("+0");
    let server = format!(
        "server {{ listen 443 ssl; server_name {NAME}; ssl_certificate {0}/fullchain.pem; \
         ssl_certificate_key {0}/privkey.pem; root {1}; }}",
        certificate.display(),
        root.display()
    );
    let _nginx = nginx(&shop, homes.path(), &[server]);
    // The lab's addresses are not of the public internet.
    let allow = |process: &mut Process| {
        let config = homes.path().join("person/config.toml");
        let text = std::fs::read_to_string(&config).expect("a configuration");
        std::fs::write(&config, format!("{text}domain_hosts = [{NAME:?}]\n")).expect("written");
        process.env("SSL_CERT_FILE", authority.trusted());
    };
    let person = someone_with(&home, homes.path(), allow);

    person.good(&[
        "organisation",
        "add",
        "Volt",
        "--domain",
        "https://mijn.example.com/login",
        "--email",
        "avg@example.com",
    ]);
    let added = person.good(&[
        "contract",
        "add",
        "--party",
        "Volt",
        "--product",
        "Stroom",
        "--start",
        "2026-01-31",
        "--notice",
        "1m",
    ]);
    assert!(added.contains("id: "), "{added}");
    person.good(&["letter", "write", "access", "--to", "Volt"]);

    // Whoever says that the domain is its own is not believed, whatever it is called.
    follow(&person, link(&impostor)).expect("paired");
    assert_eq!(organisation(&person)["supplier"], Value::Null);
    follow(&person, link(&supplier)).expect("paired");
    within(60, "the entry is the relationship", || organisation(&person)["supplier"] != Value::Null);
    let suppliers = person.ask(&verbs::Status {})["suppliers"].clone();
    let named = |name: &str| {
        let all = suppliers.as_array().expect("a list");
        all.iter().find(|one| one["name"] == json!(name)).map(|one| one["key"].clone()).expect("paired")
    };
    assert_eq!(organisation(&person)["supplier"], named("Stroom en Gas BV"));

    // What the person had of it is there still.
    let contracts = person.ask(&verbs::Contracts {})["contracts"].clone();
    assert_eq!((contracts.as_array().map(Vec::len), &contracts[0]["product"]), (Some(1), &json!("Stroom")));
    let letters = person.good(&["letters"]);
    assert!(letters.contains("Volt"), "{letters}");
    assert_eq!(person.ask(&verbs::Audit {})["verified"], json!(true));
}
