//! A file for the companion, a part at a time: a line of the control socket has a bound.

use regie_protocol::Nonce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    command::{Failure, base64},
    driver::Turn,
    verb::Verb,
};

/// Hands a part of a file in.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The file that it goes on with; none begins one.
    pub upload: Option<Nonce>,
    /// The part, base64; of at most 524,288 bytes.
    pub part: String,
}

/// As much of a file as was handed in.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Uploaded {
    /// What the file is called.
    pub upload: Nonce,
    /// How many bytes of it are there.
    pub bytes: u64,
}

impl Verb for Upload {
    const NAME: &'static str = "upload";
    type Answer = Uploaded;
}

impl OnCompanion for Upload {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Uploaded, Failure> {
        let (upload, bytes) = companion.upload(self.upload, &base64("the part", &self.part)?)?;
        Ok(Uploaded { upload, bytes })
    }
}
