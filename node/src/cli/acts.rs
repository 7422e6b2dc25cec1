//! `regie right …`, `regie acts`: rights that are exercised over the line, and what became of all that suppliers were had to do;
//! the answers of a company to such. In: words. Out: verbs of the running node, a list.

use std::path::Path;

use clap::Args;
use regie_protocol::{
    Nonce,
    act::{Answered, Right},
};

use super::{
    confirm::Said,
    owner::ask,
    render::{self, View},
};
use crate::{
    command::{Failure, parse},
    person::verbs,
    supplier::names::Sent,
};

#[derive(Args)]
pub(super) struct Exercise {
    /// The supplier, by name or key
    supplier: String,
    /// access, rectification, erasure, restriction, portability or objection
    right: String,
    /// What you add, in your words
    #[arg(long, default_value = "")]
    words: String,
    /// In which language you read the answer: en, nl or another (ISO 639)
    #[arg(long, default_value = "en")]
    language: String,
    /// Tell the supplier without asking once more
    #[arg(long)]
    yes: bool,
}

pub(super) fn exercise(home: &Path, asked: Exercise, json: bool) -> Result<(), Failure> {
    let Exercise { supplier, right, words, language, yes } = asked;
    let right: Right = parse(&right)?;
    let also = if right == Right::Erasure { " Every grant of it ends." } else { "" };
    let question =
        format!("Exercise your right of {right} (GDPR, article {}) towards {supplier}?{also}", right.article());
    Said { yes, json }.or_ask(&question, "nothing was said; say `--yes` to tell the supplier")?;
    ask(home, &verbs::ExerciseRight { supplier, right, language, words }, json, View::Plain)
}

pub(super) fn list(home: &Path, supplier: Option<String>, json: bool) -> Result<(), Failure> {
    ask(home, &verbs::Acts { supplier }, json, render::ACTS)
}

/// An answer of a company, of which one part was given.
pub(super) fn answer(
    ends: Option<String>,
    done: Option<String>,
    extended: Option<String>,
    refused: Option<String>,
) -> Result<Answered, Failure> {
    Ok(match (ends, done, extended, refused) {
        (Some(last), ..) => Answered::Ends { last: parse(&last)? },
        (_, Some(item), ..) => {
            let item = Some(item).filter(|item| !item.is_empty()).map(|item| parse::<Sent>(&item)).transpose()?;
            Answered::Done { item: item.map(|item| Nonce(item.0)) }
        }
        (_, _, Some(why), _) => Answered::Extended { why: parse(&why)? },
        (.., Some(why)) => Answered::Refused { why: parse(&why)? },
        _ => return Err(Failure::usage("say what is answered: --ends, --done, --extended or --refused")),
    })
}
