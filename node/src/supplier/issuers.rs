//! Issuers whose credentials this company trusts, and whether they vouch for a value that it holds. In: keys of
//! issuers, held values. Out: rows, and who attests a value or why nobody does.

use regie_protocol::{FieldPath, Issuer, Observed, Provenance, supplier::Held};

#[cfg(feature = "vc")]
pub(super) use trusted::Trusted;

use super::{Companion, verbs::TrustedIssuer};
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

    pub(super) fn trust_issuer(&mut self, _: &Issuer, _: &str, _: &mut Turn) -> Result<(), Failure> {
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
    use regie_protocol::Presentation;
    use serde::{Deserialize, Serialize};

    use super::{Companion, Failure, FieldPath, Held, Issuer, Observed, TrustedIssuer, Turn};
    use crate::{
        clock,
        command::exit,
        credential,
        store::Read as _,
        supplier::{records::damaged, tables},
    };

    /// Most issuers that a company trusts.
    const MOST: usize = 256;

    /// The key under which an issuer signs.
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(in crate::supplier) struct Trusted {
        /// As a JWK.
        key: String,
    }

    impl Companion {
        /// Trusts the credentials that this issuer signs under this key; an earlier key is trusted no more.
        pub(in crate::supplier) fn trust_issuer(
            &mut self,
            issuer: &Issuer,
            key: &str,
            turn: &mut Turn,
        ) -> Result<(), Failure> {
            let key = credential::issuer_key(key)
                .map_err(|_| Failure::usage("that is no public key: give an EC P-256 or Ed25519 key as a JWK"))?;
            if self.store.keys(tables::ISSUERS, &())?.len() >= MOST {
                return Err(Failure::usage(format!("{MOST} issuers are trusted; take one off first")));
            }
            let key = serde_json::to_string(&key).map_err(Failure::internal)?;
            turn.batch.put(tables::ISSUERS, issuer, &Trusted { key });
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
                let key = serde_json::from_str(&trusted.key).map_err(|_| damaged(tables::ISSUERS.id().name()))?;
                Ok(TrustedIssuer { issuer, key })
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
            let trusted = |issuer: &Issuer| {
                let trusted = self.store.get(tables::ISSUERS, issuer).ok()??;
                credential::issuer_key(&trusted.key).ok()
            };
            let me = self.machine.key().public();
            let about = (field, &observed.value);
            match credential::check(shown, &trusted, (&me, &held.grant), about, clock::wall()) {
                Ok(found) if found == *issuer => None,
                Ok(_) => Some(credential::Doubt::AnotherValue.code()),
                Err(doubt) => Some(doubt.code()),
            }
        }
    }
}
