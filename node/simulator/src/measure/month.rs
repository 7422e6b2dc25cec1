//! What is measured in a month of 30 days, of a person alone or of a group. In: what happens. Out: figures by name.

use std::collections::BTreeSet;

use regie_protocol::scheme::Tally;
use serde::Serialize;

use crate::{
    measure::{meter::Spent, outcome::Outcome},
    scenario::costs::Costs,
};

macro_rules! months {
    (each { $($(#[$doc:meta])* $name:ident,)* } together { $($(#[$doc_together:meta])* $together:ident,)* }) => {
        /// A month of 30 days: of a person who lives alone, or of all persons of a group together.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        pub struct Month {
            /// Which person or group.
            pub number: u32,
            /// Which month, from 0.
            pub month: u64,
            $($(#[$doc])* pub $name: u64,)*
            $($(#[$doc_together])* pub $together: u64,)*
        }

        impl Month {
            /// What is measured of everybody, in the order of the columns.
            pub const EACH: &'static [&'static str] = &[$(stringify!($name),)*];
            /// What is measured of groups besides.
            pub const TOGETHER: &'static [&'static str] = &[$(stringify!($together),)*];

            /// The figures of [`Self::EACH`].
            #[must_use]
            pub fn each(&self) -> Vec<u64> {
                vec![$(self.$name,)*]
            }

            /// The figures of [`Self::TOGETHER`].
            #[must_use]
            pub fn together(&self) -> Vec<u64> {
                vec![$(self.$together,)*]
            }

            /// Adds the figures of another month.
            pub fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
                $(self.$together += other.$together;)*
            }
        }
    };
}

months! {
    each {
        /// Requests made.
        requests,
        /// Of those, the ones that their supplier had made before.
        repeats,
        /// Fields that they asked for.
        fields_asked,
        /// Of those, fields that were needed.
        fields_needed,
        /// Requests answered at once by grants or defaults.
        answered,
        /// Requests that made something wait for the person's word.
        asked,
        /// Requests refused outright.
        refused,
        /// Decisions that the person took.
        decisions,
        /// Decisions where those of one kind count once, as the dashboard shows them.
        decisions_grouped,
        /// Values that reached a supplier.
        values,
        /// Values held by suppliers at the end of the month.
        held,
        /// Of those, the ones that are right.
        held_right,
        /// Of those, the ones that a copy told by hand would have right: the same values, as today.
        held_right_by_hand,
        /// Milliseconds since the wrong ones ceased to be true, in all.
        held_wrong_ms,
        /// The same of copies told by hand.
        held_wrong_ms_by_hand,
        /// Of those, the ones that were not needed.
        held_needless,
        /// Values that suppliers would hold today: all that they were ever given, without an end.
        copies,
        /// Of those, the ones that are right.
        copies_right,
        /// Moves of house.
        moves,
        /// Grants revoked.
        revocations,
        /// Revocations that reached their supplier.
        revocations_done,
        /// Milliseconds that those took, in all.
        revocation_ms,
        /// Messages sent.
        messages,
        /// Bytes of their frames.
        bytes,
        /// Of the messages, those that the person's node sent.
        person_messages,
        /// Of the bytes, those of the person's node.
        person_bytes,
        /// Events that the simulator let happen: its own work, not a node's.
        events,
        /// Public keys that the person's node made.
        person_keys,
        /// Public keys that it read.
        person_read,
        /// Signatures that it made.
        person_signed,
        /// Signatures that it checked.
        person_verified,
        /// Disclosures that it sealed.
        person_sealed,
        /// Microseconds that those took it, by the costs of the scenario.
        person_cpu_us,
        /// Public keys that the suppliers of this person made, for this person; as all that follow.
        supplier_keys,
        /// Public keys that they read.
        supplier_read,
        /// Signatures that they made.
        supplier_signed,
        /// Signatures that they checked.
        supplier_verified,
        /// Microseconds that those took them together, by the costs of the scenario.
        supplier_cpu_us,
        /// Values that suppliers without a companion have at the end of the month.
        paper_held,
        /// Of those, the ones that are right.
        paper_right,
        /// Milliseconds since the wrong ones ceased to be true, in all.
        paper_wrong_ms,
        /// Of those, the ones that were not needed.
        paper_needless,
        /// Forms that the person filled in for them.
        forms,
        /// Letters that the person sent to them, or about them.
        letters,
        /// Of those, requests for what they have.
        rights,
        /// Of those requests, the ones that were answered within the month that the law gives.
        rights_in_time,
        /// And those that were answered later.
        rights_late,
        /// Letters of default.
        reminders,
        /// Complaints.
        complaints,
    }
    together {
        /// Needs that came up.
        needs,
        /// Offers that the board took.
        offers,
        /// Offers that the node let go for better ones.
        offers_dropped,
        /// Offers that a person saw.
        contacts,
        /// Of those, the ones for which there is a need and whose ware would do.
        contacts_wanted,
        /// Offers taken up.
        taken,
        /// Where those stand in the persons' own rankings, in all: 1,000 is the best.
        match_thousandths,
        /// Needs whose offer or intent was over when the person, or the node, came to it.
        too_late,
        /// Messages between nodes or suppliers and the board.
        board_messages,
        /// Public keys that the board read.
        board_read,
        /// Signatures that it checked.
        board_verified,
        /// Microseconds that those took it, by the costs of the scenario.
        board_cpu_us,
        /// Mails to everybody, in all.
        mails,
        /// Of those, the ones for which there is a need and whose ware would do.
        mails_wanted,
        /// Needs that a mail that was read would have met.
        mail_taken,
        /// Where what those offer stands in the persons' own rankings, in all.
        mail_match_thousandths,
        /// Baits among the contacts.
        baits,
        /// Baits taken.
        baits_taken,
        /// Memberships that left.
        memberships,
        /// Memberships that reached a supplier.
        memberships_told,
        /// Randomised answers that left.
        counted,
        /// Randomised answers that the privacy budget forbade.
        beyond_budget,
        /// Values that colluding suppliers have at the end of the month.
        pool_values,
        /// Of those, the ones whose grants have ended.
        pool_ended,
        /// Tries to find a person's record at another colluder.
        link_tries,
        /// Of those, the ones that found the right one alone.
        link_right,
        /// Of those, the ones that found a wrong one alone.
        link_wrong,
        /// Records that it may be by values, in all.
        link_set,
        /// The entropy of those sets in thousandths of a bit, in all.
        link_millibits,
        /// Records that it may be by key, in all.
        link_set_by_key,
        /// The entropy of those sets in thousandths of a bit, in all.
        link_millibits_by_key,
        /// Tries to find a person's record at another supplier by when both heard of it, at the end of the run.
        moment_tries,
        /// Of those, the ones that found it alone.
        moment_right,
        /// Of those, the ones that a blind guess finds, in thousandths, in all.
        moment_blind_thousandths,
        /// Intents of whose persons there are others, at the end of the run.
        intent_tries,
        /// Intents that may be of the same person, in all.
        intent_set,
        /// Chance of a board to guess another one of the same person, in all.
        intent_guess_thousandths,
        /// The same of a blind guess.
        intent_blind_thousandths,
        /// Replies on lines.
        replies,
        /// Milliseconds from when their messages went out until they came, in all.
        reply_ms,
    }
}

impl Month {
    /// The person looks at requests that wait, each with its kind, and decides; the dashboard shows those of one kind as
    /// one decision.
    pub fn decided<K: Ord, I>(&mut self, waiting: &[(I, K)]) {
        self.decisions += waiting.len() as u64;
        self.decisions_grouped += waiting.iter().map(|(_, kind)| kind).collect::<BTreeSet<_>>().len() as u64;
    }

    /// A message went out, of so many bytes.
    pub fn sent(&mut self, bytes: u64, by_person: bool) {
        self.messages += 1;
        self.bytes += bytes;
        if by_person {
            self.person_messages += 1;
            self.person_bytes += bytes;
        }
    }

    /// What came of a request.
    pub fn came_of(&mut self, outcome: Option<Outcome>) {
        match outcome {
            Some(Outcome::Answered) => self.answered += 1,
            Some(Outcome::Asked) => self.asked += 1,
            Some(Outcome::Refused) => self.refused += 1,
            Some(Outcome::Passing) | None => {}
        }
    }

    /// Adds what was spent, without its time.
    pub fn spend(&mut self, spent: &Spent) {
        let Spent { person, supplier, board, onlooker: _ } = spent;
        self.person_keys += person.keys;
        self.person_read += person.read;
        self.person_signed += person.signed;
        self.person_verified += person.verified;
        self.person_sealed += person.sealed;
        self.supplier_keys += supplier.keys;
        self.supplier_read += supplier.read;
        self.supplier_signed += supplier.signed;
        self.supplier_verified += supplier.verified;
        self.board_read += board.read;
        self.board_verified += board.verified;
    }

    /// Says how long that took.
    pub fn cost(&mut self, costs: &Costs) {
        let (read, signed, verified) = (self.person_read, self.person_signed, self.person_verified);
        self.person_cpu_us =
            costs.micros(&Tally { keys: self.person_keys, read, signed, verified, sealed: self.person_sealed });
        let (read, verified) = (self.board_read, self.board_verified);
        self.board_cpu_us = costs.micros(&Tally { read, verified, ..Tally::default() });
        let (read, signed, verified) = (self.supplier_read, self.supplier_signed, self.supplier_verified);
        self.supplier_cpu_us = costs.micros(&Tally { keys: self.supplier_keys, read, signed, verified, sealed: 0 });
    }
}
