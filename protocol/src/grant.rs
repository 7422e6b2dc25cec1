//! Grants: signed, revocable, attenuable capabilities, and the one way to check a chain of them.
//!
//! In: a grant of the person's, with delegations below it, and the key that holds it. Out: `VerifiedGrant`
//! (signatures and narrowing hold), and from it `LiveGrant` (in force at this moment). Only a `LiveGrant`
//! opens the door in `decision`. The idea is that of macaroons and biscuits: a link only narrows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    agreement::Agreement,
    field::{FieldPath, Selector, expand},
    identity::{Nonce, PublicKey},
    item::Collection,
    limits,
    purpose::Purpose,
    refusal::Refusal,
    rotation::Names,
    signed::{Object, ObjectId, Signed, SignedError, Verified},
    time::{Days, HOUR_MS, Now, Timestamp},
};

/// How the fields may be had: each of the first three includes the ones before it. Or what may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// One answered request.
    ReadOnce,
    /// Requests while the grant lives.
    Read,
    /// The same, and every change is told.
    Subscribe,
    /// No field may be had; items may be put into this collection.
    Write(Collection),
}

impl Access {
    /// Does it permit everything that `other` permits?
    #[must_use]
    pub fn includes(self, other: Self) -> bool {
        match (self, other) {
            (Self::Write(own), Self::Write(other)) => own == other,
            (Self::Write(_), _) | (_, Self::Write(_)) => false,
            _ => other <= self,
        }
    }
}

/// Bounds in time, count and retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Uses of the grant in an hour.
    pub per_hour: u32,
    /// Uses in all; none for no bound.
    pub uses: Option<u32>,
    /// Not in force before.
    pub not_before: Timestamp,
    /// Not in force from this moment on.
    pub expires: Timestamp,
    /// How long the holder may keep a value.
    pub retention: Days,
    /// How many links may follow below.
    pub delegations: u8,
}

/// What a link of the chain permits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Fields and closed groups.
    pub fields: BTreeSet<Selector>,
    /// Purposes; each takes in the narrower ones.
    pub purposes: BTreeSet<Purpose>,
    /// How they may be had.
    pub access: Access,
    /// Time, count and retention.
    pub bounds: Bounds,
}

impl Scope {
    /// Does it permit this field for this purpose?
    #[must_use]
    pub fn covers(&self, field: FieldPath, purpose: Purpose) -> bool {
        self.fields.iter().any(|own| own.covers(field)) && self.purposes.iter().any(|own| purpose.within(*own))
    }

    /// Is it no wider than `above` in any respect? Delegations must shrink by one a link.
    #[must_use]
    pub fn within(&self, above: &Self) -> bool {
        let (own, upper) = (&self.bounds, &above.bounds);
        expand(&self.fields).is_subset(&expand(&above.fields))
            && self.purposes.iter().all(|own| above.purposes.iter().any(|upper| own.within(*upper)))
            && above.access.includes(self.access)
            && own.not_before >= upper.not_before
            && own.expires <= upper.expires
            && own.per_hour <= upper.per_hour
            // No bound of uses is the widest there is: below a link that has one every link needs its own.
            && upper.uses.is_none_or(|upper| own.uses.is_some_and(|own| own <= upper))
            && own.retention <= upper.retention
            // Fewer, and not as many, so that every chain comes to an end.
            && own.delegations < upper.delegations
    }

    /// Within the bounds of `limits`, and in force for some time.
    #[must_use]
    pub fn well_formed(&self) -> bool {
        let b = &self.bounds;
        let fields = match self.access {
            Access::Write(_) => self.fields.is_empty() && b.delegations == 0,
            _ => (1..=limits::FIELDS).contains(&self.fields.len()),
        };
        fields
            && (1..=limits::PURPOSES).contains(&self.purposes.len())
            && b.not_before < b.expires
            && b.retention.0 <= limits::RETENTION_DAYS
            && b.expires <= b.not_before.plus_days(Days(limits::GRANT_DAYS))
            && usize::from(b.delegations) <= limits::DELEGATION_DEPTH
    }
}

/// A capability from a person to a supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The person's key for this relationship.
    pub issuer: PublicKey,
    /// The supplier, and nobody else, may use it.
    pub audience: PublicKey,
    /// What it permits.
    pub scope: Scope,
    /// The agreement under which it was given.
    pub agreement: Agreement,
    /// Makes it unique.
    pub nonce: Nonce,
}

impl Object for Grant {
    const TAG: &'static str = "regie.grant/1";
    fn signer(&self) -> &PublicKey {
        &self.issuer
    }
}

/// A narrower capability that a holder hands to its processor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// The grant or delegation right above.
    pub above: ObjectId,
    /// The audience of the link above.
    pub delegator: PublicKey,
    /// Who may use this one.
    pub audience: PublicKey,
    /// No wider than the link above.
    pub scope: Scope,
    /// Makes it unique.
    pub nonce: Nonce,
}

impl Object for Delegation {
    const TAG: &'static str = "regie.delegation/1";
    fn signer(&self) -> &PublicKey {
        &self.delegator
    }
}

/// A grant and the delegations below it, as they travel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// The person's grant.
    pub grant: Signed<Grant>,
    /// From the top down; empty where the audience uses the grant itself.
    pub links: Vec<Signed<Delegation>>,
}

/// A chain whose signatures hold, whose links narrow, and whose last link names the holder. Says nothing
/// about time or revocation: see [`VerifiedGrant::live`].
///
/// ```
/// use regie_protocol::{
///     Access, Agreement, Bounds, Chain, Days, Grant, GrantState, Keypair, Nonce, ObjectId, Purpose, Refusal, Scope,
///     Timestamp, Used, Verified, VerifiedGrant,
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (person, shop) = (Keypair::from_secret(&[1; 32]), Keypair::from_secret(&[2; 32]).public());
/// let now = Timestamp(1_800_000_000_000);
/// let grant = Grant {
///     issuer: person.public(),
///     audience: shop,
///     scope: Scope {
///         fields: ["group:address".parse()?].into(),
///         purposes: [Purpose::DeliveryOfGoods].into(),
///         access: Access::Read,
///         bounds: Bounds {
///             per_hour: 10,
///             uses: None,
///             not_before: now,
///             expires: now.plus_days(Days(30)),
///             retention: Days(30),
///             delegations: 0,
///         },
///     },
///     agreement: Agreement::SdBase,
///     nonce: Nonce([3; 16]),
/// };
/// let chain = Chain { grant: Verified::sign(grant, &person)?.signed().clone(), links: Vec::new() };
///
/// // Nobody but the audience can use it.
/// let (thief, person) = (Keypair::from_secret(&[4; 32]).public(), person.public());
/// assert_eq!(VerifiedGrant::check(&chain, &person, &thief).unwrap_err(), Refusal::WrongAudience);
///
/// // Verified once; whether it is in force is asked anew at every moment.
/// struct Nothing;
/// impl GrantState for Nothing {
///     fn revoked(&self, _: &ObjectId) -> bool {
///         false
///     }
///     fn used(&self, _: &ObjectId, _: Timestamp) -> Used {
///         Used::default()
///     }
/// }
/// let verified = VerifiedGrant::check(&chain, &person, &shop)?;
/// assert!(verified.scope().covers("address.street".parse()?, Purpose::DeliveryOfGoods));
/// assert!(verified.live(&Nothing, now).is_ok());
/// assert_eq!(verified.live(&Nothing, now.plus_days(Days(30))).unwrap_err(), Refusal::Expired);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct VerifiedGrant {
    root: Verified<Grant>,
    links: Vec<Signed<Delegation>>,
    delegator: Option<PublicKey>,
    ids: Vec<ObjectId>,
    scopes: Vec<Scope>,
    holder: PublicKey,
}

impl VerifiedGrant {
    /// Checks a chain against the person who must have issued it and who presents it.
    ///
    /// # Errors
    /// [`Refusal::WrongAudience`], [`Refusal::BrokenChain`], [`Refusal::Widened`], [`Refusal::TooLarge`], and
    /// those of [`Signed::verify`].
    pub fn check(chain: &Chain, person: &impl Names, holder: &impl Names) -> Result<Self, Refusal> {
        // Before the first signature: each link costs one.
        if chain.links.len() > limits::DELEGATION_DEPTH {
            return Err(Refusal::TooLarge);
        }
        let root = chain.grant.clone().verify()?;
        if !person.names(&root.issuer) {
            return Err(Refusal::WrongAudience);
        }
        let links = chain.links.iter().map(|link| link.clone().verify());
        Self::chained(root, links, chain.links.clone(), holder)
    }

    /// A chain that was checked before it was stored ([`Signed::restored`]).
    pub(crate) fn restored(chain: &Chain, holder: &impl Names) -> Result<Self, Refusal> {
        let links = chain.links.iter().map(|link| link.clone().restored());
        Self::chained(chain.grant.clone().restored()?, links, chain.links.clone(), holder)
    }

    fn chained(
        root: Verified<Grant>,
        below: impl Iterator<Item = Result<Verified<Delegation>, SignedError>>,
        links: Vec<Signed<Delegation>>,
        holder: &impl Names,
    ) -> Result<Self, Refusal> {
        if !root.scope.well_formed() {
            return Err(Refusal::Malformed);
        }
        let (ids, scopes) = (vec![root.id()], vec![root.scope.clone()]);
        let mut found = Self { holder: root.audience, links, delegator: None, ids, scopes, root };
        for link in below {
            found.follow(&link?)?;
        }
        if holder.names(&found.holder) { Ok(found) } else { Err(Refusal::WrongAudience) }
    }

    fn follow(&mut self, link: &Verified<Delegation>) -> Result<(), Refusal> {
        // By id and by key: a link that was made below another grant, or by another holder, is none of this chain.
        if self.ids.last() != Some(&link.above) || self.holder != link.delegator {
            return Err(Refusal::BrokenChain);
        }
        if !link.scope.well_formed() || !self.scopes.last().is_some_and(|above| link.scope.within(above)) {
            return Err(Refusal::Widened);
        }
        self.delegator = Some(link.delegator);
        self.holder = link.audience;
        self.ids.push(link.id());
        self.scopes.push(link.scope.clone());
        Ok(())
    }

    /// The name of the person's grant at the top.
    #[must_use]
    pub fn root(&self) -> &Verified<Grant> {
        &self.root
    }

    /// The name of the last link: of the grant itself, where nothing was delegated.
    #[must_use]
    pub fn id(&self) -> ObjectId {
        self.ids.last().copied().unwrap_or_else(|| self.root.id())
    }

    /// The name of what the last link was made from; none where nothing was delegated.
    #[must_use]
    pub fn above(&self) -> Option<&ObjectId> {
        self.ids.len().checked_sub(2).and_then(|place| self.ids.get(place))
    }

    /// As it travels.
    #[must_use]
    pub fn chain(&self) -> Chain {
        Chain { grant: self.root.signed().clone(), links: self.links.clone() }
    }

    /// Who signed the last link; none where nothing was delegated.
    #[must_use]
    pub fn delegator(&self) -> Option<&PublicKey> {
        self.delegator.as_ref()
    }

    /// Who may use it: the audience of the last link.
    #[must_use]
    pub fn holder(&self) -> &PublicKey {
        &self.holder
    }

    /// The narrowest scope, that of the last link.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        self.scopes.last().unwrap_or(&self.root.scope)
    }

    /// The name of every link, from the top.
    #[must_use]
    pub fn ids(&self) -> &[ObjectId] {
        &self.ids
    }

    /// Is it in force now? The answer borrows the grant and the revocations, so it can't be kept past a
    /// change of either. This is the only place that compares a grant with the time; expiry has no leeway.
    ///
    /// # Errors
    /// [`Refusal::Revoked`], [`Refusal::NotYetValid`], [`Refusal::Expired`], [`Refusal::UsedUp`],
    /// [`Refusal::RateLimited`].
    pub fn live<'a>(&'a self, state: &'a impl GrantState, now: impl Into<Now>) -> Result<LiveGrant<'a>, Refusal> {
        self.in_force(state, now.into(), true)
    }

    /// Is it in force for what the person's node tells by itself? The hourly bound is about the holder's requests: a
    /// change must not stay untold because the holder asked often.
    ///
    /// # Errors
    /// As [`Self::live`], but for [`Refusal::RateLimited`].
    pub fn live_to_tell<'a>(
        &'a self,
        state: &'a impl GrantState,
        now: impl Into<Now>,
    ) -> Result<LiveGrant<'a>, Refusal> {
        self.in_force(state, now.into(), false)
    }

    fn in_force<'a>(
        &'a self,
        state: &'a impl GrantState,
        now: Now,
        by_the_hour: bool,
    ) -> Result<LiveGrant<'a>, Refusal> {
        // Every link: what ends a grant ends all that was handed on below it, whoever was told.
        if self.ids.iter().any(|id| state.revoked(id)) {
            return Err(Refusal::Revoked);
        }
        for (id, scope) in self.ids.iter().zip(&self.scopes) {
            let bounds = &scope.bounds;
            let once = (scope.access == Access::ReadOnce).then_some(1);
            let uses = [bounds.uses, once].into_iter().flatten().min();
            // The hour is counted by the clock as it is, an end by the later of both times: nothing that has ended
            // opens again.
            let used = state.used(id, now.wall);
            if now.latest() < bounds.not_before {
                return Err(Refusal::NotYetValid);
            } else if now.latest() >= bounds.expires {
                return Err(Refusal::Expired);
            } else if uses.is_some_and(|most| used.in_all >= most) {
                return Err(Refusal::UsedUp);
            } else if by_the_hour && used.this_hour >= bounds.per_hour {
                return Err(Refusal::RateLimited);
            }
        }
        Ok(LiveGrant(self))
    }
}

/// What has happened to grants so far.
pub trait GrantState {
    /// Was this link revoked?
    fn revoked(&self, id: &ObjectId) -> bool;
    /// How often it was used.
    fn used(&self, id: &ObjectId, now: Timestamp) -> Used;
}

/// Uses of one link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Used {
    /// Since it was issued.
    pub in_all: u32,
    /// In the hour that began at `hour`.
    pub this_hour: u32,
    /// When that hour began.
    pub hour: Timestamp,
}

impl Used {
    /// The count as it stands at `now`: an hour that has passed counts for nothing, nor one that lies ahead because the
    /// clock was wrong then.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        if now.distance_ms(self.hour) >= HOUR_MS { Self { this_hour: 0, hour: now, ..self } } else { self }
    }

    /// One use more.
    #[must_use]
    pub fn once_more(self, now: Timestamp) -> Self {
        let used = self.at(now);
        Self { in_all: used.in_all.saturating_add(1), this_hour: used.this_hour.saturating_add(1), ..used }
    }
}

/// A grant in force at one moment. Can only be had from [`VerifiedGrant::live`].
#[derive(Clone, Copy, Debug)]
pub struct LiveGrant<'a>(&'a VerifiedGrant);

impl<'a> LiveGrant<'a> {
    /// The checked chain.
    #[must_use]
    pub fn grant(&self) -> &'a VerifiedGrant {
        self.0
    }
}
