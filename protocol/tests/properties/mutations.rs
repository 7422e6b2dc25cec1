//! Random damage to sound signed objects as they travel: none is taken for another value, or taken at all.

use std::sync::LazyLock;

use proptest::prelude::*;
use regie_protocol::{
    DataRequest, Grant, Keypair, Nonce, Object, Signed, Timestamp, Verified,
    audit::{self, Entry, Event},
    disclosure::Disclosure,
    limits,
    merkle::Frontier,
    wire,
};

use crate::{
    cases,
    fixtures::{NOW, grant, person, request, supplier},
};

#[derive(Clone, Debug)]
enum Damage {
    Flip { at: prop::sample::Index, bit: u8 },
    Set { at: prop::sample::Index, byte: u8 },
    Insert { at: prop::sample::Index, byte: u8 },
    Remove { at: prop::sample::Index },
    Cut { to: prop::sample::Index },
    Repeat { from: prop::sample::Index, count: usize },
    Move { from: prop::sample::Index, to: prop::sample::Index, count: usize },
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => (at(), 0u8..8).prop_map(|(at, bit)| Damage::Flip { at, bit }),
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Set { at, byte }),
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Insert { at, byte }),
        2 => at().prop_map(|at| Damage::Remove { at }),
        1 => at().prop_map(|to| Damage::Cut { to }),
        1 => (at(), 1usize..20).prop_map(|(from, count)| Damage::Repeat { from, count }),
        1 => (at(), at(), 1usize..20).prop_map(|(from, to, count)| Damage::Move { from, to, count }),
    ]
}

impl Damage {
    fn to(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match self {
            Self::Flip { at, bit } => bytes[at.index(length)] ^= 1 << bit,
            Self::Set { at, byte } => bytes[at.index(length)] = *byte,
            Self::Insert { at, byte } => bytes.insert(at.index(length), *byte),
            Self::Remove { at } => drop(bytes.splice(at.index(length)..=at.index(length), [])),
            Self::Cut { to } => bytes.truncate(to.index(length)),
            Self::Repeat { from, count } => {
                let from = from.index(length);
                let part = bytes[from..(from + count).min(length)].to_vec();
                drop(bytes.splice(from..from, part));
            }
            Self::Move { from, to, count } => {
                let from = from.index(length);
                let part: Vec<u8> = bytes.drain(from..(from + count).min(length)).collect();
                let to = to.index(bytes.len() + 1);
                drop(bytes.splice(to..to, part));
            }
        }
    }
}

fn sound<T: Object>(value: T, key: &Keypair) -> Vec<u8> {
    wire::encode(Verified::sign(value, key).expect("signed").signed()).expect("encodes")
}

static GRANT: LazyLock<Vec<u8>> = LazyLock::new(|| sound(grant(), &person()));
static REQUEST: LazyLock<Vec<u8>> = LazyLock::new(|| sound(request(), &supplier()));
static DISCLOSURE: LazyLock<Vec<u8>> = LazyLock::new(|| sound(disclosure(), &person()));

fn disclosure() -> Disclosure {
    let (released, absent) = Default::default();
    let (asked, refused) = Default::default();
    let event = Event::Answered { request: None, released, absent, asked, refused };
    let entry = Entry { at: Timestamp(NOW), salt: Nonce([1; 16]), event };
    Disclosure {
        person: person().public(),
        supplier: supplier().public(),
        request: None,
        at: Timestamp(NOW),
        answers: std::collections::BTreeMap::new(),
        grants: vec![Verified::sign(grant(), &person()).expect("signed").signed().clone()],
        entry: audit::append(&mut Frontier::default(), &entry).expect("appended"),
        epoch: 0,
        grown: Vec::new(),
    }
}

fn taken<T: Object>(bytes: &[u8]) -> bool {
    wire::decode::<Signed<T>>(bytes, limits::FRAME_BYTES).is_ok_and(|signed| signed.verify().is_ok())
}

/// Is the damaged form refused, or is it the sound one after all?
fn refused<T: Object>(sound: &[u8], damages: &[Damage]) -> bool {
    let mut bytes = sound.to_vec();
    for damage in damages {
        damage.to(&mut bytes);
    }
    bytes == sound || !taken::<T>(&bytes)
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn a_damaged_object_is_not_taken(damages in proptest::collection::vec(damage(), 1..4)) {
        prop_assert!(refused::<Grant>(&GRANT, &damages));
        prop_assert!(refused::<DataRequest>(&REQUEST, &damages));
        prop_assert!(refused::<Disclosure>(&DISCLOSURE, &damages));
    }
}

#[test]
fn the_sound_objects_are_taken() {
    assert!(taken::<Grant>(&GRANT));
    assert!(taken::<DataRequest>(&REQUEST));
    assert!(taken::<Disclosure>(&DISCLOSURE));
}

#[test]
fn no_single_bit_of_a_signature_can_be_turned() {
    let signed = Verified::sign(grant(), &person()).expect("signed");
    let (body, signature) = signed.signed().parts();
    for bit in 0..512 {
        let mut turned = *signature;
        turned.0[bit / 8] ^= 1 << (bit % 8);
        assert!(Signed::<Grant>::from_parts(body.to_vec(), turned).verify().is_err(), "bit {bit}");
    }
}
