//! How far the company's message bus was told, in each world. In: turns. Out: the events that come next. It stands in
//! the store, so nothing is lost over `kill -9`; what was not noted in time is told again under the same id.

use super::{Companion, World, happening::Numbered, tables};
use crate::{command::Failure, driver::Turn, store::Read as _};

const RECEIVER: &[u8] = b"bus";

impl Companion {
    /// What the bus is to be told now; nothing where another companion on this store tells it.
    pub(crate) fn next_for_bus(
        &mut self,
        world: World,
        limit: usize,
        turn: &mut Turn,
    ) -> Result<Vec<Numbered>, Failure> {
        let next = self.happenings(world, self.bus_told(world)?, limit)?;
        let ours = next.is_empty() || self.lease(RECEIVER, turn)?;
        Ok(if ours { next } else { Vec::new() })
    }

    /// Notes that the bus has everything up to this event.
    pub(crate) fn note_bus(&mut self, world: World, event: u64, turn: &mut Turn) -> Result<(), Failure> {
        let told = self.bus_told(world)?.max(event);
        turn.batch.put(tables::BUS, &world, &told);
        Ok(())
    }

    fn bus_told(&self, world: World) -> Result<u64, Failure> {
        Ok(self.store.get(tables::BUS, &world)?.unwrap_or(0))
    }
}
