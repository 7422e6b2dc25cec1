//! ed25519 (RFC 8032), strictly verified. In: 32 secret bytes, a body. Out: a public key that is canonical and not of
//! small order, a signature, yes or no.

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// A signing key; zeroized when dropped.
pub(crate) struct Secret(SigningKey);

/// A public key that `verify_strict` would take.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Public(VerifyingKey);

impl Secret {
    pub(crate) fn from_bytes(secret: &[u8; 32]) -> Self {
        super::count(|tally| tally.keys += 1);
        Self(SigningKey::from_bytes(secret))
    }

    pub(crate) fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    pub(crate) fn public(&self) -> Public {
        Public(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, domain: &[u8], body: &[u8]) -> [u8; 64] {
        super::count(|tally| tally.signed += 1);
        self.0.sign(&[domain, body].concat()).to_bytes()
    }
}

impl Public {
    pub(crate) fn read(bytes: &[u8; 32]) -> Option<Self> {
        super::count(|tally| tally.read += 1);
        let key = VerifyingKey::from_bytes(bytes).ok()?;
        // The decompressed point is written back: a non-canonical spelling gives other bytes.
        let usable = !key.is_weak() && key.to_edwards().compress().as_bytes() == bytes;
        usable.then_some(Self(key))
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(crate) fn verifies(&self, domain: &[u8], body: &[u8], signature: &[u8; 64]) -> bool {
        super::count(|tally| tally.verified += 1);
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0.verify_strict(&[domain, body].concat(), &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

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
