//! Grants handed on: to processors of this company, and from other companies to this one. In: calls. Out: pages, and
//! delegations that the person's node is told of before anybody can use them.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use regie_protocol::{
    Days, Invitation, ObjectId, PublicKey, Scope,
    supplier::{Customer, Delegate, Delegated, Mandated, Told},
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
    command::{Failure, access, parse},
    supplier::{Companion, lists::List, lists::not_found, names},
};

/// What is handed on, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDelegation {
    /// Whose data.
    #[schema(example = "rel_…")]
    pub relationship: String,
    /// The processor's pairing link, as its companion made it. A public one serves for every person.
    #[schema(example = "regie:pair?v=1&d=…", max_length = 8192)]
    pub processor: String,
    /// Fields and groups, within the grant above.
    #[schema(min_items = 1, max_items = 64, example = json!(["address"]))]
    pub fields: BTreeSet<String>,
    /// Purposes (DPV), within those of the grant above.
    #[schema(min_items = 1, max_items = 16, example = json!(["DeliveryOfGoods"]))]
    pub purposes: BTreeSet<String>,
    /// How it may be had: `once`, `read` or `subscribe`.
    #[serde(default = "once")]
    #[schema(default = "once", pattern = "^(once|read|subscribe)$")]
    pub access: String,
    /// For how many hours, at most to the end of the grant above.
    #[serde(default = "day")]
    #[schema(default = 24, minimum = 1, maximum = 43920)]
    pub hours: u32,
    /// How many days the processor may keep a value.
    #[serde(default)]
    #[schema(default = 0, minimum = 0, maximum = 3660)]
    pub retention_days: u32,
    /// How often it may be used.
    #[schema(minimum = 1)]
    pub uses: Option<u32>,
    /// How many steps below the processor others may go.
    #[serde(default)]
    #[schema(default = 0, minimum = 0, maximum = 3)]
    pub delegations: u8,
    /// What both companies call the matter: a parcel's number. The person sees it.
    #[serde(default)]
    #[schema(max_length = 256, example = "parcel 3SDEVC1234567")]
    pub reference: String,
}

fn once() -> String {
    "once".to_owned()
}

fn day() -> u32 {
    24
}

/// A delegation that this company made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delegation {
    /// Its id.
    #[schema(example = "dlg_…")]
    pub id: String,
    /// Whose data.
    pub relationship: String,
    /// The processor's key (did:key).
    pub processor: String,
    /// What both companies call the matter.
    pub reference: String,
    /// What it permits.
    #[serde(flatten)]
    pub terms: Terms,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// `queued` until the person's node is told, then `told`; `refused` where that does not take it; `ended` where
    /// the person withdrew the grant, or the time is over.
    #[schema(pattern = "^(queued|told|refused|ended)$", example = "told")]
    pub state: String,
    /// The code with which the person's node refused it.
    pub refused: Option<String>,
}

/// A delegation that another company made, and that this one may use.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mandate {
    /// Its id.
    #[schema(example = "dlg_…")]
    pub id: String,
    /// Whose data: ask this relationship for the fields.
    pub relationship: String,
    /// The key of the company that handed it on (did:key).
    pub from: String,
    /// What both companies call the matter.
    pub reference: String,
    /// What it permits.
    #[serde(flatten)]
    pub terms: Terms,
    /// Is it in force?
    pub live: bool,
}

/// What a delegation permits.
#[derive(Debug, Serialize, ToSchema)]
pub struct Terms {
    /// Fields and groups.
    pub fields: Vec<String>,
    /// Purposes (DPV).
    pub purposes: Vec<String>,
    /// `once`, `read` or `subscribe`.
    pub access: String,
    /// Until when.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// How many days a value may be kept.
    pub retention_days: u32,
}

/// Delegations made, oldest first.
#[utoipa::path(get, path = "/v1/delegations", operation_id = "list_delegations", tag = "delegations", params(Paging),
    responses((status = 200, description = "One page of delegations, and the cursor of the next.",
        body = Page<Delegation>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<Delegation>>, Problem> {
    let (after, limit) = paging.bounds()?;
    let page = api.read(bearer, move |companion, caller| {
        let mut found = Vec::new();
        for entry in companion.page(List::Delegations, caller.world, None, after, limit)? {
            let (Some(person), Some(link)) = (entry.person, link(&entry.thing)) else { continue };
            companion.relationship(caller.world, &person)?;
            // One that ended long ago is forgotten; the list keeps its place only.
            if let Ok(view) = view(companion, &person, &link) {
                found.push((entry.number, view));
            }
        }
        Ok(Page::of(found, limit))
    });
    Ok(Json(page.await?))
}

/// Delegations that other companies made to this one, oldest first.
#[utoipa::path(get, path = "/v1/mandates", operation_id = "list_mandates", tag = "delegations", params(Paging),
    responses((status = 200, description = "One page of mandates, and the cursor of the next.", body = Page<Mandate>)))]
pub(super) async fn mandates(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<Mandate>>, Problem> {
    let (after, limit) = paging.bounds()?;
    let page = api.read(bearer, move |companion, caller| {
        let mut found = Vec::new();
        let now = companion.now();
        for entry in companion.page(List::Mandates, caller.world, None, after, limit)? {
            let (Some(person), Some(link)) = (entry.person, link(&entry.thing)) else { continue };
            let customer = companion.relationship(caller.world, &person)?;
            if let Some(mandate) = customer.mandate(&link) {
                let live = customer.scope_of(&link).is_some_and(|scope| now < scope.bounds.expires);
                found.push((entry.number, mandate_view(&person, &link, mandate, live)));
            }
        }
        Ok(Page::of(found, limit))
    });
    Ok(Json(page.await?))
}

/// One delegation.
#[utoipa::path(get, path = "/v1/delegations/{id}", operation_id = "get_delegation", tag = "delegations",
    params(("id" = String, Path, description = "dlg_…")),
    responses((status = 200, description = "The delegation with this id.", body = Delegation)))]
pub(super) async fn one(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Delegation>, Problem> {
    let id = id.parse::<names::HandedOn>();
    let view = api.read(bearer, move |companion, caller| {
        let id = id.map_err(|_| not_found())?;
        let person = companion.owner(List::Delegations, caller.world, &id.0)?;
        view(companion, &person, &link(&id.0).ok_or_else(not_found)?)
    });
    Ok(Json(view.await?))
}

/// Hands part of a grant on to a processor. The person's node is told, meets the processor and gives it the right to
/// ask; the processor finds it under `/v1/mandates` of its own companion.
#[utoipa::path(post, path = "/v1/delegations", operation_id = "create_delegation",
    tag = "delegations", request_body = NewDelegation,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless.")),
    responses((status = 201, description = "It is made; the person's node is told when it connects.",
        body = Delegation)))]
pub(super) async fn create(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted, StatusCode::CREATED, |companion, caller, new: NewDelegation, turn| {
        let person = relationships::person(&new.relationship)?;
        companion.relationship(caller.world, &person)?;
        let now = companion.now();
        let wanted = Delegate {
            person,
            processor: parse::<Invitation>(&new.processor)?,
            fields: new.fields.iter().map(|text| parse(text)).collect::<Result<_, _>>()?,
            purposes: new.purposes.iter().map(|text| parse(text)).collect::<Result<_, _>>()?,
            access: access(&new.access)?,
            expires: now.plus_ms(u64::from(new.hours.max(1)) * 3_600_000),
            retention: Days(new.retention_days),
            uses: new.uses,
            delegations: new.delegations,
            reference: new.reference,
        };
        let link = companion.delegate(wanted, turn)?;
        view(companion, &person, &link)
    });
    made.await
}

fn link(thing: &[u8]) -> Option<ObjectId> {
    thing.try_into().ok().map(ObjectId::from_digest)
}

fn view(companion: &mut Companion, person: &PublicKey, link: &ObjectId) -> Result<Delegation, Failure> {
    let now = companion.now();
    let customer = companion.customer(person)?;
    let delegated = customer.delegated().get(link).ok_or_else(not_found)?;
    let over = now >= delegated.scope.bounds.expires || withdrawn(customer, delegated);
    let (state, refused) = match delegated.told {
        Told::Refused(code) => ("refused", Some(code.code().to_owned())),
        _ if over => ("ended", None),
        Told::NotYet => ("queued", None),
        Told::Yes => ("told", None),
    };
    Ok(Delegation {
        id: names::HandedOn(*link.digest()).to_string(),
        relationship: names::Relationship::from(*person).to_string(),
        processor: delegated.notice.processor.supplier.to_string(),
        reference: delegated.notice.reference.clone(),
        terms: terms(&delegated.scope),
        created_at: clock::text(delegated.at),
        state: state.to_owned(),
        refused,
    })
}

/// Has the person withdrawn the grant at the top, or a link above?
fn withdrawn(customer: &Customer, delegated: &Delegated) -> bool {
    let chain = &delegated.notice.chain;
    customer.has_ended(&chain.grant.id()) || chain.links.iter().any(|link| customer.has_ended(&link.id()))
}

fn mandate_view(person: &PublicKey, link: &ObjectId, mandate: &Mandated, live: bool) -> Mandate {
    Mandate {
        id: names::HandedOn(*link.digest()).to_string(),
        relationship: names::Relationship::from(*person).to_string(),
        from: mandate.grant.delegator().map(ToString::to_string).unwrap_or_default(),
        reference: mandate.reference.clone(),
        terms: terms(mandate.grant.scope()),
        live,
    }
}

/// What a scope permits, as it is shown.
pub(super) fn terms(scope: &Scope) -> Terms {
    let access = match scope.access {
        regie_protocol::Access::Write(_) => "write",
        regie_protocol::Access::ReadOnce => "once",
        regie_protocol::Access::Read => "read",
        regie_protocol::Access::Subscribe => "subscribe",
    };
    Terms {
        fields: scope.fields.iter().map(ToString::to_string).collect(),
        purposes: scope.purposes.iter().map(ToString::to_string).collect(),
        access: access.to_owned(),
        expires_at: clock::text(scope.bounds.expires),
        retention_days: scope.bounds.retention.0,
    }
}
