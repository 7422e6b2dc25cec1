//! Seals bytes so that only who has one secret opens them. The one place that knows `hpke`.
//!
//! In: bytes, what they are bound to, the caller's randomness. Out: HPKE (RFC 9180, base mode, X25519, HKDF-SHA256,
//! ChaCha20-Poly1305): the encapsulated key of 32 bytes, then the ciphertext with a tag of 16.

use hpke::{
    Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _, aead::ChaCha20Poly1305, kdf::HkdfSha256,
    kem::X25519HkdfSha256,
};
use zeroize::Zeroizing;

use crate::entropy::Entropy;

/// Length of an HPKE encapsulated key, in bytes.
const ENCAPSULATED: usize = 32;

/// Sealed to another key, for something else, or no key at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed for something or somebody else")]
pub struct NotOpened;

impl From<hpke::HpkeError> for NotOpened {
    fn from(_: hpke::HpkeError) -> Self {
        Self
    }
}

/// The key to seal to, of 32 secret bytes.
pub(crate) fn key(secret: &[u8; 32]) -> [u8; 32] {
    let mut bytes = [0; 32];
    let (_, public) = X25519HkdfSha256::derive_keypair(secret);
    bytes.copy_from_slice(&public.to_bytes());
    bytes
}

/// Seals to a key, for one use (`context`), bound to something.
pub(crate) fn seal(
    key: &[u8; 32],
    context: &[u8],
    bound_to: &[u8],
    plain: &[u8],
    entropy: &mut Entropy,
) -> Result<Vec<u8>, NotOpened> {
    let key = <X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(key)?;
    let (encapsulated, sealed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
        &OpModeS::Base,
        &key,
        context,
        plain,
        bound_to,
        &mut Drawn(entropy),
    )?;
    Ok([encapsulated.to_bytes().as_slice(), &sealed].concat())
}

/// Opens what was sealed to the key of this secret.
pub(crate) fn open(
    secret: &[u8; 32],
    context: &[u8],
    bound_to: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let (encapsulated, sealed) = sealed.split_at_checked(ENCAPSULATED).ok_or(NotOpened)?;
    let (secret, _) = X25519HkdfSha256::derive_keypair(secret);
    let encapsulated = <X25519HkdfSha256 as hpke::Kem>::EncappedKey::from_bytes(encapsulated)?;
    let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &encapsulated,
        context,
        sealed,
        bound_to,
    )?;
    Ok(Zeroizing::new(opened))
}

/// The caller's randomness, as `hpke` wants it.
struct Drawn<'a>(&'a mut Entropy);

impl hpke::rand_core::RngCore for Drawn<'_> {
    fn next_u32(&mut self) -> u32 {
        hpke::rand_core::impls::next_u32_via_fill(self)
    }
    fn next_u64(&mut self) -> u64 {
        hpke::rand_core::impls::next_u64_via_fill(self)
    }
    fn fill_bytes(&mut self, into: &mut [u8]) {
        self.0.fill(into);
    }
    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), hpke::rand_core::Error> {
        self.fill_bytes(into);
        Ok(())
    }
}

impl hpke::rand_core::CryptoRng for Drawn<'_> {}
