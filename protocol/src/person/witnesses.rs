//! What independent witnesses hear of a person's logs. In: the edge that a witness has cosigned, the leaves since. Out: a
//! head, under a name that is a key of this log alone, with the proof that it grew from there.

use super::{OwnerError, Person};
use crate::{
    audit::Log,
    checkpoint::{AddCheckpoint, Checkpoint},
    departure::{self, Departure},
    merkle::{Frontier, Hash},
    note::{Kind, Note, NoteSigner, VerifierKey},
    refusal::Refusal,
};

/// A question to a witness.
#[derive(Debug)]
#[must_use]
pub struct ForWitness {
    /// What goes to it.
    pub question: Departure<AddCheckpoint>,
    /// The edge of the tree that it is to cosign.
    pub edge: Frontier,
    /// The text that it is to sign.
    pub text: String,
}

impl Person {
    /// The edge of a log as it is now; none where there is no such log.
    #[must_use]
    pub fn edge(&self, log: Log) -> Option<&Frontier> {
        match log {
            Log::Personal => Some(&self.personal),
            Log::With(supplier) => self.relationships.get(&supplier).map(|relationship| &relationship.log),
        }
    }

    /// Which branch of a log this node writes: behind a restore it is another one, whose heads another key signs.
    #[must_use]
    pub fn branch(&self, log: Log) -> Option<u32> {
        match log {
            Log::Personal => Some(self.epoch),
            Log::With(supplier) => self.relationships.get(&supplier).map(|relationship| relationship.branch.epoch),
        }
    }

    /// By what witnesses know a branch of a log.
    #[must_use]
    pub fn witnessed_as(&self, log: Log, branch: u32) -> Option<VerifierKey> {
        Some(self.seed.witnessed_log(log, branch)?.verifier(Kind::Signature))
    }

    /// Asks for the log's head as it is now: a witness has cosigned it as far as `cosigned`, and `grown` came since. From
    /// nothing no leaves are needed: every log grew from the empty one.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`]; [`OwnerError::Superseded`]: another copy of this node writes the log. A refusal where
    /// edge and leaves do not give the head.
    pub fn ask_witness(&self, log: Log, cosigned: &Frontier, grown: &[Hash]) -> Result<ForWitness, OwnerError> {
        let (now, branch) = self.edge(log).zip(self.branch(log)).ok_or(OwnerError::NoRelationship)?;
        let edge = now.clone();
        if cosigned.size() > 0 {
            let mut grew = cosigned.clone();
            grown.iter().for_each(|leaf| drop(grew.push(*leaf)));
            // Leaves that were lost here would look to the witness like another history.
            if grew != edge {
                return Err(Refusal::Unavailable.into());
            }
        }
        self.for_witness(log, branch, cosigned, grown, edge)
    }

    /// Asks again for a head that this witness cosigned in a branch that was left behind: it says by that whether it has seen
    /// more of that branch.
    ///
    /// # Errors
    /// As [`Self::ask_witness`].
    pub fn ask_witness_again(&self, log: Log, branch: u32, cosigned: &Frontier) -> Result<ForWitness, OwnerError> {
        self.for_witness(log, branch, cosigned, &[], cosigned.clone())
    }

    /// The head of a log with the signature of its key, for whoever is to verify it.
    ///
    /// # Errors
    /// As [`Self::ask_witness`].
    pub fn checkpoint(&self, log: Log, branch: u32, edge: &Frontier) -> Result<Note, OwnerError> {
        let signer = self.seed.witnessed_log(log, branch).ok_or(Refusal::Unavailable)?;
        Ok(signed(&signer, edge))
    }

    fn for_witness(
        &self,
        log: Log,
        branch: u32,
        cosigned: &Frontier,
        grown: &[Hash],
        edge: Frontier,
    ) -> Result<ForWitness, OwnerError> {
        // Of two copies one asks: what the other wrote is another history.
        self.speaks()?;
        let checkpoint = self.checkpoint(log, branch, &edge)?;
        let text = checkpoint.text().to_owned();
        let request = AddCheckpoint { old: cosigned.size(), proof: cosigned.prove_growth(grown), checkpoint };
        Ok(ForWitness { question: departure::let_out(request), edge, text })
    }
}

fn signed(signer: &NoteSigner, edge: &Frontier) -> Note {
    let log = signer.verifier(Kind::Signature);
    let text = Checkpoint::new(log.name(), edge.size(), edge.root()).to_string();
    let line = signer.sign(&text);
    Note::signed(text, line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checkpoint::{Declined, weigh},
        identity::{Keypair, RootSeed},
        merkle,
        policy::Policy,
    };

    fn leaves(count: u8) -> Vec<Hash> {
        (0..count).map(|n| merkle::leaf(&[n])).collect()
    }

    fn edge(count: u8) -> Frontier {
        Frontier::over(&leaves(count))
    }

    #[test]
    fn a_witness_takes_what_a_person_asks_of_a_log_that_grew_and_nothing_else_is_asked() {
        let mut anna = Person::new(RootSeed::from_entropy([1; 32]), Policy::of(Vec::new()));
        let (log, mut before) = (anna.witnessed_as(Log::Personal, 0).expect("a name"), None);
        for (from, to) in [(0, 3), (3, 3), (3, 12)] {
            anna.personal = edge(to);
            let grown = if from == 0 { Vec::new() } else { leaves(to).split_off(from.into()) };
            let asked = anna.ask_witness(Log::Personal, &edge(from), &grown).expect("a question");
            assert_eq!((&asked.edge, asked.text.as_str()), (&edge(to), asked.question.checkpoint.text()));
            let head: Checkpoint = asked.text.parse().expect("a head");
            before = Some(weigh(&asked.question, &head, &log, before).expect("it grew"));
        }
        assert!(anna.ask_witness(Log::Personal, &edge(3), &leaves(3)).is_err(), "not what came since");
        assert!(anna.ask_witness(Log::With(Keypair::from_secret(&[2; 32]).public()), &edge(0), &[]).is_err());
        // Behind a restore the branch before is asked for once more, under its own name, as it was.
        anna.epoch = 1;
        let again = anna.ask_witness_again(Log::Personal, 0, &edge(3)).expect("a question");
        let head: Checkpoint = again.text.parse().expect("a head");
        assert_eq!(weigh(&again.question, &head, &log, before), Err(Declined::Conflict(12)), "it saw more");
        assert_ne!(anna.witnessed_as(Log::Personal, 1), Some(log));
    }
}
