//! What the company sends back to persons: documents into collections that they opened, and corrections. In: calls.
//! Out: items that wait for the person's node; what was taken or refused.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use regie_protocol::{
    Collection, Contract, Document, FieldPath, PublicKey,
    supplier::{Sending, Told},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Api,
    call::{Bearer, Page, Paging, Params, Posted},
    problem::Problem,
    relationships,
};
use crate::{
    clock,
    command::{Failure, base64, parse},
    supplier::{Companion, lists::List, lists::not_found, names},
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
}

/// A proposal to correct a field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// For whom.
    #[schema(example = "rel_…")]
    pub relationship: String,
    /// Which field.
    #[schema(example = "address.postalCode")]
    pub field: String,
    /// What it should be.
    #[schema(min_length = 1, max_length = 4096)]
    pub value: String,
    /// Why, in plain words.
    #[schema(max_length = 1024, example = "The post returned our letter.")]
    pub reason: String,
}

/// Something sent to a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sent {
    /// Its id.
    #[schema(example = "itm_…")]
    pub id: String,
    /// To whom.
    pub relationship: String,
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

/// Documents and corrections sent, oldest first; the oldest of a person's that were answered are forgotten.
#[utoipa::path(get, path = "/v1/records", operation_id = "list_records", tag = "records", params(Paging),
    responses((status = 200, description = "One page of records, and the cursor of the next.", body = Page<Sent>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<Sent>>, Problem> {
    let (after, limit) = paging.bounds()?;
    let page = api.read(bearer, move |companion, caller| {
        let bounded = relationships::bounded(companion, caller, &paging)?;
        let mut found = Vec::new();
        for entry in companion.page(List::Items, caller.world, bounded.as_ref(), after, limit)? {
            let Some(person) = entry.person else { continue };
            if let Ok(view) = view(companion, &person, &entry.thing) {
                found.push((entry.number, view));
            }
        }
        Ok(Page::of(found, limit))
    });
    Ok(Json(page.await?))
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
        let id = companion.put_document(person, collection, document, turn)?;
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
        let id = companion.put_document(person, Collection::Contracts, document, turn)?;
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
        let id = companion.propose(person, field, parse(&new.value)?, new.reason, turn)?;
        view(companion, &person, &id.0)
    });
    made.await
}

fn view(companion: &mut Companion, person: &PublicKey, id: &[u8]) -> Result<Sent, Failure> {
    let customer = companion.customer(person)?;
    let sending = customer.sending().values().find(|sending| sending.id.0 == id).ok_or_else(not_found)?;
    let Sending { id, collection, at, told, .. } = sending;
    let (state, refused) = match told {
        Told::NotYet => ("queued", None),
        Told::Yes => ("delivered", None),
        Told::Refused(code) => ("refused", Some(code.code().to_owned())),
    };
    Ok(Sent {
        id: names::Sent(id.0).to_string(),
        relationship: names::Relationship::from(*person).to_string(),
        collection: collection.to_string(),
        created_at: clock::text(*at),
        state: state.to_owned(),
        refused,
    })
}
