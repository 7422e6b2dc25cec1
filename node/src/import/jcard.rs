//! jCard (RFC 7095). In: JSON. Out: cards.

use serde_json::Value;

use super::{CARDS, Card, FileFormat, ImportError, Read, vcard};

/// Reads every card; nothing, where the file is another.
pub(super) fn read(value: &Value) -> Option<Result<Read, ImportError>> {
    let all = jcards(value)?;
    let more = all.len() > CARDS;
    let cards = all.into_iter().take(CARDS).map(one_jcard).collect::<Result<Vec<_>, _>>();
    Some(cards.map(|cards| Read { cards: cards.into_iter().flatten().collect(), more }))
}

/// The cards of a jCard file: one, or a list of them.
fn jcards(value: &Value) -> Option<Vec<&[Value]>> {
    let all = value.as_array()?;
    if let Some(one) = properties(value) {
        return Some(vec![one]);
    }
    all.iter().map(properties).collect::<Option<Vec<_>>>().filter(|cards| !cards.is_empty())
}

/// What a jCard says.
fn properties(card: &Value) -> Option<&[Value]> {
    let [kind, properties, ..] = card.as_array()?.as_slice() else { return None };
    (kind.as_str() == Some("vcard")).then(|| properties.as_array().map(Vec::as_slice))?
}

/// A jCard is a vCard in other brackets: it is written as that, and read.
///
/// # Errors
/// Where it can't be read as that.
fn one_jcard(properties: &[Value]) -> Result<Option<Card>, ImportError> {
    let mut lines = String::from("BEGIN:VCARD\r\nVERSION:4.0\r\n");
    for property in properties.iter().filter_map(Value::as_array) {
        let [name, params, _, values @ ..] = property.as_slice() else { continue };
        let Some(name) = name.as_str().filter(|name| is_word(name) && *name != "version") else { continue };
        lines.push_str(&name.to_ascii_uppercase());
        for (param, value) in params.as_object().into_iter().flatten().filter(|(param, _)| is_word(param)) {
            let values = value.as_array().map_or_else(|| vec![value], |all| all.iter().collect());
            for value in values.into_iter().map(scalar).filter(|value| !value.contains(['"', '\r', '\n'])) {
                lines.push_str(&format!(";{}=\"{value}\"", param.to_ascii_uppercase()));
            }
        }
        let values = values.iter().map(|value| match value {
            Value::Array(parts) => parts.iter().map(component).collect::<Vec<_>>().join(";"),
            one => escaped(&scalar(one)),
        });
        lines.push_str(&format!(":{}\r\n", values.collect::<Vec<_>>().join(",")));
    }
    lines.push_str("END:VCARD\r\n");
    let card = vcard::read(lines.as_bytes())?.cards.into_iter().next();
    Ok(card.map(|card| Card { format: FileFormat::Jcard, ..card }))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn component(value: &Value) -> String {
    match value {
        Value::Array(parts) => parts.iter().map(|part| escaped(&scalar(part))).collect::<Vec<_>>().join(","),
        one => escaped(&scalar(one)),
    }
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
    text.replace("\r\n", "\\n").replace(['\r', '\n'], "\\n")
}
