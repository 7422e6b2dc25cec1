//! What the person decides: requests, grants, rules. In: the owner's word. Out: JSON, and effects in this turn.

use std::{collections::BTreeMap, ops::ControlFlow};

use regie_protocol::{
    FieldPath, Nonce, ObjectId, Policy, PublicKey, VerifiedGrant,
    person::{Input, Mandated, NewGrant, OwnerError, PastRequest, Record, Relationship, Remember, Waiting, opens},
    policy::{Answer, Rule, Terms},
};
use serde_json::{Value, json};

use super::{
    Node,
    commands::{preset, time},
    tables,
};
use crate::{
    command::{Change, Failure, access_name, exit},
    driver::Turn,
    store::Read as _,
};

/// Requests decided with one word.
const DECIDED: usize = 256;
/// Fewest last characters of an id that stand for it.
pub(super) const ID_END: usize = 6;
/// Past requests shown by a dry run.
const SHOWN: usize = 50;
/// Waiting requests listed in one answer.
const LISTED: usize = 1_000;

impl Node {
    pub(super) fn requests(&self) -> Value {
        let waiting = self.machine.relationships().flat_map(|(supplier, r)| r.waiting().map(move |w| (supplier, r, w)));
        Value::Array(waiting.take(LISTED).map(|(s, r, waiting)| self.who(waiting_json(s, r, waiting), s)).collect())
    }

    pub(super) fn answer(&mut self, id: &str, yes: bool, turn: &mut Turn) -> Result<Value, Failure> {
        let id = self.find_request(id)?;
        self.answer_one(&id, yes, turn)?;
        Ok(json!({ "id": id, "allowed": yes }))
    }

    fn answer_one(&mut self, id: &Nonce, yes: bool, turn: &mut Turn) -> Result<(), Failure> {
        self.give(if yes { Input::Allow(id) } else { Input::Refuse(id) }, turn)?;
        Ok(())
    }

    /// One word for several requests, and perhaps for later ones of the same kind.
    pub(super) fn decide(
        &mut self,
        ids: &[String],
        allow: bool,
        remember: Remember,
        turn: &mut Turn,
    ) -> Result<Value, Failure> {
        if ids.is_empty() || ids.len() > DECIDED {
            return Err(Failure::usage(format!("name 1 to {DECIDED} requests; `regie requests` lists them")));
        }
        let asked = ids.len();
        let ids: Vec<Nonce> = ids.iter().filter_map(|id| self.find_request(id).ok()).collect();
        let (mut decided, mut rule) = (0, None);
        for id in &ids {
            let Ok(did) = self.give(Input::Remember(id, allow, remember), turn) else { continue };
            rule = rule.or(did.rule);
            decided += usize::from(self.answer_one(id, allow, turn).is_ok());
        }
        if decided == 0 {
            return Err(OwnerError::NoRequest.into());
        }
        Ok(json!({ "decided": decided, "missing": asked - decided, "rule": rule }))
    }

    pub(super) fn grant(&mut self, new: &NewGrant, turn: &mut Turn) -> Result<Value, Failure> {
        let id = self.give(Input::Grant(new), turn)?.granted;
        Ok(json!({ "grant": id, "supplier": self.name_of(&new.supplier) }))
    }

    pub(super) fn grants(&self) -> Value {
        let all = self.machine.relationships().flat_map(|(key, r)| r.grants().map(move |grant| (key, r, grant)));
        let own = all.map(|(key, r, grant)| self.who(self.grant_json(&r.profile().name, grant), key));
        Value::Array(own.chain(self.mandates(None)).collect())
    }

    /// What suppliers handed on to processors; of one supplier, or of all.
    pub(super) fn mandates(&self, from: Option<&PublicKey>) -> Vec<Value> {
        let wanted = |mandate: &Mandated| from.is_none_or(|from| mandate.from() == from);
        let shown =
            self.machine.all_mandates().filter(|(_, _, mandate)| wanted(mandate)).map(|(processor, _, mandate)| {
                let (name, from) = (self.name_of(processor), self.name_of(mandate.from()));
                let mut shown = self.grant_json(&name, &mandate.grant);
                if let Value::Object(shown) = &mut shown {
                    shown.insert("processor".into(), json!(processor));
                    shown.insert("handed_on_by".into(), json!(from));
                    shown.insert("under".into(), json!(mandate.root().id()));
                    shown.insert("reference".into(), json!(mandate.stored.reference));
                }
                self.who(shown, processor)
            });
        shown.collect()
    }

    pub(super) fn grant_json(&self, name: &str, grant: &VerifiedGrant) -> Value {
        let scope = grant.scope();
        let state = grant.live(&self.machine, self.clock.look()).map_or_else(|code| code.code(), |_| "live");
        json!({
            "grant": grant.id(),
            "name": name,
            "fields": scope.fields,
            "purposes": scope.purposes,
            "access": access_name(scope.access),
            "collection": opens(grant),
            "expires": time(scope.bounds.expires),
            "kept_days": scope.bounds.retention,
            "delegations": scope.bounds.delegations,
            "agreement": grant.root().agreement,
            "state": state,
        })
    }

    pub(super) fn revoke(&mut self, grant: &str, erase: bool, turn: &mut Turn) -> Result<Value, Failure> {
        let grant = self.find_grant(grant)?;
        self.give(Input::Revoke(&grant, erase), turn)?;
        Ok(json!({ "revoked": grant, "erasure_asked": erase }))
    }

    pub(super) fn revoke_all(&mut self, supplier: &PublicKey, erase: bool, turn: &mut Turn) -> Result<Value, Failure> {
        let ended = self.give(Input::RevokeAll(supplier, erase), turn)?.revoked;
        Ok(json!({ "revoked": ended, "erasure_asked": erase }))
    }

    pub(super) fn pause(&mut self, supplier: &PublicKey, paused: bool, turn: &mut Turn) -> Result<Value, Failure> {
        self.give(Input::Pause(supplier, paused), turn)?;
        Ok(json!({ "supplier": supplier, "paused": paused }))
    }

    /// A waiting request by its id, or by an end of it that only one has.
    fn find_request(&self, text: &str) -> Result<Nonce, Failure> {
        let all = self.machine.relationships().flat_map(|(_, r)| r.waiting().map(|waiting| waiting.id));
        only(all, text).ok_or_else(|| OwnerError::NoRequest.into())
    }

    /// A grant by its id, or by an end of it that only one has.
    fn find_grant(&self, text: &str) -> Result<ObjectId, Failure> {
        let own = self.machine.relationships().flat_map(|(_, r)| r.grants().map(|grant| grant.root().id()));
        let all = own.chain(self.machine.all_mandates().map(|(_, link, _)| *link));
        only(all, text).ok_or_else(|| OwnerError::NoGrant.into())
    }

    /// The rules, each with how many fields of past requests it decides.
    pub(super) fn rules(&self) -> Result<Value, Failure> {
        let policy = self.machine.policy();
        let mut hits: BTreeMap<String, u64> = BTreeMap::new();
        for past in self.past()? {
            for (_, rule) in self.answers(policy, &past).into_values() {
                *hits.entry(rule).or_default() += 1;
            }
        }
        let known = ["careful", "balanced", "open"];
        let rules = policy.rules.iter().map(|rule| json!({ "rule": rule, "hits": hits.get(&rule.name).unwrap_or(&0) }));
        Ok(json!({
            "preset": known.into_iter().find(|name| Policy::preset(name).as_ref() == Some(policy)),
            "rules": rules.collect::<Vec<_>>(),
        }))
    }

    pub(super) fn change_rules(&mut self, change: &Change, turn: &mut Turn) -> Result<Value, Failure> {
        let policy = changed(self.machine.policy(), change)?;
        self.give(Input::SetPolicy(policy), turn)?;
        self.rules()
    }

    /// Which of the last requests would have been answered otherwise?
    pub(super) fn dry_run(&self, change: &Change) -> Result<Value, Failure> {
        let (now, then) = (self.machine.policy(), changed(self.machine.policy(), change)?);
        let (mut requests, mut differing, mut items) = (0, 0, Vec::new());
        let mut past = self.past()?;
        past.sort_by_key(|past| std::cmp::Reverse(past.at));
        for past in past {
            requests += 1;
            let (before, after) = (self.answers(now, &past), self.answers(&then, &past));
            let fields: Vec<Value> = before
                .iter()
                .zip(after.values())
                .filter(|((_, before), after)| before.0 != after.0)
                .map(|((field, before), after)| {
                    let show = |(answer, rule): &(Answer, String)| json!({ "answer": answer, "rule": rule });
                    json!({ "field": field, "before": show(before), "after": show(after) })
                })
                .collect();
            differing += usize::from(!fields.is_empty());
            if !fields.is_empty() && items.len() < SHOWN {
                items.push(json!({
                    "supplier": past.supplier,
                    "name": self.name_of(&past.supplier),
                    "at": time(past.at),
                    "purpose": past.purpose,
                    "fields": fields,
                }));
            }
        }
        Ok(json!({ "requests": requests, "changed": differing, "items": items }))
    }

    fn answers(&self, policy: &Policy, past: &PastRequest) -> BTreeMap<FieldPath, (Answer, String)> {
        let Some(relationship) = self.machine.relationship(&past.supplier) else { return BTreeMap::new() };
        let terms = Terms {
            supplier: &past.supplier,
            sector: &relationship.profile().sector,
            agreement: relationship.stored().agreement,
            purpose: past.purpose,
            retention: past.retention,
            delegations: past.delegations,
            is_known: relationship.is_known(self.clock.look().latest()),
        };
        let answer = |field| {
            let (answer, rule) = policy.answer(field, &terms);
            (answer, rule.to_owned())
        };
        past.fields.iter().map(|field| (*field, answer(*field))).collect()
    }

    /// The terms of the last requests, in no order; at most [`regie_protocol::limits::PAST_REQUESTS`].
    fn past(&self) -> Result<Vec<PastRequest>, Failure> {
        let mut found = Vec::new();
        self.store.each(tables::PAST_REQUESTS, |_, record| {
            if let Record::Past { request, .. } = record {
                found.push(request);
            }
            ControlFlow::Continue(())
        })?;
        Ok(found)
    }
}

pub(super) fn waiting_json(supplier: &PublicKey, relationship: &Relationship, waiting: &Waiting) -> Value {
    json!({
        "id": waiting.id,
        "supplier": supplier,
        "name": relationship.profile().name,
        "fields": waiting.fields,
        "purpose": waiting.purpose,
        "plain_purpose": crate::sentences::purpose(waiting.purpose),
        "reason": waiting.reason,
        "access": access_name(waiting.access),
        "grant_days": waiting.duration,
        "kept_days": waiting.retention,
        "delegations": waiting.delegations,
        "agreement": relationship.stored().agreement,
        "at": time(waiting.at),
    })
}

/// The one id that is this text or ends in it.
fn only<T: ToString>(ids: impl Iterator<Item = T>, text: &str) -> Option<T> {
    if text.len() < ID_END {
        return None;
    }
    let mut found = ids.filter(|id| id.to_string().ends_with(text));
    found.next().filter(|_| found.next().is_none())
}

/// The policy with a change made.
fn changed(policy: &Policy, change: &Change) -> Result<Policy, Failure> {
    let missing = |name: &str| {
        let next = "`regie policy` lists the rules";
        Failure::new("not_found", exit::NOT_FOUND, format!("there is no rule '{name}'; {next}"))
    };
    let mut policy = policy.clone();
    match change {
        Change::Preset { name } => return preset(name),
        Change::Remove { name } => {
            let at = policy.rules.iter().position(|rule| rule.name == *name).ok_or_else(|| missing(name))?;
            policy.rules.remove(at);
        }
        Change::Set { rule, replaces } => {
            let rule: Rule = serde_json::from_value(rule.clone())
                .map_err(|error| Failure::usage(format!("that is not a rule: {error}; nothing was changed")))?;
            if rule.name.trim().is_empty() || rule.name.chars().any(char::is_control) {
                return Err(Failure::usage("a rule needs a name without control characters; nothing was changed"));
            }
            let place = |name: &str| policy.rules.iter().position(|old| old.name == name);
            match replaces {
                Some(name) => {
                    let at = place(name).ok_or_else(|| missing(name))?;
                    if place(&rule.name).is_some_and(|other| other != at) {
                        return Err(Failure::usage("another rule has that name; choose a different one"));
                    }
                    policy.rules[at] = rule;
                }
                None if place(&rule.name).is_some() => {
                    return Err(Failure::usage("a rule has that name already; change that one or choose another name"));
                }
                None => policy.rules.push(rule),
            }
        }
    }
    Ok(policy)
}
