//! Independent witnesses of the person's logs, at the driver. In: witnesses that the person entered, what they answer. Out:
//! questions to each, for one log at a time, at moments drawn for that log and witness alone; the newest cosignature of each.
//!
//! A log is asked for once it grew, about once a day: a witness that saw a head at each disclosure would see when the
//! person deals with whom. What one witness can join by the moments of two logs is what `docs/threat-model.md` says.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use regie_protocol::{
    PublicKey, Timestamp,
    audit::Log,
    merkle::{Frontier, Hash},
    note::{VerifiedCosignature, VerifierKey},
    person::ForWitness,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use super::{Node, NodeEvent, records, tables};
use crate::{
    backoff::Backoff,
    clock,
    command::Failure,
    driver::Turn,
    network::Proxy,
    store::{Read as _, Store},
    witness::{self, Answer, Place, Trouble},
};

/// Witnesses of one person.
pub(super) const MOST: usize = 8;
/// Questions under way at once.
const AT_ONCE: usize = 8;
/// Of a log that was asked for, nothing is asked for so long, and up to [`SPREAD_MS`] longer.
const GAP_MS: u64 = 20 * 60 * 60 * 1000;
/// Within so long the moment of a question is drawn.
const SPREAD_MS: u64 = 8 * 60 * 60 * 1000;
/// A log that was never asked for, or long ago, is asked for within this time.
const FIRST_MS: u64 = 2 * 60 * 60 * 1000;
/// Between two attempts that failed.
const PAUSES: Backoff = Backoff::doubling(Duration::from_secs(5 * 60), Duration::from_secs(12 * 60 * 60)).drawn();
/// Questions that one talk asks at most: where the witness stands, the branch before, the head.
const ROUNDS: usize = 4;
/// Logs that are first looked at in one turn.
const LOOKS: usize = 512;
/// So often it is looked whether there are new logs.
const QUIET_MS: u64 = 10 * 60 * 1000;
/// Entries that are read for one question.
const READ: u64 = 1_000_000;

/// A witness that the person entered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredWitness {
    pub(super) place: Place,
    pub(super) key: VerifierKey,
    pub(super) since: Timestamp,
}

/// A log as one witness has seen it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeenLog {
    /// In which branch.
    pub(super) branch: u32,
    /// How far it cosigned it.
    pub(super) edge: Frontier,
    /// Its line under that, with its time in seconds; none where it was lost on the way.
    pub(super) line: Option<(u64, String)>,
    /// When it was last asked.
    pub(super) asked: Option<Timestamp>,
    /// Why it did not cosign since.
    pub(super) trouble: Option<Trouble>,
    /// It has seen another history of this branch.
    pub(super) other: Option<OtherHistory>,
    /// It has seen more of the branch before than this home holds.
    pub(super) left: Option<LeftBehind>,
}

/// A witness has seen a history of a log that is not the one in this home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherHistory {
    /// How many entries it has seen; none where they are no more than here, and others.
    pub seen: Option<u64>,
    /// How many there are here.
    pub here: u64,
}

/// A branch that a restore left behind was longer than the backup knew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftBehind {
    /// How many entries the witness has seen of it.
    pub seen: u64,
    /// As far as it had cosigned by what this home knows.
    pub known: u64,
}

/// Which witness, and which log.
pub(super) type Spot = (PublicKey, Log);

/// When whom is asked for what.
#[derive(Default)]
pub(super) struct Schedule {
    witnesses: BTreeSet<PublicKey>,
    due: BTreeMap<Spot, Due>,
    asking: BTreeSet<Spot>,
    /// Of which another history was seen than is in this home.
    others: BTreeSet<Spot>,
    /// Before which nothing is due, by this process's time.
    quiet_until: Timestamp,
}

#[derive(Clone, Copy, Default)]
struct Due {
    /// By this process's time.
    at: Timestamp,
    failures: u32,
}

impl Schedule {
    /// With the witnesses that are stored.
    pub(super) fn load(store: &Store) -> Result<Self, Failure> {
        let witnesses: BTreeSet<PublicKey> = store.keys(tables::WITNESSES, &())?.into_iter().collect();
        let mut others = BTreeSet::new();
        for witness in &witnesses {
            let seen = store.group(tables::SEEN_LOGS, witness)?;
            others.extend(seen.into_iter().filter(|(_, seen)| seen.other.is_some()).map(|(spot, _)| spot));
        }
        Ok(Self { witnesses, others, ..Self::default() })
    }

    pub(super) fn forget(&mut self, witness: &PublicKey) {
        self.witnesses.remove(witness);
        self.due.retain(|(of, _), _| of != witness);
        self.others.retain(|(of, _)| of != witness);
    }

    /// Of how many logs a witness has seen another history than is in this home.
    pub(super) fn other_histories(&self) -> usize {
        self.others.iter().map(|(_, log)| log).collect::<BTreeSet<_>>().len()
    }

    pub(super) fn add(&mut self, witness: PublicKey) {
        self.quiet_until = Timestamp::default();
        // It may stand elsewhere now: what failed before says nothing of that place.
        self.due.retain(|(of, _), due| *of != witness || due.failures == 0);
        self.witnesses.insert(witness);
    }
}

/// One question, ready to go.
pub struct Asking {
    spot: Spot,
    branch: u32,
    place: Place,
    proxy: Option<Proxy>,
    key: VerifierKey,
    asked: ForWitness,
    /// Is it for a head of a branch that was left behind?
    again: bool,
}

/// A question and what came of it.
pub struct Asked {
    asking: Asking,
    answer: Result<Answer, Trouble>,
}

/// Asks until there is nothing more to ask of this log now.
pub(super) async fn talk(first: Asking, events: mpsc::Sender<NodeEvent>) {
    let mut next = Some(first);
    for _ in 0..ROUNDS {
        let Some(asking) = next else { return };
        let answer = witness::ask(&asking.place, asking.proxy.as_ref(), &asking.asked.question).await;
        let (more, wait) = oneshot::channel();
        if events.send(NodeEvent::WitnessAnswered(Box::new(Asked { asking, answer }), more)).await.is_err() {
            return;
        }
        next = wait.await.ok().flatten();
    }
}

fn drawn(within: u64) -> u64 {
    Duration::from_millis(within).mul_f64(clock::chance()).as_millis().try_into().unwrap_or(within)
}

impl Node {
    /// Every log of the person.
    pub(super) fn logs(&self) -> Vec<Log> {
        let with = self.machine.relationships().map(|(supplier, _)| Log::With(*supplier));
        [Log::Personal].into_iter().chain(with).collect()
    }

    /// The log with this supplier, by name or key, or every log.
    pub(super) fn logs_with(&self, supplier: Option<&str>) -> Result<Vec<Log>, Failure> {
        match supplier {
            Some(supplier) => Ok(vec![Log::With(self.find_supplier(supplier)?)]),
            None => Ok(self.logs()),
        }
    }

    /// The witnesses, by their keys.
    pub(super) fn witness_keys(&self) -> Vec<PublicKey> {
        self.witnesses.witnesses.iter().copied().collect()
    }

    /// Has what is due asked in a turn that reads the store.
    pub(super) fn wake_witnesses(&mut self) {
        if let Some(events) = self.events.upgrade().filter(|_| self.witnesses_due()) {
            // Where the queue is full the next tick comes again.
            let _ = events.try_send(NodeEvent::Witnesses);
        }
    }

    /// Is something to be asked now? It costs no look into the store.
    fn witnesses_due(&self) -> bool {
        let schedule = &self.witnesses;
        let room = schedule.asking.len() < AT_ONCE && !schedule.witnesses.is_empty();
        room && self.clock.uptime() >= schedule.quiet_until
    }

    /// Begins the talks whose moment has come.
    pub(super) fn tend_witnesses(&mut self, turn: &mut Turn) {
        let (now, logs) = (self.clock.uptime(), self.logs());
        let (mut next, mut looks) = (now.plus_ms(QUIET_MS), 0);
        let witnesses = self.witness_keys();
        for spot in witnesses.iter().flat_map(|witness| logs.iter().map(|log| (*witness, *log))) {
            let known = self.witnesses.due.get(&spot).copied();
            if known.is_none() {
                looks += 1;
            }
            if self.witnesses.asking.len() >= AT_ONCE || looks > LOOKS {
                // The rest has its turn with the next tick.
                next = now;
                break;
            }
            let due = match known {
                Some(due) => due,
                None => {
                    let due = Due { at: now.plus_ms(self.first_wait(&spot)), failures: 0 };
                    self.witnesses.due.insert(spot, due);
                    due
                }
            };
            if due.at > now {
                next = next.min(due.at);
            } else if !self.witnesses.asking.contains(&spot) {
                self.begin_talk(spot, turn);
            }
        }
        self.witnesses.quiet_until = next;
    }

    /// How long a start waits before it asks for a log: as if the node had run on since it asked last.
    fn first_wait(&self, spot: &Spot) -> u64 {
        let asked = self.store.get(tables::SEEN_LOGS, spot).ok().flatten().and_then(|seen| seen.asked);
        let since = asked.map_or(u64::MAX, |asked| self.clock.look().wall.0.saturating_sub(asked.0));
        match GAP_MS.checked_sub(since) {
            Some(left) => left + drawn(SPREAD_MS),
            None => drawn(FIRST_MS),
        }
    }

    fn begin_talk(&mut self, spot: Spot, turn: &mut Turn) {
        let at = self.clock.uptime().plus_ms(GAP_MS + drawn(SPREAD_MS));
        match self.to_ask(spot, false) {
            Ok(Some(asking)) => {
                self.witnesses.asking.insert(spot);
                let (events, runtime) = (self.events.clone(), self.runtime.clone());
                turn.after(move || {
                    drop(runtime.spawn(async move {
                        let Some(events) = events.upgrade() else { return };
                        talk(asking, events.clone()).await;
                        let _ = events.send(NodeEvent::WitnessLeft(spot.0, spot.1)).await;
                    }));
                });
            }
            Ok(None) => drop(self.witnesses.due.insert(spot, Due { at, failures: 0 })),
            Err(failure) => {
                tracing::error!(code = failure.code, "a head of a log can't be put before a witness");
                self.witnesses.due.insert(spot, Due { at, failures: 0 });
            }
        }
    }

    /// Is this witness being asked for this log now, at a moment that the node drew?
    pub(super) fn asks(&self, spot: Spot) -> bool {
        self.witnesses.asking.contains(&spot)
    }

    pub(super) fn talk_over(&mut self, spot: Spot) {
        self.witnesses.asking.remove(&spot);
    }

    /// The question that this witness is to be asked for a log now; none where there is nothing to ask. `anyway` asks also
    /// where it has seen another history.
    pub(super) fn to_ask(&self, spot: Spot, anyway: bool) -> Result<Option<Asking>, Failure> {
        let (witness, log) = spot;
        let Some(stored) = self.store.get(tables::WITNESSES, &witness)? else { return Ok(None) };
        let Some((branch, now)) = self.machine.branch(log).zip(self.machine.edge(log).cloned()) else {
            return Ok(None);
        };
        let seen = self.store.get(tables::SEEN_LOGS, &spot)?.unwrap_or_default();
        let ready = |asked, branch, again| {
            let (place, key, proxy) = (stored.place.clone(), stored.key.clone(), self.travel.way.proxy.clone());
            Asking { spot, branch, place, proxy, key, asked, again }
        };
        if seen.branch != branch && seen.edge.size() > 0 {
            let asked = self.machine.ask_witness_again(log, seen.branch, &seen.edge)?;
            return Ok(Some(ready(asked, seen.branch, true)));
        }
        let same = seen.branch == branch;
        let held = same && seen.line.is_some() && seen.edge == now;
        if now.size() == 0 || held || (same && seen.other.is_some() && !anyway) {
            return Ok(None);
        }
        let edge = if same { seen.edge } else { Frontier::default() };
        let grown = match edge.size() {
            0 => Vec::new(),
            size => self.leaves_of(log, size, now.size())?,
        };
        let asked = self.machine.ask_witness(log, &edge, &grown)?;
        Ok(Some(ready(asked, branch, false)))
    }

    fn leaves_of(&self, log: Log, from: u64, to: u64) -> Result<Vec<Hash>, Failure> {
        match to.checked_sub(from) {
            Some(0..=READ) => records::leaves(&self.store, log, (from, to), |_, _| {}),
            _ => Err(records::damaged("the audit log")),
        }
    }

    /// Keeps what a witness answered; the next question where there is one at once.
    pub(super) fn witness_answered(&mut self, asked: Asked, turn: &mut Turn) -> Option<Asking> {
        let spot = asked.asking.spot;
        // The person let it go meanwhile.
        if !self.witnesses.witnesses.contains(&spot.0) {
            return None;
        }
        let before = self.store.get(tables::SEEN_LOGS, &spot).ok().flatten().unwrap_or_default();
        let mut seen = SeenLog { asked: Some(self.clock.look().wall), trouble: None, ..before };
        let next = self.learn(&mut seen, asked);
        self.plan(spot, &seen);
        if seen.other.is_some() {
            self.witnesses.others.insert(spot)
        } else {
            self.witnesses.others.remove(&spot)
        };
        turn.batch.put(tables::SEEN_LOGS, &spot, &seen);
        next.and_then(|from| self.ask_from(spot, seen.branch, &from))
    }

    /// Puts an answer into what is known. Where there is more to ask at once, the edge that it is asked from comes out.
    fn learn(&self, seen: &mut SeenLog, asked: Asked) -> Option<Frontier> {
        let Asked { asking, answer } = asked;
        // Since it was asked, the log may have grown, and another talk have put that before it.
        let grown = self.machine.edge(asking.spot.1).map_or(0, Frontier::size);
        let here = if asking.again { asking.asked.edge.size() } else { grown.max(asking.asked.edge.size()) };
        if asking.again {
            // Whatever it says of the branch before, the one that is written now begins anew there.
            let answer = answer.map_err(|trouble| seen.trouble = Some(trouble)).ok()?;
            let left = match answer {
                Answer::Latest(more) => Some(LeftBehind { seen: more, known: here }),
                Answer::Lines(_) | Answer::NotGrown => None,
            };
            let branch = self.machine.branch(asking.spot.1).unwrap_or(asking.branch);
            *seen = SeenLog { branch, left, asked: seen.asked, ..SeenLog::default() };
            return Some(Frontier::default());
        }
        seen.branch = asking.branch;
        match answer {
            Err(trouble) => seen.trouble = Some(trouble),
            Ok(Answer::Lines(lines)) => {
                let held =
                    lines.iter().filter_map(|line| VerifiedCosignature::of(&asking.asked.text, line, &asking.key).ok());
                match held.max() {
                    Some(held) => {
                        seen.line = Some((held.at(), held.line().to_owned()));
                        (seen.edge, seen.other) = (asking.asked.edge, None);
                    }
                    None => seen.trouble = Some(Trouble::BadSignature),
                }
            }
            Ok(Answer::NotGrown) => seen.other = Some(OtherHistory { seen: None, here: asking.asked.edge.size() }),
            Ok(Answer::Latest(size)) if size > here => seen.other = Some(OtherHistory { seen: Some(size), here }),
            Ok(Answer::Latest(size)) if size == asking.asked.question.old => seen.trouble = Some(Trouble::BadAnswer),
            // Its answer was lost, or it was set back: the log as it was here at that size shows whether it is the same.
            Ok(Answer::Latest(size)) => match self.leaves_of(asking.spot.1, 0, size) {
                Ok(leaves) => return Some(Frontier::over(&leaves)),
                Err(_) => seen.trouble = Some(Trouble::Unreadable),
            },
        }
        if seen.other.is_some() {
            tracing::warn!("a witness has seen another history of a log: this home or a copy of it was set back");
        }
        None
    }

    fn plan(&mut self, spot: Spot, seen: &SeenLog) {
        let now = self.clock.uptime();
        let failures = self.witnesses.due.get(&spot).map_or(0, |due| due.failures);
        let due = match seen.trouble {
            Some(_) => Due { at: now.plus_ms(PAUSES.pause_ms(failures)), failures: failures.saturating_add(1) },
            None => Due { at: now.plus_ms(GAP_MS + drawn(SPREAD_MS)), failures: 0 },
        };
        self.witnesses.quiet_until = self.witnesses.quiet_until.min(due.at);
        self.witnesses.due.insert(spot, due);
    }

    /// The next question of a talk. What was learnt is not on disk yet, so it is made of that.
    fn ask_from(&self, spot: Spot, branch: u32, from: &Frontier) -> Option<Asking> {
        let stored = self.store.get(tables::WITNESSES, &spot.0).ok().flatten()?;
        let grown = match from.size() {
            0 => Vec::new(),
            size => self.leaves_of(spot.1, size, self.machine.edge(spot.1)?.size()).ok()?,
        };
        let asked = self.machine.ask_witness(spot.1, from, &grown).ok()?;
        let proxy = self.travel.way.proxy.clone();
        Some(Asking { spot, branch, place: stored.place, proxy, key: stored.key, asked, again: false })
    }
}
