//! What the company has to say to one person: invitations, requests, what is sent back, what is handed on; and which persons
//! there are. In: the company's words, about a person. Out: records and frames, by the machine.

use std::ops::ControlFlow;

use regie_protocol::{
    Collection, Content, Correction, Days, Document, FieldPath, Invitation, LargeDocument, Nonce, ObjectId, PublicKey,
    Timestamp, Value, limits,
    supplier::{Ask, Delegate, Invite, Record, SupplierError},
};
use serde::{Deserialize, Serialize};

use super::{
    Companion, World,
    labels::{Label, Thing},
    tables,
};
use crate::{
    clock,
    command::{Failure, parse},
    driver::Turn,
    media,
    store::{ItemName, Nth, Read as _},
};

/// A piece of a large document that is sent back to a person.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SentPiece {
    #[serde(with = "serde_bytes")]
    pub(super) bytes: Vec<u8>,
}

impl Companion {
    /// Hands part of a grant on to a processor.
    pub(crate) fn delegate(&mut self, wanted: Delegate, turn: &mut Turn) -> Result<ObjectId, Failure> {
        self.load(&wanted.person)?;
        let now = self.clock.now();
        let (id, effects) = self.machine.delegate(wanted, now, &mut clock::entropy())?;
        self.run(effects, None, turn)?;
        Ok(id)
    }

    /// Queues a document for one person. A large one lies here in pieces until the person's node has them.
    pub(crate) fn put_document(
        &mut self,
        person: PublicKey,
        collection: Collection,
        document: Document,
        label: Label,
        turn: &mut Turn,
    ) -> Result<Nonce, Failure> {
        if !media::is_as_called(&document.media_type, &document.body) {
            let next = "give the media type that the file has, as application/pdf, image/png or text/plain";
            return Err(Failure::usage(format!("the file is no {}; {next}", document.media_type)));
        }
        let pieces: Vec<SentPiece> = match document.body.len() {
            ..=limits::DOCUMENT_BYTES => Vec::new(),
            _ => LargeDocument::pieces_of(&document.body).map(|piece| SentPiece { bytes: piece.to_vec() }).collect(),
        };
        let content = document.into_content().map_err(|_| SupplierError::BadItem)?;
        let id = self.put_item(person, collection, content, label, turn)?;
        for (number, piece) in (0..).zip(&pieces) {
            turn.batch.put(tables::SENT_PIECES, &Nth(ItemName(person, id), number), piece);
        }
        Ok(id)
    }

    /// Queues a document that is small, or a correction, for one person.
    fn put_item(
        &mut self,
        person: PublicKey,
        collection: Collection,
        content: Content,
        label: Label,
        turn: &mut Turn,
    ) -> Result<Nonce, Failure> {
        self.load(&person)?;
        let now = self.clock.now();
        let (id, effects) = self.machine.put(person, collection, content, now, &mut clock::entropy())?;
        self.making = Some(label);
        self.run(effects, None, turn)?;
        self.making = None;
        Ok(id)
    }

    /// Proposes a correction of what the person told; `before` is what is held.
    pub(crate) fn propose(
        &mut self,
        person: PublicKey,
        field: FieldPath,
        after: Value,
        reason: String,
        label: Label,
        turn: &mut Turn,
    ) -> Result<Nonce, Failure> {
        let before = match self.record(tables::HELD_VALUES, &person, field)? {
            Some(Record::Value { observed, .. }) => Some(observed.value),
            _ => None,
        };
        let content = Content::Correction(Correction { field, before, after, reason });
        self.put_item(person, Collection::Corrections, content, label, turn)
    }

    /// Queues a request to one person.
    pub(crate) fn ask(&mut self, ask: Ask, label: Label, turn: &mut Turn) -> Result<Nonce, Failure> {
        self.load(&ask.person)?;
        let now = self.clock.now();
        let (id, effects) = self.machine.ask(ask, now, &mut clock::entropy())?;
        self.making = Some(label);
        self.run(effects, None, turn)?;
        self.making = None;
        Ok(id)
    }

    /// How a person's clock differs, where that keeps something from being sent.
    pub(crate) fn differs(&self, person: &PublicKey) -> Option<String> {
        let skew = self.machine.skew(person)?;
        let by =
            skew.theirs.map(|theirs| i64::try_from(theirs.0).unwrap_or(i64::MAX).saturating_sub_unsigned(skew.ours.0));
        Some(by.map_or_else(|| "by an unknown time".to_owned(), clock::differing))
    }

    /// The keys of all persons.
    pub(super) fn everybody(&self) -> Result<Vec<PublicKey>, Failure> {
        let mut people = Vec::new();
        self.store.each(tables::RELATIONSHIPS, |person, _| {
            people.push(person);
            ControlFlow::Continue(())
        })?;
        Ok(people)
    }

    /// Makes an invitation and puts it on its list.
    pub(crate) fn make_invitation(
        &mut self,
        world: World,
        uses: Option<u32>,
        days: Days,
        label: Label,
        turn: &mut Turn,
    ) -> Result<(Invitation, Timestamp), Failure> {
        self.reachable()?;
        let made = self.clock.now().wall;
        let expires = made.plus_days(days);
        let invite = Invite { uses, expires, made, test: world == World::Test };
        let (invitation, effects) = self.machine.invite(invite, &mut clock::entropy());
        self.run(effects, None, turn)?;
        self.list_invitation(world, &invitation.id, turn);
        self.put_label(world, Thing::Invitation(invitation.id), label, turn);
        Ok((invitation, expires))
    }

    /// A person by key, or the only one there is by `-`.
    pub(super) fn find_person(&self, text: &str) -> Result<PublicKey, Failure> {
        let people = if text == "-" { self.everybody()? } else { Vec::new() };
        let mut people = people.into_iter();
        match (text, people.next(), people.next()) {
            ("-", Some(only), None) => Ok(only),
            ("-", ..) => {
                Err(Failure::usage("there is not exactly one person; give the key that `regie supplier people` shows"))
            }
            _ => parse(text),
        }
    }
}
