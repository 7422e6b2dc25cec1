//! Floods: each message of the protocol, again and again and each time another, against the row that stands for it in
//! `protocol/src/message/`. In: the table. Out: so many are let in and no more, nothing grows beyond what its row says, and
//! a message of which the table speaks and no flood is made fails here.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Access, Acknowledgement, Agreement, Board, Bounds, Chain, Content, Days, Delegation, Document, ErasureReceipt,
    Grant, HOUR_MS, Item, Keypair, Nonce, ObjectId, PublicKey, Purpose, Refusal, Renewal, Revocation, Scope, Selector,
    Signed, Timestamp, Verified,
    act::{Act, ActAnswer, Answered, ContractName, What},
    intent::{Intent, Offer, TakeUp, Withdrawal, last_end},
    limits,
    merkle::Frontier,
    message::{
        BoardReply, Browse, Collect, DelegationNotice, LogGrowth, Mandate, MessageForm, Per, PersonReply, Piece, Role,
        SupplierReply, ToBoard, ToPerson, ToSupplier,
    },
    person::{Input, Record},
    rate::{Frames, Peer, Source},
    resumption::Resumption,
    segment::{CountReport, Membership},
    supplier::{Invite, PairingBounds, Remembered},
    tally::TallyReport,
};

use crate::{
    NOW, World,
    memory::{CompanyMemory, done},
    reply,
};

/// How many hours a flood goes on.
const HOURS: u32 = 2;

fn key(number: u32) -> Keypair {
    let mut secret = [0x77; 32];
    secret[..4].copy_from_slice(&number.to_be_bytes());
    Keypair::from_secret(&secret)
}

fn nonce(number: u32) -> Nonce {
    let mut bytes = [0x33; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Nonce(bytes)
}

fn object(number: u32) -> ObjectId {
    ObjectId::of(&number.to_be_bytes())
}

fn sign<T: regie_protocol::Object>(value: T, by: &Keypair) -> Signed<T> {
    Verified::sign(value, by).expect("signed").signed().clone()
}

fn scope(now: Timestamp, days: u32, delegations: u8) -> Scope {
    let bounds = Bounds {
        per_hour: 60,
        uses: None,
        not_before: now,
        expires: now.plus_days(Days(days)),
        retention: Days(30),
        delegations,
    };
    Scope {
        fields: BTreeSet::from([Selector::Field("name.full".parse().expect("a field"))]),
        purposes: BTreeSet::from([Purpose::DeliveryOfGoods]),
        access: Access::Read,
        bounds,
    }
}

/// Everybody whom a flood may reach, and who floods them.
struct Flooded {
    world: World,
    board: Board,
    intent: Intent,
    /// The key of the person who floods a company.
    person: Keypair,
}

impl Flooded {
    fn new() -> Self {
        let world = World::new("balanced");
        let supplier = world.supplier_key();
        let person = world.person.relationship(&supplier).expect("paired").key();
        let person = Keypair::from_secret(&person.expose_secret());
        let (key, intent) = (key(1), Self::new_intent());
        let mut board = Board::new(self::key(2).public());
        let mut posted = crate::memory::BoardMemory::default();
        posted.keep(board.message(&key.public(), ToBoard::Cast(sign(intent.clone(), &key)), NOW));
        Self { world, board, intent, person }
    }

    fn say_to_supplier(&mut self, message: ToSupplier, now: Timestamp) {
        let person = self.person.public();
        reply(self.world.supplier.message(&person, message, now)).expect("answered");
    }

    fn say_to_board(&mut self, peer: &PublicKey, message: ToBoard, now: Timestamp) {
        let answer = crate::memory::BoardMemory::of(self.board.message(peer, message, now)).answer;
        answer.expect("answered");
    }

    fn grant(&self, number: u32, now: Timestamp) -> Grant {
        Grant {
            issuer: self.person.public(),
            audience: self.world.supplier_key(),
            scope: scope(now, 30, 1),
            agreement: Agreement::SdBase,
            nonce: nonce(number),
        }
    }

    /// The next message of a flood of this kind, given to who it is for.
    fn give(&mut self, tag: &str, number: u32, now: Timestamp) {
        match tag {
            "request" | "acknowledge" | "erased" | "delegated" | "put" | "piece" | "act_answer" => {
                let message = self.of_supplier(tag, number, now);
                self.world.give(message, now);
            }
            "cast" | "withdraw" | "collect" | "browse" | "offer" => {
                let (by, message) = self.of_market(tag, number);
                self.say_to_board(&by.public(), message, now);
            }
            // Its frames are the driver's to handle; the bound of its tasks has a test of its own.
            "prepare" | "close" => {}
            _ => {
                let message = self.of_person(tag, number, now);
                self.say_to_supplier(message, now);
            }
        }
    }

    fn of_person(&self, tag: &str, number: u32, now: Timestamp) -> ToSupplier {
        let (person, supplier, by) = (self.person.public(), self.world.supplier_key(), &self.person);
        let segment = object(number);
        match tag {
            "hello" => ToSupplier::Hello,
            "segments" => ToSupplier::Segments,
            "resume" => {
                let (run, follows, begins, apart) = (nonce(number), None, None, false);
                let resumption =
                    Resumption { person, supplier, run, follows, epoch: number, begins, apart, sealed: vec![7; 64] };
                ToSupplier::Resume(sign(resumption, by))
            }
            "grown" => {
                let (root, to) = (regie_protocol::merkle::leaf(&number.to_be_bytes()), Frontier::default());
                ToSupplier::Grown(LogGrowth { from: number.into(), root, to, proof: vec![root] })
            }
            "pair" => {
                let pairing = regie_protocol::Pairing {
                    person,
                    supplier,
                    invitation: nonce(number),
                    proffer: Agreement::SdBase,
                    alternative: None,
                    at: now,
                };
                ToSupplier::Pair(sign(pairing, by))
            }
            "disclose" => ToSupplier::Disclose(self.disclosed(number)),
            "renew" => {
                let later = key(50_000 + number);
                let renewal = Renewal { person: later.public(), follows: person, supplier, at: now };
                ToSupplier::Renew(sign(renewal, &later))
            }
            "grant" => ToSupplier::Grant(sign(self.grant(number, now), by)),
            "revoke" => {
                let revocation = Revocation { person, supplier, grant: object(number), at: now, erase: false };
                ToSupplier::Revoke(sign(revocation, by))
            }
            "mandate" => ToSupplier::Mandate(self.mandate(number, now)),
            "act" => ToSupplier::Act(sign(self.act(number, now), by)),
            "take_up" => ToSupplier::TakeUp(sign(TakeUp { person, supplier, offer: object(number), at: now }, by)),
            "belong" => {
                let until = now.plus_days(Days(1));
                ToSupplier::Belong(sign(Membership { person, supplier, segment, member: false, at: now, until }, by))
            }
            "count" => {
                ToSupplier::Count(sign(CountReport { person, supplier, segment, answer: true, epsilon: 1_000 }, by))
            }
            "tally" => {
                let (leader, helper, nonce) = (vec![1], vec![2], nonce(number));
                let report = TallyReport { person, supplier, segment, epsilon: 1_000, nonce, leader, helper };
                ToSupplier::Tally(sign(report, by))
            }
            other => panic!("there is no flood of {other}"),
        }
    }

    fn act(&self, number: u32, now: Timestamp) -> Act {
        let contract = ContractName { number: Some(number.to_string()), product: None, customer: None };
        let (person, supplier, what) = (self.person.public(), self.world.supplier_key(), What::Withdraw { contract });
        Act { person, supplier, id: nonce(number), at: now.hour(), what }
    }

    /// Somebody else's grant, handed on to this company by a key of the flooder's making.
    fn mandate(&self, number: u32, now: Timestamp) -> Mandate {
        let (issuer, between) = (key(60_000), key(60_001));
        let grant = Grant {
            issuer: issuer.public(),
            audience: between.public(),
            scope: scope(NOW, 30, 1),
            agreement: Agreement::SdBase,
            nonce: nonce(number),
        };
        let grant = Verified::sign(grant, &issuer).expect("signed");
        let mut within = scope(now, 1, 0);
        within.bounds.not_before = NOW;
        let link = Delegation {
            above: grant.id(),
            delegator: between.public(),
            audience: self.world.supplier_key(),
            scope: within,
            nonce: nonce(number),
        };
        let chain = Chain { grant: grant.signed().clone(), links: vec![sign(link, &between)] };
        Mandate { chain, reference: format!("parcel {number}") }
    }

    /// The first answer of the person, whose signature does not hold from the second time on.
    fn disclosed(&self, number: u32) -> Signed<regie_protocol::disclosure::Disclosure> {
        let body = wire_of(number);
        Signed::from_parts(body, *sign(self.grant(number, NOW), &self.person).parts().1)
    }

    fn of_market(&self, tag: &str, number: u32) -> (Keypair, ToBoard) {
        let (own, company, id) = (key(1), key(3), nonce(number));
        let intent = object(number);
        let message = match tag {
            "cast" => {
                let another = Intent { wish: format!("wish {number}"), ..self.intent.clone() };
                let cast = ToBoard::Cast(sign(another, &own));
                return (own, cast);
            }
            "withdraw" => {
                let by = key(4);
                let withdrawal = Withdrawal { key: by.public(), intent, expires: self.intent.expires };
                let withdraw = ToBoard::Withdraw(sign(withdrawal, &by));
                return (by, withdraw);
            }
            "collect" => return (own, ToBoard::Collect(Collect { intent, after: u64::from(number) })),
            "browse" => ToBoard::Browse(Browse { categories: BTreeSet::new(), after: u64::from(number) }),
            "offer" => {
                let invitation = regie_protocol::Invitation {
                    supplier: company.public(),
                    id,
                    addresses: vec!["/ip4/127.0.0.1/tcp/9".into()],
                };
                let offer = Offer {
                    id,
                    supplier: company.public(),
                    name: "Stroom BV".into(),
                    intent: sign(self.intent.clone(), &own).id(),
                    title: "power".into(),
                    price: Some("90.00EUR/month".parse().expect("a price")),
                    terms: BTreeMap::new(),
                    needs: needs(),
                    invitation,
                    expires: self.intent.expires,
                };
                ToBoard::Offer(sign(offer, &company))
            }
            other => panic!("there is no flood of {other}"),
        };
        (company, message)
    }

    fn of_supplier(&self, tag: &str, number: u32, now: Timestamp) -> ToPerson {
        let (supplier, person, by) = (self.world.supplier_key(), self.person.public(), self.world.supplier.key());
        match tag {
            "request" => {
                let mut request = self.world.crafted(number, now);
                // By turns what a default gives, what waits for the person, and what nobody gets.
                let fields = [&["name.full"][..], &["income.annual"], &["no.such", "nor.such"]][number as usize % 3];
                request.fields = fields.iter().map(|text| text.parse().expect("a path")).collect();
                ToPerson::Request(sign(request, by))
            }
            "acknowledge" => {
                let disclosure = object(number);
                ToPerson::Acknowledge(sign(Acknowledgement { supplier, person, disclosure, at: now }, by))
            }
            "erased" => {
                let (grant, revocation, fields) = (object(number), None, BTreeSet::new());
                ToPerson::Erased(sign(ErasureReceipt { supplier, person, grant, revocation, fields, at: now }, by))
            }
            "act_answer" => {
                let answer = Answered::Done { item: None };
                let act = object(number);
                ToPerson::ActAnswer(sign(ActAnswer { supplier, person, act, number: 1, at: now, answer }, by))
            }
            "delegated" => {
                let Mandate { chain, reference } = self.mandate(number, now);
                let processor = regie_protocol::Invitation {
                    supplier: key(70_000 + number).public(),
                    id: nonce(number),
                    addresses: vec!["/ip4/127.0.0.1/tcp/9".into()],
                };
                ToPerson::Delegated(DelegationNotice { chain, processor, reference })
            }
            "put" => {
                let document = Document { title: "a bill".into(), media_type: "text/plain".into(), body: vec![7; 100] };
                let (id, grant) = (nonce(number), object(number));
                let content = Content::Document(document);
                ToPerson::Put(sign(Item { id, supplier, person, grant, at: now, content }, by))
            }
            "piece" => ToPerson::Piece(Piece { item: nonce(number), number: 0, bytes: vec![7; 100] }),
            other => panic!("there is no flood of {other}"),
        }
    }

    /// How much there is of what a row of the table says that it grows.
    fn held(&self, tag: &str, what: &str) -> usize {
        let customer = self.world.supplier.customer(&self.person.public()).expect("a customer");
        let (_, relationship) = self.world.person.relationships().next().expect("a relationship");
        let Remembered { grants, mandates, revocations, keys } = customer.remembered();
        let figures = self.board.figures();
        match (tag, what) {
            ("request", "requests that wait") => relationship.waiting().count(),
            ("request", "answers to send") => relationship.undelivered(),
            ("request", "grants that a default gives") => relationship.grants().count(),
            ("delegated", "delegations") => self.world.person.all_mandates().count(),
            ("act", "acts") => customer.acts().len(),
            // To no act that was said.
            ("act_answer", _) => relationship.acts().values().map(|acted| acted.answers().len()).sum(),
            ("put", "items") => relationship.items().len(),
            // The flood's document is small, and its pieces are of nothing that came.
            ("put", _) => relationship.coming().count(),
            ("piece", _) => 0,
            ("disclose", "values") => customer.held().len(),
            ("disclose" | "grant", "grants") => grants,
            ("renew", "keys of the person") => keys,
            ("revoke", "revocations") => revocations,
            ("mandate", "mandates") => mandates,
            ("resume", "words of other runs") => customer.runs().map_or(0, |runs| runs.rivals.len()),
            ("resume", "branches of a log") => customer.runs().map_or(0, |runs| runs.branches.len()),
            // What proves nothing is kept nowhere.
            ("grown", _) => 0,
            ("cast", "intents") => figures.intents,
            ("withdraw", "withdrawals") => figures.withdrawn,
            ("offer", "offers") => figures.kept,
            // These are the driver's, by segment: what is refused is none.
            ("belong" | "count" | "tally", _) => 0,
            ("prepare", _) => 0,
            other => panic!("nobody counts {other:?}"),
        }
    }

    /// Entries of the log that the company witnesses.
    fn entries(&self) -> u64 {
        self.world.person.relationships().next().expect("a relationship").1.log().size()
    }
}

/// Bytes that are no disclosure, each time others.
fn wire_of(number: u32) -> Vec<u8> {
    number.to_be_bytes().repeat(20)
}

fn needs() -> regie_protocol::intent::Needs {
    regie_protocol::intent::Needs {
        fields: BTreeSet::from([Selector::Field("name.full".parse().expect("a field"))]),
        purpose: Purpose::DeliveryOfGoods,
        access: Access::ReadOnce,
        duration: Days(7),
        retention: Days(30),
    }
}

/// Sends so many of this kind as come in `HOURS`, and some more in each; how many were let in.
fn flood(flooded: &mut Flooded, form: &'static MessageForm) -> u64 {
    let (mut frames, sender) = (Frames::default(), key(9).public());
    let (mut let_in, mut number) = (0, 0);
    for hour in 0..=HOURS {
        let now = NOW.plus_ms(u64::from(hour) * HOUR_MS);
        let once = if hour == 0 { form.rate.at_once } else { form.rate.per_hour };
        for _ in 0..once + 25 {
            number += 1;
            let peer = Peer { key: &sender, known: true, source: None };
            match frames.admit(peer, form, 500, now) {
                Ok(()) => {
                    let_in += 1;
                    flooded.give(form.tag, number, now);
                }
                Err(code) => assert_eq!(code, Refusal::RateLimited, "{}", form.tag),
            }
        }
    }
    let_in
}

#[test]
fn a_flood_of_each_message_stays_within_the_row_that_stands_for_it() {
    for (role, form) in Role::ALL.into_iter().flat_map(|role| role.messages().iter().map(move |form| (role, form))) {
        let mut flooded = Flooded::new();
        let let_in = flood(&mut flooded, form);
        assert!(let_in <= form.rate.within(HOURS), "{}: {let_in}", form.tag);
        assert!(let_in >= u64::from(form.rate.at_once), "{}: {let_in}", form.tag);
        for growth in form.grows.iter().filter(|growth| growth.per != Per::All) {
            let Some((most, name)) = growth.most else { continue };
            let held = flooded.held(form.tag, growth.what);
            assert!(held as u64 <= most, "{}: {held} {}, above {name}", form.tag, growth.what);
        }
        // Beyond what was answered with values, a few entries an hour and one for all others.
        let answered = if form.tag == "request" { 2 * (60 + 64) + 64 } else { 0 };
        let most = 2 + answered + (limits::REJECTIONS_ENTERED.within(HOURS) + u64::from(HOURS));
        assert!(role != Role::Person || flooded.entries() <= most, "{}: {} entries", form.tag, flooded.entries());
    }
}

#[test]
fn grants_without_bound_fill_their_places_and_the_newest_is_kept() {
    let mut flooded = Flooded::new();
    let most = u32::try_from(limits::GRANTS_KEPT).expect("a number");
    for number in 0..most + 300 {
        flooded.give("grant", number, NOW.plus_ms(u64::from(number)));
    }
    let last = most + 299;
    let newest = sign(flooded.grant(last, NOW.plus_ms(u64::from(last))), &flooded.person).id();
    let first = sign(flooded.grant(0, NOW), &flooded.person).id();
    let customer = flooded.world.supplier.customer(&flooded.person.public()).expect("a customer");
    assert_eq!(customer.remembered().grants, limits::GRANTS_KEPT);
    assert!(customer.scope_of(&newest).is_some() && customer.scope_of(&first).is_none());
}

#[test]
fn a_public_invitation_makes_so_many_relationships_an_hour_and_the_rest_come_later() {
    let mut world = World::new("balanced");
    let (per_invitation, in_all, per_source) = (40, 60, 10);
    world.supplier.bound_pairings(PairingBounds { per_invitation, in_all, per_source });
    let mut entropy = world.entropy();
    let expires = NOW.plus_days(Days(14));
    let mut invite =
        |uses| done(world.supplier.invite(Invite { uses, expires, made: NOW, test: false }, &mut entropy)).id;
    let (public, other, single) = (invite(None), invite(None), invite(Some(1)));
    let supplier = world.supplier_key();
    let mut come = |number: u32, invitation: Nonce, source: Option<Source>, now: Timestamp| {
        let by = key(number);
        let (person, proffer) = (by.public(), Agreement::SdBase);
        let pairing = regie_protocol::Pairing { person, supplier, invitation, proffer, alternative: None, at: now };
        let message = ToSupplier::Pair(sign(pairing, &by));
        let effects = world.supplier.message_from(&person, source, message, now);
        match CompanyMemory::of(effects).answer.expect("answered") {
            SupplierReply::Paired(_) => true,
            SupplierReply::Refused(Refusal::RateLimited) => false,
            reply => panic!("{reply:?}"),
        }
    };
    let source = |number| Some(Source([4, 9, 9, number, 0, 0, 0]));
    let crowd = (100..200).filter(|number| come(*number, public, source(1), NOW)).count();
    assert_eq!(crowd, per_source as usize, "one source");
    assert!(come(100, public, source(1), NOW), "who was accepted may ask again");
    let all = (200..300).filter(|number| come(*number, public, None, NOW)).count();
    assert_eq!(all, (per_invitation - per_source) as usize, "one invitation");
    let more = (300..400).filter(|number| come(*number, other, None, NOW)).count();
    assert_eq!(more, (in_all - per_invitation) as usize, "the company");
    assert!(come(400, single, source(1), NOW), "who was invited by name is bounded by that alone");
    // They come again later, and are taken in.
    let later = NOW.plus_ms(HOUR_MS);
    let again = (200..300).filter(|number| come(*number, public, None, later)).count();
    assert!(again >= per_invitation as usize, "{again} after an hour");
    assert!(world.supplier.turned_away().times > 200 && world.supplier.turned_away().last == Some(later));
}

#[test]
fn one_key_hangs_up_one_intent_and_withdraws_one() {
    let mut flooded = Flooded::new();
    let own = key(1);
    let mut say = |peer: &Keypair, message| {
        let answer = crate::memory::BoardMemory::of(flooded.board.message(&peer.public(), message, NOW)).answer;
        answer.expect("answered")
    };
    let second = Intent { wish: "another".into(), ..flooded.intent.clone() };
    let spent = BoardReply::Refused(Refusal::KeySpent);
    assert_eq!(say(&own, ToBoard::Cast(sign(flooded.intent.clone(), &own))), BoardReply::Noted, "the same again");
    assert_eq!(say(&own, ToBoard::Cast(sign(second.clone(), &own))), spent);
    let first = sign(flooded.intent.clone(), &own).id();
    let withdrawal = |intent| Withdrawal { key: own.public(), intent, expires: flooded.intent.expires };
    assert_eq!(say(&own, ToBoard::Withdraw(sign(withdrawal(object(7)), &own))), spent);
    assert_eq!(say(&own, ToBoard::Withdraw(sign(withdrawal(first), &own))), BoardReply::Noted);
    assert_eq!(say(&own, ToBoard::Cast(sign(second, &own))), spent, "nor after it was withdrawn");
    let figures = flooded.board.figures();
    assert_eq!((figures.intents, figures.withdrawn), (0, 1));
}

#[test]
fn one_source_has_so_many_intents_on_a_board_and_another_comes_through() {
    let mut board = Board::new(key(2).public());
    let mut cast = |number: u32, source| {
        let (by, flooded) = (key(number), Flooded::new_intent());
        let intent = sign(Intent { key: by.public(), ..flooded }, &by);
        let effects = board.message_from(&by.public(), source, ToBoard::Cast(intent), NOW);
        crate::memory::BoardMemory::of(effects).answer.expect("answered")
    };
    let crowd = Some(Source([4, 9, 9, 9, 0, 0, 0]));
    let most = u32::try_from(limits::INTENTS_PER_SOURCE).expect("a number");
    for number in 0..most {
        assert_eq!(cast(100 + number, crowd), BoardReply::Noted);
    }
    assert_eq!(cast(9_000, crowd), BoardReply::Refused(Refusal::RateLimited));
    assert_eq!(cast(9_001, Some(Source([4, 9, 9, 8, 0, 0, 0]))), BoardReply::Noted);
    assert_eq!(cast(9_002, None), BoardReply::Noted);
    // All keys together have a bound as well, whencever they come.
    let noted = (10_000..17_000).filter(|number| cast(*number, None) == BoardReply::Noted).count();
    assert!(noted < limits::CASTS_IN_ALL.at_once as usize, "{noted}");
}

impl Flooded {
    fn new_intent() -> Intent {
        Intent {
            key: key(1).public(),
            board: key(2).public(),
            addresses: vec!["/ip4/127.0.0.1/tcp/40".into()],
            category: "energy.contract".parse().expect("a category"),
            wish: "green power".into(),
            details: BTreeMap::new(),
            budget: None,
            expires: last_end(NOW),
            per_supplier: 8,
        }
    }
}

#[test]
fn refused_messages_beyond_a_few_an_hour_are_counted_and_entered_together_also_after_a_restart() {
    let mut flooded = Flooded::new();
    let few = u64::from(limits::REJECTIONS_ENTERED.at_once);
    let before = flooded.entries();
    for number in 0..200 {
        flooded.give("erased", number, NOW);
    }
    assert_eq!(flooded.entries() - before, few);
    let world = &mut flooded.world;
    world.person = world.rebuilt(world.host.records.len());
    for number in 200..300 {
        flooded.give("erased", number, NOW);
    }
    assert_eq!(flooded.entries() - before, few, "a restart begins no new hour");
    let world = &mut flooded.world;
    let later = NOW.plus_ms(HOUR_MS);
    let records = world.host.records.len();
    world.person.handle(Input::Tick, later, &mut world.host).expect("no owner is asked");
    let counted = |record: &Record| match record {
        Record::Entry { bytes, .. } => {
            let entry: Option<regie_protocol::audit::Entry> =
                regie_protocol::wire::decode(bytes, limits::ENTRY_BYTES).ok();
            match entry?.event {
                regie_protocol::audit::Event::RejectedMore { count } => Some(count),
                _ => None,
            }
        }
        _ => None,
    };
    let told: Vec<u32> = world.host.records[records..].iter().filter_map(counted).collect();
    assert_eq!(told, [300 - u32::try_from(few).expect("a number")]);
    world.person.handle(Input::Tick, later, &mut world.host).expect("no owner is asked");
    assert_eq!(flooded.entries() - before, few + 1, "once");
}

#[test]
fn requests_that_get_nothing_do_not_fill_a_disk_also_over_restarts() {
    let mut world = World::new("balanced");
    let before: usize = world.host.records.len();
    let mut refused = 0;
    for number in 0..600 {
        let now = NOW.plus_ms(u64::from(number) * 1_000);
        let mut request = world.crafted(number, now);
        request.fields =
            (0..60).map(|field| format!("no.such.field{number}x{field}")).filter_map(|t| t.parse().ok()).collect();
        request.fields.extend((0..60).filter_map(|field| format!("nosuch.f{field}").parse().ok()));
        request.fields = request.fields.into_iter().take(60).collect();
        assert_eq!(request.fields.len(), 60);
        let message = ToPerson::Request(sign(request, world.supplier.key()));
        refused += usize::from(world.give(message, now) == PersonReply::Refused(Refusal::RateLimited));
        if number % 100 == 99 {
            world.person = world.rebuilt(world.host.records.len());
        }
    }
    let kept = |record: &&Record| matches!(record, Record::Entry { .. } | Record::Outgoing { .. });
    let bytes: usize = world.host.records[before..]
        .iter()
        .filter(kept)
        .map(|record| regie_protocol::wire::encode(record).expect("encodes").len())
        .sum();
    assert!(refused > 500, "{refused} were refused");
    assert!(bytes < 400 * 1024, "{bytes} bytes in an hour");
}
