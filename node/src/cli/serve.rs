//! Runs the node of a home until it is stopped. In: the home and its passphrase. Out: a running node, with a
//! control socket; exit on SIGINT, SIGTERM, `regie stop`, or a store that failed.

use std::{io::IsTerminal as _, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use regie_protocol::{Policy, PublicKey, RootSeed};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::{desktop_keyring, tables::tables};
use crate::{
    api::{self, HealthAddress},
    clock,
    command::Failure,
    control::{self, Answering},
    dashboard::{self, Beginning, Begun, Doors, Starter},
    domain::Reader,
    driver::End,
    home::{self, CertificateFiles, Config, Role},
    network::{Inward, Proxy, Through, Way},
    person::{self, Back, Desk, Rhythm, Travel, verbs::PersonCommand},
    store::{Ledger, Passphrase, Store, StoreError},
    supplier::{self, Net, approvals::Rules, verbs::CompanionCommand},
    verb::{Commands as _, Stop},
    web::Tls,
};

/// How often a node looks at the time: retention ends, request ids are forgotten.
const TICK: Duration = Duration::from_secs(10);

/// The same for a companion that shares its store with others.
const SHARED_TICK: Duration = Duration::from_secs(1);

/// Whether and where the dashboard listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listen {
    /// Not at all.
    Off,
    /// At this address of the loopback.
    At(SocketAddr),
}

/// Where the dashboard listens unless told otherwise.
const DASHBOARD: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7480);

impl std::str::FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            address => address
                .parse()
                .map(Self::At)
                .map_err(|_| format!("'{address}' is not an address; write 127.0.0.1:7480, or off")),
        }
    }
}

/// What the command line and the environment say of a run; each goes before the configuration.
pub(super) struct Given {
    pub(super) dashboard: Option<Listen>,
    /// May a browser be opened?
    pub(super) browser: bool,
    pub(super) proxy: Option<Proxy>,
    pub(super) visit_minutes: Option<u32>,
    pub(super) held_lines: Option<usize>,
    pub(super) spread_seconds: Option<u32>,
    pub(super) tell_minutes: Option<u32>,
    pub(super) api: Option<SocketAddr>,
    pub(super) api_tls: Option<CertificateFiles>,
    pub(super) api_plain: bool,
    pub(super) witness: Option<SocketAddr>,
    pub(super) health: Option<HealthAddress>,
    pub(super) forward: Vec<PublicKey>,
    pub(super) through: Vec<Through>,
}

/// What was given, or else what is configured.
fn or<T: Clone>(given: &[T], configured: Vec<T>) -> Vec<T> {
    if given.is_empty() { configured } else { given.to_vec() }
}

impl Given {
    fn over(&self, config: Config) -> Config {
        Config {
            api: self.api.or(config.api),
            api_tls: self.api_tls.clone().or(config.api_tls),
            api_plain: self.api_plain || config.api_plain,
            witness: self.witness.or(config.witness),
            forward: or(&self.forward, config.forward),
            through: or(&self.through, config.through),
            proxy: self.proxy.clone().or(config.proxy),
            visit_minutes: self.visit_minutes.or(config.visit_minutes),
            held_lines: self.held_lines.or(config.held_lines),
            spread_seconds: self.spread_seconds.or(config.spread_seconds),
            tell_minutes: self.tell_minutes.or(config.tell_minutes),
            ..config
        }
    }
}

pub(super) fn run(home: &Path, passphrase_file: Option<&Path>, given: Given, json: bool) -> Result<(), Failure> {
    keeps_secrets()?;
    let health = given.health;
    // A mistake in the configuration is told before a passphrase is asked for.
    let config = given.over(home::config(home)?);
    let listen = listen(given.dashboard, &config)?;
    check_elsewhere(listen, &config)?;
    let (tls, keyed_calls) = (api_tls(&config)?, keyed_calls(&config)?);
    let passphrase = home::passphrase(passphrase_file, false)?;
    if let (Role::Supplier, Some(url)) = (config.role, config.database(home)?) {
        let store = home::open_shared(&url, home, tables(Role::Supplier), &passphrase)?;
        return within_runtime(home, companion(home, &config, store, (tls, keyed_calls, health), json));
    }
    let store = Store::open(home, tables(config.role), &passphrase)?;
    match config.role {
        Role::Person => within_runtime(home, serve(home, store, listen, &config, given.browser, json)),
        Role::Supplier => {
            within_runtime(home, companion(home, &config, Box::new(store), (tls, keyed_calls, health), json))
        }
    }
}

/// Refuses to run where a variable of the environment asks for the secrets of encrypted connections in a file: parts of
/// the network layer would obey it.
fn keeps_secrets() -> Result<(), Failure> {
    if std::env::var_os("SSLKEYLOGFILE").is_none() {
        return Ok(());
    }
    let words = "SSLKEYLOGFILE is set: with it the secrets of this node's connections would be written to a file, and \
                 whoever reads that can read everything. Start it with `env -u SSLKEYLOGFILE regie`";
    Err(Failure::usage(words))
}

/// How a companion's API is encrypted; not at all on this machine alone, or where its owner says so.
fn api_tls(config: &Config) -> Result<Option<Tls>, Failure> {
    match (&config.api_tls, config.api) {
        (Some(files), Some(_)) => Tls::of_files(files).map(Some),
        (None, Some(at)) if !at.ip().is_loopback() && !config.api_plain => {
            let next = "give a certificate (`api_tls` of config.toml, or --api-certificate FILE --api-key FILE), listen on \
                        127.0.0.1 behind a proxy that does it, or say `api_plain = true` where nobody else is on that network";
            Err(Failure::usage(format!(
                "keys and values would go in the clear to whoever reaches {at}, so the API is not served there; {next}"
            )))
        }
        _ => Ok(None),
    }
}

/// How many calls with an `Idempotency-Key` are answered within a day, where it is said.
fn keyed_calls(config: &Config) -> Result<Option<u64>, Failure> {
    let most = supplier::once::ANSWERS_MOST;
    match config.keyed_calls_a_day {
        Some(calls) if calls == 0 || calls > most => {
            Err(Failure::usage(format!("keyed_calls_a_day in config.toml is a number from 1 to {most}; mend it")))
        }
        calls => Ok(calls),
    }
}

/// How a person's node gets to its suppliers.
fn travel(config: &Config) -> Travel {
    let usual = Rhythm::default();
    let minutes = config.visit_minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes.max(1))));
    let spread = config.spread_seconds.map(|seconds| Duration::from_secs(seconds.into()));
    let tell = config.tell_minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes)));
    let rhythm = Rhythm {
        mean: minutes.unwrap_or(usual.mean),
        spread: spread.unwrap_or(usual.spread),
        tell: tell.unwrap_or(usual.tell),
        held: config.held_lines.unwrap_or(usual.held),
    };
    let reader = Reader::new(config.domain_hosts.clone(), config.proxy.clone());
    let inward = Inward::only(&config.supplier_hosts);
    Travel { way: Way { proxy: config.proxy.clone(), inward, ..Way::default() }, rhythm, reader }
}

/// Where there is no home yet: the first steps in a browser, then the node they made.
pub(super) fn first_run(home: &Path, given: Given, json: bool) -> Result<(), Failure> {
    keeps_secrets()?;
    let travel = travel(&given.over(Config::person()));
    let Listen::At(address) = given.dashboard.unwrap_or(Listen::At(DASHBOARD)) else {
        // Without pages there is nobody to ask: the same error as `regie run` gives.
        return home::config(home).map(drop);
    };
    within_runtime(home, async {
        let doors = Arc::new(Doors::default());
        let page = dashboard::listen(address, home.to_owned(), doors.clone()).await?;
        if given.browser {
            super::browser::open(&page.link_at_the_door());
        }
        say(json, &json!({ "running": "first run", "dashboard": page.link() }), || {
            format!("Welcome. If no browser opens, open this link in one on this machine, once:\n  {}", page.link())
        });
        from_a_page(home, page, doors, travel).await
    })
}

/// Where nobody is there to type a passphrase at the start: it is asked for at the dashboard's door, and the node begins then.
pub(super) fn locked(home: &Path, given: Given, json: bool) -> Result<(), Failure> {
    keeps_secrets()?;
    let config = given.over(home::config(home)?);
    let listen = listen(given.dashboard, &config)?;
    check_elsewhere(listen, &config)?;
    let Listen::At(address) = listen else {
        return Err(Failure::usage("a node that is to ask on its page needs its dashboard; leave `off` away"));
    };
    if config.role == Role::Supplier {
        return Err(Failure::usage("a companion has no page that asks; give --passphrase-file FILE"));
    }
    if let Some(store) = by_the_keyring(home)? {
        return within_runtime(home, serve(home, store, Listen::At(address), &config, false, json));
    }
    within_runtime(home, async {
        let doors = Arc::new(Doors::default());
        let page = dashboard::listen(address, home.to_owned(), doors.clone()).await?.closed();
        let page = page.reached_from(config.elsewhere.clone());
        say(json, &json!({ "running": "locked", "dashboard": page.door() }), || {
            format!("Your node waits for your passphrase:\n  {}", page.door())
        });
        from_a_page(home, page, doors, travel(&config)).await
    })
}

/// Opens a home by what the desktop's keyring has for it. Where it has nothing, or what was right once, the page asks.
fn by_the_keyring(home: &Path) -> Result<Option<Store>, Failure> {
    let found = desktop_keyring::find(home).unwrap_or_else(|trouble| {
        tracing::info!(?trouble, "the desktop's keyring was not read; the passphrase is asked for");
        None
    });
    let Some(passphrase) = found else { return Ok(None) };
    match Store::open(home, tables(Role::Person), &Passphrase::new(passphrase.to_string())) {
        Ok(store) => Ok(Some(store)),
        Err(StoreError::WrongPassphrase) => {
            tracing::warn!(
                "the keyring has another passphrase than this home; say `regie install --keyring` once more"
            );
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Serves what is asked before there is a node, then the node that came of it, to its end.
async fn from_a_page(
    home: &Path,
    page: dashboard::Listening,
    doors: Arc<Doors>,
    travel: Travel,
) -> Result<(), Failure> {
    let (started, mut end) = mpsc::channel(1);
    let home = home.to_owned();
    let starter: Starter = Arc::new(move |beginning, passphrase| {
        let (home, started, doors, travel) = (home.clone(), started.clone(), doors.clone(), travel.clone());
        Box::pin(async move {
            let at = home.clone();
            let made = tokio::task::spawn_blocking(move || make(&at, beginning, &passphrase));
            let Made { store, phrase, back } = made.await.map_err(Failure::internal)??;
            let running = begin(&home, store, doors, travel)?;
            let desk = running.desk.clone();
            let _ = started.send(running).await;
            Ok(Begun { desk, phrase, back })
        })
    });
    let pages = tokio::spawn(page.first_run(starter));
    tokio::select! {
        () = stopped() => Ok(()),
        running = end.recv() => match running {
            Some(running) => running.until_the_end().await,
            None => pages.await.map_err(Failure::internal),
        },
    }
}

/// A person's node that runs in this process.
struct Running {
    desk: Desk,
    end: End,
    answering: Answering,
}

impl Running {
    /// Ends it before anybody asked it for anything.
    async fn ends(self) -> Result<(), Failure> {
        self.desk.ask(Stop {}).await?;
        self.end.await.map_err(|_| Failure::internal("the node's thread failed"))?.map_err(Failure::from)
    }

    async fn until_the_end(self) -> Result<(), Failure> {
        let Self { desk, end, answering } = self;
        until_the_end(async move { drop(desk.ask(Stop {}).await) }, end, &answering).await
    }
}

/// What a node begins from.
struct Made {
    store: Store,
    /// The words of an identity that was drawn.
    phrase: Option<Zeroizing<String>>,
    /// How it goes on, where it came in a file.
    back: Option<Back>,
}

/// A person's home, new or as it is. Dear: a passphrase becomes a key.
fn make(home: &Path, beginning: Beginning, passphrase: &Passphrase) -> Result<Made, Failure> {
    let (seed, phrase) = match beginning {
        Beginning::Backup(file) => {
            // The page says before what ends.
            let back = super::backup::home_of(home, || Ok(&file[..]), passphrase, Some(Role::Person), |_| Ok(()))?;
            return Ok(Made { store: Store::open(home, tables(Role::Person), passphrase)?, phrase: None, back });
        }
        Beginning::Home => {
            let store = Store::open(home, tables(Role::Person), passphrase)?;
            return Ok(Made { store, phrase: None, back: None });
        }
        Beginning::Words(seed) => (seed, None),
        Beginning::New => {
            let seed = RootSeed::from_entropy(clock::random());
            let phrase = seed.phrase().map_err(Failure::internal)?;
            (seed, Some(phrase))
        }
    };
    let policy = Policy::preset("balanced").ok_or_else(|| Failure::internal("no preset"))?;
    let mut store = home::create(home, tables(Role::Person), &Config::person(), passphrase)?;
    person::initialise(&mut store, &seed, policy)?;
    Ok(Made { store, phrase, back: None })
}

/// Starts a person's node and its control socket.
fn begin(home: &Path, store: Store, doors: Arc<Doors>, travel: Travel) -> Result<Running, Failure> {
    let listener = control::bind(&control::socket(home))?;
    let (events, end) = person::start(store, travel)?;
    tokio::spawn(tick(TICK, events.clone(), || person::NodeEvent::Tick));
    let desk = Desk::new(events, doors);
    let answering = Answering::default();
    tokio::spawn(control::serve(listener, answering.clone(), desk.clone(), CompanionCommand::knows));
    Ok(Running { desk, end, answering })
}

async fn serve(
    home: &Path,
    store: Store,
    listen: Listen,
    config: &Config,
    browser: bool,
    json: bool,
) -> Result<(), Failure> {
    let doors = Arc::new(Doors::default());
    let page = match listen {
        Listen::Off => None,
        Listen::At(address) => Some(dashboard::listen(address, home.to_owned(), doors.clone()).await?),
    };
    let running = begin(home, store, doors, travel(config))?;
    let page = match page.map(|page| page.reached_from(config.elsewhere.clone()).of(running.desk.clone())) {
        None => None,
        Some(open) => match open.await {
            Ok(page) => Some(page),
            Err(failure) => {
                running.ends().await?;
                return Err(failure);
            }
        },
    };
    let link = page.as_ref().map(dashboard::Listening::link);
    if let Some(page) = page.as_ref().filter(|_| browser && std::io::stdout().is_terminal()) {
        super::browser::open(&page.door());
    }
    say(json, &json!({ "running": "person", "home": crate::out::path(home), "dashboard": link }), || {
        let door = page.as_ref().map(dashboard::Listening::door).unwrap_or_default();
        let open = link.as_ref().map(|link| {
            format!("\nYour dashboard, by your passphrase:\n  {door}\nOr by this link, for one visit:\n  {link}")
        });
        format!("Your node runs in {}. Stop it with Ctrl-C.{}", home.display(), open.unwrap_or_default())
    });
    if let Some(page) = page {
        tokio::spawn(page.serve());
    }
    running.until_the_end().await
}

async fn companion(
    home: &Path,
    config: &Config,
    store: Box<dyn Ledger>,
    (tls, keyed_calls, health): (Option<Tls>, Option<u64>, Option<HealthAddress>),
    json: bool,
) -> Result<(), Failure> {
    let configured = || config.health.as_deref().map(str::parse).transpose();
    let mistake = |words: String| Failure::usage(format!("a mistake in config.toml, health: {words}"));
    let health_at = health.map_or_else(configured, |given| Ok(Some(given))).map_err(mistake)?;
    let listener = control::bind(&control::socket(home))?;
    let way = Way { proxy: config.proxy.clone(), ..Way::default() };
    config.check_forwarding()?;
    let net = Net {
        listen: config.listen.clone(),
        announce: config.announce.clone(),
        way: way.clone(),
        forward: config.forward.clone(),
        through: config.through.clone(),
        reader: Reader::new(config.domain_hosts.clone(), config.proxy.clone()),
    };
    // Where others write too, what they leave for persons connected here is looked for often.
    let every = if store.shared() { SHARED_TICK } else { TICK };
    if config.nats.is_some() && cfg!(not(feature = "nats")) {
        let next = "build one with `cargo install --path node --features nats`, or take `nats` out of config.toml";
        return Err(Failure::usage(format!("this regie was built without NATS; {next}")));
    }
    let (events, desk, end, addresses) = supplier::start(store, net, keyed_calls).await?;
    #[cfg(feature = "nats")]
    if let Some(url) = &config.nats {
        tokio::spawn(api::bus::run(desk.clone(), url.clone()));
    }
    let scheme = if tls.is_some() { "https" } else { "http" };
    let patience = config.database_patience_seconds.map(|seconds| Duration::from_secs(seconds.into()));
    let health = api::Health::new(desk.clone(), patience.unwrap_or(api::PATIENCE));
    let health_told = match health_at {
        Some(at) => Some(health.clone().start(at).await?),
        None => None,
    };
    let api = match config.api {
        Some(at) => Some(api::start(desk.clone(), at, terms(config), tls, health).await?),
        None => None,
    };
    let witness = match config.witness {
        Some(at) => Some(api::witness::start(desk.clone(), at).await?),
        None => None,
    };
    let mut running =
        json!({ "running": "supplier", "home": crate::out::path(home), "listening": addresses, "api": api });
    if let Some(at) = witness {
        running["witness"] = json!(at);
    }
    if let Some(at) = health_told {
        running["health"] = json!(at);
    }
    say(json, &running, || {
        let mut lines: Vec<String> = addresses.iter().map(|address| format!("Listening on {address}")).collect();
        lines.extend(api.map(|at| format!("The API is at {scheme}://{at}")));
        lines.extend(witness.map(|at| format!("The witness answers at http://{at}")));
        lines.extend(health_told.map(|at| format!("Health is told at http://{at}/readyz")));
        lines.join("\n")
    });
    tokio::spawn(tick(every, events.clone(), || supplier::CompanionEvent::Tick));
    let answering = Answering::default();
    tokio::spawn(control::serve(listener, answering.clone(), desk.clone(), PersonCommand::knows));
    until_the_end(async move { drop(desk.ask(Stop {}).await) }, end, &answering).await
}

/// What the API is told of what stands in `config.toml`.
fn terms(config: &Config) -> api::Terms {
    let usual = Rules::default();
    let rules = Rules {
        reading_days: config.reading_days.unwrap_or(usual.reading_days),
        second_for_persons: config.approve_above,
        second_for_exports: config.approve_exports,
    };
    api::Terms { webhook_hosts: config.webhook_hosts.clone(), trusted_proxies: config.trusted_proxies.clone(), rules }
}

fn say(json: bool, data: &Value, words: impl FnOnce() -> String) {
    if json {
        crate::out::say(data);
    } else {
        crate::out::say(words());
    }
}

/// A dashboard that others reach is told before a passphrase is asked for, where it would be unsafe, or there is none.
fn check_elsewhere(listen: Listen, config: &Config) -> Result<(), Failure> {
    let Some(elsewhere) = &config.elsewhere else { return Ok(()) };
    if config.role == Role::Supplier {
        return Err(Failure::usage(
            "a companion has no dashboard to be reached from elsewhere; take `elsewhere` out of config.toml",
        ));
    }
    elsewhere.addresses()?;
    if listen == Listen::Off {
        // The tests of a node, and scripts, turn the pages off for one run.
        tracing::info!("without a dashboard there is none elsewhere either");
    }
    Ok(())
}

pub(super) fn listen(given: Option<Listen>, config: &Config) -> Result<Listen, Failure> {
    match (given, &config.dashboard) {
        (Some(listen), _) => Ok(listen),
        (None, Some(text)) => {
            text.parse().map_err(|error| Failure::usage(format!("a mistake in config.toml, dashboard: {error}")))
        }
        (None, None) => Ok(Listen::At(DASHBOARD)),
    }
}

fn within_runtime(home: &Path, work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::internal)?;
    let result = runtime.block_on(work);
    let _ = std::fs::remove_file(control::socket(home));
    runtime.shutdown_timeout(Duration::from_secs(2));
    result
}

async fn tick<E: Send + 'static>(every: Duration, events: mpsc::Sender<E>, event: impl Fn() -> E) {
    let mut every = tokio::time::interval(every);
    loop {
        every.tick().await;
        if events.send(event()).await.is_err() {
            return;
        }
    }
}

/// Waits until the node ends, or ends it where the system says so.
async fn until_the_end(stop: impl Future<Output = ()>, mut end: End, answering: &Answering) -> Result<(), Failure> {
    let ended = tokio::select! {
        ended = &mut end => ended,
        () = stopped() => {
            stop.await;
            end.await
        }
    };
    // Whoever asked for the end, or for anything before it, is answered: what ends with the process is its tasks.
    answering.over().await;
    ended.map_err(|_| Failure::internal("the node's thread failed"))?.map_err(Failure::from)
}

/// The owner or the system wants this process to end.
async fn stopped() {
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
