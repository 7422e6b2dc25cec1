//! The log for people: pages of it, newest first, and the proof of one entry. In: a supplier, a kind of event,
//! a place. Out: JSON of bounded size.

use regie_protocol::{
    PublicKey,
    audit::{Entry, Event, Log},
    limits, merkle, wire,
};
use serde_json::{Value, json};

use super::{Node, commands::time, records};
use crate::command::{Failure, exit};

/// Entries on one page, at most.
const PAGE: usize = 100;
/// Entries read to fill one page; a rare kind may give a short page and a place to go on from.
const READ: u64 = 4_000;
/// Entries read at a time.
const STEP: u64 = 200;
/// Largest log of one relationship that is proven from its rows.
const PROVEN: u64 = 1_000_000;

impl Node {
    /// Entries before a number, newest first: of one relationship, or of all in the order of the personal log.
    pub(super) fn audit_page(
        &self,
        supplier: Option<PublicKey>,
        kind: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Value, Failure> {
        let log = supplier.map_or(Log::Personal, Log::With);
        let size = self.log_size(log);
        let limit = limit.clamp(1, PAGE);
        let mut next = before.unwrap_or(size).min(size);
        let floor = next.saturating_sub(READ);
        let mut items = Vec::new();
        'pages: while next > floor {
            let first = next.saturating_sub(STEP).max(floor);
            let rows = records::entries(&self.store, log, first, usize::try_from(next - first).unwrap_or(0))?;
            for (number, bytes) in rows.into_iter().rev() {
                next = number;
                let shown = self.item(log, number, &bytes)?;
                if kind.is_none_or(|kind| shown["event"].get(kind).is_some()) {
                    items.push(shown);
                }
                if items.len() == limit {
                    break 'pages;
                }
            }
        }
        Ok(json!({ "entries": size, "next": (next > 0).then_some(next), "items": items }))
    }

    /// The newest entries of the relationships, oldest first.
    pub(super) fn newest(&self, count: usize) -> Result<Vec<Value>, Failure> {
        let page = self.audit_page(None, None, None, count)?;
        let mut items = page["items"].as_array().cloned().unwrap_or_default();
        items.retain(|item| !item["supplier"].is_null());
        items.reverse();
        Ok(items
            .iter()
            .map(|item| {
                json!({
                    "at": item["at"],
                    "supplier": item["name"],
                    "standing": item["standing"],
                    "looks_like": item["looks_like"],
                    "event": item["event"],
                })
            })
            .collect())
    }

    /// One entry with the proof that it stands in the log whose size and root the supplier has witnessed.
    pub(super) fn proof(&self, supplier: PublicKey, index: u64) -> Result<Value, Failure> {
        let log = Log::With(supplier);
        let size = self.log_size(log);
        let Some(relationship) = self.machine.relationship(&supplier).filter(|_| index < size) else {
            let next = "`regie audit` lists the entries";
            return Err(Failure::new("not_found", exit::NOT_FOUND, format!("there is no entry {index}; {next}")));
        };
        if size > PROVEN {
            return Err(Failure::usage(format!("the log has more than {PROVEN} entries; export it instead")));
        }
        let (mut leaves, mut wanted) = (Vec::new(), Vec::new());
        while (leaves.len() as u64) < size {
            let rows = records::entries(&self.store, log, leaves.len() as u64, 1_000)?;
            if rows.is_empty() {
                return Err(records::damaged("the audit log"));
            }
            for (number, bytes) in rows {
                leaves.push(merkle::leaf(&bytes));
                if number == index {
                    wanted = bytes;
                }
            }
        }
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        let proof = merkle::prove(&leaves, place).ok_or_else(|| records::damaged("the audit log"))?;
        Ok(json!({
            "version": 1,
            "supplier": supplier,
            "name": relationship.profile().name,
            "person": relationship.key().public(),
            "entry": data_encoding::HEXLOWER.encode(&wanted),
            "event": wire::decode::<Entry>(&wanted, limits::ENTRY_BYTES).ok().map(|entry| entry.event),
            "index": index,
            "size": size,
            "root": relationship.log().root(),
            "proof": proof,
        }))
    }

    pub(super) fn log_size(&self, log: Log) -> u64 {
        match log {
            Log::Personal => self.machine.personal_log().size(),
            Log::With(supplier) => self.machine.relationship(&supplier).map_or(0, |r| r.log().size()),
        }
    }

    fn item(&self, log: Log, number: u64, bytes: &[u8]) -> Result<Value, Failure> {
        let read = |bytes: &[u8]| {
            wire::decode::<Entry>(bytes, limits::ENTRY_BYTES).map_err(|_| records::damaged("the audit log"))
        };
        let mut entry = read(bytes)?;
        // The person's own log has the moment; one that a supplier reads has the hour.
        let at = entry.at;
        let mut place = match log {
            Log::With(supplier) => Some((supplier, number)),
            Log::Personal => None,
        };
        if let Event::Of { supplier, index, .. } = entry.event {
            let bytes = records::entry(&self.store, Log::With(supplier), index)?;
            entry = read(&bytes.ok_or_else(|| records::damaged("the audit log"))?)?;
            place = Some((supplier, index));
        }
        let shown = json!({
            "number": number,
            "at": time(at),
            "supplier": place.map(|(supplier, _)| supplier),
            "name": place.map(|(supplier, _)| self.name_of(&supplier)),
            "index": place.map(|(_, index)| index),
            "event": entry.event,
        });
        Ok(match place {
            Some((supplier, _)) => self.who(shown, &supplier),
            None => shown,
        })
    }
}
