//! How far defaults reach: every answer that they can ever give about a field, found by trying each kind of request that they can
//! tell apart.
//!
//! In: a policy, a field, whom the question is about. Out: the rules that can allow it and those that can put it before the person,
//! each with a request that they do it for. What is in neither list is refused, whatever anybody asks.
//!
//! ```
//! use regie_protocol::{Policy, policy::Who, reach::Reach};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::preset("balanced").ok_or("a preset")?;
//! let iban = Reach::of(&policy, "payment.iban".parse()?, &Who::Sector("retail".into()));
//! assert!(iban.allowed.is_empty(), "no shop ever gets it by a default");
//! assert!(iban.asked.contains_key("my-bank-account-for-a-payment-with-my-word"));
//! # Ok(())
//! # }
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    agreement::Agreement,
    field::FieldPath,
    identity::{Keypair, PublicKey},
    limits,
    policy::{Answer, Policy, Rule, Terms, Who},
    purpose::Purpose,
    time::Days,
};

/// A request that a default answers so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Example {
    /// The supplier that it would have to be; none for any that no rule is about.
    pub supplier: Option<PublicKey>,
    /// The sector that it would have to state; none for any that no rule is about.
    pub sector: Option<String>,
    /// Is it proven who it is, or does the person vouch for it?
    pub is_known: bool,
    /// The agreement that is in force with it.
    pub agreement: Agreement,
    /// What it asks for the field for.
    pub purpose: Purpose,
    /// How long it would keep the value.
    pub retention: Days,
    /// Does it ask for leave to hand the value on?
    pub hands_on: bool,
}

/// Every answer that defaults can give about a field, but for refusals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// How many kinds of requests were tried. Requests of one kind get the same answer by the same rule.
    pub tried: u64,
    /// The rules that allow it, each with a request that they do it for.
    pub allowed: BTreeMap<String, Example>,
    /// The rules by which the person is asked, likewise.
    pub asked: BTreeMap<String, Example>,
}

impl Reach {
    /// What these defaults can answer about a field to whoever this is. A sector is what a supplier states of itself, so that a
    /// question about one takes in every supplier that a rule is about.
    #[must_use]
    pub fn of(policy: &Policy, field: FieldPath, by: &Who) -> Self {
        let rules: Vec<&Rule> = policy.rules.iter().filter(|rule| rule.what.takes_in(field)).collect();
        let relevant = Policy::of(rules.iter().copied().cloned().collect());
        let kinds = Kinds::of(&rules, by);
        let mut reach = Self::default();
        kinds.each(|terms, example| {
            reach.tried += 1;
            let (answer, rule) = relevant.answer(field, terms);
            let into = match answer {
                Answer::Allow => &mut reach.allowed,
                Answer::Ask => &mut reach.asked,
                Answer::Refuse => return,
            };
            if !into.contains_key(rule) {
                into.insert(rule.to_owned(), example());
            }
        });
        reach
    }
}

/// A request of each kind that some rules can tell apart: what they look at, with a value for each way in which that can turn out.
struct Kinds {
    suppliers: Vec<(PublicKey, bool)>,
    sectors: Vec<(String, bool)>,
    retentions: BTreeSet<Days>,
}

impl Kinds {
    fn of(rules: &[&Rule], by: &Who) -> Self {
        let keys: BTreeSet<PublicKey> = rules.iter().filter_map(|rule| rule.who.supplier().copied()).collect();
        let named: BTreeSet<&str> = rules.iter().filter_map(|rule| rule.who.sector()).collect();
        let suppliers = match by {
            Who::Supplier(key) => vec![(*key, true)],
            Who::Anyone | Who::Sector(_) => {
                let other = stranger(&keys);
                keys.into_iter().map(|key| (key, true)).chain([(other, false)]).collect()
            }
        };
        let sectors = match by {
            Who::Sector(sector) => vec![(sector.clone(), true)],
            Who::Anyone | Who::Supplier(_) => {
                let other = unnamed(&named);
                named.into_iter().map(|sector| (sector.to_owned(), true)).chain([(other, false)]).collect()
            }
        };
        // Each bound, and a day more: between two of them nothing changes. Agreements about intents have a bound of their own.
        let bounds = rules.iter().filter_map(|rule| rule.retention).chain([Days(limits::INTENT_RETENTION_DAYS)]);
        let retentions = bounds.flat_map(|most| [most, Days(most.0.saturating_add(1))]).collect();
        Self { suppliers, sectors, retentions }
    }

    fn each(&self, mut visit: impl FnMut(&Terms<'_>, &dyn Fn() -> Example)) {
        for (supplier, named) in &self.suppliers {
            for (sector, stated) in &self.sectors {
                for (agreement, purpose, retention, delegations) in self.permitted() {
                    for is_known in [true, false] {
                        let terms = Terms { supplier, sector, agreement, purpose, retention, delegations, is_known };
                        visit(&terms, &|| Example {
                            supplier: named.then_some(*supplier),
                            sector: stated.then(|| sector.clone()),
                            is_known,
                            agreement,
                            purpose,
                            retention,
                            hands_on: delegations > 0,
                        });
                    }
                }
            }
        }
    }

    /// What an agreement permits: the rest is refused before any rule is looked at.
    fn permitted(&self) -> impl Iterator<Item = (Agreement, Purpose, Days, u8)> {
        let all =
            Agreement::ALL.iter().flat_map(|agreement| Purpose::ALL.iter().map(move |purpose| (*agreement, *purpose)));
        let all = all.flat_map(|(agreement, purpose)| {
            self.retentions.iter().flat_map(move |kept| [0, 1].map(|steps| (agreement, purpose, *kept, steps)))
        });
        all.filter(|(agreement, purpose, kept, steps)| agreement.permits(*purpose, *steps, *kept))
    }
}

/// The key of somebody that no rule is about.
fn stranger(named: &BTreeSet<PublicKey>) -> PublicKey {
    let mut secret = [0; 32];
    loop {
        let key = Keypair::from_secret(&secret).public();
        if !named.contains(&key) {
            return key;
        }
        // There are fewer rules than numbers of two bytes.
        let number = u16::from_be_bytes([secret[0], secret[1]]).wrapping_add(1).to_be_bytes();
        secret[..2].copy_from_slice(&number);
    }
}

/// A sector that no rule is about.
fn unnamed(named: &BTreeSet<&str>) -> String {
    let mut other = String::from("other");
    while named.contains(other.as_str()) {
        other.push('-');
    }
    other
}
