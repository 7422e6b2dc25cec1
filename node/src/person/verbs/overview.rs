//! What waits, what happened this month, who knows what.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Access, Agreement, AskedPath, Days, FieldPath, Nonce, Now, PublicKey, Purpose, Refusal,
    person::{Relationship, Waiting},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Joined, Month, MonthOfYear, MovedAway, Node, OnNode, RelationshipState, Soon, WaitingProcessor, Waits,
    status::is_none,
};
use crate::{
    clock::{self, Report, text},
    command::{Failure, access_name},
    driver::Turn,
    person::{CopySeen, Who, glance::Glance, records, tables},
    store::Read as _,
    verb::Verb,
};

/// Groups of waiting requests shown at once.
const GROUPS: usize = 50;
/// Ids in one group.
const IDS: usize = 64;
/// Suppliers named in one group.
const NAMES: usize = 5;
/// Suppliers in the picture of flows.
const FLOWS: usize = 20;

/// Asks for the first page's content.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Overview {}

/// What waits, what happened, who knows what.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PersonOverview {
    /// The name by which the person is greeted.
    pub name: Option<String>,
    /// How many suppliers the person has: those that they chose, without those that they removed.
    pub suppliers: usize,
    /// How many processors of theirs are met besides.
    pub processors_met: usize,
    /// How many suppliers were removed.
    pub removed: usize,
    /// How many organisations that have data of the person are entered, those without a companion among them.
    pub organisations: u64,
    /// How many of them have no companion.
    pub without_companion: usize,
    /// What waits for the person, by kind; kinds of which nothing waits are left out.
    pub waits: Vec<Waits>,
    /// What changes soon, by its day; the first 10.
    pub soon: Vec<Soon>,
    /// How many more change within three months.
    pub more_soon: usize,
    /// Organisations that came to have a companion in the last 30 days; the first 10.
    pub joined: Vec<Joined>,
    /// How many organisations were entered in the last 30 days.
    pub entered: usize,
    /// To how many of the suppliers a line is up.
    pub connected: usize,
    /// How many fields hold a value.
    pub fields: u64,
    /// Entries of the personal log.
    pub audit_entries: u64,
    /// Requests that wait for the person's word.
    pub requests_waiting: usize,
    /// Messages that are yet to be signed for.
    pub undelivered: usize,
    /// By how many suppliers.
    pub undelivered_to: usize,
    /// What waits, by kind; the 50 largest.
    pub groups: Vec<RequestGroup>,
    /// The clock of the node.
    pub clock: Report,
    /// The copy of this node that goes on in its place.
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
    /// What happened in the last 30 days.
    pub month: Month,
    /// What happened in each of the last 12 months, the oldest first; none where nothing did.
    #[serde(default)]
    pub months: Vec<MonthOfYear>,
    /// Who knows what, by group of fields.
    pub knows: Vec<GroupKnown>,
    /// Processors of suppliers that wait for the person's word; the first 256 delegations.
    pub processors: Vec<WaitingProcessor>,
    /// Which supplier knows most, of which groups; the first 20.
    pub flows: Vec<Flow>,
}

/// Waiting requests that are one decision: the same sector asks the same fields in the same way.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RequestGroup {
    /// The requests; the first 64.
    pub ids: Vec<Nonce>,
    /// How many requests.
    pub count: usize,
    /// The sector of who asks.
    pub sector: String,
    /// What for.
    pub purpose: Purpose,
    /// How they would be had: `read_once`, `read` or `subscribe`.
    pub access: String,
    /// The fields.
    pub fields: BTreeSet<AskedPath>,
    /// Fields of the same requests that were given at once, where there was a value.
    pub given: BTreeSet<AskedPath>,
    /// Fields of the same requests that were refused at once, each with why.
    pub refused: BTreeMap<AskedPath, Refusal>,
    /// The rule that made the first of them wait.
    pub rule: Option<String>,
    /// Who asks; the first 5.
    pub suppliers: Vec<Asker>,
    /// Why, in the words of the first.
    pub reason: String,
    /// How long a grant would live, at most.
    pub grant_days: Option<Days>,
    /// How long a value would be kept, at most.
    pub retention_days: Option<Days>,
    /// How many steps below the suppliers processors may go.
    pub delegations: u8,
    /// The agreement with the first.
    pub agreement: Agreement,
    /// When the first of them came, RFC 3339.
    pub oldest: String,
}

/// A supplier that asks.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Asker {
    /// The name of the relationship.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// Who it is.
    #[serde(flatten)]
    pub who: Who,
}

/// Who knows something of a group of fields.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GroupKnown {
    /// The group.
    pub group: String,
    /// How many suppliers had one of its fields.
    pub suppliers: usize,
    /// The fields, each with how many suppliers had it.
    pub fields: Vec<FieldKnown>,
}

/// How many suppliers had a field.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FieldKnown {
    /// Which.
    pub field: FieldPath,
    /// How many.
    pub suppliers: u64,
}

/// What a supplier had, by group of fields.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Flow {
    /// The name of the relationship.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// How many fields of each group.
    pub groups: BTreeMap<String, u64>,
    /// Who it is.
    #[serde(flatten)]
    pub who: Who,
}

/// What makes waiting requests one decision.
type Kind = (String, Purpose, Access, Parts, u8);
/// What waits, what was given at once, what was refused.
type Parts = (BTreeSet<AskedPath>, BTreeSet<AskedPath>, BTreeMap<AskedPath, Refusal>);
/// A request that waits, with who asks.
type Asked<'a> = (&'a PublicKey, &'a Relationship, &'a Waiting);

impl Verb for Overview {
    const NAME: &'static str = "overview";
    type Answer = PersonOverview;
}

impl OnNode for Overview {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<PersonOverview, Failure> {
        let relationships = || node.machine.relationships();
        let chosen = || node.suppliers().filter(|(_, relationship)| relationship.stored().introduced_by.is_none());
        let Glance { waits, soon, more_soon, without_companion, joined, entered } = node.glance()?;
        Ok(PersonOverview {
            name: records::name(&node.store)?,
            suppliers: chosen().count(),
            processors_met: node.suppliers().count() - chosen().count(),
            removed: relationships().filter(|(_, relationship)| relationship.is_removed()).count(),
            organisations: node.store.count(tables::ORGANISATIONS)?,
            without_companion,
            waits,
            soon,
            more_soon,
            joined,
            entered,
            connected: chosen().filter(|(key, r)| node.state_of(key, r) == RelationshipState::Connected).count(),
            fields: node.store.count(tables::FIELDS)?,
            audit_entries: node.machine.personal_log().size(),
            requests_waiting: relationships().map(|(_, r)| r.waiting().count()).sum(),
            undelivered: relationships().map(|(_, r)| r.undelivered()).sum(),
            undelivered_to: relationships().filter(|(_, r)| r.undelivered() > 0).count(),
            groups: groups(node),
            clock: node.clock_report(),
            superseded: node.machine.superseded().map(|copy| node.copy_seen(copy)),
            moved: node.machine.moved().map(MovedAway::from),
            other_copy: node.machine.rival().map(|copy| node.copy_seen(copy)),
            other_histories: node.witnesses.other_histories(),
            month: node.activity.month(clock::wall()),
            months: node.activity.months(clock::day(clock::wall())),
            knows: who_knows(node),
            processors: node.waiting_processors(),
            flows: flows(node),
        })
    }
}

fn groups(node: &Node) -> Vec<RequestGroup> {
    let mut kinds: BTreeMap<Kind, Vec<Asked<'_>>> = BTreeMap::new();
    for (supplier, relationship) in node.machine.relationships() {
        for waiting in relationship.waiting() {
            let parts = (waiting.fields.keys().cloned().collect(), waiting.given.clone(), waiting.refused.clone());
            let sector = relationship.profile().sector.clone();
            let kind = (sector, waiting.purpose, waiting.access, parts, waiting.delegations);
            kinds.entry(kind).or_default().push((supplier, relationship, waiting));
        }
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, list)| std::cmp::Reverse(list.len()));
    kinds.into_iter().take(GROUPS).filter_map(|(kind, list)| group(node, kind, &list)).collect()
}

fn group(node: &Node, kind: Kind, list: &[Asked<'_>]) -> Option<RequestGroup> {
    let (sector, purpose, access, (fields, given, refused), delegations) = kind;
    let (_, relationship, first) = list.first()?;
    let asker =
        |(key, r, _): &Asked<'_>| Asker { supplier: **key, name: r.profile().name.clone(), who: node.who_is(key, r) };
    Some(RequestGroup {
        ids: list.iter().take(IDS).map(|(_, _, waiting)| waiting.id).collect(),
        count: list.len(),
        sector,
        purpose,
        access: access_name(access).to_owned(),
        fields,
        given,
        refused,
        rule: first.fields.values().next().cloned(),
        suppliers: list.iter().take(NAMES).map(asker).collect(),
        reason: first.reason.clone(),
        grant_days: list.iter().map(|(_, _, waiting)| waiting.duration).max(),
        retention_days: list.iter().map(|(_, _, waiting)| waiting.retention).max(),
        delegations,
        agreement: relationship.stored().agreement,
        oldest: text(list.iter().map(|(_, _, waiting)| waiting.at).min()?),
    })
}

fn who_knows(node: &Node) -> Vec<GroupKnown> {
    let mut groups: BTreeMap<&str, (BTreeSet<&PublicKey>, BTreeMap<FieldPath, u64>)> = BTreeMap::new();
    let now = node.clock.look();
    for (supplier, relationship) in node.machine.relationships() {
        for field in known_fields(relationship, now) {
            let (suppliers, fields) = groups.entry(field.info().group).or_default();
            suppliers.insert(supplier);
            *fields.entry(field).or_default() += 1;
        }
    }
    let known = |(group, (suppliers, fields)): (&str, (BTreeSet<&PublicKey>, BTreeMap<FieldPath, u64>))| GroupKnown {
        group: group.to_owned(),
        suppliers: suppliers.len(),
        fields: fields.into_iter().map(|(field, suppliers)| FieldKnown { field, suppliers }).collect(),
    };
    groups.into_iter().map(known).collect()
}

/// The fields of which a supplier knows something: their values, or by a pattern that the person belongs to.
fn known_fields(relationship: &Relationship, now: Now) -> BTreeSet<FieldPath> {
    let mut fields = relationship.knows_by_segments(now);
    fields.extend(relationship.knows().keys());
    fields
}

fn flows(node: &Node) -> Vec<Flow> {
    let now = node.clock.look();
    let all = node.machine.relationships().map(|(supplier, r)| (supplier, r, known_fields(r, now)));
    let mut all: Vec<_> = all.filter(|(_, _, fields)| !fields.is_empty()).collect();
    all.sort_by_key(|(_, r, fields)| (std::cmp::Reverse(fields.len()), r.profile().name.clone()));
    let flow = |(supplier, relationship, fields): &(&PublicKey, &Relationship, BTreeSet<FieldPath>)| {
        let mut groups: BTreeMap<String, u64> = BTreeMap::new();
        for field in fields {
            *groups.entry(field.info().group.to_owned()).or_default() += 1;
        }
        let name = relationship.profile().name.clone();
        Flow { supplier: **supplier, name, groups, who: node.who_is(supplier, relationship) }
    };
    all.iter().take(FLOWS).map(flow).collect()
}
