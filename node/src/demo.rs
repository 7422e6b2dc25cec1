//! `regie demo`: the whole of regie in a minute, with real processes over real sockets.
//!
//! `demo/steps.rs` is the first act, `demo/market.rs` the second; `demo/day_one.rs` is another story. In: nothing. Out: each step in plain language with what each side saw; every step is checked, and the exit
//! code is 0 only if all hold. The processes are this binary, on loopback, with temporary homes.

mod day_one;
mod market;
mod stage;
mod steps;

use serde_json::json;

use crate::command::Failure;

/// Which story is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// A person with three suppliers that speak regie.
    Suppliers,
    /// The same, with a second act: a market.
    Market,
    /// The first day of a person none of whose suppliers does.
    DayOne,
}

/// Runs the demo.
///
/// # Errors
/// The first step that does not hold, with the homes left where they are.
pub fn run(story: Story, keep: bool, json: bool) -> Result<(), Failure> {
    let mut stage = stage::Stage::new(json)?;
    let result = match story {
        Story::Suppliers => steps::all(&mut stage),
        Story::Market => steps::all(&mut stage).and_then(|()| market::all(&mut stage)),
        Story::DayOne => day_one::all(&mut stage),
    };
    let kept = keep || result.is_err();
    let home = stage.end(kept);
    if json {
        crate::out::say(json!({ "done": result.is_ok(), "kept": kept.then_some(&home) }));
    } else if kept {
        crate::out::say(format_args!("\nThe homes are in {} (passphrase: {}).", home.display(), stage::PASSPHRASE));
    }
    if result.is_ok() && !json {
        crate::out::say("\nEvery step was checked and holds.");
    }
    result
}
