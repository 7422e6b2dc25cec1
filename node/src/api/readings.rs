//! Who in the company saw which values. In: calls. Out: pages of what was noted, everybody's, one person's or one key's.

use axum::{Json, extract::State};
use regie_protocol::PublicKey;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api,
    call::{Bearer, Page, Params, cursor, place},
    limits,
    problem::Problem,
    relationships,
};
use crate::{
    clock,
    command::{Failure, parse},
    supplier::{
        Companion, World, names,
        readings::{Reader, Reading as Noted},
    },
};

/// Rows that are looked at for a page of one key's.
const LOOKED_AT: usize = 2_000;

/// What somebody in the company saw of one person by one call.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reading {
    /// Whose values.
    #[schema(example = "rel_…")]
    pub relationship: String,
    /// Of which fields.
    pub fields: Vec<String>,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// With which key; null where it was the companion's owner, at the command line.
    #[schema(example = "key_…")]
    pub key: Option<String>,
    /// By what.
    #[schema(example = "/v1/relationships/{id}/values")]
    pub by: String,
    /// The id of the call, as the log and the header `x-request-id` of its answer have it.
    #[schema(example = "rid_…")]
    pub request: Option<String>,
}

/// Which page of the readings, and whose.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only what was seen of this person.
    relationship: Option<String>,
    /// Only what was seen with this key.
    #[param(example = "key_…")]
    key: Option<String>,
    /// Go on after this, the `next` of the page before.
    cursor: Option<String>,
    /// Entries of a page, 1 to 200; 50 where none is asked for.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// Who in the company saw which values, oldest first.
#[utoipa::path(get, path = "/v1/readings", operation_id = "list_readings", tag = "keys", params(Which),
    responses((status = 200, description = "One page of readings, and the cursor of the next.", body = Page<Reading>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Params(which): Params<Which>,
) -> Result<Json<Page<Reading>>, Problem> {
    let (after, limit) = place(which.cursor.as_deref(), which.limit)?;
    let after = after.unwrap_or(0);
    let person = which.relationship.as_deref().map(relationships::person).transpose()?;
    let key = which.key.as_deref().map(parse::<names::ApiKey>).transpose()?;
    let page = api.read(bearer, move |companion, caller| {
        if let Some(person) = &person {
            companion.relationship(caller.world, person)?;
        }
        let looked_at = if key.is_some() { LOOKED_AT } else { limit };
        let found = companion.readings(caller.world, person.as_ref(), after, looked_at)?;
        let is_full = found.len() == looked_at;
        let (mut data, mut last) = (Vec::new(), None);
        for (number, noted) in found {
            last = Some(number);
            if key.is_none_or(|key| noted.reader == Reader::Key(key)) {
                data.push(view(&noted));
            }
            if data.len() == limit {
                break;
            }
        }
        let next = last.filter(|_| is_full || data.len() == limit).map(cursor);
        Ok(Page { data, next })
    });
    Ok(Json(page.await?))
}

/// A page of everything that was noted, and after which number to go on.
pub(super) fn page(companion: &Companion, world: World, after: u64) -> Result<(Vec<Reading>, Option<u64>), Failure> {
    let found = companion.readings(world, None, after, limits::PAGE_MOST)?;
    let next = found.last().filter(|_| found.len() == limits::PAGE_MOST).map(|(number, _)| *number);
    Ok((found.iter().map(|(_, noted)| view(noted)).collect(), next))
}

/// The newest of one person, oldest first.
pub(super) fn newest_of(
    companion: &Companion,
    world: World,
    person: &PublicKey,
    most: usize,
) -> Result<Vec<Reading>, Failure> {
    let last = companion.last_reading(person)?;
    let after = last.saturating_sub(most as u64);
    Ok(companion.readings(world, Some(person), after, most)?.iter().map(|(_, noted)| view(noted)).collect())
}

fn view(noted: &Noted) -> Reading {
    let request = noted.request.map(super::observe::request_text);
    let key = match noted.reader {
        Reader::Key(key) => Some(key.to_string()),
        Reader::Owner => None,
    };
    Reading {
        relationship: names::Relationship::from(noted.person).to_string(),
        fields: noted.fields.iter().map(ToString::to_string).collect(),
        at: clock::text(noted.at),
        key,
        by: noted.by.clone(),
        request,
    }
}
