//! A network whose router sends everything to a node of its own. It must learn no key of the person's: they are
//! unrelated only as long as nobody sees two of them come from one place.

use std::{net::SocketAddrV4, time::Duration};

use libp2p::{
    Multiaddr, PeerId, Swarm, SwarmBuilder, futures::StreamExt as _, identity::Keypair, noise, swarm, tcp, tls, yamux,
};
use regie::person::verbs;
use regie_protocol::PublicKey;
use regie_tests::{
    Node, asking,
    lab::{
        Family, Host, Lab,
        faults::Packets,
        homes::Homes,
        together,
        trio::{PORT, Transport, company, someone, within},
    },
};
use serde_json::json;

use super::{DELIVERED, impostor::Impostor};

/// Suppliers of the person.
const SUPPLIERS: u16 = 3;
/// How long a call may take.
const CALL: Duration = Duration::from_secs(20);

/// A home behind a router, a shop, and the router's impostor, which nobody is sent to yet.
fn cafe() -> Option<(Lab, Host, Host, Impostor)> {
    let lab = Lab::new()?;
    let (shop, nat) = (lab.host("shop", Family::V4), lab.nat("nat"));
    let home = lab.behind(&nat, "home");
    let impostor = Impostor::start(&nat, PORT);
    Some((lab, shop, home, impostor))
}

#[test]
fn a_router_that_answers_for_all_suppliers_reads_no_key_of_the_persons() {
    together(&[Transport::Tcp, Transport::Quic, Transport::Both], |transport| hostile(*transport));
}

fn hostile(transport: Transport) {
    let Some((_lab, shop, home, impostor)) = cafe() else { return };
    let directory = Homes::new();
    let mut person = someone(&home, directory.path());
    let suppliers: Vec<Node> = (0..SUPPLIERS).map(|n| paired(&person, &shop, directory.path(), transport, n)).collect();
    let status = person.ask(&verbs::Status {});
    let known = status["suppliers"].as_array().expect("a list").iter().map(|own| own["known_to_it_as"].as_str());
    let own: Vec<[u8; 32]> = known.map(|key| key_of(key.expect("a key"))).collect();
    assert_eq!(own.len(), usize::from(SUPPLIERS));
    person.stop();

    home.redirect(Packets::Any, SocketAddrV4::new(home.gateway(), PORT));
    person.start();
    // Something to tell each of them, so that each is called.
    person.set("name.full", "Anna Jansen");
    let called = || {
        impostor.seen(|seen| match transport {
            Transport::Tcp => seen.tcp,
            Transport::Quic => seen.quic,
            Transport::Both => seen.tcp + seen.quic,
        })
    };
    within(60, "each supplier was called", || called() >= usize::from(SUPPLIERS));
    std::thread::sleep(Duration::from_secs(2));
    impostor.seen(|seen| {
        let read = own.iter().filter(|key| seen.keys.contains(*key)).count();
        assert_eq!(read, 0, "keys of {SUPPLIERS} were read; they proposed {:?}", seen.proposed);
        assert!(seen.keys.is_empty(), "keys were read that are nobody's");
        assert!(!seen.proposed.contains("/noise"), "Noise shows the caller's key before the other's is known");
    });
    let status = person.ask(&verbs::Status {});
    let lines = status["suppliers"].as_array().expect("a list").iter().map(|own| own["connected"].clone());
    assert!(lines.eq(suppliers.iter().map(|_| json!(false))), "an impostor is no line: {status}");
}

/// A supplier on the next port, paired and subscribed.
fn paired(person: &Node, shop: &Host, directory: &std::path::Path, transport: Transport, number: u16) -> Node {
    let listen = transport.at(shop.ipv4.expect("an address").into(), PORT + number);
    let (supplier, _) = company(shop, directory, &format!("shop{number}"), &listen, None);
    person.pair(&supplier);
    supplier.ask(&asking(&["name.full"], "DeliveryOfGoods", "subscribe"));
    within(DELIVERED, "it is subscribed", || supplier.customer()["held"][0]["value"] == json!("Anna Bakker"));
    supplier
}

fn key_of(text: &str) -> [u8; 32] {
    *text.parse::<PublicKey>().expect("a key").as_bytes()
}

/// The test above can fail: whoever dials as libp2p does shows its key, whoever it wants to reach.
#[test]
fn the_impostor_reads_the_key_of_a_stock_dialler() {
    let Some((_lab, _shop, home, impostor)) = cafe() else { return };
    home.redirect(Packets::Any, SocketAddrV4::new(home.gateway(), PORT));
    for address in ["/ip4/198.51.100.7/tcp/7481", "/ip4/198.51.100.7/udp/7481/quic-v1"] {
        for with_tls in [false, true] {
            let keypair = Keypair::generate_ed25519();
            let own = keypair.clone().try_into_ed25519().expect("of this kind").public().to_bytes();
            // Every second caller is refused TLS.
            within(10, &format!("{address}, TLS {with_tls}: the key is read"), || {
                home.inside(|| stock(keypair.clone(), with_tls, address));
                impostor.seen(|seen| seen.keys.contains(&own))
            });
        }
    }
}

/// Dials somebody else as libp2p does by itself, to the end of the attempt.
fn stock(keypair: Keypair, with_tls: bool, address: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let builder = SwarmBuilder::with_existing_identity(keypair).with_tokio();
        let mut swarm: Swarm<swarm::dummy::Behaviour> = if with_tls {
            let builder = builder.with_tcp(tcp::Config::default(), tls::Config::new, yamux::Config::default);
            builder.expect("TCP").with_quic().with_behaviour(|_| swarm::dummy::Behaviour).expect("nothing").build()
        } else {
            let builder = builder.with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default);
            builder.expect("TCP").with_quic().with_behaviour(|_| swarm::dummy::Behaviour).expect("nothing").build()
        };
        let wanted = PeerId::from_public_key(&Keypair::generate_ed25519().public());
        let address: Multiaddr = format!("{address}/p2p/{wanted}").parse().expect("an address");
        swarm.dial(address).expect("it dials");
        let ended = async {
            while !matches!(
                swarm.select_next_some().await,
                swarm::SwarmEvent::OutgoingConnectionError { .. } | swarm::SwarmEvent::ConnectionEstablished { .. }
            ) {}
        };
        let _ = tokio::time::timeout(CALL, ended).await;
    });
}
