//! What suppliers sent back: documents to keep, corrections to decide. In: the owner's word, a default's. Out: JSON;
//! values that change as if the person had typed them, with where they came from.

use regie_protocol::{
    Content, Correction, Days, FieldPath, Item, Nonce, Observed, Provenance, PublicKey, Signed,
    person::{Correcting, Input, ItemState, Kept, Opening, OwnerError, Record},
    policy::CorrectionRule,
};
use serde_json::{Value, json};

use super::{Node, commands::time, records, tables, value_of};
use crate::{
    command::{Failure, exit, parse},
    driver::Turn,
    store::Read as _,
};

/// Items listed in one answer.
const LISTED: usize = 1_000;

impl Node {
    /// Opens a collection to a supplier.
    pub(super) fn open(&mut self, opening: &Opening, turn: &mut Turn) -> Result<Value, Failure> {
        let id = self.give(Input::Open(opening), turn)?.granted;
        let name = self.name_of(&opening.supplier);
        Ok(json!({ "grant": id, "supplier": name, "collection": opening.collection }))
    }

    /// What is there, newest first; corrections with what they say.
    pub(super) fn inbox(&self) -> Result<Value, Failure> {
        let mut found: Vec<(PublicKey, Nonce, Kept)> = Vec::new();
        for (supplier, relationship) in self.machine.relationships() {
            let here = relationship.items().iter().filter(|(_, kept)| kept.state != ItemState::Deleted);
            found.extend(here.map(|(id, kept)| (*supplier, *id, *kept)));
        }
        found.sort_by_key(|(_, id, kept)| (std::cmp::Reverse(kept.at), *id));
        found.truncate(LISTED);
        let items = found.iter().map(|(supplier, id, kept)| self.item_json(supplier, id, kept));
        items.collect::<Result<Vec<_>, _>>().map(Value::Array)
    }

    /// One item with its content, which for a document is base64.
    pub(super) fn show_item(&self, text: &str) -> Result<Value, Failure> {
        let (supplier, id, kept) = self.find_item(text)?;
        let mut shown = self.item_json(&supplier, &id, &kept)?;
        if let Content::Document(document) = self.content(&supplier, &id)?.content {
            shown["body"] = json!(data_encoding::BASE64.encode(&document.body));
        }
        Ok(shown)
    }

    pub(super) fn delete_item(&mut self, text: &str, turn: &mut Turn) -> Result<Value, Failure> {
        let (supplier, id, _) = self.find_item(text)?;
        self.give(Input::DeleteItem(&supplier, &id), turn)?;
        Ok(json!({ "id": id, "deleted": true }))
    }

    /// The person's word on a correction.
    pub(super) fn decide_item(&mut self, text: &str, accept: bool, turn: &mut Turn) -> Result<Value, Failure> {
        let (supplier, id, kept) = self.find_item(text)?;
        if kept.field.is_none() || kept.state != ItemState::Here {
            return Err(OwnerError::NoItem.into());
        }
        if accept && let Content::Correction(correction) = self.content(&supplier, &id)?.content {
            return self.take_over(&supplier, &id, correction, turn);
        }
        self.give(Input::Corrected(&supplier, &id, false), turn)?;
        Ok(json!({ "id": id, "accepted": false }))
    }

    /// A default takes a correction over, if the field still is what the supplier takes it to be.
    pub(super) fn correct(&mut self, correcting: Correcting, turn: &mut Turn) {
        let Correcting { supplier, id, correction } = correcting;
        let present = value_of(&self.store, &self.values, correction.field).map(|observed| observed.value);
        if present != correction.before {
            return;
        }
        if let Err(failure) = self.take_over(&supplier, &id, correction, turn) {
            tracing::warn!(%failure, "a correction that a default accepts waits for the person");
        }
    }

    fn take_over(
        &mut self,
        supplier: &PublicKey,
        id: &Nonce,
        correction: Correction,
        turn: &mut Turn,
    ) -> Result<Value, Failure> {
        self.give(Input::Corrected(supplier, id, true), turn)?;
        let provenance = Provenance::Supplier(*supplier);
        let observed = Observed { value: correction.after, provenance, observed: self.clock.now().wall };
        let mut answer = self.put_values([(correction.field, observed)].into(), turn)?;
        answer["id"] = json!(id);
        answer["accepted"] = json!(true);
        Ok(answer)
    }

    /// The defaults about corrections; with a rule, that one is put in the place of its namesake.
    pub(super) fn correction_rules(&mut self, rule: Option<Value>, turn: &mut Turn) -> Result<Value, Failure> {
        if let Some(rule) = rule {
            let rule: CorrectionRule = serde_json::from_value(rule).map_err(Failure::usage)?;
            let mut policy = self.machine.policy().clone();
            policy.corrections.retain(|old| old.name != rule.name);
            policy.corrections.push(rule);
            self.give(Input::SetPolicy(policy), turn)?;
        }
        serde_json::to_value(&self.machine.policy().corrections).map_err(Failure::internal)
    }

    /// The agreement with a supplier: what it permits, and the two signed records.
    pub(super) fn agreement(&self, supplier: &PublicKey) -> Result<Value, Failure> {
        let relationship = self.machine.relationship(supplier).ok_or(OwnerError::NoRelationship)?;
        let stored = relationship.stored();
        let terms = stored.agreement.terms();
        Ok(json!({
            "supplier": relationship.profile().name,
            "agreement": stored.agreement,
            "permits": {
                "analytics": terms.analytics,
                "tracking": terms.tracking,
                "profiling": terms.profiling,
                "third_parties": terms.third_parties,
            },
            "owes_portability": terms.portability,
            "checked_by_your_node": ["purpose", "handing on", "retention"],
            "the_suppliers_word": ["tracking", "portability", "what it does with what it has"],
            "records": stored.agreed.as_ref().map(crate::command::agreed),
        }))
    }

    fn item_json(&self, supplier: &PublicKey, id: &Nonce, kept: &Kept) -> Result<Value, Failure> {
        let shown = json!({
            "id": id,
            "supplier": supplier,
            "name": self.name_of(supplier),
            "collection": kept.collection,
            "at": time(kept.at),
            "bytes": kept.bytes,
            "state": kept.state,
        });
        let mut shown = self.who(shown, supplier);
        match self.content(supplier, id)?.content {
            Content::Document(document) => {
                shown["title"] = json!(document.title);
                shown["media_type"] = json!(document.media_type);
            }
            Content::Correction(correction) => {
                let Correction { field, before, after, reason } = correction;
                shown["title"] = json!(reason);
                shown["field"] = json!(field);
                shown["before"] = json!(before);
                shown["after"] = json!(after);
                shown["present"] = json!(self.present(field));
            }
        }
        Ok(shown)
    }

    fn present(&self, field: FieldPath) -> Option<String> {
        value_of(&self.store, &self.values, field).map(|observed| observed.value.as_str().to_owned())
    }

    fn content(&self, supplier: &PublicKey, id: &Nonce) -> Result<Item, Failure> {
        let damaged = || records::damaged(tables::ITEM_CONTENTS.id().name());
        let stored = self.store.get(tables::ITEM_CONTENTS, &(*supplier, *id))?;
        let Some(Record::Content { item, .. }) = stored else {
            return Err(damaged());
        };
        let item: Signed<Item> = item;
        item.verify().map(|item| (*item).clone()).map_err(|_| damaged())
    }

    fn find_item(&self, text: &str) -> Result<(PublicKey, Nonce, Kept), Failure> {
        let wanted = parse::<Nonce>(text).ok();
        let all = self.machine.relationships().flat_map(|(s, r)| r.items().iter().map(move |(id, kept)| (s, id, kept)));
        let fits = |id: &Nonce| {
            let whole = id.to_string();
            wanted
                .map_or_else(|| text.len() >= super::decisions::ID_END && whole.ends_with(text), |wanted| wanted == *id)
        };
        let mut found = all.filter(|(_, id, kept)| kept.state != ItemState::Deleted && fits(id));
        match (found.next(), found.next()) {
            (Some((supplier, id, kept)), None) => Ok((*supplier, *id, *kept)),
            (Some(_), Some(_)) => {
                Err(Failure::new("ambiguous", exit::USAGE, "several items end like that; give more of the id"))
            }
            _ => Err(OwnerError::NoItem.into()),
        }
    }
}

/// How long and how much, where nothing is said.
pub(super) fn opening(
    supplier: PublicKey,
    collection: &str,
    days: u32,
    per_hour: u32,
    items: u32,
) -> Result<Opening, Failure> {
    if per_hour == 0 || items == 0 || days == 0 {
        return Err(Failure::usage("a collection is opened for one day, one item and one item an hour at least"));
    }
    Ok(Opening { supplier, collection: parse(collection)?, duration: Days(days), per_hour, items })
}
