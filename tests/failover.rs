//! Three PostgreSQL by Patroni, with etcd and HAProxy, on this machine: the primary is killed under load, another takes its place, and
//! nothing is lost or done twice. In: `REGIE_FAILOVERS`, how often. It takes half a minute each time, so `.ci/long` asks for it.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command as Process, Stdio},
};

use regie_tests::{api::Client, free_port, number, until};
use serde_json::Value;

use crate::database_away::holds_under_load;

/// A cluster; it ends when this is dropped.
struct Cluster {
    directory: tempfile::TempDir,
    /// Ports of the three: of the database, and of Patroni's own pages.
    ports: [(u16, u16); 3],
    port: u16,
    keepers: Vec<Option<Child>>,
    others: Vec<Child>,
}

impl Cluster {
    fn start() -> Self {
        let directory = tempfile::Builder::new().prefix("regie-ha").tempdir_in("/tmp").expect("a directory");
        let owned = Process::new("chown").arg("postgres").arg(directory.path()).status().expect("chown runs");
        assert!(owned.success());
        let (etcd, peers, port) = (free_port(), free_port(), free_port());
        let ports = std::array::from_fn(|_| (free_port(), free_port()));
        let (at, by) = (format!("http://127.0.0.1:{etcd}"), format!("http://127.0.0.1:{peers}"));
        let mut keeper = run(directory.path(), "etcd");
        keeper.arg("--data-dir").arg(directory.path().join("etcd")).args([
            "--listen-client-urls",
            &at,
            "--advertise-client-urls",
            &at,
            "--listen-peer-urls",
            &by,
            "--initial-advertise-peer-urls",
            &by,
            "--initial-cluster",
            &format!("default={by}"),
        ]);
        let others = vec![keeper.spawn().expect("etcd runs")];
        let mut cluster = Self { directory, ports, port, keepers: vec![None, None, None], others };
        for which in 0..3 {
            std::fs::write(cluster.settings(which), cluster.patroni(which, etcd)).expect("written");
            cluster.begin(which);
        }
        let rules = cluster.directory.path().join("haproxy.cfg");
        std::fs::write(&rules, cluster.haproxy()).expect("written");
        let mut way = run(cluster.directory.path(), "haproxy");
        cluster.others.push(way.arg("-f").arg(rules).spawn().expect("haproxy runs"));
        cluster.stands();
        cluster
    }

    fn settings(&self, which: usize) -> PathBuf {
        self.directory.path().join(format!("n{which}.yml"))
    }

    fn begin(&mut self, which: usize) {
        let mut keeper = run(self.directory.path(), "patroni");
        self.keepers[which] = Some(keeper.arg(self.settings(which)).spawn().expect("patroni runs"));
    }

    /// What Patroni is told. Synchronous: a replica that lacks a turn would be an older database.
    fn patroni(&self, which: usize, etcd: u16) -> String {
        let (directory, (port, pages)) = (self.directory.path().display(), self.ports[which]);
        let bin = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL").flatten().map(|version| version.path());
        let bin = bin.map(|version| version.join("bin")).filter(|bin| bin.join("initdb").exists()).max();
        let bin = bin.expect("PostgreSQL is installed");
        format!(
            r#"scope: regie
name: n{which}
restapi: {{listen: "127.0.0.1:{pages}", connect_address: "127.0.0.1:{pages}"}}
etcd3: {{host: "127.0.0.1:{etcd}"}}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 3
    synchronous_mode: true
    postgresql: {{use_pg_rewind: true, parameters: {{max_connections: 50, shared_buffers: 16MB}}}}
  initdb: [{{encoding: UTF8}}, {{locale: C}}, data-checksums]
  pg_hba: ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
postgresql:
  listen: "127.0.0.1:{port}"
  connect_address: "127.0.0.1:{port}"
  data_dir: {directory}/n{which}
  bin_dir: {bin}
  pgpass: {directory}/pgpass{which}
  authentication:
    superuser: {{username: postgres, password: x}}
    replication: {{username: replicator, password: x}}
    rewind: {{username: postgres, password: x}}
  parameters: {{unix_socket_directories: {directory}}}
"#,
            bin = bin.display()
        )
    }

    fn haproxy(&self) -> String {
        let server = |(which, (port, pages)): (usize, &(u16, u16))| {
            format!("  server n{which} 127.0.0.1:{port} check port {pages}\n")
        };
        let servers: String = self.ports.iter().enumerate().map(server).collect();
        format!(
            "defaults\n  mode tcp\n  timeout connect 2s\n  timeout client 1h\n  timeout server 1h\nlisten primary\n  \
             bind 127.0.0.1:{}\n  option httpchk OPTIONS /primary\n  http-check expect status 200\n  default-server inter 500ms \
             fall 2 rise 1 on-marked-down shutdown-sessions\n{servers}",
            self.port
        )
    }

    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn ask(&self, sql: &str) -> Option<String> {
        let output = Process::new("psql").args(["-At", "-c", sql, &self.url()]).output().expect("psql runs");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// What each of the three is, as Patroni says.
    fn roles(&self) -> Vec<(usize, String)> {
        let living = (0..3).filter(|which| self.keepers[*which].is_some());
        let told = living.filter_map(|which| {
            let pages = std::net::SocketAddr::from(([127, 0, 0, 1], self.ports[which].1));
            Client::new(pages, "").try_get("/cluster")
        });
        let Some(told) = told.into_iter().next() else { return Vec::new() };
        let told: Value = serde_json::from_str(&told.text()).unwrap_or_default();
        let member = |member: &Value| {
            let which = member["name"].as_str()?.strip_prefix('n')?.parse().ok()?;
            Some((which, member["role"].as_str()?.to_owned()))
        };
        told["members"].as_array().into_iter().flatten().filter_map(member).collect()
    }

    /// Waits until there is a primary, which is reached, with a replica that has all that it has.
    fn stands(&self) {
        let is = |wanted: &str| self.roles().iter().any(|(_, role)| role == wanted);
        for _ in 0..2 {
            let begun = std::time::Instant::now();
            while !(is("leader") && is("sync_standby")) && begun.elapsed() < std::time::Duration::from_secs(55) {
                std::thread::sleep(std::time::Duration::from_millis(500));
            }
        }
        until("the cluster stands", || is("leader") && is("sync_standby"));
        until("its primary is reached", || self.ask("SELECT pg_is_in_recovery()").as_deref() == Some("f"));
    }

    /// Kills the machine of the primary, as far as its processes are it; which one it was.
    fn kill_primary(&mut self) -> usize {
        let (which, _) = self.roles().into_iter().find(|(_, role)| role == "leader").expect("there is a primary");
        let mut keeper = self.keepers[which].take().expect("it runs");
        keeper.kill().expect("killed");
        keeper.wait().expect("it ended");
        let pid = self.directory.path().join(format!("n{which}/postmaster.pid"));
        let pid = std::fs::read_to_string(pid).expect("it runs").lines().next().expect("its number").to_owned();
        assert!(Process::new("kill").args(["-KILL", &pid]).status().expect("kill runs").success());
        which
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Patroni ends its database with itself, where it is told to.
        let told = self.keepers.iter_mut().flatten().chain(&mut self.others);
        for child in told {
            let _ = Process::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
    }
}

/// A program of a package, as the user of PostgreSQL.
fn run(directory: &Path, tool: &str) -> Process {
    let mut process = Process::new("setpriv");
    process.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", tool]).current_dir(directory);
    process.env("HOME", directory).stdout(Stdio::null()).stderr(Stdio::null());
    process
}

#[test]
fn a_primary_that_is_killed_under_load_is_replaced_and_nothing_is_lost_or_doubled() {
    let rounds = number("REGIE_FAILOVERS", 0);
    if rounds == 0 {
        eprintln!(
            "not run: half a minute each; REGIE_FAILOVERS=2 runs two (Debian: apt install patroni etcd-server haproxy)"
        );
        return;
    }
    let cluster = Cluster::start();
    let (url, cluster) = (cluster.url(), std::cell::RefCell::new(cluster));
    holds_under_load(
        &url,
        |sql| cluster.borrow().ask(sql).expect("it is reached"),
        |goes_on| {
            for _ in 0..rounds {
                let killed = cluster.borrow_mut().kill_primary();
                goes_on();
                // It comes back as a replica, and there is one that has everything before the next is killed.
                cluster.borrow_mut().begin(killed);
                cluster.borrow().stands();
                goes_on();
            }
        },
    );
}
