//! The requests that wait for the person's word. In: what waits, what the person holds, forms. Out: cards that show what would go,
//! decisions, and values that were missing.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{Extension, extract::State};
use regie_protocol::{FieldPath, Nonce, several};

use super::{
    App, Page, Posted, Shown, Visitor, go,
    group::{Held, held, typed},
    inputs::Input,
    show,
    suppliers::selectors,
    who::Looks as _,
};
use crate::{
    command::{Failure, Misfit, Remember},
    person::verbs::{self, Decide, DecideProcessor, Overview, PersonOverview, RequestGroup},
};

/// So much of a value stands on a card.
const SHOWN: usize = 80;

#[derive(Template)]
#[template(path = "requests.html")]
struct Requests {
    page: Page,
    overview: PersonOverview,
    cards: Vec<Card>,
}

/// One decision, with what would go by it.
struct Card {
    group: RequestGroup,
    /// Fields that hold a value, each with a tick.
    would_go: Vec<Ticked>,
    /// Fields that hold nothing yet: a yes gives nothing of them, unless they are filled in here.
    missing: Vec<Input>,
    /// Is it about two of a kind, as two children? Then it may be about one of them.
    several: bool,
    /// Something that was typed in it does not fit.
    wrong: bool,
}

/// A field that would go, unless it is unticked.
struct Ticked {
    field: FieldPath,
    name: String,
    value: String,
    ticked: bool,
}

/// What was typed into one card, and why some of it was not taken.
struct Typed<'a> {
    posted: &'a Posted,
    wrong: BTreeMap<FieldPath, Misfit>,
}

/// How many of a group a page does not show.
trait Beyond {
    /// Suppliers beyond those that are named.
    fn more(&self) -> usize;
    /// Ids beyond those of one decision: the next page shows them.
    fn left(&self) -> usize;
}

impl Beyond for RequestGroup {
    fn more(&self) -> usize {
        self.count.saturating_sub(self.suppliers.len())
    }

    fn left(&self) -> usize {
        self.count.saturating_sub(self.ids.len())
    }
}

impl Card {
    fn of(visitor: &Visitor, number: usize, group: RequestGroup, held: &Held, typed: Option<&Typed<'_>>) -> Self {
        let words = visitor.words;
        // The card that was sent is the one that begins with the same request.
        let typed =
            typed.filter(|typed| typed.posted.all("id").first() == group.ids.first().map(Nonce::to_string).as_ref());
        let (mut would_go, mut missing) = (Vec::new(), Vec::new());
        for field in known(&group) {
            if let Some(one) = held.get(&field) {
                let (name, value) = (words.name("field", field), short(&words.value(&field, &one.value)));
                let ticked = typed.is_none_or(|typed| typed.posted.all("give").contains(&field.to_string()));
                would_go.push(Ticked { field, name, value, ticked });
                continue;
            }
            let text = typed.map_or("", |typed| typed.posted.one(&field.to_string()));
            let input = Input::of(words, field, text, typed.and_then(|typed| typed.wrong.get(&field)));
            missing.push(Input { id: format!("card-{number}-{}", input.id), ..input });
        }
        let wrong = typed.is_some_and(|typed| !typed.wrong.is_empty());
        let several = is_about_several(&group);
        Self { group, would_go, missing, several, wrong }
    }
}

/// The fields that a yes is to, of those that the card showed: those that are ticked, and those that were not held and have no
/// tick. None where that is all of them.
fn chosen(posted: &Posted) -> Option<BTreeSet<FieldPath>> {
    let fields = |name: &str| posted.all(name).iter().filter_map(|text| text.parse().ok()).collect::<BTreeSet<_>>();
    let (shown, ticked, missing) = (fields("shown"), fields("give"), fields("missing"));
    (!shown.is_subset(&ticked)).then(|| shown.intersection(&ticked).chain(&missing).copied().collect())
}

/// Is it about fields of two groups that are of one kind?
fn is_about_several(group: &RequestGroup) -> bool {
    let groups: BTreeSet<&str> = known(group).into_iter().map(|field| field.info().group).collect();
    groups.iter().any(|group| several(group).iter().filter(|other| groups.contains(*other)).count() > 1)
}

fn known(group: &RequestGroup) -> Vec<FieldPath> {
    group.fields.iter().filter_map(|path| path.to_string().parse().ok()).collect()
}

fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    cards(&app, &visitor, None).await
}

async fn cards(app: &App, visitor: &Visitor, typed: Option<&Typed<'_>>) -> Shown {
    let mut overview = visitor.ask(app, Overview {}).await?;
    let held = held(app, visitor).await?;
    let groups = std::mem::take(&mut overview.groups).into_iter().enumerate();
    let cards = groups.map(|(number, group)| Card::of(visitor, number + 1, group, &held, typed)).collect();
    show(&Requests { page: visitor.page(app, "requests", "/requests"), overview, cards })
}

/// A yes or a no. What was filled in on the card is set first, so that the yes gives it too.
pub(super) async fn decide(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let (allow, remember) = match posted.one("answer") {
        "allow" => (true, Remember::Once),
        "allow-supplier" => (true, Remember::Supplier),
        "allow-kind" => (true, Remember::Kind),
        "refuse-supplier" => (false, Remember::Supplier),
        "refuse-kind" => (false, Remember::Kind),
        _ => (false, Remember::Once),
    };
    let only = chosen(&posted).filter(|_| allow);
    if only.as_ref().is_some_and(BTreeSet::is_empty) {
        return Err(visitor.fault(Failure::usage(visitor.words.say("requests-none-ticked"))));
    }
    if allow {
        let (mut set, mut wrong, held) = (verbs::Set::default(), BTreeMap::new(), held(&app, &visitor).await?);
        for (name, text) in posted.0.iter().filter(|(_, text)| !text.trim().is_empty()) {
            let Ok(field) = name.parse::<FieldPath>() else { continue };
            match typed(field, text.trim(), &posted, &held) {
                Ok(value) => set.values.push((field, value)),
                Err(misfit) => drop(wrong.insert(field, misfit)),
            }
        }
        if !wrong.is_empty() {
            return cards(&app, &visitor, Some(&Typed { posted: &posted, wrong })).await;
        }
        if !set.values.is_empty() {
            visitor.ask(&app, set).await?;
        }
    }
    let some = only.is_some();
    let decided = visitor.ask(&app, Decide { ids: posted.all("id"), allow, only, remember }).await?.decided;
    let key = match (allow, some) {
        (true, false) => "requests-allowed",
        (true, true) => "requests-allowed-some",
        (false, _) => "requests-refused",
    };
    visitor.notice(&app, visitor.words.count(key, &decided));
    go("/requests")
}

/// The person's word on a processor of a supplier's.
pub(super) async fn decide_processor(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    posted: Posted,
) -> Shown {
    let (allow, always) = match posted.one("answer") {
        "allow" => (true, false),
        "allow-always" => (true, true),
        "refuse-always" => (false, true),
        _ => (false, false),
    };
    visitor.ask(&app, DecideProcessor { delegation: posted.one("delegation").to_owned(), allow, always }).await?;
    visitor.notice(&app, visitor.words.say(if allow { "processors-allowed" } else { "processors-refused" }));
    go("/requests")
}
