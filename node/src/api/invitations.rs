//! Invitations: how a person comes to a relationship. In: calls. Out: links, check words, QR codes as SVG.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use regie_protocol::{Days, Nonce, check_words, supplier::Invite};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api,
    call::{Bearer, Page, Paging, Posted},
    labels::{LabelChange, shown},
    limits,
    listing::{Listing, Sought, one_of},
    problem::Problem,
};
use crate::{
    clock,
    command::Failure,
    qr,
    supplier::{
        Companion, World,
        labels::{Label, Thing},
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
    /// By what your other systems know it. Who comes by an invitation for one person gets it as well; nobody ever sees it but you.
    #[schema(min_length = 1, max_length = 255, example = "4711")]
    pub reference: Option<String>,
    /// More of your own words: at most 20 entries, keys of 40 bytes and values of 500. Who comes by it gets them too.
    #[serde(default)]
    #[schema(example = json!({"campaign": "spring"}))]
    pub metadata: BTreeMap<String, String>,
}

const STATES: &[&str] = &["open", "used", "expired"];

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
    /// `open`, `used` where everybody it was for has come, or `expired`.
    #[schema(pattern = "^(open|used|expired)$")]
    pub state: String,
    /// Your reference.
    pub reference: Option<String>,
    /// Your metadata.
    pub metadata: BTreeMap<String, String>,
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
        let label = Label::new(new.reference, new.metadata)?;
        let (invitation, _) = companion.make_invitation(caller.world, uses, Days(new.days), label, turn)?;
        view(companion, caller.world, &invitation.id)
    });
    made.await
}

/// What of the list of invitations.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only those in this state.
    #[param(pattern = "^(open|used|expired)$")]
    state: Option<String>,
}

/// Invitations, oldest first.
#[utoipa::path(get, path = "/v1/invitations", operation_id = "list_invitations", tag = "invitations",
    params(Paging, Sought, Filter),
    responses((status = 200, description = "One page of invitations, and the cursor of the next.",
        body = Page<Invitation>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Listing { paging, sought, more }: Listing<Filter>,
) -> Result<Json<Page<Invitation>>, Problem> {
    let state = one_of("state", more.state.as_deref(), STATES)?;
    let page = api.list(bearer, List::Invitations, (paging, sought, None), move |companion, world, entry| {
        let invitation = view(companion, world, &entry.nonce())?;
        Ok(Some(invitation).filter(|invitation| state.is_none_or(|state| invitation.state == state)))
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

/// Changes your own words beside an invitation.
#[utoipa::path(patch, path = "/v1/invitations/{id}", operation_id = "update_invitation", tag = "invitations",
    request_body = LabelChange, params(("id" = String, Path, description = "inv_…")),
    responses((status = 200, description = "The invitation as it is now.", body = Invitation)))]
pub(super) async fn change(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id.parse::<names::Invited>().map_err(|_| not_found());
    let done = api.post(posted, StatusCode::OK, move |companion, caller, change: LabelChange, turn| {
        let id = Nonce(id?.0);
        companion.find_invite(caller.world, &id)?;
        companion.change_label(caller.world, (Thing::Invitation(id), None), change.read()?, turn)?;
        view(companion, caller.world, &id)
    });
    done.await
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
    let (reference, metadata) = shown(&companion.label(&Thing::Invitation(*id))?);
    let state = match uses {
        Some(0) => "used",
        _ if expires <= companion.now() => "expired",
        _ => "open",
    };
    Ok(Invitation {
        state: state.to_owned(),
        reference,
        metadata,
        id: names::Invited(id.0).to_string(),
        words: check_words(&invitation.supplier, &invitation.id).join(" "),
        link: invitation.to_string(),
        uses_left: uses,
        created_at: clock::text(made),
        expires_at: clock::text(expires),
    })
}
