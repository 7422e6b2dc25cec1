//! `regie letter …`, `regie letters` and `regie mail-account …`: letters to organisations without a companion. In: words, a file to
//! write. Out: verbs of the running node, and files that a mail program opens or a printer prints.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use regie_protocol::FieldPath;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{find::password_of, owner::ask, render, render::View};
use crate::{
    command::{Failure, parse},
    control,
    letter::Ground,
    mail::{Account, Password, Security},
    person::verbs::{self, LetterWay, LetterWords, SentBy},
};

#[derive(Subcommand)]
pub(super) enum LetterVerb {
    /// Write a letter to organisations: nothing is sent by that
    Write(Write),
    /// Show a letter
    Show {
        /// Its id, or the end of it
        id: String,
    },
    /// Write a letter into a file: .eml for your mail program, .pdf for the post, .txt
    Save {
        /// Its id, or the end of it
        id: String,
        /// The file
        file: PathBuf,
    },
    /// Show the address by which your mail program begins a letter, where it is short enough for one
    Mailto {
        /// Its id, or the end of it
        id: String,
    },
    /// Have your mail account send letters; without an id every one that is written for e-mail
    Send {
        /// Their ids, or ends of them
        ids: Vec<String>,
    },
    /// Say that a letter went by your own hand
    Sent {
        /// Its id, or the end of it
        id: String,
        /// How it went
        #[arg(long, default_value = "post")]
        by: SentBy,
    },
    /// Take a letter out of the queue again, or say that one did not go
    Hold {
        /// Its id, or the end of it
        id: String,
    },
    /// Remove a letter, and destroy its text
    Remove {
        /// Its id, or the end of it
        id: String,
    },
}

/// What a letter can be about.
#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// What do you have of me? (GDPR, article 15)
    Access,
    /// What you have is wrong (16)
    Rectification,
    /// Erase it (17)
    Erasure,
    /// Keep it, and do nothing else with it (18)
    Restriction,
    /// Give it to me in a form that a machine reads (20)
    Portability,
    /// No more advertising (21)
    Objection,
    /// My details changed
    Changed,
    /// Would you speak regie?
    Invitation,
}

#[derive(Args)]
pub(super) struct Write {
    /// What it is about
    kind: Kind,
    /// To whom: ids, names or domains of organisations
    #[arg(long, required = true, value_name = "ORGANISATION", value_delimiter = ',')]
    to: Vec<String>,
    /// Which fields are wrong, or changed
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    fields: Vec<String>,
    /// Why nothing else may be done with the data
    #[arg(long, default_value = "contested")]
    ground: Ground,
    /// The page where the companion is documented, for an invitation
    #[arg(long, value_name = "ADDRESS")]
    documentation: Option<String>,
    /// How it is to go [default: by e-mail where the organisation takes any]
    #[arg(long)]
    way: Option<LetterWay>,
    /// en or nl [default: that of the organisation]
    #[arg(long)]
    language: Option<String>,
}

#[derive(Args)]
pub(super) struct Letters {
    /// Only those to this organisation
    #[arg(long, value_name = "ORGANISATION")]
    to: Option<String>,
    /// Only those that have not gone
    #[arg(long)]
    open: bool,
}

#[derive(Args)]
pub(super) struct Tell {
    /// The fields that changed
    #[arg(required = true, value_name = "FIELD")]
    fields: Vec<String>,
    /// Only these organisations: ids, names or domains [default: all that the change concerns]
    #[arg(long, value_name = "ORGANISATION", value_delimiter = ',')]
    to: Vec<String>,
    /// en or nl [default: that of each organisation]
    #[arg(long)]
    language: Option<String>,
    /// Have your mail account send those that are for e-mail
    #[arg(long)]
    send: bool,
    /// Show who would be told, by a companion and by letter, and write nothing
    #[arg(long, conflicts_with = "send")]
    dry_run: bool,
}

#[derive(Subcommand)]
pub(super) enum MailAccountVerb {
    /// Enter the account that your letters leave by; its password is asked for, or read from a file
    Set {
        /// Your address there
        address: String,
        /// The server that takes mail (SMTP)
        #[arg(long)]
        server: String,
        /// How the way there is encrypted
        #[arg(long, default_value = "tls")]
        security: Security,
        /// Its port [default: 465 for tls, 587 for start-tls, 25 for none]
        #[arg(long)]
        port: Option<u16>,
        /// The name that you log in with [default: your address]
        #[arg(long)]
        user: Option<String>,
        /// The password stands in this file
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// The server asks for no password
        #[arg(long, conflicts_with_all = ["user", "password_file"])]
        no_login: bool,
    },
    /// Show it, without its password
    Show,
    /// Remove it
    Remove,
    /// Reach the server and log in, and send nothing
    Test,
}

pub(super) fn run(home: &Path, verb: LetterVerb, json: bool) -> Result<(), Failure> {
    match verb {
        LetterVerb::Write(words) => ask(home, &words.read()?, json, render::WRITTEN),
        LetterVerb::Show { id } => show(home, id, json),
        LetterVerb::Save { id, file } => save(home, id, file, json),
        LetterVerb::Mailto { id } => {
            let letter = control::ask(home, &verbs::Letter { id })?;
            render::show(&Begun { address: letter.mailto()? }, json)
        }
        LetterVerb::Send { ids } => ask(home, &verbs::SendLetters { ids }, json, render::QUEUED),
        LetterVerb::Sent { id, by } => ask(home, &verbs::LetterSent { id, by }, json, View::Plain),
        LetterVerb::Hold { id } => ask(home, &verbs::HoldLetter { id }, json, View::Plain),
        LetterVerb::Remove { id } => ask(home, &verbs::RemoveLetter { id }, json, View::Plain),
    }
}

pub(super) fn list(home: &Path, asked: Letters, json: bool) -> Result<(), Failure> {
    let Letters { to, open } = asked;
    ask(home, &verbs::Letters { to, open, offset: 0, limit: usize::MAX }, json, render::LETTERS)
}

/// Letters about a change, to all whom it concerns.
pub(super) fn tell(home: &Path, words: Tell, json: bool) -> Result<(), Failure> {
    let Tell { to, language, send, dry_run, .. } = words;
    let fields = words.fields.iter().map(|field| parse::<FieldPath>(field));
    if dry_run {
        let fields = fields.collect::<Result<_, _>>()?;
        return ask(home, &verbs::WouldTell { fields }, json, render::WOULD_TELL);
    }
    ask(home, &verbs::Tell { fields: fields.collect::<Result<_, _>>()?, to, language, send }, json, render::WRITTEN)
}

pub(super) fn mail_account(home: &Path, verb: MailAccountVerb, json: bool) -> Result<(), Failure> {
    match verb {
        MailAccountVerb::Set { address, server, security, port, user, password_file, no_login } => {
            let usual = match security {
                Security::Tls => 465,
                Security::StartTls => 587,
                Security::None => 25,
            };
            let login = if no_login { None } else { Some(user.unwrap_or_else(|| address.clone())) };
            let password = match &login {
                Some(_) => Some(Password::new(password(password_file.as_deref())?.to_string())),
                None => None,
            };
            let account = Account { server, port: port.unwrap_or(usual), security, user: login, password, address };
            ask(home, &verbs::SetMailAccount { account }, json, View::Plain)
        }
        MailAccountVerb::Show => ask(home, &verbs::MailAccount {}, json, View::Plain),
        MailAccountVerb::Remove => ask(home, &verbs::RemoveMailAccount {}, json, View::Plain),
        MailAccountVerb::Test => ask(home, &verbs::TryMailAccount {}, json, View::Plain),
    }
}

fn password(file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    match file {
        Some(file) => password_of(file),
        None => {
            let typed = rpassword::prompt_password("Password of the mail account: ").map_err(|error| {
                Failure::usage(format!("can't ask for the password: {error}; give it with --password-file"))
            })?;
            Ok(Zeroizing::new(typed))
        }
    }
}

impl Write {
    fn read(self) -> Result<verbs::WriteLetters, Failure> {
        let fields = || self.fields.iter().map(|field| parse::<FieldPath>(field)).collect::<Result<_, _>>();
        let about = match self.kind {
            Kind::Access => LetterWords::Access,
            Kind::Rectification => LetterWords::Rectification { fields: fields()? },
            Kind::Erasure => LetterWords::Erasure,
            Kind::Restriction => LetterWords::Restriction { ground: self.ground },
            Kind::Portability => LetterWords::Portability,
            Kind::Objection => LetterWords::Objection,
            Kind::Changed => LetterWords::Changed { fields: fields()? },
            Kind::Invitation => LetterWords::Invitation {
                documentation: self.documentation.ok_or_else(|| {
                    Failure::usage("say where the companion is documented: --documentation https://…")
                })?,
            },
        };
        Ok(verbs::WriteLetters { to: self.to, about, way: self.way, language: self.language })
    }
}

/// A letter that a mail program begins with.
#[derive(Serialize)]
struct Begun {
    address: String,
}

fn show(home: &Path, id: String, json: bool) -> Result<(), Failure> {
    let letter = control::ask(home, &verbs::Letter { id })?;
    if json {
        return render::show(&letter, true);
    }
    crate::out::say(format_args!("{}", letter.text.plain()));
    Ok(())
}

fn save(home: &Path, id: String, file: PathBuf, json: bool) -> Result<(), Failure> {
    let letter = control::ask(home, &verbs::Letter { id })?;
    let bytes = match file.extension().and_then(|ending| ending.to_str()) {
        Some("eml") => letter.eml()?,
        #[cfg(feature = "pdf")]
        Some("pdf") => letter.pdf()?,
        Some("txt") => letter.text.plain().into_bytes(),
        _ => {
            return Err(Failure::usage(
                "end the name of the file in .eml (for a mail program), .pdf (for the post) or .txt",
            ));
        }
    };
    std::fs::write(&file, bytes)
        .map_err(|error| Failure::usage(format!("can't write {}: {error}; give another file", file.display())))?;
    render::show(&serde_json::json!({ "written": file }), json)
}
