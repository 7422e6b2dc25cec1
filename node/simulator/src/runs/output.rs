//! What a run comes to: its tables, where there is a directory for them, and its summary. In: lives or groups, in order. Out:
//! files, which are there only when they are whole, and the measures over all.

use std::path::{Path, PathBuf};

use crate::{
    io::writer::Writer,
    measure::{
        lived::Lived,
        summary::{Summary, Sums},
        tables::{self, Groups},
    },
    runs::plan::RunError,
    scenario::Scenario,
};

/// What came so far.
pub struct Output {
    sums: Sums,
    tables: Tables,
}

/// Rows of persons are written while they come, for there may be a million; those of groups are few.
enum Tables {
    None,
    Months(Box<Writer>),
    Groups(Box<Groups>, PathBuf),
}

impl Output {
    /// Of a run of this scenario, into this directory.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn create(scenario: &Scenario, out: Option<&Path>) -> Result<Self, RunError> {
        let tables = match (out, &scenario.group) {
            (None, _) => Tables::None,
            (Some(out), None) => Tables::Months(Box::new(Writer::create(out, &tables::months())?)),
            (Some(out), Some(_)) => Tables::Groups(Box::default(), out.to_owned()),
        };
        Ok(Self { sums: Sums::default(), tables })
    }

    /// One more life or group.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn push(&mut self, one: &Lived) -> Result<(), RunError> {
        self.sums.add(one);
        match &mut self.tables {
            Tables::None => Ok(()),
            Tables::Months(writer) => Ok(one.months.iter().try_for_each(|month| writer.push(&tables::cells(month)))?),
            Tables::Groups(groups, _) => Ok(groups.push(one)?),
        }
    }

    /// That was the last one.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn finish(self) -> Result<Summary, RunError> {
        match self.tables {
            Tables::None => {}
            Tables::Months(writer) => writer.finish()?,
            Tables::Groups(groups, out) => groups.frames().iter().try_for_each(|frame| frame.write(&out))?,
        }
        Ok(Summary::over(&self.sums))
    }
}
