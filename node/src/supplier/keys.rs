//! Keys of the API: who may call, and in which world. In: a name, or the text of a key. Out: a key, shown once;
//! stored is only the hash of its 32 random bytes, which can't be guessed back.

use data_encoding::BASE32_NOPAD;
use regie_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Companion, World, lists, names, tables};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    store::{Part, Read as _},
};

/// Most keys of a companion, those revoked included.
const KEYS: usize = 256;
/// Longest name of a key, in bytes.
const NAME_BYTES: usize = 64;
const LIVE: &str = "rk_live_";
const TEST: &str = "rk_test_";

/// The hash of a key's text, by which it is looked up.
#[derive(Clone, Copy)]
pub struct KeyHash([u8; 32]);

/// Its bytes.
impl Part for KeyHash {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl KeyHash {
    /// Of a text that looks like a key.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let secret = text.strip_prefix(LIVE).or_else(|| text.strip_prefix(TEST))?;
        (secret.len() == 52).then(|| Self(Sha256::digest(text.as_bytes()).into()))
    }
}

/// Who calls.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The key.
    pub key: names::ApiKey,
    /// What it sees.
    pub world: World,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKey {
    pub(super) id: names::ApiKey,
    pub(super) name: String,
    pub(super) test: bool,
    pub(super) made: Timestamp,
    pub(super) revoked: Option<Timestamp>,
}

impl Companion {
    /// Makes a key. Its text comes out and is nowhere else.
    pub(super) fn create_key(
        &mut self,
        name: &str,
        world: World,
        turn: &mut Turn,
    ) -> Result<(names::ApiKey, String), Failure> {
        if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(char::is_control) {
            return Err(Failure::usage(format!("a key's name has 1 to {NAME_BYTES} bytes and no control characters")));
        }
        if self.store.keys(tables::API_KEYS, &())?.len() >= KEYS {
            return Err(Failure::usage(format!("there are {KEYS} keys already; name fewer systems, or reuse a key")));
        }
        let secret = Zeroizing::new(clock::random::<32>());
        let prefix = if world == World::Test { TEST } else { LIVE };
        let text = format!("{prefix}{}", BASE32_NOPAD.encode(&*secret).to_ascii_lowercase());
        let hash = KeyHash::of(&text).ok_or_else(|| Failure::internal("a key has no hash"))?;
        let id = names::ApiKey(clock::random());
        let test = world == World::Test;
        let stored = ApiKey { id, name: name.to_owned(), test, made: self.clock.now().wall, revoked: None };
        turn.batch.put(tables::API_KEYS, &hash, &stored);
        Ok((id, text))
    }

    /// Every key, without its text.
    pub(super) fn keys(&self) -> Result<Vec<ApiKey>, Failure> {
        Ok(self.store.group(tables::API_KEYS, &())?.into_iter().map(|(_, stored)| stored).collect())
    }

    /// Ends a key, from the next call on.
    pub(super) fn revoke_key(&mut self, id: &names::ApiKey, turn: &mut Turn) -> Result<(), Failure> {
        for (hash, stored) in self.store.group(tables::API_KEYS, &())? {
            if stored.id == *id {
                let stored = ApiKey { revoked: stored.revoked.or(Some(self.clock.now().wall)), ..stored };
                turn.batch.put(tables::API_KEYS, &hash, &stored);
                return Ok(());
            }
        }
        Err(lists::not_found())
    }

    /// Who calls with this key; nobody, where it is unknown or revoked.
    pub(crate) fn caller(&self, hash: KeyHash) -> Result<Option<Caller>, Failure> {
        let stored = self.store.get(tables::API_KEYS, &hash)?.filter(|stored| stored.revoked.is_none());
        Ok(stored.map(|stored| Caller { key: stored.id, world: World::of(stored.test) }))
    }
}
