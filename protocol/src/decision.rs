//! The one door: may this field leave?
//!
//! In: live grants, what the person withdrew, the policy, and a question. Out: a verdict per field. A
//! `Release` can be made nowhere else, and only from a `LiveGrant`; the driver fetches values by `Release`.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    field::{AskedPath, FieldPath},
    grant::{LiveGrant, VerifiedGrant},
    policy::{self, Policy, Terms},
    refusal::Refusal,
    signed::ObjectId,
};

/// Leave to send one field's value to the holder of one live grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    field: FieldPath,
    grant: ObjectId,
    links: Vec<ObjectId>,
}

impl Release {
    /// The field that may leave.
    #[must_use]
    pub fn field(&self) -> FieldPath {
        self.field
    }

    /// The grant that lets it, or the delegation where it goes to a processor: what its holder calls it by.
    #[must_use]
    pub fn grant(&self) -> ObjectId {
        self.grant
    }

    /// The person's grant and every delegation below it, from the top: each counts the use, each may end it.
    #[must_use]
    pub fn links(&self) -> &[ObjectId] {
        &self.links
    }
}

fn release(field: FieldPath, grant: &VerifiedGrant) -> Release {
    Release { field, grant: grant.id(), links: grant.ids().to_vec() }
}

/// What is to happen with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may leave.
    Release(Release),
    /// A rule allows a grant; nothing leaves before there is one.
    Grantable {
        /// The rule.
        rule: String,
    },
    /// The person decides.
    Ask {
        /// The rule that made it so.
        rule: String,
    },
    /// No.
    Refuse(Refusal),
}

/// Decides every asked field. `withdrawn` holds the fields of revoked grants: no rule brings them back, only
/// the person does. `spent` holds grants that would be live but for their hourly bound: a rule must not get
/// round it with a new grant.
#[must_use]
pub fn decide(
    asked: &BTreeSet<AskedPath>,
    terms: &Terms<'_>,
    live: &[LiveGrant<'_>],
    spent: &[&VerifiedGrant],
    withdrawn: &BTreeSet<FieldPath>,
    policy: &Policy,
) -> BTreeMap<AskedPath, Verdict> {
    // Nothing is decided outside the agreement: no grant and no rule reaches further than what both signed.
    if !terms.agreement.permits(terms.purpose, terms.delegations, terms.retention) {
        return asked.iter().map(|path| (path.clone(), Verdict::Refuse(Refusal::OutsideAgreement))).collect();
    }
    asked.iter().map(|path| (path.clone(), verdict(path, terms, live, spent, withdrawn, policy))).collect()
}

/// Leave to tell a subscriber of a change, where a live grant with `subscribe` covers the field.
#[must_use]
pub fn may_tell(field: FieldPath, live: &[LiveGrant<'_>]) -> Option<Release> {
    live.iter()
        .map(LiveGrant::grant)
        .filter(|grant| grant.scope().access == crate::grant::Access::Subscribe)
        .find(|grant| grant.scope().fields.iter().any(|own| own.covers(field)))
        .map(|grant| release(field, grant))
}

/// Leave to answer what the person has just allowed, where one of these live grants covers the field.
#[must_use]
pub fn under(field: FieldPath, live: &[LiveGrant<'_>]) -> Option<Release> {
    live.iter()
        .map(LiveGrant::grant)
        .find(|grant| grant.scope().fields.iter().any(|own| own.covers(field)))
        .map(|grant| release(field, grant))
}

fn verdict(
    path: &AskedPath,
    terms: &Terms<'_>,
    live: &[LiveGrant<'_>],
    spent: &[&VerifiedGrant],
    withdrawn: &BTreeSet<FieldPath>,
    policy: &Policy,
) -> Verdict {
    let Some(field) = path.known() else {
        return Verdict::Refuse(Refusal::UnknownField);
    };
    // Who asks leave to hand values on is not served by a grant without it: it would never get that leave.
    let opens = |grant: &&VerifiedGrant| {
        let scope = grant.scope();
        scope.covers(field, terms.purpose) && scope.bounds.delegations >= terms.delegations
    };
    let opening = live.iter().map(LiveGrant::grant).find(opens);
    if let Some(grant) = opening {
        return Verdict::Release(release(field, grant));
    }
    if withdrawn.contains(&field) {
        return Verdict::Refuse(Refusal::Revoked);
    }
    if spent.iter().any(|grant| grant.scope().covers(field, terms.purpose)) {
        return Verdict::Refuse(Refusal::RateLimited);
    }
    match policy.answer(field, terms) {
        (policy::Answer::Allow, rule) => Verdict::Grantable { rule: rule.to_owned() },
        (policy::Answer::Ask, rule) => Verdict::Ask { rule: rule.to_owned() },
        (policy::Answer::Refuse, _) => Verdict::Refuse(Refusal::NotGranted),
    }
}
