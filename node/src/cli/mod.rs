//! The command line. In: arguments. Out: a verb's effect, a table or JSON on stdout, a `Failure`.

mod accept;
mod acts;
mod backup;
mod browser;
mod cases;
mod company;
mod company_passphrase;
mod confirm;
mod contracts;
mod credentials;
mod desktop_keyring;
mod doctor;
mod elsewhere;
mod file;
mod files;
mod find;
mod import;
mod init;
mod install;
mod items;
mod letters;
mod listen;
mod manual;
mod market;
mod notices;
mod organisations;
mod owner;
mod pair_many;
mod pairing;
mod removal;
mod render;
mod rotation;
mod schema;
mod serve;
mod tables;
mod witnesses;

use std::path::{Path, PathBuf};

use clap::{Args, FromArgMatches as _, Parser, Subcommand};
use company::{Company, SupplierVerb};
pub use schema::schema;

use crate::{
    command::Failure,
    control, demo,
    home::{self, Role},
    network::Proxy,
    person, supplier,
    verb::{Clock, Stop},
};

/// Your own data, on your own node: you decide who sees what.
///
/// Without a command: runs the node of this home.
#[derive(Parser)]
#[command(name = "regie", version, about, long_about = None)]
pub struct Arguments {
    /// The data directory [default: $XDG_STATE_HOME/regie]
    #[arg(long, global = true, env = "REGIE_HOME", value_name = "DIR")]
    home: Option<PathBuf>,
    /// Read the passphrase from a file instead of asking
    #[arg(long, global = true, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    run: RunOptions,
    /// Answer as JSON
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// How a node runs, where that is not what `config.toml` says. Given before `run` or behind it.
#[derive(Args)]
struct RunOptions {
    /// Where a person's dashboard listens, 127.0.0.1:PORT, or off [default: 127.0.0.1:7480]
    #[arg(long, env = "REGIE_DASHBOARD", value_name = "ADDRESS")]
    dashboard: Option<serve::Listen>,
    /// Open no browser by itself
    #[arg(long, env = "REGIE_NO_BROWSER")]
    no_browser: bool,
    /// Everything that this node dials goes through this proxy: socks5://HOST:PORT or http://HOST:PORT
    #[arg(long, env = "REGIE_PROXY", value_name = "PROXY", hide_env_values = true)]
    proxy: Option<Proxy>,
    /// Minutes between two visits to a supplier, on average, where nothing is open [default: 60]
    #[arg(long, env = "REGIE_VISIT_MINUTES", value_name = "MINUTES")]
    visit_minutes: Option<u32>,
    /// Lines to suppliers that are held at most, where something is open [default: 10]
    #[arg(long, env = "REGIE_HELD_LINES", value_name = "LINES")]
    held_lines: Option<usize>,
    /// After a start suppliers are visited within so many seconds, each at a moment of its own [default: 30]
    #[arg(long, env = "REGIE_SPREAD_SECONDS", value_name = "SECONDS")]
    spread_seconds: Option<u32>,
    /// Suppliers are told what you say within so many minutes, each at a moment of its own; 0: at once [default: 30]
    #[arg(long, env = "REGIE_TELL_MINUTES", value_name = "MINUTES")]
    tell_minutes: Option<u32>,
}

impl RunOptions {
    /// What was given here, or else there.
    fn or(self, there: Self) -> Self {
        Self {
            dashboard: self.dashboard.or(there.dashboard),
            no_browser: self.no_browser || there.no_browser,
            proxy: self.proxy.or(there.proxy),
            visit_minutes: self.visit_minutes.or(there.visit_minutes),
            held_lines: self.held_lines.or(there.held_lines),
            spread_seconds: self.spread_seconds.or(there.spread_seconds),
            tell_minutes: self.tell_minutes.or(there.tell_minutes),
        }
    }

    /// `browser`: may one be opened?
    fn given(self, browser: bool) -> serve::Given {
        let Self { dashboard, no_browser, proxy, visit_minutes, held_lines, spread_seconds, tell_minutes } = self;
        serve::Given {
            dashboard,
            browser: browser && !no_browser,
            proxy,
            visit_minutes,
            held_lines,
            spread_seconds,
            tell_minutes,
            api: None,
            api_tls: None,
            api_plain: false,
            witness: None,
            health: None,
            forward: Vec::new(),
            through: Vec::new(),
        }
    }
}

#[derive(Subcommand)]
enum Verb {
    /// Show the whole of regie in a minute: a person, three suppliers, real processes
    Demo {
        /// Leave the homes for a look around
        #[arg(long)]
        keep: bool,
        /// Go on with a second act: a board, an intent, offers, a segment
        #[arg(long)]
        market: bool,
        /// Another story: the first day of somebody none of whose suppliers speaks regie
        #[arg(long, conflicts_with = "market")]
        day_one: bool,
    },
    /// Make a person's node
    Init {
        /// The defaults to begin with: careful, balanced or open
        #[arg(long, default_value = "balanced")]
        preset: String,
        /// Be who you were to your suppliers, by the 24 words in this file; your data does not come back by them
        #[arg(long, value_name = "FILE")]
        phrase_file: Option<PathBuf>,
    },
    /// Run the node (the same as no command)
    Run {
        /// Begin without the passphrase, and ask for it on the dashboard's page
        #[arg(long)]
        locked: bool,
        #[command(flatten)]
        options: RunOptions,
    },
    /// Begin the node when you log in, with a place in the menu; `regie:` links open the page that pairs (Linux)
    Install {
        /// Take all of it away again
        #[arg(long)]
        undo: bool,
        /// Keep the passphrase in your desktop's keyring: your node opens when you log in [default: you are asked, where there is one]
        #[arg(long, conflicts_with = "undo")]
        keyring: bool,
        /// Do not, and do not ask
        #[arg(long, conflicts_with_all = ["undo", "keyring"])]
        no_keyring: bool,
    },
    /// Open the dashboard in your browser, or the page that pairs by a link
    Browse {
        /// A supplier's link
        link: Option<String>,
        /// Where the dashboard listens, where that is not what `config.toml` says
        #[arg(long, value_name = "ADDRESS")]
        dashboard: Option<serve::Listen>,
    },
    /// A fresh one-time link to the dashboard of the running node
    Dashboard,
    /// Stop the running node
    Stop,
    /// A supplier's companion
    Supplier {
        #[command(subcommand)]
        verb: SupplierVerb,
    },
    /// Set a field, or several in one step: `regie set email anna@example.org`
    ///
    /// Several are one change, told in one message: `regie set address.street="Kade 5" address.postalCode="1011 AA"`.
    /// Nothing behind the sign empties a field.
    Set {
        /// A field and its value, or FIELD=VALUE as often as there are fields
        #[arg(required = true, value_name = "FIELD VALUE", num_args = 1..)]
        words: Vec<String>,
    },
    /// Show one field
    Get {
        /// The field
        field: String,
        /// What it held before, with numbers for `regie put-back`
        #[arg(long)]
        history: bool,
    },
    /// Put an earlier value of a field back; who follows the field is told
    PutBack {
        /// The field
        field: String,
        /// Which one, as `regie get FIELD --history` numbers them [default: the last]
        number: Option<u64>,
    },
    /// Fields and notes of your own, which nobody can ask for; without a verb: list them
    Own {
        #[command(subcommand)]
        verb: Option<OwnVerb>,
    },
    /// Look for words in everything: fields, suppliers, organisations, contracts, cases, letters, the inbox
    Search {
        /// The words, all of which have to be there
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Remove a field's value and destroy its key
    Unset {
        /// The field
        field: String,
    },
    /// List the fields you hold
    Fields {
        /// List every field there is
        #[arg(long)]
        all: bool,
        /// List the purposes
        #[arg(long)]
        purposes: bool,
    },
    /// Import a contact (vCard, JSContact, jCard, Bitwarden) or a table (an address book's, or CSV of field and value)
    Import(import::ImportFile),
    /// Begin a relationship by a supplier's link
    Pair {
        /// The link
        #[arg(required_unless_present = "file")]
        link: Option<String>,
        /// A file of links, one a line; - for standard input
        #[arg(long, conflicts_with = "link")]
        file: Option<PathBuf>,
        /// The agreement you proffer (IEEE 7012)
        #[arg(long, default_value = "SD-BASE")]
        agreement: String,
        /// You got the link from the supplier itself: your defaults may answer it
        #[arg(long)]
        vouch: bool,
        /// You looked at who it is and compared the words already
        #[arg(long)]
        yes: bool,
    },
    /// Who the supplier of a link is, before anything is paired: its domain, what it will ask for, whom it looks like
    Look {
        /// The link
        link: String,
    },
    /// Say that a supplier is who you think it is: your defaults may answer it
    Vouch {
        /// The supplier, by name or key
        supplier: String,
        /// Take that back
        #[arg(long)]
        withdraw: bool,
    },
    /// What waits for your word
    Requests,
    /// Say yes to requests
    Allow(Allowing),
    /// Say no to requests
    Refuse(Decision),
    /// Companies that work for your suppliers and wait for your word, and what you said of others for good
    Processors {
        /// Take a default about one away, by its name
        #[arg(long)]
        forget: Option<String>,
    },
    /// Let a company that works for a supplier be met, or not
    Processor {
        /// The delegation's id, or the end of it
        delegation: String,
        /// allow meets it and gives it what was handed on; refuse ends that
        #[arg(value_parser = ["allow", "refuse"])]
        word: String,
        /// For what the same supplier hands on to it later, too
        #[arg(long)]
        always: bool,
    },
    /// Refuse everything a supplier asks until you resume
    Pause {
        /// The supplier, by name or key
        supplier: String,
    },
    /// Tell suppliers now what waits for a moment of its own
    TellNow,
    /// Let a supplier reach you at once, instead of at your node's next visit
    AtOnce {
        /// The supplier, by name or key
        supplier: String,
        /// No longer
        #[arg(long)]
        off: bool,
    },
    /// Go by another key with a supplier, so that whoever saw the present one does not know you again
    RenewKey {
        /// The supplier, by name or key
        supplier: String,
    },
    /// Take a paused relationship up again
    Resume {
        /// The supplier, by name or key
        supplier: String,
    },
    /// Find suppliers; with a name, show one
    Who {
        /// Part of a name, sector or domain
        #[arg(default_value = "")]
        query: String,
        /// Only those that have, or may have, this field
        #[arg(long)]
        field: Option<String>,
        /// Everything about the one supplier of this name or key
        #[arg(long)]
        show: bool,
    },
    /// Find out who holds data of yours, by what your password manager and your bank know
    FindSuppliers(find::FindFiles),
    /// The organisations that hold data of yours, with a companion or without
    Organisations {
        /// Part of a name or a domain
        #[arg(default_value = "")]
        query: String,
    },
    /// One organisation: enter it, change it, show it, remove it
    Organisation {
        #[command(subcommand)]
        verb: organisations::OrganisationVerb,
    },
    /// The directory: what lists of organisations were added, to know them by
    Directory {
        #[command(subcommand)]
        verb: Option<organisations::DirectoryVerb>,
    },
    /// The month in numbers, what waits, and who knows what about you
    Overview,
    /// Grant fields unasked
    Grant {
        /// The supplier, by name or key
        supplier: String,
        #[command(flatten)]
        what: What,
    },
    /// List grants
    Grants,
    /// End a grant, or with --all every grant of a supplier
    Revoke {
        /// The grant's id, or with --all the supplier
        grant: String,
        /// Every grant of this supplier
        #[arg(long)]
        all: bool,
        /// Do not ask the supplier to erase what it has
        #[arg(long)]
        keep_data: bool,
    },
    /// Remove a supplier: every grant ends, and nothing is taken from it any more. Its log stays
    Remove {
        /// The supplier, by name or key
        supplier: String,
        /// Do not ask the supplier to erase what it has
        #[arg(long, conflicts_with = "undo")]
        keep_data: bool,
        /// Take a supplier back that was removed
        #[arg(long)]
        undo: bool,
        /// Show what would end and what would stay, and change nothing
        #[arg(long, conflicts_with = "undo")]
        dry_run: bool,
        /// Do not ask whether it is meant
        #[arg(long)]
        yes: bool,
    },
    /// Open a collection: the supplier may send documents into it, or corrections
    Open {
        /// The supplier, by name or key
        supplier: String,
        /// bills, contracts, corrections, messages, meter-readings, warranties or other
        collection: String,
        /// For how many days
        #[arg(long, default_value_t = 365)]
        days: u32,
        /// How many items in an hour
        #[arg(long, default_value_t = 10)]
        per_hour: u32,
        /// How many items in all
        #[arg(long, default_value_t = 500)]
        items: u32,
    },
    /// What suppliers sent into your collections, and corrections that wait for your word
    Inbox,
    /// One item of the inbox
    Item {
        #[command(subcommand)]
        verb: ItemVerb,
    },
    /// Your contracts: what they cost, and by when notice has to be there
    Contracts {
        /// Write the dates into this file, for another calendar (iCalendar)
        #[arg(long, value_name = "FILE")]
        ics: Option<PathBuf>,
    },
    /// One contract: add, change, show, remove or end it
    Contract {
        #[command(subcommand)]
        verb: contracts::ContractVerb,
    },
    /// Exercise a right (GDPR) towards a supplier that your node has a line to
    Right(acts::Exercise),
    /// What you had suppliers do over the line, and how far each is
    Acts {
        /// Of one supplier, by name or key
        #[arg(long)]
        supplier: Option<String>,
    },
    /// Your requests under the GDPR to organisations, until when an answer is due, and what waits for you
    Cases {
        /// Only those that are not closed
        #[arg(long)]
        open: bool,
        /// Write the days into this file, for another calendar (iCalendar)
        #[arg(long, value_name = "FILE")]
        ics: Option<PathBuf>,
    },
    /// One request under the GDPR: begin it, say what happened, file the answer
    Case {
        #[command(subcommand)]
        verb: cases::CaseVerb,
    },
    /// Your letters to organisations, and how far each is
    Letters(letters::Letters),
    /// One letter: write it, show it, save it for your mail program or the post, send it, say that it went
    Letter {
        #[command(subcommand)]
        verb: letters::LetterVerb,
    },
    /// Tell changed details to every organisation without a companion, by letter: `regie tell address.street address.postalCode`
    Tell(letters::Tell),
    /// The mail account that your letters leave by
    MailAccount {
        #[command(subcommand)]
        verb: letters::MailAccountVerb,
    },
    /// How you are told, outside of your pages, that something waits; without a verb: show it
    Notices {
        #[command(subcommand)]
        verb: Option<notices::NoticesVerb>,
    },
    /// From where else than this machine your dashboard opens; without a verb: show it
    Elsewhere {
        #[command(subcommand)]
        verb: Option<elsewhere::ElsewhereVerb>,
    },
    /// Your devices that may open the dashboard from elsewhere, and passkeys; without a verb: list them
    Devices {
        #[command(subcommand)]
        verb: Option<elsewhere::DevicesVerb>,
    },
    /// Your defaults about corrections that suppliers propose; with --answer, sets one
    Corrections {
        /// anyone, sector:NAME, or a supplier's key
        #[arg(long, default_value = "anyone")]
        from: String,
        /// A field, group:NAME, sensitive, or anything
        #[arg(long, default_value = "anything")]
        of: String,
        /// allow takes it over if your value is as the supplier takes it to be; ask; refuse
        #[arg(long, value_parser = ["allow", "ask", "refuse"])]
        answer: Option<String>,
    },
    /// What you agreed with a supplier (IEEE 7012), with both signed records
    Agreement {
        /// The supplier, by name or key
        supplier: String,
    },
    /// Show the audit log; with --verify only the check's result
    Audit {
        /// Check every row, hash and signature
        #[arg(long)]
        verify: bool,
    },
    /// Show your defaults, or begin again from a preset
    Policy {
        /// careful, balanced or open
        #[arg(long)]
        preset: Option<String>,
        /// Change nothing; show which past requests would have been answered otherwise
        #[arg(long, requires = "preset")]
        dry_run: bool,
    },
    /// Defaults that your own answers suggest, each with how often it would have been wrong; none sets itself
    Suggest {
        /// Make this one of your defaults, by its id
        #[arg(long, value_name = "ID", conflicts_with_all = ["hide", "show"])]
        take: Option<String>,
        /// Hide this one, by its id
        #[arg(long, value_name = "ID", conflicts_with = "show")]
        hide: Option<String>,
        /// Show this one again that you hid, by its id
        #[arg(long, value_name = "ID")]
        show: Option<String>,
    },
    /// Can anybody ever get this of you? By your defaults, by a consent, or by asking you
    CanGet {
        /// A field as payment.iban, or a group as group:finance
        what: String,
        /// Only suppliers that say they are of this sector
        #[arg(long, conflicts_with = "supplier")]
        sector: Option<String>,
        /// Only this supplier, by name or key
        #[arg(long)]
        supplier: Option<String>,
    },
    /// Patterns that your suppliers publish, whether they fit you and why
    Segments,
    /// Say that you belong to a segment, or not, or be counted without a name
    Belong {
        /// The segment's id, or the end of it
        segment: String,
        /// yes, no, or count: a randomised answer that tells nothing of you alone
        #[arg(value_parser = ["yes", "no", "count"])]
        word: String,
    },
    /// Credentials: values that an issuer vouches for (builds with the feature `vc`)
    Credential {
        #[command(subcommand)]
        verb: credentials::CredentialVerb,
    },
    /// Your defaults about segments; with a word, one is set
    SegmentDefaults {
        /// anyone, sector:NAME or a supplier's key
        #[arg(long, default_value = "anyone")]
        from: String,
        /// What is said of their segments: yes where one fits, no, or count
        #[arg(value_parser = ["yes", "no", "count"])]
        word: Option<String>,
    },
    /// Say what you want, without a name; offers come to you
    Want(market::Want),
    /// What can be wanted here: the kinds, or what matters of one
    Catalogue {
        /// A kind: energy, energy.contract
        kind: Option<String>,
    },
    /// The noticeboards that a wish can hang on: those of your suppliers, and the last one
    Noticeboards,
    /// What you want, and how it stands
    Intents,
    /// Offers that came, the best first
    Offers {
        /// For this intent only, by the end of its id
        intent: Option<String>,
    },
    /// Take an offer up: its supplier gets what the offer needs, and no more
    Take {
        /// The offer's id, or the end of it
        offer: String,
        /// The agreement to proffer, where you are not paired yet
        #[arg(long, default_value = "PDC-INTENT")]
        agreement: String,
    },
    /// Pass an offer over: it goes, and leaves its place to another
    Pass {
        /// The offer's id, or the end of it
        offer: String,
    },
    /// Want no more offers
    Withdraw {
        /// The intent's id, or the end of it
        intent: String,
    },
    /// Consent receipts (ISO/IEC TS 27560, DPV JSON-LD)
    Receipts {
        /// Of one supplier only
        supplier: Option<String>,
    },
    /// One entry of the log with a supplier, and the proof that it stands there
    Proof {
        /// The supplier, by name or key
        supplier: String,
        /// The entry's place in that log
        index: u64,
    },
    /// Independent witnesses, which cosign that your logs only grow, and see nothing of what stands in them
    Witnesses {
        #[command(subcommand)]
        verb: witnesses::WitnessVerb,
    },
    /// Everything you hold, as one JSON document
    Export,
    /// What runs here and with whom
    Status,
    /// Look for problems in this home
    Doctor,
    /// The shapes of all answers, as a JSON Schema
    Schema,
    /// What lets your shell complete regie's verbs and options: `regie completions bash > ~/.local/share/bash-completion/completions/regie`
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages: one for regie, one for each verb
    Man {
        /// The directory to write them into, which must be there
        out: PathBuf,
    },
    /// The clock of this node: what it shows, what is stored, what peers say; with --accept, it is right
    Clock {
        /// The clock is right: a jump ahead is believed, or the stored time goes back to it
        #[arg(long)]
        accept: bool,
        /// You know that what has ended by the stored time ends for good where that goes back
        #[arg(long, requires = "accept")]
        yes: bool,
    },
    /// Write everything into one encrypted file
    Backup {
        /// The file to write; it must not exist
        file: PathBuf,
    },
    /// Bring the node to another machine: write a file that it goes on from, and stop here
    Move {
        #[command(flatten)]
        moving: backup::Moving,
    },
    /// Make this home from a backup, by which earlier grants end, or from the file of a move, by which they live on
    Restore {
        /// The file that `regie backup` or `regie move` wrote
        file: PathBuf,
        /// Restore it though grants end
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Subcommand)]
enum OwnVerb {
    /// Write one, in the place of what stood under that name
    Set {
        /// What you call it
        name: String,
        /// What stands there
        text: String,
    },
    /// Remove one with what is attached, and destroy its key
    Remove {
        /// Its name
        name: String,
    },
    /// Attach files to one, at most 16 MiB each
    Attach {
        /// Its name
        name: String,
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Get what is attached out again
    File {
        /// Its name
        name: String,
        /// The file's name, its id, or the end of it
        file: String,
        /// Where to write it; it must not exist
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Take a file off, for good
    Detach {
        /// Its name
        name: String,
        /// The file's name, its id, or the end of it
        file: String,
    },
}

#[derive(Subcommand)]
enum ItemVerb {
    /// What it says
    Show {
        /// Its id
        id: String,
        /// Write the document into this file; it must not exist
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Take a correction over
    Accept {
        /// Its id
        id: String,
    },
    /// Leave a correction be
    Decline {
        /// Its id
        id: String,
    },
    /// Throw it away for good
    Delete {
        /// Its id
        id: String,
    },
}

#[derive(Args)]
struct Decision {
    /// The requests' ids
    #[arg(required = true)]
    ids: Vec<String>,
    /// Answer so from now on: to this supplier, or to every one of this kind (which writes rules)
    #[arg(long, value_enum)]
    always: Option<Always>,
}

#[derive(Args)]
struct Allowing {
    #[command(flatten)]
    decision: Decision,
    /// Yes to these fields alone, and no to the others that were asked
    #[arg(long, value_delimiter = ',', value_name = "FIELD", conflicts_with = "without")]
    only: Vec<String>,
    /// No to these fields, and yes to the others that were asked
    #[arg(long, value_delimiter = ',', value_name = "FIELD")]
    without: Vec<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Always {
    Supplier,
    Kind,
}

#[derive(Args)]
struct What {
    /// Fields, or group:NAME for the unasked grant of a person
    #[arg(long, value_delimiter = ',', required = true)]
    fields: Vec<String>,
    /// The purpose (DPV), as `regie fields --purposes` lists them
    #[arg(long)]
    purpose: String,
    /// once, read, or subscribe (every change is told)
    #[arg(long, default_value = "read")]
    access: String,
    /// How many days the grant lives
    #[arg(long, default_value_t = 365)]
    days: u32,
    /// How many days a value may be kept
    #[arg(long, default_value_t = 365)]
    retention: u32,
}

impl Arguments {
    /// Reads the command line of this process; ends it with help or a usage error where that is the answer.
    #[must_use]
    pub fn read() -> Self {
        let matches = manual::command().get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// Does what the arguments say.
///
/// # Errors
/// The verb's, with its exit code.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { home, passphrase_file, run, json, verb } = arguments;
    if let Some(Verb::Demo { keep, market, day_one }) = verb {
        let story = match (day_one, market) {
            (true, _) => demo::Story::DayOne,
            (false, true) => demo::Story::Market,
            (false, false) => demo::Story::Suppliers,
        };
        return demo::run(story, keep, json);
    }
    if let Some(Verb::Schema) = verb {
        return render::show(&schema(), true);
    }
    if let Some(Verb::Completions { shell }) = verb {
        manual::completions(shell);
        return Ok(());
    }
    if let Some(Verb::Man { out }) = verb {
        return manual::pages(&out);
    }
    if let Some(Verb::Fields { all, purposes }) = &verb
        && (*all || *purposes)
    {
        return render::show(&render::vocabulary(*purposes), json);
    }
    if let Some(Verb::Catalogue { kind }) = &verb {
        return market::catalogue(kind.as_deref(), json);
    }
    let home = home::locate(home)?;
    let file = passphrase_file.as_deref();
    let Some(verb) = verb else {
        // A program that reads JSON, or starts `regie run`, sits before no screen.
        let given = run.given(!json);
        if home::is_made(&home) {
            return serve::run(&home, file, given, json);
        }
        return serve::first_run(&home, given, json);
    };
    match verb {
        Verb::Init { preset, phrase_file } => init::person(&home, file, &preset, phrase_file.as_deref(), json),
        Verb::Supplier { verb } => Company { home: &home, passphrase_file: file, json }.run(verb, run.given(false)),
        Verb::Run { locked: true, options } => serve::locked(&home, options.or(run).given(false), json),
        Verb::Run { locked: false, options } => serve::run(&home, file, options.or(run).given(false), json),
        Verb::Install { undo: true, .. } => install::undo(&home, json),
        Verb::Install { keyring, no_keyring, .. } => {
            let wish = match (keyring, no_keyring) {
                (true, _) => install::Wish::Keyring,
                (_, true) => install::Wish::NoKeyring,
                _ => install::Wish::Ask,
            };
            install::run(&home, file, wish, json)
        }
        Verb::Browse { link, dashboard } => install::browse(&home, link.as_deref(), dashboard.or(run.dashboard)),
        Verb::Doctor => doctor::run(&home, json),
        Verb::Backup { file: target } => backup::write(&home, file, &target, json),
        Verb::Move { moving } => backup::move_node(&home, file, moving, json),
        Verb::Restore { file: source, yes } => backup::restore(&home, file, &source, yes, json),
        Verb::Import(asked) => import::run(&home, &asked, json),
        Verb::Pair { file: Some(file), agreement, vouch, yes, .. } => {
            pair_many::run(&home, &pair_many::Asked { file, agreement, vouch, yes }, json)
        }
        Verb::Pair { link, agreement, vouch, yes, .. } => {
            let link = link.unwrap_or_default();
            pairing::pair(&home, pairing::Pairing { link, agreement, vouch, yes }, json)
        }
        Verb::Remove { supplier, undo: true, .. } => removal::undo(&home, supplier, json),
        Verb::Remove { supplier, keep_data, dry_run, yes, .. } => {
            removal::run(&home, &removal::Asked { supplier, erase: !keep_data, dry_run, yes }, json)
        }
        Verb::Look { link } => pairing::look(&home, &link, json),
        Verb::Stop => render::show(&control::ask(&home, &Stop {})?, json),
        Verb::Dashboard => render::show(&control::ask(&home, &person::verbs::Dashboard {})?, json),
        Verb::Status => status(&home, json),
        Verb::Clock { accept, yes } => {
            render::show(&control::ask(&home, &Clock { accept: accept.then_some(yes) })?, json)
        }
        other => owner::run(&home, other, json),
    }
}

/// Whose home this is; a person's where it can't be told, and whoever asks then says what is missing.
fn role(home: &Path) -> Role {
    home::config(home).map_or(Role::Person, |config| config.role)
}

fn status(home: &Path, json: bool) -> Result<(), Failure> {
    match role(home) {
        Role::Person => render::show_as(&control::ask(home, &person::verbs::Status {})?, json, render::STATUS),
        Role::Supplier => render::show_as(&control::ask(home, &supplier::verbs::Status {})?, json, render::STATUS),
    }
}
