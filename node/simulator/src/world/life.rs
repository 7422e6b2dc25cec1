//! Lives a world from its first moment to its last: one person, or a group.
//!
//! A node is up for some hours from a minute of its own each day. `wire` carries what is said between persons and
//! suppliers, `board` what is said to the board, `needs` casts and offers, `segments` speaks of segments, `home` has the
//! values and moves house, `letters` has suppliers without a companion, `attacks` means harm, `linkability` tries to tell persons apart.

use rand::Rng as _;
use regie_protocol::{
    DAY_MS, Entropy, Nonce,
    person::{Input, Remember},
};

use crate::{
    measure::lived::Lived,
    scenario::Scenario,
    world::{
        event::Event,
        failure::{Failed, Wrong, refused},
        said,
        state::World,
    },
};

const HOUR_MS: f64 = 3_600_000.0;

/// Lives the person of this number, or the group where the scenario has groups.
///
/// # Errors
/// [`Failed`].
pub fn live(scenario: &Scenario, number: u32, seed: u64) -> Result<Lived, Failed> {
    let rules = scenario.rules();
    let mut world = World::new(scenario, &rules, number, seed);
    match world.run() {
        Ok(()) => {
            world.lived.months.iter_mut().for_each(|month| month.cost(&scenario.costs));
            Ok(world.lived)
        }
        Err(what) => Err(Failed { number, alone: scenario.group.is_none(), day: world.agenda.day(), seed, what }),
    }
}

impl World<'_> {
    fn run(&mut self) -> Result<(), Wrong> {
        self.begin()?;
        while let Some(event) = self.agenda.turn_to_next() {
            self.happen(event)?;
            self.spend();
        }
        self.link_intents();
        self.link_moments();
        self.sum_up_counts()?;
        if self.persons.iter().all(|who| who.logs_are_whole()) { Ok(()) } else { Err(Wrong::Log) }
    }

    pub(super) fn happen(&mut self, event: Event) -> Result<(), Wrong> {
        match event {
            Event::Online(person) => self.online(person)?,
            Event::Offline(person) => self.offline(person),
            Event::Up(person, supplier) => self.dial(person, supplier)?,
            Event::Due(person, supplier) => {
                self.stir(person, &self.suppliers[supplier].key.clone());
                self.flush(person, supplier)?;
            }
            Event::Arrives(person, supplier, arrival) => self.arrives(person, supplier, arrival)?,
            Event::Board(asker, what) => self.at_board(asker, what)?,
            Event::Look(person) => self.look(person)?,
            Event::Ask(person, supplier, number) => self.ask(person, supplier, number)?,
            Event::Opens(supplier) => {
                self.agenda.later(DAY_MS, Event::Opens(supplier));
                self.opens(supplier);
            }
            Event::Need(person) => self.need(person)?,
            Event::Decide(need) => self.deciding(need)?,
            Event::NeedEnds(need) => self.need_ends(need),
            Event::Mail(supplier) => self.mail(supplier),
            Event::Move(person) => self.moves_house(person)?,
            Event::Revoke(person) => self.revoke(person)?,
            Event::Form(person, supplier, number) => self.form(person, supplier, number),
            Event::Asserts(person) => self.assert_right(person),
            Event::Post(person, supplier, post) => self.post(person, supplier, &post),
            Event::Day => self.day_passes()?,
        }
        Ok(())
    }

    /// The node goes up: it dials its suppliers, everything that waits goes out, segments are looked at, the board is
    /// asked. Where it is up all day, this comes once a day all the same.
    fn online(&mut self, person: usize) -> Result<(), Wrong> {
        let told = self.give(person, Input::Tick, None).map_err(refused)?;
        self.run_person(person, told)?;
        self.persons[person].online = true;
        let hours = self.scenario.online.hours_a_day;
        if hours < 24.0 {
            self.agenda.later((hours * HOUR_MS) as u64, Event::Offline(person));
        }
        let suppliers: Vec<usize> = self.persons[person].relationships.keys().copied().collect();
        for supplier in suppliers {
            self.ask_for_segments(person, supplier)?;
            self.dial(person, supplier)?;
            self.attack_if_due(person, supplier)?;
        }
        self.tell_board_all(person)?;
        self.agenda.later(DAY_MS, Event::Online(person));
        Ok(())
    }

    /// The node goes down, and everything that was on its way to or from it is lost.
    fn offline(&mut self, person: usize) {
        let suppliers: Vec<usize> = self.persons[person].relationships.keys().copied().collect();
        suppliers.into_iter().for_each(|supplier| self.hang_up(person, supplier));
        let who = &mut self.persons[person];
        who.online = false;
        who.times += 1;
        who.talking.clear();
    }

    fn ask(&mut self, person: usize, supplier: usize, number: usize) -> Result<(), Wrong> {
        let asks = self.asks(supplier, number);
        let Some(relationship) = self.persons[person].relationships.get(&supplier) else { return Ok(()) };
        let ask = asks.ask(relationship.line.own);
        let (now, mut entropy) = (self.agenda.time(), self.entropy());
        // A full outbox makes the company wait, like everybody.
        if let Ok((_, effects)) = self.suppliers[supplier].machine.ask(ask, now, &mut entropy) {
            self.run_supplier(supplier, effects, false)?;
            let relationship = self.persons[person].relationships.get_mut(&supplier);
            let repeats = u64::from(relationship.is_some_and(|relationship| relationship.asks(number)));
            let month = self.month();
            month.requests += 1;
            month.repeats += repeats;
            month.fields_asked += asks.fields.len() as u64;
            month.fields_needed += asks.needs.len() as u64;
            self.flush(person, supplier)?;
        }
        self.agenda.later(u64::from(asks.every_days) * DAY_MS, Event::Ask(person, supplier, number));
        Ok(())
    }

    /// The person looks at what waits, and decides each.
    fn look(&mut self, person: usize) -> Result<(), Wrong> {
        let waiting = self.persons[person].waiting();
        self.month().decided(&waiting);
        for (id, _) in waiting {
            self.decide_request(person, &id)?;
        }
        self.flush_all(person)?;
        self.agenda.later(u64::from(self.scenario.person.looks_every_days) * DAY_MS, Event::Look(person));
        Ok(())
    }

    /// Yes or no by chance; some answers become the default for all of their kind.
    fn decide_request(&mut self, person: usize, id: &Nonce) -> Result<(), Wrong> {
        let seed: [u8; 32] = self.rng.random();
        let says_yes = self.rng.random_bool(self.scenario.person.says_yes);
        // One draw serves both answers, each with numbers of its own.
        let mut entropy = Entropy::new(seed);
        if self.rng.random_bool(self.scenario.person.remembers) {
            let input = Input::Remember(id, says_yes, None, Remember::Kind);
            // A policy may be full of rules; then this answer is for once.
            if let Ok(told) = self.give(person, input, Some(Entropy::new(seed))) {
                entropy.nonce();
                self.run_person(person, told)?;
            }
        }
        let told = match says_yes {
            true => self.give(person, Input::Allow(id, None), Some(entropy)),
            false => self.give(person, Input::Refuse(id), None),
        };
        // A relationship may be full of grants; then the request goes on waiting.
        told.map_or(Ok(()), |told| self.run_person(person, told).map(drop))
    }

    fn revoke(&mut self, person: usize) -> Result<(), Wrong> {
        let live = self.persons[person].live_grants(self.agenda.time());
        if !live.is_empty() {
            let grant = live[self.rng.random_range(0..live.len())];
            let entropy = self.entropy();
            let told = self.give(person, Input::Revoke(&grant, true), Some(entropy)).map_err(refused)?;
            self.run_person(person, told)?;
            self.persons[person].revoked.insert(grant, self.agenda.now());
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
        said::by_board(self.board.tick(now));
        for supplier in 0..self.suppliers.len() {
            let effects = self.suppliers[supplier].machine.tick(now);
            self.run_supplier(supplier, effects, false)?;
        }
        (0..self.persons.len()).try_for_each(|person| self.flush_all(person))?;
        if let Some(month) = self.agenda.month_that_ends() {
            self.compare(month);
            self.link_persons(month);
        }
        self.agenda.later(DAY_MS, Event::Day);
        Ok(())
    }
}
