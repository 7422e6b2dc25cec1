//! A real PostgreSQL of Debian's package, in a temporary directory, on a socket of its own. In: nothing. Out: its URL;
//! none where the package is not installed.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command as Process, Stdio},
};

use crate::until;

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
        let root = Process::new("id").arg("-u").output().expect("id runs").stdout == b"0\n";
        if root {
            // PostgreSQL does not run as root; the package made a user for it.
            let owned = Process::new("chown").arg("postgres").arg(directory.path()).status().expect("chown runs");
            assert!(owned.success(), "the package's user exists");
        }
        let run = |tool: &str| {
            let path = tools.join(tool);
            let mut process = if root { Process::new("setpriv") } else { Process::new(&path) };
            if root {
                process.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(&path);
            }
            process.current_dir(directory.path()).stdout(Stdio::null()).stderr(Stdio::null());
            process
        };
        let data = directory.path().join("data");
        let mut initdb = run("initdb");
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-D"]).arg(&data);
        assert!(initdb.status().expect("initdb runs").success());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let server = run("postgres")
            .arg("-D")
            .arg(&data)
            .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"])
            .arg(directory.path())
            .spawn()
            .expect("postgres runs");
        let postgres = Self { server, directory, port };
        until("PostgreSQL answers", || {
            let mut ready = Process::new(tools.join("pg_isready"));
            ready.args(["-h", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null());
            ready.status().is_ok_and(|status| status.success())
        });
        Some(postgres)
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

/// The newest of Debian's versions.
fn tools() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
    found.retain(|bin| bin.join("initdb").exists() && bin.join("postgres").exists());
    found.sort();
    found.pop()
}
