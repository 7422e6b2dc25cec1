//! Who in the company saw which values, and when: a row for each call and person. In: what a call is about to answer. Out: rows in the
//! commit before the answer, by world and by person; those whose time is over go.

use std::collections::BTreeSet;

use regie_protocol::{AskedPath, Days, PublicKey, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Companion, World, keys::Caller, names, tables};
use crate::{
    command::Failure,
    driver::Turn,
    store::{Nth, Read as _},
};

/// Old rows that one turn removes.
const PRUNED_AT_ONCE: usize = 512;
/// The command line of the companion's owner, as the place of a reading.
const COMMAND_LINE: &str = "regie supplier people";

/// Who saw something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reader {
    /// Whoever has this key of the API.
    Key(names::ApiKey),
    /// The companion's owner, at the command line.
    Owner,
}

/// What somebody saw of one person by one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub reader: Reader,
    /// Whose values.
    pub person: PublicKey,
    /// Of which fields.
    pub fields: BTreeSet<AskedPath>,
    /// By what: a path of the API, or a command.
    pub by: String,
    /// The id of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<[u8; 12]>,
}

impl Companion {
    /// Notes what a call is about to answer. Nothing is noted where it holds no value.
    pub(crate) fn note_reading(
        &self,
        caller: &Caller,
        person: &PublicKey,
        fields: BTreeSet<AskedPath>,
        turn: &mut Turn,
    ) {
        let (reader, by) = (Reader::Key(caller.key), caller.call.route.to_owned());
        let at = self.clock.look().wall;
        let reading = Reading { at, reader, person: *person, fields, by, request: Some(caller.call.request) };
        keep(caller.world, &reading, turn);
    }

    /// Notes what the owner is about to see at the command line.
    pub(super) fn note_owners_reading(
        &self,
        world: World,
        person: &PublicKey,
        fields: BTreeSet<AskedPath>,
        turn: &mut Turn,
    ) {
        let (at, by) = (self.clock.look().wall, COMMAND_LINE.to_owned());
        keep(world, &Reading { at, reader: Reader::Owner, person: *person, fields, by, request: None }, turn);
    }

    /// Readings after a number, oldest first: everybody's, or one person's.
    pub(crate) fn readings(
        &self,
        world: World,
        person: Option<&PublicKey>,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Reading)>, Failure> {
        let from = after.saturating_add(1);
        Ok(match person {
            Some(person) => self.store.numbered(tables::READINGS_OF, person, from, limit)?,
            None => self.store.numbered(tables::READINGS, &world, from, limit)?,
        })
    }

    /// The number of the newest reading of a person.
    pub(crate) fn last_reading(&self, person: &PublicKey) -> Result<u64, Failure> {
        Ok(self.store.last_number(tables::READINGS_OF, person)?.unwrap_or(0))
    }

    /// Removes readings whose time is over, but never the newest of a world: the numbers go on from it.
    pub(super) fn prune_readings(&self, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        let kept = Days(self.rules.reading_days);
        let old = |reading: &Reading| reading.at.plus_days(kept) <= now;
        for world in World::BOTH {
            let newest = self.store.last_number(tables::READINGS, &world)?.unwrap_or(0);
            let mut persons = BTreeSet::new();
            for (number, reading) in self.store.numbered(tables::READINGS, &world, 1, PRUNED_AT_ONCE)? {
                if number == newest || !old(&reading) {
                    break;
                }
                turn.batch.delete(tables::READINGS, &Nth(world, number));
                persons.insert(reading.person);
            }
            for person in persons {
                for (number, reading) in self.store.numbered(tables::READINGS_OF, &person, 1, PRUNED_AT_ONCE)? {
                    if old(&reading) {
                        turn.batch.delete(tables::READINGS_OF, &Nth(person, number));
                    }
                }
            }
        }
        Ok(())
    }
}

fn keep(world: World, reading: &Reading, turn: &mut Turn) {
    if !reading.fields.is_empty() {
        turn.batch.append(tables::READINGS, &world, reading);
        turn.batch.append(tables::READINGS_OF, &reading.person, reading);
    }
}
