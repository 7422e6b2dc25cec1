//! Measures what a node's operations cost on this machine. In: a clock, typical objects. Out: [`Costs`].
//!
//! Each is measured as a node does it: a signature with the encoding and hashing of what is signed, a check with the
//! decoding. What of it is another operation that is counted by itself (a key that is read, a signature) is taken off.

use std::collections::BTreeMap;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use regie_protocol::{
    Acceptance, Access, Agreement, Days, FieldPath, Keypair, Nonce, Observed, Person, Policy, Profile, Provenance,
    PublicKey, Purpose, RootSeed, Signed, Timestamp, Verified,
    person::{Input, NewGrant},
    scheme::Tally,
};

use crate::{
    limits,
    scenario::{Signatures, costs::Costs},
    stopwatch::{median, nanos},
    world::{agenda::BEGIN, hands},
};

/// Why there is no calibration.
#[derive(Debug, thiserror::Error)]
pub enum CalibrateError {
    /// This build does not sign.
    #[error("a build with modelled signatures has no costs to measure; build the real one: {}", Signatures::Real.build())]
    Modelled,
    /// A machine did not do what is measured.
    #[error("a machine refused what is measured ({0}); this is a mistake of regie-sim, please report it")]
    Refused(String),
}

const NOW: Timestamp = Timestamp(BEGIN);

/// Measures; it takes some seconds.
///
/// # Errors
/// [`CalibrateError`].
pub fn calibrate() -> Result<Costs, CalibrateError> {
    if Signatures::BUILT == Signatures::Modelled {
        return Err(CalibrateError::Modelled);
    }
    let mut costs = Costs { key_ns: 0, read_ns: 0, sign_ns: 0, verify_ns: 0, seal_ns: 0 };
    let secret = [7; 32];
    costs.key_ns = measured(&costs, || Ok(()), |()| Keypair::from_secret(&secret))?;
    let key = Keypair::from_secret(&secret);
    let bytes = *key.public().as_bytes();
    costs.read_ns = measured(&costs, || Ok(()), |()| PublicKey::from_bytes(&bytes))?;
    let typical = || Ok(acceptance(&key.public()));
    costs.sign_ns = measured(&costs, typical, |acceptance| Verified::sign(acceptance, &key))?;
    let signed = || Ok(sign(acceptance(&key.public()), &key)?.signed().clone());
    costs.verify_ns = measured(&costs, signed, Signed::verify)?;
    let email: FieldPath = "email".parse().map_err(refused)?;
    let value = "a@b.example".parse().map_err(refused)?;
    let values = BTreeMap::from([(email, Observed { value, provenance: Provenance::Typed, observed: NOW })]);
    let mut rng = ChaCha8Rng::from_seed([3; 32]);
    let changed = BTreeMap::from([(email, true)]);
    costs.seal_ns = measured(&costs, subscribed, |mut person| {
        hands::give(&mut person, Input::FieldChanged(&changed), NOW, &values, None, &mut rng)
    })?;
    Ok(costs)
}

/// The median time of some work, without the operations in it whose costs are known by now. Preparing is not measured.
fn measured<P, R>(
    known: &Costs,
    mut prepare: impl FnMut() -> Result<P, CalibrateError>,
    mut work: impl FnMut(P) -> R,
) -> Result<u64, CalibrateError> {
    let mut times = Vec::with_capacity(limits::CALIBRATION_REPEATS);
    for _ in 0..limits::CALIBRATION_REPEATS {
        let prepared = prepare()?;
        let before = Tally::so_far();
        let (time, result) = nanos(|| work(prepared));
        let done = Tally::so_far().since(before);
        // What is thrown away is dropped outside of the measurement.
        drop(std::hint::black_box(result));
        times.push(time.saturating_sub(known.nanos(&done)));
    }
    Ok(median(times))
}

fn acceptance(supplier: &PublicKey) -> Acceptance {
    let pairing = regie_protocol::ObjectId::of(b"a pairing");
    Acceptance { supplier: *supplier, person: *supplier, pairing, agreement: Agreement::SdBase, at: NOW }
}

fn sign<T: regie_protocol::Object>(value: T, key: &Keypair) -> Result<Verified<T>, CalibrateError> {
    Verified::sign(value, key).map_err(refused)
}

/// A person with one subscriber.
fn subscribed() -> Result<Person, CalibrateError> {
    let mut person = Person::new(RootSeed::from_entropy([1; 32]), Policy::of(Vec::new()));
    let key = Keypair::from_secret(&[2; 32]);
    let supplier = key.public();
    let pairing = person.proffer(&supplier, Nonce([1; 16]), Agreement::SdBase, None, NOW).map_err(refused)?;
    let profile = Profile {
        supplier,
        name: "Shop".into(),
        sector: "retail".into(),
        domain: String::new(),
        contact: String::new(),
        wishes: Vec::new(),
        agreements: [Agreement::SdBase].into(),
        addresses: Vec::new(),
        keys: regie_protocol::KeyHistory::default(),
        board: false,
        issued: NOW,
    };
    let own = person.pairing_key(&supplier).public();
    let acceptance = Acceptance { person: own, pairing: pairing.id(), ..acceptance(&supplier) };
    let (profile, acceptance) = (sign(profile, &key)?.signed().clone(), sign(acceptance, &key)?.signed().clone());
    let (nothing, mut rng) = (BTreeMap::new(), ChaCha8Rng::from_seed([1; 32]));
    let mut give = |input: Input<'_>| hands::give(&mut person, input, NOW, &nothing, None, &mut rng).map_err(refused);
    drop(give(Input::Paired(&supplier, profile, acceptance, &pairing))?);
    let new = NewGrant {
        supplier,
        fields: ["email".parse().map_err(refused)?].into(),
        purposes: [Purpose::CustomerCare].into(),
        access: Access::Subscribe,
        duration: Days(30),
        retention: Days(30),
    };
    drop(give(Input::Grant(&new))?);
    Ok(person)
}

fn refused(error: impl std::fmt::Display) -> CalibrateError {
    CalibrateError::Refused(error.to_string())
}
