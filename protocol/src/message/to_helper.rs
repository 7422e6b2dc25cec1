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
            within [TALLY_PER_FRAME, SHARE_BYTES, SEGMENT_BYTES, TALLY_REPORTS, TALLY_TASKS];
        /// What is the sum?
        "close" Close(Close) from [Supplier] answered ["sum"] within [TALLY_LEAST];
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
