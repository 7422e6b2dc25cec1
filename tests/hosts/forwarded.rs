//! A supplier whom nobody can dial, since its router lets nothing in, and a person whose network lets only the web out:
//! they meet at a forwarder on a third host.

use std::{net::SocketAddrV4, path::Path};

use regie::person::verbs;
use regie_tests::{
    Node, asking,
    lab::{
        Family, Host, Lab,
        faults::Cut,
        homes::Homes,
        names::Names,
        servers::there,
        together,
        trio::{someone, someone_with, within},
    },
};
use serde_json::{Value, json};

use super::{
    DELIVERED, NOTICED,
    proxies::{self, Kind},
    web::{self, Authority, nginx, server},
};

/// Makes a companion on a host; its key.
fn make(host: &Host, home: &Path, options: &[&str]) -> (Node, String) {
    let mut node = Node::at(home.to_owned());
    node.namespace = Some(host.namespace.clone());
    let init = ["--json", "supplier", "init", "--name", "Shop", "--sector", "retail"];
    let made: Value = serde_json::from_str(&node.good(&[&init, options].concat())).expect("JSON");
    (node, made["key"].as_str().expect("a key").to_owned())
}

fn is_up(supplier: &Node) -> bool {
    supplier.ask(&verbs::Status {})["forwarders"][0]["connected"] == json!(true)
}

#[test]
fn a_supplier_behind_a_router_is_reached_through_a_forwarder_and_again_after_an_outage() {
    let Some(lab) = Lab::new() else { return };
    let third = lab.host("third", Family::V4);
    let (far, near) = (lab.nat("far"), lab.nat("near"));
    let (shop, home) = (lab.behind(&far, "shop"), lab.behind(&near, "home"));
    home.only_ports(&[443]);
    let directory = Homes::new();
    let place = |name: &str| directory.path().join(name);

    // Neither key is known before its companion is made, so that one of the two says it at the start.
    let listen = format!("/ip4/{}/tcp/443", third.ipv4.expect("an address"));
    let (mut forwarder, key) = make(&third, &place("forwarder"), &["--listen", &listen]);
    let through = format!("{key}@{listen}");
    let (mut supplier, key) =
        make(&shop, &place("shop"), &["--listen", "/ip4/127.0.0.1/tcp/7481", "--through", &through]);
    forwarder.start_process(forwarder.process(&["--json", "supplier", "run", "--forward", &key]));
    supplier.start();
    within(DELIVERED, "the supplier is with its forwarder", || is_up(&supplier));

    let person = someone(&home, directory.path());
    person.pair(&supplier);
    let answered = |number: usize| {
        within(DELIVERED, "every request is answered", || {
            let customer = supplier.customer();
            let requests = customer["requests"].as_array().expect("a list").clone();
            requests.len() == number && requests.iter().all(|request| request["answered"] == json!(true))
        });
    };
    let ask = || drop(supplier.ask(&asking(&["name.full"], "DeliveryOfGoods", "once")));
    ask();
    answered(1);

    // The supplier's router goes away for a while, without a word to anybody.
    shop.cut(Cut::Drop);
    within(NOTICED, "the supplier notices that its forwarder is away", || !is_up(&supplier));
    shop.mend();
    ask();
    within(DELIVERED, "the supplier is with its forwarder again", || is_up(&supplier));
    answered(2);
}

/// A forwarder under a name, behind a web server on port 443 by the lines of `docs/deploy.md`.
#[test]
fn a_forwarder_stands_behind_a_web_server() {
    let Some(lab) = Lab::new().filter(|_| there(&web::TOOLS)) else { return };
    let (third, post) = (lab.host("third", Family::V4), lab.host("post", Family::V4));
    let (shop, home) = (lab.behind(&lab.nat("far"), "shop"), lab.behind(&lab.nat("near"), "home"));
    let mut names = Names::start(&post);
    names.say("shop.test", &third.addresses());
    for host in [&shop, &home] {
        names.serve(host);
        host.only_ports(&[443]);
    }
    let directory = Homes::new();
    let place = |name: &str| directory.path().join(name);
    let authority = Authority::new(place("authority"));
    let own = server(443, &authority.certificate("+0"));
    let (begin, lines) = own.split_once("location = /regie {").expect("the page's lines");
    let lines = lines.split_once('}').expect("their end").0;
    let site = format!("{begin}location = /regie {{{lines}}}\n  location /f/ {{{lines}}}\n}}");
    let _nginx = nginx(&third, directory.path(), &[site]);

    let (mut forwarder, key) = make(&third, &place("forwarder"), &["--listen", "/ip4/127.0.0.1/tcp/7481"]);
    let through = format!("{key}@/dns/shop.test/tcp/443/tls/ws/http-path/regie");
    let (mut supplier, key) =
        make(&shop, &place("shop"), &["--listen", "/ip4/127.0.0.1/tcp/7481", "--through", &through]);
    forwarder.start_process(forwarder.process(&["--json", "supplier", "run", "--forward", &key]));
    let mut process = supplier.process(&["--json", "supplier", "run"]);
    process.env("SSL_CERT_FILE", authority.trusted());
    supplier.start_process(process);
    within(DELIVERED, "the supplier is with its forwarder", || is_up(&supplier));
    let person = someone_with(&home, directory.path(), |process| {
        process.env("SSL_CERT_FILE", authority.trusted());
    });
    person.pair(&supplier);
    super::is_answered(&supplier, &super::ask(&supplier));
}

#[test]
fn a_supplier_reaches_its_forwarder_through_a_proxy_and_nothing_else() {
    together(&[Kind::Socks, Kind::Http], |kind| {
        let Some(lab) = Lab::new().filter(|_| there(&proxies::TOOLS)) else { return };
        let (third, proxy) = (lab.host("third", Family::V4), lab.host("proxy", Family::V4));
        let (shop, home) = (lab.behind(&lab.nat("far"), "shop"), lab.behind(&lab.nat("near"), "home"));
        let directory = Homes::new();
        let place = |name: &str| directory.path().join(name);
        let at = SocketAddrV4::new(proxy.ipv4.expect("an address"), proxies::PROXY);
        let elsewhere = shop.only_to(at);
        let _server = kind.start(&proxy, directory.path());
        let listen = format!("/ip4/{}/tcp/7481", third.ipv4.expect("an address"));
        let (mut forwarder, key) = make(&third, &place("forwarder"), &["--listen", &listen]);
        let through = format!("{key}@{listen}");
        let (mut supplier, key) =
            make(&shop, &place("shop"), &["--listen", "/ip4/127.0.0.1/tcp/7481", "--through", &through]);
        forwarder.start_process(forwarder.process(&["--json", "supplier", "run", "--forward", &key]));
        let mut process = supplier.process(&["--json", "supplier", "run"]);
        process.env("REGIE_PROXY", kind.url(at));
        supplier.start_process(process);
        within(DELIVERED, "the supplier is with its forwarder", || is_up(&supplier));
        let person = someone(&home, directory.path());
        person.pair(&supplier);
        super::is_answered(&supplier, &super::ask(&supplier));
        assert_eq!(elsewhere.packets(), 0, "packets went past the proxy");
    });
}
