//! Keys of the API, made and ended by a key that may. In: calls. Out: keys; the text of one is answered when it is made, and never again.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use regie_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Api,
    call::{Bearer, Posted},
    problem::Problem,
};
use crate::{
    clock,
    command::{Failure, parse},
    supplier::{
        Companion, World,
        keys::{self, ApiKey, Wanted},
        lists::not_found,
        names,
        scopes::Scope,
    },
};

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// Which system will use it.
    #[schema(min_length = 1, max_length = 64, example = "the webshop")]
    pub name: String,
    /// What it may do. A key gives no scope that it lacks.
    #[schema(value_type = Vec<KeyScope>, min_items = 1, max_items = 6)]
    pub scopes: BTreeSet<String>,
    /// Until when it holds; for ever, where that is left out.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// The networks from which it is taken; from everywhere, where none is named.
    #[serde(default)]
    #[schema(max_items = 16, example = json!(["192.0.2.0/24"]))]
    pub from: Vec<String>,
}

/// What a key may do.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it is there to be described; scopes are read by their own type")]
pub enum KeyScope {
    /// See what is held, asked and told.
    Read,
    /// Say something to persons: invite, ask, send, offer, answer.
    Ask,
    /// Erase what is held.
    Erase,
    /// Make and change webhooks.
    Webhooks,
    /// Say yes or no to what another key began.
    Approve,
    /// Make and end keys, and see who read what.
    Admin,
}

/// A key of the API.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// Its id.
    #[schema(example = "key_…")]
    pub id: String,
    /// Which system uses it.
    pub name: String,
    /// What it may do.
    #[schema(value_type = Vec<KeyScope>)]
    pub scopes: Vec<&'static str>,
    /// The networks from which it is taken; from everywhere, where there are none.
    pub from: Vec<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// The key that made it; null where the companion's owner did.
    #[schema(example = "key_…")]
    pub made_by: Option<String>,
    /// Until when it holds; null where that is for ever.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// In which hour it was used last.
    #[schema(format = DateTime)]
    pub last_used_at: Option<String>,
    /// When it was ended.
    #[schema(format = DateTime)]
    pub revoked_at: Option<String>,
    /// Its text, in the answer to the call that makes it and in no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "rk_live_…")]
    pub key: Option<String>,
}

/// The keys of a world.
#[derive(Debug, Serialize, ToSchema)]
pub struct Keys {
    /// All of them, those that were ended too; at most 256.
    pub data: Vec<Key>,
}

/// The keys of the world of this one, without their texts.
#[utoipa::path(get, path = "/v1/keys", operation_id = "list_keys", tag = "keys",
    responses((status = 200, description = "All keys, without their texts.", body = Keys)))]
pub(super) async fn list(State(api): State<Api>, bearer: Bearer) -> Result<Json<Keys>, Problem> {
    let keys = api.read(bearer, |companion, caller| all(companion, caller.world));
    Ok(Json(Keys { data: keys.await? }))
}

/// One key.
#[utoipa::path(get, path = "/v1/keys/{id}", operation_id = "get_key", tag = "keys",
    params(("id" = String, Path, description = "key_…")),
    responses((status = 200, description = "The key with this id, without its text.", body = Key)))]
pub(super) async fn one(State(api): State<Api>, bearer: Bearer, Path(id): Path<String>) -> Result<Json<Key>, Problem> {
    let id = id.parse::<names::ApiKey>().map_err(|_| not_found());
    let key = api.read(bearer, move |companion, caller| {
        let key = companion.one_key(caller.world, &id?)?;
        view(companion, key)
    });
    Ok(Json(key.await?))
}

/// Makes a key, of the world of this one and with no more than this one has. The call takes no `Idempotency-Key`: an answer with the
/// text of a key is kept nowhere.
#[utoipa::path(post, path = "/v1/keys", operation_id = "create_key", tag = "keys", request_body = NewKey,
    responses((status = 201, description = "The key with its text, which is shown this once.", body = Key)))]
pub(super) async fn create(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted.once_only()?, StatusCode::CREATED, |companion, caller, new: NewKey, turn| {
        let wanted = new.wanted(caller.world)?;
        let (stored, text) = companion.create_key(wanted, Some(&caller), turn)?;
        Ok(Key { key: Some(text), ..view(companion, stored)? })
    });
    made.await
}

/// Ends a key, from the next call on.
#[utoipa::path(delete, path = "/v1/keys/{id}", operation_id = "revoke_key", tag = "keys",
    params(("id" = String, Path, description = "key_…")),
    responses((status = 200, description = "The key, which opens nothing any more.", body = Key)))]
pub(super) async fn revoke(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Key>, Problem> {
    let id = id.parse::<names::ApiKey>().map_err(|_| not_found());
    let ended = api.change(bearer, move |companion, caller, turn| {
        let key = companion.one_key(caller.world, &id?)?;
        let ended = companion.revoke_key(&key.id, turn)?;
        view(companion, ended)
    });
    Ok(Json(ended.await?))
}

/// All keys of a world.
pub(super) fn all(companion: &Companion, world: World) -> Result<Vec<Key>, Failure> {
    let keys = companion.keys()?.into_iter().filter(|key| World::of(key.test) == world);
    keys.map(|key| view(companion, key)).collect()
}

impl NewKey {
    pub(super) fn wanted(self, world: World) -> Result<Wanted, Failure> {
        let Self { name, scopes, expires_at, from } = self;
        let scopes = scopes.iter().map(|scope| parse::<Scope>(scope)).collect::<Result<_, _>>()?;
        let from = from.iter().map(|text| keys::network(text)).collect::<Result<_, _>>()?;
        Ok(Wanted { name, world, scopes, expires: expires_at.as_deref().map(moment).transpose()?, from })
    }
}

fn moment(text: &str) -> Result<Timestamp, Failure> {
    clock::read(text).ok_or_else(|| Failure::usage("expires_at is a moment as 2027-07-01T12:00:00Z"))
}

fn view(companion: &Companion, key: ApiKey) -> Result<Key, Failure> {
    Ok(Key {
        id: key.id.to_string(),
        scopes: key.scopes().names().collect(),
        from: key.from.iter().map(ToString::to_string).collect(),
        created_at: clock::text(key.made),
        made_by: key.made_by.map(|maker| maker.to_string()),
        expires_at: key.expires.map(clock::text),
        last_used_at: companion.last_used(&key.id)?.map(clock::text),
        revoked_at: key.revoked.map(clock::text),
        name: key.name,
        key: None,
    })
}
