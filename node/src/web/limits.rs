//! Every bound of what is served by HTTP, with its unit. In: nothing. Out: constants.

use std::time::Duration;

use regie_protocol::rate::Rate;

// Connections and calls, in every room alike.

/// Connections at once; for one more, the oldest on which nobody proved who they are is closed.
pub const CONNECTIONS: usize = 512;
/// Connections at once of one address (of IPv6, of one /64) that is not of this machine: half of all, so that one alone
/// can't take every place, and a company's proxy, behind which everybody is one address, still can hold many.
pub const CONNECTIONS_PER_ADDRESS: usize = CONNECTIONS / 2;
/// A request's head must be complete within this time; a silent connection is closed after it.
pub const HEAD: Duration = Duration::from_secs(10);
/// Longest head of a request, in bytes. Cookies know no ports: a browser sends those of everything else that runs on
/// this machine as well.
pub const HEAD_BYTES: usize = 64 * 1024;
/// Most header fields of a request.
pub const HEADERS: usize = 64;
/// A request must be read and answered within this time, what follows the head of an answer apart.
pub const CALL: Duration = Duration::from_secs(60);

// Bodies.

/// Longest body of a form, in bytes.
pub const FORM_BYTES: usize = 64 * 1024;
/// Longest body with a credential, in bytes.
pub const CREDENTIAL_BYTES: usize = 1024 * 1024 + 64 * 1024;
/// Longest body of a form that is put back where it went wrong, in bytes: any that has no file.
pub const TYPED_BYTES: usize = CREDENTIAL_BYTES;
/// Longest page into which a form is put back, in bytes.
pub const PAGE_BYTES: usize = 16 * 1024 * 1024;
/// Longest body with pairing links, in bytes.
pub const LINKS_BYTES: usize = 1024 * 1024;
/// Longest body of an import, in bytes: a file of contacts with photos.
pub const IMPORT_BYTES: usize = 16 * 1024 * 1024 + 64 * 1024;
/// Longest body with files that tell of organisations, in bytes.
pub const FIND_BYTES: usize = 64 * 1024 * 1024 + 64 * 1024;
/// Longest body with files for a case, in bytes: one of the largest.
pub const CASE_BYTES: usize = 16 * 1024 * 1024 + 64 * 1024;
/// Longest body with a backup, in bytes; a longer one is restored at the command line.
pub const BACKUP_BYTES: usize = 256 * 1024 * 1024;
/// Most files at once.
pub const FIND_FILES: usize = 100;
/// How long what was found waits for the person's word.
pub const PREVIEW: Duration = Duration::from_secs(30 * 60);
/// Longest form of the company's page, in bytes.
pub const CONSOLE_FORM_BYTES: usize = 1024;
/// An offer that is made there.
pub const CONSOLE_OFFER_BYTES: usize = 32 * 1024;
/// Largest body of a call, in bytes.
pub const BODY_BYTES: usize = 1024 * 1024;
/// Largest list of customers, in bytes, as it stands in the body of the one call that takes more than others.
pub const LIST_BYTES: usize = 8 * 1024 * 1024;
/// Largest document for a person, in base64, as it stands in the body of a call.
pub const RECORD_BYTES: usize = 14 * 1024 * 1024;
/// Calls at once whose bodies are above [`BODY_BYTES`]; others wait for a place.
pub const LARGE_BODIES: usize = 4;
/// Of a call's body that is too large, this much is read and thrown away before the answer, in bytes.
pub const DRAIN_BYTES: usize = 64 * 1024 * 1024;
/// And for at most this long.
pub const DRAIN: Duration = Duration::from_secs(2);
/// Longest `Idempotency-Key`, in bytes.
pub const IDEMPOTENCY_KEY_BYTES: usize = 255;

// Who is in.

/// Sessions of a room at once; who was away longest gives way.
pub const SESSIONS: usize = 64;
/// A session ends after this time.
pub const SESSION: Duration = Duration::from_secs(12 * 60 * 60);
/// A session of the dashboard locks itself after this time without a request.
pub const IDLE: Duration = Duration::from_secs(15 * 60);
/// On the company's page the key is asked for again after this time without a look.
pub const CONSOLE_IDLE: Duration = Duration::from_secs(30 * 60);
/// One-time links that are open at once; the oldest gives way.
pub const LINKS: usize = 16;
/// How long a one-time link holds.
pub const LINK: Duration = Duration::from_secs(10 * 60);
/// Links that add a device, open at once; the oldest gives way.
pub const INVITATIONS: usize = 8;
/// How long such a link holds.
pub const INVITATION: Duration = Duration::from_secs(10 * 60);
/// How long a browser elsewhere keeps what it is known by; it begins anew with each day of use.
pub const DEVICE: Duration = Duration::from_secs(180 * 24 * 60 * 60);
/// Passkeys that are just being made or shown, at once in each room; the oldest gives way.
pub const CEREMONIES: usize = 32;
/// How long one may take.
pub const CEREMONY: Duration = Duration::from_secs(3 * 60);
/// Longest answer of an authenticator, in bytes.
pub const PASSKEY_BYTES: usize = 16 * 1024;
/// Wrong passphrases before one has to wait, over all who try.
pub const TRIES: u32 = 5;
/// The first wait; it doubles with each wrong one.
pub const TRY_WAIT: Duration = Duration::from_secs(15);
/// The longest.
pub const TRY_WAIT_MOST: Duration = Duration::from_secs(15 * 60);
/// After this time without a wrong one, those from before do not count.
pub const TRIES_FORGOTTEN: Duration = Duration::from_secs(60 * 60);
/// Tokens of forms that a page had, and of cookies: whoever sends one back was in before.
pub const FORMS_KNOWN: usize = 4 * SESSIONS;
/// Forms that came too late and are kept at once, each at most [`FORM_BYTES`]; the oldest gives way.
pub const KEPT_FORMS: usize = 16;
/// How long such a form waits for its person.
pub const KEPT: Duration = Duration::from_secs(30 * 60);
/// Longest path with a query that a browser is sent to, in bytes.
pub const PLACE_BYTES: usize = 8192;
/// Fewest characters of a passphrase that is chosen on a page.
pub const PASSPHRASE_CHARS: usize = 10;

// What stands on a page.

/// Rules on one page.
pub const RULES: usize = 50;
/// Suppliers on one page.
pub const SUPPLIERS: usize = 50;
/// Entries of the log on one page.
pub const ENTRIES: usize = 50;
/// Entries of a page of the API where none is asked for.
pub const PAGE: usize = 50;
/// Most entries of a page of the API.
pub const PAGE_MOST: usize = 200;
/// Longest life of an invitation, in days.
pub const INVITATION_DAYS: u32 = 366;
/// Rows that stand in memory until they are a part of a Parquet file.
pub const ROW_GROUP: usize = 10_000;

// A witness of others' logs.

/// Heads that a companion is asked to cosign from one source.
pub const QUESTIONS_PER_SOURCE: Rate = Rate::new(1_000, 1_000);
/// The same from everywhere.
pub const QUESTIONS_IN_ALL: Rate = Rate::new(5_000, 20_000);
/// Logs that an open witness sees for the first time from one source: those of one person at once.
pub const LOGS_PER_SOURCE: Rate = Rate::new(500, 50);
/// The same from everywhere.
pub const LOGS_IN_ALL: Rate = Rate::new(2_000, 400);
/// Sources that are remembered for these.
pub const CALLERS: usize = 16_384;

// Streams.

/// Longest time one event stream of the dashboard is served.
pub const STREAM: Duration = Duration::from_secs(120);
/// Changes that come within this time are one event of it.
pub const LOOK: Duration = Duration::from_millis(500);
/// Event streams and exports of the API at once.
pub const STREAMS: usize = 64;
/// A quiet event stream carries a comment after this time, so that both sides notice a dead one.
pub const STREAM_QUIET: Duration = Duration::from_secs(15);
/// A stream looks by itself after this time, since another process may have written.
pub const STREAM_LOOK: Duration = Duration::from_secs(5);

// What is told to other systems.

/// A webhook's receiver must answer within this time.
pub const DELIVERY: Duration = Duration::from_secs(15);
/// A connection to a receiver is closed after so long without a delivery: before the receiver does it, which common servers do after 5 s.
pub const DELIVERY_IDLE: Duration = Duration::from_secs(4);
/// Of a receiver's answer this much is read, in bytes; a connection with more to come is not used again.
pub const DELIVERY_ANSWER_BYTES: usize = 64 * 1024;
/// Events that wait in memory for a receiver.
pub const DELIVERY_PAGE: usize = 200;
/// Deliveries after which they are noted, where none waits for it.
pub const DELIVERY_NOTED: usize = 64;
/// Deliveries are noted this often while there are any.
pub const DELIVERY_LOOK: Duration = Duration::from_secs(1);
/// At least so long between two looks at what a webhook is to be told.
pub const DELIVERY_CALM: Duration = Duration::from_millis(20);
/// The same where nothing may be delivered, and between two looks at which webhooks there are.
pub const DELIVERY_REST: Duration = Duration::from_millis(250);
/// Events that are handed to the bus before its words of receipt are waited for.
pub const BUS_AT_ONCE: usize = 64;
/// The bus must say within this time that it has an event.
pub const BUS: Duration = Duration::from_secs(15);
/// After trouble with the bus, this long until the next try.
pub const BUS_AGAIN: Duration = Duration::from_secs(2);
