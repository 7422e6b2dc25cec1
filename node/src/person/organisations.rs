//! Organisations that hold the person's data, with a companion or without. In: what the person typed or confirmed, lists of
//! organisations. Out: rows, and one organisation by whatever it is named.
//!
//! An organisation is no relationship: it has no key, no grant and no line, and nothing goes to it by itself. Where it comes to
//! have a companion, its row names the supplier.

use std::{collections::BTreeSet, fmt, ops::ControlFlow, str::FromStr};

use regie_protocol::{Nonce, PublicKey, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, decisions::ID_END, tables};
use crate::{
    clock::{self, text},
    command::{Failure, exit},
    driver::Turn,
    find::{self, CreditorId, DirectoryEntry, Domain, Recurring, Slug, limits::DOMAINS},
    store::{Part, Read as _},
};

/// Most organisations of one person.
pub const ORGANISATIONS: usize = 5_000;

/// What an organisation is called in this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct OrganisationId(pub Nonce);

/// What was typed is no such name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an organisation; `regie organisations` lists them")]
pub struct BadOrganisationId;

crate::command::explained!(BadOrganisationId);

/// An organisation as it is kept: who it is, how to reach it, and why the person has to do with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// What it is called here.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its domains.
    pub domains: BTreeSet<Domain>,
    /// By which it collects direct debits.
    pub creditors: BTreeSet<CreditorId>,
    /// Where it takes letters by e-mail.
    pub email: Option<String>,
    /// Its postal address, in lines.
    pub address: Option<String>,
    /// The language to write to it in, two letters.
    pub language: Option<String>,
    /// What the directory calls it.
    pub slug: Option<Slug>,
    /// Does the person log in there?
    pub logs_in: bool,
    /// By which names: hints for a letter.
    pub logins: BTreeSet<String>,
    /// What the person pays it.
    pub pays: Vec<Recurring>,
    /// Is it told by letter when details change? None where the node decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_letter: Option<bool>,
    /// The supplier that it is, once it has a companion.
    pub supplier: Option<PublicKey>,
    /// Since when it is known to be that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Timestamp>,
    /// Suppliers that it is not, by the person's word.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub is_not: BTreeSet<PublicKey>,
    /// When it was entered.
    pub entered: Timestamp,
}

/// An organisation as its person sees it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownOrganisation {
    /// What it is called here.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its domains.
    pub domains: BTreeSet<Domain>,
    /// By which it collects direct debits (SEPA).
    pub creditors: BTreeSet<CreditorId>,
    /// Where it takes letters by e-mail.
    pub email: Option<String>,
    /// Its postal address, in lines.
    pub address: Option<String>,
    /// The language to write to it in, two letters.
    pub language: Option<String>,
    /// What the directory calls it.
    pub slug: Option<Slug>,
    /// Does the person log in there?
    pub logs_in: bool,
    /// By which names.
    pub logins: BTreeSet<String>,
    /// What the person pays it.
    pub pays: Vec<Recurring>,
    /// Is it told by letter when details change? None where the node decides.
    pub by_letter: Option<bool>,
    /// The supplier that it is; none where it has no companion.
    pub supplier: Option<PublicKey>,
    /// Since when it is known to be that one, RFC 3339.
    pub joined: Option<String>,
    /// When it was entered, RFC 3339.
    pub entered: String,
}

impl From<Organisation> for ShownOrganisation {
    fn from(of: Organisation) -> Self {
        let Organisation {
            id,
            name,
            domains,
            creditors,
            email,
            address,
            language,
            slug,
            logs_in,
            logins,
            pays,
            by_letter,
            ..
        } = of;
        let (supplier, joined, entered) = (of.supplier, of.joined.map(text), text(of.entered));
        Self {
            id,
            name,
            domains,
            creditors,
            email,
            address,
            language,
            slug,
            logs_in,
            logins,
            pays,
            by_letter,
            supplier,
            joined,
            entered,
        }
    }
}

/// What a person says of an organisation; what is left out stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationDetails {
    /// Its domains, all of them.
    pub domains: Option<BTreeSet<Domain>>,
    /// Its creditor identifiers, all of them.
    pub creditors: Option<BTreeSet<CreditorId>>,
    /// Where it takes letters by e-mail; empty for none.
    pub email: Option<String>,
    /// Its postal address, in lines; empty for none.
    pub address: Option<String>,
    /// The language to write to it in, two letters; empty for none.
    pub language: Option<String>,
    /// What the directory calls it.
    pub slug: Option<Slug>,
    /// Is it told by letter when details change? Left to the node until the person says.
    pub by_letter: Option<bool>,
    /// The supplier that it is, by name or key.
    pub supplier: Option<String>,
}

impl Organisation {
    /// A new one, of which nothing but its name is known.
    pub(super) fn named(name: String, entered: Timestamp) -> Self {
        Self {
            id: OrganisationId(Nonce(clock::random())),
            name,
            domains: BTreeSet::new(),
            creditors: BTreeSet::new(),
            email: None,
            address: None,
            language: None,
            slug: None,
            logs_in: false,
            logins: BTreeSet::new(),
            pays: Vec::new(),
            by_letter: None,
            supplier: None,
            joined: None,
            is_not: BTreeSet::new(),
            entered,
        }
    }

    /// It is this supplier, from now on.
    pub(super) fn join(&mut self, supplier: PublicKey, now: Timestamp) {
        if self.supplier != Some(supplier) {
            (self.supplier, self.joined) = (Some(supplier), Some(now));
        }
        self.is_not.remove(&supplier);
    }

    /// What the directory knows and the person has not said.
    pub(super) fn fill_from(&mut self, entry: &DirectoryEntry) {
        self.slug.get_or_insert_with(|| entry.slug.clone());
        if self.domains.is_empty() {
            self.domains.extend(entry.domain.clone());
        }
        self.email = self.email.take().or_else(|| entry.email.clone());
        self.address = self.address.take().or_else(|| entry.address.clone());
        self.language = self.language.take().or_else(|| entry.language.clone());
    }
}

impl Node {
    /// Every organisation, by name.
    pub(super) fn organisations(&self) -> Result<Vec<Organisation>, Failure> {
        let mut all: Vec<Organisation> =
            self.store.group(tables::ORGANISATIONS, &())?.into_iter().map(|(_, one)| one).collect();
        all.sort_by_cached_key(|one| (one.name.to_lowercase(), one.id));
        Ok(all)
    }

    /// An organisation by its id, by an end of that which only one has, by its domain, or by its name.
    pub(super) fn find_organisation(&self, words: &str) -> Result<Organisation, Failure> {
        let (lower, domain) = (words.trim().to_lowercase(), Domain::of(words));
        // By a whole id it is found without a look at all of them: so many are named at once.
        let whole = lower.parse::<OrganisationId>().ok();
        if let Some(one) = whole.map(|id| self.store.get(tables::ORGANISATIONS, &id)).transpose()?.flatten() {
            return Ok(one);
        }
        let id_ends = |one: &Organisation| lower.len() >= ID_END && one.id.to_string().ends_with(&lower);
        let fits = |one: &Organisation| {
            id_ends(one)
                || one.name.to_lowercase() == lower
                || domain.as_ref().is_some_and(|domain| one.domains.contains(domain))
        };
        let mut found = self.organisations()?.into_iter().filter(fits);
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one),
            (Some(_), Some(_)) => Err(Failure::new(
                "ambiguous",
                exit::USAGE,
                "several organisations are called that; give more of the id",
            )),
            _ => {
                let next = "there is no such organisation; `regie organisations` lists them";
                Err(Failure::new("not_found", exit::NOT_FOUND, next))
            }
        }
    }

    /// Enters an organisation that the person named. What the directory knows of it and the person did not say is filled in.
    pub(super) fn add_organisation(
        &mut self,
        name: &str,
        details: OrganisationDetails,
        turn: &mut Turn,
    ) -> Result<Organisation, Failure> {
        self.speaks()?;
        let all = self.organisations()?;
        self.has_room_for_organisations(all.len())?;
        let mut new = Organisation::named(name_of(name)?, self.clock.now().wall);
        self.change(&mut new, details)?;
        let plain = find::plain_name(&new.name);
        let same = |one: &&Organisation| {
            find::plain_name(&one.name) == plain
                || !one.domains.is_disjoint(&new.domains)
                || one.creditors.iter().any(|own| new.creditors.iter().any(|other| own.same(other)))
        };
        if let Some(known) = all.iter().find(same) {
            let next = format!("change it with `regie organisation edit {}`", known.id);
            let what = format!("'{}' is entered already, by that name, domain or creditor", known.name);
            return Err(Failure::new("already_done", exit::ERROR, format!("{what}; {next}")));
        }
        if let Some(entry) = self.listed_as(&new)? {
            new.fill_from(&entry);
        }
        self.join_proven(&mut new);
        self.put_organisation(&new, turn);
        Ok(new)
    }

    /// Enters a supplier, so that what belongs to an organisation can be kept with it.
    pub(super) fn enter_supplier(&self, supplier: &PublicKey, turn: &mut Turn) -> Result<Organisation, Failure> {
        self.has_room_for_organisations(self.organisations()?.len())?;
        let now = self.clock.look().wall;
        let name = self.name_of(supplier);
        let mut one = Organisation::named(name_of(&name).unwrap_or_else(|_| supplier.to_string()), now);
        one.join(*supplier, now);
        self.put_organisation(&one, turn);
        Ok(one)
    }

    /// Enters an organisation of which only the name is known.
    pub(super) fn enter_named(&self, name: &str, turn: &mut Turn) -> Result<Organisation, Failure> {
        self.has_room_for_organisations(self.organisations()?.len())?;
        let one = Organisation::named(name_of(name)?, self.clock.look().wall);
        self.put_organisation(&one, turn);
        Ok(one)
    }

    fn has_room_for_organisations(&self, entered: usize) -> Result<(), Failure> {
        if entered >= ORGANISATIONS {
            return Err(Failure::usage(format!("{ORGANISATIONS} organisations are entered; remove one first")));
        }
        Ok(())
    }

    /// Changes what is known of an organisation.
    pub(super) fn edit_organisation(
        &mut self,
        words: &str,
        name: Option<&str>,
        details: OrganisationDetails,
        turn: &mut Turn,
    ) -> Result<Organisation, Failure> {
        self.speaks()?;
        let mut one = self.find_organisation(words)?;
        if let Some(name) = name {
            one.name = name_of(name)?;
        }
        let listed = details.slug.is_some();
        self.change(&mut one, details)?;
        if let Some(entry) = self.listed_as(&one)?.filter(|_| listed) {
            one.fill_from(&entry);
        }
        self.join_proven(&mut one);
        self.put_organisation(&one, turn);
        Ok(one)
    }

    /// What an organisation is called; none where it is not in the list.
    pub(super) fn organisation_name(&self, id: &OrganisationId) -> Result<Option<String>, Failure> {
        Ok(self.store.get(tables::ORGANISATIONS, id)?.map(|one| one.name))
    }

    /// Stores an organisation.
    pub(super) fn put_organisation(&self, one: &Organisation, turn: &mut Turn) {
        turn.batch.put(tables::ORGANISATIONS, &one.id, one);
    }

    /// Every entry of the directory is shown to `visit`, until it breaks off.
    pub(super) fn each_entry(&self, visit: impl FnMut(DirectoryEntry) -> ControlFlow<()>) -> Result<(), Failure> {
        let mut visit = visit;
        Ok(self.store.each(tables::DIRECTORY, |_, entry| visit(entry))?)
    }

    /// An entry of the directory.
    pub(super) fn directory_entry(&self, slug: &Slug) -> Result<Option<DirectoryEntry>, Failure> {
        Ok(self.store.get(tables::DIRECTORY, slug)?)
    }

    /// The entry of the directory that an organisation is, by its slug, else by its domain.
    fn listed_as(&self, one: &Organisation) -> Result<Option<DirectoryEntry>, Failure> {
        if let Some(slug) = &one.slug {
            let entry = self.store.get(tables::DIRECTORY, slug)?;
            return entry.map(Some).ok_or_else(|| {
                Failure::usage(format!("the directory has no '{slug}'; leave it away, or add a list that has it"))
            });
        }
        let mut found = None;
        self.each_entry(|entry| {
            let same = entry.domain.as_ref().is_some_and(|domain| one.domains.contains(domain));
            if same {
                found = Some(entry);
            }
            if same { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(found)
    }

    fn change(&self, one: &mut Organisation, details: OrganisationDetails) -> Result<(), Failure> {
        let few = |count: usize, what: &str| match count > DOMAINS {
            true => Err(Failure::usage(format!("an organisation has at most {DOMAINS} {what}; leave some away"))),
            false => Ok(()),
        };
        if let Some(domains) = details.domains {
            few(domains.len(), "domains")?;
            one.domains = domains;
        }
        if let Some(creditors) = details.creditors {
            few(creditors.len(), "creditor identifiers")?;
            one.creditors = creditors;
        }
        if let Some(email) = details.email {
            one.email = email_of(&email)?;
        }
        if let Some(address) = details.address {
            one.address = within(&address, find::ADDRESS_BYTES, "a postal address", find::lines)?;
        }
        if let Some(language) = details.language {
            one.language = language_of(language)?;
        }
        one.by_letter = details.by_letter.or(one.by_letter);
        if let Some(supplier) = details.supplier {
            one.join(self.find_supplier(&supplier)?, self.clock.look().wall);
        }
        one.slug = details.slug.or(one.slug.take());
        Ok(())
    }
}

fn name_of(name: &str) -> Result<String, Failure> {
    within(name, find::NAME_BYTES, "a name", find::line)?
        .ok_or_else(|| Failure::usage("an organisation has a name; give one"))
}

fn email_of(email: &str) -> Result<Option<String>, Failure> {
    let email = within(email, find::LOGIN_BYTES, "an e-mail address", find::line)?;
    // One address, of which a letter's `To:` can be made.
    let is_one = |email: &str| {
        email.split('@').filter(|part| !part.is_empty()).count() == 2
            && email.matches('@').count() == 1
            && !email.contains(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '"' | '?' | '&'))
    };
    match email {
        Some(email) if !is_one(&email) => {
            Err(Failure::usage("not an e-mail address; write one, such as privacy@example.org"))
        }
        email => Ok(email),
    }
}

fn language_of(code: String) -> Result<Option<String>, Failure> {
    match code.as_str() {
        "" => Ok(None),
        code_of if find::is_language(code_of) => Ok(Some(code)),
        _ => Err(Failure::usage("not a language; write two small letters, such as nl or en")),
    }
}

fn within(
    text: &str,
    bytes: usize,
    what: &str,
    clean: fn(&str, usize) -> Option<String>,
) -> Result<Option<String>, Failure> {
    if text.len() > bytes {
        return Err(Failure::usage(format!("{what} has at most {bytes} bytes; make it shorter")));
    }
    Ok(clean(text, bytes))
}

impl fmt::Display for OrganisationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for OrganisationId {
    type Err = BadOrganisationId;

    fn from_str(text: &str) -> Result<Self, BadOrganisationId> {
        text.parse().map(Self).map_err(|_| BadOrganisationId)
    }
}

impl Part for OrganisationId {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Nonce::from_bytes(bytes).map(Self)
    }
}

/// Its text.
impl Part for Slug {
    fn to_bytes(&self) -> Vec<u8> {
        self.as_str().as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok()?.parse().ok()
    }
}
