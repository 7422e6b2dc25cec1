//! The pure core of regie.
//!
//! In: values (frames, owner's actions, the time, random bytes). Out: values (verified objects, decisions,
//! ordered effects). Nothing here reads a clock, a file or a socket, and one function alone the operating system's
//! randomness (`prio3.rs` says why); the node and the simulator drive the same code. `docs/architecture.md` shows the rooms.

pub mod agreement;
pub mod attestation;
pub mod audit;
pub mod board;
pub mod clock;
pub mod decision;
pub mod disclosure;
pub mod entropy;
pub mod field;
pub mod grant;
pub mod identity;
pub mod intent;
pub mod item;
pub mod limits;
pub mod lookalike;
pub mod merkle;
pub mod message;
pub mod person;
pub mod policy;
pub mod prio3;
pub mod profile;
pub mod purpose;
pub mod receipt;
pub mod refusal;
pub mod renewal;
pub mod request;
pub mod revocation;
pub mod rotation;
pub mod scheme;
pub mod segment;
pub mod signed;
pub mod standing;
pub mod supplier;
pub mod tally;
pub mod text;
pub mod time;
mod underway;
pub mod wire;
