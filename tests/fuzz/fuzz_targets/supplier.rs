//! Scripts of frames and a company's actions against the supplier machine: one reply for each frame, never a
//! value held without a grant, and records that rebuild the same state.
#![no_main]

#[path = "../../../protocol/tests/memory/mod.rs"]
mod memory;

use std::collections::BTreeSet;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use memory::CompanyMemory;
use regie_protocol::{
    Access, Agreement, Days, Entropy, Keypair, Nonce, ObjectId, Pairing, Profile, Purpose, Revocation, Supplier,
    Timestamp, Verified,
    message::{self, ToSupplier},
    supplier::{Ask, Invite, Parcel},
};

#[derive(Arbitrary, Debug)]
enum Step {
    Frame { who: u8, bytes: Vec<u8> },
    Hello { who: u8 },
    Pair { who: u8, invitation: u8, skew: i32, agreement: u8 },
    Invite { uses: Option<u8> },
    Revoke { who: u8, erase: bool },
    Ask { who: u8, days: u16, kept: u16 },
    Send { who: u8 },
    Replied { who: u8, id: u8, bytes: Vec<u8> },
    Lost { who: u8 },
    Pass { ms: u32 },
    Tick,
}

fuzz_target!(|steps: Vec<Step>| {
    let key = || Keypair::from_secret(&[2; 32]);
    let mut supplier = Supplier::new(key());
    let (mut now, mut memory, mut invitations) = (Timestamp(1_800_000_000_000), CompanyMemory::default(), Vec::new());
    let profile = Profile {
        supplier: key().public(),
        name: "S".into(),
        sector: "retail".into(),
        domain: String::new(),
        contact: String::new(),
        wishes: Vec::new(),
        agreements: BTreeSet::from([Agreement::SdBase]),
        addresses: Vec::new(),
        keys: regie_protocol::KeyHistory::default(),
        board: false,
        issued: now,
    };
    memory.keep(supplier.set_profile(profile).expect("well formed"));
    for (n, step) in steps.into_iter().take(64).enumerate() {
        let person = |who: u8| Keypair::from_secret(&[10 + who % 4; 32]);
        let entropy = || Entropy::new([n as u8; 32]);
        let mut frame = |supplier: &mut Supplier, who: u8, message: ToSupplier| {
            let reply = memory.keep(supplier.message(&person(who).public(), message, now));
            assert!(reply.is_some(), "one reply for one frame");
        };
        match step {
            Step::Frame { who, bytes } => {
                if let Ok(message) = message::read(&bytes) {
                    frame(&mut supplier, who, message);
                }
            }
            Step::Hello { who } => frame(&mut supplier, who, ToSupplier::Hello),
            Step::Pair { who, invitation, skew, agreement } => {
                let id = invitations.get(usize::from(invitation)).copied().unwrap_or(Nonce([invitation; 16]));
                let pairing = Pairing {
                    person: person(who).public(),
                    supplier: key().public(),
                    invitation: id,
                    proffer: Agreement::ALL[usize::from(agreement) % Agreement::ALL.len()],
                    alternative: (agreement % 3 == 0).then(|| ObjectId::of(&[agreement])),
                    at: Timestamp(now.0.saturating_add_signed(i64::from(skew))),
                };
                let signed = Verified::sign(pairing, &person(who)).expect("signs").signed().clone();
                frame(&mut supplier, who, ToSupplier::Pair(signed));
            }
            Step::Revoke { who, erase } => {
                let grant = ObjectId::of(&[who]);
                let person_key = person(who).public();
                let revocation = Revocation { person: person_key, supplier: key().public(), grant, at: now, erase };
                let signed = Verified::sign(revocation, &person(who)).expect("signs").signed().clone();
                frame(&mut supplier, who, ToSupplier::Revoke(signed));
            }
            Step::Invite { uses } => {
                let (uses, expires) = (uses.map(u32::from), now.plus_days(Days(1)));
                let invite = Invite { uses, expires, made: now, test: false };
                let (invitation, effects) = supplier.invite(invite, &mut entropy());
                invitations.push(invitation.id);
                memory.keep(effects);
            }
            Step::Ask { who, days, kept } => {
                let ask = Ask {
                    person: person(who).public(),
                    fields: BTreeSet::from(["name.full".parse().expect("a path")]),
                    purpose: Purpose::DeliveryOfGoods,
                    reason: "r".into(),
                    access: Access::Read,
                    duration: Days(days.into()),
                    retention: Days(kept.into()),
                    delegations: (kept % 6) as u8,
                };
                if let Ok((_, effects)) = supplier.ask(ask, now, &mut entropy()) {
                    memory.keep(effects);
                }
            }
            Step::Send { who } => drop(supplier.to_send(&person(who).public(), now)),
            Step::Replied { who, id, bytes } => {
                if let Ok(reply) = message::read_reply(&bytes) {
                    let (_, effects) =
                        supplier.replied(&person(who).public(), &Parcel::Request(Nonce([id; 16])), reply, now);
                    memory.keep(effects);
                }
            }
            Step::Lost { who } => supplier.connection_lost(&person(who).public()),
            Step::Pass { ms } => now = now.plus_ms(u64::from(ms)),
            Step::Tick => drop(memory.keep(supplier.tick(now))),
        }
    }
    let mut again = Supplier::new(key());
    for record in &memory.records {
        again.restore(record).expect("replays");
    }
    assert_eq!(again.customers().count(), supplier.customers().count());
    for ((_, customer), (_, same)) in supplier.customers().zip(again.customers()) {
        assert_eq!(customer.held(), same.held());
        let granted: BTreeSet<ObjectId> = customer.grants().map(|grant| grant.id()).collect();
        assert!(customer.held().values().all(|held| granted.contains(&held.grant)), "held without a grant");
    }
});
