//! The API's description (OpenAPI 3.1), and what it says of bodies held against those that come. In: the calls with their types. Out:
//! one document; every mistake of a body at once, each with its place.
//!
//! What a body must look like is said once, in the description: who reads it and who is refused learn the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{LazyLock, OnceLock},
};

use jsonschema::{
    Draft, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::{Map, Value, json};
use utoipa::PartialSchema as _;

use super::{
    DEFAULT,
    events::Event,
    problem::{Mistake, Problem},
};
use crate::{
    command::{Failure, Fault},
    supplier::happening::KINDS,
};

/// Most mistakes of one body that are told.
const MISTAKES: usize = 50;

/// The document that describes the API.
#[must_use]
pub fn document() -> &'static Value {
    &DOCUMENT
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let (_, described) = super::calls().split_for_parts();
    let mut document = serde_json::to_value(described).unwrap_or_default();
    document["info"] = json!({
        "title": "regie supplier API",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "A supplier's companion: ask persons for data, hold it under their grants, obey what they withdraw.",
        "license": {"name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE")},
    });
    let says = "A companion on this machine. Elsewhere it stands behind your own TLS.";
    document["servers"] = json!([{"url": format!("http://{DEFAULT}"), "description": says}]);
    document["security"] = json!([{"key": []}]);
    let says = "A key of the API. What a call asks of it besides is the scope that it has to have.";
    document["components"]["securitySchemes"] =
        json!({"key": {"type": "http", "scheme": "bearer", "description": says}});
    super::scopes::describe(&mut document);
    add_contract(&mut document);
    add_problems(&mut document);
    add_webhooks(&mut document);
    flatten(&mut document["components"]["schemas"]);
    name_words(&mut document);
    close_bodies(&mut document);
    drop_unused(&mut document);
    document
});

/// What bodies are held against, by the name of their schema. Each is made when the first such body comes: a companion that only asks
/// has no use for the others.
static BODIES: LazyLock<BTreeMap<String, OnceLock<Option<Validator>>>> =
    LazyLock::new(|| roots(&DOCUMENT).into_iter().map(|name| (name, OnceLock::new())).collect());

/// What a body of this schema is held against, made of the parts that it refers to.
fn validator(name: &str) -> Option<Validator> {
    let mut parts = BTreeSet::new();
    reach_named(&DOCUMENT, name, &mut parts);
    let schemas: Map<String, Value> =
        parts.into_iter().map(|part| (part.clone(), DOCUMENT["components"]["schemas"][part].clone())).collect();
    let whole = json!({"$ref": format!("#/components/schemas/{name}"), "components": {"schemas": schemas}});
    let built = jsonschema::options().with_draft(Draft::Draft202012).build(&whole);
    built.inspect_err(|error| tracing::error!(%error, name, "the description of a body can't be used")).ok()
}

/// Is this body what the schema of this name says?
///
/// # Errors
/// `bad_argument` with every mistake, each at its place.
pub(super) fn check(schema: &str, body: &Value) -> Result<(), Failure> {
    let known = BODIES.get(schema).and_then(|made| made.get_or_init(|| validator(schema)).as_ref());
    let Some(validator) = known else { return Ok(()) };
    let faults: Vec<Fault> = validator.iter_errors(body).flat_map(|error| faults(&error)).take(MISTAKES).collect();
    if faults.is_empty() { Ok(()) } else { Err(Failure::at(faults)) }
}

/// A mistake in words of ours.
fn faults(error: &ValidationError<'_>) -> Vec<Fault> {
    let at = error.instance_path().to_string();
    let one = |at: String, code: &str, message: String| Fault { at, code: code.to_owned(), message, reason: None };
    let here = |code: &str, message: String| vec![one(at.clone(), code, message)];
    let inner = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                one(
                    inner(name),
                    "unknown_member",
                    "there is no such member; /v1/openapi.json has those that there are".into(),
                )
            })
            .collect(),
        ValidationErrorKind::Required { property } => {
            vec![one(inner(property.as_str().unwrap_or_default()), "missing", "this is needed".into())]
        }
        ValidationErrorKind::Type { kind } => here("wrong_type", format!("this is to be {}", kinds(kind))),
        ValidationErrorKind::Enum { options } => {
            here("unknown_word", format!("there is no such word here; {}", choice(options)))
        }
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => {
            here("wrong_form", "this is written otherwise; /v1/openapi.json says how".into())
        }
        ValidationErrorKind::MinLength { limit: 1 } => here("out_of_bounds", "this must not be empty".into()),
        ValidationErrorKind::MinLength { limit } => {
            here("out_of_bounds", format!("this has at least {limit} characters"))
        }
        ValidationErrorKind::MaxLength { limit } => {
            here("out_of_bounds", format!("this has at most {limit} characters"))
        }
        ValidationErrorKind::MinItems { limit } => here("out_of_bounds", format!("this has at least {limit} entries")),
        ValidationErrorKind::MaxItems { limit } => here("out_of_bounds", format!("this has at most {limit} entries")),
        ValidationErrorKind::MinProperties { limit } => {
            here("out_of_bounds", format!("this has at least {limit} members"))
        }
        ValidationErrorKind::MaxProperties { limit } => {
            here("out_of_bounds", format!("this has at most {limit} members"))
        }
        ValidationErrorKind::Minimum { limit } => here("out_of_bounds", format!("this is {limit} at least")),
        ValidationErrorKind::Maximum { limit } => here("out_of_bounds", format!("this is {limit} at most")),
        ValidationErrorKind::UniqueItems => here("twice", "each entry may be here once".into()),
        // A key of a map: the place is the map's, so the key is named.
        ValidationErrorKind::PropertyNames { error } => {
            let mut inner = faults(error);
            inner
                .iter_mut()
                .for_each(|fault| fault.message = format!("the name {}: {}", error.instance(), fault.message));
            inner
        }
        // One of several forms: what keeps it from the first that is not null is what was meant.
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            let meant = context
                .iter()
                .find(|errors| !errors.iter().all(|error| matches!(error.kind(), ValidationErrorKind::Type { .. })));
            let found: Vec<Fault> = meant.or(context.first()).into_iter().flatten().flat_map(faults).collect();
            if found.is_empty() { here("wrong_form", "this is of no form that is taken here".into()) } else { found }
        }
        _ => here("wrong_form", "this is not what is taken here; /v1/openapi.json says what is".into()),
    }
}

fn kinds(kind: &TypeKind) -> String {
    let word = |name: String| match name.as_str() {
        "string" => "text".to_owned(),
        "integer" => "a whole number".to_owned(),
        "number" => "a number".to_owned(),
        "array" => "a list".to_owned(),
        "object" => "an object".to_owned(),
        "boolean" => "true or false".to_owned(),
        _ => name,
    };
    match kind {
        TypeKind::Single(one) => word(one.to_string()),
        TypeKind::Multiple(several) => several.iter().map(|one| word(one.to_string())).collect::<Vec<_>>().join(" or "),
    }
}

/// The words that there are, where they are few.
fn choice(options: &Value) -> String {
    let words: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match words.len() {
        1..=16 => format!("there are {}", words.join(", ")),
        many => format!("/v1/openapi.json has all {many}"),
    }
}

/// What every call may be answered instead of what it asks for.
fn add_problems(document: &mut Value) {
    let schemas = [("Problem", Problem::schema()), ("Mistake", Mistake::schema())];
    for (name, schema) in schemas {
        document["components"]["schemas"][name] = serde_json::to_value(schema).unwrap_or_default();
    }
    for operation in operations(document) {
        let responses = &mut operation["responses"];
        for (status, text) in PROBLEMS {
            if responses[status].is_null() {
                let schema = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
                responses[status] = json!({"description": text, "content": {"application/problem+json": schema}});
            }
        }
    }
}

/// The record `regie.contract/1`, whose schema the protocol has.
fn add_contract(document: &mut Value) {
    let mut contract = serde_json::to_value(schemars::schema_for!(regie_protocol::Contract)).unwrap_or_default();
    let parts = contract.as_object_mut().and_then(|members| {
        members.remove("$schema");
        members.remove("$defs")
    });
    let schemas = &mut document["components"]["schemas"];
    schemas["ContractRecord"] = contract;
    for (name, part) in parts.as_ref().and_then(Value::as_object).into_iter().flatten() {
        schemas[format!("Contract{name}")] = part.clone();
    }
    schemas["NewContract"]["properties"]["contract"] = json!({"$ref": "#/components/schemas/ContractRecord"});
    refer(&mut schemas["ContractRecord"]);
    for name in parts.as_ref().and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        refer(&mut schemas[format!("Contract{name}")]);
    }
}

/// References within a schema of its own become references to components.
fn refer(value: &mut Value) {
    match value {
        Value::Array(entries) => entries.iter_mut().for_each(refer),
        Value::Object(members) => members.iter_mut().for_each(|(name, member)| match member.as_str() {
            Some(at) if name == "$ref" => {
                *member = json!(at.replace("#/$defs/", "#/components/schemas/Contract"));
            }
            _ => refer(member),
        }),
        _ => {}
    }
}

/// What is sent to a webhook.
fn add_webhooks(document: &mut Value) {
    document["components"]["schemas"]["Event"] = serde_json::to_value(Event::schema()).unwrap_or_default();
    let header = |name: &str, says: &str| json!({"name": name, "in": "header", "required": true, "description": says, "schema": {"type": "string"}});
    document["webhooks"] = json!({"event": {"post": {
        "operationId": "receive_event",
        "tags": ["webhooks"],
        "summary": "Something happened",
        "description": format!("Each event is sent to every webhook that names its type, or none, signed as Standard Webhooks says. The types: {}.", KINDS.join(", ")),
        "security": [],
        "parameters": [
            header("webhook-id", "The event's id, the same however often it is sent."),
            header("webhook-timestamp", "When it was sent, in seconds since 1970."),
            header("webhook-signature", "One signature for each secret that holds, with a space between them."),
        ],
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}}},
        "responses": {
            "2XX": {"description": "It was taken. Any answer that is not named here, or none, is one that failed: it is sent again, and what follows waits."},
            "4XX": {"description": "It is not wanted: it is sent again a few times, and what follows is sent meanwhile."},
            "410": {"description": "Nothing is wanted any more: the webhook is disabled."},
            "429": {"description": "Later: after as long as `Retry-After` says, and what follows waits. The same with 503."},
        },
    }}});
}

/// Every call of the document.
fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    paths.flat_map(|item| item.as_object_mut().into_iter().flat_map(Map::values_mut)).filter(|one| one.is_object())
}

/// Writes what was put together of parts (`allOf`) as one object, which alone can say that nothing else may be in it.
fn flatten(schemas: &mut Value) {
    let parts = schemas.clone();
    for schema in schemas.as_object_mut().into_iter().flat_map(Map::values_mut) {
        let Some(all) = schema["allOf"].as_array().cloned() else { continue };
        let mut whole = json!({"type": "object", "properties": {}, "required": []});
        whole["description"] = schema["description"].clone();
        for part in all {
            let part = match part["$ref"].as_str().and_then(component) {
                Some(name) => parts[name].clone(),
                None => part,
            };
            for (name, property) in part["properties"].as_object().into_iter().flatten() {
                whole["properties"][name] = property.clone();
            }
            if let (Some(all), Some(more)) = (whole["required"].as_array_mut(), part["required"].as_array()) {
                all.extend(more.iter().cloned());
            }
        }
        *schema = whole;
    }
}

/// A text of which the pattern only lists words is one of those words.
fn name_words(value: &mut Value) {
    match value {
        Value::Array(entries) => entries.iter_mut().for_each(name_words),
        Value::Object(members) => {
            let words = members.get("pattern").and_then(Value::as_str).and_then(words);
            if let Some(mut words) = words {
                if members
                    .get("type")
                    .is_some_and(|kind| kind.as_array().is_some_and(|all| all.contains(&json!("null"))))
                {
                    words.push(Value::Null);
                }
                members.remove("pattern");
                members.insert("enum".to_owned(), Value::Array(words));
            }
            members.values_mut().for_each(name_words);
        }
        _ => {}
    }
}

/// The words of `^(one|another)$`; none of any other pattern.
fn words(pattern: &str) -> Option<Vec<Value>> {
    let inner = pattern.strip_prefix("^(")?.strip_suffix(")$")?;
    let plain =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    inner.split('|').map(|word| plain(word).then(|| json!(word))).collect()
}

/// The schemas of all bodies.
fn roots(document: &Value) -> BTreeSet<String> {
    let items = document["paths"].as_object().into_iter().flat_map(Map::values);
    let operations = items.flat_map(|item| item.as_object().into_iter().flat_map(Map::values));
    let schemas = operations.map(|operation| &operation["requestBody"]["content"]["application/json"]["schema"]);
    schemas.filter_map(|schema| component(schema["$ref"].as_str()?)).map(str::to_owned).collect()
}

/// The name in a reference to a component.
fn component(at: &str) -> Option<&str> {
    at.strip_prefix("#/components/schemas/")
}

/// Everything that a part of the document refers to.
fn reach(document: &Value, part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Array(entries) => entries.iter().for_each(|entry| reach(document, entry, found)),
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str).and_then(component) {
                reach_named(document, name, found);
            }
            members.values().for_each(|member| reach(document, member, found));
        }
        _ => {}
    }
}

/// The component of this name, and everything that it refers to.
fn reach_named(document: &Value, name: &str, found: &mut BTreeSet<String>) {
    if found.insert(name.to_owned()) {
        reach(document, &document["components"]["schemas"][name], found);
    }
}

/// Whatever a body has that its schema does not name is a mistake.
fn close_bodies(document: &mut Value) {
    let mut parts = BTreeSet::new();
    for name in roots(document) {
        reach_named(document, &name, &mut parts);
    }
    for name in parts {
        let schema = &mut document["components"]["schemas"][&name];
        if schema["properties"].is_object() {
            schema["additionalProperties"] = json!(false);
        }
    }
}

fn drop_unused(document: &mut Value) {
    let mut used = BTreeSet::new();
    reach(document, &document["paths"], &mut used);
    reach(document, &document["webhooks"], &mut used);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| used.contains(name));
    }
}

const PROBLEMS: &[(&str, &str)] = &[
    ("401", "No valid key."),
    ("403", "This key may not do that: its scopes or its networks say so, or a second one has to agree first."),
    ("404", "No such thing, or not in the world of this key."),
    ("409", "It can't be done in this state."),
    ("410", "What is asked for was kept for a time, and is gone."),
    ("413", "The body is too large."),
    ("422", "The body or a parameter is not what it must be."),
    ("429", "Too many calls."),
    ("500", "Something inside failed."),
    ("503", "The companion is stopping, or the call took too long."),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(schema: &str, body: &Value) -> Vec<(String, String)> {
        match check(schema, body) {
            Ok(()) => Vec::new(),
            Err(failure) => failure.faults.into_iter().map(|fault| (fault.at, fault.code)).collect(),
        }
    }

    #[test]
    fn every_body_that_is_described_can_be_checked() {
        let described = roots(document());
        assert!(described.contains("NewRequest") && described.contains("LabelChange"), "{described:?}");
        assert_eq!(described, BODIES.keys().cloned().collect());
        assert!(described.iter().all(|name| validator(name).is_some()));
    }

    #[test]
    fn every_mistake_of_a_body_is_told_with_its_place() {
        let good =
            json!({"relationship": "rel_x", "fields": ["name.full"], "purpose": "DeliveryOfGoods", "reason": "x"});
        assert_eq!(mistakes("NewRequest", &good), []);
        let bad = json!({
            "fields": ["name.full", "nope.nope"], "purpose": "Fun", "reason": "", "acces": "read", "days": 0, "access": 3,
        });
        let mut found = mistakes("NewRequest", &bad);
        found.sort();
        let of = |at: &str, code: &str| (at.to_owned(), code.to_owned());
        assert_eq!(
            found,
            [
                of("/acces", "unknown_member"),
                of("/access", "unknown_word"),
                of("/access", "wrong_type"),
                of("/days", "out_of_bounds"),
                of("/fields/1", "unknown_word"),
                of("/purpose", "unknown_word"),
                of("/reason", "out_of_bounds"),
                of("/relationship", "missing"),
            ]
        );
        assert_eq!(mistakes("NewRequest", &json!([])), [of("", "wrong_type")]);
        let null = json!({"reference": null, "metadata": {"a": null}});
        assert_eq!(mistakes("LabelChange", &null), []);
    }

    #[test]
    fn a_pattern_that_lists_words_becomes_those_words() {
        assert_eq!(words("^(a|b-c)$"), Some(vec![json!("a"), json!("b-c")]));
        for other in ["^[,;]$", "^(a|b.)$", "a|b", "^()$"] {
            assert_eq!(words(other), None, "{other}");
        }
        let mut schema = json!({"type": ["string", "null"], "pattern": "^(a|b)$"});
        name_words(&mut schema);
        assert_eq!(schema, json!({"type": ["string", "null"], "enum": ["a", "b", null]}));
    }
}
