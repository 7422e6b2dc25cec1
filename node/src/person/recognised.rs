//! From letter to line: an organisation on the person's list that turns out to have a companion. In: suppliers that were paired with,
//! what their domains say. Out: organisations that name their supplier, and those of which the person is asked.
//!
//! By itself only a proven domain joins the two: the domain names the supplier's key, and the person entered the domain. A name
//! can be anybody's, and so can a domain that is only claimed, so there the person is asked. Contracts and history stay with the
//! organisation, which is shown under its supplier from then on.

use regie_protocol::{PublicKey, Timestamp, person::Relationship, standing::Standing as Known};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Node, Who,
    organisations::{Organisation, OrganisationId, ShownOrganisation},
};
use crate::{
    command::Failure,
    driver::Turn,
    find::{By, Domain, Marks, Matcher},
};

/// Most pairs of which the person is asked at once.
const ASKED: usize = 20;

/// An organisation that may be a supplier, which only the person can say.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PerhapsSame {
    /// The organisation on the list.
    pub organisation: OrganisationId,
    /// What it is called there.
    pub name: String,
    /// The supplier that it may be.
    pub supplier: PublicKey,
    /// What that calls itself.
    pub supplier_name: String,
    /// The domain that the supplier names.
    pub domain: String,
    /// Who the supplier is.
    #[serde(flatten)]
    pub who: Who,
}

impl Node {
    /// A supplier was paired with, or its domain was read: the organisations that it is are joined with it.
    pub(super) fn recognise(&mut self, supplier: &PublicKey, turn: &mut Turn) -> Result<(), Failure> {
        let proven = self.machine.relationship(supplier).and_then(|relationship| self.proven(relationship));
        let Some(domain) = proven else { return Ok(()) };
        let now = self.clock.look().wall;
        for mut one in self.organisations()? {
            if is_free(&one, supplier) && one.domains.contains(&domain) {
                one.join(*supplier, now);
                self.put_organisation(&one, turn);
                tracing::info!("an organisation on the list has a companion now");
            }
        }
        Ok(())
    }

    /// Joins an organisation with the supplier whose proven domain it has.
    pub(super) fn join_proven(&self, one: &mut Organisation) {
        let mut all = self.machine.relationships();
        let same = all.find(|(supplier, relationship)| {
            is_free(one, supplier) && self.proven(relationship).is_some_and(|domain| one.domains.contains(&domain))
        });
        if let Some((supplier, _)) = same {
            one.join(*supplier, self.clock.look().wall);
        }
    }

    /// Organisations that may be suppliers, by a name or a domain that is claimed; the first 20.
    pub(super) fn perhaps_same(&self, organisations: &[Organisation]) -> Vec<PerhapsSame> {
        let mut suppliers = Matcher::default();
        let now = self.clock.look().latest();
        for (supplier, relationship) in self.machine.relationships().filter(|(_, r)| is_own(r)) {
            let profile = relationship.profile();
            let contradicted =
                matches!(relationship.identified().standing(&profile.domain, now), Known::Contradicted { .. });
            if !contradicted {
                let domains = Domain::of(&profile.domain).into_iter().collect();
                suppliers.add(supplier, Marks { domains: &domains, creditors: &[].into(), names: &[&profile.name] });
            }
        }
        let perhaps = organisations.iter().filter(|one| one.supplier.is_none()).filter_map(|one| {
            let marks = Marks { domains: &one.domains, creditors: &[].into(), names: &[&one.name] };
            let (supplier, _) = suppliers.find(marks).filter(|(_, by)| *by < By::Beginning)?;
            let relationship = self.machine.relationship(supplier).filter(|_| is_free(one, supplier))?;
            let profile = relationship.profile();
            Some(PerhapsSame {
                organisation: one.id,
                name: one.name.clone(),
                supplier: *supplier,
                supplier_name: profile.name.clone(),
                domain: profile.domain.clone(),
                who: self.who_is(supplier, relationship),
            })
        });
        perhaps.take(ASKED).collect()
    }

    /// The person says whether an organisation is a supplier.
    pub(super) fn same_supplier(
        &mut self,
        organisation: &str,
        supplier: &str,
        same: bool,
        turn: &mut Turn,
    ) -> Result<Organisation, Failure> {
        self.speaks()?;
        let (mut one, supplier) = (self.find_organisation(organisation)?, self.find_supplier(supplier)?);
        if same {
            one.join(supplier, self.clock.look().wall);
        } else {
            if one.supplier == Some(supplier) {
                (one.supplier, one.joined) = (None, None);
            }
            one.is_not.insert(supplier);
        }
        self.put_organisation(&one, turn);
        Ok(one)
    }

    /// The organisations on the list that a supplier is.
    pub(super) fn organisations_of(&self, supplier: &PublicKey) -> Result<Vec<ShownOrganisation>, Failure> {
        let all = self.organisations()?.into_iter().filter(|one| one.supplier == Some(*supplier));
        Ok(all.map(Into::into).collect())
    }

    /// The domain of a supplier that the person chose, where the domain says the same.
    fn proven(&self, relationship: &Relationship) -> Option<Domain> {
        let (profile, now): (_, Timestamp) = (relationship.profile(), self.clock.look().latest());
        let standing = relationship.identified().standing(&profile.domain, now);
        proven_domain(&profile.domain, standing).filter(|_| is_own(relationship))
    }
}

/// The domain that a supplier has shown to be its own. Who has a name below a domain is not who has the domain.
fn proven_domain(claimed: &str, standing: Known) -> Option<Domain> {
    let claimed = claimed.to_ascii_lowercase();
    let whole = claimed.strip_prefix("www.").unwrap_or(&claimed);
    let is_proven = matches!(standing, Known::Proven { .. });
    Domain::of(&claimed).filter(|domain| is_proven && domain.as_str() == whole)
}

/// Did the person choose it, and not meet it as somebody's processor?
fn is_own(relationship: &Relationship) -> bool {
    relationship.stored().introduced_by.is_none()
}

/// Is it no supplier yet, and may it be this one?
fn is_free(one: &Organisation, supplier: &PublicKey) -> bool {
    one.supplier.is_none() && !one.is_not.contains(supplier)
}

#[cfg(test)]
mod tests {
    use regie_protocol::Keypair;

    use super::*;

    #[test]
    fn only_a_domain_that_is_proven_and_whole_joins_by_itself() {
        let proven = Known::Proven { since: Timestamp(0) };
        let of = |claimed, standing| proven_domain(claimed, standing).map(|domain| domain.to_string());
        assert_eq!(of("dewebwinkel.nl", proven).as_deref(), Some("dewebwinkel.nl"));
        assert_eq!(of("www.DeWebwinkel.nl", proven).as_deref(), Some("dewebwinkel.nl"));
        for (claimed, standing) in [
            ("dewebwinkel.nl", Known::Claimed),
            ("dewebwinkel.nl", Known::None),
            ("customer.dewebwinkel.nl", proven),
            ("", proven),
            ("localhost:8080", proven),
        ] {
            assert_eq!(of(claimed, standing), None, "{claimed} {standing:?}");
        }
    }

    #[test]
    fn what_the_person_said_of_two_stands() {
        let supplier = |n| Keypair::from_secret(&[n; 32]).public();
        let mut one = Organisation::named("Volt".to_owned(), Timestamp(0));
        assert!(is_free(&one, &supplier(1)));
        one.is_not.insert(supplier(1));
        assert!(!is_free(&one, &supplier(1)) && is_free(&one, &supplier(2)));
        one.join(supplier(1), Timestamp(5));
        assert_eq!((one.supplier, one.joined, one.is_not.len()), (Some(supplier(1)), Some(Timestamp(5)), 0));
        one.join(supplier(1), Timestamp(9));
        assert_eq!(one.joined, Some(Timestamp(5)), "it was one already");
    }
}
