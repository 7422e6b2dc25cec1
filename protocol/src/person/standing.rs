//! Who suppliers are: what their domains' documents say, newer profiles, the person's own word, names that look alike.
//! In: what the driver read, what a supplier showed, what the person says. Out: effects. Nothing here leads to a key that
//! was not known before.

use std::collections::{BTreeMap, BTreeSet};

use super::{Effect, Mismatch, OwnerError, Person, Record, Relationship, StoredRelationship, from_supplier};
use crate::{
    audit::{Event, Log},
    entropy::Entropy,
    identity::PublicKey,
    limits, lookalike,
    policy::{Proposer, Terms},
    profile::Profile,
    purpose::Purpose,
    rotation::Lineage,
    signed::{Signed, Verified},
    standing::{self, Heard, Identified, Lookalike, Standing, Trouble, Unread},
    time::{Days, Now, Timestamp},
};

type Effects = Result<Vec<Effect>, OwnerError>;

impl Person {
    /// The document at this supplier's domain was read, or could not be. `domain` is the one that was asked: where the
    /// supplier has named another one since, nothing comes of it. A newer profile of the supplier's own key in it takes
    /// the place of the one there is.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`].
    pub(super) fn domain_read(
        &mut self,
        supplier: &PublicKey,
        domain: &str,
        read: Result<Signed<Profile>, Unread>,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Effects {
        let now = now.into();
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let mut effects = Vec::new();
        if relationship.profile.domain != domain || domain.is_empty() {
            return Ok(effects);
        }
        match read.and_then(standing::document) {
            Err(why) => {
                let trouble = Some(Trouble { at: now.floor, why });
                let identified = Identified { trouble, ..relationship.identified };
                self.identify(&mut effects, supplier, identified, now, entropy)?;
            }
            Ok(document) => {
                // First, since what the document says is judged against the profile in force.
                self.take_newer(&mut effects, supplier, &document, now, entropy)?;
                self.hear_document(&mut effects, supplier, domain, &document, now, entropy)?;
            }
        }
        Ok(effects)
    }

    /// A known supplier shows its profile again. A newer one takes the place of the one there is: of the same key, or of
    /// the key that was committed to as the next one. One that is not newer changes nothing, nor does one that leaves a
    /// domain which proves the supplier.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`]; [`OwnerError::BadPairing`] where it is not this supplier's or out of bounds.
    pub(super) fn renew_profile(
        &mut self,
        supplier: &PublicKey,
        profile: Signed<Profile>,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Effects {
        let now = now.into();
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let mut effects = Vec::new();
        if relationship.profile.id() == profile.id() {
            return Ok(effects);
        }
        let bad = |_| OwnerError::BadPairing(Mismatch::UnsignedProfile);
        let profile = within_bounds(profile.verify().map_err(bad)?)?;
        // A proven domain is given up by its own document alone: who stole the key could else leave the one place that can
        // revoke it.
        let leaves = profile.supplier == relationship.profile.supplier && profile.domain != relationship.profile.domain;
        if leaves && matches!(relationship.standing(now.latest()), Standing::Proven { .. }) {
            return Ok(effects);
        }
        if !self.take_newer(&mut effects, supplier, &profile, now, entropy)?
            && !self.has_key(supplier, &profile.supplier)
        {
            return Err(OwnerError::BadPairing(Mismatch::OtherKey));
        }
        Ok(effects)
    }

    /// Whose profile is this, shown by who holds this key: of which relationship's supplier, by its key in force, by one
    /// before, or by those that it leads to? Another's profile is nobody's to show.
    #[must_use]
    pub fn whose(&self, key: &PublicKey, profile: &Signed<Profile>) -> Option<PublicKey> {
        let profile =
            profile.clone().verify().ok().filter(|profile| profile.well_formed() && profile.supplier == *key)?;
        let earlier = profile.keys.earlier();
        let known = self.known_as(&profile.supplier);
        known.or_else(|| {
            earlier.iter().filter_map(|key| self.known_as(key)).find(|supplier| {
                self.relationships.get(supplier).is_some_and(|known| known.lineage.follow(&profile).is_some())
            })
        })
    }

    /// A supplier that the person is about to meet shows its profile: is it its own, and within the bounds?
    ///
    /// # Errors
    /// [`OwnerError::BadPairing`].
    pub fn look(&self, supplier: &PublicKey, profile: Signed<Profile>) -> Result<Verified<Profile>, OwnerError> {
        let bad = |_| OwnerError::BadPairing(Mismatch::UnsignedProfile);
        within_bounds(from_supplier(profile, supplier).map_err(bad)?)
    }

    /// What would be known of a supplier with this profile, after its domain's document was read.
    #[must_use]
    pub fn weigh_document(
        &self,
        profile: &Profile,
        read: Option<&Result<Signed<Profile>, Unread>>,
        now: impl Into<Now>,
    ) -> Identified {
        let now = now.into().floor;
        let new = Identified::new(now);
        match read.map(|read| read.clone().and_then(standing::document)) {
            None => new,
            Some(Err(why)) => Identified { trouble: Some(Trouble { at: now, why }), ..new },
            Some(Ok(document)) => new.after_reading(standing::judge(profile, &Lineage::of(profile), &document), now),
        }
    }

    /// The person vouches for a supplier, or takes that back.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`].
    pub(super) fn vouch(
        &mut self,
        supplier: &PublicKey,
        vouched: bool,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Effects {
        let now = now.into();
        let identified = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?.identified;
        let mut effects = Vec::new();
        if vouched || identified.vouched.is_some() {
            let identified = Identified { vouched: vouched.then_some(now.floor), ..identified };
            self.record(&mut effects, Record::Identified { supplier: *supplier, identified });
            self.log(&mut effects, Log::With(*supplier), Event::Vouched { vouched }, now, entropy)?;
        }
        Ok(effects)
    }

    /// Suppliers that the person knows for longer, and that one of this name and domain could be taken for; at most
    /// [`limits::LOOKALIKES`].
    #[must_use]
    pub fn lookalikes(&self, profile: &Profile) -> Vec<Lookalike> {
        let supplier = self.known_as(&profile.supplier).unwrap_or(profile.supplier);
        self.lookalikes_of(&supplier, &[&profile.name, &profile.domain])
    }

    /// The same for one that goes by these names, as an offer tells.
    #[must_use]
    pub fn lookalikes_of(&self, supplier: &PublicKey, names: &[&str]) -> Vec<Lookalike> {
        let own = self.relationships.get(supplier).map(|r| r.identified.named);
        let order = |lookalike: &Lookalike| (lookalike.since, lookalike.known);
        let forms = names.iter().flat_map(|name| lookalike::forms(name));
        let found: BTreeSet<PublicKey> = forms.filter_map(|form| self.looks.get(&form)).flatten().copied().collect();
        let others = found.into_iter().filter(|known| known != supplier && !self.is_one_company(supplier, known));
        let others = others
            .filter_map(|known| self.relationships.get(&known).map(|r| Lookalike { known, since: r.identified.named }));
        let mut others: Vec<Lookalike> =
            // Only those that had it first: who came by the name later carries the warning, and not whom it imitates.
            others.filter(|other| own.is_none_or(|own| order(other) < (own, *supplier))).collect();
        others.sort_by_key(order);
        others.truncate(limits::LOOKALIKES);
        others
    }

    /// Are these one company, which the person deals with and which works for others besides?
    fn is_one_company(&self, one: &PublicKey, other: &PublicKey) -> bool {
        let current = self.relationships.get(one).map_or(one, |known| known.lineage.current());
        self.relationships.get(other).is_some_and(|known| known.lineage.has(current))
    }

    fn hear_document(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        domain: &str,
        document: &Verified<Profile>,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<(), OwnerError> {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        // The document told of a move to another domain, which has its own.
        if relationship.profile.domain != domain {
            return Ok(());
        }
        // Of a key that was replaced since: it says nothing new of anybody.
        if document.supplier != relationship.profile.supplier && relationship.lineage.has(&document.supplier) {
            let trouble = Some(Trouble { at: now.floor, why: Unread::Outdated });
            let identified = Identified { trouble, ..relationship.identified };
            return self.identify(effects, supplier, identified, now, entropy);
        }
        let says = standing::judge(&relationship.profile, &relationship.lineage, document);
        let identified = relationship.identified.after_reading(says, now.floor);
        self.identify(effects, supplier, identified, now, entropy)
    }

    /// Keeps what is known now; a change of standing is an entry of the log.
    fn identify(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        identified: Identified,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<(), OwnerError> {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let standing = identified.standing(&relationship.profile.domain, now.latest());
        let differs = relationship.standing(now.latest()) != standing;
        self.record(effects, Record::Identified { supplier: *supplier, identified });
        if differs {
            self.log(effects, Log::With(*supplier), Event::Identified { standing }, now, entropy)?;
        }
        Ok(())
    }

    /// Takes a newer profile, of the key in force or of one that it leads to; false where it is neither.
    fn take_newer(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        profile: &Verified<Profile>,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<bool, OwnerError> {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let rotated = relationship.lineage.follow(profile);
        let newer = standing::is_newer(profile, &relationship.profile, now.wall);
        // The profile of a later key is never newer by its date: its rotations alone make it so.
        let Some(lineage) = rotated.clone().or_else(|| newer.then(|| relationship.lineage.clone().committed(profile)))
        else {
            return Ok(false);
        };
        self.take_profile(effects, supplier, profile, lineage, now, entropy)?;
        if rotated.is_some() {
            let event = Event::KeyRotated { key: profile.supplier };
            self.log(effects, Log::With(*supplier), event, now, entropy)?;
        }
        Ok(true)
    }

    fn has_key(&self, supplier: &PublicKey, key: &PublicKey) -> bool {
        self.relationships.get(supplier).is_some_and(|relationship| relationship.lineage.has(key))
    }

    /// The newer profile holds. What was proven of a domain says nothing of another one, and who was vouched for under a
    /// name, sector and domain is not so under others.
    fn take_profile(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        profile: &Verified<Profile>,
        lineage: Lineage,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<(), OwnerError> {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let (known, mut identified) = (&relationship.profile, relationship.identified);
        let same_domain = known.domain == profile.domain;
        let same_name = known.name == profile.name && same_domain;
        if !same_domain {
            identified = Identified { heard: Heard::Nothing, read: None, trouble: None, ..identified };
        }
        if lineage.current() != relationship.lineage.current() && matches!(identified.heard, Heard::Otherwise { .. }) {
            // What was said against the key before says nothing of this one.
            identified = Identified { heard: Heard::Nothing, read: None, ..identified };
        }
        if !same_name {
            identified.named = now.floor;
        }
        if !same_name || known.sector != profile.sector {
            identified.vouched = None;
        }
        let (profile_signed, lineage) = (profile.signed().clone(), Some(lineage));
        let stored = StoredRelationship { profile: profile_signed, lineage, ..relationship.stored.clone() };
        let changed = identified != relationship.identified;
        self.record(effects, Record::Relationship { supplier: *supplier, stored });
        if changed {
            self.record(effects, Record::Identified { supplier: *supplier, identified });
        }
        let event = Event::ProfileRenewed { profile: profile.id() };
        self.log(effects, Log::With(*supplier), event, now, entropy)?;
        Ok(())
    }

    /// Keeps the index of names right where a relationship's profile is put in place of another.
    pub(super) fn index_name(&mut self, supplier: &PublicKey, before: &[String], profile: &Profile) {
        for form in before {
            if let Some(keys) = self.looks.get_mut(form) {
                keys.remove(supplier);
                if keys.is_empty() {
                    self.looks.remove(form);
                }
            }
        }
        for form in forms(profile) {
            self.looks.entry(form).or_default().insert(*supplier);
        }
    }
}

impl Relationship {
    /// Who the supplier is, as far as this node knows.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        self.identified.standing(&self.profile.domain, now)
    }

    /// What that rests on.
    #[must_use]
    pub fn identified(&self) -> &Identified {
        &self.identified
    }

    /// May defaults answer it?
    #[must_use]
    pub fn is_known(&self, now: Timestamp) -> bool {
        self.identified.is_known(&self.profile.domain, now)
    }

    /// As the defaults see it where it would have something for this, on these terms.
    #[must_use]
    pub fn terms(&self, purpose: Purpose, retention: Days, delegations: u8, now: impl Into<Now>) -> Terms<'_> {
        let Proposer { supplier, sector, is_known } = self.proposer(now.into());
        Terms { supplier, sector, agreement: self.stored.agreement, purpose, retention, delegations, is_known }
    }

    /// As the defaults about corrections and segments see it.
    pub(super) fn proposer(&self, now: Now) -> Proposer<'_> {
        Proposer { supplier: self.lineage.first(), sector: &self.profile.sector, is_known: self.is_known(now.latest()) }
    }
}

fn within_bounds(profile: Verified<Profile>) -> Result<Verified<Profile>, OwnerError> {
    if profile.well_formed() { Ok(profile) } else { Err(OwnerError::BadPairing(Mismatch::ProfileBounds)) }
}

/// By which forms of a name each supplier is found.
pub(super) type Looks = BTreeMap<String, BTreeSet<PublicKey>>;

/// The forms of a supplier's name and domain.
pub(super) fn forms(profile: &Profile) -> Vec<String> {
    [&profile.name, &profile.domain].into_iter().flat_map(|text| lookalike::forms(text)).collect()
}
