//! The company's commands. In: a `Command`. Out: JSON, or a `Failure`.

use regie_protocol::{
    Collection, Content, Days, Document, Invitation, Nonce, ObjectId, PublicKey, Timestamp, four_words,
    supplier::{Ask, Customer, Delegate, Invite, Record},
};
use serde_json::{Value, json};

use super::{Companion, World, market, tables};
use crate::{
    clock,
    command::{self, Command, Failure, parse},
    driver::Turn,
    network::{Address, Through},
    store::Read as _,
};

/// Intents and offers listed in one answer; the API gives all, page by page.
const SHOWN: usize = 1_000;

impl Companion {
    pub(super) fn command(&mut self, command: Command, turn: &mut Turn) -> Result<Value, Failure> {
        match command {
            Command::People => self.people(),
            Command::Invite { public, days } => self.invite(public, days, turn),
            Command::SetProfile { profile } => self.change_profile(profile, turn),
            Command::CommitNextKey { next, replace } => self.commit_next_key(next, replace, turn),
            Command::DomainDocument => self.domain_document(),
            Command::Ask { person, fields, purpose, reason, access, days, retention, delegations } => {
                let ask = Ask {
                    person: self.find_person(&person)?,
                    fields: fields.iter().map(|text| parse(text)).collect::<Result<_, _>>()?,
                    purpose: parse(&purpose)?,
                    reason,
                    access: command::access(&access)?,
                    duration: Days(days),
                    retention: Days(retention),
                    delegations,
                };
                Ok(json!({ "request": self.ask(ask, turn)? }))
            }
            Command::Put { person, collection, title, media_type, body } => {
                let person = self.find_person(&person)?;
                let body = data_encoding::BASE64.decode(body.as_bytes()).map_err(Failure::internal)?;
                let document = Content::Document(Document { title, media_type, body });
                let id = self.put_item(person, parse(&collection)?, document, turn)?;
                Ok(json!({ "item": super::names::Sent(id.0) }))
            }
            Command::Correct { person, field, value, reason } => {
                let person = self.find_person(&person)?;
                self.load(&person)?;
                let id = self.propose(person, parse(&field)?, parse(&value)?, reason, turn)?;
                Ok(json!({ "item": super::names::Sent(id.0) }))
            }
            Command::Publish { segment } => {
                let segment = self.publish(segment, turn)?;
                Ok(json!({ "segment": segment.id(), "who": crate::sentences::predicate(&segment.predicate) }))
            }
            Command::Published => self.published_json(),
            Command::TakeBack { segment } => {
                let same = |id: &ObjectId| id.to_string().ends_with(&segment);
                let mut found = self.published().into_iter().map(|published| published.id()).filter(same);
                let (Some(id), None) = (found.next(), found.next()) else {
                    return Err(regie_protocol::supplier::SupplierError::NoSegment.into());
                };
                self.take_back(&id, turn)?;
                Ok(json!({ "segment": id, "published": false }))
            }
            Command::TrustIssuer { issuer, key } => self.trust_issuer(&issuer, &key, turn),
            Command::DistrustIssuer { issuer } => self.distrust_issuer(&issuer, turn),
            Command::Issuers => self.issuers(),
            Command::HelperLink => self.helper_link(turn),
            Command::BoardLink => self.board_link(turn),
            Command::Admission { admit, dismiss, open } => self.admission(&admit, &dismiss, open, turn),
            Command::Forwarding => self.forwarding(),
            Command::Boards => {
                let views = self.followed()?.iter().map(followed_json).collect();
                Ok(Value::Array(views))
            }
            Command::Follow { board, categories } => {
                let categories = categories.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
                Ok(followed_json(&self.follow(&board, categories, turn)?))
            }
            Command::Unfollow { board } => {
                self.unfollow(&parse(&board)?, turn)?;
                Ok(json!({ "board": board, "followed": false }))
            }
            Command::Wanted => {
                let views = self.wanted(0, SHOWN)?.iter().filter_map(|(_, found)| found_json(found)).collect();
                Ok(Value::Array(views))
            }
            Command::Offer { intent, offer } => {
                let intent = self.find_wanted(&intent)?;
                let made = self.make_offer(World::Live, &intent, &offer, turn)?;
                Ok(json!({ "offer": made.offer.id(), "intent": intent, "state": "waiting" }))
            }
            Command::Offered => {
                let views = self.made(World::Live, 0, SHOWN)?.iter().filter_map(|(_, made)| made_json(made)).collect();
                Ok(Value::Array(views))
            }
            Command::KeyCreate { name, test } => self.create_key(&name, World::of(test), turn),
            Command::KeyList => self.keys(),
            Command::KeyRevoke { key } => self.revoke_key(&key, turn),
        }
    }

    /// Hands part of a grant on to a processor.
    pub(crate) fn delegate(&mut self, wanted: Delegate, turn: &mut Turn) -> Result<ObjectId, Failure> {
        self.load(&wanted.person)?;
        let now = self.clock.now();
        let (id, effects) = self.machine.delegate(wanted, now, &mut clock::entropy())?;
        self.run(effects, None, turn)?;
        Ok(id)
    }

    /// Queues a document or correction for one person.
    pub(crate) fn put_item(
        &mut self,
        person: PublicKey,
        collection: Collection,
        content: Content,
        turn: &mut Turn,
    ) -> Result<Nonce, Failure> {
        self.load(&person)?;
        let now = self.clock.now();
        let (id, effects) = self.machine.put(person, collection, content, now, &mut clock::entropy())?;
        self.run(effects, None, turn)?;
        Ok(id)
    }

    /// Queues a request to one person.
    pub(crate) fn ask(&mut self, ask: Ask, turn: &mut Turn) -> Result<Nonce, Failure> {
        self.load(&ask.person)?;
        let now = self.clock.now();
        let (id, effects) = self.machine.ask(ask, now, &mut clock::entropy())?;
        self.run(effects, None, turn)?;
        Ok(id)
    }

    /// What those need who are behind this forwarder, and how they stand.
    fn forwarding(&self) -> Result<Value, Failure> {
        let places = self.endpoint.places();
        if places.is_empty() {
            let next = "say whose with `regie supplier run --forward KEY`";
            return Err(Failure::usage(format!("this companion forwards people to nobody; {next}")));
        }
        let own = self.machine.key().public();
        let addresses = self.machine.profile().map(|profile| profile.addresses.as_slice()).unwrap_or_default();
        let addresses = addresses.iter().filter_map(|text| text.parse::<Address>().ok());
        let through = addresses.filter(|address| !address.is_forwarded());
        let through: Vec<Through> = through.filter_map(|address| Through::new(own, address).ok()).collect();
        let places: Vec<Value> = places
            .iter()
            .map(|place| {
                let key = PublicKey::from_bytes(&place.key).ok();
                json!({ "key": key, "connected": place.connected, "people": place.people })
            })
            .collect();
        Ok(json!({ "through": through, "forwards_to": places }))
    }

    fn people(&mut self) -> Result<Value, Failure> {
        for person in self.everybody()? {
            self.load(&person)?;
        }
        let people: Vec<(PublicKey, &Customer)> = self.machine.customers().map(|(key, c)| (*key, c)).collect();
        Ok(Value::Array(people.into_iter().map(|(key, customer)| self.person(&key, customer)).collect()))
    }

    /// How a person's clock differs, where that keeps something from being sent.
    pub(crate) fn differs(&self, person: &PublicKey) -> Option<String> {
        let skew = self.machine.skew(person)?;
        let by =
            skew.theirs.map(|theirs| i64::try_from(theirs.0).unwrap_or(i64::MAX).saturating_sub_unsigned(skew.ours.0));
        Some(by.map_or_else(|| "by an unknown time".to_owned(), clock::differing))
    }

    /// The keys of all persons.
    fn everybody(&self) -> Result<Vec<PublicKey>, Failure> {
        let mut people = Vec::new();
        self.store.each(tables::RELATIONSHIPS, |person, _| {
            people.push(person);
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(people)
    }

    fn person(&self, person: &PublicKey, customer: &Customer) -> Value {
        let held = customer.held().iter().map(|(field, held)| {
            let value = match self.record(tables::HELD_VALUES, person, *field) {
                Ok(Some(Record::Value { observed, .. })) => Some(observed),
                _ => None,
            };
            let vouched = value.as_ref().and_then(|observed| self.vouched(*field, held, observed));
            json!({
                "field": field,
                "value": value.as_ref().map(|observed| observed.value.clone()),
                "provenance": value.map(|observed| crate::sentences::provenance(&observed.provenance)),
                "attestation_doubt": vouched.and_then(|vouched| vouched.doubt),
                "grant": held.grant,
                "keep_until": clock::text(held.until),
            })
        });
        let requests = customer.askings().map(|asking| {
            json!({
                "request": asking.request.id,
                "purpose": asking.request.purpose,
                "answered": asking.answered,
                "given": asking.given,
                "waiting": asking.waiting,
                "refused": asking.refused,
                "rejected": asking.rejected,
            })
        });
        json!({
            "person": person,
            "connected": self.connected.contains_key(person),
            "clock_differs": self.differs(person),
            "agreement": customer.agreement(),
            "grants": customer.grants().map(|grant| json!({ "grant": grant.id(), "nonce": grant.nonce })).collect::<Vec<_>>(),
            "held": held.collect::<Vec<_>>(),
            "requests": requests.collect::<Vec<_>>(),
            "witnessed": { "size": customer.head().size(), "root": customer.head().root(), "gaps": customer.gaps() },
        })
    }

    fn invite(&mut self, public: bool, days: u32, turn: &mut Turn) -> Result<Value, Failure> {
        if days == 0 || days > 366 {
            return Err(Failure::usage("an invitation lives 1 to 366 days"));
        }
        let (invitation, expires) = self.make_invitation(World::Live, (!public).then_some(1), Days(days), turn)?;
        let words = four_words(&invitation.supplier, &invitation.id);
        Ok(json!({ "link": invitation.to_string(), "words": words.join(" "), "expires": clock::text(expires) }))
    }

    /// Makes an invitation and puts it on its list.
    pub(crate) fn make_invitation(
        &mut self,
        world: World,
        uses: Option<u32>,
        days: Days,
        turn: &mut Turn,
    ) -> Result<(Invitation, Timestamp), Failure> {
        self.reachable()?;
        let made = self.clock.now().wall;
        let expires = made.plus_days(days);
        let invite = Invite { uses, expires, made, test: world == World::Test };
        let (invitation, effects) = self.machine.invite(invite, &mut clock::entropy());
        self.run(effects, None, turn)?;
        Self::list_invitation(world, &invitation.id, turn);
        Ok((invitation, expires))
    }

    fn published_json(&mut self) -> Result<Value, Failure> {
        let mut views = Vec::new();
        for segment in self.published() {
            let members = self.members(World::Live, &segment.id())?.len();
            let counted = self.counted(World::Live, &segment)?;
            let standing = self.standing(World::Live, &segment.id())?;
            views.push(json!({
                "segment": segment.id(),
                "name": segment.name,
                "who": crate::sentences::predicate(&segment.predicate),
                "members": members,
                "reports": counted.map(|counted| counted.reports),
                "estimate": counted.map(|counted| counted.members.round()),
                "error": counted.map(|counted| counted.error.ceil()),
                "waiting": segment.tally.is_some().then_some(standing.waiting),
                "spoiled": segment.tally.is_some().then_some(standing.spoiled),
                "helper_refuses": standing.refused.map(regie_protocol::Refusal::code),
                "expires": clock::text(segment.expires),
            }));
        }
        Ok(Value::Array(views))
    }

    /// An intent that was found, by the end of its name, or the only one by `-`.
    fn find_wanted(&self, text: &str) -> Result<ObjectId, Failure> {
        let all = self.wanted(0, SHOWN)?;
        let same = |id: &ObjectId| text == "-" || id.to_string().ends_with(text);
        let mut found = all.iter().map(|(_, found)| found.intent.id()).filter(same);
        match (found.next(), found.next()) {
            (Some(id), None) => Ok(id),
            _ => Err(Failure::new(
                "not_found",
                crate::command::exit::NOT_FOUND,
                "there is not exactly one such intent; `regie supplier wanted` lists them",
            )),
        }
    }

    /// A person by key, or the only one there is by `-`.
    fn find_person(&self, text: &str) -> Result<PublicKey, Failure> {
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

fn followed_json(followed: &market::Followed) -> Value {
    json!({
        "board": followed.board.supplier,
        "categories": followed.categories,
        "answered": followed.answered.map(clock::text),
    })
}

/// Nothing for a row whose signature does not hold, which the store's seal does not let come.
fn found_json(found: &market::Found) -> Option<Value> {
    let intent = found.intent.clone().verify().ok()?;
    Some(json!({
        "intent": intent.id(),
        "category": intent.category,
        "wish": intent.wish,
        "details": intent.details,
        "budget": intent.budget.as_ref().map(ToString::to_string),
        "found": clock::text(found.at),
        "expires": clock::text(intent.expires),
        "offers_each": intent.per_supplier,
    }))
}

fn made_json(made: &market::Made) -> Option<Value> {
    let offer = made.offer.clone().verify().ok()?;
    let (state, refused, person) = made.state.parts();
    Some(json!({
        "offer": offer.id(),
        "intent": offer.intent,
        "title": offer.title,
        "price": offer.price.as_ref().map(ToString::to_string),
        "state": state,
        "refused": refused,
        "person": person,
        "expires": clock::text(offer.expires),
    }))
}
