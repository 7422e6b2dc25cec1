//! Letters to organisations without a companion: which there are, writing them, ways out, and the account that they leave by. In:
//! forms. Out: pages, drafts for a mail program, files for the post.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
};
use regie_protocol::FieldPath;
use serde::Deserialize;

use super::{App, Page, Posted, Shown, Visitor, Words, download, go, not_taken, show};
use crate::{
    command::Failure,
    letter::{About, Ground},
    mail::{Account, Password, Security},
    person::verbs::{
        self, HeldField, LetterList, LetterWay, LetterWords, SentBy, ShownLetter, ShownMailAccount, ShownOrganisation,
        WholeLetter,
    },
};

/// Letters on the page.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "letters.html")]
struct Letters {
    page: Page,
    list: LetterList,
    account: ShownMailAccount,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Letter {
    page: Page,
    letter: WholeLetter,
    /// By which a mail program begins with it, where that is short enough.
    begin: Option<String>,
    account: bool,
}

impl Letter {
    fn is_open(&self) -> bool {
        self.letter.shown.state != "sent"
    }

    fn is_for_mail(&self) -> bool {
        self.letter.shown.email.is_some()
    }

    fn has_pdf(&self) -> bool {
        cfg!(feature = "pdf")
    }

    fn plain(&self) -> String {
        self.letter.text.plain()
    }
}

#[derive(Template)]
#[template(path = "letter_write.html")]
struct Write {
    page: Page,
    organisations: Vec<ShownOrganisation>,
    fields: Vec<HeldField>,
    typed: Typed,
    error: Option<String>,
}

/// What stands in the form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    to: Vec<String>,
    about: String,
    fields: Vec<String>,
    documentation: String,
}

impl Typed {
    fn is(&self, about: &str) -> bool {
        self.about == about
    }

    fn has(&self, of: &[String], one: impl std::fmt::Display) -> bool {
        of.contains(&one.to_string())
    }
}

/// Whom the page begins with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Begin {
    to: String,
    about: String,
}

#[derive(Template)]
#[template(path = "mail_account.html")]
struct MailAccount {
    page: Page,
    account: ShownMailAccount,
    error: Option<String>,
}

impl MailAccount {
    fn is(&self, security: Security) -> bool {
        self.account.security.unwrap_or(Security::Tls) == security
    }
}

impl Words {
    /// How far a letter is, and since when.
    pub(super) fn letter_state(&self, of: &ShownLetter) -> String {
        let since = self.time(&of.since);
        match (of.state.as_str(), of.by) {
            ("sent", Some(by)) => {
                let key = match by {
                    SentBy::Post => "letters-sent-post",
                    SentBy::Email => "letters-sent-email",
                    SentBy::Form => "letters-sent-form",
                    SentBy::Account => "letters-sent-account",
                };
                self.of(key, &since)
            }
            (state, _) => self.of(&format!("letters-{state}"), &since),
        }
    }

    pub(super) fn letter_about(&self, about: &About) -> String {
        self.name("letters-about", about.code())
    }
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let list = visitor.ask(&app, verbs::Letters { limit: SHOWN, ..verbs::Letters::default() }).await?;
    let account = visitor.ask(&app, verbs::MailAccount {}).await?;
    show(&Letters { page: visitor.page(&app, "letters", "/letters"), list, account })
}

/// All letters that are written for e-mail.
pub(super) async fn send_all(State(app): State<App>, Extension(visitor): Extension<Visitor>, _: Posted) -> Shown {
    let queued = visitor.ask(&app, verbs::SendLetters { ids: Vec::new() }).await?;
    visitor.notice(&app, visitor.words.count("letters-queued-count", &queued.letters.len()));
    go("/letters")
}

pub(super) async fn one(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Shown {
    let letter = visitor.ask(&app, verbs::Letter { id }).await?;
    let account = visitor.ask(&app, verbs::MailAccount {}).await?.set;
    let (begin, path) = (letter.mailto().ok(), format!("/letters/{}", letter.shown.id));
    show(&Letter { page: visitor.page(&app, "letters", &path), letter, begin, account })
}

pub(super) async fn act(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    posted: Posted,
) -> Shown {
    let here = format!("/letters/{id}");
    let (said, to) = match posted.one("do") {
        "send" => {
            visitor.ask(&app, verbs::SendLetters { ids: vec![id] }).await?;
            ("letters-is-queued", here)
        }
        "hold" => {
            visitor.ask(&app, verbs::HoldLetter { id }).await?;
            ("letters-is-held", here)
        }
        "sent" => {
            let by = match posted.one("by") {
                "email" => SentBy::Email,
                "form" => SentBy::Form,
                _ => SentBy::Post,
            };
            visitor.ask(&app, verbs::LetterSent { id, by }).await?;
            ("letters-is-sent", here)
        }
        "remove" => {
            visitor.ask(&app, verbs::RemoveLetter { id }).await?;
            ("letters-removed", "/letters".to_owned())
        }
        _ => return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
    };
    visitor.notice(&app, visitor.words.say(said));
    go(&to)
}

pub(super) async fn draft(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Shown {
    let letter = visitor.ask(&app, verbs::Letter { id }).await?;
    let bytes = letter.eml().map_err(|failure| visitor.fault(failure))?;
    download(&format!("regie-{}.eml", letter.shown.id), "message/rfc822", bytes)
}

/// For the post; builds without `pdf` say how to get it.
pub(super) async fn pdf(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Shown {
    let letter = visitor.ask(&app, verbs::Letter { id }).await?;
    #[cfg(feature = "pdf")]
    let made = letter.pdf();
    #[cfg(not(feature = "pdf"))]
    let made: Result<Vec<u8>, Failure> =
        Err(Failure::usage("this build makes no PDF; use one with the feature `pdf`, or print the text"));
    let bytes = made.map_err(|failure| visitor.fault(failure))?;
    download(&format!("regie-{}.pdf", letter.shown.id), "application/pdf", bytes)
}

pub(super) async fn write(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(begin): Query<Begin>,
) -> Shown {
    let to = Some(begin.to).filter(|to| !to.is_empty()).into_iter().collect();
    form(&app, &visitor, Typed { to, about: begin.about, ..Typed::default() }, None).await
}

pub(super) async fn written(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let typed = Typed {
        to: posted.all("to"),
        about: posted.one("about").to_owned(),
        fields: posted.all("field"),
        documentation: posted.one("documentation").to_owned(),
    };
    let about = match words(&visitor, &typed, &posted) {
        Ok(about) => about,
        Err(failure) => return again(&app, &visitor, typed, &failure).await,
    };
    let way = match posted.one("way") {
        "email" => Some(LetterWay::Email),
        "post" => Some(LetterWay::Post),
        _ => None,
    };
    let write = verbs::WriteLetters { to: typed.to.clone(), about, way, language: posted.some("language") };
    match app.ask(write).await {
        Ok(written) => {
            let mut said = visitor.words.count("letters-written-count", &written.letters.len());
            for left_out in &written.left_out {
                said.push_str(&format!(" {}: {}.", left_out.organisation, left_out.why));
            }
            visitor.notice(&app, said);
            match &written.letters[..] {
                [one] => go(&format!("/letters/{}", one.id)),
                _ => go("/letters"),
            }
        }
        // What was typed stays in the form, with the reason above it.
        Err(failure) => again(&app, &visitor, typed, &failure).await,
    }
}

fn words(visitor: &Visitor, typed: &Typed, posted: &Posted) -> Result<LetterWords, Failure> {
    let fields = || {
        typed.fields.iter().map(|field| crate::command::parse::<FieldPath>(field)).collect::<Result<BTreeSet<_>, _>>()
    };
    Ok(match typed.about.as_str() {
        "access" => LetterWords::Access,
        "rectification" => LetterWords::Rectification { fields: fields()? },
        "erasure" => LetterWords::Erasure,
        "restriction" => {
            let ground = Ground::ALL.into_iter().find(|ground| ground.code() == posted.one("ground"));
            LetterWords::Restriction { ground: ground.unwrap_or(Ground::Contested) }
        }
        "portability" => LetterWords::Portability,
        "objection" => LetterWords::Objection,
        "changed" => LetterWords::Changed { fields: fields()? },
        "invitation" => LetterWords::Invitation { documentation: typed.documentation.clone() },
        _ => return Err(Failure::usage(visitor.words.say("fault-form"))),
    })
}

async fn again(app: &App, visitor: &Visitor, typed: Typed, failure: &Failure) -> Shown {
    form(app, visitor, typed, Some(failure.said(visitor.words.0))).await
}

async fn form(app: &App, visitor: &Visitor, typed: Typed, error: Option<String>) -> Shown {
    let all = verbs::Organisations { query: String::new(), offset: 0, limit: usize::MAX };
    let mut organisations = visitor.ask(app, all).await?.items;
    // Who has a companion is told by it.
    organisations.retain(|one| one.supplier.is_none() || typed.has(&typed.to, one.id));
    let fields = visitor.ask(app, verbs::Fields {}).await?;
    show(&Write { page: visitor.page(app, "letters", "/letters/write"), organisations, fields, typed, error })
}

pub(super) async fn account(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    of_account(&app, &visitor, None).await
}

pub(super) async fn change_account(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    posted: Posted,
) -> Shown {
    let done = match posted.one("do") {
        "remove" => app.ask(verbs::RemoveMailAccount {}).await.map(|_| "mail-removed"),
        "try" => app.ask(verbs::TryMailAccount {}).await.map(|_| "mail-works"),
        _ => app.ask(verbs::SetMailAccount { account: typed_account(&posted) }).await.map(|_| "mail-kept"),
    };
    match done {
        Ok(said) => {
            visitor.notice(&app, visitor.words.say(said));
            go("/letters/account")
        }
        Err(failure) => of_account(&app, &visitor, Some(failure.said(visitor.words.0))).await.map(not_taken),
    }
}

fn typed_account(posted: &Posted) -> Account {
    let security = match posted.one("security") {
        "start_tls" => Security::StartTls,
        "none" => Security::None,
        _ => Security::Tls,
    };
    let password = Some(posted.raw("password").to_owned()).filter(|password| !password.is_empty());
    Account {
        server: posted.one("server").to_owned(),
        port: posted.one("port").parse().unwrap_or(0),
        security,
        user: posted.some("user"),
        password: password.map(Password::new),
        address: posted.one("address").to_owned(),
    }
}

async fn of_account(app: &App, visitor: &Visitor, error: Option<String>) -> Shown {
    let account = visitor.ask(app, verbs::MailAccount {}).await?;
    show(&MailAccount { page: visitor.page(app, "letters", "/letters/account"), account, error })
}
