//! Many pairing links at once: who stands behind each, and the pairing with those that the person chose. In: links, one a
//! line. Out: for each line what came of it. One that fails holds up no other.

use futures::future::join_all;
use regie_protocol::{Agreement, Invitation, PublicKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    pairing::{self, LedBy},
    verbs::{Desk, FoundAgain, KnownSupplier, LookAnswer, PairAnswer, RelationshipState, SeenSupplier},
};
use crate::command::{Failure, Misfit, parse};

/// Links that one verb takes: they are dialled at the same time.
pub const LINKS_AT_ONCE: usize = 25;
/// Links of one file or page.
pub const LINKS: usize = 500;
/// Longest link, in bytes.
const LINK_BYTES: usize = 4096;

/// What came of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// A supplier that the person does not have: it can be paired with.
    New,
    /// The two are paired now.
    Paired,
    /// The person has it.
    Known,
    /// The person had it and removed it.
    Removed,
    /// It accepts only an agreement that permits more; nothing was agreed.
    OtherTerms,
    /// It is no link, or nobody could be reached by it, or they refused.
    Failed,
}

impl LinkState {
    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Paired => "paired",
            Self::Known => "known",
            Self::Removed => "removed",
            Self::OtherTerms => "other_terms",
            Self::Failed => "failed",
        }
    }
}

/// A link and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LinkLine {
    /// The link.
    pub link: String,
    /// What came of it.
    pub state: LinkState,
    /// The name of the relationship, where somebody answered.
    pub supplier: Option<PublicKey>,
    /// What the supplier calls itself.
    pub name: Option<String>,
    /// Its domain; empty where it names none.
    pub domain: Option<String>,
    /// `none`, `claimed`, `proven` or `contradicted`, by its domain.
    pub standing: Option<String>,
    /// Is there something to look at first: a name that looks like another's, or a domain that says otherwise?
    pub doubt: bool,
    /// Why it failed, as a stable code.
    pub code: Option<String>,
    /// The same in English, with the next step.
    pub why: Option<Misfit>,
}

/// The links of a text, one a line. Empty lines, those that begin with `#` and those that stand there twice are passed over.
///
/// # Errors
/// Where there are none, or more than [`LINKS`].
pub fn links(text: &str) -> Result<Vec<String>, Failure> {
    let mut links: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if links.len() >= LINKS {
            return Err(Failure::usage(format!("at most {LINKS} links at a time; give them in parts")));
        }
        let line: String = line.chars().take(LINK_BYTES).collect();
        if !links.contains(&line) {
            links.push(line);
        }
    }
    if links.is_empty() { Err(Failure::usage("there is no link; give one a line")) } else { Ok(links) }
}

/// Who stands behind each link. Nothing is paired.
pub(super) async fn look(links: Vec<String>, desk: &Desk) -> Result<Vec<LinkLine>, Failure> {
    bounded(&links)?;
    Ok(join_all(links.into_iter().map(|link| async move {
        let looked = match parse::<Invitation>(&link) {
            Ok(invitation) => pairing::look(invitation, LedBy::Person, desk.events().clone()).await,
            Err(failure) => Err(failure),
        };
        match looked {
            Ok(LookAnswer::Seen(seen)) => LinkLine::seen(link, &seen),
            Ok(LookAnswer::Again(again)) => LinkLine::again(link, &again),
            Err(failure) => LinkLine::failed(link, failure),
        }
    }))
    .await)
}

/// Pairs with the supplier of each link, after the person's word.
pub(super) async fn pair(
    links: Vec<String>,
    agreement: Agreement,
    vouched: bool,
    desk: &Desk,
) -> Result<Vec<LinkLine>, Failure> {
    bounded(&links)?;
    Ok(join_all(links.into_iter().map(|link| async move {
        let paired = match parse::<Invitation>(&link) {
            Ok(invitation) => pairing::pair(invitation, LedBy::Person, agreement, vouched, desk.events().clone()).await,
            Err(failure) => Err(failure),
        };
        match paired {
            Ok(PairAnswer::Paired(known)) => LinkLine::known(link, &known, LinkState::Paired),
            Ok(PairAnswer::Again(again)) => LinkLine::again(link, &again),
            Ok(PairAnswer::Alternative(_)) => {
                LinkLine { state: LinkState::OtherTerms, ..LinkLine::new(link, LinkState::OtherTerms) }
            }
            Err(failure) => LinkLine::failed(link, failure),
        }
    }))
    .await)
}

fn bounded(links: &[String]) -> Result<(), Failure> {
    if links.len() <= LINKS_AT_ONCE {
        return Ok(());
    }
    Err(Failure::usage(format!("at most {LINKS_AT_ONCE} links in one call; give them in parts")))
}

impl LinkLine {
    /// Does the person have the supplier?
    #[must_use]
    pub fn is_there(&self) -> bool {
        matches!(self.state, LinkState::Paired | LinkState::Known)
    }

    /// What came of it later; what was seen of the supplier before stays.
    pub fn came(&mut self, later: Self) {
        let (name, domain) = (self.name.take(), self.domain.take());
        let (supplier, standing) = (self.supplier, self.standing.take());
        *self = Self {
            supplier: later.supplier.or(supplier),
            name: later.name.clone().or(name),
            domain: later.domain.clone().or(domain),
            standing: later.standing.clone().or(standing),
            ..later
        };
    }

    fn new(link: String, state: LinkState) -> Self {
        Self {
            link,
            state,
            supplier: None,
            name: None,
            domain: None,
            standing: None,
            doubt: false,
            code: None,
            why: None,
        }
    }

    fn seen(link: String, seen: &SeenSupplier) -> Self {
        let doubt = seen.mixed_scripts || !seen.who.looks_like.is_empty() || seen.who.standing.is == "contradicted";
        Self {
            supplier: Some(seen.supplier),
            name: Some(seen.name.clone()),
            domain: Some(seen.domain.clone()),
            standing: Some(seen.who.standing.is.clone()),
            doubt,
            ..Self::new(link, LinkState::New)
        }
    }

    fn again(link: String, again: &FoundAgain) -> Self {
        let removed = again.supplier.state == RelationshipState::Removed;
        Self::known(link, &again.supplier, if removed { LinkState::Removed } else { LinkState::Known })
    }

    fn known(link: String, known: &KnownSupplier, state: LinkState) -> Self {
        Self {
            supplier: Some(known.supplier),
            name: Some(known.name.clone()),
            domain: Some(known.domain.clone()),
            standing: Some(known.who.standing.is.clone()),
            ..Self::new(link, state)
        }
    }

    fn failed(link: String, failure: Failure) -> Self {
        Self { code: Some(failure.code.clone()), why: Some(failure.into()), ..Self::new(link, LinkState::Failed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_links_is_read_by_lines_and_bounded() {
        let text = "# of the company\r\nregie:a\r\n\r\n  regie:b  \nregie:a\n";
        assert_eq!(links(text).expect("links"), ["regie:a", "regie:b"]);
        assert!(links("# none\n").is_err());
        let many = |count: usize| (0..count).map(|n| format!("regie:{n}\n")).collect::<String>();
        assert_eq!(links(&many(LINKS)).expect("links").len(), LINKS);
        assert!(links(&many(LINKS + 1)).expect_err("too many").message.contains("in parts"));
    }
}
