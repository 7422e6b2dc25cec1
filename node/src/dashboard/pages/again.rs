//! The first run of somebody who had a node before: from a backup, or from the 24 words. In: a file or words, and a
//! passphrase. Out: a home with a node that runs; what came back and what did not is said.

use askama::Template;
use axum::{
    Extension,
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State},
};
use regie_protocol::RootSeed;
use zeroize::Zeroizing;

use super::{
    App, Page, Posted, Shown, Visitor, go, is_ours,
    setup::{begin, chosen},
    show, strange_form,
};
use crate::{
    command::{Failure, exit},
    dashboard::{Beginning, limits},
    person::Back,
};

#[derive(Template)]
#[template(path = "backup.html")]
struct BackupPage {
    page: Page,
    error: Option<String>,
    /// Largest file, in MiB.
    most: u64,
}

#[derive(Template)]
#[template(path = "words.html")]
struct WordsPage<'a> {
    page: Page,
    error: Option<String>,
    typed: &'a str,
}

pub(super) async fn backup(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    backup_page(&app, &visitor, None)
}

fn backup_page(app: &App, visitor: &Visitor, error: Option<String>) -> Shown {
    if app.node.get().is_some() {
        return go("/setup?step=3");
    }
    let most = (limits::BACKUP_BYTES / (1024 * 1024)) as u64;
    show(&BackupPage { page: visitor.page(app, "", "/setup/backup"), error, most })
}

/// Restores a backup. The form's token comes before the file.
pub(super) async fn restore(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    mut request: Request,
) -> Shown {
    DefaultBodyLimit::apply(DefaultBodyLimit::max(limits::BACKUP_BYTES), &mut request);
    let large = || backup_page(&app, &visitor, Some(visitor.words.say("again-large")));
    let Ok(mut parts) = Multipart::from_request(request, &app).await else { return large() };
    let (mut ours, mut file, mut passphrase) = (false, Vec::new(), Zeroizing::new(String::new()));
    loop {
        let part = match parts.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(_) => return large(),
        };
        match part.name() {
            Some("form") => ours = part.text().await.is_ok_and(|form| is_ours(&visitor, &form)),
            Some("passphrase") if ours => passphrase = Zeroizing::new(part.text().await.unwrap_or_default()),
            Some("file") if ours => match part.bytes().await {
                Ok(bytes) => file = bytes.to_vec(),
                Err(_) => return large(),
            },
            _ => {}
        }
    }
    if !ours {
        return Ok(strange_form(&visitor));
    }
    match begin(&app, &visitor, Beginning::Backup(file), &passphrase).await {
        Ok(begun) => {
            let said = match begun.and_then(|begun| begun.back) {
                Some(Back::Moved { live }) => visitor.words.count("again-moved", &(live as u64)),
                Some(Back::Restored { ended }) => visitor.words.count("again-restored", &(ended as u64)),
                None => visitor.words.count("again-restored", &0),
            };
            visitor.notice(&app, said);
            go("/")
        }
        Err(failure) if failure.exit == exit::LOCKED => {
            backup_page(&app, &visitor, Some(visitor.words.say("again-locked")))
        }
        Err(failure) if failure.exit == exit::USAGE => {
            backup_page(&app, &visitor, Some(visitor.words.say("again-not-backup")))
        }
        Err(failure) => Err(visitor.fault(failure)),
    }
}

pub(super) async fn words(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    words_page(&app, &visitor, None, "")
}

fn words_page(app: &App, visitor: &Visitor, error: Option<String>, typed: &str) -> Shown {
    if app.node.get().is_some() {
        return go("/setup?step=3");
    }
    show(&WordsPage { page: visitor.page(app, "", "/setup/words"), error, typed })
}

/// Begins with the identity of the words, and nothing else.
pub(super) async fn from_words(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    posted: Posted,
) -> Shown {
    let typed = Zeroizing::new(posted.one("words").to_lowercase());
    let Ok(seed) = RootSeed::from_phrase(&typed) else {
        return words_page(&app, &visitor, Some(visitor.words.say("again-not-words")), &typed);
    };
    let passphrase = match chosen(&visitor, &posted) {
        Ok(passphrase) => passphrase,
        Err(why) => return words_page(&app, &visitor, Some(why), &typed),
    };
    let begun: Result<_, Failure> = begin(&app, &visitor, Beginning::Words(seed), &passphrase).await;
    begun.map_err(|failure| visitor.fault(failure))?;
    visitor.notice(&app, visitor.words.say("again-identity"));
    go("/setup?step=3")
}
