//! Passkeys at the doors: one lets the person in; one is made by who is in. In: forms, answers of authenticators. Out: questions
//! for the browser's script, a session, a passkey that is kept. In a build without them there are no such pages.

use axum::Router;

use super::App;

#[cfg(not(feature = "passkeys"))]
pub(super) fn routes() -> Router<App> {
    Router::new()
}

#[cfg(feature = "passkeys")]
pub(super) use built::routes;

#[cfg(feature = "passkeys")]
mod built {
    use askama::Template;
    use axum::{
        Extension, Json,
        extract::{Path, State},
        http::{HeaderMap, StatusCode},
        response::{Html, IntoResponse as _, Redirect, Response},
        routing::{get, post},
    };

    use super::{App, Router};
    use crate::{
        dashboard::{
            Room, elsewhere, guard,
            pages::{
                add,
                enter::{self, Typed},
                plain,
            },
            passkeys::{Made, NotTaken},
            place::Place,
            session::Arrival,
            words::Words,
        },
        person::devices::HeldPasskey,
    };

    pub(in crate::dashboard::pages) fn routes() -> Router<App> {
        Router::new()
            .route("/passkey/begin", post(begin))
            .route("/passkey/in", post(come_in))
            .route("/passkey/add/{ticket}", get(page).post(make))
            .route("/passkey/add/{ticket}/begin", post(begin_making))
    }

    #[derive(Template)]
    #[template(path = "passkey.html")]
    struct MakePage {
        t: Words,
        ticket: String,
        name: String,
        error: Option<String>,
    }

    impl NotTaken {
        fn words(&self, t: Words) -> String {
            match self {
                Self::Gone => t.say("passkey-gone"),
                Self::Wrong(_) | Self::Unread => t.say("passkey-wrong"),
                Self::Already => t.say("passkey-already"),
                Self::Failed(failure) => t.failure(failure).0,
            }
        }

        fn status(&self) -> StatusCode {
            match self {
                Self::Gone => StatusCode::GONE,
                Self::Wrong(_) => StatusCode::UNAUTHORIZED,
                Self::Unread => StatusCode::BAD_REQUEST,
                Self::Already => StatusCode::CONFLICT,
                Self::Failed(_) => StatusCode::SERVICE_UNAVAILABLE,
            }
        }

        fn log(&self) {
            match self {
                Self::Wrong(error) => tracing::info!(%error, "a passkey was not taken"),
                Self::Failed(failure) => tracing::error!(code = failure.code, "a passkey could not be looked at"),
                Self::Gone | Self::Unread | Self::Already => {}
            }
        }
    }

    impl axum::response::IntoResponse for NotTaken {
        fn into_response(self) -> Response {
            self.log();
            self.status().into_response()
        }
    }

    async fn begin(State(app): State<App>, Extension(room): Extension<Room>) -> Result<Response, NotTaken> {
        Ok(Json(app.ask_to_show(room).await?).into_response())
    }

    /// A passkey was shown. A right one brings what the passphrase brings, as long as the node runs.
    async fn come_in(
        State(app): State<App>,
        Extension(t): Extension<Words>,
        Extension(room): Extension<Room>,
        headers: HeaderMap,
        typed: Typed,
    ) -> Response {
        let t = typed.words(t);
        let held = match app.shown(room, &typed.one("question"), &typed.one("answer")).await {
            Ok(held) => held,
            Err(not) => {
                not.log();
                let (words, status) = (not.words(t), not.status());
                return match room {
                    Room::Home => enter::again(&app, t, guard::host(&headers), &typed, words, status).await,
                    Room::Elsewhere => add::again(&app, t, &headers, &typed, words, status).await,
                };
            }
        };
        let arrival = typed.arrival(&app);
        match room {
            Room::Home => enter::come_in(&app, t, &headers, arrival, false),
            Room::Elsewhere => come_in_elsewhere(&app, t, &headers, arrival, held).await,
        }
    }

    /// The browser's own device is open again; a browser that lost what it was known by is its passkey's device from here on.
    async fn come_in_elsewhere(
        app: &App,
        t: Words,
        headers: &HeaderMap,
        arrival: Arrival,
        held: HeldPasskey,
    ) -> Response {
        let Arrival { to, kept, language } = arrival;
        let to = if kept.is_some() { Place::or_home("/kept") } else { to };
        let on = Redirect::to(to.text()).into_response();
        let known = match app.session_elsewhere(headers, true).await {
            Some((pass, _)) => Some((pass, None)),
            None => match add::renewed(app, headers, held.device).await {
                Ok(renewed) => renewed.map(|(pass, token)| (pass, Some(token))),
                Err(failure) => {
                    return plain(
                        StatusCode::SERVICE_UNAVAILABLE,
                        t,
                        t.say("fault-title"),
                        t.failure(&failure).0,
                        None,
                    );
                }
            },
        };
        let Some((pass, token)) = known else {
            return plain(StatusCode::GONE, t, t.say("fault-title"), t.say("passkey-gone"), None);
        };
        app.doors.change(&pass, |session| {
            session.locked = false;
            session.kept = kept.or(session.kept.take());
            session.language = language.or(session.language);
        });
        match token.and_then(|token| elsewhere::set_cookie(app, Some(&token))) {
            Some(cookie) => ([cookie], on).into_response(),
            None => on,
        }
    }

    async fn page(
        State(app): State<App>,
        Extension(t): Extension<Words>,
        Extension(room): Extension<Room>,
        headers: HeaderMap,
        Path(ticket): Path<String>,
    ) -> Response {
        if !app.has_ticket(room, &ticket) {
            return plain(StatusCode::GONE, t, t.say("fault-title"), t.say("passkey-gone"), None);
        }
        let name = add::name_of(&headers).unwrap_or_else(|| t.say("passkey-this-computer"));
        let page = MakePage { t, ticket, name, error: None };
        Html(page.render().unwrap_or_default()).into_response()
    }

    async fn begin_making(
        State(app): State<App>,
        Extension(room): Extension<Room>,
        Path(ticket): Path<String>,
    ) -> Result<Response, NotTaken> {
        Ok(Json(app.ask_to_make(room, &ticket).await?).into_response())
    }

    async fn make(
        State(app): State<App>,
        Extension(t): Extension<Words>,
        Extension(room): Extension<Room>,
        Path(ticket): Path<String>,
        typed: Typed,
    ) -> Response {
        let (question, answer, name) = (typed.one("question"), typed.one("answer"), typed.one("name"));
        let made = Made { ticket: &ticket, question: &question, answer: &answer, name: name.trim() };
        match app.make(room, &made).await {
            // At the door nobody has a session: the page of all passkeys is at the name.
            Ok(_) if room == Room::Home => {
                enter::arrive(t, &app.doors.link_to(&app.hosts, Arrival::at(Place::or_home("/devices"))))
            }
            Ok(_) => Redirect::to("/devices").into_response(),
            Err(not) => {
                not.log();
                let (error, status) = (Some(not.words(t)), not.status());
                let page = MakePage { t, ticket, name: name.to_string(), error };
                (status, Html(page.render().unwrap_or_default())).into_response()
            }
        }
    }
}
