//! Lists in the order of their making, so that a page can go on where the last one ended. In: records, in the turn
//! that stores them. Out: pages of names. A list holds names only; what they name is read from its own table.

use regie_protocol::{
    grant::Access,
    identity::{Nonce, PublicKey},
    signed::ObjectId,
    supplier::Record,
};

use super::{Companion, World};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    store::{Item, Key, Table},
};

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Persons.
    Relationships,
    /// Invitations.
    Invitations,
    /// Requests.
    Requests,
    /// Disclosures.
    Disclosures,
    /// Grants by which every change is told.
    Subscriptions,
    /// Revocation notices, by grant.
    Revocations,
    /// Erasure receipts.
    Erasures,
    /// What was handed on to processors.
    Delegations,
    /// What other companies handed on to this one.
    Mandates,
    /// What is sent back to persons.
    Items,
}

impl List {
    fn name(self) -> &'static str {
        match self {
            Self::Relationships => "relationships",
            Self::Invitations => "invitations",
            Self::Requests => "requests",
            Self::Disclosures => "disclosures",
            Self::Subscriptions => "subscriptions",
            Self::Revocations => "revocations",
            Self::Erasures => "erasures",
            Self::Delegations => "delegations",
            Self::Mandates => "mandates",
            Self::Items => "items",
        }
    }

    fn group(self, world: World, person: Option<&PublicKey>) -> Vec<u8> {
        let mut group = [world.group(), b"/", self.name().as_bytes()].concat();
        if let Some(person) = person {
            group.push(b'/');
            group.extend_from_slice(person.as_bytes());
        }
        group
    }
}

/// One entry: its number, the person, and the thing's own bytes.
pub struct Entry {
    /// Its place; pages go on after it.
    pub number: u64,
    /// Whose; none for an invitation.
    pub person: Option<PublicKey>,
    /// The thing.
    pub thing: Vec<u8>,
}

impl Entry {
    /// The thing as a nonce.
    pub fn nonce(&self) -> Nonce {
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(&self.thing).for_each(|(to, from)| *to = *from);
        Nonce(bytes)
    }
}

impl Companion {
    /// Adds an invitation to its list.
    pub(super) fn list_invitation(world: World, id: &Nonce, turn: &mut Turn) {
        turn.batch.append(Table::Listing, &List::Invitations.group(world, None), id.0.to_vec());
    }

    /// Adds what a record makes to its lists. `known` says whether it was there before.
    pub(super) fn list(&self, world: World, record: &Record, known: bool, turn: &mut Turn) {
        let (list, person, thing) = match record {
            Record::Customer { person, .. } => (List::Relationships, person, Vec::new()),
            Record::Asking { asking } if !known => {
                (List::Requests, &asking.request.person, asking.request.id.0.to_vec())
            }
            Record::Received { person, received } => (List::Disclosures, person, received.id.digest().to_vec()),
            Record::Grant { person, grant } if !known && self.subscribes(person, &grant.id()) => {
                (List::Subscriptions, person, grant.id().digest().to_vec())
            }
            Record::Revoked { person, grant, .. } if !known => (List::Revocations, person, grant.digest().to_vec()),
            Record::Receipt { person, receipt, .. } if !known => {
                (List::Erasures, person, receipt.id().digest().to_vec())
            }
            Record::Delegated { person, delegated } if !known => {
                (List::Delegations, person, delegated.id().digest().to_vec())
            }
            Record::Sending { person, sending } if !known => (List::Items, person, sending.id.0.to_vec()),
            Record::Mandate { person, mandate } => {
                let Some(link) = mandate.chain.links.last() else { return };
                (List::Mandates, person, link.id().digest().to_vec())
            }
            _ => return,
        };
        let row = [&person.as_bytes()[..], &thing].concat();
        turn.batch.append(Table::Listing, &list.group(world, None), row.clone());
        if !thing.is_empty() {
            turn.batch.append(Table::Listing, &list.group(world, Some(person)), row);
            turn.batch.put(Table::Listing, Key::grouped(list.name().as_bytes(), &thing), person.as_bytes().to_vec());
        }
    }

    fn subscribes(&self, person: &PublicKey, grant: &ObjectId) -> bool {
        let customer = self.machine.customer(person);
        let grant = customer.and_then(|customer| customer.grants().find(|held| held.id() == *grant));
        grant.is_some_and(|grant| grant.scope.access == Access::Subscribe)
    }

    /// A page of a list: at most `limit` entries after number `after`.
    pub(crate) fn page(
        &self,
        list: List,
        world: World,
        person: Option<&PublicKey>,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, Failure> {
        let from = after.saturating_add(1);
        let rows = self.store.numbered(Table::Listing, &list.group(world, person), from, limit)?;
        let entry = |row: &crate::store::Row| {
            let Item::Index(number) = row.item else { return None };
            if list == List::Invitations {
                return Some(Entry { number, person: None, thing: row.value.to_vec() });
            }
            let (person, thing) = row.value.split_first_chunk::<32>()?;
            Some(Entry { number, person: PublicKey::from_bytes(person).ok(), thing: thing.to_vec() })
        };
        rows.iter().map(|row| entry(row).ok_or_else(|| super::records::damaged(list.name()))).collect()
    }

    /// The number of a list's last entry.
    pub(crate) fn last_of(&self, list: List, world: World) -> Result<u64, Failure> {
        Ok(self.store.last_number(Table::Listing, &list.group(world, None))?.unwrap_or(0))
    }

    /// Whose a thing is.
    ///
    /// # Errors
    /// `not_found`, also where it belongs to the other world.
    pub(crate) fn owner(&mut self, list: List, world: World, thing: &[u8]) -> Result<PublicKey, Failure> {
        let row = self.store.get(Table::Listing, &Key::grouped(list.name().as_bytes(), thing))?;
        let person = row.and_then(|row| PublicKey::from_bytes(row.as_slice().try_into().ok()?).ok());
        let person = person.ok_or_else(not_found)?;
        self.relationship(world, &person)?;
        Ok(person)
    }

    /// Loads a person of this world.
    ///
    /// # Errors
    /// `not_found`, also where it belongs to the other world.
    pub(crate) fn relationship(
        &mut self,
        world: World,
        person: &PublicKey,
    ) -> Result<&regie_protocol::supplier::Customer, Failure> {
        self.load(person)?;
        let customer = self.machine.customer(person).filter(|customer| World::of(customer.test()) == world);
        customer.ok_or_else(not_found)
    }
}

/// There is no such thing, or not in this world.
pub(crate) fn not_found() -> Failure {
    Failure::new("not_found", exit::NOT_FOUND, "there is no such thing; list them to see what there is")
}
