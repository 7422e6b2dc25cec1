//! The one door: may this field leave?
//!
//! In: live grants, what the person withdrew, the policy, and a question. Out: a verdict per field. A
//! `Release` can be made nowhere else, and only from a `LiveGrant`; the driver fetches values by `Release`.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    field::{AskedPath, FieldPath},
    grant::{Access, LiveGrant, VerifiedGrant},
    policy::{self, Policy, Terms},
    refusal::Refusal,
    signed::ObjectId,
    time::Timestamp,
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
    /// It may leave; and a rule allows a new grant, since the one there is is no subscription where one is asked for,
    /// or is past the middle of its life and ends before what is asked for.
    Renewable {
        /// Leave by the grant there is.
        release: Release,
        /// The name of the rule that decided.
        rule: String,
    },
    /// A rule allows a grant; nothing leaves before there is one.
    Grantable {
        /// The name of the rule that decided.
        rule: String,
    },
    /// The person decides.
    Ask {
        /// The rule that made it so.
        rule: String,
    },
    /// The field is refused, with this code.
    Refuse(Refusal),
}

/// What is asked for of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// How the fields are to be had.
    pub access: Access,
    /// The moment at which it is decided.
    pub now: Timestamp,
    /// When what was decided ends.
    pub until: Timestamp,
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
    wanted: Wanted,
) -> BTreeMap<AskedPath, Verdict> {
    // Nothing is decided outside the agreement: no grant and no rule reaches further than what both signed.
    if !terms.agreement.permits(terms.purpose, terms.delegations, terms.retention) {
        return asked.iter().map(|path| (path.clone(), Verdict::Refuse(Refusal::OutsideAgreement))).collect();
    }
    asked.iter().map(|path| (path.clone(), verdict(path, terms, live, spent, withdrawn, policy, wanted))).collect()
}

/// Whether a default may say of the person that they belong to a pattern over these fields: a membership tells something of
/// each, so it takes what a request for every one of them would, and none that was withdrawn. The person is asked where any
/// of them would be.
///
/// # Errors
/// The code by which one of them is refused.
pub fn may_belong(
    fields: &BTreeSet<FieldPath>,
    terms: &Terms<'_>,
    live: &[LiveGrant<'_>],
    withdrawn: &BTreeSet<FieldPath>,
    policy: &Policy,
    now: Timestamp,
) -> Result<policy::Answer, Refusal> {
    if !fields.is_disjoint(withdrawn) {
        return Err(Refusal::Revoked);
    }
    let asked = fields.iter().copied().map(AskedPath::from).collect();
    let wanted = Wanted { access: Access::ReadOnce, now, until: now };
    let mut all = policy::Answer::Allow;
    for verdict in decide(&asked, terms, live, &[], withdrawn, policy, wanted).into_values() {
        match verdict {
            Verdict::Release(_) | Verdict::Renewable { .. } | Verdict::Grantable { .. } => {}
            Verdict::Ask { .. } => all = policy::Answer::Ask,
            Verdict::Refuse(code) => return Err(code),
        }
    }
    Ok(all)
}

/// Leave to tell a subscriber of a change, where a live grant with `subscribe` covers the field.
#[must_use]
pub fn may_tell(field: FieldPath, live: &[LiveGrant<'_>]) -> Option<Release> {
    live.iter()
        .map(LiveGrant::grant)
        .filter(|grant| grant.scope().access == Access::Subscribe)
        .filter(|grant| grant.scope().fields.iter().any(|own| own.covers(field)))
        .min_by_key(last_to_end)
        .map(|grant| release(field, grant))
}

/// Leave to answer what the person has just allowed, where one of these live grants covers the field.
#[must_use]
pub fn under(field: FieldPath, live: &[LiveGrant<'_>]) -> Option<Release> {
    live.iter()
        .map(LiveGrant::grant)
        .filter(|grant| grant.scope().fields.iter().any(|own| own.covers(field)))
        .min_by_key(last_to_end)
        .map(|grant| release(field, grant))
}

/// Of several grants that open a field the one that ends last is used, or the subscription among those that end
/// together, so that what was renewed takes over.
fn last_to_end(grant: &&VerifiedGrant) -> Reverse<(Timestamp, bool)> {
    let scope = grant.scope();
    Reverse((scope.bounds.expires, scope.access == Access::Subscribe))
}

fn verdict(
    path: &AskedPath,
    terms: &Terms<'_>,
    live: &[LiveGrant<'_>],
    spent: &[&VerifiedGrant],
    withdrawn: &BTreeSet<FieldPath>,
    policy: &Policy,
    wanted: Wanted,
) -> Verdict {
    let Some(field) = path.known() else {
        return Verdict::Refuse(Refusal::UnknownField);
    };
    // Who asks leave to hand values on is not served by a grant without it: it would never get that leave.
    let opens = |grant: &&VerifiedGrant| {
        let scope = grant.scope();
        scope.covers(field, terms.purpose) && scope.bounds.delegations >= terms.delegations
    };
    let opening = || live.iter().map(LiveGrant::grant).filter(opens);
    let bounded = spent.iter().any(|grant| grant.scope().covers(field, terms.purpose));
    if let Some(grant) = opening().min_by_key(last_to_end) {
        let release = release(field, grant);
        // Neither what was withdrawn nor an hourly bound is got round by asking while another grant lives.
        if withdrawn.contains(&field) || bounded || opening().any(|grant| serves(grant, wanted)) {
            return Verdict::Release(release);
        }
        return match policy.answer(field, terms) {
            (policy::Answer::Allow, rule) => Verdict::Renewable { release, rule: rule.to_owned() },
            _ => Verdict::Release(release),
        };
    }
    // Before the rules are asked: what the person took back no default gives.
    if withdrawn.contains(&field) {
        return Verdict::Refuse(Refusal::Revoked);
    }
    if bounded {
        return Verdict::Refuse(Refusal::RateLimited);
    }
    match policy.answer(field, terms) {
        (policy::Answer::Allow, rule) => Verdict::Grantable { rule: rule.to_owned() },
        (policy::Answer::Ask, rule) => Verdict::Ask { rule: rule.to_owned() },
        (policy::Answer::Refuse, _) => Verdict::Refuse(Refusal::NotGranted),
    }
}

/// Is there no need of a new grant beside this one? Only one past the middle of its life is renewed, so that nobody
/// gets many grants by asking often, or for ever longer.
fn serves(grant: &VerifiedGrant, wanted: Wanted) -> bool {
    let (scope, bounds) = (grant.scope(), &grant.scope().bounds);
    // Halved before they are added: two times together may be larger than a number.
    let middle = bounds.not_before.0 / 2 + bounds.expires.0 / 2;
    match wanted.access {
        Access::Subscribe if scope.access != Access::Subscribe => false,
        Access::Subscribe | Access::Read => wanted.now.0 < middle || bounds.expires >= wanted.until,
        Access::ReadOnce | Access::Write(_) => true,
    }
}
