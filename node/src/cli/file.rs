//! Files that the owner names. In: a path, the most that is read of it. Out: its bytes or its text, or why not, with the next step.

use std::{fs::File, io::Read as _, path::Path};

use crate::command::Failure;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The bytes of a file that has no more than `most`. What the system says of its size is not believed: of a pipe it says
/// nothing, and a file may grow.
pub(super) fn bytes_of(file: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::usage(format!("can't read {}: {error}; give the path of a file that you may read", file.display()))
    };
    let mut opened = File::open(file).map_err(cannot)?;
    let said = opened.metadata().map_err(cannot)?.len().min(most);
    // In one piece, since a buffer that grows leaves copies of what may be secret.
    let mut bytes = Vec::with_capacity(usize::try_from(said).unwrap_or_default() + 1);
    opened.by_ref().take(most + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > most {
        let most = if most.is_multiple_of(MIB) { format!("{} MiB", most / MIB) } else { format!("{} KiB", most / KIB) };
        return Err(Failure::usage(format!("{} is above {most}; give a smaller file", file.display())));
    }
    Ok(bytes)
}

/// The text of a file, likewise.
pub(super) fn text_of(file: &Path, most: u64) -> Result<String, Failure> {
    String::from_utf8(bytes_of(file, most)?)
        .map_err(|_| Failure::usage(format!("{} is no text in UTF-8; give the path of a text file", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_within_its_bound_whatever_it_says_of_its_size() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("file");
        std::fs::write(&file, "x".repeat(2048)).expect("written");
        assert_eq!(bytes_of(&file, 2048).map(|bytes| bytes.len()).ok(), Some(2048));
        assert!(bytes_of(&file, 1024).expect_err("above").message.contains("1 KiB"));
        // It says that it has no bytes, and has no end.
        assert!(bytes_of(Path::new("/dev/zero"), MIB).expect_err("endless").message.contains("1 MiB"));
        assert!(text_of(Path::new("/dev/null"), MIB).is_ok_and(|text| text.is_empty()));
        assert!(bytes_of(&directory.path().join("none"), MIB).expect_err("none").message.contains("none"));
    }
}
