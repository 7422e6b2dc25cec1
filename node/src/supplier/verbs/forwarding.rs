//! Whom the companion forwards people to.

use regie_protocol::PublicKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    command::Failure,
    driver::Turn,
    network::{Address, Through},
    verb::Verb,
};

/// Asks whom, and what they need for it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Forwarding {}

/// What those need who are behind this forwarder, and how they stand.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Forwards {
    /// What they are to be run with as `--through`: `KEY@ADDRESS`, one of them.
    #[schemars(with = "Vec<String>")]
    pub through: Vec<Through>,
    /// They.
    pub forwards_to: Vec<Forwarded>,
}

/// A company that is forwarded for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Forwarded {
    /// Its key; none for one that is no key of a company.
    pub key: Option<PublicKey>,
    /// Is it connected, so that people can come?
    pub connected: bool,
    /// How many people are being passed on.
    pub people: usize,
}

impl Verb for Forwarding {
    const NAME: &'static str = "forwarding";
    type Answer = Forwards;
}

impl OnCompanion for Forwarding {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Forwards, Failure> {
        let places = companion.endpoint.places();
        if places.is_empty() {
            let next = "say whose with `regie supplier run --forward KEY`";
            return Err(Failure::usage(format!("this companion forwards people to nobody; {next}")));
        }
        let own = companion.machine.key().public();
        let addresses = companion.machine.profile().map(|profile| profile.addresses.as_slice()).unwrap_or_default();
        let addresses = addresses.iter().filter_map(|text| text.parse::<Address>().ok());
        let through = addresses.filter(|address| !address.is_forwarded());
        let through = through.filter_map(|address| Through::new(own, address).ok()).collect();
        let forwarded = places.iter().map(|place| Forwarded {
            key: PublicKey::from_bytes(&place.key).ok(),
            connected: place.connected,
            people: place.people,
        });
        Ok(Forwards { through, forwards_to: forwarded.collect() })
    }
}
