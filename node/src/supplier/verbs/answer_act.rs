//! The company's answer to what a person had it do.

use regie_protocol::act::Answered;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion, PersonsAct};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Answers an act. The answer is signed, and waits until the person's node has it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerAct {
    /// The act, by its id or the end of it.
    pub act: String,
    /// What is answered.
    pub answer: Answered,
}

impl Verb for AnswerAct {
    const NAME: &'static str = "answer_act";
    type Answer = PersonsAct;
}

impl OnCompanion for AnswerAct {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<PersonsAct, Failure> {
        let (person, id) = companion.find_act(&self.act)?;
        companion.answer_act(person, &id, self.answer, turn)
    }
}
