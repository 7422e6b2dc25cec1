//! A person whose node goes through a proxy, and whose host counts every packet that goes elsewhere: SOCKS5 by microsocks,
//! HTTP CONNECT by tinyproxy, and a private network of Tor's own relays.

use std::{net::SocketAddrV4, process::Stdio};

use regie::{command::Text, person::verbs, supplier::verbs as companion};
use regie_tests::{
    Node,
    lab::{
        Family, Host, Lab,
        homes::Homes,
        names::Names,
        servers::{Server, there},
        together,
        trio::{PORT, made, someone_with, within},
    },
    looking,
};
use serde_json::json;

use super::{
    DELIVERED, announcing, ask, everywhere, is_answered,
    onions::Onions,
    trouble,
    web::{self, Authority, nginx},
};

pub(super) const TOOLS: [(&str, &str); 2] = [("microsocks", "microsocks"), ("tinyproxy", "tinyproxy-bin")];
/// The port of a proxy.
pub(super) const PROXY: u16 = 1080;
/// The port of a witness behind a web server.
const WITNESS: u16 = 9444;

/// A proxy, by how it is reached.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Socks,
    SocksWithPassword,
    Http,
}

impl Kind {
    pub(super) fn start(self, host: &Host, directory: &std::path::Path) -> Server {
        let port = PROXY.to_string();
        match self {
            Self::Socks => Server::start(host, PROXY, "microsocks", &["-p", &port]),
            Self::SocksWithPassword => {
                Server::start(host, PROXY, "microsocks", &["-p", &port, "-u", "anna", "-P", "secret"])
            }
            Self::Http => {
                let file = directory.join("tinyproxy.conf");
                std::fs::write(&file, format!("Port {PROXY}\nTimeout 600\nMaxClients 100\n")).expect("written");
                Server::start(host, PROXY, "tinyproxy", &["-d", "-c", file.to_str().expect("text")])
            }
        }
    }

    pub(super) fn url(self, at: SocketAddrV4) -> String {
        match self {
            Self::Socks => format!("socks5://{at}"),
            Self::SocksWithPassword => format!("socks5://anna:secret@{at}"),
            Self::Http => format!("http://{at}"),
        }
    }
}

#[test]
fn with_a_proxy_not_one_packet_goes_elsewhere_also_where_it_is_away() {
    together(&[Kind::Socks, Kind::SocksWithPassword, Kind::Http], |kind| {
        let Some(lab) = Lab::new().filter(|_| there(&TOOLS) && there(&web::TOOLS)) else { return };
        through(&lab, *kind);
    });
}

fn through(lab: &Lab, kind: Kind) {
    let (shop, post, proxy) =
        (lab.host("shop", Family::V4), lab.host("post", Family::V4), lab.host("proxy", Family::V4));
    let home = lab.behind(&lab.nat("nat"), "home");
    let mut names = Names::start(&post);
    names.say("shop.test", &shop.addresses());
    // The person's host could ask for names. It must not.
    names.serve(&home);
    names.serve(&proxy);
    let directory = Homes::new();
    let own = shop.ipv4.expect("an address");
    let addresses = [
        format!("/ip4/{own}/udp/{PORT}/quic-v1"),
        format!("/dns/shop.test/udp/{PORT}/quic-v1"),
        format!("/dns/shop.test/tcp/{PORT}"),
    ];
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    // A domain, which is looked at before the pairing and again, goes the same way.
    let make = [announcing("shop", &addresses), vec!["--domain", "shop.test"]].concat();
    let (supplier, _) = made(&shop, directory.path(), "shop", &make, &everywhere());
    let (authority, document) =
        (Authority::new(directory.path().join("authority")), directory.path().join("regie.json"));
    supplier.good(&["supplier", "domain", "--out", document.to_str().expect("text")]);
    let (witness, key) = witness(&shop, directory.path());
    let location = format!(
        "location = /.well-known/regie.json {{ alias {}; }}\n  \
         location /witness/ {{ proxy_pass http://127.0.0.1:{WITNESS}/; }}\n  location = /regie",
        document.display()
    );
    let site = web::server(443, &authority.certificate("+0")).replacen("location = /regie", &location, 1);
    let _nginx = nginx(&shop, directory.path(), &[site]);
    let at = SocketAddrV4::new(proxy.ipv4.expect("an address"), PROXY);
    let elsewhere = home.only_to(at);
    let server = kind.start(&proxy, directory.path());
    let person = someone_with(&home, directory.path(), |process| {
        process.env("REGIE_PROXY", kind.url(at)).env("SSL_CERT_FILE", authority.trusted());
    });
    let standing = |person: &Node| person.ask(&looking(&super::link(&supplier)))["standing"].clone();
    let seen = standing(&person);
    assert_eq!(seen["is"], json!("proven"), "the domain's document is read through the proxy: {seen}");
    person.pair(&supplier);
    supplier.request(&["name.full"], "DeliveryOfGoods", "subscribe");
    let holds = |name: &str| {
        within(DELIVERED, "the supplier holds the name", || supplier.customer()["held"][0]["value"] == json!(name));
    };
    holds("Anna Bakker");

    let place = Text("https://shop.test/witness".parse().expect("a place"));
    person.ask(&verbs::AddWitness { place, key: Text(key.parse().expect("a key")) });
    let cosigned = |person: &Node| {
        let all = person.ask(&verbs::AskWitnesses::default())["witnesses"][0].clone();
        (all["logs"].clone(), all["in_vain"].clone())
    };
    assert_eq!(cosigned(&person), (json!(2), json!(0)), "both logs, through the proxy and TLS");

    drop(server);
    person.set("name.full", "Anna Jansen");
    within(DELIVERED, "it is told that the proxy is away", || trouble(&person).contains("Is the proxy"));
    let failed = person.try_ask(&looking(&super::link(&supplier))).expect_err("the proxy is away");
    assert!(failed.message.contains("proxy"), "{}", failed.message);
    assert_ne!(cosigned(&person).1, json!(0), "the witness is not asked past the proxy");
    let request = ask(&supplier);
    let server = kind.start(&proxy, directory.path());
    holds("Anna Jansen");
    is_answered(&supplier, &request);
    assert_eq!(cosigned(&person), (json!(2), json!(0)));
    assert_eq!(elsewhere.packets(), 0, "packets went past the proxy");
    drop((person, server, witness));
    // The counter can count: a question for a name is one.
    let asked = home.program("getent").args(["hosts", "shop.test"]).output().expect("it runs");
    assert!(!asked.status.success() && elsewhere.packets() > 0, "the counter counts nothing");
}

/// A companion that is a witness for everybody, behind the web server of its host; and its key.
fn witness(host: &Host, directory: &std::path::Path) -> (Node, String) {
    let mut node = Node::at(directory.join("witness"));
    node.namespace = Some(host.namespace.clone());
    let make = ["supplier", "init", "--name", "Getuige", "--sector", "retail", "--listen", "/ip4/127.0.0.1/tcp/0"];
    node.good(&make);
    let at = format!("127.0.0.1:{WITNESS}");
    let mut process = node.process(&["--json", "supplier", "run", "--witness", &at]);
    node.start_saying(process.stderr(Stdio::null()));
    let own = node.ask(&companion::Witness { open: Some(true), ..Default::default() });
    (node, own["key"].as_str().expect("a key").to_owned())
}

#[test]
fn a_proxy_that_wants_another_password_is_told_as_such() {
    let Some(lab) = Lab::new().filter(|_| there(&TOOLS)) else { return };
    let (shop, proxy, home) =
        (lab.host("shop", Family::V4), lab.host("proxy", Family::V4), lab.host("home", Family::V4));
    let directory = Homes::new();
    let (supplier, _) = made(&shop, directory.path(), "shop", &announcing("shop", &[]), &everywhere());
    let _server = Kind::SocksWithPassword.start(&proxy, directory.path());
    let url = format!("socks5://anna:wrong@{}:{PROXY}", proxy.ipv4.expect("an address"));
    let person = someone_with(&home, directory.path(), |process| {
        process.env("REGIE_PROXY", url);
    });
    let failure = super::follow(&person, super::link(&supplier)).expect_err("it is not let in");
    assert!(failure.message.contains("user and password of the proxy"), "{}", failure.message);
}

/// Some two minutes, most of them until the relays know each other.
#[test]
fn through_tor_each_relationship_has_a_circuit_of_its_own_and_an_onion_service_is_reached() {
    if ["REGIE_REQUIRE_TOR", "REGIE_LONG"].iter().all(|name| std::env::var_os(name).is_none()) {
        println!("not run: a private network of Tor takes minutes; set REGIE_LONG=1");
        return;
    }
    let Some(lab) = Lab::new().filter(|_| there(&[("tor", "tor"), ("tor-gencert", "tor")])) else { return };
    let directory = Homes::new();
    let (relays, home) = (lab.host("relays", Family::V4), lab.host("home", Family::V4));
    let onions = Onions::start(&relays, directory.path());
    let suppliers: Vec<Node> = ["one", "two", "three"]
        .iter()
        .map(|name| {
            let host = lab.host(name, Family::V4);
            let own = SocketAddrV4::new(host.ipv4.expect("an address"), PORT);
            let address = match *name {
                "three" => format!("/onion3/{}:{PORT}", onions.service(PORT, own)),
                _ => format!("/ip4/{}/tcp/{PORT}", own.ip()),
            };
            made(&host, directory.path(), name, &announcing(name, &[&address]), &everywhere()).0
        })
        .collect();
    let elsewhere = home.only_to(onions.proxy());
    let url = format!("socks5://{}", onions.proxy());
    let person = someone_with(&home, directory.path(), |process| {
        process.env("REGIE_PROXY", url);
    });
    for supplier in &suppliers {
        // The first streams of a network that just came up may fail.
        within(120, "they are paired", || super::follow(&person, super::link(supplier)).is_ok());
        is_answered(supplier, &ask(supplier));
    }
    let connected = || {
        let status = person.ask(&verbs::Status {});
        status["suppliers"].as_array().expect("a list").iter().all(|own| own["connected"] == json!(true))
    };
    within(DELIVERED, "there is a line to each", connected);
    let circuits = onions.circuits();
    assert!(circuits.len() >= suppliers.len(), "a user name for each line: {circuits:?}");
    for (user, own) in &circuits {
        let others = circuits.iter().filter(|(other, _)| *other != user).flat_map(|(_, circuits)| circuits);
        assert!(others.into_iter().all(|other| !own.contains(other)), "two share a circuit: {circuits:?}");
    }
    assert_eq!(elsewhere.packets(), 0, "packets went past Tor");
}
