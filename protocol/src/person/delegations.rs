//! What suppliers hand on to their processors. In: a supplier's notice, the person's word. Out: mandates that the person
//! can see and end, the processor met and told, and the end of everything below a grant.
//!
//! A processor is met after the person's word or by a rule for it, and always as somebody new: under a key that is made for
//! this supplier and this processor, in a relationship of its own, whether the person deals with it besides or not. Else the
//! supplier could find out by naming it, and the two could join what they know. The relationship goes by the first such key,
//! since the processor's own names the one that the person may have with it.

use std::collections::BTreeMap;

use super::{Acted, Effect, OwnerError, Person, Record, Relationship, Removed, StoredMandate};
use crate::{
    act::Answered,
    agreement::Agreement,
    audit::{Event, Log},
    decision::Verdict,
    departure,
    entropy::Entropy,
    field::AskedPath,
    grant::{Chain, VerifiedGrant},
    identity::PublicKey,
    limits,
    message::{DelegationNotice, Mandate, PersonReply, ToSupplier},
    policy,
    profile::{Invitation, plain_line},
    purpose::Purpose,
    refusal::Refusal,
    revocation::Revocation,
    rotation::Anybody,
    signed::{ObjectId, Verified},
    time::{Days, Now},
};

/// How long a supplier that was removed is heard, in days: one month to answer, two more where it says so, and some to
/// spare.
const END_DAYS: Days = Days(100);

impl Person {
    /// The processors that are to be met, with the agreement to proffer, which is that of the supplier they work for.
    pub fn to_meet(&self, now: impl Into<Now>) -> impl Iterator<Item = Introduction> {
        let now = now.into();
        self.introductions.iter().filter_map(move |(name, waiting)| {
            let live =
                waiting.values().find(|mandate| !mandate.stored.waits && mandate.grant.live(self, now).is_ok())?;
            let from = self.relationships.get(&live.stored.from)?;
            let invitation = live.stored.invitation.clone()?;
            Some(Introduction { name: *name, invitation, agreement: from.stored.agreement })
        })
    }

    /// Is there a reason to be connected to this supplier? To a processor that the person did not choose there is
    /// none when its mandates have ended, it holds nothing and has been told all. Whoever holds a revoked key is told
    /// nothing. One that was removed is told the end, and heard until it has erased and answered what it was asked, as long
    /// as that may take.
    #[must_use]
    pub fn wants_link(&self, supplier: &PublicKey, now: impl Into<Now>) -> bool {
        let now = now.into();
        self.relationships.get(supplier).is_some_and(|relationship| {
            let wanted = match relationship.stored.removed {
                Some(removed) => relationship.has_an_end(removed, now),
                None => {
                    relationship.stored.introduced_by.is_none()
                        || !relationship.outbox.is_empty()
                        || !relationship.knows.is_empty()
                        || relationship.mandates.values().any(|mandate| mandate.grant.live(self, now).is_ok())
                }
            };
            wanted && !relationship.identified.is_revoked() && !self.is_silent()
        })
    }

    /// Is this delegation or grant in force?
    #[must_use]
    pub fn is_live(&self, grant: &VerifiedGrant, now: impl Into<Now>) -> bool {
        let now = now.into();
        grant.live(self, now).is_ok()
    }

    /// A supplier tells that it handed part of a grant to a processor.
    pub(super) fn delegated(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        notice: DelegationNotice,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<(), Refusal> {
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        if relationship.is_stopped() {
            return Err(Refusal::Paused);
        }
        let DelegationNotice { chain, processor, reference } = notice;
        let link = chain.links.last().ok_or(Refusal::Malformed)?.clone().verify()?;
        if !relationship.lineage.has(&link.delegator) {
            return Err(Refusal::WrongSender);
        }
        let addresses = &processor.addresses;
        let fits = plain_line(&reference, limits::NAME_BYTES)
            && (1..=limits::ADDRESSES).contains(&addresses.len())
            && addresses.iter().all(|address| plain_line(address, limits::NAME_BYTES));
        if !fits || relationship.lineage.has(&processor.supplier) {
            return Err(Refusal::Malformed);
        }
        let grant = self.handed_on(relationship, &chain, &processor.supplier)?;
        grant.live(self, now)?;
        let name = self.name_as_processor(supplier, &processor.supplier);
        let word = match self.relationships.contains_key(&name) {
            // The person has said so before.
            true => policy::Answer::Allow,
            false => self.policy.processor(&processor.supplier, relationship.proposer(now)).0,
        };
        let (link, waits) = (grant.id(), word != policy::Answer::Allow);
        let stored =
            StoredMandate { from: *supplier, chain, invitation: Some(processor), reference, at: now.wall, waits };
        let is_new = self.note_mandate(effects, &name, &grant, stored, now, entropy)?;
        if is_new && word == policy::Answer::Refuse {
            let ended = self.revoke_mandate(&name, &link, false, now, entropy);
            effects.extend(ended.map_err(|_| Refusal::Unavailable)?);
        }
        // One answer, whatever the rules say and whomever the person knows: else a supplier would find that out by
        // naming one.
        effects.push(Effect::Reply(PersonReply::Noted));
        Ok(())
    }

    /// Checks a chain that a supplier made from what it holds, for a processor. Nothing of another relationship is looked
    /// at: the answer would tell whose it is.
    fn handed_on(
        &self,
        relationship: &Relationship,
        chain: &Chain,
        processor: &PublicKey,
    ) -> Result<VerifiedGrant, Refusal> {
        let grant = VerifiedGrant::check(chain, &Anybody, processor)?;
        let above = grant.above().ok_or(Refusal::Malformed)?;
        let holds = relationship.grants.contains_key(above) || relationship.mandates.contains_key(above);
        if holds { Ok(grant) } else { Err(Refusal::Revoked) }
    }

    /// The name of the relationship with who does this for a supplier.
    fn name_as_processor(&self, from: &PublicKey, processor: &PublicKey) -> PublicKey {
        let met = self
            .relationships
            .iter()
            .find(|(_, known)| known.stored.introduced_by.as_ref() == Some(from) && known.lineage.has(processor));
        met.map_or_else(|| self.seed.processor(from, processor, 0).public(), |(name, _)| *name)
    }

    /// The person's word on a processor that one of these delegations names: it is met, and gets all that the same
    /// supplier handed on to it.
    pub(super) fn meet_processor(&mut self, link: &ObjectId, now: Now) -> Result<Vec<Effect>, OwnerError> {
        let name = self.holder_of_mandate(link).ok_or(OwnerError::NoGrant)?;
        if self.relationships.len() >= limits::RELATIONSHIPS {
            return Err(OwnerError::TooManyRelationships);
        }
        let waiting = self.introductions.get(&name).ok_or(OwnerError::AlreadyPaired)?.values();
        let waiting = waiting.filter(|mandate| mandate.stored.waits && mandate.grant.live(self, now).is_ok());
        let waiting: Vec<StoredMandate> = waiting.map(|mandate| mandate.stored.clone()).collect();
        let mut effects = Vec::new();
        for stored in waiting {
            let mandate = StoredMandate { waits: false, ..stored };
            self.record(&mut effects, Record::Mandate { processor: name, mandate });
        }
        effects.push(Effect::Meet(name));
        Ok(effects)
    }

    /// The key of who goes by this name: of a processor that is not met yet its invitation has it.
    pub(super) fn key_behind(&self, name: &PublicKey) -> PublicKey {
        let waiting = self.introductions.get(name).and_then(|waiting| waiting.values().next());
        waiting.map_or(*name, |mandate| *mandate.grant.holder())
    }

    /// Notes what is new; false where it was noted before.
    fn note_mandate(
        &mut self,
        effects: &mut Vec<Effect>,
        name: &PublicKey,
        grant: &VerifiedGrant,
        stored: StoredMandate,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<bool, Refusal> {
        let (from, link, waits) = (stored.from, grant.id(), stored.waits);
        if self.mandates_of(name).contains_key(&link) {
            return Ok(false);
        }
        self.make_room(effects, &from, name, now)?;
        let event = Event::Delegated { delegation: link, grant: grant.root().id(), processor: *grant.holder() };
        let is_met = self.relationships.contains_key(name);
        let mandate = Mandate { chain: stored.chain.clone(), reference: stored.reference.clone() };
        self.record(effects, Record::Mandate { processor: *name, mandate: stored });
        self.log(effects, Log::With(from), event, now, entropy)?;
        if is_met {
            self.depart(effects, *name, ToSupplier::Mandate(mandate))?;
            effects.push(Effect::Deliver(*name));
        } else if !waits {
            effects.push(Effect::Meet(*name));
        }
        Ok(true)
    }

    /// Forgets mandates that can never be in force again and left nothing with the processor; refuses where too many
    /// are left. One that is used up stays: shown again after its count was forgotten, it would open once more.
    fn make_room(
        &mut self,
        effects: &mut Vec<Effect>,
        from: &PublicKey,
        processor: &PublicKey,
        now: Now,
    ) -> Result<(), Refusal> {
        let over: Vec<(PublicKey, ObjectId)> = self
            .all_mandates()
            .filter(|(holder, link, mandate)| {
                let concerned = *holder == processor || mandate.stored.from == *from;
                let over = matches!(mandate.grant.live(self, now.floor), Err(Refusal::Revoked | Refusal::Expired));
                concerned && over && !self.still_matters(holder, link)
            })
            .map(|(holder, link, _)| (*holder, *link))
            .collect();
        for (processor, link) in over {
            self.record(effects, Record::MandateForgotten { processor, link });
        }
        let given = self.all_mandates().filter(|(_, _, mandate)| mandate.stored.from == *from).count();
        let held = self.mandates_of(processor).len();
        // Both: one supplier could name many processors, and many suppliers one.
        let full = given.max(held) >= limits::DELEGATIONS_PER_RELATIONSHIP;
        let crowd = !self.relationships.contains_key(processor)
            && self.relationships.len() + self.introductions.len() >= limits::RELATIONSHIPS;
        if full || crowd { Err(Refusal::RateLimited) } else { Ok(()) }
    }

    /// Does a processor still hold something under this delegation, or has it to be told something about it?
    fn still_matters(&self, holder: &PublicKey, link: &ObjectId) -> bool {
        self.relationships.get(holder).is_some_and(|relationship| {
            relationship.knows.values().any(|known| known.grant == *link)
                || relationship.outbox.values().any(|waiting| match &waiting.message {
                    ToSupplier::Revoke(revocation) => revocation.peek().is_ok_and(|notice| notice.grant == *link),
                    _ => false,
                })
        })
    }

    /// Every mandate that is remembered: the processor, the delegation's name, and what it is.
    pub fn all_mandates(&self) -> impl Iterator<Item = (&PublicKey, &ObjectId, &super::Mandated)> {
        let met = self.relationships.iter().map(|(holder, relationship)| (holder, &relationship.mandates));
        let others = self.introductions.iter();
        met.chain(others).flat_map(|(holder, mandates)| mandates.iter().map(move |(link, m)| (holder, link, m)))
    }

    fn mandates_of(&self, processor: &PublicKey) -> &BTreeMap<ObjectId, super::Mandated> {
        static NONE: BTreeMap<ObjectId, super::Mandated> = BTreeMap::new();
        match self.relationships.get(processor) {
            Some(relationship) => &relationship.mandates,
            None => self.introductions.get(processor).unwrap_or(&NONE),
        }
    }

    /// Of whom is this a processor, if the node meets it for that and nothing else?
    pub(super) fn introduced_by(&self, processor: &PublicKey) -> Option<PublicKey> {
        self.introductions.get(processor)?.values().next().map(|mandate| mandate.stored.from)
    }

    /// A processor was met: it gets the chains it may use.
    pub(super) fn hand_over_all(
        &mut self,
        effects: &mut Vec<Effect>,
        processor: &PublicKey,
        now: Now,
    ) -> Result<(), Refusal> {
        let live: Vec<Mandate> = self
            .mandates_of(processor)
            .values()
            .filter(|mandate| !mandate.stored.waits && mandate.grant.live(self, now).is_ok())
            .map(|mandate| Mandate { chain: mandate.stored.chain.clone(), reference: mandate.stored.reference.clone() })
            .collect();
        for mandate in live {
            self.depart(effects, *processor, ToSupplier::Mandate(mandate))?;
            effects.push(Effect::Deliver(*processor));
        }
        Ok(())
    }

    /// The delegations in force right below a grant or delegation, with their holders. One whose holder was never
    /// met is ended by its link alone: nobody has to be told.
    pub(super) fn delegated_below(&self, above: &ObjectId) -> Vec<(PublicKey, ObjectId)> {
        self.relationships
            .iter()
            .flat_map(|(holder, relationship)| relationship.mandates.iter().map(move |(link, m)| (holder, link, m)))
            .filter(|(_, link, mandate)| !self.revoked.has(link) && mandate.grant.ids().contains(above))
            .filter(|(_, link, _)| *link != above)
            .map(|(holder, link, _)| (*holder, *link))
            .collect()
    }

    pub(super) fn holder_of_mandate(&self, link: &ObjectId) -> Option<PublicKey> {
        self.all_mandates().find(|(_, own, _)| *own == link).map(|(holder, _, _)| *holder)
    }

    /// Ends one delegation; the grant above it goes on.
    pub(super) fn revoke_mandate(
        &mut self,
        processor: &PublicKey,
        link: &ObjectId,
        erase: bool,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, OwnerError> {
        let mut effects = Vec::new();
        if self.relationships.contains_key(processor) {
            self.end(&mut effects, *processor, *link, erase, now, entropy)?;
        } else {
            // Never met: nothing was given, and nobody has to be told.
            let key = self.pairing_key(processor);
            let (person, supplier, grant) = (key.public(), self.key_behind(processor), *link);
            let at = departure::moment(now.wall);
            let revocation = Revocation { person, supplier, grant, at, erase };
            // A revocation is a signed record, whether or not there is anybody to hear of it.
            let revocation = Verified::sign(revocation, &key)?.signed().clone();
            self.record(&mut effects, Record::Revoked { revocation });
            self.log(&mut effects, Log::Personal, Event::Revoked { grant, erase }, now, entropy)?;
        }
        Ok(effects)
    }

    /// A processor that the person did not choose gets what its mandates cover; no default speaks for it.
    pub(super) fn only_under_mandates(
        &self,
        relationship: &Relationship,
        purpose: Purpose,
        verdicts: BTreeMap<AskedPath, Verdict>,
        now: Now,
    ) -> BTreeMap<AskedPath, Verdict> {
        let code = |path: &AskedPath| {
            let covering = relationship
                .mandates
                .values()
                .find(|mandate| path.known().is_some_and(|field| mandate.grant.scope().covers(field, purpose)));
            covering.and_then(|mandate| mandate.grant.live(self, now).err()).unwrap_or(Refusal::NotGranted)
        };
        verdicts
            .into_iter()
            .map(|(path, verdict)| match verdict {
                Verdict::Grantable { .. } | Verdict::Ask { .. } => {
                    let refused = Verdict::Refuse(code(&path));
                    (path, refused)
                }
                // A processor has what was delegated to it, and no grant of its own to renew.
                Verdict::Renewable { release, .. } => (path, Verdict::Release(release)),
                verdict => (path, verdict),
            })
            .collect()
    }
}

/// A processor that is to be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// The name of the relationship that will be.
    pub name: PublicKey,
    /// How it is found, as the supplier that hands on says.
    pub invitation: Invitation,
    /// What is to be proffered.
    pub agreement: Agreement,
}

impl super::Mandated {
    /// The supplier that delegated.
    #[must_use]
    pub fn from(&self) -> &PublicKey {
        &self.stored.from
    }

    /// The grant at the top.
    #[must_use]
    pub fn root(&self) -> &Verified<crate::grant::Grant> {
        self.grant.root()
    }
}

impl Relationship {
    /// Is something of its end yet to be said or heard: what waits for it, a receipt of erasure, an answer to what it was had to do?
    fn has_an_end(&self, removed: Removed, now: Now) -> bool {
        let is_open = |acted: &Acted| {
            acted.stored().refused.is_none()
                && acted.answer().is_none_or(|answer| matches!(answer, Answered::Extended { .. }))
        };
        let owes = (removed.erase && !self.knows.is_empty()) || self.acts.values().any(is_open);
        !self.outbox.is_empty() || (owes && now.wall < removed.at.plus_days(END_DAYS))
    }
}
