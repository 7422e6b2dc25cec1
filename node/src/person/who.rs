//! Who a supplier is, as it is shown wherever its name stands: what its domain says, what the person said, and whom it
//! looks like. In: a relationship, a profile that was only looked at, or what the owner calls a supplier. Out: [`Who`],
//! names, keys.

use regie_protocol::{
    PublicKey, Timestamp,
    person::{OwnerError, Relationship},
    standing::{Identified, Lookalike as Found, Standing as Known},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Node;
use crate::{clock::text, command::Failure};

/// Who a supplier is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Who {
    /// What is known of it.
    pub standing: Standing,
    /// Suppliers that the person knows for longer, and that this one could be taken for.
    pub looks_like: Vec<Lookalike>,
}

/// What is known of who a supplier is. Times are RFC 3339.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// `none`, `claimed`, `proven` or `contradicted`, by its domain.
    pub is: String,
    /// Since when, where it is proven or contradicted.
    pub since: Option<String>,
    /// When its domain was last read.
    pub checked: Option<String>,
    /// When reading it last failed.
    pub tried: Option<String>,
    /// The code of what contradicts it, or of why its domain can't be read.
    pub why: Option<String>,
    /// The same in English, with the next step.
    pub next: Option<String>,
    /// When the person vouched for it.
    pub vouched: Option<String>,
    /// Do the person's defaults answer it?
    pub defaults_answer: bool,
    /// Does it name another next key than when it was met?
    #[serde(default)]
    pub other_next_key: bool,
}

/// A supplier that another could be taken for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Lookalike {
    /// The one that is known for longer.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// Its domain.
    pub domain: Option<String>,
    /// Since when it is known, RFC 3339.
    pub since: String,
}

/// A supplier by its name, with who it is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Named {
    /// The name of the relationship: the key by which it was met.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// Who it is; none where there is no relationship any more.
    #[serde(flatten)]
    pub who: Option<Who>,
}

impl Node {
    /// A supplier by key, or by a name that only one has.
    pub(super) fn find_supplier(&self, text: &str) -> Result<PublicKey, Failure> {
        if let Ok(key) = text.parse::<PublicKey>() {
            return self.machine.known_as(&key).ok_or_else(|| OwnerError::NoRelationship.into());
        }
        let same = |name: &str| name.to_lowercase() == text.to_lowercase();
        // Whom the person deals with, before the same company as somebody's processor.
        let all = self.machine.relationships().filter(|(_, r)| same(&r.profile().name));
        // And whom they have, before one that they removed.
        let (all, removed): (Vec<_>, Vec<_>) = all.partition(|(_, r)| !r.is_removed());
        let all = if all.is_empty() { removed } else { all }.into_iter();
        let (chosen, others): (Vec<_>, Vec<_>) = all.partition(|(_, r)| r.stored().introduced_by.is_none());
        let mut found = if chosen.is_empty() { others } else { chosen }.into_iter().map(|(key, _)| *key);
        match (found.next(), found.next()) {
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => {
                Err(Failure::usage("several suppliers have that name; give the key that `regie status` shows"))
            }
            _ => Err(OwnerError::NoRelationship.into()),
        }
    }

    /// What a supplier calls itself; its key where there is no relationship.
    pub(super) fn name_of(&self, supplier: &PublicKey) -> String {
        self.machine.relationship(supplier).map_or_else(|| supplier.to_string(), |r| r.profile().name.clone())
    }

    /// A supplier with its name and who it is.
    pub(super) fn named(&self, supplier: &PublicKey) -> Named {
        Named { supplier: *supplier, name: self.name_of(supplier), who: self.who(supplier) }
    }

    /// Who a supplier is; none where there is no relationship.
    pub(super) fn who(&self, supplier: &PublicKey) -> Option<Who> {
        self.machine.relationship(supplier).map(|relationship| self.who_is(supplier, relationship))
    }

    /// Who the supplier of this relationship is.
    pub(super) fn who_is(&self, supplier: &PublicKey, relationship: &Relationship) -> Who {
        let profile = relationship.profile();
        let now = self.clock.look().latest();
        let standing = Standing {
            other_next_key: relationship.names_other_next(),
            ..Standing::of(relationship.identified(), &profile.domain, now)
        };
        let names = [profile.name.as_str(), profile.domain.as_str()];
        Who { standing, looks_like: self.looks_like(supplier, &names) }
    }

    /// Suppliers that the person knows for longer, and that one which goes by these names could be taken for.
    pub(super) fn looks_like(&self, supplier: &PublicKey, names: &[&str]) -> Vec<Lookalike> {
        self.machine.lookalikes_of(supplier, names).iter().map(|found| self.lookalike(found)).collect()
    }

    fn lookalike(&self, found: &Found) -> Lookalike {
        let known = self.machine.relationship(&found.known);
        Lookalike {
            supplier: found.known,
            name: self.name_of(&found.known),
            domain: known.map(|relationship| relationship.profile().domain.clone()),
            since: text(found.since),
        }
    }
}

impl Standing {
    /// Who a supplier is that names this domain, by what was heard of it.
    pub(super) fn of(identified: &Identified, domain: &str, now: Timestamp) -> Self {
        let standing = identified.standing(domain, now);
        let (since, by) = match standing {
            Known::Proven { since } => (Some(since), None),
            Known::Contradicted { since, by } => (Some(since), Some(by)),
            Known::None | Known::Claimed => (None, None),
        };
        let trouble = identified.trouble.filter(|_| !domain.is_empty());
        let why = by.map(|by| (by.code(), crate::sentences::sentence(&by)));
        let why = why.or_else(|| trouble.map(|trouble| (trouble.why.code(), crate::sentences::sentence(&trouble.why))));
        Self {
            is: standing.code().to_owned(),
            since: since.map(text),
            checked: identified.read.filter(|_| !domain.is_empty()).map(text),
            tried: trouble.map(|trouble| text(trouble.at)),
            why: why.as_ref().map(|(code, _)| (*code).to_owned()),
            next: why.map(|(_, words)| words),
            vouched: identified.vouched.map(text),
            defaults_answer: identified.is_known(domain, now),
            other_next_key: false,
        }
    }
}
