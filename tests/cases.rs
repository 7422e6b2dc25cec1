//! Requests under the GDPR over real processes: from the draft to the authority by a clock that is set, one kind to many, and
//! files that come out as they went in, whatever they are.

use std::path::{Path, PathBuf};

use regie::person::verbs;
use regie_protocol::calendar::Date;
use regie_tests::{Node, faketime, http::Door};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Made-up organisations and authorities in the schema of the Datenanfragen data set.
const DIRECTORY: &str = r#"{"slug":"volt","name":"Volt Energie N.V.","web":"https://www.volt.example.com/","email":"privacy@volt.example.com","address":"Stroomweg 1\n1011 AA Amsterdam\nNederland","relevant-countries":["nl"],"quality":"verified","suggested-transport-medium":"email"}
{"slug":"stadsblad","name":"Stadsblad B.V.","address":"Plein 2\n3511 AA Utrecht","web":"https://stadsblad.example.net","relevant-countries":["nl"],"quality":"tested","email":"avg@stadsblad.example.net","suggested-transport-medium":"letter"}
{"slug":"werk","name":"Werk GmbH","web":"https://werk.example.org","webform":"https://werk.example.org/privacy","relevant-countries":["de"],"quality":"tested","suggested-transport-medium":"webform"}
{"slug":"nltoezicht","name":"Toezichthouder Persoonsgegevens","address":"Laan 3\nDen Haag","complaint-language":"nl","relevant-countries":["nl"],"web":"https://toezicht.example.org"}
{"slug":"deeins","name":"Aufsicht Eins","relevant-countries":["de"],"complaint-language":"de"}
{"slug":"dezwei","name":"Aufsicht Zwei","relevant-countries":["de"],"complaint-language":"de"}
"#;

/// A person's home with organisations in its list.
struct Home {
    directory: TempDir,
    person: Node,
}

impl Home {
    fn made() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let person = Node::person(directory.path().join("person"), "balanced");
        Self { directory, person }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Enters what the tests write to.
    fn enter_all(&self) {
        let list = self.path("list.jsonl");
        std::fs::write(&list, DIRECTORY).expect("written");
        self.person.good(&["directory", "add", list.to_str().expect("a path")]);
        for (name, domain) in [("Volt", "volt.example.com"), ("Stadsblad", "example.net"), ("Werk", "example.org")] {
            self.person.good(&["organisation", "add", name, "--domain", domain, "--directory", &name.to_lowercase()]);
        }
    }

    /// Starts the node under a clock that can be set.
    fn start_today(&mut self, library: &Path) {
        std::fs::write(self.path("clock"), "+0d").expect("written");
        self.person.start_under_clock(library, &self.path("clock"));
    }

    /// Goes on so many days from today, over a restart.
    fn travel(&mut self, library: &Path, days: i32) {
        let clock = self.path("clock");
        std::fs::write(&clock, format!("+{days}d")).expect("written");
        self.person.stop();
        self.person.start_under_clock(library, &clock);
        self.person.good(&["clock", "--accept"]);
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let all = [&["--json"], arguments].concat();
        serde_json::from_str(self.person.good(&all).lines().next().expect("a line")).expect("JSON")
    }

    fn begin(&self, right: &str, organisation: &str) -> String {
        let begun = self.json(&["case", "new", "--right", right, organisation]);
        begun["cases"][0]["id"].as_str().expect("an id").to_owned()
    }

    fn case(&self, id: &str) -> Value {
        self.json(&["case", "show", id])
    }
}

fn date(value: &Value) -> Date {
    value.as_str().expect("a day").parse().expect("a date")
}

#[test]
fn a_case_writes_its_letters_and_what_went_is_noted_in_it() {
    let Some(library) = faketime() else { return };
    let mut home = Home::made();
    home.start_today(&library);
    home.enter_all();
    for (field, value) in [("name.full", "Anna Bakker"), ("address.street", "Kerkstraat 1")] {
        home.person.set(field, value);
    }
    let pursued = home.json(&["case", "new", "--right", "access", "Volt", "Stadsblad", "--pursue", "--language", "en"]);
    assert_eq!(pursued["letters"].as_array().map(Vec::len), Some(2), "{pursued}");
    let cases = home.json(&["cases"]);
    let id_of = |name: &str| {
        let one = cases["cases"].as_array().expect("a list").iter().find(|one| one["name"] == name);
        one.and_then(|one| one["id"].as_str()).expect("an id").to_owned()
    };
    let id = id_of("Volt");
    let open = || home.case(&id)["letters"][0].clone();
    let text_of = |letter: &Value| home.person.good(&["letter", "show", letter["id"].as_str().expect("an id")]).clone();
    // Its reference is the end of the case's id, by which it is found.
    let reference = id[id.len() - 10..].to_uppercase();
    assert!(text_of(&open()).contains(&reference), "{}", text_of(&open()));
    assert_eq!(home.case(&reference)["name"], json!("Volt"));
    let again = home.person.bad(&["case", "pursue", &id], 1);
    assert!(again.contains("its letter is written"), "{again}");
    assert_eq!(home.case(&id)["state"], json!("drafted"), "a letter that was written is not sent");
    home.person.good(&["letter", "sent", open()["id"].as_str().expect("an id"), "--by", "email"]);
    let sent = home.case(&id);
    assert_eq!((&sent["state"], &sent["steps"][0]["way"]), (&json!("sent"), &json!("email")));
    assert!(home.person.bad(&["case", "pursue", &id], 5).contains("nothing to write"), "it is theirs now");
    let early = home.person.bad(&["case", "pursue", &id, "--complain", "nltoezicht"], 5);
    let (last, begun) = (date(&sent["due"]["last"]), date(&sent["begun"]));
    assert!(early.contains(&last.to_string()), "{early}");

    home.travel(&library, last.plus_days(1).days_after(begun));
    let reminder = home.json(&["case", "pursue", &id, "--language", "en"])["letters"][0].clone();
    assert_eq!(reminder["about"], json!("reminder"));
    home.person.good(&["letter", "sent", reminder["id"].as_str().expect("an id"), "--by", "post"]);
    let reminded = home.case(&id);
    assert_eq!(reminded["steps"][1]["way"], json!("post"), "{reminded}");
    home.travel(&library, date(&reminded["next"]["by"]).plus_days(1).days_after(begun));
    assert!(home.person.bad(&["case", "pursue", &id], 2).contains("authority"));
    let complaint =
        home.json(&["case", "pursue", &id, "--complain", "nltoezicht", "--language", "en"])["letters"][0].clone();
    let words = home.person.good(&["letter", "show", complaint["id"].as_str().expect("an id")]).clone();
    for part in ["Toezichthouder Persoonsgegevens", "Laan 3", "Volt", "Stroomweg 1", "Anna Bakker", &reference] {
        assert!(words.contains(part), "{part} in {words}");
    }
    home.person.good(&["letter", "sent", complaint["id"].as_str().expect("an id"), "--by", "post"]);
    let complained = home.case(&id);
    assert_eq!(
        (&complained["state"], &complained["steps"][2]["to"]),
        (&json!("complained"), &json!("Toezichthouder Persoonsgegevens"))
    );
    assert_eq!(complained["letters"].as_array().map(Vec::len), Some(3));

    // A request that was written by itself begins a case once it went; one that goes on by hand is left as it was noted.
    let alone = home.json(&["letter", "write", "erasure", "--to", "Volt"])["letters"][0].clone();
    assert_eq!(home.json(&["cases"])["cases"].as_array().map(Vec::len), Some(2));
    home.person.good(&["letter", "sent", alone["id"].as_str().expect("an id"), "--by", "email"]);
    assert_eq!(home.json(&["cases"])["cases"].as_array().map(Vec::len), Some(3));
    let by_hand = id_of("Stadsblad");
    home.person.good(&["case", "mark", &by_hand, "sent", "--way", "webform"]);
    let letter = home.case(&by_hand)["letters"][0].clone();
    home.person.good(&["letter", "sent", letter["id"].as_str().expect("an id"), "--by", "post"]);
    assert_eq!(home.case(&by_hand)["steps"].as_array().map(Vec::len), Some(1));
    home.person.stop();
}

#[test]
fn one_case_goes_from_its_draft_to_the_authority_by_a_clock_that_is_set() {
    let Some(library) = faketime() else { return };
    let mut home = Home::made();
    home.start_today(&library);
    home.enter_all();
    home.person.set("address.country", "Nederland");
    let id = home.begin("access", "Volt");
    assert_eq!(home.case(&id)["state"], json!("drafted"));
    assert!(home.person.bad(&["case", "mark", &id, "answered"], 5).contains("send it"));
    let sent = home.json(&["case", "mark", &id, "sent"]);
    assert_eq!(
        (&sent["state"], &sent["due"]["presumed"], &sent["country"]),
        (&json!("sent"), &json!(true), &json!("NL"))
    );
    let (last, begun) = (date(&sent["due"]["last"]), date(&sent["begun"]));
    assert!((28..=38).contains(&last.days_after(begun)), "{last} {begun}");
    let early = home.person.bad(&["case", "mark", &id, "reminded"], 5);
    assert!(early.contains(&last.to_string()), "{early}");

    // Whatever the day: the state and the reminder are as the day says, in the case, on the first page, over restarts.
    let mut seen = Vec::new();
    for days in [-8, -7, 0, 1] {
        let on = last.days_after(begun) + days;
        home.travel(&library, on);
        let list = home.json(&["cases"]);
        let (today, case) = (date(&list["today"]), &list["cases"][0]);
        let state = if today > last { "late" } else { "sent" };
        let waits = today >= last.plus_days(-7);
        assert_eq!((&case["state"], &case["waits"]), (&json!(state), &json!(waits)), "on {today}");
        let status = home.person.ask(&verbs::Status {});
        let counted = status["waits"].as_array().expect("a list").iter().find(|one| one["what"] == "cases");
        assert_eq!(counted.map(|one| one["count"].clone()), waits.then(|| json!(1)), "on {today}");
        assert_eq!(case["due"]["last"], json!(last.to_string()), "the day stays");
        seen.push((state, waits));
    }
    assert_eq!(seen.first(), Some(&("sent", false)));
    assert_eq!(seen.last(), Some(&("late", true)));

    // A letter of default, which is not answered; then the only authority there is.
    let reminded = home.json(&["case", "mark", &id, "reminded", "--way", "post"]);
    assert_eq!(reminded["next"]["what"], json!("answer_reminder"));
    let until = date(&reminded["next"]["by"]);
    let calendar = home.path("cases.ics");
    home.person.good(&["cases", "--ics", calendar.to_str().expect("a path")]);
    let feed = std::fs::read_to_string(&calendar).expect("written");
    for day in [last, last.plus_days(-7), until] {
        assert!(feed.contains(&format!("DTSTART;VALUE=DATE:{}", day.to_string().replace('-', ""))), "{day}: {feed}");
    }
    home.travel(&library, until.days_after(begun) + 1);
    assert_eq!(home.case(&id)["next"]["what"], json!("complain"));
    let complained = home.json(&["case", "mark", &id, "complained"]);
    assert_eq!(complained["state"], json!("complained"));
    assert_eq!(complained["steps"][2]["to"], json!("Toezichthouder Persoonsgegevens"));
    home.json(&["case", "mark", &id, "answered"]);
    let closed = home.json(&["case", "mark", &id, "closed"]);
    assert_eq!((&closed["state"], &closed["waits"]), (&json!("closed"), &json!(false)));
    assert!(home.person.bad(&["case", "mark", &id, "answered"], 5).contains("undo"));
    assert_eq!(home.json(&["case", "undo", &id])["state"], json!("answered"));
    home.person.stop();
}

#[test]
fn one_kind_goes_to_many_and_who_gets_it_how_is_shown_before() {
    let mut home = Home::made();
    home.person.start();
    home.enter_all();
    home.person.good(&["organisation", "add", "Sportschool De Kade"]);
    let first = home.begin("erasure", "Stadsblad");
    let preview = home.json(&["case", "new", "--right", "erasure", "--all", "--preview"]);
    assert_eq!(
        (&preview["begun"], &preview["running"], &preview["without_address"]),
        (&json!(3), &json!(1), &json!(1))
    );
    let reach: Vec<(&str, &str)> = preview["cases"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|new| (new["name"].as_str().expect("a name"), new["reach"].as_str().expect("a way")))
        .collect();
    let expected = [("Sportschool De Kade", "unknown"), ("Stadsblad", "post"), ("Volt", "email"), ("Werk", "webform")];
    assert_eq!(reach, expected);
    assert_eq!(preview["cases"][1]["runs"], json!(first));
    assert_eq!(home.json(&["cases"])["open"], json!(1), "a preview begins nothing");
    home.json(&["case", "new", "--right", "erasure", "--all"]);
    assert_eq!(home.json(&["cases"])["open"], json!(4));
    // The same right again: each runs already. Another right is another case.
    assert_eq!(home.json(&["case", "new", "--right", "erasure", "--all"])["begun"], json!(0));
    assert_eq!(home.json(&["case", "new", "--right", "objection", "volt", "Volt"])["begun"], json!(1));
    home.person.bad(&["case", "new", "--right", "everything", "volt"], 2);
    home.person.bad(&["case", "new", "--right", "access", "nobody"], 4);
    home.person.bad(&["case", "new", "--right", "access"], 2);

    // The authority is the person's own; without a country of theirs, the organisation's, of which there may be several.
    let werk = home.begin("access", "Werk");
    let names = |case: &Value| {
        let all = case["authorities"].as_array().expect("a list").iter();
        all.map(|one| one["slug"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&home.case(&werk)), ["deeins", "dezwei"]);
    home.person.set("address.country", "NL");
    let both = home.case(&werk);
    assert_eq!(names(&both), ["nltoezicht", "deeins", "dezwei"]);
    assert_eq!(both["authorities"][0]["own"], json!(true));
    home.json(&["case", "mark", &werk, "sent", "--way", "webform"]);
    home.json(&["case", "mark", &werk, "refused"]);
    assert!(home.person.bad(&["case", "mark", &werk, "complained"], 2).contains("--to"));
    let complained = home.json(&["case", "mark", &werk, "complained", "--to", "dezwei"]);
    assert_eq!(complained["steps"][2]["to"], json!("Aufsicht Zwei"));
    // A case outlives its organisation, and an export has it.
    home.person.good(&["organisation", "remove", "werk"]);
    assert_eq!(home.case(&werk)["name"], json!("Werk"));
    let exported: Value = serde_json::from_str(&home.person.good(&["export"])).expect("JSON");
    assert_eq!(exported["cases"]["cases"].as_array().map(Vec::len), Some(6));
    home.person.good(&["case", "remove", &werk]);
    home.person.bad(&["case", "show", &werk], 4);
    home.person.stop();
}

/// Files that mean harm, each with what its name becomes.
fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    vec![
        ("answer.html", b"<script>alert(document.cookie)</script>".to_vec(), "answer.html"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), "picture.svg"),
        ("=cmd|calc.csv", b"=cmd|' /C calc'!A0\r\n".to_vec(), "_cmd_calc.csv"),
        ("no ending", vec![0, 255, 13, 10, 0, 26], "no ending"),
        ("empty", Vec::new(), "empty"),
        ("antwoord één.pdf", b"%PDF-1.4 \xe2\xe3\xcf\xd3".to_vec(), "antwoord één.pdf"),
    ]
}

#[test]
fn files_come_out_byte_for_byte_after_a_kill_and_lie_sealed_until_they_are_destroyed() {
    let mut home = Home::made();
    home.person.start();
    home.enter_all();
    let id = home.begin("access", "Volt");
    let dir = home.path("in");
    std::fs::create_dir(&dir).expect("a directory");
    // Three parts of which the last is short, with a word that nothing else holds.
    let mut large: Vec<u8> = (0..1_300_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    large[600_000..600_020].copy_from_slice(b"xyzzy-plugh-frobnitz");
    let mut files = hostile();
    files.push(("large.bin", large.clone(), "large.bin"));
    for (name, bytes, _) in &files {
        std::fs::write(dir.join(name), bytes).expect("written");
        home.person.good(&["case", "file", &id, dir.join(name).to_str().expect("a path")]);
    }
    home.person.kill();
    home.person.start();
    for (_, bytes, clean) in &files {
        let out = home.path("out");
        home.person.good(&["case", "get", &id, clean, "--out", out.to_str().expect("a path")]);
        assert_eq!(&std::fs::read(&out).expect("written"), bytes, "{clean}");
        let twice = home.person.bad(&["case", "get", &id, clean, "--out", out.to_str().expect("a path")], 2);
        assert!(twice.contains("another file"), "{twice}");
        std::fs::remove_file(&out).expect("removed");
    }

    // What is too large, and what never ended.
    let heavy = home.path("heavy");
    std::fs::write(&heavy, vec![7; 16 * 1024 * 1024 + 1]).expect("written");
    assert!(home.person.bad(&["case", "file", &id, heavy.to_str().expect("a path")], 2).contains("16 MiB"));
    let part = |file: Option<&Value>, bytes: usize, last: bool| verbs::FileCase {
        id: id.clone(),
        file: file.map(|file| serde_json::from_value(file["id"].clone()).expect("an id")),
        name: "half".to_owned(),
        part: data_encoding::BASE64.encode(&vec![1; bytes]),
        last,
    };
    let half = home.person.ask(&part(None, 400_000, false));
    assert_eq!(half["whole"], json!(false));
    assert!(home.person.try_ask(&part(Some(&half), 600_000, true)).is_err(), "a part has its bound");
    let mut sum = 400_000;
    let refused = loop {
        match home.person.try_ask(&part(Some(&half), 400_000, false)) {
            Ok(_) => sum += 400_000,
            Err(failure) => break failure,
        }
    };
    assert!(sum <= 16 * 1024 * 1024 && refused.to_string().contains("16 MiB"), "{sum}: {refused}");
    let whole = home.person.ask(&part(None, 10, true));
    assert_eq!(whole["whole"], json!(true));
    let names: Vec<String> = home.case(&id)["files"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|file| file["name"].as_str().expect("a name").to_owned())
        .collect();
    assert_eq!(names.iter().filter(|name| *name == "half").count(), 1, "what never ended has gone: {names:?}");
    assert!(home.person.try_ask(&part(Some(&whole), 10, true)).is_err(), "a whole file takes no more");

    // In the home lies none of it in the clear.
    home.person.stop();
    let secret = b"xyzzy-plugh-frobnitz";
    let mut read = 0;
    for file in std::fs::read_dir(home.path("person")).expect("a home") {
        let path = file.expect("a file").path();
        if path.is_file() {
            let bytes = std::fs::read(&path).expect("bytes");
            read += bytes.len();
            assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{}", path.display());
        }
    }
    assert!(read > large.len(), "the store was looked at: {read} bytes");
    home.person.start();
    home.person.good(&["case", "remove", &id, "--file", "large.bin"]);
    let out = home.path("out");
    home.person.bad(&["case", "get", &id, "large.bin", "--out", out.to_str().expect("a path")], 4);
    home.person.stop();
}

#[test]
fn a_case_is_led_on_its_pages_and_its_files_are_only_ever_saved() {
    let mut home = Home::made();
    let link = home.person.start_with_dashboard();
    let door = Door::enter(&link);
    home.enter_all();
    let page = door.get("/cases/new");
    let form = page.form();
    let volt = home.json(&["organisation", "show", "Volt"])["id"].as_str().expect("an id").to_owned();
    let nobody = door.post("/cases/new", &format!("form={form}&right=access&do=preview"));
    assert!(nobody.body.contains("Choose at least one organisation"), "{}", nobody.body);
    let shown = door.post("/cases/new", &format!("form={form}&right=access&do=preview&to={volt}"));
    assert!(shown.body.contains("E-mail: privacy@volt.example.com"), "{}", shown.body);
    assert_eq!(home.json(&["cases"])["open"], json!(0));
    let begun = door.post("/cases/new", &format!("form={form}&right=access&do=begin&to={volt}"));
    assert_eq!(begun.status, 303);
    let path = begun.header("location").expect("the case").to_owned();
    let id = path.rsplit('/').next().expect("an id").to_owned();
    // The letter is written on its page; a name is missing first, and what to do is said there.
    let pursue = || door.post(&path, &format!("form={form}&do=pursue"));
    let nameless = pursue();
    assert!(nameless.status == 200 && nameless.body.contains("role=\"alert\""), "{}", nameless.body);
    home.person.set("name.full", "Anna Bakker");
    let written = pursue();
    let letter = written.header("location").expect("the letter").to_owned();
    assert!(letter.starts_with("/letters/"), "{letter}");
    assert!(
        door.get(&letter).body.contains(&path) && door.get(&path).body.contains(&letter),
        "each leads to the other"
    );
    assert!(pursue().body.contains("role=\"alert\""), "not twice");
    assert_eq!(door.post(&letter, &format!("form={form}&do=sent&by=form")).status, 303);
    let sent = home.case(&id);
    assert_eq!((&sent["state"], &sent["steps"][0]["way"]), (&json!("sent"), &json!("webform")));
    home.person.good(&["case", "undo", &id]);
    let mark = |words: &str| door.post(&path, &format!("form={form}&do=mark&{words}"));
    assert!(mark("what=answered").body.contains("was not sent yet"));
    assert_eq!(mark("what=sent&way=email&on=2026-01-30").status, 303);
    let late = door.get(&path);
    assert!(late.body.contains("2 Mar 2026") && late.body.contains("28 Feb 2026"), "{}", late.body);
    assert!(late.body.contains("Late") && door.get("/").body.contains("One request to an organisation waits for you"));
    assert!(mark("what=complained&authority=").body.contains("role=\"alert\""));
    assert!(mark("what=sent&on=2026-13-01").body.contains("role=\"alert\""));

    // Another site's form, and one without the token, file nothing.
    let body = |token: &str| {
        format!(
            "--cut\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n{token}\r\n--cut\r\nContent-Disposition: \
             form-data; name=\"files\"; filename=\"../../evil<b>.html\"\r\nContent-Type: text/html\r\n\r\n<script>alert(1)\
             </script>\r\n--cut--\r\n"
        )
    };
    let multipart = "multipart/form-data; boundary=cut";
    assert_eq!(door.post_as(&format!("{path}/files"), multipart, &body("wrong")).status, 403);
    assert_eq!(home.case(&id)["files"], json!([]));
    assert_eq!(door.post_as(&format!("{path}/files"), multipart, &body(&form)).status, 303);
    let file = home.case(&id)["files"][0].clone();
    assert_eq!(file["name"], json!("evil_b_.html"));
    let got = door.get(&format!("{path}/files/{}", file["id"].as_str().expect("an id")));
    assert_eq!((got.status, got.body.as_str()), (200, "<script>alert(1)</script>"));
    assert_eq!(got.header("content-type"), Some("application/octet-stream"));
    assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
    let saved = got.header("content-disposition").expect("it is saved");
    assert!(saved.starts_with("attachment; filename=\"evil_b_.html\""), "{saved}");
    assert!(!door.get(&path).body.contains("<script>alert"), "its page shows no byte of it");
    let undone = door.post(&path, &format!("form={form}&do=undo"));
    assert_eq!((undone.status, &home.case(&id)["state"]), (303, &json!("drafted")));
    let removed = door.post(&path, &format!("form={form}&do=remove"));
    assert_eq!((removed.status, door.get(&path).status), (303, 404));
    home.person.stop();
}
