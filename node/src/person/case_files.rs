//! Files of a case: what an organisation answered, byte for byte. In: parts of files. Out: rows that are sealed each under a key
//! of its own, and the parts again.
//!
//! A file is bytes: nothing here looks into one. It comes and goes in parts, since a row and a line of the control socket
//! have bounds.

use regie_protocol::{Nonce, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Node, cases::KeptCase, cases::ShownFile, tables};
use crate::{
    clock,
    command::{Failure, exit},
    driver::Turn,
    find,
    store::{Nth, Read as _},
};

/// Longest part, in bytes.
pub const PART_BYTES: usize = 512 * 1024;
/// Longest file, in bytes.
pub const FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Most that the files of one case hold, in bytes.
const CASE_BYTES: u64 = 64 * 1024 * 1024;
/// Most that the files of all cases hold, in bytes.
const ALL_BYTES: u64 = 512 * 1024 * 1024;
/// Most files of one case.
const FILES: usize = 50;
/// Longest name of a file, in bytes.
const NAME_BYTES: usize = 120;

/// A file as its case knows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptFile {
    pub(super) id: Nonce,
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) parts: u64,
    pub(super) whole: bool,
    pub(super) filed: Timestamp,
}

/// A part of a file, as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilePart {
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
}

/// A part of a file that comes.
pub(super) struct Coming {
    /// The file that it goes on with; none begins one.
    pub(super) file: Option<Nonce>,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) last: bool,
}

impl From<&KeptFile> for ShownFile {
    fn from(of: &KeptFile) -> Self {
        Self { id: of.id, name: of.name.clone(), bytes: of.bytes, whole: of.whole, filed: clock::text(of.filed) }
    }
}

impl Node {
    /// Takes a part of a file in. A file that was begun and never ended goes where another one begins.
    pub(super) fn file_part(&mut self, text: &str, coming: Coming, turn: &mut Turn) -> Result<ShownFile, Failure> {
        self.speaks()?;
        let (case, mut kept) = self.kept_case(text)?;
        let Coming { file, name, bytes, last } = coming;
        if bytes.len() > PART_BYTES {
            return Err(Failure::usage(format!("a part has at most {PART_BYTES} bytes; send smaller ones")));
        }
        let place = match file {
            Some(id) => open_file(&kept, &id)?,
            None => self.new_file(&mut kept, &name, turn)?,
        };
        let added = bytes.len() as u64;
        let in_all = self.filed_bytes()?;
        let in_case: u64 = kept.files.iter().map(|file| file.bytes).sum();
        let file = kept.files.get_mut(place).ok_or_else(no_file)?;
        if file.bytes + added > FILE_BYTES || in_case + added > CASE_BYTES || in_all + added > ALL_BYTES {
            turn.undo();
            return Err(too_large());
        }
        file.bytes += added;
        file.parts += 1;
        file.whole = last;
        turn.batch.append(tables::CASE_FILES, &file.id, &FilePart { bytes });
        let shown = ShownFile::from(&*file);
        self.put_case(case, kept, turn);
        Ok(shown)
    }

    /// A file with one of its parts, from 1 on.
    pub(super) fn part_of_file(&self, text: &str, file: &str, part: u64) -> Result<(ShownFile, u64, Vec<u8>), Failure> {
        let (_, kept) = self.kept_case(text)?;
        let file = find_file(&kept, file)?;
        let row = self.store.get(tables::CASE_FILES, &Nth(file.id, part))?.ok_or_else(no_file)?;
        Ok((file.into(), file.parts, row.bytes))
    }

    /// Takes a file off its case, for good.
    pub(super) fn remove_file(&mut self, text: &str, file: &str, turn: &mut Turn) -> Result<ShownFile, Failure> {
        self.speaks()?;
        let (case, mut kept) = self.kept_case(text)?;
        let shown = ShownFile::from(find_file(&kept, file)?);
        kept.files.retain(|one| one.id != shown.id);
        turn.batch.erase_group(tables::CASE_FILES, &shown.id);
        self.put_case(case, kept, turn);
        Ok(shown)
    }

    fn new_file(&mut self, kept: &mut KeptCase, name: &str, turn: &mut Turn) -> Result<usize, Failure> {
        if kept.files.iter().filter(|file| file.whole).count() >= FILES {
            return Err(Failure::usage(format!("a case has at most {FILES} files; remove one first")));
        }
        for left in kept.files.iter().filter(|file| !file.whole) {
            turn.batch.erase_group(tables::CASE_FILES, &left.id);
        }
        kept.files.retain(|file| file.whole);
        let filed = self.clock.now().wall;
        let (id, name) = (Nonce(clock::random()), file_name(name));
        kept.files.push(KeptFile { id, name, bytes: 0, parts: 0, whole: false, filed });
        Ok(kept.files.len() - 1)
    }

    fn filed_bytes(&self) -> Result<u64, Failure> {
        let rows = self.store.group(tables::CASES, &())?;
        Ok(rows.iter().flat_map(|(_, kept)| &kept.files).map(|file| file.bytes).sum())
    }
}

/// The name of a file without its folders, and with nothing in it that a shell, a header or a page could take for more than a name.
pub(crate) fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String =
        last.chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' }).collect();
    let clean = find::line(plain.trim_start_matches(['.', '-', ' ']), NAME_BYTES).unwrap_or_default();
    if clean.is_empty() { "file".to_owned() } else { clean }
}

/// The place of a file that is not whole yet.
fn open_file(kept: &KeptCase, id: &Nonce) -> Result<usize, Failure> {
    kept.files.iter().position(|file| file.id == *id && !file.whole).ok_or_else(no_file)
}

fn find_file<'a>(kept: &'a KeptCase, text: &str) -> Result<&'a KeptFile, Failure> {
    let text = text.trim();
    let fits = |file: &&KeptFile| {
        file.name == text || (text.len() >= super::decisions::ID_END && file.id.to_string().ends_with(text))
    };
    let mut found = kept.files.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(file), None) => Ok(file),
        _ => Err(no_file()),
    }
}

fn no_file() -> Failure {
    let next = "there is not exactly one such file in that case; `regie case show` lists them";
    Failure::new("not_found", exit::NOT_FOUND, next)
}

fn too_large() -> Failure {
    let mib = |bytes: u64| bytes / 1024 / 1024;
    let (file, case, all) = (mib(FILE_BYTES), mib(CASE_BYTES), mib(ALL_BYTES));
    let next = "keep it on your disk, or remove another file first";
    Failure::usage(format!("a file has at most {file} MiB, a case {case}, and all cases {all}; {next}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_and_nothing_else() {
        let cases = [
            ("answer.pdf", "answer.pdf"),
            ("/etc/passwd", "passwd"),
            ("..\\..\\evil.exe", "evil.exe"),
            ("../../x", "x"),
            ("a\"b\r\nSet-Cookie: x", "a_b__Set-Cookie_ x"),
            ("<script>.html", "_script_.html"),
            ("-rf", "rf"),
            (".bashrc", "bashrc"),
            ("antwoord één.pdf", "antwoord één.pdf"),
            ("photo\u{202e}gpj.exe", "photo_gpj.exe"),
            ("", "file"),
            ("...", "file"),
            ("a/", "file"),
        ];
        for (name, clean) in cases {
            assert_eq!(file_name(name), clean, "{name:?}");
        }
        assert!(file_name(&"x".repeat(10_000)).len() <= NAME_BYTES);
        assert!(file_name(&"é".repeat(10_000)).len() <= NAME_BYTES);
    }
}
