//! What persons had the company do over the line: notice of contracts, withdrawals, rights under the GDPR. In: calls. Out: acts
//! that were signed for, with the day by which each has to be answered; the company's answers, signed.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use data_encoding::BASE64;
use regie_protocol::{
    Collection, Document, Nonce, ObjectId, PublicKey, Signed,
    act::{ActKind, Answered, What},
    supplier::Acted,
    wire,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    Api,
    call::{Bearer, Page, Paging, Posted},
    dossier,
    labels::{self, LabelChange},
    listing::{Listing, Sought, one_of},
    problem::Problem,
};
use crate::{
    command::{Failure, parse},
    driver::Turn,
    supplier::{
        Companion, PersonsAct,
        keys::Caller,
        labels::{Label, Thing},
        lists::List,
        lists::not_found,
        names,
    },
};

/// What a person had the company do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Act {
    /// Its id.
    #[schema(example = "act_…")]
    pub id: String,
    /// Whose.
    #[schema(example = "rel_…")]
    pub relationship: String,
    /// Your reference, once you gave it one.
    pub reference: Option<String>,
    /// Your metadata.
    pub metadata: BTreeMap<String, String>,
    /// What it is: `end` and `withdraw` are about a contract, the others rights under the GDPR (articles 15 to 21).
    #[schema(pattern = "^(end|withdraw|access|rectification|erasure|restriction|portability|objection)$")]
    pub kind: String,
    /// `open` until it is answered, `extended` where two months more were taken, else `answered`.
    #[schema(pattern = "^(open|extended|answered)$")]
    pub state: String,
    /// The contract that it is about.
    pub contract: Option<NamedContract>,
    /// The last day that notice asks for.
    #[schema(format = Date, example = "2027-02-28")]
    pub last_day: Option<String>,
    /// In which language the person reads the answer (ISO 639).
    pub language: Option<String>,
    /// What the person adds.
    pub words: Option<String>,
    /// When it came, and was signed for: from this moment notice is received, and the time to answer runs.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// By which day a right has to be answered (article 12 (3)).
    #[schema(format = Date)]
    pub answer_by: Option<String>,
    /// What was answered, in order; the last one holds.
    pub answers: Vec<Answer>,
    /// The act as the person's node signed it (DAG-CBOR, base64).
    pub signed: String,
    /// The receipt as this companion signed it (DAG-CBOR, base64).
    pub receipt: String,
}

/// By what a person names a contract.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedContract {
    /// As the company calls it.
    pub number: Option<String>,
    /// What it is about, where the person knows no number.
    pub product: Option<String>,
    /// The person's number at the company.
    pub customer: Option<String>,
}

/// An answer that was given.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answer {
    /// What it says.
    #[serde(flatten)]
    pub says: NewAnswer,
    /// When it was given.
    #[schema(format = DateTime)]
    pub at: String,
    /// `queued` until the person's node has answered, then `delivered` or `refused`.
    #[schema(pattern = "^(queued|delivered|refused)$")]
    pub state: String,
    /// The code with which the person's node refused it.
    pub refused: Option<String>,
}

/// An answer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    /// `ends` to notice or a withdrawal, with the `last_day`; to a right `done`, with an `item` where it is in one, or `extended`
    /// by two months, once and first; to all of them `refused`. The last two have a `why`.
    #[schema(pattern = "^(ends|done|extended|refused)$")]
    pub answer: String,
    /// The contract's last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub last_day: Option<String>,
    /// The record (`POST /v1/records`) that holds what was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "itm_…")]
    pub item: Option<String>,
    /// Why, by its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "complex")]
    pub why: Option<String>,
    /// With `done`, in place of `item`: what you hold in other systems, as JSON of your own form; `{}` where that is nothing. It goes
    /// to the person as a document, with the dossier (`GET /v1/relationships/{id}/dossier`) beside it where the right is `access` or
    /// `portability`. The person has to have opened `messages` to you.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({"notes": ["Called about the parcel."]}))]
    pub data: Option<serde_json::Map<String, Value>>,
}

/// What of the list of acts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only those in this state.
    #[param(pattern = "^(open|extended|answered)$")]
    state: Option<String>,
    /// Only those of this kind.
    #[param(pattern = "^(end|withdraw|access|rectification|erasure|restriction|portability|objection)$")]
    kind: Option<String>,
    /// Only those of which an event tells at or after this moment, in the order of those events; at most 30 days back. `next` is
    /// then always there: ask again with it for what happened since. Over pages, one may come more than once.
    #[param(format = DateTime)]
    updated_since: Option<String>,
}

const STATES: &[&str] = &["open", "extended", "answered"];

/// What persons had the company do, oldest first.
#[utoipa::path(get, path = "/v1/acts", operation_id = "list_acts", tag = "acts", params(Paging, Sought, Filter),
    responses((status = 200, description = "One page of acts, and the cursor of the next.", body = Page<Act>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Listing { paging, sought, more }: Listing<Filter>,
) -> Result<Json<Page<Act>>, Problem> {
    let state = one_of("state", more.state.as_deref(), STATES)?;
    let kind = more.kind.as_deref().map(parse::<ActKind>).transpose()?.map(|kind| kind.to_string());
    let asked = (paging, sought, more.updated_since);
    let page = api.list(bearer, List::Acts, asked, move |companion, world, entry| {
        let (Some(person), Some(id)) = (entry.person, object(&entry.thing)) else { return Ok(None) };
        companion.relationship(world, &person)?;
        let act = view(companion, &person, &id)?;
        companion.forget_persons();
        let meant = kind.as_ref().is_none_or(|kind| act.kind == *kind) && state.is_none_or(|state| act.state == state);
        Ok(Some(act).filter(|_| meant))
    });
    Ok(Json(page.await?))
}

/// Changes your own words beside one of them.
#[utoipa::path(patch, path = "/v1/acts/{id}", operation_id = "update_act", tag = "acts",
    request_body = LabelChange, params(("id" = String, Path, description = "act_…")),
    responses((status = 200, description = "The act as it is now.", body = Act)))]
pub(super) async fn change(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id.parse::<names::Act>().map_err(|_| not_found());
    let done = api.post(posted, StatusCode::OK, move |companion, caller, change: LabelChange, turn| {
        let id = id?;
        let person = companion.owner(List::Acts, caller.world, &id.0)?;
        let id = ObjectId::from_digest(id.0);
        companion.change_label(caller.world, (Thing::Act(id), Some(person)), change.read()?, turn)?;
        view(companion, &person, &id)
    });
    done.await
}

/// One of them.
#[utoipa::path(get, path = "/v1/acts/{id}", operation_id = "get_act", tag = "acts",
    params(("id" = String, Path, description = "act_…")),
    responses((status = 200, description = "The act with this id.", body = Act)))]
pub(super) async fn one(State(api): State<Api>, bearer: Bearer, Path(id): Path<String>) -> Result<Json<Act>, Problem> {
    let id = id.parse::<names::Act>();
    let view = api.read(bearer, move |companion, caller| {
        let id = id.map_err(|_| not_found())?;
        let person = companion.owner(List::Acts, caller.world, &id.0)?;
        view(companion, &person, &ObjectId::from_digest(id.0))
    });
    Ok(Json(view.await?))
}

/// Answers one. The answer is signed, and delivered to the person's node when it connects; the last one holds.
#[utoipa::path(post, path = "/v1/acts/{id}/answer", operation_id = "answer_act", tag = "acts", request_body = NewAnswer,
    params(("id" = String, Path, description = "act_…"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "The act with the answer, which is queued.", body = Act)))]
pub(super) async fn answer(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id.parse::<names::Act>();
    let made = api.post(posted, StatusCode::CREATED, move |companion, caller, new: NewAnswer, turn| {
        give(companion, &caller, &id.map_err(|_| not_found())?, new, turn)
    });
    made.await
}

/// Gives an answer, with its document where it carries data; the act as it is then.
pub(super) fn give(
    companion: &mut Companion,
    caller: &Caller,
    id: &names::Act,
    new: NewAnswer,
    turn: &mut Turn,
) -> Result<Act, Failure> {
    let person = companion.owner(List::Acts, caller.world, &id.0)?;
    let id = ObjectId::from_digest(id.0);
    let new = with_data(companion, caller, (&person, &id), new, turn)?;
    companion.answer_act(person, &id, new.read()?, turn)?;
    view(companion, &person, &id)
}

/// The document of an answer that carries data: made, queued, and named in the answer as an item.
fn with_data(
    companion: &mut Companion,
    caller: &Caller,
    (person, id): (&PublicKey, &ObjectId),
    new: NewAnswer,
    turn: &mut Turn,
) -> Result<NewAnswer, Failure> {
    let Some(data) = new.data else { return Ok(new) };
    if new.answer != "done" || new.item.is_some() {
        return Err(Failure::usage("`data` goes with `done`, and in place of `item`"));
    }
    let kind = companion.act(person, id)?.1.kind;
    let mut body = serde_json::Map::new();
    body.insert("company".to_owned(), Value::Object(data));
    if matches!(kind, ActKind::Access | ActKind::Portability) {
        let dossier = dossier::put_together(companion, caller, person, turn)?;
        body.insert("dossier".to_owned(), serde_json::to_value(dossier).map_err(Failure::internal)?);
    }
    let document = Document {
        title: format!("{}: {kind} ({})", companion.company_name(), names::Act(*id.digest())),
        media_type: "application/json".to_owned(),
        body: serde_json::to_vec_pretty(&Value::Object(body)).map_err(Failure::internal)?,
    };
    let item = companion.put_document(*person, Collection::Messages, document, Label::default(), turn)?;
    Ok(NewAnswer { item: Some(names::Sent(item.0).to_string()), data: None, ..new })
}

impl NewAnswer {
    fn read(&self) -> Result<Answered, Failure> {
        let missing = |what: &str| Failure::usage(format!("`{}` needs `{what}`", self.answer));
        let why = || self.why.as_deref().ok_or_else(|| missing("why")).and_then(parse);
        Ok(match self.answer.as_str() {
            "ends" => Answered::Ends { last: parse(self.last_day.as_deref().ok_or_else(|| missing("last_day"))?)? },
            "done" => {
                let item = self.item.as_deref().map(parse::<names::Sent>).transpose()?;
                Answered::Done { item: item.map(|item| Nonce(item.0)) }
            }
            "extended" => Answered::Extended { why: why()? },
            "refused" => Answered::Refused { why: why()? },
            _ => return Err(Failure::usage("an answer is `ends`, `done`, `extended` or `refused`")),
        })
    }

    fn of(says: &Answered) -> Self {
        let named =
            |answer: &str| Self { answer: answer.to_owned(), last_day: None, item: None, why: None, data: None };
        match says {
            Answered::Ends { last } => Self { last_day: Some(last.to_string()), ..named("ends") },
            Answered::Done { item } => Self { item: item.map(|item| names::Sent(item.0).to_string()), ..named("done") },
            Answered::Extended { why } => Self { why: Some(why.to_string()), ..named("extended") },
            Answered::Refused { why } => Self { why: Some(why.to_string()), ..named("refused") },
            // What the protocol has and this version of the API does not.
            _ => named("unknown"),
        }
    }
}

fn object(thing: &[u8]) -> Option<ObjectId> {
    thing.try_into().ok().map(ObjectId::from_digest)
}

fn view(companion: &mut Companion, person: &PublicKey, id: &ObjectId) -> Result<Act, Failure> {
    let label = companion.label(&Thing::Act(*id))?;
    let (acted, shown) = companion.act(person, id)?;
    Act::of(acted, shown, &label)
}

impl Act {
    fn of(acted: &Acted, shown: PersonsAct, label: &Label) -> Result<Self, Failure> {
        let (reference, metadata) = labels::shown(label);
        let contract = shown.what.contract().map(|name| NamedContract {
            number: name.number.clone(),
            product: name.product.clone(),
            customer: name.customer.clone(),
        });
        let last_day = match &shown.what {
            What::End { last, .. } => Some(last.to_string()),
            _ => None,
        };
        let (language, words) = match &shown.what {
            What::Right { language, words, .. } => {
                (Some(language.clone()), Some(words.clone()).filter(|words| !words.is_empty()))
            }
            _ => (None, None),
        };
        let answers = shown.answers.into_iter().map(|given| Answer {
            says: NewAnswer::of(&given.says),
            at: given.at,
            state: given.state,
            refused: given.refused.map(|code| code.code().to_owned()),
        });
        Ok(Self {
            id: shown.id.to_string(),
            relationship: shown.relationship.to_string(),
            reference,
            metadata,
            kind: shown.kind.to_string(),
            state: shown.state,
            contract,
            last_day,
            language,
            words,
            received_at: shown.received,
            answer_by: shown.answer_by.map(|day| day.to_string()),
            answers: answers.collect(),
            signed: signed(&acted.stored().act)?,
            receipt: signed(&acted.stored().receipt)?,
        })
    }
}

fn signed<T>(object: &Signed<T>) -> Result<String, Failure> {
    Ok(BASE64.encode(&wire::encode(object).map_err(Failure::internal)?))
}
