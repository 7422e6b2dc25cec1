//! `regie supplier …`: what a company does with its companion. In: arguments. Out: verbs for the companion that runs, their
//! answers as tables or JSON; or the room of this command line that does it.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use regie_protocol::Days;

use super::{
    What, accept, acts, company_passphrase, credentials, init, items, listen, market, pairing, render, rotation, serve,
};
use crate::{
    command::{Failure, Text, parse},
    control,
    home::CertificateFiles,
    supplier::keys,
    supplier::scopes::{Scope, Scopes},
    supplier::verbs::{
        Acts, Admission, AnswerAct, Ask, Boards, Correct, DistrustIssuer, Follow, Forwarding, HelperLink, Invite,
        Issuers, KeyCreate, KeyList, KeyRevoke, Offered, Pairings, People, Published, TakeBack, TrustIssuer, Unfollow,
        Wanted, Witness,
    },
    verb::Verb,
};

#[derive(Subcommand)]
pub(super) enum SupplierVerb {
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
        /// The certificate that the API is served under, in PEM, with those up to its authority's; read anew when it was renewed
        #[arg(long, value_name = "FILE", requires = "api_key")]
        api_certificate: Option<PathBuf>,
        /// The key of that certificate, in PEM
        #[arg(long, value_name = "FILE", requires = "api_certificate")]
        api_key: Option<PathBuf>,
        /// Serve the API to other machines without TLS: for a network between the companion and a proxy that does it
        #[arg(long)]
        api_plain: bool,
        /// Answer owners of logs here, by HTTP, where this companion is a witness; `config.toml` has it as `witness`
        #[arg(long, value_name = "ADDRESS")]
        witness: Option<std::net::SocketAddr>,
        /// Say here, without a key, whether it is alive and ready, and what it does: a port of this machine, or an address with
        /// its port; `config.toml` has it as `health`
        #[arg(long, value_name = "PORT|ADDRESS")]
        health: Option<crate::api::HealthAddress>,
        /// Everything that this companion dials goes through this proxy: socks5://HOST:PORT or http://HOST:PORT
        #[arg(long, value_name = "PROXY")]
        proxy: Option<crate::network::Proxy>,
        #[command(flatten)]
        forwarding: init::Forwarding,
    },
    /// Make this companion an independent witness, which cosigns that logs of others only grow, and show its key
    Witness(WitnessTerms),
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
    /// Change the passphrase of the company's store
    Passphrase {
        /// Read the new one from a file instead of asking
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Take a shared database as it is, after you restored a backup of it; stop all companions on it before
    AcceptStore,
    #[command(flatten)]
    Customers(CustomerVerb),
    #[command(flatten)]
    Segments(SegmentVerb),
    #[command(flatten)]
    Issuers(IssuerVerb),
    #[command(flatten)]
    Market(MarketVerb),
    /// The persons, what is held of them, and the requests
    People,
}

/// Which logs are cosigned, and under which name.
#[derive(clap::Args)]
pub(super) struct WitnessTerms {
    /// The name of its key, as DOMAIN/NAME
    #[arg(long)]
    name: Option<String>,
    /// Cosign the logs of any person's node
    #[arg(long, conflicts_with = "listed")]
    open: bool,
    /// Cosign those logs alone that are listed
    #[arg(long)]
    listed: bool,
    /// List a log, by the key that its heads are signed with; may be given more than once
    #[arg(long, value_name = "NAME+ID+KEY")]
    log: Vec<String>,
    /// List a log no more, by its name; may be given more than once
    #[arg(long, value_name = "NAME")]
    dismiss: Vec<String>,
    /// Be a witness no more; what was cosigned stays known
    #[arg(long)]
    off: bool,
}

impl WitnessTerms {
    fn verb(self) -> Result<Witness, Failure> {
        let Self { name, open, listed, log, dismiss, off } = self;
        let name = name.map(|name| parse(&name).map(Text)).transpose()?;
        let logs = log.iter().map(|key| parse(key).map(Text)).collect::<Result<_, _>>()?;
        let open = (open || listed).then_some(open);
        Ok(Witness { name, open, logs, dismiss, off })
    }
}

/// What is said to one person.
#[derive(Subcommand)]
pub(super) enum CustomerVerb {
    /// Make a pairing link
    Invite {
        /// For any number of persons
        #[arg(long)]
        public: bool,
        /// How many days it holds
        #[arg(long, default_value_t = 14)]
        days: u32,
        /// By what your other systems know the person who comes by it; the person never sees it
        #[arg(long)]
        reference: Option<String>,
    },
    /// How many people may come by public links in an hour, and how many were told to come later; or say so many
    Pairings {
        /// By one link
        #[arg(long, value_name = "NUMBER")]
        per_link: Option<u32>,
        /// By all of them
        #[arg(long, value_name = "NUMBER")]
        in_all: Option<u32>,
        /// From one network: an IPv4 /24 or an IPv6 /48. Raise it where a proxy with a public address stands before you
        #[arg(long, value_name = "NUMBER")]
        per_source: Option<u32>,
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
        /// By what your other systems know the request; the person never sees it
        #[arg(long)]
        reference: Option<String>,
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
        /// The file, at most 10 MiB; above 64 KiB it goes in pieces
        file: PathBuf,
    },
    /// Send a contract as a record, which the person's node counts with
    Contract {
        /// The person's key, or - where there is only one
        person: String,
        /// A file with the record in JSON (clause 11.6 of the protocol)
        file: PathBuf,
    },
    /// Notice, withdrawals and rights that persons exercised, those that wait for an answer first
    Acts,
    /// Answer one of them
    Answer {
        /// Its id, or the end of it
        act: String,
        /// The contract ends, with this last day
        #[arg(long, value_name = "DATE", group = "says")]
        ends: Option<String>,
        /// It was done; with the id of a document that you sent (itm_…), where it is in one
        #[arg(long, value_name = "ITEM", num_args = 0..=1, default_missing_value = "", group = "says")]
        done: Option<String>,
        /// It takes two months longer: complex or many
        #[arg(long, value_name = "WHY", group = "says")]
        extended: Option<String>,
        /// It is refused, by a reason of docs/supplier.md
        #[arg(long, value_name = "WHY", group = "says", required_unless_present_any = ["ends", "done", "extended"])]
        refused: Option<String>,
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
}

/// Patterns that the company publishes.
#[derive(Subcommand)]
pub(super) enum SegmentVerb {
    /// Publish a pattern: people themselves say whether they belong
    Publish(market::Publish),
    /// The segments that are published, who belongs and how many are counted
    Segments,
    /// Take a segment back, and forget who belongs
    TakeBack {
        /// Its id, or the end of it
        segment: String,
    },
}

/// Who may vouch for values.
#[derive(Subcommand)]
pub(super) enum IssuerVerb {
    /// Trust the credentials that an issuer signs (builds with the feature `vc`)
    TrustIssuer {
        /// The issuer, as its credentials name it: https://…
        issuer: String,
        /// A type of its credentials that counts (`vct`); may be given several times
        #[arg(long = "type", value_name = "TYPE", required = true)]
        kinds: Vec<String>,
        /// A field that it may vouch for; may be given several times
        #[arg(long = "field", value_name = "FIELD", required = true)]
        fields: Vec<String>,
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
}

/// What is done with others in the open.
#[derive(Subcommand)]
pub(super) enum MarketVerb {
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
}

#[derive(Subcommand)]
pub(super) enum KeyVerb {
    /// Make a key; its text is shown once
    Create {
        /// Which system will use it
        name: String,
        /// For trying things out: it sees only persons who came by an invitation made with such a key
        #[arg(long)]
        test: bool,
        /// What it may do: read, ask, erase, webhooks, approve or admin; may be given more than once. Without it, everything
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// For how many days it holds; without it, until you end it
        #[arg(long)]
        days: Option<u32>,
        /// A network from which it is taken, as 192.0.2.0/24; may be given more than once. Without it, from everywhere
        #[arg(long, value_name = "NETWORK")]
        from: Vec<String>,
    },
    /// Every key, without its text
    List,
    /// End a key
    Revoke {
        /// Its id, `key_…`
        key: String,
    },
}

/// Where a verb is said.
pub(super) struct Company<'a> {
    pub(super) home: &'a Path,
    pub(super) passphrase_file: Option<&'a Path>,
    pub(super) json: bool,
}

impl Company<'_> {
    /// Does it. `given` is what `run` was given beside its own options.
    pub(super) fn run(&self, verb: SupplierVerb, given: serve::Given) -> Result<(), Failure> {
        let &Self { home, passphrase_file: file, json } = self;
        match verb {
            SupplierVerb::Init(options) => init::supplier(home, file, options, json),
            SupplierVerb::Join { store, listen, announce } => {
                init::join(home, file, store, &init::Places { listen, announce }, json)
            }
            SupplierVerb::Run { api, api_certificate, api_key, api_plain, witness, health, proxy, forwarding } => {
                let (init::Forwarding { forward, through }, proxy) = (forwarding, proxy.or(given.proxy.clone()));
                let files = api_certificate.zip(api_key);
                let api_tls = files.map(|(certificate, key)| CertificateFiles { certificate, key });
                let said = serve::Given { api, api_tls, api_plain, witness, health, proxy, forward, through, ..given };
                serve::run(home, file, said, json)
            }
            SupplierVerb::Witness(terms) => self.ask(&terms.verb()?),
            SupplierVerb::Forward => self.ask(&Forwarding {}),
            SupplierVerb::Listen { api, key, forward_to } => listen::run(listen::Listen { api, key, forward_to }, json),
            SupplierVerb::Key { verb } => self.key(verb),
            SupplierVerb::Set(change) => pairing::change(home, change, json),
            SupplierVerb::Domain { out } => pairing::document(home, out.as_deref(), json),
            SupplierVerb::NextKey { replace, words_file } => {
                rotation::commit(home, words_file.as_deref(), replace, json)
            }
            SupplierVerb::RotateKey { words_file, next_words_file, yes } => {
                let (words_file, next_words_file) = (words_file.as_deref(), next_words_file.as_deref());
                rotation::rotate(home, file, &rotation::Rotate { words_file, next_words_file, yes }, json)
            }
            SupplierVerb::Passphrase { new_passphrase_file } => {
                company_passphrase::change(home, file, new_passphrase_file.as_deref(), json)
            }
            SupplierVerb::AcceptStore => accept::run(home, file, json),
            SupplierVerb::Customers(verb) => self.customers(verb),
            SupplierVerb::Segments(verb) => self.segments(verb),
            SupplierVerb::Issuers(verb) => self.issuers(verb),
            SupplierVerb::Market(verb) => self.market(verb),
            SupplierVerb::People => self.ask_as(&People {}, render::PEOPLE),
        }
    }

    fn ask(&self, verb: &impl Verb) -> Result<(), Failure> {
        self.ask_as(verb, render::View::Plain)
    }

    fn ask_as(&self, verb: &impl Verb, view: render::View) -> Result<(), Failure> {
        render::show_as(&control::ask(self.home, verb)?, self.json, view)
    }

    fn key(&self, verb: KeyVerb) -> Result<(), Failure> {
        match verb {
            KeyVerb::Create { name, test, scopes, days, from } => {
                let scopes = match scopes.is_empty() {
                    true => Scopes::ALL,
                    false => scopes.iter().map(|scope| parse::<Scope>(scope)).collect::<Result<_, _>>()?,
                };
                let from = from.iter().map(|text| keys::network(text)).collect::<Result<_, _>>()?;
                self.ask(&KeyCreate { name, test, scopes, days, from })
            }
            KeyVerb::List => self.ask(&KeyList {}),
            KeyVerb::Revoke { key } => self.ask(&KeyRevoke { key: parse(&key)? }),
        }
    }

    fn customers(&self, verb: CustomerVerb) -> Result<(), Failure> {
        match verb {
            CustomerVerb::Invite { public, days, reference } => {
                self.ask(&Invite { public, days: Days(days), reference })
            }
            CustomerVerb::Pairings { per_link: per_invitation, in_all, per_source } => {
                self.ask(&Pairings { per_invitation, in_all, per_source })
            }
            CustomerVerb::Ask { person, reason, delegations, reference, what } => {
                let What { fields, purpose, access: how, days, retention } = what;
                let fields = fields.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
                let (purpose, access) = (parse(&purpose)?, parse(&how)?);
                let (days, retention) = (Days(days), Days(retention));
                self.ask(&Ask { person, fields, purpose, reason, access, days, retention, delegations, reference })
            }
            CustomerVerb::Send { person, collection, title, media_type, file } => {
                let collection = parse(&collection)?;
                self.ask(&items::document(self.home, person, collection, (title, media_type), &file)?)
            }
            CustomerVerb::Contract { person, file } => self.ask(&items::contract(person, &file)?),
            CustomerVerb::Acts => self.ask_as(&Acts {}, render::PERSONS_ACTS),
            CustomerVerb::Answer { act, ends, done, extended, refused } => {
                self.ask(&AnswerAct { act, answer: acts::answer(ends, done, extended, refused)? })
            }
            CustomerVerb::Correct { person, field, value, reason } => {
                self.ask(&Correct { person, field: parse(&field)?, value: parse(&value)?, reason })
            }
        }
    }

    fn segments(&self, verb: SegmentVerb) -> Result<(), Failure> {
        match verb {
            SegmentVerb::Publish(publish) => self.ask(&publish.verb()?),
            SegmentVerb::Segments => self.ask_as(&Published {}, render::PUBLISHED),
            SegmentVerb::TakeBack { segment } => self.ask(&TakeBack { segment }),
        }
    }

    fn issuers(&self, verb: IssuerVerb) -> Result<(), Failure> {
        match verb {
            IssuerVerb::TrustIssuer { issuer, kinds, fields, key } => {
                let fields = fields.iter().map(|field| parse(field)).collect::<Result<_, _>>()?;
                let (issuer, key) = (parse(&issuer)?, credentials::text_of(&key)?);
                self.ask(&TrustIssuer { issuer, key, kinds: kinds.into_iter().collect(), fields })
            }
            IssuerVerb::DistrustIssuer { issuer } => self.ask(&DistrustIssuer { issuer: parse(&issuer)? }),
            IssuerVerb::Issuers => self.ask(&Issuers {}),
        }
    }

    fn market(&self, verb: MarketVerb) -> Result<(), Failure> {
        match verb {
            MarketVerb::Helper => self.ask(&HelperLink {}),
            MarketVerb::Board { admit, dismiss, open } => self.ask(&Admission { admit, dismiss, open }),
            MarketVerb::Boards => self.ask(&Boards {}),
            MarketVerb::Follow { board, categories } => {
                let categories = categories.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
                self.ask(&Follow { board: Text(parse(&board)?), categories })
            }
            MarketVerb::Unfollow { board } => self.ask(&Unfollow { board: parse(&board)? }),
            MarketVerb::Wanted => self.ask_as(&Wanted {}, render::WANTED),
            MarketVerb::Offer(offer) => self.ask(&offer.verb()?),
            MarketVerb::Offers => self.ask_as(&Offered {}, render::OFFERED),
        }
    }
}
