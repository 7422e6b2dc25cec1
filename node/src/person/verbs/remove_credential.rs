//! A credential that goes. Only builds with the feature `vc` hold any.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Throws a credential away; its values stay, as the person's own word.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveCredential {
    /// Its id, or the end of it.
    pub id: String,
}

/// It is gone.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RemovedCredential {
    /// Its id, in hexadecimal.
    pub credential: String,
    /// Always true.
    pub removed: bool,
}

impl Verb for RemoveCredential {
    const NAME: &'static str = "remove_credential";
    type Answer = RemovedCredential;
}

impl OnNode for RemoveCredential {
    #[cfg(feature = "vc")]
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<RemovedCredential, Failure> {
        node.remove_credential(&self.id, turn).map(|credential| RemovedCredential { credential, removed: true })
    }

    #[cfg(not(feature = "vc"))]
    fn run(self, _: &mut Node, _: &mut Turn) -> Result<RemovedCredential, Failure> {
        Err(crate::command::without_credentials())
    }
}
