//! Changed details, told to organisations without a companion. In: fields. Out: whom a letter would tell, and letters to all of them.
//!
//! Who had a field by letter is told when it changes. Of the others those that the person can write to are told of the name, address,
//! e-mail and telephone number, and no more; the person's word (`by_letter`) goes before both.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{FieldPath, Nonce, Now, PublicKey, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Node,
    letters::{Addressee, LetterState, LetterWay, Numbers, StoredLetter},
    organisations::{Organisation, OrganisationId},
    tables,
};
use crate::{
    clock::text,
    command::Failure,
    driver::Turn,
    letter::{About, LetterKind},
    locale::Language,
};

/// What an organisation that a person is known to has a use for: the groups of the vocabulary.
const USUAL: [&str; 3] = ["name", "address", "contact"];

/// An organisation that is told by letter.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ToldByLetter {
    /// Which.
    pub organisation: OrganisationId,
    /// By name.
    pub name: String,
    /// The fields of which it would be told.
    pub fields: BTreeSet<FieldPath>,
    /// Why: a letter told it one of them before, the person says so, or it can be written to.
    pub because: TellReason,
    /// How the letter would go; none where no address of it is known.
    pub way: Option<LetterWay>,
    /// The letter that is written already and has not gone.
    pub letter: Option<Nonce>,
}

/// Why an organisation is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TellReason {
    /// A letter told it before.
    ToldBefore,
    /// The person says that it is to be told.
    Marked,
    /// It holds data of the person, and there is an address of it.
    Reachable,
}

impl TellReason {
    /// The key of its words.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::ToldBefore => "tell-because-told-before",
            Self::Marked => "tell-because-marked",
            Self::Reachable => "tell-because-reachable",
        }
    }
}

/// Somebody whom a change concerns and who does not hear of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct NotTold {
    /// By name.
    pub name: String,
    /// The supplier; none for an organisation without a companion.
    pub supplier: Option<PublicKey>,
    /// Why not.
    pub because: NotTellReason,
}

/// Why somebody is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotTellReason {
    /// It had the field, and no grant for it is left.
    Ended,
    /// It may ask for the field, and is not told of changes.
    AsksItself,
    /// The person says that no letter is to tell it.
    SaidSo,
    /// A letter would tell it, and no address of it is known.
    NoAddress,
}

impl NotTellReason {
    /// The key of its words.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Ended => "not-told-ended",
            Self::AsksItself => "not-told-asks-itself",
            Self::SaidSo => "not-told-said-so",
            Self::NoAddress => "not-told-no-address",
        }
    }
}

/// An organisation that a letter told a field.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HadByLetter {
    /// Whom the letter was for.
    pub to: Addressee,
    /// By name.
    pub name: String,
    /// When the last such letter went, RFC 3339.
    pub at: String,
}

/// What letters have told: to whom which fields, and those about changes that have not gone.
pub(super) struct Told {
    had: BTreeMap<OrganisationId, BTreeSet<FieldPath>>,
    open: BTreeMap<OrganisationId, StoredLetter>,
}

impl Told {
    fn of(letters: Vec<StoredLetter>) -> Self {
        let mut told = Self { had: BTreeMap::new(), open: BTreeMap::new() };
        for letter in letters {
            let Addressee::Organisation(id) = letter.to else { continue };
            if letter.sent().is_some() {
                told.had.entry(id).or_default().extend(letter.tells);
            } else if letter.about == About::Changed && letter.state == LetterState::Written {
                told.open.entry(id).or_insert(letter);
            }
        }
        told
    }

    /// Of which of these fields an organisation is told, and why; none where of none.
    fn fields_for(
        &self,
        one: &Organisation,
        fields: &BTreeSet<FieldPath>,
    ) -> Option<(BTreeSet<FieldPath>, TellReason)> {
        // Who has a companion is told by it.
        if one.supplier.is_some() || one.by_letter == Some(false) {
            return None;
        }
        let had = self.had.get(&one.id);
        let knows = |field: &FieldPath| had.is_some_and(|had| had.contains(field));
        let reachable = one.email.is_some() || one.address.is_some();
        let usual: &[&str] = if reachable || one.by_letter == Some(true) { &USUAL } else { &[] };
        let told: BTreeSet<FieldPath> =
            fields.iter().filter(|field| knows(field) || usual.contains(&field.info().group)).copied().collect();
        let because = match one.by_letter {
            Some(true) => TellReason::Marked,
            _ if told.iter().any(knows) => TellReason::ToldBefore,
            _ => TellReason::Reachable,
        };
        Some((told, because)).filter(|(told, _)| !told.is_empty())
    }
}

impl Node {
    /// What letters have told so far, to write several by.
    pub(super) fn told(&self) -> Result<Told, Failure> {
        Ok(Told::of(self.letters()?))
    }

    /// Which organisations a letter would tell of these fields, by name.
    pub(super) fn would_write(&self, fields: &BTreeSet<FieldPath>) -> Result<Vec<ToldByLetter>, Failure> {
        let told = self.told()?;
        let line = |one: Organisation| {
            let (fields, because) = told.fields_for(&one, fields)?;
            let way = LetterWay::to(&one);
            let letter = told.open.get(&one.id).map(|letter| letter.id);
            Some(ToldByLetter { organisation: one.id, name: one.name, fields, because, way, letter })
        };
        Ok(self.organisations()?.into_iter().filter_map(line).collect())
    }

    /// Who has one of these fields or holds data of the person, and is not told of a change.
    pub(super) fn not_told(&self, fields: &BTreeSet<FieldPath>, now: Now) -> Result<Vec<NotTold>, Failure> {
        let told: BTreeSet<PublicKey> =
            fields.iter().flat_map(|field| self.machine.would_be_told(*field, now)).collect();
        let mut not_told = Vec::new();
        for (supplier, relationship) in self.machine.relationships().filter(|(supplier, _)| !told.contains(supplier)) {
            let may_read = relationship.grants().any(|grant| {
                let covers = fields.iter().any(|field| grant.scope().fields.iter().any(|one| one.covers(*field)));
                covers && grant.live_to_tell(&self.machine, now).is_ok()
            });
            let because = match may_read {
                true => NotTellReason::AsksItself,
                false if relationship.knows().keys().any(|field| fields.contains(field)) => NotTellReason::Ended,
                false => continue,
            };
            not_told.push(NotTold { name: self.name_of(supplier), supplier: Some(*supplier), because });
        }
        let usual = fields.iter().any(|field| USUAL.contains(&field.info().group));
        for one in self.organisations()?.into_iter().filter(|one| usual && one.supplier.is_none()) {
            let because = match one.by_letter {
                Some(false) => NotTellReason::SaidSo,
                _ if LetterWay::to(&one).is_none() => NotTellReason::NoAddress,
                _ => continue,
            };
            not_told.push(NotTold { name: one.name, supplier: None, because });
        }
        Ok(not_told)
    }

    /// Writes a letter about these fields. One about other changes that has not gone goes into it, so that nobody gets two.
    pub(super) fn write_change(
        &mut self,
        one: &Organisation,
        fields: &BTreeSet<FieldPath>,
        language: Option<Language>,
        (told, numbers): (&Told, &Numbers),
        turn: &mut Turn,
    ) -> Result<StoredLetter, Failure> {
        let mut fields = fields.clone();
        let open = told.open.get(&one.id);
        if let Some(open) = open {
            // What holds no value any more is no news.
            fields.extend(open.changes.iter().filter(|field| self.held(**field).is_some()));
        }
        let kind = LetterKind::Changed { changes: self.changes_of(&fields)? };
        let draft = self.draft_to(one, None, language, numbers)?;
        let letter = self.write(draft, kind, turn)?;
        if let Some(open) = open {
            turn.batch.erase(tables::LETTERS, &open.id.0);
        }
        Ok(letter)
    }

    /// Who had a field by letter, the last first.
    pub(super) fn had_by_letter(&self, field: FieldPath) -> Result<Vec<HadByLetter>, Failure> {
        let mut had: BTreeMap<Addressee, (Timestamp, String)> = BTreeMap::new();
        for letter in self.letters()? {
            if let Some((at, _)) = letter.sent().filter(|_| letter.tells.contains(&field)) {
                let name = letter.name().to_owned();
                let known = had.entry(letter.to).or_insert((at, name));
                known.0 = known.0.max(at);
            }
        }
        let mut had: Vec<_> = had.into_iter().collect();
        had.sort_by_key(|(_, (at, _))| std::cmp::Reverse(*at));
        let shown = |(to, (at, name)): (Addressee, (Timestamp, String))| HadByLetter { to, name, at: text(at) };
        Ok(had.into_iter().take(super::fields::NAMED).map(shown).collect())
    }
}
