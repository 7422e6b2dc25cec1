//! What the person's files tell of, beside what is known already. In: findings. Out: for each organisation whether it is sure,
//! unsure or known, and why; and, once the person confirmed them, rows.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{PublicKey, calendar::Date, text::plain_line};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Node,
    organisations::{ORGANISATIONS, Organisation, OrganisationId},
    proposals::{Book, Payee, ProposedContract},
};
use crate::{
    command::Failure,
    driver::Turn,
    find::{By, CreditorId, DirectoryEntry, Domain, EntryKind, Finding, Marks, Matcher, Recurring, Slug, limits},
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
    /// What its payments tell of contracts, and is not known yet.
    pub contracts: Vec<ProposedContract>,
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
    /// Contracts that are new, or of which something is.
    pub contracts: usize,
}

/// Who is known, to be found by what a file says.
struct Known {
    organisations: BTreeMap<OrganisationId, Organisation>,
    by_marks: Matcher<(Option<OrganisationId>, Option<PublicKey>)>,
    by_slug: BTreeMap<Slug, OrganisationId>,
    listed: Matcher<Slug>,
    entries: BTreeMap<Slug, String>,
    book: Book,
}

impl Node {
    /// What was found, with what is known of each; those that are one by the directory, or known as one, are put together.
    pub(super) fn candidates(&self, findings: Vec<Finding>) -> Result<Vec<Candidate>, Failure> {
        self.known_marks()?.candidates(findings)
    }

    /// Enters what the person confirmed: organisations, and of the findings in these places contracts.
    pub(super) fn enter(
        &mut self,
        findings: Vec<Finding>,
        contracts: &BTreeSet<usize>,
        turn: &mut Turn,
    ) -> Result<EnteredFindings, Failure> {
        self.speaks()?;
        let said: BTreeSet<PaymentKey> = findings
            .iter()
            .enumerate()
            .filter(|(place, _)| contracts.contains(place))
            .flat_map(|(_, finding)| finding.pays.iter().map(payment_key))
            .collect();
        let mut known = self.known_marks()?;
        let (candidates, held) = (known.candidates(findings)?, known.organisations.len());
        let mut sum = EnteredFindings::default();
        let now = self.clock.now().wall;
        for candidate in candidates {
            let entry = candidate.slug.as_ref().map(|slug| self.directory_entry(slug)).transpose()?.flatten();
            let before = candidate.organisation.and_then(|id| known.organisations.remove(&id));
            let mut one = before.clone().unwrap_or_else(|| Organisation::named(candidate.name.clone(), now));
            one.learn(&candidate, entry.as_ref());
            self.join_proven(&mut one);
            match before {
                Some(before) if before == one => sum.unchanged += 1,
                Some(_) => sum.updated += 1,
                None => sum.entered += 1,
            }
            self.put_organisation(&one, turn);
            let to = Payee { name: &candidate.name, organisation: Some(&one), supplier: one.supplier };
            let proposals = known.book.proposals(&to, &candidate.finding.pays);
            let confirmed = |paid: &Recurring| said.contains(&payment_key(paid));
            match self.keep_proposals(&mut known.book, &one, proposals, confirmed, turn) {
                Ok(kept) => sum.contracts += kept,
                Err(failure) => {
                    turn.undo();
                    return Err(failure);
                }
            }
        }
        let all = held + sum.entered;
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
        let (mut organisations, mut by_slug) = (BTreeMap::new(), BTreeMap::new());
        for one in self.organisations()? {
            by_slug.extend(one.slug.clone().map(|slug| (slug, one.id)));
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
        Ok(Known { organisations, by_marks, by_slug, listed, entries, book: self.book()? })
    }
}

impl Known {
    fn candidates(&self, findings: Vec<Finding>) -> Result<Vec<Candidate>, Failure> {
        if findings.len() > limits::FINDINGS {
            return Err(Failure::usage(format!("at most {} organisations are looked at at once", limits::FINDINGS)));
        }
        let candidates: Result<Vec<Candidate>, Failure> =
            findings.into_iter().map(|finding| Ok(self.candidate(bounded(finding)?))).collect();
        let mut candidates = together(candidates?);
        for one in &mut candidates {
            let organisation = one.organisation.and_then(|id| self.organisations.get(&id));
            let to = Payee { name: &one.name, organisation, supplier: one.supplier };
            let proposals = self.book.proposals(&to, &one.finding.pays);
            one.contracts = proposals.into_iter().filter_map(|proposal| proposal.shown).collect();
        }
        Ok(candidates)
    }

    fn candidate(&self, finding: Finding) -> Candidate {
        let names: Vec<&str> = std::iter::once(&finding.name)
            .chain(finding.pays.iter().map(|paid| &paid.payee))
            .map(String::as_str)
            .collect();
        let marks = Marks { domains: &finding.domains, creditors: &finding.creditors, names: &names };
        // That a name begins like another is enough to ask, and not to say that it is known.
        let known = self.by_marks.find(marks).filter(|(_, by)| *by < By::Beginning).map(|(one, _)| *one);
        let listed = self.listed.find(marks);
        let by_name = listed.is_some_and(|(_, by)| by < By::Beginning);
        let slug = listed.filter(|(_, by)| *by < By::Beginning).map(|(slug, _)| slug.clone());
        // What is listed as an organisation that is entered is that one, whatever the file calls it.
        let as_listed = || slug.as_ref().and_then(|slug| self.organisations.get(self.by_slug.get(slug)?));
        let known = known.or_else(|| as_listed().map(|one| (Some(one.id), one.supplier)));
        let (organisation, supplier) = known.unwrap_or_default();
        let logs_in = !finding.domains.is_empty() && !finding.guess;
        let certainty = match known {
            Some(_) => Certainty::Known,
            None if logs_in || !finding.creditors.is_empty() || by_name => Certainty::Sure,
            None => Certainty::Unsure,
        };
        let is_domain = finding.domains.iter().any(|domain| domain.as_str() == finding.name);
        let listed_name = slug.as_ref().and_then(|slug| self.entries.get(slug)).filter(|_| is_domain);
        let known_as = organisation.and_then(|id| self.organisations.get(&id)).map(|one| one.name.clone());
        let known_as = known_as.or_else(|| supplier.map(|_| finding.name.clone()));
        let name = listed_name.unwrap_or(&finding.name).clone();
        Candidate { name, certainty, slug, known_as, organisation, supplier, finding, contracts: Vec::new() }
    }
}

impl Candidate {
    /// What is entered where the person confirms it, under the name that they saw.
    #[must_use]
    pub fn confirmed(&self) -> Finding {
        Finding { name: self.name.clone(), ..self.finding.clone() }
    }

    /// Are both the same organisation, by what is known of them? Those that are known as two are two.
    fn is(&self, other: &Self) -> bool {
        fn same<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> Option<bool> {
            one.zip(other).map(|(one, other)| one == other)
        }
        let organisation = same(self.organisation.as_ref(), other.organisation.as_ref());
        let supplier = same(self.supplier.as_ref(), other.supplier.as_ref());
        let known = [organisation, supplier];
        let listed = same(self.slug.as_ref(), other.slug.as_ref()) == Some(true);
        !known.contains(&Some(false)) && (listed || known.contains(&Some(true)))
    }

    /// Another one is the same organisation. What is beyond the bounds of one is left out.
    fn join(&mut self, other: Self) {
        let (own, more) = (&mut self.finding, other.finding);
        fill(&mut own.domains, more.domains, limits::DOMAINS);
        fill(&mut own.creditors, more.creditors, limits::DOMAINS);
        fill(&mut own.logins, more.logins, limits::USERS);
        own.pays.extend(more.pays);
        own.pays.truncate(limits::RECURRING);
        own.guess &= more.guess;
        self.contracts.extend(other.contracts);
        self.contracts.truncate(limits::RECURRING);
        self.slug = self.slug.take().or(other.slug);
        self.known_as = self.known_as.take().or(other.known_as);
        self.organisation = self.organisation.or(other.organisation);
        self.supplier = self.supplier.or(other.supplier);
        let known = [self.certainty, other.certainty].contains(&Certainty::Known);
        self.certainty = if known { Certainty::Known } else { self.certainty.min(other.certainty) };
    }
}

/// By what one payment is told from others.
type PaymentKey = (String, Option<CreditorId>, Option<String>, Date);

fn payment_key(paid: &Recurring) -> PaymentKey {
    (paid.payee.clone(), paid.creditor.clone(), paid.mandate.clone(), paid.since)
}

/// Candidates with those that are one put together; those that are sure come first.
#[must_use]
pub fn together(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    for mut new in candidates {
        // One that is both of two which were apart shows that they are one.
        while let Some(place) = found.iter().position(|one| one.is(&new)) {
            let mut one = found.remove(place);
            one.join(new);
            new = one;
        }
        found.push(new);
    }
    found.sort_by_cached_key(|one| (one.certainty, one.name.to_lowercase()));
    found
}

/// Adds what is new, as long as there is room.
fn fill<T: Ord>(held: &mut BTreeSet<T>, more: impl IntoIterator<Item = T>, most: usize) {
    for one in more {
        if held.len() < most {
            held.insert(one);
        }
    }
}

impl Organisation {
    /// What a file told of it, and the directory.
    fn learn(&mut self, candidate: &Candidate, entry: Option<&DirectoryEntry>) {
        let Finding { domains, creditors, logins, pays, .. } = &candidate.finding;
        fill(&mut self.domains, domains.iter().cloned(), limits::DOMAINS);
        fill(&mut self.creditors, creditors.iter().cloned(), limits::DOMAINS);
        fill(&mut self.logins, logins.iter().cloned(), limits::USERS);
        self.logs_in |= !domains.is_empty();
        for paid in pays {
            let same = |one: &&mut Recurring| {
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
        if let Some(entry) = entry {
            self.fill_from(entry);
        }
    }
}

/// Within the bounds of what is kept, and of text that shows what it says, since whoever asks may be another program of the owner's.
fn bounded(finding: Finding) -> Result<Finding, Failure> {
    use crate::find::{LOGIN_BYTES, MANDATE_BYTES, NAME_BYTES};
    let Finding { name, domains, creditors, logins, pays, .. } = &finding;
    let line = |text: &String, most| plain_line(text, most) && !text.trim().is_empty();
    let texts = line(name, NAME_BYTES)
        && logins.iter().all(|login| line(login, LOGIN_BYTES))
        && pays.iter().all(|paid| {
            line(&paid.payee, NAME_BYTES) && paid.mandate.as_ref().is_none_or(|mandate| line(mandate, MANDATE_BYTES))
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

#[cfg(test)]
mod tests {
    use regie_protocol::Nonce;

    use super::*;

    fn candidate(name: &str, slug: Option<&str>, organisation: Option<u8>) -> Candidate {
        let finding = Finding {
            name: name.to_owned(),
            domains: BTreeSet::new(),
            creditors: BTreeSet::new(),
            logins: BTreeSet::new(),
            pays: Vec::new(),
            guess: false,
        };
        let slug = slug.map(|slug| slug.parse().expect("a slug"));
        let organisation = organisation.map(|byte| OrganisationId(Nonce([byte; 16])));
        let known_as = organisation.map(|_| name.to_owned());
        let certainty = if organisation.is_some() { Certainty::Known } else { Certainty::Sure };
        Candidate {
            name: name.to_owned(),
            certainty,
            finding,
            slug,
            known_as,
            organisation,
            supplier: None,
            contracts: Vec::new(),
        }
    }

    #[test]
    fn what_is_put_together_stays_within_the_bounds_and_knows_what_both_knew() {
        let mut one = candidate("Bank", Some("bank"), None);
        let mut other = candidate("Bank Mortgages", Some("bank"), Some(1));
        for n in 0..limits::DOMAINS {
            one.finding.domains.insert(format!("a{n}.nl").parse().expect("a domain"));
            other.finding.domains.insert(format!("b{n}.nl").parse().expect("a domain"));
            one.finding.logins.insert(format!("a{n}"));
            other.finding.logins.insert(format!("b{n}"));
        }
        one.finding.logins = one.finding.logins.into_iter().take(limits::USERS).collect();
        other.finding.logins = other.finding.logins.into_iter().take(limits::USERS).collect();
        let all = together(vec![one, other]);
        let [both] = &all[..] else { panic!("{all:?}") };
        bounded(both.confirmed()).expect("what was shown can be entered");
        assert_eq!((both.certainty, both.known_as.as_deref()), (Certainty::Known, Some("Bank Mortgages")));
        assert!(both.organisation.is_some());
    }

    #[test]
    fn what_is_both_of_two_makes_one_and_two_that_are_known_stay_two() {
        let (one, other) = (candidate("A", Some("a"), None), candidate("B", None, Some(1)));
        let both = candidate("C", Some("a"), Some(1));
        assert_eq!(together(vec![one, other, both.clone()]).len(), 1);
        assert_eq!(together(vec![both, candidate("D", Some("a"), Some(2))]).len(), 2);
    }

    #[test]
    fn a_finding_of_another_program_shows_what_it_says() {
        let named = |name: &str| bounded(Finding { name: name.to_owned(), ..candidate("x", None, None).finding });
        assert!(named("Volt Energie").is_ok());
        for wrong in ["", " ", "Volt\u{202e}Energie", "Volt\nEnergie", "Volt\u{200b}"] {
            assert!(named(wrong).is_err(), "{wrong:?}");
        }
    }
}
