//! What a person sees. In: the JSON of an answer. Out: JSON as it is (lists as one line an item), or tables that
//! fit a terminal: the columns a reader needs, short ids that commands take, events in words.

use comfy_table::{ContentArrangement, Table, presets};
use regie_protocol::{Purpose, VOCABULARY};
use serde::{Deserialize as _, Serialize};
use serde_json::{Value, json};

use crate::{
    command::Failure,
    person::{Lookalike, Standing},
};

/// Width of a table where standard output is no terminal, in characters.
const WIDTH: u16 = 110;
/// Characters of an id that are shown; `regie` takes them back.
const SHORT: usize = 10;

/// The columns of a list: what stands above, and where it stands in an item.
type Columns = &'static [(&'static str, &'static str)];

/// How an answer is laid out for people.
#[derive(Clone, Copy)]
pub(super) enum View {
    /// Names and values as they come.
    Plain,
    /// A list with these columns.
    List(Columns),
    /// Names and values, and lists inside it with these columns.
    Parts(&'static [(&'static str, Columns)]),
}

pub(super) const FIELDS: View = View::List(&[
    ("field", "field"),
    ("value", "value"),
    ("from", "provenance"),
    ("since", "observed"),
    ("suppliers told of changes", "told_count"),
    ("does not fit", "unfit"),
]);
pub(super) const HISTORY: View =
    View::List(&[("number", "number"), ("value", "value"), ("from", "provenance"), ("since", "observed")]);
pub(super) const OWN: View = View::List(&[("name", "name"), ("what stands there", "text"), ("changed", "changed")]);
pub(super) const SEARCH: View =
    View::Parts(&[("hits", &[("kind", "kind"), ("name", "name"), ("what stands there", "text"), ("id", "id")])]);
pub(super) const REQUESTS: View = View::List(&[
    ("id", "id"),
    ("who", "name"),
    ("known by", "standing"),
    ("looks like", "looks_like"),
    ("asks for (and the rule that made it ask)", "fields"),
    ("given at once", "given"),
    ("refused at once", "refused"),
    ("why", "plain_purpose"),
    ("in its words", "reason"),
    ("keeps it, days", "retention_days"),
]);
pub(super) const INBOX: View = View::List(&[
    ("id", "id"),
    ("when", "at"),
    ("from", "name"),
    ("in", "collection"),
    ("what", "title"),
    ("new", "new"),
    ("as called", "as_called"),
    ("field", "field"),
    ("you have", "present"),
    ("proposed", "after"),
    ("state", "state"),
]);
pub(super) const CONTRACTS: View = View::Parts(&[
    ("a_month", &[("total", "total"), ("", "currency"), ("contracts", "contracts")]),
    (
        "contracts",
        &[
            ("id", "id"),
            ("comes next", "next"),
            ("what", "product"),
            ("with", "party"),
            ("price", "price"),
            ("was", "price_before"),
            ("can end on", "can_end"),
            ("if notice by", "can_end_by"),
            ("from", "source"),
        ],
    ),
]);
pub(super) const ACTS: View = View::List(&[
    ("id", "id"),
    ("to", "name"),
    ("what", "kind"),
    ("state", "state"),
    ("said", "said"),
    ("signed for on", "received"),
    ("answer by", "answer_by"),
    ("ends on", "ends"),
    ("not taken", "refused"),
]);
pub(super) const PERSONS_ACTS: View = View::List(&[
    ("id", "id"),
    ("of", "relationship"),
    ("what", "kind"),
    ("state", "state"),
    ("came", "received"),
    ("answer by", "answer_by"),
]);
pub(super) const CASES: View = View::Parts(&[(
    "cases",
    &[
        ("id", "id"),
        ("who", "name"),
        ("asked for", "right"),
        ("state", "state"),
        ("answer by", "due"),
        ("comes next", "next"),
        ("waits for you", "waits"),
    ],
)]);
pub(super) const CASE: View = View::Parts(&[
    ("steps", &[("on", "on"), ("what", "what")]),
    ("files", &[("id", "id"), ("name", "name"), ("bytes", "bytes"), ("filed", "filed")]),
    (
        "authorities",
        &[("name", "name"), ("directory", "slug"), ("country", "country"), ("e-mail", "email"), ("page", "webform")],
    ),
    ("letters", LETTER),
    ("acts", &[("over the line", "kind"), ("state", "state"), ("received", "received"), ("answer by", "answer_by")]),
]);
pub(super) const CASE_FILES: View =
    View::List(&[("id", "id"), ("name", "name"), ("bytes", "bytes"), ("filed", "filed")]);
pub(super) const NEW_CASES: View = View::Parts(&[(
    "cases",
    &[("case", "id"), ("who", "name"), ("by", "reach"), ("to", "to"), ("runs already", "runs")],
)]);
const LETTER: Columns = &[
    ("id", "id"),
    ("to", "name"),
    ("about", "about"),
    ("state", "state"),
    ("since", "since"),
    ("by", "by"),
    ("why not yet", "trouble"),
];
pub(super) const LETTERS: View = View::Parts(&[("letters", LETTER)]);
pub(super) const QUEUED: View = View::Parts(&[("letters", LETTER)]);
pub(super) const WOULD_TELL: View = View::Parts(&[
    ("suppliers", &[("told at once", "name"), ("of", "fields")]),
    (
        "letters",
        &[("by letter", "name"), ("of", "fields"), ("because", "because"), ("by", "way"), ("letter", "letter")],
    ),
]);
pub(super) const WRITTEN: View =
    View::Parts(&[("letters", LETTER), ("left_out", &[("no letter to", "organisation"), ("why", "why")])]);
pub(super) const PURSUED: View = View::Parts(&[
    ("said", &[("asked over the line", "name"), ("state", "state"), ("act", "id")]),
    ("letters", LETTER),
    ("left_out", &[("nothing done with", "organisation"), ("why", "why")]),
]);
const REACH: Columns = &[("by", "rule"), ("fields", "fields"), ("for", "purpose"), ("known", "is_known")];
pub(super) const CAN_GET: View = View::Parts(&[
    ("allowed", REACH),
    ("grants", &[("has it", "name"), ("for", "purposes"), ("until", "expires")]),
    ("asked", REACH),
]);
pub(super) const SUGGESTIONS: View = View::List(&[
    ("id", "id"),
    ("would", "answer"),
    ("what", "field"),
    ("for", "purpose"),
    ("to", "sector"),
    ("from your answers", "answers"),
    ("to suppliers", "suppliers"),
    ("the same", "same"),
    ("otherwise", "otherwise"),
    ("hidden", "hidden"),
]);
pub(super) const SEGMENTS: View = View::List(&[
    ("id", "segment"),
    ("from", "from"),
    ("name", "name"),
    ("who", "who"),
    ("fits", "fits"),
    ("you said", "said"),
    ("epsilon", "epsilon"),
]);
pub(super) const PUBLISHED: View = View::List(&[
    ("id", "segment"),
    ("name", "name"),
    ("who", "who"),
    ("members", "members"),
    ("counted", "reports"),
    ("estimate", "estimate"),
    ("+/-", "error"),
    ("waiting", "waiting"),
]);
pub(super) const INTENTS: View = View::List(&[
    ("id", "intent"),
    ("what", "category"),
    ("wish", "wish"),
    ("budget", "budget"),
    ("until", "expires"),
    ("state", "state"),
    ("offers", "offers"),
]);
pub(super) const KINDS: View = View::List(&[("kind", "kind"), ("", "name"), ("what matters", "details")]);
pub(super) const KIND: View = View::List(&[
    ("detail", "detail"),
    ("", "name"),
    ("type", "type"),
    ("in", "unit"),
    ("one of", "choices"),
    ("of offers only", "of_offers"),
]);
pub(super) const NOTICEBOARDS: View =
    View::List(&[("kept by", "name"), ("key", "key"), ("your supplier", "own"), ("used last", "last")]);
pub(super) const OFFERS: View = View::List(&[
    ("", "rank"),
    ("id", "offer"),
    ("from", "supplier"),
    ("known by", "standing"),
    ("looks like", "looks_like"),
    ("what", "title"),
    ("price", "price"),
    ("terms", "terms"),
    ("needs", "needs"),
    ("kept, days", "retention_days"),
    ("until", "expires"),
]);
pub(super) const WANTED: View = View::List(&[
    ("id", "intent"),
    ("what", "category"),
    ("wish", "wish"),
    ("details", "details"),
    ("budget", "budget"),
    ("until", "expires"),
]);
pub(super) const OFFERED: View = View::List(&[
    ("id", "offer"),
    ("for", "intent"),
    ("what", "title"),
    ("price", "price"),
    ("state", "state"),
    ("refused", "refused"),
]);
pub(super) const GRANTS: View = View::List(&[
    ("grant", "grant"),
    ("who", "name"),
    ("known by", "standing"),
    ("looks like", "looks_like"),
    ("fields", "fields"),
    ("for", "purposes"),
    ("how", "access"),
    ("until", "expires"),
    ("handed on by", "handed_on_by"),
    ("state", "state"),
]);
pub(super) const PROCESSORS: View = View::Parts(&[
    (
        "waiting",
        &[
            ("delegation", "delegation"),
            ("works for", "name"),
            ("key", "processor"),
            ("known to you as", "known_as"),
            ("found at", "addresses"),
            ("fields", "fields"),
            ("for", "purposes"),
            ("matter", "reference"),
            ("until", "expires"),
        ],
    ),
    ("rules", &[("name", "name"), ("processor", "processor"), ("of", "who"), ("answer", "answer")]),
]);
pub(super) const WITNESSES: View = View::List(WITNESS_COLUMNS);
pub(super) const ASKED_WITNESSES: View = View::Parts(&[("witnesses", WITNESS_COLUMNS)]);
pub(super) const NOTICES: View = View::Parts(&[(
    "ways",
    &[("way", "way"), ("on", "on"), ("last went", "went"), ("did not go because", "trouble"), ("tried again", "again")],
)]);
pub(super) const DEVICES: View = View::Parts(&[
    (
        "devices",
        &[("device", "name"), ("id", "id"), ("added", "added"), ("last seen", "seen"), ("passkeys", "passkeys")],
    ),
    ("passkeys", &[("passkey", "name"), ("id", "id"), ("at", "origin"), ("added", "added"), ("last used", "used")]),
]);
pub(super) const LOG_HEADS: View =
    View::List(&[("with", "name"), ("entries", "entries"), ("cosigned by", "witnesses")]);
pub(super) const EVENTS: View = View::List(&[
    ("when", "at"),
    ("with", "supplier"),
    ("known by", "standing"),
    ("looks like", "looks_like"),
    ("what", "event"),
]);
pub(super) const PEOPLE: View = View::List(&[
    ("person", "person"),
    ("connected", "connected"),
    ("agreement", "agreement"),
    ("its clock", "clock_differs"),
    ("held", "held"),
    ("requests", "requests"),
]);
pub(super) const LOOK: View = View::Parts(&[
    ("wishes", WISH_COLUMNS),
    ("looks_like", &[("name", "name"), ("known since", "since"), ("key", "supplier")]),
]);
pub(super) const STATUS: View =
    View::Parts(&[("suppliers", SUPPLIER_COLUMNS), ("waits", WAITS_COLUMNS), ("soon", SOON_COLUMNS)]);
pub(super) const WHO: View = View::Parts(&[("items", FOUND_COLUMNS)]);
pub(super) const LINKS: View = View::List(&[
    ("link", "state"),
    ("name", "name"),
    ("domain", "domain"),
    ("known by", "standing"),
    ("look first", "doubt"),
    ("why", "why"),
]);
pub(super) const REMOVAL: View = View::Parts(&[("stays", &[("stays", "what"), ("how many", "count")])]);
pub(super) const IMPORT: View = View::List(&[("field", "field"), ("becomes", "new"), ("now", "now")]);
pub(super) const CANDIDATES: View = View::List(&[
    ("name", "name"),
    ("why", "why"),
    ("domains", "domains"),
    ("known as", "known_as"),
    ("contract", "contracts"),
]);
pub(super) const ORGANISATIONS: View = View::List(&[
    ("id", "id"),
    ("name", "name"),
    ("domains", "domains"),
    ("you log in as", "logins"),
    ("you pay", "pays"),
    ("e-mail", "email"),
    ("companion since", "joined"),
    ("supplier", "supplier"),
]);
pub(super) const ORGANISATION: View = View::Parts(&[("pays", PAYS_COLUMNS)]);
pub(super) const OVERVIEW: View = View::Parts(&[
    ("waits", WAITS_COLUMNS),
    ("soon", SOON_COLUMNS),
    ("joined", &[("has a companion now", "name"), ("since", "since"), ("supplier", "supplier")]),
    ("groups", &[("requests", "count"), ("sector", "sector"), ("fields", "fields"), ("for", "purpose")]),
    (
        "months",
        &[
            ("year", "year"),
            ("month", "month"),
            ("answers given", "answered"),
            ("changes told", "told"),
            ("refused", "refused"),
        ],
    ),
    ("knows", &[("kind of data", "group"), ("suppliers that have it", "suppliers")]),
    ("flows", &[("supplier", "name"), ("fields it has", "groups")]),
]);
pub(super) const SUPPLIER: View = View::Parts(&[
    ("grants", GRANT_COLUMNS),
    ("handed_on", HANDED_ON_COLUMNS),
    ("history", &[("when", "at"), ("no.", "index"), ("what", "event")]),
    ("knows", &[("field", "field"), ("since", "at"), ("under", "grant"), ("grant lives", "current")]),
    ("receipts", &[("when", "at"), ("erased", "fields"), ("of grant", "grant")]),
    ("waiting", &[("id", "id"), ("asks for", "fields"), ("why", "plain_purpose")]),
    ("looks_like", &[("name", "name"), ("known since", "since"), ("key", "supplier")]),
    ("wishes", WISH_COLUMNS),
]);

const WAITS_COLUMNS: Columns = &[("waits for you", "what"), ("how many", "count")];
const SOON_COLUMNS: Columns =
    &[("changes soon", "product"), ("with", "party"), ("how", "change"), ("contract", "contract")];
const PAYS_COLUMNS: Columns = &[
    ("to", "payee"),
    ("how often", "rhythm"),
    ("amount, in cents", "amount"),
    ("", "currency"),
    ("since", "since"),
    ("last", "last"),
    ("mandate", "mandate"),
];
const WITNESS_COLUMNS: Columns = &[
    ("name", "name"),
    ("at", "place"),
    ("logs cosigned", "logs"),
    ("last", "cosigned"),
    ("in vain", "in_vain"),
    ("other histories", "other_histories"),
];
const WISH_COLUMNS: Columns = &[("fields", "fields"), ("for", "purpose"), ("why", "reason")];

const GRANT_COLUMNS: Columns = &[
    ("grant", "grant"),
    ("who", "name"),
    ("fields", "fields"),
    ("for", "purposes"),
    ("how", "access"),
    ("until", "expires"),
    ("state", "state"),
];
const HANDED_ON_COLUMNS: Columns = &[
    ("delegation", "grant"),
    ("to", "name"),
    ("known by", "standing"),
    ("looks like", "looks_like"),
    ("fields", "fields"),
    ("for", "purposes"),
    ("matter", "reference"),
    ("until", "expires"),
    ("state", "state"),
];
const SUPPLIER_COLUMNS: Columns = &[
    ("name", "name"),
    ("known by", "standing"),
    ("looks like", "looks_like"),
    ("sector", "sector"),
    ("agreement", "agreement"),
    ("state", "state"),
    ("reached", "reached"),
    ("its clock", "clock_differs"),
    ("live grants", "live_grants"),
    ("requests waiting", "requests_waiting"),
    ("undelivered", "undelivered"),
];
const FOUND_COLUMNS: Columns = &[
    ("name", "name"),
    ("known by", "standing"),
    ("looks like", "looks_like"),
    ("sector", "sector"),
    ("has", "groups"),
    ("live grants", "live_grants"),
    ("state", "state"),
    ("last contact", "last_contact"),
];

/// Prints an answer on standard output.
pub(super) fn show(answer: &impl Serialize, json: bool) -> Result<(), Failure> {
    show_as(answer, json, View::Plain)
}

/// Prints an answer on standard output, laid out.
pub(super) fn show_as(answer: &impl Serialize, json: bool, view: View) -> Result<(), Failure> {
    let value = serde_json::to_value(answer).map_err(Failure::internal)?;
    match (&value, json) {
        (Value::Array(items), true) => items.iter().for_each(crate::out::say),
        (value, true) => crate::out::say(value),
        (Value::Array(items), false) if items.is_empty() => crate::out::say("nothing"),
        (Value::Array(items), false) => crate::out::say(list(items, view)),
        (Value::Object(fields), false) => {
            for (name, value) in fields {
                match value {
                    Value::Array(items) if items.iter().any(Value::is_object) => {
                        crate::out::say(format_args!("{}:\n{}", words(name), part(items, name, view)));
                    }
                    _ => crate::out::say(format_args!("{}: {}", words(name), cell(name, value))),
                }
            }
        }
        (value, false) => crate::out::say(cell("", value)),
    }
    Ok(())
}

/// A text of an answer as it is.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Who a supplier is, in a few words.
pub(super) fn standing(of: &Standing) -> String {
    let when = |at: &Option<String>| short("since", at.as_deref().unwrap_or_default());
    let why = of.why.as_deref().unwrap_or_default().replace('_', " ");
    let mut known = match of.is.as_str() {
        "proven" => format!("domain proven since {}, checked {}", when(&of.since), when(&of.checked)),
        "contradicted" => format!("CONTRADICTED by its domain since {} ({why})", when(&of.since)),
        "claimed" if why.is_empty() => "domain only claimed".to_owned(),
        "claimed" => format!("domain only claimed ({why})"),
        _ => "no domain".to_owned(),
    };
    if of.other_next_key {
        known.push_str("; NAMES ANOTHER NEXT KEY than when you met it");
    }
    if of.vouched.is_some() { format!("{known}; you vouched {}", when(&of.vouched)) } else { known }
}

/// Whom a supplier looks like.
pub(super) fn lookalike(of: &Lookalike) -> String {
    let since = short("since", &of.since);
    format!("looks like '{}', which you know since {since}, but has another key", of.name)
}

/// The fields or purposes there are.
pub(super) fn vocabulary(purposes: bool) -> Value {
    if purposes {
        let all = Purpose::ALL.iter().map(|purpose| {
            json!({ "purpose": purpose, "meaning": crate::sentences::purpose(*purpose), "within": purpose.parent(), "iri": purpose.iri() })
        });
        return Value::Array(all.collect());
    }
    let all = VOCABULARY.iter().map(|info| {
        json!({
            "field": info.path,
            "meaning": info.path.parse().map(crate::sentences::field).ok(),
            "group": info.group,
            "type": info.kind.name(),
            "choices": info.kind.choices(),
            "category": info.category,
            "sensitive": info.sensitive,
        })
    });
    Value::Array(all.collect())
}

fn list(items: &[Value], view: View) -> Table {
    match view {
        View::List(columns) => table(items, columns.iter().map(|(above, key)| ((*above).to_owned(), *key))),
        View::Plain | View::Parts(_) => {
            let keys = items.first().and_then(Value::as_object).into_iter().flat_map(serde_json::Map::keys);
            table(items, keys.map(|key| (words(key), key.as_str())))
        }
    }
}

fn part(items: &[Value], name: &str, view: View) -> Table {
    let View::Parts(parts) = view else { return list(items, View::Plain) };
    let columns = parts.iter().find(|(part, _)| *part == name).map(|(_, columns)| *columns);
    list(items, columns.map_or(View::Plain, View::List))
}

fn table<'a>(items: &[Value], columns: impl Iterator<Item = (String, &'a str)>) -> Table {
    let (above, keys): (Vec<String>, Vec<&str>) = columns.unzip();
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if table.width().is_none() {
        table.set_width(WIDTH);
    }
    table.set_header(above);
    for item in items {
        // What has an answer is a rule, whose name may be a code.
        table.add_row(keys.iter().map(|key| match (*key, item.get("answer")) {
            ("name", Some(_)) => cell("rule", &item["name"]),
            _ => cell(key, &item[*key]),
        }));
    }
    table
}

/// Another copy of the node goes on in its place.
pub(super) fn superseded(supplier: &str, at: &str) -> String {
    format!(
        "another copy of this node speaks for you ({supplier} heard from it, {at}), so this one has stopped; go on with \
         the other and delete this home, or, to go on here, make a backup of it, restore that into a new home, and stop \
         the other"
    )
}

/// The node went to another machine.
pub(super) fn moved(to: &str, at: &str) -> String {
    let to = if to.is_empty() { "another machine" } else { to };
    format!(
        "this node moved to {to} ({at}), so this home says nothing more; go on there, and delete this home; to go on here \
         after all, stop it with `regie stop` and say `regie move --undo`"
    )
}

/// Another copy of the node was told to stop.
pub(super) fn other_copy(supplier: &str, at: &str) -> String {
    format!(
        "another copy of this node is alive ({supplier} heard from it, {at}) and was told to stop; stop it and delete its \
         home"
    )
}

fn cell(name: &str, value: &Value) -> String {
    match (name, value) {
        ("event", Value::Object(event)) => event.iter().next().map(|(kind, of)| happened(kind, of)).unwrap_or_default(),
        ("event", Value::String(kind)) => words(kind),
        ("clock", Value::Object(clock)) => match clock.get("next_step").and_then(Value::as_str) {
            Some(wrong) if !wrong.is_empty() => wrong.to_owned(),
            _ => "right".to_owned(),
        },
        ("shared_store", Value::Object(store)) => match store.get("next_step").and_then(Value::as_str) {
            Some(wrong) if !wrong.is_empty() => wrong.to_owned(),
            _ => "as it was written".to_owned(),
        },
        ("superseded", Value::Object(copy)) => superseded(&text(&copy["name"]), &text(&copy["at"])),
        ("moved", Value::Object(moved_to)) => moved(&text(&moved_to["to"]), &text(&moved_to["at"])),
        ("other_copy", Value::Object(copy)) => other_copy(&text(&copy["name"]), &text(&copy["at"])),
        ("other_histories", Value::Number(count)) if count.as_u64() != Some(0) => {
            format!(
                "{count}: this home or a copy of it was set back, or another copy writes; `regie witnesses heads` has more"
            )
        }
        ("unreadable", Value::Array(fields)) => {
            let fields: Vec<&str> = fields.iter().filter_map(Value::as_str).collect();
            format!("{}: set them anew, or restore a backup", fields.join(", "))
        }
        ("held", Value::Array(held)) => lines(held.iter().map(|held| {
            let text = |key: &str| held[key].as_str().unwrap_or("-").to_owned();
            format!("{} = {}", text("field"), text("value"))
        })),
        ("pays", Value::Array(pays)) => lines(pays.iter().map(|paid| {
            let [payee, rhythm, since] = ["payee", "rhythm", "since"].map(|key| text(&paid[key]));
            format!("{payee}, {rhythm}, since {since}")
        })),
        ("rule", Value::String(rule)) => crate::sentences::rule(rule),
        ("change", Value::Object(change)) if change.contains_key("price") => "another price".to_owned(),
        ("change", Value::Object(change)) => cell("next", &change["date"]),
        ("next", Value::Object(next)) => {
            let day = next.get("on").or_else(|| next.get("by")).and_then(Value::as_str).unwrap_or_default();
            format!("{} {day}", words(&text(&next["what"]))).trim_end().to_owned()
        }
        ("due", Value::Object(due)) => due_in_words(due),
        ("requests", Value::Array(requests)) => lines(requests.iter().map(request)),
        ("fields", Value::Object(fields)) => {
            lines(fields.iter().map(|(field, rule)| format!("{field} ({})", crate::sentences::rule(&text(rule)))))
        }
        ("standing", Value::Object(of)) if of.contains_key("is") => {
            Standing::deserialize(value).map(|of| standing(&of)).unwrap_or_default()
        }
        ("standing", Value::Object(of)) => of.keys().next().map(|one| words(one)).unwrap_or_default(),
        ("looks_like", Value::Array(others)) => lines(others.iter().map(|one| text(&one["name"]))),
        ("groups", Value::Object(groups)) => {
            groups.iter().map(|(group, count)| format!("{group} {count}")).collect::<Vec<_>>().join(", ")
        }
        ("witnesses", Value::Array(seen)) => lines(seen.iter().map(seen_head)),
        (_, Value::Null) => "-".to_owned(),
        (_, Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        (_, Value::String(text)) => short(name, text),
        (_, Value::Number(number)) => number.to_string(),
        (_, Value::Array(items)) => items.iter().map(|item| cell("", item)).collect::<Vec<_>>().join(", "),
        (_, Value::Object(fields)) => fields
            .iter()
            .map(|(name, value)| format!("{} {}", words(name), cell(name, value)))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

/// The last day for an answer, and what a reader has to know of how it was counted.
fn due_in_words(due: &serde_json::Map<String, Value>) -> String {
    let (last, counted) = (text(&due["last"]), text(&due["counted"]));
    let mut said = last.clone();
    if counted != last {
        said.push_str(&format!(", moved from {counted}"));
    }
    if due["presumed"] == json!(true) {
        said.push_str(&format!("; receipt on {} is presumed", text(&due["received"])));
    }
    if due["stands_still"] == json!(true) {
        said.push_str("; stands still until you prove who you are");
    }
    said
}

/// How far a witness has cosigned a log, or what it has seen instead.
fn seen_head(seen: &Value) -> String {
    let (witness, number) = (text(&seen["witness"]), |of: &Value| cell("", of));
    let other = &seen["other"];
    if !other.is_null() {
        let more = match &other["seen"] {
            Value::Null => "other entries of this log than this home holds".to_owned(),
            count => format!("{} entries of this log, where this home holds {}", number(count), number(&other["here"])),
        };
        return format!("{witness}: has seen {more}. This home, or a copy of it, was set back, or another copy writes");
    }
    let mut said = match &seen["entries"] {
        Value::Null => format!("{witness}: nothing yet"),
        count => format!("{witness}: {} entries, {}", number(count), short("at", &text(&seen["at"]))),
    };
    if let Some(trouble) = seen["trouble"].as_str() {
        said.push_str(&format!(" ({})", words(trouble)));
    }
    if !seen["left"].is_null() {
        let (had, known) = (number(&seen["left"]["seen"]), number(&seen["left"]["known"]));
        said.push_str(&format!("; before the restore it saw {had} entries, of which the backup knew {known}"));
    }
    said
}

/// An event of the log in words.
fn happened(kind: &str, of: &Value) -> String {
    let names = |key: &str| {
        let list = of[key].as_object().map(|map| map.keys().cloned().collect::<Vec<_>>());
        list.or_else(|| of[key].as_array().map(|l| l.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()))
            .filter(|list| !list.is_empty())
            .map(|list| list.join(", "))
    };
    let id = |key: &str| short("grant", of[key].as_str().unwrap_or_default());
    match kind {
        "paired" => format!("paired under {}", cell("", &of["agreement"])),
        "granted" => format!("granted {} by '{}'", id("grant"), crate::sentences::rule(&text(&of["rule"]))),
        "answered" => {
            let parts = [
                names("released").map(|list| format!("gave {list}")),
                names("absent").map(|list| format!("had no {list}")),
                names("asked").map(|list| format!("asks you for {list}")),
                names("refused").map(|list| format!("refused {list}")),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
        }
        "asked_by" => {
            let rules = of["rules"].as_object().into_iter().flatten();
            let rules = rules.map(|(field, rule)| format!("{field} by '{}'", crate::sentences::rule(&text(rule))));
            format!("your word is asked: {}", rules.collect::<Vec<_>>().join(", "))
        }
        "delivered" => "the supplier signed for it".to_owned(),
        "rejected" => format!("a message was refused: {}", cell("", &of["code"])),
        "rejected_more" => format!("{} more messages were refused", cell("", &of["count"])),
        "revoked" => {
            let erase = if of["erase"] == json!(true) { ", erasure asked" } else { "" };
            format!("revoked {}{erase}", id("grant"))
        }
        "erased" => format!("erasure receipt for {}", id("grant")),
        "belonged" if of["member"] == json!(true) => format!("belongs to {}", short("id", &cell("", &of["segment"]))),
        "belonged" => format!("left {}", short("id", &cell("", &of["segment"]))),
        "counted_in" => format!("was counted for {}", short("id", &cell("", &of["segment"]))),
        "cast" => format!("cast {}", short("id", &cell("", &of["intent"]))),
        "closed" if of["offer"].is_null() => format!("withdrew {}", short("id", &cell("", &of["intent"]))),
        "closed" => format!("took up an offer for {}", short("id", &cell("", &of["intent"]))),
        "left" => "the node went to another machine".to_owned(),
        "arrived" => "the node came from another machine".to_owned(),
        "received" => format!("an item came into {}", cell("", &of["collection"])),
        "letter_sent" => {
            let told = names("fields").map(|list| format!(", which told {list}")).unwrap_or_default();
            format!("a letter went: {}{told}", cell("", &of["about"]))
        }
        "field_changed" => format!("changed {}", cell("", &of["field"])),
        "identified" => format!("who it is: {}", cell("standing", &of["standing"])),
        "vouched" if of["vouched"] == json!(false) => "you vouch for it no longer".to_owned(),
        "vouched" => "you vouched for it".to_owned(),
        "profile_renewed" => "it showed a newer profile".to_owned(),
        "paused" if of["paused"] == json!(false) => "you took it up again".to_owned(),
        "key_renewed" => "you go by another key here".to_owned(),
        "key_rotated" => "it changed its key, to the one that it had committed to".to_owned(),
        _ => words(kind),
    }
}

fn request(request: &Value) -> String {
    let state = match (&request["rejected"], request["answered"] == json!(true)) {
        (Value::String(code), _) => format!("refused: {code}"),
        (_, false) => "waits for the person's node".to_owned(),
        (_, true) => {
            let count = |key: &str| request[key].as_array().map_or(0, Vec::len);
            let refused = request["refused"].as_object().map_or(0, serde_json::Map::len);
            format!("{} given, {} waiting, {refused} refused", count("given"), count("waiting"))
        }
    };
    format!("{} {}: {state}", short("id", &cell("", &request["request"])), cell("", &request["purpose"]))
}

/// Long ids by their end, which commands take; times to the second.
fn short(name: &str, text: &str) -> String {
    match name {
        "grant" | "receipt" | "id" | "intent" | "offer" | "segment" if text.is_ascii() && text.len() > SHORT => {
            text[text.len() - SHORT..].to_owned()
        }
        "at" | "cast" | "cosigned" | "found" | "observed" | "last_contact" | "since" => {
            crate::clock::zoned(text).unwrap_or_else(|| text.to_owned())
        }
        "expires" => text.get(..10).unwrap_or(text).to_owned(),
        _ => text.to_owned(),
    }
}

fn lines(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join("\n")
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use schemars::{JsonSchema, generate::SchemaSettings};

    use super::*;
    use crate::{
        person::verbs as person,
        supplier::verbs::{Acts, Offered, People, Published, Wanted},
        verb::Verb,
    };

    /// What a `$ref` leads to.
    fn resolved<'a>(of: &'a Value, root: &'a Value) -> &'a Value {
        let to = of["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
        to.map_or(of, |to| root.pointer(to).expect("a definition"))
    }

    /// The schemas that something of this schema is or may be of: itself, and those that it is put together from.
    fn parts<'a>(of: &'a Value, root: &'a Value) -> Vec<&'a Value> {
        let of = resolved(of, root);
        let more = ["allOf", "anyOf", "oneOf"].iter().filter_map(|of_what| of[*of_what].as_array()).flatten();
        std::iter::once(of).chain(more.flat_map(|part| parts(part, root))).collect()
    }

    /// The names in items of a list.
    fn names(list: &Value, root: &Value) -> BTreeSet<String> {
        let items = parts(list, root).into_iter().map(|part| &part["items"]).filter(|items| !items.is_null());
        let fields = items.flat_map(|items| parts(items, root)).filter_map(|part| part["properties"].as_object());
        fields.flat_map(|fields| fields.keys().cloned()).collect()
    }

    /// Every key of a view is a name in the answer that it lays out.
    fn lays_out<V: Verb>(view: View) {
        lays_out_in::<V::Answer>(V::NAME, view);
    }

    /// The same of a part of an answer.
    fn lays_out_in<T: JsonSchema>(name: &str, view: View) {
        let root = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value();
        let has = |list: &Value, columns: Columns| {
            let names = names(list, &root);
            for (_, key) in columns {
                assert!(names.contains(*key), "{name}: {key} is not one of {names:?}");
            }
        };
        match view {
            View::Plain => {}
            View::List(columns) => has(&root, columns),
            View::Parts(lists) => {
                for (list, columns) in lists {
                    let found = parts(&root, &root).into_iter().find_map(|part| part["properties"].get(*list));
                    has(found.unwrap_or_else(|| panic!("{name}: no {list}")), columns);
                }
            }
        }
    }

    #[test]
    fn every_column_is_a_name_in_its_answer() {
        lays_out::<person::Fields>(FIELDS);
        lays_out_in::<Vec<person::EarlierValue>>("", HISTORY);
        lays_out::<person::Search>(SEARCH);
        lays_out::<person::OwnFields>(OWN);
        lays_out::<person::Grants>(GRANTS);
        lays_out::<person::Inbox>(INBOX);
        lays_out::<person::Witnesses>(WITNESSES);
        lays_out::<person::AskWitnesses>(ASKED_WITNESSES);
        lays_out::<person::LogHeads>(LOG_HEADS);
        lays_out::<person::Intents>(INTENTS);
        lays_out::<person::Letters>(LETTERS);
        lays_out::<person::SendLetters>(QUEUED);
        lays_out::<person::WriteLetters>(WRITTEN);
        lays_out::<person::WouldTell>(WOULD_TELL);
        lays_out::<person::WouldRemove>(REMOVAL);
        lays_out::<person::LookMany>(LINKS);
        lays_out::<person::Look>(LOOK);
        lays_out::<person::Noticeboards>(NOTICEBOARDS);
        lays_out::<person::Notices>(NOTICES);
        lays_out::<person::Devices>(DEVICES);
        lays_out::<person::Offers>(OFFERS);
        lays_out::<person::Organisation>(ORGANISATION);
        lays_out_in::<Vec<person::ShownOrganisation>>("organisations", ORGANISATIONS);
        lays_out::<person::Overview>(OVERVIEW);
        lays_out::<person::Requests>(REQUESTS);
        lays_out::<person::Status>(STATUS);
        lays_out::<person::Supplier>(SUPPLIER);
        lays_out::<person::Contracts>(CONTRACTS);
        lays_out::<Acts>(PERSONS_ACTS);
        lays_out::<person::Acts>(ACTS);
        lays_out::<person::CanGet>(CAN_GET);
        lays_out::<person::Suggestions>(SUGGESTIONS);
        lays_out::<person::Cases>(CASES);
        lays_out::<person::Case>(CASE);
        lays_out::<person::NewCases>(NEW_CASES);
        lays_out::<person::PursueCases>(PURSUED);
        lays_out_in::<Vec<person::ShownFile>>("case_files", CASE_FILES);
        lays_out::<person::Suppliers>(WHO);
        lays_out_in::<Vec<person::NewestEntry>>("audit", EVENTS);
        lays_out_in::<Vec<person::ShownSegment>>("segments", SEGMENTS);
        lays_out::<Offered>(OFFERED);
        lays_out::<People>(PEOPLE);
        lays_out::<Published>(PUBLISHED);
        lays_out::<Wanted>(WANTED);
    }
}
