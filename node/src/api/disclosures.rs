//! Disclosures: what persons told, with the proof that it stands in their log. In: calls. Out: pages. The proof
//! outlives the values; the signed disclosure itself, which holds them, is erased with the first of them.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Json,
    extract::{Path, State},
};
use data_encoding::BASE64;
use regie_protocol::{
    AskedPath, ObjectId, PublicKey,
    supplier::{Outcome, Record},
    wire,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Api,
    call::{Bearer, Page, Paging, Params},
    problem::Problem,
    relationships,
};
use crate::{
    clock,
    command::Failure,
    store::Part,
    supplier::{
        Companion,
        lists::{List, not_found},
        names, tables,
    },
};

/// A disclosure.
#[derive(Debug, Serialize, ToSchema)]
pub struct Disclosure {
    /// Its id.
    #[schema(example = "dsc_…")]
    pub id: String,
    /// Whose.
    pub relationship: String,
    /// The request it answered; null for a change that was told.
    pub request: Option<String>,
    /// When it came.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// What it said, by field.
    pub fields: BTreeMap<String, FieldAnswer>,
    /// Proves that it stands in the person's log.
    pub proof: Proof,
    /// The disclosure as the person's node signed it (DAG-CBOR, base64), while every value of it is still held.
    pub signed: Option<String>,
}

/// What was said of one field.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldAnswer {
    /// `given`, `absent`, `asked` or `refused`.
    pub outcome: String,
    /// The grant under which it was given.
    pub grant: Option<String>,
    /// The code of the refusal.
    pub refusal: Option<String>,
    /// Is this value still held?
    pub held: bool,
}

/// An entry of a Merkle log (RFC 6962) with its inclusion proof.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proof {
    /// The entry's bytes (DAG-CBOR, base64): salted commitments, no value.
    pub entry: String,
    /// Its place.
    pub index: u64,
    /// Entries of the log then.
    pub size: u64,
    /// The log's root, hexadecimal.
    pub root: String,
    /// Hashes from the entry up, hexadecimal.
    pub hashes: Vec<String>,
}

type Seen = (Disclosure, BTreeSet<AskedPath>);

/// Disclosures, oldest first.
#[utoipa::path(get, path = "/v1/disclosures", operation_id = "list_disclosures", tag = "disclosures", params(Paging),
    responses((status = 200, description = "One page of disclosures, and the cursor of the next.",
        body = Page<Disclosure>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<Disclosure>>, Problem> {
    let (after, limit) = paging.bounds()?;
    let page = api.change(bearer, move |companion, caller, turn| {
        let of = relationships::bounded(companion, caller, &paging)?;
        let (mut found, mut seen) = (Vec::new(), BTreeMap::<PublicKey, BTreeSet<AskedPath>>::new());
        for entry in companion.page(List::Disclosures, caller.world, of.as_ref(), after, limit)? {
            if let Some(person) = entry.person {
                let (shown, fields) = view(companion, &person, &entry.thing)?;
                seen.entry(person).or_default().extend(fields);
                found.push((entry.number, shown));
            }
        }
        for (person, fields) in seen {
            companion.note_reading(&caller, &person, fields, turn);
        }
        Ok(Page::of(found, limit))
    });
    Ok(Json(page.await?))
}

/// One disclosure.
#[utoipa::path(get, path = "/v1/disclosures/{id}", operation_id = "get_disclosure", tag = "disclosures",
    params(("id" = String, Path, description = "dsc_…")),
    responses((status = 200, description = "The disclosure with this id.", body = Disclosure)))]
pub(super) async fn one(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Disclosure>, Problem> {
    let id = id.parse::<names::Disclosed>().map_err(|_| not_found());
    let disclosure = api.change(bearer, move |companion, caller, turn| {
        let id = id?;
        let person = companion.owner(List::Disclosures, caller.world, &id.0)?;
        let (shown, fields) = view(companion, &person, &id.0)?;
        companion.note_reading(&caller, &person, fields, turn);
        Ok(shown)
    });
    Ok(Json(disclosure.await?))
}

/// A disclosure, and of which fields the values are in it: none where the signed bytes are gone.
fn view(companion: &mut Companion, person: &PublicKey, id: &[u8]) -> Result<Seen, Failure> {
    let id = <ObjectId as Part>::from_bytes(id).ok_or_else(not_found)?;
    let Some(Record::Received { received, .. }) = companion.record(tables::RECEIVED_DISCLOSURES, person, id)? else {
        return Err(not_found());
    };
    let original = match companion.record(tables::ORIGINAL_DISCLOSURES, person, id)? {
        Some(Record::Original { disclosure, .. }) => Some(wire::encode(&disclosure).map_err(Failure::internal)?),
        _ => None,
    };
    let held = companion.customer(person)?.held();
    let fields = received.outcomes.iter().map(|(path, outcome)| {
        let kept = path.known().and_then(|field| held.get(&field)).is_some_and(|h| h.disclosure == received.id);
        (path.to_string(), answer(outcome, kept))
    });
    let given = received.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Given(_)));
    let seen = given.filter(|_| original.is_some()).map(|(path, _)| path.clone()).collect();
    let shown = Disclosure {
        id: names::Disclosed(*received.id.digest()).to_string(),
        relationship: names::Relationship::from(*person).to_string(),
        request: received.request.map(|id| names::Asked::from(id).to_string()),
        received_at: clock::text(received.at),
        fields: fields.collect(),
        proof: Proof {
            entry: BASE64.encode(&received.entry.entry),
            index: received.entry.index,
            size: received.entry.size,
            root: received.entry.root.to_string(),
            hashes: received.entry.proof.iter().map(ToString::to_string).collect(),
        },
        signed: original.map(|bytes| BASE64.encode(&bytes)),
    };
    Ok((shown, seen))
}

fn answer(outcome: &Outcome, held: bool) -> FieldAnswer {
    let (name, grant, refusal) = match outcome {
        Outcome::Given(grant) => ("given", Some(names::Granted(*grant.digest()).to_string()), None),
        Outcome::Absent => ("absent", None, None),
        Outcome::Asked => ("asked", None, None),
        Outcome::Refused(code) => ("refused", None, Some(code.to_string())),
    };
    FieldAnswer { outcome: name.to_owned(), grant, refusal, held }
}
