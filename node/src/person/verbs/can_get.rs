//! Can anybody ever get this? Answered by the defaults as they are, and by the grants that live.

use std::collections::BTreeMap;

use regie_protocol::{
    FieldPath, Selector,
    policy::Who,
    reach::{Example, Reach},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ListedGrant, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Asks who can ever get a field, or a field of a group, without the person's word and with it. Every kind of request that the
/// defaults can tell apart is tried: every purpose, agreement, time of keeping, sector and supplier that a rule is about, and one
/// that none is about. Nothing is changed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CanGet {
    /// A field, or a group as `group:finance`.
    pub what: Selector,
    /// Only suppliers that say they are of this sector.
    pub sector: Option<String>,
    /// Only this supplier, by name or key.
    pub supplier: Option<String>,
}

/// Who can.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CanGetAnswer {
    /// What was asked about.
    pub what: Selector,
    /// Can nobody get it, neither by a default, nor by the person's word when they are asked, nor by a grant of today?
    pub nobody: bool,
    /// How many kinds of requests were tried.
    pub tried: u64,
    /// Rules that give it without asking the person, each with a request for which they do.
    pub allowed: Vec<RuleReach>,
    /// Rules by which the person is asked, likewise.
    pub asked: Vec<RuleReach>,
    /// Grants of today that open it, whatever the defaults say.
    pub grants: Vec<ListedGrant>,
    /// Does the node hold a value of it?
    pub held: bool,
}

/// A rule that lets something out, or puts it before the person.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RuleReach {
    /// Its name.
    pub rule: String,
    /// Of which of the fields.
    pub fields: Vec<FieldPath>,
    /// A request for which it does.
    #[serde(flatten)]
    pub example: Example,
}

impl Verb for CanGet {
    const NAME: &'static str = "can_get";
    type Answer = CanGetAnswer;
}

impl OnNode for CanGet {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<CanGetAnswer, Failure> {
        let by = match (&self.supplier, &self.sector) {
            (Some(_), Some(_)) => return Err(Failure::usage("ask about a supplier or about a sector, not about both")),
            (Some(words), None) => Who::Supplier(node.find_supplier(words)?),
            (None, Some(sector)) => Who::Sector(sector.clone()),
            (None, None) => Who::Anyone,
        };
        let (mut tried, mut held) = (0, false);
        let (mut allowed, mut asked) = (Rules::new(), Rules::new());
        for field in self.what.fields() {
            let reach = Reach::of(node.machine.policy(), field, &by);
            tried += reach.tried;
            gather(&mut allowed, field, reach.allowed);
            gather(&mut asked, field, reach.asked);
            held |= node.held(field).is_some();
        }
        let grants = node.opening(&self.what, &by);
        let (allowed, asked) = (listed(allowed), listed(asked));
        let nobody = allowed.is_empty() && asked.is_empty() && grants.is_empty();
        Ok(CanGetAnswer { what: self.what, nobody, tried, allowed, asked, grants, held })
    }
}

impl Node {
    /// The grants that live and open one of these fields to whoever this is. What was handed on is among them, in answer to a
    /// question about a sector too: of which one a processor is nobody says.
    fn opening(&self, what: &Selector, by: &Who) -> Vec<ListedGrant> {
        let own = self.own_grants(|key, relationship| match by {
            Who::Anyone => true,
            Who::Sector(sector) => relationship.profile().sector == *sector,
            Who::Supplier(only) => only == key,
        });
        let opens = |one: &ListedGrant| {
            let covers = what.fields().any(|field| one.terms.fields.iter().any(|selector| selector.covers(field)));
            one.terms.live() && one.terms.collection.is_none() && covers
        };
        own.into_iter().chain(self.mandates(by.supplier())).filter(opens).collect()
    }
}

type Rules = BTreeMap<String, (Vec<FieldPath>, Example)>;

fn gather(into: &mut Rules, field: FieldPath, rules: BTreeMap<String, Example>) {
    for (rule, example) in rules {
        into.entry(rule).or_insert_with(|| (Vec::new(), example)).0.push(field);
    }
}

fn listed(rules: Rules) -> Vec<RuleReach> {
    rules.into_iter().map(|(rule, (fields, example))| RuleReach { rule, fields, example }).collect()
}
