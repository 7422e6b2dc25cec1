//! Every bound of files that other programs wrote, with its unit. In: nothing. Out: constants.

/// Largest file, in MiB.
pub const FILE_MIB: u32 = 64;
/// Most logins of one file that are read.
pub const LOGINS: usize = 50_000;
/// Most addresses of one login.
pub const ADDRESSES: usize = 16;
/// Most payments of one file that are read: more than a hundred years of a busy account.
pub const PAYMENTS: usize = 500_000;
/// Deepest element of an XML document.
pub const DEPTH: usize = 64;
/// Longest text of one element that is kept, in bytes.
pub const TEXT_BYTES: usize = 4 * 1024;
/// Most that a compressed file may become, in bytes.
pub const INFLATED_BYTES: u64 = 128 * 1024 * 1024;
/// Most memory that opening a password file may take, in KiB (Argon2's unit): 1 GiB.
pub const KDF_KIB: u64 = 1024 * 1024;
/// Most work that opening one may take, in KiB of memory that are gone over: eight times that.
pub const KDF_WORK_KIB: u64 = 8 * KDF_KIB;
/// Most rounds of AES that opening an old KeePass file may take, and of PBKDF2 for a Bitwarden file.
pub const AES_ROUNDS: u64 = 100_000_000;
/// See [`AES_ROUNDS`].
pub const PBKDF2_ROUNDS: u32 = 10_000_000;
/// Most lanes of Argon2.
pub const KDF_LANES: u32 = 64;
/// Most organisations that are found at once.
pub const FINDINGS: usize = 5_000;
/// Most user names that are kept of one organisation.
pub const USERS: usize = 8;
/// Most domains of one, and most creditor identifiers.
pub const DOMAINS: usize = 16;
/// Most recurring payments that are kept of one.
pub const RECURRING: usize = 16;
