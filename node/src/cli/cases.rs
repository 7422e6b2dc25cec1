//! `regie cases`, `regie case …`: requests under the GDPR, step by step, and the files that are filed with them. In: words,
//! files. Out: verbs of the running node, a list, a case, bytes.

use std::path::{Path, PathBuf};

use clap::{
    Args, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use regie_protocol::FieldPath;

use super::{files, owner::ask, render, render::View};
use crate::{
    calendar,
    case::{Happened, Right, State, Way},
    command::{Failure, parse},
    control,
    letter::Ground,
    locale::Language,
    person::{
        case_events,
        verbs::{self, LetterWay, Pursuit, ShownFile},
    },
};

/// Reads the name of a right; the help lists them.
fn rights() -> impl TypedValueParser<Value = Right> {
    PossibleValuesParser::new(Right::ALL.iter().map(|right| right.code())).try_map(|word| word.parse())
}

#[derive(Subcommand)]
pub(super) enum CaseVerb {
    /// Begin a case with one or several organisations; nothing is sent, unless you say --pursue
    New {
        /// What you ask for
        #[arg(long, value_parser = rights())]
        right: Right,
        /// The organisations: id or the end of it, name, or domain
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        organisations: Vec<String>,
        /// Every organisation in your list
        #[arg(long)]
        all: bool,
        /// Show who would get it and by which way, and begin nothing
        #[arg(long)]
        preview: bool,
        /// Go on at once: ask over the line who has a companion, and write the letters to the others
        #[arg(long, conflicts_with = "preview")]
        pursue: bool,
        #[command(flatten)]
        how: How,
    },
    /// Do what comes next: ask over the line where the organisation has a companion, else write the letter for you to send
    Pursue {
        /// The cases: ids or ends of them
        #[arg(required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        how: How,
    },
    /// Everything about one: what happened, until when an answer is due, what comes next, its files
    Show {
        /// Its id, or the end of it
        id: String,
    },
    /// Say what happened
    Mark(Mark),
    /// Take the last step back
    Undo {
        /// Its id, or the end of it
        id: String,
    },
    /// File answers with it, byte for byte
    File {
        /// Its id, or the end of it
        id: String,
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Get a file out again
    Get {
        /// The case's id, or the end of it
        id: String,
        /// The file's id, the end of it, or its name
        file: String,
        /// Where to write it; it must not exist
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Remove a case with its files, or one file of it, for good
    Remove {
        /// The case's id, or the end of it
        id: String,
        /// This file only: its id, the end of it, or its name
        #[arg(long)]
        file: Option<String>,
    },
}

/// What only you can say of a request or letter.
#[derive(Args)]
pub(super) struct How {
    /// For a rectification: a field that is wrong there, as address.street; it can be said several times
    #[arg(long = "field", value_name = "FIELD")]
    fields: Vec<String>,
    /// For a restriction: why nothing else may be done with the data
    #[arg(long)]
    ground: Option<Ground>,
    /// Write the complaint to this authority: its name, or the directory's name of it
    #[arg(long, value_name = "AUTHORITY")]
    complain: Option<String>,
    /// Write a letter, also where the organisation has a companion
    #[arg(long)]
    letter: bool,
    /// How the letter is to go; by e-mail where that can be, if you leave it away
    #[arg(long)]
    way: Option<LetterWay>,
    /// In which language: en or nl; the organisation's, if you leave it away
    #[arg(long)]
    language: Option<String>,
}

#[derive(Args)]
pub(super) struct Mark {
    /// The case's id, or the end of it
    id: String,
    /// What happened
    what: What,
    /// Files that came with it
    files: Vec<PathBuf>,
    /// On which day, YEAR-MONTH-DAY [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// By which way you sent it: email, post or webform [default: email]
    #[arg(long)]
    way: Option<String>,
    /// Since when they have it, where they say so
    #[arg(long, value_name = "DATE")]
    received: Option<String>,
    /// To which authority the complaint went: its name, or the directory's name of it; where there is but one, you can leave
    /// it away
    #[arg(long, value_name = "NAME")]
    to: Option<String>,
}

/// What can be said of a case.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// You sent the request
    Sent,
    /// They say that they have it
    Acknowledged,
    /// They ask for proof of your identity
    IdentityAsked,
    /// You gave it, or wrote that they know enough
    IdentityGiven,
    /// They say that they need two months more
    Extended,
    /// They answered
    Answered,
    /// They refused
    Refused,
    /// You sent a letter of default
    Reminded,
    /// You sent a complaint to a supervisory authority
    Complained,
    /// It is over for you
    Closed,
}

/// The list, or its days in a file.
pub(super) fn list(home: &Path, open: bool, file: Option<PathBuf>, json: bool) -> Result<(), Failure> {
    let mut list = control::ask(home, &verbs::Cases {})?;
    if let Some(file) = file {
        let text = calendar::feed("Cases", &case_events(&list, Language::English));
        std::fs::write(&file, text)
            .map_err(|error| Failure::usage(format!("can't write {}: {error}; give another file", file.display())))?;
        return render::show(&serde_json::json!({ "written": file }), json);
    }
    if open {
        list.cases.retain(|one| one.state != State::Closed);
    }
    render::show_as(&list, json, render::CASES)
}

pub(super) fn run(home: &Path, verb: CaseVerb, json: bool) -> Result<(), Failure> {
    match verb {
        CaseVerb::New { right, organisations, all, preview, pursue, how } => {
            let new = verbs::NewCases { right, organisations, all, preview };
            if !pursue {
                return ask(home, &new, json, render::NEW_CASES);
            }
            let how = how.read()?;
            let begun = control::ask(home, &new)?;
            let cases: Vec<_> = begun.cases.iter().filter_map(|new| new.id).map(|id| id.to_string()).collect();
            if cases.is_empty() {
                return render::show_as(&begun, json, render::NEW_CASES);
            }
            ask(home, &verbs::PursueCases { cases, how }, json, render::PURSUED)
        }
        CaseVerb::Pursue { ids, how } => {
            ask(home, &verbs::PursueCases { cases: ids, how: how.read()? }, json, render::PURSUED)
        }
        CaseVerb::Show { id } => ask(home, &verbs::Case { id }, json, render::CASE),
        CaseVerb::Mark(mark) => mark.run(home, json),
        CaseVerb::Undo { id } => ask(home, &verbs::UndoCase { id }, json, render::CASE),
        CaseVerb::File { id, files } => {
            let filed = files.iter().map(|path| file(home, &id, path)).collect::<Result<Vec<_>, _>>()?;
            render::show_as(&filed, json, render::CASE_FILES)
        }
        CaseVerb::Get { id, file, out } => files::get(home, &out, json, |part| {
            let (id, file) = (id.clone(), file.clone());
            verbs::CaseFile { id, file, part }
        }),
        CaseVerb::Remove { id, file: None } => ask(home, &verbs::RemoveCase { id }, json, View::Plain),
        CaseVerb::Remove { id, file: Some(file) } => ask(home, &verbs::RemoveCaseFile { id, file }, json, View::Plain),
    }
}

impl How {
    fn read(self) -> Result<Pursuit, Failure> {
        let Self { fields, ground, complain, letter, way, language } = self;
        let fields = fields.iter().map(|field| parse::<FieldPath>(field)).collect::<Result<_, _>>()?;
        Ok(Pursuit { fields, ground, authority: complain, by_letter: letter, way, language })
    }
}

impl Mark {
    /// The files first: where one can't be filed, nothing was noted.
    fn run(self, home: &Path, json: bool) -> Result<(), Failure> {
        let on = self.on.as_deref().map(parse).transpose()?;
        let what = self.happened(home)?;
        for file in &self.files {
            self::file(home, &self.id, file)?;
        }
        ask(home, &verbs::MarkCase { id: self.id, on, what }, json, render::CASE)
    }

    fn happened(&self, home: &Path) -> Result<Happened, Failure> {
        let only = |given: bool, option: &str, what: &str, fits: bool| match given && !fits {
            true => Err(Failure::usage(format!("{option} is said of {what}; leave it away here"))),
            false => Ok(()),
        };
        let sends = matches!(self.what, What::Sent | What::Reminded);
        only(self.way.is_some(), "--way", "sent and reminded", sends)?;
        only(self.received.is_some(), "--received", "acknowledged", self.what == What::Acknowledged)?;
        only(self.to.is_some(), "--to", "complained", self.what == What::Complained)?;
        let way = || self.way.as_deref().map_or(Ok(Way::Email), parse);
        Ok(match self.what {
            What::Sent => Happened::Sent { way: way()? },
            What::Acknowledged => Happened::Acknowledged { received: self.received.as_deref().map(parse).transpose()? },
            What::IdentityAsked => Happened::AskedIdentity,
            What::IdentityGiven => Happened::ProvedIdentity,
            What::Extended => Happened::Extended,
            What::Answered => Happened::Answered,
            What::Refused => Happened::Refused,
            What::Reminded => Happened::Reminded { way: way()? },
            What::Complained => Happened::Complained { to: self.authority(home)? },
            What::Closed => Happened::Closed,
        })
    }

    /// The authority that was named, by its name in the directory where that has it; else the only one there is.
    fn authority(&self, home: &Path) -> Result<String, Failure> {
        let known = control::ask(home, &verbs::Case { id: self.id.clone() })?.authorities;
        let Some(words) = &self.to else {
            return match &known[..] {
                [only] => Ok(only.name.clone()),
                [] => Err(Failure::usage(
                    "no authority of your country or theirs is in the directory; say --to NAME, or add a list with \
                     `regie directory add FILE`",
                )),
                _ => Err(Failure::usage("there are several authorities; `regie case show` lists them, say --to NAME")),
            };
        };
        let named = known.iter().find(|one| one.slug.as_str() == words.as_str());
        Ok(named.map_or_else(|| words.clone(), |one| one.name.clone()))
    }
}

/// Files a file with a case.
fn file(home: &Path, id: &str, path: &Path) -> Result<ShownFile, Failure> {
    files::send(home, path, |verbs::NewPart { file, name, part, last }| verbs::FileCase {
        id: id.to_owned(),
        file,
        name,
        part,
        last,
    })
}
