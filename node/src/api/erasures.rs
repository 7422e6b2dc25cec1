//! What persons withdrew and what was erased, and the grants by which every change is told. In: calls. Out: pages,
//! and erasures at the company's own initiative.

use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use data_encoding::BASE64;
use regie_protocol::{
    FieldPath, ObjectId, PublicKey,
    supplier::{Customer, Record},
    wire,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Api,
    call::{Bearer, Page, Paging, Params, Posted},
    problem::Problem,
    relationships,
    vocabulary::FieldName,
};
use crate::{
    clock,
    command::{Failure, parse},
    store::Part,
    supplier::{Companion, lists::List, names, tables, tables::Terms},
};

/// A grant by which every change is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subscription {
    /// The grant.
    #[schema(example = "grt_…")]
    pub grant: String,
    /// Whose.
    pub relationship: String,
    /// Fields and groups.
    pub fields: Vec<String>,
    /// Purposes (DPV).
    pub purposes: Vec<String>,
    /// Until when.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// How many days a value may be kept.
    pub retention_days: u32,
    /// False where it was revoked or has expired.
    pub live: bool,
}

/// A grant that a person withdrew.
#[derive(Debug, Serialize, ToSchema)]
pub struct Revocation {
    /// The grant.
    pub grant: String,
    /// Whose.
    pub relationship: String,
    /// When, by the person's clock.
    #[schema(format = DateTime)]
    pub at: String,
    /// Did the values have to be erased?
    pub erase: bool,
    /// The notice as the person's node signed it (DAG-CBOR, base64).
    pub signed: String,
}

/// A signed declaration that values were erased.
#[derive(Debug, Serialize, ToSchema)]
pub struct Erasure {
    /// Its id.
    #[schema(example = "ers_…")]
    pub id: String,
    /// Whose values.
    pub relationship: String,
    /// The grant that gave them.
    pub grant: String,
    /// The fields.
    pub fields: Vec<String>,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Was it a revocation that demanded it? Otherwise retention ended, or the company erased by itself.
    pub demanded: bool,
    /// Has the person's node taken the receipt?
    pub told: bool,
    /// The receipt as this companion signed it (DAG-CBOR, base64).
    pub signed: String,
}

/// What to erase.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewErasure {
    /// Whose values.
    #[schema(example = "rel_…")]
    pub relationship: String,
    /// Which fields; everything, where none is named.
    #[schema(value_type = Option<BTreeSet<FieldName>>)]
    pub fields: Option<BTreeSet<String>>,
}

/// The fields that were erased.
#[derive(Debug, Serialize, ToSchema)]
pub struct Erased {
    /// They.
    pub fields: Vec<String>,
}

/// Grants by which every change is told, oldest first.
#[utoipa::path(get, path = "/v1/subscriptions", operation_id = "list_subscriptions", tag = "requests", params(Paging),
    responses((status = 200, description = "One page of subscriptions, and the cursor of the next.",
        body = Page<Subscription>)))]
pub(super) async fn subscriptions(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<Subscription>>, Problem> {
    Ok(Json(page(&api, bearer, paging, List::Subscriptions, subscription).await?))
}

/// Grants that persons withdrew, oldest first.
#[utoipa::path(get, path = "/v1/revocations", operation_id = "list_revocations", tag = "erasures", params(Paging),
    responses((status = 200, description = "One page of revocations, and the cursor of the next.",
        body = Page<Revocation>)))]
pub(super) async fn revocations(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<Revocation>>, Problem> {
    Ok(Json(page(&api, bearer, paging, List::Revocations, revocation).await?))
}

/// Erasure receipts, oldest first.
#[utoipa::path(get, path = "/v1/erasures", operation_id = "list_erasures", tag = "erasures", params(Paging),
    responses((status = 200, description = "One page of erasures, and the cursor of the next.", body = Page<Erasure>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<Erasure>>, Problem> {
    Ok(Json(page(&api, bearer, paging, List::Erasures, erasure).await?))
}

/// Erases values now, and tells the person with a signed receipt.
#[utoipa::path(post, path = "/v1/erasures", operation_id = "create_erasure",
    tag = "erasures", request_body = NewErasure,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "The fields whose values were erased.", body = Erased)))]
pub(super) async fn create(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let erased = api.post(posted, StatusCode::CREATED, |companion, caller, new: NewErasure, turn| {
        let person = relationships::person(&new.relationship)?;
        let customer = companion.relationship(caller.world, &person)?;
        let named: Option<BTreeSet<FieldPath>> =
            new.fields.map(|fields| fields.iter().map(|text| parse(text)).collect::<Result<_, _>>()).transpose()?;
        let held = customer.held().keys().copied();
        let fields = held.filter(|field| named.as_ref().is_none_or(|named| named.contains(field))).collect();
        companion.erase(&person, &fields, turn)?;
        Ok(Erased { fields: fields.iter().map(ToString::to_string).collect() })
    });
    erased.await
}

async fn page<T: Send + 'static>(
    api: &Api,
    bearer: Bearer,
    paging: Paging,
    list: List,
    view: impl Fn(&mut Companion, &PublicKey, &[u8]) -> Result<Option<T>, Failure> + Send + 'static,
) -> Result<Page<T>, Problem> {
    let (after, limit) = paging.bounds()?;
    let page = api.read(bearer, move |companion, caller| {
        let of = relationships::bounded(companion, caller, &paging)?;
        let mut found = Vec::new();
        for entry in companion.page(list, caller.world, of.as_ref(), after, limit)? {
            if let Some(person) = entry.person
                && let Some(view) = view(companion, &person, &entry.thing)?
            {
                found.push((entry.number, view));
            }
        }
        Ok(Page::of(found, limit))
    });
    page.await
}

fn subscription(companion: &mut Companion, person: &PublicKey, id: &[u8]) -> Result<Option<Subscription>, Failure> {
    let Some(id) = <ObjectId as Part>::from_bytes(id) else { return Ok(None) };
    let record = companion.record(tables::TERMS, person, Terms::Grant(id))?;
    let Some(Record::Grant { grant, .. }) = record else { return Ok(None) };
    let (name, now) = (grant.id(), companion.now());
    let grant = grant.verify().map_err(Failure::internal)?;
    let customer: &Customer = companion.customer(person)?;
    let bounds = &grant.scope.bounds;
    Ok(Some(Subscription {
        grant: names::Granted(*name.digest()).to_string(),
        relationship: names::Relationship::from(*person).to_string(),
        fields: grant.scope.fields.iter().map(ToString::to_string).collect(),
        purposes: grant.scope.purposes.iter().map(ToString::to_string).collect(),
        expires_at: clock::text(bounds.expires),
        retention_days: bounds.retention.0,
        live: bounds.expires > now && customer.grants().any(|held| held.id() == name),
    }))
}

fn revocation(companion: &mut Companion, person: &PublicKey, id: &[u8]) -> Result<Option<Revocation>, Failure> {
    let Some(id) = <ObjectId as Part>::from_bytes(id) else { return Ok(None) };
    let Some(Record::Revoked { notice, .. }) = companion.record(tables::REVOCATIONS, person, id)? else {
        return Ok(None);
    };
    let signed = BASE64.encode(&wire::encode(&notice).map_err(Failure::internal)?);
    let notice = notice.verify().map_err(Failure::internal)?;
    Ok(Some(Revocation {
        grant: names::Granted(*notice.grant.digest()).to_string(),
        relationship: names::Relationship::from(*person).to_string(),
        at: clock::text(notice.at),
        erase: notice.erase,
        signed,
    }))
}

fn erasure(companion: &mut Companion, person: &PublicKey, id: &[u8]) -> Result<Option<Erasure>, Failure> {
    let Some(id) = <ObjectId as Part>::from_bytes(id) else { return Ok(None) };
    let Some(Record::Receipt { receipt, told, .. }) = companion.record(tables::RECEIPTS, person, id)? else {
        return Ok(None);
    };
    let signed = BASE64.encode(&wire::encode(&receipt).map_err(Failure::internal)?);
    let receipt = receipt.verify().map_err(Failure::internal)?;
    Ok(Some(Erasure {
        id: names::Erasure(*receipt.id().digest()).to_string(),
        relationship: names::Relationship::from(*person).to_string(),
        grant: names::Granted(*receipt.grant.digest()).to_string(),
        fields: receipt.fields.iter().map(ToString::to_string).collect(),
        at: clock::text(receipt.at),
        demanded: receipt.revocation.is_some(),
        told,
        signed,
    }))
}
