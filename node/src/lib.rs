//! regie: a person's data node and a supplier's companion, in one binary.
//!
//! In: commands of an owner, frames of peers. Out: what `docs/architecture.md` describes. Imports go one way, from `cli` down
//! to `clock`: that page has the order, and `tests/tidy.rs` holds it.

#[cfg(regie_modelled)]
compile_error!(
    "a node is never built with modelled signatures, which protect nobody; leave `--cfg regie_modelled` out of RUSTFLAGS"
);
// Also where the flag was given for the protocol's crate alone.
const _: () = assert!(!regie_protocol::scheme::MODELLED, "the protocol was built with modelled signatures");

pub mod api;
pub mod backoff;
pub mod backup;
pub mod calendar;
pub mod case;
pub mod cli;
pub mod clock;
pub mod command;
pub mod consent;
pub mod control;
pub mod conversation;
#[cfg(feature = "vc")]
pub mod credential;
pub mod dashboard;
pub mod demo;
pub mod domain;
pub mod driver;
pub mod elsewhere;
pub mod find;
pub mod home;
mod http;
pub mod import;
pub mod letter;
mod locale;
pub mod mail;
pub mod media;
pub mod network;
pub mod notice;
pub mod out;
pub mod person;
pub mod place;
pub mod public;
mod qr;
mod sentences;
pub mod store;
pub mod supplier;
pub mod verb;
pub mod web;
pub mod witness;
