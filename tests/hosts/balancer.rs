//! Companions behind HAProxy, by the configuration of `docs/deploy.md`: with the PROXY protocol in both versions and
//! without it, before one companion and before two on one PostgreSQL.

use regie::person::verbs;
use regie_tests::{
    lab::{
        Family, Host, Lab,
        homes::Homes,
        servers::{Server, there},
        together,
        trio::{PORT, made, someone, within},
    },
    postgres::Postgres,
};
use serde_json::json;

use super::{DELIVERED, announcing, ask, everywhere, example, is_answered};

/// The page's HAProxy before these hosts, saying this of whence peers come.
fn haproxy(on: &Host, before: &[&Host], says: &str, directory: &std::path::Path) -> Server {
    let page = example("frontend regie");
    let (servers, rest): (Vec<&str>, Vec<&str>) = page.lines().partition(|line| line.trim().starts_with("server "));
    assert_eq!(servers.len(), 2, "the page has two companions");
    let places = ["10.0.0.11", "10.0.0.12"];
    let own = servers.iter().zip(places).zip(before).map(|((line, place), host)| {
        assert!(line.contains(place) && line.contains("send-proxy-v2"), "{line}");
        line.replace(place, &host.ipv4.expect("an address").to_string()).replace("send-proxy-v2", says)
    });
    let text: Vec<String> = rest.iter().map(ToString::to_string).chain(own).collect();
    let file = directory.join("haproxy.cfg");
    std::fs::write(&file, text.join("\n") + "\n").expect("written");
    Server::start(on, PORT, "haproxy", &["-db", "-f", file.to_str().expect("text")])
}

/// A balancer, hosts for two companions, a home.
fn hosts(lab: &Lab) -> (Host, Host, Host, Host) {
    let (front, one, two) = (lab.host("front", Family::V4), lab.host("one", Family::V4), lab.host("two", Family::V4));
    let home = lab.behind(&lab.nat("nat"), "home");
    (front, one, two, home)
}

#[test]
fn a_companion_behind_haproxy_is_reached_with_the_proxy_protocol_and_without() {
    together(&["send-proxy-v2", "send-proxy", ""], |says| {
        let Some(lab) = Lab::new().filter(|_| there(&[("haproxy", "haproxy")])) else { return };
        let (front, one, _, home) = hosts(&lab);
        let directory = Homes::new();
        let address = format!("/ip4/{}/tcp/{PORT}", front.ipv4.expect("an address"));
        let (supplier, _) = made(&one, directory.path(), "one", &announcing("one", &[&address]), &everywhere());
        let _haproxy = haproxy(&front, &[&one], says, directory.path());
        let person = someone(&home, directory.path());
        person.pair(&supplier);
        is_answered(&supplier, &ask(&supplier));
    });
}

#[test]
fn behind_haproxy_the_companion_that_is_left_goes_on() {
    let Some(lab) = Lab::new().filter(|_| there(&[("haproxy", "haproxy")])) else { return };
    let Some(database) = Postgres::start() else { return };
    let (front, one, two, home) = hosts(&lab);
    let directory = Homes::new();
    let address = format!("/ip4/{}/tcp/{PORT}", front.ipv4.expect("an address"));
    let url = database.socket_url();
    let make = [announcing("one", &[&address]), vec!["--store", &url]].concat();
    let (mut first, _) = made(&one, directory.path(), "one", &make, &everywhere());
    let join = ["supplier", "join", "--store", &url, "--announce", &address];
    let (mut second, _) = made(&two, directory.path(), "two", &join, &everywhere());
    let _haproxy = haproxy(&front, &[&one, &two], "send-proxy-v2", directory.path());
    let person = someone(&home, directory.path());
    person.pair(&first);
    assert_eq!(second.ask(&verbs::Status {})["announced"], json!([address]), "nothing but the balancer");

    let has_line = |node: &regie_tests::Node| node.customer()["connected"] == json!(true);
    within(DELIVERED, "one of them has a line", || has_line(&first) || has_line(&second));
    if has_line(&second) {
        std::mem::swap(&mut first, &mut second);
    }
    is_answered(&second, &ask(&second));
    first.kill();
    is_answered(&second, &ask(&second));
}
