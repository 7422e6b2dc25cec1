//! Random scripts of what owner and suppliers do. In: randomness. Out: actions, which `machine.rs` carries out.

use proptest::{prelude::*, sample::Index};

/// One thing that happens to a person's node. Companies are 0, the supplier, and 1, its processor.
#[derive(Clone, Debug)]
pub enum Action {
    /// A company asks, perhaps showing a chain below the supplier's first grant.
    Ask {
        company: usize,
        fields: u8,
        purpose: usize,
        access: usize,
        shown: Option<Shown>,
    },
    /// An earlier request comes again, byte for byte.
    AskAgain(Index),
    /// The person grants unasked; some of these are out of bounds.
    Grant {
        company: usize,
        fields: u8,
        access: usize,
        days: u32,
        retention: u32,
    },
    Allow(Index),
    Refuse(Index),
    Revoke {
        grant: Index,
        erase: bool,
    },
    /// Fields get another value, or lose it.
    Change {
        fields: u8,
        present: bool,
    },
    Policy(usize),
    Wait(u64),
    /// A company connects and takes what waits for it, or loses the connection half-way.
    Deliver {
        company: usize,
        lost: bool,
    },
    /// The node starts again from its records.
    Restart,
    /// The node's records come back from a backup, which here was just made.
    Restored,
}

/// A chain of one link from the supplier to whoever asks.
#[derive(Clone, Debug)]
pub struct Shown {
    pub uses: u32,
    pub read_once: bool,
    pub street_only: bool,
    pub wrong: bool,
}

const MINUTE: u64 = 60_000;

pub fn action() -> impl Strategy<Value = Action> {
    let company = || 0usize..2;
    let index = any::<Index>;
    let shown = (1u32..4, prop::bool::weighted(0.2), any::<bool>(), prop::bool::weighted(0.2))
        .prop_map(|(uses, read_once, street_only, wrong)| Shown { uses, read_once, street_only, wrong });
    let ask = (company(), any::<u8>(), 0usize..5, 0usize..3, proptest::option::weighted(0.3, shown))
        .prop_map(|(company, fields, purpose, access, shown)| Action::Ask { company, fields, purpose, access, shown });
    let days = prop_oneof![4 => 1u32..4, 1 => Just(0), 1 => Just(1831)];
    let retention = prop_oneof![5 => 0u32..40, 1 => Just(3661)];
    let grant =
        (company(), any::<u8>(), 0usize..3, days, retention).prop_map(|(company, fields, access, days, retention)| {
            Action::Grant { company, fields, access, days, retention }
        });
    let wait = prop_oneof![
        Just(1),
        Just(MINUTE),
        Just(20 * MINUTE),
        Just(60 * MINUTE),
        Just(24 * 60 * MINUTE),
        Just(50 * 60 * MINUTE)
    ];
    prop_oneof![
        8 => ask,
        2 => index().prop_map(Action::AskAgain),
        2 => grant,
        3 => index().prop_map(Action::Allow),
        1 => index().prop_map(Action::Refuse),
        3 => (index(), any::<bool>()).prop_map(|(grant, erase)| Action::Revoke { grant, erase }),
        3 => (any::<u8>(), any::<bool>()).prop_map(|(fields, present)| Action::Change { fields, present }),
        1 => (0usize..3).prop_map(Action::Policy),
        2 => wait.prop_map(Action::Wait),
        2 => (0usize..3, prop::bool::weighted(0.3)).prop_map(|(company, lost)| Action::Deliver { company, lost }),
        1 => Just(Action::Restart),
        1 => Just(Action::Restored),
    ]
}
