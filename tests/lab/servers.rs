//! Servers of other makers on hosts of a lab: web servers, balancers, proxies. In: a host, a program with its arguments.
//! Out: a process that listens, until it is dropped.

use std::{
    net::{Ipv4Addr, SocketAddrV4, TcpStream},
    path::PathBuf,
    process::{Child, Stdio},
};

use super::Host;
use crate::until;

/// A server; it ends when dropped.
#[derive(Debug)]
pub struct Server(Child);

impl Server {
    /// Starts a program on a host and waits until it listens on this port of the loopback or of the host.
    pub fn start(host: &Host, port: u16, program: &str, arguments: &[&str]) -> Self {
        let mut process = host.program(program);
        let process = process.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = Self(process.spawn().expect("it runs"));
        let places: Vec<_> = [Some(Ipv4Addr::LOCALHOST), host.ipv4].into_iter().flatten().collect();
        let listens = || places.iter().any(|at| TcpStream::connect(SocketAddrV4::new(*at, port)).is_ok());
        until(&format!("{program} listens"), || {
            assert!(matches!(server.0.try_wait(), Ok(None)), "{program} {arguments:?} ended");
            host.inside(listens)
        });
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Are these programs here? Each with the package of Debian that has it. Where one is missing the test was not run, or
/// fails, as [`super::Lab::new`] does.
pub fn there(tools: &[(&str, &str)]) -> bool {
    let places: Vec<PathBuf> = std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect();
    let missing = tools.iter().find(|(tool, _)| !places.iter().any(|place| place.join(tool).exists()));
    let Some((tool, package)) = missing else { return true };
    assert!(std::env::var_os("REGIE_REQUIRE_LAB").is_none(), "this test needs {tool} (Debian: apt install {package})");
    eprintln!("NOT RUN: this test needs {tool} (Debian: apt install {package})");
    false
}
