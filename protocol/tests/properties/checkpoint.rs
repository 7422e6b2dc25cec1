//! The rule of a witness against logs that are cut, changed and grown at random.

use proptest::prelude::*;
use regie_protocol::{
    Keypair, RootSeed,
    audit::Log,
    checkpoint::{self, AddCheckpoint, Checkpoint, Cosigned, Declined},
    merkle::{self, Frontier, Hash},
    note::{Kind, Note, NoteSigner},
};

use crate::cases;

fn signer() -> NoteSigner {
    RootSeed::from_entropy([1; 32]).witnessed_log(Log::Personal, 0).expect("a signer")
}

fn hashes(log: &[u8]) -> Vec<Hash> {
    log.iter().map(|entry| merkle::leaf(&[*entry])).collect()
}

/// The question for the head of this log, with the proof from its own first entries.
fn question(log: &[u8], old: usize) -> AddCheckpoint {
    let (leaves, signer) = (hashes(log), signer());
    let key = signer.verifier(Kind::Signature);
    let text = Checkpoint::new(key.name(), leaves.len() as u64, merkle::root(&leaves)).to_string();
    let checkpoint = format!("{text}\n{}\n", signer.sign(&text)).parse().expect("a note");
    let proof = merkle::prove_growth(&leaves, old).unwrap_or_default();
    AddCheckpoint { old: old as u64, proof, checkpoint }
}

fn weighed(asked: &AddCheckpoint, before: Option<Cosigned>) -> Result<Cosigned, Declined> {
    let head: Checkpoint = asked.checkpoint.text().parse().expect("a checkpoint");
    checkpoint::weigh(asked, &head, &signer().verifier(Kind::Signature), before)
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn no_log_is_cosigned_that_does_not_begin_with_what_was_cosigned(
        steps in proptest::collection::vec((0usize..12, proptest::collection::vec(0u8..3, 0..5), any::<bool>()), 1..14),
    ) {
        let (mut log, mut held): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
        let mut cosigned = None;
        for (keep, more, honest) in steps {
            if honest { log.clone_from(&held) } else { log.truncate(keep) }
            log.extend(more);
            let asked = question(&log, held.len());
            let read = asked.to_string().parse::<AddCheckpoint>();
            prop_assert_eq!(read, Ok(asked.clone()), "one spelling");
            match weighed(&asked, cosigned) {
                Ok(now) => {
                    prop_assert!(log.starts_with(&held));
                    prop_assert_eq!(now, Cosigned { size: log.len() as u64, root: merkle::root(&hashes(&log)) });
                    (cosigned, held) = (Some(now), log.clone());
                }
                Err(_) => prop_assert!(!log.starts_with(&held)),
            }
        }
    }

    #[test]
    fn no_proof_makes_another_history_of_a_log(
        before in proptest::collection::vec(0u8..3, 1..20),
        after in proptest::collection::vec(0u8..3, 1..24),
        proof in proptest::collection::vec(any::<prop::sample::Index>(), 0..7),
    ) {
        prop_assume!(!after.starts_with(&before));
        let held = Cosigned { size: before.len() as u64, root: merkle::root(&hashes(&before)) };
        // Hashes that mean something in the one tree or the other, in any order.
        let mut known: Vec<Hash> = hashes(&before).into_iter().chain(hashes(&after)).collect();
        for log in [&before, &after] {
            known.extend((1..=log.len()).map(|size| merkle::root(&hashes(&log[..size]))));
            known.extend((0..log.len()).map(|from| merkle::root(&hashes(&log[from..]))));
        }
        let mut asked = question(&after, 0);
        asked.old = held.size;
        for proof in [merkle::prove_growth(&hashes(&after), before.len()).unwrap_or_default(),
            proof.iter().map(|at| *at.get(&known)).collect()] {
            asked.proof = proof;
            prop_assert!(weighed(&asked, Some(held)).is_err());
        }
    }

    #[test]
    fn an_edge_proves_what_the_whole_tree_proves(log in proptest::collection::vec(any::<u8>(), 0..120), from in any::<prop::sample::Index>()) {
        let (leaves, from) = (hashes(&log), from.index(log.len() + 1));
        let mut edge = Frontier::default();
        leaves[..from].iter().for_each(|leaf| drop(edge.push(*leaf)));
        prop_assert_eq!(Some(edge.prove_growth(&leaves[from..])), merkle::prove_growth(&leaves, from));
    }

    #[test]
    fn a_note_that_was_changed_anywhere_holds_no_more(at in any::<prop::sample::Index>(), bit in 0u8..7, seconds in 1u64..1 << 40) {
        let (witness, log) = (Keypair::from_secret(&[9; 32]).witness("w.example/1".parse().expect("a name")), signer());
        let (key, of) = (witness.verifier(Kind::Cosignature), log.verifier(Kind::Signature));
        let mut note = question(&[1, 2, 3], 0).checkpoint;
        note.add(witness.cosign(note.text(), seconds));
        let mut bytes = note.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let holds = |note: &Note| {
            note.signed_by(&of) == Ok(true) && note.cosigned_by(&key).is_ok_and(|found| found.is_some())
        };
        prop_assert!(holds(&note));
        let changed = String::from_utf8(bytes).ok().and_then(|text| text.parse::<Note>().ok());
        prop_assert!(changed.is_none_or(|changed| !holds(&changed)));
    }
}

#[test]
fn the_keys_of_logs_and_branches_tell_nothing_of_each_other() {
    let seed = RootSeed::from_entropy([1; 32]);
    let [one, other] = [2, 3].map(|secret| Keypair::from_secret(&[secret; 32]).public());
    let logs = [Log::Personal, Log::With(one), Log::With(other)];
    let mut names = std::collections::BTreeSet::new();
    for log in logs {
        for branch in [0, 1] {
            let name = seed.witnessed_log(log, branch).expect("a signer").verifier(Kind::Signature);
            assert_eq!(seed.witnessed_log(log, branch).expect("a signer").verifier(Kind::Signature), name);
            assert!(names.insert(name.to_string()));
            assert_ne!(*name.key(), seed.pairwise(&one, 0).public(), "no supplier knows it");
        }
    }
    assert_eq!(names.len(), 6);
}
