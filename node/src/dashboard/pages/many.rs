//! Many suppliers by one page of links: each is looked at, and those that the person ticks are paired with. In: links, one a
//! line; ticks. Out: what came of each line, as it comes; without JavaScript the page is loaded again by a link.

use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::{Extension, extract::State};
use regie_protocol::Agreement;

use super::{App, Page, Posted, Shown, Visitor, go, show};
use crate::{
    dashboard::{Dashboard, words::Words},
    person::verbs::{LINKS_AT_ONCE, LinkLine, LinkState, LookMany, PairMany, Proffer, links},
};

/// Links that somebody gave, and how far they are.
pub(in crate::dashboard) struct Many {
    links: Vec<String>,
    inside: Mutex<Inside>,
}

#[derive(Clone, Default)]
struct Inside {
    lines: Vec<LinkLine>,
    /// How many are being looked at or paired with, and how many of them it has been.
    of: usize,
    done: usize,
    /// What stopped it.
    stopped: Option<String>,
}

#[derive(Template)]
#[template(path = "many.html")]
struct ManyPage {
    page: Page,
    /// What was typed, where it can't be read.
    typed: String,
    error: Option<String>,
    shown: Option<Inside>,
    most: usize,
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let shown = visitor.session.many.as_ref().map(|many| many.inside().clone());
    form(&app, &visitor, String::new(), None, shown)
}

fn form(app: &App, visitor: &Visitor, typed: String, error: Option<String>, shown: Option<Inside>) -> Shown {
    let page = visitor.page(app, "suppliers", "/pair/many");
    show(&ManyPage { page, typed, error, shown, most: crate::person::verbs::LINKS })
}

/// Begins to look at links, pairs with those that were ticked, or begins anew.
pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    match posted.one("do") {
        "pair" => {
            if let Some(many) = visitor.session.many.clone().filter(|many| !many.inside().runs()) {
                let agreement = visitor.ask(&app, Proffer { agreement: None }).await?.agreement;
                let ticked: Vec<usize> = posted.all("take").iter().filter_map(|at| at.parse().ok()).collect();
                let vouched = posted.one("vouch") == "yes";
                let chosen = many.choose(&ticked);
                tokio::spawn(async move { many.pair(&app, chosen, agreement, vouched).await });
            }
        }
        "again" => drop(app.doors.change(&visitor.pass, |session| session.many = None)),
        _ => {
            let links = match links(posted.raw("links")) {
                Ok(links) => links,
                Err(failure) => {
                    let error = Some(failure.said(visitor.words.0));
                    return form(&app, &visitor, posted.raw("links").to_owned(), error, None);
                }
            };
            let inside = Mutex::new(Inside { of: links.len(), ..Inside::default() });
            let many = Arc::new(Many { links, inside });
            app.doors.change(&visitor.pass, |session| session.many = Some(many.clone()));
            tokio::spawn(async move { many.look(&app).await });
        }
    }
    go("/pair/many")
}

impl Many {
    async fn look(&self, app: &Dashboard) {
        for part in self.links.chunks(LINKS_AT_ONCE) {
            match app.ask(LookMany { links: part.to_vec() }).await {
                Ok(lines) => {
                    let mut inside = self.inside();
                    inside.done += lines.len();
                    inside.lines.extend(lines);
                }
                Err(failure) => return self.inside().stopped = Some(failure.message),
            }
        }
    }

    /// Those of the ticked lines that can be paired with; they are under way from now on.
    fn choose(&self, ticked: &[usize]) -> Vec<usize> {
        let mut inside = self.inside();
        let is_new = |at: &usize| inside.lines.get(*at).is_some_and(|line| line.state == LinkState::New);
        let chosen: Vec<usize> = ticked.iter().copied().filter(is_new).collect();
        (inside.of, inside.done) = (chosen.len(), 0);
        chosen
    }

    async fn pair(&self, app: &Dashboard, chosen: Vec<usize>, agreement: Agreement, vouched: bool) {
        for part in chosen.chunks(LINKS_AT_ONCE) {
            let links = part.iter().filter_map(|at| self.links.get(*at).cloned()).collect();
            match app.ask(PairMany { links, agreement, vouched }).await {
                Ok(lines) => {
                    let mut inside = self.inside();
                    inside.done += lines.len();
                    for (at, line) in part.iter().zip(lines) {
                        if let Some(own) = inside.lines.get_mut(*at) {
                            own.came(line);
                        }
                    }
                }
                Err(failure) => return self.inside().stopped = Some(failure.message),
            }
        }
    }

    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        // Nothing in here can be left half done, so a panic elsewhere does not spoil it.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    /// Is something under way?
    fn runs(&self) -> bool {
        self.done < self.of && self.stopped.is_none()
    }

    fn count(&self, of: LinkState) -> usize {
        self.lines.iter().filter(|line| line.state == of).count()
    }

    fn fresh(&self) -> usize {
        self.count(LinkState::New)
    }

    fn paired(&self) -> usize {
        self.count(LinkState::Paired)
    }

    fn failed(&self) -> usize {
        self.count(LinkState::Failed) + self.count(LinkState::OtherTerms)
    }
}

impl LinkLine {
    fn is_new(&self) -> bool {
        self.state == LinkState::New
    }

    /// A name for it: the supplier's, or the end of the link.
    fn called(&self) -> String {
        let end = || {
            let end: Vec<char> = self.link.chars().rev().take(24).collect();
            format!("…{}", end.into_iter().rev().collect::<String>())
        };
        self.name.clone().unwrap_or_else(end)
    }

    fn why(&self, words: &Words) -> Option<String> {
        let code = self.code.as_ref().map(|code| format!("failure-{}", code.replace('_', "-")));
        let known = code.and_then(|key| words.0.message(&key, None));
        let said = self.why.as_ref().map(|why| why.said(words.0));
        match self.state {
            LinkState::OtherTerms => Some(words.say("many-other-terms")),
            _ => said.filter(|_| known.is_none() || self.code.as_deref() == Some("bad_argument")).or(known),
        }
    }
}
