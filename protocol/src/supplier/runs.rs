//! Which run of a person's node speaks. In: a signed word of a run, by which it takes the place of the one before. Out:
//! that it may speak, or the word of the one that does; behind a restore, the branch of the log that was left.
//!
//! Of two copies of one node each is shown the other's word, and decides by it, both alike, which of them goes on
//! ([`crate::resumption`]). A companion decides nothing: it lets a run speak that knows of the one before.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Customer, Effect, Record, Supplier};
use crate::{
    identity::{Nonce, PublicKey},
    limits,
    merkle::Hash,
    message::{Begun, Rival, SupplierReply},
    refusal::Refusal,
    resumption::Resumption,
    signed::{ObjectId, Signed, Verified},
    time::{Now, Timestamp},
};

/// What a companion knows of the runs of one person's node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runs {
    /// The word of the one that speaks.
    pub latest: Signed<Resumption>,
    /// Others that wanted to and did not take its place, the newest last. At most [`limits::RIVALS`].
    pub rivals: Vec<Rival>,
    /// Branches of the log that restores left behind, the newest last. At most [`limits::BRANCHES`].
    pub branches: Vec<Branch>,
    /// Grants, and mandates, that ended with them.
    pub ended: BTreeSet<ObjectId>,
}

/// A branch of a log that was witnessed, and that a restore left behind. Both are kept: its head here, beside the one
/// that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Entries that were witnessed of it.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The size from which the one after it goes on.
    pub back_to: u64,
    /// How the two stand to each other.
    pub since: Since,
    /// When the one after it began here.
    pub at: Timestamp,
}

/// How the head that a restore names stands to the log that was witnessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// It is one that this log had: what came behind it is left.
    Known,
    /// It is longer than what was witnessed, or longer ago than is kept: nothing shows whether it is of this log.
    Unproven,
    /// It is not one that this log had.
    Other,
}

impl Supplier {
    /// A run of the person's node says that it speaks.
    pub(super) fn resumed(
        &mut self,
        person: &PublicKey,
        signed: Signed<Resumption>,
        now: Now,
    ) -> Result<Vec<Effect>, Refusal> {
        let said = self.signed_by(signed, person, |resumption| resumption.supplier)?;
        said.check()?;
        let customer = self.customers.get(person).ok_or(Refusal::NotPaired)?;
        let before = customer.runs.as_ref().map(|runs| runs.latest.peek()).transpose()?.map(|latest| latest.run);
        let again = before == Some(said.run);
        let takes_over = before.is_some() && said.follows == before;
        // Asked before anything else of it: what a run says that may not speak must change neither branch nor grants.
        if let (Some(runs), Some(beside)) = (&customer.runs, before)
            && !again
            && !takes_over
        {
            return Ok(self.stands_aside(person, runs.clone(), &said, beside));
        }
        let mut effects = Vec::new();
        if said.epoch < customer.epoch {
            return Err(Refusal::Forked);
        }
        let mut runs = customer.runs_after(&said);
        if said.epoch > customer.epoch {
            let head = self.go_back(&mut runs, customer, person, &said, now)?;
            self.record(&mut effects, head);
        }
        let rival = runs.rivals.last().cloned();
        // A run says the same bytes on every line: a line that comes back costs no write.
        if self.customers.get(person).and_then(|customer| customer.runs.as_ref()) != Some(&runs) {
            self.record(&mut effects, Record::Runs { person: *person, runs: Box::new(runs) });
        }
        let witnessed = self.customers.get(person).map_or(0, |customer| customer.head.size());
        effects.push(Effect::Reply(SupplierReply::Begun(Begun { witnessed, rival })));
        effects.push(Effect::Resumed { person: *person, anew: takes_over && !again });
        effects.push(Effect::Deliver(*person));
        Ok(effects)
    }

    /// A run that does not know of the one that speaks is shown that one's word; its own is kept, for the other to see.
    fn stands_aside(
        &mut self,
        person: &PublicKey,
        mut runs: Runs,
        said: &Verified<Resumption>,
        beside: Nonce,
    ) -> Vec<Effect> {
        let (mut effects, latest) = (Vec::new(), runs.latest.clone());
        // One word of each: a run that asks again and again must not push the others out.
        runs.rivals.retain(|rival| !is_of(rival, &said.run));
        runs.rivals.push(Rival { word: said.signed().clone(), beside });
        let surplus = runs.rivals.len().saturating_sub(limits::RIVALS);
        runs.rivals.drain(..surplus);
        self.record(&mut effects, Record::Runs { person: *person, runs: Box::new(runs) });
        effects.push(Effect::Contested(*person));
        effects.push(Effect::Reply(SupplierReply::Superseded(latest)));
        effects
    }

    /// A restore: every grant before it has ended. What was witnessed beyond the head that it names is left, and kept.
    fn go_back(
        &self,
        runs: &mut Runs,
        customer: &Customer,
        person: &PublicKey,
        said: &Verified<Resumption>,
        now: Now,
    ) -> Result<Record, Refusal> {
        let begins = said.begins.as_ref().ok_or(Refusal::Malformed)?;
        runs.ended = customer.grants.keys().chain(customer.mandates.keys()).copied().collect();
        let (held, epoch) = (&customer.head, said.epoch);
        let keeps = held.size() == 0 || (begins.size() >= held.size() && !said.apart);
        if keeps {
            // It has to grow from what was witnessed, as ever.
            let (head, recent) = (held.clone(), customer.recent.clone());
            return Ok(Record::Head { person: *person, head, epoch, gaps: customer.gaps, recent });
        }
        let since = match customer.recent.root_at(begins.size()) {
            _ if begins.size() == 0 => Since::Known,
            Some(root) if root == begins.root() => Since::Known,
            Some(_) => Since::Other,
            None => Since::Unproven,
        };
        let (size, root) = (held.size(), held.root());
        runs.branches.push(Branch { size, root, back_to: begins.size(), since, at: now.wall });
        let surplus = runs.branches.len().saturating_sub(limits::BRANCHES);
        runs.branches.drain(..surplus);
        let (head, recent) = (begins.clone(), customer.recent.back_to(begins));
        Ok(Record::Head { person: *person, head, epoch, gaps: customer.gaps + 1, recent })
    }
}

impl Customer {
    /// What is known of the runs when this one speaks.
    fn runs_after(&self, said: &Verified<Resumption>) -> Runs {
        let latest = said.signed().clone();
        let Some(before) = &self.runs else {
            return Runs { latest, rivals: Vec::new(), branches: Vec::new(), ended: BTreeSet::new() };
        };
        // What it said before it took the place of the one before makes it no rival of its own.
        let rivals = before.rivals.iter().filter(|rival| !is_of(rival, &said.run)).cloned().collect();
        Runs { latest, rivals, ..before.clone() }
    }

    /// What is known of the runs of this person's node; none where it says nothing of them.
    #[must_use]
    pub fn runs(&self) -> Option<&Runs> {
        self.runs.as_ref()
    }

    /// Did another run want to speak since the one that does began?
    #[must_use]
    pub fn has_rival(&self) -> bool {
        self.runs.as_ref().is_some_and(|runs| !runs.rivals.is_empty())
    }
}

fn is_of(rival: &Rival, run: &Nonce) -> bool {
    rival.word.peek().is_ok_and(|word| word.run == *run)
}
