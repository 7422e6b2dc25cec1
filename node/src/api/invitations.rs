//! Invitations: how a person comes to a relationship. In: calls. Out: links, check words, QR codes as SVG.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use regie_protocol::{Days, Nonce, check_words, supplier::Invite};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Api,
    call::{Bearer, Page, Paging, Params, Posted},
    limits,
    problem::Problem,
};
use crate::{
    clock,
    command::Failure,
    qr,
    supplier::{
        Companion, World,
        lists::{List, not_found},
        names,
    },
};

/// What to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// For any number of persons; otherwise for one.
    #[serde(default)]
    pub public: bool,
    /// How many days it holds, 1 to 366.
    #[serde(default = "fortnight")]
    #[schema(minimum = 1, maximum = 366, default = 14)]
    pub days: u32,
}

fn fortnight() -> u32 {
    14
}

/// An invitation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    /// Its id.
    #[schema(example = "inv_…")]
    pub id: String,
    /// The link to give to the person.
    pub link: String,
    /// Words to show beside it, for the person to compare.
    pub words: String,
    /// How many persons may still use it; null for any number.
    pub uses_left: Option<u32>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Until when it holds.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// Makes an invitation.
#[utoipa::path(post, path = "/v1/invitations", operation_id = "create_invitation",
    tag = "invitations", request_body = NewInvitation,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "The invitation with its link.", body = Invitation)))]
pub(super) async fn create(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted, StatusCode::CREATED, |companion, caller, new: NewInvitation, turn| {
        if !(1..=limits::INVITATION_DAYS).contains(&new.days) {
            return Err(Failure::usage(format!("an invitation lives 1 to {} days", limits::INVITATION_DAYS)));
        }
        let uses = (!new.public).then_some(1);
        let (invitation, _) = companion.make_invitation(caller.world, uses, Days(new.days), turn)?;
        view(companion, caller.world, &invitation.id)
    });
    made.await
}

/// Invitations, oldest first.
#[utoipa::path(get, path = "/v1/invitations", operation_id = "list_invitations", tag = "invitations", params(Paging),
    responses((status = 200, description = "One page of invitations, and the cursor of the next.",
        body = Page<Invitation>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<Invitation>>, Problem> {
    let (after, limit) = paging.bounds()?;
    let page = api.read(bearer, move |companion, caller| {
        let mut found = Vec::new();
        for entry in companion.page(List::Invitations, caller.world, None, after, limit)? {
            found.push((entry.number, view(companion, caller.world, &entry.nonce())?));
        }
        Ok(Page::of(found, limit))
    });
    Ok(Json(page.await?))
}

/// One invitation.
#[utoipa::path(get, path = "/v1/invitations/{id}", operation_id = "get_invitation", tag = "invitations",
    params(("id" = String, Path, description = "inv_…")),
    responses((status = 200, description = "The invitation with this id.", body = Invitation)))]
pub(super) async fn one(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Invitation>, Problem> {
    Ok(Json(find(&api, bearer, &id).await?))
}

/// The link as a QR code.
#[utoipa::path(get, path = "/v1/invitations/{id}/qr.svg", operation_id = "get_invitation_qr_svg", tag = "invitations",
    params(("id" = String, Path, description = "inv_…")),
    responses((status = 200, description = "The QR code as an SVG image.",
        body = String, content_type = "image/svg+xml")))]
pub(super) async fn qr(State(api): State<Api>, bearer: Bearer, Path(id): Path<String>) -> Result<Response, Problem> {
    let invitation = find(&api, bearer, &id).await?;
    let svg = qr::picture(&invitation.link, 256)?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

async fn find(api: &Api, bearer: Bearer, id: &str) -> Result<Invitation, Problem> {
    let id = id.parse::<names::Invited>().map_err(|_| not_found());
    api.read(bearer, move |companion, caller| view(companion, caller.world, &Nonce(id?.0))).await
}

fn view(companion: &mut Companion, world: World, id: &Nonce) -> Result<Invitation, Failure> {
    let Invite { uses, expires, made, .. } = companion.find_invite(world, id)?;
    let invitation = companion.invitation(*id);
    Ok(Invitation {
        id: names::Invited(id.0).to_string(),
        words: check_words(&invitation.supplier, &invitation.id).join(" "),
        link: invitation.to_string(),
        uses_left: uses,
        created_at: clock::text(made),
        expires_at: clock::text(expires),
    })
}
