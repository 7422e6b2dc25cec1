//! What the company sends back to persons: documents into collections that they opened, and corrections. In: calls.
//! Out: items that wait for the person's node; what was taken or refused.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use regie_protocol::{
    Collection, Contract, Document, FieldPath, Nonce, PublicKey,
    supplier::{Sending, Told},
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
    vocabulary::FieldName,
};
use crate::{
    clock,
    command::{Failure, base64, parse},
    supplier::{
        Companion,
        labels::{Label, Thing},
        lists::List,
        lists::not_found,
        names,
    },
};

/// Where documents are handed in: the bodies of these calls may be larger than others.
pub(super) const PATH: &str = "/v1/records";

/// A document for a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecord {
    /// For whom.
    #[schema(example = "rel_…")]
    pub relationship: String,
    /// Into which collection; the person must have opened it.
    #[schema(example = "bills", pattern = "^(bills|contracts|messages|meter-readings|warranties|other)$")]
    pub collection: String,
    /// What it is, in one line.
    #[schema(min_length = 1, max_length = 256, example = "Bill of May 2026")]
    pub title: String,
    /// What kind of file it is.
    #[schema(example = "application/pdf", max_length = 255)]
    pub media_type: String,
    /// The file in base64, at most 10,485,760 bytes of it. One of more than 65,536 goes to the person's node in pieces.
    #[schema(max_length = 13_981_016, content_encoding = "base64")]
    pub content: String,
    /// By what your other systems know it; the person never sees it.
    #[schema(min_length = 1, max_length = 255, example = "bill 2026-05")]
    pub reference: Option<String>,
    /// More of your own words: at most 20 entries, keys of 40 bytes and values of 500.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// A contract, as a record that the person's node counts with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContract {
    /// With whom.
    #[schema(example = "rel_…")]
    pub relationship: String,
    /// The record `regie.contract/1` (clause 11.6 of the protocol), of the same fields. Ids of `documents` are those of the
    /// person's node, in hexadecimal.
    #[schema(value_type = Object, example = json!({
        "number": "2026-0815", "party": "De Winkel BV", "customer": "4711", "product": "Groceries, weekly",
        "charge": {"amount": 1295, "currency": "EUR", "every": "P1M"}, "start": "2026-01-15", "term": "P1Y",
        "extension": {"again": "P1Y"}, "notice": {"period": "P1M", "to": "term_end"}, "cooling_off": "2026-01-29",
        "ends": null, "documents": [],
    }))]
    pub contract: Contract,
    /// By what your other systems know it; the person never sees it.
    #[schema(min_length = 1, max_length = 255, example = "contract 2026-0815")]
    pub reference: Option<String>,
    /// More of your own words: at most 20 entries, keys of 40 bytes and values of 500.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// A proposal to correct a field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// For whom.
    #[schema(example = "rel_…")]
    pub relationship: String,
    /// Which field.
    #[schema(value_type = FieldName, example = "address.postalCode")]
    pub field: String,
    /// What it should be.
    #[schema(min_length = 1, max_length = 4096)]
    pub value: String,
    /// Why, in plain words.
    #[schema(max_length = 1024, example = "The post returned our letter.")]
    pub reason: String,
    /// By what your other systems know it; the person never sees it.
    #[schema(min_length = 1, max_length = 255, example = "case 99")]
    pub reference: Option<String>,
    /// More of your own words: at most 20 entries, keys of 40 bytes and values of 500.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// Something sent to a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sent {
    /// Its id.
    #[schema(example = "itm_…")]
    pub id: String,
    /// To whom.
    pub relationship: String,
    /// Your reference.
    pub reference: Option<String>,
    /// Your metadata.
    pub metadata: BTreeMap<String, String>,
    /// Into which collection.
    pub collection: String,
    /// When it was handed over for sending.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// `queued` until the person's node has answered, then `delivered` or `refused`.
    #[schema(pattern = "^(queued|delivered|refused)$")]
    pub state: String,
    /// The code with which the person's node refused it.
    pub refused: Option<String>,
}

/// What of the list of records.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only those in this state.
    #[param(pattern = "^(queued|delivered|refused)$")]
    state: Option<String>,
    /// Only those for this collection.
    #[param(example = "bills")]
    collection: Option<String>,
}

const STATES: &[&str] = &["queued", "delivered", "refused"];

/// Documents and corrections sent, oldest first; the oldest of a person's that were answered are forgotten.
#[utoipa::path(get, path = "/v1/records", operation_id = "list_records", tag = "records",
    params(Paging, Sought, Filter),
    responses((status = 200, description = "One page of records, and the cursor of the next.", body = Page<Sent>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Listing { paging, sought, more }: Listing<Filter>,
) -> Result<Json<Page<Sent>>, Problem> {
    let state = one_of("state", more.state.as_deref(), STATES)?;
    let collection = more.collection.as_deref().map(parse::<Collection>).transpose()?.map(|known| known.to_string());
    let page = api.list(bearer, List::Items, (paging, sought, None), move |companion, _, entry| {
        let Some(person) = entry.person else { return Ok(None) };
        // One that was answered long ago is forgotten; the list keeps its place only.
        let sent = view(companion, &person, &entry.thing).ok();
        companion.forget_persons();
        let meant = |sent: &Sent| {
            let of = collection.as_ref().is_none_or(|collection| sent.collection == *collection);
            of && state.is_none_or(|state| sent.state == state)
        };
        Ok(sent.filter(meant))
    });
    Ok(Json(page.await?))
}

/// Changes your own words beside one of them.
#[utoipa::path(patch, path = "/v1/records/{id}", operation_id = "update_record", tag = "records",
    request_body = LabelChange, params(("id" = String, Path, description = "itm_…")),
    responses((status = 200, description = "The record as it is now.", body = Sent)))]
pub(super) async fn change(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id.parse::<names::Sent>().map_err(|_| not_found());
    let done = api.post(posted, StatusCode::OK, move |companion, caller, change: LabelChange, turn| {
        let id = id?;
        let person = companion.owner(List::Items, caller.world, &id.0)?;
        view(companion, &person, &id.0)?;
        companion.change_label(caller.world, (Thing::Item(Nonce(id.0)), Some(person)), change.read()?, turn)?;
        view(companion, &person, &id.0)
    });
    done.await
}

/// One of them.
#[utoipa::path(get, path = "/v1/records/{id}", operation_id = "get_record", tag = "records",
    params(("id" = String, Path, description = "itm_…")),
    responses((status = 200, description = "The record with this id.", body = Sent)))]
pub(super) async fn one(State(api): State<Api>, bearer: Bearer, Path(id): Path<String>) -> Result<Json<Sent>, Problem> {
    let id = id.parse::<names::Sent>();
    let view = api.read(bearer, move |companion, caller| {
        let id = id.map_err(|_| not_found())?;
        let person = companion.owner(List::Items, caller.world, &id.0)?;
        view(companion, &person, &id.0)
    });
    Ok(Json(view.await?))
}

/// Sends a document into a collection that the person opened.
#[utoipa::path(post, path = "/v1/records", operation_id = "create_record", tag = "records", request_body = NewRecord,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "It is queued; the person's node takes it when it connects.", body = Sent)))]
pub(super) async fn create(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted, StatusCode::CREATED, |companion, caller, new: NewRecord, turn| {
        let person = relationships::person(&new.relationship)?;
        companion.relationship(caller.world, &person)?;
        let body = base64("content", &new.content)?;
        let document = Document { title: new.title, media_type: new.media_type, body };
        let collection: Collection = parse(&new.collection)?;
        let label = Label::new(new.reference, new.metadata)?;
        let id = companion.put_document(person, collection, document, label, turn)?;
        view(companion, &person, &id.0)
    });
    made.await
}

/// Sends a contract into the collection `contracts`; a later one with the same number takes its place.
#[utoipa::path(post, path = "/v1/contracts", operation_id = "create_contract", tag = "records", request_body = NewContract,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "The contract as it is queued for the person's node.", body = Sent)))]
pub(super) async fn agree(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted, StatusCode::CREATED, |companion, caller, new: NewContract, turn| {
        let person = relationships::person(&new.relationship)?;
        companion.relationship(caller.world, &person)?;
        let document = new.contract.to_document().map_err(Failure::misread)?;
        let label = Label::new(new.reference, new.metadata)?;
        let id = companion.put_document(person, Collection::Contracts, document, label, turn)?;
        view(companion, &person, &id.0)
    });
    made.await
}

/// Proposes to correct a field; the person decides, by hand or by a default.
#[utoipa::path(post, path = "/v1/corrections", operation_id = "create_correction",
    tag = "records", request_body = NewCorrection,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "The correction as it is queued for the person's node.", body = Sent)))]
pub(super) async fn correct(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted, StatusCode::CREATED, |companion, caller, new: NewCorrection, turn| {
        let person = relationships::person(&new.relationship)?;
        companion.relationship(caller.world, &person)?;
        let field: FieldPath = parse(&new.field)?;
        let label = Label::new(new.reference, new.metadata)?;
        let id = companion.propose(person, field, parse(&new.value)?, new.reason, label, turn)?;
        view(companion, &person, &id.0)
    });
    made.await
}

fn view(companion: &mut Companion, person: &PublicKey, id: &[u8]) -> Result<Sent, Failure> {
    let customer = companion.customer(person)?;
    let sending = customer.sending().values().find(|sending| sending.id.0 == id).ok_or_else(not_found)?;
    let Sending { id, collection, at, told, .. } = sending.clone();
    let (reference, metadata) = shown(&companion.label(&Thing::Item(id))?);
    let (state, refused) = match told {
        Told::NotYet => ("queued", None),
        Told::Yes => ("delivered", None),
        Told::Refused(code) => ("refused", Some(code.code().to_owned())),
    };
    Ok(Sent {
        id: names::Sent(id.0).to_string(),
        relationship: names::Relationship::from(*person).to_string(),
        reference,
        metadata,
        collection: collection.to_string(),
        created_at: clock::text(at),
        state: state.to_owned(),
        refused,
    })
}
