//! Wishes, belonging and deciding as their pages have them: forms without a code in them, boards by name, offers side by side, an offer
//! that stays and is a contract, and a pattern explained in the page's language with the person's own value beside.

use std::collections::BTreeSet;

use regie::command::{Reading, Text};
use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_protocol::{Days, Purpose, catalogue};
use regie_tests::{Node, http::Door, nats::Nats, until};
use serde_json::{Value, json};

use crate::dashboard::{browser, has_browser};

fn company(directory: &std::path::Path, name: &str) -> Node {
    let mut node = Node::supplier(directory.join(name), name, &format!("/ip4/127.0.0.1/tcp/{}", Nats::port()));
    node.start();
    node
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn offers(person: &Node) -> Vec<Value> {
    person.ask(&verbs::Offers { intent: None }).as_array().cloned().unwrap_or_default()
}

/// A person who deals with a company that keeps a board and two that look there.
struct Street {
    _directory: tempfile::TempDir,
    person: Node,
    link: String,
    _board: Node,
    shops: [Node; 2],
}

impl Street {
    fn open() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let board = company(directory.path(), "De Buurt");
        let shops = ["Stroom", "Gas"].map(|name| company(directory.path(), name));
        let at = text(&board.ask(&companion::BoardLink {})["link"]);
        for shop in &shops {
            let board = Text(at.parse().expect("a link"));
            shop.ask(&companion::Follow { board, categories: ["energy".parse().expect("a category")].into() });
        }
        let mut person = Node::person(directory.path().join("person"), "balanced");
        person.may_dial_this_machine();
        let link = person.start_with_dashboard();
        for (field, value) in [
            ("name.full", "Anna Bakker"),
            ("energy.annualElectricity", "3127"),
            ("household.size", "2"),
            ("income.annual", "30000"),
        ] {
            person.set(field, value);
        }
        person.pair(&board);
        person.pair(&shops[0]);
        Self { _directory: directory, person, link, _board: board, shops }
    }

    fn offer(&self, shop: usize, title: &str, price: &str, terms: &[(&str, &str)]) {
        let shop = &self.shops[shop];
        until("it is found", || shop.ask(&companion::Wanted {}).as_array().map(Vec::len) == Some(1));
        let before = offers(&self.person).len();
        let offer = companion::NewOffer {
            title: title.into(),
            price: Some(Text(price.parse().expect("a price"))),
            terms: terms.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            needs: ["name.full".parse().expect("a field")].into(),
            purpose: Purpose::RequestedServiceProvision,
            access: Reading::Read,
            days: Days(90),
            retention: Days(90),
            holds: Days(14),
        };
        shop.ask(&companion::Offer { intent: "-".into(), offer });
        until("the offer came", || offers(&self.person).len() == before + 1);
    }

    fn publish(&self) {
        let segment = companion::NewSegment {
            name: "Kleine huishoudens".into(),
            words: "Een tarief voor twee".into(),
            about: "energy.contract".parse().ok(),
            who: serde_json::from_value(json!({ "number": { "field": "household.size", "least": 1, "most": 2 } }))
                .expect("a predicate"),
            purpose: Purpose::RequestedServiceProvision,
            retention: Days(90),
            membership: true,
            epsilon: None,
            helper: None,
            least: None,
            days: Days(30),
        };
        self.shops[0].ask(&companion::Publish { segment });
        let known = || self.person.ask(&verbs::Segments {})["segments"].as_array().map(Vec::len) == Some(1);
        until("the person's node learns of it", known);
    }
}

#[test]
fn a_wish_is_a_form_that_fits_and_what_does_not_fit_stays_in_it() {
    let street = Street::open();
    let door = Door::enter(&street.link);
    let kinds = door.get("/wishes/new").body;
    for kind in catalogue::KINDS {
        assert!(kinds.contains(&format!("href=\"/wishes/new/{}\"", kind.code)), "{}", kind.code);
    }
    let page = door.get("/wishes/new/energy.contract");
    assert!(page.body.contains("value=\"3100\""), "what the person holds, roughly: {}", page.body);
    assert!(!page.body.contains("3127"), "and not exactly");
    assert!(
        page.body.contains("That of De Buurt") && !page.body.contains("That of Stroom"),
        "who keeps one: {}",
        page.body
    );
    assert_eq!(door.get("/wishes/new/no.such").status, 400);
    // What is wrong is told beside its input, and all stays as it was typed.
    let board =
        page.body.split("<option value=\"did:key:").nth(1).and_then(|rest| rest.split('"').next()).expect("a board");
    let sent = |persons: &str, max: &str| {
        let typed = format!(
            "&persons={persons}&max={max}&tariff=dynamic&tariff=fixed&from=2027-03-01&electricity=3.100&days=14"
        );
        format!("form={}&kind=energy.contract&do=cast&per=month&board=did:key:{board}{typed}", page.form())
    };
    let wrong = door.post("/wishes", &sent("veel", "goedkoop"));
    assert_eq!(wrong.status, 200, "{}", wrong.body);
    for kept in ["value=\"veel\"", "value=\"goedkoop\"", "id=\"detail-persons-error\"", "id=\"max-error\""] {
        assert!(wrong.body.contains(kept), "{kept}: {}", wrong.body);
    }
    for kept in ["value=\"fixed\" checked", "value=\"dynamic\" checked"] {
        assert!(wrong.body.contains(kept), "{kept}: {}", wrong.body);
    }
    assert!(!wrong.body.contains("value=\"variable\" checked"));
    assert_eq!(street.person.ask(&verbs::Intents {}), json!([]));
    assert_eq!(door.post("/wishes", &sent("3", "149%2C50")).status, 303);
    let wish = street.person.ask(&verbs::Intents {})[0].clone();
    assert_eq!((&wish["category"], &wish["budget"]), (&json!("energy.contract"), &json!("149.50 EUR/month")));
    let details = json!({ "persons": "3", "electricity": "3100", "tariff": "fixed,dynamic", "from": "2027-03-01" });
    assert_eq!(wish["details"], details, "either of two");
    assert!(door.get("/wishes").body.contains(" or "), "and said so");
    // A kind of another version is shown as something else, with its code where experts look.
    street.person.good(&["want", "travel.trains", "--detail", "to=Praha"]);
    let page = door.get("/wishes").body;
    assert!(page.contains("Something else") && page.contains("Praha"), "{page}");
    let wishes = page.split("class=\"experts\"").nth(1).expect("a part for experts");
    assert!(wishes.contains("<code>travel.trains</code>"), "{wishes}");
}

#[test]
fn offers_side_by_side_one_taken_up_and_a_pattern_with_ones_own_value_in_a_browser() {
    if !has_browser("wishes") {
        return;
    }
    let street = Street::open();
    street.person.good(&["want", "energy", "--persons", "2", "--max", "150", "--board", "De Buurt"]);
    street.offer(0, "Vast, groen", "99.50EUR/month", &[("bound", "12"), ("persons", "2"), ("from", "2027-03-01")]);
    street.offer(1, "Vast, grijs", "175.00EUR/month", &[("bound", "36"), ("once", "25")]);
    street.publish();
    street.shops[0].request(&["household.size", "income.annual"], "DeliveryOfGoods", "read");
    let found = browser("wishes.mjs", &json!({ "link": street.link })).expect("the script ran");
    assert_eq!(found["violations"], json!([]), "{found}");
    let wish = street.person.ask(&verbs::Intents {})[0].clone();
    assert_eq!((&wish["state"], &wish["taken_up"]["supplier"]), (&json!("taken_up"), &json!("Stroom")));
    let segment = street.person.ask(&verbs::Segments {})["segments"][0].clone();
    assert_eq!(segment["said"], "yes");
}

/// A code that only programs know: words of small letters joined by a dot, `name=value`, or an amount with its currency.
fn codes(text: &str) -> Option<String> {
    let bare = |c: char| !c.is_ascii_alphanumeric() && !".=/_:@-".contains(c);
    let is_code = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        let letters = |part: &&str| part.len() > 1 && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        let domain =
            parts.last().is_some_and(|end| ["org", "com", "nl", "example", "net", "txt", "vcf", "csv"].contains(end));
        let dotted = parts.len() > 1 && parts.iter().all(letters) && !domain && !word.contains('@');
        let pair = word.split_once('=').is_some_and(|(name, value)| !name.is_empty() && !value.is_empty());
        let money = word.contains("EUR/") || (word.ends_with("EUR") && word.starts_with(|c: char| c.is_ascii_digit()));
        dotted || pair || money
    };
    text.split(bare).map(|word| word.trim_matches(['.', ',', ':'])).find(|word| is_code(word)).map(str::to_owned)
}

#[test]
fn no_form_asks_a_person_for_a_code() {
    assert_eq!(codes("From the broad to the narrow: energy.contract."), Some("energy.contract".into()));
    assert_eq!(codes("One a line, as persons=3"), Some("persons=3".into()));
    assert_eq!(codes("150.00EUR/month").as_deref(), Some("150.00EUR/month"));
    assert_eq!(codes("As anna@example.org, or https://example.org."), None);
    assert_eq!(codes("In euros, as 150 or 149.50. As G-123-AB."), None);
    let street = Street::open();
    let door = Door::enter(&street.link);
    let mut paths: BTreeSet<String> = crate::dashboard::PAGES.iter().map(|path| (*path).to_owned()).collect();
    paths.extend(catalogue::KINDS.iter().map(|kind| format!("/wishes/new/{}", kind.code)));
    let mut wrong = Vec::new();
    for path in &paths {
        let body = door.get(path).body;
        let main = body.split("<main").nth(1).unwrap_or_default();
        let placeholders = main.split("placeholder=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let hints =
            main.split("class=\"hint\"").skip(1).filter_map(|rest| rest.split_once('>')?.1.split("</p>").next());
        // What is chosen from a list has words; what is typed must not be filled in with a code.
        let typed = main.split("<input ").skip(1).filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag));
        let typed = typed.filter(|tag| {
            !["hidden", "checkbox", "radio"].iter().any(|kind| tag.contains(&format!("type=\"{kind}\"")))
        });
        let typed = typed.filter_map(|tag| tag.split_once(" value=\"")?.1.split('"').next());
        let three = |value: &&str| value.len() == 3 && value.bytes().all(|b| b.is_ascii_uppercase());
        wrong.extend(typed.clone().filter(three).map(|value| format!("{path}: {value} is filled in")));
        for shown in placeholders.chain(hints).chain(typed) {
            wrong.extend(codes(shown).map(|code| format!("{path}: {code} in \"{shown}\"")));
        }
    }
    assert!(paths.len() > 40, "{paths:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
