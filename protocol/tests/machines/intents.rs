//! Intents and offers: cast under a key of their own, answered within caps, taken up under another key, and no two of
//! one person alike to a board or a supplier.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Access, Board, DAY_MS, Days, Invitation, Keypair, Nonce, ObjectId, PublicKey, Purpose, Refusal, Signed, Timestamp,
    Verified,
    board::{self, BoardError},
    intent::{Criterion, Intent, Needs, Offer, Withdrawal, last_end},
    limits,
    message::{BoardReply, Browse, Collect, Intents, Offers, SupplierReply, ToBoard},
    person::{Input, NewIntent, Outcome, OwnerError, Stage},
    supplier::{self, NewOffer},
};

use crate::{
    Hint, NOW, World,
    memory::{BoardMemory, CompanyMemory, done},
};

struct Market {
    board: Board,
    key: PublicKey,
    memory: BoardMemory,
}

impl Market {
    fn new() -> Self {
        let key = company(40).public();
        Self { board: Board::new(key), key, memory: BoardMemory::default() }
    }

    fn link(&self) -> Invitation {
        Invitation { supplier: self.key, id: Nonce([0; 16]), addresses: vec!["/ip4/127.0.0.1/tcp/40".into()] }
    }

    fn give(&mut self, peer: &PublicKey, message: ToBoard, now: Timestamp) -> BoardReply {
        self.memory.keep(self.board.message(peer, message, now)).expect("answered")
    }

    fn seen(&mut self, categories: &[&str], after: u64) -> Intents {
        let categories = categories.iter().map(|text| text.parse().expect("a category")).collect();
        match self.give(&company(41).public(), ToBoard::Browse(Browse { categories, after }), NOW) {
            BoardReply::Intents(page) => page,
            other => panic!("{other:?}"),
        }
    }

    /// A board rebuilt from what was stored, in the order in which a driver restores.
    fn rebuilt(&self) -> Board {
        let mut records: Vec<_> = self.memory.records.iter().collect();
        records.sort_by_key(|record| match record {
            board::Record::Posted { .. } => 0,
            board::Record::Offered { .. } => 1,
            _ => 2,
        });
        let mut board = Board::new(self.key);
        for record in records {
            board.restore(record).expect("replays");
        }
        board
    }
}

fn company(number: u8) -> Keypair {
    Keypair::from_secret(&[number; 32])
}

fn wish(market: &Market, keep: u8) -> NewIntent {
    NewIntent {
        board: market.link(),
        category: "energy.contract".parse().expect("a category"),
        wish: "green power for a small house".into(),
        details: BTreeMap::from([("persons".into(), "3".into()), ("region".into(), "10xx".into())]),
        budget: Some("150.00EUR/month".parse().expect("a price")),
        duration: Days(14),
        per_supplier: 2,
        keep,
        rank_by: vec![Criterion::Price, Criterion::Fields],
    }
}

impl World {
    fn cast(&mut self, new: NewIntent) -> ObjectId {
        self.host.hints.clear();
        self.person.handle(Input::Cast(new), NOW, &mut self.host).expect("cast");
        self.hinted().expect("the board is to be told")
    }

    /// The intent of which there is something to say to its board, if that was just hinted at.
    fn hinted(&mut self) -> Option<ObjectId> {
        self.host.hints.drain(..).find_map(|hint| if let Hint::Board(id) = hint { Some(id) } else { None })
    }

    /// Takes a board's answer in; is there more to say at once?
    fn board_says(&mut self, id: &ObjectId, reply: BoardReply) -> bool {
        self.host.hints.clear();
        self.person.handle(Input::BoardReplied(id, reply), NOW, &mut self.host).expect("no owner is asked");
        self.hinted().is_some()
    }

    /// Lets the person's node and the board speak until neither has more to say.
    fn sync(&mut self, market: &mut Market, id: &ObjectId) {
        for _ in 0..200 {
            let Some(say) = self.person.to_board(id, NOW) else { return };
            let key = Keypair::from_secret(&say.secret).public();
            assert_eq!(key, self.person.intent(id).expect("known").intent.key, "dialled under the intent's own key");
            let answer = market.give(&key, say.message.into_inner(), NOW);
            if !self.board_says(id, answer) {
                return;
            }
        }
        panic!("the two never stop");
    }

    fn offered(&mut self, intent: &Verified<Intent>, price: &str, fields: &[&str]) -> Verified<Offer> {
        let mut entropy = self.entropy();
        done(self.supplier.offer(intent, offer_at(price, fields), NOW, &mut entropy).expect("signed"))
    }
}

fn offer_at(price: &str, fields: &[&str]) -> NewOffer {
    NewOffer {
        title: "Groene stroom, een jaar vast".into(),
        price: Some(price.parse().expect("a price")),
        terms: BTreeMap::from([("persons".into(), "3".into())]),
        needs: Needs {
            fields: fields.iter().map(|field| field.parse().expect("a selector")).collect(),
            purpose: Purpose::RequestedServiceProvision,
            access: Access::Read,
            duration: Days(60),
            retention: Days(60),
        },
        expires: NOW.plus_days(Days(10)),
        test: false,
    }
}

fn open(signed: &Signed<Intent>) -> Verified<Intent> {
    signed.clone().verify().expect("holds")
}

/// An offer of any company, signed by hand: for attacks.
fn forged(by: &Keypair, intent: ObjectId, number: u32, price: &str) -> Signed<Offer> {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    let new = offer_at(price, &["name.full"]);
    let invitation =
        Invitation { supplier: by.public(), id: Nonce(id), addresses: vec!["/ip4/127.0.0.1/tcp/9".into()] };
    let NewOffer { title, price, terms, needs, expires, .. } = new;
    let (id, supplier, name) = (Nonce(id), by.public(), "Stroom BV".into());
    let offer = Offer { id, supplier, name, intent, title, price, terms, needs, invitation, expires };
    Verified::sign(offer, by).expect("signed").signed().clone()
}

#[test]
fn from_a_wish_to_a_grant_of_just_what_the_offer_needs() {
    let (mut world, mut market) = (World::new("balanced"), Market::new());
    let id = world.cast(wish(&market, 10));
    world.sync(&mut market, &id);
    assert_eq!(world.person.intent(&id).expect("known").stored.stage, Stage::Open);
    // The supplier sees it by its category, and by a broader one, and not by another.
    assert!(market.seen(&["retail"], 0).intents.is_empty());
    let page = market.seen(&["energy"], 0);
    assert!(market.seen(&["energy"], page.last).intents.is_empty(), "a cursor goes on after the page");
    let intent = open(&page.intents[0]);
    let (dear, cheap) = (world.offered(&intent, "140.00EUR/month", &["name.full"]), {
        world.offered(&intent, "1200.00EUR/year", &["name.full", "address.street"])
    });
    let supplier = world.supplier_key();
    for offer in [&dear, &cheap, &cheap] {
        assert_eq!(market.give(&supplier, ToBoard::Offer(offer.signed().clone()), NOW), BoardReply::Noted);
    }
    world.sync(&mut market, &id);
    let ranked: Vec<ObjectId> = world.person.ranked(&id).iter().map(|offer| offer.id()).collect();
    assert_eq!(ranked, [cheap.id(), dear.id()], "by price, once each");
    // Taken up: the supplier has the two fields and not the third, and knows which offer it was.
    let before = world.held();
    let mut entropy = world.entropy();
    world.person.handle(Input::TakeUp(&id, &cheap.id()), NOW, &mut world.host).expect("taken up");
    let (person, key) = (world.person_key(), world.supplier_key());
    let mut taken = Vec::new();
    for outgoing in world.person.to_send(&key, NOW) {
        let said = CompanyMemory::of(world.supplier.message(&person, outgoing.message.into_inner(), NOW));
        taken.extend(said.records.into_iter().filter_map(|record| match record {
            supplier::Record::TakenUp { taken, .. } => Some(taken.verify()),
            _ => None,
        }));
        assert!(!matches!(said.answer, Some(SupplierReply::Refused(_))));
    }
    assert_eq!(taken[0].as_ref().expect("signed").offer, cheap.id());
    assert_eq!((before.len(), world.held()), (0, vec!["address.street".to_owned(), "name.full".to_owned()]));
    // The board is told that it is over; the intent is down there, and no offer gets in.
    world.sync(&mut market, &id);
    let outcome = Outcome::TakenUp { offer: cheap.id(), supplier };
    assert_eq!(world.person.intent(&id).expect("known").stored.stage, Stage::Closed(outcome));
    assert_eq!(market.seen(&[], 0).withdrawn.len(), 1);
    let late = done(world.supplier.offer(&intent, offer_at("1.00EUR", &[]), NOW, &mut entropy).expect("signed"));
    let answer = market.give(&supplier, ToBoard::Offer(late.signed().clone()), NOW);
    assert_eq!(answer, BoardReply::Refused(Refusal::UnknownIntent));
    let again = world.person.handle(Input::TakeUp(&id, &dear.id()), NOW, &mut world.host).err();
    assert_eq!(again, Some(OwnerError::OfferOver));
    // All of it is rebuilt from the records.
    let rebuilt = world.rebuilt(world.host.records.len());
    assert_eq!(rebuilt.intent(&id).expect("known").stored, world.person.intent(&id).expect("known").stored);
    assert_eq!(rebuilt.ranked(&id).len(), 2);
    assert_eq!(market.rebuilt().figures(), market.board.figures());
}

#[test]
fn two_intents_of_one_person_share_nothing_that_a_board_or_supplier_sees() {
    let (mut world, mut market) = (World::new("balanced"), Market::new());
    let own = [world.person_key(), world.person.log_key(), world.supplier_key()];
    let ids = [world.cast(wish(&market, 10)), world.cast(wish(&market, 10))];
    assert_ne!(ids[0], ids[1], "the same wish twice is two intents");
    for id in &ids {
        world.sync(&mut market, id);
    }
    let page = market.seen(&[], 0);
    let (one, other) = (open(&page.intents[0]), open(&page.intents[1]));
    assert_ne!(one.key, other.key);
    assert!(own.iter().all(|key| *key != one.key && *key != other.key));
    // But for the key, the two are the same bytes: nothing in them is the person's own, not even the hour.
    let blind = |intent: &Intent| Intent { key: own[0], ..intent.clone() };
    assert_eq!(blind(&one), blind(&other));
    assert!(one.expires.0.is_multiple_of(DAY_MS));
    // Neither key may act for the other.
    let (mine, theirs) = (other.key, one.id());
    let collect = ToBoard::Collect(Collect { intent: theirs, after: 0 });
    assert_eq!(market.give(&mine, collect, NOW), BoardReply::Refused(Refusal::UnknownIntent));
    let cast = ToBoard::Cast(page.intents[0].clone());
    assert_eq!(market.give(&mine, cast, NOW), BoardReply::Refused(Refusal::WrongSender));
}

#[test]
fn a_thousand_hostile_offers_are_bounded_on_the_board_and_at_the_person() {
    let (mut world, mut market) = (World::new("balanced"), Market::new());
    let id = world.cast(wish(&market, 5));
    world.sync(&mut market, &id);
    let supplier = world.supplier_key();
    let mut codes = BTreeMap::<&str, usize>::new();
    for number in 0..1_000_u32 {
        // Each from a key of its own: keys cost nothing. They are dear, so that they rank low.
        let mut secret = [99; 32];
        secret[..4].copy_from_slice(&number.to_be_bytes());
        let sybil = Keypair::from_secret(&secret);
        let answer = market.give(&sybil.public(), ToBoard::Offer(forged(&sybil, id, number, "149.00EUR/month")), NOW);
        let code = match answer {
            BoardReply::Noted => "noted",
            BoardReply::Refused(code) => code.code(),
            other => panic!("{other:?}"),
        };
        *codes.entry(code).or_default() += 1;
    }
    assert_eq!(codes, BTreeMap::from([("noted", limits::OFFERS_WAITING), ("too_many_waiting", 936)]));
    world.sync(&mut market, &id);
    assert_eq!(world.person.ranked(&id).len(), 5, "what the person said they want to see");
    // Taking them in freed their places: an honest offer comes through and is the best.
    let intent = open(&market.seen(&[], 0).intents[0]);
    let honest = world.offered(&intent, "90.00EUR/month", &["name.full"]);
    assert_eq!(market.give(&supplier, ToBoard::Offer(honest.signed().clone()), NOW), BoardReply::Noted);
    world.sync(&mut market, &id);
    assert_eq!(world.person.ranked(&id)[0].id(), honest.id());
    let kept = world.person.intent(&id).expect("known");
    assert_eq!((kept.names().len(), kept.stored.passed), (limits::OFFERS_KEPT, 1), "one gave way to it");
    // One key has no more than its cap, also when its offers were taken in.
    for (number, wanted) in [(1, BoardReply::Noted), (2, BoardReply::Refused(Refusal::TooManyOffers))] {
        let offer = forged(&company(2), id, 5_000 + number, "80.00EUR");
        assert_eq!(market.give(&supplier, ToBoard::Offer(offer), NOW), wanted);
    }
    // Over its whole life an intent takes so many and no more.
    let mut noted = 0;
    for number in 0..2_000_u32 {
        let mut secret = [98; 32];
        secret[..4].copy_from_slice(&number.to_be_bytes());
        let sybil = Keypair::from_secret(&secret);
        let offer = ToBoard::Offer(forged(&sybil, id, 10_000 + number, "149.00EUR"));
        noted += usize::from(market.give(&sybil.public(), offer, NOW) == BoardReply::Noted);
        if number % 50 == 0 {
            world.sync(&mut market, &id);
        }
    }
    assert_eq!(noted, limits::OFFERS_PER_INTENT - 64 - 2);
    assert_eq!(market.rebuilt().figures(), market.board.figures());
}

#[test]
fn a_hostile_board_can_withhold_but_not_forge_flood_or_keep_the_node_busy() {
    let (mut world, market) = (World::new("balanced"), Market::new());
    let id = world.cast(NewIntent { per_supplier: 1, ..wish(&market, 50) });
    let open = |world: &mut World| {
        world.board_says(&id, BoardReply::Noted);
    };
    open(&mut world);
    let thief = company(66);
    let elsewhere = forged(&thief, ObjectId::of(b"another intent"), 1, "1.00EUR");
    let (body, _) = elsewhere.parts();
    let unsigned = Signed::from_parts(body.to_vec(), *forged(&thief, id, 2, "1.00EUR").parts().1);
    let many: Vec<_> = (10..40).map(|number| forged(&thief, id, number, "1.00EUR")).collect();
    let page = Offers { offers: [vec![elsewhere, unsigned], many].concat(), last: 7, more: true };
    assert!(world.board_says(&id, BoardReply::Offers(page.clone())), "the page went on");
    assert_eq!(world.person.ranked(&id).len(), 1, "one of that supplier, as the intent says");
    assert!(!world.board_says(&id, BoardReply::Offers(page)), "the same page again is no reason to ask again");
    assert_eq!(world.person.ranked(&id).len(), 1);
    let before = world.host.records.len();
    assert!(!world.board_says(&id, BoardReply::Refused(Refusal::Unavailable)) && world.host.records.len() > before);
    assert_eq!(world.person.intent(&id).expect("known").stored.refused, Some(Refusal::Unavailable));
    // What the board said is forgotten once it answers again, also where it has nothing new.
    let nothing = Offers { offers: Vec::new(), last: 7, more: false };
    world.board_says(&id, BoardReply::Offers(nothing.clone()));
    assert_eq!(world.person.intent(&id).expect("known").stored.refused, None);
    let before = world.host.records.len();
    world.board_says(&id, BoardReply::Offers(nothing));
    assert_eq!(world.host.records.len(), before, "nothing is written for nothing");
}

/// Five baits of five keys fill what the person sees. Each that is passed over brings up an honest offer, which was held
/// behind it; the node does not ask the board for it again.
#[test]
fn an_offer_that_is_passed_over_makes_room_for_the_next_best() {
    let (mut world, mut market) = (World::new("balanced"), Market::new());
    let id = world.cast(wish(&market, 5));
    world.sync(&mut market, &id);
    let intent = open(&market.seen(&[], 0).intents[0]);
    let supplier = world.supplier_key();
    let honest = [world.offered(&intent, "90.00EUR/month", &[]), world.offered(&intent, "95.00EUR/month", &[])];
    for offer in &honest {
        assert_eq!(market.give(&supplier, ToBoard::Offer(offer.signed().clone()), NOW), BoardReply::Noted);
    }
    for number in 0..5 {
        let company = company(100 + number);
        let bait = ToBoard::Offer(forged(&company, id, u32::from(number), "1.00EUR/year"));
        assert_eq!(market.give(&company.public(), bait, NOW), BoardReply::Noted);
    }
    world.sync(&mut market, &id);
    let shown = |world: &World| world.person.ranked(&id).iter().map(|offer| offer.id()).collect::<Vec<_>>();
    let baits = shown(&world);
    assert!(baits.len() == 5 && honest.iter().all(|offer| !baits.contains(&offer.id())));
    for bait in &baits[..2] {
        world.person.handle(Input::PassOver(&id, bait), NOW, &mut world.host).expect("passed over");
    }
    assert_eq!(shown(&world)[3..], [honest[0].id(), honest[1].id()]);
    // It is rebuilt from the records; what was never shown goes when the intent ends.
    assert_eq!(world.rebuilt(world.host.records.len()).ranked(&id).len(), 5);
    let more = company(110);
    let bait = ToBoard::Offer(forged(&more, id, 9, "1.00EUR/year"));
    assert_eq!(market.give(&more.public(), bait, NOW), BoardReply::Noted);
    world.sync(&mut market, &id);
    assert_eq!(world.person.intent(&id).expect("known").names().len(), 6);
    world.person.handle(Input::Withdraw(&id), NOW, &mut world.host).expect("withdrawn");
    assert_eq!(world.person.intent(&id).expect("known").names().len(), 5);
    assert_eq!(world.rebuilt(world.host.records.len()).intent(&id).expect("known").names().len(), 5);
}

#[test]
fn withdrawn_intents_do_not_come_back_and_nobody_withdraws_anothers() {
    let (mut world, mut home, mut other) = (World::new("balanced"), Market::new(), Market::new());
    (other.key, other.board) = (company(42).public(), Board::new(company(42).public()));
    let id = world.cast(wish(&home, 10));
    world.sync(&mut home, &id);
    let signed = home.seen(&[], 0).intents[0].clone();
    // A withdrawal by another key, sent to a board that does not know the intent yet, keeps nothing away.
    let thief = company(66);
    let false_word = Withdrawal { key: thief.public(), intent: id, expires: open(&signed).expires };
    let false_word = Verified::sign(false_word, &thief).expect("signed").signed().clone();
    assert_eq!(other.give(&thief.public(), ToBoard::Withdraw(false_word.clone()), NOW), BoardReply::Noted);
    let answer = home.give(&thief.public(), ToBoard::Withdraw(false_word), NOW);
    assert_eq!(answer, BoardReply::Refused(Refusal::WrongSender));
    assert!(other.memory.keep(other.board.gossiped(home.seen(&[], 0), NOW)).is_none(), "gossip is not answered");
    assert_eq!((other.board.figures().intents, other.board.figures().gossiped), (1, 1), "boards gossip");
    // Offers go to the board that the intent names.
    let stray = ToBoard::Offer(forged(&company(2), id, 1, "1.00EUR"));
    assert_eq!(other.give(&company(2).public(), stray, NOW), BoardReply::Refused(Refusal::WrongBoard));
    world.person.handle(Input::Withdraw(&id), NOW, &mut world.host).expect("withdrawn");
    world.sync(&mut home, &id);
    assert_eq!(world.person.intent(&id).expect("known").stored.stage, Stage::Closed(Outcome::Withdrawn));
    other.memory.keep(other.board.gossiped(home.seen(&[], 0), NOW));
    assert_eq!(other.board.figures().intents, 0, "and gossip withdrawals");
    // An old copy, from the person's key or another board, stays down.
    let page = Intents { intents: vec![signed.clone()], withdrawn: Vec::new(), last: 9, more: false };
    assert!(BoardMemory::of(home.board.gossiped(page.clone(), NOW)).records.is_empty());
    assert!(BoardMemory::of(other.board.gossiped(page, NOW)).records.is_empty());
    let again = home.give(&open(&signed).key, ToBoard::Cast(signed.clone()), NOW);
    assert_eq!(again, BoardReply::Refused(Refusal::UnknownIntent));
    // After its end nothing of it is left.
    home.memory.keep(home.board.tick(open(&signed).expires));
    assert_eq!(home.board.figures(), board::Figures::default());
}

#[test]
fn intents_out_of_bounds_are_refused_on_both_sides() {
    let (mut world, mut market) = (World::new("balanced"), Market::new());
    let good = wish(&market, 10);
    let bad = [
        NewIntent { duration: Days(0), ..good.clone() },
        NewIntent { duration: Days(limits::INTENT_DAYS + 1), ..good.clone() },
        NewIntent { per_supplier: 0, ..good.clone() },
        NewIntent { per_supplier: limits::OFFERS_PER_SUPPLIER + 1, ..good.clone() },
        NewIntent { keep: 0, ..good.clone() },
        NewIntent { rank_by: Vec::new(), ..good.clone() },
        NewIntent { wish: "two\nlines".into(), ..good.clone() },
        NewIntent { details: (0..17).map(|n| (format!("d{n}"), String::new())).collect(), ..good.clone() },
        NewIntent { details: BTreeMap::from([("No".into(), "x".into())]), ..good.clone() },
        NewIntent { details: BTreeMap::from([("d".into(), "x".repeat(129))]), ..good.clone() },
        NewIntent { board: Invitation { addresses: Vec::new(), ..market.link() }, ..good.clone() },
    ];
    for new in bad {
        let said = format!("{new:?}");
        assert_eq!(
            world.person.handle(Input::Cast(new), NOW, &mut world.host).err(),
            Some(OwnerError::BadIntent),
            "{said}"
        );
    }
    let key = company(70);
    let base = Intent {
        key: key.public(),
        board: market.key,
        addresses: market.link().addresses,
        category: good.category.clone(),
        wish: String::new(),
        details: BTreeMap::new(),
        budget: None,
        expires: last_end(NOW),
        per_supplier: 1,
    };
    let hostile = [
        (Intent { per_supplier: 255, ..base.clone() }, Refusal::Malformed),
        (Intent { expires: Timestamp(last_end(NOW).0 - 1), ..base.clone() }, Refusal::Malformed),
        (Intent { expires: Timestamp(last_end(NOW).0 + DAY_MS), ..base.clone() }, Refusal::Expired),
        (Intent { expires: Timestamp(NOW.0 / DAY_MS * DAY_MS), ..base.clone() }, Refusal::Expired),
        (Intent { board: company(43).public(), ..base.clone() }, Refusal::WrongBoard),
        (Intent { addresses: vec!["x".repeat(256); 16], ..base.clone() }, Refusal::TooLarge),
    ];
    for (intent, code) in hostile {
        let cast = ToBoard::Cast(Verified::sign(intent, &key).expect("signed").signed().clone());
        assert_eq!(market.give(&key.public(), cast, NOW), BoardReply::Refused(code));
    }
    assert_eq!(market.board.figures(), board::Figures::default());
    // As many as are allowed, and not one more.
    for _ in 0..limits::INTENTS_OPEN {
        world.cast(good.clone());
    }
    assert_eq!(world.person.handle(Input::Cast(good), NOW, &mut world.host).err(), Some(OwnerError::TooManyIntents));
    let nobody = BTreeSet::from(["energy".parse().expect("a category")]);
    let browse = ToBoard::Browse(Browse { categories: nobody, after: u64::MAX });
    assert!(matches!(market.give(&key.public(), browse, NOW), BoardReply::Intents(page) if page.intents.is_empty()));
}

#[test]
fn an_offer_that_needs_more_than_the_agreement_permits_is_not_taken_up() {
    let (mut world, mut market) = (World::new("balanced"), Market::new());
    let id = world.cast(wish(&market, 10));
    world.sync(&mut market, &id);
    let intent = open(&market.seen(&[], 0).intents[0]);
    let mut new = offer_at("90.00EUR", &["name.full"]);
    new.needs.purpose = Purpose::DirectMarketing;
    let mut entropy = world.entropy();
    let greedy = done(world.supplier.offer(&intent, new, NOW, &mut entropy).expect("signed"));
    let supplier = world.supplier_key();
    market.give(&supplier, ToBoard::Offer(greedy.signed().clone()), NOW);
    world.sync(&mut market, &id);
    let (before, kept) = (world.host.records.len(), world.person.intent(&id).expect("known").stored.clone());
    let refused = world.person.handle(Input::TakeUp(&id, &greedy.id()), NOW, &mut world.host).err();
    assert_eq!(refused, Some(OwnerError::Refused(Refusal::OutsideAgreement)));
    assert_eq!((world.host.records.len(), &world.person.intent(&id).expect("known").stored), (before, &kept));
    world.person.handle(Input::PassOver(&id, &greedy.id()), NOW, &mut world.host).expect("passed over");
    assert!(world.person.ranked(&id).is_empty());
}

#[test]
fn at_its_end_an_intent_closes_by_itself() {
    let (mut world, mut market) = (World::new("balanced"), Market::new());
    let id = world.cast(wish(&market, 10));
    world.sync(&mut market, &id);
    let end = world.person.intent(&id).expect("known").intent.expires;
    world.person.handle(Input::Tick, end, &mut world.host).expect("no owner is asked");
    assert_eq!(world.person.intent(&id).expect("known").stored.stage, Stage::Closed(Outcome::Ended));
    assert!(world.person.to_board(&id, end).is_none());
}

/// A hundred keys of one company get nothing onto a board that admits, and have no signature checked; who is admitted, and
/// the board's own company, gets through. It is all there after a restart.
#[test]
fn a_board_may_take_offers_of_those_it_admitted_only() {
    let (mut world, mut market) = (World::new("balanced"), Market::new());
    let id = world.cast(wish(&market, 5));
    world.sync(&mut market, &id);
    let (shop, stranger, own) = (company(50), company(51), company(40));
    let mut number = 0;
    let mut offer = |market: &mut Market, by: &Keypair| {
        number += 1;
        market.give(&by.public(), ToBoard::Offer(forged(by, id, number, "90.00EUR")), NOW)
    };
    let change = |market: &mut Market, effects: board::Effects| {
        assert!(market.memory.keep(effects).is_none(), "an owner's word is no answer to a frame");
    };
    assert_eq!(offer(&mut market, &stranger), BoardReply::Noted, "a new board takes offers of everybody");
    let effects = market.board.admit(&[shop.public()].into()).expect("admitted");
    change(&mut market, effects);
    let refused = BoardReply::Refused(Refusal::NotAdmitted);
    for number in 0..100 {
        let sybil = company(100 + number);
        let unsigned = Signed::from_parts(vec![0; 40], *forged(&sybil, id, 1, "1.00EUR").parts().1);
        assert_eq!(market.give(&sybil.public(), ToBoard::Offer(unsigned), NOW), refused);
    }
    assert_eq!(offer(&mut market, &stranger), refused);
    assert_eq!((offer(&mut market, &shop), offer(&mut market, &own)), (BoardReply::Noted, BoardReply::Noted));
    // Another's offer is not carried in by one that is admitted.
    let carried = ToBoard::Offer(forged(&stranger, id, 900, "1.00EUR"));
    assert_eq!(market.give(&shop.public(), carried, NOW), BoardReply::Refused(Refusal::WrongSender));
    // Nobody left is not everybody.
    let effects = market.board.dismiss(shop.public());
    change(&mut market, effects);
    assert_eq!((offer(&mut market, &shop), offer(&mut market, &stranger)), (refused.clone(), refused.clone()));
    assert_eq!(market.rebuilt().figures(), market.board.figures());
    assert!(market.board.figures().only_admitted && market.board.figures().admitted == 0);
    let effects = market.board.open_to_all();
    change(&mut market, effects);
    assert_eq!(offer(&mut market, &stranger), BoardReply::Noted);
    // So many and no more.
    for number in 0..limits::ADMITTED_PER_BOARD as u32 {
        let mut secret = [97; 32];
        secret[..4].copy_from_slice(&number.to_be_bytes());
        let effects = market.board.admit(&[Keypair::from_secret(&secret).public()].into()).expect("room");
        change(&mut market, effects);
    }
    assert_eq!(market.board.admit(&[shop.public()].into()).err(), Some(BoardError::TooManyAdmitted));
    assert_eq!(market.rebuilt().figures(), market.board.figures());
}
