//! `regie init` and `regie supplier init`: a new home. In: options. Out: a sealed store, the recovery phrase.

use std::{collections::BTreeSet, path::Path};

use clap::Args;
use regie_protocol::{Agreement, KeyHistory, Keypair, Policy, Profile, PublicKey, RootSeed};
use serde_json::json;

use super::{render, rotation::Sheet, tables::tables};
use crate::{
    clock,
    command::{Failure, parse},
    home::{self, Config, Role},
    network::{Address, Through},
    person,
    store::Ledger,
    supplier,
};

/// What a companion says of itself.
#[derive(Args)]
pub(super) struct SupplierInit {
    /// Legal name
    #[arg(long)]
    name: String,
    /// Sector: energy, retail, government, …
    #[arg(long)]
    sector: String,
    /// Internet domain
    #[arg(long, default_value = "")]
    domain: String,
    /// Where a person can ask a question
    #[arg(long, default_value = "")]
    contact: String,
    /// The agreements (IEEE 7012) to accept; every one where none is given
    #[arg(long, value_delimiter = ',')]
    agreements: Vec<String>,
    /// Keep everything in this PostgreSQL database, which several companions may share
    #[arg(long, env = "REGIE_STORE", hide_env_values = true, value_name = "postgres://…")]
    store: Option<String>,
    /// Where to listen; may be given more than once
    #[arg(long, default_values = ["/ip4/0.0.0.0/tcp/7481", "/ip4/0.0.0.0/udp/7481/quic-v1"])]
    listen: Vec<String>,
    /// Under which address others reach it, where that is not one of this machine; may be given more than once
    #[arg(long, value_name = "ADDRESS")]
    announce: Vec<String>,
    #[command(flatten)]
    forwarding: Forwarding,
}

/// Forwarding, for a companion without a public address and for the one that helps it.
#[derive(Args)]
pub(super) struct Forwarding {
    /// Forward people to the companion of this key, which has no public address; may be given more than once
    #[arg(long, value_name = "KEY")]
    pub(super) forward: Vec<PublicKey>,
    /// Be reached through this forwarder, as its `regie supplier forward` shows it; may be given more than once
    #[arg(long, value_name = "KEY@ADDRESS")]
    pub(super) through: Vec<Through>,
}

pub(super) fn person(
    home: &Path,
    passphrase_file: Option<&Path>,
    preset: &str,
    phrase_file: Option<&Path>,
    json: bool,
) -> Result<(), Failure> {
    let policy = Policy::preset(preset).ok_or_else(|| Failure::usage("the presets are careful, balanced and open"))?;
    let seed = match phrase_file {
        None => RootSeed::from_entropy(clock::random()),
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Failure::usage(format!("can't read {}: {error}", file.display())))?;
            RootSeed::from_phrase(&text).map_err(Failure::misread)?
        }
    };
    let passphrase = home::passphrase(passphrase_file, true)?;
    let config = Config::person();
    let mut store = home::create(home, tables(config.role), &config, &passphrase)?;
    person::initialise(&mut store, &seed, policy)?;
    let phrase = seed.phrase().map_err(Failure::internal)?;
    let answer = json!({ "home": crate::out::path(home), "preset": preset, "recovery_phrase": phrase.as_str() });
    render::show(&answer, json)?;
    if !json {
        crate::out::say(
            "Write the 24 words down and keep them apart from this machine: your suppliers know you again by them. \
             They do not bring your data back: `regie backup` makes what does.",
        );
        crate::out::say("Next: run `regie` in one terminal, and `regie import card.vcf` in another.");
    }
    Ok(())
}

/// Where a companion listens, and under which addresses others reach it, as typed.
pub(super) struct Places {
    pub(super) listen: Vec<String>,
    pub(super) announce: Vec<String>,
}

/// One more companion on a database that a company lives in.
pub(super) fn join(
    home: &Path,
    passphrase_file: Option<&Path>,
    store: String,
    places: &Places,
    json: bool,
) -> Result<(), Failure> {
    let listen: Vec<Address> = places.listen.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
    let announce: Vec<Address> = places.announce.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
    let passphrase = home::passphrase(passphrase_file, false)?;
    let mut ledger = home::open_shared(&store, home, tables(Role::Supplier), &passphrase)?;
    let key = supplier::shared_key(&mut *ledger)?;
    let config = Config { role: Role::Supplier, listen, announce, store: Some(store), ..Config::person() };
    home::create_bare(home, &config)?;
    render::show(&json!({ "home": crate::out::path(home), "key": key.public() }), json)
}

pub(super) fn supplier(
    home: &Path,
    passphrase_file: Option<&Path>,
    options: SupplierInit,
    json: bool,
) -> Result<(), Failure> {
    let listen: Vec<Address> = options.listen.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
    let announce: Vec<Address> = options.announce.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
    let mut agreements: BTreeSet<Agreement> =
        options.agreements.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
    if agreements.is_empty() {
        agreements.extend(Agreement::ALL);
    }
    let secret = zeroize::Zeroizing::new(clock::random::<32>());
    let key = Keypair::from_secret(&secret).public();
    let sheet = Sheet::drawn()?;
    let profile = Profile {
        supplier: key,
        name: options.name,
        sector: options.sector,
        domain: options.domain,
        contact: options.contact,
        wishes: Vec::new(),
        agreements,
        // Where it can be reached is known when it runs.
        addresses: Vec::new(),
        keys: KeyHistory { next: Some(sheet.key), ..KeyHistory::default() },
        board: false,
        issued: clock::wall(),
    };
    supplier::check_profile(&profile)?;
    let Forwarding { forward, through } = options.forwarding;
    let config =
        Config { role: Role::Supplier, listen, announce, forward, through, store: options.store, ..Config::person() };
    config.check_forwarding()?;
    let passphrase = home::passphrase(passphrase_file, true)?;
    let mut store: Box<dyn Ledger> = match &config.store {
        None => Box::new(home::create(home, tables(config.role), &config, &passphrase)?),
        Some(url) => {
            let store = home::create_shared(url, home, tables(Role::Supplier), &passphrase)?;
            home::create_bare(home, &config)?;
            store
        }
    };
    supplier::initialise(&mut *store, &secret, profile)?;
    let mut answer = json!({ "home": crate::out::path(home), "key": key });
    if json {
        answer["next_key_words"] = sheet.words.as_str().into();
    }
    render::show(&answer, json)?;
    if !json {
        sheet.show()?;
        crate::out::say("Next: `regie supplier run` in one terminal, and `regie supplier invite` in another.");
    }
    Ok(())
}
