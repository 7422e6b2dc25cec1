//! Several fields that belong together, as an address, changed in one step. In: a form with all of them. Out: one change, which
//! is told once; or the form again, with what was typed and what is wrong beside each input.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
};
use regie_protocol::{Country, FieldPath, Selector, Value};

use super::{App, Page, Posted, Shown, Visitor, data, go, inputs::Input, show};
use crate::{
    command::{Misfit, values},
    person::verbs::{self, HeldField, WouldTell},
};

#[derive(Template)]
#[template(path = "group.html")]
struct Group {
    page: Page,
    group: &'static str,
    inputs: Vec<Input>,
    /// How many suppliers are told of a change of any of them.
    told: usize,
    /// Was something not taken?
    wrong: bool,
}

/// What the fields of a group hold.
pub(super) type Held = BTreeMap<FieldPath, HeldField>;

pub(super) async fn page(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(group): Path<String>,
) -> Shown {
    let (group, fields) = fields_of(&visitor, &group)?;
    let held = held(&app, &visitor).await?;
    let text = |field: &FieldPath| held.get(field).map_or("", |held| held.value.as_str());
    let misfit = |field: &FieldPath| held.get(field).and_then(|held| held.unfit.as_ref());
    let inputs = fields.iter().map(|field| Input::of(visitor.words, *field, text(field), misfit(field))).collect();
    form(&app, &visitor, group, fields, inputs, false).await
}

async fn form(
    app: &App,
    visitor: &Visitor,
    group: &'static str,
    fields: Vec<FieldPath>,
    inputs: Vec<Input>,
    wrong: bool,
) -> Shown {
    let told = visitor.ask(app, WouldTell { fields }).await?.count;
    let page = visitor.page(app, "data", &format!("/data/group/{group}"));
    show(&Group { page, group, inputs, told, wrong })
}

/// What differs from before is one change; an input that was emptied empties its field.
pub(super) async fn save(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(group): Path<String>,
    posted: Posted,
) -> Shown {
    let (group, fields) = fields_of(&visitor, &group)?;
    let held = held(&app, &visitor).await?;
    let before = |field: &FieldPath| held.get(field).map_or("", |held| held.value.as_str());
    let (mut set, mut wrong) = (verbs::Set::default(), BTreeMap::new());
    for field in &fields {
        let text = posted.one(&field.to_string());
        match text {
            same if same == before(field) => {}
            "" => set.empty.push(*field),
            text => match typed(*field, text, &posted, &held) {
                Ok(value) => set.values.push((*field, value)),
                Err(misfit) => drop(wrong.insert(*field, misfit)),
            },
        }
    }
    if !wrong.is_empty() {
        let again = |field: &FieldPath| {
            let misfit: Option<&Misfit> = wrong.get(field);
            Input::of(visitor.words, *field, posted.one(&field.to_string()), misfit)
        };
        let inputs = fields.iter().map(again).collect();
        return form(&app, &visitor, group, fields, inputs, true).await;
    }
    if set.values.is_empty() && set.empty.is_empty() {
        visitor.notice(&app, visitor.words.say("group-same"));
        return go("/data");
    }
    let changed = visitor.ask(&app, set).await?;
    data::told_of(&app, &visitor, &changed)
}

/// What was typed for a field of a form, in its form.
pub(super) fn typed(field: FieldPath, text: &str, posted: &Posted, held: &Held) -> Result<Value, Misfit> {
    values::typed(field, text, home_of(field, posted, held))
}

/// The country that the form itself names, else the one that is held.
fn home_of(field: FieldPath, posted: &Posted, held: &Held) -> Option<Country> {
    let own = field.info().path.rsplit_once('.').map(|(of, _)| format!("{of}.country"));
    let of_form = own.and_then(|own| values::country(posted.one(&own)));
    let home = || held.get(&"address.country".parse().ok()?).and_then(|held| values::country(held.value.as_str()));
    of_form.or_else(home)
}

fn fields_of(visitor: &Visitor, group: &str) -> Result<(&'static str, Vec<FieldPath>), super::Fault> {
    let selector: Selector = visitor.parse(&format!("group:{group}"))?;
    let fields: Vec<FieldPath> = selector.fields().collect();
    let group = fields.first().map_or("", |field| field.info().group);
    Ok((group, data::by_hand(fields)))
}

pub(super) async fn held(app: &App, visitor: &Visitor) -> Result<Held, super::Fault> {
    Ok(visitor.ask(app, verbs::Fields {}).await?.into_iter().map(|held| (held.field, held)).collect())
}
