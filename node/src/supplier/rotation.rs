//! The company's key is replaced by the one that it committed to, while no companion runs on its home. In: the store, the
//! secret of the next key, the public half of the one after. Out: the key before. Companions that share the store and run
//! stop by themselves at their next turn, and start under the new key.

use regie_protocol::{Keypair, PublicKey};

use super::records;
use crate::{
    command::Failure,
    driver::Turn,
    store::{Batch, Ledger},
};

/// Replaces the key.
///
/// # Errors
/// A key that was not committed to; the store's.
pub fn rotate(store: &mut dyn Ledger, key: Keypair, next: PublicKey) -> Result<PublicKey, Failure> {
    store.begin()?;
    let outcome = rotated(store, key, next);
    // A store that is shared is held until something is committed.
    let (before, batch) = match outcome {
        Ok((before, batch)) => (Ok(before), batch),
        Err(failure) => (Err(failure), Batch::new()),
    };
    store.commit(batch)?;
    before
}

/// May this key take the place of the one in force, which comes out?
///
/// # Errors
/// Where it was not committed to, or none was; the store's.
pub fn may_rotate(store: &mut dyn Ledger, key: &PublicKey) -> Result<PublicKey, Failure> {
    store.begin()?;
    let opened = records::open(store);
    store.commit(Batch::new())?;
    let (machine, _) = opened?;
    machine.may_rotate(key)?;
    Ok(machine.key().public())
}

fn rotated(store: &dyn Ledger, key: Keypair, next: PublicKey) -> Result<(PublicKey, Batch), Failure> {
    let (mut machine, mut clock) = records::open(store)?;
    let (before, secret) = (machine.key().public(), key.expose_secret());
    let mut turn = Turn::default();
    records::put_all(&mut turn.batch, machine.rotate(key, next, clock.now())?);
    records::put_key(&mut turn.batch, &secret);
    records::put_clock(&mut turn, &clock);
    Ok((before, turn.batch))
}
