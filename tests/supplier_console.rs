//! The company's page over a real process: who sees it, what stands on it, and that it changes nothing; and in a real
//! browser.

use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie_tests::{Node, api::Client, http::send, until};
use serde_json::json;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

#[test]
fn the_page_shows_what_is_and_to_nobody_without_a_key() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut supplier = Node::supplier(directory.path().join("supplier"), "De <b>Shop</b>", "/ip4/127.0.0.1/tcp/0");
    let config = supplier.home.join("config.toml");
    let text = std::fs::read_to_string(&config).expect("read");
    std::fs::write(&config, format!("webhook_hosts = [\"127.0.0.1\"]\n{text}")).expect("written");
    let to = supplier.serve_api();
    let key = supplier.api_key(false);
    let client = Client::new(to, &key);
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.set("name.full", "Anna Bakker");
    person.pair(&supplier);
    let relationship = client.get("/v1/relationships").expect(200)["data"][0]["id"].as_str().expect("an id").to_owned();
    let ask = |fields: &[&str]| {
        let request = json!({
            "relationship": relationship, "fields": fields, "purpose": "DeliveryOfGoods", "reason": "for the parcel"
        });
        client.post("/v1/requests", &request).expect(201)["id"].as_str().expect("an id").to_owned()
    };
    let (answered, waiting) = (ask(&["name.full"]), ask(&["birthDate"]));
    until("one is answered and one waits", || {
        client.get(&format!("/v1/relationships/{relationship}/values")).expect(200)["data"] != json!([])
            && !person.ask(&verbs::Requests {}).as_array().expect("a list").is_empty()
    });
    // Nobody listens there: the deliveries fail.
    client.post("/v1/webhooks", &json!({ "url": "http://127.0.0.1:9/events" })).expect(201);

    let door = send(to, "GET", "/console", &[], "");
    assert_eq!(door.status, 200);
    assert!(!door.body.contains(&relationship) && !door.body.contains("Shop"), "{}", door.body);
    let enter = |key: &str, more: &[(&str, &str)]| {
        let headers: Vec<_> = [FORM].iter().chain(more).copied().collect();
        send(to, "POST", "/console", &headers, &format!("key={key}"))
    };
    for wrong in ["", "x", "rk_live_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        let refused = enter(wrong, &[]);
        assert_eq!((refused.status, refused.header("set-cookie")), (403, None));
    }
    assert_eq!(enter(&key, &[("Sec-Fetch-Site", "cross-site")]).status, 403);
    let entered = enter(&key, &[("Sec-Fetch-Site", "same-origin")]);
    assert_eq!(entered.status, 303);
    let set = entered.header("set-cookie").expect("a cookie").to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && !set.contains(&key[8..]), "{set}");
    let cookie = entered.cookie().expect("a cookie");
    let at = entered.header("location").expect("a path").to_owned();
    let page = || send(to, "GET", &at, &[("Cookie", &cookie)], "");
    until("the webhook's trouble shows", || page().body.contains("http://127.0.0.1:9/events"));
    client.patch(&format!("/v1/relationships/{relationship}"), &json!({ "reference": "4711" })).expect(200);
    until("when it is given up", || page().body.contains("if it goes on so"));
    let seen = page();
    assert!(seen.body.contains(&relationship) && seen.body.contains(&waiting), "{}", seen.body);
    assert!(!seen.body.contains(&answered), "a request with its answer does not wait");
    assert!(seen.body.contains("The person decides"), "{}", seen.body);
    assert!(seen.body.contains("De &#60;b&#62;Shop") && !seen.body.contains("<b>Shop"), "{}", seen.body);
    assert!(!seen.body.contains("Anna"), "no value stands on the page");
    assert!(seen.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'")));
    assert_eq!(seen.header("cache-control"), Some("no-store"));
    assert!(send(to, "GET", &at, &[("Cookie", &cookie), ("Accept-Language", "nl")], "").body.contains("Relaties"));
    assert_eq!(send(to, "GET", &format!("{at}?before=1"), &[("Cookie", &cookie)], "").status, 200);
    assert_eq!(send(to, "GET", &format!("{at}?before=x"), &[("Cookie", &cookie)], "").status, 422);
    assert_eq!(send(to, "GET", "/console/assets/style.css", &[], "").status, 200);
    assert_eq!(send(to, "DELETE", "/console", &[("Cookie", &cookie)], "").status, 405);

    // A key for trials sees nothing of real persons.
    let entered = enter(&supplier.api_key(true), &[]);
    let (trial, trial_at) = (entered.cookie().expect("a cookie"), entered.header("location").expect("a path"));
    let tried = || send(to, "GET", trial_at, &[("Cookie", &trial)], "").body;
    assert!(tried().contains("id=\"persons\"") && !tried().contains(&relationship));

    // A cookie goes to every port of its host, where the path is right: no other server is asked for this path, and the
    // cookie opens no other one.
    assert!(set.contains(&format!("Path={at}")) && at.len() > "/console/at/".len() + 40, "{set}");
    for elsewhere in ["/console", "/console/at/x", trial_at] {
        let shut = send(to, "GET", elsewhere, &[("Cookie", &cookie)], "");
        assert!(!shut.body.contains("id=\"persons\"") && !shut.body.contains(&relationship), "{elsewhere}");
    }
    assert!(!send(to, "GET", &at, &[], "").body.contains(&relationship), "nor does the path alone");
    let input = json!({ "at": format!("http://{to}/console"), "key": key, "shots": directory.path() });
    if let Some(told) = crate::dashboard::browser("console.mjs", &input) {
        assert_eq!(told["violations"], json!([]));
    }
    // A key that is revoked shows nothing from then on, and a seat that was left neither.
    let keys = supplier.ask(&companion::KeyList {});
    let id = keys.as_array().expect("a list").iter().find(|key| key["world"] == "live").expect("the key")["id"].clone();
    supplier.ask(&companion::KeyRevoke { key: id.as_str().and_then(|id| id.parse().ok()).expect("an id") });
    assert!(!page().body.contains(&relationship));
    send(to, "POST", &format!("{trial_at}/leave"), &[FORM, ("Cookie", &trial)], "");
    assert!(tried().contains("type=\"password\""));
}

/// What is wanted on a board that is followed stands on the company's page; an offer is made there, and its page says who took it up.
#[test]
fn an_offer_is_made_on_the_page_and_stands_there_until_it_is_taken_up() {
    let directory = tempfile::tempdir().expect("a directory");
    let listen = || format!("/ip4/127.0.0.1/tcp/{}", regie_tests::nats::Nats::port());
    let mut board = Node::supplier(directory.path().join("board"), "Board", &listen());
    board.start();
    let mut stroom = Node::supplier(directory.path().join("stroom"), "Stroom", &listen());
    let to = stroom.serve_api();
    let key = stroom.api_key(false);
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.may_dial_this_machine();
    person.start();
    person.set("name.full", "Anna Bakker");
    let link = board.ask(&companion::BoardLink {})["link"].as_str().expect("a link").to_owned();
    stroom.good(&["supplier", "follow", &link, "--category", "energy"]);
    let wish = "<b>groen</b>, graag";
    person.good(&[
        "want",
        "energy",
        "--persons",
        "3",
        "--max",
        "5000",
        "--currency",
        "JPY",
        "--wish",
        wish,
        "--board",
        &link,
    ]);
    let entered = send(to, "POST", "/console", &[FORM], &format!("key={key}"));
    let (cookie, at) = (entered.cookie().expect("a cookie"), entered.header("location").expect("a path").to_owned());
    let page = |path: &str| send(to, "GET", &format!("{at}/market{path}"), &[("Cookie", &cookie)], "");
    until("the wish stands there", || page("").body.contains("groen"));
    let seen = page("").body;
    assert!(!seen.contains("<b>groen") && seen.contains("5000 JPY/month"), "{seen}");
    assert!(!seen.contains("Anna"), "nobody is named");
    let intent = seen.split("?intent=").nth(1).and_then(|rest| rest.split('"').next()).expect("a link").to_owned();
    assert!(
        page(&format!("?intent={intent}"))
            .body
            .contains("name=\"term-persons\" maxlength=\"256\" autocomplete=\"off\" value=\"3\"")
    );
    assert_eq!(page("?intent=int_nothing").status, 422);
    assert!(!send(to, "GET", &format!("{at}/market"), &[], "").body.contains(&intent), "the path alone shows nothing");

    let offer = |more: &[(&str, &str)], amount: &str| {
        let headers: Vec<_> = [FORM, ("Cookie", &*cookie)].iter().chain(more).copied().collect();
        let body = format!(
            "intent={intent}&title=Groene+stroom&amount={amount}&currency=JPY&per=month&term-persons=3&term-bound=12&need=name.full\
             &other=address.postalCode&reference=quote+31&retention=90&holds=14"
        );
        send(to, "POST", &format!("{at}/market"), &headers, &body)
    };
    let offers = || person.ask(&verbs::Offers { intent: None });
    let wrong = offer(&[], "12.50");
    assert_eq!(wrong.status, 422, "a yen has no hundredths");
    assert!(wrong.body.contains("role=\"alert\"") && wrong.body.contains("value=\"12.50\""), "{}", wrong.body);
    assert_eq!(offer(&[("Sec-Fetch-Site", "cross-site")], "4500").status, 403);
    assert!(!page("").body.contains("Groene stroom"), "nothing was sent");
    let input = json!({ "at": format!("http://{to}/console"), "key": key, "shots": directory.path() });
    if let Some(told) = crate::dashboard::browser("console.mjs", &input) {
        assert_eq!(told["violations"], json!([]));
    }
    let made = offer(&[("Sec-Fetch-Site", "same-origin")], "4500");
    assert_eq!(made.status, 303, "{}", made.body);
    until("the person sees it", || offers().as_array().is_some_and(|all| all.len() == 1));
    assert_eq!(offers()[0]["price"], json!("4500 JPY/month"), "{}", offers());
    until("and the page says that it is there", || page("").body.contains("on the board"));
    assert!(page("").body.contains("quote 31") && !offers().to_string().contains("quote 31"), "for the company alone");
    let id = offers()[0]["offer"].as_str().expect("an id").to_owned();
    person.good(&["take", &id]);
    until("and then that it was taken up", || page("").body.contains("taken up") && page("").body.contains("rel_"));
    assert!(!page("").body.contains("Anna"), "no value stands on the page");
    person.stop();
}
