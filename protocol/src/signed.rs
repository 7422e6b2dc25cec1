//! Signed objects: exact bytes, one signature, an identifier that is the hash of the bytes.
//!
//! In: a value and a key, or a received `Signed<T>`. Out: `Verified<T>`, which can only be had by a signature
//! that holds. The body is `[tag, value]` in DAG-CBOR; the tag names type and version, so the signature
//! covers both. Verification reads the received bytes and never an encoding of our own.

use std::{fmt, ops::Deref, str::FromStr, sync::Arc};

use cid::Cid;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use crate::{
    identity::{Keypair, PublicKey, Signature},
    limits,
    wire::{self, WireError, as_text},
};

const DAG_CBOR: u64 = 0x71;
const SHA2_256: u64 = 0x12;
/// Version 1, the codec, the hash and its length: what every identifier begins with.
const CID_HEAD: [u8; 4] = [1, DAG_CBOR as u8, SHA2_256 as u8, 32];
const CID_BYTES: usize = CID_HEAD.len() + 32;
/// The multibase prefix and 36 bytes in base32.
const CID_TEXT_BYTES: usize = 59;

/// A type that is signed: its tag, and the key that must have signed it.
pub trait Object: Serialize + DeserializeOwned {
    /// `regie.<type>/<version>`; part of the signed bytes.
    const TAG: &'static str;
    /// The key that has to have made the signature.
    fn signer(&self) -> &PublicKey;
}

/// Why a signed object is not what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedError {
    /// Bytes that are not the canonical form of the type.
    #[error("the object is malformed or not in canonical form")]
    Malformed,
    /// An object of another type.
    #[error("an object of another type stands here")]
    WrongType,
    /// The right type in a version this program does not speak.
    #[error("the object is of a version this program does not speak")]
    UnknownVersion,
    /// The signature does not hold for these bytes and the named signer.
    #[error("the signature does not hold")]
    BadSignature,
}

impl From<WireError> for SignedError {
    fn from(_: WireError) -> Self {
        Self::Malformed
    }
}

/// A signed object as it travels: nothing about it is believed yet.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub struct Signed<T> {
    #[serde(with = "serde_bytes")]
    body: Vec<u8>,
    signature: Signature,
    /// What the body says, where the signature was found to hold for it; both never change.
    #[serde(skip)]
    ahead: Option<Arc<T>>,
}

impl<T> Clone for Signed<T> {
    fn clone(&self) -> Self {
        Self { body: self.body.clone(), signature: self.signature, ahead: self.ahead.clone() }
    }
}

impl<T> PartialEq for Signed<T> {
    fn eq(&self, other: &Self) -> bool {
        // Whether somebody has looked at the signature already makes it no other object.
        self.body == other.body && self.signature == other.signature
    }
}

impl<T> Eq for Signed<T> {}

impl<T> fmt::Debug for Signed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({})", self.id())
    }
}

impl<T> Signed<T> {
    /// The hash of the body: what the object is called, everywhere.
    #[must_use]
    pub fn id(&self) -> ObjectId {
        ObjectId::of(&self.body)
    }

    /// For test vectors: the parts as they are.
    #[must_use]
    pub fn parts(&self) -> (&[u8], &Signature) {
        (&self.body, &self.signature)
    }

    /// For test vectors and decoders of stored parts: nothing is checked before [`Signed::verify`].
    #[must_use]
    pub fn from_parts(body: Vec<u8>, signature: Signature) -> Self {
        Self { body, signature, ahead: None }
    }
}

impl<T: Object> Signed<T> {
    /// The value without a look at its signature: for objects of one's own making, and on the way to one.
    ///
    /// # Errors
    /// Those of type, version and form.
    pub(crate) fn peek(&self) -> Result<T, SignedError> {
        if self.body.len() > limits::OBJECT_BYTES {
            return Err(SignedError::Malformed);
        }
        check_tag(&self.body, T::TAG)?;
        let (_, value): (String, T) = wire::decode(&self.body, limits::OBJECT_BYTES)?;
        Ok(value)
    }

    /// Something of what it says, before anything of it is believed.
    pub(crate) fn said<R>(&self, read: impl FnOnce(&T) -> R) -> Option<R> {
        match &self.ahead {
            Some(value) => Some(read(value)),
            None => self.peek().ok().map(|value| read(&value)),
        }
    }

    /// The same as [`Self::verify`] for what was verified before it was stored, in a row that only whoever verified it can have sealed: the
    /// signature is not looked at again.
    ///
    /// # Errors
    /// Those of type, version and form.
    pub(crate) fn restored(self) -> Result<Verified<T>, SignedError> {
        Ok(Verified { id: self.id(), value: self.peek()?, signed: self })
    }

    /// Does the work of [`Self::verify`] ahead of it, on a thread that has the time. Nothing is believed by it: what does
    /// not hold is found by `verify` as before.
    pub fn look_ahead(&mut self) {
        let value = self.peek().ok().filter(|value| value.signer().verifies(&self.body, &self.signature));
        self.ahead = value.map(Arc::new);
    }

    /// Checks type, version, form and signature.
    ///
    /// # Errors
    /// The first of [`SignedError`] that holds.
    pub fn verify(mut self) -> Result<Verified<T>, SignedError> {
        // A clone of this object may hold the value as well; then it is read again.
        let value = match self.ahead.take().and_then(Arc::into_inner) {
            Some(value) => value,
            None => self.peek().and_then(|value| match value.signer().verifies(&self.body, &self.signature) {
                true => Ok(value),
                false => Err(SignedError::BadSignature),
            })?,
        };
        Ok(Verified { id: self.id(), value, signed: self })
    }
}

/// A signed object whose signature holds. Whether it is in force is for its own module to say.
pub struct Verified<T> {
    id: ObjectId,
    value: T,
    signed: Signed<T>,
}

impl<T: Object> Verified<T> {
    /// Signs a value with the key it names.
    ///
    /// # Errors
    /// [`SignedError::BadSignature`] where `key` is not the value's signer; [`SignedError::Malformed`] for a
    /// value that is too large to travel.
    pub fn sign(value: T, key: &Keypair) -> Result<Self, SignedError> {
        if *value.signer() != key.public() {
            return Err(SignedError::BadSignature);
        }
        let body = wire::encode(&(T::TAG, &value))?;
        if body.len() > limits::OBJECT_BYTES {
            return Err(SignedError::Malformed);
        }
        let signed = Signed { signature: key.sign(&body), body, ahead: None };
        Ok(Self { id: signed.id(), value, signed })
    }
}

impl<T> Verified<T> {
    /// The object's name: the hash of its bytes.
    #[must_use]
    pub fn id(&self) -> ObjectId {
        self.id
    }

    /// The travelling form.
    #[must_use]
    pub fn signed(&self) -> &Signed<T> {
        &self.signed
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Clone> Clone for Verified<T> {
    fn clone(&self) -> Self {
        Self { id: self.id, value: self.value.clone(), signed: self.signed.clone() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Verified<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified").field("id", &self.id).field("value", &self.value).finish()
    }
}

/// A CIDv1 (dag-cbor, sha2-256) of an object's body.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 32]);

impl ObjectId {
    /// The identifier of these exact bytes.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// The identifier with this hash inside.
    #[must_use]
    pub fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The hash inside the CID.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.0
    }

    fn from_cid(cid: &Cid) -> Option<Self> {
        let known = cid.version() == cid::Version::V1 && cid.codec() == DAG_CBOR && cid.hash().code() == SHA2_256;
        known.then(|| cid.hash().digest().try_into().ok().map(Self)).flatten()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A CIDv1 in base32 (RFC 4648, lower case, no padding) behind multibase's `b`; every object holds several.
        let (mut cid, mut text) = ([0; CID_BYTES], [b'b'; CID_TEXT_BYTES]);
        cid[..CID_HEAD.len()].copy_from_slice(&CID_HEAD);
        cid[CID_HEAD.len()..].copy_from_slice(&self.0);
        data_encoding::BASE32_NOPAD.encode_mut(&cid, &mut text[1..]);
        text.make_ascii_lowercase();
        f.pad(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ObjectId {
    type Err = WireError;
    fn from_str(text: &str) -> Result<Self, WireError> {
        let cid = Cid::try_from(text).map_err(|_| WireError::Malformed)?;
        Self::from_cid(&cid).ok_or(WireError::Malformed)
    }
}

// A string rather than a CBOR link: these name objects, they are not fetched by them.
as_text!(ObjectId);

fn check_tag(body: &[u8], tag: &str) -> Result<(), SignedError> {
    // `[tag, value]` begins with 0x82 and the header of a text: one byte for up to 23 bytes, two for 24 to 255. Read
    // before the whole, so that an object of another version, whose shape may differ, is told as that.
    let rest = body.strip_prefix(&[0x82]).ok_or(SignedError::Malformed)?;
    let found = match rest {
        [head @ 0x60..=0x77, rest @ ..] => rest.get(..usize::from(head - 0x60)),
        [0x78, length, rest @ ..] => rest.get(..usize::from(*length)),
        _ => None,
    };
    let found = found.and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or(SignedError::Malformed)?;
    if found == tag {
        return Ok(());
    }
    let name = |tag: &str| tag.split_once('/').map(|(name, _)| name.to_owned());
    Err(if name(found) == name(tag) { SignedError::UnknownVersion } else { SignedError::WrongType })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{agreement::Agreement, profile::Acceptance, time::Timestamp};

    fn signed(key: &Keypair) -> Signed<Acceptance> {
        let acceptance = Acceptance {
            supplier: key.public(),
            person: key.public(),
            pairing: ObjectId::of(b"a pairing"),
            agreement: Agreement::SdBase,
            at: Timestamp(1),
        };
        Verified::sign(acceptance, key).expect("signed").signed().clone()
    }

    #[test]
    fn looking_ahead_changes_no_verdict_and_does_not_travel() {
        let key = Keypair::from_secret(&[1; 32]);
        let mut good = signed(&key);
        good.look_ahead();
        assert!(good.ahead.is_some() && good.clone().ahead.is_some());
        assert!(good.clone().verify().is_ok());
        let verified = good.clone().verify().expect("holds");
        assert_eq!((verified.id(), verified.at, verified.signed().ahead.is_none()), (good.id(), Timestamp(1), true));
        let travelled: Signed<Acceptance> =
            wire::decode(&wire::encode(&good).expect("encodes"), limits::OBJECT_BYTES).expect("decodes");
        assert!(travelled.ahead.is_none(), "who sends an object does not say that it holds");
        for byte in [0, 40, 63] {
            let (body, signature) = good.parts();
            let mut forged = *signature;
            forged.0[byte] ^= 1;
            let mut forged = Signed::<Acceptance>::from_parts(body.to_vec(), forged);
            forged.look_ahead();
            assert!(forged.ahead.is_none());
            assert_eq!(forged.verify().err(), Some(SignedError::BadSignature));
        }
        let mut malformed = Signed::<Acceptance>::from_parts(vec![0xff; 9], *good.parts().1);
        malformed.look_ahead();
        assert!(malformed.ahead.is_none());
    }

    proptest::proptest! {
        #[test]
        fn an_identifier_reads_as_the_cid_that_it_is(digest in proptest::prelude::any::<[u8; 32]>()) {
            let hash = multihash::Multihash::wrap(SHA2_256, &digest).expect("32 bytes fit");
            let id = ObjectId::from_digest(digest);
            proptest::prop_assert_eq!(id.to_string(), Cid::new_v1(DAG_CBOR, hash).to_string());
            proptest::prop_assert_eq!(id.to_string().parse(), Ok(id));
        }
    }
}
