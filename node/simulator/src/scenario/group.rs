//! The part of a scenario about groups: persons who share suppliers and a board. In: TOML. Out: checked keys, or an
//! error at the line of the value.

use std::collections::BTreeSet;

use regie_protocol::{
    FieldPath, Purpose,
    intent::Category,
    limits,
    segment::{Belongs, Predicate},
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// Persons who share one board and the suppliers who watch it: what is lived by itself, as one piece of work.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRules {
    /// Persons of a group; the last one may have fewer.
    #[serde(deserialize_with = "whole::<_, 1, 1_000>")]
    pub persons: u32,
    /// Suppliers that they share.
    #[serde(deserialize_with = "whole::<_, 1, 1_000>")]
    pub suppliers: u32,
    /// Of them, those that a person is paired with from the first day.
    #[serde(deserialize_with = "whole::<_, 0, 1_000>")]
    pub paired: u32,
    /// Areas that persons live in, evenly: the postal codes that there are.
    #[serde(default = "twenty", deserialize_with = "whole::<_, 1, 1_000>")]
    pub areas: u32,
    /// What persons want.
    pub intents: Option<IntentRules>,
    /// What suppliers publish.
    pub segments: Option<SegmentRules>,
    /// Suppliers that mean harm.
    #[serde(default)]
    pub attacker: Vec<Attacker>,
}

/// Needs, the intents that they become, and direct mail beside them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntentRules {
    /// What there is to want; a supplier sells one of them.
    #[serde(deserialize_with = "some")]
    pub categories: Vec<Category>,
    /// Needs of a person a year (Poisson).
    #[serde(deserialize_with = "positive")]
    pub needs_a_year: f64,
    /// Days that a need lasts, and its intent.
    #[serde(deserialize_with = "whole::<_, 2, { limits::INTENT_DAYS }>")]
    pub days: u32,
    /// Days after which the person looks and decides; before its end.
    #[serde(deserialize_with = "whole::<_, 1, { limits::INTENT_DAYS }>")]
    pub decides_after_days: u32,
    /// Offers that the person's node shows at a time.
    #[serde(deserialize_with = "whole::<_, 1, { limits::OFFERS_KEPT as u32 }>")]
    pub keep: u32,
    /// Things that an intent asks for in so many words, each met by half of the suppliers.
    #[serde(deserialize_with = "whole::<_, 0, { limits::DETAILS as u32 - 1 }>")]
    pub details: u32,
    /// Of what a person goes by, the share that no intent says: liking.
    #[serde(deserialize_with = "share")]
    pub unsaid: f64,
    /// The share of intents in its category that a supplier answers.
    #[serde(deserialize_with = "share")]
    pub answers: f64,
    /// Does an intent name the area that its person lives in?
    #[serde(default)]
    pub names_area: bool,
    /// Does the board take offers of the group's suppliers only? Else keys that nobody knows may offer too.
    #[serde(default)]
    pub admits: bool,
    /// What a supplier must know to deliver.
    pub needs: BTreeSet<FieldPath>,
    /// Today's way.
    pub mail: MailRules,
}

/// Direct mail to everybody.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailRules {
    /// Days between two mails of a supplier.
    #[serde(deserialize_with = "whole::<_, 1, 365>")]
    pub every_days: u32,
    /// The share of mail that is read.
    #[serde(deserialize_with = "share")]
    pub reads: f64,
}

/// What suppliers publish and what persons say of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentRules {
    /// The share of persons whose default says that they belong where they do.
    #[serde(deserialize_with = "share")]
    pub says_yes: f64,
    /// The share of persons whose default lets them be counted.
    #[serde(deserialize_with = "share")]
    pub counts: f64,
    /// Days between two looks at what a supplier publishes.
    #[serde(deserialize_with = "whole::<_, 1, 365>")]
    pub looks_every_days: u32,
    /// The patterns; every supplier publishes all.
    #[serde(deserialize_with = "some")]
    pub pattern: Vec<Pattern>,
}

/// A pattern.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// What it is called.
    pub name: String,
    /// Who belongs.
    #[serde(deserialize_with = "sound")]
    pub predicate: Predicate,
    /// What the answer is for.
    #[serde(default = "service")]
    pub purpose: Purpose,
    /// Thousandths of epsilon for who is counted.
    #[serde(deserialize_with = "whole::<_, 1, { limits::EPSILON_PER_SUPPLIER }>")]
    pub epsilon: u32,
}

/// Suppliers that mean harm; each drives the real machines.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attacker {
    /// What they do.
    pub kind: Attack,
    /// How many there are.
    #[serde(deserialize_with = "whole::<_, 1, 1_000>")]
    pub suppliers: u32,
    /// Days between two attempts on a person.
    #[serde(default = "thirty", deserialize_with = "whole::<_, 1, 3_660>")]
    pub every_days: u32,
    /// Messages of a flood.
    #[serde(default = "seven_hundred", deserialize_with = "whole::<_, 1, 100_000>")]
    pub messages: u32,
    /// The share of baits that a person sees through.
    #[serde(default = "most", deserialize_with = "share")]
    pub seen_through: f64,
}

/// What an attacker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attack {
    /// Ordinary suppliers of the group that pool what they hold, and keep a copy of everything for ever.
    Collude,
    /// Asks for every field for every purpose.
    OverAsk,
    /// Many keys of one company that crowd the board with baits.
    Sybil,
    /// Sends more than anybody may, replays, and messages that have no place.
    Flood,
    /// Shows grants that were given to another.
    StolenGrant,
}

impl Attack {
    /// The name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Collude => "collude",
            Self::OverAsk => "over_ask",
            Self::Sybil => "sybil",
            Self::Flood => "flood",
            Self::StolenGrant => "stolen_grant",
        }
    }
}

impl GroupRules {
    /// Of a person who lives alone: a group of one, paired with all of its suppliers from the first day.
    #[must_use]
    pub fn alone(suppliers: u32) -> Self {
        let (intents, segments, attacker) = (None, None, Vec::new());
        Self { persons: 1, suppliers, paired: suppliers, areas: twenty(), intents, segments, attacker }
    }

    /// What no single line is wrong about.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let colluders: u32 = self.attacker.iter().filter(|a| a.kind == Attack::Collude).map(|a| a.suppliers).sum();
        let baits = self.attacker.iter().any(|attacker| attacker.kind == Attack::Sybil);
        let decides = self.intents.as_ref().is_none_or(|intents| intents.decides_after_days < intents.days);
        let shares = self.segments.as_ref().map_or(0.0, |segments| segments.says_yes + segments.counts);
        let rules = [
            (self.paired <= self.suppliers, "group.paired is at most group.suppliers"),
            (colluders <= self.suppliers, "attackers that collude are at most group.suppliers"),
            (!baits || self.intents.is_some(), "an attacker of the kind sybil needs group.intents"),
            (decides, "group.intents.decides_after_days is less than its days"),
            (shares <= 1.0, "group.segments.says_yes and counts are at most 1 together"),
        ];
        rules.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, rule)| Err(rule))
    }
}

impl SegmentRules {
    /// The default of a person, by a number drawn from 0 to 1.
    #[must_use]
    pub fn default_of(&self, drawn: f64) -> Belongs {
        if drawn < self.says_yes {
            Belongs::Yes
        } else if drawn < self.says_yes + self.counts {
            Belongs::Count
        } else {
            Belongs::No
        }
    }
}

fn twenty() -> u32 {
    20
}

fn thirty() -> u32 {
    30
}

fn seven_hundred() -> u32 {
    700
}

fn most() -> f64 {
    0.8
}

fn service() -> Purpose {
    Purpose::RequestedServiceProvision
}

pub(super) fn whole<'de, D: Deserializer<'de>, const LEAST: u32, const MOST: u32>(from: D) -> Result<u32, D::Error> {
    let number = u32::deserialize(from)?;
    let fits = (LEAST..=MOST).contains(&number);
    fits.then_some(number).ok_or_else(|| D::Error::custom(format!("this is {LEAST} to {MOST}")))
}

pub(super) fn share<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let share = f64::deserialize(from)?;
    (0.0..=1.0).contains(&share).then_some(share).ok_or_else(|| D::Error::custom("a share is 0 to 1"))
}

pub(super) fn positive<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let rate = f64::deserialize(from)?;
    let fits = rate.is_finite() && rate >= 0.0;
    fits.then_some(rate).ok_or_else(|| D::Error::custom("a rate is 0 or more"))
}

fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let list = Vec::deserialize(from)?;
    let bound = limits::CATEGORIES;
    let fits = (1..=bound).contains(&list.len());
    if fits { Ok(list) } else { Err(D::Error::custom(format!("there are 1 to {bound} of these"))) }
}

fn sound<'de, D: Deserializer<'de>>(from: D) -> Result<Predicate, D::Error> {
    let predicate = Predicate::deserialize(from)?;
    let words = "a predicate has few clauses of short texts; docs/protocol.md gives its form and bounds";
    predicate.well_formed().then_some(predicate).ok_or_else(|| D::Error::custom(words))
}
