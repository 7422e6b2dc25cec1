//! A letter as it is read: who, to whom, when, what about, and paragraphs. In: those. Out: plain text in lines that mail
//! programs and terminals show whole.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Characters in a line of plain text, so that an answer can quote it within 78 (RFC 5322, 2.1.1).
pub(super) const WIDTH: usize = 72;
/// What an item of a list begins with.
const ITEM: &str = "- ";

/// A letter that is written: it stays as it is, whatever words a later version has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rendered {
    /// Name and address of who writes, in lines.
    pub sender: Vec<String>,
    /// Name and address of whom it is for, in lines.
    pub recipient: Vec<String>,
    /// The day, in words.
    pub date: String,
    /// What it is about.
    pub subject: String,
    /// What is named below the subject: numbers, a reference.
    pub details: Vec<String>,
    /// From the salutation to the closing.
    pub paragraphs: Vec<Paragraph>,
    /// Who signs it, in lines.
    pub signed: Vec<String>,
}

/// A part of a letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Paragraph {
    /// Sentences.
    Text(String),
    /// Items below each other.
    List(Vec<String>),
}

impl Rendered {
    /// All of it, as a page.
    pub(crate) fn plain(&self) -> String {
        let mut blocks = vec![self.sender.clone(), self.recipient.clone(), vec![self.date.clone()]];
        blocks.push([std::slice::from_ref(&self.subject), &self.details].concat());
        blocks.extend(self.blocks());
        text(&blocks, Some(WIDTH))
    }

    /// What stands in a message, whose head has the day, the subject and whom it is for.
    pub(crate) fn message(&self) -> String {
        text(&self.of_a_message(), Some(WIDTH))
    }

    /// The same with each paragraph in one line, for programs that break lines themselves.
    pub(crate) fn flowing(&self) -> String {
        text(&self.of_a_message(), None)
    }

    fn of_a_message(&self) -> Vec<Vec<String>> {
        let mut blocks = vec![self.details.clone()];
        blocks.extend(self.blocks());
        blocks
    }

    fn blocks(&self) -> Vec<Vec<String>> {
        let lines = |paragraph: &Paragraph| match paragraph {
            Paragraph::Text(text) => vec![text.clone()],
            Paragraph::List(items) => items.iter().map(|item| format!("{ITEM}{item}")).collect(),
        };
        self.paragraphs.iter().map(lines).chain([self.signed.clone()]).collect()
    }
}

/// Blocks with an empty line between them; empty ones are passed over.
fn text(blocks: &[Vec<String>], width: Option<usize>) -> String {
    let lines = |block: &Vec<String>| match width {
        Some(width) => block.iter().flat_map(|line| broken(line, width)).collect::<Vec<_>>().join("\n"),
        None => block.join("\n"),
    };
    let blocks = blocks.iter().filter(|block| !block.is_empty()).map(lines);
    blocks.collect::<Vec<_>>().join("\n\n") + "\n"
}

/// A line broken between words; what has no space in it stays whole. What follows in an item of a list stands below its text.
fn broken(line: &str, width: usize) -> Vec<String> {
    let (indent, text) = line.strip_prefix(ITEM).map_or(("", line), |text| ("  ", text));
    let first = if indent.is_empty() { "" } else { ITEM };
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in text.split_whitespace() {
        let begins = if lines.is_empty() { first } else { indent };
        let length = current.chars().count() + word.chars().count() + 1;
        if !current.is_empty() && length + begins.len() > width {
            lines.push(format!("{begins}{current}"));
            current.clear();
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    lines.push(format!("{}{current}", if lines.is_empty() { first } else { indent }));
    lines
}
