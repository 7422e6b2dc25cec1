//! Which run of a person's node speaks. In: this start of the node, and what a supplier says of the run before. Out: a
//! signed word of it to each supplier, by a name that no other supplier hears, with a sealed part that only who has the
//! person's seed can open: by that two copies of one node tell, alike wherever they meet, which of them goes on.
//!
//! A supplier lets a run speak that takes the place of the one that it heard last, and shows every other that one's word.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{
    entropy::Entropy,
    identity::{Nonce, PublicKey},
    limits,
    merkle::Frontier,
    refusal::Refusal,
    sealed,
    signed::Object,
    time::Timestamp,
    wire,
};

const NAME_DOMAIN: &[u8] = b"regie run name 1\0";
const SEAL_DOMAIN: &[u8] = b"regie run 1\0";

/// One start of a person's node. Of two the greater goes on: it came back from a backup more often, or began later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    // The order of these fields is the order of runs, by which copies decide: a restore counts before any clock.
    /// How often the node came back from a backup.
    pub epoch: u32,
    /// When it began, by its own clock.
    pub since: Timestamp,
    /// Random.
    pub id: Nonce,
}

impl Run {
    /// The name by which this supplier hears of it.
    #[must_use]
    pub fn name_for(&self, supplier: &PublicKey) -> Nonce {
        let digest = Sha256::new()
            .chain_update(NAME_DOMAIN)
            .chain_update(self.id.0)
            .chain_update(supplier.as_bytes())
            .finalize();
        let mut name = [0; 16];
        name.copy_from_slice(&digest[..16]);
        Nonce(name)
    }

    /// For other copies of the same node, which have the same secret.
    pub(crate) fn seal(&self, secret: &[u8; 32], name: &Nonce, entropy: &mut Entropy) -> Result<Vec<u8>, Refusal> {
        // Bound to the name: taken out of one word and put into another it does not open.
        let plain = wire::encode(self)?;
        sealed::seal(&sealed::key(secret), SEAL_DOMAIN, &name.0, &plain, entropy).map_err(|_| Refusal::Unavailable)
    }

    /// What another copy said, or this one; none where no copy of this node did.
    pub(crate) fn open(secret: &Zeroizing<[u8; 32]>, resumption: &Resumption) -> Option<Self> {
        let plain = sealed::open(secret, SEAL_DOMAIN, &resumption.run.0, &resumption.sealed).ok()?;
        wire::decode(&plain, limits::SEALED_RUN_BYTES).ok()
    }
}

/// A person's word on which run of their node speaks, and from where its log goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resumption {
    /// The person, by the key of this relationship; signs this.
    pub person: PublicKey,
    /// To whom it is said.
    pub supplier: PublicKey,
    /// The run, by the name that only this supplier hears.
    pub run: Nonce,
    /// The run whose place it takes; none where it knows of none.
    pub follows: Option<Nonce>,
    /// Which branch of the log of this relationship it writes; a later one has a higher number.
    pub epoch: u32,
    /// The head from which that branch goes on; none in the first.
    pub begins: Option<Frontier>,
    /// Another copy wrote into this log meanwhile: it need not be the one that the supplier witnessed, even where it is
    /// longer.
    pub apart: bool,
    /// A [`Run`], for other copies of this node alone. At most [`limits::SEALED_RUN_BYTES`].
    #[serde(with = "serde_bytes")]
    pub sealed: Vec<u8>,
}

impl Object for Resumption {
    const TAG: &'static str = "regie.resumption/1";
    fn signer(&self) -> &PublicKey {
        &self.person
    }
}

impl Resumption {
    /// Is it within its bounds?
    ///
    /// # Errors
    /// [`Refusal::TooLarge`], [`Refusal::Malformed`].
    pub fn check(&self) -> Result<(), Refusal> {
        if self.sealed.len() > limits::SEALED_RUN_BYTES {
            return Err(Refusal::TooLarge);
        }
        if self.begins.as_ref().is_some_and(|head| !head.well_formed()) {
            return Err(Refusal::Malformed);
        }
        Ok(())
    }
}
