//! The person's own data: what is held, since when, from where, who is told. In: fields and values. Out: JSON;
//! changed rows in this turn's commit, and what suppliers are to be told.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{FieldPath, Now, Observed, Provenance, PublicKey, Value as FieldValue, person::Input};
use serde_json::{Value, json};

use super::{Node, commands::time, tables, value_of};
use crate::{
    command::{Failure, exit, parse},
    driver::Turn,
    store::{Nth, Read as _},
};

/// Most values one `set` or import changes.
const VALUES: usize = regie_protocol::limits::FIELDS;
/// Earlier values kept of one field.
const HISTORY: u64 = 50;
/// Suppliers named in one answer.
const NAMED: usize = 200;

impl Node {
    pub(super) fn fields(&self) -> Value {
        let held = FieldPath::all().filter_map(|field| {
            let observed = value_of(&self.store, &self.values, field)?;
            let told = self.machine.would_be_told(field, self.clock.look());
            Some(json!({
                "field": field,
                "label": crate::sentences::field(field),
                "value": observed.value,
                "provenance": crate::sentences::provenance(&observed.provenance),
                "provenance_kind": kind(&observed.provenance),
                "observed": time(observed.observed),
                "told": told.iter().take(NAMED).map(|s| self.name_of(s)).collect::<Vec<_>>(),
                "told_count": told.len(),
            }))
        });
        Value::Array(held.collect())
    }

    pub(super) fn field(&self, field: FieldPath) -> Result<Value, Failure> {
        let now = value_of(&self.store, &self.values, field);
        let told = self.machine.would_be_told(field, self.clock.look());
        let known = self.machine.relationships().filter_map(|(s, r)| r.knows().get(&field).map(|known| (s, known)));
        Ok(json!({
            "field": field,
            "group": field.info().group,
            "category": field.info().category,
            "sensitive": field.info().sensitive,
            "value": now.as_ref().map(|observed| observed.value.clone()),
            "provenance": now.as_ref().map(|observed| crate::sentences::provenance(&observed.provenance)),
            "provenance_kind": now.as_ref().map(|observed| kind(&observed.provenance)),
            "observed": now.map(|observed| time(observed.observed)),
            "history": self.history(field)?,
            "told": told.iter().take(NAMED).map(|s| self.named(s)).collect::<Vec<_>>(),
            "told_count": told.len(),
            "known_by": known
                .take(NAMED)
                .map(|(s, known)| {
                    self.who(json!({ "supplier": s, "name": self.name_of(s), "at": time(known.at) }), s)
                })
                .collect::<Vec<_>>(),
        }))
    }

    pub(super) fn history(&self, field: FieldPath) -> Result<Vec<Value>, Failure> {
        let rows = self.store.group(tables::FIELD_HISTORY, &field)?;
        let mut earlier: Vec<Observed> = rows.into_iter().map(|(_, observed)| observed).collect();
        earlier.reverse();
        let show = |observed: Observed| {
            json!({
                "value": observed.value,
                "provenance": crate::sentences::provenance(&observed.provenance),
                "provenance_kind": kind(&observed.provenance),
                "observed": time(observed.observed),
            })
        };
        Ok(earlier.into_iter().map(show).collect())
    }

    pub(super) fn set(
        &mut self,
        values: &[(String, String)],
        source: Option<String>,
        turn: &mut Turn,
    ) -> Result<Value, Failure> {
        if values.len() > VALUES {
            return Err(Failure::usage(format!("at most {VALUES} fields at a time; give them in two parts")));
        }
        let now = self.clock.now();
        // All are read before one is changed: a mistake in the last leaves the first as it was.
        let mut changes = BTreeMap::new();
        for (field, value) in values {
            let value: FieldValue = value.parse().map_err(Failure::misread)?;
            let provenance = source.clone().map_or(Provenance::Typed, Provenance::Imported);
            changes.insert(parse::<FieldPath>(field)?, Observed { value, provenance, observed: now.wall });
        }
        self.put_values(changes, turn)
    }

    /// Sets values, keeps the earlier ones, tells whom it concerns.
    pub(super) fn put_values(
        &mut self,
        mut changes: BTreeMap<FieldPath, Observed>,
        turn: &mut Turn,
    ) -> Result<Value, Failure> {
        let now = self.clock.now();
        changes.retain(|field, new| {
            value_of(&self.store, &self.values, *field).is_none_or(|old| {
                let attested = |observed: &Observed| kind(&observed.provenance) == "attested";
                old.value != new.value || attested(&old) != attested(new)
            })
        });
        for (field, observed) in &changes {
            self.keep_earlier(*field, turn)?;
            turn.batch.put(tables::FIELDS, field, observed);
            self.values.insert(*field, Some(observed.clone()));
        }
        let changed = changes.keys().map(|field| (*field, true)).collect();
        self.tell(&changed, now, turn)
    }

    /// Removes a value, and the earlier ones with it: their keys are destroyed.
    pub(super) fn unset(&mut self, field: FieldPath, turn: &mut Turn) -> Result<Value, Failure> {
        if value_of(&self.store, &self.values, field).is_none() {
            let next = "`regie fields` lists what you hold";
            return Err(Failure::new("not_found", exit::NOT_FOUND, format!("{field} holds no value; {next}")));
        }
        let now = self.clock.now();
        turn.batch.erase(tables::FIELDS, &field);
        turn.batch.erase_group(tables::FIELD_HISTORY, &field);
        self.values.insert(field, None);
        self.tell(&BTreeMap::from([(field, false)]), now, turn)
    }

    pub(super) fn would_tell(&self, fields: &BTreeSet<FieldPath>) -> Value {
        let now = self.clock.look();
        let mut told: BTreeMap<PublicKey, Vec<FieldPath>> = BTreeMap::new();
        for field in fields {
            for supplier in self.machine.would_be_told(*field, now) {
                told.entry(supplier).or_default().push(*field);
            }
        }
        let named = told.iter().take(NAMED).map(|(supplier, fields)| {
            let named = json!({ "supplier": supplier, "name": self.name_of(supplier), "fields": fields });
            self.who(named, supplier)
        });
        json!({ "suppliers": named.collect::<Vec<_>>(), "count": told.len() })
    }

    pub(super) fn deliveries(&self) -> Value {
        let open: Vec<_> = self.machine.relationships().filter(|(_, r)| r.undelivered() > 0).collect();
        let waiting: usize = open.iter().map(|(_, r)| r.undelivered()).sum();
        let named = open.iter().take(NAMED).map(|(supplier, r)| {
            let shown = json!({
                "supplier": supplier,
                "name": r.profile().name,
                "undelivered": r.undelivered(),
                "connected": self.is_up(supplier),
                "unreachable": self.is_unreachable(supplier),
            });
            self.who(shown, supplier)
        });
        json!({ "waiting": waiting, "suppliers": named.collect::<Vec<_>>() })
    }

    pub(super) fn named(&self, supplier: &PublicKey) -> Value {
        self.who(json!({ "supplier": supplier, "name": self.name_of(supplier) }), supplier)
    }

    fn keep_earlier(&self, field: FieldPath, turn: &mut Turn) -> Result<(), Failure> {
        let Some(earlier) = value_of(&self.store, &self.values, field) else { return Ok(()) };
        let number = self.store.last_number(tables::FIELD_HISTORY, &field)?.map_or(0, |last| last + 1);
        turn.batch.put(tables::FIELD_HISTORY, &Nth(field, number), &earlier);
        if let Some(old) = number.checked_sub(HISTORY) {
            turn.batch.erase(tables::FIELD_HISTORY, &Nth(field, old));
        }
        Ok(())
    }

    fn tell(&mut self, changed: &BTreeMap<FieldPath, bool>, now: Now, turn: &mut Turn) -> Result<Value, Failure> {
        let told: BTreeSet<PublicKey> =
            changed.keys().flat_map(|field| self.machine.would_be_told(*field, now)).collect();
        self.give(Input::FieldChanged(changed), turn)?;
        self.unreadable.retain(|field| !changed.contains_key(field));
        let names: Vec<String> = told.iter().take(NAMED).map(|supplier| self.name_of(supplier)).collect();
        Ok(json!({ "changed": changed.keys().collect::<Vec<_>>(), "told": names, "told_count": told.len() }))
    }
}

fn kind(provenance: &Provenance) -> &'static str {
    match provenance {
        Provenance::Typed => "typed",
        Provenance::Imported(_) => "imported",
        Provenance::Supplier(_) => "supplier",
        Provenance::Attested(_) => "attested",
    }
}
