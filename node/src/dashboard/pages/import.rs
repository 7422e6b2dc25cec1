//! Import: a file is read; who in it is the person, what of it counts, what it would change and who would be told is shown;
//! and only then is it kept, as it was shown. In: a file of contacts or a table, the person's choices. Out: a preview, bound
//! by its digest; changed fields.
//!
//! What was read stays in the session for a while, and nowhere else.

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use askama::Template;
use axum::{
    Extension,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Query, Request, State},
};
use regie_protocol::Selector;

use super::{App, Page, Posted, Shown, Visitor, data, go, is_ours, show, strange_form};
use crate::{
    command::Failure,
    dashboard::{limits, session::Opened, words::Words},
    import::{self, Card, Sphere},
    person::verbs::{Chosen, ImportAlternative, ImportPreview, KeepImport, NotTaken, PreviewImport},
};

/// Contacts of a file that are listed at once.
const LISTED: usize = 50;

#[derive(Template)]
#[template(path = "import.html")]
struct Import {
    page: Page,
    error: Option<String>,
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    form(&app, &visitor, None)
}

fn form(app: &App, visitor: &Visitor, error: Option<String>) -> Shown {
    show(&Import { page: visitor.page(app, "data", "/import"), error })
}

#[derive(Template)]
#[template(path = "found.html")]
struct Found {
    page: Page,
    /// How many contacts the file holds.
    count: usize,
    /// Does it hold more than are read?
    more: bool,
    /// What was searched for among them.
    q: String,
    /// Those that are listed.
    people: Vec<OneOf>,
    /// The number of the contact that is shown, from 1 on.
    card: Option<usize>,
    shown: Option<ImportPreview>,
}

/// A contact as it is listed.
struct OneOf {
    number: usize,
    name: String,
    /// What tells it from another of the same name.
    besides: String,
}

/// Reads a file, and leads to what it holds. The form's token comes before the file.
pub(super) async fn read(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    mut request: Request,
) -> Shown {
    DefaultBodyLimit::apply(DefaultBodyLimit::max(limits::IMPORT_BYTES), &mut request);
    let (name, bytes) = match given(&app, &visitor, request).await {
        Ok(Some(given)) => given,
        Ok(None) => return Ok(strange_form(&visitor)),
        Err(failure) => return form(&app, &visitor, Some(failure.said(visitor.words.0))),
    };
    let Ok(_one) = app.finding.acquire().await else {
        return Err(visitor.fault(Failure::internal("the dashboard is stopping")));
    };
    let read = tokio::task::spawn_blocking(move || import::read(&name, &bytes)).await;
    match read.map_err(|error| visitor.fault(Failure::internal(error)))? {
        Ok(read) => {
            let opened = Arc::new(Opened { read, made: Instant::now() });
            app.doors.change(&visitor.pass, |session| session.opened = Some(opened));
            go("/import/preview")
        }
        Err(error) => form(&app, &visitor, Some(Failure::from(error).said(visitor.words.0))),
    }
}

/// The file of a form; none where the form is not one of ours.
async fn given(app: &App, visitor: &Visitor, request: Request) -> Result<Option<(String, Bytes)>, Failure> {
    let large = |error: axum::extract::multipart::MultipartError| match error.status().as_u16() {
        413 => import::ImportError::TooLarge(import::FILE_BYTES / 1024 / 1024).into(),
        _ => Failure::usage(error.body_text()),
    };
    let mut parts = Multipart::from_request(request, app).await.map_err(|error| Failure::usage(error.to_string()))?;
    let (mut ours, mut file) = (false, None);
    while let Some(part) = parts.next_field().await.map_err(large)? {
        match part.name() {
            Some("form") => ours = is_ours(visitor, &part.text().await.map_err(large)?),
            Some("file") if ours => {
                let name = part.file_name().unwrap_or_default().chars().take(200).collect::<String>();
                file = Some((name, part.bytes().await.map_err(large)?));
            }
            _ => {}
        }
    }
    Ok(file.filter(|_| ours))
}

/// What was asked of a preview.
#[derive(Default)]
struct Asked {
    card: Option<usize>,
    q: String,
    chosen: Chosen,
}

impl Asked {
    fn of<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut asked = Self::default();
        for (name, value) in pairs {
            match name {
                "card" => asked.card = value.parse().ok(),
                "q" => asked.q = value.chars().take(100).collect(),
                _ => {
                    let choice = name.strip_prefix("choose.").and_then(|of| of.parse::<Selector>().ok());
                    asked.chosen.extend(choice.zip(value.parse().ok()));
                }
            }
        }
        asked
    }

    /// Where the same is shown again.
    fn place(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.card.map(|card| ("card", card.to_string())));
        query.extend_pairs(self.chosen.iter().map(|(of, number)| (format!("choose.{of}"), number.to_string())));
        format!("/import/preview?{}", query.finish())
    }
}

/// Shows what the file holds; nothing is changed.
pub(super) async fn preview(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Shown {
    let Some(opened) = visitor.opened() else { return over(&app, &visitor) };
    let asked = Asked::of(pairs.iter().map(|(name, value)| (&**name, &**value)));
    let read = &opened.read;
    let number = asked.card.or((read.cards.len() == 1).then_some(1));
    let card = number.map(|number| read.one(Some(number))).transpose();
    let card = card.map_err(|error| visitor.fault(error.into()))?.cloned();
    let shown = match card {
        Some(card) => {
            let language = Some(visitor.words.0.code().to_owned());
            Some(visitor.ask(&app, PreviewImport { card, chosen: asked.chosen.clone(), language }).await?)
        }
        None => None,
    };
    let sought = asked.q.to_lowercase();
    let people = (1..).zip(&read.cards).filter(|(_, card)| card.name().to_lowercase().contains(&sought));
    let people = people.take(LISTED).map(|(number, card)| OneOf::new(number, card)).collect();
    let page = visitor.page(&app, "data", &asked.place());
    let (count, more, q) = (read.cards.len(), read.more, asked.q);
    show(&Found { page, count, more, q, people, card: number, shown })
}

/// Keeps what was ticked of what was shown; each supplier that may know it is told.
pub(super) async fn keep(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let Some(opened) = visitor.opened() else { return over(&app, &visitor) };
    let asked = Asked::of(posted.0.iter().map(|(name, value)| (&**name, &**value)));
    let take = posted.all("take");
    let take: BTreeSet<Selector> = take.iter().filter_map(|of| of.parse().ok()).collect();
    let take_own: BTreeSet<String> = posted.all("own").into_iter().collect();
    let kept_own = take_own.len();
    if take.is_empty() && take_own.is_empty() {
        visitor.notice(&app, visitor.words.say("import-nothing"));
        return go(&asked.place());
    }
    let card = opened.read.one(asked.card).map_err(|error| visitor.fault(error.into()))?.clone();
    let (chosen, preview) = (asked.chosen.clone(), posted.one("preview").to_owned());
    let language = Some(visitor.words.0.code().to_owned());
    let (take, take_own) = (Some(take), Some(take_own));
    let changed = match app.ask(KeepImport { card, chosen, take, take_own, language, preview }).await {
        Ok(changed) => changed,
        Err(failure) if failure.code == "preview_over" => {
            visitor.notice(&app, visitor.words.say("import-other"));
            return go(&asked.place());
        }
        Err(failure) => return Err(visitor.fault(failure)),
    };
    app.doors.change(&visitor.pass, |session| session.opened = None);
    visitor.notice(&app, visitor.words.count("import-done", &(changed.changed.len() + kept_own)));
    data::told_of(&app, &visitor, &changed)
}

/// What was read is not there any more.
fn over(app: &App, visitor: &Visitor) -> Shown {
    visitor.notice(app, visitor.words.say("import-over"));
    go("/import")
}

impl Visitor {
    /// The file that they look at.
    fn opened(&self) -> Option<Arc<Opened>> {
        self.session.opened.clone().filter(|opened| opened.holds())
    }
}

impl OneOf {
    fn new(number: usize, card: &Card) -> Self {
        let besides = ["email", "telephone", "address.locality"].into_iter().find_map(|field| card.first(field));
        Self { number, name: card.name().to_owned(), besides: besides.unwrap_or_default().to_owned() }
    }
}

impl Found {
    /// Is it the contact that is shown?
    fn is_shown(&self, one: &OneOf) -> bool {
        self.card == Some(one.number)
    }

    /// Why something is left out.
    fn why(&self, one: &NotTaken) -> String {
        one.why.said(self.page.t.0)
    }

    /// What a field or a group is called.
    fn name(&self, of: &Selector) -> String {
        self.page.t.selector(of)
    }

    fn sphere(&self, one: &ImportAlternative) -> Option<String> {
        match one.sphere {
            Sphere::Home => Some(self.page.t.say("found-home")),
            Sphere::Work => Some(self.page.t.say("found-work")),
            Sphere::Delivery => Some(self.page.t.say("found-delivery")),
            Sphere::Billing => Some(self.page.t.say("found-billing")),
            Sphere::Unsaid => None,
        }
    }
}

impl Words {
    fn selector(&self, of: &Selector) -> String {
        match of {
            Selector::Field(field) => self.name("field", field),
            Selector::Group(group) => self.name("group", group),
        }
    }

    /// What a file calls something, or the field or group that it was for.
    fn of_file(&self, what: &str) -> String {
        what.parse::<Selector>().map_or_else(|_| what.to_owned(), |of| self.selector(&of))
    }
}
