//! The company's own words beside a thing: the reference by which its other systems know it, and metadata. In: what calls give, and
//! what a thing takes on from the one that it came of. Out: a row beside the thing, and an index by reference.
//!
//! Nothing of it can be sent to anybody: the machine, which makes all messages, does not know that it exists.

use std::collections::BTreeMap;

use regie_protocol::{Nonce, ObjectId, PublicKey, supplier::Record};
use serde::{Deserialize, Serialize};

use super::{Companion, World, happening::Happening, names, tables};
use crate::{
    command::Failure,
    driver::Turn,
    store::{Part, Read as _},
};

/// Longest reference, in bytes.
pub const REFERENCE_BYTES: usize = 255;
/// Most entries of metadata.
pub const METADATA: usize = 20;
/// Longest key of one, in bytes.
pub const KEY_BYTES: usize = 40;
/// Longest value of one, in bytes.
pub const VALUE_BYTES: usize = 500;

/// What can have a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A person.
    Relationship(PublicKey),
    /// An invitation.
    Invitation(Nonce),
    /// A request.
    Request(Nonce),
    /// Something sent back to a person.
    Item(Nonce),
    /// What a person had the company do.
    Act(ObjectId),
    /// An offer.
    Offer(ObjectId),
}

/// What kind of thing it is: references of each kind are searched by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Persons.
    Relationships,
    /// Invitations.
    Invitations,
    /// Requests.
    Requests,
    /// What is sent back.
    Items,
    /// What persons had the company do.
    Acts,
    /// Offers.
    Offers,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Relationships, Self::Invitations, Self::Requests, Self::Items, Self::Acts, Self::Offers];

    fn name(self) -> &'static str {
        match self {
            Self::Relationships => "relationships",
            Self::Invitations => "invitations",
            Self::Requests => "requests",
            Self::Items => "items",
            Self::Acts => "acts",
            Self::Offers => "offers",
        }
    }
}

impl Thing {
    /// Of which kind it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Relationship(_) => Kind::Relationships,
            Self::Invitation(_) => Kind::Invitations,
            Self::Request(_) => Kind::Requests,
            Self::Item(_) => Kind::Items,
            Self::Act(_) => Kind::Acts,
            Self::Offer(_) => Kind::Offers,
        }
    }

    /// What an event that a record makes is about, as far as it can have a label.
    pub(super) fn of(record: &Record) -> Option<Self> {
        Some(match record {
            Record::Customer { person, .. } | Record::Erased { person, .. } => Self::Relationship(*person),
            Record::Asking { asking } => Self::Request(asking.request.id),
            // The disclosure answers a request of the company's, which has the words.
            Record::Received { received, .. } => Self::Request(received.request?),
            Record::Sending { sending, .. } => Self::Item(sending.id),
            Record::Act { stored, .. } => Self::Act(stored.act.id()),
            _ => return None,
        })
    }
}

/// The name of its kind, a slash, and its own bytes.
impl Part for Thing {
    fn to_bytes(&self) -> Vec<u8> {
        let own = match self {
            Self::Relationship(person) => person.to_bytes(),
            Self::Invitation(id) | Self::Request(id) | Self::Item(id) => id.to_bytes(),
            Self::Act(id) | Self::Offer(id) => id.to_bytes(),
        };
        [self.kind().name().as_bytes(), b"/", &own].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let slash = bytes.iter().position(|byte| *byte == b'/')?;
        let (name, own) = (bytes.get(..slash)?, bytes.get(slash + 1..)?);
        let kind = Kind::ALL.into_iter().find(|kind| kind.name().as_bytes() == name)?;
        match kind {
            Kind::Relationships => Part::from_bytes(own).map(Self::Relationship),
            Kind::Invitations => Part::from_bytes(own).map(Self::Invitation),
            Kind::Requests => Part::from_bytes(own).map(Self::Request),
            Kind::Items => Part::from_bytes(own).map(Self::Item),
            Kind::Acts => Part::from_bytes(own).map(Self::Act),
            Kind::Offers => Part::from_bytes(own).map(Self::Offer),
        }
    }
}

/// The company's own words beside a thing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    reference: Option<String>,
    metadata: BTreeMap<String, String>,
    /// Of a relationship: the invitation by which the person came.
    invitation: Option<Nonce>,
    /// How often the reference changed: an entry of the index holds for one of them.
    changed: u32,
}

/// What is to be changed of a label (JSON Merge Patch, RFC 7396): what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Another reference, or none.
    pub reference: Option<Option<String>>,
    /// Entries of the metadata that are set or taken away; or all of it is.
    pub metadata: Option<Option<BTreeMap<String, Option<String>>>>,
}

impl Label {
    /// From what a call gives.
    ///
    /// # Errors
    /// A text that is out of bounds.
    pub fn new(reference: Option<String>, metadata: BTreeMap<String, String>) -> Result<Self, Failure> {
        Self { reference, metadata, ..Self::default() }.fits()
    }

    /// The reference.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// The metadata.
    #[must_use]
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// The invitation by which the person came, of a relationship.
    #[must_use]
    pub fn invitation(&self) -> Option<Nonce> {
        self.invitation
    }

    /// That of a relationship, from the one of the invitation by which its person came. An invitation for any number of
    /// persons is known by a reference of its own, which is none of theirs.
    fn handed_down(self, invitation: Nonce, single: bool) -> Self {
        let reference = self.reference.filter(|_| single);
        Self { reference, metadata: self.metadata, invitation: Some(invitation), changed: 0 }
    }

    fn with(mut self, change: Change) -> Result<Self, Failure> {
        if let Some(reference) = change.reference.filter(|reference| *reference != self.reference) {
            self.reference = reference;
            self.changed = self.changed.saturating_add(1);
        }
        match change.metadata {
            None => {}
            Some(None) => self.metadata.clear(),
            Some(Some(entries)) => {
                for (key, value) in entries {
                    match value {
                        Some(value) => drop(self.metadata.insert(key, value)),
                        None => drop(self.metadata.remove(&key)),
                    }
                }
            }
        }
        self.fits()
    }

    fn fits(self) -> Result<Self, Failure> {
        let line = |text: &str, most: usize| (1..=most).contains(&text.len()) && !text.chars().any(char::is_control);
        if self.reference.as_deref().is_some_and(|text| !line(text, REFERENCE_BYTES)) {
            let next = "send one line, or leave it out";
            return Err(Failure::usage(format!("a reference has 1 to {REFERENCE_BYTES} bytes; {next}")));
        }
        if self.metadata.len() > METADATA {
            let next = "keep the rest in your own system under the reference";
            return Err(Failure::usage(format!("metadata has at most {METADATA} entries; {next}")));
        }
        match self.metadata.iter().find(|(key, value)| !line(key, KEY_BYTES) || value.len() > VALUE_BYTES) {
            Some((key, _)) if line(key, KEY_BYTES) => {
                Err(Failure::usage(format!("metadata: the value of '{key}' has more than {VALUE_BYTES} bytes")))
            }
            Some(_) => Err(Failure::usage(format!("metadata: a key is one line of 1 to {KEY_BYTES} bytes"))),
            None => Ok(self),
        }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Everything of a kind with this reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    world: World,
    kind: Kind,
    text: String,
}

/// `live/requests/` and the text.
impl Part for Reference {
    fn to_bytes(&self) -> Vec<u8> {
        [self.world.name(), "/", self.kind.name(), "/", &self.text].concat().into_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(bytes).ok()?.splitn(3, '/');
        let world = Part::from_bytes(parts.next()?.as_bytes())?;
        let name = parts.next()?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
        Some(Self { world, kind, text: parts.next()?.to_owned() })
    }
}

/// An entry of the index: a thing, at the time of one of its references.
#[derive(Clone, Serialize, Deserialize)]
pub struct Referred {
    #[serde(with = "serde_bytes")]
    thing: Vec<u8>,
    changed: u32,
}

impl Companion {
    /// The label of a thing; an empty one where it has none.
    pub(crate) fn label(&self, thing: &Thing) -> Result<Label, Failure> {
        match self.labels.get(thing) {
            Some(label) => Ok(label.clone()),
            None => Ok(self.store.get(tables::LABELS, thing)?.unwrap_or_default()),
        }
    }

    /// Reads the labels of many things by one question to the store.
    pub(super) fn read_labels(&mut self, things: Vec<Thing>) -> Result<(), Failure> {
        let new: Vec<Thing> = things.into_iter().filter(|thing| !self.labels.contains_key(thing)).collect();
        let found = self.store.get_many(tables::LABELS, &new)?;
        self.labels.extend(new.into_iter().zip(found.into_iter().map(Option::unwrap_or_default)));
        Ok(())
    }

    /// The same, read once a turn: several events of one turn are about the same request and person.
    pub(super) fn label_told(&mut self, thing: Thing) -> Result<Label, Failure> {
        let label = self.label(&thing)?;
        self.labels.entry(thing).or_insert_with(|| label.clone());
        Ok(label)
    }

    /// Gives a thing its first label.
    pub(super) fn put_label(&mut self, world: World, thing: Thing, label: Label, turn: &mut Turn) {
        if !label.is_empty() {
            turn.batch.put(tables::LABELS, &thing, &label);
            Self::index(world, &thing, &label, turn);
        }
        self.labels.insert(thing, label);
    }

    /// Changes the label of a thing, which the caller has looked up with the person that it is of. Where that is a person or a request,
    /// the company's other systems are told.
    pub(crate) fn change_label(
        &mut self,
        world: World,
        (thing, person): (Thing, Option<PublicKey>),
        change: Change,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let before = self.label(&thing)?;
        let label = before.clone().with(change)?;
        if label == before {
            return Ok(());
        }
        turn.batch.put(tables::LABELS, &thing, &label);
        if label.changed != before.changed {
            Self::index(world, &thing, &label, turn);
        }
        self.labels.insert(thing, label.clone());
        let (kind, subject) = match thing {
            Thing::Relationship(person) => ("relationship.updated", names::Relationship::from(person).to_string()),
            Thing::Request(id) => ("request.updated", names::Asked::from(id).to_string()),
            _ => return Ok(()),
        };
        let told = Happening { person, ..Happening::new(kind, self.clock.now().wall, subject) };
        self.tell(world, told, Some(&label), turn)
    }

    /// A person came by an invitation, whose label goes down to the relationship.
    pub(super) fn label_arrival(
        &mut self,
        world: World,
        person: PublicKey,
        (invitation, single): (Nonce, bool),
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let label = self.label(&Thing::Invitation(invitation))?.handed_down(invitation, single);
        self.put_label(world, Thing::Relationship(person), label, turn);
        Ok(())
    }

    /// Things of a kind that have this reference now, after a number, with the number of each.
    pub(super) fn referred(
        &self,
        world: World,
        kind: Kind,
        text: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Option<Thing>)>, Failure> {
        let group = Reference { world, kind, text: text.to_owned() };
        let entries = self.store.numbered(tables::REFERENCES, &group, after.saturating_add(1), limit)?;
        let held = |(number, entry): (u64, Referred)| {
            let Some(thing) = Thing::from_bytes(&entry.thing) else { return Ok((number, None)) };
            let label = self.label(&thing)?;
            // An older entry of a thing that was called otherwise since, or so again.
            let holds = label.changed == entry.changed && label.reference() == Some(text);
            Ok((number, Some(thing).filter(|_| holds)))
        };
        entries.into_iter().map(held).collect()
    }

    fn index(world: World, thing: &Thing, label: &Label, turn: &mut Turn) {
        if let Some(text) = label.reference.clone() {
            let group = Reference { world, kind: thing.kind(), text };
            turn.batch.append(
                tables::REFERENCES,
                &group,
                &Referred { thing: thing.to_bytes(), changed: label.changed },
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_thing_and_a_reference_read_back_as_what_they_are() {
        let (nonce, object) = (Nonce([b'/'; 16]), ObjectId::of(b"x"));
        let person = regie_protocol::Keypair::from_secret(&[7; 32]).public();
        for thing in [
            Thing::Relationship(person),
            Thing::Invitation(nonce),
            Thing::Request(nonce),
            Thing::Item(nonce),
            Thing::Act(object),
            Thing::Offer(object),
        ] {
            assert_eq!(Thing::from_bytes(&thing.to_bytes()), Some(thing));
        }
        let reference = Reference { world: World::Test, kind: Kind::Items, text: "a/b/c é".into() };
        assert_eq!(Reference::from_bytes(&reference.to_bytes()), Some(reference));
    }

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let label = Label::new(Some("42".into()), entries(&[("a", "1"), ("b", "2")])).expect("fits");
        let kept = label.clone().with(Change::default()).expect("fits");
        assert_eq!(kept, label);
        let merged = Some(Some([("a".to_owned(), None), ("c".to_owned(), Some("3".to_owned()))].into()));
        let changed = label.clone().with(Change { reference: Some(None), metadata: merged }).expect("fits");
        assert_eq!((changed.reference(), changed.metadata()), (None, &entries(&[("b", "2"), ("c", "3")])));
        assert_eq!(changed.changed, 1);
        let cleared = label.clone().with(Change { reference: None, metadata: Some(None) }).expect("fits");
        assert_eq!((cleared.reference(), cleared.metadata().len(), cleared.changed), (Some("42"), 0, 0));
        let again = Change { reference: Some(Some("42".into())), metadata: None };
        assert_eq!(label.clone().with(again).expect("fits").changed, 0, "the same reference is no change");
    }

    #[test]
    fn what_is_out_of_bounds_is_no_label() {
        let long = |bytes: usize| "x".repeat(bytes);
        for reference in [String::new(), long(REFERENCE_BYTES + 1), "two\nlines".into()] {
            assert!(Label::new(Some(reference), BTreeMap::new()).is_err());
        }
        assert!(Label::new(Some(long(REFERENCE_BYTES)), BTreeMap::new()).is_ok());
        for wrong in [("", "x"), (&*long(KEY_BYTES + 1), "x"), ("a\tb", "x"), ("a", &*long(VALUE_BYTES + 1))] {
            assert!(Label::new(None, entries(&[wrong])).is_err(), "{wrong:?}");
        }
        let many = |count: usize| (0..count).map(|n| (n.to_string(), String::new())).collect();
        assert!(Label::new(None, many(METADATA)).is_ok() && Label::new(None, many(METADATA + 1)).is_err());
    }

    #[test]
    fn a_person_gets_the_reference_of_an_invitation_that_was_theirs_alone() {
        let label = Label::new(Some("42".into()), entries(&[("a", "1")])).expect("fits");
        let (own, shared) = (label.clone().handed_down(Nonce([1; 16]), true), label.handed_down(Nonce([1; 16]), false));
        assert_eq!((own.reference(), shared.reference()), (Some("42"), None));
        assert_eq!((own.metadata().len(), shared.metadata().len()), (1, 1));
        assert_eq!(shared.invitation(), Some(Nonce([1; 16])));
    }
}
