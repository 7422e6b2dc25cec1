//! Checks the audit log: rows, order, hashes, the signed head, and each relationship's log against the
//! personal one. In: the store. Out: what was counted, or the first thing that does not hold.

use std::{collections::BTreeMap, ops::ControlFlow};

use regie_protocol::{
    Person, PublicKey,
    audit::{Entry, Event, Log},
    limits,
    merkle::{self, Frontier, Hash},
    person::Record,
    wire,
};

use super::{records, tables};
use crate::{
    command::Failure,
    store::{Read as _, Store},
};

/// A log that was checked through.
pub(super) struct Checked {
    pub(super) entries: u64,
    pub(super) root: Hash,
    pub(super) relationships: usize,
}

/// The quick check at every start: the rebuilt log is the one that was signed last.
pub(super) fn at_start(machine: &Person, store: &Store) -> Result<(), Failure> {
    let log = machine.personal_log();
    match records::head(store)? {
        None if log.size() == 0 => Ok(()),
        None => Err(records::damaged("the audit log has no signed head")),
        Some(head) => {
            let head = head.verify().map_err(|_| records::damaged("the audit log's signed head"))?;
            let same = head.key == machine.log_key() && head.size == log.size() && head.root == log.root();
            if same { Ok(()) } else { Err(records::damaged("the audit log is not the one that was signed")) }
        }
    }
}

/// The whole check, from the rows.
pub(super) fn all(machine: &Person, store: &Store) -> Result<Checked, Failure> {
    let (mut personal, mut told) = (Frontier::default(), BTreeMap::<PublicKey, Vec<Hash>>::new());
    let mut wrong = None;
    store.each(tables::PERSONAL_LOG, |_, record| {
        let Record::Entry { log: Log::Personal, index, bytes, .. } = record else {
            wrong = Some("a row of another kind stands in the log");
            return ControlFlow::Continue(());
        };
        if index != personal.size() {
            wrong = Some("an entry is missing");
        }
        match wire::decode::<Entry>(&bytes, limits::ENTRY_BYTES).map(|entry| entry.event) {
            Ok(Event::Of { supplier, leaf, .. }) => told.entry(supplier).or_default().push(leaf),
            Ok(_) => {}
            Err(_) => wrong = Some("an entry can't be read"),
        }
        personal.push(merkle::leaf(&bytes));
        ControlFlow::Continue(())
    })?;
    let mut found = BTreeMap::<PublicKey, Vec<Hash>>::new();
    store.each(tables::SHARED_LOGS, |_, record| {
        if let Record::Entry { log: Log::With(supplier), bytes, .. } = record {
            found.entry(supplier).or_default().push(merkle::leaf(&bytes));
        }
        ControlFlow::Continue(())
    })?;
    if found != told {
        wrong = Some("a relationship's log differs from the personal log");
    }
    if let Some(wrong) = wrong {
        return Err(records::damaged(wrong));
    }
    at_start(machine, store)?;
    if personal != *machine.personal_log() {
        return Err(records::damaged("the rows differ from the log in memory"));
    }
    Ok(Checked { entries: personal.size(), root: personal.root(), relationships: found.len() })
}
