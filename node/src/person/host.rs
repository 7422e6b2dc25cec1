//! The machine's host: gives it an input and carries out what follows. In: inputs. Out: records in this turn's commit,
//! replies and wake-ups behind it, values from the store.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Entropy, FieldPath, Nonce, ObjectId, Observed, PublicKey, Timestamp,
    audit::{Event, Log},
    decision::Release,
    departure::Departure,
    message::PersonReply,
    person::{Correcting, Host, Input, OwnerError, Record, Stage, Unreadable},
};

#[cfg(feature = "vc")]
use super::credentials::Prover;
use super::{Node, activity::Activity, records, remembered};
use crate::{
    clock::{self, Clock},
    driver::{Lent, Turn},
    network::Responder,
    store::Store,
};

/// What an input did, for whoever gave it.
#[derive(Debug, Default)]
pub(super) struct Did {
    /// Records that were made.
    pub(super) records: usize,
    /// The first grant that was issued.
    pub(super) granted: Option<ObjectId>,
    /// Grants that were ended.
    pub(super) revoked: usize,
    /// The last rule of the defaults, where they were written.
    pub(super) rule: Option<String>,
    /// The act that was said.
    pub(super) acted: Option<ObjectId>,
    /// The intent that was cast.
    pub(super) cast: Option<ObjectId>,
    /// The intent of which there is something to say to its board.
    pub(super) to_say: Option<ObjectId>,
}

/// What is done when the machine is free again.
enum Later {
    Deliver(PublicKey),
    Correct(Correcting),
    Segments(PublicKey),
    KeyRenewed(PublicKey),
    Board(ObjectId),
    Meet,
    Silent,
    Acted(PublicKey, ObjectId),
    ItemCame(PublicKey, Nonce),
    ItemWent(PublicKey, Nonce),
    ShowGrowth(PublicKey, u64, u64),
}

struct Hands<'a> {
    store: &'a Lent<Store>,
    values: &'a mut BTreeMap<FieldPath, Option<Observed>>,
    unreadable: &'a mut BTreeSet<FieldPath>,
    clock: &'a mut Clock,
    activity: &'a mut Activity,
    grown: &'a mut BTreeSet<Log>,
    turn: &'a mut Turn,
    responder: Option<Responder>,
    #[cfg(feature = "vc")]
    now: Timestamp,
    #[cfg(feature = "vc")]
    prover: Option<(PublicKey, Prover<'a>)>,
    later: Vec<Later>,
    did: Did,
}

impl Node {
    /// Gives the machine an input that answers no frame.
    pub(super) fn give(&mut self, input: Input<'_>, turn: &mut Turn) -> Result<Did, OwnerError> {
        self.drive(input, None, turn)
    }

    /// What peers and the clock say is never refused; they get a reply where they asked.
    pub(super) fn hear(&mut self, input: Input<'_>, responder: Option<Responder>, turn: &mut Turn) -> Did {
        self.drive(input, responder, turn).unwrap_or_else(|error| {
            tracing::error!(%error, "an input that nobody is told of was refused");
            Did::default()
        })
    }

    fn drive(&mut self, input: Input<'_>, responder: Option<Responder>, turn: &mut Turn) -> Result<Did, OwnerError> {
        let now = self.clock.now();
        // Who brought the board's answer is told by it whether there is more to say.
        let from_board = matches!(input, Input::BoardReplied(..));
        let mut hands = Hands {
            store: &self.store,
            values: &mut self.values,
            unreadable: &mut self.unreadable,
            clock: &mut self.clock,
            activity: &mut self.activity,
            grown: &mut self.grown,
            turn: &mut *turn,
            responder,
            #[cfg(feature = "vc")]
            now: now.latest(),
            #[cfg(feature = "vc")]
            prover: None,
            later: Vec::new(),
            did: Did::default(),
        };
        let done = self.machine.handle(input, now, &mut hands);
        let (later, did) = (hands.later, hands.did);
        for step in later {
            match step {
                Later::Deliver(supplier) => self.wake(&supplier, turn),
                Later::Correct(correcting) => self.correct(correcting, turn),
                Later::Segments(supplier) => self.default_belongs(&supplier, turn),
                Later::KeyRenewed(supplier) => self.line_anew(supplier),
                Later::Board(_) if from_board => {}
                Later::Board(intent) => self.say_to_board(&intent, turn),
                Later::Meet => self.meet(turn),
                Later::Silent => {
                    if self.machine.superseded().is_some() {
                        tracing::error!(
                            "another copy of this node speaks for its person, so this one says nothing more"
                        );
                    }
                    self.tend_links();
                }
                Later::Acted(supplier, act) => self.note_act(&supplier, &act, turn),
                Later::ItemCame(supplier, id) => self.item_came(&supplier, &id, turn),
                Later::ItemWent(supplier, id) => self.item_went(&supplier, &id, turn),
                Later::ShowGrowth(supplier, from, to) => self.show_growth(&supplier, from, to, turn),
            }
        }
        done.map(|()| did)
    }
}

impl Host for Hands<'_> {
    fn entropy(&mut self) -> Entropy {
        clock::entropy()
    }

    fn persist(&mut self, record: Record) {
        self.did.records += 1;
        match &record {
            Record::Entry { log, .. } => drop(self.grown.insert(*log)),
            Record::Grant { grant, .. } => drop(self.did.granted.get_or_insert(grant.id())),
            Record::Revoked { .. } => self.did.revoked += 1,
            Record::Policy { policy } => self.did.rule = policy.rules.last().map(|rule| rule.name.clone()),
            Record::Content { supplier, id, .. } => self.later.push(Later::ItemCame(*supplier, *id)),
            Record::ContentGone { supplier, id } => self.later.push(Later::ItemWent(*supplier, *id)),
            Record::Act { supplier, stored } if stored.receipt.is_none() && stored.refused.is_none() => {
                self.did.acted = Some(stored.act.id());
                self.later.push(Later::Acted(*supplier, stored.act.id()));
            }
            Record::Act { supplier, stored } => self.later.push(Later::Acted(*supplier, stored.act.id())),
            Record::Intent { stored } if stored.stage == Stage::Casting => self.did.cast = Some(stored.intent.id()),
            _ => {}
        }
        records::put(self.turn, &record);
    }

    fn readable(&mut self, field: FieldPath) -> Result<(), Unreadable> {
        remembered(self.store, self.values, field).map(drop)
    }

    fn value(&mut self, _supplier: &PublicKey, release: &Release) -> Result<Option<Observed>, Unreadable> {
        let observed = remembered(self.store, self.values, release.field())?;
        #[cfg(feature = "vc")]
        let observed = observed.map(|observed| self.proven(_supplier, release, observed));
        Ok(observed)
    }

    fn reply(&mut self, reply: Departure<PersonReply>) {
        if let (Some(responder), Ok(frame)) = (self.responder.take(), reply.frame()) {
            self.turn.after(move || responder.reply(frame));
        }
    }

    fn unreadable(&mut self, _supplier: &PublicKey, fields: &BTreeSet<FieldPath>) {
        for field in fields.iter().filter(|field| self.unreadable.insert(**field)) {
            tracing::error!(%field, "a stored value can't be read, so suppliers get no answer for now; set it anew, or restore a backup");
        }
    }

    fn deliver(&mut self, supplier: &PublicKey) {
        self.later.push(Later::Deliver(*supplier));
    }

    fn heard(&mut self, supplier: &PublicKey, at: Timestamp) {
        self.clock.heard(supplier, at);
    }

    fn happened(&mut self, at: Timestamp, event: &Event) {
        self.activity.note(at, event);
    }

    fn correct(&mut self, correcting: Correcting) {
        self.later.push(Later::Correct(correcting));
    }

    fn segments(&mut self, supplier: &PublicKey) {
        self.later.push(Later::Segments(*supplier));
    }

    fn key_renewed(&mut self, supplier: &PublicKey) {
        self.later.push(Later::KeyRenewed(*supplier));
    }

    fn board(&mut self, intent: &ObjectId) {
        self.did.to_say = Some(*intent);
        self.later.push(Later::Board(*intent));
    }

    fn meet(&mut self, _processor: &PublicKey) {
        self.later.push(Later::Meet);
    }

    fn silent(&mut self) {
        self.later.push(Later::Silent);
    }

    fn show_growth(&mut self, supplier: &PublicKey, from: u64, to: u64) {
        self.later.push(Later::ShowGrowth(*supplier, from, to));
    }
}

#[cfg(feature = "vc")]
impl Hands<'_> {
    /// With the proof of a credential, where there is one: each disclosure has room of its own for them.
    fn proven(&mut self, supplier: &PublicKey, release: &Release, observed: Observed) -> Observed {
        let (store, now) = (self.store, self.now);
        let fits = self.prover.as_ref().is_some_and(|(of, _)| of == supplier);
        if !fits {
            self.prover = Some((*supplier, Prover::new(store, *supplier, now)));
        }
        match &mut self.prover {
            Some((_, prover)) => prover.prove(release, observed),
            None => observed,
        }
    }
}

/// A host for what is done to a store without a driver: keeps the records, and has no values.
pub(super) struct Written(pub(super) Vec<Record>);

impl Host for Written {
    fn entropy(&mut self) -> Entropy {
        clock::entropy()
    }

    fn persist(&mut self, record: Record) {
        self.0.push(record);
    }

    fn readable(&mut self, _field: FieldPath) -> Result<(), Unreadable> {
        Err(Unreadable)
    }

    fn value(&mut self, _supplier: &PublicKey, _release: &Release) -> Result<Option<Observed>, Unreadable> {
        Err(Unreadable)
    }

    fn reply(&mut self, _reply: Departure<PersonReply>) {}

    fn unreadable(&mut self, _supplier: &PublicKey, _fields: &BTreeSet<FieldPath>) {}
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use regie_protocol::{
        Acceptance, Access, Agreement, DataRequest, Days, Keypair, Nonce, Person, Policy, Profile, Provenance, Purpose,
        Refusal, RootSeed, Verified, message::ToPerson, wire,
    };

    use super::{
        super::{NodeEvent, Travel, commit, initialise, start},
        *,
    };
    use crate::{
        person::{
            Desk, tables,
            verbs::{PersonStatus, Status},
        },
        store::{Batch, tests},
        verb::Stop,
    };

    /// A home of somebody who knows one company, and that company's request for the name.
    fn home(store: &mut Store, now: Timestamp) -> (PublicKey, ToPerson) {
        let (seed, company) = (|| RootSeed::from_entropy([1; 32]), Keypair::from_secret(&[2; 32]));
        let (policy, supplier) = (Policy::preset("balanced").unwrap(), company.public());
        initialise(store, &seed(), policy.clone()).unwrap();
        let mut machine = Person::new(seed(), policy);
        let person = machine.pairing_key(&supplier).public();
        let agreement = Agreement::SdBase;
        let pairing = machine.proffer(&supplier, Nonce([1; 16]), agreement, None, now).unwrap();
        let profile = Profile {
            supplier,
            name: "Webwinkel BV".into(),
            sector: "retail".into(),
            domain: String::new(),
            contact: String::new(),
            wishes: Vec::new(),
            agreements: BTreeSet::from([agreement]),
            addresses: vec!["/ip4/127.0.0.1/tcp/1".into()],
            keys: regie_protocol::KeyHistory::default(),
            board: false,
            issued: now,
        };
        let acceptance = Acceptance { supplier, person, pairing: pairing.id(), agreement, at: now };
        let profile = Verified::sign(profile, &company).unwrap().signed().clone();
        let acceptance = Verified::sign(acceptance, &company).unwrap().signed().clone();
        let mut host = Written(Vec::new());
        machine.handle(Input::Paired(&supplier, profile, acceptance, &pairing), now, &mut host).unwrap();
        machine.handle(Input::Vouch(&supplier, true), now, &mut host).unwrap();
        commit(store, &machine, &host.0, now).unwrap();
        let request = DataRequest {
            id: Nonce([5; 16]),
            supplier,
            person,
            at: now,
            fields: ["name.full".parse().unwrap()].into(),
            purpose: Purpose::DeliveryOfGoods,
            reason: "to bring your parcel".into(),
            access: Access::Read,
            duration: Days(7),
            retention: Days(7),
            delegations: 0,
            chains: Vec::new(),
        };
        (supplier, ToPerson::Request(Verified::sign(request, &company).unwrap().signed().clone()))
    }

    /// Starts a node of this store, gives it the frame, and stops it: the reply, and what its owner is shown.
    async fn asked(store: Store, supplier: PublicKey, message: ToPerson) -> (PersonReply, PersonStatus) {
        let (events, end) = start(store, Travel::default()).unwrap();
        let (responder, answered) = Responder::apart();
        events.send(NodeEvent::Frame(supplier, Box::new(Ok(message)), responder)).await.unwrap();
        let reply = wire::decode(&answered.await.unwrap(), regie_protocol::limits::FRAME_BYTES).unwrap();
        let desk = Desk::new(events, std::sync::Arc::new(crate::person::verbs::NoPages));
        let status = desk.ask(Status {}).await.unwrap();
        desk.ask(Stop {}).await.unwrap();
        drop(desk);
        end.await.unwrap().unwrap();
        (reply, status)
    }

    #[tokio::test]
    async fn a_value_that_cant_be_decrypted_is_refused_for_now_and_its_owner_is_told() {
        let (dir, mut store) = tests::new_store_of(&tables::SCHEMA);
        let (supplier, request) = home(&mut store, clock::wall());
        let (value, spot) = ("Anna Bakker".parse().unwrap(), tables::FIELDS.at(&"name.full".parse().unwrap()));
        let observed = Observed { value, provenance: Provenance::Typed, observed: clock::wall() };
        let mut batch = Batch::new();
        batch.put(tables::FIELDS, &"name.full".parse().unwrap(), &observed);
        store.commit(batch).unwrap();
        let store = tests::damaged(&dir, &tables::SCHEMA, store, &spot);
        let (reply, status) = asked(store, supplier, request.clone()).await;
        assert_eq!(reply, PersonReply::Refused(Refusal::Unavailable), "not absent, and not answered");
        assert_eq!(status.unreadable, ["name.full".parse().unwrap()]);
        assert_eq!(status.suppliers[0].live_grants, 0);
        let store = tests::damaged(&dir, &tables::SCHEMA, tests::reopen_of(&dir, &tables::SCHEMA).unwrap(), &spot);
        let (reply, status) = asked(store, supplier, request).await;
        assert!(matches!(reply, PersonReply::Answer(_)), "the same request, once the value can be read: {reply:?}");
        assert!(status.unreadable.is_empty());
    }
}
