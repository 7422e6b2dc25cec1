//! A file of contacts: shown before anything of it is kept or told, and kept as it was shown. By the command line, and by
//! forms. How each kind of file is read is tested where it is read (`node/src/import/tests.rs`).

use std::path::{Path, PathBuf};

use regie_protocol::{Access, Purpose};
use regie_tests::{
    Node,
    crowd::Crowd,
    http::{Response, send_by_hand as send},
    pairing, until,
};
use serde_json::{Value, json};

use crate::dashboard::Door;

const TWO: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Aardvark Plumbing\r\nTEL:+31201111111\r\nEND:VCARD\r\n\
                   BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna Bakker\r\nN:Bakker;Anna;;;\r\nEMAIL:anna@example.org\r\nEND:VCARD\r\n";
const ADDRESSES: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna Bakker\r\nN:Bakker;Anna;;;\r\n\
                         ADR;TYPE=HOME:;;Kade 1;Gent;;9000;BE\r\nADR;TYPE=WORK:;;Plein 2;Breda;Brabant;4811 AA;NL\r\n\
                         EMAIL;TYPE=WORK:w@example.org\r\nEMAIL;TYPE=HOME:h@example.org\r\nNOTE:hello\r\nEND:VCARD\r\n";

struct Person {
    node: Node,
    directory: tempfile::TempDir,
}

impl Person {
    fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut node = Node::person(directory.path().join("person"), "balanced");
        node.start();
        Self { node, directory }
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let file = self.directory.path().join(name);
        std::fs::write(&file, text).expect("written");
        file
    }

    fn import(&self, file: &Path, more: &[&str]) -> Value {
        let said = self.node.good(&[&["--json", "import", file.to_str().expect("a path")], more].concat());
        serde_json::from_str(said.lines().next().expect("an answer")).expect("JSON")
    }

    fn refused(&self, file: &Path, more: &[&str], code: i32) -> String {
        self.node.bad(&[&["import", file.to_str().expect("a path")], more].concat(), code)
    }

    fn held(&self, field: &str) -> Option<String> {
        held(&self.node, field)
    }
}

fn held(node: &Node, field: &str) -> Option<String> {
    let fields = node.good(&["--json", "fields"]);
    let fields = fields.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let one = fields.into_iter().find(|held| held["field"] == json!(field));
    one.map(|held| held["value"].as_str().expect("text").to_owned())
}

fn texts(list: &Value, name: &str) -> Vec<String> {
    let all = list.as_array().expect("a list").iter();
    all.map(|one| one[name].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn nothing_is_kept_or_told_before_a_yes_and_then_what_was_shown() {
    let person = Person::start();
    let crowd = Crowd::start(&["De Webwinkel BV".to_owned()]);
    let shop = &crowd.members()[0];
    person.node.ask(&pairing(&shop.invite()));
    person.node.set("address.street", "Dorpsstraat 1");
    person.node.set("address.region", "Utrecht");
    person.node.set("name.full", "Anna Bakker");
    shop.ask(&["address.street", "address.locality"], Purpose::DeliveryOfGoods, Access::Subscribe, "to deliver");
    until("the shop has the street", || shop.held().len() == 1);
    let file = person.file("me.vcf", ADDRESSES);

    let seen = person.import(&file, &["--dry-run"]);
    assert_eq!(seen["told"]["suppliers"][0]["name"], json!("De Webwinkel BV"), "{seen}");
    assert_eq!(seen["kept"], Value::Null);
    assert_eq!(
        texts(&seen["changes"], "of"),
        ["group:name", "group:address", "email", "group:workAddress", "workContact.email"],
        "{seen}"
    );
    let region = seen["changes"][1]["fields"].as_array().expect("fields").iter();
    let region = region.clone().find(|one| one["field"] == json!("address.region")).expect("the region");
    assert_eq!((&region["new"], &region["now"]), (&Value::Null, &json!("Utrecht")), "of no other address");
    assert_eq!(
        texts(&seen["left_out"], "what"),
        ["NOTE", "address.region"],
        "an address at work has no province: {seen}"
    );
    assert_eq!(seen["choices"][0]["all"].as_array().map(Vec::len), Some(2), "{seen}");
    assert_eq!(seen["choices"][0]["all"][1]["goes_to"], json!("group:workAddress"), "{seen}");

    let said = person.refused(&file, &[], 5);
    assert!(said.contains("--dry-run") && said.contains("--yes"), "{said}");
    let shown = person.node.good(&["import", file.to_str().expect("a path"), "--dry-run"]);
    for part in ["Kade 1", "De Webwinkel BV", "left out: NOTE (hello)", "--address NUMBER", "goes to workAddress"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!((person.held("email"), shop.held()["address.street"].as_str()), (None, "Dorpsstraat 1"));

    // What was looked at is bound: not another address, and not after somebody else came to be told.
    let digest = seen["preview"].as_str().expect("a digest").to_owned();
    let said = person.refused(&file, &["--yes", "--address", "2", "--preview", &digest], 5);
    assert!(said.contains("not what you looked at"), "{said}");
    person.node.set("email", "old@example.org");
    assert!(person.refused(&file, &["--yes", "--preview", &digest], 5).contains("look at it once more"));
    assert_eq!(person.held("email").as_deref(), Some("old@example.org"));
    let digest = person.import(&file, &["--dry-run"])["preview"].as_str().expect("a digest").to_owned();
    let kept = person.import(&file, &["--yes", "--preview", &digest]);
    assert_eq!(kept["kept"]["told_count"], json!(1), "{kept}");
    until("the shop has the new street", || shop.held()["address.street"] == "Kade 1");
    assert_eq!((person.held("address.region"), person.held("email")), (None, Some("h@example.org".into())));
    assert_eq!(person.import(&file, &["--yes"])["kept"], Value::Null, "nothing of it is new");
    let other = person.import(&file, &["--yes", "--address", "2", "--email", "2"]);
    assert_eq!(other["name"], json!("Anna Bakker"));
    assert_eq!(
        (person.held("address.locality"), person.held("email")),
        (Some("Breda".into()), Some("w@example.org".into()))
    );
    assert_eq!(person.held("workAddress.locality").as_deref(), Some("Breda"), "it went there before");
    assert_eq!(person.held("otherContact.email").as_deref(), Some("h@example.org"), "the other one is the second now");
    assert!(person.refused(&file, &["--yes", "--address", "3"], 4).contains("has 2 for group:address"));
    assert!(person.refused(&file, &["--yes", "--telephone", "1"], 2).contains("no telephone"));
}

/// A second address goes where addresses of its kind stand, one of no kind among the person's own under its label, and nothing is
/// written over a note that is there.
#[test]
fn a_second_one_goes_to_its_kind_or_among_the_persons_own_and_nothing_is_lost() {
    let person = Person::start();
    let lines = "ADR;TYPE=HOME:;;Kade 1;Gent;;9000;BE\r\nADR;TYPE=PARCEL:;;Loods 3;Aalst;;9300;BE\r\n\
                 item1.ADR:;;Duin 4;De Haan;;8420;BE\r\nitem1.X-ABLabel:Vakantiehuis\r\n\
                 TEL;TYPE=CELL:+32470123456\r\nTEL;TYPE=WORK:+3292112233\r\nTEL:+32470654321\r\nTEL;TYPE=FAX:+3292000000\r\n\
                 TEL:+32470999999\r\nURL:https://example.org\r\nURL:https://example.net";
    let file = person.file("many.vcf", format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna\r\n{lines}\r\nEND:VCARD\r\n"));
    person.node.good(&["own", "set", "address: Vakantiehuis", "sleutel onder de mat"]);
    let seen = person.import(&file, &["--dry-run"]);
    assert_eq!(texts(&seen["left_out"], "what"), ["TEL", "url"], "the fax, and a second page: {seen}");
    assert_eq!(texts(&seen["own"], "name"), ["address: Vakantiehuis 2", "telephone number"], "{seen}");
    let shown = person.node.good(&["import", file.to_str().expect("a path"), "--dry-run"]);
    assert!(
        shown.contains("kept among your own fields as address: Vakantiehuis 2: Duin 4, De Haan, 8420, BE"),
        "{shown}"
    );
    person.import(&file, &["--yes"]);
    for (field, value) in [
        ("address.street", "Kade 1"),
        ("deliveryAddress.street", "Loods 3"),
        ("telephone", "+32470123456"),
        ("workContact.telephone", "+3292112233"),
        ("otherContact.telephone", "+32470654321"),
    ] {
        assert_eq!(person.held(field).as_deref(), Some(value), "{field}");
    }
    let own = person.node.good(&["--json", "own"]);
    for part in ["sleutel onder de mat", "Duin 4", "+32470999999"] {
        assert!(own.contains(part), "{part}: {own}");
    }
    let again = person.import(&file, &["--dry-run"]);
    assert_eq!((&again["changes"], &again["own"]), (&json!([]), &Value::Null), "all of it is there: {again}");
}

#[test]
fn of_several_contacts_the_person_says_which_one_they_are() {
    let person = Person::start();
    let file = person.file("all.vcf", TWO);
    let said = person.refused(&file, &["--yes"], 2);
    assert!(said.contains("1 Aardvark Plumbing, 2 Anna Bakker") && said.contains("--card"), "{said}");
    assert_eq!(person.node.good(&["--json", "fields"]), "", "nobody was taken");
    assert_eq!(person.import(&file, &["--yes", "--card", "2"])["name"], json!("Anna Bakker"));
    assert!(person.refused(&file, &["--yes", "--card", "3"], 2).contains("holds 2 contacts"));
    assert_eq!((person.held("email").as_deref(), person.held("telephone")), (Some("anna@example.org"), None));
    let all: String = (0..10_000).map(|n| TWO.replace("Anna Bakker", &format!("Person {n}"))).collect();
    let all = person.file("everybody.vcf", all.replacen("Person 4999", "Me Myself", 1));
    let said = person.refused(&all, &["--yes"], 2);
    assert!(said.contains("10000 contacts") && said.contains("10 Person 4, …"), "{said}");
    assert_eq!(person.import(&all, &["--dry-run", "--card", "10000"])["name"], json!("Me Myself"));
}

#[test]
fn what_does_not_fit_is_left_out_in_words_and_a_part_of_an_address_joins_no_other() {
    let person = Person::start();
    let own = person.file("me.csv", "name.full,Anna\nemail,geen\ntelephone,bel me\nbirthDate,1984-03-12\n");
    let said = person.import(&own, &["--yes"]);
    assert_eq!(texts(&said["left_out"], "what"), ["email", "telephone"], "{said}");
    assert!(said["left_out"][0]["why"].as_str().is_some_and(|why| why.contains("anna@example.org")), "{said}");
    assert_eq!(said["left_out"][0]["value"], json!("geen"));
    assert_eq!((person.held("birthDate").as_deref(), person.held("email")), (Some("1984-03-12"), None));

    for (field, value) in [("address.street", "Kade 1"), ("address.locality", "Gent"), ("address.country", "BE")] {
        person.node.set(field, value);
    }
    let part = person.file(
        "part.vcf",
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna\r\nADR;CC=NL;LABEL=\"Dorp 1\":;;;;;;\r\nEND:VCARD\r\n",
    );
    let said = person.import(&part, &["--yes"]);
    let left = texts(&said["left_out"], "what");
    assert!(left.contains(&"address.country".to_owned()) && left.contains(&"LABEL".to_owned()), "{said}");
    assert_eq!(person.held("address.country").as_deref(), Some("BE"));
    // A part that does not fit goes, and the old one does not stay in its place.
    let odd = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna\r\nADR:;;Dorp 2;Breda;;4811 AA;Nergensland\r\nEND:VCARD\r\n";
    let odd = person.file("odd.vcf", odd);
    let said = person.import(&odd, &["--yes"]);
    assert_eq!(texts(&said["left_out"], "what"), ["address.country"], "{said}");
    assert_eq!((person.held("address.locality").as_deref(), person.held("address.country")), (Some("Breda"), None));
}

#[test]
fn a_file_that_is_too_large_torn_or_locked_says_what_to_do() {
    let person = Person::start();
    let large = person.file("large.vcf", vec![b'x'; 16 * 1024 * 1024 + 1]);
    assert!(person.refused(&large, &["--yes"], 2).contains("16 MiB"));
    let torn = person.file("torn.vcf", &TWO.as_bytes()[..TWO.len() - 20]);
    assert!(person.refused(&torn, &["--yes"], 2).contains("export it once more"));
    let locked = person.file("locked.json", r#"{"encrypted":true,"data":"2.x|y"}"#);
    assert!(person.refused(&locked, &["--yes"], 2).contains("without encryption"));
    let photo = "QUJD".repeat(1_800_000);
    let photo = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna\r\nPHOTO;ENCODING=b:{photo}\r\nEND:VCARD\r\n");
    let said = person.import(&person.file("photo.vcf", photo), &["--yes"]);
    assert!(said["left_out"][0]["why"].as_str().is_some_and(|why| why.contains("photos are not kept (52")), "{said}");
    assert_eq!(person.held("name.full").as_deref(), Some("Anna"));
}

/// A form with a file.
fn upload(door: &Door, cookie: &str, form: &str, name: &str, bytes: &str) -> Response {
    let part = |head: &str, body: &str| format!("--cut\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
    let file = format!("name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/plain");
    let body = format!("{}{}--cut--\r\n", part("name=\"form\"", form), part(&file, bytes));
    let kind = ("Content-Type", "multipart/form-data; boundary=cut");
    let origin = format!("http://{}", door.to);
    send(door.to, "POST", "/import", &[("Cookie", cookie), ("Origin", &origin), kind], &body)
}

#[test]
fn the_page_shows_who_and_what_first_and_keeps_only_what_it_showed() {
    let door = Door::open();
    let cookie = door.enter();
    let form = door.get(&cookie, "/import").form();
    assert_eq!(upload(&door, &cookie, "wrong", "all.vcf", TWO).status, 403);
    assert!(upload(&door, &cookie, &form, "me.vcf", "hello").body.contains("aria-invalid"));
    assert_eq!(upload(&door, &cookie, &form, "all.vcf", TWO).status, 303);
    let people = door.get(&cookie, "/import/preview").body;
    assert!(people.contains("Aardvark Plumbing") && people.contains("Anna Bakker"), "{people}");
    assert!(!people.contains("name=\"preview\""), "nobody was taken");
    let found = door.get(&cookie, "/import/preview?q=anna").body;
    assert!(!found.contains("Aardvark") && found.contains("card=2"), "{found}");
    let seen = door.get(&cookie, "/import/preview?card=2").body;
    assert!(seen.contains("anna@example.org") && door.node.ask(&verbs_fields()) == json!([]), "{seen}");
    let digest = |page: &str| {
        let at = page.find("name=\"preview\" value=\"").expect("a digest") + 22;
        page[at..at + 64].to_owned()
    };
    // In another window another file is looked at: what this one showed is not kept.
    let old = digest(&seen);
    assert_eq!(upload(&door, &cookie, &form, "me.vcf", ADDRESSES).status, 303);
    let keep =
        |more: &str, digest: &str| door.post(&cookie, "/import/keep", &format!("form={form}&preview={digest}{more}"));
    assert_eq!(keep("&card=1&take=email", &old).header("location"), Some("/import/preview?card=1"));
    assert_eq!(door.node.ask(&verbs_fields()), json!([]), "nothing was kept");
    assert!(door.get(&cookie, "/import/preview").body.contains("Something has changed"), "and it is said");
    let chosen = door.get(&cookie, "/import/preview?card=1&choose.group%3Aaddress=2").body;
    assert!(chosen.contains("Brabant") && chosen.contains("NOTE"), "{chosen}");
    let chosen = digest(&chosen);
    assert_eq!(keep("&card=1&take=group%3Aaddress", &chosen).header("location"), Some("/import/preview?card=1"));
    let kept = keep("&card=1&choose.group%3Aaddress=2&take=group%3Aaddress&take=telephone", &chosen);
    assert_eq!(kept.header("location"), Some("/data"), "{}", kept.body);
    assert_eq!((held(&door.node, "address.region").as_deref(), held(&door.node, "email")), (Some("Brabant"), None));
    assert_eq!(door.get(&cookie, "/import/preview").header("location"), Some("/import"), "it is gone");
}

fn verbs_fields() -> regie::person::verbs::Fields {
    regie::person::verbs::Fields {}
}
