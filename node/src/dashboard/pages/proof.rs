//! Can anybody ever get this? In: a field or a group, and whom the question is about. Out: who can, by which rule or consent,
//! each with an example; or that nobody can.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
};
use regie_protocol::{VOCABULARY, reach::Example};
use serde::Deserialize;

use super::{App, Page, Shown, Visitor, defaults::groups, show};
use crate::{
    dashboard::words::Words,
    person::verbs::{self, CanGetAnswer},
};

/// Suppliers that can be chosen.
const LISTED: usize = 500;
/// The sector of shops.
const SHOPS: &str = "retail";

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    what: String,
    /// Empty for anybody, `sector:` or `supplier:` with which.
    by: String,
}

#[derive(Template)]
#[template(path = "proof.html")]
struct Proof {
    page: Page,
    asked: Asked,
    /// Once something was asked.
    answer: Option<CanGetAnswer>,
    error: Option<String>,
    fields: Vec<&'static str>,
    groups: Vec<&'static str>,
    sectors: Vec<String>,
    /// Keys and names.
    suppliers: Vec<(String, String)>,
}

pub(super) async fn page(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Shown {
    let listed = verbs::Suppliers { limit: LISTED, ..verbs::Suppliers::default() };
    let listed = visitor.ask(&app, listed).await?;
    let mut sectors = listed.sectors;
    // A shop is what people ask about first, whether they know one here or not.
    if !sectors.iter().any(|sector| sector == SHOPS) {
        sectors.push(SHOPS.to_owned());
    }
    let suppliers = listed.items.into_iter().map(|one| (one.supplier.to_string(), one.name)).collect();
    let (answer, error) = match question(&asked) {
        None => (None, None),
        Some(Err(failure)) => (None, Some(failure.said(visitor.words.0))),
        Some(Ok(question)) => match app.ask(question).await {
            Ok(answer) => (Some(answer), None),
            Err(failure) => (None, Some(failure.said(visitor.words.0))),
        },
    };
    let fields = VOCABULARY.iter().map(|info| info.path).collect();
    let page = visitor.page(&app, "defaults", "/defaults/proof");
    show(&Proof { page, asked, answer, error, fields, groups: groups(), sectors, suppliers })
}

fn question(asked: &Asked) -> Option<Result<verbs::CanGet, crate::command::Failure>> {
    if asked.what.is_empty() {
        return None;
    }
    let named = |kind: &str| asked.by.strip_prefix(kind).map(str::to_owned);
    let (sector, supplier) = (named("sector:"), named("supplier:"));
    Some(crate::command::parse(&asked.what).map(|what| verbs::CanGet { what, sector, supplier }))
}

impl Proof {
    fn is(&self, what: &str) -> bool {
        self.asked.what == what
    }

    fn is_by(&self, by: &str) -> bool {
        self.asked.by == by
    }

    /// What was asked about, in the words of the page.
    fn what(&self, words: &Words) -> String {
        match self.asked.what.strip_prefix("group:") {
            Some(group) => words.name("group", group),
            None => words.name("field", &self.asked.what),
        }
    }

    /// A request, as a sentence begins.
    fn example(&self, words: &Words, of: &Example) -> String {
        let who = match (&of.supplier, &of.sector) {
            (Some(key), _) => {
                let key = key.to_string();
                let name = self.suppliers.iter().find(|(own, _)| *own == key).map(|(_, name)| name.clone());
                name.unwrap_or(key)
            }
            (None, Some(sector)) => words.of("proof-sector", &words.name("sector", sector)),
            (None, None) => words.say("proof-anybody"),
        };
        let known = words.say(if of.is_known { "proof-known" } else { "proof-unknown" });
        let handed_on = of.hands_on.then(|| words.say("proof-hands-on"));
        let parts = [
            Some(format!("{who} ({known})")),
            Some(words.of("why-purpose", &words.name("purpose", of.purpose))),
            Some(words.count("proof-kept", &of.retention.0)),
            handed_on,
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
