//! Witnesses that are asked at once, by the person's word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{Call, Desk, KnownWitness, Node, Witnesses};
use crate::{
    command::Failure,
    person::{
        NodeEvent,
        witnesses::{Asking, talk},
    },
    verb::{Conduct, Verb, stopping},
};

/// Questions of one such word.
const AT_MOST: usize = 256;

/// Asks every witness for the heads that it has not cosigned, instead of at a moment that the node draws. Whoever sees the
/// questions sees that they come together.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskWitnesses {
    /// Only for the log with this supplier, by name or key.
    pub supplier: Option<String>,
}

/// How the witnesses stand then.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AskedWitnesses {
    /// Logs that were put before a witness.
    pub asked: usize,
    /// The witnesses.
    pub witnesses: Vec<KnownWitness>,
}

impl Verb for AskWitnesses {
    const NAME: &'static str = "ask_witnesses";
    type Answer = AskedWitnesses;
}

impl Conduct<Desk> for AskWitnesses {
    async fn conduct(self, desk: &Desk) -> Result<AskedWitnesses, Failure> {
        let (answer, wait) = oneshot::channel();
        let call: Call = Box::new(move |node, turn| {
            let ready = ready(node, self.supplier.as_deref());
            turn.after(move || drop(answer.send(ready)));
        });
        desk.events.send(NodeEvent::Call { reads_store: true, call }).await.map_err(|_| stopping())?;
        let ready = wait.await.map_err(|_| stopping())??;
        let asked = ready.len();
        for asking in ready {
            talk(asking, desk.events.clone()).await;
        }
        Ok(AskedWitnesses { asked, witnesses: desk.ask(Witnesses {}).await? })
    }
}

fn ready(node: &mut Node, supplier: Option<&str>) -> Result<Vec<Asking>, Failure> {
    node.speaks()?;
    let logs = node.logs_with(supplier)?;
    let mut ready = Vec::new();
    for witness in node.witness_keys() {
        for log in &logs {
            if ready.len() < AT_MOST && !node.asks((witness, *log)) {
                ready.extend(node.to_ask((witness, *log), true)?);
            }
        }
    }
    Ok(ready)
}
