//! Forms that came after their session had ended or locked itself: what was typed is kept until the person is in again. In:
//! a form's body, and the token that stands in it. Out: a name for it, once.
//!
//! A form is kept only where its token is one that stood on a page which this node showed to somebody who was in: no
//! other site, and no other program, has one. The name is drawn and stands only in the answer to that form. It is spent
//! by whoever gives the right passphrase beside it, and what was kept waits in their new session until they press a
//! button on a page that shows it: nothing is sent by itself.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use zeroize::Zeroizing;

use super::{limits, place::Place};
use crate::web::session::{Hash, hash, token};

/// Fields whose values are not kept: a secret is typed anew.
const SECRETS: [&str; 4] = ["passphrase", "again", "old", "password"];
/// Fields that the pages put into forms themselves.
const OWN: [&str; 6] = ["form", "do", "step", "back", "of", "format"];

/// A form that waits for its person.
pub(super) struct Kept {
    /// Where it was sent to.
    pub(super) to: Place,
    /// The page that it stood on.
    pub(super) page: Place,
    /// What stood in it, without its token and without secrets.
    pub(super) fields: Vec<(String, Zeroizing<String>)>,
    /// Is everything there that has to be sent?
    pub(super) whole: bool,
    made: Instant,
}

impl Kept {
    /// Of a form's pairs.
    pub(super) fn new(to: Place, page: Place, pairs: Vec<(String, String)>) -> Self {
        let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| (name, Zeroizing::new(value))).collect();
        let secret = |name: &str| SECRETS.contains(&name);
        let whole = !pairs.iter().any(|(name, _)| secret(name));
        let fields = pairs.into_iter().filter(|(name, _)| name != "form" && !secret(name)).collect();
        Self { to, page, fields, whole, made: Instant::now() }
    }

    /// Is it still to be had?
    pub(super) fn holds(&self) -> bool {
        self.made.elapsed() < limits::KEPT
    }

    /// What the person typed or chose, as far as they would know it again.
    pub(super) fn typed(&self) -> impl Iterator<Item = &str> {
        let named = |value: &str| value.len() >= 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        let typed = self.fields.iter().filter(|(name, _)| !OWN.contains(&&**name));
        typed.map(|(_, value)| value.as_str()).filter(move |value| !value.is_empty() && !named(value))
    }
}

/// Tokens of forms that were shown, and forms that are kept. Both in memory alone.
#[derive(Default)]
pub(super) struct Keeping(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    /// Tokens of pages' forms, and of cookies, of those who were in.
    known: HashMap<Hash, Instant>,
    /// By their names, with the tokens of their forms.
    kept: HashMap<Hash, (Hash, Arc<Kept>)>,
}

impl Keeping {
    /// Somebody is in who has these tokens.
    pub(super) fn know(&self, tokens: [&str; 2]) {
        let known = &mut self.inside().known;
        for token in tokens.map(hash) {
            known.remove(&token);
            while known.len() >= limits::FORMS_KNOWN {
                let oldest = known.iter().min_by_key(|(_, since)| **since).map(|(oldest, _)| *oldest);
                oldest.map(|oldest| known.remove(&oldest));
            }
            known.insert(token, Instant::now());
        }
    }

    /// They left, so whoever sits there now is not taken for them.
    pub(super) fn forget(&self, tokens: [&str; 2]) {
        let mut inside = self.inside();
        for token in tokens.map(hash) {
            inside.known.remove(&token);
            inside.kept.retain(|_, (of, _)| *of != token);
        }
    }

    /// The same for everybody.
    pub(super) fn forget_all(&self) {
        *self.inside() = Inside::default();
    }

    /// Was somebody in who had this?
    pub(super) fn knows(&self, token: &str) -> bool {
        self.inside().known.contains_key(&hash(token))
    }

    /// Keeps a form that has this token; the name to ask for it by comes out. One for each page's session: a later one
    /// takes its place.
    pub(super) fn keep(&self, form: &str, kept: Kept) -> Option<String> {
        let mut inside = self.inside();
        let form = hash(form);
        inside.known.contains_key(&form).then(|| {
            inside.kept.retain(|_, (of, kept)| *of != form && kept.holds());
            while inside.kept.len() >= limits::KEPT_FORMS {
                let oldest = inside.kept.iter().min_by_key(|(_, (_, kept))| kept.made).map(|(name, _)| *name);
                oldest.map(|name| inside.kept.remove(&name));
            }
            let name = token();
            inside.kept.insert(hash(&name), (form, Arc::new(kept)));
            name
        })
    }

    /// Is something kept by this name?
    pub(super) fn has(&self, name: &str) -> bool {
        self.inside().kept.get(&hash(name)).is_some_and(|(_, kept)| kept.holds())
    }

    /// Takes out what is kept by this name.
    pub(super) fn take(&self, name: &str) -> Option<Arc<Kept>> {
        self.inside().kept.remove(&hash(name)).map(|(_, kept)| kept).filter(|kept| kept.holds())
    }

    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        // Nothing in here can be left half done, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(value: &str) -> Kept {
        let pairs = [("form", "x"), ("do", "save"), ("value", value), ("passphrase", "secret")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Kept::new(Place::home(), Place::home(), pairs)
    }

    #[test]
    fn a_form_is_kept_for_whoever_was_in_and_taken_once() {
        let keeping = Keeping::default();
        assert!(keeping.keep("made up", form("evil")).is_none(), "no page of ours had this token");
        keeping.know(["a form", "a cookie"]);
        let first = keeping.keep("a form", form("first")).expect("kept");
        let second = keeping.keep("a form", form("second")).expect("kept");
        assert!(!keeping.has(&first) && keeping.has(&second), "the later one took its place");
        let kept = keeping.take(&second).expect("kept");
        assert_eq!((kept.typed().collect::<Vec<_>>(), kept.whole), (vec!["second"], false));
        assert!(keeping.take(&second).is_none());
        keeping.forget(["a form", "a cookie"]);
        assert!(keeping.keep("a form", form("third")).is_none(), "they left");
    }

    #[test]
    fn what_is_kept_and_known_is_bounded() {
        let keeping = Keeping::default();
        let tokens: Vec<String> = (0..3 * limits::FORMS_KNOWN).map(|n| n.to_string()).collect();
        tokens.iter().for_each(|token| keeping.know([token, "cookie"]));
        assert_eq!(keeping.inside().known.len(), limits::FORMS_KNOWN);
        let names: Vec<_> = tokens.iter().filter_map(|token| keeping.keep(token, form("x"))).collect();
        assert!(names.len() > limits::KEPT_FORMS && !keeping.has(&names[0]));
        assert_eq!(names.iter().filter(|name| keeping.has(name)).count(), limits::KEPT_FORMS);
    }
}
