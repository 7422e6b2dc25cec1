//! What a person's node says to a company's companion, and what that answers. In and out: frames of a line that the
//! person's node made, under the key of one relationship.

use serde::{Deserialize, Serialize};

use super::{
    Skewed,
    table::{keys, messages},
};
use crate::{
    act::{Act, ActReceipt},
    disclosure::Disclosure,
    grant::{Chain, Grant},
    identity::Nonce,
    intent::TakeUp,
    limits,
    merkle::{self, Frontier, Hash},
    profile::{Acceptance, Alternative, Pairing, Profile},
    receipt::{Acknowledgement, ErasureReceipt},
    refusal::Refusal,
    renewal::Renewal,
    resumption::Resumption,
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
        /// This run of my node speaks from now on.
        "resume" Resume(Signed<Resumption>) from [Person] answered ["begun", "superseded"] within [SEALED_RUN_BYTES]
            at HELLOS grows ["words of other runs" most RIVALS Peer until Replaced, "branches of a log" most BRANCHES Peer until Replaced];
        /// My log grew by more than a disclosure shows.
        "grown" Grown(LogGrowth) from [Person] answered ["noted"] within [PROOF_HASHES]
            at DISCLOSURES grows ["proven earlier roots" most WITNESSED_EARLIER Peer until Replaced];
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
        /// A contract ends, or a right is exercised.
        "act" Act(Signed<Act>) from [Person] answered ["received"]
            within [CONTRACT_NUMBER_BYTES, NAME_BYTES, TEXT_BYTES]
            at ACTS_SENT grows ["acts" most ACTS_PER_RELATIONSHIP Peer until Relationship];
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
        /// That run speaks.
        "begun" Begun(Begun);
        /// Another run spoke last, and this is its word.
        "superseded" Superseded(Signed<Resumption>);
        /// The relationship is there.
        "paired" Paired(Signed<Acceptance>);
        /// Not that agreement, but this one.
        "alternative" Alternative(Signed<Alternative>);
        /// It arrived.
        "acknowledged" Acknowledged(Signed<Acknowledgement>);
        /// Erased, as the revocation demanded.
        "erased" Erased(Signed<ErasureReceipt>);
        /// The act came, at this moment.
        "received" Received(Signed<ActReceipt>);
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

/// What a supplier says to a run of the person's node that may speak.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    /// How much of the log it has witnessed, in entries.
    pub witnessed: u64,
    /// Another run that wanted to speak and did not take the place of the one that did.
    pub rival: Option<Rival>,
}

/// A run that wanted to speak while another did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rival {
    /// What it said.
    pub word: Signed<Resumption>,
    /// The run that spoke.
    pub beside: Nonce,
}

/// That a log grew from one size to another, where that is more than a disclosure shows, or longer ago than the supplier
/// keeps leaves: one of the two is the head that it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogGrowth {
    /// The size before.
    pub from: u64,
    /// The root that it had.
    pub root: Hash,
    /// The size after, with the peaks.
    pub to: Frontier,
    /// The consistency proof of RFC 9162, section 2.1.4. At most [`limits::PROOF_HASHES`].
    pub proof: Vec<Hash>,
}

impl LogGrowth {
    /// Does the proof hold?
    #[must_use]
    pub fn holds(&self) -> bool {
        let fits = self.to.well_formed() && self.proof.len() <= limits::PROOF_HASHES;
        fits && merkle::grew(self.from, self.root, self.to.size(), self.to.root(), &self.proof)
    }
}

keys! {
    Begun: "`witnessed`, `rival`";
    LogGrowth: "`from`, `root`, `to`, `proof`";
    Mandate: "`chain`, `reference`";
    Vec<Signed<Segment>>: "list of `regie.segment/1`";
}
