//! The network layer against peers of every kind, over real sockets of the loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its setup does not hold")]

use std::{collections::BTreeSet, io::Read as _, time::Duration};

use regie::network::{Address, DialError, Endpoint, ExchangeError, Fault, Inward, NetworkEvent, PeerKey, Way, limits};
use regie_protocol::Keypair;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

fn key(n: u8) -> (Zeroizing<[u8; 32]>, PeerKey) {
    let key = Keypair::from_secret(&[n; 32]);
    (key.expose_secret(), *key.public().as_bytes())
}

async fn listening(n: u8, on: &str) -> (Endpoint, mpsc::Receiver<NetworkEvent>, Vec<Address>) {
    let (endpoint, events) = Endpoint::start(key(n).0, &[on.parse().unwrap()], &Way::default()).await.unwrap();
    let addresses = endpoint.addresses();
    (endpoint, events, addresses)
}

/// Answers every frame with its bytes reversed.
fn answer(mut events: mpsc::Receiver<NetworkEvent>) {
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            if let NetworkEvent::Frame(_, mut frame, responder) = event {
                frame.reverse();
                responder.reply_bytes(frame);
            }
        }
    });
}

const TCP: &str = "/ip4/127.0.0.1/tcp/0";
const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

#[tokio::test(flavor = "multi_thread")]
async fn frames_go_both_ways_over_tcp_and_over_quic() {
    for on in [TCP, QUIC] {
        let (listener, events, addresses) = listening(1, on).await;
        answer(events);
        let (dialler, events) = Endpoint::start(key(2).0, &[], &Way::default()).await.unwrap();
        answer(events);
        dialler.connect(key(1).1, &addresses, None).await.unwrap();
        assert_eq!(dialler.exchange_bytes(key(1).1, b"abc".to_vec()).await.unwrap(), b"cba");
        // Back over the connection that the other side made.
        assert_eq!(listener.exchange_bytes(key(2).1, b"xyz".to_vec()).await.unwrap(), b"zyx");
        let large = vec![7; limits::FRAME_BYTES];
        assert_eq!(dialler.exchange_bytes(key(1).1, large.clone()).await.unwrap(), large);
    }
}

/// A supplier that names its person's own network learns nothing of it, and nothing there hears of anybody.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_private_network_is_dialled_that_the_person_did_not_enter() {
    let (_listener, _events, addresses) = listening(1, TCP).await;
    let nothing = Inward::only(&BTreeSet::new());
    let printer = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    printer.set_nonblocking(true).unwrap();
    let port = printer.local_addr().unwrap().port();
    let way = |inward: &Inward| Way { inward: inward.clone(), ..Way::default() };
    let named = [
        format!("/ip4/127.0.0.1/tcp/{port}"),
        format!("/dns/localhost/tcp/{port}"),
        format!("/ip4/127.0.0.1/udp/{port}/quic-v1"),
    ];
    let (dialler, _events) = Endpoint::start(key(2).0, &[], &way(&nothing)).await.unwrap();
    for address in named {
        let error = dialler.connect(key(1).1, &[address.parse().unwrap()], None).await.expect_err("private");
        assert!(
            matches!(&error, DialError::Unreachable(tried) if tried.iter().all(|(_, fault)| *fault == Fault::Inward)),
            "{error}"
        );
    }
    assert!(printer.accept().is_err(), "nobody knocked");
    let entered: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let (dialler, _events) = Endpoint::start(key(2).0, &[], &way(&nothing.and(&entered))).await.unwrap();
    dialler.connect(key(1).1, &addresses, None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_at_the_address_is_told_from_nobody() {
    for on in [TCP, QUIC] {
        let (_listener, _events, addresses) = listening(1, on).await;
        let (dialler, _events) = Endpoint::start(key(2).0, &[], &Way::default()).await.unwrap();
        let error = dialler.connect(key(3).1, &addresses, None).await.expect_err("somebody else");
        assert!(error.is_wrong_peer() && error.to_string().contains("Another node"), "{on}: {error}");
    }
    let (dialler, _events) = Endpoint::start(key(2).0, &[], &Way::default()).await.unwrap();
    let nobody = ["/ip4/127.0.0.1/tcp/1".parse().unwrap()];
    let error = dialler.connect(key(1).1, &nobody, None).await.expect_err("nobody");
    assert_eq!(error.tried(), [(nobody[0].clone(), Fault::Refused)]);
    assert_eq!(dialler.connect(key(1).1, &[], None).await, Err(DialError::NoAddress));
    assert_eq!(dialler.exchange_bytes(key(1).1, vec![1]).await, Err(ExchangeError::NotConnected));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_frame_ends_its_connection_and_the_next_goes_over_a_new_one() {
    let (_listener, mut events, addresses) = listening(1, TCP).await;
    let (dialler, mut own) = Endpoint::start(key(2).0, &[], &Way::default()).await.unwrap();
    dialler.connect(key(1).1, &addresses, None).await.unwrap();
    let waiting = tokio::spawn({
        let dialler = dialler.clone();
        async move { dialler.exchange_bytes(key(1).1, vec![1]).await }
    });
    let responder = loop {
        if let Some(NetworkEvent::Frame(_, _, responder)) = events.recv().await {
            break responder;
        }
    };
    drop(responder);
    assert_eq!(waiting.await.unwrap(), Err(ExchangeError::Closed));
    answer(events);
    // Whatever else it carried may be lost too: nothing more is trusted to it, and who asked is told.
    loop {
        if let Some(NetworkEvent::Disconnected(peer)) = own.recv().await {
            break assert_eq!(peer, key(1).1);
        }
    }
    assert_eq!(dialler.exchange_bytes(key(1).1, b"ab".to_vec()).await, Err(ExchangeError::NotConnected));
    dialler.connect(key(1).1, &addresses, None).await.unwrap();
    assert_eq!(dialler.exchange_bytes(key(1).1, b"ab".to_vec()).await.unwrap(), b"ba");
    assert_eq!(dialler.exchange_bytes(key(1).1, vec![0; limits::FRAME_BYTES + 1]).await, Err(ExchangeError::TooLarge));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_frames_at_once_wait_their_turn() {
    let (_listener, events, addresses) = listening(1, TCP).await;
    answer(events);
    let (dialler, _own) = Endpoint::start(key(2).0, &[], &Way::default()).await.unwrap();
    dialler.connect(key(1).1, &addresses, None).await.unwrap();
    let all: Vec<_> = (0..1000u32)
        .map(|n| {
            let dialler = dialler.clone();
            tokio::spawn(async move { dialler.exchange_bytes(key(1).1, n.to_be_bytes().to_vec()).await })
        })
        .collect();
    for (n, exchange) in (0..1000u32).zip(all) {
        assert_eq!(exchange.await.unwrap().unwrap(), n.to_le_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_sockets_do_not_keep_others_out() {
    let (_listener, events, addresses) = listening(1, TCP).await;
    answer(events);
    let port: u16 = addresses[0].to_string().rsplit('/').next().unwrap().parse().unwrap();
    let mut silent: Vec<_> = (0..200).map(|_| std::net::TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
    let (dialler, _own) = Endpoint::start(key(2).0, &[], &Way::default()).await.unwrap();
    dialler.connect(key(1).1, &addresses, None).await.unwrap();
    assert_eq!(dialler.exchange_bytes(key(1).1, b"ab".to_vec()).await.unwrap(), b"ba");
    // They are closed without having said a word: reading ends instead of waiting for ever.
    tokio::task::spawn_blocking(move || {
        let socket = &mut silent[0];
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut heard = Vec::new();
        let ended = socket.read_to_end(&mut heard);
        assert!(ended.is_ok() || ended.is_err_and(|e| e.kind() == std::io::ErrorKind::ConnectionReset));
    })
    .await
    .unwrap();
}
