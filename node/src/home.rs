//! The data directory: where it is, what is in it, and the secrets that open it.
//!
//! In: `--home`, `REGIE_HOME` or the default; `config.toml`. Out: paths, a checked configuration, an open store.

mod secrets;

use std::path::{Path, PathBuf};

use regie_protocol::PublicKey;
use serde::{Deserialize, Serialize};

use crate::{
    command::{Failure, exit},
    elsewhere::Elsewhere,
    network::{Address, Proxy, Through, Transport, limits},
    store::{KdfCost, Ledger, Passphrase, Schema, Store},
};

pub use secrets::{new_passphrase, passphrase, passphrase_text};

/// Who lives here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A person's node.
    Person,
    /// A supplier's companion.
    Supplier,
}

/// `config.toml`. Unknown keys are errors, so that a slip of the pen does not pass in silence.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who lives here; fixed at `init`.
    pub role: Role,
    /// Where a companion listens. A person's node listens nowhere.
    #[serde(default)]
    pub listen: Vec<Address>,
    /// Under which addresses others reach this companion; those of this machine where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub announce: Vec<Address>,
    /// The keys of companions without a public address that this one forwards people to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forward: Vec<PublicKey>,
    /// Those who forward people to this companion: `KEY@ADDRESS`, as their `regie supplier forward` shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<Through>,
    /// A proxy through which everything goes that this node dials: `socks5://127.0.0.1:9050` or `http://HOST:PORT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<Proxy>,
    /// How many minutes lie between two visits to a supplier, on average, where nothing is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_minutes: Option<u32>,
    /// How many lines are held at most, where something is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_lines: Option<usize>,
    /// Within how many seconds after a start the suppliers are visited, each at a moment of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread_seconds: Option<u32>,
    /// Within how many minutes suppliers are told what the person says, each at a moment of its own; 0: at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tell_minutes: Option<u32>,
    /// Where a person's dashboard listens: an address of the loopback, or `off`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dashboard: Option<String>,
    /// Where the dashboard can be reached from other machines; nowhere, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
    /// Where a companion's HTTP API listens; nowhere, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<std::net::SocketAddr>,
    /// The certificate that the API is served under, in files; without one it listens on this machine alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_tls: Option<CertificateFiles>,
    /// Serve the API to other machines without TLS: for a network between this companion and the proxy that does it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub api_plain: bool,
    /// How many calls with an `Idempotency-Key` the API answers within a day; 100,000 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyed_calls_a_day: Option<u64>,
    /// Where a companion that is a witness of others' logs listens by HTTP; nowhere, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<std::net::SocketAddr>,
    /// Where a companion says, without a key, whether it is alive and ready, and what it does: a port of this machine, or an address
    /// with its port; at the API alone, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<String>,
    /// For how many seconds the database of a companion may be away before it says that it is not ready; 10 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_patience_seconds: Option<u32>,
    /// Where a companion's store is, if not in the home: `postgres://user@host/database`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// The file with that database's password, from the home on; where it is left out, `PGPASSWORD` and `PGPASSFILE` count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_password_file: Option<PathBuf>,
    /// Where a companion tells what happened, as CloudEvents: `nats://host:4222`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nats: Option<String>,
    /// Hosts in a private network, or without TLS, that webhooks may be sent to, by name.
    #[serde(default, skip_serializing_if = "std::collections::BTreeSet::is_empty")]
    pub webhook_hosts: std::collections::BTreeSet<String>,
    /// Proxies before a companion's API, by their networks: what they say in `X-Forwarded-For` counts for the networks of a key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// How many days a companion keeps who in the company saw which values; 365 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading_days: Option<u32>,
    /// Above how many persons one request needs a second key's word; none needs it, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve_above: Option<u64>,
    /// Whether exports need a second key's word.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approve_exports: bool,
    /// Hosts in a private network that are read by HTTPS, by name: domains of suppliers by a person's node, lists of withdrawn
    /// credentials by a companion; `HOST:PORT` for another port than 443.
    #[serde(default, skip_serializing_if = "std::collections::BTreeSet::is_empty")]
    pub domain_hosts: std::collections::BTreeSet<String>,
    /// Hosts in a private network, or this machine, that a person's node may dial where a supplier names them; what the
    /// person's own links name it dials without.
    #[serde(default, skip_serializing_if = "std::collections::BTreeSet::is_empty")]
    pub supplier_hosts: std::collections::BTreeSet<String>,
}

/// Where a certificate and its key stand, in PEM (RFC 7468).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateFiles {
    /// The certificate, and behind it those between it and its authority's.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Config {
    /// A person's, with nothing set.
    #[must_use]
    pub fn person() -> Self {
        Self {
            role: Role::Person,
            listen: Vec::new(),
            announce: Vec::new(),
            forward: Vec::new(),
            through: Vec::new(),
            proxy: None,
            visit_minutes: None,
            spread_seconds: None,
            tell_minutes: None,
            held_lines: None,
            dashboard: None,
            elsewhere: None,
            api: None,
            api_tls: None,
            api_plain: false,
            keyed_calls_a_day: None,
            witness: None,
            health: None,
            database_patience_seconds: None,
            store: None,
            store_password_file: None,
            nats: None,
            webhook_hosts: Default::default(),
            trusted_proxies: Vec::new(),
            reading_days: None,
            approve_above: None,
            approve_exports: false,
            domain_hosts: Default::default(),
            supplier_hosts: Default::default(),
        }
    }
}

impl Config {
    /// Can it be forwarded as the configuration says?
    ///
    /// # Errors
    /// More keys or forwarders than the bound, or a forwarder to whom nobody could come.
    pub fn check_forwarding(&self) -> Result<(), Failure> {
        if self.forward.len() > limits::FORWARD_KEYS {
            let most = limits::FORWARD_KEYS;
            return Err(Failure::usage(format!("a companion forwards for at most {most} others; leave some out")));
        }
        if self.through.len() > limits::FORWARDERS {
            let most = limits::FORWARDERS;
            return Err(Failure::usage(format!("a companion has at most {most} forwarders; leave some out")));
        }
        let takes_people = self.listen.iter().any(|address| address.transport() == Transport::Tcp);
        if !self.forward.is_empty() && !takes_people {
            let next = "listen on one as well: `listen = [\"/ip4/0.0.0.0/tcp/7481\"]` in config.toml";
            return Err(Failure::usage(format!("people come to a forwarder by a TCP port, and it has none; {next}")));
        }
        Ok(())
    }
}

/// The home to use: what was given, or `$XDG_STATE_HOME/regie`.
///
/// # Errors
/// Where the system names no home directory.
pub fn locate(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let default = || {
        let dirs = directories::ProjectDirs::from("", "", "regie")?;
        Some(dirs.state_dir().unwrap_or_else(|| dirs.data_dir()).to_owned())
    };
    given.or_else(default).ok_or_else(|| Failure::usage("there is no home directory; give one with --home DIR"))
}

/// Is there a home, whether its store is in it or in a database?
#[must_use]
pub fn is_made(home: &Path) -> bool {
    Store::exists(home) || home.join("config.toml").exists()
}

/// Makes a home: the sealed store, with the tables of its role, and `config.toml`.
///
/// # Errors
/// Where there is one already, or the place can't be written.
pub fn create(
    home: &Path,
    schema: &'static Schema,
    config: &Config,
    passphrase: &Passphrase,
) -> Result<Store, Failure> {
    let store = Store::create(home, schema, passphrase, kdf_cost()).map_err(|error| {
        let failure = Failure::from(error);
        Failure { message: format!("can't make a node in {}: {}", home.display(), failure.message), ..failure }
    })?;
    write_config(home, config)?;
    Ok(store)
}

/// Writes the configuration of a home anew.
///
/// # Errors
/// Where it can't be written.
pub fn write_config(home: &Path, config: &Config) -> Result<(), Failure> {
    let path = home.join("config.toml");
    std::fs::write(&path, toml::to_string(config).map_err(Failure::internal)?)
        .map_err(|error| Failure::internal(format!("can't write {}: {error}", path.display())))
}

/// Makes a home whose store is elsewhere: `config.toml` alone. A password in the store's address goes into a file beside it.
///
/// # Errors
/// Where there is one already, or the place can't be written.
pub fn create_bare(home: &Path, config: &Config) -> Result<(), Failure> {
    let path = home.join("config.toml");
    if is_made(home) {
        return Err(Failure::internal(format!("{} already exists; choose another home", path.display())));
    }
    let cannot = |error: std::io::Error| Failure::internal(format!("can't write {}: {error}", path.display()));
    let mut builder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), 0o700);
    builder.create(home).map_err(cannot)?;
    let mut config = config.clone();
    if let Some(address) = &config.store {
        let (address, password) = secrets::apart(address)?;
        config.store = Some(address);
        if let Some(password) = password {
            config.store_password_file = Some(secrets::keep_password(home, &password).map_err(cannot)?);
        }
    }
    let text = toml::to_string(&config).map_err(Failure::internal)?;
    let mut options = std::fs::OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(options.write(true).create_new(true), 0o600);
    let mut file = options.open(&path).map_err(cannot)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(cannot)
}

/// Makes the store of a company in a database that has none. The home keeps what its companion saw of it last.
///
/// # Errors
/// The database's; a binary without the feature.
pub fn create_shared(
    url: &str,
    home: &Path,
    schema: &'static Schema,
    passphrase: &Passphrase,
) -> Result<Box<dyn Ledger>, Failure> {
    #[cfg(feature = "postgres")]
    return Ok(Box::new(crate::store::Shared::create(url, home, schema, passphrase, kdf_cost())?));
    #[cfg(not(feature = "postgres"))]
    {
        let _ = (home, schema, passphrase);
        Err(without_postgres(url))
    }
}

/// Opens the store that companions share.
///
/// # Errors
/// The database's; a wrong passphrase; a database that was set back; a binary without the feature.
pub fn open_shared(
    url: &str,
    home: &Path,
    schema: &'static Schema,
    passphrase: &Passphrase,
) -> Result<Box<dyn Ledger>, Failure> {
    #[cfg(feature = "postgres")]
    return Ok(Box::new(crate::store::Shared::open(url, home, schema, passphrase)?));
    #[cfg(not(feature = "postgres"))]
    {
        let _ = (home, schema, passphrase);
        Err(without_postgres(url))
    }
}

/// From what to what the owner accepted a shared store.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AcceptedStore {
    /// The last turn that the database knew.
    pub found: u64,
    /// The last turn that this home had seen.
    pub seen: u64,
    /// The turn from which all companions go on.
    pub now: u64,
    /// Rows that the database's last turn left.
    pub rows_before: u64,
    /// Rows that there are.
    pub rows: u64,
    /// Were rows others than those of the database's last turn?
    pub rows_differed: bool,
}

/// Takes the rows of a shared store as those that hold, though it was set back.
///
/// # Errors
/// As [`open_shared`].
pub fn accept_shared(
    url: &str,
    home: &Path,
    schema: &'static Schema,
    passphrase: &Passphrase,
) -> Result<AcceptedStore, Failure> {
    #[cfg(feature = "postgres")]
    {
        let crate::store::Accepted { found, seen, now, rows_before, rows, differed } =
            crate::store::Shared::accept(url, home, schema, passphrase)?;
        Ok(AcceptedStore { found, seen, now, rows_before, rows, rows_differed: differed })
    }
    #[cfg(not(feature = "postgres"))]
    {
        let _ = (home, schema, passphrase);
        Err(without_postgres(url))
    }
}

/// Puts another passphrase before a shared store.
///
/// # Errors
/// As [`open_shared`].
pub fn change_shared_passphrase(url: &str, old: &Passphrase, new: &Passphrase) -> Result<(), Failure> {
    #[cfg(feature = "postgres")]
    return Ok(crate::store::Shared::change_passphrase(url, old, new)?);
    #[cfg(not(feature = "postgres"))]
    {
        let _ = (old, new);
        Err(without_postgres(url))
    }
}

#[cfg(not(feature = "postgres"))]
fn without_postgres(_: &str) -> Failure {
    Failure::usage(
        "this regie was built without PostgreSQL; build one with `cargo install --path node --features postgres`",
    )
}

/// Opens a home; `tables` says which tables a role has.
///
/// # Errors
/// No home here, a mistake in `config.toml` (with its line), a wrong passphrase, another node running here.
pub fn open(
    home: &Path,
    tables: fn(Role) -> &'static Schema,
    passphrase: &Passphrase,
) -> Result<(Config, Store), Failure> {
    let config = config(home)?;
    let store = Store::open(home, tables(config.role), passphrase)?;
    Ok((config, store))
}

/// Puts under which addresses others reach a companion into `config.toml`; none for those of its machine. What else stands
/// there stays, comments too.
///
/// # Errors
/// The file's.
pub fn announce(home: &Path, addresses: &[Address]) -> Result<(), Failure> {
    rewrite(home, |text| announcing(text, addresses))
}

/// Puts where the dashboard can be reached from other machines into `config.toml`; none for nowhere. What else stands there stays.
///
/// # Errors
/// The file's.
pub fn set_elsewhere(home: &Path, elsewhere: Option<&Elsewhere>) -> Result<(), Failure> {
    rewrite(home, |text| reached_from_elsewhere(text, elsewhere))
}

fn rewrite(home: &Path, change: impl FnOnce(&str) -> Result<String, Failure>) -> Result<(), Failure> {
    let path = home.join("config.toml");
    let cannot = |error: std::io::Error| Failure::internal(format!("can't write {}: {error}", path.display()));
    let text = change(&std::fs::read_to_string(&path).map_err(cannot)?)?;
    // Beside it and then in its place, so that no half of it is ever there; the new file is its owner's alone.
    let mut file = tempfile::NamedTempFile::new_in(home).map_err(cannot)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(cannot)?;
    file.as_file().sync_all().map_err(cannot)?;
    file.persist(&path).map(drop).map_err(|error| cannot(error.error))
}

/// The text of a configuration with these addresses in the place of those that it announces.
fn announcing(text: &str, addresses: &[Address]) -> Result<String, Failure> {
    let mut document: toml_edit::DocumentMut = text.parse().map_err(Failure::internal)?;
    let list: toml_edit::Array = addresses.iter().map(ToString::to_string).collect();
    match addresses {
        [] => drop(document.remove("announce")),
        _ => document["announce"] = toml_edit::value(list),
    }
    Ok(document.to_string())
}

/// The same with this place in the place of the one of before, on one line, so that what is written below it stays what it is.
fn reached_from_elsewhere(text: &str, elsewhere: Option<&Elsewhere>) -> Result<String, Failure> {
    let mut document: toml_edit::DocumentMut = text.parse().map_err(Failure::internal)?;
    document.remove("elsewhere");
    if let Some(Elsewhere { origin, listen, proxy }) = elsewhere {
        let mut place = toml_edit::InlineTable::new();
        place.insert("origin", origin.to_string().into());
        if let Some(at) = listen {
            place.insert("listen", at.to_string().into());
        }
        if *proxy {
            place.insert("proxy", true.into());
        }
        document["elsewhere"] = toml_edit::value(place);
    }
    Ok(document.to_string())
}

/// Reads `config.toml`.
///
/// # Errors
/// No home here, or a mistake in the file, with its line.
pub fn config(home: &Path) -> Result<Config, Failure> {
    let path = home.join("config.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let next = "make one with `regie init` (a person) or `regie supplier init` (a supplier)";
            Failure::new("no_home", exit::NOT_FOUND, format!("there is no node in {}; {next}", home.display()))
        }
        _ => Failure::internal(format!("can't read {}: {error}", path.display())),
    })?;
    toml::from_str(&text)
        .map_err(|error| Failure::usage(format!("a mistake in {}:\n{error}\nmend it and start again", path.display())))
}

/// The cost of guessing a passphrase: argon2id with 64 MiB. A build for tests makes cheap homes where it is asked to; one
/// that is shipped knows no such word.
fn kdf_cost() -> KdfCost {
    let cheap = cfg!(debug_assertions) && std::env::var_os("REGIE_CHEAP_KDF").is_some();
    if cheap { KdfCost { memory_kib: 64, passes: 1, lanes: 1 } } else { KdfCost::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_is_written_and_the_rest_of_the_file_stays() {
        let text = "# mine\nrole = \"supplier\"\nannounce = [\n  \"/ip4/192.0.2.7/tcp/1\",\n]\n# and this\nvisit_minutes = 5\n";
        let name: Address = "/dns/shop.example/tcp/7481".parse().expect("an address");
        let other = announcing(text, std::slice::from_ref(&name)).expect("written");
        assert_eq!(toml::from_str::<Config>(&other).expect("a configuration").announce, [name]);
        let none = announcing(&other, &[]).expect("written");
        assert_eq!(none, "# mine\nrole = \"supplier\"\n# and this\nvisit_minutes = 5\n");
    }

    #[test]
    fn where_the_dashboard_is_reached_is_written_and_taken_out_again() {
        let text = "role = \"person\"\n# mine\nvisit_minutes = 5\n";
        let origin = "https://regie.example.nl".parse().expect("an origin");
        let place = Elsewhere { origin, listen: Some("127.0.0.1:7490".parse().expect("an address")), proxy: true };
        let with = reached_from_elsewhere(text, Some(&place)).expect("written");
        let read: Config = toml::from_str(&with).expect("a configuration");
        assert_eq!((read.elsewhere, read.visit_minutes), (Some(place), Some(5)));
        assert_eq!(reached_from_elsewhere(&with, None).expect("written"), text);
    }
}
