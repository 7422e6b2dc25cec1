//! What is inside a backup: a head, rows, an end; each behind its length, and none larger than a bound. In: rows of a store, bytes.
//! Out: bytes, rows.

use std::{
    io::{Read, Write},
    ops::ControlFlow,
};

use regie_protocol::wire;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_bytes::ByteBuf;
use zeroize::Zeroizing;

use super::{cannot, no_backup};
use crate::{
    command::Failure,
    home::Role,
    store::{Key, LastPart, Ledger},
};

/// Bytes of rows after which a frame is full.
const FULL: usize = 1024 * 1024;
/// Largest frame, in bytes: a full one, and the largest row behind it.
const MOST: usize = 32 * 1024 * 1024;

/// The first frame.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// Of who wrote it.
    pub(super) version: u32,
    /// Whose.
    pub(super) role: Role,
    /// `config.toml` as it was.
    pub(super) config: String,
}

/// Those behind it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Frame {
    /// Some rows.
    Rows(Vec<BackupRow>),
    /// The last frame: how many rows there were.
    End {
        /// Rows.
        rows: u64,
    },
}

/// One row: table, group, item or number, value.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupRow {
    pub(super) table: String,
    pub(super) group: ByteBuf,
    pub(super) item: Option<ByteBuf>,
    pub(super) number: Option<u64>,
    pub(super) value: ByteBuf,
}

impl BackupRow {
    /// Where it stands; none for one that says both or nothing.
    pub(super) fn key(&self) -> Option<Key> {
        match (&self.item, self.number) {
            (Some(item), None) => Some(Key::grouped(&self.group, item)),
            (None, Some(number)) => Some(Key::grouped_index(&self.group, number)),
            _ => None,
        }
    }
}

/// Reads every row of a store into frames, and an end behind them; how many rows there were.
pub(super) fn of_store(store: &dyn Ledger, to: &mut impl Write) -> Result<u64, Failure> {
    let (mut rows, mut bytes, mut count) = (Vec::new(), 0, 0_u64);
    for table in store.schema().ids() {
        let mut failed = None;
        store.each_row(table, &mut |row| {
            let (item, number) = match &row.item {
                LastPart::Bytes(bytes) => (Some(ByteBuf::from(bytes.clone())), None),
                LastPart::Index(number) => (None, Some(*number)),
            };
            let (group, value) = (ByteBuf::from(row.group.clone()), ByteBuf::from(row.value.to_vec()));
            bytes += group.len() + value.len() + item.as_ref().map_or(8, |item| item.len());
            rows.push(BackupRow { table: table.name().to_owned(), group, item, number, value });
            count += 1;
            if bytes < FULL {
                return ControlFlow::Continue(());
            }
            bytes = 0;
            match write(to, &Frame::Rows(std::mem::take(&mut rows))) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        failed.map_or(Ok(()), |error| Err(cannot(error)))?;
    }
    write(to, &Frame::Rows(rows)).and_then(|()| write(to, &Frame::End { rows: count })).map_err(cannot)?;
    Ok(count)
}

/// Lets frames go by, to the end.
pub(super) fn let_by(from: &mut impl Read, to: &mut impl Write) -> Result<(), Failure> {
    let mut count = 0;
    loop {
        let next: Frame = frame(from)?;
        write(to, &next).map_err(cannot)?;
        match next {
            Frame::Rows(rows) => count += rows.len() as u64,
            Frame::End { rows } if rows == count => return Ok(()),
            Frame::End { .. } => return Err(no_backup()),
        }
    }
}

/// Writes a frame: its length in four bytes, the highest first, and what it says.
pub(super) fn write<T: Serialize>(to: &mut impl Write, what: &T) -> std::io::Result<()> {
    let bytes = Zeroizing::new(wire::encode(what).map_err(std::io::Error::other)?);
    let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(&bytes)
}

/// Reads a frame.
pub(super) fn frame<T: Serialize + DeserializeOwned>(from: &mut impl Read) -> Result<T, Failure> {
    let mut length = [0; 4];
    from.read_exact(&mut length).map_err(|_| no_backup())?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MOST {
        return Err(no_backup());
    }
    let mut bytes = Zeroizing::new(vec![0; length]);
    from.read_exact(&mut bytes).map_err(|_| no_backup())?;
    wire::decode(&bytes, MOST).map_err(|_| no_backup())
}
