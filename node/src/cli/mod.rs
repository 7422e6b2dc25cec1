//! The command line. In: arguments. Out: a verb's effect, a table or JSON on stdout, a `Failure`.

mod backup;
mod credentials;
mod doctor;
mod init;
mod items;
mod listen;
mod market;
mod owner;
mod pairing;
mod render;
mod rotation;
mod schema;
mod serve;
mod tables;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};
pub use schema::schema;

use crate::{
    command::{Command, Failure},
    control, demo,
    home::{self, Role},
    network::Proxy,
    person, supplier,
    verb::Stop,
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
    /// Where a person's dashboard listens, 127.0.0.1:PORT, or off [default: 127.0.0.1:7480]
    #[arg(long, global = true, env = "REGIE_DASHBOARD", value_name = "ADDRESS")]
    dashboard: Option<serve::Listen>,
    /// Everything that this node dials goes through this proxy: socks5://HOST:PORT or http://HOST:PORT
    #[arg(long, global = true, env = "REGIE_PROXY", value_name = "PROXY", hide_env_values = true)]
    proxy: Option<Proxy>,
    /// Minutes between two visits to a supplier, on average, where nothing is open [default: 60]
    #[arg(long, global = true, env = "REGIE_VISIT_MINUTES", value_name = "MINUTES")]
    visit_minutes: Option<u32>,
    /// Lines to suppliers that are held at most, where something is open [default: 10]
    #[arg(long, global = true, env = "REGIE_HELD_LINES", value_name = "LINES")]
    held_lines: Option<usize>,
    /// After a start suppliers are visited within so many seconds, each at a moment of its own [default: 30]
    #[arg(long, global = true, env = "REGIE_SPREAD_SECONDS", value_name = "SECONDS")]
    spread_seconds: Option<u32>,
    /// Answer as JSON
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    verb: Option<Verb>,
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
    },
    /// Make a person's node
    Init {
        /// The defaults to begin with: careful, balanced or open
        #[arg(long, default_value = "balanced")]
        preset: String,
        /// Bring an identity back from its 24 words, read from this file
        #[arg(long, value_name = "FILE")]
        phrase_file: Option<PathBuf>,
    },
    /// Run the node (the same as no command)
    Run,
    /// A fresh one-time link to the dashboard of the running node
    Dashboard,
    /// Stop the running node
    Stop,
    /// A supplier's companion
    Supplier {
        #[command(subcommand)]
        verb: SupplierVerb,
    },
    /// Set fields: `regie set email anna@example.org`
    Set {
        /// The field
        field: String,
        /// Its value
        value: String,
    },
    /// Show one field
    Get {
        /// The field
        field: String,
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
    Import {
        /// The .vcf, .json or .csv file
        file: PathBuf,
        /// Which contact of the file is you, from 1 on
        #[arg(long, value_name = "NUMBER")]
        card: Option<usize>,
        /// Show what the file holds, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Begin a relationship by a supplier's link
    Pair {
        /// The link
        link: String,
        /// The agreement you proffer (IEEE 7012)
        #[arg(long, default_value = "SD-BASE")]
        agreement: String,
        /// You got the link from the supplier itself: your defaults may answer it
        #[arg(long)]
        vouch: bool,
        /// You looked at who it is and compared the four words already
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
    Allow(Decision),
    /// Say no to requests
    Refuse(Decision),
    /// Refuse everything a supplier asks until you resume
    Pause {
        /// The supplier, by name or key
        supplier: String,
    },
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
    /// Everything you hold, as one JSON document
    Export,
    /// What runs here and with whom
    Status,
    /// Look for problems in this home
    Doctor,
    /// The shapes of all answers, as a JSON Schema
    Schema,
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
    /// Make this home from a backup; earlier grants end
    Restore {
        /// The file that `regie backup` wrote
        file: PathBuf,
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

#[derive(Clone, Copy, clap::ValueEnum)]
enum Always {
    Supplier,
    Kind,
}

#[derive(Subcommand)]
enum SupplierVerb {
    /// Make a companion
    Init(init::SupplierInit),
    /// Set up one more companion on the database that the company's others share
    Join {
        /// The database
        #[arg(long, env = "REGIE_STORE", hide_env_values = true, value_name = "postgres://…")]
        store: String,
        /// Where to listen; may be given more than once
        #[arg(long, default_values = ["/ip4/0.0.0.0/tcp/7481", "/ip4/0.0.0.0/udp/7481/quic-v1"])]
        listen: Vec<String>,
        /// Under which address others reach it, where that is not one of this machine; may be given more than once
        #[arg(long, value_name = "ADDRESS")]
        announce: Vec<String>,
    },
    /// Run the companion
    Run {
        /// Serve the HTTP API here; `config.toml` has it as `api`
        #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = crate::api::DEFAULT)]
        api: Option<std::net::SocketAddr>,
        #[command(flatten)]
        forwarding: init::Forwarding,
    },
    /// Whom this companion forwards people to, and what they need for it
    Forward,
    /// Send events to a receiver that you are writing, as a webhook would
    Listen {
        /// Where the API is
        #[arg(long, default_value = "http://127.0.0.1:7482")]
        api: String,
        /// A key of the API
        #[arg(long, env = "REGIE_API_KEY", hide_env_values = true)]
        key: String,
        /// The receiver's URL; without it events are only shown
        #[arg(long, value_name = "URL")]
        forward_to: Option<String>,
    },
    /// Keys for the HTTP API
    Key {
        #[command(subcommand)]
        verb: KeyVerb,
    },
    /// Change what the company says of itself; what is left out stays
    Set(pairing::ProfileChange),
    /// The document that proves the company's domain: to be put at https://DOMAIN/.well-known/regie.json
    Domain {
        /// Write it into this file, in place of what is there
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Commit to a next key: the only one that can take the place of the company's key when that is lost or stolen
    NextKey {
        /// Also where you committed to one before. Who knows your company until now keeps to that one, and will not follow
        /// the new
        #[arg(long)]
        replace: bool,
        /// Commit to the key of a sheet that you have, instead of drawing one: the file with its 24 words
        #[arg(long, value_name = "FILE")]
        words_file: Option<PathBuf>,
    },
    /// Replace the company's key by the next one; the companion must not be running on this home
    RotateKey {
        /// The file with the 24 words of the next key; else they are asked for
        #[arg(long, value_name = "FILE")]
        words_file: Option<PathBuf>,
        /// The sheet of the key after that one, where you have it: the file with its 24 words. So after a backup from before
        /// a change
        #[arg(long, value_name = "FILE")]
        next_words_file: Option<PathBuf>,
        /// You have a safe place for the words that are shown, and mean it
        #[arg(long)]
        yes: bool,
    },
    /// Make a pairing link
    Invite {
        /// For any number of persons
        #[arg(long)]
        public: bool,
        /// How many days it holds
        #[arg(long, default_value_t = 14)]
        days: u32,
    },
    /// Ask a person for fields
    Ask {
        /// The person's key, or - where there is only one
        person: String,
        /// Why, in plain words
        #[arg(long)]
        reason: String,
        /// How many steps below this company processors may go: 1 for a carrier that gets the address
        #[arg(long, default_value_t = 0)]
        delegations: u8,
        #[command(flatten)]
        what: What,
    },
    /// Send a document into a collection that a person opened
    Send {
        /// The person's key, or - where there is only one
        person: String,
        /// bills, contracts, messages, meter-readings, warranties or other
        #[arg(long)]
        collection: String,
        /// What it is, in one line
        #[arg(long)]
        title: String,
        /// What kind of file it is
        #[arg(long, default_value = "application/octet-stream")]
        media_type: String,
        /// The file, at most 64 KiB
        file: PathBuf,
    },
    /// Propose to correct a field
    Correct {
        /// The person's key, or - where there is only one
        person: String,
        /// The field
        #[arg(long)]
        field: String,
        /// What it should be
        #[arg(long)]
        value: String,
        /// Why, in plain words
        #[arg(long)]
        reason: String,
    },
    /// Publish a pattern: people themselves say whether they belong
    Publish(market::Publish),
    /// The segments that are published, who belongs and how many are counted
    Segments,
    /// Take a segment back, and forget who belongs
    TakeBack {
        /// Its id, or the end of it
        segment: String,
    },
    /// Trust the credentials that an issuer signs (builds with the feature `vc`)
    TrustIssuer {
        /// The issuer, as its credentials name it: https://…
        issuer: String,
        /// A file with its public key, a JWK
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Trust an issuer no more
    DistrustIssuer {
        /// The issuer
        issuer: String,
    },
    /// The issuers that are trusted
    Issuers,
    /// Make this companion help others count their segments, without seeing an answer, and show its link
    Helper,
    /// Make this companion a board, where persons cast intents, and show its link
    Board {
        /// Take offers of this company, by its key or link, and of no others that are not admitted; may be given more
        /// than once
        #[arg(long, value_name = "KEY")]
        admit: Vec<String>,
        /// Take no more offers of this company
        #[arg(long, value_name = "KEY")]
        dismiss: Vec<String>,
        /// Take offers of everybody again
        #[arg(long, conflicts_with = "admit")]
        open: bool,
    },
    /// The boards that are followed
    Boards,
    /// Follow a board, to find what is wanted there
    Follow {
        /// Its link, regie:board?…
        board: String,
        /// What to look for, and everything within it; all, where left out
        #[arg(long = "category", value_name = "CATEGORY")]
        categories: Vec<String>,
    },
    /// Let a board go
    Unfollow {
        /// Its key
        board: String,
    },
    /// What persons want, as found on the boards that are followed
    Wanted,
    /// Offer something for an intent
    Offer(market::MakeOffer),
    /// The offers made, and how they stand
    Offers,
    /// The persons, what is held of them, and the requests
    People,
}

#[derive(Subcommand)]
enum KeyVerb {
    /// Make a key; its text is shown once
    Create {
        /// Which system will use it
        name: String,
        /// For trying things out: it sees only persons who came by an invitation made with such a key
        #[arg(long)]
        test: bool,
    },
    /// Every key, without its text
    List,
    /// End a key
    Revoke {
        /// Its id, `key_…`
        key: String,
    },
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
    kept: u32,
}

/// Does what the arguments say.
///
/// # Errors
/// The verb's, with its exit code.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { home, passphrase_file, dashboard, proxy, visit_minutes, held_lines, spread_seconds, json, verb } =
        arguments;
    let given = serve::Given {
        dashboard,
        proxy,
        visit_minutes,
        held_lines,
        spread_seconds,
        api: None,
        forward: Vec::new(),
        through: Vec::new(),
    };
    if let Some(Verb::Demo { keep, market }) = verb {
        return demo::run(keep, market, json);
    }
    if let Some(Verb::Schema) = verb {
        return render::show(&schema(), true);
    }
    if let Some(Verb::Fields { all, purposes }) = &verb
        && (*all || *purposes)
    {
        return render::show(&render::vocabulary(*purposes), json);
    }
    let home = home::locate(home)?;
    let file = passphrase_file.as_deref();
    if verb.is_none() && !home::is_made(&home) {
        return serve::first_run(&home, given, json);
    }
    match verb.unwrap_or(Verb::Run) {
        Verb::Init { preset, phrase_file } => init::person(&home, file, &preset, phrase_file.as_deref(), json),
        Verb::Supplier { verb: SupplierVerb::Init(options) } => init::supplier(&home, file, options, json),
        Verb::Supplier { verb: SupplierVerb::Join { store, listen, announce } } => {
            init::join(&home, file, store, &init::Places { listen, announce }, json)
        }
        Verb::Supplier { verb: SupplierVerb::Set(change) } => pairing::change(&home, change, json),
        Verb::Run => serve::run(&home, file, given, json),
        Verb::Supplier { verb: SupplierVerb::Run { api, forwarding: init::Forwarding { forward, through } } } => {
            serve::run(&home, file, serve::Given { api, forward, through, ..given }, json)
        }
        Verb::Supplier { verb: SupplierVerb::Listen { api, key, forward_to } } => {
            listen::run(listen::Listen { api, key, forward_to }, json)
        }
        Verb::Doctor => doctor::run(&home, json),
        Verb::Backup { file: target } => backup::write(&home, file, &target, json),
        Verb::Restore { file: source } => backup::restore(&home, file, &source, json),
        Verb::Import { file, card, dry_run } => owner::import_card(&home, &file, card, dry_run, json),
        Verb::Pair { link, agreement, vouch, yes } => {
            pairing::pair(&home, pairing::Pairing { link, agreement, vouch, yes }, json)
        }
        Verb::Look { link } => pairing::look(&home, &link, json),
        Verb::Supplier { verb: SupplierVerb::Domain { out } } => pairing::document(&home, out.as_deref(), json),
        Verb::Supplier { verb: SupplierVerb::NextKey { replace, words_file } } => {
            rotation::commit(&home, words_file.as_deref(), replace, json)
        }
        Verb::Supplier { verb: SupplierVerb::RotateKey { words_file, next_words_file, yes } } => {
            let (words_file, next_words_file) = (words_file.as_deref(), next_words_file.as_deref());
            rotation::rotate(&home, file, &rotation::Rotate { words_file, next_words_file, yes }, json)
        }
        Verb::Supplier { verb: SupplierVerb::Send { person, collection, title, media_type, file } } => {
            let body = items::read(&file)?;
            render::show(&control::ask(&home, &Command::Put { person, collection, title, media_type, body })?, json)
        }
        Verb::Supplier { verb: SupplierVerb::Publish(publish) } => {
            render::show(&control::ask(&home, &publish.command()?)?, json)
        }
        Verb::Supplier { verb: SupplierVerb::Offer(offer) } => {
            render::show(&control::ask(&home, &offer.command()?)?, json)
        }
        Verb::Stop => render::show(&control::ask(&home, &Stop {})?, json),
        Verb::Dashboard => render::show(&control::ask(&home, &person::verbs::Dashboard {})?, json),
        Verb::Status => status(&home, json),
        Verb::Clock { accept, yes } => clock(&home, accept.then_some(yes), json),
        verb @ Verb::Supplier { .. } => {
            let view = view(&verb);
            render::show_as(&control::ask(&home, &command(verb)?)?, json, view)
        }
        other => owner::run(&home, other, json),
    }
}

fn command(verb: Verb) -> Result<Command, Failure> {
    Ok(match verb {
        Verb::Supplier { verb: SupplierVerb::Segments } => Command::Published,
        Verb::Supplier { verb: SupplierVerb::TakeBack { segment } } => Command::TakeBack { segment },
        Verb::Supplier { verb: SupplierVerb::TrustIssuer { issuer, key } } => {
            Command::TrustIssuer { issuer, key: credentials::text_of(&key)? }
        }
        Verb::Supplier { verb: SupplierVerb::DistrustIssuer { issuer } } => Command::DistrustIssuer { issuer },
        Verb::Supplier { verb: SupplierVerb::Issuers } => Command::Issuers,
        Verb::Supplier { verb: SupplierVerb::Helper } => Command::HelperLink,
        Verb::Supplier { verb: SupplierVerb::Board { admit, dismiss, open } } => {
            Command::Admission { admit, dismiss, open }
        }
        Verb::Supplier { verb: SupplierVerb::Forward } => Command::Forwarding,
        Verb::Supplier { verb: SupplierVerb::Boards } => Command::Boards,
        Verb::Supplier { verb: SupplierVerb::Follow { board, categories } } => Command::Follow { board, categories },
        Verb::Supplier { verb: SupplierVerb::Unfollow { board } } => Command::Unfollow { board },
        Verb::Supplier { verb: SupplierVerb::Wanted } => Command::Wanted,
        Verb::Supplier { verb: SupplierVerb::Offers } => Command::Offered,
        Verb::Supplier { verb: SupplierVerb::Correct { person, field, value, reason } } => {
            Command::Correct { person, field, value, reason }
        }
        Verb::Supplier { verb: SupplierVerb::Invite { public, days } } => Command::Invite { public, days },
        Verb::Supplier { verb: SupplierVerb::People } => Command::People,
        Verb::Supplier { verb: SupplierVerb::Key { verb } } => match verb {
            KeyVerb::Create { name, test } => Command::KeyCreate { name, test },
            KeyVerb::List => Command::KeyList,
            KeyVerb::Revoke { key } => Command::KeyRevoke { key },
        },
        Verb::Supplier { verb: SupplierVerb::Ask { person, reason, delegations, what } } => Command::Ask {
            person,
            delegations,
            fields: what.fields,
            purpose: what.purpose,
            reason,
            access: what.access,
            days: what.days,
            retention: what.kept,
        },
        _ => return Err(Failure::internal("this verb has its own code")),
    })
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

fn clock(home: &Path, accept: Option<bool>, json: bool) -> Result<(), Failure> {
    match role(home) {
        Role::Person => render::show(&control::ask(home, &person::verbs::Clock { accept })?, json),
        Role::Supplier => render::show(&control::ask(home, &supplier::verbs::Clock { accept })?, json),
    }
}

/// How a verb's answer is laid out.
fn view(verb: &Verb) -> render::View {
    match verb {
        Verb::Supplier { verb: SupplierVerb::Segments } => render::PUBLISHED,
        Verb::Supplier { verb: SupplierVerb::Wanted } => render::WANTED,
        Verb::Supplier { verb: SupplierVerb::Offers } => render::OFFERED,
        Verb::Supplier { verb: SupplierVerb::People } => render::PEOPLE,
        _ => render::View::Plain,
    }
}
