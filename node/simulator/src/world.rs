//! The world in which the machines live: persons, suppliers, a board, virtual time. In: a scenario, a number, a seed. Out:
//! what was measured, or what the watch found broken.

pub mod agenda;
mod attacks;
mod beginning;
mod board;
mod event;
pub mod failure;
pub mod hands;
mod home;
mod letters;
pub mod life;
pub mod line;
mod linkability;
mod needs;
mod person;
mod relationship;
mod said;
pub mod script;
mod segments;
mod state;
mod supplier;
mod wire;
