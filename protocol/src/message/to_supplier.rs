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
        "hello" Hello from [Person] answered ["profile"];
        /// Begin a relationship.
        "pair" Pair(Signed<Pairing>) from [Person] answered ["paired", "alternative", "skewed"];
        /// Values, or answers that were awaited.
        "disclose" Disclose(Signed<Disclosure>) from [Person] answered ["acknowledged"]
            within [FIELDS, GRANTS_PER_MESSAGE, GROWN_LEAVES, PROOF_HASHES];
        /// I go by another key from now on.
        "renew" Renew(Signed<Renewal>) from [Person] answered ["noted"] within [RENEWALS];
        /// A grant on the person's own initiative.
        "grant" Grant(Signed<Grant>) from [Person] answered ["noted"]
            within [FIELDS, PURPOSES, GRANT_DAYS, RETENTION_DAYS];
        /// A grant is at an end.
        "revoke" Revoke(Signed<Revocation>) from [Person] answered ["erased", "noted"];
        /// A delegation that this processor may use.
        "mandate" Mandate(Mandate) from [Person] answered ["noted"]
            within [DELEGATION_DEPTH, NAME_BYTES, DELEGATIONS_PER_RELATIONSHIP];
        /// Your offer, please.
        "take_up" TakeUp(Signed<TakeUp>) from [Person] answered ["noted"];
        /// Which segments do you publish?
        "segments" Segments from [Person] answered ["segments"];
        /// I belong to it, or no longer.
        "belong" Belong(Signed<Membership>) from [Person] answered ["noted"];
        /// A randomised answer.
        "count" Count(Signed<CountReport>) from [Person] answered ["noted"];
        /// A randomised answer in two halves.
        "tally" Tally(Signed<TallyReport>) from [Person] answered ["noted"] within [SHARE_BYTES];
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
