//! Lists in the order of their making, so that a page can go on where the last one ended. In: records, in the turn
//! that stores them. Out: pages of names. A list holds names only; what they name is read from its own table.

use regie_protocol::{Access, Nonce, ObjectId, PublicKey, Timestamp, supplier::Record};

use serde::{Deserialize, Serialize};

use super::{Companion, World, tables};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    store::{Part, Read as _},
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
    /// What persons had the company do.
    Acts,
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
            Self::Acts => "acts",
        }
    }

    const ALL: [Self; 11] = [
        Self::Relationships,
        Self::Invitations,
        Self::Requests,
        Self::Disclosures,
        Self::Subscriptions,
        Self::Revocations,
        Self::Erasures,
        Self::Delegations,
        Self::Mandates,
        Self::Items,
        Self::Acts,
    ];
}

/// Its name.
impl Part for List {
    fn to_bytes(&self) -> Vec<u8> {
        self.name().as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.name().as_bytes() == bytes)
    }
}

/// A list of a world: everybody's, or one person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListOf(World, List, Option<PublicKey>);

/// `live/requests`, and for one person's a slash and the key.
impl Part for ListOf {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = [self.0.name(), "/", self.1.name()].concat().into_bytes();
        if let Some(person) = self.2 {
            bytes.push(b'/');
            bytes.extend_from_slice(person.as_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut parts = bytes.splitn(3, |byte| *byte == b'/');
        let (world, list) = (Part::from_bytes(parts.next()?)?, Part::from_bytes(parts.next()?)?);
        Some(Self(world, list, parts.next().map(|person| Part::from_bytes(person).ok_or(())).transpose().ok()?))
    }
}

/// An entry as it is stored, under its number.
#[derive(Serialize, Deserialize)]
pub struct Listed {
    person: Option<PublicKey>,
    #[serde(with = "serde_bytes")]
    thing: Vec<u8>,
    /// When it came on the list; none in stores from before that was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
}

/// One entry: its number, the person, and the thing's own bytes.
pub struct Entry {
    /// Its place; pages go on after it.
    pub number: u64,
    /// Whose; none for an invitation.
    pub person: Option<PublicKey>,
    /// The thing.
    pub thing: Vec<u8>,
    /// When it came on the list, as far as that was noted.
    pub at: Option<Timestamp>,
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
    pub(super) fn list_invitation(&mut self, world: World, id: &Nonce, turn: &mut Turn) {
        let listed = Listed { person: None, thing: id.0.to_vec(), at: Some(self.clock.now().wall) };
        turn.batch.append(tables::LISTS, &ListOf(world, List::Invitations, None), &listed);
    }

    /// Adds what a record makes to its lists. `known` says whether it was there before.
    pub(super) fn list(&mut self, world: World, record: &Record, known: bool, turn: &mut Turn) {
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
            Record::Act { person, stored } if !known => (List::Acts, person, stored.act.id().digest().to_vec()),
            Record::Sending { person, sending } if !known => (List::Items, person, sending.id.0.to_vec()),
            Record::Mandate { person, mandate } => {
                let Some(link) = mandate.chain.links.last() else { return };
                (List::Mandates, person, link.id().digest().to_vec())
            }
            _ => return,
        };
        let listed = Listed { person: Some(*person), thing, at: Some(self.clock.now().wall) };
        turn.batch.append(tables::LISTS, &ListOf(world, list, None), &listed);
        // A relationship has nothing of its own to be listed by person: it is the person.
        if !listed.thing.is_empty() {
            turn.batch.append(tables::LISTS, &ListOf(world, list, Some(*person)), &listed);
            // By its name alone the API finds whose it is, and loads that person and no other.
            turn.batch.put(tables::OWNERS, &(list, listed.thing), person);
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
        let listed = self.store.numbered(tables::LISTS, &ListOf(world, list, person.copied()), from, limit)?;
        let entry = |(number, Listed { person, thing, at })| Entry { number, person, thing, at };
        Ok(listed.into_iter().map(entry).collect())
    }

    /// The number of the last entry of a list: everybody's, or one person's.
    pub(crate) fn last_of(&self, list: List, world: World, person: Option<&PublicKey>) -> Result<u64, Failure> {
        Ok(self.store.last_number(tables::LISTS, &ListOf(world, list, person.copied()))?.unwrap_or(0))
    }

    /// Whose a thing is.
    ///
    /// # Errors
    /// `not_found`, also where it belongs to the other world.
    pub(crate) fn owner(&mut self, list: List, world: World, thing: &[u8]) -> Result<PublicKey, Failure> {
        let person = self.store.get(tables::OWNERS, &(list, thing.to_vec()))?.ok_or_else(not_found)?;
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
