//! What a supplier sends, and what it answers. In: a frame's message from a connected supplier, or its reply
//! to something from the outbox. Out: effects; exactly one of them answers the frame.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Effect, Host, Outgoing, PastRequest, Person, Plan, Record, Relationship, Waiting,
    entry::unreadable,
    runs::{RESUMPTION, Speaks},
    state::{Sorted, Traffic},
};
use crate::{
    audit::{Event, Log},
    decision::{self, Release, Verdict, Wanted},
    departure,
    entropy::Entropy,
    field::{AskedPath, FieldPath, Selector},
    grant::{Access, Bounds, Chain, Grant, GrantState as _, Scope, VerifiedGrant},
    identity::PublicKey,
    limits,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    profile::plain_line,
    receipt::{Acknowledgement, ErasureReceipt},
    refusal::Refusal,
    request::DataRequest,
    rotation::Anybody,
    signed::{Signed, Verified},
    time::{HOUR_MS, Now, Timestamp},
};

/// Uses an hour of a grant that a rule issued.
const USES_PER_HOUR: u32 = 60;

impl Person {
    /// Handles a message of a supplier that is connected under its own key, to the person's key for it.
    pub(super) fn message(
        &mut self,
        supplier: &PublicKey,
        message: ToPerson,
        now: Now,
        host: &mut dyn Host,
    ) -> Vec<Effect> {
        if self.is_silent() || self.awaits_word(supplier) {
            // Another copy may be the one that speaks: this passes by itself.
            return vec![Effect::Reply(PersonReply::Refused(Refusal::Unavailable))];
        }
        let entropy = &mut host.entropy();
        let mut effects = Vec::new();
        let handled = match message {
            ToPerson::Request(request) => self.request(&mut effects, supplier, request, now, entropy, host),
            ToPerson::Acknowledge(signed) => {
                self.acknowledged(supplier, signed, now, entropy).map(|more| effects.extend(noted(more)))
            }
            ToPerson::Erased(signed) => {
                self.erased(supplier, signed, now, entropy).map(|more| effects.extend(noted(more)))
            }
            ToPerson::Put(item) => self.put(&mut effects, supplier, item, now, entropy),
            ToPerson::Piece(piece) => self.piece(&mut effects, supplier, piece, now, entropy),
            ToPerson::ActAnswer(signed) => self.act_answered(&mut effects, supplier, signed, now, entropy),
            ToPerson::Delegated(notice) => self.delegated(&mut effects, supplier, notice, now, entropy),
        };
        // What was recorded before the refusal holds in memory, so it has to become durable all the same.
        if let Err(code) = handled {
            effects.extend(self.reject(supplier, code, now, entropy));
        }
        effects
    }

    /// Handles the reply to message `number` of a supplier's outbox.
    pub(super) fn replied(
        &mut self,
        supplier: &PublicKey,
        number: u64,
        reply: SupplierReply,
        now: Now,
        entropy: &mut Entropy,
    ) -> Vec<Effect> {
        // These three come first: to a resumption, a proof of growth and an act a refusal means something else than to
        // the rest.
        if number == RESUMPTION {
            return self.resume_answered(supplier, reply, now, entropy);
        }
        if self.shows_growth(supplier, number) {
            return self.growth_answered(supplier, number, &reply, now, entropy);
        }
        if let Some(act) = self.act_in_outbox(supplier, number) {
            return self.act_replied(supplier, number, act, reply, now, entropy);
        }
        let handled = match reply {
            SupplierReply::Refused(Refusal::Unproven) => match self.unproven(supplier, number) {
                Some(shows) => return vec![shows],
                None => Ok(Vec::new()),
            },
            // It is another copy's log that it holds. This message is of no use to it; what it had stays as it is.
            SupplierReply::Refused(Refusal::Forked) => {
                Ok(self.not_followed(supplier, now, entropy).unwrap_or_default())
            }
            SupplierReply::Noted if self.renews(supplier, number) => self.key_renewed(supplier, now, entropy),
            // It was restored from a backup that is older than the person's present key: that is told once more, under
            // the key before, and then this message.
            SupplierReply::Refused(Refusal::NotPaired) if self.was_renewed(supplier) => {
                return self.renew_again(supplier, now).unwrap_or_default();
            }
            SupplierReply::Acknowledged(signed) => self.acknowledged(supplier, signed, now, entropy),
            SupplierReply::Erased(signed) => self.erased(supplier, signed, now, entropy),
            SupplierReply::Noted => Ok(Vec::new()),
            SupplierReply::Segments(segments) => Ok(self.segments_came(supplier, segments, now)),
            // It passes by itself: the message stays under way, and goes out again.
            SupplierReply::Refused(Refusal::RateLimited) => return Vec::new(),
            // Trying again would give the same answer; the entry keeps "outcome unknown".
            SupplierReply::Refused(code) if code != Refusal::Unavailable => Ok(Vec::new()),
            _ => Err(Refusal::Unexpected),
        };
        let Ok(mut effects) = handled else {
            // A reply that does not hold shows no delivery: nothing counts as under way any more, and what waits goes
            // out again.
            self.connection_lost(supplier);
            return Vec::new();
        };
        // A signature for it, or a revocation, may have taken it out already.
        if self.relationships.get(supplier).is_some_and(|r| r.outbox.contains_key(&number)) {
            self.record(&mut effects, Record::Sent { supplier: *supplier, number });
        }
        effects
    }

    /// Takes out of a supplier's outbox what relies on a grant that has expired since: to be called before
    /// [`Self::to_send`]. What a revocation ends is gone from the outbox with the revocation itself. Where only a clock
    /// that is held back says that it has expired, it stays there and is not sent.
    pub(super) fn drop_expired(&mut self, supplier: &PublicKey, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        let Some(relationship) = self.relationships.get_mut(supplier) else { return effects };
        relationship.withheld.clear();
        if relationship.outbox.is_empty() {
            return effects;
        }
        let late = relationship.waits_under_expired(now.floor);
        if now.held_back() {
            relationship.withheld = relationship.waits_under_expired(now.latest()).into_iter().collect();
        }
        for number in late {
            self.record(&mut effects, Record::Sent { supplier: *supplier, number });
        }
        effects
    }

    /// What is to be sent to a connected supplier now: each message once on a line, and again after a pause that grows
    /// while it is not signed for ([`limits::SEND_AGAIN_MS`]).
    pub fn to_send(&mut self, supplier: &PublicKey, now: impl Into<Now>) -> Vec<Outgoing> {
        let now = now.into().floor;
        if self.is_silent() {
            return Vec::new();
        }
        let Some(relationship) = self.relationships.get_mut(supplier) else {
            return Vec::new();
        };
        // Whether this run may speak is asked before anything is said.
        if self.run.is_some() && relationship.speaks == Speaks::Asked {
            let due = relationship.in_flight.take_due(RESUMPTION, now);
            let asks = due.then(|| self.resumption(supplier)).flatten();
            let asks = asks.map(|word| Outgoing { number: RESUMPTION, message: departure::let_out(word) });
            return asks.into_iter().collect();
        }
        // Only below the question: it says no more than the line itself, and its answer takes along what waits.
        if relationship.leaves_at.is_some_and(|at| now < at) {
            return Vec::new();
        }
        relationship.leaves_at = None;
        let (outbox, in_flight, withheld) = (&relationship.outbox, &mut relationship.in_flight, &relationship.withheld);
        // A renewal goes first and alone: what stands beside it may be signed by the key that it tells of.
        // Nor can what waits for a proof of growth be followed before it.
        let is = |wanted: fn(&ToSupplier) -> bool| {
            outbox.iter().find(|(_, waiting)| wanted(&waiting.message)).map(|(number, _)| *number)
        };
        let first = is(|message| matches!(message, ToSupplier::Renew(_)));
        let first = first.or_else(|| is(|message| matches!(message, ToSupplier::Grown(_))));
        let due = outbox.iter().filter(|(number, _)| first.is_none_or(|only| **number == only));
        let due = due.filter(|(number, _)| !withheld.contains(number) && in_flight.take_due(**number, now));
        due.map(|(number, waiting)| Outgoing { number: *number, message: departure::let_out(waiting.message.clone()) })
            .collect()
    }

    /// Suppliers to whom something is to be sent again, though their line lives.
    pub fn due(&self, now: impl Into<Now>) -> impl Iterator<Item = &PublicKey> {
        let now = now.into().floor;
        self.relationships.iter().filter(move |(_, r)| r.in_flight.is_due(now)).map(|(supplier, _)| supplier)
    }

    /// The connection is gone: what was not signed for is sent again on the next one.
    pub fn connection_lost(&mut self, supplier: &PublicKey) {
        if let Some(relationship) = self.relationships.get_mut(supplier) {
            relationship.in_flight.lost();
            // Another copy may have spoken in between, so every line begins with the question.
            relationship.speaks = Speaks::Asked;
            relationship.tries = 0;
        }
    }

    /// Forgets request ids whose time alone refuses them now, and closes intents whose time is over. Neither can be
    /// taken back, so both wait until that time has come for sure. How far each supplier's ids were forgotten is kept:
    /// a clock that is set back must not let an old request in again.
    pub(super) fn tick(&mut self, now: Now, host: &mut dyn Host) -> Vec<Effect> {
        // By the clock too: behind the floor it still lets in what the floor alone would have forgotten.
        let sure = now.wall.min(now.floor);
        let over = |at: &Timestamp| at.plus_ms(limits::REPLAY_WINDOW_MS) < sure;
        let old: Vec<_> = self.seen.iter().filter(|(_, at)| over(at)).map(|(id, at)| (*id, *at)).collect();
        let mut horizons = BTreeMap::<PublicKey, Timestamp>::new();
        for ((supplier, _), at) in &old {
            let horizon = horizons.entry(*supplier).or_insert(*at);
            *horizon = (*horizon).max(*at);
        }
        let mut effects = Vec::new();
        for (supplier, at) in horizons {
            // It only rises: ids go by the times that they state, and these come in any order.
            if self.relationships.get(&supplier).is_some_and(|known| known.horizon.is_none_or(|before| before < at)) {
                self.put_traffic(&mut effects, supplier, at);
            }
        }
        self.enter_untold(&mut effects, now, host);
        for ((supplier, id), _) in old {
            self.record(&mut effects, Record::Forgotten { supplier, id });
        }
        self.end_intents(&mut effects, now);
        self.drop_stale(&mut effects, now);
        effects
    }

    /// Enters together what was refused since the first of it, once that is an hour ago.
    fn enter_untold(&mut self, effects: &mut Vec<Effect>, now: Now, host: &mut dyn Host) {
        // By the distance: a clock that was set back since must not keep them out of the log.
        let due = |traffic: &Traffic| traffic.untold > 0 && now.wall.distance_ms(traffic.since) >= HOUR_MS;
        let due: Vec<_> =
            self.relationships.iter().filter(|(_, known)| due(&known.traffic)).map(|(key, _)| *key).collect();
        for supplier in due {
            let Some(known) = self.relationships.get_mut(&supplier) else { continue };
            let count = std::mem::take(&mut known.traffic.untold);
            self.keep_traffic(effects, &supplier);
            let logged =
                self.log(effects, Log::With(supplier), Event::RejectedMore { count }, now, &mut host.entropy());
            debug_assert!(logged.is_ok());
        }
    }

    /// Stores what is counted of a supplier's messages.
    fn keep_traffic(&mut self, effects: &mut Vec<Effect>, supplier: &PublicKey) {
        let at = self.relationships.get(supplier).map(|known| known.horizon.unwrap_or_default());
        if let Some(at) = at {
            self.put_traffic(effects, *supplier, at);
        }
    }

    fn put_traffic(&mut self, effects: &mut Vec<Effect>, supplier: PublicKey, at: Timestamp) {
        let traffic = self.relationships.get(&supplier).map(|known| known.traffic);
        self.record(effects, Record::Horizon { supplier, at, traffic });
    }

    /// A supplier that is known signed this time just now.
    pub(super) fn hear(&self, effects: &mut Vec<Effect>, supplier: &PublicKey, at: Timestamp) {
        if self.relationships.contains_key(supplier) {
            effects.push(Effect::Heard(*supplier, at));
        }
    }

    fn request(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        signed: Signed<DataRequest>,
        now: Now,
        entropy: &mut Entropy,
        host: &mut dyn Host,
    ) -> Result<(), Refusal> {
        let request = self.sent_now_by(supplier, signed)?;
        // Before it is weighed: a node that was off for a month refuses it for its time, and believes its own clock by
        // it.
        self.hear(effects, supplier, request.at);
        self.admit(supplier, &request, now)?;
        if let Some(relationship) = self.relationships.get_mut(supplier) {
            // The clocks meet, so the next time that they do not is an entry again.
            relationship.skewed = false;
        }
        let shown = self.all_shown(supplier, &request);
        let unread = unreadable(host, &self.may_disclose(supplier, &request, shown.as_deref().unwrap_or(&[]), now));
        if !unread.is_empty() {
            // Nothing was written, so that the same request finds its answer once the value can be read.
            effects.push(Effect::Unreadable(*supplier, unread));
            effects.push(Effect::Reply(PersonReply::Refused(Refusal::Unavailable)));
            return Ok(());
        }
        // The id is spent from here on, in the commit of whatever is answered: no crash lets the request in twice.
        self.record(effects, Record::Seen { supplier: *supplier, id: request.id, at: request.at });
        self.keep_traffic(effects, supplier);
        // Only now: what can't pass by itself is refused with the id spent, or each try would have its chains verified
        // anew.
        let shown = shown?;
        let mut verdicts = self.decide(supplier, &request, &shown, now)?;
        // Before a grant is issued: after it, what a rule decided reads as a release like any other.
        self.keep_terms(effects, supplier, &request, &verdicts, now);
        let grantable = grantable(&verdicts);
        let mut grants = Vec::new();
        // One grant for all of them. Its entry names one rule, that of the first.
        if let Some((rule, _)) = grantable.values().next() {
            let scope = scope_of(&request, grantable.keys().copied(), now);
            match self.issue(effects, supplier, scope, rule, now, entropy) {
                Ok(grant) => {
                    grants.push(grant);
                    // Decided anew: a release is made of a live grant alone, and the use counts for the new one.
                    verdicts = self.decide(supplier, &request, &shown, now)?;
                }
                // There is a grant still; that it can't be renewed now ends nothing.
                Err(_) if grantable.values().all(|(_, renews)| *renews) => {}
                Err(code) => return Err(code),
            }
        }
        let plan = self.plan(effects, supplier, &request, verdicts, grants, now)?;
        effects.push(Effect::Disclose(plan));
        Ok(())
    }

    /// Keeps the terms of what the policy decided, so that a changed policy can be tried on it.
    fn keep_terms(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        request: &DataRequest,
        verdicts: &BTreeMap<AskedPath, Verdict>,
        now: Now,
    ) {
        let by_policy = |verdict: &Verdict| {
            !matches!(
                verdict,
                Verdict::Release(_)
                    | Verdict::Renewable { .. }
                    | Verdict::Refuse(Refusal::Revoked | Refusal::RateLimited)
            )
        };
        let fields: BTreeSet<FieldPath> =
            verdicts.iter().filter(|(_, v)| by_policy(v)).filter_map(|(path, _)| path.known()).collect();
        if fields.is_empty() {
            return;
        }
        let (purpose, retention, delegations) = (request.purpose, request.retention, request.delegations);
        let past = PastRequest { supplier: *supplier, at: now.wall, fields, purpose, retention, delegations };
        self.record(effects, Record::Past { number: self.past, request: past });
    }

    /// Everything about a request that does not depend on its fields.
    fn admit(&mut self, supplier: &PublicKey, request: &DataRequest, now: Now) -> Result<(), Refusal> {
        // An id that waits for the person's word keeps its meaning, even when its time alone would refuse it.
        let waits = self.relationships.get(supplier).is_some_and(|known| known.waiting.contains_key(&request.id));
        let seen = waits || self.seen.contains_key(&(*supplier, request.id));
        // With no room for another id nothing is taken: one that is dropped before its time could be replayed.
        let full = self.seen.len() >= limits::SEEN_REQUESTS;
        let relationship = self.relationships.get_mut(supplier).ok_or(Refusal::NotPaired)?;
        let text = plain_line(&request.reason, limits::TEXT_BYTES);
        // Nobody asks for leave to write: the person opens collections unasked.
        let reads = !matches!(request.access, Access::Write(_));
        let spans = reads
            && request.duration.0 <= limits::GRANT_DAYS
            && request.retention.0 <= limits::RETENTION_DAYS
            && usize::from(request.delegations) <= limits::DELEGATION_DEPTH;
        // Before anything refuses it: requests that are refused cost the same work.
        relationship.traffic.asked = relationship.traffic.asked.once_more(now.wall);
        let forgotten = relationship.horizon.is_some_and(|horizon| request.at <= horizon);
        let refusals = [
            (!relationship.keys.contains(&request.person), Refusal::WrongAudience),
            (relationship.is_stopped(), Refusal::Paused),
            (!now.meets(request.at), Refusal::ClockSkew),
            (seen || forgotten, Refusal::Replayed),
            (full || relationship.traffic.asked.this_hour > limits::REQUESTS_PER_HOUR, Refusal::RateLimited),
            (request.fields.len() > limits::FIELDS, Refusal::TooLarge),
            (request.chains.len() > limits::GRANTS_PER_MESSAGE, Refusal::TooLarge),
            // An answer waits there until it is signed for, so who signs for none soon gets none.
            (relationship.outbox.len() >= limits::OUTBOX_PER_RELATIONSHIP, Refusal::RateLimited),
            (request.fields.is_empty() || request.duration.0 == 0 || !text || !spans, Refusal::Malformed),
        ];
        refusals.into_iter().find(|(holds, _)| *holds).map_or(Ok(()), |(_, code)| Err(code))
    }

    /// The chains that a request shows, checked.
    fn all_shown(&self, supplier: &PublicKey, request: &DataRequest) -> Result<Vec<VerifiedGrant>, Refusal> {
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        request.chains.iter().map(|chain| shown(relationship, chain)).collect()
    }

    /// The fields whose values this request may bring out, before anything is written for it: what it shows may make
    /// its sender a processor, for whom no default speaks.
    fn may_disclose(
        &self,
        supplier: &PublicKey,
        request: &DataRequest,
        shown: &[VerifiedGrant],
        now: Now,
    ) -> BTreeSet<FieldPath> {
        let Some(relationship) = self.relationships.get(supplier) else { return BTreeSet::new() };
        // Rather a field too many than one too few: what leaves in the end has to be among those that were found
        // readable.
        let by_default = relationship.stored.introduced_by.is_none();
        let verdicts = self.weigh_request(supplier, request, shown, now).unwrap_or_default();
        let leaves = |verdict: &Verdict| match verdict {
            Verdict::Release(_) | Verdict::Renewable { .. } => true,
            Verdict::Grantable { .. } => by_default,
            Verdict::Ask { .. } | Verdict::Refuse(_) => false,
        };
        verdicts.iter().filter(|(_, verdict)| leaves(verdict)).filter_map(|(path, _)| path.known()).collect()
    }

    fn decide(
        &self,
        supplier: &PublicKey,
        request: &DataRequest,
        shown: &[VerifiedGrant],
        now: Now,
    ) -> Result<BTreeMap<AskedPath, Verdict>, Refusal> {
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        let verdicts = self.weigh_request(supplier, request, shown, now)?;
        Ok(if relationship.stored.introduced_by.is_some() {
            self.only_under_mandates(relationship, request.purpose, verdicts, now)
        } else {
            verdicts
        })
    }

    fn weigh_request(
        &self,
        supplier: &PublicKey,
        request: &DataRequest,
        shown: &[VerifiedGrant],
        now: Now,
    ) -> Result<BTreeMap<AskedPath, Verdict>, Refusal> {
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        // Only the key that a grant names can hand it on: who asks for that under a later key needs a new grant.
        let current = relationship.lineage.current();
        let can_hand_on = |grant: &&VerifiedGrant| request.delegations == 0 || grant.holder() == current;
        let own = relationship.usable().filter(can_hand_on).map(|grant| (grant, false));
        let (mut live, mut spent) = (Vec::new(), Vec::new());
        for (grant, is_shown) in own.chain(shown.iter().map(|grant| (grant, true))) {
            // Of its own grants, those that ended are passed over. One that it shows it relies on, so it is told why
            // that fails.
            match grant.live(self, now) {
                Ok(grant) => live.push(grant),
                Err(Refusal::RateLimited) => spent.push(grant),
                Err(code) if is_shown => return Err(code),
                Err(_) => {}
            }
        }
        let terms = relationship.terms(request.purpose, request.retention, request.delegations, now);
        let wanted = Wanted { access: request.access, now: now.latest(), until: now.wall.plus_days(request.duration) };
        let withdrawn = &relationship.withdrawn;
        Ok(decision::decide(&request.fields, &terms, &live, &spent, withdrawn, &self.policy, wanted))
    }

    /// Signs and records a grant.
    pub(super) fn issue(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        scope: Scope,
        rule: &str,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Signed<Grant>, Refusal> {
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        if !scope.well_formed() {
            return Err(Refusal::Malformed);
        }
        let (agreement, bounds) = (relationship.stored.agreement, &scope.bounds);
        if scope.purposes.iter().any(|purpose| !agreement.permits(*purpose, bounds.delegations, bounds.retention)) {
            return Err(Refusal::OutsideAgreement);
        }
        // All that can refuse it comes before the first record.
        let live = relationship.grants.values().filter(|grant| grant.live(self, now).is_ok()).count();
        if live >= limits::GRANTS_PER_RELATIONSHIP {
            return Err(Refusal::RateLimited);
        }
        self.forget_dead_grant(effects, supplier, now);
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        let grant = Grant {
            issuer: relationship.key.public(),
            audience: *relationship.lineage.current(),
            scope,
            agreement: relationship.stored.agreement,
            nonce: entropy.nonce(),
        };
        let grant = Verified::sign(grant, &relationship.key)?;
        let event = Event::Granted { grant: grant.id(), rule: rule.to_owned() };
        self.record(effects, Record::Grant { supplier: *supplier, grant: grant.signed().clone() });
        self.log(effects, Log::With(*supplier), event, now, entropy)?;
        Ok(grant.signed().clone())
    }

    /// Makes room for one more grant where too many are remembered. What a supplier still has under a grant
    /// keeps it remembered as long as another can go.
    fn forget_dead_grant(&mut self, effects: &mut Vec<Effect>, supplier: &PublicKey, now: Now) {
        let Some(relationship) = self.relationships.get(supplier) else { return };
        if relationship.grants.len() < limits::GRANTS_KEPT {
            return;
        }
        let known: BTreeSet<_> = relationship.knows.values().map(|known| known.grant).collect();
        // One at its hourly bound is not dead: it opens again within the hour. Nor is one that only a clock which is
        // held back says to have expired.
        let lives = |grant: &VerifiedGrant| matches!(grant.live(self, now.floor), Ok(_) | Err(Refusal::RateLimited));
        let dead = relationship.grants.iter().filter(|(_, grant)| !lives(grant));
        let oldest = dead.min_by_key(|(id, grant)| (known.contains(id), grant.scope().bounds.not_before));
        if let Some((grant, _)) = oldest {
            let grant = *grant;
            self.record(effects, Record::GrantForgotten { supplier: *supplier, grant });
        }
    }

    fn plan(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        request: &DataRequest,
        verdicts: BTreeMap<AskedPath, Verdict>,
        grants: Vec<Signed<Grant>>,
        now: Now,
    ) -> Result<Plan, Refusal> {
        let (mut releases, mut asked, mut refused) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (path, verdict) in verdicts {
            match verdict {
                Verdict::Release(release) | Verdict::Renewable { release, .. } => drop(releases.insert(path, release)),
                Verdict::Ask { rule } | Verdict::Grantable { rule } => drop(asked.insert(path, rule)),
                Verdict::Refuse(code) => drop(refused.insert(path, code)),
            }
        }
        // First: where too many wait already, asked fields become refused ones, which count for nothing below.
        let sorted = Sorted { asked, given: releases.keys().cloned().collect(), refused };
        let Sorted { asked, refused, .. } = self.wait(effects, supplier, request, sorted, now)?;
        if releases.is_empty() && asked.is_empty() && grants.is_empty() {
            self.spend_on_nothing(supplier, &refused, now)?;
            self.keep_traffic(effects, supplier);
        }
        // In the commit of the answer: no crash gives a value whose use was not counted.
        self.count_uses(effects, releases.values(), now);
        let supplier = *supplier;
        Ok(Plan { supplier, request: Some(request.id), releases, asked, refused, grants, as_reply: true })
    }

    /// An answer that gives nothing is entered and kept like any other. Who gets too many of them is refused instead.
    fn spend_on_nothing(
        &mut self,
        supplier: &PublicKey,
        refused: &BTreeMap<AskedPath, Refusal>,
        now: Now,
    ) -> Result<(), Refusal> {
        let relationship = self.relationships.get_mut(supplier).ok_or(Refusal::NotPaired)?;
        // Each path stands in the entry and in the answer, with its code.
        let bytes: usize = refused.keys().map(|path| 2 * (path.to_string().len() + 32)).sum();
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let fits = relationship.traffic.empty.take(limits::KIB_REFUSED, kib, now.wall);
        if fits { Ok(()) } else { Err(Refusal::RateLimited) }
    }

    /// Puts asked fields before the person, or refuses them where too many requests wait already.
    fn wait(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        request: &DataRequest,
        mut sorted: Sorted,
        now: Now,
    ) -> Result<Sorted, Refusal> {
        if sorted.asked.is_empty() {
            return Ok(sorted);
        }
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        if relationship.waiting.len() >= limits::WAITING_PER_RELATIONSHIP {
            let asked = std::mem::take(&mut sorted.asked);
            sorted.refused.extend(asked.into_keys().map(|path| (path, Refusal::TooManyWaiting)));
            return Ok(sorted);
        }
        let waiting = Waiting::of(request, sorted.clone(), now.wall);
        self.record(effects, Record::Waiting { supplier: *supplier, waiting });
        Ok(sorted)
    }

    pub(super) fn count_uses<'a>(
        &mut self,
        effects: &mut Vec<Effect>,
        releases: impl Iterator<Item = &'a Release>,
        now: Now,
    ) {
        // A set: an answer of ten fields under one grant is one use of it.
        let grants: BTreeSet<_> = releases.flat_map(Release::links).copied().collect();
        for grant in grants {
            let used = self.used(&grant, now.wall).once_more(now.wall);
            self.record(effects, Record::Used { grant, used });
        }
    }

    fn acknowledged(
        &mut self,
        supplier: &PublicKey,
        signed: Signed<Acknowledgement>,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, Refusal> {
        let acknowledgement = self.sent_by(supplier, signed)?;
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        if !relationship.keys.contains(&acknowledgement.person) {
            return Err(Refusal::WrongAudience);
        }
        let wanted = acknowledgement.disclosure;
        let found = relationship.outbox.iter().find(|(_, waiting)| waiting.disclosure() == Some(wanted));
        let found = found.map(|(number, waiting)| (*number, waiting.size));
        let mut effects = Vec::new();
        self.hear(&mut effects, supplier, acknowledgement.at);
        // A second acknowledgement of the same disclosure changes nothing.
        if let Some((number, size)) = found {
            self.record(&mut effects, Record::Sent { supplier: *supplier, number });
            self.record(&mut effects, Record::Witnessed { supplier: *supplier, size });
            let event = Event::Delivered { disclosure: wanted };
            self.log(&mut effects, Log::With(*supplier), event, now, entropy)?;
        }
        Ok(effects)
    }

    fn erased(
        &mut self,
        supplier: &PublicKey,
        signed: Signed<ErasureReceipt>,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, Refusal> {
        let receipt = self.sent_by(supplier, signed)?;
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        let issued =
            relationship.grants.contains_key(&receipt.grant) || relationship.mandates.contains_key(&receipt.grant);
        if !relationship.keys.contains(&receipt.person) || !issued {
            return Err(Refusal::WrongAudience);
        }
        let known = receipt
            .fields
            .iter()
            .filter(|field| relationship.knows.get(field).is_some_and(|known| known.grant == receipt.grant));
        let known: Vec<FieldPath> = known.copied().collect();
        // More receipts must not fill the log: a grant is revoked once, so the first receipt for that holds; one
        // that the supplier sends by itself, at the end of retention, holds where it was known to have a field.
        let again = match receipt.revocation {
            Some(_) if !self.revoked.has(&receipt.grant) => return Err(Refusal::Unexpected),
            Some(_) => self.erased.contains(&receipt.grant),
            None => known.is_empty(),
        };
        let mut effects = Vec::new();
        if again {
            return Ok(effects);
        }
        self.record(&mut effects, Record::Receipt { supplier: *supplier, receipt: receipt.signed().clone() });
        for field in known {
            self.record(&mut effects, Record::Erased { supplier: *supplier, field });
        }
        let event = Event::Erased { grant: receipt.grant, receipt: receipt.id() };
        self.log(&mut effects, Log::With(*supplier), event, now, entropy)?;
        Ok(effects)
    }

    pub(super) fn reject(
        &mut self,
        supplier: &PublicKey,
        code: Refusal,
        now: Now,
        entropy: &mut Entropy,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        // A flood must not fill the log: beyond a few an hour refusals are counted, and entered together. Nor does what
        // is sent again and again because clocks differ: that they do is written once.
        let entered = self.relationships.get_mut(supplier).is_some_and(|relationship| {
            let again = std::mem::replace(&mut relationship.skewed, code == Refusal::ClockSkew) && relationship.skewed;
            !again && relationship.traffic.enters_one_more(now.wall)
        });
        self.keep_traffic(&mut effects, supplier);
        if entered {
            let logged = self.log(&mut effects, Log::With(*supplier), Event::Rejected { code }, now, entropy);
            debug_assert!(logged.is_ok());
        }
        effects.push(Effect::Reply(PersonReply::refused(code, now)));
        effects
    }
}

/// Checks a chain that a supplier shows in this relationship. It counts nowhere else: a processor has its chains from the
/// person's node, over the line that was made for it, and one that came another way says nothing, not even whose it is.
fn shown(relationship: &Relationship, chain: &Chain) -> Result<VerifiedGrant, Refusal> {
    // Anybody: at the top of a mandate's chain stands the person's key for another supplier. Whether it is ours shows
    // below.
    let checked = VerifiedGrant::check(chain, &Anybody, &relationship.lineage)?;
    let is_own = chain.links.is_empty();
    if is_own && !relationship.keys.contains(&checked.root().issuer) {
        return Err(Refusal::WrongAudience);
    }
    let id = checked.id();
    let is_held = if is_own { relationship.grants.contains_key(&id) } else { relationship.mandates.contains_key(&id) };
    // Issued after the backup that this node was restored from, forgotten, or another's.
    if is_held { Ok(checked) } else { Err(Refusal::Revoked) }
}

impl Traffic {
    /// One more message was refused. Is it to be entered by itself?
    fn enters_one_more(&mut self, now: Timestamp) -> bool {
        let enters = self.entered.take(limits::REJECTIONS_ENTERED, 1, now);
        if !enters {
            self.since = if self.untold == 0 { now } else { self.since };
            self.untold = self.untold.saturating_add(1);
        }
        enters
    }
}

fn noted(mut effects: Vec<Effect>) -> Vec<Effect> {
    effects.push(Effect::Reply(PersonReply::Noted));
    effects
}

/// What a rule grants, or grants anew, by which rule.
fn grantable(verdicts: &BTreeMap<AskedPath, Verdict>) -> BTreeMap<FieldPath, (String, bool)> {
    verdicts
        .iter()
        .filter_map(|(path, verdict)| match verdict {
            Verdict::Grantable { rule } => path.known().map(|field| (field, (rule.clone(), false))),
            Verdict::Renewable { rule, .. } => path.known().map(|field| (field, (rule.clone(), true))),
            _ => None,
        })
        .collect()
}

fn scope_of(request: &DataRequest, fields: impl Iterator<Item = FieldPath>, now: Now) -> Scope {
    let purposes = BTreeSet::from([request.purpose]);
    let mut scope = scope(fields, purposes, request.access, now.wall, request.duration, request.retention);
    scope.bounds.delegations = request.delegations;
    scope
}

/// The scope of a grant that begins at this moment, without delegation. One that answers a request begins with the answer;
/// one by the person's own word, which may be for several companies, at [`departure::moment`].
pub(super) fn scope(
    fields: impl Iterator<Item = FieldPath>,
    purposes: BTreeSet<crate::purpose::Purpose>,
    access: Access,
    begins: Timestamp,
    duration: crate::time::Days,
    retention: crate::time::Days,
) -> Scope {
    let bounds = Bounds {
        per_hour: USES_PER_HOUR,
        uses: None,
        not_before: begins,
        expires: begins.plus_days(duration),
        retention,
        delegations: 0,
    };
    Scope { fields: fields.map(Selector::Field).collect(), purposes, access, bounds }
}
