//! The companion as an independent witness: heads of logs of others, whoever's they are. In: a head with the proof that its log
//! grew. Out: the newest head of each log, on disk before the cosignature is given; or why it is not cosigned.
//!
//! A turn is done whole before the next one begins, also where companions share a store: no two heads of one log are
//! weighed against the same one before.

use regie_protocol::{
    Timestamp,
    checkpoint::{self, AddCheckpoint, Checkpoint, Cosigned, Declined},
    note::{KeyName, Kind, Note, NoteSigner, VerifierKey},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Companion, tables};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    store::Read as _,
};

/// Logs that are cosigned at most. None is ever forgotten: it could begin anew then.
const LOGS: u64 = 100_000;
/// Logs that the owner lists at most.
pub(super) const LISTED: usize = 1_000;
/// Longest text of a head that is cosigned, in bytes: what a log adds to it would be kept here.
const TEXT_BYTES: usize = 1024;

/// As what this companion is a witness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessTerms {
    /// The name of its key.
    pub name: KeyName,
    /// Does it cosign any log whose name is its key?
    pub open: bool,
    /// Does it cosign at all?
    pub on: bool,
}

/// A log of others.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CosignedLog {
    /// Its newest head.
    head: Cosigned,
    /// The same as a note, with the lines of the log and of this witness.
    note: Note,
    /// When it came.
    at: Timestamp,
}

/// What a witness says to a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// The line under it.
    Cosigned(String),
    /// It is not cosigned.
    Declined(Declined),
    /// There is no room for another log now.
    Full,
}

/// Under which a log stands.
#[must_use]
pub fn hash_of(origin: &str) -> [u8; 32] {
    Sha256::digest(origin.as_bytes()).into()
}

impl Companion {
    /// What this companion signs as a witness; none where it is none.
    pub(super) fn witness(&self) -> Result<Option<(NoteSigner, WitnessTerms)>, Failure> {
        let terms = self.store.fact(tables::WITNESS)?.filter(|terms| terms.on);
        Ok(terms.map(|terms| (self.machine.key().witness(terms.name.clone()), terms)))
    }

    /// Cosigns a head, where it is one to be cosigned. `room` says whether a log may come that was not seen before.
    pub(crate) fn cosign(
        &mut self,
        request: &AddCheckpoint,
        room: impl FnOnce() -> bool,
        turn: &mut Turn,
    ) -> Result<Word, Failure> {
        let Some((signer, terms)) = self.witness()? else { return Ok(Word::Declined(Declined::UnknownLog)) };
        let text = request.checkpoint.text();
        let head: Option<Checkpoint> = text.parse().ok().filter(|_| text.len() <= TEXT_BYTES);
        let Some(head) = head else { return Ok(Word::Declined(Declined::Malformed)) };
        let Some(log) = self.admitted(&head.origin, terms.open)? else {
            return Ok(Word::Declined(Declined::UnknownLog));
        };
        let hash = hash_of(&head.origin);
        let before = self.store.get(tables::COSIGNED_LOGS, &hash)?;
        let cosigned = match checkpoint::weigh(request, &head, &log, before.as_ref().map(|log| log.head)) {
            Ok(cosigned) => cosigned,
            Err(declined) => return Ok(Word::Declined(declined)),
        };
        if before.is_none() && (!room() || self.store.count(tables::COSIGNED_LOGS)? >= LOGS) {
            return Ok(Word::Full);
        }
        let at = self.now();
        let line = signer.cosign(text, (at.0 / 1000).max(1));
        let mut note = request.checkpoint.only_of(&[&log]);
        note.add(line.clone());
        turn.batch.put(tables::COSIGNED_LOGS, &hash, &CosignedLog { head: cosigned, note, at });
        Ok(Word::Cosigned(line.to_string()))
    }

    /// The key of a log that this witness cosigns: the owner listed it, or its name says it and the witness is open.
    fn admitted(&self, origin: &str, open: bool) -> Result<Option<VerifierKey>, Failure> {
        let listed = self.store.get(tables::LISTED_LOGS, &hash_of(origin))?;
        Ok(listed.or_else(|| checkpoint::key_in(origin).filter(|_| open)))
    }

    /// The newest head of a log that was cosigned, with the lines under it.
    pub(crate) fn cosigned(&self, hash: &[u8; 32]) -> Result<Option<String>, Failure> {
        if self.witness()?.is_none() {
            return Ok(None);
        }
        Ok(self.store.get(tables::COSIGNED_LOGS, hash)?.map(|log| log.note.to_string()))
    }

    /// Takes a log that the owner names, by the key that its heads are signed with; with it so many are listed.
    pub(super) fn list_log(&mut self, log: &VerifierKey, listed: usize, turn: &mut Turn) -> Result<(), Failure> {
        if log.kind() != Kind::Signature {
            return Err(Failure::usage("that is the key of a witness; a log's own key is wanted"));
        }
        if listed > LISTED {
            let next = "let one go with --dismiss first";
            return Err(Failure::new("refused", exit::REFUSED, format!("{LISTED} logs are listed, the bound; {next}")));
        }
        turn.batch.put(tables::LISTED_LOGS, &hash_of(log.name().as_str()), log);
        Ok(())
    }
}
