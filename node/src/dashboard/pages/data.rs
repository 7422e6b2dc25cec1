//! The person's own data: shown and changed. In: forms. Out: pages.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
};
use regie_protocol::{FieldPath, several};

use super::{App, Page, Posted, Shown, Visitor, go, inputs::Input, show, who::Looks as _};
use crate::{
    command::Failure,
    person::verbs::{self, Changed, FieldDetail, HeldField},
};

struct GroupOf {
    group: &'static str,
    fields: Vec<(&'static str, Option<HeldField>)>,
}

impl GroupOf {
    /// Does none of its fields hold anything?
    fn is_empty(&self) -> bool {
        self.fields.iter().all(|(_, held)| held.is_none())
    }

    /// Where its fields are filled in.
    fn place(&self) -> String {
        match self.fields.as_slice() {
            [(only, _)] => format!("/data/{only}"),
            _ => format!("/data/group/{}", self.group),
        }
    }

    /// Is there more than one field to change in one step?
    fn is_several(&self) -> bool {
        self.fields.len() > 1
    }

    /// The group before it of its kind: whoever has a first child entered may have a second one.
    fn before(&self) -> Option<&'static str> {
        let kind = several(self.group);
        let place = kind.iter().position(|group| *group == self.group)?;
        kind.get(place.checked_sub(1)?).copied()
    }
}

/// The fields of a group as people write them: a street before its town.
pub(super) fn by_hand(mut fields: Vec<FieldPath>) -> Vec<FieldPath> {
    let place = |field: &FieldPath| {
        let last = field.info().path.rsplit('.').next().unwrap_or_default();
        HAND.iter().position(|name| *name == last).unwrap_or(HAND.len())
    };
    fields.sort_by_key(|field| (place(field), *field));
    fields
}

/// The order in which the parts of names and addresses are written.
const HAND: [&str; 8] = ["full", "given", "family", "street", "postalCode", "locality", "region", "country"];

#[derive(Template)]
#[template(path = "data.html")]
struct Data {
    page: Page,
    groups: Vec<GroupOf>,
    /// Does this build know credentials?
    credentials: bool,
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let held = visitor.ask(&app, verbs::Fields {}).await?;
    let held: BTreeMap<&str, HeldField> = held.into_iter().map(|one| (one.field.info().path, one)).collect();
    let mut groups: Vec<GroupOf> = Vec::new();
    for info in by_hand(FieldPath::all().collect()).into_iter().map(FieldPath::info) {
        let one = (info.path, held.get(info.path).cloned());
        match groups.iter_mut().find(|group| group.group == info.group) {
            Some(group) => group.fields.push(one),
            None => groups.push(GroupOf { group: info.group, fields: vec![one] }),
        }
    }
    let filled: BTreeSet<&str> = groups.iter().filter(|group| !group.is_empty()).map(|group| group.group).collect();
    groups.retain(|group| !group.is_empty() || group.before().is_none_or(|before| filled.contains(before)));
    groups.sort_by_cached_key(|group| visitor.words.name("group", group.group).to_lowercase());
    groups.sort_by_key(|group| group.fields.iter().all(|(_, held)| held.is_none()));
    show(&Data { page: visitor.page(&app, "data", "/data"), groups, credentials: cfg!(feature = "vc") })
}

#[derive(Template)]
#[template(path = "field.html")]
struct One {
    page: Page,
    field: FieldDetail,
    input: Input,
}

pub(super) async fn one(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(field): Path<String>,
) -> Shown {
    let field = visitor.parse(&field)?;
    field_page(&app, &visitor, field, None).await
}

/// A field with what it holds; or with what was typed and not taken, and why.
async fn field_page(app: &App, visitor: &Visitor, field: FieldPath, typed: Option<(&str, Failure)>) -> Shown {
    let path = format!("/data/{field}");
    let field = visitor.ask(app, verbs::Field { field }).await?;
    let words = visitor.words;
    let now = field.value.as_ref().map_or("", regie_protocol::Value::as_str);
    let input = match typed {
        Some((text, failure)) => {
            Input { error: Some(failure.said(words.0)), ..Input::of(words, field.field, text, None) }
        }
        None => Input::of(words, field.field, now, field.unfit.as_ref()),
    };
    let input = input.alone(field.field, words.say("value"));
    show(&One { page: visitor.page(app, "data", &path), field, input })
}

pub(super) async fn save(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(field): Path<String>,
    posted: Posted,
) -> Shown {
    let (field, value) = (visitor.parse(&field)?, posted.one("value"));
    let changed = match posted.one("do") {
        "remove" => app.ask(verbs::Unset { field }).await,
        "back" => app.ask(verbs::PutBack { field, number: posted.one("number").parse().ok() }).await,
        _ => set(&app, field, value).await,
    };
    let changed = match changed {
        Ok(changed) => changed,
        // A value that is not taken stays in the form, with the reason beside it.
        Err(failure) if failure.code == "bad_argument" => {
            return field_page(&app, &visitor, field, Some((value, failure))).await;
        }
        Err(failure) => return Err(visitor.fault(failure)),
    };
    told_of(&app, &visitor, &changed)
}

/// Who is told at once, who by letter and who is not told stand on one page.
pub(super) fn told_of(app: &App, visitor: &Visitor, changed: &Changed) -> Shown {
    let told = changed.told_count;
    if told + changed.by_letter + changed.not_told == 0 {
        visitor.notice(app, visitor.words.say("data-saved"));
        return go("/data");
    }
    let fields: Vec<String> = changed.changed.iter().map(ToString::to_string).collect();
    go(&format!("/deliveries?of={told}&field={}", fields.join(",")))
}

async fn set(app: &App, field: FieldPath, value: &str) -> Result<Changed, Failure> {
    let value = value.parse().map_err(Failure::misread)?;
    app.ask(verbs::Set { values: vec![(field, value)], ..verbs::Set::default() }).await
}
