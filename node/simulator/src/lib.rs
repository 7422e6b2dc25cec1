//! Markets of regie in virtual time: the person and supplier machines of `regie-protocol`, driven by an event queue.
//!
//! In: a scenario and a seed. Out: tables. No rule of the protocol stands here a second time: what a request, a grant
//! or a revocation does is done by the machines; the world only carries messages, lets time pass, and watches that
//! nothing leaves without a live grant. Persons share nothing but the scenario, so each is run by itself, with random
//! numbers of its own, and any number of threads gives the same tables.

pub mod calibrate;
pub mod experiment;
pub mod io;
pub mod limits;
pub mod measure;
pub mod runs;
pub mod scenario;
pub mod stopwatch;
pub mod watch;
pub mod world;
