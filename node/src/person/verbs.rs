//! Everything a person can ask of their node: one verb, one file, with its words, its answer and what it does.
//!
//! In: verbs, at the person's [`Desk`]. Out: typed answers, once what a verb changed is on disk. `verbs.rs` has the list;
//! most verbs are done on the driver's thread ([`OnNode`]); those that speak with others before are `Conduct` by
//! themselves.

mod clock;
mod dashboard;
mod me;
mod status;

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{Event, Node};
use crate::{
    command::Failure,
    driver::Turn,
    verb::{Conduct, Stop, Stopped, Verb, stopping, verbs},
};

pub use clock::{AcceptedClock, Clock};
pub use dashboard::{Dashboard, DashboardLink};
pub use me::{Me, Name};
pub use status::{KnownSupplier, PersonStatus, Status};

verbs! {
    /// A verb of a person's node.
    PersonCommand at Desk, else "this home is a person's; that command is for a supplier's companion (`regie supplier init`)" {
        Clock: Clock,
        Dashboard: Dashboard,
        Me: Me,
        Status: Status,
        Stop: Stop,
    }
}

/// How the person's node is reached from its own process; clones share one.
#[derive(Clone)]
pub struct Desk {
    events: mpsc::Sender<Event>,
    links: Links,
}

impl crate::verb::Desk for Desk {
    type Command = PersonCommand;

    async fn legacy(&self, command: crate::command::Command) -> Result<serde_json::Value, Failure> {
        use crate::command::{Command, parse};
        match command {
            Command::Look { link } => super::look(parse(&link)?, self.events.clone()).await,
            Command::Pair { link, agreement, vouched } => {
                super::pair(parse(&link)?, parse(&agreement)?, vouched, self.events.clone()).await
            }
            Command::TakeUp { offer, agreement } => {
                super::take_up(offer, parse(&agreement)?, self.events.clone()).await
            }
            command => {
                let (answer, wait) = oneshot::channel();
                self.events.send(Event::Command(command, answer)).await.map_err(|_| stopping())?;
                wait.await.map_err(|_| stopping())?
            }
        }
    }
}

/// Makes a one-time link to the dashboard; none where there is no dashboard.
pub type Links = Arc<dyn Fn() -> Option<String> + Send + Sync>;

impl Desk {
    /// A desk before this node.
    #[must_use]
    pub fn new(events: mpsc::Sender<Event>, links: Links) -> Self {
        Self { events, links }
    }

    /// Asks the node; the answer comes when what it changed is on disk.
    ///
    /// # Errors
    /// What the verb says, or that the node is stopping.
    pub async fn ask<V: Conduct<Self>>(&self, verb: V) -> Result<V::Answer, Failure> {
        verb.conduct(self).await
    }

    /// The queue of the node's driver.
    #[must_use]
    pub fn events(&self) -> &mpsc::Sender<Event> {
        &self.events
    }

    fn link(&self) -> Option<String> {
        (self.links)()
    }
}

/// A verb that is done on the thread of the node's driver, between other turns.
pub trait OnNode: Verb {
    /// Does it read the store, so that what its turn has changed must be on disk first?
    const READS_STORE: bool = true;

    /// Does it.
    ///
    /// # Errors
    /// Why it was not done, with the next step.
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Self::Answer, Failure>;
}

impl Conduct<Desk> for crate::command::Command {
    async fn conduct(self, desk: &Desk) -> Result<serde_json::Value, Failure> {
        crate::verb::Desk::legacy(desk, self).await
    }
}

impl OnNode for Stop {
    const READS_STORE: bool = false;

    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Stopped, Failure> {
        node.stops = true;
        Ok(Stopped { stopped: true })
    }
}

impl<V: OnNode> Conduct<Desk> for V {
    async fn conduct(self, desk: &Desk) -> Result<V::Answer, Failure> {
        let (answer, wait) = oneshot::channel();
        let asked = Asked { verb: self, answer };
        desk.events.send(Event::Asked(Box::new(asked))).await.map_err(|_| stopping())?;
        wait.await.map_err(|_| stopping())?
    }
}

/// A verb on its way to the node, with where its answer goes.
struct Asked<V: OnNode> {
    verb: V,
    answer: oneshot::Sender<Result<V::Answer, Failure>>,
}

/// The same, whichever verb it is.
pub trait Question: Send {
    /// See [`OnNode::READS_STORE`].
    fn reads_store(&self) -> bool;
    /// Does it; the answer leaves after the commit of this turn.
    fn answer(self: Box<Self>, node: &mut Node, turn: &mut Turn);
}

impl<V: OnNode> Question for Asked<V> {
    fn reads_store(&self) -> bool {
        V::READS_STORE
    }

    fn answer(self: Box<Self>, node: &mut Node, turn: &mut Turn) {
        let Self { verb, answer } = *self;
        let result = verb.run(node, turn);
        turn.after(move || drop(answer.send(result)));
    }
}
