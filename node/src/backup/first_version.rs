//! The first version of what is inside a backup: one object with everything, bytes as hexadecimal digits. It is read, and not written
//! any more. In: bytes. Out: rows.

use std::io::Read;

use regie_protocol::wire;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use zeroize::Zeroizing;

use super::{BackupRow, bad_row, no_backup, other_version};
use crate::{command::Failure, home::Role};

const VERSION: u32 = 1;
/// Largest one that is read, in bytes, since it is read whole.
const BYTES: usize = 1024 * 1024 * 1024;
/// A map of four in CBOR, by which it begins; a frame begins with the length of a head, which is shorter than that.
const FIRST: u8 = 0xa4;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FirstVersion {
    version: u32,
    pub(super) role: Role,
    pub(super) config: String,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    table: String,
    group: String,
    item: Option<String>,
    number: Option<u64>,
    value: String,
}

pub(super) fn begins_with(first: u8) -> bool {
    first == FIRST
}

impl FirstVersion {
    pub(super) fn read(plain: impl Read) -> Result<Self, Failure> {
        let mut bytes = Zeroizing::new(Vec::new());
        plain.take(BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|_| no_backup())?;
        let backup: Self =
            wire::decode(&bytes, BYTES).map_err(|_| Failure::usage("this age file holds no regie backup"))?;
        match backup.version {
            VERSION => Ok(backup),
            other => Err(other_version(other)),
        }
    }

    pub(super) fn rows(self) -> Result<Vec<BackupRow>, Failure> {
        self.rows.into_iter().map(|row| row.read().ok_or_else(bad_row)).collect()
    }
}

impl Row {
    fn read(self) -> Option<BackupRow> {
        let item = match self.item {
            Some(item) => Some(unhex(&item)?),
            None => None,
        };
        Some(BackupRow {
            table: self.table,
            group: unhex(&self.group)?,
            item,
            number: self.number,
            value: unhex(&self.value)?,
        })
    }
}

fn unhex(text: &str) -> Option<ByteBuf> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).ok().map(ByteBuf::from)
}
