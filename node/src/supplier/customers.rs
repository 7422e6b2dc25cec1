//! An existing list of customers: what the company believes of them, an invitation for each, and how the beliefs
//! compare with what persons volunteer. In: rows. Out: invitations, made in small turns that go on over restarts; a
//! page of comparisons at a time.
//!
//! Beliefs stand in an erasable table and are never mixed with what persons gave.

use std::collections::BTreeMap;

use regie_protocol::{Days, FieldPath, Nonce, PublicKey, Timestamp, supplier::Record};
use serde::{Deserialize, Serialize};

use super::{Companion, World, happening::Happening, labels::Label, lists::not_found, names, records, tables};
use crate::{
    clock,
    command::{Failure, exit},
    driver::Turn,
    store::{Nth, Read as _},
};

/// Most rows of a list.
pub const ROWS: usize = 20_000;
/// Most lists.
pub const LISTS: usize = 64;
/// Longest reference or value of a row, in bytes.
pub const CELL_BYTES: usize = 1024;
/// Invitations made in one turn.
const AT_ONCE: usize = 128;

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
        if self.store.keys(tables::CUSTOMER_LISTS, &())?.len() >= LISTS {
            let next = "delete one that is no longer needed";
            return Err(Failure::new("refused", exit::REFUSED, format!("{LISTS} lists are kept already; {next}")));
        }
        let id = names::CustomerList(clock::random());
        for row in rows {
            turn.batch.append(tables::LISTED_CUSTOMERS, &id, &row);
        }
        turn.batch.put(tables::CUSTOMER_LISTS, &id, &list);
        turn.batch.put(tables::CUSTOMER_LISTS_OPEN, &id, &());
        self.work_on(turn);
        Ok((id, list))
    }

    /// Every list of a world.
    pub(crate) fn customer_lists(&self, world: World) -> Result<Vec<(names::CustomerList, Customers)>, Failure> {
        let mut found = self.store.group(tables::CUSTOMER_LISTS, &())?;
        found.retain(|(_, list)| World::of(list.test) == world);
        found.sort_by_key(|(_, list)| list.made);
        Ok(found)
    }

    /// One list.
    pub(crate) fn customer_list(&self, world: World, id: &names::CustomerList) -> Result<Customers, Failure> {
        let list = self.store.get(tables::CUSTOMER_LISTS, id)?.ok_or_else(not_found)?;
        if World::of(list.test) == world { Ok(list) } else { Err(not_found()) }
    }

    /// How many came by an invitation of this list.
    pub(crate) fn arrived(&self, id: &names::CustomerList) -> Result<u64, Failure> {
        Ok(self.store.keys(tables::LISTED_ARRIVALS, id)?.len() as u64)
    }

    /// Rows after a number, with who came.
    pub(crate) fn listed(
        &mut self,
        id: &names::CustomerList,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Listed>, Failure> {
        let mut found = Vec::new();
        for (number, customer) in self.store.numbered(tables::LISTED_CUSTOMERS, id, after + 1, limit)? {
            let person = self.store.get(tables::LISTED_ARRIVALS, &Nth(*id, number))?;
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
        for (_, customer) in self.store.group(tables::LISTED_CUSTOMERS, id)? {
            if let Some(invitation) = customer.invitation {
                turn.batch.delete(tables::LISTED_INVITATIONS, &invitation);
            }
        }
        turn.batch.erase_group(tables::LISTED_CUSTOMERS, id);
        turn.batch.delete_group(tables::LISTED_ARRIVALS, id);
        turn.batch.delete(tables::CUSTOMER_LISTS, id);
        turn.batch.delete(tables::CUSTOMER_LISTS_OPEN, id);
        Ok(())
    }

    /// Makes some invitations of a list that has not all; answers whether there was anything to do.
    pub(super) fn invite_listed(&mut self, turn: &mut Turn) -> Result<bool, Failure> {
        let open = self.store.keys(tables::CUSTOMER_LISTS_OPEN, &())?;
        let Some(id) = open.into_iter().next() else { return Ok(false) };
        let list = self.store.get(tables::CUSTOMER_LISTS, &id)?;
        let mut list = list.ok_or_else(|| records::damaged(tables::CUSTOMER_LISTS.id().name()))?;
        // Rows get their invitations in the order of their numbers.
        let rows = self.store.numbered(tables::LISTED_CUSTOMERS, &id, list.invited + 1, AT_ONCE)?;
        let last = rows.len() < AT_ONCE;
        for (number, customer) in rows {
            let label = Label::new(Some(customer.reference.clone()), BTreeMap::new())?;
            let (invitation, _) = self.make_invitation(World::of(list.test), Some(1), list.days, label, turn)?;
            turn.batch.put(tables::LISTED_INVITATIONS, &invitation.id, &(id, number));
            let customer = Customer { invitation: Some(invitation.id), ..customer };
            turn.batch.put(tables::LISTED_CUSTOMERS, &Nth(id, number), &customer);
            list.invited = number;
        }
        if last {
            turn.batch.delete(tables::CUSTOMER_LISTS_OPEN, &id);
            let now = self.clock.now().wall;
            let told = Happening::new("customer_list.invited", now, id.to_string());
            self.tell(World::of(list.test), told, None, turn)?;
        }
        turn.batch.put(tables::CUSTOMER_LISTS, &id, &list);
        Ok(true)
    }

    /// Somebody came by an invitation: where it was one of a list, that is noted.
    pub(super) fn came(&self, invitation: &Nonce, person: &PublicKey, turn: &mut Turn) -> Result<(), Failure> {
        let place = self.store.get(tables::LISTED_INVITATIONS, invitation)?;
        if let Some((list, number)) = place {
            turn.batch.put(tables::LISTED_ARRIVALS, &Nth(list, number), person);
        }
        Ok(())
    }

    /// What is held of a person by that one's own word.
    fn volunteered(&mut self, person: &PublicKey) -> Result<BTreeMap<FieldPath, String>, Failure> {
        let fields: Vec<FieldPath> = self.customer(person)?.held().keys().copied().collect();
        let mut values = BTreeMap::new();
        for field in fields {
            let record = self.record(tables::HELD_VALUES, person, field)?;
            if let Some(Record::Value { observed, .. }) = record {
                values.insert(field, observed.value.as_str().to_owned());
            }
        }
        Ok(values)
    }
}
