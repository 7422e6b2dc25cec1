//! What persons want, and what the company offers for it: boards that are followed, intents found on them, offers
//! made. In: calls. Out: pages; offers that go to the boards and come back as relationships.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use regie_protocol::{
    Days, FieldKind, ObjectId, PublicKey, catalogue,
    intent::{BoardLink, Category},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api,
    call::{Bearer, Page, Paging, Params, Posted, place},
    labels::{LabelChange, shown},
    listing::one_of,
    problem::Problem,
};
use crate::{
    clock,
    command::{Failure, Fault, Text, details, parse},
    locale::Language,
    supplier::{
        Companion,
        labels::{Label, Thing},
        lists::not_found,
        market::{Followed, FoundIntent, Made},
        names, verbs,
    },
};

/// A board to follow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBoard {
    /// Its link.
    #[schema(example = "regie:board?v=1&d=…", max_length = 8192)]
    pub link: String,
    /// What to look for, and everything within it; everything where there is none.
    #[serde(default)]
    #[schema(max_items = 16, example = json!(["energy"]))]
    pub categories: Vec<String>,
}

/// A board that is followed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Board {
    /// Its id.
    #[schema(example = "brd_…")]
    pub id: String,
    /// Its link.
    pub link: String,
    /// What is looked for.
    pub categories: Vec<String>,
    /// When it last answered.
    #[schema(format = DateTime)]
    pub answered_at: Option<String>,
}

/// Something a person wants. Nobody knows who.
#[derive(Debug, Serialize, ToSchema)]
pub struct Intent {
    /// Its id.
    #[schema(example = "int_…")]
    pub id: String,
    /// What kind of thing.
    #[schema(example = "energy.contract")]
    pub category: String,
    /// In plain words.
    pub wish: String,
    /// The same in English; "Something else" for a kind that the catalogue does not have.
    #[schema(example = "Energy")]
    pub kind: String,
    /// What matters, by the names of the catalogue, each in the form of its type.
    pub details: BTreeMap<String, String>,
    /// At most.
    #[schema(example = "150.00 EUR/month")]
    pub budget: Option<String>,
    /// Most offers of one supplier.
    pub offers_each: u8,
    /// When it was found.
    #[schema(format = DateTime)]
    pub found_at: String,
    /// Until when offers may come.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// Its person wants no more offers.
    pub withdrawn: bool,
}

/// An offer to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOffer {
    /// For what.
    #[schema(example = "int_…")]
    pub intent: String,
    /// What is offered, in one line.
    #[schema(min_length = 1, max_length = 256, example = "Green power, fixed for a year")]
    pub title: String,
    /// What it costs: an amount, a currency, and maybe `/month` or `/year`.
    #[schema(example = "129.50EUR/month", max_length = 64)]
    pub price: Option<String>,
    /// What holds for it, by the names of the catalogue: the details of its kind, and the terms of every kind.
    #[serde(default)]
    #[schema(example = json!({ "persons": "3", "bound": "12" }))]
    pub terms: BTreeMap<String, String>,
    /// What you need to know to deliver: fields, or `group:NAME`. Just this is granted.
    #[serde(default)]
    #[schema(max_items = 64, example = json!(["name.full", "group:address"]))]
    pub needs: Vec<String>,
    /// Why (DPV).
    #[serde(default = "service")]
    #[schema(example = "RequestedServiceProvision")]
    pub purpose: String,
    /// How it is read.
    #[serde(default = "read")]
    #[schema(pattern = "^(once|read|subscribe)$")]
    pub access: String,
    /// Days that the grant lives.
    #[serde(default = "ninety")]
    #[schema(minimum = 1, maximum = 1830)]
    pub days: u32,
    /// Days that a value is kept. An agreement about an intent lets 90.
    #[serde(default = "ninety")]
    #[schema(maximum = 3660)]
    pub retention_days: u32,
    /// Days that the offer holds.
    #[serde(default = "fortnight")]
    #[schema(minimum = 1, maximum = 366)]
    pub holds_days: u32,
    /// By what your other systems know it. Who takes it up gets it as well; nobody ever sees it but you.
    #[schema(min_length = 1, max_length = 255, example = "quote 31")]
    pub reference: Option<String>,
    /// More of your own words: at most 20 entries, keys of 40 bytes and values of 500.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// What can be wanted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Catalogue {
    /// Every kind.
    pub kinds: Vec<Kind>,
    /// What an offer of any kind may say besides the details of it.
    pub terms: Vec<Detail>,
}

/// A kind of thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Kind {
    /// The category of intents, and what boards are asked for.
    #[schema(example = "energy.contract")]
    pub category: String,
    /// What it is called, in English.
    #[schema(example = "Energy")]
    pub name: String,
    /// What matters of it.
    pub details: Vec<Detail>,
}

/// Something that matters.
#[derive(Debug, Serialize, ToSchema)]
pub struct Detail {
    /// Its name in `details` and `terms`.
    #[schema(example = "persons")]
    pub name: String,
    /// What it is called, in English.
    pub says: String,
    /// What its values look like.
    #[serde(rename = "type")]
    #[schema(pattern = "^(text|date|partial_date|number|money|choice|yes_no)$")]
    pub kind: String,
    /// What a number counts; none for things.
    #[schema(example = "kWh")]
    pub unit: Option<String>,
    /// The least number.
    pub least: Option<u32>,
    /// The most.
    pub most: Option<u32>,
    /// The codes to choose from.
    pub choices: Vec<String>,
    /// The field that persons hold the same in.
    #[schema(example = "household.size")]
    pub field: Option<String>,
}

pub(super) fn service() -> String {
    "RequestedServiceProvision".to_owned()
}

pub(super) fn read() -> String {
    "read".to_owned()
}

pub(super) fn ninety() -> u32 {
    90
}

fn fortnight() -> u32 {
    14
}

/// An offer that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Offer {
    /// Its id.
    #[schema(example = "off_…")]
    pub id: String,
    /// For what.
    pub intent: String,
    /// What is offered.
    pub title: String,
    /// What it costs.
    pub price: Option<String>,
    /// `waiting` until the board has answered, then `delivered` or `refused`; `taken_up` when the person did.
    #[schema(pattern = "^(waiting|delivered|refused|taken_up)$")]
    pub state: String,
    /// The code with which the board refused it.
    pub refused: Option<String>,
    /// The relationship with the person who took it up.
    pub relationship: Option<String>,
    /// Your reference.
    pub reference: Option<String>,
    /// Your metadata.
    pub metadata: BTreeMap<String, String>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Until when it holds.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// The boards that are followed.
#[utoipa::path(get, path = "/v1/boards", operation_id = "list_boards", tag = "market",
    responses((status = 200, description = "All of them, at most 16.", body = Page<Board>)))]
pub(super) async fn boards(State(api): State<Api>, bearer: Bearer) -> Result<Json<Page<Board>>, Problem> {
    let page = api.read(bearer, |companion, _| {
        let boards = companion.followed()?;
        let whole = boards.len() + 1;
        Ok(Page::of((1..).zip(boards.iter().map(board_view)).collect(), whole))
    });
    Ok(Json(page.await?))
}

/// Follows a board. Calling it again for the same board changes what is looked for.
#[utoipa::path(post, path = "/v1/boards", operation_id = "create_board", tag = "market", request_body = NewBoard,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "It is followed; what is found comes as `intent.found`.", body = Board)))]
pub(super) async fn follow(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted, StatusCode::CREATED, |companion, _, new: NewBoard, turn| {
        let categories = new.categories.iter().map(|text| parse(text)).collect::<Result<_, Failure>>()?;
        companion.follow(parse(&new.link)?, categories, turn).map(|followed| board_view(&followed))
    });
    made.await
}

/// Lets a board go.
#[utoipa::path(delete, path = "/v1/boards/{id}", operation_id = "delete_board", tag = "market",
    params(("id" = String, Path, description = "brd_…")),
    responses((status = 204, description = "The board is followed no longer.")))]
pub(super) async fn unfollow(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let board = id.parse::<names::Noticeboard>().ok().and_then(|name| PublicKey::from_bytes(&name.0).ok());
    api.change(bearer, move |companion, _, turn| companion.unfollow(&board.ok_or_else(not_found)?, turn)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is wanted and was found on the boards that are followed, oldest first.
#[utoipa::path(get, path = "/v1/intents", operation_id = "list_intents", tag = "market", params(Paging),
    responses((status = 200, description = "A page of what is open.", body = Page<Intent>)))]
pub(super) async fn intents(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<Intent>>, Problem> {
    let (after, limit) = paging.bounds()?;
    let page = api.read(bearer, move |companion, _| {
        let found = companion.wanted(after, limit)?;
        let views = found.iter().map(|(number, found)| intent_view(found).map(|view| (*number, view)));
        Ok(Page::of(views.collect::<Result<_, Failure>>()?, limit))
    });
    Ok(Json(page.await?))
}

/// One of them, also when it is withdrawn.
#[utoipa::path(get, path = "/v1/intents/{id}", operation_id = "get_intent", tag = "market",
    params(("id" = String, Path, description = "int_…")),
    responses((status = 200, description = "The intent with this id.", body = Intent)))]
pub(super) async fn intent(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Intent>, Problem> {
    let id = id.parse::<names::Wish>();
    let view = api.read(bearer, move |companion, _| {
        let id = ObjectId::from_digest(id.map_err(|_| not_found())?.0);
        intent_view(&companion.found(&id)?)
    });
    Ok(Json(view.await?))
}

/// What of the list of offers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfferPaging {
    /// Only those with this reference of yours now.
    reference: Option<String>,
    /// Only those in this state; a page may then hold fewer than it could.
    #[param(pattern = "^(waiting|delivered|refused|taken_up)$")]
    state: Option<String>,
    /// Go on after this, the `next` of the page before.
    cursor: Option<String>,
    /// Entries of a page, 1 to 200; 50 where none is asked for.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

const STATES: &[&str] = &["waiting", "delivered", "refused", "taken_up"];

/// Offers made, oldest first.
#[utoipa::path(get, path = "/v1/offers", operation_id = "list_offers", tag = "market", params(OfferPaging),
    responses((status = 200, description = "One page of offers, and the cursor of the next.", body = Page<Offer>)))]
pub(super) async fn offers(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<OfferPaging>,
) -> Result<Json<Page<Offer>>, Problem> {
    let OfferPaging { reference, state, cursor, limit } = paging;
    let (after, limit) = place(cursor.as_deref(), limit)?;
    let after = after.unwrap_or(0);
    let state = one_of("state", state.as_deref(), STATES)?;
    let page = api.read(bearer, move |companion, caller| {
        let made = match reference {
            Some(reference) => companion.made_for(caller.world, &reference, after, limit)?,
            None => companion.made(caller.world, after, limit)?,
        };
        let views = made.iter().map(|(number, made)| offer_view(companion, made).map(|view| (*number, view)));
        let mut page = Page::of(views.collect::<Result<_, Failure>>()?, limit);
        page.data.retain(|offer| state.is_none_or(|state| offer.state == state));
        Ok(page)
    });
    Ok(Json(page.await?))
}

/// One of them.
#[utoipa::path(get, path = "/v1/offers/{id}", operation_id = "get_offer", tag = "market",
    params(("id" = String, Path, description = "off_…")),
    responses((status = 200, description = "The offer with this id.", body = Offer)))]
pub(super) async fn offer(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Offer>, Problem> {
    let id = id.parse::<names::Offered>();
    let view = api.read(bearer, move |companion, caller| {
        let id = ObjectId::from_digest(id.map_err(|_| not_found())?.0);
        offer_view(companion, &companion.offer_made(caller.world, &id)?)
    });
    Ok(Json(view.await?))
}

/// Changes your own words beside an offer.
#[utoipa::path(patch, path = "/v1/offers/{id}", operation_id = "update_offer", tag = "market",
    request_body = LabelChange, params(("id" = String, Path, description = "off_…")),
    responses((status = 200, description = "The offer as it is now.", body = Offer)))]
pub(super) async fn change(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id.parse::<names::Offered>().map_err(|_| not_found());
    let done = api.post(posted, StatusCode::OK, move |companion, caller, change: LabelChange, turn| {
        let id = ObjectId::from_digest(id?.0);
        let made = companion.offer_made(caller.world, &id)?;
        companion.change_label(caller.world, (Thing::Offer(id), None), change.read()?, turn)?;
        offer_view(companion, &made)
    });
    done.await
}

/// Offers something for an intent. The person sees it without being known; who takes it up becomes a relationship.
///
/// What does not fit is refused with 422, and `errors` has each mistake with its place.
#[utoipa::path(post, path = "/v1/offers", operation_id = "create_offer", tag = "market", request_body = NewOffer,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "It is on its way to the board.", body = Offer)))]
pub(super) async fn make(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted, StatusCode::CREATED, |companion, caller, new: NewOffer, turn| {
        let intent: names::Wish = parse(&new.intent)?;
        let intent = ObjectId::from_digest(intent.0);
        let wanted = companion.found(&intent)?.intent.verify().map_err(Failure::internal)?;
        let label = Label::new(new.reference.clone(), new.metadata.clone())?;
        let words = offer_words(new, &wanted.category)?;
        let made = companion.make_offer(caller.world, &intent, words, label, turn)?;
        offer_view(companion, &made)
    });
    made.await
}

/// What a call offers for something of this category; every mistake in it is told at once.
pub(super) fn offer_words(new: NewOffer, category: &Category) -> Result<verbs::NewOffer, Failure> {
    let mut mistakes = Mistakes::default();
    let price = new.price.as_deref().map(|price| parse(price).map(Text));
    let price = price.and_then(|price| mistakes.at("/price".to_owned(), price));
    let terms = mistakes.at("/terms".to_owned(), details::offered(category, new.terms));
    let needs = new.needs.iter().enumerate();
    let needs = needs.filter_map(|(at, text)| mistakes.at(format!("/needs/{at}"), parse(text))).collect();
    let purpose = mistakes.at("/purpose".to_owned(), parse(&new.purpose));
    let access = mistakes.at("/access".to_owned(), parse(&new.access));
    let (Some(terms), Some(purpose), Some(access), true) = (terms, purpose, access, mistakes.0.is_empty()) else {
        return Err(Failure::at(mistakes.0));
    };
    let (days, retention, holds) = (Days(new.days), Days(new.retention_days), Days(new.holds_days));
    Ok(verbs::NewOffer { title: new.title, price, terms, needs, purpose, access, days, retention, holds })
}

/// What is wrong with a body, place by place.
#[derive(Default)]
pub(super) struct Mistakes(Vec<Fault>);

impl Mistakes {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them as one failure.
    pub(super) fn failure(self) -> Failure {
        Failure::at(self.0)
    }

    /// All of them, and those of another failure.
    pub(super) fn and(mut self, other: Failure) -> Failure {
        match other.faults.is_empty() {
            true => self.0.push(Fault::of(String::new(), other)),
            false => self.0.extend(other.faults),
        }
        self.failure()
    }

    /// What was read there; else why not is remembered.
    pub(super) fn at<T>(&mut self, at: String, read: Result<T, Failure>) -> Option<T> {
        match read {
            Ok(read) => return Some(read),
            Err(failure) if failure.faults.is_empty() => self.0.push(Fault::of(at, failure)),
            Err(failure) => self.0.extend(failure.faults),
        }
        None
    }
}

/// What can be wanted: every kind with what matters of it, and the terms that an offer may have. It changes with the version of this
/// program alone.
#[utoipa::path(get, path = "/v1/catalogue", operation_id = "get_catalogue", tag = "market",
    responses((status = 200, description = "All kinds, by code.", body = Catalogue)))]
pub(super) async fn catalogue(State(api): State<Api>, bearer: Bearer) -> Result<Json<Catalogue>, Problem> {
    let whole = api.read(bearer, |_, _| {
        let kinds = catalogue::KINDS.iter().map(|kind| Kind {
            category: kind.code.to_owned(),
            name: details::kind_name(Language::English, kind.code),
            details: kind.details.iter().map(detail_view).collect(),
        });
        Ok(Catalogue { kinds: kinds.collect(), terms: catalogue::TERMS.iter().map(detail_view).collect() })
    });
    Ok(Json(whole.await?))
}

fn detail_view(detail: &catalogue::Detail) -> Detail {
    let bounds = match detail.kind {
        FieldKind::Number { least, most, .. } => Some((least, most)),
        _ => None,
    };
    Detail {
        name: detail.code.to_owned(),
        says: details::detail_name(Language::English, detail.code),
        kind: detail.kind.name().to_owned(),
        unit: Some(detail.unit().to_owned()).filter(|unit| !unit.is_empty()),
        least: bounds.map(|(least, _)| least),
        most: bounds.map(|(_, most)| most),
        choices: detail.kind.choices().iter().map(|code| (*code).to_owned()).collect(),
        field: detail.of.map(str::to_owned),
    }
}

fn board_view(followed: &Followed) -> Board {
    Board {
        id: names::Noticeboard(*followed.board.supplier.as_bytes()).to_string(),
        link: BoardLink(followed.board.clone()).to_string(),
        categories: followed.categories.iter().map(ToString::to_string).collect(),
        answered_at: followed.answered.map(clock::text),
    }
}

fn intent_view(found: &FoundIntent) -> Result<Intent, Failure> {
    let intent = found.intent.clone().verify().map_err(Failure::internal)?;
    Ok(Intent {
        id: names::Wish(*intent.id().digest()).to_string(),
        category: intent.category.to_string(),
        kind: details::category_name(Language::English, &intent.category),
        wish: intent.wish.clone(),
        details: intent.details.clone(),
        budget: intent.budget.as_ref().map(ToString::to_string),
        offers_each: intent.per_supplier,
        found_at: clock::text(found.at),
        expires_at: clock::text(intent.expires),
        withdrawn: found.withdrawn,
    })
}

pub(super) fn offer_view(companion: &Companion, made: &Made) -> Result<Offer, Failure> {
    let (reference, metadata) = shown(&companion.label(&Thing::Offer(made.offer.id()))?);
    let offer = made.offer.clone().verify().map_err(Failure::internal)?;
    let (state, refused, person) = made.state.parts();
    Ok(Offer {
        id: names::Offered(*offer.id().digest()).to_string(),
        intent: names::Wish(*offer.intent.digest()).to_string(),
        title: offer.title.clone(),
        price: offer.price.as_ref().map(ToString::to_string),
        state: state.to_owned(),
        refused: refused.map(|code| code.code().to_owned()),
        relationship: person.map(|person| names::Relationship::from(person).to_string()),
        reference,
        metadata,
        created_at: clock::text(made.at),
        expires_at: clock::text(offer.expires),
    })
}
