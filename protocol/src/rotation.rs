//! A company's keys over time: the one in force, the one that was committed to as the next, and those before.
//!
//! In: what a profile says of its keys. Out: the [`Lineage`] that a person's node keeps of a supplier, which follows a
//! rotation only to the key that was committed to when the key before was taken on (pre-rotation, as in KERI,
//! draft-ssmith-keri). Who steals the key in force can speak as the company until the company rotates; they can't name
//! the key that comes after, since its secret is nowhere near (`docs/decisions/0026-*.md`).

use std::collections::BTreeSet;

use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    identity::{IdentityError, Keypair, PublicKey, RootSeed},
    limits,
    profile::Profile,
    refusal::Refusal,
    signed::{Object, Signed, Verified},
    time::Timestamp,
};

const NEXT_DOMAIN: &[u8] = b"regie next company key 1\0";

/// A key takes the place of another. Signed by the new one: who signs has it, and whether it may is for the [`Lineage`] to
/// say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// The company's key from now on.
    pub supplier: PublicKey,
    /// The key whose place it takes.
    pub follows: PublicKey,
    /// The only key that may follow in turn.
    pub next: PublicKey,
    /// When it was made.
    pub at: Timestamp,
}

impl Object for Rotation {
    const TAG: &'static str = "regie.rotation/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}

/// What a company's profile says of its keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyHistory {
    /// The only key that may take the place of the profile's own; none where the company committed to none.
    pub next: Option<PublicKey>,
    /// How the profile's key came to its place, the oldest first; at most [`limits::ROTATIONS`]. Empty for a first key.
    pub rotations: Vec<Signed<Rotation>>,
    /// Keys that do not speak for the company any more, though nothing leads from them to the profile's: at most
    /// [`limits::ROTATIONS`]. It counts in the document of the domain that such a key's profile names.
    pub revoked: BTreeSet<PublicKey>,
}

impl KeyHistory {
    /// Does it say nothing?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Is it within its bounds?
    #[must_use]
    pub fn well_formed(&self) -> bool {
        self.rotations.len() <= limits::ROTATIONS && self.revoked.len() <= limits::ROTATIONS
    }

    /// The keys that the company had before, as it says; for the company's own profile.
    pub(crate) fn earlier(&self) -> BTreeSet<PublicKey> {
        self.rotations.iter().filter_map(|rotation| rotation.peek().ok()).map(|rotation| rotation.follows).collect()
    }
}

/// The secret of a company's next key, as 24 words to be kept away from the machine that has the key in force. Zeroized
/// when dropped.
pub struct NextKey(RootSeed);

impl NextKey {
    /// From 32 bytes of the operating system's randomness.
    #[must_use]
    pub fn from_entropy(entropy: [u8; 32]) -> Self {
        Self(RootSeed::from_entropy(entropy))
    }

    /// The secret behind 24 words (BIP 39, entropy form, English), however they are spaced and whatever their case.
    ///
    /// # Errors
    /// [`IdentityError::BadPhrase`].
    pub fn from_phrase(phrase: &str) -> Result<Self, IdentityError> {
        let plain = Zeroizing::new(phrase.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase());
        RootSeed::from_phrase(&plain).map(Self)
    }

    /// The 24 words.
    ///
    /// # Errors
    /// Never for 32 bytes; the library's signature can fail.
    pub fn phrase(&self) -> Result<Zeroizing<String>, IdentityError> {
        self.0.phrase()
    }

    /// The key: its public half is what is committed to, the whole is what takes over.
    #[must_use]
    pub fn keypair(&self) -> Keypair {
        let mut secret = Zeroizing::new([0; 32]);
        // HKDF-SHA256 refuses only outputs above 8,160 bytes; 32 always fit.
        let done = Hkdf::<Sha256>::new(None, self.0.expose()).expand(NEXT_DOMAIN, secret.as_mut());
        debug_assert!(done.is_ok());
        Keypair::from_secret(&secret)
    }
}

/// Somebody who goes by one key, or by several over time.
pub trait Names {
    /// Is this one of them?
    fn names(&self, key: &PublicKey) -> bool;
}

impl Names for PublicKey {
    fn names(&self, key: &PublicKey) -> bool {
        self == key
    }
}

/// Whoever it is: where another check, or nothing, says who it has to be.
pub(crate) struct Anybody;

impl Names for Anybody {
    fn names(&self, _: &PublicKey) -> bool {
        true
    }
}

impl Names for BTreeSet<PublicKey> {
    fn names(&self, key: &PublicKey) -> bool {
        self.contains(key)
    }
}

impl Names for Lineage {
    fn names(&self, key: &PublicKey) -> bool {
        self.has(key)
    }
}

/// The keys of one supplier, as a person's node came to know them. The first names the relationship for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lineage {
    first: PublicKey,
    later: Vec<PublicKey>,
    next: Option<PublicKey>,
}

impl Lineage {
    /// That of a supplier that is met with this profile: what it says of its next key now holds.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self { first: profile.supplier, later: Vec::new(), next: profile.keys.next }
    }

    /// The key by which the supplier was met.
    #[must_use]
    pub fn first(&self) -> &PublicKey {
        &self.first
    }

    /// The key in force.
    #[must_use]
    pub fn current(&self) -> &PublicKey {
        self.later.last().unwrap_or(&self.first)
    }

    /// The only key that may follow; none where the supplier never committed to one.
    #[must_use]
    pub fn next(&self) -> Option<&PublicKey> {
        self.next.as_ref()
    }

    /// Every key of the supplier, from the first to the one in force.
    pub fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// Is it a key of this supplier: the one in force, or one before?
    #[must_use]
    pub fn has(&self, key: &PublicKey) -> bool {
        self.keys().any(|own| own == key)
    }

    /// With the commitment of a profile of the key in force, where there was none before. One that was made once is never
    /// replaced by the key that made it: a thief of that key could appoint an heir.
    #[must_use]
    pub fn committed(self, profile: &Profile) -> Self {
        match self.next {
            None if profile.supplier == *self.current() => Self { next: profile.keys.next, ..self },
            _ => self,
        }
    }

    /// Does the profile of the key in force name another next key than it was committed to? Then who made it does not
    /// know what was said before, or wants it forgotten.
    #[must_use]
    pub fn differs(&self, profile: &Profile) -> bool {
        profile.supplier == *self.current() && self.next.is_some() && profile.keys.next != self.next
    }

    /// The lineage up to the key of this profile, where its rotations lead there from the key in force, each to the key
    /// that was committed to. None where they do not, or where the profile is of a key that is known.
    #[must_use]
    pub fn follow(&self, profile: &Verified<Profile>) -> Option<Self> {
        let rotations = profile.keys.rotations.iter().filter(|_| profile.keys.well_formed());
        let mut found = self.clone();
        for rotation in rotations {
            // Those that led to the key in force are over; they are not looked at again.
            let Ok(claimed) = rotation.peek() else { continue };
            if claimed.follows == *found.current() {
                found = found.rotated(rotation.clone()).ok()?;
            }
        }
        (found.later.len() > self.later.len() && *found.current() == profile.supplier).then_some(found)
    }

    /// One step further: by a rotation from the key in force to the key that was committed to.
    ///
    /// # Errors
    /// [`Refusal::BrokenChain`] where it does not follow the key in force, [`Refusal::WrongSender`] where it leads to
    /// another key than was committed to, [`Refusal::TooLarge`] above [`limits::ROTATIONS`], and those of
    /// [`Signed::verify`].
    pub fn rotated(&self, rotation: Signed<Rotation>) -> Result<Self, Refusal> {
        let rotation = rotation.verify()?;
        // Never back to a key of before: its secret may be anybody's by now.
        if rotation.follows != *self.current() || self.has(&rotation.supplier) {
            return Err(Refusal::BrokenChain);
        }
        if self.next != Some(rotation.supplier) {
            return Err(Refusal::WrongSender);
        }
        if self.later.len() >= limits::ROTATIONS {
            return Err(Refusal::TooLarge);
        }
        let later = self.later.iter().copied().chain([rotation.supplier]).collect();
        Ok(Self { first: self.first, later, next: Some(rotation.next) })
    }

    /// Does this document of the supplier's domain say that the key in force speaks for the company no longer: by name, or
    /// by a rotation from it to a key that it was not committed to? A rotation that can be followed takes its place
    /// instead, see [`Self::follow`].
    #[must_use]
    pub fn is_revoked_by(&self, document: &Profile) -> bool {
        let current = self.current();
        // Signed by the new key alone, whosever that is: enough to stop by, never to follow.
        let replaced =
            |rotation: &Signed<Rotation>| rotation.clone().verify().is_ok_and(|rotation| rotation.follows == *current);
        document.keys.well_formed()
            && (document.keys.revoked.contains(current) || document.keys.rotations.iter().any(replaced))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEDS: [u8; 6] = [1, 2, 3, 4, 5, 6];

    fn key(seed: u8) -> Keypair {
        Keypair::from_secret(&[seed; 32])
    }

    fn public(seed: u8) -> PublicKey {
        key(seed).public()
    }

    fn rotation(follows: u8, to: u8, next: u8) -> Signed<Rotation> {
        let rotation = Rotation {
            supplier: public(to),
            follows: public(follows),
            next: public(next),
            at: Timestamp(u64::from(to)),
        };
        Verified::sign(rotation, &key(to)).expect("signs").signed().clone()
    }

    fn profile(of: u8, next: Option<u8>, rotations: Vec<Signed<Rotation>>) -> Verified<Profile> {
        let profile = Profile {
            supplier: public(of),
            name: "De Winkel BV".into(),
            sector: "retail".into(),
            domain: String::new(),
            contact: String::new(),
            wishes: Vec::new(),
            agreements: BTreeSet::new(),
            addresses: Vec::new(),
            keys: KeyHistory { next: next.map(public), rotations, revoked: BTreeSet::new() },
            board: false,
            issued: Timestamp(9),
        };
        Verified::sign(profile, &key(of)).expect("signs")
    }

    #[test]
    fn a_rotation_is_followed_to_the_key_that_was_committed_to_and_no_other() {
        let met = Lineage::of(&profile(1, Some(2), Vec::new()));
        let after = met.follow(&profile(2, Some(3), vec![rotation(1, 2, 3)])).expect("committed to");
        assert_eq!((after.first(), after.current(), after.next()), (&public(1), &public(2), Some(&public(3))));
        let twice = vec![rotation(1, 2, 3), rotation(2, 3, 4)];
        let away = met.follow(&profile(3, Some(4), twice.clone())).expect("two, while the node was off");
        assert_eq!(Some(&away), after.follow(&profile(3, Some(4), twice.clone())).as_ref(), "the same, one by one");
        assert!(away.has(&public(1)) && away.has(&public(2)) && !away.has(&public(4)));
        for heir in [rotation(1, 5, 6), rotation(1, 3, 4)] {
            let of = if heir == rotation(1, 5, 6) { 5 } else { 3 };
            assert_eq!(met.follow(&profile(of, Some(6), vec![heir])), None, "an heir that the thief of 1 appoints");
        }
        assert_eq!(met.follow(&profile(5, Some(6), twice)), None, "whose profile it is, the rotations do not lead to");
        assert_eq!(met.follow(&profile(2, Some(3), Vec::new())), None, "without a rotation");
    }

    #[test]
    fn nothing_goes_back_and_nothing_is_replayed() {
        let met = Lineage::of(&profile(1, Some(2), Vec::new()));
        let after = met.follow(&profile(2, Some(3), vec![rotation(1, 2, 3)])).expect("committed to");
        assert_eq!(after.follow(&profile(2, Some(3), vec![rotation(1, 2, 3)])), None, "it is known");
        assert_eq!(after.follow(&profile(1, Some(2), vec![rotation(2, 1, 2)])), None, "back to a key before");
        let round = Lineage::of(&profile(1, Some(2), Vec::new())).follow(&profile(2, Some(1), vec![rotation(1, 2, 1)]));
        let round = round.expect("committed to");
        assert_eq!(round.follow(&profile(1, Some(2), vec![rotation(1, 2, 1), rotation(2, 1, 2)])), None, "in a circle");
        let of_thief = Rotation { supplier: public(2), follows: public(1), next: public(6), at: Timestamp(1) };
        let forged = Verified::sign(of_thief.clone(), &key(1));
        assert!(forged.is_err(), "the old key can't sign for the new one");
        let signed = Verified::sign(of_thief, &key(2)).expect("signs");
        let (mut body, signature) = (signed.signed().parts().0.to_vec(), *rotation(1, 2, 3).parts().1);
        let forged = Signed::from_parts(body.clone(), signature);
        assert_eq!(met.follow(&profile(2, Some(6), vec![forged])), None, "the signature of another");
        body.push(0);
        let torn = Signed::from_parts(body, *signed.signed().parts().1);
        assert_eq!(met.follow(&profile(2, Some(6), vec![torn])), None);
    }

    #[test]
    fn what_was_committed_to_first_holds() {
        let met = Lineage::of(&profile(1, None, Vec::new()));
        let committed = met.committed(&profile(1, Some(2), Vec::new()));
        assert_eq!(committed.next(), Some(&public(2)), "late is better than never");
        let of_thief = profile(1, Some(5), Vec::new());
        assert!(committed.differs(&of_thief) && committed.differs(&profile(1, None, Vec::new())));
        let after = committed.clone().committed(&of_thief);
        assert_eq!(after, committed);
        assert!(!after.differs(&profile(1, Some(2), Vec::new())));
    }

    #[test]
    fn a_document_revokes_by_name_and_by_a_rotation_that_can_not_be_followed() {
        let met = Lineage::of(&profile(1, Some(2), Vec::new()));
        let heir = profile(5, Some(6), vec![rotation(1, 5, 6)]);
        assert!(met.is_revoked_by(&heir) && met.follow(&heir).is_none());
        let mut named = profile(6, None, Vec::new()).into_value();
        assert!(!met.is_revoked_by(&named), "a document of another key alone revokes nothing");
        named.keys.revoked.insert(public(1));
        assert!(met.is_revoked_by(&named));
        named.keys.revoked =
            (0..=limits::ROTATIONS).map(|n| key(u8::try_from(n + 50).expect("small")).public()).collect();
        named.keys.revoked.insert(public(1));
        assert!(!met.is_revoked_by(&named), "out of bounds");
    }

    #[test]
    fn the_words_bring_the_next_key_back() {
        let next = NextKey::from_entropy([7; 32]);
        let again = NextKey::from_phrase(&next.phrase().expect("words")).expect("the same");
        assert_eq!(next.keypair().public(), again.keypair().public());
        assert!(SEEDS.iter().all(|seed| public(*seed) != next.keypair().public()));
        let shouted = next.phrase().expect("words").to_uppercase().replace(' ', "\n  ");
        assert_eq!(NextKey::from_phrase(&shouted).expect("the same").keypair().public(), next.keypair().public());
        assert!(NextKey::from_phrase("zebra").is_err());
    }
}
