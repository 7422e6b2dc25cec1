//! A disclosure: the signed answer of a person's node. In: released values and refusals. Out: the object, and
//! its check against the log entry it carries.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    audit::{self, Event, ProvenEntry},
    field::{AskedPath, Observed},
    grant::Grant,
    identity::{Nonce, PublicKey},
    limits,
    merkle::Hash,
    refusal::Refusal,
    signed::{Object, ObjectId, Signed, Verified},
    time::Timestamp,
};

/// The answer for one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::large_enum_variant, reason = "most answers are values")]
pub enum Answer {
    /// The value, with where it comes from.
    Value {
        /// With provenance and time.
        observed: Observed,
        /// Under this grant.
        grant: ObjectId,
        /// Opens the commitment in the log.
        salt: Nonce,
    },
    /// Allowed, but the person holds no value.
    Absent,
    /// The person will decide.
    Asked,
    /// The field is refused, with this code.
    Refused(Refusal),
}

/// What a person's node tells a supplier, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// The person, by the key of this relationship; signs this.
    pub person: PublicKey,
    /// The supplier that may read it.
    pub supplier: PublicKey,
    /// The request it answers; none for a change that is told.
    pub request: Option<Nonce>,
    /// When the person's node answered.
    pub at: Timestamp,
    /// Field by field.
    pub answers: BTreeMap<AskedPath, Answer>,
    /// Grants issued with it.
    pub grants: Vec<Signed<Grant>>,
    /// Its entry in the log of this relationship, the newest there, and the log's size and root.
    pub entry: ProvenEntry,
    /// How often the person's node came back from a backup: its log may begin again from an earlier point.
    pub epoch: u32,
    /// The leaf hashes right before it, back to the last head that the supplier signed for: with them the
    /// supplier checks that the log only grew. At most [`crate::limits::GROWN_LEAVES`].
    pub grown: Vec<Hash>,
}

impl Object for Disclosure {
    const TAG: &'static str = "regie.disclosure/1";
    fn signer(&self) -> &PublicKey {
        &self.person
    }
}

impl Signed<Disclosure> {
    /// Which request it says that it answers: a name to look something up by, and nothing to believe.
    #[must_use]
    pub fn request_named(&self) -> Option<Nonce> {
        self.said(|disclosure| disclosure.request).flatten()
    }
}

impl Disclosure {
    /// Does the log entry it carries say the same as the answers?
    ///
    /// # Errors
    /// [`Refusal::TooLarge`] for more answers or grants than one message holds, [`Refusal::Malformed`] where
    /// proof, commitments or fields differ, or where the entry is not the newest of the log: only the proof of
    /// the newest leaf binds the size that a supplier witnesses.
    pub fn check(disclosure: &Verified<Self>) -> Result<(), Refusal> {
        if disclosure.answers.len() > limits::FIELDS || disclosure.grants.len() > limits::GRANTS_PER_MESSAGE {
            return Err(Refusal::TooLarge);
        }
        let proven = &disclosure.entry;
        let grown = disclosure.grown.len();
        let newest = proven.index.checked_add(1) == Some(proven.size);
        if !newest || grown > limits::GROWN_LEAVES || grown as u64 > proven.index {
            return Err(Refusal::Malformed);
        }
        let entry = proven.check().map_err(|_| Refusal::Malformed)?;
        let Event::Answered { request, released, absent, asked, refused } = entry.event else {
            return Err(Refusal::Malformed);
        };
        let same = |(field, answer): (&AskedPath, &Answer)| match answer {
            Answer::Value { observed, grant, salt } => {
                let logged = field.known().and_then(|field| released.get(&field));
                logged.is_some_and(|logged| {
                    logged.grant == *grant && audit::commit(salt, observed) == Ok(logged.commitment)
                })
            }
            Answer::Absent => field.known().is_some_and(|field| absent.contains(&field)),
            Answer::Asked => asked.contains_key(field),
            Answer::Refused(code) => refused.get(field) == Some(code),
        };
        // Counted too: an entry that holds more than the answers would log what was never told.
        let count = released.len() + absent.len() + asked.len() + refused.len();
        let holds =
            request == disclosure.request && count == disclosure.answers.len() && disclosure.answers.iter().all(same);
        if holds { Ok(()) } else { Err(Refusal::Malformed) }
    }
}
