//! One person's life among suppliers: events in virtual time, messages between the machines, what is measured.
//!
//! In: the scenario, the person's number, the seed. Out: counts by month, or what the watch found broken. The person's
//! node dials, so a line is up while the node runs; a lost message takes the line down, and both sides send again what
//! was not answered, as real ones do.

mod script;

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use regie_protocol::{
    Agreement, DAY_MS, Days, Entropy, FieldPath, Keypair, Nonce, ObjectId, Observed, Person, Policy, Profile,
    Provenance, PublicKey, RootSeed, Supplier, Timestamp,
    audit::Log,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    person::{Input, OwnerError, Record, Remember},
    supplier::{self, Invite, Parcel},
};

use crate::{
    measure::{
        holding::{Holding, Past},
        meter::{self, Metered, Side},
        month::Month,
        outcome::Outcome,
    },
    scenario::{Asks, Scenario},
    watch::{Broken, Watch},
    world::{
        agenda::{self, Agenda},
        hands::{self, Told},
        line::{Carried, Line},
    },
};

pub use script::{Played, Script, ScriptError, Step, plain};

const HOUR_MS: u64 = 3_600_000;
/// The fields that a move of house changes.
const HOME: [&str; 3] = ["address.street", "address.postalCode", "address.locality"];

/// A run that must not be.
#[derive(Debug, thiserror::Error)]
#[error("person {person}, day {day}: {what}; run again with --seed {seed} --only {person}")]
pub struct Failed {
    /// Whose life.
    pub person: u32,
    /// When.
    pub day: u64,
    /// The seed that gives it again.
    pub seed: u64,
    /// What is wrong.
    pub what: Wrong,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// The watch saw it.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// A machine refused what it should not.
    #[error("a machine refused: {0}")]
    Refused(String),
    /// A log is shorter or longer than its entries.
    #[error("the log has another size than its entries")]
    Log,
}

/// Lives one life.
///
/// # Errors
/// [`Failed`].
pub fn live(scenario: &Scenario, number: u32, seed: u64, blind: bool) -> Result<Vec<Month>, Failed> {
    let mut life = Life::new(scenario, number, seed);
    life.watch.blind = blind;
    let failed = |life: &Life<'_>, what| Failed { person: number, day: life.agenda.day(), seed, what };
    match life.run() {
        Ok(()) => {
            life.months.iter_mut().for_each(|month| month.cost(&scenario.costs));
            Ok(life.months)
        }
        Err(what) => Err(failed(&life, what)),
    }
}

enum Event {
    Online,
    Offline,
    Up(usize),
    Ask(usize, usize),
    /// On the line of this number with a supplier.
    Arrives(usize, u32, Carried),
    Look,
    Move,
    Revoke,
    Day,
}

struct Party {
    machine: Metered<Supplier>,
    key: PublicKey,
    sector: usize,
    line: Line,
    /// What it holds, and would hold today.
    holding: Holding,
    /// Which of its requests it has made before.
    asked: BTreeSet<usize>,
}

struct Life<'a> {
    scenario: &'a Scenario,
    rng: ChaCha8Rng,
    agenda: Agenda<Event>,
    person: Metered<Person>,
    values: BTreeMap<FieldPath, Observed>,
    parties: Vec<Party>,
    online: bool,
    /// Revocations under way: when each was made.
    revoked: BTreeMap<ObjectId, u64>,
    moves: u32,
    past: Past,
    watch: Metered<Watch>,
    months: Vec<Month>,
    /// The entries of every relationship's log with their moment, where a script wants them.
    tape: Option<Vec<(PublicKey, Vec<u8>, u64)>>,
}

impl<'a> Life<'a> {
    fn new(scenario: &'a Scenario, number: u32, seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        bytes[8..12].copy_from_slice(&number.to_be_bytes());
        let mut rng = ChaCha8Rng::from_seed(bytes);
        let policy = preset(scenario, &mut rng);
        let person = Person::new(RootSeed::from_entropy(rng.random()), policy);
        let months = (0..agenda::months(scenario.days))
            .map(|month| Month { person: number, month, ..Month::default() })
            .collect();
        Self {
            scenario,
            rng,
            agenda: Agenda::new(scenario.days),
            person: Metered::new(Side::Person, person),
            values: BTreeMap::new(),
            parties: Vec::new(),
            online: false,
            revoked: BTreeMap::new(),
            moves: 0,
            past: Past::default(),
            watch: Metered::new(Side::Onlooker, Watch::default()),
            months,
            tape: None,
        }
    }

    fn run(&mut self) -> Result<(), Wrong> {
        // What an earlier life of this thread left uncounted, where it went wrong.
        meter::take();
        self.furnish();
        for _ in 0..self.scenario.suppliers {
            self.pair()?;
        }
        self.plan();
        self.spend();
        while let Some(event) = self.agenda.turn_to_next() {
            self.happen(event)?;
            self.spend();
        }
        whole(&self.person, &self.watch)
    }

    /// The work since the last event is of this month.
    fn spend(&mut self) {
        let spent = meter::take();
        let month = self.month();
        month.events += 1;
        month.spend(&spent);
    }

    /// Gives the person a value for every field that anybody asks for.
    fn furnish(&mut self) {
        let asks = self.scenario.sector.iter().flat_map(|sector| &sector.asks);
        let fields: BTreeSet<FieldPath> = asks.flat_map(|asks| asks.fields.iter().copied()).collect();
        for field in fields {
            self.set(field, &format!("{field} 0"));
        }
    }

    fn pair(&mut self) -> Result<(), Wrong> {
        let sector = self.draw_sector();
        self.pair_with(sector)
    }

    fn pair_with(&mut self, sector: usize) -> Result<(), Wrong> {
        let name = self.scenario.sector[sector].name.clone();
        let secret = self.rng.random();
        meter::turn(Side::Supplier);
        let mut machine = Metered::new(Side::Supplier, Supplier::new(Keypair::from_secret(&secret)));
        let key = machine.key().public();
        let profile = Profile {
            supplier: key,
            name: name.clone(),
            sector: name,
            domain: String::new(),
            contact: String::new(),
            wishes: Vec::new(),
            agreements: Agreement::ALL.iter().copied().collect(),
            addresses: vec!["/ip4/127.0.0.1/tcp/7481".into()],
            keys: regie_protocol::KeyHistory::default(),
            issued: self.agenda.time(),
        };
        let now = self.agenda.time();
        machine.set_profile(profile).map_err(|error| Wrong::Refused(error.to_string()))?;
        let invite = Invite { uses: Some(1), expires: now.plus_days(Days(1)), made: now, test: false };
        let (invitation, _) = machine.invite(invite, &mut self.entropy());
        let own = self.person.pairing_key(&key).public();
        let pairing = self.person.proffer(&key, invitation.id, Agreement::SdBase, None, now).map_err(refused)?;
        let replies = [ToSupplier::Hello, ToSupplier::Pair(pairing.clone())]
            .map(|message| reply(machine.message(&own, message, now)));
        let [Some(SupplierReply::Profile(profile)), Some(SupplierReply::Paired(acceptance))] = replies else {
            return Err(Wrong::Refused("no pairing".into()));
        };
        let entropy = self.entropy();
        let told = self.give(Input::Paired(&key, profile, acceptance, &pairing), Some(entropy)).map_err(refused)?;
        // The model has no domains: whom a person pairs with, the person knows. That takes no draw of its own.
        let told = told.and(self.give(Input::Vouch(&key, true), Some(Entropy::new([0; 32]))).map_err(refused)?);
        let (line, holding, asked) = (Line::new(own), Holding::default(), BTreeSet::new());
        self.parties.push(Party { machine, key, sector, line, holding, asked });
        self.run_person(told, None)?;
        Ok(())
    }

    /// Puts the first of everything that comes again into the queue.
    fn plan(&mut self) {
        let wakes = self.rng.random_range(0..24 * HOUR_MS);
        self.agenda.later(wakes, Event::Online);
        for party in 0..self.parties.len() {
            for asks in 0..self.scenario.sector[self.parties[party].sector].asks.len() {
                let every = self.asks(party, asks).every_days;
                let first = self.rng.random_range(0..u64::from(every) * DAY_MS);
                self.agenda.later(first, Event::Ask(party, asks));
            }
        }
        let looks = self.rng.random_range(0..u64::from(self.scenario.person.looks_every_days) * DAY_MS);
        self.agenda.later(looks, Event::Look);
        self.agenda.later(DAY_MS, Event::Day);
        self.agenda.once_a(self.scenario.person.moves_a_year, &mut self.rng, Event::Move);
        self.agenda.once_a(self.scenario.person.revokes_a_year, &mut self.rng, Event::Revoke);
    }

    fn happen(&mut self, event: Event) -> Result<(), Wrong> {
        match event {
            Event::Online => self.wake(),
            Event::Offline => {
                self.online = false;
                (0..self.parties.len()).for_each(|party| self.hang_up(party));
                let sleeps = 24.0 - self.scenario.online.hours_a_day;
                self.agenda.later((sleeps * HOUR_MS as f64) as u64, Event::Online);
                Ok(())
            }
            Event::Up(party) => self.dial(party),
            Event::Ask(party, asks) => self.ask(party, asks),
            Event::Arrives(party, line, carried) => {
                if self.parties[party].line.holds(line) {
                    self.arrives(party, carried)
                } else {
                    Ok(())
                }
            }
            Event::Look => self.look(),
            Event::Move => self.moves_house(),
            Event::Revoke => self.revoke(),
            Event::Day => self.day_passes(),
        }
    }

    fn wake(&mut self) -> Result<(), Wrong> {
        self.online = true;
        let hours = self.scenario.online.hours_a_day;
        if hours < 24.0 {
            self.agenda.later((hours * HOUR_MS as f64) as u64, Event::Offline);
        }
        (0..self.parties.len()).try_for_each(|party| self.dial(party))
    }

    fn dial(&mut self, party: usize) -> Result<(), Wrong> {
        if self.online && self.parties[party].line.dial() {
            self.flush(party)?;
        }
        Ok(())
    }

    fn hang_up(&mut self, party: usize) {
        let Party { line, key, machine, .. } = &mut self.parties[party];
        line.hang_up(key, machine, &mut self.person);
    }

    /// Sends what waits on both sides of a line that is up.
    fn flush(&mut self, party: usize) -> Result<(), Wrong> {
        if !self.parties[party].line.stirs() {
            return Ok(());
        }
        let (key, line, now) = (self.parties[party].key, self.parties[party].line.number(), self.agenda.time());
        let told = self.give(Input::DropExpired(&key), None).map_err(refused)?;
        self.keep(told)?;
        let outgoing = self.person.to_send(&key, now);
        let own = self.parties[party].line.own;
        let waiting = self.parties[party].machine.to_send(&own, now).map_err(refused)?;
        self.parties[party].line.flushed(!outgoing.is_empty() || !waiting.is_empty());
        for outgoing in outgoing {
            self.carry(party, line, Carried::ToSupplier(outgoing.number, Box::new(outgoing.message.into_inner())));
        }
        for (parcel, message) in waiting {
            self.carry(party, line, Carried::ToPerson(parcel, Box::new(message)));
        }
        Ok(())
    }

    /// Something came up for this supplier's line.
    fn stir(&mut self, supplier: &PublicKey) {
        if let Some(party) = self.parties.iter_mut().find(|party| party.key == *supplier) {
            party.line.stir();
        }
    }

    /// A message goes out: it arrives after a while, or is lost with its line.
    fn carry(&mut self, party: usize, line: u32, carried: Carried) {
        let (bytes, by_person) = (carried.bytes(), carried.by_person());
        self.month().sent(bytes, by_person);
        let [least, most] = self.scenario.network.latency_ms;
        if self.rng.random_bool(self.scenario.network.loss) {
            self.hang_up(party);
            self.agenda.later(self.scenario.network.retry_s * 1_000, Event::Up(party));
        } else {
            let takes = self.rng.random_range(least..=most);
            self.agenda.later(takes, Event::Arrives(party, line, carried));
        }
    }

    fn ask(&mut self, party: usize, number: usize) -> Result<(), Wrong> {
        let asks = self.asks(party, number);
        let every = asks.every_days;
        let ask = asks.ask(self.parties[party].line.own);
        let (fields, needs) = (asks.fields.len() as u64, asks.needs.len() as u64);
        let (now, mut entropy) = (self.agenda.time(), self.entropy());
        // A full outbox makes the company wait, like everybody.
        if self.parties[party].machine.ask(ask, now, &mut entropy).is_ok() {
            self.parties[party].line.stir();
            let repeats = u64::from(!self.parties[party].asked.insert(number));
            let month = self.month();
            month.requests += 1;
            month.repeats += repeats;
            month.fields_asked += fields;
            month.fields_needed += needs;
            self.flush(party)?;
        }
        self.agenda.later(u64::from(every) * DAY_MS, Event::Ask(party, number));
        Ok(())
    }

    fn arrives(&mut self, party: usize, carried: Carried) -> Result<(), Wrong> {
        match carried {
            Carried::ToSupplier(number, message) => self.at_supplier(party, number, *message),
            Carried::ToPerson(parcel, message) => self.at_person(party, parcel, *message),
            Carried::SupplierReplied(number, reply) => self.supplier_replied(party, number, *reply),
            Carried::PersonReplied(parcel, reply) => {
                self.person_replied(party, &parcel, *reply);
                Ok(())
            }
            Carried::Acknowledge(message) => {
                let key = self.parties[party].key;
                let entropy = self.entropy();
                let told = self.give(Input::Message(&key, *message), Some(entropy)).map_err(refused)?;
                self.run_person(told, Some(party)).map(drop)
            }
        }
    }

    fn at_supplier(&mut self, party: usize, number: u64, message: ToSupplier) -> Result<(), Wrong> {
        if let ToSupplier::Revoke(signed) = &message {
            meter::turn(Side::Onlooker);
            let revocation = signed.clone().verify().map_err(|_| Broken::Signature)?;
            if let Some(made) = self.revoked.remove(&revocation.grant) {
                let took = self.agenda.now() - made;
                let month = self.month();
                month.revocations_done += 1;
                month.revocation_ms += took;
            }
        }
        let (now, answers) = (self.agenda.time(), answers_a_request(&message));
        let own = self.parties[party].line.own;
        let effects = self.parties[party].machine.message(&own, message, now);
        if let Some(reply) = self.run_supplier(party, effects, answers) {
            self.answer(party, Carried::SupplierReplied(number, Box::new(reply)));
        }
        Ok(())
    }

    fn at_person(&mut self, party: usize, parcel: Parcel, message: ToPerson) -> Result<(), Wrong> {
        let key = self.parties[party].key;
        let entropy = self.entropy();
        let told = self.give(Input::Message(&key, message), Some(entropy)).map_err(refused)?;
        if let Some(reply) = self.run_person(told, Some(party))? {
            self.answer(party, Carried::PersonReplied(parcel, Box::new(reply)));
        }
        Ok(())
    }

    fn supplier_replied(&mut self, party: usize, number: u64, reply: SupplierReply) -> Result<(), Wrong> {
        let key = self.parties[party].key;
        let entropy = self.entropy();
        let told = self.give(Input::Replied(&key, number, reply), Some(entropy)).map_err(refused)?;
        self.run_person(told, Some(party)).map(drop)
    }

    fn person_replied(&mut self, party: usize, parcel: &Parcel, reply: PersonReply) {
        let (own, now) = (self.parties[party].line.own, self.agenda.time());
        let (effects, back) = self.parties[party].machine.replied(&own, parcel, reply, now);
        self.run_supplier(party, effects, true);
        if let Some(message) = back {
            self.answer(party, Carried::Acknowledge(Box::new(message)));
        }
    }

    /// Goes out on the line that what it answers came on.
    fn answer(&mut self, party: usize, carried: Carried) {
        let line = self.parties[party].line.number();
        self.carry(party, line, carried);
    }

    /// The person looks at what waits, and decides each.
    fn look(&mut self) -> Result<(), Wrong> {
        let waiting = waiting(&self.person);
        self.month().decided(&waiting);
        for (id, _) in waiting {
            let entropy = self.entropy();
            let says_yes = self.rng.random_bool(self.scenario.person.says_yes);
            self.remember(&id, says_yes)?;
            let told = match says_yes {
                true => self.give(Input::Allow(&id), Some(entropy)),
                false => self.give(Input::Refuse(&id), None),
            };
            // A relationship may be full of grants; then the request goes on waiting.
            if let Ok(told) = told {
                self.run_person(told, None)?;
            }
        }
        self.flush_all()?;
        self.agenda.later(u64::from(self.scenario.person.looks_every_days) * DAY_MS, Event::Look);
        Ok(())
    }

    /// Some answers are made the default for all of the kind.
    fn remember(&mut self, id: &Nonce, says_yes: bool) -> Result<(), Wrong> {
        let share = self.scenario.person.remembers;
        if share > 0.0 && self.rng.random_bool(share) {
            let entropy = self.entropy();
            // A policy may be full of rules; then this answer is for once.
            if let Ok(told) = self.give(Input::Remember(id, says_yes, Remember::Kind), Some(entropy)) {
                self.run_person(told, None)?;
            }
        }
        Ok(())
    }

    /// A new address, told once: by the node to whoever subscribes, and as today to some.
    fn moves_house(&mut self) -> Result<(), Wrong> {
        self.moves += 1;
        let fields: Vec<FieldPath> = HOME.iter().filter_map(|path| path.parse().ok()).collect();
        let fields: Vec<FieldPath> = fields.into_iter().filter(|field| self.values.contains_key(field)).collect();
        let mut told = BTreeMap::new();
        for field in &fields {
            let value = format!("{field} {}", self.moves);
            self.past.turn(*field, self.values[field].value.as_str(), &value, self.agenda.now());
            self.set(*field, &value);
            told.insert(*field, value);
        }
        let changed = fields.iter().map(|field| (*field, true)).collect();
        let entropy = self.entropy();
        let said = self.give(Input::FieldChanged(&changed), Some(entropy)).map_err(refused)?;
        self.run_person(said, None)?;
        for party in 0..self.parties.len() {
            if self.rng.random_bool(self.scenario.baseline.tells) {
                self.parties[party].holding.tell_by_hand(&told);
            }
        }
        self.month().moves += 1;
        self.flush_all()?;
        self.agenda.once_a(self.scenario.person.moves_a_year, &mut self.rng, Event::Move);
        Ok(())
    }

    fn revoke(&mut self) -> Result<(), Wrong> {
        let now = self.agenda.time();
        let live = live_grants(&self.person, now);
        if !live.is_empty() {
            let grant = live[self.rng.random_range(0..live.len())];
            let entropy = self.entropy();
            let told = self.give(Input::Revoke(&grant, true), Some(entropy)).map_err(refused)?;
            self.run_person(told, None)?;
            self.revoked.insert(grant, self.agenda.now());
            self.month().revocations += 1;
            self.flush_all()?;
        }
        self.agenda.once_a(self.scenario.person.revokes_a_year, &mut self.rng, Event::Revoke);
        Ok(())
    }

    /// A day is over: both sides let go of what is past its time; on the last of a month the copies are compared.
    fn day_passes(&mut self) -> Result<(), Wrong> {
        let now = self.agenda.time();
        let told = self.give(Input::Tick, None).map_err(refused)?;
        self.keep(told)?;
        for party in 0..self.parties.len() {
            let effects = self.parties[party].machine.tick(now);
            self.run_supplier(party, effects, false);
        }
        self.flush_all()?;
        if let Some(month) = self.agenda.month_that_ends() {
            self.compare(month);
        }
        self.agenda.later(DAY_MS, Event::Day);
        Ok(())
    }

    /// How right is what suppliers hold, how right would today's copies of the same values be, and all of them?
    fn compare(&mut self, month: usize) {
        let Some(month) = self.months.get_mut(month) else { return };
        for party in &self.parties {
            let needed = self.scenario.sector[party.sector].needs();
            party.holding.compare(&needed, &self.past, self.agenda.now(), month);
        }
    }

    fn flush_all(&mut self) -> Result<(), Wrong> {
        (0..self.parties.len()).try_for_each(|party| self.flush(party))
    }

    fn keep(&mut self, effects: Told) -> Result<(), Wrong> {
        self.run_person(effects, None).map(drop)
    }

    fn give(&mut self, input: Input<'_>, given: Option<Entropy>) -> Result<Told, OwnerError> {
        let now = self.agenda.time();
        hands::give(&mut self.person, input, now, &self.values, given, &mut self.rng)
    }

    /// Carries out what a person's machine said; the reply to the frame in hand, if there is one, comes out.
    fn run_person(&mut self, told: Told, from: Option<usize>) -> Result<Option<PersonReply>, Wrong> {
        let now = self.agenda.time();
        for record in told.records {
            self.watch.see(&record, now)?;
            if let (Some(tape), Record::Entry { log: Log::With(supplier), bytes, .. }) = (&mut self.tape, &record) {
                tape.push((*supplier, bytes.clone(), self.agenda.now()));
            }
            // Every message that is to go out is a record first.
            if let Record::Outgoing { supplier, .. } = &record {
                self.stir(supplier);
            }
        }
        if let (Some(_), Some(reply)) = (from, &told.reply) {
            self.count(reply);
        }
        Ok(told.reply)
    }

    fn count(&mut self, reply: &PersonReply) {
        let outcome = Outcome::of(reply);
        self.month().came_of(outcome);
    }

    /// Carries out a supplier's effects; `answered` where they are of the answer to a request.
    fn run_supplier(&mut self, party: usize, effects: Vec<supplier::Effect>, answered: bool) -> Option<SupplierReply> {
        let mut answer = None;
        for effect in effects {
            // Whatever a supplier has to send is a record first.
            if matches!(effect, supplier::Effect::Persist(_)) {
                self.parties[party].line.stir();
            }
            match effect {
                supplier::Effect::Persist(supplier::Record::Value { field, observed, .. }) => {
                    self.parties[party].holding.take_in(field, observed.value.as_str(), answered);
                    self.month().values += 1;
                }
                supplier::Effect::Persist(supplier::Record::Erased { fields, .. }) => {
                    self.parties[party].holding.erase(&fields);
                }
                supplier::Effect::Persist(_) | supplier::Effect::Deliver(_) | supplier::Effect::Heard(..) => {}
                supplier::Effect::Reply(reply) => answer = Some(reply),
            }
        }
        answer
    }

    fn set(&mut self, field: FieldPath, value: &str) {
        if let Ok(value) = value.parse() {
            let observed = self.agenda.time();
            self.values.insert(field, Observed { value, provenance: Provenance::Typed, observed });
        }
    }

    fn draw_sector(&mut self) -> usize {
        let shares: Vec<f64> = self.scenario.sector.iter().map(|sector| sector.share).collect();
        drawn(&shares, &mut self.rng)
    }

    fn asks(&self, party: usize, number: usize) -> &'a Asks {
        &self.scenario.sector[self.parties[party].sector].asks[number]
    }

    fn entropy(&mut self) -> Entropy {
        Entropy::new(self.rng.random())
    }

    fn month(&mut self) -> &mut Month {
        let at = self.agenda.month().min(self.months.len() - 1);
        &mut self.months[at]
    }
}

fn preset(scenario: &Scenario, rng: &mut ChaCha8Rng) -> Policy {
    let shares = &scenario.policies;
    let at = drawn(&[shares.careful, shares.balanced, shares.open], rng);
    Policy::preset(["careful", "balanced", "open"][at]).unwrap_or_else(|| Policy::of(Vec::new()))
}

/// One of several by their shares.
pub(crate) fn drawn(shares: &[f64], rng: &mut ChaCha8Rng) -> usize {
    let mut left = rng.random_range(0.0..1.0) * shares.iter().sum::<f64>();
    for (at, share) in shares.iter().enumerate() {
        if left < *share {
            return at;
        }
        left -= share;
    }
    shares.len() - 1
}

fn reply(effects: Vec<supplier::Effect>) -> Option<SupplierReply> {
    effects.into_iter().find_map(|e| if let supplier::Effect::Reply(reply) = e { Some(reply) } else { None })
}

/// Has every log as many entries as were seen?
pub(crate) fn whole(person: &Person, watch: &Watch) -> Result<(), Wrong> {
    let shared: u64 = person.relationships().map(|(_, relationship)| relationship.log().size()).sum();
    let seen: u64 = watch.entries().values().sum();
    if shared + person.personal_log().size() == seen { Ok(()) } else { Err(Wrong::Log) }
}

/// The grants that a person may revoke.
pub(crate) fn live_grants(person: &Person, now: Timestamp) -> Vec<ObjectId> {
    let all = person.relationships().flat_map(|(_, relationship)| relationship.grants());
    all.filter(|grant| grant.live(person, now).is_ok()).map(regie_protocol::VerifiedGrant::id).collect()
}

/// What waits for a person's word, and of which kind each is, as the dashboard shows it.
pub(crate) fn waiting(person: &Person) -> Vec<(Nonce, String)> {
    let mut waiting = Vec::new();
    for (_, relationship) in person.relationships() {
        let sector = &relationship.profile().sector;
        waiting.extend(relationship.waiting().map(|one| {
            let fields: Vec<String> = one.fields.keys().map(ToString::to_string).collect();
            (one.id, format!("{sector} {} {}", one.purpose, fields.join(",")))
        }));
    }
    waiting
}

/// Is it values that were asked for, not a change that is told?
pub(crate) fn answers_a_request(message: &ToSupplier) -> bool {
    let ToSupplier::Disclose(signed) = message else { return false };
    meter::turn(Side::Onlooker);
    signed.clone().verify().is_ok_and(|disclosure| disclosure.request.is_some())
}

pub(crate) fn refused(error: impl std::fmt::Display) -> Wrong {
    Wrong::Refused(error.to_string())
}
