//! A supplier that the person has no more: what ends, what stays, and how it stands with each. In: the person's word. Out:
//! what was ended, what stays and has to be said.

use std::collections::BTreeSet;

use regie_protocol::{
    FieldPath, PublicKey,
    person::{Input, OwnerError, Record, Relationship},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, tables};
use crate::{case::State, command::Failure, driver::Turn, store::Read as _};

/// How it stands with a supplier, in one word: the first of these that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelationshipState {
    /// The person removed it: nothing is taken from it.
    Removed,
    /// The person hears nothing of it for now.
    Paused,
    /// It had something that was granted. Nothing of that is in force, and it asks for nothing.
    Ended,
    /// A line is up.
    Connected,
    /// The last attempt to reach it failed.
    Unreachable,
    /// It is visited from time to time.
    Visited,
}

impl RelationshipState {
    /// Does the relationship go on, with a line?
    #[must_use]
    pub fn is_good(self) -> bool {
        self == Self::Connected
    }

    /// Does it go on, without an answer?
    #[must_use]
    pub fn is_bad(self) -> bool {
        self == Self::Unreachable
    }

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Paused => "paused",
            Self::Ended => "ended",
            Self::Connected => "connected",
            Self::Unreachable => "unreachable",
            Self::Visited => "visited",
        }
    }
}

/// What removing a supplier ends, and what stays.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Removal {
    /// The name of the relationship.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// Grants that end.
    pub grants: usize,
    /// Requests of it that are declined.
    pub requests: usize,
    /// The fields that it has. It is asked to erase them where that is wanted, and signs for it.
    pub has: BTreeSet<FieldPath>,
    /// What stays, and why: kinds of which there is nothing are left out.
    pub stays: Vec<Stays>,
}

/// Something that stays when a supplier is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stays {
    /// What.
    pub what: StaysWhat,
    /// How many.
    pub count: u64,
}

/// A kind of thing that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaysWhat {
    /// Entries of the log with it: they prove what it had.
    LogEntries,
    /// What it signed for having erased.
    Receipts,
    /// Contracts that run: a relationship ends no contract.
    Contracts,
    /// Requests under the law that run: they go on, by letter where it does not answer.
    Cases,
    /// Documents that it sent.
    Items,
    /// Organisations on the list that it is.
    Organisations,
    /// What it is yet to be told.
    Messages,
}

impl StaysWhat {
    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LogEntries => "log_entries",
            Self::Receipts => "receipts",
            Self::Contracts => "contracts",
            Self::Cases => "cases",
            Self::Items => "items",
            Self::Organisations => "organisations",
            Self::Messages => "messages",
        }
    }
}

impl Node {
    /// How it stands with a supplier.
    pub(super) fn state_of(&self, supplier: &PublicKey, relationship: &Relationship) -> RelationshipState {
        match () {
            () if relationship.is_removed() => RelationshipState::Removed,
            () if relationship.stored().paused => RelationshipState::Paused,
            () if relationship.is_ended(&self.machine, self.clock.look()) => RelationshipState::Ended,
            () if self.is_up(supplier) => RelationshipState::Connected,
            () if self.is_unreachable(supplier) => RelationshipState::Unreachable,
            () => RelationshipState::Visited,
        }
    }

    /// The suppliers that the person has: not those that were removed.
    pub(super) fn suppliers(&self) -> impl Iterator<Item = (&PublicKey, &Relationship)> {
        self.machine.relationships().filter(|(_, relationship)| !relationship.is_removed())
    }

    /// What removing a supplier would end, and what would stay.
    pub(super) fn removal(&self, supplier: &PublicKey) -> Result<Removal, Failure> {
        let relationship = self.machine.relationship(supplier).ok_or(OwnerError::NoRelationship)?;
        let now = self.clock.look();
        let receipts = self.store.group(tables::RECEIPTS, supplier)?;
        let receipts = receipts.iter().filter(|(_, record)| matches!(record, Record::Receipt { .. })).count();
        let own: Vec<_> = self.organisations()?.into_iter().filter(|one| one.supplier == Some(*supplier)).collect();
        let is_of = |case: &&super::cases::ShownCase| own.iter().any(|one| one.id == case.organisation);
        let cases = self.cases()?.cases.iter().filter(is_of).filter(|case| case.state != State::Closed).count();
        let contracts = self.contracts_with(supplier)?.iter().filter(|contract| !contract.over).count();
        let stays = [
            (StaysWhat::Contracts, contracts as u64),
            (StaysWhat::Cases, cases as u64),
            (StaysWhat::Messages, relationship.undelivered() as u64),
            (StaysWhat::Items, relationship.items().len() as u64),
            (StaysWhat::Organisations, own.len() as u64),
            (StaysWhat::Receipts, receipts as u64),
            (StaysWhat::LogEntries, relationship.log().size()),
        ];
        Ok(Removal {
            supplier: *supplier,
            name: relationship.profile().name.clone(),
            grants: relationship.grants().filter(|grant| grant.live(&self.machine, now).is_ok()).count(),
            requests: relationship.waiting().count(),
            has: relationship.knows().keys().copied().collect(),
            stays: stays
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(what, count)| Stays { what, count })
                .collect(),
        })
    }

    /// Removes a supplier; what ended comes out, with what stays now.
    pub(super) fn remove(&mut self, supplier: &PublicKey, erase: bool, turn: &mut Turn) -> Result<Removal, Failure> {
        let ends = self.removal(supplier)?;
        self.give(Input::Remove(supplier, erase), turn)?;
        self.tend_links();
        Ok(Removal { stays: self.removal(supplier)?.stays, ..ends })
    }
}
