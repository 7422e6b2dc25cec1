//! What people type, read by the types of fields: whatever it is there is a form or a code, and a form is read as itself.

use proptest::prelude::*;
use regie_protocol::{Coded as _, Codes, Country, FieldPath, Unfit, Value};

use crate::cases;

/// Any text, and text made of the parts that readings look for.
fn text() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "1984", "12", "3", "-", ".", "/", ",", " ", "+", "31", "0", "6", "12345678", "NL", "91", "ABNA", "@", "a",
        "example", ".org", "https://", ":", "999", "AB", "\u{20ac}", "kWh", "yes", "\u{e9}", "\n", "00", "(0)",
        "m\u{b3}", "th",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(parts, 0..12).prop_map(|parts| parts.concat())]
}

fn home() -> impl Strategy<Value = Option<Country>> {
    prop::option::of(prop::sample::select(Country::all().collect::<Vec<_>>()))
}

proptest! {
    #![proptest_config(cases(4096))]

    #[test]
    fn a_form_is_read_as_itself(
        field in prop::sample::select(FieldPath::all().collect::<Vec<_>>()),
        text in text(),
        home in home(),
    ) {
        match Value::read(field, &text, home, &Codes) {
            Ok(value) => prop_assert_eq!(Value::read(field, value.as_str(), home, &Codes), Ok(value)),
            Err(unfit) => prop_assert!(Unfit::CODES.contains(&unfit.code())),
        }
    }
}
