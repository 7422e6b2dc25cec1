//! What a list is asked for: which page, in which order, and what of it. In: a query string. Out: what the companion searches, or
//! a problem that names the parameters there are.

use axum::{
    extract::{FromRequestParts, Query},
    http::{Uri, request::Parts},
};
use regie_protocol::{PublicKey, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::{IntoParams, openapi::path::ParameterIn};

use super::{
    Api,
    call::{Bearer, Page, Paging, cursor},
    problem::Problem,
    relationships,
};
use crate::{
    clock,
    command::Failure,
    supplier::{
        Companion, World,
        lists::{Entry, List},
        search::{By, Search},
    },
};

/// What of a list of things that the company made.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Sought {
    /// Only what has this reference of yours now.
    pub reference: Option<String>,
    /// Only what was made at or after this moment.
    #[param(format = DateTime)]
    pub created_since: Option<String>,
    /// `oldest` first, as it is without it, or `newest`.
    #[param(pattern = "^(oldest|newest)$")]
    pub order: Option<String>,
}

/// Which page of a list, what of it, and what of just this list.
#[derive(Debug)]
pub struct Listing<More> {
    pub(super) paging: Paging,
    pub(super) sought: Sought,
    pub(super) more: More,
}

impl<S: Sync, More: DeserializeOwned + IntoParams> FromRequestParts<S> for Listing<More> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        let listing = Self { paging: take(&mut pairs)?, sought: take(&mut pairs)?, more: take(&mut pairs)? };
        match pairs.first() {
            None => Ok(listing),
            Some(pair) => {
                let known: Vec<String> =
                    [names::<Paging>(), names::<Sought>(), names::<More>()].into_iter().flatten().collect();
                let (name, known) = (name(pair), known.join(", "));
                Err(Problem::bad_call(format!("there is no parameter '{name}' here; there are {known}")))
            }
        }
    }
}

/// Reads those of the pairs that belong to a set of parameters, and leaves the others.
fn take<T: DeserializeOwned + IntoParams>(pairs: &mut Vec<&str>) -> Result<T, Problem> {
    let names = names::<T>();
    let (mine, rest): (Vec<&str>, Vec<&str>) =
        std::mem::take(pairs).into_iter().partition(|pair| names.iter().any(|known| known == name(pair)));
    *pairs = rest;
    let uri = format!("/?{}", mine.join("&")).parse::<Uri>().map_err(Problem::bad_call)?;
    Query::try_from_uri(&uri).map(|Query(read)| read).map_err(|rejection| Problem::bad_call(rejection.body_text()))
}

fn names<T: IntoParams>() -> Vec<String> {
    T::into_params(|| Some(ParameterIn::Query)).into_iter().map(|parameter| parameter.name).collect()
}

fn name(pair: &str) -> &str {
    pair.split('=').next().unwrap_or(pair)
}

/// One of several words, as a parameter has it.
pub(super) fn one_of(name: &str, said: Option<&str>, known: &[&'static str]) -> Result<Option<&'static str>, Problem> {
    let Some(said) = said else { return Ok(None) };
    let found = known.iter().copied().find(|word| *word == said);
    let words = || Problem::bad_call(format!("{name} is one of {}", known.join(", ")));
    found.map(Some).ok_or_else(words)
}

fn moment(name: &str, said: &str) -> Result<Timestamp, Problem> {
    let bad = || Problem::bad_call(format!("{name} is a moment as 2026-07-01T12:00:00Z"));
    clock::read(said).ok_or_else(bad)
}

/// By what it is searched. `updated` is what was said of `updated_since`, in lists that have it.
fn by(sought: Sought, updated: Option<&str>) -> Result<By, Problem> {
    let newest = one_of("order", sought.order.as_deref(), &["oldest", "newest"])?;
    match (sought.reference, updated, sought.created_since, newest) {
        (Some(reference), None, None, None) => Ok(By::Reference(reference)),
        (None, Some(since), None, None) => Ok(By::Updated(moment("updated_since", since)?)),
        (None, None, since, order) => Ok(By::Made {
            since: since.map(|since| moment("created_since", &since)).transpose()?,
            newest_first: order == Some("newest"),
        }),
        _ => Err(Problem::bad_call(
            "reference and updated_since bring an order of their own; ask for one of them, without created_since and order",
        )),
    }
}

impl Api {
    /// One page of a list, each entry as `look` shows it; what it leaves out is not meant.
    ///
    /// # Errors
    /// A parameter that can't be read, no valid key, what `look` says.
    pub(super) async fn list<T: Send + 'static>(
        &self,
        bearer: Bearer,
        list: List,
        (paging, sought, updated): (Paging, Sought, Option<String>),
        look: impl Fn(&mut Companion, World, &Entry) -> Result<Option<T>, Failure> + Send + 'static,
    ) -> Result<Page<T>, Problem> {
        let (cursor_, limit) = paging.place()?;
        let by = by(sought, updated.as_deref())?;
        let found = self.read(bearer, move |companion, caller| {
            let person: Option<PublicKey> = relationships::bounded(companion, caller, &paging)?;
            let search = Search { list, world: caller.world, person, cursor: cursor_, limit, by };
            companion.search(&search, |companion, entry| look(companion, caller.world, entry))
        });
        let found = found.await?;
        Ok(Page { data: found.entries, next: found.next.map(cursor) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sought(of: [Option<&str>; 3]) -> Sought {
        let [reference, created_since, order] = of.map(|text| text.map(str::to_owned));
        Sought { reference, created_since, order }
    }

    #[test]
    fn a_list_is_searched_by_one_thing() {
        assert_eq!(by(sought([None; 3]), None).ok(), Some(By::Made { since: None, newest_first: false }));
        assert_eq!(by(sought([Some("42"), None, None]), None).ok(), Some(By::Reference("42".into())));
        let newest = by(sought([None, Some("1970-01-01T00:00:01Z"), Some("newest")]), None);
        assert_eq!(newest.ok(), Some(By::Made { since: Some(Timestamp(1000)), newest_first: true }));
        assert_eq!(by(sought([None; 3]), Some("1970-01-01T00:00:01Z")).ok(), Some(By::Updated(Timestamp(1000))));
        for wrong in [[Some("42"), None, Some("newest")], [None, Some("yesterday"), None], [None, None, Some("up")]] {
            assert!(by(sought(wrong), None).is_err(), "{wrong:?}");
        }
        assert!(by(sought([Some("42"), None, None]), Some("1970-01-01T00:00:01Z")).is_err());
    }

    #[test]
    fn every_parameter_goes_where_it_belongs_and_others_are_named() {
        let mut pairs = vec!["limit=3", "reference=a%20b", "what=1"];
        let paging: Paging = take(&mut pairs).expect("it reads");
        let sought: Sought = take(&mut pairs).expect("it reads");
        assert_eq!((paging.limit, sought.reference.as_deref(), pairs), (Some(3), Some("a b"), vec!["what=1"]));
    }
}
