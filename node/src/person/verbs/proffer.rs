//! The agreement that the person proffers.

use regie_protocol::Agreement;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, person::records, verb::Verb};

/// Shows the agreement to proffer to the next supplier, or sets it; those that are there keep theirs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proffer {
    /// The agreement; none to see it.
    pub agreement: Option<Agreement>,
}

/// The agreement.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProfferedAgreement {
    /// Which.
    pub agreement: Agreement,
}

impl Verb for Proffer {
    const NAME: &'static str = "proffer";
    type Answer = ProfferedAgreement;
}

impl OnNode for Proffer {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ProfferedAgreement, Failure> {
        let agreement = match self.agreement {
            Some(agreement) => {
                records::put_proffer(turn, agreement);
                agreement
            }
            None => records::proffer(&node.store)?.unwrap_or(Agreement::SdBase),
        };
        Ok(ProfferedAgreement { agreement })
    }
}
