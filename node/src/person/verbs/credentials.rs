//! The credentials that the person holds. Only builds with the feature `vc` hold any.

use regie_protocol::{FieldPath, Issuer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists the credentials.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {}

/// A credential.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HeldCredential {
    /// Its id, in hexadecimal.
    pub id: String,
    /// Who vouches.
    pub issuer: Issuer,
    /// Its `vct`.
    pub kind: String,
    /// The fields that it vouches for.
    pub fields: Vec<FieldPath>,
    /// When it ends, RFC 3339; none for never.
    pub expires: Option<String>,
}

impl Verb for Credentials {
    const NAME: &'static str = "credentials";
    type Answer = Vec<HeldCredential>;
}

impl OnNode for Credentials {
    #[cfg(feature = "vc")]
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Vec<HeldCredential>, Failure> {
        node.credentials()
    }

    #[cfg(not(feature = "vc"))]
    fn run(self, _: &mut Node, _: &mut Turn) -> Result<Vec<HeldCredential>, Failure> {
        Err(crate::command::without_credentials())
    }
}
