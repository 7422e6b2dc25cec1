//! A life by a script instead of by chance: the same steps that a test gives to real nodes, and what each left in the
//! log of every relationship, so that the two can be compared entry by entry.
//!
//! In: suppliers and steps, as TOML. Out: the entries after each step in plain words without keys and times, and how
//! long each step's messages took.

use std::collections::BTreeSet;

use regie_protocol::{
    Access, AskedPath, Days, Policy, Purpose,
    audit::{Entry, Event as Logged},
    limits,
    person::Input,
    supplier::Ask,
    wire,
};
use serde::Deserialize;

use crate::{
    scenario::{Scenario, ScenarioError},
    world::{
        failure::{Failed, Wrong, refused},
        state::World,
    },
};

/// Between two steps, in virtual milliseconds.
const STEP_MS: u64 = 1_000;

/// Suppliers, and what happens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// How long each message takes one way, in milliseconds.
    pub latency_ms: u64,
    /// Where the person begins: careful, balanced or open.
    pub preset: String,
    /// The sector of each supplier.
    pub suppliers: Vec<String>,
    /// In this order, each when everything of the one before has come to rest.
    pub step: Vec<Step>,
}

/// One thing that the person or a supplier does.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
#[allow(
    missing_docs,
    reason = "the variants' names and fields say it; what is allowed or refused is the one that waits"
)]
pub enum Step {
    Set { field: String, value: String },
    Remove { field: String },
    Ask { supplier: usize, fields: Vec<String>, purpose: String, access: String, days: u32, retention: u32 },
    Allow { supplier: usize },
    Refuse { supplier: usize },
    RevokeAll { supplier: usize, erase: bool },
    Pause { supplier: usize },
    Resume { supplier: usize },
    Preset { name: String },
}

/// What a script did.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// After pairing and after each step: the entries of each supplier's log so far.
    pub after: Vec<Vec<Vec<String>>>,
    /// How long each step took until its last entry stood in a log, in milliseconds; 0 where it left none.
    pub took_ms: Vec<u64>,
}

/// A script that can't be played.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// Not TOML of the known form.
    #[error("the script is wrong: {0}")]
    Form(#[from] toml::de::Error),
    /// A name that is not known.
    #[error("step {step}: '{text}' is not known; docs/simulator.md has the forms")]
    Unknown {
        /// Which, from 1.
        step: usize,
        /// What.
        text: String,
    },
    /// Out of the bounds of a scenario.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The life went wrong.
    #[error(transparent)]
    Failed(#[from] Failed),
}

impl Script {
    /// Reads one.
    ///
    /// # Errors
    /// [`ScriptError::Form`] with the line.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        Ok(toml::from_str(text)?)
    }

    /// Plays it with the machines in virtual time.
    ///
    /// # Errors
    /// [`ScriptError`].
    pub fn play(&self, seed: u64) -> Result<Played, ScriptError> {
        let scenario = Scenario::parse(&self.scenario(), &[])?;
        let rules = scenario.rules();
        let mut world = World::new(&scenario, &rules, 0, seed);
        world.tape = Some(Vec::new());
        let failed = |world: &World<'_>, what| Failed { number: 0, alone: true, day: world.agenda.day(), seed, what };
        let mut played = Played::default();
        world.meet_all().map_err(|what| failed(&world, what))?;
        world.rest().map_err(|what| failed(&world, what))?;
        played.after.push(world.spoken());
        for (number, step) in self.step.iter().enumerate() {
            world.agenda.wait(STEP_MS);
            let begun = world.agenda.now();
            let unknown = |text: &str| ScriptError::Unknown { step: number + 1, text: text.to_owned() };
            world.act(step, &unknown).and_then(|done| done.map_err(|what| failed(&world, what).into()))?;
            world.rest().map_err(|what| failed(&world, what))?;
            let last = world.tape.iter().flatten().next_back().map_or(begun, |(_, _, at)| *at);
            played.took_ms.push(last.saturating_sub(begun));
            played.after.push(world.spoken());
        }
        Ok(played)
    }

    /// The scenario that gives a life these suppliers, and nothing that happens by chance.
    fn scenario(&self) -> String {
        let one = |name: &str| f64::from(u8::from(self.preset == name));
        let shares: Vec<String> =
            ["careful", "balanced", "open"].iter().map(|name| format!("{name} = {:.1}", one(name))).collect();
        let sectors: Vec<String> = self
            .suppliers
            .iter()
            .map(|sector| {
                format!(
                    "[[sector]]\nname = {sector:?}\nshare = 1.0\n[[sector.asks]]\nfields = [\"email\"]\n\
                     needs = [\"email\"]\npurpose = \"CustomerCare\"\naccess = \"once\"\nevery_days = 1\ndays = 1\n\
                     retention_days = 1\n"
                )
            })
            .collect();
        format!(
            "persons = 1\nsuppliers = {}\ndays = 365\n[online]\nhours_a_day = 24\n[network]\nlatency_ms = [{}, {}]\n\
             loss = 0.0\nretry_s = 1\n[policies]\n{}\n[person]\nlooks_every_days = 1\nsays_yes = 0.0\n\
             moves_a_year = 0.0\nrevokes_a_year = 0.0\n[baseline]\ntells = 0.0\n{}",
            self.suppliers.len(),
            self.latency_ms,
            self.latency_ms,
            shares.join("\n"),
            sectors.join("\n")
        )
    }
}

/// An entry in plain words: what it says, without the keys, numbers and times that differ from run to run.
#[must_use]
pub fn plain(event: &Logged) -> String {
    let joined = |fields: Vec<String>| fields.join(",");
    match event {
        Logged::Answered { request, released, absent, asked, refused } => format!(
            "answered{} released={} absent={} asked={} refused={}",
            if request.is_some() { "" } else { " unasked" },
            joined(released.keys().map(ToString::to_string).collect()),
            joined(absent.iter().map(ToString::to_string).collect()),
            joined(asked.iter().map(|(path, rule)| format!("{path}:{rule}")).collect()),
            joined(refused.iter().map(|(path, code)| format!("{path}:{code}")).collect()),
        ),
        Logged::Granted { rule, .. } => format!("granted by {rule}"),
        Logged::Paired { agreement } => format!("paired under {agreement}"),
        Logged::Paused { paused } => format!("paused={paused}"),
        Logged::Delivered { .. } => "delivered".to_owned(),
        Logged::Rejected { code } => format!("rejected {code}"),
        Logged::Revoked { erase, .. } => format!("revoked erase={erase}"),
        Logged::Erased { .. } => "erased".to_owned(),
        other => format!("{other:?}").split([' ', '{', '(']).next().unwrap_or_default().to_lowercase(),
    }
}

impl World<'_> {
    /// A person of whom nothing is known yet, paired with a supplier of each sector in turn.
    fn meet_all(&mut self) -> Result<(), Wrong> {
        (0..self.scenario.sector.len()).try_for_each(|sector| self.add_supplier(sector, None, true))?;
        self.bear(0);
        self.persons[0].values.clear();
        (0..self.suppliers.len()).try_for_each(|supplier| self.pair_at_first(0, supplier))
    }

    /// Until nothing is on its way.
    fn rest(&mut self) -> Result<(), Wrong> {
        self.persons[0].online = true;
        (0..self.suppliers.len()).try_for_each(|supplier| self.dial(0, supplier))?;
        while let Some(event) = self.agenda.turn_to_next() {
            self.happen(event)?;
        }
        Ok(())
    }

    fn spoken(&self) -> Vec<Vec<String>> {
        let of = |key| {
            let own = self.tape.iter().flatten().filter(|(supplier, ..)| *supplier == key);
            own.filter_map(|(_, bytes, _)| wire::decode::<Entry>(bytes, limits::ENTRY_BYTES).ok())
                .map(|entry| plain(&entry.event))
                .collect()
        };
        self.suppliers.iter().map(|supplier| of(supplier.key)).collect()
    }

    /// Does one step. What is not known is told by the outer error, what a machine refuses by the inner one.
    fn act(&mut self, step: &Step, unknown: &dyn Fn(&str) -> ScriptError) -> Result<Result<(), Wrong>, ScriptError> {
        let entropy = self.entropy();
        let supplier_of = |supplier: usize| {
            self.suppliers
                .get(supplier)
                .map(|supplier| supplier.key)
                .ok_or_else(|| unknown(&format!("supplier {supplier}")))
        };
        let told = match step {
            Step::Set { field, value } => {
                let field = field.parse().map_err(|_| unknown(field))?;
                self.set(0, field, value);
                self.give(0, Input::FieldChanged(&[(field, true)].into()), Some(entropy))
            }
            Step::Remove { field } => {
                let field = field.parse().map_err(|_| unknown(field))?;
                self.persons[0].values.remove(&field);
                self.give(0, Input::FieldChanged(&[(field, false)].into()), Some(entropy))
            }
            Step::Ask { supplier, .. } => {
                supplier_of(*supplier)?;
                return self.script_ask(step, unknown);
            }
            Step::Allow { supplier } | Step::Refuse { supplier } => {
                let key = supplier_of(*supplier)?;
                let mut waiting = self.persons[0].machine.relationship(&key).into_iter().flat_map(|r| r.waiting());
                let (Some(id), None) = (waiting.next().map(|waiting| waiting.id), waiting.next()) else {
                    return Err(unknown("the one request that waits"));
                };
                drop(waiting);
                match step {
                    Step::Allow { .. } => self.give(0, Input::Allow(&id, None), Some(entropy)),
                    _ => self.give(0, Input::Refuse(&id), None),
                }
            }
            Step::RevokeAll { supplier, erase } => {
                self.give(0, Input::RevokeAll(&supplier_of(*supplier)?, *erase), Some(entropy))
            }
            Step::Pause { supplier } => self.give(0, Input::Pause(&supplier_of(*supplier)?, true), Some(entropy)),
            Step::Resume { supplier } => self.give(0, Input::Pause(&supplier_of(*supplier)?, false), Some(entropy)),
            Step::Preset { name } => {
                let policy = Policy::preset(name).ok_or_else(|| unknown(name))?;
                self.give(0, Input::SetPolicy(policy), Some(entropy))
            }
        };
        Ok(told.map_err(refused).and_then(|told| self.run_person(0, told).map(drop)))
    }

    fn script_ask(
        &mut self,
        step: &Step,
        unknown: &dyn Fn(&str) -> ScriptError,
    ) -> Result<Result<(), Wrong>, ScriptError> {
        let Step::Ask { supplier, fields, purpose, access, days, retention } = step else { return Ok(Ok(())) };
        let paths: Result<BTreeSet<AskedPath>, ScriptError> =
            fields.iter().map(|text| text.parse().map_err(|_| unknown(text))).collect();
        let ask = Ask {
            person: self.own(0, *supplier).ok_or_else(|| unknown("a supplier that knows the person"))?,
            fields: paths?,
            purpose: purpose.parse::<Purpose>().map_err(|_| unknown(purpose))?,
            reason: "for the test".into(),
            access: match access.as_str() {
                "once" => Access::ReadOnce,
                "read" => Access::Read,
                "subscribe" => Access::Subscribe,
                other => return Err(unknown(other)),
            },
            duration: Days(*days),
            retention: Days(*retention),
            delegations: 0,
        };
        let (now, mut entropy) = (self.agenda.time(), self.entropy());
        let asked = self.suppliers[*supplier].machine.ask(ask, now, &mut entropy);
        self.persons[0].relationships.get_mut(supplier).iter_mut().for_each(|one| one.line.stir());
        Ok(match asked {
            Ok((_, effects)) => self.run_supplier(*supplier, effects, false).map(drop),
            Err(error) => Err(Wrong::Refused(error.to_string())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_says_where_it_is_wrong() {
        let script = |step: &str| {
            let text = format!("latency_ms = 5\npreset = \"balanced\"\nsuppliers = [\"energy\"]\n[[step]]\n{step}\n");
            Script::parse(&text).and_then(|script| script.play(1))
        };
        let played = script("do = \"set\"\nfield = \"email\"\nvalue = \"a@b.example\"").expect("plays");
        assert_eq!(played.after.len(), 2);
        for (step, part) in [
            ("do = \"dance\"", "dance"),
            ("do = \"set\"\nfield = \"no.such\"\nvalue = \"x\"", "step 1: 'no.such'"),
            ("do = \"pause\"\nsupplier = 1", "supplier 1"),
            ("do = \"allow\"\nsupplier = 0", "the one request that waits"),
        ] {
            let error = script(step).expect_err(step).to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
