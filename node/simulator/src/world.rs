//! The world in which the machines live: virtual time, persons, suppliers, what is on its way between them. In: a scenario, a
//! number, a seed. Out: what was measured, or what the watch found broken.

pub mod agenda;
pub mod group;
pub mod hands;
pub mod life;
pub mod line;
