//! A supplier behind a blind forwarder: people reach it, the forwarder sees none of their keys, and every bound holds.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its setup does not hold")]

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use regie::network::{
    Address, DialError, Endpoint, Fault, Forwarding, NetworkEvent, PeerKey, Standing, Through, Transport, Way, limits,
};
use regie_protocol::{Keypair, PublicKey};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
    time::{sleep, timeout},
};

const TCP: &str = "/ip4/127.0.0.1/tcp/0";
const FORWARDER: u8 = 1;
const SUPPLIER: u8 = 2;
const PERSON: u8 = 3;

fn public(n: u8) -> PublicKey {
    Keypair::from_secret(&[n; 32]).public()
}

fn key(n: u8) -> PeerKey {
    *public(n).as_bytes()
}

async fn endpoint(n: u8, listen: &[Address], forwarding: &Forwarding) -> (Endpoint, mpsc::Receiver<NetworkEvent>) {
    let secret = Keypair::from_secret(&[n; 32]).expose_secret();
    // A port that was just let go may take a moment to be free.
    for _ in 0..50 {
        match Endpoint::start_forwarding(secret.clone(), listen, &Way::default(), forwarding).await {
            Ok(started) => return started,
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("it does not start on {listen:?}");
}

/// Everybody whom an endpoint was connected to, as it is told.
type Seen = Arc<Mutex<BTreeSet<PeerKey>>>;

/// Answers every frame with itself, and writes down who came.
fn echo(mut events: mpsc::Receiver<NetworkEvent>) -> Seen {
    let seen = Seen::default();
    let all = seen.clone();
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            match event {
                NetworkEvent::Connected(peer) => drop(all.lock().unwrap().insert(peer)),
                NetworkEvent::Frame(_, frame, responder) => responder.reply_bytes(frame),
                NetworkEvent::Disconnected(_) => {}
            }
        }
    });
    seen
}

/// A forwarder for these; everybody whom it was connected to.
async fn forwarder(listen: &[Address], keys: &[u8]) -> (Endpoint, Seen) {
    let forwarding = Forwarding { forward: keys.iter().map(|n| key(*n)).collect(), through: Vec::new() };
    let (endpoint, events) = endpoint(FORWARDER, listen, &forwarding).await;
    (endpoint, echo(events))
}

/// A supplier that listens nowhere and is behind the forwarder at this address; where people come, and who came.
async fn behind(forwarder: &Address) -> (Endpoint, Address, Seen) {
    let through = Through::new(public(FORWARDER), forwarder.clone()).expect("a forwarder");
    let at = through.address_of(&public(SUPPLIER));
    let forwarding = Forwarding { forward: Vec::new(), through: vec![through] };
    let (endpoint, events) = endpoint(SUPPLIER, &[], &forwarding).await;
    (endpoint, at, echo(events))
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waited = timeout(Duration::from_secs(60), async {
        while !holds() {
            sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("not within a minute: {what}"));
}

async fn connected(forwarder: &Endpoint) {
    until("the supplier is connected", || forwarder.places()[0].connected).await;
}

async fn person(at: &Address) -> (Endpoint, Result<Transport, DialError>) {
    let (endpoint, events) = endpoint(PERSON, &[], &Forwarding::default()).await;
    echo(events);
    let connected = endpoint.connect(key(SUPPLIER), std::slice::from_ref(at), None).await;
    (endpoint, connected)
}

/// What a forwarder answers instead of passing this person on, with the words for it.
async fn refused(at: &Address) -> (u16, String) {
    let error = person(at).await.1.expect_err("not passed on");
    let [(_, Fault::NotPassedOn(status))] = error.tried() else { panic!("{error}") };
    (*status, error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn people_reach_a_supplier_through_a_forwarder_that_sees_no_key_of_theirs() {
    let (forwarder, at_forwarder) = forwarder(&[TCP.parse().unwrap()], &[SUPPLIER]).await;
    let (supplier, at, at_supplier) = behind(&forwarder.addresses()[0]).await;
    connected(&forwarder).await;
    assert_eq!(supplier.forwarders(), [(key(FORWARDER), Standing::Up)]);
    let named: Address = at.to_string().replace("/ip4/127.0.0.1/", "/dns4/localhost/").parse().unwrap();
    for at in [&at, &named] {
        let (person, connected) = person(at).await;
        assert_eq!(connected, Ok(Transport::WebSocket));
        let large = vec![7; limits::FRAME_BYTES];
        assert_eq!(person.exchange_bytes(key(SUPPLIER), large.clone()).await, Ok(large.clone()));
        // The supplier asks over the line that the person made.
        assert_eq!(supplier.exchange_bytes(key(PERSON), large.clone()).await, Ok(large));
        assert_eq!(forwarder.places()[0].people, 1);
    }
    until("people who left take no room", || forwarder.places()[0].people == 0).await;
    assert!(at_supplier.lock().unwrap().contains(&key(PERSON)), "the control: the supplier does see the key");
    let seen = at_forwarder.lock().unwrap().clone();
    assert_eq!(seen, BTreeSet::from([key(SUPPLIER)]), "the forwarder knows the supplier and nobody else");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_behind_a_forwarder_is_checked_end_to_end() {
    let (forwarder, _) = forwarder(&[TCP.parse().unwrap()], &[SUPPLIER]).await;
    let (_supplier, at, at_supplier) = behind(&forwarder.addresses()[0]).await;
    connected(&forwarder).await;
    let (person, _events) = endpoint(PERSON, &[], &Forwarding::default()).await;
    let error = person.connect(key(9), &[at], None).await.expect_err("somebody else");
    assert!(error.is_wrong_peer(), "{error}");
    assert_eq!(*at_supplier.lock().unwrap(), BTreeSet::from([key(FORWARDER)]), "the person's key was not shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_passed_on_is_told_why() {
    let (forwarder, _) = forwarder(&[TCP.parse().unwrap()], &[SUPPLIER]).await;
    let at = |n| Through::new(public(FORWARDER), forwarder.addresses()[0].clone()).unwrap().address_of(&public(n));
    let (status, words) = refused(&at(9)).await;
    assert!(status == 404 && words.contains("new link"), "{words}");
    let (status, words) = refused(&at(SUPPLIER)).await;
    assert!(status == 503 && words.contains("not connected to its forwarder"), "{words}");
    // A peer under that key which is not set to be forwarded to takes nobody.
    let (other, _events) = endpoint(SUPPLIER, &[], &Forwarding::default()).await;
    other.connect(key(FORWARDER), &forwarder.addresses(), None).await.unwrap();
    connected(&forwarder).await;
    assert_eq!(refused(&at(SUPPLIER)).await.0, 503);
    assert_eq!(forwarder.places()[0].people, 0);
    // Whoever else comes to that port is a peer as before.
    let plain: Address = format!("{}/ws/http-path/regie", forwarder.addresses()[0]).parse().unwrap();
    let (guest, _events) = endpoint(PERSON, &[], &Forwarding::default()).await;
    assert_eq!(guest.connect(key(FORWARDER), &[plain], None).await, Ok(Transport::WebSocket));
}

/// A web socket to the supplier in which nothing is said.
async fn silent(at: &Address) -> TcpStream {
    let text = at.to_string();
    let parts: Vec<&str> = text.split('/').collect();
    let mut stream = TcpStream::connect((parts[2], parts[4].parse::<u16>().unwrap())).await.unwrap();
    let path = parts.last().unwrap().replace("%2F", "/");
    let request = format!(
        "GET /{path} HTTP/1.1\r\nHost: f.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    );
    // In two pieces: a request need not come at once.
    let (first, rest) = request.split_at(9);
    stream.write_all(first.as_bytes()).await.unwrap();
    sleep(Duration::from_millis(30)).await;
    stream.write_all(rest.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_people_are_bounded_and_dropped_and_others_come_again() {
    let (forwarder, _) = forwarder(&[TCP.parse().unwrap()], &[SUPPLIER]).await;
    let (_supplier, at, _) = behind(&forwarder.addresses()[0]).await;
    connected(&forwarder).await;
    let mut kept = Vec::new();
    for _ in 0..limits::FORWARDED_PER_KEY {
        kept.push(silent(&at).await);
    }
    let (status, words) = refused(&at).await;
    assert!(status == 429 && words.contains("few minutes"), "{words}");
    until("the silent are dropped", || forwarder.places()[0].people == 0).await;
    for mut stream in kept {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    }
    let (person, connected) = person(&at).await;
    assert_eq!(connected, Ok(Transport::WebSocket));
    assert_eq!(person.exchange_bytes(key(SUPPLIER), b"abc".to_vec()).await, Ok(b"abc".to_vec()));
}

/// Two companions of one company have one key; each keeps a line of its own.
#[tokio::test(flavor = "multi_thread")]
async fn two_companions_under_one_key_stay_side_by_side_and_people_reach_either() {
    let (forwarder, _) = forwarder(&[TCP.parse().unwrap()], &[SUPPLIER]).await;
    let (first, at, at_first) = behind(&forwarder.addresses()[0]).await;
    let (second, _, at_second) = behind(&forwarder.addresses()[0]).await;
    let up = |one: &Endpoint| one.forwarders()[0].1 == Standing::Up;
    until("both are connected", || up(&first) && up(&second)).await;
    // For longer than a line stays that another took the place of.
    for _ in 0..20 {
        sleep(limits::REPLACED / 10).await;
        assert!(up(&first) && up(&second), "one displaces the other");
    }
    let (one, came) = person(&at).await;
    assert_eq!(came, Ok(Transport::WebSocket));
    assert_eq!(one.exchange_bytes(key(SUPPLIER), b"abc".to_vec()).await, Ok(b"abc".to_vec()));
    let came_to = |seen: &Seen| seen.lock().unwrap().contains(&key(PERSON));
    assert!(came_to(&at_first) != came_to(&at_second), "the person is with one of them");
    let (gone, stays) = if came_to(&at_first) { (first, &at_second) } else { (second, &at_first) };
    drop((gone, one));
    // Its end takes a moment; until then it may still take somebody.
    for _ in 0..50 {
        if person(&at).await.1.is_ok() && came_to(stays) {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    assert!(came_to(stays), "the person is with the other");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supplier_comes_back_to_a_forwarder_that_restarts() {
    let (first, _) = forwarder(&[TCP.parse().unwrap()], &[SUPPLIER]).await;
    let listen = first.addresses();
    let (supplier, at, _) = behind(&listen[0]).await;
    connected(&first).await;
    let (before, came) = person(&at).await;
    assert_eq!(came, Ok(Transport::WebSocket));
    drop(first);
    until("the line's end is noticed", || supplier.forwarders()[0].1 != Standing::Up).await;
    assert!(before.exchange_bytes(key(SUPPLIER), b"abc".to_vec()).await.is_err(), "nobody passes it on");
    until("the failure is told", || matches!(supplier.forwarders()[0].1, Standing::Failed(_))).await;
    let (again, _) = forwarder(&listen, &[SUPPLIER]).await;
    connected(&again).await;
    let (person, came) = person(&at).await;
    assert_eq!(came, Ok(Transport::WebSocket));
    assert_eq!(person.exchange_bytes(key(SUPPLIER), b"abc".to_vec()).await, Ok(b"abc".to_vec()));
}
