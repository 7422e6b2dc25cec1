//! Changed details, told by letter to every organisation that they concern.

use std::collections::BTreeSet;

use regie_protocol::{FieldPath, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LeftOut, Node, OnNode, WrittenLetters};
use crate::{command::Failure, driver::Turn, person::letters::letter_language, verb::Verb};

/// Letters that one word writes, at most.
const AT_ONCE: usize = 500;

/// Writes a letter about these fields to each organisation without a companion that they concern. Who has a companion is told
/// by it, without this.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tell {
    /// The fields, as they are now.
    pub fields: BTreeSet<FieldPath>,
    /// To whom: ids or ends of them, names, or domains; none for all that [`super::WouldTell`] names.
    pub to: Vec<String>,
    /// In which language, `en` or `nl`; that of each organisation, if this is left out.
    pub language: Option<String>,
    /// Have the mail account send those that are for e-mail.
    pub send: bool,
}

impl Verb for Tell {
    const NAME: &'static str = "tell";
    type Answer = WrittenLetters;
}

impl OnNode for Tell {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<WrittenLetters, Failure> {
        if self.fields.is_empty() || self.fields.len() > limits::FIELDS || self.to.len() > AT_ONCE {
            return Err(Failure::usage(format!("name the fields that changed, and at most {AT_ONCE} organisations")));
        }
        if self.send {
            node.need_mail_account()?;
        }
        let language = letter_language(self.language.as_deref())?;
        let mut written = WrittenLetters { letters: Vec::new(), left_out: Vec::new() };
        let (told, numbers) = (node.told()?, node.customer_numbers()?);
        let whom = self.whom(node)?;
        node.has_room_for_letters(whom.len())?;
        for (organisation, fields) in whom {
            let letter = node
                .find_organisation(&organisation)
                .and_then(|one| node.write_change(&one, &fields, language, (&told, &numbers), turn));
            match letter {
                Ok(letter) if self.send && letter.email.is_some() => {
                    let letter = node.queue_letter(letter, turn)?;
                    written.letters.push(node.shown_letter(&letter));
                }
                Ok(letter) => written.letters.push(node.shown_letter(&letter)),
                Err(failure) => written.left_out.push(LeftOut { organisation, why: failure.message }),
            }
        }
        Ok(written)
    }
}

impl Tell {
    /// Which organisations, each with what it is told.
    fn whom(&self, node: &Node) -> Result<Vec<(String, BTreeSet<FieldPath>)>, Failure> {
        if !self.to.is_empty() {
            return Ok(self.to.iter().map(|to| (to.clone(), self.fields.clone())).collect());
        }
        let told = node.would_write(&self.fields)?.into_iter().take(AT_ONCE);
        Ok(told.map(|one| (one.organisation.to_string(), one.fields)).collect())
    }
}
