//! Frames of random bytes and of damaged messages: reading them never panics, and what is read is canonical.

use std::{collections::BTreeSet, sync::LazyLock};

use proptest::prelude::*;
use regie_protocol::{
    Refusal, Timestamp, Verified, limits,
    message::{
        self, BoardReply, Browse, HelperReply, Message, PersonReply, Reply, Skewed, SupplierReply, ToBoard, ToHelper,
        ToPerson, ToSupplier,
    },
    person::Record,
    wire::{self, WireError},
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
    let messages =
        [said::<ToPerson>(bytes), said::<ToSupplier>(bytes), said::<ToBoard>(bytes), said::<ToHelper>(bytes)];
    let record = wire::decode::<Record>(bytes, limits::FRAME_BYTES).map(|record| wire::encode(&record));
    let of_one_role = messages.iter().filter(|message| message.is_ok()).count() <= 1;
    of_one_role
        && messages.into_iter().flatten().all(|again| again.as_deref() == Ok(bytes))
        && answered(bytes).into_iter().flatten().chain(record).all(|again| again.as_deref() == Ok(bytes))
}

type Again = Result<Vec<u8>, WireError>;

fn said<M: Message>(bytes: &[u8]) -> Result<Again, Refusal> {
    message::read::<M>(bytes).map(|message| wire::encode(&message))
}

fn answered(bytes: &[u8]) -> [Result<Again, Refusal>; 4] {
    fn read<R: Reply>(bytes: &[u8]) -> Result<Again, Refusal> {
        message::read_reply::<R>(bytes).map(|reply| wire::encode(&reply))
    }
    [read::<PersonReply>(bytes), read::<SupplierReply>(bytes), read::<BoardReply>(bytes), read::<HelperReply>(bytes)]
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
    let skewed = Skewed { at: Timestamp(NOW).minute() };
    let frames = [
        wire::encode(&ToSupplier::Hello),
        wire::encode(&ToSupplier::Grant(grant)),
        wire::encode(&ToPerson::Request(request)),
        wire::encode(&ToBoard::Browse(Browse { categories: BTreeSet::new(), after: 0 })),
        wire::encode(&BoardReply::Noted),
        wire::encode(&SupplierReply::Profile(profile.signed().clone())),
        wire::encode(&HelperReply::Refused(Refusal::Replayed)),
        wire::encode(&PersonReply::Skewed(skewed)),
    ];
    frames.into_iter().collect::<Result<_, _>>().expect("encodes")
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
                assert_eq!(message::read::<ToPerson>(&frame), Err(Refusal::Malformed));
                assert_eq!(message::read_reply::<PersonReply>(&frame), Err(Refusal::Malformed));
            }
        }
    }
    for opening in [&[0x81][..], &[0xa1, 0x61, b'x'], &[0xc1], &[0x9f]] {
        let deep = opening.repeat(60_000 / opening.len());
        assert_eq!(message::read::<ToSupplier>(&deep), Err(Refusal::Malformed));
        assert_eq!(message::read_reply::<SupplierReply>(&deep), Err(Refusal::Malformed));
        assert_eq!(wire::decode::<Record>(&deep, limits::FRAME_BYTES).map(drop), Err(WireError::Malformed));
    }
}

#[test]
fn a_frame_above_the_bound_is_not_even_read() {
    let frame = vec![0; limits::FRAME_BYTES + 1];
    assert_eq!(message::read::<ToSupplier>(&frame), Err(Refusal::TooLarge));
    assert_eq!(message::read_reply::<SupplierReply>(&frame), Err(Refusal::TooLarge));
}

#[test]
fn the_whole_frames_are_read() {
    let read = |frame: &&Vec<u8>| message::addressee(frame).is_ok() || answered(frame).iter().any(Result::is_ok);
    assert_eq!(FRAMES.iter().filter(read).count(), 8);
}
