//! How a person's store of an earlier version becomes one of today's. In: the tables as they were then, written out. Out: steps,
//! oldest first, each of them frozen (`store/table.rs`).

use crate::store::{Batch, Migration, TableId};

/// All of them.
pub(super) const STEPS: &[Migration] = &[
    // 2: the branches of logs that other copies of a node left behind.
    Migration { before: OF_0_1_0, makes: &[plain(29, "log_branches")], drops: &[], rows: |_| Ok(Batch::new()) },
];

/// The tables of release 0.1.0.
const OF_0_1_0: &[TableId] = &[
    plain(1, "facts"),
    plain(2, "relationships"),
    plain(3, "identities"),
    plain(4, "withdrawn_fields"),
    plain(5, "grants"),
    plain(6, "mandates"),
    plain(7, "grant_uses"),
    plain(8, "revocations"),
    plain(9, "seen_requests"),
    plain(10, "seen_horizons"),
    plain(11, "waiting_requests"),
    erasable(12, "outbox"),
    plain(13, "personal_log"),
    plain(14, "shared_logs"),
    plain(15, "log_heads"),
    plain(16, "receipts"),
    erasable(17, "fields"),
    erasable(18, "field_history"),
    plain(19, "known_fields"),
    plain(20, "past_requests"),
    plain(21, "items"),
    erasable(22, "item_contents"),
    erasable(23, "credentials"),
    erasable(24, "holder_keys"),
    plain(25, "segments"),
    plain(26, "segment_answers"),
    erasable(27, "intents"),
    erasable(28, "offers"),
];

const fn plain(code: u8, name: &'static str) -> TableId {
    TableId::new(code, name, false)
}

const fn erasable(code: u8, name: &'static str) -> TableId {
    TableId::new(code, name, true)
}
