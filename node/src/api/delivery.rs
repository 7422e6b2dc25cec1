//! Delivers events to webhooks: a task for each, so that none waits for another. In: webhooks and events. Out: calls of
//! receivers, and how they went. What was taken is noted in the store many at a time while the next calls are under way; what was
//! taken and not noted is told again after a crash, under the same id.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    future::{Future, pending},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt as _, stream::FuturesUnordered};
use regie_protocol::PublicKey;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep_until},
};

use super::{
    limits,
    receiver::{Allowed, Caller},
};
use crate::{
    command::Failure,
    supplier::{
        Companion, Desk, World,
        hooks::{
            Hook,
            attend::{Attention, Busy, Job, Lane, Tried, Went},
            failing::PROBED_AT,
        },
        names,
    },
};

/// Has a task for each webhook, until the companion stops.
pub(super) async fn run(desk: Desk, allowed: Allowed) {
    let mut news = desk.news();
    let mut tasks = BTreeMap::<names::Webhook, JoinHandle<()>>::new();
    let (wake, woken) = watch::channel(());
    let mut before = None;
    loop {
        news.mark_unchanged();
        let looked = desk.call(|companion: &mut Companion, _| {
            let newest = [companion.newest_event(World::Live)?, companion.newest_event(World::Test)?];
            Ok((companion.all_hooks()?, newest))
        });
        let Ok(now) = looked.await else {
            if desk.is_over() {
                return;
            }
            // The database is away, perhaps.
            tokio::time::sleep(limits::DELIVERY_LOOK).await;
            continue;
        };
        tasks.retain(|_, task| !task.is_finished());
        for (id, _) in &now.0 {
            let attended = || tokio::spawn(attend(desk.clone(), allowed.clone(), *id, woken.clone()));
            tasks.entry(*id).or_insert_with(attended);
        }
        // Another companion on the same store writes without waking anybody here: one look a second for all of them.
        if before.replace(now.clone()).is_some_and(|before| before != now) {
            wake.send_replace(());
        }
        let _ = tokio::time::timeout(limits::DELIVERY_LOOK, news.changed()).await;
        tokio::time::sleep(limits::DELIVERY_REST).await;
    }
}

/// Delivers to one webhook, until it is deleted or the companion stops.
async fn attend(desk: Desk, allowed: Allowed, id: names::Webhook, woken: watch::Receiver<()>) {
    let caller = match Caller::new(&allowed) {
        Ok(caller) => caller,
        Err(failure) => return tracing::error!(%failure, "no webhook can be told"),
    };
    let mut line = Line::new(desk, caller, id, woken);
    while line.step().await {}
}

type Looking = Pin<Box<dyn Future<Output = Result<Attention, Failure>> + Send>>;
type Flying = Pin<Box<dyn Future<Output = (Option<PublicKey>, Tried)> + Send>>;

/// What one webhook is told, and what of it is under way.
struct Line {
    desk: Desk,
    caller: Caller,
    id: names::Webhook,
    news: watch::Receiver<u64>,
    woken: watch::Receiver<()>,
    /// Where to; none while nothing may be delivered.
    hook: Option<Arc<Hook>>,
    queue: VecDeque<Job>,
    flying: FuturesUnordered<Flying>,
    /// Whom what is on its way concerns.
    persons: BTreeSet<Option<PublicKey>>,
    busy: Busy,
    /// How deliveries went that are not noted yet.
    tried: Vec<Tried>,
    /// Something of that has to be noted before anything else is begun.
    halted: bool,
    /// On trial, another event than the first is being tried.
    probing: bool,
    /// A look at the store that is under way.
    looking: Option<Looking>,
    looked: Instant,
    rest_until: Instant,
    /// Is there more in the store than was read?
    more: bool,
}

/// What happened first.
enum Step {
    Landed((Option<PublicKey>, Tried)),
    Looked(Result<Attention, Failure>),
    News(bool),
    Time,
}

impl Line {
    fn new(desk: Desk, caller: Caller, id: names::Webhook, woken: watch::Receiver<()>) -> Self {
        let (news, now) = (desk.news(), Instant::now());
        Self {
            desk,
            caller,
            id,
            news,
            woken,
            hook: None,
            queue: VecDeque::new(),
            flying: FuturesUnordered::new(),
            persons: BTreeSet::new(),
            busy: Busy::default(),
            tried: Vec::new(),
            halted: false,
            probing: false,
            looking: None,
            looked: now,
            rest_until: now,
            more: true,
        }
    }

    /// Goes on with whatever comes first; false where there is nothing to go on with.
    async fn step(&mut self) -> bool {
        self.begin();
        let at = self.look_at();
        if at.is_some_and(|at| at <= Instant::now()) {
            self.look();
        }
        let time = at.filter(|_| self.looking.is_none());
        let Self { flying, looking, news, woken, .. } = self;
        let looking = async {
            match looking {
                Some(looking) => looking.await,
                None => pending().await,
            }
        };
        let step = tokio::select! {
            Some(landed) = flying.next() => Step::Landed(landed),
            looked = looking => Step::Looked(looked),
            heard = news.changed() => Step::News(heard.is_ok()),
            heard = woken.changed() => Step::News(heard.is_ok()),
            () = sleep_until(time.unwrap_or_else(Instant::now)), if time.is_some() => Step::Time,
        };
        match step {
            Step::Landed((person, tried)) => self.landed(person.as_ref(), tried),
            Step::Looked(looked) => return self.looked(looked),
            Step::News(goes_on) => {
                self.more = true;
                return goes_on;
            }
            Step::Time => {}
        }
        true
    }

    /// Sends as much as may be under way at a time. Of one person one event at a time, so that they come in order.
    fn begin(&mut self) {
        let Some(hook) = self.hook.clone() else { return };
        let at_once = if hook.on_trial() { 1 } else { usize::from(hook.at_once.max(1)) };
        while !self.halted && self.flying.len() < at_once {
            let free = self.queue.iter().position(|job| at_once == 1 || !self.persons.contains(&job.event.1.person));
            let Some(job) = free.and_then(|at| self.queue.remove(at)) else { break };
            let person = job.event.1.person;
            self.persons.insert(person);
            let delivery = self.caller.clone().deliver(hook.clone(), job);
            self.flying.push(Box::pin(async move { (person, delivery.await) }));
        }
    }

    /// When to look at the store: to note what was delivered, or to read on. Not while a look is under way.
    fn look_at(&self) -> Option<Instant> {
        if self.looking.is_some() {
            return None;
        }
        if self.halted {
            // What fails at a time is noted as one.
            return self.flying.is_empty().then_some(self.looked);
        }
        let still = self.queue.is_empty() && self.flying.is_empty();
        let short = self.more && self.queue.len() < limits::DELIVERY_PAGE / 2;
        let much = self.tried.len() >= limits::DELIVERY_NOTED;
        if short || much || still && !self.tried.is_empty() {
            let calm = if self.hook.is_some() { limits::DELIVERY_CALM } else { limits::DELIVERY_REST };
            return Some((self.looked + calm).min(self.rest_until));
        }
        // Who delivers for long notes it meanwhile, and shows that it is still there.
        let late = if still { self.rest_until } else { self.rest_until.min(self.looked + limits::DELIVERY_LOOK) };
        Some(late)
    }

    fn look(&mut self) {
        self.news.mark_unchanged();
        let (id, tried, busy) = (self.id, std::mem::take(&mut self.tried), self.busy.clone());
        let room = limits::DELIVERY_PAGE.saturating_sub(self.queue.len());
        (self.looked, self.more, self.probing) = (Instant::now(), false, false);
        let desk = self.desk.clone();
        self.looking = Some(Box::pin(async move {
            desk.call(move |companion, turn| companion.attend(&id, tried, (&busy, room), turn)).await
        }));
    }

    /// Takes what a look found.
    fn looked(&mut self, looked: Result<Attention, Failure>) -> bool {
        self.looking = None;
        // What landed meanwhile may have to be noted first.
        self.halted = self.tried.iter().any(|tried| tried.went != Went::Taken);
        match looked {
            Ok(Attention::Gone) => return false,
            Ok(Attention::Rest { ms }) => {
                self.hook = None;
                self.drop_queue();
                self.rest_until = self.looked + Duration::from_millis(ms);
            }
            Ok(Attention::Go { hook, jobs, more, ms }) => {
                for job in jobs {
                    self.lane(job.lane).insert(job.event.0);
                    self.queue.push_back(job);
                }
                self.hook = Some(Arc::new(*hook));
                self.more |= more;
                self.rest_until = self.looked + Duration::from_millis(ms);
                if self.halted {
                    self.drop_queue();
                }
            }
            Err(_) if self.desk.is_over() => return false,
            Err(failure) => {
                tracing::warn!(%failure, "deliveries could not be noted; they will be made again");
                self.hook = None;
                self.drop_queue();
                self.rest_until = self.looked + limits::DELIVERY_LOOK;
            }
        }
        true
    }

    fn landed(&mut self, person: Option<&PublicKey>, tried: Tried) {
        self.persons.remove(&person.copied());
        self.lane(tried.lane).remove(&tried.attempt.event);
        let failures = self.hook.as_ref().map_or(0, |hook| hook.failures);
        match tried.went {
            Went::Taken => self.halted |= failures > 0,
            // Before the receiver is left alone for longer, another event says whether it is this one that can't be taken.
            Went::Failed { again_after: None } if failures >= PROBED_AT && !self.probing && !self.queue.is_empty() => {
                self.probing = true;
            }
            Went::Refused | Went::Failed { .. } | Went::Unwanted => self.halted = true,
        }
        self.tried.push(tried);
        if self.halted {
            self.drop_queue();
        }
    }

    /// Gives back what was read and not begun: it is read again.
    fn drop_queue(&mut self) {
        for job in std::mem::take(&mut self.queue) {
            self.lane(job.lane).remove(&job.event.0);
        }
    }

    fn lane(&mut self, lane: Lane) -> &mut BTreeSet<u64> {
        match lane {
            Lane::Line => &mut self.busy.line,
            Lane::Aside => &mut self.busy.aside,
        }
    }
}
