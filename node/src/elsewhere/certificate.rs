//! A certificate that a node makes itself, for one host. In: the host, the day. Out: the certificate with its key, and the
//! fingerprint by which a person knows it.
//!
//! No authority vouches for it, so a browser warns once and the person compares. It vouches for nobody else: it is no authority's.

use std::fmt;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, date_time_ymd};
use regie_protocol::{DAY_MS, Timestamp, calendar::Date};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::command::Failure;

/// How long it holds, in days: no browser takes one for longer than 825 (Apple, HT210176).
const DAYS: u64 = 820;
/// It is made anew this many days before it ends.
const BEFORE: u64 = 30;

/// A certificate and its key, as both are kept: in the sealed store.
#[derive(Clone, Serialize, Deserialize)]
pub struct Certificate {
    /// Whose it is.
    pub host: String,
    /// Until when it holds.
    pub until: Timestamp,
    /// As browsers see it (X.509, DER).
    #[serde(with = "serde_bytes")]
    pub certificate: Vec<u8>,
    /// Its key (PKCS #8, DER).
    #[serde(with = "serde_bytes")]
    pub key: Vec<u8>,
}

impl Drop for Certificate {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.host, self.fingerprint())
    }
}

impl Certificate {
    /// A fresh one, from today on.
    ///
    /// # Errors
    /// A host that can't stand in one.
    pub fn make(host: &str, now: Timestamp) -> Result<Self, Failure> {
        let until = now.plus_ms(DAYS * DAY_MS);
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(Failure::internal)?;
        let mut parameters = CertificateParams::new(vec![host.to_owned()]).map_err(Failure::internal)?;
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, "regie");
        parameters.distinguished_name = name;
        // A day before, since clocks of phones differ.
        let yesterday = Date::of(Timestamp(now.0.saturating_sub(DAY_MS)));
        let last = Date::of(until);
        parameters.not_before = date_time_ymd(yesterday.year(), yesterday.month(), yesterday.day());
        parameters.not_after = date_time_ymd(last.year(), last.month(), last.day());
        let made = parameters.self_signed(&key).map_err(Failure::internal)?;
        Ok(Self { host: host.to_owned(), until, certificate: made.der().to_vec(), key: key.serialize_der() })
    }

    /// Does it hold for this host, for a while yet?
    #[must_use]
    pub fn holds(&self, host: &str, now: Timestamp) -> bool {
        self.host == host && now.plus_ms(BEFORE * DAY_MS) < self.until
    }

    /// By what a person knows it again.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(&self.certificate).into())
    }
}

/// The SHA-256 of a certificate, as browsers show it: pairs of digits with colons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<String> = self.0.iter().map(|byte| format!("{byte:02X}")).collect();
        f.write_str(&pairs.join(":"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_for_one_host_and_made_anew_before_it_ends() {
        let now = Timestamp(1_790_000_000_000);
        let made = Certificate::make("192.168.1.5", now).expect("made");
        assert!(made.holds("192.168.1.5", now) && !made.holds("192.168.1.6", now));
        assert!(made.holds("192.168.1.5", now.plus_ms((DAYS - BEFORE - 1) * DAY_MS)));
        assert!(!made.holds("192.168.1.5", now.plus_ms((DAYS - BEFORE) * DAY_MS)));
        let shown = made.fingerprint().to_string();
        assert_eq!((shown.len(), shown.matches(':').count()), (95, 31));
        assert_ne!(made.fingerprint(), Certificate::make("192.168.1.5", now).expect("made").fingerprint());
        assert!(!format!("{made:?}").contains("key"), "the key is printed nowhere");
        assert!(Certificate::make("regie.example.nl", now).is_ok() && Certificate::make("fd00::1", now).is_ok());
    }
}
