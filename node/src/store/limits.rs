//! Every bound of the store, named with its unit.
//!
//! In: nothing. Out: constants. A bound that is reached is a typed error, never a truncation.

/// Longest value of one record, bytes.
pub const VALUE_MAX_BYTES: usize = 1024 * 1024;
/// Longest group name of a key, bytes.
pub const GROUP_MAX_BYTES: usize = 512;
/// Longest item name of a key, bytes.
pub const ITEM_MAX_BYTES: usize = 1024;
/// Most operations in one batch. One change of a field told to 10,000 suppliers is one batch.
pub const BATCH_MAX_OPERATIONS: usize = 1024 * 1024;
/// Most value bytes in one batch.
pub const BATCH_MAX_BYTES: usize = 128 * 1024 * 1024;
/// Most rows one `scan_indexes` call returns.
pub const SCAN_MAX_ROWS: usize = 1024;
/// Value bytes after which one `scan_indexes` call stops early.
pub const SCAN_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Longest passphrase, bytes.
pub const PASSPHRASE_MAX_BYTES: usize = 1024;

/// Least argon2id memory, KiB per lane (the algorithm's own floor).
pub const KDF_MIN_KIB_PER_LANE: u32 = 8;
/// Most argon2id memory a keyring may demand, KiB (1 GiB).
pub const KDF_MAX_KIB: u32 = 1024 * 1024;
/// Most argon2id passes a keyring may demand.
pub const KDF_MAX_PASSES: u32 = 10;
/// Most argon2id lanes a keyring may demand.
pub const KDF_MAX_LANES: u32 = 16;

/// Largest side file (keyring, clean marker) that is read, bytes.
pub const SIDE_FILE_MAX_BYTES: u64 = 16 * 1024;
/// Memory redb may use to cache (encrypted) pages, bytes.
pub const CACHE_BYTES: usize = 16 * 1024 * 1024;
/// Space kept back for revocations on a full disk, bytes.
pub const RESERVE_BYTES: usize = 4 * 1024 * 1024;
/// Rows of a group that are deleted per step, to bound memory.
pub(super) const DELETE_CHUNK_ROWS: usize = 1024;
/// Buckets the keys of erasable records are spread over.
pub(super) const BUCKETS: usize = 256;
