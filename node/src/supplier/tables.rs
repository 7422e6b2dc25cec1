//! The tables of a companion's store: what stands under which key, and what can be erased.
//!
//! In: nothing. Out: one constant a table, and the list of all. Names and codes are part of the file's format, which
//! docs/store-format.md describes; a table that goes leaves its code unused. The same tables stand in PostgreSQL.

#[cfg(feature = "vc")]
use regie_protocol::Issuer;
use regie_protocol::{
    FieldPath, Nonce, ObjectId, PublicKey, Signed, Timestamp, board,
    intent::Intent,
    note::VerifierKey,
    segment::Membership,
    supplier::{PairingBounds, Record},
    tally::{TallyReport, Task},
};

#[cfg(feature = "vc")]
use super::issuers::Trusted;
use super::{
    World,
    approvals::Approval,
    bulk::Job,
    cosigning::{CosignedLog, WitnessTerms},
    customers::{Customer, Customers},
    happening::Happening,
    hooks::{
        Hook,
        aside::{Aside, Attempt},
    },
    keys::{ApiKey, KeyHash},
    labels::{Label, Reference, Referred, Thing},
    lists::{List, ListOf, Listed},
    market::{Followed, FoundIntent, Made},
    names,
    once::{Placed, StoredAnswer},
    persons::SentPiece,
    readings::Reading,
    sharing::{Lease, Place},
    tally::Counting,
};
use crate::{
    clock::ClockRecord,
    store::{ItemName, Nth, Part, Secret, tables},
};

/// Bytes of a row of the board, the market and the segments.
const SMALL_BYTES: usize = 64 * 1024;

/// What a person granted, handed on or agreed to: everything that stands beside the relationship for as long as it does,
/// so that one look brings it into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Terms {
    /// A grant.
    Grant(ObjectId),
    /// A delegation of ours.
    Delegated(ObjectId),
    /// A delegation to us.
    Mandate(ObjectId),
    /// A key that the person took on since.
    Renewed(PublicKey),
    /// The agreement.
    Agreed,
}

/// The hash of a grant alone; all others begin with a word and a slash.
impl Part for Terms {
    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Grant(grant) => grant.to_bytes(),
            Self::Delegated(link) => [b"delegated/", &link.digest()[..]].concat(),
            Self::Mandate(link) => [b"mandate/", &link.digest()[..]].concat(),
            Self::Renewed(key) => [b"key/", &key.as_bytes()[..]].concat(),
            Self::Agreed => b"agreed".to_vec(),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes == b"agreed" {
            return Some(Self::Agreed);
        }
        // By length first: the hash of a grant may begin with anything.
        if let Some(grant) = Part::from_bytes(bytes) {
            return Some(Self::Grant(grant));
        }
        let rest = |word: &[u8]| bytes.strip_prefix(word);
        let delegated = rest(b"delegated/").and_then(Part::from_bytes).map(Self::Delegated);
        let mandate = || rest(b"mandate/").and_then(Part::from_bytes).map(Self::Mandate);
        let renewed = || rest(b"key/").and_then(Part::from_bytes).map(Self::Renewed);
        delegated.or_else(mandate).or_else(renewed)
    }
}

/// What a person was asked, or took up unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RequestKey {
    /// A request.
    Request(Nonce),
    /// An offer that the person took up.
    TakenUp(ObjectId),
}

/// A request has 16 bytes, what takes an offer up has 32.
impl Part for RequestKey {
    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Request(id) => id.to_bytes(),
            Self::TakenUp(id) => id.to_bytes(),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let request = <Nonce as Part>::from_bytes(bytes).map(Self::Request);
        request.or_else(|| <ObjectId as Part>::from_bytes(bytes).map(Self::TakenUp))
    }
}

/// A person who belongs to a segment until some day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lapse {
    pub(super) segment: ObjectId,
    pub(super) person: PublicKey,
}

/// The segment's 32 bytes, then the person's.
impl Part for Lapse {
    fn to_bytes(&self) -> Vec<u8> {
        [&self.segment.digest()[..], self.person.as_bytes()].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (segment, person) = bytes.split_first_chunk::<32>()?;
        Some(Self { segment: ObjectId::from_digest(*segment), person: Part::from_bytes(person)? })
    }
}

/// `live` or `test`.
impl Part for World {
    fn to_bytes(&self) -> Vec<u8> {
        self.name().as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::BOTH.into_iter().find(|world| world.name().as_bytes() == bytes)
    }
}

/// Its text.
#[cfg(feature = "vc")]
impl Part for Issuer {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok()?.parse().ok()
    }
}

tables! {
    role: "supplier", version: 2, migrations: super::migrations::STEPS;
    facts FACTS = 1 "facts", "The company's own facts, each under its name." {
        /// The secret key.
        pub(super) KEY = "key": Secret,
            fails "a stolen key that was replaced speaks for the company";
        /// The floor of the clock.
        pub(super) CLOCK = "clock": ClockRecord;
        /// The signed profile.
        pub(crate) PROFILE = "profile": Record,
            fails "an old profile, with an old next key, holds again";
        /// Up to which minute retention was looked at.
        pub(super) DUE_SWEPT = "due_swept": u64;
        /// Up to which day ended intents and memberships were swept away.
        pub(super) MARKET_SWEPT = "market_swept": u64;
        /// How many people may come by public invitations in an hour, where the company said so.
        pub(super) PAIRINGS = "pairings": PairingBounds,
            fails "bounds that were drawn in are wide again";
        /// Stands there where this companion helps others to count.
        pub(super) HELPER = "helper": (),
            fails "who helps no more counts again";
        /// As what this companion is, or was, a witness of others' logs.
        pub(super) WITNESS = "witness": WitnessTerms,
            fails "who is a witness no more, or of listed logs alone, cosigns again";
        /// Stands there where this companion is a board.
        pub(super) BOARD = "board": ();
        /// Whose offers the board takes.
        pub(super) BOARD_ADMISSION = "board_admission": board::Record,
            fails "a board that admits takes everybody";
    }
    tables {
        /// Relationships, by person.
        pub(crate) Plain RELATIONSHIPS = 2 "relationships": PublicKey => Record,
            guards "who has gone is a customer again";
        /// The relationships by the keys that persons took on since.
        pub(super) Plain RENEWED_KEYS = 3 "renewed_keys": PublicKey => PublicKey,
            guards "a key leads to another person";
        /// How far the log of each person was witnessed.
        pub(super) Plain WITNESSED_HEADS = 4 "witnessed_heads": PublicKey => Record;
        /// Grants, delegations, mandates, keys and the agreement of each person.
        pub(crate) Plain TERMS = 5 "terms": (PublicKey, Terms) => Record;
        /// Revocation notices, by grant.
        pub(crate) Plain REVOCATIONS = 6 "revocations": (PublicKey, ObjectId) => Record;
        /// Requests that wait to be answered.
        pub(crate) Plain REQUESTS = 7 "requests": (PublicKey, RequestKey) => Record;
        /// Values held.
        pub(crate) Erasable HELD_VALUES = 8 "held_values": (PublicKey, FieldPath) => Record;
        /// Erasure receipts given.
        pub(crate) Plain RECEIPTS = 9 "receipts": (PublicKey, ObjectId) => Record;
        /// What is sent back to persons.
        pub(super) Erasable SENT_ITEMS = 10 "sent_items": (PublicKey, Nonce) => Record;
        /// Disclosures received, without values.
        pub(crate) Plain RECEIVED_DISCLOSURES = 11 "received_disclosures": (PublicKey, ObjectId) => Record;
        /// Disclosures as they were signed, values and all.
        pub(crate) Erasable ORIGINAL_DISCLOSURES = 12 "original_disclosures": (PublicKey, ObjectId) => Record;
        /// Invitations.
        pub(super) Plain INVITATIONS = 13 "invitations": Nonce => Record,
            guards "a used or withdrawn invitation pairs again";
        /// In which minute a person's values must be looked at.
        pub(super) Plain DUE_MINUTES = 14 "due_minutes": (u64, PublicKey) => ();
        /// Lists in the order of their making.
        pub(super) Plain LISTS = 15 "lists": Nth<ListOf> => Listed;
        /// Whose a thing in a list is.
        pub(super) Plain OWNERS = 16 "owners": (List, Vec<u8>) => PublicKey;
        /// What happened, to be told to the company.
        pub(crate) Plain EVENTS = 17 "events": Nth<World> => Happening, within SMALL_BYTES;
        /// Keys of the API, by the hash of their text.
        pub(super) Plain API_KEYS = 18 "api_keys": KeyHash => ApiKey, within 2 * 1024,
            guards "a revoked key is let in again";
        /// Webhooks, and how far each is.
        pub(super) Plain WEBHOOKS = 19 "webhooks": names::Webhook => Hook, within 16 * 1024,
            guards "events go to an old receiver, or under an old secret";
        /// Answers to calls with an `Idempotency-Key`.
        pub(super) Plain ANSWERS = 20 "answers": [u8; 32] => StoredAnswer;
        /// Those answers in their order.
        pub(super) Plain ANSWER_ORDER = 21 "answer_order": Nth<()> => Placed;
        /// How far the message bus was told.
        pub(super) Plain BUS = 22 "bus": World => u64;
        /// Issuers whose credentials count (with the feature `vc`).
        #[cfg(feature = "vc")]
        pub(super) Plain ISSUERS = 23 "issuers": Issuer => Trusted,
            guards "an issuer that is trusted no more vouches again";
        /// Requests to many persons.
        pub(super) Plain BULK_JOBS = 24 "bulk_jobs": names::Bulk => Job, within 256 * 1024;
        /// Those of them that are not finished.
        pub(super) Plain BULK_OPEN = 25 "bulk_open": names::Bulk => ();
        /// Persons named in such a request, and not asked yet.
        pub(super) Plain BULK_TARGETS = 26 "bulk_targets": Nth<names::Bulk> => names::Relationship;
        /// Lists of customers.
        pub(super) Plain CUSTOMER_LISTS = 27 "customer_lists": names::CustomerList => Customers;
        /// Those of them of which not all are invited.
        pub(super) Plain CUSTOMER_LISTS_OPEN = 28 "customer_lists_open": names::CustomerList => ();
        /// What the company believes of listed customers.
        pub(super) Erasable LISTED_CUSTOMERS = 29 "listed_customers": Nth<names::CustomerList> => Customer;
        /// For which row of which list an invitation was made.
        pub(super) Plain LISTED_INVITATIONS = 30 "listed_invitations": Nonce => (names::CustomerList, u64);
        /// Who came by the invitation of a row.
        pub(super) Plain LISTED_ARRIVALS = 31 "listed_arrivals": Nth<names::CustomerList> => PublicKey;
        /// Persons for whom something waits, for the companions that share the store.
        pub(super) Plain SHARED_MAIL = 32 "shared_mail": Nth<()> => PublicKey;
        /// Where each of them listens.
        pub(super) Plain SHARED_PLACES = 33 "shared_places": [u8; 8] => Place, within SMALL_BYTES;
        /// Which of them delivers to a receiver.
        pub(super) Plain SHARED_LEASES = 34 "shared_leases": Vec<u8> => Lease, within 1024;
        /// Boards that are followed.
        pub(super) Plain FOLLOWED_BOARDS = 35 "followed_boards": PublicKey => Followed, within SMALL_BYTES;
        /// Intents found.
        pub(super) Plain FOUND_INTENTS = 36 "found_intents": ObjectId => FoundIntent, within SMALL_BYTES;
        /// Those intents in their order.
        pub(super) Plain FOUND_ORDER = 37 "found_order": Nth<()> => ObjectId;
        /// On which day an intent ends.
        pub(super) Plain FOUND_ENDS = 38 "found_ends": (u64, ObjectId) => ();
        /// Offers made.
        pub(super) Plain OFFERS = 39 "offers": ObjectId => Made, within SMALL_BYTES;
        /// Those offers in their order.
        pub(super) Plain OFFER_ORDER = 40 "offer_order": Nth<World> => ObjectId;
        /// Offers that their board has not answered, with the intent.
        pub(super) Plain OFFERS_WAITING = 41 "offers_waiting": ObjectId => Signed<Intent>, within SMALL_BYTES;
        /// Segments published.
        pub(super) Plain SEGMENTS = 42 "segments": ObjectId => Record;
        /// Who says that they belong.
        pub(super) Plain MEMBERS = 43 "members": (ObjectId, PublicKey) => Signed<Membership>, within SMALL_BYTES;
        /// On which day a membership ends.
        pub(super) Plain MEMBERS_LAPSE = 44 "members_lapse": (u64, Lapse) => ();
        /// Who was counted, and the randomised answer where no helper counts.
        pub(super) Plain COUNTED = 45 "counted": (ObjectId, PublicKey) => Option<bool>;
        /// Counts with a helper.
        pub(super) Plain COUNTS = 46 "counts": ObjectId => Counting;
        /// Answers that wait for the helper; the last one stays, empty, so that numbers go on.
        pub(super) Plain COUNT_REPORTS = 47 "count_reports": Nth<ObjectId> => Option<Signed<TallyReport>>;
        /// Counts that this companion helps with.
        pub(super) Plain HELPED_TASKS = 48 "helped_tasks": ObjectId => Task;
        /// Which answers of those were taken in, with their batch.
        pub(super) Plain HELPED_NONCES = 49 "helped_nonces": (ObjectId, Nonce) => u32;
        /// Intents on this board.
        pub(super) Plain BOARD_INTENTS = 50 "board_intents": ObjectId => board::Record, within SMALL_BYTES;
        /// Withdrawals of intents, by intent and key.
        pub(super) Plain BOARD_WITHDRAWALS = 51 "board_withdrawals": (ObjectId, PublicKey) => board::Record,
            within SMALL_BYTES;
        /// Offers for an intent.
        pub(super) Plain BOARD_OFFERS = 52 "board_offers": Nth<ObjectId> => board::Record, within SMALL_BYTES;
        /// Up to which offer the person of an intent has collected.
        pub(super) Plain BOARD_COLLECTED = 53 "board_collected": ObjectId => board::Record, within SMALL_BYTES;
        /// Companies whose offers this board takes.
        pub(super) Plain BOARD_ADMITTED = 54 "board_admitted": PublicKey => board::Record, within SMALL_BYTES,
            guards "a company that was sent away offers again";
        /// Which run of a person's node speaks, and what its restores left behind.
        pub(super) Plain RUNS = 55 "runs": PublicKey => Record;
        /// The newest head of each log of others that this companion cosigned, by the hash of the log's name.
        pub(super) Plain COSIGNED_LOGS = 58 "cosigned_logs": [u8; 32] => CosignedLog, within SMALL_BYTES,
            fails "a second history of a log is cosigned";
        /// Logs of others that this companion cosigns by its owner's word, by the hash of their names.
        pub(super) Plain LISTED_LOGS = 59 "listed_logs": [u8; 32] => VerifierKey, within 2 * 1024,
            guards "a log that was dismissed is cosigned again";
        /// What persons had the company do, and what it answered.
        pub(super) Erasable ACTS = 60 "acts": (PublicKey, ObjectId) => Record, within 32 * 1024;
        /// Pieces of large documents that are sent back to persons, by the number of each.
        pub(super) Erasable SENT_PIECES = 62 "sent_pieces": Nth<ItemName> => SentPiece,
            within 2 * regie_protocol::limits::PIECE_BYTES;
        /// The company's own words beside a thing: its reference and metadata.
        pub(super) Plain LABELS = 63 "labels": Thing => Label, within 16 * 1024;
        /// Things by their reference, in the order in which they got it.
        pub(super) Plain REFERENCES = 64 "references": Nth<Reference> => Referred, within 1024;
        /// Events that a webhook is told out of its line, under their numbers: once more, or because its receiver refused them.
        pub(super) Plain HOOK_ASIDES = 65 "hook_asides": Nth<names::Webhook> => Aside, within 4 * 1024;
        /// Requests that were answered or refused, and offers that were taken up: looked up one by one.
        pub(crate) Plain PAST_REQUESTS = 80 "past_requests": (PublicKey, RequestKey) => Record;
        /// The newest attempts to deliver to a webhook.
        pub(super) Plain HOOK_ATTEMPTS = 66 "hook_attempts": Nth<names::Webhook> => Attempt, within 4 * 1024;
        /// In which hour each key of the API was used last.
        pub(super) Plain KEY_USES = 69 "key_uses": names::ApiKey => Timestamp, within 64;
        /// Who in the company saw which values, in its order.
        pub(super) Plain READINGS = 70 "readings": Nth<World> => Reading, within 8 * 1024;
        /// The same by person.
        pub(super) Plain READINGS_OF = 71 "readings_of": Nth<PublicKey> => Reading, within 8 * 1024;
        /// What waits for a second one's word, or had it.
        pub(super) Plain APPROVALS = 72 "approvals": names::Approval => Approval, within 4 * 1024,
            guards "what was used or refused is allowed again";
        /// Those in their order.
        pub(super) Plain APPROVAL_ORDER = 73 "approval_order": Nth<World> => names::Approval;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_keys_read_back_as_what_they_are() {
        let object = ObjectId::of(b"x");
        let key = regie_protocol::Keypair::from_secret(&[7; 32]).public();
        for terms in
            [Terms::Grant(object), Terms::Delegated(object), Terms::Mandate(object), Terms::Renewed(key), Terms::Agreed]
        {
            assert_eq!(Terms::from_bytes(&terms.to_bytes()), Some(terms));
        }
        // A grant whose hash begins with the word is still a grant.
        let mut unlucky = [0; 32];
        unlucky[..10].copy_from_slice(b"delegated/");
        unlucky[10..14].copy_from_slice(b"key/");
        assert_eq!(Terms::from_bytes(&unlucky), Some(Terms::Grant(ObjectId::from_digest(unlucky))));
        for asked in [RequestKey::Request(Nonce([1; 16])), RequestKey::TakenUp(object)] {
            assert_eq!(RequestKey::from_bytes(&asked.to_bytes()), Some(asked));
        }
    }
}
