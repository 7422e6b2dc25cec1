//! Which copy of the person's node speaks, and how its logs go on. In: this start of the node, what suppliers say of other
//! runs, what they can't follow. Out: resumptions, proofs of growth; where another copy goes on, silence.
//!
//! Whoever has the person's seed and this node's store is a copy of it: a backup that was restored, a home that was copied.
//! Two that speak would tell a supplier two stories. Of two, the same goes on everywhere ([`crate::resumption::Run`]).

use serde::{Deserialize, Serialize};

use super::{Effect, OwnerError, Person, Record, state::Undelivered};
use crate::{
    entropy::Entropy,
    grant::VerifiedGrant,
    identity::{Nonce, PublicKey},
    limits,
    merkle::{self, Frontier, Hash},
    message::{Begun, LogGrowth, Rival, SupplierReply, ToSupplier},
    refusal::Refusal,
    resumption::{Resumption, Run},
    signed::{ObjectId, Signed, Verified},
    time::{Now, Timestamp},
};

/// The place of a resumption among the messages of an outbox, where it never stands.
pub(super) const RESUMPTION: u64 = u64::MAX;
/// How often a run takes the place of another before one line is left to rest.
const TRIES: u8 = 4;

/// Which branch of the log with a supplier this node writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredBranch {
    /// Higher for a later one. Drawn for each supplier: two that compare it learn nothing.
    pub epoch: u32,
    /// The head from which it goes on; none in the first.
    pub begins: Option<Frontier>,
    /// May another copy have written into the log before?
    pub apart: bool,
    /// Has the supplier ever answered to which run speaks?
    pub answers: bool,
}

/// Another copy of this node, of which a supplier had a word that no other than the person's nodes can sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherCopy {
    /// Who showed its word.
    pub supplier: PublicKey,
    /// When.
    pub at: Timestamp,
    /// The run.
    pub run: Nonce,
}

/// What is known on a line of whether this run may speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Speaks {
    /// It was not answered yet.
    #[default]
    Asked,
    /// It may; or the supplier knows nothing of runs.
    Yes,
}

impl Person {
    /// This node starts: what it says from now on, a run of its own says.
    pub(super) fn started(&mut self, now: Now, entropy: &mut Entropy) -> Vec<Effect> {
        let mut effects = Vec::new();
        // Later than whatever this home knows of, also where its clock was ahead for one start.
        let latest = self.runs.iter().map(|run| run.since.plus_ms(1)).max().unwrap_or_default();
        let run = Run { epoch: self.epoch, since: now.wall.max(latest), id: entropy.nonce() };
        let mut runs = self.runs.clone();
        runs.push(run);
        runs.drain(..runs.len().saturating_sub(limits::RUNS));
        self.run = Some(run);
        self.record(&mut effects, Record::Runs { runs });
        effects
    }

    /// The other copy that goes on in this one's place.
    #[must_use]
    pub fn superseded(&self) -> Option<&OtherCopy> {
        self.superseded.as_ref()
    }

    /// The other copy that was seen last and stood aside for this one.
    #[must_use]
    pub fn rival(&self) -> Option<&OtherCopy> {
        self.rival.as_ref()
    }

    /// Is it yet to be heard on this supplier's line whether this run may speak? Then nothing is said to it before, nor
    /// answered.
    #[must_use]
    pub fn awaits_word(&self, supplier: &PublicKey) -> bool {
        let relationship = self.relationships.get(supplier);
        self.run.is_some() && relationship.is_some_and(|r| r.branch.answers && r.speaks == Speaks::Asked)
    }

    /// The run as other copies weigh it.
    fn present_run(&self) -> Option<Run> {
        self.run.map(|run| Run { epoch: self.epoch, ..run })
    }

    /// The word with which a line begins; none where runs are not counted.
    pub(super) fn resumption(&self, supplier: &PublicKey) -> Option<ToSupplier> {
        let relationship = self.relationships.get(supplier)?;
        let (run, branch) = (self.present_run()?, &relationship.branch);
        let name = run.name_for(supplier);
        // The same word gives the same bytes: what hides the run is drawn from it, which nobody else knows.
        let follows = relationship.follows.map_or([0; 16], |follows| follows.0);
        let drawn = [&run.id.0[..], &name.0, &follows, &branch.epoch.to_be_bytes()].concat();
        let mut entropy = Entropy::new(merkle::leaf(&drawn).0);
        let sealed = run.seal(&self.seed.run_secret(supplier), &name, &mut entropy).ok()?;
        // No companion takes a later branch without the head that it goes on from.
        let begins = branch.begins.clone().or_else(|| (branch.epoch > 0).then(|| relationship.log.clone()));
        let resumption = Resumption {
            person: relationship.key.public(),
            supplier: *relationship.lineage.current(),
            run: name,
            follows: relationship.follows,
            epoch: branch.epoch,
            begins,
            apart: branch.apart,
            sealed,
        };
        let signed = Verified::sign(resumption, &relationship.key).ok()?;
        Some(ToSupplier::Resume(signed.signed().clone()))
    }

    /// What a supplier says to this run.
    pub(super) fn resume_answered(
        &mut self,
        supplier: &PublicKey,
        reply: SupplierReply,
        now: Now,
        entropy: &mut Entropy,
    ) -> Vec<Effect> {
        match reply {
            SupplierReply::Begun(begun) => self.begun(supplier, begun, now, entropy),
            SupplierReply::Superseded(word) => self.met_copy(supplier, word, now, entropy),
            SupplierReply::Refused(Refusal::NotPaired) if self.was_renewed(supplier) => {
                self.renew_again(supplier, now).unwrap_or_default()
            }
            // It knows nothing of runs: it is spoken with as ever.
            SupplierReply::Refused(code) if !matches!(code, Refusal::Unavailable | Refusal::RateLimited) => {
                if let Some(relationship) = self.relationships.get_mut(supplier) {
                    relationship.speaks = Speaks::Yes;
                    relationship.in_flight.done(&RESUMPTION);
                }
                vec![Effect::Deliver(*supplier)]
            }
            // This passes by itself: it stays under way, and goes out again.
            _ => Vec::new(),
        }
    }

    /// The log that a supplier holds is not this one: another copy wrote into it since this one was made, under a run that
    /// both remember. With this supplier all begins as behind a restore; with others, where they say the same.
    pub(super) fn not_followed(
        &mut self,
        supplier: &PublicKey,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, OwnerError> {
        let mut effects = Vec::new();
        let Some(relationship) = self.relationships.get_mut(supplier).filter(|_| self.run.is_some()) else {
            return Ok(effects);
        };
        // Once: a supplier that says so again and again has nothing from it.
        if std::mem::replace(&mut relationship.not_followed, true) {
            return Ok(effects);
        }
        relationship.in_flight.lost();
        let epoch = relationship.branch.epoch;
        effects.extend(self.branch_apart(supplier, epoch, now, entropy)?);
        effects.push(Effect::Deliver(*supplier));
        Ok(effects)
    }

    /// The log with one supplier goes on from where it stands here, in a branch above that one: another copy wrote into it.
    /// It may have ended what here is live.
    fn branch_apart(
        &mut self,
        supplier: &PublicKey,
        above: u32,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, OwnerError> {
        let mut effects = Vec::new();
        let Some(relationship) = self.relationships.get_mut(supplier) else { return Ok(effects) };
        // The branch has to be said before anything that stands in it; and its head is taken before the entries below
        // grow it.
        relationship.speaks = Speaks::Asked;
        let (before, begins) = (relationship.branch.clone(), Some(relationship.log.clone()));
        let live: Vec<ObjectId> = relationship.usable().map(VerifiedGrant::id).collect();
        let branch = StoredBranch { epoch: above.saturating_add(step(entropy)), begins, apart: true, ..before };
        self.record(&mut effects, Record::Branch { supplier: *supplier, branch });
        for grant in live {
            if !self.revoked.has(&grant) {
                self.end(&mut effects, *supplier, grant, false, now, entropy)?;
            }
        }
        Ok(effects)
    }

    /// The run before this one wrote a branch of that number. One that is above what is known here another copy began.
    fn branch_above(
        &mut self,
        supplier: &PublicKey,
        theirs: u32,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, OwnerError> {
        let known = self.relationships.get(supplier).is_some_and(|known| known.branch.epoch >= theirs);
        if known { Ok(Vec::new()) } else { self.branch_apart(supplier, theirs, now, entropy) }
    }

    fn begun(&mut self, supplier: &PublicKey, begun: Begun, now: Now, entropy: &mut Entropy) -> Vec<Effect> {
        let mut effects = Vec::new();
        let Some(relationship) = self.relationships.get_mut(supplier) else { return effects };
        relationship.speaks = Speaks::Yes;
        relationship.tries = 0;
        relationship.witnessed = begun.witnessed;
        relationship.in_flight.done(&RESUMPTION);
        if !relationship.branch.answers {
            let branch = StoredBranch { answers: true, ..relationship.branch.clone() };
            self.record(&mut effects, Record::Branch { supplier: *supplier, branch });
        }
        // Compared before what follows writes entries of its own, which would make up the difference.
        let longer = self.relationships.get(supplier).is_some_and(|r| begun.witnessed > r.log.size());
        if let Some(Rival { word, beside }) = begun.rival
            && let Some((_, rival)) = self.run_of(supplier, word)
        {
            effects.extend(self.met_rival(supplier, rival, &beside, now, entropy));
        }
        if longer {
            effects.extend(self.not_followed(supplier, now, entropy).unwrap_or_default());
        }
        effects.push(Effect::Deliver(*supplier));
        effects
    }

    /// Another run wanted to speak beside one that did. Where this home did not begin it, it is sure that another copy lives,
    /// which may have ended what here is live. Where it did, that is a copy which was made while it ran; or a start that came
    /// to nothing, if it is later than the one beside it.
    fn met_rival(
        &mut self,
        supplier: &PublicKey,
        rival: Run,
        beside: &Nonce,
        now: Now,
        entropy: &mut Entropy,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        // A supplier shows the last rival on every line; what followed of it followed once.
        let known = [self.run.map(|run| run.id), self.rival.map(|rival| rival.run)];
        if known.contains(&Some(rival.id)) {
            return effects;
        }
        if !self.is_own(&rival) {
            if rival.epoch >= self.epoch {
                effects.extend(self.met_other(supplier, rival, now, entropy));
            }
        } else if self.runs.iter().any(|run| run.name_for(supplier) == *beside && rival < *run) {
            // What a supplier says of the starts of this home could be old: it has effect with this supplier alone.
            effects.extend(self.not_followed(supplier, now, entropy).unwrap_or_default());
        } else {
            return effects;
        }
        let copy = OtherCopy { supplier: *supplier, at: now.wall, run: rival.id };
        self.record(&mut effects, Record::Rival { copy: Some(copy) });
        effects
    }

    /// Another run spoke last, says the supplier, and shows its word. Whoever is the later goes on; where that is another
    /// copy than this home, it has what this one does not, or the other way round: then all begins as behind a restore.
    fn met_copy(
        &mut self,
        supplier: &PublicKey,
        word: Signed<Resumption>,
        now: Now,
        entropy: &mut Entropy,
    ) -> Vec<Effect> {
        let (own, found) = (self.present_run(), self.run_of(supplier, word));
        let Some(((word, theirs), own)) = found.zip(own) else {
            // Nothing that a copy of this node said: it is not believed, and asked again after a pause.
            return Vec::new();
        };
        let mut effects = Vec::new();
        let copy = OtherCopy { supplier: *supplier, at: now.wall, run: theirs.id };
        // Both copies order the same two runs, whoever shows them to whom: so one stops and the other does not.
        if theirs > own {
            self.record(&mut effects, Record::Superseded { copy: Some(copy) });
            effects.push(Effect::Silent);
            return effects;
        }
        // The one that it was restored from may be gone: whether it lives is seen when it speaks again.
        if !self.is_own(&theirs) && theirs.epoch >= own.epoch {
            effects.extend(self.met_other(supplier, theirs, now, entropy));
            self.record(&mut effects, Record::Rival { copy: Some(copy) });
        }
        effects.extend(self.branch_above(supplier, word.epoch, now, entropy).unwrap_or_default());
        let Some(relationship) = self.relationships.get_mut(supplier) else { return effects };
        relationship.follows = Some(word.run);
        relationship.tries = relationship.tries.saturating_add(1);
        // At once, but not for ever: a supplier that always names another run does not keep the node busy.
        if relationship.tries < TRIES {
            relationship.in_flight.done(&RESUMPTION);
            effects.push(Effect::Deliver(*supplier));
        }
        effects
    }

    /// Did this home begin that run? One from before those that it remembers it may have begun.
    fn is_own(&self, run: &Run) -> bool {
        let oldest = self.runs.first().filter(|_| self.runs.len() >= limits::RUNS);
        self.runs.iter().any(|own| own.id == run.id) || oldest.is_some_and(|oldest| run.since <= oldest.since)
    }

    /// A run that this home did not begin: it is taken for another once, and what it may have done is unknown.
    fn met_other(&mut self, supplier: &PublicKey, theirs: Run, now: Now, entropy: &mut Entropy) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut runs = self.runs.clone();
        runs.insert(runs.len().saturating_sub(1), theirs);
        self.record(&mut effects, Record::Runs { runs });
        effects.extend(self.go_on_apart(supplier, now, entropy).unwrap_or_default());
        effects
    }

    fn go_on_apart(
        &mut self,
        supplier: &PublicKey,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, OwnerError> {
        let mut effects = self.restored(now, entropy)?;
        if let Some(relationship) = self.relationships.get_mut(supplier) {
            relationship.speaks = Speaks::Asked;
            let branch = StoredBranch { apart: true, ..relationship.branch.clone() };
            self.record(&mut effects, Record::Branch { supplier: *supplier, branch });
        }
        Ok(effects)
    }

    /// The run whose word this is, and its name here; none where no node of this person's said it to this supplier.
    fn run_of(&self, supplier: &PublicKey, word: Signed<Resumption>) -> Option<(Resumption, Run)> {
        let relationship = self.relationships.get(supplier)?;
        let word = word.verify().ok()?;
        let theirs = relationship.keys.contains(&word.person) && relationship.lineage.has(&word.supplier);
        let run = Run::open(&self.seed.run_secret(supplier), &word).filter(|_| theirs)?;
        Some((word.into_value(), run))
    }

    /// Every log goes on from where it stands, in a branch of its own.
    pub(super) fn branch_off(&mut self, effects: &mut Vec<Effect>, entropy: &mut Entropy) {
        let suppliers: Vec<PublicKey> = self.relationships.keys().copied().collect();
        for supplier in suppliers {
            let Some(relationship) = self.relationships.get(&supplier) else { continue };
            let (before, begins) = (&relationship.branch, Some(relationship.log.clone()));
            let epoch = before.epoch.saturating_add(step(entropy));
            let branch = StoredBranch { epoch, begins, apart: false, answers: before.answers };
            self.record(effects, Record::Branch { supplier, branch });
        }
        // The starts before it were another home's.
        let runs = self.run.into_iter().collect();
        let none = [Record::Superseded { copy: None }, Record::Moved { moved: None }, Record::Rival { copy: None }];
        for record in none.into_iter().chain([Record::Runs { runs }]) {
            self.record(effects, record);
        }
    }

    /// A relationship begins at a node that came back from a backup: the supplier may know a copy of it.
    pub(super) fn begin_apart(&mut self, effects: &mut Vec<Effect>, supplier: &PublicKey, entropy: &mut Entropy) {
        if self.epoch > 0 {
            let begins = Some(Frontier::default());
            let branch = StoredBranch { epoch: step(entropy), begins, apart: true, answers: false };
            self.record(effects, Record::Branch { supplier: *supplier, branch });
        }
    }

    /// A supplier can't follow the log to a disclosure in its outbox: what it is to be shown first. None where that was
    /// shown, or is no use.
    pub(super) fn unproven(&mut self, supplier: &PublicKey, number: u64) -> Option<Effect> {
        let relationship = self.relationships.get(supplier)?;
        let pending = relationship.outbox.values().any(|waiting| matches!(waiting.message, ToSupplier::Grown(_)));
        let ToSupplier::Disclose(signed) = &relationship.outbox.get(&number)?.message else { return None };
        let disclosure = signed.peek().ok()?;
        let (entry, held) = (&disclosure.entry, relationship.witnessed);
        let since = entry.index.saturating_sub(disclosure.grown.len() as u64);
        // Either the supplier holds a later head and asks whether that grew from this one, or more came since than the
        // message shows.
        let (from, to) = if entry.size <= held { (entry.size, held) } else { (held, since) };
        let shows = from < to && to <= relationship.log.size() && !pending && !relationship.not_followed;
        shows.then_some(Effect::ShowGrowth { supplier: *supplier, from, to })
    }

    /// The leaf hashes of a log up to where a supplier is to be shown how it grew.
    pub(super) fn show_growth(&mut self, supplier: &PublicKey, from: u64, leaves: &[Hash]) -> Vec<Effect> {
        let mut effects = Vec::new();
        let Some((at, proof)) = usize::try_from(from).ok().and_then(|at| Some((at, merkle::prove_growth(leaves, at)?)))
        else {
            return effects;
        };
        let growth = LogGrowth { from, root: merkle::root(&leaves[..at]), to: Frontier::over(leaves), proof };
        if self.depart(&mut effects, *supplier, ToSupplier::Grown(growth)).is_ok() {
            effects.push(Effect::Deliver(*supplier));
        }
        effects
    }

    /// Is the message of this number a proof of growth?
    pub(super) fn shows_growth(&self, supplier: &PublicKey, number: u64) -> bool {
        let relationship = self.relationships.get(supplier);
        let waiting = relationship.and_then(|relationship| relationship.outbox.get(&number));
        waiting.is_some_and(|waiting| matches!(waiting.message, ToSupplier::Grown(_)))
    }

    /// How a supplier took a proof of growth. What waited for it is tried at once.
    pub(super) fn growth_answered(
        &mut self,
        supplier: &PublicKey,
        number: u64,
        reply: &SupplierReply,
        now: Now,
        entropy: &mut Entropy,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let Some(relationship) = self.relationships.get_mut(supplier) else { return effects };
        // Where it holds another head than was thought, that is asked anew.
        match reply {
            SupplierReply::Noted => {}
            SupplierReply::Refused(Refusal::Unproven) => relationship.speaks = Speaks::Asked,
            _ => effects.extend(self.not_followed(supplier, now, entropy).unwrap_or_default()),
        }
        let Some(relationship) = self.relationships.get_mut(supplier) else { return effects };
        if let (SupplierReply::Noted, Some(Undelivered { message: ToSupplier::Grown(growth), .. })) =
            (reply, relationship.outbox.get(&number))
        {
            relationship.witnessed = relationship.witnessed.max(growth.to.size());
        }
        relationship.in_flight.lost();
        self.record(&mut effects, Record::Sent { supplier: *supplier, number });
        effects.push(Effect::Deliver(*supplier));
        effects
    }
}

/// By how much a branch's number rises: drawn, so that two suppliers see no common number.
fn step(entropy: &mut Entropy) -> u32 {
    let [high, low, ..] = entropy.nonce().0;
    1 + u32::from(u16::from_be_bytes([high, low]))
}
