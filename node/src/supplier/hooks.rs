//! Webhooks: where the company wants to be told, and how far each is. In: targets, and how deliveries went. Out:
//! what is to be delivered next. How far a webhook is stands in the store, so nothing is lost over `kill -9`; an
//! event whose success was not stored in time is told again under the same id.

use regie_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Companion, World, happening::Numbered, lists::not_found, names, tables};
use crate::{clock, command::Failure, driver::Turn, store::Read as _};

/// Most webhooks.
pub const HOOKS: usize = 16;
/// Longest target, in bytes.
pub const URL_BYTES: usize = 1024;
/// A secret that was replaced signs beside the new one for this long, in milliseconds.
const ROTATION_MS: u64 = 24 * 60 * 60 * 1000;
/// How long to wait after each failure, in milliseconds; after the last one the webhook is disabled. The steps are those
/// that Standard Webhooks proposes, which no ratio gives: this is no `Backoff`.
pub const RETRIES_MS: [u64; 9] =
    [5_000, 30_000, 120_000, 900_000, 3_600_000, 14_400_000, 36_000_000, 86_400_000, 86_400_000];

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// Where to.
    pub url: String,
    /// In the world of trials?
    pub test: bool,
    /// When it was made.
    pub made: Timestamp,
    secret: Secret,
    old_secret: Option<(Secret, Timestamp)>,
    /// Everything up to this event was taken.
    pub told: u64,
    /// An earlier event that is to be told again.
    pub again: Option<u64>,
    /// Failures since the last success.
    pub failures: u32,
    /// Not before this moment.
    pub not_before: Timestamp,
    /// Why the last delivery failed.
    pub trouble: Option<String>,
    /// Nothing is told until it is enabled again.
    pub disabled: bool,
}

/// What deliveries are signed with. Never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Secret([u8; 24]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Hook {
    /// The secret as the receiver needs it.
    #[must_use]
    pub fn secret_text(&self) -> String {
        format!("whsec_{}", data_encoding::BASE64.encode(&self.secret.0))
    }

    /// The secrets that sign at this moment, newest first.
    #[must_use]
    pub fn secrets(&self, now: Timestamp) -> Vec<Zeroizing<[u8; 24]>> {
        let old = self.old_secret.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
        [Some(&self.secret), old].into_iter().flatten().map(|secret| Zeroizing::new(secret.0)).collect()
    }
}

/// How a delivery went.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// Taken.
    Taken,
    /// Not taken, and why.
    Failed(String),
    /// The receiver wants nothing more.
    Unwanted,
}

impl Companion {
    /// Makes a webhook that is told what happens from now on.
    pub(crate) fn create_hook(
        &mut self,
        world: World,
        url: String,
        turn: &mut Turn,
    ) -> Result<(names::Webhook, Hook), Failure> {
        if self.all_hooks()?.len() >= HOOKS {
            return Err(Failure::usage(format!("there are {HOOKS} webhooks already; delete one")));
        }
        let (id, made) = (names::Webhook(clock::random()), self.clock.now().wall);
        let hook = Hook {
            url,
            test: world == World::Test,
            made,
            secret: Secret(clock::random()),
            old_secret: None,
            told: self.newest_event(world)?,
            again: None,
            failures: 0,
            not_before: made,
            trouble: None,
            disabled: false,
        };
        turn.batch.put(tables::WEBHOOKS, &id, &hook);
        Ok((id, hook))
    }

    /// The webhooks of a world.
    pub(crate) fn hooks(&self, world: World) -> Result<Vec<(names::Webhook, Hook)>, Failure> {
        Ok(self.all_hooks()?.into_iter().filter(|(_, hook)| World::of(hook.test) == world).collect())
    }

    /// Every webhook.
    pub(crate) fn all_hooks(&self) -> Result<Vec<(names::Webhook, Hook)>, Failure> {
        Ok(self.store.group(tables::WEBHOOKS, &())?)
    }

    /// One webhook of a world.
    pub(crate) fn hook(&self, world: World, id: &names::Webhook) -> Result<Hook, Failure> {
        let found = self.hooks(world)?.into_iter().find(|(own, _)| own == id);
        found.map(|(_, hook)| hook).ok_or_else(not_found)
    }

    /// Takes a webhook away.
    pub(crate) fn delete_hook(&mut self, world: World, id: &names::Webhook, turn: &mut Turn) -> Result<(), Failure> {
        self.hook(world, id)?;
        turn.batch.delete(tables::WEBHOOKS, id);
        Ok(())
    }

    /// Gives a webhook a new secret; the old one signs beside it for a day.
    pub(crate) fn rotate_hook(&mut self, world: World, id: &names::Webhook, turn: &mut Turn) -> Result<Hook, Failure> {
        let hook = self.hook(world, id)?;
        let until = self.clock.now().wall.plus_ms(ROTATION_MS);
        let hook = Hook { old_secret: Some((hook.secret, until)), secret: Secret(clock::random()), ..hook };
        turn.batch.put(tables::WEBHOOKS, id, &hook);
        Ok(hook)
    }

    /// Takes up a webhook again where it stopped, or tells one earlier event again.
    pub(crate) fn resume_hook(
        &mut self,
        world: World,
        id: &names::Webhook,
        again: Option<u64>,
        turn: &mut Turn,
    ) -> Result<Hook, Failure> {
        let hook = self.hook(world, id)?;
        let not_before = self.clock.now().wall;
        let again = again.or(hook.again);
        let hook = Hook { again, failures: 0, not_before, disabled: false, trouble: None, ..hook };
        turn.batch.put(tables::WEBHOOKS, id, &hook);
        let news = self.news.clone();
        turn.after(move || news.send_modify(|count| *count = count.wrapping_add(1)));
        Ok(hook)
    }

    /// What a webhook is to be told now, if anything.
    pub(crate) fn next_for(&mut self, hook: &Hook) -> Result<Option<Numbered>, Failure> {
        let now = self.clock.now().wall;
        // A pause that is longer than any began under another clock.
        let longest = RETRIES_MS.iter().copied().max().unwrap_or_default();
        let pausing = hook.not_before > now && hook.not_before.distance_ms(now) <= longest;
        if hook.disabled || pausing {
            return Ok(None);
        }
        let after = hook.again.map_or(hook.told, |again| again.saturating_sub(1));
        Ok(self.happenings(World::of(hook.test), after, 1)?.into_iter().next())
    }

    /// Notes how a delivery went.
    pub(crate) fn note_delivery(
        &mut self,
        id: &names::Webhook,
        event: u64,
        went: Delivery,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        // It may have been deleted meanwhile.
        let Some((_, mut hook)) = self.all_hooks()?.into_iter().find(|(own, _)| own == id) else { return Ok(()) };
        match went {
            Delivery::Taken if hook.again == Some(event) => {
                hook = Hook { again: None, failures: 0, trouble: None, ..hook };
            }
            Delivery::Taken => hook = Hook { told: hook.told.max(event), failures: 0, trouble: None, ..hook },
            Delivery::Failed(trouble) => {
                let wait = usize::try_from(hook.failures).ok().and_then(|failures| RETRIES_MS.get(failures));
                hook.failures = hook.failures.saturating_add(1);
                hook.trouble = Some(trouble);
                match wait {
                    Some(wait) => hook.not_before = self.clock.now().wall.plus_ms(*wait),
                    None => hook.disabled = true,
                }
            }
            Delivery::Unwanted => {
                hook = Hook { disabled: true, trouble: Some("the receiver answered 410".into()), ..hook }
            }
        }
        turn.batch.put(tables::WEBHOOKS, id, &hook);
        Ok(())
    }
}
