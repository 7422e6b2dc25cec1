//! Consent records at the company's side (ISO/IEC TS 27560). In: calls. Out: a record for each grant of a person that is kept, those
//! that were withdrawn or ran out too, in the form that the person's own node writes.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use regie_protocol::{PublicKey, supplier::Record};

use super::{Api, call::Bearer, problem::Problem, relationships};
use crate::{
    clock::text,
    command::{Failure, exit},
    consent::{ConsentDocument, ConsentRecord, ConsentStatus, DataController},
    supplier::{Companion, tables},
};

/// A consent record for each grant that the person gave (ISO/IEC TS 27560:2023, as JSON-LD): what was allowed, for what, until when, and
/// what became of it.
#[utoipa::path(get, path = "/v1/relationships/{id}/consents", operation_id = "get_relationship_consents",
    tag = "relationships",
    params(("id" = String, Path, description = "rel_…")),
    responses((status = 200, description = "The records, as one document of JSON-LD.", body = Object,
        content_type = "application/ld+json")))]
pub(super) async fn list(State(api): State<Api>, bearer: Bearer, Path(id): Path<String>) -> Result<Response, Problem> {
    let person = relationships::person(&id);
    let document = api.read(bearer, move |companion, caller| {
        let person = person?;
        companion.relationship(caller.world, &person)?;
        let document = document(companion, &person)?;
        serde_json::to_vec(&document).map_err(Failure::internal)
    });
    Ok(([(header::CONTENT_TYPE, "application/ld+json")], document.await?).into_response())
}

fn document(companion: &mut Companion, person: &PublicKey) -> Result<ConsentDocument, Failure> {
    let now = companion.now();
    let profile = companion.own_profile().ok_or_else(no_profile)?;
    let controller = DataController::of(&companion.own_key(), profile);
    let mut records = Vec::new();
    for signed in companion.kept_grants(person)? {
        let grant = signed.verify().map_err(Failure::internal)?;
        let bounds = &grant.scope.bounds;
        let ended = match companion.record(tables::REVOCATIONS, person, grant.id())? {
            Some(Record::Revoked { notice, .. }) => {
                let notice = notice.verify().map_err(Failure::internal)?;
                Some(ConsentStatus::withdrawn(Some(text(notice.at))))
            }
            _ if bounds.expires <= now => Some(ConsentStatus::expired(text(bounds.expires))),
            _ => None,
        };
        let given = ConsentStatus::given(text(bounds.not_before));
        let status = std::iter::once(given).chain(ended).collect();
        records.push(ConsentRecord::of(&grant, &grant.scope, controller.clone(), status));
    }
    Ok(ConsentDocument::of(records.into_iter()))
}

fn no_profile() -> Failure {
    let next = "say who the company is with `regie supplier set`";
    Failure::new("refused", exit::REFUSED, format!("the company has no profile; {next}"))
}
