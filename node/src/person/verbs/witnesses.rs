//! The independent witnesses of the person's logs.

use regie_protocol::{PublicKey, note::Kind, note::VerifierKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{
    clock::text,
    command::{Failure, Text, exit},
    driver::Turn,
    person::{
        tables,
        witnesses::{MOST, StoredWitness},
    },
    store::Read as _,
    verb::Verb,
    witness::Place,
};

/// Lists the witnesses.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Witnesses {}

/// Has heads of all logs cosigned by a witness from now on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddWitness {
    /// Where it answers.
    pub place: Text<Place>,
    /// The key that its cosignatures are verified with, as its owner shows it.
    pub key: Text<VerifierKey>,
}

/// Asks a witness no more, and forgets what it cosigned.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveWitness {
    /// Its name, where it answers, or the key.
    pub witness: String,
}

/// A witness, and how it stands.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct KnownWitness {
    /// The name of its key.
    pub name: String,
    /// Where it answers.
    #[schemars(with = "String")]
    pub place: Place,
    /// The key: `NAME+ID+KEY`.
    #[schemars(with = "String")]
    pub key: VerifierKey,
    /// Since when it is asked, RFC 3339.
    pub since: String,
    /// Logs of which it has cosigned a head that is known here.
    pub logs: usize,
    /// When it last cosigned one, by its clock, RFC 3339.
    pub cosigned: Option<String>,
    /// Logs that it was asked for in vain the last time.
    pub in_vain: usize,
    /// Logs of which it has seen another history than this home holds.
    pub other_histories: usize,
}

/// It is gone.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RemovedWitness {
    /// Its name.
    pub witness: String,
    /// Always true.
    pub removed: bool,
}

impl Verb for Witnesses {
    const NAME: &'static str = "witnesses";
    type Answer = Vec<KnownWitness>;
}

impl Verb for AddWitness {
    const NAME: &'static str = "add_witness";
    type Answer = KnownWitness;
}

impl Verb for RemoveWitness {
    const NAME: &'static str = "remove_witness";
    type Answer = RemovedWitness;
}

impl OnNode for Witnesses {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Vec<KnownWitness>, Failure> {
        node.known_witnesses()
    }
}

impl OnNode for AddWitness {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<KnownWitness, Failure> {
        let (place, key) = (self.place.0, self.key.0);
        if key.kind() != Kind::Cosignature {
            let next = "ask its owner for the key of the witness; of a companion `regie supplier witness` shows it";
            return Err(Failure::usage(format!("that key makes no cosignatures; {next}")));
        }
        let known = node.store.group(tables::WITNESSES, &())?;
        if !known.iter().any(|(of, _)| of == key.key()) && known.len() >= MOST {
            let next = "take one off with `regie witnesses remove`";
            return Err(Failure::new(
                "refused",
                exit::REFUSED,
                format!("{MOST} witnesses are asked, the bound; {next}"),
            ));
        }
        let stored = StoredWitness { place, key, since: node.clock.now().wall };
        turn.batch.put(tables::WITNESSES, stored.key.key(), &stored);
        node.witnesses.add(*stored.key.key());
        Ok(shown(&stored))
    }
}

impl OnNode for RemoveWitness {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<RemovedWitness, Failure> {
        let known = node.store.group(tables::WITNESSES, &())?;
        let wanted = |stored: &StoredWitness| {
            let names = [stored.key.name().to_string(), stored.place.to_string(), stored.key.to_string()];
            names.contains(&self.witness)
        };
        let mut fits = known.into_iter().filter(|(_, stored)| wanted(stored));
        let (Some((witness, stored)), None) = (fits.next(), fits.next()) else {
            let next = "`regie witnesses list` shows them; give the key where two have one name";
            return Err(Failure::new("not_found", exit::NOT_FOUND, format!("no one witness is meant by that; {next}")));
        };
        turn.batch.delete(tables::WITNESSES, &witness);
        turn.batch.delete_group(tables::SEEN_LOGS, &witness);
        node.witnesses.forget(&witness);
        Ok(RemovedWitness { witness: stored.key.name().to_string(), removed: true })
    }
}

impl Node {
    /// The witnesses, each with how it stands.
    pub(in crate::person) fn known_witnesses(&self) -> Result<Vec<KnownWitness>, Failure> {
        let known = self.store.group(tables::WITNESSES, &())?;
        known.into_iter().map(|(witness, stored)| self.known_witness(&witness, &stored)).collect()
    }

    fn known_witness(&self, witness: &PublicKey, stored: &StoredWitness) -> Result<KnownWitness, Failure> {
        let mut known = shown(stored);
        let mut latest = None;
        for (_, seen) in self.store.group(tables::SEEN_LOGS, witness)? {
            known.logs += usize::from(seen.line.is_some());
            known.in_vain += usize::from(seen.trouble.is_some());
            known.other_histories += usize::from(seen.other.is_some());
            latest = latest.max(seen.line.map(|(at, _)| at));
        }
        known.cosigned = latest.map(seconds);
        Ok(known)
    }
}

fn shown(stored: &StoredWitness) -> KnownWitness {
    KnownWitness {
        name: stored.key.name().to_string(),
        place: stored.place.clone(),
        key: stored.key.clone(),
        since: text(stored.since),
        logs: 0,
        cosigned: None,
        in_vain: 0,
        other_histories: 0,
    }
}

/// A time of a witness, in seconds since 1970.
pub(super) fn seconds(at: u64) -> String {
    text(regie_protocol::Timestamp(at.saturating_mul(1_000)))
}
