//! Keys: a person's root seed and the unrelated key it derives for each relationship.
//!
//! In: 32 bytes of entropy or a recovery phrase (BIP 39). Out: ed25519 key pairs, public keys as `did:key`,
//! signatures. Only strict verification is offered (RFC 8032 without small-order keys).

use std::{fmt, str::FromStr};

use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    audit::Log,
    checkpoint,
    coded::coded,
    note::{KeyName, NoteSigner},
    scheme::{Public, Secret},
    wire::fixed_bytes,
};

/// Put before every signed body, so that a signature made elsewhere with the same key means nothing here.
const SIGNATURE_DOMAIN: &[u8] = b"regie signature 1\0";
const PROCESSOR_DOMAIN: &[u8] = b"regie processor key 1\0";
const PAIRWISE_DOMAIN: &[u8] = b"regie pairwise key 1\0";
const LOG_DOMAIN: &[u8] = b"regie personal log key 1\0";
const RUN_DOMAIN: &[u8] = b"regie run secret 1\0";
const INTENT_DOMAIN: &[u8] = b"regie intent key 1\0";
const HELPER_DOMAIN: &[u8] = b"regie helper key 1\0";
const WITNESSED_DOMAIN: &[u8] = b"regie witnessed log key 1\0";
const WITNESS_DOMAIN: &[u8] = b"regie witness key 1\0";
const WORDS_DOMAIN: &[u8] = b"regie check words 2\0";
/// How many words are compared: 66 bits, which nobody searches for within the life of a link, whatever is spent on it.
const CHECK_WORDS: usize = 6;
/// Multicodec `ed25519-pub` as a varint (<https://w3c-ccg.github.io/did-method-key/>).
const ED25519_PUB: [u8; 2] = [0xed, 0x01];

/// Why a key, phrase or identifier can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// Not an ed25519 point, a non-canonical one, or one of small order.
    #[error("not a usable ed25519 public key")]
    BadKey,
    /// Not `did:key:z…` of an ed25519 key.
    #[error("not a did:key of an ed25519 key")]
    BadDid,
    /// A recovery phrase of the wrong length, with an unknown word, or with a failing checksum.
    #[error("not a recovery phrase of 24 words")]
    BadPhrase,
}

coded! {
    IdentityError, "identity";
    Self::BadKey => "bad_key";
    Self::BadDid => "bad_did";
    Self::BadPhrase => "bad_phrase";
}

/// A person's one secret. Everything else is derived from it. Zeroized when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct RootSeed([u8; 32]);

impl RootSeed {
    /// From 32 bytes that nobody else knows: the caller's operating system's randomness.
    #[must_use]
    pub fn from_entropy(entropy: [u8; 32]) -> Self {
        Self(entropy)
    }

    /// The seed behind a recovery phrase of 24 English words (BIP 39, entropy form, no passphrase).
    ///
    /// # Errors
    /// [`IdentityError::BadPhrase`].
    pub fn from_phrase(phrase: &str) -> Result<Self, IdentityError> {
        let mnemonic = bip39::Mnemonic::parse_in_normalized(bip39::Language::English, phrase.trim())
            .map_err(|_| IdentityError::BadPhrase)?;
        let entropy = Zeroizing::new(mnemonic.to_entropy());
        entropy.as_slice().try_into().map(Self).map_err(|_| IdentityError::BadPhrase)
    }

    /// The 24 words to write down.
    ///
    /// # Errors
    /// Never for a seed of 32 bytes; the library's signature can fail.
    pub fn phrase(&self) -> Result<Zeroizing<String>, IdentityError> {
        let mnemonic = bip39::Mnemonic::from_entropy_in(bip39::Language::English, &self.0)
            .map_err(|_| IdentityError::BadPhrase)?;
        Ok(Zeroizing::new(mnemonic.to_string()))
    }

    /// The raw seed, to be kept sealed in the store.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key for the relationship with one supplier. `generation` counts fresh starts with that supplier;
    /// without the seed, keys of two suppliers or two generations can't be told from random.
    #[must_use]
    pub fn pairwise(&self, supplier: &PublicKey, generation: u32) -> Keypair {
        self.derive(&[PAIRWISE_DOMAIN, supplier.as_bytes(), &generation.to_be_bytes()])
    }

    /// The key for what a supplier's processor does: one for each pair of the two, whether or not the person deals with
    /// the processor as well.
    #[must_use]
    pub fn processor(&self, from: &PublicKey, processor: &PublicKey, generation: u32) -> Keypair {
        self.derive(&[PROCESSOR_DOMAIN, from.as_bytes(), processor.as_bytes(), &generation.to_be_bytes()])
    }

    /// The key that signs the heads of the log only the person sees.
    #[must_use]
    pub fn log_key(&self) -> Keypair {
        self.derive(&[LOG_DOMAIN])
    }

    /// What signs the heads of one branch of a log for witnesses. It signs nothing else, and two of them can't be told to be
    /// of one person.
    #[must_use]
    pub fn witnessed_log(&self, log: Log, branch: u32) -> Option<NoteSigner> {
        let branch = branch.to_be_bytes();
        checkpoint::own_signer(match log {
            Log::Personal => self.derive(&[WITNESSED_DOMAIN, &branch]),
            Log::With(supplier) => self.derive(&[WITNESSED_DOMAIN, &branch, supplier.as_bytes()]),
        })
    }

    /// The key of one intent. Without the seed, keys of two intents can't be told from random.
    #[must_use]
    pub fn intent_key(&self, nonce: &Nonce) -> Keypair {
        self.derive(&[INTENT_DOMAIN, &nonce.0])
    }

    /// What copies of one node seal to each other by way of this supplier; see [`crate::resumption`].
    pub(crate) fn run_secret(&self, supplier: &PublicKey) -> Zeroizing<[u8; 32]> {
        self.derive_secret(&[RUN_DOMAIN, supplier.as_bytes()])
    }

    fn derive(&self, info: &[&[u8]]) -> Keypair {
        Keypair(Secret::from_bytes(&self.derive_secret(info)))
    }

    fn derive_secret(&self, info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        derived(&self.0, info)
    }
}

fn derived(from: &[u8; 32], info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut secret = Zeroizing::new([0u8; 32]);
    // HKDF-SHA256 refuses only outputs above 8,160 bytes; 32 always fit.
    // The parts run together unmarked: a domain ends at its only zero byte and only a last part varies in length, so no
    // two uses make the same key.
    let done = Hkdf::<Sha256>::new(None, from).expand_multi_info(info, secret.as_mut());
    debug_assert!(done.is_ok());
    secret
}

/// A signing key with its public half. The secret half is zeroized when dropped and never printed.
pub struct Keypair(Secret);

impl Keypair {
    /// From 32 secret bytes.
    #[must_use]
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        Self(Secret::from_bytes(secret))
    }

    /// The secret bytes, for the transport and the sealed store only.
    #[must_use]
    pub fn expose_secret(&self) -> Zeroizing<[u8; 32]> {
        self.0.to_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public())
    }

    /// The secret that a helper opens its halves of answers with; see [`crate::tally`].
    pub(crate) fn derive_helper_secret(&self) -> Zeroizing<[u8; 32]> {
        let mut secret = Zeroizing::new([0u8; 32]);
        let done = Hkdf::<Sha256>::new(None, &*self.expose_secret()).expand(HELPER_DOMAIN, secret.as_mut());
        debug_assert!(done.is_ok(), "32 bytes always fit");
        secret
    }

    /// What this company signs as a witness of this name: a key for that alone, since what a witness signs does not say its
    /// name.
    #[must_use]
    pub fn witness(&self, name: KeyName) -> NoteSigner {
        let secret = derived(&self.expose_secret(), &[WITNESS_DOMAIN, name.as_str().as_bytes()]);
        NoteSigner::new(name, Self::from_secret(&secret))
    }

    pub(crate) fn sign(&self, body: &[u8]) -> Signature {
        Signature(self.0.sign(SIGNATURE_DOMAIN, body))
    }

    /// Without a domain of ours: for a key that signs nothing but notes, and says so by its type.
    pub(crate) fn sign_plain(&self, body: &[u8]) -> [u8; 64] {
        self.0.sign(b"", body)
    }
}

impl fmt::Debug for Keypair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keypair({})", self.public())
    }
}

/// An ed25519 public key that is canonical and not of small order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(Public);

impl PublicKey {
    /// # Errors
    /// [`IdentityError::BadKey`] for anything `verify_strict` would refuse.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, IdentityError> {
        Public::read(bytes).map(Self).ok_or(IdentityError::BadKey)
    }

    /// The 32 bytes of RFC 8032.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The last characters of the identifier, for people to tell keys apart in a table. Not for security.
    #[must_use]
    pub fn short(&self) -> String {
        let did = self.to_string();
        did[did.len().saturating_sub(8)..].to_owned()
    }

    pub(crate) fn verifies(&self, body: &[u8], signature: &Signature) -> bool {
        self.0.verifies(SIGNATURE_DOMAIN, body, &signature.0)
    }

    pub(crate) fn verifies_plain(&self, body: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verifies(b"", body, signature)
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = ED25519_PUB.to_vec();
        bytes.extend_from_slice(self.as_bytes());
        write!(f, "did:key:z{}", bs58::encode(bytes).into_string())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, IdentityError> {
        let encoded = text.strip_prefix("did:key:z").ok_or(IdentityError::BadDid)?;
        if encoded.len() > 64 {
            return Err(IdentityError::BadDid);
        }
        let bytes = bs58::decode(encoded).into_vec().map_err(|_| IdentityError::BadDid)?;
        let key = bytes.strip_prefix(&ED25519_PUB).ok_or(IdentityError::BadDid)?;
        Self::from_bytes(key.try_into().map_err(|_| IdentityError::BadDid)?)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() { s.collect_str(self) } else { s.serialize_bytes(self.as_bytes()) }
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        if d.is_human_readable() {
            return String::deserialize(d)?.parse().map_err(D::Error::custom);
        }
        let bytes = serde_bytes::ByteBuf::deserialize(d)?;
        let bytes: [u8; 32] = bytes.into_vec().try_into().map_err(|_| D::Error::custom("key length"))?;
        Self::from_bytes(&bytes).map_err(D::Error::custom)
    }
}

fixed_bytes! {
    /// An ed25519 signature (RFC 8032).
    Signature, 64
}
fixed_bytes! {
    /// Fresh random bytes that make an object or a request unique.
    Nonce, 16
}

/// Words of the BIP 39 list, in English, that stand for a supplier's key and an invitation (66 bits).
///
/// A person who reads the same words on the supplier's paper or screen as on their own node talks to the
/// supplier that made the invitation. Who wants a link of its own with the same words has keys and ids to try without
/// bound, but has to meet all of them: 2^66 hashes.
#[must_use]
pub fn check_words(supplier: &PublicKey, invitation: &Nonce) -> [&'static str; CHECK_WORDS] {
    let digest = Sha256::new()
        .chain_update(WORDS_DOMAIN)
        .chain_update(supplier.as_bytes())
        .chain_update(invitation.0)
        .finalize();
    let list = bip39::Language::English.word_list();
    std::array::from_fn(|i| {
        let pair = [digest[2 * i], digest[2 * i + 1]];
        list[usize::from(u16::from_be_bytes(pair)) % list.len()]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audit::TreeHead,
        limits, merkle,
        signed::{Object as _, Signed, SignedError},
        time::Timestamp,
        wire,
    };

    #[test]
    fn pairwise_keys_are_unrelated_and_repeatable() {
        let seed = RootSeed::from_entropy([7; 32]);
        let [a, b] = [1, 2].map(|n| Keypair::from_secret(&[n; 32]).public());
        assert_eq!(seed.pairwise(&a, 0).public(), seed.pairwise(&a, 0).public());
        assert_ne!(seed.pairwise(&a, 0).public(), seed.pairwise(&b, 0).public());
        assert_ne!(seed.pairwise(&a, 0).public(), seed.pairwise(&a, 1).public());
    }

    /// The words of one key and id, as any other implementation computes them (clause 1.6 of docs/protocol.md).
    #[test]
    fn a_link_with_the_same_words_is_not_found_on_graphics_cards() {
        let supplier = Keypair::from_secret(&[1; 32]).public();
        let words = check_words(&supplier, &Nonce([7; 16]));
        assert_eq!(words.join(" "), "rural frame narrow word jewel hope");
        let bits = words.len() * bip39::Language::English.word_list().len().ilog2() as usize;
        // A thousand cards of 10^10 hashes a second try 2^43 a second: below 2^64 that is less than a month.
        assert!(bits >= 64, "{bits} bits");
        assert_ne!(words, check_words(&supplier, &Nonce([8; 16])));
    }

    #[test]
    fn the_phrase_brings_the_seed_back() {
        let seed = RootSeed::from_entropy([9; 32]);
        let phrase = seed.phrase().expect("a phrase");
        assert_eq!(phrase.split(' ').count(), 24);
        assert_eq!(RootSeed::from_phrase(&phrase).expect("a seed").expose(), seed.expose());
        let wrong = phrase.replacen(phrase.split(' ').next().expect("a word"), "zebra", 1);
        assert!(RootSeed::from_phrase(&wrong).is_err());
    }

    #[test]
    fn a_did_reads_back_and_small_orders_do_not() {
        let key = Keypair::from_secret(&[3; 32]).public();
        assert!(key.to_string().starts_with("did:key:z6Mk"));
        assert_eq!(key.to_string().parse(), Ok(key));
        let mut identity_point = [0u8; 32];
        identity_point[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity_point), Err(IdentityError::BadKey));
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(IdentityError::BadKey));
    }

    /// A tree head that names this key, as bytes on the wire, under a signature of any length.
    fn travelling(key: PublicKey, signature: &[u8]) -> Vec<u8> {
        #[derive(Serialize)]
        struct Travelling<'a> {
            #[serde(with = "serde_bytes")]
            body: &'a [u8],
            #[serde(with = "serde_bytes")]
            signature: &'a [u8],
        }
        let head = TreeHead { key, size: 0, root: merkle::root(&[]), at: Timestamp(0) };
        let body = wire::encode(&(TreeHead::TAG, head)).expect("encodes");
        wire::encode(&Travelling { body: &body, signature }).expect("encodes")
    }

    /// Every vector of Project Wycheproof: its key by all three spellings, its signature as far as its length lets
    /// it come, and that same signature under an object of ours, where it must mean nothing.
    #[test]
    fn wycheproofs_vectors_come_out_as_they_say() {
        let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).expect("the published set");
        let (mut taken, mut refused, mut unread) = (0, 0, 0);
        for group in set.test_groups {
            let bytes: [u8; 32] = group.key.pk.as_ref().try_into().expect("32 bytes");
            let key = PublicKey::from_bytes(&bytes).expect("all keys of the set are sound");
            assert_eq!(key.to_string().parse(), Ok(key));
            assert_eq!(wire::decode::<PublicKey>(&wire::encode(&key).expect("encodes"), 99), Ok(key));
            for test in group.tests {
                let object = wire::decode::<Signed<TreeHead>>(&travelling(key, &test.sig), limits::OBJECT_BYTES);
                let valid = match <[u8; 64]>::try_from(test.sig.as_ref()) {
                    Ok(signature) => {
                        let verified = object.expect("64 bytes are read").verify().map(|head| head.id());
                        assert_eq!(verified, Err(SignedError::BadSignature), "{}: taken for ours", test.tc_id);
                        key.0.verifies(b"", &test.msg, &signature)
                    }
                    Err(_) => {
                        assert!(object.is_err(), "{}: a signature of {} bytes was read", test.tc_id, test.sig.len());
                        unread += 1;
                        false
                    }
                };
                assert_eq!(valid, test.result == wycheproof::TestResult::Valid, "{}: {}", test.tc_id, test.comment);
                if valid { taken += 1 } else { refused += 1 }
            }
        }
        // The set of 0.7.0; a set that came empty would pass everything above.
        assert!(taken >= 88 && refused >= 63 && unread >= 5, "{taken} taken, {refused} refused, {unread} not read");
    }
}
