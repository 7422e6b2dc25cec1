//! A real PostgreSQL of Debian's package, in a temporary directory, on a socket of its own. In: nothing. Out: its URL;
//! none where the package is not installed.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command as Process, Stdio},
};

use crate::until;

/// How a server ends.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    /// Connections are ended, and the files left in order.
    Fast,
    /// Everything is ended at once; the next start recovers.
    Immediate,
    /// Its first process is killed.
    Killed,
}

/// A server; it ends when this is dropped.
#[derive(Debug)]
pub struct Postgres {
    server: Child,
    directory: tempfile::TempDir,
    port: u16,
}

impl Postgres {
    /// Starts one. None where there is none to start and `REGIE_REQUIRE_POSTGRES` is not set.
    pub fn start() -> Option<Self> {
        let Some(tools) = tools() else {
            assert!(std::env::var_os("REGIE_REQUIRE_POSTGRES").is_none(), "PostgreSQL is not installed");
            eprintln!("not run: PostgreSQL is not installed (Debian: apt install postgresql)");
            return None;
        };
        let directory = tempfile::Builder::new().prefix("regie-pg").tempdir_in("/tmp").expect("a directory");
        if is_root() {
            let owned = Process::new("chown").arg("postgres").arg(directory.path()).status().expect("chown runs");
            assert!(owned.success(), "the package's user exists");
        }
        let data = directory.path().join("data");
        let mut initdb = run(&tools, directory.path(), "initdb");
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-D"]).arg(&data);
        assert!(initdb.status().expect("initdb runs").success());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let server = serve(&tools, directory.path(), port);
        let mut postgres = Self { server, directory, port };
        postgres.answers(&tools);
        Some(postgres)
    }

    /// Ends the server in this way, and waits until it has ended.
    pub fn end(&mut self, how: Ending) {
        let pid = self.server.id().to_string();
        let signal = match how {
            Ending::Fast => "-INT",
            Ending::Immediate => "-QUIT",
            Ending::Killed => "-KILL",
        };
        let told = Process::new("kill").args([signal, &pid]).status().expect("kill runs");
        assert!(told.success());
        self.server.wait().expect("it ends");
    }

    /// Starts the server again on its files, and waits until it answers.
    pub fn begin_again(&mut self) {
        let tools = tools().expect("installed");
        self.server = serve(&tools, self.directory.path(), self.port);
        self.answers(&tools);
    }

    /// Waits until it answers. One whose processes were left behind by a postmaster that was killed may need another start.
    fn answers(&mut self, tools: &Path) {
        let port = self.port.to_string();
        until("PostgreSQL answers", || {
            if self.server.try_wait().is_ok_and(|ended| ended.is_some()) {
                self.server = serve(tools, self.directory.path(), self.port);
            }
            let mut ready = Process::new(tools.join("pg_isready"));
            ready.args(["-h", "127.0.0.1", "-p", &port]).stdout(Stdio::null());
            ready.status().is_ok_and(|status| status.success())
        });
    }

    /// Where its database is.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The same by its socket in the file system, which is reached from every network namespace.
    pub fn socket_url(&self) -> String {
        let directory = self.directory.path().display();
        format!("postgres://postgres@localhost:{}/postgres?host={directory}", self.port)
    }

    /// Lets a role `regie` in by this password alone, to a database of its own; where that is, without the password.
    pub fn behind_password(&self, password: &str) -> String {
        // Everybody else is let in as before.
        let rules = self.files().join("data").join("pg_hba.conf");
        let others = std::fs::read_to_string(&rules).expect("rules");
        std::fs::write(&rules, format!("host all regie 127.0.0.1/32 scram-sha-256\n{others}")).expect("written");
        self.ask(&format!("CREATE ROLE regie LOGIN PASSWORD '{password}'"));
        self.ask("CREATE DATABASE regie OWNER regie");
        self.ask("SELECT pg_reload_conf()");
        self.url().replace("postgres@", "regie@").replace("/postgres", "/regie")
    }

    /// Its files.
    pub fn files(&self) -> &Path {
        self.directory.path()
    }

    /// Runs a statement; the rows as text, a line each.
    pub fn ask(&self, sql: &str) -> String {
        let tools = tools().expect("installed");
        let output =
            Process::new(tools.join("psql")).args(["-At", "-c", sql, &self.url()]).output().expect("psql runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A quick end: the directory goes with it.
        let pid = self.server.id().to_string();
        let _ = Process::new("kill").args(["-QUIT", &pid]).status();
        let _ = self.server.wait();
    }
}

fn serve(tools: &Path, directory: &Path, port: u16) -> Child {
    let mut server = run(tools, directory, "postgres");
    server.arg("-D").arg(directory.join("data")).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"]);
    server.arg(directory).spawn().expect("postgres runs")
}

/// One of PostgreSQL's programs, which do not run as root: the package made a user for them.
fn run(tools: &Path, directory: &Path, tool: &str) -> Process {
    let path = tools.join(tool);
    let mut process = if is_root() { Process::new("setpriv") } else { Process::new(&path) };
    if is_root() {
        process.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(&path);
    }
    process.current_dir(directory).stdout(Stdio::null()).stderr(Stdio::null());
    process
}

fn is_root() -> bool {
    Process::new("id").arg("-u").output().expect("id runs").stdout == b"0\n"
}

/// The newest of Debian's versions.
fn tools() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
    found.retain(|bin| bin.join("initdb").exists() && bin.join("postgres").exists());
    found.sort();
    found.pop()
}
