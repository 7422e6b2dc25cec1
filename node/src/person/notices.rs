//! Telling the person that something waits, at the driver. In: what waits, the settings, ticks. Out: one notice by each way at a
//! time, with its ledger on disk before it leaves, and what became of it. When and of what is `notice`'s.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{Nonce, Timestamp};
use tokio::sync::watch;

use super::{Node, NodeEvent, glance::mark, tables};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    notice::{Ledger, Minute, Moment, Notice, Saying, Sender, Sent, Settings, Way},
    store::{Read as _, Store},
};

/// Where nothing changes, it is looked this often whether a day came near.
const QUIET_MS: u64 = 5 * 60 * 1_000;

/// What is to be told, and by which ways.
pub(super) struct Notices {
    settings: Settings,
    ledgers: BTreeMap<Way, Ledger>,
    /// By which ways a notice is just leaving.
    leaving: BTreeSet<Way>,
    /// Did something change since the last look?
    stale: bool,
    /// When the next look is due without a change, by this process's time.
    next_look: Timestamp,
    /// Grows with each commit: what pages show may be another from then on.
    commits: watch::Sender<u64>,
}

/// A notice, and what became of it.
pub struct Noticed {
    saying: Saying,
    sent: Sent,
}

impl Notices {
    pub(super) fn load(store: &Store) -> Result<Self, Failure> {
        let settings = store.fact(tables::NOTICE_SETTINGS)?.unwrap_or_default();
        let mut ledgers = BTreeMap::new();
        for way in Way::ALL {
            ledgers.insert(way, store.get(tables::NOTICE_LEDGERS, &way.number())?.unwrap_or_default());
        }
        let (commits, _) = watch::channel(0);
        let (leaving, next_look) = (BTreeSet::new(), Timestamp::default());
        Ok(Self { settings, ledgers, leaving, stale: true, next_look, commits })
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn ledger(&self, way: Way) -> Ledger {
        self.ledgers.get(&way).cloned().unwrap_or_default()
    }

    /// Tells when something was committed.
    pub(super) fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    /// This turn changes something.
    pub(super) fn closing(&mut self, turn: &mut Turn) {
        self.stale = true;
        let commits = self.commits.clone();
        turn.after(move || commits.send_modify(|count| *count = count.wrapping_add(1)));
    }
}

impl Node {
    /// Looks, in a turn that reads the store, where there may be something to tell.
    pub(super) fn wake_notices(&mut self) {
        let now = self.clock.uptime();
        let notices = &self.notices;
        let waits = notices.ledgers.values().any(|ledger| ledger.again().is_some());
        if notices.settings.ways().next().is_none() || !(notices.stale || waits || notices.next_look <= now) {
            return;
        }
        // Where another home goes on, it tells.
        if self.machine.is_silent() {
            return;
        }
        if let Some(events) = self.events.upgrade() {
            // Where the queue is full the next tick comes again.
            let _ = events.try_send(NodeEvent::Notices);
        }
    }

    /// Says what is due.
    pub(super) fn tend_notices(&mut self, turn: &mut Turn) {
        let things = match self.things() {
            Ok(things) => things,
            Err(failure) => return tracing::error!(code = failure.code, "what waits for the person can't be read"),
        };
        self.notices.next_look = self.clock.uptime().plus_ms(QUIET_MS);
        self.notices.stale = false;
        let (now, settings) = (self.moment(), self.notices.settings.clone());
        for way in settings.ways().filter(|way| !self.notices.leaving.contains(way)).collect::<Vec<_>>() {
            let before = self.notices.ledger(way);
            let mut ledger = before.clone();
            let saying = ledger.due(&settings, &things, &now);
            if ledger != before {
                self.put_ledger(way, ledger, turn);
            }
            if let Some(saying) = saying {
                let of: Vec<_> = things.iter().filter(|thing| saying.tells.contains(&thing.key)).collect();
                self.say_notice(way, saying, Notice::of(&of, &settings), turn);
            }
        }
    }

    fn say_notice(&mut self, way: Way, saying: Saying, notice: Notice, turn: &mut Turn) {
        let sender = match self.notice_sender(way) {
            Ok(sender) => sender,
            Err(failure) => return tracing::error!(code = failure.code, "a notice can't be sent"),
        };
        self.notices.leaving.insert(way);
        let keys: Vec<[u8; 8]> = saying.tells.iter().map(|key| key.to_be_bytes()).collect();
        let id = format!("notice-{:016x}", mark("notice", &keys));
        let (events, runtime) = (self.events.clone(), self.runtime.clone());
        turn.after(move || {
            drop(runtime.spawn(async move {
                let sent = sender.send(&notice, &id).await;
                if let Some(events) = events.upgrade() {
                    let _ = events.send(NodeEvent::Noticed(way, Box::new(Noticed { saying, sent }))).await;
                }
            }));
        });
    }

    /// What became of a notice.
    pub(super) fn noticed(&mut self, way: Way, noticed: Noticed, turn: &mut Turn) {
        let Noticed { saying, sent: Sent { went, gone } } = noticed;
        self.notices.leaving.remove(&way);
        let mut ledger = self.notices.ledger(way);
        match went {
            Ok(()) => ledger.worked(&saying, self.clock.now().wall),
            Err(trouble) => {
                tracing::info!(way = way.code(), code = trouble.code(), "a notice did not go, and is tried again");
                ledger.failed(trouble);
            }
        }
        self.put_ledger(way, ledger, turn);
        if !gone.is_empty() {
            let mut settings = self.notices.settings.clone();
            settings.browsers.retain(|browser| !gone.contains(&browser.endpoint));
            self.put_notice_settings(settings, turn);
        }
    }

    /// A device was removed: its browsers are told nothing any more.
    pub(super) fn forget_browsers(&mut self, device: &Nonce, turn: &mut Turn) {
        let mut settings = self.notices.settings.clone();
        settings.browsers.retain(|browser| browser.device.as_ref() != Some(device));
        if settings != self.notices.settings {
            self.put_notice_settings(settings, turn);
        }
    }

    /// Other settings; what failed before is tried at once.
    pub(super) fn put_notice_settings(&mut self, settings: Settings, turn: &mut Turn) {
        turn.batch.set(tables::NOTICE_SETTINGS, &settings);
        self.notices.settings = settings;
        for way in Way::ALL {
            let mut ledger = self.notices.ledger(way);
            ledger.try_anew();
            self.put_ledger(way, ledger, turn);
        }
    }

    /// Everything that it takes to send something by this way now.
    pub(super) fn notice_sender(&self, way: Way) -> Result<Sender, Failure> {
        Ok(Sender {
            way,
            settings: self.notices.settings.clone(),
            account: self.mail_account()?,
            proxy: self.mail_proxy(),
            #[cfg(feature = "push")]
            vapid: self.store.fact(tables::VAPID)?,
            #[cfg(feature = "push")]
            reader: self.travel.reader.clone(),
        })
    }

    fn put_ledger(&mut self, way: Way, ledger: Ledger, turn: &mut Turn) {
        turn.batch.put(tables::NOTICE_LEDGERS, &way.number(), &ledger);
        self.notices.ledgers.insert(way, ledger);
    }

    fn moment(&self) -> Moment {
        let at = self.clock.look().wall;
        Moment { at, day: clock::day(at), minute: Minute::new(clock::minute_of_day(at)) }
    }
}
