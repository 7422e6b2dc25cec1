//! The state of a world, and how its machines are given something and what they say is carried out.
//!
//! A world is a group of persons who share suppliers and a board, lived by itself; a person who lives alone is a group of one.
//! Everything that is said is said by the machines of the protocol.

use std::collections::BTreeMap;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use regie_protocol::{
    Board, Entropy, Keypair, ObjectId, PublicKey,
    audit::Log,
    message::{PersonReply, SupplierReply},
    person::{Input, OwnerError, Record},
    supplier,
};

use crate::{
    measure::{
        lived::{Harm, Lived},
        meter::{self, Metered, Side},
        month::Month,
    },
    scenario::{
        Asks, Scenario,
        group::{Attack, Attacker, GroupRules},
    },
    watch::Broken,
    world::{
        agenda::{self, Agenda},
        event::Event,
        failure::Wrong,
        hands::{self, Told},
        person::{Need, Person},
        said,
        supplier::Supplier,
    },
};

/// A group of persons, or one alone.
pub(super) struct World<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) rules: &'a GroupRules,
    pub(super) rng: ChaCha8Rng,
    pub(super) agenda: Agenda<Event>,
    pub(super) persons: Vec<Person>,
    pub(super) suppliers: Vec<Supplier>,
    /// Who a pairwise key belongs to: for the measures alone.
    pub(super) owners: BTreeMap<PublicKey, usize>,
    pub(super) board: Metered<Board>,
    pub(super) board_key: PublicKey,
    pub(super) needs: Vec<Need>,
    /// Which pattern a segment is of.
    pub(super) patterns: BTreeMap<ObjectId, usize>,
    pub(super) lived: Lived,
    /// The entries of every relationship's log with their moment, where a script wants them.
    pub(super) tape: Option<Vec<(PublicKey, Vec<u8>, u64)>>,
}

impl<'a> World<'a> {
    /// The world of this number, in which nobody is yet. `rules` are those of the scenario's groups, or of a person alone.
    pub(super) fn new(scenario: &'a Scenario, rules: &'a GroupRules, number: u32, seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        bytes[8..12].copy_from_slice(&number.to_be_bytes());
        let mut rng = ChaCha8Rng::from_seed(bytes);
        let board_key = Keypair::from_secret(&rng.random()).public();
        Self {
            scenario,
            rules,
            rng,
            agenda: Agenda::new(scenario.days),
            persons: Vec::new(),
            suppliers: Vec::new(),
            owners: BTreeMap::new(),
            board: Metered::new(Side::Board, Board::new(board_key)),
            board_key,
            needs: Vec::new(),
            patterns: BTreeMap::new(),
            lived: Lived {
                on_paper: scenario.letters.is_some(),
                ..Lived::new(number, scenario.group.is_none(), agenda::months(scenario.days))
            },
            tape: None,
        }
    }

    pub(super) fn give(&mut self, person: usize, input: Input<'_>, given: Option<Entropy>) -> Result<Told, OwnerError> {
        let (now, who) = (self.agenda.time(), &mut self.persons[person]);
        hands::give(&mut who.machine, input, now, &who.values, given, &mut self.rng)
    }

    /// Carries out what a person's machine said; the reply to the frame in hand, if there is one, comes out.
    pub(super) fn run_person(&mut self, person: usize, told: Told) -> Result<Option<PersonReply>, Wrong> {
        let now = self.agenda.time();
        for record in told.records {
            self.persons[person].watch.see(&record, now)?;
            if let (Some(tape), Record::Entry { log: Log::With(key), bytes, .. }) = (&mut self.tape, &record) {
                tape.push((*key, bytes.clone(), now.0));
            }
            // Every message that is to go out is a record first.
            if let Record::Outgoing { supplier: key, .. } = &record {
                self.stir(person, key);
            }
        }
        for key in told.segments {
            self.speak(person, &key)?;
        }
        Ok(told.reply)
    }

    /// Carries out a supplier's effects; `answered` where they are of the answer to a request.
    pub(super) fn run_supplier(
        &mut self,
        supplier: usize,
        effects: supplier::Effects,
        answered: bool,
    ) -> Result<Option<SupplierReply>, Wrong> {
        let said = said::by_supplier(effects);
        for record in said.records {
            self.keep(supplier, record, answered)?;
        }
        Ok(said.reply)
    }

    /// What a supplier takes in or lets go of. Every value that it takes in must stand under a grant that the onlooker saw.
    fn keep(&mut self, supplier: usize, record: supplier::Record, answered: bool) -> Result<(), Wrong> {
        match record {
            supplier::Record::Value { person: key, field, held, observed, .. } => {
                let Some(who) = self.owners.get(&key).map(|person| &mut self.persons[*person]) else {
                    return Err(Broken::NoGrant.into());
                };
                who.watch.granted(&self.suppliers[supplier].key, &held.grant, field)?;
                if let Some(relationship) = who.relationships.get_mut(&supplier) {
                    relationship.holding.take_in(field, observed.value.as_str(), answered);
                }
                // What a liar erases it goes on having where it lies.
                if self.attack(supplier) == Some(Attack::Collude) {
                    let notes = self.suppliers[supplier].notes.entry(key).or_default();
                    notes.insert(field, (observed.value.as_str().to_owned(), held.grant));
                }
                self.month().values += 1;
                self.harm(supplier, |harm| harm.values += 1);
            }
            supplier::Record::Erased { person: key, fields, .. } => {
                let who = self.owners.get(&key).map(|person| &mut self.persons[*person]);
                if let Some(relationship) = who.and_then(|who| who.relationships.get_mut(&supplier)) {
                    relationship.holding.erase(&fields);
                    relationship.line.stir();
                }
            }
            supplier::Record::Member { .. } => self.month().memberships_told += 1,
            supplier::Record::Counted { person: key, segment, answer } => {
                self.suppliers[supplier].reports.entry(segment).or_default().insert(key, answer);
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn attacker(&self, supplier: usize) -> Option<&'a Attacker> {
        self.suppliers[supplier].attack.map(|at| &self.rules.attacker[at])
    }

    pub(super) fn attack(&self, supplier: usize) -> Option<Attack> {
        self.attacker(supplier).map(|attacker| attacker.kind)
    }

    pub(super) fn harm(&mut self, supplier: usize, change: impl FnOnce(&mut Harm)) {
        if let Some(kind) = self.attack(supplier) {
            change(self.lived.harm.entry(kind).or_default());
        }
    }

    /// What a supplier asks for, of this number among what its sector asks for.
    pub(super) fn asks(&self, supplier: usize, number: usize) -> &'a Asks {
        &self.scenario.sector[self.suppliers[supplier].sector].asks[number]
    }

    /// The figures of the month that it is.
    pub(super) fn month(&mut self) -> &mut Month {
        let at = self.agenda.month();
        self.lived.month(at)
    }

    /// The work since the last event is of this month.
    pub(super) fn spend(&mut self) {
        let spent = meter::take();
        let month = self.month();
        month.events += 1;
        month.spend(&spent);
    }

    pub(super) fn entropy(&mut self) -> Entropy {
        Entropy::new(self.rng.random())
    }
}

/// One of several by their shares.
pub(super) fn drawn(shares: &[f64], rng: &mut ChaCha8Rng) -> usize {
    let mut left = rng.random_range(0.0..1.0) * shares.iter().sum::<f64>();
    for (at, share) in shares.iter().enumerate() {
        if left < *share {
            return at;
        }
        left -= share;
    }
    shares.len() - 1
}
