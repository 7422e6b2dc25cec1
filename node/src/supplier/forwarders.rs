//! Do the forwarders of this companion pass people on to it? In: its key, its forwarders, how it gets to others. Out: for
//! each the next step where they do not. It looks as a person would: it comes by the forwarder's address, under a key that
//! is thrown away.

use futures::future::join_all;
use regie_protocol::PublicKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    clock,
    network::{DialError, Endpoint, Fault, Through, Way},
};

/// Whether a forwarder passes people on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// Its key.
    pub forwarder: String,
    /// Where it is, as a multiaddr.
    pub address: String,
    /// Does it?
    pub fine: bool,
    /// What to do where it does not; else empty.
    pub next_step: String,
}

/// Comes to the companion by each of its forwarders.
pub async fn check(own: &PublicKey, through: &[Through], way: &Way) -> Vec<Checked> {
    join_all(through.iter().map(|through| async move {
        let next = come(own, through, way).await.err().unwrap_or_default();
        Checked {
            forwarder: through.forwarder().to_string(),
            address: through.address().to_string(),
            fine: next.is_empty(),
            next_step: next,
        }
    }))
    .await
}

async fn come(own: &PublicKey, through: &Through, way: &Way) -> Result<(), String> {
    let started = Endpoint::start(Zeroizing::new(clock::random()), &[], way).await;
    let (endpoint, _events) = started.map_err(|error| error.to_string())?;
    let came = endpoint.connect(*own.as_bytes(), &[through.address_of(own)], None).await;
    came.map(drop).map_err(|error| next_step(own, through, &error))
}

fn next_step(own: &PublicKey, through: &Through, error: &DialError) -> String {
    let at = through.address();
    let status = error.tried().iter().find_map(|(_, fault)| match fault {
        Fault::NotPassedOn(status) => Some(*status),
        _ => None,
    });
    match status {
        Some(404) => format!(
            "the forwarder at {at} is there, and does not forward for this companion: its owner has to run \
             `regie supplier run --forward {own}`"
        ),
        Some(503) => format!(
            "the forwarder at {at} forwards for this companion, but this companion is not connected with it, or does \
             not answer there: `regie supplier status` says why; look again in a minute"
        ),
        Some(429) => format!(
            "the forwarder at {at} passes on as many people as it can at this moment; look again in a few minutes, or \
             name another one with --through"
        ),
        Some(_) => format!(
            "what answers at {at} passes nobody on: its web server has to pass `/f/` on to the forwarder \
             (docs/deploy.md); tell its owner"
        ),
        None if error.is_wrong_peer() => {
            format!("whom the forwarder at {at} leads to is not this companion; tell its owner, and name another one")
        }
        None => format!("the forwarder is not reached: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use regie_protocol::Keypair;

    use super::*;

    #[test]
    fn what_a_forwarder_answers_has_a_next_step() {
        let own = Keypair::from_secret(&[1; 32]).public();
        let through: Through = format!("{own}@/ip4/192.0.2.7/tcp/443").parse().expect("a forwarder");
        let words = |fault| next_step(&own, &through, &DialError::Unreachable(vec![(through.address_of(&own), fault)]));
        for (fault, word) in [
            (Fault::NotPassedOn(404), "--forward did:key:"),
            (Fault::NotPassedOn(503), "supplier status"),
            (Fault::NotPassedOn(429), "few minutes"),
            (Fault::NotPassedOn(200), "/f/"),
            (Fault::WrongPeer, "not this companion"),
            (Fault::Refused, "not reached"),
        ] {
            let words = words(fault);
            assert!(words.contains(word), "{words}");
        }
    }
}
