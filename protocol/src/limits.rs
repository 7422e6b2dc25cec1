//! Every bound on what comes from outside, each with its unit. In: nothing. Out: constants.
//!
//! A bound that is not here does not exist: decoders, machines and drivers all read this file.

use crate::rate::Rate;

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
/// Most bytes of the answers and grants of one disclosure: what else is in it, the heads of a long log above all, has the rest of
/// [`OBJECT_BYTES`].
pub const ANSWERS_BYTES: usize = OBJECT_BYTES - 48 * 1024;
/// What a signed object takes beside its body: the signature, and the names of both.
pub const SIGNED_OVERHEAD: usize = 128;
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
/// Most leaf hashes that show a supplier how the log grew since the root it holds. Above it the
/// growth is proven by itself ([`crate::message::LogGrowth`]).
pub const GROWN_LEAVES: usize = 1024;
/// Most of the newest leaf hashes of a person's log that a companion keeps, to hold an old disclosure against them. One
/// from further back has to be proven.
pub const WITNESSED_LEAVES: usize = 256;
/// Most earlier sizes of a log, further back than those leaves, of which a companion keeps the root that was proven.
pub const WITNESSED_EARLIER: usize = 16;
/// Most branches of a person's log, which a restore left behind, that a companion keeps the heads of.
pub const BRANCHES: usize = 16;
/// Most words of other runs of a person's node, beside the one that speaks, that a companion keeps.
pub const RIVALS: usize = 4;
/// Largest sealed part of a resumption, in bytes.
pub const SEALED_RUN_BYTES: usize = 192;
/// Most starts of a person's node that it remembers as its own.
pub const RUNS: usize = 256;
/// Most relationships of one person's node.
pub const RELATIONSHIPS: usize = 10_000;
/// Largest document that an item holds itself, in bytes.
pub const DOCUMENT_BYTES: usize = 64 * 1024;
/// Largest document that comes in pieces, in bytes.
pub const LARGE_DOCUMENT_BYTES: usize = 10 * 1024 * 1024;
/// A piece of such a document, in bytes; the last one may be shorter.
pub const PIECE_BYTES: usize = 64 * 1024;
/// Most documents of one supplier that come in pieces at a time.
pub const DOCUMENTS_COMING: usize = 4;
/// Most documents of all suppliers that come in pieces at a time.
pub const DOCUMENTS_COMING_IN_ALL: usize = 64;
/// How long the next piece of a document is waited for, in days.
pub const COMING_DAYS: u32 = 7;
/// Most that the items of one supplier hold at a person's node, in bytes, what is still coming included.
pub const ITEM_BYTES_PER_RELATIONSHIP: u64 = 256 * 1024 * 1024;
/// Most that the items of all suppliers hold at a person's node, in bytes, what is still coming included.
pub const ITEM_BYTES_IN_ALL: u64 = 4 * 1024 * 1024 * 1024;
/// Largest record of a contract, in bytes.
pub const CONTRACT_BYTES: usize = 4 * 1024;
/// Longest number of a contract or customer, in bytes.
pub const CONTRACT_NUMBER_BYTES: usize = 64;
/// Most documents that a contract names.
pub const CONTRACT_DOCUMENTS: usize = 8;
/// Highest amount of a contract, in the smallest unit of its currency.
pub const CONTRACT_AMOUNT: u64 = 1_000_000_000_000;
/// Longest period in a contract, in years.
pub const CONTRACT_YEARS: u8 = 100;
/// The years that the dates of a contract can be in.
pub const CONTRACT_DATES: std::ops::RangeInclusive<i32> = 1900..=2199;
/// Most items of one supplier that a person's node remembers.
pub const ITEMS_PER_RELATIONSHIP: u32 = 1_000;
/// Most items that wait at a companion for one person.
pub const ITEMS_WAITING: usize = 64;
/// Most items of one person that a companion remembers.
pub const ITEMS_REMEMBERED: usize = 256;
/// Most acts of one person towards one supplier that either side remembers.
pub const ACTS_PER_RELATIONSHIP: usize = 128;
/// Most acts that a person's node remembers, over all relationships.
pub const ACTS_IN_ALL: usize = 10_000;
/// Most answers to one act.
pub const ACT_ANSWERS: u8 = 4;
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
/// Largest signed note, in bytes: sixteen signatures of any kind that there is have room in it.
pub const NOTE_BYTES: usize = 64 * 1024;
/// Most signatures in a signed note.
pub const NOTE_SIGNATURES: usize = 64;
/// Most hashes of a consistency proof that a witness reads.
pub const CONSISTENCY_HASHES: usize = 63;
/// Largest question to a witness, in bytes: a note, the proof before it, a size.
pub const ADD_CHECKPOINT_BYTES: usize = NOTE_BYTES + CONSISTENCY_HASHES * 45 + 64;
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
// So many of the largest fit into a frame; so do the intents below.
/// Most offers in one answer of a board.
pub const OFFERS_PER_PAGE: usize = 16;
/// Most intents in one answer of a board.
pub const INTENTS_PER_PAGE: usize = 48;
/// Most places of a board's list that one page looks at, wanted or not.
pub const LOOKED_AT_PER_PAGE: usize = 2_048;
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
/// Most meters of one kind that are remembered: who sent how much of what.
pub const METERS: usize = 65_536;
/// How many times as much as one peer all those together may send who come from one source and are not known.
pub const STRANGERS_PER_SOURCE: u32 = 20;
/// What one peer may send a companion, in KiB of frames.
pub const KIB_PER_PEER: Rate = Rate::new(32 * 1024, 8 * 1024);
/// `hello` of one peer: one on each line.
pub const HELLOS: Rate = Rate::new(300, 1_200);
/// `pair` of one peer: it comes again after an alternative, and where clocks differ.
pub const PAIR_TRIES: Rate = Rate::new(20, 60);
/// `disclose` of one person.
pub const DISCLOSURES: Rate = Rate::new(1_200, 1_200);
/// `renew` of one person.
pub const RENEWAL_TRIES: Rate = Rate::hourly(64);
/// `grant` of one person.
pub const GRANTS_SENT: Rate = Rate::new(256, 120);
/// `revoke` of one person: all that live at once, and again.
pub const REVOCATIONS_SENT: Rate = Rate::new(512, 600);
/// `mandate` of one person.
pub const MANDATES_SENT: Rate = Rate::hourly(256);
/// `act` of one person: all that wait at once, and again.
pub const ACTS_SENT: Rate = Rate::new(128, 60);
/// `act_answer` of one supplier.
pub const ACT_ANSWERS_SENT: Rate = Rate::new(256, 120);
/// `take_up` of one person.
pub const TAKE_UPS: Rate = Rate::hourly(64);
/// `segments` of one person.
pub const SEGMENT_LOOKS: Rate = Rate::new(100, 600);
/// `belong`, `count` and `tally` of one person, each.
pub const SEGMENT_WORDS: Rate = Rate::hourly(128);
/// `request` of one supplier: see [`REQUESTS_PER_HOUR`], which the person's machine counts for good.
pub const REQUESTS_SENT: Rate = Rate::hourly(2 * REQUESTS_PER_HOUR);
/// `acknowledge` of one supplier.
pub const ACKNOWLEDGEMENTS: Rate = Rate::new(2_400, 2_400);
/// `erased` of one supplier.
pub const ERASURES_SENT: Rate = Rate::hourly(600);
/// `delegated` of one supplier.
pub const DELEGATIONS_SENT: Rate = Rate::hourly(256);
/// `put` of one supplier.
pub const ITEMS_SENT: Rate = Rate::new(256, 600);
/// `piece` of one supplier: twelve of the largest documents at once, and fifty an hour.
pub const PIECES_SENT: Rate = Rate::new(2_048, 8_192);
/// `cast` of one key: one intent, sent again until it is signed for.
pub const CASTS: Rate = Rate::hourly(30);
/// `withdraw` of one key: as [`CASTS`].
pub const WITHDRAWALS_SENT: Rate = Rate::hourly(30);
/// `collect` of one key.
pub const COLLECTIONS: Rate = Rate::new(200, 1_200);
/// `browse` of one company or board: a whole board at once.
pub const PAGES: Rate = Rate::new(2_400, 6_000);
/// `offer` of one company.
pub const OFFERS_SENT: Rate = Rate::new(256, 1_200);
/// `prepare` of one company: a whole count at once.
pub const PREPARES: Rate = Rate::new(2_000, 8_000);
/// `close` of one company.
pub const CLOSES: Rate = Rate::new(100, 1_200);
/// How many refused messages of one supplier are entered in the log one by one; the rest of them is counted and entered
/// together.
pub const REJECTIONS_ENTERED: Rate = Rate::hourly(10);
/// What answers that give nothing may make a person's log grow, in KiB for each supplier. Beyond it such a request is
/// refused.
pub const KIB_REFUSED: Rate = Rate::new(256, 8);
/// Pairings that one invitation makes, where its company says nothing else.
pub const PAIRINGS_PER_INVITATION: u32 = 1_000;
/// Pairings of one company in all, where it says nothing else.
pub const PAIRINGS_IN_ALL: u32 = 2_000;
/// Pairings from one source, where the company says nothing else.
pub const PAIRINGS_PER_SOURCE: u32 = 60;
/// Most pairings an hour that a company may say.
pub const PAIRINGS_MOST: u32 = 1_000_000;
/// Most intents on a board that came directly from one source.
pub const INTENTS_PER_SOURCE: usize = 500;
/// `cast` of all keys together.
pub const CASTS_IN_ALL: Rate = Rate::hourly(6_000);
/// Most offers that a board keeps, collected ones included.
pub const OFFERS_PER_BOARD: usize = 200_000;
/// Most segments of one company that a helper works for.
pub const TASKS_PER_SUPPLIER: usize = 32;
/// Most segments that come anew to a helper from one source.
pub const TASKS_PER_SOURCE: Rate = Rate::new(32, 4);
/// Intents of one key on a board, and withdrawals of one key that it remembers (13.1).
pub const ONE_INTENT: usize = 1;
/// Withdrawals that a board remembers at most: those of what hung there are taken beyond [`WITHDRAWALS_PER_BOARD`].
pub const WITHDRAWALS_REMEMBERED: usize = WITHDRAWALS_PER_BOARD + INTENTS_PER_BOARD;
/// Revocations of one person that a companion keeps: those of the grants that it keeps, and as many of others.
pub const REVOCATIONS_KEPT: usize = 2 * GRANTS_KEPT + DELEGATIONS_PER_RELATIONSHIP;
/// Fields in the vocabulary: one value of each is held.
pub const VOCABULARY_FIELDS: usize = crate::field::VOCABULARY.len();
