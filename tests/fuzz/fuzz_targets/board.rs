//! Scripts of intents, withdrawals, offers and questions against the board machine, and of what other boards say. At
//! each step: one reply a message, no page above its bound, nothing on a page that has ended, was withdrawn or was not
//! asked for, no more offers of one supplier than the intent takes, none of a company that is not let in; at the end the
//! records rebuild the same board.
#![no_main]

#[path = "../../../protocol/tests/memory/mod.rs"]
mod memory;

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use memory::BoardMemory;
use regie_protocol::{
    Access, Board, DAY_MS, Days, Invitation, Keypair, Nonce, Object, ObjectId, PublicKey, Purpose, Refusal, Signed,
    Timestamp, Verified,
    board::{Effects, Record},
    intent::{Category, Intent, Needs, Offer, Withdrawal},
    limits,
    message::{self, BoardReply, Browse, Collect, Intents, ToBoard},
};

#[derive(Arbitrary, Debug)]
enum Step {
    Cast { who: u8, category: u8, days: u8, per_supplier: u8, elsewhere: bool, other: bool },
    Withdraw { who: u8, which: u8, days: u8 },
    Offer { who: u8, which: u8, id: u8, hours: u8, title: u8 },
    Collect { who: u8, which: u8, after: u8 },
    Browse { category: Option<u8>, after: u8 },
    Gossip { intents: Vec<u8>, withdrawn: Vec<u8> },
    Frame { who: u8, bytes: Vec<u8> },
    Pass { hours: u16 },
    Tick,
    Restart,
    Admit { who: u8 },
    Dismiss { who: u8 },
    OpenToAll,
}

const CATEGORIES: [&str; 4] = ["energy.contract", "energy", "home.repair", "travel"];

struct World {
    board: Board,
    now: Timestamp,
    records: Vec<Record>,
    intents: Vec<Signed<Intent>>,
    withdrawals: Vec<Signed<Withdrawal>>,
    collected: BTreeMap<(ObjectId, PublicKey), BTreeSet<ObjectId>>,
    /// What was withdrawn, by whom, and until when that is remembered.
    gone: BTreeMap<(ObjectId, PublicKey), Timestamp>,
    /// Who was admitted, and whether only they may offer.
    admitted: BTreeSet<PublicKey>,
    closed: bool,
}

/// 0 the board, 10 and on the makers of intents, 20 and on suppliers.
fn key(number: u8) -> Keypair {
    Keypair::from_secret(&[number; 32])
}

fn maker(who: u8) -> Keypair {
    key(10 + who % 4)
}

fn company(who: u8) -> Keypair {
    key(20 + who % 3)
}

fn sign<T: Object>(value: T, key: &Keypair) -> Signed<T> {
    Verified::sign(value, key).expect("signs").signed().clone()
}

fn category(number: u8) -> Category {
    CATEGORIES[usize::from(number) % CATEGORIES.len()].parse().expect("a category")
}

fn pick<T>(list: &[T], which: u8) -> Option<&T> {
    list.get(usize::from(which) % list.len().max(1))
}

impl World {
    fn new() -> Self {
        Self {
            board: Board::new(key(0).public()),
            now: Timestamp(1_800_000_000_000),
            records: Vec::new(),
            intents: Vec::new(),
            withdrawals: Vec::new(),
            collected: BTreeMap::new(),
            gone: BTreeMap::new(),
            admitted: BTreeSet::new(),
            closed: false,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Cast { who, category: of, days, per_supplier, elsewhere, other } => {
                let day = (self.now.0 / DAY_MS + u64::from(days % 120)) * DAY_MS;
                let intent = Intent {
                    key: maker(who).public(),
                    board: key(u8::from(elsewhere)).public(),
                    addresses: vec!["/ip4/127.0.0.1/tcp/1".into()],
                    category: category(of),
                    wish: String::new(),
                    details: BTreeMap::new(),
                    budget: None,
                    expires: Timestamp(day),
                    per_supplier,
                };
                let signed = sign(intent, &maker(who));
                self.intents.push(signed.clone());
                self.give(&maker(if other { who.wrapping_add(1) } else { who }).public(), ToBoard::Cast(signed));
            }
            Step::Withdraw { who, which, days } => self.withdraw(who, which, days),
            Step::Offer { who, which, id, hours, title } => self.offer(who, which, id, hours, title),
            Step::Collect { who, which, after } => {
                let Some(intent) = pick(&self.intents, which).map(Signed::id) else { return };
                let collect = Collect { intent, after: u64::from(after) };
                self.give(&maker(who).public(), ToBoard::Collect(collect));
            }
            Step::Browse { category: of, after } => {
                let categories = of.map(category).into_iter().collect();
                self.give(&company(0).public(), ToBoard::Browse(Browse { categories, after: u64::from(after) }));
            }
            Step::Gossip { intents, withdrawn } => {
                let intents = intents.iter().filter_map(|n| pick(&self.intents, *n).cloned()).collect();
                let withdrawn = withdrawn.iter().filter_map(|n| pick(&self.withdrawals, *n).cloned()).collect();
                let page = Intents { intents, withdrawn, last: 0, more: false };
                let effects = self.board.gossiped(page, self.now);
                assert!(self.run(effects).is_none(), "gossip is not answered");
            }
            Step::Frame { who, bytes } => {
                if let Ok(message) = message::read(&bytes) {
                    self.give(&maker(who).public(), message);
                }
            }
            Step::Pass { hours } => self.now = self.now.plus_ms(u64::from(hours) * 3_600_000),
            Step::Tick => {
                let effects = self.board.tick(self.now);
                self.run(effects);
            }
            Step::Restart => self.board = self.rebuilt(),
            Step::Admit { who } => {
                let supplier = company(who).public();
                let effects = self.board.admit(&[supplier].into()).expect("there is room for three");
                (self.closed, _) = (true, self.admitted.insert(supplier));
                self.run(effects);
            }
            Step::Dismiss { who } => {
                let supplier = company(who).public();
                let effects = self.board.dismiss(supplier);
                self.admitted.remove(&supplier);
                self.run(effects);
            }
            Step::OpenToAll => {
                let effects = self.board.open_to_all();
                self.closed = false;
                self.run(effects);
            }
        }
    }

    fn withdraw(&mut self, who: u8, which: u8, days: u8) {
        let Some(intent) = pick(&self.intents, which).map(Signed::id) else { return };
        let expires = Timestamp((self.now.0 / DAY_MS + u64::from(days % 120)) * DAY_MS);
        let signed = sign(Withdrawal { key: maker(who).public(), intent, expires }, &maker(who));
        self.withdrawals.push(signed.clone());
        self.give(&maker(who).public(), ToBoard::Withdraw(signed));
    }

    fn offer(&mut self, who: u8, which: u8, id: u8, hours: u8, title: u8) {
        let Some(intent) = pick(&self.intents, which).map(Signed::id) else { return };
        let supplier = company(who).public();
        let needs = Needs {
            fields: BTreeSet::new(),
            purpose: Purpose::DeliveryOfGoods,
            access: Access::Read,
            duration: Days(1),
            retention: Days(30),
        };
        let invitation = Invitation { supplier, id: Nonce([id; 16]), addresses: vec!["/ip4/127.0.0.1/tcp/1".into()] };
        let offer = Offer {
            id: Nonce([id; 16]),
            supplier,
            name: "S".into(),
            intent,
            title: "t".repeat(usize::from(title)),
            price: None,
            terms: BTreeMap::new(),
            needs,
            invitation,
            expires: self.now.plus_ms(u64::from(hours) * 3_600_000),
        };
        self.give(&supplier, ToBoard::Offer(sign(offer, &company(who))));
    }

    fn give(&mut self, peer: &PublicKey, message: ToBoard) {
        let offers = matches!(message, ToBoard::Offer(_));
        let let_in = !self.closed || self.admitted.contains(peer);
        let effects = self.board.message(peer, message, self.now);
        match self.run(effects).expect("one reply for one message") {
            BoardReply::Intents(page) => self.page(&page),
            BoardReply::Noted => assert!(let_in || !offers, "an offer of a company that was not admitted"),
            BoardReply::Refused(code) => {
                assert!(!(let_in && code == Refusal::NotAdmitted), "one that is let in is kept out")
            }
            BoardReply::Offers(page) => {
                assert!(page.offers.len() <= limits::OFFERS_PER_PAGE);
                for offer in page.offers {
                    let offer = offer.verify().expect("only what its maker signed");
                    let intent = self.intents.iter().find(|own| own.id() == offer.intent).expect("for an intent");
                    let intent = intent.clone().verify().expect("our own");
                    assert!(intent.key == *peer && intent.expires > self.now, "shown to its intent's key, in time");
                    let made = self.collected.entry((offer.intent, offer.supplier)).or_default();
                    made.insert(offer.id());
                    assert!(made.len() <= usize::from(intent.per_supplier), "more than the intent takes");
                }
            }
        }
    }

    /// What a board shows is signed, in time, and was not withdrawn by its own key.
    fn page(&self, page: &Intents) {
        assert!(page.intents.len() + page.withdrawn.len() <= limits::INTENTS_PER_PAGE);
        for intent in &page.intents {
            let intent = intent.clone().verify().expect("only what its maker signed");
            assert!(intent.expires > self.now, "an intent that has ended is shown");
            let gone = self.gone.get(&(intent.id(), intent.key)).is_some_and(|until| *until > self.now);
            assert!(!gone, "a withdrawn intent is shown");
        }
    }

    fn run(&mut self, effects: Effects) -> Option<BoardReply> {
        let said = BoardMemory::of(effects);
        for record in said.records {
            // A maker that withdrew for less than its intent's time may cast it anew, and takes offers anew.
            if let Record::Gone { intent } = &record {
                self.collected.retain(|(own, _), _| own != intent);
            }
            if let Record::Withdrawn { withdrawal, .. } = &record {
                let gone = withdrawal.clone().verify().expect("the board took it");
                self.gone.insert((gone.intent, gone.key), gone.expires);
            }
            self.records.push(record);
        }
        said.answer
    }

    fn rebuilt(&self) -> Board {
        let mut board = Board::new(key(0).public());
        for record in &self.records {
            board.restore(record).expect("replays");
        }
        board
    }
}

fuzz_target!(|steps: Vec<Step>| {
    let mut world = World::new();
    for step in steps.into_iter().take(64) {
        world.step(step);
    }
    let mut again = world.rebuilt();
    assert_eq!(again.figures(), world.board.figures());
    let all = |board: &mut Board, now| {
        let browse = ToBoard::Browse(Browse { categories: BTreeSet::new(), after: 0 });
        format!("{:?}", BoardMemory::of(board.message(&key(30).public(), browse, now)))
    };
    assert_eq!(all(&mut again, world.now), all(&mut world.board, world.now));
});
