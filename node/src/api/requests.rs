//! Requests for fields, to one person or to many. In: calls. Out: requests with their state, progress of jobs.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use regie_protocol::{
    AskedPath, Days, Nonce, PublicKey,
    supplier::{Asking, Record},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api,
    call::{Bearer, Page, Paging, Posted},
    labels::{LabelChange, shown},
    listing::{Listing, Sought, one_of},
    problem::Problem,
    relationships,
    vocabulary::{FieldName, PurposeName},
};
use crate::{
    clock,
    command::{Failure, access, parse},
    supplier::{
        Companion,
        approvals::Standing,
        bulk::{Job, NAMED, What},
        labels::{Label, Thing},
        lists::{List, not_found},
        names,
    },
};

/// What is asked.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RequestTerms {
    /// Fields of the vocabulary.
    #[schema(value_type = BTreeSet<FieldName>, min_items = 1, max_items = 64, example = json!(["address.postalCode"]))]
    pub fields: BTreeSet<String>,
    /// The purpose (DPV).
    #[schema(value_type = PurposeName, example = "DeliveryOfGoods")]
    pub purpose: String,
    /// Why, in plain words that the person reads.
    #[schema(min_length = 1, max_length = 1024, example = "to bring what you ordered")]
    pub reason: String,
    /// How it is to be had: `once`, `read`, or `subscribe` (every change is told).
    #[serde(default = "read")]
    #[schema(default = "read", pattern = "^(once|read|subscribe)$")]
    pub access: String,
    /// How many days the grant lives.
    #[serde(default = "year")]
    #[schema(default = 365, minimum = 1, maximum = 1830)]
    pub days: u32,
    /// How many days a value is kept.
    #[serde(default = "year")]
    #[schema(default = 365, minimum = 0, maximum = 3660)]
    pub retention_days: u32,
    /// How many steps below this company processors may go: 1 for a carrier that gets the address; 0 for none.
    #[serde(default)]
    #[schema(default = 0, minimum = 0, maximum = 4)]
    pub delegations: u8,
}

const STATES: &[&str] = &["queued", "waiting", "answered", "rejected"];

fn read() -> String {
    "read".to_owned()
}

fn year() -> u32 {
    365
}

impl RequestTerms {
    fn parsed(self) -> Result<What, Failure> {
        let what = What {
            fields: self.fields.iter().map(|text| parse(text)).collect::<Result<_, _>>()?,
            purpose: parse(&self.purpose)?,
            reason: self.reason,
            access: access(&self.access)?,
            duration: Days(self.days),
            retention: Days(self.retention_days),
            delegations: self.delegations,
        };
        if usize::from(what.delegations) > regie_protocol::limits::DELEGATION_DEPTH {
            return Err(regie_protocol::supplier::SupplierError::TooDeep.into());
        }
        Ok(regie_protocol::supplier::fits(&what.fields, &what.reason, what.duration, what.retention).map(|()| what)?)
    }
}

/// A request to one person.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewRequest {
    /// Whom.
    #[schema(example = "rel_…")]
    pub relationship: String,
    /// By what your other systems know it; the person never sees it.
    #[schema(min_length = 1, max_length = 255, example = "order 2026-0815")]
    pub reference: Option<String>,
    /// More of your own words: at most 20 entries, keys of 40 bytes and values of 500.
    #[serde(default)]
    #[schema(example = json!({"order": "2026-0815"}))]
    pub metadata: BTreeMap<String, String>,
    /// What.
    #[serde(flatten)]
    pub asked: RequestTerms,
}

/// A request to many persons.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewBulk {
    /// Whom; everybody, where nobody is named.
    #[schema(max_items = 10_000)]
    pub relationships: Option<Vec<String>>,
    /// By what your other systems know it, and each of its requests; the persons never see it.
    #[schema(min_length = 1, max_length = 255, example = "new addresses 2026")]
    pub reference: Option<String>,
    /// More of your own words, beside each of its requests: at most 20 entries, keys of 40 bytes and values of 500.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// What.
    #[serde(flatten)]
    pub asked: RequestTerms,
}

/// A request.
#[derive(Debug, Serialize, ToSchema)]
pub struct Request {
    /// Its id.
    #[schema(example = "req_…")]
    pub id: String,
    /// Whom it asks.
    pub relationship: String,
    /// Your reference.
    pub reference: Option<String>,
    /// Your metadata.
    pub metadata: BTreeMap<String, String>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// What it asks for.
    pub fields: Vec<String>,
    /// The purpose (DPV).
    pub purpose: String,
    /// Why, in plain words.
    pub reason: String,
    /// `queued` until the person's node answers, `waiting` while the person decides about a field, `answered`, or
    /// `rejected` as a whole.
    #[schema(example = "answered")]
    pub state: String,
    /// Fields that were given, or that are allowed and empty.
    pub given: Vec<String>,
    /// Fields that wait for the person's word.
    pub waiting: Vec<String>,
    /// Refused fields, each with its code.
    pub refused: BTreeMap<String, String>,
    /// The code with which all of it was refused.
    pub rejected: Option<String>,
}

/// The progress of a request to many persons.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bulk {
    /// Its id.
    #[schema(example = "blk_…")]
    pub id: String,
    /// Your reference, which each of its requests has.
    pub reference: Option<String>,
    /// Your metadata.
    pub metadata: BTreeMap<String, String>,
    /// How many persons.
    pub total: u64,
    /// Requests made.
    pub made: u64,
    /// Persons to whom none could be made: unknown, or too many requests wait already.
    pub failed: u64,
    /// Is it at its end? Also where a second one refused it, or said nothing in time.
    pub finished: bool,
    /// What it waits for, or waited for: a second one's word, where the companion asks for it above so many persons.
    #[schema(example = "apr_…")]
    pub approval: Option<String>,
    /// How that stands; nothing is asked while it is `pending`.
    #[schema(pattern = "^(pending|approved|used|refused|lapsed)$")]
    pub approval_state: Option<String>,
}

/// Asks one person.
#[utoipa::path(post, path = "/v1/requests", operation_id = "create_request",
    tag = "requests", request_body = NewRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "The request as it waits for the person's node.", body = Request)))]
pub(super) async fn create(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted, StatusCode::CREATED, |companion, caller, new: NewRequest, turn| {
        let what = new.asked.parsed()?;
        let person = relationships::person(&new.relationship)?;
        companion.relationship(caller.world, &person)?;
        let id = companion.ask(what.to(person), Label::new(new.reference, new.metadata)?, turn)?;
        view(companion, &person, &id)
    });
    made.await
}

/// What of the list of requests.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only those in this state.
    #[param(pattern = "^(queued|waiting|answered|rejected)$")]
    state: Option<String>,
    /// Only those of which an event tells at or after this moment, in the order of those events; at most 30 days back. `next` is
    /// then always there: ask again with it for what happened since. Over pages, one may come more than once.
    #[param(format = DateTime)]
    updated_since: Option<String>,
}

/// Requests, oldest first.
#[utoipa::path(get, path = "/v1/requests", operation_id = "list_requests", tag = "requests",
    params(Paging, Sought, Filter),
    responses((status = 200, description = "One page of requests, and the cursor of the next.", body = Page<Request>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Listing { paging, sought, more }: Listing<Filter>,
) -> Result<Json<Page<Request>>, Problem> {
    let wanted = one_of("state", more.state.as_deref(), STATES)?;
    let asked = (paging, sought, more.updated_since);
    let page = api.list(bearer, List::Requests, asked, move |companion, _, entry| {
        let Some(person) = entry.person else { return Ok(None) };
        // Its own row alone: to read a list of requests nobody has to be brought into memory.
        let row = companion.request_ahead(&person, entry.nonce())?;
        let Some(Record::Asking { asking }) = row else { return Err(not_found()) };
        let meant = wanted.is_none_or(|wanted| wanted == state(&asking));
        meant.then(|| shown_as(companion, &asking)).transpose()
    });
    Ok(Json(page.await?))
}

/// One request.
#[utoipa::path(get, path = "/v1/requests/{id}", operation_id = "get_request", tag = "requests",
    params(("id" = String, Path, description = "req_…")),
    responses((status = 200, description = "The request with this id.", body = Request)))]
pub(super) async fn one(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Request>, Problem> {
    let id = id.parse::<names::Asked>().map_err(|_| not_found());
    let request = api.read(bearer, move |companion, caller| {
        let id = id?;
        let person = companion.owner(List::Requests, caller.world, &id.0)?;
        view(companion, &person, &Nonce(id.0))
    });
    Ok(Json(request.await?))
}

/// Changes your own words beside a request.
#[utoipa::path(patch, path = "/v1/requests/{id}", operation_id = "update_request", tag = "requests",
    request_body = LabelChange, params(("id" = String, Path, description = "req_…")),
    responses((status = 200, description = "The request as it is now.", body = Request)))]
pub(super) async fn change(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id.parse::<names::Asked>().map_err(|_| not_found());
    let done = api.post(posted, StatusCode::OK, move |companion, caller, change: LabelChange, turn| {
        let id = id?;
        let person = companion.owner(List::Requests, caller.world, &id.0)?;
        let about = (Thing::Request(Nonce(id.0)), Some(person));
        companion.change_label(caller.world, about, change.read()?, turn)?;
        view(companion, &person, &Nonce(id.0))
    });
    done.await
}

/// Asks many persons; the answer comes at once, the requests are made one after the other.
#[utoipa::path(post, path = "/v1/bulk-requests", operation_id = "create_bulk_request",
    tag = "requests", request_body = NewBulk,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 202, description = "The request to many persons, which goes on by itself.", body = Bulk)))]
pub(super) async fn create_bulk(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let begun = api.post(posted, StatusCode::ACCEPTED, |companion, caller, new: NewBulk, turn| {
        let what = new.asked.parsed()?;
        if new.relationships.as_ref().is_some_and(|named| named.len() > NAMED) {
            return Err(Failure::usage(format!("at most {NAMED} relationships; name nobody to ask everybody")));
        }
        let label = Label::new(new.reference, new.metadata)?;
        let named = new.relationships.map(|named| named.iter().map(|text| parse(text)).collect::<Result<_, _>>());
        let (id, job) = companion.begin_bulk(&caller, what, named.transpose()?, label, turn)?;
        // What waits is not to be found in the store before this turn is on disk.
        let approval_state = job.approval.map(|_| Standing::Pending.name().to_owned());
        Ok(Bulk { approval_state, ..progress(companion, &id, &job)? })
    });
    begun.await
}

/// How far a request to many persons is.
#[utoipa::path(get, path = "/v1/bulk-requests/{id}", operation_id = "get_bulk_request", tag = "requests",
    params(("id" = String, Path, description = "blk_…")),
    responses((status = 200, description = "The request to many persons, and how far it is.", body = Bulk)))]
pub(super) async fn bulk(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Bulk>, Problem> {
    let id = id.parse::<names::Bulk>().map_err(|_| not_found());
    let progress = api.read(bearer, move |companion, caller| {
        let id = id?;
        let job = companion.bulk(caller.world, &id)?;
        progress(companion, &id, &job)
    });
    Ok(Json(progress.await?))
}

fn progress(companion: &Companion, id: &names::Bulk, job: &Job) -> Result<Bulk, Failure> {
    let (reference, metadata) = shown(&job.label);
    let stands = companion.stands(job)?;
    Ok(Bulk {
        id: id.to_string(),
        reference,
        metadata,
        total: job.total,
        made: job.made,
        failed: job.failed,
        finished: job.finished || stands == Some(Standing::Lapsed),
        approval: job.approval.map(|id| id.to_string()),
        approval_state: stands.map(|stands| stands.name().to_owned()),
    })
}

fn view(companion: &mut Companion, person: &PublicKey, id: &Nonce) -> Result<Request, Failure> {
    let asking = companion.asking(person, id)?;
    shown_as(companion, &asking)
}

fn shown_as(companion: &Companion, asking: &Asking) -> Result<Request, Failure> {
    let (reference, metadata) = shown(&companion.label(&Thing::Request(asking.request.id))?);
    let texts = |fields: &BTreeSet<AskedPath>| fields.iter().map(ToString::to_string).collect();
    Ok(Request {
        id: names::Asked::from(asking.request.id).to_string(),
        relationship: names::Relationship::from(asking.request.person).to_string(),
        reference,
        metadata,
        created_at: clock::text(asking.request.at),
        fields: texts(&asking.request.fields),
        purpose: asking.request.purpose.to_string(),
        reason: asking.request.reason.clone(),
        state: state(asking).to_owned(),
        given: texts(&asking.given),
        waiting: texts(&asking.waiting),
        refused: asking.refused.iter().map(|(path, code)| (path.to_string(), code.to_string())).collect(),
        rejected: asking.rejected.map(|code| code.to_string()),
    })
}

fn state(asking: &Asking) -> &'static str {
    match (asking.rejected, asking.answered, asking.waiting.is_empty()) {
        (Some(_), ..) => "rejected",
        (None, false, _) => "queued",
        (None, true, false) => "waiting",
        (None, true, true) => "answered",
    }
}
