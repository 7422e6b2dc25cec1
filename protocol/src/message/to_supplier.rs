//! What a person's node says to a company's companion, and what that answers. In and out: frames of a line that the
//! person's node made, under the key of one relationship.

use serde::{Deserialize, Serialize};

use super::{
    Skewed,
    table::{keys, messages},
};
use crate::{
    disclosure::Disclosure,
    grant::{Chain, Grant},
    intent::TakeUp,
    profile::{Acceptance, Alternative, Pairing, Profile},
    receipt::{Acknowledgement, ErasureReceipt},
    refusal::Refusal,
    renewal::Renewal,
    revocation::Revocation,
    segment::{CountReport, Membership, Segment},
    signed::Signed,
    tally::TallyReport,
};

messages! {
    /// What a company's companion is told, by persons.
    ToSupplier to Supplier {
        /// Who are you?
        "hello" Hello from [Person] answered ["profile"] at HELLOS grows [];
        /// Begin a relationship.
        "pair" Pair(Signed<Pairing>) from [Person] answered ["paired", "alternative", "skewed"]
            within [PAIRINGS_PER_INVITATION, PAIRINGS_IN_ALL, PAIRINGS_PER_SOURCE]
            at PAIR_TRIES grows ["relationships" until Relationship];
        /// Values, or answers that were awaited.
        "disclose" Disclose(Signed<Disclosure>) from [Person] answered ["acknowledged"]
            within [FIELDS, GRANTS_PER_MESSAGE, GROWN_LEAVES, PROOF_HASHES]
            at DISCLOSURES grows [
                "values" most VOCABULARY_FIELDS Peer until Retention,
                "grants" most GRANTS_KEPT Peer until Replaced,
                "proofs of disclosures" until Relationship
            ];
        /// I go by another key from now on.
        "renew" Renew(Signed<Renewal>) from [Person] answered ["noted"] within [RENEWALS]
            at RENEWAL_TRIES grows ["keys of the person" most RENEWALS Peer until Relationship];
        /// A grant on the person's own initiative.
        "grant" Grant(Signed<Grant>) from [Person] answered ["noted"]
            within [FIELDS, PURPOSES, GRANT_DAYS, RETENTION_DAYS]
            at GRANTS_SENT grows ["grants" most GRANTS_KEPT Peer until Replaced];
        /// A grant is at an end.
        "revoke" Revoke(Signed<Revocation>) from [Person] answered ["erased", "noted"]
            at REVOCATIONS_SENT grows ["revocations" most REVOCATIONS_KEPT Peer until Relationship];
        /// A delegation that this processor may use.
        "mandate" Mandate(Mandate) from [Person] answered ["noted"]
            within [DELEGATION_DEPTH, NAME_BYTES, DELEGATIONS_PER_RELATIONSHIP]
            at MANDATES_SENT grows ["mandates" most DELEGATIONS_PER_RELATIONSHIP Peer until Ended];
        /// Your offer, please.
        "take_up" TakeUp(Signed<TakeUp>) from [Person] answered ["noted"]
            at TAKE_UPS grows ["offers taken up" until Relationship];
        /// Which segments do you publish?
        "segments" Segments from [Person] answered ["segments"] at SEGMENT_LOOKS grows [];
        /// I belong to it, or no longer.
        "belong" Belong(Signed<Membership>) from [Person] answered ["noted"]
            at SEGMENT_WORDS grows ["memberships" most SEGMENTS_PER_SUPPLIER Peer until Ended];
        /// A randomised answer.
        "count" Count(Signed<CountReport>) from [Person] answered ["noted"]
            at SEGMENT_WORDS grows ["answers" most SEGMENTS_PER_SUPPLIER Peer until Ended];
        /// A randomised answer in two halves.
        "tally" Tally(Signed<TallyReport>) from [Person] answered ["noted"] within [SHARE_BYTES]
            at SEGMENT_WORDS grows ["halves for the helper" most SEGMENTS_PER_SUPPLIER Peer until Taken];
    }

    /// What a company's companion answers to persons.
    SupplierReply {
        /// Who this is.
        "profile" Profile(Signed<Profile>) within [NAME_BYTES, WISHES, ADDRESSES, ROTATIONS];
        /// The relationship is there.
        "paired" Paired(Signed<Acceptance>);
        /// Not that agreement, but this one.
        "alternative" Alternative(Signed<Alternative>);
        /// It arrived.
        "acknowledged" Acknowledged(Signed<Acknowledgement>);
        /// Erased, as the revocation demanded.
        "erased" Erased(Signed<ErasureReceipt>);
        /// What is published.
        "segments" Segments(Vec<Signed<Segment>>) within [SEGMENTS_PER_SUPPLIER, SEGMENT_BYTES];
        /// Taken; there is nothing to say.
        "noted" Noted;
        /// Not taken.
        "refused" Refused(Refusal);
        /// Not taken: it states a time more than 5 minutes from this companion's clock, which shows this.
        "skewed" Skewed(Skewed);
    }
    skewed Skewed
}

/// A person's node hands a processor the chain it may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// The grant and the delegations down to the processor.
    pub chain: Chain,
    /// As the supplier called the matter.
    pub reference: String,
}

keys! {
    Mandate: "`chain`, `reference`";
    Vec<Signed<Segment>>: "list of `regie.segment/1`";
}
