//! How a companion's store of an earlier version becomes one of today's. In: the tables as they were then, written out. Out: steps,
//! oldest first, each of them frozen (`store/table.rs`).

use crate::store::{Batch, Migration, TableId};

/// All of them.
pub(super) const STEPS: &[Migration] = &[
    // 2: which run of a person's node speaks.
    Migration { before: OF_0_1_0, makes: &[plain(55, "runs")], drops: &[], rows: |_| Ok(Batch::new()) },
];

/// The tables of release 0.1.0.
const OF_0_1_0: &[TableId] = &[
    plain(1, "facts"),
    plain(2, "relationships"),
    plain(3, "renewed_keys"),
    plain(4, "witnessed_heads"),
    plain(5, "terms"),
    plain(6, "revocations"),
    plain(7, "requests"),
    erasable(8, "held_values"),
    plain(9, "receipts"),
    erasable(10, "sent_items"),
    plain(11, "received_disclosures"),
    erasable(12, "original_disclosures"),
    plain(13, "invitations"),
    plain(14, "due_minutes"),
    plain(15, "lists"),
    plain(16, "owners"),
    plain(17, "events"),
    plain(18, "api_keys"),
    plain(19, "webhooks"),
    plain(20, "answers"),
    plain(21, "answer_order"),
    plain(22, "bus"),
    plain(23, "issuers"),
    plain(24, "bulk_jobs"),
    plain(25, "bulk_open"),
    plain(26, "bulk_targets"),
    plain(27, "customer_lists"),
    plain(28, "customer_lists_open"),
    erasable(29, "listed_customers"),
    plain(30, "listed_invitations"),
    plain(31, "listed_arrivals"),
    plain(32, "shared_mail"),
    plain(33, "shared_places"),
    plain(34, "shared_leases"),
    plain(35, "followed_boards"),
    plain(36, "found_intents"),
    plain(37, "found_order"),
    plain(38, "found_ends"),
    plain(39, "offers"),
    plain(40, "offer_order"),
    plain(41, "offers_waiting"),
    plain(42, "segments"),
    plain(43, "members"),
    plain(44, "members_lapse"),
    plain(45, "counted"),
    plain(46, "counts"),
    plain(47, "count_reports"),
    plain(48, "helped_tasks"),
    plain(49, "helped_nonces"),
    plain(50, "board_intents"),
    plain(51, "board_withdrawals"),
    plain(52, "board_offers"),
    plain(53, "board_collected"),
    plain(54, "board_admitted"),
];

const fn plain(code: u8, name: &'static str) -> TableId {
    TableId::new(code, name, false)
}

const fn erasable(code: u8, name: &'static str) -> TableId {
    TableId::new(code, name, true)
}
