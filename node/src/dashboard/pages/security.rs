//! Locking, leaving, and the language. In: forms. Out: what holds from then on.

use askama::Template;
use axum::{Extension, extract::State, response::IntoResponse as _};

use super::{App, Page, Posted, Shown, Visitor, go, outside, show};
use crate::{
    dashboard::{elsewhere, place::Place, words::Language},
    person::verbs::ForgetDevice,
};

#[derive(Template)]
#[template(path = "security.html")]
struct Security {
    page: Page,
    sessions: u64,
    home: String,
    /// Is this a device of the person's elsewhere?
    away: bool,
    /// Can it be locked? What has no passkey could not be opened again.
    locks: bool,
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let (sessions, home) = (app.doors.count() as u64, app.home.display().to_string());
    let device = visitor.session.device.as_ref();
    let (away, locks) = (device.is_some(), device.is_none_or(|device| device.has_passkey));
    show(&Security { page: visitor.page(&app, "security", "/security"), sessions, home, away, locks })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    if posted.one("do") == "leave" {
        if let Some(device) = &visitor.session.device {
            // It is not let in any more: whoever finds it is nobody.
            visitor.ask(&app, ForgetDevice { device: device.id.to_string() }).await?;
            app.doors.leave(&visitor.pass, &visitor.session);
            let left = outside(visitor.words, "outside-device-left");
            return Ok(match elsewhere::set_cookie(&app, None) {
                Some(cookie) => ([cookie], left).into_response(),
                None => left,
            });
        }
        app.doors.leave(&visitor.pass, &visitor.session);
        return Ok(outside(visitor.words, "outside-left"));
    }
    app.doors.change(&visitor.pass, |session| {
        session.locked = session.device.as_ref().is_none_or(|device| device.has_passkey);
        session.preview = None;
    });
    go("/")
}

pub(super) async fn language(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let language = Language::from_code(posted.one("language"));
    app.doors.change(&visitor.pass, |session| session.language = language.or(session.language));
    go(Place::or_home(posted.one("back")).text())
}
