//! The person's defaults as sentences: changed one at a time, tried on past requests before they are kept. In:
//! forms. Out: the rules, or what a change would have meant.

use askama::Template;
use axum::{Extension, extract::State};
use regie_protocol::{field::VOCABULARY, purpose::Purpose};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{App, Page, Posted, Shown, Visitor, go, show};
use crate::{
    command::{Change, Command, Failure},
    dashboard::words::Words,
};

#[derive(Deserialize)]
struct Rules {
    preset: Option<String>,
    rules: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    rule: Rule,
    hits: u64,
}

#[derive(Deserialize)]
struct Rule {
    name: String,
    who: Value,
    what: Value,
    why: Option<String>,
    retention: Option<u64>,
    answer: String,
}

impl Rule {
    /// "Give name, to everyone, for delivering goods, if kept at most 730 days."
    fn sentence(&self, t: &Words) -> String {
        let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let what = match &self.what {
            Value::String(all) => t.say(&format!("what-{all}")),
            one if one["group"].is_string() => t.name("group", &text(one, "group")),
            one => t.name("field", &text(one, "field")),
        };
        let who = match &self.who {
            Value::String(_) => t.say("who-anyone"),
            one if one["sector"].is_string() => t.of("who-sector", &t.name("sector", &text(one, "sector"))),
            _ => t.say("who-supplier"),
        };
        let why = self.why.as_ref().map(|why| t.of("why-purpose", &t.name("purpose", why)));
        let kept = self.retention.map(|days| t.count("why-kept", &days));
        let parts = [Some(t.of(&format!("rule-{}", self.answer), &what)), Some(who), why, kept];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

#[derive(Template)]
#[template(path = "defaults.html")]
struct Defaults {
    page: Page,
    rules: Rules,
    presets: [&'static str; 3],
    groups: Vec<&'static str>,
    purposes: Vec<&'static str>,
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let rules = visitor.ask_for(&app, Command::Rules).await?;
    let mut groups: Vec<&str> = VOCABULARY.iter().map(|info| info.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let purposes = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
    let presets = ["careful", "balanced", "open"];
    show(&Defaults { page: visitor.page(&app, "defaults", "/defaults"), rules, presets, groups, purposes })
}

#[derive(Deserialize)]
struct Outcome {
    requests: u64,
    changed: u64,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    name: String,
    at: String,
    purpose: String,
    fields: Vec<Differs>,
}

#[derive(Deserialize)]
struct Differs {
    field: String,
    before: Answer,
    after: Answer,
}

#[derive(Deserialize)]
struct Answer {
    answer: String,
}

#[derive(Template)]
#[template(path = "tried.html")]
struct Tried {
    page: Page,
    outcome: Outcome,
    /// The form's fields again, to keep the change.
    again: Vec<(String, String)>,
}

/// Tries a change, or keeps it.
pub(super) async fn change(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let change = read(&app, &visitor, &posted).await?;
    if posted.one("do") == "try" {
        let outcome = visitor.ask_for(&app, Command::DryRun { change }).await?;
        let again = posted.0.iter().filter(|(name, _)| name != "do" && name != "form").cloned().collect();
        return show(&Tried { page: visitor.page(&app, "defaults", "/defaults"), outcome, again });
    }
    let command = match change {
        Change::Preset { name } => Command::Policy { preset: Some(name) },
        Change::Set { rule, replaces } => Command::SetRule { rule, replaces },
        Change::Remove { name } => Command::RemoveRule { name },
    };
    visitor.ask(&app, command).await?;
    visitor.notice(&app, visitor.words.say("defaults-kept"));
    go("/defaults")
}

async fn read(app: &App, visitor: &Visitor, posted: &Posted) -> Result<Change, super::Fault> {
    let name = posted.one("name").to_owned();
    match posted.one("change") {
        "preset" => Ok(Change::Preset { name }),
        "remove" => Ok(Change::Remove { name }),
        "answer" => {
            let rules = visitor.ask(app, Command::Rules).await?;
            let all = rules["rules"].as_array().cloned().unwrap_or_default();
            let rule = all.into_iter().map(|hit| hit["rule"].clone()).find(|rule| rule["name"] == json!(name));
            let mut rule = rule.ok_or_else(|| visitor.fault(Failure::usage(visitor.words.say("fault-form"))))?;
            rule["answer"] = json!(posted.one("answer"));
            Ok(Change::Set { rule, replaces: Some(name) })
        }
        _ => {
            let (what, who) = (posted.one("what"), posted.one("sector"));
            let what = if what.is_empty() { json!("anything") } else { json!({ "group": what }) };
            let who = if who.is_empty() { json!("anyone") } else { json!({ "sector": who }) };
            let rule = json!({
                "name": name,
                "who": who,
                "what": what,
                "why": posted.some("why"),
                "agreement": null,
                "retention": posted.one("retention").parse::<u32>().ok(),
                "answer": posted.one("answer"),
            });
            Ok(Change::Set { rule, replaces: None })
        }
    }
}
