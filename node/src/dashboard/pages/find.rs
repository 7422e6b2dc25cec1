//! "Who has my data?": exports of a password manager and of a bank are read, what they tell of is shown, and what the person ticks is
//! entered. In: files, a password for them, ticks. Out: a preview in the session, for a while; organisations.
//!
//! A file is read and wiped while the request lasts. The preview holds names, domains, user names and what recurs.

use std::{sync::Arc, time::Instant};

use askama::Template;
use axum::{
    Extension,
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State},
};
use regie_protocol::calendar::Date;
use zeroize::Zeroizing;

use super::{App, Fault, Page, Posted, Shown, Visitor, go, is_ours, show, strange_form, who::Looks as _};
use crate::{
    command::Failure,
    dashboard::{limits, session::Preview, words::Words},
    find::{self, Contents, Finding, Rhythm},
    person::verbs::{
        Candidate, Certainty, ContractNews, EnterFindings, FindSuppliers, Organisations, PerhapsSame, ProposedContract,
        SameSupplier, ShownOrganisation,
    },
};

/// Organisations that are listed under the form.
const LISTED: usize = 500;

#[derive(Template)]
#[template(path = "find.html")]
struct Find {
    page: Page,
    /// What was found, by its place in the preview.
    found: Option<Groups>,
    organisations: Vec<ShownOrganisation>,
    total: usize,
    /// Those that may be suppliers, which the person says.
    perhaps: Vec<PerhapsSame>,
    error: Option<String>,
}

/// What a preview holds, as it is shown.
struct Groups {
    sure: Vec<Line>,
    unsure: Vec<Line>,
    known: Vec<Line>,
}

/// One organisation that was found.
struct Line {
    place: usize,
    name: String,
    why: String,
    domains: String,
    /// What its payments tell of contracts.
    contracts: Vec<String>,
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    shown(&app, &visitor, None).await
}

async fn shown(app: &App, visitor: &Visitor, error: Option<String>) -> Shown {
    let listed = Organisations { query: String::new(), offset: 0, limit: LISTED };
    let listed = visitor.ask(app, listed).await?;
    let found = visitor.session.preview.as_ref().filter(|preview| preview.holds()).map(|preview| {
        let lines = |certainty: Certainty| {
            let of = preview.candidates.iter().enumerate().filter(|(_, one)| one.certainty == certainty);
            of.map(|(place, one)| Line::of(place, one, visitor.words)).collect()
        };
        Groups { sure: lines(Certainty::Sure), unsure: lines(Certainty::Unsure), known: lines(Certainty::Known) }
    });
    let (organisations, total, perhaps) = (listed.items, listed.total, listed.perhaps_same);
    show(&Find { page: visitor.page(app, "suppliers", "/find"), found, organisations, total, perhaps, error })
}

/// Reads files and keeps what they tell of for the next look; nothing is entered yet. The form's token comes before the files.
pub(super) async fn read(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    mut request: Request,
) -> Shown {
    DefaultBodyLimit::apply(DefaultBodyLimit::max(limits::FIND_BYTES), &mut request);
    let Some(given) = given(&app, &visitor, request).await? else { return Ok(strange_form(&visitor)) };
    let Ok(_one) = app.finding.acquire().await else {
        return Err(visitor.fault(Failure::internal("the dashboard is stopping")));
    };
    let findings = match tokio::task::spawn_blocking(move || given.read().map(find::gather)).await {
        Ok(Ok(findings)) => findings,
        Ok(Err((name, failure))) => {
            let error = format!("{name}: {}", failure.said(visitor.words.0));
            return shown(&app, &visitor, Some(error)).await;
        }
        Err(error) => return Err(visitor.fault(Failure::internal(error))),
    };
    let candidates = visitor.ask(&app, FindSuppliers { findings }).await?.candidates;
    if candidates.is_empty() {
        return shown(&app, &visitor, Some(visitor.words.say("find-nothing"))).await;
    }
    let preview = Arc::new(Preview { candidates, made: Instant::now() });
    app.doors.change(&visitor.pass, |session| session.preview = Some(preview));
    go("/find")
}

/// Enters what was ticked, and forgets the rest.
pub(super) async fn enter(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let preview = app.doors.take_preview(&visitor.pass);
    let Some(preview) = preview.filter(|preview| preview.holds()) else {
        visitor.notice(&app, visitor.words.say("find-over"));
        return go("/find");
    };
    if posted.one("do") == "leave" {
        return go("/find");
    }
    let (ticked, also) = (posted.all("take"), posted.one("also") == "unsure");
    let is_ticked = |place: usize| ticked.iter().any(|one| one.parse() == Ok(place));
    let chosen = preview.candidates.iter().enumerate();
    let chosen: Vec<(usize, &Candidate)> =
        chosen.filter(|(place, one)| is_ticked(*place) || (also && one.certainty == Certainty::Unsure)).collect();
    let findings: Vec<Finding> = chosen.iter().map(|(_, one)| one.confirmed()).collect();
    let with_contract = posted.all("contract");
    let is_contract = |place: usize| with_contract.iter().any(|one| one.parse() == Ok(place));
    let contracts = (0..).zip(&chosen).filter(|(_, (place, _))| is_contract(*place)).map(|(at, _)| at).collect();
    let entered = match visitor.ask(&app, EnterFindings { findings, contracts }).await {
        Ok(entered) => entered,
        Err(fault) => {
            // What was found is there for another choice.
            app.doors.change(&visitor.pass, |session| session.preview = Some(preview));
            return Err(fault);
        }
    };
    let words = visitor.words;
    let said =
        [Some(words.count("find-entered", &entered.entered)), words.some("find-entered-contracts", entered.contracts)];
    visitor.notice(&app, said.into_iter().flatten().collect::<Vec<_>>().join(" "));
    go("/find")
}

/// The person's word on whether an organisation is a supplier.
pub(super) async fn same(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let word = |name: &str| posted.one(name).to_owned();
    let same = posted.one("same") == "yes";
    let (organisation, supplier) = (word("organisation"), word("supplier"));
    let one = visitor.ask(&app, SameSupplier { organisation, supplier: supplier.clone(), same }).await?;
    visitor.notice(&app, visitor.words.of(if same { "same-joined" } else { "same-two" }, &one.name));
    if same { go(&format!("/suppliers/{supplier}")) } else { go("/find") }
}

/// Files as they came, with the password for those that have one.
struct Given {
    files: Vec<(String, Zeroizing<Vec<u8>>)>,
    password: Option<Zeroizing<String>>,
}

impl Given {
    fn read(self) -> Result<Vec<Contents>, (String, Failure)> {
        let password = self.password.as_ref().map(|password| password.as_str());
        let one = |(name, bytes)| find::read(bytes, password).map_err(|error| (name, Failure::misread(error)));
        self.files.into_iter().map(one).collect()
    }
}

/// What a form brought; none where it is not one of ours.
async fn given(app: &App, visitor: &Visitor, request: Request) -> Result<Option<Given>, Fault> {
    let bad = |error: axum::extract::multipart::MultipartError| visitor.fault(Failure::usage(error.body_text()));
    let parts = Multipart::from_request(request, app).await;
    let mut parts = parts.map_err(|error| visitor.fault(Failure::usage(error.to_string())))?;
    let (mut ours, mut given) = (false, Given { files: Vec::new(), password: None });
    while let Some(mut part) = parts.next_field().await.map_err(bad)? {
        match part.name() {
            Some("form") => ours = is_ours(visitor, &part.text().await.map_err(bad)?),
            Some("password") if ours => {
                let password = Zeroizing::new(part.text().await.map_err(bad)?);
                given.password = Some(password).filter(|password| !password.is_empty());
            }
            Some("files") if ours && given.files.len() < limits::FIND_FILES => {
                let name = part.file_name().unwrap_or_default().chars().take(100).collect::<String>();
                let mut bytes = Zeroizing::new(Vec::new());
                while let Some(chunk) = part.chunk().await.map_err(bad)? {
                    bytes.extend_from_slice(&chunk);
                }
                // A field that was left empty comes as a file without a name.
                if !name.is_empty() || !bytes.is_empty() {
                    given.files.push((name, bytes));
                }
            }
            _ => {}
        }
    }
    Ok(Some(given).filter(|_| ours))
}

impl Line {
    fn of(place: usize, one: &Candidate, words: Words) -> Self {
        let finding = &one.finding;
        let login = match (finding.domains.is_empty(), finding.guess, finding.logins.first()) {
            (true, ..) => None,
            (false, true, _) => Some(words.say("find-app")),
            (false, false, Some(user)) => Some(words.of("find-login-as", user)),
            (false, false, None) => Some(words.say("find-login")),
        };
        let pays = finding.pays.iter().map(|paid| {
            let since = format!("{} {}", words.name("calendar", paid.since.month()), paid.since.year());
            match paid.rhythm {
                Rhythm::Monthly => words.of("find-pays-monthly", &since),
                Rhythm::Quarterly => words.of("find-pays-quarterly", &since),
                Rhythm::Yearly => words.of("find-pays-yearly", &since),
                Rhythm::Irregular => words.of("find-collects", &since),
            }
        });
        let why: Vec<String> = login.into_iter().chain(pays).collect();
        let domains: Vec<&str> = finding.domains.iter().map(find::Domain::as_str).collect();
        let contracts = one.contracts.iter().map(|contract| words.proposed(contract)).collect();
        Self { place, name: one.name.clone(), why: why.join(" "), domains: domains.join(", "), contracts }
    }
}

impl Words {
    /// A count, where there is something to count.
    fn some(&self, key: &str, count: usize) -> Option<String> {
        (count > 0).then(|| self.count(key, &count))
    }

    /// What payments tell of a contract.
    fn proposed(&self, of: &ProposedContract) -> String {
        let month = |day: Date| format!("{} {}", self.name("calendar", day.month()), day.year());
        let price = self.charge(&of.charge);
        match of.news {
            ContractNews::New if of.about => self.of("find-contract-about", &price),
            ContractNews::New => self.of("find-contract", &price),
            ContractNews::Price => self.of("find-contract-price", &price),
            ContractNews::Ended => self.of("find-contract-ended", &month(of.last)),
        }
    }
}
