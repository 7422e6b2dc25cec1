//! What a supplier says to the helper that it counts with, and what that answers. In and out: frames between two
//! companions; nothing in them is of one person.

use super::table::{keys, messages};
use crate::{
    refusal::Refusal,
    tally::{Close, Prepare, Prepared, Sum},
};

messages! {
    /// What a helper is told.
    ToHelper to Helper {
        /// Take these answers in.
        "prepare" Prepare(Prepare) from [Supplier] answered ["prepared"]
            within [TALLY_PER_FRAME, SHARE_BYTES, SEGMENT_BYTES, TALLY_REPORTS, TALLY_TASKS, TASKS_PER_SOURCE]
            at PREPARES grows [
                "segments" most TASKS_PER_SUPPLIER Peer until Ended,
                "segments of all" most TALLY_TASKS All until Ended,
                "numbers of answers" most TALLY_REPORTS Thing until Ended
            ];
        /// What is the sum?
        "close" Close(Close) from [Supplier] answered ["sum"] within [TALLY_LEAST] at CLOSES grows [];
    }

    /// What a helper answers.
    HelperReply {
        /// What holds.
        "prepared" Prepared(Prepared);
        /// The helper's half of the sum.
        "sum" Sum(Sum);
        /// Not taken.
        "refused" Refused(Refusal);
    }
}

keys! {
    Prepare: "`segment`, `key`, `batch`, `answers`";
    Close: "`segment`, `batch`";
    Prepared: "`taken`";
    Sum: "`batch`, `reports`, `share`";
}
