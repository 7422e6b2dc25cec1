//! The company's page of keys, and of what needs a second one's word. In: visits with an API key, as `console` lets them in; a form.
//! Out: pages; a key with its text, once; a key that is ended; a yes or a no.
//!
//! What the key may not do the page does not show, and a form that comes all the same is refused. As on the page of the market the form
//! needs no token.

use std::collections::BTreeSet;

use askama::Template;
use axum::{Form, extract::State, response::Response};

use super::{
    Api,
    approvals::{self, Approval},
    console::show,
    keys::{self, Key, NewKey},
    problem::Problem,
    seat::{Seat, Typed, one, status},
};
use crate::{
    command::{Failure, parse},
    driver::Turn,
    supplier::{Companion, keys::Caller, names, scopes::Scope},
    web::words::Words,
};

#[derive(Template)]
#[template(path = "console_keys.html")]
struct KeysPage {
    t: Words,
    at: String,
    view: View,
    /// What a form led to.
    done: Done,
}

struct View {
    /// May this key make and end keys?
    admin: bool,
    /// May it agree to something?
    approve: bool,
    scopes: Vec<&'static str>,
    keys: Vec<Key>,
    waiting: Vec<Approval>,
}

/// What a form led to.
#[derive(Default)]
struct Done {
    /// The text of the key that it made.
    key: Option<String>,
    /// Why it led to nothing.
    wrong: Option<String>,
}

pub(super) async fn page(State(api): State<Api>, seat: Seat) -> Result<Response, Problem> {
    shown(&api, &seat, Done::default()).await
}

/// Makes or ends a key, or says a second one's word; then the page again, with what came of it.
pub(super) async fn act(State(api): State<Api>, seat: Seat, Form(typed): Form<Typed>) -> Result<Response, Problem> {
    let Some(bearer) = seat.bearer(&api) else { return seat.entrance() };
    let needs = if one(&typed, "do").starts_with("key-") { Scope::Admin } else { Scope::Approve };
    let acted = api.change(bearer.needs(needs), move |companion, caller, turn| run(companion, &caller, &typed, turn));
    let done = match acted.await {
        Ok(key) => Done { key, wrong: None },
        Err(problem) if problem.status < 500 => Done { key: None, wrong: Some(problem.detail) },
        Err(problem) => return Err(problem),
    };
    shown(&api, &seat, done).await
}

async fn shown(api: &Api, seat: &Seat, done: Done) -> Result<Response, Problem> {
    let page = |view| show(status(done.wrong.is_some()), &KeysPage { t: seat.t, at: seat.at(), view, done });
    seat.shown(api, look, page).await
}

fn look(companion: &mut Companion, caller: Caller) -> Result<View, Failure> {
    let admin = caller.may(Scope::Admin).is_ok();
    let mut keys = if admin { keys::all(companion, caller.world)? } else { Vec::new() };
    keys.retain(|key| key.revoked_at.is_none());
    let newest = companion.newest_approvals(caller.world)?;
    let shown = newest.iter().map(|(id, one)| approvals::view(companion, id, one));
    let waiting = shown.filter(|one| one.state == "pending").collect();
    let approve = caller.may(Scope::Approve).is_ok();
    Ok(View { admin, approve, scopes: caller.scopes.names().collect(), keys, waiting })
}

/// Does what a form says; the text of a key comes out where it made one.
fn run(companion: &mut Companion, caller: &Caller, typed: &Typed, turn: &mut Turn) -> Result<Option<String>, Failure> {
    match one(typed, "do") {
        "key-create" => {
            let wanted = new_key(typed).wanted(caller.world)?;
            Ok(Some(companion.create_key(wanted, Some(caller), turn)?.1))
        }
        "key-revoke" => {
            let key = companion.one_key(caller.world, &parse(one(typed, "key"))?)?;
            companion.revoke_key(&key.id, turn)?;
            Ok(None)
        }
        answer @ ("approved" | "refused") => {
            let id: names::Approval = parse(one(typed, "approval"))?;
            companion.answer_approval(caller, &id, answer == "approved", turn)?;
            Ok(None)
        }
        _ => Err(Failure::usage("this form says nothing that can be done here; take the page once more")),
    }
}

fn new_key(typed: &Typed) -> NewKey {
    let scopes: BTreeSet<String> =
        typed.iter().filter(|(name, _)| name == "scope").map(|(_, scope)| scope.clone()).collect();
    let day = one(typed, "expires");
    let from = one(typed, "from").split([',', ' ']).filter(|text| !text.is_empty()).map(str::to_owned).collect();
    NewKey {
        name: one(typed, "name").to_owned(),
        scopes,
        expires_at: Some(format!("{day}T00:00:00Z")).filter(|_| !day.is_empty()),
        from,
    }
}
