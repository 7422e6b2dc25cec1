//! Persons' values, where they live, and how right is what suppliers hold of them. In: areas by lot, moves by chance.
//! Out: values; changes told by the node to whoever subscribes and, as today, by hand to some; the comparison of a month.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use regie_protocol::{FieldPath, Observed, Provenance, person::Input};

use crate::{
    scenario::group::Attack,
    world::{
        event::Event,
        failure::{Wrong, refused},
        person::Person,
        state::World,
    },
};

/// The groups of fields of which persons in a world have something. Scenarios ask for no others; a group that one asks for
/// is added here, which changes what comes out of every scenario in which somebody asks for everything.
const GROUPS: [&str; 12] = [
    "address",
    "contact",
    "employment",
    "energy",
    "finance",
    "health",
    "household",
    "identifiers",
    "name",
    "person",
    "preferences",
    "vehicle",
];

/// Everything that a person in a world has, and that a supplier can ask for.
pub(super) fn everything() -> impl Iterator<Item = FieldPath> {
    FieldPath::all().filter(|field| GROUPS.contains(&field.info().group))
}

impl World<'_> {
    /// A value for every field that persons have.
    pub(super) fn furnish(&mut self, number: u64, area: u32) -> BTreeMap<FieldPath, Observed> {
        let observed = self.agenda.time();
        let home = home(number, 0, area);
        let values = everything().filter_map(|field| {
            let value = home.get(&field).cloned().unwrap_or_else(|| value_of(field, number, &mut self.rng));
            Some((field, Observed { value: value.parse().ok()?, provenance: Provenance::Typed, observed }))
        });
        values.collect()
    }

    /// From now on this is true of a person; a text that is no value of the field is not.
    pub(super) fn set(&mut self, person: usize, field: FieldPath, value: &str) {
        if let Ok(value) = value.parse() {
            let observed = self.agenda.time();
            let observed = Observed { value, provenance: Provenance::Typed, observed };
            self.persons[person].values.insert(field, observed);
        }
    }

    /// A new address in an area by lot, told once: by the node to whoever subscribes, and as today to some. Intents name
    /// the new area from now on, and segments that come are held against it.
    pub(super) fn moves_house(&mut self, person: usize) -> Result<(), Wrong> {
        let area = self.rng.random_range(0..self.rules.areas);
        let (now, entropy) = (self.agenda.time(), self.entropy());
        let who = &mut self.persons[person];
        who.moves += 1;
        who.area = area;
        let mut told = BTreeMap::new();
        for (field, value) in home(who.number, who.moves, area) {
            let observed =
                value.parse().ok().map(|value| Observed { value, provenance: Provenance::Typed, observed: now });
            let (Some(observed), Some(held)) = (observed, who.values.get_mut(&field)) else { continue };
            if held.value != observed.value {
                who.past.turn(field, held.value.as_str(), &value, now.0);
                *held = observed;
                told.insert(field, value);
            }
        }
        let changed = told.keys().map(|field| (*field, true)).collect();
        let said = self.give(person, Input::FieldChanged(&changed), Some(entropy)).map_err(refused)?;
        self.run_person(person, said)?;
        for relationship in self.persons[person].relationships.values_mut() {
            if self.rng.random_bool(self.scenario.baseline.tells) {
                relationship.holding.tell_by_hand(&told);
            }
        }
        self.write_of_move(person, &told);
        self.month().moves += 1;
        self.flush_all(person)?;
        self.agenda.once_a(self.scenario.person.moves_a_year, &mut self.rng, Event::Move(person));
        Ok(())
    }

    /// At the end of this month: how right is what suppliers hold, and how right would today's copies be?
    pub(super) fn compare(&mut self, month: usize) {
        let now = self.agenda.now();
        let needs: Vec<[BTreeSet<FieldPath>; 2]> =
            (0..self.suppliers.len()).map(|supplier| self.needs_of(supplier)).collect();
        for Person { relationships, paper, past, .. } in &self.persons {
            for (supplier, paper) in paper {
                paper.compare(&needs[*supplier][0], past, now, self.lived.month(month));
            }
            for (supplier, relationship) in relationships {
                let needed = &needs[*supplier][usize::from(relationship.bought)];
                relationship.holding.compare(needed, past, now, self.lived.month(month));
            }
        }
    }

    /// What a supplier needs of a person who has bought nothing from it, and of one who has. Who means harm needs nothing.
    fn needs_of(&self, supplier: usize) -> [BTreeSet<FieldPath>; 2] {
        if self.attack(supplier).is_some_and(|attack| attack != Attack::Collude) {
            return Default::default();
        }
        let asks = self.scenario.sector[self.suppliers[supplier].sector].needs();
        let offers = self.rules.intents.iter().flat_map(|intents| intents.needs.iter().copied());
        let both = offers.chain(asks.iter().copied()).collect();
        [asks, both]
    }
}

/// The fields that a move of house changes, after so many of them; two persons never share a street.
fn home(person: u64, moves: u32, area: u32) -> BTreeMap<FieldPath, String> {
    let values = [
        ("address.street", format!("address.street {moves} of {person}")),
        ("address.postalCode", postal_code(area)),
        ("address.locality", format!("town {}", area / 4)),
        ("address.region", format!("province {}", area / 16)),
    ];
    values.into_iter().filter_map(|(path, value)| Some((path.parse().ok()?, value))).collect()
}

/// A likely value: some tell one person from all others, some are shared by many.
fn value_of(field: FieldPath, person: u64, rng: &mut ChaCha8Rng) -> String {
    let mut one_of = |words: &[&str]| words[rng.random_range(0..words.len())].to_owned();
    match field.info().path {
        "address.country" => "Nederland".into(),
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
pub(super) fn postal_code(area: u32) -> String {
    format!("{} AB", 1_000 + area)
}
