//! The situations that the cases happen in: what a person's node knows, what a companion knows. In: nothing.
//! Out: states as they stand in the files.

use std::collections::BTreeMap;

use regie_protocol::{Grant, Keypair, Revocation, Timestamp};

use crate::{
    fixtures::{NOW, SEED, grant, person, profile, supplier},
    format::{CustomerState, PersonState, RelationshipState, SignedHex, SupplierState, hex},
    forms::signed_value,
};

/// A relationship of the person with a company, without grants.
pub fn relationship(company: &Keypair) -> RelationshipState {
    let profile = profile(company.public(), "De Webwinkel BV");
    RelationshipState {
        profile: signed_value(&profile, company),
        agreement: "SD-BASE".into(),
        ..RelationshipState::default()
    }
}

/// The person, paired with the supplier, which holds the grant of the fixtures.
pub fn paired(policy: &str) -> PersonState {
    let values = [("name.full", "Anna Bakker"), ("address.street", "Dorpsstraat 1"), ("income.annual", "30000")];
    let mut with = relationship(&supplier());
    with.grants = vec![signed_grant(&grant())];
    PersonState {
        seed: hex(&SEED),
        policy: policy.into(),
        values: values.map(|(path, text)| (path.into(), text.into())).into(),
        relationships: vec![with],
        ..PersonState::default()
    }
}

pub fn signed_grant(grant: &Grant) -> SignedHex {
    signed_value(grant, &person())
}

pub fn revocation(grant: &str, erase: bool) -> Revocation {
    Revocation {
        person: person().public(),
        supplier: supplier().public(),
        grant: grant.parse().expect("an id"),
        at: Timestamp(NOW),
        erase,
    }
}

/// The supplier's companion, with the person as its customer.
pub fn companion() -> SupplierState {
    let customer = CustomerState { person: person().public().to_string(), agreement: "SD-BASE".into() };
    SupplierState { customers: vec![customer], ..companion_alone() }
}

pub fn companion_alone() -> SupplierState {
    let profile = profile(supplier().public(), "De Webwinkel BV");
    SupplierState {
        secret: hex(&supplier().expose_secret()[..]),
        profile: signed_value(&profile, &supplier()),
        ..SupplierState::default()
    }
}

pub fn one<T>(name: &str, state: T) -> BTreeMap<String, T> {
    BTreeMap::from([(name.to_owned(), state)])
}
