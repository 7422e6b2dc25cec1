//! What people write into a form, as the value of any field, by the customs of any country. What is taken is a form that
//! is read as itself, by the same customs, and is text within its bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regie_protocol::{Codes, FieldPath, Value, limits};

/// Countries of which some field has a form of its own, one that none has, and no country at all.
const HOMES: [&str; 8] = ["NL", "BE", "DE", "FR", "GB", "US", "PL", ""];

fuzz_target!(|input: (u8, u8, &str)| {
    let (field, home, text) = input;
    let fields: Vec<FieldPath> = FieldPath::all().collect();
    let field = fields[usize::from(field) % fields.len()];
    let home = HOMES[usize::from(home) % HOMES.len()].parse().ok();
    if let Ok(value) = Value::read(field, text, home, &Codes) {
        assert!((1..=limits::VALUE_BYTES).contains(&value.as_str().len()));
        let again = Value::read(field, value.as_str(), home, &Codes);
        assert_eq!(again.as_ref().map(Value::as_str), Ok(value.as_str()), "{field}: {text:?}");
    }
});
