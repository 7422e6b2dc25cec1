//! Every bound on what comes from outside, each with its unit. In: nothing. Out: constants.
//!
//! A bound that is not here does not exist: decoders, machines and drivers all read this file.

/// Largest frame a peer may send, in bytes. The network layer stops reading there.
pub const FRAME_BYTES: usize = 256 * 1024;
/// Largest signed object, in bytes of its body.
pub const OBJECT_BYTES: usize = 192 * 1024;
/// Longest field path, in bytes.
pub const FIELD_PATH_BYTES: usize = 64;
/// Most segments in a field path.
pub const FIELD_PATH_SEGMENTS: usize = 4;
/// Longest text value of a field, in bytes.
pub const VALUE_BYTES: usize = 4 * 1024;
/// Most fields in one request, grant or disclosure.
pub const FIELDS: usize = 64;
/// Most purposes in one grant.
pub const PURPOSES: usize = 16;
/// Deepest chain of delegations below a grant.
pub const DELEGATION_DEPTH: usize = 4;
/// Most delegations that have not ended under the grants of one supplier, and most that one processor holds of one
/// person. One that is used up has not ended: its count must not be forgotten.
pub const DELEGATIONS_PER_RELATIONSHIP: usize = 256;
/// Most grants shown with one request, or issued with one answer.
pub const GRANTS_PER_MESSAGE: usize = 16;
/// Most live grants one supplier may hold from one person.
pub const GRANTS_PER_RELATIONSHIP: usize = 256;
/// Most grants of one relationship that are remembered, dead ones included. A forgotten grant opens nothing.
pub const GRANTS_KEPT: usize = 1024;
/// Most leaf hashes that show a supplier how the log grew since the root it holds. Above it the supplier sees
/// a gap in what it witnessed.
pub const GROWN_LEAVES: usize = 1024;
/// Most of the newest leaf hashes of a person's log that a companion keeps, to hold an old disclosure against them. One
/// from further back is taken for a late one.
pub const WITNESSED_LEAVES: usize = 256;
/// Most relationships of one person's node.
pub const RELATIONSHIPS: usize = 10_000;
/// Largest document of an item, in bytes.
pub const DOCUMENT_BYTES: usize = 64 * 1024;
/// Most items of one supplier that a person's node remembers.
pub const ITEMS_PER_RELATIONSHIP: u32 = 1_000;
/// Most items that wait at a companion for one person.
pub const ITEMS_WAITING: usize = 64;
/// Most items of one person that a companion remembers.
pub const ITEMS_REMEMBERED: usize = 256;
/// Longest retention under an agreement about an intent, in days.
pub const INTENT_RETENTION_DAYS: u32 = 90;
/// Most rules in a person's policy.
pub const RULES: usize = 512;
/// Longest name, domain, sector or contact in a profile, in bytes.
pub const NAME_BYTES: usize = 256;
/// Largest document of a domain that is read, in bytes.
pub const DOMAIN_DOCUMENT_BYTES: usize = 192 * 1024;
/// How long a proof of a domain holds that could not be looked at again, in days: it is looked at every week.
pub const PROOF_DAYS: u32 = 35;
/// Most times that a person takes another key in one relationship.
pub const RENEWALS: u32 = 64;
/// Most times that a company changes its key, and most keys that one document revokes.
pub const ROTATIONS: usize = 64;
/// Most suppliers that are named as looking like another one.
pub const LOOKALIKES: usize = 4;
/// Longest reason or description in plain words, in bytes.
pub const TEXT_BYTES: usize = 1024;
/// Most addresses in a profile or invitation.
pub const ADDRESSES: usize = 8;
/// Most wishes (field, purpose, reason) in a profile.
pub const WISHES: usize = 64;
/// Most requests of one supplier that wait for the person's word.
pub const WAITING_PER_RELATIONSHIP: usize = 64;
/// Most messages that wait to be delivered to one peer.
pub const OUTBOX_PER_RELATIONSHIP: usize = 256;
/// Most request ids remembered against replay, over all relationships.
pub const SEEN_REQUESTS: usize = 200_000;
/// How far a peer's clock may differ from ours, in milliseconds.
pub const CLOCK_LEEWAY_MS: u64 = 5 * 60 * 1000;
/// How far a clock may be ahead of the last time that is known for sure and still be believed without a peer's word, in
/// milliseconds. A node that was off for a night goes on at once.
pub const CLOCK_JUMP_MS: u64 = crate::time::DAY_MS;
/// How far a clock may differ from what most peers say before the owner is told, in milliseconds: well before messages
/// are refused for it.
pub const CLOCK_WARNING_MS: u64 = 2 * 60 * 1000;
/// Most peers whose last stated time is remembered.
pub const CLOCK_WORDS: usize = 64;
/// First and longest pause before a person whose clock differed is sent requests and items again, in milliseconds.
pub const SKEWED_PAUSE_MS: (u64, u64) = (30 * 1000, 10 * 60 * 1000);
/// Most persons of whom a companion remembers how their clocks differed.
pub const SKEWED_PEOPLE: usize = 10_000;
/// How long a request id is remembered after the time it states, in milliseconds. Longer than the leeway on
/// both sides, so an id can only be forgotten when its time alone refuses it.
pub const REPLAY_WINDOW_MS: u64 = 3 * CLOCK_LEEWAY_MS;
/// First and longest pause, in milliseconds, after which a message that was not signed for is sent again on a living line.
pub const SEND_AGAIN_MS: (u64, u64) = (30_000, 60 * 60 * 1000);
/// Longest life of a grant, in days.
pub const GRANT_DAYS: u32 = 5 * 366;
/// Longest retention a grant may state, in days.
pub const RETENTION_DAYS: u32 = 10 * 366;
/// Requests one supplier may make of one person in an hour before it is told to slow down.
pub const REQUESTS_PER_HOUR: u32 = 600;
/// Most hashes in a Merkle proof (a log of 2^63 entries needs 63).
pub const PROOF_HASHES: usize = 64;
/// Most bytes in an audit entry.
pub const ENTRY_BYTES: usize = 64 * 1024;
/// Past requests kept for trying a changed policy on; the oldest give way.
pub const PAST_REQUESTS: u64 = 2_000;
/// Longest category of an intent, in bytes.
pub const CATEGORY_BYTES: usize = 64;
/// Most parts of a category.
pub const CATEGORY_PARTS: usize = 4;
/// Longest title of an offer or wish of an intent, in bytes.
pub const TITLE_BYTES: usize = 256;
/// Most details of an intent, or terms of an offer.
pub const DETAILS: usize = 16;
/// Longest name of a detail, in bytes.
pub const DETAIL_NAME_BYTES: usize = 32;
/// Longest value of a detail, in bytes.
pub const DETAIL_BYTES: usize = 128;
/// Largest intent, in bytes of its body.
pub const INTENT_BYTES: usize = 3 * 1024;
/// Largest offer, in bytes of its body.
pub const OFFER_BYTES: usize = 8 * 1024;
/// Longest life of an intent, in days.
pub const INTENT_DAYS: u32 = 90;
/// Most intents of one person that are open at a time.
pub const INTENTS_OPEN: usize = 64;
/// Most intents of one person that are remembered, ended ones included.
pub const INTENTS_KEPT: usize = 256;
/// Most offers of one supplier for one intent, over its whole life.
pub const OFFERS_PER_SUPPLIER: u8 = 8;
/// Most offers that a board takes for one intent, over its whole life.
pub const OFFERS_PER_INTENT: usize = 1_000;
/// Most offers that wait at a board for the person of one intent.
pub const OFFERS_WAITING: usize = 64;
/// Most offers that a person's node holds for one intent: the best by the person's criteria. It shows as many of them as
/// the person said.
pub const OFFERS_KEPT: usize = 64;
/// Most offers in one answer of a board.
pub const OFFERS_PER_PAGE: usize = 16;
/// Most intents in one answer of a board.
pub const INTENTS_PER_PAGE: usize = 48;
/// Most intents that a board holds.
pub const INTENTS_PER_BOARD: usize = 50_000;
/// Most of them that it learnt from other boards.
pub const INTENTS_GOSSIPED: usize = 25_000;
/// Most companies that a board admits by name.
pub const ADMITTED_PER_BOARD: usize = 10_000;
/// Most withdrawals that a board remembers.
pub const WITHDRAWALS_PER_BOARD: usize = 100_000;
/// Most segments that one supplier publishes at a time.
pub const SEGMENTS_PER_SUPPLIER: usize = 16;
/// Largest segment, in bytes of its body.
pub const SEGMENT_BYTES: usize = 12 * 1024;
/// Deepest nesting of a predicate.
pub const SEGMENT_DEPTH: usize = 6;
/// Most clauses of a predicate.
pub const SEGMENT_CLAUSES: usize = 64;
/// Most values that one clause compares with.
pub const SEGMENT_VALUES: usize = 64;
/// Most segments of one supplier that the person's word is remembered of.
pub const SEGMENTS_SAID: usize = 1_024;
/// Most segments that look at one field and of which one supplier hears whether the person belongs, in [`WORD_DAYS`]: each
/// halves at best what the field can be.
pub const WORDS_PER_FIELD: usize = 4;
/// After how many days a word on a segment counts no longer.
pub const WORD_DAYS: u32 = 30;
/// Most epsilon that one supplier gets of one person in [`EPSILON_DAYS`], in thousandths.
pub const EPSILON_PER_SUPPLIER: u32 = 2_000;
/// Most epsilon that all suppliers together get of one person in [`EPSILON_DAYS`], in thousandths.
pub const EPSILON_IN_ALL: u32 = 8_000;
/// After how many days a spent epsilon comes back.
pub const EPSILON_DAYS: u32 = 365;
/// Fewest answers that a helper ever sums: the threshold rule of statistical disclosure control.
pub const TALLY_LEAST: u32 = 10;
/// Most answers that a helper takes for one segment.
pub const TALLY_REPORTS: u32 = 100_000;
/// Most answers in one frame to a helper.
pub const TALLY_PER_FRAME: usize = 64;
/// Most segments that a helper works for at a time.
pub const TALLY_TASKS: usize = 1_024;
/// Largest half of an answer, in bytes.
pub const SHARE_BYTES: usize = 256;
/// Longest name of an issuer of credentials, in bytes.
pub const ISSUER_BYTES: usize = 256;
/// Largest presentation of one attested value, in bytes.
pub const PRESENTATION_BYTES: usize = 8 * 1024;
/// Most boards that one companion follows.
pub const BOARDS: usize = 16;
/// Most categories in one question to a board.
pub const CATEGORIES: usize = 16;
