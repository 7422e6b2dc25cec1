//! What a run is about, from TOML. In: a file, keys set on the command line. Out: a checked scenario, or an error that
//! names the line.

pub mod costs;
pub mod group;
pub mod letters;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use regie_protocol::{Access, AskedPath, Days, FieldPath, PublicKey, Purpose, limits, supplier::Ask};
use serde::{Deserialize, Serialize};

use crate::scenario::{costs::Costs, group::GroupRules, letters::Letters};

/// A market.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Persons, 1 to 1,000,000.
    pub persons: u32,
    /// Suppliers of each person, 1 to 1,000.
    #[serde(default = "two_hundred")]
    pub suppliers: u32,
    /// Virtual days, 1 to 3,660.
    pub days: u32,
    /// When persons' nodes run.
    pub online: Online,
    /// Between the two sides.
    pub network: Network,
    /// Shares of persons that begin with each preset; they need not sum to 1.
    pub policies: Policies,
    /// What persons do.
    pub person: Habits,
    /// Today's way, for comparison.
    pub baseline: Baseline,
    /// Kinds of suppliers; at least one.
    pub sector: Vec<Sector>,
    /// Persons who share suppliers and a board; where it is left out, each lives alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupRules>,
    /// Suppliers without a companion; where it is left out, all have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letters: Option<Letters>,
    /// Which signatures the run is to have; those of the build where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatures: Option<Signatures>,
    /// What a node's operations cost; as measured on the machine of docs/simulator.md where left out.
    #[serde(default)]
    pub costs: Costs,
}

/// How objects are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signatures {
    /// ed25519, as in a node.
    Real,
    /// A hash that protects nobody, for large markets.
    Modelled,
}

impl Signatures {
    /// Those of this build.
    pub const BUILT: Self = if regie_protocol::scheme::MODELLED { Self::Modelled } else { Self::Real };

    /// The command that builds the `regie-sim` that has them.
    #[must_use]
    pub fn build(self) -> &'static str {
        match self {
            Self::Real => "cargo build --release -p regie-simulator",
            Self::Modelled => {
                "RUSTFLAGS=\"--cfg regie_modelled\" cargo build --release -p regie-simulator --target-dir target/modelled"
            }
        }
    }
}

/// When persons' nodes run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Online {
    /// Hours of each day, 0.1 to 24; they begin at an hour drawn for each person.
    pub hours_a_day: f64,
}

/// Between the two sides.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Least and most milliseconds that a message takes; drawn evenly for each.
    pub latency_ms: [u64; 2],
    /// The share of messages that are lost with their connection, 0 to 0.5.
    pub loss: f64,
    /// Seconds until a lost connection is up again.
    pub retry_s: u64,
    /// Seconds within which a node tells a supplier what its person says unasked, 0 to 86,400; at once where left out.
    #[serde(default)]
    pub tell_within_s: u64,
}

/// Shares of the presets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policies {
    /// Asks for nearly all.
    pub careful: f64,
    /// Answers what a service needs.
    pub balanced: f64,
    /// Answers more.
    pub open: f64,
}

/// What persons do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Habits {
    /// Days between two looks at what waits.
    pub looks_every_days: u32,
    /// The share of waiting requests that are allowed.
    pub says_yes: f64,
    /// The share of answers that become the default for all of their kind: sector, fields and purpose.
    #[serde(default)]
    pub remembers: f64,
    /// Moves of house.
    pub moves_a_year: f64,
    /// Grants revoked.
    pub revokes_a_year: f64,
}

/// Today's way, for comparison: every supplier has a copy, and some are told of a move.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The share of suppliers that a person tells of a move by hand.
    pub tells: f64,
}

/// A kind of supplier.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sector {
    /// Its name, as policies see it.
    pub name: String,
    /// How many of the suppliers are of it, relative to the others.
    pub share: f64,
    /// What they ask for.
    #[serde(default)]
    pub asks: Vec<Asks>,
}

/// A request that comes again and again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asks {
    /// What is asked for.
    pub fields: BTreeSet<FieldPath>,
    /// What is needed for the purpose; the rest is more than need be.
    pub needs: BTreeSet<FieldPath>,
    /// Why.
    pub purpose: Purpose,
    /// once, read or subscribe.
    pub access: How,
    /// Days between two of them; the first comes on a day drawn within.
    pub every_days: u32,
    /// Days that the grant is to live.
    pub days: u32,
    /// Days that a value is kept.
    pub retention_days: u32,
}

impl Sector {
    /// What they need, of all that they ask for.
    #[must_use]
    pub fn needs(&self) -> BTreeSet<FieldPath> {
        self.asks.iter().flat_map(|asks| asks.needs.iter().copied()).collect()
    }
}

impl Asks {
    /// The request, to a person of this key.
    #[must_use]
    pub fn ask(&self, person: PublicKey) -> Ask {
        Ask {
            person,
            fields: self.fields.iter().map(|field| AskedPath::from(*field)).collect(),
            purpose: self.purpose,
            reason: "as agreed".into(),
            access: self.access.access(),
            duration: Days(self.days),
            retention: Days(self.retention_days),
            delegations: 0,
        }
    }
}

/// How values are had.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// One time.
    Once,
    /// Again and again.
    Read,
    /// And every change.
    Subscribe,
}

impl How {
    /// As the protocol has it.
    #[must_use]
    pub fn access(self) -> Access {
        match self {
            Self::Once => Access::ReadOnce,
            Self::Read => Access::Read,
            Self::Subscribe => Access::Subscribe,
        }
    }
}

fn two_hundred() -> u32 {
    200
}

/// Why there is no scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file can't be read.
    #[error("can't read {0}: {1}")]
    Unreadable(String, std::io::Error),
    /// Not TOML, or not of this form. The text shows the line.
    #[error("a mistake in the scenario; docs/simulator.md explains every key\n{0}")]
    Form(#[from] toml::de::Error),
    /// A value out of its range.
    #[error("{0}; docs/simulator.md gives the ranges")]
    Range(String),
    /// This build has other signatures.
    #[error("the scenario wants {0:?} signatures, and this regie-sim has {built:?} ones; build the other: {command}", built = Signatures::BUILT, command = .0.build())]
    Signatures(Signatures),
    /// A key given on the command line.
    #[error("{0} is not key=value with a key of the scenario, such as network.loss=0.01 or sector.0.share=2")]
    Set(String),
}

impl Scenario {
    /// Reads a scenario, with keys set anew: `network.loss=0.01`.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn read(file: &Path, sets: &[String]) -> Result<Self, ScenarioError> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| ScenarioError::Unreadable(file.display().to_string(), error))?;
        Self::parse(&text, sets)
    }

    /// From text.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn parse(text: &str, sets: &[String]) -> Result<Self, ScenarioError> {
        Self::parse_with(text, sets, &BTreeMap::new())
    }

    /// From text, with further values set by their keys.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn parse_with(
        text: &str,
        sets: &[String],
        values: &BTreeMap<String, toml::Value>,
    ) -> Result<Self, ScenarioError> {
        // Read as it stands first: errors then name the line.
        let mut scenario: Self = toml::from_str(text)?;
        if !sets.is_empty() || !values.is_empty() {
            let mut table: toml::Value = toml::from_str(text)?;
            sets.iter().try_for_each(|set| put_text(&mut table, set))?;
            values.iter().try_for_each(|(key, value)| {
                put(&mut table, key, value.clone()).ok_or_else(|| ScenarioError::Set(format!("{key}={value}")))
            })?;
            scenario = table.try_into()?;
        }
        scenario.check()?;
        Ok(scenario)
    }

    /// The rules of its groups, or of persons who live alone.
    #[must_use]
    pub fn rules(&self) -> Cow<'_, GroupRules> {
        self.group.as_ref().map_or_else(|| Cow::Owned(GroupRules::alone(self.suppliers)), Cow::Borrowed)
    }

    /// How many things are lived one by one: persons who live alone, or groups.
    #[must_use]
    pub fn lives(&self) -> u32 {
        self.persons.div_ceil(self.rules().persons)
    }

    /// Is every value within its range?
    ///
    /// # Errors
    /// [`ScenarioError::Range`], [`ScenarioError::Signatures`].
    pub fn check(&self) -> Result<(), ScenarioError> {
        if let Some(other) = self.signatures.filter(|wanted| *wanted != Signatures::BUILT) {
            return Err(ScenarioError::Signatures(other));
        }
        let share = |value: f64| (0.0..=1.0).contains(&value);
        let positive = |value: f64| value.is_finite() && value >= 0.0;
        let asks = || self.sector.iter().flat_map(|sector| &sector.asks);
        let presets = [self.policies.careful, self.policies.balanced, self.policies.open];
        let shares: f64 = self.sector.iter().map(|sector| sector.share).sum();
        let rules = [
            ((1..=1_000_000).contains(&self.persons), "persons is 1 to 1,000,000"),
            ((1..=1_000).contains(&self.suppliers), "suppliers is 1 to 1,000"),
            ((1..=3_660).contains(&self.days), "days is 1 to 3,660"),
            ((0.1..=24.0).contains(&self.online.hours_a_day), "online.hours_a_day is 0.1 to 24"),
            (
                self.network.latency_ms[0] <= self.network.latency_ms[1],
                "network.latency_ms is the least, then the most",
            ),
            (self.network.latency_ms[1] <= 60_000, "network.latency_ms is at most 60,000"),
            ((0.0..=0.5).contains(&self.network.loss), "network.loss is 0 to 0.5"),
            (self.network.tell_within_s <= 86_400, "network.tell_within_s is at most 86,400"),
            (presets.into_iter().all(positive) && presets.iter().sum::<f64>() > 0.0, "policies has a share above 0"),
            (self.person.looks_every_days >= 1, "person.looks_every_days is 1 or more"),
            (share(self.person.says_yes), "person.says_yes is 0 to 1"),
            (share(self.person.remembers), "person.remembers is 0 to 1"),
            (positive(self.person.moves_a_year) && positive(self.person.revokes_a_year), "rates are 0 or more"),
            (share(self.baseline.tells), "baseline.tells is 0 to 1"),
            (self.sector.iter().all(|sector| positive(sector.share)) && shares > 0.0, "a sector has a share above 0"),
            (asks().all(|asks| asks.every_days >= 1), "sector.asks.every_days is 1 or more"),
            (
                asks().all(|asks| {
                    (1..=limits::FIELDS).contains(&asks.fields.len()) && asks.needs.is_subset(&asks.fields)
                }),
                "sector.asks.needs lies within its fields, of which there are 1 to 64",
            ),
            (asks().all(|asks| (1..=limits::GRANT_DAYS).contains(&asks.days)), "sector.asks.days is 1 to 1,830"),
            (asks().all(|asks| asks.retention_days <= limits::RETENTION_DAYS), "retention_days is at most 3,660"),
        ];
        let wrong = rules.into_iter().find(|(holds, _)| !holds);
        let wrong = wrong.map(|(_, rule)| rule);
        let wrong = wrong.or_else(|| self.letters.as_ref().and_then(|letters| letters.check().err()));
        let wrong = wrong.or_else(|| self.group.as_ref().and_then(|group| group.check().err()));
        wrong.map_or(Ok(()), |rule| Err(ScenarioError::Range(rule.to_owned())))
    }
}

/// Sets one key; numbers, texts and lists are written as in TOML.
fn put_text(table: &mut toml::Value, set: &str) -> Result<(), ScenarioError> {
    let wrong = || ScenarioError::Set(set.to_owned());
    let (path, value) = set.split_once('=').ok_or_else(wrong)?;
    let parsed: toml::Table = toml::from_str(&format!("value = {value}")).map_err(|_| wrong())?;
    let value = parsed.get("value").cloned().ok_or_else(wrong)?;
    put(table, path, value).ok_or_else(wrong)
}

/// Sets the value at a path; what stands in a list is named by its place, from 0: `sector.0.share`.
fn put(table: &mut toml::Value, path: &str, value: toml::Value) -> Option<()> {
    let (above, last) = path.rsplit_once('.').map_or((None, path), |(above, last)| (Some(above), last));
    let mut here = table;
    for key in above.into_iter().flat_map(|above| above.split('.')) {
        here = match here {
            toml::Value::Array(list) => list.get_mut(key.parse::<usize>().ok()?)?,
            here => here.get_mut(key)?,
        };
    }
    match here {
        toml::Value::Array(list) => *list.get_mut(last.parse::<usize>().ok()?)? = value,
        here => drop(here.as_table_mut()?.insert(last.to_owned(), value)),
    }
    Some(())
}
