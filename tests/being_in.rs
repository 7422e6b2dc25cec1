//! Being in at the dashboard: the passphrase at a bookmark, what was typed before a session ended, and who can't have any of
//! it.

use regie::{person::verbs, web::limits};
use regie_tests::{
    http::{Response, enter, host_of, send_by_hand as send, start_of},
    until,
};
use serde_json::{Value, json};

use crate::dashboard::{Door, FORM, browser_asking};

const RIGHT: &str = "test+passphrase";

impl Door {
    /// A form of the way in, from the page at this host.
    fn comes(&self, host: &str, cookie: &str, body: &str) -> Response {
        let origin = format!("http://{host}");
        send(self.to, "POST", "/in", &[("Host", host), ("Cookie", cookie), ("Origin", &origin), FORM], body)
    }

    fn door(&self) -> String {
        format!("localhost:{}", self.to.port())
    }

    /// Sessions of others until all that were there have given way, as those of yesterday have.
    fn ends_all_sessions(&self) {
        (0..=limits::SESSIONS).for_each(|_| drop(self.enter()));
    }

    fn email(&self) -> Value {
        self.node.ask(&verbs::Fields {})[0]["value"].clone()
    }
}

/// The value of a hidden field.
fn hidden<'a>(page: &'a Response, name: &str) -> Option<&'a str> {
    page.body.split(&format!("name=\"{name}\" value=\"")).nth(1)?.split('"').next()
}

/// Where a page goes on to.
fn refresh(page: &Response) -> &str {
    page.header("refresh").and_then(|to| to.strip_prefix("0; url=")).unwrap_or_else(|| panic!("no way on: {page:?}"))
}

#[test]
fn the_passphrase_at_a_bookmark_leads_to_the_page_that_was_asked_for() {
    let door = Door::open();
    let (at, name) = (door.door(), host_of(&door.link).to_owned());
    let by_address = send(door.to, "GET", "/contracts?x=1", &[], "");
    assert_eq!(by_address.header("location"), Some(&*format!("http://{at}/contracts?x=1")), "{by_address:?}");
    let asked = send(door.to, "GET", "/contracts?x=1", &[("Host", &at)], "");
    assert!(asked.status == 401 && asked.cookie().is_none(), "{asked:?}");
    assert_eq!(hidden(&asked, "to"), Some("/contracts?x=1"));

    let wrong = door.comes(&at, "", "to=%2Fcontracts%3Fx%3D1&passphrase=guess");
    assert!(wrong.status == 401 && wrong.body.contains("not the passphrase"), "{}", wrong.body);
    assert_eq!((hidden(&wrong, "to"), wrong.header("refresh")), (Some("/contracts?x=1"), None));
    let right = door.comes(&at, "", &format!("to=%2Fcontracts%3Fx%3D1&passphrase={RIGHT}"));
    assert!(right.status == 200 && right.cookie().is_none(), "no cookie for every port of localhost: {right:?}");
    let link = refresh(&right).to_owned();
    assert_eq!(host_of(&link), name);
    let led = [("Host", &*name), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")];
    let arrives = [&led[..], &[("Sec-Fetch-Dest", "document")]].concat();
    let arrived = send(door.to, "GET", start_of(&link).1, &arrives, "");
    let cookie = arrived.cookie().expect("a cookie");
    assert_eq!(refresh(&arrived), "/contracts?x=1");
    let page = send(door.to, "GET", "/contracts?x=1", &[("Host", &name), ("Cookie", &cookie)], "");
    assert_eq!(page.status, 200);
    assert_eq!(send(door.to, "GET", start_of(&link).1, &arrives, "").cookie(), None, "once");

    // A browser that finds no names may stay, and is told what that means.
    let stays = door.comes(&at, "", &format!("to=%2Fdata&stay=yes&passphrase={RIGHT}"));
    assert_eq!(stays.header("location"), Some("/data"));
    let cookie = stays.cookie().expect("a cookie");
    let page = send(door.to, "GET", "/data", &[("Host", &at), ("Cookie", &cookie)], "");
    assert!(page.status == 200 && page.body.contains("Servers of other users"), "{}", page.body);
    // Led there by another site, the same browser is nobody.
    let led = [("Host", &*at), ("Cookie", &*cookie), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")];
    let led = [&led[..], &[("Sec-Fetch-Dest", "document")]].concat();
    assert_eq!(send(door.to, "GET", "/data", &led, "").status, 401);
}

#[test]
fn who_enters_is_led_to_a_page_of_ours_and_nowhere_else() {
    let door = Door::open();
    let name = host_of(&door.link).to_owned();
    for to in
        ["//evil.example", "http://evil.example/", "/\\evil.example", "javascript:alert(1)", "/%0D%0ASet-Cookie:x"]
    {
        let to = to.replace('%', "%25").replace('/', "%2F").replace(':', "%3A").replace('\\', "%5C");
        let entered = door.comes(&name, "", &format!("to={to}&passphrase={RIGHT}"));
        let place = entered.header("location").expect("a place");
        assert!(place == "/" || place == "/%0D%0ASet-Cookie:x", "{to}: {place}");
        let page = send(door.to, "GET", &format!("/{to}"), &[("Host", &name)], "");
        assert!(page.status == 401 && !page.body.contains("evil.example\" "), "{}", page.body);
    }
}

#[test]
fn guesses_are_slowed_for_all_strangers_together_and_not_for_a_browser_that_was_in() {
    let door = Door::open();
    let (at, cookie) = (door.door(), door.enter());
    let form = door.get(&cookie, "/security").form();
    door.post(&cookie, "/security", &format!("form={form}&do=lock"));
    for n in 0..20 {
        // From another browser each time.
        let planted = format!("regie_{}=stranger{n}", door.to.port());
        let answer = door.comes(&at, &planted, &format!("to=%2F&passphrase=guess{n}"));
        let looked_at = n < limits::TRIES;
        assert_eq!(answer.status, if looked_at { 401 } else { 429 }, "try {n}");
        assert_eq!(answer.body.contains("not the passphrase"), looked_at, "try {n}");
        assert_eq!(answer.body.contains("Wait 1"), !looked_at, "it says how long: {}", answer.body);
    }
    let right = door.comes(&at, "", &format!("to=%2F&passphrase={RIGHT}"));
    assert_eq!((right.status, right.header("refresh")), (429, None), "not even the right one is looked at");
    let own = door.comes(&door.to.to_string(), &cookie, &format!("to=%2F&stay=yes&passphrase={RIGHT}"));
    assert!(own.status == 303 && own.cookie().is_some_and(|fresh| fresh != cookie), "{own:?}");
    // Nor has such a browser any number of tries.
    for n in 0..20 {
        let answer = door.comes(&door.to.to_string(), &cookie, &format!("to=%2F&passphrase=guess{n}"));
        assert_eq!(answer.status, if n < limits::TRIES { 401 } else { 429 }, "try {n}");
    }
}

#[test]
fn a_form_that_came_too_late_is_shown_and_sent_by_a_press_and_not_by_itself() {
    let door = Door::open();
    let cookie = door.enter();
    let form = door.get(&cookie, "/data/email").form();
    door.ends_all_sessions();
    let (own, origin) = (door.to.to_string(), format!("http://{}", door.to));
    let referer = format!("{origin}/data/email");
    let headers = [("Cookie", &*cookie), ("Origin", &*origin), ("Referer", &*referer), FORM];
    let typed = format!("form={form}&do=save&value=anna%40example.org");
    let late = send(door.to, "POST", "/data/email", &headers, &typed);
    assert!(late.status == 401 && late.body.contains("kept for half an hour"), "{}", late.body);
    let kept = hidden(&late, "kept").expect("it is kept").to_owned();
    assert_eq!(hidden(&late, "to"), Some("/data/email"));
    // A wrong passphrase loses nothing.
    let wrong = door.comes(&own, &cookie, &format!("to=%2F&kept={kept}&passphrase=guess"));
    assert_eq!(hidden(&wrong, "kept"), Some(&*kept));
    let entered = door.comes(&own, &cookie, &format!("to=%2F&kept={kept}&stay=yes&passphrase={RIGHT}"));
    let cookie = entered.cookie().expect("in");
    assert_eq!(entered.header("location"), Some("/kept"));
    let page = door.get(&cookie, "/kept");
    assert!(page.body.contains("<li>anna@example.org</li>"), "{}", page.body);
    assert_eq!(door.email(), Value::Null, "nothing is sent by itself");
    let fresh = page.form();
    assert_eq!(door.post(&cookie, "/kept/send", &format!("form={form}")).status, 403, "the token of before");
    let sent = door.post(&cookie, "/kept/send", &format!("form={fresh}&do=save&value=anna%40example.org"));
    assert_eq!((sent.status, sent.header("location")), (307, Some("/data/email")), "the browser sends it on");
    let body = format!("form={fresh}&do=save&value=anna%40example.org");
    assert_eq!(door.post(&cookie, "/data/email", &body).status, 303);
    assert_eq!(door.email(), json!("anna@example.org"));
    assert_eq!(door.get(&cookie, "/kept").status, 303, "once");
    assert!(hidden(&door.comes(&own, "", &format!("kept={kept}&passphrase=guess")), "kept").is_none());

    // A secret is typed anew, and is kept nowhere.
    let form = door.get(&cookie, "/export").form();
    door.ends_all_sessions();
    let body = format!("form={form}&passphrase=very+secret+words&again=very+secret+words");
    let late = door.post(&cookie, "/export", &body);
    let kept = hidden(&late, "kept").expect("kept").to_owned();
    let entered = door.comes(&own, &cookie, &format!("to=%2F&kept={kept}&stay=yes&passphrase={RIGHT}"));
    let page = door.get(&entered.cookie().expect("in"), "/kept");
    assert!(!page.body.contains("very secret") && !page.body.contains("/kept/send"), "{}", page.body);
}

#[test]
fn another_site_or_program_can_not_have_a_form_kept_and_sent() {
    let door = Door::open();
    let (cookie, other) = (door.enter(), Door::open());
    let form = door.get(&cookie, "/data/email").form();
    let foreign = other.get(&other.enter(), "/data/email").form();
    door.ends_all_sessions();
    let own = format!("http://{}", door.to);
    let typed = |form: &str| format!("form={form}&do=save&value=evil%40example.org");
    let (good, none, foreign) = (typed(&form), "do=save&value=evil%40example.org".to_owned(), typed(&foreign));
    let kind = ("Content-Type", "text/plain");
    // What is not from a page of ours does not come as far as being kept, with a token that was stolen as well.
    for (what, headers, body, status) in [
        ("another origin", vec![("Origin", "http://evil.example"), FORM], &good, 403),
        ("an opaque origin", vec![("Origin", "null"), FORM], &good, 403),
        ("cross site", vec![("Origin", &*own), ("Sec-Fetch-Site", "cross-site"), FORM], &good, 403),
        ("same site", vec![("Origin", &*own), ("Sec-Fetch-Site", "same-site"), FORM], &good, 403),
        ("nothing shows whose it is", vec![FORM], &good, 403),
        ("text", vec![("Origin", &*own), kind], &good, 403),
        ("no token", vec![("Origin", &*own), FORM], &none, 401),
        ("a made-up token", vec![("Origin", &*own), FORM], &typed("made-up"), 401),
        ("another node's token", vec![("Origin", &*own), FORM], &foreign, 401),
    ] {
        let answer = send(door.to, "POST", "/data/email", &headers, body);
        assert_eq!((answer.status, hidden(&answer, "kept")), (status, None), "{what}");
        assert!(!answer.body.contains("evil@example.org"), "{what}");
    }
    // A name that was not given out brings nothing into a session.
    let entered = door.comes(&door.to.to_string(), "", &format!("to=%2F&kept=made-up&stay=yes&passphrase={RIGHT}"));
    assert_eq!(entered.header("location"), Some("/"));
    // The way in is no way for another site either, neither with a kept form of its own nor without one.
    for headers in [
        vec![("Origin", "http://evil.example"), FORM],
        vec![("Origin", &*own), ("Sec-Fetch-Site", "cross-site"), FORM],
        vec![FORM],
    ] {
        let body = format!("to=%2F&kept=x&stay=yes&passphrase={RIGHT}");
        let answer = send(door.to, "POST", "/in", &headers, &body);
        assert_eq!((answer.status, answer.cookie()), (403, None), "{headers:?}");
    }
    // Nor is what is sent after the person left taken for theirs.
    let cookie = door.enter();
    let form = door.get(&cookie, "/security").form();
    door.post(&cookie, "/security", &format!("form={form}&do=leave"));
    let late = door.post(&cookie, "/data/email", &typed(&form));
    assert_eq!((late.status, hidden(&late, "kept")), (401, None));
    assert_eq!(door.node.ask(&verbs::Fields {}), json!([]));
}

#[test]
fn a_name_of_an_earlier_start_leads_to_the_door_and_shows_nothing() {
    let door = Door::open();
    let cookie = door.enter();
    let before = format!("regie-{}.localhost:{}", "a".repeat(26), door.to.port());
    let moved = send(door.to, "GET", "/data?x=1", &[("Host", &before), ("Cookie", &cookie)], "");
    let place = format!("http://{}/data?x=1", door.door());
    assert_eq!((moved.status, moved.header("location"), &*moved.body), (303, Some(&*place), ""));
    let origin = format!("http://{before}");
    let form = send(door.to, "POST", "/data/email", &[("Host", &before), ("Origin", &origin), FORM], "value=x");
    assert_eq!((form.status, refresh(&form)), (409, "/before"));
    let told = send(door.to, "GET", "/before", &[("Host", &door.door())], "");
    assert!(told.status == 409 && told.body.contains("was not carried out"), "{}", told.body);
    for (site, dest) in [("cross-site", "iframe"), ("cross-site", "image"), ("same-site", "empty")] {
        let headers =
            [("Host", &*before), ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", dest)];
        assert_eq!(send(door.to, "GET", "/data", &headers, "").status, 403, "{site} {dest}");
    }
}

#[test]
fn a_person_comes_back_tomorrow_without_a_terminal() {
    let mut door = Door::open();
    let port = door.to.port();
    let does = |line: &str| {
        match line {
            "end all sessions" => door.ends_all_sessions(),
            "start anew" => {
                door.node.stop();
                let mut process = door.node.process(&["--json", "run", "--dashboard", &format!("127.0.0.1:{port}")]);
                door.node.start_saying(&mut process);
                until("it answers", || door.node.try_ask(&verbs::Status {}).is_ok());
            }
            _ => return false,
        }
        true
    };
    let Some(seen) = browser_asking("being_in.mjs", &json!({ "port": port }), does) else { return };
    assert_eq!((&seen["first"], &seen["tomorrow"]), (&json!(1), &json!(2)), "clicks: {seen}");
    assert_eq!(seen["violations"], json!([]), "accessibility");
    assert!(enter(&door.fresh()).1.contains(&format!("regie_{port}=")), "a link from the terminal works as before");
}

#[test]
fn another_passphrase_opens_the_home_and_ends_what_was_open_by_the_one_before() {
    let mut door = Door::open();
    let (cookie, other, link) = (door.enter(), door.enter(), door.fresh());
    let form = door.get(&cookie, "/security/passphrase").form();
    let change = |old: &str, new: &str, again: &str| {
        let body = format!("form={form}&old={old}&passphrase={new}&again={again}");
        door.post(&cookie, "/security/passphrase", &body)
    };
    for (old, new, again, why) in [
        (RIGHT, "short", "short", "at least"),
        (RIGHT, "a+new+passphrase", "another+passphrase", "differ"),
        ("guess", "a+new+passphrase", "a+new+passphrase", "not the passphrase"),
    ] {
        let told = change(old, new, again);
        assert!(told.status == 200 && told.cookie().is_none() && told.body.contains(why), "{}", told.body);
        assert_eq!(told.body.matches("role=\"alert\"").count(), 1);
    }
    let changed = change(RIGHT, "a+new+passphrase", "a+new+passphrase");
    assert_eq!((changed.status, changed.header("location")), (303, Some("/security")), "{}", changed.body);
    let fresh = changed.cookie().expect("a fresh token");
    assert!(door.get(&fresh, "/security").body.contains("Your passphrase is another now"));
    assert_eq!((door.get(&cookie, "/").status, door.get(&other, "/").status), (303, 303), "nobody else stays");
    assert_eq!(send(door.to, "GET", start_of(&link).1, &[], "").cookie(), None, "nor comes in by a link of before");
    let own = door.to.to_string();
    assert_eq!(door.comes(&own, "", &format!("to=%2F&stay=yes&passphrase={RIGHT}")).status, 401);
    assert!(door.comes(&own, "", "to=%2F&stay=yes&passphrase=a+new+passphrase").cookie().is_some());
    // The node went on meanwhile, and the home opens by the new one alone.
    door.node.set("email", "anna@example.org");
    door.node.stop();
    assert!(door.node.bad(&["run"], 6).contains("wrong passphrase"));
    door.node.start_under("a new passphrase");
    assert_eq!(door.email(), json!("anna@example.org"));
}

#[test]
fn who_lost_the_passphrase_reads_what_is_possible_without_it() {
    let door = Door::open();
    let at = door.door();
    let asked = send(door.to, "GET", "/", &[("Host", &at)], "");
    assert!(asked.body.contains("href=\"/lost\""), "{}", asked.body);
    for (language, says) in [("en", "Nobody can open your data without it"), ("nl", "Zonder wachtzin kan niemand")] {
        let page = send(door.to, "GET", "/lost", &[("Host", &at), ("Accept-Language", language)], "");
        assert!(page.status == 200 && page.body.contains(says), "{}", page.body);
        assert!(!page.body.contains(door.node.home.to_str().expect("text")), "nothing of this node");
    }
}
