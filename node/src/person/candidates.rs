//! What the person's files tell of, beside what is known already. In: findings. Out: for each organisation whether it is sure,
//! unsure or known, and why; and, once the person confirmed them, rows.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::PublicKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Node,
    organisations::{ORGANISATIONS, Organisation, OrganisationId},
};
use crate::{
    command::Failure,
    driver::Turn,
    find::{By, DirectoryEntry, Domain, EntryKind, Finding, Marks, Matcher, Slug, limits},
};

/// An organisation that was found, before anything is entered.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    /// What it would be called.
    pub name: String,
    /// How sure it is.
    pub certainty: Certainty,
    /// What the files tell of it.
    pub finding: Finding,
    /// What the directory calls it, where it is listed.
    pub slug: Option<Slug>,
    /// As what it is known already, by name; none where it is not.
    pub known_as: Option<String>,
    /// The organisation that it is, where one is entered.
    pub organisation: Option<OrganisationId>,
    /// The supplier that it is, where there is a relationship.
    pub supplier: Option<PublicKey>,
}

/// How sure it is that an organisation that was found holds data of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The person logs in there, or it collects by a mandate, or is listed by that name.
    Sure,
    /// It is paid in a rhythm, or an app is named after it: it may be a person, or somebody else.
    Unsure,
    /// It is entered already, or a supplier.
    Known,
}

/// What became of findings that the person confirmed.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct EnteredFindings {
    /// Organisations that are new.
    pub entered: usize,
    /// Those that were known, of which more is known now.
    pub updated: usize,
    /// Those of which nothing is new.
    pub unchanged: usize,
}

/// Who is known, to be found by what a file says.
struct Known {
    organisations: BTreeMap<OrganisationId, Organisation>,
    by_marks: Matcher<(Option<OrganisationId>, Option<PublicKey>)>,
    listed: Matcher<Slug>,
    entries: BTreeMap<Slug, String>,
}

impl Node {
    /// What was found, with what is known of each; those that are one by the directory, or known as one, are put together.
    pub(super) fn candidates(&self, findings: Vec<Finding>) -> Result<Vec<Candidate>, Failure> {
        if findings.len() > limits::FINDINGS {
            return Err(Failure::usage(format!("at most {} organisations are looked at at once", limits::FINDINGS)));
        }
        let known = self.known_marks()?;
        let mut found: Vec<Candidate> = Vec::new();
        for finding in findings {
            let new = known.candidate(bounded(finding)?);
            let same = |one: &&mut Candidate| {
                (new.slug.is_some() && one.slug == new.slug)
                    || (new.organisation.is_some() && one.organisation == new.organisation)
                    || (new.supplier.is_some() && one.supplier == new.supplier)
            };
            match found.iter_mut().find(same) {
                Some(one) => one.join(new),
                None => found.push(new),
            }
        }
        found.sort_by_cached_key(|one| (one.certainty, one.name.to_lowercase()));
        Ok(found)
    }

    /// Enters what the person confirmed.
    pub(super) fn enter(&mut self, findings: Vec<Finding>, turn: &mut Turn) -> Result<EnteredFindings, Failure> {
        self.speaks()?;
        let (candidates, mut known) = (self.candidates(findings)?, self.known_marks()?);
        let mut sum = EnteredFindings::default();
        let now = self.clock.now().wall;
        for candidate in candidates {
            let entry = candidate.slug.as_ref().map(|slug| self.directory_entry(slug)).transpose()?.flatten();
            let before = candidate.organisation.and_then(|id| known.organisations.remove(&id));
            let mut one = before.clone().unwrap_or_else(|| Organisation::named(candidate.name.clone(), now));
            one.learn(&candidate, entry.as_ref());
            match before {
                Some(before) if before == one => sum.unchanged += 1,
                Some(_) => sum.updated += 1,
                None => sum.entered += 1,
            }
            self.put_organisation(&one, turn);
        }
        let all = self.organisations()?.len() + sum.entered;
        if all > ORGANISATIONS {
            turn.undo();
            return Err(Failure::usage(format!(
                "{ORGANISATIONS} organisations are kept, and this would make {all}; choose fewer"
            )));
        }
        tracing::info!(entered = sum.entered, updated = sum.updated, "what was found in files was entered");
        Ok(sum)
    }

    fn known_marks(&self) -> Result<Known, Failure> {
        let (mut by_marks, mut listed, mut entries) = (Matcher::default(), Matcher::default(), BTreeMap::new());
        let mut organisations = BTreeMap::new();
        for one in self.organisations()? {
            let marks = Marks { domains: &one.domains, creditors: &one.creditors, names: &[one.name.as_str()] };
            by_marks.add(&(Some(one.id), one.supplier), marks);
            organisations.insert(one.id, one);
        }
        for (supplier, relationship) in self.machine.relationships() {
            let profile = relationship.profile();
            let domains = Domain::of(&profile.domain).into_iter().collect();
            let marks = Marks { domains: &domains, creditors: &BTreeSet::new(), names: &[profile.name.as_str()] };
            by_marks.add(&(None, Some(*supplier)), marks);
        }
        self.each_entry(|entry| {
            if entry.kind == EntryKind::Company {
                let names: Vec<&str> = std::iter::once(&entry.name).chain(&entry.runs).map(String::as_str).collect();
                let domains = entry.domain.iter().cloned().collect();
                listed.add(&entry.slug, Marks { domains: &domains, creditors: &BTreeSet::new(), names: &names });
                entries.insert(entry.slug, entry.name);
            }
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(Known { organisations, by_marks, listed, entries })
    }
}

impl Known {
    fn candidate(&self, finding: Finding) -> Candidate {
        let names: Vec<&str> = std::iter::once(&finding.name)
            .chain(finding.pays.iter().map(|paid| &paid.payee))
            .map(String::as_str)
            .collect();
        let marks = Marks { domains: &finding.domains, creditors: &finding.creditors, names: &names };
        // That a name begins like another is enough to ask, and not to say that it is known.
        let known = self.by_marks.find(marks).filter(|(_, by)| *by < By::Beginning).map(|(one, _)| *one);
        let (organisation, supplier) = known.unwrap_or_default();
        let listed = self.listed.find(marks);
        let by_name = listed.is_some_and(|(_, by)| by < By::Beginning);
        let logs_in = !finding.domains.is_empty() && !finding.guess;
        let certainty = match known {
            Some(_) => Certainty::Known,
            None if logs_in || !finding.creditors.is_empty() || by_name => Certainty::Sure,
            None => Certainty::Unsure,
        };
        let slug = listed.filter(|(_, by)| *by < By::Beginning).map(|(slug, _)| slug.clone());
        let is_domain = finding.domains.iter().any(|domain| domain.as_str() == finding.name);
        let listed_name = slug.as_ref().and_then(|slug| self.entries.get(slug)).filter(|_| is_domain);
        let known_as = organisation.and_then(|id| self.organisations.get(&id)).map(|one| one.name.clone());
        let known_as = known_as.or_else(|| supplier.map(|_| finding.name.clone()));
        let name = listed_name.unwrap_or(&finding.name).clone();
        Candidate { name, certainty, slug, known_as, organisation, supplier, finding }
    }
}

impl Candidate {
    /// What is entered where the person confirms it, under the name that they saw.
    #[must_use]
    pub fn confirmed(&self) -> Finding {
        Finding { name: self.name.clone(), ..self.finding.clone() }
    }

    /// Another one is the same organisation.
    fn join(&mut self, other: Self) {
        let (own, more) = (&mut self.finding, other.finding);
        own.domains.extend(more.domains);
        own.creditors.extend(more.creditors);
        own.logins.extend(more.logins);
        own.pays.extend(more.pays);
        own.pays.truncate(limits::RECURRING);
        own.guess &= more.guess;
        self.certainty =
            if self.certainty == Certainty::Known { self.certainty } else { self.certainty.min(other.certainty) };
    }
}

impl Organisation {
    /// What a file told of it, and the directory.
    fn learn(&mut self, candidate: &Candidate, entry: Option<&DirectoryEntry>) {
        let Finding { domains, creditors, logins, pays, .. } = &candidate.finding;
        let room = |held: usize, most: usize| most.saturating_sub(held);
        let more: Vec<_> =
            domains.difference(&self.domains).take(room(self.domains.len(), limits::DOMAINS)).cloned().collect();
        self.domains.extend(more);
        let more: Vec<_> =
            creditors.difference(&self.creditors).take(room(self.creditors.len(), limits::DOMAINS)).cloned().collect();
        self.creditors.extend(more);
        let more: Vec<_> =
            logins.difference(&self.logins).take(room(self.logins.len(), limits::USERS)).cloned().collect();
        self.logins.extend(more);
        self.logs_in |= !domains.is_empty();
        for paid in pays {
            let same = |one: &&mut crate::find::Recurring| {
                (&one.payee, &one.creditor, &one.mandate) == (&paid.payee, &paid.creditor, &paid.mandate)
            };
            if let Some(one) = self.pays.iter_mut().find(same) {
                // A statement of other years tells when it began, or how it is now.
                let since = one.since.min(paid.since);
                if paid.last >= one.last {
                    one.clone_from(paid);
                }
                one.since = since;
            } else if self.pays.len() < limits::RECURRING {
                self.pays.push(paid.clone());
            }
        }
        self.supplier = self.supplier.or(candidate.supplier);
        if let Some(entry) = entry {
            self.fill_from(entry);
        }
    }
}

/// Within the bounds of what is kept, since whoever asks may be another program of the owner's.
fn bounded(finding: Finding) -> Result<Finding, Failure> {
    use crate::find::{LOGIN_BYTES, MANDATE_BYTES, NAME_BYTES};
    let Finding { name, domains, creditors, logins, pays, .. } = &finding;
    let texts = name.len() <= NAME_BYTES
        && !name.trim().is_empty()
        && logins.iter().all(|login| login.len() <= LOGIN_BYTES)
        && pays.iter().all(|paid| {
            paid.payee.len() <= NAME_BYTES && paid.mandate.as_ref().is_none_or(|mandate| mandate.len() <= MANDATE_BYTES)
        });
    let few = domains.len() <= limits::DOMAINS
        && creditors.len() <= limits::DOMAINS
        && logins.len() <= limits::USERS
        && pays.len() <= limits::RECURRING;
    if texts && few {
        Ok(finding)
    } else {
        Err(Failure::usage("a finding is beyond its bounds; read the files with `regie find-suppliers`"))
    }
}
