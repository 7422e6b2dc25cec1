//! Letters that the person's mail account is to send.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownLetter};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Letters of one word, at most.
const AT_ONCE: usize = 500;

/// Has the person's account send letters. They are queued, and go one after the other.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendLetters {
    /// Their ids, or ends of them; none for every letter that is written for e-mail and has not gone.
    pub ids: Vec<String>,
}

/// They are queued.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct QueuedLetters {
    /// Which.
    pub letters: Vec<ShownLetter>,
}

impl Verb for SendLetters {
    const NAME: &'static str = "send_letters";
    type Answer = QueuedLetters;
}

impl OnNode for SendLetters {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<QueuedLetters, Failure> {
        node.need_mail_account()?;
        if self.ids.len() > AT_ONCE {
            return Err(Failure::usage(format!("at most {AT_ONCE} letters are queued at once; give fewer")));
        }
        let letters = match self.ids.is_empty() {
            // Those of which nobody knows whether they went are sent again one by one, by the person's word.
            true => {
                let all = node.letters()?.into_iter();
                all.filter(|letter| letter.email.is_some() && letter.can_be_queued()).take(AT_ONCE).collect()
            }
            false => self.ids.iter().map(|id| node.find_letter(id)).collect::<Result<Vec<_>, _>>()?,
        };
        // The person asks for it now, so what failed before is tried at once.
        node.try_post_anew();
        let mut queued = Vec::new();
        for letter in letters {
            queued.push(node.queue_letter(letter, turn)?);
        }
        Ok(QueuedLetters { letters: queued.iter().map(|letter| node.shown_letter(letter)).collect() })
    }
}
