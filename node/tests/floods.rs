//! Peers that open more than they may, or say it slower than they may, over real sockets of the loopback: what is
//! above a bound is refused or cut off, memory stays within what the test states, and an honest peer is served.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its setup does not hold")]

use std::{
    collections::HashSet,
    io::{Read as _, Write as _},
    time::Duration,
};

use futures::prelude::*;
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, ping,
    request_response::{self, Codec, OutboundRequestId, ProtocolSupport},
    swarm::{
        NetworkBehaviour, SwarmEvent,
        dial_opts::{DialOpts, PeerCondition},
    },
    tcp, tls, yamux,
};
use regie::network::{Address, Endpoint, NetworkEvent, PeerKey, Way, limits};
use regie_protocol::Keypair;

/// What this whole process, attackers included, may grow by in any test of this file.
const MEMORY_BYTES: u64 = 256 << 20;

/// The same while frames stand unfinished: the budget of strangers, and as much again for what both ends of 20 connections
/// need; 1,200 frames are 300 MiB.
const UNFINISHED_BYTES: u64 = 128 << 20;

/// How long anything may take before a test gives up on it. A bound against hanging, not a measurement.
const PATIENCE: Duration = Duration::from_secs(120);

fn key(n: u8) -> Keypair {
    Keypair::from_secret(&[n; 32])
}

/// A listener that answers every frame with its bytes reversed, and counts the most that waited at once.
async fn listener() -> (Endpoint, Address) {
    let listen = "/ip4/127.0.0.1/tcp/0".parse().unwrap();
    let (endpoint, mut events) = Endpoint::start(key(1).expose_secret(), &[listen], &Way::default()).await.unwrap();
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            if let NetworkEvent::Frame(_, mut frame, responder) = event {
                frame.reverse();
                responder.reply_bytes(frame);
            }
        }
    });
    let address = endpoint.addresses().remove(0);
    (endpoint, address)
}

/// An honest peer is served.
async fn served(address: &Address) {
    let (honest, _events) = Endpoint::start(key(2).expose_secret(), &[], &Way::default()).await.unwrap();
    let peer: PeerKey = *key(1).public().as_bytes();
    honest.connect(peer, std::slice::from_ref(address), None).await.unwrap();
    assert_eq!(honest.exchange_bytes(peer, b"abc".to_vec()).await.unwrap(), b"cba");
}

fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

fn grew_within_bound(before: u64) {
    let grown = resident().saturating_sub(before);
    assert!(grown <= MEMORY_BYTES, "memory grew by {} MiB", grown >> 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_streams_on_one_connection_are_bounded() {
    let (answered, refused) = flood(4_000).await;
    assert!(refused > 0, "{answered} answered: nothing was above a bound");
    assert_eq!(answered + refused, 10_000, "the connection was ended");
}

/// Sends 10,000 frames of which this many may be under way; how many were answered and refused before the end.
async fn flood(at_once: usize) -> (u32, u32) {
    let (_listener, address) = listener().await;
    let before = resident();
    let mut raw = attacker(Pace::AtOnce, at_once);
    let peer = dialled(&mut raw, &address).await;
    let mut open: HashSet<OutboundRequestId> =
        (0..10_000).map(|_| raw.behaviour_mut().frames.send_request(&peer, vec![7; 1024])).collect();
    let (mut answered, mut refused) = (0, 0);
    let all = async {
        while !open.is_empty() {
            match raw.select_next_some().await {
                SwarmEvent::Behaviour(BothEvent::Frames(request_response::Event::Message {
                    message: request_response::Message::Response { request_id, .. },
                    ..
                })) => answered += u32::from(open.remove(&request_id)),
                SwarmEvent::Behaviour(BothEvent::Frames(request_response::Event::OutboundFailure {
                    request_id,
                    ..
                })) => {
                    refused += u32::from(open.remove(&request_id));
                }
                SwarmEvent::ConnectionClosed { .. } => break,
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, all).await.expect("every stream comes to an end");
    println!("{at_once} at once: {answered} answered, {refused} refused, {} cut off", open.len());
    grew_within_bound(before);
    served(&address).await;
    (answered, refused)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_has_few_connections_and_no_more() {
    let (_listener, address) = listener().await;
    let before = resident();
    let mut raw = attacker(Pace::AtOnce, 100);
    let peer = dialled(&mut raw, &address).await;
    const MORE: u32 = 40;
    for _ in 0..MORE {
        let address: Multiaddr = address.to_string().parse().unwrap();
        let dial = DialOpts::peer_id(peer).addresses(vec![address]).condition(PeerCondition::Always).build();
        raw.dial(dial).unwrap();
    }
    // The listener closes what is above its bound after the handshake; then a close follows the opening here.
    let (mut opened, mut ended) = (1, 0);
    let settle = async {
        while opened + ended < 1 + MORE || opened - ended.min(opened) > limits::CONNECTIONS_PER_PEER {
            match raw.select_next_some().await {
                SwarmEvent::ConnectionEstablished { .. } => opened += 1,
                SwarmEvent::ConnectionClosed { .. } => ended += 1,
                SwarmEvent::OutgoingConnectionError { .. } => {
                    opened += 1;
                    ended += 1;
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, settle).await.expect("what is above the bound is closed");
    assert!(opened - ended <= limits::CONNECTIONS_PER_PEER, "{opened} opened, {ended} ended");
    grew_within_bound(before);
    served(&address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_said_byte_by_byte_is_dropped_and_others_are_not() {
    let (_listener, address) = listener().await;
    let mut raw = attacker(Pace::ByteASecond, 100);
    let peer = dialled(&mut raw, &address).await;
    let slow: Vec<_> =
        (0..limits::STREAMS - 4).map(|_| raw.behaviour_mut().frames.send_request(&peer, vec![7; 600])).collect();
    let waiting = tokio::spawn({
        let address = address.clone();
        async move { served(&address).await }
    });
    // Said at this pace, a frame would take ten minutes; the listener ends each after its time for an exchange.
    let first = async {
        loop {
            match raw.select_next_some().await {
                SwarmEvent::Behaviour(BothEvent::Frames(request_response::Event::OutboundFailure {
                    request_id,
                    ..
                })) => {
                    break slow.contains(&request_id);
                }
                SwarmEvent::Behaviour(BothEvent::Frames(request_response::Event::Message { .. })) => {
                    panic!("a slow frame was answered")
                }
                SwarmEvent::ConnectionClosed { .. } => panic!("more than the slow frames was cut off"),
                _ => {}
            }
        }
    };
    assert!(tokio::time::timeout(PATIENCE, first).await.expect("a slow frame is cut off"));
    waiting.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_are_never_finished_take_one_budget_over_all_connections() {
    const CONNECTIONS: usize = 20;
    const FRAMES: usize = 60;
    let (_listener, address) = listener().await;
    let before = resident();
    let (cut, mut cuts) = tokio::sync::mpsc::unbounded_channel();
    let mut attackers = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut raw = attacker(Pace::NeverToTheEnd, 200);
        let peer = dialled(&mut raw, &address).await;
        for _ in 0..FRAMES {
            raw.behaviour_mut().frames.send_request(&peer, Vec::new());
        }
        let cut = cut.clone();
        attackers.push(tokio::spawn(async move {
            loop {
                if let SwarmEvent::Behaviour(BothEvent::Frames(request_response::Event::OutboundFailure { .. })) =
                    raw.select_next_some().await
                {
                    let _ = cut.send(());
                }
            }
        }));
    }
    // What is above the budget is cut off at once, and what is within it when its time for an exchange is over.
    let most = limits::STRANGERS_BYTES / limits::FRAME_BYTES + CONNECTIONS;
    let enough = async {
        for _ in 0..CONNECTIONS * FRAMES - most {
            cuts.recv().await.expect("attackers go on");
        }
    };
    tokio::time::timeout(PATIENCE, enough).await.expect("frames above the budget are cut off");
    let grown = resident().saturating_sub(before);
    println!("{} MiB for {CONNECTIONS} connections with {FRAMES} frames each", grown >> 20);
    assert!(grown <= UNFINISHED_BYTES, "memory grew by {} MiB", grown >> 20);
    served(&address).await;
    attackers.iter().for_each(tokio::task::JoinHandle::abort);
}

/// A stream may rest: the time of an exchange begins with a frame's first byte.
#[tokio::test(flavor = "multi_thread")]
async fn a_peer_may_let_so_many_streams_rest_and_no_more() {
    const MORE: usize = 6;
    let (_listener, address) = listener().await;
    let mut raw = attacker(Pace::AfterAWhile, 200);
    let peer = dialled(&mut raw, &address).await;
    for _ in 0..limits::STREAMS + MORE {
        raw.behaviour_mut().frames.send_request(&peer, vec![7; 600]);
    }
    let (mut answered, mut refused) = (0, 0);
    let all = async {
        while answered + refused < limits::STREAMS + MORE {
            match raw.select_next_some().await {
                SwarmEvent::Behaviour(BothEvent::Frames(request_response::Event::Message { .. })) => answered += 1,
                SwarmEvent::Behaviour(BothEvent::Frames(request_response::Event::OutboundFailure { .. })) => {
                    refused += 1;
                }
                SwarmEvent::ConnectionClosed { .. } => panic!("more than the streams above the bound was cut off"),
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, all).await.expect("every stream comes to an end");
    assert_eq!((answered, refused), (limits::STREAMS, MORE));
    served(&address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversize_frame_is_cut_off_and_the_peer_can_go_on() {
    let (_listener, address) = listener().await;
    let mut raw = attacker(Pace::AtOnce, 100);
    let peer = dialled(&mut raw, &address).await;
    let fine = raw.behaviour_mut().frames.send_request(&peer, b"ab".to_vec());
    assert_eq!(answer_to(&mut raw, fine).await.unwrap(), b"ba");
    let oversize = raw.behaviour_mut().frames.send_request(&peer, vec![0; 4 * limits::FRAME_BYTES]);
    let reply = answer_to(&mut raw, oversize).await;
    assert!(reply.is_none_or(|reply| reply.is_empty()), "an oversize frame gets no answer");
    let fine = raw.behaviour_mut().frames.send_request(&peer, b"cd".to_vec());
    assert_eq!(answer_to(&mut raw, fine).await.unwrap(), b"dc", "only the stream was cut off");
}

async fn answer_to(raw: &mut Attacker, to: OutboundRequestId) -> Option<Vec<u8>> {
    loop {
        match raw.select_next_some().await {
            SwarmEvent::Behaviour(BothEvent::Frames(request_response::Event::Message {
                message: request_response::Message::Response { request_id, response },
                ..
            })) if request_id == to => return Some(response),
            SwarmEvent::Behaviour(BothEvent::Frames(request_response::Event::OutboundFailure {
                request_id, ..
            })) if request_id == to => {
                return None;
            }
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_said_byte_by_byte_is_closed() {
    let (_listener, address) = listener().await;
    let port: u16 = address.to_string().rsplit('/').next().unwrap().parse().unwrap();
    let ended = tokio::task::spawn_blocking(move || {
        let mut socket = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
        // The length of a first line that never comes to its end.
        for byte in std::iter::once(0x7f).chain(std::iter::repeat_n(b'/', 60)) {
            if socket.write_all(&[byte]).is_err() {
                return true;
            }
            match socket.read(&mut [0; 256]) {
                Ok(0) => return true,
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return true,
                _ => {}
            }
        }
        false
    });
    assert!(ended.await.unwrap(), "the listener waited a minute for one line");
    served(&address).await;
}

/// How an attacker says its frames.
#[derive(Clone, Copy)]
enum Pace {
    AtOnce,
    ByteASecond,
    AfterAWhile,
    /// The largest frame, the last KiB of it so slowly that it never ends, whatever the request.
    NeverToTheEnd,
}

type Attacker = Swarm<Both>;

/// It answers pings: a peer that does not is closed after the first.
#[derive(NetworkBehaviour)]
struct Both {
    ping: ping::Behaviour,
    frames: request_response::Behaviour<Paced>,
}

/// A peer of our protocol without our bounds.
fn attacker(pace: Pace, at_once: usize) -> Attacker {
    let unbounded = || {
        let mut yamux = yamux::Config::default();
        // As many as the default window allows.
        yamux.set_max_num_streams(4_096);
        yamux
    };
    SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default(), tls::Config::new, unbounded)
        .unwrap()
        .with_behaviour(|_| {
            let protocol = [(StreamProtocol::new("/regie/2"), ProtocolSupport::Full)];
            let config =
                request_response::Config::default().with_max_concurrent_streams(at_once).with_request_timeout(PATIENCE);
            let frames = request_response::Behaviour::with_codec(Paced(pace), protocol, config);
            Both { ping: ping::Behaviour::default(), frames }
        })
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(PATIENCE))
        .build()
}

async fn dialled(raw: &mut Attacker, address: &Address) -> PeerId {
    raw.dial(address.to_string().parse::<Multiaddr>().unwrap()).unwrap();
    loop {
        if let SwarmEvent::ConnectionEstablished { peer_id, .. } = raw.select_next_some().await {
            return peer_id;
        }
    }
}

/// Our codec without its bound, at any pace.
#[derive(Clone, Copy)]
struct Paced(Pace);

impl Codec for Paced {
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
        if let Pace::AfterAWhile = self.0 {
            // The stream's protocol is agreed on at once, so that it counts.
            io.flush().await?;
            tokio::time::sleep(limits::EXCHANGE + Duration::from_secs(2)).await;
        }
        if let Pace::NeverToTheEnd = self.0 {
            io.write_all(&(limits::FRAME_BYTES as u32).to_be_bytes()).await?;
            for _ in 0..limits::FRAME_BYTES / 1024 - 1 {
                io.write_all(&[7; 1024]).await?;
            }
            // A byte now and then, by which it notices that it was cut off.
            for _ in 0..1023 {
                io.flush().await?;
                tokio::time::sleep(Duration::from_millis(500)).await;
                io.write_all(&[7]).await?;
            }
            return Ok(());
        }
        io.write_all(&head(&frame)).await?;
        match self.0 {
            Pace::NeverToTheEnd => Ok(()),
            Pace::AtOnce | Pace::AfterAWhile => io.write_all(&frame).await,
            Pace::ByteASecond => {
                for byte in frame {
                    io.write_all(&[byte]).await?;
                    io.flush().await?;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                Ok(())
            }
        }
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, frame: Vec<u8>) -> std::io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&head(&frame)).await?;
        io.write_all(&frame).await
    }
}

/// What stands before a frame on the wire: its length.
fn head(frame: &[u8]) -> [u8; 4] {
    (frame.len() as u32).to_be_bytes()
}
