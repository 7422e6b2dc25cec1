//! What groups give: tallies by month, what attackers got, how well counts were estimated. In: counts by name. Out:
//! tables.

use std::collections::BTreeMap;

use regie_protocol::segment;
use serde::Serialize;

use crate::{
    io::frame::{Cell, Frame, FrameError, Kind, ratio},
    measure::{meter::Spent, month::Month, summary},
    scenario::{costs::Costs, group::Attack},
};

/// The counts of a month that only groups have, in the order of their columns; those that lives have too follow.
pub const COUNTS: &[&str] = &[
    // Needs, and what came of the intents for them.
    "needs",
    "offers",
    "offers_dropped",
    "contacts",
    "contacts_wanted",
    "taken",
    "match_thousandths",
    // Needs whose offer or intent was over when the person, or the node, came to it.
    "too_late",
    "board_messages",
    // What the board read and checked.
    "board_read",
    "board_verified",
    "board_cpu_us",
    // The same needs with direct mail to everybody.
    "mails",
    "mails_wanted",
    "mail_taken",
    "mail_match_thousandths",
    // Baits among the contacts.
    "baits",
    "baits_taken",
    // Segments.
    "memberships",
    "memberships_told",
    "counted",
    "beyond_budget",
    // What colluding suppliers know and can link, at the end of the month.
    "pool_values",
    "pool_ended",
    "link_tries",
    "link_right",
    "link_wrong",
    "link_set",
    "link_millibits",
    "link_set_by_key",
    "link_millibits_by_key",
    // What a board can link of the intents of one person, at the end of the run.
    "intent_tries",
    "intent_set",
    "intent_guess_thousandths",
    "intent_blind_thousandths",
    // Replies on lines, and the milliseconds from when their messages went out until they came, in all.
    "replies",
    "reply_ms",
];

/// A month's counts.
pub type Tally = BTreeMap<&'static str, u64>;

/// What attackers of one kind got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Harm {
    /// Hostile messages.
    pub sent: u64,
    /// Refused, as a whole or in every field.
    pub refused: u64,
    /// Answered with a value, or that there is none.
    pub answered: u64,
    /// Put before the person.
    pub asked: u64,
    /// Values that they took in, all of them under grants.
    pub values: u64,
}

/// Randomised answers to one pattern, over all suppliers of the group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many answered.
    pub reports: u64,
    /// How many of them with yes, true or not.
    pub yes: u64,
    /// How many of them belong.
    pub members: u64,
    /// Epsilon in thousandths.
    pub epsilon: u32,
}

/// A group that was lived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lived {
    /// Its number.
    pub group: u32,
    /// Its persons.
    pub persons: u64,
    /// Counts by month.
    pub months: Vec<Tally>,
    /// The measures that lives have too, by month, of all persons together; the person is the group's number.
    pub measures: Vec<Month>,
    /// What attackers got.
    pub harm: BTreeMap<Attack, Harm>,
    /// Randomised answers, by pattern.
    pub counts: BTreeMap<String, Count>,
}

impl Lived {
    pub(crate) fn new(group: u32, months: u64) -> Self {
        let measures = (0..months).map(|month| Month { person: group, month, ..Month::default() }).collect();
        Self { group, months: (0..months).map(|_| Tally::new()).collect(), measures, ..Self::default() }
    }

    /// The measures of a month; what is after the last belongs to the last.
    pub(crate) fn measures(&mut self, month: usize) -> &mut Month {
        let last = self.measures.len().saturating_sub(1);
        &mut self.measures[month.min(last)]
    }

    /// Adds an event and the work that was done in it.
    pub(crate) fn spend(&mut self, month: usize, spent: &Spent) {
        let measures = self.measures(month);
        measures.events += 1;
        measures.spend(spent);
        if spent.board != regie_protocol::scheme::Tally::default() {
            self.tally(month, "board_read", spent.board.read);
            self.tally(month, "board_verified", spent.board.verified);
        }
    }

    /// Says how long all work took.
    pub(crate) fn cost(&mut self, costs: &Costs) {
        self.measures.iter_mut().for_each(|month| month.cost(costs));
        for month in &mut self.months {
            let of = |name| month.get(name).copied().unwrap_or(0);
            let (read, verified) = (of("board_read"), of("board_verified"));
            let took = costs.micros(&regie_protocol::scheme::Tally { read, verified, ..Default::default() });
            month.insert("board_cpu_us", took);
        }
    }

    pub(crate) fn tally(&mut self, month: usize, name: &'static str, more: u64) {
        debug_assert!(COUNTS.contains(&name), "{name} is no column");
        let last = self.months.len().saturating_sub(1);
        if let Some(tally) = self.months.get_mut(month.min(last)) {
            *tally.entry(name).or_default() += more;
        }
    }

    /// A count over all months; 0 where there is none of this name.
    #[must_use]
    pub fn sum(&self, name: &str) -> u64 {
        let own = self.months.iter().filter_map(|month| month.get(name).copied());
        own.chain(self.measures.iter().filter_map(|month| month.get(name))).sum()
    }
}

/// The tables of groups: `groups`, `attackers`, `counts`.
///
/// # Errors
/// [`FrameError`].
pub fn frames(lived: &[Lived]) -> Result<Vec<Frame>, FrameError> {
    let whole = |name: &&'static str| (*name, Kind::Whole);
    let names = ["group", "month"];
    // Those of a life begin with the person and the month.
    let measured = &Month::COLUMNS[2..];
    let mut groups = Frame::new("groups", &names.iter().chain(COUNTS).chain(measured).map(whole).collect::<Vec<_>>());
    let columns = ["group", "attack", "sent", "refused", "answered", "asked", "values"];
    let kind = |name: &'static str| (name, if name == "attack" { Kind::Words } else { Kind::Whole });
    let mut attackers = Frame::new("attackers", &columns.map(kind));
    let real = ["epsilon", "estimate", "error"];
    let of = |name| match name {
        "pattern" => (name, Kind::Words),
        _ if real.contains(&name) => (name, Kind::Real),
        _ => (name, Kind::Whole),
    };
    let columns = ["group", "pattern", "epsilon", "reports", "members", "estimate", "error"];
    let mut counts = Frame::new("counts", &columns.map(of));
    for one in lived {
        let group = u64::from(one.group);
        for (tally, month) in one.months.iter().zip(&one.measures) {
            let counts = COUNTS.iter().map(|name| tally.get(name).copied());
            let counts = counts.chain(measured.iter().map(|name| month.get(name)));
            let row = [group, month.month].into_iter().chain(counts.map(Option::unwrap_or_default));
            groups.push(row.map(Cell::from).collect())?;
        }
        for (attack, harm) in &one.harm {
            let Harm { sent, refused, answered, asked, values } = *harm;
            let figures = [sent, refused, answered, asked, values].map(Cell::from);
            attackers.push([group.into(), attack.name().into()].into_iter().chain(figures).collect())?;
        }
        for (pattern, count) in &one.counts {
            let estimate = segment::estimate(count.reports, count.yes, count.epsilon);
            counts.push(vec![
                group.into(),
                pattern.as_str().into(),
                (f64::from(count.epsilon) / 1_000.0).into(),
                count.reports.into(),
                count.members.into(),
                estimate.members.into(),
                estimate.error.into(),
            ])?;
        }
    }
    Ok(vec![groups, attackers, counts])
}

/// The measures over all groups and months.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
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
    /// The measures that lives have too.
    #[serde(flatten)]
    pub lives: summary::Summary,
}

impl Summary {
    /// Over these groups.
    #[must_use]
    pub fn of(lived: &[Lived]) -> Self {
        let sum = |name: &str| lived.iter().map(|one| one.sum(name)).sum::<u64>();
        let of = |part: &str, whole: &str| ratio(sum(part), sum(whole));
        let thousandths = |part: &str, whole: &str| of(part, whole) / 1_000.0;
        let persons_months = lived.iter().map(|one| one.persons * one.months.len() as u64).sum();
        let mut sums = summary::Sums::default();
        lived.iter().for_each(|one| one.measures.iter().for_each(|month| sums.add_together(month, one.persons)));
        Self {
            groups: lived.len() as u64,
            needs: sum("needs"),
            contacts: of("contacts", "needs"),
            wanted: of("contacts_wanted", "contacts"),
            met: of("taken", "needs"),
            match_quality: thousandths("match_thousandths", "taken"),
            contacts_by_mail: of("mails", "needs"),
            wanted_by_mail: of("mails_wanted", "mails"),
            met_by_mail: of("mail_taken", "needs"),
            match_quality_by_mail: thousandths("mail_match_thousandths", "mail_taken"),
            board_messages: of("board_messages", "needs"),
            baits: of("baits", "contacts"),
            baits_taken: of("baits_taken", "needs"),
            linked: of("link_right", "link_tries"),
            anonymity_set: of("link_set", "link_tries"),
            entropy: thousandths("link_millibits", "link_tries"),
            anonymity_set_by_key: of("link_set_by_key", "link_tries"),
            entropy_by_key: thousandths("link_millibits_by_key", "link_tries"),
            intents_linked: thousandths("intent_guess_thousandths", "intent_tries"),
            intents_linked_blindly: thousandths("intent_blind_thousandths", "intent_tries"),
            kept_by_liars: of("pool_ended", "pool_values"),
            too_late: of("too_late", "needs"),
            reply_ms: of("reply_ms", "replies"),
            board_cpu_ms_a_month: ratio(sum("board_cpu_us"), persons_months) / 1_000.0,
            lives: summary::Summary::over(&sums),
        }
    }
}
