//! What the person wants: wishes without a name, the offers that came side by side, and what was taken up. In: forms. Out: pages.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
};
use regie_protocol::{
    Agreement, Days,
    catalogue::{self, Kind},
    intent::{Category, Criterion, Per, Price},
};

use super::{
    App, Page, Posted, Shown, Visitor, Words, go,
    group::{Held, held},
    inputs::{EURO, Input, Money},
    not_taken, show,
    who::Looks as _,
};
use crate::{
    command::{Failure, Text, details, parse},
    person::verbs::{self, Noticeboard, RankedOffer, ShownIntent},
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

#[derive(Template)]
#[template(path = "wish_kinds.html")]
struct Kinds {
    page: Page,
    /// Codes with their names, the name of everything else last.
    kinds: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "wish_new.html")]
struct NewWish {
    page: Page,
    kind: &'static Kind,
    details: Vec<Input>,
    boards: Vec<Noticeboard>,
    form: Form,
    money: Money,
    /// Why it was not taken.
    wrong: Option<String>,
    wrong_budget: Option<String>,
}

impl NewWish {
    /// What offers can be ranked by.
    fn orders(&self) -> impl Iterator<Item = &'static str> {
        Criterion::ALL.into_iter().map(Criterion::code)
    }
}

/// What stands in the form besides the details: as it was typed.
struct Form {
    wish: String,
    max: String,
    /// In which money the most is.
    currency: String,
    per: String,
    by: String,
    days: String,
    board: String,
    link: String,
}

impl Form {
    fn empty(kind: &Kind) -> Self {
        let none = String::new;
        let per = kind.paid.code().to_owned();
        Self {
            wish: none(),
            max: none(),
            currency: EURO.to_owned(),
            per,
            by: none(),
            days: "14".into(),
            board: none(),
            link: none(),
        }
    }

    fn typed(posted: &Posted) -> Self {
        let one = |name: &str| posted.one(name).to_owned();
        // The amount and its money came together.
        let (max, currency) = (one("max"), one("max-currency"));
        let max = max.strip_suffix(&format!(" {currency}")).map_or(max.clone(), str::to_owned);
        Self {
            wish: one("wish"),
            max,
            currency,
            per: one("per"),
            by: one("by"),
            days: one("days"),
            board: one("board"),
            link: one("link"),
        }
    }
}

/// Terms of an offer that have no column of their own.
fn other_terms(terms: &BTreeMap<String, String>) -> Vec<(&String, &String)> {
    terms.iter().filter(|(name, _)| *name != "bound").collect()
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

pub(super) async fn kinds(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let named = |kind: &'static Kind| (kind.code, details::kind_name(visitor.words.0, kind.code));
    let mut kinds: Vec<(&'static str, String)> = catalogue::KINDS.iter().map(named).collect();
    kinds.sort_by_key(|(code, name)| (*code == catalogue::OTHER, name.to_lowercase()));
    show(&Kinds { page: visitor.page(&app, "wishes", "/wishes/new"), kinds })
}

pub(super) async fn new(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(code): Path<String>,
) -> Shown {
    form(&app, &visitor, &code, None).await
}

async fn form(app: &App, visitor: &Visitor, code: &str, sent: Option<(&Posted, &Failure)>) -> Shown {
    let Some(kind) = Kind::find(code) else {
        return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form"))));
    };
    let boards = visitor.ask(app, verbs::Noticeboards {}).await?;
    let held = held(app, visitor).await?;
    let words = visitor.words;
    let fault = |at: &str| {
        let faults = sent.map(|(_, failure)| failure.faults.as_slice()).unwrap_or_default();
        faults.iter().find(|fault| fault.at == at).map(|fault| fault.said(words.0))
    };
    let input = |detail: &'static catalogue::Detail| {
        let text = match sent {
            Some((posted, _)) => typed_for(posted, detail),
            None => own_value(detail, &held),
        };
        Input::of_detail(words, detail, &text, sent.is_none(), fault(&format!("/details/{}", detail.code)))
    };
    let details = kind.details.iter().map(input).collect();
    let wrong = sent.map(|(_, failure)| match failure.faults.is_empty() {
        true => words.failure(failure).0,
        false => words.say("group-wrong"),
    });
    let path = format!("/wishes/new/{code}");
    let form = sent.map_or_else(|| Form::empty(kind), |(posted, _)| Form::typed(posted));
    let wrong_budget = fault("/budget");
    let money = Money::of(words, Some(form.currency.as_str()).filter(|code| !code.is_empty()).unwrap_or(EURO));
    let again = wrong.is_some();
    let shown = show(&NewWish {
        page: visitor.page(app, "wishes", &path),
        kind,
        details,
        boards,
        form,
        money,
        wrong,
        wrong_budget,
    })?;
    Ok(if again { not_taken(shown) } else { shown })
}

/// What the person holds of a detail, coarser than it is: the exact number of a year's kilowatt-hours is a name to who
/// delivers them.
fn own_value(detail: &catalogue::Detail, held: &Held) -> String {
    let own = detail.field().and_then(|field| held.get(&field)).filter(|held| held.unfit.is_none());
    let Some(value) = own.map(|held| held.value.as_str()) else { return String::new() };
    match detail.kind {
        regie_protocol::FieldKind::Number { .. } => coarse(value),
        regie_protocol::FieldKind::PartialDate => value.chars().take(4).collect(),
        _ => value.to_owned(),
    }
}

/// A number to its first two digits.
fn coarse(value: &str) -> String {
    let whole = value.split('.').next().unwrap_or_default();
    let Ok(number) = whole.parse::<u64>() else { return String::new() };
    let unit = 10_u64.pow(u32::try_from(whole.len().saturating_sub(2)).unwrap_or(0));
    (number.saturating_add(unit / 2) / unit * unit).to_string()
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let id = posted.one("id").to_owned();
    let said = match posted.one("do") {
        "cast" => {
            let done = match cast(&posted, visitor.words) {
                Ok(cast) => app.ask(cast).await,
                Err(failure) => Err(failure),
            };
            if let Err(failure) = done {
                return form(&app, &visitor, posted.one("kind"), Some((&posted, &failure))).await;
            }
            Ok("wishes-cast")
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

fn cast(posted: &Posted, words: Words) -> Result<verbs::Cast, Failure> {
    let some = |name: &str| Some(posted.one(name).trim().to_owned()).filter(|text| !text.is_empty());
    let kind = Kind::find(posted.one("kind")).ok_or_else(|| Failure::usage(words.say("fault-form")))?;
    let typed = kind.details.iter().map(|detail| (detail.code.to_owned(), typed_for(posted, detail)));
    let details = typed.filter(|(_, text)| !text.is_empty());
    let (category, details): (Category, BTreeMap<String, String>) = (parse(kind.code)?, details.collect());
    let per = Per::of(posted.one("per")).unwrap_or(kind.paid);
    let budget = some("max").map(|max| details::price(&max, per, EURO)).transpose();
    let budget = budget.map_err(|failure| {
        // What else does not fit is told with it.
        let others = details::wanted(&category, details.clone(), None).err().map(|others| others.faults);
        Failure::at(failure.faults.into_iter().chain(others.unwrap_or_default()).collect())
    })?;
    let days = posted.one("days").trim().parse().map_err(|_| Failure::usage(words.say("wishes-days-wrong")))?;
    Ok(verbs::Cast {
        board: some("link").or_else(|| some("board")),
        category,
        wish: some("wish").unwrap_or_default(),
        details: details.into_iter().collect(),
        budget: budget.map(Text),
        days: Days(days),
        per_supplier: EACH,
        keep: KEEP,
        by: some("by").map(|text| parse(&text)).transpose()?.into_iter().collect(),
    })
}

/// What was typed for a detail, or all that was ticked of it.
fn typed_for(posted: &Posted, detail: &catalogue::Detail) -> String {
    let all = posted.all(detail.code);
    all.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(",")
}

impl Words {
    /// What a category is called; what this version does not know is something else.
    pub(super) fn kind_of(&self, category: &Category) -> String {
        details::category_name(self.0, category)
    }

    /// Is it a category that this version does not know?
    fn is_strange(&self, category: &Category) -> bool {
        Kind::of(category).is_none()
    }

    fn detail(&self, code: &str) -> String {
        details::detail_name(self.0, code)
    }

    fn detail_value(&self, code: &str, value: &str) -> String {
        details::detail_value(self.0, code, value)
    }

    /// A price as people of this language write it.
    fn price(&self, price: &Price) -> String {
        price.charge().map_or_else(|| price.to_string(), |charge| self.charge(&charge))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_detail_has_the_name_of_another_input() {
        let others = ["form", "kind", "wish", "max", "max-currency", "per", "by", "days", "board", "link", "do", "id"];
        assert!(catalogue::Detail::all().all(|detail| !others.contains(&detail.code)));
    }

    #[test]
    fn a_number_of_the_persons_is_filled_in_to_its_first_two_digits() {
        for (value, filled) in [("3127", "3100"), ("3", "3"), ("99.5", "99"), ("1250", "1300"), ("x", "")] {
            assert_eq!(coarse(value), filled, "{value}");
        }
    }
}
