//! Devices of the person that may come to the dashboard from elsewhere, and passkeys that let the person in. In: what the dashboard's
//! doors saw and drew. Out: rows in this turn's commit; who a token is of.
//!
//! A device is known by the SHA-256 of a token that it alone has; a passkey by what its authenticator said when it was made. The
//! dashboard looks at both itself, and asks here through its desk: none of that goes over the control socket.

use regie_protocol::{Nonce, Timestamp, text::plain_line};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{Call, Node, NodeEvent, tables, verbs::Desk};
use crate::{
    clock::{self, text},
    command::{Failure, exit},
    driver::Turn,
    elsewhere::Certificate,
    store::{Batch, Read as _, Store},
    verb::stopping,
};

/// Devices at once.
pub const DEVICES: usize = 32;
/// Passkeys at once, of all devices and of this machine.
pub const PASSKEYS: usize = 64;
/// Longest name of either, in bytes.
pub const DEVICE_NAME_BYTES: usize = 80;
/// Longest passkey as its library writes it, in bytes.
pub(super) const PASSKEY_BYTES: usize = 16 * 1024;
/// When a device was last seen is written at most this often.
const SEEN_MS: u64 = 60 * 60 * 1_000;

/// The SHA-256 of a device's token.
pub type TokenHash = [u8; 32];

/// A device, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Device {
    name: String,
    added: Timestamp,
    seen: Timestamp,
    #[serde(with = "serde_bytes")]
    token: TokenHash,
}

/// A passkey, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredPasskey {
    /// At which origin it was made, and is good for.
    origin: String,
    /// Whose it is; this machine's, where there is none.
    device: Option<Nonce>,
    name: String,
    added: Timestamp,
    used: Option<Timestamp>,
    /// As the library writes it: public key, counter. There is no secret in it.
    passkey: String,
}

/// A device whose token came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    /// Its id.
    pub id: Nonce,
    /// What the person calls it.
    pub name: String,
    /// Has it a passkey? Then its session is locked until that was shown.
    pub has_passkey: bool,
}

/// A passkey, for who looks whether an answer is of it.
#[derive(Clone, Debug)]
pub struct HeldPasskey {
    /// Its id.
    pub id: Nonce,
    /// Whose it is; this machine's, where there is none.
    pub device: Option<Nonce>,
    /// As the library writes it.
    pub passkey: String,
}

/// A passkey that was just made.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// At which origin.
    pub origin: String,
    /// By which device; by this machine, where there is none.
    pub device: Option<Nonce>,
    /// What the person calls it.
    pub name: String,
    /// As the library writes it.
    pub passkey: String,
}

/// A device as it is shown.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownDevice {
    /// Its id.
    pub id: Nonce,
    /// What the person calls it.
    pub name: String,
    /// When it was added, RFC 3339.
    pub added: String,
    /// When it was last seen, to the hour, RFC 3339.
    pub seen: String,
    /// How many passkeys it has.
    pub passkeys: usize,
}

/// A passkey as it is shown.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownPasskey {
    /// Its id.
    pub id: Nonce,
    /// What the person calls it.
    pub name: String,
    /// At which origin it lets the person in.
    pub origin: String,
    /// Whose it is; this machine's, where there is none.
    pub device: Option<Nonce>,
    /// When it was added, RFC 3339.
    pub added: String,
    /// When it last let the person in, RFC 3339.
    pub used: Option<String>,
}

impl Desk {
    /// Who has the token with this hash. It counts as seen.
    ///
    /// # Errors
    /// The store's; the node is stopping.
    pub async fn device(&self, token: TokenHash) -> Result<Option<KnownDevice>, Failure> {
        self.turn(move |node, turn| node.device_by(&token, turn)).await
    }

    /// Adds a device; its id comes out.
    ///
    /// # Errors
    /// `too_many`, a name that does not fit, the store's.
    pub async fn add_device(&self, name: String, token: TokenHash) -> Result<Nonce, Failure> {
        self.turn(move |node, turn| node.add_device(&name, token, turn)).await
    }

    /// Gives a device another token; the one of before is nobody's. False where there is no such device any more.
    ///
    /// # Errors
    /// The store's.
    pub async fn renew_device(&self, id: Nonce, token: TokenHash) -> Result<bool, Failure> {
        self.turn(move |node, turn| node.renew_device(&id, token, turn)).await
    }

    /// The passkeys that are good at an origin.
    ///
    /// # Errors
    /// The store's.
    pub async fn passkeys_at(&self, origin: String) -> Result<Vec<HeldPasskey>, Failure> {
        self.turn(move |node, _| {
            let held = node.passkeys()?.into_iter().filter(|(_, stored)| stored.origin == origin);
            Ok(held.map(|(id, StoredPasskey { device, passkey, .. })| HeldPasskey { id, device, passkey }).collect())
        })
        .await
    }

    /// Keeps a passkey.
    ///
    /// # Errors
    /// `too_many`, a name that does not fit, a device that is gone, the store's.
    pub async fn add_passkey(&self, new: NewPasskey) -> Result<(), Failure> {
        self.turn(move |node, turn| node.add_passkey(new, turn)).await
    }

    /// A passkey let the person in, and its library writes it so from now on. False where it was removed meanwhile.
    ///
    /// # Errors
    /// The store's.
    pub async fn used_passkey(&self, id: Nonce, passkey: String) -> Result<bool, Failure> {
        self.turn(move |node, turn| {
            let Some(stored) = node.store.get(tables::PASSKEYS, &id)? else { return Ok(false) };
            let used = Some(node.clock.now().wall);
            turn.batch.put(tables::PASSKEYS, &id, &StoredPasskey { used, passkey, ..stored });
            Ok(true)
        })
        .await
    }

    /// The certificate for this host: the one that was made before where it still holds, else a fresh one.
    ///
    /// # Errors
    /// A host that can't stand in one, the store's.
    pub async fn certificate(&self, host: String) -> Result<Certificate, Failure> {
        self.turn(move |node, turn| {
            let now = node.clock.now().wall;
            if let Some(kept) = node.store.fact(tables::CERTIFICATE)?.filter(|kept| kept.holds(&host, now)) {
                return Ok(kept);
            }
            let made = Certificate::make(&host, now)?;
            turn.batch.set(tables::CERTIFICATE, &made);
            Ok(made)
        })
        .await
    }

    /// Does something on the driver's thread; what it changed is on disk before the answer comes.
    pub(super) async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Node, &mut Turn) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, wait) = oneshot::channel();
        let call: Call = Box::new(move |node, turn| {
            let done = work(node, turn);
            turn.after(move || drop(answer.send(done)));
        });
        self.events().send(NodeEvent::Call { reads_store: true, call }).await.map_err(|_| stopping())?;
        wait.await.map_err(|_| stopping())?
    }
}

/// Removes all devices and passkeys of a home whose node does not run, and tells their browsers nothing more.
///
/// # Errors
/// The store's.
pub(super) fn forget_all(store: &mut Store) -> Result<(), Failure> {
    let mut batch = Batch::default();
    store.keys(tables::DEVICES, &())?.iter().for_each(|id| batch.erase(tables::DEVICES, id));
    store.keys(tables::PASSKEYS, &())?.iter().for_each(|id| batch.erase(tables::PASSKEYS, id));
    if let Some(mut settings) = store.fact(tables::NOTICE_SETTINGS)? {
        settings.browsers.retain(|browser| browser.device.is_none());
        batch.set(tables::NOTICE_SETTINGS, &settings);
    }
    Ok(store.commit(batch)?)
}

impl Node {
    /// All devices, the newest first.
    pub(super) fn shown_devices(&self) -> Result<Vec<ShownDevice>, Failure> {
        let passkeys = self.passkeys()?;
        let mut all = self.store.group(tables::DEVICES, &())?;
        all.sort_by_key(|(id, device)| (std::cmp::Reverse(device.added), *id));
        let of = |id: Nonce| passkeys.iter().filter(|(_, passkey)| passkey.device == Some(id)).count();
        let shown = |(id, Device { name, added, seen, .. }): (Nonce, Device)| ShownDevice {
            id,
            name,
            added: text(added),
            seen: text(seen),
            passkeys: of(id),
        };
        Ok(all.into_iter().map(shown).collect())
    }

    /// All passkeys, the newest first.
    pub(super) fn shown_passkeys(&self) -> Result<Vec<ShownPasskey>, Failure> {
        let mut all = self.passkeys()?;
        all.sort_by_key(|(id, passkey)| (std::cmp::Reverse(passkey.added), *id));
        let shown = |(id, passkey): (Nonce, StoredPasskey)| ShownPasskey {
            id,
            name: passkey.name,
            origin: passkey.origin,
            device: passkey.device,
            added: text(passkey.added),
            used: passkey.used.map(text),
        };
        Ok(all.into_iter().map(shown).collect())
    }

    /// Removes a device, by its id or its name, and its passkeys.
    pub(super) fn forget_device(&mut self, named: &str, turn: &mut Turn) -> Result<ShownDevice, Failure> {
        let all = self.shown_devices()?;
        let by_name = |one: &ShownDevice| one.name.to_lowercase() == named.trim().to_lowercase();
        let named_so = all.iter().filter(|one| by_name(one)).count();
        let one = all.into_iter().find(|one| one.id.to_string() == named || (named_so == 1 && by_name(one)));
        let one = one.ok_or_else(|| {
            let next = if named_so > 1 { "several have that name; say its id" } else { "`regie devices` lists them" };
            Failure::new("not_found", exit::NOT_FOUND, format!("'{named}' is not one of your devices; {next}"))
        })?;
        self.erase_device(&one.id, turn)?;
        Ok(one)
    }

    /// Removes all devices but one, with their passkeys; how many.
    pub(super) fn forget_devices(&mut self, but: Option<Nonce>, turn: &mut Turn) -> Result<usize, Failure> {
        let all = self.store.keys(tables::DEVICES, &())?;
        let others: Vec<Nonce> = all.into_iter().filter(|id| Some(*id) != but).collect();
        for id in &others {
            self.erase_device(id, turn)?;
        }
        Ok(others.len())
    }

    /// Removes a passkey, by its id.
    pub(super) fn forget_passkey(&mut self, named: &str, turn: &mut Turn) -> Result<ShownPasskey, Failure> {
        let one = self.shown_passkeys()?.into_iter().find(|one| one.id.to_string() == named);
        let next = "`regie devices` lists them";
        let one = one.ok_or_else(|| {
            Failure::new("not_found", exit::NOT_FOUND, format!("'{named}' is not one of your passkeys; {next}"))
        })?;
        turn.batch.erase(tables::PASSKEYS, &one.id);
        Ok(one)
    }

    /// Removes all passkeys of this machine itself.
    pub(super) fn forget_own_passkeys(&mut self, turn: &mut Turn) -> Result<(), Failure> {
        for (id, _) in self.passkeys()?.into_iter().filter(|(_, passkey)| passkey.device.is_none()) {
            turn.batch.erase(tables::PASSKEYS, &id);
        }
        Ok(())
    }

    fn device_by(&mut self, token: &TokenHash, turn: &mut Turn) -> Result<Option<KnownDevice>, Failure> {
        // By their hashes, so that how long it takes tells nothing of a token.
        let found = self.store.group(tables::DEVICES, &())?.into_iter().find(|(_, device)| device.token == *token);
        let Some((id, device)) = found else { return Ok(None) };
        let now = self.clock.now().wall;
        if now.0.abs_diff(device.seen.0) > SEEN_MS {
            turn.batch.put(tables::DEVICES, &id, &Device { seen: now, ..device.clone() });
        }
        let has_passkey = self.passkeys()?.iter().any(|(_, passkey)| passkey.device == Some(id));
        Ok(Some(KnownDevice { id, name: device.name, has_passkey }))
    }

    fn add_device(&mut self, name: &str, token: TokenHash, turn: &mut Turn) -> Result<Nonce, Failure> {
        let name = named(name)?;
        if self.store.keys(tables::DEVICES, &())?.len() >= DEVICES {
            return Err(too_many(format!(
                "you have {DEVICES} devices already; remove one first, and add this one again"
            )));
        }
        let (id, now) = (Nonce(clock::random()), self.clock.now().wall);
        turn.batch.put(tables::DEVICES, &id, &Device { name, added: now, seen: now, token });
        Ok(id)
    }

    fn renew_device(&mut self, id: &Nonce, token: TokenHash, turn: &mut Turn) -> Result<bool, Failure> {
        let Some(device) = self.store.get(tables::DEVICES, id)? else { return Ok(false) };
        turn.batch.put(tables::DEVICES, id, &Device { token, seen: self.clock.now().wall, ..device });
        Ok(true)
    }

    fn add_passkey(&mut self, new: NewPasskey, turn: &mut Turn) -> Result<(), Failure> {
        let NewPasskey { origin, device, name, passkey } = new;
        let name = named(&name)?;
        if self.store.keys(tables::PASSKEYS, &())?.len() >= PASSKEYS {
            return Err(too_many(format!("you have {PASSKEYS} passkeys already; remove one first, and try again")));
        }
        if let Some(id) = device
            && !self.store.holds(tables::DEVICES, &id)?
        {
            return Err(Failure::new("not_found", exit::NOT_FOUND, "this device was removed; add it again"));
        }
        let stored = StoredPasskey { origin, device, name, added: self.clock.now().wall, used: None, passkey };
        turn.batch.put(tables::PASSKEYS, &Nonce(clock::random()), &stored);
        Ok(())
    }

    fn erase_device(&mut self, id: &Nonce, turn: &mut Turn) -> Result<(), Failure> {
        turn.batch.erase(tables::DEVICES, id);
        for (passkey, _) in self.passkeys()?.into_iter().filter(|(_, passkey)| passkey.device == Some(*id)) {
            turn.batch.erase(tables::PASSKEYS, &passkey);
        }
        self.forget_browsers(id, turn);
        Ok(())
    }

    fn passkeys(&self) -> Result<Vec<(Nonce, StoredPasskey)>, Failure> {
        Ok(self.store.group(tables::PASSKEYS, &())?)
    }
}

fn named(name: &str) -> Result<String, Failure> {
    let name = name.trim();
    if name.is_empty() || !plain_line(name, DEVICE_NAME_BYTES) {
        return Err(Failure::usage(format!("give it a name of one line, at most {DEVICE_NAME_BYTES} bytes")));
    }
    Ok(name.to_owned())
}

fn too_many(words: String) -> Failure {
    Failure::new("too_many", exit::REFUSED, words)
}
