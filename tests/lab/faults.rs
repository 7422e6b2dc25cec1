//! What goes wrong on the wire of a host, and what a network does to those on it. In: a host. Out: rules in the router
//! that it hangs on, until they are taken back.

use std::{
    net::{Ipv4Addr, SocketAddrV4},
    process::Command as Process,
};

use super::{Host, WAN, at, ip, nft, run};
use crate::Node;

/// The smallest packet that every way of the sixth version carries, in bytes.
const LEAST_MTU: u32 = 1280;

/// How a wire is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Packets vanish.
    Drop,
    /// The router says that it does not carry them.
    Reject,
}

/// Packets of a transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packets {
    /// TCP's alone.
    Tcp,
    /// UDP's alone.
    Udp,
    /// Those of both.
    Any,
}

/// Counts packets on a wire.
#[derive(Debug)]
pub struct Counter {
    router: Host,
    table: String,
}

impl Host {
    /// Nothing goes through, until [`Host::mend`].
    pub fn cut(&self, how: Cut) {
        let verdict = match how {
            Cut::Drop => "drop",
            Cut::Reject => "reject",
        };
        self.on_its_wire("cut", -10, verdict);
    }

    /// All goes through again: what was cut, lost or too large.
    pub fn mend(&self) {
        for fault in ["cut", "loss", "hole"] {
            self.without(fault);
        }
        self.frames(1500);
    }

    /// This many of a hundred packets are lost, each way.
    pub fn lose(&self, percent: u8) {
        self.on_its_wire("loss", -9, &format!("numgen random mod 100 < {percent} drop"));
    }

    /// Only packets of at most `LEAST_MTU` bytes go through, and nobody says so.
    pub fn shrink(&self) {
        let silent = "chain output { type filter hook output priority 0;
            icmp type destination-unreachable drop; icmpv6 type packet-too-big drop; }";
        self.router().rules(&self.table("hole"), silent);
        self.frames(LEAST_MTU);
    }

    /// The sixth version of the Internet Protocol is swallowed on the way.
    pub fn swallow_ipv6(&self) {
        self.on_its_wire("swallow", -8, "meta nfproto ipv6 drop");
    }

    /// TCP to these ports goes out, and nothing else but names.
    pub fn only_ports(&self, ports: &[u16]) {
        let ports = ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let device = &self.wire().device;
        let rules = format!(
            "chain forward {{ type filter hook forward priority -7;
                iifname {device} tcp dport {{ {ports} }} accept; iifname {device} meta l4proto {{ tcp, udp }} th dport 53 accept;
                iifname {device} drop; }}"
        );
        self.router().rules(&self.table("ports"), &rules);
    }

    /// The router sends all of these packets to one place, whoever they are for, until [`Host::honest`].
    pub fn redirect(&self, packets: Packets, to: SocketAddrV4) {
        let protocols = match packets {
            Packets::Tcp => "tcp",
            Packets::Udp => "udp",
            Packets::Any => "{ tcp, udp }",
        };
        let rules = format!(
            "chain pre {{ type nat hook prerouting priority -110;
                iifname {} meta l4proto {protocols} dnat ip to {}:{}; }}",
            self.wire().device,
            to.ip(),
            to.port()
        );
        self.router().rules(&self.table("redirect"), &rules);
    }

    /// The router sends packets where they are to go again. Flows that were sent elsewhere end.
    pub fn honest(&self) {
        self.without("redirect");
        self.forgotten();
    }

    /// The router forgets every flow.
    pub fn forgotten(&self) {
        run(Process::new("ip").args(["netns", "exec", &self.wire().router, "conntrack", "-F"]), "");
    }

    /// The host gets another address of its network, as after another Wi-Fi or a new lease.
    pub fn roam(&mut self) {
        let old = self.ipv4.expect("an address");
        let last = old.octets()[3];
        let new = at(old, if last == 254 { 2 } else { last + 1 });
        ip(&["-n", &self.namespace, "addr", "del", &format!("{old}/24"), "dev", WAN]);
        self.address_4(new);
        self.ipv4 = Some(new);
    }

    /// The host has one more address, and the router knows the way to it.
    pub fn also(&self, address: Ipv4Addr) {
        ip(&["-n", &self.namespace, "addr", "add", &format!("{address}/32"), "dev", WAN]);
        let device = &self.wire().device;
        let own = self.ipv4.expect("an address").to_string();
        ip(&["-n", &self.wire().router, "route", "add", &format!("{address}/32"), "via", &own, "dev", device]);
    }

    /// Nothing for the addresses that it was made with gets through; those that came later stay.
    pub fn leave(&self) {
        let both = [self.ipv4.map(|own| format!("ip daddr {own}")), self.ipv6.map(|own| format!("ip6 daddr {own}"))];
        let rules: String =
            both.into_iter().flatten().map(|rule| format!("oifname {} {rule} drop; ", self.wire().device)).collect();
        let chain = format!("chain forward {{ type filter hook forward priority -10; {rules} }}");
        self.router().rules(&self.table("left"), &chain);
    }

    /// The host has no wire any more, and no address but its own.
    pub fn unplug(&self) {
        ip(&["-n", &self.namespace, "link", "set", WAN, "down"]);
        ip(&["-n", &self.namespace, "addr", "flush", "dev", WAN]);
    }

    /// Counts packets on this host's wire that a rule of nftables matches, before any fault.
    pub fn count(&self, name: &str, rule: &str) -> Counter {
        let table = self.table(&format!("count_{name}"));
        let device = &self.wire().device;
        let rules = format!(
            "counter seen {{ }}
             chain forward {{ type filter hook forward priority -20;
                iifname {device} {rule} counter name seen; oifname {device} {rule} counter name seen; }}"
        );
        self.router().rules(&table, &rules);
        Counter { router: self.router(), table }
    }

    /// What this host sends anywhere but to one place is dropped and counted, whoever on it sends it.
    pub fn only_to(&self, to: SocketAddrV4) -> Counter {
        // The kernel speaks of the sixth version by itself.
        self.set("ipv6/conf/all/disable_ipv6", "1");
        let rules = format!(
            "counter seen {{ }}
             chain output {{ type filter hook output priority 0;
                oifname lo accept; ip daddr {} tcp dport {} accept; counter name seen drop; }}",
            to.ip(),
            to.port()
        );
        self.rules("only_to", &rules);
        Counter { router: self.clone(), table: "only_to".into() }
    }

    /// A rule on all that comes from this host or goes to it.
    fn on_its_wire(&self, fault: &str, priority: i8, rule: &str) {
        let device = &self.wire().device;
        let rules = format!(
            "chain forward {{ type filter hook forward priority {priority}; iifname {device} {rule}; oifname {device} {rule}; }}"
        );
        self.router().rules(&self.table(fault), &rules);
    }

    fn without(&self, fault: &str) {
        let table = self.table(fault);
        nft(&self.wire().router, &format!("table inet {table}\ndelete table inet {table}"));
    }

    /// A name for a table of the router that is about this host's wire.
    fn table(&self, fault: &str) -> String {
        format!("{fault}_{}", self.wire().device)
    }

    /// The largest frames of every device of the router: a wire of its own would only bound one way.
    fn frames(&self, bytes: u32) {
        let router = &self.wire().router;
        let listed =
            String::from_utf8_lossy(&ip(&["-n", router, "-o", "link", "show", "type", "veth"]).stdout).into_owned();
        let devices = listed.lines().filter_map(|line| line.split([' ', '@']).nth(1));
        for device in devices {
            ip(&["-n", router, "link", "set", device, "mtu", &bytes.to_string()]);
        }
    }
}

impl Counter {
    /// How many there were.
    pub fn packets(&self) -> u64 {
        let list = ["netns", "exec", &self.router.namespace, "nft", "list", "counter", "inet", &self.table, "seen"];
        let text = String::from_utf8_lossy(&ip(&list).stdout).into_owned();
        let mut words = text.split_whitespace().skip_while(|word| *word != "packets").skip(1);
        words.next().and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("no number: {text}"))
    }
}

impl Node {
    /// The machine goes to sleep: nothing runs, and nobody is told.
    pub fn suspend(&self) {
        signal("STOP", self.pid());
    }

    /// It wakes up.
    pub fn resume(&self) {
        signal("CONT", self.pid());
    }
}

fn signal(name: &str, pid: u32) {
    run(Process::new("kill").args([&format!("-{name}"), &pid.to_string()]), "");
}
