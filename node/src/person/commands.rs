//! The owner's commands. In: a `Command`. Out: JSON for the command line and the dashboard, or a `Failure`.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    field::{FieldPath, Observed, Provenance, Value as FieldValue},
    grant::VerifiedGrant,
    identity::{Nonce, PublicKey},
    person::{NewGrant, OwnerError},
    policy::Policy,
    time::{Days, Timestamp},
    wire,
};
use serde_json::{Value, json};

use super::{Node, records, value_of, verify};
use crate::{
    clock,
    command::{self, Command, Failure, exit, parse},
    driver::Turn,
    store::{Key, Table},
};

/// Most values one `set` or import changes.
const VALUES: usize = regie_protocol::limits::FIELDS;

impl Node {
    pub(super) fn command(&mut self, command: Command, turn: &mut Turn) -> Result<Value, Failure> {
        match command {
            Command::Status => Ok(self.status()),
            Command::Fields => Ok(self.fields()),
            Command::Set { values, source } => self.set(&values, source, turn),
            Command::Unset { field } => self.unset(parse(&field)?, turn),
            Command::Requests => Ok(self.requests()),
            Command::Allow { id } => self.decide(&id, true, turn),
            Command::Refuse { id } => self.decide(&id, false, turn),
            Command::Grant { supplier, fields, purposes, access, days, retention } => {
                let new = NewGrant {
                    supplier: self.find_supplier(&supplier)?,
                    fields: fields.iter().map(|text| parse(text)).collect::<Result<_, _>>()?,
                    purposes: purposes.iter().map(|text| parse(text)).collect::<Result<_, _>>()?,
                    access: command::access(&access)?,
                    duration: Days(days),
                    retention: Days(retention),
                };
                self.grant(&new, turn)
            }
            Command::Grants => Ok(self.grants()),
            Command::Revoke { grant, erase } => self.revoke(&grant, erase, turn),
            Command::Audit => self.audit(),
            Command::Policy { preset } => self.policy(preset.as_deref(), turn),
            Command::Backup => self.backup(),
            Command::Pair { .. } | Command::Stop => Err(Failure::internal("handled elsewhere")),
            Command::Invite { .. } | Command::Ask { .. } | Command::People => Err(Failure::usage(
                "this home is a person's; that command is for a supplier's companion (`regie supplier init`)",
            )),
        }
    }

    fn status(&self) -> Value {
        let suppliers: Vec<Value> = self.machine.relationships().map(|(key, _)| self.relationship_json(key)).collect();
        let waiting: usize = self.machine.relationships().map(|(_, r)| r.waiting().count()).sum();
        json!({
            "role": "person",
            "suppliers": suppliers,
            "requests_waiting": waiting,
            "audit_entries": self.machine.personal_log().size(),
            "restored": self.machine.epoch(),
        })
    }

    pub(super) fn relationship_json(&self, supplier: &PublicKey) -> Value {
        let Some(relationship) = self.machine.relationship(supplier) else { return Value::Null };
        let now = clock::wall();
        json!({
            "supplier": supplier,
            "name": relationship.profile().name,
            "sector": relationship.profile().sector,
            "domain": relationship.profile().domain,
            "agreement": relationship.stored().agreement,
            "known_to_it_as": relationship.key().public(),
            "connected": self.links.get(supplier).is_some_and(|link| link.up),
            "live_grants": relationship.grants().filter(|g| g.live(&self.machine, now).is_ok()).count(),
            "requests_waiting": relationship.waiting().count(),
            "undelivered": relationship.undelivered(),
            "log_entries": relationship.log().size(),
        })
    }

    fn fields(&self) -> Value {
        let held = FieldPath::all().filter_map(|field| {
            let observed = value_of(&self.store, &self.fresh, field)?;
            Some(json!({
                "field": field,
                "label": field.info().label,
                "value": observed.value,
                "provenance": observed.provenance.to_string(),
                "observed": time(observed.observed),
                "told": self.machine.would_be_told(field, clock::wall()).iter().map(|s| self.name_of(s)).collect::<Vec<_>>(),
            }))
        });
        Value::Array(held.collect())
    }

    fn set(&mut self, values: &[(String, String)], source: Option<String>, turn: &mut Turn) -> Result<Value, Failure> {
        if values.len() > VALUES {
            return Err(Failure::usage(format!("at most {VALUES} fields at a time")));
        }
        let now = self.clock.now();
        // All are read before one is changed: a mistake in the last leaves the first as it was.
        let mut changes = BTreeMap::new();
        for (field, value) in values {
            let value: FieldValue = value.parse().map_err(Failure::usage)?;
            let provenance = source.clone().map_or(Provenance::Typed, Provenance::Imported);
            changes.insert(parse::<FieldPath>(field)?, Observed { value, provenance, observed: now });
        }
        changes
            .retain(|field, new| value_of(&self.store, &self.fresh, *field).is_none_or(|old| old.value != new.value));
        for (field, observed) in &changes {
            let bytes = wire::encode(observed).map_err(Failure::internal)?;
            turn.batch.put(Table::Field, Key::item(field.to_string().as_bytes()), bytes);
            self.fresh.insert(*field, Some(observed.clone()));
        }
        let changed = changes.keys().map(|field| (*field, true)).collect();
        self.tell(&changed, now, turn)
    }

    fn unset(&mut self, field: FieldPath, turn: &mut Turn) -> Result<Value, Failure> {
        if value_of(&self.store, &self.fresh, field).is_none() {
            let next = "`regie fields` lists what you hold";
            return Err(Failure::new("not_found", exit::NOT_FOUND, format!("{field} holds no value; {next}")));
        }
        let now = self.clock.now();
        turn.batch.delete(Table::Field, Key::item(field.to_string().as_bytes()));
        self.fresh.insert(field, None);
        self.tell(&BTreeMap::from([(field, false)]), now, turn)
    }

    fn tell(&mut self, changed: &BTreeMap<FieldPath, bool>, now: Timestamp, turn: &mut Turn) -> Result<Value, Failure> {
        let told: BTreeSet<PublicKey> =
            changed.keys().flat_map(|field| self.machine.would_be_told(*field, now)).collect();
        let effects = self.machine.field_changed(changed, now, &mut clock::entropy())?;
        self.run(effects, None, turn);
        let told: Vec<String> = told.iter().map(|supplier| self.name_of(supplier)).collect();
        Ok(json!({ "changed": changed.keys().collect::<Vec<_>>(), "told": told }))
    }

    fn requests(&self) -> Value {
        let waiting = self.machine.relationships().flat_map(|(supplier, r)| r.waiting().map(move |w| (supplier, r, w)));
        let list = waiting.map(|(supplier, relationship, waiting)| {
            json!({
                "id": waiting.id,
                "supplier": supplier,
                "name": relationship.profile().name,
                "fields": waiting.fields,
                "purpose": waiting.purpose,
                "plain_purpose": waiting.purpose.plain(),
                "reason": waiting.reason,
                "access": waiting.access,
                "grant_days": waiting.duration,
                "kept_days": waiting.retention,
                "agreement": relationship.stored().agreement,
                "at": time(waiting.at),
            })
        });
        Value::Array(list.collect())
    }

    fn decide(&mut self, id: &str, yes: bool, turn: &mut Turn) -> Result<Value, Failure> {
        let id: Nonce = parse(id).map_err(|_| Failure::from(OwnerError::NoRequest))?;
        let now = self.clock.now();
        let effects = match yes {
            true => self.machine.allow(&id, now, &mut clock::entropy())?,
            false => self.machine.refuse(&id)?,
        };
        self.run(effects, None, turn);
        Ok(json!({ "id": id, "allowed": yes }))
    }

    fn grant(&mut self, new: &NewGrant, turn: &mut Turn) -> Result<Value, Failure> {
        let now = self.clock.now();
        let effects = self.machine.grant(new, now, &mut clock::entropy())?;
        let id = effects.iter().find_map(|effect| match effect {
            regie_protocol::person::Effect::Persist(regie_protocol::person::Record::Grant { grant, .. }) => {
                Some(grant.id())
            }
            _ => None,
        });
        self.run(effects, None, turn);
        Ok(json!({ "grant": id, "supplier": self.name_of(&new.supplier) }))
    }

    fn grants(&self) -> Value {
        let all = self.machine.relationships().flat_map(|(_, r)| r.grants().map(move |grant| (r, grant)));
        Value::Array(all.map(|(r, grant)| self.grant_json(&r.profile().name, grant)).collect())
    }

    fn grant_json(&self, name: &str, grant: &VerifiedGrant) -> Value {
        let scope = grant.scope();
        let state = grant.live(&self.machine, clock::wall()).map_or_else(|code| code.code(), |_| "live");
        json!({
            "grant": grant.root().id(),
            "name": name,
            "fields": scope.fields,
            "purposes": scope.purposes,
            "access": scope.access,
            "expires": time(scope.bounds.expires),
            "kept_days": scope.bounds.retention,
            "agreement": grant.root().agreement,
            "state": state,
        })
    }

    fn revoke(&mut self, grant: &str, erase: bool, turn: &mut Turn) -> Result<Value, Failure> {
        let grant = parse(grant).map_err(|_| Failure::from(OwnerError::NoGrant))?;
        let now = self.clock.now();
        let effects = self.machine.revoke(&grant, erase, now, &mut clock::entropy())?;
        self.run(effects, None, turn);
        Ok(json!({ "revoked": grant, "erasure_asked": erase }))
    }

    fn audit(&self) -> Result<Value, Failure> {
        let checked = verify::all(&self.machine, &self.store)?;
        let mut receipts = 0;
        records::each(&self.store, Table::Receipt, |_| receipts += 1)?;
        Ok(json!({
            "verified": true,
            "entries": checked.entries,
            "root": checked.root,
            "relationships": checked.relationships,
            "erasure_receipts": receipts,
            "newest": verify::newest(&self.machine, &self.store)?,
        }))
    }

    fn policy(&mut self, preset: Option<&str>, turn: &mut Turn) -> Result<Value, Failure> {
        if let Some(name) = preset {
            let policy = Policy::preset(name)
                .ok_or_else(|| Failure::usage("the presets are careful, balanced and open; nothing was changed"))?;
            let now = self.clock.now();
            let effects = self.machine.set_policy(policy, now, &mut clock::entropy())?;
            self.run(effects, None, turn);
        }
        serde_json::to_value(self.machine.policy()).map_err(Failure::internal)
    }

    /// Everything in the store, for the command line to encrypt. Goes only over the owner's own socket.
    fn backup(&self) -> Result<Value, Failure> {
        let rows = crate::backup::rows(&self.store)?;
        Ok(json!({ "rows": rows }))
    }

    pub(super) fn name_of(&self, supplier: &PublicKey) -> String {
        self.machine.relationship(supplier).map_or_else(|| supplier.to_string(), |r| r.profile().name.clone())
    }

    /// A supplier by key, or by a name that only one has.
    fn find_supplier(&self, text: &str) -> Result<PublicKey, Failure> {
        if let Ok(key) = text.parse::<PublicKey>() {
            return if self.machine.relationship(&key).is_some() {
                Ok(key)
            } else {
                Err(OwnerError::NoRelationship.into())
            };
        }
        let same = |name: &str| name.to_lowercase() == text.to_lowercase();
        let mut found = self.machine.relationships().filter(|(_, r)| same(&r.profile().name)).map(|(key, _)| *key);
        match (found.next(), found.next()) {
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => {
                Err(Failure::usage("several suppliers have that name; give the key that `regie status` shows"))
            }
            _ => Err(OwnerError::NoRelationship.into()),
        }
    }
}

pub(super) fn time(at: Timestamp) -> String {
    crate::clock::text(at)
}
