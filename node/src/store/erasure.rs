//! Cryptographic erasure: deleting a value destroys the key it was sealed under.
//!
//! In: put and deleted record keys of erasable tables. Out: re-sealed key tables.
//!
//! redb is copy-on-write, so deleted pages linger in the file. Every erasable record therefore has
//! its own random key. Those keys live in 256 *buckets* (one row each, chosen by a blinded hash),
//! every bucket is sealed under its own bucket key, all bucket keys live in one *directory* row,
//! and that is sealed under the *epoch* key in the keyring file. Erasing rolls, in one transaction,
//! the touched buckets (new bucket key) and the directory (next epoch); then the keyring forgets
//! the old epoch. Old buckets and directories may linger, but nothing opens them any more.
//!
//! Cost of an erasing commit: the directory (8 KiB), each touched bucket (48 bytes for every 256th
//! erasable record), and one write into the keyring (a sync). One batch pays once.
//! Putting a new record rewrites its bucket only.
//!
//! Not promised: an SSD or a copy-on-write file system may keep old blocks of the keyring *file*,
//! as may a backup or snapshot; with such a copy and the passphrase the erased value can be read.
//! A value of a put that never completed is not erased until its bucket next rolls.

use super::StoreError;
use super::TableId;
use super::keyring::Epoch;
use super::limits::BUCKETS;
use super::seal::{self, NameKey, Place, SecretKey, TAG_BYTES};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

const DIRECTORY: &str = "erasure directory";
const BUCKET: &str = "erasure bucket";

/// Identifies a record among the keys of its bucket.
pub(super) type EntryTag = [u8; TAG_BYTES];

/// The entry of a record; its first byte is the number of the bucket.
pub(super) fn entry_tag(names: &NameKey, table: TableId, stored_key: &[u8]) -> EntryTag {
    names.tag(&[b"entry", table.name().as_bytes(), stored_key])
}

/// The keys of all buckets.
pub(super) struct Directory(Vec<SecretKey>);

impl Directory {
    pub(super) fn random() -> Directory {
        Directory((0..BUCKETS).map(|_| SecretKey::random()).collect())
    }

    pub(super) fn key(&self, bucket: u8) -> Result<&SecretKey, StoreError> {
        self.0.get(usize::from(bucket)).ok_or(StoreError::Corrupt { part: DIRECTORY })
    }

    /// Seals the directory, with some keys replaced.
    pub(super) fn seal(&self, epoch: &Epoch, rolled: &BTreeMap<u8, SecretKey>) -> Result<Vec<u8>, StoreError> {
        let mut plain = Zeroizing::new(Vec::with_capacity(BUCKETS * SecretKey::BYTES));
        for (number, key) in (0..=u8::MAX).zip(&self.0) {
            plain.extend_from_slice(rolled.get(&number).unwrap_or(key).bytes());
        }
        let position = epoch.number.to_be_bytes();
        seal::seal(&epoch.key, Place { domain: DIRECTORY, position: &position }, &plain)
    }

    pub(super) fn open(epoch: &Epoch, sealed: &[u8]) -> Result<Directory, StoreError> {
        let position = epoch.number.to_be_bytes();
        let plain = seal::open(&epoch.key, Place { domain: DIRECTORY, position: &position }, sealed)?;
        let keys: Vec<_> = plain.chunks(SecretKey::BYTES).filter_map(SecretKey::from_slice).collect();
        match keys.len() {
            BUCKETS => Ok(Directory(keys)),
            _ => Err(StoreError::Corrupt { part: DIRECTORY }),
        }
    }

    pub(super) fn replace(&mut self, rolled: BTreeMap<u8, SecretKey>) {
        for (number, key) in rolled {
            if let Some(old) = self.0.get_mut(usize::from(number)) {
                *old = key;
            }
        }
    }
}

/// The record keys of one bucket.
#[derive(Default)]
pub(super) struct Bucket(BTreeMap<EntryTag, SecretKey>);

impl Bucket {
    pub(super) fn get(&self, entry: &EntryTag) -> Option<&SecretKey> {
        self.0.get(entry)
    }

    /// Gives a record a new key; answers it, and whether an older key was thrown away.
    pub(super) fn renew(&mut self, entry: EntryTag) -> (&SecretKey, bool) {
        // To replace a value is to erase it, so the new one gets a key of its own.
        let existed = self.0.remove(&entry).is_some();
        (self.0.entry(entry).or_insert_with(SecretKey::random), existed)
    }

    pub(super) fn remove(&mut self, entry: &EntryTag) -> bool {
        self.0.remove(entry).is_some()
    }

    pub(super) fn seal(&self, number: u8, key: &SecretKey) -> Result<Vec<u8>, StoreError> {
        let size = self.0.len() * (TAG_BYTES + SecretKey::BYTES);
        let mut plain = Zeroizing::new(Vec::with_capacity(size));
        for (entry, key) in &self.0 {
            plain.extend_from_slice(entry);
            plain.extend_from_slice(key.bytes());
        }
        seal::seal(key, Place { domain: BUCKET, position: &[number] }, &plain)
    }

    pub(super) fn open(number: u8, key: &SecretKey, sealed: &[u8]) -> Result<Bucket, StoreError> {
        let plain = seal::open(key, Place { domain: BUCKET, position: &[number] }, sealed)?;
        let mut entries = BTreeMap::new();
        for entry in plain.chunks(TAG_BYTES + SecretKey::BYTES) {
            let decoded =
                entry.split_first_chunk::<TAG_BYTES>().and_then(|(tag, key)| Some((*tag, SecretKey::from_slice(key)?)));
            let (tag, key) = decoded.ok_or(StoreError::Corrupt { part: BUCKET })?;
            entries.insert(tag, key);
        }
        Ok(Bucket(entries))
    }
}
