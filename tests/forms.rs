//! Every form of the dashboard, sent with what nobody can take: the answer has the menu, says what is wrong, and has what was
//! typed. In: the pages as they are, followed by their links. Out: which forms there are.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use regie_tests::{crowd::Crowd, pairing};

use crate::dashboard::Door;

/// Who leaves, locks, or changes the language types nothing.
const APART: [&str; 5] = ["/security", "/language", "/in", "/kept", "/kept/send"];
/// Pages that are looked at.
const PAGES: usize = 150;

/// A form of a page.
#[derive(Debug)]
struct Form {
    to: String,
    /// What the page put there, with the first button.
    fixed: Vec<(String, String)>,
    /// The names of what is typed.
    typed: Vec<String>,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = &tag[at..at + tag[at..].find('"')?];
    Some(value.replace("&#38;", "&").replace("&#34;", "\""))
}

/// The forms of a page that are sent as text.
fn forms(page: &str) -> Vec<Form> {
    let parts = page.split("<form").skip(1).filter_map(|part| part.split_once("</form>")).map(|(form, _)| form);
    let sent = parts.filter(|form| {
        let head = &form[..form.find('>').unwrap_or_default()];
        head.contains("method=\"post\"") && !head.contains("multipart")
    });
    sent.map(|form| {
        let head = format!("<form{}", &form[..form.find('>').unwrap_or_default()]);
        let (mut fixed, mut typed, mut select) = (Vec::new(), Vec::new(), None);
        for tag in form.split('<').skip(1).map(|tag| format!("<{}", &tag[..tag.find('>').unwrap_or(tag.len())])) {
            let (name, value) = (attribute(&tag, "name"), attribute(&tag, "value"));
            let kind = attribute(&tag, "type").unwrap_or_else(|| "text".to_owned());
            match tag[1..].split([' ', '\n']).next().unwrap_or_default() {
                "input" if kind == "hidden" => fixed.extend(name.zip(value)),
                "input" if ["checkbox", "radio", "password", "file"].contains(&kind.as_str()) => {}
                "input" | "textarea" => typed.extend(name),
                "select" => select = name,
                "option" => fixed.extend(select.take().zip(value)),
                "button" if !fixed.iter().any(|(own, _)| own == "do") => fixed.extend(name.zip(value)),
                _ => {}
            }
        }
        Form { to: attribute(&head, "action").unwrap_or_default(), fixed, typed }
    })
    .collect()
}

fn encoded(name: &str, value: &str) -> String {
    let of = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    format!("{}={}&", of(name), of(value))
}

fn links(page: &str) -> BTreeSet<String> {
    let all = page.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next());
    let pages = all.filter(|path| !path.starts_with("assets") && !path.contains('.') && !path.starts_with("proof/"));
    pages.map(|path| format!("/{}", path.replace("&#38;", "&"))).collect()
}

/// A node that has something of everything.
fn lived_in(door: &Door) {
    for (field, value) in [("name.full", "Anna Bakker"), ("email", "anna@example.org"), ("address.country", "NL")] {
        door.node.set(field, value);
    }
    door.node.good(&["organisation", "add", "Sportschool De Kade", "--email", "info@dekade.example"]);
    door.node.good(&[
        "contract",
        "add",
        "--party",
        "Volt",
        "--product",
        "Stroom",
        "--price",
        "129.50",
        "--start",
        "2026-03-01",
    ]);
    door.node.good(&["case", "new", "--right", "access", "Sportschool De Kade"]);
    door.node.good(&["letter", "write", "access", "--to", "Sportschool De Kade"]);
    door.node.good(&["own", "set", "Locker", "4711"]);
}

#[test]
fn every_form_keeps_what_was_typed_and_the_menu_where_it_is_not_taken() {
    let door = Door::open();
    lived_in(&door);
    let crowd = Crowd::start(&["De Webwinkel BV".to_owned()]);
    door.node.ask(&pairing(&crowd.members()[0].invite()));
    let cookie = door.enter();
    let mut known: BTreeSet<String> = ["/", "/import", "/setup"].map(str::to_owned).into();
    let mut queue: VecDeque<String> = known.iter().cloned().collect();
    let mut seen: BTreeMap<String, (String, Form)> = BTreeMap::new();
    let mut looked = 0;
    while let Some(path) = queue.pop_front().filter(|_| looked < PAGES) {
        looked += 1;
        let page = door.get(&cookie, &path).body;
        for link in links(&page) {
            if known.insert(link.clone()) {
                queue.push_back(link);
            }
        }
        for form in forms(&page).into_iter().filter(|form| !APART.contains(&form.to.as_str())) {
            let kind = format!("{} {:?} {:?}", form.to, form.typed, form.fixed.iter().find(|(name, _)| name == "do"));
            seen.entry(kind).or_insert((path.clone(), form));
        }
    }
    let (mut wrong, mut with_text, mut lost) = (0, 0, Vec::new());
    for (number, (path, form)) in seen.values().enumerate().filter(|(_, (_, form))| !form.typed.is_empty()) {
        with_text += 1;
        let form_token = door.get(&cookie, path).form();
        // No value may hold such a sign.
        let typed: Vec<String> = (0..form.typed.len()).map(|at| format!("typed-{number}-{at}-\u{7}\"<b>")).collect();
        let fixed = form.fixed.iter().filter(|(name, _)| name != "form").map(|(name, value)| (&**name, &**value));
        let written = form.typed.iter().zip(&typed).map(|(name, value)| (&**name, &**value));
        let body: String =
            fixed.chain([("form", &*form_token)]).chain(written).map(|(name, value)| encoded(name, value)).collect();
        let answer = door.post_from(&cookie, &form.to, &body, path);
        if answer.status == 303 {
            continue;
        }
        wrong += 1;
        let what = format!("{path} -> {form:?}: {} {}", answer.status, answer.body);
        assert!(answer.body.contains("<nav aria-label="), "the menu: {what}");
        if !answer.body.contains("role=\"alert\"") && !answer.body.contains("class=\"error\"") {
            lost.push(format!("{path} -> {}: says nothing ({})", form.to, answer.status));
        }
        for (at, _) in typed.iter().enumerate() {
            if !answer.body.contains(&format!("typed-{number}-{at}-")) {
                lost.push(format!("{path} -> {}: {} is gone ({})", form.to, form.typed[at], answer.status));
            }
        }
        assert!(!answer.body.contains("<b>\u{7}") && !answer.body.contains("\"<b>"), "it is text: {what}");
    }
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(with_text > 20 && wrong > 12, "{wrong} of {with_text} forms on {looked} pages");
}

#[test]
fn an_error_page_has_the_menu_and_another_sites_words_are_not_filled_in() {
    let door = Door::open();
    let cookie = door.enter();
    for (path, status) in [("/nowhere", 404), ("/suppliers/nobody", 404), ("/data/no.field", 400), ("/cases/00", 404)] {
        let page = door.get(&cookie, path);
        assert_eq!(page.status, status, "{path}");
        assert!(page.body.contains("<nav aria-label="), "{path}: {}", page.body);
    }
    let form = door.get(&cookie, "/pair").form();
    let wrong = door.post_from(&cookie, "/pair", &format!("form={form}&link=no+link"), "/pair");
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains(">no link</textarea>") && wrong.body.contains("id=\"wrong\""), "{}", wrong.body);
    let forged = door.post_from(&cookie, "/pair", "form=made-up&link=an+evil+link", "/pair");
    assert_eq!(forged.status, 403);
    assert!(forged.body.contains("<nav aria-label=") && !forged.body.contains("an evil link"), "{}", forged.body);
    let secret = door.post_from(
        &cookie,
        "/letters/account",
        &format!("form={form}&do=keep&server=\u{7}&password=hunter2"),
        "/letters/account",
    );
    assert!(!secret.body.contains("hunter2"), "{}", secret.body);
}
