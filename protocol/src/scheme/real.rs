//! ed25519 (RFC 8032), strictly verified. In: 32 secret bytes, a body. Out: a public key that is canonical and not of
//! small order, a signature, yes or no.

use std::cell::RefCell;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// Public keys that a thread keeps decompressed, some 200 bytes each.
const KEYS_REMEMBERED: usize = 1024;

/// A signing key; zeroized when dropped.
pub(crate) struct Secret(SigningKey);

/// A public key that `verify_strict` would take, as its 32 bytes: nearly all keys that a node holds are names. The point
/// behind it is six times as large, and found again where something is to be verified.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Public([u8; 32]);

impl Secret {
    pub(crate) fn from_bytes(secret: &[u8; 32]) -> Self {
        super::count(|tally| tally.keys += 1);
        Self(SigningKey::from_bytes(secret))
    }

    pub(crate) fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    pub(crate) fn public(&self) -> Public {
        Public(self.0.verifying_key().to_bytes())
    }

    pub(crate) fn sign(&self, domain: &[u8], body: &[u8]) -> [u8; 64] {
        super::count(|tally| tally.signed += 1);
        self.0.sign(&[domain, body].concat()).to_bytes()
    }
}

std::thread_local! {
    // Keys that this thread decompressed lately, each in the place that its first bytes say. The same few keys stand in
    // every object of a relationship, and decompressing one costs half as much as checking a signature. What a key
    // reads as depends on its bytes alone, so this changes nothing but the time; who makes keys meet in one place gains
    // nothing.
    static REMEMBERED: RefCell<Vec<Option<VerifyingKey>>> = const { RefCell::new(Vec::new()) };
}

impl Public {
    pub(crate) fn read(bytes: &[u8; 32]) -> Option<Self> {
        super::count(|tally| tally.read += 1);
        with_point(bytes, |_| ()).map(|()| Self(*bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn verifies(&self, domain: &[u8], body: &[u8], signature: &[u8; 64]) -> bool {
        super::count(|tally| tally.verified += 1);
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        let message = [domain, body].concat();
        with_point(&self.0, |key| key.verify_strict(&message, &signature).is_ok()) == Some(true)
    }
}

/// Uses the point behind a key's bytes; none where they are no key that may be used.
fn with_point<T>(bytes: &[u8; 32], using: impl FnOnce(&VerifyingKey) -> T) -> Option<T> {
    let place = usize::from(u16::from_le_bytes([bytes[0], bytes[1]])) % KEYS_REMEMBERED;
    REMEMBERED.with_borrow_mut(|remembered| {
        if remembered.is_empty() {
            remembered.resize(KEYS_REMEMBERED, None);
        }
        let slot = remembered.get_mut(place)?;
        if slot.as_ref().is_none_or(|key| key.as_bytes() != bytes) {
            *slot = Some(decompress(bytes)?);
        }
        slot.as_ref().map(using)
    })
}

fn decompress(bytes: &[u8; 32]) -> Option<VerifyingKey> {
    let key = VerifyingKey::from_bytes(bytes).ok()?;
    (canonical(bytes) && !key.is_weak()).then_some(key)
}

/// Is y below p = 2^255 - 19 (RFC 8032, section 5.1.3)? A set sign bit with x = 0, the other spelling that is not
/// canonical, belongs to points of small order only.
fn canonical(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    high & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff) || *low < 0xed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// The rule without the shortcut: what decompresses is compressed again.
    fn slowly(bytes: &[u8; 32]) -> Option<[u8; 32]> {
        let key = VerifyingKey::from_bytes(bytes).ok()?;
        (!key.is_weak() && key.to_edwards().compress().as_bytes() == bytes).then(|| key.to_bytes())
    }

    #[test]
    fn every_spelling_around_the_modulus_is_judged_as_by_compressing_again() {
        for high in [0x7f, 0xff] {
            for low in 0..=255u8 {
                let mut bytes = [0xff; 32];
                (bytes[0], bytes[31]) = (low, high);
                for _ in 0..2 {
                    assert_eq!(Public::read(&bytes).map(|key| *key.as_bytes()), slowly(&bytes), "{bytes:?}");
                }
            }
        }
        for low in 0..=3u8 {
            for high in [0, 0x80] {
                let mut bytes = [0; 32];
                (bytes[0], bytes[31]) = (low, high);
                assert_eq!(Public::read(&bytes).map(|key| *key.as_bytes()), slowly(&bytes), "{bytes:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_remembered_key_is_the_one_that_was_asked_for(first in any::<[u8; 32]>(), other in any::<[u8; 32]>()) {
            // Both in one place, and then the first once more.
            let mut second = other;
            second[..2].copy_from_slice(&first[..2]);
            for bytes in [first, second, first, first] {
                prop_assert_eq!(Public::read(&bytes).map(|key| *key.as_bytes()), slowly(&bytes));
            }
        }
    }

    #[test]
    fn what_a_modelled_build_signs_does_not_hold_here() {
        let key = Secret::from_bytes(&[5; 32]).public();
        let half = Sha256::new()
            .chain_update(b"regie modelled signature 1\0")
            .chain_update(key.as_bytes())
            .chain_update(b"domain")
            .chain_update(b"body")
            .finalize();
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&half);
        signature[32..].copy_from_slice(&half);
        assert!(!key.verifies(b"domain", b"body", &signature));
    }
}
