//! Two intents of one person, seen from the board and from the wire: what a board could keep of its peers and frames, and
//! every byte that somebody between them could. Whatever two of them share, the intent of a stranger shares too.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use regie::{
    clock,
    network::{Endpoint, NetworkEvent, Way},
};
use regie_protocol::{
    Board, Keypair, PublicKey,
    board::{Host, Record},
    departure::Departure,
    intent::BoardLink,
    message::{BoardReply, ToBoard},
    wire,
};
use regie_tests::{Node, until};

/// Length of a byte string that would link two; a key has 32 bytes, a nonce 16.
const WINDOW: usize = 12;
/// Length of a byte string that belongs to the form where all share it: a random byte or two beside it prove nothing.
const FORM: usize = 4;

/// Frames by the key that sent them.
type Frames = Arc<Mutex<BTreeMap<PublicKey, Vec<Vec<u8>>>>>;
/// Bytes of each connection, towards the board and back.
type Wire = Arc<Mutex<Vec<[Vec<u8>; 2]>>>;

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A host that keeps no record: the board lives as long as the test.
struct Answer(Option<Departure<BoardReply>>);

impl Host for Answer {
    fn persist(&mut self, _record: Record) {}

    fn reply(&mut self, reply: Departure<BoardReply>) {
        self.0 = Some(reply);
    }
}

/// A board that writes everything down.
async fn curious(secret: [u8; 32], frames: Frames) -> (PublicKey, u16) {
    let key = Keypair::from_secret(&secret);
    let listen = ["/ip4/127.0.0.1/tcp/0".parse().expect("an address")];
    let (endpoint, mut events) = Endpoint::start(key.expose_secret(), &listen, &Way::default()).await.expect("started");
    let address = endpoint.addresses()[0].to_string();
    let port = address.split("/tcp/").nth(1).and_then(|rest| rest.split('/').next()).expect("a port").to_owned();
    let mut board = Board::new(key.public());
    tokio::spawn(async move {
        let _endpoint = endpoint;
        while let Some(event) = events.recv().await {
            let NetworkEvent::Frame(peer, frame, responder) = event else { continue };
            let peer = PublicKey::from_bytes(&peer).expect("a key");
            let message = wire::decode::<ToBoard>(&frame, 300_000).expect("a message");
            let mut answer = Answer(None);
            board.message(&peer, message, clock::wall()).carry_out(&mut answer);
            held(&frames).entry(peer).or_default().push(frame);
            let reply = answer.0.expect("every message is answered");
            responder.reply(reply.frame().expect("encodes"));
        }
    });
    (key.public(), port.parse().expect("a number"))
}

/// A wire that writes everything down; the port to dial comes out.
fn tapped(port: u16, tape: Wire) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let own = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for person in listener.incoming() {
            let (Ok(person), Ok(board)) = (person, TcpStream::connect(("127.0.0.1", port))) else { continue };
            let number = {
                let mut tape = held(&tape);
                tape.push([Vec::new(), Vec::new()]);
                tape.len() - 1
            };
            let ways = [(person.try_clone(), board.try_clone()), (Ok(board), Ok(person))];
            for (way, (from, to)) in ways.into_iter().enumerate() {
                let (from, to, tape) = (from.expect("a socket"), to.expect("a socket"), Arc::clone(&tape));
                std::thread::spawn(move || pump(from, to, |bytes| held(&tape)[number][way].extend_from_slice(bytes)));
            }
        }
    });
    own
}

fn pump(mut from: TcpStream, mut to: TcpStream, mut keep: impl FnMut(&[u8])) {
    let mut buffer = [0; 4096];
    while let Ok(read) = from.read(&mut buffer) {
        keep(&buffer[..read]);
        if read == 0 || to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

fn windows(all: &[Vec<u8>], length: usize) -> BTreeSet<&[u8]> {
    all.iter().flat_map(|bytes| bytes.windows(length)).collect()
}

/// What two of them share and not all, the form aside: by that they could be told to belong together.
fn links(each: &[Vec<Vec<u8>>]) -> Vec<&[u8]> {
    let counted = |length: usize| {
        let mut count: BTreeMap<&[u8], usize> = BTreeMap::new();
        each.iter().flat_map(|one| windows(one, length)).for_each(|window| *count.entry(window).or_default() += 1);
        count
    };
    let form = counted(FORM);
    let of_the_form = |window: &&[u8]| window.windows(FORM).any(|part| form.get(part) == Some(&each.len()));
    let shared = counted(WINDOW).into_iter().filter(|(_, times)| *times > 1).map(|(window, _)| window);
    shared.filter(|window| !of_the_form(window)).collect()
}

#[test]
fn no_byte_at_the_board_or_on_the_wire_links_two_intents_of_one_person() {
    let directory = tempfile::tempdir().expect("a directory");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (frames, tape) = (Frames::default(), Wire::default());
    let (key, port) = runtime.block_on(curious(clock::random(), Arc::clone(&frames)));
    let door = tapped(port, Arc::clone(&tape));
    let board = BoardLink::new(key, vec![format!("/ip4/127.0.0.1/tcp/{door}")]).to_string();
    let person = |name: &str| {
        let mut person = Node::person(directory.path().join(name), "balanced");
        person.start();
        person
    };
    let (ada, ben) = (person("ada"), person("ben"));
    // Ada holds what would give her away.
    ada.set("name.full", "Ada Jansen");
    for (who, wishes) in [(&ada, 2), (&ben, 2)] {
        (0..wishes).for_each(|_| drop(who.good(&["want", "energy.contract", "--board", &board])));
    }
    // Cast, and asked for offers: each at least two frames, and each on a line of its own.
    until("each intent was cast and looked at", || {
        let frames = held(&frames);
        frames.len() == 4 && frames.values().all(|frames| frames.len() >= 2)
    });
    let frames = held(&frames);
    // Four keys that nobody knows: no relationship's, no node's.
    assert_eq!(frames.len(), 4, "a key for each");
    let mut each: Vec<Vec<Vec<u8>>> = frames.values().cloned().collect();
    assert_eq!(links(&each), Vec::<&[u8]>::new(), "at the board");
    let tape = held(&tape);
    assert!(tape.len() >= 4, "no line carries two intents: {}", tape.len());
    let lines: Vec<Vec<Vec<u8>>> = tape.iter().filter(|ways| !ways[0].is_empty()).map(|ways| ways.to_vec()).collect();
    assert_eq!(links(&lines), Vec::<&[u8]>::new(), "on the wire");
    let all: Vec<u8> = tape.iter().flatten().flatten().copied().collect();
    for secret in ["Ada Jansen", "energy.contract"] {
        assert!(!all.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "{secret} is read on the wire");
    }
    // The same look finds what would link two: a frame that stands at two of four.
    (0..2).for_each(|number| each[number].push(b"the same person".to_vec()));
    assert!(!links(&each).is_empty());
}
