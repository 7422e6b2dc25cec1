//! Finding in lists. In: which list, by what, and where the page before ended. Out: the entries that the caller's own look takes, and
//! where to go on. One page looks at a bounded number of entries, so a search that finds little ends early and says where.

use std::collections::BTreeSet;

use regie_protocol::{PublicKey, Timestamp};

use super::{
    Companion, World,
    happening::{EVENT_DAYS, Happening},
    labels::{Kind, Thing},
    lists::{Entry, List},
    names, tables,
};
use crate::{
    command::Failure,
    store::{Part, Read as _},
};

/// Most entries that one page looks at.
pub const LOOKED_AT: usize = 2_000;
/// Entries that are read at once.
const AT_ONCE: usize = 200;

/// What is searched.
pub struct Search {
    /// Which list.
    pub list: List,
    /// Of which world.
    pub world: World,
    /// Of one person alone.
    pub person: Option<PublicKey>,
    /// Where the page before ended.
    pub cursor: Option<u64>,
    /// Most entries of this one.
    pub limit: usize,
    /// By what.
    pub by: By,
}

/// By what a list is searched, and so in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// In the order of their making.
    Made {
        /// From this moment on, by this companion's clock.
        since: Option<Timestamp>,
        /// The newest first.
        newest_first: bool,
    },
    /// Those with this reference of the company's, in the order in which they got it.
    Reference(String),
    /// Those of which an event tells at or after this moment, in the order of those events.
    Updated(Timestamp),
}

/// What was found.
pub struct Found<T> {
    /// In the search's order.
    pub entries: Vec<T>,
    /// Where the next page goes on; none at the end. By [`By::Updated`] there is always one: more will happen.
    pub next: Option<u64>,
}

/// A place that was looked at: where a page that ends with it goes on, and what stands there.
type Place = (u64, Option<Entry>);

impl Companion {
    /// One page of what is searched. `look` makes of an entry what is to be shown, or nothing where it is not meant.
    ///
    /// # Errors
    /// The store's, and those of `look`.
    pub(crate) fn search<T>(
        &mut self,
        search: &Search,
        mut look: impl FnMut(&mut Self, &Entry) -> Result<Option<T>, Failure>,
    ) -> Result<Found<T>, Failure> {
        let (mut entries, mut looked_at, mut seen) = (Vec::new(), 0, BTreeSet::new());
        let mut at = self.beginning(search)?;
        loop {
            // A list that is read without a filter reads no more than a page.
            let most = if looked_at == 0 { search.limit.min(AT_ONCE) } else { AT_ONCE };
            let places = self.places(search, at, most)?;
            let ended = places.is_empty();
            self.read_ahead(search, &places)?;
            for (place, entry) in places {
                at = place;
                looked_at += 1;
                if entry.as_ref().is_some_and(|entry| is_past(search, entry)) {
                    return Ok(Found { entries, next: None });
                }
                let Some(entry) = entry.filter(|entry| meant(search, entry)) else { continue };
                let twice = matches!(search.by, By::Updated(_)) && !seen.insert((entry.person, entry.thing.clone()));
                if !twice && let Some(shown) = look(self, &entry)? {
                    entries.push(shown);
                }
                if entries.len() >= search.limit {
                    break;
                }
            }
            if ended || entries.len() >= search.limit || looked_at >= LOOKED_AT {
                let goes_on = !ended || matches!(search.by, By::Updated(_));
                return Ok(Found { entries, next: goes_on.then_some(at) });
            }
        }
    }

    /// Reads what entries are shown with, all of them by two questions to the store.
    fn read_ahead(&mut self, search: &Search, places: &[Place]) -> Result<(), Failure> {
        let entries = || places.iter().filter_map(|(_, entry)| entry.as_ref()).filter(|entry| meant(search, entry));
        if search.list == List::Relationships {
            // A long list is not all in memory at once.
            self.forget_persons();
            let persons: Vec<PublicKey> = entries().filter_map(|entry| entry.person).collect();
            self.load_many(&persons)?;
        }
        if search.list == List::Requests {
            let all: Vec<_> = entries().filter_map(|entry| Some((entry.person?, entry.nonce()))).collect();
            let found = self.requests(&all)?;
            self.read_requests = all.into_iter().zip(found).filter_map(|(of, record)| Some((of, record?))).collect();
        }
        self.read_labels(entries().filter_map(|entry| thing(search.list, entry)).collect())
    }

    /// Behind which place a search begins.
    fn beginning(&self, search: &Search) -> Result<u64, Failure> {
        if let Some(cursor) = search.cursor {
            if matches!(search.by, By::Updated(_)) {
                self.happenings_behind(search.world, cursor, 1)?;
            }
            return Ok(cursor);
        }
        let Search { list, world, person, .. } = search;
        match &search.by {
            By::Reference(_) | By::Made { since: None, newest_first: false } => Ok(0),
            By::Made { newest_first: true, .. } => Ok(self.last_of(*list, *world, person.as_ref())?.saturating_add(1)),
            By::Made { since: Some(since), newest_first: false } => {
                let last = self.last_of(*list, *world, person.as_ref())?;
                before(last, |after| {
                    let next = self.page(*list, *world, person.as_ref(), after, 1)?;
                    Ok(next.first().is_none_or(|entry| entry.at >= Some(*since)))
                })
            }
            By::Updated(since) => {
                let oldest = since.plus_days(regie_protocol::Days(EVENT_DAYS));
                if oldest < self.clock.look().wall {
                    let next = "leave updated_since out, and read all";
                    return Err(Failure::usage(format!("what happened is kept for {EVENT_DAYS} days; {next}")));
                }
                let newest = self.newest_event(*world)?;
                before(newest, |after| {
                    let next = self.happenings(*world, after, 1)?;
                    Ok(next.first().is_none_or(|(_, happening)| happening.at >= *since))
                })
            }
        }
    }

    /// The next places behind one, none at the end.
    fn places(&self, search: &Search, at: u64, most: usize) -> Result<Vec<Place>, Failure> {
        let Search { list, world, person, .. } = search;
        match &search.by {
            By::Made { newest_first: false, .. } => {
                let page = self.page(*list, *world, person.as_ref(), at, most)?;
                Ok(page.into_iter().map(|entry| (entry.number, Some(entry))).collect())
            }
            By::Made { newest_first: true, .. } => self.places_before(search, at, most),
            By::Reference(text) => {
                let Some(kind) = kind(*list) else { return Ok(Vec::new()) };
                let found = self.referred(*world, kind, text, at, most)?;
                let place = |(number, thing): (u64, Option<Thing>)| {
                    let entry = thing.map(|thing| self.entry(*list, number, thing)).transpose()?;
                    Ok((number, entry.flatten()))
                };
                found.into_iter().map(place).collect()
            }
            By::Updated(_) => {
                let happened = self.happenings(*world, at, most)?;
                let place = |(number, happening): (u64, Happening)| (number, changed(*list, number, &happening));
                Ok(happened.into_iter().map(place).collect())
            }
        }
    }

    /// Those with lower numbers, the highest first. Numbers may have holes, over which it goes.
    fn places_before(&self, search: &Search, mut before: u64, most: usize) -> Result<Vec<Place>, Failure> {
        while before > 1 {
            let from = before.saturating_sub(most as u64).max(1);
            let page = self.page(search.list, search.world, search.person.as_ref(), from - 1, most)?;
            let mut page: Vec<Place> = page
                .into_iter()
                .filter(|entry| entry.number < before)
                .map(|entry| (entry.number, Some(entry)))
                .collect();
            if !page.is_empty() {
                page.reverse();
                return Ok(page);
            }
            before = from;
        }
        Ok(Vec::new())
    }

    /// A thing as an entry of its list.
    fn entry(&self, list: List, number: u64, thing: Thing) -> Result<Option<Entry>, Failure> {
        let owned = |thing: Vec<u8>| {
            let person = self.store.get(tables::OWNERS, &(list, thing.clone()))?;
            Ok(person.map(|person| Entry { number, person: Some(person), thing, at: None }))
        };
        match thing {
            Thing::Relationship(person) => {
                Ok(Some(Entry { number, person: Some(person), thing: Vec::new(), at: None }))
            }
            Thing::Invitation(id) => Ok(Some(Entry { number, person: None, thing: id.to_bytes(), at: None })),
            Thing::Request(id) | Thing::Item(id) => owned(id.to_bytes()),
            Thing::Act(id) => owned(id.to_bytes()),
            Thing::Offer(_) => Ok(None),
        }
    }
}

/// Is it what is searched, as far as the entry says?
fn meant(search: &Search, entry: &Entry) -> bool {
    let of = search.person.is_none() || search.person == entry.person;
    let since = match search.by {
        By::Made { since: Some(since), .. } => entry.at >= Some(since),
        _ => true,
    };
    of && since
}

/// Is everything behind it older than what is searched?
fn is_past(search: &Search, entry: &Entry) -> bool {
    match search.by {
        By::Made { since: Some(since), newest_first: true } => entry.at < Some(since),
        _ => false,
    }
}

/// The thing of a list that an entry stands for, where it has a label.
fn thing(list: List, entry: &Entry) -> Option<Thing> {
    match list {
        List::Relationships => entry.person.map(Thing::Relationship),
        List::Invitations => Some(Thing::Invitation(entry.nonce())),
        List::Requests => Some(Thing::Request(entry.nonce())),
        List::Items => Some(Thing::Item(entry.nonce())),
        _ => None,
    }
}

fn kind(list: List) -> Option<Kind> {
    match list {
        List::Relationships => Some(Kind::Relationships),
        List::Invitations => Some(Kind::Invitations),
        List::Requests => Some(Kind::Requests),
        List::Items => Some(Kind::Items),
        List::Acts => Some(Kind::Acts),
        _ => None,
    }
}

/// Which thing of a list an event says to have changed.
fn changed(list: List, number: u64, happening: &Happening) -> Option<Entry> {
    let person = happening.person?;
    let subject = happening.subject.as_deref();
    let thing = match list {
        List::Relationships => Vec::new(),
        List::Requests => subject?.parse::<names::Asked>().ok()?.to_bytes(),
        List::Acts => subject?.parse::<names::Act>().ok()?.to_bytes(),
        _ => return None,
    };
    Some(Entry { number, person: Some(person), thing, at: Some(happening.at) })
}

/// The lowest number behind which everything is as `holds` wants it, where that is so from some place on.
fn before(last: u64, holds: impl Fn(u64) -> Result<bool, Failure>) -> Result<u64, Failure> {
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle)? { high = middle } else { low = middle + 1 }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_from_which_on_something_holds_is_found_in_any_list() {
        for last in 0..40_u64 {
            for first in 0..=last {
                // Entry n (from 1) holds from `first + 1` on: behind `first`, all do.
                assert_eq!(before(last, |after| Ok(after >= first)).ok(), Some(first), "{first} of {last}");
            }
        }
    }
}
