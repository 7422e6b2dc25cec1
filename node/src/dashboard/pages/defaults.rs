//! The person's defaults as sentences: changed one at a time, tried on past requests before they are kept. In:
//! forms. Out: the rules, or what a change would have meant.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
};
use regie_protocol::{Purpose, VOCABULARY};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{App, Page, Posted, Shown, Visitor, go, show};
use crate::{
    command::{Change, Command, Failure},
    dashboard::{limits, words::Words},
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
    agreement: Option<String>,
    retention: Option<u64>,
    #[serde(default)]
    delegation: bool,
    answer: String,
}

impl Rule {
    /// The one supplier it is about.
    fn supplier(&self) -> Option<&str> {
        self.who["supplier"].as_str()
    }

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
        let begins = format!("{} {who}", t.of(&format!("rule-{}", self.answer), &what));
        let under = self.agreement.as_ref().map(|one| t.of("why-agreement", &t.name("agreement", one)));
        let handed_on = self.delegation.then(|| t.say("rule-delegation"));
        let parts = [Some(begins), why, handed_on, kept, under];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

#[derive(Template)]
#[template(path = "defaults.html")]
struct Defaults {
    page: Page,
    rules: Rules,
    total: u64,
    earlier: Option<usize>,
    later: Option<usize>,
    agreements: [&'static str; 5],
    /// The agreement in force without its `-DP`, and whether it has that.
    proffered: (String, bool),
    fields: Vec<&'static str>,
    presets: [&'static str; 3],
    groups: Vec<&'static str>,
    purposes: Vec<&'static str>,
}

/// The agreements about a service, from the tightest; each also exists with the duty of portability (`-DP`).
const AGREEMENTS: [&str; 5] = ["SD-BASE", "SD-BASE-A", "SD-BASE-AT", "SD-BASE-ATP", "SD-BASE-ATP-S3P"];
const PORTABLE: &str = "-DP";

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct At {
    page: usize,
}

pub(super) async fn page(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(at): Query<At>,
) -> Shown {
    let mut rules: Rules = visitor.ask_for(&app, Command::Rules).await?;
    let (total, first) = (rules.rules.len(), at.page.saturating_mul(limits::RULES));
    rules.rules = rules.rules.into_iter().skip(first).take(limits::RULES).collect();
    let later = (first.saturating_add(limits::RULES) < total).then(|| at.page + 1);
    let proffered = visitor.ask(&app, Command::Proffer { agreement: None }).await?;
    let code = proffered["agreement"].as_str().unwrap_or_default();
    let proffered = match code.strip_suffix(PORTABLE) {
        Some(base) => (base.to_owned(), true),
        None => (code.to_owned(), false),
    };
    let mut groups: Vec<&str> = VOCABULARY.iter().map(|info| info.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let purposes = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
    let presets = ["careful", "balanced", "open"];
    show(&Defaults {
        page: visitor.page(&app, "defaults", "/defaults"),
        rules,
        total: total as u64,
        earlier: at.page.checked_sub(1),
        later,
        agreements: AGREEMENTS,
        proffered,
        fields: VOCABULARY.iter().map(|info| info.path).collect(),
        presets,
        groups,
        purposes,
    })
}

/// Sets the agreement that is proffered to suppliers from now on; those that are there keep theirs.
pub(super) async fn agreement(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let portable = if posted.one("portable") == "yes" { PORTABLE } else { "" };
    let agreement = Some(format!("{}{portable}", posted.one("agreement")));
    visitor.ask(&app, Command::Proffer { agreement }).await?;
    visitor.notice(&app, visitor.words.say("agreement-kept"));
    go("/defaults")
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
            let what = match what.split_once(':') {
                Some((kind, name)) => json!({ kind: name }),
                None if what.is_empty() => json!("anything"),
                None => json!(what),
            };
            let who = if who.is_empty() { json!("anyone") } else { json!({ "sector": who }) };
            let rule = json!({
                "name": name,
                "who": who,
                "what": what,
                "why": posted.some("why"),
                "agreement": posted.some("agreement"),
                "retention": posted.one("retention").parse::<u32>().ok(),
                "delegation": posted.one("delegation") == "yes",
                "answer": posted.one("answer"),
            });
            Ok(Change::Set { rule, replaces: None })
        }
    }
}
