//! `regie contracts`, `regie contract …`: what is typed of a contract, and files for other calendars. In: words. Out: verbs of
//! the running node, a list, a letter, a calendar file.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use regie_protocol::{
    calendar::Span,
    contract::{Charge, Currency, Extension, NoticePeriod, NoticeTo},
};

use super::{confirm::Said, owner::ask, render, render::View};
use crate::{
    calendar,
    command::{Failure, exit, parse},
    control,
    locale::Language,
    person::{contract_events, verbs},
};

#[derive(Subcommand)]
pub(super) enum ContractVerb {
    /// Add a contract of yours
    Add(Words),
    /// Change a contract that you typed; what you leave away stays
    Edit {
        /// Its id, or the end of it
        id: String,
        #[command(flatten)]
        words: Words,
    },
    /// Everything about one
    Show {
        /// Its id, or the end of it
        id: String,
    },
    /// Take one off the list; it ends nothing with the other party
    Remove {
        /// Its id, or the end of it
        id: String,
    },
    /// End one: tells its supplier where your node has a line to it, else writes the letter for you to send
    End(Ends),
}

#[derive(Args)]
pub(super) struct Ends {
    /// Its id, or the end of it
    id: String,
    /// Withdraw within cooling-off instead of giving notice
    #[arg(long)]
    withdraw: bool,
    /// The last day you ask for; left away, the first that is possible
    #[arg(long, value_name = "DATE")]
    last: Option<String>,
    /// Write the letter and keep it with the others, also where the supplier could be told; `regie letter send` sends it
    #[arg(long, conflicts_with_all = ["yes", "last"])]
    letter: bool,
    /// How the letter is to go; by e-mail where that can be, if you leave it away
    #[arg(long, requires = "letter")]
    way: Option<verbs::LetterWay>,
    /// Tell the supplier without asking once more
    #[arg(long)]
    yes: bool,
    /// The letter's language: en or nl
    #[arg(long, default_value = "en")]
    language: String,
}

/// What is said of a contract. A period is 14d, 2w, 1m or 1y.
#[derive(Args)]
pub(super) struct Words {
    /// With whom it is
    #[arg(long)]
    party: Option<String>,
    /// What it is about
    #[arg(long)]
    product: Option<String>,
    /// The contract's number
    #[arg(long)]
    number: Option<String>,
    /// Your customer number
    #[arg(long)]
    customer: Option<String>,
    /// What it costs, such as 12.95
    #[arg(long)]
    price: Option<String>,
    /// In which money (ISO 4217) [default: EUR]
    #[arg(long)]
    currency: Option<String>,
    /// How often that is paid, or once [default: 1m]
    #[arg(long, value_name = "PERIOD")]
    every: Option<String>,
    /// Its first day, YEAR-MONTH-DAY
    #[arg(long, value_name = "DATE")]
    start: Option<String>,
    /// For how long you are bound at first, or none
    #[arg(long, value_name = "PERIOD")]
    term: Option<String>,
    /// What follows the term: ends, open, or another period, again and again
    #[arg(long, value_name = "ends|open|PERIOD")]
    then: Option<String>,
    /// How long ahead notice has to be received, or none
    #[arg(long, value_name = "PERIOD")]
    notice: Option<String>,
    /// To which day notice ends it
    #[arg(long, value_parser = ["any-day", "month-end", "term-end"])]
    to: Option<String>,
    /// The day on which you agreed to it online, by phone or at the door: cooling-off is counted from there
    #[arg(long, value_name = "DATE")]
    made: Option<String>,
    /// The last day of cooling-off, if it was told you
    #[arg(long, value_name = "DATE")]
    cooling_off: Option<String>,
    /// Its last day, if it has been ended
    #[arg(long, value_name = "DATE")]
    ends: Option<String>,
}

pub(super) fn run(home: &Path, verb: ContractVerb, json: bool) -> Result<(), Failure> {
    match verb {
        ContractVerb::Add(words) => {
            let contract = words.new_contract()?;
            ask(home, &verbs::SetContract { id: None, contract }, json, View::Plain)
        }
        ContractVerb::Edit { id, words } => {
            let before = control::ask(home, &verbs::Contract { id: id.clone() })?;
            let contract = words.over(before.into())?;
            ask(home, &verbs::SetContract { id: Some(id), contract }, json, View::Plain)
        }
        ContractVerb::Show { id } => ask(home, &verbs::Contract { id }, json, View::Plain),
        ContractVerb::Remove { id } => ask(home, &verbs::RemoveContract { id }, json, View::Plain),
        ContractVerb::End(ends) => end(home, ends, json),
    }
}

/// The list, or its dates in a file.
pub(super) fn list(home: &Path, file: Option<PathBuf>, json: bool) -> Result<(), Failure> {
    let list = control::ask(home, &verbs::Contracts {})?;
    let Some(file) = file else { return render::show_as(&list, json, render::CONTRACTS) };
    let text = calendar::feed("Contracts", &contract_events(&list, Language::English));
    std::fs::write(&file, text)
        .map_err(|error| Failure::usage(format!("can't write {}: {error}; give another file", file.display())))?;
    render::show(&serde_json::json!({ "written": file }), json)
}

/// Over the line where there is one, after a word; else the letter. A program that says neither gets the letter, and nothing
/// is sent.
fn end(home: &Path, ends: Ends, json: bool) -> Result<(), Failure> {
    let Ends { id, withdraw, last, letter, way, yes, language } = ends;
    if letter {
        let language = Some(language);
        return ask(home, &verbs::WriteEnding { id, withdraw, way, language }, json, View::Plain);
    }
    let last = last.as_deref().map(parse).transpose()?;
    let ending = control::ask(home, &verbs::EndContract { id: id.clone(), withdraw, language })?;
    let line = ending.line.as_ref().filter(|_| yes || !json);
    let Some(name) = line else {
        if yes {
            return Err(no_line(&ending));
        }
        return shown(&ending, json);
    };
    let day = last.or(ending.ends).filter(|_| !withdraw).map(|day| format!(", with {day} as its last day"));
    let what = if withdraw { "that you withdraw from it" } else { "that it ends" };
    let question = format!("Tell {name} now{}: {}, {what}?", day.unwrap_or_default(), ending.subject);
    let not = "nothing was said; say `--yes` to tell the supplier, or `--letter` to write a letter";
    // A program that did not say yes was shown the ending above.
    Said { yes, json: false }.or_ask(&question, not)?;
    ask(home, &verbs::GiveNotice { contract: id, withdraw, last }, json, View::Plain)
}

fn no_line(ending: &verbs::Ending) -> Failure {
    let next = "leave `--yes` away for the letter";
    Failure::new("no_line", exit::REFUSED, format!("{} can't be told by your node; {next}", ending.party))
}

fn shown(ending: &verbs::Ending, json: bool) -> Result<(), Failure> {
    if json {
        return render::show(ending, true);
    }
    let by = ending.received_by.map(|by| format!(" They have to have it by {by}.")).unwrap_or_default();
    let why = match &ending.line {
        Some(_) => "Send".to_owned(),
        None => format!("{} takes no such word from your node, so send", ending.party),
    };
    let keep = format!("`regie contract end {} --letter` keeps it with your letters", ending.id);
    crate::out::say(format_args!("{why} this letter, in a way that you can prove; {keep}.{by}\n\n{}", ending.text));
    Ok(())
}

impl Words {
    fn new_contract(self) -> Result<verbs::ContractWords, Failure> {
        let start = self.start.as_deref().ok_or_else(|| missing("--start DATE"))?;
        let start = parse(start)?;
        self.party.as_ref().ok_or_else(|| missing("--party NAME"))?;
        self.product.as_ref().ok_or_else(|| missing("--product TEXT"))?;
        let notice = NoticePeriod { period: None, to: NoticeTo::AnyDay };
        self.over(verbs::ContractWords {
            party: String::new(),
            product: String::new(),
            number: None,
            customer: None,
            charge: None,
            start,
            term: None,
            extension: Extension::Open,
            notice,
            made: None,
            cooling_off: None,
            ends: None,
        })
    }

    /// What was there, with what is said now in its place.
    fn over(self, before: verbs::ContractWords) -> Result<verbs::ContractWords, Failure> {
        let charge = self.charge(before.charge)?;
        let date = |text: Option<String>| text.map(|text| parse(&text)).transpose();
        let term = self.term.as_deref().map_or(Ok(before.term), period)?;
        let extension = match self.then.as_deref() {
            None => before.extension,
            Some("ends") => Extension::Ends,
            Some("open") => Extension::Open,
            Some(text) => Extension::Again(period(text)?.ok_or_else(|| missing("a period behind --then"))?),
        };
        let to = match self.to.as_deref() {
            Some("any-day") => NoticeTo::AnyDay,
            Some("month-end") => NoticeTo::MonthEnd,
            Some(_) => NoticeTo::TermEnd,
            None => before.notice.to,
        };
        let notice = NoticePeriod { period: self.notice.as_deref().map_or(Ok(before.notice.period), period)?, to };
        Ok(verbs::ContractWords {
            party: self.party.unwrap_or(before.party),
            product: self.product.unwrap_or(before.product),
            number: self.number.or(before.number),
            customer: self.customer.or(before.customer),
            charge,
            start: date(self.start)?.unwrap_or(before.start),
            term,
            extension: if term.is_none() { Extension::Open } else { extension },
            notice,
            made: date(self.made)?.or(before.made),
            cooling_off: date(self.cooling_off)?.or(before.cooling_off),
            ends: date(self.ends)?.or(before.ends),
        })
    }

    fn charge(&self, before: Option<Charge>) -> Result<Option<Charge>, Failure> {
        let monthly = || parse("P1M");
        if self.price.is_none() && self.currency.is_none() && self.every.is_none() {
            return Ok(before);
        }
        let currency = match (self.currency.as_deref(), before) {
            (Some(text), _) => parse(text)?,
            (None, before) => before.map_or(Currency::EUR, |charge| charge.currency),
        };
        let amount = match (self.price.as_deref(), before) {
            (Some(text), _) => currency.amount(text).ok_or_else(|| missing("--price as an amount such as 12.95"))?,
            (None, Some(charge)) => charge.amount,
            (None, None) => return Err(missing("--price AMOUNT")),
        };
        let every = match (self.every.as_deref(), before) {
            (Some("once"), _) => None,
            (Some(text), _) => period(text)?,
            (None, Some(charge)) => charge.every,
            (None, None) => Some(monthly()?),
        };
        Ok(Some(Charge { amount, currency, every }))
    }
}

fn missing(what: &str) -> Failure {
    Failure::usage(format!("give {what}"))
}

/// `14d`, or as ISO 8601 has it; `none` for none.
fn period(text: &str) -> Result<Option<Span>, Failure> {
    let upper = text.trim().to_uppercase();
    match upper.as_str() {
        "NONE" => Ok(None),
        whole if whole.starts_with('P') => parse(whole).map(Some),
        part => parse(&format!("P{part}")).map(Some),
    }
}
