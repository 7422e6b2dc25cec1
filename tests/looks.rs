//! How the pages look: in a real browser every element of every page is measured, at every width and in both languages, in a home full
//! of what others may write; the colours of the style sheet by their contrast.

use std::{collections::BTreeMap, path::Path};

use regie::person::verbs;
use regie_protocol::{Access, Purpose};
use regie_tests::{
    Node,
    crowd::{Crowd, Member},
    until,
};
use serde_json::{Value, json};

use crate::dashboard::{PAGES, browser, pair, screenshots};

/// A name without a place to break, as long as a name may be in letters of one byte.
fn endless() -> String {
    "Allesoverkoepelendeverzekeringsmaatschappij".repeat(6).chars().take(256).collect()
}

/// What suppliers may call themselves.
fn names() -> Vec<String> {
    let names = [
        "Stroom BV",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "https://www.example.com/a/very/long/path?with=parameters&and=more#fragment-of-it",
        "Coöperatieve Hypotheekverzekeringsmaatschappij Noord-Nederland en Omstreken U.A.",
        "شركة الكهرباء الوطنية للتوزيع والنقل",
        "👩👨👧👦 <b>Familie</b> & Söhne — 株式会社日本電力供給サービス",
        "A",
    ];
    names.into_iter().map(str::to_owned).chain([endless()]).collect()
}

/// Everything that a person may have typed, as long as it may be.
fn fill(person: &Node) {
    let long = "Wolvenstraatweg".repeat(12);
    for (field, value) in [
        ("name.full", "Anna-Maria Wilhelmina van Rijnsburg-Scheltema Beduin"),
        ("address.street", &*long),
        ("address.postalCode", "3511 AA"),
        ("address.locality", "Gasselterboerveenschemond"),
        ("email", "anna.maria.wilhelmina.van.rijnsburg-scheltema-beduin@a-very-long-subdomain.of.an.example.org"),
        ("birthDate", "1984-05-12"),
        ("household.size", "3"),
    ] {
        person.set(field, value);
    }
    person.good(&["own", "set", "Meterkastsleutelbewaarplaats", &"x".repeat(600)]);
    person.good(&["own", "set", &"n".repeat(100), "kort"]);
    let domain = format!("{}.example.com", "a".repeat(60));
    person.good(&[
        "organisation",
        "add",
        &"Ziektekostenverzekeraar".repeat(8),
        "--domain",
        &domain,
        "--email",
        &format!("{}@{domain}", "p".repeat(60)),
    ]);
    person.good(&["organisation", "add", "Stadsblad", "--address", "Plein 2\\n3511 AA Utrecht"]);
    for (party, product, price) in
        [("Energie BV", "Stroom", "129,50"), (&*"Leverancier".repeat(20), &*"Abonnement".repeat(20), "9999999,99")]
    {
        let number = "1".repeat(64);
        person.good(&[
            "contract",
            "add",
            "--party",
            party,
            "--product",
            product,
            "--price",
            price,
            "--start",
            "2020-01-31",
            "--notice",
            "14d",
            "--number",
            &number,
        ]);
    }
    person.good(&["case", "new", "--right", "access", "Stadsblad", "--pursue", "--language", "nl"]);
    person.good(&["case", "new", "--right", "erasure", &"Ziektekostenverzekeraar".repeat(8)]);
}

/// What suppliers ask, some of it answered and some left to the person, with reasons as long as they may be.
fn ask(members: &[Member]) {
    let reason = "Verkeersongevallenslachtofferbegeleiding ".repeat(20) + &"r".repeat(180);
    for (n, member) in members.iter().enumerate() {
        member.ask(
            &["name.full", "address.street", "address.locality"],
            Purpose::DeliveryOfGoods,
            Access::Subscribe,
            "to deliver",
        );
        match n % 3 {
            0 => member.ask(&["birthDate", "household.size"], Purpose::CustomerCare, Access::Read, &reason),
            1 => member.ask(&["payment.iban"], Purpose::DeliveryOfGoods, Access::Read, "to be paid"),
            _ => member.ask(&["email"], Purpose::DirectMarketing, Access::Subscribe, "to send offers"),
        }
    }
}

#[test]
fn nothing_is_wider_than_its_room_or_broken_in_a_word_at_any_width_in_either_language() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let link = person.start_with_dashboard();
    let crowd = Crowd::start(&names());
    fill(&person);
    pair(&person, crowd.members());
    ask(crowd.members());
    until("all requests are answered or wait", || crowd.members().iter().all(|member| member.unanswered() == 0));
    let overview = person.ask(&verbs::Overview {});
    let this_month = overview["months"].as_array().and_then(|all| all.last()).expect("months").clone();
    assert_eq!(overview["months"].as_array().map(Vec::len), Some(12));
    assert_eq!(this_month["answered"], overview["month"]["answered"], "a home of today");
    assert!(overview["requests_waiting"].as_u64().is_some_and(|waits| waits > 1), "{overview}");

    let paths: Vec<&str> = PAGES
        .into_iter()
        .chain(["/nowhere", "/search?q=a", "/letters/write?about=changed", "/suppliers?q=nobody"])
        .collect();
    let Some(seen) = browser("looks.mjs", &json!({ "link": link, "paths": paths, "shots": screenshots() })) else {
        return;
    };
    assert_eq!(seen["violations"], json!([]), "{} measured", seen["measured"]);
    let pages = seen["pages"].as_u64().expect("a number");
    assert!(pages > paths.len() as u64 + 5, "{pages} pages: details of lists too");
    assert_eq!(
        seen["measured"].as_u64(),
        Some(pages * 2 * 2 * 6),
        "each in both languages, closed and open, at six widths"
    );

    // The pictures say what the node says.
    let pictures = &seen["pictures"];
    assert_eq!(
        (&pictures["columns"], &pictures["rows"]),
        (&json!(12), &json!(overview["flows"].as_array().map(Vec::len)))
    );
    let told: Vec<String> = ["answered", "told", "refused"].iter().map(|what| this_month[what].to_string()).collect();
    assert_eq!(pictures["now"], json!(told));
    let drawn = told.iter().filter(|count| *count != "0").count();
    assert!(drawn > 0 && pictures["drawn"] == json!(drawn), "{pictures}");
    let mut has: Vec<String> =
        overview["flows"][0]["groups"].as_object().expect("groups").values().map(Value::to_string).collect();
    let mut shown: Vec<String> = serde_json::from_value(pictures["has"].clone()).expect("texts");
    has.sort();
    shown.sort();
    assert_eq!(shown, has);
}

/// The style sheet.
fn style() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/assets/style.css");
    std::fs::read_to_string(path).expect("the style sheet")
}

/// The colours of a block of tokens, by name.
fn colours(block: &str) -> BTreeMap<&str, [f64; 3]> {
    let part = |text: &str, at: usize| {
        f64::from(u8::from_str_radix(text.get(at..at + 2).expect("two digits"), 16).expect("hexadecimal"))
    };
    let lines = block.lines().filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": #"));
    lines
        .filter(|(_, value)| value.len() == 6)
        .map(|(name, value)| (name, [0, 2, 4].map(|at| part(value, at))))
        .collect()
}

/// The contrast of two colours, from 1 to 21 (WCAG 2.2, relative luminance).
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let light = |colour: [f64; 3]| {
        let [r, g, b] = colour.map(|part| {
            let part = part / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_ink_can_be_read_on_its_ground_by_day_and_by_night() {
    let style = style();
    let mut blocks = style.split(":root {").skip(1).map(|rest| rest.split('}').next().expect("a block"));
    let day = colours(blocks.next().expect("the tokens"));
    let night = colours(blocks.next().expect("the tokens of the night"));
    assert!(day.keys().eq(night.keys()), "each colour by day has one by night");
    let text = [
        ("ink", "ground"),
        ("ink", "paper"),
        ("ink", "sunk"),
        ("ink", "main-soft"),
        ("soft", "ground"),
        ("soft", "paper"),
        ("soft", "sunk"),
        ("link", "ground"),
        ("link", "paper"),
        ("link", "main-soft"),
        ("main-ink", "main"),
        ("good", "good-ground"),
        ("warn", "warn-ground"),
        ("danger", "paper"),
        ("danger", "ground"),
        ("danger", "danger-ground"),
    ];
    // Edges of what is typed into, and the parts of pictures.
    let shapes = [
        ("edge", "paper"),
        ("edge", "ground"),
        ("main", "ground"),
        ("one", "paper"),
        ("two", "paper"),
        ("three", "paper"),
    ];
    for (scheme, colours) in [("day", &day), ("night", &night)] {
        for (pairs, least) in [(&text[..], 4.5), (&shapes[..], 3.0)] {
            for (ink, ground) in pairs {
                let found = contrast(colours[ink], colours[ground]);
                assert!(found >= least, "{ink} on {ground} by {scheme}: {found:.2}, less than {least}");
            }
        }
    }
    assert!((contrast([0.0; 3], [255.0; 3]) - 21.0).abs() < 0.01);
}

#[test]
fn colours_and_sizes_stand_in_the_tokens_and_nowhere_else() {
    let style = style();
    let after = style.rsplit_once("/* Ground */").expect("the rules after the tokens").1;
    let rules = after.split("@media print").next().expect("rules");
    for line in rules.lines() {
        let colour =
            line.contains('#') && line.split('#').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_hexdigit()));
        assert!(!colour, "a colour that has no name: {line}");
    }
    // One sheet, of one file, that a page waits for: it stays small.
    assert!(style.len() < 24 * 1024, "{} bytes", style.len());
    assert!(!style.contains("@import") && !style.contains("url("), "and asks for nothing else");
}
