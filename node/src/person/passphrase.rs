//! Another passphrase for a node that runs. In: both, as they were typed. Out: the keyring under the new one. It is no verb:
//! a passphrase goes through no socket and stands in no line.

use tokio::sync::oneshot;

use super::{Call, NodeEvent, verbs::Desk};
use crate::{command::Failure, store::Passphrase, verb::stopping};

impl Desk {
    /// Puts the store under another passphrase. Dear, as trying one is: the node says and hears nothing meanwhile.
    ///
    /// # Errors
    /// The passphrase of before is another, the new one is none, or the keyring could not be written.
    pub async fn change_passphrase(&self, old: Passphrase, new: Passphrase) -> Result<(), Failure> {
        let (answer, wait) = oneshot::channel();
        let call: Call = Box::new(move |node, turn| {
            let changed = node.store.with(|store| store.change_passphrase(&old, &new));
            turn.after(move || drop(answer.send(changed)));
        });
        self.events().send(NodeEvent::Call { reads_store: true, call }).await.map_err(|_| stopping())?;
        Ok(wait.await.map_err(|_| stopping())??)
    }
}
