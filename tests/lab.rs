//! Several hosts on this machine, each a network namespace of its own, for tests that run the real binary between them.
//!
//! In: which hosts there are and what hangs on what. Out: hosts with addresses, a wire each, whose faults are in
//! [`faults`]; names in [`names`]; servers of other makers in [`servers`]; a supplier and a person on two of them, paired,
//! in [`trio`].
//!
//! ```text
//!  shop 198.18.1.2, 2001:db8:1::2 ──┐
//!                                   ├── internet ── nat 198.18.2.2 ── home 192.168.3.2
//!  any other host 198.18.n.2 ───────┘   (routes)    (translates, keeps state)
//! ```
//!
//! A node goes onto a host by its `namespace`; its control socket is a file and answers from here. What else must happen
//! on a host runs [`Host::inside`]. Each lab has names of its own, so that many stand side by side, and takes down with
//! it all that it put up: processes, namespaces, files under `/etc/netns`. What labs of tests that were killed left
//! behind goes when the next one is made.
//!
//! Needs root, iproute2, nftables, conntrack and dnsmasq. Where one is missing [`Lab::new`] gives none and says that the
//! test was not run; with `REGIE_REQUIRE_LAB` set it fails. Loss is made by nftables, since not every kernel has netem.

pub mod faults;
pub mod homes;
pub mod names;
pub mod servers;
pub mod trio;

use std::{
    fs::File,
    io::Write as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::{Path, PathBuf},
    process::{Command as Process, Output, Stdio},
    sync::{
        Once,
        atomic::{AtomicU8, AtomicU32, Ordering},
    },
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// How the names of all namespaces of labs begin.
const PREFIX: &str = "regie-lab-";
/// What a lab runs, and the package of Debian that has it.
const TOOLS: [(&str, &str); 4] =
    [("ip", "iproute2"), ("nft", "nftables"), ("conntrack", "conntrack"), ("dnsmasq", "dnsmasq-base")];
/// Where `ip netns` keeps namespaces, and files that a process in one sees in the place of those in `/etc`.
const NAMESPACES: &str = "/run/netns";
const FILES: &str = "/etc/netns";

/// Which versions of the Internet Protocol a host speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4 alone.
    V4,
    /// IPv6 alone.
    V6,
    /// Both.
    Both,
}

/// Some hosts; gone when dropped.
#[derive(Debug)]
pub struct Lab {
    prefix: String,
    internet: Host,
    hosts: AtomicU8,
}

/// A host of a lab. A copy is the same host.
#[derive(Clone, Debug)]
pub struct Host {
    /// Its network namespace, where its processes run.
    pub namespace: String,
    /// Its address, if it speaks IPv4.
    pub ipv4: Option<Ipv4Addr>,
    /// Its address, if it speaks IPv6.
    pub ipv6: Option<Ipv6Addr>,
    /// What it hangs on; the internet hangs on nothing.
    wire: Option<Wire>,
}

/// What a host hangs on.
#[derive(Clone, Debug)]
struct Wire {
    /// The namespace of the router.
    router: String,
    /// The router's end of the wire. The host's is called [`WAN`].
    device: String,
    /// The router's addresses on it.
    ipv4: Ipv4Addr,
    ipv6: Ipv6Addr,
}

/// The device by which each host reaches the rest.
const WAN: &str = "wan";

impl Lab {
    /// The internet, with nobody on it yet. None where this machine can't, and `REGIE_REQUIRE_LAB` is not set.
    pub fn new() -> Option<Self> {
        static LABS: AtomicU32 = AtomicU32::new(0);
        if let Some(why) = missing() {
            assert!(std::env::var_os("REGIE_REQUIRE_LAB").is_none(), "a lab of hosts needs {why}");
            eprintln!("NOT RUN: a lab of hosts needs {why}");
            return None;
        }
        sweep();
        let prefix = format!("{PREFIX}{}-{}", std::process::id(), LABS.fetch_add(1, Ordering::Relaxed));
        let namespace = format!("{prefix}-internet");
        ip(&["netns", "add", &namespace]);
        let internet = Host { namespace, ipv4: None, ipv6: None, wire: None };
        internet.wake();
        internet.set("ipv4/ip_forward", "1");
        internet.set("ipv6/conf/all/forwarding", "1");
        Some(Self { prefix, internet, hosts: AtomicU8::new(0) })
    }

    /// A host on the internet.
    pub fn host(&self, name: &str, family: Family) -> Host {
        self.join(name, &self.internet, family, |n| Ipv4Addr::new(198, 18, n, 1))
    }

    /// A router on the internet that translates addresses, as at home: what is behind it reaches out, and nothing comes
    /// in that was not asked for. What it lost track of it drops.
    pub fn nat(&self, name: &str) -> Host {
        translating(self.host(name, Family::V4))
    }

    /// A router behind another one, as where a provider translates addresses too.
    pub fn nat_behind(&self, router: &Host, name: &str) -> Host {
        translating(self.join(name, router, Family::V4, |n| Ipv4Addr::new(100, 64, n, 1)))
    }

    /// A host behind a router.
    pub fn behind(&self, router: &Host, name: &str) -> Host {
        self.join(name, router, Family::V4, |n| Ipv4Addr::new(192, 168, n, 1))
    }

    /// Makes a host and hangs it on a router, which has this address there.
    fn join(&self, name: &str, router: &Host, family: Family, gateway: impl Fn(u8) -> Ipv4Addr) -> Host {
        let number = self.hosts.fetch_add(1, Ordering::Relaxed) + 1;
        let (namespace, device) = (format!("{}-{name}", self.prefix), format!("to{number}"));
        ip(&["netns", "add", &namespace]);
        ip(&["link", "add", WAN, "netns", &namespace, "type", "veth", "peer", &device, "netns", &router.namespace]);
        let net = Ipv6Addr::new(0x2001, 0xdb8, u16::from(number), 0, 0, 0, 0, 1);
        let wire = Wire { router: router.namespace.clone(), device, ipv4: gateway(number), ipv6: net };
        let mut host = Host { namespace, ipv4: None, ipv6: None, wire: Some(wire.clone()) };
        host.wake();
        ip(&["-n", &router.namespace, "link", "set", &wire.device, "up"]);
        ip(&["-n", &host.namespace, "link", "set", WAN, "up"]);
        if family != Family::V6 {
            host.ipv4 = Some(at(wire.ipv4, 2));
            ip(&["-n", &router.namespace, "addr", "add", &format!("{}/24", wire.ipv4), "dev", &wire.device]);
            host.address_4(at(wire.ipv4, 2));
        }
        if family != Family::V4 {
            let own = Ipv6Addr::from(u128::from(wire.ipv6) + 1);
            host.ipv6 = Some(own);
            ip(&["-n", &router.namespace, "addr", "add", &format!("{}/64", wire.ipv6), "dev", &wire.device, "nodad"]);
            ip(&["-n", &host.namespace, "addr", "add", &format!("{own}/64"), "dev", WAN, "nodad"]);
            ip(&["-n", &host.namespace, "-6", "route", "add", "default", "via", &wire.ipv6.to_string()]);
        }
        host
    }
}

impl Host {
    /// Does something on this host: sockets that are made meanwhile are of its network. Files and processes are those
    /// of the machine.
    pub fn inside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                self.enter();
                work()
            });
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Moves this thread onto the host, for good.
    pub fn enter(&self) {
        let file = File::open(Path::new(NAMESPACES).join(&self.namespace)).expect("the namespace is there");
        move_into_link_name_space(std::os::fd::AsFd::as_fd(&file), Some(LinkNameSpaceType::Network))
            .expect("root may enter");
    }

    /// A program, to be started on this host.
    pub fn program(&self, program: &str) -> Process {
        let mut process = Process::new("ip");
        process.args(["netns", "exec", &self.namespace, program]);
        process
    }

    /// Its addresses, the sixth version first.
    pub fn addresses(&self) -> Vec<IpAddr> {
        self.ipv6.map(IpAddr::V6).into_iter().chain(self.ipv4.map(IpAddr::V4)).collect()
    }

    /// The address of the router that it hangs on.
    pub fn gateway(&self) -> Ipv4Addr {
        self.wire().ipv4
    }

    /// A setting of the kernel for this host's network.
    pub fn set(&self, name: &str, value: &str) {
        let path = Path::new("/proc/sys/net").join(name);
        self.inside(|| std::fs::write(&path, value)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Puts a table of rules in place of the one of this name.
    pub fn rules(&self, table: &str, body: &str) {
        nft(
            &self.namespace,
            &format!("table inet {table}\ndelete table inet {table}\ntable inet {table} {{\n{body}\n}}"),
        );
    }

    fn wire(&self) -> &Wire {
        self.wire.as_ref().expect("the internet hangs on nothing")
    }

    /// The router that it hangs on, as far as its rules go.
    fn router(&self) -> Self {
        Self { namespace: self.wire().router.clone(), ipv4: None, ipv6: None, wire: None }
    }

    fn address_4(&self, own: Ipv4Addr) {
        ip(&["-n", &self.namespace, "addr", "add", &format!("{own}/24"), "dev", WAN]);
        ip(&["-n", &self.namespace, "route", "replace", "default", "via", &self.gateway().to_string()]);
    }

    fn wake(&self) {
        ip(&["-n", &self.namespace, "link", "set", "lo", "up"]);
        for scope in ["all", "default"] {
            self.set(&format!("ipv6/conf/{scope}/accept_dad"), "0");
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        remove(&format!("{}-", self.prefix));
    }
}

/// Runs the rows of a table at once, each in a lab of its own, since they mostly wait. Tells of every row that failed.
pub fn together<T: Send + Sync + std::fmt::Debug>(rows: &[T], test: impl Fn(&T) + Sync) {
    let failed: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = rows.iter().map(|row| (row, scope.spawn(|| test(row)))).collect();
        let ended = running.into_iter().filter_map(|(row, thread)| Some((row, thread.join().err()?)));
        ended.map(|(row, panic)| format!("{row:?}: {}", words(panic.as_ref()))).collect()
    });
    assert!(failed.is_empty(), "{} of {} rows failed:\n{}", failed.len(), rows.len(), failed.join("\n"));
}

/// What a thread said when it panicked.
fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked")
}

/// An address of the same network.
const fn at(network: Ipv4Addr, host: u8) -> Ipv4Addr {
    let [a, b, c, _] = network.octets();
    Ipv4Addr::new(a, b, c, host)
}

/// Makes a router of a host.
fn translating(host: Host) -> Host {
    host.set("ipv4/ip_forward", "1");
    // Without a fixed port, as most routers do it: what was forgotten comes back under another one.
    let nat =
        format!("chain post {{ type nat hook postrouting priority 100; oifname \"{WAN}\" masquerade fully-random; }}");
    host.rules("nat", &nat);
    let strict = format!(
        "chain input {{ type filter hook input priority 0; iifname \"{WAN}\" ct state new,invalid drop; }}
         chain forward {{ type filter hook forward priority 0; ct state invalid drop; iifname \"{WAN}\" ct state new drop; }}"
    );
    host.rules("strict", &strict);
    // A flow that it does not know is not one to pick up in the middle.
    host.set("netfilter/nf_conntrack_tcp_loose", "0");
    host
}

/// What this machine lacks, if anything.
fn missing() -> Option<String> {
    let root = Process::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if !root {
        return Some("root".to_owned());
    }
    let places: Vec<PathBuf> = std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect();
    let there = |tool: &str| places.iter().any(|place| place.join(tool).exists());
    let missing = TOOLS.iter().find(|(tool, _)| !there(tool));
    missing.map(|(tool, package)| format!("{tool} (Debian: apt install {package})"))
}

/// Removes what labs of processes that are gone left behind, once.
fn sweep() {
    static SWEPT: Once = Once::new();
    SWEPT.call_once(|| {
        for namespace in namespaces(PREFIX) {
            let process = namespace[PREFIX.len()..].split('-').next().unwrap_or_default();
            if !Path::new("/proc").join(process).exists() {
                remove(&namespace);
            }
        }
    });
}

/// The namespaces whose names begin so.
fn namespaces(prefix: &str) -> Vec<String> {
    let entries = std::fs::read_dir(NAMESPACES).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.starts_with(prefix)).collect()
}

/// Removes the namespaces whose names begin so, with what runs in them and their files.
fn remove(prefix: &str) {
    for namespace in namespaces(prefix) {
        let listed = Process::new("ip").args(["netns", "pids", &namespace]).output();
        let listed = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let own = std::process::id().to_string();
        for pid in listed.lines().filter(|pid| *pid != own) {
            let _ = Process::new("kill").args(["-9", pid]).stderr(Stdio::null()).status();
        }
        let _ = Process::new("ip").args(["netns", "del", &namespace]).stderr(Stdio::null()).status();
        let _ = std::fs::remove_dir_all(Path::new(FILES).join(&namespace));
    }
}

/// `ip`, which must succeed.
fn ip(arguments: &[&str]) -> Output {
    run(Process::new("ip").args(arguments), "")
}

/// Rules for a namespace.
fn nft(namespace: &str, rules: &str) -> Output {
    run(Process::new("ip").args(["netns", "exec", namespace, "nft", "-f", "-"]), rules)
}

/// A program that must succeed, with this on its standard input.
fn run(process: &mut Process, input: &str) -> Output {
    let mut child =
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{process:?}\n{input}\n{}", String::from_utf8_lossy(&output.stderr));
    output
}
