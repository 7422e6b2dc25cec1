//! Files of a case: what an organisation answered, byte for byte. In: parts of files. Out: rows in this turn's commit, and the
//! parts again (`person/files.rs`).

use super::{
    Node,
    files::{Coming, ShownFile, ShownPart, remove_file},
    tables,
};
use crate::{command::Failure, driver::Turn};

impl Node {
    /// Takes a part of a file in.
    pub(super) fn file_case(&mut self, text: &str, coming: Coming, turn: &mut Turn) -> Result<ShownFile, Failure> {
        self.speaks()?;
        let (case, mut kept) = self.kept_case(text)?;
        let shown = self.take_part(&mut kept.files, tables::CASE_FILES, coming, turn)?;
        self.put_case(case, kept, turn);
        Ok(shown)
    }

    /// A file with one of its parts, from 1 on.
    pub(super) fn case_file(&self, text: &str, file: &str, part: u64) -> Result<ShownPart, Failure> {
        let (_, kept) = self.kept_case(text)?;
        self.part_of(&kept.files, tables::CASE_FILES, file, part)
    }

    /// Takes a file off its case, for good.
    pub(super) fn remove_case_file(&mut self, text: &str, file: &str, turn: &mut Turn) -> Result<ShownFile, Failure> {
        self.speaks()?;
        let (case, mut kept) = self.kept_case(text)?;
        let shown = remove_file(&mut kept.files, tables::CASE_FILES, file, turn)?;
        self.put_case(case, kept, turn);
        Ok(shown)
    }
}
