//! Cases of the signed head of the personal log, held against the log's entries.

use regie_protocol::{
    Keypair, Object as _, RootSeed, Timestamp,
    audit::TreeHead,
    merkle::{self, Hash},
};

use crate::{
    fixtures::{
        NOW, SEED,
        cbor::{Cbor, bytes},
        person, stranger, tree,
    },
    format::{Case, File, SignedHex, hex},
    forms::{Sample, named, signed_value},
};

pub fn file() -> File {
    let sample = Sample {
        tree: tree(&head(&entries(5))),
        key: &log_key(),
        signer: "key",
        time: "at",
        tampers: vec![
            ("key", bytes(stranger().public().as_bytes())),
            ("size", Cbor::Uint(6)),
            ("root", bytes(&[0; 32])),
            ("at", Cbor::Uint(NOW + 1)),
        ],
        case: &|object| case(object, Some(entries(5))),
    };
    let mut cases = sample.cases();
    cases.extend(logs());
    let mut other = head(&entries(5));
    other.key = person().public();
    cases.push(named(
        case(signed_value(&other, &person()), Some(entries(5))),
        "another key of the person",
        "signed with the key of a relationship",
        "wrong_sender",
    ));
    File {
        object: "tree-head".into(),
        tag: TreeHead::TAG.into(),
        about: "The head of the personal log, signed by the log key in `from`. `leaves` are the log's entries as \
                bytes; where they are given, size and root have to be theirs."
            .into(),
        cases,
        ..File::default()
    }
}

fn log_key() -> Keypair {
    RootSeed::from_entropy(SEED).log_key()
}

fn entries(count: u8) -> Vec<Vec<u8>> {
    (0..count).map(|n| vec![n; usize::from(n) + 1]).collect()
}

fn head(entries: &[Vec<u8>]) -> TreeHead {
    let leaves: Vec<Hash> = entries.iter().map(|entry| merkle::leaf(entry)).collect();
    TreeHead { key: log_key().public(), size: leaves.len() as u64, root: merkle::root(&leaves), at: Timestamp(NOW) }
}

fn case(object: SignedHex, leaves: Option<Vec<Vec<u8>>>) -> Case {
    Case {
        clause: "7".into(),
        body: object.body,
        signature: object.signature,
        from: log_key().public().to_string(),
        leaves: leaves.map(|leaves| leaves.iter().map(|leaf| hex(leaf)).collect()),
        ..Case::default()
    }
}

fn logs() -> Vec<Case> {
    let against = |name: &str, about: &str, expect: &str, head: TreeHead, leaves: Vec<Vec<u8>>| {
        named(case(signed_value(&head, &log_key()), Some(leaves)), name, about, expect)
    };
    let five = || head(&entries(5));
    let changed = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut leaves = entries(5);
        change(&mut leaves);
        leaves
    };
    let mut cases: Vec<Case> = [1, 2, 3, 4, 6, 7, 8, 9]
        .into_iter()
        .map(|count| {
            against(&format!("a log of {count}"), "each size has its root", "ok", head(&entries(count)), entries(count))
        })
        .collect();
    cases.extend([
        against("an empty log", "its root is the hash of nothing", "ok", head(&[]), Vec::new()),
        against("tail cut", "the last entry is missing", "log_differs", five(), entries(4)),
        against("all cut", "every entry is missing", "log_differs", five(), Vec::new()),
        against("entry more", "one entry behind the head", "log_differs", five(), entries(6)),
        against("entry changed", "one byte of the third", "log_differs", five(), changed(&|l| l[2][0] ^= 1)),
        against("entries swapped", "the second and the third", "log_differs", five(), changed(&|l| l.swap(1, 2))),
        against("entry missing inside", "the second of five", "log_differs", five(), changed(&|l| drop(l.remove(1)))),
        against(
            "last entry twice",
            "the tree of the fifth entry repeated",
            "log_differs",
            five(),
            changed(&|l| {
                l.push(l[4].clone());
            }),
        ),
        against(
            "another size",
            "the root of five, a size of six",
            "log_differs",
            TreeHead { size: 6, ..five() },
            entries(5),
        ),
        named(case(signed_value(&five(), &log_key()), None), "no entries at hand", "the head by itself", "ok"),
    ]);
    cases
}
