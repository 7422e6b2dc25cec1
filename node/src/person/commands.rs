//! The owner's commands, each given to its room. In: a `Command`. Out: JSON for the command line and the
//! dashboard, or a `Failure`.

use regie_protocol::{
    Agreement, Days, Policy, PublicKey, Timestamp, limits,
    person::{Input, NewGrant, OwnerError},
};
use serde_json::{Value, json};

use super::{Node, records, verify};
use crate::{
    command::{self, Change, Command, Failure, parse},
    driver::Turn,
    store::Read as _,
};

/// Entries shown by `regie audit`.
const NEWEST: usize = 100;

/// Does a command read the store, so that what this turn has changed must be on disk first?
pub(super) fn reads_store(command: &Command) -> bool {
    !matches!(command, Command::Requests | Command::Grants | Command::Allow { .. })
}

impl Node {
    pub(super) fn command(&mut self, command: Command, turn: &mut Turn) -> Result<Value, Failure> {
        match command {
            Command::Overview => self.overview(),
            Command::Suppliers { query, sector, field, purpose, newest_first, offset, limit } => {
                let filter = super::overview::Filter {
                    query: query.to_lowercase(),
                    sector,
                    field: field.map(|text| parse(&text)).transpose()?,
                    purpose: purpose.map(|text| parse(&text)).transpose()?,
                };
                Ok(self.suppliers(&filter, newest_first, offset, limit))
            }
            Command::Supplier { supplier } => self.supplier(&self.find_supplier(&supplier)?),
            Command::Fields => Ok(self.fields()),
            Command::Field { field } => self.field(parse(&field)?),
            Command::Set { values, source } => self.set(&values, source, turn),
            Command::Unset { field } => self.unset(parse(&field)?, turn),
            Command::WouldTell { fields } => {
                let fields = fields.iter().take(limits::FIELDS).map(|text| parse(text)).collect::<Result<_, _>>()?;
                Ok(self.would_tell(&fields))
            }
            Command::Deliveries => Ok(self.deliveries()),
            Command::Requests => Ok(self.requests()),
            Command::Allow { id } => self.answer(&id, true, turn),
            Command::Refuse { id } => self.answer(&id, false, turn),
            Command::Decide { ids, allow, remember } => self.decide(&ids, allow, remember, turn),
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
            Command::RevokeAll { supplier, erase } => {
                let supplier = self.find_supplier(&supplier)?;
                self.revoke_all(&supplier, erase, turn)
            }
            Command::AtOnce { supplier, at_once } => {
                let supplier = self.find_supplier(&supplier)?;
                self.give(Input::SetAtOnce(&supplier, at_once), turn)?;
                self.tend_links();
                Ok(self.relationship_json(&supplier))
            }
            Command::RenewKey { supplier } => {
                let supplier = self.find_supplier(&supplier)?;
                self.give(Input::RenewKey(&supplier), turn)?;
                let mut shown = self.relationship_json(&supplier);
                shown["next"] = "the other key holds as soon as the supplier knows it: see `regie status`".into();
                Ok(shown)
            }
            Command::Pause { supplier, paused } => {
                let supplier = self.find_supplier(&supplier)?;
                self.pause(&supplier, paused, turn)
            }
            Command::Policy { preset } => self.policy(preset, turn),
            Command::Rules => self.rules(),
            Command::SetRule { rule, replaces } => self.change_rules(&Change::Set { rule, replaces }, turn),
            Command::RemoveRule { name } => self.change_rules(&Change::Remove { name }, turn),
            Command::DryRun { change } => self.dry_run(&change),
            Command::Audit => self.audit(),
            Command::AuditPage { supplier, kind, before, limit } => {
                let supplier = supplier.map(|text| self.find_supplier(&text)).transpose()?;
                self.audit_page(supplier, kind.as_deref(), before, limit)
            }
            Command::Proof { supplier, index } => self.proof(self.find_supplier(&supplier)?, index),
            Command::ConsentReceipts { supplier } => {
                let supplier = supplier.map(|text| self.find_supplier(&text)).transpose()?;
                Ok(self.consent_receipts(supplier.as_ref()))
            }
            Command::Open { supplier, collection, days, per_hour, items } => {
                let supplier = self.find_supplier(&supplier)?;
                self.open(&super::items::opening(supplier, &collection, days, per_hour, items)?, turn)
            }
            Command::Inbox => self.inbox(),
            Command::Item { id } => self.show_item(&id),
            Command::DeleteItem { id } => self.delete_item(&id, turn),
            Command::DecideItem { id, accept } => self.decide_item(&id, accept, turn),
            Command::Corrections { rule } => self.correction_rules(rule, turn),
            Command::Agreement { supplier } => self.agreement(&self.find_supplier(&supplier)?),
            Command::Cast { board, category, wish, details, budget, days, per_supplier, keep, by } => {
                let words =
                    super::intents::Words { board, category, wish, details, budget, days, per_supplier, keep, by };
                self.cast(words, turn)
            }
            Command::Segments => Ok(self.segments(turn)),
            Command::Belong { segment, word } => self.belong(&segment, &word, turn),
            Command::SegmentRules { rule } => self.segment_rules(rule, turn),
            Command::Intents => Ok(self.intents(turn)),
            Command::Offers { intent } => self.offers(intent.as_deref(), turn),
            Command::Withdraw { intent } => self.withdraw(&intent, turn),
            Command::PassOver { offer } => self.pass_over(&offer, turn),
            #[cfg(feature = "vc")]
            Command::CredentialKey => self.credential_key(turn),
            #[cfg(feature = "vc")]
            Command::AddCredential { text, issuer_key } => self.add_credential(&text, &issuer_key, turn),
            #[cfg(feature = "vc")]
            Command::Credentials => self.credentials(),
            #[cfg(feature = "vc")]
            Command::RemoveCredential { id } => self.remove_credential(&id, turn),
            #[cfg(not(feature = "vc"))]
            Command::CredentialKey
            | Command::AddCredential { .. }
            | Command::Credentials
            | Command::RemoveCredential { .. } => Err(command::without_credentials()),
            Command::Export => self.export(),
            Command::Proffer { agreement } => self.proffered(agreement, turn),
            Command::Backup => Ok(json!({ "rows": crate::backup::rows(&*self.store)? })),
            Command::Vouch { supplier, vouched } => {
                let supplier = self.find_supplier(&supplier)?;
                self.vouch(&supplier, vouched, turn)
            }
            Command::Look { .. } | Command::Pair { .. } | Command::TakeUp { .. } => {
                Err(Failure::internal("handled elsewhere"))
            }
        }
    }

    pub(super) fn relationship_json(&self, supplier: &PublicKey) -> Value {
        self.known_supplier(supplier).ok().and_then(|known| serde_json::to_value(known).ok()).unwrap_or_default()
    }

    fn audit(&self) -> Result<Value, Failure> {
        let checked = verify::all(&self.machine, &self.store)?;
        Ok(json!({
            "verified": true,
            "entries": checked.entries,
            "root": checked.root,
            "relationships": checked.relationships,
            "erasure_receipts": self.store.count(super::tables::RECEIPTS)?,
            "newest": self.newest(NEWEST)?,
        }))
    }

    fn policy(&mut self, preset: Option<String>, turn: &mut Turn) -> Result<Value, Failure> {
        if let Some(name) = preset {
            self.change_rules(&Change::Preset { name }, turn)?;
        }
        serde_json::to_value(self.machine.policy()).map_err(Failure::internal)
    }

    fn proffered(&mut self, agreement: Option<String>, turn: &mut Turn) -> Result<Value, Failure> {
        let agreement = match agreement {
            Some(text) => {
                let agreement: Agreement = parse(&text)?;
                records::put_proffer(turn, agreement);
                agreement
            }
            None => records::proffer(&self.store)?.unwrap_or(Agreement::SdBase),
        };
        Ok(json!({ "agreement": agreement }))
    }

    pub(super) fn name_of(&self, supplier: &PublicKey) -> String {
        self.machine.relationship(supplier).map_or_else(|| supplier.to_string(), |r| r.profile().name.clone())
    }

    pub(super) fn is_up(&self, supplier: &PublicKey) -> bool {
        self.links.get(supplier).is_some_and(|link| link.up)
    }

    /// Did the last attempt to reach it fail?
    pub(super) fn is_unreachable(&self, supplier: &PublicKey) -> bool {
        self.links.get(supplier).is_some_and(|link| link.trouble.is_some())
    }

    /// A supplier by key, or by a name that only one has.
    pub(super) fn find_supplier(&self, text: &str) -> Result<PublicKey, Failure> {
        if let Ok(key) = text.parse::<PublicKey>() {
            return self.machine.known_as(&key).ok_or_else(|| OwnerError::NoRelationship.into());
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

/// A preset by name.
pub(super) fn preset(name: &str) -> Result<Policy, Failure> {
    Policy::preset(name)
        .ok_or_else(|| Failure::usage("the presets are careful, balanced and open; nothing was changed"))
}

pub(super) fn time(at: Timestamp) -> String {
    crate::clock::text(at)
}
