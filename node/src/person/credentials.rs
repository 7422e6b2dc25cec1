//! Credentials that the person holds: keys for issuers to bind them to, what they vouch for, and the proof that goes
//! out with a value. In: the owner's verbs, a value that is about to leave. Out: rows, values, presentations.

use std::collections::BTreeMap;

use regie_protocol::{Attestation, Observed, Provenance, PublicKey, Timestamp, decision::Release, limits};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Node, fields::Changed, tables, verbs::HeldCredential};
use crate::{
    clock::text,
    command::{Failure, exit},
    credential::{Anchor, CREDENTIAL_BYTES, Credential, Doubt, HolderKey},
    driver::{Lent, Turn},
    store::{Read as _, Store},
};

/// Most credentials of one person, and most keys that wait for one.
const MOST: usize = 64;
/// Bytes of presentations in one disclosure: what remains of the largest object is the values'.
const SHOWN_BYTES: usize = limits::OBJECT_BYTES / 2;

impl From<Doubt> for Failure {
    fn from(doubt: Doubt) -> Self {
        Self::new(doubt.code(), exit::USAGE, doubt)
    }
}

impl Node {
    /// Makes a key for an issuer to bind a credential to; one key for each, so that two can't be linked by it.
    pub(super) fn credential_key(&mut self, turn: &mut Turn) -> Result<Value, Failure> {
        if self.store.keys(tables::HOLDER_KEYS, &())?.len() >= MOST {
            return Err(Failure::usage(format!("{MOST} keys wait for credentials; add those first")));
        }
        let key = HolderKey::fresh().ok_or_else(|| Failure::internal("the system has no randomness"))?;
        let jwk = key.jwk().ok_or_else(|| Failure::internal("a key that can't be read"))?;
        turn.batch.put(tables::HOLDER_KEYS, &name(&jwk.to_string()), &key);
        Ok(jwk)
    }

    /// Takes a credential in; its claims become values that its issuer vouches for.
    pub(super) fn add_credential(
        &mut self,
        text: &str,
        key: &str,
        turn: &mut Turn,
    ) -> Result<(HeldCredential, Changed), Failure> {
        if text.len() > 2 * CREDENTIAL_BYTES || self.store.keys(tables::CREDENTIALS, &())?.len() >= MOST {
            return Err(Failure::usage(format!("at most {MOST} credentials of {CREDENTIAL_BYTES} bytes each")));
        }
        let (keys, now) = (self.store.group(tables::HOLDER_KEYS, &())?, self.clock.now());
        let known: Vec<HolderKey> = keys.iter().map(|(_, key)| key.clone()).collect();
        let credential = Credential::accept(text, &Anchor::parse(key)?, &known, now.latest())?;
        let id = name(text.trim());
        turn.batch.put(tables::CREDENTIALS, &id, &credential);
        if let Some((item, _)) = keys.into_iter().find(|(_, key)| credential.is_bound_to(key)) {
            turn.batch.erase(tables::HOLDER_KEYS, &item);
        }
        let attested = Provenance::Attested(Attestation { issuer: credential.issuer.clone(), presentation: None });
        let changes = credential
            .values()
            .into_iter()
            .map(|(field, value)| (field, Observed { value, provenance: attested.clone(), observed: now.wall }))
            .collect();
        let changed = self.put_values(changes, turn)?;
        Ok((shown(&id, &credential), changed))
    }

    /// The credentials.
    pub(super) fn credentials(&self) -> Result<Vec<HeldCredential>, Failure> {
        Ok(self.store.group(tables::CREDENTIALS, &())?.iter().map(|(id, credential)| shown(id, credential)).collect())
    }

    /// Throws a credential away; its values stay, as the person's own word. Its id comes out.
    pub(super) fn remove_credential(&mut self, text: &str, turn: &mut Turn) -> Result<String, Failure> {
        let all = self.store.group(tables::CREDENTIALS, &())?;
        let mut found = all.iter().filter(|(id, _)| hex(id).ends_with(text));
        let (Some((id, credential)), None) = (found.next(), found.next()) else {
            let next = "there is not exactly one such credential; `regie credential list` shows them";
            return Err(Failure::new("not_found", exit::NOT_FOUND, next));
        };
        turn.batch.erase(tables::CREDENTIALS, id);
        let (mut changes, now) = (BTreeMap::new(), self.clock.now());
        for (field, value) in credential.values() {
            if self.held(field).is_some_and(|held| held.value == value && vouches(&held.provenance, credential)) {
                changes.insert(field, Observed { value, provenance: Provenance::Typed, observed: now.wall });
            }
        }
        self.put_values(changes, turn)?;
        Ok(hex(id))
    }
}

/// Adds the proof to values that are about to leave, as far as one disclosure has room.
pub(super) struct Prover<'a> {
    // Read only where a value is attested, since it may be away.
    store: &'a Lent<Store>,
    supplier: PublicKey,
    now: Timestamp,
    left: usize,
    credentials: Option<Vec<([u8; 16], Credential)>>,
}

impl<'a> Prover<'a> {
    pub(super) fn new(store: &'a Lent<Store>, supplier: PublicKey, now: Timestamp) -> Self {
        Self { store, supplier, now, left: SHOWN_BYTES, credentials: None }
    }

    /// With the proof, if there is one and room for it; else as it was.
    pub(super) fn prove(&mut self, release: &Release, mut observed: Observed) -> Observed {
        let Provenance::Attested(attestation) = &observed.provenance else { return observed };
        let (store, field, issuer) = (self.store, release.field(), &attestation.issuer);
        let all = self.credentials.get_or_insert_with(|| store.group(tables::CREDENTIALS, &()).unwrap_or_default());
        let says = |credential: &Credential| {
            credential.issuer == *issuer && credential.values().get(&field) == Some(&observed.value)
        };
        let shown = all
            .iter()
            .filter(|(_, credential)| says(credential))
            .find_map(|(_, credential)| credential.present(field, &self.supplier, &release.grant(), self.now).ok());
        let Some(presentation) = shown.filter(|shown| shown.as_str().len() <= self.left) else { return observed };
        self.left -= presentation.as_str().len();
        let attestation = Attestation { issuer: issuer.clone(), presentation: Some(presentation) };
        observed.provenance = Provenance::Attested(attestation);
        observed
    }
}

fn vouches(provenance: &Provenance, credential: &Credential) -> bool {
    matches!(provenance, Provenance::Attested(attestation) if attestation.issuer == credential.issuer)
}

fn shown(id: &[u8], credential: &Credential) -> HeldCredential {
    let expires = credential.expires.and_then(|end| u64::try_from(end).ok());
    HeldCredential {
        id: hex(id),
        issuer: credential.issuer.clone(),
        kind: credential.kind.clone(),
        fields: credential.values().keys().copied().collect(),
        expires: expires.map(|end| text(Timestamp(end.saturating_mul(1_000)))),
    }
}

fn name(text: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    std::array::from_fn(|at| digest[at])
}

fn hex(id: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(id)
}
