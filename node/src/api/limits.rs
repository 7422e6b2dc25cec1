//! Every bound of the HTTP API, with its unit. In: nothing. Out: constants.

use std::time::Duration;

/// Connections at once; the next one waits to be accepted.
pub const CONNECTIONS: usize = 512;
/// Largest body of a call, in bytes.
pub const BODY_BYTES: usize = 1024 * 1024;
/// Largest list of customers, in bytes, as it stands in the body of the one call that takes more than others.
pub const LIST_BYTES: usize = 8 * 1024 * 1024;
/// Of a body that is too large, this much is read and thrown away before the answer, in bytes.
pub const DRAIN_BYTES: usize = 64 * 1024 * 1024;
/// And for at most this long.
pub const DRAIN: Duration = Duration::from_secs(2);
/// Most header fields of a call.
pub const HEADERS: usize = 64;
/// Largest head of a call, in bytes.
pub const HEAD_BYTES: usize = 32 * 1024;
/// A call's head must be read within this time, so a silent connection is closed.
pub const HEAD: Duration = Duration::from_secs(10);
/// A call must be read and answered within this time.
pub const CALL: Duration = Duration::from_secs(30);
/// Entries of a page where none is asked for.
pub const PAGE: usize = 50;
/// Most entries of a page.
pub const PAGE_MOST: usize = 200;
/// Longest `Idempotency-Key`, in bytes.
pub const IDEMPOTENCY_KEY_BYTES: usize = 255;
/// Longest life of an invitation, in days.
pub const INVITATION_DAYS: u32 = 366;
/// Event streams at once.
pub const STREAMS: usize = 64;
/// A quiet event stream carries a comment after this time, so that both sides notice a dead one.
pub const STREAM_QUIET: Duration = Duration::from_secs(15);
/// A stream looks by itself after this time, since another process may have written.
pub const STREAM_LOOK: Duration = Duration::from_secs(5);
/// A webhook's receiver must answer within this time.
pub const DELIVERY: Duration = Duration::from_secs(15);
/// Deliveries that wait for their time are looked at this often.
pub const DELIVERY_LOOK: Duration = Duration::from_secs(1);
/// Who may look at the company's page at once; who was away longest gives way.
pub const CONSOLE_SEATS: usize = 64;
/// After this time without a look the key is asked for again.
pub const CONSOLE_IDLE: Duration = Duration::from_secs(30 * 60);
/// And after this time in any case.
pub const CONSOLE: Duration = Duration::from_secs(12 * 60 * 60);
/// Longest form of the company's page, in bytes.
pub const CONSOLE_FORM_BYTES: usize = 1024;
/// Events that are handed to the bus before its words of receipt are waited for.
pub const BUS_AT_ONCE: usize = 64;
/// The bus must say within this time that it has an event.
pub const BUS: Duration = Duration::from_secs(15);
/// After trouble with the bus, this long until the next try.
pub const BUS_AGAIN: Duration = Duration::from_secs(2);
/// Rows that stand in memory until they are a part of a Parquet file.
pub const ROW_GROUP: usize = 10_000;
