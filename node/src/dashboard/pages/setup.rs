//! The first run, in four steps: a name, a passphrase with the recovery phrase, defaults, the first supplier; or a node that
//! was there before, from `again.rs`. In: forms. Out: a home with a node that runs, and its pages. Each step can be
//! skipped; a skipped passphrase is made of six random words and shown, since no store is ever without one.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
};
use regie_protocol::RootSeed;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{App, Page, Posted, Shown, Visitor, go, show};
use crate::{
    clock,
    command::Failure,
    dashboard::{Beginning, Begun, limits},
    person::verbs::{Me, Policy},
    store::Passphrase,
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct At {
    step: u64,
}

#[derive(Template)]
#[template(path = "setup.html")]
struct Setup {
    page: Page,
    step: u64,
    error: Option<String>,
    presets: [&'static str; 3],
}

#[derive(Template)]
#[template(path = "phrase.html")]
struct Phrase {
    page: Page,
    words: Vec<String>,
    /// A passphrase that was made for the person.
    made: Option<String>,
}

pub(super) async fn page(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(at): Query<At>,
) -> Shown {
    // The first two steps are over once there is a node, the last two need one.
    let step = match (at.step, app.node.get().is_some()) {
        (0..=1, false) => 1,
        (_, false) => 2,
        (step, true) => step.clamp(3, 4),
    };
    step_page(&app, &visitor, step, None)
}

fn step_page(app: &App, visitor: &Visitor, step: u64, error: Option<String>) -> Shown {
    let page = visitor.page(app, "", &format!("/setup?step={step}"));
    show(&Setup { page, step, error, presets: ["careful", "balanced", "open"] })
}

pub(super) async fn step(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let skipped = posted.one("do") == "skip";
    match posted.one("step") {
        "1" => {
            let name = posted.some("name").filter(|_| !skipped);
            app.doors.change(&visitor.pass, |session| session.name = name);
            go("/setup?step=2")
        }
        "2" => passphrase(&app, &visitor, &posted, skipped).await,
        "3" => {
            if !skipped {
                let preset = Some(visitor.parse(posted.one("preset"))?);
                visitor.ask(&app, Policy { preset }).await?;
            }
            go("/setup?step=4")
        }
        _ => go("/"),
    }
}

async fn passphrase(app: &App, visitor: &Visitor, posted: &Posted, skipped: bool) -> Shown {
    if app.node.get().is_some() {
        return go("/setup?step=3");
    }
    let made = skipped.then(six_words);
    let chosen = match &made {
        Some(made) => Ok(Zeroizing::new(made.clone())),
        None => chosen(visitor, posted),
    };
    let chosen = match chosen {
        Ok(chosen) => chosen,
        Err(why) => return step_page(app, visitor, 2, Some(why)),
    };
    let begun = begin(app, visitor, Beginning::New, &chosen).await.map_err(|f| visitor.fault(f))?;
    let Some(phrase) = begun.and_then(|begun| begun.phrase) else { return go("/setup?step=3") };
    if let Some(name) = visitor.session.name.clone() {
        visitor.ask(app, Me { name: Some(name) }).await?;
    }
    let words = phrase.split(' ').map(str::to_owned).collect();
    show(&Phrase { page: visitor.page(app, "", "/setup?step=3"), words, made })
}

/// A passphrase that was typed twice, or what is wrong with it.
pub(super) fn chosen(visitor: &Visitor, posted: &Posted) -> Result<Zeroizing<String>, String> {
    let chosen = Zeroizing::new(posted.raw("passphrase").to_owned());
    if chosen.chars().count() < limits::PASSPHRASE_CHARS {
        return Err(visitor.words.count("setup-passphrase-short", &(limits::PASSPHRASE_CHARS as u64)));
    }
    if *chosen != *posted.raw("again") {
        return Err(visitor.words.say("export-differ"));
    }
    Ok(chosen)
}

/// Makes the home and starts its node; none where there is one already.
pub(super) async fn begin(
    app: &App,
    visitor: &Visitor,
    beginning: Beginning,
    passphrase: &str,
) -> Result<Option<Begun>, Failure> {
    let Some(starter) = &app.starter else { return Ok(None) };
    // One at a time: two tabs must not make two homes.
    let _turn = app.trying.acquire().await.map_err(Failure::internal)?;
    if app.node.get().is_some() {
        return Ok(None);
    }
    let begun = starter(beginning, Passphrase::new(passphrase.to_owned())).await?;
    let _ = app.node.set(begun.desk.clone());
    // From here on idleness counts; a pause before this step must not ask for a passphrase now.
    app.doors.change(&visitor.pass, |session| session.locked = false);
    Ok(Some(begun))
}

/// 66 bits, as words that can be typed.
fn six_words() -> String {
    let seed = RootSeed::from_entropy(clock::random());
    let phrase = seed.phrase().unwrap_or_default();
    phrase.split(' ').take(6).collect::<Vec<_>>().join(" ")
}
