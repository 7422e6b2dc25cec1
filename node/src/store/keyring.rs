//! The keyring: how a passphrase becomes keys, and where erased keys go.
//!
//! In: a passphrase and the bytes of the `keyring` file. Out: the data key, the two epoch keys,
//! and new bytes for the file. Passphrase -> argon2id -> key-encryption key, which wraps a random
//! data key; a sub-key of the data key wraps the epochs.
//!
//! The file always holds two epochs: the *current* one and a *next* one that nothing was sealed
//! under yet. An erasing commit seals under `next` and names it in the database; only then is the
//! file replaced by (`next`, a fresh one), which destroys the old epoch. Whichever step a crash
//! cuts, the database names an epoch the file holds, and opening finishes the roll.

use super::StoreError;
use super::limits::{KDF_MAX_KIB, KDF_MAX_LANES, KDF_MAX_PASSES, KDF_MIN_KIB_PER_LANE, PASSPHRASE_MAX_BYTES};
use super::seal::{self, OVERHEAD_BYTES, Place, SecretKey};
use crate::clock;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

const MAGIC: &[u8; 8] = b"REGIEKEY";
const FORMAT: u32 = 1;
const SALT_BYTES: usize = 32;
const HEADER_BYTES: usize = 8 + 4 + 12 + SALT_BYTES;
const WRAPPED_BYTES: usize = SecretKey::BYTES + OVERHEAD_BYTES;
const EPOCHS_BYTES: usize = 2 * (8 + SecretKey::BYTES) + OVERHEAD_BYTES;
const CHECKSUM_BYTES: usize = 32;
const FILE_BYTES: usize = HEADER_BYTES + WRAPPED_BYTES + EPOCHS_BYTES + CHECKSUM_BYTES;
const CORRUPT: StoreError = StoreError::Corrupt { part: "keyring" };

/// What the owner types. Wiped when dropped, never printed.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes over the text, so that no copy stays behind.
    pub fn new(text: String) -> Passphrase {
        Passphrase(Zeroizing::new(text))
    }

    fn check(&self) -> Result<(), StoreError> {
        match self.0.len() {
            1..=PASSPHRASE_MAX_BYTES => Ok(()),
            _ => Err(StoreError::PassphraseLength),
        }
    }
}

impl From<String> for Passphrase {
    fn from(text: String) -> Passphrase {
        Passphrase::new(text)
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// How dear it is to try one passphrase (argon2id).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfCost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for KdfCost {
    /// 64 MiB, 3 passes, 4 lanes (RFC 9106, second recommendation).
    fn default() -> KdfCost {
        KdfCost { memory_kib: 64 * 1024, passes: 3, lanes: 4 }
    }
}

impl KdfCost {
    /// The cheapest cost the algorithm allows. For tests only: it protects nothing.
    pub const CHEAPEST: KdfCost = KdfCost { memory_kib: 8, passes: 1, lanes: 1 };

    fn check(self) -> Result<(), StoreError> {
        let lanes = (1..=KDF_MAX_LANES).contains(&self.lanes);
        let passes = (1..=KDF_MAX_PASSES).contains(&self.passes);
        if lanes && passes && self.memory_kib >= KDF_MIN_KIB_PER_LANE * self.lanes && self.memory_kib <= KDF_MAX_KIB {
            return Ok(());
        }
        Err(StoreError::CostOutOfBounds)
    }

    fn derive(self, passphrase: &Passphrase, salt: &[u8]) -> Result<SecretKey, StoreError> {
        self.check()?;
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(SecretKey::BYTES))
            .map_err(|_| StoreError::CostOutOfBounds)?;
        let mut memory: Vec<Block> = Vec::new();
        memory.try_reserve_exact(params.block_count()).map_err(|_| StoreError::OutOfMemory)?;
        memory.resize(params.block_count(), Block::default());
        let mut key = Zeroizing::new([0; SecretKey::BYTES]);
        let outcome = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
            passphrase.0.as_bytes(),
            salt,
            &mut *key,
            &mut memory,
        );
        memory.iter_mut().for_each(Zeroize::zeroize);
        outcome.map_err(|_| StoreError::CostOutOfBounds)?;
        Ok(SecretKey::new(key))
    }
}

/// One generation of the key that protects the keys of erasable records.
pub(super) struct Epoch {
    pub(super) number: u64,
    pub(super) key: SecretKey,
}

/// The keyring, opened.
pub(super) struct Keyring {
    cost: KdfCost,
    salt: [u8; SALT_BYTES],
    wrapped: Vec<u8>,
    epochs: SecretKey,
    pub(super) current: Epoch,
    pub(super) next: Epoch,
    /// Whether something may have been sealed under `next` by a commit that did not complete, or
    /// the file does not hold `next` yet. It must then be replaced before it is used: pages of the
    /// failed commit may linger, and would open once `next` becomes current.
    pub(super) next_spent: bool,
}

impl Keyring {
    /// A new keyring with a new data key.
    pub(super) fn create(passphrase: &Passphrase, cost: KdfCost) -> Result<(Keyring, SecretKey), StoreError> {
        let data = SecretKey::random();
        let mut keyring = Keyring {
            cost,
            salt: [0; SALT_BYTES],
            wrapped: Vec::new(),
            epochs: data.derive("epochs"),
            current: Epoch { number: 0, key: SecretKey::random() },
            next: Epoch { number: 1, key: SecretKey::random() },
            next_spent: false,
        };
        keyring.wrap(passphrase, &data)?;
        Ok((keyring, data))
    }

    /// Opens the bytes of the file. The checksum tells damage from a wrong passphrase.
    pub(super) fn open(bytes: &[u8], passphrase: &Passphrase) -> Result<(Keyring, SecretKey), StoreError> {
        let (header, wrapped, epochs) = split(bytes)?;
        let (cost, salt) = decode_header(header)?;
        let data = unwrap_data(cost, &salt, wrapped, passphrase)?;
        let epochs_key = data.derive("epochs");
        let plain = seal::open(&epochs_key, epochs_place(), epochs).map_err(|_| CORRUPT)?;
        let (current, next) = decode_epochs(&plain).ok_or(CORRUPT)?;
        let keyring =
            Keyring { cost, salt, wrapped: wrapped.to_vec(), epochs: epochs_key, current, next, next_spent: false };
        Ok((keyring, data))
    }

    /// The bytes for the file.
    pub(super) fn encode(&self) -> Result<Vec<u8>, StoreError> {
        let mut plain = Zeroizing::new(Vec::with_capacity(EPOCHS_BYTES));
        for epoch in [&self.current, &self.next] {
            plain.extend_from_slice(&epoch.number.to_be_bytes());
            plain.extend_from_slice(epoch.key.bytes());
        }
        let mut bytes = self.header();
        bytes.extend_from_slice(&self.wrapped);
        bytes.extend_from_slice(&seal::seal(&self.epochs, epochs_place(), &plain)?);
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum);
        Ok(bytes)
    }

    /// Forgets the current epoch: `next` becomes current, and a fresh one next.
    pub(super) fn advance(&mut self) {
        let number = self.next.number + 1;
        let fresh = Epoch { number, key: SecretKey::random() };
        self.current = std::mem::replace(&mut self.next, fresh);
        self.next_spent = true;
    }

    /// Replaces a `next` that may have been used.
    pub(super) fn refresh_next(&mut self) {
        self.next.key = SecretKey::random();
        self.next_spent = true;
    }

    /// Wraps the same data key under another passphrase, after checking the old one.
    pub(super) fn change(&mut self, old: &Passphrase, new: &Passphrase) -> Result<(), StoreError> {
        let data = unwrap_data(self.cost, &self.salt, &self.wrapped, old)?;
        self.wrap(new, &data)
    }

    fn wrap(&mut self, passphrase: &Passphrase, data: &SecretKey) -> Result<(), StoreError> {
        passphrase.check()?;
        let salt = clock::random();
        let kek = self.cost.derive(passphrase, &salt)?;
        let header = encode_header(self.cost, &salt);
        self.wrapped = seal::seal(&kek, data_place(&header), data.bytes())?;
        self.salt = salt;
        Ok(())
    }

    fn header(&self) -> Vec<u8> {
        encode_header(self.cost, &self.salt)
    }
}

fn unwrap_data(
    cost: KdfCost,
    salt: &[u8; SALT_BYTES],
    wrapped: &[u8],
    passphrase: &Passphrase,
) -> Result<SecretKey, StoreError> {
    // A passphrase `create` would refuse can't be the right one.
    passphrase.check().map_err(|_| StoreError::WrongPassphrase)?;
    let kek = cost.derive(passphrase, salt)?;
    let header = encode_header(cost, salt);
    let data = seal::open(&kek, data_place(&header), wrapped).map_err(|_| StoreError::WrongPassphrase)?;
    SecretKey::from_slice(&data).ok_or(CORRUPT)
}

fn data_place(header: &[u8]) -> Place<'_> {
    Place { domain: "keyring data key", position: header }
}

fn epochs_place() -> Place<'static> {
    Place { domain: "keyring epochs", position: &[] }
}

fn encode_header(cost: KdfCost, salt: &[u8; SALT_BYTES]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for number in [FORMAT, cost.memory_kib, cost.passes, cost.lanes] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend_from_slice(salt);
    bytes
}

fn decode_header(header: &[u8]) -> Result<(KdfCost, [u8; SALT_BYTES]), StoreError> {
    let (_, rest) = header.split_first_chunk::<12>().ok_or(CORRUPT)?;
    let number = |at: usize| {
        let bytes = rest.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_be_bytes).ok_or(CORRUPT)
    };
    let cost = KdfCost { memory_kib: number(0)?, passes: number(4)?, lanes: number(8)? };
    // Before any work is done, so that a forged header can't demand it.
    cost.check()?;
    let salt = rest.get(12..).and_then(|salt| salt.try_into().ok()).ok_or(CORRUPT)?;
    Ok((cost, salt))
}

/// Header, wrapped data key and sealed epochs.
type Sections<'a> = (&'a [u8], &'a [u8], &'a [u8]);

/// Takes the file apart, once the checksum holds.
fn split(bytes: &[u8]) -> Result<Sections<'_>, StoreError> {
    let (body, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or(CORRUPT)?;
    let found: [u8; CHECKSUM_BYTES] = Sha256::digest(body).into();
    if found != *checksum || !body.starts_with(MAGIC) {
        return Err(CORRUPT);
    }
    let version = body.get(8..12).and_then(|bytes| bytes.try_into().ok()).ok_or(CORRUPT)?;
    match u32::from_be_bytes(version) {
        FORMAT if bytes.len() == FILE_BYTES => {}
        newer if newer > FORMAT => {
            return Err(StoreError::NewerSchema { found: newer, supported: FORMAT });
        }
        _ => return Err(CORRUPT),
    }
    let (header, rest) = body.split_at_checked(HEADER_BYTES).ok_or(CORRUPT)?;
    let (wrapped, epochs) = rest.split_at_checked(WRAPPED_BYTES).ok_or(CORRUPT)?;
    Ok((header, wrapped, epochs))
}

fn decode_epochs(plain: &[u8]) -> Option<(Epoch, Epoch)> {
    let (current, next) = plain.split_at_checked(8 + SecretKey::BYTES)?;
    let epoch = |bytes: &[u8]| {
        let (number, key) = bytes.split_first_chunk::<8>()?;
        Some(Epoch { number: u64::from_be_bytes(*number), key: SecretKey::from_slice(key)? })
    };
    Some((epoch(current)?, epoch(next)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_string())
    }

    #[test]
    fn every_flipped_bit_is_damage_not_a_wrong_passphrase() {
        let (keyring, _) = Keyring::create(&passphrase("right"), KdfCost::CHEAPEST).unwrap();
        let bytes = keyring.encode().unwrap();
        assert_eq!(bytes.len(), FILE_BYTES);
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Keyring::open(&bytes, &passphrase("right")).err(), Some(CORRUPT));
        }
        let wrong = Keyring::open(&bytes, &passphrase("wrong")).err();
        assert_eq!(wrong, Some(StoreError::WrongPassphrase));
    }

    #[test]
    fn a_forged_cost_is_refused_before_any_work() {
        let (keyring, _) = Keyring::create(&passphrase("right"), KdfCost::CHEAPEST).unwrap();
        for (at, number) in [(12, 1u32 << 30), (12, 1), (16, 1 << 20), (16, 0), (20, 1 << 20)] {
            let mut bytes = keyring.encode().unwrap();
            bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
            let body = bytes.len() - CHECKSUM_BYTES;
            let checksum = Sha256::digest(&bytes[..body]);
            bytes[body..].copy_from_slice(&checksum);
            let refused = Keyring::open(&bytes, &passphrase("right")).err();
            assert_eq!(refused, Some(StoreError::CostOutOfBounds));
        }
    }
}
