//! Where nodes on hosts have their homes, and their logs beside them. In: nothing. Out: a directory that is gone at the
//! end of its test; where that failed, the last that each node said.

use std::{fs::File, path::Path};

use tempfile::TempDir;

/// Lines of a log that are shown where a test failed.
const LAST_LINES: usize = 40;

/// A directory with the homes and logs of one test's nodes.
#[derive(Debug)]
pub struct Homes(TempDir);

impl Homes {
    /// An empty one.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it makes a directory")]
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn show(&self) {
        let files = std::fs::read_dir(self.path()).into_iter().flatten().flatten().map(|file| file.path());
        for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "log")) {
            let said = std::fs::read_to_string(&path).unwrap_or_default();
            let lines: Vec<&str> = said.lines().collect();
            let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
            println!("the last lines of {}:\n{last}", path.display());
        }
    }
}

impl Drop for Homes {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.show();
        }
    }
}

/// A log that goes on where it was.
pub(super) fn appended(log: &Path) -> File {
    File::options().create(true).append(true).open(log).expect("a log")
}
