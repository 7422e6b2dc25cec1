//! Files that the person keeps with something: answers with a case, attachments with a note. In: parts of files. Out: rows that
//! are sealed each under a key of its own, and the parts again.
//!
//! A file is bytes: nothing here looks into one. It comes and goes in parts, since a row and a line of the control socket
//! have bounds.

use regie_protocol::{Nonce, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, tables};
use crate::{
    clock,
    command::{Failure, base64, exit},
    driver::Turn,
    find,
    store::{Erasable, Nth, Read as _, Store, Table},
};

/// Longest part, in bytes.
pub const PART_BYTES: usize = 512 * 1024;
/// Longest file, in bytes.
pub const FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Most that the files of one thing hold, in bytes.
const THING_BYTES: u64 = 64 * 1024 * 1024;
/// Most that all files hold, in bytes.
const ALL_BYTES: u64 = 512 * 1024 * 1024;
/// Most files of one thing.
const FILES: usize = 50;
/// Longest name of a file, in bytes.
const NAME_BYTES: usize = 120;

/// Where the parts of files stand.
pub(super) type Parts = Table<Nth<Nonce>, FilePart, Erasable>;

/// A file as what it is kept with knows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptFile {
    pub(super) id: Nonce,
    name: String,
    bytes: u64,
    parts: u64,
    whole: bool,
    filed: Timestamp,
}

/// A part of a file, as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FilePart {
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
}

/// What all files hold, as it was read once: at least that, since what goes is not taken off until it is read again.
#[derive(Default)]
pub(super) struct Filed(Option<u64>);

impl Filed {
    /// Makes room for so many bytes, if there is. `read` says what all files hold: it reads everything that has files.
    fn make_room(&mut self, added: u64, read: impl FnOnce() -> Result<u64, Failure>) -> Result<bool, Failure> {
        let fits = |held: &u64| held.saturating_add(added) <= ALL_BYTES;
        let held = match self.0.filter(fits) {
            Some(held) => held,
            None => read()?,
        };
        self.0 = Some(if fits(&held) { held + added } else { held });
        Ok(fits(&held))
    }
}

/// A part of a file, for the verb that takes it.
pub struct NewPart {
    /// The file that it goes on with; none begins one.
    pub file: Option<Nonce>,
    /// The file's name.
    pub name: String,
    /// The part, base64.
    pub part: String,
    /// Is it the last one?
    pub last: bool,
}

/// A part of a file that comes.
pub(super) struct Coming {
    /// The file that it goes on with; none begins one.
    pub(super) file: Option<Nonce>,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) last: bool,
}

impl Coming {
    /// From what a verb carries.
    pub(super) fn read(file: Option<Nonce>, name: String, part: &str, last: bool) -> Result<Self, Failure> {
        Ok(Self { file, name, bytes: base64("the part of the file", part)?, last })
    }
}

/// A file, without what is in it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownFile {
    /// Its id.
    pub id: Nonce,
    /// Its name, cleaned.
    pub name: String,
    /// How long it is, in bytes.
    pub bytes: u64,
    /// Did all of it come?
    pub whole: bool,
    /// When, RFC 3339.
    pub filed: String,
}

impl From<&KeptFile> for ShownFile {
    fn from(of: &KeptFile) -> Self {
        Self { id: of.id, name: of.name.clone(), bytes: of.bytes, whole: of.whole, filed: clock::text(of.filed) }
    }
}

/// A part of a file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownPart {
    /// The file.
    pub file: ShownFile,
    /// Which part this is, from 1 on.
    pub part: u64,
    /// How many it has.
    pub parts: u64,
    /// The part, base64.
    pub bytes: String,
}

/// An answer that is one part of something, which is had part by part, from 1 on.
pub trait InParts {
    /// How many parts there are.
    fn parts(&self) -> u64;

    /// This one, base64.
    fn bytes(&self) -> &str;

    /// The bytes of this one.
    ///
    /// # Errors
    /// Where the node did not write them as it should, which is no mistake of its owner's.
    fn decoded(&self) -> Result<Vec<u8>, Failure> {
        data_encoding::BASE64.decode(self.bytes().as_bytes()).map_err(Failure::internal)
    }
}

impl InParts for ShownPart {
    fn parts(&self) -> u64 {
        self.parts
    }

    fn bytes(&self) -> &str {
        &self.bytes
    }
}

impl Node {
    /// Takes a part of a file in, for the thing that has these files. A file that was begun and never ended goes where another one
    /// begins.
    pub(super) fn take_part(
        &mut self,
        files: &mut Vec<KeptFile>,
        parts: Parts,
        coming: Coming,
        turn: &mut Turn,
    ) -> Result<ShownFile, Failure> {
        let Coming { file, name, bytes, last } = coming;
        if bytes.len() > PART_BYTES {
            return Err(Failure::usage(format!("a part has at most {PART_BYTES} bytes; send smaller ones")));
        }
        let added = bytes.len() as u64;
        let here: u64 = files.iter().map(|file| file.bytes).sum();
        let of_file = file.map_or(Ok(0), |id| open_file(files, &id).map(|file| file.bytes))?;
        if of_file + added > FILE_BYTES || here + added > THING_BYTES {
            return Err(too_large());
        }
        if !self.filed.make_room(added, || filed_bytes(&self.store))? {
            return Err(too_large());
        }
        let file = match file {
            Some(id) => open_file(files, &id)?,
            None => self.new_file(files, parts, &name, turn)?,
        };
        file.bytes += added;
        file.parts += 1;
        file.whole = last;
        turn.batch.append(parts, &file.id, &FilePart { bytes });
        Ok(ShownFile::from(&*file))
    }

    /// A file of these with one of its parts, from 1 on.
    pub(super) fn part_of(
        &self,
        files: &[KeptFile],
        parts: Parts,
        file: &str,
        part: u64,
    ) -> Result<ShownPart, Failure> {
        let file = find_file(files, file)?;
        let row = self.store.get(parts, &Nth(file.id, part))?.ok_or_else(no_file)?;
        let bytes = data_encoding::BASE64.encode(&row.bytes);
        Ok(ShownPart { file: file.into(), part, parts: file.parts, bytes })
    }

    fn new_file<'a>(
        &mut self,
        files: &'a mut Vec<KeptFile>,
        parts: Parts,
        name: &str,
        turn: &mut Turn,
    ) -> Result<&'a mut KeptFile, Failure> {
        if files.iter().filter(|file| file.whole).count() >= FILES {
            return Err(Failure::usage(format!("there are at most {FILES} files; remove one first")));
        }
        for left in files.iter().filter(|file| !file.whole) {
            turn.batch.erase_group(parts, &left.id);
        }
        files.retain(|file| file.whole);
        let filed = self.clock.now().wall;
        let (id, name) = (Nonce(clock::random()), file_name(name));
        files.push(KeptFile { id, name, bytes: 0, parts: 0, whole: false, filed });
        files.last_mut().ok_or_else(no_file)
    }
}

/// Takes a file off these, for good.
pub(super) fn remove_file(
    files: &mut Vec<KeptFile>,
    parts: Parts,
    file: &str,
    turn: &mut Turn,
) -> Result<ShownFile, Failure> {
    let shown = ShownFile::from(find_file(files, file)?);
    files.retain(|one| one.id != shown.id);
    turn.batch.erase_group(parts, &shown.id);
    Ok(shown)
}

/// The name of a file without its folders, and with nothing in it that a shell, a header or a page could take for more than a name.
pub(crate) fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String =
        last.chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' }).collect();
    let clean = find::line(plain.trim_start_matches(['.', '-', ' ']), NAME_BYTES).unwrap_or_default();
    if clean.is_empty() { "file".to_owned() } else { clean }
}

/// What all files hold, with whatever they are kept.
fn filed_bytes(store: &Store) -> Result<u64, Failure> {
    let cases = store.group(tables::CASES, &())?;
    let own = store.group(tables::OWN_FIELDS, &())?;
    let cases = cases.iter().flat_map(|(_, kept)| &kept.files);
    let own = own.iter().flat_map(|(_, own)| &own.files);
    Ok(cases.chain(own).map(|file| file.bytes).sum())
}

/// One of these that is not whole yet.
fn open_file<'a>(files: &'a mut [KeptFile], id: &Nonce) -> Result<&'a mut KeptFile, Failure> {
    files.iter_mut().find(|file| file.id == *id && !file.whole).ok_or_else(no_file)
}

fn find_file<'a>(files: &'a [KeptFile], text: &str) -> Result<&'a KeptFile, Failure> {
    let text = text.trim();
    let fits = |file: &&KeptFile| {
        file.name == text || (text.len() >= super::decisions::ID_END && file.id.to_string().ends_with(text))
    };
    let mut found = files.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(file), None) => Ok(file),
        _ => Err(no_file()),
    }
}

fn no_file() -> Failure {
    let next = "there is not exactly one such file there; `regie case show` and `regie own` list them";
    Failure::new("not_found", exit::NOT_FOUND, next)
}

fn too_large() -> Failure {
    let mib = |bytes: u64| bytes / 1024 / 1024;
    let (file, thing, all) = (mib(FILE_BYTES), mib(THING_BYTES), mib(ALL_BYTES));
    let next = "keep it on your disk, or remove another file first";
    Failure::usage(format!("a file has at most {file} MiB, those of one case or note {thing}, and all {all}; {next}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_files_hold_is_read_once_and_again_where_there_seems_to_be_no_room() {
        let (mut filed, mut read) = (Filed::default(), Vec::new());
        let half = ALL_BYTES / 2;
        let mut room = |added, holds: u64| {
            let mut reads = 0;
            let fits = filed.make_room(added, || {
                reads += 1;
                Ok(holds)
            });
            read.push((fits.expect("read"), reads));
        };
        room(half, 0);
        room(half - 1, u64::MAX);
        room(1, u64::MAX);
        // No room any more: what was read then holds.
        room(1, ALL_BYTES);
        // Half of it went.
        room(half, half);
        room(1, ALL_BYTES);
        room(u64::MAX, 0);
        let (known, looked, none) = ((true, 0), (true, 1), (false, 1));
        assert_eq!(read, [looked, known, known, none, looked, none, none]);
    }

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
