//! Files that go to the node and come back part by part: answers with a case, attachments of a note. In: paths, the verb for
//! a part. Out: what the node filed, and files that were not there before.

use std::path::Path;

use serde::Serialize;

use super::{file::bytes_of, render};
use crate::{
    command::Failure,
    control,
    person::verbs::{FILE_BYTES, InParts, NewPart, PART_BYTES, ShownFile, ShownPart},
    verb::Verb,
};

/// A file, and where it was written.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    file: ShownFile,
    written: &'a Path,
}

/// Sends a file in, part by part.
pub(super) fn send<V>(home: &Path, path: &Path, verb: impl Fn(NewPart) -> V) -> Result<ShownFile, Failure>
where
    V: Verb<Answer = ShownFile>,
{
    let bytes = bytes_of(path, FILE_BYTES)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // An empty file has one part too.
    let count = bytes.len().div_ceil(PART_BYTES).max(1);
    let mut filed: Option<ShownFile> = None;
    for number in 0..count {
        let rest = bytes.get(number * PART_BYTES..).unwrap_or_default();
        let part = data_encoding::BASE64.encode(&rest[..rest.len().min(PART_BYTES)]);
        let file = filed.map(|file| file.id);
        filed = Some(control::ask(home, &verb(NewPart { file, name: name.clone(), part, last: number + 1 == count }))?);
    }
    filed.ok_or_else(|| Failure::internal("a file has a part"))
}

/// Writes a file that comes part by part, and says which.
pub(super) fn get<V>(home: &Path, out: &Path, json: bool, verb: impl Fn(u64) -> V) -> Result<(), Failure>
where
    V: Verb<Answer = ShownPart>,
{
    let ShownPart { file, .. } = write(home, out, verb)?;
    render::show(&Written { file, written: out }, json)
}

/// Writes what comes part by part into a file that was not there before; its first part comes out.
pub(super) fn write<V>(home: &Path, out: &Path, verb: impl Fn(u64) -> V) -> Result<V::Answer, Failure>
where
    V: Verb,
    V::Answer: InParts,
{
    let first = control::ask(home, &verb(1))?;
    let cannot = |error| Failure::usage(format!("can't write {}: {error}; give another file", out.display()));
    let mut target = std::fs::File::create_new(out).map_err(cannot)?;
    let mut write = |part: &V::Answer| std::io::Write::write_all(&mut target, &part.decoded()?).map_err(cannot);
    write(&first)?;
    for number in 2..=first.parts() {
        write(&control::ask(home, &verb(number))?)?;
    }
    Ok(first)
}
