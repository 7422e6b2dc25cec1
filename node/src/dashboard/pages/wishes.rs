//! What the person wants: intents cast without a name, the offers that came, best first. In: forms. Out: pages.

use std::collections::BTreeMap;

use askama::Template;
use axum::{Extension, extract::State};
use serde::Deserialize;

use super::{
    App, Page, Posted, Shown, Visitor, go, show,
    who::{Lookalike, Standing},
};
use crate::command::{Command, Failure, pairs};

/// What a new intent shows, in offers.
const KEEP: u8 = 20;
const EACH: u8 = 2;

#[derive(Deserialize)]
struct Intent {
    intent: String,
    category: String,
    wish: String,
    details: BTreeMap<String, String>,
    budget: Option<String>,
    expires: String,
    state: String,
    held_back: u64,
    passed_over: u64,
    refused: Option<String>,
    #[serde(skip)]
    offers: Vec<Offer>,
}

impl Intent {
    fn open(&self) -> bool {
        self.state == "open" || self.state == "casting"
    }
}

#[derive(Deserialize)]
struct Offer {
    offer: String,
    intent: String,
    supplier: String,
    known: bool,
    title: String,
    price: Option<String>,
    terms: BTreeMap<String, String>,
    needs: Vec<String>,
    purpose: String,
    kept: u64,
    expires: String,
    above_budget: bool,
    /// None where the person does not know its supplier.
    standing: Option<Standing>,
    looks_like: Vec<Lookalike>,
}

#[derive(Template)]
#[template(path = "wishes.html")]
struct Wishes {
    page: Page,
    intents: Vec<Intent>,
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let mut intents: Vec<Intent> = visitor.ask_for(&app, Command::Intents).await?;
    let offers: Vec<Offer> = visitor.ask_for(&app, Command::Offers { intent: None }).await?;
    for offer in offers {
        if let Some(intent) = intents.iter_mut().find(|intent| intent.intent == offer.intent) {
            intent.offers.push(offer);
        }
    }
    show(&Wishes { page: visitor.page(&app, "wishes", "/wishes"), intents })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let id = posted.one("id").to_owned();
    let (command, said) = match posted.one("do") {
        "cast" => (cast(&posted).map_err(|failure| visitor.fault(failure))?, "wishes-cast"),
        "take" => (Command::TakeUp { offer: id, agreement: "PDC-INTENT".into() }, "wishes-taken"),
        "pass" => (Command::PassOver { offer: id }, "wishes-passed"),
        "withdraw" => (Command::Withdraw { intent: id }, "wishes-withdrawn"),
        _ => return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
    };
    visitor.ask(&app, command).await?;
    visitor.notice(&app, visitor.words.say(said));
    go("/wishes")
}

fn cast(posted: &Posted) -> Result<Command, Failure> {
    let some = |name: &str| Some(posted.one(name).trim().to_owned()).filter(|text| !text.is_empty());
    let details: Vec<String> = some("details")
        .map(|text| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
        .unwrap_or_default();
    let days = posted.one("days").parse().map_err(|_| Failure::usage("days is a number from 1 to 90"))?;
    Ok(Command::Cast {
        board: some("board"),
        category: some("category").unwrap_or_default(),
        wish: some("wish").unwrap_or_default(),
        details: pairs(&details)?.into_iter().collect(),
        budget: some("budget"),
        days,
        per_supplier: EACH,
        keep: KEEP,
        by: some("by").into_iter().collect(),
    })
}
