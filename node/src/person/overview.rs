//! What the dashboard's first pages show: what waits, what happened, who knows what, and the suppliers. In:
//! filters. Out: JSON of bounded size, from memory; only the page of one supplier reads the store.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Access, FieldPath, Nonce, Now, PublicKey, Purpose, Timestamp, Wish,
    person::{Record, Relationship, Waiting},
};
use serde_json::{Value, json};

use super::{Node, commands::time, decisions::waiting_json, records, tables};
use crate::{clock, command::Failure, store::Read as _};

/// Groups of waiting requests shown at once; ids in one group; suppliers named in one group.
const GROUPS: (usize, usize, usize) = (50, 64, 5);
/// Suppliers in the picture of flows.
const FLOWS: usize = 20;
/// Suppliers on one page, at most.
const PAGE: usize = 100;
/// Sectors offered to filter by.
const SECTORS: usize = 200;
/// Entries, receipts and grants on the page of one supplier.
const DETAIL: (usize, usize, usize) = (50, 50, 256);

/// Which suppliers are wanted.
pub(super) struct Filter {
    pub(super) query: String,
    pub(super) sector: Option<String>,
    pub(super) field: Option<FieldPath>,
    pub(super) purpose: Option<Purpose>,
}

/// What makes waiting requests one decision: the same sector asks the same fields in the same way.
type Kind = (String, Purpose, Access, BTreeSet<String>, u8);

impl Node {
    pub(super) fn overview(&self) -> Result<Value, Failure> {
        let (from, month) = self.activity.month(clock::wall());
        let mut month = serde_json::to_value(month).map_err(Failure::internal)?;
        month["from"] = json!(time(from));
        let relationships = || self.machine.relationships();
        Ok(json!({
            "name": records::name(&self.store)?,
            "suppliers": relationships().count(),
            "connected": self.links.values().filter(|link| link.up).count(),
            "fields": self.store.count(tables::FIELDS)?,
            "audit_entries": self.machine.personal_log().size(),
            "requests_waiting": relationships().map(|(_, r)| r.waiting().count()).sum::<usize>(),
            "undelivered": relationships().map(|(_, r)| r.undelivered()).sum::<usize>(),
            "groups": self.groups(),
            "clock": self.clock_report(),
            "month": month,
            "knows": self.who_knows(),
            "flows": self.flows(),
        }))
    }

    fn groups(&self) -> Vec<Value> {
        let mut kinds: BTreeMap<Kind, Vec<(&PublicKey, &Relationship, &Waiting)>> = BTreeMap::new();
        for (supplier, relationship) in self.machine.relationships() {
            for waiting in relationship.waiting() {
                let fields = waiting.fields.keys().map(ToString::to_string).collect();
                let sector = relationship.profile().sector.clone();
                let kind = (sector, waiting.purpose, waiting.access, fields, waiting.delegations);
                kinds.entry(kind).or_default().push((supplier, relationship, waiting));
            }
        }
        let mut kinds: Vec<_> = kinds.into_iter().collect();
        kinds.sort_by_key(|(_, list)| std::cmp::Reverse(list.len()));
        kinds.iter().take(GROUPS.0).filter_map(|(kind, list)| self.group_json(kind, list)).collect()
    }

    fn group_json(&self, kind: &Kind, list: &[(&PublicKey, &Relationship, &Waiting)]) -> Option<Value> {
        let (sector, purpose, access, fields, delegations) = kind;
        let (_, relationship, first) = list.first()?;
        let ids: Vec<Nonce> = list.iter().take(GROUPS.1).map(|(_, _, waiting)| waiting.id).collect();
        let suppliers = list
            .iter()
            .take(GROUPS.2)
            .map(|(key, r, _)| self.who(json!({ "supplier": key, "name": r.profile().name }), key));
        Some(json!({
            "ids": ids,
            "count": list.len(),
            "sector": sector,
            "purpose": purpose,
            "access": access,
            "fields": fields,
            "rule": first.fields.values().next(),
            "suppliers": suppliers.collect::<Vec<_>>(),
            "reason": first.reason,
            "grant_days": list.iter().map(|(_, _, waiting)| waiting.duration).max(),
            "kept_days": list.iter().map(|(_, _, waiting)| waiting.retention).max(),
            "delegations": delegations,
            "agreement": relationship.stored().agreement,
            "oldest": time(list.iter().map(|(_, _, waiting)| waiting.at).min()?),
        }))
    }

    fn who_knows(&self) -> Vec<Value> {
        let mut groups: BTreeMap<&str, (BTreeSet<&PublicKey>, BTreeMap<FieldPath, u64>)> = BTreeMap::new();
        for (supplier, relationship) in self.machine.relationships() {
            for field in relationship.knows().keys() {
                let (suppliers, fields) = groups.entry(field.info().group).or_default();
                suppliers.insert(supplier);
                *fields.entry(*field).or_default() += 1;
            }
        }
        let show = |(group, (suppliers, fields)): (&str, (BTreeSet<&PublicKey>, BTreeMap<FieldPath, u64>))| {
            let fields: Vec<Value> =
                fields.into_iter().map(|(field, count)| json!({ "field": field, "suppliers": count })).collect();
            json!({ "group": group, "suppliers": suppliers.len(), "fields": fields })
        };
        groups.into_iter().map(show).collect()
    }

    fn flows(&self) -> Vec<Value> {
        let mut all: Vec<_> = self.machine.relationships().filter(|(_, r)| !r.knows().is_empty()).collect();
        all.sort_by_key(|(_, r)| (std::cmp::Reverse(r.knows().len()), r.profile().name.clone()));
        let show = |(supplier, relationship): &(&PublicKey, &Relationship)| {
            let mut groups: BTreeMap<&str, u64> = BTreeMap::new();
            for field in relationship.knows().keys() {
                *groups.entry(field.info().group).or_default() += 1;
            }
            self.who(json!({ "supplier": supplier, "name": relationship.profile().name, "groups": groups }), supplier)
        };
        all.iter().take(FLOWS).map(show).collect()
    }

    pub(super) fn suppliers(&self, filter: &Filter, newest_first: bool, offset: usize, limit: usize) -> Value {
        let now = self.clock.look();
        let mut found: Vec<_> = self.machine.relationships().filter(|(_, r)| self.matches(filter, r, now)).collect();
        match newest_first {
            true => found.sort_by_key(|(_, r)| std::cmp::Reverse(r.last())),
            false => found.sort_by_cached_key(|(_, r)| r.profile().name.to_lowercase()),
        }
        let sectors: BTreeSet<&str> = self.machine.relationships().map(|(_, r)| r.profile().sector.as_str()).collect();
        let items = found.iter().skip(offset).take(limit.min(PAGE)).map(|(key, r)| self.supplier_json(key, r));
        json!({
            "total": self.machine.relationships().count(),
            "matching": found.len(),
            "offset": offset,
            "sectors": sectors.into_iter().take(SECTORS).collect::<Vec<_>>(),
            "items": items.collect::<Vec<_>>(),
        })
    }

    pub(super) fn supplier(&self, supplier: &PublicKey) -> Result<Value, Failure> {
        let Some(relationship) = self.machine.relationship(supplier) else { return Ok(Value::Null) };
        let mut answer = self.supplier_json(supplier, relationship);
        let profile = relationship.profile();
        let terms = relationship.stored().agreement.terms();
        let wishes = profile.wishes.iter().map(wish_json);
        let grants = relationship.grants().take(DETAIL.2).map(|grant| {
            let mut shown = self.grant_json(&profile.name, grant);
            shown["live"] = json!(shown["state"] == json!("live"));
            shown
        });
        let knows = relationship.knows().iter().map(|(field, known)| {
            let ended = regie_protocol::GrantState::revoked(&self.machine, &known.grant);
            json!({ "field": field, "at": time(known.at), "grant": known.grant, "current": !ended })
        });
        let more = json!({
            "contact": profile.contact,
            "known_to_it_as": relationship.key().public(),
            "since": time(relationship.stored().since),
            "addresses": profile.addresses,
            "wishes": wishes.collect::<Vec<_>>(),
            "terms": {
                "analytics": terms.analytics,
                "tracking": terms.tracking,
                "profiling": terms.profiling,
                "third_parties": terms.third_parties,
                "portability": terms.portability,
            },
            "grants": grants.collect::<Vec<_>>(),
            "handed_on": self.mandates(Some(supplier)),
            "introduced_by": relationship.stored().introduced_by.map(|from| self.name_of(&from)),
            "knows": knows.collect::<Vec<_>>(),
            "waiting": relationship.waiting().map(|w| waiting_json(supplier, relationship, w)).collect::<Vec<_>>(),
            "history": self.audit_page(Some(*supplier), None, None, DETAIL.0)?["items"],
            "receipts": self.receipts(supplier)?,
            "log_entries": relationship.log().size(),
        });
        if let (Value::Object(answer), Value::Object(more)) = (&mut answer, more) {
            answer.extend(more);
        }
        Ok(answer)
    }

    fn supplier_json(&self, key: &PublicKey, relationship: &Relationship) -> Value {
        let profile = relationship.profile();
        let now = self.clock.look();
        let groups: BTreeSet<&str> = relationship.knows().keys().map(|field| field.info().group).collect();
        let shown = json!({
            "supplier": key,
            "name": profile.name,
            "sector": profile.sector,
            "domain": profile.domain,
            "agreement": relationship.stored().agreement,
            "connected": self.is_up(key),
            "unreachable": self.is_unreachable(key),
            "paused": relationship.stored().paused,
            "live_grants": relationship.grants().filter(|g| g.live(&self.machine, now).is_ok()).count(),
            "requests_waiting": relationship.waiting().count(),
            "undelivered": relationship.undelivered(),
            "last_contact": time(relationship.last()),
            "groups": groups,
        });
        self.who(shown, key)
    }

    fn matches(&self, filter: &Filter, relationship: &Relationship, now: Now) -> bool {
        let profile = relationship.profile();
        let text = [&profile.name, &profile.sector, &profile.domain];
        let live = || relationship.grants().filter(|grant| grant.live(&self.machine, now).is_ok());
        let covers = |field: &FieldPath| live().any(|grant| grant.scope().fields.iter().any(|own| own.covers(*field)));
        (filter.query.is_empty() || text.iter().any(|text| text.to_lowercase().contains(&filter.query)))
            && filter.sector.as_ref().is_none_or(|sector| *sector == profile.sector)
            && filter.field.as_ref().is_none_or(|field| relationship.knows().contains_key(field) || covers(field))
            && filter.purpose.is_none_or(|purpose| live().any(|grant| grant.scope().purposes.contains(&purpose)))
    }

    fn receipts(&self, supplier: &PublicKey) -> Result<Vec<Value>, Failure> {
        let mut found = Vec::new();
        for (_, record) in self.store.group(tables::RECEIPTS, supplier)? {
            if let Record::Receipt { receipt, .. } = record
                && let Ok(receipt) = receipt.verify()
            {
                found.push((receipt.at, receipt));
            }
        }
        found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let show = |(at, receipt): (Timestamp, regie_protocol::Verified<_>)| {
            let receipt: regie_protocol::Verified<regie_protocol::ErasureReceipt> = receipt;
            json!({ "receipt": receipt.id(), "grant": receipt.grant, "fields": receipt.fields, "at": time(at) })
        };
        Ok(found.into_iter().take(DETAIL.1).map(show).collect())
    }
}

/// What a supplier would like to know, and why.
pub(super) fn wish_json(wish: &Wish) -> Value {
    json!({
        "fields": wish.fields,
        "purpose": wish.purpose,
        "plain_purpose": crate::sentences::purpose(wish.purpose),
        "reason": wish.reason,
        "kept_days": wish.retention,
    })
}
