//! The person's node moves to another machine. In: the owner's word that it goes, its arrival there. Out: the last entry that
//! the home which stays behind writes, and its silence; the first entry of the next home.
//!
//! What moves is the whole store, with the word that it moved in it: logs, grants and outboxes go on as they were, in the
//! same branch. Where both homes go on all the same they are two copies, of which one stops (`runs.rs`).

use serde::{Deserialize, Serialize};

use super::{Effect, OwnerError, Person, Record, entry::Effects};
use crate::{
    audit::{Event, Log},
    entropy::Entropy,
    limits, text,
    time::{Now, Timestamp},
};

/// That a node went to another machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// When.
    pub at: Timestamp,
    /// Where to, in the person's words: one line of at most [`limits::NAME_BYTES`]; empty where they did not say. It is
    /// in no log.
    pub to: String,
}

impl Person {
    /// Where the node went, and when; none where it is here.
    #[must_use]
    pub fn moved(&self) -> Option<&Moved> {
        self.moved.as_ref()
    }

    /// Does this home say nothing more, since another copy of the node goes on, here or elsewhere?
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.superseded.is_some() || self.moved.is_some()
    }

    /// What the owner is told who wants something of a home that says nothing more.
    ///
    /// # Errors
    /// [`OwnerError::Superseded`], [`OwnerError::Moved`].
    pub fn speaks(&self) -> Result<(), OwnerError> {
        match (&self.superseded, &self.moved) {
            (Some(_), _) => Err(OwnerError::Superseded),
            (None, Some(moved)) => Err(OwnerError::Moved { to: moved.to.clone() }),
            (None, None) => Ok(()),
        }
    }

    /// The node goes to another machine. Nothing stands in the log after this entry.
    ///
    /// # Errors
    /// [`OwnerError::BadPlace`].
    pub(super) fn leave(&mut self, to: &str, now: Now, entropy: &mut Entropy) -> Effects {
        if !text::plain_line(to, limits::NAME_BYTES) {
            return Err(OwnerError::BadPlace);
        }
        let mut effects = Vec::new();
        self.log(&mut effects, Log::Personal, Event::Left {}, now, entropy)?;
        self.record(&mut effects, Record::Moved { moved: Some(Moved { at: now.wall, to: to.to_owned() }) });
        effects.push(Effect::Silent);
        Ok(effects)
    }

    /// It is there, by the package that the home before it wrote. What is granted lives on.
    ///
    /// # Errors
    /// None that the person can cause.
    pub(super) fn arrived(&mut self, now: Now, entropy: &mut Entropy) -> Effects {
        let mut effects = Vec::new();
        if self.moved.is_some() {
            self.record(&mut effects, Record::Moved { moved: None });
            self.log(&mut effects, Log::Personal, Event::Arrived {}, now, entropy)?;
        }
        Ok(effects)
    }
}
