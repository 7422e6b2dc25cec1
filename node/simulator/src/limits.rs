//! Every bound of the simulator, named with its unit. What the protocol bounds stands in `regie_protocol::limits`.

/// Rows that a table holds before it writes them as one row group; about 12 MiB for the months.
pub const ROW_GROUP_ROWS: usize = 32_768;
/// Lives a thread that may be under way or wait for their turn to be written. More would only help where one life takes
/// many times as long as the others.
pub const LIVES_AHEAD_A_THREAD: u32 = 16;
/// Threads of a run.
pub const THREADS: usize = 1_024;
/// Values of one varied key.
pub const SWEEP_VALUES: usize = 1_000;
/// Seeds of a sweep.
pub const SWEEP_SEEDS: usize = 100_000;
/// Runs of a sweep.
pub const SWEEP_RUNS: usize = 100_000;
/// Bytes of one job: a scenario as JSON, with room.
pub const JOB_BYTES: usize = 1 << 20;
/// Characters of a run's directory that say what is varied; a hash follows.
pub const RUN_LABEL_CHARACTERS: usize = 80;
/// Shares that a sweep may be cut into.
pub const SHARDS: usize = 100_000;
/// Times that `calibrate` does each operation; the median counts.
pub const CALIBRATION_REPEATS: usize = 2_000;
