//! Every bound of the dashboard, with its unit. In: nothing. Out: constants.

use std::time::Duration;

/// Connections at once; more wait in the system's queue.
pub const CONNECTIONS: usize = 256;
/// A request's head must be complete within this time; a silent connection is closed after it.
pub const HEAD: Duration = Duration::from_secs(10);
/// Longest body of a form, in bytes.
pub const FORM_BYTES: usize = 64 * 1024;
/// Longest body of an import, in bytes.
pub const IMPORT_BYTES: usize = 1024 * 1024 + 64 * 1024;
/// A request must be through within this time, event streams apart.
pub const REQUEST: Duration = Duration::from_secs(60);
/// One-time links that are open at once; the oldest gives way.
pub const LINKS: usize = 16;
/// How long a one-time link holds.
pub const LINK: Duration = Duration::from_secs(10 * 60);
/// Sessions at once; the oldest gives way.
pub const SESSIONS: usize = 32;
/// A session locks itself after this time without a request.
pub const IDLE: Duration = Duration::from_secs(15 * 60);
/// A session ends after this time.
pub const SESSION: Duration = Duration::from_secs(12 * 60 * 60);
/// Passphrases tried in [`TRIES_WITHIN`], over all sessions.
pub const TRIES: usize = 5;
/// See [`TRIES`].
pub const TRIES_WITHIN: Duration = Duration::from_secs(60);
/// Suppliers on one page.
pub const SUPPLIERS: usize = 50;
/// Entries of the log on one page.
pub const ENTRIES: usize = 50;
/// Longest time one event stream is served.
pub const STREAM: Duration = Duration::from_secs(120);
/// Time between two looks at what is undelivered.
pub const LOOK: Duration = Duration::from_millis(500);
