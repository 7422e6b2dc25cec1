//! What the person wants: intents cast without a name, the offers that came, best first. In: forms. Out: pages.

use askama::Template;
use axum::{Extension, extract::State};
use regie_protocol::{Agreement, Days};

use super::{App, Page, Posted, Shown, Visitor, go, show, who::Looks as _};
use crate::{
    command::{Failure, Text, pairs, parse},
    person::verbs::{self, RankedOffer, ShownIntent},
};

/// What a new intent shows, in offers.
const KEEP: u8 = 20;
const EACH: u8 = 2;

/// An intent, with the offers that came for it.
struct Wish {
    intent: ShownIntent,
    offers: Vec<RankedOffer>,
}

#[derive(Template)]
#[template(path = "wishes.html")]
struct Wishes {
    page: Page,
    wishes: Vec<Wish>,
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let intents = visitor.ask(&app, verbs::Intents {}).await?;
    let mut wishes: Vec<Wish> = intents.into_iter().map(|intent| Wish { intent, offers: Vec::new() }).collect();
    for ranked in visitor.ask(&app, verbs::Offers { intent: None }).await? {
        if let Some(wish) = wishes.iter_mut().find(|wish| wish.intent.intent == ranked.offer.intent) {
            wish.offers.push(ranked);
        }
    }
    show(&Wishes { page: visitor.page(&app, "wishes", "/wishes"), wishes })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let id = posted.one("id").to_owned();
    let said = match posted.one("do") {
        "cast" => {
            let cast = cast(&posted).map_err(|failure| visitor.fault(failure))?;
            visitor.ask(&app, cast).await.map(|_| "wishes-cast")
        }
        "take" => {
            let take = verbs::TakeUp { offer: id, agreement: Agreement::PdcIntent };
            visitor.ask(&app, take).await.map(|_| "wishes-taken")
        }
        "pass" => visitor.ask(&app, verbs::PassOver { offer: id }).await.map(|_| "wishes-passed"),
        "withdraw" => visitor.ask(&app, verbs::Withdraw { intent: id }).await.map(|_| "wishes-withdrawn"),
        _ => Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
    }?;
    visitor.notice(&app, visitor.words.say(said));
    go("/wishes")
}

fn cast(posted: &Posted) -> Result<verbs::Cast, Failure> {
    let some = |name: &str| Some(posted.one(name).trim().to_owned()).filter(|text| !text.is_empty());
    let details: Vec<String> = some("details")
        .map(|text| text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
        .unwrap_or_default();
    let days = posted.one("days").parse().map_err(|_| Failure::usage("days is a number from 1 to 90"))?;
    Ok(verbs::Cast {
        board: some("board"),
        category: parse(posted.one("category"))?,
        wish: some("wish").unwrap_or_default(),
        details: pairs(&details)?.into_iter().collect(),
        budget: some("budget").map(|text| parse(&text).map(Text)).transpose()?,
        days: Days(days),
        per_supplier: EACH,
        keep: KEEP,
        by: some("by").map(|text| parse(&text)).transpose()?.into_iter().collect(),
    })
}
