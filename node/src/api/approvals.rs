//! Four eyes: what one key began and another has to agree to. In: calls. Out: what waits, and a second one's word.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Api,
    call::{Bearer, Page, Paging, Params, Posted},
    exports,
    problem::Problem,
};
use crate::{
    clock,
    command::Failure,
    supplier::{
        Companion,
        approvals::{Approval as Stored, Subject},
        lists::not_found,
        names,
    },
};

/// Something that needs a second one's word.
#[derive(Debug, Serialize, ToSchema)]
pub struct Approval {
    /// Its id.
    #[schema(example = "apr_…")]
    pub id: String,
    /// The request to many persons that it is for.
    #[schema(example = "blk_…")]
    pub bulk_request: Option<String>,
    /// The table that it is for.
    #[schema(example = "values.csv")]
    pub export: Option<String>,
    /// `pending` until it is answered, then `approved` or `refused`; `used` once a request went on or a table was had; `lapsed` three
    /// days after it was asked for, or a day after it was approved.
    #[schema(pattern = "^(pending|approved|used|refused|lapsed)$")]
    pub state: String,
    /// Whose key asked for it.
    #[schema(example = "key_…")]
    pub asked_by: String,
    /// When.
    #[schema(format = DateTime)]
    pub asked_at: String,
    /// Until when it can be answered; once it is approved, until when the table can be had.
    #[schema(format = DateTime)]
    pub until: String,
    /// Whose key answered.
    #[schema(example = "key_…")]
    pub answered_by: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub answered_at: Option<String>,
}

/// A table to be agreed to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApproval {
    /// Which, as the path of the export names it.
    #[schema(pattern = "^(relationships|values|disclosures|readings)[.](csv|parquet)$", example = "values.csv")]
    pub export: String,
}

/// A second one's word.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// Yes or no.
    #[schema(pattern = "^(approved|refused)$")]
    pub answer: String,
}

/// What needs a second one's word, or had it, oldest first.
#[utoipa::path(get, path = "/v1/approvals", operation_id = "list_approvals", tag = "approvals", params(Paging),
    responses((status = 200, description = "One page of them, and the cursor of the next.", body = Page<Approval>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<Approval>>, Problem> {
    let (after, limit) = paging.bounds()?;
    if paging.relationship.is_some() {
        return Err(Problem::bad_call("an approval belongs to no relationship; leave it out"));
    }
    let page = api.read(bearer, move |companion, caller| {
        let found = companion.approvals(caller.world, after, limit)?;
        let shown = found.into_iter().map(|(number, (id, one))| (number, view(companion, &id, &one)));
        Ok(Page::of(shown.collect(), limit))
    });
    Ok(Json(page.await?))
}

/// One of them.
#[utoipa::path(get, path = "/v1/approvals/{id}", operation_id = "get_approval", tag = "approvals",
    params(("id" = String, Path, description = "apr_…")),
    responses((status = 200, description = "The one with this id.", body = Approval)))]
pub(super) async fn one(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Approval>, Problem> {
    let id = id.parse::<names::Approval>().map_err(|_| not_found());
    let found = api.read(bearer, move |companion, caller| {
        let id = id?;
        let one = companion.approval(caller.world, &id)?;
        Ok(view(companion, &id, &one))
    });
    Ok(Json(found.await?))
}

/// Asks for a second one's word for a table. That for a request to many persons is asked for by the request itself.
#[utoipa::path(post, path = "/v1/approvals", operation_id = "create_approval", tag = "approvals",
    request_body = NewApproval,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "What waits now.", body = Approval)))]
pub(super) async fn create(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted, StatusCode::CREATED, |companion, caller, new: NewApproval, turn| {
        exports::check(&caller, &new.export)?;
        let (id, one) = companion.begin_approval(&caller, Subject::Export(new.export), turn)?;
        Ok(view(companion, &id, &one))
    });
    made.await
}

/// Says yes or no to what another key began. Keys of which one made the other, or that one key made, count as one.
#[utoipa::path(post, path = "/v1/approvals/{id}/answer", operation_id = "answer_approval", tag = "approvals",
    request_body = Word,
    params(("id" = String, Path, description = "apr_…"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 200, description = "It, with the answer.", body = Approval)))]
pub(super) async fn answer(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id.parse::<names::Approval>().map_err(|_| not_found());
    let said = api.post(posted, StatusCode::OK, move |companion, caller, word: Word, turn| {
        let id = id?;
        let yes = match word.answer.as_str() {
            "approved" => true,
            "refused" => false,
            _ => return Err(Failure::usage("an answer is `approved` or `refused`")),
        };
        let one = companion.answer_approval(&caller, &id, yes, turn)?;
        Ok(view(companion, &id, &one))
    });
    said.await
}

pub(super) fn view(companion: &mut Companion, id: &names::Approval, one: &Stored) -> Approval {
    let (bulk_request, export) = match &one.what {
        Subject::Bulk(bulk) => (Some(bulk.to_string()), None),
        Subject::Export(file) => (None, Some(file.clone())),
    };
    Approval {
        id: id.to_string(),
        bulk_request,
        export,
        state: one.standing(companion.now()).name().to_owned(),
        asked_by: one.by.to_string(),
        asked_at: clock::text(one.at),
        until: clock::text(one.until()),
        answered_by: one.said.map(|said| said.by.to_string()),
        answered_at: one.said.map(|said| clock::text(said.at)),
    }
}
