//! Cases of the log entry in a disclosure: its proof, and the head that the companion has witnessed.

use regie_protocol::{
    audit::ProvenEntry,
    disclosure::Disclosure,
    merkle::{self, Hash},
};

use crate::{
    fixtures::person,
    format::Case,
    forms::{named, signed_value},
    make_disclosure::{Draft, case, draft, message, of, proven},
};

pub fn proofs() -> Vec<Case> {
    let of = |name, about, change: &dyn Fn(&mut Disclosure)| of(name, about, "malformed", change);
    let not_newest = |d: &mut Disclosure| {
        let leaves: Vec<Hash> = [merkle::leaf(&[0; 8]), merkle::leaf(&d.entry.entry), merkle::leaf(&[1; 8])].into();
        let proof = merkle::prove(&leaves, 1).expect("a leaf");
        d.entry = ProvenEntry { index: 1, size: 3, root: merkle::root(&leaves), proof, ..d.entry.clone() };
    };
    vec![
        of("another root", "no proof leads there", &|d| d.entry.root.0[31] ^= 1),
        of("another sibling", "one bit of the first hash", &|d| d.entry.proof[0].0[0] ^= 1),
        of("proof cut", "the last hash is missing", &|d| d.entry.proof.truncate(1)),
        of("proof empty", "no hashes for a tree of four", &|d| d.entry.proof.clear()),
        of("proof too long", "one hash more", &|d| d.entry.proof.push(Hash([0; 32]))),
        of("proof of 65 hashes", "more than any log needs", &|d| d.entry.proof = vec![Hash([0; 32]); 65]),
        of("proof turned", "the hashes in the other order", &|d| d.entry.proof.reverse()),
        of("another index", "the leaf before", &|d| d.entry.index = 2),
        of("index past the end", "index and size are equal", &|d| d.entry.index = 4),
        of("greatest index", "2^64 - 1, and one more would wrap", &|d| d.entry.index = u64::MAX),
        of("size one more", "the root is that of the smaller tree", &|d| d.entry.size = 5),
        of("size and index one more", "the root is that of the smaller tree", &|d| {
            (d.entry.index, d.entry.size) = (4, 5)
        }),
        of("size of 0", "an entry of an empty log", &|d| d.entry.size = 0),
        of("another entry", "one bit of the entry's bytes", &|d| d.entry.entry[8] ^= 1),
        of("entry cut", "the last byte is missing", &|d| {
            let length = d.entry.entry.len() - 1;
            d.entry.entry.truncate(length);
        }),
        of("entry not canonical", "a zero byte behind it, proven so", &|d| {
            d.entry.entry.push(0);
            d.entry = proven(d.entry.entry.clone(), &Draft::new().earlier);
        }),
        of("not the newest entry", "proven, but others follow: such a proof does not bind the size", &not_newest),
        draft("first entry", "a log of one, whose proof is empty", "ok", |draft| draft.earlier.clear()),
        draft("a long log", "one of 1,001 entries", "ok", |draft| {
            draft.earlier = (0..1000u32).map(|n| n.to_be_bytes().to_vec()).collect();
        }),
        draft("too many leaves shown", "1,025", "malformed", |draft| {
            draft.earlier = (0..1025u32).map(|n| n.to_be_bytes().to_vec()).collect();
        }),
    ]
}

/// The companion is a witness: one size has one root, and what it saw stays seen.
pub fn heads() -> Vec<Case> {
    let behind = |earlier: Vec<Vec<u8>>| signed_value(&Draft { earlier, ..Draft::new() }.finish(), &person());
    let leaves = |count: u8, fill: u8| (0..count).map(|n| vec![n ^ fill; 8]).collect::<Vec<_>>();
    // The log that was witnessed, the entry that was disclosed, and five more.
    let longer = || [leaves(3, 0), vec![Draft::new().finish().entry.entry], leaves(5, 7)].concat();
    let after = |name: &str, about: &str, expect: &str, own: Vec<Vec<u8>>| {
        let mut case = case(behind(own));
        case.before = vec![message("disclose", behind(leaves(3, 0)), "ok")];
        named(case, name, about, expect)
    };
    let late = |name: &str, about: &str, expect: &str, first: Vec<Vec<u8>>, own: Vec<Vec<u8>>| {
        let mut case = case(behind(own));
        case.before = vec![message("disclose", behind(first), "ok")];
        named(case, name, about, expect)
    };
    // Entries 0 to 2, and 297 more: of 301 entries with the disclosure's own, the companion keeps 45 to 300.
    let long = || (0..300u32).map(|n| n.to_be_bytes().to_vec()).collect::<Vec<_>>();
    let other = |count: usize| [vec![vec![0xee; 4]], long()[1..count].to_vec()].concat();
    let restored = |name: &str, about: &str, expect: &str, epochs: [u32; 2]| {
        let [first, then] = epochs.map(|epoch| {
            let draft = Draft { earlier: leaves(3, u8::try_from(epoch).expect("small")), ..Draft::new() };
            signed_value(&Disclosure { epoch, ..draft.finish() }, &person())
        });
        let mut case = case(then);
        case.before = vec![message("disclose", first, "ok")];
        named(case, name, about, expect)
    };
    let gap = |name: &str, about: &str, expect: &str, change: &dyn Fn(&mut Disclosure)| {
        let mut disclosure = Draft { earlier: longer(), ..Draft::new() }.finish();
        change(&mut disclosure);
        let mut case = case(signed_value(&disclosure, &person()));
        case.before = vec![message("disclose", behind(leaves(3, 0)), "ok")];
        named(case, name, about, expect)
    };
    let mut restarted =
        after("forked, after a restart", "the companion starts again in between", "forked", leaves(3, 1));
    restarted.restart = true;
    vec![
        after("again", "the same disclosure, sent once more", "ok", leaves(3, 0)),
        after("grown", "a longer log", "ok", longer()),
        after("forked", "another log of the size that was witnessed", "forked", leaves(3, 1)),
        after("forked and grown", "a longer log that does not begin with what was witnessed", "forked", leaves(9, 1)),
        gap("a gap", "the leaves shown do not reach back to what was witnessed", "unproven", &|d| {
            drop(d.grown.drain(..5))
        }),
        gap("another leaf shown", "one bit of a leaf since", "forked", &|d| d.grown[8].0[0] ^= 1),
        gap("a leaf shown twice", "as many as there are, but not those", "forked", &|d| d.grown[8] = d.grown[7]),
        gap("more leaves than the log", "ten leaves before the tenth entry", "malformed", &|d| {
            d.grown.insert(0, Hash([0; 32]));
        }),
        restored(
            "restored",
            "it says that it came back from a backup, and not from which head it goes on",
            "forked",
            [0, 1],
        ),
        restarted,
        late("older", "one that was overtaken on its way", "ok", longer(), leaves(3, 0)),
        after("older, forked", "shorter than what was witnessed, and not the same so far", "forked", leaves(2, 0)),
        late("older, forked, far back", "as far back as the companion has leaves", "forked", long(), other(44)),
        late(
            "older, forked, further back",
            "further than the companion has leaves: nothing shows of which log it is",
            "unproven",
            long(),
            other(43),
        ),
    ]
}
