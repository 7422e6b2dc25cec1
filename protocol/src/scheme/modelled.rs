//! Signatures that protect nobody, for the simulator alone: a hash of public key and body. In and out as in `real`.
//!
//! Public keys are made as in `real`, so keys, their order, the bytes that are signed, and the names of objects are the
//! same, and with them everything that a run counts. A signature by another key or of other bytes does not hold; one
//! that is forged on purpose does, so such a build says nothing about forgers. Bytes of a public key are not checked.

use ed25519_dalek::SigningKey;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const DOMAIN: &[u8] = b"regie modelled signature 1\0";

/// The secret bytes and the public ones that belong to them.
pub(crate) struct Secret(Zeroizing<[u8; 32]>, Public);

/// Any 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Public([u8; 32]);

impl Secret {
    pub(crate) fn from_bytes(secret: &[u8; 32]) -> Self {
        super::count(|tally| tally.keys += 1);
        Self(Zeroizing::new(*secret), Public(SigningKey::from_bytes(secret).verifying_key().to_bytes()))
    }

    pub(crate) fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    pub(crate) fn public(&self) -> Public {
        self.1
    }

    pub(crate) fn sign(&self, domain: &[u8], body: &[u8]) -> [u8; 64] {
        super::count(|tally| tally.signed += 1);
        self.1.hash(domain, body)
    }
}

impl Public {
    pub(crate) fn read(bytes: &[u8; 32]) -> Option<Self> {
        super::count(|tally| tally.read += 1);
        Some(Self(*bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn verifies(&self, domain: &[u8], body: &[u8], signature: &[u8; 64]) -> bool {
        super::count(|tally| tally.verified += 1);
        self.hash(domain, body) == *signature
    }

    /// Twice the same half, so that it has a signature's length.
    fn hash(&self, domain: &[u8], body: &[u8]) -> [u8; 64] {
        let hash = Sha256::new().chain_update(DOMAIN).chain_update(self.0).chain_update(domain).chain_update(body);
        let half = hash.finalize();
        let mut both = [0; 64];
        both[..32].copy_from_slice(&half);
        both[32..].copy_from_slice(&half);
        both
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_one_key_one_domain_and_one_body() {
        let [one, other] = [1, 2].map(|n| Secret::from_bytes(&[n; 32]));
        let signature = one.sign(b"domain", b"body");
        assert!(one.public().verifies(b"domain", b"body", &signature));
        assert!(!one.public().verifies(b"domain", b"bodY", &signature));
        assert!(!one.public().verifies(b"domaiN", b"body", &signature));
        assert!(!other.public().verifies(b"domain", b"body", &signature));
    }
}
