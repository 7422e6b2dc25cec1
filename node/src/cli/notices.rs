//! `regie notices …`: how you are told, outside of your pages, that something waits. In: words. Out: verbs of the running node.

use std::path::Path;

use clap::{Args, Subcommand, ValueEnum as _};

use super::{owner::ask, render, render::View};
use crate::{
    command::{Failure, parse},
    control,
    notice::{Minute, Quiet, ShownSettings, WaitsFor, Way},
    person::verbs,
};

#[derive(Subcommand)]
pub(super) enum NoticesVerb {
    /// Set how; what you leave out stays as it is
    Set(SetNotices),
    /// Send a message that says nothing, to see that it comes
    Test {
        /// By which way
        way: Way,
    },
    /// Tell no browser any more; each of them is added on its own page
    ForgetBrowsers,
}

#[derive(Args)]
pub(super) struct SetNotices {
    /// On the desktop of this machine: on or off
    #[arg(long, value_name = "ON|OFF", value_parser = switch)]
    desktop: Option<bool>,
    /// To your own address, by your mail account: on or off
    #[arg(long, value_name = "ON|OFF", value_parser = switch)]
    email: Option<bool>,
    /// A short text to this address (https, or http near), as ntfy takes it; or off
    #[arg(long, value_name = "ADDRESS|OFF")]
    webhook: Option<String>,
    /// Name suppliers in what leaves, instead of counting alone: on or off
    #[arg(long, value_name = "ON|OFF", value_parser = switch)]
    names: Option<bool>,
    /// When nothing is said, as 22:00-08:00; or off
    #[arg(long, value_name = "HOURS|OFF", value_parser = quiet)]
    quiet: Option<Quiet>,
    /// When the day's message goes out, as 09:00
    #[arg(long, value_name = "TIME", value_parser = minute)]
    daily: Option<Minute>,
    /// What has a message of its own, at once: requests, processors, corrections, documents, contracts, companions, cases; or none
    #[arg(long, value_name = "KINDS|NONE", value_parser = kinds)]
    at_once: Option<Kinds>,
    /// In which language: en or nl
    #[arg(long, value_parser = ["en", "nl"])]
    language: Option<String>,
}

/// Kinds of things, as one word of the command line.
#[derive(Clone)]
struct Kinds(Vec<WaitsFor>);

pub(super) fn run(home: &Path, verb: Option<NoticesVerb>, json: bool) -> Result<(), Failure> {
    match verb {
        None => ask(home, &verbs::Notices {}, json, render::NOTICES),
        Some(NoticesVerb::Set(words)) => {
            let settings = words.over(control::ask(home, &verbs::Notices {})?.settings);
            ask(home, &verbs::SetNotices { settings }, json, render::NOTICES)
        }
        Some(NoticesVerb::Test { way }) => ask(home, &verbs::TryNotice { way }, json, View::Plain),
        Some(NoticesVerb::ForgetBrowsers) => ask(home, &verbs::RemoveBrowsers {}, json, render::NOTICES),
    }
}

impl SetNotices {
    fn over(self, now: ShownSettings) -> ShownSettings {
        let webhook = match self.webhook {
            Some(off) if off == "off" => None,
            given => given.or(now.webhook),
        };
        ShownSettings {
            language: self.language.unwrap_or(now.language),
            names: self.names.unwrap_or(now.names),
            quiet: self.quiet.unwrap_or(now.quiet),
            daily: self.daily.unwrap_or(now.daily),
            at_once: self.at_once.map_or(now.at_once, |Kinds(kinds)| kinds.into_iter().collect()),
            desktop: self.desktop.unwrap_or(now.desktop),
            email: self.email.unwrap_or(now.email),
            webhook,
        }
    }
}

fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("say on or off".to_owned()),
    }
}

fn minute(text: &str) -> Result<Minute, String> {
    parse(text).map_err(|failure: Failure| failure.message)
}

fn quiet(text: &str) -> Result<Quiet, String> {
    if text == "off" {
        return Ok(Quiet { from: Minute::new(0), to: Minute::new(0) });
    }
    let (from, to) = text.split_once('-').ok_or("write two times with a dash between them, as 22:00-08:00, or off")?;
    Ok(Quiet { from: minute(from)?, to: minute(to)? })
}

fn kinds(text: &str) -> Result<Kinds, String> {
    let all = text.split(',').filter(|kind| *kind != "none").map(|kind| WaitsFor::from_str(kind.trim(), true));
    all.collect::<Result<_, _>>().map(Kinds)
}
