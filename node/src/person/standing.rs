//! Who suppliers are, by their domains: the documents are read again every week, at moments drawn for each alone. In: ticks,
//! what was read. Out: tasks that read, inputs of the machine.

use std::collections::BTreeMap;

use regie_protocol::{
    DAY_MS, Profile, PublicKey, Signed, Timestamp,
    person::Input,
    standing::{Identified, Unread},
};

use super::{Node, NodeEvent};
use crate::{clock, driver::Turn};

/// A document is read again after so long, at the earliest and at the latest, in milliseconds.
const AGAIN_MS: (u64, u64) = (5 * DAY_MS, 9 * DAY_MS);
/// The same after an attempt that brought nothing, and where the supplier is reached at none of its addresses: the
/// document may know newer ones.
const RETRY_MS: (u64, u64) = (DAY_MS / 4, DAY_MS);
/// What is due when the node starts is read within this time, in milliseconds: not together, or the requests of one
/// person could be told by their common moment.
const OVERDUE_MS: (u64, u64) = (60_000, 3 * 60 * 60 * 1000);
/// Documents that are read at once.
const AT_ONCE: usize = 4;

/// When each supplier's document is to be read next.
#[derive(Default)]
pub(super) struct Readings {
    next: BTreeMap<PublicKey, Timestamp>,
    under_way: usize,
}

impl Readings {
    /// The moment is to be drawn anew: more is known.
    pub(super) fn draw_again(&mut self, supplier: &PublicKey) {
        // One that is under way draws it anyhow.
        if self.next.get(supplier).is_some_and(|next| *next != Timestamp(u64::MAX)) {
            self.next.remove(supplier);
        }
    }
}

/// When a document is to be read, by when it was read, when that failed since, and whether the supplier is lost. `draw` is
/// drawn for this supplier and this reading alone.
fn next_reading(identified: &Identified, lost: bool, now: Timestamp, draw: u64) -> Timestamp {
    let within = |(least, most): (u64, u64)| least + draw % (most - least);
    let due = match (identified.read, identified.trouble) {
        (_, Some(trouble)) => trouble.at.plus_ms(within(RETRY_MS)),
        (Some(read), None) => read.plus_ms(within(if lost { RETRY_MS } else { AGAIN_MS })),
        (None, None) => Timestamp(0),
    };
    if due > now { due } else { now.plus_ms(within(OVERDUE_MS)) }
}

impl Node {
    /// Reads the documents that are due, when the turn is on disk.
    pub(super) fn read_domains(&mut self, turn: &mut Turn) {
        let now = self.clock.now().wall;
        let named: BTreeMap<PublicKey, Identified> = self
            .machine
            .relationships()
            .filter(|(_, relationship)| !relationship.profile().domain.is_empty())
            .map(|(supplier, relationship)| (*supplier, *relationship.identified()))
            .collect();
        self.readings.next.retain(|supplier, _| named.contains_key(supplier));
        for (supplier, identified) in named {
            let draw = || u64::from_be_bytes(clock::random());
            let lost = self.links.get(&supplier).is_some_and(|link| link.lost);
            let next =
                *self.readings.next.entry(supplier).or_insert_with(|| next_reading(&identified, lost, now, draw()));
            if next <= now && self.readings.under_way < AT_ONCE {
                self.read_domain(supplier, turn);
            }
        }
    }

    fn read_domain(&mut self, supplier: PublicKey, turn: &mut Turn) {
        let Some(relationship) = self.machine.relationship(&supplier) else { return };
        let domain = relationship.profile().domain.clone();
        self.readings.under_way += 1;
        // Until the answer is here, it is not asked for again.
        self.readings.next.insert(supplier, Timestamp(u64::MAX));
        let (reader, events, runtime) = (self.travel.reader.clone(), self.events.clone(), self.runtime.clone());
        turn.after(move || {
            drop(runtime.spawn(async move {
                let read = reader.read(&domain).await;
                if let Some(events) = events.upgrade() {
                    let _ = events.send(NodeEvent::DomainRead(supplier, domain, read)).await;
                }
            }));
        });
    }

    /// A document was read, or could not be.
    pub(super) fn domain_read(
        &mut self,
        supplier: &PublicKey,
        domain: &str,
        read: Result<Signed<Profile>, Unread>,
        turn: &mut Turn,
    ) {
        self.readings.under_way = self.readings.under_way.saturating_sub(1);
        // The next moment is drawn at the next tick, by what is known then.
        self.readings.next.remove(supplier);
        // Where the supplier was forgotten meanwhile, there is nothing to do.
        if self.give(Input::DomainRead(supplier, domain, read), turn).is_ok() {
            self.follow(supplier);
            if let Err(failure) = self.recognise(supplier, turn) {
                tracing::warn!(%failure, "whether the supplier is an organisation on the list is not known");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use regie_protocol::standing::{Heard, Trouble};

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    #[test]
    fn a_document_is_read_again_in_its_week_and_after_a_failure_within_a_day() {
        let new = Identified::new(NOW);
        let read = Identified { heard: Heard::Same { since: NOW }, read: Some(NOW), ..new };
        let failed = Identified { trouble: Some(Trouble { at: NOW, why: Unread::Slow }), ..read };
        for draw in [0, 1, 12_345, u64::MAX / 3, u64::MAX] {
            let wait = |identified, lost| next_reading(identified, lost, NOW, draw).0 - NOW.0;
            let (again, retry) = (wait(&read, false), wait(&failed, false));
            let (least, most) = RETRY_MS;
            assert!((least..most).contains(&wait(&read, true)), "a lost supplier is looked for within a day");
            assert!((AGAIN_MS.0..AGAIN_MS.1).contains(&again) && (RETRY_MS.0..RETRY_MS.1).contains(&retry));
        }
    }

    #[test]
    fn what_is_due_at_a_start_is_not_read_together() {
        // A node that was off for a month, with two hundred suppliers that it had all read in the same minute.
        let read = Identified { heard: Heard::Same { since: NOW }, read: Some(NOW), ..Identified::new(NOW) };
        let start = NOW.plus_ms(30 * DAY_MS);
        let moments: Vec<u64> = (0..200)
            .map(|_| next_reading(&read, false, start, u64::from_be_bytes(clock::random())).0 - start.0)
            .collect();
        let hours = |from: u64| moments.iter().filter(|at| (**at / 3_600_000) == from).count();
        assert!(moments.iter().all(|at| (OVERDUE_MS.0..OVERDUE_MS.1).contains(at)));
        assert!([0, 1, 2].into_iter().all(|hour| hours(hour) > 20), "spread over the hours");
        let minutes: std::collections::BTreeSet<u64> = moments.iter().map(|at| at / 60_000).collect();
        assert!(minutes.len() > 80, "{} minutes for 200 readings", minutes.len());
    }
}
