//! The ways to a peer: a web socket on the same port, a proxy, names; and who gets to see whose key.

#![allow(clippy::expect_used, reason = "a test stops where its setup does not hold")]

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::StreamExt as _;
use libp2p::{PeerId, Swarm, SwarmBuilder, noise, ping, swarm::SwarmEvent, tcp, tls, yamux};
use regie::network::{Address, Endpoint, Fault, NetworkEvent, PeerKey, Transport, Way, limits};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use zeroize::Zeroizing;

fn key(n: u8) -> (Zeroizing<[u8; 32]>, PeerKey) {
    let key = regie_protocol::Keypair::from_secret(&[n; 32]);
    (key.expose_secret(), *key.public().as_bytes())
}

/// An endpoint that answers every frame with itself.
async fn echo(n: u8, on: &str) -> (Endpoint, u16) {
    let (endpoint, mut events) =
        Endpoint::start(key(n).0, &[on.parse().expect("an address")], &Way::default()).await.expect("listens");
    let text = endpoint.addresses()[0].to_string();
    let port = text.split('/').nth(4).and_then(|port| port.parse().ok()).expect("a port");
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            if let NetworkEvent::Frame(_, frame, responder) = event {
                responder.reply_bytes(frame);
            }
        }
    });
    (endpoint, port)
}

async fn dialler(n: u8, way: &Way) -> (Endpoint, mpsc::Receiver<NetworkEvent>) {
    Endpoint::start(key(n).0, &[], way).await.expect("starts")
}

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

const TCP: &str = "/ip4/127.0.0.1/tcp/0";

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_another_listens_on_is_not_shared() {
    let (first, port) = echo(1, TCP).await;
    for taken in [format!("/ip4/127.0.0.1/tcp/{port}"), format!("/ip4/0.0.0.0/tcp/{port}")] {
        let second = Endpoint::start(key(2).0, &[address(&taken)], &Way::default()).await;
        let Err(error) = second else { panic!("{taken} is listened on twice") };
        assert_eq!(error.to_string().split(';').next(), Some(format!("{taken} is in use by another process").as_str()));
    }
    drop(first);
    for _ in 0..50 {
        if Endpoint::start(key(2).0, &[address(&format!("/ip4/127.0.0.1/tcp/{port}"))], &Way::default()).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the port does not come free");
}

/// Who waited for an endpoint to be back connects before it has gathered where it listens.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_connects_while_an_endpoint_starts_is_told_of() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let (person, _events) = dialler(2, &Way::default()).await;
    let connecting = tokio::spawn(async move {
        let at = [address(&format!("/ip4/127.0.0.1/tcp/{port}"))];
        while person.connect(key(1).1, &at, None).await.is_err() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        person
    });
    let everywhere = [address(&format!("/ip4/0.0.0.0/tcp/{port}"))];
    let (_company, mut events) = Endpoint::start(key(1).0, &everywhere, &Way::default()).await.expect("listens");
    let _person = connecting.await.expect("it connects");
    let told = tokio::time::timeout(Duration::from_secs(10), events.recv()).await.expect("it is told");
    assert!(matches!(told, Some(NetworkEvent::Connected(peer)) if peer == key(2).1), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_socket_comes_in_by_the_same_port_and_names_are_looked_up() {
    let (_endpoint, port) = echo(1, TCP).await;
    for (way, carrier) in [
        (format!("/ip4/127.0.0.1/tcp/{port}/ws"), Transport::WebSocket),
        (format!("/ip4/127.0.0.1/tcp/{port}/ws/http-path/regie"), Transport::WebSocket),
        (format!("/dns4/localhost/tcp/{port}"), Transport::Tcp),
        (format!("/dns4/localhost/tcp/{port}/ws/http-path/a%2Fb"), Transport::WebSocket),
    ] {
        let (dialler, _events) = dialler(2, &Way::default()).await;
        assert_eq!(dialler.connect(key(1).1, &[address(&way)], None).await, Ok(carrier), "{way}");
        let large = vec![7; 200_000];
        assert_eq!(dialler.exchange_bytes(key(1).1, large.clone()).await.expect("answered"), large);
    }
    let (dialler, _events) = dialler(2, &Way::default()).await;
    let error = dialler.connect(key(1).1, &[address("/dns4/nobody.invalid/tcp/1")], None).await.expect_err("no name");
    assert!(matches!(error.tried()[0].1, Fault::UnknownName | Fault::NoResolver), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn quic_is_preferred_and_what_is_wished_for_goes_before_it() {
    let (_tcp, tcp) = echo(1, TCP).await;
    let (_quic, quic) = echo(1, "/ip4/127.0.0.1/udp/0/quic-v1").await;
    let both = [address(&format!("/ip4/127.0.0.1/tcp/{tcp}")), address(&format!("/ip4/127.0.0.1/udp/{quic}/quic-v1"))];
    for (first, carrier) in [(None, Transport::Quic), (Some(Transport::Tcp), Transport::Tcp)] {
        let (dialler, _events) = dialler(2, &Way::default()).await;
        assert_eq!(dialler.connect(key(1).1, &both, first).await, Ok(carrier));
    }
    // What does not answer holds nothing up.
    let (dialler, _events) = dialler(2, &Way::default()).await;
    let dead = [both[0].clone(), address("/ip4/127.0.0.1/udp/9/quic-v1")];
    assert_eq!(dialler.connect(key(1).1, &dead, None).await, Ok(Transport::Tcp));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_connection_takes_the_place_of_the_old_and_is_told() {
    let listen = [address(TCP)];
    let (endpoint, mut events) = Endpoint::start(key(1).0, &listen, &Way::default()).await.expect("listens");
    let addresses = endpoint.addresses();
    let mut kept = Vec::new();
    for _ in 0..20 {
        let (dialler, mut own) = dialler(2, &Way::default()).await;
        dialler.connect(key(1).1, &addresses, None).await.expect("connected");
        assert!(matches!(events.recv().await, Some(NetworkEvent::Connected(peer)) if peer == key(2).1));
        tokio::spawn(async move {
            while let Some(event) = own.recv().await {
                if let NetworkEvent::Frame(_, frame, responder) = event {
                    responder.reply_bytes(frame);
                }
            }
        });
        // It is kept: a machine that crashed leaves its line standing.
        kept.push(dialler);
        assert_eq!(endpoint.exchange_bytes(key(2).1, b"abc".to_vec()).await.expect("answered"), b"abc");
    }
    drop(kept);
    // Where one of two that are left goes first, the other is told as a new one.
    loop {
        match events.recv().await {
            Some(NetworkEvent::Disconnected(peer)) => break assert_eq!(peer, key(2).1),
            Some(NetworkEvent::Connected(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_connection_that_is_thrown_away_leaves_the_older_in_use() {
    let listen = [address(TCP)];
    let (endpoint, _events) = Endpoint::start(key(1).0, &listen, &Way::default()).await.expect("listens");
    let (first, mut own) = dialler(2, &Way::default()).await;
    tokio::spawn(async move {
        while let Some(event) = own.recv().await {
            if let NetworkEvent::Frame(_, frame, responder) = event {
                responder.reply_bytes(frame);
            }
        }
    });
    first.connect(key(1).1, &endpoint.addresses(), None).await.expect("connected");
    // As a dialler does that tries two addresses and needs one.
    let (second, _events) = dialler(2, &Way::default()).await;
    second.connect(key(1).1, &endpoint.addresses(), None).await.expect("connected");
    drop(second);
    tokio::time::sleep(limits::REPLACED + 2 * limits::LOOK).await;
    assert_eq!(endpoint.exchange_bytes(key(2).1, b"abc".to_vec()).await.expect("answered"), b"abc");
}

/// Somebody with a key of their own at an address where another is looked for. Whose key it gets to see comes out.
async fn impostor(quic: bool) -> (Address, mpsc::UnboundedReceiver<PeerId>) {
    let mut swarm: Swarm<ping::Behaviour> = SwarmBuilder::with_new_identity()
        .with_tokio()
        // Either way of proving a key that a dialler might be talked into.
        .with_tcp(tcp::Config::default(), (tls::Config::new, noise::Config::new), yamux::Config::default)
        .expect("TCP")
        .with_quic()
        .with_behaviour(|_| ping::Behaviour::default())
        .expect("a behaviour")
        .build();
    let on = if quic { "/ip4/127.0.0.1/udp/0/quic-v1" } else { TCP };
    swarm.listen_on(on.parse().expect("an address")).expect("listens");
    let (seen, keys) = mpsc::unbounded_channel();
    let SwarmEvent::NewListenAddr { address: at, .. } = swarm.select_next_some().await else { panic!("no address") };
    tokio::spawn(async move {
        loop {
            if let SwarmEvent::ConnectionEstablished { peer_id, .. } = swarm.select_next_some().await {
                let _ = seen.send(peer_id);
            }
        }
    });
    (address(&at.to_string()), keys)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_at_a_suppliers_address_does_not_see_the_persons_key() {
    for quic in [false, true] {
        let (at, mut keys) = impostor(quic).await;
        let (person, _events) = dialler(2, &Way::default()).await;
        let error = person.connect(key(1).1, std::slice::from_ref(&at), None).await.expect_err("an impostor");
        assert!(error.is_wrong_peer(), "quic {quic}: {error}");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(keys.try_recv().is_err(), "quic {quic}: the key was shown");
        // The control: a dialler that does not say whom it wants shows its key.
        let mut stock: Swarm<ping::Behaviour> = SwarmBuilder::with_new_identity()
            .with_tokio()
            .with_tcp(tcp::Config::default(), tls::Config::new, yamux::Config::default)
            .expect("TCP")
            .with_quic()
            .with_behaviour(|_| ping::Behaviour::default())
            .expect("a behaviour")
            .build();
        stock.dial(at.to_string().parse::<libp2p::Multiaddr>().expect("an address")).expect("dials");
        let own = *stock.local_peer_id();
        tokio::spawn(async move { while stock.next().await.is_some() {} });
        assert_eq!(keys.recv().await, Some(own), "quic {quic}");
    }
}

/// A SOCKS5 proxy that writes down who asked for what.
async fn socks(asked: Arc<Mutex<Vec<(String, String)>>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let asked = asked.clone();
            tokio::spawn(async move { serve_socks(stream, &asked).await });
        }
    });
    at
}

async fn text(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = vec![0; usize::from(stream.read_u8().await?)];
    stream.read_exact(&mut bytes).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn serve_socks(mut stream: TcpStream, asked: &Mutex<Vec<(String, String)>>) -> std::io::Result<()> {
    assert_eq!(stream.read_u8().await?, 5);
    let methods = text(&mut stream).await?;
    assert!(methods.contains('\u{2}'), "a user and a password are offered");
    stream.write_all(&[5, 2]).await?;
    assert_eq!(stream.read_u8().await?, 1);
    let user = text(&mut stream).await?;
    text(&mut stream).await?;
    stream.write_all(&[1, 0]).await?;
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let host = match head[3] {
        1 => std::net::Ipv4Addr::from(stream.read_u32().await?).to_string(),
        _ => text(&mut stream).await?,
    };
    let port = stream.read_u16().await?;
    asked.lock().expect("whole").push((user, host.clone()));
    let mut target = TcpStream::connect((host.as_str(), port)).await?;
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    copy_bidirectional(&mut stream, &mut target).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_through_the_proxy_or_not_at_all() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let proxy = socks(asked.clone()).await;
    let way = Way { proxy: Some(format!("socks5://{proxy}").parse().expect("a proxy")), ..Way::default() };
    let (_endpoint, port) = echo(1, TCP).await;
    let named = [address(&format!("/dns4/localhost/tcp/{port}")), address("/ip4/127.0.0.1/udp/9/quic-v1")];
    for _ in 0..2 {
        let (person, _events) = dialler(2, &way).await;
        assert_eq!(person.connect(key(1).1, &named, None).await, Ok(Transport::Tcp));
        assert_eq!(person.exchange_bytes(key(1).1, b"abc".to_vec()).await.expect("answered"), b"abc");
    }
    let seen = asked.lock().expect("whole").clone();
    assert!(seen.iter().all(|(_, host)| host == "localhost"), "the proxy looks names up: {seen:?}");
    assert!(seen.len() == 2 && seen[0].0 != seen[1].0, "each endpoint has a user of its own: {seen:?}");

    // QUIC does not go through, and goes nowhere else.
    let (person, _events) = dialler(3, &way).await;
    let error = person.connect(key(1).1, &named[1..], None).await.expect_err("no way");
    assert!(matches!(error.tried(), [(_, Fault::NeedsOtherWay(_))]), "{error}");

    // Where the proxy is away nothing is tried without it.
    let away = Way { proxy: Some("socks5://127.0.0.1:1".parse().expect("a proxy")), ..Way::default() };
    let (person, _events) = dialler(4, &away).await;
    let error = person.connect(key(1).1, &named[..1], None).await.expect_err("away");
    assert!(matches!(error.tried(), [(_, Fault::ProxyAway)]) && error.to_string().contains("proxy"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_the_web_is_asked_to_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let proxy = listener.local_addr().expect("an address");
    let (_endpoint, port) = echo(1, TCP).await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.expect("a head"));
                }
                let head = String::from_utf8(head).expect("text");
                let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).expect("a target");
                if !head.contains("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n") {
                    return stream.write_all(b"HTTP/1.1 407 Who are you\r\n\r\n").await.expect("told");
                }
                let mut target = TcpStream::connect(target).await.expect("connects");
                stream.write_all(b"HTTP/1.1 200 Connected\r\nVia: me\r\n\r\n").await.expect("told");
                let _ = copy_bidirectional(&mut stream, &mut target).await;
            });
        }
    });
    let at = [address(&format!("/dns4/localhost/tcp/{port}"))];
    let way =
        |login: &str| Way { proxy: Some(format!("http://{login}{proxy}").parse().expect("a proxy")), ..Way::default() };
    let (person, _events) = dialler(2, &way("me:secret@")).await;
    assert_eq!(person.connect(key(1).1, &at, None).await, Ok(Transport::Tcp));
    assert_eq!(person.exchange_bytes(key(1).1, b"abc".to_vec()).await.expect("answered"), b"abc");
    let (person, _events) = dialler(3, &way("")).await;
    let error = person.connect(key(1).1, &at, None).await.expect_err("denied");
    assert!(matches!(error.tried(), [(_, Fault::ProxyDenies)]), "{error}");
}
