//! Watching over the rows of a shared store: which sealing must stand where, and what a turn makes of that.
//!
//! In: an open turn, changes of rows. Out: the rows written, the next checkpoint; rows that are not those written last.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sqlx::PgConnection;

use super::{
    Spot,
    checkpoint::{Checkpoint, Name},
    database::failed,
    index::{self, Index, Prefix, Tag, Unknown, Written},
    rows::{self, Changes, NODES, Standing},
    vault::Vault,
};
use crate::store::{
    Presence, StoreError,
    integrity::Integrity,
    seal::{self, Version},
};

/// Nodes below an unknown one that are fetched with it: a tree of some millions of rows is no deeper.
const AHEAD: usize = 4;
const INDEX: StoreError = StoreError::RowsSetBack { part: "the index of rows" };

/// What was found, for whoever asks; clones share one.
#[derive(Clone, Default)]
pub(super) struct Findings(Arc<Mutex<Integrity>>);

impl Findings {
    /// Where these, and how turns go, can be asked for without a turn.
    pub(super) fn presence(&self) -> Presence {
        Presence::of(self.0.clone())
    }

    pub(super) fn all(&self) -> MutexGuard<'_, Integrity> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A row counts as absent. It is told once a table, since whoever tries a revoked key may try it without end.
    pub(super) fn refuse(&self, table: &'static str) {
        let mut all = self.all();
        let times = all.refused.entry(table).or_insert(0);
        *times = times.saturating_add(1);
        if *times == 1 {
            tracing::error!(code = "set_back", table, "a row is not the one that was written last; it is refused");
        }
    }
}

/// The checkpoint of the turn with the index that it ends.
pub(super) struct Guard {
    pub(super) checkpoint: Checkpoint,
    pub(super) index: Index,
}

/// What a turn wrote.
pub(super) struct Done {
    pub(super) checkpoint: Checkpoint,
    pub(super) sealed: Vec<u8>,
    /// Were guarded rows among it?
    pub(super) guarded: bool,
}

impl Guard {
    /// Which sealings must stand at the places of these rows. Nodes that are not in memory are read: none where nothing
    /// guarded changed since, else one statement.
    pub(super) async fn expected(
        &mut self,
        open: &mut PgConnection,
        tags: &[Tag],
    ) -> Result<Vec<Option<Version>>, StoreError> {
        let root = self.checkpoint.index;
        let mut before: BTreeMap<Tag, Prefix> = BTreeMap::new();
        loop {
            let (mut found, mut wanted, mut missing) =
                (Vec::with_capacity(tags.len()), BTreeSet::new(), BTreeMap::new());
            for tag in tags {
                match self.index.look(root, tag) {
                    Ok(version) => found.push(version),
                    // It was fetched, and is not the one that it has to be.
                    Err(Unknown(prefix)) if before.get(tag) == Some(&prefix) => return Err(INDEX),
                    Err(Unknown(prefix)) => {
                        wanted.extend(index::path(tag, prefix.len(), prefix.len() + AHEAD));
                        missing.insert(*tag, prefix);
                    }
                }
            }
            if missing.is_empty() {
                return Ok(found);
            }
            for (prefix, sealed) in rows::nodes(open, &wanted).await.map_err(failed("reading"))? {
                // One that can't be opened is missed at the next look.
                let _ = self.index.learn(prefix, &sealed);
            }
            before = missing;
        }
    }

    /// Writes changes within the turn; `gone` are groups that were deleted before them.
    pub(super) async fn write(
        &mut self,
        vault: &Vault,
        findings: &Findings,
        open: &mut PgConnection,
        mut changes: Changes,
        gone: Vec<Standing>,
        by: Name,
    ) -> Result<Done, StoreError> {
        let mut before: BTreeMap<Spot, Version> = gone.into_iter().collect();
        let spots: Vec<Spot> = changes.keys().chain(before.keys()).filter(|spot| vault.guards(spot)).cloned().collect();
        let expected = self.expect(vault, open, spots).await?;
        // Before the rows are written, since its nodes go with them in the same statement.
        let root = self.reindex(vault, &expected, &mut changes)?;
        let mut told = rows::delete(open, &changes).await.map_err(failed("deleting"))?;
        told.extend(rows::insert(open, &changes).await.map_err(failed("writing"))?);
        for (spot, version) in told {
            // Of a group that went, what stood there was told by its deletion.
            before.entry(spot).or_insert(version);
        }
        for (spot, version) in &expected {
            // Whatever stood there, what was written last is what the digest counts.
            let found = match version {
                Some(version) => before.insert(spot.clone(), *version),
                None => before.remove(spot),
            };
            if found != *version {
                findings.refuse(vault.table(spot.0));
            }
        }
        let mut checkpoint = self.checkpoint.clone();
        checkpoint.index = root;
        count(vault, &mut checkpoint, &changes, &before)?;
        checkpoint.advance(by);
        let sealed = checkpoint.seal(&vault.checkpoints)?;
        Ok(Done { checkpoint, sealed, guarded: !expected.is_empty() })
    }

    /// The sealings that must stand at guarded places before a change.
    async fn expect(
        &mut self,
        vault: &Vault,
        open: &mut PgConnection,
        spots: Vec<Spot>,
    ) -> Result<BTreeMap<Spot, Option<Version>>, StoreError> {
        let tags: Vec<Tag> = spots.iter().map(|spot| vault.tag(spot)).collect();
        let versions = self.expected(open, &tags).await?;
        Ok(spots.into_iter().zip(versions).collect())
    }

    /// Changes the index by what becomes of guarded rows; its nodes are written with them. Gives the new root.
    fn reindex(
        &mut self,
        vault: &Vault,
        expected: &BTreeMap<Spot, Option<Version>>,
        changes: &mut Changes,
    ) -> Result<Option<Version>, StoreError> {
        let becomes = |spot: &Spot| changes.get(spot).and_then(Option::as_ref).and_then(|sealed| seal::version(sealed));
        let tags = expected.keys().map(|spot| (vault.tag(spot), becomes(spot))).collect();
        let mut written = Written::new();
        let root = self.index.change(self.checkpoint.index, &tags, &mut written)?;
        changes.extend(written.into_iter().map(|(prefix, sealed)| (rows::node_spot(prefix), sealed)));
        Ok(root)
    }

    /// Reads every place anew and makes the checkpoint and the index of what stands there: for a store of a version that
    /// had none, and for one that its owner accepts.
    pub(super) async fn recount(&mut self, vault: &Vault, open: &mut PgConnection) -> Result<(), StoreError> {
        rows::delete_nodes(open).await.map_err(failed("writing"))?;
        (self.checkpoint.index, self.checkpoint.rows) = (None, 0);
        self.checkpoint.digest = Default::default();
        let mut after = rows::first_place();
        loop {
            let page = rows::places_after(open, &after).await.map_err(failed("reading"))?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = last.clone();
            for (spot, version) in &page {
                self.checkpoint.digest.add(&vault.digest(spot, version));
            }
            self.checkpoint.rows = self.checkpoint.rows.saturating_add(page.len() as u64);
            let tags: BTreeMap<Tag, Option<Version>> = page
                .iter()
                .filter(|(spot, _)| vault.guards(spot))
                .map(|(spot, version)| (vault.tag(spot), Some(*version)))
                .collect();
            if tags.is_empty() {
                continue;
            }
            let names: Vec<Tag> = tags.keys().copied().collect();
            self.expected(open, &names).await?;
            let mut written = Written::new();
            self.checkpoint.index = self.index.change(self.checkpoint.index, &tags, &mut written)?;
            let nodes = written.into_iter().map(|(prefix, sealed)| (rows::node_spot(prefix), sealed)).collect();
            rows::insert(open, &nodes).await.map_err(failed("writing"))?;
            self.index.trim();
        }
    }
}

/// Takes off the digest what stood there, and adds what does now.
fn count(
    vault: &Vault,
    checkpoint: &mut Checkpoint,
    changes: &Changes,
    before: &BTreeMap<Spot, Version>,
) -> Result<(), StoreError> {
    let rows = |spot: &Spot| spot.0 != NODES;
    for (spot, version) in before.iter().filter(|(spot, _)| rows(spot)) {
        checkpoint.digest.remove(&vault.digest(spot, version));
        checkpoint.rows = checkpoint.rows.saturating_sub(1);
    }
    for (spot, sealed) in changes.iter().filter(|(spot, _)| rows(spot)) {
        let Some(version) = sealed.as_ref().and_then(|sealed| seal::version(sealed)) else { continue };
        // A database that says that the new row was there before would make the old one count for ever.
        if before.get(spot) == Some(&version) {
            return Err(StoreError::RowsSetBack { part: vault.table(spot.0) });
        }
        checkpoint.digest.add(&vault.digest(spot, &version));
        checkpoint.rows = checkpoint.rows.saturating_add(1);
    }
    Ok(())
}
