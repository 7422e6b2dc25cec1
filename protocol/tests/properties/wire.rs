//! Frames of random bytes and of damaged messages: reading them never panics, and what is read is canonical.

use std::sync::LazyLock;

use proptest::prelude::*;
use regie_protocol::{
    message::{self, Message, Reply, Skewed},
    person::Record,
    refusal::Refusal,
    signed::Verified,
    time::Timestamp,
    wire,
};

use crate::{
    cases,
    fixtures::{
        NOW,
        cbor::{Cbor, head},
        grant, person, profile, request, supplier,
    },
};

/// What is read has exactly one spelling, and it is this.
fn canonical(bytes: &[u8]) -> bool {
    let message = message::read::<Message>(bytes).map(|message| wire::encode(&message));
    let reply = message::read::<Reply>(bytes).map(|reply| wire::encode(&reply));
    let record = message::read::<Record>(bytes).map(|record| wire::encode(&record));
    [message, reply, record].into_iter().flatten().all(|again| again.as_deref() == Ok(bytes))
}

/// CBOR of any shape, with the protocol's words in it.
fn tree() -> impl Strategy<Value = Cbor> {
    let words = proptest::sample::select(vec![
        "hello",
        "request",
        "body",
        "signature",
        "refused",
        "malformed",
        "noted",
        "pair",
        "profile",
        "x",
    ]);
    let leaf = prop_oneof![
        any::<u64>().prop_map(Cbor::Uint),
        proptest::collection::vec(any::<u8>(), 0..70).prop_map(Cbor::Bytes),
        words.clone().prop_map(|word| Cbor::Text(word.into())),
        any::<bool>().prop_map(Cbor::Bool),
        Just(Cbor::Null),
        proptest::collection::vec(any::<u8>(), 0..4).prop_map(Cbor::Raw),
        (0u8..8, any::<u64>()).prop_map(|(major, number)| Cbor::Raw(head(major, number))),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        let entry = (words.clone().prop_map(|word| Cbor::Text(word.into())), inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(Cbor::Array),
            proptest::collection::vec(entry, 0..5).prop_map(Cbor::Map),
        ]
    })
}

static FRAMES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let grant = Verified::sign(grant(), &person()).expect("signed").signed().clone();
    let request = Verified::sign(request(), &supplier()).expect("signed").signed().clone();
    let profile = Verified::sign(profile(supplier().public(), "De Webwinkel BV"), &supplier()).expect("signed");
    let messages = [Message::Hello, Message::Grant(grant), Message::Request(request)];
    let replies = [Reply::Noted, Reply::Profile(profile.signed().clone()), Reply::Refused(Refusal::Replayed)];
    let skewed = Reply::Skewed(Skewed { at: Timestamp(NOW).minute() });
    let messages = messages.iter().map(wire::encode);
    let replies = replies.iter().chain([&skewed]);
    messages.chain(replies.map(wire::encode)).collect::<Result<_, _>>().expect("encodes")
});

proptest! {
    #![proptest_config(cases(2048))]

    #[test]
    fn random_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(canonical(&bytes));
    }

    #[test]
    fn random_trees_are_read_or_refused(tree in tree()) {
        prop_assert!(canonical(&tree.write()));
    }

    #[test]
    fn damaged_frames_are_read_or_refused(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        new in proptest::collection::vec(any::<u8>(), 0..6),
        cut in 0usize..6,
    ) {
        let mut frame = which.get(&FRAMES).clone();
        let from = at.index(frame.len());
        let to = (from + cut).min(frame.len());
        frame.splice(from..to, new);
        prop_assert!(canonical(&frame));
    }
}

#[test]
fn nesting_and_claimed_lengths_are_refused() {
    for major in [2, 3, 4, 5, 6] {
        for number in [1 << 20, 1 << 32, 1 << 62, u64::MAX] {
            let claim = head(major, number);
            for frame in [claim.clone(), Cbor::Map(vec![(Cbor::Text("request".into()), Cbor::Raw(claim))]).write()] {
                assert_eq!(message::read::<Message>(&frame), Err(Refusal::Malformed));
                assert_eq!(message::read::<Reply>(&frame), Err(Refusal::Malformed));
            }
        }
    }
    for opening in [&[0x81][..], &[0xa1, 0x61, b'x'], &[0xc1], &[0x9f]] {
        let deep = opening.repeat(60_000 / opening.len());
        assert_eq!(message::read::<Message>(&deep), Err(Refusal::Malformed));
        assert_eq!(message::read::<Record>(&deep).map(drop), Err(Refusal::Malformed));
    }
}

#[test]
fn a_frame_above_the_bound_is_not_even_read() {
    let frame = vec![0; regie_protocol::limits::FRAME_BYTES + 1];
    assert_eq!(message::read::<Message>(&frame), Err(Refusal::TooLarge));
}

#[test]
fn the_whole_frames_are_read() {
    let read =
        FRAMES.iter().filter(|f| message::read::<Message>(f).is_ok() || message::read::<Reply>(f).is_ok()).count();
    assert_eq!(read, 7);
}
