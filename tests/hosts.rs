//! Real nodes on hosts of their own, with what networks and machines do to them in between (`tests/lab.rs`). Each test
//! is run over TCP and over QUIC where both can do it, the rows of its table at once.
//!
//! A bound in seconds here is part of what must hold: a line that is dead is noticed in [`NOTICED`].

mod clocks;
mod companions;
mod forwarded;
mod hotspot;
mod impostor;
mod itself;
mod machines;
mod outages;
mod pairing;
mod schedules;

/// Within so many seconds both sides notice that a line is dead.
const NOTICED: u64 = 20;
/// Within so many seconds after a network carries again, or a machine is back, what waited is delivered.
const DELIVERED: u64 = 30;
