//! How the person is told, outside of these pages, that something waits. In: forms, a browser that wants to be told. Out: the page,
//! with how each way goes; the worker that shows what comes to a browser.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};

use super::{App, Page, Posted, Shown, Visitor, asset, go, not_taken, show};
use crate::{
    command::{Failure, parse},
    dashboard::words::{Language, Words},
    notice::{Browser, Minute, Quiet, ShownSettings, Trouble, WaitsFor, Way},
    person::verbs::{AddBrowser, Notices, RemoveBrowsers, SetNotices, ShownNotices, ShownWay, TryNotice},
};

#[derive(Template)]
#[template(path = "told.html")]
struct Told {
    page: Page,
    notices: ShownNotices,
    error: Option<String>,
}

impl Told {
    fn way(&self, way: Way) -> Option<&ShownWay> {
        self.notices.ways.iter().find(|shown| shown.way == way)
    }

    fn is_on(&self, way: Way) -> bool {
        self.way(way).is_some_and(|shown| shown.on)
    }

    fn is_at_once(&self, what: &WaitsFor) -> bool {
        self.notices.settings.at_once.contains(what)
    }
}

impl Words {
    fn trouble(&self, trouble: &Trouble) -> String {
        trouble.said(self.0)
    }
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    told(&app, &visitor, None).await
}

async fn told(app: &App, visitor: &Visitor, error: Option<String>) -> Shown {
    let notices = visitor.ask(app, Notices {}).await?;
    show(&Told { page: visitor.page(app, "security", "/told"), notices, error })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let done = match (posted.one("do"), Way::from_code(posted.one("way"))) {
        ("try", Some(way)) => app.ask(TryNotice { way }).await.map(|_| "told-tried"),
        ("forget", _) => app.ask(RemoveBrowsers {}).await.map(|_| "told-saved"),
        _ => match typed(&visitor, &posted) {
            Ok(settings) => app.ask(SetNotices { settings }).await.map(|_| "told-saved"),
            Err(failure) => Err(failure),
        },
    };
    match done {
        Ok(said) => {
            visitor.notice(&app, visitor.words.say(said));
            go("/told")
        }
        Err(failure) => told(&app, &visitor, Some(in_words(visitor.words, &failure))).await.map(not_taken),
    }
}

/// What the page says of what was not done.
fn in_words(words: Words, failure: &Failure) -> String {
    let trouble = failure.code.strip_prefix("notice_").and_then(|code| {
        let own = Trouble::ALL.into_iter();
        let all = own.chain(crate::mail::Trouble::ALL.map(Trouble::Mail));
        // What was said in English tells a server's trouble from the mail server's.
        all.into_iter().find(|one| one.code() == code && one.said(Language::English) == failure.message)
    });
    match (trouble, failure.code.as_str()) {
        (Some(trouble), _) => trouble.said(words.0),
        (None, "bad_argument") => words.say("told-unfit"),
        (None, "no_mail_account") => Trouble::NoAccount.said(words.0),
        (None, _) => failure.said(words.0),
    }
}

fn typed(visitor: &Visitor, posted: &Posted) -> Result<ShownSettings, Failure> {
    let time = |name: &str| parse::<Minute>(posted.one(name));
    let all = posted.all("at_once");
    let at_once: BTreeSet<WaitsFor> =
        WaitsFor::ALL.into_iter().filter(|what| all.iter().any(|code| code == what.code())).collect();
    Ok(ShownSettings {
        language: visitor.words.0.code().to_owned(),
        names: posted.one("names") == "yes",
        quiet: Quiet { from: time("from")?, to: time("to")? },
        daily: time("daily")?,
        at_once,
        desktop: posted.one("desktop") == "on",
        email: posted.one("email") == "on",
        webhook: posted.some("webhook"),
    })
}

pub(super) async fn add_browser(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    posted: Posted,
) -> Shown {
    let of = |name: &str| posted.one(name).to_owned();
    let device = visitor.session.device.as_ref().map(|device| device.id);
    let browser = Browser { endpoint: of("endpoint"), p256dh: of("p256dh"), auth: of("auth"), device };
    match app.ask(AddBrowser { browser }).await {
        Ok(_) => {
            visitor.notice(&app, visitor.words.say("told-saved"));
            go("/told")
        }
        Err(failure) => told(&app, &visitor, Some(in_words(visitor.words, &failure))).await.map(not_taken),
    }
}

/// The worker, at the top of the site: it shows notices for all of it.
pub(super) async fn worker() -> Response {
    asset(Path("worker.js".to_owned())).await
}
