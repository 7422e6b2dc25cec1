//! How a world begins: its suppliers, its persons, who is paired with whom, and the first time of everything that comes again.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng as _;
use regie_protocol::{
    Agreement, DAY_MS, Days, Keypair, Policy, Profile, RootSeed,
    policy::{SegmentRule, Who},
    supplier::Invite,
};

use crate::{
    measure::{
        holding::Past,
        meter::{self, Metered, Side},
        paper::Paper,
    },
    scenario::group::Attack,
    watch::Watch,
    world::{
        event::Event,
        failure::{Wrong, refused},
        person::Person,
        said,
        state::{World, drawn},
        supplier::{ADDRESS, Supplier},
    },
};

impl World<'_> {
    /// Everybody is there, those are paired who are from the first day, and everything has its first time.
    pub(super) fn begin(&mut self) -> Result<(), Wrong> {
        // What an earlier life of this thread left uncounted, where it went wrong.
        meter::take();
        let before = u64::from(self.lived.number) * u64::from(self.rules.persons);
        let persons = u64::from(self.scenario.persons).saturating_sub(before).min(u64::from(self.rules.persons));
        self.lived.persons = persons;
        self.found()?;
        (0..persons).for_each(|person| self.bear(before + person));
        for person in 0..self.persons.len() {
            for supplier in self.first_suppliers() {
                if self.suppliers[supplier].companion {
                    self.pair_at_first(person, supplier)?;
                } else {
                    self.persons[person].paper.insert(supplier, Paper::default());
                }
            }
        }
        self.plan();
        self.spend();
        Ok(())
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
        let shares: Vec<f64> = self.scenario.sector.iter().map(|sector| sector.share).collect();
        for (number, attack) in attacks.into_iter().enumerate() {
            let sector = drawn(&shares, &mut self.rng);
            let companion = attack.is_some() || self.has_companion();
            self.add_supplier(sector, attack, companion)?;
            if !companion {
                continue;
            }
            if number < shared && self.rules.intents.as_ref().is_some_and(|rules| rules.admits) {
                said::by_board(self.board.admit(&[self.suppliers[number].key].into()).map_err(refused)?);
            }
            self.publish(number)?;
        }
        Ok(())
    }

    /// One more supplier.
    pub(super) fn add_supplier(&mut self, sector: usize, attack: Option<usize>, companion: bool) -> Result<(), Wrong> {
        let number = self.suppliers.len();
        meter::turn(Side::Supplier);
        let secret = self.rng.random();
        let mut machine = Metered::new(Side::Supplier, regie_protocol::Supplier::new(Keypair::from_secret(&secret)));
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
            board: false,
            issued: self.agenda.time(),
        };
        said::by_supplier(machine.set_profile(profile).map_err(refused)?);
        let wares = self.wares(number);
        self.suppliers.push(Supplier {
            machine,
            key,
            sector,
            companion,
            attack,
            wares,
            seen: 0,
            looking: false,
            notes: BTreeMap::new(),
            heard: BTreeMap::new(),
            reports: BTreeMap::new(),
        });
        Ok(())
    }

    /// One more person, the one of this number in the scenario.
    pub(super) fn bear(&mut self, number: u64) {
        let policy = self.first_policy();
        let area = self.rng.random_range(0..self.rules.areas);
        let values = self.furnish(number, area);
        // A key of the person's own is made with the machine.
        meter::turn(Side::Person);
        let seed = RootSeed::from_entropy(self.rng.random());
        let chooses = self.rules.intents.is_some();
        let likes = self.suppliers.iter().filter(|_| chooses).map(|_| self.rng.random_range(0.0..1.0)).collect();
        let mut machine = regie_protocol::Person::new(seed, policy);
        machine.tell_within(self.scenario.network.tell_within_s * 1_000);
        self.persons.push(Person {
            number,
            machine: Metered::new(Side::Person, machine),
            values,
            area,
            moves: 0,
            past: Past::default(),
            watch: Metered::new(Side::Onlooker, Watch::default()),
            online: false,
            relationships: BTreeMap::new(),
            paper: BTreeMap::new(),
            times: 0,
            talking: BTreeSet::new(),
            deciding: BTreeMap::new(),
            revoked: BTreeMap::new(),
            likes,
        });
    }

    /// A preset by lot, and what it says of segments.
    fn first_policy(&mut self) -> Policy {
        let shares = &self.scenario.policies;
        let at = drawn(&[shares.careful, shares.balanced, shares.open], &mut self.rng);
        let preset = Policy::preset(["careful", "balanced", "open"][at]);
        let mut policy = preset.unwrap_or_else(|| Policy::of(Vec::new()));
        if let Some(segments) = &self.rules.segments {
            let answer = segments.default_of(self.rng.random_range(0.0..1.0));
            policy.segments.push(SegmentRule { name: "by default".into(), who: Who::Anyone, answer });
        }
        policy
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
        let hostile = (self.rules.suppliers as usize..self.suppliers.len())
            .filter(|supplier| self.attacker(*supplier).is_some_and(|attacker| attacker.kind != Attack::Sybil));
        shared.extend(hostile);
        shared.sort_unstable();
        shared
    }

    /// The supplier invites the person, who pairs before any time passes.
    pub(super) fn pair_at_first(&mut self, person: usize, supplier: usize) -> Result<(), Wrong> {
        let now = self.agenda.time();
        let invite = Invite { uses: Some(1), expires: now.plus_days(Days(1)), made: now, test: false };
        let entropy = &mut self.entropy();
        let (invitation, effects) = self.suppliers[supplier].machine.invite(invite, entropy);
        self.run_supplier(supplier, effects, false)?;
        self.pair(person, supplier, invitation.id)
    }

    /// Puts the first of everything that comes again into the queue.
    fn plan(&mut self) {
        for person in 0..self.persons.len() {
            let wakes = self.rng.random_range(0..DAY_MS);
            self.agenda.later(wakes, Event::Online(person));
            let looks = self.rng.random_range(0..u64::from(self.scenario.person.looks_every_days) * DAY_MS);
            self.agenda.later(looks, Event::Look(person));
            self.agenda.once_a(self.scenario.person.revokes_a_year, &mut self.rng, Event::Revoke(person));
            self.agenda.once_a(self.scenario.person.moves_a_year, &mut self.rng, Event::Move(person));
            let suppliers: Vec<usize> = self.persons[person].relationships.keys().copied().collect();
            // Attackers do nothing but harm, so that all that they get is what it brought; colluders look like others.
            for supplier in suppliers.into_iter().filter(|supplier| *supplier < self.rules.suppliers as usize) {
                self.plan_asks(person, supplier);
            }
            self.plan_letters(person);
            if let Some(intents) = &self.rules.intents {
                self.agenda.once_a(intents.needs_a_year, &mut self.rng, Event::Need(person));
            }
        }
        self.plan_market();
        self.agenda.later(DAY_MS, Event::Day);
    }

    fn plan_asks(&mut self, person: usize, supplier: usize) {
        for number in 0..self.scenario.sector[self.suppliers[supplier].sector].asks.len() {
            let every = self.asks(supplier, number).every_days;
            let first = self.rng.random_range(0..u64::from(every) * DAY_MS);
            self.agenda.later(first, Event::Ask(person, supplier, number));
        }
    }

    /// Suppliers look at the board and write to everybody, where there are needs.
    fn plan_market(&mut self) {
        let Some(intents) = &self.rules.intents else { return };
        for supplier in 0..self.suppliers.len() {
            if self.suppliers[supplier].companion {
                let opens = self.rng.random_range(0..DAY_MS);
                self.agenda.later(opens, Event::Opens(supplier));
            }
            if let None | Some(Attack::Collude) = self.attack(supplier) {
                let first = self.rng.random_range(0..u64::from(intents.mail.every_days) * DAY_MS);
                self.agenda.later(first, Event::Mail(supplier));
            }
        }
    }
}
