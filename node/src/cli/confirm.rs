//! A yes before what can't be taken back. In: a question. Out: that it was answered with yes, or a failure that says what was
//! not done.

use std::io::{IsTerminal as _, Write as _};

use crate::command::{Failure, exit};

/// What is known before anybody is asked.
#[derive(Clone, Copy)]
pub(super) struct Said {
    /// The command line says yes.
    pub(super) yes: bool,
    /// A program reads the answer, so nobody is there to be asked.
    pub(super) json: bool,
}

impl Said {
    /// Goes on where yes was said, or is said now.
    ///
    /// # Errors
    /// `not_confirmed`, with these words on what was not done and what to say for it.
    pub(super) fn or_ask(self, question: &str, not_done: &str) -> Result<(), Failure> {
        if self.yes || (!self.json && confirmed(question)?) {
            return Ok(());
        }
        Err(Failure::new("not_confirmed", exit::REFUSED, not_done))
    }
}

/// Asks once; where nobody can be asked it is no.
fn confirmed(question: &str) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    let _ = write!(std::io::stderr(), "{question} [y/N] ");
    let mut word = String::new();
    std::io::stdin().read_line(&mut word).map_err(Failure::internal)?;
    Ok(["y", "yes", "j", "ja"].contains(&word.trim().to_lowercase().as_str()))
}
