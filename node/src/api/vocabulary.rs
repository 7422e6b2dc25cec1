//! The closed lists of words that calls take, as schemas with every word: fields, purposes and kinds of events. In: the lists of the
//! protocol, and the companion's. Out: components of the API's description, by which bodies are also checked.

use std::borrow::Cow;

use regie_protocol::{FieldPath, Purpose};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, Type},
    },
};

use crate::supplier::happening::KINDS;

/// Declares a schema that is a list of words.
macro_rules! words {
    ($($name:ident $says:literal $words:expr;)*) => {$(
        #[doc = $says]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words: Vec<String> = $words;
                ObjectBuilder::new().schema_type(Type::String).description(Some($says)).enum_values(Some(words)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

words! {
    FieldName "A field of the vocabulary (docs/protocol-types.md)." FieldPath::all().map(|field| field.to_string()).collect();
    EventKind "A kind of events." KINDS.iter().map(ToString::to_string).collect();
    PurposeName "A purpose of the Data Privacy Vocabulary (DPV)." Purpose::ALL.iter().map(ToString::to_string).collect();
}
