//! A server of names on a host of a lab: dnsmasq, with an answer for the names it was told and none for others. In:
//! names and addresses. Out: hosts that ask it, since their `/etc/resolv.conf` says so.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    path::{Path, PathBuf},
    process::{Child, Command as Process, Stdio},
};

use super::{FILES, Host, run};
use crate::until;

/// A server of names; it ends when dropped.
#[derive(Debug)]
pub struct Names {
    server: Child,
    at: IpAddr,
    /// What it reads, in the form of `/etc/hosts`.
    file: tempfile::NamedTempFile,
    known: BTreeMap<String, Vec<IpAddr>>,
}

impl Names {
    /// Starts one on a host.
    pub fn start(host: &Host) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let at = host.addresses().pop().expect("an address");
        let mut server = host.program("dnsmasq");
        server.args(["--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--no-resolv", "--no-hosts"]);
        server.args(["--user=root", "--bind-interfaces", "--local-ttl=0", "--local=/#/"]);
        server.arg(format!("--listen-address={at}")).arg(format!("--addn-hosts={}", file.path().display()));
        let server = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("dnsmasq runs");
        let names = Self { server, at, file, known: BTreeMap::new() };
        let listens = || host.inside(|| std::net::TcpStream::connect((at, 53)).is_ok());
        until("the server of names listens", listens);
        names
    }

    /// From now on this name stands for these addresses, and for none where there are none.
    pub fn say(&mut self, name: &str, addresses: &[IpAddr]) {
        self.known.insert(name.to_owned(), addresses.to_vec());
        let lines =
            self.known.iter().flat_map(|(name, all)| all.iter().map(move |address| format!("{address} {name}\n")));
        std::fs::write(self.file.path(), lines.collect::<String>()).expect("written");
        run(Process::new("kill").args(["-HUP", &self.server.id().to_string()]), "");
    }

    /// A host asks this server from now on: processes that are started on it later see its file.
    pub fn serve(&self, host: &Host) {
        resolver(host, &format!("nameserver {}\noptions timeout:2 attempts:2\n", self.at));
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What a host has as `/etc/resolv.conf`. It is removed with the lab.
pub fn resolver(host: &Host, text: &str) {
    let directory: PathBuf = Path::new(FILES).join(&host.namespace);
    std::fs::create_dir_all(&directory).expect("made");
    std::fs::write(directory.join("resolv.conf"), text).expect("written");
}
