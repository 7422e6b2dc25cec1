//! A supplier with a key and an endpoint and nothing behind them: it keeps to the protocol just long enough to
//! be paired with, then says whatever a test or bench wants. In: frames to say. Out: the person's replies.

use std::{collections::BTreeSet, sync::mpsc};

use regie::network::{Endpoint, ExchangeError, NetworkEvent, Way};
use regie_protocol::{
    Acceptance, Access, Acknowledgement, Agreement, DataRequest, Days, Invitation, Keypair, Nonce, ObjectId, Profile,
    PublicKey, Purpose, Refusal, Signed, Timestamp, Verified,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    wire,
};

/// How long a supplier waits for the person's link.
const LINK_PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Listens; nobody has paired yet.
pub struct Unpaired {
    /// To be followed by a person's node.
    pub link: String,
    key: Keypair,
    endpoint: Endpoint,
    person: mpsc::Receiver<PublicKey>,
    line: mpsc::Receiver<()>,
}

/// How long the line after a pairing is waited for; a node need not hold one.
const LINE_PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

impl Unpaired {
    /// Waits for the person's node to follow the link.
    pub fn paired(self) -> PaperSupplier {
        let person = self.person.recv().expect("a person pairs");
        let _ = self.line.recv_timeout(LINE_PATIENCE);
        PaperSupplier { key: self.key, endpoint: self.endpoint, person }
    }
}

/// Paired with one person.
pub struct PaperSupplier {
    /// Its key.
    pub key: Keypair,
    /// Its endpoint.
    pub endpoint: Endpoint,
    /// The person, by the key of this relationship.
    pub person: PublicKey,
}

impl PaperSupplier {
    /// Listens on a free port of the loopback, over TCP.
    pub async fn open(secret: [u8; 32]) -> Unpaired {
        Self::open_behind(secret, ToOwned::to_owned).await
    }

    /// The same, where the person's node is told to dial another address than the one it listens on.
    pub async fn open_behind(secret: [u8; 32], door: impl Fn(&str) -> String) -> Unpaired {
        let key = Keypair::from_secret(&secret);
        let listen = ["/ip4/127.0.0.1/tcp/0".parse().expect("an address")];
        let (endpoint, mut events) =
            Endpoint::start(key.expose_secret(), &listen, &Way::default()).await.expect("started");
        let addresses: Vec<String> = endpoint.addresses().iter().map(|address| door(&address.to_string())).collect();
        let link = Invitation { supplier: key.public(), id: Nonce([1; 16]), addresses: addresses.clone() }.to_string();
        let profile = profile(&key, addresses);
        let (told, person) = mpsc::channel();
        let (held, line) = mpsc::channel();
        let own = Keypair::from_secret(&secret);
        tokio::spawn(async move {
            let mut paired = false;
            while let Some(event) = events.recv().await {
                // The line over which a pairing went ends with it. What is to be said goes over the next.
                if let (NetworkEvent::Connected(_), true) = (&event, paired) {
                    let _ = held.send(());
                }
                let NetworkEvent::Frame(peer, frame, responder) = event else { continue };
                let person = PublicKey::from_bytes(&peer).expect("a key");
                let reply = match wire::decode::<ToSupplier>(&frame, 300_000).expect("a message") {
                    ToSupplier::Hello => SupplierReply::Profile(profile.clone()),
                    ToSupplier::Pair(pairing) => {
                        let _ = told.send(person);
                        paired = true;
                        SupplierReply::Paired(accept(&own, person, pairing.id()))
                    }
                    ToSupplier::Grant(_) => SupplierReply::Noted,
                    // It knows nothing of runs nor of acts, as a companion of before them.
                    ToSupplier::Resume(_) | ToSupplier::Act(_) => SupplierReply::Refused(Refusal::Malformed),
                    _ => SupplierReply::Refused(Refusal::Unavailable),
                };
                let bytes = wire::encode(&reply).expect("encodes");
                responder.reply_bytes(bytes);
            }
        });
        Unpaired { link, key, endpoint, person, line }
    }

    /// A request for the full name, as `name.full` may be asked for.
    pub fn request(&self, at: Timestamp, id: [u8; 16]) -> DataRequest {
        DataRequest {
            id: Nonce(id),
            supplier: self.key.public(),
            person: self.person,
            at,
            fields: BTreeSet::from(["name.full".parse().expect("a path")]),
            purpose: Purpose::DeliveryOfGoods,
            reason: "because".into(),
            access: Access::Read,
            duration: Days(1),
            retention: Days(1),
            delegations: 0,
            chains: Vec::new(),
        }
    }

    /// Signs a request.
    pub fn sign(&self, request: &DataRequest) -> Signed<DataRequest> {
        Verified::sign(request.clone(), &self.key).expect("signed").signed().clone()
    }

    /// Signs for a disclosure.
    pub fn acknowledge(&self, disclosure: ObjectId) -> ToPerson {
        let (supplier, at) = (self.key.public(), regie::clock::wall());
        let acknowledgement = Acknowledgement { supplier, person: self.person, disclosure, at };
        ToPerson::Acknowledge(Verified::sign(acknowledgement, &self.key).expect("signed").signed().clone())
    }

    /// Says a message and waits for the reply.
    pub async fn say(&self, message: &ToPerson) -> PersonReply {
        self.bytes(wire::encode(message).expect("encodes")).await
    }

    /// Says any bytes and waits for the reply. The person's node may hold its link before this side has seen the
    /// last frame of the handshake, and may have to dial again on a slow machine; so this waits for the link, as a
    /// companion's outbox does. `NotConnected` means that nothing was said.
    pub async fn bytes(&self, frame: Vec<u8>) -> PersonReply {
        let until = tokio::time::Instant::now() + LINK_PATIENCE;
        loop {
            match self.endpoint.exchange_bytes(*self.person.as_bytes(), frame.clone()).await {
                Ok(reply) => return wire::decode(&reply, 300_000).expect("a reply"),
                Err(ExchangeError::NotConnected) if tokio::time::Instant::now() < until => {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                Err(error) => panic!("answered: {error:?}"),
            }
        }
    }
}

fn profile(key: &Keypair, addresses: Vec<String>) -> Signed<Profile> {
    let profile = Profile {
        supplier: key.public(),
        name: "Paper BV".into(),
        sector: "retail".into(),
        domain: String::new(),
        contact: String::new(),
        wishes: Vec::new(),
        agreements: BTreeSet::from([Agreement::SdBase]),
        addresses,
        keys: regie_protocol::KeyHistory::default(),
        board: false,
        issued: Timestamp(1),
    };
    Verified::sign(profile, key).expect("signed").signed().clone()
}

fn accept(key: &Keypair, person: PublicKey, pairing: ObjectId) -> Signed<Acceptance> {
    let (supplier, agreement, at) = (key.public(), Agreement::SdBase, regie::clock::wall());
    let acceptance = Acceptance { supplier, person, pairing, agreement, at };
    Verified::sign(acceptance, key).expect("signed").signed().clone()
}
