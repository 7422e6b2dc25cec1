//! Any bytes into every binary decoder. What is taken must be the canonical form of what came out, and a
//! signed object that verifies must say the same after another round trip.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regie_protocol::{
    Acceptance, Acknowledgement, Alternative, Chain, DataRequest, Delegation, ErasureReceipt, Grant, Invitation, Item,
    Object, Pairing, Policy, Profile, Revocation, Signed,
    act::{Act, ActAnswer, ActReceipt},
    audit::{Entry, ProvenEntry, TreeHead},
    checkpoint::{AddCheckpoint, Checkpoint},
    disclosure::Disclosure,
    intent::{BoardLink, Intent, Offer, Price, TakeUp, Withdrawal},
    limits,
    message::{
        self, BoardReply, HelperReply, Message, PersonReply, Reply, SupplierReply, ToBoard, ToHelper, ToPerson,
        ToSupplier,
    },
    note::{Note, VerifierKey},
    person,
    segment::{CountReport, Membership, Segment},
    supplier, wire,
};
use serde::{Serialize, de::DeserializeOwned};

fn value<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    if let Ok(value) = wire::decode::<T>(bytes, limits::FRAME_BYTES) {
        assert_eq!(wire::encode(&value).expect("encodes"), bytes);
    }
}

/// Was it read as a message to this role?
fn said<M: Message>(bytes: &[u8]) -> bool {
    value::<M>(bytes);
    let read = message::read::<M>(bytes);
    assert_eq!(read.is_ok(), wire::decode::<M>(bytes, limits::FRAME_BYTES).is_ok(), "the tag says it already");
    assert!(read.is_err() || message::addressee(bytes) == Ok(M::TO));
    read.is_ok()
}

fn answered<R: Reply>(bytes: &[u8]) {
    let _ = message::read_reply::<R>(bytes);
    value::<R>(bytes);
}

fn signed<T: Object>(bytes: &[u8]) {
    if let Ok(signed) = wire::decode::<Signed<T>>(bytes, limits::FRAME_BYTES)
        && let Ok(verified) = signed.verify()
    {
        let again = verified.signed().clone().verify().expect("still verifies");
        assert_eq!(again.id(), verified.id());
    }
}

/// Text with one spelling.
fn spelt<T: std::str::FromStr + std::fmt::Display>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        assert_eq!(read.to_string(), text);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let read = [said::<ToPerson>(bytes), said::<ToSupplier>(bytes), said::<ToBoard>(bytes), said::<ToHelper>(bytes)];
    assert!(read.into_iter().filter(|read| *read).count() <= 1, "a message is for one role");
    answered::<PersonReply>(bytes);
    answered::<SupplierReply>(bytes);
    answered::<BoardReply>(bytes);
    answered::<HelperReply>(bytes);
    value::<Chain>(bytes);
    value::<Entry>(bytes);
    value::<ProvenEntry>(bytes);
    value::<Policy>(bytes);
    value::<Invitation>(bytes);
    value::<person::Record>(bytes);
    value::<supplier::Record>(bytes);
    signed::<Grant>(bytes);
    signed::<Delegation>(bytes);
    signed::<DataRequest>(bytes);
    signed::<Disclosure>(bytes);
    signed::<Revocation>(bytes);
    signed::<Acknowledgement>(bytes);
    signed::<ErasureReceipt>(bytes);
    signed::<Profile>(bytes);
    signed::<Pairing>(bytes);
    signed::<Acceptance>(bytes);
    signed::<Alternative>(bytes);
    signed::<Item>(bytes);
    signed::<Intent>(bytes);
    signed::<Withdrawal>(bytes);
    signed::<Offer>(bytes);
    signed::<TakeUp>(bytes);
    signed::<Act>(bytes);
    signed::<ActReceipt>(bytes);
    signed::<ActAnswer>(bytes);
    signed::<Segment>(bytes);
    signed::<Membership>(bytes);
    signed::<CountReport>(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = (text.parse::<BoardLink>(), text.parse::<Price>());
        spelt::<Note>(text);
        spelt::<VerifierKey>(text);
        spelt::<Checkpoint>(text);
        spelt::<AddCheckpoint>(text);
    }
    signed::<TreeHead>(bytes);
    if let Ok(entry) = wire::decode::<ProvenEntry>(bytes, limits::FRAME_BYTES) {
        let _ = entry.check();
    }
});
