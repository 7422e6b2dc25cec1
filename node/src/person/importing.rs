//! A contact of a file beside what is held: what would change, who would be told, what is left out; and the same kept,
//! where it is still so. In: a card, which of its alternatives count. Out: a preview with its digest; a change.
//!
//! A preview is bound by its digest to what it showed: the values before and after, and everybody who would be told. What
//! differs by then from what the person saw is not kept.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use regie_protocol::{FieldPath, Observed, Provenance, PublicKey, Selector, Value, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    Node,
    fields::{Changed, NAMED},
    own_fields::OWN_FIELDS,
    tell::{NotTold, ToldByLetter},
    verbs::{ToldOf, WouldBeTold},
};
use crate::{
    command::{Failure, Misfit, exit},
    driver::Turn,
    import::{ALTERNATIVES, Alternative, Alternatives, Card, FileFormat, LEFT_OUT, LeftOutPart, Sphere, WhyLeftOut},
    locale::Language,
};

/// Which of a card's alternatives count, by their numbers from 1 on, where it is not the first.
pub type Chosen = BTreeMap<Selector, usize>;

/// What keeping a contact would do.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ImportPreview {
    /// The digest of this preview, in hex: what is kept by it is what it showed.
    pub preview: String,
    /// Whom the contact is about, as the file says.
    pub name: String,
    /// The kind of file.
    pub format: FileFormat,
    /// What would change.
    pub changes: Vec<ImportChange>,
    /// How many of its fields hold the same already.
    pub same: usize,
    /// Where the contact has several values for one thing: which counts, and which there are.
    pub choices: Vec<ImportChoice>,
    /// What has no field and would be kept among the person's own fields and notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<ImportOwn>,
    /// What is not taken; the first 100.
    pub left_out: Vec<NotTaken>,
    /// How many things are not taken.
    pub left_out_count: usize,
    /// Who would be told if all of it were kept.
    pub told: WouldBeTold,
}

/// Fields that change together: all of it is kept, or none.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ImportChange {
    /// What they are, a field or a group.
    pub of: Selector,
    /// Each of them.
    pub fields: Vec<FieldChange>,
}

/// One field that changes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    /// Which.
    pub field: FieldPath,
    /// What it would hold; none where it would hold nothing, since the address or name has no such part.
    pub new: Option<Value>,
    /// What it holds.
    pub now: Option<Value>,
}

/// A thing of which a contact has several values.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ImportChoice {
    /// What.
    pub of: Selector,
    /// The number of the one that counts, from 1 on.
    pub chosen: usize,
    /// Each in one line.
    pub all: Vec<ImportAlternative>,
}

/// One of several values.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ImportAlternative {
    /// Its number, from 1 on.
    pub number: usize,
    /// What stands in the file, its parts with commas between.
    pub value: String,
    /// Where it belongs, as the file says.
    pub sphere: Sphere,
    /// Where it goes, since another one counts: an address at work, a second telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_to: Option<Selector>,
}

/// A value that no field is for, kept as one of the person's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ImportOwn {
    /// Under which name: what it is, and what the file calls it.
    pub name: String,
    /// What stands there.
    pub text: Value,
}

/// Something that is not taken.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct NotTaken {
    /// What the file calls it, or the field it was for.
    pub what: String,
    /// What stands there, where that can be shown.
    pub value: Option<String>,
    /// WhyLeftOut not, in English.
    pub why: Misfit,
}

impl From<LeftOutPart> for NotTaken {
    fn from(LeftOutPart { what, value, why }: LeftOutPart) -> Self {
        Self { what, value, why: Misfit::of(&why) }
    }
}

impl Node {
    /// What keeping this contact would do.
    pub(super) fn preview_import(
        &self,
        card: &Card,
        chosen: &Chosen,
        language: Language,
    ) -> Result<ImportPreview, Failure> {
        let taken = Taken::of(card, chosen, language)?;
        let mut left_out: Vec<NotTaken> = card.left_out.iter().cloned().map(NotTaken::from).collect();
        left_out.extend(taken.others.into_iter().map(NotTaken::from));
        let (read, unfit) = self.read(taken.values, true)?;
        left_out.extend(unfit.into_iter().map(|one| {
            let LeftOutPart { what, value, .. } =
                LeftOutPart::new(&one.field.to_string(), one.text.as_deref(), WhyLeftOut::NoField);
            NotTaken { what, value, why: one.why }
        }));
        let (mut changes, mut same) = (Vec::new(), 0);
        for of in taken.order {
            let own = read.iter().filter(|(field, _)| of.covers(**field)).map(|(field, value)| (*field, value.clone()));
            let all = self.beside(of, own.collect());
            match all {
                Beside::Change(change, unchanged) => {
                    same += unchanged;
                    changes.extend((!change.fields.is_empty()).then_some(change));
                }
                Beside::PartOf(values) => left_out.extend(values.into_iter().map(|(field, value)| {
                    LeftOutPart::new(&field.to_string(), Some(value.as_str()), WhyLeftOut::PartOfAddress).into()
                })),
            }
        }
        let told = self.would_be_told(&changes)?;
        let (own, known) = self.beside_own(taken.own, &mut left_out)?;
        same += known;
        let left_out_count = left_out.len() + card.more_left_out;
        left_out.truncate(LEFT_OUT);
        let (name, format, choices) = (card.name().to_owned(), card.format, taken.choices);
        let mut preview = ImportPreview {
            preview: String::new(),
            name,
            format,
            changes,
            same,
            choices,
            own,
            left_out,
            left_out_count,
            told,
        };
        preview.preview = self.digest_of(&preview)?;
        Ok(preview)
    }

    /// Keeps what a preview showed, or of it what was chosen.
    pub(super) fn keep_import(
        &mut self,
        card: &Card,
        chosen: &Chosen,
        (take, take_own): (Option<&BTreeSet<Selector>>, Option<&BTreeSet<String>>),
        (preview, language): (&str, Language),
        turn: &mut Turn,
    ) -> Result<Changed, Failure> {
        let now = self.preview_import(card, chosen, language)?;
        if now.preview != preview {
            let next = "look at it once more, and confirm that";
            return Err(Failure::new("preview_over", exit::REFUSED, format!("that is not what you looked at; {next}")));
        }
        let observed = self.clock.now().wall;
        let provenance = Provenance::Imported(card.format.code().to_owned());
        let (mut values, mut emptied) = (BTreeMap::new(), Vec::new());
        let kept = now.changes.into_iter().filter(|change| take.is_none_or(|take| take.contains(&change.of)));
        for FieldChange { field, new, .. } in kept.flat_map(|change| change.fields) {
            match new {
                Some(value) => {
                    values.insert(field, Observed { value, provenance: provenance.clone(), observed });
                }
                None => emptied.push(field),
            }
        }
        let changed = self.change_values(values, &emptied, turn)?;
        // Each has a name of its own here, so that none is written over another within this turn.
        for own in now.own.into_iter().filter(|own| take_own.is_none_or(|take| take.contains(&own.name))) {
            self.set_own_field(&own.name, own.text, turn)?;
        }
        Ok(changed)
    }

    /// What would be new among the person's own fields, each under a name that holds nothing yet; and how many are there already.
    /// What there is no room for is left out.
    fn beside_own(
        &self,
        wanted: Vec<ImportOwn>,
        left_out: &mut Vec<NotTaken>,
    ) -> Result<(Vec<ImportOwn>, usize), Failure> {
        let held = self.own_fields()?;
        let (mut room, mut new, mut known) = (OWN_FIELDS.saturating_sub(held.len()), Vec::<ImportOwn>::new(), 0);
        for one in wanted {
            let lower = one.name.to_lowercase();
            if held.iter().any(|own| own.text == one.text && own.name.to_lowercase().starts_with(&lower)) {
                known += 1;
                continue;
            }
            if room == 0 {
                left_out.push(LeftOutPart::new(&one.name, Some(one.text.as_str()), WhyLeftOut::NoRoom).into());
                continue;
            }
            let is_free = |name: &String| {
                let lower = name.to_lowercase();
                !held.iter().any(|own| own.name.to_lowercase() == lower)
                    && !new.iter().any(|own| own.name.to_lowercase() == lower)
            };
            let names = std::iter::once(one.name.clone()).chain((2..).map(|number| format!("{} {number}", one.name)));
            let name = names.into_iter().find(is_free).unwrap_or(one.name);
            new.push(ImportOwn { name, text: one.text });
            room -= 1;
        }
        Ok((new, known))
    }

    /// What changes of a field or group where these are its values in the file.
    fn beside(&self, of: Selector, values: BTreeMap<FieldPath, Value>) -> Beside {
        let held = |field: FieldPath| self.held(field).map(|held| held.value);
        let differs = |(field, value): (&FieldPath, &Value)| held(*field).is_some_and(|now| now != *value);
        let other = values.iter().any(differs);
        // Parts that another address or name has not would stand beside it.
        let gone: Vec<FieldPath> = match of {
            Selector::Group(_) if other => {
                of.fields().filter(|field| !values.contains_key(field) && held(*field).is_some()).collect()
            }
            _ => Vec::new(),
        };
        let placed = ["address.street", "address.locality", "address.postalCode"];
        let is_placed = values.keys().any(|field| placed.contains(&field.info().path));
        if of == Selector::Group("address") && !gone.is_empty() && !is_placed {
            return Beside::PartOf(values);
        }
        let all = values.len();
        let new = values.into_iter().map(|(field, value)| FieldChange { field, new: Some(value), now: held(field) });
        let mut fields: Vec<FieldChange> = new.filter(|change| change.new != change.now).collect();
        let same = all - fields.len();
        fields.extend(gone.into_iter().map(|field| FieldChange { field, new: None, now: held(field) }));
        Beside::Change(ImportChange { of, fields }, same)
    }

    fn would_be_told(&self, changes: &[ImportChange]) -> Result<WouldBeTold, Failure> {
        let fields = || changes.iter().flat_map(|change| &change.fields);
        let all = fields().map(|change| change.field).collect();
        // What holds no value any more is no news for a letter.
        let news = fields().filter(|change| change.new.is_some()).map(|change| change.field).collect();
        self.told_of(&all, &news)
    }

    /// Who would be told if these fields changed, of which `news` hold a value then.
    pub(super) fn told_of(
        &self,
        fields: &BTreeSet<FieldPath>,
        news: &BTreeSet<FieldPath>,
    ) -> Result<WouldBeTold, Failure> {
        let now = self.clock.look();
        let mut letters: Vec<ToldByLetter> = self.would_write(news)?;
        let letters_count = letters.len();
        letters.truncate(NAMED);
        let mut not_told: Vec<NotTold> = self.not_told(fields, now)?;
        let not_told_count = not_told.len();
        not_told.truncate(NAMED);
        let told = self.told_by_line(fields);
        let count = told.len();
        let named = told.into_iter().take(NAMED);
        let suppliers = named.map(|(supplier, fields)| ToldOf { supplier: self.named(&supplier), fields }).collect();
        Ok(WouldBeTold { suppliers, count, letters, letters_count, not_told, not_told_count })
    }

    /// The suppliers that would be told, each of which fields.
    fn told_by_line(&self, fields: &BTreeSet<FieldPath>) -> BTreeMap<PublicKey, Vec<FieldPath>> {
        let now = self.clock.look();
        let mut told: BTreeMap<PublicKey, Vec<FieldPath>> = BTreeMap::new();
        for field in fields.iter().take(limits::FIELDS) {
            for supplier in self.machine.would_be_told(*field, now) {
                told.entry(supplier).or_default().push(*field);
            }
        }
        told
    }

    /// The digest of what a preview shows, and of everybody who would be told, beyond those whom it names.
    fn digest_of(&self, preview: &ImportPreview) -> Result<String, Failure> {
        let fields = preview.changes.iter().flat_map(|change| &change.fields).map(|change| change.field).collect();
        let told = self.told_by_line(&fields);
        let told: Vec<(PublicKey, Vec<FieldPath>)> = told.into_iter().collect();
        let letters: Vec<_> = preview.told.letters.iter().map(|one| (&one.organisation, &one.fields)).collect();
        let counts = (preview.told.letters_count, preview.left_out_count, preview.same);
        let kept = (&preview.changes, &preview.own);
        let shown = (&preview.name, preview.format, kept, &preview.choices, &preview.left_out);
        let bytes = serde_json::to_vec(&(shown, told, letters, counts)).map_err(Failure::internal)?;
        Ok(HEXLOWER.encode(&Sha256::digest(bytes)))
    }
}

/// What a field or group of a file is beside what is held.
enum Beside {
    /// A change, and how many of its fields hold the same already.
    Change(ImportChange, usize),
    /// Less than an address, and another than the one that is held.
    PartOf(BTreeMap<FieldPath, Value>),
}

/// What of a card counts.
struct Taken {
    /// The fields and groups, as the card has them.
    order: Vec<Selector>,
    values: Vec<(FieldPath, Value)>,
    choices: Vec<ImportChoice>,
    /// What has no field.
    own: Vec<ImportOwn>,
    /// What counts not, since another one does.
    others: Vec<LeftOutPart>,
}

/// Where one of several goes that does not count.
enum Place {
    /// Into these fields, and what of it has none there.
    Second(Selector, Vec<(FieldPath, Value)>, Vec<(FieldPath, Value)>),
    /// Among the person's own.
    Own(ImportOwn),
    /// Nowhere.
    Nowhere,
}

impl Taken {
    fn of(card: &Card, chosen: &Chosen, language: Language) -> Result<Self, Failure> {
        if let Some((of, _)) = chosen.iter().find(|(of, _)| !card.alternatives.iter().any(|own| own.of == **of)) {
            return Err(Failure::usage(format!("the contact has no {of} to choose from; leave the choice out")));
        }
        let mut taken = Self {
            order: card.alternatives.iter().take(limits::FIELDS).map(|own| own.of).collect(),
            values: Vec::new(),
            choices: Vec::new(),
            own: Vec::new(),
            others: Vec::new(),
        };
        for own in card.alternatives.iter().take(limits::FIELDS) {
            taken.add(own, chosen.get(&own.of).copied().unwrap_or(1), language)?;
        }
        Ok(taken)
    }

    /// Takes the alternative of this number, from 1 on; each other one goes to a place for a second of its kind, or is named.
    fn add(&mut self, own: &Alternatives, number: usize, language: Language) -> Result<(), Failure> {
        let of = own.of;
        let all: Vec<(usize, &Alternative)> = (1..).zip(&own.all).take(ALTERNATIVES).collect();
        let Some((_, taken)) = all.iter().find(|(own, _)| *own == number) else {
            let (count, next) = (all.len(), "choose one of those");
            return Err(Failure::new(
                "not_found",
                exit::NOT_FOUND,
                format!("the contact has {count} for {of}; {next}"),
            ));
        };
        self.values.extend(taken.values.iter().filter(|(field, _)| of.covers(*field)).cloned());
        let mut shown = Vec::new();
        for (own, one) in &all {
            let values: Vec<&str> = one.values.iter().map(|(_, value)| value.as_str()).collect();
            let value = values.join(", ");
            let goes_to = if *own == number { None } else { self.place(of, one, &value, language) };
            shown.push(ImportAlternative { number: *own, value, sphere: one.sphere, goes_to });
        }
        if shown.len() > 1 {
            self.choices.push(ImportChoice { of, chosen: number, all: shown });
        }
        Ok(())
    }

    /// Puts one that does not count where a second of its kind belongs, and says where that is.
    fn place(&mut self, of: Selector, one: &Alternative, text: &str, language: Language) -> Option<Selector> {
        match second(of, one, text, &self.order, language) {
            Place::Second(second, values, lost) => {
                self.order.push(second);
                self.values.extend(values);
                let left = |(field, value): &(FieldPath, Value)| {
                    LeftOutPart::new(&field.to_string(), Some(value.as_str()), WhyLeftOut::NoField)
                };
                self.others.extend(lost.iter().map(left));
                Some(second)
            }
            Place::Own(own) => {
                self.own.push(own);
                None
            }
            Place::Nowhere => {
                self.others.push(LeftOutPart::new(&of.to_string(), Some(text), WhyLeftOut::AnotherCounts));
                None
            }
        }
    }
}

/// Where a second address, e-mail address or telephone number goes: by what the file says of it into the fields for that, where
/// nothing of the file is there yet, else among the person's own under what the file calls it.
fn second(of: Selector, one: &Alternative, text: &str, order: &[Selector], language: Language) -> Place {
    let kind = of.to_string();
    let candidates: &[&str] = match (kind.as_str(), one.sphere) {
        ("group:address", Sphere::Work) => &["group:workAddress"],
        ("group:address", Sphere::Delivery) => &["group:deliveryAddress"],
        ("group:address", Sphere::Billing) => &["group:billingAddress"],
        ("email", Sphere::Work) => &["workContact.email", "otherContact.email"],
        ("telephone", Sphere::Work) => &["workContact.telephone", "otherContact.telephone"],
        ("email", _) => &["otherContact.email"],
        ("telephone", _) => &["otherContact.telephone"],
        ("group:address", _) => &[],
        _ => return Place::Nowhere,
    };
    let taken = |second: &Selector| order.iter().any(|other| second.fields().any(|field| other.covers(field)));
    let free = candidates.iter().filter_map(|candidate| candidate.parse::<Selector>().ok()).find(|one| !taken(one));
    if let Some(second) = free {
        let (mut values, mut lost) = (Vec::new(), Vec::new());
        for (field, value) in &one.values {
            let last = |field: FieldPath| field.info().path.rsplit('.').next();
            let same = |other: &FieldPath| last(*other) == last(*field);
            match second.fields().find(same) {
                Some(other) => values.push((other, value.clone())),
                None => lost.push((*field, value.clone())),
            }
        }
        return Place::Second(second, values, lost);
    }
    let what =
        language.say(&kind.strip_prefix("group:").map_or(format!("field-{kind}"), |group| format!("group-{group}")));
    let name = one.label.as_ref().map_or(what.clone(), |label| format!("{what}: {label}"));
    text.parse().map_or(Place::Nowhere, |text| Place::Own(ImportOwn { name, text }))
}
