//! A credential that is taken in. Only builds with the feature `vc` do.

use regie_protocol::FieldPath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HeldCredential, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Takes a credential in; its claims become values that its issuer vouches for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCredential {
    /// The credential as the issuer gave it: an SD-JWT VC.
    pub text: String,
    /// The issuer's public key, a JWK.
    pub issuer_key: String,
}

/// It was taken in.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AddedCredential {
    /// The credential.
    pub credential: HeldCredential,
    /// The fields that hold something else than before.
    pub changed: Vec<FieldPath>,
    /// The suppliers that are told, by name; the first 200.
    pub told: Vec<String>,
}

impl Verb for AddCredential {
    const NAME: &'static str = "add_credential";
    type Answer = AddedCredential;
}

impl OnNode for AddCredential {
    #[cfg(feature = "vc")]
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<AddedCredential, Failure> {
        let (credential, changed) = node.add_credential(&self.text, &self.issuer_key, turn)?;
        Ok(AddedCredential { credential, changed: changed.changed, told: changed.told })
    }

    #[cfg(not(feature = "vc"))]
    fn run(self, _: &mut Node, _: &mut Turn) -> Result<AddedCredential, Failure> {
        Err(crate::command::without_credentials())
    }
}
