//! Keys and sealing: the only cryptography besides the passphrase derivation.
//!
//! In: keys, plain bytes, the place they belong to. Out: sealed bytes
//! (`version || 24-byte random nonce || XChaCha20-Poly1305 ciphertext`), sub-keys and blinded
//! names (HMAC-SHA-256). Nonces are random, because a counter would repeat after a restore.

use super::StoreError;
use crate::clock;
use chacha20poly1305::aead::{Aead, AeadInOut, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Version of the sealed form; authenticated with every record.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 24;
const CIPHER_TAG_BYTES: usize = 16;
const KEY_BYTES: usize = 32;
/// Bytes of a blinded name; with 128 bits, two names never meet by chance.
pub(super) const TAG_BYTES: usize = 16;
/// How much longer sealed bytes are than plain ones.
pub(super) const OVERHEAD_BYTES: usize = 1 + NONCE_BYTES + CIPHER_TAG_BYTES;

/// A secret key: wiped when dropped, never printed, never cloned by accident.
pub(super) struct SecretKey(Zeroizing<[u8; KEY_BYTES]>);

impl SecretKey {
    pub(super) const BYTES: usize = KEY_BYTES;

    pub(super) fn random() -> SecretKey {
        SecretKey(Zeroizing::new(clock::random()))
    }

    pub(super) fn new(bytes: Zeroizing<[u8; KEY_BYTES]>) -> SecretKey {
        SecretKey(bytes)
    }

    pub(super) fn from_slice(bytes: &[u8]) -> Option<SecretKey> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.copy_from_slice(bytes.get(..KEY_BYTES).filter(|_| bytes.len() == KEY_BYTES)?);
        Some(SecretKey(key))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// A sub-key for one purpose; the label keeps purposes apart.
    pub(super) fn derive(&self, label: &str) -> SecretKey {
        SecretKey(self.mac(&[b"regie store sub-key 1", label.as_bytes()]))
    }

    fn mac(&self, parts: &[&[u8]]) -> Zeroizing<[u8; KEY_BYTES]> {
        NameKey::of(self).mac(parts)
    }
}

/// A key that names are blinded under. What every HMAC of it begins with is computed once. Wiped when dropped.
pub(super) struct NameKey(Hmac<Sha256>);

impl NameKey {
    pub(super) fn of(key: &SecretKey) -> NameKey {
        // HMAC pads a short key with zeros to its block; doing so here makes the call infallible.
        let mut block = Zeroizing::new([0; 64]);
        block[..KEY_BYTES].copy_from_slice(key.bytes());
        NameKey(<Hmac<Sha256> as KeyInit>::new((&*block).into()))
    }

    /// A blinded name.
    pub(super) fn tag(&self, parts: &[&[u8]]) -> [u8; TAG_BYTES] {
        let mut tag = [0; TAG_BYTES];
        for (to, from) in tag.iter_mut().zip(self.mac(parts).iter()) {
            *to = *from;
        }
        tag
    }

    /// HMAC-SHA-256 over length-prefixed parts, so that no two lists of parts look alike.
    pub(super) fn mac(&self, parts: &[&[u8]]) -> Zeroizing<[u8; KEY_BYTES]> {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

/// The place sealed bytes belong to: a domain (table) and a position in it (stored key).
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) domain: &'static str,
    pub(super) position: &'a [u8],
}

impl Place<'_> {
    /// Associated data: sealed bytes moved to any other place do not open.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + 8 + self.domain.len() + self.position.len());
        bytes.push(FORMAT);
        bytes.extend_from_slice(&(self.domain.len() as u64).to_be_bytes());
        bytes.extend_from_slice(self.domain.as_bytes());
        bytes.extend_from_slice(self.position);
        bytes
    }

    fn corrupt(&self) -> StoreError {
        StoreError::Corrupt { part: self.domain }
    }
}

/// A random nonce, for one use.
pub(super) struct Nonce([u8; NONCE_BYTES]);

impl Nonce {
    pub(super) fn random() -> Nonce {
        Nonce(clock::random())
    }

    /// So many, by one call of the system.
    pub(super) fn several(count: usize) -> Vec<Nonce> {
        let mut bytes = vec![0; count * NONCE_BYTES];
        clock::fill(&mut bytes);
        bytes.chunks_exact(NONCE_BYTES).filter_map(|chunk| chunk.try_into().ok().map(Nonce)).collect()
    }
}

/// Seals `plain` for `place`.
pub(super) fn seal(key: &SecretKey, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    seal_under(key, Nonce::random(), place, plain)
}

/// The same, under a nonce that was drawn before.
pub(super) fn seal_under(key: &SecretKey, nonce: Nonce, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    let nonce = XNonce::from(nonce.0);
    let cipher = XChaCha20Poly1305::new((&*key.0).into());
    // Sized once, since growing would leave plain bytes behind; they are encrypted where they stand.
    let mut sealed = Vec::with_capacity(plain.len() + OVERHEAD_BYTES);
    sealed.push(FORMAT);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain);
    let text = sealed.get_mut(1 + NONCE_BYTES..).unwrap_or_default();
    // Fails only beyond 256 GiB, which the bounds on values exclude.
    let tag = cipher.encrypt_inout_detached(&nonce, &place.bytes(), text.into());
    sealed.extend_from_slice(&tag.map_err(|_| StoreError::BatchTooLarge)?);
    Ok(sealed)
}

/// Length of what names a sealing, bytes.
#[cfg(feature = "postgres")]
pub(super) const VERSION_BYTES: usize = NONCE_BYTES;
/// Names one sealing for ever: its nonce. Whoever has not the key can't seal other bytes under a nonce that was used, or
/// the cipher would be forged; so nothing longer has to be compared.
#[cfg(feature = "postgres")]
pub(super) type Version = [u8; VERSION_BYTES];

/// Which sealing it is.
#[cfg(feature = "postgres")]
pub(super) fn version(sealed: &[u8]) -> Option<Version> {
    sealed.get(1..).and_then(<[u8]>::first_chunk).copied()
}

/// Opens what `seal` made for the same key and place.
pub(super) fn open(key: &SecretKey, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let (&format, rest) = sealed.split_first().ok_or_else(|| place.corrupt())?;
    let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(|| place.corrupt())?;
    if format != FORMAT {
        return Err(place.corrupt());
    }
    let cipher = XChaCha20Poly1305::new((&*key.0).into());
    let payload = Payload { msg: text, aad: &place.bytes() };
    let plain = cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| place.corrupt())?;
    Ok(Zeroizing::new(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_its_key_place_and_bytes() {
        let (key, other) = (SecretKey::random(), SecretKey::random());
        let place = Place { domain: "a", position: b"1" };
        let mut sealed = seal(&key, place, b"plain").unwrap();
        assert_eq!(sealed.len(), 5 + OVERHEAD_BYTES);
        assert_eq!(open(&key, place, &sealed).unwrap().as_slice(), b"plain");
        assert!(open(&other, place, &sealed).is_err());
        assert!(open(&key, Place { domain: "b", ..place }, &sealed).is_err());
        assert!(open(&key, Place { position: b"2", ..place }, &sealed).is_err());
        for byte in 0..sealed.len() {
            sealed[byte] ^= 1;
            assert!(open(&key, place, &sealed).is_err());
            sealed[byte] ^= 1;
        }
        for length in 0..sealed.len() {
            assert!(open(&key, place, &sealed[..length]).is_err());
        }
    }

    #[test]
    fn hmac_agrees_with_rfc_4231_style_reference() {
        // The padded-block construction must equal ordinary keyed HMAC.
        let key = SecretKey::random();
        let mut reference = <Hmac<Sha256> as KeyInit>::new_from_slice(key.bytes()).unwrap();
        reference.update(&1u64.to_be_bytes());
        reference.update(b"x");
        let expected: [u8; 32] = reference.finalize().into_bytes().into();
        assert_eq!(key.mac(&[b"x"]).as_slice(), expected);
    }
}
