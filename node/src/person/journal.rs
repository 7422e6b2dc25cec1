//! The log for people: pages of it, newest first. In: a supplier, a kind of event, a place. Out: pages of bounded size.

use regie_protocol::{
    PublicKey,
    audit::{Entry, Event, Log},
    limits, wire,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, Who, organisations::OrganisationId, records};
use crate::{clock::text, command::Failure};

/// Entries on one page, at most.
const PAGE: usize = 100;
/// Entries read to fill one page; a rare kind may give a short page and a place to go on from.
const READ: u64 = 4_000;
/// Entries read at a time.
const STEP: u64 = 200;

/// A page of the log.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LogPage {
    /// How many entries the log has.
    pub entries: u64,
    /// Where the next page begins, for `before`; none where this is the last.
    pub next: Option<u64>,
    /// The entries, newest first.
    pub items: Vec<LogEntry>,
}

/// An entry of the log.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LogEntry {
    /// Its place in the log that the page is of.
    pub number: u64,
    /// When, RFC 3339.
    pub at: String,
    /// The supplier that it is about; none for what concerns none.
    pub supplier: Option<PublicKey>,
    /// The supplier by name.
    pub name: Option<String>,
    /// Its place in the log with the supplier.
    pub index: Option<u64>,
    /// What happened.
    pub event: Event,
    /// Who the supplier is; absent where there is none.
    #[serde(flatten)]
    pub who: Option<Who>,
}

impl Node {
    /// Entries before a number, newest first: of one relationship, or of all in the order of the personal log.
    pub(super) fn log_page(
        &self,
        supplier: Option<PublicKey>,
        kind: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<LogPage, Failure> {
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
                let shown = self.entry(log, number, &bytes)?;
                if kind.is_none_or(|kind| shown.event.kind() == kind) {
                    items.push(shown);
                }
                if items.len() == limit {
                    break 'pages;
                }
            }
        }
        Ok(LogPage { entries: size, next: (next > 0).then_some(next), items })
    }

    pub(super) fn log_size(&self, log: Log) -> u64 {
        match log {
            Log::Personal => self.machine.personal_log().size(),
            Log::With(supplier) => self.machine.relationship(&supplier).map_or(0, |r| r.log().size()),
        }
    }

    fn entry(&self, log: Log, number: u64, bytes: &[u8]) -> Result<LogEntry, Failure> {
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
        let supplier = place.map(|(supplier, _)| supplier);
        let name = match (supplier, &entry.event) {
            (Some(supplier), _) => Some(self.name_of(&supplier)),
            (None, Event::LetterSent { to, .. }) => self.organisation_name(&OrganisationId(*to))?,
            (None, _) => None,
        };
        Ok(LogEntry {
            number,
            at: text(at),
            supplier,
            name,
            index: place.map(|(_, index)| index),
            event: entry.event,
            who: supplier.and_then(|supplier| self.who(&supplier)),
        })
    }
}
