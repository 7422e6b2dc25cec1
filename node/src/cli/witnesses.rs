//! `regie witnesses …`: independent witnesses of the person's logs. In: arguments. Out: how they stand, heads, a signed note.

use std::path::Path;

use clap::Subcommand;

use super::{owner::ask, render};
use crate::{
    command::{Failure, Text, parse},
    control,
    person::verbs,
};

#[derive(Subcommand)]
pub(super) enum WitnessVerb {
    /// The witnesses, and how they stand
    List,
    /// Have heads of all your logs cosigned by this witness
    Add {
        /// Where it answers: https://HOST/PATH
        place: String,
        /// Its key, as its owner shows it
        #[arg(value_name = "NAME+ID+KEY")]
        key: String,
    },
    /// Ask a witness no more, and forget what it cosigned
    Remove {
        /// Its name, where it answers, or its key
        witness: String,
    },
    /// Ask all witnesses at once, instead of at moments that your node draws
    Ask {
        /// Only for the log with this supplier, by name or key
        supplier: Option<String>,
    },
    /// The heads of your logs, and how far each witness has cosigned them
    Heads {
        /// Only of the log with this supplier, by name or key
        supplier: Option<String>,
    },
    /// The newest cosigned head of a log, as a signed note that anybody verifies who knows the keys
    Checkpoint {
        /// The supplier, by name or key; your own log, where it is left out
        supplier: Option<String>,
    },
}

pub(super) fn run(home: &Path, verb: WitnessVerb, json: bool) -> Result<(), Failure> {
    match verb {
        WitnessVerb::List => ask(home, &verbs::Witnesses {}, json, render::WITNESSES),
        WitnessVerb::Add { place, key } => {
            let (place, key) = (Text(parse(&place)?), Text(parse(&key)?));
            ask(home, &verbs::AddWitness { place, key }, json, render::View::Plain)
        }
        WitnessVerb::Remove { witness } => ask(home, &verbs::RemoveWitness { witness }, json, render::View::Plain),
        WitnessVerb::Ask { supplier } => ask(home, &verbs::AskWitnesses { supplier }, json, render::ASKED_WITNESSES),
        WitnessVerb::Heads { supplier } => ask(home, &verbs::LogHeads { supplier }, json, render::LOG_HEADS),
        WitnessVerb::Checkpoint { supplier } => {
            let found = control::ask(home, &verbs::ExportCheckpoint { supplier })?;
            // The note's own last newline is the end of the line.
            if json { render::show(&found, true) } else { render::show(&found.note.trim_end_matches('\n'), false) }
        }
    }
}
