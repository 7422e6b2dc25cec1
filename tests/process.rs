//! Runs the real binary in temporary homes. In: verbs and commands. Out: exit codes, output, answers.

pub mod api;
pub mod crowd;
pub mod http;
pub mod lab;
#[path = "../protocol/tests/memory/mod.rs"]
pub mod memory;
pub mod nats;
pub mod paper_supplier;
pub mod postgres;
pub mod receiver;
pub mod scale;
pub mod wire;

use std::{
    io::Write as _,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command as Process, Output, Stdio},
    str::FromStr,
    sync::OnceLock,
    time::{Duration, Instant},
};

use regie::person::verbs;
use regie::supplier::verbs as companion;
use regie::{
    command::{Failure, Reading, Text},
    control,
    verb::{Stop, Verb},
};
use regie_protocol::{Agreement, Days};
use serde_json::{Value, json};

/// How long anything may take before a test gives up on it. A bound against hanging, not a measurement.
const PATIENCE: Duration = Duration::from_secs(60);

/// The `regie` binary of this build, with every feature. `cargo test --workspace` has built it, and then cargo finds
/// nothing to do: the arguments ask for the same packages, and for some test (the one that builds quickest), since cargo
/// settles the features of dependencies over all that it is asked for. Benches measure what is shipped: profile `dist`.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let test = std::env::current_exe().expect("a path");
        let place = test.parent().and_then(Path::parent).expect("target/debug");
        let released = place.ends_with("release");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Process::new(cargo);
        build.args(["build", "--quiet", "--bin", "regie"]);
        match released {
            true => build.args(["-p", "regie", "--features", "nats,parquet,postgres,vc", "--profile", "dist"]),
            false => build.args(["--workspace", "--test", "vectors"]),
        };
        // What cargo told this test about its own package would make build scripts run anew.
        for (name, _) in std::env::vars().filter(|(name, _)| told_by_cargo(name)) {
            build.env_remove(name);
        }
        let built = build.status().expect("cargo runs");
        assert!(built.success(), "the binary builds");
        if released { place.with_file_name("dist").join("regie") } else { place.join("regie") }
    })
}

fn told_by_cargo(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|begin| name.starts_with(begin))
}

/// A home with perhaps a process in it; killed when dropped.
#[derive(Debug)]
pub struct Node {
    /// The home.
    pub home: PathBuf,
    child: Option<Child>,
    /// The database of a companion that has its store there.
    database: Option<postgres::Postgres>,
    /// The network namespace that it runs in, if not this one.
    pub namespace: Option<String>,
}

impl Node {
    /// A home that does not exist yet.
    pub fn at(home: PathBuf) -> Self {
        Self { home, child: None, database: None, namespace: None }
    }

    /// Makes a person's home with these defaults.
    pub fn person(home: PathBuf, preset: &str) -> Self {
        let node = Self::at(home);
        node.good(&["init", "--preset", preset]);
        node
    }

    /// Lets a person's node dial this machine where a supplier names it, from its next start on.
    pub fn may_dial_this_machine(&self) {
        let config = self.home.join("config.toml");
        let text = std::fs::read_to_string(&config).expect("a configuration");
        std::fs::write(&config, format!("{text}supplier_hosts = [\"127.0.0.1\"]\n")).expect("written");
    }

    /// Makes a companion's home for a module of tests: those whose path says so get a PostgreSQL of their own, where
    /// it is installed. So the same tests run on both stores.
    pub fn supplier_for(module: &str, home: PathBuf, name: &str, listen: &str) -> Self {
        let database = module.contains("on_postgres").then(postgres::Postgres::start).flatten();
        let Some(database) = database else { return Self::supplier(home, name, listen) };
        let node = Self { home, child: None, database: Some(database), namespace: None };
        let url = node.database.as_ref().map(postgres::Postgres::url).unwrap_or_default();
        node.good(&["supplier", "init", "--name", name, "--sector", "retail", "--listen", listen, "--store", &url]);
        node
    }

    /// Makes a companion's home.
    pub fn supplier(home: PathBuf, name: &str, listen: &str) -> Self {
        let node = Self::at(home);
        node.good(&["supplier", "init", "--name", name, "--sector", "retail", "--listen", listen]);
        node
    }

    /// Runs a verb to its end.
    pub fn verb(&self, arguments: &[&str]) -> Output {
        self.process(arguments).stdin(Stdio::null()).output().expect("the binary runs")
    }

    /// Runs a verb that must succeed; its standard output.
    pub fn good(&self, arguments: &[&str]) -> String {
        let output = self.verb(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Runs a verb that must fail with this exit code; its words.
    pub fn bad(&self, arguments: &[&str], code: i32) -> String {
        let output = self.verb(arguments);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {words}");
        words
    }

    /// The binary in this home with a passphrase, not started yet.
    pub fn process(&self, arguments: &[&str]) -> Process {
        let mut process = match &self.namespace {
            Some(namespace) => {
                let mut process = Process::new("ip");
                process.args(["netns", "exec", namespace]).arg(binary());
                process
            }
            None => Process::new(binary()),
        };
        process.arg("--home").arg(&self.home).args(arguments);
        process.env("REGIE_PASSPHRASE", "test passphrase").env("REGIE_CHEAP_KDF", "1").env("REGIE_DASHBOARD", "off");
        // At once after a start, and a line for everybody where something is open: what visits do has tests of its own.
        process.env("REGIE_SPREAD_SECONDS", "0").env("REGIE_HELD_LINES", "1000").env("REGIE_TELL_MINUTES", "0");
        process
    }

    /// Starts the node and waits until it answers.
    pub fn start(&mut self) {
        let child = self.process(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.child = Some(child.expect("the binary runs"));
        until("the node answers", || self.try_ask(&verbs::Status {}).is_ok());
    }

    /// Starts the node with its dashboard on a free port; a one-time link comes out.
    pub fn start_with_dashboard(&mut self) -> String {
        let mut process = self.process(&["--json", "run", "--dashboard", "127.0.0.1:0"]);
        self.started(&mut process)["dashboard"].as_str().expect("a link").to_owned()
    }

    /// Starts what a new person starts, where there is no home yet; a one-time link comes out.
    pub fn start_first_run(&mut self) -> String {
        let mut process = self.process(&["--json", "--dashboard", "127.0.0.1:0"]);
        self.started(&mut process)["dashboard"].as_str().expect("a link").to_owned()
    }

    /// Starts the node under another passphrase and waits until it answers.
    pub fn start_under(&mut self, passphrase: &str) {
        let mut process = self.process(&["--json", "run"]);
        self.started(process.env("REGIE_PASSPHRASE", passphrase));
    }

    /// Starts a process made by [`Node::process`] for this home and waits until it says where it is. Where standard
    /// error goes is the caller's choice.
    pub fn start_process(&mut self, mut process: Process) {
        let mut child = process.stdout(Stdio::piped()).spawn().expect("the binary runs");
        let mut said = std::io::BufReader::new(child.stdout.as_mut().expect("piped"));
        std::io::BufRead::read_line(&mut said, &mut String::new()).expect("it says where it is");
        self.child = Some(child);
        until("the node answers", || self.try_ask(&verbs::Status {}).is_ok());
    }

    /// Starts the node under the clock that a file says, as in `+2d`; see [`faketime`].
    pub fn start_under_clock(&mut self, library: &Path, clock: &Path) {
        self.start_under_clock_with(library, clock, &[]);
    }

    /// The same with these variables of the environment.
    pub fn start_under_clock_with(&mut self, library: &Path, clock: &Path, environment: &[(&str, &str)]) {
        let mut process = self.process(&["--json", "run"]);
        process.envs(environment.iter().copied());
        under_clock(&mut process, library, clock).stderr(Stdio::null());
        self.start_process(process);
    }

    /// Starts a process made by [`Node::process`] for this home, with `--json`; what it says first comes out.
    pub fn start_saying(&mut self, process: &mut Process) -> Value {
        self.started(process)
    }

    /// Starts a process; what it says first comes out.
    fn started(&mut self, process: &mut Process) -> Value {
        let child = process.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("the binary runs");
        let mut line = String::new();
        let mut said = std::io::BufReader::new(child.stdout.as_mut().expect("piped"));
        std::io::BufRead::read_line(&mut said, &mut line).expect("it says where it is");
        self.child = Some(child);
        serde_json::from_str(&line).expect("JSON")
    }

    /// Starts the node without waiting for it.
    pub fn start_only(&mut self) {
        let child = self.process(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.child = Some(child.expect("the binary runs"));
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("killed");
            child.wait().expect("gone");
        }
    }

    /// Stops the node in good order.
    pub fn stop(&mut self) {
        self.ask(&Stop {});
        let status = self.child.take().expect("a process").wait().expect("ended");
        assert!(status.success());
    }

    /// The running process.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("a process").id()
    }

    /// Is the process still there?
    pub fn runs(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Asks the running node.
    pub fn ask<V: Verb>(&self, verb: &V) -> Value {
        self.try_ask(verb).unwrap_or_else(|failure| panic!("{}: {failure}", V::NAME))
    }

    /// Asks the running node; it may refuse.
    pub fn try_ask<V: Verb>(&self, verb: &V) -> Result<Value, Failure> {
        control::ask_json(&self.home, verb)
    }

    /// Says a line at the control socket of the running node, whatever it is.
    pub fn try_say(&self, line: &str) -> Result<Value, Failure> {
        let mut stream = UnixStream::connect(control::socket(&self.home)).expect("it runs");
        writeln!(stream, "{line}").expect("said");
        let mut answer: Value = serde_json::from_reader(stream).expect("an answer");
        match answer["error"].take() {
            Value::Null => Ok(answer["ok"].take()),
            error => Err(serde_json::from_value(error).expect("a failure")),
        }
    }

    /// Pairs a person's node with a companion.
    pub fn pair(&self, supplier: &Self) {
        let invitation = supplier.ask(&inviting(false));
        self.ask(&pairing(invitation["link"].as_str().expect("a link")));
        until("they are connected", || {
            let status = self.ask(&verbs::Status {});
            let suppliers = status["suppliers"].as_array().expect("a list");
            suppliers.iter().all(|supplier| supplier["connected"] == json!(true))
        });
    }

    /// A companion asks its only person.
    pub fn request(&self, fields: &[&str], purpose: &str, access: &str) {
        self.ask(&asking(fields, purpose, access));
    }

    /// What a companion knows of its only person.
    pub fn customer(&self) -> Value {
        self.ask(&companion::People {})[0].clone()
    }

    /// Sets one field.
    pub fn set(&self, field: &str, value: &str) {
        self.ask(&setting(field, value));
    }
}

/// A word of a verb, from the text that an owner types.
#[must_use]
pub fn word<T: FromStr>(text: &str) -> T {
    text.parse().ok().unwrap_or_else(|| panic!("'{text}' is no {}", std::any::type_name::<T>()))
}

/// What a person says to set a field.
#[must_use]
pub fn setting(field: &str, value: &str) -> verbs::Set {
    verbs::Set { values: vec![(word(field), word(value))], ..verbs::Set::default() }
}

/// What a person says to look at the supplier of a link.
#[must_use]
pub fn looking(link: &str) -> verbs::Look {
    verbs::Look { link: Text(word(link)) }
}

/// What a person says to pair with the supplier of a link, under SD-BASE, and vouch for it.
#[must_use]
pub fn pairing(link: &str) -> verbs::Pair {
    verbs::Pair { link: Text(word(link)), agreement: Agreement::SdBase, vouched: true }
}

/// What a person says to grant one field for 30 days.
#[must_use]
pub fn granting(supplier: &str, field: &str, purpose: &str, access: Reading) -> verbs::Grant {
    verbs::Grant {
        supplier: supplier.to_owned(),
        fields: vec![word(field)],
        purposes: vec![word(purpose)],
        access,
        days: Days(30),
        retention: Days(30),
    }
}

/// What a company says to its companion to ask its only person.
#[must_use]
pub fn asking(fields: &[&str], purpose: &str, access: &str) -> companion::Ask {
    companion::Ask {
        person: "-".into(),
        fields: fields.iter().map(|field| field.parse().expect("a path")).collect(),
        purpose: purpose.parse().expect("a purpose"),
        reason: "for the test".into(),
        access: access.parse().expect("an access"),
        days: Days(30),
        retention: Days(30),
        delegations: 0,
        reference: None,
    }
}

/// What a company says to have an invitation for one person, or for everybody.
#[must_use]
pub fn inviting(public: bool) -> companion::Invite {
    companion::Invite { public, days: Days(1), reference: None }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A number that a variable of the environment sets, or else this one.
pub fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Memory in use of a process, in bytes.
pub fn resident(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = text.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    line.split_whitespace().nth(1).expect("a number").parse::<u64>().expect("KiB") * 1024
}

/// The library that changes the time a process sees. None where it is not installed and `REGIE_REQUIRE_TOOLS` is
/// not set.
pub fn faketime() -> Option<PathBuf> {
    let places = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let found = places.map(|place| place.join("faketime/libfaketimeMT.so.1")).find(|library| library.exists());
    assert!(found.is_some() || std::env::var_os("REGIE_REQUIRE_TOOLS").is_none(), "faketime is not installed");
    if found.is_none() {
        println!("faketime is not installed; this was not run");
    }
    found
}

/// Lets a process see the clock that a file says, also when the file changes. Time passes as it does.
pub fn under_clock<'a>(process: &'a mut Process, library: &Path, clock: &Path) -> &'a mut Process {
    process.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", clock).env("FAKETIME_NO_CACHE", "1");
    process.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1")
}

/// A port of the loopback that was free just now: for who must come back at the same address.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Waits until something holds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "this did not happen: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Copies the home of a node that has stopped: what a thief of the machine has.
pub fn copy_home(from: &Path, to: &Path) {
    // A socket of a process that has ended is no part of a home.
    for file in files(from).into_iter().filter(|file| file.is_file()) {
        let at = to.join(file.strip_prefix(from).expect("below"));
        std::fs::create_dir_all(at.parent().expect("a parent")).expect("a directory");
        std::fs::copy(&file, at).expect("copied");
    }
}

/// Every file below a directory.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}
