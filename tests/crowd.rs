//! Many suppliers in one process: each a real endpoint on the loopback with the real supplier machine behind it,
//! in memory. In: what each is to ask. Out: links to follow, and what each holds in the end.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use regie::{
    clock,
    network::{Endpoint, NetworkEvent, Way},
};
use regie_protocol::{
    Access, Agreement, Days, FieldPath, Keypair, Observed, Profile, PublicKey, Purpose, Supplier,
    departure::Departure,
    message::{PersonReply, SupplierReply, ToSupplier},
    supplier::{Ask, Effects, Host, Invite, Record},
    wire,
};

/// Sectors, in turn.
const SECTORS: [&str; 8] = ["energy", "retail", "government", "health", "telecom", "insurance", "media", "travel"];

/// Suppliers that listen.
pub struct Crowd {
    members: Vec<Member>,
    _runtime: tokio::runtime::Runtime,
}

/// One of them.
#[derive(Clone)]
pub struct Member {
    endpoint: Endpoint,
    state: Arc<Mutex<State>>,
}

struct State {
    machine: Supplier,
    values: Values,
    visits: usize,
    told: usize,
}

/// The host of its machine: of what is recorded, it keeps the values.
#[derive(Default)]
struct Values {
    held: BTreeMap<FieldPath, Observed>,
    answer: Option<Departure<SupplierReply>>,
}

impl Host for Values {
    fn persist(&mut self, record: Record) {
        match record {
            Record::Value { field, observed, .. } => drop(self.held.insert(field, observed)),
            Record::Erased { fields, .. } => self.held.retain(|field, _| !fields.contains(field)),
            _ => {}
        }
    }

    fn reply(&mut self, reply: Departure<SupplierReply>) {
        self.answer = Some(reply);
    }
}

impl Crowd {
    /// Starts as many as there are names.
    pub fn start(names: &[String]) -> Self {
        Self::behind(names, &ToOwned::to_owned)
    }

    /// The same, where persons are told to dial other addresses than those that are listened on.
    pub fn behind(names: &[String], door: &dyn Fn(&str) -> String) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let start = |(number, name): (usize, &String)| runtime.block_on(Member::start(number, name, door));
        Self { members: names.iter().enumerate().map(start).collect(), _runtime: runtime }
    }

    /// All of them.
    pub fn members(&self) -> &[Member] {
        &self.members
    }
}

impl Member {
    async fn start(number: usize, name: &str, door: &dyn Fn(&str) -> String) -> Self {
        let key = Keypair::from_secret(&clock::random());
        let listen = ["/ip4/127.0.0.1/tcp/0".parse().expect("an address")];
        let (endpoint, mut events) =
            Endpoint::start(key.expose_secret(), &listen, &Way::default()).await.expect("started");
        let profile = Profile {
            supplier: key.public(),
            name: name.to_owned(),
            sector: SECTORS[number % SECTORS.len()].into(),
            domain: String::new(),
            contact: String::new(),
            wishes: Vec::new(),
            agreements: Agreement::ALL.iter().copied().collect(),
            addresses: endpoint.addresses().iter().map(|address| door(&address.to_string())).collect(),
            keys: regie_protocol::KeyHistory::default(),
            board: false,
            issued: clock::wall(),
        };
        let mut machine = Supplier::new(key);
        let mut values = Values::default();
        machine.set_profile(profile).expect("well formed").carry_out(&mut values);
        let state = Arc::new(Mutex::new(State { machine, values, visits: 0, told: 0 }));
        let member = Self { endpoint, state };
        let serving = member.clone();
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                serving.event(event);
            }
        });
        member
    }

    /// A link for one person.
    pub fn invite(&self) -> String {
        let expires = clock::wall().plus_days(Days(1));
        let invite = Invite { uses: Some(1), expires, made: clock::wall(), test: false };
        let (invitation, effects) = self.state().machine.invite(invite, &mut clock::entropy());
        self.keep(effects);
        invitation.to_string()
    }

    /// Asks its only person.
    pub fn ask(&self, fields: &[&str], purpose: Purpose, access: Access, reason: &str) {
        let ask = Ask {
            person: self.person(),
            fields: fields.iter().map(|text| text.parse().expect("a path")).collect(),
            purpose,
            reason: reason.to_owned(),
            access,
            duration: Days(365),
            retention: Days(90),
            delegations: 0,
        };
        self.ask_for(ask);
    }

    /// Asks for just this.
    pub fn ask_for(&self, ask: Ask) {
        let person = ask.person;
        let asked = self.state().machine.ask(ask, clock::wall(), &mut clock::entropy());
        self.keep(asked.expect("asked").1);
        self.send(person);
    }

    /// Its only person.
    pub fn person(&self) -> PublicKey {
        *self.state().machine.customers().next().expect("a person").0
    }

    /// Its key.
    pub fn key(&self) -> PublicKey {
        self.state().machine.key().public()
    }

    /// What it holds, by field.
    pub fn held(&self) -> BTreeMap<String, String> {
        let state = self.state();
        state.values.held.iter().map(|(field, seen)| (field.to_string(), seen.value.as_str().to_owned())).collect()
    }

    /// How often somebody connected.
    pub fn visits(&self) -> usize {
        self.state().visits
    }

    /// How many messages with values came.
    pub fn told(&self) -> usize {
        self.state().told
    }

    /// How many of its requests have no answer yet.
    pub fn unanswered(&self) -> usize {
        let state = self.state();
        state.machine.customers().flat_map(|(_, customer)| customer.askings()).filter(|a| a.awaits_answer()).count()
    }

    fn event(&self, event: NetworkEvent) {
        let key = |bytes: [u8; 32]| PublicKey::from_bytes(&bytes).expect("a key");
        match event {
            NetworkEvent::Connected(peer) => {
                self.state().visits += 1;
                self.send(key(peer));
            }
            NetworkEvent::Disconnected(peer) => self.state().machine.connection_lost(&key(peer)),
            NetworkEvent::Frame(peer, frame, responder) => {
                let message = wire::decode::<ToSupplier>(&frame, 300_000).expect("a message");
                self.state().told += usize::from(matches!(message, ToSupplier::Disclose(_)));
                let effects = self.state().machine.message(&key(peer), message, clock::wall());
                let reply = self.keep(effects).expect("every frame is answered");
                responder.reply(reply.frame().expect("encodes"));
            }
        }
    }

    fn send(&self, person: PublicKey) {
        let messages = self.state().machine.to_send(&person, clock::wall()).expect("signed");
        for (id, message) in messages {
            let member = self.clone();
            let frame = wire::encode(&message).expect("encodes");
            let sending = async move {
                let Ok(reply) = member.endpoint.exchange_bytes(*person.as_bytes(), frame).await else {
                    // Not connected yet: it goes out when the person's node is there.
                    member.state().machine.connection_lost(&person);
                    return;
                };
                let reply = wire::decode::<PersonReply>(&reply, 300_000).expect("a reply");
                let (back, effects) = member.state().machine.replied(&person, &id, reply, clock::wall());
                member.keep(effects);
                if let Some(back) = back {
                    let frame = wire::encode(&back).expect("encodes");
                    let _ = member.endpoint.exchange_bytes(*person.as_bytes(), frame).await;
                }
            };
            match tokio::runtime::Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn(sending)),
                Err(_) => drop(std::thread::spawn(move || {
                    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(sending);
                })),
            }
        }
    }

    /// Carries effects out; the reply comes out.
    fn keep(&self, effects: Effects) -> Option<Departure<SupplierReply>> {
        let mut state = self.state();
        effects.carry_out(&mut state.values);
        state.values.answer.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
