//! Who is in: one-time links, sessions, locking, tries of the passphrase. In: tokens, the time. Out: yes or no.
//!
//! Tokens are 256 random bits. Only their SHA-256 is kept, as the key of a map: finding one tells nothing of
//! the others, and no comparison of ours takes a time that depends on a secret.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use sha2::{Digest as _, Sha256};

use super::{limits, words::Language};
use crate::clock;

type Hash = [u8; 32];

/// One-time links and sessions.
#[derive(Default)]
pub struct Doors(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    address: Option<SocketAddr>,
    links: HashMap<Hash, Instant>,
    sessions: HashMap<Hash, Session>,
    tries: Vec<Instant>,
}

/// Someone who came in by a link.
#[derive(Clone)]
pub(super) struct Session {
    /// Proves that a form came from one of our pages.
    pub(super) form: String,
    pub(super) locked: bool,
    pub(super) language: Option<Language>,
    /// What the next page shows once.
    pub(super) notice: Option<String>,
    /// The steps of the first run that have text to keep until there is a store.
    pub(super) name: Option<String>,
    begun: Instant,
    seen: Instant,
}

impl Doors {
    /// A fresh link that lets its holder in once.
    pub fn link(&self, address: SocketAddr) -> String {
        let token = token();
        let mut inside = self.inside();
        inside.address = Some(address);
        inside.links.retain(|_, made| made.elapsed() < limits::LINK);
        while inside.links.len() >= limits::LINKS {
            let oldest = inside.links.iter().min_by_key(|(_, made)| **made).map(|(hash, _)| *hash);
            oldest.map(|hash| inside.links.remove(&hash));
        }
        inside.links.insert(hash(&token), Instant::now());
        format!("http://{address}/start/{token}")
    }

    /// A fresh link to the dashboard that listens, if one does.
    pub fn another_link(&self) -> Option<String> {
        let address = self.inside().address?;
        Some(self.link(address))
    }

    /// Spends a link; the token of a new session comes out.
    pub(super) fn enter(&self, link: &str) -> Option<String> {
        let mut inside = self.inside();
        let made = inside.links.remove(&hash(link))?;
        (made.elapsed() < limits::LINK).then(|| inside.begin(None))
    }

    /// The session of a token, if it has one that has not ended. Locks it where it was idle for too long.
    pub(super) fn session(&self, token: &str) -> Option<Session> {
        let mut inside = self.inside();
        let key = hash(token);
        let session = inside.sessions.get_mut(&key)?;
        if session.begun.elapsed() > limits::SESSION {
            inside.sessions.remove(&key);
            return None;
        }
        session.locked |= session.seen.elapsed() > limits::IDLE;
        session.seen = Instant::now();
        Some(session.clone())
    }

    /// Changes a session.
    pub(super) fn change(&self, token: &str, change: impl FnOnce(&mut Session)) {
        if let Some(session) = self.inside().sessions.get_mut(&hash(token)) {
            change(session);
        }
    }

    /// What is shown once.
    pub(super) fn take_notice(&self, token: &str) -> Option<String> {
        self.inside().sessions.get_mut(&hash(token))?.notice.take()
    }

    /// Puts a session under a new token, unlocked: what a thief of the old token held is worth nothing.
    pub(super) fn renew(&self, token: &str) -> Option<String> {
        let mut inside = self.inside();
        let old = inside.sessions.remove(&hash(token))?;
        Some(inside.begin(Some(old)))
    }

    pub(super) fn end(&self, token: &str) {
        self.inside().sessions.remove(&hash(token));
    }

    pub(super) fn count(&self) -> usize {
        self.inside().sessions.len()
    }

    /// May another passphrase be tried now? Counts it.
    pub(super) fn may_try(&self) -> bool {
        let mut inside = self.inside();
        inside.tries.retain(|at| at.elapsed() < limits::TRIES_WITHIN);
        let may = inside.tries.len() < limits::TRIES;
        if may {
            inside.tries.push(Instant::now());
        }
        may
    }

    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        // Nothing in here can be left half done, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn begin(&mut self, old: Option<Session>) -> String {
        while self.sessions.len() >= limits::SESSIONS {
            let oldest = self.sessions.iter().min_by_key(|(_, session)| session.seen).map(|(hash, _)| *hash);
            oldest.map(|hash| self.sessions.remove(&hash));
        }
        let (token, now) = (token(), Instant::now());
        let (language, notice, name, begun) =
            old.map_or((None, None, None, now), |old| (old.language, old.notice, old.name, old.begun));
        let form = self::token();
        let session = Session { form, locked: false, language, notice, name, begun, seen: now };
        self.sessions.insert(hash(&token), session);
        token
    }
}

fn token() -> String {
    data_encoding::BASE64URL_NOPAD.encode(&clock::random::<32>())
}

fn hash(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_once_and_a_renewed_session_leaves_its_old_token_worthless() {
        let doors = Doors::default();
        let link = doors.link(([127, 0, 0, 1], 7480).into());
        let link = link.rsplit('/').next().expect("a token");
        let token = doors.enter(link).expect("in");
        assert!(doors.enter(link).is_none());
        let renewed = doors.renew(&token).expect("renewed");
        assert!(doors.session(&token).is_none());
        assert!(doors.session(&renewed).is_some());
        assert_ne!(token, renewed);
    }

    #[test]
    fn links_sessions_and_tries_are_bounded() {
        let doors = Doors::default();
        for _ in 0..3 * limits::SESSIONS {
            let link = doors.link(([127, 0, 0, 1], 7480).into());
            doors.enter(link.rsplit('/').next().expect("a token")).expect("in");
        }
        assert_eq!(doors.count(), limits::SESSIONS);
        assert_eq!((0..100).filter(|_| doors.may_try()).count(), limits::TRIES);
    }
}
