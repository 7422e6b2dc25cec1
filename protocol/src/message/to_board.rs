//! What is said to a board, and what it answers. In and out: frames of the keys of intents, of suppliers and of other
//! boards.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::table::{keys, messages};
use crate::{
    intent::{Category, Intent, Offer, Withdrawal},
    refusal::Refusal,
    signed::{ObjectId, Signed},
};

messages! {
    /// What a board is told.
    ToBoard to Board {
        /// Post this.
        "cast" Cast(Signed<Intent>) from [Intent] answered ["noted"] within [INTENT_BYTES, INTENTS_PER_BOARD, INTENTS_PER_SOURCE, CASTS_IN_ALL]
            at CASTS grows [
                "intents" most ONE_INTENT Peer until Ended,
                "intents of all" most INTENTS_PER_BOARD All until Ended
            ];
        /// No more offers.
        "withdraw" Withdraw(Signed<Withdrawal>) from [Intent] answered ["noted"] within [WITHDRAWALS_PER_BOARD]
            at WITHDRAWALS_SENT grows [
                "withdrawals" most ONE_INTENT Peer until Ended,
                "withdrawals of all" most WITHDRAWALS_REMEMBERED All until Ended
            ];
        /// What was offered since?
        "collect" Collect(Collect) from [Intent] answered ["offers"] at COLLECTIONS grows [];
        /// What is wanted?
        "browse" Browse(Browse) from [Supplier, Board] answered ["intents"] within [CATEGORIES]
            at PAGES grows [];
        /// An offer for an intent.
        "offer" Offer(Signed<Offer>) from [Supplier] answered ["noted"]
            within [OFFER_BYTES, OFFERS_PER_SUPPLIER, OFFERS_PER_INTENT, OFFERS_WAITING]
            at OFFERS_SENT grows [
                "offers" most OFFERS_PER_INTENT Thing until Ended,
                "offers of all" most OFFERS_PER_BOARD All until Ended
            ];
    }

    /// What a board answers.
    BoardReply {
        /// What was offered.
        "offers" Offers(Offers) within [OFFERS_PER_PAGE];
        /// What is wanted.
        "intents" Intents(Intents) within [INTENTS_PER_PAGE];
        /// Taken; there is nothing to say.
        "noted" Noted;
        /// Not taken.
        "refused" Refused(Refusal);
    }
}

/// The key of an intent asks for offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collect {
    /// The intent of the connected key.
    pub intent: ObjectId,
    /// The last number that was taken in: the board forgets those up to it. 0 at first.
    pub after: u64,
}

/// A supplier or another board asks for intents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Browse {
    /// Of these categories and those within them, at most [`crate::limits::CATEGORIES`]; of all where there are none.
    pub categories: BTreeSet<Category>,
    /// Where the last answer ended. 0 at first.
    pub after: u64,
}

/// A page of offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offers {
    /// At most [`crate::limits::OFFERS_PER_PAGE`].
    pub offers: Vec<Signed<Offer>>,
    /// The number of the last.
    pub last: u64,
    /// Are there more?
    pub more: bool,
}

/// A page of what a board holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intents {
    /// Open ones; with the withdrawals at most [`crate::limits::INTENTS_PER_PAGE`].
    pub intents: Vec<Signed<Intent>>,
    /// Those that are not wanted any more.
    pub withdrawn: Vec<Signed<Withdrawal>>,
    /// Where this page ends.
    pub last: u64,
    /// Are there more?
    pub more: bool,
}

keys! {
    Collect: "`intent`, `after`";
    Browse: "`categories`, `after`";
    Offers: "`offers`, `last`, `more`";
    Intents: "`intents`, `withdrawn`, `last`, `more`";
}
