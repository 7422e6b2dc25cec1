//! Whether this copy of the person's node is the one that speaks, at the driver. In: starts, frames, what the machine finds
//! out about other copies. Out: a run of its own for each start; frames that wait until a supplier has said which copy it
//! hears; leaf hashes for a supplier that can't follow the log; no line, where another copy goes on.

use std::collections::BTreeMap;

use regie_protocol::{
    Person, PublicKey, Refusal,
    audit::Log,
    message::ToPerson,
    person::{Input, OtherCopy},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, commit, host::Written, records};
use crate::{
    clock::{Clock, text},
    command::Failure,
    driver::Turn,
    network::Responder,
    store::Store,
};

/// Frames of one supplier that wait at most. More are answered at once, as frames are that come too early.
const HELD_BACK: usize = 16;

/// Another copy of this node, as the owner sees it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CopySeen {
    /// The supplier that showed its word.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// When, RFC 3339.
    pub at: String,
}

/// A frame of a supplier, or why it is none, and how it is answered.
type HeldFrame = (Result<ToPerson, Refusal>, Responder);

/// Frames that wait for a word of their supplier.
#[derive(Default)]
pub(super) struct HeldBack(BTreeMap<PublicKey, Vec<HeldFrame>>);

impl HeldBack {
    /// The line is gone, and who waits for an answer on it.
    pub(super) fn drop_of(&mut self, supplier: &PublicKey) {
        self.0.remove(supplier);
    }
}

/// A run of its own for what this process says, on disk before anything is said.
pub(super) fn start_run(store: &mut Store, machine: &mut Person, clock: &mut Clock) -> Result<(), Failure> {
    let (now, mut records) = (clock.now(), Written(Vec::new()));
    machine.handle(Input::Started, now, &mut records)?;
    commit(store, machine, &records.0, now)
}

impl Node {
    /// A frame to be answered now; nothing, where it waits.
    pub(super) fn hold_back(
        &mut self,
        supplier: &PublicKey,
        message: Result<ToPerson, Refusal>,
        responder: Responder,
    ) -> Option<(Result<ToPerson, Refusal>, Responder)> {
        if !self.machine.awaits_word(supplier) || self.machine.is_silent() {
            return Some((message, responder));
        }
        let waiting = self.held_back.0.entry(*supplier).or_default();
        if waiting.len() >= HELD_BACK {
            return Some((message, responder));
        }
        waiting.push((message, responder));
        None
    }

    /// A supplier may have said which copy it hears.
    pub(super) fn take_up_held_back(&mut self, supplier: &PublicKey, turn: &mut Turn) {
        if self.machine.awaits_word(supplier) && !self.machine.is_silent() {
            return;
        }
        for (message, responder) in self.held_back.0.remove(supplier).unwrap_or_default() {
            self.frame(supplier, message, responder, turn);
        }
    }

    /// A supplier is to be shown how the log with it grew.
    pub(super) fn show_growth(&mut self, supplier: &PublicKey, from: u64, to: u64, turn: &mut Turn) {
        match records::leaves(&self.store, Log::With(*supplier), (0, to), |_, _| {}) {
            Ok(leaves) => drop(self.hear(Input::Growth(supplier, from, &leaves), None, turn)),
            Err(failure) => tracing::error!(%failure, "a log can't be read, so its growth is not proven"),
        }
    }

    /// Is this home the one that speaks?
    ///
    /// # Errors
    /// Another one is, or the node moved.
    pub(super) fn speaks(&self) -> Result<(), Failure> {
        Ok(self.machine.speaks()?)
    }

    pub(super) fn copy_seen(&self, copy: &OtherCopy) -> CopySeen {
        CopySeen { supplier: copy.supplier, name: self.name_of(&copy.supplier), at: text(copy.at) }
    }
}
