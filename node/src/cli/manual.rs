//! The command line described: verbs in groups, manual pages, what shells complete. In: the arguments as `cli/mod.rs` has them.
//! Out: a command whose help is grouped; files and text of other programs' formats.

use std::{fmt::Write as _, path::Path};

use clap::{Command, CommandFactory as _, builder::Resettable};
use clap_complete::Shell;

use super::Arguments;
use crate::command::Failure;

/// What the verbs are about, in the order in which somebody new meets them.
const GROUPS: [(&str, &[&str]); 9] = [
    ("Begin", &["demo", "init", "run", "install", "browse", "dashboard", "elsewhere", "devices", "stop"]),
    ("Your data", &["set", "get", "put-back", "unset", "fields", "own", "search", "import", "credential", "export"]),
    (
        "Suppliers",
        &[
            "pair",
            "look",
            "vouch",
            "who",
            "remove",
            "pause",
            "resume",
            "at-once",
            "renew-key",
            "agreement",
            "open",
            "inbox",
            "item",
            "corrections",
            "processors",
            "processor",
            "tell-now",
        ],
    ),
    (
        "Who gets what",
        &[
            "requests",
            "allow",
            "refuse",
            "policy",
            "suggest",
            "can-get",
            "grant",
            "grants",
            "revoke",
            "segments",
            "belong",
            "segment-defaults",
        ],
    ),
    (
        "Organisations, contracts and letters",
        &[
            "find-suppliers",
            "organisations",
            "organisation",
            "directory",
            "contracts",
            "contract",
            "right",
            "acts",
            "cases",
            "case",
            "letters",
            "letter",
            "tell",
            "mail-account",
        ],
    ),
    ("Wishes", &["catalogue", "want", "noticeboards", "intents", "offers", "take", "pass", "withdraw"]),
    ("What happened", &["overview", "notices", "status", "audit", "receipts", "proof", "witnesses", "clock", "doctor"]),
    ("Keep it, bring it elsewhere", &["backup", "move", "restore"]),
    ("For companies and programs", &["supplier", "schema", "completions", "man", "help"]),
];

/// What clap says of the verb that it adds by itself.
const HELP: &str = "Print this message or the help of the given subcommand(s)";

/// The command line, whose first help has its verbs in groups.
pub(super) fn command() -> Command {
    // Once, and without building what only a verb's own help needs: every call of the command line comes by here.
    let command = Arguments::command();
    let list = grouped(&command);
    // Behind the verb a word of the command line: the environment's is read once, before it, and goes last.
    let run = |run: Command| run.mut_args(|option| option.env(Resettable::Reset));
    let template = "{about-with-newline}\n{usage-heading} {usage}{after-help}\n\nOptions:\n{options}";
    command.mut_subcommand("run", run).help_template(template).after_help(list)
}

fn grouped(command: &Command) -> String {
    let wide = command.get_subcommands().map(|verb| verb.get_name().len()).max().unwrap_or_default();
    let mut text = String::new();
    for (title, verbs) in GROUPS {
        let _ = writeln!(text, "\n{title}:");
        for name in verbs {
            let about = command.find_subcommand(name).and_then(Command::get_about).map(ToString::to_string);
            let _ = writeln!(text, "  {name:<wide$}  {}", about.as_deref().unwrap_or(HELP));
        }
    }
    text.trim().to_owned()
}

/// Writes what this shell reads to complete regie's verbs and options.
pub(super) fn completions(shell: Shell) {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "regie", &mut text);
    crate::out::say(String::from_utf8_lossy(&text).trim_end());
}

/// Writes a manual page for regie and one for each verb: `regie.1`, `regie-set.1`, `regie-supplier-invite.1` …
pub(super) fn pages(directory: &Path) -> Result<(), Failure> {
    let cannot = |error| Failure::usage(format!("can't write into {}: {error}", directory.display()));
    clap_mangen::generate_to(Arguments::command(), directory).map_err(cannot)
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;
    use crate::cli::Verb;

    #[test]
    fn what_stands_behind_run_goes_before_what_stands_before_it() {
        let of = |words: &[&str]| {
            let matches = command().try_get_matches_from([&["regie"], words].concat()).expect("read");
            let Arguments { run, verb, .. } = Arguments::from_arg_matches(&matches).expect("read");
            let given = match verb {
                Some(Verb::Run { options, .. }) => options.or(run),
                _ => run,
            };
            (given.held_lines, given.tell_minutes)
        };
        assert_eq!(of(&["--held-lines", "3", "run", "--tell-minutes", "4"]), (Some(3), Some(4)));
        assert_eq!(of(&["--held-lines", "3", "run", "--held-lines", "5"]), (Some(5), None));
        assert_eq!(of(&["--held-lines", "3"]), (Some(3), None));
        assert!(
            command().try_get_matches_from(["regie", "status", "--held-lines", "3"]).is_err(),
            "means nothing there"
        );
    }

    #[test]
    fn every_verb_stands_in_one_group_and_every_group_has_verbs_that_are_there() {
        let mut command = Arguments::command();
        command.build();
        let mut there: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        let mut named: Vec<&str> = GROUPS.iter().flat_map(|(_, verbs)| verbs.iter().copied()).collect();
        there.sort_unstable();
        named.sort_unstable();
        assert_eq!(there, named);
    }
}
