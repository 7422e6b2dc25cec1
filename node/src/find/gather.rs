//! What several files tell of one organisation, put together. In: logins and recurring payments. Out: one finding for each
//! organisation: by its domain, by its creditor identifier, else by its name.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{By, CreditorId, Domain, Login, Marks, Matcher, Recurring, limits, name};

/// An organisation that the person's files tell of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The best name that there is: of a login, of a payee, else the domain.
    pub name: String,
    /// Where the person logs in.
    pub domains: BTreeSet<Domain>,
    /// Who collects direct debits.
    pub creditors: BTreeSet<CreditorId>,
    /// By which names the person logs in.
    pub logins: BTreeSet<String>,
    /// What the person pays.
    pub pays: Vec<Recurring>,
    /// Is the domain a guess, by the name of an app?
    pub guess: bool,
}

/// Puts together what is of one organisation.
pub(super) fn gather(logins: &[Login], payments: &[Recurring]) -> Vec<Finding> {
    let mut found = of_logins(logins);
    // A payee is a login's organisation where it is called so, or by the first part of its domain.
    let (mut called, none, nobody) = (Matcher::default(), BTreeSet::new(), BTreeSet::new());
    for (place, one) in found.iter().enumerate() {
        let labels: Vec<String> = one.domains.iter().map(|domain| domain.label().replace('-', " ")).collect();
        let names: Vec<&str> = std::iter::once(one.name.as_str()).chain(labels.iter().map(String::as_str)).collect();
        called.add(&place, Marks { domains: &none, creditors: &nobody, names: &names });
    }
    for finding in of_payments(payments) {
        let marks = Marks { domains: &none, creditors: &nobody, names: &[finding.name.as_str()] };
        // A person may be called as a shop is, and collects nothing.
        let same = called.find(marks).filter(|(_, by)| *by < By::Beginning || !finding.creditors.is_empty());
        match same.and_then(|(place, _)| found.get_mut(*place)) {
            Some(one) if one.pays.len() + finding.pays.len() <= limits::RECURRING => {
                one.creditors.extend(finding.creditors);
                one.pays.extend(finding.pays);
            }
            _ => found.push(finding),
        }
    }
    found.truncate(limits::FINDINGS);
    found.sort_by_cached_key(|one| one.name.to_lowercase());
    found
}

fn of_logins(logins: &[Login]) -> Vec<Finding> {
    let mut by_domain: BTreeMap<&Domain, Vec<&Login>> = BTreeMap::new();
    for login in logins {
        by_domain.entry(&login.domain).or_default().push(login);
    }
    let finding = |(domain, logins): (&Domain, Vec<&Login>)| {
        // Where several titles differ, the domain says more.
        let titles: BTreeSet<&str> = logins.iter().filter_map(|login| login.title.as_deref()).collect();
        let one = if titles.len() == 1 { titles.first().copied() } else { None };
        let named = one.filter(|title| Domain::of(title).is_none());
        Finding {
            name: named.map_or_else(|| domain.to_string(), str::to_owned),
            domains: [domain.clone()].into(),
            creditors: BTreeSet::new(),
            logins: logins.iter().filter_map(|login| login.user.clone()).take(limits::USERS).collect(),
            pays: Vec::new(),
            guess: logins.iter().all(|login| login.guess),
        }
    };
    by_domain.into_iter().map(finding).collect()
}

/// By the creditor, else by the name: what is transferred to a name that also collects is paid to the same.
fn of_payments(payments: &[Recurring]) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let (mut by_creditor, mut by_name) = (BTreeMap::new(), BTreeMap::new());
    let (collected, sent): (Vec<_>, Vec<_>) = payments.iter().partition(|paid| paid.creditor.is_some());
    for paid in collected.into_iter().chain(sent) {
        let name = Some(name::plain(&paid.payee)).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| paid.payee.clone());
        let creditor = paid.creditor.as_ref().map(CreditorId::owner);
        let known = match &creditor {
            Some(creditor) => by_creditor.get(creditor),
            None => by_name.get(&name),
        };
        let place: usize = known.copied().unwrap_or(found.len());
        by_name.entry(name).or_insert(place);
        by_creditor.extend(creditor.map(|creditor| (creditor, place)));
        match found.get_mut(place) {
            Some(one) if one.pays.len() < limits::RECURRING && one.creditors.len() < limits::DOMAINS => {
                one.creditors.extend(paid.creditor.clone());
                one.pays.push(paid.clone());
            }
            Some(_) => {}
            None => {
                found.push(Finding {
                    name: paid.payee.clone(),
                    domains: BTreeSet::new(),
                    creditors: paid.creditor.clone().into_iter().collect(),
                    logins: BTreeSet::new(),
                    pays: vec![paid.clone()],
                    guess: false,
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find::Rhythm;

    fn login(address: &str, title: &str, user: &str) -> Login {
        Login::of(address, title, user).expect("a login")
    }

    fn paid(payee: &str, creditor: Option<&str>) -> Recurring {
        Recurring {
            payee: payee.to_owned(),
            amount: Some(1000),
            about: false,
            currency: regie_protocol::contract::Currency::EUR,
            rhythm: Rhythm::Monthly,
            since: "2024-01-01".parse().expect("a day"),
            last: "2024-06-01".parse().expect("a day"),
            until: None,
            creditor: creditor.map(|id| id.parse().expect("a creditor")),
            mandate: None,
        }
    }

    #[test]
    fn several_logins_and_payments_are_one_organisation() {
        let logins = [
            login("https://www.kabelaar.nl/mijn", "Kabelaar", "anna"),
            login("https://kabelaar.nl", "Kabelaar", "anna2"),
            login("https://winkel.nl", "", "a"),
        ];
        let logins: Vec<Login> = logins.into();
        let payments = [
            paid("Kabelaar Services BV", Some("DE98ZZZ09999999999")),
            paid("KABELAAR SERVICES", Some("DE98ABC09999999999")),
        ];
        let found = gather(&logins, &payments);
        assert_eq!(found.len(), 2, "{found:?}");
        let one = found.iter().find(|one| one.name == "Kabelaar").expect("it");
        assert_eq!((one.logins.len(), one.pays.len(), one.creditors.len()), (2, 2, 2));
    }

    #[test]
    fn a_payee_with_and_without_a_creditor_is_one_organisation() {
        let with = paid("Volt Energie NV", Some("DE98ZZZ09999999999"));
        let without = paid("VOLT ENERGIE", None);
        for payments in [[with.clone(), without.clone()], [without, with]] {
            let found = gather(&[], &payments);
            let [one] = &found[..] else { panic!("{found:?}") };
            assert_eq!((one.pays.len(), one.creditors.len()), (2, 1));
        }
        assert_eq!(gather(&[], &[paid("!", None), paid("?", None)]).len(), 2, "names of signs alone are names");
    }

    #[test]
    fn what_only_looks_alike_stays_apart() {
        let logins = [login("https://ing.nl", "ING", "anna")];
        let found = gather(&logins, &[paid("Inge de Vries", None), paid("ING Hypotheken", None)]);
        assert_eq!(found.len(), 3, "three letters say too little: {found:?}");
    }
}
