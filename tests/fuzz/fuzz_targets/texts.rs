//! Any text into everything that people and files write: links, keys, fields, purposes, values, phrases. What
//! is taken must read back to itself.
#![no_main]

use std::{fmt::Display, str::FromStr};

use libfuzzer_sys::fuzz_target;
use regie_protocol::{
    Agreement, AskedPath, FieldPath, Invitation, Nonce, ObjectId, PublicKey, Purpose, Refusal, RootSeed, Selector,
    Value, limits,
};

fn text<T: FromStr + Display>(text: &str) {
    if let Ok(value) = text.parse::<T>() {
        let again = value.to_string();
        assert!(again.parse::<T>().is_ok_and(|same| same.to_string() == again));
    }
}

fuzz_target!(|input: &str| {
    text::<Invitation>(input);
    text::<PublicKey>(input);
    text::<Nonce>(input);
    text::<ObjectId>(input);
    text::<FieldPath>(input);
    text::<AskedPath>(input);
    text::<Selector>(input);
    text::<Purpose>(input);
    text::<Agreement>(input);
    text::<Refusal>(input);
    if let Ok(value) = input.parse::<Value>() {
        assert!((1..=limits::VALUE_BYTES).contains(&value.as_str().len()));
    }
    let _ = RootSeed::from_phrase(input);
});
