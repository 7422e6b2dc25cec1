//! The network layer against peers of every kind, over real sockets of the loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its setup does not hold")]

use std::{io::Read as _, time::Duration};

use futures::prelude::*;
use libp2p::{
    Multiaddr, StreamProtocol, SwarmBuilder, noise, ping,
    request_response::{self, Codec, ProtocolSupport},
    swarm::{NetworkBehaviour, SwarmEvent},
    tcp, yamux,
};
use regie::network::{Address, DialError, Endpoint, ExchangeError, NetworkEvent, PeerKey, limits};
use regie_protocol::identity::Keypair;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

fn key(n: u8) -> (Zeroizing<[u8; 32]>, PeerKey) {
    let key = Keypair::from_secret(&[n; 32]);
    (key.expose_secret(), *key.public().as_bytes())
}

async fn listening(n: u8, on: &str) -> (Endpoint, mpsc::Receiver<NetworkEvent>, Vec<Address>) {
    let (endpoint, events) = Endpoint::start(key(n).0, &[on.parse().unwrap()]).await.unwrap();
    let addresses = endpoint.addresses();
    (endpoint, events, addresses)
}

/// Answers every frame with its bytes reversed.
fn answer(mut events: mpsc::Receiver<NetworkEvent>) {
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            if let NetworkEvent::Frame(_, mut frame, responder) = event {
                frame.reverse();
                responder.reply(frame);
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
        let (dialler, events) = Endpoint::start(key(2).0, &[]).await.unwrap();
        answer(events);
        dialler.connect(key(1).1, &addresses).await.unwrap();
        assert_eq!(dialler.exchange(key(1).1, b"abc".to_vec()).await.unwrap(), b"cba");
        // Back over the connection that the other side made.
        assert_eq!(listener.exchange(key(2).1, b"xyz".to_vec()).await.unwrap(), b"zyx");
        let large = vec![7; limits::FRAME_BYTES];
        assert_eq!(dialler.exchange(key(1).1, large.clone()).await.unwrap(), large);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_at_the_address_is_told_from_nobody() {
    for on in [TCP, QUIC] {
        let (_listener, _events, addresses) = listening(1, on).await;
        let (dialler, _events) = Endpoint::start(key(2).0, &[]).await.unwrap();
        assert_eq!(dialler.connect(key(3).1, &addresses).await, Err(DialError::WrongPeer), "{on}");
    }
    let (dialler, _events) = Endpoint::start(key(2).0, &[]).await.unwrap();
    let nobody = ["/ip4/127.0.0.1/tcp/1".parse().unwrap()];
    assert!(matches!(dialler.connect(key(1).1, &nobody).await, Err(DialError::Unreachable(_))));
    assert_eq!(dialler.exchange(key(1).1, vec![1]).await, Err(ExchangeError::NotConnected));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_frame_ends_and_the_connection_goes_on() {
    let (_listener, mut events, addresses) = listening(1, TCP).await;
    let (dialler, _own) = Endpoint::start(key(2).0, &[]).await.unwrap();
    dialler.connect(key(1).1, &addresses).await.unwrap();
    let waiting = tokio::spawn({
        let dialler = dialler.clone();
        async move { dialler.exchange(key(1).1, vec![1]).await }
    });
    let responder = loop {
        if let Some(NetworkEvent::Frame(_, _, responder)) = events.recv().await {
            break responder;
        }
    };
    drop(responder);
    assert_eq!(waiting.await.unwrap(), Err(ExchangeError::Closed));
    answer(events);
    assert_eq!(dialler.exchange(key(1).1, b"ab".to_vec()).await.unwrap(), b"ba");
    assert_eq!(dialler.exchange(key(1).1, vec![0; limits::FRAME_BYTES + 1]).await, Err(ExchangeError::TooLarge));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_frames_at_once_wait_their_turn() {
    let (_listener, events, addresses) = listening(1, TCP).await;
    answer(events);
    let (dialler, _own) = Endpoint::start(key(2).0, &[]).await.unwrap();
    dialler.connect(key(1).1, &addresses).await.unwrap();
    let all: Vec<_> = (0..1000u32)
        .map(|n| {
            let dialler = dialler.clone();
            tokio::spawn(async move { dialler.exchange(key(1).1, n.to_be_bytes().to_vec()).await })
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
    let (dialler, _own) = Endpoint::start(key(2).0, &[]).await.unwrap();
    dialler.connect(key(1).1, &addresses).await.unwrap();
    assert_eq!(dialler.exchange(key(1).1, b"ab".to_vec()).await.unwrap(), b"ba");
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

#[tokio::test(flavor = "multi_thread")]
async fn an_oversize_frame_is_cut_off_and_the_peer_can_go_on() {
    let (_listener, events, addresses) = listening(1, TCP).await;
    answer(events);
    let address: Multiaddr = addresses[0].to_string().parse().unwrap();
    let mut raw = raw_peer();
    raw.dial(address.clone()).unwrap();
    let peer = loop {
        if let SwarmEvent::ConnectionEstablished { peer_id, .. } = raw.select_next_some().await {
            break peer_id;
        }
    };
    let fine = raw.behaviour_mut().frames.send_request(&peer, b"ab".to_vec());
    assert_eq!(answer_to(&mut raw, fine).await.unwrap(), b"ba");
    let oversize = raw.behaviour_mut().frames.send_request(&peer, vec![0; 4 * limits::FRAME_BYTES]);
    let reply = answer_to(&mut raw, oversize).await;
    assert!(reply.is_none_or(|reply| reply.is_empty()), "an oversize frame gets no answer");
    let fine = raw.behaviour_mut().frames.send_request(&peer, b"cd".to_vec());
    assert_eq!(answer_to(&mut raw, fine).await.unwrap(), b"dc", "only the stream was cut off");
}

/// A peer of our protocols without our bounds.
#[derive(NetworkBehaviour)]
struct Raw {
    ping: ping::Behaviour,
    frames: request_response::Behaviour<Unbounded>,
}

fn raw_peer() -> libp2p::Swarm<Raw> {
    SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|_| {
            let protocol = [(StreamProtocol::new("/regie/2"), ProtocolSupport::Full)];
            let frames =
                request_response::Behaviour::with_codec(Unbounded, protocol, request_response::Config::default());
            Raw { ping: ping::Behaviour::default(), frames }
        })
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(60)))
        .build()
}

async fn answer_to(raw: &mut libp2p::Swarm<Raw>, to: request_response::OutboundRequestId) -> Option<Vec<u8>> {
    loop {
        match raw.select_next_some().await {
            SwarmEvent::Behaviour(RawEvent::Frames(request_response::Event::Message {
                message: request_response::Message::Response { request_id, response },
                ..
            })) if request_id == to => return Some(response),
            SwarmEvent::Behaviour(RawEvent::Frames(request_response::Event::OutboundFailure {
                request_id, ..
            })) if request_id == to => {
                return None;
            }
            _ => {}
        }
    }
}

/// Our codec without its bound.
#[derive(Clone)]
struct Unbounded;

impl Codec for Unbounded {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> std::io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        let mut length = [0; 4];
        io.read_exact(&mut length).await?;
        let mut frame = vec![0; u32::from_be_bytes(length) as usize];
        io.read_exact(&mut frame).await.map(|()| frame)
    }

    async fn read_response<T>(&mut self, protocol: &StreamProtocol, io: &mut T) -> std::io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        self.read_request(protocol, io).await
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, frame: Vec<u8>) -> std::io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&(frame.len() as u32).to_be_bytes()).await?;
        io.write_all(&frame).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, frame: Vec<u8>) -> std::io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&(frame.len() as u32).to_be_bytes()).await?;
        io.write_all(&frame).await
    }
}
