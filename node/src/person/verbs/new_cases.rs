//! Cases begin: one kind of request to one organisation, to several, or to all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{NewCase, Node, OnNode};
use crate::{case::Right, command::Failure, driver::Turn, verb::Verb};

/// Begins a case with each organisation, or shows what would be. Nothing is sent.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCases {
    /// What is asked for.
    pub right: Right,
    /// The organisations, each by its id or the end of it, its name, or its domain.
    pub organisations: Vec<String>,
    /// Every organisation in the list, in place of those.
    pub all: bool,
    /// Show who would get it and by which way, and begin nothing.
    pub preview: bool,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct BegunCases {
    /// What is asked for.
    pub right: Right,
    /// How many cases were begun; in a preview, how many would be.
    pub begun: usize,
    /// How many organisations have a case for that already.
    pub running: usize,
    /// Of how many no address is known.
    pub without_address: usize,
    /// Was this a preview?
    pub preview: bool,
    /// Each organisation.
    pub cases: Vec<NewCase>,
}

impl Verb for NewCases {
    const NAME: &'static str = "new_cases";
    type Answer = BegunCases;
}

impl OnNode for NewCases {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<BegunCases, Failure> {
        let Self { right, organisations, all, preview } = self;
        if all != organisations.is_empty() {
            return Err(Failure::usage("name organisations, or all of them; `regie organisations` lists them"));
        }
        let chosen = match all {
            true => node.organisations()?,
            false => {
                let mut chosen = Vec::new();
                for words in &organisations {
                    let one = node.find_organisation(words)?;
                    if !chosen.contains(&one) {
                        chosen.push(one);
                    }
                }
                chosen
            }
        };
        let cases = node.begin_cases(right, &chosen, preview, turn)?;
        let running = cases.iter().filter(|new| new.runs.is_some()).count();
        let without_address = cases.iter().filter(|new| new.reach == super::Reach::Unknown).count();
        Ok(BegunCases { right, begun: cases.len() - running, running, without_address, preview, cases })
    }
}
