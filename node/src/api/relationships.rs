//! Persons: with whom there is a relationship, and what is held of each. In: calls. Out: pages, values.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use regie_protocol::{
    AskedPath, Collection, FieldPath, Object, Observed, PublicKey, Signed,
    supplier::{self as state, Customer, Record, Since},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api,
    call::{Bearer, Page, Paging, Posted},
    labels::{LabelChange, shown},
    listing::{Listing, Sought},
    problem::Problem,
};
use crate::{
    clock,
    command::{Failure, parse},
    supplier::{Companion, labels::Thing, lists::List, names, runs::branches},
};

/// A person, by the key of this relationship.
#[derive(Debug, Serialize, ToSchema)]
pub struct Relationship {
    /// Its id.
    #[schema(example = "rel_…")]
    pub id: String,
    /// Your reference of the person: that of the invitation, until you give another.
    #[schema(example = "4711")]
    pub reference: Option<String>,
    /// Your metadata.
    pub metadata: BTreeMap<String, String>,
    /// The invitation by which the person came. One that came by an offer came by the invitation in it.
    #[schema(example = "inv_…")]
    pub invitation: Option<String>,
    /// The agreement in force (IEEE 7012).
    pub agreement: String,
    /// When it began.
    #[schema(format = DateTime)]
    pub since: String,
    /// Is the person's node connected now? Where it is not, it comes by itself: within a day of the last word mostly at
    /// once, else about once an hour at a moment of its own, or as the person chose. What waits is delivered then.
    pub connected: bool,
    /// By how much the clock of the person's node differs from this companion's, as `7 minutes behind`, where that keeps
    /// requests from being answered: they are tried again.
    #[schema(example = "2 days ahead")]
    pub clock_differs: Option<String>,
    /// The fields held.
    pub held: Vec<String>,
    /// Grants in hand that were not revoked.
    pub grants: Vec<String>,
    /// Collections that documents can be sent into now.
    pub opened: Vec<String>,
    /// The person's log, as far as it was witnessed.
    pub witnessed: Witnessed,
}

/// What was agreed with a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Agreement {
    /// The roster's code.
    #[schema(example = "SD-BASE")]
    pub agreement: String,
    /// What the person proffered.
    pub pairing: Option<SignedRecord>,
    /// What was accepted.
    pub acceptance: Option<SignedRecord>,
}

/// A signed object, for whoever wants to check it (docs/protocol.md, clause 3).
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedRecord {
    /// Its CID.
    pub id: String,
    /// The signed bytes in base64.
    pub body: String,
    /// The signature, hexadecimal.
    pub signature: String,
}

/// The size and root of a person's log.
#[derive(Debug, Serialize, ToSchema)]
pub struct Witnessed {
    /// Entries.
    pub size: u64,
    /// Merkle root, hexadecimal.
    pub root: String,
    /// How often a restore of the person's node left a branch of the log behind.
    pub gaps: u64,
    /// Those branches, the newest 16, the last one last.
    pub branches: Vec<LeftBranch>,
}

/// A branch of a person's log that was witnessed, and that a restore left behind: both are kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftBranch {
    /// Entries that were witnessed of it.
    pub size: u64,
    /// The root over them, hexadecimal.
    pub root: String,
    /// The size from which the log goes on.
    pub back_to: u64,
    /// Is the head from which it goes on one that the branch had: `known`, `unproven` or `other`?
    #[schema(example = "known")]
    pub since: String,
    /// When the log went on, RFC 3339.
    #[schema(example = "2026-07-01T12:00:00Z")]
    pub at: String,
}

impl LeftBranch {
    fn of(left: crate::supplier::runs::LeftBranch) -> Self {
        let since = match left.since {
            Since::Known => "known",
            Since::Unproven => "unproven",
            Since::Other => "other",
        };
        let (size, back_to, at) = (left.size, left.back_to, left.at);
        Self { size, root: left.root.to_string(), back_to, since: since.to_owned(), at }
    }
}

/// A value that is held.
#[derive(Debug, Serialize, ToSchema)]
pub struct Held {
    /// The field.
    pub field: String,
    /// The value.
    pub value: String,
    /// Whose word it is: the person's, an issuer's, or this company's own where it proposed the value.
    pub provenance: String,
    /// Who vouches for it, where that was checked and holds: the issuer of a credential.
    #[schema(example = "https://rvig.example")]
    pub attested_by: Option<String>,
    /// Why an issuer that is said to vouch for it does not: `not_shown`, `not_checked` (a build without `vc`),
    /// `unknown_issuer`, `untrusted_type`, `untrusted_field`, `bad_signature`, `chain`, `algorithm`, `critical`,
    /// `out_of_time`, `endless`, `withdrawn`, `status_unknown`, `not_bound`, `another_value` or `malformed`.
    #[schema(value_type = Option<String>)]
    pub attestation_doubt: Option<&'static str>,
    /// The day, by the person's clock, that the value is at least as old as.
    #[schema(format = DateTime)]
    pub observed_at: String,
    /// The disclosure that brought it.
    pub disclosure: String,
    /// The grant under which it is held.
    pub grant: String,
    /// It is erased at this moment.
    #[schema(format = DateTime)]
    pub keep_until: String,
}

/// Every value held of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Values {
    /// By field.
    pub data: Vec<Held>,
}

/// What of the list of relationships.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only those of whom this field is held now.
    #[param(example = "address.postalCode")]
    held: Option<String>,
    /// Only those of which an event tells at or after this moment, in the order of those events; at most 30 days back. `next` is
    /// then always there: ask again with it for what happened since. Over pages, one may come more than once.
    #[param(format = DateTime)]
    updated_since: Option<String>,
}

/// Relationships, oldest first.
#[utoipa::path(get, path = "/v1/relationships", operation_id = "list_relationships",
    tag = "relationships", params(Paging, Sought, Filter),
    responses((status = 200, description = "One page of relationships, and the cursor of the next.",
        body = Page<Relationship>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Listing { paging, sought, more }: Listing<Filter>,
) -> Result<Json<Page<Relationship>>, Problem> {
    let held = more.held.as_deref().map(parse::<FieldPath>).transpose()?;
    let asked = (paging, sought, more.updated_since);
    let page = api.list(bearer, List::Relationships, asked, move |companion, world, entry| {
        let Some(person) = entry.person else { return Ok(None) };
        let customer = companion.relationship(world, &person)?;
        let meant = held.is_none_or(|field| customer.held().contains_key(&field));
        meant.then(|| view(companion, &person)).transpose()
    });
    Ok(Json(page.await?))
}

/// One relationship.
#[utoipa::path(get, path = "/v1/relationships/{id}", operation_id = "get_relationship", tag = "relationships",
    params(("id" = String, Path, description = "rel_…")),
    responses((status = 200, description = "The relationship with this id.", body = Relationship)))]
pub(super) async fn one(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Relationship>, Problem> {
    let person = person(&id);
    let view = api.read(bearer, move |companion, caller| {
        let person = person?;
        companion.relationship(caller.world, &person)?;
        view(companion, &person)
    });
    Ok(Json(view.await?))
}

/// Changes your own words beside a person.
#[utoipa::path(patch, path = "/v1/relationships/{id}", operation_id = "update_relationship", tag = "relationships",
    request_body = LabelChange, params(("id" = String, Path, description = "rel_…")),
    responses((status = 200, description = "The relationship as it is now.", body = Relationship)))]
pub(super) async fn change(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let person = person(&id);
    let done = api.post(posted, StatusCode::OK, move |companion, caller, change: LabelChange, turn| {
        let person = person?;
        companion.relationship(caller.world, &person)?;
        let about = (Thing::Relationship(person), Some(person));
        companion.change_label(caller.world, about, change.read()?, turn)?;
        view(companion, &person)
    });
    done.await
}

/// The values held of a person, with where each came from.
#[utoipa::path(get, path = "/v1/relationships/{id}/values", operation_id = "get_relationship_values",
    tag = "relationships",
    params(("id" = String, Path, description = "rel_…")),
    responses((status = 200, description = "The values held of this person, by field.", body = Values)))]
pub(super) async fn values(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Values>, Problem> {
    let person = person(&id);
    let values = api.change(bearer, move |companion, caller, turn| {
        let person = person?;
        companion.relationship(caller.world, &person)?;
        let fields = companion.customer(&person)?.held().keys().map(|field| AskedPath::from(*field)).collect();
        companion.note_reading(&caller, &person, fields, turn);
        held(companion, &person)
    });
    Ok(Json(Values { data: values.await? }))
}

/// The agreement with a person (IEEE 7012), and the two signed records that both sides keep.
#[utoipa::path(get, path = "/v1/relationships/{id}/agreement", operation_id = "get_relationship_agreement",
    tag = "relationships",
    params(("id" = String, Path, description = "rel_…")),
    responses((status = 200, description = "The agreement, with the two signed records.", body = Agreement)))]
pub(super) async fn agreement(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Agreement>, Problem> {
    let person = person(&id);
    let found = api.read(bearer, move |companion, caller| {
        let customer = companion.relationship(caller.world, &person?)?;
        let agreed = customer.agreed();
        Ok(Agreement {
            agreement: customer.agreement().to_string(),
            pairing: agreed.map(|agreed| record(&agreed.pairing)),
            acceptance: agreed.map(|agreed| record(&agreed.acceptance)),
        })
    });
    Ok(Json(found.await?))
}

fn record<T: Object>(signed: &Signed<T>) -> SignedRecord {
    let (body, signature) = signed.parts();
    SignedRecord {
        id: signed.id().to_string(),
        body: data_encoding::BASE64.encode(body),
        signature: signature.to_string(),
    }
}

/// The person's key in an id; any other text is an id that does not exist.
pub(super) fn person(id: &str) -> Result<PublicKey, Failure> {
    let name = id.parse::<names::Relationship>().ok().and_then(|name| name.person());
    name.ok_or_else(crate::supplier::lists::not_found)
}

/// The relationship that a list is to be bounded to.
pub(super) fn bounded(
    companion: &mut Companion,
    caller: crate::supplier::keys::Caller,
    paging: &Paging,
) -> Result<Option<PublicKey>, Failure> {
    let Some(id) = &paging.relationship else { return Ok(None) };
    let person = person(id)?;
    companion.relationship(caller.world, &person)?;
    Ok(Some(person))
}

fn view(companion: &mut Companion, person: &PublicKey) -> Result<Relationship, Failure> {
    let (connected, now) = (companion.is_connected(person), companion.now());
    let clock_differs = companion.differs(person);
    let label = companion.label(&Thing::Relationship(*person))?;
    let (reference, metadata) = shown(&label);
    let customer: &Customer = companion.customer(person)?;
    Ok(Relationship {
        id: names::Relationship::from(*person).to_string(),
        reference,
        metadata,
        invitation: label.invitation().map(|id| names::Invited(id.0).to_string()),
        agreement: customer.agreement().to_string(),
        since: clock::text(customer.since()),
        connected,
        clock_differs,
        held: customer.held().keys().map(ToString::to_string).collect(),
        grants: customer.grants().map(|grant| names::Granted(*grant.id().digest()).to_string()).collect(),
        opened: Collection::ALL
            .iter()
            .filter(|collection| customer.may_write(**collection, now).is_some())
            .map(ToString::to_string)
            .collect(),
        witnessed: Witnessed {
            size: customer.head().size(),
            root: customer.head().root().to_string(),
            gaps: customer.gaps(),
            branches: branches(customer.runs()).into_iter().map(LeftBranch::of).collect(),
        },
    })
}

/// A value as it is held.
pub(super) type Kept = (FieldPath, state::Held, Observed);

/// Every value held of a person.
pub(super) fn kept(companion: &mut Companion, person: &PublicKey) -> Result<Vec<Kept>, Failure> {
    let stored = companion.stored_values(person)?;
    let held = companion.customer(person)?.held();
    let of = |record| match record {
        Record::Value { field, held, observed, .. } => Some((field, held, observed)),
        _ => None,
    };
    let mut kept: Vec<Kept> =
        stored.into_iter().filter_map(of).filter(|(field, ..)| held.contains_key(field)).collect();
    // The store has them in an order of its own, since their names are blinded.
    kept.sort_by_key(|(field, ..)| *field);
    Ok(kept)
}

/// Those values as they are shown.
pub(super) fn held(companion: &mut Companion, person: &PublicKey) -> Result<Vec<Held>, Failure> {
    let values = kept(companion, person)?;
    let view = |(field, held, observed): Kept| {
        let vouched = companion.vouched(field, &held, &observed);
        let doubt = vouched.as_ref().and_then(|vouched| vouched.doubt);
        Held {
            field: field.to_string(),
            value: observed.value.as_str().to_owned(),
            provenance: crate::sentences::provenance(&observed.provenance),
            attested_by: vouched.filter(|vouched| vouched.doubt.is_none()).map(|vouched| vouched.issuer),
            attestation_doubt: doubt,
            observed_at: clock::text(observed.observed),
            disclosure: names::Disclosed(*held.disclosure.digest()).to_string(),
            grant: names::Granted(*held.grant.digest()).to_string(),
            keep_until: clock::text(held.until),
        }
    };
    Ok(values.into_iter().map(view).collect())
}
