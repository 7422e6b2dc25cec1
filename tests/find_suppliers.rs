//! Who has my data: made-up exports are read, shown, confirmed and entered; nothing of a password or of a single payment is kept,
//! and files that mean harm are refused with a next step. In a browser: 200 suppliers in a few clicks.

use std::{
    fmt::Write as _,
    io::Write as _,
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::Stdio,
};

use regie::{
    person,
    store::{Ledger as _, Passphrase, Store},
};
use regie_tests::Node;
use serde_json::{Value, json};

use crate::dashboard::browser;

/// Stands in every made-up export where a password does.
const PASSWORD: &str = "hunter2-never-kept";
/// Amounts of payments that come once, in cents.
const ONCE: [u64; 3] = [37_193, 88_841, 52_347];
/// The creditor of the made-up energy company: the identifier that the EPC's guide uses as its example.
const CREDITOR: &str = "DE98ZZZ09999999999";

/// An export of Bitwarden with this many logins, each at a domain of its own.
fn bitwarden(count: usize) -> String {
    let item = |n: usize| {
        json!({ "type": 1, "name": format!("Dienst {n}"), "notes": PASSWORD, "login": {
            "uris": [{ "match": null, "uri": format!("https://www.dienst-{n}.nl/login") }],
            "username": format!("anna{n}"), "password": PASSWORD, "totp": PASSWORD } })
    };
    json!({ "encrypted": false, "folders": [], "items": (0..count).map(item).collect::<Vec<_>>() }).to_string()
}

/// A statement of Rabobank: `count` payees that collect every month, the gym that is paid every month, and shops that are
/// paid once.
fn statement(count: usize) -> String {
    let mut text = "\"IBAN/BBAN\",\"Munt\",\"BIC\",\"Volgnr\",\"Datum\",\"Rentedatum\",\"Bedrag\",\"Saldo na trn\",\"Tegenrekening IBAN/BBAN\",\"Naam tegenpartij\",\"Machtigingskenmerk\",\"Incassant ID\",\"Omschrijving-1\"\n".to_owned();
    let mut row = |day: &str, cents: u64, account: &str, name: &str, mandate: &str, creditor: &str| {
        let (whole, part) = (cents / 100, cents % 100);
        writeln!(text, "\"NL00RABO0123456789\",\"EUR\",\"RABONL2U\",\"1\",\"{day}\",\"{day}\",\"-{whole},{part:02}\",\"+1,00\",\"{account}\",\"{name}\",\"{mandate}\",\"{creditor}\",\"x\"").expect("written");
    };
    for (month, differs) in
        ["2024-01-28", "2024-02-28", "2024-03-28", "2024-04-28"].into_iter().zip([0, 1_317, 2_711, 3_931])
    {
        for n in 0..count {
            let mandate = format!("M-{n}");
            row(month, 10_000 + differs, "", "Volt Energie NV", &mandate, CREDITOR);
        }
        row(month, 2_999, "NL91ABNA0417164300", "J. de Vries", "", "");
    }
    for (amount, shop) in ONCE.into_iter().zip(["Kruidenier", "Schoenen", "Boeken"]) {
        row("2024-02-11", amount, "", shop, "", "");
    }
    text
}

fn written(directory: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

#[test]
fn files_are_shown_then_entered_and_known_the_next_time() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    let logins = written(directory.path(), "logins.json", bitwarden(12));
    let paid = written(directory.path(), "paid.csv", statement(1));
    let files = [text(&logins), text(&paid)];
    let look = |more: &[&str]| -> Value {
        let arguments = [&["--json", "find-suppliers"][..], &files, more].concat();
        serde_json::from_str(&person.good(&arguments)).expect("JSON")
    };
    let seen = look(&["--dry-run"]);
    let count = |seen: &Value, part: &str| seen[part].as_array().map_or(0, Vec::len);
    assert_eq!((count(&seen, "sure"), count(&seen, "unsure"), count(&seen, "known")), (13, 1, 0), "{seen:#}");
    assert_eq!((&seen["entered"], &seen["unsure"][0]["name"]), (&Value::Null, &json!("J. de Vries")));
    assert_eq!(person.good(&["organisations"]), "nothing\n", "nothing is entered by looking");
    let words = person.bad(&["find-suppliers", text(&logins)], 5);
    assert!(words.contains("--yes"), "{words}");

    let entered = look(&["--yes"]);
    assert_eq!(entered["entered"]["entered"], json!(13));
    let volt = person.good(&["--json", "organisation", "show", "Volt Energie NV"]);
    let volt: Value = serde_json::from_str(&volt).expect("JSON");
    assert_eq!((&volt["creditors"][0], &volt["pays"][0]["rhythm"]), (&json!(CREDITOR), &json!("monthly")));
    assert_eq!(volt["pays"][0]["since"], json!("2024-01-28"));

    let again = look(&["--yes", "--unsure"]);
    assert_eq!((count(&again, "sure"), count(&again, "known")), (0, 13));
    assert_eq!(again["entered"], json!({ "entered": 1, "updated": 0, "unchanged": 13, "contracts": 1 }));
    person.stop();
}

/// The bytes of a number in DAG-CBOR, as a record would have it.
fn cbor(number: u64) -> Vec<u8> {
    let bytes = u32::try_from(number).expect("small").to_be_bytes();
    if bytes[..2] == [0, 0] { [&[0x19], &bytes[2..]].concat() } else { [&[0x1a], &bytes[..]].concat() }
}

#[test]
fn no_password_and_no_single_amount_stands_in_the_store_or_in_the_log() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let log = directory.path().join("log");
    let mut process = person.process(&["--json", "run"]);
    process.env("REGIE_LOG", "trace").stderr(Stdio::from(std::fs::File::create(&log).expect("a file")));
    person.start_process(process);
    let logins = written(directory.path(), "logins.json", bitwarden(20));
    let chrome = format!("name,url,username,password\nWinkel,https://winkel.nl,anna,{PASSWORD}\n");
    let chrome = written(directory.path(), "chrome.csv", chrome);
    let paid = written(directory.path(), "paid.csv", statement(1));
    let said =
        person.good(&["--json", "find-suppliers", text(&logins), text(&chrome), text(&paid), "--yes", "--unsure"]);
    assert!(said.contains("anna3") && said.contains("2999"), "a user name and what recurs are there");
    person.stop();

    // Each amount of the mandate differs, so none of them may be there either.
    let singles: Vec<u64> = ONCE.into_iter().chain([11_317, 12_711, 13_931]).collect();
    let needles: Vec<Vec<u8>> = std::iter::once(PASSWORD.as_bytes().to_vec())
        .chain(singles.iter().flat_map(|cents| {
            let (whole, part) = (cents / 100, cents % 100);
            [format!("{cents}"), format!("{whole},{part:02}"), format!("{whole}.{part:02}")].map(String::into_bytes)
        }))
        .collect();
    let holds = |bytes: &[u8], needle: &[u8]| bytes.windows(needle.len()).any(|part| part == needle);
    let logged = std::fs::read(&log).expect("a log");
    assert!(!logged.is_empty(), "the log was written");
    for (what, bytes) in [("the answer", said.as_bytes()), ("the log", &logged)] {
        for needle in &needles {
            assert!(!holds(bytes, needle), "{} in {what}", String::from_utf8_lossy(needle));
        }
    }
    assert!(!holds(&logged, b"anna3"), "no personal value in a log line");
    for file in regie_tests::files(&person.home) {
        let bytes = std::fs::read(&file).expect("bytes");
        assert!(!holds(&bytes, PASSWORD.as_bytes()), "{}", file.display());
    }
    // What is sealed, opened: every row of every table.
    let store =
        Store::open(&person.home, &person::SCHEMA, &Passphrase::new("test passphrase".to_owned())).expect("opened");
    let (mut rows, mut organisations, mut contracts) = (0, Vec::new(), Vec::new());
    for table in store.schema().ids() {
        store
            .each_row(table, &mut |row| {
                rows += 1;
                for needle in needles.iter().cloned().chain(singles.iter().map(|cents| cbor(*cents))) {
                    let found = holds(&row.value, &needle) && ["organisations", "contracts"].contains(&table.name());
                    assert!(!found && !holds(&row.value, PASSWORD.as_bytes()), "{needle:?} in {}", table.name());
                }
                if table.name() == "organisations" {
                    organisations.extend_from_slice(&row.value);
                }
                if table.name() == "contracts" {
                    contracts.extend_from_slice(&row.value);
                }
                ControlFlow::Continue(())
            })
            .expect("read");
    }
    assert!(rows > 20 && holds(&organisations, &cbor(2_999)), "what recurs is kept, so that this can fail");
    // Of a contract its usual charge is kept: the one that came again, and of amounts that differ a rounded one.
    assert!(holds(&contracts, &cbor(2_999)) && holds(&contracts, &cbor(12_700)), "the charges of contracts are kept");
}

#[test]
fn hostile_files_are_refused_with_a_next_step_and_leave_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    let xml =
        "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><Document>&b;</Document>";
    let mut zip = b"PK\x03\x04".to_vec();
    zip.extend(std::iter::repeat_n(0, 4096));
    let files: [(&str, Vec<u8>, &str); 8] = [
        ("laughs.xml", xml.into(), "document type"),
        ("deep.xml", "<a>".repeat(200_000).into(), "nested"),
        ("bomb.zip", zip, "unpack"),
        ("bomb.csv.gz", b"\x1f\x8b\x08\x00rest".to_vec(), "unpack"),
        ("nothing.csv", Vec::new(), "not known"),
        ("binary.csv", vec![0; 100_000], "no text"),
        ("deep.json", format!("{{\"items\":{}", "[".repeat(1_000_000)).into(), "not known"),
        ("torn.json", bitwarden(3)[..200].into(), "not known"),
    ];
    for (name, bytes, words) in files {
        let path = written(directory.path(), name, bytes);
        let said = person.bad(&["find-suppliers", text(&path), "--yes"], 2);
        assert!(said.contains(words) && said.contains(name), "{name}: {said}");
    }
    let large = directory.path().join("large.csv");
    let mut file = std::fs::File::create(&large).expect("a file");
    for _ in 0..100 {
        file.write_all(&vec![b'x'; 1024 * 1024]).expect("written");
    }
    assert!(person.bad(&["find-suppliers", text(&large), "--yes"], 2).contains("64 MiB"));
    assert_eq!(person.good(&["organisations"]), "nothing\n");

    // Encodings of old programs, and cells that are formulas for a spreadsheet, are texts.
    let csv = "name,url,username,password\nCaf\u{e9},https://caf\u{e9}-test.nl,=HYPERLINK(1),x\n";
    let latin: Vec<u8> = csv.chars().map(|c| u8::try_from(c).expect("latin")).collect();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(csv.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let mark = ["\u{feff}", csv].concat().into_bytes();
    for bytes in [latin, utf16, mark] {
        let path = written(directory.path(), "logins.csv", bytes);
        let seen: Value =
            serde_json::from_str(&person.good(&["--json", "find-suppliers", text(&path), "--dry-run"])).expect("JSON");
        let found = &seen["sure"][0]["finding"];
        assert_eq!((&seen["sure"][0]["name"], &found["logins"][0]), (&json!("Caf\u{e9}"), &json!("=HYPERLINK(1)")));
    }
    person.stop();
}

/// The whole way on the pages: files in, a preview, one step. Skipped where there is no browser, unless it must be there.
#[test]
fn two_hundred_suppliers_are_entered_in_a_few_clicks() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let link = person.start_with_dashboard();
    let files =
        [written(directory.path(), "logins.json", bitwarden(199)), written(directory.path(), "paid.csv", statement(1))];
    let input = json!({ "link": link, "files": files, "expected": 200, "shots": directory.path() });
    let Some(seen) = browser("find.mjs", &input) else { return };
    let clicks = seen["clicks"].as_u64().expect("a count");
    assert!(clicks <= 15, "{clicks} clicks");
    assert_eq!(seen["violations"], json!([]), "axe and widths");
    let entered = person.good(&["--json", "organisations"]).lines().count();
    assert_eq!(entered, 200);
    person.stop();
}
