//! How the node stands: its suppliers, its clock, what waits.

use regie_protocol::{Agreement, FieldPath, PublicKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{MovedAway, Node, OnNode, RelationshipState, Soon, Waits};
use crate::{
    clock::{Report, text},
    command::Failure,
    driver::Turn,
    person::{CopySeen, glance::Glance, who::Who},
    verb::Verb,
};

/// Asks how the node stands.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Status {}

/// How it stands.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PersonStatus {
    /// Whose home it is: `person`.
    pub role: String,
    /// Every supplier that the person has.
    pub suppliers: Vec<KnownSupplier>,
    /// How many were removed.
    pub removed: usize,
    /// Requests that wait for the person's word.
    pub requests_waiting: usize,
    /// All that waits for the person, by kind; kinds of which nothing waits are left out.
    pub waits: Vec<Waits>,
    /// What changes soon, by its day; the first 10.
    pub soon: Vec<Soon>,
    /// How many organisations without a companion have data of the person.
    pub without_companion: usize,
    /// Entries of the personal log.
    pub audit_entries: u64,
    /// How often this node was restored from a backup.
    pub restored: u32,
    /// Its clock.
    pub clock: Report,
    /// The copy of this node that goes on in its place: this one says nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded: Option<CopySeen>,
    /// The node went to another machine: this home says nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<MovedAway>,
    /// The copy of this node that was seen last and was told to stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_copy: Option<CopySeen>,
    /// Of how many logs a witness has seen another history than is in this home.
    #[serde(default, skip_serializing_if = "is_none")]
    pub other_histories: usize,
    /// Fields of which a supplier asked a value that can't be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<FieldPath>,
}

/// A supplier that the person knows, and the line to it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct KnownSupplier {
    /// The name of the relationship: the key by which it was met.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// Its sector, by its profile.
    pub sector: String,
    /// Its domain, by its profile; empty where it names none.
    pub domain: String,
    /// What was agreed.
    pub agreement: Agreement,
    /// Its key in force.
    pub key: PublicKey,
    /// The key by which it knows the person.
    pub known_to_it_as: PublicKey,
    /// How it stands with it.
    pub state: RelationshipState,
    /// Is a line up?
    pub connected: bool,
    /// Does it reach the person at once, by a line that is held for it?
    pub at_once: bool,
    /// When it was last reached, RFC 3339.
    pub reached: Option<String>,
    /// Why it was not, since then.
    pub trouble: Option<String>,
    /// How its clock differs from this one, in words.
    pub clock_differs: Option<String>,
    /// Is it paused?
    pub paused: bool,
    /// Grants that live.
    pub live_grants: usize,
    /// Its requests that wait for the person's word.
    pub requests_waiting: usize,
    /// What is yet to be signed for by it.
    pub undelivered: usize,
    /// Entries of the log that it witnesses.
    pub log_entries: u64,
    /// Who it is.
    #[serde(flatten)]
    pub who: Who,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
pub(super) fn is_none(count: &usize) -> bool {
    *count == 0
}

impl Verb for Status {
    const NAME: &'static str = "status";
    type Answer = PersonStatus;
}

impl OnNode for Status {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<PersonStatus, Failure> {
        let relationships = || node.machine.relationships();
        let Glance { waits, soon, without_companion, .. } = node.glance()?;
        Ok(PersonStatus {
            role: "person".to_owned(),
            suppliers: node.suppliers().filter_map(|(key, _)| node.known_supplier(key).ok()).collect(),
            removed: relationships().filter(|(_, relationship)| relationship.is_removed()).count(),
            requests_waiting: relationships().map(|(_, relationship)| relationship.waiting().count()).sum(),
            waits,
            soon,
            without_companion,
            audit_entries: node.machine.personal_log().size(),
            restored: node.machine.epoch(),
            clock: node.clock_report(),
            superseded: node.machine.superseded().map(|copy| node.copy_seen(copy)),
            moved: node.machine.moved().map(MovedAway::from),
            other_copy: node.machine.rival().map(|copy| node.copy_seen(copy)),
            other_histories: node.witnesses.other_histories(),
            unreadable: node.unreadable.iter().copied().collect(),
        })
    }
}

impl Node {
    pub(in crate::person) fn clock_report(&self) -> Report {
        self.clock.report("regie clock")
    }

    /// A supplier that there is a relationship with, as the owner sees it.
    ///
    /// # Errors
    /// Where there is none.
    pub(in crate::person) fn known_supplier(&self, supplier: &PublicKey) -> Result<KnownSupplier, Failure> {
        let none = || Failure::from(regie_protocol::person::OwnerError::NoRelationship);
        let relationship = self.machine.relationship(supplier).ok_or_else(none)?;
        let (now, link) = (self.clock.look(), self.links.get(supplier));
        Ok(KnownSupplier {
            supplier: *supplier,
            name: relationship.profile().name.clone(),
            sector: relationship.profile().sector.clone(),
            domain: relationship.profile().domain.clone(),
            agreement: relationship.stored().agreement,
            key: *relationship.lineage().current(),
            known_to_it_as: relationship.key().public(),
            state: self.state_of(supplier, relationship),
            connected: self.is_up(supplier),
            at_once: relationship.stored().at_once,
            reached: link.and_then(|link| link.reached).map(text),
            trouble: link.and_then(|link| link.trouble.as_ref()).map(ToString::to_string),
            clock_differs: self.clock.differs(supplier),
            paused: relationship.stored().paused,
            live_grants: relationship.grants().filter(|grant| grant.live(&self.machine, now).is_ok()).count(),
            requests_waiting: relationship.waiting().count(),
            undelivered: relationship.undelivered(),
            log_entries: relationship.log().size(),
            who: self.who_is(supplier, relationship),
        })
    }
}
