//! The keyring: how a passphrase becomes keys, and where erased keys go.
//!
//! In: a passphrase and the bytes of the `keyring` file. Out: the data key, the two epoch keys,
//! and new bytes for the file. Passphrase -> argon2id -> key-encryption key, which wraps a random
//! data key; a sub-key of the data key wraps the epochs.
//!
//! The file has a slot for epochs of even numbers and one for odd: it holds the *current* epoch and
//! a *next* one that nothing was sealed under yet. An erasing commit seals under `next` and names it
//! in the database; only then is a fresh epoch written over the old one, in place, which destroys
//! it with one sync. Whichever step a crash cuts, the slot of the epoch that the database names was
//! not being written; a torn slot is the other one, and opening finishes the roll.
//!
//! Layout, zeros between: at 0 the header (cost, salt), the wrapped data key and a SHA-256 of both;
//! at 4096 and 8192 a slot, a disk's sector away from all that must not tear with it.

use super::StoreError;
use super::limits::{KDF_MAX_KIB, KDF_MAX_LANES, KDF_MAX_PASSES, KDF_MIN_KIB_PER_LANE, PASSPHRASE_MAX_BYTES};
use super::seal::{self, OVERHEAD_BYTES, Place, SecretKey};
use crate::clock;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use sha2::{Digest, Sha256};
use std::fmt;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::{Zeroize, Zeroizing};

const MAGIC: &[u8; 8] = b"regiekey";
/// With what keyrings began before the first release. They are told apart, and not read.
const UNRELEASED: &[u8; 8] = b"REGIEKEY";
const FORMAT: u32 = 1;
const SALT_BYTES: usize = 32;
const HEADER_BYTES: usize = 8 + 4 + 12 + SALT_BYTES;
const WRAPPED_BYTES: usize = SecretKey::BYTES + OVERHEAD_BYTES;
const CHECKSUM_BYTES: usize = 32;
/// Header, wrapped data key, checksum.
const FIXED_BYTES: usize = HEADER_BYTES + WRAPPED_BYTES + CHECKSUM_BYTES;
const EPOCH_BYTES: usize = 8 + SecretKey::BYTES;
const SLOT_BYTES: usize = EPOCH_BYTES + OVERHEAD_BYTES;
/// Where the slots of even and of odd epochs begin.
const SLOTS: [usize; 2] = [4096, 8192];
const FILE_BYTES: usize = SLOTS[1] + SLOT_BYTES;
const CORRUPT: StoreError = StoreError::Corrupt { part: "keyring" };

/// What the owner types. Wiped when dropped, never printed.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes over the text, so that no copy stays behind. Keyboards and systems write one letter with an accent in two ways;
    /// they are one passphrase (Unicode's form NFC).
    pub fn new(text: String) -> Passphrase {
        let text = Zeroizing::new(text);
        Passphrase(Zeroizing::new(text.nfc().collect()))
    }

    /// The text, as whoever encrypts a backup with it takes it.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The same in the other form, where that differs: a store of an earlier version may have been made with it.
    pub fn decomposed(&self) -> Option<Passphrase> {
        let other = Zeroizing::new(self.0.nfd().collect::<String>());
        (*other != *self.0).then_some(Passphrase(other))
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

    /// Is guessing cheaper than in a new home?
    #[must_use]
    pub fn is_cheap(self) -> bool {
        let usual = KdfCost::default();
        self.memory_kib < usual.memory_kib || self.passes < usual.passes
    }

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
        // Reserved by ourselves, so that a machine without so much memory gets an error instead of an end.
        memory.try_reserve_exact(params.block_count()).map_err(|_| StoreError::OutOfMemory)?;
        memory.resize(params.block_count(), Block::default());
        let mut key = Zeroizing::new([0; SecretKey::BYTES]);
        let outcome = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
            passphrase.0.as_bytes(),
            salt,
            &mut *key,
            &mut memory,
        );
        // The key is computed from the last of them.
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
        keyring.wrap(passphrase, cost, &data)?;
        Ok((keyring, data))
    }

    /// Opens the bytes of the file. The checksum tells damage from a wrong passphrase.
    pub(super) fn open(bytes: &[u8], passphrase: &Passphrase) -> Result<(Keyring, SecretKey), StoreError> {
        let (header, wrapped) = split(bytes)?;
        let (cost, salt) = decode_header(header)?;
        let data = unwrap_data(cost, &salt, wrapped, passphrase)?;
        let key = data.derive("epochs");
        let Slots { current, next, torn } = decode_slots(&key, bytes)?;
        let wrapped = wrapped.to_vec();
        let keyring = Keyring { cost, salt, wrapped, epochs: key, current, next, next_spent: torn };
        Ok((keyring, data))
    }

    /// The bytes for the file.
    pub(super) fn encode(&self) -> Result<Vec<u8>, StoreError> {
        let mut bytes = self.header();
        bytes.extend_from_slice(&self.wrapped);
        let checksum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes.resize(FILE_BYTES, 0);
        for epoch in [&self.current, &self.next] {
            let (at, sealed) = self.slot(epoch)?;
            bytes.get_mut(at..at + SLOT_BYTES).ok_or(CORRUPT)?.copy_from_slice(&sealed);
        }
        Ok(bytes)
    }

    /// What is to be written over the epoch before the current one, or over an earlier `next`: offset and bytes.
    pub(super) fn next_slot(&self) -> Result<(usize, Vec<u8>), StoreError> {
        self.slot(&self.next)
    }

    fn slot(&self, epoch: &Epoch) -> Result<(usize, Vec<u8>), StoreError> {
        let mut plain = Zeroizing::new(Vec::with_capacity(EPOCH_BYTES));
        plain.extend_from_slice(&epoch.number.to_be_bytes());
        plain.extend_from_slice(epoch.key.bytes());
        let slot = slot_of(epoch.number);
        Ok((SLOTS[usize::from(slot)], seal::seal(&self.epochs, slot_place(&[slot]), &plain)?))
    }

    /// Forgets the current epoch: `next` becomes current, and a fresh one next.
    pub(super) fn advance(&mut self) {
        let number = self.next.number + 1;
        let fresh = Epoch { number, key: SecretKey::random() };
        self.current = std::mem::replace(&mut self.next, fresh);
        // The file does not hold the fresh one yet; until it does nothing is sealed under it.
        self.next_spent = true;
    }

    /// Replaces a `next` that may have been used.
    pub(super) fn refresh_next(&mut self) {
        self.next.key = SecretKey::random();
        self.next_spent = true;
    }

    /// Wraps the same data key under another passphrase, after checking the old one. Guessing the new one is as dear as it is
    /// in a new home, whatever the old one's was.
    pub(super) fn change(&mut self, old: &Passphrase, new: &Passphrase) -> Result<(), StoreError> {
        let data = unwrap_data(self.cost, &self.salt, &self.wrapped, old)?;
        let cost = if self.cost.is_cheap() { KdfCost::default() } else { self.cost };
        self.wrap(new, cost, &data)
    }

    /// How dear guessing the passphrase of these bytes is.
    pub(super) fn cost(bytes: &[u8]) -> Result<KdfCost, StoreError> {
        decode_header(split(bytes)?.0).map(|(cost, _)| cost)
    }

    /// Where it fails the keyring is as it was.
    fn wrap(&mut self, passphrase: &Passphrase, cost: KdfCost, data: &SecretKey) -> Result<(), StoreError> {
        passphrase.check()?;
        let salt = clock::random();
        let kek = cost.derive(passphrase, &salt)?;
        self.wrapped = wrap_data(cost, &salt, &kek, data)?;
        (self.salt, self.cost) = (salt, cost);
        Ok(())
    }

    fn header(&self) -> Vec<u8> {
        encode_header(self.cost, &self.salt)
    }
}

fn wrap_data(cost: KdfCost, salt: &[u8; SALT_BYTES], kek: &SecretKey, data: &SecretKey) -> Result<Vec<u8>, StoreError> {
    seal::seal(kek, data_place(&encode_header(cost, salt)), data.bytes())
}

fn unwrap_data(
    cost: KdfCost,
    salt: &[u8; SALT_BYTES],
    wrapped: &[u8],
    passphrase: &Passphrase,
) -> Result<SecretKey, StoreError> {
    match unwrap_as_typed(cost, salt, wrapped, passphrase) {
        Err(StoreError::WrongPassphrase) => match passphrase.decomposed() {
            Some(other) => unwrap_as_typed(cost, salt, wrapped, &other),
            None => Err(StoreError::WrongPassphrase),
        },
        unwrapped => unwrapped,
    }
}

fn unwrap_as_typed(
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

fn slot_of(number: u64) -> u8 {
    u8::from(number % 2 == 1)
}

fn slot_place(slot: &[u8; 1]) -> Place<'_> {
    Place { domain: "keyring epoch", position: slot }
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

/// The header and the wrapped data key, once their checksum holds.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), StoreError> {
    if bytes.starts_with(UNRELEASED) {
        return Err(StoreError::Unreleased);
    }
    if !bytes.starts_with(MAGIC) {
        return Err(CORRUPT);
    }
    let version = bytes.get(8..12).and_then(|bytes| bytes.try_into().ok()).ok_or(CORRUPT)?;
    let format = u32::from_be_bytes(version);
    if (format, bytes.len()) != (FORMAT, FILE_BYTES) {
        return Err(unknown(format, bytes));
    }
    let whole = bytes.get(..FIXED_BYTES).ok_or(CORRUPT)?;
    if !sums_up(whole) {
        return Err(CORRUPT);
    }
    let (header, rest) = whole.split_at_checked(HEADER_BYTES).ok_or(CORRUPT)?;
    let (wrapped, _) = rest.split_at_checked(WRAPPED_BYTES).ok_or(CORRUPT)?;
    Ok((header, wrapped))
}

/// A newer file is told from a damaged one where its fixed part is as long as this version's, or all of it sums up.
fn unknown(format: u32, bytes: &[u8]) -> StoreError {
    let whole = bytes.get(..FIXED_BYTES).is_some_and(sums_up) || sums_up(bytes);
    if whole && format > FORMAT { StoreError::NewerSchema { found: format, supported: FORMAT } } else { CORRUPT }
}

/// Whether bytes end in the checksum of what stands before it.
fn sums_up(bytes: &[u8]) -> bool {
    bytes.split_last_chunk::<CHECKSUM_BYTES>().is_some_and(|(body, sum)| <[u8; 32]>::from(Sha256::digest(body)) == *sum)
}

/// The epochs of a file.
struct Slots {
    current: Epoch,
    next: Epoch,
    /// Whether one slot held nothing that opens, so that `next` is a fresh one that the file does not hold.
    torn: bool,
}

/// A slot that does not open was being written when the power went, or rotted. If it was the one that the database
/// names, opening the store finds that out; if not, nothing was sealed under it that counts.
fn decode_slots(key: &SecretKey, bytes: &[u8]) -> Result<Slots, StoreError> {
    let mut gaps = [FIXED_BYTES..SLOTS[0], SLOTS[0] + SLOT_BYTES..SLOTS[1]].into_iter();
    if !gaps.all(|gap| bytes.get(gap).is_some_and(|gap| gap.iter().all(|byte| *byte == 0))) {
        return Err(CORRUPT);
    }
    match (decode_slot(key, bytes, 0), decode_slot(key, bytes, 1)) {
        (Some(even), Some(odd)) => {
            let (current, next) = if even.number < odd.number { (even, odd) } else { (odd, even) };
            // Two epochs that do not follow each other are of two files: one slot was put back.
            if current.number.checked_add(1) != Some(next.number) {
                return Err(CORRUPT);
            }
            Ok(Slots { current, next, torn: false })
        }
        (Some(current), None) | (None, Some(current)) => {
            let number = current.number.checked_add(1).ok_or(CORRUPT)?;
            Ok(Slots { current, next: Epoch { number, key: SecretKey::random() }, torn: true })
        }
        (None, None) => Err(CORRUPT),
    }
}

fn decode_slot(key: &SecretKey, bytes: &[u8], slot: u8) -> Option<Epoch> {
    let at = *SLOTS.get(usize::from(slot))?;
    let plain = seal::open(key, slot_place(&[slot]), bytes.get(at..at + SLOT_BYTES)?).ok()?;
    decode_epoch(&plain).filter(|epoch| slot_of(epoch.number) == slot)
}

fn decode_epoch(plain: &[u8]) -> Option<Epoch> {
    let (number, key) = plain.split_first_chunk::<8>()?;
    Some(Epoch { number: u64::from_be_bytes(*number), key: SecretKey::from_slice(key)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_string())
    }

    #[test]
    fn one_passphrase_typed_on_two_keyboards_opens_the_same_store() {
        let (composed, apart) = ("caf\u{e9}", "cafe\u{301}");
        for made in [composed, apart] {
            let (keyring, _) = Keyring::create(&passphrase(made), KdfCost::CHEAPEST).unwrap();
            let bytes = keyring.encode().unwrap();
            for typed in [composed, apart] {
                assert!(Keyring::open(&bytes, &passphrase(typed)).is_ok(), "{made} {typed}");
            }
            assert!(Keyring::open(&bytes, &passphrase("cafe")).is_err());
        }
        // As an earlier version made it, which took the text as it came.
        let old = Passphrase(Zeroizing::new(apart.to_owned()));
        let (keyring, _) = Keyring::create(&old, KdfCost::CHEAPEST).unwrap();
        assert!(Keyring::open(&keyring.encode().unwrap(), &passphrase(composed)).is_ok());
    }

    #[test]
    fn another_passphrase_is_as_dear_to_guess_as_a_new_homes() {
        let (mut keyring, _) = Keyring::create(&passphrase("cheap"), KdfCost::CHEAPEST).unwrap();
        assert!(Keyring::cost(&keyring.encode().unwrap()).unwrap().is_cheap());
        keyring.change(&passphrase("cheap"), &passphrase("dear")).unwrap();
        assert!(!Keyring::cost(&keyring.encode().unwrap()).unwrap().is_cheap());
    }

    #[test]
    fn every_flipped_bit_is_damage_or_stands_in_one_epoch_and_is_no_wrong_passphrase() {
        let (keyring, _) = Keyring::create(&passphrase("right"), KdfCost::CHEAPEST).unwrap();
        let bytes = keyring.encode().unwrap();
        assert_eq!(bytes.len(), FILE_BYTES);
        let slots = SLOTS.map(|at| at..at + SLOT_BYTES);
        for bit in (0..bytes.len() * 8).filter(|bit| bit / 8 < FIXED_BYTES || bit % 13 == 0) {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let opened = Keyring::open(&bytes, &passphrase("right"));
            match slots.iter().position(|slot| slot.contains(&(bit / 8))) {
                None => assert_eq!(opened.err(), Some(CORRUPT), "bit {bit}"),
                Some(torn) => {
                    let (found, _) = opened.unwrap();
                    let whole = [&keyring.next, &keyring.current][torn];
                    assert_eq!((found.current.number, found.next.number), (whole.number, whole.number + 1));
                    assert_eq!(found.current.key.bytes(), whole.key.bytes());
                    assert!(found.next_spent && found.next.key.bytes() != keyring.next.key.bytes());
                }
            }
        }
        let wrong = Keyring::open(&bytes, &passphrase("wrong")).err();
        assert_eq!(wrong, Some(StoreError::WrongPassphrase));
        let mut newer = bytes;
        newer[11] = 2;
        let sum = Sha256::digest(&newer[..FIXED_BYTES - CHECKSUM_BYTES]);
        newer[FIXED_BYTES - CHECKSUM_BYTES..FIXED_BYTES].copy_from_slice(&sum);
        let newer = Keyring::open(&newer, &passphrase("right")).err();
        assert_eq!(newer, Some(StoreError::NewerSchema { found: 2, supported: FORMAT }));
    }

    #[test]
    fn a_keyring_from_before_the_first_release_is_told_apart() {
        for length in [0, 100, FILE_BYTES] {
            let mut bytes = UNRELEASED.to_vec();
            bytes.resize(8 + length, 2);
            assert_eq!(Keyring::open(&bytes, &passphrase("any")).err(), Some(StoreError::Unreleased));
        }
    }

    #[test]
    fn a_slot_can_not_be_put_in_the_place_of_the_other_nor_of_an_older_one() {
        let (mut keyring, _) = Keyring::create(&passphrase("right"), KdfCost::CHEAPEST).unwrap();
        let old = keyring.encode().unwrap();
        let mut swapped = old.clone();
        let (even, odd) = (SLOTS[0]..SLOTS[0] + SLOT_BYTES, SLOTS[1]..SLOTS[1] + SLOT_BYTES);
        swapped[even.clone()].copy_from_slice(&old[odd.clone()]);
        swapped[odd].copy_from_slice(&old[even.clone()]);
        assert_eq!(Keyring::open(&swapped, &passphrase("right")).err(), Some(CORRUPT));
        for _ in 0..3 {
            keyring.advance();
        }
        let mut mixed = keyring.encode().unwrap();
        mixed[even.clone()].copy_from_slice(&old[even]);
        assert_eq!(Keyring::open(&mixed, &passphrase("right")).err(), Some(CORRUPT));
    }

    #[test]
    fn a_forged_cost_is_refused_before_any_work() {
        let (keyring, _) = Keyring::create(&passphrase("right"), KdfCost::CHEAPEST).unwrap();
        for (at, number) in [(12, 1u32 << 30), (12, 1), (16, 1 << 20), (16, 0), (20, 1 << 20)] {
            let mut bytes = keyring.encode().unwrap();
            bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
            let body = FIXED_BYTES - CHECKSUM_BYTES;
            let checksum = Sha256::digest(&bytes[..body]);
            bytes[body..FIXED_BYTES].copy_from_slice(&checksum);
            let refused = Keyring::open(&bytes, &passphrase("right")).err();
            assert_eq!(refused, Some(StoreError::CostOutOfBounds));
        }
    }
}
