//! Who is in: sessions by token and place. In: passes, the time. Out: what a room keeps of the one who is in.
//!
//! A cookie goes to every port of its host, so a token alone opens nothing: it is one half of a pass, and the other is the
//! place that it was given for, a host or a path that browsers are led to by the room alone.
//!
//! Tokens are 256 random bits. Only the SHA-256 of a pass is kept, as the key of a map: finding one tells nothing of the
//! others, and no comparison of ours takes a time that depends on a secret.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, header};
use sha2::{Digest as _, Sha256};

use super::limits;
use crate::clock;

/// A token as it is kept.
pub(crate) type Hash = [u8; 32];

/// What somebody shows to be let in.
#[derive(Clone)]
pub(crate) struct Pass {
    token: String,
    place: String,
}

impl Pass {
    /// A token that came, at the place where it came.
    pub(crate) fn new(token: String, place: &str) -> Self {
        Self { token, place: place.to_owned() }
    }

    /// A fresh one for a place.
    fn fresh(place: &str) -> Self {
        Self::new(token(), place)
    }

    /// The half that goes into a cookie.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    fn hash(&self) -> Hash {
        // Hashed to one length first, so that no other place and token run together to the same bytes.
        let place = Sha256::digest(self.place.as_bytes());
        Sha256::new().chain_update(place).chain_update(self.token.as_bytes()).finalize().into()
    }
}

/// What a room keeps of somebody who is in.
pub(crate) trait Visit: Clone {
    /// How long one may be away.
    fn idle(&self) -> Duration;

    /// Does the session go on after that? A room that locks it instead does so here.
    fn goes_on_after_idle(&mut self) -> bool;

    /// May it be shown anything?
    fn is_open(&self) -> bool {
        true
    }
}

/// The sessions of a room, at most [`limits::SESSIONS`]; whoever was away longest gives way.
pub(crate) struct Sessions<V>(Mutex<HashMap<Hash, Session<V>>>);

struct Session<V> {
    visit: V,
    begun: Instant,
    seen: Instant,
}

impl<V> Default for Sessions<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Visit> Sessions<V> {
    /// A session for somebody who proved who they are, at one place; its pass comes out.
    pub(crate) fn begin(&self, visit: V, place: &str) -> Pass {
        let now = Instant::now();
        insert(&mut self.inside(), Session { visit, begun: now, seen: now }, place)
    }

    /// A session for somebody who brought a pass that the room knows by itself.
    pub(crate) fn resume(&self, visit: V, pass: &Pass) {
        let now = Instant::now();
        let mut sessions = self.inside();
        make_room(&mut sessions);
        sessions.insert(pass.hash(), Session { visit, begun: now, seen: now });
    }

    /// The visit of a pass, if its session has not ended. A sign of use.
    pub(crate) fn visit(&self, pass: &Pass) -> Option<V> {
        let visit = self.look(pass)?;
        if let Some(session) = self.inside().get_mut(&pass.hash()) {
            session.seen = Instant::now();
        }
        Some(visit)
    }

    /// The same, and no sign of use: what a page does by itself keeps nobody in.
    pub(crate) fn look(&self, pass: &Pass) -> Option<V> {
        let mut sessions = self.inside();
        sessions.retain(|_, session| {
            session.begun.elapsed() <= limits::SESSION
                && (session.seen.elapsed() <= session.visit.idle() || session.visit.goes_on_after_idle())
        });
        sessions.get(&pass.hash()).map(|session| session.visit.clone())
    }

    /// Is somebody still in by this pass? Unlike [`Self::visit`] this is no sign of use.
    pub(crate) fn is_open(&self, pass: &Pass) -> bool {
        self.inside().get(&pass.hash()).is_some_and(|session| {
            let (away, begun) = (session.seen.elapsed(), session.begun.elapsed());
            session.visit.is_open() && away <= session.visit.idle() && begun <= limits::SESSION
        })
    }

    /// Changes a visit; what the change answers comes out, where there is one.
    pub(crate) fn change<T>(&self, pass: &Pass, change: impl FnOnce(&mut V) -> T) -> Option<T> {
        self.inside().get_mut(&pass.hash()).map(|session| change(&mut session.visit))
    }

    /// Puts a session under a new token: what a thief of the old token held is worth nothing. It ends when it would
    /// have ended.
    pub(crate) fn renew(&self, pass: &Pass, change: impl FnOnce(&mut V)) -> Option<Pass> {
        let mut sessions = self.inside();
        let mut session = sessions.remove(&pass.hash())?;
        change(&mut session.visit);
        session.seen = Instant::now();
        Some(insert(&mut sessions, session, &pass.place))
    }

    pub(crate) fn end(&self, pass: &Pass) {
        self.inside().remove(&pass.hash());
    }

    /// Ends all others.
    pub(crate) fn keep_only(&self, pass: &Pass) {
        let own = pass.hash();
        self.inside().retain(|hash, _| *hash == own);
    }

    pub(crate) fn count(&self) -> usize {
        self.inside().len()
    }

    fn inside(&self) -> std::sync::MutexGuard<'_, HashMap<Hash, Session<V>>> {
        // Nothing in here can be left half done, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn make_room<V>(sessions: &mut HashMap<Hash, Session<V>>) {
    while sessions.len() >= limits::SESSIONS {
        let oldest = sessions.iter().min_by_key(|(_, session)| session.seen).map(|(hash, _)| *hash);
        oldest.map(|hash| sessions.remove(&hash));
    }
}

fn insert<V>(sessions: &mut HashMap<Hash, Session<V>>, session: Session<V>, place: &str) -> Pass {
    make_room(sessions);
    let pass = Pass::fresh(place);
    sessions.insert(pass.hash(), session);
    pass
}

/// A fresh token.
pub(crate) fn token() -> String {
    data_encoding::BASE64URL_NOPAD.encode(&clock::random::<32>())
}

/// A token as it is kept.
pub(crate) fn hash(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

/// The value of a cookie that a browser sent.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    found.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq)]
    struct Ends(u32);

    impl Visit for Ends {
        fn idle(&self) -> Duration {
            Duration::ZERO
        }

        fn goes_on_after_idle(&mut self) -> bool {
            self.0 += 1;
            self.0 < 3
        }
    }

    #[test]
    fn what_is_idle_goes_on_as_long_as_the_room_says() {
        let sessions = Sessions::default();
        let token = sessions.begin(Ends(0), "here");
        let look = || {
            std::thread::sleep(Duration::from_millis(1));
            sessions.visit(&token)
        };
        assert_eq!([look(), look(), look(), look()], [Some(Ends(1)), Some(Ends(2)), None, None]);
        assert_eq!(sessions.count(), 0);
    }

    #[test]
    fn what_a_page_does_by_itself_is_no_sign_of_use() {
        #[derive(Clone)]
        struct Stays;
        impl Visit for Stays {
            fn idle(&self) -> Duration {
                Duration::from_secs(3_600)
            }

            fn goes_on_after_idle(&mut self) -> bool {
                false
            }
        }
        let sessions = Sessions::default();
        let pass = sessions.begin(Stays, "here");
        let seen = || sessions.inside().get(&pass.hash()).map(|session| session.seen);
        let begun = seen();
        std::thread::sleep(Duration::from_millis(2));
        assert!(sessions.look(&pass).is_some() && seen() == begun);
        assert!(sessions.visit(&pass).is_some() && seen() > begun);
    }

    #[test]
    fn a_token_opens_nothing_but_at_its_place() {
        let sessions = Sessions::default();
        let pass = sessions.begin(Ends(0), "here");
        let elsewhere = Pass::new(pass.token().to_owned(), "there");
        assert!(sessions.change(&elsewhere, |_| ()).is_none() && sessions.renew(&elsewhere, |_| ()).is_none());
        sessions.end(&elsewhere);
        assert!(sessions.change(&pass, |_| ()).is_some());
    }

    #[test]
    fn one_may_be_kept_and_all_others_ended() {
        let sessions = Sessions::default();
        let (own, other) = (sessions.begin(Ends(0), "here"), sessions.begin(Ends(0), "here"));
        sessions.keep_only(&own);
        assert!(sessions.change(&own, |_| ()).is_some() && sessions.change(&other, |_| ()).is_none());
    }

    #[test]
    fn sessions_are_bounded_and_a_renewed_one_leaves_its_old_token_worthless() {
        let sessions = Sessions::default();
        let first = sessions.begin(Ends(0), "here");
        let second = sessions.renew(&first, |visit| visit.0 = 0).expect("renewed");
        assert!(sessions.renew(&first, |_| ()).is_none() && sessions.change(&first, |_| ()).is_none());
        assert_eq!(sessions.change(&second, |visit| visit.0), Some(0));
        for _ in 0..3 * limits::SESSIONS {
            sessions.begin(Ends(0), "here");
        }
        assert_eq!(sessions.count(), limits::SESSIONS);
        assert!(sessions.change(&second, |_| ()).is_none(), "who was away longest gave way");
    }
}
