//! The tables of a person's store: what stands under which key, and what can be erased.
//!
//! In: nothing. Out: one constant a table, and the list of all. Names and codes are part of the file's format, which
//! docs/store-format.md describes; a table that goes leaves its code unused.

use regie_protocol::{
    Agreement, FieldPath, Nonce, ObjectId, Observed, PublicKey, Signed,
    audit::{Log, TreeHead},
    person::Record,
    suggestion::OwnAnswer,
};

use super::{
    activity::Counts,
    cases::KeptCase,
    contracts::OwnContract,
    devices::{Device, PASSKEY_BYTES, StoredPasskey},
    files::{FilePart, PART_BYTES},
    letters::{LETTER_BYTES, StoredLetter},
    organisations::{Organisation, OrganisationId},
    own_fields::OwnField,
    witnesses::{SeenLog, StoredWitness},
};
#[cfg(feature = "vc")]
use crate::credential::{CREDENTIAL_BYTES, Credential, HolderKey};
use crate::{
    clock::ClockRecord,
    elsewhere::Certificate,
    find::{DirectoryEntry, Slug},
    mail::Account,
    notice::{Ledger, Settings, VapidKey},
    store::{ItemName, Nth, Secret, tables},
};

tables! {
    role: "person", version: 2, migrations: super::migrations::STEPS;
    facts FACTS = 1 "facts", "The node's own facts, each under its name." {
        /// The root seed, from which every key is derived.
        pub(super) SEED = "seed": Secret;
        /// The floor of the clock.
        pub(super) CLOCK = "clock": ClockRecord;
        /// The signed head of the personal log.
        pub(super) HEAD = "head": Signed<TreeHead>;
        /// What the person wants to be called by their own node.
        pub(super) NAME = "name": String;
        /// The agreement that is proffered to the next supplier.
        pub(super) PROFFER = "proffer": Agreement;
        /// What happened, counted by day.
        pub(super) ACTIVITY = "activity": Vec<(u64, Counts)>;
        /// What happened, counted by month.
        pub(super) MONTHS = "months": Vec<(i32, Counts)>;
        /// The defaults.
        pub(super) POLICY = "policy": Record;
        /// How often the node was restored.
        pub(super) EPOCH = "epoch": Record;
        /// Since when past requests are counted.
        pub(super) COUNTS_FROM = "counts_from": Record;
        /// The starts of this home.
        pub(super) RUNS = "runs": Record;
        /// The key of the feed of contracts' dates.
        pub(super) FEED = "feed": Nonce;
        /// The account by which letters leave.
        pub(super) MAIL_ACCOUNT = "mail_account": Option<Account>;
        /// How the person is told that something waits.
        pub(super) NOTICE_SETTINGS = "notice_settings": Settings;
        /// The key by which push services know this node.
        pub(super) VAPID = "vapid": VapidKey;
        /// The certificate that the node made for browsers elsewhere, with its key.
        pub(super) CERTIFICATE = "certificate": Certificate;
        /// Suggestions that the person does not want to see.
        pub(super) HIDDEN_SUGGESTIONS = "hidden_suggestions": Vec<String>;
        /// The copy of this node that goes on in its place.
        pub(super) SUPERSEDED = "superseded": Record;
        /// Where the node went, where it is not in this home any more.
        pub(super) MOVED = "moved": Record;
        /// The copy that was seen last and stood aside.
        pub(super) RIVAL = "rival": Record;
    }
    tables {
        /// Relationships, by supplier.
        pub(super) Plain RELATIONSHIPS = 2 "relationships": PublicKey => Record;
        /// What is known of who a supplier is.
        pub(super) Plain IDENTITIES = 3 "identities": PublicKey => Record;
        /// Fields that the person took back from a supplier.
        pub(super) Plain WITHDRAWN_FIELDS = 4 "withdrawn_fields": PublicKey => Record;
        /// Grants, by supplier and grant.
        pub(super) Plain GRANTS = 5 "grants": (PublicKey, ObjectId) => Record;
        /// What suppliers handed on, by processor and last link.
        pub(super) Plain MANDATES = 6 "mandates": (PublicKey, ObjectId) => Record;
        /// How often a grant, or a link of a delegation, was used.
        pub(super) Plain GRANT_USES = 7 "grant_uses": ObjectId => Record;
        /// Revocations.
        pub(super) Plain REVOCATIONS = 8 "revocations": ObjectId => Record;
        /// Ids of requests that were seen, against replay.
        pub(super) Plain SEEN_REQUESTS = 9 "seen_requests": (PublicKey, Nonce) => Record;
        /// Up to when ids of a supplier's requests were forgotten.
        pub(super) Plain SEEN_HORIZONS = 10 "seen_horizons": PublicKey => Record;
        /// Requests that wait for the person.
        pub(super) Plain WAITING_REQUESTS = 11 "waiting_requests": (PublicKey, Nonce) => Record;
        /// Messages that wait to be signed for, values and all, by supplier.
        pub(super) Erasable OUTBOX = 12 "outbox": Nth<PublicKey> => Record;
        /// The personal log.
        pub(super) Plain PERSONAL_LOG = 13 "personal_log": Nth<()> => Record;
        /// The logs that suppliers witness.
        pub(super) Plain SHARED_LOGS = 14 "shared_logs": Nth<PublicKey> => Record;
        /// Where each log stands.
        pub(super) Plain LOG_HEADS = 15 "log_heads": Log => Record;
        /// Erasure receipts of suppliers.
        pub(super) Plain RECEIPTS = 16 "receipts": (PublicKey, ObjectId) => Record;
        /// Values of fields.
        pub(super) Erasable FIELDS = 17 "fields": FieldPath => Observed, within regie_protocol::limits::OBJECT_BYTES;
        /// Earlier values of fields.
        pub(super) Erasable FIELD_HISTORY = 18 "field_history": Nth<FieldPath> => Observed,
            within regie_protocol::limits::OBJECT_BYTES;
        /// Which fields a supplier has.
        pub(super) Plain KNOWN_FIELDS = 19 "known_fields": (PublicKey, FieldPath) => Record;
        /// The terms of past requests, in a ring.
        pub(super) Plain PAST_REQUESTS = 20 "past_requests": Nth<()> => Record;
        /// What suppliers sent, without what it says.
        pub(super) Plain ITEMS = 21 "items": (PublicKey, Nonce) => Record;
        /// What suppliers sent.
        pub(super) Erasable ITEM_CONTENTS = 22 "item_contents": (PublicKey, Nonce) => Record;
        /// Credentials (with the feature `vc`).
        #[cfg(feature = "vc")]
        pub(super) Erasable CREDENTIALS = 23 "credentials": [u8; 16] => Credential, within 2 * CREDENTIAL_BYTES;
        /// Keys that wait for a credential to be bound to them (with the feature `vc`).
        #[cfg(feature = "vc")]
        pub(super) Erasable HOLDER_KEYS = 24 "holder_keys": [u8; 16] => HolderKey, within 2 * CREDENTIAL_BYTES;
        /// Segments that a supplier published.
        pub(super) Plain SEGMENTS = 25 "segments": PublicKey => Record;
        /// What the person said of a segment.
        pub(super) Plain SEGMENT_ANSWERS = 26 "segment_answers": (PublicKey, ObjectId) => Record;
        /// What the person wants.
        pub(super) Erasable INTENTS = 27 "intents": ObjectId => Record;
        /// Offers for it, by intent.
        pub(super) Erasable OFFERS = 28 "offers": (ObjectId, ObjectId) => Record;
        /// Which branch of the log with a supplier this home writes.
        pub(super) Plain LOG_BRANCHES = 29 "log_branches": PublicKey => Record;
        /// Organisations that hold the person's data, with a companion or without.
        pub(super) Erasable ORGANISATIONS = 30 "organisations": OrganisationId => Organisation;
        /// Lists of organisations that the person added, to know them by.
        pub(super) Plain DIRECTORY = 31 "directory": Slug => DirectoryEntry;
        /// Contracts that the person typed.
        pub(super) Erasable CONTRACTS = 32 "contracts": [u8; 16] => OwnContract,
            within 2 * regie_protocol::limits::CONTRACT_BYTES;
        /// Requests under the GDPR, and what became of them.
        pub(super) Erasable CASES = 33 "cases": Nonce => KeptCase, within 128 * 1024;
        /// Files of a case, in parts: what an organisation answered.
        pub(super) Erasable CASE_FILES = 34 "case_files": Nth<Nonce> => FilePart, within 2 * PART_BYTES;
        /// Letters to organisations without a companion.
        pub(super) Erasable LETTERS = 35 "letters": [u8; 16] => StoredLetter, within LETTER_BYTES;
        /// Independent witnesses of the logs, by their keys.
        pub(super) Plain WITNESSES = 36 "witnesses": PublicKey => StoredWitness, within 4 * 1024;
        /// How far each of them has cosigned a log.
        pub(super) Plain SEEN_LOGS = 37 "seen_logs": (PublicKey, Log) => SeenLog, within 8 * 1024;
        /// What suppliers were had to do, and what became of it, by supplier and act.
        pub(super) Erasable ACTS = 38 "acts": (PublicKey, ObjectId) => Record, within 32 * 1024;
        /// Fields and notes of the person's own, which never leave.
        pub(super) Erasable OWN_FIELDS = 39 "own_fields": Nonce => OwnField, within 32 * 1024;
        /// Files with fields and notes of the person's own, in parts.
        pub(super) Erasable OWN_FILES = 51 "own_files": Nth<Nonce> => FilePart, within 2 * PART_BYTES;
        /// Documents of which pieces are wanted.
        pub(super) Erasable COMING_ITEMS = 49 "coming_items": (PublicKey, Nonce) => Record, within 64 * 1024;
        /// Pieces of large documents, by the number of each.
        pub(super) Erasable ITEM_PIECES = 50 "item_pieces": Nth<ItemName> => Record,
            within 2 * regie_protocol::limits::PIECE_BYTES;
        /// What the person answered by hand, in a ring.
        pub(super) Plain OWN_ANSWERS = 52 "own_answers": Nth<()> => OwnAnswer;
        /// Documents that the person has not looked at.
        pub(super) Plain UNSEEN = 43 "unseen": (PublicKey, Nonce) => ();
        /// What was told by each way, by the way's number.
        pub(super) Plain NOTICE_LEDGERS = 44 "notice_ledgers": u64 => Ledger, within 512 * 1024;
        /// Devices that may come to the dashboard from elsewhere.
        pub(super) Erasable DEVICES = 46 "devices": Nonce => Device, within 4 * 1024;
        /// Passkeys, of devices and of this machine.
        pub(super) Erasable PASSKEYS = 47 "passkeys": Nonce => StoredPasskey, within 2 * PASSKEY_BYTES;
    }
}
