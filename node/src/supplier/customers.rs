//! An existing list of customers: what the company believes of them, an invitation for each, and how the beliefs
//! compare with what persons volunteer. In: rows. Out: invitations, made in small turns that go on over restarts; a
//! page of comparisons at a time.
//!
//! Beliefs stand in an erasable table and are never mixed with what persons gave.

use std::collections::BTreeMap;

use regie_protocol::{
    field::FieldPath,
    identity::{Nonce, PublicKey},
    supplier::Record,
    time::{Days, Timestamp},
    wire,
};
use serde::{Deserialize, Serialize};

use super::{Companion, World, happening::Happening, lists::not_found, names, records};
use crate::{
    clock,
    command::{Failure, exit},
    driver::Turn,
    store::{Item, Key, Row, Table},
};

/// Most rows of a list.
pub const ROWS: usize = 20_000;
/// Most lists.
pub const LISTS: usize = 64;
/// Longest reference or value of a row, in bytes.
pub const CELL_BYTES: usize = 1024;
/// Invitations made in one turn.
const AT_ONCE: usize = 128;
/// Most bytes of a stored row or list.
const STORED_BYTES: usize = 256 * 1024;
const LIST: &[u8] = b"customers";
const UNFINISHED: &[u8] = b"customers/unfinished";
/// Which row an invitation was made for.
const INVITED: &[u8] = b"customers/invited";

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customers {
    /// In the world of trials?
    pub test: bool,
    /// What the company calls it.
    pub name: String,
    /// When it was made.
    pub made: Timestamp,
    /// How long its invitations hold.
    pub days: Days,
    /// Rows taken.
    pub rows: u64,
    /// Rows that could not be read.
    pub bad: u64,
    /// Rows with an invitation.
    pub invited: u64,
}

/// A row: a customer, as the company knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The company's own number of the customer.
    pub reference: String,
    /// What it believes.
    pub believed: BTreeMap<FieldPath, String>,
    /// The invitation made.
    pub invitation: Option<Nonce>,
}

/// A row with who came.
pub struct Listed {
    /// Its number.
    pub number: u64,
    /// As the company knows it.
    pub customer: Customer,
    /// The person who came by its invitation, and what that one volunteered.
    pub came: Option<(PublicKey, BTreeMap<FieldPath, String>)>,
}

impl Companion {
    /// Takes a list; its invitations are made soon after.
    pub(crate) fn take_customers(
        &mut self,
        list: Customers,
        rows: Vec<Customer>,
        turn: &mut Turn,
    ) -> Result<(names::CustomerList, Customers), Failure> {
        if self.store.group(Table::Api, LIST)?.len() >= LISTS {
            let next = "delete one that is no longer needed";
            return Err(Failure::new("refused", exit::REFUSED, format!("{LISTS} lists are kept already; {next}")));
        }
        let id = names::CustomerList(clock::random());
        for row in rows {
            turn.batch.append(Table::Field, &group(&id), encode(&row)?);
        }
        turn.batch.put(Table::Api, Key::grouped(LIST, &id.0), encode(&list)?);
        turn.batch.put(Table::Api, Key::grouped(UNFINISHED, &id.0), Vec::new());
        self.work_on(turn);
        Ok((id, list))
    }

    /// Every list of a world.
    pub(crate) fn customer_lists(&self, world: World) -> Result<Vec<(names::CustomerList, Customers)>, Failure> {
        let mut found = Vec::new();
        for row in self.store.group(Table::Api, LIST)? {
            let list: Customers = decode(&row.value)?;
            if let (Item::Bytes(id), true) = (&row.item, World::of(list.test) == world) {
                found.push((named(id)?, list));
            }
        }
        found.sort_by_key(|(_, list)| list.made);
        Ok(found)
    }

    /// One list.
    pub(crate) fn customer_list(&self, world: World, id: &names::CustomerList) -> Result<Customers, Failure> {
        let list: Customers = decode(&self.store.get(Table::Api, &Key::grouped(LIST, &id.0))?.ok_or_else(not_found)?)?;
        if World::of(list.test) == world { Ok(list) } else { Err(not_found()) }
    }

    /// How many came by an invitation of this list.
    pub(crate) fn arrived(&self, id: &names::CustomerList) -> Result<u64, Failure> {
        Ok(self.store.group(Table::Api, &came_group(id))?.len() as u64)
    }

    /// Rows after a number, with who came.
    pub(crate) fn listed(
        &mut self,
        id: &names::CustomerList,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Listed>, Failure> {
        let rows = self.store.numbered(Table::Field, &group(id), after + 1, limit)?;
        let mut found = Vec::new();
        for row in rows {
            let (number, customer) = read(&row)?;
            let person = self.store.get(Table::Api, &Key::grouped_index(&came_group(id), number))?;
            let person = person.and_then(|key| PublicKey::from_bytes(key.as_slice().try_into().ok()?).ok());
            let came = person.map(|person| Ok::<_, Failure>((person, self.volunteered(&person)?))).transpose()?;
            found.push(Listed { number, customer, came });
        }
        Ok(found)
    }

    /// Removes a list: the beliefs are erased, invitations that were not used hold until they expire.
    pub(crate) fn forget_customers(
        &mut self,
        world: World,
        id: &names::CustomerList,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        self.customer_list(world, id)?;
        for row in self.store.group(Table::Field, &group(id))? {
            if let Some(invitation) = read(&row)?.1.invitation {
                turn.batch.delete(Table::Api, Key::grouped(INVITED, &invitation.0));
            }
        }
        turn.batch.delete_group(Table::Field, &group(id));
        turn.batch.delete_group(Table::Api, &came_group(id));
        turn.batch.delete(Table::Api, Key::grouped(LIST, &id.0));
        turn.batch.delete(Table::Api, Key::grouped(UNFINISHED, &id.0));
        Ok(())
    }

    /// Makes some invitations of a list that has not all; answers whether there was anything to do.
    pub(super) fn invite_listed(&mut self, turn: &mut Turn) -> Result<bool, Failure> {
        let Some(row) = self.store.group(Table::Api, UNFINISHED)?.into_iter().next() else { return Ok(false) };
        let Item::Bytes(bytes) = &row.item else { return Err(damaged()) };
        let id = named(bytes)?;
        let stored = self.store.get(Table::Api, &Key::grouped(LIST, &id.0))?.ok_or_else(damaged)?;
        let mut list: Customers = decode(&stored)?;
        // Rows get their invitations in the order of their numbers.
        let rows = self.store.numbered(Table::Field, &group(&id), list.invited + 1, AT_ONCE)?;
        for row in &rows {
            let (number, customer) = read(row)?;
            let (invitation, _) = self.make_invitation(World::of(list.test), Some(1), list.days, turn)?;
            let place = [&id.0[..], &number.to_be_bytes()].concat();
            turn.batch.put(Table::Api, Key::grouped(INVITED, &invitation.id.0), place);
            let customer = Customer { invitation: Some(invitation.id), ..customer };
            turn.batch.put(Table::Field, row.key(), encode(&customer)?);
            list.invited = number;
        }
        if rows.len() < AT_ONCE {
            turn.batch.delete(Table::Api, Key::grouped(UNFINISHED, &id.0));
            let now = self.clock.now().wall;
            self.tell(World::of(list.test), &Happening::new("customer_list.invited", now, id.to_string()), turn);
        }
        turn.batch.put(Table::Api, Key::grouped(LIST, &id.0), encode(&list)?);
        Ok(true)
    }

    /// Somebody came by an invitation: where it was one of a list, that is noted.
    pub(super) fn came(&self, invitation: &Nonce, person: &PublicKey, turn: &mut Turn) -> Result<(), Failure> {
        let Some(place) = self.store.get(Table::Api, &Key::grouped(INVITED, &invitation.0))? else { return Ok(()) };
        let Some((list, number)) = place.split_last_chunk::<8>() else { return Err(damaged()) };
        let key = Key::grouped_index(&came_group(&named(list)?), u64::from_be_bytes(*number));
        turn.batch.put(Table::Api, key, person.as_bytes().to_vec());
        Ok(())
    }

    /// What is held of a person by that one's own word.
    fn volunteered(&mut self, person: &PublicKey) -> Result<BTreeMap<FieldPath, String>, Failure> {
        let fields: Vec<FieldPath> = self.customer(person)?.held().keys().copied().collect();
        let mut values = BTreeMap::new();
        for field in fields {
            let record = self.record(Table::Held, person, field.to_string().as_bytes())?;
            if let Some(Record::Value { observed, .. }) = record {
                values.insert(field, observed.value.as_str().to_owned());
            }
        }
        Ok(values)
    }
}

fn group(id: &names::CustomerList) -> Vec<u8> {
    [b"customers/", &id.0[..]].concat()
}

fn came_group(id: &names::CustomerList) -> Vec<u8> {
    [b"customers/came/", &id.0[..]].concat()
}

fn named(id: &[u8]) -> Result<names::CustomerList, Failure> {
    id.try_into().map(names::CustomerList).map_err(|_| damaged())
}

fn read(row: &Row) -> Result<(u64, Customer), Failure> {
    let Item::Index(number) = row.item else { return Err(damaged()) };
    Ok((number, decode(&row.value)?))
}

fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, Failure> {
    wire::encode(value).map_err(Failure::internal)
}

fn decode<T: serde::de::DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, Failure> {
    wire::decode(bytes, STORED_BYTES).map_err(|_| damaged())
}

fn damaged() -> Failure {
    records::damaged("customer lists")
}
