//! Documents that the company's own command line hands in, part by part. In: parts. Out: a document's bytes, once. They are
//! in memory alone, a few at a time: what is not sent is forgotten.

use std::collections::VecDeque;

use regie_protocol::{Nonce, limits};

use super::Companion;
use crate::{
    clock,
    command::{Failure, exit},
};

/// Longest part, in bytes.
pub const UPLOAD_PART_BYTES: usize = 512 * 1024;
/// Files at once; the oldest gives way.
const UPLOADS: usize = 4;

/// Files of which all parts are to come, or that are to be sent; the oldest first.
#[derive(Default)]
pub(super) struct Uploads(VecDeque<(Nonce, Vec<u8>)>);

impl Companion {
    /// Takes a part; which file it is of, and how many bytes of that are there.
    pub(super) fn upload(&mut self, upload: Option<Nonce>, part: &[u8]) -> Result<(Nonce, u64), Failure> {
        let all = &mut self.uploads.0;
        let id = upload.unwrap_or_else(|| Nonce(clock::random()));
        if upload.is_none() {
            while all.len() >= UPLOADS {
                all.pop_front();
            }
            all.push_back((id, Vec::new()));
        }
        let (_, bytes) = all.iter_mut().find(|(one, _)| *one == id).ok_or_else(gone)?;
        if part.len() > UPLOAD_PART_BYTES || bytes.len() + part.len() > limits::LARGE_DOCUMENT_BYTES {
            let most = limits::LARGE_DOCUMENT_BYTES / 1024 / 1024;
            return Err(Failure::usage(format!("a document has at most {most} MiB; send a smaller one")));
        }
        bytes.extend_from_slice(part);
        Ok((id, bytes.len() as u64))
    }

    /// The bytes of a file; it is handed in no longer.
    pub(super) fn take_upload(&mut self, upload: &Nonce) -> Result<Vec<u8>, Failure> {
        let all = &mut self.uploads.0;
        let place = all.iter().position(|(one, _)| one == upload).ok_or_else(gone)?;
        all.remove(place).map(|(_, bytes)| bytes).ok_or_else(gone)
    }
}

fn gone() -> Failure {
    Failure::new("not_found", exit::NOT_FOUND, "no such file was handed in, or others since; hand it in again")
}
