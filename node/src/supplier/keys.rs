//! Keys of the API: who may call, for what, until when and from where, and in which world. In: a name, or the text of a key. Out: a
//! key, shown once; stored is only the hash of its 32 random bytes, which can't be guessed back.

use std::net::IpAddr;

use data_encoding::BASE32_NOPAD;
use ipnet::IpNet;
use regie_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{
    Companion, World, lists, names,
    scopes::{Scope, Scopes},
    tables,
};
use crate::{
    clock,
    command::{Failure, exit},
    driver::Turn,
    store::{Part, Read as _},
};

/// Most keys of a companion, those revoked included.
const KEYS: usize = 256;
/// Longest name of a key, in bytes.
const NAME_BYTES: usize = 64;
/// Most networks that a key may be bound to.
pub const NETWORKS: usize = 16;
/// How exactly it is noted when a key was used: a note for every call would be a write for every call.
const USE_MS: u64 = 60 * 60 * 1000;
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

/// A network as people write it, or one address.
///
/// # Errors
/// A text that is neither.
pub fn network(text: &str) -> Result<IpNet, Failure> {
    let one = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>().or_else(|_| one()).map(|network| network.trunc()).map_err(|_| {
        let shown: String = text.chars().take(64).collect();
        Failure::usage(format!("'{shown}' is no network; write one as 192.0.2.0/24 or 2001:db8::/32"))
    })
}

/// Who calls.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The key.
    pub key: names::ApiKey,
    /// What it sees.
    pub world: World,
    /// What it may do.
    pub scopes: Scopes,
    /// This one call.
    pub call: Arrival,
}

/// A call that came: by whose key, for what, whence.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Its id, as the log and the answer have it.
    pub request: [u8; 12],
    /// What is called: a path of the API, with its parameters by name.
    pub route: &'static str,
    /// What that needs.
    pub needs: Scope,
    /// From which address; none where that is not known.
    pub from: Option<IpAddr>,
}

impl Caller {
    /// Is a thing among those that it may do?
    ///
    /// # Errors
    /// `scope_missing`, with the scope.
    pub fn may(&self, scope: Scope) -> Result<(), Failure> {
        if self.scopes.has(scope) {
            return Ok(());
        }
        let next = format!("use one with it, as from `regie supplier key create NAME --scope {scope}`");
        Err(Failure::new("scope_missing", exit::REFUSED, format!("this key lacks the scope {scope}; {next}")))
    }
}

/// What a key is to be.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which system will use it.
    pub name: String,
    /// What it sees.
    pub world: World,
    /// What it may do.
    pub scopes: Scopes,
    /// Until when it holds; for ever, where that is not said.
    pub expires: Option<Timestamp>,
    /// The networks from which it is taken; from everywhere, where there are none.
    pub from: Vec<IpNet>,
}

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKey {
    pub(crate) id: names::ApiKey,
    pub(crate) name: String,
    pub(crate) test: bool,
    pub(crate) made: Timestamp,
    pub(crate) revoked: Option<Timestamp>,
    /// None in keys from before there were scopes: they have all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scopes: Option<Scopes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) from: Vec<IpNet>,
    /// The key that made it; none where the companion's owner did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) made_by: Option<names::ApiKey>,
}

impl ApiKey {
    pub(crate) fn scopes(&self) -> Scopes {
        self.scopes.unwrap_or(Scopes::ALL)
    }

    /// Is the call one that this key is for?
    fn take(self, call: &Arrival, now: Timestamp) -> Result<Caller, Failure> {
        if self.expires.is_some_and(|expires| expires <= now) {
            let next = "make another, as with `regie supplier key create`";
            return Err(Failure::new("key_expired", exit::REFUSED, format!("this key's time is over; {next}")));
        }
        let within = |from: IpAddr| self.from.iter().any(|network| network.contains(&from.to_canonical()));
        if !self.from.is_empty() && !call.from.is_some_and(within) {
            let next = "call from one of its networks, or behind a proxy that `trusted_proxies` in config.toml names";
            let words = format!("this key is not taken from this address; {next}");
            return Err(Failure::new("address_refused", exit::REFUSED, words));
        }
        let caller = Caller { key: self.id, world: World::of(self.test), scopes: self.scopes(), call: *call };
        caller.may(call.needs)?;
        Ok(caller)
    }
}

impl Companion {
    /// Makes a key. Its text comes out and is nowhere else.
    pub(crate) fn create_key(
        &mut self,
        wanted: Wanted,
        made_by: Option<&Caller>,
        turn: &mut Turn,
    ) -> Result<(ApiKey, String), Failure> {
        let now = self.clock.now().wall;
        wanted.check(now)?;
        if let Some(maker) = made_by {
            self.gives_what_it_has(maker, &wanted)?;
        }
        if self.store.keys(tables::API_KEYS, &())?.len() >= KEYS {
            return Err(Failure::usage(format!("there are {KEYS} keys already; name fewer systems, or reuse a key")));
        }
        let Wanted { name, world, scopes, expires, from } = wanted;
        let secret = Zeroizing::new(clock::random::<32>());
        let prefix = if world == World::Test { TEST } else { LIVE };
        let text = format!("{prefix}{}", BASE32_NOPAD.encode(&*secret).to_ascii_lowercase());
        let hash = KeyHash::of(&text).ok_or_else(|| Failure::internal("a key has no hash"))?;
        let stored = ApiKey {
            id: names::ApiKey(clock::random()),
            name,
            test: world == World::Test,
            made: now,
            revoked: None,
            scopes: Some(scopes),
            expires,
            from,
            made_by: made_by.map(|maker| maker.key),
        };
        turn.batch.put(tables::API_KEYS, &hash, &stored);
        Ok((stored, text))
    }

    /// Every key, without its text.
    pub(crate) fn keys(&self) -> Result<Vec<ApiKey>, Failure> {
        Ok(self.store.group(tables::API_KEYS, &())?.into_iter().map(|(_, stored)| stored).collect())
    }

    /// One key of a world.
    ///
    /// # Errors
    /// `not_found`.
    pub(crate) fn one_key(&self, world: World, id: &names::ApiKey) -> Result<ApiKey, Failure> {
        let mut keys = self.keys()?.into_iter();
        keys.find(|key| key.id == *id && World::of(key.test) == world).ok_or_else(lists::not_found)
    }

    /// Ends a key, from the next call on; as it is then.
    pub(crate) fn revoke_key(&mut self, id: &names::ApiKey, turn: &mut Turn) -> Result<ApiKey, Failure> {
        for (hash, stored) in self.store.group(tables::API_KEYS, &())? {
            if stored.id == *id {
                let stored = ApiKey { revoked: stored.revoked.or(Some(self.clock.now().wall)), ..stored };
                turn.batch.put(tables::API_KEYS, &hash, &stored);
                return Ok(stored);
            }
        }
        Err(lists::not_found())
    }

    /// Who calls with this key, where the call is one that it is for.
    ///
    /// # Errors
    /// `unauthorized`, where it is unknown or revoked; `key_expired`, `address_refused`, `scope_missing`.
    pub(crate) fn caller(&self, hash: KeyHash, call: &Arrival) -> Result<Caller, Failure> {
        let stored = self.store.get(tables::API_KEYS, &hash)?.filter(|stored| stored.revoked.is_none());
        let stored = stored.ok_or_else(|| Failure::new("unauthorized", exit::REFUSED, "no such key"))?;
        stored.take(call, self.clock.look().wall)
    }

    /// Notes that a key is used, to the hour.
    pub(crate) fn note_use(&self, key: &names::ApiKey, turn: &mut Turn) -> Result<(), Failure> {
        let hour = |at: Timestamp| Timestamp(at.0 - at.0 % USE_MS);
        let now = hour(self.clock.look().wall);
        if self.last_used(key)?.is_none_or(|used| used < now) {
            turn.batch.put(tables::KEY_USES, key, &now);
        }
        Ok(())
    }

    /// In which hour a key was used last.
    pub(crate) fn last_used(&self, key: &names::ApiKey) -> Result<Option<Timestamp>, Failure> {
        Ok(self.store.get(tables::KEY_USES, key)?)
    }

    /// A key gives what it has and no more: else whoever holds a small key would hold a large one.
    fn gives_what_it_has(&self, maker: &Caller, wanted: &Wanted) -> Result<(), Failure> {
        let own = self.one_key(maker.world, &maker.key)?;
        let missing = Scope::ALL.into_iter().find(|scope| wanted.scopes.has(*scope) && !own.scopes().has(*scope));
        if let Some(scope) = missing {
            maker.may(scope)?;
        }
        let later = own.expires.is_some_and(|own| wanted.expires.is_none_or(|wanted| wanted > own));
        let inside = |network: &IpNet| own.from.iter().any(|own| own.contains(network));
        let wider = !own.from.is_empty() && (wanted.from.is_empty() || !wanted.from.iter().all(inside));
        if wanted.world != maker.world || later || wider {
            let next = "bound the new one at least as this one is: by its world, `expires_at` and `from`";
            return Err(Failure::new(
                "key_too_wide",
                exit::REFUSED,
                format!("a key gives no more than it has; {next}"),
            ));
        }
        Ok(())
    }
}

impl Wanted {
    fn check(&self, now: Timestamp) -> Result<(), Failure> {
        let Self { name, scopes, expires, from, .. } = self;
        if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(char::is_control) {
            return Err(Failure::usage(format!("a key's name has 1 to {NAME_BYTES} bytes and no control characters")));
        }
        if scopes.is_empty() {
            return Err(Failure::usage("a key without a scope opens nothing; name one at least"));
        }
        if expires.is_some_and(|expires| expires <= now) {
            return Err(Failure::usage("the key would be over before it is made; name a moment that is to come"));
        }
        if from.len() > NETWORKS {
            return Err(Failure::usage(format!("a key has at most {NETWORKS} networks; name wider ones")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(expires: Option<u64>, from: &[&str], scopes: Option<Scopes>) -> ApiKey {
        ApiKey {
            id: names::ApiKey([1; 10]),
            name: "a test".into(),
            test: false,
            made: Timestamp(0),
            revoked: None,
            scopes,
            expires: expires.map(Timestamp),
            from: from.iter().map(|text| text.parse().expect("a network")).collect(),
            made_by: None,
        }
    }

    fn call(from: Option<&str>, needs: Scope) -> Arrival {
        let from = from.map(|text| text.parse().expect("an address"));
        Arrival { request: [0; 12], route: "/v1/relationships", needs, from }
    }

    fn said(key: ApiKey, call: &Arrival, now: u64) -> String {
        key.take(call, Timestamp(now)).map_or_else(|failure| failure.code.to_string(), |_| "taken".into())
    }

    #[test]
    fn a_key_is_taken_in_its_time_from_its_networks_and_for_its_scopes() {
        let any = call(None, Scope::Read);
        assert_eq!(said(key(None, &[], None), &any, 5), "taken", "a key of before");
        assert_eq!(said(key(Some(6), &[], None), &any, 5), "taken");
        assert_eq!(said(key(Some(5), &[], None), &any, 5), "key_expired");
        let nets = ["192.0.2.0/24", "2001:db8::/32"];
        for (from, is) in [
            (None, "address_refused"),
            (Some("192.0.2.9"), "taken"),
            (Some("::ffff:192.0.2.9"), "taken"),
            (Some("192.0.3.9"), "address_refused"),
            (Some("2001:db8::1"), "taken"),
            (Some("2001:db9::1"), "address_refused"),
        ] {
            assert_eq!(said(key(None, &nets, None), &call(from, Scope::Read), 5), is, "{from:?}");
        }
        for has in Scope::ALL {
            for needs in Scope::ALL {
                let is = if has == needs { "taken" } else { "scope_missing" };
                let scopes = Some([has].into_iter().collect());
                assert_eq!(said(key(None, &[], scopes), &call(None, needs), 5), is, "{has} for {needs}");
            }
        }
    }
}
