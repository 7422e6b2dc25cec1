//! The measures over all persons and months. In: lives or groups, one by one. Out: shares and averages.

use serde::Serialize;

use crate::{
    io::frame::ratio,
    measure::{lived::Lived, month::Month},
};

/// The measures over all persons and months.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Persons.
    pub persons: u64,
    /// Months of each.
    pub months: u64,
    /// Events that the simulator let happen, in all.
    pub events: u64,
    /// Requests per person and month.
    pub requests_a_month: f64,
    /// The share that needed no word of the person's.
    pub without_a_word: f64,
    /// Decisions per person and month: fatigue.
    pub decisions_a_month: f64,
    /// The same, those of one kind counted once.
    pub decisions_grouped_a_month: f64,
    /// The share of asked fields that were needed.
    pub needed: f64,
    /// The share of held values that were not needed: over-disclosure.
    pub needless: f64,
    /// The share of held values that are right, at the ends of months.
    pub right: f64,
    /// The same values as copies that are told by hand, as today: the share that would be right.
    pub right_today: f64,
    /// The share that is right of all copies that there would be today, which nothing ends.
    pub right_of_all_copies: f64,
    /// From a revocation to its effect at the supplier, in seconds on average. On the node it holds at once.
    pub revocation_s: f64,
    /// Messages per person and month.
    pub messages_a_month: f64,
    /// Bytes per person and month.
    pub bytes_a_month: f64,
    /// Messages that the person's node sends a month; the others are the suppliers'.
    pub person_messages_a_month: f64,
    /// Bytes that the person's node sends a month.
    pub person_bytes_a_month: f64,
    /// Milliseconds of a processor that the person's node takes a month for keys, signatures and seals.
    pub person_cpu_ms_a_month: f64,
    /// The same of all of a person's suppliers together, for this person.
    pub supplier_cpu_ms_a_month: f64,
    /// What is measured of suppliers without a companion, where there are some.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub on_paper: Option<OnPaper>,
    /// What is measured of groups besides.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub together: Option<Together>,
}

/// The measures of suppliers without a companion, over all persons and months.
#[derive(Clone, Debug, Serialize)]
pub struct OnPaper {
    /// The share of values at suppliers without a companion that are right, at the ends of months.
    pub right_on_paper: f64,
    /// The share of all values that are right: of suppliers with and without one.
    pub right_of_all: f64,
    /// The share of all values that were not needed.
    pub needless_of_all: f64,
    /// Forms that a person fills in a month.
    pub forms_a_month: f64,
    /// Letters that a person sends a month.
    pub letters_a_month: f64,
    /// The share of requests for what a supplier has that were answered within a month.
    pub answered_in_time: f64,
    /// The share that was answered later, before the run ended.
    pub answered_late: f64,
    /// Complaints, a request.
    pub complaints: f64,
}

/// The measures over all groups and months.
#[derive(Clone, Debug, Serialize)]
pub struct Together {
    /// Groups.
    pub groups: u64,
    /// Needs that came up.
    pub needs: u64,
    /// Contacts a need, by intents: offers that a person saw.
    pub contacts: f64,
    /// The share of them that was wanted.
    pub wanted: f64,
    /// Needs that were met by an offer.
    pub met: f64,
    /// Where what was taken stands in the person's own ranking: 1 is the best.
    pub match_quality: f64,
    /// Contacts a need, by mail to everybody.
    pub contacts_by_mail: f64,
    /// The share of them that was wanted.
    pub wanted_by_mail: f64,
    /// Needs that a mail that was read would have met.
    pub met_by_mail: f64,
    /// Where that stands in the person's own ranking.
    pub match_quality_by_mail: f64,
    /// Messages between nodes and boards, a need.
    pub board_messages: f64,
    /// Offers among those seen that were baits, and the share of needs that took one.
    pub baits: f64,
    /// Of all needs.
    pub baits_taken: f64,
    /// Of tries to find a person's record at another supplier by values: those that found the right one alone.
    pub linked: f64,
    /// Of tries to find it by when both suppliers heard of the person: the same.
    pub linked_by_moments: f64,
    /// Of a blind guess.
    pub linked_blindly: f64,
    /// The records that it may be, on average: the anonymity set.
    pub anonymity_set: f64,
    /// Its entropy, in bits.
    pub entropy: f64,
    /// The same where only keys are compared.
    pub anonymity_set_by_key: f64,
    /// In bits.
    pub entropy_by_key: f64,
    /// Chance that a guess which other intent is of the same person is right.
    pub intents_linked: f64,
    /// The same of a blind guess.
    pub intents_linked_blindly: f64,
    /// Of what colluders have, the share that they ought to have erased.
    pub kept_by_liars: f64,
    /// Needs whose offer or intent was over when the person, or the node, came to it.
    pub too_late: f64,
    /// From a message on a line to its reply, in milliseconds on average.
    pub reply_ms: f64,
    /// Milliseconds of a processor that the board takes a month for each person.
    pub board_cpu_ms_a_month: f64,
}

/// What came so far, added up: what a summary is made of where lives are not kept.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    all: Month,
    lived: u64,
    persons: u64,
    person_months: u64,
    months: u64,
    groups: bool,
    paper: bool,
}

impl Sums {
    /// One more life or group.
    pub fn add(&mut self, one: &Lived) {
        one.months.iter().for_each(|month| self.all.add(month));
        let months = one.months.len() as u64;
        self.lived += 1;
        self.persons += one.persons;
        self.person_months += one.persons * months;
        self.months = self.months.max(months);
        self.groups |= !one.alone;
        self.paper |= one.on_paper;
    }
}

impl Summary {
    /// Over these lives or groups.
    #[must_use]
    pub fn of(lived: &[Lived]) -> Self {
        let mut sums = Sums::default();
        lived.iter().for_each(|one| sums.add(one));
        Self::over(&sums)
    }

    /// From sums that were taken while they came.
    #[must_use]
    pub fn over(sums: &Sums) -> Self {
        let all = &sums.all;
        let each = |number: u64| ratio(number, sums.person_months);
        Self {
            persons: sums.persons,
            months: sums.months,
            events: all.events,
            requests_a_month: each(all.requests),
            without_a_word: ratio(all.answered + all.refused, all.answered + all.refused + all.asked),
            decisions_a_month: each(all.decisions),
            decisions_grouped_a_month: each(all.decisions_grouped),
            needed: ratio(all.fields_needed, all.fields_asked),
            needless: ratio(all.held_needless, all.held),
            right: ratio(all.held_right, all.held),
            right_today: ratio(all.held_right_by_hand, all.held),
            right_of_all_copies: ratio(all.copies_right, all.copies),
            revocation_s: ratio(all.revocation_ms, all.revocations_done) / 1_000.0,
            messages_a_month: each(all.messages),
            bytes_a_month: each(all.bytes),
            person_messages_a_month: each(all.person_messages),
            person_bytes_a_month: each(all.person_bytes),
            person_cpu_ms_a_month: each(all.person_cpu_us) / 1_000.0,
            supplier_cpu_ms_a_month: each(all.supplier_cpu_us) / 1_000.0,
            on_paper: sums.paper.then(|| OnPaper::over(sums)),
            together: sums.groups.then(|| Together::over(sums)),
        }
    }
}

impl OnPaper {
    fn over(sums: &Sums) -> Self {
        let all = &sums.all;
        let each = |number: u64| ratio(number, sums.person_months);
        Self {
            right_on_paper: ratio(all.paper_right, all.paper_held),
            right_of_all: ratio(all.held_right + all.paper_right, all.held + all.paper_held),
            needless_of_all: ratio(all.held_needless + all.paper_needless, all.held + all.paper_held),
            forms_a_month: each(all.forms),
            letters_a_month: each(all.letters),
            answered_in_time: ratio(all.rights_in_time, all.rights),
            answered_late: ratio(all.rights_late, all.rights),
            complaints: ratio(all.complaints, all.rights),
        }
    }
}

impl Together {
    fn over(sums: &Sums) -> Self {
        let all = &sums.all;
        Self {
            groups: sums.lived,
            needs: all.needs,
            contacts: ratio(all.contacts, all.needs),
            wanted: ratio(all.contacts_wanted, all.contacts),
            met: ratio(all.taken, all.needs),
            match_quality: ratio(all.match_thousandths, all.taken) / 1_000.0,
            contacts_by_mail: ratio(all.mails, all.needs),
            wanted_by_mail: ratio(all.mails_wanted, all.mails),
            met_by_mail: ratio(all.mail_taken, all.needs),
            match_quality_by_mail: ratio(all.mail_match_thousandths, all.mail_taken) / 1_000.0,
            board_messages: ratio(all.board_messages, all.needs),
            baits: ratio(all.baits, all.contacts),
            baits_taken: ratio(all.baits_taken, all.needs),
            linked: ratio(all.link_right, all.link_tries),
            linked_by_moments: ratio(all.moment_right, all.moment_tries),
            linked_blindly: ratio(all.moment_blind_thousandths, all.moment_tries) / 1_000.0,
            anonymity_set: ratio(all.link_set, all.link_tries),
            entropy: ratio(all.link_millibits, all.link_tries) / 1_000.0,
            anonymity_set_by_key: ratio(all.link_set_by_key, all.link_tries),
            entropy_by_key: ratio(all.link_millibits_by_key, all.link_tries) / 1_000.0,
            intents_linked: ratio(all.intent_guess_thousandths, all.intent_tries) / 1_000.0,
            intents_linked_blindly: ratio(all.intent_blind_thousandths, all.intent_tries) / 1_000.0,
            kept_by_liars: ratio(all.pool_ended, all.pool_values),
            too_late: ratio(all.too_late, all.needs),
            reply_ms: ratio(all.reply_ms, all.replies),
            board_cpu_ms_a_month: ratio(all.board_cpu_us, sums.person_months) / 1_000.0,
        }
    }
}
