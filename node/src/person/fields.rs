//! The person's own data: what is held, since when, from where. In: fields and values. Out: changed rows in this turn's
//! commit, and what suppliers are to be told; earlier values.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{Country, FieldPath, Now, Observed, Provenance, PublicKey, Value, person::Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, tables, value_of};
use crate::{
    clock::text,
    command::{Failure, Misfit, values},
    driver::Turn,
    store::{Nth, Read as _},
};

/// Earlier values kept of one field.
const HISTORY: u64 = 50;
/// Suppliers named in one answer.
pub(super) const NAMED: usize = 200;

/// What a change of the person's data did.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// The fields that hold something else than before.
    pub changed: Vec<FieldPath>,
    /// The suppliers that are told, by name; the first 200.
    pub told: Vec<String>,
    /// How many suppliers are told.
    pub told_count: usize,
    /// How many organisations without a companion would be told by letter (`regie tell`).
    pub by_letter: usize,
    /// How many have one of the fields, or hold data of the person, and are told by neither.
    pub not_told: usize,
}

/// A value that was not taken.
pub(super) struct UnfitValue {
    pub(super) field: FieldPath,
    pub(super) text: Option<String>,
    pub(super) why: Misfit,
}

/// A value that a field held before.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct EarlierValue {
    /// Its number, by which it is put back.
    pub number: u64,
    /// It.
    pub value: Value,
    /// Where it came from, in English.
    pub provenance: String,
    /// The same in one word.
    pub provenance_kind: ProvenanceKind,
    /// Since when it held, RFC 3339.
    pub observed: String,
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProvenanceKind {
    /// The person typed it.
    Typed,
    /// It was read from a file.
    Imported,
    /// A supplier's correction was taken over.
    Supplier,
    /// An issuer vouches for it.
    Attested,
}

impl ProvenanceKind {
    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Typed => "typed",
            Self::Imported => "imported",
            Self::Supplier => "supplier",
            Self::Attested => "attested",
        }
    }
}

impl From<&Provenance> for ProvenanceKind {
    fn from(provenance: &Provenance) -> Self {
        match provenance {
            Provenance::Typed => Self::Typed,
            Provenance::Imported(_) => Self::Imported,
            Provenance::Supplier(_) => Self::Supplier,
            Provenance::Attested(_) => Self::Attested,
        }
    }
}

impl Node {
    /// The value of a field as it is now.
    pub(super) fn held(&self, field: FieldPath) -> Option<Observed> {
        value_of(&self.store, &self.values, field)
    }

    /// What a field held before, newest first.
    pub(super) fn history(&self, field: FieldPath) -> Result<Vec<EarlierValue>, Failure> {
        let rows = self.store.group(tables::FIELD_HISTORY, &field)?;
        let show = |(Nth(_, number), observed): (Nth<FieldPath>, Observed)| EarlierValue {
            number,
            provenance: crate::sentences::provenance(&observed.provenance),
            provenance_kind: (&observed.provenance).into(),
            observed: text(observed.observed),
            value: observed.value,
        };
        Ok(rows.into_iter().rev().map(show).collect())
    }

    /// The country by whose customs a field is written: of the address that it belongs to, else the person's own; of
    /// what is set in the same step before what is held.
    fn home_of(&self, field: FieldPath, typed: &BTreeMap<FieldPath, Value>) -> Option<Country> {
        let own = field.info().path.rsplit_once('.').map(|(of, _)| format!("{of}.country"));
        let fields = own.into_iter().chain(["address.country".to_owned()]);
        let named = |of: String| {
            let of: FieldPath = of.parse().ok()?;
            let text = typed.get(&of).cloned().or_else(|| self.held(of).map(|held| held.value))?;
            values::country(text.as_str())
        };
        fields.filter_map(named).next()
    }

    /// What a person typed or a file has, each in the form of its field. What is typed is taken whole or not at all.
    pub(super) fn read(
        &self,
        values: Vec<(FieldPath, Value)>,
        from_file: bool,
    ) -> Result<(BTreeMap<FieldPath, Value>, Vec<UnfitValue>), Failure> {
        let typed: BTreeMap<FieldPath, Value> = values.into_iter().collect();
        let (mut read, mut unfit) = (BTreeMap::new(), Vec::new());
        for (field, value) in &typed {
            match values::typed(*field, value.as_str(), self.home_of(*field, &typed)) {
                Ok(value) => drop(read.insert(*field, value)),
                Err(why) if from_file => {
                    unfit.push(UnfitValue { field: *field, text: Some(value.as_str().to_owned()), why });
                }
                Err(why) => return Err(why.failure(value.as_str())),
            }
        }
        Ok((read, unfit))
    }

    /// Why a value that is held does not fit its field; none where it does.
    pub(super) fn misfit(&self, field: FieldPath, value: &Value) -> Option<Misfit> {
        values::typed(field, value.as_str(), self.home_of(field, &BTreeMap::new())).err()
    }

    /// Sets values, keeps the earlier ones, tells whom it concerns.
    pub(super) fn put_values(
        &mut self,
        changes: BTreeMap<FieldPath, Observed>,
        turn: &mut Turn,
    ) -> Result<Changed, Failure> {
        self.change_values(changes, &[], turn)
    }

    /// The same, and empties fields, all as one change: whoever may know several of them is told in one message.
    pub(super) fn change_values(
        &mut self,
        mut changes: BTreeMap<FieldPath, Observed>,
        emptied: &[FieldPath],
        turn: &mut Turn,
    ) -> Result<Changed, Failure> {
        self.speaks()?;
        let now = self.clock.now();
        changes.retain(|field, new| {
            self.held(*field).is_none_or(|old| {
                let attested = |observed: &Observed| matches!(observed.provenance, Provenance::Attested(_));
                old.value != new.value || attested(&old) != attested(new)
            })
        });
        for (field, observed) in &changes {
            self.keep_earlier(*field, turn)?;
            turn.batch.put(tables::FIELDS, field, observed);
            self.values.insert(*field, Some(observed.clone()));
        }
        let mut changed: BTreeMap<FieldPath, bool> = changes.keys().map(|field| (*field, true)).collect();
        for field in emptied {
            if !changed.contains_key(field) && self.held(*field).is_some() {
                self.keep_earlier(*field, turn)?;
                turn.batch.erase(tables::FIELDS, field);
                self.values.insert(*field, None);
                changed.insert(*field, false);
            }
        }
        self.tell(&changed, now, turn)
    }

    /// Fields changed, or were removed where false stands: whom it concerns is told.
    pub(super) fn tell(
        &mut self,
        changed: &BTreeMap<FieldPath, bool>,
        now: Now,
        turn: &mut Turn,
    ) -> Result<Changed, Failure> {
        let told: BTreeSet<PublicKey> =
            changed.keys().flat_map(|field| self.machine.would_be_told(*field, now)).collect();
        self.give(Input::FieldChanged(changed), turn)?;
        self.unreadable.retain(|field| !changed.contains_key(field));
        let names = told.iter().take(NAMED).map(|supplier| self.name_of(supplier)).collect();
        // What holds no value any more is no news for a letter.
        let news = changed.iter().filter(|(_, present)| **present).map(|(field, _)| *field).collect();
        let by_letter = self.would_write(&news)?.len();
        let not_told = self.not_told(&changed.keys().copied().collect(), now)?.len();
        Ok(Changed {
            changed: changed.keys().copied().collect(),
            told: names,
            told_count: told.len(),
            by_letter,
            not_told,
        })
    }

    fn keep_earlier(&self, field: FieldPath, turn: &mut Turn) -> Result<(), Failure> {
        let Some(earlier) = self.held(field) else { return Ok(()) };
        let number = self.store.last_number(tables::FIELD_HISTORY, &field)?.map_or(0, |last| last + 1);
        turn.batch.put(tables::FIELD_HISTORY, &Nth(field, number), &earlier);
        if let Some(old) = number.checked_sub(HISTORY) {
            turn.batch.erase(tables::FIELD_HISTORY, &Nth(field, old));
        }
        Ok(())
    }
}
