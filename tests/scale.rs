//! Makes homes of any size without waiting for a network: both machines talk in memory, and what the person's
//! machine would store is stored. In: counts. Out: a home that a node can run.

use std::{collections::BTreeSet, path::Path};

use regie::{
    clock,
    home::{Config, create},
    person,
    store::Passphrase,
};
use regie_protocol::{
    Access, Agreement, Days, Keypair, Observed, Person, Policy, Profile, Provenance, Purpose, RootSeed, Supplier,
    Timestamp, limits,
    message::{PersonReply, SupplierReply, ToSupplier},
    person::Input,
    supplier::{self, Ask},
};

use crate::memory::{CompanyMemory, Memory, done};

const FIELDS: [&str; 3] = ["name.full", "address.street", "email"];

/// Makes a person's home with this many suppliers, who asked until the log has this many entries.
pub fn person_home(home: &Path, passphrase: &str, suppliers: usize, entries: u64) {
    let config = Config::person();
    let mut store = create(home, &person::SCHEMA, &config, &Passphrase::new(passphrase.to_owned())).expect("a home");
    let policy = Policy::preset("balanced").expect("a preset");
    let seed = [42; 32];
    person::initialise(&mut store, &RootSeed::from_entropy(seed), policy.clone()).expect("initialised");
    let mut world = World { machine: Person::new(RootSeed::from_entropy(seed), policy), host: Memory::new(1) };
    let mut companions: Vec<Supplier> = (0..suppliers).map(|n| world.pair(n)).collect();
    world.save(&mut store);
    'asking: loop {
        for companion in &mut companions {
            if world.machine.personal_log().size() >= entries {
                break 'asking;
            }
            world.ask(companion);
        }
        world.save(&mut store);
    }
    // Nobody was asked all of that in the last minutes: what is remembered against replay is forgotten, as by a node
    // that has run on for a while.
    let later = clock::wall().plus_ms(2 * limits::REPLAY_WINDOW_MS);
    world.give(Input::Tick, later);
    world.save(&mut store);
    store.close().expect("closed");
}

struct World {
    machine: Person,
    host: Memory,
}

impl World {
    fn save(&mut self, store: &mut regie::store::Store) {
        let records = std::mem::take(&mut self.host.records);
        person::commit(store, &self.machine, &records, clock::wall()).expect("stored");
    }

    fn pair(&mut self, number: usize) -> Supplier {
        let now = clock::wall();
        let mut companion = Supplier::new(Keypair::from_secret(&clock::random()));
        let key = companion.key().public();
        let sectors = ["energy", "retail", "government", "health", "telecom", "insurance", "media", "travel"];
        let profile = Profile {
            supplier: key,
            name: format!("Supplier {number:04} BV"),
            sector: sectors[number % sectors.len()].into(),
            domain: format!("s{number}.example"),
            contact: String::new(),
            wishes: Vec::new(),
            agreements: BTreeSet::from([Agreement::SdBase]),
            addresses: vec!["/ip4/127.0.0.1/tcp/1".into()],
            keys: regie_protocol::KeyHistory::default(),
            board: false,
            issued: now,
        };
        CompanyMemory::of(companion.set_profile(profile).expect("well formed"));
        let invite = supplier::Invite { uses: Some(1), expires: now.plus_days(Days(1)), made: now, test: false };
        let invitation = done(companion.invite(invite, &mut clock::entropy()));
        let pair = self.machine.proffer(&key, invitation.id, Agreement::SdBase, None, now).expect("proffered");
        let person = self.machine.pairing_key(&key).public();
        let Some(SupplierReply::Profile(profile)) = reply(companion.message(&person, ToSupplier::Hello, now)) else {
            panic!("no profile")
        };
        let Some(SupplierReply::Paired(acceptance)) =
            reply(companion.message(&person, ToSupplier::Pair(pair.clone()), now))
        else {
            panic!("not paired")
        };
        self.give(Input::Paired(&key, profile, acceptance, &pair), now);
        self.give(Input::Vouch(&key, true), now);
        companion
    }

    fn ask(&mut self, companion: &mut Supplier) {
        let (now, key) = (clock::wall(), companion.key().public());
        let person = self.machine.pairing_key(&key).public();
        let ask = Ask {
            person,
            fields: FIELDS.map(|text| text.parse().expect("a path")).into(),
            purpose: Purpose::DeliveryOfGoods,
            reason: "to deliver".into(),
            access: Access::Subscribe,
            duration: Days(365),
            retention: Days(365),
            delegations: 0,
        };
        done(companion.ask(ask, now, &mut clock::entropy()).expect("asked"));
        for (id, message) in companion.to_send(&person, now).expect("signed") {
            let answer = self.give(Input::Message(&key, message), now).expect("answered");
            let acknowledgement = done(companion.replied(&person, &id, answer, now));
            let Some(acknowledgement) = acknowledgement else { continue };
            self.give(Input::Message(&key, acknowledgement), now);
        }
    }

    fn give(&mut self, input: Input<'_>, now: Timestamp) -> Option<PersonReply> {
        for name in FIELDS {
            let value = "a value".parse().expect("text");
            let observed = Observed { value, provenance: Provenance::Typed, observed: now };
            self.host.values.insert(name.parse().expect("a field"), observed);
        }
        self.machine.handle(input, now, &mut self.host).expect("done");
        self.host.hints.clear();
        self.host.answer.take()
    }
}

fn reply(effects: supplier::Effects) -> Option<SupplierReply> {
    CompanyMemory::of(effects).answer
}
