//! How a person's store of an earlier version becomes one of today's. In: the tables as they were then, written out. Out: steps,
//! oldest first, each of them frozen (`store/table.rs`).

use crate::store::{Batch, Migration, TableId};

/// All of them.
pub(super) const STEPS: &[Migration] = &[
    // 2: the branches of logs that other copies of a node left behind; organisations, and lists of them; contracts; cases and their files; letters; witnesses of logs; acts; the person's own fields; what is new, and what was told of it; devices and passkeys; documents that come in pieces, and files of the person's own; their own answers.
    Migration {
        before: OF_0_1_0,
        makes: &[
            TableId::new(29, "log_branches", false),
            TableId::new(30, "organisations", true),
            TableId::new(31, "directory", false),
            TableId::new(32, "contracts", true),
            TableId::new(33, "cases", true),
            TableId::new(34, "case_files", true),
            TableId::new(35, "letters", true),
            TableId::new(36, "witnesses", false),
            TableId::new(37, "seen_logs", false),
            TableId::new(38, "acts", true),
            TableId::new(39, "own_fields", true),
            TableId::new(43, "unseen", false),
            TableId::new(44, "notice_ledgers", false),
            TableId::new(46, "devices", true),
            TableId::new(47, "passkeys", true),
            TableId::new(49, "coming_items", true),
            TableId::new(50, "item_pieces", true),
            TableId::new(51, "own_files", true),
            TableId::new(52, "own_answers", false),
        ],
        drops: &[],
        rows: |_| Ok(Batch::new()),
    },
];

/// The tables of release 0.1.0, each by code, name, and whether its rows can be erased.
const OF_0_1_0: &[TableId] = &[
    TableId::new(1, "facts", false),
    TableId::new(2, "relationships", false),
    TableId::new(3, "identities", false),
    TableId::new(4, "withdrawn_fields", false),
    TableId::new(5, "grants", false),
    TableId::new(6, "mandates", false),
    TableId::new(7, "grant_uses", false),
    TableId::new(8, "revocations", false),
    TableId::new(9, "seen_requests", false),
    TableId::new(10, "seen_horizons", false),
    TableId::new(11, "waiting_requests", false),
    TableId::new(12, "outbox", true),
    TableId::new(13, "personal_log", false),
    TableId::new(14, "shared_logs", false),
    TableId::new(15, "log_heads", false),
    TableId::new(16, "receipts", false),
    TableId::new(17, "fields", true),
    TableId::new(18, "field_history", true),
    TableId::new(19, "known_fields", false),
    TableId::new(20, "past_requests", false),
    TableId::new(21, "items", false),
    TableId::new(22, "item_contents", true),
    TableId::new(23, "credentials", true),
    TableId::new(24, "holder_keys", true),
    TableId::new(25, "segments", false),
    TableId::new(26, "segment_answers", false),
    TableId::new(27, "intents", true),
    TableId::new(28, "offers", true),
];
