//! What is measured: who did which work, what suppliers hold and how right it is, what came of requests. In: what happens in
//! a world. Out: figures by month, and the sums over them.

pub mod holding;
pub mod lived;
pub mod meter;
pub mod month;
pub mod outcome;
pub mod paper;
pub mod summary;
pub mod tables;
