//! A group: persons who share suppliers and a board, lived together and by themselves. In: the scenario, the group's
//! number, the seed. Out: tallies by month, what attackers got, how well counts were estimated; or what the watch found
//! broken.
//!
//! A node is up for some hours from a minute of its own each day. Everything that is said is said by the machines of the
//! protocol: `group/links.rs` carries it between persons and suppliers, `group/boards.rs` to the board, `group/wants.rs`
//! casts and offers, `group/words.rs` speaks of segments, `group/homes.rs` has the values and moves house,
//! `group/attacks.rs` means harm, `group/records.rs` tries to tell persons apart, `group/rules.rs` is the scenario.

mod attacks;
mod boards;
mod homes;
mod links;
mod records;
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
    Agreement, Board, DAY_MS, Days, Entropy, FieldPath, Keypair, ObjectId, Observed, Person, Policy, Profile,
    PublicKey, RootSeed, Supplier,
    intent::Category,
    message::{PersonReply, SupplierReply},
    person::{Input, OwnerError, Record, Remember},
    policy::{SegmentRule, Who},
    supplier::{self, Invite},
};

use crate::{
    measure::{
        holding::Past,
        meter::{self, Metered, Side},
        month::Month,
        tally::{Harm, Lived},
    },
    scenario::{
        Asks, Scenario,
        group::{Attack, Attacker, GroupRules},
    },
    watch::{Broken, Watch},
    world::{
        agenda::{self, Agenda},
        hands::{self, Told},
        life::{self, Wrong, refused},
        line::Wire,
    },
};
use boards::{Asker, ToBoard};
use links::{Arrival, Link};
use wants::Need;

const HOUR_MS: f64 = 3_600_000.0;
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
        Ok(()) => {
            group.lived.cost(&scenario.costs);
            Ok(group.lived)
        }
        Err(what) => Err(GroupFailed { group: number, day: group.agenda.day(), seed, what }),
    }
}

enum Event {
    Online(usize),
    Offline(usize),
    /// A person and a supplier: a lost line is to be up again.
    Up(usize, usize),
    Arrives(usize, usize, Arrival),
    Board(Asker, ToBoard),
    Look(usize),
    Ask(usize, usize, usize),
    Opens(usize),
    Need(usize),
    Decide(usize),
    NeedEnds(usize),
    Mail(usize),
    Move(usize),
    Revoke(usize),
    Day,
}

/// A person.
struct Being {
    number: u64,
    machine: Metered<Person>,
    values: BTreeMap<FieldPath, Observed>,
    area: u32,
    moves: u32,
    past: Past,
    watch: Metered<Watch>,
    online: bool,
    /// By supplier: those that they are paired with, or are about to be.
    links: BTreeMap<usize, Link>,
    /// How often the node was online: what it said to a board in an earlier time is lost.
    times: u32,
    /// Intents that the board has been told something of and has not answered yet.
    talking: BTreeSet<ObjectId>,
    /// Needs that the person decides as soon as the node has asked the board once more.
    deciding: BTreeMap<ObjectId, usize>,
    /// Revocations under way: when each was made.
    revoked: BTreeMap<ObjectId, u64>,
}

/// A supplier.
struct Firm {
    machine: Metered<Supplier>,
    key: PublicKey,
    sector: usize,
    attack: Option<usize>,
    /// What it sells, and on which terms.
    sells: Option<Category>,
    price: u64,
    terms: BTreeMap<String, String>,
    /// Where its last look at the board ended, and is one under way?
    seen: u64,
    looking: bool,
    /// To the board and back.
    wires: [Wire; 2],
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
    board: Metered<Board>,
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
            board: Metered::new(Side::Board, Board::new(board_key)),
            board_key,
            needs: Vec::new(),
            patterns: BTreeMap::new(),
            likes: Vec::new(),
            lived: Lived::new(number, agenda::months(scenario.days)),
        }
    }

    fn run(&mut self) -> Result<(), Wrong> {
        self.begin()?;
        while let Some(event) = self.agenda.turn_to_next() {
            self.happen(event)?;
            self.spend();
        }
        self.link_intents();
        self.sum_up_counts()?;
        self.beings.iter().try_for_each(|being| life::whole(&being.machine, &being.watch))
    }

    /// Everybody is there, those are paired who are from the first day, and everything has its first time.
    fn begin(&mut self) -> Result<(), Wrong> {
        // What an earlier life of this thread left uncounted, where it went wrong.
        meter::take();
        let before = u64::from(self.lived.group) * u64::from(self.rules.persons);
        let persons = u64::from(self.scenario.persons).saturating_sub(before).min(u64::from(self.rules.persons));
        self.lived.persons = persons;
        self.found()?;
        (0..persons).for_each(|person| self.bear(before + person));
        for person in 0..self.beings.len() {
            for firm in self.first_suppliers() {
                let now = self.agenda.time();
                let invite = Invite { uses: Some(1), expires: now.plus_days(Days(1)), made: now, test: false };
                let entropy = &mut self.entropy();
                let (invitation, _) = self.firms[firm].machine.invite(invite, entropy);
                self.pair(person, firm, invitation.id)?;
            }
        }
        self.plan();
        self.spend();
        Ok(())
    }

    /// The work since the last event is of this month.
    fn spend(&mut self) {
        let spent = meter::take();
        let month = self.agenda.month();
        self.lived.spend(month, &spent);
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
            if number < shared && self.rules.intents.as_ref().is_some_and(|rules| rules.admits) {
                self.board.admit(&[firm.key].into()).map_err(refused)?;
            }
            self.firms.push(firm);
            self.publish(number)?;
        }
        Ok(())
    }

    fn firm(&mut self, number: usize, attack: Option<usize>) -> Result<Firm, Wrong> {
        let shares: Vec<f64> = self.scenario.sector.iter().map(|sector| sector.share).collect();
        let sector = life::drawn(&shares, &mut self.rng);
        meter::turn(Side::Supplier);
        let mut machine = Metered::new(Side::Supplier, Supplier::new(Keypair::from_secret(&self.rng.random())));
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
            keys: regie_protocol::KeyHistory::default(),
            issued: self.agenda.time(),
        };
        machine.set_profile(profile).map_err(refused)?;
        let (sells, price, terms) = self.wares(number);
        let (seen, looking, wires) = (0, false, <[Wire; 2]>::default());
        let (told, reports) = (BTreeMap::new(), BTreeMap::new());
        Ok(Firm { machine, key, sector, attack, sells, price, terms, seen, looking, wires, told, reports })
    }

    fn bear(&mut self, number: u64) {
        let shares = &self.scenario.policies;
        let at = life::drawn(&[shares.careful, shares.balanced, shares.open], &mut self.rng);
        let preset = Policy::preset(["careful", "balanced", "open"][at]);
        let mut policy = preset.unwrap_or_else(|| Policy::of(Vec::new()));
        if let Some(segments) = &self.rules.segments {
            let answer = segments.default_of(self.rng.random_range(0.0..1.0));
            policy.segments.push(SegmentRule { name: "by default".into(), who: Who::Anyone, answer });
        }
        let area = self.rng.random_range(0..self.rules.areas);
        let values = self.furnish(number, area);
        let machine = Metered::new(Side::Person, Person::new(RootSeed::from_entropy(self.rng.random()), policy));
        self.beings.push(Being {
            number,
            machine,
            values,
            area,
            moves: 0,
            past: Past::default(),
            watch: Metered::new(Side::Onlooker, Watch::default()),
            online: false,
            links: BTreeMap::new(),
            times: 0,
            talking: BTreeSet::new(),
            deciding: BTreeMap::new(),
            revoked: BTreeMap::new(),
        });
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

    /// Puts the first of everything that comes again into the queue.
    fn plan(&mut self) {
        for person in 0..self.beings.len() {
            let wakes = self.rng.random_range(0..DAY_MS);
            self.agenda.later(wakes, Event::Online(person));
            let looks = self.rng.random_range(0..u64::from(self.scenario.person.looks_every_days) * DAY_MS);
            self.agenda.later(looks, Event::Look(person));
            self.agenda.once_a(self.scenario.person.revokes_a_year, &mut self.rng, Event::Revoke(person));
            self.agenda.once_a(self.scenario.person.moves_a_year, &mut self.rng, Event::Move(person));
            let firms: Vec<usize> = self.beings[person].links.keys().copied().collect();
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
            Event::Offline(person) => {
                self.offline(person);
                Ok(())
            }
            Event::Up(person, firm) => self.dial(person, firm),
            Event::Arrives(person, firm, arrival) => self.arrives(person, firm, arrival),
            Event::Board(asker, what) => self.at_board(asker, what),
            Event::Look(person) => self.look(person),
            Event::Ask(person, firm, number) => self.ask(person, firm, number),
            Event::Opens(firm) => {
                self.agenda.later(DAY_MS, Event::Opens(firm));
                self.opens(firm);
                Ok(())
            }
            Event::Need(person) => self.need(person),
            Event::Decide(need) => self.deciding(need),
            Event::NeedEnds(need) => self.need_ends(need),
            Event::Mail(firm) => self.mail(firm),
            Event::Move(person) => self.moves_house(person),
            Event::Revoke(person) => self.revoke(person),
            Event::Day => self.day_passes(),
        }
    }

    /// The node goes up: it dials its suppliers, everything that waits goes out, segments are looked at, the board is
    /// asked. Where it is up all day, this comes once a day all the same.
    fn online(&mut self, person: usize) -> Result<(), Wrong> {
        let told = self.give(person, Input::Tick, None).map_err(refused)?;
        self.run_person(person, told)?;
        self.beings[person].online = true;
        let hours = self.scenario.online.hours_a_day;
        if hours < 24.0 {
            self.agenda.later((hours * HOUR_MS) as u64, Event::Offline(person));
        }
        let firms: Vec<usize> = self.beings[person].links.keys().copied().collect();
        for firm in firms {
            self.ask_for_segments(person, firm)?;
            self.dial(person, firm)?;
            self.attack_if_due(person, firm)?;
        }
        self.tell_board_all(person)?;
        self.agenda.later(DAY_MS, Event::Online(person));
        Ok(())
    }

    /// The node goes down, and everything that was on its way to or from it is lost.
    fn offline(&mut self, person: usize) {
        let firms: Vec<usize> = self.beings[person].links.keys().copied().collect();
        firms.into_iter().for_each(|firm| self.hang_up(person, firm));
        let being = &mut self.beings[person];
        being.online = false;
        being.times += 1;
        being.talking.clear();
    }

    fn ask(&mut self, person: usize, firm: usize, number: usize) -> Result<(), Wrong> {
        let asks = self.asks(firm, number);
        let Some(link) = self.beings[person].links.get(&firm) else { return Ok(()) };
        let ask = asks.ask(link.line.own);
        let (now, mut entropy) = (self.agenda.time(), self.entropy());
        // A full outbox makes the company wait, like everybody.
        if self.firms[firm].machine.ask(ask, now, &mut entropy).is_ok() {
            let link = self.beings[person].links.get_mut(&firm);
            let repeats = u64::from(link.is_some_and(|link| link.asks(number)));
            let month = self.month();
            month.requests += 1;
            month.repeats += repeats;
            month.fields_asked += asks.fields.len() as u64;
            month.fields_needed += asks.needs.len() as u64;
            self.flush(person, firm)?;
        }
        self.agenda.later(u64::from(asks.every_days) * DAY_MS, Event::Ask(person, firm, number));
        Ok(())
    }

    /// The person looks at what waits, and decides each.
    fn look(&mut self, person: usize) -> Result<(), Wrong> {
        let waiting = life::waiting(&self.beings[person].machine);
        self.month().decided(&waiting);
        for (id, _) in waiting {
            let seed: [u8; 32] = self.rng.random();
            let says_yes = self.rng.random_bool(self.scenario.person.says_yes);
            // One draw serves both answers, each with numbers of its own.
            let mut entropy = Entropy::new(seed);
            if self.rng.random_bool(self.scenario.person.remembers) {
                let input = Input::Remember(&id, says_yes, Remember::Kind);
                // A policy may be full of rules; then this answer is for once.
                if let Ok(told) = self.give(person, input, Some(Entropy::new(seed))) {
                    entropy.nonce();
                    self.run_person(person, told)?;
                }
            }
            let effects = match says_yes {
                true => self.give(person, Input::Allow(&id), Some(entropy)),
                false => self.give(person, Input::Refuse(&id), None),
            };
            // A relationship may be full of grants; then the request goes on waiting.
            if let Ok(effects) = effects {
                self.run_person(person, effects)?;
            }
        }
        self.flush_all(person)?;
        self.agenda.later(u64::from(self.scenario.person.looks_every_days) * DAY_MS, Event::Look(person));
        Ok(())
    }

    fn revoke(&mut self, person: usize) -> Result<(), Wrong> {
        let now = self.agenda.time();
        let live = life::live_grants(&self.beings[person].machine, now);
        if !live.is_empty() {
            let grant = live[self.rng.random_range(0..live.len())];
            let entropy = self.entropy();
            let told = self.give(person, Input::Revoke(&grant, true), Some(entropy)).map_err(refused)?;
            self.run_person(person, told)?;
            self.beings[person].revoked.insert(grant, self.agenda.now());
            self.month().revocations += 1;
            self.flush_all(person)?;
        }
        self.agenda.once_a(self.scenario.person.revokes_a_year, &mut self.rng, Event::Revoke(person));
        Ok(())
    }

    /// A day is over: everybody lets go of what is past its time; on the last of a month what suppliers hold is
    /// compared with what is so, and colluders compare notes.
    fn day_passes(&mut self) -> Result<(), Wrong> {
        let now = self.agenda.time();
        self.board.tick(now);
        for firm in 0..self.firms.len() {
            let effects = self.firms[firm].machine.tick(now);
            self.run_firm(firm, effects, false)?;
        }
        (0..self.beings.len()).try_for_each(|person| self.flush_all(person))?;
        if let Some(month) = self.agenda.month_that_ends() {
            self.compare(month);
            self.link_persons(month);
        }
        self.agenda.later(DAY_MS, Event::Day);
        Ok(())
    }

    fn give(&mut self, person: usize, input: Input<'_>, given: Option<Entropy>) -> Result<Told, OwnerError> {
        let (now, being) = (self.agenda.time(), &mut self.beings[person]);
        hands::give(&mut being.machine, input, now, &being.values, given, &mut self.rng)
    }

    /// Carries out what a person's machine said; the reply to the frame in hand, if there is one, comes out.
    fn run_person(&mut self, person: usize, told: Told) -> Result<Option<PersonReply>, Wrong> {
        let now = self.agenda.time();
        for record in told.records {
            self.beings[person].watch.see(&record, now)?;
            // Every message that is to go out is a record first.
            if let Record::Outgoing { supplier, .. } = &record {
                self.stir(person, supplier);
            }
        }
        for supplier in told.segments {
            self.speak(person, &supplier)?;
        }
        Ok(told.reply)
    }

    /// Carries out a supplier's effects; `answered` where they are of the answer to a request. Every value that is taken
    /// in must stand under a grant that the onlooker saw.
    fn run_firm(
        &mut self,
        firm: usize,
        effects: Vec<supplier::Effect>,
        answered: bool,
    ) -> Result<Option<SupplierReply>, Wrong> {
        let mut answer = None;
        for effect in effects {
            match effect {
                supplier::Effect::Persist(record) => self.keep(firm, record, answered)?,
                supplier::Effect::Reply(reply) => answer = Some(reply),
                // What waits is sent by the next flush.
                supplier::Effect::Deliver(_) | supplier::Effect::Heard(..) => {}
            }
        }
        Ok(answer)
    }

    fn keep(&mut self, firm: usize, record: supplier::Record, answered: bool) -> Result<(), Wrong> {
        match record {
            supplier::Record::Value { person: key, field, held, observed, .. } => {
                let Some(being) = self.owners.get(&key).map(|person| &mut self.beings[*person]) else {
                    return Err(Broken::NoGrant.into());
                };
                being.watch.granted(&self.firms[firm].key, &held.grant, field)?;
                if let Some(link) = being.links.get_mut(&firm) {
                    link.holding.take_in(field, observed.value.as_str(), answered);
                }
                let told = self.firms[firm].told.entry(key).or_default();
                told.insert(field, (observed.value.as_str().to_owned(), held.grant));
                self.month().values += 1;
                self.harm(firm, |harm| harm.values += 1);
            }
            // What a liar erases it goes on having where it lies.
            supplier::Record::Erased { person: key, fields, .. } => {
                let being = self.owners.get(&key).map(|person| &mut self.beings[*person]);
                if let Some(link) = being.and_then(|being| being.links.get_mut(&firm)) {
                    link.holding.erase(&fields);
                    link.line.stir();
                }
            }
            supplier::Record::Member { .. } => self.tally("memberships_told", 1),
            supplier::Record::Counted { person: key, segment, answer } => {
                self.firms[firm].reports.entry(segment).or_default().insert(key, answer);
            }
            _ => {}
        }
        Ok(())
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

    fn month(&mut self) -> &mut Month {
        let at = self.agenda.month();
        self.lived.measures(at)
    }

    fn entropy(&mut self) -> Entropy {
        Entropy::new(self.rng.random())
    }
}
