//! What a person sees. In: the JSON of an answer. Out: JSON as it is (lists as one line an item), or tables.

use comfy_table::{ContentArrangement, Table, presets};
use regie_protocol::{field::VOCABULARY, purpose::Purpose};
use serde_json::{Value, json};

use crate::command::Failure;

/// Prints an answer on standard output.
pub(super) fn show(value: &Value, json: bool) -> Result<(), Failure> {
    match (value, json) {
        (Value::Array(items), true) => items.iter().for_each(|item| println!("{item}")),
        (value, true) => println!("{value}"),
        (Value::Array(items), false) if items.is_empty() => println!("nothing"),
        (Value::Array(items), false) => println!("{}", table(items)),
        (Value::Object(fields), false) => {
            for (name, value) in fields {
                match value {
                    Value::Array(items) if items.iter().any(Value::is_object) => {
                        println!("{}:\n{}", words(name), table(items));
                    }
                    _ => println!("{}: {}", words(name), cell(value)),
                }
            }
        }
        (value, false) => println!("{}", cell(value)),
    }
    Ok(())
}

/// The fields or purposes there are.
pub(super) fn vocabulary(purposes: bool) -> Value {
    if purposes {
        let all = Purpose::ALL.iter().map(|purpose| {
            json!({ "purpose": purpose, "meaning": purpose.plain(), "within": purpose.parent(), "iri": purpose.iri() })
        });
        return Value::Array(all.collect());
    }
    let all = VOCABULARY.iter().map(|info| {
        json!({
            "field": info.path,
            "meaning": info.label,
            "group": info.group,
            "category": info.category,
            "sensitive": info.sensitive,
        })
    });
    Value::Array(all.collect())
}

fn table(items: &[Value]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    let columns: Vec<String> =
        items.first().and_then(Value::as_object).map(|fields| fields.keys().cloned().collect()).unwrap_or_default();
    table.set_header(columns.iter().map(|name| words(name)));
    for item in items {
        table.add_row(columns.iter().map(|name| cell(&item[name])));
    }
    table
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{} {}", words(name), cell(value))).collect::<Vec<_>>().join("; ")
        }
    }
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}
