//! Who is meant: an organisation that is known, or listed. In: what is known of each, what a file says of one. Out: which one, and
//! by what. One function for all: by the creditor identifier, the domain, the name, or a name that a bank put something behind.

use std::collections::{BTreeMap, BTreeSet};

use super::{CreditorId, Domain, name};

/// What an organisation is known by.
#[derive(Clone, Copy)]
pub struct Marks<'a> {
    /// Its domains.
    pub domains: &'a BTreeSet<Domain>,
    /// Its creditor identifiers.
    pub creditors: &'a BTreeSet<CreditorId>,
    /// Its names.
    pub names: &'a [&'a str],
}

/// By what an organisation was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Its creditor identifier.
    Creditor,
    /// Its domain.
    Domain,
    /// Its whole name.
    Name,
    /// The beginning of a name: it may be another.
    Beginning,
}

/// Organisations, to be found by what is known of them.
pub struct Matcher<T> {
    domains: BTreeMap<Domain, T>,
    creditors: BTreeMap<String, T>,
    names: BTreeMap<String, T>,
}

impl<T> Default for Matcher<T> {
    fn default() -> Self {
        Self { domains: BTreeMap::new(), creditors: BTreeMap::new(), names: BTreeMap::new() }
    }
}

impl<T: Clone> Matcher<T> {
    /// Adds one; where two are known by the same, the first counts.
    pub fn add(&mut self, one: &T, marks: Marks<'_>) {
        for domain in marks.domains {
            self.domains.entry(domain.clone()).or_insert_with(|| one.clone());
        }
        for creditor in marks.creditors {
            self.creditors.entry(creditor.owner()).or_insert_with(|| one.clone());
        }
        for name in marks.names.iter().map(|name| name::plain(name)).filter(|name| !name.is_empty()) {
            self.names.entry(name).or_insert_with(|| one.clone());
        }
    }

    /// Which one is meant, by the best that is known of it.
    #[must_use]
    pub fn find(&self, marks: Marks<'_>) -> Option<(&T, By)> {
        let creditor = marks.creditors.iter().find_map(|id| self.creditors.get(&id.owner()));
        let domain = || marks.domains.iter().find_map(|domain| self.domains.get(domain)).map(|one| (one, By::Domain));
        let name = || marks.names.iter().find_map(|name| self.names.get(&name::plain(name))).map(|one| (one, By::Name));
        let begin = || marks.names.iter().find_map(|name| self.beginning(name)).map(|one| (one, By::Beginning));
        creditor.map(|one| (one, By::Creditor)).or_else(domain).or_else(name).or_else(begin)
    }

    /// One whose whole name this one begins with, the longest first.
    fn beginning(&self, long: &str) -> Option<&T> {
        const WORDS: usize = 8;
        let plain = name::plain(long);
        let words: Vec<&str> = plain.split(' ').take(WORDS).collect();
        let shorter = (1..words.len()).rev().map(|count| words.get(..count).unwrap_or_default().join(" "));
        shorter.filter(|own| name::begins(&plain, own)).find_map(|own| self.names.get(&own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks<'a>(
        domains: &'a BTreeSet<Domain>,
        creditors: &'a BTreeSet<CreditorId>,
        names: &'a [&'a str],
    ) -> Marks<'a> {
        Marks { domains, creditors, names }
    }

    #[test]
    fn an_organisation_is_known_by_creditor_domain_name_and_the_beginning_of_one() {
        let (none, nobody) = (BTreeSet::new(), BTreeSet::new());
        let domains: BTreeSet<Domain> = ["spotify.com".parse().expect("a domain")].into();
        let creditors: BTreeSet<CreditorId> = ["DE98ZZZ09999999999".parse().expect("a creditor")].into();
        let others: BTreeSet<CreditorId> = ["DE98ABC09999999999".parse().expect("a creditor")].into();
        let mut matcher = Matcher::default();
        matcher.add(&"spotify", marks(&domains, &nobody, &["Spotify AB", "Spotify Premium"]));
        matcher.add(&"energy", marks(&none, &creditors, &["Volt Energie N.V."]));
        matcher.add(&"other", marks(&domains, &nobody, &["Spotify B.V."]));
        let find = |domains, creditors, names: &[&str]| {
            matcher.find(marks(domains, creditors, names)).map(|(one, by)| (*one, by))
        };
        assert_eq!(find(&none, &others, &["anything"]), Some(("energy", By::Creditor)));
        assert_eq!(find(&domains, &nobody, &["Volt Energie"]), Some(("spotify", By::Domain)));
        assert_eq!(find(&none, &nobody, &["VOLT ENERGIE NV"]), Some(("energy", By::Name)));
        assert_eq!(find(&none, &nobody, &["SPOTIFY P0A1B2 STOCKHOLM"]), Some(("spotify", By::Beginning)));
        assert_eq!(find(&none, &nobody, &["Spotifyer"]), None);
        assert_eq!(find(&none, &nobody, &["", "!"]), None);
    }
}
