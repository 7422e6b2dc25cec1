//! What the operations of a node cost in time. In: a file of `regie-sim calibrate`, or the figures below. Out:
//! microseconds of a tally.

use std::path::Path;

use regie_protocol::scheme::Tally;
use serde::{Deserialize, Serialize};

/// Nanoseconds of one operation each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    /// A public key is made from a secret one.
    pub key_ns: u64,
    /// A public key is read from bytes.
    pub read_ns: u64,
    /// A signature is made.
    pub sign_ns: u64,
    /// A signature is checked.
    pub verify_ns: u64,
    /// A disclosure is sealed, without its signature.
    pub seal_ns: u64,
}

/// Why a file gave no costs.
#[derive(Debug, thiserror::Error)]
pub enum CostsError {
    /// The file can't be read.
    #[error("can't read {0}: {1}")]
    Unreadable(String, std::io::Error),
    /// Not TOML, or not of this form. The text shows the line.
    #[error("a mistake in the costs; `regie-sim calibrate` writes them\n{0}")]
    Form(#[from] toml::de::Error),
}

impl Default for Costs {
    /// Measured by `regie-sim calibrate` on the machine that docs/simulator.md names, so that a scenario without costs
    /// gives the same tables everywhere.
    fn default() -> Self {
        Self { key_ns: 12_000, read_ns: 6_750, sign_ns: 14_400, verify_ns: 37_400, seal_ns: 20_000 }
    }
}

impl Costs {
    /// Reads a calibration.
    ///
    /// # Errors
    /// [`CostsError`].
    pub fn read(file: &Path) -> Result<Self, CostsError> {
        let text =
            std::fs::read_to_string(file).map_err(|error| CostsError::Unreadable(file.display().to_string(), error))?;
        Ok(toml::from_str(&text)?)
    }

    /// The nanoseconds of these operations.
    #[must_use]
    pub fn nanos(&self, tally: &Tally) -> u64 {
        let parts = [
            (tally.keys, self.key_ns),
            (tally.read, self.read_ns),
            (tally.signed, self.sign_ns),
            (tally.verified, self.verify_ns),
            (tally.sealed, self.seal_ns),
        ];
        parts.iter().fold(0, |sum, (count, ns)| sum.saturating_add(count.saturating_mul(*ns)))
    }

    /// Their microseconds, rounded down.
    #[must_use]
    pub fn micros(&self, tally: &Tally) -> u64 {
        self.nanos(tally) / 1_000
    }
}
