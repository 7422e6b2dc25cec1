//! Lists of withdrawn credentials that this company looks at: read when one is needed, kept for as long as they say, and
//! bounded. In: where a credential stands, and what its issuer's signatures are checked with. Out: whether it stands.
//!
//! A look never waits: what is not here is asked for, and is known at one of the next looks. Only lists that a trusted issuer
//! signed for are asked for, by HTTPS, at addresses of the public internet, and no redirect is followed (`domain.rs`).

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use regie_protocol::Timestamp;
use tokio::{runtime::Handle, sync::Semaphore};

use crate::{
    clock,
    credential::{Anchor, Doubt, Entry, LIST_TOKEN_BYTES, StatusList},
    domain::Reader,
};

/// Lists that are kept; each has its bound in `credential/status.rs`.
const KEPT: usize = 32;
/// Lists that are read at a time.
const AT_ONCE: usize = 4;
/// How long an address is let alone that gave no list.
const AGAIN: Duration = Duration::from_secs(300);
/// The type of a list, for the server.
const KIND: &str = "application/statuslist+jwt";

/// See the file's head. Clones share the lists.
#[derive(Clone)]
pub(super) struct Statuses {
    known: Arc<Mutex<BTreeMap<Name, Known>>>,
    places: Arc<Semaphore>,
    reader: Reader,
    runtime: Handle,
}

/// A list, by its address and what it was checked with: another key's word does not count for this one.
type Name = (String, Vec<String>);

#[derive(Default)]
struct Known {
    list: Option<StatusList>,
    asked: Option<Instant>,
}

impl Statuses {
    pub(super) fn new(reader: Reader, runtime: Handle) -> Self {
        Self { known: Arc::default(), places: Arc::new(Semaphore::new(AT_ONCE)), reader, runtime }
    }

    /// Does a credential stand, as far as is known?
    pub(super) fn stands(&self, entry: &Entry, anchor: &Anchor, now: Timestamp) -> Result<(), Doubt> {
        let name = (entry.list.clone(), anchor.marks());
        let (stands, due) = {
            let mut known = self.known();
            let this = known.entry(name.clone()).or_default();
            let stands = this.list.as_ref().map_or(Err(Doubt::StatusUnknown), |list| list.stands(entry, now));
            let old = this.list.as_ref().is_none_or(|list| list.refresh_at() <= now);
            let due = old && this.asked.is_none_or(|at| at.elapsed() > AGAIN);
            make_room(&mut known, &name);
            (stands, due)
        };
        if due {
            self.ask(name, anchor.clone());
        }
        stands
    }

    /// Reads a list beside the turn, where there is a place.
    fn ask(&self, name: Name, anchor: Anchor) {
        let Ok(place) = self.places.clone().try_acquire_owned() else { return };
        if let Some(known) = self.known().get_mut(&name) {
            known.asked = Some(Instant::now());
        }
        let own = self.clone();
        self.runtime.spawn(async move {
            let read = own.reader.read_at(&name.0, KIND, LIST_TOKEN_BYTES).await;
            drop(place);
            let text = read.ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let list = text
                .ok_or(Doubt::StatusUnknown)
                .and_then(|text| StatusList::read(&text, &name.0, &anchor, clock::wall()));
            match list {
                Ok(list) => {
                    if let Some(known) = own.known().get_mut(&name) {
                        known.list = Some(list);
                    }
                }
                Err(doubt) => tracing::info!(code = doubt.code(), "a list of withdrawn credentials could not be used"),
            }
        });
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Name, Known>> {
        // Nothing in here can be left half done, so a panic elsewhere does not spoil it.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was asked for longest ago gives way.
fn make_room(known: &mut BTreeMap<Name, Known>, but: &Name) {
    while known.len() > KEPT {
        let others = known.iter().filter(|(name, _)| *name != but);
        let Some(oldest) = others.min_by_key(|(_, known)| known.asked).map(|(name, _)| name.clone()) else { return };
        known.remove(&oldest);
    }
}
