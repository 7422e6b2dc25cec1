//! Issuers whose credentials this company trusts, and whether they vouch for a value that it holds. In: keys of
//! issuers, held values. Out: rows, and who attests a value or why nobody does.

use regie_protocol::{FieldPath, Issuer, Observed, Provenance, supplier::Held};

#[cfg(feature = "vc")]
pub(super) use trusted::Trusted;

use super::{
    Companion,
    verbs::{TrustIssuer, TrustedIssuer},
};
use crate::{command::Failure, driver::Turn};

/// Whether an issuer vouches for a held value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// Who is said to.
    pub issuer: String,
    /// Why that does not hold, as a code; nothing where it does.
    pub doubt: Option<&'static str>,
}

impl Companion {
    /// Checks what came with a value. None where it is the person's own word.
    pub(crate) fn vouched(&self, field: FieldPath, held: &Held, observed: &Observed) -> Option<Vouched> {
        let Provenance::Attested(attestation) = &observed.provenance else { return None };
        let doubt = match &attestation.presentation {
            None => Some("not_shown"),
            Some(shown) => self.doubt(field, held, observed, &attestation.issuer, shown),
        };
        Some(Vouched { issuer: attestation.issuer.to_string(), doubt })
    }
}

#[cfg(not(feature = "vc"))]
impl Companion {
    fn doubt(
        &self,
        _: FieldPath,
        _: &Held,
        _: &Observed,
        _: &Issuer,
        _: &regie_protocol::Presentation,
    ) -> Option<&'static str> {
        Some("not_checked")
    }

    pub(super) fn trust_issuer(&mut self, _: TrustIssuer, _: &mut Turn) -> Result<(), Failure> {
        Err(crate::command::without_credentials())
    }

    pub(super) fn distrust_issuer(&mut self, _: &Issuer, _: &mut Turn) -> Result<(), Failure> {
        Err(crate::command::without_credentials())
    }

    pub(super) fn issuers(&self) -> Result<Vec<TrustedIssuer>, Failure> {
        Err(crate::command::without_credentials())
    }
}

#[cfg(feature = "vc")]
mod trusted {
    use std::collections::BTreeSet;

    use regie_protocol::Presentation;
    use serde::{Deserialize, Serialize};

    use super::{Companion, Failure, FieldPath, Held, Issuer, Observed, TrustIssuer, TrustedIssuer, Turn};
    use crate::{
        clock,
        command::exit,
        credential::{self, Anchor, Doubt, Trust},
        store::Read as _,
        supplier::{records::damaged, tables},
    };

    /// Most issuers that a company trusts.
    const MOST: usize = 256;

    /// Most types for which an issuer is trusted, and the longest, in bytes.
    const KINDS: usize = 32;
    const KIND_BYTES: usize = 1024;

    /// What an issuer is trusted for. One that 0.1.0 wrote names no type and no field, and so vouches for nothing.
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(in crate::supplier) struct Trusted {
        /// A JWK, a set of them, or roots in PEM.
        key: String,
        #[serde(default)]
        kinds: BTreeSet<String>,
        #[serde(default)]
        fields: BTreeSet<FieldPath>,
    }

    impl Trusted {
        fn trust(self) -> Result<Trust, Doubt> {
            Ok(Trust { anchor: Anchor::parse(&self.key)?, kinds: self.kinds, fields: self.fields })
        }
    }

    impl Companion {
        /// Trusts an issuer for types and fields; what was trusted before is trusted no more.
        pub(in crate::supplier) fn trust_issuer(&mut self, word: TrustIssuer, turn: &mut Turn) -> Result<(), Failure> {
            let TrustIssuer { issuer, key, kinds, fields } = word;
            Anchor::parse(&key).map_err(Failure::usage)?;
            let fit = |kind: &String| (1..=KIND_BYTES).contains(&kind.len());
            if kinds.is_empty() || kinds.len() > KINDS || !kinds.iter().all(fit) || fields.is_empty() {
                let next = format!("name 1 to {KINDS} types of its credentials, and the fields that it may vouch for");
                return Err(Failure::usage(next));
            }
            if self.store.keys(tables::ISSUERS, &())?.len() >= MOST {
                return Err(Failure::usage(format!("{MOST} issuers are trusted; take one off first")));
            }
            turn.batch.put(tables::ISSUERS, &issuer, &Trusted { key, kinds, fields });
            Ok(())
        }

        /// Trusts an issuer no more: values that it vouched for are the person's own word from now on.
        pub(in crate::supplier) fn distrust_issuer(&mut self, issuer: &Issuer, turn: &mut Turn) -> Result<(), Failure> {
            if !self.store.holds(tables::ISSUERS, issuer)? {
                let next = "no such issuer is trusted; `regie supplier issuers` lists them";
                return Err(Failure::new("not_found", exit::NOT_FOUND, next));
            }
            turn.batch.delete(tables::ISSUERS, issuer);
            Ok(())
        }

        /// The issuers that are trusted.
        pub(in crate::supplier) fn issuers(&self) -> Result<Vec<TrustedIssuer>, Failure> {
            let mut issuers = self.store.group(tables::ISSUERS, &())?;
            issuers.sort_by_key(|(issuer, _)| issuer.to_string());
            let view = |(issuer, trusted): (Issuer, Trusted)| {
                let trust = trusted.trust().map_err(|_| damaged(tables::ISSUERS.id().name()))?;
                let Trust { anchor, kinds, fields } = trust;
                Ok(TrustedIssuer { issuer, key: anchor.keys(), roots: anchor.roots(), kinds, fields })
            };
            issuers.into_iter().map(view).collect()
        }

        pub(super) fn doubt(
            &self,
            field: FieldPath,
            held: &Held,
            observed: &Observed,
            issuer: &Issuer,
            shown: &Presentation,
        ) -> Option<&'static str> {
            let trusted = |issuer: &Issuer| self.store.get(tables::ISSUERS, issuer).ok()??.trust().ok();
            let me = self.machine.key().public();
            let (about, now) = ((field, &observed.value), clock::wall());
            let found = match credential::check(shown, &trusted, (&me, &held.grant), about, now) {
                Ok(found) if found.issuer == *issuer => found,
                Ok(_) => return Some(Doubt::AnotherValue.code()),
                Err(doubt) => return Some(doubt.code()),
            };
            let entry = found.status?;
            let Some(trust) = trusted(issuer) else { return Some(Doubt::UnknownIssuer.code()) };
            self.statuses.stands(&entry, &trust.anchor, now).err().map(Doubt::code)
        }
    }
}
