//! The types of this crate as JSON Schema (2020-12). In: a generator. Out: for each type that a program outside meets in
//! JSON, its shape. Types that have fields of their own derive it where they stand.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Types that are a text in JSON, each with what stands in it.
macro_rules! texts {
    ($($type:ty: $name:literal, $words:literal;)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $words })
            }
        }
    )+};
}

texts! {
    crate::PublicKey: "PublicKey", "An Ed25519 key as did:key (multibase, base58btc).";
    crate::ObjectId: "ObjectId", "The CID (version 1, base32) of a signed object.";
    crate::Nonce: "Nonce", "16 bytes in hexadecimal.";
    crate::AskedPath: "AskedPath", "What was asked for: the path of a field, or a text of that form.";
    crate::FieldPath: "FieldPath", "The path of a field of the vocabulary.";
    crate::Refusal: "Refusal", "A refusal's code.";
    crate::Issuer: "Issuer", "Who vouches, as its credentials name it: mostly an https URL.";
    crate::merkle::Hash: "Hash", "A SHA-256 hash in hexadecimal.";
    crate::Selector: "Selector", "A field, or `group:NAME` for all of a group.";
    crate::Value: "Value", "The value of a field, as text.";
    crate::Purpose: "Purpose", "A purpose of the Data Privacy Vocabulary.";
    crate::Agreement: "Agreement", "The name of a standard agreement.";
    crate::standing::Contradiction: "Contradiction", "The code of what in a domain's document speaks against a supplier.";
    crate::Signature: "Signature", "An Ed25519 signature in hexadecimal.";
    crate::act::ActKind: "ActKind", "What an act is: `end` and `withdraw` of contracts, else the name of a right.";
    crate::Collection: "Collection", "The name of a collection of items.";
    crate::calendar::Date: "Date", "A day of the calendar, YYYY-MM-DD.";
    crate::calendar::Span: "Span", "A period as ISO 8601 has it, of one unit: P14D, P2W, P1M, P1Y.";
    crate::contract::Currency: "Currency", "Three capitals, ISO 4217.";
    crate::intent::Category: "Category", "What an intent is about, as a word of the list of categories.";
}

/// Types that are one of a list of words in JSON.
macro_rules! words {
    ($($type:ty: $name:literal, $words:literal;)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let codes: Vec<&str> = <$type>::ALL.iter().map(|one| one.code()).collect();
                json_schema!({ "type": "string", "enum": codes, "description": $words })
            }
        }
    )+};
}

words! {
    crate::act::Right: "Right", "A right of the GDPR, by its name.";
    crate::act::Why: "Why", "The code of why a supplier does not do what an act says, or not yet.";
}
