//! Which sealing of each guarded row is the last one: a tree of sealed nodes that ends in the checkpoint of the turn, so
//! that a guarded row that was set back, taken off or put back is known when it is read.
//!
//! In: the root, tags of rows, nodes as they are stored. Out: the sealing that must stand at a row's place; sealed nodes
//! after a change. A node names the sealings of its children, so an old node fits under no newer one. It knows no SQL.

use std::collections::{BTreeMap, HashMap};

use crate::store::{
    StoreError,
    seal::{self, Place, SecretKey, TAG_BYTES, VERSION_BYTES, Version},
};

/// Children of a node: a tag's next four bits.
const FANOUT: usize = 16;
/// Rows that a leaf holds; with more it becomes a branch.
const LEAF_ROWS: usize = 32;
/// Bits of a tag, by fours.
const DEPTH: usize = 2 * TAG_BYTES;
/// Nodes kept in memory.
const KEPT: usize = 4096;
const LEAF: u8 = 0;
const BRANCH: u8 = 1;
const CORRUPT: StoreError = StoreError::Corrupt { part: "row index" };

/// A guarded row, blinded.
pub(super) type Tag = [u8; TAG_BYTES];
/// A node's place: the first bits of the tags below it, four a byte.
pub(super) type Prefix = Vec<u8>;

/// Which sealing each child is.
type Children = [Option<Version>; FANOUT];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Leaf(BTreeMap<Tag, Version>),
    Branch(Box<Children>),
}

/// The nodes that were read or written lately.
pub(super) struct Index {
    key: SecretKey,
    nodes: HashMap<Prefix, (Version, Node)>,
}

/// A node that has to be fetched first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown(pub(super) Prefix);

/// Nodes to be written; none where one goes.
pub(super) type Written = BTreeMap<Prefix, Option<Vec<u8>>>;

impl Index {
    pub(super) fn new(key: SecretKey) -> Self {
        Self { key, nodes: HashMap::new() }
    }

    /// Which sealing must stand at the place of this row.
    pub(super) fn look(&self, root: Option<Version>, tag: &Tag) -> Result<Option<Version>, Unknown> {
        let (mut prefix, mut at) = (Prefix::new(), root);
        loop {
            let Some(version) = at else { return Ok(None) };
            // The one that its parent names and no other: an old node at the same place is of another sealing.
            match self.nodes.get(&prefix).filter(|(known, _)| *known == version) {
                None => return Err(Unknown(prefix)),
                Some((_, Node::Leaf(rows))) => return Ok(rows.get(tag).copied()),
                Some((_, Node::Branch(children))) => {
                    let step = bits(tag, prefix.len());
                    at = children.get(usize::from(step)).copied().flatten();
                    prefix.push(step);
                }
            }
        }
    }

    /// Takes a node up as it is stored. Whether it is the one that is looked for, the next look says.
    pub(super) fn learn(&mut self, prefix: Prefix, sealed: &[u8]) -> Result<(), StoreError> {
        let version = seal::version(sealed).ok_or(CORRUPT)?;
        let plain = seal::open(&self.key, place(&prefix), sealed)?;
        let node = Node::decode(&plain).ok_or(CORRUPT)?;
        self.keep(prefix, version, node);
        Ok(())
    }

    /// Changes rows, all of which were looked for before; none where a row goes. Gives the new root.
    pub(super) fn change(
        &mut self,
        root: Option<Version>,
        changes: &BTreeMap<Tag, Option<Version>>,
        written: &mut Written,
    ) -> Result<Option<Version>, StoreError> {
        let changes: Vec<(Tag, Option<Version>)> = changes.iter().map(|(tag, version)| (*tag, *version)).collect();
        self.change_below(Prefix::new(), root, &changes, written)
    }

    fn change_below(
        &mut self,
        prefix: Prefix,
        at: Option<Version>,
        changes: &[(Tag, Option<Version>)],
        written: &mut Written,
    ) -> Result<Option<Version>, StoreError> {
        if changes.is_empty() {
            return Ok(at);
        }
        let node = match at {
            None => Node::Leaf(BTreeMap::new()),
            Some(version) => {
                let known = self.nodes.get(&prefix).filter(|(known, _)| *known == version);
                known.map(|(_, node)| node.clone()).ok_or(CORRUPT)?
            }
        };
        match node {
            Node::Leaf(mut rows) => {
                for (tag, version) in changes {
                    match version {
                        Some(version) => rows.insert(*tag, *version),
                        None => rows.remove(tag),
                    };
                }
                // At the full depth a leaf holds one tag, so it can't be split any more.
                if rows.len() <= LEAF_ROWS || prefix.len() >= DEPTH {
                    return self.write(prefix, Node::Leaf(rows), written);
                }
                let rows: Vec<(Tag, Option<Version>)> = rows.into_iter().map(|(tag, row)| (tag, Some(row))).collect();
                self.change_children(prefix, Box::new([None; FANOUT]), &rows, written)
            }
            Node::Branch(children) => self.change_children(prefix, children, changes, written),
        }
    }

    /// Changes in order of their tags, so those of one child are neighbours.
    fn change_children(
        &mut self,
        prefix: Prefix,
        mut children: Box<Children>,
        changes: &[(Tag, Option<Version>)],
        written: &mut Written,
    ) -> Result<Option<Version>, StoreError> {
        let depth = prefix.len();
        for group in changes.chunk_by(|(one, _), (other, _)| bits(one, depth) == bits(other, depth)) {
            let Some((tag, _)) = group.first() else { continue };
            let step = bits(tag, depth);
            let Some(child) = children.get_mut(usize::from(step)) else { continue };
            let mut below = prefix.clone();
            below.push(step);
            *child = self.change_below(below, *child, group, written)?;
        }
        self.write(prefix, Node::Branch(children), written)
    }

    fn write(&mut self, prefix: Prefix, node: Node, written: &mut Written) -> Result<Option<Version>, StoreError> {
        if node.is_empty() {
            self.nodes.remove(&prefix);
            written.insert(prefix, None);
            return Ok(None);
        }
        let sealed = seal::seal(&self.key, place(&prefix), &node.encode())?;
        let version = seal::version(&sealed).ok_or(CORRUPT)?;
        written.insert(prefix.clone(), Some(sealed));
        self.keep(prefix, version, node);
        Ok(Some(version))
    }

    fn keep(&mut self, prefix: Prefix, version: Version, node: Node) {
        self.nodes.insert(prefix, (version, node));
    }

    /// Lets go of nodes where there are too many; between turns, since a turn may be in the midst of a path.
    pub(super) fn trim(&mut self) {
        if self.nodes.len() > KEPT {
            self.nodes.clear();
        }
    }
}

/// The four bits of a tag at a depth.
fn bits(tag: &Tag, depth: usize) -> u8 {
    let byte = tag.get(depth / 2).copied().unwrap_or_default();
    if depth.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
}

/// Every prefix of a tag that a tree of some size has, from the root on.
pub(super) fn path(tag: &Tag, from: usize, to: usize) -> Vec<Prefix> {
    let steps: Prefix = (0..to.min(DEPTH)).map(|depth| bits(tag, depth)).collect();
    (from..=steps.len()).filter_map(|length| steps.get(..length).map(<[u8]>::to_vec)).collect()
}

fn place(prefix: &[u8]) -> Place<'_> {
    Place { domain: "row index", position: prefix }
}

impl Node {
    fn is_empty(&self) -> bool {
        match self {
            Self::Leaf(rows) => rows.is_empty(),
            Self::Branch(children) => children.iter().all(Option::is_none),
        }
    }

    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Leaf(rows) => {
                let mut plain = vec![LEAF];
                for (tag, version) in rows {
                    plain.extend_from_slice(tag);
                    plain.extend_from_slice(version);
                }
                plain
            }
            Self::Branch(children) => {
                let mut plain = vec![BRANCH];
                for (step, version) in (0_u8..).zip(children.iter()) {
                    if let Some(version) = version {
                        plain.push(step);
                        plain.extend_from_slice(version);
                    }
                }
                plain
            }
        }
    }

    fn decode(plain: &[u8]) -> Option<Self> {
        let (kind, rest) = plain.split_first()?;
        if *kind == LEAF {
            let mut rows = BTreeMap::new();
            for entry in rest.chunks(TAG_BYTES + VERSION_BYTES) {
                let (tag, version) = entry.split_first_chunk::<TAG_BYTES>()?;
                rows.insert(*tag, version.try_into().ok()?);
            }
            return Some(Self::Leaf(rows));
        }
        let mut children = Box::new([None; FANOUT]);
        for entry in rest.chunks(1 + VERSION_BYTES) {
            let (step, version) = entry.split_first()?;
            *children.get_mut(usize::from(*step))? = Some(version.try_into().ok()?);
        }
        Some(Self::Branch(children))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Nodes as a database holds them, and who knows nothing looks a tag up in them.
    #[derive(Default, Clone)]
    struct Stored(BTreeMap<Prefix, Vec<u8>>);

    impl Stored {
        fn apply(&mut self, written: Written) {
            for (prefix, node) in written {
                match node {
                    Some(sealed) => drop(self.0.insert(prefix, sealed)),
                    None => drop(self.0.remove(&prefix)),
                }
            }
        }

        fn look(&self, index: &mut Index, root: Option<Version>, tag: &Tag) -> Option<Option<Version>> {
            for _ in 0..=DEPTH {
                match index.look(root, tag) {
                    Ok(found) => return Some(found),
                    Err(Unknown(prefix)) => {
                        let sealed = self.0.get(&prefix)?.clone();
                        index.learn(prefix, &sealed).ok()?;
                    }
                }
            }
            None
        }
    }

    fn secret() -> SecretKey {
        SecretKey::new(zeroize::Zeroizing::new([7; 32]))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn it_says_what_a_map_says_and_an_old_node_fits_nowhere(
            batches in proptest::collection::vec(
                proptest::collection::btree_map(any::<u16>(), any::<Option<u64>>(), 1..120), 1..8,
            ),
        ) {
            let (mut index, mut stored, mut root) = (Index::new(secret()), Stored::default(), None);
            let mut model: BTreeMap<Tag, Version> = BTreeMap::new();
            // Tags that begin alike, so that there are branches.
            let tag = |number: u16| { let mut tag = [0; TAG_BYTES]; tag[..2].copy_from_slice(&(number % 1024).to_be_bytes()); tag };
            let mut before = Vec::new();
            for batch in &batches {
                let changes: BTreeMap<Tag, Option<Version>> = batch.iter().map(|(number, version)| {
                    let sealing = version.map(|version| { let mut all = [1; VERSION_BYTES]; all[..8].copy_from_slice(&version.to_be_bytes()); all });
                    (tag(*number), sealing)
                }).collect();
                for tag in changes.keys() {
                    prop_assert!(stored.look(&mut index, root, tag).is_some());
                }
                let mut written = Written::new();
                before.push((stored.clone(), root));
                root = index.change(root, &changes, &mut written).unwrap();
                stored.apply(written);
                for (tag, version) in changes {
                    match version { Some(version) => drop(model.insert(tag, version)), None => drop(model.remove(&tag)) }
                }
            }
            let mut fresh = Index::new(secret());
            for number in 0..1024 {
                prop_assert_eq!(stored.look(&mut fresh, root, &tag(number)), Some(model.get(&tag(number)).copied()));
            }
            // The nodes of before, one by one, in the place of today's: never another answer, but none.
            for (old, _) in &before {
                for (prefix, sealed) in &old.0 {
                    let mut mixed = stored.clone();
                    mixed.0.insert(prefix.clone(), sealed.clone());
                    let mut fresh = Index::new(secret());
                    for number in (0..1024).step_by(37) {
                        let found = mixed.look(&mut fresh, root, &tag(number));
                        prop_assert!(found.is_none_or(|found| found == model.get(&tag(number)).copied()));
                    }
                }
            }
        }
    }

    #[test]
    fn a_path_begins_at_the_root() {
        let mut tag = [0; TAG_BYTES];
        tag[0] = 0xab;
        assert_eq!(path(&tag, 0, 2), [vec![], vec![0xa], vec![0xa, 0xb]]);
        assert_eq!(path(&tag, 1, 1), [vec![0xa]]);
    }
}
