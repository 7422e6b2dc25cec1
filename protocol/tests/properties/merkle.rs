//! Merkle trees against the recursion of RFC 6962, and the companion as a witness of a log.

use proptest::prelude::*;
use regie_protocol::{
    Nonce, Refusal, Supplier, Timestamp, Verified,
    audit::{Entry, Event, ProvenEntry},
    disclosure::Disclosure,
    limits,
    merkle::{self, Frontier, Hash},
    message::{LogGrowth, SupplierReply, ToSupplier},
    supplier::Record,
    wire,
};
use sha2::{Digest as _, Sha256};

use crate::{
    cases,
    fixtures::{NOW, person, supplier},
    memory::CompanyMemory,
};

/// The root as section 2.1 defines it.
fn naive_root(leaves: &[Vec<u8>]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => Sha256::digest([&[0], &one[..]].concat()).into(),
        many => {
            let (left, right) = many.split_at(split(many.len()));
            Sha256::digest([&[1], &naive_root(left)[..], &naive_root(right)[..]].concat()).into()
        }
    }
}

/// The greatest power of two below `size`.
fn split(size: usize) -> usize {
    let mut power = 1;
    while power * 2 < size {
        power *= 2;
    }
    power
}

/// On which side the sibling stands at each step from the root down to a leaf: all that a proof knows of a tree.
fn turns(index: usize, size: usize) -> Vec<bool> {
    if size <= 1 {
        return Vec::new();
    }
    let left = split(size);
    let (right, index, size) = if index < left { (false, index, left) } else { (true, index - left, size - left) };
    [vec![right], turns(index, size)].concat()
}

fn leaves() -> impl Strategy<Value = Vec<Vec<u8>>> {
    proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..6), 1..70)
}

/// No two the same: two equal leaves may have equal proofs.
fn distinct() -> impl Strategy<Value = Vec<Vec<u8>>> {
    leaves().prop_map(|leaves| (0u8..).zip(leaves).map(|(n, leaf)| [vec![n], leaf].concat()).collect())
}

fn hashes(leaves: &[Vec<u8>]) -> Vec<Hash> {
    leaves.iter().map(|leaf| merkle::leaf(leaf)).collect()
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn every_leaf_is_proven_and_nothing_else_is(leaves in distinct(), bit in 0usize..256, more in 0usize..80) {
        let (all, root, size) = (hashes(&leaves), Hash(naive_root(&leaves)), leaves.len());
        prop_assert_eq!(merkle::root(&all), root);
        let verify = |leaf, index: usize, size: usize, proof: &[Hash], root| {
            merkle::verify(leaf, index as u64, size as u64, proof, root)
        };
        let turned = |hash: Hash| {
            let Hash(mut bytes) = hash;
            bytes[bit / 8] ^= 1 << (bit % 8);
            Hash(bytes)
        };
        for (index, leaf) in all.iter().enumerate() {
            let proof = merkle::prove(&all, index).expect("a leaf");
            prop_assert!(verify(*leaf, index, size, &proof, root));
            prop_assert!(!verify(turned(*leaf), index, size, &proof, root));
            prop_assert!(!verify(*leaf, index, size, &proof, turned(root)));
            let other = (index + more) % (size + 1);
            prop_assert_eq!(verify(*leaf, other, size, &proof, root), other == index);
            // A proof binds the size as far as it changes the way down, and for the newest leaf entirely.
            let same_way = more > index && turns(index, more) == turns(index, size);
            prop_assert_eq!(verify(*leaf, index, more, &proof, root), same_way);
            prop_assert!(index + 1 != size || more == size || !same_way);
            for at in 0..proof.len() {
                let mut changed = proof.clone();
                changed[at] = turned(changed[at]);
                prop_assert!(!verify(*leaf, index, size, &changed, root));
                prop_assert!(!verify(*leaf, index, size, &proof[..at], root));
            }
            let longer = [&proof[..], &[root]].concat();
            prop_assert!(!verify(*leaf, index, size, &longer, root));
        }
        prop_assert_eq!(merkle::prove(&all, size), None);
    }

    #[test]
    fn the_frontier_grows_as_the_tree_does(leaves in leaves()) {
        let (all, mut frontier) = (hashes(&leaves), Frontier::default());
        for (index, leaf) in all.iter().enumerate() {
            let proof = frontier.push(*leaf);
            prop_assert_eq!(Some(proof), merkle::prove(&all[..=index], index));
            prop_assert_eq!(frontier.size(), index as u64 + 1);
            prop_assert_eq!(frontier.root(), Hash(naive_root(&leaves[..=index])));
        }
    }

    #[test]
    fn a_held_head_notices_a_cut_a_swap_and_a_change(leaves in leaves(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let (size, root) = (leaves.len(), naive_root(&leaves));
        let (a, b) = (a.index(size), b.index(size));
        let head = |log: &[Vec<u8>]| (log.len(), merkle::root(&hashes(log)));
        prop_assert_ne!(head(&leaves[..a]), (size, Hash(root)));
        let mut swapped = leaves.clone();
        swapped.swap(a, b);
        prop_assert_eq!(head(&swapped) == (size, Hash(root)), leaves[a] == leaves[b]);
        let mut changed = leaves.clone();
        changed[a].push(0);
        prop_assert_ne!(head(&changed), (size, Hash(root)));
    }
}

/// What a companion answers that has witnessed nothing but this log.
fn answer(machine: &mut Supplier, log: &[u8]) -> Option<SupplierReply> {
    CompanyMemory::of(machine.message(&person().public(), disclosure(log), Timestamp(NOW))).answer
}

/// The same of a disclosure that is the last of the first `size` entries, once it was refused and they were proven to be
/// the beginning of the log.
fn prove_and_answer(machine: &mut Supplier, log: &[u8], size: usize) -> Option<SupplierReply> {
    let own = &log[..size - 1];
    assert_eq!(answer(machine, own), Some(SupplierReply::Refused(Refusal::Unproven)), "of {size}");
    let leaves = vec![merkle::leaf(&entry()); log.len() + 1];
    let mut to = Frontier::default();
    leaves.iter().for_each(|leaf| drop(to.push(*leaf)));
    let proof = merkle::prove_growth(&leaves, size).expect("a prefix");
    let growth = LogGrowth { from: size as u64, root: merkle::root(&leaves[..size]), to, proof };
    let mut forged = growth.clone();
    forged.root = merkle::leaf(b"another history");
    let said = |machine: &mut Supplier, growth| {
        CompanyMemory::of(machine.message(&person().public(), ToSupplier::Grown(growth), Timestamp(NOW))).answer
    };
    assert_eq!(said(machine, forged), Some(SupplierReply::Refused(Refusal::Forked)));
    assert_eq!(said(machine, growth), Some(SupplierReply::Noted));
    answer(machine, own)
}

#[test]
fn an_old_disclosure_of_another_history_is_refused_as_far_back_as_leaves_are_kept() {
    let (person, agreement) = (person().public(), regie_protocol::Agreement::SdBase);
    let mut machine = Supplier::new(supplier());
    machine.restore(&Record::Customer { person, agreement, since: Timestamp(NOW), test: false }).expect("a record");
    let log = vec![OWN; limits::WITNESSED_LEAVES + 40];
    assert!(matches!(answer(&mut machine, &log), Some(SupplierReply::Acknowledged(_))));
    let oldest = log.len() + 1 - limits::WITNESSED_LEAVES;
    for size in [2, oldest - 1, oldest, oldest + 1, oldest + 100, log.len(), log.len() + 1] {
        // The last entry of a log of this size is the disclosure's own.
        let (honest, mut forged) = (&log[..size - 1], log[..size - 1].to_vec());
        let (late, code) = match size >= oldest {
            true => (answer(&mut machine, honest), Refusal::Forked),
            // Whether it is of this log nothing shows: it is proven first.
            false => (prove_and_answer(&mut machine, &log, size), Refusal::Unproven),
        };
        assert!(matches!(late, Some(SupplierReply::Acknowledged(_))), "a late one of {size}: {late:?}");
        forged[0] = 0;
        let refused = answer(&mut machine, &forged);
        assert_eq!(
            refused,
            Some(SupplierReply::Refused(if size >= oldest { code } else { Refusal::Forked })),
            "of {size}"
        );
    }
    let customer = machine.customers().next().expect("one").1;
    assert_eq!((customer.head().size(), customer.gaps()), (log.len() as u64 + 1, 0));
}

/// Stands in a log for the entry of [`disclosure`] itself, which is the same every time.
const OWN: u8 = 9;

fn entry() -> Vec<u8> {
    let (released, absent) = Default::default();
    let (asked, refused) = Default::default();
    let event = Event::Answered { request: None, released, absent, asked, refused };
    wire::encode(&Entry { at: Timestamp(NOW), salt: Nonce([1; 16]), event }).expect("encodes")
}

/// A signed disclosure that answers nothing, whose entry is the newest behind `earlier`.
fn disclosure(earlier: &[u8]) -> ToSupplier {
    let entry = entry();
    let leaf = |item: &u8| if *item == OWN { merkle::leaf(&entry) } else { merkle::leaf(&[*item]) };
    let grown: Vec<Hash> = earlier.iter().map(leaf).collect();
    let leaves = [&grown[..], &[merkle::leaf(&entry)]].concat();
    let (index, root) = (earlier.len(), merkle::root(&leaves));
    let proof = merkle::prove(&leaves, index).expect("a leaf");
    let disclosure = Disclosure {
        person: person().public(),
        supplier: supplier().public(),
        request: None,
        at: Timestamp(NOW),
        answers: std::collections::BTreeMap::new(),
        grants: Vec::new(),
        entry: ProvenEntry { entry, index: index as u64, size: index as u64 + 1, root, proof },
        epoch: 0,
        grown,
    };
    ToSupplier::Disclose(Verified::sign(disclosure, &person()).expect("signed").signed().clone())
}

proptest! {
    #![proptest_config(cases(48))]

    /// The person's log is cut and grown again, at random, or grown in honesty, and every state of it is shown to
    /// a companion.
    #[test]
    fn a_companion_refuses_every_log_that_does_not_begin_with_what_it_witnessed(
        steps in proptest::collection::vec(
            (any::<bool>(), 0usize..8, proptest::collection::vec(prop_oneof![0u8..2, Just(OWN)], 0..4)),
            1..12,
        ),
    ) {
        let (mut machine, of) = (Supplier::new(supplier()), person().public());
        let agreement = regie_protocol::Agreement::SdBase;
        machine.restore(&Record::Customer { person: of, agreement, since: Timestamp(NOW), test: false }).expect("a record");
        let (mut log, mut held): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
        for (honest, keep, more) in steps {
            if honest {
                log.clone_from(&held);
            } else {
                log.truncate(keep);
            }
            log.extend(more);
            let shown = [&log[..], &[OWN]].concat();
            let reply = answer(&mut machine, &log);
            // A shorter one may be an earlier state that comes late.
            let follows = held.starts_with(&shown) || shown.starts_with(&held);
            prop_assert_eq!(!follows, reply == Some(SupplierReply::Refused(Refusal::Forked)));
            prop_assert!(!follows || matches!(reply, Some(SupplierReply::Acknowledged(_))));
            if follows && shown.len() > held.len() {
                held = shown;
            }
            let customer = machine.customers().next().expect("one").1;
            prop_assert_eq!((customer.head().size(), customer.gaps()), (held.len() as u64, 0));
        }
    }
}
