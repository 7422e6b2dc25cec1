//! Who is in at the dashboard: one-time links, sessions, locking, tries of the passphrase. In: tokens, the time. Out:
//! yes or no.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{limits, words::Language};
use crate::{
    person::verbs::Candidate,
    web::{
        loopback::OwnHosts,
        session::{Hash, Pass, Sessions, Visit, hash, token},
    },
};

/// One-time links and sessions.
#[derive(Default)]
pub struct Doors {
    links: Mutex<Links>,
    sessions: Sessions<Session>,
}

#[derive(Default)]
struct Links {
    hosts: Option<OwnHosts>,
    open: HashMap<Hash, Instant>,
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
    /// What the person's files tell of, until they confirm it.
    pub(super) preview: Option<Arc<Preview>>,
    /// The steps of the first run that have text to keep until there is a store.
    pub(super) name: Option<String>,
}

/// Organisations that were found in files, before anything is entered.
pub(super) struct Preview {
    pub(super) candidates: Vec<Candidate>,
    pub(super) made: Instant,
}

impl Preview {
    /// Is it still to be had?
    pub(super) fn holds(&self) -> bool {
        self.made.elapsed() < limits::PREVIEW
    }
}

impl Visit for Session {
    const IDLE: Duration = limits::IDLE;

    fn goes_on_after_idle(&mut self) -> bool {
        self.locked = true;
        self.preview = None;
        true
    }

    fn is_open(&self) -> bool {
        !self.locked
    }
}

impl Doors {
    /// A fresh link that lets its holder in once.
    pub fn link(&self, hosts: &OwnHosts) -> String {
        let token = token();
        let mut links = self.links();
        links.hosts = Some(hosts.clone());
        links.open.retain(|_, made| made.elapsed() < limits::LINK);
        while links.open.len() >= limits::LINKS {
            let oldest = links.open.iter().min_by_key(|(_, made)| **made).map(|(hash, _)| *hash);
            oldest.map(|hash| links.open.remove(&hash));
        }
        links.open.insert(hash(&token), Instant::now());
        format!("http://{}/start/{token}", hosts.name())
    }

    /// A fresh link to the dashboard that listens, if one does.
    pub fn another_link(&self) -> Option<String> {
        let hosts = self.links().hosts.clone()?;
        Some(self.link(&hosts))
    }

    /// Spends a link at one of the own hosts; the pass of a new session comes out, for that host alone.
    pub(super) fn enter(&self, link: &str, host: &str) -> Option<Pass> {
        let made = self.links().open.remove(&hash(link))?;
        let session = Session { form: token(), locked: false, language: None, notice: None, preview: None, name: None };
        (made.elapsed() < limits::LINK).then(|| self.sessions.begin(session, host))
    }

    /// The session of a pass, if it has one that has not ended. Locks it where it was idle for too long.
    pub(super) fn session(&self, pass: &Pass) -> Option<Session> {
        self.sessions.visit(pass)
    }

    /// Is somebody still in by this pass? Unlike [`Self::session`] this is no sign of use.
    pub(super) fn is_open(&self, pass: &Pass) -> bool {
        self.sessions.is_open(pass)
    }

    /// Changes a session.
    pub(super) fn change(&self, pass: &Pass, change: impl FnOnce(&mut Session)) {
        self.sessions.change(pass, change);
    }

    /// What is shown once.
    pub(super) fn take_notice(&self, pass: &Pass) -> Option<String> {
        self.sessions.change(pass, |session| session.notice.take())?
    }

    /// What was found in files, once.
    pub(super) fn take_preview(&self, pass: &Pass) -> Option<Arc<Preview>> {
        self.sessions.change(pass, |session| session.preview.take())?
    }

    /// Puts a session under a new token, unlocked: what a thief of the old token held is worth nothing.
    pub(super) fn renew(&self, old: &Pass) -> Option<Pass> {
        self.sessions.renew(old, |session| {
            session.form = token();
            session.locked = false;
        })
    }

    pub(super) fn end(&self, pass: &Pass) {
        self.sessions.end(pass);
    }

    pub(super) fn count(&self) -> usize {
        self.sessions.count()
    }

    /// May another passphrase be tried now? Counts it.
    pub(super) fn may_try(&self) -> bool {
        let mut links = self.links();
        links.tries.retain(|at| at.elapsed() < limits::TRIES_WITHIN);
        let may = links.tries.len() < limits::TRIES;
        if may {
            links.tries.push(Instant::now());
        }
        may
    }

    fn links(&self) -> std::sync::MutexGuard<'_, Links> {
        // Nothing in here can be left half done, so a panic elsewhere does not spoil it.
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_once_and_a_renewed_session_leaves_its_old_token_worthless() {
        let (doors, hosts) = (Doors::default(), OwnHosts::draw(7480));
        let link = doors.link(&hosts);
        let link = link.rsplit('/').next().expect("a token");
        let token = doors.enter(link, hosts.name()).expect("in");
        assert!(doors.enter(link, hosts.name()).is_none());
        let renewed = doors.renew(&token).expect("renewed");
        assert!(doors.session(&token).is_none());
        assert!(doors.session(&renewed).is_some());
        assert_ne!(token.token(), renewed.token());
        assert!(doors.is_open(&renewed) && !doors.is_open(&token));
        doors.change(&renewed, |session| session.locked = true);
        assert!(!doors.is_open(&renewed), "a locked session sees no stream either");
    }

    #[test]
    fn links_sessions_and_tries_are_bounded() {
        let (doors, hosts) = (Doors::default(), OwnHosts::draw(7480));
        for _ in 0..3 * limits::SESSIONS {
            let link = doors.link(&hosts);
            doors.enter(link.rsplit('/').next().expect("a token"), hosts.name()).expect("in");
        }
        assert_eq!(doors.count(), limits::SESSIONS);
        assert_eq!((0..100).filter(|_| doors.may_try()).count(), limits::TRIES);
    }
}
