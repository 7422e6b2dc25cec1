//! What is said on standard output. In: text. Out: the text, or nothing where nobody reads any more (`regie audit | head`): that
//! is no failure of ours, and no reason to end a node that runs.

use std::{fmt::Display, io::Write as _, path::Path};

/// A line on standard output.
pub fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// The same without the end of the line.
pub fn print(text: impl Display) {
    let mut out = std::io::stdout().lock();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

/// A path as JSON can hold it: bytes that are no text are shown as such.
pub fn path(path: &Path) -> String {
    path.display().to_string()
}
