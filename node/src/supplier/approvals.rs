//! Four eyes: what one key begins and another has to agree to. In: a request to many persons, an export that is asked for, a second
//! one's word. Out: what waits, and what was said; a request goes on, or never begins.

use regie_protocol::{Days, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Companion, World, happening::Happening, keys::Caller, lists::not_found, names, scopes::Scope, tables};
use crate::{
    clock,
    command::{Failure, exit},
    driver::Turn,
    store::{Nth, Read as _},
};

/// For how long a second one can agree.
pub const ASKED_DAYS: u32 = 3;
/// For how long what was agreed to can be had, in milliseconds.
const GIVEN_MS: u64 = 24 * 60 * 60 * 1000;
/// Most that wait at a time.
const WAITING: usize = 64;
/// Those looked at for the ones that wait, the newest.
const LOOKED_AT: u64 = 200;
/// Most makers of a key that are followed: keys make keys.
const MAKERS: usize = 256;
/// Old ones that one turn removes.
const PRUNED_AT_ONCE: usize = 64;

/// What a company wants to hold of those who work with its companion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How many days it is kept who saw which values.
    pub reading_days: u32,
    /// Above how many persons one request needs a second one's word; none: never.
    pub second_for_persons: Option<u64>,
    /// Do exports need it?
    pub second_for_exports: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { reading_days: 365, second_for_persons: None, second_for_exports: false }
    }
}

/// Something that needs a second one's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// In the world of trials?
    pub test: bool,
    /// For what.
    pub what: Subject,
    /// Whose key began it.
    pub by: names::ApiKey,
    /// When.
    pub at: Timestamp,
    /// What a second one said.
    pub said: Option<Said>,
    /// When it was made use of; an export is had once.
    pub used: Option<Timestamp>,
}

/// For what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// A request to many persons.
    Bulk(names::Bulk),
    /// A table, by its name.
    Export(String),
}

/// What a second one said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Whose key.
    pub by: names::ApiKey,
    /// When.
    pub at: Timestamp,
    /// Yes?
    pub yes: bool,
}

/// How something stands that needs a second one's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has said anything.
    Pending,
    /// It was agreed to.
    Approved,
    /// It was agreed to and made use of.
    Used,
    /// It was refused.
    Refused,
    /// Its time is over.
    Lapsed,
}

impl Standing {
    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Used => "used",
            Self::Refused => "refused",
            Self::Lapsed => "lapsed",
        }
    }
}

impl Approval {
    /// Until when the next thing can be done with it: a second one's word, or the use of it.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        match self.said {
            None => self.at.plus_days(Days(ASKED_DAYS)),
            Some(said) => said.at.plus_ms(GIVEN_MS),
        }
    }

    /// How it stands.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        match (self.said, self.used) {
            (Some(Said { yes: false, .. }), _) => Standing::Refused,
            (_, Some(_)) => Standing::Used,
            _ if self.until() <= now => Standing::Lapsed,
            (Some(_), None) => Standing::Approved,
            (None, None) => Standing::Pending,
        }
    }
}

/// One with its name.
pub type Named = (names::Approval, Approval);

impl Companion {
    /// Begins something that waits for a second one's word.
    pub(crate) fn begin_approval(&mut self, caller: &Caller, what: Subject, turn: &mut Turn) -> Result<Named, Failure> {
        let now = self.clock.look().wall;
        let waiting = self.newest_approvals(caller.world)?;
        if waiting.iter().filter(|(_, one)| one.standing(now) == Standing::Pending).count() >= WAITING {
            let next = "have some of them answered at /v1/approvals first";
            return Err(Failure::new("refused", exit::REFUSED, format!("{WAITING} wait for a second word; {next}")));
        }
        let id = names::Approval(clock::random());
        let approval =
            Approval { test: caller.world == World::Test, what, by: caller.key, at: now, said: None, used: None };
        turn.batch.put(tables::APPROVALS, &id, &approval);
        turn.batch.append(tables::APPROVAL_ORDER, &caller.world, &id);
        self.tell(caller.world, Happening::new("approval.asked", now, id.to_string()), None, turn)?;
        Ok((id, approval))
    }

    /// One of them.
    ///
    /// # Errors
    /// `not_found`, also where it belongs to the other world.
    pub(crate) fn approval(&self, world: World, id: &names::Approval) -> Result<Approval, Failure> {
        let found = self.store.get(tables::APPROVALS, id)?.filter(|one| World::of(one.test) == world);
        found.ok_or_else(not_found)
    }

    /// A page of them, oldest first. A row that was set back counts as absent: the others are shown without it.
    pub(crate) fn approvals(&self, world: World, after: u64, limit: usize) -> Result<Vec<(u64, Named)>, Failure> {
        let (mut found, mut after) = (Vec::new(), after);
        loop {
            let order = self.store.numbered(tables::APPROVAL_ORDER, &world, after.saturating_add(1), limit)?;
            let is_last = order.len() < limit;
            for (number, id) in order {
                after = number;
                if let Some(approval) = self.store.get(tables::APPROVALS, &id)? {
                    found.push((number, (id, approval)));
                }
                if found.len() == limit {
                    return Ok(found);
                }
            }
            if is_last {
                return Ok(found);
            }
        }
    }

    /// The newest of them, oldest first.
    pub(crate) fn newest_approvals(&self, world: World) -> Result<Vec<Named>, Failure> {
        let last = self.store.last_number(tables::APPROVAL_ORDER, &world)?.unwrap_or(0);
        let page = self.approvals(world, last.saturating_sub(LOOKED_AT), usize::try_from(LOOKED_AT).unwrap_or(0))?;
        Ok(page.into_iter().map(|(_, named)| named).collect())
    }

    /// Says yes or no to what another began.
    ///
    /// # Errors
    /// `scope_missing`, `own_request`, `already_done`.
    pub(crate) fn answer_approval(
        &mut self,
        caller: &Caller,
        id: &names::Approval,
        yes: bool,
        turn: &mut Turn,
    ) -> Result<Approval, Failure> {
        caller.may(Scope::Approve)?;
        let (approval, now) = (self.approval(caller.world, id)?, self.clock.look().wall);
        let standing = approval.standing(now);
        if standing != Standing::Pending {
            let next = "where it is still wanted, let it be asked for once more";
            return Err(Failure::new(
                "already_done",
                exit::REFUSED,
                format!("this is {} already; {next}", standing.name()),
            ));
        }
        // Two keys of which one made the other, or that one key made, are one pair of eyes.
        if self.first_maker(caller.world, caller.key)? == self.first_maker(caller.world, approval.by)? {
            let next = "let somebody answer whose key the companion's owner made apart from this one";
            return Err(Failure::new("own_request", exit::REFUSED, format!("nobody agrees with themselves; {next}")));
        }
        let used = Some(now).filter(|_| yes && matches!(approval.what, Subject::Bulk(_)));
        let approval = Approval { said: Some(Said { by: caller.key, at: now, yes }), used, ..approval };
        turn.batch.put(tables::APPROVALS, id, &approval);
        if let Subject::Bulk(bulk) = &approval.what {
            self.release_bulk(bulk, yes, turn)?;
        }
        self.tell(caller.world, Happening::new("approval.answered", now, id.to_string()), None, turn)?;
        Ok(approval)
    }

    /// Makes use of what was agreed to: a table, by whoever asked for it, once.
    ///
    /// # Errors
    /// `approval_needed`, where there is none that holds.
    pub(crate) fn use_approval(
        &self,
        caller: &Caller,
        id: Option<&names::Approval>,
        file: &str,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let next = "ask for one by POST /v1/approvals, and name it as `approval` once another key agreed";
        let needed = || Failure::new("approval_needed", exit::REFUSED, format!("a table needs a second word; {next}"));
        let id = id.ok_or_else(needed)?;
        let (approval, now) = (self.approval(caller.world, id)?, self.clock.look().wall);
        let is_it = matches!(&approval.what, Subject::Export(agreed) if agreed == file);
        if !is_it || approval.by != caller.key || approval.standing(now) != Standing::Approved {
            return Err(needed());
        }
        turn.batch.put(tables::APPROVALS, id, &Approval { used: Some(now), ..approval });
        Ok(())
    }

    /// Removes those that are as old as readings may be.
    pub(super) fn prune_approvals(&self, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        let kept = Days(self.rules.reading_days.max(ASKED_DAYS + 2));
        for world in World::BOTH {
            let newest = self.store.last_number(tables::APPROVAL_ORDER, &world)?.unwrap_or(0);
            for (number, id) in self.store.numbered(tables::APPROVAL_ORDER, &world, 1, PRUNED_AT_ONCE)? {
                let Some(approval) = self.store.get(tables::APPROVALS, &id)? else { continue };
                if number == newest || approval.at.plus_days(kept) > now {
                    break;
                }
                turn.batch.delete(tables::APPROVALS, &id);
                turn.batch.delete(tables::APPROVAL_ORDER, &Nth(world, number));
                if let (Subject::Bulk(bulk), None) = (&approval.what, approval.said) {
                    self.drop_targets(bulk, turn);
                }
            }
        }
        Ok(())
    }

    /// The key that the owner made, from which a key comes.
    fn first_maker(&self, world: World, key: names::ApiKey) -> Result<names::ApiKey, Failure> {
        let mut key = key;
        for _ in 0..MAKERS {
            match self.one_key(world, &key)?.made_by {
                Some(maker) => key = maker,
                None => break,
            }
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_lapses_and_what_was_agreed_to_holds_for_a_day() {
        let day = 24 * 60 * 60 * 1000;
        let asked = Approval {
            test: false,
            what: Subject::Export("values.csv".into()),
            by: names::ApiKey([1; 10]),
            at: Timestamp(day),
            said: None,
            used: None,
        };
        let said = |yes| Some(Said { by: names::ApiKey([2; 10]), at: Timestamp(2 * day), yes });
        let agreed = Approval { said: said(true), ..asked.clone() };
        let refused = Approval { said: said(false), ..asked.clone() };
        let used = Approval { used: Some(Timestamp(2 * day)), ..agreed.clone() };
        for (approval, at, standing) in [
            (&asked, 4 * day - 1, Standing::Pending),
            (&asked, 4 * day, Standing::Lapsed),
            (&agreed, 3 * day - 1, Standing::Approved),
            (&agreed, 3 * day, Standing::Lapsed),
            (&used, 9 * day, Standing::Used),
            (&refused, 9 * day, Standing::Refused),
        ] {
            assert_eq!(approval.standing(Timestamp(at)), standing, "{approval:?} at {at}");
        }
    }
}
