//! How a node that runs gives its rows to who makes the backup: over a socket in its home that is there for as long as that takes, so that
//! neither holds more than a frame. In: a home. Out: what to ask of the node, and the bytes that it gives.

use std::{
    io::Write,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Sealing, frames};
use crate::{
    clock,
    command::{Failure, exit},
    store::Ledger,
    verb::Verb,
};

/// How long the other side may take over some bytes. The node does nothing else meanwhile: what it gives is one state.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);

/// Asks for every row of the store, of either role: written to a socket on which somebody waits.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeRows {
    /// The socket, in a directory that the owner alone may read.
    pub to: PathBuf,
}

/// What was given.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TakenRows {
    /// How many rows.
    pub rows: u64,
}

impl Verb for TakeRows {
    const NAME: &'static str = "backup";
    type Answer = TakenRows;
}

/// Gives every row to who waits on the socket.
///
/// # Errors
/// Nobody waits there, or stops to read; the store's.
pub fn give(store: &dyn Ledger, asked: &TakeRows) -> Result<TakenRows, Failure> {
    let gone = |error: std::io::Error| {
        Failure::new("not_found", exit::NOT_FOUND, format!("nobody takes the backup ({error}); ask for it once more"))
    };
    let stream = UnixStream::connect(&asked.to).map_err(gone)?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(gone)?;
    let mut to = std::io::BufWriter::with_capacity(256 * 1024, stream);
    let rows = frames::of_store(store, &mut to)?;
    to.flush().map_err(gone)?;
    Ok(TakenRows { rows })
}

/// A socket on which rows are waited for; it is gone when this is dropped.
pub struct Taking {
    listener: UnixListener,
    path: PathBuf,
}

impl Taking {
    /// Begins to wait, in a home: what is in it is its owner's alone.
    ///
    /// # Errors
    /// Where the home can't be written.
    pub fn begin(home: &Path) -> Result<Self, Failure> {
        let name = data_encoding::HEXLOWER.encode(&clock::random::<4>());
        let path = home.join(format!("take-{name}.sock"));
        let listener = UnixListener::bind(&path)
            .map_err(|error| Failure::internal(format!("can't make a socket in {}: {error}", home.display())))?;
        Ok(Self { listener, path })
    }

    /// What is to be asked of the node.
    #[must_use]
    pub fn verb(&self) -> TakeRows {
        TakeRows { to: self.path.clone() }
    }

    /// Seals what the node gives; `ended` says that it was asked, and has answered.
    ///
    /// # Errors
    /// A node that gives nothing, or stops on its way; where nothing can be written.
    pub fn seal<W: Write>(&self, sealing: Sealing<W>, ended: impl Fn() -> bool) -> Result<W, Failure> {
        let stopped =
            || Failure::new("no_node", exit::UNREACHABLE, "the node stopped before it gave everything; try again");
        let Some(bytes) = self.bytes(ended)? else { return Err(stopped()) };
        let sealed = sealing.of_frames(std::io::BufReader::with_capacity(256 * 1024, bytes));
        sealed.map_err(|failure| if failure.exit == exit::USAGE { stopped() } else { failure })
    }

    /// The bytes that the node gives, from the moment on in which it begins; none where `ended` says that it will not.
    ///
    /// # Errors
    /// The socket's.
    fn bytes(&self, ended: impl Fn() -> bool) -> Result<Option<UnixStream>, Failure> {
        self.listener.set_nonblocking(true).map_err(Failure::internal)?;
        let mut last = false;
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false).map_err(Failure::internal)?;
                    stream.set_read_timeout(Some(PATIENCE)).map_err(Failure::internal)?;
                    return Ok(Some(stream));
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(Failure::internal(error)),
            }
            // It may have begun right before it ended: once more is looked behind that.
            if last {
                return Ok(None);
            }
            last = ended();
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
