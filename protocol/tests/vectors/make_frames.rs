//! A frame of each kind: of every message, by whom it is for, and of every reply. In: the objects of the other vectors, under
//! the same keys. Out: `frames.json`.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Acceptance, Acknowledgement, Agreement, Alternative, Chain, Content, DataRequest, Delegation, Document,
    ErasureReceipt, Invitation, Item, KeyHistory, Keypair, Nonce, Object, ObjectId, Refusal, Renewal, Revocation,
    Rotation, Signed, Timestamp, Verified,
    act::{Answered, Why},
    disclosure::Disclosure,
    intent::{BoardLink, Offer, TakeUp, Withdrawal},
    merkle::{self, Frontier, Hash},
    message::{
        Begun, BoardReply, Browse, Collect, DelegationNotice, Intents, LogGrowth, Mandate, Offers, PersonReply, Piece,
        Rival, Skewed, SupplierReply, ToBoard, ToPerson, ToSupplier, Wanted,
    },
    resumption::Resumption,
    segment::{CountReport, Membership, Segment},
    tally::HelperLink,
};

use crate::{
    fixtures::{NOW, company, grant, link, pairing, person, processor, profile, request, scope_below, supplier},
    frames::{self, File, Frame, link as shown, message, reply},
    make_acts,
    make_disclosure::Draft,
    make_entries,
    make_market::{END, helper_card, intent, intent_key, offer, segment},
    make_tally_frames,
};

pub fn file() -> File {
    let mut found = to_person();
    found.extend(to_supplier());
    found.extend(to_board());
    found.extend(make_tally_frames::frames());
    let addresses = vec!["/ip4/127.0.0.1/tcp/7481".to_owned()];
    let helper = HelperLink { card: helper_card(&processor()), addresses: addresses.clone() };
    File {
        about: "A frame of each kind, an entry of each event, and the links. The keys are those of the other files: \
                the supplier's secret is 32 bytes of 02, the processor's, who is board and helper too, of 03, the \
                company's next key of 04; the person's root seed is 32 bytes of 01."
            .into(),
        frames: found,
        entries: make_entries::entries().iter().map(frames::logged).collect(),
        links: vec![
            shown("invitation", &invitation(&supplier(), 0x61).to_string()),
            shown("board-link", &BoardLink::new(processor().public(), addresses).to_string()),
            shown("helper-link", &helper.to_string()),
        ],
    }
}

pub fn sign<T: Object>(value: T, key: &Keypair) -> Signed<T> {
    Verified::sign(value, key).expect("signs").signed().clone()
}

pub fn invitation(of: &Keypair, number: u8) -> Invitation {
    Invitation { supplier: of.public(), id: Nonce([number; 16]), addresses: vec!["/ip4/127.0.0.1/tcp/7481".into()] }
}

/// The grant and the supplier's delegation to its processor.
fn chain() -> Chain {
    let grant = sign(grant(), &person());
    let below: Delegation = link(grant.id(), &supplier(), &processor(), scope_below(1));
    Chain { links: vec![sign(below, &supplier())], grant }
}

fn disclosure() -> Signed<Disclosure> {
    let mut draft = Draft::new();
    if let regie_protocol::audit::Event::Answered { asked, .. } = &mut draft.event {
        asked.values_mut().for_each(|rule| *rule = regie_protocol::departure::BY_RULE.into());
    }
    sign(draft.finish(), &person())
}

fn revocation() -> Revocation {
    let grant = sign(grant(), &person()).id();
    Revocation { person: person().public(), supplier: supplier().public(), grant, at: Timestamp(NOW), erase: true }
}

fn receipt(revocation: Option<ObjectId>) -> Signed<ErasureReceipt> {
    let receipt = ErasureReceipt {
        supplier: supplier().public(),
        person: person().public(),
        grant: sign(grant(), &person()).id(),
        revocation,
        fields: BTreeSet::from(["name.full".parse().expect("a field")]),
        at: Timestamp(NOW),
    };
    sign(receipt, &supplier())
}

fn acknowledgement() -> Signed<Acknowledgement> {
    let (supplier, key) = (supplier().public(), supplier());
    let acknowledgement =
        Acknowledgement { supplier, person: person().public(), disclosure: disclosure().id(), at: Timestamp(NOW) };
    sign(acknowledgement, &key)
}

fn item() -> Signed<Item> {
    let item = Item {
        id: Nonce([0x44; 16]),
        supplier: supplier().public(),
        person: person().public(),
        grant: sign(grant(), &person()).id(),
        at: Timestamp(NOW),
        content: Content::Document(Document {
            title: "A bill".into(),
            media_type: "text/plain".into(),
            body: b"you owe us 1 euro".to_vec(),
        }),
    };
    sign(item, &supplier())
}

fn to_person() -> Vec<Frame> {
    let processor = invitation(&processor(), 0x62);
    let delegated = DelegationNotice { chain: chain(), processor, reference: "parcel 7".into() };
    let extended = make_acts::answer(1, make_acts::access(), Answered::Extended { why: Why::Many });
    let shown = DataRequest { chains: vec![chain()], ..request() };
    vec![
        message(&ToPerson::Request(sign(shown, &supplier()))),
        message(&ToPerson::Acknowledge(acknowledgement())),
        message(&ToPerson::Erased(receipt(None))),
        message(&ToPerson::Delegated(delegated)),
        message(&ToPerson::Put(item())),
        message(&ToPerson::Piece(Piece { item: Nonce([0x45; 16]), number: 1, bytes: b"the end of it".to_vec() })),
        message(&ToPerson::ActAnswer(sign(extended, &supplier()))),
        reply::<ToPerson>(&PersonReply::Answer(disclosure())),
        reply::<ToPerson>(&PersonReply::Noted),
        reply::<ToPerson>(&PersonReply::Wanted(Wanted { piece: 1 })),
        reply::<ToPerson>(&PersonReply::Refused(Refusal::Paused)),
        reply::<ToPerson>(&PersonReply::Skewed(Skewed { at: Timestamp(NOW).minute() })),
    ]
}

fn to_supplier() -> Vec<Frame> {
    let (me, them) = (person().public(), supplier().public());
    let at = Timestamp(NOW);
    let (segment, offer) = (sign(segment(), &supplier()).id(), sign(offer(), &supplier()).id());
    // The person's next generation.
    let next = regie_protocol::RootSeed::from_entropy(crate::fixtures::SEED).pairwise(&them, 1);
    let renewal = Renewal { person: next.public(), follows: me, supplier: them, at };
    let member = Membership { person: me, supplier: them, segment, member: true, at: at.hour(), until: Timestamp(END) };
    let count = CountReport { person: me, supplier: them, segment, answer: true, epsilon: 1_000 };
    vec![
        message(&ToSupplier::Hello),
        message(&ToSupplier::Resume(resumption(0x31, Some(0x32)))),
        message(&ToSupplier::Grown(growth())),
        message(&ToSupplier::Pair(sign(pairing(), &person()))),
        message(&ToSupplier::Disclose(disclosure())),
        message(&ToSupplier::Renew(sign(renewal, &next))),
        message(&ToSupplier::Grant(sign(grant(), &person()))),
        message(&ToSupplier::Revoke(sign(revocation(), &person()))),
        message(&ToSupplier::Mandate(Mandate { chain: chain(), reference: "parcel 7".into() })),
        message(&ToSupplier::Act(sign(make_acts::act(make_acts::notice()), &person()))),
        message(&ToSupplier::TakeUp(sign(TakeUp { person: me, supplier: them, offer, at }, &person()))),
        message(&ToSupplier::Segments),
        message(&ToSupplier::Belong(sign(member, &person()))),
        message(&ToSupplier::Count(sign(count, &person()))),
        make_tally_frames::tally(),
    ]
    .into_iter()
    .chain(supplier_replies())
    .collect()
}

/// A run by that name, of a log of three entries that went on behind a restore. What is sealed in it is none.
fn resumption(run: u8, follows: Option<u8>) -> Signed<Resumption> {
    let resumption = Resumption {
        person: person().public(),
        supplier: supplier().public(),
        run: Nonce([run; 16]),
        follows: follows.map(|follows| Nonce([follows; 16])),
        epoch: 40_000,
        begins: Some(frontier(3)),
        apart: false,
        sealed: vec![0x5e; 120],
    };
    sign(resumption, &person())
}

fn leaves(size: u8) -> Vec<Hash> {
    (0..size).map(|number| merkle::leaf(&[number])).collect()
}

fn frontier(size: u8) -> Frontier {
    Frontier::over(&leaves(size))
}

/// From three entries to seven.
fn growth() -> LogGrowth {
    let proof = merkle::prove_growth(&leaves(7), 3).expect("a prefix");
    LogGrowth { from: 3, root: merkle::root(&leaves(3)), to: frontier(7), proof }
}

fn supplier_replies() -> Vec<Frame> {
    let (supplier_key, at) = (supplier().public(), Timestamp(NOW));
    let (person, pairing) = (person().public(), sign(pairing(), &person()).id());
    let acceptance = Acceptance { supplier: supplier_key, person, pairing, agreement: Agreement::SdBase, at };
    let alternative = Alternative { supplier: supplier_key, person, pairing, agreement: Agreement::SdBaseA, at };
    vec![
        reply::<ToSupplier>(&SupplierReply::Profile(sign(rotated(), &company(2)))),
        reply::<ToSupplier>(&SupplierReply::Begun(Begun {
            witnessed: 7,
            rival: Some(Rival { word: resumption(0x33, None), beside: Nonce([0x31; 16]) }),
        })),
        reply::<ToSupplier>(&SupplierReply::Superseded(resumption(0x32, None))),
        reply::<ToSupplier>(&SupplierReply::Paired(sign(acceptance, &supplier()))),
        reply::<ToSupplier>(&SupplierReply::Alternative(sign(alternative, &supplier()))),
        reply::<ToSupplier>(&SupplierReply::Acknowledged(acknowledgement())),
        reply::<ToSupplier>(&SupplierReply::Erased(receipt(Some(sign(revocation(), &crate::fixtures::person()).id())))),
        reply::<ToSupplier>(&SupplierReply::Received(make_acts::receipt())),
        reply::<ToSupplier>(&SupplierReply::Segments(segments())),
        reply::<ToSupplier>(&SupplierReply::Noted),
        reply::<ToSupplier>(&SupplierReply::Refused(Refusal::NotPaired)),
        reply::<ToSupplier>(&SupplierReply::Skewed(Skewed { at: at.minute() })),
    ]
}

/// A profile of a company that had the key of 05 before, and will have that of 04.
fn rotated() -> regie_protocol::Profile {
    let (supplier, before, next) = (supplier().public(), company(5).public(), company(4).public());
    let rotation = Rotation { supplier, follows: before, next, at: Timestamp(NOW) };
    let keys = KeyHistory {
        next: Some(next),
        rotations: vec![sign(rotation, &company(2))],
        revoked: BTreeSet::from([company(6).public()]),
    };
    regie_protocol::Profile { keys, ..profile(supplier, "De Winkel BV") }
}

fn segments() -> Vec<Signed<Segment>> {
    vec![sign(segment(), &supplier()), make_tally_frames::segment()]
}

fn to_board() -> Vec<Frame> {
    let key = intent_key();
    let cast = sign(intent(), &key);
    let id = cast.id();
    let withdrawn = sign(Withdrawal { key: key.public(), intent: id, expires: Timestamp(END) }, &key);
    let category = |name: &str| name.parse().expect("a category");
    let browse = Browse { categories: BTreeSet::from([category("energy"), category("insurance.car")]), after: 0 };
    let terms = BTreeMap::from([("persons".to_owned(), "3".to_owned())]);
    let own = offer();
    let priced = |number, price: Option<&str>| {
        let price = price.map(|price| price.parse().expect("a price"));
        sign(Offer { id: Nonce([number; 16]), price, terms: terms.clone(), ..own.clone() }, &supplier())
    };
    let offer = priced(0x72, Some("99.00EUR/month"));
    let offers =
        vec![offer.clone(), priced(0x7b, Some("20.00EUR")), priced(0x7c, Some("900.00EUR/year")), priced(0x7d, None)];
    let intents = Intents { intents: vec![cast.clone()], withdrawn: vec![withdrawn.clone()], last: 2, more: false };
    vec![
        message(&ToBoard::Cast(cast)),
        message(&ToBoard::Withdraw(withdrawn)),
        message(&ToBoard::Collect(Collect { intent: id, after: 0 })),
        message(&ToBoard::Browse(browse)),
        message(&ToBoard::Offer(offer)),
        reply::<ToBoard>(&BoardReply::Offers(Offers { offers, last: 4, more: false })),
        reply::<ToBoard>(&BoardReply::Intents(intents)),
        reply::<ToBoard>(&BoardReply::Noted),
        reply::<ToBoard>(&BoardReply::Refused(Refusal::BoardFull)),
    ]
}
