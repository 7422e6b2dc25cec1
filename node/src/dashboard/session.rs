//! Who is in at the dashboard: one-time links, sessions, locking. In: tokens, the time. Out: yes or no.

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use data_encoding::BASE64URL_NOPAD;
use regie_protocol::Nonce;

use super::{
    drawn::Drawn,
    elsewhere::{Invitations, Open},
    kept::{Keeping, Kept},
    limits,
    pages::Many,
    place::Place,
    tries::Tries,
    words::Language,
};
use crate::{
    import::Read,
    person::verbs::Candidate,
    web::{
        loopback::{self, OwnHosts},
        session::{Pass, Sessions, Visit, hash, token},
    },
};

/// One-time links and sessions.
#[derive(Default)]
pub struct Doors {
    links: Links,
    /// Of the dashboard that a link was last made for.
    hosts: Mutex<Option<OwnHosts>>,
    sessions: Sessions<Session>,
    pub(super) keeping: Keeping,
    pub(super) tries: Tries,
    /// Where browsers on other machines come in, once that is open.
    pub(super) open: OnceLock<Open>,
    pub(super) invitations: Invitations,
    #[cfg(feature = "passkeys")]
    pub(super) passkeys: super::passkeys::Ceremonies,
}

/// Links that let their holder in once.
type Links = Drawn<Arrival, { limits::LINKS }, { limits::LINK.as_secs() }>;

/// What somebody comes to, once they are in.
#[derive(Clone)]
pub(super) struct Arrival {
    pub(super) to: Place,
    /// The form that they had sent too late.
    pub(super) kept: Option<Arc<Kept>>,
    /// The language that they chose at the door.
    pub(super) language: Option<Language>,
}

impl Arrival {
    /// At this page, with nothing else.
    pub(super) fn at(to: Place) -> Self {
        Self { to, kept: None, language: None }
    }
}

/// Someone who came in, by a link or by the passphrase.
#[derive(Clone)]
pub(super) struct Session {
    /// Proves that a form came from one of our pages.
    pub(super) form: String,
    /// The device that it is of, where somebody is in from elsewhere.
    pub(super) device: Option<OwnDevice>,
    pub(super) locked: bool,
    pub(super) language: Option<Language>,
    /// What the next page shows once.
    pub(super) notice: Option<String>,
    /// What the person's files tell of, until they confirm it.
    pub(super) preview: Option<Arc<Preview>>,
    /// A file of contacts that they look at.
    pub(super) opened: Option<Arc<Opened>>,
    /// Pairing links that they gave.
    pub(super) many: Option<Arc<Many>>,
    /// A form that they sent too late, until they say what becomes of it.
    pub(super) kept: Option<Arc<Kept>>,
    /// The steps of the first run that have text to keep until there is a store.
    pub(super) name: Option<String>,
}

/// The device of a session.
#[derive(Clone)]
pub(super) struct OwnDevice {
    pub(super) id: Nonce,
    /// Has it a passkey, by which it can be unlocked?
    pub(super) has_passkey: bool,
}

impl Session {
    /// With nothing in it yet.
    fn fresh(form: String) -> Self {
        Self {
            form,
            device: None,
            locked: false,
            language: None,
            notice: None,
            preview: None,
            opened: None,
            many: None,
            kept: None,
            name: None,
        }
    }
}

/// Organisations that were found in files, before anything is entered.
pub(super) struct Preview {
    pub(super) candidates: Vec<Candidate>,
    pub(super) made: Instant,
}

/// What a file of contacts holds, before anything of it is kept.
pub(super) struct Opened {
    pub(super) read: Read,
    pub(super) made: Instant,
}

impl Opened {
    /// Is it still to be had?
    pub(super) fn holds(&self) -> bool {
        self.made.elapsed() < limits::PREVIEW
    }
}

impl Preview {
    /// Is it still to be had?
    pub(super) fn holds(&self) -> bool {
        self.made.elapsed() < limits::PREVIEW
    }
}

impl Visit for Session {
    fn idle(&self) -> Duration {
        // A device without a passkey could not be opened again; what locks it is its own screen.
        if self.device.as_ref().is_some_and(|device| !device.has_passkey) { limits::SESSION } else { limits::IDLE }
    }

    fn goes_on_after_idle(&mut self) -> bool {
        self.locked = true;
        self.preview = None;
        self.opened = None;
        true
    }

    fn is_open(&self) -> bool {
        !self.locked
    }
}

impl Doors {
    /// A fresh link that lets its holder in once.
    pub fn link(&self, hosts: &OwnHosts) -> String {
        self.link_to(hosts, Arrival::at(Place::home()))
    }

    /// The same, and what they come to.
    pub(super) fn link_to(&self, hosts: &OwnHosts, arrival: Arrival) -> String {
        *self.hosts() = Some(hosts.clone());
        format!("http://{}{}{}", hosts.name(), loopback::LINKS, self.links.put(arrival))
    }

    /// A fresh link to the dashboard that listens, if one does.
    pub fn another_link(&self) -> Option<String> {
        let hosts = self.hosts().clone()?;
        Some(self.link(&hosts))
    }

    /// Spends a link.
    pub(super) fn spend(&self, link: &str) -> Option<Arrival> {
        self.links.take(link, Instant::now())
    }

    /// A session for somebody who proved who they are, at this host alone.
    pub(super) fn begin(&self, Arrival { to, kept, language }: Arrival, host: &str) -> (Pass, Place) {
        let form = token();
        let to = if kept.is_some() { Place::or_home("/kept") } else { to };
        let pass = self.sessions.begin(Session { kept, language, ..Session::fresh(form.clone()) }, host);
        self.keeping.know([&form, pass.token()]);
        (pass, to)
    }

    /// The session of a device whose token the node knows. The token of its forms follows from that one, so that a page that is
    /// open for days, and over a start of the node, can still send its form. One with a passkey waits for it.
    pub(super) fn resume(&self, pass: &Pass, device: OwnDevice) -> Session {
        let form = BASE64URL_NOPAD.encode(&hash(&format!("form of {}", pass.token())));
        self.keeping.know([&form, pass.token()]);
        let session = Session { locked: device.has_passkey, device: Some(device), ..Session::fresh(form) };
        self.sessions.resume(session.clone(), pass);
        session
    }

    /// Ends a session, whosever it is.
    pub(super) fn end(&self, pass: &Pass) {
        self.sessions.end(pass);
    }

    /// The session of a pass, if it has one that has not ended. Locks it where it was idle for too long. Is it a sign of use?
    pub(super) fn session(&self, pass: &Pass, used: bool) -> Option<Session> {
        if used { self.sessions.visit(pass) } else { self.sessions.look(pass) }
    }

    /// Is somebody still in by this pass? Unlike [`Self::session`] this is no sign of use.
    pub(super) fn is_open(&self, pass: &Pass) -> bool {
        self.sessions.is_open(pass)
    }

    /// Changes a session; what the change answers comes out, where there is one.
    pub(super) fn change<T>(&self, pass: &Pass, change: impl FnOnce(&mut Session) -> T) -> Option<T> {
        self.sessions.change(pass, change)
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
    pub(super) fn renew(&self, old: &Pass, kept: Option<Arc<Kept>>) -> Option<Pass> {
        let form = token();
        let pass = self.sessions.renew(old, |session| {
            session.form.clone_from(&form);
            session.locked = false;
            session.kept = kept.or(session.kept.take());
        })?;
        self.keeping.know([&form, pass.token()]);
        Some(pass)
    }

    /// Ends all sessions but this one, which goes on under a new token, and all links: who came in by what holds no more
    /// does not stay.
    pub(super) fn alone(&self, pass: &Pass) -> Option<Pass> {
        self.sessions.keep_only(pass);
        self.links.clear();
        self.keeping.forget_all();
        self.renew(pass, None)
    }

    /// Somebody leaves. What their open pages would send later is nobody's.
    pub(super) fn leave(&self, pass: &Pass, session: &Session) {
        self.sessions.end(pass);
        self.keeping.forget([&session.form, pass.token()]);
    }

    pub(super) fn count(&self) -> usize {
        self.sessions.count()
    }

    fn hosts(&self) -> std::sync::MutexGuard<'_, Option<OwnHosts>> {
        // Nothing in here can be left half done, so a panic elsewhere does not spoil it.
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
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
        let (token, _) = doors.begin(doors.spend(link).expect("in"), hosts.name());
        assert!(doors.spend(link).is_none());
        let renewed = doors.renew(&token, None).expect("renewed");
        assert!(doors.session(&token, true).is_none());
        assert!(doors.session(&renewed, true).is_some());
        assert_ne!(token.token(), renewed.token());
        assert!(doors.is_open(&renewed) && !doors.is_open(&token));
        doors.change(&renewed, |session| session.locked = true);
        assert!(!doors.is_open(&renewed), "a locked session sees no stream either");
    }

    #[test]
    fn links_and_sessions_are_bounded() {
        let (doors, hosts) = (Doors::default(), OwnHosts::draw(7480));
        for _ in 0..3 * limits::SESSIONS {
            let link = doors.link(&hosts);
            doors.begin(doors.spend(link.rsplit('/').next().expect("a token")).expect("in"), hosts.name());
        }
        assert_eq!(doors.count(), limits::SESSIONS);
    }

    #[test]
    fn forms_of_a_session_that_ended_are_known_and_those_of_one_that_was_left_are_not() {
        let doors = Doors::default();
        let begin = || doors.begin(Arrival::at(Place::home()), "here").0;
        let (ended, left) = (begin(), begin());
        let form = |pass: &Pass| doors.session(pass, true).expect("in").form;
        let (of_ended, of_left) = (form(&ended), form(&left));
        doors.sessions.end(&ended);
        let session = doors.session(&left, true).expect("in");
        doors.leave(&left, &session);
        assert!(doors.session(&ended, true).is_none() && doors.session(&left, true).is_none());
        assert!(doors.keeping.knows(&of_ended) && !doors.keeping.knows(&of_left));
    }
}
