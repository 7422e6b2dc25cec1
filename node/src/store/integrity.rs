//! What of a store was found to be set back behind the processes that use it.
//!
//! In: tables of rows that were refused, outcomes of looks at the whole. Out: how that stands, and the next step in words.

use std::collections::BTreeMap;

use regie_protocol::Timestamp;

/// How the rows of a store stand against what was written. An embedded store has nothing to say here: its rows and their
/// number are checked when it is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Integrity {
    /// Rows that are not those which were written last, and so count as absent: how often they were met, by table.
    pub refused: BTreeMap<&'static str, u64>,
    /// Is the whole another one than what was written?
    pub differs: bool,
    /// When the whole was looked at last.
    pub looked: Option<Timestamp>,
}

impl Integrity {
    /// Is everything as it was written, as far as that was looked at?
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.refused.is_empty() && !self.differs
    }

    /// What is wrong and what to do; empty where nothing is.
    #[must_use]
    pub fn next_step(&self) -> String {
        if self.is_fine() {
            return String::new();
        }
        let tables: Vec<&str> = self.refused.keys().copied().collect();
        let refused = match tables.as_slice() {
            [] => String::new(),
            tables => format!(" (rows of {} are refused)", tables.join(", ")),
        };
        format!(
            "rows of the shared database were set back, taken off or put back behind the companions{refused}: ask who \
             administers it; then restore its last backup, or, where what stands there is to hold, stop the companions \
             and run `regie supplier accept-store`"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_its_tables() {
        assert_eq!(Integrity::default().next_step(), "");
        let refused = Integrity { refused: [("api_keys", 2)].into(), ..Integrity::default() };
        assert!(refused.next_step().contains("rows of api_keys") && !refused.is_fine());
        let differs = Integrity { differs: true, ..Integrity::default() };
        assert!(differs.next_step().contains("accept-store") && !differs.next_step().contains("refused"));
    }
}
