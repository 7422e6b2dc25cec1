//! Everything that is held of one person, as JSON: what a person may ask to see (GDPR, articles 15 and 20), and what an answer to that
//! carries. In: calls. Out: values with their source and their end, what for, who got them, and who in the company saw them.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
};
use regie_protocol::{AskedPath, PublicKey, supplier::Asking};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Api,
    call::Bearer,
    delegations::{Terms, terms},
    labels::shown,
    problem::Problem,
    readings::{self, Reading},
    relationships::{self, Held},
};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    supplier::{Companion, keys::Caller, labels::Thing, names},
};

/// Most requests, and most readings, of a dossier: the newest.
const NEWEST: usize = 1_000;

/// Everything that is held of one person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dossier {
    /// Who holds it.
    pub controller: Controller,
    /// When it was put together.
    #[schema(format = DateTime)]
    pub at: String,
    /// Whose it is.
    #[schema(example = "rel_…")]
    pub relationship: String,
    /// Your reference of the person.
    pub reference: Option<String>,
    /// Your metadata.
    pub metadata: BTreeMap<String, String>,
    /// Since when.
    #[schema(format = DateTime)]
    pub since: String,
    /// Under which agreement (IEEE 7012).
    pub agreement: String,
    /// The values, each with its source, its grant and the moment at which it is erased.
    pub values: Vec<Held>,
    /// What the person allowed: fields, purposes, for how long.
    pub grants: Vec<Allowed>,
    /// What was asked, and why; the newest 1,000.
    pub requests: Vec<Asked>,
    /// To whom something was handed on.
    pub recipients: Vec<Recipient>,
    /// Who in the company saw which values, and when; the newest 1,000 of as long as that is kept.
    pub readings: Vec<Reading>,
}

/// The company.
#[derive(Debug, Serialize, ToSchema)]
pub struct Controller {
    /// Its legal name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// Where questions can be asked.
    pub contact: String,
}

/// A grant of the person's.
#[derive(Debug, Serialize, ToSchema)]
pub struct Allowed {
    /// Its id.
    #[schema(example = "grt_…")]
    pub id: String,
    /// What it permits.
    #[serde(flatten)]
    pub terms: Terms,
}

/// A request to the person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Asked {
    /// Its id.
    #[schema(example = "req_…")]
    pub id: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub at: String,
    /// For which fields.
    pub fields: Vec<String>,
    /// What for (DPV).
    pub purpose: String,
    /// Why, as the person read it.
    pub reason: String,
}

/// Somebody to whom something was handed on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recipient {
    /// The key of the company (did:key).
    pub processor: String,
    /// When it was handed on.
    #[schema(format = DateTime)]
    pub at: String,
    /// What it permits.
    #[serde(flatten)]
    pub terms: Terms,
}

/// Everything that is held of a person. It counts as having been seen: it stands among the readings from then on.
#[utoipa::path(get, path = "/v1/relationships/{id}/dossier", operation_id = "get_relationship_dossier",
    tag = "relationships",
    params(("id" = String, Path, description = "rel_…")),
    responses((status = 200, description = "Everything that is held of this person.", body = Dossier)))]
pub(super) async fn one(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Dossier>, Problem> {
    let person = relationships::person(&id);
    let dossier = api.change(bearer, move |companion, caller, turn| {
        let person = person?;
        companion.relationship(caller.world, &person)?;
        put_together(companion, &caller, &person, turn)
    });
    Ok(Json(dossier.await?))
}

/// Puts it together, and notes who sees it.
pub(super) fn put_together(
    companion: &mut Companion,
    caller: &Caller,
    person: &PublicKey,
    turn: &mut Turn,
) -> Result<Dossier, Failure> {
    let at = clock::text(companion.now());
    let (reference, metadata) = shown(&companion.label(&Thing::Relationship(*person))?);
    let readings = readings::newest_of(companion, caller.world, person, NEWEST)?;
    let values = relationships::held(companion, person)?;
    let controller = controller(companion);
    companion.load_requests(person)?;
    let customer = companion.customer(person)?;
    let mut askings: Vec<&Asking> = customer.askings().collect();
    askings.sort_by_key(|asking| asking.request.at);
    let first = askings.len().saturating_sub(NEWEST);
    let allowed = |grant: &regie_protocol::Verified<regie_protocol::Grant>| Allowed {
        id: names::Granted(*grant.id().digest()).to_string(),
        terms: terms(&grant.scope),
    };
    let dossier = Dossier {
        controller,
        at,
        relationship: names::Relationship::from(*person).to_string(),
        reference,
        metadata,
        since: clock::text(customer.since()),
        agreement: customer.agreement().to_string(),
        values,
        grants: customer.grants().map(allowed).collect(),
        requests: askings.into_iter().skip(first).map(Asked::of).collect(),
        recipients: customer
            .delegated()
            .values()
            .map(|handed| Recipient {
                processor: handed.notice.processor.supplier.to_string(),
                at: clock::text(handed.at),
                terms: terms(&handed.scope),
            })
            .collect(),
        readings,
    };
    let fields = customer.held().keys().map(|field| AskedPath::from(*field)).collect();
    companion.note_reading(caller, person, fields, turn);
    Ok(dossier)
}

/// The company, as it says of itself.
pub(super) fn controller(companion: &Companion) -> Controller {
    let profile = companion.own_profile();
    let text = |of: fn(&regie_protocol::Profile) -> &String| profile.map(of).cloned().unwrap_or_default();
    Controller {
        name: text(|profile| &profile.name),
        domain: text(|profile| &profile.domain),
        contact: text(|profile| &profile.contact),
    }
}

impl Asked {
    fn of(asking: &Asking) -> Self {
        let request = &asking.request;
        Self {
            id: names::Asked::from(request.id).to_string(),
            at: clock::text(request.at),
            fields: request.fields.iter().map(ToString::to_string).collect(),
            purpose: request.purpose.to_string(),
            reason: request.reason.clone(),
        }
    }
}
