//! The person's defaults as sentences: changed one at a time, tried on past requests before they are kept. In:
//! forms. Out: the rules, or what a change would have meant.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
};
use regie_protocol::{
    Days, PublicKey, Purpose, VOCABULARY,
    policy::{Answer, Rule, What, Who},
};
use serde::Deserialize;

use super::{App, Page, Posted, Shown, Visitor, go, show};
use crate::{
    command::{Change, Failure, Preset},
    dashboard::{limits, words::Words},
    person::verbs::{self, DryRunOutcome, RuleList, ShownSuggestion},
};

/// The one supplier that a rule is about.
fn supplier(rule: &Rule) -> Option<&PublicKey> {
    match &rule.who {
        Who::Supplier(key) => Some(key),
        Who::Anyone | Who::Sector(_) => None,
    }
}

/// An answer in one word.
fn code(answer: Answer) -> &'static str {
    match answer {
        Answer::Allow => "allow",
        Answer::Ask => "ask",
        Answer::Refuse => "refuse",
    }
}

/// "Give name, to everyone, for delivering goods, if kept at most 730 days."
fn sentence(t: &Words, rule: &Rule) -> String {
    let what = match &rule.what {
        What::Anything => t.say("what-anything"),
        What::Sensitive => t.say("what-sensitive"),
        What::Group(group) => t.name("group", group),
        What::Field(field) => t.name("field", field),
    };
    let who = match &rule.who {
        Who::Anyone => t.say("who-anyone"),
        Who::Sector(sector) => t.of("who-sector", &t.name("sector", sector)),
        Who::Supplier(_) => t.say("who-supplier"),
    };
    let why = rule.why.map(|why| t.of("why-purpose", &t.name("purpose", why)));
    let kept = rule.retention.map(|days| t.count("why-kept", &days.0));
    let begins = format!("{} {who}", t.of(&format!("rule-{}", code(rule.answer)), &what));
    let under = rule.agreement.map(|one| t.of("why-agreement", &t.name("agreement", one)));
    let handed_on = rule.delegation.then(|| t.say("rule-delegation"));
    let parts = [Some(begins), why, handed_on, kept, under];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[derive(Template)]
#[template(path = "defaults.html")]
struct Defaults {
    page: Page,
    /// What own answers suggest, and how much of it is hidden.
    suggestions: Vec<ShownSuggestion>,
    hidden: Vec<ShownSuggestion>,
    rules: RuleList,
    total: usize,
    earlier: Option<usize>,
    later: Option<usize>,
    agreements: [&'static str; 5],
    /// The agreement in force without its `-DP`, and whether it has that.
    proffered: (String, bool),
    fields: Vec<&'static str>,
    presets: [Preset; 3],
    groups: Vec<&'static str>,
    purposes: Vec<&'static str>,
    sectors: Vec<String>,
}

/// Sectors that there are words for.
const SECTORS: [&str; 8] = ["energy", "government", "health", "insurance", "media", "retail", "telecom", "travel"];

/// Suggestions that one page shows.
const SUGGESTED: usize = 5;

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
    let mut rules = visitor.ask(&app, verbs::Rules {}).await?;
    let (total, first) = (rules.rules.len(), at.page.saturating_mul(limits::RULES));
    rules.rules = rules.rules.into_iter().skip(first).take(limits::RULES).collect();
    let later = (first.saturating_add(limits::RULES) < total).then(|| at.page + 1);
    let proffered = visitor.ask(&app, verbs::Proffer { agreement: None }).await?;
    let code = proffered.agreement.code();
    let proffered = match code.strip_suffix(PORTABLE) {
        Some(base) => (base.to_owned(), true),
        None => (code.to_owned(), false),
    };
    let suggested = visitor.ask(&app, verbs::Suggestions {}).await?;
    let (hidden, mut suggestions): (Vec<_>, Vec<_>) = suggested.into_iter().partition(|one| one.hidden);
    suggestions.truncate(SUGGESTED);
    let purposes = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
    show(&Defaults {
        page: visitor.page(&app, "defaults", "/defaults"),
        suggestions,
        hidden,
        rules,
        total,
        earlier: at.page.checked_sub(1),
        later,
        agreements: AGREEMENTS,
        proffered,
        fields: VOCABULARY.iter().map(|info| info.path).collect(),
        presets: Preset::ALL,
        groups: groups(),
        purposes,
        sectors: sectors(&app, &visitor).await?,
    })
}

/// Sectors that there are words for, and those of the person's own suppliers.
async fn sectors(app: &App, visitor: &Visitor) -> Result<Vec<String>, super::Fault> {
    let listed = visitor.ask(app, verbs::Suppliers { limit: 0, ..verbs::Suppliers::default() }).await?;
    let mut sectors: Vec<String> = SECTORS.iter().map(|sector| (*sector).to_owned()).collect();
    sectors.extend(listed.sectors.into_iter().filter(|own| !own.trim().is_empty() && !SECTORS.contains(&own.as_str())));
    sectors.sort_by_key(|sector| visitor.words.name("sector", sector).to_lowercase());
    Ok(sectors)
}

/// Every group of fields.
pub(super) fn groups() -> Vec<&'static str> {
    let mut groups: Vec<&str> = VOCABULARY.iter().map(|info| info.group).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// Sets the agreement that is proffered to suppliers from now on; those that are there keep theirs.
pub(super) async fn agreement(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let portable = if posted.one("portable") == "yes" { PORTABLE } else { "" };
    let agreement = visitor.parse(&format!("{}{portable}", posted.one("agreement")))?;
    visitor.ask(&app, verbs::Proffer { agreement: Some(agreement) }).await?;
    visitor.notice(&app, visitor.words.say("agreement-kept"));
    go("/defaults")
}

#[derive(Template)]
#[template(path = "tried.html")]
struct Tried {
    page: Page,
    outcome: DryRunOutcome,
    /// The form's fields again, to keep the change.
    again: Vec<(String, String)>,
}

/// Takes a default that own answers suggest, hides it, or shows again what was hidden.
pub(super) async fn suggested(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let suggestion = posted.one("suggestion").to_owned();
    let key = match posted.one("do") {
        "take" => {
            visitor.ask(&app, verbs::TakeSuggestion { suggestion }).await?;
            "suggestions-taken"
        }
        word => {
            let hide = word != "show";
            visitor.ask(&app, verbs::HideSuggestion { suggestion, hide }).await?;
            if hide { "suggestions-hidden" } else { "suggestions-shown" }
        }
    };
    visitor.notice(&app, visitor.words.say(key));
    go("/defaults")
}

/// Tries a change, or keeps it.
pub(super) async fn change(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let change = read(&app, &visitor, &posted).await?;
    if posted.one("do") == "try" {
        let outcome = visitor.ask(&app, verbs::DryRun { change }).await?;
        let again = posted.0.iter().filter(|(name, _)| name != "do" && name != "form").cloned().collect();
        return show(&Tried { page: visitor.page(&app, "defaults", "/defaults"), outcome, again });
    }
    match change {
        Change::Preset { name } => drop(visitor.ask(&app, verbs::Policy { preset: Some(name) }).await?),
        Change::Set { rule, replaces } => drop(visitor.ask(&app, verbs::SetRule { rule, replaces }).await?),
        Change::Remove { name } => drop(visitor.ask(&app, verbs::RemoveRule { name }).await?),
    }
    visitor.notice(&app, visitor.words.say("defaults-kept"));
    go("/defaults")
}

async fn read(app: &App, visitor: &Visitor, posted: &Posted) -> Result<Change, super::Fault> {
    let name = posted.one("name").to_owned();
    match posted.one("change") {
        "preset" => Ok(Change::Preset { name: visitor.parse(&name)? }),
        "remove" => Ok(Change::Remove { name }),
        "answer" => {
            let rules = visitor.ask(app, verbs::Rules {}).await?.rules;
            let rule = rules.into_iter().map(|hit| hit.rule).find(|rule| rule.name == name);
            let rule = rule.ok_or_else(|| visitor.fault(Failure::usage(visitor.words.say("fault-form"))))?;
            Ok(Change::Set { rule: Rule { answer: answer(visitor, posted)?, ..rule }, replaces: Some(name) })
        }
        _ => Ok(Change::Set { rule: new_rule(visitor, posted)?, replaces: None }),
    }
}

fn answer(visitor: &Visitor, posted: &Posted) -> Result<Answer, super::Fault> {
    let known = [Answer::Allow, Answer::Ask, Answer::Refuse];
    let found = known.into_iter().find(|answer| code(*answer) == posted.one("answer"));
    found.ok_or_else(|| visitor.fault(Failure::usage(visitor.words.say("fault-form"))))
}

fn new_rule(visitor: &Visitor, posted: &Posted) -> Result<Rule, super::Fault> {
    let what = match posted.one("what") {
        "" | "anything" => What::Anything,
        "sensitive" => What::Sensitive,
        what => match what.split_once(':') {
            Some(("group", group)) => What::Group(group.to_owned()),
            Some(("field", field)) => What::Field(visitor.parse(field)?),
            _ => return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
        },
    };
    Ok(Rule {
        name: posted.one("name").to_owned(),
        who: posted.some("sector").map_or(Who::Anyone, Who::Sector),
        what,
        why: posted.some("why").map(|text| visitor.parse(&text)).transpose()?,
        agreement: posted.some("agreement").map(|text| visitor.parse(&text)).transpose()?,
        retention: posted.one("retention").parse().ok().map(Days),
        delegation: posted.one("delegation") == "yes",
        answer: answer(visitor, posted)?,
    })
}
