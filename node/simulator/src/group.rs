//! A group: persons who share suppliers and a board, lived together and by themselves. In: the scenario, the group's
//! number, the seed. Out: tallies by month, what attackers got, how well counts were estimated; or what the watch found
//! broken.
//!
//! A node connects once a day and exchanges all that waits; in a group a message takes no time, but may be lost with its
//! line until the next day. Everything that is said is said by the machines of the protocol: `group/wants.rs` casts and
//! offers, `group/words.rs` speaks of segments, `group/attacks.rs` means harm, `group/links.rs` tries to tell persons
//! apart, `group/rules.rs` is the scenario.

mod attacks;
mod links;
mod rules;
mod tally;
mod wants;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use regie_protocol::{
    agreement::Agreement,
    board::Board,
    disclosure::Answer,
    entropy::Entropy,
    field::{AskedPath, FieldPath, Observed, Provenance},
    identity::{Keypair, Nonce, PublicKey, RootSeed},
    intent::Category,
    message::{Message, Reply},
    person::{self, Person},
    policy::{Policy, SegmentRule, Who},
    profile::Profile,
    signed::ObjectId,
    supplier::{self, Ask, Invite, Supplier},
    time::{DAY_MS, Days},
    wire,
};

pub use rules::{Attack, Attacker, GroupRules, IntentRules, MailRules, Pattern, SegmentRules};
pub use tally::{Count, Harm, Lived, Summary, Tally, frames};

use crate::{
    agenda::{self, Agenda},
    life::Wrong,
    scenario::{Asks, Scenario},
    watch::{Broken, Shown, Watch},
};
use wants::Need;

/// Rounds of an exchange; more than any pair of machines that answer each other needs.
const ROUNDS: usize = 1_000;
/// Where everything is, since nothing is dialled here.
const ADDRESS: &str = "/ip4/127.0.0.1/tcp/7481";

/// A group that must not be.
#[derive(Debug, thiserror::Error)]
#[error("group {group}, day {day}: {what}; run again with --seed {seed} --only {group}")]
pub struct GroupFailed {
    /// Which group.
    pub group: u32,
    /// When.
    pub day: u64,
    /// The seed that gives it again.
    pub seed: u64,
    /// What is wrong.
    pub what: Wrong,
}

/// How many groups a scenario has; none where persons live alone.
#[must_use]
pub fn count(scenario: &Scenario) -> u32 {
    scenario.group.as_ref().map_or(0, |rules| scenario.persons.div_ceil(rules.persons))
}

/// Lives all groups, or only one, over threads. `done` is told of each.
///
/// # Errors
/// The failure of the group with the lowest number, so that it is the same on any number of threads.
pub fn run(
    scenario: &Scenario,
    seed: u64,
    threads: usize,
    only: Option<u32>,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Lived>, GroupFailed> {
    let groups = only.map_or(0..count(scenario), |only| only..only.saturating_add(1));
    let (next, lived) = (AtomicU32::new(groups.start), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= groups.end {
                        return;
                    }
                    let group = live(scenario, number, seed);
                    done();
                    // A poisoned lock means that another thread has panicked; the scope panics too.
                    if let Ok(mut lived) = lived.lock() {
                        lived.insert(number, group);
                    }
                }
            });
        }
    });
    lived.into_inner().unwrap_or_default().into_values().collect()
}

/// Lives one group; nothing where the scenario has none.
///
/// # Errors
/// [`GroupFailed`].
pub fn live(scenario: &Scenario, number: u32, seed: u64) -> Result<Lived, GroupFailed> {
    let Some(rules) = &scenario.group else { return Ok(Lived::default()) };
    let mut group = Group::new(scenario, rules, number, seed);
    match group.run() {
        Ok(()) => Ok(group.lived),
        Err(what) => Err(GroupFailed { group: number, day: group.agenda.day(), seed, what }),
    }
}

enum Event {
    Online(usize),
    Look(usize),
    Ask(usize, usize, usize),
    Opens(usize),
    Need(usize),
    Decide(usize),
    NeedEnds(usize),
    Mail(usize),
    Revoke(usize),
    Day,
}

/// A person.
struct Being {
    machine: Person,
    values: BTreeMap<FieldPath, Observed>,
    area: u32,
    watch: Watch,
    /// Suppliers that they are paired with.
    paired: BTreeSet<usize>,
    /// Revocations under way: when each was made.
    revoked: BTreeMap<ObjectId, u64>,
}

/// A supplier.
struct Firm {
    machine: Supplier,
    key: PublicKey,
    sector: usize,
    attack: Option<usize>,
    /// What it sells, and on which terms.
    sells: Option<Category>,
    price: u64,
    terms: BTreeMap<String, String>,
    /// Where its last look at the board ended.
    seen: u64,
    /// All it was ever told, by the person's key, with the grant: what a liar goes on having.
    told: BTreeMap<PublicKey, BTreeMap<FieldPath, (String, ObjectId)>>,
    /// Randomised answers by segment and person: one that comes again counts once.
    reports: BTreeMap<ObjectId, BTreeMap<PublicKey, bool>>,
}

struct Group<'a> {
    scenario: &'a Scenario,
    rules: &'a GroupRules,
    rng: ChaCha8Rng,
    agenda: Agenda<Event>,
    beings: Vec<Being>,
    firms: Vec<Firm>,
    /// Who a pairwise key belongs to: for the measures alone.
    owners: BTreeMap<PublicKey, usize>,
    board: Board,
    board_key: PublicKey,
    needs: Vec<Need>,
    /// Which pattern a segment is of.
    patterns: BTreeMap<ObjectId, usize>,
    /// How well each person likes each supplier, for reasons of their own.
    likes: Vec<Vec<f64>>,
    lived: Lived,
}

impl<'a> Group<'a> {
    fn new(scenario: &'a Scenario, rules: &'a GroupRules, number: u32, seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        bytes[8..12].copy_from_slice(&number.to_be_bytes());
        // Other numbers than those of the person of this number who lives alone.
        bytes[12] = 1;
        let mut rng = ChaCha8Rng::from_seed(bytes);
        let board_key = Keypair::from_secret(&rng.random()).public();
        Self {
            scenario,
            rules,
            rng,
            agenda: Agenda::new(scenario.days),
            beings: Vec::new(),
            firms: Vec::new(),
            owners: BTreeMap::new(),
            board: Board::new(board_key),
            board_key,
            needs: Vec::new(),
            patterns: BTreeMap::new(),
            likes: Vec::new(),
            lived: Lived::new(number, agenda::months(scenario.days)),
        }
    }

    fn run(&mut self) -> Result<(), Wrong> {
        let before = u64::from(self.lived.group) * u64::from(self.rules.persons);
        let persons = u64::from(self.scenario.persons).saturating_sub(before).min(u64::from(self.rules.persons));
        self.lived.persons = persons;
        self.found()?;
        for person in 0..persons {
            self.bear(before + person);
        }
        for person in 0..self.beings.len() {
            for firm in self.first_suppliers() {
                let invite = Invite {
                    uses: Some(1),
                    expires: self.agenda.time().plus_days(Days(1)),
                    made: self.agenda.time(),
                    test: false,
                };
                let entropy = &mut self.entropy();
                let (invitation, _) = self.firms[firm].machine.invite(invite, entropy);
                self.pair(person, firm, invitation.id, Agreement::SdBase)?;
            }
        }
        self.plan();
        while let Some(event) = self.agenda.turn_to_next() {
            self.happen(event)?;
        }
        self.link_intents();
        self.sum_up_counts()
    }

    /// Makes the suppliers: those that are shared, of whom some may collude, then the other attackers.
    fn found(&mut self) -> Result<(), Wrong> {
        let of = |kind: bool| {
            let all = self.rules.attacker.iter().enumerate().filter(move |(_, a)| (a.kind == Attack::Collude) == kind);
            all.flat_map(|(at, attacker)| std::iter::repeat_n(Some(at), attacker.suppliers as usize))
        };
        let shared = self.rules.suppliers as usize;
        let attacks: Vec<Option<usize>> =
            of(true).chain(std::iter::repeat(None)).take(shared).chain(of(false)).collect();
        for (number, attack) in attacks.into_iter().enumerate() {
            let firm = self.firm(number, attack)?;
            self.firms.push(firm);
            self.publish(number)?;
        }
        Ok(())
    }

    fn firm(&mut self, number: usize, attack: Option<usize>) -> Result<Firm, Wrong> {
        let shares: Vec<f64> = self.scenario.sector.iter().map(|sector| sector.share).collect();
        let sector = crate::life::drawn(&shares, &mut self.rng);
        let mut machine = Supplier::new(Keypair::from_secret(&self.rng.random()));
        let key = machine.key().public();
        let profile = Profile {
            supplier: key,
            name: format!("supplier {number}"),
            sector: self.scenario.sector[sector].name.clone(),
            domain: String::new(),
            contact: String::new(),
            wishes: Vec::new(),
            agreements: Agreement::ALL.iter().copied().collect(),
            addresses: vec![ADDRESS.into()],
            issued: self.agenda.time(),
        };
        machine.set_profile(profile).map_err(refused)?;
        let (sells, price, terms) = self.wares(number);
        let (told, reports) = (BTreeMap::new(), BTreeMap::new());
        Ok(Firm { machine, key, sector, attack, sells, price, terms, seen: 0, told, reports })
    }

    fn bear(&mut self, number: u64) {
        let shares = &self.scenario.policies;
        let at = crate::life::drawn(&[shares.careful, shares.balanced, shares.open], &mut self.rng);
        let preset = Policy::preset(["careful", "balanced", "open"][at]);
        let mut policy = preset.unwrap_or_else(|| Policy::of(Vec::new()));
        if let Some(segments) = &self.rules.segments {
            let answer = segments.default_of(self.rng.random_range(0.0..1.0));
            policy.segments.push(SegmentRule { name: "by default".into(), who: Who::Anyone, answer });
        }
        let area = self.rng.random_range(0..self.rules.areas);
        let now = self.agenda.time();
        let values = FieldPath::all().filter_map(|field| {
            let value = value_of(field, number, area, &mut self.rng).parse().ok()?;
            Some((field, Observed { value, provenance: Provenance::Typed, observed: now }))
        });
        let values = values.collect();
        let machine = Person::new(RootSeed::from_entropy(self.rng.random()), policy);
        let (watch, paired, revoked) = (Watch::default(), BTreeSet::new(), BTreeMap::new());
        self.beings.push(Being { machine, values, area, watch, paired, revoked });
        self.likes.push((0..self.firms.len()).map(|_| self.rng.random_range(0.0..1.0)).collect());
    }

    /// Some of the shared suppliers by lot, and every attacker that needs a relationship.
    fn first_suppliers(&mut self) -> Vec<usize> {
        let mut shared: Vec<usize> = (0..self.rules.suppliers as usize).collect();
        let paired = self.rules.paired as usize;
        for at in 0..paired {
            let other = self.rng.random_range(at..shared.len());
            shared.swap(at, other);
        }
        shared.truncate(paired);
        let hostile = (self.rules.suppliers as usize..self.firms.len())
            .filter(|firm| self.attacker(*firm).is_some_and(|attacker| attacker.kind != Attack::Sybil));
        shared.extend(hostile);
        shared.sort_unstable();
        shared
    }

    fn pair(&mut self, person: usize, firm: usize, invitation: Nonce, agreement: Agreement) -> Result<(), Wrong> {
        let (now, mut entropy, key) = (self.agenda.time(), self.entropy(), self.firms[firm].key);
        let being = &mut self.beings[person];
        let own = being.machine.pairing_key(&key).public();
        let pairing = being.machine.proffer(&key, invitation, agreement, None, now).map_err(refused)?;
        being.watch.shows(&own, Shown::To(key))?;
        let mut replies = Vec::new();
        for message in [Message::Hello, Message::Pair(pairing.clone())] {
            self.sent(&message);
            let effects = self.firms[firm].machine.message(&own, message, now);
            replies.extend(self.run_firm(person, firm, effects)?.inspect(|reply| self.sent(reply)));
        }
        let mut replies = replies.into_iter();
        let (Some(Reply::Profile(profile)), Some(Reply::Paired(acceptance))) = (replies.next(), replies.next()) else {
            return Err(Wrong::Refused("no pairing".into()));
        };
        let machine = &mut self.beings[person].machine;
        let effects = machine.paired(&key, profile, acceptance, &pairing, now, &mut entropy).map_err(refused)?;
        self.owners.insert(own, person);
        self.beings[person].paired.insert(firm);
        self.run_person(person, effects)?;
        Ok(())
    }

    /// Puts the first of everything that comes again into the queue.
    fn plan(&mut self) {
        for person in 0..self.beings.len() {
            let wakes = self.rng.random_range(0..DAY_MS);
            self.agenda.later(wakes, Event::Online(person));
            let looks = self.rng.random_range(0..u64::from(self.scenario.person.looks_every_days) * DAY_MS);
            self.agenda.later(looks, Event::Look(person));
            self.agenda.once_a(self.scenario.person.revokes_a_year, &mut self.rng, Event::Revoke(person));
            let firms: Vec<usize> = self.beings[person].paired.iter().copied().collect();
            // Attackers do nothing but harm, so that all that they get is what it brought; colluders look like others.
            for firm in firms.into_iter().filter(|firm| *firm < self.rules.suppliers as usize) {
                self.plan_asks(person, firm);
            }
            if let Some(intents) = &self.rules.intents {
                self.agenda.once_a(intents.needs_a_year, &mut self.rng, Event::Need(person));
            }
        }
        for firm in 0..self.firms.len() {
            let opens = self.rng.random_range(0..DAY_MS);
            self.agenda.later(opens, Event::Opens(firm));
            if let (Some(intents), None | Some(Attack::Collude)) = (&self.rules.intents, self.attack(firm)) {
                let first = self.rng.random_range(0..u64::from(intents.mail.every_days) * DAY_MS);
                self.agenda.later(first, Event::Mail(firm));
            }
        }
        self.agenda.later(DAY_MS, Event::Day);
    }

    fn plan_asks(&mut self, person: usize, firm: usize) {
        for asks in 0..self.scenario.sector[self.firms[firm].sector].asks.len() {
            let every = self.asks(firm, asks).every_days;
            let first = self.rng.random_range(0..u64::from(every) * DAY_MS);
            self.agenda.later(first, Event::Ask(person, firm, asks));
        }
    }

    fn happen(&mut self, event: Event) -> Result<(), Wrong> {
        match event {
            Event::Online(person) => self.online(person),
            Event::Look(person) => self.look(person),
            Event::Ask(person, firm, number) => self.ask(person, firm, number),
            Event::Opens(firm) => {
                self.agenda.later(DAY_MS, Event::Opens(firm));
                self.opens(firm)
            }
            Event::Need(person) => self.need(person),
            Event::Decide(need) => self.decide(need),
            Event::NeedEnds(need) => self.need_ends(need),
            Event::Mail(firm) => self.mail(firm),
            Event::Revoke(person) => self.revoke(person),
            Event::Day => self.day_passes(),
        }
    }

    /// The node connects: everything that waits is exchanged, segments are looked at, the board is asked.
    fn online(&mut self, person: usize) -> Result<(), Wrong> {
        let now = self.agenda.time();
        let effects = self.beings[person].machine.tick(now);
        self.run_person(person, effects)?;
        let firms: Vec<usize> = self.beings[person].paired.iter().copied().collect();
        for firm in firms {
            self.ask_for_segments(person, firm)?;
            self.exchange(person, firm)?;
            self.attack_if_due(person, firm)?;
        }
        self.tell_board_all(person)?;
        self.agenda.later(DAY_MS, Event::Online(person));
        Ok(())
    }

    /// Both sides of a line send what waits and answer, until nothing waits or the line is lost until tomorrow.
    fn exchange(&mut self, person: usize, firm: usize) -> Result<(), Wrong> {
        let (key, now) = (self.firms[firm].key, self.agenda.time());
        let own = self.beings[person].machine.pairing_key(&key).public();
        let effects = self.beings[person].machine.drop_expired(&key, now);
        self.run_person(person, effects)?;
        for _ in 0..ROUNDS {
            let outgoing = self.beings[person].machine.to_send(&key);
            let parcels = self.firms[firm].machine.to_send(&own, now).map_err(refused)?;
            if outgoing.is_empty() && parcels.is_empty() {
                return Ok(());
            }
            for outgoing in outgoing {
                if !self.say_to_firm(person, firm, outgoing)? {
                    return Ok(());
                }
            }
            for (parcel, message) in parcels {
                if !self.say_to_person(person, firm, &parcel, message)? {
                    return Ok(());
                }
            }
        }
        Err(Wrong::Refused("an exchange without an end".into()))
    }

    /// A message of a person's outbox and its reply. False where the line was lost.
    fn say_to_firm(&mut self, person: usize, firm: usize, outgoing: person::Outgoing) -> Result<bool, Wrong> {
        if self.lost(person, firm, &outgoing.message) {
            return Ok(false);
        }
        let (key, now) = (self.firms[firm].key, self.agenda.time());
        let own = self.beings[person].machine.pairing_key(&key).public();
        if let Message::Revoke(signed) = &outgoing.message {
            let revocation = signed.clone().verify().map_err(|_| Broken::Signature)?;
            if let Some(made) = self.beings[person].revoked.remove(&revocation.grant) {
                let took = self.agenda.now() - made;
                self.tally("revocations_done", 1);
                self.tally("revocation_ms", took);
            }
        }
        let effects = self.firms[firm].machine.message(&own, outgoing.message, now);
        let Some(reply) = self.run_firm(person, firm, effects)? else { return Ok(true) };
        if self.lost(person, firm, &reply) {
            return Ok(false);
        }
        let mut entropy = self.entropy();
        let effects = self.beings[person].machine.replied(&key, outgoing.number, reply, now, &mut entropy);
        self.run_person(person, effects)?;
        Ok(true)
    }

    /// A message of a supplier's, its reply, and what is said back to that. False where the line was lost.
    fn say_to_person(
        &mut self,
        person: usize,
        firm: usize,
        parcel: &supplier::Parcel,
        message: Message,
    ) -> Result<bool, Wrong> {
        if self.lost(person, firm, &message) {
            return Ok(false);
        }
        let (key, now, mut entropy) = (self.firms[firm].key, self.agenda.time(), self.entropy());
        let own = self.beings[person].machine.pairing_key(&key).public();
        let effects = self.beings[person].machine.message(&key, message, now, &mut entropy);
        let Some(reply) = self.run_person(person, effects)? else { return Ok(true) };
        self.count_reply(firm, &reply);
        if self.lost(person, firm, &reply) {
            return Ok(false);
        }
        let (effects, back) = self.firms[firm].machine.replied(&own, parcel, reply, now);
        self.run_firm(person, firm, effects)?;
        let Some(message) = back else { return Ok(true) };
        if self.lost(person, firm, &message) {
            return Ok(false);
        }
        let effects = self.beings[person].machine.message(&key, message, now, &mut entropy);
        self.run_person(person, effects)?;
        Ok(true)
    }

    fn ask(&mut self, person: usize, firm: usize, number: usize) -> Result<(), Wrong> {
        let (asks, key) = (self.asks(firm, number), self.firms[firm].key);
        let ask = Ask {
            person: self.beings[person].machine.pairing_key(&key).public(),
            fields: asks.fields.iter().map(|field| AskedPath::from(*field)).collect(),
            purpose: asks.purpose,
            reason: "as agreed".into(),
            access: asks.access.access(),
            duration: Days(asks.days),
            retention: Days(asks.retention_days),
            delegations: 0,
        };
        let (now, mut entropy) = (self.agenda.time(), self.entropy());
        // A full outbox makes the company wait, like everybody.
        if self.firms[firm].machine.ask(ask, now, &mut entropy).is_ok() {
            self.tally("requests", 1);
        }
        self.agenda.later(u64::from(asks.every_days) * DAY_MS, Event::Ask(person, firm, number));
        Ok(())
    }

    /// The person looks at what waits, and decides each.
    fn look(&mut self, person: usize) -> Result<(), Wrong> {
        let relationships = self.beings[person].machine.relationships();
        let waiting: Vec<Nonce> = relationships.flat_map(|(_, one)| one.waiting().map(|waiting| waiting.id)).collect();
        self.tally("decisions", waiting.len() as u64);
        for id in waiting {
            let (now, mut entropy) = (self.agenda.time(), self.entropy());
            let says_yes = self.rng.random_bool(self.scenario.person.says_yes);
            let machine = &mut self.beings[person].machine;
            let effects = if says_yes { machine.allow(&id, now, &mut entropy) } else { machine.refuse(&id) };
            // A relationship may be full of grants; then the request goes on waiting.
            if let Ok(effects) = effects {
                self.run_person(person, effects)?;
            }
        }
        self.agenda.later(u64::from(self.scenario.person.looks_every_days) * DAY_MS, Event::Look(person));
        Ok(())
    }

    fn revoke(&mut self, person: usize) -> Result<(), Wrong> {
        let now = self.agenda.time();
        let machine = &self.beings[person].machine;
        let live: Vec<ObjectId> = machine
            .relationships()
            .flat_map(|(_, relationship)| relationship.grants())
            .filter(|grant| grant.live(machine, now).is_ok())
            .map(regie_protocol::grant::VerifiedGrant::id)
            .collect();
        if !live.is_empty() {
            let grant = live[self.rng.random_range(0..live.len())];
            let mut entropy = self.entropy();
            let effects = self.beings[person].machine.revoke(&grant, true, now, &mut entropy).map_err(refused)?;
            self.run_person(person, effects)?;
            self.beings[person].revoked.insert(grant, self.agenda.now());
            self.tally("revocations", 1);
        }
        self.agenda.once_a(self.scenario.person.revokes_a_year, &mut self.rng, Event::Revoke(person));
        Ok(())
    }

    /// A day is over: everybody lets go of what is past its time; on the last of a month colluders compare notes.
    fn day_passes(&mut self) -> Result<(), Wrong> {
        let now = self.agenda.time();
        self.board.tick(now);
        for firm in 0..self.firms.len() {
            // What it erases it goes on having where it lies; the receipts go out with the next exchange.
            self.firms[firm].machine.tick(now);
        }
        if let Some(month) = self.agenda.month_that_ends() {
            self.link_persons(month);
        }
        self.agenda.later(DAY_MS, Event::Day);
        Ok(())
    }

    /// Carries out a person's effects; the reply to the frame in hand, if there is one, comes out.
    fn run_person(&mut self, person: usize, effects: Vec<person::Effect>) -> Result<Option<Reply>, Wrong> {
        let mut answer = None;
        for effect in effects {
            match effect {
                person::Effect::Persist(record) => {
                    let now = self.agenda.time();
                    self.beings[person].watch.see(&record, now)?;
                }
                person::Effect::Reply(reply) => answer = Some(reply),
                person::Effect::Disclose(plan) => {
                    let (now, mut entropy) = (self.agenda.time(), self.entropy());
                    let being = &mut self.beings[person];
                    let values = &being.values;
                    let mut value = |release: &regie_protocol::decision::Release| values.get(&release.field()).cloned();
                    let sealed = being.machine.seal(plan, &mut value, now, &mut entropy).map_err(refused)?;
                    answer = self.run_person(person, sealed)?.or(answer);
                }
                person::Effect::Segments(supplier) => self.speak(person, &supplier)?,
                // What waits is sent by the next exchange; boards are asked by whoever casts or collects.
                person::Effect::Deliver(_)
                | person::Effect::Meet(_)
                | person::Effect::Correct(_)
                | person::Effect::Board(_) => {}
            }
        }
        Ok(answer)
    }

    /// Carries out a supplier's effects. Every value that is taken in must stand under a grant that the onlooker saw.
    fn run_firm(&mut self, person: usize, firm: usize, effects: Vec<supplier::Effect>) -> Result<Option<Reply>, Wrong> {
        let mut answer = None;
        for effect in effects {
            match effect {
                supplier::Effect::Persist(supplier::Record::Value { person: key, field, held, observed, .. }) => {
                    let supplier = self.firms[firm].key;
                    self.beings[person].watch.granted(&supplier, &held.grant, field)?;
                    let told = self.firms[firm].told.entry(key).or_default();
                    told.insert(field, (observed.value.as_str().to_owned(), held.grant));
                    self.tally("values", 1);
                    self.harm(firm, |harm| harm.values += 1);
                }
                supplier::Effect::Persist(supplier::Record::Member { .. }) => self.tally("memberships_told", 1),
                supplier::Effect::Persist(supplier::Record::Counted { person: key, segment, answer }) => {
                    self.firms[firm].reports.entry(segment).or_default().insert(key, answer);
                }
                supplier::Effect::Persist(_) | supplier::Effect::Deliver(_) => {}
                supplier::Effect::Reply(reply) => answer = Some(reply),
            }
        }
        Ok(answer)
    }

    fn count_reply(&mut self, firm: usize, reply: &Reply) {
        match reply {
            Reply::Refused(_) => {
                self.tally("refused", 1);
                self.harm(firm, |harm| harm.refused += 1);
            }
            Reply::Answer(signed) => {
                let Ok(disclosure) = signed.clone().verify() else { return };
                let has = |of: fn(&Answer) -> bool| disclosure.answers.values().any(of);
                let asked = has(|answer| matches!(answer, Answer::Asked));
                let given = has(|answer| matches!(answer, Answer::Value { .. } | Answer::Absent));
                self.tally(
                    if asked {
                        "asked"
                    } else if given {
                        "answered"
                    } else {
                        "refused"
                    },
                    1,
                );
                self.harm(firm, |harm| match (asked, given) {
                    (true, _) => harm.asked += 1,
                    (false, true) => harm.answered += 1,
                    (false, false) => harm.refused += 1,
                });
            }
            _ => {}
        }
    }

    /// A message goes out; or is lost, with its line.
    fn lost<T: serde::Serialize>(&mut self, person: usize, firm: usize, message: &T) -> bool {
        self.sent(message);
        let lost = self.rng.random_bool(self.scenario.network.loss);
        if lost {
            let key = self.firms[firm].key;
            let own = self.beings[person].machine.pairing_key(&key).public();
            self.firms[firm].machine.connection_lost(&own);
            self.beings[person].machine.connection_lost(&key);
        }
        lost
    }

    fn sent<T: serde::Serialize>(&mut self, message: &T) {
        let bytes = wire::encode(message).map_or(0, |bytes| bytes.len() as u64);
        self.tally("messages", 1);
        self.tally("bytes", bytes);
    }

    fn attacker(&self, firm: usize) -> Option<&'a Attacker> {
        self.firms[firm].attack.map(|at| &self.rules.attacker[at])
    }

    fn attack(&self, firm: usize) -> Option<Attack> {
        self.attacker(firm).map(|attacker| attacker.kind)
    }

    fn harm(&mut self, firm: usize, change: impl FnOnce(&mut Harm)) {
        if let Some(kind) = self.attack(firm) {
            change(self.lived.harm.entry(kind).or_default());
        }
    }

    fn asks(&self, firm: usize, number: usize) -> &'a Asks {
        &self.scenario.sector[self.firms[firm].sector].asks[number]
    }

    fn tally(&mut self, name: &'static str, more: u64) {
        let at = self.agenda.month();
        self.lived.tally(at, name, more);
    }

    fn entropy(&mut self) -> Entropy {
        Entropy::new(self.rng.random())
    }
}

/// A likely value: some tell one person from all others, some are shared by many.
fn value_of(field: FieldPath, person: u64, area: u32, rng: &mut ChaCha8Rng) -> String {
    let mut one_of = |words: &[&str]| words[rng.random_range(0..words.len())].to_owned();
    match field.info().path {
        "address.country" => "Nederland".into(),
        "address.postalCode" => postal_code(area),
        "address.locality" => format!("town {}", area / 4),
        "address.region" => format!("province {}", area / 16),
        "gender" => one_of(&["f", "m", "x"]),
        "household.size" => one_of(&["1", "1", "2", "2", "3", "4", "5"]),
        "household.homeType" => one_of(&["rented", "owned"]),
        "language" => one_of(&["nl", "nl", "nl", "en", "tr"]),
        "clothing.size" => one_of(&["S", "M", "L", "XL"]),
        "income.annual" => one_of(&["20000", "30000", "40000", "60000", "90000"]),
        "birthDate" => {
            let (year, month, day) = (rng.random_range(1940..2008), rng.random_range(1..13), rng.random_range(1..29));
            format!("{year:04}-{month:02}-{day:02}")
        }
        path => format!("{path} of {person}"),
    }
}

/// The postal code of an area.
fn postal_code(area: u32) -> String {
    format!("{} AB", 1_000 + area)
}

fn refused(error: impl std::fmt::Display) -> Wrong {
    Wrong::Refused(error.to_string())
}
